//! Small cells: what is not shown cannot be subtracted from what is.

use std::collections::BTreeMap;

use domain::survey::{
    form::Answers,
    quality::{Rules, Sheet, Way},
    tally::{Results, Stratum, results},
};
use site::{Lang, Who};

use super::*;
use crate::outcome::{self, View};

fn form_of(levels: &[(&str, Option<u8>, Option<u8>)]) -> Form {
    let choice: Vec<_> = levels
        .iter()
        .map(|(code, level, percent)| {
            serde_json::json!({"code": code, "vi": code, "level": level, "percent": percent})
        })
        .collect();
    let question = serde_json::json!({
        "code": "Q", "kind": "scale", "factor": "F", "vi": "Câu hỏi", "en": "", "required": false, "choice": [],
    });
    let form = serde_json::json!({
        "code": "THU", "vi": "Thử", "choice": choice, "question": [question],
        "factor": [{"code": "F", "vi": "Nhóm", "scored": true}],
    });
    serde_json::from_value(form).unwrap()
}

fn satisfaction() -> Form {
    form_of(&[
        ("1", Some(1), None),
        ("2", Some(2), None),
        ("3", Some(3), None),
        ("4", Some(4), None),
        ("5", Some(5), None),
    ])
}

/// A stratum: name, unit and how many chose each answer.
type Of<'a> = (&'a str, i64, &'a [(&'a str, usize)]);

/// Sheets of strata.
fn counted(form: &Form, strata: &[Of<'_>]) -> (Results, Vec<Sheet>) {
    let mut sheets = Vec::new();
    for (name, _, chosen) in strata {
        for (choice, count) in *chosen {
            let answers: Answers = BTreeMap::from([("Q".to_owned(), vec![(*choice).to_owned()])]);
            let sheet =
                Sheet { stratum: (*name).to_owned(), way: Way::Web, seconds: Some(90), answers };
            sheets.extend(vec![sheet; *count]);
        }
    }
    let known: Vec<Stratum> = strata
        .iter()
        .map(|(name, unit, _)| Stratum {
            name: (*name).to_owned(),
            unit: *unit,
            population: 100,
            drawn: 40,
        })
        .collect();
    let mut answered = BTreeMap::new();
    for it in &sheets {
        *answered.entry(it.stratum.clone()).or_insert(0) += 1;
    }
    (results(form, &known, &answered, &sheets, Rules::default()), sheets)
}

fn shown(form: &Form, found: &Results) -> View {
    outcome::view(&Who::nobody(Lang::Vi), form, found, Lang::Vi)
}

const HIDDEN: &str = "ẩn";

#[test]
fn a_hidden_stratum_takes_another_of_its_unit_along_with_its_weight() {
    let form = satisfaction();
    let (found, sheets) =
        counted(&form, &[("A", 2, &[("5", 3)]), ("B", 2, &[("5", 9)]), ("C", 2, &[("4", 20)])]);
    let v = shown(&form, &found);
    let valid: Vec<&str> = v.strata.iter().map(|it| it.valid.as_str()).collect();
    assert_eq!((v.valid, valid), (32, vec![HIDDEN, HIDDEN, "20"]));
    assert!(v.strata.iter().all(|it| it.answered == it.valid));
    assert_eq!(v.strata[1].weight, "–", "it is the population by the hidden count");
    assert_eq!(v.units[0].valid, "32");
    // Counting rows of the export tells no more.
    let csv = crate::export::csv(&form, &sheets, &outcome::open_strata(&found));
    let rows = |of: &str| csv.lines().filter(|it| it.starts_with(&format!("\"{of}\""))).count();
    assert_eq!((rows("A"), rows("B"), rows("C"), rows("Tầng khác")), (0, 0, 20, 12), "{csv}");
}

#[test]
fn a_unit_with_few_sheets_takes_another_along_with_its_index_and_one_of_its_strata() {
    let form = satisfaction();
    let few: &[(&str, usize)] = &[("1", 2)];
    let strata: &[Of<'_>] =
        &[("A", 2, few), ("B", 4, &[("5", 8)]), ("C", 4, &[("4", 12)]), ("D", 6, &[("5", 30)])];
    let (found, _) = counted(&form, strata);
    let v = shown(&form, &found);
    let units: Vec<(&str, &str)> =
        v.units.iter().map(|it| (it.valid.as_str(), it.index.value.as_str())).collect();
    assert_eq!(units, [(HIDDEN, HIDDEN), (HIDDEN, HIDDEN), ("30", "100,00%")]);
    let valid: Vec<&str> = v.strata.iter().map(|it| it.valid.as_str()).collect();
    assert_eq!(valid, [HIDDEN, HIDDEN, "12", "30"], "or the unit is what its strata add up to");
}

#[test]
fn what_is_shown_adds_up_and_a_survey_with_enough_hides_nothing() {
    let form = satisfaction();
    let strata: &[Of<'_>] =
        &[("A", 2, &[("5", 9), ("2", 6)]), ("B", 2, &[("4", 11)]), ("C", 4, &[("5", 7)])];
    let (found, _) = counted(&form, strata);
    let v = shown(&form, &found);
    let sum = |all: Vec<&String>| all.iter().map(|it| it.parse::<u64>().unwrap()).sum::<u64>();
    assert_eq!(sum(v.strata.iter().map(|it| &it.valid).collect()), v.valid);
    assert_eq!(sum(v.units.iter().map(|it| &it.valid).collect()), v.valid);
    assert_eq!(
        sum(v.questions[0].options.iter().map(|it| &it.count).collect()),
        v.questions[0].answered
    );
    assert!(v.index_clean.is_some && v.index.is_some);
}

#[test]
fn an_index_does_not_tell_the_answers_that_are_hidden_beside_it() {
    let form = satisfaction();
    let counts = |found: &Results| -> Vec<String> {
        shown(&form, found).questions[0].options.iter().map(|it| it.count.clone()).collect()
    };
    // 4 and 5 together are the index: 5 alone would follow from it and 4.
    let (found, _) = counted(&form, &[("A", 2, &[("1", 2), ("2", 10), ("4", 10), ("5", 3)])]);
    assert_eq!(counts(&found), [HIDDEN, HIDDEN, "0", HIDDEN, HIDDEN]);
    let (found, _) = counted(&form, &[("A", 2, &[("1", 10), ("2", 10), ("4", 10), ("5", 8)])]);
    assert_eq!(counts(&found), ["10", "10", "0", "10", "8"]);
    // Of percents the mean and the sum would tell two counts: three are hidden.
    let percents = form_of(&[
        ("A", None, Some(100)),
        ("B", None, Some(60)),
        ("C", None, Some(20)),
        ("D", None, Some(0)),
        ("E", None, None),
    ]);
    let (found, _) =
        counted(&percents, &[("A", 2, &[("A", 30), ("B", 20), ("C", 4), ("D", 3), ("E", 9)])]);
    let v = shown(&percents, &found);
    let counts: Vec<&str> = v.questions[0].options.iter().map(|it| it.count.as_str()).collect();
    assert_eq!(counts, ["30", "20", HIDDEN, HIDDEN, HIDDEN]);
    assert!(v.questions[0].index.is_some);
}

#[test]
fn few_odd_sheets_are_not_told_by_the_figure_without_them() {
    let form = satisfaction();
    let (mut found, _) = counted(&form, &[("A", 2, &[("5", 20), ("2", 8)])]);
    (found.fast, found.straight) = (2, 1);
    let v = shown(&form, &found);
    assert_eq!((v.index_clean.value.as_str(), v.fast.as_str()), (HIDDEN, "< 5"));
    found.fast = 6;
    assert!(shown(&form, &found).index_clean.is_some);
}

on_both_engines! { routes();
    async fn nothing_of_a_small_stratum_is_had_from_pages_or_files(site) {
        given_office(&site);
        let (page, codes) = given_open(&site, "SIPAS-X", 30).await;
        let mut said = sheet(&site, "SIPAS-X", "4");
        said.push(("q-YK".to_owned(), "Lời của một người".to_owned()));
        // Three of the one group, seven of the other.
        let chosen = codes.iter().take(7).chain(codes.iter().rev().take(3));
        for (at, code) in chosen.enumerate() {
            let (done, _) = answer(&site, code, &said, &format!("10.0.0.{at}")).await;
            assert_eq!(done.status, 303, "{}", done.text);
        }
        assert_eq!(step(&site, "cchc", &format!("{page}/dong"), &[("ly-do-dong", "Đủ")]).await.status, 303);
        let results = site.signed_in("cchc").get(&format!("{page}/ket-qua")).await.text;
        assert_eq!(results.matches("data-label=\"Hợp lệ\">ẩn</td>").count(), 2, "{results}");
        assert!(results.contains("Lời của một người"), "ten are enough for words");
        let shown = site.signed_in("cchc").get(&page).await.text;
        assert_eq!(shown.matches("data-label=\"Đã trả lời\">ẩn</td>").count(), 2, "{shown}");
        let csv = site.signed_in("cchc").get(&format!("{page}/xuat/phieu.csv")).await.text;
        assert_eq!(csv.lines().filter(|it| it.starts_with("\"Tầng khác\"")).count(), 10, "{csv}");
        assert!(!csv.contains("Trưởng xóm") && !csv.contains("Đại biểu HĐND"));
        let report = site.signed_in("cchc").get(&format!("{page}/xuat/bao-cao.pdf")).await;
        let words = testkit::text_of_pdf(&report.bytes).split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(words.contains("Cỡ mẫu là tổng của từng đơn vị"), "{words}");
        assert!(!words.contains("người mỗi đơn vị"), "no unit is promised its floor: {words}");
    }

    async fn words_are_not_shown_where_the_figures_are_not(site) {
        given_office(&site);
        let (page, codes) = given_open(&site, "SIPAS-X", 30).await;
        let mut said = sheet(&site, "SIPAS-X", "4");
        said.push(("q-YK".to_owned(), "Lời của một người".to_owned()));
        for (at, code) in codes.iter().take(4).enumerate() {
            assert_eq!(answer(&site, code, &said, &format!("10.0.0.{at}")).await.0.status, 303);
        }
        assert_eq!(step(&site, "cchc", &format!("{page}/dong"), &[("ly-do-dong", "Ít")]).await.status, 303);
        let results = site.signed_in("cchc").get(&format!("{page}/ket-qua")).await.text;
        assert!(results.contains("Chưa đủ 5 phiếu") && !results.contains("Lời của một người"), "{results}");
    }
}
