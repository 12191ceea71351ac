//! What a PDF would do to whoever opens it: unpack to more than a machine holds, or run a program.

use std::io::Read as _;

use super::{Dict, Entry, File, Object};

/// Bytes that everything but pictures may unpack to: pages, letters, objects.
const UNPACKED_MAX: u64 = 128 << 20;
/// Width and height of a picture at most, in dots.
const SIDE_MAX: i64 = 20_000;
/// Dictionaries that stand in each other at most.
const DEPTH_MAX: usize = 64;

/// What a file would do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Harm {
    /// It unpacks to more than anybody needs.
    Bomb,
    /// It runs a program when it is opened.
    Program,
}

/// What this file would do to its reader, if anything.
pub(crate) fn of(file: &File<'_>) -> Option<Harm> {
    let mut left = UNPACKED_MAX;
    for (number, entry) in &file.entries {
        if *entry == Entry::Free {
            continue;
        }
        let Some(object) = file.object(*number) else { continue };
        if launches(&object, DEPTH_MAX) {
            return Some(Harm::Program);
        }
        if let Object::Stream(dict, from) = &object
            && unpacks_too_far(file, dict, *from, &mut left)
        {
            return Some(Harm::Bomb);
        }
    }
    runs_when_opened(file).then_some(Harm::Program)
}

/// Whether an action that starts a program stands anywhere in it.
fn launches(object: &Object, depth: usize) -> bool {
    if depth == 0 {
        return false;
    }
    match object {
        Object::Dict(it) | Object::Stream(it, _) => {
            it.is("S", "Launch") || it.0.iter().any(|it| launches(&it.1, depth - 1))
        }
        Object::Array(all) => all.iter().any(|it| launches(it, depth - 1)),
        _ => false,
    }
}

/// Whether the document runs JavaScript by itself: at its opening, or for the whole of it.
fn runs_when_opened(file: &File<'_>) -> bool {
    let Some(root) = file.root() else { return false };
    let is_script = |it: &Object| {
        let action = file.resolve(it);
        action.as_ref().and_then(Object::dict).is_some_and(|it| it.is("S", "JavaScript"))
    };
    let opening = root.get("OpenAction").is_some_and(is_script);
    let acts = file.at(&root, "AA");
    let acts = acts.as_ref().and_then(Object::dict);
    let on_events = acts.is_some_and(|it| it.0.iter().any(|it| is_script(&it.1)));
    let names = file.at(&root, "Names");
    let named = names.as_ref().and_then(Object::dict).and_then(|it| file.at(it, "JavaScript"));
    opening || on_events || named.is_some_and(|it| it != Object::Null)
}

/// How often its bytes are packed, one within the other.
fn times_packed(file: &File<'_>, dict: &Dict) -> usize {
    let is_flate = |it: &Object| matches!(file.resolve(it), Some(Object::Name(it)) if it == b"FlateDecode" || it == b"Fl");
    match file.at(dict, "Filter") {
        Some(Object::Array(all)) => all.iter().filter(|it| is_flate(it)).count(),
        Some(it) => usize::from(is_flate(&it)),
        None => 0,
    }
}

fn unpacks_too_far(file: &File<'_>, dict: &Dict, from: usize, left: &mut u64) -> bool {
    let times = times_packed(file, dict);
    if times > 1 {
        return true;
    }
    if dict.is("Subtype", "Image") {
        // Its reader takes as many dots as it says it has, and no more.
        let side = |name: &str| match file.at(dict, name) {
            Some(Object::Int(it)) => it,
            _ => 0,
        };
        return side("Width") > SIDE_MAX || side("Height") > SIDE_MAX;
    }
    let only_packed = match file.at(dict, "Filter") {
        Some(Object::Array(all)) => all.len() == 1,
        _ => true,
    };
    if times == 0 || !only_packed {
        return false;
    }
    let Some(packed) = file.stream_bytes(dict, from) else { return false };
    let mut unpacked = flate2::read::ZlibDecoder::new(packed).take(*left + 1);
    // What does not unpack to its end is shown as far as it goes.
    let mut chunk = [0_u8; 16 << 10];
    loop {
        match unpacked.read(&mut chunk) {
            Ok(0) | Err(_) => return false,
            Ok(read) => {
                let Some(rest) = left.checked_sub(read as u64) else { return true };
                *left = rest;
            }
        }
    }
}
