//! Surveys of the demo: one of satisfaction that is closed and published, drawn from the year's dossiers, and one of
//! delegates that is open. Whoever answers is made up.

use std::{path::Path, sync::Arc};

use domain::{
    ids::{AccountId, UnitId},
    survey::form::{Answers, Kind},
    time::Instant,
};
use jiff::ToSpan as _;
use site::{Config, Failure, Site, seal::Seal};
use store::{Blobs, Db, Fault, Stamp, Tx};
use surveys::facts::{self, Plan, SeedPlan, Source};

use super::{missing, random::Random};
use crate::Problem;

/// Days before today on which the closed survey was frozen; each step follows some days later.
const FROZEN_AGO: i64 = 24;
const OPENED_AGO: i64 = 22;
const CLOSED_AGO: i64 = 3;
/// Of a hundred who were asked, so many answer.
const ANSWER_OF_100: u64 = 78;

const GROUPS: [(&str, usize); 4] = [
    ("Đại biểu HĐND xã", 10),
    ("Lãnh đạo, công chức huyện theo dõi xã", 12),
    ("Trưởng xóm, bí thư chi bộ", 10),
    ("MTTQ và đoàn thể xã", 5),
];

/// Sets up, draws, asks, answers and closes, as the pages do.
pub(super) fn play(db: &Db, now: Instant, seed: u64, data_dir: &Path) -> Result<(), Problem> {
    let site = site_of(db, now, data_dir)?;
    let mut random = Random::new(seed.wrapping_add(77));
    let stamp = Stamp::of_program(now, "demo");
    db.write_blocking(stamp, |tx| {
        facts::seed(tx)?;
        let Some((unit, by)) = reform_officer(&site, tx)? else { return Ok(()) };
        closed(&site, tx, (now, unit, by), &mut random)?;
        open(&site, tx, (now, unit, by), &mut random)?;
        tx.restamp(Stamp::of_program(now, "demo"));
        Ok::<_, Failure>(())
    })
    .map_err(|failure| match failure {
        Failure::Fault(fault) => Problem::from(fault),
        Failure::Refused(why) => Problem::Refused(why),
        other => Problem::from(Fault::Broken(format!("demo surveys: {other:?}"))),
    })
}

fn site_of(db: &Db, now: Instant, data_dir: &Path) -> Result<Site, Fault> {
    let config = Config {
        base_url: String::new(),
        tls: false,
        behind_proxy: false,
        demo: true,
        data_dir: data_dir.to_owned(),
        tries_per_address: site::TRIES_PER_ADDRESS,
        ocr: Vec::new(),
    };
    let seal = Seal::in_folder(data_dir)?;
    Ok(Site::new(db.clone(), Blobs::in_memory(), Arc::new(move || now), config, seal))
}

/// The commune that is shown and whoever leads its surveys.
fn reform_officer(site: &Site, tx: &mut Tx<'_>) -> Result<Option<(UnitId, AccountId)>, Fault> {
    let tree = site.tree(tx)?;
    let shown = tree.all().find(|it| it.kind == "commune" && it.name.contains("Phú Sơn"));
    let unit = shown.or_else(|| tree.all().find(|it| it.kind == "commune")).map(|it| it.id);
    let by = people::accounts::facts::named(tx, "cchc")?.into_iter().next();
    Ok(unit.zip(by))
}

fn at(now: Instant, days_ago: i64, by: AccountId) -> Stamp {
    let day = now.civil().checked_sub(days_ago.days()).unwrap_or(now.civil());
    let mut stamp = Stamp::of_program(Instant::from_civil(day), "demo");
    stamp.by = by;
    stamp
}

/// What somebody made up answers: mostly content, sometimes not, a few too fast or all alike.
fn sheet(tx: &mut Tx<'_>, code: &str, random: &mut Random) -> Result<(Answers, u32), Failure> {
    let form = facts::form(tx, code)?.ok_or_else(|| missing("survey form"))?;
    let mood = random.below(100);
    let mut answers = Answers::new();
    for it in &form.question {
        if it.kind == Kind::Text || random.below(100) < 4 && !it.required {
            continue;
        }
        let choices = form.choices(it);
        let roll = random.below(100);
        let levels = choices.iter().any(|it| it.level.is_some());
        let code = match (levels, mood) {
            (true, 0..=5) => "5",
            (true, 6..=18) => random.pick(&["1", "2", "2", "3"]).copied().unwrap_or("2"),
            (true, _) if roll < 38 => "5",
            (true, _) if roll < 82 => "4",
            (true, _) if roll < 94 => "3",
            (true, _) => "2",
            (false, _) if roll < 48 => "A",
            (false, _) if roll < 80 => "B",
            (false, _) if roll < 90 => "C",
            (false, _) if roll < 94 => "D",
            (false, _) => "E",
        };
        if choices.iter().any(|it| it.code == code) {
            answers.insert(it.code.clone(), vec![code.to_owned()]);
        }
    }
    let seconds = if mood == 30 { 9 } else { 70 + u32::try_from(random.below(240)).unwrap_or(0) };
    Ok((answers, seconds))
}

fn answer_some(
    site: &Site,
    tx: &mut Tx<'_>,
    (id, form, of_100): (domain::ids::SurveyId, &str, u64),
    random: &mut Random,
) -> Result<(), Failure> {
    for code in facts::codes(site, tx, id)? {
        if random.below(100) < of_100 {
            let (answers, seconds) = sheet(tx, form, random)?;
            facts::take(site, tx, &code, (&answers, seconds))?;
        }
    }
    Ok(())
}

fn closed(
    site: &Site,
    tx: &mut Tx<'_>,
    (now, unit, by): (Instant, UnitId, AccountId),
    random: &mut Random,
) -> Result<(), Failure> {
    let today = now.civil().date();
    let ago = |days: i64| today.checked_sub(days.days()).unwrap_or(today);
    let form = facts::shipped_form(tx, "SIPAS-X")?.ok_or_else(|| missing("survey form"))?;
    tx.restamp(at(now, FROZEN_AGO, by));
    let id = facts::create(
        tx,
        &Plan {
            unit,
            form,
            title: format!("Khảo sát hài lòng của người dân năm {}", today.year()),
            source: Source::Dossiers,
            period: Some((ago(400), ago(FROZEN_AGO))),
            closes_on: ago(CLOSED_AGO + 1),
            languages: "vi,en".to_owned(),
            error_bp: 500,
            floor: 50,
            reserve: 3,
            roll: String::new(),
        },
    )?;
    let source = "Giải đặc biệt xổ số miền Bắc (minh họa)".to_owned();
    let plan = SeedPlan::Source { source, on: ago(FROZEN_AGO - 1) };
    match facts::freeze(site, tx, id, &plan) {
        // A demo of few dossiers has nobody to ask there.
        Err(Failure::Refused(_)) => {
            return facts::void(tx, id, "Chưa có hồ sơ nào trong kỳ (minh họa)");
        }
        other => other?,
    }
    tx.restamp(at(now, FROZEN_AGO - 1, by));
    facts::say_seed(site, tx, id, &format!("{:05}", random.below(100_000)))?;
    tx.restamp(at(now, OPENED_AGO, by));
    facts::open(tx, id)?;
    answer_some(site, tx, (id, "SIPAS-X", ANSWER_OF_100), random)?;
    tx.restamp(at(now, CLOSED_AGO, by));
    facts::close(site, tx, id, "")?;
    tx.restamp(at(now, 1, by));
    facts::publish(tx, id)
}

fn open(
    site: &Site,
    tx: &mut Tx<'_>,
    (now, unit, by): (Instant, UnitId, AccountId),
    random: &mut Random,
) -> Result<(), Failure> {
    let today = now.civil().date();
    let after = |days: i64| today.checked_add(days.days()).unwrap_or(today);
    let form = facts::shipped_form(tx, "KS-CB")?.ok_or_else(|| missing("survey form"))?;
    let names: Vec<(&str, String)> = GROUPS
        .iter()
        .flat_map(|(group, people)| {
            (1..=*people).map(move |at| (*group, format!("Người minh họa {at}")))
        })
        .collect();
    let listed: Vec<(&str, &str)> =
        names.iter().map(|(group, name)| (*group, name.as_str())).collect();
    let roll = facts::roll(site, &listed)?;
    tx.restamp(at(now, 6, by));
    let id = facts::create(
        tx,
        &Plan {
            unit,
            form,
            title: format!("Khảo sát cán bộ, đại biểu năm {}", today.year()),
            source: Source::Roll,
            period: None,
            closes_on: after(20),
            languages: "vi".to_owned(),
            error_bp: 500,
            floor: 50,
            reserve: 0,
            roll,
        },
    )?;
    let source = "Giải đặc biệt xổ số miền Bắc (minh họa)".to_owned();
    let on = today.checked_sub(5.days()).unwrap_or(today);
    facts::freeze(site, tx, id, &SeedPlan::Source { source, on })?;
    tx.restamp(at(now, 5, by));
    facts::say_seed(site, tx, id, &format!("{:05}", random.below(100_000)))?;
    tx.restamp(at(now, 4, by));
    facts::open(tx, id)?;
    answer_some(site, tx, (id, "KS-CB", 45), random)
}
