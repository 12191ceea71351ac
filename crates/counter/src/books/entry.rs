//! One entry: what stands there, what was put right, cancelling, the margin.

use askama::Template;
use axum::response::Response;
use domain::{
    access::Action,
    books::{ColumnWhat, NoteAct},
    ids::BookEntryId,
    text,
};
use people::staff::facts as staff;
use site::{
    Asked, Failure, Fields, Filled, Html, Mistakes, Path, Shell, Site, State, Typed, Who, told,
};
use store::Tx;

use super::{
    ADDRESS,
    book::is_private,
    facts, keep,
    list::look,
    may_at, seen,
    sql::{self, Entry, KeptBook, Note},
};

/// An entry, for somebody who sees its book.
pub(super) fn take(
    tx: &mut Tx<'_>,
    who: &Who,
    id: BookEntryId,
) -> Result<(Entry, KeptBook, Vec<Note>), Failure> {
    let (entry, book) = sql::entry(tx, id)?.ok_or(Failure::NotFound)?;
    if !seen(who).contains(&book.body) {
        return Err(Failure::NotFound);
    }
    let notes = sql::notes(tx, &[id.0])?;
    Ok((entry, book, notes))
}

/// What stands in an entry, column by column, as people read it.
pub(super) fn lines(entry: &Entry, book: &KeptBook) -> Vec<(String, String)> {
    let Some(form) = facts::form_of(book) else { return Vec::new() };
    let mut lines = Vec::new();
    for column in &form.columns {
        let text = match column.what {
            ColumnWhat::Number => format!("{:02}", entry.number),
            ColumnWhat::Day => text::date(entry.on),
            _ => {
                let value = entry.fields.get(&column.key).map_or("", String::as_str);
                let shown = form.shown(column, value);
                if column.what == ColumnWhat::Fee && !shown.is_empty() {
                    format!("{shown} đ")
                } else {
                    shown
                }
            }
        };
        lines.push((column.shown().to_owned(), text));
    }
    lines
}

/// What was done beside an entry, in words: “Đính chính 02/03/2026: Họ tên “A” thành “B”; lý do: …”.
pub(super) fn note_text(note: &Note, book: &KeptBook) -> String {
    let on = text::date(note.at.civil().date());
    let form = facts::form_of(book);
    let changes: Vec<String> = note
        .changes
        .iter()
        .map(|it| {
            let column = form.and_then(|form| form.keyed(&it.column).map(|column| (form, column)));
            let (head, old, new) = match column {
                Some((form, column)) => (
                    column.shown().to_owned(),
                    form.shown(column, &it.old),
                    form.shown(column, &it.new),
                ),
                None => (it.column.clone(), it.old.clone(), it.new.clone()),
            };
            let shown = |text: String| if text.is_empty() { "(trống)".to_owned() } else { text };
            format!("{head}: “{}” thành “{}”", shown(old), shown(new))
        })
        .collect();
    match note.act {
        NoteAct::Correct => {
            format!("Đính chính {on}: {}; lý do: {}", changes.join("; "), note.reason)
        }
        NoteAct::Cancel => format!("Hủy {on}: {}", note.reason),
        NoteAct::Annotate => format!("Ghi chú {on}: {}", note.reason),
    }
}

struct Beside {
    text: String,
    by: String,
    at: String,
}

#[derive(Template)]
#[template(path = "books/templates/entry.html")]
struct Show {
    shell: Shell,
    id: BookEntryId,
    title: String,
    book: String,
    book_href: String,
    volume: String,
    is_cancelled: bool,
    is_fresh: bool,
    lines: Vec<(String, String)>,
    beside: Vec<Beside>,
    dossier: Option<String>,
    entered: String,
    extract: String,
    may_write: bool,
    may_change: bool,
    may_strike: bool,
    again: String,
}

/// GET `/co-quan/so/muc/{id}`
pub async fn show(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<BookEntryId>,
    Asked(asked): Asked,
) -> Result<Html<String>, Failure> {
    let (asker, shell) = (who.clone(), site.shell(&who));
    let is_fresh = asked.has("moi");
    let (page, private) = site
        .read(&who, move |tx| {
            let (entry, book, notes) = take(tx, &asker, id)?;
            let mut beside = Vec::new();
            for note in &notes {
                beside.push(Beside {
                    text: note_text(note, &book),
                    by: staff::account_name(tx, note.by)?,
                    at: text::date_time(note.at.civil()),
                });
            }
            let writer = staff::account_name(tx, entry.entered_by)?;
            let entered = format!("{}, {writer}", text::date_time(entry.entered_at.civil()));
            let may_write = may_at(&asker, Action::BookKeep, book.body);
            let form = facts::form_of(&book);
            let private = is_private(&book) && entry.entered_by != asker.account;
            let dossier = entry.dossier.map(|it| it.to_string());
            let from = dossier.as_ref().map_or_else(String::new, |it| format!("&ho-so={it}"));
            let page = Show {
                shell,
                id,
                title: format!("Số {:02}", entry.number),
                book: format!("{} năm {}", book.title(), book.year),
                book_href: format!("{ADDRESS}/{}", book.id),
                volume: form.map_or_else(String::new, |it| it.volume(entry.volume, book.year)),
                is_cancelled: entry.is_cancelled,
                is_fresh,
                lines: lines(&entry, &book).into_iter().filter(|(_, it)| !it.is_empty()).collect(),
                beside,
                dossier,
                entered,
                extract: form.map_or_else(String::new, |it| it.extract.clone()),
                may_write,
                may_change: may_write && !entry.is_cancelled,
                may_strike: may_strike(&asker, &entry, &book) && !entry.is_cancelled,
                again: format!("{ADDRESS}/ghi?loai={}&don-vi={}{from}", book.kind, book.body),
            };
            Ok((page, private))
        })
        .await?;
    // Who looks into somebody's life is written down, unless he wrote it himself.
    if private {
        look(&site, &who, facts::ENTRY, id.0, "page").await?;
    }
    site.page(&page)
}

/// Whether somebody may strike an entry: he wrote it, or he answers for the book and may close it.
fn may_strike(who: &Who, entry: &Entry, book: &KeptBook) -> bool {
    let wrote = entry.entered_by == who.account;
    may_at(who, Action::BookClose, book.body) || (wrote && may_at(who, Action::BookKeep, book.body))
}

/// Whether somebody who sees an entry may strike it, or write into its margin.
fn demand(who: &Who, entry: &Entry, book: &KeptBook, is_cancel: bool) -> Result<(), Failure> {
    if is_cancel {
        return if may_strike(who, entry, book) { Ok(()) } else { Err(Failure::Forbidden) };
    }
    if may_at(who, Action::BookKeep, book.body) { Ok(()) } else { Err(Failure::NotFound) }
}

#[derive(Template)]
#[template(path = "books/templates/reason.html")]
struct Reason<'a> {
    shell: Shell,
    m: &'a Mistakes,
    id: BookEntryId,
    name: String,
    about: String,
    is_cancel: bool,
}

async fn reason_page(
    site: &Site,
    who: &Who,
    id: BookEntryId,
    is_cancel: bool,
    m: Option<&Mistakes>,
) -> Result<Html<String>, Failure> {
    let asker = who.clone();
    let (entry, book, _) = site
        .read(who, move |tx| {
            let found = take(tx, &asker, id)?;
            demand(&asker, &found.0, &found.1, is_cancel)?;
            Ok(found)
        })
        .await?;
    let own;
    let m = match m {
        Some(it) => it,
        None => {
            let mut typed = Typed::default();
            typed.set("an-ban", entry.edition.to_string());
            own = Mistakes::none(typed);
            &own
        }
    };
    site.page(&Reason {
        shell: site.shell(who),
        m,
        id,
        name: format!(
            "số {:02}, {} năm {}",
            entry.number,
            super::lower_first(book.title()),
            book.year
        ),
        about: format!("{} – {}", entry.person, entry.matter),
        is_cancel,
    })
}

/// GET `/co-quan/so/muc/{id}/huy`
pub async fn cancel_form(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<BookEntryId>,
) -> Result<Html<String>, Failure> {
    reason_page(&site, &who, id, true, None).await
}

/// GET `/co-quan/so/muc/{id}/ghi-chu`
pub async fn annotate_form(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<BookEntryId>,
) -> Result<Html<String>, Failure> {
    reason_page(&site, &who, id, false, None).await
}

/// POST `/co-quan/so/muc/{id}/huy`
pub async fn cancel(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<BookEntryId>,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    beside(site, who, id, typed, true).await
}

/// POST `/co-quan/so/muc/{id}/ghi-chu`
pub async fn annotate(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<BookEntryId>,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    beside(site, who, id, typed, false).await
}

/// The edition of the entry that a form was filled from. It is no field that people see: without it the
/// page is opened again.
pub(super) fn edition(fields: &mut Fields) -> Option<i64> {
    let edition = fields.typed().get("an-ban").parse().ok().filter(|it| *it >= 1_i64);
    if edition.is_none() {
        fields.wrong("an-ban", "Hãy mở lại trang rồi làm lại.");
    }
    edition
}

async fn beside(
    site: Site,
    who: Who,
    id: BookEntryId,
    typed: Typed,
    is_cancel: bool,
) -> Result<Response, Failure> {
    let mut fields = Fields::of(typed);
    let reason = fields.text("ly-do", 500);
    let edition = edition(&mut fields);
    let (reason, edition) = match fields.finish(reason.zip(edition)) {
        Ok(it) => it,
        Err(m) => {
            let page = reason_page(&site, &who, id, is_cancel, Some(&m)).await?;
            return Err(Failure::Mistaken(page));
        }
    };
    let asker = who.clone();
    site.write(&who, move |tx| {
        let (entry, book, _) = take(tx, &asker, id)?;
        demand(&asker, &entry, &book, is_cancel)?;
        if is_cancel {
            keep::cancel(tx, id, edition, &reason)
        } else {
            keep::annotate(tx, id, edition, &reason)
        }
    })
    .await?;
    let said = if is_cancel {
        "Đã hủy mục; số vẫn giữ trong sổ cùng lý do."
    } else {
        "Đã ghi chú vào sổ."
    };
    Ok(told(&format!("{ADDRESS}/muc/{id}"), said))
}
