//! What a sector's own law says of the clock, where it differs from the rules of one-stop.

use serde::{Deserialize, Serialize};

use crate::{
    dossier::SuspensionKind,
    law::{AfterSupplement, RulePack},
};

/// Days that a clock rule may name at most.
const DAYS_MAX: u16 = 365;

/// The clock of one procedure (one-stop.md 1.4, t7 to t12; 1.5: waiting time that sector law
/// leaves out). What is not said here, the rule pack of the day of receipt says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ClockRules {
    /// What happens to the limit when missing papers come.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after_supplement: Option<AfterSupplement>,
    /// Working days that the citizen has to supplement.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub supplement_wait_days: Option<u16>,
    /// Working days after acceptance within which a supplement may be asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub supplement_within_days: Option<u16>,
    /// For what the clock stands still, beside the wait for missing papers.
    pub pauses: Vec<SuspensionKind>,
    /// The document that says so.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub source: String,
}

impl Default for ClockRules {
    /// No rules of its own: the clock stands still while the citizen pays, and for nothing else.
    fn default() -> Self {
        Self {
            after_supplement: None,
            supplement_wait_days: None,
            supplement_within_days: None,
            pauses: vec![SuspensionKind::Payment],
            source: String::new(),
        }
    }
}

impl ClockRules {
    /// What a clock may be told to stand still for.
    pub const PAUSES: [SuspensionKind; 3] =
        [SuspensionKind::Payment, SuspensionKind::Verification, SuspensionKind::Consultation];

    /// Whether the procedure has no rules of its own.
    #[must_use]
    pub fn is_general(&self) -> bool {
        *self == Self::default()
    }

    /// Whether the clock stands still for `kind`.
    #[must_use]
    pub fn pauses_for(&self, kind: SuspensionKind) -> bool {
        kind == SuspensionKind::Supplement || self.pauses.contains(&kind)
    }

    /// Whether the limit counts again from nought when missing papers come.
    #[must_use]
    pub fn restarts(&self, pack: Option<&RulePack>) -> bool {
        let general = pack.map_or(AfterSupplement::Restart, |it| it.after_supplement);
        self.after_supplement.unwrap_or(general) == AfterSupplement::Restart
    }

    /// Working days that the citizen has to supplement.
    #[must_use]
    pub fn wait_days(&self, pack: &RulePack) -> u16 {
        self.supplement_wait_days.unwrap_or(pack.supplement_wait_days)
    }

    /// Working days after acceptance within which a supplement may be asked for.
    #[must_use]
    pub fn within_days(&self, pack: &RulePack) -> u16 {
        self.supplement_within_days.unwrap_or(pack.supplement_within_days)
    }

    /// Its rules as sentences that people read; none if it has no rules of its own.
    #[must_use]
    pub fn sentences(&self) -> Vec<String> {
        if self.is_general() {
            return Vec::new();
        }
        let mut said = Vec::new();
        let uncounted: Vec<&str> = Self::PAUSES
            .iter()
            .filter(|it| self.pauses.contains(it))
            .map(|it| match it {
                SuspensionKind::Payment => "thực hiện nghĩa vụ tài chính",
                SuspensionKind::Verification => "xác minh",
                SuspensionKind::Consultation => "lấy ý kiến cơ quan khác",
                SuspensionKind::Supplement => "bổ sung hồ sơ",
            })
            .collect();
        if uncounted.is_empty() {
            said.push("Thời hạn gồm cả thời gian thực hiện nghĩa vụ tài chính.".to_owned());
        } else {
            said.push(format!("Thời hạn không gồm thời gian {}.", uncounted.join(", ")));
        }
        match self.after_supplement {
            Some(AfterSupplement::Restart) => {
                said.push("Nhận đủ giấy tờ bổ sung thì thời hạn tính lại từ đầu.".to_owned());
            }
            Some(AfterSupplement::Resume) => {
                said.push(
                    "Nhận đủ giấy tờ bổ sung thì thời hạn tính tiếp phần còn lại.".to_owned(),
                );
            }
            None => {}
        }
        if let Some(days) = self.supplement_wait_days {
            said.push(format!("Người nộp có {days} ngày làm việc để bổ sung hồ sơ."));
        }
        if let Some(days) = self.supplement_within_days {
            said.push(format!(
                "Yêu cầu bổ sung được thông báo trong {days} ngày làm việc kể từ ngày tiếp nhận."
            ));
        }
        said
    }

    /// What is wrong with it: a field and a sentence.
    #[must_use]
    pub fn errors(&self) -> Vec<(&'static str, String)> {
        let mut errors = Vec::new();
        for days in [self.supplement_wait_days, self.supplement_within_days].into_iter().flatten() {
            if days == 0 || days > DAYS_MAX {
                errors.push((
                    "clock",
                    format!("Số ngày bổ sung {days} không hợp lý: từ 1 đến {DAYS_MAX}."),
                ));
            }
        }
        if !self.is_general() && self.source.trim().is_empty() {
            errors.push((
                "clock",
                "Ghi văn bản quy định cách tính thời hạn riêng của thủ tục.".to_owned(),
            ));
        }
        errors
    }
}
