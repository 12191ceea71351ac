//! `motcua import`: a preview with row errors, and all or nothing.

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

use citizen::procedures::{exchange, facts};
use clap::Subcommand;
use jiff::civil::Date;
use people::{sheets, staff::facts as roster, units::facts::Reach};
use store::{Fault, Stamp};

use crate::{Outcome, Problem, cli::Context};

/// What can be imported.
#[derive(Debug, Subcommand)]
pub enum Import {
    /// Danh mục thủ tục từ XLSX, CSV hoặc JSON / The catalogue of procedures
    Procedures {
        /// Tệp / File
        file: PathBuf,
        /// Có hiệu lực từ ngày (mặc định hôm nay) / In force from
        #[arg(long, value_name = "DATE")]
        from: Option<Date>,
        /// Chỉ kiểm tra, không ghi / Check only
        #[arg(long)]
        dry_run: bool,
        /// In dạng JSON / Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Cán bộ và chức danh từ XLSX hoặc CSV / People and their positions
    Staff {
        /// Tệp / File
        file: PathBuf,
        /// Chỉ kiểm tra, không ghi / Check only
        #[arg(long)]
        dry_run: bool,
        /// In dạng JSON / Print JSON
        #[arg(long)]
        json: bool,
    },
}

impl Import {
    /// Reads, checks and writes.
    ///
    /// # Errors
    /// If the file cannot be read; rows that are wrong end with exit code 1 and nothing written.
    pub fn run(self, context: &Context) -> Outcome {
        match self {
            Self::Procedures { file, from, dry_run, json } => {
                procedures(context, &file, from, dry_run, json)
            }
            Self::Staff { file, dry_run, json } => staff(context, &file, dry_run, json),
        }
    }
}

fn procedures(
    context: &Context,
    file: &Path,
    from: Option<Date>,
    dry_run: bool,
    json: bool,
) -> Outcome {
    let shown = file.display();
    let refused = |text: String| Problem::Refused(text);
    let kind = exchange::Kind::of_name(&file.to_string_lossy())
        .ok_or_else(|| refused(format!("{shown}: chỉ nhận tệp .xlsx, .csv hoặc .json.")))?;
    let bytes = std::fs::read(file).map_err(|e| refused(format!("Không đọc được {shown}: {e}")))?;
    let read = exchange::read(kind, &bytes);
    let rows = match read {
        Ok(rows) => rows,
        Err(errors) => return Ok(report_errors(&errors, json)),
    };
    let db = context.open()?;
    let now = context.now();
    let from = from.unwrap_or_else(|| now.civil().date());
    let mut outcome = None;
    let stamp = Stamp::of_program(now, "cli");
    let written = db.write_blocking(stamp, |tx| {
        let plan = facts::import_all(tx, &rows, from)?;
        let right = plan.is_ok();
        outcome = Some(plan);
        // A dry run and a wrong row leave nothing behind.
        if dry_run || !right { Err(Fault::Broken("not kept".to_owned())) } else { Ok(()) }
    });
    match outcome {
        None => {
            written?;
            Ok(ExitCode::from(1))
        }
        Some(Err(errors)) => Ok(report_errors(&errors, json)),
        Some(Ok(plan)) => {
            if !dry_run {
                written?;
            }
            if json {
                crate::out!(
                    "{}",
                    serde_json::json!({
                        "rows": rows.len(),
                        "added": plan.added.len(),
                        "changed": plan.changed.len(),
                        "kept": !dry_run,
                    })
                );
            } else {
                let what = if dry_run { "Sẽ ghi" } else { "Đã ghi" };
                crate::out!(
                    "{what}: {} thủ tục mới, {} thủ tục thay đổi, trong {} dòng.",
                    plan.added.len(),
                    plan.changed.len(),
                    rows.len()
                );
            }
            Ok(ExitCode::SUCCESS)
        }
    }
}

fn staff(context: &Context, file: &Path, dry_run: bool, json: bool) -> Outcome {
    let shown = file.display();
    let bytes = std::fs::read(file)
        .map_err(|e| Problem::Refused(format!("Không đọc được {shown}: {e}")))?;
    let table = sheets::read(&file.to_string_lossy(), &bytes)
        .map_err(|why| Problem::Refused(format!("{shown}: {why}")))?;
    let db = context.open()?;
    let mut outcome = None;
    let stamp = Stamp::of_program(context.now(), "cli");
    let written = db.write_blocking(stamp, |tx| {
        let reach = Reach::whole(tx)?;
        let plan = roster::plan(tx, &reach, &table)?;
        if let Ok(plan) = &plan {
            let demo = site::is_demo(tx)?;
            roster::apply(tx, plan, demo)?;
        }
        let right = plan.is_ok();
        outcome = Some(plan);
        // A dry run and a wrong row leave nothing behind.
        if dry_run || !right { Err(Fault::Broken("not kept".to_owned())) } else { Ok(()) }
    });
    match outcome {
        None => {
            written?;
            Ok(ExitCode::from(1))
        }
        Some(Err(mistakes)) => {
            if json {
                crate::out!("{}", serde_json::to_string(&mistakes).unwrap_or_default());
            } else {
                for it in &mistakes {
                    crate::out!("Dòng {}, {}: {}", it.row, it.column, it.message);
                }
                crate::out!("Có {} lỗi; chưa ghi gì.", mistakes.len());
            }
            Ok(ExitCode::from(1))
        }
        Some(Ok(plan)) => {
            if !dry_run {
                written?;
            }
            let (people, positions) = (plan.people.len(), plan.new_positions());
            if json {
                let said = serde_json::json!({
                    "people": people,
                    "new_positions": positions,
                    "kept": !dry_run,
                });
                crate::out!("{said}");
            } else {
                let what = if dry_run { "Sẽ thêm" } else { "Đã thêm" };
                crate::out!("{what}: {people} người, {positions} chức danh mới.");
            }
            Ok(ExitCode::SUCCESS)
        }
    }
}

fn report_errors(errors: &[domain::procedure::RowError], json: bool) -> ExitCode {
    if json {
        crate::out!("{}", serde_json::to_string(errors).unwrap_or_default());
    } else {
        for it in errors {
            crate::out!("Dòng {}, {}: {}", it.row, it.field, it.message);
        }
        crate::out!("Có {} lỗi; chưa ghi gì.", errors.len());
    }
    ExitCode::from(1)
}
