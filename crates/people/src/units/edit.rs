//! A new unit, and a new version of one from a day on.

use askama::Template;
use axum::response::Response;
use domain::{
    access::Action,
    codes::AgencyCode,
    ids::UnitId,
    org::{UnitKind, check_change},
    text,
};
use jiff::civil::Date;
use site::{
    Asked, Failure, Fields, Filled, Html, Mistakes, Path, Shell, Site, State, Typed, Who,
    form::{Sending, Sent, mark_of, new_token, once},
    told,
};
use store::{Fault, Tx, journal::Entry};

use super::{
    ADDRESS,
    facts::SUBJECT,
    pages::kinds,
    reach::{Reach, names, plain, rule, short_name, version},
    sql::{self, Kept, NewVersion, Version},
};

/// A mistake that only the database could show: the field and the words.
pub(super) type Wrong = (&'static str, String);

/// What somebody wants a unit to be from a day on.
#[derive(Debug, Clone)]
struct Draft {
    kind: UnitKind,
    full: String,
    parent: Option<UnitId>,
    code: String,
    agency_code: String,
    address: String,
    phone: String,
    place: String,
    from: Date,
    source: String,
}

impl Draft {
    fn new_version<'a>(
        &'a self,
        name: &'a str,
        title: &'a str,
        place: &'a str,
        until: Option<Date>,
    ) -> NewVersion<'a> {
        NewVersion {
            parent: self.parent,
            name,
            title,
            code: &self.code,
            agency_code: &self.agency_code,
            address: &self.address,
            phone: &self.phone,
            place,
            from: self.from,
            until,
        }
    }

    /// As the rules see it.
    fn version(&self) -> domain::org::Version<UnitId> {
        let (name, title) = names(self.kind, &self.full);
        version(&Version {
            id: 0,
            from: self.from,
            until: None,
            parent: self.parent,
            name,
            title,
            code: self.code.clone(),
            agency_code: self.agency_code.clone(),
            address: String::new(),
            phone: String::new(),
            place: String::new(),
        })
    }

    /// The place on papers: as typed, else the unit's own or that of the unit above.
    fn place_or(&self, reach: &Reach) -> String {
        match self.place.as_str() {
            "" if self.kind.is_tier() => short_name(&self.full).to_owned(),
            "" => {
                let above = self.parent.and_then(|it| reach.near(it));
                above.map_or_else(String::new, |it| it.place.clone())
            }
            typed => typed.to_owned(),
        }
    }
}

fn read(fields: &mut Fields, kind: Option<UnitKind>) -> Option<Draft> {
    let kind = match kind {
        Some(kind) => Some(kind),
        None => fields.choice("loai", UnitKind::of),
    };
    let full = fields.text("ten", 200).map(|it| text::tidy(&it));
    let parent = match fields.typed().get("cap-tren") {
        "" => Some(None),
        typed => match typed.parse() {
            Ok(id) => Some(Some(UnitId(id))),
            Err(_) => {
                fields.wrong("cap-tren", "Hãy chọn một đơn vị trong danh sách.");
                None
            }
        },
    };
    let code = fields.optional_text("ma-thong-ke", 10);
    if code.as_ref().is_some_and(|it| !it.bytes().all(|b| b.is_ascii_digit())) {
        fields.wrong("ma-thong-ke", "Mã thống kê chỉ gồm chữ số, ví dụ 17323.");
    }
    let agency_code = fields.read_optional("ma-dinh-danh", AgencyCode::parse);
    let phone = fields.optional_text("dien-thoai", 40);
    let address = fields.optional_text("dia-chi", 300).map(|it| text::tidy(&it));
    let place = fields.optional_text("dia-danh", 100).map(|it| text::tidy(&it));
    let from = fields.date("tu-ngay");
    let source = fields.optional_text("can-cu", 300);
    Some(Draft {
        kind: kind?,
        full: full?,
        parent: parent?,
        code: code?,
        agency_code: agency_code?.map_or_else(String::new, |it| it.as_str().to_owned()),
        phone: phone?,
        address: address?,
        place: place?,
        from: from?,
        source: source?,
    })
}

/// A mark of all that a unit is: a form that was filled from another state is shown again.
pub(super) fn mark(kept: &Kept) -> String {
    mark_of([format!("{kept:?}")])
}

#[derive(Template)]
#[template(path = "units/templates/edit.html")]
struct Form<'a> {
    shell: Shell,
    m: &'a Mistakes,
    action: String,
    back: String,
    heading: String,
    is_new: bool,
    kinds: Vec<(String, String)>,
    parents: Vec<(String, String)>,
}

/// What a unit may be put below: what is within and not over, and where it stands already.
fn parents(reach: &Reach, own: Option<&Kept>) -> Vec<(String, String)> {
    let today = reach.today();
    let mut options = Vec::new();
    let current = own.and_then(|it| reach.near(it.id)).and_then(|it| it.parent);
    if reach.is_whole() || own.is_some_and(|_| current.is_none()) {
        options.push((String::new(), "Không có: đơn vị cao nhất".to_owned()));
    }
    if let Some(parent) = current.filter(|it| !reach.may_choose(*it, today)) {
        options.push((parent.to_string(), reach.full_title(parent)));
    }
    let below = own.map_or_else(Vec::new, |it| reach.subtree(it.id));
    let may = |id: &str| {
        let Ok(id) = id.parse().map(UnitId) else { return false };
        let kind = reach.get(id).map(|it| it.kind);
        !below.contains(&id) && kind.is_some_and(|it| it != UnitKind::OneStop)
    };
    options.extend(reach.options(today).into_iter().filter(|(id, _)| may(id)));
    let to_come = reach.all().filter(|it| {
        reach.holds(it.id) && it.versions.first().is_some_and(|first| first.from > today)
    });
    options.extend(to_come.map(|it| (it.id.to_string(), reach.full_title(it.id))));
    options
}

fn page(
    site: &Site,
    who: &Who,
    reach: &Reach,
    own: Option<&Kept>,
    m: &Mistakes,
) -> Result<Html<String>, Failure> {
    let heading = own.map_or_else(
        || "Thêm đơn vị".to_owned(),
        |it| format!("Thời kỳ mới của {}", plain(reach.title(it.id))),
    );
    site.page(&Form {
        shell: site.shell(who),
        m,
        action: own
            .map_or_else(|| format!("{ADDRESS}/moi"), |it| format!("{ADDRESS}/{}/sua", it.id)),
        back: own.map_or_else(|| ADDRESS.to_owned(), |it| format!("{ADDRESS}/{}", it.id)),
        heading,
        is_new: own.is_none(),
        kinds: kinds().collect(),
        parents: parents(reach, own),
    })
}

async fn load(site: &Site, who: &Who) -> Result<Reach, Failure> {
    let asker = who.clone();
    site.read(who, move |tx| Ok(Reach::load(tx, &asker, Action::UnitManage)?)).await
}

/// GET `/co-quan/quan-tri/don-vi/moi?cap-tren=`
pub async fn new_form(
    State(site): State<Site>,
    who: Who,
    Asked(asked): Asked,
) -> Result<Html<String>, Failure> {
    let reach = load(&site, &who).await?;
    let mut typed = Typed::default();
    typed.set("cap-tren", asked.get("cap-tren"));
    typed.set("loai", UnitKind::Division.code());
    typed.set("tu-ngay", text::date(who.today()));
    typed.set("lan-gui", new_token());
    page(&site, &who, &reach, None, &Mistakes::none(typed))
}

fn typed_of(kept: &Kept, at: &Version, from: Date) -> Typed {
    let mut typed = Typed::default();
    typed.set("ten", plain(&at.title));
    typed.set("cap-tren", at.parent.map_or_else(String::new, |it| it.to_string()));
    typed.set("ma-thong-ke", at.code.as_str());
    typed.set("ma-dinh-danh", at.agency_code.as_str());
    typed.set("dia-chi", at.address.as_str());
    typed.set("dien-thoai", at.phone.as_str());
    typed.set("dia-danh", at.place.as_str());
    typed.set("tu-ngay", text::date(from));
    typed.set("ban", mark(kept));
    typed.set("lan-gui", new_token());
    typed
}

/// GET `/co-quan/quan-tri/don-vi/{id}/sua?tu=`: from today on, or the version that begins then.
pub async fn form(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<i64>,
    Asked(asked): Asked,
) -> Result<Html<String>, Failure> {
    let reach = load(&site, &who).await?;
    let kept = reach.demand(UnitId(id))?;
    let begins = site::form::parse_date(asked.get("tu"));
    let wanted = kept.versions.iter().find(|it| Some(it.from) == begins);
    let at = wanted.or_else(|| reach.near(kept.id)).ok_or(Failure::NotFound)?;
    // What is to come is corrected; what is now goes on from today.
    let today = who.today();
    let from = match wanted {
        Some(it) => it.from,
        None => at.from.max(at.until.map_or(today, |it| it.min(today))),
    };
    let typed = typed_of(kept, at, from);
    page(&site, &who, &reach, Some(kept), &Mistakes::none(typed))
}

async fn again(
    site: &Site,
    who: &Who,
    own: Option<UnitId>,
    mut m: Mistakes,
) -> Result<Response, Failure> {
    let reach = load(site, who).await?;
    let kept = own.map(|it| reach.demand(it)).transpose()?;
    if let Some(kept) = kept {
        m.typed.set("ban", mark(kept));
    }
    Err(Failure::Mistaken(page(site, who, &reach, kept, &m)?))
}

fn one_mistake((field, text): Wrong, typed: Typed) -> Mistakes {
    let mut m = Mistakes::none(typed);
    m.by_field.insert(field.to_owned(), text);
    m
}

/// Whether the unit may stand where it is put, and bears a code of its own.
fn checked(reach: &Reach, own: Option<&Kept>, draft: &Draft) -> Result<(), Wrong> {
    let on_day = own.and_then(|it| it.versions.iter().find(|it| it.holds_on(draft.from)));
    let stays = on_day.is_some_and(|it| it.parent == draft.parent);
    match draft.parent {
        None if !stays && !reach.is_whole() => {
            return Err(("cap-tren", "Hãy chọn đơn vị cấp trên.".to_owned()));
        }
        Some(parent) if !stays && !reach.holds(parent) => {
            return Err(("cap-tren", "Hãy chọn một đơn vị trong danh sách.".to_owned()));
        }
        Some(parent) => {
            let above = reach.get(parent).map(|it| it.kind);
            if above.is_none_or(|it| !draft.kind.may_belong_to(it)) {
                let text = format!(
                    "{} không thể thuộc {}. Hãy chọn đơn vị cấp trên khác.",
                    draft.kind.label(),
                    above.map_or("đơn vị này", UnitKind::label)
                );
                return Err(("cap-tren", text));
            }
        }
        None => {}
    }
    if !draft.agency_code.is_empty() {
        let taken = reach.all().filter(|it| own.is_none_or(|own| own.id != it.id)).find(|it| {
            it.versions.iter().any(|version| {
                version.agency_code == draft.agency_code
                    && version.until.is_none_or(|until| until >= draft.from)
            })
        });
        if let Some(other) = taken {
            let text = format!(
                "Mã này đang là của {}. Hãy kiểm tra lại mã được cấp.",
                reach.full_title(other.id)
            );
            return Err(("ma-dinh-danh", text));
        }
    }
    Ok(())
}

/// POST `/co-quan/quan-tri/don-vi/moi`
pub async fn create(
    State(site): State<Site>,
    who: Who,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    let (sending, as_typed) = (Sending::of(&who, &typed, "lan-gui"), typed.clone());
    let mut fields = Fields::of(typed);
    let draft = read(&mut fields, None);
    let draft = match fields.finish(draft) {
        Ok(it) => it,
        Err(m) => return again(&site, &who, None, m).await,
    };
    let asker = who.clone();
    let done = once(&site, &who, sending, move |tx| {
        let reach = Reach::load(tx, &asker, Action::UnitManage)?;
        if let Err(wrong) = checked(&reach, None, &draft) {
            return Ok(Err(wrong));
        }
        let next = reach.all().map(|it| it.id.0).max().unwrap_or(0) + 1;
        let unit = domain::org::Unit {
            id: UnitId(next),
            kind: draft.kind,
            predecessors: Vec::new(),
            versions: vec![draft.version()],
        };
        if let Err(error) = check_change(&reach.units(), &unit) {
            return Ok(Err(("cap-tren", error.to_string())));
        }
        Ok(Ok(found(tx, &reach, &draft)?))
    })
    .await?;
    match done {
        Sent::Done(location) => Ok(told(&location, "Đã thêm đơn vị.")),
        Sent::Wrong(wrong) => again(&site, &who, None, one_mistake(wrong, as_typed)).await,
        Sent::Before(m) => again(&site, &who, None, m).await,
    }
}

fn found(tx: &mut Tx<'_>, reach: &Reach, draft: &Draft) -> Result<String, Fault> {
    let (name, title) = names(draft.kind, &draft.full);
    let place = draft.place_or(reach);
    let id = sql::insert_unit(tx, draft.kind.code())?;
    sql::insert_version(tx, id, &draft.new_version(&name, &title, &place, None))?;
    journal(tx, id, "found", None, draft);
    site::outdate(tx, site::UNITS_EDITION)?;
    Ok(format!("{ADDRESS}/{id}"))
}

fn journal(tx: &mut Tx<'_>, id: UnitId, act: &str, was: Option<&Version>, draft: &Draft) {
    let was = was.map(|it| (&it.title, it.parent, &it.code, &it.agency_code));
    let details = serde_json::json!({
        "was": was,
        "name": draft.full,
        "from": draft.from.to_string(),
        "parent": draft.parent.map(|it| it.0),
        "code": draft.code,
        "agency_code": draft.agency_code,
        "source": draft.source,
    });
    tx.journal(Entry::new(SUBJECT, id.0, act).details(&details));
}

/// POST `/co-quan/quan-tri/don-vi/{id}/sua`
pub async fn change(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<i64>,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    let id = UnitId(id);
    let reach = load(&site, &who).await?;
    let kind = reach.demand(id)?.kind;
    let sending = Sending::of(&who, &typed, "lan-gui");
    let seen = typed.get("ban").to_owned();
    let as_typed = typed.clone();
    let mut fields = Fields::of(typed);
    let draft = read(&mut fields, Some(kind));
    let draft = match fields.finish(draft) {
        Ok(it) => it,
        Err(m) => return again(&site, &who, Some(id), m).await,
    };
    let asker = who.clone();
    let done = once(&site, &who, sending, move |tx| {
        let reach = Reach::load(tx, &asker, Action::UnitManage)?;
        let kept = reach.demand(id)?;
        if mark(kept) != seen {
            return Ok(Err(("ban", super::STALE.to_owned())));
        }
        if let Err(wrong) = checked(&reach, Some(kept), &draft) {
            return Ok(Err(wrong));
        }
        let changed = match rule(kept).changed(draft.version()) {
            Ok(it) => it,
            Err(refusal) => return Ok(Err(("tu-ngay", refusal.to_string()))),
        };
        if let Err(error) = check_change(&reach.units(), &changed) {
            return Ok(Err(("cap-tren", error.to_string())));
        }
        Ok(Ok(keep(tx, &reach, kept, &draft)?))
    })
    .await?;
    match done {
        Sent::Done(location) => Ok(told(&location, "Đã ghi thời kỳ mới của đơn vị.")),
        Sent::Wrong(wrong) => again(&site, &who, Some(id), one_mistake(wrong, as_typed)).await,
        Sent::Before(m) => again(&site, &who, Some(id), m).await,
    }
}

fn keep(tx: &mut Tx<'_>, reach: &Reach, kept: &Kept, draft: &Draft) -> Result<String, Failure> {
    let id = kept.id;
    let old = kept.versions.iter().find(|it| it.holds_on(draft.from)).ok_or(Failure::NotFound)?;
    let (name, title) = names(draft.kind, &draft.full);
    let place = draft.place_or(reach);
    let new = draft.new_version(&name, &title, &place, old.until);
    if old.from == draft.from {
        sql::correct_version(tx, old.id, &new)?;
        journal(tx, id, "correct", Some(old), draft);
    } else {
        sql::end_version(tx, old.id, draft.from.yesterday().ok())?;
        sql::insert_version(tx, id, &new)?;
        journal(tx, id, "new_version", Some(old), draft);
    }
    site::outdate(tx, site::UNITS_EDITION)?;
    Ok(format!("{ADDRESS}/{id}"))
}
