//! Reading objects from bytes.

use super::{Dict, Object};

/// Levels of nesting at most.
const DEPTH_MAX: usize = 64;
/// Elements of one array or dictionary at most.
const ELEMENTS_MAX: usize = 1_000_000;

/// A place in bytes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Lexer<'a> {
    pub bytes: &'a [u8],
    pub at: usize,
}

const fn is_space(it: u8) -> bool {
    matches!(it, 0 | 9 | 10 | 12 | 13 | 32)
}

const fn is_delimiter(it: u8) -> bool {
    matches!(it, b'(' | b')' | b'<' | b'>' | b'[' | b']' | b'{' | b'}' | b'/' | b'%')
}

impl<'a> Lexer<'a> {
    pub const fn new(bytes: &'a [u8], at: usize) -> Self {
        Self { bytes, at }
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn rest(&self) -> &'a [u8] {
        self.bytes.get(self.at..).unwrap_or(&[])
    }

    /// Goes past white space and remarks.
    pub fn skip_space(&mut self) {
        while let Some(it) = self.peek() {
            if is_space(it) {
                self.at += 1;
            } else if it == b'%' {
                while self.peek().is_some_and(|it| it != b'\n' && it != b'\r') {
                    self.at += 1;
                }
            } else {
                break;
            }
        }
    }

    /// Goes past `word` if it comes next, after white space.
    pub fn word(&mut self, word: &str) -> Option<()> {
        self.skip_space();
        if !self.rest().starts_with(word.as_bytes()) {
            return None;
        }
        let after = self.bytes.get(self.at + word.len());
        if after.is_some_and(|it| !is_space(*it) && !is_delimiter(*it)) {
            return None;
        }
        self.at += word.len();
        Some(())
    }

    /// A whole number of digits only.
    pub fn digits(&mut self) -> Option<u64> {
        self.skip_space();
        let from = self.at;
        while self.peek().is_some_and(|it| it.is_ascii_digit()) && self.at - from < 20 {
            self.at += 1;
        }
        std::str::from_utf8(self.bytes.get(from..self.at)?).ok()?.parse().ok()
    }

    /// The next object.
    pub fn object(&mut self) -> Option<Object> {
        self.object_within(DEPTH_MAX)
    }

    fn object_within(&mut self, depth: usize) -> Option<Object> {
        let depth = depth.checked_sub(1)?;
        self.skip_space();
        match self.peek()? {
            b'/' => self.name().map(Object::Name),
            b'(' => self.text().map(Object::Text),
            b'[' => {
                self.at += 1;
                let mut all = Vec::new();
                loop {
                    self.skip_space();
                    if self.peek()? == b']' {
                        self.at += 1;
                        return Some(Object::Array(all));
                    }
                    if all.len() >= ELEMENTS_MAX {
                        return None;
                    }
                    all.push(self.object_within(depth)?);
                }
            }
            b'<' if self.rest().starts_with(b"<<") => {
                self.at += 2;
                let mut dict = Dict::default();
                loop {
                    self.skip_space();
                    if self.rest().starts_with(b">>") {
                        self.at += 2;
                        return Some(Object::Dict(dict));
                    }
                    if dict.0.len() >= ELEMENTS_MAX {
                        return None;
                    }
                    let name = self.name()?;
                    dict.0.push((name, self.object_within(depth)?));
                }
            }
            b'<' => self.hex().map(Object::Text),
            b'0'..=b'9' | b'+' | b'-' | b'.' => self.number(),
            _ => {
                for (word, object) in [
                    ("null", Object::Null),
                    ("true", Object::Bool(true)),
                    ("false", Object::Bool(false)),
                ] {
                    if self.word(word).is_some() {
                        return Some(object);
                    }
                }
                None
            }
        }
    }

    fn name(&mut self) -> Option<Vec<u8>> {
        if self.peek()? != b'/' {
            return None;
        }
        self.at += 1;
        let mut name = Vec::new();
        while let Some(it) = self.peek().filter(|it| !is_space(*it) && !is_delimiter(*it)) {
            self.at += 1;
            let pair = self.bytes.get(self.at..self.at + 2).filter(|_| it == b'#');
            match pair.and_then(|it| Some((digit(*it.first()?)? << 4) | digit(*it.get(1)?)?)) {
                Some(byte) => {
                    self.at += 2;
                    name.push(byte);
                }
                None => name.push(it),
            }
        }
        Some(name)
    }

    fn text(&mut self) -> Option<Vec<u8>> {
        self.at += 1;
        let mut open = 1_usize;
        let mut text = Vec::new();
        loop {
            let it = self.peek()?;
            self.at += 1;
            match it {
                b'(' => open += 1,
                b')' => {
                    open -= 1;
                    if open == 0 {
                        return Some(text);
                    }
                }
                b'\\' => {
                    self.escaped(&mut text)?;
                    continue;
                }
                _ => {}
            }
            text.push(it);
        }
    }

    fn escaped(&mut self, text: &mut Vec<u8>) -> Option<()> {
        let it = self.peek()?;
        self.at += 1;
        match it {
            b'n' => text.push(b'\n'),
            b'r' => text.push(b'\r'),
            b't' => text.push(b'\t'),
            b'b' => text.push(8),
            b'f' => text.push(12),
            b'0'..=b'7' => {
                let mut value = u32::from(it - b'0');
                for _ in 0..2 {
                    let Some(next) = self.peek().filter(|it| (b'0'..=b'7').contains(it)) else {
                        break;
                    };
                    value = value * 8 + u32::from(next - b'0');
                    self.at += 1;
                }
                text.push(u8::try_from(value & 0xff).ok()?);
            }
            b'\r' => {
                if self.peek() == Some(b'\n') {
                    self.at += 1;
                }
            }
            b'\n' => {}
            other => text.push(other),
        }
        Some(())
    }

    fn hex(&mut self) -> Option<Vec<u8>> {
        self.at += 1;
        let mut text = Vec::new();
        let mut high = None;
        loop {
            let it = self.peek()?;
            self.at += 1;
            if it == b'>' {
                if let Some(high) = high {
                    text.push(high << 4);
                }
                return Some(text);
            }
            if is_space(it) {
                continue;
            }
            let low = digit(it)?;
            match high.take() {
                Some(high) => text.push((high << 4) | low),
                None => high = Some(low),
            }
        }
    }

    fn number(&mut self) -> Option<Object> {
        let from = self.at;
        while self.peek().is_some_and(|it| !is_space(it) && !is_delimiter(it)) {
            self.at += 1;
        }
        let word = self.bytes.get(from..self.at)?;
        let text = std::str::from_utf8(word).ok()?;
        let Ok(first) = text.parse::<i64>() else {
            let real =
                text.bytes().all(|it| it.is_ascii_digit() || matches!(it, b'.' | b'-' | b'+'));
            return real.then(|| Object::Real(word.to_vec()));
        };
        // `7 0 R` is one object.
        let mut ahead = *self;
        let reference = (|| {
            let number = u32::try_from(first).ok()?;
            let generation = u16::try_from(ahead.digits()?).ok()?;
            ahead.word("R")?;
            Some(Object::Ref(number, generation))
        })();
        match reference {
            Some(it) if text.bytes().all(|b| b.is_ascii_digit()) => {
                self.at = ahead.at;
                Some(it)
            }
            _ => Some(Object::Int(first)),
        }
    }
}

const fn digit(it: u8) -> Option<u8> {
    match it {
        b'0'..=b'9' => Some(it - b'0'),
        b'a'..=b'f' => Some(it - b'a' + 10),
        b'A'..=b'F' => Some(it - b'A' + 10),
        _ => None,
    }
}
