//! `motcua bench`: what the product needs of a machine, as ratios in one run.
//!
//! Nothing here is asserted by a timed test: machines differ. Each figure is printed with what
//! it is compared with, measured in the same run, and with what is asked of it.

use std::{path::PathBuf, process::ExitCode, time::Duration};

use domain::time::Instant;
use figure::Figure;
use ground::{Scratch, Set};

use crate::{Outcome, Problem, cli::Context};

pub mod child;
mod due;
mod figure;
mod ground;
mod intake;
mod load;
mod machine;
mod pages;
mod raw;
mod sql;
pub mod visitor;

/// Dossiers of the short list.
const SHORT: u32 = 3_500;
/// Dossiers of the long list unless told otherwise: on SQLite, and on a server.
const LONG: (u32, u32) = (100_000, 10_000);

/// What is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Subject {
    /// Mọi phép đo / Everything
    All,
    /// Tiếp nhận qua HTTP / Intake over HTTP
    Intake,
    /// Danh sách hồ sơ / Lists
    List,
    /// Trang một hồ sơ / One dossier's page
    Page,
    /// Trang thủ tục công khai / The public's procedure page
    Public,
    /// Giấy hẹn PDF / The receipt
    Pdf,
    /// Tính ngày hẹn / Due dates
    Deadline,
    /// Bộ nhớ, khởi động / Memory and start
    Memory,
    /// Nhiều người cùng lúc / Many at once
    Load,
}

/// Options of the bench.
#[derive(Debug, clap::Args)]
pub struct Bench {
    /// Đo gì / What to measure
    #[arg(value_enum, default_value = "all")]
    subject: Subject,
    /// Số hồ sơ của danh sách dài (mặc định 100.000; 10.000 trên PostgreSQL) / Dossiers of the long list
    #[arg(long)]
    dossiers: Option<u32>,
    /// Thư mục giữ dữ liệu đo để dùng lại (SQLite) / Folder that keeps the made data set
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    #[command(flatten)]
    options: Options,
    /// In dạng JSON / Print JSON
    #[arg(long)]
    json: bool,
}

/// How much is measured.
#[derive(Debug, Clone, clap::Args)]
pub struct Options {
    /// Số lần tiếp nhận mỗi lượt đo / Intakes of each measurement
    #[arg(long, default_value_t = 2_000, value_parser = clap::value_parser!(u32).range(8..))]
    pub intakes: u32,
    /// Số người cùng lúc khi đo tải / Users at once under load
    #[arg(long, default_value_t = 16, value_parser = clap::value_parser!(u32).range(1..=500))]
    pub users: u32,
    /// Số giây đo tải / Seconds under load
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=600))]
    pub seconds: u32,
    /// Each figure is measured at least so long; less is only to try the command.
    #[arg(long, hide = true, default_value_t = 1_500)]
    pub least_ms: u32,
}

impl Options {
    /// How long each figure is measured at least: the processor's clock is coarse.
    fn least(&self) -> Duration {
        Duration::from_millis(self.least_ms.into())
    }
}

impl Bench {
    /// Measures on scratch data of its own.
    ///
    /// # Errors
    /// If the ground cannot be made, or a server does not answer.
    pub fn run(self, context: &Context) -> Outcome {
        let now = context.now();
        let scratch = Scratch::new()?;
        let load_before = machine::load_average();
        let url = &context.settled.database_url;
        let on_server = url.starts_with("postgres:") || url.starts_with("postgresql:");
        let grounds = self.grounds(on_server.then_some(url.as_str()), &scratch, now)?;
        // One thread asks; the other cores are the server's.
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|e| Problem::Refused(format!("Không khởi động được: {e}")))?;
        let figures = runtime.block_on(self.measure(&grounds, now))?;
        let cores = std::thread::available_parallelism().map_or(0, usize::from);
        let dossiers = grounds.newest;
        let engine = if on_server { "postgresql" } else { "sqlite" };
        if self.json {
            crate::out!(
                "{}",
                serde_json::json!({
                    "machine": {
                        "cores": cores,
                        "load_average_before": load_before,
                        "load_average_after": machine::load_average(),
                    },
                    "engine": engine,
                    "dossiers": dossiers,
                    "figures": figures,
                })
            );
        } else {
            let shown =
                |it: Option<f64>| it.map_or_else(|| "?".to_owned(), |it| format!("{it:.2}"));
            crate::out!(
                "Máy {cores} lõi, tải trung bình {} trước và {} sau khi đo; {engine}, {} hồ sơ.\n",
                shown(load_before),
                shown(machine::load_average()),
                domain::text::number(dossiers)
            );
            crate::out_part!("{}", figure::table(&figures));
        }
        Ok(ExitCode::SUCCESS)
    }

    fn wants(&self, subject: Subject) -> bool {
        matches!(self.subject, Subject::All) || self.subject == subject
    }

    fn grounds(
        &self,
        server: Option<&str>,
        scratch: &Scratch,
        now: Instant,
    ) -> Result<Grounds, Problem> {
        let dossiers = self.dossiers.unwrap_or(if server.is_some() { LONG.1 } else { LONG.0 });
        let needs_long = self.subject != Subject::Intake && self.subject != Subject::Deadline;
        if let Some(url) = server {
            let set = Set::on_server(url, scratch.path(), now, dossiers)?;
            let newest = set.newest(now)?;
            return Ok(Grounds { short: set.clone(), short_dossiers: dossiers, long: set, newest });
        }
        let short_dossiers = SHORT.min(dossiers);
        let short = Set::on_sqlite(&scratch.path().join("short"), now, short_dossiers)?;
        let long = if needs_long {
            let folder = self.data.clone().unwrap_or_else(|| scratch.path().join("long"));
            Set::on_sqlite(&folder, now, dossiers)?
        } else {
            short.clone()
        };
        let newest = long.newest(now)?;
        Ok(Grounds { short, short_dossiers, long, newest })
    }

    async fn measure(&self, on: &Grounds, now: Instant) -> Result<Vec<Figure>, Problem> {
        let mut figures = Vec::new();
        let least = self.options.least();
        if self.wants(Subject::Deadline) {
            figures.extend(due::measure(least)?);
        }
        if self.wants(Subject::List) {
            figures.extend(pages::short_list(&on.short, on.short_dossiers, least).await?);
            figures.extend(pages::long_list(&on.long, on.newest, least).await?);
        }
        if self.wants(Subject::Page) {
            figures.extend(pages::dossier(&on.long, on.newest, least).await?);
        }
        if self.wants(Subject::Public) {
            figures.extend(pages::public(&on.long, least).await?);
        }
        if self.wants(Subject::Pdf) {
            figures.extend(pages::receipt(&on.long, on.newest, least).await?);
        }
        if self.wants(Subject::Memory) {
            figures.extend(pages::memory(&on.long, on.newest, now).await?);
        }
        // These write: they come last, so that what is read before is what was made.
        if self.wants(Subject::Intake) {
            figures.extend(intake::measure(&on.short, now, &self.options).await?);
        }
        if self.wants(Subject::Load) {
            figures.extend(load::measure(&on.long, on.newest, &self.options).await?);
        }
        Ok(figures)
    }
}

/// What is measured on.
struct Grounds {
    short: Set,
    short_dossiers: u32,
    long: Set,
    newest: i64,
}
