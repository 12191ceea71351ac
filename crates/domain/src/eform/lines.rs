//! Answers as lines and tables: what is shown back before sending, to the official, on paper.

use std::collections::BTreeMap;

use super::{Answer, Eform, Field, Judgement, Kind};
use crate::text;

/// One answered question.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Item {
    /// The field's code.
    pub code: String,
    /// The question.
    pub label: String,
    /// The answer in words; empty if there is none.
    pub text: String,
    /// Heads and rows of a table; without rows if there are none.
    pub table: Option<(Vec<String>, Vec<Vec<String>>)>,
}

/// One part of the form with its answers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Block {
    /// The page's code.
    pub code: String,
    /// Its heading.
    pub title: String,
    /// Its answers.
    pub items: Vec<Item>,
}

/// Vietnamese unless English is asked for and there is some.
fn said<'a>(vi: &'a str, en: &'a str, english: bool) -> &'a str {
    if english && !en.is_empty() { en } else { vi }
}

/// A date as people write it: `31/12/1990`, `12/1990`, `1990`. What is no date stays as it is.
#[must_use]
pub fn shown_date(iso: &str) -> String {
    let parts: Vec<&str> = iso.split('-').collect();
    match *parts.as_slice() {
        [year, month, day] => format!("{day}/{month}/{year}"),
        [year, month] => format!("{month}/{year}"),
        _ => iso.to_owned(),
    }
}

fn label(field: &Field, code: &str, english: bool) -> String {
    match (field.kind, field.option(code)) {
        (_, Some(it)) => said(&it.label, &it.label_en, english).to_owned(),
        (Kind::YesNo, None) if code == "yes" => said("Có", "Yes", english).to_owned(),
        (Kind::YesNo, None) if code == "no" => said("Không", "No", english).to_owned(),
        _ => code.to_owned(),
    }
}

fn words(field: &Field, typed: &str, english: bool) -> String {
    match field.kind {
        Kind::Date | Kind::PartialDate => shown_date(typed),
        Kind::Integer => typed.parse().map_or_else(|_| typed.to_owned(), text::number),
        Kind::Money => amount(typed),
        Kind::YesNo | Kind::Choice => label(field, typed, english),
        _ => typed.to_owned(),
    }
}

fn amount(digits: &str) -> String {
    digits
        .parse()
        .map_or_else(|_| digits.to_owned(), |it: i64| format!("{} đồng", text::number(it)))
}

fn computed(field: &Field, value: &str) -> String {
    let is_number = value.parse::<i64>().is_ok();
    let is_date = value.len() == 10 && value.parse::<jiff::civil::Date>().is_ok();
    match (is_number, is_date) {
        (true, _) if field.money => amount(value),
        (true, _) => words(&Field::new("", Kind::Integer, ""), value, false),
        (_, true) => shown_date(value),
        _ => value.to_owned(),
    }
}

/// The shown parts of a form with their answers. `files` names attached files by what stands in
/// the answer; one that it does not know is named by that.
#[must_use]
pub fn blocks(
    form: &Eform,
    judged: &Judgement,
    files: &BTreeMap<String, String>,
    english: bool,
) -> Vec<Block> {
    let of_page = |page: &super::Page| {
        let asked = page.fields.iter().filter(|it| it.kind != Kind::Note && judged.shows(&it.code));
        let items: Vec<Item> = asked.map(|it| item(it, judged, files, english)).collect();
        (!items.is_empty()).then(|| Block {
            code: page.code.clone(),
            title: said(&page.title, &page.title_en, english).to_owned(),
            items,
        })
    };
    form.pages.iter().filter_map(of_page).collect()
}

fn item(
    field: &Field,
    judged: &Judgement,
    files: &BTreeMap<String, String>,
    english: bool,
) -> Item {
    let mut table = None;
    let text = match (field.kind, judged.answers.get(&field.code)) {
        (Kind::Computed, _) => {
            judged.computed.get(&field.code).map_or_else(String::new, |it| computed(field, it))
        }
        (_, Some(Answer::Text(it))) => words(field, it, english),
        (_, Some(Answer::Place(it))) => it.line(),
        (Kind::File, Some(Answer::Many(many))) => {
            let named = many.iter().map(|it| files.get(it).unwrap_or(it).as_str());
            named.collect::<Vec<_>>().join(", ")
        }
        (_, Some(Answer::Many(many))) => {
            many.iter().map(|it| label(field, it, english)).collect::<Vec<_>>().join(", ")
        }
        (_, Some(Answer::Rows(rows))) => {
            let heads = field.columns.iter().map(|it| said(&it.label, &it.label_en, english));
            let cells = rows.iter().map(|row| {
                let cell = |column: &Field| {
                    row.get(&column.code).map_or_else(String::new, |it| words(column, it, english))
                };
                field.columns.iter().map(cell).collect()
            });
            table = Some((heads.map(str::to_owned).collect(), cells.collect()));
            String::new()
        }
        (_, None) => String::new(),
    };
    let label = said(&field.label, &field.label_en, english).to_owned();
    Item { code: field.code.clone(), label, text, table }
}
