//! Tests over the shipped rows.

use super::*;

#[test]
fn papers_are_found_by_procedure() {
    let text = include_str!("../../../../data/replaced-papers.csv");
    let rows: Vec<ReplacedPaper> =
        csv::Reader::from_reader(text.as_bytes()).deserialize().map(|row| row.unwrap()).collect();
    assert_eq!(rows.len(), 761);
    let papers = ReplacedPapers::new(rows);
    assert_eq!(papers.procedures(), 740);
    for code in ["2.000620", "2.000620.000.00.00.H41", "2000620"] {
        let found = papers.of(code);
        assert_eq!(found.len(), 1, "{code}");
        assert_eq!(found[0].paper, "Giấy chứng nhận đăng ký doanh nghiệp");
        assert_eq!(found[0].article, "Khoản 2 Điều 23");
    }
    assert_eq!(papers.of("9.999999"), []);
}

#[test]
fn a_paper_is_covered_when_it_is_that_paper_and_not_when_it_only_mentions_it() {
    let replaced = |paper: &str| ReplacedPaper {
        code: String::new(),
        paper: paper.to_owned(),
        database: "CSDL hộ tịch điện tử".to_owned(),
        owner: "Bộ Tư pháp".to_owned(),
        document: "Nghị định số 105/2020/NĐ-CP".to_owned(),
        article: "Điểm d khoản 3 Điều 7".to_owned(),
    };
    let birth = replaced("Căn cước công dân, Giấy khai sinh");
    assert!(birth.covers("Bản sao giấy khai sinh") && birth.covers("Căn cước công dân"));
    assert!(!birth.covers("Giấy chứng sinh"));
    assert!(!birth.covers(
        "Văn bản cam đoan về việc chưa được cấp giấy khai sinh của người yêu cầu và hai người làm chứng"
    ));
    assert!(!replaced("Căn cước").covers("Đơn"), "nothing is covered by chance");
    let reason = birth.reason();
    assert!(reason.contains("CSDL hộ tịch điện tử (Bộ Tư pháp)"), "{reason}");
    assert!(reason.contains("Điểm d khoản 3 Điều 7 Nghị định số 105/2020/NĐ-CP"), "{reason}");
}
