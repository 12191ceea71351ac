//! Tests: the vectors that the browser's evaluator runs as well, and what holds for any form.

use std::collections::BTreeMap;

use jiff::civil::{Date, date};
use proptest::prelude::*;
use serde::Deserialize;

use super::*;

#[derive(Deserialize)]
struct Vectors {
    forms: Vec<Eform>,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    name: String,
    form: String,
    today: Date,
    answers: Answers,
    expected: Expected,
}

#[derive(Debug, PartialEq, Eq, Deserialize)]
struct Expected {
    mistakes: Vec<(String, String, Option<i64>)>,
    warnings: Vec<(String, String, Option<i64>)>,
    visible: Vec<String>,
    computed: BTreeMap<String, String>,
    answers: Answers,
    signers: Vec<String>,
    #[serde(default)]
    follows: Answers,
}

impl Expected {
    fn of(it: Judgement) -> Self {
        let said = |many: Vec<Mistake>| {
            many.into_iter().map(|it| (it.path, it.code, it.number)).collect::<Vec<_>>()
        };
        Self {
            mistakes: said(it.mistakes),
            warnings: said(it.warnings),
            visible: it.visible,
            computed: it.computed,
            answers: it.answers,
            signers: it.signers,
            follows: it.follows,
        }
    }
}

fn vectors() -> Vectors {
    serde_json::from_str(include_str!("../../tests/data/eform-vectors.json")).unwrap()
}

fn every_kind() -> Eform {
    vectors().forms.remove(0)
}

#[test]
fn every_case_of_the_vectors() {
    let vectors = vectors();
    assert!(vectors.cases.len() > 150);
    for case in vectors.cases {
        let form = vectors.forms.iter().find(|it| it.code == case.form).unwrap();
        let judged = judge(form, &case.answers, case.today);
        assert_eq!(Expected::of(judged), case.expected, "{}", case.name);
    }
}

fn proposing() -> Eform {
    vectors().forms.remove(1)
}

#[test]
fn what_is_proposed_is_taken_over_goes_with_its_source_and_leaves_what_was_typed() {
    let (form, day) = (proposing(), date(2026, 11, 26));
    assert_eq!(form.findings(), []);
    let born = [(Account::Birth, Answer::from("1992-03-04"))].into();
    let place =
        || Answer::Place(Place { unit: "xã A, huyện B".into(), detail: "Xóm 1".into() });
    let mut answers: Answers = [("ten".to_owned(), "Trần Thị Lan".into())].into();
    let first = take_over(&form, &Answers::new(), &mut answers, &born, day);
    assert_eq!(answers["nuoc"], "Việt Nam".into());
    assert!(!answers.contains_key("co"));
    // She says that she is the mother: her part is there, one proposal standing on another.
    answers.insert("la".to_owned(), "me".into());
    answers.insert("noi".to_owned(), place());
    let second = take_over(&form, &first.follows, &mut answers, &born, day);
    assert_eq!(second.mistakes, []);
    assert_eq!(answers["me-ten"], "Trần Thị Lan".into());
    assert_eq!(answers["me-noi"], place());
    assert_eq!(answers["me-sinh"], "1992-03-04".into());
    assert_eq!(answers["me-nuoc"], "Việt Nam".into());
    // What is emptied by hand stays empty where it may; what must be answered is proposed again.
    answers.insert("me-noi".to_owned(), Answer::Place(Place::default()));
    answers.remove("me-ten");
    answers.insert("me-nuoc".to_owned(), "Lào".into());
    let third = take_over(&form, &second.follows, &mut answers, &born, day);
    assert_eq!(answers["me-noi"], Answer::Place(Place::default()));
    assert_eq!(answers["me-ten"], "Trần Thị Lan".into());
    // Another relation: what was taken over goes, what was typed stays.
    answers.insert("la".to_owned(), "ba".into());
    answers.insert("nuoc".to_owned(), "Pháp".into());
    let last = take_over(&form, &third.follows, &mut answers, &born, day);
    assert!(!answers.contains_key("me-ten"), "{answers:?}");
    assert_eq!(answers["me-nuoc"], "Lào".into());
    assert!(!last.mistakes.is_empty() || !last.shows("me-ten"));
}

#[test]
fn the_form_of_the_vectors_has_every_kind_and_is_sound() {
    let form = every_kind();
    assert_eq!(form.findings(), []);
    for kind in Kind::ALL {
        assert!(form.fields().any(|(_, it)| it.kind == *kind), "{kind:?}");
    }
}

#[test]
fn a_form_comes_back_from_json_as_it_was() {
    let form = every_kind();
    let text = serde_json::to_string(&form).unwrap();
    assert_eq!(serde_json::from_str::<Eform>(&text).unwrap(), form);
    let strange = text.replacen("\"heading\"", "\"headings\"", 1);
    assert!(serde_json::from_str::<Eform>(&strange).is_err(), "an unknown word is told");
}

#[test]
fn every_message_is_said_in_both_languages_and_every_mistake_has_one() {
    for (code, vi, en) in MESSAGES {
        assert!(!vi.is_empty() && !en.is_empty() && vi != en, "{code}");
        assert_eq!(vi.contains("{n}"), en.contains("{n}"), "{code}");
    }
    let mut said = std::collections::BTreeSet::new();
    let vectors = vectors();
    for case in &vectors.cases {
        for it in judge(&vectors.forms[0], &case.answers, case.today).mistakes {
            assert!(!it.say.vi.is_empty() && !it.say.en.is_empty(), "{}: {it:?}", case.name);
            assert!(!it.say.vi.contains("{n}"), "{it:?}");
            said.insert(it.code);
        }
    }
    let unsaid = MESSAGES.iter().map(|it| it.0).filter(|it| !said.contains(*it));
    assert_eq!(unsaid.collect::<Vec<_>>(), ["id_year", "id_sex"], "warnings, no mistakes");
    let it = Said::of("id_year", Some(1990));
    assert!(it.vi.contains("1990"), "{it:?}");
}

fn grave(form: &Eform) -> Vec<String> {
    let found = form.findings().into_iter().filter(|it| it.is_grave);
    found.map(|it| format!("{}: {}", it.at, it.text)).collect()
}

/// What is grave after `change`, in one text.
fn broken(change: impl FnOnce(&mut Eform)) -> String {
    let mut form = every_kind();
    change(&mut form);
    grave(&form).join("\n")
}

#[test]
fn what_is_wrong_with_a_form_is_told_at_its_place() {
    let at = |change: fn(&mut Eform), wanted: &str| {
        let said = broken(change);
        assert!(said.contains(wanted), "wanted {wanted:?}, got {said:?}");
    };
    at(|it| it.pages.clear(), ": Biểu mẫu chưa có phần nào.");
    at(|it| it.pages[1].code = "mot".into(), "Mã phần “mot” dùng hai lần.");
    at(|it| it.pages[0].fields[1].code = "ten".into(), "Mã mục “ten” dùng hai lần.");
    at(|it| it.pages[0].fields[1].code = "Tên".into(), "chỉ được gồm chữ thường");
    at(|it| it.pages[0].fields[6].options.clear(), "gioi: Chưa có lựa chọn nào.");
    at(|it| it.pages[0].fields[6].options[0].code = "x".into(), "không có lựa chọn “nam”");
    at(|it| it.pages[0].fields[0].label.clear(), "ten: Chưa ghi câu hỏi.");
    at(|it| it.pages[0].fields[0].required = false, ": Phải có một mục bắt buộc là họ tên");
    at(|it| it.pages[0].fields[2].min = Some(50), "dai: Giới hạn dưới lớn hơn");
    at(|it| it.pages[0].fields[9].min = Some(1), "dt: Giới hạn nhỏ nhất");
    at(|it| it.pages[0].fields[7].born = "chu".into(), "cccd: Mục ngày sinh “chu”");
    at(|it| it.pages[1].fields[0].formula = None, "tuoi: Mục tự tính chưa có công thức.");
    at(|it| it.rules[0].at = "la".into(), "khac: Không có mục “la”.");
    at(|it| it.rules[0].say.clear(), "khac: Chưa ghi lời báo của quy tắc.");
    at(|it| it.signers[0].name = "chu".into(), "mot: Tên người ký phải lấy từ một mục họ tên.");
    at(|it| it.pages.swap(0, 2), "Chỉ được nhắc đến mục đứng trước");
    at(
        |it| it.pages[0].fields[1].when = Some(Condition::Filled("chu".into())),
        "chu: Chỉ được nhắc đến mục đứng trước; “chu” đứng sau hoặc là chính nó.",
    );
    at(|it| it.pages[0].fields[1].when = Some(Condition::All(Vec::new())), "Điều kiện trống");
    at(
        |it| {
            let mut deep = Condition::Filled("ten".into());
            for _ in 0..20 {
                deep = Condition::Not(Box::new(deep));
            }
            it.pages[1].when = Some(deep);
        },
        "hai: Điều kiện trống hoặc quá phức tạp.",
    );
    at(
        |it| it.pages[1].fields[2].formula = Some(Term::Sum("bang".into(), "ten".into())),
        "tong: Công thức không dùng được mục “bang”",
    );
    at(
        |it| it.pages[0].fields[18].columns[0].kind = Kind::Table,
        "bang: Cột “ten” có kiểu hoặc điều kiện không dùng được trong bảng.",
    );
    at(|it| it.to = "Trưởng phòng {phong}".into(), "“{phong}” mà phần mềm không biết điền gì");
    at(|it| it.to = "{unit} {phong}".into(), "Chỗ điền sẵn có: {unit} (tên cơ quan nhận");
    at(|it| it.to = "Ủy ban {unit".into(), "“{unit” mà phần mềm không biết");
    at(|it| it.to = "Ủy ban unit}".into(), "“}” mà phần mềm không biết");
    at(|it| it.oath = "Gửi {unit}".into(), "lời cam đoan có “{unit}”");
    at(
        |it| {
            it.pages[0].fields[1].follow =
                Some(Follow { from: Source::Field("dai".into()), when: None })
        },
        "chu: Chỉ được nhắc đến mục đứng trước; “dai” đứng sau",
    );
    let text = |it: &str| Some(Follow { from: Source::Text(it.to_owned()), when: None });
    for (at_field, it) in [(12, "21"), (6, "khac"), (18, "x"), (3, "mai")] {
        let said = broken(|form| form.pages[0].fields[at_field].follow = text(it));
        assert!(said.contains("Trả lời đề nghị sẵn không hợp"), "{it}: {said:?}");
    }
    assert_eq!(broken(|form| form.pages[0].fields[12].follow = text("20")), "");
    let account = Some(Follow { from: Source::Account(Account::Birth), when: None });
    let said = broken(|form| form.pages[0].fields[1].follow = account);
    assert!(said.contains("chu: Trả lời đề nghị sẵn không hợp"), "{said:?}");
    at(
        |it| it.pages[0].fields[1].fee = Some(FeeCount::Copies),
        "chu: Số tính phí phải là số nguyên",
    );
    at(
        |it| it.pages[0].fields[12].fee = Some(FeeCount::Pages),
        "so: Số tính phí phải là số nguyên",
    );
    at(
        |it| it.pages[0].fields[18].columns[2].fee = Some(FeeCount::Pages),
        "bang: Bảng tính phí cần đúng một cột số bản",
    );
    at(
        |it| {
            let fields = (0..=FIELDS_MAX).map(|n| Field::new(format!("f{n}"), Kind::Text, "x"));
            it.pages[2].fields.extend(fields);
        },
        &format!(": Biểu mẫu có nhiều hơn {FIELDS_MAX} mục."),
    );
}

#[test]
fn what_is_known_fills_the_form_and_what_was_filled_names_the_applicant() {
    let mut form = every_kind();
    form.pages[0].fields[7].prefill = Some(Prefill::Account(Account::Id));
    form.pages[0].fields[3].prefill = Some(Prefill::Account(Account::Birth));
    form.pages[0].fields[11].prefill = Some(Prefill::Account(Account::Address));
    form.pages[0].fields[5].prefill = Some(Prefill::Earlier("mother.birth".into()));
    form.pages[0].fields[12].prefill = Some(Prefill::Earlier("mother.wish".into()));
    let place = Answer::Place(Place { unit: "xã A, huyện B".into(), detail: "Xóm 1".into() });
    let known = Known {
        account: [
            (Account::Name, "Lê An".into()),
            (Account::Id, "040090123456".into()),
            (Account::Birth, "1990-03-05".into()),
            (Account::Address, place.clone()),
        ]
        .into(),
        earlier: [("mother.birth".into(), "1960".into()), ("mother.wish".into(), place)].into(),
    };
    let first = prefill(&form, &known);
    assert_eq!(first.len(), 5, "an address does not fit into a number: {first:?}");
    let judged = judge(&form, &first, date(2026, 11, 26));
    assert_eq!(judged.answers, first);
    let who = applicant(&form, &judged.answers);
    assert_eq!((who.name.as_str(), who.id.as_str()), ("Lê An", "040090123456"));
    assert_eq!((who.birth.as_str(), who.address.as_str()), ("1990-03-05", "Xóm 1, xã A, huyện B"));
    assert_eq!(exports(&form, &judged.answers), [("mother.birth".into(), "1960".into())].into());
}

#[test]
fn answers_are_shown_back_in_words_of_both_languages() {
    let vectors = vectors();
    let case = vectors.cases.iter().find(|it| it.name == "everything answered").unwrap();
    let form = &vectors.forms[0];
    let judged = judge(form, &case.answers, case.today);
    let files = [("t1".to_owned(), "giay.jpg".to_owned())].into();
    let all = blocks(form, &judged, &files, false);
    let text = |code: &str| {
        let items = all.iter().flat_map(|it| &it.items);
        items.clone().find(|it| it.code == code).unwrap().text.clone()
    };
    for (code, wanted) in [
        ("ten", "Nguyễn Văn An"),
        ("ngay", "05/03/1990"),
        ("nam", "1990"),
        ("gioi", "Nhãn nam"),
        ("noi", "Xóm 3, xã Phú Sơn, huyện Tân Kỳ"),
        ("tien", "1.500.000 đồng"),
        ("co", "Có"),
        ("nhieu", "Nhãn a, Nhãn c"),
        ("tep", "giay.jpg"),
        ("tong", "30 đồng"),
        ("ngay-hom", "26/11/2026"),
        ("tuoi", "36"),
    ] {
        assert_eq!(text(code), wanted, "{code}");
    }
    assert!(!all.iter().flat_map(|it| &it.items).any(|it| it.code == "loi"), "a note is no answer");
    let table = all[0].items.iter().find_map(|it| it.table.as_ref()).unwrap();
    assert_eq!(table.1[0], ["Lê A", "02/2001", "3", "10 đồng", "Nhãn p", "Không", "0987654321"]);
    let english = blocks(form, &judged, &files, true);
    assert_eq!(english[0].title, "One");
    let yes = english[0].items.iter().find(|it| it.code == "co").unwrap();
    assert_eq!(yes.text, "Yes");
}

/// Something that a field might be given, right or wrong.
fn answer() -> impl Strategy<Value = Answer> {
    let typed = prop_oneof![
        "\\PC{0,30}",
        "[0-9./ -]{0,14}",
        "[0-3][0-9]/[01][0-9]/(19|20)[0-9]{2}",
        "0[0-9]{2}[0-3][0-9]{8}",
        Just("nam".to_owned()),
        Just("yes".to_owned()),
        Just("x".to_owned()),
    ];
    let cells = proptest::collection::btree_map(
        prop_oneof![Just("ten"), Just("so"), Just("tien"), Just("ngay")].prop_map(str::to_owned),
        typed.clone(),
        0..4,
    );
    prop_oneof![
        6 => typed.clone().prop_map(Answer::Text),
        1 => proptest::collection::vec("[abcd]", 0..4).prop_map(Answer::Many),
        1 => proptest::collection::vec(cells, 0..4).prop_map(Answer::Rows),
        1 => (typed.clone(), typed).prop_map(|(unit, detail)| Answer::Place(Place { unit, detail })),
    ]
}

fn answers() -> impl Strategy<Value = Answers> {
    let form = every_kind();
    let codes: Vec<String> = form.fields().map(|(_, it)| it.code.clone()).collect();
    proptest::collection::btree_map(proptest::sample::select(codes), answer(), 0..30)
}

proptest! {
    #[test]
    fn what_is_kept_is_judged_the_same_again(given in answers()) {
        let form = every_kind();
        let today = date(2026, 11, 26);
        let first = judge(&form, &given, today);
        let again = judge(&form, &first.answers, today);
        prop_assert_eq!(&again.answers, &first.answers);
        prop_assert_eq!(&again.visible, &first.visible);
        prop_assert_eq!(&again.computed, &first.computed);
        prop_assert_eq!(&again.signers, &first.signers);
        // What did not read is gone and only missed now; what is broken together stays broken.
        for it in &again.mistakes {
            prop_assert!(
                it.code == "required" || first.mistakes.iter().any(|a| a.path == it.path),
                "{:?}", it
            );
        }
    }

    #[test]
    fn nothing_hidden_is_kept_and_nothing_shown_is_lost(given in answers()) {
        let form = every_kind();
        let it = judge(&form, &given, date(2026, 11, 26));
        for code in it.answers.keys().chain(it.computed.keys()) {
            prop_assert!(it.shows(code), "{}", code);
        }
        for mistake in &it.mistakes {
            let code = mistake.path.split('.').next().unwrap();
            prop_assert!(it.shows(code), "{}", mistake.path);
        }
        for (_, field) in form.fields() {
            let judged = it.answers.contains_key(&field.code)
                || it.mistakes.iter().any(|m| m.path.split('.').next() == Some(&field.code));
            let typed = match given.get(&field.code) {
                Some(Answer::Text(text)) => text.chars().any(char::is_alphanumeric),
                _ => false,
            };
            if field.is_asked() && it.shows(&field.code) && typed {
                prop_assert!(judged, "{} was neither kept nor told", field.code);
            }
        }
        let mut paths: Vec<&str> = it.mistakes.iter().map(|it| it.path.as_str()).collect();
        let all = paths.len();
        paths.sort_unstable();
        paths.dedup();
        prop_assert_eq!(paths.len(), all, "one mistake for a path");
    }

    #[test]
    fn an_age_is_that_of_the_last_birthday(days in 0_i32..45_000, later in 0_i32..40_000) {
        let born = date(1900, 1, 1).checked_add(jiff::Span::new().days(days)).unwrap();
        let at = born.checked_add(jiff::Span::new().days(later)).unwrap();
        let mut form = every_kind();
        form.pages[1].when = None;
        form.pages[1].fields[0].formula = Some(Term::Age(
            Box::new(Term::Field("ngay".into())),
            Box::new(Term::Today),
        ));
        let given = [("ngay".to_owned(), Answer::Text(born.to_string()))].into();
        let it = judge(&form, &given, at);
        let age: i16 = it.computed["tuoi"].parse().unwrap();
        let birthday = |years: i16| {
            // Who is born on 29 February is a year older on 1 March where there is no such day.
            Date::new(born.year() + years, born.month(), born.day())
                .unwrap_or_else(|_| Date::new(born.year() + years, 3, 1).unwrap())
        };
        prop_assert!(birthday(age) <= at && at < birthday(age + 1));
    }
}

#[test]
fn a_place_typed_without_marks_is_set_right_to_the_name_of_the_catalogue() {
    #[derive(serde::Deserialize)]
    struct Typed {
        typed: String,
        meant: String,
    }
    #[derive(serde::Deserialize)]
    struct Places {
        units: Vec<String>,
        cases: Vec<Typed>,
    }
    let vectors: Places =
        serde_json::from_str(include_str!("../../tests/data/eform-places.json")).unwrap();
    assert!(vectors.cases.len() > 12);
    for it in &vectors.cases {
        assert_eq!(settle_place(&it.typed, &vectors.units), it.meant, "{}", it.typed);
    }
    // What is set right stays as it is.
    for unit in &vectors.units {
        assert_eq!(settle_place(unit, &vectors.units), *unit);
    }
}

#[test]
fn each_question_that_shows_has_a_screen_of_its_own_and_nothing_that_asks_is_lost() {
    let form = every_kind();
    let judged = judge(&form, &Answers::new(), date(2026, 3, 2));
    let all = screens(&form, &judged);
    let asked: Vec<&str> = form
        .fields()
        .filter(|(_, it)| it.is_asked() && it.kind != Kind::File && judged.shows(&it.code))
        .map(|(_, it)| it.code.as_str())
        .collect();
    assert!(asked.len() > 1);
    assert_eq!(all.iter().map(|it| it.question).collect::<Vec<_>>(), asked);
    for it in &all {
        let asks = |code: &&&str| {
            form.field(code).is_some_and(|it| it.is_asked() && it.kind != Kind::File)
        };
        assert_eq!(it.fields.iter().filter(asks).count(), 1, "{it:?}");
        assert!(it.fields.iter().all(|code| form.page_of(code) == Some(it.page)), "{it:?}");
    }
}
