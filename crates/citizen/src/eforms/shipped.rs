//! The forms that ship with the product, as data.

use std::collections::BTreeMap;

use domain::eform::{Answers, Eform};
use store::Fault;

/// A file of `data/eforms` by its name.
macro_rules! shipped {
    ($($name:literal),* $(,)?) => {
        [$(($name, include_str!(concat!("../../../../data/eforms/", $name, ".json")))),*]
    };
}

const FILES: [(&str, &str); 23] = shipped![
    "cai-chinh-ho-tich",
    "chung-thuc-ban-sao",
    "chung-thuc-chu-ky",
    "chung-thuc-giao-dich",
    "cu-tru",
    "dang-ky-lai-khai-sinh",
    "dat-dai-bien-dong",
    "dat-dai-lan-dau",
    "giam-ho",
    "ho-kinh-doanh",
    "ho-ngheo",
    "huu-tri-xa-hoi",
    "ket-hon",
    "khai-sinh",
    "khai-tu",
    "mai-tang-phi",
    "nguoi-co-cong-tu-tran",
    "nhan-cha-me-con",
    "tho-cung-liet-si",
    "trich-luc-ho-tich",
    "tro-cap-xa-hoi",
    "xac-nhan-hon-nhan",
    "xac-nhan-khuyet-tat",
];

/// Every form that ships, by code.
///
/// # Errors
/// If a file does not read.
pub fn all() -> Result<Vec<Eform>, Fault> {
    let read = |(name, text): &(&str, &str)| {
        serde_json::from_str(text)
            .map_err(|e| Fault::Broken(format!("data/eforms/{name}.json: {e}")))
    };
    FILES.iter().map(read).collect()
}

/// What tells one edition of a form from another, whatever its number here.
///
/// # Errors
/// If the form cannot be written.
pub fn mark(form: &Eform) -> Result<String, Fault> {
    let bare = Eform { version: 0, ..form.clone() };
    let text = serde_json::to_string(&bare)
        .map_err(|e| Fault::Broken(format!("form {}: {e}", form.code)))?;
    Ok(site::token_sha256(&text).chars().take(MARK_CHARS).collect())
}

/// Letters of a mark: enough for the few editions of one form.
const MARK_CHARS: usize = 20;

/// The marks of every edition that ever shipped, by code; the last of each is the one that ships.
const EDITIONS: &str = include_str!("../../../../data/eform-editions.txt");

fn editions(code: &str) -> impl Iterator<Item = &'static str> {
    let lines = EDITIONS.lines().filter(|it| !it.starts_with('#'));
    let of = lines.filter_map(move |it| it.strip_prefix(code)?.strip_prefix(' '));
    of.flat_map(str::split_whitespace)
}

/// Whether a form is as it shipped once: the office changed nothing of it.
///
/// # Errors
/// If the form cannot be written.
pub fn was_shipped(form: &Eform) -> Result<bool, Fault> {
    let mark = mark(form)?;
    Ok(editions(&form.code).any(|it| it == mark))
}

/// A full sample of answers to a form that ships: for trials and the demo.
///
/// # Errors
/// If the file does not read.
pub fn sample(code: &str) -> Result<Option<Answers>, Fault> {
    let text = include_str!("../../../../data/eform-samples.json");
    let mut all: BTreeMap<String, Answers> = serde_json::from_str(text)
        .map_err(|e| Fault::Broken(format!("data/eform-samples.json: {e}")))?;
    Ok(all.remove(code))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use domain::{
        eform::{Account, Kind, applicant, judge},
        procedure::ProcedureVersion,
    };
    use jiff::civil::date;

    use super::*;
    use crate::procedures::facts::shipped::procedures;

    #[test]
    fn twenty_forms_and_more_ship_and_each_is_sound() {
        let all = all().unwrap();
        assert!(all.len() >= 20, "{}", all.len());
        for ((name, _), it) in FILES.iter().zip(&all) {
            assert_eq!(it.code, *name);
            assert_eq!(it.findings(), [], "{name}: not even something light");
            assert!(!it.oath.is_empty() && it.source.len() > 30, "{name} says where it is from");
        }
        let codes: BTreeSet<&str> = all.iter().map(|it| it.code.as_str()).collect();
        assert_eq!(codes.len(), all.len());
    }

    #[test]
    fn every_edition_that_ships_is_known_by_its_mark() {
        for it in all().unwrap() {
            let (code, now) = (&it.code, mark(&it).unwrap());
            let last = editions(code).last();
            assert_eq!(
                last,
                Some(now.as_str()),
                "add “{now}” to {code} in data/eform-editions.txt"
            );
            assert!(was_shipped(&Eform { version: 7, ..it.clone() }).unwrap());
            assert!(!was_shipped(&Eform { title: "Tên khác".into(), ..it }).unwrap());
        }
    }

    #[test]
    fn a_full_sample_passes_and_an_empty_one_is_told_what_is_missing() {
        let today = date(2026, 2, 1);
        for it in all().unwrap() {
            let sample = sample(&it.code).unwrap().expect(&it.code);
            let judged = judge(&it, &sample, today);
            assert_eq!(judged.mistakes, [], "{}", it.code);
            assert_eq!(judged.warnings, [], "{}", it.code);
            let kept: BTreeSet<_> = judged.answers.keys().collect();
            assert_eq!(kept, sample.keys().collect(), "{}: all of it is asked", it.code);
            let who = applicant(&it, &judged.answers);
            assert!(!who.name.is_empty() && !who.id.is_empty() && !who.address.is_empty());
            assert!(it.signers.is_empty() || !judged.signers.is_empty(), "{}", it.code);

            let empty = judge(&it, &Answers::new(), today);
            assert!(empty.mistakes.len() >= 5, "{}", it.code);
            assert!(empty.mistakes.iter().all(|m| !m.say.vi.is_empty() && !m.say.en.is_empty()));
            for (_, field) in it.fields().filter(|(_, field)| field.required) {
                let without = {
                    let mut answers = sample.clone();
                    answers.remove(&field.code);
                    judge(&it, &answers, today)
                };
                let told = without.mistakes.iter().any(|m| m.path.starts_with(&field.code));
                assert!(told || !judged.shows(&field.code), "{}: {}", it.code, field.code);
            }
        }
    }

    #[test]
    fn each_is_for_procedures_of_the_catalogue_and_no_two_for_the_same() {
        let catalogue = procedures().unwrap();
        let mut taken = BTreeSet::new();
        for it in all().unwrap() {
            assert!(!it.procedures.is_empty(), "{}", it.code);
            for code in it.procedures {
                let found = catalogue.iter().find(|p: &&ProcedureVersion| p.code == code);
                assert!(found.is_some(), "{}: {code}", it.code);
                assert!(taken.insert(code.clone()), "{code} has two forms");
            }
        }
        assert!(taken.len() >= 20, "{}", taken.len());
    }

    #[test]
    fn the_law_of_a_form_is_kept_by_its_rules() {
        let judged = |code: &str, change: &[(&str, &str)]| {
            let all = all().unwrap();
            let form = all.iter().find(|it| it.code == code).unwrap();
            let mut answers = sample(code).unwrap().unwrap();
            for (field, text) in change {
                assert!(form.field(field).is_some_and(|it| it.kind != Kind::Table), "{field}");
                answers.insert((*field).to_owned(), (*text).into());
            }
            let it = judge(form, &answers, date(2026, 2, 1));
            it.mistakes.into_iter().map(|it| it.code).collect::<Vec<_>>()
        };
        // Luật HN&GĐ 2014 Đ.8: 20 and 18 full years.
        assert_eq!(judged("ket-hon", &[("nam-sinh", "02/02/2006")]), ["rule:tuoi-nam"]);
        assert_eq!(judged("ket-hon", &[("nam-sinh", "01/02/2006")]), [""; 0]);
        assert_eq!(judged("ket-hon", &[("nu-sinh", "02/02/2008")]), ["rule:tuoi-nu"]);
        assert_eq!(judged("ket-hon", &[("nam-lan", "2")]), ["required", "required"]);
        // Luật BHXH 2024 Đ.21: 75 years, or 70 in a poor household.
        assert_eq!(judged("huu-tri-xa-hoi", &[("yc-sinh", "02/02/1951")]), ["rule:tuoi"]);
        let poor = [("yc-sinh", "02/02/1951"), ("ho-ngheo", "ngheo")];
        assert_eq!(judged("huu-tri-xa-hoi", &poor), [""; 0]);
        // NĐ 123/2015 Đ.24: registered before 2016.
        let late = [("kl-nam-cu", "02/01/2016")];
        assert_eq!(judged("dang-ky-lai-khai-sinh", &late), ["rule:truoc-2016"]);
        // BLDS 2015 Đ.27: from nine years on the child must agree.
        let child = [("cc-viec", "thay-doi"), ("cc-sinh", "01/02/2017"), ("cc-dong-y", "no")];
        assert_eq!(judged("cai-chinh-ho-tich", &child), ["rule:dong-y"]);
        assert_eq!(judged("khai-sinh", &[("tre-sinh", "02/02/2026")]), ["date_past"]);
        let nobody = [("me-co", "no"), ("cha-co", "no")];
        assert_eq!(judged("khai-sinh", &nobody), ["rule:mot-nguoi"]);
        // Parents come twelve years before their child at least, also where only a year is known.
        assert_eq!(judged("khai-sinh", &[("me-sinh", "2015")]), ["rule:me-tuoi"]);
        assert_eq!(judged("khai-sinh", &[("me-sinh", "2014")]), [""; 0]);
        assert_eq!(judged("khai-sinh", &[("cha-sinh", "2026")]), ["rule:cha-tuoi"]);
        assert_eq!(judged("dang-ky-lai-khai-sinh", &[("me-sinh", "2025")]), ["rule:me-tuoi"]);
        let child = [("nhan-la", "cha"), ("nhan-sinh", "01/01/1990"), ("duoc-sinh", "01/01/1985")];
        assert_eq!(judged("nhan-cha-me-con", &child), ["rule:tuoi"]);
        assert_eq!(judged("dat-dai-lan-dau", &[("tranh-chap", "yes")]), ["rule:tranh-chap"]);
    }

    #[test]
    fn what_one_form_says_of_the_parents_fills_another() {
        let all = all().unwrap();
        let of = |code: &str| all.iter().find(|it| it.code == code).unwrap();
        let sample = sample("khai-sinh").unwrap().unwrap();
        let known = domain::eform::Known {
            earlier: domain::eform::exports(of("khai-sinh"), &sample),
            account: [(Account::Name, "Trần Thị Lan".into())].into(),
        };
        let first = domain::eform::prefill(of("dang-ky-lai-khai-sinh"), &known);
        assert_eq!(first["me-ten"], "Trần Thị Lan".into());
        assert_eq!(first["cha-ten"], "Nguyễn Văn Hùng".into());
        assert_eq!(first["yc-ten"], "Trần Thị Lan".into());
    }
}
