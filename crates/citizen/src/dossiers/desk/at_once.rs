//! What is settled at the counter in one go: received, signed, numbered, paid and handed over in one
//! transaction.

use domain::{
    dossier::{Collector, Command, Dossier, Maker, Refused, ReturnChannel, What, decide_all},
    ids::StaffId,
};
use site::{Failure, OrRefuse, at_once::BookNumber};
use store::Tx;

use super::{Desk, DeskError, Intake, Received, beside, money, no, numbers, opening::Opened};

/// Receives a dossier, settles it and, if nothing is owed any more, returns the result, all at
/// the desk (NĐ 61/2018 Đ.17 k.5).
///
/// # Errors
/// [`Failure::Refused`] if the procedure is not settled at once or the law says no.
pub fn settle_on_the_spot(
    tx: &mut Tx<'_>,
    desk: Desk<'_>,
    maker: &Maker,
    intake: &Intake,
    signer: StaffId,
    number: Option<String>,
) -> Result<Received, Failure> {
    let number = number.map_or(AtOnceNumber::None, AtOnceNumber::Typed);
    settle_and_charge(tx, desk, maker, intake, (signer, number), None)
}

/// Under which number something is settled at the counter.
pub enum AtOnceNumber {
    /// Under none, unless its workflow names a series.
    None,
    /// Under that which was typed, unless its workflow names a series.
    Typed(String),
    /// Under that which a book gives with its entry.
    OfBook(BookNumber),
}

/// [`settle_on_the_spot`] with how the fee came about: worked out or typed by hand, and then why.
///
/// # Errors
/// [`Failure::Refused`] if the procedure is not settled at once, the law says no, or money is to be taken
/// and no book of receipts is open.
pub fn settle_and_charge(
    tx: &mut Tx<'_>,
    desk: Desk<'_>,
    maker: &Maker,
    intake: &Intake,
    (signer, number): (StaffId, AtOnceNumber),
    assessment: Option<(&domain::fees::Assessment, bool, &str)>,
) -> Result<Received, Failure> {
    let opened = Opened::accepted(tx, desk, intake)?;
    if !opened.version.body.on_the_spot {
        return Err(no(&DeskError::NotOnTheSpot));
    }
    let officer = maker.staff.ok_or(Refused::NotInPerson).or_refuse()?;
    // It is issued now, on whatever day it was received.
    let numbering = opened.numbering(tx.now().civil().year());
    let (counted, number, entry) = match number {
        AtOnceNumber::OfBook(it) => {
            let number = numbers::of_book(tx, numbering, &it)?;
            (None, Some(number), Some(it.keep))
        }
        other => {
            let typed = if let AtOnceNumber::Typed(it) = other { Some(it) } else { None };
            let counted = opened.number_at_once(tx, numbering)?;
            let number = counted.as_ref().map(|it| it.written.clone()).or(typed);
            (counted, number, None)
        }
    };
    if let Some(number) = &number {
        numbers::claim(tx, numbering, number)?;
    }
    let mut commands = vec![
        opened.submit(intake),
        opened.accept(desk, intake)?,
        What::SettleOnTheSpot { officer, signer, number }.into(),
    ];
    if intake.fee.0 > 0 {
        commands.push(What::MarkPaid { amount: intake.fee, resume: None, paid_at: None }.into());
    }
    // Who came is who takes it home.
    let by_proxy = !intake.person.proxy_name.is_empty();
    let collector = if by_proxy { Collector::Proxy } else { Collector::Applicant };
    let handed = What::Return { channel: ReturnChannel::Counter, collector };
    let words = if by_proxy { beside::filer(&intake.person).words() } else { String::new() };
    commands.push(Command { what: handed, words: Some(words) });
    let (after, events) = decide_all(&Dossier::default(), commands, maker, tx.now()).or_refuse()?;
    let received = opened.keep(tx, intake, &after, &events)?;
    if let Some(it) = counted {
        it.keep(tx, received.id)?;
    }
    if let Some(keep) = entry {
        keep(tx, received.id)?;
    }
    money::receipt_at_once(tx, received.id, assessment, intake.fee)?;
    Ok(received)
}
