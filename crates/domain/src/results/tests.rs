//! Results: terms, validity, drawn signatures.

use jiff::civil::date;
use proptest::prelude::*;

use super::*;

fn terms() -> Vec<ResultTerm> {
    let file: TermFile = toml::from_str(include_str!("../../../../law/results.toml")).unwrap();
    file.term
}

#[test]
fn a_term_of_six_months_ends_with_the_same_day_or_the_last_of_the_month() {
    let terms = terms();
    let of = |day| expiry(&terms, "1.004873", day).map(|it| it.0);
    assert_eq!(of(date(2026, 3, 2)), Some(date(2026, 9, 2)));
    assert_eq!(of(date(2026, 8, 31)), Some(date(2027, 2, 28)));
    assert_eq!(of(date(2015, 12, 31)), None, "before the decree");
    assert_eq!(expiry(&terms, "1.001193", date(2026, 3, 2)), None, "births do not expire");
}

#[test]
fn the_last_day_counts_and_what_was_revoked_stays_revoked() {
    let last = Some(date(2026, 9, 2));
    let on = |state, day| validity(state, last, day);
    assert_eq!(on(ResultState::Issued, date(2026, 9, 2)), Validity::Valid);
    assert_eq!(on(ResultState::Issued, date(2026, 9, 3)), Validity::Expired);
    assert_eq!(on(ResultState::Revoked, date(2026, 3, 2)), Validity::Revoked);
    assert_eq!(on(ResultState::Undone, date(2026, 3, 2)), Validity::Revoked);
    assert_eq!(on(ResultState::Replaced, date(2026, 3, 2)), Validity::Replaced);
    assert_eq!(validity(ResultState::Issued, None, date(2126, 1, 1)), Validity::Valid);
}

#[test]
fn a_signature_is_points_within_its_field_and_nothing_else() {
    assert_eq!(signature_path("1,2 30,40;5,6").unwrap(), "M1 2L30 40M5 6");
    assert_eq!(signature_path(" ; ").unwrap(), "");
    for broken in ["1", "1,2,3", "-1,2", "601,2", "1,201", "a,b", "1,2\"/><script>"] {
        assert_eq!(signature_path(broken), Err(SignatureError::Broken), "{broken}");
    }
    let long = "1,1 ".repeat(POINTS_MAX + 1);
    assert_eq!(signature_path(&long), Err(SignatureError::TooLong));
    assert_eq!(signature_path(&"9".repeat(LETTERS_MAX + 1)), Err(SignatureError::TooLong));
}

proptest! {
    /// Whatever is sent, the picture holds only digits and the two letters of a path.
    #[test]
    fn nothing_that_was_sent_reaches_the_picture(drawn in "\\PC{0,60}") {
        if let Ok(path) = signature_path(&drawn) {
            let plain = |c: char| c.is_ascii_digit() || matches!(c, 'M' | 'L' | ' ');
            prop_assert!(path.chars().all(plain));
        }
    }
}
