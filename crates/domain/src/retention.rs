//! How long data are kept (thời hạn lưu), as dated rules: when it is over they are erased without anybody
//! being asked.
//!
//! Law: NĐ 13/2023/NĐ-CP Đ.3 k.7 và Đ.16 (chỉ lưu trong thời gian phù hợp với mục đích); từ 01/01/2026 Luật Bảo vệ
//! dữ liệu cá nhân 91/2025/QH15. Each rule names its own source.

use jiff::{ToSpan as _, civil::Date};
use serde::Deserialize;

use crate::{dossier::codes::codes, law::Versions};

#[cfg(test)]
mod tests;

codes! {
    /// What a rule is about.
    pub enum Kept {
        /// Codes sent to telephones, and the messages that carried them.
        Codes = "codes", "Mã xác nhận đã gửi";
        /// Sessions of citizens that are over.
        Sessions = "sessions", "Phiên đăng nhập của người dân đã hết";
        /// Sign-ins by a provider that were used.
        SignIns = "sign_ins", "Dấu vết đăng nhập qua nhà cung cấp định danh";
        /// Accounts of citizens that nobody has used.
        UnusedAccounts = "unused_accounts", "Tài khoản người dân không dùng đến";
        /// What is left of accounts that were closed.
        ClosedAccounts = "closed_accounts", "Phần còn lại của tài khoản đã đóng";
        /// Drafts of the counter's intake form.
        IntakeDrafts = "intake_drafts", "Bản nháp tiếp nhận chưa gửi";
        /// What lines of bank statements say of payers.
        StatementContents = "statement_contents", "Nội dung chuyển khoản trên sao kê";
        /// Who came in an applicant's place.
        Proxies = "proxies", "Thông tin người nộp thay, người được ủy quyền";
        /// Who sent feedback that is over.
        FeedbackSenders = "feedback_senders", "Họ tên, cách liên hệ của người gửi phản ánh";
        /// Who came to a reception.
        ReceptionVisitors = "reception_visitors", "Họ tên, địa chỉ, giấy tờ, điện thoại trong sổ tiếp công dân";
        /// Letters that were not taken up.
        UnqualifiedLetters = "unqualified_letters", "Đơn, phản ánh không đủ điều kiện xử lý";
    }
}

impl Kept {
    /// What it is called in English.
    #[must_use]
    pub const fn english(self) -> &'static str {
        match self {
            Self::Codes => "Confirmation codes that were sent",
            Self::Sessions => "Citizens' sessions that are over",
            Self::SignIns => "Traces of sign-ins through an identity provider",
            Self::UnusedAccounts => "Citizens' accounts that nobody uses",
            Self::ClosedAccounts => "What is left of closed accounts",
            Self::IntakeDrafts => "Drafts at the counter that were not sent",
            Self::StatementContents => "Words of payers on bank statements",
            Self::Proxies => "Who came in an applicant's place",
            Self::FeedbackSenders => "Who sent feedback, and how he is reached",
            Self::ReceptionVisitors => {
                "Who came to a reception, with address, papers and telephone"
            }
            Self::UnqualifiedLetters => "Letters and feedback that were not taken up",
        }
    }
}

/// One version of a rule.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// What it is about.
    pub kept: Kept,
    /// First day in force.
    pub in_force_from: Date,
    /// Days after which it goes, or
    #[serde(default)]
    pub days: i32,
    /// months, or
    #[serde(default)]
    pub months: i32,
    /// years: whichever is given; added up.
    #[serde(default)]
    pub years: i32,
    /// From when on it is counted, in words.
    pub since: String,
    /// The same in English.
    #[serde(default)]
    pub since_en: String,
    /// What is erased and what stays, in words.
    pub erases: String,
    /// The same in English.
    #[serde(default)]
    pub erases_en: String,
    /// The article, or the decision.
    pub source: String,
}

/// `law/retention.toml`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RetentionFile {
    /// Every version of every rule.
    pub rule: Vec<Rule>,
}

impl Rule {
    /// The last day whose data go on `today`: what was counted from a day up to it is over.
    #[must_use]
    pub fn over_until(&self, today: Date) -> Date {
        let span = self.days.days().months(self.months).years(self.years);
        today.checked_sub(span).unwrap_or(Date::MIN)
    }

    /// [`Rule::term`] in English: `24 months`, `1 day`.
    #[must_use]
    pub fn term_english(&self) -> String {
        let parts = [(self.years, "year"), (self.months, "month"), (self.days, "day")];
        let many = |n: i32| if n == 1 { "" } else { "s" };
        let said: Vec<String> = parts
            .iter()
            .filter(|it| it.0 > 0)
            .map(|(n, word)| format!("{n} {word}{}", many(*n)))
            .collect();
        if said.is_empty() { "at once".to_owned() } else { said.join(" ") }
    }

    /// The term as people say it: `24 tháng`, `1 ngày`.
    #[must_use]
    pub fn term(&self) -> String {
        let parts = [(self.years, "năm"), (self.months, "tháng"), (self.days, "ngày")];
        let said: Vec<String> =
            parts.iter().filter(|it| it.0 > 0).map(|(n, word)| format!("{n} {word}")).collect();
        if said.is_empty() { "ngay".to_owned() } else { said.join(" ") }
    }
}

/// The rule about `kept` that is in force on `day`.
#[must_use]
pub fn on(file: &RetentionFile, kept: Kept, day: Date) -> Option<Rule> {
    let of_it = file.rule.iter().filter(|it| it.kept == kept);
    Versions::new(of_it.map(|it| (it.in_force_from, it.clone())).collect()).on(day).cloned()
}
