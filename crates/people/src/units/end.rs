//! The end of a unit, and taking it back.

use askama::Template;
use axum::response::Response;
use domain::{access::Action, ids::UnitId, org::check_change, text};
use jiff::civil::Date;
use site::{
    Failure, Fields, Filled, Html, Mistakes, OrRefuse as _, Path, Shell, Site, State, Typed, Who,
    told,
};
use store::{Tx, journal::Entry};

use super::{
    ADDRESS,
    edit::{Wrong, mark},
    facts::SUBJECT,
    reach::{Reach, plain, rule},
    sql::{self, Kept},
};

#[derive(Template)]
#[template(path = "units/templates/end.html")]
struct Form<'a> {
    shell: Shell,
    m: &'a Mistakes,
    id: UnitId,
    title: String,
    name: String,
    successors: Vec<(String, String)>,
}

fn page(
    site: &Site,
    who: &Who,
    reach: &Reach,
    kept: &Kept,
    m: &Mistakes,
) -> Result<Html<String>, Failure> {
    let own = kept.id.to_string();
    let none = (String::new(), "Không có, hoặc nhập sau".to_owned());
    let others = reach.options(reach.today()).into_iter().filter(|(id, _)| *id != own);
    let to_come = reach.all().filter(|it| {
        reach.holds(it.id) && it.versions.first().is_some_and(|first| first.from > reach.today())
    });
    let to_come = to_come.map(|it| (it.id.to_string(), reach.full_title(it.id)));
    site.page(&Form {
        shell: site.shell(who),
        m,
        id: kept.id,
        title: reach.title(kept.id).to_owned(),
        name: plain(reach.title(kept.id)).to_owned(),
        successors: std::iter::once(none).chain(others).chain(to_come).collect(),
    })
}

async fn load(site: &Site, who: &Who) -> Result<Reach, Failure> {
    let asker = who.clone();
    site.read(who, move |tx| Ok(Reach::load(tx, &asker, Action::UnitManage)?)).await
}

/// GET `/co-quan/quan-tri/don-vi/{id}/ket-thuc`
pub async fn form(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<i64>,
) -> Result<Html<String>, Failure> {
    let reach = load(&site, &who).await?;
    let kept = reach.demand(UnitId(id))?;
    let mut typed = Typed::default();
    typed.set("ngay-cuoi", text::date(who.today()));
    typed.set("ban", mark(kept));
    page(&site, &who, &reach, kept, &Mistakes::none(typed))
}

struct Wish {
    last: Date,
    successor: Option<UnitId>,
    source: String,
}

/// POST `/co-quan/quan-tri/don-vi/{id}/ket-thuc`
pub async fn end(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<i64>,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    let id = UnitId(id);
    let (seen, as_typed) = (typed.get("ban").to_owned(), typed.clone());
    let mut fields = Fields::of(typed);
    let last = fields.date("ngay-cuoi");
    let successor = match fields.typed().get("ke-thua") {
        "" => Some(None),
        typed => {
            let typed = typed.to_owned();
            fields.choice("ke-thua", |_| typed.parse().ok().map(|it| Some(UnitId(it))))
        }
    };
    let source = fields.optional_text("can-cu", 300);
    let wish = (|| Some(Wish { last: last?, successor: successor?, source: source? }))();
    let wish = match fields.finish(wish) {
        Ok(it) => it,
        Err(m) => return again(&site, &who, id, m).await,
    };
    let (asker, inner) = (who.clone(), site.clone());
    let done = site
        .write(&who, move |tx| {
            let reach = Reach::load(tx, &asker, Action::UnitManage)?;
            let kept = reach.demand(id)?;
            if mark(kept) != seen {
                return Ok(Err(("ban", super::STALE.to_owned())));
            }
            close(&inner, tx, &reach, kept, &wish)
        })
        .await?;
    match done {
        Ok(()) => Ok(told(&format!("{ADDRESS}/{id}"), "Đã ghi ngày kết thúc của đơn vị.")),
        Err((field, text)) => {
            let mut m = Mistakes::none(as_typed);
            m.by_field.insert(field.to_owned(), text);
            again(&site, &who, id, m).await
        }
    }
}

async fn again(site: &Site, who: &Who, id: UnitId, mut m: Mistakes) -> Result<Response, Failure> {
    let reach = load(site, who).await?;
    let kept = reach.demand(id)?;
    m.typed.set("ban", mark(kept));
    Err(Failure::Mistaken(page(site, who, &reach, kept, &m)?))
}

/// What still needs the unit after the day, in a sentence; none if nothing does.
fn needs(
    site: &Site,
    tx: &mut Tx<'_>,
    reach: &Reach,
    unit: UnitId,
    last: Date,
) -> Result<Option<String>, Failure> {
    let mut needs = Vec::new();
    let children: Vec<&str> = reach
        .all()
        .filter(|it| {
            it.versions.iter().any(|version| {
                version.parent == Some(unit) && version.until.is_none_or(|until| until > last)
            })
        })
        .map(|it| plain(reach.title(it.id)))
        .collect();
    if !children.is_empty() {
        let named = children.iter().take(5).copied().collect::<Vec<_>>().join(", ");
        let more = if children.len() > 5 { ", …" } else { "" };
        needs.push(format!("{} đơn vị trực thuộc ({named}{more})", children.len()));
    }
    for (count, what) in [
        (sql::holdings_after(tx, unit, last)?, "người giữ chức danh"),
        (sql::grants_after(tx, unit, last)?, "quyền được giao"),
    ] {
        if count > 0 {
            needs.push(format!("{} {what}", text::number(count)));
        }
    }
    needs.extend(site.needs_of(tx, unit, last)?);
    if needs.is_empty() {
        return Ok(None);
    }
    Ok(Some(format!(
        "Chưa kết thúc được: sau ngày {} còn {}. Hãy chuyển hoặc kết thúc các mục này trước.",
        text::date(last),
        needs.join("; ")
    )))
}

fn close(
    site: &Site,
    tx: &mut Tx<'_>,
    reach: &Reach,
    kept: &Kept,
    wish: &Wish,
) -> Result<Result<(), Wrong>, Failure> {
    let (id, last) = (kept.id, wish.last);
    let ended = match rule(kept).ended(last) {
        Ok(it) => it,
        Err(refusal) => return Ok(Err(("ngay-cuoi", refusal.to_string()))),
    };
    if let Some(text) = needs(site, tx, reach, id, last)? {
        return Ok(Err(("ngay-cuoi", text)));
    }
    if let Err(error) = check_change(&reach.units(), &ended) {
        return Ok(Err(("ngay-cuoi", error.to_string())));
    }
    let next = last.tomorrow().unwrap_or(last);
    if let Some(successor) = wish.successor
        && (successor == id || !reach.may_choose(successor, next))
    {
        let text = format!(
            "Đơn vị kế thừa phải đang hoạt động ngày {}. Hãy chọn đơn vị khác.",
            text::date(next)
        );
        return Ok(Err(("ke-thua", text)));
    }
    let at = kept.versions.iter().find(|it| it.holds_on(last)).ok_or(Failure::NotFound)?;
    sql::end_version(tx, at.id, Some(last))?;
    if let Some(successor) = wish.successor {
        sql::insert_successor(tx, id, successor, next)?;
    }
    let details = serde_json::json!({
        "last": last.to_string(),
        "successor": wish.successor.map(|it| it.0),
        "source": wish.source,
    });
    tx.journal(Entry::new(SUBJECT, id.0, "end").details(&details));
    site::outdate(tx, site::UNITS_EDITION)?;
    Ok(Ok(()))
}

/// POST `/co-quan/quan-tri/don-vi/{id}/mo-lai`: the end is taken back.
pub async fn reopen(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<i64>,
    Filled(_): Filled,
) -> Result<Response, Failure> {
    let (id, asker) = (UnitId(id), who.clone());
    site.write(&who, move |tx| {
        let reach = Reach::load(tx, &asker, Action::UnitManage)?;
        let kept = reach.demand(id)?;
        let open = rule(kept).reopened().or_refuse()?;
        check_change(&reach.units(), &open).or_refuse()?;
        let last = kept.versions.last().ok_or(Failure::NotFound)?;
        sql::end_version(tx, last.id, None)?;
        sql::delete_successors(tx, id)?;
        tx.journal(Entry::new(SUBJECT, id.0, "reopen"));
        Ok(site::outdate(tx, site::UNITS_EDITION)?)
    })
    .await?;
    Ok(told(&format!("{ADDRESS}/{id}"), "Đã bỏ ngày kết thúc của đơn vị."))
}
