//! `motcua doctor`: is everything there that the office needs? Each finding with its remedy.

use std::process::ExitCode;

use domain::time::Instant;
use serde::Serialize;
use site::seal::Seal;
use store::{Db, Stamp};

use crate::{Outcome, Problem, cli::Context, setup};

mod machine;
mod office;

/// Options of the doctor.
#[derive(Debug, clap::Args)]
pub struct Doctor {
    /// In dạng JSON / Print JSON
    #[arg(long)]
    json: bool,
}

/// How something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// As it should be.
    Fine,
    /// Works, but somebody should look after it.
    Warning,
    /// Does not work.
    Broken,
}

impl State {
    const fn label(self) -> &'static str {
        match self {
            Self::Fine => "đạt",
            Self::Warning => "cảnh báo",
            Self::Broken => "hỏng",
        }
    }
}

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// Its stable name.
    pub name: &'static str,
    /// How it is.
    pub state: State,
    /// What was found, in Vietnamese.
    pub found: String,
    /// What to do; empty if nothing is to be done.
    pub remedy: String,
}

impl Finding {
    /// As it should be.
    pub fn fine(name: &'static str, found: impl Into<String>) -> Self {
        Self { name, state: State::Fine, found: found.into(), remedy: String::new() }
    }

    /// Something to look after.
    pub fn warning(
        name: &'static str,
        found: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        Self { name, state: State::Warning, found: found.into(), remedy: remedy.into() }
    }

    /// Something that does not work.
    pub fn broken(name: &'static str, found: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { name, state: State::Broken, found: found.into(), remedy: remedy.into() }
    }
}

impl Doctor {
    /// Looks at everything.
    ///
    /// # Errors
    /// None but those of printing: what does not work is a finding.
    pub fn run(self, context: &Context) -> Outcome {
        let findings = examine(context);
        let worst = findings.iter().map(|it| it.state).max().unwrap_or(State::Fine);
        if self.json {
            crate::out!("{}", serde_json::json!({"state": worst, "findings": findings}));
        } else {
            for it in &findings {
                crate::out!("{:<9} {}", it.state.label(), it.found);
                if !it.remedy.is_empty() {
                    crate::out!("{:<9} → {}", "", it.remedy);
                }
            }
            crate::out!("\nKết luận: {}.", worst.label());
        }
        Ok(if worst == State::Broken { ExitCode::from(1) } else { ExitCode::SUCCESS })
    }
}

/// Everything that was found, in the order in which it is mended.
fn examine(context: &Context) -> Vec<Finding> {
    let now = context.now();
    let home = &context.settled.data_dir;
    let mut findings = vec![machine::folder(home), machine::space(home), machine::key(home)];
    match open(context) {
        Ok(db) => {
            let schema = schema(&db, now);
            let newest = schema.state == State::Fine;
            findings.push(schema);
            // What an older schema lacks would only look broken.
            if newest {
                findings.push(filled(&db, now));
                findings.push(machine::clock(&db, now));
                findings.extend(office::examine(&db, now));
            }
        }
        Err(why) => findings.push(Finding::broken(
            "database",
            format!("Không mở được cơ sở dữ liệu: {why}"),
            "Kiểm tra MOTCUA_DATABASE_URL, máy chủ PostgreSQL và quyền đọc ghi tệp motcua.db.",
        )),
    }
    findings.push(machine::typesetter(now));
    findings
}

fn schema(db: &Db, now: Instant) -> Finding {
    match db.pending(now) {
        Ok(pending) if pending.is_empty() => {
            Finding::fine("database", "Mở được cơ sở dữ liệu; lược đồ mới nhất.")
        }
        Ok(pending) => Finding::warning(
            "database",
            format!("Mở được cơ sở dữ liệu; lược đồ còn thiếu: {}.", pending.join(", ")),
            "Sao lưu, rồi chạy motcua serve: lược đồ được nâng cấp khi khởi động.",
        ),
        Err(why) => Finding::broken(
            "database",
            format!("Không đọc được cơ sở dữ liệu: {why}"),
            "Khôi phục từ bản sao lưu gần nhất: motcua restore THƯ-MỤC.",
        ),
    }
}

/// Opens the database that is there and leaves it as it is. The doctor makes none.
fn open(context: &Context) -> Result<Db, String> {
    let url = &context.settled.database_url;
    let path = url.strip_prefix("sqlite:").unwrap_or(url);
    if !url.starts_with("postgres") && !std::path::Path::new(path).exists() {
        return Err(format!("chưa có tệp {path}; hãy chạy motcua serve lần đầu"));
    }
    Db::open_with(url, context.now(), &[]).map_err(|e| e.to_string())
}

fn filled(db: &Db, now: Instant) -> Finding {
    match (setup::is_half_filled(db, now), setup::is_demo(db, now)) {
        (Ok(true), _) => {
            Finding::broken("demo", "Bản minh họa nạp dở dang.", crate::demo::HALF_FILLED)
        }
        (Ok(false), Ok(true)) => Finding::warning(
            "demo",
            "Dữ liệu ở đây là dữ liệu minh họa.",
            "Không dùng để tiếp nhận hồ sơ thật; hãy tạo cơ sở dữ liệu trống khi chạy chính thức.",
        ),
        (Ok(false), Ok(false)) => Finding::fine("demo", "Dữ liệu thật, không phải bản minh họa."),
        (Err(why), _) | (_, Err(why)) => Finding::broken(
            "demo",
            format!("Không đọc được thiết lập: {why}"),
            "Chạy motcua check.",
        ),
    }
}

/// Reads something, or makes a finding of the fault.
fn read<T>(
    db: &Db,
    now: Instant,
    name: &'static str,
    work: impl FnOnce(&mut store::Tx<'_>) -> Result<T, store::Fault>,
) -> Result<T, Finding> {
    db.read_blocking(Stamp::of_program(now, "doctor"), work).map_err(|why| {
        Finding::broken(name, format!("Không đọc được cơ sở dữ liệu: {why}"), "Chạy motcua check.")
    })
}

/// Whether the installation's key reads as one, without making it.
fn key_reads(home: &std::path::Path) -> Result<(), Problem> {
    Ok(Seal::in_folder(home).map(drop)?)
}
