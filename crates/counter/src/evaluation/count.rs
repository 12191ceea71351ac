//! Counting: every dossier of a period, what it scores on each indicator, and what the unit scores.

use std::collections::{BTreeMap, BTreeSet, HashMap, hash_map::Entry};

use citizen::{
    dossiers::{facts as dossiers, links::facts as links},
    procedures::facts::{self as procedures, Version},
};
use domain::{
    dossier::{Status, Timing},
    evaluation::{
        Feedback, Found, IndicatorSet, Online, conduct_points, contact_points, time_points,
    },
    ids::{DossierId, StaffId, UnitId, VersionId},
    org::UnitKind,
    procedure::{ChannelKind, ServiceLevel, Tier},
};
use jiff::civil::{Date, DateTime};
use site::Who;
use store::{Fault, Tx};

use voice::conduct::facts as conduct;

use crate::ratings::{self, Given};

/// What is evaluated.
#[derive(Debug, Clone)]
pub(super) struct Wanted {
    /// A one-stop shop, or a commune, district or province with all that is received there.
    pub unit: UnitId,
    /// One official only.
    pub official: Option<StaffId>,
    /// The first day.
    pub from: Date,
    /// The last day.
    pub until: Date,
}

/// A dossier and what it scores.
#[derive(Debug, Clone)]
pub(super) struct Scored {
    pub id: DossierId,
    pub code: String,
    pub procedure: String,
    pub officer: Option<StaffId>,
    pub received_in: bool,
    pub finished_in: bool,
    pub timing: Option<Timing>,
    pub on_the_spot: bool,
    pub online: bool,
    pub late_online: bool,
    pub supplements: i64,
    pub extended: bool,
    pub refused: bool,
    pub rating: Option<Given>,
    /// Whether what the rating says of behaviour was looked into and found untrue.
    pub is_untrue: bool,
    /// How other agencies of this installation did on their parts of it, each by its own limit.
    pub parts: Vec<Timing>,
}

impl Scored {
    fn points_of(&self, item: &str) -> Option<i64> {
        self.rating.as_ref()?.points.get(item).copied()
    }

    fn said_bad(&self) -> bool {
        self.points_of("attitude") == Some(0)
    }

    /// A complaint that was found untrue, or slander, does not count.
    fn complained(&self) -> bool {
        self.said_bad() && !self.is_untrue
    }

    /// How often it is counted on an indicator: by each agency that takes part on the second, else once.
    fn times(&self, number: u8) -> i64 {
        let parts = if number == 2 { self.parts.len() } else { 0 };
        1 + i64::try_from(parts).unwrap_or(0)
    }

    /// What it scores on an indicator that is counted by dossier, and why.
    pub fn points(&self, number: u8) -> Option<(i64, String)> {
        if !self.finished_in {
            return None;
        }
        match number {
            2 => self.timing.map(|own| {
                let all = std::iter::once(own).chain(self.parts.iter().copied());
                let sum: i64 = all.map(time_points).sum();
                let mut why = format!("cơ quan chủ trì {}", own.label().to_lowercase());
                for it in &self.parts {
                    why += &format!("; cơ quan phối hợp {}", it.label().to_lowercase());
                }
                (sum, why)
            }),
            1 => self.timing.map(|it| (time_points(it), it.label().to_lowercase())),
            3 => Some(match self.points_of("contacts") {
                Some(points) => (points, "người dân trả lời".to_owned()),
                None => {
                    let count = self.supplements;
                    (contact_points(count), format!("yêu cầu bổ sung {count} lần"))
                }
            }),
            4 => self.points_of("agencies").map(|it| (it, "người dân trả lời".to_owned())),
            7 => self.timing.map(|it| {
                let complained = self.complained();
                let why = if complained {
                    "có phản ánh về thái độ".to_owned()
                } else if self.said_bad() {
                    format!(
                        "{}, phản ánh về thái độ đã được xác minh là không đúng nên không tính",
                        it.label().to_lowercase()
                    )
                } else {
                    format!("{}, không có phản ánh", it.label().to_lowercase())
                };
                (conduct_points(it, complained), why)
            }),
            _ => None,
        }
    }
}

/// What was found for an indicator, from how many of what.
pub(super) struct Line {
    pub number: u8,
    pub found: Found,
    /// Of how many: in words.
    pub figure: String,
    /// Where it comes from.
    pub source: String,
    /// What is missing, or how a gap of the text is filled.
    pub note: String,
}

/// All that was counted.
pub(super) struct Counted {
    pub lines: Vec<Line>,
    pub dossiers: Vec<Scored>,
    pub officials: Vec<StaffId>,
    /// Visits without a dossier that were rated: how many were satisfied, of how many.
    pub visits: (i64, i64),
    /// Cases about conduct that were confirmed in the period.
    pub confirmed: usize,
}

/// The one-stop shops of a unit.
pub(crate) fn counters_of(who: &Who, unit: UnitId) -> Vec<UnitId> {
    let one_stop = |it: &UnitId| who.tree.known(*it).is_some_and(|it| it.kind == "one_stop");
    let mut units: Vec<UnitId> = vec![unit];
    units.extend(who.tree.children(unit));
    units.into_iter().filter(one_stop).collect()
}

fn tier_of(who: &Who, unit: UnitId) -> Tier {
    let kinds = who.tree.line(unit).into_iter().filter_map(|it| who.tree.known(it));
    kinds
        .filter_map(|it| UnitKind::of(&it.kind))
        .find_map(|it| match it {
            UnitKind::Commune => Some(Tier::Commune),
            UnitKind::District => Some(Tier::District),
            UnitKind::Province => Some(Tier::Province),
            UnitKind::Division | UnitKind::OneStop => None,
        })
        .unwrap_or(Tier::Commune)
}

fn within(at: Option<DateTime>, wanted: &Wanted) -> bool {
    at.is_some_and(|it| wanted.from <= it.date() && it.date() <= wanted.until)
}

/// Reads and scores every dossier of the period that is asked for; with it everybody who settled one of the unit's,
/// whoever is asked for.
fn dossiers_of(
    tx: &mut Tx<'_>,
    who: &Who,
    wanted: &Wanted,
) -> Result<(Vec<Scored>, BTreeSet<StaffId>), Fault> {
    let counters = counters_of(who, wanted.unit);
    let ratings = ratings::since(tx, &counters, wanted.from)?;
    let complaints: Vec<i64> = ratings
        .values()
        .filter(|it| it.points.get("attitude") == Some(&0))
        .map(|it| it.id)
        .collect();
    let untrue = conduct::untrue_ratings(tx, &complaints)?;
    let now = tx.now().civil();
    let mut parts: HashMap<DossierId, Vec<DossierId>> = HashMap::new();
    // What others do is not an official's.
    if wanted.official.is_none() {
        for (whole, part) in links::parts_of_period(tx, wanted.from, wanted.until)? {
            parts.entry(whole).or_default().push(part);
        }
    }
    let mut versions: HashMap<VersionId, Version> = HashMap::new();
    let (mut scored, mut officials) = (Vec::new(), BTreeSet::new());
    let mut after = DossierId(0);
    loop {
        let found = dossiers::of_period(tx, wanted.unit, after, (wanted.from, wanted.until))?;
        let Some(last) = found.last() else { break };
        after = last.id;
        for it in found {
            let dossier = &it.dossier;
            if within(dossier.finished_at, wanted) {
                officials.extend(dossier.officer);
            }
            if wanted.official.is_some_and(|staff| dossier.officer != Some(staff)) {
                continue;
            }
            if let Entry::Vacant(place) = versions.entry(it.version) {
                let found = procedures::version(tx, it.version)?;
                let missing = || Fault::Broken(format!("dossier {} has no version", it.id));
                place.insert(found.ok_or_else(missing)?);
            }
            let Some(version) = versions.get(&it.version) else { continue };
            let channel = dossier.channel.unwrap_or(ChannelKind::Direct);
            let precision = version.body.precision(channel);
            let timing = dossier.finished_timing(precision);
            let online = channel == ChannelKind::Online;
            scored.push(Scored {
                id: it.id,
                procedure: version.body.code.clone(),
                officer: dossier.officer,
                received_in: within(dossier.received_at, wanted),
                finished_in: within(dossier.finished_at, wanted),
                timing,
                // Nobody but the counter had it in hand.
                on_the_spot: dossier.finished_at.is_some() && dossier.settled_by.is_none(),
                online,
                late_online: online
                    && (timing == Some(Timing::Late) || dossier.is_overdue(now, precision)),
                supplements: i64::from(dossier.supplements) + i64::from(dossier.intake_supplements),
                extended: dossier.extensions > 0,
                refused: dossier.outcome == Some(domain::dossier::Outcome::Refused)
                    || dossier.status == Status::RefusedIntake,
                is_untrue: ratings.get(&it.id).is_some_and(|it| untrue.contains(&it.id)),
                rating: ratings.get(&it.id).cloned(),
                parts: timings(tx, &parts.remove(&it.id).unwrap_or_default())?,
                code: it.code,
            });
        }
    }
    Ok((scored, officials))
}

/// How these dossiers ended by their own limits; those that have no result are left out.
fn timings(tx: &mut Tx<'_>, parts: &[DossierId]) -> Result<Vec<Timing>, Fault> {
    let mut all = Vec::new();
    for id in parts {
        let Some(it) = dossiers::by_id(tx, *id)? else { continue };
        let Some(version) = procedures::version(tx, it.version)? else { continue };
        let channel = it.dossier.channel.unwrap_or(ChannelKind::Direct);
        all.extend(it.dossier.finished_timing(version.body.precision(channel)));
    }
    Ok(all)
}

fn of_dossiers(number: u8, all: &[Scored]) -> (Found, String) {
    let scored = all.iter().filter_map(|it| Some((it.points(number)?.0, it.times(number))));
    let (sum, count) = scored.fold((0, 0), |(sum, count), it| (sum + it.0, count + it.1));
    if count == 0 {
        return (Found::Nothing, String::new());
    }
    let unit = if number == 2 { "lượt cơ quan" } else { "hồ sơ" };
    (Found::Dossiers { points: sum, count }, format!("{sum} điểm / {count} {unit}"))
}

fn line(number: u8, (found, figure): (Found, String), source: &str, note: &str) -> Line {
    Line { number, found, figure, source: source.to_owned(), note: note.to_owned() }
}

const FROM_SYSTEM: &str = "hồ sơ có kết quả trong kỳ, theo ngày hẹn đầu tiên";
const FROM_RATINGS: &str = "đánh giá của người dân";

/// Whether what the unit settles is published both at the office and on the network.
fn publicity(tx: &mut Tx<'_>, who: &Who, tier: Tier, wanted: &Wanted) -> Result<Line, Fault> {
    const SOURCE: &str = "niêm yết tại trụ sở ghi ở trang Niêm yết (đến hôm nay); trên mạng là trang thủ tục công \
                          khai của chương trình này, luôn theo bản đang có hiệu lực";
    let body = who.tree.line(wanted.unit).into_iter().find(|it| {
        who.tree.known(*it).is_some_and(|it| !matches!(it.kind.as_str(), "one_stop" | "division"))
    });
    let posted = procedures::posted(tx, body.unwrap_or(wanted.unit), wanted.until)?;
    if posted.is_empty() {
        let note = "Còn thiếu: chưa ghi thủ tục nào đã niêm yết tại trụ sở đến cuối kỳ. Ghi ở trang Niêm yết \
                    thủ tục (Đánh dấu đã niêm yết), chỉ số này sẽ tự tính.";
        return Ok(line(6, (Found::Unrecorded, String::new()), SOURCE, note));
    }
    let (today, with_districts) = (who.today(), who.tree.has_districts());
    let in_force = |it: &&Version, day: Date| {
        it.in_force_from <= day && it.in_force_until.is_none_or(|last| last >= day)
    };
    let all = procedures::all(tx)?;
    // What changed since the period ended is left out: what hung then is not known any more.
    let ours: Vec<&Version> = all
        .iter()
        .filter(|it| it.body.body == "ubnd" && it.body.settled_by(tier, with_districts))
        .filter(|it| in_force(it, wanted.until.min(today)) && in_force(it, today))
        .collect();
    let hangs = ours.iter().filter(|it| posted.contains(&it.id)).count();
    let points = if hangs == ours.len() { 2 } else { 1 };
    let figure =
        format!("{hangs}/{} thủ tục niêm yết đúng bản tại trụ sở; tất cả có trên mạng", ours.len());
    let note = "Một thủ tục chưa niêm yết đúng bản đang có hiệu lực tại trụ sở thì chỉ tính một hình thức. Thủ tục \
                đổi sau kỳ không tính.";
    Ok(line(6, (Found::Unit(points), figure), SOURCE, note))
}

fn organisation(set: &IndicatorSet, tier: Tier, all: &[Scored]) -> Line {
    let mut procedures: BTreeMap<&str, bool> = BTreeMap::new();
    for it in all.iter().filter(|it| it.finished_in) {
        *procedures.entry(it.procedure.as_str()).or_insert(true) &= it.on_the_spot;
    }
    let whole = i64::try_from(procedures.len()).unwrap_or(0);
    let here = i64::try_from(procedures.values().filter(|it| **it).count()).unwrap_or(0);
    let figure = if whole == 0 {
        String::new()
    } else {
        format!("{here}/{whole} thủ tục giải quyết ngay tại Một cửa")
    };
    line(
        5,
        (set.organisation(tier, here, whole, whole), figure),
        "thủ tục của hồ sơ có kết quả trong kỳ; mọi hồ sơ của chương trình đều nhận và trả tại Một cửa",
        "",
    )
}

fn online(
    tx: &mut Tx<'_>,
    who: &Who,
    set: &IndicatorSet,
    tier: Tier,
    wanted: &Wanted,
    all: &[Scored],
) -> Result<Line, Fault> {
    let with_districts = who.tree.has_districts();
    let ours = procedures::all(tx)?;
    let ours: Vec<_> = ours
        .iter()
        .filter(|it| it.body.body == "ubnd" && it.body.settled_by(tier, with_districts))
        .filter(|it| it.in_force_from <= wanted.until)
        .filter(|it| it.in_force_until.is_none_or(|last| last >= wanted.until))
        .collect();
    let levels = ours.iter().map(|it| it.body.level);
    let high = levels.filter(|it| matches!(it, ServiceLevel::Partial | ServiceLevel::EndToEnd));
    let count = |it: usize| i64::try_from(it).unwrap_or(0);
    let received: Vec<_> = all.iter().filter(|it| it.received_in).collect();
    let found = Online {
        procedures: count(ours.len()),
        high: count(high.count()),
        dossiers: count(received.len()),
        online: count(received.iter().filter(|it| it.online).count()),
        late: count(received.iter().filter(|it| it.late_online).count()),
    };
    let figure = if found.dossiers == 0 {
        String::new()
    } else {
        format!(
            "{}/{} thủ tục mức độ 3, 4; {}/{} hồ sơ trực tuyến, {} quá hạn",
            found.high, found.procedures, found.online, found.dossiers, found.late
        )
    };
    let source = "danh mục thủ tục và hồ sơ tiếp nhận trong kỳ";
    Ok(line(9, (set.online(found), figure), source, ""))
}

/// How feedback was handled that the unit and all below it received.
fn feedback(
    tx: &mut Tx<'_>,
    who: &Who,
    set: &IndicatorSet,
    wanted: &Wanted,
) -> Result<Line, Fault> {
    let body = who.tree.line(wanted.unit).into_iter().find(|it| {
        who.tree.known(*it).is_some_and(|it| !matches!(it.kind.as_str(), "one_stop" | "division"))
    });
    let units = who.tree.subtree(body.unwrap_or(wanted.unit));
    let found = voice::feedback::facts::figures(tx, &units, wanted.from, wanted.until)?;
    let counted = Feedback {
        due: found.in_time + found.late,
        on_time: found.in_time,
        prolonged: found.overdue,
    };
    let figure = if found.received == 0 {
        "không có phản ánh".to_owned()
    } else {
        format!(
            "{}/{} phản ánh đến hạn trả lời đúng hạn, {} đang kéo dài; {} tiếp nhận",
            counted.on_time, counted.due, counted.prolonged, found.received
        )
    };
    Ok(line(
        8,
        (set.feedback(counted), figure),
        "phản ánh, kiến nghị cơ quan tiếp nhận trong kỳ",
        "Tính cho cả cơ quan. Chỉ phản ánh có quyền được trả lời theo luật mới tính đúng hạn hay trễ; khiếu nại, tố \
         cáo có sổ riêng.",
    ))
}

/// Counts everything.
pub(super) fn count(
    tx: &mut Tx<'_>,
    who: &Who,
    set: &IndicatorSet,
    wanted: &Wanted,
) -> Result<Counted, Fault> {
    let (all, officials) = dossiers_of(tx, who, wanted)?;
    let tier = tier_of(who, wanted.unit);
    let agencies = match of_dossiers(4, &all) {
        (Found::Nothing, _) if all.iter().any(|it| it.finished_in) => {
            (Found::Unrecorded, String::new())
        }
        found => found,
    };
    let mut lines = vec![
        line(1, of_dossiers(1, &all), FROM_SYSTEM, ""),
        line(
            2,
            of_dossiers(2, &all),
            "hồ sơ có kết quả trong kỳ: cơ quan chủ trì theo hạn chung, mỗi cơ quan phối hợp liên thông theo hạn \
             phần việc của mình",
            "Hồ sơ chỉ một cơ quan giải quyết thì hạn của cơ quan là hạn chung. Phần việc làm ở hệ thống của cơ \
             quan khác không tính vì không có giờ xong ở đó.",
        ),
        line(
            3,
            of_dossiers(3, &all),
            "đánh giá của người dân; hồ sơ không có trả lời thì theo số lần yêu cầu bổ sung",
            "",
        ),
        line(4, agencies, FROM_RATINGS, "Chỉ tính hồ sơ có người trả lời mục này."),
    ];
    let conduct = line(
        7,
        of_dossiers(7, &all),
        "thời gian giải quyết và đánh giá về thái độ",
        "Trả lời “Chưa đúng mực” tính là phản ánh, trừ khi vụ việc mở từ lượt đánh giá đó kết luận không đúng; quá \
         hạn mà không có phản ánh tính 0 điểm.",
    );
    if wanted.official.is_none() {
        lines.push(organisation(set, tier, &all));
        lines.push(publicity(tx, who, tier, wanted)?);
        lines.push(conduct);
        lines.push(feedback(tx, who, set, wanted)?);
        lines.push(online(tx, who, set, tier, wanted, &all)?);
    } else {
        lines.push(conduct);
    }
    let counters = counters_of(who, wanted.unit);
    let visits = match wanted.official {
        None => ratings::visits(tx, &counters, (wanted.from, wanted.until))?,
        Some(_) => (0, 0),
    };
    let subtree = who.tree.subtree(wanted.unit);
    let whose = match wanted.official {
        Some(staff) => conduct::Whose::Official(staff),
        None => conduct::Whose::Units(&subtree),
    };
    let confirmed = conduct::confirmed(tx, whose, (wanted.from, wanted.until))?.len();
    let officials = officials.into_iter().collect();
    Ok(Counted { lines, dossiers: all, officials, visits, confirmed })
}
