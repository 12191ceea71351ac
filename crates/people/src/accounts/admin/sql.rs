//! SQL of accounts for administrators.

use std::collections::HashMap;

use domain::{
    access::{Grant, Role},
    ids::{AccountId, StaffId, UnitId},
    time::Instant,
};
use jiff::civil::Date;
use store::{Fault, Param, Row, Select, Tx};

use crate::staff::facts::belongs;

/// An account as an administrator sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    pub id: AccountId,
    pub login: String,
    pub name: String,
    pub staff: Option<StaffId>,
    pub must_change: bool,
    pub has_totp: bool,
    /// How many passkeys it has.
    pub passkeys: i64,
    pub locked_until: Option<Instant>,
    /// Wrong passwords since the last right one.
    pub failures: i64,
    pub disabled: bool,
    pub created: Instant,
    /// What the list is sorted by when it is sorted by name.
    pub name_key: String,
}

impl Kept {
    pub fn is_locked(&self, now: Instant) -> bool {
        self.locked_until.is_some_and(|it| it > now)
    }

    /// Whether somebody may have to wait: everywhere, or where he mistyped.
    pub fn may_wait(&self, now: Instant) -> bool {
        self.failures > 0 || self.is_locked(now)
    }
}

/// In which state accounts are that somebody looks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Can be signed in to.
    InUse,
    /// Shut by an administrator.
    Disabled,
    /// Locked for a while after wrong passwords.
    Locked,
    /// The first password is not changed yet.
    MustChange,
    /// Has a second factor.
    WithFactor,
    /// Has none.
    WithoutFactor,
}

/// What somebody looks for.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Folded words; each begins a word of the person's name, or all of them stand in the sign-in name.
    pub words: Vec<String>,
    /// A role held today.
    pub role: Option<Role>,
    /// Grants or positions in these units.
    pub units: Option<Vec<UnitId>>,
    /// The state.
    pub state: Option<State>,
}

/// In which order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    Name,
    Login,
    Newest,
}

const COLUMNS: &str = "a.id, a.login, a.name, a.staff, a.must_change, a.totp_secret,
    a.locked_until_ms, a.disabled, a.created_ms, coalesce(s.name_key, ''), a.failures,
    (select count(*) from passkey k where k.account = a.id)";
/// A code or a passkey.
const HAS_FACTOR: &str = "(a.totp_secret is not null
    or exists (select 1 from passkey k where k.account = a.id))";
const FROM: &str = "account a left join staff s on s.id = a.staff";

fn kept(row: &Row) -> Result<Kept, Fault> {
    Ok(Kept {
        id: row.get(0)?,
        login: row.get(1)?,
        name: row.get(2)?,
        staff: row.get(3)?,
        must_change: row.get(4)?,
        has_totp: row.get::<Option<String>>(5)?.is_some(),
        locked_until: row.get::<Option<i64>>(6)?.map(Instant::from_epoch_ms),
        disabled: row.get(7)?,
        created: Instant::from_epoch_ms(row.get(8)?),
        name_key: row.get(9)?,
        failures: row.get(10)?,
        passkeys: row.get(11)?,
    })
}

/// Accounts with a grant in these units, or of people there. A grant that is over counts only
/// for who has no other.
fn of_units(select: Select, units: &[UnitId], today: Date) -> Select {
    if units.is_empty() {
        return select.and("1 = 0", []);
    }
    let marks = vec!["?"; units.len()].join(", ");
    let (staff, staff_values) = belongs(units, today);
    let condition = format!(
        "exists (select 1 from role_grant g where g.account = a.id and g.unit in ({marks})
           and (g.valid_until >= ? or g.valid_until is null))
         or (not exists (select 1 from role_grant g where g.account = a.id
               and (g.valid_until >= ? or g.valid_until is null))
             and exists (select 1 from role_grant g where g.account = a.id
               and g.unit in ({marks})))
         or {staff}"
    );
    let ids = || units.iter().map(|it| Param::from(*it));
    let day = || std::iter::once(Param::from(today));
    select.and(&condition, ids().chain(day()).chain(day()).chain(ids()).chain(staff_values))
}

fn narrowed(reach: Option<&[UnitId]>, filter: &Filter, now: Instant) -> Select {
    let today = now.civil().date();
    let mut select = Select::new(COLUMNS, FROM);
    for units in [reach, filter.units.as_deref()].into_iter().flatten() {
        select = of_units(select, units, today);
    }
    if !filter.words.is_empty() {
        let named = vec!["' ' || s.search like ?"; filter.words.len()].join(" and ");
        let words = filter.words.iter().map(|it| format!("% {it}%").into());
        // A sign-in name has hyphens and dots where what is typed has none any more.
        let login = vec!["a.login like ?"; filter.words.len()].join(" and ");
        let parts = filter.words.iter().map(|it| format!("%{it}%").into());
        let whole: Param = format!("{}%", filter.words.concat()).into();
        select = select.and(
            &format!("({named}) or ({login}) or a.login like ?"),
            words.chain(parts).chain(std::iter::once(whole)),
        );
    }
    if let Some(role) = filter.role {
        select = select.and(
            "exists (select 1 from role_grant g where g.account = a.id and g.role = ?
               and g.valid_from <= ? and (g.valid_until >= ? or g.valid_until is null))",
            [role.code().into(), today.into(), today.into()],
        );
    }
    match filter.state {
        None => select,
        Some(State::InUse) => {
            select.and("a.disabled = 0 and coalesce(a.locked_until_ms, 0) <= ?", [now.into()])
        }
        Some(State::Disabled) => select.and("a.disabled = 1", []),
        Some(State::Locked) => select.and("a.locked_until_ms > ?", [now.into()]),
        Some(State::MustChange) => select.and("a.must_change = 1", []),
        Some(State::WithFactor) => select.and(HAS_FACTOR, []),
        Some(State::WithoutFactor) => select.and(&format!("not {HAS_FACTOR}"), []),
    }
}

/// A page of accounts: those after `after`, a place in the order.
pub fn page(
    tx: &mut Tx<'_>,
    reach: Option<&[UnitId]>,
    filter: &Filter,
    order: Order,
    after: Option<(String, i64)>,
    limit: i64,
) -> Result<Vec<Kept>, Fault> {
    let mut select = narrowed(reach, filter, tx.now());
    if let Some((key, id)) = after {
        let key = || Param::from(&key);
        select = match order {
            Order::Name => select.and(
                "coalesce(s.name_key, '') > ? or (coalesce(s.name_key, '') = ? and a.id > ?)",
                [key(), key(), id.into()],
            ),
            Order::Login => select.and("a.login > ?", [key()]),
            Order::Newest => select.and("a.id < ?", [id.into()]),
        };
    }
    let select = match order {
        Order::Name => select.order_by("coalesce(s.name_key, ''), a.id"),
        Order::Login => select.order_by("a.login"),
        Order::Newest => select.order_by("a.id desc"),
    };
    select.rows(tx, limit)?.iter().map(kept).collect()
}

/// How many there are, up to `count_max`.
pub fn count(
    tx: &mut Tx<'_>,
    reach: Option<&[UnitId]>,
    filter: &Filter,
    count_max: i64,
) -> Result<i64, Fault> {
    narrowed(reach, filter, tx.now()).count(tx, count_max)
}

/// An account, if it is of these units.
pub fn find(
    tx: &mut Tx<'_>,
    id: AccountId,
    reach: Option<&[UnitId]>,
) -> Result<Option<Kept>, Fault> {
    let today = tx.now().civil().date();
    let mut select = Select::new(COLUMNS, FROM).and("a.id = ?", [id.into()]);
    if let Some(units) = reach {
        select = of_units(select, units, today);
    }
    select.rows(tx, 1)?.first().map(kept).transpose()
}

/// A grant with its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Granted {
    pub id: i64,
    pub account: AccountId,
    pub grant: Grant,
}

const GRANT: &str = "g.id, g.account, g.role, g.unit, g.valid_from, g.valid_until";

fn granted_row(row: &Row) -> Result<Granted, Fault> {
    Ok(Granted {
        id: row.get(0)?,
        account: row.get(1)?,
        grant: Grant {
            role: row.parse(2, "role", Role::from_code)?,
            unit: row.get(3)?,
            from: row.parse(4, "date", |it| it.parse().ok())?,
            until: row.parse_opt(5, "date", |it| it.parse().ok())?,
        },
    })
}

/// Every grant of these accounts, the latest first.
pub fn granted(tx: &mut Tx<'_>, accounts: &[AccountId]) -> Result<Vec<Granted>, Fault> {
    let mut found = Vec::new();
    for some in accounts.chunks(500) {
        let select = Select::new(GRANT, "role_grant g").and_in("g.account", some.to_vec());
        let rows = select.order_by("g.valid_from desc, g.id desc").rows(tx, 20_000)?;
        found.extend(rows.iter().map(granted_row).collect::<Result<Vec<_>, _>>()?);
    }
    Ok(found)
}

/// Every account that can sign in, by how it does.
pub fn logins(tx: &mut Tx<'_>) -> Result<Vec<(AccountId, String)>, Fault> {
    let rows = tx.query("select id, login from account where disabled = 0 order by login", &[])?;
    rows.iter().map(|row| Ok((row.get(0)?, row.get(1)?))).collect()
}

/// One grant.
pub fn find_grant(tx: &mut Tx<'_>, id: i64) -> Result<Option<Granted>, Fault> {
    let select = Select::new(GRANT, "role_grant g").and("g.id = ?", [id.into()]);
    select.rows(tx, 1)?.first().map(granted_row).transpose()
}

/// The grants of administrators who can sign in.
pub fn administrators(tx: &mut Tx<'_>) -> Result<Vec<Granted>, Fault> {
    let select = Select::new(GRANT, "role_grant g join account a on a.id = g.account")
        .and("a.disabled = 0 and g.role = ?", [Role::Administrator.code().into()]);
    select.rows(tx, 100_000)?.iter().map(granted_row).collect()
}

/// Sets the last day of a grant.
pub fn end_grant(tx: &mut Tx<'_>, id: i64, until: Date) -> Result<usize, Fault> {
    tx.execute("update role_grant set valid_until = ?2 where id = ?1", &[id.into(), until.into()])
}

/// Takes back a grant that has not begun.
pub fn delete_grant(tx: &mut Tx<'_>, id: i64) -> Result<usize, Fault> {
    tx.execute("delete from role_grant where id = ?1", &[id.into()])
}

/// Shuts or opens an account.
pub fn set_disabled(tx: &mut Tx<'_>, id: AccountId, disabled: bool) -> Result<usize, Fault> {
    tx.execute("update account set disabled = ?2 where id = ?1", &[id.into(), disabled.into()])
}

/// How many sessions of an account are open.
pub fn sessions(tx: &mut Tx<'_>, id: AccountId) -> Result<i64, Fault> {
    tx.query_number(
        "select count(*) from session where account = ?1 and expires_ms > ?2",
        &[id.into(), tx.now().into()],
    )
}

/// Sends open sessions to the set-up of a second factor.
pub fn send_to_enrol(tx: &mut Tx<'_>, accounts: &[AccountId]) -> Result<usize, Fault> {
    let mut sent = 0;
    for id in accounts {
        sent += tx.execute(
            "update session set stage = 'enrol' where account = ?1 and stage = 'open'",
            &[(*id).into()],
        )?;
    }
    Ok(sent)
}

/// Sessions that wait for the set-up of a second factor go on where nothing demands one any more.
pub fn excuse(tx: &mut Tx<'_>, accounts: &[AccountId]) -> Result<(), Fault> {
    let today = tx.now().civil().date();
    for id in accounts {
        if !crate::accounts::sql::demands_second_factor(tx, *id, today)? {
            tx.execute(
                "update session set stage = 'open' where account = ?1 and stage = 'enrol'",
                &[(*id).into()],
            )?;
        }
    }
    Ok(())
}

/// Which roles demand a second factor.
pub fn demanding(tx: &mut Tx<'_>) -> Result<Vec<Role>, Fault> {
    let rows = tx.query("select role from role_policy where second_factor = 1", &[])?;
    rows.iter().map(|row| row.parse(0, "role", Role::from_code)).collect()
}

/// Demands a second factor of a role, or no longer.
pub fn demand(tx: &mut Tx<'_>, role: Role, second_factor: bool) -> Result<usize, Fault> {
    tx.execute(
        "insert into role_policy (role, second_factor) values (?1, ?2)
         on conflict (role) do update set second_factor = excluded.second_factor",
        &[role.code().into(), second_factor.into()],
    )
}

/// Who holds each role today and can sign in, each once: the account, and whether it has a
/// second factor.
pub fn holders(tx: &mut Tx<'_>) -> Result<HashMap<Role, Vec<(AccountId, bool)>>, Fault> {
    let today = tx.now().civil().date();
    let rows = tx.query(
        "select distinct g.role, a.id, case when a.totp_secret is null
           and not exists (select 1 from passkey k where k.account = a.id) then 0 else 1 end
         from role_grant g join account a on a.id = g.account
         where a.disabled = 0 and g.valid_from <= ?1
           and (g.valid_until >= ?1 or g.valid_until is null)
         order by a.id",
        &[today.into()],
    )?;
    let mut found: HashMap<Role, Vec<(AccountId, bool)>> = HashMap::new();
    for row in &rows {
        let has_factor: i64 = row.get(2)?;
        let role = row.parse(0, "role", Role::from_code)?;
        found.entry(role).or_default().push((row.get(1)?, has_factor == 1));
    }
    Ok(found)
}

/// Where anybody who can sign in has, or will have, any role.
pub fn units_in_use(tx: &mut Tx<'_>) -> Result<Vec<UnitId>, Fault> {
    let today = tx.now().civil().date();
    let rows = tx.query(
        "select distinct g.unit from role_grant g join account a on a.id = g.account
         where a.disabled = 0 and (g.valid_until >= ?1 or g.valid_until is null)",
        &[today.into()],
    )?;
    rows.iter().map(|row| row.get(0)).collect()
}
