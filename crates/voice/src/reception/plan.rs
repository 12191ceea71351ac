//! The office's calendar of receptions: a month of a unit, its rules, what is wrong with it, posting.

use askama::Template;
use axum::response::Response;
use domain::{
    access::Action,
    ids::UnitId,
    reception::{DayKind, Pattern},
    text,
};
use jiff::{ToSpan as _, civil::Date};
use people::staff::facts::{self as staff, Holder};
use site::{
    Asked, Failure, Fields, Filled, Html, Mistakes, OrShowAgain as _, Path, Shell, Site, State,
    Typed, Who, demand, told,
};
use store::journal::Entry;

use super::{
    ADDRESS, AHEAD_DAYS, SUBJECT, calendar_of, demand_look, facts, rules_on, service,
    sql::{self, Wanted, bookings},
    units,
};
use crate::typed::{
    PatternChoices, holder, holder_options, holders, pattern, pattern_choices, span,
};

/// Letters of a place, of names of agencies.
const PLACE_MAX: usize = 200;

struct DayView {
    id: i64,
    when: String,
    hours: String,
    receiver: String,
    place: String,
    kind: &'static str,
    state: &'static str,
    good: bool,
    bad: bool,
    posted: bool,
    booked: usize,
    note: String,
}

struct RuleView {
    id: i64,
    who: String,
    when: String,
    place: String,
    until: String,
}

#[derive(Template)]
#[template(path = "reception/templates/month.html")]
struct Month {
    shell: Shell,
    unit: UnitId,
    here: String,
    title: String,
    units: Vec<(String, String)>,
    month: String,
    month_said: String,
    before: String,
    after: String,
    warnings: Vec<String>,
    law: String,
    unsure: String,
    days: Vec<DayView>,
    rules: Vec<RuleView>,
    postings: Vec<String>,
    unposted: usize,
    until: String,
    manages: bool,
    keeps: bool,
    counts: bool,
}

fn month_of(text: &str) -> Option<Date> {
    let (year, month) = text.split_once('-')?;
    Date::new(year.parse().ok()?, month.parse().ok()?, 1)
        .ok()
        .filter(|it| (2000..2200).contains(&it.year()))
}

fn month_code(day: Date) -> String {
    day.strftime("%Y-%m").to_string()
}

/// GET `/co-quan/tiep-cong-dan?don-vi=&thang=`
pub(super) async fn month(
    State(site): State<Site>,
    who: Who,
    Asked(asked): Asked,
) -> Result<Html<String>, Failure> {
    let seen = [Action::ReceptionManage, Action::ReceptionKeep, Action::VoiceFigures];
    let all = units(&who, &seen);
    let home = who.home().map(|it| who.tree.line(it)).unwrap_or_default();
    let chosen = asked.get("don-vi").parse().ok().map(UnitId);
    let unit = chosen
        .or_else(|| home.iter().copied().find(|it| all.iter().any(|(id, _)| id == it)))
        .or_else(|| all.first().map(|it| it.0))
        .ok_or(Failure::NotFound)?;
    demand_look(&who, unit)?;
    let first = month_of(asked.get("thang")).unwrap_or_else(|| who.today().first_of_month());
    let (inner, asker) = (site.clone(), who.clone());
    let (days, rules, people, warnings, postings, unposted) = site
        .read(&who, move |tx| {
            let wanted = Wanted {
                units: vec![unit],
                from: first,
                until: first.last_of_month(),
                posted: false,
            };
            let mut days = Vec::new();
            for it in sql::days(tx, &wanted)? {
                let booked = bookings::of(tx, it.id)?;
                let booked = booked.iter().filter(|it| it.state != "cancelled").count();
                days.push((it, booked));
            }
            let rules = sql::rules(tx, vec![unit], asker.today())?;
            let people = holders(tx, unit, asker.today())?;
            let calendar = calendar_of(&inner, &asker, tx, unit)?;
            let kind = asker.tree.unit(unit).map(|it| it.kind.clone()).unwrap_or_default();
            let warnings = service::warnings(tx, &calendar, (unit, &kind))?;
            let mut postings = Vec::new();
            for (at, by, count) in sql::postings(tx, unit)? {
                let name = staff::account_name(tx, domain::ids::AccountId(by))?;
                let at = text::date_time(at.civil());
                postings.push(format!(
                    "{at}: {count} buổi{}",
                    if name.is_empty() { name } else { format!(", {name}") }
                ));
            }
            let unposted = sql::unposted(tx, unit, asker.today())?.len();
            Ok((days, rules, people, warnings, postings, unposted))
        })
        .await?;
    let law = rules_on(who.today())?;
    let kind = who.tree.unit(unit).map(|it| it.kind.clone()).unwrap_or_default();
    let least = law.minimum_of(&kind).map_or_else(String::new, |it| {
        format!("{}: ít nhất {} ngày mỗi {}", it.rank.label(), it.days, it.every.label())
    });
    let name = |rule: &sql::Rule| {
        let found = people.iter().find(|it: &&Holder| it.position == rule.position);
        found.map_or_else(
            || "(chức danh chưa có người giữ)".to_owned(),
            |it| format!("{} – {}", it.name, it.title),
        )
    };
    site.page(&Month {
        shell: site.shell(&who),
        unit,
        here: unit.to_string(),
        title: who.tree.title(unit).to_owned(),
        units: all.into_iter().map(|(id, title)| (id.to_string(), title)).collect(),
        month: month_code(first),
        month_said: first.strftime("tháng %m/%Y").to_string(),
        before: month_code(first.saturating_sub(1.month())),
        after: month_code(first.saturating_add(1.month())),
        warnings,
        law: format!("{least}. Niêm yết trước {} ngày làm việc. {}", law.posted_days, law.source),
        unsure: law.note.clone(),
        days: days
            .into_iter()
            .map(|(it, booked)| DayView {
                id: it.id.0,
                when: format!("{} {}", text::weekday(it.day.weekday()), text::date(it.day)),
                hours: it.hours(),
                receiver: it.receiver(),
                kind: it.kind.label(),
                state: it.state.label(),
                good: it.state == domain::reception::DayState::Held,
                bad: it.state == domain::reception::DayState::Cancelled,
                posted: it.posted.is_some(),
                booked,
                note: match it.moved_from {
                    Some(old) => format!("Dời từ {}: {}", text::date(old), it.reason),
                    None => it.reason,
                },
                place: it.place,
            })
            .collect(),
        rules: rules
            .iter()
            .map(|it| RuleView {
                id: it.id,
                who: name(it),
                when: format!("{}, {}–{}", it.pattern.said(), sql::hm(it.from), sql::hm(it.until)),
                place: it.place.clone(),
                until: it.valid_until.map_or_else(String::new, text::date),
            })
            .collect(),
        postings,
        unposted,
        until: text::date(who.today().saturating_add(1.month()).last_of_month()),
        manages: who.can_at(Action::ReceptionManage, unit),
        keeps: who.can_at(Action::ReceptionKeep, unit),
        counts: who.can_at(Action::VoiceFigures, unit),
    })
}

#[derive(Template)]
#[template(path = "reception/templates/rule.html")]
struct RuleForm<'a> {
    shell: Shell,
    m: &'a Mistakes,
    unit: UnitId,
    title: String,
    people: Vec<(String, String)>,
    choices: PatternChoices,
}

fn rule_page(
    site: &Site,
    who: &Who,
    unit: UnitId,
    (people, m): (&[Holder], &Mistakes),
) -> Result<Html<String>, Failure> {
    site.page(&RuleForm {
        shell: site.shell(who),
        m,
        unit,
        title: who.tree.title(unit).to_owned(),
        people: holder_options(people, "– Chọn người tiếp –"),
        choices: pattern_choices(),
    })
}

fn proposed(who: &Who) -> Typed {
    let pairs = [
        ("tu-gio", "07:30"),
        ("den-gio", "11:00"),
        ("khe", "30"),
        ("nhip", "w"),
        ("thu", "4"),
        ("lan", "1"),
        ("ngay-thang", "15"),
    ];
    let mut typed =
        Typed::of(pairs.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect());
    typed.set("tu-ngay", text::date(who.today()));
    typed.set("ngay", text::date(who.today()));
    typed
}

async fn people_of(site: &Site, who: &Who, unit: UnitId) -> Result<Vec<Holder>, Failure> {
    demand(who, Action::ReceptionManage, unit)?;
    let today = who.today();
    site.read(who, move |tx| Ok(holders(tx, unit, today)?)).await
}

/// GET `/co-quan/tiep-cong-dan/{unit}/quy-tac`
pub(super) async fn rule_form(
    State(site): State<Site>,
    who: Who,
    Path(unit): Path<UnitId>,
) -> Result<Html<String>, Failure> {
    let people = people_of(&site, &who, unit).await?;
    let mut typed = proposed(&who);
    if let Some(it) = people.first() {
        typed.set("nguoi", it.position.to_string());
        typed.set("dung-dau", "1");
    }
    typed.set("noi", "Phòng tiếp công dân");
    rule_page(&site, &who, unit, (&people, &Mistakes::none(typed)))
}

fn read_rule(fields: &mut Fields, unit: UnitId, people: &[Holder]) -> Option<facts::NewRule> {
    let who = holder(fields, "nguoi", people);
    let pattern: Option<Pattern> = pattern(fields);
    let hours = span(fields, "tu-gio", "den-gio");
    let place = fields.text("noi", PLACE_MAX);
    let slot = fields.number("khe", 0..=240);
    let from = fields.date("tu-ngay");
    Some(facts::NewRule {
        unit,
        position: who?.position,
        is_head: fields.typed().has("dung-dau"),
        pattern: pattern?,
        hours: hours?,
        place: place?,
        slot_minutes: slot?,
        from: from?,
        until: None,
    })
}

/// POST `/co-quan/tiep-cong-dan/{unit}/quy-tac`
pub(super) async fn add_rule(
    State(site): State<Site>,
    who: Who,
    Path(unit): Path<UnitId>,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    let people = people_of(&site, &who, unit).await?;
    let mut fields = Fields::of(typed);
    let rule = read_rule(&mut fields, unit, &people);
    let rule =
        fields.finish(rule).or_show_again(|m| rule_page(&site, &who, unit, (&people, &m)))?;
    let (inner, asker) = (site.clone(), who.clone());
    site.write(&who, move |tx| {
        // The same rule sent twice is a second click.
        let known = sql::rules(tx, vec![unit], tx.now().civil().date())?;
        let same = known.iter().any(|it| {
            it.position == rule.position && it.pattern == rule.pattern && it.from == rule.hours.0
        });
        if !same {
            let calendar = calendar_of(&inner, &asker, tx, unit)?;
            facts::add_rule(tx, &calendar, &rule)?;
        }
        Ok(())
    })
    .await?;
    let notice = format!(
        "Đã xếp lịch {AHEAD_DAYS} ngày tới. Lịch chưa hiện cho người dân tới khi niêm yết."
    );
    Ok(told(&format!("{ADDRESS}?don-vi={unit}"), &notice))
}

/// POST `/co-quan/tiep-cong-dan/quy-tac/{id}/dung`
pub(super) async fn end_rule(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<i64>,
    Filled(_): Filled,
) -> Result<Response, Failure> {
    let asker = who.clone();
    let unit = site
        .write(&who, move |tx| {
            let it = sql::find_rule(tx, id)?.ok_or(Failure::NotFound)?;
            demand(&asker, Action::ReceptionManage, it.unit)?;
            let gone = sql::end_rule(tx, id, asker.today())?;
            let details = serde_json::json!({ "rule": id, "days": gone });
            tx.journal(Entry::new(SUBJECT, it.unit.0, "end_reception_rule").details(&details));
            Ok(it.unit)
        })
        .await?;
    let notice =
        "Đã dừng lịch định kỳ. Buổi đã niêm yết vẫn còn: hủy từng buổi kèm lý do nếu không tiếp.";
    Ok(told(&format!("{ADDRESS}?don-vi={unit}"), notice))
}

#[derive(Template)]
#[template(path = "reception/templates/extra.html")]
struct Extra<'a> {
    shell: Shell,
    m: &'a Mistakes,
    unit: UnitId,
    title: String,
    people: Vec<(String, String)>,
    kinds: Vec<(String, String)>,
}

fn extra_page(
    site: &Site,
    who: &Who,
    unit: UnitId,
    (people, m): (&[Holder], &Mistakes),
) -> Result<Html<String>, Failure> {
    let kinds = [DayKind::Extraordinary, DayKind::Joint];
    site.page(&Extra {
        shell: site.shell(who),
        m,
        unit,
        title: who.tree.title(unit).to_owned(),
        people: holder_options(people, "– Chọn người tiếp –"),
        kinds: kinds.iter().map(|it| (it.code().to_owned(), it.label().to_owned())).collect(),
    })
}

/// GET `/co-quan/tiep-cong-dan/{unit}/dot-xuat`
pub(super) async fn extra_form(
    State(site): State<Site>,
    who: Who,
    Path(unit): Path<UnitId>,
) -> Result<Html<String>, Failure> {
    let people = people_of(&site, &who, unit).await?;
    let mut typed = proposed(&who);
    typed.set("loai", DayKind::Extraordinary.code());
    typed.set("noi", "Phòng tiếp công dân");
    extra_page(&site, &who, unit, (&people, &Mistakes::none(typed)))
}

/// POST `/co-quan/tiep-cong-dan/{unit}/dot-xuat`
pub(super) async fn add_extra(
    State(site): State<Site>,
    who: Who,
    Path(unit): Path<UnitId>,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    let people = people_of(&site, &who, unit).await?;
    let mut fields = Fields::of(typed);
    let chosen = holder(&mut fields, "nguoi", &people);
    let kind = fields.choice("loai", DayKind::from_code).filter(|it| *it != DayKind::Periodic);
    let day = fields.date("ngay");
    if day.is_some_and(|it| it < who.today()) {
        fields.wrong("ngay", "Ngày này đã qua.");
    }
    let hours = span(&mut fields, "tu-gio", "den-gio");
    let place = fields.text("noi", PLACE_MAX);
    let reason = fields.text("ly-do", 500);
    let agencies = fields.optional_text("co-quan", 500);
    if kind == Some(DayKind::Joint) && agencies.as_ref().is_some_and(String::is_empty) {
        fields.wrong("co-quan", "Ghi các cơ quan cùng tiếp.");
    }
    let slot = fields.number("khe", 0..=240);
    let head = fields.typed().has("dung-dau");
    let whole = (|| {
        let (chosen, hours) = (chosen?, hours?);
        Some(sql::Day {
            position: chosen.position,
            is_head: head,
            leader: chosen.name,
            title: chosen.title,
            from: hours.0,
            until: hours.1,
            place: place?,
            kind: kind?,
            agencies: agencies?,
            reason: reason?,
            slot_minutes: slot?,
            ..service::blank(unit, day?)
        })
    })();
    let it =
        fields.finish(whole).or_show_again(|m| extra_page(&site, &who, unit, (&people, &m)))?;
    let id = site
        .write(&who, move |tx| {
            // A second click finds the first.
            let wanted = Wanted { units: vec![unit], from: it.day, until: it.day, posted: false };
            let same = sql::days(tx, &wanted)?.into_iter().find(|old| {
                old.position == it.position && old.from == it.from && old.kind == it.kind
            });
            if let Some(old) = same {
                return Ok(old.id);
            }
            let id = sql::insert_day(tx, &it, None)?.ok_or(Failure::NotFound)?;
            let details = serde_json::json!({ "day": it.day, "kind": it.kind.code() });
            tx.journal(Entry::new(SUBJECT, id.0, "plan_receptions").details(&details));
            Ok(id)
        })
        .await?;
    Ok(told(&format!("{ADDRESS}/buoi/{id}"), "Đã thêm buổi tiếp. Niêm yết để người dân thấy."))
}

/// POST `/co-quan/tiep-cong-dan/{unit}/niem-yet`
pub(super) async fn publish(
    State(site): State<Site>,
    who: Who,
    Path(unit): Path<UnitId>,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    demand(&who, Action::ReceptionManage, unit)?;
    let until = site::form::parse_date(typed.get("den-ngay")).ok_or_else(|| {
        Failure::Refused("Nhập ngày cuối cần niêm yết theo dạng ngày/tháng/năm.".to_owned())
    })?;
    let count = site.write(&who, move |tx| Ok(service::publish(tx, unit, until)?)).await?;
    let notice = if count == 0 {
        "Không có buổi nào chưa niêm yết trong thời gian đó.".to_owned()
    } else {
        format!("Đã niêm yết {count} buổi; người dân thấy ngay trên trang Lịch tiếp công dân.")
    };
    Ok(told(&format!("{ADDRESS}?don-vi={unit}"), &notice))
}
