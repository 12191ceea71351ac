//! Sealing: from the open path, or at once.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use domain::{
    access::Role,
    feedback::Class,
    ids::{FeedbackId, StaffId, UnitId},
};
use serde::{Deserialize, Serialize};
use site::{Failure, Site};
use store::{Fault, Tx, journal::Entry};

use super::{
    super::{
        intake::{NewFeedback, NewFile},
        petitions,
        sender::{self, Sender},
        sql::{core as open_rows, core::Kept, events, sender as open_senders},
    },
    sql,
};

/// What was said.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(in crate::feedback) struct Said {
    pub text: String,
    pub accused: String,
    pub staff: Option<i64>,
    pub happened: String,
    pub place: String,
    /// Words of the office that stood with it while it was in the open.
    #[serde(default)]
    pub before: String,
}

/// The name and the type of a file.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct FileName {
    pub name: String,
    pub media_type: String,
}

fn json(it: &impl Serialize) -> Result<String, Fault> {
    serde_json::to_string(it).map_err(|e| Fault::Broken(format!("sealed: {e}")))
}

fn read<T: for<'de> Deserialize<'de>>(text: &str) -> Result<T, Fault> {
    serde_json::from_str(text).map_err(|e| Fault::Broken(format!("sealed: {e}")))
}

fn about(what: &str, id: FeedbackId) -> String {
    format!("denunciation-{what}:{id}")
}

/// Seals `text` about one thing of a denunciation.
pub(super) fn sealed(site: &Site, what: &str, id: FeedbackId, text: &str) -> Result<String, Fault> {
    site.seal.close(&about(what, id), text)
}

/// Opens it.
pub(super) fn opened(site: &Site, what: &str, id: FeedbackId, text: &str) -> Result<String, Fault> {
    if text.is_empty() { Ok(String::new()) } else { site.seal.open(&about(what, id), text) }
}

/// What was said.
pub(super) fn said(site: &Site, tx: &mut Tx<'_>, id: FeedbackId) -> Result<Said, Fault> {
    match sql::said(tx, id)? {
        Some(it) => said_in(site, id, &it),
        None => Ok(Said::default()),
    }
}

/// What was said, of what is kept sealed.
pub(super) fn said_in(site: &Site, id: FeedbackId, sealed: &str) -> Result<Said, Fault> {
    read(&opened(site, "said", id, sealed)?)
}

/// Who said it. Whoever calls has two keepers' word.
pub(super) fn identity(
    site: &Site,
    tx: &mut Tx<'_>,
    id: FeedbackId,
) -> Result<Option<Sender>, Fault> {
    let Some(it) = sql::identity(tx, id)? else { return Ok(None) };
    read(&opened(site, "identity", id, &it)?).map(Some)
}

/// A file: its name and type, its bytes.
pub(super) fn file(
    site: &Site,
    id: FeedbackId,
    (name, body): (&str, &str),
) -> Result<(FileName, Vec<u8>), Fault> {
    let body = opened(site, "file", id, body)?;
    let bytes = STANDARD.decode(body).map_err(|e| Fault::Broken(format!("sealed file: {e}")))?;
    Ok((read(&opened(site, "name", id, name)?)?, bytes))
}

/// The name of a file.
pub(super) fn file_name(site: &Site, id: FeedbackId, name: &str) -> Result<FileName, Fault> {
    read(&opened(site, "name", id, name)?)
}

/// Whether somebody leads the unit that he would be reported to.
fn leads(tx: &mut Tx<'_>, staff: Option<StaffId>, units: &[UnitId]) -> Result<bool, Fault> {
    let Some(staff) = staff else { return Ok(false) };
    let day = tx.now().civil().date();
    let grants = people::staff::facts::grants_of(tx, &[staff])?;
    Ok(grants
        .iter()
        .any(|it| it.role == Role::Leader && it.holds_on(day) && units.contains(&it.unit)))
}

/// The unit that is competent: the one it was sent to, that above it if it is about its head.
fn competent(
    site: &Site,
    tx: &mut Tx<'_>,
    unit: UnitId,
    about_head: bool,
) -> Result<UnitId, Fault> {
    let tree = site.tree(tx)?;
    let line = tree.line(unit);
    // A one-stop shop, a room: the body that it belongs to is what is competent.
    let own = body_of(&tree, &line).unwrap_or(unit);
    if !about_head {
        return Ok(own);
    }
    let above = line.iter().skip_while(|it| **it != own).skip(1).copied();
    let above: Vec<UnitId> = above.collect();
    Ok(body_of(&tree, &above).unwrap_or(own))
}

/// The first of these that is an authority of its own.
fn body_of(tree: &site::tree::Tree, line: &[UnitId]) -> Option<UnitId> {
    let is_body = |it: &&UnitId| {
        tree.known(**it).is_some_and(|it| matches!(&*it.kind, "province" | "district" | "commune"))
    };
    line.iter().find(is_body).copied()
}

fn keep(
    site: &Site,
    tx: &mut Tx<'_>,
    kept: &Kept,
    (said, sender, about_head): (&Said, Option<&Sender>, bool),
) -> Result<(), Failure> {
    let id = kept.id;
    let line = site.tree(tx)?.line(kept.state.unit);
    let about_head = about_head || leads(tx, said.staff.map(StaffId), &line)?;
    let unit = competent(site, tx, kept.state.unit, about_head)?;
    let nobody_above = about_head && unit == competent(site, tx, kept.state.unit, false)?;
    sql::insert(tx, id, &sealed(site, "said", id, &json(said)?)?, nobody_above)?;
    if let Some(it) = sender.filter(|it| !it.is_empty()) {
        sql::insert_identity(tx, id, &sealed(site, "identity", id, &json(it)?)?)?;
    }
    let mut of_unit = kept.clone();
    of_unit.state.unit = unit;
    petitions::register(site, tx, &of_unit, Class::Denunciation)?;
    tx.journal(Entry::new("denunciation", unit.0, "receive_denunciation"));
    Ok(())
}

fn keep_file(site: &Site, tx: &mut Tx<'_>, id: FeedbackId, it: &NewFile) -> Result<(), Failure> {
    let bytes =
        it.bytes.as_ref().ok_or_else(|| Fault::Broken("a sealed file without bytes".into()))?;
    let name = FileName { name: it.name.clone(), media_type: it.media_type.clone() };
    let name = sealed(site, "name", id, &json(&name)?)?;
    let body = sealed(site, "file", id, &STANDARD.encode(bytes))?;
    Ok(sql::insert_file(tx, id, &name, &body)?)
}

/// Takes in what was sent as a denunciation.
pub(in crate::feedback) fn receive(
    site: &Site,
    tx: &mut Tx<'_>,
    kept: &Kept,
    new: &NewFeedback,
) -> Result<(), Failure> {
    let said = Said {
        text: new.text.trim().to_owned(),
        accused: new.accused.clone(),
        staff: new.staff.map(|it| it.0),
        happened: new.happened.clone(),
        place: new.place.clone(),
        before: String::new(),
    };
    keep(site, tx, kept, (&said, new.sender.as_ref(), new.about_head))?;
    new.files.iter().try_for_each(|it| keep_file(site, tx, kept.id, it))
}

/// Takes over what was in the open until now: `said` is the row as it was. The hashes of files that are waste.
pub(in crate::feedback) fn take_over(
    site: &Site,
    tx: &mut Tx<'_>,
    said: &Kept,
    (files, about_head): (&[NewFile], bool),
) -> Result<Vec<String>, Failure> {
    let id = said.id;
    let mut words: Vec<String> = events::of(tx, id)?.into_iter().map(|it| it.words).collect();
    words.extend(petitions::leave(tx, id)?);
    let closed = Said {
        text: said.text.clone(),
        accused: said.accused.clone(),
        staff: said.staff.map(|it| it.0),
        happened: said.happened.clone(),
        place: said.place.clone(),
        before: words.into_iter().filter(|it| !it.is_empty()).collect::<Vec<_>>().join("\n"),
    };
    let sender = sender::open(site, tx, id)?;
    keep(site, tx, said, (&closed, sender.as_ref(), about_head))?;
    files.iter().try_for_each(|it| keep_file(site, tx, id, it))?;
    open_senders::delete(tx, id)?;
    // What he was told on the way names him.
    messages::facts::forget(tx, "feedback", id.0)?;
    let hashes = events::drop_files(tx, id)?;
    open_rows::empty(tx, id, false)?;
    Ok(site::files::unnamed(tx, hashes)?)
}
