//! Words, hours and channels of messages.

use std::collections::BTreeSet;

use jiff::civil::date;
use proptest::prelude::*;

use super::{
    Channel, Form, Kind, Mistake, PATIENCE, Prospect, Quiet, TRIES_MAX, filled, fitting,
    next_channel, order_of, shipped, subject, teller,
    texts::{SMS_CHARS_MAX, check, places},
    unaccented, wait_ms,
};
use crate::lang::Lang;

#[test]
fn what_ships_is_without_a_mistake_and_fits_a_telephone() {
    for kind in Kind::ALL.iter().copied() {
        for (form, lang) in
            [Form::Full, Form::Short].into_iter().flat_map(|it| Lang::ALL.map(|lang| (it, lang)))
        {
            let text = shipped(kind, form, lang);
            assert_eq!(check(kind, form, lang, text), Ok(()), "{kind:?} {form:?} {lang:?}");
            if form == Form::Short {
                assert_eq!(unaccented(text), text, "{kind:?}: written without diacritics");
            }
        }
    }
}

/// The words of a text that stand outside its places, unaccented and small.
fn own_words(text: &str) -> BTreeSet<String> {
    let outside = text.split('{').map(|it| it.split_once('}').map_or(it, |it| it.1));
    let plain = unaccented(&outside.collect::<Vec<_>>().join(" ")).to_lowercase();
    plain
        .split(|it: char| !it.is_ascii_alphabetic())
        .filter(|it| !it.is_empty())
        .map(str::to_owned)
        .collect()
}

#[test]
fn no_word_of_the_vietnamese_texts_is_left_in_the_english_ones() {
    let said = |lang| {
        Kind::ALL
            .iter()
            .copied()
            .flat_map(move |kind| Form::ALL.map(|form| shipped(kind, form, lang)))
    };
    let vietnamese: BTreeSet<String> = said(Lang::Vi).flat_map(own_words).collect();
    for text in said(Lang::En) {
        let left: Vec<String> = own_words(text).intersection(&vietnamese).cloned().collect();
        assert!(text.is_ascii() && left.is_empty(), "{left:?} in {text}");
    }
    for kind in Kind::ALL.iter().copied() {
        let named = [kind.said(Lang::Vi), kind.said(Lang::En)];
        assert!(named[1].is_ascii() && named[0] != named[1], "{named:?}");
        // Each place that the Vietnamese words use, the English ones use as well: nobody hears less.
        for form in Form::ALL {
            let used = |lang| {
                places(kind)
                    .iter()
                    .filter(|it| shipped(kind, form, lang).contains(&format!("{{{}}}", it.0)))
                    .count()
            };
            assert_eq!(used(Lang::Vi), used(Lang::En), "{kind:?} {form:?}");
        }
    }
    assert_eq!(subject(Kind::Paid, "H41", Lang::En), "Payment received: H41");
    assert_eq!(subject(Kind::OneTimeCode, "", Lang::Vi), "Mã dùng một lần");
}

#[test]
fn english_words_are_held_to_one_message_with_the_longest_day_that_there_is() {
    let of = |lang, text: &str| check(Kind::Received, Form::Short, lang, text);
    let text = format!("{{ma-ho-so}} {{ngay-hen}} {}", "x".repeat(160 - 21 - 1 - 25 - 1));
    assert_eq!(of(Lang::Vi, &text), Ok(()), "17:00, thứ Hai 16/03/2026 is shorter");
    assert!(
        matches!(of(Lang::En, &text), Err(Mistake::NotOneMessage { chars: 169 })),
        "{:?}",
        of(Lang::En, &text)
    );
}

#[test]
fn what_is_wrong_with_words_is_said() {
    let of = |text: &str| check(Kind::Extended, Form::Short, Lang::Vi, text);
    assert_eq!(of("Xin lỗi."), Err(Mistake::Missing { name: "ma-ho-so" }));
    assert_eq!(of("{ma-ho-so} {ho-ten}"), Err(Mistake::NoSuchPlace { name: "ho-ten".to_owned() }));
    assert_eq!(of("{ma-ho-so} {ngay"), Err(Mistake::Open));
    let long = format!("{{ma-ho-so}} {}", "x".repeat(150));
    assert!(matches!(of(&long), Err(Mistake::NotOneMessage { chars: 172 })), "{:?}", of(&long));
    assert_eq!(check(Kind::Extended, Form::Full, Lang::Vi, &long), Ok(()));
    assert_eq!(of(&"x".repeat(401)), Err(Mistake::TooLong));
    assert_eq!(
        Mistake::Missing { name: "ma" }.to_string(),
        "Tin phải có {ma} để người nhận biết là việc nào."
    );
}

#[test]
fn what_stands_in_a_value_is_never_a_place() {
    let text = filled("{ma-ho-so}: {ly-do}", &[("ma-ho-so", "{ly-do}"), ("ly-do", "mưa")]);
    assert_eq!(text, "{ly-do}: mưa");
}

#[test]
fn a_text_message_is_unaccented_and_cut_in_its_free_words() {
    assert_eq!(
        unaccented("Đề nghị bổ sung “Giấy chứng sinh” – gấp…\n50.000 ₫"),
        "De nghi bo sung \"Giay chung sinh\" - gap... 50.000"
    );
    let values = [
        ("ma-ho-so".to_owned(), "H41.99.40-260302-0001".to_owned()),
        ("noi-dung".to_owned(), "bản chính giấy chứng sinh và ".repeat(12)),
        ("cach-nop".to_owned(), "Nộp tại Bộ phận Một cửa xã Phú Sơn.".to_owned()),
    ];
    let text = fitting(shipped(Kind::Supplement, Form::Short, Lang::Vi), &values);
    assert!(text.len() <= SMS_CHARS_MAX, "{} {text}", text.len());
    assert!(text.starts_with("Ho so H41.99.40-260302-0001 can bo sung: ban chinh giay"), "{text}");
    assert!(
        text.ends_with("Nop tai Bo phan Mot cua xa Phu Son."),
        "the counter is still named: {text}"
    );
}

proptest! {
    #[test]
    fn whatever_is_said_fits_and_is_plain(what in "\\PC{0,600}", unit in "\\PC{0,200}") {
        let values = [
            ("ma-ho-so".to_owned(), "H41.99.40-260302-0001".to_owned()),
            ("noi-dung".to_owned(), what),
            ("cach-nop".to_owned(), unit),
        ];
        let text = fitting(shipped(Kind::Supplement, Form::Short, Lang::Vi), &values);
        prop_assert!(text.len() <= SMS_CHARS_MAX);
        prop_assert!(text.bytes().all(|it| (b' '..=b'~').contains(&it)));
        prop_assert!(text.contains("H41.99.40-260302-0001"));
        prop_assert_eq!(unaccented(&text), text);
    }
}

#[test]
fn nobody_is_disturbed_between_nine_in_the_evening_and_seven() {
    let quiet = Quiet::default();
    let at = |hour, minute| date(2026, 3, 2).at(hour, minute, 0, 0);
    for (hour, minute, held) in
        [(6, 59, true), (7, 0, false), (12, 0, false), (20, 59, false), (21, 0, true), (0, 0, true)]
    {
        assert_eq!(quiet.holds(at(hour, minute)), held, "{hour}:{minute}");
    }
    let noon = Quiet { from: 690, until: 780 };
    assert!(noon.holds(at(12, 0)) && !noon.holds(at(13, 0)) && !noon.holds(at(21, 0)));
    let never = Quiet { from: 60, until: 60 };
    assert!((0..24).all(|hour| !never.holds(at(hour, 0))));
}

#[test]
fn the_next_channel_is_the_first_that_can_and_did_not_refuse() {
    let prospect =
        |channel| Prospect { channel, can: true, opted_out: false, refused: false, failures: 0 };
    let mut all = [Channel::Zalo, Channel::Sms, Channel::Email, Channel::Counter].map(prospect);
    let next = |all: &[Prospect]| next_channel(all, Kind::Supplement);
    assert_eq!(next(&all), Some(Channel::Zalo));
    all[0].refused = true;
    assert_eq!(next(&all), Some(Channel::Sms));
    all[1].failures = PATIENCE - 1;
    assert_eq!(next(&all), Some(Channel::Sms));
    all[1].failures = PATIENCE;
    assert_eq!(next(&all), Some(Channel::Email), "whoever is down makes way");
    all[2].failures = PATIENCE;
    assert_eq!(next(&all), Some(Channel::Sms), "once all are, each is tried on");
    all[2].failures = 0;
    assert_eq!(next_channel(&all, Kind::OneTimeCode), Some(Channel::Email), "a code does not wait");
    all[1].failures = TRIES_MAX;
    all[2].opted_out = true;
    assert_eq!(next(&all), None, "the counter is nobody's provider");
    assert_eq!(next_channel(&all, Kind::OneTimeCode), Some(Channel::Email), "he has asked for it");
    all[2].can = false;
    assert_eq!(next_channel(&all, Kind::OneTimeCode), None);
}

#[test]
fn the_order_names_every_channel_once() {
    assert_eq!(
        order_of("email zalo email x"),
        [
            Channel::Email,
            Channel::Zalo,
            Channel::Push,
            Channel::Sms,
            Channel::SmsReserve,
            Channel::Counter,
            Channel::Letter,
        ]
    );
    let usual = order_of("");
    assert_eq!(teller(&usual, true, true), Channel::Counter);
    assert_eq!(teller(&usual, false, true), Channel::Letter);
    assert_eq!(teller(&usual, false, false), Channel::Counter);
    assert_eq!(teller(&order_of("letter counter"), true, true), Channel::Letter);
}

#[test]
fn tries_are_further_and_further_apart() {
    assert_eq!(
        [1, 2, 3, 4, 7, 90].map(wait_ms),
        [60_000, 120_000, 240_000, 480_000, 3_600_000, 3_600_000]
    );
    assert!(places(Kind::Trial).len() == 1);
}
