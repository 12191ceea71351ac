//! Names that arrive in odd shapes.

use super::*;

#[test]
fn every_vietnamese_letter_is_in_every_face() {
    let letters = "aàáảãạăằắẳẵặâầấẩẫậbcdđeèéẻẽẹêềếểễệfghiìíỉĩịjklmnoòóỏõọôồốổỗộơờớởỡợpqrstuùúủũụưừứửữựvwxyỳýỷỹỵz";
    let both = letters.chars().chain(letters.to_uppercase().chars().collect::<Vec<_>>());
    for one in both.chain("₫–—“”‘’…•§°×½²³".chars()) {
        assert!(has_glyph(one), "{one} is not in all four faces");
    }
    assert!(has_glyph(UNKNOWN));
}

#[test]
fn marks_that_turn_text_around_are_dropped() {
    assert_eq!(printable("Nguyễn\u{202e} Văn\u{200b} A\u{feff}"), "Nguyễn Văn A");
}

#[test]
fn split_letters_become_one() {
    assert_eq!(printable("Nguye\u{302}\u{303}n"), "Nguyễn");
}

#[test]
fn letters_without_a_glyph_are_shown_as_a_box() {
    assert_eq!(printable("Lê 李 🙂"), "Lê □ □");
    assert_eq!(printable("a\u{0}b\rc\td"), "abc d");
}
