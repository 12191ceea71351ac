//! SQL of partners and of messages between installations.

use domain::{ids::DossierId, time::Instant};
use jiff::civil::DateTime;
use store::{Fault, Row, Tx};

mod keys;

pub use keys::*;

/// Another installation.
#[derive(Debug, Clone)]
pub struct Partner {
    pub id: i64,
    pub code: String,
    pub own_code: String,
    pub name: String,
    pub base_url: String,
    /// Sealed.
    pub secret: String,
    pub paused: bool,
    pub sent: Option<Instant>,
    pub received: Option<Instant>,
    pub failed: Option<Instant>,
    pub failure: String,
    pub edition: i64,
    /// When a message signed with a key of theirs came first.
    pub key_in: Option<Instant>,
    /// When they said first that they believe our key.
    pub key_out: Option<Instant>,
}

/// A unit of a partner's that dossiers may go to.
#[derive(Debug, Clone)]
pub struct Route {
    pub id: i64,
    pub partner: i64,
    pub agency: String,
    pub name: String,
    pub procedures: String,
}

/// What a link has beyond ours.
#[derive(Debug, Clone)]
pub struct Case {
    pub link: i64,
    pub partner: i64,
    pub reference: String,
    pub agency: String,
    pub unit: String,
    pub code: String,
    pub procedure: String,
    pub status: String,
    pub due_at: Option<DateTime>,
    pub sent: i64,
    pub received: i64,
}

/// A message on its way.
#[derive(Debug, Clone)]
pub struct Outgoing {
    pub id: i64,
    pub partner: i64,
    pub link: i64,
    pub key: String,
    pub sequence: i64,
    pub kind: String,
    pub body: String,
    pub state: String,
    pub attempts: i64,
    pub next: Instant,
    pub created: Instant,
    pub closed: Option<Instant>,
    pub failure: String,
}

const PARTNER: &str = "id, code, own_code, name, base_url, secret, paused, sent_ms, received_ms,
    failed_ms, failure, edition, key_in_ms, key_out_ms";

fn instant(row: &Row, at: usize) -> Result<Option<Instant>, Fault> {
    Ok(row.get::<Option<i64>>(at)?.map(Instant::from_epoch_ms))
}

fn partner(row: &Row) -> Result<Partner, Fault> {
    Ok(Partner {
        id: row.get(0)?,
        code: row.get(1)?,
        own_code: row.get(2)?,
        name: row.get(3)?,
        base_url: row.get(4)?,
        secret: row.get(5)?,
        paused: row.get(6)?,
        sent: instant(row, 7)?,
        received: instant(row, 8)?,
        failed: instant(row, 9)?,
        failure: row.get(10)?,
        edition: row.get(11)?,
        key_in: instant(row, 12)?,
        key_out: instant(row, 13)?,
    })
}

/// Every partner, by name.
pub fn partners(tx: &mut Tx<'_>) -> Result<Vec<Partner>, Fault> {
    let rows = tx.query(&format!("select {PARTNER} from relay_partner order by name, id"), &[])?;
    rows.iter().map(partner).collect()
}

pub fn partner_of(tx: &mut Tx<'_>, id: i64) -> Result<Option<Partner>, Fault> {
    let sql = format!("select {PARTNER} from relay_partner where id = ?1");
    tx.query_one(&sql, &[id.into()])?.as_ref().map(partner).transpose()
}

pub fn partner_by_code(tx: &mut Tx<'_>, code: &str) -> Result<Option<Partner>, Fault> {
    let sql = format!("select {PARTNER} from relay_partner where code = ?1");
    tx.query_one(&sql, &[code.into()])?.as_ref().map(partner).transpose()
}

pub fn insert_partner(tx: &mut Tx<'_>, it: &Partner) -> Result<i64, Fault> {
    tx.insert(
        "insert into relay_partner
           (code, own_code, name, base_url, secret, paused, failure, edition)
         values (?1, ?2, ?3, ?4, ?5, 0, '', 1) returning id",
        &[
            it.code.as_str().into(),
            it.own_code.as_str().into(),
            it.name.as_str().into(),
            it.base_url.as_str().into(),
            it.secret.as_str().into(),
        ],
    )
}

/// Writes what an administrator changed. `false`: somebody else was first.
pub fn keep_partner(tx: &mut Tx<'_>, it: &Partner) -> Result<bool, Fault> {
    let touched = tx.execute(
        "update relay_partner set own_code = ?3, name = ?4, base_url = ?5, paused = ?6,
                edition = edition + 1
         where id = ?1 and edition = ?2",
        &[
            it.id.into(),
            it.edition.into(),
            it.own_code.as_str().into(),
            it.name.as_str().into(),
            it.base_url.as_str().into(),
            it.paused.into(),
        ],
    )?;
    Ok(touched > 0)
}

/// The line works: a message of ours was acknowledged.
pub fn line_works(tx: &mut Tx<'_>, id: i64) -> Result<(), Fault> {
    let now = tx.now();
    tx.execute("update relay_partner set sent_ms = ?2 where id = ?1", &[id.into(), now.into()])?;
    Ok(())
}

/// A message of theirs came.
pub fn heard_of(tx: &mut Tx<'_>, id: i64) -> Result<(), Fault> {
    let now = tx.now();
    tx.execute(
        "update relay_partner set received_ms = ?2 where id = ?1",
        &[id.into(), now.into()],
    )?;
    Ok(())
}

/// The line does not work.
pub fn line_fails(tx: &mut Tx<'_>, id: i64, why: &str) -> Result<(), Fault> {
    let now = tx.now();
    tx.execute(
        "update relay_partner set failed_ms = ?2, failure = ?3 where id = ?1",
        &[id.into(), now.into(), why.into()],
    )?;
    Ok(())
}

fn route(row: &Row) -> Result<Route, Fault> {
    Ok(Route {
        id: row.get(0)?,
        partner: row.get(1)?,
        agency: row.get(2)?,
        name: row.get(3)?,
        procedures: row.get(4)?,
    })
}

/// Every route of partners that are not paused, or of one partner.
pub fn routes(tx: &mut Tx<'_>, partner: Option<i64>) -> Result<Vec<Route>, Fault> {
    let rows = tx.query(
        "select r.id, r.partner, r.agency, r.name, r.procedures from relay_route r
         where (r.partner = ?1 or ?1 is null) order by r.name, r.id",
        &[partner.into()],
    )?;
    rows.iter().map(route).collect()
}

pub fn insert_route(tx: &mut Tx<'_>, it: &Route) -> Result<i64, Fault> {
    tx.insert(
        "insert into relay_route (partner, agency, name, procedures) values (?1, ?2, ?3, ?4)
         returning id",
        &[
            it.partner.into(),
            it.agency.as_str().into(),
            it.name.as_str().into(),
            it.procedures.as_str().into(),
        ],
    )
}

pub fn delete_route(tx: &mut Tx<'_>, id: i64) -> Result<Option<Route>, Fault> {
    let row = tx.query_one(
        "delete from relay_route where id = ?1 returning id, partner, agency, name, procedures",
        &[id.into()],
    )?;
    row.as_ref().map(route).transpose()
}

const CASE: &str = "link, partner, reference, agency, unit, code, procedure, status, due_at, sent,
    received";

fn case(row: &Row) -> Result<Case, Fault> {
    Ok(Case {
        link: row.get(0)?,
        partner: row.get(1)?,
        reference: row.get(2)?,
        agency: row.get(3)?,
        unit: row.get(4)?,
        code: row.get(5)?,
        procedure: row.get(6)?,
        status: row.get(7)?,
        due_at: row.parse_opt(8, "time", |it| it.parse().ok())?,
        sent: row.get(9)?,
        received: row.get(10)?,
    })
}

/// The half of a link that is elsewhere.
pub fn case_of(tx: &mut Tx<'_>, link: i64) -> Result<Option<Case>, Fault> {
    let sql = format!("select {CASE} from relay_case where link = ?1");
    tx.query_one(&sql, &[link.into()])?.as_ref().map(case).transpose()
}

/// The case that both call so; held until the transaction is done, so that messages come one by one.
pub fn case_held(tx: &mut Tx<'_>, partner: i64, reference: &str) -> Result<Option<Case>, Fault> {
    let lock = tx.for_update();
    let sql = format!("select {CASE} from relay_case where partner = ?1 and reference = ?2{lock}");
    tx.query_one(&sql, &[partner.into(), reference.into()])?.as_ref().map(case).transpose()
}

pub fn insert_case(tx: &mut Tx<'_>, it: &Case) -> Result<(), Fault> {
    tx.execute(
        "insert into relay_case
           (link, partner, reference, agency, unit, code, procedure, status, due_at, sent, received)
         values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
        &[
            it.link.into(),
            it.partner.into(),
            it.reference.as_str().into(),
            it.agency.as_str().into(),
            it.unit.as_str().into(),
            it.code.as_str().into(),
            it.procedure.as_str().into(),
            it.status.as_str().into(),
            it.due_at.into(),
            it.sent.into(),
            it.received.into(),
        ],
    )?;
    Ok(())
}

/// What they said last.
pub fn keep_case(tx: &mut Tx<'_>, it: &Case) -> Result<(), Fault> {
    tx.execute(
        "update relay_case set unit = ?2, code = ?3, status = ?4, due_at = ?5, received = ?6
         where link = ?1",
        &[
            it.link.into(),
            it.unit.as_str().into(),
            it.code.as_str().into(),
            it.status.as_str().into(),
            it.due_at.into(),
            it.received.into(),
        ],
    )?;
    Ok(())
}

/// The number of the next message of ours about a case.
pub fn next_sequence(tx: &mut Tx<'_>, link: i64) -> Result<i64, Fault> {
    let row = tx.query_one(
        "update relay_case set sent = sent + 1 where link = ?1 returning sent",
        &[link.into()],
    )?;
    row.map_or_else(|| Err(Fault::Broken(format!("link {link} is no case"))), |row| row.get(0))
}

pub fn insert_message(tx: &mut Tx<'_>, it: &Outgoing) -> Result<i64, Fault> {
    tx.insert(
        "insert into relay_message
           (partner, link, key, sequence, kind, body, state, attempts, next_ms, created_ms, closed_ms,
            failure)
         values (?1, ?2, ?3, ?4, ?5, ?6, 'waiting', 0, ?7, ?7, null, '') returning id",
        &[
            it.partner.into(),
            it.link.into(),
            it.key.as_str().into(),
            it.sequence.into(),
            it.kind.as_str().into(),
            it.body.as_str().into(),
            it.created.into(),
        ],
    )
}

const MESSAGE: &str =
    "m.id, m.partner, m.link, m.key, m.sequence, m.kind, m.body, m.state, m.attempts,
    m.next_ms, m.created_ms, m.closed_ms, m.failure";

fn message(row: &Row) -> Result<Outgoing, Fault> {
    Ok(Outgoing {
        id: row.get(0)?,
        partner: row.get(1)?,
        link: row.get(2)?,
        key: row.get(3)?,
        sequence: row.get(4)?,
        kind: row.get(5)?,
        body: row.get(6)?,
        state: row.get(7)?,
        attempts: row.get(8)?,
        next: Instant::from_epoch_ms(row.get(9)?),
        created: Instant::from_epoch_ms(row.get(10)?),
        closed: instant(row, 11)?,
        failure: row.get(12)?,
    })
}

/// The next message that may go now: of each case only the oldest that is not acknowledged. It is claimed
/// until `lease`: no other process sends it meanwhile.
pub fn claim(tx: &mut Tx<'_>, lease: Instant) -> Result<Option<Outgoing>, Fault> {
    let sql = format!(
        "select {MESSAGE} from relay_message m join relay_partner p on p.id = m.partner
         where m.state = 'waiting' and m.next_ms <= ?1 and p.paused = 0 and not exists
           (select 1 from relay_message b where b.link = m.link and b.sequence < m.sequence
              and b.state <> 'acknowledged')
         order by m.next_ms, m.id limit 1"
    );
    let Some(row) = tx.query_one(&sql, &[tx.now().into()])? else { return Ok(None) };
    let found = message(&row)?;
    let touched = tx.execute(
        "update relay_message set next_ms = ?3, attempts = attempts + 1
         where id = ?1 and attempts = ?2 and state = 'waiting'",
        &[found.id.into(), found.attempts.into(), lease.into()],
    )?;
    Ok((touched > 0).then(|| Outgoing { attempts: found.attempts + 1, ..found }))
}

/// It was acknowledged: what it said is not kept.
pub fn acknowledge(tx: &mut Tx<'_>, id: i64) -> Result<(), Fault> {
    let now = tx.now();
    tx.execute(
        "update relay_message set state = 'acknowledged', closed_ms = ?2, body = '', failure = ''
         where id = ?1",
        &[id.into(), now.into()],
    )?;
    Ok(())
}

/// It was not taken, and is tried again at `next`; or never, if there is none.
pub fn failed(tx: &mut Tx<'_>, id: i64, next: Option<Instant>, why: &str) -> Result<(), Fault> {
    let (state, closed) = match next {
        Some(_) => ("waiting", None),
        None => ("dead", Some(tx.now())),
    };
    let next = next.unwrap_or(tx.now());
    tx.execute(
        "update relay_message set state = ?2, next_ms = ?3, closed_ms = ?4, failure = ?5 where id = ?1",
        &[id.into(), state.into(), next.into(), closed.into(), why.into()],
    )?;
    Ok(())
}

/// Tries everything of a partner again now: what waits, and what was given up.
pub fn revive(tx: &mut Tx<'_>, partner: i64) -> Result<usize, Fault> {
    let now = tx.now();
    tx.execute(
        "update relay_message set state = 'waiting', next_ms = ?2, closed_ms = null
         where partner = ?1 and body <> '' and (state = 'waiting' or (state = 'dead'
           and link in (select id from dossier_link where closed_ms is null)))",
        &[partner.into(), now.into()],
    )
}

/// Messages of a case, or of a partner; the newest first.
pub fn messages(
    tx: &mut Tx<'_>,
    partner: i64,
    state: &str,
    before: Option<i64>,
    limit: i64,
) -> Result<Vec<(Outgoing, DossierId)>, Fault> {
    let sql = format!(
        "select {MESSAGE}, coalesce(l.child, l.parent) from relay_message m
           join dossier_link l on l.id = m.link
         where m.partner = ?1 and (m.state = ?2 or ?2 = '') and m.id < ?3 order by m.id desc limit ?4"
    );
    let before = before.unwrap_or(i64::MAX);
    let rows = tx.query(&sql, &[partner.into(), state.into(), before.into(), limit.into()])?;
    rows.iter().map(|row| Ok((message(row)?, row.get(13)?))).collect()
}

/// How many messages of a partner are in each state: waiting, dead.
pub fn backlog(tx: &mut Tx<'_>, partner: i64) -> Result<(i64, i64), Fault> {
    let mut of = |state: &str| {
        tx.query_number(
            "select count(*) from relay_message where partner = ?1 and state = ?2",
            &[partner.into(), state.into()],
        )
    };
    Ok((of("waiting")?, of("dead")?))
}

/// How many messages of a case are not acknowledged, and the reason of the oldest.
pub fn unsent(tx: &mut Tx<'_>, link: i64) -> Result<(i64, String), Fault> {
    let count = tx.query_number(
        "select count(*) from relay_message where link = ?1 and state <> 'acknowledged'",
        &[link.into()],
    )?;
    let row = tx.query_one(
        "select failure from relay_message where link = ?1 and state <> 'acknowledged'
         order by sequence limit 1",
        &[link.into()],
    )?;
    Ok((count, row.map_or(Ok(String::new()), |row| row.get(0))?))
}

/// What was answered to a message with this key, and the hash of what it said.
pub fn answered(
    tx: &mut Tx<'_>,
    partner: i64,
    key: &str,
) -> Result<Option<(String, String)>, Fault> {
    let row = tx.query_one(
        "select body_sha256, answer from relay_inbox where partner = ?1 and key = ?2",
        &[partner.into(), key.into()],
    )?;
    row.map(|row| Ok((row.get(0)?, row.get(1)?))).transpose()
}

pub fn answer(
    tx: &mut Tx<'_>,
    partner: i64,
    key: &str,
    body_sha256: &str,
    answer: &str,
) -> Result<(), Fault> {
    let now = tx.now();
    tx.execute(
        "insert into relay_inbox (partner, key, body_sha256, answer, at_ms) values (?1, ?2, ?3, ?4, ?5)",
        &[partner.into(), key.into(), body_sha256.into(), answer.into(), now.into()],
    )?;
    Ok(())
}

/// Uses a signature up. `false`: it was used before.
pub fn use_up(tx: &mut Tx<'_>, signature: &str) -> Result<bool, Fault> {
    let now = tx.now();
    // Older ones are refused by their time.
    let old = now.epoch_ms() - 3_600_000;
    tx.execute("delete from relay_signature where at_ms < ?1", &[old.into()])?;
    let touched = tx.execute(
        "insert into relay_signature (signature, at_ms) values (?1, ?2) on conflict (signature) do nothing",
        &[signature.into(), now.into()],
    )?;
    Ok(touched > 0)
}

/// Erases what messages about a dossier say of its people.
pub fn erase(tx: &mut Tx<'_>, id: DossierId) -> Result<(), Fault> {
    tx.execute(
        "update relay_message set body = '', state = case when state = 'waiting' then 'dead' else state end
         where body <> '' and link in (select id from dossier_link where parent = ?1 or child = ?1)",
        &[id.into()],
    )?;
    Ok(())
}
