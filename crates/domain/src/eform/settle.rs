//! A place as somebody types it and as the catalogue names it: without marks, without its kind, without commas.

use super::Place;
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

/// Kinds of communes as they begin an address's part, folded.
const COMMUNES: [&str; 4] = ["xa ", "phuong ", "thi tran ", "dac khu "];
/// What names a part of a commune: a name after one of these is no commune's.
const BELOW: [&str; 15] = [
    "thon", "xom", "ban", "lang", "ap", "buon", "to", "khoi", "khom", "khu", "doi", "duong", "pho",
    "ngo", "so",
];

/// An address that was typed in one line, taken apart: the unit of `units` that its end can mean and what stands
/// before it; else from the part on that names a commune, or its last two or three parts. What cannot be taken
/// apart stands before an empty unit: nothing of it is lost, and the unit is asked for.
#[must_use]
pub fn place_of(line: &str, units: &[String]) -> Place {
    let line = text::tidy(line);
    let parts: Vec<&str> = line.split(',').map(str::trim).filter(|it| !it.is_empty()).collect();
    let whole = |detail: &[&str], unit: String| Place { unit, detail: detail.join(", ") };
    let settled = |typed: &str| Some(settle_place(typed, units)).filter(|it| units.contains(it));
    // From the longest end on: “Phú Sơn, Tân Kỳ” says more than “Tân Kỳ”.
    for at in 0..parts.len() {
        let (before, end) = parts.split_at(at);
        if let Some(unit) =
            settled(&end.join(", ")).filter(|_| at > 0 || parts.len() > 1 || has_kind(&line))
        {
            return whole(before, unit);
        }
    }
    if let Some((at, _)) = parts.iter().enumerate().find(|(_, it)| has_kind(it))
        && parts.len() > at + 1
    {
        let (before, end) = parts.split_at(at);
        return whole(before, end.join(", "));
    }
    // Without commas: “xóm 3 xã Phú Sơn”, “xóm 3 Phú Sơn Tân Kỳ”; the last part may hold two.
    let (head, last) =
        parts.split_last().map_or((&[] as &[&str], ""), |(last, head)| (head, *last));
    let words: Vec<&str> = last.split(' ').collect();
    for at in 1..words.len() {
        let (before, end) = words.split_at(at);
        let end = end.join(" ");
        let is_below = before.last().is_some_and(|it| BELOW.contains(&text::fold(it).as_str()));
        if let Some(unit) =
            settled(&end).filter(|_| has_kind(&end) || !is_below && end.split(' ').count() > 2)
        {
            let mut detail = head.to_vec();
            let before = before.join(" ");
            detail.push(&before);
            return whole(&detail, unit);
        }
    }
    if parts.len() > 2 {
        let cut = (parts.len() - 3).max(1);
        let (before, end) = parts.split_at(cut);
        return whole(before, end.join(", "));
    }
    whole(&parts, String::new())
}

fn has_kind(part: &str) -> bool {
    let folded = text::fold(part);
    COMMUNES.iter().any(|it| folded.starts_with(it))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn units() -> Vec<String> {
        ["xã Phú Sơn", "xã Nghĩa Đồng", "thị trấn Tân Kỳ"]
            .map(|it| format!("{it}, huyện Tân Kỳ, tỉnh Nghệ An"))
            .to_vec()
    }

    #[test]
    fn an_address_in_one_line_is_taken_apart() {
        let phu_son = "xã Phú Sơn, huyện Tân Kỳ, tỉnh Nghệ An";
        for (typed, detail, unit) in [
            ("Xóm 1, xã Phú Sơn, huyện Tân Kỳ, tỉnh Nghệ An", "Xóm 1", phu_son),
            ("Xóm 1, xã Phú Sơn", "Xóm 1", phu_son),
            ("Xóm 1, Phú Sơn, Tân Kỳ", "Xóm 1", phu_son),
            ("số 5, xóm 1, x. phu son", "số 5, xóm 1", phu_son),
            ("xóm 1 xã Phú Sơn", "xóm 1", phu_son),
            ("xóm 1 phú sơn tân kỳ nghệ an", "xóm 1", phu_son),
            ("xã Phú Sơn", "", phu_son),
            (
                "Thôn Phú Sơn, xã Nghĩa Đồng",
                "Thôn Phú Sơn",
                "xã Nghĩa Đồng, huyện Tân Kỳ, tỉnh Nghệ An",
            ),
            // Another province: as it was typed.
            (
                "Tổ 4, phường Trường Thi, thành phố Vinh, tỉnh Nghệ An",
                "Tổ 4",
                "phường Trường Thi, thành phố Vinh, tỉnh Nghệ An",
            ),
            ("phường Trường Vinh, tỉnh Nghệ An", "", "phường Trường Vinh, tỉnh Nghệ An"),
            ("12 Lê Lợi, Vinh, Nghệ An", "12 Lê Lợi", "Vinh, Nghệ An"),
            // Nobody knows: it is kept, and the unit is asked for.
            ("Thôn Phú Sơn", "Thôn Phú Sơn", ""),
            ("12 Lê Lợi, Vinh", "12 Lê Lợi, Vinh", ""),
            ("", "", ""),
        ] {
            let it = place_of(typed, &units());
            assert_eq!((it.detail.as_str(), it.unit.as_str()), (detail, unit), "{typed}");
        }
    }

    #[test]
    fn nothing_of_an_address_is_lost() {
        for typed in ["a", "a, b", "a b c d", "a, b, c, d, e", "xã", "xóm 9 đội 2 phú sơn", ",,,x,"]
        {
            let kept = text::words(&place_of(typed, &units()).line());
            for word in text::words(typed) {
                assert!(kept.contains(&word), "{typed}: {kept:?}");
            }
        }
    }
}
