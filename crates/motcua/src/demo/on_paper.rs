//! A power cut of last week: two dossiers that were received on paper and entered the working day after.

use citizen::{
    dossiers::{
        Person,
        desk::{self, Desk, Intake},
        links::acts,
    },
    hand_entries::{HandEntry, confirm, enter},
};
use domain::{
    access::Role,
    dossier::ReturnChannel,
    money::Dong,
    names::Ages,
    procedure::{ChannelKind, Tier},
    time::Instant,
};
use jiff::ToSpan as _;
use people::calendar::facts as calendar;
use store::{Db, Fault, Stamp};

use super::{
    Play, links, missing,
    office::Office,
    random::Random,
    year::{Stage, at, played},
};

/// Ten working days; communes settle it.
const PROCEDURE: &str = "1.010803";

/// Plays it on the last days before `now`.
pub(super) fn play(db: &Db, now: Instant, play: &Play, office: &Office) -> Result<(), Fault> {
    if play.dossiers < links::FROM_DOSSIERS {
        return Ok(());
    }
    db.write_blocking(Stamp::of_program(now, "demo"), |tx| {
        let tree = site::tree_of(tx)?;
        let calendars = calendar::load(tx)?;
        let mut random = Random::new(play.seed.wrapping_add(11));
        let general = calendars.general();
        let ago = |days: i64| now.civil().date().checked_sub(days.days()).ok();
        let cut = ago(5).and_then(|it| general.working_until(it)).ok_or_else(|| missing("day"))?;
        let after = general.nth_after(cut, 1).ok_or_else(|| missing("day"))?;
        let communes = office.bodies.iter().filter(|it| it.tier == Tier::Commune);
        for (body, number) in communes.take(2).zip(1_i8..) {
            let place = body.address();
            let mut stream = || random.next();
            let person = office.names.person(&mut stream, cut, Ages::ADULT, &place);
            let person = person.ok_or_else(|| missing("names"))?;
            let received_at = cut.at(8 + number, 10, 0, 0);
            let intake = Intake {
                procedure: PROCEDURE.to_owned(),
                unit: body.counter,
                channel: ChannelKind::Direct,
                received_at,
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
                papers: acts::papers_of(&links::papers()),
                fee: Dong::ZERO,
                agreed_days: None,
            };
            let who = body.official;
            tx.restamp(at(after.at(9, 5, 0, 0), who));
            let desk = Desk { tree: &tree, calendars: &calendars };
            let maker = Stage::player(&[Role::CounterOfficial], who);
            let received = desk::receive(tx, desk, &maker, &intake).map_err(played)?;
            let entry = HandEntry {
                received_at,
                receipt: format!("MĐ-{number:02}"),
                reason: "Mất điện từ 8 giờ đến hết buổi sáng".to_owned(),
            };
            enter(tx, body.counter, received.id, &entry, None).map_err(played)?;
            // The head of the second counter has held it against the paper since; the first has yet to.
            if number == 2 {
                tx.restamp(at(after.at(10, 20, 0, 0), body.head));
                confirm(tx, received.id, true, "").map_err(played)?;
            }
        }
        Ok(())
    })
}
