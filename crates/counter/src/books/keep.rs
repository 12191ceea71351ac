//! The work itself: write an entry, put it right, cancel it, close a book. Pages and the demo come
//! through here.

use domain::{
    books::{self, BookForm, BookRefused, Change, ColumnWhat, NoteAct, Values},
    ids::{BookEntryId, BookId, DossierId, UnitId},
    text,
};
use jiff::civil::Date;
use site::{Failure, OrRefuse};
use store::{Fault, Tx, journal};

use super::{
    facts::{self, BOOK, ENTRY},
    sql::{self, Entry, KeptBook, Repeated},
};

/// Somebody else changed the entry in the meantime.
const STALE: &str = "Mục này vừa được người khác sửa. Hãy mở lại để xem trước khi làm tiếp.";
/// Somebody else went on to the next volume in the meantime.
const TURNED: &str = "Sổ vừa được sang quyển khác. Hãy mở lại trang rồi làm lại.";
/// No form holds on the day.
const NO_FORM: &str = "Không có mẫu sổ này vào ngày đã chọn.";

/// An entry that is about to be written.
#[derive(Debug, Clone)]
pub struct Draft {
    /// The body that keeps the book.
    pub body: UnitId,
    /// The kind of book.
    pub kind: String,
    /// The day that the book shows.
    pub on: Date,
    /// Why it comes after entries of later days; empty if it does not.
    pub why_late: String,
    /// What stands in it.
    pub values: Values,
    /// The dossier that it comes from.
    pub dossier: Option<DossierId>,
}

/// What is wrong, by column; the day is `""`.
pub type Wrong = Vec<(String, String)>;

fn wrong(errors: Vec<(String, &'static str)>) -> Wrong {
    errors.into_iter().map(|(key, text)| (key, text.to_owned())).collect()
}

fn repeated<'a>(form: &BookForm, values: &'a Values, searched: &'a str) -> Repeated<'a> {
    let of = |what| {
        let column = form.column(what).and_then(|it| values.get(&it.key));
        column.map_or("", String::as_str)
    };
    let has = |what| form.column(what).is_some();
    let copies = form.number(values, ColumnWhat::Copies);
    Repeated {
        person: of(ColumnWhat::Person),
        matter: of(ColumnWhat::Matter),
        copies: if has(ColumnWhat::Copies) { copies } else { 0 },
        pages: form.number(values, ColumnWhat::Pages),
        fee: form.number(values, ColumnWhat::Fee),
        searched,
    }
}

/// The values with what comes by itself: the fee by the law's rule where none was typed.
fn completed(form: &BookForm, mut values: Values, why_late: &str) -> Values {
    values.retain(|_, text| !text.is_empty());
    if let (Some(column), Some(rule)) = (form.column(ColumnWhat::Fee), &form.fee)
        && !values.contains_key(&column.key)
    {
        let pages = form.number(&values, ColumnWhat::Pages);
        let copies = form.number(&values, ColumnWhat::Copies);
        values.insert(column.key.clone(), rule.fee(pages, copies).0.to_string());
    }
    if let Some(note) = form.column(ColumnWhat::Note)
        && !why_late.trim().is_empty()
    {
        let before = values.get(&note.key).cloned().unwrap_or_default();
        let late = format!("Ghi bổ sung: {}", why_late.trim());
        let both = if before.is_empty() { late } else { format!("{before}. {late}") };
        values.insert(note.key.clone(), both);
    }
    values
}

/// Opens the book of a year before its first entry; whether it was not open yet.
///
/// # Errors
/// [`Failure::Refused`] if no such book is kept on that day.
pub fn open(
    tx: &mut Tx<'_>,
    body: UnitId,
    kind: &str,
    year: i16,
    today: Date,
) -> Result<bool, Failure> {
    let opened_on = if today.year() == year {
        today
    } else {
        Date::new(year, 1, 1).map_err(|_| Failure::Refused(NO_FORM.to_owned()))?
    };
    facts::forms().on(kind, opened_on).ok_or_else(|| Failure::Refused(NO_FORM.to_owned()))?;
    let fresh = sql::open(tx, body, kind, year, opened_on)?;
    if fresh {
        let book = sql::book_held(tx, body, kind, year)?;
        let id = book.map_or(0, |it| it.id.0);
        let details = serde_json::json!({"kind": kind, "year": year, "unit": body.0});
        tx.journal(journal::Entry::new(BOOK, id, "open_book").details(&details));
    }
    Ok(fresh)
}

/// Writes an entry under the next number of its book. The book opens by itself; the number is taken
/// in the same transaction, so that none is ever missing.
///
/// # Errors
/// [`Failure::Refused`] if the book takes no entry. Mistakes in fields are a value.
pub fn enter(tx: &mut Tx<'_>, draft: &Draft) -> Result<Result<BookEntryId, Wrong>, Failure> {
    match reserve(tx, draft)? {
        Ok(it) => Ok(Ok(it.write(tx, draft.dossier)?)),
        Err(wrong) => Ok(Err(wrong)),
    }
}

/// An entry that has its number and is not written yet: it is written in the same transaction, or the
/// transaction is undone.
pub(super) struct Reserved {
    /// How the number is written on a paper.
    pub written: String,
    /// How its volume is called on papers.
    pub volume_name: String,
    place: (BookId, i64, i64),
    on: Date,
    form: &'static BookForm,
    values: Values,
}

impl Reserved {
    /// Writes the entry for a dossier, or for none.
    ///
    /// # Errors
    /// Any [`Fault`] of the engine.
    pub fn write(self, tx: &mut Tx<'_>, dossier: Option<DossierId>) -> Result<BookEntryId, Fault> {
        let searched = self.form.searched(&self.values);
        let row = repeated(self.form, &self.values, &searched);
        let id = sql::insert(tx, self.place, self.on, dossier, &self.values, &row)?;
        let details = serde_json::json!({
            "book": self.place.0.0, "number": self.place.1, "dossier": dossier.map(|it| it.0),
        });
        tx.journal(journal::Entry::new(ENTRY, id.0, "enter").details(&details));
        let holder = self.values.get(&self.form.holder).filter(|it| !it.is_empty());
        if let (Some(dossier), Some(holder)) = (dossier, holder) {
            citizen::results::facts::name_holder(tx, dossier, holder)?;
        }
        Ok(id)
    }
}

/// Takes the next number of a book for an entry that is written with [`Reserved::write`] before the
/// transaction is over. Nothing is taken if something is wrong.
///
/// # Errors
/// [`Failure::Refused`] if the book takes no entry. Mistakes in fields are a value.
pub(super) fn reserve(tx: &mut Tx<'_>, draft: &Draft) -> Result<Result<Reserved, Wrong>, Failure> {
    let today = tx.now().civil().date();
    let year = draft.on.year();
    if year != today.year() {
        // Only this year's book opens by itself: last year's is there or is not.
        let known = sql::book_held(tx, draft.body, &draft.kind, year)?;
        if known.is_none() {
            let refused = BookRefused::WrongDay { year: today.year() };
            return Ok(Err(vec![(String::new(), refused.to_string())]));
        }
    }
    open(tx, draft.body, &draft.kind, year, draft.on)?;
    let book = sql::book_held(tx, draft.body, &draft.kind, year)?
        .ok_or_else(|| Fault::Broken("a book that was just opened is not there".into()))?;
    match books::may_enter(&book.rules(), draft.on, today, &draft.why_late) {
        Ok(()) => {}
        Err(refused @ BookRefused::Closed { .. }) => {
            return Err(Failure::Refused(refused.to_string()));
        }
        Err(refused) => return Ok(Err(vec![(String::new(), refused.to_string())])),
    }
    let form = facts::form_of(&book).ok_or_else(|| Failure::Refused(NO_FORM.to_owned()))?;
    let mistakes = form.mistakes(&draft.values, today);
    if !mistakes.is_empty() {
        return Ok(Err(wrong(mistakes)));
    }
    let late =
        if book.last_on.is_some_and(|it| draft.on < it) { draft.why_late.as_str() } else { "" };
    let values = completed(form, draft.values.clone(), late);
    let (number, volume) = sql::take_number(tx, book.id, draft.on)?;
    Ok(Ok(Reserved {
        written: form.written(number, book.year),
        volume_name: form.volume(volume, book.year),
        place: (book.id, number, volume),
        on: draft.on,
        form,
        values,
    }))
}

/// An entry, its book and its form, held for a change.
pub(super) fn held(
    tx: &mut Tx<'_>,
    id: BookEntryId,
) -> Result<(Entry, KeptBook, &'static BookForm), Failure> {
    let (_, book) = sql::entry(tx, id)?.ok_or(Failure::NotFound)?;
    sql::hold(tx, book.id)?;
    let (entry, book) = sql::entry(tx, id)?.ok_or(Failure::NotFound)?;
    let form = facts::form_of(&book).ok_or_else(|| Failure::Refused(NO_FORM.to_owned()))?;
    Ok((entry, book, form))
}

/// Puts an entry right: what stood there stays readable beside it, with the reason. The number is
/// kept.
///
/// # Errors
/// [`Failure::Refused`] if it was cancelled, is of a closed book's sums, or somebody else was first.
pub fn correct(
    tx: &mut Tx<'_>,
    id: BookEntryId,
    edition: i64,
    new: &Values,
    reason: &str,
) -> Result<Result<(), Wrong>, Failure> {
    let today = tx.now().civil().date();
    let (entry, book, form) = held(tx, id)?;
    let mistakes = form.mistakes(new, today);
    if !mistakes.is_empty() {
        return Ok(Err(wrong(mistakes)));
    }
    let changes = books::changes(form, &entry.fields, new);
    if changes.is_empty() {
        let text = "Chưa sửa ô nào. Hãy sửa nội dung sai rồi lưu.".to_owned();
        return Ok(Err(vec![("ly-do".to_owned(), text)]));
    }
    books::may_correct(form, book.closed_on.is_some(), entry.is_cancelled, &changes).or_refuse()?;
    let values = books::corrected(&entry.fields, &changes);
    let searched = form.searched(&values);
    write(tx, &entry, edition, entry.is_cancelled, &values, &repeated(form, &values, &searched))?;
    say(tx, id, NoteAct::Correct, &changes, reason)?;
    Ok(Ok(()))
}

/// Cancels an entry: its number stays, with the reason.
///
/// # Errors
/// [`Failure::Refused`] if it was cancelled before, its book is closed, or somebody else was first.
pub fn cancel(tx: &mut Tx<'_>, id: BookEntryId, edition: i64, reason: &str) -> Result<(), Failure> {
    let (entry, book, form) = held(tx, id)?;
    if entry.is_cancelled {
        return Err(BookRefused::Cancelled).or_refuse();
    }
    if book.closed_on.is_some() {
        return Err(BookRefused::SumsStand).or_refuse();
    }
    let searched = form.searched(&entry.fields);
    write(tx, &entry, edition, true, &entry.fields, &repeated(form, &entry.fields, &searched))?;
    say(tx, id, NoteAct::Cancel, &[], reason)
}

/// Writes something that came later into the margin, also in a closed book.
///
/// # Errors
/// [`Failure::NotFound`] if there is no such entry, [`Failure::Refused`] if somebody else was first.
pub fn annotate(
    tx: &mut Tx<'_>,
    id: BookEntryId,
    edition: i64,
    words: &str,
) -> Result<(), Failure> {
    let (entry, _, form) = held(tx, id)?;
    let searched = format!("{} {words}", form.searched(&entry.fields));
    let row = repeated(form, &entry.fields, &searched);
    write(tx, &entry, edition, entry.is_cancelled, &entry.fields, &row)?;
    say(tx, id, NoteAct::Annotate, &[], words)
}

fn write(
    tx: &mut Tx<'_>,
    entry: &Entry,
    edition: i64,
    is_cancelled: bool,
    values: &Values,
    row: &Repeated<'_>,
) -> Result<(), Failure> {
    if sql::change(tx, entry.id, edition, is_cancelled, values, row)? {
        Ok(())
    } else {
        Err(Failure::Refused(STALE.to_owned()))
    }
}

fn say(
    tx: &mut Tx<'_>,
    id: BookEntryId,
    act: NoteAct,
    changes: &[Change],
    reason: &str,
) -> Result<(), Failure> {
    sql::insert_note(tx, id, act, changes, reason)?;
    let name = match act {
        NoteAct::Correct => "put_right",
        NoteAct::Cancel => "cancel",
        NoteAct::Annotate => "annotate",
    };
    let columns: Vec<&str> = changes.iter().map(|it| it.column.as_str()).collect();
    let details = serde_json::json!({ "columns": columns });
    let said = journal::Entry::new(ENTRY, id.0, name).details(&details);
    tx.journal(said.words(Some(reason.to_owned())));
    Ok(())
}

/// The book goes on in the volume `wanted`, its next one; numbers go on (NĐ 23/2015 Đ.13 k.2).
///
/// # Errors
/// [`Failure::Refused`] if it is closed, nothing stands in the volume of today, or `wanted` is not the
/// next one any more.
pub fn new_volume(tx: &mut Tx<'_>, id: BookId, wanted: i64) -> Result<i64, Failure> {
    let book = sql::hold(tx, id)?.ok_or(Failure::NotFound)?;
    if book.volume + 1 != wanted {
        return Err(Failure::Refused(TURNED.to_owned()));
    }
    let entries = sql::in_volume(tx, id, book.volume)?;
    books::may_turn(book.closed_on.is_some(), book.volume, entries).or_refuse()?;
    let volume = sql::next_volume(tx, id)?;
    let details = serde_json::json!({ "volume": volume });
    tx.journal(journal::Entry::new(BOOK, id.0, "new_volume").details(&details));
    Ok(volume)
}

/// Closes a book with its sums, which stand from then on.
///
/// # Errors
/// [`Failure::Refused`] if its year is not over or it is closed.
pub fn close(tx: &mut Tx<'_>, id: BookId, name: &str) -> Result<(), Failure> {
    let today = tx.now().civil().date();
    let book = sql::hold(tx, id)?.ok_or(Failure::NotFound)?;
    books::may_close(&book.rules(), today).or_refuse()?;
    let sums = sql::sums(tx, id)?;
    sql::close(tx, id, today, name, sums)?;
    let details = serde_json::json!({
        "count": sums.count, "cancelled": sums.cancelled, "copies": sums.copies, "fee": sums.fee,
        "on": text::date(today),
    });
    tx.journal(journal::Entry::new(BOOK, id.0, "close_book").details(&details));
    Ok(())
}
