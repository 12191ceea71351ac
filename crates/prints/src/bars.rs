//! Bar codes (mã vạch) of dossier codes: Code 128, which every scanner of an office reads.
//!
//! ISO/IEC 15417: set B for letters, set C for pairs of digits, a check symbol, a stop.

use std::fmt::Write as _;

/// Light modules on either side that a reader needs.
const QUIET: usize = 10;
/// Height in modules.
const HEIGHT: usize = 26;
/// Letters at most: longer bars do not fit the paper.
const LETTERS_MAX: usize = 40;

/// Widths of bars and spaces, bar first, by symbol value.
const WIDTHS: [&str; 107] = [
    "212222", "222122", "222221", "121223", "121322", "131222", "122213", "122312", "132212",
    "221213", "221312", "231212", "112232", "122132", "122231", "113222", "123122", "123221",
    "223211", "221132", "221231", "213212", "223112", "312131", "311222", "321122", "321221",
    "312212", "322112", "322211", "212123", "212321", "232121", "111323", "131123", "131321",
    "112313", "132113", "132311", "211313", "231113", "231311", "112133", "112331", "132131",
    "113123", "113321", "133121", "313121", "211331", "231131", "213113", "213311", "213131",
    "311123", "311321", "331121", "312113", "312311", "332111", "314111", "221411", "431111",
    "111224", "111422", "121124", "121421", "141122", "141221", "112214", "112412", "122114",
    "122411", "142112", "142211", "241211", "221114", "413111", "241112", "134111", "111242",
    "121142", "121241", "114212", "124112", "124211", "411212", "421112", "421211", "212141",
    "214121", "412121", "111143", "111341", "131141", "114113", "114311", "411113", "411311",
    "113141", "114131", "311141", "411131", "211412", "211214", "211232", "2331112",
];

const CODE_B: usize = 100;
const CODE_C: usize = 99;
const START_B: usize = 104;
const START_C: usize = 105;
const STOP: usize = 106;

/// How many digits stand from here on.
fn digits(text: &[u8]) -> usize {
    text.iter().take_while(|it| it.is_ascii_digit()).count()
}

/// The symbols of `text`, with start, check and stop; nothing if a letter has none.
fn symbols(text: &str) -> Option<Vec<usize>> {
    let bytes = text.as_bytes();
    let right = !bytes.is_empty() && bytes.len() <= LETTERS_MAX;
    if !right || !bytes.iter().all(|it| (32..127).contains(it)) {
        return None;
    }
    let mut symbols = Vec::new();
    let mut pairs = digits(bytes) >= 4;
    symbols.push(if pairs { START_C } else { START_B });
    let mut rest = bytes;
    while let Some((first, after)) = rest.split_first() {
        let run = digits(rest);
        if pairs {
            match rest {
                [a, b, more @ ..] if run >= 2 => {
                    symbols.push(usize::from(a - b'0') * 10 + usize::from(b - b'0'));
                    rest = more;
                }
                _ => {
                    symbols.push(CODE_B);
                    pairs = false;
                }
            }
        } else if run >= 4 && run.is_multiple_of(2) {
            symbols.push(CODE_C);
            pairs = true;
        } else {
            symbols.push(usize::from(first - 32));
            rest = after;
        }
    }
    let weighted = symbols.iter().enumerate().map(|(at, it)| at.max(1) * it).sum::<usize>();
    symbols.push(weighted % 103);
    symbols.push(STOP);
    Some(symbols)
}

/// `text` as a bar code: black on white, one path, scalable. Nothing for what has no bars: letters
/// beyond ASCII, nothing at all, or more than 40 letters.
#[must_use]
pub fn bars_svg(text: &str) -> Option<String> {
    let symbols = symbols(text)?;
    let mut path = String::new();
    let mut x = QUIET;
    for symbol in symbols {
        for (at, width) in WIDTHS.get(symbol)?.bytes().enumerate() {
            let width = usize::from(width - b'0');
            if at.is_multiple_of(2) {
                // Writing to a string cannot fail.
                let _ = write!(path, "M{x} 0h{width}v{HEIGHT}h-{width}z");
            }
            x += width;
        }
    }
    let side = x + QUIET;
    Some(format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {side} {HEIGHT}\" \
         shape-rendering=\"crispEdges\"><path fill=\"#fff\" d=\"M0 0h{side}v{HEIGHT}H0z\"/>\
         <path d=\"{path}\"/></svg>"
    ))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Reads symbols back as a scanner does.
    fn read(symbols: &[usize]) -> Option<String> {
        let (stop, body) = symbols.split_last()?;
        let (check, body) = body.split_last()?;
        let sum: usize = body.iter().enumerate().map(|(at, it)| at.max(1) * it).sum();
        if *stop != STOP || sum % 103 != *check {
            return None;
        }
        let (start, body) = body.split_first()?;
        let mut pairs = *start == START_C;
        let mut text = String::new();
        for it in body {
            match (pairs, *it) {
                (true, CODE_B) => pairs = false,
                (false, CODE_C) => pairs = true,
                (true, pair) => text.push_str(&format!("{pair:02}")),
                (false, letter) => text.push(char::from(u8::try_from(letter + 32).ok()?)),
            }
        }
        Some(text)
    }

    #[test]
    fn a_known_code_has_the_symbols_of_the_standard() {
        // The example that every text book repeats, begun in set B: 104 + 48 + 2·42 + … = 879 ≡ 55.
        assert_eq!(symbols("PJJ123C").unwrap(), [104, 48, 42, 42, 17, 18, 19, 35, 55, 106]);
        assert_eq!(symbols("1234").unwrap(), [105, 12, 34, 82, 106]);
        assert_eq!(symbols("Hồ sơ"), None);
        assert_eq!(symbols(""), None);
    }

    #[test]
    fn every_symbol_is_eleven_modules_wide_and_no_two_are_alike() {
        let mut seen = std::collections::BTreeSet::new();
        for it in &WIDTHS[..106] {
            assert_eq!(it.bytes().map(|it| usize::from(it - b'0')).sum::<usize>(), 11, "{it}");
            assert!(seen.insert(*it), "{it} twice");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(text in "[ -~]{1,40}") {
            prop_assert_eq!(read(&symbols(&text).unwrap()), Some(text));
        }
    }
}
