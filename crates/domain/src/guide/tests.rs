//! Guides: what comes up, what is needed, what is wrong.

use proptest::prelude::*;

use super::*;

fn guide(toml: &str) -> Guide {
    toml::from_str(toml).unwrap()
}

const BIRTH: &str = r#"
code = "1.001193"
remarks = ["không phải nộp bản giấy"]
[[question]]
id = "ai"
ask = "Ai đi đăng ký?"
choices = [{id = "cha-me", label = "Cha hoặc mẹ"}, {id = "khac", label = "Người khác"}]
[[question]]
id = "than-thich"
ask = "Người đi có phải ông bà, người thân thích không?"
when = ["ai=khac"]
[[question]]
id = "nuoc-ngoai"
ask = "Cha hoặc mẹ có phải người nước ngoài không?"
[[paper]]
name = "Giấy chứng sinh"
covers = ["giấy chứng sinh trường hợp"]
[[paper]]
name = "Giấy ủy quyền có chứng thực"
covers = ["văn bản ủy quyền"]
when = ["ai=khac", "than-thich=khong"]
[[outcome]]
kind = "elsewhere"
say = "Con có cha hoặc mẹ là người nước ngoài làm theo thủ tục khác."
to = "2.000528"
when = ["nuoc-ngoai=co"]
[[outcome]]
kind = "note"
say = "Đăng ký trong 60 ngày từ khi sinh."
"#;

fn paper(name: &str, role: PaperRole) -> RequiredPaper {
    RequiredPaper {
        name: name.to_owned(),
        group: String::new(),
        role,
        originals: None,
        copies: None,
        form: String::new(),
    }
}

fn published() -> Vec<RequiredPaper> {
    vec![
        paper("Giấy chứng sinh; trường hợp không có thì nộp văn bản xác nhận.", PaperRole::Submit),
        paper("Văn bản ủy quyền (được chứng thực)", PaperRole::Submit),
        paper("Đã nộp bản điện tử thì không phải nộp bản giấy.", PaperRole::Submit),
        paper("Thẻ căn cước", PaperRole::Show),
        paper("Lưu ý chung", PaperRole::Note),
    ]
}

fn answers(guide: &Guide, pairs: &[(&str, &str)]) -> Answers {
    let pairs: Vec<_> = pairs.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect();
    Answers::of(guide, &pairs)
}

fn names(list: &[Needed]) -> Vec<&str> {
    list.iter().map(|it| it.name.as_str()).collect()
}

#[test]
fn a_question_comes_up_only_after_the_answer_that_it_needs() {
    let guide = guide(BIRTH);
    let ids = |it: &Answers| guide.asked(it).iter().map(|it| it.id.clone()).collect::<Vec<_>>();
    assert_eq!(ids(&Answers::default()), ["ai", "nuoc-ngoai"]);
    let other = answers(&guide, &[("ai", "khac")]);
    assert_eq!(ids(&other), ["ai", "than-thich", "nuoc-ngoai"]);
    assert!(!guide.is_answered(&other));
    // An answer to a question that no longer comes up is not believed.
    let back =
        answers(&guide, &[("ai", "cha-me"), ("than-thich", "khong"), ("nuoc-ngoai", "khong")]);
    assert_eq!(back.to("than-thich"), None);
    assert!(guide.is_answered(&back));
}

#[test]
fn papers_are_kept_spared_and_never_forgotten() {
    let guide = guide(BIRTH);
    let parent = answers(&guide, &[("ai", "cha-me"), ("nuoc-ngoai", "khong")]);
    let done = guide.conclude(&parent, &published());
    assert!(done.is_eligible());
    assert_eq!(names(&done.papers), ["Giấy chứng sinh", "Thẻ căn cước"]);
    assert!(done.papers[1].only_shown);
    assert_eq!(names(&done.spared), ["Giấy ủy quyền có chứng thực"]);
    assert_eq!(done.remarks.len(), 1);
    assert_eq!(done.notes.len(), 1);
    let stranger =
        answers(&guide, &[("ai", "khac"), ("than-thich", "khong"), ("nuoc-ngoai", "khong")]);
    let done = guide.conclude(&stranger, &published());
    assert_eq!(
        names(&done.papers),
        ["Giấy chứng sinh", "Giấy ủy quyền có chứng thực", "Thẻ căn cước"]
    );
    assert!(done.spared.is_empty());
}

#[test]
fn an_answer_that_ends_it_asks_no_more() {
    let guide = guide(BIRTH);
    let foreign = answers(&guide, &[("nuoc-ngoai", "co")]);
    assert!(guide.is_answered(&foreign));
    let done = guide.conclude(&foreign, &published());
    assert!(!done.is_eligible());
    assert_eq!(done.elsewhere[0].to, "2.000528");
}

#[test]
fn what_is_wrong_is_told_where_it_stands() {
    let good = guide(BIRTH);
    let mistakes = good.mistakes(&published(), |code| code == "2.000528");
    assert!(mistakes.is_empty(), "{mistakes:?}");
    let mut bad = good.clone();
    bad.questions[1].when = vec![Condition::try_from("nuoc-ngoai=co".to_owned()).unwrap()];
    bad.papers[0].covers = vec!["giấy không có".to_owned()];
    bad.papers[1].when = vec![Condition::try_from("ai=hang-xom".to_owned()).unwrap()];
    bad.outcomes[0].when.clear();
    let mistakes = bad.mistakes(&published(), |_| false);
    let told: Vec<_> = mistakes.iter().map(|it| (it.at.as_str(), it.is_grave)).collect();
    assert_eq!(
        told,
        [
            ("cau-hoi-2", true),
            ("giay-to-1", false),
            ("giay-to-2", true),
            ("ket-luan-1", true),
            ("ket-luan-1", true)
        ]
    );
    assert!(Condition::try_from("ai".to_owned()).is_err());
    assert!(Condition::try_from("=co".to_owned()).is_err());
}

#[test]
fn what_was_answered_spares_papers_and_questions_of_the_form() {
    let mut it = guide(BIRTH);
    let condition = |text: &str| vec![Condition::try_from(text.to_owned()).unwrap()];
    let fill = |value: &str, when: &str| Fill {
        field: "quan-he".to_owned(),
        value: value.to_owned(),
        when: condition(when),
    };
    it.fills = vec![fill("me", "ai=cha-me"), fill("khac", "nuoc-ngoai=khong")];
    let parents = answers(&it, &[("nuoc-ngoai", "khong"), ("ai", "cha-me")]);
    assert_eq!(it.fills_for(&parents), [("quan-he", "me")], "the first line that holds");
    let others = answers(&it, &[("nuoc-ngoai", "khong"), ("ai", "khac"), ("than-thich", "co")]);
    assert_eq!(it.fills_for(&others), [("quan-he", "khac")]);
    assert!(it.fills_for(&Answers::default()).is_empty());
    for given in [&parents, &others] {
        let done = it.conclude(given, &published());
        let not_mine = done.not_mine();
        for needed in &done.papers {
            assert!(
                !needed.official.iter().any(|it| not_mine.contains(&it.as_str())),
                "{needed:?}"
            );
            assert!(!not_mine.contains(&needed.name.as_str()), "{needed:?}");
        }
    }
    it.fills[0].when.clear();
    it.fills[1].when = condition("ai=hang-xom");
    let told = it.mistakes(&published(), |_| true);
    let told: Vec<_> = told.iter().map(|it| (it.at.as_str(), it.is_grave)).collect();
    assert_eq!(told, [("to-khai-1", true), ("to-khai-2", true)]);
}

#[test]
fn a_guide_survives_being_written_and_read() {
    let guide = guide(BIRTH);
    let text = serde_json::to_string(&guide).unwrap();
    assert_eq!(serde_json::from_str::<Guide>(&text).unwrap(), guide);
}

proptest! {
    #[test]
    fn whatever_is_answered_no_published_paper_is_lost(
        ai in "cha-me|khac|xyz|", than in "co|khong|", nuoc in "co|khong|",
    ) {
        let guide = guide(BIRTH);
        let given = answers(&guide, &[("ai", &ai), ("than-thich", &than), ("nuoc-ngoai", &nuoc)]);
        let done = guide.conclude(&given, &published());
        for it in published().iter().filter(|it| it.role != PaperRole::Note) {
            let here = |list: &[Needed]| {
                list.iter().any(|one| one.name == it.name || one.official.contains(&it.name))
            };
            prop_assert!(
                here(&done.papers) || here(&done.spared) || done.remarks.contains(&it.name)
            );
        }
    }
}
