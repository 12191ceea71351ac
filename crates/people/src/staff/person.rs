//! Somebody: who he is, what he holds and held, his accounts, who stands in for whom.

use askama::Template;
use axum::response::Response;
use domain::{
    access::{Action, Object},
    identity::{Email, Phone},
    ids::{AccountId, PositionId, StaffId, UnitId},
    text,
};
use jiff::civil::Date;
use site::{
    Asked, Failure, Fields, Filled, Html, Mistakes, Path, Shell, Site, State, Typed, Who,
    form::{Sending, Sent, mark_of, new_token, once},
    told,
};
use store::{Tx, journal::Entry};

use super::{
    ADDRESS, STALE,
    facts::SUBJECT,
    sql::{
        self,
        holdings::{self, Position},
        list::{self, Kept},
    },
};
use crate::{
    accounts::facts as accounts, substitutions::facts as substitutions, units::facts::Reach,
};

/// A mistake that only the database could show: the field and the words.
pub(super) type Wrong = (&'static str, String);

/// Somebody within reach.
///
/// # Errors
/// [`Failure::NotFound`], so that nobody learns who works elsewhere.
pub(super) fn demand(tx: &mut Tx<'_>, reach: &Reach, id: StaffId) -> Result<Kept, Failure> {
    list::find(tx, id, reach.narrow().as_deref())?.ok_or(Failure::NotFound)
}

pub(super) fn mark(it: &Kept) -> String {
    mark_of([&it.name, &it.phone, &it.email])
}

struct HeldView {
    id: i64,
    title: String,
    unit: String,
    from: String,
    until: String,
    state: &'static str,
    may_end: bool,
}

struct AccountView {
    id: AccountId,
    login: String,
    state: &'static str,
}

#[derive(Template)]
#[template(path = "staff/templates/show.html")]
struct Show {
    shell: Shell,
    id: StaffId,
    name: String,
    phone: String,
    email: String,
    held: Vec<HeldView>,
    accounts: Vec<AccountView>,
    may_accounts: bool,
    absences: Vec<substitutions::View>,
    duties: Vec<substitutions::View>,
}

/// GET `/co-quan/quan-tri/can-bo/{id}`
pub async fn show(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<i64>,
) -> Result<Html<String>, Failure> {
    let (asker, id, today) = (who.clone(), StaffId(id), who.today());
    let (reach, kept, held, accounts, arranged) = site
        .read(&who, move |tx| {
            let reach = Reach::load(tx, &asker, Action::StaffManage)?;
            let kept = demand(tx, &reach, id)?;
            let held = holdings::of_staff(tx, id)?;
            let accounts = accounts::of_staff(tx, id)?;
            Ok((reach, kept, held, accounts, substitutions::of(tx, id)?))
        })
        .await?;
    let held = held
        .into_iter()
        .map(|it| {
            let is_over = it.until.is_some_and(|until| until < today);
            HeldView {
                id: it.id,
                title: it.title,
                unit: reach.full_title(it.unit),
                from: text::date(it.from),
                until: it.until.map_or_else(String::new, text::date),
                state: match (is_over, it.from > today) {
                    (true, _) => "đã thôi",
                    (false, true) => "chưa đến ngày",
                    (false, false) => "đang giữ",
                },
                may_end: !is_over && reach.holds(it.unit),
            }
        })
        .collect();
    let accounts = accounts
        .into_iter()
        .map(|(id, login, disabled)| AccountView {
            id,
            login,
            state: if disabled { "đã khóa" } else { "đang dùng" },
        })
        .collect();
    let (absences, duties) = arranged.into_iter().partition(|it| it.rule.absent == id);
    let view = |all: Vec<substitutions::Kept>| {
        all.into_iter().map(|it| substitutions::View::of(it, today)).collect()
    };
    site.page(&Show {
        shell: site.shell(&who),
        id,
        name: kept.shown(),
        phone: kept.phone,
        email: kept.email,
        held,
        accounts,
        may_accounts: who.can(Action::AccountManage, Object::Anything),
        absences: view(absences),
        duties: view(duties),
    })
}

/// Who somebody is, as typed.
pub(super) struct Draft {
    pub name: String,
    pub phone: String,
    pub email: String,
}

pub(super) fn read(fields: &mut Fields) -> Option<Draft> {
    let name = fields.text("ho-ten", 120).map(|it| text::tidy(&it));
    let phone = fields.read_optional("dien-thoai", Phone::parse);
    let email = fields.read_optional("thu-dien-tu", Email::parse);
    Some(Draft {
        name: name?,
        phone: phone?.map_or_else(String::new, |it| it.reveal().to_owned()),
        email: email?.map_or_else(String::new, |it| it.reveal().to_owned()),
    })
}

#[derive(Template)]
#[template(path = "staff/templates/edit.html")]
struct Edit<'a> {
    shell: Shell,
    m: &'a Mistakes,
    id: StaffId,
    name: String,
}

/// GET `/co-quan/quan-tri/can-bo/{id}/sua`
pub async fn form(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<i64>,
) -> Result<Html<String>, Failure> {
    let (asker, id) = (who.clone(), StaffId(id));
    let kept = site
        .read(&who, move |tx| {
            let reach = Reach::load(tx, &asker, Action::StaffManage)?;
            demand(tx, &reach, id)
        })
        .await?;
    let mut typed = Typed::default();
    typed.set("ho-ten", kept.name.as_str());
    typed.set("dien-thoai", kept.phone.as_str());
    typed.set("thu-dien-tu", kept.email.as_str());
    typed.set("ban", mark(&kept));
    let m = Mistakes::none(typed);
    site.page(&Edit { shell: site.shell(&who), m: &m, id, name: kept.shown() })
}

/// POST `/co-quan/quan-tri/can-bo/{id}/sua`
pub async fn change(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<i64>,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    let id = StaffId(id);
    let seen = typed.get("ban").to_owned();
    let as_typed = typed.clone();
    let mut fields = Fields::of(typed);
    let draft = read(&mut fields);
    let read = fields.finish(draft);
    let asker = who.clone();
    let (kept, done) = site
        .write(&who, move |tx| {
            let reach = Reach::load(tx, &asker, Action::StaffManage)?;
            let kept = demand(tx, &reach, id)?;
            let draft = match read {
                Ok(it) => it,
                Err(m) => return Ok((kept, Err(m))),
            };
            if mark(&kept) != seen {
                let mut m = Mistakes::none(as_typed);
                m.typed.set("ban", mark(&kept));
                m.by_field.insert("ban".to_owned(), STALE.to_owned());
                return Ok((kept, Err(m)));
            }
            let name = sql::marked(&draft.name, kept.demo);
            sql::update(tx, id, &name, &draft.phone, &draft.email)?;
            if name != kept.name {
                accounts::rename(tx, id, &name)?;
            }
            let was = format!("{} → {}", said(&kept.name, &kept.phone, &kept.email), {
                said(&draft.name, &draft.phone, &draft.email)
            });
            tx.journal(Entry::new(SUBJECT, id.0, "change").words(Some(was)));
            Ok((kept, Ok(())))
        })
        .await?;
    match done {
        Ok(()) => Ok(told(&format!("{ADDRESS}/{id}"), "Đã sửa thông tin cán bộ.")),
        Err(m) => {
            let page = Edit { shell: site.shell(&who), m: &m, id, name: kept.shown() };
            Err(Failure::Mistaken(site.page(&page)?))
        }
    }
}

fn said(name: &str, phone: &str, email: &str) -> String {
    [name, phone, email].iter().filter(|it| !it.is_empty()).copied().collect::<Vec<_>>().join(", ")
}

/// A position to choose, or the title of a new one.
pub(super) fn read_position(
    fields: &mut Fields,
    positions: &[Position],
) -> Option<Result<PositionId, String>> {
    let typed = fields.typed().get("chuc-danh").to_owned();
    if typed.is_empty() {
        let title = fields.optional_text("chuc-danh-moi", 200).map(|it| text::tidy(&it))?;
        if title.is_empty() {
            fields.wrong("chuc-danh", "Chọn một chức danh, hoặc ghi tên chức danh mới ở dưới.");
            return None;
        }
        let same = positions.iter().find(|it| text::fold(&it.title) == text::fold(&title));
        return Some(same.map_or(Err(title), |it| Ok(it.id)));
    }
    fields
        .choice("chuc-danh", |it| positions.iter().find(|has| has.id.to_string() == it))
        .map(|it| Ok(it.id))
}

/// The position that was chosen, made if it is new: last in its unit, without signing.
pub(super) fn position_of(
    tx: &mut Tx<'_>,
    unit: UnitId,
    chosen: Result<PositionId, String>,
) -> Result<PositionId, store::Fault> {
    match chosen {
        Ok(id) => Ok(id),
        Err(title) => {
            let last = holdings::positions(tx, unit)?.iter().map(|it| it.rank).max().unwrap_or(0);
            super::facts::create_position(tx, unit, &title, last + 10, false)
        }
    }
}

pub(super) fn position_options(positions: &[Position]) -> Vec<(String, String)> {
    let none = (String::new(), "– chọn, hoặc ghi chức danh mới –".to_owned());
    let all = positions.iter().map(|it| (it.id.to_string(), it.title.clone()));
    std::iter::once(none).chain(all).collect()
}

#[derive(Template)]
#[template(path = "staff/templates/new.html")]
struct New<'a> {
    shell: Shell,
    m: &'a Mistakes,
    units: Vec<(String, String)>,
    unit: String,
    unit_title: String,
    positions: Vec<(String, String)>,
}

fn new_page(
    site: &Site,
    who: &Who,
    reach: &Reach,
    unit: Option<UnitId>,
    positions: &[Position],
    m: &Mistakes,
) -> Result<Html<String>, Failure> {
    site.page(&New {
        shell: site.shell(who),
        m,
        units: reach.options(who.today()),
        unit: unit.map_or_else(String::new, |it| it.to_string()),
        unit_title: unit.map_or_else(String::new, |it| reach.full_title(it)),
        positions: position_options(positions),
    })
}

async fn load(
    site: &Site,
    who: &Who,
    unit: Option<UnitId>,
) -> Result<(Reach, Vec<Position>), Failure> {
    let asker = who.clone();
    site.read(who, move |tx| {
        let reach = Reach::load(tx, &asker, Action::StaffManage)?;
        let positions = match unit {
            Some(unit) if reach.holds(unit) => holdings::positions(tx, unit)?,
            Some(_) => return Err(Failure::NotFound),
            None => Vec::new(),
        };
        Ok((reach, positions))
    })
    .await
}

/// GET `/co-quan/quan-tri/can-bo/moi?don-vi=`: first the unit, then the person.
pub async fn new_form(
    State(site): State<Site>,
    who: Who,
    Asked(asked): Asked,
) -> Result<Html<String>, Failure> {
    let unit = asked.get("don-vi").parse().ok().map(UnitId);
    let (reach, positions) = load(&site, &who, unit).await?;
    let mut typed = Typed::default();
    typed.set("tu-ngay", text::date(who.today()));
    typed.set("lan-gui", new_token());
    new_page(&site, &who, &reach, unit, &positions, &Mistakes::none(typed))
}

/// Somebody new in a position, as typed.
struct NewDraft {
    person: Draft,
    position: Result<PositionId, String>,
    from: Date,
}

/// POST `/co-quan/quan-tri/can-bo/moi`
pub async fn create(
    State(site): State<Site>,
    who: Who,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    let unit = typed.get("don-vi").parse().map(UnitId).map_err(|_| Failure::NotFound)?;
    let (reach, positions) = load(&site, &who, Some(unit)).await?;
    let (sending, as_typed) = (Sending::of(&who, &typed, "lan-gui"), typed.clone());
    let mut fields = Fields::of(typed);
    let person = read(&mut fields);
    let position = read_position(&mut fields, &positions);
    let from = fields.date("tu-ngay");
    if from.is_some_and(|from| !reach.exists(unit, from)) {
        fields.wrong("tu-ngay", "Đơn vị không hoạt động vào ngày này. Hãy chọn ngày khác.");
    }
    let draft = (|| Some(NewDraft { person: person?, position: position?, from: from? }))();
    let again = |m: &Mistakes| {
        Err(Failure::Mistaken(new_page(&site, &who, &reach, Some(unit), &positions, m)?))
    };
    let draft = match fields.finish(draft) {
        Ok(it) => it,
        Err(m) => return again(&m),
    };
    let (asker, demo) = (who.clone(), site.config.demo);
    let done = once(&site, &who, sending, move |tx| {
        let reach = Reach::load(tx, &asker, Action::StaffManage)?;
        if !reach.holds(unit) {
            return Err(Failure::NotFound);
        }
        let person = &draft.person;
        if let Some(same) = namesake(tx, &reach, person)? {
            return Ok(Err(("ho-ten", same)));
        }
        let position = position_of(tx, unit, draft.position)?;
        let name = sql::marked(&person.name, demo);
        let id = sql::insert(tx, &name, &person.phone, &person.email, demo)?;
        sql::insert_holding(tx, id, position, draft.from, None)?;
        let details = serde_json::json!({"position": position.0, "from": draft.from.to_string()});
        tx.journal(Entry::new(SUBJECT, id.0, "create").details(&details));
        Ok(Ok(format!("{ADDRESS}/{id}")))
    })
    .await?;
    match done {
        Sent::Done(location) => Ok(told(&location, "Đã thêm cán bộ.")),
        Sent::Wrong((field, text)) => {
            let m = Mistakes::one(as_typed, field, text);
            again(&m)
        }
        Sent::Before(m) => again(&m),
    }
}

/// Whether somebody of this name and telephone is here already, in a sentence.
pub(super) fn namesake(
    tx: &mut Tx<'_>,
    reach: &Reach,
    draft: &Draft,
) -> Result<Option<String>, store::Fault> {
    let names = [draft.name.clone(), sql::marked(&draft.name, true)];
    let mut found = list::namesakes(tx, &draft.name)?;
    found.extend(list::namesakes(tx, &sql::marked(&draft.name, true))?);
    for it in found {
        let same = names.contains(&it.name) && it.phone == draft.phone && !draft.phone.is_empty();
        if same && list::find(tx, it.id, reach.narrow().as_deref())?.is_some() {
            return Ok(Some(format!(
                "Đã có {} với số điện thoại này (cán bộ số {}). Hãy mở người đó để giao chức danh.",
                it.name, it.id
            )));
        }
    }
    Ok(None)
}
