//! Receipts: looked for, shown, printed, cancelled.

use askama::Template;
use axum::response::Response;
use domain::{
    access::Action,
    fees::Method,
    ids::{AccountId, UnitId},
};
use people::{
    sheets::{self, Sheet},
    staff::facts as staff,
};
use prints::{ChargeLine, MoneySheet};
use site::{
    Asked, Failure, Fields, Filled, Html, Mistakes, Path, Shell, Site, State, Typed, Who, demand,
    form::parse_date, told,
};
use store::{Fault, Tx};

use super::{
    address, all_or, cut,
    sql::{
        bank,
        receipts::{self, Filter, Receipt},
    },
    units,
};
use crate::{
    dossiers::facts::{Around, agency_of},
    tracking::{Sight, sees},
};

/// Rows of one page.
const ROWS: usize = 50;
/// Rows of one workbook, and counted, at most.
const ROWS_MAX: i64 = 20_000;
const PATH: &str = "/co-quan/thu-phi/bien-lai";

fn read(asked: &Typed, who: &Who) -> Filter {
    let q = asked.get("q").to_uppercase();
    let number: Option<i64> =
        q.rsplit(' ').next().and_then(|it| it.parse().ok()).filter(|_| !q.contains('-'));
    Filter {
        units: units(who, Action::CashBook),
        from: parse_date(asked.get("tu-ngay")),
        until: parse_date(asked.get("den-ngay")),
        code: Some(q).filter(|it| !it.is_empty() && number.is_none()),
        number,
        method: Method::from_code(asked.get("cach")),
        cancelled: asked.get("xem") == "huy",
    }
}

struct Line {
    id: i64,
    shown: String,
    when: String,
    payer: String,
    code: String,
    method: &'static str,
    amount: String,
    collector: String,
    cancelled: String,
}

fn lines(tx: &mut Tx<'_>, found: Vec<Receipt>) -> Result<Vec<Line>, Fault> {
    let mut names: std::collections::HashMap<AccountId, String> = std::collections::HashMap::new();
    let mut lines = Vec::with_capacity(found.len());
    for it in found {
        let name = match names.get(&it.collector) {
            Some(name) => name.clone(),
            None => {
                let name = staff::account_name(tx, it.collector)?;
                names.insert(it.collector, name.clone());
                name
            }
        };
        lines.push(Line {
            id: it.id,
            shown: it.shown(),
            when: domain::text::date_time(it.paid_at),
            payer: it.payer,
            code: it.code,
            method: it.method.label(),
            amount: it.amount.to_string(),
            collector: name,
            cancelled: it.cancelled.map_or_else(String::new, |it| it.1),
        });
    }
    Ok(lines)
}

#[derive(Template)]
#[template(path = "fees/templates/receipts.html")]
struct List {
    shell: Shell,
    asked: Typed,
    methods: Vec<(String, String)>,
    views: Vec<(String, String)>,
    lines: Vec<Line>,
    count: String,
    export: String,
    first: Option<String>,
    next: Option<String>,
}

/// GET `/co-quan/thu-phi/bien-lai`; with `dang=xlsx` as a workbook.
pub async fn list(
    State(site): State<Site>,
    who: Who,
    Asked(asked): Asked,
) -> Result<Response, Failure> {
    let filter = read(&asked, &who);
    let as_book = asked.get("dang") == "xlsx";
    let before = asked.get("truoc").parse().ok();
    let limit = if as_book { ROWS_MAX } else { i64::try_from(ROWS).unwrap_or(50) + 1 };
    let (found, count) = site
        .read(&who, move |tx| {
            let found = receipts::page(tx, &filter, before, limit)?;
            Ok((lines(tx, found)?, receipts::count(tx, &filter, ROWS_MAX)?))
        })
        .await?;
    if as_book {
        let rows = found.into_iter().map(|it| {
            vec![
                it.shown,
                it.when,
                it.payer,
                it.code,
                it.method.to_owned(),
                it.amount,
                it.collector,
                it.cancelled,
            ]
        });
        let sheet = Sheet {
            name: "Biên lai",
            heads: &[
                ("Số biên lai", 20),
                ("Lúc nộp", 26),
                ("Người nộp", 28),
                ("Mã hồ sơ", 24),
                ("Cách nộp", 14),
                ("Số tiền", 16),
                ("Người thu", 28),
                ("Lý do hủy", 30),
            ],
            rows: rows.collect(),
        };
        return Ok(sheets::to_save(&[sheet], &format!("bien-lai-{}.xlsx", who.today()))?);
    }
    let (lines, more) = cut(found, ROWS);
    let next = lines.last().filter(|_| more).map(|it| it.id.to_string());
    use axum::response::IntoResponse as _;
    Ok(site
        .page(&List {
            shell: site.shell(&who),
            methods: all_or("Mọi cách nộp", Method::ALL.iter().map(|it| (it.code(), it.label()))),
            views: all_or("Tất cả", [("huy", "Đã hủy")]),
            count: format!("{} biên lai", domain::text::number(count)),
            export: address(PATH, &asked, "dang", Some("xlsx".to_owned())),
            first: asked.has("truoc").then(|| address(PATH, &asked, "truoc", None)),
            next: next.map(|it| address(PATH, &asked, "truoc", Some(it))),
            lines,
            asked,
        })?
        .into_response())
}

#[derive(Template)]
#[template(path = "fees/templates/receipt.html")]
struct Show<'a> {
    shell: Shell,
    m: &'a Mistakes,
    it: Receipt,
    when: String,
    collector: String,
    change: String,
    cancelled: Option<(String, String)>,
    from_bank: Option<i64>,
    may_act: bool,
    fresh: bool,
}

/// The receipt, if it is of a unit whose books the asker sees.
fn find(tx: &mut Tx<'_>, who: &Who, id: i64) -> Result<Receipt, Failure> {
    let it = receipts::find(tx, id)?.ok_or(Failure::NotFound)?;
    demand(who, Action::CashBook, it.unit)?;
    Ok(it)
}

async fn page(
    site: &Site,
    who: &Who,
    id: i64,
    fresh: bool,
    m: &Mistakes,
) -> Result<Html<String>, Failure> {
    let (inner, asker) = (site.clone(), who.clone());
    let (it, collector, from_bank, may_act) = site
        .read(who, move |tx| {
            let it = find(tx, &asker, id)?;
            let collector = collector_of(tx, &it)?;
            let from_bank = bank::match_of_receipt(tx, id)?.map(|it| it.line);
            let around = Around::load(&inner, &asker, tx)?;
            let on_desk = crate::dossiers::desk::take(tx, it.dossier)?;
            let may_act = around
                .maker(tx, &on_desk.kept)?
                .plays_any(&[domain::dossier::Part::Cashier, domain::dossier::Part::CounterHead]);
            Ok((it, collector, from_bank, may_act))
        })
        .await?;
    site.page(&Show {
        shell: site.shell(who),
        m,
        when: domain::text::date_time(it.paid_at),
        change: domain::money::Dong(it.given.0 - it.amount.0).to_string(),
        cancelled: it.cancelled.clone().map(|(at, why)| (domain::text::date_time(at.civil()), why)),
        collector,
        from_bank,
        may_act,
        fresh,
        it,
    })
}

/// GET `/co-quan/thu-phi/bien-lai/{id}`
pub async fn show(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<i64>,
    Asked(asked): Asked,
) -> Result<Html<String>, Failure> {
    page(&site, &who, id, asked.has("moi"), &Mistakes::default()).await
}

/// A unit that issues money's papers: the body and its one-stop shop.
pub(super) fn facts_of(who: &Who, unit: UnitId, code: &str) -> Vec<(String, String)> {
    let mut facts = vec![("Nơi thu".to_owned(), who.tree.title(unit).to_owned())];
    if !code.is_empty() {
        facts.push(("Mã hồ sơ".to_owned(), code.to_owned()));
    }
    facts
}

/// GET `/co-quan/thu-phi/bien-lai/{id}/in`: the first print is the original, every other one a copy.
pub async fn print(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<i64>,
) -> Result<Response, Failure> {
    let (asker, demo) = (who.clone(), site.config.demo);
    let sheet = site
        .write(&who, move |tx| {
            let it = find(tx, &asker, id)?;
            let before = receipts::printed(tx, id)?;
            if before > 0 {
                let details = serde_json::json!({"copy": before});
                let entry = store::journal::Entry::new(super::till::RECEIPT, id, "reprint");
                tx.journal(entry.details(&details));
            }
            let mark = match (&it.cancelled, before) {
                (Some((_, why)), _) => format!("ĐÃ HỦY: {why}"),
                (None, 0) => String::new(),
                (None, copy) => format!("BẢN SAO (in lại lần {copy})"),
            };
            sheet(tx, &asker, &it, mark, demo)
        })
        .await?;
    pdf(sheet, "bien-lai").await
}

/// A line's working as a citizen reads it: how the office came by an amount is its own word, also on older
/// receipts.
fn shown_working(working: &str) -> String {
    if working == "nhập tay" { String::new() } else { working.to_owned() }
}

/// A receipt as paper.
fn sheet(
    tx: &mut Tx<'_>,
    who: &Who,
    it: &Receipt,
    mark: String,
    demo: bool,
) -> Result<MoneySheet, Failure> {
    let procedure = crate::dossiers::desk::take(tx, it.dossier)?.version.body.name.clone();
    let collector = collector_of(tx, it)?;
    let mut facts = vec![("Người nộp".to_owned(), it.payer.clone())];
    facts.extend(facts_of(who, it.unit, &it.code));
    facts.push(("Thủ tục".to_owned(), procedure));
    facts.push(("Hình thức nộp".to_owned(), it.method.label().to_owned()));
    if !it.lines.exemption.is_empty() {
        let basis = &it.lines.basis;
        let basis = if basis.is_empty() { String::new() } else { format!(" ({basis})") };
        facts.push(("Miễn, giảm".to_owned(), format!("{}{basis}", it.lines.exemption)));
    }
    Ok(MoneySheet {
        agency: agency_of(who, it.unit),
        title: "BIÊN LAI THU PHÍ, LỆ PHÍ".to_owned(),
        number: it.shown(),
        mark,
        at: Some(it.paid_at),
        facts,
        lines: it
            .lines
            .lines
            .iter()
            .map(|line| ChargeLine {
                name: line.name.clone(),
                working: shown_working(&line.working),
                dong: line.due.0,
            })
            .collect(),
        dong: it.amount.0,
        signs: vec![
            ("Người nộp tiền".to_owned(), it.payer.clone()),
            ("Người thu tiền".to_owned(), collector),
        ],
        demo,
    })
}

/// Who took the money: the program itself, where a bank told of it.
fn collector_of(tx: &mut Tx<'_>, it: &Receipt) -> Result<String, Fault> {
    let name = staff::account_name(tx, it.collector)?;
    Ok(if name.is_empty() {
        "Tự động theo báo có của ngân hàng".to_owned()
    } else {
        name
    })
}

/// GET `/ho-so/{code}/ma-qr.png`: what is owed as a picture, for the banking app of the telephone that shows it.
pub async fn qr_picture(
    State(site): State<Site>,
    who: Who,
    Path(code): Path<String>,
    headers: axum::http::HeaderMap,
) -> Result<Response, Failure> {
    if !sees(&site, &who, &headers, &code, Sight::Follows).await? {
        return Err(Failure::NotFound);
    }
    let of = code.clone();
    let owed = site
        .read(&who, move |tx| {
            let kept = crate::dossiers::facts::by_code(tx, &of)?.ok_or(Failure::NotFound)?;
            Ok(super::facts::pay_request(tx, &kept)?)
        })
        .await?;
    let owed = owed.ok_or(Failure::NotFound)?;
    let bytes = prints::qr_png(&owed.payload).map_err(|e| Fault::Broken(format!("qr: {e}")))?;
    Ok(site::file(bytes, "image/png", &format!("vietqr-{code}.png"), true))
}

/// GET `/ho-so/{code}/bien-lai/{id}`: the receipt for whoever follows the dossier; always a copy of the one that
/// the office keeps.
pub async fn for_citizen(
    State(site): State<Site>,
    who: Who,
    Path((code, id)): Path<(String, i64)>,
    headers: axum::http::HeaderMap,
) -> Result<Response, Failure> {
    if !sees(&site, &who, &headers, &code, Sight::Reads).await? {
        return Err(Failure::NotFound);
    }
    let (asker, demo) = (who.clone(), site.config.demo);
    let sheet = site
        .read(&who, move |tx| {
            let it = receipts::find(tx, id)?.ok_or(Failure::NotFound)?;
            if it.code != code || it.cancelled.is_some() {
                return Err(Failure::NotFound);
            }
            sheet(tx, &asker, &it, "BẢN ĐIỆN TỬ".to_owned(), demo)
        })
        .await?;
    pdf(sheet, "bien-lai").await
}

/// A paper about money as a file.
pub(super) async fn pdf(sheet: MoneySheet, name: &str) -> Result<Response, Failure> {
    let name = format!("{name}-{}.pdf", sheet.number.replace(['/', ' '], "-"));
    let made = tokio::task::spawn_blocking(move || prints::render_money(&sheet)).await;
    let bytes = made
        .map_err(|e| Fault::Worker(e.to_string()))?
        .map_err(|e| Fault::Broken(format!("print: {e}")))?;
    Ok(site::file(bytes, "application/pdf", &name, false))
}

/// POST `/co-quan/thu-phi/bien-lai/{id}/huy`
pub async fn cancel(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<i64>,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    let mut fields = Fields::of(typed);
    let reason = fields.text("ly-do", 300);
    let reason = match fields.finish(reason) {
        Ok(it) => it,
        Err(m) => return Err(Failure::Mistaken(page(&site, &who, id, false, &m).await?)),
    };
    let (inner, asker) = (site.clone(), who.clone());
    site.write(&who, move |tx| {
        let it = find(tx, &asker, id)?;
        // Pressed twice, the second finds what the first made.
        match &it.cancelled {
            Some((_, why)) if *why == reason => return Ok(()),
            Some(_) => return Err(super::till::no(&super::till::TillError::Cancelled)),
            None => {}
        }
        if bank::match_of_receipt(tx, id)?.is_some() {
            return Err(Failure::Refused(
                "Biên lai này viết theo sao kê ngân hàng: bỏ khớp ở dòng sao kê, biên lai sẽ tự hủy."
                    .to_owned(),
            ));
        }
        let around = Around::load(&inner, &asker, tx)?;
        let mut on_desk = around.take(tx, it.dossier)?;
        let maker = around.maker(tx, &on_desk.kept)?;
        on_desk.cancel_payment(tx, around.desk(), &maker, &it, &reason)
    })
    .await?;
    Ok(told(&format!("{PATH}/{id}"), "Đã hủy biên lai; số biên lai được giữ nguyên."))
}
