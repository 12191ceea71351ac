//! Tests of folding, sorting, masking and formats.

use jiff::civil::date as day;
use proptest::prelude::*;

use super::*;
use crate::lang::Lang;

#[test]
fn folding_drops_marks_case_and_punctuation() {
    assert_eq!(fold("  NGUYỄN-Văn  Đức. "), "nguyen van duc");
    assert_eq!(fold("Đăng ký khai sinh"), "dang ky khai sinh");
    assert_eq!(fold("e\u{302}\u{323}"), "e");
    assert_eq!(fold("Ưu đãi (ƯƠNG)"), "uu dai uong");
    assert_eq!(fold("1.001193"), "1 001193");
    assert_eq!(fold("１２"), "12");
    assert_eq!(fold("…"), "");
    assert_eq!(words("Sổ  đỏ!"), ["so", "do"]);
}

#[test]
fn tidying_composes_letters_and_spaces() {
    assert_eq!(tidy("  Nguye\u{302}\u{303}n   A\n"), "Nguyễn A");
}

#[test]
fn the_vietnamese_alphabet_decides_before_the_tone() {
    let mut found =
        vec!["đa", "dạ", "ê", "ẻ", "ă", "â", "á", "a", "ạ", "à", "ã", "ả", "d", "ơ", "ô", "o"];
    found.sort_by_key(|text| sort_key(text));
    assert_eq!(
        found,
        ["a", "à", "ả", "ã", "á", "ạ", "ă", "â", "d", "dạ", "đa", "ẻ", "ê", "o", "ô", "ơ"]
    );
}

#[test]
fn people_are_listed_by_given_name() {
    let mut people = vec![
        "Trần Thị Hoàn",
        "Lê Văn Đức",
        "Nguyễn Văn Ân",
        "Nguyễn Thị Hoa",
        "Bùi Văn An",
        "Nguyễn Văn Dũng",
        "Hồ Thị Hoa",
        "Nguyễn Văn An",
        "Nguyễn Văn Hòa",
    ];
    people.sort_by_key(|name| name_key(name));
    assert_eq!(
        people,
        [
            "Bùi Văn An",
            "Nguyễn Văn An",
            "Nguyễn Văn Ân",
            "Nguyễn Văn Dũng",
            "Lê Văn Đức",
            "Hồ Thị Hoa",
            "Nguyễn Thị Hoa",
            "Nguyễn Văn Hòa",
            "Trần Thị Hoàn",
        ]
    );
    assert_eq!(name_key("  "), "");
}

#[test]
fn masks_show_too_little_to_use() {
    assert_eq!(mask_name("Nguyễn Thị Hoa"), "Ng*** Th* H**");
    assert_eq!(mask_name("Vi A"), "V* A*");
    assert_eq!(mask_phone("0981234456"), "098 ••• 456");
    assert_eq!(mask_phone("113"), "•••");
    assert_eq!(mask_id("040190000123"), "040 1•• ••• 123");
    assert_eq!(mask_id("182345678"), "1••••••78");
    assert_eq!(mask_id("12"), "•••");
}

#[test]
fn dates_and_numbers_look_the_same_everywhere() {
    assert_eq!(date_time(day(2026, 2, 10).at(8, 30, 0, 0)), "08:30, thứ Ba 10/02/2026");
    assert_eq!(date_time(day(2026, 2, 15).at(17, 5, 0, 0)), "17:05, Chủ nhật 15/02/2026");
    assert_eq!(date(day(2026, 2, 3)), "03/02/2026");
    assert_eq!(long_date(day(2026, 2, 3)), "ngày 03 tháng 02 năm 2026");
    assert_eq!(long_date(day(2026, 3, 13)), "ngày 13 tháng 3 năm 2026");
    assert_eq!(number(0), "0");
    assert_eq!(number(999), "999");
    assert_eq!(number(-1_234_567), "-1.234.567");
    assert_eq!(number(i64::MIN), "-9.223.372.036.854.775.808");
    assert_eq!(decimal(12_345, 1), "1.234,5");
    assert_eq!(decimal(-50, 2), "-0,5");
    assert_eq!(decimal(1_205, 2), "12,05");
    assert_eq!(decimal(300, 2), "3");
    assert_eq!(money(50_000), "50.000 đ");
    assert_eq!(percent(7_520), "75,2%");
    assert_eq!(percent_of(282, 375), "75,2%");
    assert_eq!(percent_of(1, 3), "33,3%");
    assert_eq!(percent_of(1, 16), "6,3%");
    assert_eq!(percent_of(0, 0), "–");
}

proptest! {
    #[test]
    fn folding_twice_is_folding_once(text in "\\PC{0,40}") {
        let once = fold(&text);
        prop_assert_eq!(fold(&once), once);
    }

    #[test]
    fn composed_and_decomposed_letters_fold_alike(
        text in "[a-zA-ZàảãáạăằẳẵắặâầẩẫấậđêềểễếệôơưỳýỵỸĐƯƠ ]{0,30}",
    ) {
        let apart: String = text.nfd().collect();
        prop_assert_eq!(fold(&apart), fold(&text));
        prop_assert_eq!(sort_key(&apart), sort_key(&text));
        prop_assert!(fold(&text).is_ascii());
    }

    #[test]
    fn a_sort_key_sorts_alike_everywhere(text in "\\PC{0,40}") {
        let key = sort_key(&text);
        prop_assert!(key.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit()));
    }

    #[test]
    fn a_mask_hides_the_middle(digits in "[0-9]{12}") {
        let masked = mask_id(&digits);
        prop_assert!(!masked.contains(&digits[4..9]));
        prop_assert_eq!(masked.chars().filter(char::is_ascii_digit).count(), 7);
    }
}

#[test]
fn a_sign_in_name_is_the_given_name_and_initials() {
    assert_eq!(login_of("Nguyễn Thị Hoa"), "hoant");
    assert_eq!(login_of("Đặng Đức  Ánh (minh họa)"), "anhdd");
    assert_eq!(login_of("Lan"), "lan");
    assert_eq!(login_of(" "), "");
}

#[test]
fn a_note_in_brackets_does_not_change_who_comes_first() {
    assert!(name_key("Nguyễn Văn An (minh họa)") < name_key("Lê Văn Bình (minh họa)"));
    assert!(name_key("Lê Văn An (minh họa)") < name_key("Nguyễn Văn An (minh họa)"));
    assert_ne!(name_key("Lê Văn An"), name_key("Lê Văn An (minh họa)"));
}

#[test]
fn in_english_no_day_is_read_the_wrong_way_round() {
    let at = jiff::civil::date(2026, 12, 5).at(8, 30, 0, 0);
    assert_eq!(date_in(at.date(), Lang::En), "5 December 2026");
    assert_eq!(date_in(at.date(), Lang::Vi), "05/12/2026");
    assert_eq!(date_time_in(at, Lang::En), "08:30, Saturday 5 December 2026");
    assert_eq!(date_time_in(at, Lang::Vi), date_time(at));
    for month in 1..=12_i8 {
        let day = jiff::civil::date(2026, month, 7);
        assert_eq!(date_in(day, Lang::En), day.strftime("%-d %B %Y").to_string());
    }
    assert_eq!(money_in(50_000, Lang::En), "50,000 VND");
    assert_eq!(money_in(-1_234_567, Lang::En), "-1,234,567 VND");
    assert_eq!(money_in(50_000, Lang::Vi), "50.000 đ");
}
