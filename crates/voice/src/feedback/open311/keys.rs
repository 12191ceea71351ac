//! Keys of programs that send by Open311.

use domain::{ids::UnitId, text, time::Instant};
use store::{Fault, Tx};

use super::sql;

/// A key that the office gave out.
#[derive(Debug, Clone)]
pub(in crate::feedback) struct Key {
    pub id: i64,
    pub name: String,
    pub made: String,
}

/// The keys of a unit that hold.
pub(in crate::feedback) fn of(tx: &mut Tx<'_>, unit: UnitId) -> Result<Vec<Key>, Fault> {
    Ok(sql::keys(tx, unit)?
        .into_iter()
        .map(|(id, name, made)| Key {
            id,
            name,
            made: text::date(Instant::from_epoch_ms(made).civil().date()),
        })
        .collect())
}

pub(in crate::feedback) use sql::{end_key as end, insert_key as insert};
