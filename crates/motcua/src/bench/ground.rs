//! The ground that is measured on: a scratch folder, databases with made-up dossiers, a server.

use std::path::{Path, PathBuf};

use domain::time::Instant;
use store::Db;

use super::{
    child::{NotStarted, Server},
    visitor::{Unanswered, Visitor},
};
use crate::{
    Problem,
    demo::{self, PASSWORD, Play},
    setup,
};

impl From<NotStarted> for Problem {
    fn from(error: NotStarted) -> Self {
        Self::Refused(error.to_string())
    }
}

impl From<Unanswered> for Problem {
    fn from(error: Unanswered) -> Self {
        Self::Refused(format!("Máy chủ thử không trả lời: {error}"))
    }
}

/// A folder of its own, removed at the end.
pub struct Scratch(PathBuf);

impl Scratch {
    /// Makes one.
    ///
    /// # Errors
    /// If the machine has no place for it.
    pub fn new() -> Result<Self, Problem> {
        let folder = std::env::temp_dir().join(format!("motcua-bench-{}", site::random_hex(6)));
        std::fs::create_dir(&folder).map_err(|e| refused(&folder, &e))?;
        Ok(Self(folder))
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        std::fs::remove_dir_all(&self.0).ok();
    }
}

/// Something about a file or folder that stands in the way.
pub fn refused(path: &Path, why: &dyn std::fmt::Display) -> Problem {
    Problem::Refused(format!("{}: {why}", path.display()))
}

/// A database with made-up dossiers and its folder.
#[derive(Debug, Clone)]
pub struct Set {
    /// The database's address.
    pub url: String,
    /// Keys and files.
    pub folder: PathBuf,
}

impl Set {
    /// The one in `folder`, filled with `dossiers` if nothing is there yet.
    ///
    /// # Errors
    /// If it cannot be filled, or was filled by halves.
    pub fn on_sqlite(folder: &Path, now: Instant, dossiers: u32) -> Result<Self, Problem> {
        std::fs::create_dir_all(folder).map_err(|e| refused(folder, &e))?;
        let url = format!("sqlite:{}", folder.join("motcua.db").display());
        let set = Self { url, folder: folder.to_path_buf() };
        set.fill(now, dossiers)?;
        Ok(set)
    }

    /// An empty database on a server.
    ///
    /// # Errors
    /// If it is not empty: nobody's data are measured on.
    pub fn on_server(
        url: &str,
        folder: &Path,
        now: Instant,
        dossiers: u32,
    ) -> Result<Self, Problem> {
        let set = Self { url: url.to_owned(), folder: folder.to_path_buf() };
        if !setup::is_empty(&set.open(now)?, now)? {
            return Err(Problem::Refused(
                "motcua bench chỉ đo trên một cơ sở dữ liệu PostgreSQL trống.".to_owned(),
            ));
        }
        set.fill(now, dossiers)?;
        Ok(set)
    }

    fn fill(&self, now: Instant, dossiers: u32) -> Result<(), Problem> {
        let db = self.open(now)?;
        if setup::is_half_filled(&db, now)? {
            return Err(Problem::Refused(demo::HALF_FILLED.to_owned()));
        }
        if setup::is_empty(&db, now)? {
            eprintln!("Nạp {} hồ sơ minh họa để đo …", domain::text::number(dossiers.into()));
            let play = Play { dossiers, ..Play::default() };
            demo::fill(&db, now, &play)?;
        } else if !setup::is_demo(&db, now)? {
            return Err(Problem::Refused(
                "motcua bench không đo trên dữ liệu thật; --data phải là một bản minh họa."
                    .to_owned(),
            ));
        }
        Ok(())
    }

    /// Opens the database.
    ///
    /// # Errors
    /// Any fault of the engine.
    pub fn open(&self, now: Instant) -> Result<Db, Problem> {
        Ok(Db::open(&self.url, now)?)
    }

    /// The newest dossier's number: numbers go from 1 to it.
    ///
    /// # Errors
    /// Any fault of the engine.
    pub fn newest(&self, now: Instant) -> Result<i64, Problem> {
        let stamp = store::Stamp::of_program(now, "bench");
        Ok(self.open(now)?.read_blocking(stamp, citizen::dossiers::facts::newest)?)
    }

    /// A server on it.
    ///
    /// # Errors
    /// If it does not start.
    pub async fn serve(&self) -> Result<Server, Problem> {
        let program = std::env::current_exe()
            .map_err(|e| Problem::Refused(format!("Không tìm thấy chính chương trình này: {e}")))?;
        Ok(Server::start(&program, &self.url, &self.folder).await?)
    }
}

/// Somebody who is signed in.
///
/// # Errors
/// If the server does not answer.
pub async fn signed_in(server: &Server, login: &str) -> Result<Visitor, Problem> {
    let mut visitor = Visitor::new(server.address);
    visitor.sign_in(login, PASSWORD).await?;
    Ok(visitor)
}
