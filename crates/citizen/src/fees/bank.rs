//! Bank statements: brought in, and their lines with what they may pay for.

use std::collections::{BTreeSet, HashMap};

use askama::Template;
use axum::response::{IntoResponse as _, Response};
use domain::{
    access::Action,
    fees::statement::{Fit, fit, key_of, keys_in},
    ids::UnitId,
    money::Dong,
};
use people::sheets::{self, Sheet};
use site::{
    Asked, Failure, FilledWithFiles, Html, Mistakes, Shell, Site, State, Typed, Who,
    form::one_file, told,
};
use store::{Fault, Tx, journal::Entry};

use super::{
    address, all_or, collects, cut, demand_collector,
    sql::{
        bank::{self, Filter, Line, Which},
        calls, table,
    },
    statement::{self, Mapping},
    units,
};
use crate::{dossiers::facts as dossiers, dossiers::facts::Around};

const PATH: &str = "/co-quan/thu-phi/sao-ke";
/// Rows of one page.
const ROWS: usize = 50;
/// Rows of one workbook, and counted, at most.
const ROWS_MAX: i64 = 20_000;
/// Dossiers of a body that owe money and are looked through, at most.
const OWING_MAX: i64 = 20_000;

/// A dossier that a line may pay for.
#[derive(Debug, Clone)]
pub(super) struct Proposal {
    pub id: domain::ids::DossierId,
    pub code: String,
    pub applicant: String,
    pub owed: Dong,
    pub fit: Fit,
}

/// A dossier that a line names and that owes nothing, or nothing more.
#[derive(Debug, Clone)]
pub(super) struct Settled {
    pub id: domain::ids::DossierId,
    pub code: String,
    /// Why nothing is owed, as it follows the dossier's code.
    pub words: &'static str,
}

/// Codes of dossiers by what a bank leaves of them.
struct Keyed {
    by_key: HashMap<String, String>,
    lengths: BTreeSet<usize>,
}

impl Keyed {
    fn of(codes: Vec<String>) -> Self {
        let by_key: HashMap<String, String> =
            codes.into_iter().map(|it| (key_of(&it), it)).collect();
        let lengths = by_key.keys().map(String::len).collect();
        Self { by_key, lengths }
    }

    /// The codes that stand in a content, each once.
    fn within(&self, content: &str) -> Vec<String> {
        let mut found: Vec<String> = Vec::new();
        for key in keys_in(content, &self.lengths) {
            if let Some(code) = self.by_key.get(&key).filter(|it| !found.contains(it)) {
                found.push(code.clone());
            }
        }
        found
    }
}

/// Finds dossiers in contents; what a body's dossiers are called is read once, what they owe each time.
#[derive(Default)]
pub(super) struct Finder {
    owing: HashMap<UnitId, Keyed>,
    settled: HashMap<UnitId, Keyed>,
}

impl Finder {
    /// The dossiers that a line names and that owe money.
    pub fn of(
        &mut self,
        tx: &mut Tx<'_>,
        around: &Around,
        line: &Line,
    ) -> Result<Vec<Proposal>, Fault> {
        let body = around.body_of(line.unit);
        if let std::collections::hash_map::Entry::Vacant(place) = self.owing.entry(body) {
            place.insert(Keyed::of(bank::codes_owing(tx, body, OWING_MAX)?));
        }
        let Some(keyed) = self.owing.get(&body) else { return Ok(Vec::new()) };
        let mut found: Vec<Proposal> = Vec::new();
        for code in keyed.within(&line.content) {
            let Some(kept) = dossiers::by_code(tx, &code)? else { continue };
            let owed = Dong(kept.dossier.fee_due.0 - kept.dossier.fee_paid.0);
            found.push(Proposal {
                id: kept.id,
                code: kept.code,
                applicant: kept.applicant,
                owed,
                fit: fit(line.left(), owed),
            });
        }
        Ok(found)
    }

    /// The first dossier that a line names though nothing is owed for it: what is left of the line is too much.
    pub fn settled(
        &mut self,
        tx: &mut Tx<'_>,
        around: &Around,
        line: &Line,
    ) -> Result<Option<Settled>, Fault> {
        let body = around.body_of(line.unit);
        if let std::collections::hash_map::Entry::Vacant(place) = self.settled.entry(body) {
            place.insert(Keyed::of(bank::codes_settled(tx, body, OWING_MAX)?));
        }
        let mut codes: Vec<String> =
            self.owing.get(&body).map(|it| it.within(&line.content)).unwrap_or_default();
        codes
            .extend(self.settled.get(&body).map(|it| it.within(&line.content)).unwrap_or_default());
        for code in codes {
            let Some(kept) = dossiers::by_code(tx, &code)? else { continue };
            let (due, paid) = (kept.dossier.fee_due, kept.dossier.fee_paid);
            if due > paid {
                continue;
            }
            let words =
                if due > Dong::ZERO { "đã nộp đủ" } else { "không phải nộp tiền" };
            return Ok(Some(Settled { id: kept.id, code: kept.code, words }));
        }
        Ok(None)
    }
}

struct Row {
    id: i64,
    booked: String,
    amount: String,
    left: String,
    content: String,
    reference: String,
    aside: String,
    done: bool,
    proposal: Option<Proposal>,
    settled: Option<Settled>,
}

#[derive(Template)]
#[template(path = "fees/templates/statement.html")]
struct List {
    shell: Shell,
    which: String,
    whichs: Vec<(String, String)>,
    amount: String,
    rows: Vec<Row>,
    exact: usize,
    count: String,
    export: String,
    first: Option<String>,
    next: Option<String>,
    may_act: bool,
}

fn read(asked: &Typed, who: &Who) -> Filter {
    Filter {
        units: units(who, Action::CashBook),
        which: match asked.get("xem") {
            "khop" => Which::Matched,
            "de-rieng" => Which::Aside,
            "tat-ca" => Which::All,
            _ => Which::Open,
        },
        amount: Dong::parse(asked.get("so-tien")).ok(),
    }
}

/// GET `/co-quan/thu-phi/sao-ke`; with `dang=xlsx` as a workbook.
pub async fn list(
    State(site): State<Site>,
    who: Who,
    Asked(asked): Asked,
) -> Result<Response, Failure> {
    let filter = read(&asked, &who);
    let as_book = asked.get("dang") == "xlsx";
    let before = asked.get("truoc").parse().ok();
    let limit = if as_book { ROWS_MAX } else { i64::try_from(ROWS).unwrap_or(50) + 1 };
    let (inner, asker) = (site.clone(), who.clone());
    let (rows, count) = site
        .read(&who, move |tx| {
            let around = Around::load(&inner, &asker, tx)?;
            let found = bank::lines(tx, &filter, before, limit)?;
            let mut finder = Finder::default();
            let mut rows = Vec::with_capacity(found.len());
            for it in found {
                let open = it.left() > Dong::ZERO && it.aside.is_empty();
                let mut settled = None;
                let mut proposal = None;
                if open && !as_book {
                    proposal = finder.of(tx, &around, &it)?.into_iter().next();
                    if proposal.is_none() {
                        settled = finder.settled(tx, &around, &it)?;
                    }
                }
                rows.push(Row {
                    id: it.id,
                    booked: domain::text::date_time(it.booked_at),
                    amount: it.amount.to_string(),
                    left: it.left().to_string(),
                    done: it.left() == Dong::ZERO,
                    content: it.content,
                    reference: it.reference,
                    aside: it.aside,
                    proposal,
                    settled,
                });
            }
            Ok((rows, bank::count(tx, &filter, ROWS_MAX)?))
        })
        .await?;
    if as_book {
        let rows = rows
            .into_iter()
            .map(|it| vec![it.booked, it.amount, it.left, it.content, it.reference, it.aside]);
        let sheet = Sheet {
            name: "Sao kê",
            heads: &[
                ("Lúc ghi có", 26),
                ("Số tiền", 16),
                ("Chưa khớp", 16),
                ("Nội dung", 60),
                ("Tham chiếu", 20),
                ("Lý do để riêng", 40),
            ],
            rows: rows.collect(),
        };
        return Ok(sheets::to_save(&[sheet], &format!("sao-ke-{}.xlsx", who.today()))?);
    }
    let (rows, more) = cut(rows, ROWS);
    let next = rows.last().filter(|_| more).map(|it| it.id.to_string());
    let exact = rows
        .iter()
        .filter(|it| it.proposal.as_ref().is_some_and(|it| it.fit == Fit::Exact))
        .count();
    Ok(site
        .page(&List {
            shell: site.shell(&who),
            which: asked.get("xem").to_owned(),
            whichs: all_or(
                "Chưa khớp",
                [("khop", "Đã khớp đủ"), ("de-rieng", "Để riêng"), ("tat-ca", "Tất cả")],
            ),
            amount: asked.get("so-tien").to_owned(),
            count: format!("{} dòng", domain::text::number(count)),
            export: address(PATH, &asked, "dang", Some("xlsx".to_owned())),
            first: asked.has("truoc").then(|| address(PATH, &asked, "truoc", None)),
            next: next.map(|it| address(PATH, &asked, "truoc", Some(it))),
            rows,
            exact,
            may_act: who.can(Action::FeeCollect, domain::access::Object::Anything),
        })?
        .into_response())
}

#[derive(Template)]
#[template(path = "fees/templates/import.html")]
struct Import<'a> {
    shell: Shell,
    m: &'a Mistakes,
    accounts: Vec<(String, String)>,
}

async fn form_page(site: &Site, who: &Who, m: &Mistakes) -> Result<Html<String>, Failure> {
    let asker = who.clone();
    let accounts = site
        .read(who, move |tx| {
            let mut all = table::accounts(tx)?;
            all.retain(|it| collects(&asker, it.unit));
            Ok(all)
        })
        .await?;
    let accounts = accounts
        .into_iter()
        .map(|it| {
            let title = who.tree.title(it.unit);
            (it.id.to_string(), format!("{} {} – {title}", it.bank_name, it.number))
        })
        .collect();
    site.page(&Import { shell: site.shell(who), m, accounts })
}

/// GET `/co-quan/thu-phi/sao-ke/nhap`
pub async fn form(State(site): State<Site>, who: Who) -> Result<Html<String>, Failure> {
    form_page(&site, &who, &Mistakes::default()).await
}

/// The columns that somebody names himself; nothing if none is.
fn mapping_of(typed: &Typed) -> Option<Mapping> {
    let name = |it: &str| typed.get(it).to_owned();
    let mapping = Mapping {
        booked: name("cot-ngay"),
        amount: name("cot-tien"),
        content: name("cot-noi-dung"),
        reference: name("cot-tham-chieu"),
    };
    (mapping != Mapping::default()).then_some(mapping)
}

/// POST `/co-quan/thu-phi/sao-ke/nhap`
pub async fn import(
    State(site): State<Site>,
    who: Who,
    FilledWithFiles(typed, files): FilledWithFiles,
) -> Result<Response, Failure> {
    let mut m = Mistakes::none(typed.clone());
    let upload = one_file(&typed, files, "tep", "Chọn một tệp .xlsx hoặc .csv.");
    let account = typed.get("tai-khoan").parse::<i64>().ok();
    if account.is_none() {
        m.by_field.insert("tai-khoan".into(), "Chọn tài khoản của sao kê.".into());
    }
    if let Err(why) = &upload {
        m.by_field.insert("tep".into(), why.clone());
    }
    let (Ok(upload), Some(account)) = (upload, account) else {
        return Err(Failure::Mistaken(form_page(&site, &who, &m).await?));
    };
    let asker = who.clone();
    let kept = site
        .read(&who, move |tx| {
            let it = table::account(tx, account)?.ok_or(Failure::NotFound)?;
            demand_collector(&asker, it.unit)?;
            Ok(it)
        })
        .await?;
    let wanted = mapping_of(&typed).or_else(|| serde_json::from_str(&kept.mapping).ok());
    let file = upload.name.clone();
    let named = mapping_of(&typed).is_some();
    let read = tokio::task::spawn_blocking(move || {
        let table = sheets::read(&upload.name, &upload.bytes)?;
        match statement::read(table.clone(), wanted.as_ref()) {
            // The bank changed its headings since: the usual ones are tried.
            Err(_) if wanted.is_some() && !named => statement::read(table, None),
            other => other,
        }
    })
    .await
    .map_err(|e| Fault::Worker(e.to_string()))?;
    let statement = match read {
        Ok(it) => it,
        Err(text) => {
            m.by_field.insert("tep".into(), text);
            return Err(Failure::Mistaken(form_page(&site, &who, &m).await?));
        }
    };
    let (new, known, skipped) = site
        .write(&who, move |tx| {
            let new = keep(tx, account, &file, &statement)?;
            Ok((new, statement.came.len() - new, statement.skipped))
        })
        .await?;
    Ok(told(
        PATH,
        &format!(
            "Đã nhập sao kê: {new} dòng tiền vào mới, {known} dòng đã có từ trước, bỏ qua {skipped} dòng khác."
        ),
    ))
}

/// Keeps the lines of a statement and gives how many were new.
pub(super) fn keep(
    tx: &mut Tx<'_>,
    account: i64,
    file: &str,
    statement: &statement::Statement,
) -> Result<usize, Fault> {
    let id = bank::insert_statement(tx, account, file)?;
    let mut new = 0;
    for it in &statement.came {
        // What a bank has told by itself is the same money.
        if calls::was_told(tx, account, (it.reference.as_str(), it.amount), it.booked_at)? {
            continue;
        }
        let money = (it.booked_at, it.amount);
        let said = (it.content.as_str(), it.reference.as_str());
        if bank::insert_line(tx, (account, id), &it.mark, money, said)? {
            new += 1;
        }
    }
    let known = statement.came.len() - new;
    bank::count_statement(tx, id, new, known)?;
    let mapping = serde_json::to_string(&statement.mapping)
        .map_err(|e| Fault::Broken(format!("mapping: {e}")))?;
    table::set_mapping(tx, account, &mapping)?;
    let details = serde_json::json!({"account": account, "new": new, "known": known});
    tx.journal(Entry::new("fee_statement", id, "import").details(&details));
    Ok(new)
}
