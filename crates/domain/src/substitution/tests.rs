//! Who can stand in for whom.

use jiff::civil::date;

use super::*;

fn of(absent: i64, substitute: i64, from: i8, until: i8) -> Substitution {
    Substitution {
        absent: StaffId(absent),
        substitute: StaffId(substitute),
        from: date(2026, 3, from),
        until: date(2026, 3, until),
    }
}

#[test]
fn days_and_people_are_checked_one_against_the_other() {
    let today = date(2026, 3, 2);
    let arranged = [of(1, 2, 5, 9), of(3, 4, 5, 9)];
    let (from, until) = (date(2026, 3, 5), date(2026, 3, 9));
    for (new, wanted) in [
        (of(1, 1, 5, 6), Err(SubstitutionError::Oneself)),
        (of(1, 2, 12, 11), Err(SubstitutionError::Backwards)),
        (of(5, 6, 1, 1), Err(SubstitutionError::Over)),
        (of(1, 5, 9, 12), Err(SubstitutionError::Overlap { from, until })),
        (of(5, 1, 9, 12), Err(SubstitutionError::SubstituteAway { from, until })),
        (of(2, 5, 1, 5), Err(SubstitutionError::NeededElsewhere { from, until })),
        (of(1, 5, 10, 12), Ok(())),
        (of(1, 5, 2, 4), Ok(())),
        // One person may stand in for two.
        (of(5, 2, 5, 9), Ok(())),
        (of(5, 6, 1, 2), Ok(())),
    ] {
        assert_eq!(check(&new, &arranged, today), wanted, "{new:?}");
    }
}
