//! Tests of the hotline: lists of exchanges, duty, boxes that were missed.

use jiff::civil::{date, time};
use proptest::prelude::*;

use super::{
    list::{Columns, digits_of, read, rows_of, text_of},
    *,
};

const LIST: &str = "Thời gian;Số gọi đến;Số nhận;Trạng thái;Thời lượng\r\n\
    31/12/2026 08:30;0912 345 678;0238 3 888 999;Đã nghe;00:01:15\r\n\
    2026-12-31 09:00:05;+84912345679;02383888999;Gọi nhỡ;0\r\n\
    31/12/2026 08:30;0912345678;02383888999;Đã nghe;75\r\n\
    31/13/2026 08:30;0912345678;02383888999;Đã nghe;75\r\n\
    31/12/2026 10:00;;02383888999;???;\r\n";

#[test]
fn a_list_is_read_whatever_it_was_written_in() {
    let utf16: Vec<u8> =
        [0xff, 0xfe].into_iter().chain(LIST.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    let big: Vec<u8> =
        [0xfe, 0xff].into_iter().chain(LIST.encode_utf16().flat_map(u16::to_be_bytes)).collect();
    let bom: Vec<u8> = b"\xef\xbb\xbf".iter().copied().chain(LIST.bytes()).collect();
    for bytes in [LIST.as_bytes().to_vec(), utf16, big, bom] {
        assert_eq!(text_of(&bytes), LIST);
    }
    // “Đã nghe”, “Gọi nhỡ” in Windows-1258: tones stand behind their vowel.
    assert_eq!(text_of(b"\xd0a\xde nghe; G\xf2o"), "Đã nghe; G\u{323}o");
    assert_eq!(text_of(b"Go\xf2i nh\xf5\xde"), "Gọi nhỡ");
}

#[test]
fn rows_are_read_with_their_mistakes_and_none_twice() {
    let rows = rows_of(LIST);
    let columns = Columns::guessed(&rows[0].1);
    assert_eq!(
        columns,
        Columns {
            at: Some(0),
            time: None,
            caller: Some(1),
            called: Some(2),
            kind: Some(3),
            length: Some(4)
        }
    );
    let it = read(&rows[1..], &columns);
    assert_eq!(it.calls.len(), 2);
    assert_eq!(it.calls[0].at, date(2026, 12, 31).at(8, 30, 0, 0));
    assert_eq!((it.calls[0].seconds, it.calls[0].kind), (75, CallKind::Answered));
    assert_eq!((it.calls[1].caller.as_str(), it.calls[1].kind), ("0912345679", CallKind::Missed));
    assert_eq!(it.twice, 1);
    let lines: Vec<usize> = it.wrong.iter().map(|it| it.0).collect();
    assert_eq!(lines, [5, 6]);
}

#[test]
fn cells_in_quotes_hold_signs_and_lines_and_tabs_and_commas_part_as_well() {
    let rows = rows_of("a,b\n\"x, \"\"y\"\"\nz\",2\n");
    assert_eq!(rows[1], (2, vec!["x, \"y\"\nz".to_owned(), "2".to_owned()]));
    assert_eq!(rows_of("a\tb\n1\t2")[1].1, ["1", "2"]);
    assert_eq!(rows_of(""), []);
}

#[test]
fn day_and_time_may_stand_apart_and_in_the_words_of_an_exchange() {
    let rows = rows_of(
        "Ngày,Giờ,From,Disposition\n01/02/2026,1:05 CH,0912345678,NO ANSWER\n1-2-26,13h06,0912345678,ANSWERED",
    );
    let columns = Columns::guessed(&rows[0].1);
    let it = read(&rows[1..], &columns);
    assert_eq!(it.wrong, []);
    assert_eq!(it.calls[0].at, date(2026, 2, 1).at(13, 5, 0, 0));
    assert_eq!(it.calls[0].kind, CallKind::Missed);
    assert_eq!(it.calls[1].at, date(2026, 2, 1).at(13, 6, 0, 0));
    assert_eq!(it.calls[1].kind, CallKind::Answered);
}

#[test]
fn numbers_lose_their_country() {
    assert_eq!(digits_of("+84 912.345.678"), "0912345678");
    assert_eq!(digits_of("84912345678"), "0912345678");
    assert_eq!(digits_of("0912345678"), "0912345678");
    assert_eq!(digits_of("anonymous"), "");
}

#[test]
fn hours_without_anybody_are_told() {
    let span = |from, until| Span { from: time(from, 0, 0, 0), until: time(until, 0, 0, 0) };
    let hours = [span(7, 11), span(13, 17)];
    let shift = |from, until| (time(from, 0, 0, 0), time(until, 0, 0, 0));
    assert_eq!(gaps(&hours, &[shift(7, 17)]), []);
    assert_eq!(gaps(&hours, &[shift(14, 17), shift(8, 11)]), [shift(7, 8), shift(13, 14)]);
    assert_eq!(gaps(&hours, &[]), [shift(7, 11), shift(13, 17)]);
    assert_eq!(
        gaps(&hours, &[shift(8, 9), shift(8, 10)]),
        [shift(7, 8), shift(10, 11), shift(13, 17)]
    );
}

#[test]
fn a_box_is_missed_once_its_day_has_gone_by() {
    let due = [date(2026, 12, 4), date(2026, 12, 11)];
    assert_eq!(missed(&due, Some(date(2026, 12, 4)), date(2026, 12, 11)), None);
    assert_eq!(missed(&due, Some(date(2026, 12, 4)), date(2026, 12, 12)), Some(date(2026, 12, 11)));
    assert_eq!(missed(&due, None, date(2026, 12, 5)), Some(date(2026, 12, 4)));
}

proptest! {
    #[test]
    fn whatever_was_sent_is_read_to_its_end(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let rows = rows_of(&text_of(&bytes));
        let all = Columns { at: Some(0), time: None, caller: Some(1), called: Some(2), kind: Some(3), length: Some(4) };
        let it = read(&rows, &all);
        prop_assert_eq!(it.calls.len() + it.wrong.len() + it.twice, rows.len());
    }
}
