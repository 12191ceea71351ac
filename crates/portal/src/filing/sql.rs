//! SQL of filings.

use domain::{
    assurance::Assurance,
    ids::{AccountId, CitizenId, DossierId, UnitId},
    time::Instant,
};
use jiff::civil::DateTime;
use store::{Fault, Row, Select, Tx};

use super::draft::Keeper;

/// A filing as it is kept.
pub(super) struct Kept {
    pub id: i64,
    pub procedure: String,
    pub unit: UnitId,
    pub typed: String,
    pub dossier: Option<DossierId>,
    pub edition: i64,
    /// Who files for the citizen.
    pub assistant: Option<AccountId>,
    /// How the citizen agreed to that: a code of [`domain::paper::AssistConsent`], or an old row's own words.
    pub consent: String,
    /// Who heard him agree; empty if nobody had to.
    pub witness: String,
    /// The account from which it was begun.
    pub citizen: Option<CitizenId>,
    /// When it was kept last.
    pub changed: Instant,
}

/// The filing with this word in its address.
pub(super) fn find(tx: &mut Tx<'_>, key_sha256: &str) -> Result<Option<Kept>, Fault> {
    let row = tx.query_one(
        "select id, procedure, unit, typed, dossier, edition, assistant, citizen, consent, changed_ms,
           witness
         from filing
         where key_sha256 = ?1",
        &[key_sha256.into()],
    )?;
    row.map(|row| {
        Ok(Kept {
            id: row.get(0)?,
            procedure: row.get(1)?,
            unit: row.get(2)?,
            typed: row.get(3)?,
            dossier: row.get(4)?,
            edition: row.get(5)?,
            assistant: row.get::<Option<i64>>(6)?.map(AccountId),
            citizen: row.get::<Option<i64>>(7)?.map(CitizenId),
            consent: row.get(8)?,
            changed: Instant::from_epoch_ms(row.get(9)?),
            witness: row.get(10)?,
        })
    })
    .transpose()
}

/// Begins a draft; for its keeper the address's word, sealed.
pub(super) fn insert(
    tx: &mut Tx<'_>,
    key_sha256: &str,
    (procedure, unit): (&str, UnitId),
    typed: &str,
    (keeper, key): (Keeper<'_>, &str),
) -> Result<i64, Fault> {
    let (assistant, consent, witness, citizen) = match keeper {
        Keeper::Nobody => (None, "", "", None),
        Keeper::Assistant(by, consent, witness) => (Some(by.0), consent.code(), witness, None),
        Keeper::Citizen(it) => (None, "", "", Some(it.0)),
    };
    tx.insert(
        "insert into filing (key_sha256, procedure, unit, typed, created_ms, changed_ms, edition,
           assistant, consent, citizen, kept_key, proof, witness)
         values (?1, ?2, ?3, ?4, ?5, ?5, 1, ?6, ?7, ?8, ?9, 'none', ?10) returning id",
        &[
            key_sha256.into(),
            procedure.into(),
            unit.into(),
            typed.into(),
            tx.now().into(),
            assistant.into(),
            consent.into(),
            citizen.into(),
            key.into(),
            witness.into(),
        ],
    )
}

/// A filing of an assistant.
pub(super) struct AssistedLine {
    pub procedure: String,
    pub unit: UnitId,
    pub key: String,
    pub created: Instant,
    pub consent: String,
    /// The dossier's code; empty while it is a draft.
    pub code: String,
    /// Where it stands; empty while it is a draft.
    pub status: String,
    /// The dossier; 0 while it is a draft.
    pub dossier: DossierId,
}

/// What somebody filed or files for citizens, the newest first.
pub(super) fn assisted(
    tx: &mut Tx<'_>,
    by: AccountId,
    limit: i64,
) -> Result<Vec<AssistedLine>, Fault> {
    let rows = tx.query(
        "select f.procedure, f.unit, f.kept_key, f.created_ms, f.consent, coalesce(d.code, ''),
           coalesce(d.status, ''), coalesce(f.dossier, 0)
         from filing f left join dossier d on d.id = f.dossier
         where f.assistant = ?1 order by f.id desc limit ?2",
        &[by.into(), limit.into()],
    )?;
    rows.iter()
        .map(|row| {
            Ok(AssistedLine {
                procedure: row.get(0)?,
                unit: row.get(1)?,
                key: row.get(2)?,
                created: Instant::from_epoch_ms(row.get(3)?),
                consent: row.get(4)?,
                code: row.get(5)?,
                status: row.get(6)?,
                dossier: row.get(7)?,
            })
        })
        .collect()
}

/// A draft that waits for its citizen.
pub(super) struct OwnLine {
    pub procedure: String,
    pub unit: UnitId,
    pub key: String,
    pub changed: Instant,
}

/// What a citizen began from his account and did not send, the newest first.
pub(super) fn own(tx: &mut Tx<'_>, citizen: CitizenId, limit: i64) -> Result<Vec<OwnLine>, Fault> {
    let rows = tx.query(
        "select procedure, unit, kept_key, changed_ms from filing
         where citizen = ?1 and sent_ms is null order by id desc limit ?2",
        &[citizen.into(), limit.into()],
    )?;
    rows.iter()
        .map(|row| {
            Ok(OwnLine {
                procedure: row.get(0)?,
                unit: row.get(1)?,
                key: row.get(2)?,
                changed: Instant::from_epoch_ms(row.get(3)?),
            })
        })
        .collect()
}

/// A draft is this account's from now on, if it was nobody's.
pub(super) fn give(tx: &mut Tx<'_>, id: i64, citizen: CitizenId, key: &str) -> Result<(), Fault> {
    tx.execute(
        "update filing set citizen = ?2, kept_key = ?3
         where id = ?1 and citizen is null and assistant is null and sent_ms is null",
        &[id.into(), citizen.into(), key.into()],
    )?;
    Ok(())
}

/// An account is closed: its drafts go; the hashes of files that went. What was sent stays that of the account, whose
/// row names nobody any more: it is not handed to whoever has the telephone next.
pub(super) fn let_go(tx: &mut Tx<'_>, citizen: CitizenId) -> Result<Vec<String>, Fault> {
    let rows = tx.query(
        "delete from filing_file where filing in
           (select id from filing where citizen = ?1 and sent_ms is null) returning sha256",
        &[citizen.into()],
    )?;
    tx.execute("delete from filing where citizen = ?1 and sent_ms is null", &[citizen.into()])?;
    tx.execute("update filing set kept_key = '' where citizen = ?1", &[citizen.into()])?;
    rows.iter().map(|row| row.get(0)).collect()
}

/// Who filed a dossier for its citizen and how he agreed; nothing if nobody did.
pub(super) fn assistant_of(
    tx: &mut Tx<'_>,
    dossier: DossierId,
) -> Result<Option<(AccountId, String, String)>, Fault> {
    let row = tx.query_one(
        "select assistant, consent, witness from filing where dossier = ?1 and assistant is not null",
        &[dossier.into()],
    )?;
    row.map(|row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).transpose()
}

/// How many people are said to have agreed by this telephone that another files for them, by their numbers.
pub(super) fn agreed_by_phone(tx: &mut Tx<'_>, phone: &str) -> Result<i64, Fault> {
    if phone.is_empty() {
        return Ok(0);
    }
    tx.query_number(
        "select count(distinct p.id_number) from dossier_person p join filing f on f.dossier = p.dossier
         where p.phone = ?1 and p.id_number <> '' and f.consent = 'own_phone' and f.assistant is not null",
        &[phone.into()],
    )
}

/// Keeps what was typed; false if it was sent or changed in another window in between.
pub(super) fn keep(tx: &mut Tx<'_>, it: &Kept, typed: &str) -> Result<bool, Fault> {
    let changed = tx.execute(
        "update filing set typed = ?3, changed_ms = ?4, edition = edition + 1
         where id = ?1 and edition = ?2 and dossier is null",
        &[it.id.into(), it.edition.into(), typed.into(), tx.now().into()],
    )?;
    Ok(changed == 1)
}

/// What came of a draft.
pub(super) struct Outcome {
    pub dossier: DossierId,
    pub answer_due_at: DateTime,
    /// How surely the program knows that it is the applicant's own.
    pub proof: Assurance,
    /// The account from which it was sent.
    pub citizen: Option<CitizenId>,
}

/// Says what came of a draft; false if it was sent or changed before.
pub(super) fn sent(
    tx: &mut Tx<'_>,
    it: &Kept,
    outcome: &Outcome,
) -> Result<Option<Vec<String>>, Fault> {
    let changed = tx.execute(
        "update filing set typed = '', kept_key = '', dossier = ?3, sent_ms = ?4, changed_ms = ?4,
           answer_due_at = ?5, proof = ?6, citizen = ?7, edition = edition + 1
         where id = ?1 and edition = ?2 and dossier is null",
        &[
            it.id.into(),
            it.edition.into(),
            outcome.dossier.into(),
            tx.now().into(),
            outcome.answer_due_at.to_string().into(),
            outcome.proof.code().into(),
            outcome.citizen.map(|it| it.0).into(),
        ],
    )?;
    let sql = "delete from filing_file where filing = ?1 returning sha256";
    let hashes =
        tx.query(sql, &[it.id.into()])?.iter().map(|row| row.get(0)).collect::<Result<_, _>>()?;
    Ok((changed == 1).then_some(hashes))
}

/// A file of a draft as it is kept: row, place, the rest as JSON.
pub(super) fn files(tx: &mut Tx<'_>, filing: i64) -> Result<Vec<(i64, i64, String)>, Fault> {
    let rows = tx.query(
        "select id, place, stored from filing_file where filing = ?1 order by place, id",
        &[filing.into()],
    )?;
    rows.iter().map(|row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).collect()
}

/// Adds a file to a draft; its row.
pub(super) fn insert_file(
    tx: &mut Tx<'_>,
    filing: i64,
    place: i64,
    (sha256, size, stored): (&str, i64, &str),
) -> Result<i64, Fault> {
    tx.insert(
        "insert into filing_file (filing, place, sha256, size, stored) values (?1, ?2, ?3, ?4, ?5) returning id",
        &[filing.into(), place.into(), sha256.into(), size.into(), stored.into()],
    )
}

/// Takes a file from a draft; its hash.
pub(super) fn delete_file(tx: &mut Tx<'_>, filing: i64, id: i64) -> Result<Vec<String>, Fault> {
    let rows = tx.query(
        "delete from filing_file where filing = ?1 and id = ?2 returning sha256",
        &[filing.into(), id.into()],
    )?;
    rows.iter().map(|row| row.get(0)).collect()
}

/// Forgets a draft; the hashes of its files.
pub(super) fn delete(tx: &mut Tx<'_>, id: i64) -> Result<Vec<String>, Fault> {
    let rows =
        tx.query("delete from filing_file where filing = ?1 returning sha256", &[id.into()])?;
    tx.execute("delete from filing where id = ?1 and dossier is null", &[id.into()])?;
    rows.iter().map(|row| row.get(0)).collect()
}

/// Drafts that nobody touched since, the oldest first.
pub(super) fn idle(tx: &mut Tx<'_>, before: Instant, limit: usize) -> Result<Vec<i64>, Fault> {
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let rows = tx.query(
        "select id from filing where sent_ms is null and changed_ms < ?1 order by changed_ms limit ?2",
        &[before.into(), limit.into()],
    )?;
    rows.iter().map(|row| row.get(0)).collect()
}

/// When a dossier was sent over the line, and by when it is answered.
pub(super) fn of_dossier(tx: &mut Tx<'_>, dossier: DossierId) -> Result<Option<Sent>, Fault> {
    let row = tx.query_one(
        "select sent_ms, answer_due_at, proof from filing where dossier = ?1",
        &[dossier.into()],
    )?;
    row.map(|row| {
        Ok(Sent {
            at: Instant::from_epoch_ms(row.get(0)?),
            answer_due_at: time(&row, 1)?,
            proof: row.parse(2, "assurance", Assurance::from_code)?,
        })
    })
    .transpose()
}

/// How a dossier came over the line.
pub(super) struct Sent {
    pub at: Instant,
    pub answer_due_at: DateTime,
    pub proof: Assurance,
}

fn time(row: &Row, at: usize) -> Result<DateTime, Fault> {
    let text: String = row.get(at)?;
    text.parse().map_err(|e| Fault::Broken(format!("a civil time “{text}”: {e}")))
}

/// A filing on a counter's list.
pub(super) struct Line {
    pub dossier: DossierId,
    pub code: String,
    pub applicant: String,
    pub procedure: String,
    pub unit: UnitId,
    pub status: String,
    pub sent: Instant,
    pub answer_due_at: DateTime,
    /// The citizen did something and nobody has acted since.
    pub is_answered: bool,
    /// How surely the sender is known.
    pub proof: Assurance,
    /// The telephone of the dossier; may be empty.
    pub phone: String,
    /// Somebody filed it for its citizen.
    pub is_assisted: bool,
}

/// What the list of a counter is narrowed by.
#[derive(Default)]
pub(super) struct Filter {
    pub units: Vec<UnitId>,
    pub waiting: bool,
    pub procedure: Option<String>,
    /// Only what nobody answered for: neither a telephone nor an account.
    pub unproven: bool,
    /// What somebody searches for; empty: all.
    pub q: String,
    /// The dossier after which the page begins.
    pub after: Option<i64>,
}

/// Filings on the counters of these units: those that wait, the first to be answered first; else all, the newest
/// first.
pub(super) fn list(tx: &mut Tx<'_>, filter: &Filter, limit: i64) -> Result<Vec<Line>, Fault> {
    let columns = concat!(
        "d.id, d.code, d.applicant, f.procedure, f.unit, d.status, f.sent_ms, f.answer_due_at,
         (select count(*) from citizen_act a where a.dossier = d.id and ",
        crate::follow::sql::fresh!(),
        "), f.proof, coalesce(p.phone, ''), coalesce(f.assistant, 0)"
    );
    let from = "filing f join dossier d on d.id = f.dossier \
         left join dossier_person p on p.dossier = d.id";
    let unproven = filter.unproven.then(|| Assurance::Nothing.code().to_owned());
    let select = Select::new(columns, from)
        .and_in("f.unit", filter.units.clone())
        .and_if("f.procedure = ?", filter.procedure.clone())
        .and_if("f.proof = ?", unproven);
    let select = citizen::dossiers::facts::searched(tx, select, filter.q.trim())?;
    let select = if filter.waiting {
        let select = select.and("d.status = ?", ["submitted".into()]);
        // The dossier may have been received meanwhile: its hour still says where the page begins.
        match filter.after {
            Some(after) => select.and(
                "f.answer_due_at > (select answer_due_at from filing where dossier = ?)
                   or (f.answer_due_at = (select answer_due_at from filing where dossier = ?) and d.id > ?)",
                [after.into(), after.into(), after.into()],
            ),
            None => select,
        }
        .order_by("f.answer_due_at, d.id")
    } else {
        select.and_if("d.id < ?", filter.after).order_by("d.id desc")
    };
    let rows = select.rows(tx, limit)?;
    rows.iter()
        .map(|row| {
            Ok(Line {
                dossier: row.get(0)?,
                code: row.get(1)?,
                applicant: row.get(2)?,
                procedure: row.get(3)?,
                unit: row.get(4)?,
                status: row.get(5)?,
                sent: Instant::from_epoch_ms(row.get(6)?),
                answer_due_at: time(row, 7)?,
                is_answered: row.get::<i64>(8)? > 0,
                proof: row.parse(9, "assurance", Assurance::from_code)?,
                phone: row.get(10)?,
                is_assisted: row.get::<i64>(11)? > 0,
            })
        })
        .collect()
}

/// How many wait on the counters of these units.
pub(super) fn waiting(tx: &mut Tx<'_>, units: &[UnitId]) -> Result<i64, Fault> {
    Select::new("1", "filing f join dossier d on d.id = f.dossier")
        .and_in("f.unit", units.to_vec())
        .and("d.status = ?", ["submitted".into()])
        .count(tx, 1_000)
}

/// How many of those came from somebody whose telephone answered nothing.
pub(super) fn unproven(tx: &mut Tx<'_>, units: &[UnitId]) -> Result<i64, Fault> {
    Select::new("1", "filing f join dossier d on d.id = f.dossier")
        .and_in("f.unit", units.to_vec())
        .and("d.status = ?", ["submitted".into()])
        .and("f.proof = ?", [Assurance::Nothing.code().into()])
        .count(tx, 1_000)
}

/// The codes of procedures that were filed on the counters of these units.
pub(super) fn procedures(tx: &mut Tx<'_>, units: &[UnitId]) -> Result<Vec<String>, Fault> {
    let select = Select::new("f.procedure", "filing f")
        .and("f.dossier is not null", [])
        .and_in("f.unit", units.to_vec())
        .grouped_by("f.procedure")
        .order_by("f.procedure");
    select.rows(tx, 200)?.iter().map(|row| row.get(0)).collect()
}

fn dossiers(rows: &[Row]) -> Result<Vec<DossierId>, Fault> {
    rows.iter().map(|row| row.get(0)).collect()
}

/// Dossiers that were sent without an account, or from this one, and whose telephone answered a code.
pub(super) fn of_phone(
    tx: &mut Tx<'_>,
    phone: &str,
    citizen: CitizenId,
) -> Result<Vec<DossierId>, Fault> {
    let rows = tx.query(
        "select f.dossier from dossier_person p join filing f on f.dossier = p.dossier
         where p.phone = ?1 and f.proof = ?2 and (f.citizen = ?3 or f.citizen is null) and f.assistant is null
         order by f.dossier desc limit 500",
        &[phone.into(), Assurance::Phone.code().into(), citizen.into()],
    )?;
    dossiers(&rows)
}

/// Dossiers with this number that were sent by somebody of whom nobody knows that he is its holder.
pub(super) fn unproved(tx: &mut Tx<'_>, id_number: &str) -> Result<Vec<DossierId>, Fault> {
    let rows = tx.query(
        "select f.dossier from dossier_person p join filing f on f.dossier = p.dossier
         where p.id_number = ?1 and f.proof <> ?2 and f.assistant is null
         order by f.dossier desc limit 500",
        &[id_number.into(), Assurance::Identified.code().into()],
    )?;
    dossiers(&rows)
}

/// The holder of the number says that he did not send it.
pub(super) fn deny(tx: &mut Tx<'_>, dossier: DossierId, citizen: CitizenId) -> Result<(), Fault> {
    tx.execute(
        "insert into filing_denial (dossier, citizen, at_ms) values (?1, ?2, ?3)
         on conflict (dossier) do nothing",
        &[dossier.into(), citizen.into(), tx.now().into()],
    )?;
    Ok(())
}

/// Dossiers of which this account said that it did not send them.
pub(super) fn denied(tx: &mut Tx<'_>, citizen: CitizenId) -> Result<Vec<DossierId>, Fault> {
    let rows =
        tx.query("select dossier from filing_denial where citizen = ?1", &[citizen.into()])?;
    dossiers(&rows)
}

/// When the holder of its number said that he did not send it.
pub(super) fn denied_at(tx: &mut Tx<'_>, dossier: DossierId) -> Result<Option<Instant>, Fault> {
    let row =
        tx.query_one("select at_ms from filing_denial where dossier = ?1", &[dossier.into()])?;
    row.map(|row| Ok(Instant::from_epoch_ms(row.get(0)?))).transpose()
}

/// Who heard a citizen agree that somebody files for him is named no more. How he agreed stays.
pub(super) fn erase(tx: &mut Tx<'_>, dossier: DossierId) -> Result<Vec<String>, Fault> {
    tx.execute("update filing set witness = '' where dossier = ?1", &[dossier.into()])?;
    Ok(Vec::new())
}
