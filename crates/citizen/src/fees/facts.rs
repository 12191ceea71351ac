//! Fees for other slices: the only door.

use domain::{
    eform::{Answers, Eform},
    fees::{
        Assessment, Exemption, Rate,
        catalogue::readable,
        proposal::{COPIES_OF_EXTRACTS, Counted as Counts, Proposal, propose},
        statement,
        vietqr::{self, Request},
    },
    ids::{DossierId, UnitId},
    money::Dong,
    procedure::{ChannelKind, ProcedureVersion},
};
use jiff::civil::Date;
use store::{Fault, Tx};

pub use super::sql::{
    cash::Refund,
    receipts::Receipt,
    table::{KeptAccount, KeptExemption, KeptRate},
};
use super::{
    bank,
    sql::{cash, receipts, table},
};
use crate::{dossiers::facts::Kept, procedures::facts as procedures};

pub use super::{
    calls::bank_signature,
    config::{configuration_export, configuration_import},
};

/// What lines of bank statements up to the day `until` say of payers goes, where nothing is to be done with them
/// any more; day, amount, reference and receipt stay. Says of how many lines.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn forget_statement_contents(tx: &mut Tx<'_>, until: Date) -> Result<usize, Fault> {
    super::sql::bank::forget_contents(tx, until)
}

/// Rates of one procedure at most.
const RATES_MAX: i64 = 60;

/// What can be charged for a procedure on a day, and who pays less.
#[derive(Debug, Clone, Default)]
pub struct Tariff {
    /// The rates.
    pub rates: Vec<KeptRate>,
    /// The exemptions that may hold.
    pub exemptions: Vec<KeptExemption>,
}

/// The table for one procedure on `day`.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn tariff(tx: &mut Tx<'_>, body: &ProcedureVersion, day: Date) -> Result<Tariff, Fault> {
    let filter = table::Filter { procedures: Some(vec![body.code.clone()]), on: Some(day) };
    let rates = table::rates(tx, &filter, RATES_MAX)?;
    let mut exemptions = table::exemptions(tx, Some(day))?;
    exemptions.retain(|it| {
        (it.exemption.sector.is_empty() || it.exemption.sector == body.sector)
            && (it.exemption.procedure.is_empty() || it.exemption.procedure == body.code)
    });
    Ok(Tariff { rates, exemptions })
}

/// What a dossier of `body` would be to pay by what was declared for it: the counter's to confirm.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn proposed(
    tx: &mut Tx<'_>,
    body: &ProcedureVersion,
    channel: ChannelKind,
    declared: Option<(&Eform, &Answers)>,
    day: Date,
) -> Result<Proposal, Fault> {
    let counted = declared.map_or_else(Counts::default, |it| Counts::of(it.0, it.1));
    let tariff = tariff(tx, body, day)?;
    let copies = match counted.beside {
        0 => Vec::new(),
        _ => {
            let codes = Some(vec![COPIES_OF_EXTRACTS.to_owned()]);
            table::rates(tx, &table::Filter { procedures: codes, on: Some(day) }, RATES_MAX)?
        }
    };
    fn fitting(all: &[KeptRate], channel: ChannelKind) -> Vec<&Rate> {
        let fits = |it: &&KeptRate| it.rate.channel.is_none_or(|it| it == channel);
        all.iter().filter(fits).map(|it| &it.rate).collect()
    }
    let (own, copies) = (fitting(&tariff.rates, channel), fitting(&copies, channel));
    // What is granted to whoever comes by this channel asks for no paper; everything else is for the counter to see.
    let by_channel = tariff.exemptions.iter().map(|it| &it.exemption);
    let by_channel = by_channel.filter(|it| it.channel == Some(channel) && it.proof.is_empty());
    let exemption = by_channel.max_by_key(|it| it.percent);
    Ok(propose(body, (&own, &copies), &counted, exemption))
}

/// Keeps what a dossier is to pay and why: by hand or not, the reason, whether it holds alone.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn record(
    tx: &mut Tx<'_>,
    dossier: DossierId,
    assessment: &Assessment,
    (by_hand, reason, replaces): (bool, &str, bool),
) -> Result<(), Fault> {
    table::insert_assessment(tx, dossier, assessment, (by_hand, reason, replaces))
}

/// A request to pay what a dossier owes. It is no payment.
#[derive(Debug, Clone)]
pub struct PayRequest {
    /// The square code's text.
    pub payload: String,
    /// The bank's name.
    pub bank: String,
    /// The account's number.
    pub number: String,
    /// In whose name.
    pub holder: String,
    /// How much.
    pub amount: Dong,
    /// What the payer is to write.
    pub purpose: String,
}

impl PayRequest {
    /// What stands beside the square code on paper.
    #[must_use]
    pub fn text(&self) -> String {
        let Self { bank, number, holder, amount, purpose, .. } = self;
        format!(
            "Nộp {amount} bằng chuyển khoản: quét mã, hoặc chuyển vào tài khoản {number} tại {bank}, chủ tài khoản \
             {holder}, nội dung {purpose}. Cơ quan xác nhận khi tiền có trên sao kê."
        )
    }
}

/// Receipts of a dossier that hold: row, number, amount.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn receipts_of(tx: &mut Tx<'_>, id: DossierId) -> Result<Vec<(i64, String, Dong)>, Fault> {
    let all = receipts::of_dossier(tx, id)?;
    let holding = all.into_iter().filter(|it| it.cancelled.is_none());
    Ok(holding.map(|it| (it.id, it.shown(), it.amount)).collect())
}

/// What a dossier is to pay, line by line; the lines add up to what it owes in all.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn lines_of(tx: &mut Tx<'_>, kept: &Kept) -> Result<Vec<(String, Dong)>, Fault> {
    let due = kept.dossier.fee_due;
    if due <= Dong::ZERO {
        return Ok(Vec::new());
    }
    let holding = super::till::holding(table::assessments(tx, kept.id)?);
    let lines: Vec<(String, Dong)> = holding
        .into_iter()
        .flat_map(|it| it.assessment.lines)
        .map(|it| (it.name, it.due))
        .collect();
    let sum = lines.iter().fold(Dong::ZERO, |sum, it| sum.plus(it.1));
    if sum == due { Ok(lines) } else { Ok(vec![("Phí, lệ phí".to_owned(), due)]) }
}

/// How many refunds at these units wait for `who` to decide on them, up to a thousand.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub(crate) fn refunds_to_decide(
    tx: &mut Tx<'_>,
    who: &site::Who,
    units: Vec<UnitId>,
) -> Result<i64, Fault> {
    let asked = super::sql::cash::refunds(tx, Some(units), Some("asked"), None, 1_000)?;
    let his = asked.iter().filter(|it| super::refunds::may_decide(who, it)).count();
    Ok(i64::try_from(his).unwrap_or(i64::MAX))
}

/// What the fee of a dossier was counted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counted {
    /// Copies.
    pub copies: u32,
    /// Pages of each; 0 if no pages were counted, or not every copy has as many.
    pub pages: u32,
}

/// How many copies the fee of a dossier was counted by; nothing if it was counted by none, or set by hand.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn counted(tx: &mut Tx<'_>, id: DossierId) -> Result<Option<Counted>, Fault> {
    let holding = super::till::holding(table::assessments(tx, id)?);
    Ok(counted_by(holding.iter().flat_map(|it| &it.assessment.lines)))
}

/// How many copies a fee was counted by; nothing if it was counted by none.
#[must_use]
pub(crate) fn counted_of(assessment: &domain::fees::Assessment) -> Option<Counted> {
    counted_by(&assessment.lines)
}

fn counted_by<'a>(lines: impl IntoIterator<Item = &'a domain::fees::Line>) -> Option<Counted> {
    lines.into_iter().filter(|it| it.copies > 0).fold(None, |all, it| match all {
        None => Some(Counted { copies: it.copies, pages: it.pages }),
        Some(Counted { copies, pages }) => Some(Counted {
            copies: copies.saturating_add(it.copies),
            pages: if pages == it.pages { pages } else { 0 },
        }),
    })
}

/// How a dossier's debt can be paid to the office's account; nothing if none is owed or there is no account.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn pay_request(tx: &mut Tx<'_>, kept: &Kept) -> Result<Option<PayRequest>, Fault> {
    let owed = Dong(kept.dossier.fee_due.0.saturating_sub(kept.dossier.fee_paid.0));
    if owed <= Dong::ZERO {
        return Ok(None);
    }
    let day = tx.now().civil().date();
    let Some(account) = table::account_of(tx, &[kept.unit, kept.body], day)? else {
        return Ok(None);
    };
    let purpose = statement::purpose_of(&kept.code);
    let request = Request {
        bank: account.bank.clone(),
        account: account.number.clone(),
        amount: Some(owed),
        purpose: purpose.clone(),
    };
    Ok(vietqr::payload(&request).ok().map(|payload| PayRequest {
        payload,
        bank: account.bank_name,
        number: account.number,
        holder: account.holder,
        amount: owed,
        purpose,
    }))
}

/// Fills the table with what the catalogue says beyond doubt, for procedures that have no rate yet, and with
/// the exemptions that a law itself grants. Gives how many rates were written.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn fill_from_catalogue(tx: &mut Tx<'_>, from: Date) -> Result<usize, Fault> {
    let known = table::procedures_with_rates(tx)?;
    let mut written = 0;
    for version in procedures::all(tx)? {
        if known.contains(&version.body.code) {
            continue;
        }
        for rate in version.body.fees.iter().flat_map(readable) {
            table::insert_rate(tx, None, &version.body.code, &rate, from, None)?;
            written += 1;
        }
    }
    if table::exemptions(tx, None)?.is_empty() {
        for it in by_law() {
            table::insert_exemption(tx, None, &it, from, None)?;
        }
    }
    Ok(written)
}

/// Exemptions that a law grants by itself. All others are the province's to decide.
///
/// Law: Luật Hộ tịch 60/2014/QH13 Đ.11 k.1.
fn by_law() -> Vec<Exemption> {
    let civil_status = |name: &str, proof: &str| Exemption {
        name: name.to_owned(),
        percent: 100,
        sector: "Hộ tịch".to_owned(),
        procedure: String::new(),
        channel: None,
        proof: proof.to_owned(),
        basis: "Luật Hộ tịch 60/2014/QH13 Đ.11 k.1 điểm a".to_owned(),
    };
    vec![
        civil_status(
            "Người thuộc gia đình có công với cách mạng",
            "Giấy xác nhận gia đình có công với cách mạng",
        ),
        civil_status("Người thuộc hộ nghèo", "Giấy chứng nhận hộ nghèo"),
        civil_status("Người khuyết tật", "Giấy xác nhận khuyết tật"),
    ]
}

/// Opens a book of receipts.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn open_book(
    tx: &mut Tx<'_>,
    unit: UnitId,
    prefix: &str,
    first: i64,
    last: i64,
) -> Result<i64, Fault> {
    let id = receipts::open_book(tx, unit, prefix, first, last)?;
    let details = serde_json::json!({"unit": unit, "prefix": prefix, "first": first, "last": last});
    tx.journal(store::journal::Entry::new("fee_book", id, "open").details(&details));
    Ok(id)
}

/// Opens an account to which citizens pay.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn open_account(tx: &mut Tx<'_>, it: &KeptAccount) -> Result<i64, Fault> {
    let id = table::insert_account(tx, it)?;
    let details = serde_json::json!({"unit": it.unit, "bank": it.bank});
    tx.journal(store::journal::Entry::new("fee_account", id, "open").details(&details));
    Ok(id)
}

/// Adds a rate to the table.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn add_rate(tx: &mut Tx<'_>, procedure: &str, rate: &Rate, from: Date) -> Result<i64, Fault> {
    table::insert_rate(tx, None, procedure, rate, from, None)
}

/// Codes of dossiers of a body that owe money, the newest first.
pub(crate) fn codes_owing(tx: &mut Tx<'_>, body: UnitId, limit: i64) -> Result<Vec<String>, Fault> {
    super::sql::bank::codes_owing(tx, body, limit)
}

/// Adds somebody who pays less or nothing.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn add_exemption(tx: &mut Tx<'_>, it: &Exemption, from: Date) -> Result<i64, Fault> {
    table::insert_exemption(tx, None, it, from, None)
}

/// Keeps the lines of a statement of the account of `unit`; those that are known are known again. Gives how
/// many were new.
///
/// # Errors
/// Any [`Fault`] of the engine, also if the unit has no account.
pub fn import_statement(
    tx: &mut Tx<'_>,
    unit: UnitId,
    file: &str,
    read: &super::statement::Statement,
) -> Result<usize, Fault> {
    let day = tx.now().civil().date();
    let account = table::account_of(tx, &[unit], day)?
        .ok_or_else(|| Fault::Broken(format!("unit {unit} has no account")))?;
    bank::keep(tx, account.id, file, read)
}

/// What is wrong with the money of this database, in words: closed days whose sums are not those of their
/// entries, and books whose receipts leave a gap. Empty in a sound one.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn unsound(tx: &mut Tx<'_>) -> Result<Vec<String>, Fault> {
    let mut wrong = cash::closed_wrongly(tx)?;
    wrong.extend(receipts::gaps(tx)?.into_iter().map(|it| format!("book {it} has a gap")));
    wrong.extend(receipts::unlike_dossiers(tx)?);
    Ok(wrong)
}

/// Whether the first of `line` (a unit and those above it) that has an account has one on `day`.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn has_account(tx: &mut Tx<'_>, line: &[UnitId], day: Date) -> Result<bool, Fault> {
    Ok(table::account_of(tx, line, day)?.is_some())
}
