//! The command line.

use clap::{Parser, Subcommand};
use domain::time::Instant;
use store::Db;

use crate::{
    Outcome, Problem,
    backup::{Backup, Restore},
    bench::Bench,
    check::Check,
    clock,
    config::{Place, Settled},
    deadline::Deadline,
    demo::Demo,
    doctor::Doctor,
    import::Import,
    ledger::Ledger,
    migrate_database::MigrateDatabase,
    pdf::Pdf,
    serve::Serve,
    survey::Survey,
};

/// Một Cửa: bộ phận một cửa và cải cách hành chính / one-stop shop and administrative reform.
#[derive(Debug, Parser)]
#[command(name = "motcua", version, about, max_term_width = 100)]
struct Line {
    #[command(flatten)]
    place: Place,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Chạy máy chủ / Run the server
    Serve(Serve),
    /// Nạp dữ liệu minh họa vào cơ sở dữ liệu trống / Fill an empty database with the demo
    Demo(Demo),
    /// Nhập dữ liệu, xem trước và báo lỗi từng dòng / Import, all or nothing
    #[command(subcommand)]
    Import(Import),
    /// Kiểm tra cơ sở dữ liệu / Check that the database is sound
    Check(Check),
    /// Sao lưu SQLite, tệp và khóa / Back up
    Backup(Backup),
    /// Khôi phục bản sao lưu vào nơi trống / Restore a backup into an empty place
    Restore(Restore),
    /// Chuyển toàn bộ sang cơ sở dữ liệu trống khác / Move everything into another, empty database
    MigrateDatabase(MigrateDatabase),
    /// Khám máy và cơ sở dữ liệu, kèm cách chữa / Look for what is wrong and how to mend it
    Doctor(Doctor),
    /// Đo tốc độ, bộ nhớ trên dữ liệu tự tạo / Measure on made-up data
    Bench(Bench),
    /// Tính ngày hẹn và giải thích / Compute and explain a due date
    Deadline(Deadline),
    /// Nhật ký và mã đối chiếu / The journal and its head
    #[command(subcommand)]
    Ledger(Ledger),
    /// Chữ ký số trên tệp PDF / Signatures of a PDF
    #[command(subcommand)]
    Pdf(Pdf),
    /// Khảo sát: rút lại mẫu / Surveys: draw a sample again
    #[command(subcommand)]
    Survey(Survey),
}

/// What a command works with.
pub struct Context {
    /// Where things are.
    pub settled: Settled,
}

impl Context {
    /// The moment, by the machine's clock.
    #[must_use]
    pub fn now(&self) -> Instant {
        clock::now()
    }

    /// Opens the database, made if it is not there.
    ///
    /// # Errors
    /// If it cannot be opened.
    pub fn open(&self) -> Result<Db, Problem> {
        create_private(&self.settled.data_dir).map_err(|e| {
            let shown = self.settled.data_dir.display();
            Problem::Refused(format!("Không tạo được thư mục dữ liệu {shown}: {e}"))
        })?;
        Ok(Db::open(&self.settled.database_url, self.now())?)
    }
}

/// Makes a folder that only its owner can look into: in it lies what citizens told the office.
/// One that is there is left as it is.
///
/// # Errors
/// If it cannot be made.
pub fn create_private(folder: &std::path::Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// Reads the command line and does what it says.
///
/// # Errors
/// What the command fails with.
pub fn run() -> Outcome {
    let line = Line::parse();
    let context = Context { settled: line.place.settle()? };
    match line.command {
        Command::Serve(it) => it.run(&context),
        Command::Demo(it) => it.run(&context),
        Command::Import(it) => it.run(&context),
        Command::Check(it) => it.run(&context),
        Command::Backup(it) => it.run(&context),
        Command::Restore(it) => it.run(&context),
        Command::MigrateDatabase(it) => it.run(&context),
        Command::Doctor(it) => it.run(&context),
        Command::Bench(it) => it.run(&context),
        Command::Deadline(it) => it.run(),
        Command::Ledger(it) => it.run(&context),
        Command::Pdf(it) => it.run(&context),
        Command::Survey(it) => it.run(),
    }
}
