//! Changes of the working calendar: first what they would move, then all of it in one
//! transaction, with the reason in the journal and a notice to each applicant.

use askama::Template;
use axum::response::Response;
use domain::{
    access::Action,
    calendar::DayKind,
    deadline::preview::Moved,
    dossier::{Command, Maker, What},
    hours::{HoursRule, MonthDay, Span},
    ids::{DossierId, VersionId},
    procedure::ProcedureVersion,
};
use jiff::civil::{Date, DateTime};
use people::calendar::{facts as calendar, sql as entries};
use site::{
    AdminGroup, Asked, Failure, Filled, Html, Mistakes, Routes, Shell, Site, State, Who, get, post,
    told,
};
use store::{Fault, Tx, journal::Entry};

use crate::{
    dossiers::{desk, facts as dossiers},
    notices,
    procedures::facts as procedures,
};

mod change;
mod configuration;
#[cfg(test)]
mod tests;

use change::Change;

/// Lines of a preview shown at most.
const SHOWN_MAX: usize = 50;

/// The routes of this slice.
#[must_use]
pub fn routes() -> Routes {
    Routes::default()
        .admin(
            AdminGroup::Work,
            ("Lịch và giờ làm việc", "/co-quan/quan-tri/lich"),
            Action::CalendarManage,
            "Ngày nghỉ, làm bù, giờ làm việc; xem trước hồ sơ đổi ngày hẹn.",
        )
        .configures(configuration::PART)
        .on("/co-quan/quan-tri/lich", Action::CalendarManage, get(list).post(preview))
        .on("/co-quan/quan-tri/lich/ap-dung", Action::CalendarManage, post(apply))
}

struct Line {
    id: i64,
    date: String,
    place: String,
    kind: &'static str,
    reason: String,
    source: String,
    state: &'static str,
}

#[derive(Template)]
#[template(path = "calendar/templates/list.html")]
struct List<'a> {
    shell: Shell,
    m: &'a Mistakes,
    year: i16,
    lines: Vec<Line>,
    kinds: Vec<(String, String)>,
    units: Vec<(String, String)>,
    hours: Vec<HoursLine>,
    through: String,
}

struct HoursLine {
    place: String,
    from: String,
    until: String,
    text: String,
    source: String,
    id: i64,
}

fn hours_text(rule: &HoursRule) -> String {
    let clock = |it: jiff::civil::Time| format!("{}:{:02}", it.hour(), it.minute());
    let spans = |it: &[Span]| {
        let one = |it: &Span| format!("{}–{}", clock(it.from), clock(it.until));
        it.iter().map(one).collect::<Vec<_>>().join(", ")
    };
    let mut parts: Vec<String> = rule
        .seasons
        .iter()
        .map(|it| {
            let day = |it: MonthDay| format!("{}/{}", it.day, it.month);
            format!("{} ({}–{}): {}", it.name, day(it.from), day(it.until), spans(&it.spans))
        })
        .collect();
    parts.extend(rule.duties.iter().map(|it| match it.weekday {
        6 => format!("trực thứ Bảy: {}", spans(&it.spans)),
        _ => format!("trực Chủ nhật: {}", spans(&it.spans)),
    }));
    parts.join("; ")
}

async fn list_page(
    site: &Site,
    who: &Who,
    year: i16,
    m: &Mistakes,
) -> Result<Html<String>, Failure> {
    let (lines, hours, through) = site
        .read(who, move |tx| {
            let through = entries::confirmed_through(tx)?;
            Ok((entries::entries(tx)?, entries::hours(tx)?, through))
        })
        .await?;
    let hours = hours
        .into_iter()
        .map(|(id, unit, rule)| HoursLine {
            id,
            place: unit.map_or("Mọi đơn vị".to_owned(), |id| who.tree.title(id).to_owned()),
            from: domain::text::date(rule.valid_from),
            until: rule.valid_until.map_or_else(String::new, domain::text::date),
            text: hours_text(&rule),
            source: rule.source,
        })
        .collect();
    let lines = lines
        .into_iter()
        .filter(|it| it.entry.date.year() == year)
        .map(|it| Line {
            id: it.id,
            date: domain::text::date(it.entry.date),
            place: it
                .unit
                .map_or("Mọi đơn vị".to_owned(), |id| who.tree.title(id).to_owned()),
            kind: it.entry.kind.label(),
            reason: it.entry.reason,
            source: it.entry.source,
            state: it.entry.state.label(),
        })
        .collect();
    let kinds =
        DayKind::ALL.iter().map(|it| (it.code().to_owned(), it.label().to_owned())).collect();
    let units = units_of(who);
    let through = through.map_or_else(String::new, domain::text::date);
    site.page(&List { shell: site.shell(who), m, year, lines, kinds, units, hours, through })
}

/// GET `/co-quan/quan-tri/lich`
async fn list(
    State(site): State<Site>,
    who: Who,
    Asked(asked): Asked,
) -> Result<Html<String>, Failure> {
    let year = asked.get("nam").parse().unwrap_or_else(|_| who.today().year());
    list_page(&site, &who, year, &Mistakes::default()).await
}

/// The units whose calendar this person may change; 0, everywhere, only if that is all of them.
fn units_of(who: &Who) -> Vec<(String, String)> {
    let mine: Vec<_> = who
        .tree
        .all()
        .filter(|it| who.can_at(Action::CalendarManage, it.id))
        .map(|it| (it.id.to_string(), it.title.clone()))
        .collect();
    let everywhere = mine.len() == who.tree.all().count();
    let first = everywhere.then(|| ("0".to_owned(), "Mọi đơn vị".to_owned()));
    first.into_iter().chain(mine).collect()
}

/// Whether this person's calendar is everybody's who receives.
fn governs(who: &Who) -> bool {
    let counters = who.tree.all().filter(|it| it.kind == "one_stop");
    counters.map(|it| it.id).all(|it| who.can_at(Action::CalendarManage, it))
}

/// One dossier whose appointment moves.
struct Effect {
    code: String,
    moved: Moved<DossierId>,
    /// What the citizen was told, and what he is to be told now: an appointment made with an
    /// apology stands as long as the law's clock does not pass it.
    told: Option<DateTime>,
    tells: Option<DateTime>,
}

impl Effect {
    fn is_told(&self) -> bool {
        self.told != self.tells
    }
}

/// What a change does to open dossiers.
#[derive(Default)]
struct Effects {
    moved: Vec<Effect>,
    /// Those whose date becomes, or ceases to be, provisional.
    firmness: Vec<(DossierId, bool)>,
}

/// Makes the change and says what it moves. The caller decides whether it is kept.
fn make(tx: &mut Tx<'_>, who: &Who, change: &Change) -> Result<Effects, Failure> {
    // The lock of the calendar: whoever receives at this moment waits for the new one.
    site::outdate(tx, calendar::EDITION)?;
    let mut touched_from = Date::MIN;
    match change {
        Change::Day { unit, entry } => {
            touched_from = entry.date;
            let id = entries::insert_entry(tx, *unit, entry)?;
            let unit = unit.map(|it| it.0);
            let details = serde_json::json!({"unit": unit, "day": entry});
            tx.journal(Entry::new("calendar", id, "add").details(&details));
        }
        Change::Hours { unit, rule } => {
            touched_from = rule.valid_from;
            entries::insert_hours(tx, *unit, rule)?;
            let about = unit.map_or(0, |it| it.0);
            tx.journal(Entry::new("office_hours", about, "add").details(rule));
        }
        Change::RevokeHours { id, reason } => {
            let found = entries::hours(tx)?.into_iter().find(|(it, ..)| it == id);
            let (_, unit, rule) = found.ok_or(Failure::NotFound)?;
            let allowed = match unit {
                Some(unit) => who.can_at(Action::CalendarManage, unit),
                None => units_of(who).first().is_some_and(|(id, _)| id == "0"),
            };
            if !allowed {
                return Err(Failure::NotFound);
            }
            touched_from = rule.valid_from;
            entries::revoke_hours(tx, *id)?;
            let entry = Entry::new("office_hours", *id, "revoke").details(&rule);
            tx.journal(entry.words(Some(reason.clone())));
        }
        Change::Settled { through, source } => {
            if !governs(who) {
                return Err(Failure::Refused(
                    "Chốt lịch áp dụng cho mọi đơn vị nên chỉ quản trị cấp trên của mọi đơn vị làm được."
                        .to_owned(),
                ));
            }
            entries::set_confirmed_through(tx, *through)?;
            let details = serde_json::json!({"through": through, "source": source});
            tx.journal(Entry::new("calendar", 0, "settle").details(&details));
        }
        Change::Revoke { id, reason } => {
            let entry = entries::entry(tx, *id)?.ok_or(Failure::NotFound)?;
            touched_from = entry.entry.date;
            let allowed = match entry.unit {
                Some(unit) => who.can_at(Action::CalendarManage, unit),
                None => units_of(who).first().is_some_and(|(id, _)| id == "0"),
            };
            if !allowed || entries::revoke_entry(tx, *id)? == 0 {
                return Err(Failure::NotFound);
            }
            tx.journal(Entry::new("calendar", *id, "revoke").words(Some(reason.clone())));
        }
    }
    let new = calendar::load(tx)?;
    let mut bodies: std::collections::HashMap<VersionId, std::sync::Arc<ProcedureVersion>> =
        std::collections::HashMap::new();
    let mut effects = Effects::default();
    let mut after = DossierId(0);
    loop {
        let open = dossiers::open_after(tx, after, touched_from)?;
        let Some(last) = open.last() else { return Ok(effects) };
        after = last.id;
        for kept in open {
            if let std::collections::hash_map::Entry::Vacant(slot) = bodies.entry(kept.version) {
                let version = procedures::version(tx, kept.version)?
                    .ok_or_else(|| Fault::Broken("a dossier without a version".into()))?;
                slot.insert(version.body);
            }
            let Some(body) = bodies.get(&kept.version) else { continue };
            // While the clock stands still there is no appointment; it is made when the clock goes
            // on, by the calendar of then.
            if kept.dossier.is_suspended() {
                continue;
            }
            let line = who.tree.line(kept.unit);
            let pack = new.pack(&kept.rules);
            let Ok(mut term) = desk::term(&kept.dossier, body, pack, "") else { continue };
            // What the citizen was told with an apology stands; only the law's clock moves.
            term.extension = None;
            let Ok(then) = term.due(new.of(&line)) else { continue };
            if then.provisional != kept.provisional {
                effects.firmness.push((kept.id, then.provisional));
            }
            // Against what was promised, so that nothing that slipped past an earlier change stays.
            let before = kept.dossier.due_original_at;
            if before != then.at && then.at.is_some() {
                let moved = Moved { id: kept.id, before, after: then.at };
                let told = kept.dossier.due_at;
                let tells = then.at.map(|it| kept.dossier.extended_to.map_or(it, |to| to.max(it)));
                effects.moved.push(Effect { code: kept.code, moved, tells, told });
            }
        }
    }
}

struct Shift {
    code: String,
    before: String,
    after: String,
}

#[derive(Template)]
#[template(path = "calendar/templates/preview.html")]
struct Preview {
    shell: Shell,
    what: String,
    count: usize,
    shown: Vec<Shift>,
    fields: Vec<(String, String)>,
}

/// POST `/co-quan/quan-tri/lich`: what the change would move; nothing is kept.
async fn preview(
    State(site): State<Site>,
    who: Who,
    Filled(typed): Filled,
) -> Result<Html<String>, Failure> {
    let fields: Vec<(String, String)> =
        typed.pairs().iter().filter(|(name, _)| name != "csrf").cloned().collect();
    let wanted = match change::read(typed, &units_of(&who)) {
        Ok(it) => it,
        Err(m) => {
            let page = list_page(&site, &who, who.today().year(), &m).await?;
            return Err(Failure::Mistaken(page));
        }
    };
    let what = wanted.reason();
    let asker = who.clone();
    let found = std::sync::Arc::new(std::sync::Mutex::new(None));
    let slot = found.clone();
    let tried = site
        .write(&who, move |tx| {
            let effects = make(tx, &asker, &wanted)?;
            if let Ok(mut slot) = slot.lock() {
                *slot = Some(effects);
            }
            // A preview leaves nothing behind.
            Err::<(), _>(Failure::Stale)
        })
        .await;
    let effects = found.lock().ok().and_then(|mut it| it.take());
    let Some(effects) = effects else { return Err(tried.err().unwrap_or(Failure::NotFound)) };
    let text = |it: Option<jiff::civil::DateTime>| {
        it.map_or_else(|| "–".to_owned(), domain::text::date_time)
    };
    site.page(&Preview {
        shell: site.shell(&who),
        what,
        count: effects.moved.iter().filter(|it| it.is_told()).count(),
        shown: effects
            .moved
            .into_iter()
            .filter(Effect::is_told)
            .take(SHOWN_MAX)
            .map(|it| Shift { code: it.code, before: text(it.told), after: text(it.tells) })
            .collect(),
        fields,
    })
}

/// Makes the change and moves every appointment that it moves; says of how many citizens are told.
fn carry_out(tx: &mut Tx<'_>, who: &Who, wanted: &Change) -> Result<usize, Failure> {
    let effects = make(tx, who, wanted)?;
    let reason = format!("Lịch làm việc thay đổi, {}", wanted.reason());
    // The program moves the date; the journal names who changed the calendar.
    let maker = Maker { account: tx.by(), ..Maker::system() };
    let calendars = calendar::load(tx)?;
    let desk = desk::Desk { tree: &who.tree, calendars: &calendars };
    for (id, provisional) in &effects.firmness {
        dossiers::set_provisional(tx, *id, *provisional)?;
    }
    for effect in &effects.moved {
        let (Some(after), Some(tells)) = (effect.moved.after, effect.tells) else { continue };
        let mut on_desk = desk::take(tx, effect.moved.id)?;
        let what = What::Recompute { due_at: tells, original_due_at: after };
        let command = Command::saying(what, reason.clone());
        on_desk.step(tx, desk, &maker, command)?;
        if effect.is_told() {
            notices::new_date(tx, &who.tree, &on_desk.kept, tells, &wanted.reason())?;
        }
    }
    Ok(effects.moved.iter().filter(|it| it.is_told()).count())
}

/// POST `/co-quan/quan-tri/lich/ap-dung`: all of it, in one transaction.
async fn apply(
    State(site): State<Site>,
    who: Who,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    let wanted = change::read(typed, &units_of(&who)).map_err(|m| {
        let first = m.by_field.into_values().next().unwrap_or_default();
        Failure::Refused(first)
    })?;
    let asker = who.clone();
    let count = site.write(&who, move |tx| carry_out(tx, &asker, &wanted)).await?;
    Ok(told("/co-quan/quan-tri/lich", &format!("Đã đổi lịch; {count} hồ sơ đổi ngày hẹn.")))
}
