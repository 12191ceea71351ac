//! DER, and the bits of BER that signers really send, read without trust; and written.

/// Levels of nesting at most while the end of an indefinite length is looked for.
const DEPTH_MAX: usize = 32;

pub(crate) const BOOLEAN: u8 = 0x01;
pub(crate) const INTEGER: u8 = 0x02;
pub(crate) const BIT_STRING: u8 = 0x03;
pub(crate) const OCTET_STRING: u8 = 0x04;
pub(crate) const OID: u8 = 0x06;
pub(crate) const SEQUENCE: u8 = 0x30;
pub(crate) const SET: u8 = 0x31;

/// One element.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Element<'a> {
    pub tag: u8,
    /// What is in it.
    pub body: &'a [u8],
    /// Tag, length and body.
    pub whole: &'a [u8],
    /// Whether the length was spelt out, as DER asks.
    pub definite: bool,
}

impl<'a> Element<'a> {
    /// The elements within.
    pub const fn inner(&self) -> Reader<'a> {
        Reader { left: self.body }
    }

    /// An octet string's bytes; one that comes in pieces is put together.
    pub fn octets(&self) -> Option<Vec<u8>> {
        self.octets_within(DEPTH_MAX)
    }

    fn octets_within(&self, depth: usize) -> Option<Vec<u8>> {
        if self.tag & 0x20 == 0 {
            return Some(self.body.to_vec());
        }
        let mut all = Vec::new();
        let mut pieces = self.inner();
        while let Some(piece) = pieces.next() {
            all.extend(piece.octets_within(depth.checked_sub(1)?)?);
        }
        Some(all)
    }

    /// A bit string of whole bytes.
    pub fn bits(&self) -> Option<&'a [u8]> {
        match self.body.split_first() {
            Some((0, rest)) if self.tag == BIT_STRING => Some(rest),
            _ => None,
        }
    }

    /// A whole number that is not below nought.
    pub fn number(&self) -> Option<u64> {
        if self.tag != INTEGER || self.body.len() > 8 || self.body.first()? & 0x80 != 0 {
            return None;
        }
        Some(self.body.iter().fold(0, |sum, it| (sum << 8) | u64::from(*it)))
    }
}

/// Elements, one after the other.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reader<'a> {
    left: &'a [u8],
}

impl<'a> Reader<'a> {
    pub const fn of(bytes: &'a [u8]) -> Self {
        Self { left: bytes }
    }

    pub const fn is_empty(&self) -> bool {
        self.left.is_empty()
    }

    pub const fn left(&self) -> &'a [u8] {
        self.left
    }

    /// The tag of what comes next.
    pub fn tag(&self) -> Option<u8> {
        self.left.first().copied()
    }

    /// The next element, if it is whole.
    pub fn next(&mut self) -> Option<Element<'a>> {
        let (found, length) = read(self.left, DEPTH_MAX)?;
        self.left = self.left.get(length..)?;
        Some(found)
    }

    /// The next element, which must be of this kind.
    pub fn take(&mut self, tag: u8) -> Option<Element<'a>> {
        if self.tag()? == tag { self.next() } else { None }
    }

    /// The next element if it is of this kind.
    pub fn maybe(&mut self, tag: u8) -> Option<Element<'a>> {
        if self.tag() == Some(tag) { self.next() } else { None }
    }

    /// Every element that is left.
    pub fn all(mut self) -> Vec<Element<'a>> {
        let mut found = Vec::new();
        while let Some(it) = self.next() {
            found.push(it);
        }
        found
    }
}

fn read(bytes: &[u8], depth: usize) -> Option<(Element<'_>, usize)> {
    let tag = *bytes.first()?;
    if tag & 0x1f == 0x1f {
        return None;
    }
    let first = *bytes.get(1)?;
    if first == 0x80 {
        return indefinite(bytes, tag, depth);
    }
    let (length, head) = if first < 0x80 {
        (usize::from(first), 2)
    } else {
        let count = usize::from(first & 0x7f);
        if count > 4 {
            return None;
        }
        let digits = bytes.get(2..2 + count)?;
        (digits.iter().fold(0, |sum, it| (sum << 8) | usize::from(*it)), 2 + count)
    };
    let end = head.checked_add(length)?;
    let (body, whole) = (bytes.get(head..end)?, bytes.get(..end)?);
    Some((Element { tag, body, whole, definite: true }, end))
}

fn indefinite(bytes: &[u8], tag: u8, depth: usize) -> Option<(Element<'_>, usize)> {
    let depth = depth.checked_sub(1)?;
    if tag & 0x20 == 0 {
        return None;
    }
    let mut at = 2;
    loop {
        let rest = bytes.get(at..)?;
        if rest.starts_with(&[0, 0]) {
            let (body, whole) = (bytes.get(2..at)?, bytes.get(..at + 2)?);
            return Some((Element { tag, body, whole, definite: false }, at + 2));
        }
        at = at.checked_add(read(rest, depth)?.1)?;
    }
}

/// The one element that `bytes` begin with.
pub(crate) fn first(bytes: &[u8]) -> Option<Element<'_>> {
    Reader::of(bytes).next()
}

/// An identifier as people write it, such as `1.2.840.113549.1.7.2`.
pub(crate) fn oid(body: &[u8]) -> String {
    let mut parts: Vec<u64> = Vec::new();
    let mut value = 0_u64;
    for byte in body.iter().take(64) {
        value = (value << 7) | u64::from(byte & 0x7f);
        if byte & 0x80 != 0 {
            if value >> 50 != 0 {
                return String::new();
            }
            continue;
        }
        if parts.is_empty() {
            let top = (value / 40).min(2);
            parts.extend([top, value - top * 40]);
        } else {
            parts.push(value);
        }
        value = 0;
    }
    let texts: Vec<String> = parts.iter().map(ToString::to_string).collect();
    texts.join(".")
}

/// The identifier of an algorithm and its parameters.
pub(crate) fn algorithm<'a>(element: &Element<'a>) -> Option<(String, Option<Element<'a>>)> {
    let mut inner = element.inner();
    let name = oid(inner.take(OID)?.body);
    Some((name, inner.next()))
}

/// An element of this kind around `body`.
pub(crate) fn write(tag: u8, body: &[u8]) -> Vec<u8> {
    let mut out = vec![tag];
    let length = body.len();
    if length < 0x80 {
        out.push(u8::try_from(length).unwrap_or(0));
    } else {
        let digits: Vec<u8> =
            length.to_be_bytes().iter().copied().skip_while(|it| *it == 0).collect();
        out.push(0x80 | u8::try_from(digits.len()).unwrap_or(0));
        out.extend(digits);
    }
    out.extend_from_slice(body);
    out
}

/// An element of this kind around several others.
pub(crate) fn write_all(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    write(tag, &parts.concat())
}

/// An identifier, from how people write it.
pub(crate) fn write_oid(text: &str) -> Vec<u8> {
    let parts: Vec<u64> = text.split('.').filter_map(|it| it.parse().ok()).collect();
    let mut body = Vec::new();
    let head = parts.first().unwrap_or(&0) * 40 + parts.get(1).unwrap_or(&0);
    for value in std::iter::once(head).chain(parts.into_iter().skip(2)) {
        let mut digits = vec![u8::try_from(value & 0x7f).unwrap_or(0)];
        let mut rest = value >> 7;
        while rest > 0 {
            digits.push(0x80 | u8::try_from(rest & 0x7f).unwrap_or(0));
            rest >>= 7;
        }
        digits.reverse();
        body.extend(digits);
    }
    write(OID, &body)
}
