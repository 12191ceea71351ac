//! One intake for every door.

use std::sync::Arc;

use domain::{
    calendar::WorkCalendar,
    deadline::{Term, due_at},
    feedback::{Class, Door, Feedback, Limits, Status},
    ids::{FeedbackId, StaffId, UnitId},
    lang::Lang,
    text,
    time::Instant,
};
use jiff::civil::DateTime;
use site::{Failure, Site};
use store::{Fault, Tx, journal::Entry};

use super::{
    SUBJECT, rules,
    sealed::close,
    sender::{self, Sender},
    sql::{
        core::{self, Kept},
        events::{self, Happened, SentFile},
    },
};

/// A file that came with it, put away already.
#[derive(Debug, Clone)]
pub struct NewFile {
    /// Its bytes.
    pub sha256: String,
    /// Its name.
    pub name: String,
    /// Its type.
    pub media_type: String,
    /// Bytes.
    pub size: i64,
    /// The bytes themselves: without them a file of a denunciation cannot be sealed and is refused.
    pub bytes: Option<bytes::Bytes>,
}

impl From<SentFile> for NewFile {
    fn from(it: SentFile) -> Self {
        let SentFile { sha256, name, media_type, size, .. } = it;
        Self { sha256, name, media_type, size, bytes: None }
    }
}

/// Something said to an office, through whatever door.
#[derive(Debug, Clone)]
pub struct NewFeedback {
    /// To which unit.
    pub unit: UnitId,
    /// Through which door.
    pub door: Door,
    /// What it was taken from, such as `("box_slip", 17)`: nothing is received twice from one source.
    pub source: Option<(&'static str, i64)>,
    /// Whether that is emptied if it is sealed: whoever hands it on has it in hand.
    pub empties_source: bool,
    /// What its sender calls it.
    pub class: Class,
    /// What was said.
    pub text: String,
    /// Whom it names, as it was typed.
    pub accused: String,
    /// Whom it names, if his badge was read.
    pub staff: Option<StaffId>,
    /// When it happened, as it was said.
    pub happened: String,
    /// Where, of the unit's list.
    pub village: Option<i64>,
    /// Where, as it was said.
    pub place: String,
    /// Latitude and longitude in millionths of a degree.
    pub position: Option<(i64, i64)>,
    /// Whether it is about the head of the unit, as its sender says: a denunciation then goes to the unit above.
    pub about_head: bool,
    /// Who said it; nobody: anonymous.
    pub sender: Option<Sender>,
    /// What else the office knows of it: only a denunciation keeps it, sealed.
    pub known: Vec<String>,
    /// Its files.
    pub files: Vec<NewFile>,
    /// In which language its sender reads.
    pub lang: Lang,
    /// When it came in, if that was before now.
    pub received_at: Option<Instant>,
}

impl NewFeedback {
    /// Something said, and nothing else known.
    #[must_use]
    pub fn of(unit: UnitId, door: Door, class: Class, text: &str) -> Self {
        Self {
            unit,
            door,
            source: None,
            empties_source: false,
            class,
            text: text.to_owned(),
            accused: String::new(),
            staff: None,
            happened: String::new(),
            village: None,
            place: String::new(),
            position: None,
            about_head: false,
            sender: None,
            known: Vec::new(),
            files: Vec::new(),
            lang: Lang::Vi,
            received_at: None,
        }
    }
}

/// What was received: `code` and `secret` are given to its sender, the secret this once.
#[derive(Debug, Clone)]
pub struct Received {
    /// Its number.
    pub id: FeedbackId,
    /// What people call it.
    pub code: String,
    /// With it its sender follows it.
    pub secret: String,
    /// Hashes of open files that are waste now that it is sealed; they are erased after the transaction.
    pub waste: Vec<String>,
}

/// Letters and digits that nobody takes for one another.
const LETTERS: &[u8; 32] = b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789";

fn random_letters(count: usize) -> String {
    let hex = site::random_hex(count);
    let bytes =
        (0..count).filter_map(|at| u8::from_str_radix(hex.get(2 * at..2 * at + 2)?, 16).ok());
    bytes.filter_map(|it| LETTERS.get(usize::from(it % 32)).map(|it| char::from(*it))).collect()
}

/// What is kept of a secret.
pub(super) fn secret_hash(code: &str, secret: &str) -> String {
    site::token_sha256(&format!("feedback\u{1f}{code}\u{1f}{secret}"))
}

/// The calendar of a unit.
pub(super) fn calendar(
    site: &Site,
    tx: &mut Tx<'_>,
    unit: UnitId,
) -> Result<Arc<WorkCalendar>, Fault> {
    let line = site.tree(tx)?.line(unit);
    Ok(people::calendar::facts::calendars(site, tx)?.of(&line).clone())
}

/// When a term ends; nothing while it stands still, or if the calendar does not reach so far.
pub(super) fn due(calendar: &WorkCalendar, term: &Term) -> Option<Instant> {
    term.due(calendar).ok().and_then(|it| it.at).map(Instant::from_civil)
}

/// The clocks of a feedback that a unit has from `from` on: classify, hand on.
pub(super) fn clocks(
    calendar: &WorkCalendar,
    limits: &Limits,
    from: DateTime,
) -> (Option<Instant>, Option<Instant>) {
    let of = |limit| due_at(calendar, from, limit).ok().map(Instant::from_civil);
    (of(limits.sort), of(limits.transfer))
}

/// Receives something said to an office. What its sender or the office calls a denunciation goes the sealed way in
/// the same transaction: nothing of it is ever in the open tables.
///
/// # Errors
/// [`Failure::Refused`] if its source was received before; any fault of the engine.
pub fn receive(site: &Site, tx: &mut Tx<'_>, new: &NewFeedback) -> Result<Received, Failure> {
    if let Some((kind, id)) = new.source
        && let Some(before) = core::of_source(tx, kind, id)?
    {
        return Err(Failure::Refused(format!(
            "Nội dung này đã được tiếp nhận, mã {}.",
            before.code
        )));
    }
    let at = new.received_at.unwrap_or_else(|| tx.now());
    let limits = rules::on(at.civil().date())?;
    let law =
        limits.of(new.class).ok_or_else(|| Fault::Broken("a class without law".to_owned()))?;
    let calendar = calendar(site, tx, new.unit)?;
    let term = Term::new(law.answer, at.civil());
    let (sort_due, hand_due) = clocks(&calendar, limits, at.civil());
    let (code, secret) = (format!("PA-{}", random_letters(6)), random_letters(8));
    let nameless = new.sender.as_ref().is_none_or(Sender::is_nameless);
    let is_sealed = new.class.is_sealed();
    let open = |it: &str| if is_sealed { String::new() } else { text::tidy(it) };
    let mut kept = Kept {
        id: FeedbackId(0),
        code: code.clone(),
        door: new.door,
        // What is sealed is tied to nothing in the open.
        source: new.source.filter(|_| !is_sealed).map(|(kind, id)| (kind.to_owned(), id)),
        said_class: new.class,
        anonymous: nameless,
        text: if is_sealed { String::new() } else { new.text.trim().to_owned() },
        accused: open(&new.accused),
        staff: new.staff.filter(|_| !is_sealed),
        happened: open(&new.happened),
        village: new.village.filter(|_| !is_sealed),
        place: open(&new.place),
        position: new.position.filter(|_| !is_sealed),
        lang: new.lang.code().to_owned(),
        due: due(&calendar, &term),
        state: Feedback {
            unit: new.unit,
            class: new.class,
            is_sorted: is_sealed,
            status: if is_sealed { Status::Sealed } else { Status::Received },
            received_at: at.civil(),
            term,
            officer: None,
            answered_at: None,
            reminded_at: None,
            unsolved: false,
            reopened: 0,
            closing: None,
        },
        sort_due: sort_due.filter(|_| !is_sealed),
        hand_due: hand_due.filter(|_| !is_sealed),
        first_answered: None,
        answered_late: None,
        escalated: None,
        ended: None,
        handed_to: String::new(),
        me_too: 0,
        parent: None,
        is_erased: false,
        edition: 1,
    };
    if is_sealed {
        kept.due = None;
    }
    kept.id = core::insert(tx, &kept, &secret_hash(&code, &secret))?;
    let by = (tx.by().0 != 0).then(|| tx.by());
    let happened = Happened {
        at: tx.now(),
        by,
        act: "receive".to_owned(),
        status: kept.state.status,
        class: new.class,
        words: String::new(),
        told: true,
    };
    events::insert(tx, kept.id, &happened)?;
    let mut waste = Vec::new();
    if is_sealed {
        waste = close::receive(site, tx, &kept, new)?;
    } else {
        for it in &new.files {
            let file = SentFile {
                id: 0,
                sha256: it.sha256.clone(),
                name: it.name.clone(),
                media_type: it.media_type.clone(),
                size: it.size,
            };
            events::insert_file(tx, kept.id, &file)?;
        }
        if let Some(it) = new.sender.as_ref().filter(|it| !it.is_empty()) {
            sender::keep(site, tx, kept.id, it)?;
        }
        // Of a sealed one the journal knows nothing: not even through which door it came.
        let details = serde_json::json!({ "door": new.door, "class": new.class });
        tx.journal(Entry::new(SUBJECT, kept.id.0, "receive_feedback").details(&details));
    }
    Ok(Received { id: kept.id, code, secret, waste })
}
