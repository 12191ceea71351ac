//! `motcua backup` and `motcua restore`: everything in one folder, and back again.

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

use serde::{Deserialize, Serialize};
use store::{
    Blobs, Db, Stamp,
    journal::{self, Head, Verdict},
};

use crate::{
    Outcome, Problem,
    check::{Checked, check, print_wrong},
    cli::Context,
};

/// The database's file within a backup.
const DATABASE: &str = "motcua.db";
/// The note that goes with a backup.
const NOTE: &str = "backup.json";

/// What a backup says of itself.
#[derive(Debug, Serialize, Deserialize)]
struct Note {
    /// When it was made, civil time in Viet Nam.
    made_at: String,
    /// By which version of the program.
    version: String,
    /// The end of the journal in it.
    head: String,
    /// Its entries.
    entries: i64,
}

/// Options of the backup.
#[derive(Debug, clap::Args)]
pub struct Backup {
    /// Thư mục sao lưu, phải chưa có / Folder, which must not exist yet
    folder: PathBuf,
}

fn files(folder: &Path) -> impl Fn(std::io::Error) -> Problem {
    let shown = folder.display().to_string();
    move |why| Problem::Refused(format!("Không ghi được {shown}: {why}"))
}

impl Backup {
    /// Copies the database, the files and the key while others go on working, and notes the end
    /// of the journal in the copy.
    ///
    /// # Errors
    /// If the folder exists or cannot be written, or the database is PostgreSQL.
    pub fn run(self, context: &Context) -> Outcome {
        let folder = self.folder;
        let shown = folder.display();
        let files = files(&folder);
        if !context.settled.database_url.starts_with("sqlite:") {
            return Err(Problem::Refused(
                "Cơ sở dữ liệu PostgreSQL được sao lưu bằng pg_dump; chép thêm thư mục files và tệp \
                 key trong thư mục dữ liệu."
                    .to_owned(),
            ));
        }
        if folder.exists() {
            return Err(Problem::Refused(format!(
                "{shown} đã có; motcua backup không ghi đè. Hãy chọn thư mục chưa có."
            )));
        }
        crate::cli::create_private(&folder).map_err(&files)?;
        let db = context.open()?;
        let copy = folder.join(DATABASE);
        db.copy_to(&copy.to_string_lossy())?;
        let home = &context.settled.data_dir;
        // Wherever the files are kept, here or in S3.
        let kept = Blobs::open(context.settled.files_url.as_deref(), &home.join("files"))?;
        let runtime = tokio::runtime::Runtime::new().map_err(&files)?;
        let copied = runtime.block_on(kept.copy_into(&folder.join("files")))?;
        if home.join("key").exists() {
            std::fs::copy(home.join("key"), folder.join("key")).map_err(&files)?;
        }
        let now = context.now();
        // Of the copy: the office goes on writing in the meantime.
        let Head { head, entries, .. } = head_of(&Db::open(&url(&copy), now)?, context)?;
        let made_at = now.civil().to_string();
        let note = Note { made_at, version: env!("CARGO_PKG_VERSION").to_owned(), head, entries };
        let text = serde_json::to_string_pretty(&note).unwrap_or_default();
        std::fs::write(folder.join(NOTE), text).map_err(&files)?;
        crate::out!(
            "Đã sao lưu vào {shown}: {} mục nhật ký, {copied} tệp.",
            domain::text::number(entries)
        );
        crate::out!("Mã đối chiếu: {}", note.head);
        crate::out!("Khôi phục vào nơi trống: motcua --data-dir THƯ-MỤC-MỚI restore {shown}");
        Ok(ExitCode::SUCCESS)
    }
}

fn url(path: &Path) -> String {
    format!("sqlite:{}", path.display())
}

fn head_of(db: &Db, context: &Context) -> Result<Head, Problem> {
    Ok(db.read_blocking(Stamp::of_program(context.now(), "cli"), journal::head)?)
}

/// Options of the restoring.
#[derive(Debug, clap::Args)]
pub struct Restore {
    /// Thư mục do motcua backup tạo / Folder that motcua backup made
    folder: PathBuf,
}

impl Restore {
    /// Puts a backup into an empty place and checks it there.
    ///
    /// # Errors
    /// If there is something already, or the folder is no backup.
    pub fn run(self, context: &Context) -> Outcome {
        let from = self.folder;
        let shown = from.display();
        let home = &context.settled.data_dir;
        let database = &context.settled.database_url;
        if database.starts_with("postgres:") || database.starts_with("postgresql:") {
            return Err(Problem::Refused(
                "Bản sao lưu này là của SQLite. PostgreSQL được khôi phục bằng pg_restore."
                    .to_owned(),
            ));
        }
        let note = std::fs::read_to_string(from.join(NOTE)).ok();
        let note: Option<Note> = note.and_then(|it| serde_json::from_str(&it).ok());
        let Some(note) = note.filter(|_| from.join(DATABASE).exists()) else {
            return Err(Problem::Refused(format!(
                "{shown} không phải bản sao lưu của motcua: thiếu {DATABASE} hoặc {NOTE}."
            )));
        };
        let to = PathBuf::from(database.strip_prefix("sqlite:").unwrap_or(database));
        let wal = PathBuf::from(format!("{}-wal", to.display()));
        for taken in [&to, &wal, &home.join("key"), &home.join("files")] {
            if taken.exists() {
                return Err(Problem::Refused(format!(
                    "{} đã có; motcua restore không ghi đè. Hãy chọn thư mục trống bằng --data-dir.",
                    taken.display()
                )));
            }
        }
        let files = files(home);
        crate::cli::create_private(home).map_err(&files)?;
        std::fs::copy(from.join(DATABASE), &to).map_err(&files)?;
        // Back to wherever the files are kept, here or in S3.
        let kept = Blobs::open(context.settled.files_url.as_deref(), &home.join("files"))?;
        let backed_up = Blobs::in_folder(&from.join("files"))?;
        let runtime = tokio::runtime::Runtime::new().map_err(&files)?;
        let copied = runtime.block_on(backed_up.copy_to(&kept))?;
        if from.join("key").exists() {
            std::fs::copy(from.join("key"), home.join("key")).map_err(&files)?;
        }
        let db = context.open()?;
        let Checked { unfolded, verdict, books } = check(&db, context.now(), Some(&note.head))?;
        let as_noted = matches!(&verdict, Verdict::Whole { head, .. } if *head == note.head);
        if unfolded.is_empty() && books.is_empty() && as_noted {
            crate::out!(
                "Đã khôi phục vào {}: {} mục nhật ký, {copied} tệp, nguyên vẹn như lúc sao lưu ({}).",
                home.display(),
                domain::text::number(note.entries),
                note.made_at
            );
            return Ok(ExitCode::SUCCESS);
        }
        print_wrong(&unfolded, &verdict);
        crate::out!(
            "Đã chép vào {} nhưng KHÔNG khớp với mã đối chiếu lúc sao lưu. Đừng dùng; hãy lấy bản sao \
             lưu khác.",
            home.display()
        );
        Ok(ExitCode::from(1))
    }
}
