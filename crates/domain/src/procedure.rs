//! A procedure (thủ tục hành chính) as it stands from a date.
//!
//! A dossier keeps the version under which it was received. What the source does not say is
//! unknown here, and is shown as “chưa công bố”; nothing is made up.
//!
//! Law: NĐ 63/2010/NĐ-CP Đ.8 (what a procedure must state), Đ.13–17 (who announces, who posts).

use serde::{Deserialize, Serialize};

use crate::{
    deadline::TimeLimit,
    dossier::{Precision, codes::codes},
    money::Dong,
};

mod clock;
mod english;
pub mod papers;
#[cfg(test)]
mod tests;

pub use clock::ClockRules;

codes! {
    /// How a dossier reaches the office (kênh nộp).
    pub enum ChannelKind {
        /// At the counter.
        Direct = "direct", "Trực tiếp";
        /// Over the portal.
        Online = "online", "Trực tuyến";
        /// By public post.
        Postal = "postal", "Dịch vụ bưu chính";
    }
}

codes! {
    /// What a time limit is counted in.
    pub enum LimitUnit {
        /// Working days.
        WorkingDay = "working_day", "ngày làm việc";
        /// Days, whatever they are.
        CalendarDay = "calendar_day", "ngày";
        /// Months.
        Month = "month", "tháng";
        /// Hours of office time.
        WorkingHour = "working_hour", "giờ làm việc";
        /// On the day itself.
        SameDay = "same_day", "trong ngày làm việc";
        /// On the day itself; received after 15:00, on the next working day.
        SameDay15h = "same_day_15h", "trong ngày; nhận sau 15 giờ thì trả ngày làm việc tiếp theo";
        /// By a schedule of its own.
        BySchedule = "by_schedule", "theo lịch";
    }
}

codes! {
    /// Which tier of government settles it.
    pub enum Tier {
        /// Ministry.
        Ministry = "ministry", "Cấp bộ";
        /// Province.
        Province = "province", "Cấp tỉnh";
        /// District, until 30 June 2025.
        District = "district", "Cấp huyện";
        /// Commune.
        Commune = "commune", "Cấp xã";
        /// Another body.
        Other = "other", "Cơ quan khác";
    }
}

codes! {
    /// How much of it can be done online: the four levels of NĐ 43/2011 with what
    /// NĐ 42/2022 calls them.
    pub enum ServiceLevel {
        /// The source does not say.
        Unknown = "unknown", "Chưa công bố";
        /// Level 1: information.
        Information = "information", "Mức độ 1: cung cấp thông tin";
        /// Level 2: forms to download.
        Forms = "forms", "Mức độ 2: tải mẫu đơn";
        /// Level 3: filed online.
        Partial = "partial", "Mức độ 3: một phần";
        /// Level 4: filed, paid and received online.
        EndToEnd = "end_to_end", "Mức độ 4: toàn trình";
    }
}

impl ServiceLevel {
    /// Its number, 1 to 4; nothing if it is unknown.
    #[must_use]
    pub const fn number(self) -> Option<u8> {
        match self {
            Self::Unknown => None,
            Self::Information => Some(1),
            Self::Forms => Some(2),
            Self::Partial => Some(3),
            Self::EndToEnd => Some(4),
        }
    }
}

codes! {
    /// What is done with a paper.
    pub enum PaperRole {
        /// Handed in.
        Submit = "submit", "Phải nộp";
        /// Only shown.
        Show = "show", "Chỉ xuất trình";
        /// A remark, no paper.
        Note = "note", "Lưu ý";
    }
}

/// How long it may take, for one channel or for all.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChannelLimit {
    /// The channel; all if none.
    #[serde(default)]
    pub channel: Option<ChannelKind>,
    /// How many.
    pub value: u32,
    /// Of what.
    pub unit: LimitUnit,
}

impl ChannelLimit {
    /// As the deadline engine counts it; nothing if it goes by a schedule.
    #[must_use]
    pub fn time_limit(&self) -> Option<TimeLimit> {
        Some(match self.unit {
            LimitUnit::WorkingDay => TimeLimit::WorkingDays(self.value),
            LimitUnit::CalendarDay => TimeLimit::CalendarDays(self.value),
            LimitUnit::Month => TimeLimit::Months(self.value),
            LimitUnit::WorkingHour => TimeLimit::WorkingMinutes(i64::from(self.value) * 60),
            LimitUnit::SameDay => TimeLimit::SameDay,
            LimitUnit::SameDay15h => {
                TimeLimit::SameDayUntil(jiff::civil::Time::constant(15, 0, 0, 0))
            }
            LimitUnit::BySchedule => return None,
        })
    }

    /// As people read it: “10 ngày làm việc”.
    #[must_use]
    pub fn text(&self) -> String {
        match self.unit {
            LimitUnit::SameDay | LimitUnit::SameDay15h | LimitUnit::BySchedule => {
                let label = self.unit.label();
                let mut chars = label.chars();
                chars
                    .next()
                    .map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
            }
            unit => format!("{} {}", self.value, unit.label()),
        }
    }
}

/// A fee or a charge.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fee {
    /// For which channels, as the source says; empty for all.
    #[serde(default)]
    pub channels: String,
    /// How much; nothing if the province or another text sets it.
    pub amount: Option<Dong>,
    /// Per what, and what else the source says.
    #[serde(default)]
    pub note: String,
}

impl Fee {
    /// As people read it.
    #[must_use]
    pub fn text(&self) -> String {
        let amount = match self.amount {
            Some(Dong(0)) => "Không thu".to_owned(),
            Some(amount) => amount.to_string(),
            None => "Theo quy định của HĐND tỉnh hoặc văn bản riêng".to_owned(),
        };
        self.noted(amount)
    }

    /// An amount with what the source says of it.
    fn noted(&self, amount: String) -> String {
        let note = whole(&self.note);
        if note.is_empty() {
            amount
        } else if note.starts_with('/') {
            format!("{amount}{note}")
        } else if note.contains('(') {
            format!("{amount}. {note}")
        } else {
            format!("{amount} ({note})")
        }
    }

    /// Whether another one says the same, for other channels.
    fn says_as(&self, other: &Self) -> bool {
        self.amount == other.amount && whole(&self.note) == whole(&other.note)
    }
}

/// A note of the catalogue with its brackets in pairs: its source cuts notes off, and begins some with the bracket
/// that was around all of it.
fn whole(note: &str) -> String {
    let open = |text: &str| {
        let count = |mark: char| text.chars().filter(|it| *it == mark).count();
        count('(').saturating_sub(count(')'))
    };
    let note = note.trim();
    let bare = note.strip_prefix('(').filter(|_| open(note) > 0).unwrap_or(note).trim();
    format!("{bare}{}", ")".repeat(open(bare)))
}

/// A paper of the dossier (thành phần hồ sơ).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequiredPaper {
    /// What it is.
    pub name: String,
    /// In which case it is asked for; empty for always.
    #[serde(default)]
    pub group: String,
    /// Handed in, shown, or a remark.
    pub role: PaperRole,
    /// Originals; nothing if the source does not say.
    #[serde(default)]
    pub originals: Option<u32>,
    /// Copies.
    #[serde(default)]
    pub copies: Option<u32>,
    /// The sample form.
    #[serde(default)]
    pub form: String,
}

/// A procedure as it stands from a date.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProcedureVersion {
    /// National code, such as `1.001193`. A procedure without one has a local code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// Sector (lĩnh vực).
    pub sector: String,
    /// The ministry that announced it.
    #[serde(default)]
    pub ministry: String,
    /// Who settles it now.
    pub tiers: Vec<Tier>,
    /// Who settled it while there were districts; derived, empty if unknown.
    #[serde(default)]
    pub tiers_before: Vec<Tier>,
    /// Whether a People's Committee answers for it, or the police or the military.
    pub body: String,
    /// How long it may take; empty if the source does not say.
    #[serde(default)]
    pub limits: Vec<ChannelLimit>,
    /// How it can be handed in.
    #[serde(default)]
    pub channels: Vec<ChannelKind>,
    /// Fees and charges; empty if the source does not say.
    #[serde(default)]
    pub fees: Vec<Fee>,
    /// Papers.
    #[serde(default)]
    pub papers: Vec<RequiredPaper>,
    /// Results.
    #[serde(default)]
    pub results: Vec<String>,
    /// Conditions.
    #[serde(default)]
    pub conditions: String,
    /// Legal basis.
    #[serde(default)]
    pub legal_basis: Vec<String>,
    /// Who may apply.
    #[serde(default)]
    pub applicants: String,
    /// Online level.
    pub level: ServiceLevel,
    /// Competent agency, as the source says.
    #[serde(default)]
    pub agency: String,
    /// The decision that announced, amended or abolished it.
    #[serde(default)]
    pub decision: String,
    /// Where these facts come from.
    #[serde(default)]
    pub sources: Vec<String>,
    /// Settled at the counter at once.
    #[serde(default)]
    pub on_the_spot: bool,
    /// What its sector's law says of the clock.
    #[serde(default, skip_serializing_if = "ClockRules::is_general")]
    pub clock: ClockRules,
}

/// Something wrong with one row of an import.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RowError {
    /// Row, counted from 1 with the first row of data.
    pub row: usize,
    /// Which field.
    pub field: &'static str,
    /// What is wrong and what to do, in Vietnamese.
    pub message: String,
}

impl RowError {
    /// What people call the column.
    #[must_use]
    pub fn column(&self) -> &'static str {
        match self.field {
            "code" => "Mã thủ tục",
            "name" => "Tên thủ tục",
            "sector" => "Lĩnh vực",
            "ministry" => "Bộ, ngành",
            "tiers" => "Cấp giải quyết",
            "tiers_before" => "Cấp giải quyết khi còn cấp huyện",
            "body" => "Hệ thống cơ quan",
            "limits" => "Thời hạn",
            "channels" => "Cách nộp",
            "fees" => "Phí, lệ phí",
            "papers" => "Thành phần hồ sơ",
            "results" => "Kết quả",
            "level" => "Mức độ trực tuyến",
            "on_the_spot" => "Giải quyết ngay",
            "clock" => "Cách tính thời hạn riêng",
            "in_force_from" => "Ngày hiệu lực",
            _ => "Tệp",
        }
    }
}

/// Characters of a name at most.
pub const NAME_CHARS_MAX: usize = 1_000;

impl ProcedureVersion {
    /// The limit for a channel: its own, or the one for all. What is published for another channel
    /// promises nothing here (one-stop.md 1.5).
    #[must_use]
    pub fn limit(&self, channel: ChannelKind) -> Option<&ChannelLimit> {
        self.limits
            .iter()
            .find(|it| it.channel == Some(channel))
            .or_else(|| self.limits.iter().find(|it| it.channel.is_none()))
    }

    /// Whether lateness is told by the day or, for limits in hours, by the moment.
    #[must_use]
    pub fn precision(&self, channel: ChannelKind) -> Precision {
        match self.limit(channel).map(|it| it.unit) {
            Some(LimitUnit::WorkingHour) => Precision::Moment,
            _ => Precision::Day,
        }
    }

    /// The limit as people read it.
    #[must_use]
    pub fn limit_text(&self) -> String {
        match self.limits.as_slice() {
            [] => "Chưa công bố".to_owned(),
            [one] => one.text(),
            many => many
                .iter()
                .map(|it| match it.channel {
                    Some(channel) => format!("{}: {}", channel.label(), it.text()),
                    None => it.text(),
                })
                .collect::<Vec<_>>()
                .join("; "),
        }
    }

    /// Fees as people read them.
    #[must_use]
    pub fn fee_text(&self) -> String {
        if self.fees.is_empty() {
            return "Chưa công bố".to_owned();
        }
        self.distinct_fees().into_iter().map(Fee::text).collect::<Vec<_>>().join("; ")
    }

    /// Its fees; those that say the same for other channels once.
    fn distinct_fees(&self) -> Vec<&Fee> {
        let mut all: Vec<&Fee> = Vec::new();
        for it in &self.fees {
            if !all.iter().any(|known| known.says_as(it)) {
                all.push(it);
            }
        }
        all
    }

    /// Whether units of `tier` settle it, in an organisation with districts or without.
    ///
    /// While there are districts (until 30 June 2025) what is known of that time holds; where
    /// nothing is known, today's commune procedures stay with the communes.
    #[must_use]
    pub fn settled_by(&self, tier: Tier, with_districts: bool) -> bool {
        if with_districts && !self.tiers_before.is_empty() {
            self.tiers_before.contains(&tier)
        } else {
            self.tiers.contains(&tier)
        }
    }

    /// What is wrong with it; nothing if it can be kept.
    #[must_use]
    pub fn errors(&self, row: usize) -> Vec<RowError> {
        let mut errors = Vec::new();
        let mut wrong = |field, message: String| errors.push(RowError { row, field, message });
        if !is_code(&self.code) {
            wrong(
                "code",
                format!(
                    "Mã “{}” không đúng dạng. Dùng mã quốc gia như 1.001193, hoặc mã riêng của đơn \
                     vị như DP.000012.",
                    self.code
                ),
            );
        }
        match self.name.chars().count() {
            0 => wrong("name", "Chưa có tên thủ tục.".into()),
            n if n > NAME_CHARS_MAX => {
                wrong("name", format!("Tên dài {n} ký tự, tối đa {NAME_CHARS_MAX}."));
            }
            _ => {}
        }
        if self.sector.trim().is_empty() {
            wrong("sector", "Chưa có lĩnh vực.".into());
        }
        if self.tiers.is_empty() {
            wrong("tiers", "Chưa ghi cấp giải quyết.".into());
        }
        for limit in &self.limits {
            let counted = !matches!(
                limit.unit,
                LimitUnit::SameDay | LimitUnit::SameDay15h | LimitUnit::BySchedule
            );
            if counted && (limit.value == 0 || limit.value > 2_000) {
                wrong("limits", format!("Thời hạn {} không hợp lý: từ 1 đến 2000.", limit.value));
            }
        }
        if self.fees.iter().any(|it| it.amount.is_some_and(|it| it.0 < 0)) {
            wrong("fees", "Phí, lệ phí không được âm.".into());
        }
        for (field, message) in self.clock.errors() {
            wrong(field, message);
        }
        errors
    }
}

/// `1.001193` with or without a local suffix, or a local code `DP.000012`.
#[must_use]
pub fn is_code(code: &str) -> bool {
    let mut parts = code.split('.');
    let (Some(head), Some(number)) = (parts.next(), parts.next()) else { return false };
    let head_ok = head == "DP" || matches!(head.as_bytes(), [b'1'..=b'9']);
    let number_ok = number.len() == 6 && number.bytes().all(|it| it.is_ascii_digit());
    head_ok
        && number_ok
        && code.len() <= 30
        && parts.all(|it| !it.is_empty() && it.bytes().all(|b| b.is_ascii_alphanumeric()))
}
