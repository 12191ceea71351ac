//! Tracking: a citizen with the code and the secret of a receipt sees where his dossier is,
//! why its date, and what is asked of him; nothing of anybody else.

use askama::Template;
use axum::{
    http::HeaderMap,
    response::{IntoResponse as _, Response},
};
use domain::{
    access::Action,
    codes::{AgencyCode, CodeRegime, DossierCode, DossierCodeError},
    dossier::{CommandKind, Status},
    ids::DossierId,
    link::LinkState,
    money::Dong,
    procedure::ChannelKind,
};
use people::calendar::facts::calendars;
use site::{
    Asked, Failure, Filled, Html, Mistakes, Path, Redirect, Routes, Shell, Site, State, Typed, Who,
    Words, get, limit::Slowing, post, show::Working,
};
use subtle::ConstantTimeEq as _;

use crate::{
    dossiers::{
        desk::{self, Desk},
        facts::{self, StepView},
        links::facts as links,
        online,
    },
    eforms::signing,
};

mod devices;
mod messages;
mod pass;
pub(crate) mod ready;
mod sql;
#[cfg(test)]
mod tests;

use pass::seen;
pub use pass::{COOKIE, Sight, forget, give, let_in, sees, session_of, sight};

/// Wrong secrets for one dossier from one address, and from wherever.
const FROM_ONE_ADDRESS: Slowing = Slowing { free: 6, longest_s: 15 * 60 };
const OF_ONE_DOSSIER: Slowing = Slowing { free: 30, longest_s: 15 * 60 };
const WINDOW_S: i64 = 15 * 60;

/// The routes of this slice.
#[must_use]
pub fn routes() -> Routes {
    let track = Action::DossierTrack;
    Routes::default()
        .on("/tra-cuu", track, get(form).post(ask))
        .on("/ho-so/{code}", track, get(show))
        .on("/ho-so/{code}/bao-may", track, post(devices::save))
}

#[derive(Template)]
#[template(path = "tracking/templates/ask.html")]
struct Ask<'a> {
    shell: Shell,
    m: &'a Mistakes,
    /// A code of this installation, as an example.
    example: String,
    /// This browser began to file something.
    has_begun: bool,
}

fn ask_page(
    site: &Site,
    who: &Who,
    headers: &HeaderMap,
    m: &Mistakes,
) -> Result<Html<String>, Failure> {
    let shell = site.shell(who);
    let example = example(who);
    let has_begun = site::who::cookie(headers, site::who::DRAFTS_COOKIE).is_some();
    site.page(&Ask { shell, m, example, has_begun })
}

/// GET `/tra-cuu`
async fn form(
    State(site): State<Site>,
    who: Who,
    headers: HeaderMap,
    Asked(asked): Asked,
) -> Result<Html<String>, Failure> {
    ask_page(&site, &who, &headers, &Mistakes::none(asked))
}

/// POST `/tra-cuu`
async fn ask(
    State(site): State<Site>,
    who: Who,
    headers: HeaderMap,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    let words = site.shell(&who).words;
    let code = match read_code(&who, typed.get("ma-ho-so")) {
        Ok(it) => it.to_string(),
        Err(DossierCodeError::Empty) => {
            let text = words.say("track-code-owed");
            return again(&site, &who, &headers, typed, "ma-ho-so", text);
        }
        Err(_) => {
            let text = words.say_with("track-bad-code", &[("code", &example(&who))]);
            return again(&site, &who, &headers, typed, "ma-ho-so", text);
        }
    };
    let secret: String = typed.get("ma-bi-mat").chars().filter(char::is_ascii_digit).collect();
    if open(&site, &who, &code, &secret).await? {
        return Ok(seen(&site, &who, (&code, ""), Sight::Reads)?.into_response());
    }
    again(&site, &who, &headers, typed, "ma-bi-mat", words.say("track-wrong"))
}

/// A code as it is typed: as it stands on the paper, or by its letters and digits alone, as keypads and transfers
/// write it, if it is one of an office of this installation.
///
/// # Errors
/// [`DossierCodeError`] with a hint.
pub fn read_code(who: &Who, typed: &str) -> Result<DossierCode, DossierCodeError> {
    DossierCode::parse(typed).or_else(|why| {
        let agencies = who.tree.all().filter_map(|it| AgencyCode::parse(&it.agency_code).ok());
        DossierCode::by_letters(typed, agencies).ok_or(why)
    })
}

/// A code as this installation gives them.
#[must_use]
pub fn example(who: &Who) -> String {
    let codes = who.tree.seat().into_iter().chain(who.tree.all());
    let mut codes = codes.filter_map(|it| AgencyCode::parse(&it.agency_code).ok());
    let made = codes.next().and_then(|agency| {
        let regime = match CodeRegime::on(who.today()) {
            CodeRegime::Agency2018 if agency.right_to_left().is_ok() => CodeRegime::Agency2018,
            _ => CodeRegime::Agency2025,
        };
        DossierCode::new(regime, &agency, who.today(), 1).ok()
    });
    made.map_or_else(|| "H41.99.40-261126-0001".to_owned(), |it| it.to_string())
}

fn again(
    site: &Site,
    who: &Who,
    headers: &HeaderMap,
    typed: Typed,
    field: &str,
    text: String,
) -> Result<Response, Failure> {
    let mut m = Mistakes::none(typed);
    m.typed.set("ma-bi-mat", "");
    m.by_field.insert(field.to_owned(), text);
    Err(Failure::Mistaken(ask_page(site, who, headers, &m)?))
}

/// Whether code and secret belong together. Every try counts.
async fn open(site: &Site, who: &Who, code: &str, secret: &str) -> Result<bool, Failure> {
    let too_many = |wait_s| Failure::TooMany { wait_s };
    let from = format!("track-from:{}", who.origin);
    site.limiter.take(&from, site.config.tries_per_address, WINDOW_S, who.now).map_err(too_many)?;
    match belong_together(site, who, &who.origin, code, secret).await {
        Err(Failure::TooMany { wait_s }) => {
            site.limiter.give_back(&from);
            Err(too_many(wait_s))
        }
        Ok(true) => {
            // A whole office, or a village on one telephone mast, stands behind one address.
            site.limiter.give_back(&from);
            Ok(true)
        }
        other => other,
    }
}

/// [`open`] for whoever counts tries from one place himself; `asker` is who asks: an address, a telephone.
pub(crate) async fn belong_together(
    site: &Site,
    who: &Who,
    asker: &str,
    code: &str,
    secret: &str,
) -> Result<bool, Failure> {
    let (pair, of) = (format!("track-pair:{code}\n{asker}"), format!("track-of:{code}"));
    site.limiter
        .knock(&pair, FROM_ONE_ADDRESS, who.now)
        .and_then(|_| site.limiter.knock(&of, OF_ONE_DOSSIER, who.now))
        .map_err(|wait_s| Failure::TooMany { wait_s })?;
    let asked = code.to_owned();
    let kept = site.read(who, move |tx| Ok(facts::secret_of(tx, &asked)?)).await?;
    // A dossier that does not exist takes the same comparison.
    let kept = kept.unwrap_or_else(|| "------".to_owned());
    let right = secret.len() == kept.len() && bool::from(secret.as_bytes().ct_eq(kept.as_bytes()));
    if right {
        site.limiter.forgive(&pair);
        site.limiter.forgive(&of);
    }
    Ok(right)
}

/// Gives a dossier the link by which it is rated once, if it has none.
///
/// # Errors
/// Any [`store::Fault`] of the engine.
pub(crate) fn make_rating_link(
    tx: &mut store::Tx<'_>,
    dossier: DossierId,
) -> Result<(), store::Fault> {
    sql::make_link(tx, dossier)
}

/// The path of the link by which a dossier is rated, without its host; nothing if it was never received.
///
/// # Errors
/// Any [`store::Fault`] of the engine.
pub fn rating_link(
    tx: &mut store::Tx<'_>,
    dossier: DossierId,
) -> Result<Option<String>, store::Fault> {
    Ok(sql::link_of(tx, dossier)?.map(|code| format!("/dg/{code}")))
}

/// The dossier that a link opens to be rated; nothing if it is none of ours.
///
/// # Errors
/// Any [`store::Fault`] of the engine.
pub fn of_rating_link(
    tx: &mut store::Tx<'_>,
    code: &str,
) -> Result<Option<DossierId>, store::Fault> {
    sql::of_link(tx, code)
}

/// How long a pass for rating holds, in seconds.
const RATING_S: i64 = 20 * 60;

/// A sealed pass: whoever holds it has shown the secret of this dossier, by this door, and may rate what
/// came of it.
///
/// # Errors
/// A [`Failure`] if it cannot be sealed.
pub fn rating_pass(
    site: &Site,
    who: &Who,
    dossier: DossierId,
    door: &str,
) -> Result<String, Failure> {
    let until = who.now.epoch_ms() + RATING_S * 1000;
    Ok(site.seal.close("rate", &format!("{until} {dossier} {door}"))?)
}

/// The dossier and the door of a [`rating_pass`]; `None` if it is none of ours or over.
#[must_use]
pub fn rated_with(site: &Site, who: &Who, pass: &str) -> Option<(DossierId, String)> {
    let text = site.seal.open("rate", pass).ok()?;
    let mut parts = text.split(' ');
    let until: i64 = parts.next()?.parse().ok()?;
    let dossier = parts.next()?.parse().ok()?;
    let door = parts.next()?.to_owned();
    (who.now.epoch_ms() < until).then_some((dossier, door))
}

#[derive(Template)]
#[template(path = "tracking/templates/show.html")]
struct Show {
    shell: Shell,
    /// What other slices tell him of it: who filed it for him.
    told: Vec<String>,
    code: String,
    procedure: String,
    applicant: String,
    status: String,
    due: Option<String>,
    provisional: bool,
    working: Option<Working>,
    /// By when the office answers what was sent over the line; empty once it has.
    answer_by: String,
    /// Whether he sees how far it is, and no more.
    follows: bool,
    /// Whether what was sent can be read here.
    shows_sent: bool,
    asked_of_you: Option<String>,
    /// What he can do himself.
    open: online::Open,
    messages: Vec<messages::Message>,
    steps: Vec<StepView>,
    unit: String,
    /// Where what came of it can be rated; empty while nothing did.
    rate: String,
    trips: String,
    tracking: String,
    files: Vec<(String, String)>,
    /// How what is owed can be paid, and its square code.
    pay: Option<(crate::fees::facts::PayRequest, String)>,
    pay_amount: String,
    /// Whether a bank tells by itself that money came: the page looks again.
    looks_again: bool,
    waits: bool,
    /// Receipts of what was paid: where, and what is said of them.
    receipts: Vec<(String, String)>,
    /// Who must sign the declaration beside the one who files, and how far he is.
    signers: Vec<(String, String)>,
    /// Whether somebody is still to be asked.
    sign_owed: bool,
    /// What other units do for it: where, what, how far, by when.
    parts: Vec<PartLine>,
    /// How this browser is asked to show notices.
    devices: Option<devices::Asking>,
}

/// A part of the case at another unit.
struct PartLine {
    unit: String,
    procedure: String,
    state: String,
    is_over: bool,
    due: Option<String>,
}

/// How far a part is, in plain words of the reader's language.
fn part_state(words: Words, state: LinkState) -> String {
    match state {
        LinkState::Planned => words.say("track-part-planned"),
        LinkState::Queued => words.say("track-part-queued"),
        LinkState::AtCounter => words.say("track-part-at-counter"),
        LinkState::Accepted => words.say("track-part-accepted"),
        LinkState::Finished | LinkState::SentBack => words.say("track-part-finished"),
        LinkState::Done => words.say("track-part-done"),
        LinkState::Refused => words.say("track-part-refused"),
        LinkState::Withdrawn => words.say("track-part-withdrawn"),
    }
}

/// How long a step has, in the reader's language.
fn share(words: Words, minutes: i64) -> String {
    match (minutes / 60, minutes % 60) {
        (0, 0) => String::new(),
        (0, minutes) => words.say_with("track-minutes", &[("minutes", &minutes.to_string())]),
        (hours, _) => words.say_with("track-hours", &[("hours", &hours.to_string())]),
    }
}

/// GET `/ho-so/{code}`, from the QR code with `?ma=` or after `/tra-cuu`.
async fn show(
    State(site): State<Site>,
    who: Who,
    Path(code): Path<String>,
    Asked(asked): Asked,
    headers: axum::http::HeaderMap,
) -> Result<Response, Failure> {
    let Ok(parsed) = DossierCode::parse(&code) else { return Err(Failure::NotFound) };
    let code = parsed.to_string();
    if asked.has("ma") {
        let secret = asked.get("ma").to_owned();
        // Who has been let in already tries no secret.
        let is_in = sight(&site, &who, &headers, &code).await? >= Some(Sight::Reads);
        return if is_in || open(&site, &who, &code, &secret).await? {
            // The page of a sent filing leads straight to those who must sign.
            let more = if asked.get("den") == "cung-ky" { "/cung-ky" } else { "" };
            seen(&site, &who, (&code, more), Sight::Reads)
        } else {
            Ok(Redirect::to(&format!("/tra-cuu?ma-ho-so={}", site::percent(&code))).into_response())
        };
    }
    let Some(sight) = sight(&site, &who, &headers, &code).await? else {
        let back = format!("/tra-cuu?ma-ho-so={}", site::percent(&code));
        return Ok(Redirect::to(&back).into_response());
    };
    let shell = site.shell(&who);
    let reads = sight >= Sight::Reads;
    let (inner, asker, waits) = (site.clone(), who.clone(), asked.has("cho"));
    let page = site
        .read(&who, move |tx| {
            let id = facts::id_of(tx, &code)?.ok_or(Failure::NotFound)?;
            let on_desk = desk::take(tx, id)?;
            let calendars = calendars(&inner, tx)?;
            let desk = Desk { tree: &asker.tree, calendars: &calendars };
            let events = facts::events(tx, id)?;
            let words_of = |kind: CommandKind| {
                events
                    .iter()
                    .rev()
                    .find(|it| it.what.kind() == kind)
                    .and_then(|it| it.words.clone())
            };
            let helper = messages::helper(tx, id, &events)?;
            let dossier = &on_desk.kept.dossier;
            let reason = words_of(CommandKind::Extend).unwrap_or_default();
            // What was withdrawn, closed or turned away has neither a date nor a next step.
            let stopped = dossier.status.is_over()
                && dossier.returned_at.is_none()
                && dossier.finished_at.is_none();
            let working = if dossier.received_at.is_none() || stopped {
                None
            } else {
                match on_desk.explain(desk, &reason) {
                    Ok(it) => Some(Working::of(&it)),
                    Err(Failure::Refused(_)) => None,
                    Err(other) => return Err(other),
                }
            };
            let words = shell.words;
            let asked_of_you = match dossier.status {
                Status::AwaitSupplement | Status::IntakeSupplement | Status::RefusedIntake
                    if !reads =>
                {
                    Some(words.say("track-asked-unread"))
                }
                Status::AwaitSupplement => words_of(CommandKind::RequestSupplement),
                Status::IntakeSupplement => words_of(CommandKind::RequestIntakeSupplement),
                Status::RefusedIntake => words_of(CommandKind::RefuseIntake),
                Status::AwaitPayment => {
                    let left = Dong(dossier.fee_due.0 - dossier.fee_paid.0);
                    Some(words.say_with("track-pay", &[("amount", &left.to_string())]))
                }
                _ => None,
            };
            let mine = crate::results::facts::for_citizen(tx, &on_desk.kept)?;
            let ready = (dossier.status == Status::ResultAtCounter)
                .then(|| {
                    ready::said(
                        words,
                        tx,
                        &on_desk.kept,
                        (asker.tree.title(on_desk.kept.unit), &mine),
                    )
                })
                .transpose()?;
            let asked_of_you = asked_of_you.or(ready);
            let files = mine.files.into_iter().filter(|_| reads).map(|(id, kind)| {
                let said = words.say_with("track-download", &[("kind", &kind)]);
                (format!("/ho-so/{code}/ket-qua/{id}"), said)
            });
            let files = files.collect();
            let number = &mine.tracking;
            let tracking = if number.is_empty() {
                String::new()
            } else {
                words.say_with("track-parcel-number", &[("number", number)])
            };
            let pay = crate::fees::facts::pay_request(tx, &on_desk.kept)?.map(|it| {
                let qr = crate::fees::qr_of(&it);
                (it, qr)
            });
            let receipts = crate::fees::facts::receipts_of(tx, id)?
                .into_iter()
                .filter(|_| reads)
                .map(|(row, number, amount)| {
                    let said = [("number", number), ("amount", amount.to_string())];
                    let said = [("number", said[0].1.as_str()), ("amount", said[1].1.as_str())];
                    (
                        format!("/ho-so/{code}/bien-lai/{row}"),
                        words.say_with("track-receipt", &said),
                    )
                })
                .collect();
            let mut signers = signing::of_dossier(tx, id)?.map(|it| it.1).unwrap_or_default();
            signers.retain(|_| reads);
            let waits = waits && pay.is_some();
            let pay_amount = pay.as_ref().map_or_else(String::new, |(it, _)| {
                words.say_with("track-pay-amount", &[("amount", &it.amount.to_string())])
            });
            let calendar = desk.calendar(on_desk.kept.unit);
            let limit_minutes = on_desk.limit_minutes(calendar);
            let status = dossier.status.public().map_or_else(String::new, |it| match asker.lang {
                site::Lang::Vi => it.label().to_owned(),
                site::Lang::En => it.english().to_owned(),
            });
            Ok(Show {
                devices: devices::asking(&inner, tx, (id, &code), dossier.status.is_over())?,
                tracking,
                files,
                sign_owed: !dossier.status.is_over() && signers.iter().any(signing::Due::is_owed),
                signers: signers.iter().map(|it| (it.titled(words), it.said(words))).collect(),
                open: if reads {
                    online::open(&on_desk, asker.now.civil())
                } else {
                    online::Open::default()
                },
                messages: if reads {
                    messages::of(words, &events, helper.as_ref())
                } else {
                    Vec::new()
                },
                told: if reads { inner.told_of(words, tx, id)? } else { Vec::new() },
                follows: !reads,
                code,
                procedure: on_desk.version.body.name.clone(),
                applicant: if sight == Sight::Own {
                    on_desk.kept.applicant.clone()
                } else {
                    facts::public_name(tx, &on_desk.kept)?
                },
                shows_sent: reads
                    && dossier.channel == Some(ChannelKind::Online)
                    && on_desk.kept.applicant != facts::ERASED,
                answer_by: match online::sent_at(dossier, &events) {
                    Some(at) => {
                        words.moment(online::answer_due(desk, on_desk.kept.unit, at.civil())?)
                    }
                    None => String::new(),
                },
                status,
                due: dossier.due_at.map(|it| words.moment(it)),
                provisional: on_desk.kept.provisional && dossier.due_at.is_some(),
                working,
                asked_of_you,
                steps: facts::way(&on_desk.workflow, dossier, limit_minutes)
                    .into_iter()
                    .map(|it| StepView {
                        title: it.title,
                        // Before the dossier is accepted no step has a time: none has begun.
                        detail: if dossier.received_at.is_some() {
                            share(words, it.minutes)
                        } else {
                            String::new()
                        },
                        state: if stopped && it.state == "now" { "" } else { it.state },
                    })
                    .collect(),
                unit: asker.tree.title(on_desk.kept.unit).to_owned(),
                rate: if reads && dossier.finished_at.is_some() {
                    let pass = rating_pass(&inner, &asker, on_desk.kept.id, "tracking")?;
                    let kept = &on_desk.kept;
                    format!("/danh-gia/{}?ho-so={}&the={pass}", kept.unit, kept.code)
                } else {
                    String::new()
                },
                trips: match facts::trips(tx, on_desk.kept.id)? {
                    0 => words.say("track-no-trips"),
                    trips => words.say_with("track-trips", &[("trips", &trips.to_string())]),
                },
                looks_again: pay.is_some(),
                waits,
                receipts,
                pay,
                pay_amount,
                parts: links::public_parts(tx, id, dossier.due_at)?
                    .into_iter()
                    .map(|it| PartLine {
                        unit: match it.unit {
                            Some(unit) => asker.tree.title(unit).to_owned(),
                            None if it.elsewhere.is_empty() => words.say("track-part-elsewhere"),
                            None => it.elsewhere,
                        },
                        procedure: it.procedure,
                        state: part_state(words, it.state),
                        is_over: !it.state.is_open(),
                        due: it.due_at.filter(|_| it.state.is_open()).map(|it| words.moment(it)),
                    })
                    .collect(),
                shell,
            })
        })
        .await?;
    Ok(site.page(&page)?.into_response())
}
