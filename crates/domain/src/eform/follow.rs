//! What a form proposes while a question is empty: a settled word, what another field says, what is known of whoever
//! fills it in. Whoever fills it in changes it as he likes.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{
    Account, Answer, Answers, Condition, Eform, Field, Judgement, judge_of, prefill, value::Values,
};

/// Where what is proposed comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// A word that is settled: “Việt Nam”, “0”, the code of a choice.
    Text(String),
    /// The answer of a field that stands before.
    Field(String),
    /// What is known of whoever fills it in.
    Account(Account),
}

/// What is proposed for a field while it is empty.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Follow {
    /// Where it comes from.
    pub from: Source,
    /// Only when this holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<Condition>,
}

/// Rounds of proposals at most: one can stand on another.
const ROUNDS_MAX: usize = 16;

/// What is proposed for a field that is shown, by what was judged of the fields before it.
pub(super) fn proposed(
    field: &Field,
    account: &BTreeMap<Account, Answer>,
    values: &Values<'_>,
    judged: &Judgement,
) -> Option<Answer> {
    let it = field.follow.as_ref()?;
    if it.when.as_ref().is_some_and(|when| when.holds(values) != Some(true)) {
        return None;
    }
    let found = match &it.from {
        Source::Text(text) => Some(Answer::Text(text.clone())),
        Source::Field(code) => judged.answers.get(code).cloned(),
        Source::Account(what) => account.get(what).cloned(),
    };
    found.filter(|it| prefill::fits(field.kind, it))
}

fn is_empty(answer: Option<&Answer>) -> bool {
    match answer {
        None => true,
        Some(Answer::Text(it)) => it.trim().is_empty(),
        Some(Answer::Place(it)) => it.line().trim().is_empty(),
        Some(Answer::Many(it)) => it.is_empty(),
        Some(Answer::Rows(it)) => it.is_empty(),
    }
}

/// Fills empty answers with what is proposed for them, and judges all. `was` is what was proposed before
/// ([`Judgement::follows`]): an answer that says just that goes with it when something else is proposed now, and one
/// that was emptied by hand stays empty unless it must be answered.
pub fn take_over(
    form: &Eform,
    was: &Answers,
    answers: &mut Answers,
    account: &BTreeMap<Account, Answer>,
    today: Date,
) -> Judgement {
    let mut judged = judge_of(form, answers, account, today);
    for _ in 0..ROUNDS_MAX {
        let mut now: Vec<(String, Option<Answer>)> = Vec::new();
        for field in form.fields().map(|(_, it)| it).filter(|it| judged.shows(&it.code)) {
            let code = field.code.as_str();
            let (own, proposed) = (answers.get(code), judged.follows.get(code));
            let before = was.get(code);
            let is_stale = before.is_some()
                && before != proposed
                && before == judged.answers.get(code)
                && own.is_some();
            let is_news = before != proposed || field.required;
            if is_stale || is_empty(own) && proposed.is_some() && is_news {
                now.push((code.to_owned(), proposed.cloned()));
            }
        }
        if now.iter().all(|(code, it)| answers.get(code) == it.as_ref()) {
            break;
        }
        for (code, it) in now {
            match it {
                Some(it) => drop(answers.insert(code, it)),
                None => drop(answers.remove(&code)),
            }
        }
        judged = judge_of(form, answers, account, today);
    }
    judged
}
