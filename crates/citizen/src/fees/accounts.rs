//! Accounts to which citizens pay, and the page of books of receipts beside them.

use askama::Template;
use axum::response::{IntoResponse as _, Response};
use domain::{
    access::Action,
    fees::vietqr::{self, Request, VietQrError},
    text,
};
use site::{
    Failure, Fields, Filled, Html, Mistakes, Path, Shell, Site, State, Who, demand,
    form::{Sending, Sent, new_token, once},
    show::Ask,
    told,
};
use store::journal::Entry;

use super::{
    facts, places,
    sql::{
        receipts,
        table::{self, KeptAccount},
    },
    unit_of,
};

/// Where they are.
pub const ADDRESS: &str = "/co-quan/quan-tri/thu-phi";

struct Account {
    it: KeptAccount,
    unit: String,
    until: String,
}

struct BookLine {
    id: i64,
    unit: String,
    prefix: String,
    range: String,
    next: String,
    left: i64,
    open: bool,
}

#[derive(Template)]
#[template(path = "fees/templates/accounts.html")]
struct Page<'a> {
    shell: Shell,
    m: &'a Mistakes,
    once: String,
    accounts: Vec<Account>,
    books: Vec<BookLine>,
    units: Vec<(String, String)>,
}

pub(super) async fn page(site: &Site, who: &Who, m: &Mistakes) -> Result<Html<String>, Failure> {
    let asker = who.clone();
    let (accounts, books) = site
        .read(who, move |tx| {
            let sees = |unit| asker.can_at(Action::FeeManage, unit);
            let mut accounts = table::accounts(tx)?;
            accounts.retain(|it| sees(it.unit));
            let mut books = receipts::books(tx)?;
            books.retain(|it| sees(it.unit));
            Ok((accounts, books))
        })
        .await?;
    let title = |unit| who.tree.title(unit).to_owned();
    site.page(&Page {
        shell: site.shell(who),
        m,
        once: new_token(),
        accounts: accounts
            .into_iter()
            .map(|it| Account {
                unit: title(it.unit),
                until: it.until.map_or_else(String::new, text::date),
                it,
            })
            .collect(),
        books: books
            .into_iter()
            .map(|it| BookLine {
                id: it.id,
                unit: title(it.unit),
                range: format!("{:07}–{:07}", it.first, it.last),
                next: format!("{:07}", it.next),
                left: it.last + 1 - it.next,
                open: it.closed.is_none(),
                prefix: it.prefix,
            })
            .collect(),
        units: places(who, Action::FeeManage),
    })
}

/// GET `/co-quan/quan-tri/thu-phi`
pub async fn list(State(site): State<Site>, who: Who) -> Result<Html<String>, Failure> {
    page(&site, &who, &Mistakes::default()).await
}

/// POST `/co-quan/quan-tri/thu-phi`: another account.
pub async fn add(
    State(site): State<Site>,
    who: Who,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    let sending = Sending::of(&who, &typed, "lan-gui");
    let as_typed = typed.clone();
    let mut fields = Fields::of(typed);
    let unit = fields.choice("don-vi", unit_of);
    let bank = fields.text("ma-ngan-hang", 6);
    let bank_name = fields.text("ngan-hang", 80);
    let number = fields.text("so-tai-khoan", 19);
    let holder = fields.text("chu-tai-khoan", 120);
    if let (Some(bank), Some(account)) = (&bank, &number) {
        let request = Request {
            bank: bank.clone(),
            account: account.clone(),
            amount: None,
            purpose: String::new(),
        };
        if let Err(wrong) = vietqr::payload(&request) {
            let field = if wrong == VietQrError::Bank { "ma-ngan-hang" } else { "so-tai-khoan" };
            fields.wrong(field, wrong.to_string());
        }
    }
    let from = who.today();
    let whole = (|| {
        Some(KeptAccount {
            id: 0,
            unit: unit?,
            bank: bank?,
            bank_name: text::tidy(&bank_name?),
            number: number?,
            holder: text::tidy(&holder?),
            mapping: String::new(),
            from,
            until: None,
        })
    })();
    let account = match fields.finish(whole) {
        Ok(it) => it,
        Err(m) => return Err(Failure::Mistaken(page(&site, &who, &m).await?)),
    };
    demand(&who, Action::FeeManage, account.unit)?;
    let done = once(&site, &who, sending, move |tx| {
        let same = |it: &KeptAccount| {
            it.unit == account.unit
                && it.bank == account.bank
                && it.number == account.number
                && it.until.is_none()
        };
        if table::accounts(tx)?.iter().any(same) {
            let why = format!("Tài khoản {} của đơn vị này đang thu rồi.", account.number);
            return Ok(Err(Mistakes::one(as_typed, "so-tai-khoan", why)));
        }
        facts::open_account(tx, &account)?;
        Ok(Ok(ADDRESS.to_owned()))
    })
    .await?;
    match done {
        Sent::Done(location) => {
            Ok(told(&location, "Đã thêm tài khoản thu. Hãy quét thử mã QR ở một hồ sơ còn nợ."))
        }
        Sent::Wrong(m) | Sent::Before(m) => Err(Failure::Mistaken(page(&site, &who, &m).await?)),
    }
}

async fn find(site: &Site, who: &Who, id: i64) -> Result<KeptAccount, Failure> {
    let asker = who.clone();
    site.read(who, move |tx| {
        let it = table::account(tx, id)?.ok_or(Failure::NotFound)?;
        demand(&asker, Action::FeeManage, it.unit)?;
        Ok(it)
    })
    .await
}

/// What is said of an account that was stopped before.
fn ended_already(it: &KeptAccount) -> Option<Response> {
    let until = text::date(it.until?);
    let said = format!("Tài khoản {} đã ngừng thu từ trước (đến hết {until}).", it.number);
    Some(told(ADDRESS, &said))
}

fn question(who: &Who, it: &KeptAccount) -> Ask {
    Ask {
        name: it.number.clone(),
        heading: format!("Ngừng thu vào tài khoản {}?", it.number),
        what: format!(
            "Tài khoản của {} tại {}. Từ ngày mai mã VietQR của hồ sơ còn nợ không dùng tài khoản này nữa; \
             muốn thu tiếp thì phải thêm lại.",
            who.tree.title(it.unit),
            it.bank_name
        ),
        button: "Ngừng thu".to_owned(),
        action: format!("{ADDRESS}/{}/ngung", it.id),
        back: ADDRESS,
        back_label: "Tài khoản thu và quyển biên lai",
    }
}

/// GET `/co-quan/quan-tri/thu-phi/{id}/ngung`
pub async fn ask_end(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<i64>,
) -> Result<Response, Failure> {
    let it = find(&site, &who, id).await?;
    match ended_already(&it) {
        Some(told) => Ok(told),
        None => Ok(question(&who, &it).page(&site, &who)?.into_response()),
    }
}

/// POST `/co-quan/quan-tri/thu-phi/{id}/ngung`
pub async fn end(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<i64>,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    let it = find(&site, &who, id).await?;
    if let Some(told) = ended_already(&it) {
        return Ok(told);
    }
    question(&who, &it).demand(&site, &who, &typed)?;
    let today = who.today();
    site.write(&who, move |tx| {
        // Pressed twice, the first one counts.
        if table::account(tx, id)?.is_some_and(|it| it.until.is_none()) {
            table::end_account(tx, id, today)?;
            tx.journal(Entry::new("fee_account", id, "end"));
        }
        Ok(())
    })
    .await?;
    Ok(told(ADDRESS, &format!("Tài khoản {} ngừng thu sau hôm nay.", it.number)))
}
