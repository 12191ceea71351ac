//! What an empty database is given at the first start.

use domain::{access::Role, time::Instant};
use jiff::civil::Date;
use people::{
    accounts::facts::{self as accounts, NewAccount},
    units::facts as units,
};
use store::{Db, Fault, Stamp, Tx};

/// The catalogue that ships is in force from here on, so that a past year can be played.
const CATALOGUE_FROM: Date = Date::constant(2019, 1, 1);

/// Settings that count how often a demo was begun and ended.
const FILLINGS_BEGUN: &str = "demo_begun";
const FILLINGS_ENDED: &str = "demo_ended";

/// Whether nobody has begun to work with the database.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn is_empty(db: &Db, now: Instant) -> Result<bool, Fault> {
    let stamp = Stamp::of_program(now, "setup");
    db.read_blocking(stamp, |tx| Ok(accounts::count(tx)? == 0))
}

/// Whether what is in the database is made up.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn is_demo(db: &Db, now: Instant) -> Result<bool, Fault> {
    db.read_blocking(Stamp::of_program(now, "setup"), site::is_demo)
}

/// Whether a demo was being filled in and never finished.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn is_half_filled(db: &Db, now: Instant) -> Result<bool, Fault> {
    db.read_blocking(Stamp::of_program(now, "setup"), |tx| {
        Ok(site::edition(tx, FILLINGS_BEGUN)? > site::edition(tx, FILLINGS_ENDED)?)
    })
}

/// Says that a demo is being filled in: until [`end_filling`], what is there is not whole.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn begin_filling(db: &Db, now: Instant) -> Result<(), Fault> {
    db.write_blocking(Stamp::of_program(now, "demo"), |tx| {
        site::mark_demo(tx)?;
        site::outdate(tx, FILLINGS_BEGUN)
    })
}

/// Says that the demo is whole.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn end_filling(db: &Db, now: Instant) -> Result<(), Fault> {
    db.write_blocking(Stamp::of_program(now, "demo"), |tx| site::outdate(tx, FILLINGS_ENDED))
}

/// Writes the working calendar and the catalogue that ship.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn seed(db: &Db, now: Instant) -> Result<(), Fault> {
    db.write_blocking(Stamp::of_program(now, "setup"), seed_in)
}

fn seed_in(tx: &mut Tx<'_>) -> Result<(), Fault> {
    people::calendar::facts::seed(tx)?;
    citizen::procedures::facts::seed(tx, CATALOGUE_FROM)?;
    citizen::fees::facts::fill_from_catalogue(tx, CATALOGUE_FROM)?;
    Ok(())
}

/// The first start without a demo: calendar, catalogue, units of a profile, one administrator
/// whose first password is given back, to be changed at the first sign-in.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn first_start(db: &Db, now: Instant, profile: &str) -> Result<String, Fault> {
    let password = site::random_hex(8);
    let hash = accounts::hash_password(&password)?;
    let profile = units::shipped(profile)?;
    let today = now.civil().date();
    db.write_blocking(Stamp::of_program(now, "setup"), |tx| {
        // All of it or nothing: a start that was cut off can be made again.
        seed_in(tx)?;
        let ids = units::import(tx, &profile.units)?;
        let roots = profile
            .units
            .iter()
            .filter(|it| it.on(today).is_some_and(|version| version.parent.is_none()));
        let roles: Vec<_> =
            roots.filter_map(|it| ids.get(&it.id)).map(|it| (Role::Administrator, *it)).collect();
        accounts::create(
            tx,
            &NewAccount {
                login: "quantri",
                name: "Quản trị hệ thống",
                staff: None,
                password_hash: &hash,
                must_change: true,
                roles: &roles,
                from: today,
            },
        )
    })?;
    Ok(password)
}
