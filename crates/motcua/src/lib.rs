//! The whole product: slices put together, commands, configuration, the clock.

use std::process::ExitCode;

use site::Routes;

/// A line on standard output, as [`output::say`] takes it.
macro_rules! out {
    () => { $crate::output::say(format_args!("\n")) };
    ($($it:tt)*) => { $crate::output::say(format_args!("{}\n", format_args!($($it)*))) };
}
pub(crate) use out;

/// Like [`out!`], without the end of the line.
macro_rules! out_part {
    ($($it:tt)*) => { $crate::output::say(format_args!($($it)*)) };
}
pub(crate) use out_part;

pub mod backup;
pub mod bench;
pub mod check;
pub mod cli;
pub mod clock;
pub mod config;
pub mod deadline;
pub mod demo;
pub mod doctor;
pub mod import;
pub mod ledger;
pub mod listen;
pub mod migrate_database;
mod output;
pub mod pdf;
pub mod serve;
pub mod setup;
pub mod stop;
pub mod survey;

#[cfg(test)]
mod tests;
#[cfg(test)]
mod weight;

/// Every route of the product.
#[must_use]
pub fn routes() -> Routes {
    citizen::routes()
        .and(voice::routes())
        .and(surveys::routes())
        .and(counter::routes())
        .and(portal::routes())
        .and(messages::routes())
        .and(people::routes())
        .job_apart("sweep_files", 60, site::files::sweep)
        .job("sweep_submissions", 24 * 60, |_, tx| {
            site::form::sweep(tx)?;
            Ok(())
        })
}

/// Why a command ends without having done its work.
#[derive(Debug)]
pub enum Problem {
    /// What was asked cannot be done, or something was found wrong. Shown as it is; exit code 1.
    Refused(String),
    /// A bug or an outage; exit code 1.
    Fault(store::Fault),
}

impl From<store::Fault> for Problem {
    fn from(fault: store::Fault) -> Self {
        Self::Fault(fault)
    }
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Refused(why) => why.fmt(f),
            Self::Fault(fault) => write!(f, "Sự cố: {fault}"),
        }
    }
}

/// What a command gives back: how it ended.
pub type Outcome = Result<ExitCode, Problem>;

/// Reads the command line, does what it says, and says how it went.
#[must_use]
pub fn main() -> ExitCode {
    match cli::run().and_then(|code| output::whole().map(|()| code)) {
        Ok(code) => code,
        Err(problem) => {
            eprintln!("motcua: {problem}");
            ExitCode::from(1)
        }
    }
}
