//! Results in the citizen's store that fit papers of the counter's form.

use domain::{ids::DossierId, paper::Fit, procedure::ProcedureVersion};
use site::{Failure, Typed, Who};
use store::{Fault, Tx};

use super::{Source, Wanted};
use crate::{
    dossiers::sql as dossiers,
    vault::{self, Agreed},
};

/// The field in which a result is chosen: `{place}:{row}`.
pub(super) const FIELD: &str = "dung-kho";
/// Papers of a form that are looked at at most.
const PAPERS_MAX: usize = 120;

/// A result that fits a paper.
pub(in crate::dossiers) struct Offer {
    /// What the form sends.
    pub value: String,
    pub dossier: DossierId,
    /// What it is and whom it names.
    pub line: String,
    pub office: String,
    pub issued: String,
    /// For which paper.
    pub stands_for: String,
    /// Why it fits.
    pub why: String,
    /// Its public page.
    pub href: String,
    pub chosen: bool,
}

/// Why a result fits, in the office's words.
fn why(fit: Fit, procedure: &str) -> String {
    match fit {
        Fit::Kind => "cùng tên với giấy được yêu cầu".to_owned(),
        Fit::Procedure => format!("là kết quả của thủ tục “{procedure}”"),
    }
}

/// What fits papers of this procedure, of whoever has this number.
pub(super) fn of(
    tx: &mut Tx<'_>,
    number: &str,
    typed: &Typed,
    body: &ProcedureVersion,
    who: &Who,
) -> Result<Vec<Offer>, Fault> {
    let all = vault::usable(tx, number, who.today())?;
    let mut offers = Vec::new();
    for placed in body.papers_placed().into_iter().take(PAPERS_MAX) {
        let paper = placed.paper;
        for (it, fit) in vault::fitting(&all, &paper.name) {
            let value = format!("{}:{}", placed.place, it.id);
            offers.push(Offer {
                dossier: it.dossier,
                line: format!("{}, cấp cho {}", it.line(), it.holder),
                office: who.tree.title(it.body).to_owned(),
                issued: domain::text::date(it.issued_on),
                stands_for: paper.name.chars().take(90).collect(),
                why: why(fit, &it.procedure),
                href: format!("/kiem-tra/{}", it.code),
                chosen: typed.all(FIELD).any(|known| known == value),
                value,
            });
        }
    }
    Ok(offers)
}

/// A place and a row of the register, as the form sends them.
pub(super) fn read(value: &str) -> Option<(usize, i64)> {
    let (place, row) = value.split_once(':')?;
    Some((place.parse().ok()?, row.parse().ok()?))
}

/// A result stands for the paper of a dossier that was just received.
pub(super) fn stand(
    tx: &mut Tx<'_>,
    id: DossierId,
    wanted: &Wanted,
    agreed: Agreed,
) -> Result<(), Failure> {
    let (Source::Result(row), Some(place)) = (wanted.source, wanted.place) else { return Ok(()) };
    let papers = dossiers::papers(tx, id)?;
    let paper = papers.iter().find(|it| usize::try_from(it.place) == Ok(place));
    let Some(paper) = paper.filter(|it| it.form == "from_store") else { return Ok(()) };
    vault::stand_for(tx, id, (paper.id, &paper.name), row, agreed)
}
