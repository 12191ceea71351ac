//! Liên thông: a part of a case done by another unit. The parent keeps its clock at its lead, each child
//! has its own within it, and papers change hands by a numbered slip that the receiver confirms.
//!
//! The rules are in `domain::link`.

use domain::{access::Action, link::HandOverState};
use site::{AdminGroup, Failure, Routes, Site, get, post};
use store::{Fault, Tx, journal::Entry};

pub mod acts;
mod chain;
pub mod facts;
pub(crate) mod follow;
mod hand;
mod list;
mod pages;
mod slip;
pub(crate) mod sql;

#[cfg(test)]
pub(crate) mod tests;

pub(super) use chain::{Chain, chain, hides};
pub(super) use list::{Alarm, alarms};
pub use sql::{Handed, Link};

/// The routes of this slice.
pub(super) fn routes() -> Routes {
    Routes::default()
        .admin(
            AdminGroup::Work,
            ("Bàn giao liên thông", "/co-quan/lien-thong"),
            Action::DossierView,
            "Phiếu bàn giao hồ sơ, kết quả giữa các đơn vị; phiếu chưa xác nhận và quá giờ.",
        )
        .job("hand_over_late", 5, ring)
        .on("/co-quan/lien-thong", Action::DossierView, get(list::list))
        .on(
            "/co-quan/ho-so/{id}/lien-thong",
            Action::DossierStep,
            get(pages::form).post(pages::open),
        )
        .on("/co-quan/lien-thong/{id}/mo-tiep", Action::DossierStep, post(hand::open_planned))
        .on(
            "/co-quan/lien-thong/{id}/rut",
            Action::DossierStep,
            get(hand::withdraw_form).post(hand::withdraw),
        )
        .on(
            "/co-quan/lien-thong/{id}/tra",
            Action::DossierStep,
            get(hand::back_form).post(hand::send_back),
        )
        .on("/co-quan/lien-thong/ban-giao/{id}/nhan", Action::DossierStep, post(hand::take))
        .on(
            "/co-quan/lien-thong/ban-giao/{id}/khong-nhan",
            Action::DossierStep,
            get(hand::refuse_form).post(hand::refuse),
        )
        .on("/co-quan/lien-thong/ban-giao/{id}/in", Action::DossierView, get(slip::print))
}

/// What another installation is called on pages, where a link has no unit of ours.
fn elsewhere(tx: &mut Tx<'_>, link: Option<&Link>) -> Result<String, Fault> {
    let Some(link) = link.filter(|it| it.from_unit.is_none() || it.to_unit.is_none()) else {
        return Ok(String::new());
    };
    let known = crate::relay::facts::elsewhere(tx, link.id)?;
    Ok(known.map_or_else(|| "Hệ thống khác".to_owned(), |it| it.unit))
}

/// Rings for papers that nobody has confirmed in time: once each, in the journal of the case. Both sides
/// see them in red until they are confirmed.
fn ring(_: &Site, tx: &mut Tx<'_>) -> Result<(), Failure> {
    let now = tx.now().civil();
    for late in sql::ring(tx, now)? {
        let Some(link) = sql::find(tx, late.link)? else { continue };
        let Some(id) = link.parent.or(link.child) else { continue };
        let about = serde_json::json!({
            "link": link.id, "hand_over": late.id, "unit": late.to_unit.map(|it| it.0),
        });
        tx.journal(Entry::new(super::sql::SUBJECT, id.0, "link_late").details(&about));
    }
    Ok(())
}

/// What an entry of the journal says of a link.
pub(super) fn act_label(act: &str) -> Option<&'static str> {
    let act = act.strip_prefix("link_")?;
    if act == "late" {
        return Some("Bàn giao liên thông quá giờ xác nhận");
    }
    if act == "apology" {
        return Some("Nơi làm phần việc xin lỗi, hẹn lại");
    }
    domain::link::LinkAct::from_code(act).map(|it| it.label())
}

/// The unit that such an entry is about.
pub(super) fn act_unit(details: &str) -> Option<domain::ids::UnitId> {
    let details: serde_json::Value = serde_json::from_str(details).ok()?;
    details.get("unit")?.as_i64().map(domain::ids::UnitId)
}

/// The states of a slip as choices of a list.
fn states() -> Vec<(String, String)> {
    let all = std::iter::once((String::new(), "Mọi trạng thái".to_owned()));
    let known = HandOverState::ALL.iter().map(|it| (it.code().to_owned(), it.label().to_owned()));
    all.chain(known).collect()
}

/// What the marks of papers are called; empty for what is no mark.
fn form_label(code: &str) -> &'static str {
    domain::paper::PaperMark::from_code(code).map_or("", domain::paper::PaperMark::label)
}
