//! What commands say on standard output.

use std::{
    fmt::Arguments,
    io::{ErrorKind, Result, Write as _, stdout},
    sync::OnceLock,
};

use crate::Problem;

/// The first thing that could not be said, and why.
static UNSAID: OnceLock<String> = OnceLock::new();

fn note(result: Result<()>) {
    // Whoever reads may stop reading (`| head`): that is no fault.
    if let Err(why) = result.map_err(|it| (it.kind(), it.to_string()))
        && why.0 != ErrorKind::BrokenPipe
    {
        // The first one counts.
        UNSAID.set(why.1).ok();
    }
}

/// Says something. That it could not be said keeps the work from nothing; [`whole`] tells at the end.
pub(crate) fn say(it: Arguments<'_>) {
    note(stdout().write_fmt(it));
}

/// Whether everything was said, to the last letter.
///
/// # Errors
/// [`Problem::Refused`] with why it could not, such as a full disk.
pub(crate) fn whole() -> std::result::Result<(), Problem> {
    note(stdout().flush());
    match UNSAID.get() {
        None => Ok(()),
        Some(why) => Err(Problem::Refused(format!("Không ghi hết được kết quả ra: {why}."))),
    }
}
