//! A late swap: first what it moves, then all of it at once.

use domain::{
    access::Role,
    ids::{AccountId, UnitId},
};
use people::accounts::facts::{self as accounts, NewAccount};
use testkit::{TestSite, on_both_engines};

use crate::dossiers::desk::{self, Desk, Intake};

fn given_an_open_dossier(site: &TestSite) {
    site.given(
        "insert into unit (id, kind) values (1, 'commune'), (2, 'one_stop'), (3, 'one_stop')",
        &[],
    );
    site.given(
        "insert into unit_version
           (unit, valid_from, parent, name, title, code, agency_code, address, phone, place)
         values (1, '2020-01-01', null, 'Phú Sơn', 'UBND xã Phú Sơn', '', '000.40.99.H41', '', '', ''),
                (2, '2020-01-01', 1, 'Một cửa', 'Một cửa xã Phú Sơn', '', '', '', '', ''),
                (3, '2020-01-01', null, 'Nơi khác', 'Một cửa nơi khác', '', '', '', '', '')",
        &[],
    );
    let (now, today) = (site.now().civil(), site.now().civil().date());
    site.run(|tx| {
        people::calendar::facts::seed(tx)?;
        crate::procedures::facts::seed(tx, jiff::civil::date(2019, 1, 1))?;
        for (login, role, units) in [
            ("quantri", Role::Administrator, &[1, 3][..]),
            ("motcua", Role::CounterOfficial, &[2]),
            ("noikhac", Role::CounterOfficial, &[3]),
        ] {
            let roles: Vec<_> = units.iter().map(|it| (role, UnitId(*it))).collect();
            accounts::create(
                tx,
                &NewAccount {
                    login,
                    name: login,
                    staff: None,
                    password_hash: "",
                    must_change: false,
                    roles: &roles,
                    from: today,
                },
            )?;
        }
        let tree = site::tree_of(tx)?;
        let calendars = people::calendar::facts::load(tx)?;
        let maker = domain::dossier::Maker {
            account: AccountId(0),
            staff: None,
            parts: vec![domain::dossier::Part::Counter],
            lent: Vec::new(),
            answers_for: Vec::new(),
        };
        let intake = Intake {
            procedure: "1.010803".into(),
            unit: UnitId(2),
            channel: domain::procedure::ChannelKind::Direct,
            received_at: now,
            person: crate::dossiers::Person {
                name: "Nguyễn Thị Thử".into(),
                phone: "0912345678".into(),
                return_way: "counter".into(),
                ..Default::default()
            },
            papers: Vec::new(),
            fee: domain::money::Dong::ZERO,
            agreed_days: None,
        };
        desk::receive(tx, Desk { tree: &tree, calendars: &calendars }, &maker, &intake)
            .map_err(|e| store::Fault::Broken(format!("{e:?}")))
    });
}

const HOURS: &[(&str, &str)] = &[
    ("viec", "gio"),
    ("gio-don-vi", "2"),
    ("gio-tu-ngay", "01/01/2026"),
    ("gio-den-ngay", ""),
    ("he-tu", "1/1"),
    ("he-den", "31/12"),
    ("he-sang", "7h30-11h30"),
    ("he-chieu", "13:00-16:30"),
    ("dong-tu", ""),
    ("dong-den", ""),
    ("dong-sang", ""),
    ("dong-chieu", ""),
    ("thu-bay", "8-11"),
    ("gio-can-cu", "Quyết định thử"),
];

const DAY_OFF: &[(&str, &str)] = &[
    ("don-vi", "0"),
    ("ngay", "14/01/2026"),
    ("loai", "off"),
    ("ly-do", "Nghỉ thử"),
    ("can-cu", "Công văn thử"),
    ("ngay-ban-hanh", ""),
];

on_both_engines! { crate::routes();
    async fn a_preview_shows_what_moves_and_keeps_nothing(site) {
        given_an_open_dossier(&site);
        let before = site.text("select due_at from dossier");
        let entries = site.count("select count(*) from calendar_entry");
        let mut browser = site.signed_in("quantri");
        let page = browser.post("/co-quan/quan-tri/lich", DAY_OFF).await;
        assert_eq!(page.status, 200, "{}", page.text);
        assert!(page.text.contains("1 hồ sơ đổi ngày hẹn"), "{}", page.text);
        assert_eq!(site.text("select due_at from dossier"), before);
        assert_eq!(site.count("select count(*) from calendar_entry"), entries);
    }

    async fn hours_of_a_unit_leave_the_days_of_the_units_above_it_standing(site) {
        given_an_open_dossier(&site);
        let mut browser = site.signed_in("quantri");
        let of_commune: Vec<_> = DAY_OFF
            .iter()
            .map(|(name, value)| (*name, if *name == "don-vi" { "1" } else { *value }))
            .collect();
        let done = browser.post("/co-quan/quan-tri/lich/ap-dung", &of_commune).await;
        assert_eq!(done.status, 303, "{}", done.text);
        assert_eq!(site.text("select due_at from dossier"), "2026-01-22T17:00:00");
        let done = browser.post("/co-quan/quan-tri/lich/ap-dung", HOURS).await;
        assert_eq!(done.status, 303, "{}", done.text);
        let due = site.text("select due_at from dossier");
        assert!(due.starts_with("2026-01-22"), "the commune's day off still holds: {due}");
    }

    async fn an_applied_change_moves_the_date_journals_why_and_queues_a_notice(site) {
        given_an_open_dossier(&site);
        assert_eq!(site.text("select due_at from dossier"), "2026-01-21T17:00:00");
        let mut browser = site.signed_in("quantri");
        let done = browser.post("/co-quan/quan-tri/lich/ap-dung", DAY_OFF).await;
        assert_eq!(done.status, 303, "{}", done.text);
        assert_eq!(site.text("select due_at from dossier"), "2026-01-22T17:00:00");
        assert_eq!(site.count("select count(*) from journal where act = 'recompute'"), 1);
        assert_eq!(site.text("select recipient from outbox"), "0912345678");
        let wrong = site.run(crate::dossiers::facts::unfolded);
        assert!(wrong.is_empty(), "the row is the fold of its events");
        // Back again.
        let id = site.text("select cast(max(id) as text) from calendar_entry");
        let fields = [("viec", "bo"), ("bo", id.as_str()), ("ly-do", "Rút công văn")];
        let back = browser.post("/co-quan/quan-tri/lich/ap-dung", &fields).await;
        assert_eq!(back.status, 303, "{}", back.text);
        assert_eq!(site.text("select due_at from dossier"), "2026-01-21T17:00:00");
    }

    async fn a_notice_waits_for_the_counter_of_its_dossier_and_is_told_once(site) {
        given_an_open_dossier(&site);
        let mut administrator = site.signed_in("quantri");
        administrator.post("/co-quan/quan-tri/lich/ap-dung", DAY_OFF).await;
        let mut elsewhere = site.signed_in("noikhac");
        let page = elsewhere.get("/co-quan/thong-bao").await;
        assert!(page.text.contains("Không có thông báo nào"), "{}", page.text);
        assert_eq!(elsewhere.post("/co-quan/thong-bao/1", &[]).await.status, 404);
        let mut counter = site.signed_in("motcua");
        let page = counter.get("/co-quan/thong-bao").await;
        assert!(page.text.contains("0912345678") && page.text.contains("22/01/2026"), "{}", page.text);
        assert_eq!(counter.post("/co-quan/thong-bao/1", &[]).await.status, 303);
        assert_eq!(counter.post("/co-quan/thong-bao/1", &[]).await.status, 404);
        assert!(counter.get("/co-quan/thong-bao").await.text.contains("Không có thông báo nào"));
        assert!(counter.get("/co-quan/thong-bao?xem=da-bao").await.text.contains("0912345678"));
        assert_eq!(site.count("select count(*) from journal where act = 'tell'"), 1);
    }

    async fn new_office_hours_of_one_unit_move_its_appointments(site) {
        given_an_open_dossier(&site);
        let mut administrator = site.signed_in("quantri");
        let page = administrator.post("/co-quan/quan-tri/lich", HOURS).await;
        assert!(page.text.contains("1 hồ sơ đổi ngày hẹn"), "{}", page.text);
        let done = administrator.post("/co-quan/quan-tri/lich/ap-dung", HOURS).await;
        assert_eq!(done.status, 303, "{}", done.text);
        assert_eq!(site.text("select due_at from dossier"), "2026-01-21T16:30:00");
        let page = administrator.get("/co-quan/quan-tri/lich").await;
        assert!(page.text.contains("trực thứ Bảy: 8:00–11:00"), "{}", page.text);
        let mut wrong = HOURS.to_vec();
        wrong.retain(|(name, _)| *name != "he-chieu");
        wrong.push(("he-chieu", "chiều"));
        let page = administrator.post("/co-quan/quan-tri/lich", &wrong).await;
        assert_eq!(page.status, 422);
        assert!(page.text.contains("Nhập giờ mở và giờ đóng") && page.text.contains("Quyết định thử"));
    }

    async fn a_settled_year_takes_the_mark_of_provisional_away(site) {
        given_an_open_dossier(&site);
        let mut administrator = site.signed_in("quantri");
        let fields =
            [("viec", "chot"), ("chot-den", "31/12/2028"), ("chot-can-cu", "Thông báo thử")];
        assert_eq!(administrator.post("/co-quan/quan-tri/lich/ap-dung", &fields).await.status, 303);
        let page = administrator.get("/co-quan/quan-tri/lich").await;
        assert!(page.text.contains("31/12/2028"), "{}", page.text);
        assert_eq!(site.count("select count(*) from dossier where provisional = 1"), 0);
        let fields = [("viec", "chot"), ("chot-den", "1/1/2026"), ("chot-can-cu", "Nhầm")];
        assert_eq!(administrator.post("/co-quan/quan-tri/lich/ap-dung", &fields).await.status, 303);
        assert_eq!(site.count("select count(*) from dossier where provisional = 1"), 1);
    }

    async fn a_day_without_its_document_is_not_taken_and_nothing_typed_is_lost(site) {
        given_an_open_dossier(&site);
        let mut browser = site.signed_in("quantri");
        let fields = [("ngay", "32/01/2026"), ("loai", "off"), ("ly-do", "Nghỉ thử")];
        let page = browser.post("/co-quan/quan-tri/lich", &fields).await;
        assert_eq!(page.status, 422);
        assert!(page.text.contains("value=\"32/01/2026\"") && page.text.contains("Nghỉ thử"));
    }
}
