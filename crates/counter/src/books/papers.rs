//! Books on paper and as workbooks, and an extract of one entry.

use axum::response::Response;
use domain::{
    access::Role,
    books::{BookForm, ColumnWhat},
    ids::{BookEntryId, BookId, UnitId},
    text,
};
use jiff::civil::Date;
use people::staff::facts as staff;
use prints::{Agency, BookClosing, BookColumn, BookRow, BookSheet, ExtractSheet, Signer};
use site::{Asked, Failure, Path, Site, State, Who};
use store::{Fault, Tx};

use super::{
    book, entry, facts,
    list::{self, look},
    sql::{self, Entry, Filter, KeptBook, Note, Sums},
};

/// Entries of one printed book at most.
const PRINT_ROWS_MAX: i64 = 20_000;

/// The lines at the top of a body's papers.
pub(super) fn agency(who: &Who, body: UnitId) -> Agency {
    let tree = &who.tree;
    let above = tree.known(body).and_then(|it| it.parent);
    Agency {
        parent: above.map_or_else(String::new, |it| tree.title(it).to_owned()),
        name: tree.title(body).to_owned(),
        place: tree.known(body).map_or_else(String::new, |it| it.place.clone()),
    }
}

/// Who signs for a body.
pub(super) fn leader(tx: &mut Tx<'_>, body: UnitId, day: Date) -> Result<Signer, Fault> {
    let leaders = staff::with_any_role(tx, &[Role::Leader], &[body], day)?;
    let first = leaders.into_iter().next();
    Ok(first.map_or_else(Signer::default, |it| Signer {
        on_behalf: String::new(),
        title: it.title,
        name: it.name,
    }))
}

/// The sums of a book on a day.
pub(super) fn closing(on: Date, sums: Sums) -> BookClosing {
    BookClosing {
        on,
        count: sums.count,
        cancelled: sums.cancelled,
        copies: sums.copies,
        fee: sums.fee,
    }
}

/// A book's sheet before its entries.
pub(super) fn frame(book: &KeptBook) -> BookSheet {
    let Some(form) = facts::form_of(book) else { return BookSheet::default() };
    let has = |what| form.column(what).is_some();
    let volumes: Vec<String> =
        (1..=book.volume).map(|volume| form.volume(volume, book.year)).collect();
    BookSheet {
        title: form.title.clone(),
        volumes: volumes.join("; "),
        year: book.year,
        opened_on: Some(book.opened_on),
        closing: book.closed_on.map(|on| closing(on, book.closed)),
        columns: columns(form),
        has_copies: has(ColumnWhat::Copies),
        has_fees: has(ColumnWhat::Fee),
        retention: format!("{} ({})", form.retention, form.retention_basis),
        basis: form.basis.clone(),
        ..BookSheet::default()
    }
}

fn columns(form: &BookForm) -> Vec<BookColumn> {
    use ColumnWhat::{Copies, Day, Fee, Number};
    let printed = form.columns.iter().filter(|it| it.width > 0);
    printed
        .map(|it| BookColumn {
            head: it.head.clone(),
            width: it.width,
            centred: matches!(it.what, Copies | Day | Fee | Number),
        })
        .collect()
}

/// An entry as it is printed: further lines within their columns, what stands beside it in the
/// margin.
fn row(form: &BookForm, entry: &Entry, book: &KeptBook, notes: &[&Note]) -> BookRow {
    let mut cells = Vec::new();
    for column in form.columns.iter().filter(|it| it.width > 0) {
        let value = |key: &str| entry.fields.get(key).map_or("", String::as_str);
        let mut lines = vec![match column.what {
            ColumnWhat::Number => format!("{:02}", entry.number),
            ColumnWhat::Day => text::date(entry.on),
            _ => form.shown(column, value(&column.key)),
        }];
        for line in form.columns.iter().filter(|it| it.within == column.key) {
            let text = form.shown(line, value(&line.key));
            if !text.is_empty() {
                lines.push(format!("{}: {text}", line.head));
            }
        }
        if column.what == ColumnWhat::Note {
            lines.extend(notes.iter().map(|note| entry::note_text(note, book)));
        }
        lines.retain(|it| !it.is_empty());
        cells.push(lines.join("\n"));
    }
    BookRow { cells, cancelled: entry.is_cancelled, copies: entry.copies, fee: entry.fee }
}

fn rows(
    tx: &mut Tx<'_>,
    form: &BookForm,
    mut found: Vec<(Entry, KeptBook)>,
) -> Result<Vec<BookRow>, Failure> {
    if i64::try_from(found.len()).unwrap_or(i64::MAX) > PRINT_ROWS_MAX {
        let max = text::number(PRINT_ROWS_MAX);
        return Err(Failure::Refused(format!("Có hơn {max} mục. Hãy lọc bớt rồi in lại.")));
    }
    found.reverse();
    let ids: Vec<i64> = found.iter().map(|(it, _)| it.id.0).collect();
    let notes = sql::notes(tx, &ids)?;
    let row = |(it, book): &(Entry, KeptBook)| {
        let of_it: Vec<&Note> = notes.iter().filter(|note| note.entry == it.id).collect();
        row(form, it, book, &of_it)
    };
    Ok(found.iter().map(row).collect())
}

fn print_fault(error: prints::PrintError) -> Failure {
    match error {
        prints::PrintError::QrTooLong => Failure::Refused(error.to_string()),
        other => Failure::Fault(Fault::Broken(format!("print: {other}"))),
    }
}

/// A paper is made on a thread that may take its time.
pub(super) async fn made(
    make: impl FnOnce() -> Result<Vec<u8>, prints::PrintError> + Send + 'static,
) -> Result<Vec<u8>, Failure> {
    let made = tokio::task::spawn_blocking(make).await;
    made.map_err(|e| Fault::Worker(e.to_string()))?.map_err(print_fault)
}

/// GET `/co-quan/so/{id}/in`: the book with its cover.
pub async fn print(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<BookId>,
) -> Result<Response, Failure> {
    let _turn = site.one_at_a_time().await?;
    let (asker, demo) = (who.clone(), site.config.demo);
    let sheet = site
        .read(&who, move |tx| {
            let book = book::take(tx, &asker, id)?;
            let form = facts::form_of(&book).ok_or(Failure::NotFound)?;
            let filter = Filter { bodies: vec![book.body], book: Some(id), ..Filter::default() };
            let found = sql::page(tx, &filter, None, PRINT_ROWS_MAX + 1)?;
            Ok(BookSheet {
                agency: agency(&asker, book.body),
                rows: rows(tx, form, found)?,
                made_on: Some(asker.today()),
                keeper: String::new(),
                leader: leader(tx, book.body, asker.today())?,
                demo,
                ..frame(&book)
            })
        })
        .await?;
    look_at(&site, &who, id.0, "print").await?;
    let bytes = made(move || prints::render_book(&sheet)).await?;
    Ok(site::file(bytes, "application/pdf", &format!("so-{id}.pdf"), false))
}

/// Writes down that a book left the program.
async fn look_at(site: &Site, who: &Who, id: i64, what: &'static str) -> Result<(), Failure> {
    site.write(who, move |tx| {
        let details = serde_json::json!({ "what": what });
        tx.journal(store::journal::Entry::new(facts::BOOK, id, "print").details(&details));
        Ok(())
    })
    .await
}

/// The media type of a workbook.
const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// GET `/co-quan/so/xuat?so=`: what a list shows, as a workbook. Entries of one book have its
/// columns; those of several have what they share.
pub async fn workbook(
    State(site): State<Site>,
    who: Who,
    Asked(asked): Asked,
) -> Result<Response, Failure> {
    let _turn = site.one_at_a_time().await?;
    let id = asked.get("so").parse().ok().map(BookId);
    let (filter, _) = list::read(&who, &asked, id);
    let (asker, demo) = (who.clone(), site.config.demo);
    let sheet = site
        .read(&who, move |tx| {
            let found = sql::page(tx, &filter, None, PRINT_ROWS_MAX + 1)?;
            let Some(id) = id else { return shared(tx, &asker, found, demo) };
            let book = book::take(tx, &asker, id)?;
            let form = facts::form_of(&book).ok_or(Failure::NotFound)?;
            Ok(BookSheet {
                agency: agency(&asker, book.body),
                rows: rows(tx, form, found)?,
                demo,
                ..frame(&book)
            })
        })
        .await?;
    look_at(&site, &who, id.map_or(0, |it| it.0), "workbook").await?;
    let bytes = made(move || prints::book_xlsx(&sheet)).await?;
    Ok(site::file(bytes, XLSX, &format!("so-{}.xlsx", who.today()), true))
}

/// What entries of several books share.
fn shared(
    tx: &mut Tx<'_>,
    who: &Who,
    mut found: Vec<(Entry, KeptBook)>,
    demo: bool,
) -> Result<BookSheet, Failure> {
    found.reverse();
    let heads = [
        ("Sổ", 26),
        ("Đơn vị", 20),
        ("Năm", 6),
        ("Số", 6),
        ("Ngày", 10),
        ("Họ tên", 22),
        ("Việc, giấy tờ", 30),
        ("Số bản", 7),
        ("Phí", 9),
        ("Đính chính, ghi chú", 30),
    ];
    let ids: Vec<i64> = found.iter().map(|(it, _)| it.id.0).collect();
    let notes = sql::notes(tx, &ids)?;
    let rows = found.iter().map(|(it, book)| {
        let beside: Vec<String> = notes
            .iter()
            .filter(|note| note.entry == it.id)
            .map(|note| entry::note_text(note, book))
            .collect();
        let cells = vec![
            book.title().to_owned(),
            who.tree.title(book.body).to_owned(),
            book.year.to_string(),
            format!("{:02}", it.number),
            text::date(it.on),
            it.person.clone(),
            it.matter.clone(),
            it.copies.to_string(),
            text::number(it.fee),
            beside.join("\n"),
        ];
        BookRow { cells, cancelled: it.is_cancelled, copies: it.copies, fee: it.fee }
    });
    Ok(BookSheet {
        title: "Các mục trong sổ".to_owned(),
        columns: heads
            .into_iter()
            .map(|(head, width)| BookColumn { head: head.to_owned(), width, centred: false })
            .collect(),
        rows: rows.collect(),
        demo,
        ..BookSheet::default()
    })
}

/// GET `/co-quan/so/muc/{id}/trich-luc`
pub async fn extract(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<BookEntryId>,
) -> Result<Response, Failure> {
    let (asker, demo) = (who.clone(), site.config.demo);
    let sheet = site
        .read(&who, move |tx| {
            let (entry, book, notes) = entry::take(tx, &asker, id)?;
            let form = facts::form_of(&book).ok_or(Failure::NotFound)?;
            let lines = entry::lines(&entry, &book).into_iter();
            let place = format!(
                "{} của {}, quyển số {}, số {:02} {}",
                super::lower_first(&form.title),
                asker.tree.title(book.body),
                form.volume(entry.volume, book.year),
                entry.number,
                text::long_date(entry.on),
            );
            Ok(ExtractSheet {
                agency: agency(&asker, book.body),
                title: form.extract.clone(),
                place_in_book: place,
                lines: lines.filter(|(_, it)| !it.is_empty()).collect(),
                notes: notes.iter().map(|it| entry::note_text(it, &book)).collect(),
                cancelled: entry.is_cancelled,
                made_on: Some(asker.today()),
                leader: leader(tx, book.body, asker.today())?,
                demo,
                ..ExtractSheet::default()
            })
        })
        .await?;
    look(&site, &who, facts::ENTRY, id.0, "extract").await?;
    let bytes = made(move || prints::render_extract(&sheet)).await?;
    Ok(site::file(bytes, "application/pdf", &format!("trich-luc-{id}.pdf"), false))
}
