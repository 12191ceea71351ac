//! The rules of surveys by example, by property, and before a statistician.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::{
    Status, Step, after,
    draw::{DrawError, Frame, Line, call_backs, draw, sample_size},
    estimate::{largest_remainder, share_bp, weight_bp, wilson},
    form::{Answers, Choice, Factor, Form, Kind, Question},
    hide,
    quality::{Rules, Sheet, Way, judge},
    tally::{Stratum, results},
};

mod statistics;

fn line(stratum: &str, id: &str) -> Line {
    Line { stratum: stratum.to_owned(), id: id.to_owned() }
}

fn frame(strata: &[(&str, usize)]) -> Frame {
    let lines = strata.iter().enumerate().flat_map(|(at, (name, people))| {
        (0..*people).map(move |n| line(name, &format!("{at}-{n}")))
    });
    Frame::of(lines.collect()).unwrap()
}

pub(super) fn satisfaction(questions: usize) -> Form {
    let choice = (1..=5_u8)
        .map(|level| Choice {
            code: level.to_string(),
            vi: format!("Mức {level}"),
            level: Some(level),
            ..Choice::default()
        })
        .collect();
    let question = (0..questions)
        .map(|at| Question {
            code: format!("Q{at}"),
            kind: Kind::Scale,
            factor: if at == 0 { "GY" } else { "CC" }.to_owned(),
            vi: "?".to_owned(),
            en: String::new(),
            required: false,
            choice: Vec::new(),
        })
        .collect();
    let factor = |code: &str, scored| Factor { code: code.to_owned(), scored, ..Factor::default() };
    let factor = vec![factor("CC", true), factor("GY", false)];
    Form { code: "T".into(), choice, factor, question, ..Form::default() }
}

fn sheet(stratum: &str, answers: &[(&str, &str)]) -> Sheet {
    let answers: Answers =
        answers.iter().map(|(q, a)| ((*q).to_owned(), vec![(*a).to_owned()])).collect();
    Sheet { stratum: stratum.to_owned(), way: Way::Web, seconds: Some(600), answers }
}

#[test]
fn the_size_rule_gives_the_numbers_of_the_method() {
    // e = 5 %: as the method's tables have it, rounded up.
    for (people, size) in [(100, 80), (375, 194), (1_000, 286), (3_000, 353)] {
        assert_eq!(sample_size(people, 500, 0), size);
    }
    assert_eq!(sample_size(30, 500, 50), 30, "everybody if there are fewer than the floor");
    assert_eq!(sample_size(55, 500, 50), 50, "49 is below the floor");
    assert_eq!(sample_size(0, 500, 50), 0);
    assert_eq!(sample_size(80, 0, 50), 80, "no error: everybody");
}

#[test]
fn a_survey_goes_one_way_and_what_was_drawn_is_not_drawn_again() {
    let mut status = Status::Draft;
    for step in [Step::Freeze, Step::Seed, Step::Open, Step::Close, Step::Publish] {
        assert!(after(status, Step::Seed).is_err() || status == Status::Framed);
        status = after(status, step).unwrap();
    }
    assert_eq!(status, Status::Published);
    for status in Status::ALL {
        let frozen = *status != Status::Draft;
        assert_eq!(after(*status, Step::Change).is_err(), frozen, "{status:?}");
        assert_eq!(after(*status, Step::Freeze).is_err(), frozen, "{status:?}");
    }
    let said = after(Status::Drawn, Step::Seed).unwrap_err().to_string();
    assert!(said.contains("Đã rút mẫu") && said.contains("Ghi hạt giống"), "{said}");
    assert!(after(Status::Closed, Step::Void).is_err());
}

#[test]
fn a_frame_is_read_as_it_is_written_and_known_by_its_hash() {
    let text = "\u{feff}Phú Sơn\tb\r\n\r\nPhú Sơn\ta\nTân Hợp\tc";
    let frame = Frame::parse(text).unwrap();
    assert_eq!(frame.text(), "Phú Sơn\ta\nPhú Sơn\tb\nTân Hợp\tc\n");
    // printf 'Phú Sơn\ta\nPhú Sơn\tb\nTân Hợp\tc\n' | sha256sum
    assert_eq!(frame.hash(), super::draw::sha256_hex(frame.text().as_bytes()));
    assert_eq!(Frame::parse(&frame.text()).unwrap(), frame);
    assert!(frame.demand(&frame.hash().to_uppercase()).is_ok());
    assert!(matches!(frame.demand("00"), Err(DrawError::OtherFrame { .. })));
    assert_eq!(Frame::parse("a\tx\nb\tx"), Err(DrawError::Twice { id: "x".into() }));
    assert_eq!(Frame::parse("không có gì"), Err(DrawError::Line { line: 1 }));
    assert_eq!(Frame::parse("a\tb c"), Err(DrawError::Line { line: 1 }));
    assert_eq!(Frame::parse(" \n"), Err(DrawError::Empty));
}

#[test]
fn strata_get_their_part_and_the_seed_must_be_there() {
    let frame = frame(&[("A", 50), ("B", 30), ("C", 20)]);
    let it = draw(&frame, "12345", 33, 2).unwrap();
    // 16.5, 9.9, 6.6: the two left go to B and C.
    assert_eq!(it.strata.iter().map(|it| it.size).collect::<Vec<_>>(), [16, 10, 7]);
    assert_eq!(it.sample.len(), 33);
    assert_eq!(it.reserve.len(), 6);
    assert_eq!(draw(&frame, "", 3, 0), Err(DrawError::Seed));
    assert_eq!(draw(&frame, "a\nb", 3, 0), Err(DrawError::Seed));
    assert_eq!(draw(&frame, "a", 101, 0), Err(DrawError::Size { size: 101, population: 100 }));
    assert_ne!(draw(&frame, "12346", 33, 2).unwrap().sample, it.sample);
}

#[test]
fn one_in_ten_is_called_back_by_a_secret_whatever_the_order() {
    let ids: Vec<String> = (0..41).map(|it| format!("m{it}")).collect();
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    let mut turned = ids.clone();
    turned.reverse();
    assert_eq!(call_backs("s", &ids).len(), 5);
    assert_eq!(call_backs("s", &ids), call_backs("s", &turned));
    assert_ne!(call_backs("s", &ids), call_backs("t", &ids));
    assert!(call_backs("s", &[]).is_empty());
}

#[test]
fn what_is_left_over_goes_to_the_largest_rest_and_ties_to_the_first() {
    assert_eq!(largest_remainder(&[1, 1, 1], 10_000), [3_334, 3_333, 3_333]);
    assert_eq!(largest_remainder(&[0, 0], 5), [0, 0]);
    assert_eq!(largest_remainder(&[5, 3, 2], 7), [4, 2, 1]);
}

#[test]
fn intervals_are_those_of_the_books() {
    // Wilson for 8 of 10 in an endless population: 0.4902 to 0.9433.
    let (low, high) = wilson(800_000, 10, 0);
    assert!((4_901..=4_902).contains(&low) && (9_433..=9_434).contains(&high), "{low} {high}");
    // 250 of 500: 0.4564 to 0.5436.
    let (low, high) = wilson(500_000, 500, 0);
    assert!((4_563..=4_565).contains(&low) && (5_435..=5_437).contains(&high), "{low} {high}");
    let (near_low, near_high) = wilson(500_000, 500, 600);
    assert!(near_low > low && near_high < high, "few are left: it is known better");
    assert_eq!(wilson(500_000, 600, 600), (5_000, 5_000), "everybody was asked");
    assert_eq!(wilson(0, 0, 100), (0, 10_000));
    assert_eq!(wilson(1_000_000, 20, 0).1, 10_000);
}

#[test]
fn small_cells_are_hidden_with_what_would_give_them_away() {
    assert_eq!(hide::row(&[10, 3, 20]), [None, None, Some(20)], "a lone cell takes another along");
    assert_eq!(hide::row(&[10, 1, 1, 30]), [None, None, None, Some(30)], "two people are too few");
    assert_eq!(hide::row(&[10, 4, 4]), [Some(10), None, None]);
    assert_eq!(hide::row(&[3, 0, 0]), [None, None, None]);
    assert_eq!(hide::row_of(&[10, 4, 4, 20], 3), [None, None, None, Some(20)]);
    assert_eq!(hide::row(&[0, 12, 0]), [Some(0), Some(12), Some(0)]);
    let shown = hide::table(&[vec![10, 3, 20], vec![10, 10, 20], vec![30, 11, 20]]);
    for column in 0..3 {
        assert_ne!(shown.iter().filter(|it| it[column].is_none()).count(), 1, "{shown:?}");
    }
}

#[test]
fn half_blank_sheets_do_not_count_and_odd_ones_are_told() {
    let (form, rules) = (satisfaction(10), Rules::default());
    let answers = |it: &[(usize, &str)]| {
        let pairs: Vec<(String, &str)> = it.iter().map(|(q, a)| (format!("Q{q}"), *a)).collect();
        let pairs: Vec<(&str, &str)> = pairs.iter().map(|(q, a)| (q.as_str(), *a)).collect();
        sheet("A", &pairs)
    };
    let mixed =
        |n: usize| (0..n).map(|it| (it, if it % 2 == 0 { "4" } else { "5" })).collect::<Vec<_>>();
    assert!(judge(&form, &answers(&mixed(10)), &rules).is_clean());
    assert!(!judge(&form, &answers(&mixed(7)), &rules).is_blank, "three of ten is 30 %");
    assert!(judge(&form, &answers(&mixed(6)), &rules).is_blank);
    let all: Vec<_> = (0..10).map(|it| (it, "5")).collect();
    assert!(judge(&form, &answers(&all), &rules).is_straight);
    let fast = Sheet { seconds: Some(19), ..answers(&mixed(10)) };
    assert!(judge(&form, &fast, &rules).is_fast);
    assert!(!judge(&form, &Sheet { seconds: Some(20), ..fast.clone() }, &rules).is_fast);
    assert!(!judge(&form, &Sheet { seconds: None, ..fast }, &rules).is_fast, "paper has no clock");
}

#[test]
fn a_form_says_what_is_wrong_with_it_and_reads_only_its_own_answers() {
    let mut form = satisfaction(3);
    assert_eq!(form.mistakes(), []);
    form.question[1].code = "Q0".into();
    form.question[2].factor = "LA".into();
    let said: Vec<String> = form.mistakes().into_iter().map(|it| it.1).collect();
    assert!(said.iter().any(|it| it.contains("trùng mã")), "{said:?}");
    assert!(said.iter().any(|it| it.contains("Nhóm")), "{said:?}");
    let mut form = satisfaction(2);
    form.choice[4].percent = Some(100);
    assert!(form.mistakes().iter().any(|it| it.1.contains("Thang đo")));
    let mut form = satisfaction(2);
    form.question[0].required = true;
    form.question.push(Question {
        code: "YK".into(),
        kind: Kind::Text,
        factor: String::new(),
        vi: "Ý kiến khác".into(),
        en: String::new(),
        required: false,
        choice: Vec::new(),
    });
    let answers = form.read(|code| match code {
        "Q0" => vec!["9"],
        "Q1" => vec!["4", "5"],
        "YK" => vec!["  Tốt  "],
        _ => vec!["?"],
    });
    assert_eq!(answers.len(), 2);
    assert_eq!(answers["Q1"], ["4"]);
    assert_eq!(answers["YK"], ["Tốt"]);
    assert_eq!(form.missing(&answers), ["Q0"]);
    let mut other = answers.clone();
    other.insert("YK".into(), vec!["Tot".into()]);
    assert!(form.differing(&answers, &other).is_empty(), "handwriting may be read in two ways");
    other.insert("Q1".into(), vec!["5".into()]);
    assert_eq!(form.differing(&answers, &other), ["Q1"]);
}

#[test]
fn percents_count_what_they_say_and_no_opinion_counts_nothing() {
    let mut form = satisfaction(1);
    form.factor.clear();
    form.question[0].factor = String::new();
    form.choice = [("A", Some(100)), ("B", Some(60)), ("C", Some(20)), ("D", Some(0)), ("E", None)]
        .into_iter()
        .map(|(code, percent)| Choice {
            code: code.into(),
            vi: code.into(),
            percent,
            ..Choice::default()
        })
        .collect();
    assert_eq!(form.mistakes(), []);
    let strata = [Stratum { name: "A".into(), unit: 2, population: 10, drawn: 5 }];
    let sheets: Vec<Sheet> =
        ["A", "B", "C", "D", "E"].iter().map(|it| sheet("A", &[("Q0", it)])).collect();
    let answered = BTreeMap::from([("A".to_owned(), 5)]);
    let found = results(&form, &strata, &answered, &sheets, Rules::default());
    let index = found.questions[0].index.unwrap();
    assert_eq!((index.bp, index.sheets), (4_500, 4), "100 + 60 + 20 + 0 of 400");
    assert_eq!(found.questions[0].answered, 5);
    assert_eq!(found.questions[0].options[4].count, 1);
    assert!(!found.units[0].scored, "five sheets are shown and not scored");
}

#[test]
fn a_stratum_that_answers_less_weighs_more() {
    let form = satisfaction(2);
    let strata = [
        Stratum { name: "A".into(), unit: 2, population: 100, drawn: 10 },
        Stratum { name: "B".into(), unit: 4, population: 100, drawn: 10 },
    ];
    let mut sheets = vec![sheet("A", &[("Q0", "1"), ("Q1", "5")]); 8];
    sheets.extend(vec![sheet("B", &[("Q0", "1"), ("Q1", "1")]); 2]);
    let answered = BTreeMap::from([("A".to_owned(), 8), ("B".to_owned(), 2)]);
    let found = results(&form, &strata, &answered, &sheets, Rules::default());
    let index = found.index.unwrap();
    assert_eq!((index.bp, index.weighted_bp), (8_000, 5_000));
    assert!(index.low_bp < 5_000 && index.high_bp > 5_000);
    assert_eq!(found.rate_bp(), 5_000);
    assert_eq!(found.strata[0].weight_bp, Some(6_250));
    assert_eq!(found.strata[1].weight_bp, Some(25_000));
    assert_eq!(found.factors[1].index.unwrap().bp, 0, "shown, and not in the whole");
    assert_eq!(weight_bp(5, 0, 10, 10), None);
}

proptest! {
    #[test]
    fn a_draw_has_its_size_repeats_nobody_and_asks_not_for_the_order(
        strata in proptest::collection::vec(0_usize..40, 1..8),
        seed in "[ -~]{1,20}",
        part in 0_u64..=100,
        turn in 0_usize..50,
    ) {
        let mut lines: Vec<Line> = strata.iter().enumerate()
            .flat_map(|(at, people)| (0..*people).map(move |n| line(&format!("S{at}"), &format!("{at}.{n}"))))
            .collect();
        prop_assume!(!lines.is_empty());
        let frame = Frame::of(lines.clone()).unwrap();
        let size = lines.len() as u64 * part / 100;
        let drawn = draw(&frame, &seed, size, 3).unwrap();
        prop_assert_eq!(drawn.sample.len() as u64, size);
        prop_assert_eq!(drawn.strata.iter().map(|it| it.size).sum::<u64>(), size);
        let mut ids: Vec<&str> =
            drawn.sample.iter().chain(&drawn.reserve).map(|it| it.id.as_str()).collect();
        let all = ids.len();
        ids.sort_unstable();
        ids.dedup();
        prop_assert_eq!(ids.len(), all);
        for share in &drawn.strata {
            let exact = share.population * size;
            let whole = lines.len() as u64;
            prop_assert!(share.size >= exact / whole && share.size <= exact / whole + 1);
        }
        let turn = turn % lines.len();
        lines.rotate_left(turn);
        lines.reverse();
        prop_assert_eq!(draw(&Frame::of(lines).unwrap(), &seed, size, 3).unwrap(), drawn);
    }

    #[test]
    fn published_figures_add_up(
        people in proptest::collection::vec((0_usize..3, 0_u8..6, 0_u8..6), 1..80),
    ) {
        let form = satisfaction(2);
        let strata: Vec<Stratum> = (0..3)
            .map(|at| Stratum { name: format!("S{at}"), unit: at, population: 100 + at as u64 * 57, drawn: 90 })
            .collect();
        let sheets: Vec<Sheet> = people.iter().map(|(at, one, two)| {
            let mut it = sheet(&format!("S{at}"), &[]);
            for (code, level) in [("Q0", one), ("Q1", two)] {
                if *level > 0 {
                    it.answers.insert(code.into(), vec![level.to_string()]);
                }
            }
            it
        }).collect();
        let mut answered = BTreeMap::new();
        for it in &sheets {
            *answered.entry(it.stratum.clone()).or_insert(0) += 1;
        }
        let rules = Rules { blank_max_bp: 10_000, ..Rules::default() };
        let found = results(&form, &strata, &answered, &sheets, rules);
        prop_assert_eq!(found.valid + found.blank, sheets.len() as u64);
        prop_assert_eq!(found.strata.iter().map(|it| it.valid).sum::<u64>(), found.valid);
        prop_assert_eq!(found.units.iter().map(|it| it.valid).sum::<u64>(), found.valid);
        prop_assert_eq!(found.ways.iter().map(|it| it.1).sum::<u64>(), sheets.len() as u64);
        for it in &found.questions {
            prop_assert_eq!(it.options.iter().map(|it| it.count).sum::<u64>(), it.answered);
            prop_assert_eq!(it.answered + it.blank, found.valid);
            let whole = if it.answered == 0 { 0 } else { 10_000 };
            prop_assert_eq!(it.options.iter().map(|it| it.share_bp).sum::<u64>(), whole);
            prop_assert_eq!(it.options.iter().map(|it| it.weighted_bp).sum::<u64>(), whole);
            if let Some(index) = it.index {
                let top: u64 = it.options.iter().skip(3).map(|it| it.count).sum();
                prop_assert_eq!(index.bp, share_bp(top, it.answered));
                let weighed: u64 = it.options.iter().skip(3).map(|it| it.weighted_bp).sum();
                prop_assert!(weighed.abs_diff(index.weighted_bp) <= 2);
                prop_assert!(index.low_bp <= index.weighted_bp && index.weighted_bp <= index.high_bp);
            }
        }
    }

    #[test]
    fn no_hidden_count_of_a_group_can_be_computed_from_sums(
        counts in proptest::collection::vec(proptest::collection::vec(0_u64..30, 1..5), 1..5),
    ) {
        let shown = hide::groups(&counts);
        let hidden_sums = shown.sums.iter().filter(|it| it.is_none()).count();
        prop_assert!(hidden_sums != 1 || counts.len() == 1);
        for ((counts, cells), sum) in counts.iter().zip(&shown.cells).zip(&shown.sums) {
            let hidden: Vec<u64> =
                counts.iter().zip(cells).filter(|it| it.1.is_none()).map(|it| *it.0).collect();
            prop_assert!(cells.iter().flatten().chain(sum).all(|it| *it == 0 || *it >= hide::CELL_MIN));
            match sum {
                None => prop_assert!(!hidden.is_empty(), "the sum is what its cells add up to"),
                Some(_) => prop_assert!(hidden.is_empty() || hidden.len() >= 2 && hidden.iter().sum::<u64>() >= 5),
            }
        }
    }

    #[test]
    fn no_hidden_cell_can_be_computed_from_the_sum(counts in proptest::collection::vec(0_u64..30, 2..6)) {
        let shown = hide::row(&counts);
        let hidden: Vec<u64> =
            counts.iter().zip(&shown).filter(|it| it.1.is_none()).map(|it| *it.0).collect();
        prop_assert!(shown.iter().flatten().all(|it| *it == 0 || *it >= hide::CELL_MIN));
        let all = hidden.len() == counts.len();
        prop_assert!(hidden.is_empty() || all || hidden.len() >= 2 && hidden.iter().sum::<u64>() >= 5);
    }
}
