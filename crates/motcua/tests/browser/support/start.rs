//! The office of Tân Kỳ, filled once for all journeys of a week and copied for each: filling takes longer than most of
//! what they do with it.

use std::{
    collections::HashMap,
    sync::{Arc, LazyLock, Mutex, OnceLock},
};

use domain::time::Instant;
use jiff::{ToSpan as _, civil::DateTime};
use motcua::demo::{self, Play};
use store::Db;
use testkit::pg::{TempDatabase, Template};

use super::On;

/// What is copied.
enum Filled {
    Memory(Db),
    Cluster(Template),
}

/// The engine, the moment at which the office was filled, and its dossiers.
type Key = (On, DateTime, u32);

/// An office that is filled when somebody first wants it; none where there is no cluster.
type Place = Arc<OnceLock<Option<Filled>>>;

static FILLED: LazyLock<Mutex<HashMap<Key, Place>>> = LazyLock::new(Mutex::default);

/// An office with so many dossiers, as it was when the week of `start` began. `None` where there is no cluster.
pub(super) fn office(on: On, start: DateTime, dossiers: u32) -> Option<(Db, Option<TempDatabase>)> {
    let monday = start.date() - i64::from(start.weekday().to_monday_zero_offset()).days();
    let begin = monday.at(7, 0, 0, 0).min(start);
    let place = FILLED.lock().unwrap().entry((on, begin, dossiers)).or_default().clone();
    match place.get_or_init(|| filled(on, begin, dossiers)).as_ref()? {
        Filled::Memory(it) => Some((it.copy_in_memory().unwrap(), None)),
        Filled::Cluster(it) => {
            let temp = it.copy();
            let db = Db::open(temp.url(), Instant::from_civil(start)).unwrap();
            Some((db, Some(temp)))
        }
    }
}

fn filled(on: On, begin: DateTime, dossiers: u32) -> Option<Filled> {
    let now = Instant::from_civil(begin);
    let fill = |url: &str| {
        let db = Db::open(url, now).unwrap();
        demo::fill(&db, now, &Play { dossiers, ..Play::default() }).unwrap();
        db
    };
    match on {
        On::Sqlite => Some(Filled::Memory(fill(":memory:"))),
        On::Postgresql => {
            let name =
                format!("journey_{}_{}_{dossiers}", std::process::id(), begin.strftime("%m%d%H%M"));
            Template::made(&name, |url| drop(fill(url))).map(Filled::Cluster)
        }
    }
}
