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
