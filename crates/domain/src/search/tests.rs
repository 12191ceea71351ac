//! Tests of the search over the real catalogue's 541 names.

use proptest::prelude::*;

use super::*;

const NAMES: &str = include_str!("../../tests/data/procedure-names.csv");
const SYNONYMS: &str = include_str!("../../../../data/synonyms.json");

#[derive(serde::Deserialize)]
struct Row {
    code: String,
    name: String,
    field: String,
}

fn rows() -> Vec<Row> {
    csv::Reader::from_reader(NAMES.as_bytes()).deserialize().map(|row| row.unwrap()).collect()
}

fn catalogue(rows: &[Row]) -> Index {
    let documents = rows.iter().zip(0..).map(|(row, id)| Document {
        id,
        code: &row.code,
        title: &row.name,
        extra: &row.field,
    });
    Index::build(documents, serde_json::from_str(SYNONYMS).unwrap())
}

/// The codes of the first three; a procedure without a code shows its name.
fn first_three(index: &Index, rows: &[Row], query: &str) -> Vec<String> {
    let shown = |hit: Hit| {
        let row = &rows[usize::try_from(hit.id).unwrap()];
        if row.code.is_empty() { row.name.clone() } else { row.code.clone() }
    };
    index.find(query, 3).into_iter().map(shown).collect()
}

const QUESTIONS: [(&str, &str); 93] = [
    ("1.001193", "1.001193"),
    ("1001193", "1.001193"),
    ("khai sinh", "1.001193"),
    ("khai sihn", "1.001193"),
    ("kahi sinh", "1.001193"),
    ("khaisinh", "1.001193"),
    ("dang ky khai shin", "1.001193"),
    ("giay khai sin", "1.001193"),
    ("khai sing", "1.001193"),
    ("the nguoi khuyet tat", "1.001699"),
    ("thẻ khuyết tật", "1.001699"),
    ("KHAI SINH", "1.001193"),
    ("đăng kí khai sinh cho con", "1.001193"),
    ("dk khai sinh", "1.001193"),
    ("vợ tôi mới đẻ", "1.001193"),
    ("ĐK kết hôn", "1.000894"),
    ("dang ky ket hon", "1.000894"),
    ("ket hom", "1.000894"),
    ("cưới", "1.000894"),
    ("lấy chồng nước ngoài", "2.000806"),
    ("giay chung tu", "1.000656"),
    ("khai tử", "1.000656"),
    ("bố tôi qua đời", "1.000656"),
    ("độc thân", "1.004873"),
    ("xác nhận tình trạng hôn nhân", "1.004873"),
    ("giay xac nhan tinh trang hon nhan", "1.004873"),
    ("xin giấy độc thân", "1.004873"),
    ("công chứng", "2.000815"),
    ("sao y bản chính", "2.000815"),
    ("chung thuc ban sao", "2.000815"),
    ("chứng thực chữ ký", "2.000884"),
    ("giấy ủy quyền", "2.000884"),
    ("di chuc", "2.001019"),
    ("từ chối thừa kế", "2.001016"),
    ("bán đất", "2.001035"),
    ("trích lục khai sinh", "2.000635"),
    ("sửa giấy khai sinh", "1.004859"),
    ("cai chinh ho tich", "1.004859"),
    ("đăng ký lại khai sinh", "1.004884"),
    ("giám hộ", "1.004837"),
    ("nhận con nuôi", "2.001263"),
    ("nhận cha cho con", "1.001022"),
    ("hộ nghèo", "1.011606"),
    ("ho ngheo", "1.011607"),
    ("khuyết tật", "1.001699"),
    ("tàn tật", "1.001699"),
    ("tiền mai táng", "1.001731"),
    ("trợ cấp người cao tuổi", "1.014027"),
    ("mở quán", "1.001612"),
    ("ho kinh doanh", "1.001612"),
    ("đăng ký kinh doanh", "1.001612"),
    ("bán rượu", "2.000620"),
    ("xây nhà", "1.013225"),
    ("giấy phép xây dựng", "1.013225"),
    ("sửa nhà", "1.013229"),
    ("sổ đỏ", "1.012753"),
    ("tranh chấp đất", "1.012812"),
    ("nhập hộ khẩu", "1.004222"),
    ("tam tru", "1.004194"),
    ("tách khẩu", "1.010038"),
    ("mất căn cước", "1.014064"),
    ("lam cccd", "1.014061"),
    ("đi bộ đội", "1.013133"),
    ("nghia vu quan su", "1.013133"),
    ("mất bằng lái", "3.000348"),
    ("khiếu nại", "2.002409"),
    ("cai nghien", "3.000527"),
    ("con tôi mới sinh làm giấy tờ gì", "1.001193"),
    ("đăng ký tạm trú cho người thuê trọ", "1.004194"),
    ("đk hộ kinh doanh", "1.001612"),
    ("chứng thực hợp đồng", "2.001035"),
    ("xin xác nhận hộ nghèo", "1.011606"),
    ("trẻ mồ côi", "1.001776"),
    ("làm sổ đỏ", "1.012753"),
    ("bố mất", "1.000656"),
    ("bo mat", "1.000656"),
    ("làm khai sinh cho con", "1.001193"),
    ("lam giay khai sinh", "1.001193"),
    ("ông tôi mất", "1.000656"),
    ("bà tôi mất hôm qua", "1.000656"),
    ("mẹ tôi mất rồi", "1.000656"),
    ("ong toi mat", "1.000656"),
    ("de con", "1.001193"),
    ("chuyen khau", "1.004222"),
    ("sang ten dat", "2.001035"),
    ("xin tach thua dat", "1.012753"),
    ("birth certificate", "1.001193"),
    ("marriage registration", "1.000894"),
    ("death certificate", "1.000656"),
    ("certified copy", "2.000815"),
    ("building permit", "1.013225"),
    ("temporary residence", "1.004194"),
    ("household business", "1.001612"),
];

#[test]
fn what_citizens_ask_is_in_the_first_three() {
    let rows = rows();
    assert_eq!(rows.len(), 541);
    let index = catalogue(&rows);
    let wrong: Vec<String> = QUESTIONS
        .iter()
        .map(|(query, wanted)| (query, wanted, first_three(&index, &rows, query)))
        .filter(|(_, wanted, found)| !found.iter().any(|code| code == *wanted))
        .map(|(query, wanted, found)| format!("{query}: wanted {wanted}, found {found:?}"))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn letters_in_the_wrong_order_are_read_as_the_word() {
    let rows = rows();
    let index = catalogue(&rows);
    for query in ["dang ky khai shin", "đăng ký khai shin", "dang ky khia sihn"] {
        assert_eq!(first_three(&index, &rows, query)[0], "1.001193", "{query}");
    }
}

#[test]
fn the_plain_procedure_comes_before_its_relatives() {
    let rows = rows();
    let index = catalogue(&rows);
    for (query, wanted) in [
        ("khai sinh", "1.001193"),
        ("khai sihn", "1.001193"),
        ("ĐK kết hôn", "1.000894"),
        ("dang ky ket hon", "1.000894"),
        ("giay chung tu", "1.000656"),
        ("khai tư", "1.000656"),
        ("đăng ký thường trú", "1.004222"),
    ] {
        assert_eq!(first_three(&index, &rows, query)[0], wanted, "{query}");
    }
}

#[test]
fn a_corrected_query_says_what_it_was_taken_for() {
    let rows = rows();
    let index = catalogue(&rows);
    assert_eq!(index.did_you_mean("khai sihn").as_deref(), Some("khai sinh"));
    assert_eq!(index.did_you_mean("dang ky kte hon").as_deref(), Some("đăng ký kết hôn"));
    assert_eq!(index.did_you_mean("khai sinh"), None);
    assert_eq!(index.did_you_mean("xin xác nhận hộ nghèo"), None);
    assert_eq!(index.did_you_mean("1.001193"), None);
    assert_eq!(index.did_you_mean("xyzzy qwerty"), None);
}

#[test]
fn nothing_is_found_for_nothing() {
    let rows = rows();
    let index = catalogue(&rows);
    for query in ["", "   ", "…?!", "xyzzyqwertz"] {
        assert_eq!(index.find(query, 10), [], "{query}");
    }
    assert_eq!(index.find("khai sinh", 0), []);
    assert!(Index::build([], Synonyms::default()).find("khai sinh", 3).is_empty());
}

#[test]
fn an_everyday_phrase_without_marks_is_read_as_the_phrase() {
    let rows = rows();
    let index = catalogue(&rows);
    let begun = index.find("birth certif", 1);
    assert_eq!(rows[usize::try_from(begun[0].id).unwrap()].code, "1.001193");
    for asked in ["lam so do", "so do", "làm sổ đỏ"] {
        let found = index.find(asked, 3);
        let best = &rows[usize::try_from(found[0].id).unwrap()];
        assert!(text::fold(&best.name).contains("quyen su dung dat"), "{asked}: {}", best.name);
    }
}

#[test]
fn a_beginning_of_a_code_lists_its_family() {
    let rows = rows();
    let found = catalogue(&rows).find("1.00065", 10);
    assert!(found.iter().any(|hit| rows[usize::try_from(hit.id).unwrap()].code == "1.000656"));
    assert!(
        found.iter().all(|hit| rows[usize::try_from(hit.id).unwrap()].code.starts_with("1.00065"))
    );
}

#[test]
fn there_are_enough_everyday_words_and_each_finds_something() {
    let rows = rows();
    let index = catalogue(&rows);
    let synonyms: Synonyms = serde_json::from_str(SYNONYMS).unwrap();
    assert!(synonyms.synonyms.len() >= 60);
    for synonym in &synonyms.synonyms {
        for say in &synonym.say {
            assert!(!index.find(say, 3).is_empty(), "{say}");
        }
        for mean in &synonym.mean {
            let words = marked_words(mean);
            let known = words
                .iter()
                .all(|word| rows.iter().any(|row| marked_words(&row.name).contains(word)));
            assert!(known, "no title has every word of {mean}");
        }
    }
}

#[test]
fn errors_are_counted_as_people_make_them() {
    for (one, other, errors) in [
        ("sinh", "sinh", 0),
        ("sihn", "sinh", 1),
        ("sin", "sinh", 1),
        ("sinhh", "sinh", 1),
        ("sonh", "sinh", 1),
        ("snih", "sinh", 1),
        ("nghiep", "nghei", 2),
        ("", "sinh", 4),
        ("ca", "abc", 3),
    ] {
        assert_eq!(distance(one, other), errors, "{one} {other}");
    }
}

proptest! {
    #[test]
    fn a_distance_is_the_same_both_ways(one in "[a-d]{0,7}", other in "[a-d]{0,7}") {
        prop_assert_eq!(distance(&one, &other), distance(&other, &one));
        prop_assert_eq!(distance(&one, &one), 0);
        prop_assert!(distance(&one, &other) >= one.len().abs_diff(other.len()));
    }

    #[test]
    fn no_query_breaks_the_search(query in "\\PC{0,40}|[0-9. ]{0,12}|([a-z]{1,6} ){0,8}") {
        let titles = ["Thủ tục đăng ký khai sinh", "Chứng thực di chúc"];
        let documents = titles.iter().zip(1..).map(|(title, id)| Document {
            id, code: "1.001193", title, extra: "Hộ tịch",
        });
        let index = Index::build(documents, Synonyms::default());
        prop_assert!(index.find(&query, 5).len() <= 2);
        let _ = index.did_you_mean(&query);
    }
}
