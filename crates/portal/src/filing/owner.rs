//! Who may open a draft and what came of it: the account it was begun in, the assistant who began it, or whoever has
//! its address; and the drafts that this browser began without an account.
//!
//! Law: NĐ 13/2023/NĐ-CP Đ.3 k.7 (nobody else reads what somebody typed of himself and his family).

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, HeaderValue, header, request::Parts},
    response::Response,
};
use citizen::{eforms::walk, procedures::facts as procedures};
use site::{Failure, Redirect, Site, Who, Words, who::DRAFTS_COOKIE as COOKIE};
use store::{Fault, Tx};

use super::{
    IDLE_DAYS,
    draft::{Draft, SECRET_BYTES},
    sql,
};
use crate::account::facts::{self as accounts, Citizen};

/// Drafts that a browser remembers: the newest.
const KEPT_MAX: usize = 6;
/// What the seal of that cookie is for.
const SEALED: &str = "filing-browser";
/// What the seal of a form's pass is for.
const PASS: &str = "filing-form";
/// How long a form that was opened may still be kept, whatever became of the session.
const FORM_MS: i64 = 12 * 3_600_000;

/// Whoever asks for a draft.
#[derive(Clone)]
pub(super) struct Asker {
    pub who: Who,
    /// Whoever is signed in on the portal.
    pub visitor: Option<Citizen>,
    /// The drafts that this browser began without an account: procedure and secret, the newest first.
    began: Vec<(String, String)>,
    /// The browser says that it is a telephone's.
    pub on_phone: bool,
}

impl FromRequestParts<Site> for Asker {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, site: &Site) -> Result<Self, Failure> {
        let who = Who::from_request_parts(parts, site).await?;
        let visitor = accounts::current(site, &who, &parts.headers).await?;
        let on_phone = walk::is_phone(&parts.headers);
        Ok(Self { began: remembered(site, &parts.headers), who, visitor, on_phone })
    }
}

/// The drafts that the browser of a request began without an account.
fn remembered(site: &Site, headers: &HeaderMap) -> Vec<(String, String)> {
    let sealed = site::who::cookie(headers, COOKIE).unwrap_or_default();
    let text = site.seal.open(SEALED, sealed).unwrap_or_default();
    let pairs = text.split_ascii_whitespace().filter_map(|it| it.split_once('/'));
    pairs.map(|(code, secret)| (code.to_owned(), secret.to_owned())).collect()
}

impl Asker {
    /// Whether this person may open the draft at `here`.
    ///
    /// # Errors
    /// [`Failure`] leads to where somebody becomes the one who may.
    pub fn opens(&self, draft: &Draft, here: &str) -> Result<(), Failure> {
        if let Some(by) = draft.assistant() {
            return match self.who.session {
                Some(_) if self.who.account == by => Ok(()),
                Some(_) => Err(Failure::NotFound),
                None => Err(Failure::SignIn { path: here.to_owned() }),
            };
        }
        let Some(owner) = draft.citizen() else { return Ok(()) };
        match &self.visitor {
            Some(it) if it.id == owner && it.is_whole => Ok(()),
            // He is known by too little, or he is somebody else: the page of signing in says how to be known.
            Some(_) => Err(sign_in(here, "them=1&")),
            None => Err(sign_in(here, "")),
        }
    }

    /// The account that a new draft goes into: one whose holder we know as surely as the account does.
    pub fn account(&self) -> Option<&Citizen> {
        self.visitor.as_ref().filter(|it| it.is_whole)
    }

    /// Whether this browser worked on the draft with this secret.
    pub fn worked_on(&self, secret: &str) -> bool {
        self.began.iter().any(|it| it.1 == secret)
    }

    /// Has this browser remember a draft that belongs to no account.
    ///
    /// # Errors
    /// Any fault of the seal.
    pub fn remember(
        &self,
        site: &Site,
        response: &mut Response,
        (code, secret): (&str, &str),
    ) -> Result<(), Failure> {
        // What the sealed cookie carries is ours alone: a code or a word of another shape never gets into it.
        let is_ours = secret.len() == 2 * SECRET_BYTES && !code.contains(['/', ' ']);
        if self.began.first().is_some_and(|it| it.1 == secret) || !is_ours {
            return Ok(());
        }
        let others = self.began.iter().filter(|it| it.1 != secret).take(KEPT_MAX - 1);
        let mut text = format!("{code}/{secret}");
        for (code, secret) in others {
            text.push_str(&format!(" {code}/{secret}"));
        }
        let sealed = site.seal.close(SEALED, &text)?;
        let age = IDLE_DAYS * 86_400;
        let secure = if site.config.tls { "; Secure" } else { "" };
        let cookie =
            format!("{COOKIE}={sealed}; Path=/; Max-Age={age}; HttpOnly; SameSite=Lax{secure}");
        if let Ok(value) = HeaderValue::from_str(&cookie) {
            response.headers_mut().append(header::SET_COOKIE, value);
        }
        Ok(())
    }

    /// The drafts of this browser that still wait, as a page lists them.
    ///
    /// # Errors
    /// Any [`Fault`] of the engine.
    pub fn waiting(&self, site: &Site, tx: &mut Tx<'_>) -> Result<Vec<Waiting>, Fault> {
        let words = Words::new(self.who.lang);
        let mut found = Vec::new();
        for (code, secret) in &self.began {
            let kept = sql::find(tx, &site::token_sha256(secret))?;
            let Some(kept) = kept.filter(|it| is_open(it, code)) else { continue };
            let catalogue = procedures::catalogue(site, tx)?;
            let name = catalogue.get(code).map_or_else(|| code.clone(), |it| it.body.name.clone());
            found.push(Waiting {
                procedure: name,
                unit: self.who.tree.title(kept.unit).to_owned(),
                changed: words.moment(kept.changed.civil()),
                href: format!("/nop/{code}/{secret}"),
            });
        }
        Ok(found)
    }
}

/// A draft that waits in this browser.
pub(super) struct Waiting {
    pub procedure: String,
    pub unit: String,
    pub changed: String,
    pub href: String,
}

/// Whether the browser of a request began something without an account that still waits.
pub(super) fn has_begun(site: &Site, tx: &mut Tx<'_>, headers: &HeaderMap) -> Result<bool, Fault> {
    for (code, secret) in remembered(site, headers) {
        if sql::find(tx, &site::token_sha256(&secret))?.is_some_and(|it| is_open(&it, &code)) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Whether a draft of nobody's account still waits.
fn is_open(it: &sql::Kept, code: &str) -> bool {
    it.dossier.is_none() && it.citizen.is_none() && it.procedure == code
}

/// To the page of signing in, and back.
fn sign_in(here: &str, more: &str) -> Failure {
    Failure::Elsewhere(Redirect::to(&format!("/dang-nhap?{more}tiep={}", site::percent(here))))
}

/// The pass of a form that somebody opened who may: what he types is kept even if his session ends meanwhile.
///
/// # Errors
/// Any fault of the seal.
pub(super) fn pass(site: &Site, who: &Who, secret: &str) -> Result<String, Fault> {
    site.seal.close(PASS, &format!("{} {secret}", who.now.epoch_ms() + FORM_MS))
}

/// Whether a form came with the pass of this draft.
pub(super) fn has_pass(site: &Site, who: &Who, secret: &str, pass: &str) -> bool {
    let text = site.seal.open(PASS, pass).unwrap_or_default();
    text.split_once(' ').is_some_and(|(until, of)| {
        of == secret && until.parse::<i64>().is_ok_and(|it| who.now.epoch_ms() < it)
    })
}
