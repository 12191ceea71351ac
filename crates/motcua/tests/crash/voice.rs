//! The same power cut while citizens say something and book a time with a leader: what was acknowledged is there, once,
//! and what is sent again makes no second. And of many who want the last time of a day at once one has it.

use std::{
    collections::BTreeMap,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use domain::time::Instant;
use motcua::bench::{child::Server, visitor::Visitor};
use store::{Db, Fault, Stamp};

use super::{Folder, program, run};

/// Sendings acknowledged before the power is cut, each time: fewer than one address may send in an hour.
const BEFORE_CUT: usize = 26;
/// How often it is cut.
const CUTS: usize = 4;
/// Citizens who speak at once.
const CITIZENS: usize = 4;
/// Citizens who want the last time of a day.
const RIVALS: usize = 12;
/// The times of one reception of the demo.
const TIMES: [&str; 7] = ["07:30", "08:00", "08:30", "09:00", "09:30", "10:00", "10:30"];

/// A form as it was typed. Sent again after a cut it is the same, and so is its token.
#[derive(Clone)]
struct Form {
    path: String,
    fields: Vec<(&'static str, String)>,
    /// By what its row is known: the words, or the reception and its time.
    mark: String,
}

fn said(unit: i64, words: String) -> Form {
    let fields = vec![
        ("loai", "suggestion".to_owned()),
        ("noi-dung", words.clone()),
        ("da-xem", "1".to_owned()),
        ("lan", site::random_hex(16)),
    ];
    Form { path: format!("/phan-anh/{unit}"), fields, mark: words }
}

fn booked(reception: i64, time: &str) -> Form {
    let fields = vec![
        ("gio", time.to_owned()),
        ("ten", "Nguyễn Thị Hẹn (minh họa)".to_owned()),
        ("viec", "Hỏi việc đền bù".to_owned()),
        ("so-nguoi", "1".to_owned()),
        ("lan-gui", site::random_hex(16)),
    ];
    let path = format!("/tiep-cong-dan/dat-hen/{reception}");
    Form { path, fields, mark: format!("{reception} {time}") }
}

/// The status and where it leads; nothing if there was no answer.
async fn send(citizen: &mut Visitor, form: &Form) -> Option<(u16, String)> {
    let fields: Vec<(&str, &str)> =
        form.fields.iter().map(|(name, text)| (*name, text.as_str())).collect();
    let answer = citizen.post(&form.path, &fields).await.ok()?;
    let location = answer.location.clone().unwrap_or_default();
    assert!(matches!(answer.status, 303 | 422), "{}: {}", answer.status, answer.text());
    Some((answer.status, location))
}

/// Two columns of a query as text, the second under the first.
fn pairs(database: &str, sql: &str) -> Vec<(String, String)> {
    let now = Instant::from_epoch_ms(0);
    let db = Db::open(database, now).unwrap();
    let read = db.read_blocking(Stamp::of_program(now, "test"), |tx| {
        let rows = tx.query(sql, &[])?;
        rows.iter().map(|row| Ok((row.get(0)?, row.get(1)?))).collect()
    });
    read.map_err(|e: Fault| e.to_string()).unwrap()
}

async fn read(database: &str, sql: &'static str) -> Vec<(String, String)> {
    let database = database.to_owned();
    tokio::task::spawn_blocking(move || pairs(&database, sql)).await.unwrap()
}

/// What the demo's own citizens say begins otherwise.
const SAID: &str =
    "select text, code from feedback where substr(text, 1, 10) = 'Đèn hỏng, ' order by id";
const BOOKED: &str = "select cast(reception as text) || ' ' || slot, code from reception_booking
    where state <> 'cancelled' order by id";
/// Receptions of the demo, those that are farthest from today first, and their units.
const RECEPTIONS: &str = "select cast(id as text), cast(unit as text) from reception
    where posted_at is not null and state = 'planned' and slot_minutes = 30 order by day desc, id";

/// What stands there now by its mark: of nothing there are two.
async fn kept(database: &str) -> BTreeMap<String, String> {
    let mut rows = read(database, SAID).await;
    rows.extend(read(database, BOOKED).await);
    let count = rows.len();
    let all: BTreeMap<String, String> = rows.into_iter().collect();
    assert_eq!(all.len(), count, "a form sent twice made two");
    all
}

async fn one_has_the_last_time(database: &str, folder: &Path, reception: i64) {
    let before = kept(database).await.len();
    let server = Server::start(program(), database, folder).await.unwrap();
    let (last, others) = TIMES.split_last().unwrap();
    let mut first = Visitor::new(server.address);
    for time in others {
        let (status, _) = send(&mut first, &booked(reception, time)).await.unwrap();
        assert_eq!(status, 303, "{time}");
    }
    let gate = Arc::new(tokio::sync::Barrier::new(RIVALS));
    let rivals: Vec<_> = (0..RIVALS)
        .map(|_| {
            let (gate, form) = (gate.clone(), booked(reception, last));
            let mut rival = Visitor::new(server.address);
            tokio::spawn(async move {
                // Everybody has the page open, and a line.
                rival.get(&form.path).await.unwrap();
                gate.wait().await;
                send(&mut rival, &form).await.unwrap()
            })
        })
        .collect();
    let mut won = Vec::new();
    for rival in rivals {
        let (status, location) = rival.await.unwrap();
        if status == 303 {
            won.push(location);
        }
    }
    assert_eq!(won.len(), 1, "{won:?}");
    drop(server);
    let all = kept(database).await;
    assert_eq!(all.len(), before + TIMES.len());
    let code = &all[&format!("{reception} {last}")];
    assert_eq!(won, [format!("/tiep-cong-dan/hen/{code}")]);
}

/// What was acknowledged, and what got no answer.
type Spoken = (Vec<(Form, String)>, Option<Form>);

/// Sends forms until no answer comes any more.
async fn speak(
    mut citizen: Visitor,
    forms: Vec<Form>,
    done: Arc<AtomicUsize>,
    cut: Arc<AtomicBool>,
) -> Spoken {
    let mut acknowledged = Vec::new();
    for form in forms {
        match send(&mut citizen, &form).await {
            Some((status, location)) => {
                assert_eq!(status, 303, "{}", form.mark);
                acknowledged.push((form, location));
                done.fetch_add(1, Ordering::SeqCst);
            }
            None => {
                assert!(cut.load(Ordering::SeqCst), "an answer was missing before the cut");
                return (acknowledged, Some(form));
            }
        }
    }
    (acknowledged, None)
}

/// What was acknowledged stands there, a booking under the code that was given.
fn check(all: &BTreeMap<String, String>, acknowledged: &[(Form, String)]) {
    for (form, location) in acknowledged {
        let code = all.get(&form.mark).unwrap_or_else(|| panic!("{} is lost", form.mark));
        if let Some(given) = location.strip_prefix("/tiep-cong-dan/hen/") {
            assert_eq!(given, code, "{}", form.mark);
        }
    }
}

async fn nothing_said_is_lost(database: &str, folder: &Path, receptions: &[(i64, i64)]) {
    let before = kept(database).await.len();
    let unit = receptions[0].1;
    let mut free = receptions.iter().flat_map(|it| TIMES.iter().map(|time| booked(it.0, time)));
    let mut acknowledged: Vec<(Form, String)> = Vec::new();
    let mut again: Vec<Option<Form>> = vec![None; CITIZENS];
    for round in 0..CUTS {
        let mut server = Server::start(program(), database, folder).await.unwrap();
        let (done, cut) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicBool::new(false)));
        let mut citizens = Vec::new();
        for (at, first) in again.drain(..).enumerate() {
            // Who got no answer sends the same once more, then goes on, in words and bookings by turns.
            let mut forms: Vec<Form> = first.into_iter().collect();
            for number in 0..BEFORE_CUT / 2 {
                forms.push(said(unit, format!("Đèn hỏng, lượt {round} người {at} tin {number}")));
                forms.extend(free.next());
            }
            let citizen = Visitor::new(server.address);
            citizens.push(tokio::spawn(speak(citizen, forms, done.clone(), cut.clone())));
        }
        while done.load(Ordering::SeqCst) < BEFORE_CUT
            && !citizens.iter().all(|it| it.is_finished())
        {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        cut.store(true, Ordering::SeqCst);
        server.kill();
        for citizen in citizens {
            let (spoken, unanswered) = citizen.await.unwrap();
            acknowledged.extend(spoken);
            again.push(unanswered);
        }
        check(&kept(database).await, &acknowledged);
    }
    assert!(again.iter().any(Option::is_some), "nobody was cut short");

    // The power is back: what got no answer is sent again, and so is something that did.
    let mut server = Server::start(program(), database, folder).await.unwrap();
    let mut citizen = Visitor::new(server.address);
    for form in again.into_iter().flatten() {
        let (status, location) = send(&mut citizen, &form).await.unwrap();
        assert_eq!(status, 303, "{}", form.mark);
        acknowledged.push((form, location));
    }
    for (form, location) in acknowledged.iter().rev().take(CITIZENS) {
        let second = send(&mut citizen, form).await.unwrap();
        assert_eq!(second, (303, location.clone()), "{} is not done twice", form.mark);
    }
    server.kill();
    run(database, folder, &["check"]);
    let all = kept(database).await;
    check(&all, &acknowledged);
    // Each form made its row in the end: no more and no less.
    assert_eq!(all.len(), before + acknowledged.len());
}

async fn citizens(database: String) {
    let folder = Folder::new();
    let database = folder.database(database);
    run(&database, &folder.0, &["demo", "--dossiers", "0"]);
    let receptions: Vec<(i64, i64)> = read(&database, RECEPTIONS)
        .await
        .iter()
        .map(|(id, unit)| (id.parse().unwrap(), unit.parse().unwrap()))
        .collect();
    let (first, others) = receptions.split_first().unwrap();
    one_has_the_last_time(&database, &folder.0, first.0).await;
    nothing_said_is_lost(&database, &folder.0, others).await;
}

#[tokio::test]
async fn one_books_the_last_time_and_a_power_cut_loses_no_word_and_no_booking_on_sqlite() {
    citizens(String::new()).await;
}

#[tokio::test]
async fn one_books_the_last_time_and_a_power_cut_loses_no_word_and_no_booking_on_postgresql() {
    let temp = tokio::task::spawn_blocking(testkit::pg::fresh_database).await.unwrap();
    let Some(temp) = temp else { return };
    citizens(temp.url().to_owned()).await;
    tokio::task::spawn_blocking(move || drop(temp)).await.unwrap();
}
