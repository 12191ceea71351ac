//! Sealing: from the open path, or at once.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use domain::{
    feedback::{Class, Door, Status},
    ids::{FeedbackId, StaffId},
};
use serde::{Deserialize, Serialize};
use site::{Failure, Site};
use store::{Fault, Tx, journal::Entry};

use super::{
    super::{
        desk::{self, By},
        intake::{self, NewFeedback, NewFile},
        petitions,
        sender::{self, Sender},
        sql::{answers, core as open_rows, core::Kept, events, list, sender as open_senders},
    },
    competence, sources, sql,
};
use crate::conduct::facts::{self as conduct, Departed};

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
    /// What it was taken from: a call, a slip, an entry of the book of receptions.
    #[serde(default)]
    pub origin: String,
    /// The parts that were cut from it and stay in the open: nothing there leads back to it.
    #[serde(default)]
    pub parts: Vec<i64>,
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

/// Keeps what is sealed; whether somebody above its head keeps it, and whose it is, says [`competence`].
fn keep(
    site: &Site,
    tx: &mut Tx<'_>,
    kept: &Kept,
    (said, sender, about_head): (&Said, Option<&Sender>, bool),
) -> Result<(), Failure> {
    let id = kept.id;
    let accused = competence::Accused {
        staff: said.staff.map(StaffId),
        typed: &said.accused,
        is_head: about_head,
    };
    let (unit, nobody_above) = competence::of(site, tx, kept.state.unit, &accused)?;
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

/// Seals files that lay in the open, each once; their bytes were read before the transaction into `pool`.
fn keep_files(
    site: &Site,
    tx: &mut Tx<'_>,
    id: FeedbackId,
    (mut files, pool): (Vec<NewFile>, &[NewFile]),
) -> Result<Vec<String>, Failure> {
    let mut seen = std::collections::HashSet::new();
    files.retain(|it| seen.insert(it.sha256.clone()));
    for it in &files {
        // Added since the bytes were read: whoever seals it looks at it once more.
        let found = pool.iter().find(|read| read.sha256 == it.sha256).ok_or_else(desk::changed)?;
        keep_file(site, tx, id, &NewFile { bytes: found.bytes.clone(), ..it.clone() })?;
    }
    Ok(files.into_iter().map(|it| it.sha256).collect())
}

/// Latitude or longitude as it is read.
fn degrees(e6: i64) -> String {
    let sign = if e6 < 0 { "-" } else { "" };
    format!("{sign}{}.{:06}", e6.abs() / 1_000_000, e6.abs() % 1_000_000)
}

/// Where it happened, in one line: of the list, as it was said, on the map.
fn place_of(
    tx: &mut Tx<'_>,
    (village, place, position): (Option<i64>, &str, Option<(i64, i64)>),
) -> Result<String, Fault> {
    let mut all = vec![list::village(tx, village)?, place.to_owned()];
    all.extend(position.map(|(lat, lon)| format!("{}, {}", degrees(lat), degrees(lon))));
    all.retain(|it| !it.is_empty());
    Ok(all.join("; "))
}

/// Words, one a line, but those that are empty or stand in `said` already.
fn joined(words: Vec<String>, said: &str) -> String {
    let mut kept: Vec<String> = Vec::new();
    for it in words {
        let it = it.trim();
        if !it.is_empty() && !said.contains(it) && !kept.iter().any(|known| known == it) {
            kept.push(it.to_owned());
        }
    }
    kept.join("\n")
}

/// What one knew of somebody, and the other where that is silent.
fn merged(first: Option<Sender>, second: Option<Sender>) -> Option<Sender> {
    let (mut it, other) = match (first, second) {
        (Some(it), Some(other)) => (it, other),
        (one, other) => return one.or(other),
    };
    let pairs = [
        (&mut it.name, other.name),
        (&mut it.phone, other.phone),
        (&mut it.email, other.email),
        (&mut it.address, other.address),
        (&mut it.id_number, other.id_number),
    ];
    for (own, its) in pairs {
        if own.trim().is_empty() {
            *own = its;
        }
    }
    Some(it)
}

/// Takes in what was sent as a denunciation; what it came from is emptied. The hashes of open files that are waste.
pub(in crate::feedback) fn receive(
    site: &Site,
    tx: &mut Tx<'_>,
    kept: &Kept,
    new: &NewFeedback,
) -> Result<Vec<String>, Failure> {
    let held = match new.source {
        Some(source) if new.empties_source => sources::take_out(site, tx, source, None)?,
        _ => sources::Held::default(),
    };
    let text = new.text.trim().to_owned();
    let mut words = new.known.clone();
    words.extend(held.words);
    let said = Said {
        before: joined(words, &text),
        text,
        accused: new.accused.clone(),
        staff: new.staff.map(|it| it.0),
        happened: new.happened.clone(),
        place: place_of(tx, (new.village, &new.place, new.position))?,
        origin: held.origin,
        parts: Vec::new(),
    };
    let sender = merged(new.sender.clone(), held.sender);
    keep(site, tx, kept, (&said, sender.as_ref(), new.about_head))?;
    new.files.iter().try_for_each(|it| keep_file(site, tx, kept.id, it))?;
    // What its source had and nobody handed over is sealed as well.
    let is_new = |it: &NewFile| new.files.iter().all(|given| given.sha256 != it.sha256);
    let more = held.files.iter().filter(|it| is_new(it)).cloned().collect();
    keep_files(site, tx, kept.id, (more, &new.files))?;
    let waste = held.files.into_iter().map(|it| it.sha256).collect();
    Ok(site::files::unnamed(tx, waste)?)
}

/// The parts that were cut from it while it was in the open, for whoever sent it: nobody else gets from one to the other.
pub(in crate::feedback) fn parts(
    site: &Site,
    tx: &mut Tx<'_>,
    id: FeedbackId,
) -> Result<Vec<Kept>, Fault> {
    let mut all = Vec::new();
    for part in said(site, tx, id)?.parts {
        all.extend(open_rows::find(tx, FeedbackId(part))?);
    }
    all.retain(|it| it.state.status != Status::Sealed);
    Ok(all)
}

/// What goes the sealed way beside what was said.
#[derive(Debug, Clone, Copy, Default)]
pub(in crate::feedback) struct More<'a> {
    /// Open files with their bytes, those that are to be sealed among them.
    pub pool: &'a [NewFile],
    /// Whether it is about the head of the unit, as whoever seals it says.
    pub about_head: bool,
    /// The conduct case that looked into it and was taken out of the open before.
    case: Option<&'a Departed>,
    /// The denunciation with which the files of that case were sealed.
    first: Option<FeedbackId>,
}

impl<'a> More<'a> {
    /// What a page knows of it.
    pub fn of(pool: &'a [NewFile], about_head: bool) -> Self {
        Self { pool, about_head, case: None, first: None }
    }
}

/// What stood with it in the open: of the office, of its looks, of the register of complaints.
fn words_beside(tx: &mut Tx<'_>, id: FeedbackId) -> Result<Vec<String>, Fault> {
    let mut words: Vec<String> = events::of(tx, id)?.into_iter().map(|it| it.words).collect();
    for it in answers::of(tx, id)? {
        words.push(format!("Trả lời: {}", it.text));
        words.push(it.sent_back);
    }
    words.extend(open_senders::looks(tx, id)?.into_iter().map(|it| it.2));
    if let Some(it) = petitions::sql::find(tx, id)? {
        words.push(it.document);
    }
    words.extend(petitions::leave(tx, id)?);
    Ok(words)
}

/// Takes over what was in the open until now: `said` is the row as it was. What it came from is emptied, and the conduct
/// case that looks into it leaves with it and with whatever else it looks into. The hashes of files that are waste.
pub(in crate::feedback) fn take_over(
    site: &Site,
    tx: &mut Tx<'_>,
    said: &Kept,
    more: &More<'_>,
) -> Result<Vec<String>, Failure> {
    let id = said.id;
    let own = if more.case.is_some() { None } else { conduct::depart_with(tx, id)? };
    let case = more.case.or(own.as_ref());
    let mut words = words_beside(tx, id)?;
    let mut files: Vec<NewFile> = events::files(tx, id)?.into_iter().map(NewFile::from).collect();
    let held = match &said.source {
        Some((kind, source)) => sources::take_out(site, tx, (kind.as_str(), *source), Some(id))?,
        None => sources::Held::default(),
    };
    words.extend(held.words);
    files.extend(held.files);
    if let Some(it) = case {
        words.extend(it.words.clone());
        match more.first {
            Some(first) => words.push(lies_with(tx, first)?),
            None => files.extend(it.files.clone()),
        }
    }
    let staff = said.staff.or(case.map(|it| it.accused));
    let closed = Said {
        text: said.text.clone(),
        accused: match case {
            Some(it) if said.accused.is_empty() => it.accused_name.clone(),
            _ => said.accused.clone(),
        },
        staff: staff.map(|it| it.0),
        happened: said.happened.clone(),
        place: place_of(tx, (said.village, &said.place, said.position))?,
        before: joined(words, &said.text),
        origin: held.origin,
        parts: open_rows::cut_parts(tx, id)?,
    };
    let sender = merged(sender::open(site, tx, id)?, held.sender);
    keep(site, tx, said, (&closed, sender.as_ref(), more.about_head))?;
    let mut waste = keep_files(site, tx, id, (files, more.pool))?;
    open_senders::delete(tx, id)?;
    open_senders::empty_looks(tx, id)?;
    // What he was told on the way names him.
    messages::facts::forget(tx, "feedback", id.0)?;
    events::drop_files(tx, id)?;
    if let Some(parent) = said.parent {
        events::forget_part(tx, parent, &said.code)?;
    }
    open_rows::empty(tx, id, false)?;
    if let Some(it) = &own {
        waste.extend(seal_reports(site, tx, it, (more.pool, Some(id)))?.1);
    }
    Ok(site::files::unnamed(tx, waste)?)
}

fn lies_with(tx: &mut Tx<'_>, first: FeedbackId) -> Result<String, Fault> {
    let entry = petitions::sql::find(tx, first)?;
    let number = entry.map_or_else(String::new, |it| format!(" #{}/{}", it.number, it.year));
    Ok(format!("Tài liệu của vụ việc được niêm cùng đơn của người tố cáo{number}."))
}

/// Seals the reports of a case that left the open; what was answered, turned down or handed out stays what it is. The
/// denunciation with which the case's files were sealed, if there is one, and hashes of what lay in the open.
fn seal_reports(
    site: &Site,
    tx: &mut Tx<'_>,
    case: &Departed,
    (pool, mut first): (&[NewFile], Option<FeedbackId>),
) -> Result<(Option<FeedbackId>, Vec<String>), Failure> {
    let mut waste = Vec::new();
    for report in &case.reports {
        let mut kept = desk::held(tx, *report)?;
        let waits = kept.state.status.is_open() || kept.state.status == Status::NeedInfo;
        if Some(*report) == first || !waits {
            continue;
        }
        let more = More { pool, about_head: false, case: Some(case), first };
        let by = By::Office(tx.by());
        waste.extend(desk::seal(site, tx, &mut kept, by, &more)?);
        first.get_or_insert(*report);
    }
    Ok((first, waste))
}

/// Seals what a conduct case held that turned out to be a denunciation: with the reports that it looks into, or, where it
/// came from none, as a denunciation of its own. The hashes of open files that are waste.
pub(crate) fn receive_case(
    site: &Site,
    tx: &mut Tx<'_>,
    case: &Departed,
    pool: &[NewFile],
) -> Result<Vec<String>, Failure> {
    let (first, mut waste) = seal_reports(site, tx, case, (pool, None))?;
    if first.is_none() {
        let found = |it: &NewFile| pool.iter().find(|read| read.sha256 == it.sha256).cloned();
        let files: Option<Vec<NewFile>> = case.files.iter().map(found).collect();
        let new = NewFeedback {
            accused: case.accused_name.clone(),
            staff: Some(case.accused),
            happened: case.happened.clone(),
            known: case.words.clone(),
            files: files.ok_or_else(desk::changed)?,
            ..NewFeedback::of(case.unit, Door::Counter, Class::Denunciation, &case.summary)
        };
        intake::receive(site, tx, &new)?;
    }
    waste.extend(case.files.iter().map(|it| it.sha256.clone()));
    Ok(site::files::unnamed(tx, waste)?)
}
