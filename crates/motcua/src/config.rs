//! Configuration: environment first, then a file, then sensible defaults.

use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::Problem;

/// Where people reach the server unless told otherwise.
pub const LISTEN: &str = "127.0.0.1:8080";

/// Options that every command shares.
#[derive(Debug, Clone, clap::Args)]
pub struct Place {
    /// Cơ sở dữ liệu: `sqlite:đường-dẫn` hoặc `postgres://…` / Database
    #[arg(long, global = true, env = "MOTCUA_DATABASE_URL", value_name = "URL")]
    pub database: Option<String>,
    /// Thư mục dữ liệu (tệp, khóa, SQLite) / Data folder
    #[arg(long, global = true, env = "MOTCUA_DATA_DIR", value_name = "DIR")]
    pub data_dir: Option<PathBuf>,
    /// Nơi giữ tệp: `s3://thùng/thư-mục`; mặc định là thư mục `files` / Where files are kept
    #[arg(long, global = true, env = "MOTCUA_FILES_URL", value_name = "URL")]
    pub files: Option<String>,
    /// Tệp cấu hình TOML / Configuration file
    #[arg(long, global = true, env = "MOTCUA_CONFIG", value_name = "FILE")]
    pub config: Option<PathBuf>,
}

/// What a configuration file may say.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct File {
    /// As `MOTCUA_DATABASE_URL`.
    pub database_url: Option<String>,
    /// As `MOTCUA_DATA_DIR`.
    pub data_dir: Option<PathBuf>,
    /// As `MOTCUA_FILES_URL`.
    pub files_url: Option<String>,
    /// As `MOTCUA_LISTEN`.
    pub listen: Option<String>,
    /// As `MOTCUA_BASE_URL`.
    pub base_url: Option<String>,
    /// As `MOTCUA_BEHIND_PROXY`.
    pub behind_proxy: Option<bool>,
    /// As `MOTCUA_TRIES_PER_ADDRESS`.
    pub tries_per_address: Option<u32>,
    /// As `MOTCUA_OCR`.
    pub ocr: Option<String>,
}

/// Everything decided.
#[derive(Debug, Clone)]
pub struct Settled {
    /// The database's address.
    pub database_url: String,
    /// The data folder.
    pub data_dir: PathBuf,
    /// The address of the files; a folder within the data folder if nothing is said.
    pub files_url: Option<String>,
    /// What the file said, for the command to go on with.
    pub file: File,
}

impl Place {
    /// Reads the configuration file, if there is one, and fills the gaps.
    ///
    /// # Errors
    /// If the file cannot be read or says something unknown.
    pub fn settle(&self) -> Result<Settled, Problem> {
        let file = match &self.config {
            Some(path) => read(path)?,
            None => File::default(),
        };
        let data_dir = self
            .data_dir
            .clone()
            .or_else(|| file.data_dir.clone())
            .unwrap_or_else(|| PathBuf::from("var"));
        let database_url = self
            .database
            .clone()
            .or_else(|| file.database_url.clone())
            .unwrap_or_else(|| format!("sqlite:{}", data_dir.join("motcua.db").display()));
        let files_url = self.files.clone().or_else(|| file.files_url.clone());
        Ok(Settled { database_url, data_dir, files_url, file })
    }
}

fn read(path: &Path) -> Result<File, Problem> {
    let shown = path.display();
    let text = std::fs::read_to_string(path)
        .map_err(|e| Problem::Refused(format!("Không đọc được tệp cấu hình {shown}: {e}")))?;
    toml::from_str(&text)
        .map_err(|e| Problem::Refused(format!("Tệp cấu hình {shown} có chỗ sai: {e}")))
}
