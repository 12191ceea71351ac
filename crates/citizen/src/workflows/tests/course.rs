//! Dossiers do what their workflow says, on both databases.

use domain::access::Role;
use testkit::{Browser, TestSite, on_both_engines};

use super::{given, publish, publish_of, with_role};
use crate::dossiers::{
    facts as dossiers,
    tests::{birth, received},
};

/// The second dossier, for who counts.
const SECOND: &str = "dddddddddddddddddddddddddddddddd";

/// The third one.
const THIRD: &str = "eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee";

/// The fourth one.
const FOURTH: &str = "ffffffffffffffffffffffffffffffff";

async fn act(browser: &mut Browser<'_>, step: &str, fields: &[(&str, &str)]) -> testkit::Answer {
    browser.post(&format!("/co-quan/ho-so/1/{step}"), fields).await
}

async fn does(browser: &mut Browser<'_>, step: &str, fields: &[(&str, &str)]) {
    let answer = act(browser, step, fields).await;
    assert_eq!(answer.status, 303, "{step}: {}", answer.text);
}

/// To the officer who works on it.
async fn in_process(site: &TestSite) {
    let mut counter = received(site).await;
    does(&mut counter, "chuyen", &[("don-vi", "2")]).await;
    let officer = site.text("select cast(id as text) from staff where name = 'thuly'");
    does(&mut site.signed_in("truong"), "phan-cong", &[("can-bo", &officer)]).await;
    does(&mut site.signed_in("thuly"), "thu-ly", &[]).await;
}

/// Two people, so that neither is taken for the other's twin.
fn wish_name(wish: &str) -> &'static str {
    if wish == "ngay" { "Lê Một" } else { "Trần Hai" }
}

fn status(site: &TestSite) -> String {
    site.text("select status from dossier where id = 1")
}

fn sound(site: &TestSite) {
    assert_eq!(site.run(dossiers::unfolded), [], "the rows are the fold of their events");
}

/// The default workflow with a step of review after the officer's.
const REVIEW: [(&str, &str); 5] = [
    ("so-buoc", "7"),
    ("b7-nguoi", "Trưởng bộ phận"),
    ("b7-vai", "reviewer"),
    ("b7-viec", "Thẩm tra"),
    ("b7-gio", "1"),
];

async fn publish_with_review(site: &TestSite) {
    // Added at the end, then moved up to stand between the officer and the signer.
    let mut browser = site.signed_in("cchc");
    browser.post(&format!("{}/nhap-moi", super::DEFAULT), &[]).await;
    let mut fields: Vec<(&str, &str)> = REVIEW.to_vec();
    fields.extend([("viec", "len-7"), ("can-cu", "QĐ 1")]);
    super::save(
        &mut browser,
        "default-commune",
        super::fields_of(site, "default-commune"),
        &fields,
    )
    .await;
    for wish in ["len-6", "len-5"] {
        let fields = super::fields_of(site, "default-commune");
        super::save(&mut browser, "default-commune", fields, &[("viec", wish)]).await;
    }
    publish(site, &[]).await;
    let part = site.run(|tx| {
        let all = super::sql::versions(tx, "default-commune")?;
        Ok(all[0].body.steps[3].part)
    });
    assert_eq!(part, domain::dossier::Part::Reviewer);
}

on_both_engines! { crate::routes();
    async fn a_draft_passes_its_reviewer_before_it_is_signed(site) {
        given(&site);
        publish_with_review(&site).await;
        in_process(&site).await;
        let mut specialist = site.signed_in("thuly");
        does(&mut specialist, "trinh-ky", &[]).await;
        assert_eq!(status(&site), "to_review");
        assert_eq!(act(&mut site.signed_in("ky"), "ky", &[]).await.status, 422, "not reviewed yet");
        assert_eq!(act(&mut specialist, "tham-tra", &[]).await.status, 422, "not his own");
        let mut head = site.signed_in("truong");
        assert!(head.get("/co-quan").await.text.contains("Bản trình chờ thẩm tra"));
        assert!(head.get("/co-quan/ho-so?nhom=cho-tham-tra").await.text.contains("Nguyễn Thị Thử"));
        assert_eq!(act(&mut head, "tra-lai", &[("loi", "")]).await.status, 422, "with a reason");
        does(&mut head, "tra-lai", &[("loi", "Sai năm sinh")]).await;
        assert_eq!(status(&site), "processing");
        assert_eq!(site.count("select step from dossier where id = 1"), 2, "back to the officer's step");
        does(&mut specialist, "trinh-ky", &[]).await;
        does(&mut head, "tham-tra", &[]).await;
        assert_eq!(status(&site), "to_sign");
        does(&mut site.signed_in("ky"), "ky", &[]).await;
        assert_eq!(status(&site), "to_number");
        let page = head.get("/co-quan/ho-so/1").await;
        assert!(page.text.contains("Thẩm tra đạt, trình ký"), "{}", page.text);
        let slip = head.get("/co-quan/ho-so/1/in/phieu-kiem-soat").await;
        assert_eq!(slip.status, 200, "{}", slip.text);
        sound(&site);
    }

    async fn a_step_is_not_left_before_its_conditions_are_met_and_says_which(site) {
        given(&site);
        publish(&site, &[
            ("b3-phi", "1"), ("b3-giay", "Đơn xin không ai có"), ("b3-van-ban", "Biên bản xác minh"),
            ("can-cu", "QĐ 1"),
        ]).await;
        in_process(&site).await;
        let mut specialist = site.signed_in("thuly");
        let page = specialist.get("/co-quan/ho-so/1").await.text;
        assert!(page.contains("Trước khi chuyển bước") && page.contains("“Biên bản xác minh”"), "{page}");
        let refused = act(&mut specialist, "trinh-ky", &[]).await;
        assert_eq!(refused.status, 422);
        assert!(refused.text.contains("Đơn xin không ai có"), "{}", refused.text);
        assert!(refused.text.contains("Biên bản xác minh"), "{}", refused.text);
        assert_eq!(status(&site), "processing", "nothing was written");
        // A refusal waits for no papers.
        does(&mut specialist, "tu-choi", &[("loi", "Không đủ điều kiện")]).await;
        does(&mut specialist, "hoan-tac", &[]).await;
        let strange = specialist
            .upload("/co-quan/ho-so/1/tep", &[("van-ban", "Văn bản khác")], &[("tep", "a.pdf", &testkit::pdf("a"))])
            .await;
        assert_eq!(strange.status, 422, "only what the step demands");
        for name in ["Biên bản xác minh"] {
            let added = specialist
                .upload("/co-quan/ho-so/1/tep", &[("van-ban", name)], &[("tep", "a.pdf", &testkit::pdf("a"))])
                .await;
            assert_eq!(added.status, 303, "{}", added.text);
        }
        let page = specialist.get("/co-quan/ho-so/1").await.text;
        let row = page.split("data-label=\"Việc\">Lập văn bản<").nth(1).unwrap().split("</tr>").next().unwrap();
        assert!(row.contains("Biên bản xác minh"), "{row}");
        let still = act(&mut specialist, "trinh-ky", &[]).await;
        let told = still.text.split("role=\"alert\"").nth(1).unwrap().split("</div>").next().unwrap();
        assert!(told.contains("Đơn xin") && !told.contains("Biên bản"), "{told}");
        site.given(
            "update dossier_paper set name = 'ĐƠN XIN không ai có (bản chính)' where dossier = 1 and place = 1",
            &[],
        );
        does(&mut specialist, "trinh-ky", &[]).await;
        assert_eq!(status(&site), "to_sign");
        sound(&site);
    }

    async fn a_refusal_goes_its_whole_way_past_conditions_that_are_not_met(site) {
        given(&site);
        publish(&site, &[
            ("b3-giay", "Đơn xin không ai có"), ("b3-van-ban", "Biên bản xác minh"),
            ("b4-giay", "Tờ trình không ai có"), ("b5-giay", "Bản gốc không ai có"),
            ("can-cu", "QĐ 1"),
        ]).await;
        in_process(&site).await;
        let mut specialist = site.signed_in("thuly");
        assert!(specialist.get("/co-quan/ho-so/1").await.text.contains("Trước khi chuyển bước"));
        does(&mut specialist, "tu-choi", &[("loi", "Không đủ điều kiện")]).await;
        let mut leader = site.signed_in("ky");
        let page = leader.get("/co-quan/ho-so/1").await.text;
        assert!(!page.contains("Tờ trình không ai có"), "nothing keeps a refusal: {page}");
        // Sent back, it is no refusal any more and waits for all that its step demands.
        does(&mut leader, "tra-lai", &[("loi", "Xem lại")]).await;
        let early = act(&mut specialist, "trinh-ky", &[]).await;
        assert_eq!(early.status, 422);
        assert!(early.text.contains("Đơn xin không ai có"), "{}", early.text);
        does(&mut specialist, "tu-choi", &[("loi", "Không đủ điều kiện")]).await;
        does(&mut leader, "ky", &[]).await;
        does(&mut site.signed_in("vanthu"), "cap-so", &[("so-van-ban", "1/TB-UBND")]).await;
        assert_eq!(status(&site), "result_at_counter");
        sound(&site);
    }

    async fn what_cannot_be_moved_on_keeps_none_of_the_others(site) {
        given(&site);
        publish(&site, &[("b1-tu-chuyen", "1"), ("b1-tep-scan", "1"), ("can-cu", "QĐ 1")]).await;
        let mut counter = received(&site).await;
        counter.post("/co-quan/ho-so/moi", &birth("Trần Thị Hai", SECOND)).await;
        counter.post("/co-quan/ho-so/moi", &birth("Trần Thị Ba", THIRD)).await;
        for id in [2, 3] {
            let path = format!("/co-quan/ho-so/{id}/tep");
            counter.upload(&path, &[], &[("tep", "a.pdf", &testkit::pdf("a"))]).await;
        }
        // The first lacks its scan; the second does not even read.
        let state = site.text("select state from dossier where id = 2");
        site.given("update dossier set state = 'spoilt' where id = 2", &[]);
        site.pass_minutes(90);
        site.run_jobs().await;
        let of = |id: i64| site.text(&format!("select status from dossier where id = {id}"));
        assert_eq!([of(1), of(2), of(3)], ["accepted", "accepted", "transferred"]);
        site.given("update dossier set state = ?1 where id = 2", &[state.into()]);
        site.pass_minutes(10);
        site.run_jobs().await;
        assert_eq!([of(1), of(2)], ["accepted", "transferred"]);
        sound(&site);
    }

    async fn who_helps_works_on_it_and_who_follows_reads_it_and_strangers_do_neither(site) {
        given(&site);
        with_role(&site, "diachinh", Role::Specialist, 2, "Công chức địa chính");
        site.given("insert into unit (id, kind) values (6, 'division'), (7, 'division')", &[]);
        site.given(
            "insert into unit_version
               (unit, valid_from, parent, name, title, code, agency_code, address, phone, place)
             values (6, '2020-01-01', 2, 'Kinh tế', 'Phòng Kinh tế', '', '', '', '', ''),
                    (7, '2020-01-01', 4, 'Kinh tế', 'Phòng Kinh tế khác', '', '', '', '', '')",
            &[],
        );
        with_role(&site, "kinhte", Role::UnitHead, 6, "Trưởng phòng");
        with_role(&site, "xa-khac", Role::UnitHead, 7, "Trưởng phòng");
        publish(&site, &[
            ("b3-tg-cach", "co_handler"), ("b3-tg-vai", "specialist"), ("b3-tg-noi", "office"),
            ("b3-tg-chuc", "Công chức địa chính"),
            ("b3-tg-cach", "follower"), ("b3-tg-vai", "unit_head"), ("b3-tg-noi", "body"),
            ("b3-tg-chuc", ""),
            ("can-cu", "QĐ 1"),
        ]).await;
        received(&site).await;
        assert_eq!(site.signed_in("kinhte").get("/co-quan/ho-so/1").await.status, 404, "not yet");
        does(&mut site.signed_in("quay"), "chuyen", &[("don-vi", "2")]).await;
        let officer = site.text("select cast(id as text) from staff where name = 'thuly'");
        does(&mut site.signed_in("truong"), "phan-cong", &[("can-bo", &officer)]).await;
        does(&mut site.signed_in("thuly"), "thu-ly", &[]).await;
        let mut helper = site.signed_in("diachinh");
        let page = helper.get("/co-quan/ho-so/1").await.text;
        assert!(page.contains("Ghi ý kiến phối hợp") && !page.contains("/trinh-ky\""), "{page}");
        assert_eq!(act(&mut helper, "phoi-hop", &[("loi", " ")]).await.status, 422);
        does(&mut helper, "phoi-hop", &[("loi", "Ranh giới đúng bản đồ")]).await;
        assert_eq!(act(&mut helper, "trinh-ky", &[]).await.status, 422, "the main handler owns it");
        let holder = "select count(*) from dossier d join staff s on s.id = d.holder where s.name = 'thuly'";
        assert_eq!(site.count(holder), 1);
        assert!(helper.get("/co-quan").await.text.contains("phối hợp hoặc theo dõi"));
        let mut follower = site.signed_in("kinhte");
        assert!(follower.get("/co-quan/ho-so?nhom=phoi-hop").await.text.contains("Nguyễn Thị Thử"));
        assert_eq!(follower.get("/co-quan/ho-so/1").await.status, 200);
        assert_eq!(site.count("select count(*) from journal where act = 'look'"), 0, "it is his to read");
        assert_eq!(act(&mut follower, "phoi-hop", &[("loi", "x")]).await.status, 422, "to read only");
        for stranger in ["xa-khac", "quay-khac"] {
            let mut browser = site.signed_in(stranger);
            assert_eq!(browser.get("/co-quan/ho-so/1").await.status, 404, "{stranger}");
            assert!(!browser.get("/co-quan/ho-so?nhom=phoi-hop").await.text.contains("Nguyễn Thị Thử"));
        }
        // Who has it in his own hands is not told that he helps, though the step means people like him.
        site.given("update step_member set title = '' where way = 'co_handler'", &[]);
        let mut main = site.signed_in("thuly");
        let page = main.get("/co-quan/ho-so/1").await.text;
        assert!(!page.contains("ở bước này của quy trình") && !page.contains("ho-so/1/phoi-hop\""), "{page}");
        assert!(!main.get("/co-quan").await.text.contains("phối hợp hoặc theo dõi"));
        assert!(!main.get("/co-quan/ho-so?nhom=phoi-hop").await.text.contains("Nguyễn Thị Thử"));
        assert!(helper.get("/co-quan/ho-so/1").await.text.contains("ở bước này của quy trình"));
        // Side by side it is said how the ways on differ.
        assert!(page.contains("Chuyển bước: giao hồ sơ") && page.contains("Trình ký: đã xong"), "{page}");
        // With the step their part in it is over.
        does(&mut site.signed_in("thuly"), "trinh-ky", &[]).await;
        assert_eq!(follower.get("/co-quan/ho-so/1").await.status, 404);
        sound(&site);
    }

    async fn several_units_are_asked_at_once_and_the_clock_runs_on(site) {
        given(&site);
        with_role(&site, "xa4", Role::Leader, 4, "Chủ tịch");
        with_role(&site, "huyen", Role::Specialist, 1, "Chuyên viên");
        publish(&site, &[
            ("b3-hoi-loai", "commune"), ("b3-hoi-ten", "tan hop"), ("b3-hoi-gio", "2"),
            ("b3-hoi-loai", "district"), ("b3-hoi-ten", ""), ("b3-hoi-gio", "1"),
            ("b3-y-kien", "1"), ("b3-gio", "4"), ("can-cu", "QĐ 1"),
        ]).await;
        in_process(&site).await;
        let due = site.text("select due_at from dossier");
        let mut specialist = site.signed_in("thuly");
        let early = act(&mut specialist, "trinh-ky", &[]).await;
        assert!(early.text.contains("phải lấy ý kiến"), "{}", early.text);
        let form = specialist.get("/co-quan/ho-so/1/hoi-y-kien-song-song").await.text;
        assert!(form.contains("UBND xã Tân Hợp") && form.contains("UBND huyện Tân Kỳ"), "{form}");
        // Nobody is asked unless he is ticked; all or none at one press, also without scripts.
        let ticked = |page: &str, unit: &str| {
            page.contains(&format!("name=\"cac-don-vi\" value=\"{unit}\" checked"))
        };
        assert!(!ticked(&form, "4") && !ticked(&form, "1"), "{form}");
        let path = "/co-quan/ho-so/1/hoi-y-kien-song-song";
        let all = [("viec", "chon-het"), ("loi", "Xin ý kiến"), ("an-ban", "4")];
        let all = specialist.post(path, &all).await;
        assert_eq!(all.status, 200);
        assert!(ticked(&all.text, "4") && ticked(&all.text, "1") && all.text.contains(">Xin ý kiến<"), "{}", all.text);
        let none = [("viec", "bo-chon-het"), ("cac-don-vi", "4"), ("cac-don-vi", "1")];
        let none = specialist.post(path, &none).await;
        assert!(none.status == 200 && !ticked(&none.text, "4") && !ticked(&none.text, "1"), "{}", none.text);
        assert_eq!(status(&site), "processing", "ticking asks nobody");
        let half = specialist.post(path, &[("cac-don-vi", "4"), ("loi", "")]).await;
        assert!(half.status == 422 && ticked(&half.text, "4") && !ticked(&half.text, "1"), "{}", half.text);
        let nobody = act(&mut specialist, "hoi-y-kien-song-song", &[("loi", "Xin ý kiến")]).await;
        assert_eq!(nobody.status, 422);
        does(&mut specialist, "hoi-y-kien-song-song", &[
            ("cac-don-vi", "4"), ("cac-don-vi", "1"), ("loi", "Xin ý kiến về ranh giới"),
        ]).await;
        assert_eq!(status(&site), "consulting");
        assert_eq!(site.text("select due_at from dossier"), due, "the main clock runs on");
        assert_eq!(site.count("select count(*) from dossier_consultation where dossier = 1"), 2);
        does(&mut site.signed_in("xa4"), "tra-loi", &[("don-vi", "4"), ("loi", "Đồng ý")]).await;
        assert_eq!(status(&site), "consulting");
        does(&mut site.signed_in("huyen"), "tra-loi", &[("don-vi", "1"), ("loi", "Đồng ý")]).await;
        assert_eq!(status(&site), "processing");
        does(&mut specialist, "trinh-ky", &[]).await;
        sound(&site);
    }

    async fn a_dossier_moves_on_by_itself_when_its_time_is_over(site) {
        given(&site);
        publish(&site, &[("b1-tu-chuyen", "2"), ("can-cu", "QĐ 1")]).await;
        received(&site).await;
        assert_eq!(site.count("select count(*) from dossier_timer"), 1);
        let page = site.signed_in("quay").get("/co-quan/ho-so/1").await.text;
        assert!(page.contains("Tự chuyển bước lúc 10:00"), "{page}");
        site.pass_minutes(60);
        site.run_jobs().await;
        assert_eq!(status(&site), "accepted");
        site.pass_minutes(65);
        site.run_jobs().await;
        assert_eq!(status(&site), "transferred");
        assert_eq!(site.count("select step from dossier"), 1);
        assert_eq!(site.count("select count(*) from dossier_timer"), 0);
        let page = site.signed_in("quay").get("/co-quan/ho-so/1").await.text;
        assert!(page.contains("Tự chuyển bước") && page.contains("Hệ thống"), "{page}");
        sound(&site);
        // Who was faster leaves nothing for the clock.
        let mut counter = site.signed_in("quay");
        counter.post("/co-quan/ho-so/moi", &birth("Trần Thị Nhanh", SECOND)).await;
        counter.post("/co-quan/ho-so/2/chuyen", &[("don-vi", "2")]).await;
        assert_eq!(site.count("select count(*) from dossier_timer"), 0);
    }

    async fn what_is_owed_keeps_it_when_its_time_is_over_until_it_is_there(site) {
        given(&site);
        publish(&site, &[("b1-tu-chuyen", "1"), ("b1-tep-scan", "1"), ("can-cu", "QĐ 1")]).await;
        received(&site).await;
        site.pass_minutes(90);
        site.run_jobs().await;
        assert_eq!(status(&site), "accepted");
        let mut counter = site.signed_in("quay");
        counter.upload("/co-quan/ho-so/1/tep", &[], &[("tep", "a.pdf", &testkit::pdf("a"))]).await;
        site.pass_minutes(10);
        site.run_jobs().await;
        assert_eq!(status(&site), "transferred");
        sound(&site);
    }

    async fn what_is_settled_at_the_desk_is_numbered_by_its_series(site) {
        given(&site);
        publish_of(&site, "on-the-spot", &[
            ("b1-so", "Chứng thực"), ("b1-mau", "{so}/{nam}/CT"), ("can-cu", "QĐ 1"),
        ]).await;
        let signer = site.text("select cast(id as text) from staff where name = 'ky'");
        let rate = site.text("select 'phi-' || id from fee_rate where procedure = '2.000815'");
        let mut counter = site.signed_in("quay");
        // One in one go, whatever was typed as its number; one after it was accepted.
        for (once, wish) in [(SECOND, "ngay"), (crate::dossiers::tests::ONCE, "nhan")] {
            let mut fields = birth("Lê Thị Thử", once);
            fields.retain(|(name, _)| !matches!(*name, "thu-tuc" | "viec" | "ho-ten"));
            fields.extend([
                ("thu-tuc", "2.000815"), ("viec", wish), ("nguoi-ky", signer.as_str()),
                ("so-van-ban", "gõ tay"), (rate.as_str(), "2"), ("ho-ten", wish_name(wish)),
            ]);
            let done = counter.post("/co-quan/ho-so/moi", &fields).await;
            assert_eq!(done.status, 303, "{}", done.text);
        }
        let step = "/co-quan/ho-so/2/giai-quyet-ngay";
        let form = counter.get(step).await.text;
        assert!(form.contains("Số kế tiếp: 2/2026/CT") && !form.contains("so-van-ban"), "{form}");
        let done = counter.post(step, &[("can-bo", &signer)]).await;
        assert_eq!(done.status, 303, "{}", done.text);
        for (id, number) in [(1, "1/2026/CT"), (2, "2/2026/CT")] {
            let page = counter.get(&format!("/co-quan/ho-so/{id}")).await.text;
            assert!(page.contains(number) && !page.contains("gõ tay"), "{page}");
        }
        assert_eq!(site.count("select count(*) from series_number"), 2);
        sound(&site);
    }

    async fn a_series_passes_over_what_was_typed_by_hand_even_if_it_had_given_it(site) {
        given(&site);
        let mut counter = received(&site).await;
        let receive = async |counter: &mut Browser<'_>, name, once| {
            let done = counter.post("/co-quan/ho-so/moi", &birth(name, once)).await;
            assert_eq!(done.status, 303, "{}", done.text);
        };
        // Two whose workflow has no series yet, two whose workflow has one.
        receive(&mut counter, "Lê Một", SECOND).await;
        publish(&site, &[
            ("b5-so", "Quyết định"), ("b5-mau", "{so}/{nam}/QĐ-UBND"), ("can-cu", "QĐ 1"),
        ]).await;
        receive(&mut counter, "Trần Hai", THIRD).await;
        receive(&mut counter, "Võ Ba", FOURTH).await;
        for id in 1..=4 {
            for (login, step, fields) in [
                ("quay", "chuyen", vec![("don-vi", "2")]),
                ("thuly", "thu-ly", vec![]),
                ("thuly", "trinh-ky", vec![]),
                ("ky", "ky", vec![]),
            ] {
                let done = site.signed_in(login).post(&format!("/co-quan/ho-so/{id}/{step}"), &fields).await;
                assert_eq!(done.status, 303, "{id} {step}: {}", done.text);
            }
        }
        let mut clerk = site.signed_in("vanthu");
        let at = |id: i64, step: &str| format!("/co-quan/ho-so/{id}/{step}");
        assert_eq!(clerk.post(&at(3, "cap-so"), &[]).await.status, 303);
        assert_eq!(clerk.post(&at(3, "hoan-tac"), &[]).await.status, 303);
        assert!(clerk.get(&at(3, "cap-so")).await.text.contains("Số kế tiếp: 1/2026/QĐ-UBND"));
        for (id, typed) in [(1, "1/2026/QĐ-UBND"), (2, "3/2026/QĐ-UBND")] {
            let done = clerk.post(&at(id, "cap-so"), &[("so-van-ban", typed)]).await;
            assert_eq!(done.status, 303, "{}", done.text);
        }
        for (id, number) in [(3, "2/2026/QĐ-UBND"), (4, "4/2026/QĐ-UBND")] {
            let form = clerk.get(&at(id, "cap-so")).await.text;
            assert!(form.contains(&format!("Số kế tiếp: {number}")), "{form}");
            let done = clerk.post(&at(id, "cap-so"), &[]).await;
            assert_eq!(done.status, 303, "{}", done.text);
            assert_eq!(site.text(&format!("select number from result where dossier = {id} and state = 'issued'")), number);
        }
        assert_eq!(site.count("select count(*) from series_number where number in (2, 4)"), 2);
        assert_eq!(site.count("select count(*) from series_number"), 2);
        sound(&site);
    }

    async fn numbers_come_out_of_their_series_without_gaps(site) {
        given(&site);
        publish(&site, &[
            ("b5-so", "Quyết định"), ("b5-mau", "{so}/{nam}/QĐ-UBND"), ("can-cu", "QĐ 1"),
        ]).await;
        in_process(&site).await;
        does(&mut site.signed_in("thuly"), "trinh-ky", &[]).await;
        does(&mut site.signed_in("ky"), "ky", &[]).await;
        let mut clerk = site.signed_in("vanthu");
        let form = clerk.get("/co-quan/ho-so/1/cap-so").await.text;
        assert!(form.contains("Số kế tiếp: 1/2026/QĐ-UBND") && !form.contains("so-van-ban"), "{form}");
        does(&mut clerk, "cap-so", &[]).await;
        // Taken back and given again it is the same number.
        does(&mut clerk, "hoan-tac", &[]).await;
        does(&mut clerk, "cap-so", &[]).await;
        let page = clerk.get("/co-quan/ho-so/1").await.text;
        assert!(page.contains("1/2026/QĐ-UBND") && !page.contains("2/2026/QĐ-UBND"), "{page}");
        assert_eq!(site.count("select count(*) from series_number"), 1);
        let mut counter = site.signed_in("quay");
        counter.post("/co-quan/ho-so/moi", &birth("Trần Thị Hai", SECOND)).await;
        for (login, step, fields) in [
            ("quay", "chuyen", vec![("don-vi", "2")]),
            ("thuly", "thu-ly", vec![]),
            ("thuly", "trinh-ky", vec![]),
            ("ky", "ky", vec![]),
            ("vanthu", "cap-so", vec![]),
        ] {
            let path = format!("/co-quan/ho-so/2/{step}");
            let answer = site.signed_in(login).post(&path, &fields).await;
            assert_eq!(answer.status, 303, "{step}: {}", answer.text);
        }
        assert!(clerk.get("/co-quan/ho-so/2").await.text.contains("2/2026/QĐ-UBND"));
        sound(&site);
    }
}
