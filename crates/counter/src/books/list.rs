//! Entries: of one book, or of all books that somebody sees.

use askama::Template;
use domain::{
    access::Action,
    ids::{BookEntryId, BookId, UnitId},
    text,
};
use jiff::civil::Date;
use site::{Asked, Failure, Html, Path, Shell, Site, State, Typed, Who};
use store::journal;

use super::{
    ADDRESS,
    book::{is_private, take, units},
    facts, may_at, seen,
    sql::{self, Filter, KeptBook},
};

/// Rows of one page.
const ROWS: usize = 50;
/// Entries counted at most.
const COUNT_MAX: i64 = 20_000;

struct Line {
    id: BookEntryId,
    number: String,
    on: String,
    book: String,
    person: String,
    matter: String,
    copies: String,
    fee: String,
    tag: &'static str,
}

/// The head of a page that shows one book.
struct Head {
    id: BookId,
    title: String,
    unit: String,
    volume: String,
    opened: String,
    closed: Option<String>,
    count: String,
    may_write: bool,
    may_close: bool,
    new_href: String,
    basis: String,
    retention: String,
    verified: String,
}

#[derive(Template)]
#[template(path = "books/templates/list.html")]
struct List {
    shell: Shell,
    head: Option<Head>,
    path: String,
    q: String,
    kinds: Vec<(String, String)>,
    kind: String,
    years: Vec<(String, String)>,
    year: String,
    units: Vec<(String, String)>,
    unit: String,
    states: Vec<(String, String)>,
    state: String,
    from: String,
    until: String,
    wrong_date: bool,
    query: String,
    count: String,
    lines: Vec<Line>,
    is_filtered: bool,
    first: Option<String>,
    next: Option<String>,
}

fn day(asked: &Typed, name: &str) -> (Option<Date>, bool) {
    let typed = asked.get(name);
    let read = site::form::parse_date(typed);
    (read, !typed.is_empty() && read.is_none())
}

/// What the address asks for, and whether a date in it does not read.
pub(super) fn read(who: &Who, asked: &Typed, book: Option<BookId>) -> (Filter, bool) {
    let q = asked.get("q");
    let is_number = (1..=6).contains(&q.len()) && q.bytes().all(|it| it.is_ascii_digit());
    let unit = asked.get("don-vi").parse().ok().map(UnitId);
    let mut bodies = seen(who);
    bodies.retain(|it| unit.is_none_or(|unit| unit == *it));
    let ((from, wrong_from), (until, wrong_until)) = (day(asked, "tu"), day(asked, "den"));
    let filter = Filter {
        bodies,
        book,
        kind: Some(asked.get("loai").to_owned()).filter(|it| !it.is_empty()),
        year: asked.get("nam").parse().ok(),
        number: if is_number { q.parse().ok() } else { None },
        words: if is_number { Vec::new() } else { text::words(q).into_iter().take(8).collect() },
        from,
        until,
        cancelled: match asked.get("trang-thai") {
            "con" => Some(false),
            "huy" => Some(true),
            _ => None,
        },
        noted: asked.get("trang-thai") == "sua",
    };
    (filter, wrong_from || wrong_until)
}

/// The address of the same list with other words for `name`; none: without them.
fn address(path: &str, asked: &Typed, name: &str, value: Option<&str>) -> String {
    let kept = asked
        .pairs()
        .iter()
        .filter(|(it, value)| it != name && it != "sau" && it != "lang" && !value.is_empty());
    let mut pairs: Vec<String> =
        kept.map(|(it, value)| format!("{}={}", site::percent(it), site::percent(value))).collect();
    if let Some(value) = value {
        pairs.push(format!("{name}={}", site::percent(value)));
    }
    format!("{path}?{}", pairs.join("&"))
}

fn options(all: &[(&str, &str)]) -> Vec<(String, String)> {
    all.iter().map(|(value, label)| ((*value).to_owned(), (*label).to_owned())).collect()
}

fn head(who: &Who, book: &KeptBook) -> Head {
    let form = facts::form_of(book);
    let of = |text: fn(&domain::books::BookForm) -> &String| {
        form.map_or_else(String::new, |it| text(it).clone())
    };
    let open = book.closed_on.is_none();
    Head {
        id: book.id,
        title: format!("{} năm {}", book.title(), book.year),
        unit: who.tree.title(book.body).to_owned(),
        volume: form.map_or_else(String::new, |it| it.volume(book.volume, book.year)),
        opened: text::date(book.opened_on),
        closed: book.closed_on.map(|it| {
            format!(
                "{} – {}, {} mục",
                text::date(it),
                book.closed_name,
                text::number(book.closed.count)
            )
        }),
        count: text::number(book.count),
        may_write: open && may_at(who, Action::BookKeep, book.body),
        may_close: open && may_at(who, Action::BookClose, book.body),
        new_href: format!(
            "{ADDRESS}/ghi?loai={}&don-vi={}&nam={}",
            book.kind, book.body, book.year
        ),
        basis: of(|it| &it.basis),
        retention: of(|it| &it.retention),
        verified: of(|it| &it.verified),
    }
}

/// GET `/co-quan/so/{id}`: one book.
pub async fn of_book(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<BookId>,
    Asked(asked): Asked,
) -> Result<Html<String>, Failure> {
    let asker = who.clone();
    let book = site.read(&who, move |tx| take(tx, &asker, id)).await?;
    // Who looks into people's lives without keeping the book is written down, as with dossiers.
    if is_private(&book) && !may_at(&who, Action::BookKeep, book.body) {
        look(&site, &who, facts::BOOK, id.0, "page").await?;
    }
    show(site, who, asked, Some(book)).await
}

/// GET `/co-quan/so/muc`: all books that somebody sees.
pub async fn all(
    State(site): State<Site>,
    who: Who,
    Asked(asked): Asked,
) -> Result<Html<String>, Failure> {
    if !asked.get("q").is_empty() {
        look(&site, &who, facts::BOOK, 0, "search").await?;
    }
    show(site, who, asked, None).await
}

/// Writes down that somebody looked.
pub(super) async fn look(
    site: &Site,
    who: &Who,
    subject: &'static str,
    id: i64,
    what: &'static str,
) -> Result<(), Failure> {
    site.write(who, move |tx| {
        let details = serde_json::json!({ "what": what });
        tx.journal(journal::Entry::new(subject, id, "look").details(&details));
        Ok(())
    })
    .await
}

async fn show(
    site: Site,
    who: Who,
    asked: Typed,
    book: Option<KeptBook>,
) -> Result<Html<String>, Failure> {
    let (filter, wrong_date) = read(&who, &asked, book.as_ref().map(|it| it.id));
    let before = asked.get("sau").parse().ok();
    let bodies = seen(&who);
    let (mut found, notes, count, years) = site
        .read(&who, move |tx| {
            let limit = i64::try_from(ROWS).unwrap_or(50) + 1;
            let found = sql::page(tx, &filter, before, limit)?;
            let ids: Vec<i64> = found.iter().map(|(it, _)| it.id.0).collect();
            let notes = sql::notes(tx, &ids)?;
            Ok((found, notes, sql::count(tx, &filter, COUNT_MAX)?, sql::years(tx, &bodies)?))
        })
        .await?;
    let path =
        book.as_ref().map_or_else(|| format!("{ADDRESS}/muc"), |it| format!("{ADDRESS}/{}", it.id));
    let more = found.len() > ROWS;
    found.truncate(ROWS);
    let next = found
        .last()
        .filter(|_| more)
        .map(|(it, _)| address(&path, &asked, "sau", Some(&it.id.to_string())));
    let lines = found.into_iter().map(|(it, of)| {
        let noted = notes.iter().any(|note| note.entry == it.id);
        Line {
            id: it.id,
            number: format!("{:02}", it.number),
            on: text::date(it.on),
            book: format!("{} {}", of.title(), of.year),
            person: it.person,
            matter: it.matter,
            copies: if it.copies > 0 { text::number(it.copies) } else { String::new() },
            fee: if it.fee > 0 { text::money(it.fee) } else { String::new() },
            tag: match (it.is_cancelled, noted) {
                (true, _) => "đã hủy",
                (false, true) => "có đính chính, ghi chú",
                _ => "",
            },
        }
    });
    let mut kinds = options(&[("", "Mọi loại sổ")]);
    kinds.extend(facts::forms().all_on(who.today()).map(|it| (it.code.clone(), it.title.clone())));
    let mut all_years = options(&[("", "Mọi năm")]);
    all_years.extend(years.iter().map(|it| (it.to_string(), it.to_string())));
    let mut all_units = options(&[("", "Mọi đơn vị")]);
    all_units.extend(units(&who));
    let filters = ["q", "loai", "nam", "don-vi", "tu", "den", "trang-thai"];
    let mut query = address("", &asked, "sau", None);
    if let Some(it) = &book {
        query.push_str(&format!("&so={}", it.id));
    }
    site.page(&List {
        shell: site.shell(&who),
        head: book.as_ref().map(|it| head(&who, it)),
        q: asked.get("q").to_owned(),
        kinds,
        kind: asked.get("loai").to_owned(),
        years: all_years,
        year: asked.get("nam").to_owned(),
        units: all_units,
        unit: asked.get("don-vi").to_owned(),
        states: options(&[
            ("", "Tất cả"),
            ("con", "Không hủy"),
            ("huy", "Đã hủy"),
            ("sua", "Có đính chính, ghi chú"),
        ]),
        state: asked.get("trang-thai").to_owned(),
        from: asked.get("tu").to_owned(),
        until: asked.get("den").to_owned(),
        wrong_date,
        query,
        count: format!("{} mục", text::number(count)),
        lines: lines.collect(),
        is_filtered: filters.iter().any(|it| !asked.get(it).is_empty()),
        first: asked.has("sau").then(|| address(&path, &asked, "sau", None)),
        next,
        path,
    })
}
