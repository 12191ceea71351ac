//! SQL of key pairs: ours and theirs, and how far a partner is paired.

use domain::time::Instant;
use store::{Fault, Row, Tx};

/// A key pair of ours.
#[derive(Debug, Clone)]
pub struct OwnKey {
    pub id: i64,
    /// Hexadecimal.
    pub public: String,
    pub sealed: String,
    pub created: Instant,
    /// It signs from then on.
    pub from: Instant,
}

/// A public key of a partner's.
#[derive(Debug, Clone)]
pub struct TheirKey {
    pub id: i64,
    pub partner: i64,
    /// Hexadecimal.
    pub public: String,
    pub added: Instant,
    /// Believed until then; `None`: no end known.
    pub until: Option<Instant>,
}

impl TheirKey {
    /// Whether it is believed at this moment.
    pub fn holds(&self, now: Instant) -> bool {
        self.until.is_none_or(|it| now < it)
    }
}

/// Our key pairs, the latest first.
pub fn own_keys(tx: &mut Tx<'_>) -> Result<Vec<OwnKey>, Fault> {
    let rows = tx.query(
        "select id, public, sealed, created_ms, from_ms from relay_own_key order by from_ms desc, id desc",
        &[],
    )?;
    let of = |row: &Row| {
        Ok(OwnKey {
            id: row.get(0)?,
            public: row.get(1)?,
            sealed: row.get(2)?,
            created: Instant::from_epoch_ms(row.get(3)?),
            from: Instant::from_epoch_ms(row.get(4)?),
        })
    };
    rows.iter().map(of).collect()
}

/// The pair that signs now.
pub fn signing_key(tx: &mut Tx<'_>) -> Result<Option<OwnKey>, Fault> {
    let now = tx.now();
    Ok(own_keys(tx)?.into_iter().find(|it| it.from <= now))
}

pub fn insert_own_key(tx: &mut Tx<'_>, it: &OwnKey) -> Result<i64, Fault> {
    tx.insert(
        "insert into relay_own_key (public, sealed, created_ms, from_ms) values (?1, ?2, ?3, ?4)
         returning id",
        &[it.public.as_str().into(), it.sealed.as_str().into(), it.created.into(), it.from.into()],
    )
}

/// The keys of a partner, the newest first: also those that are over.
pub fn their_keys(tx: &mut Tx<'_>, partner: i64) -> Result<Vec<TheirKey>, Fault> {
    let rows = tx.query(
        "select id, partner, public, added_ms, until_ms from relay_partner_key
         where partner = ?1 order by id desc",
        &[partner.into()],
    )?;
    rows.iter().map(their_key).collect()
}

fn their_key(row: &Row) -> Result<TheirKey, Fault> {
    Ok(TheirKey {
        id: row.get(0)?,
        partner: row.get(1)?,
        public: row.get(2)?,
        added: Instant::from_epoch_ms(row.get(3)?),
        until: row.get::<Option<i64>>(4)?.map(Instant::from_epoch_ms),
    })
}

pub fn their_key_of(tx: &mut Tx<'_>, id: i64) -> Result<Option<TheirKey>, Fault> {
    let row = tx.query_one(
        "select id, partner, public, added_ms, until_ms from relay_partner_key where id = ?1",
        &[id.into()],
    )?;
    row.as_ref().map(their_key).transpose()
}

/// Believes a key from now on; those before it end at `until` at the latest.
pub fn insert_their_key(
    tx: &mut Tx<'_>,
    partner: i64,
    public: &str,
    until: Instant,
) -> Result<i64, Fault> {
    let now = tx.now();
    tx.execute(
        "update relay_partner_key set until_ms = ?2
         where partner = ?1 and (until_ms > ?2 or until_ms is null)",
        &[partner.into(), until.into()],
    )?;
    tx.insert(
        "insert into relay_partner_key (partner, public, added_ms, until_ms) values (?1, ?2, ?3, null)
         returning id",
        &[partner.into(), public.into(), now.into()],
    )
}

/// Believes a key no longer.
pub fn end_their_key(tx: &mut Tx<'_>, id: i64) -> Result<(), Fault> {
    let now = tx.now();
    tx.execute(
        "update relay_partner_key set until_ms = ?2 where id = ?1 and (until_ms > ?2 or until_ms is null)",
        &[id.into(), now.into()],
    )?;
    Ok(())
}

/// A message signed with a key of theirs came: from now on nothing else is believed.
pub fn heard_by_key(tx: &mut Tx<'_>, partner: i64) -> Result<(), Fault> {
    let now = tx.now();
    tx.execute(
        "update relay_partner set key_in_ms = ?2 where id = ?1 and key_in_ms is null",
        &[partner.into(), now.into()],
    )?;
    drop_secret(tx, partner)
}

/// They say that they believe our key.
pub fn believed_by_key(tx: &mut Tx<'_>, partner: i64) -> Result<(), Fault> {
    let now = tx.now();
    tx.execute(
        "update relay_partner set key_out_ms = ?2 where id = ?1 and key_out_ms is null",
        &[partner.into(), now.into()],
    )?;
    drop_secret(tx, partner)
}

/// Once both sides believe keys, the shared secret of before is forgotten.
fn drop_secret(tx: &mut Tx<'_>, partner: i64) -> Result<(), Fault> {
    tx.execute(
        "update relay_partner set secret = ''
         where id = ?1 and key_in_ms is not null and key_out_ms is not null and secret <> ''",
        &[partner.into()],
    )?;
    Ok(())
}
