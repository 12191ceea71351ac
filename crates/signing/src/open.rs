//! Opening what somebody sends in, at the moment when he sends it.

use std::io::{Cursor, Read as _};

use crate::{
    pdf::{Broken, File, harm},
    verify::{self, Problem, Verdict},
    x509::Certificate,
};

/// Width and height of a picture at most, in dots.
const PICTURE_SIDE_MAX: u32 = 20_000;
/// Bytes that a picture may unpack to.
const PICTURE_BYTES_MAX: u64 = 256 << 20;
/// Files within an Office file at most.
const PARTS_MAX: usize = 5_000;
/// Bytes that an Office file may unpack to.
const OFFICE_BYTES_MAX: u64 = 200 << 20;

/// Types that are taken, by their bytes and never by their names: type, ending, what people say.
pub const TAKEN: &[(&str, &str, &str)] = &[
    ("application/pdf", "pdf", "PDF"),
    ("image/jpeg", "jpg", "ảnh JPEG"),
    ("image/png", "png", "ảnh PNG"),
    ("image/webp", "webp", "ảnh WebP"),
    ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", "docx", "Word"),
    ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx", "Excel"),
];

/// Why a file is sent back, in words for who sent it: what is wrong and what to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// Nothing in it.
    #[error("Tệp rỗng, không có nội dung. Hãy quét hoặc xuất lại rồi gửi lại.")]
    Empty,
    /// None of the types that are taken.
    #[error(
        "Tệp không phải PDF, ảnh JPEG/PNG/WebP, Word hoặc Excel. Hãy quét lại thành PDF hoặc ảnh rồi gửi lại."
    )]
    Type,
    /// The name says one thing, the bytes another.
    #[error(
        "Tên tệp nói một loại nhưng nội dung là {0}. Hãy đổi lại đúng đuôi tệp hoặc chọn đúng tệp."
    )]
    Name(&'static str),
    /// It ends too early.
    #[error(
        "Tệp bị cắt cụt, thiếu phần cuối (tải lên hoặc sao chép chưa xong). Hãy sao chép lại tệp gốc rồi gửi lại."
    )]
    CutOff,
    /// It does not open.
    #[error("Tệp bị hỏng, không mở được. Hãy xuất hoặc quét lại rồi gửi lại.")]
    Damaged,
    /// A password stands before it.
    #[error(
        "Tệp có đặt mật khẩu hoặc bị khóa (chặn in, chặn sao chép) nên cơ quan không dùng được. Hãy bỏ mật khẩu, \
         hoặc mở tệp, in ra một tệp PDF mới, rồi gửi lại."
    )]
    Password,
    /// A PDF without a page.
    #[error("Tệp PDF không có trang nào. Hãy xuất hoặc quét lại rồi gửi lại.")]
    NoPages,
    /// It would unpack to more than anybody needs.
    #[error("Tệp giải nén ra quá lớn nên không nhận được. Hãy quét với độ nét thấp hơn.")]
    Bomb,
    /// A PDF that runs a program when it is opened.
    #[error(
        "Tệp có chương trình tự chạy khi mở nên không nhận được. Hãy mở tệp, in ra một tệp PDF mới, rồi gửi lại."
    )]
    Program,
    /// A document that carries a program.
    #[error(
        "Tệp có chứa macro (chương trình). Hãy lưu lại ở dạng .docx, .xlsx không có macro hoặc PDF."
    )]
    Macros,
}

/// What a file turned out to be.
#[derive(Debug, Clone)]
pub struct Opened {
    /// By its bytes.
    pub media_type: &'static str,
    /// Pages of a PDF; nought for others.
    pub pages: usize,
    /// What its signatures come to; `None` if it carries none.
    pub signatures: Option<Verdict>,
}

/// Opens a file: does it read from end to end, is it what its name says, do its signatures hold.
///
/// # Errors
/// [`Refused`], in words for who sent it.
pub fn open(name: &str, bytes: &[u8], roots: &[Certificate], now: i64) -> Result<Opened, Refused> {
    if bytes.iter().all(|it| it.is_ascii_whitespace() || *it == 0) {
        return Err(Refused::Empty);
    }
    let found = infer::get(bytes).map(|it| it.mime_type()).unwrap_or_default();
    // A PDF may have a few bytes before its beginning.
    let head = bytes.get(..1024.min(bytes.len())).unwrap_or(bytes);
    let found = if head.windows(5).any(|it| it == b"%PDF-") { "application/pdf" } else { found };
    // Office encrypts a whole file into an old kind of container.
    if found == "application/x-ole-storage" || found.starts_with("application/msword") {
        let word: Vec<u8> = "EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let closed = bytes.windows(word.len()).any(|it| it == word);
        return Err(if closed { Refused::Password } else { Refused::Type });
    }
    // Word and Excel are heaps of files: what is in the heap says which.
    let found = if bytes.starts_with(b"PK\x03\x04") { office(bytes, name)? } else { found };
    let Some((media_type, ending, label)) = TAKEN.iter().find(|it| it.0 == found).copied() else {
        return Err(Refused::Type);
    };
    let named = name.rsplit_once('.').map(|it| it.1).unwrap_or_default();
    let is_known = TAKEN.iter().any(|it| rightly_named(name, it.1));
    if is_known && !named.is_empty() && !rightly_named(name, ending) {
        return Err(Refused::Name(label));
    }
    let mut opened = Opened { media_type, pages: 0, signatures: None };
    match ending {
        "pdf" => {
            opened.pages = pdf(bytes)?;
            let verdict = verify::verify(bytes, roots, now);
            if verdict.problem != Some(Problem::Unsigned) {
                opened.signatures = Some(verdict);
            }
        }
        "docx" | "xlsx" => {}
        _ => picture(bytes)?,
    }
    Ok(opened)
}

fn rightly_named(name: &str, ending: &str) -> bool {
    let last = name.rsplit_once('.').map_or_else(String::new, |it| it.1.to_lowercase());
    last == ending || (ending == "jpg" && matches!(last.as_str(), "jpeg" | "jfif" | "jpe"))
}

/// How many pages a PDF has.
fn pdf(bytes: &[u8]) -> Result<usize, Refused> {
    let file = File::open(bytes).map_err(|it| match it {
        Broken::CutOff => Refused::CutOff,
        Broken::NotPdf | Broken::Damaged => Refused::Damaged,
    })?;
    if file.is_encrypted() {
        return Err(Refused::Password);
    }
    // An update that was begun behind the last end, and not brought to its own.
    let end = bytes.windows(5).rposition(|it| it == b"%%EOF").unwrap_or(0);
    let behind = bytes.get(end..).unwrap_or(&[]);
    if behind.windows(5).any(|it| it == b" obj\n" || it == b" obj\r" || it == b" obj<") {
        return Err(Refused::CutOff);
    }
    let pages = file.pages().ok_or(Refused::Damaged)?;
    match harm::of(&file) {
        Some(harm::Harm::Bomb) => return Err(Refused::Bomb),
        Some(harm::Harm::Program) => return Err(Refused::Program),
        None => {}
    }
    if pages.is_empty() { Err(Refused::NoPages) } else { Ok(pages.len()) }
}

fn picture(bytes: &[u8]) -> Result<(), Refused> {
    let mut reader = image::ImageReader::new(Cursor::new(bytes))
        .with_guessed_format()
        .map_err(|_| Refused::Damaged)?;
    let mut limits = image::Limits::default();
    limits.max_image_width = Some(PICTURE_SIDE_MAX);
    limits.max_image_height = Some(PICTURE_SIDE_MAX);
    limits.max_alloc = Some(PICTURE_BYTES_MAX);
    reader.limits(limits);
    match reader.decode() {
        Ok(_) => Ok(()),
        Err(image::ImageError::Limits(_)) => Err(Refused::Bomb),
        Err(image::ImageError::IoError(it)) if it.kind() == std::io::ErrorKind::UnexpectedEof => {
            Err(Refused::CutOff)
        }
        Err(_) => Err(Refused::Damaged),
    }
}

/// What the first element of an Office file's main part is called.
fn root_of(name: &str) -> Option<&'static str> {
    match name {
        "xl/workbook.xml" => Some("workbook"),
        "word/document.xml" => Some("document"),
        _ => None,
    }
}

/// Whether this is XML whose first element is called `root`, under whatever prefix.
fn begins_with(text: &[u8], root: &str) -> bool {
    // Two bytes a letter: what is not nought is the letter.
    let text: Vec<u8> = text.iter().copied().filter(|it| *it != 0).collect();
    let text = String::from_utf8_lossy(&text);
    let first = text.split('<').skip(1).find(|it| !it.starts_with(['?', '!']));
    let Some(first) = first.filter(|_| text.trim_end().ends_with('>')) else { return false };
    let name = first.split([' ', '>', '/', '\n', '\r', '\t']).next().unwrap_or_default();
    name.rsplit(':').next() == Some(root)
}

/// Unpacks an Office file from end to end, within bounds; the type that it is.
fn office(bytes: &[u8], name: &str) -> Result<&'static str, Refused> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(|_| Refused::CutOff)?;
    let mut found = None;
    for part in archive.file_names() {
        let wanted = match part.map_err(|_| Refused::Damaged)?.as_ref() {
            "word/document.xml" => "docx",
            "xl/workbook.xml" => "xlsx",
            _ => continue,
        };
        found = TAKEN.iter().find(|it| it.1 == wanted).map(|it| it.0);
    }
    let Some(found) = found else {
        let office = rightly_named(name, "docx") || rightly_named(name, "xlsx");
        return Err(if office { Refused::Damaged } else { Refused::Type });
    };
    if archive.len() > PARTS_MAX {
        return Err(Refused::Bomb);
    }
    let mut left = OFFICE_BYTES_MAX;
    for at in 0..archive.len() {
        let mut part = archive.by_index(at).map_err(|it| match it {
            zip::result::ZipError::UnsupportedArchive(_) => Refused::Password,
            _ => Refused::Damaged,
        })?;
        let name = part.name().map_err(|_| Refused::Damaged)?.to_ascii_lowercase();
        if name.ends_with("vbaproject.bin") {
            return Err(Refused::Macros);
        }
        // The part that everything else hangs on must be what its name says.
        if let Some(root) = root_of(&name) {
            let mut text = Vec::new();
            let read = part.by_ref().take(left + 1).read_to_end(&mut text);
            let read = read.map_err(|_| Refused::Damaged)? as u64;
            left = left.checked_sub(read).ok_or(Refused::Bomb)?;
            if !begins_with(&text, root) {
                return Err(Refused::Damaged);
            }
            continue;
        }
        let mut sink = std::io::sink();
        let read = std::io::copy(&mut part.by_ref().take(left + 1), &mut sink)
            .map_err(|_| Refused::Damaged)?;
        left = left.checked_sub(read).ok_or(Refused::Bomb)?;
    }
    Ok(found)
}
