//! Checks over the whole product: every door as every role, every message, the public's bounds.

use domain::{
    access::{Action, Role, may},
    ids::UnitId,
};
use people::accounts::facts::{self as accounts, NewAccount};
use testkit::TestSite;

/// Actions that show a page to anybody or to anybody who is signed in.
fn is_open_to_all(action: Action) -> bool {
    action.is_public() || matches!(action, Action::OwnAccount | Action::OfficeHome)
}

/// A unit and one account for each role, named by its code.
fn given_every_role(site: &TestSite) {
    site.given("insert into unit (id, kind) values (1, 'commune'), (2, 'one_stop')", &[]);
    site.given(
        "insert into unit_version
           (unit, valid_from, parent, name, title, code, agency_code, address, phone, place)
         values (1, '2020-01-01', null, 'Phú Sơn', 'UBND xã Phú Sơn', '', '000.40.99.H41', '', '', ''),
                (2, '2020-01-01', 1, 'Một cửa', 'Bộ phận Một cửa', '', '', '', '', '')",
        &[],
    );
    let today = site.now().civil().date();
    site.run(|tx| {
        people::calendar::facts::seed(tx)?;
        citizen::procedures::facts::seed(tx, jiff::civil::date(2019, 1, 1))?;
        for role in Role::ALL {
            accounts::create(
                tx,
                &NewAccount {
                    login: role.code(),
                    name: role.label(),
                    staff: None,
                    password_hash: "",
                    must_change: false,
                    roles: &[(role, UnitId(1))],
                    from: today,
                },
            )?;
        }
        Ok(())
    });
}

/// A path with something in place of its parts.
fn example(path: &str) -> String {
    path.replace("{code}", "1.001193")
        .replace("{unit}", "1")
        .replace("{id}", "1")
        .replace("{file}", "1")
        .replace("{paper}", "giay-hen")
        .replace("{step}", "chuyen")
        .replace("{secret}", "abc")
        .replace("{event}", "sinh-con")
        .replace("{name}", "cuoi")
}

/// Browsers ask for the icon of their own accord.
#[tokio::test]
async fn the_icon_is_where_browsers_look_for_it() {
    let site = TestSite::on_sqlite(crate::routes());
    let icon = site.browser().get("/favicon.ico").await;
    assert_eq!(icon.status, 307);
    let icon = site.browser().get(&icon.location.unwrap()).await;
    assert_eq!((icon.status, icon.media_type.as_str()), (200, "image/svg+xml"));
}

/// Knocks on every door as every role, and as nobody: the guard's answer is the table's.
#[tokio::test]
async fn every_route_opens_to_the_roles_that_the_table_names_and_to_no_other() {
    let site = TestSite::on_sqlite(crate::routes());
    given_every_role(&site);
    let routes = crate::routes().list();
    assert!(routes.len() > 30, "the routes are all here");
    for route in routes {
        let path = example(route.path);
        let nobody = site.browser().get(&path).await;
        let sent_to_sign_in =
            nobody.location.as_deref().is_some_and(|it| it.starts_with("/co-quan/dang-nhap"));
        if route.action.is_public() {
            assert_ne!(nobody.status, 403, "{path} is public");
        } else {
            assert!(
                sent_to_sign_in || nobody.status == 405,
                "{path} let nobody in: {}",
                nobody.status
            );
        }
        for role in Role::ALL {
            let answer = site.signed_in(role.code()).get(&path).await;
            let allowed = is_open_to_all(route.action) || may(role, route.action);
            assert_ne!(answer.status, 500, "{path} as {role:?}: {}", answer.text);
            if answer.status == 405 {
                continue;
            }
            assert_eq!(answer.status != 403, allowed, "{path} as {role:?}: {}", answer.status);
        }
    }
}

/// POSTs to every door as every role without the right: refused before anything is read.
#[tokio::test]
async fn nothing_is_done_for_a_role_without_the_right() {
    let site = TestSite::on_sqlite(crate::routes());
    given_every_role(&site);
    for route in crate::routes().list() {
        for role in Role::ALL {
            if is_open_to_all(route.action) || may(role, route.action) {
                continue;
            }
            let answer = site.signed_in(role.code()).post(&example(route.path), &[]).await;
            assert!(
                matches!(answer.status, 403 | 405),
                "{} as {role:?}: {}",
                route.path,
                answer.status
            );
        }
    }
}

fn texts(folder: &std::path::Path, endings: &[&str], into: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            texts(&path, endings, into);
        } else if endings.iter().any(|it| path.to_string_lossy().ends_with(it))
            && !path.ends_with("site/src/words.rs")
        {
            into.push(std::fs::read_to_string(&path).unwrap());
        }
    }
}

#[test]
fn every_message_is_used_and_stands_in_both_languages() {
    let crates = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut sources = Vec::new();
    texts(crates, &[".html", ".rs"], &mut sources);
    let wrong = site::words::check_used(&sources);
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn the_same_seed_plays_the_same_year() {
    let now = domain::time::Instant::from_civil(jiff::civil::date(2026, 3, 2).at(10, 0, 0, 0));
    let play = crate::demo::Play { dossiers: 40, ..crate::demo::Play::default() };
    let once = || {
        let db = store::Db::open(":memory:", now).unwrap();
        crate::demo::fill(&db, now, &play).unwrap();
        let stamp = store::Stamp::of_program(now, "test");
        db.read_blocking(stamp, |tx| {
            let unfolded = citizen::dossiers::facts::unfolded(tx)?;
            assert!(unfolded.is_empty(), "a row is not the fold of its events: {unfolded:?}");
            let rows =
                tx.query("select code, applicant, status, due_at from dossier order by id", &[])?;
            Ok::<_, store::Fault>(rows.into_iter().map(|it| format!("{it:?}")).collect::<Vec<_>>())
        })
        .unwrap()
    };
    let first = once();
    assert!(first.len() >= 35);
    assert_eq!(first, once());
}

#[test]
fn the_demo_shows_dossiers_that_a_village_head_filed_for_people_who_agreed() {
    let now = domain::time::Instant::from_civil(jiff::civil::date(2026, 3, 2).at(10, 0, 0, 0));
    let play = crate::demo::Play { dossiers: 40, ..crate::demo::Play::default() };
    let db = store::Db::open(":memory:", now).unwrap();
    let sign_ins = crate::demo::fill(&db, now, &play).unwrap();
    assert!(sign_ins.iter().any(|it| it.login == "truongxom-phuson"), "he can be played");
    let stamp = store::Stamp::of_program(now, "test");
    let rows = db.read_blocking(stamp, |tx| {
        let rows = tx.query(
            "select f.consent || ' ' || f.proof || ' ' || d.status, f.witness, a.name,
               (select count(*) from journal j where j.subject = 'filing' and j.subject_id = f.id
                  and j.act = 'begin_assisted' and j.actor = f.assistant)
             from filing f join dossier d on d.id = f.dossier join account a on a.id = f.assistant
             order by f.id",
            &[],
        )?;
        let of = |row: &store::Row| {
            Ok::<_, store::Fault>((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
        };
        rows.iter().map(of).collect::<Result<Vec<(String, String, String, i64)>, _>>()
    });
    let rows = rows.unwrap();
    let how: Vec<&str> = rows.iter().map(|it| it.0.as_str()).collect();
    assert_eq!(how, ["slip none submitted", "witnessed none submitted"], "{rows:?}");
    assert!(rows[0].1.is_empty() && !rows[1].1.is_empty(), "who heard it is named: {rows:?}");
    assert!(rows.iter().all(|it| it.2.contains("minh họa") && it.3 == 1), "{rows:?}");
}

/// What is asked of the demo's calls, boxes and receptions, each a number.
const SPOKEN: [(&str, &str); 9] = [
    ("calls", "select count(*) from hotline_call"),
    ("called back", "select count(*) from hotline_call where back <> ''"),
    (
        "still to be called back",
        "select count(*) from hotline_call where due_at is not null and back = ''",
    ),
    (
        "openings by two",
        "select count(*) from box_opening where state = 'closed' and second_account <> first_account",
    ),
    (
        "slips without an end or a picture",
        "select count(*) from box_slip where state = 'new' or sha256 = ''",
    ),
    ("entries", "select count(*) from reception_entry"),
    ("promises that are open", "select count(*) from reception_promise where kept_at is null"),
    ("booked", "select count(*) from reception_booking where state = 'booked'"),
    (
        "days gone by of which nobody knows",
        "select count(*) from reception where day < '2026-03-02' and state = 'planned'",
    ),
];

fn the_demo_speaks(address: &str) {
    let now = domain::time::Instant::from_civil(jiff::civil::date(2026, 3, 2).at(10, 0, 0, 0));
    let play = crate::demo::Play { dossiers: 0, ..crate::demo::Play::default() };
    let db = store::Db::open(address, now).unwrap();
    let (seal, blobs) = (site::seal::Seal::passing(), store::Blobs::in_memory());
    let sealed = crate::demo::Sealed { seal: &seal, blobs: &blobs };
    let stop = crate::stop::Stop::never();
    crate::demo::fill_with(&db, now, &play, (&stop, Some(sealed))).unwrap();
    let stamp = store::Stamp::of_program(now, "test");
    let found: Vec<(&str, i64)> = db
        .read_blocking(stamp.clone(), |tx| {
            let mut all = Vec::new();
            for (what, sql) in SPOKEN {
                all.push((what, tx.query_number(sql, &[])?));
            }
            Ok::<_, store::Fault>(all)
        })
        .unwrap();
    // The district and two communes.
    let wanted = [24, 12, 3, 9, 0, 21, 6, 6, 0];
    let wanted: Vec<(&str, i64)> = SPOKEN.iter().map(|it| it.0).zip(wanted).collect();
    assert_eq!(found, wanted);
    let ends = db
        .read_blocking(stamp, |tx| {
            tx.query(
                "select source_kind || ' ' || status || ' ' || coalesce(closing, ''), count(*) from feedback
                 where source_kind is not null group by source_kind, status, closing
                 order by source_kind, status",
                &[],
            )?
            .iter()
            .map(|row| Ok::<_, store::Fault>((row.get(0)?, row.get(1)?)))
            .collect::<Result<Vec<(String, i64)>, _>>()
        })
        .unwrap();
    let ends: Vec<(&str, i64)> = ends.iter().map(|it| (it.0.trim_end(), it.1)).collect();
    let wanted = [
        ("box_slip closed solved", 3),
        ("box_slip handling", 3),
        ("hotline_call answered", 3),
        ("hotline_call closed solved", 3),
        ("hotline_call handling", 3),
        ("reception_entry closed solved", 3),
        ("reception_entry handling", 3),
    ];
    assert_eq!(ends, wanted);
}

#[test]
fn the_demo_shows_what_was_said_by_telephone_on_slips_and_face_to_face() {
    the_demo_speaks(":memory:");
    if let Some(temp) = testkit::pg::fresh_database() {
        the_demo_speaks(temp.url());
    }
}

/// `motcua import staff`: a wrong row and a dry run write nothing, a right file is written once.
#[test]
fn people_are_imported_whole_or_not_at_all() {
    let folder = std::env::temp_dir().join(format!("motcua-import-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let context = crate::cli::Context {
        settled: crate::config::Settled {
            database_url: folder.join("motcua.db").to_string_lossy().into_owned(),
            data_dir: folder.clone(),
            files_url: None,
            file: crate::config::File::default(),
        },
    };
    let db = context.open().unwrap();
    crate::setup::first_start(&db, context.now(), "2025-two-tier").unwrap();
    let people = || {
        let stamp = store::Stamp::of_program(context.now(), "test");
        db.read_blocking(stamp, |tx| tx.query_number("select count(*) from staff", &[])).unwrap()
    };
    let file = folder.join("can-bo.csv");
    let import = |text: &str, dry_run: bool| {
        std::fs::write(&file, text).unwrap();
        let import = crate::import::Import::Staff { file: file.clone(), dry_run, json: false };
        import.run(&context).unwrap()
    };
    let head = "Họ và tên,Đơn vị,Chức danh\n";
    let right = format!("{head}Trần Thị Một,\"Phòng Kinh tế, xã Tân Phú\",Chuyên viên\n");
    let code = |code: u8| format!("{:?}", std::process::ExitCode::from(code));
    let wrong = import(&format!("{right}Trần Thị Hai,Phòng Kinh tế,Chuyên viên\n"), false);
    assert_eq!((format!("{wrong:?}"), people()), (code(1), 0), "several are called so");
    assert_eq!((format!("{:?}", import(&right, true)), people()), (code(0), 0));
    assert_eq!((format!("{:?}", import(&right, false)), people()), (code(0), 1));
    std::fs::remove_dir_all(&folder).ok();
}

fn with_a_counting_job() -> site::Routes {
    site::Routes::default().job("count", 5, |_, tx| Ok(site::outdate(tx, "test_runs")?))
}

fn with_a_job_that_breaks() -> site::Routes {
    let breaks = |_| -> site::jobs::JobFuture { Box::pin(async { panic!("of a job's own") }) };
    site::Routes::default().job_apart("breaks", 1, breaks).and(with_a_counting_job())
}

testkit::on_both_engines! { with_a_job_that_breaks();
    async fn a_job_that_breaks_takes_none_of_the_others_along(site) {
        let runs = || site.run(|tx| site::edition(tx, "test_runs"));
        for count in 1..=2 {
            assert_eq!((site.run_jobs().await, runs()), (1, count));
            site.pass_minutes(5);
        }
        assert_eq!(site.run(site::jobs::stand_still_since), None);
        site.pass_minutes(11);
        let since = site.run(site::jobs::stand_still_since).expect("nobody runs them");
        assert_eq!(site.now().epoch_ms() - since.epoch_ms(), 16 * 60_000);
        site.run_jobs().await;
        assert_eq!(site.run(site::jobs::stand_still_since), None);
    }
}

testkit::on_both_engines! { crate::routes();
    async fn an_administrator_is_told_that_nothing_runs_by_itself(site) {
        given_every_role(&site);
        site.run_jobs().await;
        let told = "không chạy từ";
        assert!(!site.signed_in("administrator").get("/co-quan").await.text.contains(told));
        site.pass_minutes(20);
        assert!(site.signed_in("administrator").get("/co-quan").await.text.contains(told));
        assert!(!site.signed_in("auditor").get("/co-quan").await.text.contains(told));
    }
}

testkit::on_both_engines! { with_a_counting_job();
    async fn a_job_runs_when_its_time_has_come_and_no_sooner(site) {
        let runs = || site.run(|tx| site::edition(tx, "test_runs"));
        assert_eq!((site.run_jobs().await, runs()), (1, 1), "at the first look");
        site.pass_minutes(4);
        assert_eq!((site.run_jobs().await, runs()), (0, 1), "too early");
        site.pass_minutes(1);
        assert_eq!((site.run_jobs().await, runs()), (1, 2));
    }
}

testkit::on_both_engines! { crate::routes();
    async fn the_address_of_a_form_says_how_it_may_be_asked(site) {
        given_every_role(&site);
        let answer = site.signed_in("counter_official").get("/co-quan/ho-so/1/tep").await;
        assert_eq!((answer.status, answer.allow.as_deref()), (405, Some("POST")));
        assert!(answer.text.contains("<h1>"), "a page, for people: {}", answer.text);
    }

    async fn where_a_form_led_is_known_for_ninety_days_and_a_mark_for_ever(site) {
        let hash = site::token_sha256("a form");
        site.run(|tx| {
            let kept = "insert into submission (token, location, at_ms) values (?1, '/', ?2)";
            tx.execute(kept, &[hash.as_str().into(), tx.now().into()])?;
            site::form::take_mark(tx, "package-deleted:1", "Trọn gói")
        });
        let rows = || site.count("select count(*) from submission");
        site.pass_minutes(90 * 24 * 60);
        site.run_jobs().await;
        assert_eq!(rows(), 2, "on the last day");
        site.pass_minutes(24 * 60);
        site.run_jobs().await;
        assert_eq!(rows(), 1);
        assert_eq!(site.text("select token from submission"), "package-deleted:1");
    }
}

testkit::on_both_engines! { crate::routes();
    async fn what_nobody_came_to_name_is_erased_and_what_a_form_carries_is_not(site) {
        let put = |text: &'static [u8]| site.site.put_file(text.into());
        let (left, named) = (put(b"left").await.unwrap(), put(b"named").await.unwrap());
        let is_there = async |sha: &str| site.site.blobs.get(sha).await.unwrap().is_some();
        let waste = |sha: &str| {
            let sha = sha.to_owned();
            site.run(move |tx| site::files::unnamed(tx, vec![sha]))
        };
        // Somebody else lets go of the same bytes: a form may still carry them.
        assert_eq!(waste(&left.sha256), Vec::<String>::new());
        site.pass_minutes(24 * 60);
        put(b"left").await.unwrap();
        site.given(
            "insert into blank_form (procedure, form, file_name, media_type, bytes, sha256, scan, edition, added_by, added_ms)
             values ('', 'Tờ khai', 'a.pdf', 'application/pdf', 5, ?1, 'off', 1, 1, 0)",
            &[named.sha256.as_str().into()],
        );
        site.pass_minutes(24 * 60 + 1);
        site.run_jobs().await;
        assert!(is_there(&left.sha256).await, "put away anew, it is held anew");
        site.pass_minutes(24 * 60);
        assert_eq!(waste(&left.sha256).len(), 1);
        site.run_jobs().await;
        assert!(!is_there(&left.sha256).await);
        assert!(is_there(&named.sha256).await);
        assert_eq!(site.count("select count(*) from file_held"), 0);
    }
}

/// Long enough for the other one to ask meanwhile.
fn slowly(tx: &mut store::Tx<'_>, name: &str) -> Result<(), site::Failure> {
    std::thread::sleep(std::time::Duration::from_millis(15));
    Ok(site::outdate(tx, name)?)
}

/// A job of each sort.
fn with_slow_jobs() -> site::Routes {
    site::Routes::default().job("slow", 5, |_, tx| slowly(tx, "test_in_one")).job_apart(
        "slow_apart",
        5,
        |site| Box::pin(async move { site.as_program("job", |tx| slowly(tx, "test_apart")).await }),
    )
}

async fn only_one_of_two_runs_what_is_due((one, other): (TestSite, TestSite)) {
    let runs = |name: &'static str| other.run(move |tx| site::edition(tx, name));
    for round in 1..=12 {
        let ran = tokio::join!(one.run_jobs(), other.run_jobs());
        assert_eq!(ran.0 + ran.1, 2, "each job once: {ran:?}");
        assert_eq!((runs("test_in_one"), runs("test_apart")), (round, round), "{ran:?}");
        one.pass_minutes(5);
        other.pass_minutes(5);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_processes_on_sqlite_one_runs_a_job() {
    only_one_of_two_runs_what_is_due(TestSite::two_on_sqlite(with_slow_jobs)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_processes_on_postgresql_one_runs_a_job() {
    if let Some(two) = TestSite::two_on_postgresql(with_slow_jobs) {
        only_one_of_two_runs_what_is_due(two).await;
    }
}

/// The value of a hidden field.
fn hidden(page: &str, name: &str) -> String {
    let from = page.split(&format!("name=\"{name}\" value=\"")).nth(1).unwrap_or_default();
    from.split('"').next().unwrap_or_default().to_owned()
}

testkit::on_both_engines! { crate::routes();
    /// Every part of the configuration, from an office that has changed it to one that has not:
    /// afterwards they are alike, and the same archive changes nothing any more.
    async fn the_configuration_of_one_office_is_brought_into_another(site) {
        given_every_role(&site);
        let other = TestSite::on_sqlite(crate::routes());
        given_every_role(&other);
        let mut reform = other.signed_in("reform_officer");
        let texts = [
            ("extended", "Hồ sơ {ma-ho-so} hẹn lại {ngay-hen}."),
            ("extended-en-sms", "Dossier {ma-ho-so}: now {ngay-hen}."),
        ];
        assert_eq!(reform.post("/co-quan/quan-tri/mau-tin", &texts).await.status, 303);
        let thresholds = [
            ("nguoi-giu", "50"), ("dung-dau", "80"), ("im-lang", "8"), ("im-lang-lau", "24"),
        ];
        assert_eq!(reform.post("/co-quan/quan-tri/nhac-han", &thresholds).await.status, 303);
        let package = [("ten", "Gói thử"), ("thu-tuc", "1.001193 1.004873")];
        let added = reform.post("/co-quan/quan-tri/goi-thu-tuc", &package).await;
        assert_eq!(added.status, 303, "{}", added.text);
        let mut admin = other.signed_in("administrator");
        let day = [
            ("viec", "ngay"), ("don-vi", "1"), ("ngay", "06/03/2026"), ("loai", "off"),
            ("ly-do", "Lễ hội"), ("can-cu", "Thông báo 1/TB-UBND"),
        ];
        let applied = admin.post("/co-quan/quan-tri/lich/ap-dung", &day).await;
        assert_eq!(applied.status, 303, "{}", applied.text);
        let out = admin.get("/co-quan/quan-tri/cau-hinh/xuat").await;
        assert_eq!(out.status, 200, "{}", out.text);

        let mut here = site.signed_in("administrator");
        let path = "/co-quan/quan-tri/cau-hinh/xem-truoc";
        let seen = here.upload(path, &[], &[("tep", "a.zip", &out.bytes[..])]).await;
        for words in ["Lễ hội", "thêm gói “Gói thử”", "nhắc người giữ khi dùng 50%", "Hồ sơ {ma-ho-so} hẹn lại"] {
            assert!(seen.text.contains(words), "{words}: {}", seen.text);
        }
        assert!(!seen.text.contains("Không nhập được"), "{}", seen.text);
        let kept = hidden(&seen.text, "tep-luu");
        let parts: Vec<String> = seen
            .text
            .split("name=\"phan\" value=\"")
            .skip(1)
            .filter_map(|it| it.split('"').next().map(ToOwned::to_owned))
            .collect();
        let mut fields = vec![("tep-luu", kept.as_str())];
        fields.extend(parts.iter().map(|it| ("phan", it.as_str())));
        let done = here.post("/co-quan/quan-tri/cau-hinh/nhap", &fields).await;
        assert_eq!(done.status, 303, "{}", done.text);
        let again = here.upload(path, &[], &[("tep", "a.zip", &out.bytes[..])]).await;
        assert!(again.text.contains("Không có chỗ nào khác"), "{}", again.text);
        // And what is here now reads there as nothing new.
        let back = here.get("/co-quan/quan-tri/cau-hinh/xuat").await;
        let seen = admin.upload(path, &[], &[("tep", "a.zip", &back.bytes[..])]).await;
        assert!(seen.text.contains("Không có chỗ nào khác"), "{}", seen.text);
    }
}
