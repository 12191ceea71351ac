//! The typesetter: one embedded template and one value in, one PDF out.
//!
//! Nothing is read from outside: fonts and templates are part of the program,
//! and the document's date comes with its data.

use std::{
    collections::HashMap,
    sync::{
        LazyLock, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
};

use serde_json::Value;
use typst::{
    Library, LibraryExt, World,
    diag::{FileError, FileResult, SourceDiagnostic, Warned},
    foundations::{Bytes, Datetime, Duration, NativeElement, Smart},
    introspection::{Introspector, MetadataElem},
    model::Document,
    syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot},
    text::{Font, FontBook},
    utils::LazyHash,
};
use typst_layout::{Page, PagedDocument};
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards};

use crate::PrintError;

static FACES: [&[u8]; 4] = [
    include_bytes!("../fonts/LiberationSerif-Regular.ttf"),
    include_bytes!("../fonts/LiberationSerif-Bold.ttf"),
    include_bytes!("../fonts/LiberationSerif-Italic.ttf"),
    include_bytes!("../fonts/LiberationSerif-BoldItalic.ttf"),
];

static FONTS: LazyLock<Vec<Font>> =
    LazyLock::new(|| FACES.iter().filter_map(|face| Font::new(Bytes::new(*face), 0)).collect());

static BOOK: LazyLock<LazyHash<FontBook>> =
    LazyLock::new(|| LazyHash::new(FontBook::from_fonts(FONTS.iter())));

static LIBRARY: LazyLock<LazyHash<Library>> =
    LazyLock::new(|| LazyHash::new(<Library as LibraryExt>::default()));

/// The parts that every template shares.
const COMMON: &str = include_str!("../forms/common.typ");

/// Papers between two cleanings of the typesetter's cache: cleaning walks through all of it.
const CLEANED_EVERY: usize = 4;
/// Results that nobody asked for since so many cleanings are forgotten.
const CACHE_AGE: usize = 1;

/// Called after each paper: forgets what other papers will not need.
fn tidy_cache() {
    static PAPERS: AtomicUsize = AtomicUsize::new(0);
    if PAPERS.fetch_add(1, Ordering::Relaxed) % CLEANED_EVERY == CLEANED_EVERY - 1 {
        typst::comemo::evict(CACHE_AGE);
    }
}

/// Whether every face can draw the letter.
pub(crate) fn has_glyph(letter: char) -> bool {
    FONTS.iter().all(|font| font.info().coverage.contains(u32::from(letter)))
}

/// What the typesetter sees of the world: three small files and four faces.
struct Desk {
    main: Source,
    common: Source,
    data: FileId,
    json: Bytes,
}

fn file_id(name: &str) -> Result<FileId, PrintError> {
    let path = VirtualPath::new(name).map_err(|e| PrintError::Typesetter(format!("{e:?}")))?;
    Ok(RootedPath::new(VirtualRoot::Project, path).intern())
}

/// The text of a template, read once for all papers.
fn source(template: &'static str) -> Result<Source, PrintError> {
    static READ: LazyLock<Mutex<HashMap<&'static str, Source>>> = LazyLock::new(Mutex::default);
    let mut read = READ.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(found) = read.get(template) {
        return Ok(found.clone());
    }
    let name = if template == COMMON {
        "common.typ".to_owned()
    } else {
        format!("main-{}.typ", read.len())
    };
    let source = Source::new(file_id(&name)?, template.to_owned());
    read.insert(template, source.clone());
    Ok(source)
}

/// Letters of a word that no line may hold: as in `common.typ`.
const LONG_WORD: usize = 26;

/// Whether anything in `data` that is set as text has a word so long that it must be broken.
fn has_long_word(data: &Value) -> bool {
    match data {
        Value::String(text) => text.split_whitespace().any(|it| it.chars().count() >= LONG_WORD),
        Value::Array(items) => items.iter().any(has_long_word),
        // Pictures are no text.
        Value::Object(fields) => fields.iter().any(|(name, it)| {
            !matches!(name.as_str(), "qr" | "pay_qr" | "rate_qr" | "bars") && has_long_word(it)
        }),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

/// What the template reads.
fn json(data: &Value) -> String {
    let text = data.to_string();
    match text.strip_prefix('{') {
        Some(rest) if data.as_object().is_some_and(|it| !it.is_empty()) => {
            format!("{{\"long_words\":{},{rest}", has_long_word(data))
        }
        _ => text,
    }
}

impl Desk {
    fn new(template: &'static str, data: &Value) -> Result<Self, PrintError> {
        Ok(Self {
            main: source(template)?,
            common: source(COMMON)?,
            data: file_id("data.json")?,
            json: Bytes::from_string(json(data)),
        })
    }
}

impl World for Desk {
    fn library(&self) -> &LazyHash<Library> {
        &LIBRARY
    }

    fn book(&self) -> &LazyHash<FontBook> {
        &BOOK
    }

    fn main(&self) -> FileId {
        self.main.id()
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        [&self.main, &self.common]
            .into_iter()
            .find(|source| source.id() == id)
            .cloned()
            .ok_or(FileError::AccessDenied)
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        if id == self.data { Ok(self.json.clone()) } else { Err(FileError::AccessDenied) }
    }

    fn font(&self, index: usize) -> Option<Font> {
        FONTS.get(index).cloned()
    }

    /// No clock: a paper's dates are in its data.
    fn today(&self, _offset: Option<Duration>) -> Option<Datetime> {
        None
    }
}

fn words(diagnostics: &[SourceDiagnostic]) -> PrintError {
    let all: Vec<&str> = diagnostics.iter().map(|one| one.message.as_str()).collect();
    PrintError::Typesetter(all.join("; "))
}

/// The pages of `template` filled with `data`, before they become a PDF.
pub(crate) fn lay_out(template: &'static str, data: &Value) -> Result<PagedDocument, PrintError> {
    let desk = Desk::new(template, data)?;
    let Warned { output, warnings: _ } = typst::compile::<PagedDocument>(&desk);
    output.map_err(|diagnostics| words(&diagnostics))
}

/// What the file holds besides its looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Profile {
    /// PDF/A-2a: text in reading order, tables and pictures named for a screen reader.
    Tagged,
    /// PDF/A-2u: searchable text only; for long lists, whose tags would be five times the text.
    Plain,
}

/// `template` filled with `data`, or as plain PDF 1.7 when the paper bears no date (the archival
/// profiles demand one).
pub(crate) fn pdf(
    template: &'static str,
    data: &Value,
    profile: Profile,
) -> Result<Vec<u8>, PrintError> {
    let bytes = lay_out(template, data).and_then(|document| export(&document, profile));
    tidy_cache();
    bytes
}

/// Like [`pdf`]; but what flows over one page is tried once more with `dense` letters, and kept
/// so when that saves a page.
pub(crate) fn pdf_on_few_pages(
    template: &'static str,
    mut data: Value,
) -> Result<Vec<u8>, PrintError> {
    let bytes = few_pages(template, &mut data);
    tidy_cache();
    bytes
}

fn few_pages(template: &'static str, data: &mut Value) -> Result<Vec<u8>, PrintError> {
    let mut with = |dense: bool, numbered: bool| {
        if let Value::Object(fields) = &mut *data {
            fields.insert("dense".to_owned(), Value::Bool(dense));
            fields.insert("numbered".to_owned(), Value::Bool(numbered));
        }
        lay_out(template, data)
    };
    let roomy = with(false, false)?;
    if roomy.pages().len() == 1 {
        return export(&roomy, Profile::Tagged);
    }
    let dense = with(true, false)?;
    match dense.pages().len() {
        1 => export(&dense, Profile::Tagged),
        pages => export(&with(pages < roomy.pages().len(), true)?, Profile::Tagged),
    }
}

/// Several papers one after another in one file. The file is searchable; the reading order of each
/// paper is in the paper's own file.
pub(crate) fn joined_pdf(papers: Vec<(&'static str, Value)>) -> Result<Vec<u8>, PrintError> {
    let mut pages: Vec<Page> = Vec::new();
    let mut info = None;
    for (template, mut data) in papers {
        if let Value::Object(fields) = &mut data {
            fields.insert("numbered".to_owned(), Value::Bool(false));
        }
        let mut laid_out = lay_out(template, &data)?;
        if laid_out.pages().len() > 1 {
            if let Value::Object(fields) = &mut data {
                fields.insert("dense".to_owned(), Value::Bool(true));
            }
            laid_out = lay_out(template, &data)?;
        }
        pages.extend(laid_out.pages().iter().cloned());
        info.get_or_insert_with(|| laid_out.info().clone());
    }
    let joined = PagedDocument::new(pages.into_iter().collect(), info.unwrap_or_default());
    let bytes = export(&joined, Profile::Plain);
    tidy_cache();
    bytes
}

/// A list too long for one go, typeset piece by piece so that memory stays small.
///
/// `piece` makes the data of the rows from the first number up to the second, beginning on the
/// page of the third. The template marks each row with `metadata`. The last page of a piece is
/// given up, and the next piece begins with the row that stood first on it: so no page of the
/// whole is short.
pub(crate) fn long_pdf(
    template: &'static str,
    rows: usize,
    piece_rows: usize,
    piece: impl Fn(std::ops::Range<usize>, usize) -> Result<Value, PrintError>,
) -> Result<Vec<u8>, PrintError> {
    let mut pages: Vec<Page> = Vec::new();
    let mut first = 0;
    loop {
        let end = rows.min(first + piece_rows);
        let laid_out = piece(first..end, pages.len() + 1).and_then(|data| lay_out(template, &data));
        typst::comemo::evict(0);
        let document = laid_out?;
        let whole = rows_before_last_page(&document);
        if end == rows || whole == 0 {
            pages.extend(document.pages().iter().cloned());
            first = end;
        } else {
            let kept = document.pages().len().saturating_sub(1);
            pages.extend(document.pages().iter().take(kept).cloned());
            first += whole;
        }
        if first == rows {
            let joined = PagedDocument::new(pages.into_iter().collect(), document.info().clone());
            return export(&joined, Profile::Plain);
        }
    }
}

/// How many marked rows stand before the last page.
fn rows_before_last_page(document: &PagedDocument) -> usize {
    let introspector = document.introspector();
    let last = document.pages().len();
    let marks = introspector.query(&MetadataElem::ELEM.select());
    marks
        .iter()
        .filter_map(|mark| introspector.page(mark.location()?))
        .filter(|page| page.get() < last)
        .count()
}

fn export(document: &PagedDocument, profile: Profile) -> Result<Vec<u8>, PrintError> {
    let dated = matches!(document.info().date, Smart::Custom(Some(_)));
    let standards = if dated {
        let standard = match profile {
            Profile::Tagged => PdfStandard::A_2a,
            Profile::Plain => PdfStandard::A_2u,
        };
        PdfStandards::new(&[standard])
            .map_err(|e| PrintError::Typesetter(e.message().to_string()))?
    } else {
        PdfStandards::default()
    };
    let options = PdfOptions {
        creator: Smart::Custom(Some("Một Cửa".into())),
        standards,
        tagged: profile == Profile::Tagged,
        ..Default::default()
    };
    typst_pdf::pdf(document, &options).map_err(|diagnostics| words(&diagnostics))
}
