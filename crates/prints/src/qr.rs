//! Square codes (mã QR) as SVG, for screens and papers.

use std::fmt::Write as _;

use fast_qr::{ECL, QRBuilder};

use crate::PrintError;

/// Light squares around the code that a reader needs.
const QUIET: usize = 4;

/// Dots of a picture for every square.
const DOTS: usize = 8;

/// `text` as a square code in a PNG: what a banking app reads out of the pictures of the telephone it runs on.
///
/// # Errors
/// Refuses what does not fit a code (about 2,300 bytes).
pub fn qr_png(text: &str) -> Result<Vec<u8>, PrintError> {
    let code = QRBuilder::new(text).ecl(ECL::M).build().map_err(|_| PrintError::QrTooLong)?;
    let side = (code.size + 2 * QUIET) * DOTS;
    let square = |at: u32| usize::try_from(at).ok().and_then(|it| (it / DOTS).checked_sub(QUIET));
    let side = u32::try_from(side).map_err(|_| PrintError::QrTooLong)?;
    let picture = image::GrayImage::from_fn(side, side, |x, y| {
        let module = match (square(x), square(y)) {
            (Some(x), Some(y)) if x < code.size => code.data.get(y * code.size + x),
            _ => None,
        };
        image::Luma([if module.is_some_and(|it| it.value()) { 0 } else { 255 }])
    });
    let mut bytes = std::io::Cursor::new(Vec::new());
    let made = picture.write_to(&mut bytes, image::ImageFormat::Png);
    made.map_err(|_| PrintError::QrTooLong)?;
    Ok(bytes.into_inner())
}

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
