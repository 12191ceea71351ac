//! What answers given beforehand spare somebody who then files: papers that are not for his case, and questions of the
//! form that he has answered already.

use serde::{Deserialize, Serialize};

use super::{Answers, Conclusion, Condition, Guide};

/// A first answer of the form that is declared over the line: whoever answered so need not say it again.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fill {
    /// The code of the form's field.
    pub field: String,
    /// What is answered there.
    pub value: String,
    /// All of these must hold.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub when: Vec<Condition>,
}

impl Fill {
    /// The field and the answer.
    #[must_use]
    pub fn pair(&self) -> (&str, &str) {
        (&self.field, &self.value)
    }
}

impl Guide {
    /// First answers of the form, by field; of several lines for one field the first that holds.
    #[must_use]
    pub fn fills_for(&self, answers: &Answers) -> Vec<(&str, &str)> {
        let mut found: Vec<(&str, &str)> = Vec::new();
        for it in self.fills.iter().filter(|it| answers.hold(&it.when)) {
            if !found.iter().any(|(field, _)| *field == it.field) {
                found.push((&it.field, &it.value));
            }
        }
        found
    }
}

impl Conclusion {
    /// Lines of the catalogue that are not for this case, as published: papers that others need, and remarks.
    #[must_use]
    pub fn not_mine(&self) -> Vec<&str> {
        let needed = |name: &str| {
            self.papers
                .iter()
                .any(|it| it.name == name || it.official.iter().any(|one| one == name))
        };
        let spared = self.spared.iter().flat_map(|it| &it.official).chain(&self.remarks);
        spared.map(String::as_str).filter(|it| !needed(it)).collect()
    }
}
