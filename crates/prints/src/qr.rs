//! Square codes (mã QR) as SVG, for screens and papers.

use std::fmt::Write as _;

use fast_qr::{ECL, QRBuilder};

use crate::PrintError;

/// Light squares around the code that a reader needs.
const QUIET: usize = 4;

/// `text` as a square code: black on white, one path, scalable.
///
/// # Errors
/// Refuses what does not fit a code (about 2,300 bytes).
pub fn qr_svg(text: &str) -> Result<String, PrintError> {
    let code = QRBuilder::new(text).ecl(ECL::M).build().map_err(|_| PrintError::QrTooLong)?;
    let side = code.size + 2 * QUIET;
    let mut path = String::new();
    for (y, row) in (0..code.size).zip(code.data.chunks(code.size)) {
        let mut x = 0;
        while x < row.len() {
            let run = row.iter().skip(x).take_while(|module| module.value()).count();
            if run > 0 {
                // Writing to a string cannot fail.
                let _ = write!(path, "M{} {}h{run}v1h-{run}z", x + QUIET, y + QUIET);
            }
            x += run + 1;
        }
    }
    Ok(format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {side} {side}\" \
         shape-rendering=\"crispEdges\"><path fill=\"#fff\" d=\"M0 0h{side}v{side}H0z\"/>\
         <path d=\"{path}\"/></svg>"
    ))
}
