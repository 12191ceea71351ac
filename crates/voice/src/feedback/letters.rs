//! Mixed letters of which a part turns out to be a denunciation: the words of the whole lie with the part, sealed, and
//! nothing in the open leads from the letter to the part.

use site::Failure;
use store::{Fault, Tx};

use super::sql::{
    answers,
    core::{self, Kept},
    events::{self, SentFile},
};

/// Letters above a part at most: nobody cuts a part of a part more often.
const ABOVE_MAX: usize = 20;

/// The letters that a part was cut from, the nearest first.
fn above(tx: &mut Tx<'_>, part: &Kept) -> Result<Vec<Kept>, Fault> {
    let mut all: Vec<Kept> = Vec::new();
    let mut next = part.parent;
    while let Some(id) = next.filter(|_| all.len() < ABOVE_MAX) {
        let Some(letter) = core::find(tx, id)? else { break };
        next = letter.parent;
        all.push(letter);
    }
    Ok(all)
}

/// The files that are sealed with it: its own, and those of the letters that it was cut from.
pub(super) fn files(tx: &mut Tx<'_>, it: &Kept) -> Result<Vec<SentFile>, Fault> {
    let mut all = events::files(tx, it.id)?;
    for letter in above(tx, it)? {
        all.extend(events::files(tx, letter.id)?);
    }
    Ok(all)
}

/// The letters that a part was cut from give up their words and files to it, as it is sealed: `part` holds them then. The
/// letters stay in the open without them, with their other parts.
pub(super) fn give_up(tx: &mut Tx<'_>, part: &mut Kept) -> Result<(), Failure> {
    for letter in above(tx, part)? {
        let words = words_of(tx, &letter)?;
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
