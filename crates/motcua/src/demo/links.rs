//! A handful of cases that go to other units, at every point of their way.

use citizen::dossiers::{
    Person,
    desk::{self, Desk, Intake, OnDesk},
    links::{
        Handed, Link,
        acts::{self, Plan},
    },
};
use domain::{
    access::Role,
    dossier::{Collector, Command, Ground, Part, ReturnChannel, What},
    ids::DossierId,
    link::{Arrangement, Carriage},
    money::Dong,
    names::Ages,
    procedure::{ChannelKind, Tier},
    time::Instant,
};
use jiff::{ToSpan as _, civil::DateTime};
use people::calendar::facts::{self as calendar, Calendars};
use site::tree::Tree;
use store::{Db, Fault, Stamp, Tx};

use super::{
    Play, missing,
    office::{Body, Office, Player},
    random::Random,
    year::{Stage, at, free_number, played},
};

/// Fewer dossiers are no year: whoever wants an empty office gets one.
pub(super) const FROM_DOSSIERS: u32 = 30;
/// Ten working days; communes and districts settle it.
const WHOLE: &str = "1.010803";
/// Three working days at districts.
const AT_DISTRICT: &str = "1.001731";
/// Three working days at communes.
const AT_COMMUNE: &str = "1.004873";
/// Minutes of office time of a day.
const DAY: i64 = 480;

/// How far a case has come.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Until {
    Given,
    Refused,
    Accepted,
    Finished,
    SentBack,
    Done,
}

struct Players<'a> {
    office: &'a Office,
    tree: Tree,
    calendars: Calendars,
    random: Random,
    time: DateTime,
}

/// Plays them on the last days before `now`.
pub(super) fn play(db: &Db, now: Instant, play: &Play, office: &Office) -> Result<(), Fault> {
    let with_district = office.bodies.iter().any(|it| it.tier == Tier::District);
    if play.dossiers < FROM_DOSSIERS || !with_district {
        return Ok(());
    }
    db.write_blocking(Stamp::of_program(now, "demo"), |tx| {
        let mut players = Players {
            office,
            tree: site::tree_of(tx)?,
            calendars: calendar::load(tx)?,
            random: Random::new(play.seed.wrapping_add(7)),
            time: now.civil(),
        };
        let ways = [
            (9, Until::Done, Until::Done),
            (6, Until::SentBack, Until::Accepted),
            (4, Until::Finished, Until::Given),
            (3, Until::Accepted, Until::Accepted),
            (2, Until::Refused, Until::Accepted),
            (1, Until::Given, Until::Given),
        ];
        for (days_ago, first, second) in ways {
            let from = now.civil().date().checked_sub((days_ago + 2).days());
            let day = from.unwrap_or(now.civil().date());
            let day = players.calendars.general().working_from(day);
            let day = day.ok_or_else(|| missing("working day"))?;
            let opening = players.calendars.general().hours.opening(day);
            players.time = day.to_datetime(opening);
            players.later(30)?;
            if players.time < now.civil() {
                players.case(tx, now.civil(), [first, second])?;
            }
        }
        Ok(())
    })
}

impl Players<'_> {
    fn later(&mut self, minutes: i64) -> Result<(), Fault> {
        let next = self.calendars.general().after_minutes(self.time, minutes);
        self.time = next.ok_or_else(|| missing("office time"))?;
        Ok(())
    }

    fn body(&self, wanted: impl Fn(&Body) -> bool) -> Result<Body, Fault> {
        self.office.bodies.iter().find(|it| wanted(it)).cloned().ok_or_else(|| missing("body"))
    }

    /// Takes a step as somebody, some minutes after the one before.
    fn step(
        &mut self,
        tx: &mut Tx<'_>,
        id: DossierId,
        by: Player,
        role: Role,
        what: impl FnOnce(&OnDesk, Desk<'_>, DateTime) -> Command,
    ) -> Result<(), Fault> {
        self.later(25)?;
        tx.restamp(at(self.time, by));
        let mut on_desk = desk::take(tx, id).map_err(played)?;
        let desk = Desk { tree: &self.tree, calendars: &self.calendars };
        let command = what(&on_desk, desk, self.time);
        on_desk.step(tx, desk, &Stage::player(&[role], by), command).map_err(played)
    }

    fn receive(&mut self, tx: &mut Tx<'_>, body: &Body) -> Result<DossierId, Fault> {
        let place = body.address();
        let random = &mut self.random;
        let mut stream = || random.next();
        let day = self.time.date();
        let person = self.office.names.person(&mut stream, day, Ages::ADULT, &place);
        let person = person.ok_or_else(|| missing("names"))?;
        tx.restamp(at(self.time, body.official));
        let intake = Intake {
            procedure: WHOLE.to_owned(),
            unit: body.counter,
            channel: ChannelKind::Direct,
            received_at: self.time,
            person: Person {
                name: person.name,
                id_number: person.number.reveal().to_owned(),
                birth_date: person.born_on.to_string(),
                phone: person.phone.reveal().to_owned(),
                address: person.address,
                request: "Giải quyết chế độ trợ cấp thờ cúng liệt sĩ".to_owned(),
                return_way: ReturnChannel::Counter.code().to_owned(),
                ..Person::default()
            },
            papers: acts::papers_of(&papers()),
            fee: Dong::ZERO,
            agreed_days: None,
        };
        let desk = Desk { tree: &self.tree, calendars: &self.calendars };
        let maker = Stage::player(&[Role::CounterOfficial], body.official);
        Ok(desk::receive(tx, desk, &maker, &intake).map_err(played)?.id)
    }

    /// From the desk to the officer's hands.
    fn begin(
        &mut self,
        tx: &mut Tx<'_>,
        id: DossierId,
        body: &Body,
        officer: Player,
    ) -> Result<(), Fault> {
        let unit = body.body;
        self.step(tx, id, body.official, Role::CounterOfficial, |it, desk, now| {
            What::Transfer { unit, hop: it.hop(desk, Part::Dispatcher, None, now) }.into()
        })?;
        self.step(tx, id, body.head, Role::UnitHead, |it, desk, now| {
            let hop = it.hop(desk, Part::Officer, Some(officer.staff), now);
            What::Assign { officer: officer.staff, hop }.into()
        })?;
        self.step(tx, id, officer, Role::Specialist, |_, _, _| {
            What::Begin { officer: officer.staff }.into()
        })
    }

    /// From the officer's draft to the number.
    fn finish(
        &mut self,
        tx: &mut Tx<'_>,
        id: DossierId,
        body: &Body,
        officer: Player,
    ) -> Result<(), Fault> {
        self.step(tx, id, officer, Role::Specialist, |it, desk, now| {
            it.put_up(desk, officer.staff, false, now).into()
        })?;
        self.step(tx, id, body.leader, Role::Leader, |it, desk, now| {
            let hop = it.hop(desk, Part::Clerk, None, now);
            What::Sign { signer: body.leader.staff, hop }.into()
        })?;
        let kept = desk::take(tx, id).map_err(played)?;
        let number = free_number(kept.numbering(self.time), tx, "1/XN-UBND")?;
        self.step(tx, id, body.clerk, Role::Clerk, |it, desk, now| {
            What::Number { number, hop: it.hop(desk, Part::Counter, None, now) }.into()
        })
    }

    /// One case of the commune whose sign-ins are shown: a part at the district, one at a neighbour.
    fn case(&mut self, tx: &mut Tx<'_>, now: DateTime, ways: [Until; 2]) -> Result<(), Fault> {
        let lead = self.body(|it| it.tier == Tier::Commune && it.place.contains("Phú Sơn"))?;
        let district = self.body(|it| it.tier == Tier::District)?;
        let other = self.body(|it| it.tier == Tier::Commune && !it.place.contains("Phú Sơn"))?;
        let officer = *lead.specialists.first().ok_or_else(|| missing("specialist"))?;
        let whole = self.receive(tx, &lead)?;
        self.begin(tx, whole, &lead, officer)?;
        let parts = [(&district, AT_DISTRICT, ways[0]), (&other, AT_COMMUNE, ways[1])];
        let mut all_done = true;
        for (body, procedure, until) in parts {
            self.later(15)?;
            if self.time >= now {
                return Ok(());
            }
            let link = self.open(tx, whole, officer, body, procedure)?;
            self.part(tx, (whole, officer), &link, body, (until, now))?;
            all_done &= until == Until::Done;
        }
        if !all_done || self.time >= now {
            return Ok(());
        }
        self.finish(tx, whole, &lead, officer)?;
        self.later(60)?;
        self.step(tx, whole, lead.official, Role::CounterOfficial, |_, _, _| {
            let collector = Collector::Applicant;
            What::Return { channel: ReturnChannel::Counter, collector }.into()
        })
    }

    fn open(
        &mut self,
        tx: &mut Tx<'_>,
        whole: DossierId,
        officer: Player,
        body: &Body,
        procedure: &str,
    ) -> Result<Link, Fault> {
        tx.restamp(at(self.time, officer));
        let on_desk = desk::take(tx, whole).map_err(played)?;
        let desk = Desk { tree: &self.tree, calendars: &self.calendars };
        let plan = Plan {
            to: body.counter,
            procedure: procedure.to_owned(),
            arrangement: Arrangement::Parallel,
            carriage: Carriage::Paper,
            agreed_days: None,
            request: "Xác minh hồ sơ lưu và cấp giấy xác nhận".to_owned(),
            papers: papers(),
        };
        let maker = Stage::player(&[Role::Specialist], officer);
        acts::open(tx, desk, &maker, &on_desk, &plan).map_err(played)
    }

    /// A part, as far as it has come.
    fn part(
        &mut self,
        tx: &mut Tx<'_>,
        (whole, lead): (DossierId, Player),
        link: &Link,
        body: &Body,
        (until, now): (Until, DateTime),
    ) -> Result<(), Fault> {
        let child = link.child.ok_or_else(|| missing("child"))?;
        if until == Until::Given {
            return Ok(());
        }
        self.later(20)?;
        tx.restamp(at(self.time, body.official));
        let mut on_desk = desk::take(tx, child).map_err(played)?;
        let counter = Stage::player(&[Role::CounterOfficial], body.official);
        let desk = Desk { tree: &self.tree, calendars: &self.calendars };
        if until == Until::Refused {
            let why = "Hồ sơ lưu đã chuyển về lưu trữ lịch sử tỉnh".to_owned();
            let said = (Ground::OutsideRemit, why);
            return acts::refuse(tx, desk, &counter, &mut on_desk, said).map_err(played);
        }
        acts::accept(tx, desk, &counter, &mut on_desk).map_err(played)?;
        let officer = *body.specialists.get(1).ok_or_else(|| missing("specialist"))?;
        self.begin(tx, child, body, officer)?;
        if until == Until::Accepted {
            return Ok(());
        }
        self.later(DAY)?;
        if self.time >= now {
            return Ok(());
        }
        self.finish(tx, child, body, officer)?;
        if until == Until::Finished {
            return Ok(());
        }
        self.later(20)?;
        tx.restamp(at(self.time, body.official));
        let on_desk = desk::take(tx, child).map_err(played)?;
        let desk = Desk { tree: &self.tree, calendars: &self.calendars };
        let result = Handed {
            name: "Giấy xác nhận".to_owned(),
            form: "original".to_owned(),
            count: 1,
            file: None,
        };
        acts::send_back(tx, desk, &counter, &on_desk, &[result]).map_err(played)?;
        if until == Until::SentBack {
            return Ok(());
        }
        self.later(40)?;
        tx.restamp(at(self.time, lead));
        let parent = desk::take(tx, whole).map_err(played)?;
        let desk = Desk { tree: &self.tree, calendars: &self.calendars };
        let maker = Stage::player(&[Role::Specialist], lead);
        acts::receive_of(tx, desk, &maker, &parent.kept, link.id).map_err(played)
    }
}

pub(super) fn papers() -> Vec<Handed> {
    let paper = |name: &str| Handed {
        name: name.to_owned(),
        form: "copy".to_owned(),
        count: 1,
        file: None,
    };
    vec![paper("Đơn đề nghị"), paper("Giấy báo tử, bản sao")]
}
