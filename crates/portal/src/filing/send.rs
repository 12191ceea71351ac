//! Sending: every step is judged again, then the dossier lies on the counter, all in one transaction.

use citizen::{
    dossiers::{
        attach_to,
        desk::{self, Desk, Intake},
        facts as dossiers, online,
    },
    eforms::facts::{self as eforms, FormVersion},
};
use domain::{
    assurance::{Assurance, Deed},
    deadline::{Term, TimeLimit, explain},
    eform::Judgement,
    ids::CitizenId,
    money::Dong,
    paper::AssistConsent,
    procedure::ChannelKind,
};
use jiff::civil::DateTime;
use people::calendar::facts::calendars;
use site::{Failure, OrRefuse as _, Site, Who, Words};
use store::{Fault, Tx, journal::Entry};

use super::{at_hand::Filing, proof::Proof, reading::Judged, sql::Outcome};
use crate::account::facts::{self as accounts, Citizen};

/// When the one-stop shop must have answered what is sent now: the working hours of the day's rule pack
/// (NĐ 45/2020/NĐ-CP Đ.11).
///
/// # Errors
/// [`Failure::Refused`] if the calendar does not reach so far.
pub(super) fn answer_due(
    desk: Desk<'_>,
    unit: domain::ids::UnitId,
    now: DateTime,
) -> Result<DateTime, Failure> {
    let pack = desk.calendars.pack_on(now.date());
    let pack = pack.ok_or(desk::DeskError::NoRules).or_refuse()?;
    let limit = TimeLimit::WorkingMinutes(i64::from(pack.online_answer_hours) * 60);
    let found = explain(desk.calendar(unit), &Term::new(limit, now)).or_refuse()?;
    found.due.ok_or_else(|| Failure::Fault(Fault::Broken("a term without an end".to_owned())))
}

/// What is sent.
pub struct Filed<'a> {
    /// The dossier.
    pub intake: &'a Intake,
    /// What is declared by a form, without a mistake.
    pub declared: Option<(&'a FormVersion, &'a Judgement)>,
    /// How surely the sender is known.
    pub proof: Assurance,
    /// The account from which it is sent.
    pub citizen: Option<CitizenId>,
}

/// Lays the dossier on the counter, with what is declared, and into its sender's account.
pub(super) fn lay(tx: &mut Tx<'_>, desk: Desk<'_>, it: &Filed<'_>) -> Result<Outcome, Failure> {
    let received = desk::hand_in(tx, desk, &online::citizen(), it.intake)?;
    if let Some((form, judged)) = it.declared {
        eforms::declare(tx, received.id, form, judged)?;
    }
    if let Some(account) = it.citizen {
        accounts::filed(tx, account, received.id)?;
    }
    Ok(Outcome {
        dossier: received.id,
        answer_due_at: answer_due(desk, it.intake.unit, it.intake.received_at)?,
        proof: it.proof,
        citizen: it.citizen,
    })
}

/// Whether somebody whose number we know files in his own name.
fn is_own(sender: &Citizen, id_number: &str) -> bool {
    sender.may(Deed::SeeOthers).is_ok() && !id_number.is_empty() && sender.id_number == id_number
}

/// Lays the dossier on the counter; the hashes of files that do not go with it. Nothing is wrong with any step.
///
/// # Errors
/// [`Failure::Refused`] if the procedure is not received there, or the draft was sent in another window.
pub(super) fn send(
    site: &Site,
    who: &Who,
    tx: &mut Tx<'_>,
    filing: &Filing,
    sender: Option<&Citizen>,
) -> Result<Vec<String>, Failure> {
    let (draft, version) = (&filing.draft, &filing.it);
    let now = tx.now().civil();
    let mut judged = Judged::new(Words::new(who.lang));
    let mut person = judged.person(draft, now.date());
    let papers = judged.papers(draft, &version.body);
    let (way, post_address) = judged.receive(&draft.typed, filing.level);
    if person.request.is_empty() {
        person.request.clone_from(&version.body.name);
    }
    if !post_address.is_empty() {
        person.request = format!("{}. Gửi kết quả đến: {post_address}", person.request);
    }
    way.code().clone_into(&mut person.return_way);
    let calendars = calendars(site, tx)?;
    let desk = Desk { tree: &who.tree, calendars: &calendars };
    let intake = Intake {
        procedure: version.body.code.clone(),
        unit: draft.unit(),
        channel: ChannelKind::Online,
        received_at: now,
        person,
        papers,
        fee: Dong::ZERO,
        agreed_days: None,
    };
    let proof = match (sender, filing.proof) {
        (Some(it), _) if is_own(it, &intake.person.id_number) => Assurance::Identified,
        (_, Proof::Done) => Assurance::Phone,
        _ => Assurance::Nothing,
    };
    let account = draft.citizen().or_else(|| sender.map(|it| it.id));
    let filed = Filed {
        intake: &intake,
        declared: draft.declared.as_ref().map(|it| (&it.version, &it.judged)),
        proof,
        // Who is helped is not whoever helps.
        citizen: account.filter(|_| draft.assistant().is_none()),
    };
    let outcome = lay(tx, desk, &filed)?;
    let id = outcome.dossier;
    let kept = dossiers::papers(tx, id)?;
    for file in &draft.files {
        let paper = kept.iter().find(|it| it.place == file.place);
        // A file beside a paper that was then said not to be his is not his dossier's.
        if let Some(paper) = paper.filter(|it| it.form == "copy") {
            attach_to(tx, id, "scan", Some(paper.id), &file.stored)?;
        }
    }
    let waste = draft.sent(tx, &outcome)?;
    let details = serde_json::json!({
        "files": draft.files.len(), "assistant": draft.assistant().map(|it| it.0),
        "consent": draft.consent().map(AssistConsent::code),
        "proof": proof.code(), "declared": draft.declared.is_some(),
    });
    tx.journal(Entry::new("dossier", id.0, "file_online").details(&details));
    Ok(waste)
}
