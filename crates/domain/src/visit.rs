//! How often the citizen had to come: what makes him come, and what does not.
//!
//! Fewer trips are what the one-stop shop is for (NĐ 61/2018/NĐ-CP Đ.3, Đ.4). A trip is counted
//! when it happens; nobody types a number.

use crate::{
    dossier::{ReturnChannel, What, codes::codes},
    procedure::ChannelKind,
};

/// Minutes between two things that the same person does at the same counter which still belong to
/// one visit.
pub const SAME_VISIT_MINUTES: i64 = 60;

/// Visits that a dossier should not need more of: to hand in and to collect.
pub const FEW: i64 = 2;

codes! {
    /// Why somebody came.
    pub enum Cause {
        /// To hand in.
        Intake = "intake", "Nộp hồ sơ";
        /// With what was missing.
        Supplement = "supplement", "Nộp bổ sung";
        /// To pay while the dossier waited for it.
        Payment = "payment", "Nộp phí, lệ phí";
        /// To collect.
        Collection = "collection", "Nhận kết quả";
        /// To take it back.
        Withdrawal = "withdrawal", "Xin rút hồ sơ";
        /// To ask how far it is.
        Asked = "asked", "Đến hỏi tình hình giải quyết";
        /// On the appointed day, and there was no result.
        NoResult = "no_result", "Đến đúng hẹn mà chưa có kết quả";
        /// In office hours, and nobody was there to serve.
        NotServed = "not_served", "Đến trong giờ làm việc mà chưa được phục vụ";
        /// Asked to come by the office.
        Summoned = "summoned", "Đến theo giấy mời, yêu cầu của cơ quan";
    }
}

impl Cause {
    /// Those that no step of the dossier tells: the counter records them.
    pub const RECORDED: [Self; 4] = [Self::NoResult, Self::Asked, Self::NotServed, Self::Summoned];

    /// Whether the way was in vain: the citizen went home with nothing that he came for.
    #[must_use]
    pub const fn in_vain(self) -> bool {
        matches!(self, Self::NoResult | Self::NotServed)
    }
}

/// Why the citizen had to come for this step of a dossier that came by `channel`; nothing if he
/// did not. Whether it was he who came, or the post, is for the caller to say.
#[must_use]
pub fn cause_of(what: &What, channel: Option<ChannelKind>) -> Option<Cause> {
    let in_person = channel == Some(ChannelKind::Direct);
    match what {
        What::Submit { channel: ChannelKind::Direct, .. } => Some(Cause::Intake),
        What::Resubmit | What::Supplement { .. } if in_person => Some(Cause::Supplement),
        What::RequestWithdraw if in_person => Some(Cause::Withdrawal),
        What::Return { channel: ReturnChannel::Counter, .. } => Some(Cause::Collection),
        _ => None,
    }
}

/// `number / count` with two digits after the comma, rounded half up: `1,67`. A dash for nothing.
#[must_use]
pub fn average(number: i64, count: i64) -> String {
    if count <= 0 {
        return "–".to_owned();
    }
    let hundredths = (number * 200 + count) / (2 * count);
    format!("{},{:02}", hundredths / 100, hundredths % 100)
}

/// `part` of `whole` in per cent with one digit, rounded half up: `66,7 %`. A dash for nothing.
#[must_use]
pub fn share(part: i64, whole: i64) -> String {
    if whole <= 0 {
        return "–".to_owned();
    }
    let tenths = (part * 2_000 + whole) / (2 * whole);
    format!("{},{} %", tenths / 10, tenths % 10)
}

#[cfg(test)]
mod tests {
    use crate::dossier::Collector;

    use super::*;

    #[test]
    fn what_goes_by_post_or_online_costs_no_trip() {
        let collect = |channel| What::Return { channel, collector: Collector::Applicant };
        let direct = Some(ChannelKind::Direct);
        assert_eq!(cause_of(&collect(ReturnChannel::Counter), direct), Some(Cause::Collection));
        assert_eq!(cause_of(&collect(ReturnChannel::Post), direct), None);
        assert_eq!(cause_of(&collect(ReturnChannel::Online), direct), None);
        assert_eq!(cause_of(&What::Resubmit, direct), Some(Cause::Supplement));
        assert_eq!(cause_of(&What::Resubmit, Some(ChannelKind::Online)), None);
        assert_eq!(cause_of(&What::RequestWithdraw, Some(ChannelKind::Postal)), None);
        assert_eq!(cause_of(&What::Withdraw, direct), None, "that is the office's step");
    }

    #[test]
    fn figures_are_rounded_as_people_round() {
        assert_eq!(average(5, 3), "1,67");
        assert_eq!(average(2, 1), "2,00");
        assert_eq!(average(1, 200), "0,01");
        assert_eq!(average(0, 0), "–");
        assert_eq!(share(2, 3), "66,7 %");
        assert_eq!(share(3, 3), "100,0 %");
    }

    proptest::proptest! {
        #[test]
        fn a_share_never_passes_the_whole(part in 0_i64..1_000_000, more in 0_i64..1_000_000) {
            let whole = part + more;
            proptest::prop_assume!(whole > 0);
            let text = share(part, whole);
            let tenths: i64 = text.trim_end_matches(" %").replace(',', "").parse().unwrap();
            proptest::prop_assert!((0..=1_000).contains(&tenths));
        }
    }
}
