//! All SQL of forms: versions, drafts, bindings.

use domain::{
    eform::{Answers, Eform},
    ids::{AccountId, DossierId},
};
use jiff::civil::Date;
use store::{Fault, Row, Tx};

/// A version of a form.
#[derive(Debug, Clone)]
pub struct Version {
    /// Its row.
    pub id: i64,
    /// First day.
    pub from: Date,
    /// What it says.
    pub body: Eform,
}

/// A draft.
#[derive(Debug, Clone)]
pub struct Draft {
    /// Its row.
    pub id: i64,
    /// The version that it was taken from; none for a new form.
    pub based_on: Option<i64>,
    /// What it says so far.
    pub body: Eform,
    /// Grows with every change.
    pub edition: i64,
    /// When it was changed last, milliseconds since the epoch.
    pub changed_ms: i64,
    /// By whom.
    pub changed_by: AccountId,
}

fn parse(text: &str) -> Option<Eform> {
    serde_json::from_str(text).ok()
}

fn date(text: &str) -> Option<Date> {
    text.parse().ok()
}

fn written(it: &Eform) -> Result<String, Fault> {
    serde_json::to_string(it).map_err(|e| Fault::Broken(format!("form {}: {e}", it.code)))
}

fn version(row: &Row) -> Result<Version, Fault> {
    Ok(Version {
        id: row.get(0)?,
        from: row.parse(1, "date", date)?,
        body: row.parse(2, "eform", parse)?,
    })
}

/// Adds a version; its number stands in the body.
pub fn insert_version(tx: &mut Tx<'_>, body: &Eform, from: Date) -> Result<i64, Fault> {
    let text = written(body)?;
    tx.insert(
        "insert into eform (code, version, in_force_from, body) values (?1, ?2, ?3, ?4) returning id",
        &[
            body.code.as_str().into(),
            i64::from(body.version).into(),
            from.into(),
            text.into(),
        ],
    )
}

/// A version by its row.
pub fn version_of(tx: &mut Tx<'_>, id: i64) -> Result<Option<Version>, Fault> {
    let row =
        tx.query_one("select id, in_force_from, body from eform where id = ?1", &[id.into()])?;
    row.as_ref().map(version).transpose()
}

/// The form that a procedure is filed with, if there is one.
pub fn bound_to(tx: &mut Tx<'_>, procedure: &str) -> Result<Option<String>, Fault> {
    let row = tx.query_one(
        "select eform_code from eform_binding where procedure_code = ?1",
        &[procedure.into()],
    )?;
    row.map(|it| it.get(0)).transpose()
}

/// What was declared for a dossier.
#[derive(Debug, Clone)]
pub struct Declared {
    /// Its row.
    pub id: i64,
    /// The version of the form.
    pub eform: i64,
    /// What was declared.
    pub answers: Answers,
    /// When, milliseconds since the epoch.
    pub kept_ms: i64,
    /// By whom; 0: over the line.
    pub kept_by: AccountId,
}

/// Everything that was declared for a dossier, the newest first.
pub fn declared(tx: &mut Tx<'_>, dossier: DossierId) -> Result<Vec<Declared>, Fault> {
    let rows = tx.query(
        "select id, eform, answers, kept_ms, kept_by from eform_answer where dossier = ?1
         order by id desc",
        &[dossier.into()],
    )?;
    rows.iter()
        .map(|row| {
            Ok(Declared {
                id: row.get(0)?,
                eform: row.get(1)?,
                answers: row.parse(2, "answers", |it| serde_json::from_str(it).ok())?,
                kept_ms: row.get(3)?,
                kept_by: row.get(4)?,
            })
        })
        .collect()
}

/// The title of what was declared for a dossier last; else of the form with which its procedure is filed on
/// `day`, unless its people are `erased`. One statement: every look at a dossier asks it.
pub fn beside(
    tx: &mut Tx<'_>,
    dossier: DossierId,
    (day, erased): (Date, &str),
) -> Result<Option<(bool, String)>, Fault> {
    let row = tx.query_one(
        "select body, is_declared from (
           select e.body as body, cast(1 as bigint) as is_declared, '' as since, a.id as nth
             from eform_answer a join eform e on e.id = a.eform where a.dossier = ?1
           union all
           select e.body, cast(0 as bigint), e.in_force_from, e.version
             from dossier d join procedure_version v on v.id = d.version
             join procedure p on p.id = v.procedure
             join eform_binding b on b.procedure_code = p.code
             join eform e on e.code = b.eform_code
            where d.id = ?1 and e.in_force_from <= ?2 and d.applicant <> ?3
         ) found order by is_declared desc, since desc, nth desc limit 1",
        &[dossier.into(), day.into(), erased.into()],
    )?;
    row.map(|row| {
        let form: Eform = row.parse(0, "eform", parse)?;
        Ok((row.get::<i64>(1)? == 1, form.title))
    })
    .transpose()
}

/// Keeps what was declared for a dossier.
pub fn insert_declared(
    tx: &mut Tx<'_>,
    dossier: DossierId,
    eform: i64,
    answers: &Answers,
) -> Result<i64, Fault> {
    let text =
        serde_json::to_string(answers).map_err(|e| Fault::Broken(format!("answers: {e}")))?;
    tx.insert(
        "insert into eform_answer (dossier, eform, answers, kept_ms, kept_by)
         values (?1, ?2, ?3, ?4, ?5) returning id",
        &[dossier.into(), eform.into(), text.into(), tx.now().into(), tx.by().into()],
    )
}

/// The link of somebody who must sign.
#[derive(Debug, Clone)]
pub struct Signing {
    /// Its row.
    pub id: i64,
    /// The declaration that is to be signed.
    pub declaration: i64,
    /// The signer's code in the form.
    pub signer: String,
    /// When the link was made, milliseconds since the epoch.
    pub made_ms: i64,
    /// Who made it; nobody's account: the applicant.
    pub made_by: AccountId,
    /// Empty while it waits; `signed`, `refused`.
    pub answer: String,
    /// When it was answered.
    pub answered_ms: Option<i64>,
}

const SIGNING: &str =
    "select id, declaration, signer, made_ms, made_by, answer, answered_ms from eform_signing";

fn signing_of(row: &Row) -> Result<Signing, Fault> {
    Ok(Signing {
        id: row.get(0)?,
        declaration: row.get(1)?,
        signer: row.get(2)?,
        made_ms: row.get(3)?,
        made_by: row.get(4)?,
        answer: row.get(5)?,
        answered_ms: row.get(6)?,
    })
}

/// The links of a declaration.
pub fn signings(tx: &mut Tx<'_>, declaration: i64) -> Result<Vec<Signing>, Fault> {
    let sql = format!("{SIGNING} where declaration = ?1 order by id");
    tx.query(&sql, &[declaration.into()])?.iter().map(signing_of).collect()
}

/// The link whose secret has this hash.
pub fn signing(tx: &mut Tx<'_>, hash: &str) -> Result<Option<Signing>, Fault> {
    let row = tx.query_one(&format!("{SIGNING} where secret_hash = ?1"), &[hash.into()])?;
    row.as_ref().map(signing_of).transpose()
}

/// Makes a link, or makes it anew while nobody answered.
pub fn put_signing(
    tx: &mut Tx<'_>,
    declaration: i64,
    signer: &str,
    hash: &str,
) -> Result<(), Fault> {
    tx.execute(
        "insert into eform_signing (declaration, signer, secret_hash, made_ms, made_by, answer)
         values (?1, ?2, ?3, ?4, ?5, '')
         on conflict (declaration, signer) do update set
           secret_hash = excluded.secret_hash, made_ms = excluded.made_ms, made_by = excluded.made_by
         where eform_signing.answer = ''",
        &[declaration.into(), signer.into(), hash.into(), tx.now().into(), tx.by().into()],
    )?;
    Ok(())
}

/// Answers a link. `false`: it was answered before, and nothing was written.
pub fn answer_signing(tx: &mut Tx<'_>, id: i64, answer: &str) -> Result<bool, Fault> {
    let touched = tx.execute(
        "update eform_signing set answer = ?2, answered_ms = ?3 where id = ?1 and answer = ''",
        &[id.into(), answer.into(), tx.now().into()],
    )?;
    Ok(touched > 0)
}

/// The dossier of a declaration.
pub fn dossier_of(tx: &mut Tx<'_>, declaration: i64) -> Result<Option<DossierId>, Fault> {
    let row =
        tx.query_one("select dossier from eform_answer where id = ?1", &[declaration.into()])?;
    row.map(|it| it.get(0)).transpose()
}

/// Empties what was declared for a dossier: it names people.
pub fn erase_declared(tx: &mut Tx<'_>, dossier: DossierId) -> Result<(), Fault> {
    tx.execute("update eform_answer set answers = '{}' where dossier = ?1", &[dossier.into()])?;
    Ok(())
}

/// Every version of every form: by code, the newest first.
pub fn all(tx: &mut Tx<'_>) -> Result<Vec<Version>, Fault> {
    let rows = tx.query(
        "select id, in_force_from, body from eform
         order by code, in_force_from desc, version desc",
        &[],
    )?;
    rows.iter().map(version).collect()
}

/// Every version of one form, the newest first.
pub fn versions(tx: &mut Tx<'_>, code: &str) -> Result<Vec<Version>, Fault> {
    let rows = tx.query(
        "select id, in_force_from, body from eform where code = ?1
         order by in_force_from desc, version desc",
        &[code.into()],
    )?;
    rows.iter().map(version).collect()
}

/// The number of the last version; 0 if there is none.
pub fn last_number(tx: &mut Tx<'_>, code: &str) -> Result<i64, Fault> {
    tx.query_number("select coalesce(max(version), 0) from eform where code = ?1", &[code.into()])
}

const DRAFT: &str = "select id, based_on, body, edition, changed_ms, changed_by from eform_draft";

fn draft_of(row: &Row) -> Result<Draft, Fault> {
    Ok(Draft {
        id: row.get(0)?,
        based_on: row.get(1)?,
        body: row.parse(2, "eform", parse)?,
        edition: row.get(3)?,
        changed_ms: row.get(4)?,
        changed_by: row.get(5)?,
    })
}

/// The draft of a form, if there is one.
pub fn draft(tx: &mut Tx<'_>, code: &str) -> Result<Option<Draft>, Fault> {
    let row = tx.query_one(&format!("{DRAFT} where code = ?1"), &[code.into()])?;
    row.as_ref().map(draft_of).transpose()
}

/// Every draft, by code.
pub fn drafts(tx: &mut Tx<'_>) -> Result<Vec<Draft>, Fault> {
    tx.query(&format!("{DRAFT} order by code"), &[])?.iter().map(draft_of).collect()
}

/// Begins a draft.
pub fn insert_draft(tx: &mut Tx<'_>, body: &Eform, based_on: Option<i64>) -> Result<i64, Fault> {
    let text = written(body)?;
    tx.insert(
        "insert into eform_draft (code, based_on, body, edition, changed_ms, changed_by)
         values (?1, ?2, ?3, 1, ?4, ?5) returning id",
        &[body.code.as_str().into(), based_on.into(), text.into(), tx.now().into(), tx.by().into()],
    )
}

/// Keeps a draft. `false`: somebody else was first, and nothing was written.
pub fn keep_draft(tx: &mut Tx<'_>, id: i64, edition: i64, body: &Eform) -> Result<bool, Fault> {
    let text = written(body)?;
    let touched = tx.execute(
        "update eform_draft
         set body = ?3, edition = edition + 1, changed_ms = ?4, changed_by = ?5
         where id = ?1 and edition = ?2",
        &[id.into(), edition.into(), text.into(), tx.now().into(), tx.by().into()],
    )?;
    Ok(touched > 0)
}

/// Drops a draft. `false`: somebody else was first, and nothing was written.
pub fn drop_draft(tx: &mut Tx<'_>, id: i64, edition: i64) -> Result<bool, Fault> {
    let touched = tx.execute(
        "delete from eform_draft where id = ?1 and edition = ?2",
        &[id.into(), edition.into()],
    )?;
    Ok(touched > 0)
}

/// The mark of the shipped edition of a form that the office passed over; empty if it did not.
pub fn passed(tx: &mut Tx<'_>, code: &str) -> Result<String, Fault> {
    let name = format!("eform_passed:{code}");
    let row = tx.query_one("select value from setting where name = ?1", &[name.into()])?;
    row.map_or_else(|| Ok(String::new()), |it| it.get(0))
}

/// The office passes over the shipped edition of a form that has this mark.
pub fn pass(tx: &mut Tx<'_>, code: &str, mark: &str) -> Result<(), Fault> {
    let name = format!("eform_passed:{code}");
    tx.execute(
        "insert into setting (name, value) values (?1, ?2)
         on conflict (name) do update set value = excluded.value",
        &[name.into(), mark.into()],
    )?;
    Ok(())
}

/// Which procedures are filed with which form.
pub fn bindings(tx: &mut Tx<'_>) -> Result<Vec<(String, String)>, Fault> {
    let rows = tx.query(
        "select procedure_code, eform_code from eform_binding order by procedure_code",
        &[],
    )?;
    rows.iter().map(|row| Ok((row.get(0)?, row.get(1)?))).collect()
}

/// Binds a procedure to a form.
pub fn bind(tx: &mut Tx<'_>, procedure: &str, form: &str) -> Result<(), Fault> {
    tx.execute(
        "insert into eform_binding (procedure_code, eform_code) values (?1, ?2)
         on conflict (procedure_code) do update set eform_code = excluded.eform_code",
        &[procedure.into(), form.into()],
    )?;
    Ok(())
}

/// Lets a procedure be filed without a form again. `false`: it did.
pub fn unbind(tx: &mut Tx<'_>, procedure: &str) -> Result<bool, Fault> {
    let touched =
        tx.execute("delete from eform_binding where procedure_code = ?1", &[procedure.into()])?;
    Ok(touched > 0)
}
