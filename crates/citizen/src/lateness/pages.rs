//! What rings, for whom, and the apologies that wait to be sent.

use askama::Template;
use axum::response::Response;
use domain::{
    access::Role,
    dossier::CommandKind,
    ids::{StaffId, UnitId},
    lateness::{AlarmKind, Ear, in_words},
};
use people::staff::facts as staff;
use site::{Asked, Failure, Filled, Html, Path, Shell, Site, State, Who, told};
use store::{Fault, Tx, journal::Entry};

use super::{
    facts::taken_up,
    sql::{self, Asked as Wanted, Mine},
    watch::SUBJECT,
};
use crate::dossiers::facts as dossiers;

/// Rows of one page.
const ROWS: i64 = 50;

/// The commune, district or province where somebody works.
pub(crate) fn body_of(who: &Who) -> Option<UnitId> {
    let line = who.tree.line(who.home()?);
    let is_body = |it: &UnitId| {
        who.tree.unit(*it).is_some_and(|it| !matches!(it.kind.as_str(), "division" | "one_stop"))
    };
    line.into_iter().find(is_body)
}

/// Himself and those for whom he stands in.
pub(super) fn holders_of(tx: &mut Tx<'_>, who: &Who) -> Result<Vec<StaffId>, Fault> {
    let Some(own) = who.staff else { return Ok(Vec::new()) };
    let mut all = staff::stood_in_for(tx, own, who.today())?;
    all.push(own);
    Ok(all)
}

/// What makes an alarm the asker's own.
pub(super) fn mine_of(who: &Who, holders: Vec<StaffId>, body: Option<UnitId>) -> Mine {
    let mut statuses: Vec<&'static str> = Role::ALL
        .into_iter()
        .filter(|it| who.is(*it))
        .flat_map(|it| taken_up(it).iter().map(|it| it.code()))
        .collect();
    statuses.sort_unstable();
    statuses.dedup();
    // A head hears of the office where he heads, and of no other that he may look into.
    let today = who.today();
    let heads = who
        .grants
        .iter()
        .filter(|it| it.holds_on(today) && matches!(it.role, Role::UnitHead | Role::Leader))
        .map(|it| it.unit)
        .collect();
    Mine { holders, statuses, body, heads, above: who.is(Role::Leader) }
}

struct LineView {
    id: i64,
    dossier: i64,
    code: String,
    procedure: String,
    kind: &'static str,
    is_bad: bool,
    words: String,
    holder: String,
    unit: String,
    raised: String,
    known: String,
    /// It is for whoever asks.
    may_know: bool,
}

#[derive(Template)]
#[template(path = "lateness/templates/alarms.html")]
struct List {
    shell: Shell,
    views: Vec<(String, String)>,
    view: String,
    kinds: Vec<(String, String)>,
    kind: String,
    units: Vec<(String, String)>,
    unit: String,
    unknown: bool,
    count: String,
    lines: Vec<LineView>,
    next: Option<String>,
    owed: i64,
    /// Whether whoever looks is of those who send them.
    sends: bool,
    query: String,
}

/// GET `/co-quan/canh-bao`
pub async fn list(
    State(site): State<Site>,
    who: Who,
    Asked(asked): Asked,
) -> Result<Html<String>, Failure> {
    let view = match asked.get("xem") {
        it @ ("tat-ca" | "nguoi-giu" | "dung-dau" | "cap-tren") => it.to_owned(),
        _ => String::new(),
    };
    let kind = AlarmKind::from_code(asked.get("loai"));
    let unit: Option<UnitId> = asked.get("don-vi").parse().ok().map(UnitId);
    let unknown = asked.has("chua-biet");
    let before = asked.get("truoc").parse().ok();
    let (inner, asker, wanted_view) = (site.clone(), who.clone(), view.clone());
    let (mut lines, mine, count, owed) = site
        .read(&who, move |tx| {
            let seen = dossiers::seen(&asker);
            let mut wanted =
                Wanted { kind: kind.map(AlarmKind::code), unit, unknown, ..Wanted::default() };
            match wanted_view.as_str() {
                "" => {
                    let holders = holders_of(tx, &asker)?;
                    wanted.mine = Some(mine_of(&asker, holders, body_of(&asker)));
                }
                "nguoi-giu" => wanted.ear = Some(Ear::Holder.code()),
                "dung-dau" => wanted.ear = Some(Ear::Head.code()),
                "cap-tren" => wanted.ear = Some(Ear::Above.code()),
                _ => {}
            }
            let owed = sql::count_apologies(tx, &seen)?;
            let mut lines = sql::page(tx, &seen, &wanted, before, ROWS + 1)?;
            let ids = lines.iter().map(|it| it.id).collect();
            let mine = mine_of(&asker, holders_of(tx, &asker)?, body_of(&asker));
            let mine = sql::may_know(tx, &seen, mine, ids)?;
            // Where nobody is named it is told whose turn it is.
            let around = dossiers::Around::load(&inner, &asker, tx)?;
            let mut turns = dossiers::Turns::default();
            for it in &mut lines {
                let place = (it.status.as_str(), it.competent);
                it.holder = Some(turns.held(tx, &around, it.holder.take(), place)?);
            }
            Ok((lines, mine, sql::count(tx, &seen, &wanted)?, owed))
        })
        .await?;
    let full = usize::try_from(ROWS).unwrap_or(usize::MAX);
    let more = lines.len() > full;
    lines.truncate(full);
    let mut query = String::new();
    for (name, value) in [
        ("xem", view.as_str()),
        ("loai", kind.map_or("", AlarmKind::code)),
        ("don-vi", &unit.map(|it| it.to_string()).unwrap_or_default()),
        ("chua-biet", if unknown { "1" } else { "" }),
    ] {
        if !value.is_empty() {
            query.push_str(&format!("{name}={value}&"));
        }
    }
    let next =
        lines.last().filter(|_| more).map(|it| format!("/co-quan/canh-bao?{query}truoc={}", it.id));
    let at = |it: domain::time::Instant| domain::text::date_time(it.civil());
    let lines = lines
        .into_iter()
        .map(|it| {
            let kind = AlarmKind::from_code(&it.kind);
            LineView {
                may_know: mine.contains(&it.id),
                id: it.id,
                dossier: it.dossier.0,
                code: it.code,
                procedure: it.procedure,
                kind: kind.map_or("", AlarmKind::label),
                is_bad: kind.is_some_and(|it| {
                    !matches!(it, AlarmKind::HolderWarned | AlarmKind::HeadWarned)
                }),
                words: kind.map_or_else(String::new, |kind| in_words(kind, it.cause)),
                holder: it.holder.unwrap_or_default(),
                unit: who.tree.title(it.unit).to_owned(),
                raised: at(it.raised),
                known: it
                    .known
                    .map_or_else(String::new, |(when, by)| format!("{by}, {}", at(when))),
            }
        })
        .collect();
    let mut kinds = vec![(String::new(), "Mọi lý do".to_owned())];
    kinds.extend(AlarmKind::ALL.iter().map(|it| (it.code().to_owned(), it.label().to_owned())));
    let views = [
        ("", "Dành cho tôi"),
        ("tat-ca", "Mọi cảnh báo tôi xem được"),
        ("nguoi-giu", "Nhắc người giữ hồ sơ"),
        ("dung-dau", "Báo người đứng đầu"),
        ("cap-tren", "Báo lãnh đạo và cấp trên"),
    ];
    site.page(&List {
        shell: site.shell(&who),
        views: views.map(|(value, label)| (value.to_owned(), label.to_owned())).to_vec(),
        view,
        kinds,
        kind: kind.map_or_else(String::new, |it| it.code().to_owned()),
        units: units_of(&who),
        unit: unit.map(|it| it.to_string()).unwrap_or_default(),
        unknown,
        count: format!("{} cảnh báo", domain::text::number(count)),
        lines,
        next,
        owed,
        sends: who.is(Role::UnitHead) || who.is(Role::Leader),
        query,
    })
}

/// The bodies that somebody may filter by.
pub(crate) fn units_of(who: &Who) -> Vec<(String, String)> {
    let mut units = vec![(String::new(), "Mọi đơn vị".to_owned())];
    let seen = who
        .tree
        .all()
        .filter(|it| it.kind != "one_stop")
        .filter(|it| who.can_at(domain::access::Action::DossierView, it.id))
        .map(|it| (it.id.to_string(), it.title.clone()));
    units.extend(seen);
    units
}

/// POST `/co-quan/canh-bao/{id}`: whom it rings for, or who stands in for him, says that he knows. It rings on until
/// its cause is gone.
pub async fn known(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<i64>,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    let asker = who.clone();
    let first = site
        .write(&who, move |tx| {
            let seen = dossiers::seen(&asker);
            let (dossier, kind) = sql::rings_for(tx, &seen, id)?.ok_or(Failure::NotFound)?;
            let mine = mine_of(&asker, holders_of(tx, &asker)?, body_of(&asker));
            if sql::may_know(tx, &seen, mine, vec![id])?.is_empty() {
                return Err(Failure::Refused(
                    "Cảnh báo này báo cho người khác: chỉ người được báo, hoặc người làm thay, ghi nhận là đã biết."
                        .to_owned(),
                ));
            }
            let first = sql::know(tx, id)?;
            if first {
                let details = serde_json::json!({"dossier": dossier.0, "kind": kind});
                tx.journal(Entry::new(SUBJECT, id, "know").details(&details));
            }
            Ok(first)
        })
        .await?;
    let query: String = typed.get("loc").chars().take(200).collect();
    let notice = if first {
        "Đã ghi nhận: ông, bà đã biết cảnh báo này."
    } else {
        "Cảnh báo này đã có người ghi nhận trước."
    };
    Ok(told(&format!("/co-quan/canh-bao?{query}"), notice))
}

struct OwedView {
    dossier: i64,
    code: String,
    procedure: String,
    due: String,
    new_due: String,
    words: String,
    holder: String,
    unit: String,
    may_send: bool,
    /// The body whose people send it.
    sender: String,
    /// The office to which it goes; empty if it goes to the citizen.
    lead: String,
}

#[derive(Template)]
#[template(path = "lateness/templates/apologies.html")]
struct Apologies {
    shell: Shell,
    lines: Vec<OwedView>,
    next: Option<String>,
}

/// GET `/co-quan/phieu-xin-loi`: letters that are drafted and not sent.
pub async fn apologies(
    State(site): State<Site>,
    who: Who,
    Asked(asked): Asked,
) -> Result<Html<String>, Failure> {
    let after = asked
        .get("sau")
        .split_once('~')
        .and_then(|(due, id)| Some((due.to_owned(), id.parse().ok()?)));
    let (inner, asker) = (site.clone(), who.clone());
    let (lines, more) = site
        .read(&who, move |tx| {
            let mut lines = sql::apologies(tx, &dossiers::seen(&asker), after, ROWS + 1)?;
            let full = usize::try_from(ROWS).unwrap_or(usize::MAX);
            let more = lines.len() > full;
            lines.truncate(full);
            let around = dossiers::Around::load(&inner, &asker, tx)?;
            let now = tx.now().civil();
            let mut owed = Vec::with_capacity(lines.len());
            let mut turns = dossiers::Turns::default();
            for mut it in lines {
                let place = (it.status.as_str(), it.competent);
                it.holder = Some(turns.held(tx, &around, it.holder.take(), place)?);
                let Some(kept) = dossiers::by_id(tx, it.dossier)? else { continue };
                let maker = around.maker(tx, &kept)?;
                let may = kept.dossier.may_try(CommandKind::Extend, &maker, now);
                let lead = crate::dossiers::links::facts::lead(tx, &asker, it.dossier)?;
                owed.push((it, may, (kept.body, lead.unwrap_or_default())));
            }
            Ok((owed, more))
        })
        .await?;
    let next = lines
        .last()
        .filter(|_| more)
        .map(|(it, ..)| format!("/co-quan/phieu-xin-loi?sau={}~{}", it.due_at, it.dossier));
    let lines = lines
        .into_iter()
        .map(|(it, may_send, (body, lead))| OwedView {
            may_send,
            lead,
            sender: who.tree.title(body).to_owned(),
            dossier: it.dossier.0,
            code: it.code,
            procedure: it.procedure,
            due: domain::text::date_time(it.due_at),
            new_due: domain::text::date(it.new_due_at.date()),
            words: it.words,
            holder: it.holder.unwrap_or_default(),
            unit: who.tree.title(it.unit).to_owned(),
        })
        .collect();
    site.page(&Apologies { shell: site.shell(&who), lines, next })
}
