//! Declarations of the demo: the first dossier of each form gets one, filled in at the counter.

use std::collections::BTreeSet;

use citizen::{
    dossiers::desk::Intake,
    eforms::{facts, fill, shipped},
};
use domain::{
    eform::{Account, Answer, Prefill, judge},
    ids::DossierId,
};
use site::Failure;
use store::{Fault, Tx};

use super::year::played;

/// The forms that have been filled in already.
#[derive(Default)]
pub(super) struct Declarations(BTreeSet<String>);

impl Declarations {
    /// Declares the form of the procedure for a dossier that was just received, once a form: the
    /// sample, under the applicant's own name and numbers.
    pub fn turn(&mut self, tx: &mut Tx<'_>, intake: &Intake, id: DossierId) -> Result<(), Fault> {
        let day = intake.received_at.date();
        let Some(version) = facts::form_for(tx, &intake.procedure, day)? else { return Ok(()) };
        let form = &version.form;
        if self.0.contains(&form.code) {
            return Ok(());
        }
        let Some(mut answers) = shipped::sample(&form.code)? else { return Ok(()) };
        let person = &intake.person;
        for (_, field) in form.fields() {
            let Some(Prefill::Account(what)) = &field.prefill else { continue };
            let own = match what {
                Account::Name => &person.name,
                Account::Id => &person.id_number,
                Account::Birth => &person.birth_date,
                Account::Phone => &person.phone,
                Account::Sex | Account::Email | Account::Address => continue,
            };
            answers.insert(field.code.clone(), Answer::Text(own.clone()));
        }
        let judged = fill::without_files(form, judge(form, &answers, day));
        // A sample that does not fit this person or this day waits for the next.
        if !judged.mistakes.is_empty() {
            return Ok(());
        }
        self.0.insert(form.code.clone());
        facts::declare(tx, id, &version, &judged).map_err(|it: Failure| played(it))
    }
}
