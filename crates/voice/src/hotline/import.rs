//! A list of calls from a telephone exchange: looked at with its columns, then kept, then taken back if it was wrong.

use askama::Template;
use axum::response::Response;
use domain::{
    access::Action,
    hotline::{
        CallKind,
        list::{Columns, ROWS_MAX, Read, read, rows_of, text_of},
    },
    ids::{HotlineCallId, UnitId},
    text,
    time::Instant,
};
use site::{
    Failure, Filled, FilledWithFiles, Html, Mistakes, Path, Shell, Site, State, Typed, Who, demand,
    form::{Sending, Sent, new_token, once, one_file},
    told,
};
use store::journal::Entry;

use super::{
    ADDRESS, HOTLINE, log,
    log::Caller,
    sql::{self, Batch, Call},
};

/// Bytes of a list at most: it goes through a field of a form on its way.
const LIST_BYTES_MAX: usize = 400 << 10;
/// Rows that a preview shows, mistakes that it lists.
const SHOWN: usize = 15;

struct BatchView {
    id: i64,
    at: String,
    name: String,
    told: String,
    undone: bool,
}

#[derive(Template)]
#[template(path = "hotline/templates/import.html")]
struct Form<'a> {
    shell: Shell,
    m: &'a Mistakes,
    unit: UnitId,
    title: String,
    batches: Vec<BatchView>,
}

fn batch_view(it: Batch) -> BatchView {
    BatchView {
        id: it.id,
        at: text::date_time(it.made.civil()),
        told: format!("{} cuộc gọi mới, {} đã có, {} dòng lỗi", it.calls, it.twice, it.wrong),
        name: it.name,
        undone: it.undone,
    }
}

async fn page(site: &Site, who: &Who, unit: UnitId, m: &Mistakes) -> Result<Html<String>, Failure> {
    demand(who, Action::HotlineKeep, unit)?;
    let batches = site.read(who, move |tx| Ok(sql::batches(tx, unit)?)).await?;
    site.page(&Form {
        shell: site.shell(who),
        m,
        unit,
        title: who.tree.title(unit).to_owned(),
        batches: batches.into_iter().map(batch_view).collect(),
    })
}

/// GET `/co-quan/duong-day-nong/{unit}/nhap`
pub(super) async fn form(
    State(site): State<Site>,
    who: Who,
    Path(unit): Path<UnitId>,
) -> Result<Html<String>, Failure> {
    page(&site, &who, unit, &Mistakes::default()).await
}

struct Choice {
    name: &'static str,
    label: &'static str,
    options: Vec<(String, String)>,
    chosen: String,
}

struct Row {
    line: usize,
    at: String,
    called: String,
    caller: String,
    kind: &'static str,
}

#[derive(Template)]
#[template(path = "hotline/templates/preview.html")]
struct Preview {
    shell: Shell,
    unit: UnitId,
    title: String,
    name: String,
    list: String,
    once: String,
    choices: Vec<Choice>,
    rows: Vec<Row>,
    calls: usize,
    twice: usize,
    wrong_count: usize,
    wrong: Vec<(usize, String)>,
    problem: String,
}

/// Fields of the form that name a column.
const FIELDS: [(&str, &str); 6] = [
    ("cot-luc", "Ngày giờ gọi"),
    ("cot-gio", "Giờ (nếu để cột riêng)"),
    ("cot-nguoi-goi", "Số gọi đến"),
    ("cot-so", "Số được gọi"),
    ("cot-loai", "Đã nghe hay nhỡ"),
    ("cot-giay", "Thời lượng"),
];

fn of_columns(it: &Columns) -> [Option<usize>; 6] {
    [it.at, it.time, it.caller, it.called, it.kind, it.length]
}

/// The columns that a form names.
fn columns(typed: &Typed) -> Columns {
    let at = |name: &str| typed.get(name).parse::<usize>().ok();
    Columns {
        at: at("cot-luc"),
        time: at("cot-gio"),
        caller: at("cot-nguoi-goi"),
        called: at("cot-so"),
        kind: at("cot-loai"),
        length: at("cot-giay"),
    }
}

fn preview_page(
    site: &Site,
    who: &Who,
    (unit, name, list): (UnitId, String, String),
    (columns, problem): (Option<Columns>, String),
) -> Result<Html<String>, Failure> {
    let rows = rows_of(&list);
    let heads = rows.first().map(|it| it.1.clone()).unwrap_or_default();
    let columns = columns.unwrap_or_else(|| Columns::guessed(&heads));
    let found = read(rows.get(1..).unwrap_or_default(), &columns);
    let mut options = vec![(String::new(), "– Không có –".to_owned())];
    options.extend((0..).zip(&heads).map(|(at, it): (usize, &String)| {
        let name = if it.is_empty() { format!("Cột {}", at + 1) } else { it.clone() };
        (at.to_string(), name)
    }));
    let choices = FIELDS.iter().zip(of_columns(&columns)).map(|((name, label), at)| Choice {
        name,
        label,
        options: options.clone(),
        chosen: at.map_or_else(String::new, |it| it.to_string()),
    });
    site.page(&Preview {
        shell: site.shell(who),
        unit,
        title: who.tree.title(unit).to_owned(),
        name,
        once: new_token(),
        choices: choices.collect(),
        calls: found.calls.len(),
        twice: found.twice,
        wrong_count: found.wrong.len(),
        rows: found
            .calls
            .iter()
            .take(SHOWN)
            .map(|it| Row {
                line: it.line,
                at: text::date_time(it.at),
                called: it.called.clone(),
                caller: text::mask_phone(&it.caller),
                kind: it.kind.label(),
            })
            .collect(),
        wrong: found.wrong.into_iter().take(SHOWN).collect(),
        problem,
        list,
    })
}

/// What keeps a list from being read at all.
fn problem(list: &str) -> Option<String> {
    let rows = rows_of(list).len();
    if rows < 2 {
        return Some("Tệp không có dòng nào dưới dòng tiêu đề.".to_owned());
    }
    (rows > ROWS_MAX).then(|| format!("Tệp có hơn {ROWS_MAX} dòng. Hãy chia thành nhiều tệp."))
}

/// POST `/co-quan/duong-day-nong/{unit}/nhap`: the file, or the same list with other columns.
pub(super) async fn preview(
    State(site): State<Site>,
    who: Who,
    Path(unit): Path<UnitId>,
    FilledWithFiles(typed, files): FilledWithFiles,
) -> Result<Html<String>, Failure> {
    demand(&who, Action::HotlineKeep, unit)?;
    let again = typed.get("danh-sach").to_owned();
    if !again.is_empty() {
        let (name, chosen) = (typed.get("ten-tep").to_owned(), columns(&typed));
        return preview_page(&site, &who, (unit, name, again), (Some(chosen), String::new()));
    }
    let file = one_file(&typed, files, "tep", "Chọn tệp danh sách cuộc gọi (.csv) của tổng đài.");
    let read = file.and_then(|it| {
        if it.bytes.len() > LIST_BYTES_MAX {
            return Err(format!(
                "Tệp lớn hơn {} KB. Hãy chia thành nhiều tệp.",
                LIST_BYTES_MAX >> 10
            ));
        }
        let list = text_of(&it.bytes);
        problem(&list).map_or(Ok((it.name, list)), Err)
    });
    match read {
        Ok((name, list)) => preview_page(&site, &who, (unit, name, list), (None, String::new())),
        Err(text) => {
            let m = Mistakes::one(typed, "tep", text);
            Err(Failure::Mistaken(page(&site, &who, unit, &m).await?))
        }
    }
}

/// POST `/co-quan/duong-day-nong/{unit}/nhap/ghi`
pub(super) async fn keep(
    State(site): State<Site>,
    who: Who,
    Path(unit): Path<UnitId>,
    FilledWithFiles(typed, _): FilledWithFiles,
) -> Result<Response, Failure> {
    demand(&who, Action::HotlineKeep, unit)?;
    let (list, name) = (typed.get("danh-sach").to_owned(), typed.get("ten-tep").to_owned());
    let chosen = columns(&typed);
    let rows = rows_of(&list);
    let found: Read = read(rows.get(1..).unwrap_or_default(), &chosen);
    if problem(&list).is_some() || found.calls.is_empty() {
        let text = "Không đọc được cuộc gọi nào. Chọn lại các cột rồi xem lại.".to_owned();
        let again = preview_page(&site, &who, (unit, name, list), (Some(chosen), text))?;
        return Err(Failure::Mistaken(again));
    }
    let sending = Sending::of(&who, &typed, "lan");
    let (inner, asker) = (site.clone(), who.clone());
    let name: String = name.chars().take(120).collect();
    let sent: Sent<String> = once(&site, &who, sending, move |tx| {
        let calendar = log::calendar_of(&inner, &asker, tx, unit)?;
        let batch = sql::insert_batch(tx, unit, &name, found.wrong.len())?;
        let (mut kept, mut twice) = (0, found.twice);
        for it in &found.calls {
            let at = Instant::from_civil(it.at);
            let mark = log::mark(&inner, &it.called, at, &it.caller);
            let caller = Caller { name: String::new(), phone: it.caller.clone() };
            let missed = it.kind == CallKind::Missed && !it.caller.is_empty();
            let call = Call {
                id: HotlineCallId(0),
                unit,
                called: it.called.clone(),
                at,
                kind: it.kind,
                seconds: it.seconds,
                sealed: log::sealed(&inner, unit, &mark, &caller)?,
                mark,
                anonymous: it.caller.is_empty(),
                subject: String::new(),
                officer: "(tổng đài)".to_owned(),
                promise: String::new(),
                due: if missed { log::back_due(&calendar, it.at) } else { None },
                back: None,
                back_note: String::new(),
                back_at: None,
                batch: Some(batch),
                feedback: None,
            };
            match sql::insert_call(tx, &call)? {
                Some(_) => kept += 1,
                None => twice += 1,
            }
        }
        sql::close_batch(tx, batch, kept, twice)?;
        let details = serde_json::json!({ "batch": batch, "calls": kept });
        tx.journal(Entry::new(HOTLINE, unit.0, "import_calls").details(&details));
        Ok(Ok(format!("{ADDRESS}/{unit}/nhap")))
    })
    .await?;
    match sent {
        Sent::Done(at) => {
            Ok(told(&at, "Đã nhập danh sách; cuộc gọi nhỡ đã vào danh sách phải gọi lại."))
        }
        Sent::Wrong(text) => Err(Failure::Refused(text)),
        Sent::Before(_) => {
            Ok(told(&format!("{ADDRESS}/{unit}/nhap"), "Danh sách này đã được nhập."))
        }
    }
}

/// POST `/co-quan/duong-day-nong/nhap/{id}/hoan-tac`
pub(super) async fn undo(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<i64>,
    Filled(_): Filled,
) -> Result<Response, Failure> {
    let asker = who.clone();
    let (unit, gone, stay) = site
        .write(&who, move |tx| {
            let it = sql::find_batch(tx, id)?.ok_or(Failure::NotFound)?;
            demand(&asker, Action::HotlineKeep, it.unit)?;
            if it.undone {
                return Ok((it.unit, 0, 0));
            }
            let (gone, stay) = sql::undo_batch(tx, id)?;
            let details = serde_json::json!({ "batch": id, "calls": gone });
            tx.journal(Entry::new(HOTLINE, it.unit.0, "undo_import").details(&details));
            Ok((it.unit, gone, stay))
        })
        .await?;
    let notice = if stay > 0 {
        format!("Đã bỏ {gone} cuộc gọi; giữ {stay} cuộc đã được gọi lại hoặc chuyển xử lý.")
    } else {
        format!("Đã bỏ {gone} cuộc gọi của lần nhập này.")
    };
    Ok(told(&format!("{ADDRESS}/{unit}/nhap"), &notice))
}
