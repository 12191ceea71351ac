//! What a dossier would be to pay by what its declaration counts: proposed to the counter, shown to the citizen.
//!
//! Law: TT 281/2016/TT-BTC Đ.4 (8.000 đ for each copy of an extract of the civil-status registers), TT 226/2016/TT-BTC
//! Đ.4 (copies that are certified, page by page).

use super::{Assessment, Exemption, Item, Rate, assess};
use crate::{
    eform::{Answer, Answers, Eform, FeeCount, Field, Kind},
    money::Dong,
    procedure::ProcedureVersion,
};

/// The procedure by whose rate copies of extracts are charged, also where they are asked for with another one.
pub const COPIES_OF_EXTRACTS: &str = "2.000635";

/// Fields whose whole number is a number of copies, in forms that mark none.
const COPIES: [&str; 2] = ["ban-sao", "so-ban"];
/// The columns of a table that counts papers, in forms that mark none: pages of each, copies of each.
const ROW: (&str, &str) = ("trang", "ban");

/// What a declaration counts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counted {
    /// Copies that are what is asked for: at least one.
    pub copies: u32,
    /// Copies that are asked for beside what the procedure gives: there may be none.
    pub beside: u32,
    /// Pages and copies of each paper.
    pub papers: Vec<(u32, u32)>,
}

impl Counted {
    /// What `answers` to `form` count, by what its fields and columns are marked as ([`Field::fee`]). A form that
    /// marks nothing is read by the names of its fields: `ban-sao` or `so-ban`, and tables with the columns `trang`
    /// and `ban`.
    #[must_use]
    pub fn of(form: &Eform, answers: &Answers) -> Self {
        let mut all = Self::default();
        let fields = || form.pages.iter().flat_map(|it| &it.fields);
        let is_marked =
            fields().any(|it| it.fee.is_some() || it.columns.iter().any(|it| it.fee.is_some()));
        let counts = |field: &Field| match field.fee {
            Some(it) => Some(it),
            None if is_marked || !COPIES.contains(&field.code.as_str()) => None,
            None if field.min >= Some(1) => Some(FeeCount::Copies),
            None => Some(FeeCount::Beside),
        };
        let column = |table: &Field, what: FeeCount, name: &str| {
            let is_it =
                |it: &&Field| if is_marked { it.fee == Some(what) } else { it.code == name };
            table.columns.iter().find(is_it).map(|it| it.code.clone())
        };
        let number = |text: &str| text.parse::<u32>().unwrap_or(0).min(super::COUNT_MAX);
        for field in fields() {
            let Some(answer) = answers.get(&field.code) else { continue };
            match (field.kind, answer) {
                (Kind::Integer, Answer::Text(text)) => {
                    let of = match counts(field) {
                        Some(FeeCount::Copies) => &mut all.copies,
                        Some(FeeCount::Beside) => &mut all.beside,
                        Some(FeeCount::Pages) | None => continue,
                    };
                    *of = of.saturating_add(number(text));
                }
                (Kind::Table, Answer::Rows(rows)) => {
                    let cell = |row: &crate::eform::Cells, code: &str| {
                        row.get(code).map_or(0, |it| number(it))
                    };
                    let pages = column(field, FeeCount::Pages, ROW.0);
                    let Some(copies) = column(field, FeeCount::Copies, ROW.1) else { continue };
                    // Where pages are not asked for, a paper has one.
                    let pages_of = |row| match &pages {
                        Some(code) => cell(row, code),
                        None => u32::from(is_marked),
                    };
                    let both = rows.iter().map(|it| (pages_of(it), cell(it, &copies)));
                    all.papers.extend(both.filter(|it| it.0 > 0 && it.1 > 0));
                }
                _ => {}
            }
        }
        all
    }
}

/// What is proposed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Proposal {
    /// The lines and their sum.
    pub assessment: Assessment,
    /// What the procedure itself costs is in it; else only the copies beside it are.
    pub has_own: bool,
    /// Everything is in it: the procedure costs nothing, or its only rate was counted.
    pub is_whole: bool,
    /// Something is charged, and how much cannot be said here: somebody has to. Where neither the catalogue nor the
    /// table names a fee nothing may be charged (Luật Phí và lệ phí 97/2015/QH13 Đ.16), and nothing is asked.
    pub is_unknown: bool,
}

impl Proposal {
    /// How it came about, line by line; empty if there is nothing to pay.
    #[must_use]
    pub fn working(&self) -> String {
        let lines = self.assessment.lines.iter().map(|it| format!("{}: {}", it.name, it.working));
        lines.collect::<Vec<_>>().join("; ")
    }
}

/// What is to be paid by the rates of the procedure and those of copies, as counted. Where a procedure has several
/// rates, nobody knows here which one it is: its own share is left to the counter.
#[must_use]
pub fn propose(
    body: &ProcedureVersion,
    (own, copies): (&[&Rate], &[&Rate]),
    counted: &Counted,
    exemption: Option<&Exemption>,
) -> Proposal {
    let of_copies = |rate: &Rate| {
        let unit = if rate.unit.is_empty() { "bản".to_owned() } else { rate.unit.clone() };
        Rate { unit, ..rate.clone() }
    };
    let (own_rate, copy_rate) = (
        match own {
            [one] if counted.copies > 0 => Some(of_copies(one)),
            [one] => Some((*one).clone()),
            _ => None,
        },
        match copies {
            [one] if counted.beside > 0 => {
                Some(Rate { name: "Bản sao trích lục".to_owned(), ..of_copies(one) })
            }
            _ => None,
        },
    );
    let mut items = Vec::new();
    if let Some(rate) = &own_rate {
        let item = |count, pieces| Item { rate, count, pieces };
        match counted.papers.as_slice() {
            [] if rate.counts_pieces() => {}
            [] => items.push(item(counted.copies.max(1), 1)),
            papers if rate.counts_pieces() => {
                items.extend(papers.iter().map(|it| item(it.0, it.1)))
            }
            papers => {
                let of_pages = rate.unit.starts_with("trang");
                let each =
                    papers.iter().map(|it| if of_pages { it.0.saturating_mul(it.1) } else { it.1 });
                items.push(item(each.fold(0, u32::saturating_add), 1));
            }
        }
    }
    let has_own = !items.is_empty();
    if let Some(rate) = &copy_rate {
        items.push(Item { rate, count: counted.beside, pieces: 1 });
    }
    let is_free = !body.fees.is_empty() && body.fees.iter().all(|it| it.amount == Some(Dong(0)));
    let copies_known = counted.beside == 0 || copy_rate.is_some();
    let is_whole = (has_own || own.is_empty() && is_free) && copies_known;
    let names_none = own.is_empty() && body.fees.is_empty() && copies_known;
    Proposal {
        assessment: assess(&items, exemption),
        has_own,
        is_whole,
        is_unknown: !is_whole && !names_none,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fees::FeeKind;

    fn rate(unit: &str, amount: i64) -> Rate {
        Rate {
            name: "Lệ phí".to_owned(),
            kind: FeeKind::Duty,
            channel: None,
            amount: Dong(amount),
            unit: unit.to_owned(),
            beyond: None,
            cap: None,
            basis: String::new(),
        }
    }

    fn body(amount: Option<i64>) -> ProcedureVersion {
        serde_json::from_value(serde_json::json!({
            "code": "1.000001", "name": "A", "sector": "B", "tiers": ["commune"], "body": "ubnd",
            "level": "partial", "fees": [{ "amount": amount }],
        }))
        .unwrap()
    }

    #[test]
    fn copies_are_counted_by_the_names_of_fields() {
        let form = |min: i64| -> Eform {
            serde_json::from_value(serde_json::json!({
                "code": "thu", "title": "Thử", "heading": "TỜ KHAI", "to": "{unit}", "source": "Thử",
                "pages": [{ "code": "a", "title": "A", "fields": [
                    { "code": "ban-sao", "kind": "integer", "label": "Số bản sao", "min": min },
                    { "code": "bang", "kind": "table", "label": "Từng loại", "columns": [
                        { "code": "trang", "kind": "integer", "label": "Số trang" },
                        { "code": "ban", "kind": "integer", "label": "Số bản" },
                    ]},
                ]}],
            }))
            .unwrap()
        };
        let row = |pages: &str, copies: &str| {
            [("trang".to_owned(), pages.to_owned()), ("ban".to_owned(), copies.to_owned())].into()
        };
        let answers = Answers::from([
            ("ban-sao".to_owned(), Answer::from("3")),
            ("bang".to_owned(), Answer::Rows(vec![row("5", "2"), row("", "1")])),
        ]);
        let papers = vec![(5, 2)];
        let own = Counted { copies: 3, beside: 0, papers: papers.clone() };
        assert_eq!(Counted::of(&form(1), &answers), own);
        assert_eq!(Counted::of(&form(0), &answers), Counted { copies: 0, beside: 3, papers });
        assert_eq!(Counted::of(&form(0), &Answers::new()), Counted::default());
    }

    #[test]
    fn copies_are_counted_by_the_marks_of_fields_whatever_they_are_called() {
        let form: Eform = serde_json::from_value(serde_json::json!({
            "code": "thu", "title": "Thử", "heading": "TỜ KHAI", "to": "{unit}", "source": "Thử",
            "pages": [{ "code": "a", "title": "A", "fields": [
                { "code": "xin", "kind": "integer", "label": "Xin mấy bản", "fee": "copies" },
                { "code": "them", "kind": "integer", "label": "Thêm mấy bản", "min": 1, "fee": "beside" },
                { "code": "ban-sao", "kind": "integer", "label": "Bản sao đã có" },
                { "code": "giay", "kind": "table", "label": "Từng loại", "columns": [
                    { "code": "to", "kind": "integer", "label": "Số tờ", "fee": "pages" },
                    { "code": "so", "kind": "integer", "label": "Mấy bản", "fee": "copies" },
                ]},
                { "code": "khac", "kind": "table", "label": "Loại khác", "columns": [
                    { "code": "so", "kind": "integer", "label": "Mấy bản", "fee": "copies" },
                    { "code": "trang", "kind": "integer", "label": "Số trang đã nộp" },
                ]},
            ]}],
        }))
        .unwrap();
        let row = |cells: [(&str, &str); 2]| {
            cells.map(|(code, it)| (code.to_owned(), it.to_owned())).into()
        };
        let answers = Answers::from([
            ("xin".to_owned(), Answer::from("2")),
            ("them".to_owned(), Answer::from("1")),
            ("ban-sao".to_owned(), Answer::from("9")),
            ("giay".to_owned(), Answer::Rows(vec![row([("to", "5"), ("so", "2")])])),
            ("khac".to_owned(), Answer::Rows(vec![row([("so", "3"), ("trang", "7")])])),
        ]);
        let counted = Counted { copies: 2, beside: 1, papers: vec![(5, 2), (1, 3)] };
        assert_eq!(Counted::of(&form, &answers), counted);
    }

    #[test]
    fn three_copies_cost_three_times_the_rate() {
        let (rate, counted) = (rate("", 8_000), Counted { copies: 3, ..Counted::default() });
        let it = propose(&body(Some(8_000)), (&[&rate], &[]), &counted, None);
        assert_eq!((it.assessment.due(), it.has_own, it.is_whole), (Dong(24_000), true, true));
        assert_eq!(it.working(), "Lệ phí: 3 bản × 8.000 đ/bản = 24.000 đ");
    }

    #[test]
    fn copies_beside_a_free_procedure_are_paid_and_nothing_else_is() {
        let (rate, counted) = (rate("", 8_000), Counted { beside: 2, ..Counted::default() });
        let it = propose(&body(Some(0)), (&[], &[&rate]), &counted, None);
        assert_eq!((it.assessment.due(), it.has_own, it.is_whole), (Dong(16_000), false, true));
        assert_eq!(it.assessment.lines[0].copies, 2);
        // What the province sets is not known: what is proposed is not all of it.
        assert!(!it.is_unknown);
        let it = propose(&body(None), (&[], &[&rate]), &counted, None);
        assert!(!it.is_whole && it.is_unknown && it.assessment.due() == Dong(16_000));
        let it = propose(&body(Some(0)), (&[], &[]), &counted, None);
        assert!(!it.is_whole && it.is_unknown);
        // No fee is named anywhere: nothing may be charged, and nobody is asked. Several rates: somebody chooses.
        let unnamed = ProcedureVersion { fees: Vec::new(), ..body(None) };
        let none = Counted::default();
        assert!(!propose(&unnamed, (&[], &[]), &none, None).is_unknown);
        assert!(propose(&unnamed, (&[&rate, &rate], &[]), &none, None).is_unknown);
    }

    #[test]
    fn where_there_are_several_rates_none_is_chosen_and_the_only_one_counts_once() {
        let (a, b) = (rate("", 50_000), rate("", 100_000));
        let none = propose(&body(None), (&[&a, &b], &[]), &Counted::default(), None);
        assert!(none.assessment.lines.is_empty() && !none.is_whole);
        let one = propose(&body(None), (&[&a], &[]), &Counted::default(), None);
        assert_eq!((one.assessment.due(), one.is_whole), (Dong(50_000), true));
    }

    #[test]
    fn pages_are_counted_paper_by_paper() {
        let rate = Rate {
            beyond: Some(super::super::Beyond { after: 2, amount: Dong(1_000) }),
            cap: Some(Dong(200_000)),
            ..rate("trang", 2_000)
        };
        let counted = Counted { papers: vec![(3, 2), (1, 1)], ..Counted::default() };
        let it = propose(&body(Some(2_000)), (&[&rate], &[]), &counted, None);
        assert_eq!(it.assessment.due(), Dong(5_000 * 2 + 2_000));
        let unknown = propose(&body(Some(2_000)), (&[&rate], &[]), &Counted::default(), None);
        assert!(unknown.assessment.lines.is_empty(), "nobody knows how many pages");
    }
}
