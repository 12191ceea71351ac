//! Codes: of agencies, of procedures and of dossiers, under each rule in its time.

mod agency;
mod dossier;
mod procedure;
#[cfg(test)]
mod tests;

pub use agency::{AgencyCode, AgencyCodeError};
pub use dossier::{CodeRegime, DossierCode, DossierCodeError};
pub use procedure::{ProcedureCode, ProcedureCodeError};

/// What people type made plain: capitals, no spaces, one kind of dash.
fn plain(typed: &str) -> String {
    typed
        .chars()
        .filter(|c| !c.is_whitespace() && !c.is_control() && *c != '\u{feff}')
        .map(|c| match c {
            '–' | '—' | '‐' | '‑' | '−' | '_' => '-',
            ',' | '·' | '。' => '.',
            other => other.to_ascii_uppercase(),
        })
        .collect()
}
