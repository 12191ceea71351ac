//! Files that come with feedback: judged, and pictures drawn anew, so that nothing stays in them but the picture:
//! neither the place where it was taken nor whose telephone took it.

use bytes::Bytes;
use image::{DynamicImage, ImageDecoder as _, ImageReader, codecs::jpeg::JpegEncoder};
use site::{Failure, Site, Upload, Who, form::TOO_LARGE};
use std::io::Cursor;
use store::Fault;

use super::intake::NewFile;

/// Files that one feedback may carry.
pub(crate) const FILES_MAX: usize = 5;
/// Bytes of one.
const BYTES_MAX: usize = 12 << 20;
/// The longer side of a picture that is kept, in dots.
const SIDE_MAX: u32 = 2_000;
/// How well a picture is kept, of 100.
const QUALITY: u8 = 84;

/// A picture as dots alone, turned as it was held, at most [`SIDE_MAX`] long.
fn drawn_anew(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut decoder =
        ImageReader::new(Cursor::new(bytes)).with_guessed_format().ok()?.into_decoder().ok()?;
    let turned = decoder.orientation().ok()?;
    let mut picture = DynamicImage::from_decoder(decoder).ok()?;
    picture.apply_orientation(turned);
    if picture.width() > SIDE_MAX || picture.height() > SIDE_MAX {
        picture = picture.thumbnail(SIDE_MAX, SIDE_MAX);
    }
    let mut out = Vec::new();
    let dots = picture.to_rgb8();
    JpegEncoder::new_with_quality(&mut out, QUALITY).encode_image(&dots).ok()?;
    Some(out)
}

fn judged(upload: &Upload, now: i64) -> Result<(String, &'static str, Bytes), String> {
    if upload.bytes.len() > BYTES_MAX {
        return Err(format!(
            "Tệp “{}” lớn hơn {} MB. Hãy chọn tệp nhỏ hơn.",
            upload.name,
            BYTES_MAX >> 20
        ));
    }
    let opened = signing::open::open(&upload.name, &upload.bytes, &[], now)
        .map_err(|refused| format!("Tệp “{}”: {refused}", upload.name))?;
    match opened.media_type {
        "application/pdf" => Ok((upload.name.clone(), "application/pdf", upload.bytes.clone())),
        it if it.starts_with("image/") => {
            let picture = drawn_anew(&upload.bytes).ok_or_else(|| {
                format!("Ảnh “{}” không đọc được. Hãy chụp lại rồi gửi lại.", upload.name)
            })?;
            let stem = upload.name.rsplit_once('.').map_or(&*upload.name, |it| it.0);
            Ok((format!("{stem}.jpg"), "image/jpeg", picture.into()))
        }
        _ => Err(format!("Tệp “{}” không phải ảnh (JPEG, PNG, WebP) hoặc PDF.", upload.name)),
    }
}

/// Takes the files of a form; `Err` says beside the field what is wrong. `sealed`: they are put away nowhere, only a
/// transaction seals them.
///
/// # Errors
/// Any fault of the store of files.
pub(crate) async fn take(
    site: &Site,
    who: &Who,
    (typed, files): (&site::Typed, Vec<Upload>),
    sealed: bool,
) -> Result<Result<Vec<NewFile>, String>, Failure> {
    if typed.has(TOO_LARGE) {
        let name = typed.get(TOO_LARGE);
        return Ok(Err(format!("Tệp “{name}” quá lớn. Hãy chọn tệp nhỏ hơn.")));
    }
    if files.len() > FILES_MAX {
        return Ok(Err(format!("Gửi nhiều nhất {FILES_MAX} tệp một lần.")));
    }
    let now = who.now.epoch_ms() / 1000;
    let done = tokio::task::spawn_blocking(move || {
        files.iter().map(|it| judged(it, now)).collect::<Result<Vec<_>, String>>()
    })
    .await
    .map_err(|e| Fault::Broken(format!("files: {e}")))?;
    let judged = match done {
        Ok(it) => it,
        Err(wrong) => return Ok(Err(wrong)),
    };
    let mut taken = Vec::new();
    for (name, media_type, bytes) in judged {
        let size = i64::try_from(bytes.len()).unwrap_or(i64::MAX);
        let sha256 =
            if sealed { String::new() } else { site.put_file(bytes.clone()).await?.sha256 };
        taken.push(NewFile {
            sha256,
            name,
            media_type: media_type.to_owned(),
            size,
            bytes: Some(bytes),
        });
    }
    Ok(Ok(taken))
}

/// Files that lie in the open, with their bytes.
///
/// # Errors
/// Any fault of the store of files.
pub(crate) async fn with_bytes(
    site: &Site,
    mut files: Vec<NewFile>,
) -> Result<Vec<NewFile>, Failure> {
    for it in &mut files {
        it.bytes = site.blobs.get(&it.sha256).await?;
    }
    Ok(files)
}

/// Erases files that no row names any more, after the transaction that let them go.
///
/// # Errors
/// Any fault of the store of files.
pub(crate) async fn erase(site: &Site, waste: Vec<String>) -> Result<(), Failure> {
    for sha256 in waste {
        site.blobs.delete(&sha256).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_is_drawn_anew_and_keeps_nothing_but_its_dots() {
        let dots = image::RgbImage::from_fn(64, 48, |x, _| image::Rgb([x as u8, 7, 7]));
        let mut plain = Vec::new();
        JpegEncoder::new(&mut plain).encode_image(&dots).unwrap();
        // An APP1 segment as a telephone writes it, behind the first marker.
        let secret = b"Exif\0\0GPS 19.0N 105.2E may-cua-toi";
        let mut with = plain[..2].to_vec();
        with.extend([0xff, 0xe1]);
        with.extend(u16::try_from(secret.len() + 2).unwrap().to_be_bytes());
        with.extend(secret);
        with.extend(&plain[2..]);
        let found = |bytes: &[u8]| bytes.windows(11).any(|it| it == b"may-cua-toi");
        assert!(found(&with));
        let anew = drawn_anew(&with).unwrap();
        assert!(!found(&anew) && !anew.windows(4).any(|it| it == b"Exif"));
        let big = image::RgbImage::new(3000, 20);
        let mut bytes = Vec::new();
        JpegEncoder::new(&mut bytes).encode_image(&big).unwrap();
        assert_eq!(
            image::load_from_memory(&drawn_anew(&bytes).unwrap()).unwrap().width(),
            SIDE_MAX
        );
    }
}
