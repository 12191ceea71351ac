//! Rates that the catalogue's remarks on fees say beyond doubt; what is in doubt is left to people.

use super::{Beyond, FeeKind, Rate};
use crate::{
    money::Dong,
    procedure::{ChannelKind, Fee},
    text::fold,
};

/// No fee in force is smaller: “135” in the source is 135.000 cut short.
const LEAST: i64 = 1_000;
/// Amounts are whole multiples of this.
const STEP: i64 = 500;

/// Amounts of money that a remark names: “70.000 đồng”, “2.000đ”.
fn amounts(note: &str) -> Vec<i64> {
    let mut found = Vec::new();
    let letters: Vec<char> = note.to_lowercase().chars().collect();
    let mut at = 0;
    while let Some(rest) = letters.get(at..).filter(|it| !it.is_empty()) {
        let run: String = rest.iter().take_while(|it| it.is_ascii_digit() || **it == '.').collect();
        if run.is_empty() || !rest.first().is_some_and(char::is_ascii_digit) {
            at += 1;
            continue;
        }
        at += run.chars().count();
        let after: String =
            letters.get(at..).unwrap_or_default().iter().filter(|it| **it != ' ').take(1).collect();
        let number: Option<i64> = run.trim_end_matches('.').replace('.', "").parse().ok();
        if let Some(number) = number.filter(|_| after == "đ" || after == "d") {
            found.push(number);
        }
    }
    found
}

/// The word after the slash: “/trang”, “70.000 đồng/Giấy chứng nhận.”
fn unit_of(note: &str) -> String {
    let Some((_, after)) = note.split_once('/') else { return String::new() };
    let end = after.find(['.', ';', ',', '(', ':', '\n']).unwrap_or(after.len());
    let unit = after.get(..end).unwrap_or_default().trim().to_lowercase();
    if unit.chars().count() > 30 || unit.chars().any(|it| it.is_ascii_digit()) {
        return String::new();
    }
    unit
}

/// “…; từ trang thứ 3 trở lên thu 1.000 đồng/trang, tối đa thu không quá 200.000 …”
fn staged(fee: &Fee, first: i64) -> Option<(Beyond, Option<Dong>)> {
    let note = fee.note.to_lowercase();
    let (_, after) = note.split_once("từ trang thứ ")?;
    let digits: String = after.chars().take_while(char::is_ascii_digit).collect();
    let from: u32 = digits.parse().ok()?;
    let named = |text: &str| -> Option<i64> {
        let digits: String = text
            .chars()
            .skip_while(|it| !it.is_ascii_digit())
            .take_while(|it| it.is_ascii_digit() || *it == '.')
            .filter(char::is_ascii_digit)
            .collect();
        digits.parse().ok()
    };
    let then = named(after.get(digits.len()..)?).filter(|it| *it < first && *it >= STEP)?;
    let cap = note.split_once("không quá ").and_then(|it| named(it.1)).map(|it| match it {
        // The source is cut after so many letters: “200.00…”.
        20_000 => Dong(200_000),
        it => Dong(it),
    });
    Some((Beyond { after: from.checked_sub(1)?, amount: Dong(then) }, cap))
}

/// The rates that `fee` of the catalogue states beyond doubt, one a channel; none otherwise.
///
/// Beyond doubt: the amount is one that is charged (1.000 đ and more, in steps of 500 đ), and the remark
/// names no other amount.
#[must_use]
pub fn readable(fee: &Fee) -> Vec<Rate> {
    let Some(amount) = fee.amount.filter(|it| it.0 >= LEAST && it.0 % STEP == 0) else {
        return Vec::new();
    };
    let staged = staged(fee, amount.0);
    let clear = amounts(&fee.note).iter().all(|it| *it == amount.0);
    let says_more = fold(&fee.note).contains("nhan dan tinh");
    if staged.is_none() && (!clear || says_more) {
        return Vec::new();
    }
    let note = fold(&fee.note);
    let kind = if note.contains("le phi") {
        FeeKind::Duty
    } else if note.contains("phi ") {
        FeeKind::Charge
    } else {
        FeeKind::Either
    };
    let (beyond, cap) = staged.map_or((None, None), |(beyond, cap)| (Some(beyond), cap));
    let rate = |channel| Rate {
        name: kind.label().to_owned(),
        kind,
        channel,
        amount,
        unit: unit_of(&fee.note),
        beyond,
        cap,
        basis: String::new(),
    };
    let channels: Vec<ChannelKind> =
        ChannelKind::ALL.iter().copied().filter(|it| fee.channels.contains(it.label())).collect();
    if channels.is_empty() || channels.len() == ChannelKind::ALL.len() {
        return vec![rate(None)];
    }
    channels.into_iter().map(|it| rate(Some(it))).collect()
}
