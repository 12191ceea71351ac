//! Books: the law's own examples, and what holds of every form that ships.

use jiff::civil::date;
use proptest::prelude::*;

use super::*;

fn forms() -> BookForms {
    BookForms::of(toml::from_str(include_str!("../../../../law/books.toml")).unwrap())
}

fn copies() -> BookForm {
    forms().on("ban-sao", date(2026, 2, 10)).unwrap().clone()
}

#[test]
fn every_form_that_ships_is_whole() {
    let forms = forms();
    let day = date(2026, 2, 10);
    let all: Vec<_> = forms.all_on(day).collect();
    assert!(all.len() >= 12);
    let mut procedures: Vec<&String> = Vec::new();
    for form in all {
        let code = &form.code;
        let of = |what| form.columns.iter().filter(|it| it.what == what).count();
        use ColumnWhat::{Day, Matter, Note, Number, Person, Signer};
        for what in [Number, Day, Person, Matter, Signer, Note] {
            assert_eq!(of(what), 1, "{code}: {what:?}");
        }
        let mut keys: Vec<_> = form.columns.iter().map(|it| &it.key).collect();
        keys.sort();
        keys.dedup();
        assert_eq!(keys.len(), form.columns.len(), "{code}: keys");
        for column in &form.columns {
            let is_line = !column.within.is_empty();
            let whole = form.keyed(&column.within).is_some_and(|it| it.within.is_empty());
            assert!(!is_line || whole, "{code}: {} stands within no column", column.key);
            assert!(!is_line || column.width == 0, "{code}: {}", column.key);
            assert_eq!(column.what == ColumnWhat::Choice, !column.choices.is_empty());
            let known = |it: &String| form.procedures.contains(it);
            assert!(column.preset_for.keys().all(known), "{code}: {} of another book", column.key);
        }
        assert!(form.to_close_by(2026).is_some(), "{code}: close_by");
        assert!(form.mark.contains("{volume}") && form.mark.contains("{year}"), "{code}");
        procedures.extend(&form.procedures);
    }
    let count = procedures.len();
    procedures.sort();
    procedures.dedup();
    assert_eq!(procedures.len(), count, "a procedure leads to one book");
    assert!(forms.on("ban-sao", date(2015, 4, 9)).is_none(), "before the decree there is no form");
    assert_eq!(forms.of_procedure("2.000815", day).unwrap().code, "ban-sao");
}

/// What a procedure is about stands in its column, and nothing where it says two things.
#[test]
fn the_kind_of_a_registration_is_that_of_its_procedure() {
    let forms = forms();
    for (procedure, key, said) in [
        ("1.001193", "loai", "Đăng ký đúng hạn"),
        ("1.004884", "loai", "Đăng ký lại"),
        ("2.000522", "loai", "Đăng ký lại"),
        ("1.000689", "loai", ""),
        ("1.000894", "loai", "Đăng ký kết hôn"),
        ("1.004746", "loai", "Đăng ký lại kết hôn"),
        ("1.004845", "viec", "Đăng ký chấm dứt giám hộ"),
        ("3.000323", "viec", "Đăng ký giám sát việc giám hộ"),
    ] {
        let form = forms.of_procedure(procedure, date(2026, 2, 10)).unwrap();
        assert_eq!(form.keyed(key).unwrap().preset_of(Some(procedure)), said, "{procedure}");
    }
}

/// TT 226/2016/TT-BTC Đ.4; one-stop.md 4.3: `min(200000, p ≤ 2 ? 2000p : 4000 + 1000(p − 2))`.
#[test]
fn copies_cost_by_the_page_and_the_rest_by_the_case() {
    let rule = copies().fee.unwrap();
    for (pages, copies, dong) in
        [(1, 1, 2_000), (2, 1, 4_000), (3, 1, 5_000), (3, 5, 25_000), (500, 2, 400_000)]
    {
        assert_eq!(rule.fee(pages, copies), Dong(dong), "{pages} pages, {copies} copies");
    }
    let signature = forms().on("chu-ky", date(2026, 1, 1)).unwrap().fee.clone().unwrap();
    assert_eq!(signature.fee(9, 3), Dong(10_000));
}

#[test]
fn volumes_are_called_as_papers_write_them_and_closed_by_their_day() {
    let form = copies();
    assert_eq!(form.volume(1, 2026), "01/2026-SCT/BS");
    assert_eq!(form.to_close_by(2026), Some(date(2026, 12, 31)));
    let births = forms().on("khai-sinh", date(2026, 1, 1)).unwrap().clone();
    assert_eq!(births.volume(2, 2026), "02-TP/HT-2026-KS");
    // NĐ 123/2015 Đ.11 k.3: before 5 January of the next year.
    assert_eq!(births.to_close_by(2026), Some(date(2027, 1, 5)));
}

fn book(last: Option<Date>, closed: Option<Date>) -> Book {
    Book { title: "Sổ".into(), year: 2026, last_on: last, count: 3, closed_on: closed }
}

#[test]
fn a_book_takes_its_own_days_in_order_until_it_is_closed() {
    let today = date(2026, 3, 2);
    assert_eq!(may_enter(&book(None, None), today, today, ""), Ok(()));
    let wrong = Err(BookRefused::WrongDay { year: 2026 });
    assert_eq!(may_enter(&book(None, None), date(2025, 12, 31), today, ""), wrong);
    assert_eq!(may_enter(&book(None, None), date(2026, 3, 3), today, ""), wrong);
    let late = may_enter(&book(Some(today), None), date(2026, 2, 27), today, " ");
    assert_eq!(late, Err(BookRefused::OutOfOrder { last: "02/03/2026".into() }));
    let told = may_enter(&book(Some(today), None), date(2026, 2, 27), today, "mất điện");
    assert_eq!(told, Ok(()));
    let closed = may_enter(&book(None, Some(date(2026, 12, 31))), date(2026, 12, 31), today, "");
    let text = closed.unwrap_err().to_string();
    assert!(text.contains("đã khóa ngày 31/12/2026 với 3 trường hợp"), "{text}");
}

#[test]
fn a_book_is_closed_once_when_its_year_ends() {
    let open = book(None, None);
    assert_eq!(may_close(&open, date(2026, 12, 30)), Err(BookRefused::TooEarly { year: 2026 }));
    assert_eq!(may_close(&open, date(2026, 12, 31)), Ok(()));
    assert_eq!(may_close(&open, date(2027, 1, 4)), Ok(()));
    let closed = book(None, Some(date(2026, 12, 31)));
    assert_eq!(may_close(&closed, date(2027, 1, 4)), Err(BookRefused::ClosedBefore));
}

#[test]
fn what_a_closed_book_has_summed_up_stands() {
    let form = copies();
    let change =
        |column: &str| [Change { column: column.into(), old: "1".into(), new: "2".into() }];
    assert_eq!(may_correct(&form, true, false, &change("nguoi-yeu-cau")), Ok(()));
    assert_eq!(may_correct(&form, false, false, &change("so-ban")), Ok(()));
    for key in ["so-ban", "so-trang", "le-phi"] {
        let refused = may_correct(&form, true, false, &change(key));
        assert_eq!(refused, Err(BookRefused::SumsStand), "{key}");
    }
    assert_eq!(may_correct(&form, false, true, &change("so-ban")), Err(BookRefused::Cancelled));
}

#[test]
fn what_is_missing_or_wrong_is_said_by_column() {
    let form = copies();
    let values: Values = [("nguoi-yeu-cau", "Nguyễn Thị Thử"), ("so-ban", "0"), ("le-phi", "-1")]
        .map(|(key, text)| (key.to_owned(), text.to_owned()))
        .into();
    let wrong = form.mistakes(&values, date(2026, 3, 2));
    let keys: Vec<_> = wrong.iter().map(|(key, _)| key.as_str()).collect();
    assert_eq!(keys, ["giay-to", "nguoi-ky", "so-ban", "so-trang", "le-phi"]);
}

proptest! {
    /// However an entry is put right, its history leads from what was written to what stands.
    #[test]
    fn corrections_lead_from_the_original_to_what_stands(
        steps in prop::collection::vec((0_usize..5, "[a-zđ ]{0,6}"), 0..12),
    ) {
        let form = copies();
        let keys: Vec<String> =
            form.columns.iter().filter(|it| it.is_typed()).map(|it| it.key.clone()).collect();
        let original: Values = keys.iter().map(|it| (it.clone(), "x".to_owned())).collect();
        let mut now = original.clone();
        let mut all: Vec<Change> = Vec::new();
        for (at, text) in steps {
            let mut next = now.clone();
            next.insert(keys[at % keys.len()].clone(), text);
            all.extend(changes(&form, &now, &next));
            now = next;
        }
        prop_assert_eq!(corrected(&original, &all), now);
        for change in &all {
            prop_assert_ne!(&change.old, &change.new);
        }
    }
}

#[test]
fn a_register_names_a_paper_shortly() {
    for (described, name) in [
        (
            "Bản chính giấy tờ, văn bản làm cơ sở để chứng thực bản sao và bản sao cần chứng thực. Trường \
             hợp người yêu cầu chỉ xuất trình bản chính thì cơ quan tiến hành chụp",
            Some("Bản chính giấy tờ, văn bản"),
        ),
        ("Dự thảo giao dịch", Some("Dự thảo giao dịch")),
        (
            "Bản dịch đính kèm giấy tờ, văn bản cần dịch.",
            Some("Bản dịch đính kèm giấy tờ, văn bản cần dịch"),
        ),
        ("Trường hợp gửi hồ sơ qua bưu chính thì gửi kèm bản sao", None),
        ("Một trong các giấy tờ sau: Căn cước điện tử; bản chính", None),
        ("", None),
    ] {
        assert_eq!(paper_name(described).as_deref(), name, "{described}");
    }
    let long = paper_name(&"giấy tờ dài ".repeat(40)).expect("a name");
    assert!(long.chars().count() <= 80 && long.starts_with("giấy tờ"), "{long}");
}
