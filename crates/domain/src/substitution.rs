//! Standing in for somebody who is away (thay thế khi vắng mặt).

use jiff::civil::Date;
use thiserror::Error;

use crate::{Refusal, ids::StaffId, text};

#[cfg(test)]
mod tests;

/// Who stands in for whom, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Substitution {
    /// Who is away.
    pub absent: StaffId,
    /// Who stands in.
    pub substitute: StaffId,
    /// The first day.
    pub from: Date,
    /// The last day.
    pub until: Date,
}

impl Substitution {
    /// Whether the two share a day.
    #[must_use]
    pub fn overlaps(&self, other: &Self) -> bool {
        self.from <= other.until && other.from <= self.until
    }
}

/// Why nobody can stand in so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum SubstitutionError {
    /// Nobody stands in for himself.
    #[error("Người thay phải khác người vắng mặt. Hãy chọn người khác.")]
    Oneself,
    /// It ends before it begins.
    #[error("Ngày cuối không thể trước ngày đầu. Hãy xem lại hai ngày.")]
    Backwards,
    /// It is over before it is said.
    #[error("Thời gian vắng mặt đã qua. Hãy chọn ngày cuối từ hôm nay trở đi.")]
    Over,
    /// Somebody stands in already.
    #[error(
        "Đã có người thay từ {} đến {}. Hãy chọn thời gian khác, hoặc rút ngắn lần thay đó trước.",
        text::date(*from), text::date(*until)
    )]
    Overlap {
        /// The first day of the other one.
        from: Date,
        /// Its last day.
        until: Date,
    },
    /// The one who would stand in is away too.
    #[error(
        "Người được chọn cũng vắng mặt từ {} đến {}. Hãy chọn người khác.",
        text::date(*from), text::date(*until)
    )]
    SubstituteAway {
        /// The first day of that absence.
        from: Date,
        /// Its last day.
        until: Date,
    },
    /// The one who would be away stands in for somebody else.
    #[error(
        "Người vắng mặt đang được giao thay người khác từ {} đến {}. Hãy đổi lần thay đó trước.",
        text::date(*from), text::date(*until)
    )]
    NeededElsewhere {
        /// The first day of that duty.
        from: Date,
        /// Its last day.
        until: Date,
    },
}

impl Refusal for SubstitutionError {}

impl SubstitutionError {
    /// Whether the choice of the person is at fault; else the days are.
    #[must_use]
    pub const fn is_about_person(&self) -> bool {
        matches!(self, Self::Oneself | Self::SubstituteAway { .. })
    }
}

/// Whether somebody can stand in so, beside what is arranged already.
///
/// `others` are the arrangements of both people; `today` is the day of the decision.
///
/// # Errors
/// [`SubstitutionError`], the first that applies.
pub fn check(
    new: &Substitution,
    others: &[Substitution],
    today: Date,
) -> Result<(), SubstitutionError> {
    if new.absent == new.substitute {
        return Err(SubstitutionError::Oneself);
    }
    if new.until < new.from {
        return Err(SubstitutionError::Backwards);
    }
    if new.until < today {
        return Err(SubstitutionError::Over);
    }
    for it in others.iter().filter(|it| it.overlaps(new)) {
        let (from, until) = (it.from, it.until);
        if it.absent == new.absent {
            return Err(SubstitutionError::Overlap { from, until });
        }
        if it.absent == new.substitute {
            return Err(SubstitutionError::SubstituteAway { from, until });
        }
        if it.substitute == new.absent {
            return Err(SubstitutionError::NeededElsewhere { from, until });
        }
    }
    Ok(())
}
