//! What was said by telephone, on slips of paper and face to face, and what became of it: the log of the hotline, the
//! openings of a box, the book of receptions with its promises. Whoever speaks is made up and marked so.

use std::{path::PathBuf, sync::Arc};

use domain::time::Instant;
use jiff::{ToSpan as _, civil::Date};
use people::calendar::facts as calendar;
use site::{Config, Failure, Site};
use store::{Db, Fault, Stamp, Tx};

use super::{
    Sealed,
    feedback::fault,
    office::{Body, Office, Player},
};

mod audiences;
mod calls;
mod slips;

/// The telephone of everybody who is made up.
const PHONE: &str = "0900000000";

/// Plays it where somebody receives citizens and their letters.
pub(super) fn play(
    db: &Db,
    now: Instant,
    sealed: Sealed<'_>,
    office: &Office,
) -> Result<(), Fault> {
    let config = Config {
        base_url: String::new(),
        tls: false,
        behind_proxy: false,
        demo: true,
        data_dir: PathBuf::new(),
        tries_per_address: site::TRIES_PER_ADDRESS,
        ocr: Vec::new(),
    };
    let (blobs, seal) = (sealed.blobs.clone(), sealed.seal.clone());
    let site = Site::new(db.clone(), blobs, Arc::new(move || now), config, seal);
    let pictures = slips::pictures(&site)?;
    for body in &office.bodies {
        let Some(keeper) = body.reception_officer else { continue };
        let site = site.clone();
        let place = Place { site: &site, now, body, keeper };
        db.write_blocking(Stamp::of_program(now, "demo"), |tx| {
            let calendars = calendar::load(tx)?;
            let tree = site::tree_of(tx)?;
            calls::play(&place, tx).map_err(fault)?;
            slips::play(&place, tx, &pictures).map_err(fault)?;
            let calendar = calendars.of(&tree.line(body.body));
            audiences::play(&place, tx, calendar).map_err(fault)?;
            tx.restamp(Stamp::of_program(now, "demo"));
            Ok::<(), Fault>(())
        })?;
    }
    Ok(())
}

/// Where it is said, and to whom.
struct Place<'a> {
    site: &'a Site,
    now: Instant,
    body: &'a Body,
    keeper: Player,
}

impl Place<'_> {
    fn today(&self) -> Date {
        self.now.civil().date()
    }

    /// So many days before today.
    fn ago(&self, days: i64) -> Date {
        self.today().checked_sub(days.days()).unwrap_or(Date::MIN)
    }

    /// How many days ago that was.
    fn since(&self, day: Date) -> i64 {
        (self.today() - day).get_days().into()
    }

    /// Goes to a moment of a day as somebody, never beyond now.
    fn at(&self, tx: &mut Tx<'_>, (day, hour, minute): (Date, i8, i8), by: Player) {
        let moment = Instant::from_civil(day.at(hour, minute, 0, 0)).min(self.now);
        super::feedback::stamped(tx, moment, by.account);
    }

    /// Whoever writes down what is said, at the moment of the transaction.
    fn who(&self, tx: &mut Tx<'_>) -> Result<site::Who, Failure> {
        let time = tx.now().civil();
        Ok(super::conduct::who(self.site, tx, time, self.keeper)?)
    }
}
