//! What a denunciation came from gives up what it holds: a call, a slip, an entry of the book of receptions. From then
//! on it lies in the sealed case and nowhere else; what is left tells neither what was said nor by whom, nor which one.

use domain::ids::FeedbackId;
use site::{Failure, Site};
use store::{Fault, Tx};

use super::super::{
    intake::NewFile,
    letters,
    sender::Sender,
    sql::{core::Kept, events},
};
use crate::{
    boxes::facts as boxes, conduct::facts as conduct, hotline::facts as hotline,
    reception::facts as reception,
};

/// What a source held.
#[derive(Debug, Clone, Default)]
pub(crate) struct Held {
    /// Where it came from, as its keepers read it.
    pub origin: String,
    /// Every word that stood with it.
    pub words: Vec<String>,
    /// Who said it, as far as the source knew.
    pub sender: Option<Sender>,
    /// Its files, without their bytes.
    pub files: Vec<NewFile>,
}

/// Takes what a source holds out of it, if it became `feedback`, or is handed on now (nothing): somebody may have typed
/// another's number.
pub(in crate::feedback) fn take_out(
    site: &Site,
    tx: &mut Tx<'_>,
    (kind, id): (&str, i64),
    feedback: Option<FeedbackId>,
) -> Result<Held, Fault> {
    let became = feedback.map(|it| it.0);
    let held = match kind {
        boxes::SOURCE if boxes::became(tx, id)? == became => boxes::take_out(tx, id)?,
        hotline::SOURCE if hotline::became(tx, id)? == became => hotline::take_out(site, tx, id)?,
        reception::SOURCE if reception::became(tx, id)? == became => {
            reception::take_out(site, tx, id)?
        }
        _ => None,
    };
    Ok(held.unwrap_or_default())
}

/// Its files, and those of the letters that it was cut from.
fn open_files(tx: &mut Tx<'_>, it: &Kept) -> Result<Vec<NewFile>, Fault> {
    let mut all = own_files(tx, it)?;
    for letter in letters::above(tx, it)? {
        all.extend(own_files(tx, &letter)?);
    }
    Ok(all)
}

fn own_files(tx: &mut Tx<'_>, it: &Kept) -> Result<Vec<NewFile>, Fault> {
    let mut all: Vec<NewFile> = events::files(tx, it.id)?.into_iter().map(NewFile::from).collect();
    if let Some((kind, id)) = &it.source
        && kind == boxes::SOURCE
        && boxes::became(tx, *id)? == Some(it.id.0)
    {
        all.extend(boxes::file_of(tx, *id)?);
    }
    Ok(all)
}

/// The files that are sealed with it, of its source and of the conduct case that looks into it among them: their bytes
/// are read before the transaction that seals them.
pub(in crate::feedback) fn files(tx: &mut Tx<'_>, it: &Kept) -> Result<Vec<NewFile>, Failure> {
    let mut all = open_files(tx, it)?;
    if let Some((evidence, reports)) = conduct::files_with(tx, it.id)? {
        all.extend(evidence);
        all.extend(of_reports(tx, &reports)?);
    }
    Ok(all)
}

/// The files of these reports and of what they came from.
pub(crate) fn of_reports(tx: &mut Tx<'_>, reports: &[FeedbackId]) -> Result<Vec<NewFile>, Failure> {
    let mut all = Vec::new();
    for id in reports {
        let kept = super::super::desk::held(tx, *id)?;
        all.extend(open_files(tx, &kept)?);
    }
    Ok(all)
}
