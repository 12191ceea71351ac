//! The demo: a made-up year of Tân Kỳ, played through the real services with a simulated clock.
//!
//! Deterministic by seed. Every person is made up and marked so. Nothing is written but by the
//! functions that the pages call.

use std::process::ExitCode;

use domain::time::Instant;
use store::{Blobs, Db, Fault};

use crate::{Outcome, Problem, cli::Context, setup, stop::Stop};

mod books;
mod citizens;
mod conduct;
mod counter;
mod crowd;
mod eforms;
mod feedback;
mod levels;
mod links;
mod money;
mod office;
mod on_paper;
mod online;
mod progress;
mod publication;
mod random;
mod receptions;
mod spoken;
mod surveys;
mod workflows;
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
        let seal = site::seal::Seal::in_folder(&context.settled.data_dir)?;
        let home = &context.settled.data_dir;
        let blobs = Blobs::open(context.settled.files_url.as_deref(), &home.join("files"))?;
        let stop = Stop::on_interrupt();
        let sealed = Sealed { seal: &seal, blobs: &blobs };
        let sign_ins = fill_with(&db, context.now(), &play, (&stop, Some(sealed)))?;
        surveys::play(&db, context.now(), play.seed, &context.settled.data_dir)?;
        if self.json {
            let rows: Vec<_> = sign_ins
                .iter()
                .map(|it| serde_json::json!({"login": it.login, "role": it.role, "unit": it.unit}))
                .collect();
            crate::out!("{}", serde_json::Value::Array(rows));
        } else {
            print_sign_ins(&sign_ins);
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// The table of demo sign-ins by role.
pub fn print_sign_ins(sign_ins: &[SignIn]) {
    crate::out!("Tài khoản minh họa (mật khẩu chung: {PASSWORD}):");
    let widest = |texts: &mut dyn Iterator<Item = usize>| texts.max().unwrap_or(0).max(13);
    let logins = widest(&mut sign_ins.iter().map(|it| it.login.chars().count()));
    let roles = widest(&mut sign_ins.iter().map(|it| it.role.chars().count()));
    crate::out!("  {:<logins$}  {:<roles$}  Đơn vị", "Tên đăng nhập", "Vai trò");
    for it in sign_ins {
        crate::out!("  {:<logins$}  {:<roles$}  {}", it.login, it.role, it.unit);
    }
}

/// Fills an empty database with the organisation, its people and a year of dossiers.
///
/// Until it is done the database says of itself that it is not whole.
///
/// # Errors
/// [`Problem::Refused`] if there is data already.
pub fn fill(db: &Db, now: Instant, play: &Play) -> Result<Vec<SignIn>, Problem> {
    fill_until(db, now, play, &Stop::never())
}

/// [`fill`], unless somebody asks to stop.
///
/// # Errors
/// [`Problem::Refused`] if there is data already, or somebody asked to stop.
pub fn fill_until(db: &Db, now: Instant, play: &Play, stop: &Stop) -> Result<Vec<SignIn>, Problem> {
    fill_with(db, now, play, (stop, None))
}

/// What an installation keeps beside its database: its key and its files.
#[derive(Clone, Copy)]
pub struct Sealed<'a> {
    /// The key.
    pub seal: &'a site::seal::Seal,
    /// The files.
    pub blobs: &'a Blobs,
}

/// [`fill_until`]; with the installation's key also what lies sealed: what citizens said.
///
/// # Errors
/// As [`fill_until`].
pub fn fill_with(
    db: &Db,
    now: Instant,
    play: &Play,
    (stop, sealed): (&Stop, Option<Sealed<'_>>),
) -> Result<Vec<SignIn>, Problem> {
    if setup::is_half_filled(db, now)? {
        return Err(Problem::Refused(HALF_FILLED.to_owned()));
    }
    if !setup::is_empty(db, now)? {
        return Err(Problem::Refused(
            "Cơ sở dữ liệu đã có dữ liệu; bản minh họa chỉ nạp vào cơ sở dữ liệu trống.".to_owned(),
        ));
    }
    eprintln!("1/3 Danh mục, lịch làm việc, tổ chức và tài khoản minh họa …");
    setup::begin_filling(db, now)?;
    let filling = db.filling()?;
    setup::seed(db, now)?;
    let office = office::found(db, now, play)?;
    money::open(db, now, &office)?;
    levels::set(db, now, &office)?;
    eprintln!("2/3 Một năm hồ sơ, chạy qua các nghiệp vụ thật …");
    let progress = progress::Progress::new(u64::from(play.dossiers));
    year::play(db, now, play, &office, &progress, stop)?;
    counter::play(db, now, play, &office)?;
    if !stop.is_asked() {
        links::play(db, now, play, &office)?;
        on_paper::play(db, now, play, &office)?;
    }
    progress.finish();
    if !stop.is_asked() {
        money::settle(db, now, &office)?;
    }
    if stop.is_asked() {
        drop(filling);
        let text = format!("Đã dừng theo yêu cầu khi chưa nạp xong. {HALF_FILLED}");
        return Err(Problem::Refused(text));
    }
    workflows::play(db, now, &office)?;
    citizens::play(db, now)?;
    online::play(db, now, play, &office)?;
    publication::play(db, now, play.seed, &office)?;
    conduct::play(db, now, &office)?;
    receptions::play(db, now, &office)?;
    if let Some(sealed) = sealed {
        feedback::play(db, now, sealed.seal, &office)?;
        spoken::play(db, now, sealed, &office)?;
    }
    eprintln!("3/3 Thống kê lại các bảng, ghi xuống đĩa …");
    filling.finish()?;
    setup::end_filling(db, now)?;
    Ok(office.sign_ins)
}

/// What to do with a demo that was cut off.
pub const HALF_FILLED: &str = "Cơ sở dữ liệu này là bản minh họa nạp dở dang, không dùng được. \
    Hãy xóa nó (với SQLite: xóa tệp motcua.db, motcua.db-wal và motcua.db-shm trong thư mục dữ liệu; \
    với PostgreSQL: tạo lại cơ sở dữ liệu trống), rồi chạy lại lệnh.";

/// Something that the demo takes for granted is missing: a bug in its data.
fn missing(what: &str) -> Fault {
    Fault::Broken(format!("demo: no {what}"))
}
