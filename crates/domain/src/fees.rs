//! Fees and charges (phí, lệ phí): the rates that hold, who is exempt, what is to be paid.
//!
//! Law: Luật Phí và lệ phí 97/2015/QH13 Đ.3 (phí, lệ phí), Đ.10 (who is exempt, who decides the share).
//! Amounts are whole đồng; nothing here knows a date: who keeps the table hands over what is in force.

use serde::{Deserialize, Serialize};

use crate::{dossier::codes::codes, money::Dong, procedure::ChannelKind};

pub mod calls;
pub mod catalogue;
pub mod proposal;
pub mod statement;
#[cfg(test)]
mod tests;
pub mod till;
pub mod vietqr;

codes! {
    /// What kind of money it is.
    pub enum FeeKind {
        /// Pays for a service (Luật Phí và lệ phí Đ.3 k.1).
        Charge = "charge", "Phí";
        /// Is owed for a paper of the state (Đ.3 k.2).
        Duty = "duty", "Lệ phí";
        /// The source does not say which.
        Either = "either", "Phí, lệ phí";
    }
}

codes! {
    /// How money comes in (cách nộp tiền).
    pub enum Method {
        /// Over the counter.
        Cash = "cash", "Tiền mặt";
        /// To the office's account, confirmed by its statement.
        Transfer = "transfer", "Chuyển khoản";
    }
}

codes! {
    /// When a procedure's fee is collected.
    pub enum Moment {
        /// With the papers.
        Start = "start", "Thu khi nộp hồ sơ";
        /// With the result.
        End = "end", "Thu khi trả kết quả";
    }
}

/// A lower amount from some unit on: “từ trang thứ 3 trở lên 1.000 đồng/trang”.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Beyond {
    /// The last unit at the full amount.
    pub after: u32,
    /// Each unit after it, in đồng.
    pub amount: Dong,
}

/// One rate of the table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rate {
    /// What for.
    pub name: String,
    /// Phí or lệ phí.
    pub kind: FeeKind,
    /// For which channel; all if none.
    #[serde(default)]
    pub channel: Option<ChannelKind>,
    /// For one unit, in đồng.
    pub amount: Dong,
    /// What is counted: bản, trang, trường hợp.
    pub unit: String,
    /// A lower amount from some unit on.
    #[serde(default)]
    pub beyond: Option<Beyond>,
    /// The most for one piece, in đồng.
    #[serde(default)]
    pub cap: Option<Dong>,
    /// The text that sets it; empty if the source does not say.
    #[serde(default)]
    pub basis: String,
}

/// Units of one item at most, and pieces.
pub const COUNT_MAX: u32 = 9_999;

impl Rate {
    /// What one piece of `count` units costs.
    #[must_use]
    pub fn of_piece(&self, count: u32) -> Dong {
        let times = |amount: Dong, count: u32| Dong(amount.0.saturating_mul(i64::from(count)));
        let full = match self.beyond {
            Some(it) if count > it.after => {
                times(self.amount, it.after).plus(times(it.amount, count - it.after))
            }
            _ => times(self.amount, count),
        };
        self.cap.map_or(full, |cap| full.min(cap))
    }

    /// Whether a piece has a price of its own that many units do not simply multiply.
    #[must_use]
    pub const fn counts_pieces(&self) -> bool {
        self.beyond.is_some() || self.cap.is_some()
    }

    /// The price as people read it: “2.000 đ/trang; từ trang thứ 3: 1.000 đ; tối đa 200.000 đ”.
    #[must_use]
    pub fn text(&self) -> String {
        let unit = if self.unit.is_empty() { "lần" } else { &self.unit };
        let mut text = format!("{}/{unit}", self.amount);
        if let Some(it) = self.beyond {
            text.push_str(&format!(
                "; từ {unit} thứ {}: {}",
                it.after.saturating_add(1),
                it.amount
            ));
        }
        if let Some(cap) = self.cap {
            text.push_str(&format!("; tối đa {cap}"));
        }
        text
    }
}

/// Who pays less or nothing (đối tượng miễn, giảm).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exemption {
    /// Who.
    pub name: String,
    /// How much less, in per cent; 100 is nothing to pay.
    pub percent: u8,
    /// In which sector; all if empty.
    #[serde(default)]
    pub sector: String,
    /// For which procedure; all if empty.
    #[serde(default)]
    pub procedure: String,
    /// Over which channel; all if none.
    #[serde(default)]
    pub channel: Option<ChannelKind>,
    /// The paper that shows it; empty if none is asked for.
    #[serde(default)]
    pub proof: String,
    /// The text that grants it.
    pub basis: String,
}

impl Exemption {
    /// Whether it can hold for a dossier of this procedure, sector and channel.
    #[must_use]
    pub fn fits(&self, procedure: &str, sector: &str, channel: ChannelKind) -> bool {
        (self.sector.is_empty() || self.sector == sector)
            && (self.procedure.is_empty() || self.procedure == procedure)
            && self.channel.is_none_or(|it| it == channel)
    }

    /// As people read it: “Hộ nghèo: miễn”, “Nộp trực tuyến: giảm 50%”.
    #[must_use]
    pub fn text(&self) -> String {
        match self.percent {
            100.. => format!("{}: miễn", self.name),
            percent => format!("{}: giảm {percent}%", self.name),
        }
    }
}

/// One thing that is paid for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item<'a> {
    /// At which rate.
    pub rate: &'a Rate,
    /// Units of one piece.
    pub count: u32,
    /// Pieces.
    pub pieces: u32,
}

impl Item<'_> {
    /// How many copies it is, and of how many pages each; 0 for what it does not count. Pages that are not
    /// counted copy by copy are those of all copies, and say neither.
    fn copies_and_pages(&self) -> (u32, u32) {
        let of = |word: &str| self.rate.unit.split(' ').next().is_some_and(|it| it == word);
        match self.rate.counts_pieces() {
            true if of("trang") => (self.pieces, self.count),
            false if of("bản") => (self.count, 0),
            _ => (0, 0),
        }
    }
}

/// One line of what is to be paid.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// What for.
    pub name: String,
    /// How the amount came about.
    pub working: String,
    /// Before any exemption, in đồng.
    pub full: Dong,
    /// To be paid, in đồng.
    pub due: Dong,
    /// Copies that were counted; 0 if no copies were.
    #[serde(default, skip_serializing_if = "is_none_counted")]
    pub copies: u32,
    /// Pages of each copy that were counted; 0 if no pages were.
    #[serde(default, skip_serializing_if = "is_none_counted")]
    pub pages: u32,
}

const fn is_none_counted(count: &u32) -> bool {
    *count == 0
}

/// What is to be paid and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
pub struct Assessment {
    /// The lines; their sums are the sums.
    pub lines: Vec<Line>,
    /// The exemption that was applied, as people read it; empty for none.
    #[serde(default)]
    pub exemption: String,
    /// What grants it.
    #[serde(default)]
    pub basis: String,
}

impl Line {
    /// One amount, of nothing that was counted.
    #[must_use]
    pub const fn of(name: String, working: String, amount: Dong) -> Self {
        Self { name, working, full: amount, due: amount, copies: 0, pages: 0 }
    }
}

impl Assessment {
    /// One amount that somebody typed.
    #[must_use]
    pub fn by_hand(amount: Dong) -> Self {
        let name = "Phí, lệ phí".to_owned();
        Self { lines: vec![Line::of(name, String::new(), amount)], ..Self::default() }
    }

    /// Before any exemption, in đồng.
    #[must_use]
    pub fn full(&self) -> Dong {
        self.lines.iter().fold(Dong::ZERO, |sum, it| sum.plus(it.full))
    }

    /// To be paid, in đồng.
    #[must_use]
    pub fn due(&self) -> Dong {
        self.lines.iter().fold(Dong::ZERO, |sum, it| sum.plus(it.due))
    }

    /// What is spared, in đồng.
    #[must_use]
    pub fn spared(&self) -> Dong {
        Dong(self.full().0.saturating_sub(self.due().0))
    }
}

/// What is to be paid for `items`: units × rate − exemption. A share that is no whole đồng is rounded
/// in the citizen's favour, line by line, so that the lines add up to the whole.
#[must_use]
pub fn assess(items: &[Item<'_>], exemption: Option<&Exemption>) -> Assessment {
    let percent = exemption.map_or(0, |it| i64::from(it.percent.min(100)));
    let lines = items
        .iter()
        .filter(|it| it.count > 0 && it.pieces > 0)
        .map(|it| {
            let piece = it.rate.of_piece(it.count);
            let full = Dong(piece.0.saturating_mul(i64::from(it.pieces)));
            let unit = if it.rate.unit.is_empty() { "lần" } else { &it.rate.unit };
            let mut working = format!("{} {unit}", it.count);
            if it.pieces > 1 {
                working = format!("{} × {working}", it.pieces);
            }
            working.push_str(&format!(" × {} = {full}", it.rate.text()));
            let due = Dong(full.0.saturating_mul(100 - percent).div_euclid(100));
            if percent > 0 {
                working.push_str(&format!(" − {percent}% = {due}"));
            }
            let (copies, pages) = it.copies_and_pages();
            Line { name: it.rate.name.clone(), working, full, due, copies, pages }
        })
        .collect();
    Assessment {
        lines,
        exemption: exemption.map(Exemption::text).unwrap_or_default(),
        basis: exemption.map(|it| it.basis.clone()).unwrap_or_default(),
    }
}
