//! As much of PDF as opening, verifying and signing need: objects, cross-references, revisions.
//!
//! Everything is bounded: nesting, objects, revisions, what a stream unpacks to. Whatever does not
//! read is `None`, never a guess: a signature is only as good as the agreement on what was signed.

mod file;
pub(crate) mod harm;
mod lex;
mod pages;

pub(crate) use file::{Broken, Entry, File};
pub(crate) use lex::Lexer;
pub(crate) use pages::text;

/// An object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Object {
    Null,
    Bool(bool),
    Int(i64),
    /// A number with a point, as it is written: nobody here calculates with it.
    Real(Vec<u8>),
    Name(Vec<u8>),
    Text(Vec<u8>),
    Array(Vec<Object>),
    Dict(Dict),
    /// A stream: its dictionary, and where its bytes begin in the file.
    Stream(Dict, usize),
    Ref(u32, u16),
}

/// A dictionary, in the order of the file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Dict(pub Vec<(Vec<u8>, Object)>);

impl Dict {
    pub fn get(&self, name: &str) -> Option<&Object> {
        self.0.iter().rev().find(|it| it.0 == name.as_bytes()).map(|it| &it.1)
    }

    pub fn int(&self, name: &str) -> Option<i64> {
        match self.get(name)? {
            Object::Int(it) => Some(*it),
            _ => None,
        }
    }

    pub fn name(&self, name: &str) -> Option<&[u8]> {
        match self.get(name)? {
            Object::Name(it) => Some(it),
            _ => None,
        }
    }

    pub fn is(&self, name: &str, value: &str) -> bool {
        self.name(name) == Some(value.as_bytes())
    }

    pub fn set(&mut self, name: &str, value: Object) {
        match self.0.iter_mut().find(|it| it.0 == name.as_bytes()) {
            Some(it) => it.1 = value,
            None => self.0.push((name.as_bytes().to_vec(), value)),
        }
    }

    /// Whether one name stands in it twice: then two readers may see two things.
    pub fn is_ambiguous(&self) -> bool {
        let mut names: Vec<&[u8]> = self.0.iter().map(|it| it.0.as_slice()).collect();
        names.sort_unstable();
        names.windows(2).any(|it| it.first() == it.last())
    }
}

impl Object {
    pub const fn dict(&self) -> Option<&Dict> {
        match self {
            Self::Dict(it) | Self::Stream(it, _) => Some(it),
            _ => None,
        }
    }

    pub fn array(&self) -> Option<&[Self]> {
        match self {
            Self::Array(it) => Some(it),
            _ => None,
        }
    }

    pub const fn reference(&self) -> Option<u32> {
        match self {
            Self::Ref(number, _) => Some(*number),
            _ => None,
        }
    }

    /// Every object that this one points at.
    pub fn references(&self, found: &mut Vec<u32>) {
        match self {
            Self::Ref(number, _) => found.push(*number),
            Self::Array(all) => all.iter().for_each(|it| it.references(found)),
            Self::Dict(dict) | Self::Stream(dict, _) => {
                dict.0.iter().for_each(|it| it.1.references(found));
            }
            _ => {}
        }
    }

    /// Writes it as a file has it. A stream's bytes are not its own: only its dictionary is written.
    pub fn write(&self, out: &mut Vec<u8>) {
        match self {
            Self::Null => out.extend(b"null"),
            Self::Bool(true) => out.extend(b"true"),
            Self::Bool(false) => out.extend(b"false"),
            Self::Int(it) => out.extend(it.to_string().bytes()),
            Self::Real(it) => out.extend(it),
            Self::Name(it) => write_name(it, out),
            Self::Text(it) => {
                out.push(b'<');
                out.extend(crate::keys::hex(it).bytes());
                out.push(b'>');
            }
            Self::Array(all) => {
                out.push(b'[');
                for (at, it) in all.iter().enumerate() {
                    if at > 0 {
                        out.push(b' ');
                    }
                    it.write(out);
                }
                out.push(b']');
            }
            Self::Dict(dict) | Self::Stream(dict, _) => {
                out.extend(b"<<");
                for (name, value) in &dict.0 {
                    write_name(name, out);
                    out.push(b' ');
                    value.write(out);
                }
                out.extend(b">>");
            }
            Self::Ref(number, generation) => out.extend(format!("{number} {generation} R").bytes()),
        }
    }
}

fn write_name(name: &[u8], out: &mut Vec<u8>) {
    out.push(b'/');
    for byte in name {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'+' | b':') {
            out.push(*byte);
        } else {
            out.extend(format!("#{byte:02X}").bytes());
        }
    }
}
