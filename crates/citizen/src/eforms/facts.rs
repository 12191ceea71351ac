//! What other slices ask of forms: the one that a procedure is filed with, what was declared.

use std::collections::BTreeMap;

use domain::{
    eform::{self, Account, Answer, Answers, Eform, Judgement, Known, Place},
    ids::DossierId,
};
use jiff::civil::Date;
use site::Failure;
use store::{Fault, Tx, journal::Entry};

use super::{shipped, sql};
use crate::dossiers::{Person, facts as dossiers};

/// A version of a form that is in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormVersion {
    /// Its row: what a draft or a dossier holds on to.
    pub id: i64,
    /// The first day on which it is filled in.
    pub from: Date,
    /// The form; its code and its number are in it.
    pub form: Eform,
}

impl From<sql::Version> for FormVersion {
    fn from(it: sql::Version) -> Self {
        Self { id: it.id, from: it.from, form: it.body }
    }
}

/// The form that a procedure is filed with on `day`, if there is one.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn form_for(tx: &mut Tx<'_>, procedure: &str, day: Date) -> Result<Option<FormVersion>, Fault> {
    match sql::bound_to(tx, procedure)? {
        Some(code) => in_force(tx, &code, day),
        None => Ok(None),
    }
}

/// The version of a form that is in force on `day`.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn in_force(tx: &mut Tx<'_>, code: &str, day: Date) -> Result<Option<FormVersion>, Fault> {
    let versions = sql::versions(tx, code)?;
    Ok(versions.into_iter().find(|it| it.from <= day).map(FormVersion::from))
}

/// A version by its row: drafts and dossiers keep theirs when another is published.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn version(tx: &mut Tx<'_>, id: i64) -> Result<Option<FormVersion>, Fault> {
    Ok(sql::version_of(tx, id)?.map(FormVersion::from))
}

/// Every form in force on `day`, by title, with the procedures that it is for.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn offered(tx: &mut Tx<'_>, day: Date) -> Result<Vec<(FormVersion, Vec<String>)>, Fault> {
    let bindings = sql::bindings(tx)?;
    let all = sql::all(tx)?;
    let mut found: Vec<(FormVersion, Vec<String>)> = all
        .chunk_by(|a, b| a.body.code == b.body.code)
        .filter_map(|of| of.iter().find(|it| it.from <= day))
        .map(|it| {
            let bound = bindings.iter().filter(|(_, form)| *form == it.body.code);
            let procedures = bound.map(|(procedure, _)| procedure.clone()).collect();
            (FormVersion::from(it.clone()), procedures)
        })
        .collect();
    found.sort_by_cached_key(|(it, _)| domain::text::sort_key(&it.form.title));
    Ok(found)
}

/// What was declared for a dossier, by the version that it was declared with.
#[derive(Debug, Clone)]
pub struct Declaration {
    /// Its row.
    pub id: i64,
    /// The version.
    pub version: FormVersion,
    /// What was declared.
    pub answers: Answers,
    /// When, milliseconds since the epoch.
    pub kept_ms: i64,
    /// By which account; 0: over the line.
    pub kept_by: domain::ids::AccountId,
}

impl Declaration {
    /// The answers as they are shown: judged on the day on which they were declared.
    #[must_use]
    pub fn judged(&self) -> Judgement {
        let day = domain::time::Instant::from_epoch_ms(self.kept_ms).civil().date();
        let judged = eform::judge(&self.version.form, &self.answers, day);
        super::papers::with_places(&self.version.form, &self.answers, judged)
    }
}

/// Everything that was declared for a dossier, the newest first; the newest holds.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn declared(tx: &mut Tx<'_>, dossier: DossierId) -> Result<Vec<Declaration>, Fault> {
    let mut found = Vec::new();
    for it in sql::declared(tx, dossier)? {
        let version = version(tx, it.eform)?
            .ok_or_else(|| Fault::Broken(format!("declaration {} has no form", it.id)))?;
        found.push(Declaration {
            id: it.id,
            version,
            answers: it.answers,
            kept_ms: it.kept_ms,
            kept_by: it.kept_by,
        });
    }
    Ok(found)
}

/// The newest declaration for a dossier as people read it, by the fields of its form; empty if nothing was declared.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn declared_words(
    tx: &mut Tx<'_>,
    dossier: DossierId,
) -> Result<BTreeMap<String, String>, Fault> {
    let Some(it) = declared(tx, dossier)?.into_iter().next() else { return Ok(BTreeMap::new()) };
    let blocks = eform::blocks(&it.version.form, &it.judged(), &BTreeMap::new(), false);
    let items = blocks.into_iter().flat_map(|it| it.items);
    Ok(items.filter(|it| !it.text.is_empty()).map(|it| (it.code, it.text)).collect())
}

/// Keeps what is declared for a dossier beside it, in the caller's transaction. Only what the form
/// lets pass is kept; the caller has shown the mistakes before. What is there already word for
/// word is not kept twice.
///
/// # Errors
/// [`Failure::Refused`] if the answers are not sound, or [`Failure::Fault`].
pub fn declare(
    tx: &mut Tx<'_>,
    dossier: DossierId,
    version: &FormVersion,
    judged: &Judgement,
) -> Result<(), Failure> {
    if !judged.mistakes.is_empty() {
        return Err(Failure::Refused("Tờ khai còn chỗ phải sửa.".to_owned()));
    }
    let newest = sql::declared(tx, dossier)?.into_iter().next();
    if newest.is_some_and(|it| it.eform == version.id && it.answers == judged.answers) {
        return Ok(());
    }
    sql::insert_declared(tx, dossier, version.id, &judged.answers)?;
    let details = serde_json::json!({
        "code": version.form.code, "version": version.form.version, "answers": judged.answers.len(),
    });
    tx.journal(Entry::new(dossiers::SUBJECT, dossier.0, "declare").details(&details));
    Ok(())
}

/// What is known of a person, for first answers. His address is taken apart by the units of today that it can mean.
#[must_use]
pub fn known(person: &Person, units: &[String]) -> Known {
    let pairs = [
        (Account::Name, &person.name),
        (Account::Id, &person.id_number),
        (Account::Birth, &person.birth_date),
        (Account::Phone, &person.phone),
        (Account::Email, &person.email),
    ];
    let filled = pairs.into_iter().filter(|(_, it)| !it.is_empty());
    let mut account: BTreeMap<Account, Answer> =
        filled.map(|(what, it)| (what, Answer::Text(it.clone()))).collect();
    let place = eform::place_of(&person.address, units);
    if place != Place::default() {
        account.insert(Account::Address, Answer::Place(place));
    }
    Known { account, earlier: BTreeMap::new() }
}

/// Empties what was declared for a dossier whose people are erased.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub(crate) fn erase(tx: &mut Tx<'_>, dossier: DossierId) -> Result<(), Fault> {
    sql::erase_declared(tx, dossier)
}

/// Puts in force what ships and is not there yet, and binds procedures that have no form.
/// Gives how many forms were new.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn seed(tx: &mut Tx<'_>, from: Date) -> Result<usize, Fault> {
    let mut count = 0;
    for it in shipped::all()? {
        if sql::last_number(tx, &it.code)? > 0 {
            continue;
        }
        sql::insert_version(tx, &it, from)?;
        count += 1;
        for procedure in &it.procedures {
            if sql::bound_to(tx, procedure)?.is_none() {
                sql::bind(tx, procedure, &it.code)?;
            }
        }
    }
    Ok(count)
}
