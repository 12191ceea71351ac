//! Workflows that come as JSON, looked at key by key before they are read: everything that is wrong is
//! told by its place in the file, in Vietnamese, and nothing is passed over in silence.

use domain::{
    access::Role,
    dossier::Part,
    workflow::{
        FileKind, MINUTES_MAX, NAME_CHARS_MAX, Place, STEPS_MAX, TEXT_CHARS_MAX, Way, is_readable,
    },
};
use serde_json::Value;

/// The way to a value within a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Key {
    /// In an object.
    Name(String),
    /// In a list, from 0.
    At(usize),
}

/// Something wrong: where in the file, and what.
pub type Odd = (Vec<Key>, String);

/// What may stand in a place.
enum Shape {
    /// Text of so many characters at most; of several lines if so.
    Text(usize, bool),
    /// A whole number within bounds.
    Whole(i64, i64),
    /// A word that is known.
    Word(fn(&str) -> bool),
    /// A list of so many at least and at most.
    List(&'static Shape, usize, usize),
    /// An object.
    Record(&'static [Entry]),
    /// A condition: which keys it has follows from its kind.
    Guard,
}

/// A key, what stands there, and whether it must be there.
struct Entry(&'static str, Shape, Need);

#[derive(PartialEq)]
enum Need {
    Must,
    May,
    /// May be missing, or `null`.
    OrNull,
}

/// Members, conditions, documents and questions of one step at most.
const FEW: usize = 100;

const WORKFLOW: &[Entry] = &[
    Entry("code", Shape::Text(40, false), Need::Must),
    Entry("version", Shape::Whole(0, 4_294_967_295), Need::May),
    Entry("name", Shape::Text(NAME_CHARS_MAX, false), Need::May),
    Entry("source", Shape::Text(500, false), Need::May),
    Entry("steps", Shape::List(&Shape::Record(STEP), 1, STEPS_MAX), Need::Must),
];

const STEP: &[Entry] = &[
    Entry("actor", Shape::Text(TEXT_CHARS_MAX, false), Need::Must),
    Entry("part", Shape::Word(|it| Part::from_code(it).is_some()), Need::Must),
    Entry("task", Shape::Text(TEXT_CHARS_MAX, true), Need::Must),
    Entry("minutes", Shape::Whole(0, MINUTES_MAX), Need::Must),
    Entry("members", Shape::List(&Shape::Record(MEMBER), 0, FEW), Need::May),
    Entry("guards", Shape::List(&Shape::Guard, 0, FEW), Need::May),
    Entry("documents", Shape::List(&Shape::Text(TEXT_CHARS_MAX, false), 0, FEW), Need::May),
    Entry("series", Shape::Record(SERIES), Need::OrNull),
    Entry("moves_after", Shape::Whole(1, MINUTES_MAX), Need::OrNull),
    Entry("questions", Shape::List(&Shape::Record(QUESTION), 0, FEW), Need::May),
];

const MEMBER: &[Entry] = &[
    Entry("way", Shape::Word(|it| Way::from_code(it).is_some()), Need::Must),
    Entry("role", Shape::Word(|it| Role::from_code(it).is_some()), Need::Must),
    Entry("place", Shape::Word(|it| Place::from_code(it).is_some()), Need::Must),
    Entry("title", Shape::Text(200, false), Need::May),
];

const SERIES: &[Entry] = &[
    Entry("name", Shape::Text(100, false), Need::Must),
    Entry("pattern", Shape::Text(60, false), Need::Must),
];

const QUESTION: &[Entry] = &[
    Entry("kind", Shape::Text(40, false), Need::Must),
    Entry("name", Shape::Text(200, false), Need::May),
    Entry("minutes", Shape::Whole(1, MINUTES_MAX), Need::Must),
];

const KIND: Shape =
    Shape::Word(|it| matches!(it, "fee_paid" | "paper" | "file" | "consultations_back"));
const GUARD_PLAIN: &[Entry] = &[Entry("kind", KIND, Need::Must)];
const GUARD_PAPER: &[Entry] = &[
    Entry("kind", KIND, Need::Must),
    Entry("name", Shape::Text(TEXT_CHARS_MAX, false), Need::Must),
];
const GUARD_FILE: &[Entry] = &[
    Entry("kind", KIND, Need::Must),
    Entry("of", Shape::Word(|it| FileKind::from_code(it).is_some()), Need::Must),
];

/// Everything that is wrong with one workflow, which stands at `path`.
pub fn odd(value: &Value, path: Vec<Key>) -> Vec<Odd> {
    let mut look = Look { path, found: Vec::new() };
    look.record(value, WORKFLOW);
    look.found
}

struct Look {
    path: Vec<Key>,
    found: Vec<Odd>,
}

impl Look {
    /// Says something of the value at the path.
    fn tell(&mut self, what: &str) {
        let name = self.path.iter().rev().find_map(|it| match it {
            Key::Name(name) => Some(name.as_str()),
            Key::At(_) => None,
        });
        let text = match name {
            Some(name) => format!("mục “{}” {what}", shown(name)),
            None => what.to_owned(),
        };
        self.found.push((self.path.clone(), text));
    }

    fn within(&mut self, key: Key, look: impl FnOnce(&mut Self)) {
        self.path.push(key);
        look(self);
        self.path.pop();
    }

    fn shape(&mut self, value: &Value, shape: &Shape) {
        match (shape, value) {
            (Shape::Text(max, lines), Value::String(text)) => {
                let chars = text.chars().count();
                if chars > *max {
                    self.tell(&format!("tối đa {max} ký tự, đang có {chars}."));
                }
                if !is_readable(text, *lines) {
                    self.tell("có ký tự điều khiển không đọc được.");
                }
            }
            (Shape::Text(..), _) => self.tell("phải là chữ."),
            (Shape::Whole(low, high), _) => {
                if !value.as_i64().is_some_and(|it| (*low..=*high).contains(&it)) {
                    self.tell(&format!("phải là số nguyên từ {low} đến {high}."));
                }
            }
            (Shape::Word(is_known), _) => match value.as_str() {
                Some(it) if is_known(it) => {}
                Some(it) => self.tell(&format!("mang giá trị lạ “{}”.", shown(it))),
                None => self.tell("phải là chữ."),
            },
            (Shape::List(of, low, high), Value::Array(list)) => {
                if list.len() < *low {
                    self.tell("là danh sách trống; cần ít nhất một bước.");
                } else if list.len() > *high {
                    self.tell(&format!("có {} phần tử, tối đa {high}.", list.len()));
                    return;
                }
                for (at, it) in list.iter().enumerate() {
                    self.within(Key::At(at), |look| look.shape(it, of));
                }
            }
            (Shape::List(..), _) => self.tell("phải là danh sách [ ]."),
            (Shape::Record(entries), _) => self.record(value, entries),
            (Shape::Guard, _) => {
                let entries = match value.get("kind").and_then(Value::as_str) {
                    Some("paper") => GUARD_PAPER,
                    Some("file") => GUARD_FILE,
                    _ => GUARD_PLAIN,
                };
                self.record(value, entries);
            }
        }
    }

    fn record(&mut self, value: &Value, entries: &[Entry]) {
        let Value::Object(object) = value else {
            self.tell("phải là một nhóm mục { }.");
            return;
        };
        for Entry(name, shape, need) in entries {
            match object.get(*name) {
                None if *need == Need::Must => {
                    self.found.push((self.path.clone(), format!("thiếu mục “{name}”.")));
                }
                None => {}
                Some(Value::Null) if *need == Need::OrNull => {}
                Some(it) => {
                    self.within(Key::Name((*name).to_owned()), |look| look.shape(it, shape));
                }
            }
        }
        for name in object.keys() {
            if !entries.iter().any(|it| it.0 == name) {
                self.within(Key::Name(name.clone()), |look| look.tell("không có trong mẫu."));
            }
        }
    }
}

/// What somebody wrote, as far as it is shown.
fn shown(text: &str) -> String {
    text.chars().filter(|it| !it.is_control()).take(60).collect()
}

/// The line and column, from 1, of the value at `path` in JSON that has been read.
pub fn place(bytes: &[u8], path: &[Key]) -> Option<(usize, usize)> {
    let mut scan = Scan { bytes, at: 0 };
    scan.white();
    for key in path {
        scan.enter(key)?;
    }
    let before = bytes.get(..scan.at)?;
    let line = before.split(|it| *it == b'\n').next_back().unwrap_or_default();
    let lines = before.iter().filter(|it| **it == b'\n').count();
    Some((lines + 1, String::from_utf8_lossy(line).chars().count() + 1))
}

struct Scan<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Scan<'a> {
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn white(&mut self) {
        while self.peek().is_some_and(|it| it.is_ascii_whitespace()) {
            self.at += 1;
        }
    }

    /// Takes one byte, and the white space after it.
    fn take(&mut self, wanted: u8) -> Option<()> {
        if self.peek()? != wanted {
            return None;
        }
        self.at += 1;
        self.white();
        Some(())
    }

    /// A string with its quotes.
    fn string(&mut self) -> Option<&'a [u8]> {
        let from = self.at;
        self.at += 1;
        while self.peek()? != b'"' {
            self.at += if self.peek()? == b'\\' { 2 } else { 1 };
        }
        self.at += 1;
        self.bytes.get(from..self.at)
    }

    /// Goes past a value, and the white space after it.
    fn pass(&mut self) -> Option<()> {
        let mut depth = 0_usize;
        loop {
            match self.peek()? {
                b'"' => {
                    self.string()?;
                }
                b'{' | b'[' => {
                    depth += 1;
                    self.at += 1;
                    continue;
                }
                b'}' | b']' => {
                    depth = depth.checked_sub(1)?;
                    self.at += 1;
                }
                _ if depth > 0 => {
                    self.at += 1;
                    continue;
                }
                _ => {
                    let ends =
                        |it: u8| matches!(it, b',' | b'}' | b']') || it.is_ascii_whitespace();
                    while self.peek().is_some_and(|it| !ends(it)) {
                        self.at += 1;
                    }
                }
            }
            if depth == 0 {
                self.white();
                return Some(());
            }
        }
    }

    /// Goes to the value under a key of the value that begins here.
    fn enter(&mut self, key: &Key) -> Option<()> {
        match key {
            Key::At(number) => {
                self.take(b'[')?;
                for _ in 0..*number {
                    self.pass()?;
                    self.take(b',')?;
                }
            }
            Key::Name(name) => {
                self.take(b'{')?;
                loop {
                    let written = self.string()?;
                    let is_it = serde_json::from_slice::<String>(written).ok()? == *name;
                    self.white();
                    self.take(b':')?;
                    if is_it {
                        break;
                    }
                    self.pass()?;
                    self.take(b',')?;
                }
            }
        }
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_ships_has_nothing_odd() {
        let text = include_str!("../../../../data/workflows.json");
        let all: Vec<Value> = serde_json::from_str(text).unwrap();
        assert!(all.len() > 30);
        for (at, it) in all.iter().enumerate() {
            assert_eq!(odd(it, vec![Key::At(at)]), []);
        }
    }

    #[test]
    fn a_place_is_found_past_texts_lists_and_escapes() {
        let text = "{\n  \"ạ\": [1, \"a\\\"],\", {\"x\": [ ]}],\n  \"b\": {\"c\": [-1.5e3, null,\n true]}\n}";
        let name = |it: &str| Key::Name(it.to_owned());
        for (path, at) in [
            (vec![], Some((1, 1))),
            (vec![name("ạ")], Some((2, 8))),
            (vec![name("ạ"), Key::At(1)], Some((2, 12))),
            (vec![name("ạ"), Key::At(2), name("x")], Some((2, 27))),
            (vec![name("b"), name("c"), Key::At(2)], Some((4, 2))),
            (vec![name("d")], None),
            (vec![Key::At(0)], None),
        ] {
            assert_eq!(place(text.as_bytes(), &path), at, "{path:?}");
        }
    }
}
