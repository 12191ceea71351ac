//! What answers say of one official in a quarter: shares with the interval in which they lie, by whole packets.

use domain::rating::{OfficialSet, PACKET, Quarter, Share, open_in, share};
use jiff::civil::Date;

use super::sql::About;

/// How many quarters can be chosen.
const QUARTERS: usize = 8;

/// An item of an official's figures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Figure {
    /// What it is.
    pub label: String,
    /// The share; nothing of too few.
    pub share: Option<Share>,
}

impl Figure {
    /// `92%`, rounded down.
    pub fn percent(&self) -> String {
        self.share.map_or_else(String::new, |it| format!("{}%", it.good * 100 / it.of.max(1)))
    }

    /// `11/12, khoảng 65%–99%`; why nothing can be said.
    pub fn said(&self) -> String {
        match self.share {
            Some(it) => format!(
                "{}/{} lượt, khoảng tin cậy 95%: {}%–{}%",
                it.good,
                it.of,
                it.low_bp / 100,
                (it.high_bp + 99) / 100
            ),
            None => format!("chưa đủ {PACKET} lượt"),
        }
    }
}

/// What is open of an official in a quarter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Standing<'a> {
    /// Answers that are open.
    pub open: Vec<&'a About>,
    /// The overall share first, then the items of the set.
    pub figures: Vec<Figure>,
}

/// The figures of a quarter, from all answers ever given about one official.
pub(super) fn standing<'a>(
    all: &'a [About],
    quarter: Quarter,
    set: Option<&OfficialSet>,
) -> Standing<'a> {
    let open = open_in(all, |it| it.day, quarter);
    let number = |it: usize| i64::try_from(it).unwrap_or(0);
    let mut figures = Vec::new();
    if let Some(set) = set {
        let glad = open.iter().filter(|it| it.face >= set.glad_from).count();
        figures.push(Figure {
            label: "Hài lòng chung".to_owned(),
            share: share(number(glad), number(open.len())),
        });
        for item in &set.item {
            let said: Vec<i64> =
                open.iter().filter_map(|it| it.points.get(&item.code).copied()).collect();
            let good = said.iter().filter(|it| **it >= item.good_from).count();
            figures.push(Figure {
                label: item.label.clone(),
                share: share(number(good), number(said.len())),
            });
        }
    }
    Standing { open, figures }
}

/// The quarter that is asked for, else today's.
pub(super) fn quarter_of(code: &str, today: Date) -> Quarter {
    Quarter::from_code(code).unwrap_or_else(|| Quarter::of(today))
}

/// The quarters that can be chosen on a day, the newest first.
pub(super) fn quarters(today: Date) -> Vec<(String, String)> {
    let mut quarter = Quarter::of(today);
    let mut all = Vec::new();
    for _ in 0..QUARTERS {
        all.push((quarter.code(), quarter.label()));
        quarter = quarter.before();
    }
    all
}
