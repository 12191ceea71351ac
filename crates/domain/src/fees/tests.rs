//! Vectors, cases of the tables, and what must hold whatever is typed.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::{
    Assessment, Beyond, Exemption, FeeKind, Item, Rate, assess,
    catalogue::readable,
    statement::{Fit, fit, key_of, keys_in, purpose_of},
    till::{BookSymbol, BookSymbolError, EntryKind, Sums},
    vietqr::{PURPOSE_MAX, Request, VietQrError, payload, purpose, read},
};
use crate::{
    money::Dong,
    procedure::{ChannelKind, Fee, ProcedureVersion},
};

fn rate(amount: i64, unit: &str) -> Rate {
    Rate {
        name: "Lệ phí".into(),
        kind: FeeKind::Duty,
        channel: None,
        amount: Dong(amount),
        unit: unit.into(),
        beyond: None,
        cap: None,
        basis: String::new(),
    }
}

/// one-stop.md 4.3: min(200000, p ≤ 2 ? 2000p : 4000 + 1000(p − 2)).
#[test]
fn a_certified_copy_costs_less_from_the_third_page_and_never_more_than_the_cap() {
    let copy = Rate {
        beyond: Some(Beyond { after: 2, amount: Dong(1_000) }),
        cap: Some(Dong(200_000)),
        ..rate(2_000, "trang")
    };
    for (pages, price) in [(1, 2_000), (2, 4_000), (3, 5_000), (10, 12_000), (500, 200_000)] {
        assert_eq!(copy.of_piece(pages), Dong(price), "{pages}");
    }
    let made = assess(&[Item { rate: &copy, count: 10, pieces: 3 }], None);
    assert_eq!(made.due(), Dong(36_000));
    assert!(made.lines[0].working.starts_with("3 × 10 trang × 2.000 đ/trang"));
    assert_eq!((made.lines[0].copies, made.lines[0].pages), (3, 10));
    let extracts = assess(&[Item { rate: &rate(8_000, "bản"), count: 4, pieces: 1 }], None);
    assert_eq!((extracts.lines[0].copies, extracts.lines[0].pages), (4, 0));
    // Pages of all copies together say neither.
    let pages = assess(&[Item { rate: &rate(1_000, "trang"), count: 4, pieces: 1 }], None);
    assert_eq!((pages.lines[0].copies, pages.lines[0].pages), (0, 0));
    // What was kept before copies were counted still reads.
    let old = r#"{"name":"Phí","working":"","full":5000,"due":5000}"#;
    assert_eq!(serde_json::from_str::<super::Line>(old).unwrap().copies, 0);
}

#[test]
fn an_exemption_is_shown_with_its_working_and_its_basis() {
    let poor = Exemption {
        name: "Hộ nghèo".into(),
        percent: 50,
        sector: "Hộ tịch".into(),
        procedure: String::new(),
        channel: Some(ChannelKind::Online),
        proof: "Giấy chứng nhận hộ nghèo".into(),
        basis: "NQ".into(),
    };
    assert!(poor.fits("2.000635", "Hộ tịch", ChannelKind::Online));
    assert!(!poor.fits("2.000635", "Hộ tịch", ChannelKind::Direct));
    assert!(!poor.fits("2.000635", "Đất đai", ChannelKind::Online));
    let made = assess(&[Item { rate: &rate(8_001, "bản"), count: 1, pieces: 1 }], Some(&poor));
    assert_eq!((made.full(), made.due(), made.spared()), (Dong(8_001), Dong(4_000), Dong(4_001)));
    assert_eq!(made.exemption, "Hộ nghèo: giảm 50%");
    assert_eq!(made.lines[0].working, "1 bản × 8.001 đ/bản = 8.001 đ − 50% = 4.000 đ");
}

#[test]
fn the_catalogue_is_read_where_it_is_beyond_doubt_and_nowhere_else() {
    let fee = |amount: i64, note: &str, channels: &str| Fee {
        channels: channels.into(),
        amount: Some(Dong(amount)),
        note: note.into(),
    };
    let one = readable(&fee(2_000, "/trang", "Trực tiếp"));
    assert_eq!((one[0].unit.as_str(), one[0].channel), ("trang", Some(ChannelKind::Direct)));
    let all = "Trực tuyến, Dịch vụ bưu chính, Trực tiếp";
    let one = readable(&fee(70_000, "70.000 đồng/Giấy chứng nhận.", all));
    assert_eq!((one[0].unit.as_str(), one[0].channel), ("giấy chứng nhận", None));
    let copy = readable(&fee(
        2_000,
        "2.000 đồng/trang; từ trang thứ 3 trở lên thu 1.000 đồng/trang, tối đa thu không quá 200.000 đồng/bản",
        "Trực tiếp",
    ));
    assert_eq!(copy[0].beyond, Some(Beyond { after: 2, amount: Dong(1_000) }));
    assert_eq!(copy[0].cap, Some(Dong(200_000)));
    // Cut short, contradicted, left to the province: for people.
    for (amount, note) in [
        (135, "Lệ phí cấp giấy phép lái xe: 135.000 đồng/lần."),
        (25_000, "nộp trực tuyến 15.000 đồng/lần, trực tiếp 25.000 đồng/lần"),
        (50_000, "Mức lệ phí cụ thể do Hội đồng nhân dân tỉnh quyết định"),
        (0, ""),
    ] {
        assert!(readable(&fee(amount, note, all)).is_empty(), "{amount} {note}");
    }
    let shipped: Vec<ProcedureVersion> =
        serde_json::from_str(include_str!("../../../../data/procedures.json")).unwrap();
    let rates: Vec<Rate> = shipped.iter().flat_map(|it| &it.fees).flat_map(readable).collect();
    assert!((25..60).contains(&rates.len()), "{}", rates.len());
    assert!(rates.iter().all(|it| it.amount.0 >= 1_000));
}

#[test]
fn the_vectors_of_vietqr_are_met_byte_for_byte() {
    let with_amount = Request {
        bank: "970405".into(),
        account: "1234567890123".into(),
        amount: Some(Dong(120_000)),
        purpose: "LE PHI HS 40-2026-000123".into(),
    };
    assert_eq!(
        payload(&with_amount).unwrap(),
        "00020101021238570010A00000072701270006970405011312345678901230208QRIBFTTA5303704540612\
         00005802VN62280824LE PHI HS 40-2026-0001236304F637"
    );
    let plain = Request { amount: None, purpose: String::new(), ..with_amount.clone() };
    assert_eq!(
        payload(&plain).unwrap(),
        "00020101021138570010A00000072701270006970405011312345678901230208QRIBFTTA53037045802VN\
         6304EF9A"
    );
    let wrong = |it: Request| payload(&it).unwrap_err();
    assert_eq!(wrong(Request { bank: "97040".into(), ..plain.clone() }), VietQrError::Bank);
    assert_eq!(
        wrong(Request { account: "12 34 56".into(), ..plain.clone() }),
        VietQrError::Account
    );
    assert_eq!(wrong(Request { amount: Some(Dong(0)), ..plain }), VietQrError::Amount);
}

#[test]
fn a_code_is_found_in_what_banks_make_of_it() {
    let code = "H41.99.40-260108-0001";
    assert_eq!(purpose_of(code), "HS H4199402601080001");
    let lengths = BTreeSet::from([key_of(code).len()]);
    let found = |content: &str| keys_in(content, &lengths).contains(&key_of(code));
    for content in [
        "HS H4199402601080001",
        "MBVCB.123.hs h41.99.40-260108-0001.CT tu 0123 toi 4567",
        "NGUYEN VAN A nop le phi HSH41 99 40 260108 0001 FT26010",
    ] {
        assert!(found(content), "{content}");
    }
    for content in ["HS H41994026010800012", "HS H4199402601080002", "", "0001"] {
        assert!(!found(content), "{content}");
    }
    assert_eq!(fit(Dong(5), Dong(5)), Fit::Exact);
    assert_eq!(fit(Dong(4), Dong(5)), Fit::Less);
    assert_eq!(fit(Dong(6), Dong(5)), Fit::More);
    assert_eq!(fit(Dong(6), Dong(0)), Fit::Nothing);
}

proptest! {
    #[test]
    fn what_a_code_says_is_read_back_and_no_changed_letter_is(
        bank in "[0-9]{6}", account in "[0-9A-Z]{5,19}", amount in proptest::option::of(1_i64..9_999_999_999_999),
        words in "\\PC{0,40}", at in 0_usize..200, letter in "[0-9A-Z]",
    ) {
        let asked = Request { bank, account, amount: amount.map(Dong), purpose: purpose(&words) };
        prop_assert!(asked.purpose.len() <= PURPOSE_MAX);
        let text = payload(&asked).unwrap();
        prop_assert_eq!(read(&text).unwrap(), asked);
        let mut other = text.clone();
        let at = at % other.len();
        other.replace_range(at..=at, &letter);
        if other != text {
            prop_assert_eq!(read(&other), Err(VietQrError::Unreadable));
        }
    }

    #[test]
    fn lines_add_up_and_an_exemption_never_costs_more(
        items in proptest::collection::vec((1_i64..10_000_000, 0_u32..500, 0_u32..20), 0..6), percent in 0_u8..=100,
    ) {
        let rates: Vec<_> = items.iter().map(|it| rate(it.0, "bản")).collect();
        let items: Vec<_> = rates.iter().zip(&items)
            .map(|(rate, it)| Item { rate, count: it.1, pieces: it.2 }).collect();
        let spared = Exemption {
            name: "x".into(), percent, sector: String::new(), procedure: String::new(), channel: None,
            proof: String::new(), basis: String::new(),
        };
        let (full, less) = (assess(&items, None), assess(&items, Some(&spared)));
        prop_assert_eq!(full.due(), full.full());
        prop_assert_eq!(less.full(), full.full());
        prop_assert!(less.due() <= full.due() && less.due() >= Dong::ZERO);
        prop_assert_eq!(less.due().plus(less.spared()), less.full());
        if percent == 100 { prop_assert_eq!(less.due(), Dong::ZERO); }
        let text = serde_json::to_string(&less).unwrap();
        prop_assert_eq!(serde_json::from_str::<Assessment>(&text).unwrap(), less);
    }

    #[test]
    fn opening_and_what_came_less_what_went_is_what_is_left_day_after_day(
        entries in proptest::collection::vec((0_usize..4, 0_i64..1_000_000, any::<bool>()), 0..80),
    ) {
        let mut days = vec![Sums::default()];
        let mut left = 0_i64;
        for (kind, amount, next_day) in entries {
            let kind = EntryKind::ALL[kind];
            let last = *days.last().unwrap();
            if next_day { days.push(Sums { opening: last.closing(), ..Sums::default() }); }
            let day = days.last_mut().unwrap();
            *day = day.with(kind, Dong(amount));
            left += if kind == EntryKind::Receipt { amount } else { -amount };
        }
        prop_assert_eq!(days.last().unwrap().closing(), Dong(left));
        for two in days.windows(2) { prop_assert_eq!(two[0].closing(), two[1].opening); }
    }
}

#[test]
fn a_symbol_of_a_book_is_letters_and_numbers_with_separators_within() {
    for (typed, kept) in
        [("PS/26P", "PS/26P"), (" aa-26t ", "AA-26T"), ("01BLP2.001", "01BLP2.001")]
    {
        assert_eq!(BookSymbol::parse(typed).unwrap().as_str(), kept);
    }
    for wrong in [
        "",
        "-5",
        "5",
        "12/26",
        "PS//26",
        "PS/",
        "/PS",
        "PS 26",
        "PS/26Đ",
        "A",
        "ABCDEFGHIJKLMNOPQRSTU",
    ] {
        assert_eq!(BookSymbol::parse(wrong), Err(BookSymbolError), "{wrong}");
    }
}
