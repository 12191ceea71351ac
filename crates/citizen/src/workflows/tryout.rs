//! A trial: a sample dossier walks through a workflow on the real calendar. Nothing is written.

use askama::Template;
use domain::{
    access::Role,
    dossier::Part,
    ids::UnitId,
    procedure::Tier,
    text,
    workflow::{FileKind, Guard, Present, Step, Workflow},
};
use people::{calendar::facts::calendars, staff::facts as staff};
use site::{
    Asked, Failure, Fields, Html, Mistakes, Path, Shell, Site, State, Typed, Who, form::parse_date,
};
use store::{Fault, Tx};

use super::{
    address, changes,
    reading::{hours_of, hours_text},
    show::more,
    sql,
};
use crate::procedures::facts as procedures;

/// Names of one step that the page tells.
const NAMES_MAX: usize = 6;

struct StopRow {
    number: usize,
    task: String,
    actor: String,
    part: &'static str,
    who: String,
    from: String,
    due: String,
    hours: String,
    moves: Option<String>,
    more: Vec<String>,
    answers: Vec<String>,
    blocks: Vec<String>,
}

#[derive(Template)]
#[template(path = "workflows/templates/try.html")]
struct Try<'a> {
    shell: Shell,
    m: &'a Mistakes,
    href: String,
    name: String,
    which: String,
    is_draft: bool,
    bodies: Vec<(String, String)>,
    /// Papers and documents that the workflow names, and whether the sample has them.
    things: Vec<(String, bool)>,
    is_paid: bool,
    has_scan: bool,
    answered: bool,
    stops: Vec<StopRow>,
    done: Option<String>,
    promised: Option<String>,
    is_late: bool,
    blocked: usize,
}

/// Roles that play a part.
const fn roles_of(part: Part) -> &'static [Role] {
    match part {
        Part::Counter | Part::Cashier | Part::Post => &[Role::CounterOfficial],
        Part::CounterHead => &[Role::UnitHead],
        Part::Dispatcher | Part::Reviewer => &[Role::UnitHead, Role::Leader],
        Part::Officer | Part::CoHandler | Part::Consulted => &[Role::Specialist],
        Part::Signer => &[Role::Leader],
        Part::Clerk => &[Role::Clerk],
        Part::Citizen | Part::System | Part::Lead => &[],
    }
}

/// What the sample dossier is like.
struct Sample {
    received_at: jiff::civil::DateTime,
    limit: Option<i64>,
    body: Option<UnitId>,
    present: Present,
}

/// Names of papers and documents that a workflow asks for.
fn things(body: &Workflow) -> Vec<String> {
    let of = |step: &Step| {
        let papers = step.guards.iter().filter_map(|it| match it {
            Guard::Paper { name } => Some(name.clone()),
            _ => None,
        });
        papers.chain(step.documents.clone()).collect::<Vec<_>>()
    };
    let mut names: Vec<String> = Vec::new();
    for name in body.steps.iter().flat_map(of) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

fn read(asked: &Typed, now: jiff::civil::DateTime) -> (Sample, Mistakes) {
    let mut fields = Fields::of(asked.clone());
    let day = asked.get("ngay");
    let date = if day.is_empty() { Some(now.date()) } else { parse_date(day) };
    if date.is_none() {
        fields.wrong("ngay", "Ghi ngày như 31/12/2026.");
    }
    let time = match asked.get("gio") {
        "" => Some(now.time()),
        typed => hours_of(&typed.replace('h', ":")).filter(|it| *it < 24 * 60).and_then(|it| {
            let (hour, minute) = (i8::try_from(it / 60).ok()?, i8::try_from(it % 60).ok()?);
            jiff::civil::Time::new(hour, minute, 0, 0).ok()
        }),
    };
    if time.is_none() {
        fields.wrong("gio", "Ghi giờ như 8:30.");
    }
    let limit = match asked.get("thoi-han") {
        "" => None,
        typed => {
            let read = hours_of(typed).filter(|it| *it > 0);
            if read.is_none() {
                fields.wrong("thoi-han", "Ghi số giờ làm việc như 40.");
            }
            read
        }
    };
    let received_at = date.unwrap_or(now.date()).to_datetime(time.unwrap_or(now.time()));
    let has: Vec<String> = asked.all("co").map(str::to_owned).collect();
    let mut files = Vec::new();
    if asked.has("quet") {
        files.push(FileKind::Scan);
    }
    if !has.is_empty() {
        files.push(FileKind::Result);
    }
    let answered = asked.has("tra-loi");
    let present = Present {
        is_paid: asked.has("da-nop"),
        papers: has.clone(),
        documents: has,
        files,
        asked: usize::from(answered),
        awaited: 0,
    };
    let body = asked.get("don-vi").parse().ok().map(UnitId);
    let m = match fields.finish::<()>(None) {
        Ok(()) => Mistakes::none(asked.clone()),
        Err(m) => m,
    };
    (Sample { received_at, limit, body, present }, m)
}

/// Whether units of this kind settle procedures in their own name.
fn is_body(kind: &str) -> bool {
    matches!(kind, "commune" | "district" | "province")
}

fn names(tx: &mut Tx<'_>, who: &Who, body: UnitId, part: Part) -> Result<String, Fault> {
    let mut units = vec![body];
    // Offices of the body itself: communes below a district are bodies of their own.
    let is_body = |it: &UnitId| who.tree.unit(*it).is_some_and(|it| is_body(&it.kind));
    units.extend(who.tree.children(body).iter().copied().filter(|it| !is_body(it)));
    let people = staff::with_any_role(tx, roles_of(part), &units, who.today())?;
    if people.is_empty() {
        return Ok("Chưa ai có quyền làm bước này ở đơn vị đã chọn".to_owned());
    }
    let more = people.len().saturating_sub(NAMES_MAX);
    let shown: Vec<String> = people.into_iter().take(NAMES_MAX).map(|it| it.name).collect();
    let rest = if more > 0 { format!(" và {more} người khác") } else { String::new() };
    Ok(format!("{}{rest}", shown.join(", ")))
}

struct Walked {
    name: String,
    is_draft: bool,
    things: Vec<String>,
    stops: Vec<StopRow>,
    done: Option<jiff::civil::DateTime>,
    promised: Option<jiff::civil::DateTime>,
    bodies: Vec<(String, String)>,
    body: Option<UnitId>,
}

fn walk(
    site: &Site,
    tx: &mut Tx<'_>,
    who: &Who,
    code: &str,
    (which, sample): (&str, &Sample),
) -> Result<Walked, Failure> {
    let draft = if which == "nhap" { sql::draft(tx, code)? } else { None };
    let is_draft = draft.is_some();
    let body = match draft {
        Some(it) => it.body,
        None => {
            let today = who.today();
            let versions = sql::versions(tx, code)?;
            let wanted = versions.iter().find(|it| it.id.to_string() == which);
            let current = wanted.or_else(|| versions.iter().find(|it| it.from <= today));
            current.or_else(|| versions.first()).ok_or(Failure::NotFound)?.body.clone()
        }
    };
    let (catalogue, bindings) = (procedures::catalogue(site, tx)?, sql::bindings(tx)?);
    let followers = changes::followers(&catalogue, &bindings, code);
    let limit = changes::shortest_limit(&followers);
    let limit = sample.limit.or(limit).unwrap_or_else(|| body.minutes());
    let bodies: Vec<_> = who.tree.all().filter(|it| is_body(&it.kind)).collect();
    let home = who.home().and_then(|it| {
        who.tree.line(it).into_iter().find(|it| bodies.iter().any(|body| body.id == *it))
    });
    let known = |it: &UnitId| bodies.iter().any(|body| body.id == *it);
    // A body that settles what follows this workflow: the asker's own, else the first one.
    let districts = who.tree.has_districts();
    let settles = |kind: &str| {
        let tier = Tier::from_code(kind).unwrap_or(Tier::Other);
        match code {
            procedures::DEFAULT_COMMUNE => tier == Tier::Commune,
            procedures::DEFAULT_ABOVE => tier != Tier::Commune,
            _ if followers.is_empty() => true,
            _ => followers.iter().any(|it| it.settled_by(tier, districts)),
        }
    };
    let fits = |it: &UnitId| bodies.iter().any(|body| body.id == *it && settles(&body.kind));
    let first = bodies.iter().find(|it| settles(&it.kind)).or_else(|| bodies.first());
    let unit = sample.body.filter(known).or(home.filter(fits)).or(first.map(|it| it.id));
    let calendars = calendars(site, tx)?;
    let line = unit.map_or_else(Vec::new, |it| who.tree.line(it));
    let calendar = calendars.of(&line);
    let trial = body.walk(calendar, sample.received_at, limit, &sample.present);
    let mut stops = Vec::with_capacity(trial.stops.len());
    let time = |it: Option<jiff::civil::DateTime>| {
        it.map_or_else(|| "ngoài lịch đã biết".to_owned(), text::date_time)
    };
    for stop in &trial.stops {
        let Some(step) = body.steps.get(stop.step) else { continue };
        let answers = step.questions.iter().zip(&stop.answers_by);
        stops.push(StopRow {
            number: stop.step + 1,
            task: step.task.clone(),
            actor: step.actor.clone(),
            part: step.part.label(),
            who: match unit {
                Some(unit) => names(tx, who, unit, step.part)?,
                None => String::new(),
            },
            from: text::date_time(stop.from),
            due: time(stop.due_at),
            hours: hours_text(stop.minutes),
            moves: stop.moves_at.map(text::date_time),
            more: more(step),
            answers: answers
                .map(|(it, by)| format!("{} trả lời trước {}", it.label(), time(*by)))
                .collect(),
            blocks: stop.blocks.iter().map(ToString::to_string).collect(),
        });
    }
    Ok(Walked {
        name: body.name.clone(),
        is_draft,
        things: things(&body),
        stops,
        done: trial.done_at,
        promised: calendar.after_minutes(sample.received_at, limit),
        bodies: bodies.iter().map(|it| (it.id.to_string(), it.title.clone())).collect(),
        body: unit,
    })
}

/// GET `/co-quan/quy-trinh/{code}/thu`: everything that is asked stands in the address.
pub async fn page(
    State(site): State<Site>,
    who: Who,
    Path(code): Path<String>,
    Asked(asked): Asked,
) -> Result<Html<String>, Failure> {
    let (sample, mut m) = read(&asked, who.now.civil());
    let which = asked.get("ban").to_owned();
    let href = address(&code);
    let (inner, asker, wanted) = (site.clone(), who.clone(), which.clone());
    let has = sample.present.papers.clone();
    let (is_paid, answered) = (sample.present.is_paid, sample.present.asked > 0);
    let received_at = sample.received_at;
    let it = site.read(&who, move |tx| walk(&inner, tx, &asker, &code, (&wanted, &sample))).await?;
    m.typed.set("ngay", text::date(received_at.date()));
    if m.at("gio").is_empty() {
        m.typed.set("gio", received_at.strftime("%H:%M").to_string());
    }
    m.typed.set("don-vi", it.body.map_or_else(String::new, |it| it.to_string()));
    site.page(&Try {
        shell: site.shell(&who),
        m: &m,
        href,
        name: it.name,
        which,
        is_draft: it.is_draft,
        bodies: it.bodies,
        things: it.things.into_iter().map(|it| (it.clone(), has.contains(&it))).collect(),
        is_paid,
        has_scan: asked.has("quet"),
        answered,
        blocked: it.stops.iter().filter(|it| !it.blocks.is_empty()).count(),
        stops: it.stops,
        done: it.done.map(text::date_time),
        is_late: it.done.zip(it.promised).is_some_and(|(done, promised)| done > promised),
        promised: it.promised.map(text::date_time),
    })
}
