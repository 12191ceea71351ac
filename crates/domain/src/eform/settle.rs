//! A place as somebody types it and as the catalogue names it: without marks, without its kind, without commas.

use crate::text;

/// Kinds of places as names begin, and the short words that people write for them.
const KINDS: [(&str, &[&str]); 9] = [
    ("xã", &["x"]),
    ("phường", &["p"]),
    ("thị trấn", &["tt"]),
    ("đặc khu", &["dk"]),
    ("huyện", &["h"]),
    ("quận", &["q"]),
    ("thị xã", &["tx"]),
    ("thành phố", &["tp"]),
    ("tỉnh", &["t"]),
];

/// The ways in which a part of a name, such as “xã Phú Sơn”, is written: as words without marks.
fn ways(part: &str) -> Vec<Vec<String>> {
    let lower = part.trim().to_lowercase();
    let mut found = vec![text::words(part)];
    for (kind, short) in KINDS {
        let Some(bare) = lower.strip_prefix(kind).and_then(|it| it.strip_prefix(' ')) else {
            continue;
        };
        let bare = text::words(bare);
        for lead in short {
            found.push(std::iter::once((*lead).to_owned()).chain(bare.iter().cloned()).collect());
        }
        found.push(bare);
    }
    found.retain(|it| !it.is_empty());
    found
}

/// Whether `typed` are the words of the first part, and of any of the parts after it in their order.
fn reads(typed: &[String], parts: &[&str], is_first: bool) -> bool {
    let Some((part, rest)) = parts.split_first() else { return typed.is_empty() };
    if !is_first && reads(typed, rest, false) {
        return true;
    }
    let after = |it: &Vec<String>| typed.strip_prefix(it.as_slice());
    ways(part).iter().filter_map(after).any(|left| reads(left, rest, false))
}

/// The name in `units` that somebody means who typed this; what he typed if no name or more than one can be meant.
/// Names are like “xã Phú Sơn, huyện Tân Kỳ, tỉnh Nghệ An”.
#[must_use]
pub fn settle_place(typed: &str, units: &[String]) -> String {
    let words = text::words(typed);
    if words.is_empty() || units.iter().any(|it| it == typed) {
        return typed.to_owned();
    }
    let mut meant = units.iter().filter(|unit| {
        let parts: Vec<&str> = unit.split(',').collect();
        reads(&words, &parts, true)
    });
    match (meant.next(), meant.next()) {
        (Some(only), None) => only.clone(),
        _ => typed.to_owned(),
    }
}
