//! All SQL of the books.

use domain::{
    books::{Book, Change, NoteAct, Values},
    ids::{AccountId, BookEntryId, BookId, DossierId, UnitId},
    time::Instant,
};
use jiff::civil::Date;
use store::{Fault, Param, Row, Select, Tx, prefix_end};

use super::facts;

/// A book as it is kept.
#[derive(Debug, Clone)]
pub struct KeptBook {
    pub id: BookId,
    pub body: UnitId,
    pub kind: String,
    pub year: i16,
    pub opened_on: Date,
    pub volume: i64,
    pub count: i64,
    pub last_on: Option<Date>,
    pub closed_on: Option<Date>,
    pub closed_name: String,
    pub closed: Sums,
}

/// The sums of a book.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sums {
    pub count: i64,
    pub cancelled: i64,
    pub copies: i64,
    pub fee: i64,
}

impl KeptBook {
    /// What stands on its cover.
    pub fn title(&self) -> &'static str {
        facts::form_of(self).map_or("Sổ", |it| it.title.as_str())
    }

    /// As far as its rules go.
    pub fn rules(&self) -> Book {
        Book {
            title: self.title().to_owned(),
            year: self.year,
            last_on: self.last_on,
            count: self.count,
            closed_on: self.closed_on,
        }
    }
}

const BOOK: &str = "b.id, b.body, b.kind, b.year, b.opened_on, b.volume, b.last_number, b.last_on,
    b.closed_on, b.closed_name, b.closed_count, b.closed_cancelled, b.closed_copies, b.closed_fee";

fn day(row: &Row, at: usize) -> Result<Option<Date>, Fault> {
    row.parse_opt(at, "date", |it: &str| it.parse().ok())
}

fn book_at(row: &Row, at: usize) -> Result<KeptBook, Fault> {
    Ok(KeptBook {
        id: row.get(at)?,
        body: row.get(at + 1)?,
        kind: row.get(at + 2)?,
        year: i16::try_from(row.get::<i64>(at + 3)?).unwrap_or(0),
        opened_on: day(row, at + 4)?.ok_or_else(|| Fault::Broken("a book without a day".into()))?,
        volume: row.get(at + 5)?,
        count: row.get(at + 6)?,
        last_on: day(row, at + 7)?,
        closed_on: day(row, at + 8)?,
        closed_name: row.get(at + 9)?,
        closed: Sums {
            count: row.get(at + 10)?,
            cancelled: row.get(at + 11)?,
            copies: row.get(at + 12)?,
            fee: row.get(at + 13)?,
        },
    })
}

/// Opens the book of a body, kind and year unless it is there; whether it was opened now.
pub fn open(
    tx: &mut Tx<'_>,
    body: UnitId,
    kind: &str,
    year: i16,
    opened_on: Date,
) -> Result<bool, Fault> {
    let opened = tx.execute(
        "insert into book
           (body, kind, year, opened_on, opened_by, volume, last_number, last_on, closed_on,
            closed_by, closed_name, closed_count, closed_cancelled, closed_copies, closed_fee)
         values (?1, ?2, ?3, ?4, ?5, 1, 0, null, null, null, '', 0, 0, 0, 0)
         on conflict (body, kind, year) do nothing",
        &[body.into(), kind.into(), i64::from(year).into(), opened_on.into(), tx.by().into()],
    )?;
    Ok(opened > 0)
}

/// The book, if there is one.
pub fn book(tx: &mut Tx<'_>, id: BookId) -> Result<Option<KeptBook>, Fault> {
    let row = tx.query_one(&format!("select {BOOK} from book b where b.id = ?1"), &[id.into()])?;
    row.as_ref().map(|row| book_at(row, 0)).transpose()
}

/// The book of a body, kind and year, held against other writers until the transaction is done.
pub fn book_held(
    tx: &mut Tx<'_>,
    body: UnitId,
    kind: &str,
    year: i16,
) -> Result<Option<KeptBook>, Fault> {
    let sql = format!(
        "select {BOOK} from book b where b.body = ?1 and b.kind = ?2 and b.year = ?3{}",
        tx.for_update()
    );
    let row = tx.query_one(&sql, &[body.into(), kind.into(), i64::from(year).into()])?;
    row.as_ref().map(|row| book_at(row, 0)).transpose()
}

/// Holds a book by its number.
pub fn hold(tx: &mut Tx<'_>, id: BookId) -> Result<Option<KeptBook>, Fault> {
    let sql = format!("select {BOOK} from book b where b.id = ?1{}", tx.for_update());
    let row = tx.query_one(&sql, &[id.into()])?;
    row.as_ref().map(|row| book_at(row, 0)).transpose()
}

/// The books of these bodies in a year.
pub fn of_year(tx: &mut Tx<'_>, bodies: &[UnitId], year: i16) -> Result<Vec<KeptBook>, Fault> {
    let select = Select::new(BOOK, "book b")
        .and_in("b.body", bodies.to_vec())
        .and("b.year = ?", [i64::from(year).into()])
        .order_by("b.id");
    select.rows(tx, BOOKS_MAX)?.iter().map(|row| book_at(row, 0)).collect()
}

/// Books of one year at most: a district's communes, each with a dozen kinds.
const BOOKS_MAX: i64 = 2_000;

/// Books of earlier years that are still open, with entries.
pub fn left_open(tx: &mut Tx<'_>, bodies: &[UnitId], before: i16) -> Result<Vec<KeptBook>, Fault> {
    let select = Select::new(BOOK, "book b")
        .and_in("b.body", bodies.to_vec())
        .and("b.year < ? and b.closed_on is null", [i64::from(before).into()])
        .order_by("b.year, b.id");
    select.rows(tx, BOOKS_MAX)?.iter().map(|row| book_at(row, 0)).collect()
}

/// The years in which these bodies have books, newest first.
pub fn years(tx: &mut Tx<'_>, bodies: &[UnitId]) -> Result<Vec<i16>, Fault> {
    let select = Select::new("distinct b.year", "book b")
        .and_in("b.body", bodies.to_vec())
        .order_by("b.year desc");
    let rows = select.rows(tx, 200)?;
    rows.iter().map(|row| Ok(i16::try_from(row.get::<i64>(0)?).unwrap_or(0))).collect()
}

/// The next number of a book that is held, and the volume it stands in.
pub fn take_number(tx: &mut Tx<'_>, id: BookId, on: Date) -> Result<(i64, i64), Fault> {
    let row = tx.query_one(
        "update book set last_number = last_number + 1,
           last_on = case when coalesce(last_on, '') < ?2 then ?2 else last_on end
         where id = ?1 and closed_on is null returning last_number, volume",
        &[id.into(), on.into()],
    )?;
    let row = row.ok_or_else(|| Fault::Broken("a closed book gives no number".into()))?;
    Ok((row.get(0)?, row.get(1)?))
}

/// The book goes on in its next volume.
pub fn next_volume(tx: &mut Tx<'_>, id: BookId) -> Result<i64, Fault> {
    tx.insert("update book set volume = volume + 1 where id = ?1 returning volume", &[id.into()])
}

/// How many entries stand in a volume, struck ones included.
pub fn in_volume(tx: &mut Tx<'_>, id: BookId, volume: i64) -> Result<i64, Fault> {
    tx.query_number(
        "select count(*) from book_entry where book = ?1 and volume = ?2",
        &[id.into(), volume.into()],
    )
}

/// What the entries of a book come to.
pub fn sums(tx: &mut Tx<'_>, id: BookId) -> Result<Sums, Fault> {
    let row = tx.query_one(
        "select count(*), cast(coalesce(sum(case when state = 'cancelled' then 1 else 0 end), 0) as bigint),
           cast(coalesce(sum(case when state = 'cancelled' then 0 else copies end), 0) as bigint),
           cast(coalesce(sum(case when state = 'cancelled' then 0 else fee end), 0) as bigint)
         from book_entry where book = ?1",
        &[id.into()],
    )?;
    let row = row.ok_or_else(|| Fault::Broken("a sum gave no row".into()))?;
    Ok(Sums { count: row.get(0)?, cancelled: row.get(1)?, copies: row.get(2)?, fee: row.get(3)? })
}

/// Closes a book with its sums.
pub fn close(tx: &mut Tx<'_>, id: BookId, on: Date, name: &str, it: Sums) -> Result<(), Fault> {
    tx.execute(
        "update book set closed_on = ?2, closed_by = ?3, closed_name = ?4, closed_count = ?5,
           closed_cancelled = ?6, closed_copies = ?7, closed_fee = ?8
         where id = ?1",
        &[
            id.into(),
            on.into(),
            tx.by().into(),
            name.into(),
            it.count.into(),
            it.cancelled.into(),
            it.copies.into(),
            it.fee.into(),
        ],
    )?;
    Ok(())
}

/// An entry as it is kept.
#[derive(Debug, Clone)]
pub struct Entry {
    pub id: BookEntryId,
    pub number: i64,
    pub volume: i64,
    pub on: Date,
    pub is_cancelled: bool,
    pub dossier: Option<DossierId>,
    pub person: String,
    pub matter: String,
    pub fee: i64,
    pub copies: i64,
    pub original: Values,
    pub fields: Values,
    pub entered_at: Instant,
    pub entered_by: AccountId,
    pub edition: i64,
}

const ENTRY: &str = "e.id, e.book, e.number, e.volume, e.entered_on, e.state, e.dossier, e.person,
    e.matter, e.fee, e.copies, e.original, e.fields, e.entered_ms, e.entered_by, e.edition";
/// Columns of [`ENTRY`].
const ENTRY_WIDTH: usize = 16;

fn values(row: &Row, at: usize) -> Result<Values, Fault> {
    row.parse(at, "entry values", |it| serde_json::from_str(it).ok())
}

fn entry_of(row: &Row) -> Result<Entry, Fault> {
    Ok(Entry {
        id: row.get(0)?,
        number: row.get(2)?,
        volume: row.get(3)?,
        on: day(row, 4)?.ok_or_else(|| Fault::Broken("an entry without a day".into()))?,
        is_cancelled: row.get::<String>(5)? == "cancelled",
        dossier: row.get(6)?,
        person: row.get(7)?,
        matter: row.get(8)?,
        fee: row.get(9)?,
        copies: row.get(10)?,
        original: values(row, 11)?,
        fields: values(row, 12)?,
        entered_at: Instant::from_epoch_ms(row.get(13)?),
        entered_by: row.get(14)?,
        edition: row.get(15)?,
    })
}

/// What lists and sums repeat of an entry.
pub struct Repeated<'a> {
    pub person: &'a str,
    pub matter: &'a str,
    pub copies: i64,
    pub pages: i64,
    pub fee: i64,
    pub searched: &'a str,
}

fn json(values: &impl serde::Serialize) -> Result<String, Fault> {
    serde_json::to_string(values).map_err(|e| Fault::Broken(format!("an entry: {e}")))
}

/// Writes an entry under the number that was taken for it.
pub fn insert(
    tx: &mut Tx<'_>,
    (book, number, volume): (BookId, i64, i64),
    on: Date,
    dossier: Option<DossierId>,
    values: &Values,
    it: &Repeated<'_>,
) -> Result<BookEntryId, Fault> {
    let text = json(values)?;
    let id: BookEntryId = tx.insert(
        "insert into book_entry
           (book, number, volume, entered_on, state, dossier, person, matter, copies, pages, fee,
            original, fields, entered_ms, entered_by, edition)
         values (?1, ?2, ?3, ?4, 'valid', ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?11, ?12, ?13, 1)
         returning id",
        &[
            book.into(),
            number.into(),
            volume.into(),
            on.into(),
            dossier.into(),
            it.person.into(),
            it.matter.into(),
            it.copies.into(),
            it.pages.into(),
            it.fee.into(),
            text.into(),
            tx.now().into(),
            tx.by().into(),
        ],
    )?;
    insert_words(tx, id, it.searched)?;
    Ok(id)
}

fn insert_words(tx: &mut Tx<'_>, id: BookEntryId, searched: &str) -> Result<(), Fault> {
    let mut words = domain::text::words(searched);
    words.sort();
    words.dedup();
    let params: Vec<Param> =
        words.into_iter().take(WORDS_MAX).flat_map(|it| [it.into(), id.into()]).collect();
    tx.insert_rows(
        "insert into book_word (word, entry) values",
        "on conflict (word, entry) do nothing",
        2,
        &params,
    )
}

/// Words of one entry at most.
const WORDS_MAX: usize = 200;

/// What is written of an entry that changes: its values, or that it is cancelled. `false`: somebody
/// else was first.
pub fn change(
    tx: &mut Tx<'_>,
    id: BookEntryId,
    edition: i64,
    is_cancelled: bool,
    values: &Values,
    it: &Repeated<'_>,
) -> Result<bool, Fault> {
    let state = if is_cancelled { "cancelled" } else { "valid" };
    let changed = tx.execute(
        "update book_entry set state = ?3, fields = ?4, person = ?5, matter = ?6, copies = ?7,
           pages = ?8, fee = ?9, edition = edition + 1
         where id = ?1 and edition = ?2",
        &[
            id.into(),
            edition.into(),
            state.into(),
            json(values)?.into(),
            it.person.into(),
            it.matter.into(),
            it.copies.into(),
            it.pages.into(),
            it.fee.into(),
        ],
    )?;
    // What was written before is still found: somebody may hold a copy with it.
    insert_words(tx, id, it.searched)?;
    Ok(changed > 0)
}

/// Something beside an entry.
#[derive(Debug, Clone)]
pub struct Note {
    pub entry: BookEntryId,
    pub act: NoteAct,
    pub changes: Vec<Change>,
    pub reason: String,
    pub at: Instant,
    pub by: AccountId,
}

/// Writes beside an entry.
pub fn insert_note(
    tx: &mut Tx<'_>,
    entry: BookEntryId,
    act: NoteAct,
    changes: &[Change],
    reason: &str,
) -> Result<(), Fault> {
    tx.execute(
        "insert into book_note (entry, act, changes, reason, made_ms, made_by)
         values (?1, ?2, ?3, ?4, ?5, ?6)",
        &[
            entry.into(),
            act.code().into(),
            json(&changes)?.into(),
            reason.into(),
            tx.now().into(),
            tx.by().into(),
        ],
    )?;
    Ok(())
}

/// What stands beside these entries, oldest first.
pub fn notes(tx: &mut Tx<'_>, entries: &[i64]) -> Result<Vec<Note>, Fault> {
    let mut all = Vec::new();
    for some in entries.chunks(400) {
        let select =
            Select::new("n.entry, n.act, n.changes, n.reason, n.made_ms, n.made_by", "book_note n")
                .and_in("n.entry", some.to_vec())
                .order_by("n.id");
        for row in select.rows(tx, NOTES_MAX)? {
            all.push(Note {
                entry: row.get(0)?,
                act: row.parse(1, "act of a note", NoteAct::from_code)?,
                changes: row.parse(2, "changes", |it| serde_json::from_str(it).ok())?,
                reason: row.get(3)?,
                at: Instant::from_epoch_ms(row.get(4)?),
                by: row.get(5)?,
            });
        }
    }
    Ok(all)
}

/// Notes of some hundred entries at most.
const NOTES_MAX: i64 = 20_000;

/// An entry and its book.
pub fn entry(tx: &mut Tx<'_>, id: BookEntryId) -> Result<Option<(Entry, KeptBook)>, Fault> {
    let select = both().and("e.id = ?", [id.into()]);
    select.rows(tx, 1)?.first().map(pair).transpose()
}

/// The entries that were made from a dossier.
pub fn of_dossier(tx: &mut Tx<'_>, id: DossierId) -> Result<Vec<(Entry, KeptBook)>, Fault> {
    let select = both().and("e.dossier = ?", [id.into()]).order_by("e.id");
    select.rows(tx, 50)?.iter().map(pair).collect()
}

fn both() -> Select {
    Select::new(BOTH, "book_entry e join book b on b.id = e.book")
}

const BOTH: &str = "e.id, e.book, e.number, e.volume, e.entered_on, e.state, e.dossier, e.person,
    e.matter, e.fee, e.copies, e.original, e.fields, e.entered_ms, e.entered_by, e.edition,
    b.id, b.body, b.kind, b.year, b.opened_on, b.volume, b.last_number, b.last_on,
    b.closed_on, b.closed_name, b.closed_count, b.closed_cancelled, b.closed_copies, b.closed_fee";

fn pair(row: &Row) -> Result<(Entry, KeptBook), Fault> {
    Ok((entry_of(row)?, book_at(row, ENTRY_WIDTH)?))
}

/// What somebody looks for.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    pub bodies: Vec<UnitId>,
    pub book: Option<BookId>,
    pub kind: Option<String>,
    pub year: Option<i64>,
    pub number: Option<i64>,
    pub words: Vec<String>,
    pub from: Option<Date>,
    pub until: Option<Date>,
    pub cancelled: Option<bool>,
    pub noted: bool,
}

impl Filter {
    fn select(&self) -> Select {
        let state = self.cancelled.map(|it| if it { "cancelled" } else { "valid" });
        let mut select = both()
            .and_in("b.body", self.bodies.clone())
            .and_if("e.book = ?", self.book)
            .and_if("b.kind = ?", self.kind.as_deref())
            .and_if("b.year = ?", self.year)
            .and_if("e.number = ?", self.number)
            .and_if("e.entered_on >= ?", self.from)
            .and_if("e.entered_on <= ?", self.until)
            .and_if("e.state = ?", state);
        if self.noted {
            select = select.and("exists (select 1 from book_note n where n.entry = e.id)", []);
        }
        for word in &self.words {
            select = select.and(
                "e.id in (select entry from book_word where word >= ? and word < ?)",
                [word.as_str().into(), prefix_end(word).into()],
            );
        }
        select
    }
}

/// A page of entries, newest first, from the one before `before` on.
pub fn page(
    tx: &mut Tx<'_>,
    filter: &Filter,
    before: Option<i64>,
    limit: i64,
) -> Result<Vec<(Entry, KeptBook)>, Fault> {
    let select = filter.select().and_if("e.id < ?", before).order_by("e.id desc");
    select.rows(tx, limit)?.iter().map(pair).collect()
}

/// How many entries there are, counted up to `count_max`.
pub fn count(tx: &mut Tx<'_>, filter: &Filter, count_max: i64) -> Result<i64, Fault> {
    filter.select().count(tx, count_max)
}

/// Entries after `after`, for `motcua check`.
pub fn all_after(tx: &mut Tx<'_>, after: i64, limit: i64) -> Result<Vec<Entry>, Fault> {
    let select =
        Select::new(ENTRY, "book_entry e").and("e.id > ?", [after.into()]).order_by("e.id");
    select.rows(tx, limit)?.iter().map(entry_of).collect()
}

/// Books whose entries are not numbered from 1 to the last number: the book, its entries, the
/// number.
pub fn gaps(tx: &mut Tx<'_>) -> Result<Vec<(i64, i64, i64)>, Fault> {
    let rows = tx.query(
        "select b.id, count(e.id), b.last_number from book b left join book_entry e on e.book = b.id
         group by b.id, b.last_number
         having count(e.id) <> b.last_number or coalesce(max(e.number), 0) <> b.last_number
             or coalesce(min(e.number), 1) <> 1
         order by b.id",
        &[],
    )?;
    rows.iter().map(|row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).collect()
}
