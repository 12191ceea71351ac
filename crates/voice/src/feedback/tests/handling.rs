//! What two accounts decide, how a complaint ends, letters of several parts, what a hall forgets.

use super::*;

/// Writes a complaint down as its sender says it; its register's path.
async fn complain(site: &TestSite) -> String {
    send(
        &mut site.browser(),
        &[
            ("loai", "complaint"),
            ("ho-ten", "Lê Thị Hai"),
            ("dia-chi", "Xóm 1"),
            ("noi-dung", "Tôi khiếu nại quyết định thu hồi đất số 12"),
        ],
    )
    .await;
    let id = site.count("select max(id) from feedback");
    let sorted = site
        .signed_in("tiepdan")
        .post(&format!("/co-quan/phan-anh/{id}/phan-loai"), &[("loai", "complaint")])
        .await;
    assert_eq!(sorted.status, 303, "{}", sorted.text);
    format!("/co-quan/don-khieu-nai/{id}")
}

async fn step(site: &TestSite, at: &str, step: &str) -> testkit::Answer {
    let fields =
        [("buoc", step), ("so-van-ban", "12/QĐ-UBND"), ("ghi-chu", "Hết thời hiệu khiếu nại")];
    site.signed_in("tiepdan").post(&format!("{at}/buoc"), &fields).await
}

on_both_engines! { citizen::routes().and(people::routes()).and(crate::routes());
    async fn what_becomes_public_is_proposed_by_one_account_and_released_by_another(site) {
        given(&site);
        send(&mut site.browser(), &[]).await;
        answer(&site, 1, "suggestion").await;
        let at = "/co-quan/phan-anh/1";
        let words = |said: &'static str| {
            [("cong-khai-noi-dung", said), ("cong-khai-tra-loi", "Đã nạo vét"), ("da-doc", "1")]
        };
        let (mut truong, mut ky) = (site.signed_in("truong"), site.signed_in("ky"));
        let done = truong.post(&format!("{at}/cong-khai"), &words("Cống xóm 3 tắc")).await;
        assert_eq!(done.status, 303, "{}", done.text);
        assert_eq!(site.count("select count(*) from feedback_public where published_at is not null"), 0);
        let page = truong.get(at).await.text;
        assert!(page.contains("truong đề nghị.") && page.contains("Bạn đề nghị lời công khai này"), "{page}");
        let mark = site::form::mark_of(["Cống xóm 3 tắc", "Đã nạo vét"]);
        let release = [("ban-cong-khai", mark.as_str()), ("da-duyet", "1")];
        let own = truong.post(&format!("{at}/cong-khai/duyet"), &release).await;
        assert!(own.status == 422 && own.text.contains("không tự duyệt được"), "{}", own.text);
        // The same words stay his; other words are another's, who does not release them either.
        assert_eq!(ky.post(&format!("{at}/cong-khai"), &words("Cống xóm 3 tắc")).await.status, 303);
        assert_eq!(truong.post(&format!("{at}/cong-khai/duyet"), &release).await.status, 422);
        assert_eq!(ky.post(&format!("{at}/cong-khai"), &words("Cống ở xóm tắc")).await.status, 303);
        let own = ky.post(&format!("{at}/cong-khai/duyet"), &[("ban-cong-khai", &site::form::mark_of(["Cống ở xóm tắc", "Đã nạo vét"])), ("da-duyet", "1")]).await;
        assert!(own.status == 422 && own.text.contains("không tự duyệt được"), "{}", own.text);
        let old = truong.post(&format!("{at}/cong-khai/duyet"), &release).await;
        assert!(old.status == 422 && old.text.contains("vừa được sửa"), "{}", old.text);
        assert!(truong.get("/co-quan").await.text.contains("1 lời công khai chờ duyệt"));
        let listed = truong.get("/co-quan/phan-anh?cho-cong-khai=1").await.text;
        assert!(listed.contains("1 phản ánh"), "{listed}");
        let page = truong.get(at).await.text;
        let mark = between(&page, "name=\"ban-cong-khai\" value=\"", "\"").to_owned();
        let bare = truong.post(&format!("{at}/cong-khai/duyet"), &[("ban-cong-khai", mark.as_str())]).await;
        assert!(bare.status == 422 && bare.text.contains("xác nhận đã đọc"), "{}", bare.text);
        let thuly = site.signed_in("thuly").post(&format!("{at}/cong-khai/duyet"), &[("ban-cong-khai", mark.as_str()), ("da-duyet", "1")]).await;
        assert_eq!(thuly.status, 403, "whoever drafts does not publish");
        let done = truong.post(&format!("{at}/cong-khai/duyet"), &[("ban-cong-khai", mark.as_str()), ("da-duyet", "1")]).await;
        assert_eq!(done.status, 303, "{}", done.text);
        assert!(site.browser().get("/phan-anh/tra-loi").await.text.contains("Cống ở xóm tắc"));
        let late = ky.post(&format!("{at}/cong-khai"), &words("Lời khác")).await;
        assert!(late.status == 422 && late.text.contains("Hãy gỡ xuống trước"), "{}", late.text);
        assert_eq!(site.count("select count(*) from journal where act in ('feedback_propose', 'feedback_publish')"), 3);
    }

    async fn a_proposal_is_over_when_another_answer_comes(site) {
        given(&site);
        let mut citizen = site.browser();
        let (code, _) = send(&mut citizen, &[]).await;
        answer(&site, 1, "suggestion").await;
        let words = [("cong-khai-noi-dung", "Cống tắc"), ("cong-khai-tra-loi", "Đã nạo vét"), ("da-doc", "1")];
        assert_eq!(site.signed_in("thuly").post("/co-quan/phan-anh/1/cong-khai", &words).await.status, 303);
        let no = [("da-giai-quyet", "chua"), ("vi-sao", "Nước vẫn tràn")];
        assert_eq!(citizen.post(&format!("/phan-anh/theo-doi/{code}/giai-quyet"), &no).await.status, 303);
        draft_and_release(&site, 1).await;
        assert_eq!(site.count("select count(*) from feedback_public"), 0);
    }

    async fn a_complaint_ends_in_the_list_as_it_ends_in_its_register(site) {
        given(&site);
        for (way, ended) in [
            (&["decline"][..], "rejected"), (&["refer"][..], "transferred"), (&["withdraw"][..], "closedwithdrawn"),
            (&["several", "accept", "extend", "conclude", "finish"][..], "closeddecided"),
        ] {
            let at = complain(&site).await;
            for it in way {
                let done = step(&site, &at, it).await;
                assert_eq!(done.status, 303, "{it}: {}", done.text);
            }
            let now = "select status || coalesce(closing, '') from feedback order by id desc limit 1";
            assert_eq!(site.text(now), ended);
            assert_eq!(site.count("select count(*) from feedback where due_at is not null or ended_at is null"), 0, "{ended}");
        }
        assert_eq!(site.count("select count(*) from petition where several = 1"), 1);
        assert!(site.signed_in("tiepdan").get("/co-quan/don-khieu-nai/4").await.text.contains("nhiều người ký"));
        site.pass_minutes(200 * 24 * 60);
        site.run_jobs().await;
        assert_eq!(site.count("select count(*) from feedback_event where act = 'escalate'"), 0, "nothing is late for ever");
        let mut tiepdan = site.signed_in("tiepdan");
        let again = tiepdan.post("/co-quan/phan-anh/4/mo-lai", &[("ly-do-mo", "x")]).await;
        assert!(again.status == 422 && again.text.contains("theo sổ đơn"), "{}", again.text);
        let need = site.run(|tx| crate::feedback::needs(tx, UnitId(COMMUNE), jiff::civil::date(2026, 2, 1)));
        assert_eq!(need, None);
    }

    async fn a_complaint_is_late_by_its_register_and_is_counted_once(site) {
        given(&site);
        let at = complain(&site).await;
        assert_eq!(site.count("select count(*) from feedback f join petition p on p.feedback = f.id where p.due_at = f.due_at"), 1);
        let need = site.run(|tx| crate::feedback::needs(tx, UnitId(COMMUNE), jiff::civil::date(2026, 2, 1)));
        assert_eq!(need.as_deref(), Some("1 phản ánh, đơn chưa xong"));
        let mut tiepdan = site.signed_in("tiepdan");
        let no = tiepdan.post("/co-quan/phan-anh/1/khong-thu-ly", &[("ly-do-khong", "Không rõ")]).await;
        assert!(no.status == 422 && no.text.contains("theo sổ đơn"), "{}", no.text);
        assert!(tiepdan.get("/co-quan/phan-anh/1").await.text.contains("sổ đơn khiếu nại"));
        site.pass_minutes(15 * 24 * 60);
        site.run_jobs().await;
        assert_eq!(site.count("select count(*) from feedback_event where act = 'escalate'"), 1);
        assert_eq!(step(&site, &at, "accept").await.status, 303);
        assert_eq!(site.text("select status from feedback"), "handling");
        site.pass_minutes(40 * 24 * 60);
        site.run_jobs().await;
        assert_eq!(site.count("select count(*) from feedback_event where act = 'escalate'"), 2, "its new limit is another one");
        // What ended in the register before the two were tied ends in the list by night.
        site.given("update petition set stage = 'withdrawn'", &[]);
        site.pass_minutes(24 * 60 + 1);
        site.run_jobs().await;
        assert_eq!(site.text("select status || closing from feedback"), "closedwithdrawn");
    }

    async fn a_complaint_that_is_handed_on_stands_in_the_other_register_and_its_number_is_nobodys(site) {
        given(&site);
        complain(&site).await;
        let mut tiepdan = site.signed_in("tiepdan");
        let on = [("don-vi-nhan", "4"), ("ly-do-chuyen", "Đất thuộc xã bạn")];
        let done = tiepdan.post("/co-quan/phan-anh/1/chuyen", &on).await;
        assert_eq!(done.status, 303, "{}", done.text);
        assert_eq!(site.count("select unit from petition"), 4);
        assert_eq!(tiepdan.get("/co-quan/don-khieu-nai/1").await.status, 404);
        let there = site.signed_in("tiepdan-khac").get("/co-quan/don-khieu-nai/1").await;
        assert!(there.text.contains("Đất thuộc xã bạn") && there.text.contains("Số 1/2026"), "{}", there.text);
        let list = tiepdan.get("/co-quan/don-khieu-nai").await.text;
        assert!(list.contains("Đã chuyển sang sổ của đơn vị khác"), "{list}");
        complain(&site).await;
        assert_eq!(site.count("select number from petition where unit = 2"), 2, "the first number is not given again");
        // What is no complaint leaves the register, unless it was taken up.
        let other = tiepdan.post("/co-quan/phan-anh/2/phan-loai", &[("loai", "question")]).await;
        assert_eq!(other.status, 303, "{}", other.text);
        assert_eq!(site.count("select count(*) from petition where unit = 2"), 0);
        let at = complain(&site).await;
        assert_eq!(site.count("select number from petition where unit = 2"), 3);
        assert_eq!(step(&site, &at, "accept").await.status, 303);
        for (path, fields) in [("phan-loai", &[("loai", "question")][..]), ("chuyen", &on[..])] {
            let no = tiepdan.post(&format!("/co-quan/phan-anh/3/{path}"), fields).await;
            assert!(no.status == 422 && no.text.contains("đã được thụ lý"), "{}", no.text);
        }
    }

    async fn whoever_gets_it_anew_is_reminded_and_its_head_told_anew(site) {
        given(&site);
        send(&mut site.browser(), &[]).await;
        let mut tiepdan = site.signed_in("tiepdan");
        tiepdan.post("/co-quan/phan-anh/1/phan-loai", &[("loai", "suggestion")]).await;
        let thuly = site.count("select staff from account where login = 'thuly'").to_string();
        let truong = site.count("select staff from account where login = 'truong'").to_string();
        tiepdan.post("/co-quan/phan-anh/1/giao", &[("nguoi-xu-ly", &thuly)]).await;
        let (due, now) = (site.count("select due_at from feedback"), site.now().epoch_ms());
        let reminded = || site.count("select count(*) from feedback_event where act = 'remind_officer'");
        let escalated = || site.count("select count(*) from feedback_event where act = 'escalate'");
        // As many working days before as the rules say: not as many days.
        let days = i64::from(crate::feedback::rules::on(site.now().civil().date()).unwrap().remind_before_days);
        let calendar = people::calendar::facts::shipped_calendar().unwrap();
        let due_day = domain::time::Instant::from_epoch_ms(due).civil().date();
        let mut day = due_day;
        while i64::from(calendar.working_days_between(day, due_day)) <= days {
            day = day.yesterday().unwrap();
        }
        let at = |day: jiff::civil::Date| domain::time::Instant::from_civil(day.at(9, 0, 0, 0)).epoch_ms();
        site.pass_minutes((at(day) - now) / 60_000);
        site.run_jobs().await;
        assert_eq!(reminded(), 0, "{day} is too early for {due_day}");
        site.pass_minutes((at(calendar.nth_after(day, 1).unwrap()) - at(day)) / 60_000);
        site.run_jobs().await;
        site.run_jobs().await;
        assert_eq!(reminded(), 1);
        tiepdan.post("/co-quan/phan-anh/1/giao", &[("nguoi-xu-ly", &truong)]).await;
        site.pass_minutes(61);
        site.run_jobs().await;
        assert_eq!(reminded(), 2, "another one has it");
        site.pass_minutes(10 * 24 * 60);
        site.run_jobs().await;
        assert_eq!(escalated(), 1);
        tiepdan.post("/co-quan/phan-anh/1/giao", &[("nguoi-xu-ly", &thuly)]).await;
        site.pass_minutes(61);
        site.run_jobs().await;
        assert_eq!(escalated(), 2, "given to somebody else and late again");
    }

    async fn a_part_is_cut_out_once_and_a_denunciation_is_no_part(site) {
        given(&site);
        send(&mut site.browser(), &[]).await;
        let mut tiepdan = site.signed_in("tiepdan");
        let lan = token();
        let part = [("lan", lan.as_str()), ("loai-tach", "question"), ("noi-dung-tach", "Hỏi lịch làm căn cước")];
        for _ in 0..2 {
            let done = tiepdan.post("/co-quan/phan-anh/1/tach", &part).await;
            assert_eq!(done.status, 303, "{}", done.text);
        }
        let other = token();
        let mut again = part;
        again[0] = ("lan", &other);
        assert_eq!(tiepdan.post("/co-quan/phan-anh/1/tach", &again).await.status, 303, "another window, the same words");
        assert_eq!(site.count("select count(*) from feedback where parent = 1"), 1);
        let sealed = [("loai-tach", "denunciation"), ("noi-dung-tach", "Chủ tịch nhận tiền")];
        let no = tiepdan.post("/co-quan/phan-anh/1/tach", &sealed).await;
        assert!(no.status == 422 && no.text.contains("chuyển cả lá đơn"), "{}", no.text);
        assert_eq!(site.count("select count(*) from feedback"), 2);
    }

    async fn a_sealed_part_takes_the_words_of_its_letter_along_and_nothing_leads_to_it(site) {
        given(&site);
        let mut citizen = site.browser();
        let lan = token();
        let words = "Cống tắc. Chủ tịch nhận tiền của ông Bảy để cấp sổ đỏ";
        let fields = form(&lan, &[("noi-dung", words), ("ho-ten", "Phạm Thị Kín"), ("dien-thoai", "0987654321")]);
        let pdf = testkit::pdf("bang-chung");
        let sent = citizen.upload("/phan-anh/2", &fields, &[("tep", "bang-chung.pdf", &pdf)]).await;
        let (code, _) = codes(&mut citizen, &sent).await;
        let mut tiepdan = site.signed_in("tiepdan");
        tiepdan.post("/co-quan/phan-anh/1/phan-loai", &[("loai", "suggestion")]).await;
        for (class, said) in [("question", "Hỏi lịch nạo vét cống"), ("conduct", "Chủ tịch nhận tiền của ông Bảy")] {
            let part = [("loai-tach", class), ("noi-dung-tach", said)];
            assert_eq!(tiepdan.post("/co-quan/phan-anh/1/tach", &part).await.status, 303);
        }
        let part_code = site.text("select code from feedback where id = 3");
        assert!(tiepdan.get("/co-quan/phan-anh/1").await.text.contains(&part_code));
        let done = tiepdan.post("/co-quan/phan-anh/3/niem-kin", &[("chac-chan", "1")]).await;
        assert_eq!(done.status, 303, "{}", done.text);
        let open = site.run(|tx| {
            let mut all = String::new();
            for table in ["feedback", "feedback_event", "feedback_word", "feedback_file", "feedback_answer"] {
                all.push_str(&format!("{:?}", tx.query(&format!("select * from {table}"), &[])?));
            }
            Ok(all)
        });
        assert!(!open.contains("ông Bảy") && !open.contains("bang-chung"), "{open}");
        assert_eq!(site.count("select count(*) from feedback where id = 3 and parent is not null"), 0);
        assert_eq!(site.count("select count(*) from feedback where id = 2 and parent = 1"), 1, "the other part stays");
        let letter = tiepdan.get("/co-quan/phan-anh/1").await.text;
        assert!(!letter.contains(&part_code) && letter.contains("Lời không còn ở đây"), "{letter}");
        let follow = citizen.get(&format!("/phan-anh/theo-doi/{code}")).await.text;
        assert!(!follow.contains(&part_code) && follow.contains("Hỏi đáp, đề nghị hướng dẫn"), "{follow}");
        let sealed = tiepdan.get("/co-quan/don-to-cao/3").await.text;
        assert!(sealed.contains("để cấp sổ đỏ") && sealed.contains("bang-chung.pdf"), "{sealed}");
        let file = tiepdan.get("/co-quan/don-to-cao/3/tep/1").await;
        assert_eq!(&file.bytes[..], &pdf[..]);
        // The whole is sealed: its other part is tied to it no more.
        assert_eq!(tiepdan.post("/co-quan/phan-anh/1/niem-kin", &[("chac-chan", "1")]).await.status, 303);
        assert_eq!(site.count("select count(*) from feedback where parent is not null"), 0);
    }

    async fn code_and_secret_are_shown_to_the_browser_that_sent_and_in_a_hall_once(site) {
        given(&site);
        let mut citizen = site.browser();
        let lan = token();
        let sent = citizen.post("/phan-anh/2", &form(&lan, &[])).await;
        let at = sent.location.clone().unwrap();
        let stranger = site.browser().get(&at).await;
        assert_eq!((stranger.status, stranger.location.as_deref()), (303, Some("/phan-anh/theo-doi")));
        for _ in 0..2 {
            assert_eq!(citizen.get(&at).await.status, 200);
        }
        site.pass_minutes(10);
        assert_eq!(citizen.get(&at).await.status, 303, "its time is over");
        let mut hall = site.browser();
        hall.set_cookie("mc_sanh", "2");
        let lan = token();
        let sent = hall.post("/phan-anh/2", &form(&lan, &[("cua", "kiosk")])).await;
        let at = sent.location.clone().unwrap();
        let page = hall.get(&at).await;
        assert!(page.status == 200 && page.text.contains("data-idle=\"90\"") && page.text.contains("content=\"120;url=/kiosk/2?het=1\""), "{}", page.text);
        let code = between(&page.text, "id=\"ma\">", "<").to_owned();
        assert_eq!(hall.get(&at).await.status, 303, "whoever comes next goes back");
        assert_eq!(hall.get(&format!("/phan-anh/theo-doi/{code}")).await.status, 303);
        // Nor does a colleague open what somebody wrote down.
        let lan = token();
        let fields = [("lan", lan.as_str()), ("don-vi", "2"), ("cua", "bao-chi"), ("loai", "question"), ("noi-dung", "Hỏi lịch tiếp dân")];
        let logged = site.signed_in("quay").post("/co-quan/phan-anh/moi", &fields).await;
        assert_eq!(site.signed_in("tiepdan").get(logged.location.as_deref().unwrap()).await.status, 404);
    }

    async fn a_source_is_named_only_by_its_own_unit_and_once(site) {
        given(&site);
        for (id, unit) in [(7, 2), (8, 4)] {
            site.given(&format!("insert into hotline_call (id, unit, called, called_at, kind, seconds, mark, sealed, anonymous,
                subject, officer, promise, account) values ({id}, {unit}, '', 0, 'answered', 0, 'm{id}', '', 1, 'x', '', '', 1)"), &[]);
        }
        let mut quay = site.signed_in("quay");
        for source in ["hotline_call:8", "hotline_call:99", "box_slip:1", "reception_entry:1", "staff:1", "hotline_call:x"] {
            assert_eq!(quay.get(&format!("/co-quan/phan-anh/moi?nguon={source}")).await.status, 404, "{source}");
            let lan = token();
            let fields = [("lan", lan.as_str()), ("don-vi", "2"), ("cua", "quay"), ("nguon", source), ("loai", "question"), ("noi-dung", "Hỏi lịch làm căn cước")];
            assert_eq!(quay.post("/co-quan/phan-anh/moi", &fields).await.status, 404, "{source}");
        }
        assert_eq!(site.count("select count(*) from feedback"), 0);
    }
}
