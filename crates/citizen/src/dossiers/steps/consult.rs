//! What the forms say by which other offices are asked, and by which they answer.

use domain::{
    dossier::{Asked, Maker, OnPaper, Resume, SuspensionKind, What},
    ids::UnitId,
};
use jiff::civil::{Date, DateTime};
use site::{Fields, Typed};

use super::ask::{Ask, question};
use crate::dossiers::{desk::OnDesk, view::Around};

/// The field of the units that are asked at once.
const MANY: &str = "cac-don-vi";
/// Values of the buttons that tick and untick all of them; without scripts the page comes again so.
const ALL: &str = "chon-het";
const NONE: &str = "bo-chon-het";

/// Whether a form was sent for its ticks alone.
pub(super) fn only_ticks(typed: &Typed) -> bool {
    matches!(typed.get("viec"), ALL | NONE)
}

/// Whether a unit's box is ticked on the form that is shown.
pub(super) fn is_chosen(typed: &Typed, unit: &str) -> bool {
    match typed.get("viec") {
        ALL => true,
        NONE => false,
        _ => typed.all(MANY).any(|it| it == unit),
    }
}

/// One unit is asked until a day.
pub(super) fn one(
    fields: &mut Fields,
    on_desk: &OnDesk,
    unit: Option<UnitId>,
    (now, closing): (DateTime, impl Fn(Date) -> DateTime),
) -> Option<What> {
    let clock = &on_desk.version.body.clock;
    let day = fields.date("ngay");
    if day.is_some_and(|it| it < now.date()) {
        fields.wrong("ngay", "Ngày đề nghị trả lời không thể trước hôm nay.");
    }
    let due = on_desk.kept.dossier.due_at.map(|it| it.date());
    let pause = clock.pauses_for(SuspensionKind::Consultation);
    if !pause && day.zip(due).is_some_and(|(day, due)| day > due) {
        fields.wrong("ngay", "Ngày đề nghị trả lời phải trước ngày hẹn trả kết quả.");
    }
    unit.zip(day).map(|(unit, day)| What::Consult { unit, due_at: closing(day), pause })
}

/// Several are asked at once, each within the time that the workflow gives it.
pub(super) fn many(
    fields: &mut Fields,
    around: &Around,
    on_desk: &OnDesk,
    (asks, now): (&Ask, DateTime),
) -> Option<What> {
    let chosen: Vec<UnitId> = fields
        .typed()
        .all(MANY)
        .filter(|it| asks.many.iter().any(|(id, _)| id == it))
        .filter_map(|it| it.parse().ok().map(UnitId))
        .collect();
    if chosen.is_empty() {
        fields.wrong(MANY, "Chọn ít nhất một đơn vị.");
    }
    let calendar = around.desk().calendar(on_desk.kept.unit);
    let asked = chosen.iter().filter_map(|id| {
        let it = question(on_desk.questions(), around.who.tree.unit(*id)?)?;
        let due_at = calendar.after_minutes(now, it.minutes)?;
        Some(Asked { unit: *id, due_at })
    });
    let asked: Vec<_> = asked.collect();
    (!asked.is_empty()).then_some(What::ConsultMany { asked })
}

/// A unit answers; who asked it enters no more than the paper on which it did.
pub(super) fn answer(
    fields: &mut Fields,
    maker: &Maker,
    unit: Option<UnitId>,
    (resume, today): (Option<Resume>, Date),
) -> Option<What> {
    let unit = unit?;
    if maker.answers_for.contains(&unit) {
        return Some(What::Answer { unit, resume, paper: None });
    }
    let number = fields.text("so-tra-loi", 60);
    let on = fields.date("ngay-tra-loi");
    if on.is_some_and(|it| it > today) {
        fields.wrong("ngay-tra-loi", "Ngày của văn bản trả lời không thể sau hôm nay.");
        return None;
    }
    number.zip(on).map(|(number, on)| What::Answer {
        unit,
        resume,
        paper: Some(OnPaper { number, on }),
    })
}
