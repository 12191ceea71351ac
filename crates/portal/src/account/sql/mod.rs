//! SQL of citizens' accounts and sessions.

use domain::{
    assurance::{Assurance, SignInWay},
    ids::{CitizenId, DossierId},
    time::Instant,
};
use site::Lang;
use store::{Fault, Row, Tx};

pub(super) mod codes;
pub(super) mod privacy;
pub(super) mod providers;

/// An account as it is kept.
#[derive(Debug, Clone)]
pub(super) struct Account {
    pub id: CitizenId,
    pub name: String,
    /// Twelve digits; none until a provider or an official vouched for them.
    pub id_number: Option<String>,
    pub birth_date: String,
    pub phone: String,
    pub phone_confirmed: Option<Instant>,
    pub counter_phone: String,
    /// `provider`, `counter` or empty.
    pub identified_by: String,
    pub identified: Option<Instant>,
    pub email: String,
    pub address: String,
    pub lang: Lang,
    pub large_type: bool,
    pub created: Instant,
    pub edition: i64,
}

const COLUMNS: &str = "c.id, c.name, c.id_number, c.birth_date, c.phone, c.phone_confirmed_ms,
    c.counter_phone, c.identified_by, c.identified_ms, c.email, c.address, c.lang, c.large_type,
    c.created_ms, c.edition";

fn account(row: &Row) -> Result<Account, Fault> {
    let moment =
        |column| Ok::<_, Fault>(row.get::<Option<i64>>(column)?.map(Instant::from_epoch_ms));
    Ok(Account {
        id: row.get(0)?,
        name: row.get(1)?,
        id_number: row.get(2)?,
        birth_date: row.get(3)?,
        phone: row.get(4)?,
        phone_confirmed: moment(5)?,
        counter_phone: row.get(6)?,
        identified_by: row.get(7)?,
        identified: moment(8)?,
        email: row.get(9)?,
        address: row.get(10)?,
        lang: row.parse(11, "language", Lang::from_code)?,
        large_type: row.get(12)?,
        created: Instant::from_epoch_ms(row.get(13)?),
        edition: row.get(14)?,
    })
}

/// The open account `id`.
pub(super) fn find(tx: &mut Tx<'_>, id: CitizenId) -> Result<Option<Account>, Fault> {
    let sql = format!("select {COLUMNS} from citizen c where c.id = ?1 and c.closed_ms is null");
    tx.query_one(&sql, &[id.into()])?.as_ref().map(account).transpose()
}

/// The open account whose telephone answered a code.
pub(super) fn by_phone(tx: &mut Tx<'_>, phone: &str) -> Result<Option<Account>, Fault> {
    let sql = format!(
        "select {COLUMNS} from citizen c
         where c.phone = ?1 and c.phone_confirmed_ms is not null and c.closed_ms is null"
    );
    tx.query_one(&sql, &[phone.into()])?.as_ref().map(account).transpose()
}

/// The open account with this personal number.
pub(super) fn by_number(tx: &mut Tx<'_>, number: &str) -> Result<Option<Account>, Fault> {
    let sql =
        format!("select {COLUMNS} from citizen c where c.id_number = ?1 and c.closed_ms is null");
    tx.query_one(&sql, &[number.into()])?.as_ref().map(account).transpose()
}

/// A new account that knows nothing yet.
pub(super) fn insert(tx: &mut Tx<'_>, lang: Lang) -> Result<CitizenId, Fault> {
    tx.insert(
        "insert into citizen
           (name, birth_date, phone, counter_phone, identified_by, email, address, lang, large_type,
            created_ms, seen_ms, edition)
         values ('', '', '', '', '', '', '', ?1, 0, ?2, ?2, 1) returning id",
        &[lang.code().into(), tx.now().into()],
    )
}

/// The telephone answered a code.
pub(super) fn confirm_phone(tx: &mut Tx<'_>, id: CitizenId, phone: &str) -> Result<(), Fault> {
    tx.execute(
        "update citizen set phone = ?2, phone_confirmed_ms = ?3,
           counter_phone = case when counter_phone = ?2 then counter_phone else '' end,
           edition = edition + 1
         where id = ?1",
        &[id.into(), phone.into(), tx.now().into()],
    )?;
    Ok(())
}

/// What somebody vouched for.
pub(super) struct Identity<'a> {
    pub number: &'a str,
    pub name: &'a str,
    /// `YYYY-MM-DD`; empty if unknown.
    pub birth_date: &'a str,
    /// `provider` or `counter`.
    pub by: &'a str,
    /// The telephone that was held at the counter; empty for a provider.
    pub counter_phone: &'a str,
}

/// The number is known from now on.
pub(super) fn identify(tx: &mut Tx<'_>, id: CitizenId, it: &Identity<'_>) -> Result<(), Fault> {
    tx.execute(
        "update citizen set id_number = ?2, name = ?3, birth_date = ?4, identified_by = ?5,
           counter_phone = case when ?6 = '' then counter_phone else ?6 end,
           identified_ms = ?7, edition = edition + 1
         where id = ?1",
        &[
            id.into(),
            it.number.into(),
            it.name.into(),
            it.birth_date.into(),
            it.by.into(),
            it.counter_phone.into(),
            tx.now().into(),
        ],
    )?;
    Ok(())
}

/// What one says of oneself, where it is not known better.
pub(super) fn set_contact(
    tx: &mut Tx<'_>,
    id: CitizenId,
    edition: i64,
    (name, email, address): (&str, &str, &str),
) -> Result<bool, Fault> {
    let touched = tx.execute(
        "update citizen set name = case when id_number is null then ?3 else name end,
           email = ?4, address = ?5, edition = edition + 1
         where id = ?1 and edition = ?2 and closed_ms is null",
        &[id.into(), edition.into(), name.into(), email.into(), address.into()],
    )?;
    Ok(touched == 1)
}

/// What a provider says in passing, where nothing is known: no proof of anything.
pub(super) fn set_hints(
    tx: &mut Tx<'_>,
    id: CitizenId,
    name: &str,
    phone: &str,
) -> Result<(), Fault> {
    tx.execute(
        "update citizen set name = case when name = '' then ?2 else name end,
           phone = case when phone = '' then ?3 else phone end
         where id = ?1",
        &[id.into(), name.into(), phone.into()],
    )?;
    Ok(())
}

/// Language and size of type.
pub(super) fn set_taste(
    tx: &mut Tx<'_>,
    id: CitizenId,
    lang: Lang,
    large: bool,
) -> Result<(), Fault> {
    tx.execute(
        "update citizen set lang = ?2, large_type = ?3 where id = ?1",
        &[id.into(), lang.code().into(), large.into()],
    )?;
    Ok(())
}

/// A session that is open, and its account.
pub(super) struct Open {
    pub session: i64,
    pub assurance: Assurance,
    pub seen: Instant,
    pub created: Instant,
    pub account: Account,
}

/// The session with this token.
pub(super) fn session(tx: &mut Tx<'_>, token_sha256: &str) -> Result<Option<Open>, Fault> {
    let sql = format!(
        "select {COLUMNS}, s.id, s.assurance, s.seen_ms, s.created_ms
         from citizen_session s join citizen c on c.id = s.citizen
         where s.token_sha256 = ?1 and s.expires_ms > ?2 and s.ended_ms is null
           and c.closed_ms is null"
    );
    let row = tx.query_one(&sql, &[token_sha256.into(), tx.now().into()])?;
    let Some(row) = row else { return Ok(None) };
    Ok(Some(Open {
        account: account(&row)?,
        session: row.get(15)?,
        assurance: row.parse(16, "assurance", Assurance::from_code)?,
        seen: Instant::from_epoch_ms(row.get(17)?),
        created: Instant::from_epoch_ms(row.get(18)?),
    }))
}

/// The session with this token that nobody ended, over or not: its row and whose it is.
pub(super) fn session_before(
    tx: &mut Tx<'_>,
    token_sha256: &str,
) -> Result<Option<(i64, CitizenId)>, Fault> {
    let row = tx.query_one(
        "select id, citizen from citizen_session where token_sha256 = ?1 and ended_ms is null",
        &[token_sha256.into()],
    )?;
    row.map(|row| Ok((row.get(0)?, row.get(1)?))).transpose()
}

/// Opens a session.
pub(super) fn insert_session(
    tx: &mut Tx<'_>,
    citizen: CitizenId,
    token_sha256: &str,
    (way, assurance): (SignInWay, Assurance),
    agent: &str,
    expires: Instant,
) -> Result<i64, Fault> {
    let origin = tx.origin().to_owned();
    tx.execute(
        "update citizen set seen_ms = ?2 where id = ?1",
        &[citizen.into(), tx.now().into()],
    )?;
    let row = tx.query_one(
        "insert into citizen_session
           (token_sha256, citizen, way, assurance, agent, origin, created_ms, seen_ms, expires_ms)
         values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7, ?8) returning id",
        &[
            token_sha256.into(),
            citizen.into(),
            way.code().into(),
            assurance.code().into(),
            agent.into(),
            origin.into(),
            tx.now().into(),
            expires.into(),
        ],
    )?;
    row.map_or(Ok(0), |row| row.get(0))
}

/// Whether this browser was seen with the account before.
pub(super) fn knows_agent(tx: &mut Tx<'_>, citizen: CitizenId, agent: &str) -> Result<bool, Fault> {
    let count = tx.query_number(
        "select count(*) from citizen_session where citizen = ?1 and agent = ?2",
        &[citizen.into(), agent.into()],
    )?;
    Ok(count > 0)
}

/// Pushes the end of a session in use away.
pub(super) fn seen(tx: &mut Tx<'_>, session: i64, expires: Instant) -> Result<(), Fault> {
    tx.execute(
        "update citizen_session set seen_ms = ?2, expires_ms = ?3 where id = ?1",
        &[session.into(), tx.now().into(), expires.into()],
    )?;
    Ok(())
}

/// More is known of whoever holds this session.
pub(super) fn raise(tx: &mut Tx<'_>, session: i64, assurance: Assurance) -> Result<(), Fault> {
    tx.execute(
        "update citizen_session set assurance = ?2 where id = ?1",
        &[session.into(), assurance.code().into()],
    )?;
    Ok(())
}

/// Ends one session of an account; whether it was open.
pub(super) fn end_session(tx: &mut Tx<'_>, citizen: CitizenId, id: i64) -> Result<bool, Fault> {
    let ended = tx.execute(
        "update citizen_session set ended_ms = ?3
         where id = ?1 and citizen = ?2 and ended_ms is null",
        &[id.into(), citizen.into(), tx.now().into()],
    )?;
    Ok(ended > 0)
}

/// Whether the session with this row is open now.
pub(super) fn is_open(tx: &mut Tx<'_>, id: i64) -> Result<bool, Fault> {
    let row = tx.query_one(
        "select 1 from citizen_session where id = ?1 and ended_ms is null and expires_ms > ?2",
        &[id.into(), tx.now().into()],
    )?;
    Ok(row.is_some())
}

/// Whether a session ran out by itself: nobody ended it, and its account is there.
pub(super) fn was_left(tx: &mut Tx<'_>, token_sha256: &str) -> Result<bool, Fault> {
    let row = tx.query_one(
        "select 1 from citizen_session s join citizen c on c.id = s.citizen
         where s.token_sha256 = ?1 and s.ended_ms is null and c.closed_ms is null",
        &[token_sha256.into()],
    )?;
    Ok(row.is_some())
}

/// Ends every session of an account but `kept` (0: every one).
pub(super) fn end_sessions(tx: &mut Tx<'_>, citizen: CitizenId, kept: i64) -> Result<usize, Fault> {
    tx.execute(
        "update citizen_session set ended_ms = ?3
         where citizen = ?1 and id <> ?2 and ended_ms is null",
        &[citizen.into(), kept.into(), tx.now().into()],
    )
}

/// A session as its owner sees it.
#[derive(Debug, Clone)]
pub(super) struct Session {
    pub id: i64,
    pub way: SignInWay,
    pub agent: String,
    pub origin: String,
    pub created: Instant,
    pub seen: Instant,
    pub is_open: bool,
}

/// Sessions of an account, the newest first.
pub(super) fn sessions(tx: &mut Tx<'_>, citizen: CitizenId) -> Result<Vec<Session>, Fault> {
    let now = tx.now();
    let rows = tx.query(
        "select id, way, agent, origin, created_ms, seen_ms, ended_ms, expires_ms
         from citizen_session where citizen = ?1 order by created_ms desc, id desc limit 30",
        &[citizen.into()],
    )?;
    rows.iter()
        .map(|row| {
            let (ended, expires): (Option<i64>, i64) = (row.get(6)?, row.get(7)?);
            Ok(Session {
                id: row.get(0)?,
                way: row.parse(1, "way", SignInWay::from_code)?,
                agent: row.get(2)?,
                origin: row.get(3)?,
                created: Instant::from_epoch_ms(row.get(4)?),
                seen: Instant::from_epoch_ms(row.get(5)?),
                is_open: ended.is_none() && expires > now.epoch_ms(),
            })
        })
        .collect()
}

/// A dossier was sent from this account.
pub(super) fn filed(tx: &mut Tx<'_>, citizen: CitizenId, dossier: DossierId) -> Result<(), Fault> {
    tx.execute(
        "insert into citizen_dossier (citizen, dossier, at_ms) values (?1, ?2, ?3)
         on conflict (citizen, dossier) do nothing",
        &[citizen.into(), dossier.into(), tx.now().into()],
    )?;
    Ok(())
}

/// Dossiers that were sent from this account, the newest first.
pub(super) fn sent_from(tx: &mut Tx<'_>, citizen: CitizenId) -> Result<Vec<DossierId>, Fault> {
    let rows = tx.query(
        "select dossier from citizen_dossier where citizen = ?1 order by dossier desc limit 500",
        &[citizen.into()],
    )?;
    rows.iter().map(|row| row.get(0)).collect()
}

/// Whoever was known by nothing is known by his telephone now; whoever was known better stays so.
pub(super) fn raise_from_nothing(tx: &mut Tx<'_>, session: i64) -> Result<(), Fault> {
    tx.execute(
        "update citizen_session set assurance = ?2 where id = ?1 and assurance = ?3",
        &[session.into(), Assurance::Phone.code().into(), Assurance::Nothing.code().into()],
    )?;
    Ok(())
}
