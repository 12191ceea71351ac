//! The office's side: the list, one feedback, its steps, what is set up, figures.

mod figures;
mod list;
mod log;
mod one;
mod paper;
mod publish;
mod setup;
mod steps;

pub(super) use publish::{propose_as as propose, release_as as publish};

use domain::{access::Action, ids::FeedbackId};
use site::{Awaiting, Failure, Routes, Site, Who, get, post};
use store::Tx;

use super::{
    desk,
    sql::{
        answers,
        core::Kept,
        list::{self as rows, Filter},
    },
};

/// The list.
pub(super) const PAGE: &str = "/co-quan/phan-anh";

/// The routes of this part.
pub(super) fn routes() -> Routes {
    let (view, sort, answer) = (Action::FeedbackView, Action::FeedbackSort, Action::FeedbackAnswer);
    let (release, manage) = (Action::FeedbackPublish, Action::VoiceManage);
    Routes::default()
        .menu("Phản ánh, kiến nghị", PAGE, view)
        .awaits(awaits)
        .on(PAGE, view, get(list::page))
        .on("/co-quan/phan-anh/xuat", view, get(list::export))
        .on("/co-quan/phan-anh/moi", Action::FeedbackLog, get(log::form).post(log::save))
        .on("/co-quan/phan-anh/moi/xong/{pass}", Action::FeedbackLog, get(log::done))
        .on("/co-quan/phan-anh/so-lieu", Action::VoiceFigures, get(figures::page))
        .on("/co-quan/phan-anh/so-lieu/xuat", Action::VoiceFigures, get(figures::export))
        .on("/co-quan/phan-anh/thiet-lap", manage, get(setup::page))
        .on("/co-quan/phan-anh/thiet-lap/xom", manage, post(setup::add_village))
        .on("/co-quan/phan-anh/thiet-lap/bo-xom", manage, post(setup::end_village))
        .on("/co-quan/phan-anh/thiet-lap/vung-xa", manage, post(setup::set_remote))
        .on("/co-quan/phan-anh/thiet-lap/khoa", manage, post(setup::add_key))
        .on("/co-quan/phan-anh/thiet-lap/bo-khoa", manage, post(setup::end_key))
        .on("/co-quan/phan-anh/thiet-lap/bang-qr", manage, get(paper::poster))
        .on("/co-quan/phan-anh/thiet-lap/the-can-bo", manage, get(paper::badge))
        .on("/co-quan/phan-anh/{id}", view, get(one::page))
        .on("/co-quan/phan-anh/{id}/tep/{file}", view, get(one::file))
        .on("/co-quan/phan-anh/{id}/phan-loai", sort, post(steps::sort))
        .on("/co-quan/phan-anh/{id}/giao", sort, post(steps::assign))
        .on("/co-quan/phan-anh/{id}/hoi-them", sort, post(steps::ask_more))
        .on("/co-quan/phan-anh/{id}/khong-thu-ly", sort, post(steps::reject))
        .on("/co-quan/phan-anh/{id}/chuyen", sort, post(steps::hand_on))
        .on("/co-quan/phan-anh/{id}/chuyen-ngoai", sort, post(steps::hand_out))
        .on("/co-quan/phan-anh/{id}/tach", sort, post(steps::split))
        .on("/co-quan/phan-anh/{id}/mo-lai", sort, post(steps::reopen))
        .on("/co-quan/phan-anh/{id}/niem-kin", sort, post(steps::seal))
        .on("/co-quan/phan-anh/{id}/tra-loi", answer, post(steps::draft))
        .on("/co-quan/phan-anh/{id}/duyet", release, post(steps::release))
        .on("/co-quan/phan-anh/{id}/cong-khai", answer, post(publish::propose))
        .on("/co-quan/phan-anh/{id}/cong-khai/duyet", release, post(publish::release))
        .on("/co-quan/phan-anh/{id}/go", release, post(publish::unpublish))
        .on("/co-quan/phan-anh/{id}/nguoi-gui", Action::SenderReveal, post(steps::reveal))
}

/// The feedback `id`, if it lies within what `who` may do `action` to. What is sealed is not found here, nor what is
/// said about himself.
pub(super) fn find(
    tx: &mut Tx<'_>,
    who: &Who,
    action: Action,
    id: FeedbackId,
) -> Result<Kept, Failure> {
    let kept = desk::held(tx, id)?;
    let is_sealed = kept.state.status == domain::feedback::Status::Sealed;
    let is_about_himself = kept.staff.is_some() && kept.staff == who.staff;
    if is_sealed || is_about_himself || !who.can_at(action, kept.state.unit) {
        Err(Failure::NotFound)
    } else {
        Ok(kept)
    }
}

/// The units whose feedback `who` may do `action` to.
pub(super) fn units(who: &Who, action: Action) -> Vec<domain::ids::UnitId> {
    match who.scope(action) {
        domain::access::Scope::Everything => who.tree.all().map(|it| it.id).collect(),
        domain::access::Scope::Units(units) => units,
    }
}

/// First page: what waits to be classified, what is late, drafts that wait for a second pair of eyes, what one works on.
fn awaits(_: &Site, who: &Who, tx: &mut Tx<'_>) -> Result<Vec<Awaiting>, Failure> {
    let mut all = Vec::new();
    let mut ask = |tx: &mut Tx<'_>, filter: Filter, label: &str, query: &str, is_bad: bool| {
        let count = rows::count(tx, &filter, 1_000)?;
        if count > 0 {
            all.push(Awaiting {
                label: format!("{count} {label}"),
                href: format!("{PAGE}?{query}"),
                is_bad,
                ..Awaiting::default()
            });
        }
        Ok::<(), Failure>(())
    };
    let can = |action| who.can(action, domain::access::Object::Anything);
    if can(Action::FeedbackSort) {
        let units = units(who, Action::FeedbackSort);
        let of = |status: &str, late| Filter {
            units: units.clone(),
            status: status.to_owned(),
            late,
            not_about: who.staff,
            ..Filter::default()
        };
        ask(tx, of("unsorted", false), "phản ánh chờ phân loại", "trang-thai=unsorted", false)?;
        ask(tx, of("", true), "phản ánh quá hạn", "qua-han=1", true)?;
    }
    if let (Some(staff), true) = (who.staff, can(Action::FeedbackAnswer)) {
        let filter = Filter {
            units: units(who, Action::FeedbackAnswer),
            status: "open".to_owned(),
            officer: Some(staff),
            not_about: Some(staff),
            ..Filter::default()
        };
        ask(tx, filter, "phản ánh giao cho tôi", "trang-thai=open&cua-toi=1", false)?;
    }
    if can(Action::FeedbackPublish) {
        let units = units(who, Action::FeedbackPublish);
        for (count, label, query) in [
            (answers::waiting(tx, &units, who.account)?, "câu trả lời chờ duyệt", "cho-duyet=1"),
            (
                answers::proposed(tx, &units, who.account)?,
                "lời công khai chờ duyệt",
                "cho-cong-khai=1",
            ),
        ] {
            if count > 0 {
                all.push(Awaiting {
                    label: format!("{count} {label}"),
                    href: format!("{PAGE}?{query}"),
                    ..Awaiting::default()
                });
            }
        }
    }
    Ok(all)
}
