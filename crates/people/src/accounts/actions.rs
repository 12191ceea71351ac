//! Sign-in, passwords, second factor, sessions: what is done.

use axum::{
    http::{HeaderValue, header},
    response::{IntoResponse as _, Response},
};
use domain::{
    ids::{AccountId, SessionId},
    time::Instant,
};
use site::{
    Failure, Fields, Filled, Mistakes, Path, Redirect, Site, State, Typed, Who,
    limit::Slowing,
    told,
    who::{SESSION_COOKIE, SESSION_IDLE_S, Stage},
};
use store::{Fault, Tx, journal::Entry};

use super::{
    facts::{SUBJECT, hash_password, verify_password},
    pages::{
        self, code_page, enrol_page, local, password_page, sign_in_page, totp, without_passwords,
    },
    passkeys, sql,
};

/// Wrong passwords of one account from one address, and from wherever.
const FROM_ONE_ADDRESS: Slowing = Slowing { free: 5, longest_s: 15 * 60 };
const OF_ONE_ACCOUNT: Slowing = Slowing { free: 20, longest_s: 15 * 60 };
/// Codes tried by one account within [`WINDOW_S`].
const CODES_MAX: u32 = 8;
pub(super) const WINDOW_S: i64 = 15 * 60;
/// Characters of a password at least and at most.
const PASSWORD_CHARS: std::ops::RangeInclusive<usize> = 10..=200;
/// Passwords that everybody tries first.
const COMMON: &[&str] = &[
    "1234567890",
    "0123456789",
    "password123",
    "matkhau123",
    "matkhau1234",
    "qwertyuiop",
    "vietnam2020",
    "vietnam2026",
    "nghean2020",
    "nghean2026",
    "tanky123456",
    "admin12345",
    "administrator",
    "motcua12345",
];

const WRONG: &str = "Tên đăng nhập hoặc mật khẩu không đúng.";

/// What a tried password came to.
enum Tried {
    Wrong,
    Locked { wait_s: i64 },
    In { account: AccountId, stage: Stage },
}

/// Under what wrong tries of `login` are counted; the address follows.
pub(super) fn tries_of(login: &str) -> String {
    format!("sign-in-pair:{login}\n")
}

/// When somebody may try again, in a sentence.
fn locked(who: &Who, wait_s: i64) -> String {
    let minutes = (wait_s + 59) / 60;
    let at = Instant::from_epoch_ms(who.now.epoch_ms() + minutes * 60_000).civil();
    format!(
        "Tài khoản tạm khóa do nhập sai nhiều lần. Hãy thử lại sau {minutes} phút (từ {}) hoặc nhờ \
         quản trị hệ thống mở khóa.",
        domain::text::time_of_day(at.time())
    )
}

/// POST `/co-quan/dang-nhap`
pub async fn sign_in(
    State(site): State<Site>,
    who: Who,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    let from = format!("sign-in:{}", who.origin);
    site.limiter
        .take(&from, site.config.tries_per_address, WINDOW_S, who.now)
        .map_err(|wait_s| Failure::TooMany { wait_s })?;
    let login = typed.get("dang-nhap").to_lowercase();
    // A name that nobody has is slowed like any other: the answer tells nothing. From where somebody
    // mistypes his colleagues, and he elsewhere, go on.
    let pair = format!("{}{}", tries_of(&login), who.origin);
    let follows = match site.limiter.knock(&pair, FROM_ONE_ADDRESS, who.now) {
        Ok(it) => it,
        Err(wait_s) => {
            site.limiter.give_back(&from);
            return again(&site, &who, &typed, locked(&who, wait_s));
        }
    };
    let password = typed.all("mat-khau").next().unwrap_or("").to_owned();
    let name = login.clone();
    let found = site.read(&who, move |tx| Ok(sql::by_login(tx, &name)?)).await?;
    // An unknown name takes as long as a wrong password.
    let hash = match &found {
        Some(it) => it.password_hash.clone(),
        None => DUMMY.to_owned(),
    };
    let right = tokio::task::spawn_blocking(move || verify_password(&password, &hash))
        .await
        .map_err(|e| Fault::Worker(e.to_string()))?;
    let tried = match found {
        Some(account) if !account.disabled => {
            let id = account.id;
            site.write(&who, move |tx| Ok(judge(tx, id, right, follows)?)).await?
        }
        _ => match site.limiter.knock(&format!("sign-in-as:{login}"), OF_ONE_ACCOUNT, who.now) {
            Ok(overall) => match overall.max(follows) {
                None => Tried::Wrong,
                Some(wait_s) => Tried::Locked { wait_s },
            },
            Err(wait_s) => Tried::Locked { wait_s },
        },
    };
    let (account, stage) = match tried {
        Tried::In { account, stage } => (account, stage),
        Tried::Wrong => return again(&site, &who, &typed, WRONG.to_owned()),
        Tried::Locked { wait_s } => return again(&site, &who, &typed, locked(&who, wait_s)),
    };
    // A whole office behind one address signs in each morning: only wrong tries count.
    site.limiter.give_back(&from);
    site.limiter.forgive(&pair);
    let next = local(typed.get("tiep")).to_owned();
    let to = if stage == Stage::Open { next.as_str() } else { stage.page() };
    let old = who.session;
    open_session(&site, &who, account, stage, old, to).await
}

/// A hash of no password that anybody has.
const DUMMY: &str = "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$\
                     AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

fn again(site: &Site, who: &Who, typed: &Typed, text: String) -> Result<Response, Failure> {
    let mut m = Mistakes::none(without_passwords(typed));
    m.by_field.insert("dang-nhap".to_owned(), text);
    Err(Failure::Mistaken(sign_in_page(site, who, &m)?))
}

/// `follows`: seconds that a wrong try must wait where it came from, if any.
fn judge(
    tx: &mut Tx<'_>,
    id: AccountId,
    right: bool,
    follows: Option<i64>,
) -> Result<Tried, Fault> {
    // Read again and held: of many tries at once each counts.
    let Some(account) = sql::find_held(tx, id)? else { return Ok(Tried::Wrong) };
    let account = &account;
    let now_ms = tx.now().epoch_ms();
    if let Some(until) = account.locked_until.filter(|it| it.epoch_ms() > now_ms) {
        return Ok(Tried::Locked { wait_s: (until.epoch_ms() - now_ms + 999) / 1000 });
    }
    if !right {
        let failures = account.failures + 1;
        let overall = OF_ONE_ACCOUNT.wait_s(u32::try_from(failures).unwrap_or(u32::MAX));
        let until = overall.map(|it| Instant::from_epoch_ms(now_ms + it * 1000));
        sql::failed(tx, account.id, failures, until)?;
        let wait_s = overall.max(follows);
        let act = if wait_s.is_some() { "lock" } else { "wrong_password" };
        tx.journal(Entry::new(SUBJECT, account.id.0, act));
        return Ok(match wait_s {
            Some(wait_s) => Tried::Locked { wait_s },
            None => Tried::Wrong,
        });
    }
    sql::failed(tx, account.id, 0, None)?;
    let stage =
        if account.must_change { Stage::PasswordChange } else { after_password(tx, account)? };
    Ok(Tried::In { account: account.id, stage })
}

fn after_password(tx: &mut Tx<'_>, account: &sql::Account) -> Result<Stage, Fault> {
    if account.totp_secret.is_some() || passkeys::count(tx, account.id)? > 0 {
        return Ok(Stage::SecondFactor);
    }
    let today = tx.now().civil().date();
    let demanded = sql::demands_second_factor(tx, account.id, today)?;
    Ok(if demanded { Stage::Enrol } else { Stage::Open })
}

/// Opens a session with a new token; the old one, if any, ends: a token never outlives a stage.
pub(super) async fn open_session(
    site: &Site,
    who: &Who,
    account: AccountId,
    stage: Stage,
    old: Option<SessionId>,
    to: &str,
) -> Result<Response, Failure> {
    let token = site::random_hex(32);
    let (hash, csrf) = (site::token_sha256(&token), site::random_hex(16));
    let (agent, old_account) = (who.agent.clone(), who.account);
    site.write(who, move |tx| {
        sql::sweep_sessions(tx)?;
        if let Some(old) = old {
            sql::end_session(tx, old_account, old)?;
        }
        let expires = Instant::from_epoch_ms(tx.now().epoch_ms() + SESSION_IDLE_S * 1000);
        sql::insert_session(tx, account, &hash, stage, &csrf, &agent, expires)?;
        if stage == Stage::Open {
            tx.journal(Entry::new(SUBJECT, account.0, "sign_in"));
        }
        Ok(())
    })
    .await?;
    let mut response = Redirect::to(to).into_response();
    set_cookie(&mut response, site, &token, SESSION_IDLE_S * 3);
    Ok(response)
}

fn set_cookie(response: &mut Response, site: &Site, token: &str, max_age_s: i64) {
    let secure = if site.config.tls { "; Secure" } else { "" };
    let cookie = format!(
        "{SESSION_COOKIE}={token}; Path=/; Max-Age={max_age_s}; HttpOnly; SameSite=Lax{secure}"
    );
    if let Ok(value) = HeaderValue::from_str(&cookie) {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
}

/// POST `/co-quan/dang-xuat`
pub async fn sign_out(
    State(site): State<Site>,
    who: Who,
    Filled(_): Filled,
) -> Result<Response, Failure> {
    if let Some(session) = who.session {
        let account = who.account;
        site.write(&who, move |tx| Ok(sql::end_session(tx, account, session)?)).await?;
    }
    let mut response = told("/co-quan/dang-nhap", "Đã đăng xuất.");
    set_cookie(&mut response, &site, "", 0);
    Ok(response)
}

/// Reads a new password, twice, with the rules for it.
fn read_new_password(typed: Typed, login: &str) -> Result<String, Mistakes> {
    let shown = without_passwords(&typed);
    let new = typed.all("mat-khau-moi").next().unwrap_or("").to_owned();
    let twice = typed.all("mat-khau-lai").next().unwrap_or("").to_owned();
    let mut fields = Fields::of(shown);
    let chars = new.chars().count();
    let folded = domain::text::fold(&new).replace(' ', "");
    if !PASSWORD_CHARS.contains(&chars) {
        fields.wrong(
            "mat-khau-moi",
            "Mật khẩu phải dài từ 10 ký tự. Nên ghép vài từ dễ nhớ, ví dụ một câu ngắn.",
        );
    } else if COMMON.contains(&folded.as_str())
        || folded.contains(&login.to_lowercase())
        // A row of figures, a telephone, a birthday.
        || folded.bytes().all(|it| it.is_ascii_digit())
    {
        fields.wrong("mat-khau-moi", "Mật khẩu này dễ đoán. Hãy chọn mật khẩu khác.");
    } else if new != twice {
        fields.wrong("mat-khau-lai", "Hai lần nhập mật khẩu không giống nhau.");
    }
    fields.finish(Some(new))
}

pub(super) async fn account_of(site: &Site, who: &Who) -> Result<sql::Account, Failure> {
    let account = who.account;
    site.read(who, move |tx| sql::find(tx, account)?.ok_or(Failure::NotFound)).await
}

pub(super) async fn hash_off_thread(password: String) -> Result<String, Failure> {
    let hashed = tokio::task::spawn_blocking(move || hash_password(&password)).await;
    Ok(hashed.map_err(|e| Fault::Worker(e.to_string()))??)
}

/// POST `/co-quan/doi-mat-khau-dau`
pub async fn first_password(
    State(site): State<Site>,
    who: Who,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    pages::demand_stage(&who, Stage::PasswordChange)?;
    let account = account_of(&site, &who).await?;
    let new = match read_new_password(typed, &account.login) {
        Ok(it) => it,
        Err(m) => return Err(Failure::Mistaken(password_page(&site, &who, &m, true)?)),
    };
    let old = account.password_hash.clone();
    let same = {
        let new = new.clone();
        tokio::task::spawn_blocking(move || verify_password(&new, &old)).await.unwrap_or(false)
    };
    if same {
        let mut m = Mistakes::default();
        m.by_field.insert(
            "mat-khau-moi".to_owned(),
            "Mật khẩu mới phải khác mật khẩu được cấp.".to_owned(),
        );
        return Err(Failure::Mistaken(password_page(&site, &who, &m, true)?));
    }
    let hash = hash_off_thread(new).await?;
    let (id, session) = (account.id, who.session);
    let stage = site
        .write(&who, move |tx| {
            // Whoever else signed in with the password that was handed out is not let go on.
            let account = sql::find_held(tx, id)?.ok_or(Failure::NotFound)?;
            if !account.must_change {
                return Err(Failure::Stale);
            }
            sql::end_sessions(tx, id, session)?;
            sql::set_password(tx, id, &hash, false)?;
            tx.journal(Entry::new(SUBJECT, id.0, "change_password"));
            Ok(after_password(tx, &account)?)
        })
        .await?;
    open_session(&site, &who, id, stage, who.session, stage.page()).await
}

/// POST `/co-quan/tai-khoan/mat-khau`
pub async fn password(
    State(site): State<Site>,
    who: Who,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    let account = account_of(&site, &who).await?;
    let (old, hash) =
        (typed.all("mat-khau-cu").next().unwrap_or("").to_owned(), account.password_hash.clone());
    let right =
        tokio::task::spawn_blocking(move || verify_password(&old, &hash)).await.unwrap_or(false);
    let read = read_new_password(typed, &account.login);
    let new = match (right, read) {
        (true, Ok(new)) => new,
        (right, read) => {
            let mut m = read.err().unwrap_or_default();
            if !right {
                m.by_field
                    .insert("mat-khau-cu".to_owned(), "Mật khẩu hiện tại không đúng.".to_owned());
            }
            return Err(Failure::Mistaken(password_page(&site, &who, &m, false)?));
        }
    };
    let hash = hash_off_thread(new).await?;
    let (id, session) = (account.id, who.session);
    site.write(&who, move |tx| {
        sql::set_password(tx, id, &hash, false)?;
        sql::end_sessions(tx, id, session)?;
        tx.journal(Entry::new(SUBJECT, id.0, "change_password"));
        Ok(())
    })
    .await?;
    Ok(told("/co-quan/tai-khoan", "Đã đổi mật khẩu; các phiên làm việc khác đã kết thúc."))
}

pub(super) const WRONG_PASSWORD: &str = "Mật khẩu hiện tại không đúng.";

/// Whether the form says the account's password: an open browser alone does not change how one
/// signs in.
pub(super) async fn knows_password(account: &sql::Account, typed: &Typed) -> Result<bool, Failure> {
    let password = typed.all("mat-khau-cu").next().unwrap_or("").to_owned();
    let hash = account.password_hash.clone();
    let right = tokio::task::spawn_blocking(move || verify_password(&password, &hash)).await;
    Ok(right.map_err(|e| Fault::Worker(e.to_string()))?)
}

/// Checks a code of the second factor at the moment of the request.
fn checked(code: &str, secret: &str, login: &str, now: Instant) -> Result<Option<i64>, Failure> {
    let totp = totp(secret, login)?;
    let digits: String = code.chars().filter(char::is_ascii_digit).collect();
    let at = u64::try_from(now.epoch_ms() / 1000).unwrap_or(0);
    Ok(totp.check(&digits, at).and_then(|it| i64::try_from(it).ok()))
}

/// POST `/co-quan/ma-xac-thuc`
pub async fn code(
    State(site): State<Site>,
    who: Who,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    pages::demand_stage(&who, Stage::SecondFactor)?;
    let key = format!("code:{}", who.account);
    site.limiter
        .take(&key, CODES_MAX, WINDOW_S, who.now)
        .map_err(|wait_s| Failure::TooMany { wait_s })?;
    let account = account_of(&site, &who).await?;
    let sealed = account.totp_secret.clone().ok_or(Failure::NotFound)?;
    let secret = site.seal.open(&format!("totp:{}", account.id), &sealed)?;
    let step = checked(typed.get("ma"), &secret, &account.login, who.now)?;
    let id = account.id;
    let fresh = match step {
        None => false,
        Some(step) => site.write(&who, move |tx| Ok(sql::use_totp(tx, id, step)?)).await?,
    };
    if !fresh {
        let mut m = Mistakes::default();
        let text = "Mã không đúng hoặc đã dùng. Hãy chờ ứng dụng hiện mã mới rồi nhập lại.";
        m.by_field.insert("ma".to_owned(), text.to_owned());
        return Err(Failure::Mistaken(code_page(&site, &who, &m).await?));
    }
    site.limiter.forget(&key);
    open_session(&site, &who, id, Stage::Open, who.session, "/co-quan").await
}

async fn enrolled(site: &Site, who: &Who, typed: &Typed) -> Result<AccountId, Failure> {
    let secret = site
        .seal
        .open(&format!("enrol:{}", who.account), typed.get("khoa"))
        .map_err(|_| Failure::Stale)?;
    let account = account_of(site, who).await?;
    let is_first = who.stage == Stage::Enrol;
    if !is_first && !knows_password(&account, typed).await? {
        let mut m = Mistakes::default();
        m.by_field.insert("mat-khau-cu".to_owned(), WRONG_PASSWORD.to_owned());
        return Err(Failure::Mistaken(enrol_page(site, who, &m, secret).await?));
    }
    let step = checked(typed.get("ma"), &secret, &account.login, who.now)?;
    let Some(step) = step else {
        let mut m = Mistakes::default();
        let text = "Mã không đúng. Hãy quét lại mã QR rồi nhập mã 6 số mà ứng dụng đang hiện.";
        m.by_field.insert("ma".to_owned(), text.to_owned());
        return Err(Failure::Mistaken(enrol_page(site, who, &m, secret).await?));
    };
    let (id, session) = (account.id, who.session);
    let sealed = site.seal.close(&format!("totp:{id}"), &secret)?;
    site.write(who, move |tx| {
        let account = sql::find_held(tx, id)?.ok_or(Failure::NotFound)?;
        // Somebody set it up meanwhile: a session from before does not put another in its place.
        if is_first && account.totp_secret.is_some() {
            return Err(Failure::Stale);
        }
        sql::end_sessions(tx, id, session)?;
        sql::set_totp(tx, id, Some(sealed), step)?;
        tx.journal(Entry::new(SUBJECT, id.0, "set_second_factor"));
        Ok(())
    })
    .await?;
    Ok(id)
}

/// POST `/co-quan/cai-ma-xac-thuc`
pub async fn enrol_first(
    State(site): State<Site>,
    who: Who,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    pages::demand_stage(&who, Stage::Enrol)?;
    let id = enrolled(&site, &who, &typed).await?;
    open_session(&site, &who, id, Stage::Open, who.session, "/co-quan").await
}

/// POST `/co-quan/tai-khoan/ma-xac-thuc`
pub async fn enrol(
    State(site): State<Site>,
    who: Who,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    enrolled(&site, &who, &typed).await?;
    Ok(told("/co-quan/tai-khoan", "Đã bật mã xác thực khi đăng nhập."))
}

/// POST `/co-quan/tai-khoan/bo-ma-xac-thuc`
pub async fn remove_code(
    State(site): State<Site>,
    who: Who,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    let (id, today) = (who.account, who.today());
    if !knows_password(&account_of(&site, &who).await?, &typed).await? {
        return Err(Failure::Refused(format!("{WRONG_PASSWORD} Mã xác thực vẫn đang bật.")));
    }
    site.write(&who, move |tx| {
        if sql::demands_second_factor(tx, id, today)? {
            return Err(Failure::Refused(
                "Vai trò của ông, bà bắt buộc dùng mã xác thực nên không tắt được.".to_owned(),
            ));
        }
        sql::set_totp(tx, id, None, 0)?;
        tx.journal(Entry::new(SUBJECT, id.0, "remove_second_factor"));
        Ok(())
    })
    .await?;
    Ok(told("/co-quan/tai-khoan", "Đã tắt mã xác thực."))
}

/// POST `/co-quan/tai-khoan/phien/{id}/ket-thuc`
pub async fn end_session(
    State(site): State<Site>,
    who: Who,
    Path(session): Path<i64>,
    Filled(_): Filled,
) -> Result<Response, Failure> {
    let account = who.account;
    let ended =
        site.write(&who, move |tx| Ok(sql::end_session(tx, account, SessionId(session))?)).await?;
    let said = if ended > 0 {
        "Đã kết thúc phiên làm việc."
    } else {
        "Phiên này không còn mở, hoặc không phải của ông, bà."
    };
    Ok(told("/co-quan/tai-khoan", said))
}

/// POST `/co-quan/tai-khoan/ket-thuc-het`
pub async fn end_all(
    State(site): State<Site>,
    who: Who,
    Filled(_): Filled,
) -> Result<Response, Failure> {
    let account = who.account;
    site.write(&who, move |tx| {
        sql::end_sessions(tx, account, None)?;
        tx.journal(Entry::new(SUBJECT, account.0, "sign_out_everywhere"));
        Ok(())
    })
    .await?;
    let mut response = told("/co-quan/dang-nhap", "Đã đăng xuất khỏi mọi nơi.");
    set_cookie(&mut response, &site, "", 0);
    Ok(response)
}
