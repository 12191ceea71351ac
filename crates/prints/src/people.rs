//! Papers about a visit: one receipt for all that was handed in, and the slip of who took what home.

use jiff::civil::{Date, DateTime};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{
    Agency, Counter, Member, Person, PrintError,
    clean::clean,
    forms::{merge, qr_or_nothing},
    typeset,
    vi::{long_date, long_time, money},
};

/// One dossier of a visit.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct VisitDossier {
    /// Code.
    pub code: String,
    /// The secret that goes with it.
    pub secret: String,
    /// The procedure's name.
    pub procedure: String,
    /// When the result is promised.
    pub due_at: Option<DateTime>,
    /// The limit in words.
    pub limit: String,
    /// What is to be paid, đồng.
    pub dong: i64,
    /// How many papers were handed in.
    pub papers: u16,
}

/// One receipt for all that was handed in on one visit.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct VisitSheet {
    /// The office.
    pub agency: Agency,
    /// The counter.
    pub counter: Counter,
    /// Whose dossiers they are.
    pub applicant: Person,
    /// Who handed them in, when somebody else did.
    pub filer: Option<Person>,
    /// When.
    pub received_at: Option<DateTime>,
    /// The dossiers.
    pub dossiers: Vec<VisitDossier>,
    /// Where they can be followed.
    pub track_url: String,
    /// The official who received them.
    pub officer: String,
    /// Marks the paper as made from invented data.
    pub demo: bool,
}

/// The slip of who took what home (giấy biên nhận trả kết quả).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CollectionSheet {
    /// The office.
    pub agency: Agency,
    /// The counter.
    pub counter: Counter,
    /// The dossier's code.
    pub code: String,
    /// The procedure's name.
    pub procedure: String,
    /// Whose dossier it is.
    pub applicant: Person,
    /// Number of the result of the whole.
    pub number: String,
    /// Who collected: name, number, authority.
    pub collector: Person,
    /// Whether somebody else than the applicant did.
    pub by_proxy: bool,
    /// When.
    pub collected_at: Option<DateTime>,
    /// For whom, if for members of a group.
    pub members: Vec<Member>,
    /// The official who handed it over.
    pub officer: String,
    /// Marks the paper as made from invented data.
    pub demo: bool,
}

fn dressed(mut data: Value, title: &str, day: Option<Date>, more: Value) -> Value {
    merge(
        &mut data,
        json!({
            "title": title,
            "form_label": "",
            "paper": "a4",
            "date": day.map(|d| [i64::from(d.year()), i64::from(d.month()), i64::from(d.day())]),
            "date_text": day.map(long_date),
        }),
    );
    merge(&mut data, more);
    clean(&mut data);
    data
}

/// Prints the receipt of a visit as PDF.
///
/// # Errors
/// When the typesetter fails.
pub fn render_visit_receipt(sheet: &VisitSheet) -> Result<Vec<u8>, PrintError> {
    let total = sheet.dossiers.iter().map(|it| it.dong).fold(0, i64::saturating_add);
    let texts = sheet.dossiers.iter().map(|it| {
        json!({
            "due": it.due_at.map(long_time),
            "dong": if it.dong > 0 { money(it.dong) } else { String::new() },
        })
    });
    let more = json!({
        "received_text": sheet.received_at.map(long_time),
        "texts": texts.collect::<Vec<_>>(),
        "total": if total > 0 { money(total) } else { String::new() },
        "qr": qr_or_nothing(&sheet.track_url)?,
    });
    let day = sheet.received_at.map(DateTime::date);
    let title = "GIẤY TIẾP NHẬN HỒ SƠ VÀ HẸN TRẢ KẾT QUẢ (NHIỀU THỦ TỤC)";
    let data = dressed(serde_json::to_value(sheet)?, title, day, more);
    typeset::pdf_on_few_pages(include_str!("../forms/visit-receipt.typ"), data)
}

/// Prints the slip of a hand-over as PDF.
///
/// # Errors
/// When the typesetter fails.
pub fn render_collection(sheet: &CollectionSheet) -> Result<Vec<u8>, PrintError> {
    let more = json!({ "collected_text": sheet.collected_at.map(long_time), "qr": null });
    let day = sheet.collected_at.map(DateTime::date);
    let data = dressed(serde_json::to_value(sheet)?, "GIẤY BIÊN NHẬN TRẢ KẾT QUẢ", day, more);
    typeset::pdf_on_few_pages(include_str!("../forms/handover.typ"), data)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn person(name: &str) -> Person {
        Person { name: name.to_owned(), id_number: "040090123456".to_owned(), ..Person::default() }
    }

    #[test]
    fn both_papers_are_set_whatever_stands_in_them() {
        let dossier = |code: &str, dong| VisitDossier {
            code: code.to_owned(),
            secret: "123456".to_owned(),
            procedure: "Đăng ký khai sinh #let x = [*]".to_owned(),
            due_at: Some(date(2026, 3, 4).at(17, 0, 0, 0)),
            limit: "1 ngày làm việc".to_owned(),
            dong,
            papers: 3,
        };
        let visit = VisitSheet {
            applicant: person("Nguyễn Văn Thử"),
            filer: Some(Person {
                authority: "Giấy ủy quyền, số 1".to_owned(),
                ..person("Lê Thị Hai")
            }),
            received_at: Some(date(2026, 3, 3).at(9, 0, 0, 0)),
            dossiers: vec![dossier("H41.1-260303-0001", 8_000), dossier("H41.1-260303-0002", 0)],
            track_url: "https://motcua.example/tra-cuu".to_owned(),
            ..VisitSheet::default()
        };
        assert!(render_visit_receipt(&visit).unwrap().starts_with(b"%PDF"));
        let slip = CollectionSheet {
            code: "H41.1-260303-0001".to_owned(),
            applicant: Person {
                organisation: true,
                tax_code: "0100109106".to_owned(),
                ..person("Công ty Thử")
            },
            collector: person("Lê Thị Hai"),
            by_proxy: true,
            collected_at: Some(date(2026, 3, 4).at(9, 0, 0, 0)),
            members: vec![Member { name: "Trẻ Một".to_owned(), ..Member::default() }],
            ..CollectionSheet::default()
        };
        assert!(render_collection(&slip).unwrap().starts_with(b"%PDF"));
    }
}
