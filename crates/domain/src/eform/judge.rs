//! The judgement of answers: what is wrong, what is shown, what is computed, what is kept.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use super::{
    Account, Answer, Answers, Eform, Field, Kind, Said,
    value::{self, Value, Values, Wrong},
};
use crate::identity::{PersonalId, Sex};

/// Something wrong with an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    /// Where: the field's code; `bang.2.ten` in a row, from 1; `noi-o.unit` in an address.
    pub path: String,
    /// Which message: one of [`super::MESSAGES`], or `rule:` and the rule's code.
    pub code: String,
    /// The number in the message.
    pub number: Option<i64>,
    /// The message.
    pub say: Said,
}

/// What is to be said about answers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Judgement {
    /// What must be put right, in the order of the form; one for a path.
    pub mistakes: Vec<Mistake>,
    /// What should be looked at once more.
    pub warnings: Vec<Mistake>,
    /// The codes of fields that are shown, in order.
    pub visible: Vec<String>,
    /// What computed fields come to: digits, `YYYY-MM-DD` or a text.
    pub computed: BTreeMap<String, String>,
    /// The answers as they are kept: tidied, of shown fields only, without what does not read.
    pub answers: Answers,
    /// The codes of those who must sign, in order.
    pub signers: Vec<String>,
    /// What is proposed for shown fields, whether they are answered or not.
    pub follows: Answers,
}

impl Judgement {
    /// Whether a field is shown.
    #[must_use]
    pub fn shows(&self, code: &str) -> bool {
        self.visible.iter().any(|it| it == code)
    }

    /// What is wrong at a path.
    #[must_use]
    pub fn at(&self, path: &str) -> Option<&Mistake> {
        self.mistakes.iter().find(|it| it.path == path)
    }
}

/// Judges answers on a day. Hidden fields are ignored and dropped; so is what the form does not
/// know.
#[must_use]
pub fn judge(form: &Eform, answers: &Answers, today: Date) -> Judgement {
    judge_of(form, answers, &BTreeMap::new(), today)
}

/// [`judge`] where something is known of whoever fills the form in.
#[must_use]
pub fn judge_of(
    form: &Eform,
    answers: &Answers,
    account: &BTreeMap<Account, Answer>,
    today: Date,
) -> Judgement {
    let mut it = Judgement::default();
    let fields = form.fields().map(|(_, field)| (field.code.as_str(), field)).collect();
    let mut values = Values { today, of: BTreeMap::new(), fields };
    for page in &form.pages {
        let shown = page.when.as_ref().is_none_or(|it| it.holds(&values) == Some(true));
        if !shown {
            continue;
        }
        for field in &page.fields {
            if field.when.as_ref().is_none_or(|it| it.holds(&values) == Some(true)) {
                it.visible.push(field.code.clone());
                if let Some(proposed) = super::follow::proposed(field, account, &values, &it) {
                    it.follows.insert(field.code.clone(), proposed);
                }
                of_field(field, answers, &mut values, &mut it);
            }
        }
    }
    let mut paths: BTreeSet<String> = it.mistakes.iter().map(|it| it.path.clone()).collect();
    for rule in &form.rules {
        let known = it.shows(&rule.at) && !paths.contains(&rule.at);
        if known && rule.must.holds(&values) == Some(false) {
            paths.insert(rule.at.clone());
            it.mistakes.push(Mistake {
                path: rule.at.clone(),
                code: format!("rule:{}", rule.code),
                number: None,
                say: Said { vi: rule.say.clone(), en: rule.say_en.clone() },
            });
        }
    }
    for (_, field) in form.fields() {
        it.warnings.extend(warning(field, &values));
    }
    let signs = |when: &Option<super::Condition>| {
        when.as_ref().is_none_or(|it| it.holds(&values) == Some(true))
    };
    let signers = form.signers.iter().filter(|it| signs(&it.when));
    it.signers = signers.map(|it| it.code.clone()).collect();
    it
}

fn of_field<'a>(field: &'a Field, answers: &Answers, values: &mut Values<'a>, it: &mut Judgement) {
    if field.kind == Kind::Note {
        return;
    }
    if field.kind == Kind::Computed {
        if let Some(value) = field.formula.as_ref().and_then(|it| it.value(values)) {
            let text = match &value {
                Value::Number(it) => it.to_string(),
                Value::Date(it) => it.to_string(),
                Value::Text(it) => it.clone(),
                Value::Partial(..) | Value::Many(_) | Value::Rows(_) => return,
            };
            it.computed.insert(field.code.clone(), text);
            values.of.insert(&field.code, value);
        }
        return;
    }
    match value::read(field, answers.get(&field.code), values.today) {
        Ok(Some((value, kept))) => {
            values.of.insert(&field.code, value);
            it.answers.insert(field.code.clone(), kept);
        }
        Ok(None) if field.required => {
            let at = if field.kind == Kind::Address { ".unit" } else { "" };
            let missing = Wrong { at: at.to_owned(), code: "required", number: None };
            it.mistakes.push(mistake(field, missing));
        }
        Ok(None) => {}
        Err(wrongs) => it.mistakes.extend(wrongs.into_iter().map(|it| mistake(field, it))),
    }
}

fn mistake(field: &Field, it: Wrong) -> Mistake {
    let Wrong { at, code, number } = it;
    let say = Said::of(code, number);
    Mistake { path: format!("{}{at}", field.code), code: code.to_owned(), number, say }
}

/// What a personal number says otherwise than the form: to be looked at, for sex, year and even
/// the registration can have been corrected later.
fn warning(field: &Field, values: &Values<'_>) -> Option<Mistake> {
    if !matches!(field.kind, Kind::PersonalId | Kind::IdPaper) {
        return None;
    }
    let Some(Value::Text(number)) = values.get(&field.code) else { return None };
    let id = PersonalId::parse(number).ok()?;
    let year = match values.get(&field.born) {
        Some(Value::Date(it)) => Some(it.year()),
        Some(Value::Partial(year, _)) => Some(*year),
        _ => None,
    };
    let sex = match values.get(&field.sex) {
        Some(Value::Text(it)) => Sex::read(it),
        _ => None,
    };
    let tell = |code: &'static str, number| {
        Some(mistake(field, Wrong { at: String::new(), code, number }))
    };
    if year.is_some_and(|it| it != id.birth_year()) {
        return tell("id_year", Some(i64::from(id.birth_year())));
    }
    if sex.is_some_and(|it| it != id.sex()) {
        return tell("id_sex", None);
    }
    None
}
