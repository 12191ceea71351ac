//! Mixed letters of which a part turns out to be a denunciation: the words of the whole lie with the part, sealed, and
//! nothing in the open leads from the letter to the part.

use site::{Failure, Site};
use store::{Fault, Tx};

use super::{
    intake::NewFile,
    sealed::sources,
    sql::{
        answers,
        core::{self, Kept},
        events::{self, SentFile},
    },
};

/// Letters above a part at most: nobody cuts a part of a part more often.
const ABOVE_MAX: usize = 20;

/// The letters that a part was cut from, the nearest first.
pub(super) fn above(tx: &mut Tx<'_>, part: &Kept) -> Result<Vec<Kept>, Fault> {
    let mut all: Vec<Kept> = Vec::new();
    let mut next = part.parent;
    while let Some(id) = next.filter(|_| all.len() < ABOVE_MAX) {
        let Some(letter) = core::find(tx, id)? else { break };
        next = letter.parent;
        all.push(letter);
    }
    Ok(all)
}

/// The letters that a part was cut from give up their words and files to it, as it is sealed: `part` holds them then. The
/// letters stay in the open without them, with their other parts.
pub(super) fn give_up(site: &Site, tx: &mut Tx<'_>, part: &mut Kept) -> Result<(), Failure> {
    for letter in above(tx, part)? {
        let mut words = words_of(tx, &letter)?;
        // What the letter was taken from holds the same words.
        if let Some((kind, source)) = &letter.source {
            let held = sources::take_out(site, tx, (kind.as_str(), *source), Some(letter.id))?;
            for it in held.words.iter().filter(|it| !it.trim().is_empty()) {
                words = format!("{words}\n{it}");
            }
            for NewFile { sha256, name, media_type, size, .. } in held.files {
                let file = SentFile { id: 0, sha256, name, media_type, size };
                events::insert_file(tx, part.id, &file)?;
            }
        }
        if !words.is_empty() {
            part.text = format!("{}\n\n{words}", part.text);
        }
        events::move_files(tx, letter.id, part.id)?;
        core::empty(tx, letter.id, false)?;
    }
    Ok(())
}

/// Every word that stood with a letter.
fn words_of(tx: &mut Tx<'_>, it: &Kept) -> Result<String, Fault> {
    let mut all = vec![it.text.clone(), it.accused.clone(), it.happened.clone(), it.place.clone()];
    // Which parts were cut from it, tells nobody.
    let said = events::of(tx, it.id)?.into_iter().filter(|it| it.act != "split");
    all.extend(said.map(|it| it.words));
    all.extend(answers::of(tx, it.id)?.into_iter().map(|it| it.text));
    all.retain(|it| !it.trim().is_empty());
    if all.is_empty() {
        return Ok(String::new());
    }
    Ok(format!("Cả lá đơn:\n{}", all.join("\n")))
}
