//! The demo: a made-up year of Tân Kỳ, played through the real services with a simulated clock.
//!
//! Deterministic by seed. Every person is made up and marked so. Nothing is written but by the
//! functions that the pages call.

use std::process::ExitCode;

use domain::time::Instant;
use indicatif::{ProgressBar, ProgressStyle};
use store::{Db, Fault};

use crate::{Outcome, Problem, cli::Context};

mod office;
mod random;
mod year;

pub use office::{PASSWORD, SignIn};

/// Options of the demo.
#[derive(Debug, clap::Args)]
pub struct Demo {
    /// Mô hình tổ chức: 2020-district hoặc 2025-two-tier / Organisation profile
    #[arg(long, default_value = "2020-district")]
    profile: String,
    /// Hạt giống ngẫu nhiên; cùng hạt giống cho cùng dữ liệu / Seed
    #[arg(long, default_value_t = 2020)]
    seed: u64,
    /// Số hồ sơ / Number of dossiers
    #[arg(long, default_value_t = DOSSIERS)]
    dossiers: u32,
    /// In dạng JSON / Print JSON
    #[arg(long)]
    json: bool,
}

/// Dossiers of the demo unless told otherwise.
pub const DOSSIERS: u32 = 3_000;

/// What to play.
#[derive(Debug, Clone)]
pub struct Play {
    /// The organisation profile.
    pub profile: String,
    /// The seed.
    pub seed: u64,
    /// How many dossiers.
    pub dossiers: u32,
}

impl Default for Play {
    fn default() -> Self {
        Self { profile: "2020-district".to_owned(), seed: 2020, dossiers: DOSSIERS }
    }
}

impl Demo {
    /// Fills an empty database.
    ///
    /// # Errors
    /// If the database is not empty.
    pub fn run(self, context: &Context) -> Outcome {
        let db = context.open()?;
        let play = Play { profile: self.profile, seed: self.seed, dossiers: self.dossiers };
        let sign_ins = fill(&db, context.now(), &play)?;
        if self.json {
            let rows: Vec<_> = sign_ins
                .iter()
                .map(|it| serde_json::json!({"login": it.login, "role": it.role, "unit": it.unit}))
                .collect();
            println!("{}", serde_json::Value::Array(rows));
        } else {
            print_sign_ins(&sign_ins);
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// The table of demo sign-ins by role.
pub fn print_sign_ins(sign_ins: &[SignIn]) {
    println!("Tài khoản minh họa (mật khẩu chung: {PASSWORD}):");
    println!("  {:<18} {:<34} Đơn vị", "Tên đăng nhập", "Vai trò");
    for it in sign_ins {
        println!("  {:<18} {:<34} {}", it.login, it.role, it.unit);
    }
}

/// Fills an empty database with the organisation, its people and a year of dossiers.
///
/// # Errors
/// [`Problem::Refused`] if there is data already.
pub fn fill(db: &Db, now: Instant, play: &Play) -> Result<Vec<SignIn>, Problem> {
    if !crate::setup::is_empty(db, now)? {
        return Err(Problem::Refused(
            "Cơ sở dữ liệu đã có dữ liệu; bản minh họa chỉ nạp vào cơ sở dữ liệu trống.".to_owned(),
        ));
    }
    println!("1/3 Danh mục, lịch làm việc, tổ chức và tài khoản minh họa …");
    crate::setup::seed(db, now)?;
    db.write_blocking(store::Stamp::of_program(now, "demo"), site::mark_demo)?;
    let office = office::found(db, now, play)?;
    println!("2/3 Một năm hồ sơ, chạy qua các nghiệp vụ thật …");
    let style = ProgressStyle::with_template("  {bar:40} {pos}/{len} hồ sơ, còn {eta}")
        .unwrap_or_else(|_| ProgressStyle::default_bar());
    let bar = ProgressBar::new(u64::from(play.dossiers)).with_style(style);
    year::play(db, now, play, &office, &bar)?;
    bar.finish();
    println!("3/3 Sắp xếp lại chỉ mục …");
    db.analyse()?;
    Ok(office.sign_ins)
}

/// Something that the demo takes for granted is missing: a bug in its data.
fn missing(what: &str) -> Fault {
    Fault::Broken(format!("demo: no {what}"))
}
