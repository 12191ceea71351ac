//! Books for other slices, and their forms.

use std::sync::LazyLock;

use domain::{
    books::{BookFile, BookForm, BookForms, Change, corrected},
    ids::{BookId, UnitId},
};
use jiff::civil::Date;
use store::{Fault, Tx};

use super::sql::{self, KeptBook};

/// What the journal calls a book.
pub const BOOK: &str = "book";
/// What the journal calls an entry.
pub const ENTRY: &str = "book_entry";

static FORMS: LazyLock<BookForms> = LazyLock::new(|| {
    // A file that does not read gives no book: the test of `domain` reads the same one.
    let file = toml::from_str(include_str!("../../../../law/books.toml"));
    BookForms::of(file.unwrap_or(BookFile { book: Vec::new() }))
});

/// The kinds of books as they ship.
#[must_use]
pub fn forms() -> &'static BookForms {
    &FORMS
}

/// The form of a book: that of the day on which it was opened.
pub(super) fn form_of(book: &KeptBook) -> Option<&'static BookForm> {
    forms().on(&book.kind, book.opened_on)
}

/// The book of a body and year with this form, if it is open or was.
pub(super) fn book_of(
    tx: &mut Tx<'_>,
    body: UnitId,
    form: &BookForm,
    year: i16,
) -> Result<Option<KeptBook>, Fault> {
    let books = sql::of_year(tx, &[body], year)?;
    Ok(books.into_iter().find(|it| it.kind == form.code))
}

/// The number that the book of a procedure gives next, as papers write it; nothing if it has no book.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn next_number(
    tx: &mut Tx<'_>,
    body: UnitId,
    procedure: &str,
    day: Date,
) -> Result<Option<String>, Fault> {
    let Some(form) = forms().of_procedure(procedure, day) else { return Ok(None) };
    let last = book_of(tx, body, form, day.year())?.map_or(0, |it| it.count);
    Ok(Some(form.written(last + 1, day.year())))
}

/// The books of a body of years before `year` that nobody has closed.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn open_before(tx: &mut Tx<'_>, body: UnitId, year: i16) -> Result<Vec<BookId>, Fault> {
    Ok(sql::left_open(tx, &[body], year)?.into_iter().map(|it| it.id).collect())
}

/// Books that are not sound, in words: a number missing or given twice, an entry that is not the sum
/// of what was written and put right. Empty in a sound database.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn unsound(tx: &mut Tx<'_>) -> Result<Vec<String>, Fault> {
    const CHUNK: i64 = 500;
    let mut wrong = Vec::new();
    for gap in sql::gaps(tx)? {
        wrong.push(format!("Sổ số {}: có {} mục mà số cuối là {}.", gap.0, gap.1, gap.2));
    }
    let mut after = 0;
    loop {
        let entries = sql::all_after(tx, after, CHUNK)?;
        let Some(last) = entries.last() else { break };
        after = last.id.0;
        let ids: Vec<i64> = entries.iter().map(|it| it.id.0).collect();
        let notes = sql::notes(tx, &ids)?;
        for it in entries {
            let of_it = notes.iter().filter(|note| note.entry == it.id);
            let changes: Vec<&Change> = of_it.flat_map(|note| &note.changes).collect();
            if corrected(&it.original, changes) != it.fields {
                wrong.push(format!("Mục sổ số {}: nội dung không khớp với đính chính.", it.id));
            }
        }
    }
    Ok(wrong)
}
