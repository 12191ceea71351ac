//! Sign-in and one's own account, as they are shown.

use askama::Template;
use domain::ids::SessionId;
use fast_qr::convert::svg::SvgBuilder;
use site::{Asked, Failure, Html, Mistakes, Shell, Site, State, Typed, Who, who::Stage};
use totp_rs::{Algorithm, Builder, Secret, Totp};

use super::{passkeys, sql};

#[derive(Template)]
#[template(path = "accounts/templates/sign_in.html")]
struct SignIn<'a> {
    shell: Shell,
    m: &'a Mistakes,
    next: String,
    /// For whoever signs in with a passkey; none where the site's address has no name.
    passkey: Option<passkeys::Ask>,
}

pub(super) fn sign_in_page(site: &Site, who: &Who, m: &Mistakes) -> Result<Html<String>, Failure> {
    let next = local(m.typed("tiep")).to_owned();
    let passkey = passkeys::Ask::anybody(site, who)?.map(|it| it.then(&next));
    site.page(&SignIn { shell: site.shell(who), m, next, passkey })
}

/// Bytes of an address to be led to at most.
const NEXT_BYTES_MAX: usize = 600;

/// Only a path of our own; anything else leads to the office's first page.
pub(super) fn local(path: &str) -> &str {
    let ours = path.starts_with('/')
        && path.len() <= NEXT_BYTES_MAX
        && !path.starts_with("//")
        && !path.contains(|it: char| it == '\\' || it.is_control())
        && !path.starts_with("/co-quan/dang-");
    if ours { path } else { "/co-quan" }
}

/// GET `/co-quan/dang-nhap`
pub async fn sign_in(
    State(site): State<Site>,
    who: Who,
    Asked(asked): Asked,
) -> Result<Html<String>, Failure> {
    sign_in_page(&site, &who, &Mistakes::none(asked))
}

#[derive(Template)]
#[template(path = "accounts/templates/password.html")]
struct Password<'a> {
    shell: Shell,
    m: &'a Mistakes,
    first: bool,
}

pub(super) fn password_page(
    site: &Site,
    who: &Who,
    m: &Mistakes,
    first: bool,
) -> Result<Html<String>, Failure> {
    let mut shell = site.shell(who);
    shell.csrf = who.csrf.to_string();
    site.page(&Password { shell, m, first })
}

/// GET `/co-quan/doi-mat-khau-dau`
pub async fn first_password(State(site): State<Site>, who: Who) -> Result<Html<String>, Failure> {
    demand_stage(&who, Stage::PasswordChange)?;
    password_page(&site, &who, &Mistakes::default(), true)
}

/// GET `/co-quan/tai-khoan/mat-khau`
pub async fn password(State(site): State<Site>, who: Who) -> Result<Html<String>, Failure> {
    password_page(&site, &who, &Mistakes::default(), false)
}

pub(super) fn demand_stage(who: &Who, stage: Stage) -> Result<(), Failure> {
    if who.session.is_some() && who.stage == stage {
        return Ok(());
    }
    let page = if who.session.is_none() { "/co-quan/dang-nhap" } else { who.stage.page() };
    Err(Failure::Elsewhere(site::Redirect::to(page)))
}

#[derive(Template)]
#[template(path = "accounts/templates/code.html")]
struct Code<'a> {
    shell: Shell,
    m: &'a Mistakes,
    has_totp: bool,
    passkey: Option<passkeys::Ask>,
}

pub(super) async fn code_page(
    site: &Site,
    who: &Who,
    m: &Mistakes,
) -> Result<Html<String>, Failure> {
    let mut shell = site.shell(who);
    shell.csrf = who.csrf.to_string();
    let account = who.account;
    let (found, keys) = site
        .read(who, move |tx| {
            let found = sql::find(tx, account)?.ok_or(Failure::NotFound)?;
            Ok((found, passkeys::names_of(tx, account)?))
        })
        .await?;
    let passkey = if keys.is_empty() { None } else { passkeys::Ask::one_of(site, who, keys)? };
    site.page(&Code { shell, m, has_totp: found.totp_secret.is_some(), passkey })
}

/// GET `/co-quan/ma-xac-thuc`
pub async fn code(State(site): State<Site>, who: Who) -> Result<Html<String>, Failure> {
    demand_stage(&who, Stage::SecondFactor)?;
    code_page(&site, &who, &Mistakes::default()).await
}

#[derive(Template)]
#[template(path = "accounts/templates/enrol.html")]
struct Enrol<'a> {
    shell: Shell,
    m: &'a Mistakes,
    secret: String,
    sealed: String,
    qr: String,
    action: &'static str,
    asks_password: bool,
}

/// A time-based code as authenticator apps make it (RFC 6238: SHA-1, six digits, 30 s).
pub(super) fn totp(secret: &str, login: &str) -> Result<Totp, Failure> {
    let broken = |e: String| Failure::Fault(store::Fault::Broken(format!("second factor: {e}")));
    let secret = Secret::try_from_base32(secret).map_err(|e| broken(format!("{e:?}")))?;
    Builder::new()
        .with_algorithm(Algorithm::SHA1)
        .with_digits(6)
        .with_skew(1)
        .with_step_duration(30)
        .with_secret(secret)
        .with_account_name(login)
        .with_issuer(Some("Mot Cua"))
        .build()
        .map_err(|e| broken(format!("{e:?}")))
}

pub(super) async fn enrol_page(
    site: &Site,
    who: &Who,
    m: &Mistakes,
    secret: String,
) -> Result<Html<String>, Failure> {
    let account = who.account;
    let login = site
        .read(who, move |tx| Ok(sql::find(tx, account)?.ok_or(Failure::NotFound)?.login))
        .await?;
    let url = totp(&secret, &login)?
        .to_url()
        .map_err(|e| Failure::Fault(store::Fault::Broken(format!("second factor: {e:?}"))))?;
    let qr = fast_qr::QRBuilder::new(url)
        .build()
        .map(|it| SvgBuilder::default().to_str(&it))
        .map_err(|e| Failure::Fault(store::Fault::Broken(format!("qr: {e}"))))?;
    let sealed = site.seal.close(&format!("enrol:{}", who.account), &secret)?;
    let mut shell = site.shell(who);
    shell.csrf = who.csrf.to_string();
    let action = if who.stage == Stage::Enrol {
        "/co-quan/cai-ma-xac-thuc"
    } else {
        "/co-quan/tai-khoan/ma-xac-thuc"
    };
    let asks_password = who.stage != Stage::Enrol;
    site.page(&Enrol { shell, m, secret, sealed, qr, action, asks_password })
}

fn new_secret() -> Result<String, Failure> {
    let mut bytes = vec![0; 20];
    getrandom::fill(&mut bytes)
        .map_err(|e| Failure::Fault(store::Fault::Broken(format!("no randomness: {e}"))))?;
    Ok(Secret::new(bytes.into_boxed_slice()).to_base32())
}

/// GET `/co-quan/cai-ma-xac-thuc`
pub async fn enrol_first(State(site): State<Site>, who: Who) -> Result<Html<String>, Failure> {
    demand_stage(&who, Stage::Enrol)?;
    enrol_page(&site, &who, &Mistakes::default(), new_secret()?).await
}

/// GET `/co-quan/tai-khoan/ma-xac-thuc`
pub async fn enrol(State(site): State<Site>, who: Who) -> Result<Html<String>, Failure> {
    enrol_page(&site, &who, &Mistakes::default(), new_secret()?).await
}

struct SessionView {
    id: SessionId,
    agent: String,
    origin: String,
    seen: String,
    this: bool,
}

#[derive(Template)]
#[template(path = "accounts/templates/own.html")]
struct Own {
    shell: Shell,
    login: String,
    has_totp: bool,
    must_have_totp: bool,
    passkeys: i64,
    roles: Vec<String>,
    substitutions: Vec<String>,
    sessions: Vec<SessionView>,
}

/// GET `/co-quan/tai-khoan`
pub async fn own(State(site): State<Site>, who: Who) -> Result<Html<String>, Failure> {
    let (account, today, staff) = (who.account, who.today(), who.staff);
    let (found, must_have_totp, sessions, substitutions, passkeys) = site
        .read(&who, move |tx| {
            let found = sql::find(tx, account)?.ok_or(Failure::NotFound)?;
            let demanded = sql::demands_second_factor(tx, account, today)?;
            let substitutions = match staff {
                Some(id) => crate::substitutions::facts::lines(tx, id, today)?,
                None => Vec::new(),
            };
            let passkeys = passkeys::count(tx, account)?;
            Ok((found, demanded, sql::sessions(tx, account)?, substitutions, passkeys))
        })
        .await?;
    let roles = who
        .grants
        .iter()
        .filter(|it| it.holds_on(today))
        .map(|it| format!("{} – {}", it.role.label(), who.tree.title(it.unit)))
        .collect();
    let sessions = sessions
        .into_iter()
        .map(|it| SessionView {
            this: who.session == Some(it.id),
            id: it.id,
            agent: it.agent,
            origin: it.origin,
            seen: domain::text::date_time(it.seen.civil()),
        })
        .collect();
    site.page(&Own {
        shell: site.shell(&who),
        login: found.login,
        has_totp: found.totp_secret.is_some(),
        must_have_totp,
        passkeys,
        roles,
        substitutions,
        sessions,
    })
}

/// What was typed, without its passwords: they are never sent back.
pub(super) fn without_passwords(typed: &Typed) -> Typed {
    let shown = typed.pairs().iter().filter(|(name, _)| !name.starts_with("mat-khau"));
    Typed::of(shown.cloned().collect())
}
