//! Signing in with an account of electronic identity: a relying party of OpenID Connect Core 1.0 for any provider
//! that an administrator names (VNeID, Cổng dịch vụ công quốc gia, tỉnh).
//!
//! The way there carries a state, a nonce and a PKCE verifier that only this browser holds, sealed; the way back
//! is good once. What the provider says is believed after `believe` has looked at it; whose account it is, `join`
//! says.

use axum::http::HeaderMap;
use axum::response::{IntoResponse as _, Response};
use serde::{Deserialize, Serialize};
use site::{Asked, Failure, Path, Redirect, Site, State, Who};
use store::journal::Entry;

use super::{
    PROVIDER,
    pending::{self, Pending},
    session,
    sign_in::{Trouble, trouble_page},
    sql::{self, providers::Provider},
};
use believe::{Person, Unbelieved, Word};
pub(super) use join::{enter, tie};

pub(super) mod believe;
mod join;
pub(super) mod line;

/// The cookie that holds the way there.
const COOKIE: &str = "mc_oidc";
/// How long somebody may take at the provider.
const GOOD_S: i64 = 10 * 60;
/// Ways there and back from one address within [`WINDOW_S`].
const TRIES_MAX: u32 = 60;
const WINDOW_S: i64 = 15 * 60;

/// What the browser holds while somebody is at the provider.
#[derive(Serialize, Deserialize)]
struct Flow {
    provider: i64,
    state: String,
    nonce: String,
    verifier: String,
    next: String,
    /// Whose account is to be identified; none: somebody signs in.
    citizen: Option<i64>,
    until_ms: i64,
}

/// Where the provider sends people back to. Each provider has an address of its own, so that the answer of one
/// is never taken for another's.
pub(super) fn return_url(site: &Site, provider: i64) -> String {
    format!("{}/dang-nhap/ve/{provider}", site.config.base_url)
}

fn count(site: &Site, who: &Who) -> Result<(), Failure> {
    let key = format!("citizen-oidc:{}", who.origin);
    site.limiter
        .take(&key, TRIES_MAX, WINDOW_S, who.now)
        .map_err(|wait_s| Failure::TooMany { wait_s })
}

/// GET `/dang-nhap/qua/{id}`: off to the provider.
pub async fn go(
    State(site): State<Site>,
    who: Who,
    headers: HeaderMap,
    Path(id): Path<i64>,
    Asked(asked): Asked,
) -> Result<Response, Failure> {
    count(&site, &who)?;
    let provider =
        site.read(&who, move |tx| sql::providers::find(tx, id)?.ok_or(Failure::NotFound)).await?;
    if !provider.enabled || provider.authorize_url.is_empty() {
        return Err(Failure::NotFound);
    }
    let open = session::open_of(&site, &who, &headers).await?;
    let flow = Flow {
        provider: id,
        state: site::random_hex(16),
        nonce: site::random_hex(16),
        verifier: site::random_hex(32),
        next: session::local(asked.get("tiep")).to_owned(),
        citizen: open.map(|it| it.account.id.0),
        until_ms: who.now.epoch_ms() + GOOD_S * 1000,
    };
    let mut response = Redirect::to(&address(&site, &who, &provider, &flow)).into_response();
    let text = serde_json::to_string(&flow).map_err(|e| store::Fault::Broken(e.to_string()))?;
    let sealed = site.seal.close("citizen-oidc", &text)?;
    session::put(&mut response, &site, COOKIE, &sealed, "/dang-nhap", GOOD_S);
    Ok(response)
}

/// The provider's address with the question in it.
fn address(site: &Site, who: &Who, provider: &Provider, flow: &Flow) -> String {
    let back = return_url(site, provider.id);
    let challenge = signing::jws::challenge(&flow.verifier);
    let mut fields = vec![
        ("response_type", "code"),
        ("client_id", provider.client_id.as_str()),
        ("redirect_uri", back.as_str()),
        ("scope", provider.scopes.as_str()),
        ("state", flow.state.as_str()),
        ("nonce", flow.nonce.as_str()),
        ("ui_locales", who.lang.code()),
    ];
    if !provider.acr_values.is_empty() {
        fields.push(("acr_values", provider.acr_values.as_str()));
    }
    if provider.pkce {
        fields.push(("code_challenge", challenge.as_str()));
        fields.push(("code_challenge_method", "S256"));
    }
    let joint = if provider.authorize_url.contains('?') { '&' } else { '?' };
    format!("{}{joint}{}", provider.authorize_url, line::form(&fields))
}

/// The way there, if this browser went it to this provider and is not too late.
fn flow_of(site: &Site, who: &Who, headers: &HeaderMap, id: i64) -> Option<Flow> {
    let sealed = site::who::cookie(headers, COOKIE)?;
    let text = site.seal.open("citizen-oidc", sealed).ok()?;
    let flow: Flow = serde_json::from_str(&text).ok()?;
    (flow.provider == id && who.now.epoch_ms() < flow.until_ms).then_some(flow)
}

/// GET `/dang-nhap/ve/{id}`: back from the provider.
pub async fn back(
    State(site): State<Site>,
    who: Who,
    headers: HeaderMap,
    Path(id): Path<i64>,
    Asked(asked): Asked,
) -> Result<Response, Failure> {
    count(&site, &who)?;
    let provider =
        site.read(&who, move |tx| sql::providers::find(tx, id)?.ok_or(Failure::NotFound)).await?;
    let Some(flow) = flow_of(&site, &who, &headers, id).filter(|it| it.state == asked.get("state"))
    else {
        // Somebody else's answer, an old one, or one that nobody asked for: no word of it is read.
        return refused(&site, &who, &provider, Unbelieved::State).await;
    };
    let mark = site::token_sha256(&flow.state);
    let fresh = site.write(&who, move |tx| Ok(sql::providers::use_once(tx, &mark)?)).await?;
    if !fresh {
        return refused(&site, &who, &provider, Unbelieved::Again).await;
    }
    if !asked.get("error").is_empty() {
        let why = if asked.get("error") == "access_denied" {
            Unbelieved::Declined
        } else {
            tracing::warn!(provider = id, error = asked.get("error"), "identity provider");
            Unbelieved::Provider
        };
        return refused(&site, &who, &provider, why).await;
    }
    let issuer = asked.get("iss");
    if asked.get("code").is_empty() || (!issuer.is_empty() && issuer != provider.issuer) {
        return refused(&site, &who, &provider, Unbelieved::Issuer).await;
    }
    let person = match ask(&site, &who, &provider, &flow, asked.get("code")).await? {
        Ok(it) => it,
        Err(why) => return refused(&site, &who, &provider, why).await,
    };
    arrived(&site, &who, &headers, provider, flow, person).await
}

/// Changes the code for what the provider says of the person.
async fn ask(
    site: &Site,
    who: &Who,
    provider: &Provider,
    flow: &Flow,
    code: &str,
) -> Result<Result<Person, Unbelieved>, Failure> {
    let secret = if provider.secret.is_empty() {
        String::new()
    } else {
        match site.seal.open(&super::providers::sealed_for(provider), &provider.secret) {
            Ok(it) => it,
            Err(_) => return Ok(Err(Unbelieved::Setup)),
        }
    };
    let verifier = provider.pkce.then_some(flow.verifier.as_str());
    let back = return_url(site, provider.id);
    let tokens = match line::tokens(provider, &secret, code, verifier, &back).await {
        Ok(it) => it,
        Err(why) => {
            tracing::warn!(provider = provider.id, %why, "identity provider: no token");
            return Ok(Err(if why.is_refusal() { Unbelieved::Code } else { Unbelieved::Line }));
        }
    };
    let mut claims = serde_json::Map::new();
    let mut word = Word::Unsigned;
    if let Some(token) = &tokens.id_token {
        let keys = match line::keys(provider).await {
            Ok(it) => it,
            Err(why) => {
                tracing::warn!(provider = provider.id, %why, "identity provider: no keys");
                return Ok(Err(Unbelieved::Setup));
            }
        };
        let now_s = who.now.epoch_ms() / 1000;
        let answer = believe::Answer { access: &tokens.access_token, nonce: &flow.nonce, now_s };
        match believe::id_token(provider, token, &keys, &answer) {
            Ok(it) => claims = it,
            Err(why) => return Ok(Err(why)),
        }
        word = Word::signed(&claims);
    }
    // The token may say it all; if not, the provider is asked once more.
    if !provider.userinfo_url.is_empty()
        && (tokens.id_token.is_none() || !claims.contains_key(&provider.claim_number))
    {
        match line::userinfo(provider, &tokens.access_token).await {
            Ok(info) => match believe::joined(claims, info) {
                Ok(it) => claims = it,
                Err(why) => return Ok(Err(why)),
            },
            Err(why) => {
                tracing::warn!(provider = provider.id, %why, "identity provider: no userinfo");
                return Ok(Err(Unbelieved::Line));
            }
        }
    }
    Ok(believe::person(provider, &claims, &word))
}

async fn arrived(
    site: &Site,
    who: &Who,
    headers: &HeaderMap,
    provider: Provider,
    flow: Flow,
    person: Person,
) -> Result<Response, Failure> {
    // Whoever went off to identify an account must still be signed in with it. Whoever went off without one signs
    // in: an account that was opened in this browser meanwhile is not tied to whom the provider names, it is left.
    let open = session::open_of(site, who, headers).await?;
    let same = flow.citizen == open.as_ref().map(|it| it.account.id.0);
    if flow.citizen.is_some() && !same {
        return refused(site, who, &provider, Unbelieved::State).await;
    }
    let open = open.filter(|_| flow.citizen.is_some());
    let old = site::who::cookie(headers, session::COOKIE).map(str::to_owned);
    let (inner, asker, kept) = (site.clone(), who.clone(), person.clone());
    let joined = site
        .write(who, move |tx| {
            let here = open.map(|it| (it.account.id, it.session));
            Ok(join::join(&inner, &asker, tx, &provider, &kept, here, old.as_deref())?)
        })
        .await?;
    let mut response = match joined {
        join::Joined::In(fresh) => fresh.led_to(site, &flow.next),
        join::Joined::Raised => {
            let said = site.shell(who).words.say("account-identified-now");
            site::told(&flow.next, &said)
        }
        join::Joined::New => {
            let pending = Pending::by_provider(flow.provider, person, flow.next);
            pending::ask(site, who, &pending)?
        }
        join::Joined::Other(why) => trouble_page(site, who, Trouble::Unbelieved(why)).await?,
    };
    session::put(&mut response, site, COOKIE, "", "/dang-nhap", 0);
    Ok(response)
}

/// The page that says why nobody is signed in; the administrator finds the reason in the journal.
async fn refused(
    site: &Site,
    who: &Who,
    provider: &Provider,
    why: Unbelieved,
) -> Result<Response, Failure> {
    let id = provider.id;
    if why == Unbelieved::State {
        // Anybody can make one up: it is traced, and the journal does not grow by it.
        tracing::warn!(provider = id, origin = %who.origin, "an answer that nobody asked for");
    } else {
        site.write(who, move |tx| {
            let details = serde_json::json!({ "why": why.code() });
            tx.journal(Entry::new(PROVIDER, id, "refuse_sign_in").details(&details));
            Ok(())
        })
        .await?;
    }
    let mut response = trouble_page(site, who, Trouble::Unbelieved(why)).await?;
    session::put(&mut response, site, COOKIE, "", "/dang-nhap", 0);
    Ok(response)
}
