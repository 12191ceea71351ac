//! `motcua check`: is the database sound? Events fold to rows, the journal is whole.

use std::process::ExitCode;

use domain::{ids::DossierId, time::Instant};
use store::{
    Db, Fault, Stamp,
    journal::{self, Verdict},
};

use crate::{Outcome, cli::Context};

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
        let Checked { unfolded, books, verdict } = check(&db, context.now(), None)?;
        let sound =
            unfolded.is_empty() && books.is_empty() && matches!(verdict, Verdict::Whole { .. });
        if self.json {
            let ids: Vec<i64> = unfolded.iter().map(|it| it.0).collect();
            crate::out!(
                "{}",
                serde_json::json!({
                    "sound": sound, "unfolded": ids, "books": books, "journal": verdict,
                })
            );
        } else if sound {
            crate::out!(
                "Nhật ký không bị sửa; trạng thái, hạn, người giữ và số tiền của mọi hồ sơ khớp với nhật ký; \
                 sổ chứng thực, hộ tịch đủ số; biên lai, sổ quỹ khớp."
            );
        } else {
            print_wrong(&unfolded, &verdict);
            for line in &books {
                crate::out!("{line}");
            }
        }
        Ok(if sound { ExitCode::SUCCESS } else { ExitCode::from(1) })
    }
}

/// What a check found.
pub(crate) struct Checked {
    /// Dossiers whose row is not the fold of their events.
    pub unfolded: Vec<DossierId>,
    /// Books with a number missing, or an entry that is not what was written and put right; receipts and
    /// cash books that do not add up.
    pub books: Vec<String>,
    /// The journal.
    pub verdict: Verdict,
}

/// Walks everything; with `head`, a head noted down earlier, also finds a past written anew.
pub(crate) fn check(db: &Db, now: Instant, head: Option<&str>) -> Result<Checked, Fault> {
    db.read_blocking(Stamp::of_program(now, "cli"), |tx| {
        let unfolded = citizen::dossiers::facts::unfolded(tx)?;
        let mut books = counter::books::facts::unsound(tx)?;
        let money = citizen::fees::facts::unsound(tx)?.into_iter();
        books.extend(money.map(|it| format!("Phí, lệ phí: {it}")));
        Ok(Checked { unfolded, books, verdict: journal::verify(tx, head)? })
    })
}

/// Says what is wrong.
pub(crate) fn print_wrong(unfolded: &[DossierId], verdict: &Verdict) {
    for id in unfolded {
        crate::out!("Hồ sơ số {id}: không khớp với nhật ký, hoặc có trong nhật ký mà không còn.");
    }
    if let Verdict::Broken { entry, reason } = verdict {
        crate::out!("Nhật ký, mục {entry}: {reason}");
    }
}
