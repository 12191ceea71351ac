//! `motcua check`: is the database sound? Events fold to rows, the journal is whole.

use std::process::ExitCode;

use store::{
    Stamp,
    journal::{self, Verdict},
};

use crate::{Outcome, Problem, cli::Context};

/// Options of the check.
#[derive(Debug, clap::Args)]
pub struct Check {
    /// In dạng JSON / Print JSON
    #[arg(long)]
    json: bool,
}

impl Check {
    /// Walks everything.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn run(self, context: &Context) -> Outcome {
        let db = context.open()?;
        let stamp = Stamp::of_program(context.now(), "cli");
        let (unfolded, verdict) = db.read_blocking(stamp, |tx| {
            let unfolded = citizen::dossiers::facts::unfolded(tx)?;
            Ok::<_, store::Fault>((unfolded, journal::verify(tx, None)?))
        })?;
        let sound = unfolded.is_empty() && matches!(verdict, Verdict::Whole { .. });
        if self.json {
            let ids: Vec<i64> = unfolded.iter().map(|it| it.0).collect();
            println!(
                "{}",
                serde_json::json!({"sound": sound, "unfolded": ids, "journal": verdict})
            );
        } else if sound {
            println!("Cơ sở dữ liệu nguyên vẹn: mọi hồ sơ khớp với nhật ký, nhật ký không bị sửa.");
        } else {
            for id in &unfolded {
                println!("Hồ sơ số {id}: trạng thái không khớp với nhật ký.");
            }
            if let Verdict::Broken { entry, reason } = &verdict {
                println!("Nhật ký, mục {entry}: {reason}");
            }
        }
        Ok(if sound { ExitCode::SUCCESS } else { ExitCode::from(1) })
    }
}

/// Options of the backup.
#[derive(Debug, clap::Args)]
pub struct Backup {
    /// Thư mục sao lưu, phải chưa có / Folder, which must not exist yet
    folder: std::path::PathBuf,
}

impl Backup {
    /// Copies the database, the files and the key while others go on working.
    ///
    /// # Errors
    /// If the folder exists or cannot be written, or the database is PostgreSQL.
    pub fn run(self, context: &Context) -> Outcome {
        let folder = self.folder;
        let shown = folder.display().to_string();
        let files = |e: std::io::Error| Problem::Refused(format!("Không ghi được {shown}: {e}"));
        std::fs::create_dir(&folder).map_err(files)?;
        let db = context.open()?;
        db.copy_to(&folder.join("motcua.db").to_string_lossy())?;
        let home = &context.settled.data_dir;
        copy_folder(&home.join("files"), &folder.join("files")).map_err(files)?;
        if home.join("key").exists() {
            std::fs::copy(home.join("key"), folder.join("key")).map_err(files)?;
        }
        println!("Đã sao lưu vào {shown}. Khôi phục: chạy motcua với --data-dir {shown}.");
        Ok(ExitCode::SUCCESS)
    }
}

fn copy_folder(from: &std::path::Path, to: &std::path::Path) -> std::io::Result<()> {
    if !from.exists() {
        return Ok(());
    }
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)? {
        let path = entry?.path();
        let Some(name) = path.file_name() else { continue };
        if path.is_dir() {
            copy_folder(&path, &to.join(name))?;
        } else {
            std::fs::copy(&path, to.join(name))?;
        }
    }
    Ok(())
}
