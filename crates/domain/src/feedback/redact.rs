//! What of a text names somebody: telephones, numbers of papers, addresses of mail, the sender's name.
//! It is proposed and a person confirms: a program that reads names in free text is sometimes wrong.

/// What was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Found {
    /// A number of nine digits or more: a telephone, an identity card, an account.
    Number,
    /// An address of mail.
    Mail,
    /// A name that was given.
    Name,
}

impl Found {
    /// What stands in its place.
    #[must_use]
    pub const fn stands_for(self) -> &'static str {
        match self {
            Self::Number => "[số đã ẩn]",
            Self::Mail => "[thư điện tử đã ẩn]",
            Self::Name => "[tên đã ẩn]",
        }
    }
}

/// Digits from which on a number may be somebody's.
const DIGITS_MIN: usize = 9;

/// The places of what names somebody, as byte ranges, in order and without overlap. `names` are whole names.
#[must_use]
pub fn suspicious(text: &str, names: &[&str]) -> Vec<(std::ops::Range<usize>, Found)> {
    let mut found = Vec::new();
    mails(text, &mut found);
    numbers(text, &mut found);
    for name in names {
        name_in(text, name, &mut found);
    }
    found.sort_by_key(|it| (it.0.start, it.1));
    let mut end = 0;
    found.retain(|it| {
        let free = it.0.start >= end;
        if free {
            end = it.0.end;
        }
        free
    });
    found
}

/// The text with all of it replaced.
#[must_use]
pub fn redacted(text: &str, names: &[&str]) -> String {
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for (range, what) in suspicious(text, names) {
        out.push_str(text.get(at..range.start).unwrap_or_default());
        out.push_str(what.stands_for());
        at = range.end;
    }
    out.push_str(text.get(at..).unwrap_or_default());
    out
}

/// The text with these names replaced, and nothing else.
#[must_use]
pub fn redacted_names(text: &str, names: &[&str]) -> String {
    let mut found = Vec::new();
    for name in names {
        name_in(text, name, &mut found);
    }
    let mut out = text.to_owned();
    found.sort_by_key(|it| it.0.start);
    for (range, what) in found.into_iter().rev() {
        out.replace_range(range, what.stands_for());
    }
    out
}

fn mails(text: &str, found: &mut Vec<(std::ops::Range<usize>, Found)>) {
    let part = |c: char| c.is_alphanumeric() || matches!(c, '.' | '_' | '-' | '+' | '%');
    for (at, _) in text.match_indices('@') {
        let (before, after) =
            (text.get(..at).unwrap_or_default(), text.get(at + 1..).unwrap_or_default());
        let start = before.rfind(|c| !part(c)).map_or(0, |it| {
            it + before.get(it..).and_then(|rest| rest.chars().next()).map_or(1, char::len_utf8)
        });
        let end = at + 1 + after.find(|c| !part(c)).unwrap_or(after.len());
        if start < at && end > at + 1 {
            found.push((start..end, Found::Mail));
        }
    }
}

/// Runs of digits with spaces, dots and hyphens between them, one at a time. A date is none: it has strokes.
fn numbers(text: &str, found: &mut Vec<(std::ops::Range<usize>, Found)>) {
    let (mut start, mut end, mut digits, mut gap) = (None, 0, 0, 0);
    let mut close = |start: &mut Option<usize>, end: usize, digits: usize| {
        if let Some(start) = start.take()
            && digits >= DIGITS_MIN
        {
            found.push((start..end, Found::Number));
        }
    };
    for (at, c) in text.char_indices() {
        if c.is_ascii_digit() {
            if start.is_none() {
                (start, digits) = (Some(at), 0);
            }
            (end, gap) = (at + 1, 0);
            digits += 1;
        } else if start.is_some() && gap == 0 && matches!(c, ' ' | '.' | '-' | '\u{a0}') {
            gap += 1;
        } else {
            close(&mut start, end, digits);
        }
    }
    close(&mut start, end, digits);
}

/// A name however it is cased, standing as words of its own.
fn name_in(text: &str, name: &str, found: &mut Vec<(std::ops::Range<usize>, Found)>) {
    let wanted: Vec<String> = name.split_whitespace().map(str::to_lowercase).collect();
    if wanted.len() < 2 {
        return;
    }
    let mut words: Vec<(usize, &str)> = Vec::new();
    let mut at = 0;
    for word in text.split(|c: char| !c.is_alphanumeric()) {
        if !word.is_empty() {
            words.push((at, word));
        }
        at += word.len();
        at += text.get(at..).and_then(|it| it.chars().next()).map_or(0, char::len_utf8);
    }
    for window in words.windows(wanted.len()) {
        let same = window.iter().zip(&wanted).all(|((_, word), want)| word.to_lowercase() == *want);
        if let (true, Some(first), Some(last)) = (same, window.first(), window.last()) {
            found.push((first.0..last.0 + last.1.len(), Found::Name));
        }
    }
}
