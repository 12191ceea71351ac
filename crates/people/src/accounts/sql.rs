//! SQL of accounts and sessions.

use domain::{
    access::Role,
    ids::{AccountId, SessionId, StaffId, UnitId},
    time::Instant,
};
use jiff::civil::Date;
use site::who::Stage;
use store::{Fault, Row, Tx};

/// An account as sign-in needs it.
#[derive(Debug, Clone)]
pub struct Account {
    /// Its number.
    pub id: AccountId,
    /// Its sign-in name.
    pub login: String,
    /// argon2id.
    pub password_hash: String,
    /// Whether the password must be changed first.
    pub must_change: bool,
    /// The sealed secret of the second factor.
    pub totp_secret: Option<String>,
    /// Wrong passwords in a row.
    pub failures: i64,
    /// Locked until then.
    pub locked_until: Option<Instant>,
    /// Whether it is shut.
    pub disabled: bool,
}

const COLUMNS: &str = "select id, login, password_hash, must_change, totp_secret,
    failures, locked_until_ms, disabled from account";

fn account(row: &Row) -> Result<Account, Fault> {
    Ok(Account {
        id: row.get(0)?,
        login: row.get(1)?,
        password_hash: row.get(2)?,
        must_change: row.get(3)?,
        totp_secret: row.get(4)?,
        failures: row.get(5)?,
        locked_until: row.get::<Option<i64>>(6)?.map(Instant::from_epoch_ms),
        disabled: row.get(7)?,
    })
}

/// The account with this sign-in name.
pub fn by_login(tx: &mut Tx<'_>, login: &str) -> Result<Option<Account>, Fault> {
    let row = tx.query_one(&format!("{COLUMNS} where login = ?1"), &[login.into()])?;
    row.as_ref().map(account).transpose()
}

/// The account `id`.
pub fn find(tx: &mut Tx<'_>, id: AccountId) -> Result<Option<Account>, Fault> {
    let row = tx.query_one(&format!("{COLUMNS} where id = ?1"), &[id.into()])?;
    row.as_ref().map(account).transpose()
}

/// The account `id`, held until the transaction is done: nobody counts a try beside this one.
pub fn find_held(tx: &mut Tx<'_>, id: AccountId) -> Result<Option<Account>, Fault> {
    let sql = format!("{COLUMNS} where id = ?1{}", tx.for_update());
    let row = tx.query_one(&sql, &[id.into()])?;
    row.as_ref().map(account).transpose()
}

/// A new account.
pub fn insert(
    tx: &mut Tx<'_>,
    login: &str,
    name: &str,
    staff: Option<StaffId>,
    password_hash: &str,
    must_change: bool,
) -> Result<AccountId, Fault> {
    tx.insert(
        "insert into account
           (staff, login, name, password_hash, must_change, totp_last, failures, disabled,
            created_ms)
         values (?1, ?2, ?3, ?4, ?5, 0, 0, 0, ?6) returning id",
        &[
            staff.into(),
            login.into(),
            name.into(),
            password_hash.into(),
            must_change.into(),
            tx.now().into(),
        ],
    )
}

/// Grants a role within a unit from a day on.
pub fn insert_grant(
    tx: &mut Tx<'_>,
    account: AccountId,
    role: Role,
    unit: UnitId,
    from: Date,
    until: Option<Date>,
) -> Result<usize, Fault> {
    tx.execute(
        "insert into role_grant (account, role, unit, valid_from, valid_until)
         values (?1, ?2, ?3, ?4, ?5)",
        &[account.into(), role.code().into(), unit.into(), from.into(), until.into()],
    )
}

/// Counts a wrong password, and locks the account until `until` if that is given.
pub fn failed(
    tx: &mut Tx<'_>,
    id: AccountId,
    failures: i64,
    until: Option<Instant>,
) -> Result<usize, Fault> {
    tx.execute(
        "update account set failures = ?2, locked_until_ms = ?3 where id = ?1",
        &[id.into(), failures.into(), until.into()],
    )
}

/// Sets a new password.
pub fn set_password(
    tx: &mut Tx<'_>,
    id: AccountId,
    hash: &str,
    must_change: bool,
) -> Result<usize, Fault> {
    tx.execute(
        "update account set password_hash = ?2, must_change = ?3, failures = 0,
           locked_until_ms = null where id = ?1",
        &[id.into(), hash.into(), must_change.into()],
    )
}

/// Sets the second factor, with the time step of the code that proved it, or removes it.
pub fn set_totp(
    tx: &mut Tx<'_>,
    id: AccountId,
    sealed: Option<String>,
    used: i64,
) -> Result<usize, Fault> {
    tx.execute(
        "update account set totp_secret = ?2, totp_last = ?3 where id = ?1",
        &[id.into(), sealed.into(), used.into()],
    )
}

/// Remembers the time step of a code that was used. `false`: it was used before.
pub fn use_totp(tx: &mut Tx<'_>, id: AccountId, step: i64) -> Result<bool, Fault> {
    let touched = tx.execute(
        "update account set totp_last = ?2 where id = ?1 and totp_last < ?2",
        &[id.into(), step.into()],
    )?;
    Ok(touched == 1)
}

/// Whether a role that the account holds on `day` demands a second factor.
pub fn demands_second_factor(tx: &mut Tx<'_>, id: AccountId, day: Date) -> Result<bool, Fault> {
    let count = tx.query_number(
        "select count(*) from role_grant g join role_policy p on p.role = g.role
         where g.account = ?1 and p.second_factor = 1 and g.valid_from <= ?2
           and (g.valid_until >= ?2 or g.valid_until is null)",
        &[id.into(), day.into()],
    )?;
    Ok(count > 0)
}

/// Opens a session.
pub fn insert_session(
    tx: &mut Tx<'_>,
    account: AccountId,
    token_sha256: &str,
    stage: Stage,
    csrf: &str,
    agent: &str,
    expires: Instant,
) -> Result<SessionId, Fault> {
    let origin = tx.origin().to_owned();
    tx.insert(
        "insert into session
           (token_sha256, account, stage, csrf, agent, origin, created_ms, seen_ms, expires_ms)
         values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7, ?8) returning id",
        &[
            token_sha256.into(),
            account.into(),
            stage.code().into(),
            csrf.into(),
            agent.into(),
            origin.into(),
            tx.now().into(),
            expires.into(),
        ],
    )
}

/// Ends one session of an account.
pub fn end_session(tx: &mut Tx<'_>, account: AccountId, id: SessionId) -> Result<usize, Fault> {
    tx.execute("delete from session where id = ?1 and account = ?2", &[id.into(), account.into()])
}

/// Ends every session of an account but `kept`.
pub fn end_sessions(
    tx: &mut Tx<'_>,
    account: AccountId,
    kept: Option<SessionId>,
) -> Result<usize, Fault> {
    tx.execute(
        "delete from session where account = ?1 and id <> ?2",
        &[account.into(), kept.map_or(0, |it| it.0).into()],
    )
}

/// Ends what has expired.
pub fn sweep_sessions(tx: &mut Tx<'_>) -> Result<usize, Fault> {
    tx.execute("delete from session where expires_ms <= ?1", &[tx.now().into()])
}

/// A session as its owner sees it.
#[derive(Debug, Clone)]
pub struct Session {
    /// Its number.
    pub id: SessionId,
    /// The browser.
    pub agent: String,
    /// The address.
    pub origin: String,
    /// Last used.
    pub seen: Instant,
}

/// Open sessions of an account, latest first.
pub fn sessions(tx: &mut Tx<'_>, account: AccountId) -> Result<Vec<Session>, Fault> {
    let rows = tx.query(
        "select id, agent, origin, seen_ms from session
         where account = ?1 and expires_ms > ?2 order by seen_ms desc limit 100",
        &[account.into(), tx.now().into()],
    )?;
    rows.iter()
        .map(|row| {
            Ok(Session {
                id: row.get(0)?,
                agent: row.get(1)?,
                origin: row.get(2)?,
                seen: Instant::from_epoch_ms(row.get(3)?),
            })
        })
        .collect()
}

/// How many accounts there are.
pub fn count(tx: &mut Tx<'_>) -> Result<i64, Fault> {
    tx.query_number("select count(*) from account", &[])
}

/// The accounts with this sign-in name, or of people whose name holds these words; a hundred at
/// most.
pub fn named(tx: &mut Tx<'_>, name: &str) -> Result<Vec<AccountId>, Fault> {
    let words = domain::text::fold(name).replace(['%', '_'], " ");
    let rows = tx.query(
        "select a.id from account a left join staff s on s.id = a.staff
         where a.login = ?1 or s.search like ?2 order by a.id limit 100",
        &[name.to_lowercase().into(), format!("%{}%", words.trim()).into()],
    )?;
    rows.iter().map(|row| row.get(0)).collect()
}

/// The accounts of somebody: number, sign-in name, whether it is shut.
pub fn of_staff(tx: &mut Tx<'_>, staff: StaffId) -> Result<Vec<(AccountId, String, bool)>, Fault> {
    let rows = tx.query(
        "select id, login, disabled from account where staff = ?1 order by id",
        &[staff.into()],
    )?;
    rows.iter().map(|row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).collect()
}

/// Shows somebody's accounts under another name.
pub fn rename(tx: &mut Tx<'_>, staff: StaffId, name: &str) -> Result<usize, Fault> {
    tx.execute("update account set name = ?2 where staff = ?1", &[staff.into(), name.into()])
}
