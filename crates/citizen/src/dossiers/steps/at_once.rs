//! The step that settles at the desk what was accepted first (NĐ 61/2018 Đ.17 k.5).

use domain::{
    access::Role,
    dossier::{Command, Maker, What},
    ids::StaffId,
    money::Dong,
};
use jiff::civil::DateTime;
use site::{
    Failure, Fields, Mistakes, Typed,
    at_once::{AtOnce, Keep},
};
use store::Tx;

use super::{
    ask::{Ask, pairs},
    numbers, staff_of,
};
use crate::{
    dossiers::{desk::OnDesk, sql, view::Around},
    fees::facts as fees,
};

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
    let case = case(tx, on_desk, "")?;
    ask.book = around.site.book_asks(&around.who, tx, &case)?;
    if ask.book.is_none() && on_desk.series_at_once().is_none() {
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
    (asks, now): (&Ask, DateTime),
) -> Result<Option<What>, Failure> {
    if asks.book.is_some() {
        // Its number comes with its entry, when everything else is right: [`numbered`].
        let Some(signer) = signer else { return Ok(None) };
        return Ok(Some(What::SettleOnTheSpot { officer: staff_of(maker)?, signer, number: None }));
    }
    let typed = fields.optional_text(numbers::FIELD, 60).filter(|it| !it.is_empty());
    let free = match (&typed, on_desk.series_at_once()) {
        (Some(_), None) => numbers::read(tx, on_desk, fields, typed.clone())?.is_some(),
        _ => true,
    };
    let Some(signer) = signer.filter(|_| free) else { return Ok(None) };
    let number = on_desk.number_at_once(tx, now)?.or(typed);
    Ok(Some(What::SettleOnTheSpot { officer: staff_of(maker)?, signer, number }))
}

/// What this form asks for itself.
const OWN: &[(&str, &str)] = &[("signer", "can-bo")];

/// The matter, as far as a book asks for it.
fn case(tx: &mut Tx<'_>, on_desk: &OnDesk, signer: &str) -> Result<AtOnce, Failure> {
    let (kept, body) = (&on_desk.kept, &on_desk.version.body);
    let person = sql::person(tx, kept.id)?.unwrap_or_default();
    let counted = fees::counted(tx, kept.id)?;
    let fee = kept.dossier.fee_due.0.max(kept.dossier.fee_paid.0);
    let is_named = person.request != body.name;
    Ok(AtOnce {
        body: kept.body,
        procedure: body.code.clone(),
        dossier: Some(kept.id),
        applicant: person.name,
        id_number: person.id_number,
        birth_date: person.birth_date,
        address: person.address,
        request: if is_named { person.request } else { String::new() },
        fee: Some(Dong(fee)).filter(|it| it.0 > 0),
        copies: counted.map_or(0, |it| it.copies),
        pages: counted.map_or(0, |it| it.pages),
        is_counted: false,
        signer: signer.to_owned(),
        own: OWN,
    })
}

/// Puts what is known into the fields of the book that nobody has filled in.
pub(super) fn propose(ask: &Ask, typed: &mut Typed) {
    for it in ask.book.iter().flat_map(|it| &it.fields) {
        if !typed.has(&it.name) {
            typed.set(&it.name, it.preset.clone());
        }
    }
}

/// Takes the number of what is settled at the desk out of its book: what writes the entry once the step is
/// taken, or nothing where no book numbers it. A mistake beside its field; then nothing was taken.
pub(super) fn numbered(
    tx: &mut Tx<'_>,
    around: &Around,
    on_desk: &OnDesk,
    command: &mut Command,
    typed: &Typed,
) -> Result<Result<Option<Keep>, Mistakes>, Failure> {
    let What::SettleOnTheSpot { signer, number, .. } = &mut command.what else {
        return Ok(Ok(None));
    };
    if number.is_some() {
        return Ok(Ok(None));
    }
    let name = people::staff::facts::person(tx, *signer, around.who.today())?
        .map_or_else(String::new, |it| format!("{}, {}", it.name, it.title));
    let case = case(tx, on_desk, &name)?;
    match around.site.book_number(&around.who, tx, &case, typed)? {
        Ok(None) => Ok(Ok(None)),
        Ok(Some(it)) => {
            *number = Some(on_desk.number_of_book(tx, &it)?);
            Ok(Ok(Some(it.keep)))
        }
        Err(wrong) => {
            let by_field = wrong.into_iter().collect();
            Ok(Err(Mistakes { by_field, typed: typed.clone() }))
        }
    }
}
