//! The books of the year: what was certified and registered is written into them, and last year's
//! are closed.

use citizen::dossiers::facts::{self as dossiers, Kept};
use counter::books::{
    facts,
    keep::{self, Draft},
};
use domain::books::{BookForm, Column, ColumnWhat, Values};
use jiff::civil::DateTime;
use people::staff::facts as staff;
use store::{Fault, Tx};

use super::{
    missing,
    office::{Body, Office},
    year::{at, played},
};

/// What the demo remembers of its books.
#[derive(Default)]
pub(super) struct Books {
    year: Option<i16>,
    entered: u32,
}

impl Books {
    /// When the first thing of a new year happens, the heads close the books of the old one.
    pub fn turn(&mut self, tx: &mut Tx<'_>, office: &Office, time: DateTime) -> Result<(), Fault> {
        let before = self.year.replace(time.year());
        if before.is_none_or(|it| it == time.year()) {
            return Ok(());
        }
        for body in &office.bodies {
            tx.restamp(at(time, body.head));
            let name = staff::person(tx, body.head.staff, time.date())?;
            let name = name.map_or_else(String::new, |it| format!("{}, {}", it.name, it.title));
            for book in facts::open_before(tx, body.body, time.year())? {
                keep::close(tx, book, &name).map_err(played)?;
            }
        }
        Ok(())
    }

    /// Writes what a dossier led to into its book, as the counter does.
    pub fn record(
        &mut self,
        tx: &mut Tx<'_>,
        body: &Body,
        kept: &Kept,
        procedure: &str,
        time: DateTime,
    ) -> Result<(), Fault> {
        let Some(form) = facts::forms().of_procedure(procedure, time.date()) else { return Ok(()) };
        if kept.dossier.outcome == Some(domain::dossier::Outcome::Refused) {
            return Ok(());
        }
        self.entered += 1;
        let person = dossiers::person_of(tx, kept.id)?.unwrap_or_default();
        let leader = staff::person(tx, body.leader.staff, time.date())?;
        let leader = leader.ok_or_else(|| missing("leader"))?;
        let signer = format!("{}, {}", leader.name, leader.title);
        let mut values = Values::new();
        for column in form.columns.iter().filter(|it| it.is_typed()) {
            let text = match column.what {
                ColumnWhat::Signer => signer.clone(),
                _ => self.text(form, column, &person),
            };
            values.insert(column.key.clone(), text);
        }
        let draft = Draft {
            body: body.body,
            kind: form.code.clone(),
            on: time.date(),
            why_late: String::new(),
            values,
            dossier: Some(kept.id),
        };
        let id = match keep::enter(tx, &draft).map_err(played)? {
            Ok(id) => id,
            Err(wrong) => {
                return Err(Fault::Broken(format!("demo: {} was refused: {wrong:?}", form.code)));
            }
        };
        // Now and then somebody writes a name wrong, or an entry twice.
        if self.entered.is_multiple_of(97) {
            let words = "Ghi trùng với mục trước, người yêu cầu không lấy bản này";
            keep::cancel(tx, id, 1, words).map_err(played)?;
        } else if self.entered.is_multiple_of(41)
            && let Some(matter) = form.column(ColumnWhat::Matter)
        {
            let mut right = draft.values;
            let text = right.entry(matter.key.clone()).or_default();
            text.push_str(" (đã đối chiếu bản chính)");
            let words = "Ghi thiếu nội dung";
            if keep::correct(tx, id, 1, &completed(form, right), words).map_err(played)?.is_err() {
                return Err(missing("correction"));
            }
        }
        Ok(())
    }

    /// What stands in a column of a made-up entry.
    fn text(&self, form: &BookForm, column: &Column, person: &citizen::dossiers::Person) -> String {
        let turn = self.entered;
        match (column.from.as_str(), column.what) {
            ("applicant", _) => person.name.clone(),
            ("id_number", _) => person.id_number.clone(),
            ("birth_date", _) => born(person),
            ("address", _) => person.address.clone(),
            (_, ColumnWhat::Matter) if form.code == "ban-sao" => {
                let papers = ["Căn cước công dân", "Bằng tốt nghiệp", "Giấy khai sinh", "Học bạ"];
                let at = usize::try_from(turn).unwrap_or(0) % papers.len();
                papers.get(at).map_or_else(String::new, |it| (*it).to_owned())
            }
            (_, ColumnWhat::Copies) => (1 + turn % 5).to_string(),
            (_, ColumnWhat::Pages) => (1 + turn % 4).to_string(),
            (_, ColumnWhat::Choice) => column.choices.first().cloned().unwrap_or_default(),
            (_, ColumnWhat::Date) if column.required => born(person),
            // The fee comes by the law's rule, the margin stays empty.
            (_, ColumnWhat::Fee | ColumnWhat::Note | ColumnWhat::Date) => String::new(),
            _ if column.key == "dan-toc" => "Kinh".to_owned(),
            _ if !column.preset.is_empty() => column.preset.clone(),
            (_, ColumnWhat::Person | ColumnWhat::Other) if column.required => person.name.clone(),
            ("request", _) => person.request.chars().take(200).collect(),
            (_, ColumnWhat::Matter) => form.extract.clone(),
            _ if column.required => "Theo tờ khai (minh họa)".to_owned(),
            _ => String::new(),
        }
    }
}

/// A birth date to write; an organisation that asks for somebody has none of its own.
fn born(person: &citizen::dossiers::Person) -> String {
    if person.birth_date.is_empty() { "1985-06-15".to_owned() } else { person.birth_date.clone() }
}

/// The values as the entry keeps them: with the fee that came by itself.
fn completed(form: &BookForm, mut values: Values) -> Values {
    if let (Some(column), Some(rule)) = (form.column(ColumnWhat::Fee), &form.fee) {
        let (pages, copies) =
            (form.number(&values, ColumnWhat::Pages), form.number(&values, ColumnWhat::Copies));
        let kept = values.entry(column.key.clone()).or_default();
        if kept.is_empty() {
            *kept = rule.fee(pages, copies).0.to_string();
        }
    }
    values
}
