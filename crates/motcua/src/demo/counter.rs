//! Around the desks: a queue at every one-stop shop, and a past week of numbers where the sign-ins are.

use citizen::dossiers::facts as dossiers;
use counter::queue::{
    DeskPlan, LanePlan, Plan,
    service::{self, Queue, Server, Wanted},
    set_up,
};
use counter::ratings::{self, Answered};
use domain::{
    ids::{DeskId, LaneId},
    names::Ages,
    procedure::Tier,
    queue::{TicketStatus, TicketStep},
    time::Instant,
};
use jiff::{
    ToSpan as _,
    civil::{Date, DateTime},
};
use people::calendar::facts as calendar;
use store::{Db, Fault, Stamp, Tx};

use super::{
    Play, missing,
    office::{Body, Office, Player},
    random::Random,
    year::{at, played},
};

/// Working days of the past that are played.
const DAYS: usize = 5;
/// Minutes of a morning within which people come, and until the last of them has gone.
const COMING: u64 = 150;
const MORNING: u64 = 260;

fn plan(today: Date) -> Plan {
    let lane = |letter: &str, name: &str, name_en: &str, serving_minutes, slot_capacity| LanePlan {
        letter: letter.to_owned(),
        name: name.to_owned(),
        name_en: name_en.to_owned(),
        serving_minutes,
        slot_capacity,
        closed: false,
    };
    let desk = |number, lanes: &[&str]| DeskPlan {
        number,
        lanes: lanes.iter().map(|it| (*it).to_owned()).collect(),
        closed: false,
    };
    Plan {
        lanes: vec![
            lane("A", "Hộ tịch, chứng thực", "Civil status, certification", 8, 3),
            lane("B", "Đất đai, xây dựng", "Land, construction", 15, 2),
            lane("C", "Chính sách xã hội và việc khác", "Social policy and other matters", 10, 2),
        ],
        desks: vec![desk(1, &["A", "B", "C"]), desk(2, &["A", "C"]), desk(3, &["B", "C"])],
        ..Plan::fresh(today)
    }
}

/// A desk in the middle of its work.
struct AtWork {
    by: Server,
    player: Player,
    serves: Option<service::Ticket>,
    until: u64,
}

/// Plays what stands around the desks.
pub(super) fn play(db: &Db, now: Instant, play: &Play, office: &Office) -> Result<(), Fault> {
    let mut random = Random::new(play.seed.wrapping_add(7));
    let today = now.civil().date();
    db.write_blocking(Stamp::of_program(now, "demo"), |tx| {
        let calendars = calendar::load(tx)?;
        let general = calendars.general();
        for body in &office.bodies {
            set_up(tx, body.counter, &plan(today))?;
            if body.tier != Tier::District && !body.place.contains("Phú Sơn") {
                continue;
            }
            let mut day = today;
            let mut days = Vec::new();
            while days.len() < DAYS {
                let before = day.yesterday().map_err(|_| missing("day"))?;
                day = general.working_until(before).ok_or_else(|| missing("working day"))?;
                days.push(day);
            }
            days.reverse();
            for day in days {
                let opening = day.to_datetime(general.hours.opening(day));
                morning(tx, body, opening, &mut random)?;
            }
            tx.restamp(Stamp::of_program(now, "demo"));
            bookings(tx, body, office, general, &mut random)?;
            rate(tx, body, today, &mut random)?;
        }
        Ok(())
    })
}

fn lanes_of(queue: &Queue) -> Vec<LaneId> {
    queue.lanes.iter().map(|it| it.id).collect()
}

/// A morning of a past day at two desks.
fn morning(
    tx: &mut Tx<'_>,
    body: &Body,
    opening: DateTime,
    random: &mut Random,
) -> Result<(), Fault> {
    let queue = Queue::hold(tx, body.counter).map_err(played)?;
    let lanes = lanes_of(&queue);
    let desk = |number: i64| -> Result<DeskId, Fault> {
        let found = queue.desks.iter().find(|it| it.number == number);
        found.map(|it| it.id).ok_or_else(|| missing("desk"))
    };
    let mut desks = Vec::new();
    for (number, player) in [(1, body.official), (2, body.head)] {
        let by = Server { desk: desk(number)?, account: player.account };
        desks.push(AtWork { by, player, serves: None, until: 0 });
    }
    let mut next = 1;
    for minute in 0..MORNING {
        let time =
            opening.checked_add(i64::try_from(minute).unwrap_or(0).minutes()).unwrap_or(opening);
        if minute == next && minute < COMING {
            tx.restamp(Stamp::of_program(Instant::from_civil(time), "demo"));
            let lane = match random.below(10) {
                0..=5 => lanes.first(),
                // The last lane has two desks of its own that are manned.
                _ => lanes.last(),
            };
            let priority = match random.below(12) {
                0 => "elderly",
                1 => "infant",
                _ => "",
            };
            let lane = *lane.ok_or_else(|| missing("lane"))?;
            service::give(tx, &queue, lane, priority, None).map_err(played)?;
            next = minute + 2 + random.below(9);
        }
        for desk in &mut desks {
            if desk.until > minute {
                continue;
            }
            tx.restamp(at(time, desk.player));
            if let Some(it) = desk.serves.take() {
                let step = match it.status {
                    TicketStatus::Called => TicketStep::Miss,
                    _ => TicketStep::Finish,
                };
                service::step(tx, &queue, desk.by, it, step, None).map_err(played)?;
            }
            let Some(called) = service::call_next(tx, &queue, desk.by).map_err(played)? else {
                continue;
            };
            let soon = time.checked_add(1.minutes()).unwrap_or(time);
            tx.restamp(at(soon, desk.player));
            let (step, minutes) = match random.below(100) {
                0..=5 => (TicketStep::CallAgain, 2),
                _ => (TicketStep::Start, 4 + random.below(13)),
            };
            let it = service::step(tx, &queue, desk.by, called, step, None).map_err(played)?;
            desk.serves = Some(it);
            desk.until = minute + 1 + minutes;
        }
    }
    Ok(())
}

/// Two times booked for one of the next days.
fn bookings(
    tx: &mut Tx<'_>,
    body: &Body,
    office: &Office,
    calendar: &domain::calendar::WorkCalendar,
    random: &mut Random,
) -> Result<(), Fault> {
    let today = tx.now().civil().date();
    let day = calendar.nth_after(today, 1).ok_or_else(|| missing("working day"))?;
    let queue = Queue::hold(tx, body.counter).map_err(played)?;
    let Some(lane) = queue.lanes.first().cloned() else { return Ok(()) };
    let slots = service::free_slots(tx, &queue, calendar, &lane, day)?;
    for (slot_at, _) in slots.into_iter().take(2) {
        let mut stream = || random.next();
        let person = office
            .names
            .person(&mut stream, today, Ages::ADULT, &body.place)
            .ok_or_else(|| missing("names"))?;
        let wanted = Wanted {
            lane: lane.id,
            slot_at,
            name: person.name,
            phone: person.phone.reveal().to_owned(),
            priority: String::new(),
        };
        // After long holidays the next working day is too far ahead: then nothing is booked.
        let _ = service::book(tx, &queue, calendar, &wanted)?;
    }
    Ok(())
}

/// What citizens say of the results of the last months: most are content, a few are not.
fn rate(tx: &mut Tx<'_>, body: &Body, today: Date, random: &mut Random) -> Result<(), Fault> {
    let from = today.checked_sub(100.days()).unwrap_or(today);
    let mut after = domain::ids::DossierId(0);
    loop {
        let found = dossiers::of_period(tx, body.counter, after, (from, today))?;
        let Some(last) = found.last() else { return Ok(()) };
        after = last.id;
        for it in &found {
            let (face, attitude, words) = match random.below(100) {
                0..=34 => (5, "good", ""),
                35..=54 => (4, "good", ""),
                55..=58 => (3, "fair", ""),
                59 => (2, "fair", "Phải chờ lâu quá."),
                60 => (1, "bad", "Cán bộ nói chưa được nhẹ nhàng."),
                // Most people go home without a word.
                _ => continue,
            };
            let answers = [
                ("attitude".to_owned(), attitude.to_owned()),
                ("contacts".to_owned(), if face > 3 { "none" } else { "one" }.to_owned()),
                ("agencies".to_owned(), if face > 4 { "none" } else { "one_stop" }.to_owned()),
                ("guidance".to_owned(), if face > 3 { "clear" } else { "part" }.to_owned()),
                ("time".to_owned(), if face > 2 { "on_time" } else { "late" }.to_owned()),
                ("trouble".to_owned(), if face > 1 { "none" } else { "some" }.to_owned()),
            ];
            let answered = Answered { face, answers: &answers, words, door: "receipt", desk: None };
            ratings::keep(tx, it, &answered)?;
        }
    }
}
