//! SQL of identity providers and of who somebody is there.

use domain::{ids::CitizenId, time::Instant};
use store::{Fault, Param, Row, Tx};

/// A provider of electronic identity.
#[derive(Debug, Clone, Default)]
pub(in crate::account) struct Provider {
    pub id: i64,
    pub name: String,
    pub issuer: String,
    pub discovers: bool,
    pub authorize_url: String,
    pub token_url: String,
    pub userinfo_url: String,
    pub keys_url: String,
    pub client_id: String,
    /// Sealed; empty for a public client.
    pub secret: String,
    /// `basic`, `post`, `none`.
    pub secret_way: String,
    pub scopes: String,
    pub acr_values: String,
    pub acr_accepted: String,
    pub vouches: bool,
    /// What it says without a signature is believed as what is signed.
    pub unsigned: bool,
    pub pkce: bool,
    pub claim_number: String,
    pub claim_name: String,
    pub claim_birth: String,
    pub claim_phone: String,
    pub place: i64,
    pub enabled: bool,
    pub checked: Option<Instant>,
    pub trouble: String,
    pub edition: i64,
}

const COLUMNS: &str =
    "id, name, issuer, discovers, authorize_url, token_url, userinfo_url, keys_url,
    client_id, secret, secret_way, scopes, acr_values, acr_accepted, vouches, pkce, claim_number,
    claim_name, claim_birth, claim_phone, place, enabled, checked_ms, checked, edition, unsigned";

fn provider(row: &Row) -> Result<Provider, Fault> {
    Ok(Provider {
        id: row.get(0)?,
        name: row.get(1)?,
        issuer: row.get(2)?,
        discovers: row.get(3)?,
        authorize_url: row.get(4)?,
        token_url: row.get(5)?,
        userinfo_url: row.get(6)?,
        keys_url: row.get(7)?,
        client_id: row.get(8)?,
        secret: row.get(9)?,
        secret_way: row.get(10)?,
        scopes: row.get(11)?,
        acr_values: row.get(12)?,
        acr_accepted: row.get(13)?,
        vouches: row.get(14)?,
        pkce: row.get(15)?,
        claim_number: row.get(16)?,
        claim_name: row.get(17)?,
        claim_birth: row.get(18)?,
        claim_phone: row.get(19)?,
        place: row.get(20)?,
        enabled: row.get(21)?,
        checked: row.get::<Option<i64>>(22)?.map(Instant::from_epoch_ms),
        trouble: row.get(23)?,
        edition: row.get(24)?,
        unsigned: row.get(25)?,
    })
}

/// Every provider, in the order of the page.
pub(in crate::account) fn all(tx: &mut Tx<'_>) -> Result<Vec<Provider>, Fault> {
    let sql = format!("select {COLUMNS} from identity_provider order by place, name");
    tx.query(&sql, &[])?.iter().map(provider).collect()
}

/// The provider `id`.
pub(in crate::account) fn find(tx: &mut Tx<'_>, id: i64) -> Result<Option<Provider>, Fault> {
    let sql = format!("select {COLUMNS} from identity_provider where id = ?1");
    tx.query_one(&sql, &[id.into()])?.as_ref().map(provider).transpose()
}

fn values(it: &Provider) -> Vec<Param> {
    vec![
        it.name.as_str().into(),
        it.issuer.as_str().into(),
        it.discovers.into(),
        it.authorize_url.as_str().into(),
        it.token_url.as_str().into(),
        it.userinfo_url.as_str().into(),
        it.keys_url.as_str().into(),
        it.client_id.as_str().into(),
        it.secret.as_str().into(),
        it.secret_way.as_str().into(),
        it.scopes.as_str().into(),
        it.acr_values.as_str().into(),
        it.acr_accepted.as_str().into(),
        it.vouches.into(),
        it.pkce.into(),
        it.claim_number.as_str().into(),
        it.claim_name.as_str().into(),
        it.claim_birth.as_str().into(),
        it.claim_phone.as_str().into(),
        it.place.into(),
        it.enabled.into(),
        it.unsigned.into(),
    ]
}

/// A new provider.
pub(in crate::account) fn insert(tx: &mut Tx<'_>, it: &Provider) -> Result<i64, Fault> {
    let row = tx.query_one(
        "insert into identity_provider
           (name, issuer, discovers, authorize_url, token_url, userinfo_url, keys_url, client_id,
            secret, secret_way, scopes, acr_values, acr_accepted, vouches, pkce, claim_number,
            claim_name, claim_birth, claim_phone, place, enabled, unsigned, checked, edition)
         values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18,
                 ?19, ?20, ?21, ?22, '', 1) returning id",
        &values(it),
    )?;
    row.map_or(Ok(0), |row| row.get(0))
}

/// Changes one, if it is still the edition that was read.
pub(in crate::account) fn update(tx: &mut Tx<'_>, it: &Provider) -> Result<bool, Fault> {
    let mut params = values(it);
    params.extend([it.id.into(), it.edition.into()]);
    let touched = tx.execute(
        "update identity_provider set name = ?1, issuer = ?2, discovers = ?3, authorize_url = ?4,
           token_url = ?5, userinfo_url = ?6, keys_url = ?7, client_id = ?8, secret = ?9,
           secret_way = ?10, scopes = ?11, acr_values = ?12, acr_accepted = ?13, vouches = ?14,
           pkce = ?15, claim_number = ?16, claim_name = ?17, claim_birth = ?18, claim_phone = ?19,
           place = ?20, enabled = ?21, unsigned = ?22, edition = edition + 1
         where id = ?23 and edition = ?24",
        &params,
    )?;
    Ok(touched == 1)
}

/// What came of trying its line; the addresses that it named, if it is asked for them.
pub(in crate::account) fn tried(tx: &mut Tx<'_>, it: &Provider) -> Result<(), Fault> {
    tx.execute(
        "update identity_provider set authorize_url = ?2, token_url = ?3, userinfo_url = ?4,
           keys_url = ?5, checked_ms = ?6, checked = ?7 where id = ?1",
        &[
            it.id.into(),
            it.authorize_url.as_str().into(),
            it.token_url.as_str().into(),
            it.userinfo_url.as_str().into(),
            it.keys_url.as_str().into(),
            tx.now().into(),
            it.trouble.as_str().into(),
        ],
    )?;
    Ok(())
}

/// How many people are known by it.
pub(in crate::account) fn linked(tx: &mut Tx<'_>, id: i64) -> Result<i64, Fault> {
    tx.query_number("select count(*) from citizen_link where provider = ?1", &[id.into()])
}

/// Removes one by which nobody is known.
pub(in crate::account) fn remove(tx: &mut Tx<'_>, id: i64) -> Result<(), Fault> {
    tx.execute("delete from identity_provider where id = ?1", &[id.into()])?;
    Ok(())
}

/// Whose account somebody of a provider has.
pub(in crate::account) fn link(
    tx: &mut Tx<'_>,
    provider: i64,
    sub: &str,
) -> Result<Option<CitizenId>, Fault> {
    let row = tx.query_one(
        "select citizen from citizen_link where provider = ?1 and sub = ?2",
        &[provider.into(), sub.into()],
    )?;
    row.map(|row| row.get(0)).transpose()
}

/// Somebody of a provider has this account from now on.
pub(in crate::account) fn set_link(
    tx: &mut Tx<'_>,
    provider: i64,
    sub: &str,
    citizen: CitizenId,
) -> Result<(), Fault> {
    tx.execute(
        "insert into citizen_link (provider, sub, citizen, linked_ms) values (?1, ?2, ?3, ?4)
         on conflict (provider, sub) do update
         set citizen = excluded.citizen, linked_ms = excluded.linked_ms",
        &[provider.into(), sub.into(), citizen.into(), tx.now().into()],
    )?;
    Ok(())
}

/// The names of the providers by which an account is known.
pub(in crate::account) fn names_of(
    tx: &mut Tx<'_>,
    citizen: CitizenId,
) -> Result<Vec<String>, Fault> {
    let rows = tx.query(
        "select distinct p.name from citizen_link l join identity_provider p on p.id = l.provider
         where l.citizen = ?1 order by p.name",
        &[citizen.into()],
    )?;
    rows.iter().map(|row| row.get(0)).collect()
}

/// Marks a sign-in as used. `false`: it was used before.
pub(in crate::account) fn use_once(tx: &mut Tx<'_>, mark: &str) -> Result<bool, Fault> {
    let touched = tx.execute(
        "insert into citizen_sign_in (state_sha256, at_ms) values (?1, ?2)
         on conflict (state_sha256) do nothing",
        &[mark.into(), tx.now().into()],
    )?;
    Ok(touched == 1)
}
