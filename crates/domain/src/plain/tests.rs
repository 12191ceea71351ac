//! Reading age: easy and hard texts, and what must always hold.

use proptest::prelude::*;

use super::*;

fn hard() -> HardWords {
    HardWords::read(
        "# danh sách\nthẩm quyền = nơi được giải quyết\nxuất trình = cho xem\n\nhợp pháp hóa lãnh sự\n",
    )
}

#[test]
fn a_short_text_in_everyday_words_is_plain() {
    let it = read("Ông bà mang theo giấy chứng sinh. Ông bà cho xem thẻ căn cước.", &hard());
    assert_eq!((it.sentences, it.syllables, it.longest, it.long), (2, 14, 7, 0));
    assert!(it.is_plain() && it.words.is_empty(), "{it:?}");
    assert_eq!(it.age(), it.grade + 5);
}

#[test]
fn long_sentences_and_hard_words_make_it_hard() {
    let text = "Trường hợp cơ quan có thẩm quyền không khai thác được thông tin về nơi cư trú của công dân \
        theo các phương thức quy định tại khoản 2 Điều 14 Nghị định số 104/2022/NĐ-CP ngày 21 tháng 12 năm \
        2022 của Chính phủ thì người yêu cầu phải xuất trình giấy tờ có giá trị chứng minh thông tin về cư trú.";
    let it = read(text, &hard());
    assert_eq!((it.sentences, it.long), (1, 1));
    assert!(it.longest > VERY_LONG && !it.is_plain(), "{it:?}");
    let words: Vec<&str> = it.words.iter().map(|it| it.0.as_str()).collect();
    assert_eq!(words, ["thẩm quyền", "xuất trình"]);
    assert_eq!(it.words[1].1, "cho xem");
    assert_eq!(it.hard, 4);
}

#[test]
fn a_point_within_a_number_or_a_reference_ends_nothing() {
    assert_eq!(read("Lệ phí 50.000 đồng theo Điều 3.2 của luật.", &hard()).sentences, 1);
    assert_eq!(read("Một\nHai\n- Ba", &hard()).sentences, 3);
    assert_eq!(read("Nộp đơn; nhận giấy hẹn", &hard()).sentences, 2);
}

#[test]
fn the_longest_hard_word_counts_once() {
    let it = read("Giấy tờ phải được hợp pháp hóa lãnh sự.", &hard());
    assert_eq!((it.hard, it.words.len()), (5, 1));
}

#[test]
fn nothing_is_read_in_nothing() {
    let it = read(" … \n 12/3 ", &hard());
    assert_eq!((it.sentences, it.grade), (0, 1));
    assert_eq!((it.mean_tenths(), it.long_percent()), (0, 0));
}

proptest! {
    #[test]
    fn whatever_is_written_is_counted_within_its_bounds(text in "[a-zăâđêôơư .;\n0-9]{0,400}") {
        let it = read(&text, &hard());
        prop_assert!(it.hard <= it.syllables && it.long <= it.sentences);
        prop_assert!(it.longest <= it.syllables && (1..=GRADE_MAX).contains(&it.grade));
        prop_assert!(it.long_percent() <= 100);
    }

    #[test]
    fn a_text_that_is_cut_into_sentences_is_never_harder(words in proptest::collection::vec("[a-z]{1,6}", 2..80)) {
        let whole = read(&words.join(" "), &hard());
        let cut = read(&words.chunks(8).map(|it| it.join(" ")).collect::<Vec<_>>().join(". "), &hard());
        prop_assert!(cut.grade <= whole.grade);
    }
}
