//! How much of a catalogue is published, and where: every figure with its own numerator, denominator and the
//! words for what the denominator is. None is ever worked out from another.
//!
//! Law: NĐ 63/2010/NĐ-CP Đ.8 (what a procedure must say), Đ.15–17 (publishing and posting); NĐ 43/2011/NĐ-CP Đ.3 (levels).

use jiff::civil::Date;

use crate::{
    dossier::codes::codes,
    procedure::{PaperRole, ProcedureVersion, ServiceLevel},
};

#[cfg(test)]
mod tests;

codes! {
    /// Another portal, whose answer is brought in.
    pub enum Portal {
        /// The province's.
        Province = "province", "Cổng dịch vụ công tỉnh";
        /// The nation's.
        National = "national", "Cổng Dịch vụ công quốc gia";
    }
}

codes! {
    /// What is counted of a set of procedures.
    pub enum Measure {
        /// Hangs on the unit's board.
        Board = "board", "Niêm yết tại đơn vị";
        /// Has a page here that says all the law asks for.
        Here = "here", "Công khai đủ nội dung trên cổng này";
        /// The province's portal says that it has it.
        Province = "province", "Có trên Cổng dịch vụ công tỉnh";
        /// The national portal says so.
        National = "national", "Có trên Cổng Dịch vụ công quốc gia";
        /// Level 4.
        Level4 = "level4", "Mức độ 4";
        /// Level 3.
        Level3 = "level3", "Mức độ 3";
        /// Level 2.
        Level2 = "level2", "Mức độ 2";
        /// Level 1.
        Level1 = "level1", "Mức độ 1";
        /// No level is known.
        LevelUnknown = "level_unknown", "Chưa công bố mức độ";
    }
}

codes! {
    /// A page of a unit's screen.
    pub enum Slide {
        /// What the unit settles, by sector.
        Procedures = "procedures", "Thủ tục theo lĩnh vực";
        /// Who works here.
        OnDuty = "on_duty", "Cán bộ, công chức của đơn vị";
        /// Telephones of leaders.
        Hotline = "hotline", "Đường dây nóng lãnh đạo";
        /// Hours of today and of the days to come.
        Hours = "hours", "Giờ làm việc, tiếp nhận";
        /// The rules at the counter.
        Rules = "rules", "Nội quy Bộ phận Một cửa";
        /// Today's queue.
        Queue = "queue", "Hàng chờ hôm nay";
        /// The share of posting.
        Posting = "posting", "Mức độ niêm yết, công khai";
        /// The head of the journal.
        Ledger = "ledger", "Mã chốt sổ nhật ký";
        /// When leaders receive citizens.
        Reception = "reception", "Lịch tiếp công dân";
    }
}

impl Slide {
    /// Seconds for which it stays unless a unit says otherwise.
    pub const SECONDS: i64 = 15;
}

impl Measure {
    /// The measure of a level.
    #[must_use]
    pub const fn of_level(level: ServiceLevel) -> Self {
        match level {
            ServiceLevel::Unknown => Self::LevelUnknown,
            ServiceLevel::Information => Self::Level1,
            ServiceLevel::Forms => Self::Level2,
            ServiceLevel::Partial => Self::Level3,
            ServiceLevel::EndToEnd => Self::Level4,
        }
    }

    /// Whether it counts a level: all of these together are the whole.
    #[must_use]
    pub const fn is_level(self) -> bool {
        !matches!(self, Self::Board | Self::Here | Self::Province | Self::National)
    }
}

/// A procedure of the set that is counted, as it stood on the day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// National code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// Its sector; empty if it is not in the catalogue of the day.
    pub sector: String,
    /// Its online level.
    pub level: ServiceLevel,
    /// Since when it hangs at the unit; none if it does not.
    pub posted_on: Option<Date>,
    /// It hangs in a version that is no longer in force.
    pub posted_old: bool,
    /// What its page here does not say; none if it has no page here.
    pub lacks: Option<Vec<&'static str>>,
    /// The province's answer; none if there is no answer.
    pub province: Option<bool>,
    /// The nation's answer; none if there is no answer.
    pub national: Option<bool>,
}

impl Item {
    /// Whether it counts for `measure`; none if nobody knows.
    #[must_use]
    pub fn counts_for(&self, measure: Measure) -> Option<bool> {
        match measure {
            Measure::Board => Some(self.posted_on.is_some()),
            Measure::Here => Some(self.lacks.as_ref().is_some_and(Vec::is_empty)),
            Measure::Province => self.province,
            Measure::National => self.national,
            level => Some(Measure::of_level(self.level) == level),
        }
    }
}

/// A number of procedures out of a number of procedures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Figure {
    /// What was counted.
    pub measure: Measure,
    /// How many count.
    pub part: i64,
    /// Out of how many.
    pub whole: i64,
}

impl Figure {
    /// The share in words, to a tenth of a percent, rounded half up; 100 % and 0 % only if it is exactly so. “–” out of
    /// nothing.
    #[must_use]
    pub fn share(&self) -> String {
        self.tenths().map_or_else(|| "–".to_owned(), |it| format!("{},{}%", it / 10, it % 10))
    }

    /// The share in tenths of a percent, rounded as [`Figure::share`]; none out of nothing.
    #[must_use]
    pub fn tenths(&self) -> Option<i64> {
        if self.whole <= 0 {
            return None;
        }
        let rounded = (self.part * 2_000 + self.whole) / (self.whole * 2);
        Some(match self.part {
            0 => 0,
            part if part == self.whole => 1_000,
            _ => rounded.clamp(1, 999),
        })
    }
}

/// Every figure of a set: what nobody answered for is left out, all others have the whole set as denominator.
#[must_use]
pub fn figures(items: &[Item]) -> Vec<Figure> {
    let size = |it: usize| i64::try_from(it).unwrap_or(i64::MAX);
    let of = |measure: &Measure| {
        let told: Option<Vec<bool>> = items.iter().map(|it| it.counts_for(*measure)).collect();
        let part = size(told?.into_iter().filter(|it| *it).count());
        Some(Figure { measure: *measure, part, whole: size(items.len()) })
    };
    Measure::ALL.iter().filter_map(of).collect()
}

/// What a procedure's page must say and this one does not, as people call it. Steps are taken from the workflow and
/// forms, fees and conditions are owed only where there are any.
///
/// Law: NĐ 63/2010/NĐ-CP Đ.8 k.2.
#[must_use]
pub fn lacks(it: &ProcedureVersion) -> Vec<&'static str> {
    let papers = it.papers.iter().any(|it| it.role != PaperRole::Note);
    [
        ("Tên thủ tục", !it.name.trim().is_empty()),
        ("Lĩnh vực", !it.sector.trim().is_empty()),
        ("Cách thức thực hiện", !it.channels.is_empty()),
        ("Thành phần hồ sơ", papers),
        ("Thời hạn giải quyết", !it.limits.is_empty() || it.on_the_spot),
        ("Đối tượng thực hiện", !it.applicants.trim().is_empty()),
        ("Kết quả", it.results.iter().any(|it| !it.trim().is_empty())),
        ("Căn cứ pháp lý", it.legal_basis.iter().any(|it| !it.trim().is_empty())),
    ]
    .into_iter()
    .filter(|(_, said)| !said)
    .map(|(label, _)| label)
    .collect()
}
