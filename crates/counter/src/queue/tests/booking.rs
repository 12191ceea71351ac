//! Times booked online, on both databases.

use testkit::on_both_engines;

use super::*;

const DAY: &str = "2026-01-09";

async fn book(site: &TestSite, letter: &str, at: &str, phone: &str) -> testkit::Answer {
    let lane = lane(site, letter);
    let fields = [
        ("lan", lane.as_str()),
        ("ngay", DAY),
        ("gio", at),
        ("ten", "Nguyễn Văn Hẹn"),
        ("dien-thoai", phone),
    ];
    site.browser().post(&format!("/dat-lich/{SHOP}"), &fields).await
}

fn code(site: &TestSite) -> String {
    site.text("select code from queue_booking order by id desc")
}

on_both_engines! { crate::routes();
    async fn a_time_is_booked_claimed_and_goes_before_who_came_after_it(site) {
        given_a_queue(&site);
        let form = site.browser().get(&format!("/dat-lich/{SHOP}?lan={}&ngay={DAY}", lane(&site, "A"))).await.text;
        assert!(form.contains("value=\"2026-01-09T07:30\"") && form.contains("còn 2"), "{form}");
        let done = book(&site, "A", "2026-01-09T09:00", "0912345678").await;
        assert_eq!(done.status, 303, "{}", done.text);
        let page = site.browser().get(&done.location.unwrap()).await.text;
        let code = code(&site);
        assert!(page.contains(&code) && page.contains("09:00, thứ Sáu 09/01/2026"), "{page}");
        assert_eq!(site.count("select count(*) from journal where details like '%0912345678%' or details like '%Hẹn%'"), 0);
        let early = site.browser().post(&format!("/lay-so/{SHOP}"), &[("ma", &code), ("lan-gui", &once())]).await;
        assert_eq!(early.status, 422, "not its day");
        assert!(early.text.contains("Không có lịch hẹn nào hôm nay"));
        site.set_clock(jiff::civil::date(2026, 1, 9).at(8, 39, 0, 0));
        take(&site, "A", "").await;
        site.set_clock(jiff::civil::date(2026, 1, 9).at(8, 50, 0, 0));
        let claimed = site.browser().post(&format!("/lay-so/{SHOP}"), &[("ma", &code), ("lan-gui", &once())]).await;
        assert!(claimed.location.unwrap().starts_with("/so/"));
        let again = site.browser().post(&format!("/lay-so/{SHOP}"), &[("ma", &code), ("lan-gui", &once())]).await;
        assert_eq!(again.status, 422, "a code is used once");
        let mut desk = seated(&site, "quay", 1).await;
        site.set_clock(jiff::civil::date(2026, 1, 9).at(9, 0, 0, 0));
        press(&mut desk, "goi", &[]).await;
        assert_eq!(at_desk(&site, 1), "A002", "booked for nine, counts from half past eight");
        let list = desk.get("/co-quan/hang-cho/dat-lich").await.text;
        assert!(list.contains("Nguyễn Văn Hẹn") && list.contains("đã lấy số"), "{list}");
    }

    async fn a_booking_sent_again_with_other_words_is_not_taken_for_the_first(site) {
        given_a_queue(&site);
        let lane = lane(&site, "A");
        let fields = |name: &'static str, token: &str| -> Vec<(&str, String)> {
            vec![
                ("lan", lane.clone()), ("ngay", DAY.to_owned()), ("gio", "2026-01-09T09:00".to_owned()),
                ("ten", name.to_owned()), ("dien-thoai", "0912345678".to_owned()),
                ("lan-gui", token.to_owned()),
            ]
        };
        let mut citizen = site.browser();
        let mut answers = Vec::new();
        let mut token = "b1".to_owned();
        for (name, status) in [("Nguyễn Văn Hẹn", 303), ("Nguyễn Văn Hẹn", 303), ("Lê Thị Khác", 422), ("Lê Thị Khác", 303)] {
            let sent = fields(name, &token);
            let sent: Vec<_> = sent.iter().map(|(name, text)| (*name, text.as_str())).collect();
            let got = citizen.post(&format!("/dat-lich/{SHOP}"), &sent).await;
            assert_eq!(got.status, status, "{name}: {}", got.text);
            if status == 422 {
                assert!(got.text.contains("value=\"Lê Thị Khác\"") && got.text.contains("href=\"/lich-hen/"));
                token = got.text.split("name=\"lan-gui\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
            }
            answers.push(got);
        }
        assert_eq!(answers[0].location, answers[1].location);
        assert_ne!(answers[0].location, answers[3].location);
        assert_eq!(site.count("select count(*) from queue_booking"), 2);
    }

    async fn a_slot_holds_so_many_and_a_telephone_two(site) {
        given_a_queue(&site);
        let at = "2026-01-09T08:00";
        assert_eq!(book(&site, "B", at, "0912345678").await.status, 303);
        let full = book(&site, "B", at, "0912345679").await;
        assert_eq!(full.status, 422);
        assert!(full.text.contains("hết chỗ") && full.text.contains("value=\"Nguyễn Văn Hẹn\""), "{}", full.text);
        for (time, what) in [("2026-01-09T08:10", "không đặt được"), ("2026-01-08T07:30", "không đặt được"),
            ("2026-01-11T08:00", "không đặt được"), ("2026-06-09T08:00", "không đặt được"), ("", "Hãy chọn giờ hẹn")] {
            let no = book(&site, "B", time, "0912345679").await;
            assert_eq!(no.status, 422, "{time}");
            assert!(no.text.contains(what), "{time}: {}", no.text);
        }
        assert_eq!(book(&site, "A", at, "0912345678").await.status, 303);
        let third = book(&site, "A", "2026-01-09T10:00", "0912345678").await;
        assert!(third.text.contains("đang có hai lịch hẹn"), "{}", third.text);
        let bad = book(&site, "A", "2026-01-09T10:00", "12").await;
        assert!(bad.text.contains("Hãy nhập số điện thoại"), "{}", bad.text);
        assert_eq!(site.count("select count(*) from queue_booking"), 2);
    }

    async fn a_booking_is_moved_and_cancelled_by_who_has_its_page(site) {
        given_a_queue(&site);
        let page = book(&site, "B", "2026-01-09T08:00", "0912345678").await.location.unwrap();
        let mut phone = site.browser();
        let form = phone.get(&format!("{page}?doi=1&ngay={DAY}")).await.text;
        assert!(form.contains("2026-01-09T09:30"), "{form}");
        let moved = phone.post(&page, &[("viec", "doi"), ("gio", "2026-01-09T09:30")]).await;
        assert_eq!(moved.status, 303, "{}", moved.text);
        assert_eq!(site.text("select slot_at from queue_booking"), "2026-01-09T09:30:00");
        let nowhere = phone.post(&page, &[("viec", "doi"), ("gio", "2026-01-09T23:30")]).await;
        assert_eq!(nowhere.status, 422);
        assert_eq!(book(&site, "B", "2026-01-09T08:00", "0912345679").await.status, 303, "free again");
        assert_eq!(phone.post(&page, &[("viec", "huy")]).await.status, 303);
        assert_eq!(phone.post(&page, &[("viec", "huy")]).await.status, 422, "once");
        assert_eq!(phone.get("/lich-hen/khong-co").await.status, 404);
    }

    async fn who_does_not_come_is_noted_and_names_go_after_their_days(site) {
        given_a_queue(&site);
        for at in ["2026-01-09T08:00", "2026-01-09T09:00"] {
            assert_eq!(book(&site, "A", at, "0912345678").await.status, 303);
        }
        site.set_clock(jiff::civil::date(2026, 1, 9).at(8, 44, 0, 0));
        site.run_jobs().await;
        assert_eq!(site.count("select count(*) from queue_booking where status = 'missed'"), 0);
        site.set_clock(jiff::civil::date(2026, 1, 9).at(11, 0, 0, 0));
        site.run_jobs().await;
        assert_eq!(site.count("select count(*) from queue_booking where status = 'missed'"), 2);
        let lane = lane(&site, "A");
        let fields = [("lan", lane.as_str()), ("ngay", "2026-01-12"), ("gio", "2026-01-12T08:00"),
            ("ten", "Nguyễn Văn Hẹn"), ("dien-thoai", "0912345678")];
        let no = site.browser().post(&format!("/dat-lich/{SHOP}"), &fields).await;
        assert!(no.text.contains("hai lần đặt mà không đến"), "{}", no.text);
        assert_eq!(site.count("select count(*) from queue_booking where phone <> ''"), 2);
        site.pass_minutes(31 * 24 * 60);
        site.run_jobs().await;
        assert_eq!(site.count("select count(*) from queue_booking where phone = '' and name = ''"), 2);
        assert_eq!(site.count("select count(*) from queue_booking"), 2, "the figures keep the rows");
    }
}
