//! What of filing stands first on somebody's first page: what came over the line and is to be answered within the
//! hours of the law; for whoever files for others and sees nothing else, the door to it.

use citizen::procedures::facts as procedures;
use domain::{
    access::{Action, Object},
    dossier::Status,
    text,
};
use jiff::ToSpan as _;
use site::{Awaiting, Failure, Site, Who};
use store::Tx;

use super::{
    assist,
    draft::KEY,
    office,
    sql::{self, Filter},
};

/// An answer that is due within so many hours is shown as one that is late.
const SOON_HOURS: i64 = 2;
/// Filings for others that are shown.
const LATELY: i64 = 5;

/// See the module.
pub(super) fn awaits(site: &Site, who: &Who, tx: &mut Tx<'_>) -> Result<Vec<Awaiting>, Failure> {
    let mut all = Vec::new();
    let units = office::counters(who);
    if !units.is_empty() {
        let count = sql::waiting(tx, &units)?;
        let wanted = Filter { units, waiting: true, ..Filter::default() };
        if let Some(first) = sql::list(tx, &wanted, 1)?.into_iter().next() {
            let now = who.now.civil();
            let (due, soon) = (first.answer_due_at, now.checked_add(SOON_HOURS.hours()));
            let by = text::date_time(due);
            let when = if due < now {
                format!("sớm nhất phải trả lời trước {by}, đã quá giờ")
            } else {
                format!("sớm nhất trả lời trước {by}")
            };
            all.push(Awaiting {
                label: format!("{} hồ sơ trực tuyến chờ tiếp nhận, {when}", text::number(count)),
                href: office::PAGE.to_owned(),
                is_bad: soon.is_ok_and(|it| due <= it),
                ..Awaiting::default()
            });
        }
    }
    let files = who.can(Action::FilingAssist, Object::Anything);
    if files && !who.can(Action::DossierView, Object::Anything) {
        let catalogue = procedures::catalogue(site, tx)?;
        let mut lately = Vec::new();
        for it in sql::assisted(tx, who.account, LATELY)? {
            let name = catalogue.get(&it.procedure);
            let name = name.map_or_else(|| it.procedure.clone(), |it| it.body.name.clone());
            lately.push(if it.key.is_empty() {
                let status = Status::from_code(&it.status).and_then(Status::public);
                let status = status.map_or("đang xử lý", |it| it.label());
                (format!("{name}: {}, {}", it.code, status.to_lowercase()), String::new())
            } else {
                let href = format!("/nop/{}/{}", it.procedure, site.seal.open(KEY, &it.key)?);
                (format!("{name}: chưa gửi, làm tiếp"), href)
            });
        }
        all.push(Awaiting {
            label: "Nộp hộ người dân".to_owned(),
            href: assist::PAGE.to_owned(),
            begins: true,
            lately_title: "Vừa nộp hộ",
            lately,
            ..Awaiting::default()
        });
    }
    Ok(all)
}
