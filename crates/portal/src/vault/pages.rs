//! The pages of the store: the list, one result with its code to scan, its file.

use askama::Template;
use axum::response::Response;
use citizen::vault::{self, Held};
use domain::{assurance::Deed, results::Validity, text};
use jiff::civil::Date;
use site::{Asked, Failure, Html, Path, Shell, Site, State, Who, Words};
use store::Fault;

use super::{PAGE, mine};
use crate::account::facts::{self as accounts, SignedIn};

/// Results of one page.
const ROWS: usize = 20;

/// A result as its citizen reads it.
struct Line {
    id: i64,
    kind: String,
    number: String,
    office: String,
    issued: String,
    until: String,
    verdict: String,
    tone: &'static str,
    since: String,
    holder: String,
    dossier: String,
    refused: bool,
    has_file: bool,
    /// Why there is no file to open; empty if there is one.
    no_file: String,
}

fn verdict(words: Words, it: Validity) -> (String, &'static str) {
    match it {
        Validity::Valid => (words.say("verify-valid"), "good"),
        Validity::Expired => (words.say("verify-expired"), "bad"),
        Validity::Revoked => (words.say("verify-revoked"), "bad"),
        Validity::Replaced => (words.say("verify-replaced"), "bad"),
    }
}

fn line(who: &Who, words: Words, it: &Held) -> Line {
    let now = it.validity(who.today());
    let (verdict, tone) = verdict(words, now);
    let has_file = it.open_file().is_some();
    let no_file = match now {
        _ if has_file => String::new(),
        Validity::Revoked | Validity::Replaced => words.say("vault-file-ended"),
        _ if it.owed => words.say("vault-file-owed"),
        _ => words.say("vault-file-none"),
    };
    Line {
        id: it.id,
        kind: it.kind.clone(),
        number: it.number.clone(),
        office: who.tree.title(it.body).to_owned(),
        issued: text::date(it.issued_on),
        until: it.expires_on.map_or_else(String::new, text::date),
        verdict,
        tone,
        since: it.ended_on.map_or_else(String::new, text::date),
        holder: it.holder.clone(),
        dossier: it.dossier_code.clone(),
        refused: !it.granted,
        has_file,
        no_file,
    }
}

#[derive(Template)]
#[template(path = "vault/templates/list.html")]
struct List {
    shell: Shell,
    q: String,
    states: Vec<(String, String)>,
    state: String,
    count: String,
    lines: Vec<Line>,
    /// There are results, and none that was asked for.
    is_narrowed: bool,
    previous: Option<String>,
    next: Option<String>,
    /// What more would be here if we knew who it is; empty if we do.
    partial: String,
    /// When he agreed to the use of it; empty if he did not.
    agreed: String,
}

/// Whether a result is one of those that are asked for.
fn is_asked(it: &Held, (office, today): (&str, Date), words: &[String], state: &str) -> bool {
    let valid = it.validity(today) == Validity::Valid;
    let in_state = match state {
        "con" => valid,
        "het" => !valid,
        "dung" => it.is_usable(today),
        _ => true,
    };
    let said =
        [&it.kind, &it.number, &it.procedure, &it.holder, &it.dossier_code].map(String::as_str);
    let said = text::words(&format!("{} {office}", said.join(" ")));
    in_state && words.iter().all(|word| said.iter().any(|it| it.starts_with(word.as_str())))
}

/// GET `/tai-khoan/kho`, with `q` for words, `trang-thai` for a state and `tu` for the first of a page.
pub async fn list(
    State(site): State<Site>,
    who: Who,
    it: SignedIn,
    Asked(asked): Asked,
) -> Result<Html<String>, Failure> {
    let shell = site.shell(&who);
    let words = shell.words;
    let me = it.citizen;
    let seen = me.clone();
    let (all, agreed) = site
        .read(&who, move |tx| Ok((mine(tx, &seen)?, accounts::word(tx, seen.id, vault::PURPOSE)?)))
        .await?;
    let (q, state) = (asked.get("q").to_owned(), asked.get("trang-thai").to_owned());
    let from: usize = asked.get("tu").parse().unwrap_or(0);
    let typed = text::words(&q);
    let found: Vec<&Held> = all
        .iter()
        .filter(|it| is_asked(it, (who.tree.title(it.body), who.today()), &typed, &state))
        .collect();
    let there = |from: usize| {
        format!("{PAGE}?q={}&trang-thai={}&tu={from}", site::percent(&q), site::percent(&state))
    };
    let states = [
        ("", words.say("vault-state-all")),
        ("con", words.say("vault-state-valid")),
        ("dung", words.say("vault-state-usable")),
        ("het", words.say("vault-state-ended")),
    ];
    site.page(&List {
        count: words.say_with("vault-count", &[("count", &found.len().to_string())]),
        is_narrowed: !all.is_empty(),
        lines: found.iter().skip(from).take(ROWS).map(|it| line(&who, words, it)).collect(),
        previous: (from > 0).then(|| there(from.saturating_sub(ROWS))),
        next: (found.len() > from + ROWS).then(|| there(from + ROWS)),
        states: states.into_iter().map(|(code, text)| (code.to_owned(), text)).collect(),
        partial: if me.is_whole {
            let may = me.may(Deed::Store).err();
            may.map_or_else(String::new, |why| accounts::not_sure(words, why))
        } else {
            words.say("account-needs-identity")
        },
        agreed: agreed.filter(|it| it.1).map_or_else(String::new, |it| words.moment(it.0.civil())),
        q,
        state,
        shell,
    })
}

struct Use {
    code: String,
    at: String,
}

#[derive(Template)]
#[template(path = "vault/templates/show.html")]
struct Show {
    shell: Shell,
    it: Line,
    procedure: String,
    decision: String,
    url: String,
    qr: String,
    hash: String,
    uses: Vec<Use>,
}

/// GET `/tai-khoan/kho/{id}`
pub async fn show(
    State(site): State<Site>,
    who: Who,
    signed: SignedIn,
    Path(id): Path<i64>,
) -> Result<Html<String>, Failure> {
    let me = signed.citizen;
    let (it, uses) = site
        .read(&who, move |tx| {
            let found = mine(tx, &me)?.into_iter().find(|it| it.id == id);
            let it = found.ok_or(Failure::NotFound)?;
            // Where it was used is told to whoever sees those dossiers as his.
            let own = accounts::dossiers_of(tx, &me)?;
            let mut uses = vault::uses(tx, id)?;
            uses.retain(|it| own.contains(&it.0));
            Ok((it, uses))
        })
        .await?;
    let shell = site.shell(&who);
    let words = shell.words;
    let url = format!("{}/kiem-tra/{}", site.config.base_url, it.code);
    let qr = prints::qr_svg(&url).map_err(|e| Fault::Broken(format!("qr: {e}")))?;
    site.page(&Show {
        it: line(&who, words, &it),
        procedure: it.procedure.clone(),
        decision: it.decision.clone(),
        hash: it.open_file().map_or_else(String::new, |it| it.sha256.clone()),
        uses: uses
            .into_iter()
            .map(|(_, code, at)| Use { code, at: words.moment(at.civil()) })
            .collect(),
        url,
        qr,
        shell,
    })
}

/// GET `/tai-khoan/kho/{id}/tep`: the file. Each download is written down.
pub async fn file(
    State(site): State<Site>,
    who: Who,
    signed: SignedIn,
    Path(id): Path<i64>,
) -> Result<Response, Failure> {
    let me = signed.citizen;
    let (code, file) = site
        .write(&who, move |tx| {
            let found = mine(tx, &me)?.into_iter().find(|it| it.id == id);
            let it = found.ok_or(Failure::NotFound)?;
            let file = it.open_file().ok_or(Failure::NotFound)?.clone();
            vault::opened(tx, &it)?;
            Ok((it.dossier_code.clone(), file))
        })
        .await?;
    let bytes = site.blobs.get(&file.sha256).await?.ok_or(Failure::NotFound)?;
    let ending = file.name.rsplit_once('.').map_or("pdf", |it| it.1);
    Ok(site::file(bytes, &file.media_type, &format!("ket-qua-{code}.{ending}"), true))
}
