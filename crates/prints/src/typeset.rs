//! The typesetter: one embedded template and one value in, one PDF out.
//!
//! Nothing is read from outside: fonts and templates are part of the program,
//! and the document's date comes with its data.

use std::sync::LazyLock;

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

/// Results of the typesetter's cache that nobody asked for in so many papers are forgotten.
const CACHE_AGE: usize = 10;

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

impl Desk {
    fn new(template: &str, data: &Value) -> Result<Self, PrintError> {
        Ok(Self {
            main: Source::new(file_id("main.typ")?, template.to_owned()),
            common: Source::new(file_id("common.typ")?, COMMON.to_owned()),
            data: file_id("data.json")?,
            json: Bytes::from_string(data.to_string()),
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
pub(crate) fn lay_out(template: &str, data: &Value) -> Result<PagedDocument, PrintError> {
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
pub(crate) fn pdf(template: &str, data: &Value, profile: Profile) -> Result<Vec<u8>, PrintError> {
    let bytes = lay_out(template, data).and_then(|document| export(&document, profile));
    typst::comemo::evict(CACHE_AGE);
    bytes
}

/// Like [`pdf`]; but what flows over one page is tried once more with `dense` letters, and kept
/// so when that saves a page.
pub(crate) fn pdf_on_few_pages(template: &str, mut data: Value) -> Result<Vec<u8>, PrintError> {
    let bytes = few_pages(template, &mut data);
    typst::comemo::evict(CACHE_AGE);
    bytes
}

fn few_pages(template: &str, data: &mut Value) -> Result<Vec<u8>, PrintError> {
    let roomy = lay_out(template, data)?;
    if roomy.pages().len() > 1
        && let Value::Object(fields) = data
    {
        fields.insert("dense".to_owned(), Value::Bool(true));
        let dense = lay_out(template, data)?;
        if dense.pages().len() < roomy.pages().len() {
            return export(&dense, Profile::Tagged);
        }
    }
    export(&roomy, Profile::Tagged)
}

/// A list too long for one go, typeset piece by piece so that memory stays small.
///
/// `piece` makes the data of the rows from the first number up to the second, beginning on the
/// page of the third. The template marks each row with `metadata`. The last page of a piece is
/// given up, and the next piece begins with the row that stood first on it: so no page of the
/// whole is short.
pub(crate) fn long_pdf(
    template: &str,
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
