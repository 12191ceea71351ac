//! The number of what is settled at the counter in one go: the book's next one, taken with its entry in the
//! transaction that settles (NĐ 23/2015/NĐ-CP Đ.13).

use domain::{
    access::Action,
    books::{BookForm, Column, ColumnWhat, Values},
    text,
};
use site::{
    Failure, Fields, Typed, Who,
    at_once::{AtOnce, BOOK_FIELD, BookAsks, BookField, BookNumber, Given, Numbers},
};
use store::Tx;

use super::{
    facts,
    form::{name_of, values},
    keep::{self, Draft},
    may_at, sql,
};

/// What this slice tells the desk.
pub(super) const NUMBERS: Numbers = Numbers { asks, gives };

/// What to do when the year's book takes nothing more.
const INSTEAD: &str = "Hãy bấm “Tiếp nhận” để hẹn trả, rồi giải quyết khi đã có sổ của năm sau; \
     những gì đã nhập vẫn còn nguyên.";

/// The book in which somebody numbers what he settles, if he keeps it.
fn form_for(who: &Who, case: &AtOnce) -> Option<&'static BookForm> {
    let form = facts::forms().of_procedure(&case.procedure, who.today())?;
    may_at(who, Action::BookKeep, case.body).then_some(form)
}

/// What stands in a column by what is known of the matter; empty if nothing does.
fn known(column: &Column, case: &AtOnce) -> String {
    let counted = |it: u32| if it > 0 { it.to_string() } else { String::new() };
    match (column.what, column.from.as_str()) {
        (ColumnWhat::Copies, _) => counted(case.copies),
        (ColumnWhat::Pages, _) => counted(case.pages),
        (_, "applicant") => case.applicant.clone(),
        (_, "id_number") => case.id_number.clone(),
        (_, "birth_date") => case.birth_date.clone(),
        (_, "address") => case.address.clone(),
        // The catalogue's name of a procedure is the name of nobody's paper.
        (_, "request" | "papers") => case.request.clone(),
        (_, "fee") => case.fee.map_or_else(String::new, |it| it.0.to_string()),
        (_, "signer") => case.signer.clone(),
        _ => column.preset_of(Some(&case.procedure)).to_owned(),
    }
}

/// Whether the desk's form asks for a column beside its own fields: what the book demands and nothing
/// else says.
fn is_asked(column: &Column, case: &AtOnce) -> bool {
    if !column.is_typed() || case.own_field(&column.from).is_some() {
        return false;
    }
    match column.what {
        ColumnWhat::Copies | ColumnWhat::Pages | ColumnWhat::Matter | ColumnWhat::Choice => {
            column.required
        }
        _ => column.required && (column.from.is_empty() || known(column, case).is_empty()),
    }
}

fn field(column: &Column, case: &AtOnce) -> BookField {
    let is_number = matches!(column.what, ColumnWhat::Copies | ColumnWhat::Pages);
    let said = known(column, case);
    let hint = match column.what {
        ColumnWhat::Copies | ColumnWhat::Pages if case.is_counted => {
            "để trống thì lấy theo số đã tính phí"
        }
        ColumnWhat::Date => "ngày/tháng/năm",
        ColumnWhat::Matter if column.from == "papers" => {
            "tên của chính giấy tờ đó, như “Bằng tốt nghiệp đại học”"
        }
        _ => "",
    };
    let preset = match column.what {
        ColumnWhat::Copies | ColumnWhat::Pages if said.is_empty() && !case.is_counted => {
            "1".to_owned()
        }
        ColumnWhat::Date => said.parse().map_or(said, text::date),
        _ => said,
    };
    let none = (String::new(), "– chọn –".to_owned());
    let options = match column.what {
        ColumnWhat::Choice => std::iter::once(none)
            .chain(column.choices.iter().map(|it| (it.clone(), it.clone())))
            .collect(),
        _ => Vec::new(),
    };
    BookField {
        name: name_of(column),
        label: column.shown().to_owned(),
        hint: hint.to_owned(),
        is_number,
        options,
        preset,
        required: column.required,
    }
}

fn asks(who: &Who, tx: &mut Tx<'_>, case: &AtOnce) -> Result<Option<BookAsks>, Failure> {
    let Some(form) = form_for(who, case) else { return Ok(None) };
    let today = who.today();
    if let Some((next, _)) = standing(tx, form, case)? {
        return Ok(Some(BookAsks { title: form.title.clone(), next, ..BookAsks::default() }));
    }
    let book = facts::book_of(tx, case.body, form, today.year())?;
    let refused = book.as_ref().and_then(|it| refusal(it, today));
    let next = form.written(book.map_or(0, |it| it.count) + 1, today.year());
    let columns = form.columns.iter().filter(|it| is_asked(it, case));
    let fields = columns.map(|it| field(it, case)).collect();
    Ok(Some(BookAsks { title: form.title.clone(), next, fields, refused }))
}

/// Why a book gives no number today, and what to do instead.
fn refusal(book: &sql::KeptBook, today: jiff::civil::Date) -> Option<String> {
    let on = book.closed_on?;
    let (title, year) = (book.title(), today.year());
    Some(format!("{title} năm {year} đã khóa ngày {}. {INSTEAD}", text::date(on)))
}

/// The number of the entry that a dossier has already in this book, plain and with its volume; nothing if
/// that was struck.
fn standing(
    tx: &mut Tx<'_>,
    form: &BookForm,
    case: &AtOnce,
) -> Result<Option<(String, String)>, Failure> {
    let Some(id) = case.dossier else { return Ok(None) };
    let entries = sql::of_dossier(tx, id)?.into_iter().rev();
    let mut stands = entries.filter(|(it, book)| !it.is_cancelled && book.kind == form.code);
    Ok(stands.next().map(|(it, book)| {
        let written = form.written(it.number, book.year);
        let full = with_volume(&written, &form.volume(it.volume, book.year));
        (written, full)
    }))
}

/// A number as papers write it where the plain one would be mistaken for another.
fn with_volume(written: &str, volume: &str) -> String {
    format!("{written}, quyển số {volume}")
}

fn gives(
    who: &Who,
    tx: &mut Tx<'_>,
    case: &AtOnce,
    typed: &Typed,
) -> Result<Option<Given>, Failure> {
    let Some(form) = form_for(who, case) else { return Ok(None) };
    let today = who.today();
    // Written by hand before: that is the entry.
    if let Some((written, full)) = standing(tx, form, case)? {
        return Ok(Some(Ok(BookNumber { written, full, keep: Box::new(|_, _| Ok(())) })));
    }
    if let Some(book) = sql::book_held(tx, case.body, &form.code, today.year())?
        && let Some(why) = refusal(&book, today)
    {
        return Ok(Some(Err(vec![(BOOK_FIELD.to_owned(), why)])));
    }
    let mut fields = Fields::of(typed.clone());
    let mut all: Values = values(form, &mut fields);
    if let Err(m) = fields.finish(Some(())) {
        return Ok(Some(Err(m.by_field.into_iter().collect())));
    }
    for column in form.columns.iter().filter(|it| it.is_typed()) {
        let value = all.entry(column.key.clone()).or_default();
        if value.is_empty() || case.own_field(&column.from).is_some() {
            *value = known(column, case);
        }
    }
    let draft = Draft {
        body: case.body,
        kind: form.code.clone(),
        on: today,
        why_late: String::new(),
        values: all,
        dossier: case.dossier,
    };
    Ok(Some(match keep::reserve(tx, &draft)? {
        Ok(it) => Ok(BookNumber {
            written: it.written.clone(),
            full: with_volume(&it.written, &it.volume_name),
            keep: Box::new(move |tx, id| it.write(tx, Some(id)).map(|_| ())),
        }),
        Err(wrong) => {
            let place = |key: String| match form.keyed(&key) {
                Some(it) => case.own_field(&it.from).map_or_else(|| name_of(it), str::to_owned),
                None => BOOK_FIELD.to_owned(),
            };
            Err(wrong.into_iter().map(|(key, text)| (place(key), text)).collect())
        }
    }))
}
