//! Commands of the real program: bench, doctor, backup and restore.

#![expect(clippy::unwrap_used, reason = "a broken set-up stops the test")]
#![expect(clippy::panic, clippy::indexing_slicing, reason = "this is a test")]

use std::{
    path::{Path, PathBuf},
    process::{Command, Output},
};

use serde_json::Value;

mod pdf;
mod survey;

/// A folder of its own, removed with the test.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        let folder = std::env::temp_dir().join(format!("motcua-test-{}", site::random_hex(6)));
        std::fs::create_dir(&folder).unwrap();
        Self(folder)
    }

    fn join(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        std::fs::remove_dir_all(&self.0).ok();
    }
}

/// The program on the database in `home`, with nothing of our own configuration.
fn motcua(home: &Path) -> Command {
    motcua_on(&format!("sqlite:{}", home.join("motcua.db").display()), home)
}

fn motcua_on(database: &str, home: &Path) -> Command {
    motcua::bench::child::command(Path::new(env!("CARGO_BIN_EXE_motcua")), database, home)
}

fn run(home: &Path, arguments: &[&str]) -> Output {
    motcua(home).args(arguments).output().unwrap()
}

fn said(output: &Output) -> String {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    text(&output.stdout) + &text(&output.stderr)
}

fn done(home: &Path, arguments: &[&str]) -> String {
    let output = run(home, arguments);
    assert!(output.status.success(), "{arguments:?}: {}", said(&output));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// Every figure that a run of everything must have; no figure is judged here.
const FIGURES: &[&str] = &[
    "deadline.rate",
    "deadline.explained.rate",
    "list.short.cpu",
    "list.long.first.cpu",
    "list.long.deep.cpu",
    "dossier.cpu",
    "public.rate",
    "public.cpu",
    "pdf.receipt.median",
    "pdf.receipt.cpu",
    "memory.rest",
    "memory.printing",
    "start",
    "intake.1.rate",
    "intake.1.cpu",
    "intake.8.rate",
    "intake.8.cpu",
    "load.rate",
    "load.errors",
];

fn measured(url: Option<&str>) -> Value {
    let home = Folder::new();
    let mut command = url.map_or_else(|| motcua(&home.0), |url| motcua_on(url, &home.0));
    let tiny = ["--dossiers", "150", "--intakes", "16", "--users", "2", "--seconds", "1"];
    let quick = ["--least-ms", "20", "--json"];
    let output = command.arg("bench").args(tiny).args(quick).output().unwrap();
    assert!(output.status.success(), "{}", said(&output));
    let text = String::from_utf8(output.stdout).unwrap();
    serde_json::from_str(text.lines().last().unwrap()).unwrap()
}

fn every_figure_is_there(run: &Value, engine: &str) {
    assert_eq!(run["engine"], engine);
    assert!(run["machine"]["cores"].as_i64().unwrap() > 0);
    let figures = run["figures"].as_array().unwrap();
    for name in FIGURES {
        let figure = figures.iter().find(|it| it["name"] == *name);
        let Some(figure) = figure else { panic!("{name} is missing: {figures:#?}") };
        assert!(!figure["label"].as_str().unwrap().is_empty());
        assert!(figure["value"].as_f64().is_some_and(|it| it >= 0.0), "{figure}");
        assert!(figure["budget"].is_null() || figure["holds"].is_boolean(), "{figure}");
    }
    let errors = figures.iter().find(|it| it["name"] == "load.errors").unwrap();
    assert_eq!(errors["value"], 0.0);
}

#[test]
fn the_bench_measures_everything_on_sqlite() {
    every_figure_is_there(&measured(None), "sqlite");
}

#[test]
fn the_bench_measures_everything_on_postgresql() {
    let Some(temp) = testkit::pg::fresh_database() else { return };
    every_figure_is_there(&measured(Some(temp.url())), "postgresql");
    // Somebody's data are there now: nothing is measured on them.
    let home = Folder::new();
    let output = motcua_on(temp.url(), &home.0).args(["bench", "page"]).output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
}

#[test]
fn an_office_moves_to_the_other_engine_and_back() {
    let Some(temp) = testkit::pg::fresh_database() else { return };
    let folder = Folder::new();
    let (home, back) = (folder.join("a"), folder.join("b"));
    done(&home, &["demo", "--dossiers", "20"]);
    let head = done(&home, &["ledger", "head", "--json"]);
    let url = |home: &Path| format!("sqlite:{}", home.join("motcua.db").display());
    let told = done(&home, &["migrate-database", "--from", &url(&home), "--to", temp.url()]);
    assert!(told.contains("nhật ký nguyên vẹn"), "{told}");
    let there = |arguments: &[&str]| motcua_on(temp.url(), &home).args(arguments).output().unwrap();
    assert_eq!(said(&there(&["ledger", "head", "--json"])), head);
    assert!(there(&["check"]).status.success());

    // A second time there is something already, and it is left alone.
    let again = run(&home, &["migrate-database", "--from", &url(&home), "--to", temp.url()]);
    assert_eq!(again.status.code(), Some(1));
    assert!(said(&again).contains("không ghi đè"), "{}", said(&again));

    std::fs::create_dir(&back).unwrap();
    done(&back, &["migrate-database", "--from", temp.url(), "--to", &url(&back)]);
    assert_eq!(done(&back, &["ledger", "head", "--json"]), head);
    done(&back, &["check"]);

    // Whoever works on gets the numbers after those that were carried.
    let now = domain::time::Instant::from_epoch_ms(0);
    let db = store::Db::open(temp.url(), now).unwrap();
    db.write_blocking(store::Stamp::of_program(now, "test"), |tx| -> Result<(), store::Fault> {
        let last = tx.query_number("select max(id) from unit", &[])?;
        let new: i64 = tx.insert("insert into unit (kind) values ('commune') returning id", &[])?;
        assert_eq!(new, last + 1);
        Ok(())
    })
    .unwrap();
}

#[test]
fn what_was_backed_up_is_restored_as_it_was_and_nothing_is_overwritten() {
    let folder = Folder::new();
    let (home, copy, place) = (folder.join("a"), folder.join("b"), folder.join("c"));
    done(&home, &["demo", "--dossiers", "20"]);
    let head = done(&home, &["ledger", "head", "--json"]);
    std::fs::write(home.join("key"), "0".repeat(64)).unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let files = |home: &Path| store::Blobs::in_folder(&home.join("files")).unwrap();
    let scan = runtime.block_on(files(&home).put(b"scan".as_slice().into())).unwrap();
    let copy_name = copy.to_str().unwrap();
    done(&home, &["backup", copy_name]);

    let told = done(&place, &["restore", copy_name]);
    assert!(told.contains("nguyên vẹn như lúc sao lưu"), "{told}");
    done(&place, &["check"]);
    assert_eq!(done(&place, &["ledger", "head", "--json"]), head);
    let restored = runtime.block_on(files(&place).get(&scan.sha256)).unwrap().unwrap();
    assert_eq!(&restored[..], b"scan");
    assert!(place.join("key").exists());

    // A second time there is something already.
    let again = run(&place, &["restore", copy_name]);
    assert_eq!(again.status.code(), Some(1));
    assert!(said(&again).contains("không ghi đè"), "{}", said(&again));

    // A copy in which somebody wrote does not fit its note.
    let db = store::Db::open(
        &format!("sqlite:{}", copy.join("motcua.db").display()),
        domain::time::Instant::from_epoch_ms(0),
    )
    .unwrap();
    let stamp = store::Stamp::of_program(domain::time::Instant::from_epoch_ms(0), "test");
    db.write_blocking(stamp, |tx| tx.execute("update journal set act = 'sign' where id = 30", &[]))
        .unwrap();
    drop(db);
    let wrong = run(&folder.join("d"), &["restore", copy_name]);
    assert_eq!(wrong.status.code(), Some(1));
    assert!(said(&wrong).contains("KHÔNG khớp"), "{}", said(&wrong));

    // What is no backup is refused before anything is written.
    let none = run(&folder.join("e"), &["restore", home.to_str().unwrap()]);
    assert_eq!(none.status.code(), Some(1));
    assert!(!folder.join("e").exists());
}

fn state_of(report: &Value, name: &str) -> String {
    let findings = report["findings"].as_array().unwrap();
    let found = findings.iter().find(|it| it["name"] == name);
    let Some(found) = found else { panic!("{name} is missing: {findings:#?}") };
    let fine = found["state"] == "fine";
    assert_eq!(found["remedy"].as_str().unwrap().is_empty(), fine, "{found}");
    found["state"].as_str().unwrap().to_owned()
}

#[test]
fn the_doctor_tells_what_is_wrong_and_how_to_mend_it() {
    let folder = Folder::new();
    let home = folder.join("a");
    // Nothing is there, and the doctor makes nothing.
    let output = run(&home, &["doctor", "--json"]);
    assert_eq!(output.status.code(), Some(1));
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["state"], "broken");
    assert_eq!(state_of(&report, "database"), "broken");
    assert!(!home.join("motcua.db").exists());

    done(&home, &["demo", "--dossiers", "10"]);
    std::fs::write(home.join("key"), "0".repeat(64)).unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = std::fs::Permissions::from_mode(0o644);
        std::fs::set_permissions(home.join("key"), mode).unwrap();
    }
    let report: Value = serde_json::from_str(&done(&home, &["doctor", "--json"])).unwrap();
    for fine in ["folder", "database", "clock", "typesetter", "outbox", "agency_codes"] {
        assert_eq!(state_of(&report, fine), "fine", "{report:#}");
    }
    for warned in ["demo", "limits"] {
        assert_eq!(state_of(&report, warned), "warning", "{report:#}");
    }
    #[cfg(unix)]
    assert_eq!(state_of(&report, "key"), "warning");
    let shown = done(&home, &["doctor"]);
    assert!(shown.contains("cảnh báo") && shown.contains("→ "), "{shown}");
}

#[test]
#[cfg(target_os = "linux")]
fn what_could_not_be_written_is_no_success_and_who_stops_reading_is_no_fault() {
    let folder = Folder::new();
    let home = folder.join("a");
    done(&home, &["demo", "--dossiers", "5"]);
    let into = |to: std::process::Stdio| motcua(&home).arg("check").stdout(to).output().unwrap();
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let output = into(full.into());
    assert_eq!(output.status.code(), Some(1));
    assert!(said(&output).contains("Không ghi hết được"), "{}", said(&output));
    // A pipe that nobody reads.
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let output = into(writer.into());
    assert_eq!((output.status.code(), said(&output)), (Some(0), String::new()));
}

#[test]
fn a_demo_that_was_cut_off_says_so() {
    let folder = Folder::new();
    let home = folder.join("a");
    done(&home, &["demo", "--dossiers", "5"]);
    let db = store::Db::open(
        &format!("sqlite:{}", home.join("motcua.db").display()),
        domain::time::Instant::from_epoch_ms(0),
    )
    .unwrap();
    motcua::setup::begin_filling(&db, domain::time::Instant::from_epoch_ms(0)).unwrap();
    drop(db);
    for arguments in [&["demo"][..], &["serve"][..]] {
        let output = run(&home, arguments);
        assert_eq!(output.status.code(), Some(1), "{arguments:?}");
        assert!(said(&output).contains("nạp dở dang"), "{}", said(&output));
    }
}
