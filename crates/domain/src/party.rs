//! Who comes in somebody's place, by what, and for what.

use jiff::civil::Date;
use thiserror::Error;

use crate::{Refusal, dossier::codes::codes};

codes! {
    /// By what somebody stands in for the applicant.
    ///
    /// Law: BLDS 2015 Đ.134–141; NĐ 61/2018/NĐ-CP Đ.16, Đ.20; QĐ 45/2016/QĐ-TTg.
    pub enum Authority {
        /// A power of attorney that a notary or a People's Committee certified.
        Certified = "certified", "Văn bản ủy quyền công chứng, chứng thực";
        /// A plain letter.
        Letter = "letter", "Giấy ủy quyền, giấy giới thiệu";
        /// He represents an organisation by law.
        ByLaw = "by_law", "Đại diện theo pháp luật";
        /// Father, mother or guardian.
        Guardian = "guardian", "Cha, mẹ hoặc người giám hộ";
        /// The public post.
        Post = "post", "Nhân viên bưu chính công ích";
    }
}

codes! {
    /// What he may do.
    pub enum Powers {
        /// Both.
        Both = "both", "Nộp hồ sơ và nhận kết quả";
        /// Hand in.
        Submit = "submit", "Chỉ nộp hồ sơ";
        /// Collect.
        Collect = "collect", "Chỉ nhận kết quả";
    }
}

impl Authority {
    /// Whether it stands on a paper with a number or a date of its own.
    #[must_use]
    pub const fn has_paper(self) -> bool {
        matches!(self, Self::Certified | Self::Letter)
    }
}

/// What was recorded of an authority, without anybody's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Authorisation {
    /// By what.
    pub authority: Authority,
    /// For what.
    pub powers: Powers,
    /// The last day on which it holds; none: until the result is collected.
    pub valid_until: Option<Date>,
}

/// Why what was recorded at intake does not let him collect.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum CollectError {
    /// Nothing was recorded, or of somebody else.
    #[error(
        "Người này không phải người được ủy quyền đã ghi khi tiếp nhận. Ghi loại giấy ủy quyền, số \
         và ngày của giấy mới xuất trình."
    )]
    NotRecorded,
    /// He may hand in only.
    #[error(
        "Giấy ủy quyền đã ghi chỉ cho nộp hồ sơ, không cho nhận kết quả. Ghi loại giấy, số và ngày \
         của giấy ủy quyền mới."
    )]
    SubmitOnly,
    /// It is over.
    #[error(
        "Giấy ủy quyền đã ghi chỉ có hiệu lực đến hết ngày {}. Ghi loại giấy, số và ngày của \
         giấy ủy quyền mới.",
        crate::text::date(*until)
    )]
    Expired {
        /// Its last day, as people read it.
        until: jiff::civil::Date,
    },
}

impl Refusal for CollectError {}

/// Whether what was recorded at intake lets its bearer collect on `day`.
///
/// # Errors
/// Why not; a new authority answers each.
pub fn may_collect(recorded: Option<Authorisation>, day: Date) -> Result<(), CollectError> {
    let recorded = recorded.ok_or(CollectError::NotRecorded)?;
    if recorded.powers == Powers::Submit {
        return Err(CollectError::SubmitOnly);
    }
    match recorded.valid_until {
        Some(until) if until < day => Err(CollectError::Expired { until }),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    const fn until(powers: Powers, valid_until: Option<Date>) -> Option<Authorisation> {
        Some(Authorisation { authority: Authority::Letter, powers, valid_until })
    }

    #[test]
    fn whoever_may_collect_may_do_so_through_the_last_day() {
        let last = date(2026, 3, 31);
        assert_eq!(may_collect(until(Powers::Both, None), last), Ok(()));
        assert_eq!(may_collect(until(Powers::Collect, Some(last)), last), Ok(()));
        let next = date(2026, 4, 1);
        let over = Err(CollectError::Expired { until: last });
        assert_eq!(may_collect(until(Powers::Both, Some(last)), next), over);
    }

    #[test]
    fn a_letter_for_handing_in_and_no_letter_at_all_do_not_do() {
        let day = date(2026, 3, 2);
        assert_eq!(may_collect(until(Powers::Submit, None), day), Err(CollectError::SubmitOnly));
        assert_eq!(may_collect(None, day), Err(CollectError::NotRecorded));
    }
}
