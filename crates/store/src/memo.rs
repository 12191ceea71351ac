//! Rows whose text is read once and remembered: versions of procedures, workflows.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use crate::{Fault, Row, Value};

/// Texts remembered at most; beyond that all are forgotten.
const TEXTS_MAX: usize = 4_000;

/// What texts of one kind read as, by the number of their row.
///
/// What is remembered holds only as long as the row's text is the very same, so that no change
/// of the row, no other database and no transaction that left nothing behind can deceive it.
pub struct Memo<T> {
    kept: Mutex<Option<Kept<T>>>,
}

type Kept<T> = HashMap<i64, (Box<str>, Arc<T>)>;

impl<T> Memo<T> {
    /// Nothing is remembered yet.
    #[must_use]
    pub const fn new() -> Self {
        Self { kept: Mutex::new(None) }
    }

    /// The text at `column` of the row numbered `id`, read by `parse` unless it was read before.
    ///
    /// # Errors
    /// [`Fault::Corrupt`] if it is no text or `parse` cannot read it.
    pub fn read(
        &self,
        row: &Row,
        id: i64,
        column: usize,
        wanted: &'static str,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Result<Arc<T>, Fault> {
        if let Some(Value::Text(text)) = row.0.get(column) {
            let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
            let found = kept.as_ref().and_then(|it| it.get(&id));
            if let Some((_, value)) = found.filter(|(it, _)| **it == **text) {
                return Ok(value.clone());
            }
        }
        let mut read_text = String::new();
        let value = row.parse(column, wanted, |text| {
            text.clone_into(&mut read_text);
            parse(text)
        })?;
        let value = Arc::new(value);
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = kept.get_or_insert_with(HashMap::new);
        if kept.len() >= TEXTS_MAX {
            kept.clear();
        }
        kept.insert(id, (read_text.into_boxed_str(), value.clone()));
        Ok(value)
    }
}

impl<T> Default for Memo<T> {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_read_once_and_again_when_it_is_another() {
        let memo = Memo::new();
        let reads = std::cell::Cell::new(0);
        let read = |text: &str| {
            let row = Row(vec![Value::Text(text.to_owned())]);
            let read = memo.read(&row, 1, 0, "number", |it| {
                reads.set(reads.get() + 1);
                it.parse::<i64>().ok()
            });
            read.map(|it| *it)
        };
        assert_eq!((read("7").unwrap(), read("7").unwrap(), reads.get()), (7, 7, 1));
        // The same number, another text: another database, or a row that was never kept.
        assert_eq!((read("8").unwrap(), reads.get()), (8, 2));
        assert!(read("x").is_err());
        assert_eq!((read("8").unwrap(), reads.get()), (8, 3));
    }
}
