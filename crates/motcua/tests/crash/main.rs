//! The power is cut in the middle of a thousand intakes, again and again: the real program is
//! killed with SIGKILL. What was acknowledged is there, once, and no number is given twice.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a broken set-up stops the test")]
#![expect(clippy::panic, clippy::indexing_slicing, reason = "this is a test")]

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use domain::{codes::DossierCode, time::Instant};
use motcua::{
    bench::{
        child::{self, Server},
        visitor::Visitor,
    },
    demo::PASSWORD,
};
use store::{Db, Stamp};

mod voice;

/// Intakes acknowledged before the power is cut, each time.
const BEFORE_CUT: usize = 260;
/// How often it is cut.
const CUTS: usize = 4;
/// Officials at the counter of one commune: all want the same next number.
const OFFICIALS: usize = 4;

fn program() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_motcua"))
}

/// A folder of its own, removed with the test.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        let folder = std::env::temp_dir().join(format!("motcua-crash-{}", site::random_hex(6)));
        std::fs::create_dir(&folder).unwrap();
        Self(folder)
    }

    /// The database of this address; of none: a file in the folder.
    fn database(&self, address: String) -> String {
        if address.is_empty() {
            return format!("sqlite:{}", self.0.join("motcua.db").display());
        }
        address
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        std::fs::remove_dir_all(&self.0).ok();
    }
}

/// One intake as it was typed. Sent again after a cut, as a browser does with a page that gave
/// no answer: the form is the same, and so is its token.
#[derive(Clone)]
struct Intake {
    name: String,
    once: String,
}

async fn hand_in(official: &mut Visitor, intake: &Intake) -> Option<i64> {
    let fields = [
        ("thu-tuc", "1.001193"),
        ("lan", &intake.once),
        ("viec", "nhan"),
        ("ho-ten", &intake.name),
        ("dien-thoai", "0912345678"),
        ("kenh", "direct"),
        ("nhan-ket-qua", "counter"),
        ("co-1", "1"),
        ("so-1", "1"),
    ];
    let answer = official.post("/co-quan/ho-so/moi", &fields).await.ok()?;
    assert_eq!(answer.status, 303, "{}", answer.text());
    let location = answer.location.unwrap();
    let path = location.split_once('?').map_or(location.as_str(), |it| it.0);
    Some(path.strip_prefix("/co-quan/ho-so/").unwrap().parse().unwrap())
}

/// What one official did until the power was cut.
struct Shift {
    official: Visitor,
    acknowledged: Vec<(String, i64)>,
    unanswered: Option<Intake>,
}

/// Takes in dossiers until no answer comes any more.
async fn work(
    mut official: Visitor,
    first: Option<Intake>,
    shift: String,
    done: Arc<AtomicUsize>,
    cut: Arc<AtomicBool>,
) -> Shift {
    let mut acknowledged = Vec::new();
    let mut next = first;
    for number in 0.. {
        let intake = next.take().unwrap_or_else(|| Intake {
            name: format!("Người thử {shift} số {number}"),
            once: site::random_hex(16),
        });
        match hand_in(&mut official, &intake).await {
            Some(id) => {
                acknowledged.push((intake.name, id));
                done.fetch_add(1, Ordering::SeqCst);
            }
            None => {
                assert!(cut.load(Ordering::SeqCst), "an answer was missing before the cut");
                return Shift { official, acknowledged, unanswered: Some(intake) };
            }
        }
    }
    unreachable!()
}

fn run(database: &str, folder: &Path, arguments: &[&str]) {
    let mut command: Command = child::command(program(), database, folder);
    let done = command.args(arguments).stdout(Stdio::piped()).output().unwrap();
    let said = String::from_utf8_lossy(&done.stdout);
    assert!(done.status.success(), "{arguments:?}: {said}");
}

/// Every row of the database by its name: number and code.
fn rows(database: &str) -> Vec<(String, i64, String)> {
    let now = Instant::from_epoch_ms(0);
    let db = Db::open(database, now).unwrap();
    let read = db.read_blocking(Stamp::of_program(now, "test"), |tx| {
        let rows = tx.query("select applicant, id, code from dossier order by id", &[])?;
        rows.iter().map(|row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).collect()
    });
    read.map_err(|e: store::Fault| e.to_string()).unwrap()
}

/// Nothing acknowledged is missing, nothing is there twice, no number is missing or repeated.
fn check(rows: &[(String, i64, String)], acknowledged: &BTreeMap<String, i64>) {
    let by_name: BTreeMap<&str, i64> = rows.iter().map(|it| (it.0.as_str(), it.1)).collect();
    assert_eq!(by_name.len(), rows.len(), "a form sent twice made two dossiers");
    for (name, id) in acknowledged {
        assert_eq!(by_name.get(name.as_str()), Some(id), "{name} was acknowledged");
    }
    let codes: BTreeSet<&str> = rows.iter().map(|it| it.2.as_str()).collect();
    assert_eq!(codes.len(), rows.len(), "a code was given twice");
    let mut by_day: BTreeMap<&str, Vec<u32>> = BTreeMap::new();
    for code in codes {
        assert!(DossierCode::parse(code).is_ok(), "{code}");
        let (day, serial) = code.rsplit_once('-').unwrap();
        by_day.entry(day).or_default().push(serial.parse().unwrap());
    }
    for (day, mut serials) in by_day {
        serials.sort_unstable();
        let whole: Vec<u32> = (1..).take(serials.len()).collect();
        assert_eq!(serials, whole, "the numbers of {day} go on without a gap");
    }
}

async fn cut_in_the_middle(database: String) {
    let folder = Folder::new();
    let database = folder.database(database);
    run(&database, &folder.0, &["demo", "--dossiers", "0"]);

    let mut acknowledged: BTreeMap<String, i64> = BTreeMap::new();
    let mut again: Vec<Option<Intake>> = vec![None; OFFICIALS];
    for round in 0..CUTS {
        let mut server = Server::start(program(), &database, &folder.0).await.unwrap();
        let (done, cut) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicBool::new(false)));
        let mut shifts = Vec::new();
        for (at, first) in again.iter().cloned().enumerate() {
            let mut official = Visitor::new(server.address);
            official.sign_in("motcua-phuson", PASSWORD).await.unwrap();
            let shift = format!("ca {round} quầy {at}");
            shifts.push(tokio::spawn(work(official, first, shift, done.clone(), cut.clone())));
        }
        while done.load(Ordering::SeqCst) < BEFORE_CUT && !shifts.iter().all(|it| it.is_finished())
        {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        cut.store(true, Ordering::SeqCst);
        server.kill();
        again.clear();
        for shift in shifts {
            let shift = shift.await.unwrap();
            drop(shift.official);
            acknowledged.extend(shift.acknowledged);
            again.push(shift.unanswered);
        }
        let (url, known) = (database.clone(), acknowledged.clone());
        tokio::task::spawn_blocking(move || check(&rows(&url), &known)).await.unwrap();
    }
    assert!(acknowledged.len() >= 1000, "{} intakes", acknowledged.len());

    // The power is back: what got no answer is sent once more, and the numbers go on.
    let mut server = Server::start(program(), &database, &folder.0).await.unwrap();
    let mut official = Visitor::new(server.address);
    official.sign_in("motcua-phuson", PASSWORD).await.unwrap();
    for intake in again.into_iter().flatten() {
        let id = hand_in(&mut official, &intake).await.expect("an answer");
        acknowledged.insert(intake.name, id);
    }
    server.kill();
    run(&database, &folder.0, &["check"]);
    let url = database.clone();
    tokio::task::spawn_blocking(move || {
        let rows = rows(&url);
        check(&rows, &acknowledged);
        // Each form made its dossier in the end: no more and no less.
        assert_eq!(rows.len(), acknowledged.len());
    })
    .await
    .unwrap();
}

#[tokio::test]
async fn a_power_cut_loses_no_acknowledged_dossier_and_repeats_no_number_on_sqlite() {
    cut_in_the_middle(String::new()).await;
}

#[tokio::test]
async fn a_power_cut_loses_no_acknowledged_dossier_and_repeats_no_number_on_postgresql() {
    let temp = tokio::task::spawn_blocking(testkit::pg::fresh_database).await.unwrap();
    let Some(temp) = temp else { return };
    cut_in_the_middle(temp.url().to_owned()).await;
    tokio::task::spawn_blocking(move || drop(temp)).await.unwrap();
}
