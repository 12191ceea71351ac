//! What a dossier that is accepted is to pay: proposed out of the table and the declaration, changed with a reason.

use domain::{
    dossier::{Command, What},
    fees::{Assessment, proposal::Proposal},
    money::Dong,
};
use jiff::civil::Date;
use site::{Fields, Typed};
use store::{Fault, Tx};

use crate::{
    dossiers::{desk::OnDesk, links::facts as links},
    eforms::facts as eforms,
    fees::facts as fees,
    procedures::facts as procedures,
};

/// The field with the reason for another amount.
pub(super) const REASON: &str = "ly-do-phi";
/// The tick that nothing is charged, where nobody knows here what would be.
const NONE: &str = "khong-thu";

/// What is proposed for a dossier that waits for its acceptance.
pub(super) fn proposed(tx: &mut Tx<'_>, on_desk: &OnDesk, day: Date) -> Result<Proposal, Fault> {
    let declared = eforms::declared(tx, on_desk.kept.id)?.into_iter().next();
    let judged = declared.map(|it| (it.judged().answers, it.version.form));
    // Its acceptance takes the version of today.
    let code = &on_desk.version.body.code;
    let today = procedures::in_force(tx, code, day)?;
    let body = today.as_ref().map_or(&on_desk.version.body, |it| &it.body);
    let channel = on_desk.kept.dossier.channel.unwrap_or(domain::procedure::ChannelKind::Direct);
    let declared = judged.as_ref().map(|(answers, form)| (form, answers));
    let mut proposal = fees::proposed(tx, body, channel, declared, day)?;
    // A part of another office's case is paid for with the whole, where the citizen handed it in.
    proposal.is_unknown &= !links::is_child(tx, on_desk.kept.id)?;
    Ok(proposal)
}

/// Puts it into an empty form; a part of what is owed would be taken for all of it.
pub(super) fn propose(proposal: &Proposal, typed: &mut Typed) {
    if !typed.has("so-tien") && !proposal.is_unknown && !proposal.assessment.lines.is_empty() {
        typed.set("so-tien", proposal.assessment.due().0.to_string());
    }
}

/// How it came about, and what is not in it.
pub(super) fn hint(proposal: &Proposal, published: &str) -> String {
    let mut hint = match proposal.assessment.lines.is_empty() {
        true if proposal.is_whole => "Không thu.".to_owned(),
        true => String::new(),
        false => {
            let basis = &proposal.assessment.exemption;
            let less = if basis.is_empty() { String::new() } else { format!(" ({basis})") };
            format!("Tính sẵn theo tờ khai và biểu phí: {}{less}.", proposal.working())
        }
    };
    if !proposal.is_whole {
        let own = match proposal.is_unknown {
            true => format!("Chưa tính được lệ phí của thủ tục; công bố: {published}."),
            false => "Danh mục không ghi lệ phí của thủ tục: để trống là không thu.".to_owned(),
        };
        hint = [hint, own].into_iter().filter(|it| !it.is_empty()).collect::<Vec<_>>().join(" ");
    }
    hint
}

/// The amount that is to be paid, and why it is another one; left as it is proposed nothing is to be typed. Where
/// the whole is not known, somebody says it, or that nothing is charged: silence is no amount.
pub(super) fn read(fields: &mut Fields, proposal: &Proposal) -> Option<(Dong, Option<String>)> {
    let amount = fields.read_optional("so-tien", Dong::parse);
    let reason = fields.optional_text(REASON, 300);
    let (amount, reason) = (amount?, reason?);
    let due = proposal.assessment.due();
    // Who wrote it into the note has said it as well.
    let reason = if reason.is_empty() { fields.typed().get("loi").to_owned() } else { reason };
    if proposal.is_unknown {
        return read_unknown(fields, amount, reason);
    }
    let Some(amount) = amount.filter(|it| *it != due) else { return Some((due, None)) };
    if reason.is_empty() {
        let text = match proposal.assessment.lines.is_empty() {
            true => "Số tiền nhập tay: ghi rõ lý do hoặc căn cứ thu.".to_owned(),
            false => format!("Số tiền khác mức tính sẵn ({due}): ghi rõ lý do, căn cứ."),
        };
        fields.wrong(REASON, text);
        return None;
    }
    Some((amount, Some(reason)))
}

fn read_unknown(
    fields: &mut Fields,
    amount: Option<Dong>,
    reason: String,
) -> Option<(Dong, Option<String>)> {
    let none = !fields.typed().get(NONE).is_empty();
    let wrong = match (amount, none) {
        (None, false) => {
            ("so-tien", "Chưa tính được lệ phí: nhập số tiền phải nộp, hoặc đánh dấu “Không thu”.")
        }
        (Some(it), true) if it > Dong::ZERO => {
            (NONE, "Đã nhập số tiền thì bỏ dấu “Không thu”, hoặc xóa số tiền.")
        }
        (_, true) if reason.is_empty() => {
            (REASON, "Ghi vì sao không thu: được miễn, hoặc địa phương chưa quy định mức thu.")
        }
        (Some(it), false) if it == Dong::ZERO && reason.is_empty() => {
            (REASON, "Số tiền 0 đ nghĩa là không thu: ghi rõ vì sao.")
        }
        _ if reason.is_empty() => (REASON, "Số tiền nhập tay: ghi rõ lý do hoặc căn cứ thu."),
        _ => return Some((amount.unwrap_or(Dong::ZERO), Some(reason))),
    };
    fields.wrong(wrong.0, wrong.1);
    None
}

/// What an acceptance that was left as it is proposed charges, with its working; any other amount is by hand.
pub(super) fn of(
    tx: &mut Tx<'_>,
    on_desk: &OnDesk,
    command: &Command,
    day: Date,
) -> Result<Option<Assessment>, Fault> {
    let What::Accept { fee, .. } = command.what else { return Ok(None) };
    let Proposal { assessment, is_unknown, .. } = proposed(tx, on_desk, day)?;
    Ok((!is_unknown && fee > Dong::ZERO && fee == assessment.due()).then_some(assessment))
}

/// An amount that a step asks for by hand, why, and whether it holds alone.
pub(super) fn requested(command: &Command, reason: &str) -> Option<(Dong, String, bool)> {
    let why = command.words.clone().unwrap_or_default();
    match command.what {
        What::Accept { fee, .. } if fee > Dong::ZERO && reason.is_empty() => Some((fee, why, true)),
        // Why nothing is charged is kept as well.
        What::Accept { fee, .. } if fee > Dong::ZERO || !reason.is_empty() => {
            Some((fee, reason.to_owned(), true))
        }
        What::RequestPayment { amount, .. } => Some((amount, why, false)),
        _ => None,
    }
}
