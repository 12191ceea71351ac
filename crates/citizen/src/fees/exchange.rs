//! The table of fees as a workbook: out, and in again, all of it or nothing.

use askama::Template;
use axum::response::{IntoResponse as _, Response};
use domain::{
    fees::{FeeKind, Rate},
    procedure::ChannelKind,
    text::{self, fold},
};
use jiff::civil::Date;
use people::sheets::{self, Sheet, Table};
use site::{
    Asked, Failure, Fields, FilledWithFiles, Html, Mistakes, Shell, Site, State, Typed, Who, told,
};
use store::{Fault, Tx, journal::Entry};

use super::{
    sql::table::{self, Filter, KeptRate},
    table::ROWS_MAX,
};
use crate::procedures::facts as procedures;

/// Headings and their widths.
const HEADS: [(&str, u16); 12] = [
    ("Mã thủ tục", 14),
    ("Khoản thu", 36),
    ("Loại", 14),
    ("Cách nộp", 18),
    ("Mức thu", 14),
    ("Đơn vị tính", 16),
    ("Số đơn vị đầu", 14),
    ("Mức sau đó", 14),
    ("Tối đa", 14),
    ("Căn cứ", 40),
    ("Từ ngày", 12),
    ("Đến ngày", 12),
];
/// The fields of the form that say the same, in the same order.
const FIELDS: [&str; 12] = [
    "thu-tuc",
    "ten",
    "loai",
    "kenh",
    "muc",
    "don-vi-tinh",
    "het-bac",
    "muc-sau",
    "toi-da",
    "can-cu",
    "tu-ngay",
    "den-ngay",
];
/// Columns without which nothing is read.
const NEEDED: [&str; 5] = ["Mã thủ tục", "Khoản thu", "Mức thu", "Căn cứ", "Từ ngày"];

fn cells(it: &KeptRate) -> Vec<String> {
    let number = |it: Option<i64>| it.map_or_else(String::new, |it| it.to_string());
    let rate = &it.rate;
    vec![
        it.procedure.clone(),
        rate.name.clone(),
        rate.kind.label().to_owned(),
        rate.channel.map_or_else(String::new, |it| it.label().to_owned()),
        rate.amount.0.to_string(),
        rate.unit.clone(),
        number(rate.beyond.map(|it| i64::from(it.after))),
        number(rate.beyond.map(|it| it.amount.0)),
        number(rate.cap.map(|it| it.0)),
        rate.basis.clone(),
        text::date(it.from),
        it.until.map_or_else(String::new, text::date),
    ]
}

/// GET `/co-quan/quan-tri/bieu-phi/xuat`
pub async fn export(
    State(site): State<Site>,
    who: Who,
    Asked(asked): Asked,
) -> Result<Response, Failure> {
    let on = (asked.get("xem") != "tat-ca").then(|| who.today());
    let (inner, q) = (site.clone(), asked.get("q").to_owned());
    let rates = site
        .read(&who, move |tx| {
            let procedures = if q.is_empty() {
                None
            } else {
                let found = procedures::catalogue(&inner, tx)?.find(&q, 80);
                let mut codes: Vec<String> =
                    found.into_iter().map(|it| it.body.code.clone()).collect();
                codes.push(q);
                Some(codes)
            };
            Ok(table::rates(tx, &Filter { procedures, on }, ROWS_MAX)?)
        })
        .await?;
    let sheet =
        Sheet { name: "Biểu phí", heads: &HEADS, rows: rates.iter().map(cells).collect() };
    Ok(sheets::to_save(&[sheet], &format!("bieu-phi-{}.xlsx", who.today()))?)
}

/// One row that was read.
struct Row {
    procedure: String,
    rate: Rate,
    from: Date,
    until: Option<Date>,
}

/// Reads the rows; every mistake with its row.
fn read(table: &Table) -> Result<Vec<Row>, Vec<String>> {
    let place = |name: &str| table.heads.iter().position(|head| fold(head) == fold(name));
    if let Some(missing) = NEEDED.iter().find(|it| place(it).is_none()) {
        return Err(vec![format!("Thiếu cột “{missing}”. Xuất Excel để lấy mẫu đủ cột.")]);
    }
    let places: Vec<Option<usize>> = HEADS.iter().map(|it| place(it.0)).collect();
    let (mut rows, mut wrong) = (Vec::new(), Vec::new());
    for (number, cells) in &table.rows {
        let mut typed = Typed::default();
        for (field, place) in FIELDS.iter().zip(&places) {
            let cell = place.and_then(|at| cells.get(at)).map_or("", String::as_str);
            typed.set(field, cell);
        }
        // People write the words, forms the codes.
        let kind = FeeKind::ALL.iter().find(|it| fold(it.label()) == fold(typed.get("loai")));
        typed.set("loai", kind.copied().unwrap_or(FeeKind::Either).code());
        let channel =
            ChannelKind::ALL.iter().find(|it| fold(it.label()) == fold(typed.get("kenh")));
        if let Some(it) = channel {
            typed.set("kenh", it.code());
        }
        let mut fields = Fields::of(typed);
        let procedure = fields.text("thu-tuc", 30);
        let rate = super::table::read(&mut fields);
        let from = fields.date("tu-ngay");
        let until = fields.optional_date("den-ngay");
        if let (Some(from), Some(Some(until))) = (from, until)
            && until < from
        {
            fields.wrong("den-ngay", "Ngày cuối phải từ ngày đầu trở đi.");
        }
        let whole =
            (|| Some(Row { procedure: procedure?, rate: rate?, from: from?, until: until? }))();
        match fields.finish(whole) {
            Ok(it) => rows.push(it),
            Err(m) => wrong.extend(m.by_field.iter().map(|(field, text)| {
                let at = FIELDS.iter().position(|it| it == field);
                let column = at.and_then(|at| HEADS.get(at)).map_or("", |it| it.0);
                format!("Dòng {number}, cột {column}: {text}")
            })),
        }
    }
    if wrong.is_empty() { Ok(rows) } else { Err(wrong) }
}

/// What bringing the rows in would change, in words; with `write`, changes it. A row that is there already
/// is left alone; another amount begins on its day, from today on.
fn bring_in(
    tx: &mut Tx<'_>,
    rows: Vec<Row>,
    today: Date,
    write: bool,
) -> Result<Result<Vec<String>, Vec<String>>, Fault> {
    let (mut changes, mut wrong) = (Vec::new(), Vec::new());
    for row in rows {
        let code = row.procedure.clone();
        if procedures::in_force(tx, &code, today)?.is_none() {
            wrong.push(format!("Không có thủ tục mang mã {code} trong danh mục đang áp dụng."));
            continue;
        }
        let filter = Filter { procedures: Some(vec![code.clone()]), on: None };
        let known = table::rates(tx, &filter, 1_000)?;
        if known
            .iter()
            .any(|it| it.rate == row.rate && it.from == row.from && it.until == row.until)
        {
            continue;
        }
        if row.from < today {
            wrong.push(format!(
                "{code}, {}: mức mới hoặc mức đổi chỉ có hiệu lực từ hôm nay trở đi, không phải từ {}.",
                row.rate.name,
                text::date(row.from)
            ));
            continue;
        }
        let same_line = known.iter().find(|it| {
            it.rate.name == row.rate.name
                && it.rate.channel == row.rate.channel
                && it.until.is_none_or(|it| it >= row.from)
        });
        changes.push(match same_line {
            Some(it) => format!(
                "{code}, {}: từ {} sang {} từ ngày {}",
                row.rate.name,
                it.rate.text(),
                row.rate.text(),
                text::date(row.from)
            ),
            None => format!("{code}: thêm {} {}", row.rate.name, row.rate.text()),
        });
        if !write {
            continue;
        }
        let series = same_line.map(|it| it.series);
        if let Some(it) = same_line {
            match row.from.yesterday().ok().filter(|last| *last >= it.from) {
                Some(last) => table::end_rate(tx, it.id, last)?,
                None => table::delete_rate(tx, it.id)?,
            }
        }
        table::insert_rate(tx, series, &code, &row.rate, row.from, row.until)?;
    }
    Ok(if wrong.is_empty() { Ok(changes) } else { Err(wrong) })
}

#[derive(Template)]
#[template(path = "fees/templates/exchange.html")]
struct Page<'a> {
    shell: Shell,
    m: &'a Mistakes,
    wrong: Vec<String>,
    preview: Option<((String, String), Vec<String>)>,
}

fn page(
    site: &Site,
    who: &Who,
    m: &Mistakes,
    wrong: Vec<String>,
    preview: Option<((String, String), Vec<String>)>,
) -> Result<Html<String>, Failure> {
    site.page(&Page { shell: site.shell(who), m, wrong, preview })
}

/// GET `/co-quan/quan-tri/bieu-phi/nhap`
pub async fn form(State(site): State<Site>, who: Who) -> Result<Html<String>, Failure> {
    page(&site, &who, &Mistakes::default(), Vec::new(), None)
}

/// POST `/co-quan/quan-tri/bieu-phi/nhap`: a look first, then all of it or nothing.
pub async fn import(
    State(site): State<Site>,
    who: Who,
    FilledWithFiles(typed, files): FilledWithFiles,
) -> Result<Response, Failure> {
    let none = Mistakes::default();
    let hash = typed.get("tep-da-xem").to_owned();
    let confirmed = typed.get("viec") == "ghi"
        && hash.len() == 64
        && hash.bytes().all(|it| it.is_ascii_hexdigit());
    let none_chosen = "Chọn một tệp .xlsx hoặc .csv.";
    let sent = if confirmed {
        let kept = site.blobs.get(&hash).await?;
        kept.map(|it| (typed.get("ten-tep").to_owned(), it)).ok_or_else(|| none_chosen.to_owned())
    } else {
        site::form::one_file(&typed, files, "tep", none_chosen).map(|it| (it.name, it.bytes))
    };
    let (name, bytes) = match sent {
        Ok(it) => it,
        Err(why) => {
            let m = Mistakes::one(typed, "tep", why);
            return Err(Failure::Mistaken(page(&site, &who, &m, Vec::new(), None)?));
        }
    };
    let (file, kept, today) = (name.clone(), bytes.clone(), who.today());
    let rows = tokio::task::spawn_blocking(move || {
        let table = sheets::read(&file, &kept).map_err(|it| vec![it])?;
        read(&table)
    })
    .await
    .map_err(|e| Fault::Worker(e.to_string()))?;
    let rows = match rows {
        Ok(it) => it,
        Err(wrong) => return Err(Failure::Mistaken(page(&site, &who, &none, wrong, None)?)),
    };
    let work = move |tx: &mut Tx<'_>| -> Result<_, Failure> {
        let done = bring_in(tx, rows, today, confirmed)?;
        if let (Ok(changes), true) = (&done, confirmed) {
            let details = serde_json::json!({"changes": changes.len()});
            tx.journal(Entry::new("fee_rate", 0, "import").details(&details));
        }
        Ok(done)
    };
    let done =
        if confirmed { site.write(&who, work).await? } else { site.read(&who, work).await? };
    match done {
        Err(wrong) => Err(Failure::Mistaken(page(&site, &who, &none, wrong, None)?)),
        Ok(changes) if confirmed => Ok(told(
            super::table::ADDRESS,
            &format!("Đã nhập biểu phí: {} thay đổi.", changes.len()),
        )),
        Ok(changes) => {
            let sha = site.put_file(bytes).await?.sha256;
            let page = page(&site, &who, &none, Vec::new(), Some(((sha, name), changes)))?;
            Ok(page.into_response())
        }
    }
}
