//! First answers out of what is known: the account of whoever fills it in, and, with his
//! consent, what he declared before.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Answer, Answers, Eform, Field, Kind};
use crate::dossier::codes::codes;

codes! {
    /// What an account knows of its owner. The fields that it fills are also who the applicant
    /// of the dossier is.
    pub enum Account {
        /// Họ tên.
        Name = "name", "Họ tên";
        /// Số định danh.
        Id = "id", "Số định danh, giấy tờ";
        /// Ngày sinh.
        Birth = "birth", "Ngày sinh";
        /// Giới tính.
        Sex = "sex", "Giới tính";
        /// Điện thoại.
        Phone = "phone", "Số điện thoại";
        /// Thư điện tử.
        Email = "email", "Thư điện tử";
        /// Nơi cư trú.
        Address = "address", "Nơi cư trú";
    }
}

/// Where a first answer comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Prefill {
    /// The account of whoever fills it in.
    Account(Account),
    /// What was declared under the same name before, in whatever form.
    Earlier(String),
}

/// What is known before the first question.
#[derive(Debug, Clone, Default)]
pub struct Known {
    /// Of the account.
    pub account: BTreeMap<Account, Answer>,
    /// What was declared before, under the names that [`exports`] gives; only with consent.
    pub earlier: BTreeMap<String, Answer>,
}

/// First answers; what a form asks otherwise than it is known is left out by [`super::judge`].
#[must_use]
pub fn prefill(form: &Eform, known: &Known) -> Answers {
    let of = |it: &Prefill| match it {
        Prefill::Account(what) => known.account.get(what),
        Prefill::Earlier(name) => known.earlier.get(name),
    };
    // Where two always sign, bride and groom or the sides of a contract, nobody knows which of them files.
    let sides: Vec<&str> =
        form.signers.iter().filter(|it| it.when.is_none()).map(|it| it.name.as_str()).collect();
    let is_name = |it: &Field| it.prefill == Some(Prefill::Account(Account::Name));
    let is_open = sides.len() > 1
        && form.fields().any(|(_, it)| is_name(it) && sides.contains(&it.code.as_str()));
    let reach = |it: &Field| {
        matches!(it.prefill, Some(Prefill::Account(Account::Phone | Account::Email)))
            || matches!(it.prefill, Some(Prefill::Earlier(_)))
    };
    let fields = form.fields().filter(|(_, it)| it.is_asked() && (!is_open || reach(it)));
    let found = fields.filter_map(|(_, it)| Some((it, of(it.prefill.as_ref()?)?)));
    found
        .filter(|(field, answer)| fits(field.kind, answer))
        .map(|(field, answer)| (field.code.clone(), answer.clone()))
        .collect()
}

pub(super) const fn fits(kind: Kind, answer: &Answer) -> bool {
    match answer {
        Answer::Place(_) => matches!(kind, Kind::Address),
        Answer::Rows(_) => matches!(kind, Kind::Table),
        Answer::Many(_) => matches!(kind, Kind::MultipleChoice),
        Answer::Text(_) => {
            !matches!(kind, Kind::Address | Kind::Table | Kind::MultipleChoice | Kind::File)
        }
    }
}

/// What these answers can fill in another form, under names that all forms share.
#[must_use]
pub fn exports(form: &Eform, answers: &Answers) -> BTreeMap<String, Answer> {
    let named = form.fields().filter_map(|(_, it)| match &it.prefill {
        Some(Prefill::Earlier(name)) => Some((name.clone(), answers.get(&it.code)?.clone())),
        _ => None,
    });
    named.collect()
}

/// Who files, as the form says: for the dossier's own record.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Applicant {
    /// Full name.
    pub name: String,
    /// Number of a paper.
    pub id: String,
    /// `YYYY-MM-DD`; empty if only a year is known.
    pub birth: String,
    /// Telephone.
    pub phone: String,
    /// E-mail.
    pub email: String,
    /// Where he lives.
    pub address: String,
}

/// The applicant: the answers of the fields that an account would fill.
#[must_use]
pub fn applicant(form: &Eform, answers: &Answers) -> Applicant {
    let of = |what: Account| {
        let mut fields = form.fields().filter(|(_, it)| it.prefill == Some(Prefill::Account(what)));
        let found = fields.find_map(|(_, it)| answers.get(&it.code));
        found.map_or_else(String::new, |it| match it {
            Answer::Text(it) => it.clone(),
            Answer::Place(it) => it.line(),
            Answer::Many(_) | Answer::Rows(_) => String::new(),
        })
    };
    let birth = of(Account::Birth);
    Applicant {
        name: of(Account::Name),
        id: of(Account::Id),
        birth: if birth.len() == 10 { birth } else { String::new() },
        phone: of(Account::Phone),
        email: of(Account::Email),
        address: of(Account::Address),
    }
}
