//! The shelf: which books there are in a year; opening, closing.

use askama::Template;
use axum::response::Response;
use domain::{
    access::Action,
    books::BookGroup,
    ids::{BookId, UnitId},
    text,
};
use site::{
    Asked, Failure, Filled, Html, Mistakes, Path, Shell, Site, State, Typed, Who, demand, told,
};
use store::Tx;

use super::{
    ADDRESS, bodies, facts, keep, may_at, seen, sees,
    sql::{self, KeptBook},
};

struct Line {
    title: String,
    group: &'static str,
    kind: String,
    book: Option<BookId>,
    volume: String,
    count: String,
    last: String,
    state: String,
    is_closed: bool,
    may_write: bool,
    may_open: bool,
}

/// A book of an earlier year that nobody has closed.
struct Left {
    id: BookId,
    title: String,
    unit: String,
    count: String,
    by: String,
    is_late: bool,
    may_close: bool,
}

#[derive(Template)]
#[template(path = "books/templates/index.html")]
struct Index {
    shell: Shell,
    units: Vec<(String, String)>,
    unit: String,
    years: Vec<(String, String)>,
    year: String,
    lines: Vec<Line>,
    left: Vec<Left>,
}

/// The bodies that somebody sees today, with their titles.
pub(super) fn units(who: &Who) -> Vec<(String, String)> {
    super::of_today(who)
        .filter(|it| sees(who, *it))
        .map(|it| (it.to_string(), who.tree.title(it).to_owned()))
        .collect()
}

/// The body that is asked for, else where somebody writes, else the first that he sees.
pub(super) fn unit_asked(who: &Who, asked: &str) -> Option<UnitId> {
    let asked = asked.parse().ok().map(UnitId).filter(|it| sees(who, *it));
    asked
        .or_else(|| bodies(who, Action::BookKeep).first().copied())
        .or_else(|| super::of_today(who).find(|it| sees(who, *it)))
}

fn left(who: &Who, book: KeptBook) -> Left {
    let by = facts::form_of(&book).and_then(|it| it.to_close_by(book.year));
    Left {
        id: book.id,
        title: format!("{} năm {}", book.title(), book.year),
        unit: who.tree.title(book.body).to_owned(),
        count: text::number(book.count),
        by: by.map_or_else(String::new, text::date),
        is_late: by.is_some_and(|it| it < who.today()),
        may_close: may_at(who, Action::BookClose, book.body),
    }
}

/// GET `/co-quan/so?nam=&don-vi=`
pub async fn index(
    State(site): State<Site>,
    who: Who,
    Asked(asked): Asked,
) -> Result<Html<String>, Failure> {
    let this_year = who.today().year();
    let year = asked.get("nam").parse::<i16>().unwrap_or(this_year).clamp(1950, this_year + 1);
    let unit = unit_asked(&who, asked.get("don-vi"));
    let (all, body) = (seen(&who), unit);
    let (kept, mut years, open) = site
        .read(&who, move |tx| {
            let kept = match body {
                Some(it) => sql::of_year(tx, &[it], year)?,
                None => Vec::new(),
            };
            Ok((kept, sql::years(tx, &all)?, sql::left_open(tx, &all, this_year)?))
        })
        .await?;
    for it in [this_year, year] {
        if !years.contains(&it) {
            years.push(it);
        }
    }
    years.sort_unstable_by(|a, b| b.cmp(a));
    let day = if year == this_year {
        who.today()
    } else {
        jiff::civil::Date::new(year, 12, 31).unwrap_or_else(|_| who.today())
    };
    let writes = unit.is_some_and(|it| may_at(&who, Action::BookKeep, it));
    let closes = unit.is_some_and(|it| may_at(&who, Action::BookClose, it));
    let forms = facts::forms().all_on(day);
    let lines = forms.map(|form| {
        let book = kept.iter().find(|it| it.kind == form.code);
        let is_closed = book.is_some_and(|it| it.closed_on.is_some());
        Line {
            title: form.title.clone(),
            group: form.group.label(),
            kind: form.code.clone(),
            book: book.map(|it| it.id),
            volume: book.map_or_else(String::new, |it| form.volume(it.volume, it.year)),
            count: text::number(book.map_or(0, |it| it.count)),
            last: book.and_then(|it| it.last_on).map_or_else(|| "–".to_owned(), text::date),
            state: match book {
                None => "Chưa mở".to_owned(),
                Some(KeptBook { closed_on: Some(on), .. }) => format!("Khóa {}", text::date(*on)),
                Some(_) => "Đang ghi".to_owned(),
            },
            is_closed,
            may_write: writes && !is_closed && year == this_year,
            may_open: closes && book.is_none() && year == this_year,
        }
    });
    site.page(&Index {
        shell: site.shell(&who),
        units: units(&who),
        unit: unit.map_or_else(String::new, |it| it.to_string()),
        years: years.iter().map(|it| (it.to_string(), format!("Năm {it}"))).collect(),
        year: year.to_string(),
        lines: lines.collect(),
        left: open.into_iter().map(|it| left(&who, it)).collect(),
    })
}

/// The book, for somebody who sees it.
pub(super) fn take(tx: &mut Tx<'_>, who: &Who, id: BookId) -> Result<KeptBook, Failure> {
    let book = sql::book(tx, id)?.ok_or(Failure::NotFound)?;
    if seen(who).contains(&book.body) { Ok(book) } else { Err(Failure::NotFound) }
}

/// POST `/co-quan/so/mo`: the year's book is opened before its first entry.
pub async fn open(
    State(site): State<Site>,
    who: Who,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    let body = typed.get("don-vi").parse().map(UnitId).map_err(|_| Failure::NotFound)?;
    if !may_at(&who, Action::BookClose, body) {
        return Err(Failure::NotFound);
    }
    let (kind, today) = (typed.get("loai").to_owned(), who.today());
    let fresh =
        site.write(&who, move |tx| keep::open(tx, body, &kind, today.year(), today)).await?;
    let said = if fresh { "Đã mở sổ." } else { "Sổ đã mở từ trước." };
    Ok(told(&format!("{ADDRESS}?don-vi={body}"), said))
}

#[derive(Template)]
#[template(path = "books/templates/close.html")]
struct Close<'a> {
    shell: Shell,
    m: &'a Mistakes,
    id: BookId,
    title: String,
    unit: String,
    line: String,
    refused: Option<String>,
}

async fn close_page(
    site: &Site,
    who: &Who,
    id: BookId,
    m: &Mistakes,
) -> Result<Html<String>, Failure> {
    let asker = who.clone();
    let (book, sums) = site
        .read(who, move |tx| {
            let book = take(tx, &asker, id)?;
            demand(&asker, Action::BookClose, book.body)?;
            if !may_at(&asker, Action::BookClose, book.body) {
                return Err(Failure::NotFound);
            }
            let sums = sql::sums(tx, id)?;
            Ok((book, sums))
        })
        .await?;
    let today = who.today();
    let refused = domain::books::may_close(&book.rules(), today).err().map(|it| it.to_string());
    let sheet = super::papers::frame(&book);
    let closing = super::papers::closing(today, sums);
    site.page(&Close {
        shell: site.shell(who),
        m,
        id,
        title: name(&book),
        unit: who.tree.title(book.body).to_owned(),
        line: prints::closing_words(&sheet, &closing),
        refused,
    })
}

/// What is typed to close a book.
pub(super) fn name(book: &KeptBook) -> String {
    format!("{} năm {}", book.title(), book.year)
}

/// GET `/co-quan/so/{id}/khoa`
pub async fn close_form(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<BookId>,
) -> Result<Html<String>, Failure> {
    close_page(&site, &who, id, &Mistakes::none(Typed::default())).await
}

/// POST `/co-quan/so/{id}/khoa`: with the book's name, typed.
pub async fn close(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<BookId>,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    let (asker, said) = (who.clone(), text::fold(typed.get("ten-so")));
    let done = site
        .write(&who, move |tx| {
            let book = take(tx, &asker, id)?;
            if !may_at(&asker, Action::BookClose, book.body) {
                return Err(Failure::NotFound);
            }
            if text::fold(&name(&book)) != said {
                return Ok(Err(name(&book)));
            }
            keep::close(tx, id, &asker.name)?;
            Ok(Ok(()))
        })
        .await?;
    if let Err(name) = done {
        let mut m = Mistakes::none(typed);
        let text = format!("Gõ đúng tên sổ: {name}.");
        m.by_field.insert("ten-so".to_owned(), text);
        return Err(Failure::Mistaken(close_page(&site, &who, id, &m).await?));
    }
    let said = "Đã khóa sổ. Hãy in sổ, ký, đóng dấu giáp lai và lưu trữ.";
    Ok(told(&format!("{ADDRESS}/{id}"), said))
}

/// Whether looks into the book are written down: it tells of people's lives.
pub(super) fn is_private(book: &KeptBook) -> bool {
    facts::form_of(book).is_none_or(|it| it.group == BookGroup::CivilStatus)
}
