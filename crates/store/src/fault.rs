//! What goes wrong without anybody's will.

/// An unexpected failure: a bug or an outage. English, for the log.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// SQLite refused a statement.
    #[error("sqlite: {0}")]
    Sqlite(#[from] rusqlite::Error),
    /// PostgreSQL refused a statement or could not be reached.
    #[error("postgresql: {}", postgres_words(.0))]
    Postgres(#[from] postgres::Error),
    /// No connection came free in time.
    #[error("no database connection: {0}")]
    Pool(String),
    /// A stored value does not read as its column should.
    #[error("column {column} holds {found}, which is no {wanted}")]
    Corrupt {
        /// The column's place in the row.
        column: usize,
        /// What is there.
        found: String,
        /// What the code expects.
        wanted: &'static str,
    },
    /// A file or a folder could not be read or written.
    #[error("files: {0}")]
    Files(String),
    /// The work was cancelled or panicked.
    #[error("worker: {0}")]
    Worker(String),
    /// Something that the program takes for granted is not so.
    #[error("{0}")]
    Broken(String),
    /// A test asked for this failure.
    #[error("fault injected")]
    Injected,
}

fn postgres_words(error: &postgres::Error) -> String {
    match error.as_db_error() {
        Some(it) => format!("{} ({})", it.message(), it.code().code()),
        None => error.to_string(),
    }
}

impl Fault {
    /// Whether a unique key stood in the way: somebody else was first.
    #[must_use]
    pub fn is_taken(&self) -> bool {
        match self {
            Self::Sqlite(rusqlite::Error::SqliteFailure(error, _)) => {
                // SQLITE_CONSTRAINT_UNIQUE and SQLITE_CONSTRAINT_PRIMARYKEY
                matches!(error.extended_code, 2067 | 1555)
            }
            Self::Postgres(error) => {
                error.code() == Some(&postgres::error::SqlState::UNIQUE_VIOLATION)
            }
            _ => false,
        }
    }

    /// Whether the same work may succeed if it is simply done again.
    #[must_use]
    pub fn is_passing(&self) -> bool {
        match self {
            Self::Postgres(error) => matches!(
                error.code(),
                Some(
                    &postgres::error::SqlState::T_R_SERIALIZATION_FAILURE
                        | &postgres::error::SqlState::T_R_DEADLOCK_DETECTED
                )
            ),
            _ => false,
        }
    }
}
