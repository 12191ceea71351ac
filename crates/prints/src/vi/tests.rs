//! Cases that a clerk would notice.

use jiff::civil::date;
use proptest::prelude::*;

use super::*;

#[test]
fn dates_take_leading_noughts_as_the_decree_says() {
    assert_eq!(long_date(date(2026, 2, 9)), "ngày 09 tháng 02 năm 2026");
    assert_eq!(long_date(date(2026, 3, 10)), "ngày 10 tháng 3 năm 2026");
    assert_eq!(long_date(date(2025, 12, 31)), "ngày 31 tháng 12 năm 2025");
    assert_eq!(
        long_time(date(2026, 2, 10).at(8, 30, 0, 0)),
        "08 giờ 30 phút, ngày 10 tháng 02 năm 2026"
    );
    assert_eq!(short_time(date(2026, 2, 10).at(17, 5, 0, 0)), "17:05 10/02/2026");
}

#[test]
fn money_is_parted_by_dots() {
    for (dong, text) in [
        (0, "0 đ"),
        (999, "999 đ"),
        (50_000, "50.000 đ"),
        (1_250_000, "1.250.000 đ"),
        (-8_000, "-8.000 đ"),
        (i64::MIN, "-9.223.372.036.854.775.808 đ"),
    ] {
        assert_eq!(money(dong), text);
    }
}

#[test]
fn numbers_in_words_follow_speech() {
    for (number, words) in [
        (0, "không"),
        (4, "bốn"),
        (5, "năm"),
        (10, "mười"),
        (11, "mười một"),
        (14, "mười bốn"),
        (15, "mười lăm"),
        (20, "hai mươi"),
        (21, "hai mươi mốt"),
        (24, "hai mươi tư"),
        (25, "hai mươi lăm"),
        (55, "năm mươi lăm"),
        (101, "một trăm linh một"),
        (105, "một trăm linh năm"),
        (110, "một trăm mười"),
        (111, "một trăm mười một"),
        (200, "hai trăm"),
        (1_000, "một nghìn"),
        (1_005, "một nghìn không trăm linh năm"),
        (1_015, "một nghìn không trăm mười lăm"),
        (8_000, "tám nghìn"),
        (50_000, "năm mươi nghìn"),
        (100_001, "một trăm nghìn không trăm linh một"),
        (1_250_000, "một triệu hai trăm năm mươi nghìn"),
        (1_000_500, "một triệu năm trăm"),
        (2_000_000_000, "hai tỷ"),
        (1_000_000_001, "một tỷ không trăm linh một"),
        (3_000_000_000_000_000_000, "ba tỷ tỷ"),
        (-7, "âm bảy"),
    ] {
        assert_eq!(number_in_words(number), words, "{number}");
    }
}

#[test]
fn amounts_in_words_begin_with_a_capital() {
    assert_eq!(money_in_words(50_000), "Năm mươi nghìn đồng");
    assert_eq!(money_in_words(0), "Không đồng");
    assert_eq!(money_in_words(-1), "Âm một đồng");
}

proptest! {
    /// Two amounts never read the same below the range where groups of noughts are silent.
    #[test]
    fn different_numbers_have_different_words(a in 0..999_999i64, b in 0..999_999i64) {
        prop_assume!(a != b);
        prop_assert_ne!(number_in_words(a), number_in_words(b));
    }

    #[test]
    fn grouping_loses_no_digit(number: i64) {
        prop_assert_eq!(grouped(number).replace('.', ""), number.to_string());
    }
}
