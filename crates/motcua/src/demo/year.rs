//! A year at the counters: dossiers come in office hours and are worked on by people who are
//! mostly in time.

use std::{
    cmp::Reverse,
    collections::{BinaryHeap, HashMap},
    sync::Arc,
};

use citizen::{
    dossiers::{
        Paper, Person,
        desk::{self, Desk, Intake, Shelf},
        facts::{self, record_visit},
        parts::{Actor, RolesHere, maker},
    },
    fees::till::Payment,
    procedures::facts::{self as procedures, Version},
    results::facts::{self as results, Numbering},
};
use domain::{
    access::Role,
    calendar::WorkCalendar,
    dossier::{
        Collector, Command, CommandKind, Delivery, Maker, Part, ReturnChannel, Status, What,
    },
    ids::DossierId,
    money::Dong,
    names::Ages,
    procedure::{ChannelKind, Tier, papers::PaperKind},
    time::Instant,
    visit::Cause,
};
use jiff::{ToSpan as _, civil::DateTime};
use people::calendar::facts::{self as calendar, Calendars};
use site::{Failure, tree::Tree};
use store::{Db, Fault, Stamp, Tx};

use super::{
    Play,
    books::Books,
    crowd::{self, Crowd},
    eforms::Declarations,
    missing,
    office::{Body, Office, Player},
    progress::Progress,
    random::Random,
};
use crate::stop::Stop;

/// Days of the past that are played.
const DAYS: i64 = 365;
/// Steps played in one transaction.
const BATCH: usize = 10_000;

/// Of these, the last ones that are busier.
const LAST_DAYS: i64 = 8;
/// Of these, the last ones of which something may still lie about.
const STUCK_DAYS: i64 = 40;

/// What becomes of a dossier.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    Plain,
    Late,
    Supplement,
    Refused,
    Withdrawn,
    /// Lies on a desk past its day.
    Stuck,
}

struct Case {
    body: usize,
    version: Arc<Version>,
    fate: Fate,
    id: Option<DossierId>,
    specialist: usize,
    /// Those with the same number are of one person, handed in on one visit.
    household: Option<usize>,
}

/// Something that happens to a case at a time; earliest first.
type Due = Reverse<(DateTime, usize)>;

pub(super) struct Stage<'a> {
    office: &'a Office,
    tree: Tree,
    calendars: Calendars,
    catalogues: Vec<Vec<Arc<Version>>>,
    shelf: Shelf,
    random: Random,
    households: HashMap<usize, domain::names::Person>,
    crowd: Crowd,
    end: DateTime,
    books: Books,
    declarations: Declarations,
}

/// The next free number, written like `like`.
pub(super) fn free_number(
    numbering: Numbering,
    tx: &mut Tx<'_>,
    like: &str,
) -> Result<String, Fault> {
    numbering.next_like(tx, like)?.ok_or_else(|| missing("free number"))
}

pub(super) fn played(error: Failure) -> Fault {
    match error {
        Failure::Fault(fault) => fault,
        Failure::Refused(why) => Fault::Broken(format!("demo was refused: {why}")),
        other => Fault::Broken(format!("demo: {other:?}")),
    }
}

pub(super) fn at(time: DateTime, by: Player) -> Stamp {
    Stamp { now: Instant::from_civil(time), by: by.account, origin: "demo".into() }
}

/// Plays the year.
pub(super) fn play(
    db: &Db,
    now: Instant,
    play: &Play,
    office: &Office,
    progress: &Progress,
    stop: &Stop,
) -> Result<(), Fault> {
    let stamp = Stamp::of_program(now, "demo");
    let (tree, calendars, catalogues) = db.read_blocking(stamp, |tx| {
        let tree = site::tree_of(tx)?;
        let calendars = calendar::load(tx)?;
        let all = procedures::all(tx)?;
        let all: Vec<Arc<Version>> = all.into_iter().map(Arc::new).collect();
        let of = |body: &Body| -> Vec<Arc<Version>> {
            let fits = |it: &&Arc<Version>| {
                it.body.body == "ubnd"
                    && it.body.settled_by(body.tier, tree.has_districts())
                    && it
                        .body
                        .limit(ChannelKind::Direct)
                        .is_some_and(|it| it.time_limit().is_some())
            };
            all.iter().filter(fits).cloned().collect()
        };
        let catalogues: Vec<Vec<Arc<Version>>> = office.bodies.iter().map(of).collect();
        Ok::<_, Fault>((tree, calendars, catalogues))
    })?;
    let mut stage = Stage {
        office,
        tree,
        calendars,
        catalogues,
        shelf: Shelf::default(),
        random: Random::new(play.seed.wrapping_add(1)),
        households: HashMap::new(),
        crowd: Crowd::new(play.seed),
        end: now.civil(),
        books: Books::default(),
        declarations: Declarations::default(),
    };
    db.write_blocking(Stamp::of_program(now, "demo"), packages)?;
    let (mut cases, mut queue) = stage.plan(play.dossiers)?;
    while !queue.is_empty() && !stop.is_asked() {
        let stamp = Stamp::of_program(now, "demo");
        db.write_blocking(stamp, |tx| {
            for _ in 0..BATCH {
                let Some(Reverse((time, case))) = queue.pop() else { break };
                if time > stage.end {
                    continue;
                }
                let Some(it) = cases.get_mut(case) else { continue };
                let fresh = it.id.is_none();
                if let Some(next) = stage.act(tx, it, time)? {
                    queue.push(Reverse((next, case)));
                }
                if fresh {
                    progress.grow();
                }
            }
            Ok::<_, Fault>(())
        })?;
    }
    Ok(())
}

/// What people usually need in one visit.
fn packages(tx: &mut Tx<'_>) -> Result<(), Fault> {
    for (name, procedures, hint) in crowd::PACKAGES {
        citizen::dossiers::facts::add_package(tx, name, procedures, hint)?;
    }
    Ok(())
}

impl Stage<'_> {
    fn desk(&self) -> Desk<'_> {
        Desk { tree: &self.tree, calendars: &self.calendars }
    }

    fn calendar(&self) -> &WorkCalendar {
        self.calendars.general()
    }

    /// A moment of office time some minutes after another.
    fn later(&mut self, from: DateTime, least: u64, spread: u64) -> Option<DateTime> {
        let minutes = least + self.random.below(spread.max(1));
        self.calendar().after_minutes(from, i64::try_from(minutes).ok()?)
    }

    fn plan(&mut self, dossiers: u32) -> Result<(Vec<Case>, BinaryHeap<Due>), Fault> {
        let mut cases = Vec::new();
        let mut queue = BinaryHeap::new();
        let first = self.end.date().checked_sub(DAYS.days()).unwrap_or(self.end.date());
        for _ in 0..dossiers {
            let body = self.body()?;
            // The last days are busier, so that today's desks are full.
            let ago = if self.random.below(100) < 8 { LAST_DAYS } else { DAYS };
            let ago = i64::try_from(self.random.below(ago.unsigned_abs())).unwrap_or(0);
            let day = DAYS - 1 - ago;
            let day = first.checked_add(day.days()).unwrap_or(first);
            let day = self.calendar().working_from(day).ok_or_else(|| missing("working day"))?;
            let Some(version) = self.choose(body) else { continue };
            let opening = day.to_datetime(self.calendar().hours.opening(day));
            let Some(time) = self.later(opening, 1, 440) else { continue };
            let is_recent = ago < STUCK_DAYS;
            let fate = match self.random.below(1000) {
                0..=79 if is_recent && !version.body.on_the_spot => Fate::Stuck,
                0..=17 => Fate::Late,
                18..=57 => Fate::Supplement,
                58..=67 => Fate::Refused,
                68 => Fate::Withdrawn,
                _ => Fate::Plain,
            };
            let specialist = match version.body.sector.as_str() {
                "Hộ tịch" | "Chứng thực" | "Nuôi con nuôi" => 0,
                "Đất đai" | "Hoạt động xây dựng" | "Thủy lợi" | "Môi trường" => {
                    1
                }
                _ => 2,
            };
            let household = self.brings_more().then_some(cases.len());
            cases.push(Case { body, version, fate, id: None, specialist, household });
            queue.push(Reverse((time, cases.len() - 1)));
            if let Some(household) = household
                && let Some(version) = self.choose(body)
                && let Some(time) = self.calendar().after_minutes(time, 4)
            {
                let (fate, household) = (Fate::Plain, Some(household));
                cases.push(Case { body, version, fate, id: None, specialist: 0, household });
                queue.push(Reverse((time, cases.len() - 1)));
            }
        }
        Ok((cases, queue))
    }

    /// Now and then somebody brings two things on one visit.
    fn brings_more(&mut self) -> bool {
        self.random.below(100) < 4
    }

    /// A body: the district and the commune whose sign-ins are shown have more than their share.
    fn body(&mut self) -> Result<usize, Fault> {
        let shown = |it: &Body| it.tier == Tier::District || it.place.contains("Phú Sơn");
        let bodies = &self.office.bodies;
        let busy: Vec<usize> =
            (0..bodies.len()).filter(|at| bodies.get(*at).is_some_and(shown)).collect();
        if self.random.below(100) < 25
            && let Some(at) = self.random.pick(&busy)
        {
            return Ok(*at);
        }
        usize::try_from(self.random.below(bodies.len() as u64)).map_err(|_| missing("body"))
    }

    /// A procedure that the body settles: most are done at once or civil status.
    fn choose(&mut self, body: usize) -> Option<Arc<Version>> {
        let tier = self.office.bodies.get(body)?.tier;
        let here: Vec<&Arc<Version>> = self
            .catalogues
            .get(body)?
            .iter()
            .filter(|it| it.body.settled_by(tier, self.tree.has_districts()))
            .collect();
        let only = |wanted: &dyn Fn(&Version) -> bool| -> Vec<&Arc<Version>> {
            here.iter().copied().filter(|it| wanted(it)).collect()
        };
        let liked = match self.random.below(100) {
            0..=44 => only(&|it| it.body.on_the_spot),
            45..=74 => only(&|it| it.body.sector == "Hộ tịch"),
            _ => here.clone(),
        };
        let from = if liked.is_empty() { &here } else { &liked };
        self.random.pick(from).map(|it| (*it).clone())
    }

    pub(super) fn player(roles: &[Role], who: Player) -> Maker {
        let here = RolesHere {
            at_counter: roles.to_vec(),
            at_office: roles.to_vec(),
            at_consulted: Vec::new(),
        };
        let actor = Actor { account: who.account, staff: Some(who.staff), stands_in_for: &[] };
        maker(&actor, &here, &domain::dossier::Dossier::default())
    }

    /// Does what is next for a case, and says when the thing after that is.
    fn act(
        &mut self,
        tx: &mut Tx<'_>,
        case: &mut Case,
        time: DateTime,
    ) -> Result<Option<DateTime>, Fault> {
        let office = self.office;
        let body = office.bodies.get(case.body).ok_or_else(|| missing("body"))?;
        let Some(id) = case.id else { return self.receive(tx, case, body, time) };
        self.books.turn(tx, office, time)?;
        let mut on_desk = desk::take_with(tx, &mut self.shelf, id).map_err(played)?;
        let officer =
            *body.specialists.get(case.specialist).ok_or_else(|| missing("specialist"))?;
        let desk = Desk { tree: &self.tree, calendars: &self.calendars };
        let dossier = on_desk.kept.dossier.clone();
        let hop = |part, holder| on_desk.hop(desk, part, holder, time);
        let (by, roles, command): (Player, Role, Command) = match dossier.status {
            Status::Accepted => (
                body.official,
                Role::CounterOfficial,
                What::Transfer { unit: body.body, hop: hop(Part::Dispatcher, None) }.into(),
            ),
            Status::Transferred => (
                body.head,
                Role::UnitHead,
                What::Assign {
                    officer: officer.staff,
                    hop: hop(Part::Officer, Some(officer.staff)),
                }
                .into(),
            ),
            Status::Assigned => {
                (officer, Role::Specialist, What::Begin { officer: officer.staff }.into())
            }
            Status::Processing if case.fate == Fate::Stuck => return Ok(None),
            Status::Processing if case.fate == Fate::Supplement && dossier.supplements == 0 => {
                let until = self.calendar().nth_after(time.date(), 15).unwrap_or(time.date());
                let what = What::RequestSupplement { until: until.at(17, 0, 0, 0) };
                let words = "Bản sao giấy tờ tùy thân: bản nộp bị mờ, không đọc được số";
                (officer, Role::Specialist, Command::saying(what, words))
            }
            Status::Processing
                if case.fate == Fate::Late
                    && dossier.extensions == 0
                    && dossier.due_at.is_some_and(|due| desk::near(self.calendar(), time, due)) =>
            {
                let due = dossier.due_at.unwrap_or(time);
                let new = self.calendar().nth_after(due.date(), 3).unwrap_or(due.date());
                let what = What::Extend { due_at: new.at(17, 0, 0, 0), notice_by: time.date() };
                let words = "Cần xác minh thêm tại thực địa";
                (body.leader, Role::Leader, Command::saying(what, words))
            }
            Status::Processing if case.fate == Fate::Withdrawn => {
                (body.official, Role::CounterOfficial, What::RequestWithdraw.into())
            }
            Status::WithdrawRequested => {
                (body.official, Role::CounterOfficial, What::Withdraw.into())
            }
            Status::Processing if case.fate == Fate::Refused => (
                officer,
                Role::Specialist,
                Command::saying(
                    on_desk.put_up(desk, officer.staff, true, time),
                    "Không đủ điều kiện theo quy định của thủ tục",
                ),
            ),
            Status::Processing => {
                tx.restamp(at(time, officer));
                desk::answer_members(tx, &on_desk, "1/KQ").map_err(played)?;
                (officer, Role::Specialist, on_desk.put_up(desk, officer.staff, false, time).into())
            }
            Status::AwaitSupplement => {
                let resume =
                    on_desk.resume(desk, time).map_err(played)?.ok_or_else(|| missing("pause"))?;
                let hop = hop(Part::Officer, Some(officer.staff));
                (body.official, Role::CounterOfficial, What::Supplement { resume, hop }.into())
            }
            Status::ToReview => {
                (body.head, Role::UnitHead, on_desk.approve(desk, body.head.staff, time).into())
            }
            Status::ToSign => (
                body.leader,
                Role::Leader,
                What::Sign { signer: body.leader.staff, hop: hop(Part::Clerk, None) }.into(),
            ),
            Status::ToNumber => {
                let number = free_number(on_desk.numbering(time), tx, "1/UBND")?;
                (
                    body.clerk,
                    Role::Clerk,
                    What::Number { number, hop: hop(Part::Counter, None) }.into(),
                )
            }
            Status::ResultAtCounter if dossier.financial == domain::dossier::Financial::Due => {
                let amount = Dong(dossier.fee_due.0 - dossier.fee_paid.0);
                let maker = Self::player(&[Role::CounterOfficial], body.official);
                tx.restamp(at(time, body.official));
                let cash = Payment::cash(amount);
                on_desk.take_payment(tx, desk, &maker, &cash, None).map_err(played)?;
                return Ok(self.when_next(case, &on_desk.kept.dossier, time));
            }
            Status::ResultAtCounter if dossier.delivery == Delivery::InPost => (
                body.official,
                Role::CounterOfficial,
                What::Return { channel: ReturnChannel::Post, collector: Collector::Applicant }
                    .into(),
            ),
            Status::ResultAtCounter if id.0 % 13 == 0 => {
                (body.official, Role::CounterOfficial, What::SendByPost.into())
            }
            Status::ResultAtCounter => {
                tx.restamp(at(time, body.official));
                if case.fate == Fate::Late && id.0 % 2 == 0 {
                    let words = "Hẹn hôm trước, người dân đến mà chưa có kết quả";
                    let day = dossier.due_original_at.filter(|it| *it < time);
                    if day.is_some() {
                        record_visit(tx, &on_desk.kept, Cause::NoResult, words)?;
                    }
                }
                let (collector, words) = desk::hand_to_filer(tx, id)?;
                let channel = ReturnChannel::Counter;
                let what = What::Return { channel, collector };
                let words = Some(words).filter(|it| !it.is_empty());
                (body.official, Role::CounterOfficial, Command { what, words })
            }
            _ => return Ok(None),
        };
        let maker = Self::player(&[roles], by);
        tx.restamp(at(time, by));
        let (kind, words) = (command.what.kind(), command.words.clone().unwrap_or_default());
        on_desk.step(tx, desk, &maker, command).map_err(played)?;
        if matches!(kind, CommandKind::RequestSupplement | CommandKind::Supplement) {
            facts::papers_stepped(tx, &on_desk, kind, &words)?;
        }
        if kind == CommandKind::SendByPost {
            let postman = "Bưu tá Trần Văn Bưu (minh họa)";
            results::set_tracking(tx, id, &format!("RA{:09}VN", 100_000_000 + id.0))?;
            results::hand_to_post(tx, on_desk.kept.unit, postman)?;
        }
        if kind == CommandKind::Number {
            tx.restamp(at(time, officer));
            self.books.record(tx, body, &on_desk.kept, &case.version.body.code, time)?;
        }
        Ok(self.when_next(case, &on_desk.kept.dossier, time))
    }

    /// When the next thing happens: most people are in time, some are not.
    fn when_next(
        &mut self,
        case: &Case,
        after: &domain::dossier::Dossier,
        time: DateTime,
    ) -> Option<DateTime> {
        let left = after
            .due_at
            .map_or(480, |due| self.calendar().minutes_between(time, due))
            .unsigned_abs();
        match after.status {
            Status::Processing if case.fate == Fate::Late && after.extensions == 0 => {
                // Dawdles until the day before.
                self.later(time, left.saturating_sub(500).max(30), 60)
            }
            Status::Processing if case.fate == Fate::Late => self.later(time, left + 60, 900),
            Status::Processing => self.later(time, left / 5 + 10, left / 2 + 20),
            Status::AwaitSupplement => self.later(time, 480, 480 * 6),
            Status::ResultAtCounter => self.later(time, 30, 480 * 3),
            _ => self.later(time, 10, (left / 20).clamp(20, 240)),
        }
    }

    fn receive(
        &mut self,
        tx: &mut Tx<'_>,
        case: &mut Case,
        body: &Body,
        time: DateTime,
    ) -> Result<Option<DateTime>, Fault> {
        let place = body.address();
        let today = time.date();
        let random = &mut self.random;
        let mut stream = || random.next();
        let person = self
            .office
            .names
            .person(&mut stream, today, Ages::ADULT, &place)
            .ok_or_else(|| missing("names"))?;
        let person = match case.household {
            Some(it) => self.households.entry(it).or_insert(person).clone(),
            None => person,
        };
        let version = &case.version;
        let papers = version
            .body
            .papers_placed()
            .into_iter()
            .filter(|it| it.kind != PaperKind::Case)
            .take(6)
            .map(|it| (it.paper, i64::try_from(it.place).unwrap_or(0)))
            .map(|(it, number)| Paper {
                id: 0,
                place: number,
                name: it.name.clone(),
                form: "original".to_owned(),
                count: it.originals.map_or(1, i64::from),
                sufficient: true,
                note: String::new(),
            })
            .collect();
        let pages = 1 + self.random.below(8);
        let fee = version
            .body
            .fees
            .iter()
            .find_map(|it| it.amount)
            .map_or(Dong::ZERO, |it| Dong(it.0 * i64::try_from(pages).unwrap_or(1)));
        let intake = Intake {
            procedure: version.body.code.clone(),
            unit: body.counter,
            channel: ChannelKind::Direct,
            received_at: time,
            person: self.crowd.around(
                &self.office.names,
                today,
                Person {
                    name: person.name,
                    id_number: person.number.reveal().to_owned(),
                    birth_date: person.born_on.to_string(),
                    phone: person.phone.reveal().to_owned(),
                    address: person.address,
                    request: version.body.name.clone(),
                    return_way: ReturnChannel::Counter.code().to_owned(),
                    ..Person::default()
                },
            ),
            papers,
            fee,
            agreed_days: None,
        };
        let by = body.official;
        tx.restamp(at(time, by));
        let maker = Self::player(&[Role::CounterOfficial], by);
        if version.body.on_the_spot {
            let (procedure, year) = (version.procedure, time.year());
            let numbering = Numbering { body: body.body, procedure, year, own: None };
            // The entry that is written below bears the same one.
            let code = &version.body.code;
            let number = match counter::books::facts::next_number(tx, body.body, code, time.date())?
            {
                Some(it) => it,
                None => free_number(numbering, tx, "1")?,
            };
            let signer = body.leader.staff;
            let done =
                desk::settle_on_the_spot(tx, self.desk(), &maker, &intake, signer, Some(number));
            let id = done.map_err(played)?.id;
            case.id = Some(id);
            self.declarations.turn(tx, &intake, id)?;
            self.books.turn(tx, self.office, time)?;
            tx.restamp(at(time, by));
            let kept = desk::take_with(tx, &mut self.shelf, id).map_err(played)?.kept;
            self.books.record(tx, body, &kept, &case.version.body.code, time)?;
            return Ok(None);
        }
        let received = desk::receive(tx, self.desk(), &maker, &intake).map_err(played)?;
        case.id = Some(received.id);
        self.declarations.turn(tx, &intake, received.id)?;
        if time.date() == self.end.date() {
            facts::served(tx, received.id, body.place.contains("Phú Sơn"))?;
        }
        Ok(self.later(time, 5, 60))
    }
}
