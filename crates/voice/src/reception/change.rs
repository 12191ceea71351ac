//! One reception: who booked, and what becomes of it: moved, cancelled, given to somebody else, held.

use askama::Template;
use axum::response::Response;
use domain::{
    access::Action,
    ids::ReceptionId,
    reception::{DayState, representatives_max},
    text,
};
use people::staff::facts::Holder;
use site::{
    Failure, Fields, Filled, Html, Mistakes, Path, Shell, Site, State, Typed, Who, demand, told,
};
use store::{Tx, journal::Entry};

use super::{
    ADDRESS, SUBJECT, calendar_of, demand_look, rules_on,
    service::{self, Change},
    sql::{self, Day, bookings},
};
use crate::typed::{holder, holder_options, holders, options, span};

/// Letters of a reason.
const REASON_MAX: usize = 500;

struct BookedView {
    id: i64,
    slot: String,
    name: String,
    phone: String,
    subject: String,
    people: String,
    channel: &'static str,
    state: &'static str,
    open: bool,
}

/// Everything that the page shows, read at once.
struct Shown {
    day: Day,
    booked: Vec<BookedView>,
    times: Vec<(String, String)>,
    people: Vec<Holder>,
    entries: i64,
}

#[derive(Template)]
#[template(path = "reception/templates/day.html")]
struct Page<'a> {
    shell: Shell,
    m: &'a Mistakes,
    id: ReceptionId,
    unit: domain::ids::UnitId,
    unit_title: String,
    when: String,
    receiver: String,
    place: String,
    kind: &'static str,
    agencies: String,
    state: &'static str,
    note: String,
    posted: String,
    open: bool,
    over: bool,
    manages: bool,
    keeps: bool,
    booked: Vec<BookedView>,
    times: Vec<(String, String)>,
    channels: Vec<(String, String)>,
    people: Vec<(String, String)>,
    entries: i64,
    unsure: String,
}

fn state_said(code: &str) -> &'static str {
    match code {
        "booked" => "Đã đặt",
        "arrived" => "Đã đến",
        _ => "Đã hủy",
    }
}

fn channel_said(code: &str) -> &'static str {
    match code {
        "online" => "Trên mạng",
        "counter" => "Tại quầy",
        _ => "Điện thoại",
    }
}

fn load(site: &Site, who: &Who, tx: &mut Tx<'_>, id: ReceptionId) -> Result<Shown, Failure> {
    let day = sql::find(tx, id, false)?.ok_or(Failure::NotFound)?;
    demand_look(who, day.unit)?;
    let keeps = who.can_at(Action::ReceptionKeep, day.unit);
    let mut booked = Vec::new();
    for it in bookings::of(tx, id)? {
        // Who books is told to whoever keeps the book alone.
        let booker = if keeps { service::opened(site, &it)? } else { service::Booker::default() };
        booked.push(BookedView {
            id: it.id,
            people: match u32::try_from(it.people).ok().and_then(representatives_max) {
                Some(most) => format!("{} (cử tối đa {most} đại diện)", it.people),
                None => it.people.to_string(),
            },
            channel: channel_said(&it.channel),
            state: state_said(&it.state),
            open: it.state == "booked",
            slot: it.slot,
            name: booker.name,
            phone: booker.phone,
            subject: booker.subject,
        });
    }
    let free = service::times(tx, &day, who.now)?.into_iter().filter(|it| it.1);
    let times = free.map(|(slot, _)| (slot.clone(), slot)).collect();
    let people = holders(tx, day.unit, day.day)?;
    let filter = sql::book::Filter {
        units: vec![day.unit],
        from: Some(day.day),
        until: Some(day.day),
        ..sql::book::Filter::default()
    };
    let entries = sql::book::count(tx, &filter)?;
    Ok(Shown { day, booked, times, people, entries })
}

fn page(site: &Site, who: &Who, shown: Shown, m: &Mistakes) -> Result<Html<String>, Failure> {
    let it = shown.day;
    let rules = rules_on(it.day)?;
    site.page(&Page {
        shell: site.shell(who),
        m,
        id: it.id,
        unit: it.unit,
        unit_title: who.tree.title(it.unit).to_owned(),
        when: format!("{} {}, {}", text::weekday(it.day.weekday()), text::date(it.day), it.hours()),
        receiver: it.receiver(),
        kind: it.kind.label(),
        state: it.state.label(),
        note: match it.moved_from {
            Some(old) => format!("Dời từ {}: {}", text::date(old), it.reason),
            None => it.reason,
        },
        posted: it.posted.map_or_else(String::new, |at| text::date_time(at.civil())),
        open: it.state == DayState::Planned,
        over: it.day <= who.today(),
        manages: who.can_at(Action::ReceptionManage, it.unit),
        keeps: who.can_at(Action::ReceptionKeep, it.unit),
        booked: shown.booked,
        times: shown.times,
        channels: options(&[("phone", "Điện thoại"), ("counter", "Tại quầy")]),
        people: holder_options(&shown.people, "– Chọn người tiếp thay –"),
        entries: shown.entries,
        unsure: if rules.substitutes {
            String::new()
        } else {
            "Luật áp dụng cho ngày này không cho người khác tiếp thay: buổi tiếp thay không tính vào số ngày tối thiểu."
                .to_owned()
        },
        place: it.place,
        agencies: it.agencies,
    })
}

/// What the forms are filled with.
fn proposed(it: &Day) -> Typed {
    let mut typed = Typed::default();
    typed.set("ngay", text::date(it.day));
    typed.set("tu-gio", sql::hm(it.from));
    typed.set("den-gio", sql::hm(it.until));
    typed.set("noi", it.place.clone());
    typed.set("so-nguoi", "1");
    typed
}

/// GET `/co-quan/tiep-cong-dan/buoi/{id}`: whoever sees who booked is written down.
pub(super) async fn day(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<ReceptionId>,
) -> Result<Html<String>, Failure> {
    let (inner, asker) = (site.clone(), who.clone());
    let shown = site.read(&who, move |tx| load(&inner, &asker, tx, id)).await?;
    if shown.booked.iter().any(|it| !it.name.is_empty()) {
        site.write(&who, move |tx| {
            let details = serde_json::json!({ "what": "bookings" });
            tx.journal(Entry::new(SUBJECT, id.0, "look").details(&details));
            Ok(())
        })
        .await?;
    }
    let typed = proposed(&shown.day);
    page(&site, &who, shown, &Mistakes::none(typed))
}

/// The page again with mistakes; what was typed stands over what is proposed.
pub(super) async fn again(
    site: &Site,
    who: &Who,
    id: ReceptionId,
    m: Mistakes,
) -> Result<Failure, Failure> {
    let (inner, asker) = (site.clone(), who.clone());
    let shown = site.read(who, move |tx| load(&inner, &asker, tx, id)).await?;
    let mut typed = proposed(&shown.day);
    for (name, value) in m.typed.pairs() {
        typed.set(name, value.clone());
    }
    let m = Mistakes { by_field: m.by_field, typed };
    Ok(Failure::Mistaken(page(site, who, shown, &m)?))
}

/// Carries a change out on a day that is still to come.
async fn carry_out(
    site: &Site,
    who: &Who,
    id: ReceptionId,
    (what, reason): (Change, String),
) -> Result<(), Failure> {
    let (inner, asker) = (site.clone(), who.clone());
    site.write(who, move |tx| {
        let it = sql::find(tx, id, true)?.ok_or(Failure::NotFound)?;
        demand(&asker, Action::ReceptionManage, it.unit)?;
        if it.state != DayState::Planned {
            return Err(Failure::Refused(format!(
                "Buổi tiếp này đã ở trạng thái “{}”, không thay đổi được nữa.",
                it.state.label()
            )));
        }
        if let Change::Move { day, .. } = &what
            && !calendar_of(&inner, &asker, tx, it.unit)?.works_on(*day)
        {
            return Err(Failure::Refused(format!(
                "Ngày {} là ngày nghỉ của đơn vị. Chọn một ngày làm việc.",
                text::date(*day)
            )));
        }
        let title = asker.tree.title(it.unit).to_owned();
        Ok(service::change(&inner, tx, (it, &title), what, &reason)?)
    })
    .await
}

/// POST `/co-quan/tiep-cong-dan/buoi/{id}/doi`
pub(super) async fn shift(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<ReceptionId>,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    let mut fields = Fields::of(typed);
    let day = fields.date("ngay");
    if day.is_some_and(|it| it < who.today()) {
        fields.wrong("ngay", "Ngày này đã qua.");
    }
    let hours = span(&mut fields, "tu-gio", "den-gio");
    let place = fields.text("noi", 200);
    let reason = fields.text("ly-do-doi", REASON_MAX);
    let whole = (|| {
        let (from, until) = hours?;
        Some((Change::Move { day: day?, from, until, place: place? }, reason?))
    })();
    match fields.finish(whole) {
        Ok(it) => carry_out(&site, &who, id, it).await?,
        Err(m) => return Err(again(&site, &who, id, m).await?),
    }
    Ok(told(
        &format!("{ADDRESS}/buoi/{id}"),
        "Đã dời buổi tiếp; người đã đặt hẹn thấy ở trang lịch hẹn.",
    ))
}

/// POST `/co-quan/tiep-cong-dan/buoi/{id}/huy`
pub(super) async fn cancel(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<ReceptionId>,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    let mut fields = Fields::of(typed);
    let reason = fields.text("ly-do-huy", REASON_MAX);
    match fields.finish(reason) {
        Ok(reason) => carry_out(&site, &who, id, (Change::Cancel, reason)).await?,
        Err(m) => return Err(again(&site, &who, id, m).await?),
    }
    Ok(told(
        &format!("{ADDRESS}/buoi/{id}"),
        "Đã hủy buổi tiếp; lịch công khai ghi rõ đã hủy và lý do.",
    ))
}

/// POST `/co-quan/tiep-cong-dan/buoi/{id}/thay`
pub(super) async fn substitute(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<ReceptionId>,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    let people = site
        .read(&who, move |tx| {
            let it = sql::find(tx, id, false)?.ok_or(Failure::NotFound)?;
            Ok(holders(tx, it.unit, it.day)?
                .into_iter()
                .filter(|p| p.position != it.position)
                .collect::<Vec<_>>())
        })
        .await?;
    let mut fields = Fields::of(typed);
    let chosen = holder(&mut fields, "nguoi-thay", &people);
    let reason = fields.text("ly-do-thay", REASON_MAX);
    let whole = chosen
        .zip(reason)
        .map(|(it, reason)| (Change::Substitute { name: it.name, title: it.title }, reason));
    match fields.finish(whole) {
        Ok(it) => carry_out(&site, &who, id, it).await?,
        Err(m) => return Err(again(&site, &who, id, m).await?),
    }
    Ok(told(&format!("{ADDRESS}/buoi/{id}"), "Đã ghi người tiếp thay."))
}

/// POST `/co-quan/tiep-cong-dan/buoi/{id}/da-tiep`
pub(super) async fn held(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<ReceptionId>,
    Filled(_): Filled,
) -> Result<Response, Failure> {
    let asker = who.clone();
    site.write(&who, move |tx| {
        let it = sql::find(tx, id, true)?.ok_or(Failure::NotFound)?;
        demand(&asker, Action::ReceptionKeep, it.unit)?;
        if it.state == DayState::Held {
            return Ok(());
        }
        if it.state != DayState::Planned || it.day > asker.today() {
            return Err(Failure::Refused(
                "Chỉ ghi đã tiếp cho buổi đã đến ngày và chưa hủy.".to_owned(),
            ));
        }
        Ok(super::facts::hold(tx, it)?)
    })
    .await?;
    Ok(told(&format!("{ADDRESS}/buoi/{id}"), "Đã ghi buổi tiếp đã diễn ra."))
}
