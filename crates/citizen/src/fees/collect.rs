//! Who owes, and the counter's page for taking money.

use askama::Template;
use axum::response::Response;
use domain::{
    access::Action,
    dossier::Status,
    fees::{Method, Moment},
    ids::DossierId,
    money::Dong,
};
use people::sheets::{self, Sheet};
use site::{
    Asked, Failure, Fields, Filled, Html, Mistakes, Path, Shell, Site, State, Typed, Who,
    form::{Sending, Sent, new_token, once},
    told,
};
use store::Tx;

use super::{
    address, all_or, cut,
    facts::{self, PayRequest},
    sql::{calls, receipts, table},
    till::{self, Payment},
};
use crate::dossiers::facts::{Around, seen};

/// Rows of one page.
const ROWS: usize = 50;
/// Rows of one workbook at most, and looked through for those to be collected now.
const ROWS_MAX: i64 = 5_000;

struct Row {
    id: DossierId,
    code: String,
    applicant: String,
    procedure: String,
    unit: String,
    status: &'static str,
    owed: String,
    moment: &'static str,
}

#[derive(Template)]
#[template(path = "fees/templates/list.html")]
struct List {
    shell: Shell,
    q: String,
    which: String,
    whichs: Vec<(String, String)>,
    rows: Vec<Row>,
    export: String,
    first: Option<String>,
    next: Option<String>,
    may_manage: bool,
}

/// Whether a dossier that owes is to be asked for its money at this point.
fn is_now(moment: Moment, status: &str) -> bool {
    moment == Moment::Start || matches!(status, "result_at_counter" | "await_payment")
}

/// Dossiers that owe money, as somebody filtered them.
fn found(
    tx: &mut Tx<'_>,
    who: &Who,
    asked: &Typed,
    limit: usize,
) -> Result<Vec<Row>, store::Fault> {
    let moments = table::moments(tx)?;
    let code = Some(asked.get("q").to_uppercase()).filter(|it| !it.is_empty());
    let before = asked.get("truoc").parse().ok();
    let all = asked.get("xem") == "tat-ca" || code.is_some();
    let most = if all { i64::try_from(limit).unwrap_or(ROWS_MAX) } else { ROWS_MAX };
    let owing = receipts::owing(tx, &seen(who), (code, before), most)?;
    let rows = owing.into_iter().filter_map(|it| {
        let set = moments.iter().find(|(procedure, _)| *procedure == it.procedure);
        let moment = set.map_or(Moment::Start, |it| it.1);
        (all || is_now(moment, &it.status)).then(|| Row {
            id: it.id,
            code: it.code,
            applicant: it.applicant,
            procedure: it.procedure,
            unit: who.tree.title(it.unit).to_owned(),
            status: Status::from_code(&it.status).map_or("", Status::label),
            owed: Dong(it.state.fee_due.0 - it.state.fee_paid.0).to_string(),
            moment: moment.label(),
        })
    });
    Ok(rows.take(limit).collect())
}

/// GET `/co-quan/thu-phi`
pub async fn list(
    State(site): State<Site>,
    who: Who,
    Asked(asked): Asked,
) -> Result<Html<String>, Failure> {
    let (asker, filter) = (who.clone(), asked.clone());
    let rows = site.read(&who, move |tx| Ok(found(tx, &asker, &filter, ROWS + 1)?)).await?;
    let (rows, more) = cut(rows, ROWS);
    let path = "/co-quan/thu-phi";
    let next = rows.last().filter(|_| more).map(|it| it.id.to_string());
    site.page(&List {
        shell: site.shell(&who),
        q: asked.get("q").to_owned(),
        which: asked.get("xem").to_owned(),
        whichs: all_or("Cần thu bây giờ", [("tat-ca", "Tất cả hồ sơ còn nợ")]),
        export: address("/co-quan/thu-phi/xuat", &asked, "truoc", None),
        first: asked.has("truoc").then(|| address(path, &asked, "truoc", None)),
        next: next.map(|it| address(path, &asked, "truoc", Some(it))),
        rows,
        may_manage: who.can(Action::FeeManage, domain::access::Object::Anything),
    })
}

/// GET `/co-quan/thu-phi/xuat`
pub async fn export(
    State(site): State<Site>,
    who: Who,
    Asked(asked): Asked,
) -> Result<Response, Failure> {
    let asker = who.clone();
    let most = usize::try_from(ROWS_MAX).unwrap_or(5_000);
    let rows = site.read(&who, move |tx| Ok(found(tx, &asker, &asked, most)?)).await?;
    let rows = rows.into_iter().map(|it| {
        vec![
            it.code,
            it.applicant,
            it.procedure,
            it.unit,
            it.status.to_owned(),
            it.owed,
            it.moment.to_owned(),
        ]
    });
    let sheet = Sheet {
        name: "Hồ sơ còn nợ phí",
        heads: &[
            ("Mã hồ sơ", 24),
            ("Chủ hồ sơ", 28),
            ("Mã thủ tục", 14),
            ("Nơi tiếp nhận", 30),
            ("Trạng thái", 20),
            ("Còn phải nộp", 16),
            ("Lúc thu", 20),
        ],
        rows: rows.collect(),
    };
    Ok(sheets::to_save(&[sheet], &format!("con-no-phi-{}.xlsx", who.today()))?)
}

struct ReceiptRow {
    id: i64,
    shown: String,
    when: String,
    amount: String,
    method: &'static str,
    cancelled: bool,
}

struct Worked {
    when: String,
    who: String,
    amount: String,
    by_hand: bool,
    reason: String,
    exemption: String,
    lines: Vec<domain::fees::Line>,
}

#[derive(Template)]
#[template(path = "fees/templates/collect.html")]
struct Page<'a> {
    shell: Shell,
    m: &'a Mistakes,
    id: DossierId,
    code: String,
    applicant: String,
    procedure: String,
    status: &'static str,
    due: String,
    paid: String,
    owed: String,
    owes: bool,
    may_refund: bool,
    may_act: bool,
    /// Whether there is a book of receipts to write from.
    has_book: bool,
    may_open_book: bool,
    once: String,
    worked: Vec<Worked>,
    receipts: Vec<ReceiptRow>,
    pay: Option<PayRequest>,
    qr: String,
    /// A bank tells of the money by itself.
    is_heard: bool,
}

async fn page(
    site: &Site,
    who: &Who,
    id: DossierId,
    mut m: Mistakes,
) -> Result<Html<String>, Failure> {
    let (inner, asker) = (site.clone(), who.clone());
    let (kept, procedure, may_act, worked, receipts, (pay, has_book, is_heard)) = site
        .read(who, move |tx| {
            let around = Around::load(&inner, &asker, tx)?;
            let on_desk = around.take(tx, id)?;
            let maker = around.maker(tx, &on_desk.kept)?;
            let may_act = maker
                .plays_any(&[domain::dossier::Part::Cashier, domain::dossier::Part::CounterHead]);
            let mut worked = Vec::new();
            for it in till::holding(table::assessments(tx, id)?) {
                worked.push(Worked {
                    when: domain::text::date_time(it.at.civil()),
                    who: people::staff::facts::account_name(tx, it.by)?,
                    amount: it.amount.to_string(),
                    by_hand: it.by_hand,
                    reason: it.reason,
                    exemption: it.assessment.exemption,
                    lines: it.assessment.lines,
                });
            }
            let receipts = receipts::of_dossier(tx, id)?;
            let pay = facts::pay_request(tx, &on_desk.kept)?;
            let places = [on_desk.kept.unit, on_desk.kept.body];
            let is_heard = match table::account_of(tx, &places, asker.today())? {
                Some(it) => calls::is_heard(tx, it.id)?,
                None => false,
            };
            let has_book = till::open_book(tx, (on_desk.kept.unit, on_desk.kept.body))?.is_some();
            let procedure = on_desk.version.body.name.clone();
            Ok((on_desk.kept, procedure, may_act, worked, receipts, (pay, has_book, is_heard)))
        })
        .await?;
    let dossier = &kept.dossier;
    let owed = Dong(dossier.fee_due.0 - dossier.fee_paid.0);
    if m.typed("so-tien").is_empty() && owed > Dong::ZERO {
        m.typed.set("so-tien", owed.0.to_string());
    }
    let qr = match &pay {
        Some(it) => qr_of(it),
        None => String::new(),
    };
    site.page(&Page {
        shell: site.shell(who),
        id,
        code: kept.code.clone(),
        applicant: kept.applicant.clone(),
        procedure,
        status: dossier.status.label(),
        due: dossier.fee_due.to_string(),
        paid: dossier.fee_paid.to_string(),
        owed: owed.to_string(),
        owes: owed > Dong::ZERO,
        may_refund: may_act && dossier.fee_paid > Dong::ZERO,
        may_act,
        has_book,
        may_open_book: who.can_at(Action::FeeManage, kept.unit),
        once: match m.typed("lan-gui") {
            "" => new_token(),
            it => it.to_owned(),
        },
        worked,
        receipts: receipts
            .into_iter()
            .map(|it| ReceiptRow {
                id: it.id,
                shown: it.shown(),
                when: domain::text::date_time(it.paid_at),
                amount: it.amount.to_string(),
                method: it.method.label(),
                cancelled: it.cancelled.is_some(),
            })
            .collect(),
        pay,
        qr,
        is_heard,
        m: &m,
    })
}

/// The square code of a request as a picture; empty if it does not fit one.
pub(crate) fn qr_of(it: &PayRequest) -> String {
    prints::qr_svg(&it.payload).unwrap_or_default()
}

/// GET `/co-quan/thu-phi/ho-so/{id}`
pub async fn form(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<DossierId>,
) -> Result<Html<String>, Failure> {
    page(&site, &who, id, Mistakes::default()).await
}

/// POST `/co-quan/thu-phi/ho-so/{id}`: cash over the counter.
pub async fn take(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<DossierId>,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    let sending = Sending::of(&who, &typed, "lan-gui");
    let as_typed = typed.clone();
    let mut fields = Fields::of(typed);
    let amount = fields.read("so-tien", Dong::parse);
    let given = fields.read_optional("khach-dua", Dong::parse);
    let payer = fields.optional_text("nguoi-nop-tien", 120);
    if let (Some(amount), Some(Some(given))) = (amount, given)
        && given < amount
    {
        fields.wrong("khach-dua", till::TillError::TooLittle.to_string());
    }
    let whole = (|| {
        Some(Payment {
            amount: amount?,
            method: Method::Cash,
            given: given?,
            payer: domain::text::tidy(&payer?),
            paid_at: None,
        })
    })();
    let payment = match fields.finish(whole) {
        Ok(it) => it,
        Err(m) => return Err(Failure::Mistaken(page(&site, &who, id, m).await?)),
    };
    let (inner, asker) = (site.clone(), who.clone());
    let (amount, given) = (payment.amount, payment.given.unwrap_or(payment.amount));
    let sent = once(&site, &who, sending, move |tx| {
        let around = Around::load(&inner, &asker, tx)?;
        let mut on_desk = around.take(tx, id)?;
        let maker = around.maker(tx, &on_desk.kept)?;
        let dossier = &on_desk.kept.dossier;
        let owed = Dong(dossier.fee_due.0 - dossier.fee_paid.0);
        if payment.amount > owed {
            return Ok(Err(format!("Hồ sơ còn phải nộp {owed}; không thu quá số này.")));
        }
        let receipt = on_desk.take_payment(tx, around.desk(), &maker, &payment, None)?;
        Ok(Ok(format!("/co-quan/thu-phi/bien-lai/{receipt}?moi=1")))
    })
    .await;
    let done = match sent {
        // A book that was closed meanwhile, a step that is not open: said beside the amount.
        Err(Failure::Refused(why)) => Sent::Wrong(why),
        other => other?,
    };
    match done {
        Sent::Done(location) => {
            let change = Dong(given.0.saturating_sub(amount.0));
            Ok(told(&location, &format!("Đã thu {amount}. Trả lại khách {change}.")))
        }
        Sent::Before(m) => Err(Failure::Mistaken(page(&site, &who, id, m).await?)),
        Sent::Wrong(text) => {
            let mut m = Mistakes::one(as_typed, "so-tien", text);
            m.typed.set("lan-gui", new_token());
            Err(Failure::Mistaken(page(&site, &who, id, m).await?))
        }
    }
}
