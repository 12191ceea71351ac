//! What was answered before one files, carried into the filing: which papers are for this case, and first answers of
//! the form.

use domain::{
    eform::{self, Eform},
    guide::{Answers, Needed},
    procedure::ProcedureVersion,
};
use site::{Site, Typed};
use store::{Fault, Tx};

use super::facts::finder;

/// What stands before a question's name in addresses and forms of a filing.
pub const LEAD: &str = "hoi.";

/// Answers that were given beforehand, and what they come to.
#[derive(Debug, Clone, Default)]
pub struct Carried {
    /// Questions and answers, by their names.
    pub pairs: Vec<(String, String)>,
    /// The papers that this person needs, in plain words.
    pub needed: Vec<Needed>,
    /// Lines of the catalogue that are not for his case, as published.
    pub not_mine: Vec<String>,
    /// First answers of the form: fields and what is answered there.
    pub fills: Vec<(String, String)>,
}

impl Carried {
    /// As fields of a form or an address: names with [`LEAD`] before them.
    pub fn fields(&self) -> impl Iterator<Item = (String, String)> {
        self.pairs.iter().map(|(name, answer)| (format!("{LEAD}{name}"), answer.clone()))
    }

    /// The paper in plain words that a line of the catalogue is, if the guide has words for it.
    #[must_use]
    pub fn plain(&self, official: &str) -> Option<&Needed> {
        self.needed.iter().find(|it| it.official.iter().any(|one| one == official))
    }
}

/// Whether a form has a question that takes this answer: yes or no, or one of its choices.
#[must_use]
pub fn takes(form: &Eform, (field, value): (&str, &str)) -> bool {
    form.field(field).is_some_and(|it| match it.kind {
        eform::Kind::YesNo => matches!(value, "yes" | "no"),
        eform::Kind::Choice => it.options.iter().any(|one| one.code == value),
        _ => false,
    })
}

/// What was answered beforehand, read from an address, a form or a draft; nothing unless every question that comes up
/// is answered and one may go on with this procedure.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn read(
    site: &Site,
    tx: &mut Tx<'_>,
    procedure: &ProcedureVersion,
    asked: &Typed,
) -> Result<Option<Carried>, Fault> {
    let pairs: Vec<(String, String)> = asked
        .pairs()
        .iter()
        .filter_map(|(name, answer)| Some((name.strip_prefix(LEAD)?.to_owned(), answer.clone())))
        .collect();
    if pairs.is_empty() {
        return Ok(None);
    }
    let finder = finder(site, tx)?;
    let Some(guide) = finder.guide(&procedure.code) else { return Ok(None) };
    let answers = Answers::of(guide, &pairs);
    let found = guide.conclude(&answers, &procedure.papers);
    if !guide.is_answered(&answers) || !found.is_eligible() {
        return Ok(None);
    }
    let own = |(name, text): (&str, &str)| (name.to_owned(), text.to_owned());
    Ok(Some(Carried {
        not_mine: found.not_mine().into_iter().map(str::to_owned).collect(),
        fills: guide.fills_for(&answers).into_iter().map(own).collect(),
        pairs: answers.pairs().to_vec(),
        needed: found.papers,
    }))
}
