//! What a citizen does on his own dossier over the line: he sends what was asked of him, or asks for it back.
//!
//! Law: NĐ 61/2018/NĐ-CP Đ.17 (all that is missing is asked for once, and comes back the way the citizen chooses),
//! NĐ 45/2020/NĐ-CP Đ.12 (supplements over the line); NĐ 118/2025/NĐ-CP Đ.21 (stopping).

use domain::{
    deadline::{Term, TimeLimit, explain},
    dossier::{Command, CommandKind, Dossier, Event, Maker, Part, Refused, Status, What},
    ids::{AccountId, DossierId, UnitId},
    procedure::ChannelKind,
    time::Instant,
};
use jiff::civil::DateTime;
use site::{Failure, OrRefuse as _, Typed};
use store::{Fault, Tx};

use super::{
    attach_to, checklist,
    desk::{self, Desk, OnDesk},
    files::Stored,
    sql::{self, visits},
};
use crate::vault::{self, Agreed};

/// Whoever acts over the line: no account of the office, and the part of a citizen.
#[must_use]
pub fn citizen() -> Maker {
    Maker { parts: vec![Part::Citizen], ..Maker::system() }
}

/// Whether a step was a citizen's own, over the line.
#[must_use]
pub fn is_his(by: AccountId, what: &What) -> bool {
    let online = match what {
        What::Submit { channel, .. } => *channel == ChannelKind::Online,
        What::Resubmit | What::Supplement { .. } | What::RejectWithdraw => true,
        _ => false,
    };
    by == AccountId(0) && online
}

/// A paper that is waited for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// Its row on the dossier's list.
    pub id: i64,
    /// Its name.
    pub name: String,
    /// Why, or how it should be.
    pub note: String,
}

/// What is asked of a citizen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// In the office's words.
    pub words: String,
    /// When it was asked.
    pub at: Instant,
    /// Until when it can be answered; nothing before the dossier was accepted.
    pub until: Option<DateTime>,
    /// The papers that are missing on the list.
    pub papers: Vec<Wanted>,
}

/// What is asked of the citizen on this dossier now; nothing if nothing is.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn asked(tx: &mut Tx<'_>, on_desk: &OnDesk) -> Result<Option<Asked>, Fault> {
    let kept = &on_desk.kept;
    let kind = match kept.dossier.status {
        Status::IntakeSupplement => CommandKind::RequestIntakeSupplement,
        Status::AwaitSupplement => CommandKind::RequestSupplement,
        _ => return Ok(None),
    };
    if kept.applicant == sql::ERASED {
        return Ok(None);
    }
    let events = sql::events(tx, kept.id)?;
    let Some(request) = events.into_iter().rev().find(|it| it.what.kind() == kind) else {
        return Ok(None);
    };
    let missing = checklist::listed(tx, kept.id)?;
    let missing = missing.into_iter().filter(|it| !it.mark.is_there());
    Ok(Some(Asked {
        words: request.words.unwrap_or_default(),
        at: request.at,
        until: kept.dossier.supplement_until,
        papers: missing.map(|it| Wanted { id: it.id, name: it.name, note: it.note }).collect(),
    }))
}

/// What a citizen sends.
#[derive(Debug, Clone, Default)]
pub struct Sent {
    /// Files, each beside the row of the paper that it shows; beside none if it is another paper.
    pub files: Vec<(Option<i64>, Stored)>,
    /// Results in his store, each for the row of the paper that it stands for.
    pub from_store: Vec<(i64, i64)>,
    /// How he agreed to that; nothing if nothing of his store is used.
    pub agreed: Option<Agreed>,
    /// What he says to it.
    pub words: String,
}

/// Sends what was asked for: before acceptance the dossier lies on the counter again, after it the clock goes on.
///
/// # Errors
/// [`Failure::Refused`] if nothing is asked of him, or somebody else was first.
pub fn supplement(
    tx: &mut Tx<'_>,
    desk: Desk<'_>,
    id: DossierId,
    sent: &Sent,
) -> Result<OnDesk, Failure> {
    let mut on_desk = desk::take(tx, id)?;
    let now = tx.now().civil();
    let kept = &on_desk.kept;
    let status = kept.dossier.status;
    let what = match (status, on_desk.resume(desk, now)?) {
        (Status::AwaitSupplement, Some(resume)) => {
            let hop = on_desk.hop(desk, Part::Officer, kept.dossier.officer, now);
            What::Supplement { resume, hop }
        }
        (Status::IntakeSupplement, _) => What::Resubmit,
        _ => {
            let kind = CommandKind::Supplement;
            return Err(Refused::WrongStatus { status, kind }).or_refuse();
        }
    };
    on_desk.step(tx, desk, &citizen(), Command::saying(what, sent.words.as_str()))?;
    let mut came = Typed::default();
    let listed = checklist::listed(tx, id)?;
    for (paper, it) in &sent.files {
        let paper = paper.filter(|row| listed.iter().any(|it| it.id == *row));
        attach_to(tx, id, "scan", paper, it)?;
        if let Some(row) = paper {
            came.set(&format!("du-{row}"), "1");
            came.set(&format!("muc-{row}"), domain::paper::PaperMark::Copy.code());
        }
    }
    checklist::came(tx, id, &came)?;
    if let Some(agreed) = sent.agreed {
        for (row, result) in &sent.from_store {
            if let Some(name) = checklist::from_store(tx, id, *row)? {
                vault::stand_for(tx, id, (*row, &name), *result, agreed)?;
            }
        }
    }
    // He did not come for it, however the dossier itself was handed in.
    visits::take_back(tx, id, tx.now())?;
    Ok(on_desk)
}

/// Asks for the dossier back.
///
/// # Errors
/// [`Failure::Refused`] if there is a decision already, or somebody else was first.
pub fn request_withdraw(
    tx: &mut Tx<'_>,
    desk: Desk<'_>,
    id: DossierId,
    words: &str,
) -> Result<OnDesk, Failure> {
    let mut on_desk = desk::take(tx, id)?;
    let command = Command::saying(What::RequestWithdraw, words);
    on_desk.step(tx, desk, &citizen(), command)?;
    visits::take_back(tx, id, tx.now())?;
    Ok(on_desk)
}

/// What the history says where somebody takes back that he asked for his dossier.
const STAYS: &str = "Người nộp không xin rút nữa, đề nghị giải quyết tiếp.";

/// Lets a dossier go on that was asked back, while nobody has decided.
///
/// # Errors
/// [`Failure::Refused`] if it was not asked back or somebody has decided.
pub fn stay(tx: &mut Tx<'_>, desk: Desk<'_>, id: DossierId) -> Result<OnDesk, Failure> {
    let mut on_desk = desk::take(tx, id)?;
    on_desk.step(tx, desk, &citizen(), Command::saying(What::RejectWithdraw, STAYS))?;
    visits::take_back(tx, id, tx.now())?;
    Ok(on_desk)
}

/// When what lies on the counter was sent over the line last; nothing if it did not come so or was answered.
#[must_use]
pub fn sent_at(dossier: &Dossier, events: &[Event]) -> Option<Instant> {
    let online = dossier.channel == Some(ChannelKind::Online);
    let sends = |it: &&Event| matches!(it.what, What::Submit { .. } | What::Resubmit);
    let waits = online && dossier.status == Status::Submitted;
    events.iter().rev().find(sends).filter(|_| waits).map(|it| it.at)
}

/// When the one-stop shop must have answered what is sent now: the working hours of the day's rule pack
/// (NĐ 45/2020/NĐ-CP Đ.11).
///
/// # Errors
/// [`Failure::Refused`] if the calendar does not reach so far.
pub fn answer_due(desk: Desk<'_>, unit: UnitId, now: DateTime) -> Result<DateTime, Failure> {
    let pack = desk.calendars.pack_on(now.date());
    let pack = pack.ok_or(desk::DeskError::NoRules).or_refuse()?;
    let limit = TimeLimit::WorkingMinutes(i64::from(pack.online_answer_hours) * 60);
    let found = explain(desk.calendar(unit), &Term::new(limit, now)).or_refuse()?;
    found.due.ok_or_else(|| Failure::Fault(Fault::Broken("a term without an end".to_owned())))
}

/// What a citizen can do himself on a dossier now.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Open {
    /// Send what is asked for.
    pub supplement: bool,
    /// Ask for it back.
    pub withdraw: bool,
    /// Let it go on after all.
    pub stay: bool,
}

/// What the citizen can do himself on this dossier at `now`.
#[must_use]
pub fn open(on_desk: &OnDesk, now: DateTime) -> Open {
    let kept = &on_desk.kept;
    if kept.applicant == sql::ERASED {
        return Open::default();
    }
    let may = |kind| kept.dossier.may_try(kind, &citizen(), now);
    Open {
        supplement: may(CommandKind::Resubmit) || may(CommandKind::Supplement),
        withdraw: may(CommandKind::RequestWithdraw),
        stay: may(CommandKind::RejectWithdraw),
    }
}
