//! Passkeys (khóa đăng nhập) of officials: several an account, in place of password and code.
//!
//! A passkey is two factors at once: the device, and what unlocks it; `signing::passkey` demands both. Each
//! challenge is good for a few minutes and once.

use askama::Template;
use axum::response::Response;
use domain::{access::Action, ids::AccountId};
use serde::{Deserialize, Serialize};
use signing::passkey::{self, Signed, Wanted};
use site::{
    Failure, Fields, Filled, Html, Mistakes, Path, Routes, Shell, Site, State, Typed, Who, get,
    post, told, who::Stage,
};
use store::{Fault, Tx, journal::Entry};

use super::{
    actions::{WINDOW_S, WRONG_PASSWORD, account_of, knows_password, open_session},
    facts::SUBJECT,
    pages::{code_page, demand_stage, local, sign_in_page, without_passwords},
    sql as accounts,
};

mod sql;
#[cfg(test)]
mod tests;

const ADDRESS: &str = "/co-quan/tai-khoan/khoa";
/// How long a challenge is good.
const GOOD_MS: i64 = 5 * 60 * 1000;
/// Passkeys of one account at most.
const KEYS_MAX: i64 = 10;

pub(super) fn routes() -> Routes {
    Routes::default()
        .on("/co-quan/dang-nhap/khoa", Action::SignIn, post(sign_in))
        .on("/co-quan/ma-xac-thuc/khoa", Action::SignIn, post(second))
        .on(ADDRESS, Action::OwnAccount, get(list).post(add))
        .on("/co-quan/tai-khoan/khoa/{id}/ten", Action::OwnAccount, post(rename))
        .on("/co-quan/tai-khoan/khoa/{id}/xoa", Action::OwnAccount, post(remove))
}

/// How many passkeys an account has.
pub(super) fn count(tx: &mut Tx<'_>, account: AccountId) -> Result<i64, Fault> {
    sql::count(tx, account)
}

/// Removes every passkey of an account.
pub(super) fn remove_all(tx: &mut Tx<'_>, account: AccountId) -> Result<usize, Fault> {
    sql::remove_all(tx, account)
}

/// What the authenticators of an account call their keys.
pub(super) fn names_of(tx: &mut Tx<'_>, account: AccountId) -> Result<Vec<String>, Fault> {
    Ok(sql::of(tx, account)?.into_iter().map(|it| it.credential).collect())
}

/// Our pages' origin and its host; none where the host is a number: passkeys belong to names.
fn place(site: &Site) -> Option<(String, String)> {
    let (scheme, rest) = site.config.base_url.split_once("://")?;
    let authority = rest.split('/').next()?;
    let host =
        if authority.starts_with('[') { return None } else { authority.split(':').next()? };
    let is_number = host.bytes().all(|it| it.is_ascii_digit() || it == b'.');
    (!host.is_empty() && !is_number).then(|| (format!("{scheme}://{authority}"), host.to_owned()))
}

#[derive(Serialize, Deserialize)]
struct Challenge {
    challenge: String,
    until_ms: i64,
    /// For whom; 0 for whoever signs in.
    account: i64,
}

/// What a page needs to ask an authenticator.
#[derive(Debug, Clone)]
pub(super) struct Ask {
    pub(super) action: &'static str,
    pub(super) challenge: String,
    pub(super) sealed: String,
    pub(super) rp_id: String,
    /// Names of keys, with spaces between.
    pub(super) keys: String,
    pub(super) next: String,
}

impl Ask {
    fn new(
        site: &Site,
        who: &Who,
        account: AccountId,
        (action, keys): (&'static str, Vec<String>),
    ) -> Result<Option<Self>, Fault> {
        let Some((_, rp_id)) = place(site) else { return Ok(None) };
        // Hexadecimal is base64url too: nothing has to be recoded.
        let challenge = site::random_hex(32);
        let kept = Challenge {
            challenge: challenge.clone(),
            until_ms: who.now.epoch_ms() + GOOD_MS,
            account: account.0,
        };
        let text = serde_json::to_string(&kept).map_err(|e| Fault::Broken(e.to_string()))?;
        let sealed = site.seal.close("passkey", &text)?;
        let next = String::new();
        Ok(Some(Self { action, challenge, sealed, rp_id, keys: keys.join(" "), next }))
    }

    /// Whoever has a key of ours.
    pub(super) fn anybody(site: &Site, who: &Who) -> Result<Option<Self>, Fault> {
        Self::new(site, who, AccountId(0), ("/co-quan/dang-nhap/khoa", Vec::new()))
    }

    /// One of these keys of the account whose password was right.
    pub(super) fn one_of(site: &Site, who: &Who, keys: Vec<String>) -> Result<Option<Self>, Fault> {
        Self::new(site, who, who.account, ("/co-quan/ma-xac-thuc/khoa", keys))
    }

    /// The same with a page that one is led to afterwards.
    pub(super) fn then(mut self, next: &str) -> Self {
        next.clone_into(&mut self.next);
        self
    }
}

/// The challenge of a form, if it is ours, for this account and in time.
fn challenge_of(site: &Site, who: &Who, typed: &Typed, account: AccountId) -> Option<String> {
    let text = site.seal.open("passkey", typed.get("thach")).ok()?;
    let it: Challenge = serde_json::from_str(&text).ok()?;
    (it.account == account.0 && who.now.epoch_ms() < it.until_ms).then_some(it.challenge)
}

/// Each challenge is answered once.
fn use_once(tx: &mut Tx<'_>, challenge: &str) -> Result<bool, Fault> {
    let token = format!("passkey:{}", site::token_sha256(challenge));
    if site::form::mark(tx, &token)?.is_some() {
        return Ok(false);
    }
    site::form::take_mark(tx, &token, "")?;
    Ok(true)
}

const OUT_OF_DATE: &str = "Trang đã mở quá lâu. Hãy tải lại trang và thử lại.";

/// Who answered, or why nobody is believed. `only`: the account that it must be; 0: any.
async fn answered(
    site: &Site,
    who: &Who,
    typed: &Typed,
    only: AccountId,
) -> Result<Result<(AccountId, Stage), String>, Failure> {
    let Some((origin, rp_id)) = place(site) else { return Err(Failure::NotFound) };
    let Some(challenge) = challenge_of(site, who, typed, only) else {
        return Ok(Err(OUT_OF_DATE.to_owned()));
    };
    let typed = typed.clone();
    let done = site
        .write(who, move |tx| {
            if !use_once(tx, &challenge)? {
                return Ok(Err(OUT_OF_DATE.to_owned()));
            }
            let wanted = Wanted { challenge: &challenge, origin: &origin, rp_id: &rp_id };
            let signed = Signed {
                client: typed.get("client"),
                authenticator: typed.get("may"),
                signature: typed.get("chu-ky"),
            };
            let unknown = "Khóa này chưa đăng ký với tài khoản nào ở đây, hoặc tài khoản đã khóa.";
            let Some(key) = sql::named(tx, typed.get("khoa"))? else {
                return Ok(Err(unknown.to_owned()));
            };
            let account = accounts::find_held(tx, key.account)?;
            let Some(account) = account.filter(|it| !it.disabled && (only.0 == 0 || it.id == only))
            else {
                return Ok(Err(unknown.to_owned()));
            };
            let counter = match passkey::check(&wanted, &key.public_key, key.counter, &signed) {
                Ok(it) => it,
                Err(why) => {
                    let details = serde_json::json!({ "key": key.id });
                    tx.journal(
                        Entry::new(SUBJECT, account.id.0, "wrong_passkey").details(&details),
                    );
                    return Ok(Err(why.to_string()));
                }
            };
            sql::used(tx, key.id, counter)?;
            let details = serde_json::json!({ "key": key.id });
            tx.journal(Entry::new(SUBJECT, account.id.0, "passkey_sign_in").details(&details));
            let stage = if account.must_change { Stage::PasswordChange } else { Stage::Open };
            Ok(Ok((account.id, stage)))
        })
        .await;
    match done {
        // The same answer twice in one moment: the second is refused.
        Err(Failure::Fault(fault)) if fault.is_taken() => Ok(Err(OUT_OF_DATE.to_owned())),
        other => other,
    }
}

/// POST `/co-quan/dang-nhap/khoa`
async fn sign_in(
    State(site): State<Site>,
    who: Who,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    let from = format!("sign-in:{}", who.origin);
    site.limiter
        .take(&from, site.config.tries_per_address, WINDOW_S, who.now)
        .map_err(|wait_s| Failure::TooMany { wait_s })?;
    let (account, stage) = match answered(&site, &who, &typed, AccountId(0)).await? {
        Ok(it) => it,
        Err(text) => {
            let mut m = Mistakes::none(typed);
            m.by_field.insert("dang-nhap".to_owned(), text);
            return Err(Failure::Mistaken(sign_in_page(&site, &who, &m)?));
        }
    };
    site.limiter.give_back(&from);
    let next = local(typed.get("tiep")).to_owned();
    let to = if stage == Stage::Open { next.as_str() } else { stage.page() };
    open_session(&site, &who, account, stage, who.session, to).await
}

/// POST `/co-quan/ma-xac-thuc/khoa`: after the password, in place of the code.
async fn second(
    State(site): State<Site>,
    who: Who,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    demand_stage(&who, Stage::SecondFactor)?;
    let key = format!("code:{}", who.account);
    site.limiter.take(&key, 8, WINDOW_S, who.now).map_err(|wait_s| Failure::TooMany { wait_s })?;
    let (account, stage) = match answered(&site, &who, &typed, who.account).await? {
        Ok(it) => it,
        Err(text) => {
            let mut m = Mistakes::default();
            m.by_field.insert("ma".to_owned(), text);
            return Err(Failure::Mistaken(code_page(&site, &who, &m).await?));
        }
    };
    site.limiter.forget(&key);
    open_session(&site, &who, account, stage, who.session, "/co-quan").await
}

struct Line {
    id: i64,
    name: String,
    created: String,
    used: String,
}

#[derive(Template)]
#[template(path = "accounts/passkeys/templates/list.html")]
struct List<'a> {
    shell: Shell,
    m: &'a Mistakes,
    keys: Vec<Line>,
    ask: Option<Ask>,
    /// What the authenticator calls the account: tells nobody anything.
    user: String,
    login: String,
}

async fn list_page(site: &Site, who: &Who, m: &Mistakes) -> Result<Html<String>, Failure> {
    let account = who.account;
    let (login, kept) = site
        .read(who, move |tx| {
            let login = accounts::find(tx, account)?.ok_or(Failure::NotFound)?.login;
            Ok((login, sql::of(tx, account)?))
        })
        .await?;
    let names = kept.iter().map(|it| it.credential.clone()).collect();
    let moment = |it: domain::time::Instant| domain::text::date_time(it.civil());
    let mut user = site.seal.derived(&format!("passkey:{account}"));
    user.truncate(32);
    site.page(&List {
        shell: site.shell(who),
        m,
        ask: Ask::new(site, who, account, (ADDRESS, names))?,
        keys: kept
            .into_iter()
            .map(|it| Line {
                created: moment(it.created),
                used: it.used.map_or_else(|| "chưa dùng".to_owned(), moment),
                id: it.id,
                name: it.name,
            })
            .collect(),
        user,
        login,
    })
}

/// GET `/co-quan/tai-khoan/khoa`
async fn list(State(site): State<Site>, who: Who) -> Result<Html<String>, Failure> {
    list_page(&site, &who, &Mistakes::default()).await
}

/// POST `/co-quan/tai-khoan/khoa`: a key that the device has just made.
async fn add(
    State(site): State<Site>,
    who: Who,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    let Some((origin, rp_id)) = place(&site) else { return Err(Failure::NotFound) };
    let account = account_of(&site, &who).await?;
    let knows = knows_password(&account, &typed).await?;
    let mut fields = Fields::of(without_passwords(&typed));
    let name = fields.text("ten", 60);
    if !knows {
        fields.wrong("mat-khau-cu", WRONG_PASSWORD);
    }
    let challenge = challenge_of(&site, &who, &typed, who.account);
    let made = match &challenge {
        None => {
            fields.wrong("ten", OUT_OF_DATE);
            None
        }
        Some(challenge) => {
            let wanted = Wanted { challenge, origin: &origin, rp_id: &rp_id };
            match passkey::made(&wanted, typed.get("client"), typed.get("khai")) {
                Ok(it) => Some(it),
                Err(why) => {
                    fields.wrong("ten", why.to_string());
                    None
                }
            }
        }
    };
    let whole = (|| Some((name?, challenge?, made?)))();
    let (name, challenge, made) = match fields.finish(whole) {
        Ok(it) => it,
        Err(m) => return Err(Failure::Mistaken(list_page(&site, &who, &m).await?)),
    };
    let (id, session) = (who.account, who.session);
    let done = site
        .write(&who, move |tx| {
            if !use_once(tx, &challenge)? {
                return Err(Failure::Stale);
            }
            if sql::count(tx, id)? >= KEYS_MAX {
                return Err(Failure::Refused(format!(
                    "Mỗi tài khoản giữ tối đa {KEYS_MAX} khóa. Hãy xóa khóa không dùng nữa."
                )));
            }
            sql::insert(tx, id, &made, &name)?;
            // Whoever else is signed in with the account did not show the device.
            accounts::end_sessions(tx, id, session)?;
            tx.journal(Entry::new(SUBJECT, id.0, "add_passkey"));
            Ok(())
        })
        .await;
    match done {
        Ok(()) => Ok(told(ADDRESS, "Đã đăng ký khóa. Lần sau có thể đăng nhập bằng khóa này.")),
        Err(Failure::Fault(fault)) if fault.is_taken() => {
            Err(Failure::Refused("Khóa này đã đăng ký rồi. Hãy dùng thiết bị khác.".to_owned()))
        }
        Err(other) => Err(other),
    }
}

/// POST `/co-quan/tai-khoan/khoa/{id}/ten`
async fn rename(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<i64>,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    let mut fields = Fields::of(typed);
    let name = fields.text("ten", 60);
    let name = match fields.finish(name) {
        Ok(it) => it,
        Err(m) => return Err(Failure::Mistaken(list_page(&site, &who, &m).await?)),
    };
    let account = who.account;
    site.write(&who, move |tx| {
        if sql::rename(tx, account, id, &name)? == 0 {
            return Err(Failure::NotFound);
        }
        tx.journal(Entry::new(SUBJECT, account.0, "rename_passkey"));
        Ok(())
    })
    .await?;
    Ok(told(ADDRESS, "Đã đổi tên khóa."))
}

/// POST `/co-quan/tai-khoan/khoa/{id}/xoa`
async fn remove(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<i64>,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    let account = account_of(&site, &who).await?;
    if !knows_password(&account, &typed).await? {
        return Err(Failure::Refused(format!("{WRONG_PASSWORD} Khóa vẫn còn.")));
    }
    let today = who.today();
    site.write(&who, move |tx| {
        let last = sql::count(tx, account.id)? == 1 && account.totp_secret.is_none();
        if last && accounts::demands_second_factor(tx, account.id, today)? {
            return Err(Failure::Refused(
                "Vai trò của ông, bà bắt buộc xác thực hai lớp: hãy bật mã xác thực hoặc thêm khóa khác \
                 trước khi xóa khóa cuối cùng."
                    .to_owned(),
            ));
        }
        if sql::remove(tx, account.id, id)? == 0 {
            return Err(Failure::NotFound);
        }
        tx.journal(Entry::new(SUBJECT, account.id.0, "remove_passkey"));
        Ok(())
    })
    .await?;
    Ok(told(ADDRESS, "Đã xóa khóa."))
}
