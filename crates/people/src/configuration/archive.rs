//! The archive: a zip of one JSON file a part, and a list of them with their sums.

use std::{
    collections::BTreeMap,
    io::{Cursor, Read as _, Write as _},
};

use domain::time::Instant;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use site::{configuration::ConfigPart, form::without_bom};
use store::{Fault, hex};
use zip::{ZipArchive, ZipWriter, write::SimpleFileOptions};

/// The list within the archive.
const LIST: &str = "muc-luc.json";
/// What the list says that it is.
const PRODUCT: &str = "motcua";
/// How it is written; another number is another way.
const FORMAT: u32 = 1;
/// Bytes of an archive at most.
const BYTES_MAX: usize = 16 << 20;
/// Bytes that it unpacks to at most.
const UNPACKED_MAX: u64 = 64 << 20;
/// Files in it at most.
const FILES_MAX: usize = 60;

#[derive(Serialize, Deserialize)]
struct List {
    product: String,
    format: u32,
    version: String,
    office: String,
    at: String,
    parts: Vec<Listed>,
}

#[derive(Serialize, Deserialize)]
struct Listed {
    name: String,
    label: String,
    sha256: String,
}

/// An archive that was read.
pub(super) struct Archive {
    /// Whose configuration it is.
    pub office: String,
    /// When it was taken out, as people read it.
    pub at: String,
    /// Its parts by name.
    pub parts: BTreeMap<String, Value>,
}

/// The bytes of an archive.
pub(super) fn write(
    office: &str,
    at: Instant,
    parts: &[(ConfigPart, Value)],
) -> Result<Vec<u8>, Fault> {
    let broken = |e: String| Fault::Broken(format!("archive: {e}"));
    let mut listed = Vec::new();
    let mut files = Vec::new();
    for (part, value) in parts {
        let text = serde_json::to_vec_pretty(value).map_err(|e| broken(e.to_string()))?;
        listed.push(Listed {
            name: part.name.to_owned(),
            label: part.label.to_owned(),
            sha256: hex(&Sha256::digest(&text)),
        });
        files.push((format!("{}.json", part.name), text));
    }
    let list = List {
        product: PRODUCT.to_owned(),
        format: FORMAT,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        office: office.to_owned(),
        at: domain::text::date_time(at.civil()),
        parts: listed,
    };
    let text = serde_json::to_vec_pretty(&list).map_err(|e| broken(e.to_string()))?;
    files.insert(0, (LIST.to_owned(), text));
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in files {
        zip.start_file(name, SimpleFileOptions::default()).map_err(|e| broken(e.to_string()))?;
        zip.write_all(&text).map_err(|e| broken(e.to_string()))?;
    }
    Ok(zip.finish().map_err(|e| broken(e.to_string()))?.into_inner())
}

/// Reads an archive, with nothing taken on trust: sizes, sums, names.
pub(super) fn read(bytes: &[u8]) -> Result<Archive, String> {
    const NOT_OURS: &str =
        "Tệp này không phải tệp cấu hình của Một Cửa. Hãy chọn tệp .zip đã xuất từ trang này.";
    if bytes.len() > BYTES_MAX {
        return Err("Tệp lớn hơn 16 MB: không phải tệp cấu hình.".to_owned());
    }
    let mut zip = ZipArchive::new(Cursor::new(bytes)).map_err(|_| NOT_OURS.to_owned())?;
    if zip.len() > FILES_MAX {
        return Err("Tệp nén có quá nhiều tệp bên trong.".to_owned());
    }
    let mut left = UNPACKED_MAX;
    let mut files: BTreeMap<String, Vec<u8>> = BTreeMap::new();
    for at in 0..zip.len() {
        let damaged = || "Tệp nén bị hỏng. Hãy tải lại rồi thử lại.".to_owned();
        let mut file = zip.by_index(at).map_err(|_| damaged())?;
        let name = file.name().map_err(|_| damaged())?.into_owned();
        let mut text = Vec::new();
        // Read no further than is left: what a file says of its own size may be a lie.
        let read = file.by_ref().take(left + 1).read_to_end(&mut text).map_err(|_| damaged())?;
        left = u64::try_from(read)
            .ok()
            .and_then(|it| left.checked_sub(it))
            .ok_or("Tệp nén mở ra lớn hơn 64 MB: không phải tệp cấu hình.")?;
        files.insert(name, text);
    }
    let list = files.get(LIST).ok_or(NOT_OURS)?;
    let list: List = serde_json::from_slice(without_bom(list)).map_err(|_| NOT_OURS.to_owned())?;
    if list.product != PRODUCT {
        return Err(NOT_OURS.to_owned());
    }
    if list.format != FORMAT {
        return Err(format!(
            "Tệp cấu hình theo dạng {} mà bản này chỉ đọc dạng {FORMAT}. Hãy nâng cấp Một Cửa.",
            list.format
        ));
    }
    let mut parts = BTreeMap::new();
    for it in list.parts {
        let wrong = |why: &str| format!("Phần “{}” trong tệp {why}. Hãy xuất lại tệp.", it.label);
        let text = files.get(&format!("{}.json", it.name)).ok_or_else(|| wrong("bị thiếu"))?;
        if hex(&Sha256::digest(text)) != it.sha256 {
            return Err(wrong("đã bị sửa sau khi xuất hoặc bị hỏng"));
        }
        let value =
            serde_json::from_slice(without_bom(text)).map_err(|_| wrong("không đọc được"))?;
        parts.insert(it.name.clone(), value);
    }
    Ok(Archive { office: list.office, at: list.at, parts })
}
