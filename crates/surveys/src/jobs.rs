//! What surveys do by themselves.

use domain::ids::UnitId;
use jiff::civil::Date;
use site::{Failure, Site};
use store::{Fault, Tx};

use crate::{
    desk, forms,
    sql::{self, answers},
};

/// Closes the surveys whose last day is over.
pub fn close_due(site: &Site, tx: &mut Tx<'_>) -> Result<(), Failure> {
    let today = tx.now().civil().date();
    for it in sql::open_ones(tx)? {
        if it.closes_on < today {
            desk::close(site, tx, it.id, "")?;
        }
    }
    Ok(())
}

/// Mixes the sheets of open surveys, so that none stands where it came.
pub fn mix(site: &Site, tx: &mut Tx<'_>) -> Result<(), Failure> {
    for it in sql::open_ones(tx)? {
        // Held against whoever puts a sheet in: one that came in between would be lost.
        if answers::is_unmixed(tx, it.id)? && sql::held(tx, it.id)?.is_some() {
            answers::mix(site, tx, it.id)?;
        }
    }
    Ok(())
}

/// Brings in forms that ship with a newer edition of the program.
pub fn forms(_: &Site, tx: &mut Tx<'_>) -> Result<(), Failure> {
    Ok(forms::seed(tx)?)
}

/// A unit is not closed while people are asked about it.
pub fn needs_unit(tx: &mut Tx<'_>, unit: UnitId, _: Date) -> Result<Option<String>, Fault> {
    let count = sql::under_way(tx, unit)?;
    Ok((count > 0).then(|| format!("{count} cuộc khảo sát đang tiến hành")))
}
