//! The journal (nhật ký): every action, append-only, each entry chained to the one before.
//!
//! The hash of an entry covers the entry before it, so that whoever holds one old
//! head can tell whether anything up to that head was changed, removed or made anew.
//! Words that may name people lie beside the chain, in `journal_words`; the chain holds
//! a salted commitment to them. Erasing the words leaves the chain whole.

use domain::{ids::AccountId, time::Instant};
use serde::Serialize;
use sha2::{Digest as _, Sha256};

use crate::{Fault, Param, Row, Select, Stamp, Tx, hex};

/// Entries read at a time when the chain is walked.
const CHUNK: i64 = 5_000;
/// The hash before the first entry.
const GENESIS: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    subject: &'static str,
    subject_id: i64,
    act: String,
    details: String,
    words: Option<String>,
    stamp: Option<Stamp>,
}

impl Entry {
    /// `act` was done to the `subject` number `subject_id`.
    #[must_use]
    pub fn new(subject: &'static str, subject_id: i64, act: &str) -> Self {
        Self {
            subject,
            subject_id,
            act: act.to_owned(),
            details: String::new(),
            words: None,
            stamp: None,
        }
    }

    /// With details that name nobody: codes, numbers, times. They are part of the chain for ever.
    #[must_use]
    pub fn details(mut self, details: &impl Serialize) -> Self {
        self.details = serde_json::to_string(details).unwrap_or_default();
        self
    }

    /// With words that may name people. They can be erased later.
    #[must_use]
    pub fn words(mut self, words: Option<String>) -> Self {
        self.words = words.filter(|it| !it.is_empty());
        self
    }

    pub(crate) fn stamped(mut self, stamp: &Stamp) -> Self {
        self.stamp.get_or_insert_with(|| stamp.clone());
        self
    }
}

/// An entry as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// Its place in the chain, from 1.
    pub id: i64,
    /// When.
    pub at: Instant,
    /// Who.
    pub by: AccountId,
    /// From where.
    pub origin: String,
    /// What kind of thing it happened to.
    pub subject: String,
    /// Which one.
    pub subject_id: i64,
    /// What happened.
    pub act: String,
    /// Details, as JSON; empty if there are none.
    pub details: String,
    /// SHA-256 of salt and words; empty if there were no words.
    pub commitment: String,
    /// The hash of this entry and all before it.
    pub hash: String,
    /// The words, unless there were none or they were erased.
    pub words: Option<String>,
}

/// The end of the chain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Head {
    /// Hash of the last entry.
    pub head: String,
    /// When it was written, as milliseconds since the epoch.
    pub at_ms: i64,
    /// How many entries there are.
    pub entries: i64,
}

/// What a walk along the chain found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "result", rename_all = "snake_case")]
pub enum Verdict {
    /// Nothing was touched.
    Whole {
        /// Entries walked.
        entries: i64,
        /// The last hash.
        head: String,
        /// Entries whose words were erased, as the law allows.
        erased: i64,
    },
    /// Something was touched.
    Broken {
        /// The first entry that is not as it was, or the place where one is missing.
        entry: i64,
        /// What is wrong, in Vietnamese.
        reason: String,
    },
}

fn push(hasher: &mut Sha256, part: &[u8]) {
    hasher.update((part.len() as u64).to_be_bytes());
    hasher.update(part);
}

fn link(before: &str, it: &Kept) -> String {
    let mut hasher = Sha256::new();
    push(&mut hasher, before.as_bytes());
    for number in [it.id, it.at.epoch_ms(), it.by.0, it.subject_id] {
        push(&mut hasher, &number.to_be_bytes());
    }
    for text in [&it.origin, &it.subject, &it.act, &it.details, &it.commitment] {
        push(&mut hasher, text.as_bytes());
    }
    hex(&hasher.finalize())
}

fn commitment(salt: &[u8], words: &str) -> String {
    let mut hasher = Sha256::new();
    push(&mut hasher, salt);
    push(&mut hasher, words.as_bytes());
    hex(&hasher.finalize())
}

/// Chains what the transaction said and writes it. Runs last, so that the chain's end is
/// held as shortly as can be.
pub(crate) fn append(tx: &mut Tx<'_>) -> Result<(), Fault> {
    let entries = std::mem::take(&mut tx.entries);
    if entries.is_empty() {
        return Ok(());
    }
    // On PostgreSQL the head row is the lock of the chain; on SQLite there is one writer.
    let sql = format!("select entries, hash from journal_head where id = 1{}", tx.for_update());
    let Some(row) = tx.query_one(&sql, &[])? else {
        return Err(Fault::Broken("the journal has no head row".to_owned()));
    };
    let (mut last, mut hash): (i64, String) = (row.get(0)?, row.get(1)?);
    let mut at_ms = 0;
    let (mut rows, mut words) = (Vec::with_capacity(entries.len() * 10), Vec::new());
    for entry in entries {
        let Some(stamp) = entry.stamp else { continue };
        let salt = entry.words.as_ref().map(|_| salt()).transpose()?;
        let mut kept = Kept {
            id: last + 1,
            at: stamp.now,
            by: stamp.by,
            origin: stamp.origin.to_string(),
            subject: entry.subject.to_owned(),
            subject_id: entry.subject_id,
            act: entry.act,
            details: entry.details,
            commitment: String::new(),
            hash: String::new(),
            words: entry.words,
        };
        if let (Some(salt), Some(words)) = (&salt, &kept.words) {
            kept.commitment = commitment(salt, words);
        }
        kept.hash = link(&hash, &kept);
        last = kept.id;
        at_ms = kept.at.epoch_ms();
        hash.clone_from(&kept.hash);
        if let (Some(salt), Some(said)) = (salt, kept.words) {
            words.extend([Param::from(kept.id), salt.into(), said.into()]);
        }
        rows.extend([
            Param::from(kept.id),
            kept.at.into(),
            kept.by.into(),
            kept.origin.into(),
            kept.subject.into(),
            kept.subject_id.into(),
            kept.act.into(),
            kept.details.into(),
            kept.commitment.into(),
            kept.hash.into(),
        ]);
    }
    let head = "insert into journal
       (id, at_ms, actor, origin, subject, subject_id, act, details, commitment, hash) values";
    tx.insert_rows(head, "", 10, &rows)?;
    tx.insert_rows("insert into journal_words (entry, salt, words) values", "", 3, &words)?;
    tx.execute(
        "update journal_head set entries = ?1, hash = ?2, at_ms = ?3 where id = 1",
        &[last.into(), hash.into(), at_ms.into()],
    )?;
    Ok(())
}

fn salt() -> Result<Vec<u8>, Fault> {
    let mut salt = vec![0; 16];
    getrandom::fill(&mut salt).map_err(|e| Fault::Broken(format!("no randomness: {e}")))?;
    Ok(salt)
}

fn kept(row: &Row) -> Result<Kept, Fault> {
    Ok(Kept {
        id: row.get(0)?,
        at: Instant::from_epoch_ms(row.get(1)?),
        by: row.get(2)?,
        origin: row.get(3)?,
        subject: row.get(4)?,
        subject_id: row.get(5)?,
        act: row.get(6)?,
        details: row.get(7)?,
        commitment: row.get(8)?,
        hash: row.get(9)?,
        words: row.get(10)?,
    })
}

const COLUMNS: &str = "j.id, j.at_ms, j.actor, j.origin, j.subject, j.subject_id, j.act,
    j.details, j.commitment, j.hash, w.words, w.salt";
const TABLES: &str = "journal j left join journal_words w on w.entry = j.id";

/// Everything that happened to one thing, oldest first.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn of(tx: &mut Tx<'_>, subject: &str, subject_id: i64) -> Result<Vec<Kept>, Fault> {
    let sql = format!(
        "select {COLUMNS} from {TABLES} where j.subject = ?1 and j.subject_id = ?2 order by j.id"
    );
    let rows = tx.query(&sql, &[subject.into(), subject_id.into()])?;
    rows.iter().map(kept).collect()
}

/// What happened to several things of one kind, the newest first.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn of_several(
    tx: &mut Tx<'_>,
    subject: &str,
    subject_ids: &[i64],
    limit: i64,
) -> Result<Vec<Kept>, Fault> {
    let select = Select::new(COLUMNS, TABLES)
        .and("j.subject = ?", [subject.into()])
        .and_in("j.subject_id", subject_ids.to_vec())
        .order_by("j.id desc");
    select.rows(tx, limit)?.iter().map(kept).collect()
}

/// When `act` last happened to one thing, if it ever did.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn latest(
    tx: &mut Tx<'_>,
    subject: &str,
    subject_id: i64,
    act: &str,
) -> Result<Option<Instant>, Fault> {
    let row = tx.query_one(
        "select at_ms from journal where subject = ?1 and subject_id = ?2 and act = ?3
         order by id desc limit 1",
        &[subject.into(), subject_id.into(), act.into()],
    )?;
    row.map(|row| Ok(Instant::from_epoch_ms(row.get(0)?))).transpose()
}

/// Which entries an auditor wants to see.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// What kind of thing they happened to.
    pub subject: Option<String>,
    /// Which one.
    pub subject_id: Option<i64>,
    /// Who did it: one of these accounts.
    pub by: Option<Vec<AccountId>>,
    /// What happened: one of these.
    pub acts: Option<Vec<String>>,
    /// Not before this moment.
    pub from: Option<Instant>,
    /// Before this moment.
    pub until: Option<Instant>,
}

/// The entries that are wanted, before `before` (or the newest), newest first: for the auditor's
/// page.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn newest(
    tx: &mut Tx<'_>,
    wanted: &Wanted,
    before: Option<i64>,
    limit: i64,
) -> Result<Vec<Kept>, Fault> {
    let shifted = |at: Instant, by| Instant::from_epoch_ms(at.epoch_ms().saturating_add(by));
    let mut before = before.unwrap_or(i64::MAX);
    if let Some(until) = wanted.until {
        before = before.min(first_since(tx, shifted(until, DISORDER_MS))?);
    }
    let first = match wanted.from {
        Some(from) => Some(first_since(tx, shifted(from, -DISORDER_MS))?),
        None => None,
    };
    let mut select = Select::new(COLUMNS, TABLES)
        .and("j.id < ?", [before.into()])
        .and_if("j.id >= ?", first)
        .and_if("j.at_ms >= ?", wanted.from)
        .and_if("j.at_ms < ?", wanted.until)
        .and_if("j.subject = ?", wanted.subject.clone())
        .and_if("j.subject_id = ?", wanted.subject_id);
    if let Some(by) = &wanted.by {
        select = select.and_in("j.actor", by.clone());
    }
    if let Some(acts) = &wanted.acts {
        select = select.and_in("j.act", acts.clone());
    }
    select.order_by("j.id desc").rows(tx, limit)?.iter().map(kept).collect()
}

/// Milliseconds by which entries may stand out of the order of their time: they bear the moment at
/// which a request began and are chained when it ends.
const DISORDER_MS: i64 = 10 * 60 * 1000;

/// The number of the first entry at or after a moment, found by halving: entries stand nearly in
/// the order of their time.
fn first_since(tx: &mut Tx<'_>, at: Instant) -> Result<i64, Fault> {
    let (mut low, mut high) = (1, head(tx)?.entries + 1);
    while low < high {
        let middle = low + (high - low) / 2;
        let row = tx.query_one("select at_ms from journal where id = ?1", &[middle.into()])?;
        let at_ms: i64 = row.map_or(Ok(i64::MAX), |row| row.get(0))?;
        if at_ms < at.epoch_ms() { low = middle + 1 } else { high = middle }
    }
    Ok(low)
}

/// The end of the chain now.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn head(tx: &mut Tx<'_>) -> Result<Head, Fault> {
    let Some(row) =
        tx.query_one("select entries, hash, at_ms from journal_head where id = 1", &[])?
    else {
        return Err(Fault::Broken("the journal has no head row".to_owned()));
    };
    Ok(Head { entries: row.get(0)?, head: row.get(1)?, at_ms: row.get(2)? })
}

/// Walks the whole chain. With `old_head`, a head that somebody noted down earlier,
/// it also finds a past that was chained anew and a tail that was cut.
///
/// # Errors
/// Any [`Fault`] of the engine; a broken chain is a [`Verdict`], not an error.
pub fn verify(tx: &mut Tx<'_>, old_head: Option<&str>) -> Result<Verdict, Fault> {
    let old_head = old_head.map(str::trim).filter(|it| !it.is_empty()).map(str::to_lowercase);
    let broken = |entry, reason: &str| Ok(Verdict::Broken { entry, reason: reason.to_owned() });
    let end = head(tx)?;
    let mut hash = GENESIS.to_owned();
    let mut last = 0;
    let mut last_ms = 0;
    let mut erased = 0;
    let mut after = i64::MIN;
    // Words that are gone and of which no later entry says that they were erased.
    let mut unsaid = std::collections::HashMap::new();
    let mut old_head_met = old_head.as_deref().is_none_or(|it| it == GENESIS);
    let sql = format!("select {COLUMNS} from {TABLES} where j.id > ?1 order by j.id limit ?2");
    loop {
        let rows = tx.query(&sql, &[after.into(), CHUNK.into()])?;
        if rows.is_empty() {
            break;
        }
        for row in &rows {
            let it = kept(row)?;
            if it.id != last + 1 {
                return broken(last + 1, "Mục nhật ký này đã bị xóa.");
            }
            if link(&hash, &it) != it.hash {
                return broken(it.id, "Nội dung mục nhật ký này đã bị sửa.");
            }
            if !it.commitment.is_empty() {
                let salt: Option<Vec<u8>> = row.get(11)?;
                match (&it.words, salt) {
                    (Some(words), Some(salt)) => {
                        if commitment(&salt, words) != it.commitment {
                            return broken(it.id, "Lời ghi của mục nhật ký này đã bị sửa.");
                        }
                    }
                    (None, _) => {
                        erased += 1;
                        unsaid.insert((it.subject.clone(), it.subject_id), it.id);
                    }
                    (Some(_), None) => {
                        return broken(it.id, "Lời ghi của mục nhật ký này đã bị sửa.");
                    }
                }
            } else if it.words.is_some() {
                return broken(it.id, "Lời ghi của mục nhật ký này được thêm vào sau.");
            }
            if it.act == ERASE {
                unsaid.remove(&(it.subject, it.subject_id));
            }
            last = it.id;
            after = it.id;
            last_ms = it.at.epoch_ms();
            hash = it.hash;
            old_head_met |= old_head.as_deref() == Some(hash.as_str());
        }
    }
    if let Some(entry) = unsaid.into_values().min() {
        return broken(
            entry,
            "Lời ghi của mục nhật ký này đã mất mà không có mục nào ghi việc xóa.",
        );
    }
    if end.entries != last || end.head != hash || end.at_ms != last_ms {
        return broken(
            last + 1,
            "Phần cuối của nhật ký đã bị cắt hoặc viết thêm ngoài chương trình.",
        );
    }
    if !old_head_met {
        return broken(
            last,
            "Mã đối chiếu đã lưu không còn trong nhật ký: quá khứ đã bị viết lại hoặc bị cắt.",
        );
    }
    Ok(Verdict::Whole { entries: last, head: hash, erased })
}

/// What an entry says that tells of erased words.
const ERASE: &str = "erase_words";

/// Erases the words of every entry about one thing; the chain stays whole, and says that
/// it was done.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn erase_words(
    tx: &mut Tx<'_>,
    subject: &'static str,
    subject_id: i64,
) -> Result<usize, Fault> {
    let touched = tx.execute(
        "update journal_words set words = null, salt = null
         where words is not null
           and entry in (select id from journal where subject = ?1 and subject_id = ?2)",
        &[Param::from(subject), subject_id.into()],
    )?;
    tx.journal(Entry::new(subject, subject_id, ERASE).details(&touched));
    Ok(touched)
}
