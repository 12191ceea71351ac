//! `motcua migrate-database`: an office that outgrew SQLite moves to PostgreSQL, or back.

use std::process::ExitCode;

use store::{Carried, Db, Stamp, journal::Verdict};

use crate::{
    Outcome, Problem,
    check::{Checked, check, print_wrong},
    cli::Context,
};

/// Options of the move.
#[derive(Debug, clap::Args)]
pub struct MigrateDatabase {
    /// Cơ sở dữ liệu đang dùng: `sqlite:…` hoặc `postgres://…` / The database in use
    #[arg(long, value_name = "URL")]
    from: String,
    /// Cơ sở dữ liệu trống / The empty database
    #[arg(long, value_name = "URL")]
    to: String,
    /// In dạng JSON / Print JSON
    #[arg(long)]
    json: bool,
}

impl MigrateDatabase {
    /// Copies everything in one transaction and checks what arrived. Files and the key lie in the
    /// data folder and stay there.
    ///
    /// # Errors
    /// If one cannot be opened, there is something in the second, or the copy is not whole.
    pub fn run(self, context: &Context) -> Outcome {
        let now = context.now();
        let file = self.from.strip_prefix("sqlite:").unwrap_or("");
        if !file.is_empty() && !std::path::Path::new(file).exists() {
            return Err(Problem::Refused(format!("Không có tệp {file} để chuyển đi.")));
        }
        let (from, to) = (Db::open(&self.from, now)?, Db::open(&self.to, now)?);
        if !store::is_untouched(&to, &Stamp::of_program(now, "cli"))? {
            return Err(Problem::Refused(
                "Cơ sở dữ liệu đích đã có dữ liệu; motcua migrate-database không ghi đè. Hãy tạo một cơ \
                 sở dữ liệu trống."
                    .to_owned(),
            ));
        }
        if !self.json {
            crate::out!("Chuyển trong một giao dịch; trong lúc này máy chủ phải dừng.");
        }
        let (quiet, mut table) = (self.json, "");
        let stamp = Stamp::of_program(now, "migrate-database");
        let carried = store::carry_all(&from, &to, &stamp, |name, rows| {
            if !quiet && (name != table || rows % 100_000 == 0) {
                crate::out!("  {name}: {} dòng …", domain::text::number(rows));
                table = name;
            }
        })?;
        to.analyse()?;
        let Checked { unfolded, verdict, books } = check(&to, now, None)?;
        let whole =
            unfolded.is_empty() && books.is_empty() && matches!(verdict, Verdict::Whole { .. });
        let rows: i64 = carried.iter().map(|it| it.rows).sum();
        if self.json {
            let tables: serde_json::Map<_, _> = carried
                .iter()
                .map(|Carried { table, rows }| ((*table).to_owned(), (*rows).into()))
                .collect();
            crate::out!("{}", serde_json::json!({"whole": whole, "rows": rows, "tables": tables}));
        } else if whole {
            crate::out!(
                "Đã chuyển {} dòng của {} bảng; hồ sơ khớp với nhật ký, nhật ký nguyên vẹn. Đặt \
                 MOTCUA_DATABASE_URL sang cơ sở dữ liệu mới, giữ nguyên thư mục dữ liệu.",
                domain::text::number(rows),
                carried.len()
            );
        } else {
            print_wrong(&unfolded, &verdict);
            crate::out!("Đã chép nhưng KHÔNG nguyên vẹn. Đừng dùng cơ sở dữ liệu mới.");
        }
        Ok(if whole { ExitCode::SUCCESS } else { ExitCode::from(1) })
    }
}
