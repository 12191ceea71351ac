//! What is received, settled and returned in one go: under the next number of its book where a book numbers
//! it, else under that which was typed.

use domain::{
    access::Role,
    dossier::Maker,
    ids::{StaffId, UnitId},
};
use site::{
    Failure, Mistakes, Typed,
    at_once::{AtOnce, BookAsks},
};
use store::Tx;

use crate::{
    dossiers::{
        desk::{self, AtOnceNumber, Intake, Received},
        view::Around,
    },
    fees::{
        Chosen,
        facts::{Tariff, counted_of},
    },
    procedures::facts::Version,
};

/// What the intake form asks for itself.
const OWN: &[(&str, &str)] = &[
    ("applicant", "ho-ten"),
    ("id_number", "so-giay-to"),
    ("birth_date", "ngay-sinh"),
    ("address", "dia-chi"),
    ("fee", "le-phi"),
    ("signer", "nguoi-ky"),
];

/// A matter of which nothing is known yet.
fn blank(around: &Around, unit: UnitId, version: &Version, tariff: &Tariff) -> AtOnce {
    AtOnce {
        body: around.body_of(unit),
        procedure: version.body.code.clone(),
        dossier: None,
        applicant: String::new(),
        id_number: String::new(),
        birth_date: String::new(),
        address: String::new(),
        request: String::new(),
        fee: None,
        copies: 0,
        pages: 0,
        is_counted: tariff.rates.iter().any(|it| it.rate.counts_pieces()),
        signer: String::new(),
        own: OWN,
    }
}

/// What the book of a procedure that is settled at once asks for; nothing if it has none, or whoever
/// receives does not keep it.
pub(super) fn asks(
    tx: &mut Tx<'_>,
    around: &Around,
    unit: UnitId,
    version: &Version,
    tariff: &Tariff,
) -> Result<Option<BookAsks>, Failure> {
    if !version.body.on_the_spot {
        return Ok(None);
    }
    around.site.book_asks(&around.who, tx, &blank(around, unit, version, tariff))
}

/// Puts what usually stands there into the book's fields of a form that is shown for the first time.
pub(super) fn propose(asks: Option<&BookAsks>, typed: &mut Typed) {
    for it in asks.iter().flat_map(|it| &it.fields) {
        if !typed.has(&it.name) {
            typed.set(&it.name, it.preset.clone());
        }
    }
}

/// Settles what the form says. Mistakes are a value: then nothing was taken or written.
///
/// # Errors
/// [`Failure::Refused`] if it cannot be settled.
pub(super) fn settle(
    tx: &mut Tx<'_>,
    (around, maker, all): (&Around, &Maker, &Typed),
    (version, tariff): (&Version, &Tariff),
    (intake, chosen): (&Intake, &Chosen),
    (signer, typed): (StaffId, Option<String>),
) -> Result<Result<Received, Mistakes>, Failure> {
    let (desk, body) = (around.desk(), around.body_of(intake.unit));
    let leaders = around.people(tx, Role::Leader, body, body)?;
    let Some(leader) = leaders.iter().find(|it| it.id == signer) else {
        return Err(Failure::Refused(
            "Người ký được chọn không phải lãnh đạo của đơn vị. Hãy chọn lại người ký.".to_owned(),
        ));
    };
    if let Some(number) = &typed
        && let Some(why) = desk::typed_number_taken(tx, desk, intake, number)?
    {
        return Ok(Err(Mistakes::one(all.clone(), "so-van-ban", why.to_string())));
    }
    let person = &intake.person;
    let counted = counted_of(&chosen.assessment);
    let is_named = person.request != version.body.name;
    let case = AtOnce {
        applicant: person.name.clone(),
        id_number: person.id_number.clone(),
        birth_date: person.birth_date.clone(),
        address: person.address.clone(),
        request: if is_named { person.request.clone() } else { String::new() },
        fee: Some(intake.fee),
        copies: counted.map_or(0, |it| it.copies),
        pages: counted.map_or(0, |it| it.pages),
        signer: format!("{}, {}", leader.name, leader.title),
        ..blank(around, intake.unit, version, tariff)
    };
    let number = match around.site.book_number(&around.who, tx, &case, all)? {
        Ok(Some(it)) => AtOnceNumber::OfBook(it),
        Ok(None) => typed.map_or(AtOnceNumber::None, AtOnceNumber::Typed),
        Err(wrong) => {
            let by_field = wrong.into_iter().collect();
            return Ok(Err(Mistakes { by_field, typed: all.clone() }));
        }
    };
    let fee = (&chosen.assessment, chosen.by_hand, chosen.reason.as_str());
    let fee = chosen.any.then_some(fee);
    desk::settle_and_charge(tx, desk, maker, intake, (signer, number), fee).map(Ok)
}
