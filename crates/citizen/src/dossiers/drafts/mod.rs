//! Drafts of the counter's form (bản nháp): what was typed survives a browser that crashes, a network
//! that drops and a session that ends. Each belongs to one account and one form's token; what was sent
//! is no draft any more.

use askama::Template;
use axum::response::{IntoResponse as _, Response};
use domain::{ids::AccountId, time::Instant};
use site::{
    Failure, Filled, Html, Path, Shell, Site, State, Typed, Who,
    form::{Before, Sending},
    told,
};
use store::{Fault, Tx, journal::Entry};

use crate::procedures::facts as procedures;

mod sql;
#[cfg(test)]
mod tests;

/// Drafts of one account at most: the oldest make room.
const PER_ACCOUNT_MAX: i64 = 20;
/// Letters of one draft at most.
const LETTERS_MAX: usize = 60_000;

/// Fields that are of the moment: never kept.
const OF_THE_MOMENT: [&str; 5] = ["csrf", "viec", "quet", "da-quet", "cho-gui"];

/// What a page of the counter needs to keep drafts: where they go and with what they are sealed while
/// the network is down.
#[derive(Debug, Clone, Default)]
pub(super) struct Keeper {
    /// The account, so that a browser does not mix up two people.
    pub account: i64,
    /// The key of copies that a browser holds while it cannot reach us: 64 hexadecimal digits.
    pub key: String,
    /// Drafts that wait to be gone on with.
    pub drafts: Vec<Line>,
}

/// A draft as lists show it.
#[derive(Debug, Clone)]
pub(super) struct Line {
    pub id: i64,
    pub procedure: String,
    pub person: String,
    pub saved: String,
    pub waits: bool,
}

fn about(account: AccountId) -> String {
    format!("draft:{account}")
}

impl Keeper {
    /// For this account, with its drafts but the one that is open.
    pub fn load(tx: &mut Tx<'_>, site: &Site, who: &Who, open: &str) -> Result<Self, Fault> {
        Ok(Self {
            account: who.account.0,
            key: site.seal.derived(&format!("copy:{}", who.account)),
            drafts: lines(tx, site, who, open)?,
        })
    }
}

fn lines(tx: &mut Tx<'_>, site: &Site, who: &Who, open: &str) -> Result<Vec<Line>, Fault> {
    let mut lines = Vec::new();
    for it in sql::of(tx, who.account)? {
        if it.token == open {
            continue;
        }
        // Sealed with a key that is gone, it says nothing any more.
        let Ok(typed) = opened(site, who.account, &it) else { continue };
        let name = procedures::in_force(tx, &it.procedure, who.today())?
            .map_or_else(|| it.procedure.clone(), |it| it.body.name.clone());
        lines.push(Line {
            id: it.id,
            procedure: name,
            person: typed.get("ho-ten").to_owned(),
            saved: domain::text::date_time(it.saved.civil()),
            waits: it.waits,
        });
    }
    Ok(lines)
}

fn opened(site: &Site, account: AccountId, kept: &sql::Kept) -> Result<Typed, Fault> {
    let text = site.seal.open(&about(account), &kept.sealed)?;
    let pairs: Vec<(String, String)> =
        serde_json::from_str(&text).map_err(|e| Fault::Broken(format!("a draft: {e}")))?;
    Ok(Typed::of(pairs))
}

/// The counter's form that a draft is of.
fn form_of(who: &Who, typed: &Typed) -> Sending {
    Sending::at(who, "/co-quan/ho-so/moi", typed, "lan")
}

/// What the form came to if it was sent before, with whatever button.
pub(super) async fn sent_before(
    site: &Site,
    who: &Who,
    typed: &Typed,
) -> Result<Option<Before>, Failure> {
    let mut typed = typed.clone();
    super::reuse::mark(&mut typed);
    let asker = who.clone();
    site.glance(who, move |tx| {
        let mut found = None;
        for pressed in ["nhan", "ngay", "bo-sung", "tu-choi"] {
            typed.set("viec", pressed);
            found = form_of(&asker, &typed).before(tx)?;
            if matches!(found, None | Some(Before::Same(_))) {
                break;
            }
        }
        Ok(found)
    })
    .await
}

/// Keeps what was typed. `None`: the form was sent already, or holds nothing that names a form.
fn keep(tx: &mut Tx<'_>, site: &Site, who: &Who, typed: &Typed) -> Result<Option<i64>, Failure> {
    let token = typed.get("lan").to_owned();
    if token.len() != 32 || form_of(who, typed).before(tx)?.is_some() {
        return Ok(None);
    }
    let pairs: Vec<&(String, String)> =
        typed.pairs().iter().filter(|it| !OF_THE_MOMENT.contains(&it.0.as_str())).collect();
    let text = serde_json::to_string(&pairs).map_err(|e| Fault::Broken(e.to_string()))?;
    if text.len() > LETTERS_MAX {
        return Err(Failure::TooLarge);
    }
    let sealed = site.seal.close(&about(who.account), &text)?;
    let procedure: String = typed.get("thu-tuc").chars().take(40).collect();
    let waits = typed.get("cho-gui") == "1";
    let id = sql::keep(tx, who.account, &token, &procedure, &sealed, waits)?;
    sql::make_room(tx, who.account, PER_ACCOUNT_MAX)?;
    Ok(Some(id))
}

/// What was sent is no draft any more.
pub(super) fn forget(tx: &mut Tx<'_>, account: AccountId, token: &str) -> Result<(), Fault> {
    sql::forget_token(tx, account, token)
}

/// The draft with this number, as it was typed; nothing if it is not this account's or was sent.
pub(super) async fn resume(site: &Site, who: &Who, id: i64) -> Result<Typed, Failure> {
    let (inner, asker) = (site.clone(), who.clone());
    site.read(who, move |tx| {
        let kept = sql::find(tx, asker.account, id)?.ok_or(Failure::NotFound)?;
        let mut of = Typed::default();
        of.set("lan", kept.token.as_str());
        if form_of(&asker, &of).before(tx)?.is_some() {
            return Err(Failure::Refused(
                "Bản nháp này đã gửi thành hồ sơ. Hãy mở hồ sơ trong danh sách.".to_owned(),
            ));
        }
        Ok(opened(&inner, asker.account, &kept)?)
    })
    .await
}

#[derive(Template)]
#[template(path = "dossiers/templates/drafts.html")]
struct List {
    shell: Shell,
    keeper: Keeper,
}

/// GET `/co-quan/nhap`: drafts of whoever asks, the newest first.
pub async fn list(State(site): State<Site>, who: Who) -> Result<Html<String>, Failure> {
    let (inner, asker) = (site.clone(), who.clone());
    let keeper = site.read(&who, move |tx| Ok(Keeper::load(tx, &inner, &asker, "")?)).await?;
    site.page(&List { shell: site.shell(&who), keeper })
}

fn json(value: &serde_json::Value) -> Response {
    ([("content-type", "application/json")], value.to_string()).into_response()
}

/// POST `/co-quan/nhap`: keeps a draft. A program of the page reads the answer.
pub async fn save(
    State(site): State<Site>,
    who: Who,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    let (inner, asker) = (site.clone(), who.clone());
    let id = site.write(&who, move |tx| keep(tx, &inner, &asker, &typed)).await?;
    let time = domain::text::time_of_day(who.now.civil().time());
    Ok(json(&serde_json::json!({ "so": id, "luc": time })))
}

/// Keeps a draft at the press of a button, and leads to the list.
pub(super) async fn put_aside(site: &Site, who: &Who, typed: Typed) -> Result<Response, Failure> {
    let (inner, asker) = (site.clone(), who.clone());
    let id = site.write(who, move |tx| keep(tx, &inner, &asker, &typed)).await?;
    let notice = if id.is_some() {
        "Đã lưu nháp."
    } else {
        "Biểu mẫu này đã gửi, không còn nháp."
    };
    Ok(told("/co-quan/nhap", notice))
}

/// GET `/co-quan/nhap/song`: whether the network and the session are there, and the token that forms
/// of this session carry.
pub async fn alive(who: Who) -> Response {
    json(&serde_json::json!({ "tai-khoan": who.account.0, "csrf": *who.csrf }))
}

/// POST `/co-quan/nhap/{id}/bo`
pub async fn discard(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<i64>,
    Filled(_): Filled,
) -> Result<Response, Failure> {
    let account = who.account;
    site.write(&who, move |tx| {
        if !sql::discard(tx, account, id)? {
            return Err(Failure::NotFound);
        }
        tx.journal(Entry::new("account", account.0, "discard_draft"));
        Ok(())
    })
    .await?;
    Ok(told("/co-quan/nhap", "Đã bỏ bản nháp."))
}

/// Sweeps drafts that nobody has gone on with since; says how many.
pub(super) fn sweep(tx: &mut Tx<'_>, before: Instant) -> Result<usize, Fault> {
    sql::sweep(tx, before)
}
