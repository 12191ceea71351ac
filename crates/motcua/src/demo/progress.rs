//! How far the year is played: a bar for people, a line now and then for a log.

use indicatif::{ProgressBar, ProgressStyle};

/// Lines in a log, from nothing to all.
const LINES: u64 = 20;
/// Fewer dossiers are in before anybody wonders.
const LINES_FROM: u64 = 10_000;

/// How many dossiers have come in, of how many.
pub(super) struct Progress {
    bar: ProgressBar,
    all: u64,
}

impl Progress {
    pub fn new(all: u64) -> Self {
        let text = "  {bar:40} {percent}% {human_pos}/{human_len} hồ sơ, {per_sec}, đã {elapsed}, \
                    còn khoảng {eta}";
        let style = ProgressStyle::with_template(text)
            .unwrap_or_else(|_| ProgressStyle::default_bar())
            .with_key(
                "per_sec",
                |state: &indicatif::ProgressState, out: &mut dyn std::fmt::Write| {
                    // Whole dossiers: fractions of one help nobody.
                    write!(out, "{:.0}/giây", state.per_sec()).ok();
                },
            );
        Self { bar: ProgressBar::new(all).with_style(style), all }
    }

    /// One more came in.
    pub fn grow(&self) {
        self.bar.inc(1);
        let at = self.bar.position();
        if self.bar.is_hidden() && self.all >= LINES_FROM && at * LINES % self.all < LINES {
            let (elapsed, eta) = (self.bar.elapsed().as_secs(), self.bar.eta().as_secs());
            let percent = at * 100 / self.all;
            eprintln!(
                "  {percent}%: {at}/{} hồ sơ, đã {elapsed} giây, còn khoảng {eta} giây",
                self.all
            );
        }
    }

    pub fn finish(&self) {
        self.bar.abandon();
    }
}
