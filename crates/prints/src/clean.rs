//! People's text made printable: letters as one code point each, nothing invisible.
//!
//! The archival PDF profile refuses a letter that the font cannot draw, and a
//! name with a picture in it must not stop a receipt.

use serde_json::Value;
use unicode_normalization::UnicodeNormalization as _;

use crate::typeset::has_glyph;

/// Stands for a letter that the font does not have.
const UNKNOWN: char = '\u{25a1}';

/// Cleans every text inside `data`.
pub(crate) fn clean(data: &mut Value) {
    match data {
        Value::String(text) => {
            if !text.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
                *text = printable(text);
            }
        }
        Value::Array(items) => items.iter_mut().for_each(clean),
        Value::Object(fields) => fields.values_mut().for_each(clean),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn printable(text: &str) -> String {
    text.nfc().filter_map(letter).collect()
}

fn letter(letter: char) -> Option<char> {
    match letter {
        '\n' | ' '..='~' => Some(letter),
        '\t' | '\u{a0}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{3000}' => Some(' '),
        '\u{2028}' | '\u{2029}' => Some('\n'),
        // Joiners, marks of direction and other marks that only a machine sees: they could turn
        // a name around on paper.
        '\u{ad}'
        | '\u{61c}'
        | '\u{180e}'
        | '\u{200b}'..='\u{200f}'
        | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{fe00}'..='\u{fe0f}'
        | '\u{feff}'
        | '\u{fff9}'..='\u{fffb}'
        | '\u{e0000}'..='\u{e0fff}' => None,
        _ if letter.is_control() => None,
        _ if has_glyph(letter) => Some(letter),
        _ => Some(UNKNOWN),
    }
}

#[cfg(test)]
mod tests;
