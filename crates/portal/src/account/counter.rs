//! At a counter: an official sees the card of whoever stands before him and confirms the number of his account.
//!
//! The citizen shows a code of his own account; the official scans the card. Neither finds an account by a name or
//! a telephone that somebody merely says.

use askama::Template;
use axum::response::{IntoResponse as _, Response};
use domain::identity::CardQr;
use site::{Failure, Filled, Html, Mistakes, Shell, Site, State, Typed, Who, told};
use store::Tx;

use super::{
    codes, facts,
    sql::{self, Account},
};

pub(super) const ADDRESS: &str = "/co-quan/xac-nhan-cong-dan";
/// Codes that one account may try within [`WINDOW_S`].
const TRIES_MAX: u32 = 20;
const WINDOW_S: i64 = 15 * 60;

/// What is confirmed, for a last look.
struct About {
    phone: String,
    number: String,
    name: String,
    birth_date: String,
    warnings: Vec<String>,
    /// What the account was called until now; empty if nothing.
    called: String,
}

#[derive(Template)]
#[template(path = "account/templates/counter.html")]
struct Page<'a> {
    shell: Shell,
    m: &'a Mistakes,
    about: Option<About>,
    address: &'static str,
}

fn page(
    site: &Site,
    who: &Who,
    m: &Mistakes,
    about: Option<About>,
) -> Result<Html<String>, Failure> {
    site.page(&Page { shell: site.shell(who), m, about, address: ADDRESS })
}

/// GET `/co-quan/xac-nhan-cong-dan`
pub async fn form(State(site): State<Site>, who: Who) -> Result<Html<String>, Failure> {
    page(&site, &who, &Mistakes::default(), None)
}

/// What stands against it, beside the field; else the account.
type Judged = Result<Account, (&'static str, String)>;

fn judge(
    site: &Site,
    tx: &mut Tx<'_>,
    code: &str,
    card: &CardQr,
    done: bool,
) -> Result<Judged, Failure> {
    let found = codes::at_counter(site, tx, code, false)?;
    let account = match found {
        Some(it) => sql::find(tx, it)?,
        None => None,
    };
    let Some(account) = account else {
        let text =
            "Mã không đúng hoặc đã quá 15 phút. Đề nghị công dân lấy mã mới trong tài khoản.";
        return Ok(Err(("ma", text.to_owned())));
    };
    if account.phone_confirmed.is_none() {
        let text = "Tài khoản chưa xác nhận số điện thoại. Đề nghị công dân xác nhận trước.";
        return Ok(Err(("ma", text.to_owned())));
    }
    let number = card.number.reveal();
    if account.id_number.as_deref().is_some_and(|it| it != number) {
        let text = "Tài khoản này đã gắn với số định danh khác. Không xác nhận.";
        return Ok(Err(("quet", text.to_owned())));
    }
    if sql::by_number(tx, number)?.is_some_and(|it| it.id != account.id) {
        let text = "Số định danh này đã có tài khoản khác. Công dân đăng nhập tài khoản đó, hoặc đóng nó trước.";
        return Ok(Err(("quet", text.to_owned())));
    }
    if done {
        codes::at_counter(site, tx, code, true)?;
    }
    Ok(Ok(account))
}

/// POST: first shows what will be confirmed, then does it.
pub async fn confirm(
    State(site): State<Site>,
    who: Who,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    let key = format!("citizen-counter:{}", who.account);
    site.limiter
        .take(&key, TRIES_MAX, WINDOW_S, who.now)
        .map_err(|wait_s| Failure::TooMany { wait_s })?;
    let card = match CardQr::read(typed.get("quet")) {
        Ok(it) => it,
        Err(error) => return again(&site, &who, typed, "quet", error.to_string()),
    };
    let sure = typed.get("chac-chan") == "1";
    let (inner, code, read) = (site.clone(), typed.get("ma").to_owned(), card.clone());
    let judged = site
        .write(&who, move |tx| {
            let judged = judge(&inner, tx, &code, &read, sure)?;
            if let (true, Ok(account)) = (sure, &judged) {
                keep(tx, account, &read)?;
            }
            Ok(judged)
        })
        .await?;
    let account = match judged {
        Ok(it) => it,
        Err((field, text)) => return again(&site, &who, typed, field, text),
    };
    site.limiter.give_back(&key);
    if sure {
        return Ok(told(ADDRESS, "Đã xác nhận số định danh của tài khoản."));
    }
    let about = About {
        phone: domain::text::mask_phone(&account.phone),
        number: card.number.reveal().to_owned(),
        name: card.name.clone(),
        birth_date: card.born_on.map_or_else(|| "–".to_owned(), domain::text::date),
        warnings: card.warnings.iter().map(ToString::to_string).collect(),
        called: account.name,
    };
    Ok(page(&site, &who, &Mistakes::none(typed), Some(about))?.into_response())
}

fn keep(tx: &mut Tx<'_>, account: &Account, card: &CardQr) -> Result<(), Failure> {
    let birth_date = card.born_on.map_or_else(String::new, |it| it.to_string());
    Ok(facts::confirm_number(tx, account.id, &card.number, (&card.name, &birth_date))?)
}

fn again(
    site: &Site,
    who: &Who,
    typed: Typed,
    field: &str,
    text: String,
) -> Result<Response, Failure> {
    let mut m = Mistakes::none(typed);
    m.by_field.insert(field.to_owned(), text);
    Err(Failure::Mistaken(page(site, who, &m, None)?))
}
