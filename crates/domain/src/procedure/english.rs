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
        self.noted(amount)
    }

    /// The channels that it is for, in the reader's language; empty for all.
    fn channels_said(&self, english: bool) -> String {
        let named = |it: &&ChannelKind| self.channels.contains(it.label());
        let named: Vec<&ChannelKind> = ChannelKind::ALL.iter().filter(named).collect();
        match named.as_slice() {
            // What the source says that we do not know stays as it says it.
            [] => self.channels.trim().to_owned(),
            all if all.len() == ChannelKind::ALL.len() => String::new(),
            some => some.iter().map(|it| it.said(english)).collect::<Vec<_>>().join(", "),
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
            _ => {
                let all = self.distinct_fees().into_iter();
                all.map(|it| it.said(true)).collect::<Vec<_>>().join("; ")
            }
        }
    }

    /// Fees one by one, with the channels that each is for; those that say the same for other channels once, for all
    /// of them.
    #[must_use]
    pub fn fees_said(&self, english: bool) -> Vec<String> {
        let all = self.distinct_fees();
        if let [one] = all.as_slice() {
            let channels =
                if self.fees.len() > 1 { String::new() } else { one.channels_said(english) };
            let said = one.said(english);
            return vec![if channels.is_empty() { said } else { format!("{channels}: {said}") }];
        }
        let with = |it: &Fee| match it.channels_said(english) {
            channels if channels.is_empty() => it.said(english),
            channels => format!("{channels}: {}", it.said(english)),
        };
        self.fees.iter().map(with).collect()
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

    #[test]
    fn a_fee_is_said_once_with_its_brackets_closed_and_its_channels_in_the_readers_language() {
        let mut body: ProcedureVersion = serde_json::from_value(serde_json::json!({
            "code": "1.000894", "name": "A", "sector": "B", "tiers": ["commune"], "body": "ubnd", "level": "partial",
            "fees": [
                { "channels": "Trực tuyến, Trực tiếp", "amount": 0, "note": "Miễn lệ phí. Phí bản sao (nếu có yêu cầu" },
                { "channels": "Dịch vụ bưu chính", "amount": 0, "note": "(Miễn lệ phí. Phí bản sao (nếu có yêu cầu" },
            ],
        }))
        .unwrap();
        let said = "Không thu. Miễn lệ phí. Phí bản sao (nếu có yêu cầu)";
        assert_eq!(body.fee_text(), said);
        assert_eq!(body.fee_said(false), said);
        assert_eq!(body.fees_said(false), [said]);
        body.fees[1].amount = Some(Dong(5_000));
        body.fees[0].note.clear();
        body.fees[1].note = "bản".to_owned();
        let english = body.fees_said(true);
        assert!(english.iter().all(|it| !it.contains("Trực")), "{english:?}");
        assert_eq!(english.len(), 2);
        let one = Fee {
            channels: "Trực tuyến, Dịch vụ bưu chính, Trực tiếp".to_owned(),
            amount: Some(Dong(8_000)),
            note: String::new(),
        };
        body.fees = vec![one];
        assert_eq!(body.fees_said(true), ["8.000 đ"]);
    }
}
