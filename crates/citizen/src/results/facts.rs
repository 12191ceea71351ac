//! Results for other slices: the desk says what happened, the register follows.

use std::{collections::HashSet, sync::LazyLock};

use domain::{
    access::{Action, Object},
    dossier::{Delivery, Dossier, Event, Outcome, ReturnChannel, Status, What},
    ids::DossierId,
    procedure::ProcedureVersion,
    results::{ParcelState, ResultHolder, ResultState, TermFile, expiry},
    text,
    time::Instant,
};
use site::{Failure, Tie, Who};
use store::{Fault, Tx};

pub use super::numbers::Numbering;
use super::{
    ADDRESS,
    sql::{self, New},
};
use crate::{
    dossiers::facts::{self as dossiers, Kept},
    eforms::facts as eforms,
};

/// What the journal calls a result.
pub const SUBJECT: &str = "result";

static LAW: LazyLock<TermFile> = LazyLock::new(|| {
    let file: Result<TermFile, _> = toml::from_str(include_str!("../../../../law/results.toml"));
    // A file that does not read gives no term: the test of `domain` reads the same one.
    file.unwrap_or(TermFile { term: Vec::new(), holder: Vec::new() })
});

/// Whether something of a dossier's results stands, so that it can be handed out.
///
/// # Errors
/// [`Failure::Refused`] if all that was issued was revoked or replaced.
pub(crate) fn before(tx: &mut Tx<'_>, id: DossierId, event: &Event) -> Result<(), Failure> {
    let goes_out = matches!(event.what, What::Return { .. } | What::SendByPost);
    if goes_out && sql::standing(tx, id)?.is_none() && !sql::of_dossier(tx, id)?.is_empty() {
        return Err(Failure::Refused(
            "Kết quả của hồ sơ đã thu hồi, không còn bản nào để trả. Người ký cấp lại hoặc đính chính trước.".to_owned(),
        ));
    }
    Ok(())
}

/// The number of the result that stands: a later one than the dossier's own if it was issued anew. Nothing if none
/// stands.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub(crate) fn standing_number(tx: &mut Tx<'_>, id: DossierId) -> Result<Option<String>, Fault> {
    sql::standing_number(tx, id)
}

/// Whom a result that is about to be issued names beside the applicant: by its book, else by what was declared; empty
/// for the applicant himself.
fn holder(tx: &mut Tx<'_>, id: DossierId, procedure: &str) -> Result<String, Fault> {
    let named = sql::named_holder(tx, id)?;
    if !named.is_empty() {
        return Ok(named);
    }
    let of = |it: &&ResultHolder| it.procedures.iter().any(|it| it == procedure);
    let Some(rule) = LAW.holder.iter().find(of) else { return Ok(String::new()) };
    let declared = eforms::declared_words(tx, id)?;
    Ok(rule.fields.iter().find_map(|it| declared.get(it)).cloned().unwrap_or_default())
}

/// A book says whom the result of a dossier is for.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn name_holder(tx: &mut Tx<'_>, id: DossierId, name: &str) -> Result<(), Fault> {
    sql::name_holder(tx, id, name)
}

/// Follows what happened to a dossier: issues, marks as collected, sends, takes back.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub(crate) fn follow(
    tx: &mut Tx<'_>,
    id: DossierId,
    body: &ProcedureVersion,
    after: &Dossier,
    event: &Event,
) -> Result<(), Fault> {
    match &event.what {
        What::Number { .. } | What::SettleOnTheSpot { .. } | What::FinishCorrection { .. } => {
            issue(tx, id, body, after, event)
        }
        What::SendByPost => sql::insert_parcel(tx, id),
        What::PostFailed => sql::end_parcels(tx, id, ParcelState::Returned),
        What::Return { channel, .. } => {
            sql::collected(tx, id, event.at)?;
            // However it came to its people, no parcel of it is under way any more.
            let by_post = *channel == ReturnChannel::Post;
            let end = if by_post { ParcelState::Delivered } else { ParcelState::Cancelled };
            sql::end_parcels(tx, id, end)
        }
        What::Undo => take_back(tx, id, after),
        _ => Ok(()),
    }
}

fn issue(
    tx: &mut Tx<'_>,
    id: DossierId,
    body: &ProcedureVersion,
    after: &Dossier,
    event: &Event,
) -> Result<(), Fault> {
    let issued_on = event.at.civil().date();
    let refused = after.outcome == Some(Outcome::Refused);
    let corrected = matches!(event.what, What::FinishCorrection { .. });
    let before = if corrected { sql::standing(tx, id)? } else { None };
    let granted = body.results.first().filter(|it| !it.trim().is_empty()).unwrap_or(&body.name);
    let kind = if refused { "Văn bản từ chối giải quyết hồ sơ" } else { granted };
    let term = if refused { None } else { expiry(&LAW.term, &body.code, issued_on) };
    let new = sql::insert(
        tx,
        &New {
            dossier: id,
            kind: &kind.chars().take(KIND_CHARS_MAX).collect::<String>(),
            number: after.number.as_deref().unwrap_or(""),
            issued_on,
            issued_at: event.at,
            expires_on: term.map(|it| it.0),
            expiry_basis: term.map_or("", |it| it.1),
            outcome: after.outcome.unwrap_or(Outcome::Granted).code(),
            signer: after.signer,
            replaces: before,
        },
    )?;
    if before.is_none() && !refused {
        let holder = holder(tx, id, &body.code)?;
        if !holder.is_empty() {
            sql::name_holder_of(tx, new, &holder)?;
        }
    }
    // What was signed goes out with its number; what is sealed after it follows (`signed_again`).
    if let Some((file, sha256)) = dossiers::signed_result(tx, id)?
        && sql::is_free(tx, new, file)?
    {
        sql::set_file(tx, new, file, &sha256)?;
    }
    if let Some(old) = before {
        sql::end(tx, old, ResultState::Replaced, issued_on, "", "Đính chính sai sót của cơ quan")?;
    }
    let details = serde_json::json!({ "dossier": id.0, "replaces": before });
    tx.journal(store::journal::Entry::new(SUBJECT, new, "issue_result").details(&details));
    Ok(())
}

/// Characters of what a result is called at most.
const KIND_CHARS_MAX: usize = 240;

/// The result's file was signed or sealed once more: whatever stood for it, or nothing, is replaced by the copy
/// with all signatures.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub(crate) fn signed_again(
    tx: &mut Tx<'_>,
    id: DossierId,
    before: i64,
    (file, sha256): (i64, &str),
) -> Result<(), Fault> {
    let Some(result) = sql::standing(tx, id)? else { return Ok(()) };
    let Some(kept) = sql::find(tx, result)? else { return Ok(()) };
    let follows = kept.file.is_none_or(|it| it == before);
    if follows && sql::is_free(tx, result, before)? {
        sql::set_file(tx, result, file, sha256)?;
        let details = serde_json::json!({ "file": file });
        tx.journal(store::journal::Entry::new(SUBJECT, result, "add_file").details(&details));
    }
    Ok(())
}

/// Whether a dossier has a result with a file that can be handed out over the line.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub(crate) fn has_file(tx: &mut Tx<'_>, id: DossierId) -> Result<bool, Fault> {
    let all = sql::of_dossier(tx, id)?;
    Ok(all.iter().any(|it| it.state == ResultState::Issued && it.file.is_some()))
}

/// A step was taken back: what it issued, sent or handed over is as before.
fn take_back(tx: &mut Tx<'_>, id: DossierId, after: &Dossier) -> Result<(), Fault> {
    if after.returned_at.is_none() {
        sql::not_collected(tx, id)?;
    }
    if after.delivery == Delivery::Waiting {
        sql::end_parcels(tx, id, ParcelState::Cancelled)?;
    }
    if after.delivery == Delivery::InPost {
        sql::reopen_parcel(tx, id)?;
    }
    let Some(newest) = sql::standing(tx, id)? else { return Ok(()) };
    // What a step issued, and what was issued anew for it since, stand or fall together.
    let mut line = vec![newest];
    let (mut number, mut replaces, mut anew) = sql::origin(tx, newest)?;
    while let Some(old) = replaces.filter(|_| anew) {
        line.push(old);
        (number, replaces, anew) = sql::origin(tx, old)?;
    }
    let stands = after.finished_at.is_some()
        && after.status != domain::dossier::Status::Correcting
        && number == after.number.as_deref().unwrap_or("");
    if !stands {
        let today = tx.now().civil().date();
        for it in line {
            sql::end(tx, it, ResultState::Undone, today, "", "Hoàn tác bước ban hành")?;
        }
        if let Some(old) = replaces {
            sql::reinstate(tx, old)?;
        }
    }
    Ok(())
}

/// Rows for results that were issued before there was a register: some hundred at each run.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn backfill(tx: &mut Tx<'_>) -> Result<(), Fault> {
    const AT_ONCE: i64 = 2_000;
    for id in sql::without_result(tx, AT_ONCE)? {
        let Some(kept) = dossiers::by_id(tx, id)? else { continue };
        let Some(version) = crate::procedures::facts::version(tx, kept.version)? else { continue };
        // Played again: corrections and what was taken back come out as they were.
        let mut state = Dossier::default();
        for event in dossiers::events(tx, id)? {
            state.apply(&event);
            if !matches!(event.what, What::SendByPost | What::PostFailed) {
                follow(tx, id, &version.body, &state, &event)?;
            }
        }
    }
    Ok(())
}

/// The results of a dossier, and its parcel, for its page.
pub(super) fn ties(who: &Who, tx: &mut Tx<'_>, id: DossierId) -> Result<Vec<Tie>, Fault> {
    let today = who.today();
    let all = sql::of_dossier(tx, id)?;
    let newest = all.last().map_or_else(|| ADDRESS.to_owned(), |it| format!("{ADDRESS}/{}", it.id));
    let ties = all.into_iter().map(|it| {
        let state = super::list::state_of(&it, today).0;
        let given = it.collected_at.is_some() && state != super::list::GIVEN;
        let given = if given { ", đã giao" } else { "" };
        Tie {
            label: format!("Kết quả {}: {state}{given}", it.number),
            href: format!("{ADDRESS}/{}", it.id),
            is_due: false,
            owed: None,
            stays: None,
            number: None,
        }
    });
    let mut ties: Vec<Tie> = ties.collect();
    if let Some((_, at)) = downloads(tx, id)?.pop() {
        let at = text::date_time(at.civil());
        let kept = dossiers::by_id(tx, id)?;
        let waits = kept.is_some_and(|it| it.dossier.status == Status::ResultAtCounter);
        // Who has it at home does not come: the dossier is closed by whoever hands results over.
        let closes = waits && who.can(Action::DossierReturn, Object::Anything);
        ties.push(Tie {
            label: match waits {
                true => {
                    format!("Người dân đã tải bản điện tử lúc {at}: trả kết quả để kết thúc hồ sơ")
                }
                false => format!("Người dân đã tải bản điện tử lúc {at}"),
            },
            href: if closes { format!("/co-quan/ho-so/{id}/tra-ket-qua") } else { newest },
            is_due: waits,
            owed: None,
            stays: None,
            number: None,
        });
    }
    Ok(ties)
}

/// When the results of a dossier were downloaded, oldest first, each with its number.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub(crate) fn downloads(tx: &mut Tx<'_>, id: DossierId) -> Result<Vec<(String, Instant)>, Fault> {
    sql::downloads(tx, id)
}

/// Of these dossiers those whose citizen took an electronic result home.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub(crate) fn downloaded_among(
    tx: &mut Tx<'_>,
    ids: Vec<DossierId>,
) -> Result<HashSet<DossierId>, Fault> {
    if ids.is_empty() {
        return Ok(HashSet::new());
    }
    Ok(sql::downloaded(tx, ids)?.into_iter().collect())
}

/// What the citizen sees of his results: the post's number, and files to take home.
pub struct ForCitizen {
    /// The number under which the post carries the result; empty if none is known.
    pub tracking: String,
    /// Results with a file: their rows and what they are.
    pub files: Vec<(i64, String)>,
}

/// What the citizen sees of the results of his dossier.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn for_citizen(tx: &mut Tx<'_>, kept: &Kept) -> Result<ForCitizen, Fault> {
    let tracking = sql::tracking_of(tx, kept.id)?;
    let owed = kept.dossier.financial == domain::dossier::Financial::Due;
    let all = if owed { Vec::new() } else { sql::of_dossier(tx, kept.id)? };
    // What still waits to be looked through for malware, or was found to hold some, is nobody's to download.
    let held: Vec<i64> =
        dossiers::files(tx, kept.id)?.iter().filter(|it| it.is_held()).map(|it| it.id).collect();
    let is_open = |it: &sql::Kept| it.file.is_some_and(|file| !held.contains(&file));
    let files = all.into_iter().filter(|it| is_open(it) && it.state == ResultState::Issued);
    Ok(ForCitizen { tracking, files: files.map(|it| (it.id, it.kind)).collect() })
}

/// All parcels that wait at a counter go with the post officer, on the next list of its year; the
/// list's row. Nothing if none waits.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn hand_to_post(
    tx: &mut Tx<'_>,
    unit: domain::ids::UnitId,
    postman: &str,
) -> Result<Option<i64>, Fault> {
    if sql::waiting_at(tx, unit)?.is_empty() {
        return Ok(None);
    }
    let id = sql::insert_manifest(tx, unit, postman)?;
    tx.journal(store::journal::Entry::new("manifest", id, "hand_to_post"));
    Ok(Some(id))
}

/// The post's number for the parcel of a dossier that is under way.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn set_tracking(tx: &mut Tx<'_>, id: DossierId, tracking: &str) -> Result<(), Fault> {
    match sql::open_parcel(tx, id)? {
        Some(parcel) => sql::set_tracking(tx, parcel.id, tracking),
        None => Ok(()),
    }
}

/// A citizen took the file of a result home.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub(crate) fn downloaded(tx: &mut Tx<'_>, id: i64) -> Result<(), Fault> {
    sql::insert_handover(tx, id, "online", ("", "", ""))?;
    tx.journal(store::journal::Entry::new(SUBJECT, id, "download_result"));
    Ok(())
}

/// Erases who took the results of a dossier and where they were sent; the register stays.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn erase(tx: &mut Tx<'_>, id: DossierId) -> Result<(), Fault> {
    sql::erase(tx, id)
}
