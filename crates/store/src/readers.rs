//! The connections to a SQLite database, and how readers are lent out.

use std::sync::{Condvar, Mutex, PoisonError};

use crate::{Fault, sqlite};

/// Readers beside the writer.
const READERS_MAX: usize = 4;

/// How long a request waits for one of them.
const READER_WAIT_MAX: std::time::Duration = std::time::Duration::from_secs(15);

/// The embedded database: one writer, a few readers.
pub(crate) struct Sqlite {
    pub writer: Mutex<rusqlite::Connection>,
    readers: Mutex<Vec<rusqlite::Connection>>,
    reader_free: Condvar,
    /// No readers of their own: a database in memory has only its writer.
    pub in_memory: bool,
}

impl Sqlite {
    /// Opens the file at `path`; `:memory:` is none.
    pub fn open(path: &str) -> Result<Self, Fault> {
        let in_memory = path.starts_with(":memory:");
        let writer = sqlite::open_writer(path)?;
        let mut readers = Vec::new();
        if !in_memory {
            for _ in 0..READERS_MAX {
                readers.push(sqlite::open_reader(path)?);
            }
        }
        Ok(Self {
            writer: Mutex::new(writer),
            readers: Mutex::new(readers),
            reader_free: Condvar::new(),
            in_memory,
        })
    }

    /// A database in memory with everything that `other` reads.
    pub fn copy_of(other: &rusqlite::Connection) -> Result<Self, Fault> {
        let copy = Self::open(":memory:")?;
        let mut writer = copy.writer.lock().unwrap_or_else(PoisonError::into_inner);
        rusqlite::backup::Backup::new(other, &mut writer)?.step(-1)?;
        drop(writer);
        Ok(copy)
    }

    /// A reader that nobody uses just now.
    pub fn free_reader(&self) -> Option<Reader<'_>> {
        let reader = self.readers.lock().unwrap_or_else(PoisonError::into_inner).pop()?;
        Some(Reader { home: self, connection: Some(reader) })
    }

    /// A reader; an outage if all of them stay busy: pages then say so instead of piling up.
    pub fn borrow_reader(&self) -> Result<Reader<'_>, Fault> {
        let readers = self.readers.lock().unwrap_or_else(PoisonError::into_inner);
        let (mut readers, _) = self
            .reader_free
            .wait_timeout_while(readers, READER_WAIT_MAX, |it| it.is_empty())
            .unwrap_or_else(PoisonError::into_inner);
        let reader = readers.pop().ok_or_else(|| Fault::Pool("every reader is busy".to_owned()))?;
        Ok(Reader { home: self, connection: Some(reader) })
    }
}

/// A reader on loan; it goes back even when the work panics.
pub(crate) struct Reader<'a> {
    home: &'a Sqlite,
    connection: Option<rusqlite::Connection>,
}

impl Reader<'_> {
    /// The connection; none once it went back.
    pub const fn connection(&self) -> Option<&rusqlite::Connection> {
        self.connection.as_ref()
    }
}

impl Drop for Reader<'_> {
    fn drop(&mut self) {
        if let Some(connection) = self.connection.take() {
            let mut readers = self.home.readers.lock().unwrap_or_else(PoisonError::into_inner);
            readers.push(connection);
            drop(readers);
            self.home.reader_free.notify_one();
        }
    }
}
