//! The same questions to both engines.

use domain::{ids::AccountId, time::Instant};

use crate::{
    Db, Fault, Param, Select, Stamp, Tx,
    journal::{self, Entry, Verdict},
};

const NOW: Instant = Instant::from_epoch_ms(1_770_000_000_000);

fn stamp() -> Stamp {
    Stamp { now: NOW, by: AccountId(7), origin: "test".into() }
}

/// A fresh database on each engine that this run has.
fn on_each(check: impl Fn(&Db)) {
    check(&Db::open(":memory:", NOW).unwrap());
    on_each_with_readers(check);
}

/// The same on each engine whose readers have connections of their own: a database in memory has one for all.
fn on_each_with_readers(check: impl Fn(&Db)) {
    let folder = std::env::temp_dir().join(format!("motcua-store-{}", fresh()));
    std::fs::create_dir_all(&folder).unwrap();
    check(&Db::open(folder.join("a.db").to_str().unwrap(), NOW).unwrap());
    std::fs::remove_dir_all(&folder).unwrap();
    if let Some(temp) = testkit_pg::fresh_database() {
        check(&Db::open(temp.url(), NOW).unwrap());
    }
}

fn fresh() -> String {
    let mut bytes = [0; 8];
    getrandom::fill(&mut bytes).unwrap();
    crate::hex(&bytes)
}

/// A throw-away database of the cluster that `./test` starts.
mod testkit_pg {
    pub(super) struct Temp {
        admin: String,
        name: String,
        url: String,
    }

    impl Temp {
        pub(super) fn url(&self) -> &str {
            &self.url
        }
    }

    impl Drop for Temp {
        fn drop(&mut self) {
            if let Ok(mut client) = postgres::Client::connect(&self.admin, postgres::NoTls) {
                let sql = format!("drop database if exists {} with (force)", self.name);
                client.batch_execute(&sql).ok();
            }
        }
    }

    pub(super) fn fresh_database() -> Option<Temp> {
        let admin = std::env::var("TEST_POSTGRES").ok()?;
        let name = format!("store_{}", super::fresh());
        let mut client = postgres::Client::connect(&admin, postgres::NoTls).unwrap();
        client.batch_execute(&format!("create database {name}")).unwrap();
        let (base, _) = admin.rsplit_once('/').unwrap();
        let url = format!("{base}/{name}");
        Some(Temp { admin, name, url })
    }
}

fn say(tx: &mut Tx<'_>, id: i64, act: &str, words: &str) {
    tx.journal(Entry::new("dossier", id, act).details(&id).words(Some(words.to_owned())));
}

fn write<T>(db: &Db, work: impl FnOnce(&mut Tx<'_>) -> Result<T, Fault>) -> T {
    db.write_blocking(stamp(), work).unwrap()
}

#[test]
fn what_is_written_is_read_and_what_fails_leaves_nothing() {
    on_each(|db| {
        write(db, |tx| {
            tx.execute(
                "insert into setting (name, value) values (?1, ?2)",
                &["a".into(), "số một".into()],
            )
        });
        let failed = db.write_blocking(stamp(), |tx| -> Result<(), Fault> {
            tx.execute("update setting set value = ?1", &["hai".into()])?;
            Err(Fault::Injected)
        });
        assert!(matches!(failed, Err(Fault::Injected)));
        let read = |tx: &mut Tx<'_>| -> Result<String, Fault> {
            let row = tx.query_one("select value from setting where name = ?1", &["a".into()])?;
            row.unwrap().get(0)
        };
        assert_eq!(db.read_blocking(stamp(), read).unwrap(), "số một");
    });
}

#[test]
fn writers_who_wait_leave_the_readers_their_connections() {
    use std::{sync::mpsc, thread, time::Duration};
    const PATIENCE: Duration = Duration::from_secs(20);
    on_each_with_readers(|db| {
        // All of them change the same row.
        let change = |tx: &mut Tx<'_>| tx.execute("update setting set value = value || 'x'", &[]);
        write(db, |tx| tx.execute("insert into setting (name, value) values ('a', '')", &[]));
        let ((began, first), (go_on, told)) = (mpsc::channel(), mpsc::channel::<()>());
        let holder = db.clone();
        let holds = thread::spawn(move || {
            holder.write_blocking(stamp(), |tx| {
                change(tx)?;
                began.send(()).unwrap();
                // Ends when somebody could read meanwhile.
                Ok::<_, Fault>(told.recv_timeout(PATIENCE).is_ok())
            })
        });
        first.recv().unwrap();
        // Many more than there are connections.
        let waiting: Vec<_> = (0..24)
            .map(|_| {
                let db = db.clone();
                thread::spawn(move || db.write_blocking(stamp(), change))
            })
            .collect();
        thread::sleep(Duration::from_millis(300));
        let read =
            db.read_blocking(stamp(), |tx| tx.query_number("select count(*) from setting", &[]));
        go_on.send(()).ok();
        assert!(read.is_ok(), "{read:?}");
        assert!(holds.join().unwrap().unwrap(), "nobody could read while one wrote");
        for it in waiting {
            it.join().unwrap().unwrap();
        }
    });
}

#[test]
fn a_taken_key_is_told_apart() {
    on_each(|db| {
        let insert = |tx: &mut Tx<'_>| {
            tx.execute("insert into setting (name, value) values ('a', 'b')", &[])
        };
        write(db, insert);
        let again = db.write_blocking(stamp(), insert).unwrap_err();
        assert!(again.is_taken(), "{again}");
    });
}

#[test]
fn a_select_binds_in_order_and_counts_up_to_a_bound() {
    on_each(|db| {
        write(db, |tx| {
            for name in ["a", "b", "c", "d"] {
                tx.execute(
                    "insert into setting (name, value) values (?1, ?2)",
                    &[name.into(), if name < "c" { "x" } else { "y" }.into()],
                )?;
            }
            Ok(())
        });
        write(db, |tx| {
            let select = Select::new("name", "setting")
                .and("value = ? or value = ?", ["x".into(), "y".into()])
                .and_if("name > ?", Some("a"))
                .and_if("name > ?", None::<&str>)
                .and_in("name", vec!["b", "c"])
                .order_by("name desc");
            let names: Vec<String> =
                select.rows(tx, 10)?.iter().map(|row| row.get(0).unwrap()).collect();
            assert_eq!(names, ["c", "b"]);
            assert_eq!(select.count(tx, 1)?, 1);
            assert_eq!(select.count(tx, 10)?, 2);
            assert_eq!(
                Select::new("name", "setting").and_in("name", Vec::<&str>::new()).count(tx, 5)?,
                0
            );
            Ok(())
        });
    });
}

#[test]
fn a_chain_that_nobody_touched_is_whole_also_after_words_were_erased() {
    on_each(|db| {
        for id in 1..=5 {
            write(db, |tx| {
                say(tx, id, "accept", "Nguyễn Văn A");
                say(tx, id, "assign", "");
                Ok(())
            });
        }
        let head = write(db, journal::head);
        assert_eq!(head.entries, 10);
        write(db, |tx| journal::erase_words(tx, "dossier", 3));
        let verdict = write(db, |tx| journal::verify(tx, Some(&head.head)));
        assert!(matches!(verdict, Verdict::Whole { entries: 11, erased: 1, .. }), "{verdict:?}");
        let kept = write(db, |tx| journal::of(tx, "dossier", 3));
        assert_eq!(kept[0].words, None);
        assert_eq!(kept[0].by, AccountId(7));
    });
}

#[test]
fn an_auditor_finds_entries_by_thing_by_maker_and_by_time() {
    on_each(|db| {
        for id in 1..=9 {
            let now = Instant::from_epoch_ms(1_000 * id);
            let stamp = Stamp { now, by: AccountId(id % 2), origin: "test".into() };
            db.write_blocking(stamp, |tx| {
                say(tx, id % 3, "accept", "");
                Ok::<_, Fault>(())
            })
            .unwrap();
        }
        let ids = |wanted: journal::Wanted, before| {
            write(db, |tx| journal::newest(tx, &wanted, before, 100))
                .iter()
                .map(|it| it.id)
                .collect::<Vec<_>>()
        };
        let all = journal::Wanted::default();
        assert_eq!(ids(all.clone(), None).len(), 9);
        assert_eq!(ids(all.clone(), Some(4)), [3, 2, 1]);
        let wanted = journal::Wanted {
            subject: Some("dossier".to_owned()),
            subject_id: Some(0),
            ..all.clone()
        };
        assert_eq!(ids(wanted, None), [9, 6, 3]);
        let wanted = journal::Wanted { by: Some(vec![AccountId(0)]), ..all.clone() };
        assert_eq!(ids(wanted, None), [8, 6, 4, 2]);
        assert_eq!(ids(journal::Wanted { by: Some(Vec::new()), ..all.clone() }, None), [0; 0]);
        let at = |ms| Some(Instant::from_epoch_ms(ms));
        let wanted = journal::Wanted { from: at(3_000), until: at(6_000), ..all };
        assert_eq!(ids(wanted, None), [5, 4, 3]);
    });
}

/// Each attack on a database of ten entries, and the entry at which it is found.
#[test]
fn every_attack_on_the_chain_is_found() {
    type Attack = (&'static str, &'static [&'static str], i64);
    const ATTACKS: &[Attack] = &[
        ("an edit", &["update journal set details = '9' where id = 4"], 4),
        ("another actor", &["update journal set actor = 1 where id = 4"], 4),
        ("another time", &["update journal set at_ms = at_ms + 1 where id = 4"], 4),
        ("other words", &["update journal_words set words = 'x' where entry = 4"], 4),
        (
            "words that are gone without a word",
            &["update journal_words set words = null, salt = null where entry = 4"],
            4,
        ),
        ("words that are gone with their row", &["delete from journal_words where entry = 4"], 4),
        (
            "a deletion",
            &["delete from journal_words where entry = 4", "delete from journal where id = 4"],
            4,
        ),
        (
            "an entry before the first",
            &["insert into journal (id, at_ms, actor, origin, subject, subject_id, act, details,
                 commitment, hash)
               values (-5, 0, 0, '', 'dossier', 7, 'accept', '', '', '')"],
            1,
        ),
        ("another time of the head", &["update journal_head set at_ms = at_ms + 1"], 11),
        (
            "a cut tail",
            &["delete from journal_words where entry > 8", "delete from journal where id > 8"],
            9,
        ),
        (
            "a cut tail with its head mended",
            &[
                "delete from journal_words where entry > 8",
                "delete from journal where id > 8",
                "update journal_head set entries = 8, hash = (select hash from journal where id = 8)",
            ],
            8,
        ),
    ];
    on_each(|db| {
        write(db, |tx| {
            for id in 1..=10 {
                say(tx, id, "accept", "Trần Thị B");
            }
            Ok(())
        });
        let old = write(db, journal::head).head;
        for (name, statements, at) in ATTACKS {
            let verdict = db.write_blocking(stamp(), |tx| -> Result<(), Fault> {
                for sql in *statements {
                    tx.execute(sql, &[])?;
                }
                let verdict = journal::verify(tx, Some(&old))?;
                // Leave nothing behind for the next attack.
                Err(Fault::Broken(format!("{verdict:?}")))
            });
            let text = verdict.unwrap_err().to_string();
            assert!(text.starts_with(&format!("Broken {{ entry: {at},")), "{name}: {text}");
        }
    });
}

#[test]
fn a_past_chained_anew_is_found_by_whoever_holds_an_old_head() {
    on_each(|db| {
        let chain = |db: &Db, words: &str| {
            write(db, |tx| {
                for id in 1..=3 {
                    say(tx, id, "accept", words);
                }
                Ok(())
            });
        };
        chain(db, "thật");
        let old = write(db, journal::head).head;
        write(db, |tx| {
            tx.execute("delete from journal_words", &[])?;
            tx.execute("delete from journal", &[])?;
            tx.execute("update journal_head set entries = 0, hash = ?1", &["0".repeat(64).into()])
        });
        chain(db, "giả");
        let alone = write(db, |tx| journal::verify(tx, None));
        assert!(matches!(alone, Verdict::Whole { .. }), "without an old head nothing shows");
        let held = write(db, |tx| journal::verify(tx, Some(&old)));
        assert!(matches!(held, Verdict::Broken { .. }), "{held:?}");
    });
}

#[test]
fn many_writers_at_once_make_one_chain() {
    on_each(|db| {
        std::thread::scope(|scope| {
            for writer in 0..4 {
                scope.spawn(move || {
                    for id in 0..25 {
                        write(db, |tx| {
                            say(tx, writer * 100 + id, "accept", "x");
                            Ok(())
                        });
                    }
                });
            }
        });
        let verdict = write(db, |tx| journal::verify(tx, None));
        assert!(matches!(verdict, Verdict::Whole { entries: 100, .. }), "{verdict:?}");
    });
}

#[test]
fn what_a_writer_has_looked_at_stays_so_until_it_has_written() {
    on_each(|db| {
        write(db, |tx| {
            let sql = "insert into setting (name, value) values ('till', '100')";
            tx.execute(sql, &[]).map(drop)
        });
        // Everybody takes the whole balance, if there is one.
        let taken = std::thread::scope(|scope| {
            let all: Vec<_> = (0..8)
                .map(|_| {
                    scope.spawn(|| {
                        write(db, |tx| {
                            let sql = "select value from setting where name = 'till'";
                            let left: String = tx.query_one(sql, &[])?.unwrap().get(0)?;
                            std::thread::sleep(std::time::Duration::from_millis(5));
                            if left != "100" {
                                return Ok(0);
                            }
                            let sql = "update setting set value = '0' where name = 'till'";
                            tx.execute(sql, &[])?;
                            Ok(1)
                        })
                    })
                })
                .collect();
            all.into_iter().map(|it| it.join().unwrap()).sum::<i32>()
        });
        assert_eq!(taken, 1);
    });
}

#[test]
fn a_reader_cannot_write_and_a_panic_costs_no_connection() {
    let folder = std::env::temp_dir().join(format!("motcua-store-{}", fresh()));
    std::fs::create_dir_all(&folder).unwrap();
    let sqlite = Db::open(folder.join("a.db").to_str().unwrap(), NOW).unwrap();
    let temp = testkit_pg::fresh_database();
    let postgresql = temp.as_ref().map(|it| Db::open(it.url(), NOW).unwrap());
    for db in [Some(&sqlite), postgresql.as_ref()].into_iter().flatten() {
        for _ in 0..20 {
            let caught = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
                db.read_blocking(stamp(), |_| -> Result<(), Fault> { panic!("on purpose") })
            }));
            assert!(caught.is_err());
        }
        let stray = db.read_blocking(stamp(), |tx| tx.execute("delete from setting", &[]));
        assert!(stray.is_err(), "a reader wrote");
        let count = |tx: &mut Tx<'_>| tx.query_number("select count(*) from setting", &[]);
        assert_eq!(db.read_blocking(stamp(), count).unwrap(), 0);
    }
    drop(postgresql);
    std::fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn a_migration_that_was_changed_after_it_ran_is_refused() {
    let folder = std::env::temp_dir().join(format!("motcua-store-{}", fresh()));
    std::fs::create_dir_all(&folder).unwrap();
    let path = folder.join("a.db");
    let path = path.to_str().unwrap();
    let first = crate::Migration { name: "0001_a", sql: "create table a (x INTEGER) STRICT" };
    let schema = [crate::SCHEMA[0], first];
    Db::open_with(path, NOW, &schema).unwrap();
    Db::open_with(path, NOW, &schema).unwrap();
    let changed =
        [crate::SCHEMA[0], crate::Migration { sql: "create table b (x INTEGER)", ..first }];
    assert!(Db::open_with(path, NOW, &changed).is_err());
    std::fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn params_know_their_type_when_they_are_empty() {
    on_each(|db| {
        let found = write(db, |tx| {
            tx.query_number(
                "select count(*) from setting where (name = ?1 or ?1 is null)
                   and (value = ?2 or ?2 is null)",
                &[Param::Text(None), Param::Text(None)],
            )
        });
        assert_eq!(found, 0);
    });
}

#[tokio::test]
async fn a_file_comes_back_as_it_was_and_a_wrong_name_finds_nothing() {
    let folder = std::env::temp_dir().join(format!("motcua-blobs-{}", fresh()));
    let blobs = crate::Blobs::in_folder(&folder).unwrap();
    let stored = blobs.put(bytes::Bytes::from_static(b"scan")).await.unwrap();
    let again = blobs.put(bytes::Bytes::from_static(b"scan")).await.unwrap();
    assert_eq!(stored, again);
    assert_eq!(blobs.get(&stored.sha256).await.unwrap().unwrap(), "scan");
    assert_eq!(blobs.get("00").await.unwrap(), None);
    std::fs::write(folder.join(&stored.sha256[..2]).join(&stored.sha256), "other").unwrap();
    assert!(blobs.get(&stored.sha256).await.is_err(), "a file that was changed on disk");
    std::fs::remove_dir_all(&folder).unwrap();
}

/// Puts a file away, finds it, puts it away again, takes it away.
async fn keeps_files(blobs: &crate::Blobs, text: &str) {
    let bytes = bytes::Bytes::from(text.to_owned());
    let first = blobs.put(bytes.clone()).await.unwrap();
    assert_eq!(blobs.get(&first.sha256).await.unwrap(), Some(bytes.clone()));
    assert_eq!(blobs.put(bytes).await.unwrap(), first, "the same bytes are kept once");
    blobs.delete(&first.sha256).await.unwrap();
    assert_eq!(blobs.get(&first.sha256).await.unwrap(), None);
    blobs.delete(&first.sha256).await.unwrap();
}

#[tokio::test]
async fn files_are_kept_in_a_folder_and_what_was_changed_there_is_found_out() {
    let folder = std::env::temp_dir().join(format!("motcua-blobs-{}", std::process::id()));
    let blobs = crate::Blobs::open(None, &folder).unwrap();
    keeps_files(&blobs, "Giấy chứng sinh").await;
    let kept = blobs.put(bytes::Bytes::from_static(b"abc")).await.unwrap();
    let path = folder.join(&kept.sha256[..2]).join(&kept.sha256);
    std::fs::write(path, b"abd").unwrap();
    assert!(blobs.get(&kept.sha256).await.is_err());
    std::fs::remove_dir_all(folder).unwrap();
}

/// Against a server of S3 that others wrote; `./test` starts one.
#[tokio::test]
async fn files_are_kept_in_s3_by_setting() {
    let Some(url) = std::env::var("TEST_S3").ok().filter(|it| !it.is_empty()) else { return };
    let nowhere = std::path::Path::new("/nonexistent");
    let blobs = crate::Blobs::open(Some(&url), nowhere).unwrap();
    keeps_files(&blobs, "Trích lục khai sinh").await;
    // Another folder of the same bucket is another place.
    let kept = blobs.put(bytes::Bytes::from_static(b"abc")).await.unwrap();
    let copy = std::env::temp_dir().join(format!("motcua-copy-{}", std::process::id()));
    assert_eq!(blobs.copy_into(&copy).await.unwrap(), 1);
    let copied = crate::Blobs::in_folder(&copy).unwrap();
    assert!(copied.get(&kept.sha256).await.unwrap().is_some());
    std::fs::remove_dir_all(copy).unwrap();
    let beside = crate::Blobs::open(Some(&format!("{url}-khac")), nowhere).unwrap();
    assert_eq!(beside.get(&kept.sha256).await.unwrap(), None);
}

#[test]
fn an_unknown_place_for_files_is_told_so() {
    let folder = std::path::Path::new("/nonexistent");
    let refused = crate::Blobs::open(Some("ftp://may-chu/tep"), folder).err().unwrap();
    assert!(refused.to_string().contains("s3://bucket/folder"), "{refused}");
}
