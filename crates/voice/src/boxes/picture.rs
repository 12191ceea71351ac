//! A slip's picture, drawn anew: nothing stays in it but the picture, neither where it was taken nor with what.

use std::io::Cursor;

use image::{DynamicImage, ImageDecoder as _, ImageReader, codecs::jpeg::JpegEncoder};

/// Bytes of a picture at most, and the longer side of what is kept, in dots.
pub(super) const BYTES_MAX: usize = 12 << 20;
const SIDE_MAX: u32 = 2_000;
/// A picture of more dots than this is not opened: a small file can unpack to anything.
const DOTS_MAX: u64 = 60_000_000;
/// How well it is kept, of 100.
const QUALITY: u8 = 84;

/// The picture as JPEG, turned as it was held.
///
/// # Errors
/// Words to show beside the field.
pub(super) fn drawn_anew(bytes: &[u8]) -> Result<Vec<u8>, String> {
    let unread = || "Ảnh không đọc được. Hãy chụp lại (JPEG, PNG hoặc WebP).".to_owned();
    if bytes.len() > BYTES_MAX {
        return Err(format!("Ảnh lớn hơn {} MB. Hãy chụp ở cỡ nhỏ hơn.", BYTES_MAX >> 20));
    }
    let reader =
        ImageReader::new(Cursor::new(bytes)).with_guessed_format().map_err(|_| unread())?;
    let mut decoder = reader.into_decoder().map_err(|_| unread())?;
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > DOTS_MAX {
        return Err("Ảnh quá lớn. Hãy chụp ở cỡ nhỏ hơn.".to_owned());
    }
    let turned = decoder.orientation().map_err(|_| unread())?;
    let mut picture = DynamicImage::from_decoder(decoder).map_err(|_| unread())?;
    picture.apply_orientation(turned);
    if picture.width() > SIDE_MAX || picture.height() > SIDE_MAX {
        picture = picture.thumbnail(SIDE_MAX, SIDE_MAX);
    }
    let mut out = Vec::new();
    let encoder = JpegEncoder::new_with_quality(&mut out, QUALITY);
    picture.to_rgb8().write_with_encoder(encoder).map_err(|_| unread())?;
    Ok(out)
}
