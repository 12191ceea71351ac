//! Refunds (hoàn trả): asked for with a reason, approved by somebody else, paid, entered in the books.

use askama::Template;
use axum::response::Response;
use domain::{
    access::{Action, Role},
    fees::Method,
    ids::UnitId,
    money::Dong,
};
use people::{
    sheets::{self, Sheet},
    staff::facts as staff,
};
use prints::MoneySheet;
use site::{
    Asked, Failure, Fields, Filled, Html, Mistakes, Path, Shell, Site, State, Who, demand,
    form::{Sending, Sent, new_token, once},
    told,
};
use store::{Tx, journal::Entry};

use super::{
    address, all_or, collects, cut, demand_collector, receipts,
    sql::{
        bank,
        cash::{self, Refund},
    },
    till, units,
};
use crate::dossiers::facts::{self as dossiers, Around, agency_of};

const PATH: &str = "/co-quan/thu-phi/hoan-tra";
const SUBJECT: &str = "fee_refund";
/// Rows of one page.
const ROWS: usize = 50;
/// Rows of one workbook at most.
const ROWS_MAX: i64 = 10_000;

fn state_label(state: &str) -> &'static str {
    match state {
        "asked" => "Chờ duyệt",
        "approved" => "Đã duyệt, chờ chi",
        "refused" => "Không duyệt",
        _ => "Đã chi",
    }
}

struct Row {
    it: Refund,
    unit: String,
    asked: String,
    state: &'static str,
}

#[derive(Template)]
#[template(path = "fees/templates/refunds.html")]
struct List {
    shell: Shell,
    state: String,
    states: Vec<(String, String)>,
    rows: Vec<Row>,
    export: String,
    first: Option<String>,
    next: Option<String>,
}

/// GET `/co-quan/thu-phi/hoan-tra`; with `dang=xlsx` as a workbook.
pub async fn list(
    State(site): State<Site>,
    who: Who,
    Asked(asked): Asked,
) -> Result<Response, Failure> {
    let state = Some(asked.get("tinh-trang").to_owned()).filter(|it| !it.is_empty());
    let before = asked.get("truoc").parse().ok();
    let seen = units(&who, Action::CashBook);
    let as_book = asked.get("dang") == "xlsx";
    let limit = if as_book { ROWS_MAX } else { i64::try_from(ROWS).unwrap_or(50) + 1 };
    let found = site
        .read(&who, move |tx| Ok(cash::refunds(tx, seen, state.as_deref(), before, limit)?))
        .await?;
    let rows = found.into_iter().map(|it| Row {
        unit: who.tree.title(it.unit).to_owned(),
        asked: domain::text::date_time(it.asked.civil()),
        state: state_label(&it.state),
        it,
    });
    if as_book {
        let rows = rows.map(|row| {
            vec![
                row.asked,
                row.unit,
                row.it.code,
                row.it.payee,
                row.it.amount.to_string(),
                row.it.method.label().to_owned(),
                row.it.reason,
                row.state.to_owned(),
                row.it.number,
            ]
        });
        let sheet = Sheet {
            name: "Hoàn trả",
            heads: &[
                ("Lúc đề nghị", 26),
                ("Nơi thu", 30),
                ("Mã hồ sơ", 24),
                ("Người nhận", 28),
                ("Số tiền", 16),
                ("Cách trả", 14),
                ("Lý do", 40),
                ("Tình trạng", 18),
                ("Số phiếu", 16),
            ],
            rows: rows.collect(),
        };
        return Ok(sheets::to_save(&[sheet], &format!("hoan-tra-{}.xlsx", who.today()))?);
    }
    let (rows, more) = cut(rows.collect(), ROWS);
    let next = rows.last().filter(|_| more).map(|it| it.it.id.to_string());
    use axum::response::IntoResponse as _;
    Ok(site
        .page(&List {
            shell: site.shell(&who),
            state: asked.get("tinh-trang").to_owned(),
            states: all_or(
                "Mọi tình trạng",
                ["asked", "approved", "paid", "refused"].map(|it| (it, state_label(it))),
            ),
            export: address(PATH, &asked, "dang", Some("xlsx".to_owned())),
            first: asked.has("truoc").then(|| address(PATH, &asked, "truoc", None)),
            next: next.map(|it| address(PATH, &asked, "truoc", Some(it))),
            rows,
        })?
        .into_response())
}

/// What can be given back: of a dossier or of a line of a statement.
struct Source {
    unit: UnitId,
    dossier: Option<domain::ids::DossierId>,
    line: Option<i64>,
    about: String,
    most: Dong,
    payee: String,
}

fn source(
    tx: &mut Tx<'_>,
    around: &Around,
    who: &Who,
    code: &str,
    line: &str,
) -> Result<Source, Failure> {
    if let Ok(id) = line.parse::<i64>() {
        let it = bank::line(tx, id)?.ok_or(Failure::NotFound)?;
        demand_collector(who, it.unit)?;
        if !it.aside.is_empty() {
            let why =
                "Dòng sao kê này đang để riêng. Hãy đưa lại vào danh sách rồi đề nghị hoàn trả.";
            return Err(Failure::Refused(why.to_owned()));
        }
        let pending = cash::refunds_pending(tx, None, Some(id))?;
        return Ok(Source {
            unit: it.unit,
            dossier: None,
            line: Some(id),
            about: format!("Dòng sao kê {}: {}", it.amount, it.content),
            most: Dong(it.left().0 - pending.0),
            payee: String::new(),
        });
    }
    let id = dossiers::id_of(tx, &code.to_uppercase())?.ok_or(Failure::NotFound)?;
    let kept = around.take(tx, id)?.kept;
    demand_collector(who, kept.unit)?;
    let pending = cash::refunds_pending(tx, Some(id), None)?;
    Ok(Source {
        unit: kept.unit,
        dossier: Some(id),
        line: None,
        about: format!("Hồ sơ {}", kept.code),
        most: till::refundable(&kept, pending),
        payee: kept.applicant,
    })
}

#[derive(Template)]
#[template(path = "fees/templates/refund_new.html")]
struct New<'a> {
    shell: Shell,
    m: &'a Mistakes,
    about: String,
    most: String,
    code: String,
    line: String,
    methods: Vec<(String, String)>,
    once: String,
}

async fn new_page(site: &Site, who: &Who, mut m: Mistakes) -> Result<Html<String>, Failure> {
    let (inner, asker) = (site.clone(), who.clone());
    let (code, line) = (m.typed("ho-so").to_owned(), m.typed("dong").to_owned());
    let (of, by) = (code.clone(), line.clone());
    let source = site
        .read(who, move |tx| {
            let around = Around::load(&inner, &asker, tx)?;
            source(tx, &around, &asker, &of, &by)
        })
        .await?;
    if !m.typed.has("nguoi-nhan") {
        m.typed.set("nguoi-nhan", source.payee.as_str());
        m.typed.set("so-tien", source.most.0.max(0).to_string());
    }
    let methods: Vec<_> = match source.line {
        // What came to the account goes back from the account.
        Some(_) => vec![Method::Transfer],
        None => Method::ALL.to_vec(),
    };
    site.page(&New {
        shell: site.shell(who),
        about: source.about,
        most: source.most.to_string(),
        code,
        line,
        methods: methods.iter().map(|it| (it.code().into(), it.label().into())).collect(),
        once: new_token(),
        m: &m,
    })
}

/// GET `/co-quan/thu-phi/hoan-tra/moi?ho-so=` or `?dong=`
pub async fn form(
    State(site): State<Site>,
    who: Who,
    Asked(asked): Asked,
) -> Result<Html<String>, Failure> {
    new_page(&site, &who, Mistakes::none(asked)).await
}

/// POST `/co-quan/thu-phi/hoan-tra/moi`
pub async fn ask(
    State(site): State<Site>,
    who: Who,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    let (inner, asker) = (site.clone(), who.clone());
    let sending = Sending::of(&who, &typed, "lan-gui");
    let (code, line) = (typed.get("ho-so").to_owned(), typed.get("dong").to_owned());
    let mut fields = Fields::of(typed);
    let payee = fields.text("nguoi-nhan", 120);
    let amount = fields.read("so-tien", Dong::parse);
    let method = fields.choice("cach-tra", Method::from_code);
    let reason = fields.text("ly-do", 300);
    let done = once(&site, &who, sending, move |tx| {
        let around = Around::load(&inner, &asker, tx)?;
        let source = source(tx, &around, &asker, &code, &line)?;
        if amount.is_some_and(|it| it > source.most || it <= Dong::ZERO) {
            fields.wrong("so-tien", format!("Hoàn trả được từ 1 đ đến {}.", source.most));
        }
        if source.line.is_some() && method == Some(Method::Cash) {
            fields.wrong("cach-tra", "Tiền chuyển khoản được trả lại bằng chuyển khoản.");
        }
        let whole = (|| Some((payee?, amount?, method?, reason?)))();
        let (payee, amount, method, reason) = match fields.finish(whole) {
            Ok(it) => it,
            Err(m) => return Ok(Err(m)),
        };
        let refund = Refund {
            id: 0,
            unit: source.unit,
            dossier: source.dossier,
            code: String::new(),
            line: source.line,
            payee: domain::text::tidy(&payee),
            amount,
            method,
            reason: reason.clone(),
            state: String::new(),
            number: String::new(),
            asked_by: asker.account,
            asked: tx.now(),
            decided_by: None,
            decision: String::new(),
            paid_by: None,
            paid: None,
        };
        let id = cash::ask_refund(tx, &refund)?;
        let details = serde_json::json!({"dossier": source.dossier, "amount": amount});
        tx.journal(Entry::new(SUBJECT, id, "ask").details(&details).words(Some(reason)));
        Ok(Ok(format!("{PATH}/{id}")))
    })
    .await?;
    match done {
        Sent::Done(location) => Ok(told(&location, "Đã đề nghị hoàn trả; chờ người khác duyệt.")),
        Sent::Wrong(m) | Sent::Before(m) => Err(Failure::Mistaken(new_page(&site, &who, m).await?)),
    }
}

#[derive(Template)]
#[template(path = "fees/templates/refund.html")]
struct Show<'a> {
    shell: Shell,
    m: &'a Mistakes,
    it: Refund,
    unit: String,
    state: &'static str,
    asked: String,
    asked_by: String,
    decided_by: String,
    paid: String,
    may_decide: bool,
    may_pay: bool,
}

/// Heads and leaders decide, and never on what they asked for themselves.
pub(super) fn may_decide(who: &Who, it: &Refund) -> bool {
    let roles = who.roles_at(it.unit);
    roles.iter().any(|it| matches!(it, Role::UnitHead | Role::Leader)) && it.asked_by != who.account
}

fn find(tx: &mut Tx<'_>, who: &Who, id: i64) -> Result<Refund, Failure> {
    let it = cash::refund(tx, id)?.ok_or(Failure::NotFound)?;
    demand(who, Action::CashBook, it.unit)?;
    Ok(it)
}

async fn page(site: &Site, who: &Who, id: i64, m: &Mistakes) -> Result<Html<String>, Failure> {
    let asker = who.clone();
    let (it, asked_by, decided_by) = site
        .read(who, move |tx| {
            let it = find(tx, &asker, id)?;
            let asked_by = staff::account_name(tx, it.asked_by)?;
            let decided_by = match it.decided_by {
                Some(account) => staff::account_name(tx, account)?,
                None => String::new(),
            };
            Ok((it, asked_by, decided_by))
        })
        .await?;
    site.page(&Show {
        shell: site.shell(who),
        m,
        unit: who.tree.title(it.unit).to_owned(),
        state: state_label(&it.state),
        asked: domain::text::date_time(it.asked.civil()),
        paid: it.paid.map_or_else(String::new, |it| domain::text::date_time(it.civil())),
        may_decide: it.state == "asked" && may_decide(who, &it),
        may_pay: it.state == "approved" && collects(who, it.unit),
        asked_by,
        decided_by,
        it,
    })
}

/// GET `/co-quan/thu-phi/hoan-tra/{id}`
pub async fn show(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<i64>,
) -> Result<Html<String>, Failure> {
    page(&site, &who, id, &Mistakes::default()).await
}

/// POST `/co-quan/thu-phi/hoan-tra/{id}/duyet`
pub async fn decide(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<i64>,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    let refuses = typed.get("viec") == "khong";
    let mut fields = Fields::of(typed);
    let words =
        if refuses { fields.text("y-kien", 300) } else { fields.optional_text("y-kien", 300) };
    let words = match fields.finish(words) {
        Ok(it) => it,
        Err(m) => return Err(Failure::Mistaken(page(&site, &who, id, &m).await?)),
    };
    let asker = who.clone();
    site.write(&who, move |tx| {
        let it = find(tx, &asker, id)?;
        if !may_decide(&asker, &it) {
            return Err(Failure::Refused(
                "Phiếu hoàn trả phải do người khác có thẩm quyền (phụ trách bộ phận hoặc lãnh đạo) duyệt."
                    .to_owned(),
            ));
        }
        let state = if refuses { "refused" } else { "approved" };
        if !cash::decide_refund(tx, id, state, &words)? {
            return Err(Failure::Refused("Phiếu này đã được quyết định.".to_owned()));
        }
        let act = if refuses { "refuse_refund" } else { "approve" };
        let words = Some(words).filter(|it| !it.is_empty());
        tx.journal(Entry::new(SUBJECT, id, act).words(words));
        Ok(())
    })
    .await?;
    let said = if refuses { "Không duyệt hoàn trả." } else { "Đã duyệt hoàn trả." };
    Ok(told(&format!("{PATH}/{id}"), said))
}

/// POST `/co-quan/thu-phi/hoan-tra/{id}/chi`
pub async fn pay(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<i64>,
    Filled(_): Filled,
) -> Result<Response, Failure> {
    let (inner, asker) = (site.clone(), who.clone());
    let number = site
        .write(&who, move |tx| {
            let it = find(tx, &asker, id)?;
            demand_collector(&asker, it.unit)?;
            match (it.dossier, it.line) {
                (Some(dossier), _) => {
                    let around = Around::load(&inner, &asker, tx)?;
                    let mut on_desk = around.take(tx, dossier)?;
                    let maker = around.maker(tx, &on_desk.kept)?;
                    on_desk.refund(tx, around.desk(), &maker, &it)
                }
                (None, Some(line)) => {
                    if !bank::account_for(tx, line, it.amount)? {
                        return Err(Failure::Refused(
                            "Dòng sao kê không còn đủ số tiền này.".to_owned(),
                        ));
                    }
                    till::pay_out(tx, &it)
                }
                (None, None) => Err(Failure::NotFound),
            }
        })
        .await?;
    Ok(told(&format!("{PATH}/{id}"), &format!("Đã chi hoàn trả, phiếu {number}.")))
}

/// GET `/co-quan/thu-phi/hoan-tra/{id}/in`
pub async fn print(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<i64>,
) -> Result<Response, Failure> {
    let (asker, demo) = (who.clone(), site.config.demo);
    let sheet = site
        .read(&who, move |tx| {
            let it = find(tx, &asker, id)?;
            let (Some(paid), Some(paid_by)) = (it.paid, it.paid_by) else {
                return Err(Failure::Refused(
                    "Phiếu hoàn trả chưa chi nên chưa in được.".to_owned(),
                ));
            };
            let approved = match it.decided_by {
                Some(account) => staff::account_name(tx, account)?,
                None => String::new(),
            };
            let mut facts = vec![("Người nhận".to_owned(), it.payee.clone())];
            facts.extend(receipts::facts_of(&asker, it.unit, &it.code));
            facts.push(("Lý do hoàn trả".to_owned(), it.reason.clone()));
            facts.push(("Hình thức trả".to_owned(), it.method.label().to_owned()));
            Ok(MoneySheet {
                agency: agency_of(&asker, it.unit),
                title: "PHIẾU HOÀN TRẢ PHÍ, LỆ PHÍ".to_owned(),
                number: it.number,
                mark: String::new(),
                at: Some(paid.civil()),
                facts,
                lines: Vec::new(),
                dong: it.amount.0,
                signs: vec![
                    ("Người nhận tiền".to_owned(), it.payee),
                    ("Người chi".to_owned(), staff::account_name(tx, paid_by)?),
                    ("Người duyệt".to_owned(), approved),
                ],
                demo,
            })
        })
        .await?;
    receipts::pdf(sheet, "hoan-tra").await
}
