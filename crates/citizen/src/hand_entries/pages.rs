//! What was entered afterwards: the mark on the dossier, the list, the decision of the head of the counter.

use askama::Template;
use axum::response::{IntoResponse as _, Response};
use domain::{
    access::Action,
    ids::{DossierId, UnitId},
};
use jiff::civil::Date;
use rust_xlsxwriter::{Format, Workbook, XlsxError};
use site::{Asked, Failure, Filled, Mistakes, Path, Shell, Site, State, Typed, Who, form, told};
use store::{Fault, Tx};

use super::{
    HOME,
    sql::{self, Kept, Wanted},
};
use crate::dossiers::{
    facts::{self as dossiers, acts_at},
    shown_again,
};

/// The field of why somebody does not confirm an entry.
const REASON: &str = "khong-nhap-bu";
/// Rows of one page.
const ROWS: i64 = 50;
/// Rows of a workbook at most.
const ROWS_MAX: i64 = 10_000;
const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// How one is shown, on its dossier and in the list.
pub(crate) struct Mark {
    pub id: DossierId,
    pub code: String,
    pub unit: String,
    pub received: String,
    pub receipt: String,
    pub reason: String,
    pub entered: String,
    pub state: String,
    pub state_class: &'static str,
    /// Whether whoever looks confirms it or not.
    pub may_decide: bool,
}

fn mark(who: &Who, it: Kept) -> Mark {
    let moment = |it: domain::time::Instant| domain::text::date_time(it.civil());
    let decided = it.decided.map(|at| format!(" ({}, {})", it.decided_by, moment(at)));
    let decided = decided.unwrap_or_default();
    let (state, state_class) = match it.confirmed {
        None => ("Chờ trưởng bộ phận xác nhận".to_owned(), "warn"),
        Some(true) => (format!("Đã xác nhận{decided}"), "good"),
        Some(false) => (format!("Không xác nhận{decided}: {}", it.words), "bad"),
    };
    Mark {
        id: it.dossier,
        code: it.code,
        unit: who.tree.title(it.unit).to_owned(),
        received: domain::text::date_time(it.received_at),
        receipt: it.receipt,
        reason: it.reason,
        entered: format!("{}, {}", moment(it.entered), it.entered_by),
        state,
        state_class,
        may_decide: it.confirmed.is_none() && acts_at(who, Action::DossierAssign, it.unit),
    }
}

/// The mark of a dossier, if it was entered afterwards.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub(crate) fn mark_of(tx: &mut Tx<'_>, who: &Who, id: DossierId) -> Result<Option<Mark>, Fault> {
    Ok(sql::of(tx, id)?.map(|it| mark(who, it)))
}

#[derive(Template)]
#[template(path = "hand_entries/templates/list.html")]
struct List {
    shell: Shell,
    lines: Vec<Mark>,
    count: String,
    q: String,
    from: String,
    until: String,
    states: Vec<(String, String)>,
    state: String,
    query: String,
    next: Option<String>,
}

fn wanted(asked: &Typed) -> Wanted {
    let day = |name| form::parse_date(asked.get(name));
    Wanted {
        state: asked.get("trang-thai").to_owned(),
        q: domain::text::tidy(asked.get("q")),
        days: day("den").map(|it| (day("tu").unwrap_or(Date::MIN), it)),
        unit: asked.get("don-vi").parse().ok().map(UnitId),
        before: asked.get("truoc").parse().ok(),
    }
}

fn query(it: &Wanted) -> String {
    let days = it.days.map_or_else(String::new, |(from, until)| {
        let from = if from == Date::MIN { String::new() } else { from.to_string() };
        format!("&tu={from}&den={until}")
    });
    let unit = it.unit.map_or_else(String::new, |it| format!("&don-vi={it}"));
    format!("trang-thai={}&q={}{days}{unit}", site::percent(&it.state), site::percent(&it.q))
}

/// GET `/co-quan/nhap-bu`; with `dang=xlsx` as a workbook.
pub async fn list(
    State(site): State<Site>,
    who: Who,
    Asked(asked): Asked,
) -> Result<Response, Failure> {
    let wanted = wanted(&asked);
    let as_book = asked.get("dang") == "xlsx";
    let (asker, inner) = (who.clone(), wanted.clone());
    let (mut found, count) = site
        .read(&who, move |tx| {
            let seen = dossiers::seen(&asker);
            let limit = if as_book { ROWS_MAX } else { ROWS + 1 };
            Ok((sql::page(tx, &seen, &inner, limit)?, sql::count(tx, &seen, &inner)?))
        })
        .await?;
    if as_book {
        let marks: Vec<Mark> = found.into_iter().map(|it| mark(&who, it)).collect();
        let bytes = workbook(&marks).map_err(|e| Fault::Broken(format!("workbook: {e}")))?;
        return Ok(site::file(bytes, XLSX, &format!("nhap-bu-{}.xlsx", who.today()), true));
    }
    let full = usize::try_from(ROWS).unwrap_or(usize::MAX);
    let more = found.len() > full;
    found.truncate(full);
    let query = query(&wanted);
    let next = found.last().filter(|_| more);
    let next = next.map(|it| format!("{HOME}?{query}&truoc={}", it.dossier));
    let pair = |value: &str, text: &str| (value.to_owned(), text.to_owned());
    let page = site.page(&List {
        shell: site.shell(&who),
        lines: found.into_iter().map(|it| mark(&who, it)).collect(),
        count: format!("{} hồ sơ nhập bù", domain::text::number(count)),
        q: wanted.q,
        from: wanted
            .days
            .filter(|it| it.0 != Date::MIN)
            .map(|it| domain::text::date(it.0))
            .unwrap_or_default(),
        until: wanted.days.map(|it| domain::text::date(it.1)).unwrap_or_default(),
        states: vec![
            pair("", "Tất cả"),
            pair("cho", "Chờ xác nhận"),
            pair("co", "Đã xác nhận"),
            pair("khong", "Không xác nhận"),
        ],
        state: wanted.state,
        query,
        next,
    })?;
    Ok(page.into_response())
}

fn workbook(lines: &[Mark]) -> Result<Vec<u8>, XlsxError> {
    let head = Format::new().set_bold();
    let mut book = Workbook::new();
    let page = book.add_worksheet();
    page.set_name("Nhập bù")?.set_freeze_panes(1, 1)?;
    let columns = [
        "Mã hồ sơ",
        "Nơi tiếp nhận",
        "Nhận trên giấy lúc",
        "Số phiếu giấy",
        "Lý do",
        "Nhập lúc",
        "Trạng thái",
    ];
    for (text, column) in columns.iter().zip(0..) {
        page.write_string_with_format(0, column, *text, &head)?;
        page.set_column_width(column, 26)?;
    }
    for (it, row) in lines.iter().zip(1..) {
        let cells =
            [&it.code, &it.unit, &it.received, &it.receipt, &it.reason, &it.entered, &it.state];
        for (text, column) in cells.iter().zip(0..) {
            page.write_string(row, column, text.as_str())?;
        }
    }
    book.save_to_buffer()
}

/// POST `/co-quan/nhap-bu/{id}/xac-nhan`: the head of the counter says yes, or no with a reason.
pub async fn decide(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<i64>,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    let confirmed = typed.get("dong-y") == "1";
    let words = domain::text::tidy(typed.get("loi"));
    let wrong = match words.chars().count() {
        _ if confirmed => None,
        0 => Some("Ghi lý do không xác nhận."),
        501.. => Some("Lý do dài tối đa 500 ký tự."),
        _ => None,
    };
    if let Some(why) = wrong {
        let m = Mistakes::one(typed, REASON, why);
        return Err(shown_again(&site, &who, DossierId(id), m).await?);
    }
    let asker = who.clone();
    site.write(&who, move |tx| {
        let id = DossierId(id);
        let kept = sql::of(tx, id)?.ok_or(Failure::NotFound)?;
        if !acts_at(&asker, Action::DossierAssign, kept.unit) {
            return Err(Failure::NotFound);
        }
        let words = if confirmed { "" } else { words.as_str() };
        super::confirm(tx, id, confirmed, words)
    })
    .await?;
    let said = if confirmed {
        "Đã xác nhận hồ sơ nhập bù."
    } else {
        "Đã ghi: không xác nhận hồ sơ nhập bù."
    };
    Ok(told(&format!("/co-quan/ho-so/{id}"), said))
}
