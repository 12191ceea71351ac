//! A copy of all that we hold of a citizen (NĐ 13/2023/NĐ-CP Đ.9 k.3, Đ.14): a file for machines and a page to read.

use std::io::{Cursor, Write as _};

use askama::Template;
use axum::response::Response;
use citizen::{dossiers::facts as dossiers, vault::Held};
use domain::{
    eform,
    ids::{AccountId, DossierId},
    procedure::ChannelKind,
    results::Validity,
    time::Instant,
};
use serde::{Serialize, Serializer};
use site::{Failure, Filled, Lang, Site, State, Who, Words};
use store::{Fault, Tx, journal::Entry};
use zip::write::SimpleFileOptions;

use super::{
    consent,
    looks::{self, Seen},
};
use crate::account::{
    SUBJECT,
    session::SignedIn,
    sql::{self, privacy},
};

/// Bytes of files in one copy at most; what does not fit is named.
const FILES_BYTES_MAX: i64 = 60 << 20;

/// A moment: for machines in ISO 8601, for people in words.
#[derive(Clone, Copy)]
struct Moment(Instant);

impl std::fmt::Display for Moment {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&domain::text::date_time(self.0.civil()))
    }
}

impl Serialize for Moment {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(&self.0.civil().strftime("%Y-%m-%dT%H:%M:%S+07:00"))
    }
}

#[derive(Serialize)]
struct Account {
    number: i64,
    name: String,
    personal_number: Option<String>,
    birth_date: String,
    telephone: String,
    telephone_confirmed_at: Option<Moment>,
    email: String,
    address: String,
    identified_by: String,
    identified_at: Option<Moment>,
    language: &'static str,
    large_type: bool,
    created_at: Moment,
    providers: Vec<String>,
}

#[derive(Serialize)]
struct Consent {
    at: Moment,
    purpose: String,
    title: String,
    version: i64,
    agreed: bool,
    language: String,
}

#[derive(Serialize)]
struct SignIn {
    at: Moment,
    last_used_at: Moment,
    way: &'static str,
    browser: String,
    address: String,
    open: bool,
}

#[derive(Serialize)]
struct Dossier {
    code: String,
    procedure: String,
    status: String,
    received_at: String,
    due_at: String,
    applicant: String,
    personal_number: String,
    birth_date: String,
    telephone: String,
    email: String,
    address: String,
    request: String,
    declarations: Vec<Declaration>,
    files: Vec<File>,
}

/// What was declared on a form of the office.
#[derive(Serialize)]
struct Declaration {
    form: String,
    at: Moment,
    answers: Vec<Answer>,
}

#[derive(Serialize)]
struct Answer {
    question: String,
    answer: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    rows: Vec<Vec<String>>,
}

/// A file that was sent, or came of it.
#[derive(Serialize)]
struct File {
    name: String,
    bytes: i64,
    at: Moment,
    /// Where it lies in this copy; empty if it is left out.
    path: String,
    /// Why it is left out; empty if it is not.
    left_out: String,
    #[serde(skip)]
    sha256: String,
}

/// A result in the citizen's store, and where it stood for a paper.
#[derive(Serialize)]
struct Document {
    kind: String,
    number: String,
    issued_on: String,
    expires_on: Option<String>,
    office: String,
    holder: String,
    state: &'static str,
    valid: bool,
    dossier: String,
    sha256: String,
    used_in: Vec<String>,
}

fn document(
    tx: &mut Tx<'_>,
    who: &Who,
    own: &[domain::ids::DossierId],
    it: Held,
) -> Result<Document, Fault> {
    let mut uses = citizen::vault::uses(tx, it.id)?;
    uses.retain(|it| own.contains(&it.0));
    Ok(Document {
        issued_on: it.issued_on.to_string(),
        expires_on: it.expires_on.map(|it| it.to_string()),
        office: who.tree.title(it.body).to_owned(),
        state: it.state.label(),
        valid: it.validity(who.today()) == Validity::Valid,
        sha256: it.open_file().map_or_else(String::new, |it| it.sha256.clone()),
        used_in: uses.into_iter().map(|it| it.1).collect(),
        kind: it.kind,
        number: it.number,
        holder: it.holder,
        dossier: it.dossier_code,
    })
}

/// All of it.
#[derive(Serialize)]
struct All {
    made_at: Moment,
    agency: String,
    account: Account,
    consents: Vec<Consent>,
    sign_ins: Vec<SignIn>,
    dossiers: Vec<Dossier>,
    documents: Vec<Document>,
    looks: Vec<Seen>,
}

#[derive(Template)]
#[template(path = "account/templates/export.html")]
struct Page<'a> {
    words: Words,
    all: &'a All,
}

/// What was declared for a dossier, as its form shows it.
fn declarations(tx: &mut Tx<'_>, id: DossierId, english: bool) -> Result<Vec<Declaration>, Fault> {
    let none = std::collections::BTreeMap::new();
    let declared = citizen::eforms::facts::declared(tx, id)?;
    let said = declared.into_iter().map(|it| {
        let blocks = eform::blocks(&it.version.form, &it.judged(), &none, english);
        let answers = blocks.into_iter().flat_map(|it| it.items).map(|it| {
            let (heads, rows) = it.table.unwrap_or_default();
            let rows = std::iter::once(heads).filter(|it| !it.is_empty()).chain(rows).collect();
            Answer { question: it.label, answer: it.text, rows }
        });
        Declaration {
            form: it.version.form.title.clone(),
            at: Moment(Instant::from_epoch_ms(it.kept_ms)),
            answers: answers.collect(),
        }
    });
    Ok(said.collect())
}

/// The name of a file within the copy: no word of it leads elsewhere.
fn path_of(code: &str, row: i64, name: &str) -> String {
    let plain = |it: char| if it.is_alphanumeric() || " .-_".contains(it) { it } else { '_' };
    let name: String = name.chars().map(plain).take(80).collect();
    format!("{code}/{row}-{}", name.trim_start_matches('.'))
}

fn files(
    tx: &mut Tx<'_>,
    words: Words,
    (id, code): (DossierId, &str),
    sent_only: bool,
    room: &mut i64,
) -> Result<Vec<File>, Fault> {
    let mut found = Vec::new();
    for it in dossiers::files(tx, id)? {
        if it.kind == "print" || (sent_only && it.added_by != AccountId(0)) {
            continue;
        }
        let left_out = match it.scan.as_str() {
            "waiting" => words.say("export-file-waits"),
            "infected" => words.say("export-file-infected"),
            _ if it.size > *room => words.say("export-file-no-room"),
            _ => String::new(),
        };
        let is_in = left_out.is_empty();
        if is_in {
            *room -= it.size;
        }
        found.push(File {
            path: if is_in { path_of(code, it.id, &it.name) } else { String::new() },
            name: it.name,
            bytes: it.size,
            at: Moment(Instant::from_epoch_ms(it.added_ms)),
            left_out,
            sha256: it.sha256,
        });
    }
    Ok(found)
}

fn dossier(
    tx: &mut Tx<'_>,
    (who, words): (&Who, Words),
    id: DossierId,
    number: Option<&str>,
    sent: &[DossierId],
    room: &mut i64,
) -> Result<Option<Dossier>, Fault> {
    let Some(kept) = dossiers::by_id(tx, id)? else { return Ok(None) };
    let version = citizen::procedures::facts::version(tx, kept.version)?;
    let said = dossiers::applicant(tx, id)?.unwrap_or_default();
    let is_erased = kept.applicant == dossiers::ERASED;
    // His are data that bear his number, and what he typed himself when he sent a dossier from his account, be it
    // for another. What an official took down of another is that one's.
    let is_about_him = number.is_some_and(|it| it == said.id_number);
    let online = kept.dossier.channel == Some(ChannelKind::Online);
    let is_his = !is_erased && (is_about_him || (online && sent.contains(&id)));
    let own = |it: String| if is_his { it } else { String::new() };
    let moment =
        |it: Option<jiff::civil::DateTime>| it.map_or_else(String::new, domain::text::date_time);
    let (declarations, files) = if is_his {
        let of = (id, kept.code.as_str());
        (declarations(tx, id, who.lang == Lang::En)?, files(tx, words, of, !is_about_him, room)?)
    } else {
        (Vec::new(), Vec::new())
    };
    let born = site::form::parse_date(&said.birth_date);
    Ok(Some(Dossier {
        procedure: version.map(|it| it.body.name.clone()).unwrap_or_default(),
        status: kept.dossier.status.public().map_or("", |it| it.label()).to_owned(),
        received_at: moment(kept.dossier.received_at),
        due_at: moment(kept.dossier.due_at),
        applicant: own(said.name),
        personal_number: own(said.id_number),
        birth_date: own(born.map_or(said.birth_date, domain::text::date)),
        telephone: own(said.phone),
        email: own(said.email),
        address: own(said.address),
        request: own(said.request),
        declarations,
        files,
        code: kept.code,
    }))
}

fn gather(tx: &mut Tx<'_>, who: &Who, words: Words, it: &SignedIn) -> Result<All, Fault> {
    let (me, account) = (&it.citizen, &it.account);
    let moment = Moment;
    let number = account.id_number.as_deref();
    let ids = looks::dossiers_of(tx, me)?;
    let sent = sql::sent_from(tx, me.id)?;
    let (mut held, mut room) = (Vec::new(), FILES_BYTES_MAX);
    for id in &ids {
        held.extend(dossier(tx, (who, words), *id, number, &sent, &mut room)?);
    }
    let mut documents = Vec::new();
    for it in crate::vault::mine(tx, me)? {
        documents.push(document(tx, who, &ids, it)?);
    }
    let consents = privacy::said(tx, me.id)?.into_iter().map(|it| Consent {
        at: moment(it.at),
        title: consent::title_of(&it.purpose, it.version, who.lang),
        purpose: it.purpose,
        version: it.version,
        agreed: it.agreed,
        language: it.lang,
    });
    let consents = consents.collect();
    let sign_ins = sql::sessions(tx, me.id)?.into_iter().map(|it| SignIn {
        at: moment(it.created),
        last_used_at: moment(it.seen),
        way: it.way.code(),
        browser: it.agent,
        address: it.origin,
        open: it.is_open,
    });
    let sign_ins = sign_ins.collect();
    Ok(All {
        made_at: moment(tx.now()),
        agency: who.tree.seat().map(|it| it.title.clone()).unwrap_or_default(),
        account: Account {
            number: me.id.0,
            name: account.name.clone(),
            personal_number: account.id_number.clone(),
            birth_date: account.birth_date.clone(),
            telephone: account.phone.clone(),
            telephone_confirmed_at: account.phone_confirmed.map(moment),
            email: account.email.clone(),
            address: account.address.clone(),
            identified_by: account.identified_by.clone(),
            identified_at: account.identified.map(moment),
            language: account.lang.code(),
            large_type: account.large_type,
            created_at: moment(account.created),
            providers: sql::providers::names_of(tx, me.id)?,
        },
        consents,
        sign_ins,
        dossiers: held,
        documents,
        looks: looks::of(tx, &who.tree, words, &ids)?,
    })
}

/// The archive: what machines read, what people read, and the files.
fn packed(
    (json, page): (&str, &str),
    files: &[(String, axum::body::Bytes)],
    lang: Lang,
) -> Result<Vec<u8>, Failure> {
    let broken = |e: &dyn std::fmt::Display| Failure::Fault(Fault::Broken(format!("zip: {e}")));
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let (data, read) = match lang {
        Lang::Vi => ("du-lieu.json", "doc-du-lieu.html"),
        Lang::En => ("data.json", "read-me.html"),
    };
    for (name, text) in [(data, json), (read, page)] {
        zip.start_file(name, SimpleFileOptions::default()).map_err(|e| broken(&e))?;
        zip.write_all(text.as_bytes()).map_err(|e| broken(&e))?;
    }
    // Pictures and PDF are small already.
    let as_is = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    for (name, bytes) in files {
        zip.start_file(name.as_str(), as_is).map_err(|e| broken(&e))?;
        zip.write_all(bytes).map_err(|e| broken(&e))?;
    }
    Ok(zip.finish().map_err(|e| broken(&e))?.into_inner())
}

/// Fetches the files; one that is no longer there is said to be left out.
async fn fetched(
    site: &Site,
    words: Words,
    all: &mut All,
) -> Result<Vec<(String, axum::body::Bytes)>, Failure> {
    let mut fetched = Vec::new();
    for it in all.dossiers.iter_mut().flat_map(|it| &mut it.files) {
        if it.path.is_empty() {
            continue;
        }
        match site.blobs.get(&it.sha256).await? {
            Some(bytes) => fetched.push((it.path.clone(), bytes)),
            None => {
                it.path.clear();
                it.left_out = words.say("export-file-gone");
            }
        }
    }
    Ok(fetched)
}

/// POST `/tai-khoan/xuat`
pub async fn take(
    State(site): State<Site>,
    who: Who,
    it: SignedIn,
    Filled(_): Filled,
) -> Result<Response, Failure> {
    let words = site.shell(&who).words;
    if !it.is_whole() {
        return Err(Failure::Refused(words.say("account-needs-identity")));
    }
    let _turn = site.one_at_a_time().await?;
    let (asker, own) = (who.clone(), it.citizen.id.0);
    let mut all = site.read(&who, move |tx| Ok(gather(tx, &asker, words, &it)?)).await?;
    let files = fetched(&site, words, &mut all).await?;
    // Gathering takes its time and keeps nobody from writing; that it was done is one short word.
    site.write(&who, move |tx| {
        tx.journal(Entry::new(SUBJECT, own, "export_own"));
        Ok(())
    })
    .await?;
    let json = serde_json::to_string_pretty(&all).map_err(|e| Fault::Broken(e.to_string()))?;
    let page = Page { words, all: &all }.render()?;
    let name = format!("{}-{}.zip", words.say("export-file"), who.today());
    Ok(site::file(packed((&json, &page), &files, who.lang)?, "application/zip", &name, true))
}
