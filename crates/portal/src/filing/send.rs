//! Sending: every step is judged again, then the dossier lies on the counter, all in one transaction.

use citizen::{
    dossiers::{
        Paper, attach_to,
        desk::{self, Desk, Intake},
        facts as dossiers, online,
    },
    eforms::facts::{self as eforms, FormVersion},
    notices, vault,
};
use domain::{
    assurance::{Assurance, Deed},
    eform::Judgement,
    ids::{AccountId, CitizenId, DossierId},
    money::Dong,
    paper::AssistConsent,
    procedure::ChannelKind,
};
use people::calendar::facts::calendars;
use site::{Failure, Site, Who, Words, tree::Tree};
use store::{Tx, journal::Entry};

use super::{
    at_hand::Filing,
    proof::Proof,
    reading::{Judged, store_field},
    sql::Outcome,
};
use crate::account::facts::{self as accounts, Citizen};

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
        answer_due_at: online::answer_due(desk, it.intake.unit, it.intake.received_at)?,
        proof: it.proof,
        citizen: it.citizen,
    })
}

/// The citizen is told who filed for him.
pub(super) fn told_of_help(
    tx: &mut Tx<'_>,
    tree: &Tree,
    id: DossierId,
    by: AccountId,
) -> Result<(), Failure> {
    let kept = dossiers::by_id(tx, id)?.ok_or(Failure::NotFound)?;
    let helper = people::staff::facts::account_name(tx, by)?;
    notices::filed_for(tx, tree, &kept, &helper)?;
    Ok(())
}

/// Whether somebody whose number we know files in his own name.
fn is_own(sender: &Citizen, id_number: &str) -> bool {
    sender.may(Deed::SeeOthers).is_ok() && !id_number.is_empty() && sender.id_number == id_number
}

/// What was chosen in the store stands for its papers, as its owner agrees; how many do.
fn from_store(
    tx: &mut Tx<'_>,
    words: Words,
    filing: &Filing,
    (id, kept): (DossierId, &[Paper]),
    sender: Option<&Citizen>,
) -> Result<usize, Failure> {
    let typed = &filing.draft.typed;
    let wanted: Vec<&Paper> = kept.iter().filter(|it| it.form == "from_store").collect();
    let (Some(me), false) = (sender, wanted.is_empty()) else {
        vault::demand_whole(tx, id)?;
        return Ok(0);
    };
    let agreed = filing.shelf.agree(tx, me, typed, words)?;
    for paper in &wanted {
        let chosen = filing.shelf.chosen(typed, &store_field(paper.place), &paper.name);
        let chosen = chosen.ok_or_else(|| Failure::Refused(words.say("vault-owed")))?;
        vault::stand_for(tx, id, (paper.id, &paper.name), chosen.id, agreed)?;
    }
    vault::demand_whole(tx, id)?;
    Ok(wanted.len())
}

/// Lays the dossier on the counter; the dossier, and the hashes of files that do not go with it. Nothing is wrong
/// with any step.
///
/// # Errors
/// [`Failure::Refused`] if the procedure is not received there, or the draft was sent in another window.
pub(super) fn send(
    site: &Site,
    who: &Who,
    tx: &mut Tx<'_>,
    filing: &Filing,
    sender: Option<&Citizen>,
) -> Result<(DossierId, Vec<String>), Failure> {
    let (draft, version) = (&filing.draft, &filing.it);
    let now = tx.now().civil();
    let mut judged = Judged::new(Words::new(who.lang));
    let mut person = judged.person(draft, now.date());
    let papers = judged.papers(draft, &version.body, &filing.shelf);
    let (way, post_address) = judged.receive(&draft.typed, filing.level);
    if person.request.is_empty() {
        person.request.clone_from(&version.body.name);
    }
    if !post_address.is_empty() {
        person.request = format!("{}. Gửi kết quả đến: {post_address}", person.request);
    }
    way.code().clone_into(&mut person.return_way);
    person.lang = draft.told_in(who.lang);
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
    let stood = from_store(tx, Words::new(who.lang), filing, (id, &kept), sender)?;
    if let Some(by) = draft.assistant() {
        told_of_help(tx, &who.tree, id, by)?;
    }
    let waste = draft.sent(tx, &outcome)?;
    let details = serde_json::json!({
        "files": draft.files.len(), "assistant": draft.assistant().map(|it| it.0),
        "consent": draft.consent().map(AssistConsent::code),
        "proof": proof.code(), "declared": draft.declared.is_some(), "from_store": stood,
    });
    tx.journal(Entry::new("dossier", id.0, "file_online").details(&details));
    Ok((id, waste))
}
