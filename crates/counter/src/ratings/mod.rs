//! Ratings: five faces and five items after a result; one answer a dossier, and nobody learns whose.

use std::{collections::HashMap, sync::LazyLock};

use askama::Template;
use axum::response::{IntoResponse as _, Response};
use citizen::{
    dossiers::facts::{self as dossiers, Kept},
    tracking::{rated_with, rating_pass},
};
use domain::{
    access::Action,
    codes::DossierCode,
    dossier::Status,
    evaluation::{IndicatorFile, IndicatorSet, sets},
    ids::{DossierId, UnitId},
    law::Versions,
};
use jiff::civil::Date;
use site::{
    Asked, Failure, Fields, Filled, Html, Lang, Path, Redirect, Routes, Shell, Site, State, Who,
    get,
};
use store::{Fault, Tx, journal::Entry};
use subtle::ConstantTimeEq as _;

mod sql;

pub use sql::{Given, Said};

#[cfg(test)]
pub(crate) mod tests;

/// What can be tried within [`WINDOW_S`]: secrets of one dossier, anything from one address.
const WRONG_PER_DOSSIER_MAX: u32 = 6;
const TRIES_PER_ADDRESS_MAX: u32 = 120;
const WINDOW_S: i64 = 15 * 60;
/// Letters of the words at most.
const WORDS_MAX: usize = 1000;

/// The routes of this slice.
#[must_use]
pub fn routes() -> Routes {
    Routes::default().erases(sql::erase).on(
        "/danh-gia/{unit}",
        Action::RatingGive,
        get(form).post(give),
    )
}

static SETS: LazyLock<Option<Versions<IndicatorSet>>> = LazyLock::new(|| {
    let read: Result<IndicatorFile, _> =
        toml::from_str(include_str!("../../../../law/evaluation/counter.toml"));
    read.map(sets).map_err(|error| tracing::error!(%error, "law/evaluation/counter.toml")).ok()
});

/// The indicators in force on a day.
pub(crate) fn set_on(day: Date) -> Option<&'static IndicatorSet> {
    SETS.as_ref()?.on(day)
}

/// The ratings of one-stop shops since a day, by dossier.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn since(
    tx: &mut Tx<'_>,
    units: &[UnitId],
    from: Date,
) -> Result<HashMap<DossierId, Given>, Fault> {
    sql::since(tx, units, from)
}

/// What was said with ratings, the newest first.
pub(crate) fn said(
    tx: &mut Tx<'_>,
    units: &[UnitId],
    face: Option<i64>,
    before: Option<i64>,
    limit: i64,
) -> Result<Vec<Said>, Fault> {
    sql::said(tx, units, face, before, limit)
}

/// Whether something came out of a dossier that can be rated.
const fn can_be_rated(status: Status) -> bool {
    matches!(
        status,
        Status::ResultAtCounter | Status::Returned | Status::Archived | Status::RefusedIntake
    )
}

/// An answer to be kept.
pub struct Answered<'a> {
    /// 1 to 5.
    pub face: i64,
    /// Code of an item and of its answer; others are passed over.
    pub answers: &'a [(String, String)],
    /// What was said.
    pub words: &'a str,
    /// receipt, ticket or tracking.
    pub door: &'a str,
}

/// Keeps what somebody says of a dossier, once.
///
/// # Errors
/// Any [`Fault`] of the engine; `false` if it was rated before or nothing came out of it yet.
pub fn keep(tx: &mut Tx<'_>, dossier: &Kept, it: &Answered<'_>) -> Result<bool, Fault> {
    if !can_be_rated(dossier.dossier.status) || sql::is_rated(tx, dossier.id)? {
        return Ok(false);
    }
    let items = set_on(tx.now().civil().date()).map_or(&[][..], |it| &it.item);
    let mut answers = Vec::new();
    for item in items {
        let chosen = it.answers.iter().find(|(code, _)| *code == item.code);
        let answer = chosen.and_then(|(_, code)| item.answer.iter().find(|it| it.code == *code));
        if let Some(answer) = answer {
            answers.push((item.code.clone(), answer.code.clone(), answer.points));
        }
    }
    let new = sql::New {
        dossier: dossier.id,
        unit: dossier.unit,
        face: it.face.clamp(1, 5),
        words: it.words,
        door: it.door,
        answers,
    };
    sql::insert(tx, &new)?;
    // That it was rated, by whom and how is nobody's business: the unit and the day are enough.
    tx.journal(Entry::new("rating", dossier.unit.0, "rate"));
    Ok(true)
}

struct ItemView {
    code: String,
    text: String,
    answers: Vec<(String, String)>,
}

#[derive(Template)]
#[template(path = "ratings/templates/rate.html")]
struct Rate {
    shell: Shell,
    unit: UnitId,
    title: String,
    /// Sealed: which dossier, until when. Empty: it is asked for.
    token: String,
    code: String,
    items: Vec<ItemView>,
    wrong: String,
    thanks: bool,
    other: &'static str,
}

fn page(
    site: &Site,
    who: &Who,
    unit: UnitId,
    (token, code): (String, String),
    (wrong, thanks): (String, bool),
) -> Result<Html<String>, Failure> {
    let shell = site.shell(who);
    let items = set_on(who.today()).map_or(&[][..], |it| &it.item);
    let say = |vi: &str, en: &str| match who.lang {
        Lang::Vi => vi.to_owned(),
        Lang::En => en.to_owned(),
    };
    site.page(&Rate {
        unit,
        title: who.tree.title(unit).to_owned(),
        items: items
            .iter()
            .map(|it| ItemView {
                code: it.code.clone(),
                text: say(&it.vi, &it.en),
                answers: it
                    .answer
                    .iter()
                    .map(|it| (it.code.clone(), say(&it.vi, &it.en)))
                    .collect(),
            })
            .collect(),
        token,
        code,
        wrong,
        thanks,
        other: who.lang.other().code(),
        shell,
    })
}

fn is_one_stop(who: &Who, unit: UnitId) -> Result<(), Failure> {
    let known = who.tree.unit(unit).is_some_and(|it| it.kind == "one_stop");
    if known { Ok(()) } else { Err(Failure::NotFound) }
}

/// The faces for whoever comes with a pass: from the page where the dossier was followed.
async fn passed(
    site: &Site,
    who: &Who,
    unit: UnitId,
    (id, pass): (DossierId, &str),
) -> Result<Html<String>, Failure> {
    let (kept, rated) = site
        .read(who, move |tx| {
            let kept = dossiers::by_id(tx, id)?.ok_or(Failure::NotFound)?;
            Ok((kept, sql::is_rated(tx, id)?))
        })
        .await?;
    let words = site.shell(who).words;
    let wrong = match (rated, can_be_rated(kept.dossier.status)) {
        (true, _) => words.say("rate-again"),
        (false, false) => words.say("rate-nothing-yet"),
        (false, true) => {
            return page(site, who, unit, (pass.to_owned(), kept.code), (String::new(), false));
        }
    };
    page(site, who, unit, (String::new(), kept.code), (wrong, false))
}

/// GET `/danh-gia/{unit}`: the faces, for whoever comes with the number that was served (`so`) or a pass (`the`), else the
/// form that asks for the receipt.
async fn form(
    State(site): State<Site>,
    who: Who,
    Path(unit): Path<UnitId>,
    Asked(asked): Asked,
) -> Result<Html<String>, Failure> {
    is_one_stop(&who, unit)?;
    let nothing = (String::new(), asked.get("ho-so").chars().take(40).collect::<String>());
    if let Some((id, _)) = rated_with(&site, &who, asked.get("the")) {
        return passed(&site, &who, unit, (id, asked.get("the"))).await;
    }
    if !asked.get("the").is_empty() {
        let over = site.shell(&who).words.say("rate-over");
        return page(&site, &who, unit, nothing, (over, false));
    }
    let secret = asked.get("so").to_owned();
    if secret.is_empty() {
        return page(&site, &who, unit, nothing, (String::new(), asked.has("cam-on")));
    }
    super::queue::limit(&site, &who, "rate-from", TRIES_PER_ADDRESS_MAX, WINDOW_S)?;
    let found = site
        .read(&who, move |tx| {
            for id in super::queue::dossiers_of_ticket(tx, &secret)? {
                if let Some(it) = dossiers::by_id(tx, id)?
                    && can_be_rated(it.dossier.status)
                    && !sql::is_rated(tx, id)?
                {
                    return Ok(Some(it));
                }
            }
            Ok(None)
        })
        .await?;
    match found {
        Some(it) => {
            let token = rating_pass(&site, &who, it.id, "ticket")?;
            page(&site, &who, unit, (token, it.code), (String::new(), false))
        }
        None => {
            let text = site.shell(&who).words.say("rate-nothing-yet");
            page(&site, &who, unit, nothing, (text, false))
        }
    }
}

/// POST `/danh-gia/{unit}`: the receipt that opens the faces, or the answer.
async fn give(
    State(site): State<Site>,
    who: Who,
    Path(unit): Path<UnitId>,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    is_one_stop(&who, unit)?;
    super::queue::limit(&site, &who, "rate-from", TRIES_PER_ADDRESS_MAX, WINDOW_S)?;
    let words = site.shell(&who).words;
    let wrong = |text: String, code: String, token: String| -> Result<Response, Failure> {
        Err(Failure::Mistaken(page(&site, &who, unit, (token, code), (text, false))?))
    };
    let sealed = typed.get("the").to_owned();
    let Some((dossier, door)) = rated_with(&site, &who, &sealed) else {
        if !sealed.is_empty() {
            let code = typed.get("ma-ho-so").chars().take(40).collect();
            return wrong(words.say("rate-over"), code, String::new());
        }
        let code = typed.get("ma-ho-so").to_owned();
        let Ok(parsed) = DossierCode::parse(&code) else {
            return wrong(
                words.say_with("track-bad-code", &[("code", &citizen::tracking::example(&who))]),
                code,
                String::new(),
            );
        };
        let parsed = parsed.to_string();
        let of = format!("track-of:{parsed}");
        let taken = site.limiter.take(&of, WRONG_PER_DOSSIER_MAX, WINDOW_S, who.now);
        taken.map_err(|wait_s| Failure::TooMany { wait_s })?;
        let secret: String = typed.get("ma-bi-mat").chars().filter(char::is_ascii_digit).collect();
        let asked = parsed.clone();
        let (kept, known, rated) = site
            .read(&who, move |tx| {
                let kept = dossiers::by_code(tx, &asked)?;
                let rated = match &kept {
                    Some(it) => sql::is_rated(tx, it.id)?,
                    None => false,
                };
                Ok((kept, dossiers::secret_of(tx, &asked)?, rated))
            })
            .await?;
        let known = known.unwrap_or_else(|| "------".to_owned());
        let right =
            known.len() == secret.len() && bool::from(known.as_bytes().ct_eq(secret.as_bytes()));
        let Some(kept) = kept.filter(|_| right) else {
            return wrong(words.say("track-wrong"), code, String::new());
        };
        site.limiter.forget(&of);
        if rated {
            return wrong(words.say("rate-again"), String::new(), String::new());
        }
        if !can_be_rated(kept.dossier.status) {
            return wrong(words.say("rate-nothing-yet"), code, String::new());
        }
        let token = rating_pass(&site, &who, kept.id, "receipt")?;
        return Ok(
            page(&site, &who, kept.unit, (token, parsed), (String::new(), false))?.into_response()
        );
    };
    let mut fields = Fields::of(typed.clone());
    let said = fields.optional_text("loi", WORDS_MAX);
    let face = typed.get("mat").parse().ok().filter(|it| (1..=5).contains(it));
    let code = typed.get("ma-ho-so").to_owned();
    let Some(face) = face else { return wrong(words.say("rate-choose-face"), code, sealed) };
    let Some(said) = said else { return wrong(words.say("rate-too-long"), code, sealed) };
    let items = set_on(who.today()).map_or(&[][..], |it| &it.item);
    let answers: Vec<(String, String)> = items
        .iter()
        .map(|it| (it.code.clone(), typed.get(&format!("muc-{}", it.code)).to_owned()))
        .collect();
    let kept = site
        .write(&who, move |tx| {
            let it = dossiers::by_id(tx, dossier)?.ok_or(Failure::NotFound)?;
            let answered = Answered { face, answers: &answers, words: &said, door: &door };
            Ok(keep(tx, &it, &answered)?)
        })
        .await;
    let kept = match kept {
        // Two presses in one moment: the first one counts.
        Err(Failure::Fault(fault)) if fault.is_taken() => false,
        other => other?,
    };
    if kept {
        return Ok(Redirect::to(&format!("/danh-gia/{unit}?cam-on=1")).into_response());
    }
    wrong(words.say("rate-again"), String::new(), String::new())
}
