//! The step that settles at the desk what was accepted first (NĐ 61/2018 Đ.17 k.5).

use domain::{
    access::Role,
    dossier::{Maker, What},
    ids::StaffId,
};
use jiff::civil::DateTime;
use site::{Failure, Fields};
use store::Tx;

use super::{
    ask::{Ask, pairs},
    numbers, staff_of,
};
use crate::dossiers::{desk::OnDesk, view::Around};

/// What is asked: who signs, and the number where no series of the workflow gives it.
pub(super) fn ask(
    tx: &mut Tx<'_>,
    around: &Around,
    on_desk: &OnDesk,
    ask: &mut Ask,
) -> Result<(), Failure> {
    if !on_desk.is_settled_at_once() {
        return Err(Failure::Refused(
            "Thủ tục này không giải quyết ngay tại Bộ phận Một cửa. Hãy chuyển hồ sơ.".to_owned(),
        ));
    }
    let body = on_desk.kept.body;
    ask.people = pairs(around.people(tx, Role::Leader, body, body)?);
    ask.people_label = "Người ký";
    if on_desk.series_at_once().is_none() {
        ask.number_label = "Số chứng thực, số trích lục (nếu có)";
    }
    Ok(())
}

/// What was answered; nothing if no signer was chosen.
pub(super) fn read(
    tx: &mut Tx<'_>,
    on_desk: &OnDesk,
    maker: &Maker,
    (fields, signer): (&mut Fields, Option<StaffId>),
    now: DateTime,
) -> Result<Option<What>, Failure> {
    let typed = fields.optional_text(numbers::FIELD, 60).filter(|it| !it.is_empty());
    let free = match (&typed, on_desk.series_at_once()) {
        (Some(_), None) => numbers::read(tx, on_desk, fields, typed.clone())?.is_some(),
        _ => true,
    };
    let Some(signer) = signer.filter(|_| free) else { return Ok(None) };
    let number = on_desk.number_at_once(tx, now)?.or(typed);
    Ok(Some(What::SettleOnTheSpot { officer: staff_of(maker)?, signer, number }))
}
