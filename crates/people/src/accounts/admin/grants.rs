//! Giving an account a role within a unit, and ending it.

use askama::Template;
use axum::response::Response;
use domain::{
    access::{Grant, Role},
    ids::{AccountId, UnitId},
    text,
};
use jiff::civil::Date;
use site::{
    Failure, Fields, Filled, Html, Mistakes, Path, Shell, Site, State, Typed, Who,
    form::{Sending, Sent, new_token, once},
    told,
};
use store::journal::Entry;

use super::{
    super::{facts::SUBJECT, sql as accounts},
    ADDRESS, Around, demand_another,
    new::role_options,
    send_to_enrol,
    sql::{self, Granted},
};
use crate::units::facts::plain;

#[derive(Template)]
#[template(path = "accounts/admin/templates/grant.html")]
struct Form<'a> {
    shell: Shell,
    m: &'a Mistakes,
    id: AccountId,
    name: String,
    roles: Vec<(String, String)>,
    units: Vec<(String, String)>,
}

async fn load(site: &Site, who: &Who, id: AccountId) -> Result<Around, Failure> {
    let asker = who.clone();
    site.read(who, move |tx| Around::load(tx, &asker, id)).await
}

fn page(site: &Site, who: &Who, around: &Around, m: &Mistakes) -> Result<Html<String>, Failure> {
    let none = (String::new(), "– chọn –".to_owned());
    site.page(&Form {
        shell: site.shell(who),
        m,
        id: around.kept.id,
        name: format!("{} ({})", around.kept.name, around.kept.login),
        roles: role_options(),
        units: std::iter::once(none).chain(around.reach.options(who.today())).collect(),
    })
}

/// GET `/co-quan/quan-tri/tai-khoan/{id}/quyen`
pub async fn form(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<i64>,
) -> Result<Html<String>, Failure> {
    let around = load(&site, &who, AccountId(id)).await?;
    let mut typed = Typed::default();
    typed.set("tu-ngay", text::date(who.today()));
    typed.set("lan-gui", new_token());
    page(&site, &who, &around, &Mistakes::none(typed))
}

fn read(typed: Typed) -> Result<Grant, Mistakes> {
    let mut fields = Fields::of(typed);
    let role = fields.choice("vai-tro", Role::from_code);
    let unit = fields.choice("don-vi", |it| it.parse().ok().map(UnitId));
    let from = fields.date("tu-ngay");
    let until = fields.optional_date("den-ngay");
    if let (Some(from), Some(Some(until))) = (from, until)
        && until < from
    {
        fields.wrong("den-ngay", "Ngày cuối không thể trước ngày bắt đầu.");
    }
    let grant = (|| Some(Grant { role: role?, unit: unit?, from: from?, until: until? }))();
    fields.finish(grant)
}

/// Whether the two are of one role and unit and share a day.
pub(super) fn overlap(a: &Grant, b: &Grant) -> bool {
    a.role == b.role
        && a.unit == b.unit
        && a.until.is_none_or(|until| b.from <= until)
        && b.until.is_none_or(|until| a.from <= until)
}

/// POST `/co-quan/quan-tri/tai-khoan/{id}/quyen`
pub async fn grant(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<i64>,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    let id = AccountId(id);
    let around = load(&site, &who, id).await?;
    let (sending, as_typed) = (Sending::of(&who, &typed, "lan-gui"), typed.clone());
    let wanted = match read(typed) {
        Ok(it) => it,
        Err(m) => return Err(Failure::Mistaken(page(&site, &who, &around, &m)?)),
    };
    let asker = who.clone();
    let done = once(&site, &who, sending, move |tx| {
        let around = Around::load(tx, &asker, id)?;
        if !around.reach.may_choose(wanted.unit, wanted.from) {
            let text = "Hãy chọn một đơn vị trong danh sách, hoạt động vào ngày bắt đầu.";
            return Ok(Err(("don-vi", text.to_owned())));
        }
        if let Some(same) = around.grants.iter().find(|it| overlap(&it.grant, &wanted)) {
            let until = same.grant.until.map_or_else(|| "nay".to_owned(), text::date);
            let text = format!(
                "Tài khoản đã có quyền này từ {} đến {until}.",
                text::date(same.grant.from)
            );
            return Ok(Err(("vai-tro", text)));
        }
        let Grant { role, unit, from, until } = wanted;
        accounts::insert_grant(tx, id, role, unit, from, until)?;
        send_to_enrol(tx, id)?;
        let details = serde_json::json!({
            "role": role.code(),
            "unit": unit.0,
            "from": from.to_string(),
            "until": until.map(|it| it.to_string()),
        });
        tx.journal(Entry::new(SUBJECT, id.0, "grant").details(&details));
        Ok(Ok(format!("{ADDRESS}/{id}")))
    })
    .await?;
    match done {
        Sent::Done(location) => Ok(told(&location, "Đã giao quyền.")),
        Sent::Wrong((field, text)) => {
            let m = Mistakes::one(as_typed, field, text);
            Err(Failure::Mistaken(page(&site, &who, &around, &m)?))
        }
        Sent::Before(m) => Err(Failure::Mistaken(page(&site, &who, &around, &m)?)),
    }
}

#[derive(Template)]
#[template(path = "accounts/admin/templates/end_grant.html")]
struct End<'a> {
    shell: Shell,
    m: &'a Mistakes,
    id: i64,
    account: AccountId,
    name: String,
    role: &'static str,
    unit: String,
    from: String,
}

async fn held(site: &Site, who: &Who, id: i64) -> Result<(Around, Granted), Failure> {
    let asker = who.clone();
    site.read(who, move |tx| {
        let it = sql::find_grant(tx, id)?.ok_or(Failure::NotFound)?;
        let around = Around::load(tx, &asker, it.account)?;
        if around.reach.holds(it.grant.unit) { Ok((around, it)) } else { Err(Failure::NotFound) }
    })
    .await
}

fn end_page(
    site: &Site,
    who: &Who,
    around: &Around,
    it: &Granted,
    m: &Mistakes,
) -> Result<Html<String>, Failure> {
    site.page(&End {
        shell: site.shell(who),
        m,
        id: it.id,
        account: it.account,
        name: format!("{} ({})", around.kept.name, around.kept.login),
        role: it.grant.role.label(),
        unit: plain(around.reach.title(it.grant.unit)).to_owned(),
        from: text::date(it.grant.from),
    })
}

/// GET `/co-quan/quan-tri/quyen/{id}`
pub async fn end_form(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<i64>,
) -> Result<Html<String>, Failure> {
    let (around, it) = held(&site, &who, id).await?;
    let mut typed = Typed::default();
    typed.set("ngay-cuoi", text::date(it.grant.until.unwrap_or_else(|| who.today())));
    end_page(&site, &who, &around, &it, &Mistakes::none(typed))
}

/// POST `/co-quan/quan-tri/quyen/{id}`: the last day, or at once.
pub async fn end(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<i64>,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    let (around, it) = held(&site, &who, id).await?;
    let today = who.today();
    let at_once = typed.get("viec") == "ngay";
    let mut fields = Fields::of(typed);
    // What ends at once has yesterday for its last day; what has not begun never was.
    let last = if at_once { today.yesterday().ok() } else { fields.date("ngay-cuoi") };
    let earliest = it.grant.from.max(today);
    if !at_once && last.is_some_and(|last| last < earliest) {
        let text =
            format!("Chọn ngày từ {} trở đi, hoặc bấm “Thôi quyền ngay”.", text::date(earliest));
        fields.wrong("ngay-cuoi", text);
    }
    let last: Date = match fields.finish(last) {
        Ok(last) => last,
        Err(m) => return Err(Failure::Mistaken(end_page(&site, &who, &around, &it, &m)?)),
    };
    let (asker, account) = (who.clone(), it.account);
    site.write(&who, move |tx| {
        let around = Around::load(tx, &asker, account)?;
        let it = sql::find_grant(tx, id)?.filter(|it| around.reach.holds(it.grant.unit));
        let it = it.ok_or(Failure::NotFound)?;
        let next = last.tomorrow().unwrap_or(last).max(today);
        demand_another(tx, &around.reach, &[it], next)?;
        if last < it.grant.from {
            sql::delete_grant(tx, id)?;
        } else {
            sql::end_grant(tx, id, last)?;
        }
        let details = serde_json::json!({
            "role": it.grant.role.code(),
            "unit": it.grant.unit.0,
            "last": last.to_string(),
        });
        tx.journal(Entry::new(SUBJECT, account.0, "end_grant").details(&details));
        Ok(())
    })
    .await?;
    Ok(told(&format!("{ADDRESS}/{account}"), "Đã ghi việc thôi quyền."))
}
