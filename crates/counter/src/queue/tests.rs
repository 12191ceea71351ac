//! The queue through the front door, on both databases.

use domain::ids::UnitId;
use testkit::{Browser, TestSite, on_both_engines};

use super::*;
use crate::tests::{OTHER, SHOP, given_two_communes};

mod booking;

fn plan() -> Plan {
    let lane = |letter: &str, name: &str, capacity| LanePlan {
        letter: letter.into(),
        name: name.into(),
        name_en: "Papers".into(),
        serving_minutes: 10,
        slot_capacity: capacity,
        closed: false,
    };
    let desk = |number, lanes: &[&str]| DeskPlan {
        number,
        lanes: lanes.iter().map(|it| (*it).to_owned()).collect(),
        closed: false,
    };
    Plan {
        lanes: vec![lane("A", "Hộ tịch, chứng thực", 2), lane("B", "Đất đai, xây dựng", 1)],
        desks: vec![desk(1, &["A", "B"]), desk(2, &["A"]), desk(3, &["B"])],
        ..Plan::fresh(jiff::civil::date(2026, 1, 8))
    }
}

/// The office with a queue: lanes A and B, three desks.
fn given_a_queue(site: &TestSite) {
    given_two_communes(site);
    site.run(|tx| set_up(tx, UnitId(SHOP), &plan()));
}

fn lane(site: &TestSite, letter: &str) -> String {
    site.count(&format!("select id from queue_lane where letter = '{letter}' and unit = {SHOP}"))
        .to_string()
}

/// Takes a number as somebody at a kiosk of his own would; its secret.
async fn take(site: &TestSite, letter: &str, priority: &str) -> String {
    // Whoever walks in from the street gets a few numbers only: time passes.
    site.pass_minutes(1);
    let mut kiosk = kiosk_of(site).await;
    let lane = lane(site, letter);
    let done = kiosk
        .post(
            &format!("/lay-so/{SHOP}"),
            &[("lan", &lane), ("uu-tien", priority), ("lan-gui", &once())],
        )
        .await;
    let at = done.location.unwrap_or_else(|| panic!("no number: {}", done.text));
    at.trim_start_matches("/so/").split('?').next().unwrap().to_owned()
}

/// The token of a page of its own.
fn once() -> String {
    site::form::new_token()
}

async fn kiosk_of(site: &TestSite) -> Browser<'_> {
    let mut head = site.signed_in("truong");
    let made = head.post(&format!("/co-quan/quan-tri/hang-cho/{SHOP}/ki-ot"), &[]).await;
    assert_eq!(made.status, 303, "{}", made.text);
    head
}

async fn seated<'a>(site: &'a TestSite, login: &str, desk: i64) -> Browser<'a> {
    let mut browser = site.signed_in(login);
    let id =
        site.count(&format!("select id from queue_desk where number = {desk} and unit = {SHOP}"));
    let unit = SHOP.to_string();
    let done = browser
        .post(
            "/co-quan/hang-cho/quay",
            &[("don-vi", &unit), ("viec", "ngoi"), ("quay", &id.to_string())],
        )
        .await;
    assert_eq!(done.status, 303, "{}", done.text);
    browser
}

async fn press(browser: &mut Browser<'_>, path: &str, more: &[(&str, &str)]) -> (u16, String) {
    let unit = SHOP.to_string();
    let mut fields = vec![("don-vi", unit.as_str())];
    fields.extend_from_slice(more);
    let done = browser.post(&format!("/co-quan/hang-cho/{path}"), &fields).await;
    (done.status, done.text)
}

fn at_desk(site: &TestSite, desk: i64) -> String {
    site.run(move |tx| {
        let row = tx.query_one(
            "select t.letter, t.number from queue_ticket t join queue_desk d on d.id = t.desk
             where d.number = ?1 and t.status in ('called', 'serving')",
            &[desk.into()],
        )?;
        row.map_or(Ok(String::new()), |row| {
            Ok(domain::queue::label(&row.get::<String>(0)?, row.get(1)?))
        })
    })
}

fn ticket(site: &TestSite, label: &str) -> i64 {
    let (letter, number) = label.split_at(1);
    let number: i64 = number.parse().unwrap();
    site.count(&format!(
        "select id from queue_ticket where letter = '{letter}' and number = {number}"
    ))
}

on_both_engines! { crate::routes();
    async fn numbers_are_gapless_by_lane_and_day_and_name_nobody(site) {
        given_a_queue(&site);
        let first = take(&site, "A", "").await;
        take(&site, "B", "").await;
        take(&site, "A", "elderly").await;
        let labels = "select count(*) from queue_ticket where (letter = 'A' and number in (1, 2)) or (letter = 'B' and number = 1)";
        assert_eq!(site.count(labels), 3);
        let page = site.browser().get(&format!("/so/{first}")).await;
        assert!(page.text.contains("A001") && page.text.contains("Còn 1 người trước"), "{}", page.text);
        let english = site.browser().get(&format!("/so/{first}?lang=en")).await.text;
        assert!(english.contains("Your number") && english.contains("Papers"), "{english}");
        let slip = site.browser().get(&format!("/so/{first}/in")).await;
        assert_eq!((slip.status, slip.media_type.as_str()), (200, "application/pdf"));
        assert!(slip.bytes.starts_with(b"%PDF-"));
        // The next day begins with 1 again, and yesterday's slip tells nothing.
        site.pass_minutes(24 * 60);
        take(&site, "A", "").await;
        assert_eq!(site.count("select count(*) from queue_ticket where letter = 'A' and number = 1"), 2);
        assert_eq!(site.browser().get(&format!("/so/{first}")).await.status, 404);
        assert_eq!(site.count("select count(*) from journal where subject = 'ticket' and act = 'take'"), 4);
    }

    async fn a_form_that_is_sent_twice_gives_one_number(site) {
        given_a_queue(&site);
        let mut phone = site.browser();
        let lane = lane(&site, "A");
        let path = format!("/lay-so/{SHOP}");
        let once = [("lan", lane.as_str()), ("uu-tien", ""), ("lan-gui", "0123456789abcdef")];
        let one = phone.post(&path, &once).await;
        let two = phone.post(&path, &once).await;
        assert_eq!(one.location, two.location);
        assert_eq!(site.count("select count(*) from queue_ticket"), 1);
        // Another wish from the same page is said, not taken for the first.
        let first = one.location.unwrap();
        let other = [("lan", lane.as_str()), ("uu-tien", "disabled"), ("lan-gui", "0123456789abcdef")];
        let asked = phone.post(&path, &other).await;
        assert_eq!(asked.status, 422);
        assert!(asked.text.contains(&format!("href=\"{first}\"")), "{}", asked.text);
        let token = asked.text.split("name=\"lan-gui\" value=\"").nth(1).unwrap().split('"').next().unwrap();
        let other = [("lan", lane.as_str()), ("uu-tien", ""), ("lan-gui", token)];
        assert_eq!(phone.post(&path, &other).await.status, 303);
        assert_eq!(site.count("select count(*) from queue_ticket"), 2);
    }

    async fn whoever_is_not_in_the_hall_gets_a_few_numbers_only(site) {
        given_a_queue(&site);
        let (mut phone, lane) = (site.browser(), lane(&site, "A"));
        let path = format!("/lay-so/{SHOP}");
        // Who sends no token of a page of ours gets none.
        let bare = phone.post(&path, &[("lan", &lane), ("lan-gui", "")]).await;
        assert!(bare.status == 422 && bare.text.contains("Trang này đã cũ"), "{}", bare.text);
        assert_eq!(site.count("select count(*) from queue_ticket"), 0);
        for _ in 0..40 {
            assert_eq!(phone.post(&path, &[("lan", &lane), ("lan-gui", &once())]).await.status, 303);
        }
        assert_eq!(phone.post(&path, &[("lan", &lane), ("lan-gui", &once())]).await.status, 429);
        assert_eq!(site.count("select count(*) from queue_ticket"), 40);
        // At night nothing is given, and what is no lane is no lane.
        site.set_clock(jiff::civil::date(2026, 1, 8).at(21, 0, 0, 0));
        let night = phone.post(&path, &[("lan", &lane), ("lan-gui", &once())]).await;
        assert_eq!(night.status, 422);
        assert!(night.text.contains("Hiện chưa cấp số"), "{}", night.text);
        site.set_clock(jiff::civil::date(2026, 1, 9).at(8, 0, 0, 0));
        assert_eq!(phone.post(&path, &[("lan", "999"), ("lan-gui", &once())]).await.status, 422);
        assert_eq!(phone.post(&path, &[]).await.status, 422);
        assert_eq!(phone.get("/lay-so/999").await.status, 404);
    }

    async fn a_number_is_called_served_and_measured(site) {
        given_a_queue(&site);
        let plain = take(&site, "A", "").await;
        take(&site, "A", "").await;
        take(&site, "A", "disabled").await;
        let mut desk = seated(&site, "quay", 1).await;
        site.pass_minutes(5);
        assert_eq!(press(&mut desk, "goi", &[]).await.0, 303);
        assert_eq!(at_desk(&site, 1), "A003", "the priority first");
        let id = ticket(&site, "A003").to_string();
        let page = desk.get("/co-quan/hang-cho").await.text;
        assert!(page.contains("Mới gọi 1 lần: gọi lại") && page.contains("data-key=\"v\" disabled"), "{page}");
        let (status, text) = press(&mut desk, &format!("so/{id}/vang"), &[]).await;
        assert_eq!(status, 422);
        assert!(text.contains("Mới gọi 1 lần"), "{text}");
        assert_eq!(press(&mut desk, &format!("so/{id}/goi-lai"), &[]).await.0, 303);
        assert!(!desk.get("/co-quan/hang-cho").await.text.contains("data-key=\"v\" disabled"));
        assert_eq!(press(&mut desk, &format!("so/{id}/vang"), &[]).await.0, 303);
        assert_eq!(press(&mut desk, "goi", &[]).await.0, 303);
        assert_eq!(at_desk(&site, 1), "A001");
        let page = site.browser().get(&format!("/so/{plain}")).await.text;
        assert!(page.contains("Mời đến quầy số 1"), "{page}");
        // Two calls in a row without an answer are one too many.
        let id = ticket(&site, "A001").to_string();
        assert_eq!(press(&mut desk, "goi", &[("dang-o-quay", &id)]).await.0, 422);
        assert_eq!(press(&mut desk, &format!("so/{id}/bat-dau"), &[]).await.0, 303);
        site.pass_minutes(12);
        // Next finishes what is served.
        assert_eq!(press(&mut desk, "goi", &[("dang-o-quay", &id)]).await.0, 303);
        assert_eq!(at_desk(&site, 1), "A002");
        // The same press once more calls nobody else.
        assert_eq!(press(&mut desk, "goi", &[("dang-o-quay", &id)]).await.0, 303);
        assert_eq!(at_desk(&site, 1), "A002");
        assert_eq!(site.count("select (finished_ms - started_ms) / 60000 from queue_ticket where number = 1"), 12);
        // Whoever was missed and comes after all waits from now on.
        let missed = ticket(&site, "A003").to_string();
        assert_eq!(press(&mut desk, &format!("so/{missed}/tra-lai"), &[]).await.0, 303);
        assert_eq!(site.count("select count(*) from queue_ticket where number = 3 and since_ms > taken_ms and status = 'waiting'"), 1);
        assert_eq!(site.count("select calls from queue_unit"), 4);
        assert_eq!(site.count("select count(*) from queue_call"), 4);
        let head = site.signed_in("truong").get("/co-quan/hang-cho/thong-ke").await.text;
        assert!(head.contains("12 phút 00") && head.contains("trang-thai=done"), "{head}");
        let list = site.signed_in("truong").get("/co-quan/hang-cho/so?trang-thai=done").await.text;
        assert!(list.contains("A001") && !list.contains("A002") && list.contains("1 lượt"), "{list}");
        let hour = site.signed_in("truong").get("/co-quan/hang-cho/so?gio=9").await.text;
        assert!(hour.contains("0 lượt"), "{hour}");
        let file = site.signed_in("truong").get("/co-quan/hang-cho/so/xuat").await;
        assert_eq!(people::sheets::read("a.xlsx", &file.bytes).unwrap().rows.len(), 3);
        let file = site.signed_in("truong").get("/co-quan/hang-cho/thong-ke/xuat").await;
        assert!(people::sheets::read("a.xlsx", &file.bytes).unwrap().rows.len() >= 4);
    }

    async fn a_number_moves_to_another_lane_or_desk_and_keeps_its_place(site) {
        given_a_queue(&site);
        take(&site, "A", "").await;
        take(&site, "B", "").await;
        let (mut one, mut two, mut three) =
            (seated(&site, "quay", 1).await, seated(&site, "quay2", 2).await, seated(&site, "truong", 3).await);
        press(&mut one, "goi", &[]).await;
        let id = ticket(&site, "A001").to_string();
        let b = format!("lan-{}", lane(&site, "B"));
        assert_eq!(press(&mut one, &format!("so/{id}/chuyen"), &[]).await.0, 422, "where to?");
        assert_eq!(press(&mut one, &format!("so/{id}/chuyen"), &[("den", &b)]).await.0, 303);
        press(&mut three, "goi", &[]).await;
        assert_eq!(at_desk(&site, 3), "A001", "ahead of who came later to the lane");
        let desk2 = format!("quay-{}", site.count("select id from queue_desk where number = 2"));
        assert_eq!(press(&mut three, &format!("so/{id}/chuyen"), &[("den", &desk2)]).await.0, 303);
        press(&mut three, "goi", &[]).await;
        assert_eq!(at_desk(&site, 3), "B001", "the other is for desk 2 alone");
        press(&mut two, "goi", &[]).await;
        assert_eq!(at_desk(&site, 2), "A001");
        // What another desk called is none of this one's business.
        assert_eq!(press(&mut one, &format!("so/{id}/bat-dau"), &[]).await.0, 422);
        let unit = SHOP.to_string();
        let leave = [("don-vi", unit.as_str()), ("viec", "roi")];
        assert_eq!(two.post("/co-quan/hang-cho/quay", &leave).await.status, 303);
        let told = two.get("/co-quan/hang-cho").await.text;
        assert!(told.contains("Chưa rời được: quầy đang có số A001"), "{told}");
        assert_eq!(at_desk(&site, 2), "A001", "somebody stands there");
        assert_eq!(press(&mut two, &format!("so/{id}/tra-lai"), &[]).await.0, 303);
        assert_eq!(two.post("/co-quan/hang-cho/quay", &leave).await.status, 303);
        assert_eq!(press(&mut two, "goi", &[]).await.0, 422, "he sits nowhere");
        let pause = [("don-vi", unit.as_str()), ("viec", "nghi")];
        assert_eq!(one.post("/co-quan/hang-cho/quay", &pause).await.status, 303);
        assert_eq!(press(&mut one, "goi", &[]).await.0, 422, "paused");
    }

    async fn two_desks_that_press_in_one_moment_get_two_numbers(site) {
        given_a_queue(&site);
        for _ in 0..8 { take(&site, "A", "").await; }
        let (mut one, mut two) = (seated(&site, "quay", 1).await, seated(&site, "quay2", 2).await);
        for _ in 0..4 {
            let (a, b) = tokio::join!(press(&mut one, "goi", &[]), press(&mut two, "goi", &[]));
            assert_eq!((a.0, b.0), (303, 303), "{} {}", a.1, b.1);
            let (first, second) = (at_desk(&site, 1), at_desk(&site, 2));
            assert!(first != second && !first.is_empty() && !second.is_empty(), "{first} {second}");
            for (browser, label) in [(&mut one, first), (&mut two, second)] {
                let id = ticket(&site, &label).to_string();
                for step in ["bat-dau", "bat-dau", "xong", "xong"] {
                    let done = press(browser, &format!("so/{id}/{step}"), &[]).await;
                    assert_eq!(done.0, 303, "pressed twice: {}", done.1);
                }
            }
        }
        assert_eq!(site.count("select count(*) from queue_ticket where status = 'done' and calls = 1"), 8);
        assert_eq!(site.count("select count(distinct ticket) from queue_call"), 8);
    }

    async fn nobody_loses_his_desk_without_being_told_by_whom(site) {
        given_a_queue(&site);
        let mut one = seated(&site, "quay", 1).await;
        let unit = SHOP.to_string();
        let desk = site.count("select id from queue_desk where number = 1").to_string();
        let mut two = site.signed_in("quay2");
        let path = "/co-quan/hang-cho/quay";
        // His page showed it empty: he is told who sits there.
        let blind = [("don-vi", unit.as_str()), ("viec", "ngoi"), ("quay", desk.as_str())];
        assert_eq!(two.post(path, &blind).await.status, 303);
        let told = two.get("/co-quan/hang-cho").await.text;
        assert!(told.contains("Quầy số 1 đang có quay ngồi") && told.contains("Ngồi thay quay<"), "{told}");
        assert_eq!(site.text("select a.login from queue_desk d join account a on a.id = d.account"), "quay");
        // Knowing it, he may; and whoever sat there is told.
        let value = told.split("name=\"quay\" value=\"").find(|it| it.contains("Ngồi thay quay<")).unwrap();
        let value = value.split('"').next().unwrap().to_owned();
        let knowing = [("don-vi", unit.as_str()), ("viec", "ngoi"), ("quay", value.as_str())];
        assert_eq!(two.post(path, &knowing).await.status, 303);
        assert_eq!(site.text("select a.login from queue_desk d join account a on a.id = d.account"), "quay2");
        let loser = one.get("/co-quan/hang-cho").await.text;
        assert!(loser.contains("quay2 đã ngồi thay vào quầy số 1 lúc"), "{loser}");
        let (status, text) = press(&mut one, "goi", &[]).await;
        assert!(status == 422 && text.contains("quay2 đã ngồi thay vào quầy số 1"), "{text}");
        // The winner gets up: nothing is left to say.
        assert_eq!(two.post(path, &[("don-vi", unit.as_str()), ("viec", "roi")]).await.status, 303);
        assert!(!one.get("/co-quan/hang-cho").await.text.contains("đã ngồi thay"));
    }

    async fn a_screen_that_was_away_is_told_what_it_missed(site) {
        given_a_queue(&site);
        for _ in 0..3 { take(&site, "A", "").await; }
        let mut desk = seated(&site, "quay", 1).await;
        for _ in 0..3 {
            press(&mut desk, "goi", &[]).await;
            let label = at_desk(&site, 1);
            let id = ticket(&site, &label).to_string();
            press(&mut desk, &format!("so/{id}/bat-dau"), &[]).await;
            press(&mut desk, &format!("so/{id}/xong"), &[]).await;
        }
        let page = site.browser().get(&format!("/man-hinh/{SHOP}")).await.text;
        assert!(page.contains("data-last=\"3\"") && page.contains("A003") && page.contains("A001"), "{page}");
        let calls = site.run(|tx| sql::tickets::calls_after(tx, UnitId(SHOP), 1, 20));
        let told: Vec<_> = calls.iter().map(|it| (it.number, it.label.as_str(), it.desk)).collect();
        assert_eq!(told, [(2, "A002", 1), (3, "A003", 1)]);
        assert_eq!(site.browser().get("/man-hinh/999/dong").await.status, 404);
    }

    async fn a_person_waits_in_his_own_lane_alone(site) {
        given_a_queue(&site);
        take(&site, "A", "").await;
        // The first desk serves both lanes: whoever takes B waits for the one in A, in a lane of his own.
        let page = site.browser().get(&format!("/man-hinh/{SHOP}")).await.text;
        assert!(page.contains("data-lane=\"A\">1<") && page.contains("data-lane=\"B\">0<"), "{page}");
        let page = site.browser().get("/hang-cho").await.text;
        assert_eq!(page.matches("1 người đang chờ").count(), 1, "{page}");
        assert_eq!(page.matches("0 người đang chờ").count(), 1, "{page}");
        let counts = |site: &TestSite| site.run(|tx| {
            let today = tx.now().civil().date();
            sql::tickets::waiting_by_lane(tx, UnitId(SHOP), today)
        });
        assert_eq!(counts(&site), [("A".to_owned(), 1), ("B".to_owned(), 0)]);
        let mut desk = seated(&site, "quay", 1).await;
        press(&mut desk, "goi", &[]).await;
        assert_eq!(counts(&site), [("A".to_owned(), 0), ("B".to_owned(), 0)], "called, no more waiting");
    }

    async fn the_queue_of_another_commune_is_out_of_reach(site) {
        given_a_queue(&site);
        take(&site, "A", "").await;
        let unit = SHOP.to_string();
        let mut stranger = site.signed_in("quay-khac");
        let page = stranger.get(&format!("/co-quan/hang-cho?don-vi={SHOP}")).await.text;
        assert!(page.contains("chưa gọi số") && !page.contains("A001"), "{page}");
        assert_eq!(stranger.post("/co-quan/hang-cho/goi", &[("don-vi", &unit)]).await.status, 404);
        let sit = [("don-vi", unit.as_str()), ("viec", "ngoi"), ("quay", "1")];
        assert_eq!(stranger.post("/co-quan/hang-cho/quay", &sit).await.status, 404);
        let mut head = site.signed_in("truong-khac");
        let set_up = format!("/co-quan/quan-tri/hang-cho/{SHOP}");
        assert_eq!(head.get(&set_up).await.status, 404);
        assert_eq!(head.post(&format!("{set_up}/lan"), &[("chu", "C")]).await.status, 404);
        assert_eq!(head.get("/co-quan/hang-cho/so").await.status, 404, "none of his own");
        assert_eq!(head.get(&format!("/co-quan/quan-tri/hang-cho/{OTHER}")).await.status, 200);
    }

    async fn a_head_sets_lanes_and_desks_up(site) {
        given_two_communes(&site);
        let mut head = site.signed_in("truong");
        let path = format!("/co-quan/quan-tri/hang-cho/{SHOP}");
        assert!(head.get("/co-quan/hang-cho").await.text.contains("chưa gọi số"));
        let rule = [("mo", "1"), ("mo-som", "15"), ("uu-tien", "20"), ("tuoi", "75"), ("goi", "2"),
            ("dat-truoc", "5"), ("khung", "30"), ("hen-truoc", "20"), ("cho-tre", "10"), ("giu-ngay", "30")];
        let mut young = rule;
        young[3].1 = "50";
        let wrong = head.post(&path, &young).await;
        assert_eq!(wrong.status, 422);
        assert!(wrong.text.contains("Nhập một số từ 60 đến 100"), "{}", wrong.text);
        assert_eq!(head.post(&path, &rule).await.status, 303);
        let edition = |site: &TestSite| site.count("select edition from queue_unit").to_string();
        let mark = edition(&site);
        let lane = [("chu", "A"), ("ten-lan", "Hộ tịch"), ("phut", "8"), ("suc-chua", "2"), ("an-ban", mark.as_str())];
        assert_eq!(head.post(&format!("{path}/lan"), &lane).await.status, 303);
        let stale = head.post(&format!("{path}/lan"), &lane).await;
        assert_eq!(stale.status, 422);
        assert!(stale.text.contains("vừa được người khác sửa"), "{}", stale.text);
        let mark = edition(&site);
        let none = head.post(&format!("{path}/quay"), &[("so-quay", "1"), ("an-ban", &mark)]).await;
        assert_eq!(none.status, 422, "a desk without a lane");
        let desk = [("so-quay", "1"), ("lan", "A"), ("an-ban", mark.as_str())];
        assert_eq!(head.post(&format!("{path}/quay"), &desk).await.status, 303);
        let kiosk = site.browser().get(&format!("/lay-so/{SHOP}")).await.text;
        assert!(kiosk.contains("Hộ tịch") && kiosk.contains("Người từ 75 tuổi trở lên"), "{kiosk}");
        let waits = site.browser().get("/hang-cho").await.text;
        assert!(waits.contains("Một cửa xã Phú Sơn") && waits.contains("không phải chờ"), "{waits}");
        assert_eq!(site.count("select count(*) from journal where subject = 'queue'"), 3);
    }

    async fn the_set_up_goes_out_and_comes_in_as_a_file(site) {
        given_a_queue(&site);
        let value = site.run(exchange::configuration_export);
        let import = |value: serde_json::Value| {
            site.run(move |tx| Ok::<_, Fault>(exchange::configuration_import(tx, &value)))
        };
        assert_eq!(import(value.clone()).unwrap(), Vec::<String>::new(), "the same changes nothing");
        let mut other = value.clone();
        other["queues"][0]["lanes"][0]["name"] = "Hộ tịch".into();
        other["queues"][0]["desks"].as_array_mut().unwrap().pop();
        other["queues"][0]["rule"]["priority_minutes"] = 45.into();
        let lines = import(other.clone()).unwrap();
        assert_eq!(lines, [
            "Hàng chờ Một cửa xã Phú Sơn: đổi cách xếp hàng, khung giờ đặt lịch",
            "Hàng chờ Một cửa xã Phú Sơn: đổi làn A (Hộ tịch)",
            "Hàng chờ Một cửa xã Phú Sơn: đóng quầy số 3",
        ]);
        assert_eq!(site.count("select closed from queue_desk where number = 3"), 1);
        assert_eq!(site.count("select priority_minutes from queue_unit"), 45);
        other["queues"][0]["unit"] = "Một cửa xã Khác".into();
        assert!(import(other).unwrap()[0].contains("không có đơn vị này"));
        let mut bad = value;
        bad["queues"][0]["rule"]["slot_minutes"] = 0.into();
        assert!(import(bad).is_err());
        assert!(import(serde_json::json!({"queues": 3})).is_err());
    }
}

on_both_engines! { citizen::routes().and(crate::routes());
    async fn a_closed_counter_says_its_hours_and_when_it_opens_next(site) {
        given_a_queue(&site);
        let mut street = site.browser();
        let open = street.get(&format!("/man-hinh/{SHOP}")).await.text;
        assert!(open.contains("Chưa gọi số nào") && !open.contains("Mở cửa lại"), "{open}");
        // Friday evening: it opens on the Saturday that is worked for the second of January.
        site.set_clock(jiff::civil::date(2026, 1, 9).at(20, 0, 0, 0));
        for path in ["/hang-cho".to_owned(), format!("/man-hinh/{SHOP}"), format!("/lay-so/{SHOP}")] {
            let page = street.get(&path).await.text;
            assert!(page.contains("Giờ làm việc hôm nay: 07:"), "{path}: {page}");
            assert!(page.contains("Mở cửa lại lúc 07:") && page.contains("10/01/2026"), "{path}: {page}");
        }
        // On a day off there are no hours to name, only when it opens.
        site.set_clock(jiff::civil::date(2026, 1, 11).at(9, 0, 0, 0));
        let page = street.get("/hang-cho").await.text;
        assert!(page.contains("Hôm nay là ngày nghỉ.") && page.contains("12/01/2026"), "{page}");
    }

    async fn a_dossier_received_at_the_desk_is_tied_to_its_number(site) {
        given_a_queue(&site);
        take(&site, "A", "").await;
        let mut desk = seated(&site, "quay", 1).await;
        press(&mut desk, "goi", &[]).await;
        let id = ticket(&site, "A001").to_string();
        let unit = SHOP.to_string();
        let opened = desk.post(&format!("/co-quan/hang-cho/so/{id}/ho-so"), &[("don-vi", &unit)]).await;
        assert_eq!(opened.location.as_deref(), Some("/co-quan/ho-so/moi"));
        let birth = [("thu-tuc", "1.001193"), ("lan", "0123456789abcdef0123456789abcdef"), ("viec", "nhan"),
            ("ho-ten", "Nguyễn Thị Thử"), ("dien-thoai", "0912345678"), ("kenh", "direct"),
            ("nhan-ket-qua", "counter"), ("co-1", "1"), ("so-1", "1")];
        let done = desk.post("/co-quan/ho-so/moi", &birth).await;
        assert_eq!(done.status, 303, "{}", done.text);
        assert_eq!(site.count("select count(*) from queue_ticket_dossier where dossier = 1"), 1);
        let page = desk.get("/co-quan/hang-cho").await.text;
        assert!(page.contains("/co-quan/ho-so/1\"") && page.contains("Đang phục vụ"), "{page}");
        // What is received without a number is tied to none.
        press(&mut desk, &format!("so/{id}/xong"), &[]).await;
        let mut again = birth;
        again[1].1 = "fedcba9876543210fedcba9876543210";
        again[3].1 = "Lê Văn Thử";
        assert_eq!(desk.post("/co-quan/ho-so/moi", &again).await.status, 303);
        assert_eq!(site.count("select count(*) from queue_ticket_dossier"), 1);
    }
}
