//! The faces: for whoever holds the receipt, the link, the page of his dossier or the number that was served.

use askama::Template;
use axum::response::{IntoResponse as _, Response};
use citizen::{
    dossiers::facts::{self as dossiers, Kept},
    tracking::{of_rating_link, rated_with, rating_pass},
};
use domain::{codes::DossierCode, ids::UnitId};
use site::{
    Asked, Failure, Fields, Filled, Html, Lang, Path, Redirect, Shell, Site, State, Typed, Who,
    Words,
};
use store::Tx;
use subtle::ConstantTimeEq as _;

use super::{
    Answered, Of, TRIES_PER_ADDRESS_MAX, WINDOW_S, WORDS_MAX, WRONG_PER_DOSSIER_MAX, can_be_rated,
    items, sql,
};
use crate::queue::facts::{self as queue, Served};

/// How long a pass for a visit holds, in seconds.
const VISIT_S: i64 = 20 * 60;
/// Letters of a code that is shown again.
const CODE_MAX: usize = 40;

struct ItemView {
    code: String,
    text: String,
    answers: Vec<(String, String)>,
}

/// What is rated, as its page and its answer know it.
#[derive(Debug, Clone, Default)]
pub(super) struct Faces {
    /// Sealed: what, by which door, until when. Empty: the receipt is asked for.
    pub token: String,
    /// The code of the dossier, or the number that was served.
    pub code: String,
    /// Whether it is of a visit that brought no dossier.
    pub is_visit: bool,
    /// The tablet to which the page goes back by itself; 0: it stands on no desk.
    pub desk: i64,
    pub wrong: String,
    pub thanks: bool,
}

#[derive(Template)]
#[template(path = "ratings/templates/rate.html")]
struct Rate {
    shell: Shell,
    unit: UnitId,
    title: String,
    token: String,
    code: String,
    items: Vec<ItemView>,
    /// Where the page goes by itself after a while; empty: nowhere.
    home: String,
    desk: i64,
    wrong: String,
    thanks: bool,
    other: &'static str,
}

pub(super) fn page(
    site: &Site,
    who: &Who,
    unit: UnitId,
    it: Faces,
) -> Result<Html<String>, Failure> {
    let shell = site.shell(who);
    let say = |vi: &str, en: &str| match who.lang {
        Lang::Vi => vi.to_owned(),
        Lang::En => en.to_owned(),
    };
    site.page(&Rate {
        unit,
        title: who.tree.title(unit).to_owned(),
        items: items(who.today(), !it.is_visit)
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
        home: if it.desk > 0 {
            format!("/danh-gia/{unit}/quay/{}", it.desk)
        } else {
            String::new()
        },
        desk: it.desk,
        token: it.token,
        code: it.code,
        wrong: it.wrong,
        thanks: it.thanks,
        other: who.lang.other().code(),
        shell,
    })
}

pub(super) fn is_one_stop(who: &Who, unit: UnitId) -> Result<(), Failure> {
    let known = who.tree.unit(unit).is_some_and(|it| it.kind == "one_stop");
    if known { Ok(()) } else { Err(Failure::NotFound) }
}

/// Whoever is signed in at the office does not answer for a citizen.
pub(super) fn not_from_the_office(who: &Who) -> Result<(), Failure> {
    if who.session.is_none() {
        return Ok(());
    }
    Err(Failure::Refused(
        "Máy này đang đăng nhập tài khoản của cơ quan nên không đánh giá được. Đánh giá là của người dân: hãy mở \
         trên điện thoại của người dân hoặc máy tính bảng đã đăng xuất."
            .to_owned(),
    ))
}

/// A sealed pass: whoever holds it came by this door to rate this.
pub(super) fn pass(site: &Site, who: &Who, of: Of, door: &str) -> Result<String, Failure> {
    match of {
        Of::Dossier(id) => rating_pass(site, who, id, door),
        Of::Ticket(id) => {
            let until = who.now.epoch_ms() + VISIT_S * 1000;
            Ok(site.seal.close("rate-visit", &format!("{until} {id} {door}"))?)
        }
    }
}

/// What a [`pass`] opens, and by which door; nothing if it is none of ours or over.
fn passed(site: &Site, who: &Who, sealed: &str) -> Option<(Of, String)> {
    if let Some((id, door)) = rated_with(site, who, sealed) {
        return Some((Of::Dossier(id), door));
    }
    let text = site.seal.open("rate-visit", sealed).ok()?;
    let mut parts = text.split(' ');
    let until: i64 = parts.next()?.parse().ok()?;
    let ticket = parts.next()?.parse().ok()?;
    let door = parts.next()?.to_owned();
    (who.now.epoch_ms() < until).then_some((Of::Ticket(ticket), door))
}

/// The first of what a number led to that can be rated now: a dossier of it, or the visit itself if it brought none.
pub(super) fn ratable(
    tx: &mut Tx<'_>,
    visit: &Served,
) -> Result<Option<(Of, String)>, store::Fault> {
    for id in &visit.dossiers {
        if let Some(it) = dossiers::by_id(tx, *id)?
            && can_be_rated(it.dossier.status)
            && !sql::is_rated(tx, Of::Dossier(*id))?
        {
            return Ok(Some((Of::Dossier(*id), it.code)));
        }
    }
    let of = Of::Ticket(visit.ticket);
    if visit.is_done && visit.dossiers.is_empty() && !sql::is_rated(tx, of)? {
        return Ok(Some((of, visit.label.clone())));
    }
    Ok(None)
}

/// Why what a pass opens cannot be rated; nothing if it can.
fn refusal(tx: &mut Tx<'_>, words: Words, of: Of) -> Result<(String, Option<String>), Failure> {
    let rated = sql::is_rated(tx, of)?;
    let (code, can) = match of {
        Of::Dossier(id) => {
            let kept = dossiers::by_id(tx, id)?.ok_or(Failure::NotFound)?;
            (kept.code, can_be_rated(kept.dossier.status))
        }
        Of::Ticket(id) => {
            let visit = queue::of_ticket(tx, id)?.ok_or(Failure::NotFound)?;
            (visit.label, visit.is_done && visit.dossiers.is_empty())
        }
    };
    Ok((
        code,
        match (rated, can) {
            (true, _) => Some(words.say("rate-again")),
            (false, false) => Some(words.say("rate-nothing-yet")),
            (false, true) => None,
        },
    ))
}

/// GET `/dg/{code}`: the link of the receipt and of the message about the handing over.
pub async fn link(
    State(site): State<Site>,
    who: Who,
    Path(code): Path<String>,
) -> Result<Html<String>, Failure> {
    super::super::queue::limit(&site, &who, "rate-link", TRIES_PER_ADDRESS_MAX, WINDOW_S)?;
    let words = site.shell(&who).words;
    let (kept, wrong) = site
        .read(&who, move |tx| {
            let id = of_rating_link(tx, &code)?.ok_or(Failure::NotFound)?;
            let kept = dossiers::by_id(tx, id)?.ok_or(Failure::NotFound)?;
            let wrong = refusal(tx, words, Of::Dossier(id))?.1;
            Ok((kept, wrong))
        })
        .await?;
    let (unit, code) = (kept.unit, kept.code.clone());
    match wrong {
        Some(wrong) => page(&site, &who, unit, Faces { code, wrong, ..Faces::default() }),
        None => {
            let token = pass(&site, &who, Of::Dossier(kept.id), "link")?;
            page(&site, &who, unit, Faces { token, code, ..Faces::default() })
        }
    }
}

/// GET `/danh-gia/{unit}`: the faces, for whoever comes with the number that was served (`so`) or a pass (`the`), else the
/// form that asks for the receipt.
pub async fn form(
    State(site): State<Site>,
    who: Who,
    Path(unit): Path<UnitId>,
    Asked(asked): Asked,
) -> Result<Html<String>, Failure> {
    is_one_stop(&who, unit)?;
    let words = site.shell(&who).words;
    let code: String = asked.get("ho-so").chars().take(CODE_MAX).collect();
    let nothing = Faces { code, ..Faces::default() };
    let sealed = asked.get("the").to_owned();
    if let Some((of, _)) = passed(&site, &who, &sealed) {
        let (code, wrong) = site.read(&who, move |tx| refusal(tx, words, of)).await?;
        let is_visit = matches!(of, Of::Ticket(_));
        let token = if wrong.is_none() { sealed } else { String::new() };
        let wrong = wrong.unwrap_or_default();
        return page(&site, &who, unit, Faces { token, code, is_visit, wrong, ..nothing });
    }
    if !sealed.is_empty() {
        return page(&site, &who, unit, Faces { wrong: words.say("rate-over"), ..nothing });
    }
    let secret = asked.get("so").to_owned();
    if secret.is_empty() {
        return page(&site, &who, unit, Faces { thanks: asked.has("cam-on"), ..nothing });
    }
    super::super::queue::limit(&site, &who, "rate-from", TRIES_PER_ADDRESS_MAX, WINDOW_S)?;
    let found = site
        .read(&who, move |tx| match queue::of_secret(tx, &secret)? {
            Some(visit) => Ok(ratable(tx, &visit)?),
            None => Ok(None),
        })
        .await?;
    match found {
        Some((of, code)) => {
            let token = pass(&site, &who, of, "ticket")?;
            let is_visit = matches!(of, Of::Ticket(_));
            page(&site, &who, unit, Faces { token, code, is_visit, ..nothing })
        }
        None => page(&site, &who, unit, Faces { wrong: words.say("rate-nothing-yet"), ..nothing }),
    }
}

/// The dossier that a typed receipt opens, or why it does not.
async fn by_receipt(
    site: &Site,
    who: &Who,
    typed: &Typed,
) -> Result<Result<Kept, String>, Failure> {
    let words = site.shell(who).words;
    let Ok(parsed) = DossierCode::parse(typed.get("ma-ho-so")) else {
        let example = citizen::tracking::example(who);
        return Ok(Err(words.say_with("track-bad-code", &[("code", &example)])));
    };
    let parsed = parsed.to_string();
    let of = format!("track-of:{parsed}");
    let taken = site.limiter.take(&of, WRONG_PER_DOSSIER_MAX, WINDOW_S, who.now);
    taken.map_err(|wait_s| Failure::TooMany { wait_s })?;
    let secret: String = typed.get("ma-bi-mat").chars().filter(char::is_ascii_digit).collect();
    let (kept, known, rated) = site
        .read(who, move |tx| {
            let kept = dossiers::by_code(tx, &parsed)?;
            let rated = match &kept {
                Some(it) => sql::is_rated(tx, Of::Dossier(it.id))?,
                None => false,
            };
            Ok((kept, dossiers::secret_of(tx, &parsed)?, rated))
        })
        .await?;
    let known = known.unwrap_or_else(|| "------".to_owned());
    let right =
        known.len() == secret.len() && bool::from(known.as_bytes().ct_eq(secret.as_bytes()));
    let Some(kept) = kept.filter(|_| right) else { return Ok(Err(words.say("track-wrong"))) };
    site.limiter.forget(&of);
    if rated {
        return Ok(Err(words.say("rate-again")));
    }
    if !can_be_rated(kept.dossier.status) {
        return Ok(Err(words.say("rate-nothing-yet")));
    }
    Ok(Ok(kept))
}

/// POST `/danh-gia/{unit}`: the receipt that opens the faces, or the answer.
pub async fn give(
    State(site): State<Site>,
    who: Who,
    Path(unit): Path<UnitId>,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    is_one_stop(&who, unit)?;
    not_from_the_office(&who)?;
    super::super::queue::limit(&site, &who, "rate-from", TRIES_PER_ADDRESS_MAX, WINDOW_S)?;
    let words = site.shell(&who).words;
    let sealed = typed.get("the").to_owned();
    let code: String = typed.get("ma-ho-so").chars().take(CODE_MAX).collect();
    let desk: i64 = typed.get("quay").parse().unwrap_or(0);
    let plain = Faces { code, desk, ..Faces::default() };
    let wrong = |wrong: String, faces: Faces| -> Result<Response, Failure> {
        Err(Failure::Mistaken(page(&site, &who, unit, Faces { wrong, ..faces })?))
    };
    let Some((of, door)) = passed(&site, &who, &sealed) else {
        if !sealed.is_empty() {
            return wrong(words.say("rate-over"), plain);
        }
        return match by_receipt(&site, &who, &typed).await? {
            Err(why) => wrong(why, plain),
            Ok(kept) => {
                let token = pass(&site, &who, Of::Dossier(kept.id), "receipt")?;
                let faces = Faces { token, code: kept.code, ..Faces::default() };
                Ok(page(&site, &who, kept.unit, faces)?.into_response())
            }
        };
    };
    let is_visit = matches!(of, Of::Ticket(_));
    let shown = Faces { token: sealed, is_visit, ..plain.clone() };
    let mut fields = Fields::of(typed.clone());
    let said = fields.optional_text("loi", WORDS_MAX);
    let face = typed.get("mat").parse().ok().filter(|it| (1..=5).contains(it));
    let Some(face) = face else { return wrong(words.say("rate-choose-face"), shown) };
    let Some(said) = said else { return wrong(words.say("rate-too-long"), shown) };
    let answers: Vec<(String, String)> = items(who.today(), !is_visit)
        .iter()
        .map(|it| (it.code.clone(), typed.get(&format!("muc-{}", it.code)).to_owned()))
        .collect();
    let kept = site
        .write(&voice::feedback::facts::nowhere(&who), move |tx| {
            let desk = (door == "desk").then_some(desk);
            let answered = Answered { face, answers: &answers, words: &said, door: &door, desk };
            Ok(match of {
                Of::Dossier(id) => {
                    let it = dossiers::by_id(tx, id)?.ok_or(Failure::NotFound)?;
                    super::keep(tx, &it, &answered)?
                }
                Of::Ticket(id) => {
                    let it = queue::of_ticket(tx, id)?.ok_or(Failure::NotFound)?;
                    super::keep_visit(tx, &it, &answered)?
                }
            })
        })
        .await;
    let kept = match kept {
        // Two presses in one moment: the first one counts.
        Err(Failure::Fault(fault)) if fault.is_taken() => false,
        other => other?,
    };
    if kept {
        let back = if desk > 0 { format!("/quay/{desk}") } else { String::new() };
        return Ok(Redirect::to(&format!("/danh-gia/{unit}{back}?cam-on=1")).into_response());
    }
    wrong(words.say("rate-again"), Faces { code: String::new(), ..plain })
}
