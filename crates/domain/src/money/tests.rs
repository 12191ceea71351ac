//! Amounts as people type and read them.

use super::*;

#[test]
fn amounts_are_read_and_written_as_the_office_does() {
    for (typed, dong) in [
        ("50.000", 50_000),
        ("50 000 đ", 50_000),
        ("50000đồng", 50_000),
        ("0", 0),
        ("8.000 VND", 8_000),
    ] {
        assert_eq!(Dong::parse(typed), Ok(Dong(dong)), "{typed}");
    }
    for typed in ["", "1.5", "-5", "mười", "1.0000", "99999999999999999999"] {
        assert!(Dong::parse(typed).is_err(), "{typed}");
    }
    assert_eq!(Dong(1_234_567).to_string(), "1.234.567 đ");
    assert_eq!(Dong(0).to_string(), "0 đ");
}
