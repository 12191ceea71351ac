//! Dossiers for other slices: the only door.

use domain::{
    dossier::{Dossier, Event},
    ids::DossierId,
    workflow::Workflow,
};
use people::staff::facts as staff;
use site::{Failure, Who};
use store::{Fault, Select, Tx};

pub(crate) use super::{
    desk::OnDesk,
    list::TURN,
    openings::opened,
    turns::Turns,
    view::{Around, Seen},
};
use super::{list, sql};
pub use super::{
    show::{Stage, StepView},
    sql::{ERASED, File as Attached, Kept, SUBJECT},
};

/// Keeps the list of papers with a step, as the pages do: what `words` ask for is missing; with a
/// supplement everything came.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn papers_stepped(
    tx: &mut Tx<'_>,
    on_desk: &super::desk::OnDesk,
    kind: domain::dossier::CommandKind,
    words: &str,
) -> Result<(), Fault> {
    let mut all = site::Typed::default();
    for (row, _) in super::checklist::missing(tx, on_desk.kept.id)? {
        all.set(&format!("du-{row}"), "1");
    }
    super::checklist::stepped(tx, on_desk, (kind, None), words, &all)
}

/// What a desk keeps of whom it served: his data for the next form, the receipt for the printer.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn served(tx: &mut Tx<'_>, id: DossierId, prints_later: bool) -> Result<(), Fault> {
    super::recent::served(tx, id)?;
    if prints_later {
        super::printing::put(tx, id, "giay-hen")?;
    }
    Ok(())
}

/// Tells the page of a dossier of something beside its steps: `act` is one of those that the page knows, nothing
/// in `details` names anybody.
pub(crate) fn tell_aside(
    tx: &mut Tx<'_>,
    id: DossierId,
    act: &'static str,
    details: &serde_json::Value,
    words: Option<String>,
) {
    tx.journal(store::journal::Entry::new(SUBJECT, id.0, act).details(details).words(words));
}

/// The number of the dossier with this code.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn id_of(tx: &mut Tx<'_>, code: &str) -> Result<Option<DossierId>, Fault> {
    Ok(sql::find_by_code(tx, code)?.map(|it| it.id))
}

/// The codes of dossiers by their numbers; what is not there is left out.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn codes_of(tx: &mut Tx<'_>, ids: &[DossierId]) -> Result<Vec<(DossierId, String)>, Fault> {
    sql::openings::codes_of(tx, ids)
}

/// The files of a dossier, the newest last: for whoever may have them.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn files(tx: &mut Tx<'_>, id: DossierId) -> Result<Vec<sql::File>, Fault> {
    sql::files(tx, id)
}

/// Whether a file of a dossier is called so, by its name or as the document that it is: `folded` without marks.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn has_file_called(tx: &mut Tx<'_>, id: DossierId, folded: &str) -> Result<bool, Fault> {
    let files = sql::files(tx, id)?.into_iter().map(|it| it.name);
    let documents = sql::documents(tx, id)?.into_iter().map(|it| it.1);
    Ok(files.chain(documents).any(|it| domain::text::fold(&it).contains(folded)))
}

/// The papers of a dossier, in order.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn papers(tx: &mut Tx<'_>, id: DossierId) -> Result<Vec<sql::Paper>, Fault> {
    sql::papers(tx, id)
}

/// The lines at the top of a paper that a unit's body issues.
pub(crate) fn agency_of(who: &site::Who, unit: domain::ids::UnitId) -> prints::Agency {
    let body = who.tree.line(unit).into_iter().find(|it| {
        who.tree
            .unit(*it)
            .is_some_and(|it| matches!(it.kind.as_str(), "commune" | "district" | "province"))
    });
    super::papers::agency(who, body.unwrap_or(unit))
}

/// Codes of a body's dossiers that owe money, and how much, the newest first.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn owing_of(
    tx: &mut Tx<'_>,
    body: domain::ids::UnitId,
    limit: i64,
) -> Result<Vec<(String, domain::money::Dong)>, Fault> {
    let codes = crate::fees::facts::codes_owing(tx, body, limit)?;
    let mut owing = Vec::with_capacity(codes.len());
    for code in codes {
        if let Some(it) = sql::find_by_code(tx, &code)? {
            owing.push((code, domain::money::Dong(it.dossier.fee_due.0 - it.dossier.fee_paid.0)));
        }
    }
    Ok(owing)
}

/// The next number of the sequence `name`, from 1. The row is the lock: no number is given twice.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub(crate) fn next_number(tx: &mut Tx<'_>, name: &str) -> Result<i64, Fault> {
    sql::next_number(tx, name)
}

/// Dossiers whose applicant bears exactly this number, the newest first; some hundreds at most.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn of_number(tx: &mut Tx<'_>, number: &str) -> Result<Vec<DossierId>, Fault> {
    sql::of_number(tx, number)
}

/// The people of a dossier: for whoever may know them.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn applicant(tx: &mut Tx<'_>, id: DossierId) -> Result<Option<sql::Person>, Fault> {
    sql::person(tx, id)
}

/// The files of a dossier, in the order in which they came.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn attached(tx: &mut Tx<'_>, id: DossierId) -> Result<Vec<Attached>, Fault> {
    sql::files(tx, id)
}

/// Drafts of the intake form that nobody has gone on with since go; says how many.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn sweep_drafts(tx: &mut Tx<'_>, before: domain::time::Instant) -> Result<usize, Fault> {
    super::drafts::sweep(tx, before)
}

/// Who came in an applicant's place goes from dossiers that were over by the day `until`, a day's end; says of
/// how many.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn forget_proxies(tx: &mut Tx<'_>, until: jiff::civil::Date) -> Result<usize, Fault> {
    sql::party::forget_proxies(tx, until)
}

/// The number of the newest dossier; 0 if there is none. Numbers go from 1 to it.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn newest(tx: &mut Tx<'_>) -> Result<i64, Fault> {
    sql::newest(tx)
}

/// The dossier with this number.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn by_id(tx: &mut Tx<'_>, id: DossierId) -> Result<Option<Kept>, Fault> {
    sql::find(tx, id)
}

/// Dossiers after `after` of a one-stop shop or a body that were received, or whose result came, on one
/// of these days, both included; by number, some hundreds at a time.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn of_period(
    tx: &mut Tx<'_>,
    unit: domain::ids::UnitId,
    after: DossierId,
    days: (jiff::civil::Date, jiff::civil::Date),
) -> Result<Vec<Kept>, Fault> {
    const CHUNK: i64 = 500;
    sql::of_period(tx, unit, after, days, CHUNK)
}

/// Dossiers of a one-stop shop that were handed over since a moment, the newest first; some at most.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn returned_since(
    tx: &mut Tx<'_>,
    unit: domain::ids::UnitId,
    since: jiff::civil::DateTime,
) -> Result<Vec<Kept>, Fault> {
    const MOST: i64 = 20;
    sql::returned_since(tx, unit, since, MOST)
}

/// Whether somebody may do `action` for a unit by a right within its own body: a right over the district lets
/// see what is its communes', not act in their place.
#[must_use]
pub fn acts_at(who: &site::Who, action: domain::access::Action, unit: domain::ids::UnitId) -> bool {
    let line = who.tree.line(unit);
    let is_part = |it: &domain::ids::UnitId| {
        let unit = who.tree.known(*it);
        unit.is_some_and(|it| matches!(it.kind.as_str(), "one_stop" | "division"))
    };
    let upto = line.iter().position(|it| !is_part(it)).map_or(line.len(), |at| at + 1);
    let near = line.get(..upto).unwrap_or(&line);
    let today = who.today();
    let gives = |it: &&domain::access::Grant| {
        it.holds_on(today) && domain::access::may(it.role, action) && near.contains(&it.unit)
    };
    who.grants.iter().any(|it| gives(&it))
}

/// The dossier with this code.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn by_code(tx: &mut Tx<'_>, code: &str) -> Result<Option<Kept>, Fault> {
    sql::find_by_code(tx, code)
}

/// The secret on the receipt of the dossier with this code.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn secret_of(tx: &mut Tx<'_>, code: &str) -> Result<Option<String>, Fault> {
    let Some(id) = id_of(tx, code)? else { return Ok(None) };
    Ok(sql::person(tx, id)?.map(|it| it.secret))
}

/// A dossier as another slice copies from it.
#[derive(Debug, Clone)]
pub struct Copied {
    /// The dossier.
    pub kept: Kept,
    /// The procedure's code.
    pub procedure: String,
    /// Its people.
    pub person: sql::Person,
    /// Its papers.
    pub papers: Vec<sql::Paper>,
    /// Whether the request is in the applicant's own words and not the procedure's name.
    pub is_named: bool,
    /// Who signed its result, with the title of today; empty if nobody has.
    pub signer: String,
}

/// The dossier, for somebody who may see it.
///
/// # Errors
/// [`Failure::NotFound`] if there is none that he sees.
pub fn copied(tx: &mut Tx<'_>, who: &Who, id: DossierId) -> Result<Copied, Failure> {
    let kept = sql::find(tx, id)?.ok_or(Failure::NotFound)?;
    if !super::view::sees(who, &kept) {
        return Err(Failure::NotFound);
    }
    let version = crate::procedures::facts::version(tx, kept.version)?.ok_or(Failure::NotFound)?;
    let signer = match kept.dossier.signer {
        Some(it) => staff::person(tx, it, who.today())?
            .map_or_else(String::new, |it| format!("{}, {}", it.name, it.title)),
        None => String::new(),
    };
    let person = sql::person(tx, id)?.unwrap_or_default();
    Ok(Copied {
        procedure: version.body.code.clone(),
        is_named: !person.request.is_empty() && person.request != version.body.name,
        person,
        papers: sql::papers(tx, id)?,
        signer,
        kept,
    })
}

/// Writes down who takes the results of a dossier that have not been taken yet, before the step that
/// hands them over.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub(crate) fn record_collection(
    tx: &mut Tx<'_>,
    id: DossierId,
    collection: sql::Collection,
) -> Result<(), Fault> {
    let members = sql::party::members(tx, id)?;
    let left = members.iter().filter(|it| it.collected_at.is_none());
    let members = left.map(|it| it.place).collect();
    let collected_at = Some(tx.now().civil());
    sql::party::insert_collection(tx, id, &sql::Collection { members, collected_at, ..collection })
}

/// Names a stored file as the result of a dossier; its row.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub(crate) fn attach_result(
    tx: &mut Tx<'_>,
    id: DossierId,
    file: &super::files::Stored,
) -> Result<i64, Fault> {
    super::files::attach_to(tx, id, "result", None, file)
}

/// The current copy of a dossier's result, if it is signed or sealed: its row, and its name in the file store.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub(crate) fn signed_result(
    tx: &mut Tx<'_>,
    id: DossierId,
) -> Result<Option<(i64, String)>, Fault> {
    super::signed::signed_copy(tx, id)
}

/// The citizen chose the language in which he is told of his dossier; whether that is new. It is nothing of the
/// dossier itself: its edition stays.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn told_in(tx: &mut Tx<'_>, id: DossierId, lang: domain::lang::Lang) -> Result<bool, Fault> {
    sql::set_lang(tx, id, lang)
}

/// The people of a dossier.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn person_of(tx: &mut Tx<'_>, id: DossierId) -> Result<Option<sql::Person>, Fault> {
    sql::person(tx, id)
}

/// The people of several dossiers, in one question.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn people_of(
    tx: &mut Tx<'_>,
    ids: &[DossierId],
) -> Result<std::collections::HashMap<DossierId, sql::Person>, Fault> {
    sql::people_of(tx, ids)
}

/// The applicant as the public may read him: a natural person's name is masked, an
/// organisation's is public by law (Luật Doanh nghiệp 59/2020/QH14 Đ.32).
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn public_name(tx: &mut Tx<'_>, kept: &Kept) -> Result<String, Fault> {
    let person = sql::person(tx, kept.id)?;
    let is_organisation = person.is_some_and(|it| it.organisation.is_some());
    Ok(if is_organisation || kept.applicant == ERASED {
        kept.applicant.clone()
    } else {
        domain::text::mask_name(&kept.applicant)
    })
}

/// The members of group dossiers to whom it was granted: name and number of each, by dossier.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub(crate) fn granted_members(
    tx: &mut Tx<'_>,
    ids: &[DossierId],
) -> Result<std::collections::HashMap<DossierId, Vec<(String, String)>>, Fault> {
    sql::party::granted(tx, ids)
}

/// How often the citizen had to come for a dossier so far.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn trips(tx: &mut Tx<'_>, id: DossierId) -> Result<i64, Fault> {
    sql::visits::trips(tx, id)
}

/// Writes down a coming that no step of a dossier tells, with its reason in words that can be
/// erased.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn record_visit(
    tx: &mut Tx<'_>,
    kept: &Kept,
    cause: domain::visit::Cause,
    words: &str,
) -> Result<(), Fault> {
    super::visits::write(tx, kept, cause, words)
}

/// Adds what people usually need in one visit.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn add_package(
    tx: &mut Tx<'_>,
    name: &str,
    procedures: &[&str],
    hint: &str,
) -> Result<(), Fault> {
    let package = sql::visits::Package {
        name: name.to_owned(),
        procedures: procedures.iter().map(|it| (*it).to_owned()).collect(),
        hint: hint.to_owned(),
        ..sql::visits::Package::default()
    };
    super::packages::add(tx, &package).map(|_| ())
}

/// Writes that the citizen came to the counter for this dossier, where no step of it tells: to pay
/// at the cash desk, for example. The same person within the hour is on one visit.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn came(tx: &mut Tx<'_>, kept: &Kept, cause: domain::visit::Cause) -> Result<(), Fault> {
    sql::visits::came(tx, kept.id, kept.unit, cause, None).map(|_| ())
}

/// Everything that happened to a dossier, oldest first.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn events(tx: &mut Tx<'_>, id: DossierId) -> Result<Vec<Event>, Fault> {
    sql::events(tx, id)
}

/// The steps passed and to come within a limit of so many minutes of office time, without
/// anybody's name.
#[must_use]
pub fn way(workflow: &Workflow, dossier: &Dossier, limit_minutes: i64) -> Vec<Stage> {
    super::show::way(workflow, dossier, limit_minutes)
}

/// Dossiers whose row, in its state or in a column, is not the fold of their events, or that are not
/// where their link says. Empty in a sound database.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn unfolded(tx: &mut Tx<'_>) -> Result<Vec<DossierId>, Fault> {
    const CHUNK: i64 = 500;
    let mut wrong = Vec::new();
    let mut after = DossierId(0);
    loop {
        let kept = sql::all_after(tx, after, CHUNK)?;
        let Some((last, _)) = kept.last() else { break };
        let timers = sql::timers(tx, after, last.id)?;
        after = last.id;
        for (it, repeats) in kept {
            let folds = match sql::events(tx, it.id) {
                Ok(events) => Dossier::fold(&events) == it.dossier,
                // An entry that does not read as the step it is said to be.
                Err(Fault::Broken(_)) => false,
                Err(other) => return Err(other),
            };
            let timer = timers.iter().find(|(id, _)| *id == it.id).map(|(_, at)| *at);
            if !repeats || !folds || timer != it.dossier.moves_at() {
                wrong.push(it.id);
            }
        }
    }
    wrong.extend(sql::without_row(tx)?);
    wrong.extend(super::links::facts::torn(tx)?);
    Ok(wrong)
}

/// The units whose dossiers somebody sees.
pub(crate) fn seen(who: &site::Who) -> Seen {
    Seen::of(who)
}

/// What keeps a unit from being closed: dossiers that it receives, settles or answers for and
/// that are still owed an answer.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn needs_unit(
    tx: &mut Tx<'_>,
    unit: domain::ids::UnitId,
    _last: jiff::civil::Date,
) -> Result<Option<String>, Fault> {
    let count = sql::open_at(tx, unit)?;
    Ok((count > 0).then(|| format!("{} hồ sơ đang giải quyết", domain::text::number(count))))
}

/// Open dossiers after `after` that are due on `due_from` or later or whose clock stands still, by
/// number, a few hundred at a time.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn open_after(
    tx: &mut Tx<'_>,
    after: DossierId,
    due_from: jiff::civil::Date,
) -> Result<Vec<Kept>, Fault> {
    const CHUNK: i64 = 500;
    sql::open_after(tx, after, due_from, CHUNK)
}

/// The applicant's telephone; empty if none was given.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn phone_of(tx: &mut Tx<'_>, id: DossierId) -> Result<String, Fault> {
    Ok(sql::person(tx, id)?.map_or_else(String::new, |it| it.phone))
}

/// Says whether a dossier's date lies beyond the calendar that documents have settled.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn set_provisional(tx: &mut Tx<'_>, id: DossierId, provisional: bool) -> Result<(), Fault> {
    sql::set_provisional(tx, id, provisional)
}

/// Of rows whose `d` is a dossier those that somebody means by `q`, as the list of dossiers reads it.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn searched(tx: &mut Tx<'_>, select: Select, q: &str) -> Result<Select, Fault> {
    list::sql::searched(tx, select, q)
}
