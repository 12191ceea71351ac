//! A time that somebody books himself: a slot of a posted reception; seen and given up with the code of its page.

use askama::Template;
use axum::response::{IntoResponse as _, Response};
use domain::ids::ReceptionId;
use site::{
    Failure, Filled, Html, Mistakes, Path, Redirect, Shell, Site, State, Typed, Who,
    form::{Before, SAVED, Sending},
    told,
};
use store::journal::Entry;

use super::{
    SUBJECT, bookings as office, service,
    sql::{self, Day, bookings},
};

/// Bookings from one address within [`WINDOW_S`]; looks at pages of bookings.
const BOOKINGS_MAX: u32 = 20;
const LOOKS_MAX: u32 = 120;
const WINDOW_S: i64 = 60 * 60;

struct Slot {
    value: String,
    free: bool,
    chosen: bool,
}

#[derive(Template)]
#[template(path = "reception/templates/book.html")]
struct Form<'a> {
    shell: Shell,
    m: &'a Mistakes,
    id: ReceptionId,
    unit: domain::ids::UnitId,
    title: String,
    when: String,
    receiver: String,
    place: String,
    slots: Vec<Slot>,
    any: bool,
    once: String,
    saved: String,
}

fn when(it: &Day, who: &Who) -> String {
    let day = domain::text::date_in(it.day, who.lang);
    format!("{day}, {}", it.hours())
}

async fn page(
    site: &Site,
    who: &Who,
    id: ReceptionId,
    m: Mistakes,
) -> Result<Html<String>, Failure> {
    let now = who.now;
    let (day, times) = site
        .read(who, move |tx| {
            let day =
                sql::find(tx, id, false)?.filter(service::can_book).ok_or(Failure::NotFound)?;
            let times = service::times(tx, &day, now)?;
            Ok((day, times))
        })
        .await?;
    let typed = m.typed("gio").to_owned();
    site.page(&Form {
        shell: site.shell(who),
        id,
        unit: day.unit,
        title: who.tree.title(day.unit).to_owned(),
        when: when(&day, who),
        receiver: day.receiver(),
        any: times.iter().any(|it| it.1),
        slots: times
            .into_iter()
            .map(|(value, free)| Slot { chosen: free && value == typed, value, free })
            .collect(),
        place: day.place,
        once: site::form::new_token(),
        saved: m.at(SAVED).to_owned(),
        m: &m,
    })
}

/// GET `/tiep-cong-dan/dat-hen/{id}`
pub(super) async fn form(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<ReceptionId>,
) -> Result<Html<String>, Failure> {
    let mut typed = Typed::default();
    typed.set("so-nguoi", "1");
    page(&site, &who, id, Mistakes::none(typed)).await
}

/// The words beside each field, in the reader's language.
fn in_his_words(words: site::Words, mut m: Mistakes) -> Mistakes {
    for (name, text) in &mut m.by_field {
        let said = match name.as_str() {
            "gio" => words.say("reception-choose-time"),
            "ten" => words.say("reception-name-owed"),
            "dien-thoai" => words.say("reception-phone-wrong"),
            "viec" => words.say("reception-subject-owed"),
            "so-nguoi" => words.say("reception-people-wrong"),
            _ => continue,
        };
        *text = said;
    }
    m
}

/// POST `/tiep-cong-dan/dat-hen/{id}`
pub(super) async fn book(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<ReceptionId>,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    let words = site.shell(&who).words;
    let sending = Sending::of(&who, &typed, "lan-gui");
    let again_with = sending.clone();
    let wish = match office::read(typed.clone(), "online") {
        Ok(it) => it,
        Err(m) => {
            let m = in_his_words(words, m);
            return Err(Failure::Mistaken(page(&site, &who, id, m).await?));
        }
    };
    let key = format!("reception-book:{}", who.origin);
    let inner = site.clone();
    let origin_now = who.now;
    let done = site
        .write(&who, move |tx| {
            let day =
                sql::find(tx, id, true)?.filter(service::can_book).ok_or(Failure::NotFound)?;
            match sending.before(tx)? {
                Some(Before::Same(at)) => return Ok(Ok(Some(at))),
                Some(Before::Other(at)) => return Ok(Err(at)),
                None => {}
            }
            let taken = inner.limiter.take(&key, BOOKINGS_MAX, WINDOW_S, origin_now);
            taken.map_err(|wait_s| Failure::TooMany { wait_s })?;
            let Some(code) = service::book(&inner, tx, &day, &wish)? else { return Ok(Ok(None)) };
            let at = format!("/tiep-cong-dan/hen/{code}");
            sending.remember(tx, &at)?;
            Ok(Ok(Some(at)))
        })
        .await?;
    match done {
        Ok(Some(at)) => Ok(Redirect::to(&at).into_response()),
        Ok(None) => {
            let m = Mistakes::one(typed, "gio", words.say("reception-time-taken"));
            Err(Failure::Mistaken(page(&site, &who, id, m).await?))
        }
        Err(at) => Err(Failure::Mistaken(page(&site, &who, id, again_with.again(at)).await?)),
    }
}

#[derive(Template)]
#[template(path = "reception/templates/booking.html")]
struct Show {
    shell: Shell,
    code: String,
    unit: domain::ids::UnitId,
    title: String,
    when: String,
    slot: String,
    receiver: String,
    place: String,
    people: i64,
    subject: String,
    state: String,
    open: bool,
    over: bool,
    changed: String,
    representatives: String,
}

fn looks(site: &Site, who: &Who) -> Result<(), Failure> {
    let key = format!("reception-look:{}", who.origin);
    let taken = site.limiter.take(&key, LOOKS_MAX, WINDOW_S, who.now);
    taken.map_err(|wait_s| Failure::TooMany { wait_s })
}

/// GET `/tiep-cong-dan/hen/{code}`
pub(super) async fn show(
    State(site): State<Site>,
    who: Who,
    Path(code): Path<String>,
) -> Result<Html<String>, Failure> {
    looks(&site, &who)?;
    let (inner, wanted) = (site.clone(), code.clone());
    let (it, day, booker) = site
        .read(&who, move |tx| {
            let it = bookings::by_code(tx, &wanted)?.ok_or(Failure::NotFound)?;
            let day = sql::find(tx, it.reception, false)?.ok_or(Failure::NotFound)?;
            let booker = service::opened(&inner, &it)?;
            Ok((it, day, booker))
        })
        .await?;
    let shell = site.shell(&who);
    let words = shell.words;
    let most = u32::try_from(it.people).ok().and_then(domain::reception::representatives_max);
    site.page(&Show {
        code,
        unit: day.unit,
        title: who.tree.title(day.unit).to_owned(),
        when: when(&day, &who),
        receiver: day.receiver(),
        people: it.people,
        subject: booker.subject,
        state: match it.state.as_str() {
            "booked" => words.say("reception-booked"),
            "arrived" => words.say("reception-arrived"),
            _ => words.say("reception-booking-cancelled"),
        },
        open: it.state == "booked",
        over: day.day < who.today(),
        changed: it.reason,
        representatives: most.map_or_else(String::new, |it| {
            words.say_with("reception-representatives", &[("most", &it.to_string())])
        }),
        slot: it.slot,
        place: day.place,
        shell,
    })
}

/// POST `/tiep-cong-dan/hen/{code}`: gives it up.
pub(super) async fn cancel(
    State(site): State<Site>,
    who: Who,
    Path(code): Path<String>,
    Filled(_): Filled,
) -> Result<Response, Failure> {
    looks(&site, &who)?;
    let words = site.shell(&who).words;
    let wanted = code.clone();
    site.write(&who, move |tx| {
        let it = bookings::by_code(tx, &wanted)?.ok_or(Failure::NotFound)?;
        if bookings::end(tx, it.id, "cancelled", "")? {
            tx.journal(Entry::new(SUBJECT, it.reception.0, "cancel_booking"));
        }
        Ok(())
    })
    .await?;
    Ok(told(&format!("/tiep-cong-dan/hen/{code}"), &words.say("reception-booking-cancelled")))
}
