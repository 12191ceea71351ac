//! What goes into a statement and what comes out of it, the same on both engines.

use domain::ids::{
    AccountId, BookEntryId, BookId, BookingId, CitizenId, ConductCaseId, DeskId, DossierId, LaneId,
    PositionId, ProcedureId, SessionId, StaffId, TicketId, UnitId, VersionId, VisitId,
};

use crate::Fault;

/// One cell of a result.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// Nothing.
    Null,
    /// A whole number: an id, an instant, money, a count, 0 or 1.
    Integer(i64),
    /// Text, also dates and civil times.
    Text(String),
    /// Bytes: hashes and salts.
    Bytes(Vec<u8>),
}

/// One row of a result; cells are read by place.
#[derive(Debug, Clone)]
pub struct Row(pub(crate) Vec<Value>);

/// A Rust type that a cell can hold.
pub trait Cell: Sized {
    /// What to call the type in a fault.
    const NAME: &'static str;
    /// Reads the cell.
    fn read(value: &Value) -> Option<Self>;
}

impl Cell for i64 {
    const NAME: &'static str = "integer";
    fn read(value: &Value) -> Option<Self> {
        if let Value::Integer(it) = value { Some(*it) } else { None }
    }
}

impl Cell for bool {
    const NAME: &'static str = "0 or 1";
    fn read(value: &Value) -> Option<Self> {
        match value {
            Value::Integer(0) => Some(false),
            Value::Integer(1) => Some(true),
            _ => None,
        }
    }
}

impl Cell for String {
    const NAME: &'static str = "text";
    fn read(value: &Value) -> Option<Self> {
        if let Value::Text(it) = value { Some(it.clone()) } else { None }
    }
}

impl Cell for Vec<u8> {
    const NAME: &'static str = "bytes";
    fn read(value: &Value) -> Option<Self> {
        if let Value::Bytes(it) = value { Some(it.clone()) } else { None }
    }
}

impl<T: Cell> Cell for Option<T> {
    const NAME: &'static str = T::NAME;
    fn read(value: &Value) -> Option<Self> {
        if matches!(value, Value::Null) { Some(None) } else { T::read(value).map(Some) }
    }
}

impl Row {
    /// The cell at `column`, counted from 0.
    ///
    /// # Errors
    /// [`Fault::Corrupt`] if it is no `T`.
    pub fn get<T: Cell>(&self, column: usize) -> Result<T, Fault> {
        let cell = self.0.get(column);
        cell.and_then(T::read).ok_or_else(|| Fault::Corrupt {
            column,
            found: format!("{cell:?}"),
            wanted: T::NAME,
        })
    }

    /// The text at `column`, read by `parse`.
    ///
    /// # Errors
    /// [`Fault::Corrupt`] if it is no text or `parse` cannot read it.
    pub fn parse<T>(
        &self,
        column: usize,
        wanted: &'static str,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Result<T, Fault> {
        match self.0.get(column) {
            Some(Value::Text(text)) => {
                parse(text).ok_or_else(|| Fault::Corrupt { column, found: text.clone(), wanted })
            }
            other => Err(Fault::Corrupt { column, found: format!("{other:?}"), wanted }),
        }
    }

    /// Like [`Row::parse`] for a cell that may be empty.
    ///
    /// # Errors
    /// [`Fault::Corrupt`] if there is text that `parse` cannot read.
    pub fn parse_opt<T>(
        &self,
        column: usize,
        wanted: &'static str,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Result<Option<T>, Fault> {
        match self.0.get(column) {
            Some(Value::Null) => Ok(None),
            _ => self.parse(column, wanted, parse).map(Some),
        }
    }

    /// How many cells the row has.
    #[must_use]
    pub fn width(&self) -> usize {
        self.0.len()
    }
}

/// A value to bind to `?1`, `?2`, …; it knows its type even when it is empty,
/// because PostgreSQL asks.
#[derive(Debug, Clone, PartialEq)]
pub enum Param {
    /// A whole number or nothing.
    Integer(Option<i64>),
    /// Text or nothing.
    Text(Option<String>),
    /// Bytes or nothing.
    Bytes(Option<Vec<u8>>),
}

impl From<i64> for Param {
    fn from(it: i64) -> Self {
        Self::Integer(Some(it))
    }
}
impl From<Option<i64>> for Param {
    fn from(it: Option<i64>) -> Self {
        Self::Integer(it)
    }
}
impl From<bool> for Param {
    fn from(it: bool) -> Self {
        Self::Integer(Some(i64::from(it)))
    }
}
impl From<u32> for Param {
    fn from(it: u32) -> Self {
        Self::Integer(Some(i64::from(it)))
    }
}
impl From<usize> for Param {
    fn from(it: usize) -> Self {
        Self::Integer(Some(i64::try_from(it).unwrap_or(i64::MAX)))
    }
}
/// Text as both engines keep it: PostgreSQL has no letter NUL, and nobody means one.
fn kept(it: String) -> String {
    if it.contains('\0') { it.replace('\0', "") } else { it }
}

impl From<&str> for Param {
    fn from(it: &str) -> Self {
        Self::Text(Some(kept(it.to_owned())))
    }
}
impl From<&String> for Param {
    fn from(it: &String) -> Self {
        Self::Text(Some(kept(it.clone())))
    }
}
impl From<String> for Param {
    fn from(it: String) -> Self {
        Self::Text(Some(kept(it)))
    }
}
impl From<Option<String>> for Param {
    fn from(it: Option<String>) -> Self {
        Self::Text(it.map(kept))
    }
}
impl From<Option<&str>> for Param {
    fn from(it: Option<&str>) -> Self {
        Self::Text(it.map(|it| kept(it.to_owned())))
    }
}
impl From<Vec<u8>> for Param {
    fn from(it: Vec<u8>) -> Self {
        Self::Bytes(Some(it))
    }
}
impl From<&[u8]> for Param {
    fn from(it: &[u8]) -> Self {
        Self::Bytes(Some(it.to_vec()))
    }
}
impl From<domain::time::Instant> for Param {
    fn from(it: domain::time::Instant) -> Self {
        it.epoch_ms().into()
    }
}
impl From<Option<domain::time::Instant>> for Param {
    fn from(it: Option<domain::time::Instant>) -> Self {
        it.map(domain::time::Instant::epoch_ms).into()
    }
}
impl From<jiff::civil::Date> for Param {
    fn from(it: jiff::civil::Date) -> Self {
        it.to_string().into()
    }
}
impl From<Option<jiff::civil::Date>> for Param {
    fn from(it: Option<jiff::civil::Date>) -> Self {
        it.map(|it| it.to_string()).into()
    }
}
impl From<jiff::civil::DateTime> for Param {
    fn from(it: jiff::civil::DateTime) -> Self {
        it.to_string().into()
    }
}
impl From<Option<jiff::civil::DateTime>> for Param {
    fn from(it: Option<jiff::civil::DateTime>) -> Self {
        it.map(|it| it.to_string()).into()
    }
}

macro_rules! id_params {
    ($($id:ident),* $(,)?) => {$(
        impl From<$id> for Param {
            fn from(it: $id) -> Self {
                it.0.into()
            }
        }
        impl From<Option<$id>> for Param {
            fn from(it: Option<$id>) -> Self {
                it.map(|id| id.0).into()
            }
        }
        impl Cell for $id {
            const NAME: &'static str = "id";
            fn read(value: &Value) -> Option<Self> {
                i64::read(value).map($id)
            }
        }
    )*};
}
id_params!(
    AccountId,
    BookEntryId,
    BookId,
    BookingId,
    CitizenId,
    ConductCaseId,
    DeskId,
    DossierId,
    LaneId,
    PositionId,
    ProcedureId,
    SessionId,
    StaffId,
    TicketId,
    UnitId,
    VersionId,
    VisitId,
);
