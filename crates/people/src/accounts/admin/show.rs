//! One account.

use askama::Template;
use domain::{
    ids::{AccountId, StaffId},
    text,
};
use site::{Failure, Html, Path, Shell, Site, State, Who};
use store::journal;

use super::{
    super::{facts::SUBJECT, sql as accounts},
    Around, list, sql,
};
use crate::units::facts::plain;

struct GrantView {
    id: i64,
    role: &'static str,
    unit: String,
    from: String,
    until: String,
    state: &'static str,
    may_end: bool,
}

#[derive(Template)]
#[template(path = "accounts/admin/templates/show.html")]
struct Show {
    shell: Shell,
    id: AccountId,
    login: String,
    name: String,
    staff: Option<StaffId>,
    states: Vec<(&'static str, &'static str)>,
    is_disabled: bool,
    locked_until: Option<String>,
    may_wait: bool,
    failures: i64,
    has_totp: bool,
    passkeys: i64,
    must_have_totp: bool,
    created: String,
    last: String,
    sessions: i64,
    grants: Vec<GrantView>,
    is_own: bool,
    outside: Option<String>,
}

/// GET `/co-quan/quan-tri/tai-khoan/{id}`
pub async fn show(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<i64>,
) -> Result<Html<String>, Failure> {
    let (asker, id, today) = (who.clone(), AccountId(id), who.today());
    let (around, last, sessions, demanded) = site
        .read(&who, move |tx| {
            let around = Around::load(tx, &asker, id)?;
            let last = journal::latest(tx, SUBJECT, id.0, "sign_in")?;
            let demanded = accounts::demands_second_factor(tx, id, today)?;
            Ok((around, last, sql::sessions(tx, id)?, demanded))
        })
        .await?;
    let outside = match around.demand_whole() {
        Err(Failure::Refused(why)) => Some(why),
        _ => None,
    };
    let Around { reach, kept, grants } = around;
    let grants = grants
        .iter()
        .map(|it| {
            let grant = it.grant;
            let is_over = grant.until.is_some_and(|until| until < today);
            GrantView {
                id: it.id,
                role: grant.role.label(),
                unit: plain(reach.title(grant.unit)).to_owned(),
                from: text::date(grant.from),
                until: grant.until.map_or_else(String::new, text::date),
                state: match (is_over, grant.from > today) {
                    (true, _) => "đã thôi",
                    (false, true) => "chưa đến ngày",
                    (false, false) => "đang có",
                },
                may_end: !is_over && reach.holds(grant.unit),
            }
        })
        .collect();
    let at = |it: domain::time::Instant| text::date_time(it.civil());
    site.page(&Show {
        shell: site.shell(&who),
        id,
        states: list::states(&kept, who.now),
        is_disabled: kept.disabled,
        may_wait: kept.may_wait(who.now),
        failures: kept.failures,
        locked_until: kept.locked_until.filter(|_| kept.is_locked(who.now)).map(at),
        has_totp: kept.has_totp,
        passkeys: kept.passkeys,
        must_have_totp: demanded,
        created: at(kept.created),
        last: last.map_or_else(|| "chưa đăng nhập lần nào".to_owned(), at),
        login: kept.login,
        name: kept.name,
        staff: kept.staff,
        sessions,
        grants,
        is_own: id == who.account,
        outside,
    })
}
