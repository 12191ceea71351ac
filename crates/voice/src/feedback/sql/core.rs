//! The row of one feedback.

use domain::{
    deadline::Term,
    feedback::{Class, Closing, Door, Feedback, Status},
    ids::{FeedbackId, StaffId, UnitId},
    text,
    time::Instant,
};
use jiff::civil::DateTime;
use store::{Fault, Row, Tx};

/// A feedback as it is kept, without its sender.
#[derive(Debug, Clone)]
pub struct Kept {
    /// Its number.
    pub id: FeedbackId,
    /// What people call it.
    pub code: String,
    /// Through which door it came.
    pub door: Door,
    /// What it was taken from, if from something.
    pub source: Option<(String, i64)>,
    /// The class that its sender chose.
    pub said_class: Class,
    /// Whether nobody gave a name.
    pub anonymous: bool,
    /// What was said.
    pub text: String,
    /// Whom it names, as it was typed.
    pub accused: String,
    /// Whom it names, if a badge was read.
    pub staff: Option<StaffId>,
    /// When it happened, as it was said.
    pub happened: String,
    /// Where, of the unit's list.
    pub village: Option<i64>,
    /// Where, as it was said.
    pub place: String,
    /// Latitude and longitude in millionths of a degree.
    pub position: Option<(i64, i64)>,
    /// In which language its sender reads.
    pub lang: String,
    /// What is decided about.
    pub state: Feedback,
    /// Until when it is to be classified.
    pub sort_due: Option<Instant>,
    /// Until when it is to be handed to whoever is competent.
    pub hand_due: Option<Instant>,
    /// Until when it is to be answered; nothing while the clock stands still.
    pub due: Option<Instant>,
    /// When it was answered for the first time.
    pub first_answered: Option<Instant>,
    /// Whether that was late.
    pub answered_late: Option<bool>,
    /// When the head heard that it is late.
    pub escalated: Option<Instant>,
    /// When it ended.
    pub ended: Option<Instant>,
    /// Another body and its document.
    pub handed_to: String,
    /// Others who said "me too".
    pub me_too: i64,
    /// The mixed letter that it was cut from.
    pub parent: Option<FeedbackId>,
    /// Whether its words are gone.
    pub is_erased: bool,
    /// Grows with each change.
    pub edition: i64,
}

const COLUMNS: &str = "f.id, f.code, f.unit, f.door, f.source_kind, f.source_id, f.said_class, f.class, f.is_sorted,
    f.status, f.anonymous, f.text, f.accused, f.staff, f.happened, f.village, f.place, f.lat_e6, f.lon_e6, f.lang,
    f.received_at, f.term, f.sort_due_at, f.hand_due_at, f.due_at, f.officer, f.answered_at, f.first_answered_at,
    f.answered_late, f.reminded_at, f.escalated_at, f.unsolved, f.reopened, f.closing, f.ended_at, f.handed_to,
    f.me_too, f.parent, f.is_erased, f.edition";

fn moment(row: &Row, column: usize) -> Result<Option<Instant>, Fault> {
    Ok(row.get::<Option<i64>>(column)?.map(Instant::from_epoch_ms))
}

fn civil(row: &Row, column: usize) -> Result<Option<DateTime>, Fault> {
    Ok(moment(row, column)?.map(Instant::civil))
}

fn read(row: &Row) -> Result<Kept, Fault> {
    let source_kind: Option<String> = row.get(4)?;
    let source_id: Option<i64> = row.get(5)?;
    let (lat, lon): (Option<i64>, Option<i64>) = (row.get(17)?, row.get(18)?);
    let reopened: i64 = row.get(32)?;
    Ok(Kept {
        id: FeedbackId(row.get(0)?),
        code: row.get(1)?,
        door: row.parse(3, "door", Door::from_code)?,
        source: source_kind.zip(source_id),
        said_class: row.parse(6, "class", Class::from_code)?,
        anonymous: row.get(10)?,
        text: row.get(11)?,
        accused: row.get(12)?,
        staff: row.get::<Option<i64>>(13)?.map(StaffId),
        happened: row.get(14)?,
        village: row.get(15)?,
        place: row.get(16)?,
        position: lat.zip(lon),
        lang: row.get(19)?,
        state: Feedback {
            unit: UnitId(row.get(2)?),
            class: row.parse(7, "class", Class::from_code)?,
            is_sorted: row.get(8)?,
            status: row.parse(9, "status", Status::from_code)?,
            received_at: Instant::from_epoch_ms(row.get(20)?).civil(),
            term: row.parse(21, "term", |it| serde_json::from_str::<Term>(it).ok())?,
            officer: row.get::<Option<i64>>(25)?.map(StaffId),
            answered_at: civil(row, 26)?,
            reminded_at: civil(row, 29)?,
            unsolved: row.get(31)?,
            reopened: u32::try_from(reopened).unwrap_or(0),
            closing: row.parse_opt(33, "closing", Closing::from_code)?,
        },
        sort_due: moment(row, 22)?,
        hand_due: moment(row, 23)?,
        due: moment(row, 24)?,
        first_answered: moment(row, 27)?,
        answered_late: row.get::<Option<i64>>(28)?.map(|it| it == 1),
        escalated: moment(row, 30)?,
        ended: moment(row, 34)?,
        handed_to: row.get(35)?,
        me_too: row.get(36)?,
        parent: row.get::<Option<i64>>(37)?.map(FeedbackId),
        is_erased: row.get(38)?,
        edition: row.get(39)?,
    })
}

/// The columns that [`read_row`] reads, of `feedback f`.
pub(in crate::feedback) const ROW: &str = COLUMNS;

/// Reads [`ROW`].
pub(in crate::feedback) fn read_row(row: &Row) -> Result<Kept, Fault> {
    read(row)
}

/// The feedback with this number.
pub(in crate::feedback) fn find(tx: &mut Tx<'_>, id: FeedbackId) -> Result<Option<Kept>, Fault> {
    let sql = format!("select {COLUMNS} from feedback f where f.id = ?1");
    tx.query_one(&sql, &[id.0.into()])?.map(|it| read(&it)).transpose()
}

/// The feedback with this code.
pub(in crate::feedback) fn by_code(tx: &mut Tx<'_>, code: &str) -> Result<Option<Kept>, Fault> {
    let sql = format!("select {COLUMNS} from feedback f where f.code = ?1");
    tx.query_one(&sql, &[code.into()])?.map(|it| read(&it)).transpose()
}

/// The hash of code and secret.
pub(in crate::feedback) fn secret_of(tx: &mut Tx<'_>, id: FeedbackId) -> Result<String, Fault> {
    let row = tx.query_one("select secret from feedback where id = ?1", &[id.0.into()])?;
    row.map_or_else(|| Ok(String::new()), |it| it.get(0))
}

/// What was taken from a source.
pub(in crate::feedback) fn of_source(
    tx: &mut Tx<'_>,
    kind: &str,
    id: i64,
) -> Result<Option<Kept>, Fault> {
    let sql =
        format!("select {COLUMNS} from feedback f where f.source_kind = ?1 and f.source_id = ?2");
    tx.query_one(&sql, &[kind.into(), id.into()])?.map(|it| read(&it)).transpose()
}

/// Those that were cut from a letter.
pub(in crate::feedback) fn parts_of(
    tx: &mut Tx<'_>,
    parent: FeedbackId,
) -> Result<Vec<Kept>, Fault> {
    let sql = format!(
        "select {COLUMNS} from feedback f where f.parent = ?1 and f.status <> 'sealed' order by f.id limit 50"
    );
    tx.query(&sql, &[parent.0.into()])?.iter().map(read).collect()
}

/// Keeps a new one; its number. `secret` is the hash of code and secret.
pub(in crate::feedback) fn insert(
    tx: &mut Tx<'_>,
    it: &Kept,
    secret: &str,
) -> Result<FeedbackId, Fault> {
    let term = written(&it.state.term)?;
    let (lat, lon) = it.position.unzip();
    let (kind, source) = it.source.clone().unzip();
    let id: i64 = tx.insert(
        "insert into feedback (code, secret, unit, door, source_kind, source_id, said_class, class, is_sorted, status,
            anonymous, text, accused, staff, happened, village, place, lat_e6, lon_e6, lang, received_at, term,
            sort_due_at, hand_due_at, due_at, unsolved, reopened, handed_to, me_too, parent, is_erased, edition)
         values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22,
            ?23, ?24, ?25, 0, 0, '', 0, ?26, 0, 1) returning id",
        &[
            (&it.code).into(),
            secret.into(),
            it.state.unit.into(),
            it.door.code().into(),
            kind.into(),
            source.into(),
            it.said_class.code().into(),
            it.state.class.code().into(),
            it.state.is_sorted.into(),
            it.state.status.code().into(),
            it.anonymous.into(),
            (&it.text).into(),
            (&it.accused).into(),
            it.staff.into(),
            (&it.happened).into(),
            it.village.into(),
            (&it.place).into(),
            lat.into(),
            lon.into(),
            (&it.lang).into(),
            Instant::from_civil(it.state.received_at).into(),
            term.into(),
            ms(it.sort_due).into(),
            ms(it.hand_due).into(),
            ms(it.due).into(),
            it.parent.map(|it| it.0).into(),
        ],
    )?;
    index(tx, FeedbackId(id), &it.code, &it.text, &it.place)?;
    Ok(FeedbackId(id))
}

/// Keeps what changed, if nobody else changed it since it was read.
pub(in crate::feedback) fn keep(tx: &mut Tx<'_>, it: &Kept) -> Result<bool, Fault> {
    let at = |it: Option<DateTime>| it.map(|it| Instant::from_civil(it).epoch_ms());
    let state = &it.state;
    let touched = tx.execute(
        "update feedback set unit = ?3, class = ?4, is_sorted = ?5, status = ?6, term = ?7, sort_due_at = ?8,
            hand_due_at = ?9, due_at = ?10, officer = ?11, answered_at = ?12, first_answered_at = ?13,
            answered_late = ?14, reminded_at = ?15, unsolved = ?16, reopened = ?17, closing = ?18, ended_at = ?19,
            handed_to = ?20, escalated_at = ?21, edition = edition + 1
         where id = ?1 and edition = ?2",
        &[
            it.id.0.into(),
            it.edition.into(),
            state.unit.into(),
            state.class.code().into(),
            state.is_sorted.into(),
            state.status.code().into(),
            written(&state.term)?.into(),
            ms(it.sort_due).into(),
            ms(it.hand_due).into(),
            ms(it.due).into(),
            state.officer.into(),
            at(state.answered_at).into(),
            ms(it.first_answered).into(),
            it.answered_late.map(i64::from).into(),
            at(state.reminded_at).into(),
            state.unsolved.into(),
            i64::from(state.reopened).into(),
            state.closing.map(Closing::code).into(),
            ms(it.ended).into(),
            (&it.handed_to).into(),
            ms(it.escalated).into(),
        ],
    )?;
    Ok(touched == 1)
}

/// Says from which letter it was cut.
pub(in crate::feedback) fn set_parent(
    tx: &mut Tx<'_>,
    id: FeedbackId,
    parent: FeedbackId,
) -> Result<(), Fault> {
    tx.execute("update feedback set parent = ?2 where id = ?1", &[id.0.into(), parent.0.into()])?;
    Ok(())
}

/// Cuts what was cut from a letter loose from it: their numbers.
pub(in crate::feedback) fn cut_parts(
    tx: &mut Tx<'_>,
    parent: FeedbackId,
) -> Result<Vec<i64>, Fault> {
    let sql = "select id from feedback where parent = ?1 order by id";
    let rows = tx.query(sql, &[parent.0.into()])?;
    tx.execute("update feedback set parent = null where parent = ?1", &[parent.0.into()])?;
    rows.iter().map(|it| it.get(0)).collect()
}

/// Takes its words out of the open row: they went the sealed way, or their time is over.
pub(in crate::feedback) fn empty(
    tx: &mut Tx<'_>,
    id: FeedbackId,
    erased: bool,
) -> Result<(), Fault> {
    tx.execute(
        "update feedback set text = '', accused = '', staff = null, happened = '', village = null, place = '',
            lat_e6 = null, lon_e6 = null, is_erased = ?2, edition = edition + 1 where id = ?1",
        &[id.0.into(), erased.into()],
    )?;
    if !erased {
        // What is sealed is tied to nothing in the open, neither to what it came from nor to a letter.
        tx.execute(
            "update feedback set source_kind = null, source_id = null, parent = null where id = ?1",
            &[id.0.into()],
        )?;
    }
    for table in ["feedback_word", "feedback_public_word", "feedback_public", "feedback_answer"] {
        tx.execute(&format!("delete from {table} where feedback = ?1"), &[id.0.into()])?;
    }
    tx.execute("update feedback_event set words = '' where feedback = ?1", &[id.0.into()])?;
    Ok(())
}

/// One more who says "me too".
pub(in crate::feedback) fn count_me_too(tx: &mut Tx<'_>, id: FeedbackId) -> Result<(), Fault> {
    tx.execute("update feedback set me_too = me_too + 1 where id = ?1", &[id.0.into()])?;
    Ok(())
}

fn index(
    tx: &mut Tx<'_>,
    id: FeedbackId,
    code: &str,
    said: &str,
    place: &str,
) -> Result<(), Fault> {
    let mut words = text::words(&format!("{code} {said} {place}"));
    words.sort();
    words.dedup();
    words.truncate(WORDS_MAX);
    let params: Vec<store::Param> =
        words.into_iter().flat_map(|word| [word.into(), id.0.into()]).collect();
    tx.insert_rows("insert into feedback_word (word, feedback) values", "", 2, &params)
}

/// Words of one feedback that are found again at most.
const WORDS_MAX: usize = 400;

fn written(term: &Term) -> Result<String, Fault> {
    serde_json::to_string(term).map_err(|e| Fault::Broken(format!("term: {e}")))
}

fn ms(it: Option<Instant>) -> Option<i64> {
    it.map(Instant::epoch_ms)
}

/// Whoever has it is reminded anew: it is another's, or has another clock.
pub(in crate::feedback) fn clear_reminded(tx: &mut Tx<'_>, id: FeedbackId) -> Result<(), Fault> {
    tx.execute("update feedback set officer_reminded_at = null where id = ?1", &[id.0.into()])?;
    Ok(())
}

/// Whoever has it was reminded that it is due soon.
pub(in crate::feedback) fn reminded(tx: &mut Tx<'_>, id: FeedbackId) -> Result<(), Fault> {
    let sql = "update feedback set officer_reminded_at = ?2 where id = ?1";
    tx.execute(sql, &[id.0.into(), tx.now().into()])?;
    Ok(())
}
