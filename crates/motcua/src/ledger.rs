//! `motcua ledger`: the journal's head, and whether anybody touched the past.

use std::process::ExitCode;

use clap::Subcommand;
use store::{
    Stamp,
    journal::{self, Verdict},
};

use crate::{Outcome, cli::Context};

/// What can be asked of the journal.
#[derive(Debug, Subcommand)]
pub enum Ledger {
    /// In mã đối chiếu cuối nhật ký / Print the head of the journal
    Head {
        /// In dạng JSON / Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Kiểm tra nhật ký có bị sửa, xóa, cắt, viết lại hay không / Verify the journal
    Verify {
        /// Mã đối chiếu đã lưu trước đây / A head noted down earlier
        #[arg(long, value_name = "H")]
        head: Option<String>,
        /// In dạng JSON / Print JSON
        #[arg(long)]
        json: bool,
    },
}

impl Ledger {
    /// Does it.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn run(self, context: &Context) -> Outcome {
        let db = context.open()?;
        let stamp = Stamp::of_program(context.now(), "cli");
        match self {
            Self::Head { json } => {
                let head = db.read_blocking(stamp, journal::head)?;
                let at = domain::time::Instant::from_epoch_ms(head.at_ms).civil().to_string();
                if json {
                    let entries = head.entries;
                    crate::out!(
                        "{}",
                        serde_json::json!({"head": head.head, "at": at, "entries": entries})
                    );
                } else {
                    crate::out!("Mã đối chiếu: {}", head.head);
                    crate::out!("Lúc:          {at}");
                    crate::out!("Số mục:       {}", head.entries);
                }
                Ok(ExitCode::SUCCESS)
            }
            Self::Verify { head, json } => {
                let verdict = db.read_blocking(stamp, |tx| journal::verify(tx, head.as_deref()))?;
                if json {
                    crate::out!("{}", serde_json::to_string(&verdict).unwrap_or_default());
                } else {
                    match &verdict {
                        Verdict::Whole { entries, head, erased } => crate::out!(
                            "Nhật ký nguyên vẹn: {entries} mục, {erased} mục đã xóa lời ghi theo luật.\n\
                             Mã đối chiếu: {head}"
                        ),
                        Verdict::Broken { entry, reason } => {
                            crate::out!("Nhật ký KHÔNG nguyên vẹn, tại mục {entry}: {reason}");
                        }
                    }
                }
                Ok(match verdict {
                    Verdict::Whole { .. } => ExitCode::SUCCESS,
                    Verdict::Broken { .. } => ExitCode::from(1),
                })
            }
        }
    }
}
