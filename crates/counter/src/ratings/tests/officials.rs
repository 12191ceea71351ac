//! What is said of an official, through the front door: visits, the link, the tablet, packets, answers, folding, cases.

use domain::{access::Role, ids::UnitId, queue::TicketStep};
use testkit::{TestSite, on_both_engines};

use super::{given_a_result, given_returned, rate, token};
use crate::{
    queue::{DeskPlan, LanePlan, Plan, service, set_up},
    ratings::{self, Answered},
    tests::SHOP,
};

fn staff(site: &TestSite, login: &str) -> i64 {
    site.count(&format!("select staff from account where login = '{login}'"))
}

/// A desk with a lane at Phú Sơn.
fn given_a_desk(site: &TestSite) {
    let plan = Plan {
        lanes: vec![LanePlan {
            letter: "A".into(),
            name: "Hộ tịch".into(),
            name_en: "Papers".into(),
            serving_minutes: 10,
            slot_capacity: 2,
            closed: false,
        }],
        desks: vec![DeskPlan { number: 1, lanes: vec!["A".into()], closed: false }],
        ..Plan::fresh(jiff::civil::date(2026, 1, 8))
    };
    site.run(|tx| set_up(tx, UnitId(SHOP), &plan));
}

/// A number that `quay` served at the desk; its secret.
fn given_served(site: &TestSite) -> String {
    let account = site.count("select id from account where login = 'quay'");
    site.run(|tx| {
        let queue = service::Queue::hold(tx, UnitId(SHOP)).map_err(|_| broken())?;
        let lane = queue.lanes[0].id;
        let by =
            service::Server { desk: queue.desks[0].id, account: domain::ids::AccountId(account) };
        let ticket = service::give(tx, &queue, lane, "", None).map_err(|_| broken())?;
        let called = service::call_next(tx, &queue, by).map_err(|_| broken())?.unwrap();
        let it =
            service::step(tx, &queue, by, called, TicketStep::Start, None).map_err(|_| broken())?;
        service::step(tx, &queue, by, it, TicketStep::Finish, None).map_err(|_| broken())?;
        Ok(ticket.secret)
    })
}

fn broken() -> store::Fault {
    store::Fault::Broken("played".to_owned())
}

/// `count` more answers about `login`, each of a visit of its own.
fn given_answers(site: &TestSite, login: &str, count: i64, (face, words): (i64, &str)) {
    let id = staff(site, login);
    for _ in 0..count {
        let secret = given_served(site);
        site.run(|tx| {
            let visit = crate::queue::facts::of_secret(tx, &secret)?.unwrap();
            let answers =
                [("attitude".to_owned(), if face > 2 { "good" } else { "bad" }.to_owned())];
            let answered = Answered { face, answers: &answers, words, door: "ticket", desk: None };
            assert!(ratings::keep_visit(tx, &visit, &answered)?);
            tx.execute("update rating_official set staff = ?1 where parts = 'served'", &[id.into()])
        });
    }
}

on_both_engines! { citizen::routes().and(voice::routes()).and(crate::routes());
    async fn a_visit_without_a_dossier_is_rated_once_with_its_number(site) {
        given_a_result(&site).await;
        given_a_desk(&site);
        let secret = given_served(&site);
        let mut browser = site.browser();
        let page = browser.get(&format!("/danh-gia/{SHOP}?so={secret}")).await.text;
        assert!(page.contains("A001") && page.contains("gây phiền hà") && !page.contains("ngày hẹn"), "{page}");
        let fields = [("the", token(&page)), ("mat", "2".to_owned()), ("muc-trouble", "some".to_owned())];
        let fields: Vec<(&str, &str)> = fields.iter().map(|(a, b)| (*a, b.as_str())).collect();
        assert_eq!(browser.post(&format!("/danh-gia/{SHOP}"), &fields).await.status, 303);
        assert_eq!(site.count("select count(*) from rating where ticket is not null and face = 2"), 1);
        let served = format!("select count(*) from rating_official where staff = {} and parts = 'served'", staff(&site, "quay"));
        assert_eq!(site.count(&served), 1);
        assert_eq!(browser.post(&format!("/danh-gia/{SHOP}"), &fields).await.status, 422);
        let again = browser.get(&format!("/danh-gia/{SHOP}?so={secret}")).await.text;
        assert!(!again.contains("Rất hài lòng"), "{again}");
        // A low one stands before the head, without a word.
        let list = site.signed_in("truong").get(&format!("/co-quan/danh-gia/y-kien?don-vi={SHOP}&xem=thap")).await.text;
        assert!(list.contains("lượt đến không nộp hồ sơ") && list.contains("không ghi lời"), "{list}");
    }

    async fn the_link_of_the_receipt_opens_the_faces_once_and_names_nobody(site) {
        given_a_result(&site).await;
        let code = site.text("select code from rating_link");
        let mut browser = site.browser();
        let early = browser.get(&format!("/dg/{code}")).await.text;
        assert!(early.contains("chưa có kết quả") && !early.contains("name=\"the\""), "{early}");
        given_returned(&site);
        let page = browser.get(&format!("/dg/{code}")).await.text;
        assert!(page.contains("Rất hài lòng") && !page.contains("Nguyễn Thị Thử"), "{page}");
        let fields = [("the", token(&page)), ("mat", "5".to_owned()), ("muc-attitude", "good".to_owned())];
        let fields: Vec<(&str, &str)> = fields.iter().map(|(a, b)| (*a, b.as_str())).collect();
        // Whoever is signed in at the office does not answer for a citizen.
        let office = site.signed_in("quay").post(&format!("/danh-gia/{SHOP}"), &fields).await;
        assert!(office.status == 422 && office.text.contains("của người dân"), "{}", office.text);
        assert_eq!(browser.post(&format!("/danh-gia/{SHOP}"), &fields).await.status, 303);
        assert_eq!(site.count("select count(*) from rating where door = 'link' and dossier = 1"), 1);
        assert!(browser.get(&format!("/dg/{code}")).await.text.contains("đã được đánh giá"));
        assert_eq!(browser.get("/dg/0123456789abcdef").await.status, 404);
        // Who received it is known; the dossier's officer too.
        let about = format!("select count(*) from rating_official where staff = {}", staff(&site, "quay"));
        assert_eq!(site.count(&about), 1);
        let receipt = site.signed_in("quay").get("/co-quan/ho-so/1/in/giay-hen").await;
        assert!(receipt.status != 200 || receipt.bytes.starts_with(b"%PDF-"));
    }

    async fn a_tablet_shows_what_its_desk_has_just_served_and_nobody_of_the_office_answers_on_it(site) {
        given_a_result(&site).await;
        given_a_desk(&site);
        let desk = site.count(&format!("select id from queue_desk where unit = {SHOP}"));
        let stand = format!("/danh-gia/{SHOP}/quay/{desk}");
        assert_eq!(site.browser().get(&stand).await.status, 404, "no tablet");
        let mut head = site.signed_in("truong");
        let made = head.post(&format!("/co-quan/quan-tri/hang-cho/{SHOP}/danh-gia"), &[("so-quay", "1")]).await;
        assert_eq!(made.status, 303, "{}", made.text);
        assert_eq!(head.get(&stand).await.status, 422, "still signed in");
        let cookie = head.cookie("mc_danh_gia").unwrap().to_owned();
        let mut tablet = site.browser();
        tablet.set_cookie("mc_danh_gia", &cookie);
        assert!(tablet.get(&stand).await.text.contains("được phục vụ xong"));
        given_served(&site);
        assert!(tablet.get(&stand).await.text.contains("A001"));
        let faces = tablet.get(&format!("{stand}/mat")).await.text;
        assert!(faces.contains("Không đánh giá") && faces.contains("data-idle"), "{faces}");
        let (the, desk) = (token(&faces), desk.to_string());
        let fields = [("the", the.as_str()), ("mat", "4"), ("quay", desk.as_str())];
        let done = tablet.post(&format!("/danh-gia/{SHOP}"), &fields).await;
        assert_eq!(done.location.as_deref(), Some(format!("{stand}?cam-on=1").as_str()), "{}", done.text);
        assert_eq!(site.count("select count(*) from rating where door = 'desk'"), 1);
        // It is back at its start, and the journal knows the desk, not who.
        assert!(!tablet.get(&stand).await.text.contains("A001"));
        assert_eq!(site.count("select count(*) from journal where act = 'rate' and details like '%desk%'"), 1);
        // What was served long ago cannot be rated there.
        given_served(&site);
        site.pass_minutes(11);
        assert!(!tablet.get(&stand).await.text.contains("A002"));
        assert_eq!(tablet.get(&format!("/danh-gia/{SHOP}/quay/999")).await.status, 404);
    }

    async fn the_menu_leads_to_ratings_whoever_may_have_some_and_nobody_else(site) {
        given_a_result(&site).await;
        site.given_people(&[
            ("lanhdao", Role::Leader, 2),
            ("thanhtra", Role::Auditor, 2),
            ("tcd", Role::ReceptionOfficer, 2),
        ]);
        site.given_account("quan-tri", Role::Administrator, 2);
        let mine = "/co-quan/danh-gia-cua-toi";
        for (login, is_led) in
            [("quay", true), ("truong", true), ("lanhdao", false), ("thanhtra", false), ("tcd", false), ("quan-tri", false)]
        {
            let page = site.signed_in(login).get(mine).await.text;
            let links = page.matches("href=\"/co-quan/danh-gia-cua-toi\"").count();
            assert_eq!(links > 0, is_led, "{login}: {page}");
        }
    }

    async fn of_fewer_than_five_nothing_is_told_and_then_by_packets(site) {
        given_a_result(&site).await;
        given_a_desk(&site);
        given_answers(&site, "quay", 4, (5, ""));
        let mine = "/co-quan/danh-gia-cua-toi";
        let page = site.signed_in("quay").get(mine).await.text;
        assert!(page.contains("Chưa đủ 5 lượt") && !page.contains("100%"), "{page}");
        let list = format!("/co-quan/danh-gia/can-bo?don-vi={SHOP}");
        assert!(site.signed_in("truong").get(&list).await.text.contains("chưa đủ 5 lượt"));
        given_answers(&site, "quay", 1, (1, "Nói năng khó nghe."));
        let page = site.signed_in("quay").get(mine).await.text;
        assert!(page.contains("5 lượt đánh giá") && page.contains("80%") && page.contains("4/5 lượt"), "{page}");
        // Wilson: 4 of 5 lies between 37,5% and 96,4%.
        assert!(page.contains("37%–97%"), "{page}");
        assert!(page.contains("Nói năng khó nghe."), "{page}");
        // The sixth is not seen before the tenth.
        given_answers(&site, "quay", 1, (1, "Câu thứ sáu."));
        let same = site.signed_in("quay").get(mine).await.text;
        assert!(same.contains("4/5 lượt") && !same.contains("Câu thứ sáu."), "{same}");
        let file = site.signed_in("truong").get(&format!("/co-quan/danh-gia/can-bo/xuat?don-vi={SHOP}")).await;
        let table = people::sheets::read("a.xlsx", &file.bytes).unwrap();
        assert!(table.rows.iter().any(|it| it.1.contains(&"Hài lòng chung".to_owned()) && it.1.contains(&"5".to_owned())));
        assert_eq!(site.signed_in("quay").get(&list).await.status, 403);
        assert_eq!(site.signed_in("truong-khac").get(&list).await.status, 404);
    }

    async fn he_answers_what_was_said_and_only_another_one_publishes_it(site) {
        given_a_result(&site).await;
        given_a_desk(&site);
        given_answers(&site, "quay", 4, (5, ""));
        given_answers(&site, "quay", 1, (2, "Chị Hoa 0912345678 phải chờ lâu."));
        let id = site.count("select id from rating where words <> ''");
        let mut official = site.signed_in("quay");
        let own = format!("/co-quan/danh-gia-cua-toi/{id}");
        assert_eq!(official.post(&own, &[("tra-loi", "")]).await.status, 422);
        let said = [("tra-loi", "Tôi xin lỗi, hôm đó mất điện."), ("cong-khai", "1")];
        assert_eq!(official.post(&own, &said).await.status, 303);
        assert_eq!(site.signed_in("quay2").get(&own).await.status, 404, "not about him");
        let one = format!("/co-quan/danh-gia/y-kien/{id}");
        let page = site.signed_in("truong").get(&one).await.text;
        assert!(page.contains("hôm đó mất điện") && page.contains("đề nghị công khai"), "{page}");
        let publish = format!("{one}/dang/{}", staff(&site, "quay"));
        let words = [("y-kien-dang", "Phải chờ lâu."), ("tra-loi-dang", "Xin lỗi, hôm đó mất điện.")];
        let unread = site.signed_in("truong").post(&publish, &words).await;
        assert!(unread.status == 422 && unread.text.contains("đọc lại"), "{}", unread.text);
        let mut all = words.to_vec();
        all.push(("da-doc", "1"));
        assert_eq!(official.post(&publish, &all).await.status, 403);
        assert_eq!(site.signed_in("truong").post(&publish, &all).await.status, 303);
        let public = site.browser().get(&format!("/can-bo/{}", staff(&site, "quay"))).await.text;
        assert!(public.contains("Phải chờ lâu.") && !public.contains("0912345678"), "{public}");
        assert!(public.contains(&format!("/phan-anh/2?can-bo={}", staff(&site, "quay"))), "{public}");
        // He says something else: the old words are public no more.
        assert_eq!(official.post(&own, &said).await.status, 303);
        let public = site.browser().get(&format!("/can-bo/{}", staff(&site, "quay"))).await.text;
        assert!(!public.contains("Phải chờ lâu."), "{public}");
        // Folded, it is shown to nobody and still counts.
        let fold = format!("{one}/gap");
        assert_eq!(site.signed_in("truong").post(&fold, &[("ly-do-gap", "")]).await.status, 422);
        assert_eq!(site.signed_in("truong").post(&fold, &[("ly-do-gap", "Có số điện thoại")]).await.status, 303);
        let mine = official.get("/co-quan/danh-gia-cua-toi").await.text;
        assert!(mine.contains("đã được người đứng đầu gấp lại") && mine.contains("4/5 lượt") && !mine.contains("Chị Hoa"), "{mine}");
        let list = site.signed_in("truong").get(&format!("/co-quan/danh-gia/y-kien?don-vi={SHOP}")).await.text;
        assert!(list.contains("1 ý kiến đã gấp") && !list.contains("Chị Hoa"), "{list}");
        assert_eq!(site.count("select count(*) from journal where act = 'fold_words'"), 1);
        assert_eq!(site.signed_in("truong").post(&format!("{one}/mo"), &[]).await.status, 303);
        assert!(site.signed_in("truong").get(&one).await.text.contains("Chị Hoa"));
    }

    async fn a_head_does_not_read_one_by_one_what_is_said_of_himself(site) {
        given_a_result(&site).await;
        given_a_desk(&site);
        given_answers(&site, "truong", 1, (1, "Ông trưởng quát tôi trước mặt mọi người."));
        let id = site.count("select id from rating");
        let (one, list) = (format!("/co-quan/danh-gia/y-kien/{id}"), format!("/co-quan/danh-gia/y-kien?don-vi={SHOP}"));
        let mut head = site.signed_in("truong");
        assert_eq!(head.get(&one).await.status, 404);
        assert!(!head.get(&list).await.text.contains("quát tôi"));
        for (step, fields) in [("gap", vec![("ly-do-gap", "Không hay")]), ("mo", vec![])] {
            assert_eq!(head.post(&format!("{one}/{step}"), &fields).await.status, 404, "{step}");
        }
        let export = head.get(&list.replace("y-kien?", "y-kien/xuat?")).await;
        let rows = people::sheets::read("a.xlsx", &export.bytes).map_or(0, |it| it.rows.len());
        assert_eq!((export.status, rows), (200, 0));
        let page = site.signed_in("ky").get(&one).await.text;
        assert!(page.contains("quát tôi"), "another one reads it: {page}");
        assert!(site.signed_in("ky").get(&list).await.text.contains("quát tôi"));
    }

    async fn a_complaint_of_a_rating_that_was_found_untrue_leaves_the_indicator(site) {
        given_a_result(&site).await;
        given_returned(&site);
        assert_eq!(rate(&site, "1", "bad").await.0, 303);
        let evaluation = format!("/co-quan/danh-gia?don-vi={SHOP}&ky=2026-01");
        let points = |page: &str| {
            let row = page.split("id=\"chi-so-7\"").nth(1).unwrap_or_default().to_owned();
            row.split("<b>").nth(2).and_then(|it| it.split('<').next()).unwrap_or_default().to_owned()
        };
        let before = points(&site.signed_in("ky").get(&evaluation).await.text);
        assert_eq!(before, "0,0");
        let one = format!("/co-quan/danh-gia/y-kien/{}", site.count("select id from rating"));
        let page = site.signed_in("truong").get(&one).await.text;
        assert!(page.contains("Mở vụ việc") && !page.contains(&site.text("select code from dossier")), "{page}");
        let named = staff(&site, "quay").to_string();
        let stranger = staff(&site, "thuly").to_string();
        let open = format!("{one}/vu-viec");
        let wrong = [("can-bo", stranger.as_str()), ("noi-dung", "Nói khó nghe")];
        assert_eq!(site.signed_in("truong").post(&open, &wrong).await.status, 404, "he had no part in it");
        let right = [("can-bo", named.as_str()), ("noi-dung", "Nói khó nghe ở quầy")];
        let done = site.signed_in("truong").post(&open, &right).await;
        assert_eq!(done.status, 303, "{}", done.text);
        assert_eq!(site.count("select count(*) from conduct_rating"), 1);
        assert_eq!(points(&site.signed_in("ky").get(&evaluation).await.text), "0,0", "not yet looked into");
        site.given("update conduct_case set conclusion = 'untrue'", &[]);
        let after = site.signed_in("ky").get(&evaluation).await.text;
        assert!(["1,0", "2,0"].contains(&points(&after).as_str()), "{after}");
        let behind = site.signed_in("ky").get(&format!("/co-quan/danh-gia/ho-so?don-vi={SHOP}&ky=2026-01&chi-so=7")).await.text;
        assert!(behind.contains("đã được xác minh là không đúng"), "{behind}");
    }
}
