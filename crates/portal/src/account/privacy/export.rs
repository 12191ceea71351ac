//! A copy of all that we hold of a citizen (NĐ 13/2023/NĐ-CP Đ.9 k.3, Đ.14): a file for machines and a page to read.

use std::io::{Cursor, Write as _};

use askama::Template;
use axum::response::Response;
use citizen::{dossiers::facts as dossiers, vault::Held};
use domain::results::Validity;
use serde::Serialize;
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

#[derive(Serialize)]
struct Account {
    number: i64,
    name: String,
    personal_number: Option<String>,
    birth_date: String,
    telephone: String,
    telephone_confirmed_at: Option<String>,
    email: String,
    address: String,
    identified_by: String,
    identified_at: Option<String>,
    language: &'static str,
    large_type: bool,
    created_at: String,
    providers: Vec<String>,
}

#[derive(Serialize)]
struct Consent {
    at: String,
    purpose: String,
    title: String,
    version: i64,
    agreed: bool,
    language: String,
}

#[derive(Serialize)]
struct SignIn {
    at: String,
    last_used_at: String,
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
    made_at: String,
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

fn dossier(
    tx: &mut Tx<'_>,
    id: domain::ids::DossierId,
    number: Option<&str>,
) -> Result<Option<Dossier>, Fault> {
    let Some(kept) = dossiers::by_id(tx, id)? else { return Ok(None) };
    let version = citizen::procedures::facts::version(tx, kept.version)?;
    let said = dossiers::applicant(tx, id)?.unwrap_or_default();
    // Somebody may send a dossier for another from his account: that one's data are not his.
    let is_mine = number.is_some_and(|it| it == said.id_number);
    let own = |it: String| if is_mine { it } else { String::new() };
    let moment =
        |it: Option<jiff::civil::DateTime>| it.map_or_else(String::new, domain::text::date_time);
    Ok(Some(Dossier {
        procedure: version.map(|it| it.body.name.clone()).unwrap_or_default(),
        status: kept.dossier.status.public().map_or("", |it| it.label()).to_owned(),
        received_at: moment(kept.dossier.received_at),
        due_at: moment(kept.dossier.due_at),
        applicant: own(said.name),
        personal_number: own(said.id_number),
        birth_date: own(said.birth_date),
        telephone: own(said.phone),
        email: own(said.email),
        address: own(said.address),
        request: own(said.request),
        code: kept.code,
    }))
}

fn gather(tx: &mut Tx<'_>, who: &Who, words: Words, it: &SignedIn) -> Result<All, Fault> {
    let (me, account) = (&it.citizen, &it.account);
    let moment = |at: domain::time::Instant| at.civil().to_string();
    let number = account.id_number.as_deref();
    let ids = looks::dossiers_of(tx, me)?;
    let mut held = Vec::new();
    for id in &ids {
        held.extend(dossier(tx, *id, number)?);
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

fn packed(json: &str, page: &str, lang: Lang) -> Result<Vec<u8>, Failure> {
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
    Ok(zip.finish().map_err(|e| broken(&e))?.into_inner())
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
    let all = site.read(&who, move |tx| Ok(gather(tx, &asker, words, &it)?)).await?;
    // Gathering takes its time and keeps nobody from writing; that it was done is one short word.
    site.write(&who, move |tx| {
        tx.journal(Entry::new(SUBJECT, own, "export_own"));
        Ok(())
    })
    .await?;
    let json = serde_json::to_string_pretty(&all).map_err(|e| Fault::Broken(e.to_string()))?;
    let page = Page { words, all: &all }.render()?;
    let name = format!("{}-{}.zip", words.say("export-file"), who.today());
    Ok(site::file(packed(&json, &page, who.lang)?, "application/zip", &name, true))
}
