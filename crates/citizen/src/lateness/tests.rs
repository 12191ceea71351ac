//! A dossier that nobody settles: who is warned when, the letter that writes itself, escalation.

use jiff::civil::{DateTime, date};
use testkit::{Browser, TestSite, on_both_engines};

use crate::dossiers::tests::{ONCE, given_two_communes};

fn at(day: i8, hour: i8, minute: i8) -> DateTime {
    date(2026, 3, day).at(hour, minute, 0, 0)
}

/// Received on Monday 2 March for ten working days (due Monday 16 March), and handed over.
async fn given_ten_days(site: &TestSite) -> Browser<'_> {
    given_two_communes(site);
    site.set_clock(at(2, 8, 0));
    let mut counter = site.signed_in("quay");
    let fields = [
        ("thu-tuc", "2.002307"),
        ("lan", ONCE),
        ("viec", "nhan"),
        ("ho-ten", "Nguyễn Thị Thử"),
        ("dien-thoai", "0912345678"),
        ("kenh", "direct"),
        ("nhan-ket-qua", "counter"),
        ("so-ngay", "10"),
    ];
    let answer = counter.post("/co-quan/ho-so/moi", &fields).await;
    assert_eq!(answer.status, 303, "{}", answer.text);
    assert_eq!(site.text("select due_at from dossier"), "2026-03-16T17:00:00");
    let step = [("don-vi", "2"), ("an-ban", "1")];
    assert_eq!(counter.post("/co-quan/ho-so/1/chuyen", &step).await.status, 303);
    counter
}

async fn look_at(site: &TestSite, when: DateTime) {
    site.set_clock(when);
    site.run_jobs().await;
}

fn ringing(site: &TestSite, kind: &str) -> i64 {
    site.count(&format!("select count(*) from alarm where cleared_ms is null and kind = '{kind}'"))
}

on_both_engines! { crate::routes();
    async fn it_rings_for_the_holder_then_the_head_and_stops_when_something_is_done(site) {
        given_ten_days(&site).await;
        look_at(&site, at(2, 10, 0)).await;
        assert_eq!(site.count("select count(*) from alarm"), 0, "nothing to say yet");
        // Assignment has a half day; two working days pass without anybody touching it.
        look_at(&site, at(4, 9, 0)).await;
        assert_eq!((ringing(&site, "step_late"), ringing(&site, "still")), (1, 1));
        let mut head = site.signed_in("truong");
        let page = head.get("/co-quan/canh-bao").await;
        assert!(page.text.contains("Không có ai xử lý"), "{}", page.text);
        assert!(head.get("/co-quan").await.text.contains("cảnh báo dành cho ông, bà"));
        let page = head.get("/co-quan/ho-so/1").await;
        assert!(page.text.contains("Không có thao tác nào từ"), "{}", page.text);
        // A neighbour hears nothing of it.
        let mut neighbour = site.signed_in("quay-khac");
        let page = neighbour.get("/co-quan/canh-bao?xem=tat-ca").await;
        assert!(page.text.contains("Không có cảnh báo nào"), "{}", page.text);
        assert_eq!(neighbour.post("/co-quan/canh-bao/1", &[]).await.status, 404);
        // Who only looks, and a colleague whose turn it is not, say nothing in his place.
        site.given_account("soi", domain::access::Role::Auditor, 1);
        for login in ["soi", "thuly", "vanthu"] {
            let mut other = site.signed_in(login);
            let page = other.get("/co-quan/canh-bao?xem=tat-ca").await.text;
            assert!(page.contains("chưa ai ghi nhận") && !page.contains("Tôi đã biết"), "{login}: {page}");
            for id in [1, 2] {
                let path = format!("/co-quan/canh-bao/{id}");
                assert_eq!(other.post(&path, &[]).await.status, 422, "{login}");
            }
        }
        assert_eq!(site.count("select count(*) from alarm where known_ms is not null"), 0);
        assert!(head.get("/co-quan/canh-bao").await.text.contains("Tôi đã biết"));
        // The head says that he knows: it rings on, and who said so stands beside it.
        let known = head.post("/co-quan/canh-bao/1", &[]).await;
        assert_eq!(known.status, 303);
        assert_eq!(site.count("select count(*) from alarm where known_by is not null"), 1);
        assert_eq!(site.count("select count(*) from journal where subject = 'alarm'"), 1);
        look_at(&site, at(4, 9, 10)).await;
        assert_eq!(ringing(&site, "still"), 1, "who opened it did nothing about it");
        // Somebody is named: silence is over, and so is the step.
        let officer = site.text(
            "select cast(a.staff as text) from account a where a.login = 'thuly'",
        );
        let step = [("can-bo", officer.as_str()), ("an-ban", "2"), ("loi", "")];
        assert_eq!(head.post("/co-quan/ho-so/1/phan-cong", &step).await.status, 303);
        look_at(&site, at(4, 9, 30)).await;
        assert_eq!((ringing(&site, "step_late"), ringing(&site, "still")), (0, 0));
        // The same look again rings nothing twice.
        look_at(&site, at(4, 9, 45)).await;
        assert_eq!(site.count("select count(*) from alarm"), 2);
    }

    async fn who_holds_it_says_himself_that_he_knows_and_his_head_does_not_for_him(site) {
        given_ten_days(&site).await;
        let officer = site.text("select cast(staff as text) from account where login = 'thuly'");
        let step = [("can-bo", officer.as_str()), ("an-ban", "2"), ("loi", "")];
        assert_eq!(site.signed_in("truong").post("/co-quan/ho-so/1/phan-cong", &step).await.status, 303);
        look_at(&site, at(13, 8, 0)).await;
        let his = site.text("select cast(min(id) as text) from alarm where ear = 'holder' and cleared_ms is null");
        let path = format!("/co-quan/canh-bao/{his}");
        for login in ["truong", "ky"] {
            let refused = site.signed_in(login).post(&path, &[]).await;
            assert!(refused.status == 422 && refused.text.contains("báo cho người khác"), "{login}");
        }
        assert_eq!(site.signed_in("thuly").post(&path, &[]).await.status, 303);
        let known = format!("select a.login from alarm x join account a on a.id = x.known_by where x.id = {his}");
        assert_eq!(site.text(&known), "thuly");
        // A letter is drafted: he reads it and is not told to send it; those who sign are.
        look_at(&site, at(16, 16, 0)).await;
        let page = |it: &str| it.contains(">Xem và gửi</a>");
        assert!(!page(&site.signed_in("thuly").get("/co-quan/canh-bao").await.text));
        assert!(page(&site.signed_in("ky").get("/co-quan/canh-bao").await.text));
    }

    async fn the_letter_is_drafted_sent_once_and_then_it_escalates(site) {
        given_ten_days(&site).await;
        look_at(&site, at(13, 8, 0)).await;
        // The day before it is due, and four more steps need longer than is left.
        assert_eq!(ringing(&site, "apology_owed"), 1);
        assert_eq!(ringing(&site, "head_warned") + ringing(&site, "holder_warned"), 1);
        let mut leader = site.signed_in("ky");
        let page = leader.get("/co-quan/phieu-xin-loi").await;
        assert!(page.text.contains("Chậm phân công người thụ lý"), "{}", page.text);
        assert!(page.text.contains("/co-quan/ho-so/1/gia-han"), "{}", page.text);
        // Who oversees reads it; those of the commune send it.
        let page = site.signed_in("lanhdao-huyen").get("/co-quan/phieu-xin-loi").await.text;
        assert!(page.contains("Chậm phân công") && page.contains("xã Phú Sơn gửi"), "{page}");
        assert!(!page.contains("/co-quan/ho-so/1/gia-han"), "{page}");
        let form = leader.get("/co-quan/ho-so/1/gia-han").await;
        assert!(form.text.contains("Chậm phân công người thụ lý"), "{}", form.text);
        let new_due = site.text("select new_due_at from apology_draft");
        let day = new_due.parse::<DateTime>().unwrap().date();
        assert!(form.text.contains(&domain::text::date(day)), "{}", form.text);
        let day = domain::text::date(day);
        let step = [("ngay", day.as_str()), ("loi", "Chậm phân công"), ("an-ban", "2")];
        let sent = leader.post("/co-quan/ho-so/1/gia-han", &step).await;
        assert_eq!(sent.status, 303, "{}", sent.text);
        assert_eq!(site.text("select state from apology_draft"), "sent");
        assert_eq!(ringing(&site, "apology_owed"), 0);
        // There is no second one; whoever may send none is told that, and not the other.
        for (login, why) in [("ky", "đã hẹn lại một lần"), ("vanthu", "không thuộc nhiệm vụ của bạn")] {
            let again = site.signed_in(login).get("/co-quan/ho-so/1/gia-han").await;
            assert!(again.status == 422 && again.text.contains(why), "{login}: {}", again.text);
        }
        // What was promised first stays what is counted against.
        assert_eq!(site.text("select due_original_at from dossier"), "2026-03-16T17:00:00");
        // The new day passes too: no second letter, but those above hear of it.
        look_at(&site, date(2026, 4, 10).at(9, 0, 0, 0)).await;
        assert_eq!(site.text("select state from apology_draft"), "sent");
        assert_eq!((ringing(&site, "late_again"), ringing(&site, "apology_owed")), (1, 0));
        let mut above = site.signed_in("lanhdao-huyen");
        let page = above.get("/co-quan/canh-bao").await;
        assert!(page.text.contains("Quá cả ngày đã hẹn lại"), "{}", page.text);
        let acts = "select count(*) from journal where subject = 'alarm' and act = 'escalate'";
        assert_eq!(site.count(acts), 1);
        look_at(&site, date(2026, 4, 10).at(10, 0, 0, 0)).await;
        assert_eq!(site.count(acts), 1, "once");
    }

    async fn the_letter_is_read_before_it_goes_out_and_numbered_when_it_does(site) {
        given_ten_days(&site).await;
        look_at(&site, at(13, 8, 0)).await;
        let mut leader = site.signed_in("ky");
        let path = "/co-quan/ho-so/1/gia-han";
        let page = leader.get("/co-quan/ho-so/1").await.text;
        assert!(page.contains("Phiếu xin lỗi đã soạn, chưa gửi") && page.contains(path), "{page}");
        // What was drafted by itself stands there as it will be printed, with the number that it will get.
        let form = leader.get(path).await.text;
        for said in ["01/TXL-UBND", "Kính gửi: <b>Nguyễn Thị Thử", "- Chậm phân công", "sẽ được trả cho Ông (Bà)"] {
            assert!(form.contains(said), "{said}: {form}");
        }
        // Other words are read before they go out, and a day that cannot be is told.
        let typed = |day, why, then| vec![("ngay", day), ("loi", why), ("an-ban", "2"), ("viec", then)];
        let shown = leader.post(path, &typed("25/03/2026", "Chờ kết quả đo đạc", "xem")).await;
        assert_eq!(shown.status, 200);
        for said in ["- Chờ kết quả đo đạc", "ngày 25 tháng 3 năm 2026"] {
            assert!(shown.text.contains(said), "{said}: {}", shown.text);
        }
        let wrong = leader.post(path, &typed("22/03/2026", "Chờ kết quả đo đạc", "xem")).await;
        assert_eq!(wrong.status, 422, "a Sunday");
        let print = leader.post(path, &typed("25/03/2026", "Chờ kết quả đo đạc", "xem-in")).await;
        assert_eq!(print.status, 200);
        assert!(print.bytes.starts_with(b"%PDF"));
        assert_eq!(site.count("select count(*) from series_number"), 0, "reading takes no number");
        assert_eq!(site.text("select state from apology_draft"), "waiting");
        // A stranger reads nothing; nobody but who signs sees the letter.
        let stranger = site.signed_in("quay-khac").post(path, &typed("25/03/2026", "x", "xem-in")).await;
        assert_ne!(stranger.status, 200);
        let officer = site.signed_in("thuly").post(path, &typed("25/03/2026", "x", "xem-in")).await;
        assert_ne!(officer.status, 200);
        let send = [("ngay", "25/03/2026"), ("loi", "Chờ kết quả đo đạc"), ("an-ban", "2")];
        let sent = leader.post(path, &send).await;
        assert_eq!(sent.status, 303, "{}", sent.text);
        let page = leader.get("/co-quan/ho-so/1").await.text;
        assert!(page.contains("Thư xin lỗi đã gửi, số <b class=\"nowrap\">01/TXL-UBND"), "{page}");
        // A second press finds the first: no second letter, no second number.
        assert_eq!(leader.post(path, &send).await.status, 303);
        assert_eq!(site.count("select count(*) from series_number where series = '#TXL' and number = 1"), 1);
        assert_eq!(site.count("select value from sequence where name = 'series:2:2026:#TXL'"), 1);
        assert_eq!(leader.get("/co-quan/ho-so/1/in/xin-loi").await.status, 200);
    }

    async fn an_apology_ends_the_silence_and_a_short_limit_names_no_day_before_its_receipt(site) {
        given_ten_days(&site).await;
        look_at(&site, at(13, 8, 0)).await;
        assert_eq!((ringing(&site, "still_long"), ringing(&site, "apology_owed")), (1, 1));
        let mut leader = site.signed_in("ky");
        let step = [("ngay", "25/3/2026"), ("loi", "Chậm phân công"), ("an-ban", "2")];
        assert_eq!(leader.post("/co-quan/ho-so/1/gia-han", &step).await.status, 303);
        assert_eq!((ringing(&site, "still_long"), ringing(&site, "still")), (0, 0), "at once");
        assert!(!leader.get("/co-quan/ho-so/1").await.text.contains("Không có thao tác nào từ"));
        look_at(&site, at(13, 8, 10)).await;
        assert_eq!((ringing(&site, "still_long"), ringing(&site, "still")), (0, 0), "nor at the next look");
        // A birth that is due on the day it came: the day before it nobody could have told anybody.
        site.set_clock(at(16, 8, 0));
        let mut counter = site.signed_in("quay");
        let fields = crate::dossiers::tests::birth("Trần Thị Hai", "f123456789abcdef0123456789abcdef");
        assert_eq!(counter.post("/co-quan/ho-so/moi", &fields).await.status, 303);
        assert_eq!(site.text("select due_at from dossier where id = 2"), "2026-03-16T17:00:00");
        counter.post("/co-quan/ho-so/2/chuyen", &[("don-vi", "2")]).await;
        let form = site.signed_in("ky").get("/co-quan/ho-so/2/gia-han").await.text;
        assert!(form.contains("không còn ngày nào để báo trước") && form.contains("17:00, thứ Hai 16/03/2026"), "{form}");
        assert!(!form.contains("13/03/2026") && !form.contains("15/03/2026"), "{form}");
        site.set_clock(at(17, 8, 0));
        let form = site.signed_in("ky").get("/co-quan/ho-so/2/gia-han").await.text;
        assert!(form.contains("Đã quá giờ hẹn: gửi phiếu xin lỗi ngay") && !form.contains("lẽ ra phải gửi"), "{form}");
    }

    async fn a_late_dossier_without_a_letter_escalates_and_is_listed_by_who_holds_it(site) {
        given_ten_days(&site).await;
        look_at(&site, at(19, 9, 0)).await;
        assert_eq!((ringing(&site, "late"), ringing(&site, "apology_missed")), (1, 1));
        let mut head = site.signed_in("truong");
        let page = head.get("/co-quan/qua-han").await;
        assert!(page.text.contains("3 ngày làm việc"), "{}", page.text);
        assert!(page.text.contains("Người phân công") && !page.text.contains("Đã chuyển bộ phận"), "{}", page.text);
        let book = head.get("/co-quan/qua-han?dang=xlsx").await;
        assert!(book.media_type.contains("spreadsheet") && book.bytes.starts_with(b"PK"));
        let mut neighbour = site.signed_in("quay-khac");
        let page = neighbour.get("/co-quan/qua-han").await;
        assert!(page.text.contains("Không có hồ sơ nào quá hạn"), "{}", page.text);
        // The citizen withdraws: nothing rings any more.
        let mut counter = site.signed_in("quay");
        for step in ["yeu-cau-rut", "rut"] {
            let edition = site.text("select cast(edition as text) from dossier");
            let fields = [("an-ban", edition.as_str()), ("loi", "")];
            let path = format!("/co-quan/ho-so/1/{step}");
            assert_eq!(counter.post(&path, &fields).await.status, 303, "{step}");
        }
        look_at(&site, at(19, 10, 0)).await;
        assert_eq!(site.count("select count(*) from alarm where cleared_ms is null"), 0);
        let dropped = site.text("select state from apology_draft");
        assert_eq!(dropped, "dropped");
    }

    async fn thresholds_are_set_by_the_reform_officer_and_obeyed(site) {
        given_ten_days(&site).await;
        let mut counter = site.signed_in("quay");
        assert_eq!(counter.get("/co-quan/quan-tri/nhac-han").await.status, 403);
        site.run(|tx| {
            people::accounts::facts::create(
                tx,
                &people::accounts::facts::NewAccount {
                    login: "cchc",
                    name: "cchc",
                    staff: None,
                    password_hash: "",
                    must_change: false,
                    roles: &[(domain::access::Role::ReformOfficer, domain::ids::UnitId(1))],
                    from: date(2026, 1, 1),
                },
            )
        });
        let mut reform = site.signed_in("cchc");
        let wrong = [
            ("nguoi-giu", "90"), ("dung-dau", "80"), ("im-lang", "16"), ("im-lang-lau", "40"),
        ];
        let refused = reform.post("/co-quan/quan-tri/nhac-han", &wrong).await;
        assert_eq!(refused.status, 422);
        assert!(refused.text.contains("phải lớn hơn mức báo cho người giữ"), "{}", refused.text);
        let early = [
            ("nguoi-giu", "10"), ("dung-dau", "99"), ("im-lang", "300"), ("im-lang-lau", "400"),
        ];
        assert_eq!(reform.post("/co-quan/quan-tri/nhac-han", &early).await.status, 303);
        look_at(&site, at(4, 9, 0)).await;
        assert_eq!((ringing(&site, "holder_warned"), ringing(&site, "still")), (1, 0));
    }
}
