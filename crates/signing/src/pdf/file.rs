//! A file: where its objects are, in the state of its last revision.

use std::{
    cell::{Cell, RefCell},
    collections::{BTreeMap, HashMap},
    io::Read as _,
    rc::Rc,
};

use super::{Dict, Lexer, Object};

/// Revisions at most.
const REVISIONS_MAX: usize = 1_000;
/// Objects at most.
const OBJECTS_MAX: usize = 1_000_000;
/// Bytes that all streams of cross-references and objects may unpack to.
const UNPACKED_MAX: usize = 64 << 20;
/// References that are followed one after the other at most.
const HOPS_MAX: usize = 32;

/// Where an object is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Entry {
    Free,
    /// At this byte, with this generation.
    At(usize, u16),
    /// In this stream of objects, at this place.
    In(u32, usize),
}

/// Why a file does not open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Broken {
    /// It is no PDF at all.
    NotPdf,
    /// It ends before its end.
    CutOff,
    /// What it says about itself does not hold together.
    Damaged,
}

/// A file that was opened.
pub(crate) struct File<'a> {
    pub bytes: &'a [u8],
    pub entries: BTreeMap<u32, Entry>,
    /// The newest trailer.
    pub trailer: Dict,
    /// Whether the newest cross-references are a stream.
    pub has_xref_stream: bool,
    /// Where the newest cross-references are, as the file says it.
    pub xref_at: usize,
    /// Where the file begins: what is counted from.
    pub base: usize,
    unpacked: Cell<usize>,
    streams: RefCell<HashMap<u32, Option<Rc<ObjectStream>>>>,
}

struct ObjectStream {
    bytes: Vec<u8>,
    /// Number of the object and where it begins.
    places: Vec<(u32, usize)>,
}

impl<'a> File<'a> {
    /// Opens it.
    pub fn open(bytes: &'a [u8]) -> Result<Self, Broken> {
        let head = bytes.get(..1024.min(bytes.len())).unwrap_or(bytes);
        let base = find(head, b"%PDF-").ok_or(Broken::NotPdf)?;
        let opened = Self::open_from(bytes, base);
        let opened = if opened.is_none() && base > 0 { Self::open_from(bytes, 0) } else { opened };
        opened.ok_or_else(|| {
            let tail = bytes.get(bytes.len().saturating_sub(1024)..).unwrap_or(bytes);
            if rfind(tail, b"%%EOF").is_none() { Broken::CutOff } else { Broken::Damaged }
        })
    }

    fn open_from(bytes: &'a [u8], base: usize) -> Option<Self> {
        let tail_at = bytes.len().saturating_sub(64 << 10);
        let word = tail_at + rfind(bytes.get(tail_at..)?, b"startxref")?;
        let xref_at = usize::try_from(Lexer::new(bytes, word + 9).digits()?).ok()?;
        let mut file = Self {
            bytes,
            entries: BTreeMap::new(),
            trailer: Dict::default(),
            has_xref_stream: false,
            xref_at,
            base,
            unpacked: Cell::new(UNPACKED_MAX),
            streams: RefCell::default(),
        };
        let mut next = Some(xref_at);
        let mut seen = Vec::new();
        while let Some(at) = next {
            if seen.contains(&at) || seen.len() >= REVISIONS_MAX {
                return None;
            }
            let first = seen.is_empty();
            seen.push(at);
            let (trailer, is_stream) = file.section(at)?;
            if let Some(hidden) = trailer.int("XRefStm") {
                let hidden = usize::try_from(hidden).ok()?;
                file.section(hidden)?;
            }
            next = match trailer.get("Prev") {
                None => None,
                Some(Object::Int(it)) => Some(usize::try_from(*it).ok()?),
                Some(_) => return None,
            };
            if first {
                file.trailer = trailer;
                file.has_xref_stream = is_stream;
            }
        }
        file.root().is_some().then_some(file)
    }

    /// One section of cross-references, and its trailer. What is known already is newer.
    fn section(&mut self, at: usize) -> Option<(Dict, bool)> {
        let at = self.base.checked_add(at)?;
        let mut lexer = Lexer::new(self.bytes, at);
        if lexer.word("xref").is_some() {
            return self.table(lexer).map(|it| (it, false));
        }
        let (_, object) = self.indirect(at)?;
        let Object::Stream(dict, from) = object else { return None };
        if !dict.is("Type", "XRef") {
            return None;
        }
        let packed = self.stream_bytes(&dict, from)?;
        let unpacked = self.unpack(&dict, packed)?;
        self.stream_section(&dict, &unpacked)?;
        Some((dict, true))
    }

    fn keep(&mut self, number: u64, entry: Entry) -> Option<()> {
        if self.entries.len() >= OBJECTS_MAX {
            return None;
        }
        let number = u32::try_from(number).ok()?;
        self.entries.entry(number).or_insert(entry);
        Some(())
    }

    fn table(&mut self, mut lexer: Lexer<'a>) -> Option<Dict> {
        loop {
            if lexer.word("trailer").is_some() {
                let Object::Dict(trailer) = lexer.object()? else { return None };
                return Some(trailer);
            }
            let first = lexer.digits()?;
            let count = lexer.digits()?;
            if count > u64::try_from(OBJECTS_MAX).ok()? {
                return None;
            }
            for at in 0..count {
                let offset = usize::try_from(lexer.digits()?).ok()?;
                let generation = lexer.digits()?;
                let entry = if lexer.word("n").is_some() {
                    Entry::At(offset, u16::try_from(generation).ok()?)
                } else {
                    // Some programs write 65536 for what nobody uses: nothing hangs on it.
                    lexer.word("f")?;
                    Entry::Free
                };
                self.keep(first.checked_add(at)?, entry)?;
            }
        }
    }

    fn stream_section(&mut self, dict: &Dict, bytes: &[u8]) -> Option<()> {
        let number = |it: &Object| match it {
            Object::Int(it) => usize::try_from(*it).ok(),
            _ => None,
        };
        let widths: Vec<usize> = dict.get("W")?.array()?.iter().filter_map(number).collect();
        let &[kind, second, third] = widths.as_slice() else { return None };
        if kind > 8 || second > 8 || third > 8 || kind + second + third == 0 {
            return None;
        }
        let index: Vec<usize> = match dict.get("Index") {
            Some(it) => it.array()?.iter().filter_map(number).collect(),
            None => vec![0, usize::try_from(dict.int("Size")?).ok()?],
        };
        let mut rows = bytes.chunks_exact(kind + second + third);
        for range in index.chunks_exact(2) {
            let (first, count) = (*range.first()?, *range.get(1)?);
            for at in 0..count.min(OBJECTS_MAX) {
                let row = rows.next()?;
                let value = |from: usize, width: usize| {
                    let digits = row.get(from..from + width).unwrap_or(&[]);
                    digits.iter().fold(0_u64, |sum, it| (sum << 8) | u64::from(*it))
                };
                let (a, b) = (value(kind, second), value(kind + second, third));
                let entry = match if kind == 0 { 1 } else { value(0, kind) } {
                    0 => Entry::Free,
                    1 => Entry::At(usize::try_from(a).ok()?, u16::try_from(b).ok()?),
                    2 => Entry::In(u32::try_from(a).ok()?, usize::try_from(b).ok()?),
                    _ => continue,
                };
                self.keep(u64::try_from(first.checked_add(at)?).ok()?, entry)?;
            }
        }
        Some(())
    }

    /// The object that is written at this byte, and its number.
    fn indirect(&self, at: usize) -> Option<(u32, Object)> {
        let mut lexer = Lexer::new(self.bytes, at);
        let number = u32::try_from(lexer.digits()?).ok()?;
        lexer.digits()?;
        lexer.word("obj")?;
        let object = lexer.object()?;
        if let Object::Dict(dict) = &object {
            let mut ahead = lexer;
            ahead.skip_space();
            if self.bytes.get(ahead.at..)?.starts_with(b"stream") {
                let mut from = ahead.at + 6;
                if self.bytes.get(from) == Some(&b'\r') {
                    from += 1;
                }
                if self.bytes.get(from) == Some(&b'\n') {
                    from += 1;
                }
                return Some((number, Object::Stream(dict.clone(), from)));
            }
        }
        Some((number, object))
    }

    /// The packed bytes of a stream.
    pub fn stream_bytes(&self, dict: &Dict, from: usize) -> Option<&'a [u8]> {
        let length = match dict.get("Length")? {
            Object::Int(it) => *it,
            Object::Ref(number, _) => match self.object(*number)? {
                Object::Int(it) => it,
                _ => return None,
            },
            _ => return None,
        };
        let end = from.checked_add(usize::try_from(length).ok()?)?;
        let bytes = self.bytes.get(from..end)?;
        Lexer::new(self.bytes, end).word("endstream")?;
        Some(bytes)
    }

    fn unpack(&self, dict: &Dict, packed: &[u8]) -> Option<Vec<u8>> {
        let filter = match dict.get("Filter") {
            None | Some(Object::Null) => return Some(packed.to_vec()),
            Some(Object::Name(it)) => it.as_slice(),
            Some(Object::Array(all)) => match all.as_slice() {
                [] => return Some(packed.to_vec()),
                [Object::Name(it)] => it.as_slice(),
                _ => return None,
            },
            Some(_) => return None,
        };
        if filter != b"FlateDecode" {
            return None;
        }
        let left = self.unpacked.get();
        let mut bytes = Vec::new();
        let limit = u64::try_from(left).ok()?;
        flate2::read::ZlibDecoder::new(packed).take(limit + 1).read_to_end(&mut bytes).ok()?;
        self.unpacked.set(left.checked_sub(bytes.len())?);
        let how = match dict.get("DecodeParms") {
            Some(Object::Dict(it)) => it.clone(),
            Some(Object::Array(all)) => all.first()?.dict()?.clone(),
            _ => return Some(bytes),
        };
        match how.int("Predictor").unwrap_or(1) {
            1 => Some(bytes),
            10..=15 => {
                let one =
                    (how.int("Colors").unwrap_or(1), how.int("BitsPerComponent").unwrap_or(8));
                if one != (1, 8) {
                    return None;
                }
                unpredict(&bytes, usize::try_from(how.int("Columns").unwrap_or(1)).ok()?)
            }
            _ => None,
        }
    }

    /// The object with this number; `None` if it does not read, `Null` if there is none.
    pub fn object(&self, number: u32) -> Option<Object> {
        match self.entries.get(&number) {
            None | Some(Entry::Free) => Some(Object::Null),
            Some(Entry::At(at, _)) => {
                let (found, object) = self.indirect(self.base.checked_add(*at)?)?;
                (found == number).then_some(object)
            }
            Some(Entry::In(stream, place)) => {
                let stream = self.object_stream(*stream)?;
                let (found, at) = *stream.places.get(*place)?;
                if found != number {
                    return None;
                }
                Lexer::new(&stream.bytes, at).object()
            }
        }
    }

    fn object_stream(&self, number: u32) -> Option<Rc<ObjectStream>> {
        if let Some(known) = self.streams.borrow().get(&number) {
            return known.clone();
        }
        // What asks for itself while it is read finds nothing.
        self.streams.borrow_mut().insert(number, None);
        let read = self.read_object_stream(number).map(Rc::new);
        self.streams.borrow_mut().insert(number, read.clone());
        read
    }

    fn read_object_stream(&self, number: u32) -> Option<ObjectStream> {
        let Some(Entry::At(at, _)) = self.entries.get(&number) else { return None };
        let (found, object) = self.indirect(self.base.checked_add(*at)?)?;
        let Object::Stream(dict, from) = object else { return None };
        if found != number || !dict.is("Type", "ObjStm") {
            return None;
        }
        let bytes = self.unpack(&dict, self.stream_bytes(&dict, from)?)?;
        let first = usize::try_from(dict.int("First")?).ok()?;
        let count = usize::try_from(dict.int("N")?).ok()?;
        let mut lexer = Lexer::new(&bytes, 0);
        let mut places = Vec::new();
        for _ in 0..count.min(OBJECTS_MAX) {
            let number = u32::try_from(lexer.digits()?).ok()?;
            let at = usize::try_from(lexer.digits()?).ok()?;
            places.push((number, first.checked_add(at)?));
        }
        Some(ObjectStream { bytes, places })
    }

    /// What an object is in the end, references followed.
    pub fn resolve(&self, object: &Object) -> Option<Object> {
        let mut object = object.clone();
        for _ in 0..HOPS_MAX {
            match object {
                Object::Ref(number, _) => object = self.object(number)?,
                other => return Some(other),
            }
        }
        None
    }

    /// What stands under `name`, references followed.
    pub fn at(&self, dict: &Dict, name: &str) -> Option<Object> {
        self.resolve(dict.get(name)?)
    }

    /// The catalogue of the document.
    pub fn root(&self) -> Option<Dict> {
        match self.at(&self.trailer, "Root")? {
            Object::Dict(it) => Some(it),
            _ => None,
        }
    }

    /// Whether a password stands before the content.
    pub fn is_encrypted(&self) -> bool {
        self.trailer.get("Encrypt").is_some_and(|it| *it != Object::Null)
    }

    /// A number that no object has.
    pub fn free_number(&self) -> u32 {
        let size = self.trailer.int("Size").and_then(|it| u32::try_from(it).ok()).unwrap_or(0);
        let last = self.entries.last_key_value().map_or(0, |it| it.0.saturating_add(1));
        size.max(last)
    }
}

/// Undoes the predictors of PNG, a byte a column.
fn unpredict(bytes: &[u8], columns: usize) -> Option<Vec<u8>> {
    if columns == 0 || columns > 64 {
        return None;
    }
    let mut above = vec![0_u8; columns];
    let mut out = Vec::with_capacity(bytes.len());
    for row in bytes.chunks(columns + 1) {
        let (how, row) = row.split_first()?;
        let mut left = 0_u8;
        let mut above_left = 0_u8;
        for (value, up) in row.iter().zip(above.iter_mut()) {
            let guess = match how {
                0 => 0,
                1 => left,
                2 => *up,
                3 => u8::try_from(u16::midpoint(u16::from(left), u16::from(*up))).ok()?,
                4 => paeth(left, *up, above_left),
                _ => return None,
            };
            above_left = *up;
            left = value.wrapping_add(guess);
            *up = left;
            out.push(left);
        }
    }
    Some(out)
}

fn paeth(left: u8, up: u8, corner: u8) -> u8 {
    let (a, b, c) = (i16::from(left), i16::from(up), i16::from(corner));
    let guess = a + b - c;
    let (to_a, to_b, to_c) = ((guess - a).abs(), (guess - b).abs(), (guess - c).abs());
    if to_a <= to_b && to_a <= to_c {
        left
    } else if to_b <= to_c {
        up
    } else {
        corner
    }
}

pub(crate) fn find(bytes: &[u8], word: &[u8]) -> Option<usize> {
    bytes.windows(word.len()).position(|it| it == word)
}

pub(crate) fn rfind(bytes: &[u8], word: &[u8]) -> Option<usize> {
    bytes.windows(word.len()).rposition(|it| it == word)
}
