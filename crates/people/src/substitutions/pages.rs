//! The list of substitutions, a new one, and shortening or taking back one.

use askama::Template;
use axum::response::Response;
use domain::{
    access::{Action, Role},
    ids::StaffId,
    substitution::{Substitution, check},
    text,
};
use jiff::civil::Date;
use site::{
    Asked, Failure, Fields, Filled, Html, Mistakes, Path, Shell, Site, State, Typed, Who,
    form::{Sending, Sent, new_token, once},
    told,
};
use store::{Tx, journal::Entry};

use super::{
    ADDRESS,
    facts::View,
    sql::{self, Filter, Kept, When},
};
use crate::{
    sheets::{self, Sheet},
    staff::facts::{self as staff, Candidate, address, candidates, options},
    units::facts::Reach,
};

/// Rows of one page.
const ROWS: usize = 50;
/// Counted, and written into one workbook, at most.
const COUNT_MAX: i64 = 20_000;

fn read(asked: &Typed) -> Filter {
    Filter {
        words: text::words(asked.get("q")).into_iter().take(8).collect(),
        when: match asked.get("luc") {
            "dang" => When::Now,
            "sap" => When::Later,
            "qua" => When::Past,
            _ => When::Open,
        },
    }
}

fn reach(tx: &mut Tx<'_>, who: &Who) -> Result<Reach, Failure> {
    Ok(Reach::load(tx, who, Action::SubstitutionManage)?)
}

#[derive(Template)]
#[template(path = "substitutions/templates/list.html")]
struct List {
    shell: Shell,
    q: String,
    when: String,
    whens: Vec<(String, String)>,
    query: String,
    count: String,
    lines: Vec<View>,
    first: Option<String>,
    next: Option<String>,
}

/// GET `/co-quan/quan-tri/thay-the`
pub async fn list(
    State(site): State<Site>,
    who: Who,
    Asked(asked): Asked,
) -> Result<Html<String>, Failure> {
    let (asker, filter, place) = (who.clone(), read(&asked), asked.get("sau").to_owned());
    let (mut found, count) = site
        .read(&who, move |tx| {
            let narrow = reach(tx, &asker)?.narrow();
            let after = place
                .split_once('_')
                .and_then(|(day, id)| Some((day.to_owned(), id.parse().ok()?)));
            let limit = i64::try_from(ROWS).unwrap_or(50) + 1;
            let found = sql::page(tx, narrow.as_deref(), &filter, after, limit)?;
            Ok((found, sql::count(tx, narrow.as_deref(), &filter, COUNT_MAX)?))
        })
        .await?;
    let more = found.len() > ROWS;
    found.truncate(ROWS);
    let next = found
        .last()
        .filter(|_| more)
        .map(|it| address(ADDRESS, &asked, "sau", Some(&format!("{}_{}", it.rule.from, it.id))));
    let today = who.today();
    site.page(&List {
        shell: site.shell(&who),
        q: asked.get("q").to_owned(),
        when: asked.get("luc").to_owned(),
        whens: options(&[
            ("", "Đang thay và sắp tới"),
            ("dang", "Đang thay hôm nay"),
            ("sap", "Sắp tới"),
            ("qua", "Đã qua"),
        ]),
        query: address("", &asked, "sau", None),
        count: format!("{} lần thay", text::number(count)),
        lines: found.into_iter().map(|it| View::of(it, today)).collect(),
        first: asked.has("sau").then(|| address(ADDRESS, &asked, "sau", None)),
        next,
    })
}

/// GET `/co-quan/quan-tri/thay-the/xuat`
pub async fn export(
    State(site): State<Site>,
    who: Who,
    Asked(asked): Asked,
) -> Result<Response, Failure> {
    let (asker, filter, today) = (who.clone(), read(&asked), who.today());
    let found = site
        .read(&who, move |tx| {
            let narrow = reach(tx, &asker)?.narrow();
            Ok(sql::page(tx, narrow.as_deref(), &filter, None, COUNT_MAX)?)
        })
        .await?;
    let rows = found.into_iter().map(|it| View::of(it, today)).map(|it| {
        vec![it.absent, it.substitute, it.from, it.until, it.reason, it.state.to_owned()]
    });
    let sheet = Sheet {
        name: "Thay thế",
        heads: &[
            ("Người vắng mặt", 30),
            ("Người thay", 30),
            ("Từ ngày", 12),
            ("Đến ngày", 12),
            ("Lý do", 40),
            ("Tình trạng", 14),
        ],
        rows: rows.collect(),
    };
    Ok(sheets::to_save(&[sheet], &format!("thay-the-{today}.xlsx"))?)
}

#[derive(Template)]
#[template(path = "substitutions/templates/new.html")]
struct New<'a> {
    shell: Shell,
    m: &'a Mistakes,
    q: String,
    people: Vec<Candidate>,
    absent: Option<(StaffId, String)>,
    substitutes: Vec<(String, String)>,
    open: Vec<View>,
}

/// Who may stand in: people of the same body who hold a position today.
fn substitutes(
    tx: &mut Tx<'_>,
    reach: &Reach,
    absent: StaffId,
) -> Result<Vec<Candidate>, store::Fault> {
    let today = reach.today();
    let held = staff::posts(tx, &[absent], today)?.remove(&absent).unwrap_or_default();
    let mut bodies: Vec<_> = held.iter().map(|it| reach.body_of(it.unit)).collect();
    bodies.sort_unstable();
    bodies.dedup();
    let units: Vec<_> = bodies.into_iter().flat_map(|it| reach.subtree(it)).collect();
    let units = (!units.is_empty()).then_some(units);
    let filter = staff::Filter { units, holds: Some(true), ..staff::Filter::default() };
    let mut found = candidates(tx, reach, &filter)?;
    found.retain(|it| it.id != absent);
    Ok(found)
}

async fn new_page(
    site: &Site,
    who: &Who,
    absent: Option<StaffId>,
    q: &str,
    m: &Mistakes,
) -> Result<Html<String>, Failure> {
    let (asker, wanted, today) = (who.clone(), q.to_owned(), who.today());
    let (found, name, able, open) = site
        .read(who, move |tx| {
            let reach = reach(tx, &asker)?;
            let Some(absent) = absent else {
                let words = text::words(&wanted);
                let filter = staff::Filter { words, holds: Some(true), ..Default::default() };
                return Ok((candidates(tx, &reach, &filter)?, None, Vec::new(), Vec::new()));
            };
            let kept = staff::find(tx, absent, reach.narrow().as_deref())?;
            let kept = kept.ok_or(Failure::NotFound)?;
            let able = substitutes(tx, &reach, absent)?;
            let open: Vec<Kept> =
                sql::of(tx, &[absent])?.into_iter().filter(|it| it.rule.until >= today).collect();
            Ok((Vec::new(), Some((absent, kept.shown())), able, open))
        })
        .await?;
    let none = (String::new(), "– chọn –".to_owned());
    let able =
        able.into_iter().map(|it| (it.id.to_string(), format!("{} – {}", it.name, it.posts)));
    site.page(&New {
        shell: site.shell(who),
        m,
        q: q.to_owned(),
        people: found,
        absent: name,
        substitutes: std::iter::once(none).chain(able).collect(),
        open: open.into_iter().map(|it| View::of(it, today)).collect(),
    })
}

/// GET `/co-quan/quan-tri/thay-the/moi?nguoi=`: first who is away, then the rest.
pub async fn form(
    State(site): State<Site>,
    who: Who,
    Asked(asked): Asked,
) -> Result<Html<String>, Failure> {
    let mut typed = Typed::default();
    typed.set("tu-ngay", text::date(who.today()));
    typed.set("lan-gui", new_token());
    let absent = asked.get("nguoi").parse().ok().map(StaffId);
    new_page(&site, &who, absent, asked.get("q"), &Mistakes::none(typed)).await
}

type Wrong = (&'static str, String);

/// POST `/co-quan/quan-tri/thay-the/moi`
pub async fn add(
    State(site): State<Site>,
    who: Who,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    let absent = typed.get("nguoi").parse().map(StaffId).map_err(|_| Failure::NotFound)?;
    let (sending, as_typed) = (Sending::of(&who, &typed, "lan-gui"), typed.clone());
    let mut fields = Fields::of(typed);
    let substitute = fields.choice("nguoi-thay", |it| it.parse().ok().map(StaffId));
    let from = fields.date("tu-ngay");
    let until = fields.date("den-ngay");
    let reason = fields.text("ly-do", 200);
    let read = (|| {
        let rule = Substitution { absent, substitute: substitute?, from: from?, until: until? };
        Some((rule, reason?))
    })();
    let (rule, reason) = match fields.finish(read) {
        Ok(it) => it,
        Err(m) => {
            return Err(Failure::Mistaken(new_page(&site, &who, Some(absent), "", &m).await?));
        }
    };
    let asker = who.clone();
    let done = once(&site, &who, sending, move |tx| {
        let reach = reach(tx, &asker)?;
        staff::find(tx, absent, reach.narrow().as_deref())?.ok_or(Failure::NotFound)?;
        if let Some(wrong) = refused(tx, &asker, &reach, &rule)? {
            return Ok(Err(wrong));
        }
        super::facts::substitute(tx, absent, rule.substitute, rule.from, rule.until, &reason)?;
        Ok(Ok(ADDRESS.to_owned()))
    })
    .await?;
    match done {
        Sent::Done(location) => Ok(told(&location, "Đã cử người thay.")),
        Sent::Wrong((field, text)) => {
            let m = Mistakes::one(as_typed, field, text);
            Err(Failure::Mistaken(new_page(&site, &who, Some(absent), "", &m).await?))
        }
        Sent::Before(m) => {
            Err(Failure::Mistaken(new_page(&site, &who, Some(absent), "", &m).await?))
        }
    }
}

/// Why the substitution cannot be, beside its field.
fn refused(
    tx: &mut Tx<'_>,
    who: &Who,
    reach: &Reach,
    rule: &Substitution,
) -> Result<Option<Wrong>, store::Fault> {
    let others: Vec<Substitution> =
        sql::of(tx, &[rule.absent, rule.substitute])?.into_iter().map(|it| it.rule).collect();
    if let Err(refusal) = check(rule, &others, reach.today()) {
        let field = if refusal.is_about_person() { "nguoi-thay" } else { "den-ngay" };
        return Ok(Some((field, refusal.to_string())));
    }
    let able = substitutes(tx, reach, rule.absent)?;
    if !able.iter().any(|it| it.id == rule.substitute) {
        let text =
            "Người thay phải đang giữ chức danh trong cùng cơ quan. Hãy chọn trong danh sách.";
        return Ok(Some(("nguoi-thay", text.to_owned())));
    }
    // Standing in gives the rights of who is away: the right to sign is not a unit head's to give.
    let today = reach.today();
    let leads = staff::grants_of(tx, &[rule.absent])?
        .iter()
        .any(|it| it.role == Role::Leader && it.holds_on(today));
    if !who.is(Role::Administrator) && (leads || staff::signs(tx, rule.absent, today)?) {
        let text = "Người này ký thay đơn vị nên chỉ quản trị hệ thống cử người thay.";
        return Ok(Some(("nguoi-thay", text.to_owned())));
    }
    Ok(None)
}

#[derive(Template)]
#[template(path = "substitutions/templates/change.html")]
struct Change<'a> {
    shell: Shell,
    m: &'a Mistakes,
    it: View,
}

async fn find(site: &Site, who: &Who, id: i64) -> Result<Kept, Failure> {
    let asker = who.clone();
    site.read(who, move |tx| {
        let narrow = reach(tx, &asker)?.narrow();
        sql::find(tx, id, narrow.as_deref())?.ok_or(Failure::NotFound)
    })
    .await
}

/// GET `/co-quan/quan-tri/thay-the/{id}`
pub async fn change_form(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<i64>,
) -> Result<Html<String>, Failure> {
    let it = find(&site, &who, id).await?;
    let mut typed = Typed::default();
    typed.set("den-ngay", text::date(it.rule.until));
    let m = Mistakes::none(typed);
    site.page(&Change { shell: site.shell(&who), m: &m, it: View::of(it, who.today()) })
}

/// What becomes of a substitution.
#[derive(Debug, Clone, Copy)]
enum Wish {
    /// Its last day is an earlier one.
    Shorten(Date),
    /// It ends at once; what has not begun never was.
    Revoke,
}

/// POST `/co-quan/quan-tri/thay-the/{id}`
pub async fn change(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<i64>,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    let it = find(&site, &who, id).await?;
    let today = who.today();
    if it.rule.until < today {
        return Err(Failure::Refused("Lần thay này đã qua nên không đổi được nữa.".to_owned()));
    }
    let mut fields = Fields::of(typed);
    let wish = if fields.typed().get("viec") == "bo" {
        Some(Wish::Revoke)
    } else {
        let until = fields.date("den-ngay");
        let earliest = it.rule.from.max(today);
        if until.is_some_and(|until| until < earliest || until >= it.rule.until) {
            let text = format!(
                "Chỉ rút ngắn được: chọn ngày từ {} đến trước {}. Muốn kéo dài thì cử thêm lần nữa.",
                text::date(earliest),
                text::date(it.rule.until)
            );
            fields.wrong("den-ngay", text);
        }
        until.map(Wish::Shorten)
    };
    let wish = match fields.finish(wish) {
        Ok(wish) => wish,
        Err(m) => {
            let it = View::of(it, today);
            let page = Change { shell: site.shell(&who), m: &m, it };
            return Err(Failure::Mistaken(site.page(&page)?));
        }
    };
    let asker = who.clone();
    site.write(&who, move |tx| {
        let narrow = reach(tx, &asker)?.narrow();
        let it = sql::find(tx, id, narrow.as_deref())?.ok_or(Failure::NotFound)?;
        let until = match wish {
            Wish::Shorten(until) => Some(until),
            Wish::Revoke => today.yesterday().ok().filter(|last| *last >= it.rule.from),
        };
        match until {
            Some(until) => sql::end(tx, id, until)?,
            None => sql::delete(tx, id)?,
        };
        let details = serde_json::json!({"id": id, "until": until.map(|it| it.to_string())});
        let subject = staff::SUBJECT;
        tx.journal(Entry::new(subject, it.rule.absent.0, "end_substitution").details(&details));
        Ok(())
    })
    .await?;
    Ok(told(
        ADDRESS,
        match wish {
            Wish::Shorten(_) => "Đã rút ngắn lần thay.",
            Wish::Revoke => "Đã kết thúc lần thay.",
        },
    ))
}
