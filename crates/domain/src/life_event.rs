//! Events of a life (việc trong đời) and the procedures that belong to them, in the order of need.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

/// Groups of an event, and procedures of a group, at most.
const MANY: usize = 30;
/// Characters of a title at most.
const TITLE_MAX: usize = 80;
/// Characters of an introduction at most.
const INTRO_MAX: usize = 300;

/// Procedures that one needs at one time.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Group {
    /// What people read above them.
    pub title: String,
    /// The same in English; the Vietnamese if empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub english: String,
    /// Codes, what is needed first before the rest.
    pub procedures: Vec<String>,
}

/// An event of a life with its page.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LifeEvent {
    /// Its part of an address, such as `sinh-con`.
    pub code: String,
    /// What people call it.
    pub name: String,
    /// The same in English; the Vietnamese if empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub english: String,
    /// What stands above its procedures.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub intro: String,
    /// The same in English.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub intro_english: String,
    /// More words by which it is found.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub words: String,
    /// Its procedures, in the order of need.
    #[serde(default, rename = "group")]
    pub groups: Vec<Group>,
}

/// The events that `data/life-events.toml` holds.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct LifeEvents {
    /// In the order in which they are shown.
    #[serde(rename = "event")]
    pub events: Vec<LifeEvent>,
}

impl LifeEvent {
    /// The name for a reader.
    #[must_use]
    pub fn name_in(&self, english: bool) -> &str {
        either(english, &self.english, &self.name)
    }

    /// The introduction for a reader.
    #[must_use]
    pub fn intro_in(&self, english: bool) -> &str {
        either(english, &self.intro_english, &self.intro)
    }

    /// What is wrong with it, in Vietnamese, by field: `ten`, `nhom-1`, …
    #[must_use]
    pub fn mistakes(&self, is_procedure: impl Fn(&str) -> bool) -> Vec<(String, String)> {
        let mut wrong = Vec::new();
        let is_letter = |it: u8| it.is_ascii_lowercase() || it.is_ascii_digit() || it == b'-';
        if self.code.is_empty() || self.code.len() > 40 || !self.code.bytes().all(is_letter) {
            let text = "Địa chỉ trang chỉ gồm chữ thường không dấu, số và dấu -, tối đa 40 ký tự.";
            wrong.push(("ma".to_owned(), text.to_owned()));
        }
        if self.name.trim().is_empty() || self.name.chars().count() > TITLE_MAX {
            wrong.push(("ten".to_owned(), format!("Tên cần từ 1 đến {TITLE_MAX} ký tự.")));
        }
        if self.intro.chars().count().max(self.intro_english.chars().count()) > INTRO_MAX {
            wrong.push(("gioi-thieu".to_owned(), format!("Tối đa {INTRO_MAX} ký tự.")));
        }
        if self.groups.is_empty() || self.groups.len() > MANY {
            wrong.push(("nhom-1".to_owned(), format!("Cần từ 1 đến {MANY} nhóm thủ tục.")));
        }
        let mut seen = BTreeSet::new();
        for (number, group) in (1..).zip(&self.groups) {
            let mut at = |text: String| wrong.push((format!("nhom-{number}"), text));
            if group.title.trim().is_empty() || group.title.chars().count() > TITLE_MAX {
                at(format!("Tên nhóm cần từ 1 đến {TITLE_MAX} ký tự."));
            }
            if group.procedures.is_empty() || group.procedures.len() > MANY {
                at(format!("Nhóm cần từ 1 đến {MANY} thủ tục."));
            }
            for code in &group.procedures {
                if !is_procedure(code) {
                    at(format!("Danh mục không có thủ tục {code}."));
                } else if !seen.insert(code) {
                    at(format!("Thủ tục {code} đứng hai lần."));
                }
            }
        }
        wrong
    }
}

impl Group {
    /// The title for a reader.
    #[must_use]
    pub fn title_in(&self, english: bool) -> &str {
        either(english, &self.english, &self.title)
    }
}

fn either<'a>(english: bool, text: &'a str, other: &'a str) -> &'a str {
    if english && !text.is_empty() { text } else { other }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(procedures: &[&str]) -> LifeEvent {
        LifeEvent {
            code: "sinh-con".into(),
            name: "Sinh con".into(),
            english: "Having a baby".into(),
            groups: vec![Group {
                title: "Trước hết".into(),
                english: String::new(),
                procedures: procedures.iter().map(|it| (*it).to_owned()).collect(),
            }],
            ..LifeEvent::default()
        }
    }

    #[test]
    fn an_event_names_procedures_that_there_are_each_once() {
        let is_known = |code: &str| code == "1.001193";
        assert!(event(&["1.001193"]).mistakes(is_known).is_empty());
        let wrong = event(&["1.001193", "1.001193", "9.999999"]).mistakes(is_known);
        let fields: Vec<&str> = wrong.iter().map(|it| it.0.as_str()).collect();
        assert_eq!(fields, ["nhom-1", "nhom-1"]);
        let empty = LifeEvent { code: "Sinh Con".into(), ..LifeEvent::default() };
        let fields: Vec<String> = empty.mistakes(is_known).into_iter().map(|it| it.0).collect();
        assert_eq!(fields, ["ma", "ten", "nhom-1"]);
    }

    #[test]
    fn english_readers_get_english_where_there_is_some() {
        let it = event(&["1.001193"]);
        assert_eq!((it.name_in(true), it.name_in(false)), ("Having a baby", "Sinh con"));
        assert_eq!(it.groups[0].title_in(true), "Trước hết");
    }
}
