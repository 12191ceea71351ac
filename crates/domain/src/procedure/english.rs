//! Our own words about a procedure, in either language of the citizens' pages. What a decision publishes (names,
//! notes, papers) stays as it was published.

use super::{ChannelKind, ChannelLimit, Fee, LimitUnit, ProcedureVersion, ServiceLevel, Tier};
use crate::money::Dong;

impl ServiceLevel {
    /// What it is called.
    #[must_use]
    pub const fn said(self, english: bool) -> &'static str {
        match self {
            _ if !english => self.label(),
            Self::Unknown => "Not published yet",
            Self::Information => "Level 1: information",
            Self::Forms => "Level 2: forms to download",
            Self::Partial => "Level 3: filed online",
            Self::EndToEnd => "Level 4: filed, paid and received online",
        }
    }
}

impl ChannelKind {
    /// What it is called.
    #[must_use]
    pub const fn said(self, english: bool) -> &'static str {
        match self {
            _ if !english => self.label(),
            Self::Direct => "At the counter",
            Self::Online => "Online",
            Self::Postal => "By public post",
        }
    }
}

impl Tier {
    /// What it is called.
    #[must_use]
    pub const fn said(self, english: bool) -> &'static str {
        match self {
            _ if !english => self.label(),
            Self::Ministry => "Ministry",
            Self::Province => "Province",
            Self::District => "District",
            Self::Commune => "Commune",
            Self::Other => "Another body",
        }
    }
}

impl ChannelLimit {
    /// As people read it: “10 ngày làm việc”, “10 working days”.
    #[must_use]
    pub fn said(&self, english: bool) -> String {
        let word = match self.unit {
            _ if !english => return self.text(),
            LimitUnit::SameDay => return "On the same working day".to_owned(),
            LimitUnit::SameDay15h => {
                return "On the same day; received after 15:00, on the next working day".to_owned();
            }
            LimitUnit::BySchedule => return "By a schedule".to_owned(),
            LimitUnit::WorkingDay => "working day",
            LimitUnit::CalendarDay => "day",
            LimitUnit::Month => "month",
            LimitUnit::WorkingHour => "working hour",
        };
        format!("{} {word}{}", self.value, if self.value == 1 { "" } else { "s" })
    }
}

impl Fee {
    /// As people read it; its note as it was published.
    #[must_use]
    pub fn said(&self, english: bool) -> String {
        let amount = match self.amount {
            _ if !english => return self.text(),
            Some(Dong(0)) => "No charge".to_owned(),
            Some(amount) => amount.to_string(),
            None => "Set by the province or by another text".to_owned(),
        };
        match self.note.trim() {
            "" => amount,
            note if note.starts_with('/') => format!("{amount}{note}"),
            note => format!("{amount} ({note})"),
        }
    }
}

const NOT_PUBLISHED: &str = "Not published yet";

impl ProcedureVersion {
    /// The limit as people read it.
    #[must_use]
    pub fn limit_said(&self, english: bool) -> String {
        match self.limits.as_slice() {
            _ if !english => self.limit_text(),
            [] => NOT_PUBLISHED.to_owned(),
            [one] => one.said(true),
            many => {
                let one = |it: &ChannelLimit| match it.channel {
                    Some(channel) => format!("{}: {}", channel.said(true), it.said(true)),
                    None => it.said(true),
                };
                many.iter().map(one).collect::<Vec<_>>().join("; ")
            }
        }
    }

    /// Fees as people read them.
    #[must_use]
    pub fn fee_said(&self, english: bool) -> String {
        match self.fees.as_slice() {
            _ if !english => self.fee_text(),
            [] => NOT_PUBLISHED.to_owned(),
            some => some.iter().map(|it| it.said(true)).collect::<Vec<_>>().join("; "),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_words_are_english_where_english_is_read_and_vietnamese_elsewhere() {
        let limit = |value, unit| ChannelLimit { channel: Some(ChannelKind::Postal), value, unit };
        assert_eq!(limit(1, LimitUnit::WorkingDay).said(true), "1 working day");
        assert_eq!(limit(3, LimitUnit::WorkingDay).said(true), "3 working days");
        assert_eq!(limit(3, LimitUnit::WorkingDay).said(false), "3 ngày làm việc");
        assert!(limit(1, LimitUnit::SameDay15h).said(true).contains("15:00"));
        for it in ServiceLevel::ALL {
            assert_eq!(it.said(false), it.label());
            assert!(it.said(true).is_ascii(), "{}", it.said(true));
        }
        for it in ChannelKind::ALL {
            assert!(it.said(true).is_ascii(), "{}", it.said(true));
        }
        for it in Tier::ALL {
            assert!(it.said(true).is_ascii(), "{}", it.said(true));
        }
        let fee = Fee { channels: String::new(), amount: Some(Dong(0)), note: "/bản".to_owned() };
        assert_eq!(fee.said(true), "No charge/bản");
        assert!(fee.said(false).starts_with("Không thu"));
    }
}
