//! Feedback through the front door, on both databases.

use domain::{access::Role, ids::UnitId};
use testkit::{Answer, Browser, TestSite, on_both_engines};

mod handling;
mod open311;
mod sealed;
mod sources;

/// Phú Sơn, and the district above it.
const COMMUNE: i64 = 2;

fn given(site: &TestSite) {
    site.given_two_communes();
    site.given_people(&[
        ("tiepdan", Role::ReceptionOfficer, 2),
        ("truong", Role::UnitHead, 2),
        ("thuly", Role::Specialist, 2),
        ("ky", Role::Leader, 2),
        ("quay", Role::CounterOfficial, 2),
        ("cchc", Role::ReformOfficer, 2),
        ("tiepdan-khac", Role::ReceptionOfficer, 4),
        ("tiepdan-huyen", Role::ReceptionOfficer, 1),
        ("ky-huyen", Role::Leader, 1),
    ]);
    site.given_account("quantri", Role::Administrator, 1);
}

fn between<'a>(text: &'a str, from: &str, to: &str) -> &'a str {
    text.split(from).nth(1).and_then(|it| it.split(to).next()).unwrap_or_default()
}

/// A new token of a form.
fn token() -> String {
    site::form::new_token()
}

/// What somebody sends, and one field more or another.
fn form<'a>(lan: &'a str, more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let mut fields = vec![
        ("lan", lan),
        ("loai", "suggestion"),
        ("noi-dung", "Cống trước nhà văn hóa xóm 3 bị tắc, nước bẩn tràn ra đường"),
    ];
    for (name, value) in more {
        fields.retain(|it| it.0 != *name);
        fields.push((name, value));
    }
    fields
}

/// Sends it; code and secret as the page that follows shows them.
async fn send(browser: &mut Browser<'_>, more: &[(&str, &str)]) -> (String, String) {
    let lan = token();
    let sent = browser.post("/phan-anh/2", &form(&lan, more)).await;
    assert_eq!(sent.status, 303, "{}", sent.text);
    codes(browser, &sent).await
}

async fn codes(browser: &mut Browser<'_>, sent: &Answer) -> (String, String) {
    let page = browser.get(sent.location.as_deref().unwrap()).await;
    let code = between(&page.text, "id=\"ma\">", "<").to_owned();
    let secret = between(&page.text, "id=\"ma-bi-mat\">", "<").to_owned();
    assert!(code.starts_with("PA-") && secret.len() == 8, "{}", page.text);
    (code, secret)
}

/// Sorts, assigns, drafts, releases: from receipt to the answer.
async fn answer(site: &TestSite, id: i64, class: &str) {
    let at = format!("/co-quan/phan-anh/{id}");
    let mut tiepdan = site.signed_in("tiepdan");
    if site.count(&format!("select is_sorted from feedback where id = {id}")) == 0 {
        let done = tiepdan.post(&format!("{at}/phan-loai"), &[("loai", class)]).await;
        assert_eq!(done.status, 303, "{}", done.text);
    }
    let staff = site.count("select id from staff where name = 'thuly'").to_string();
    let done = tiepdan.post(&format!("{at}/giao"), &[("nguoi-xu-ly", &staff)]).await;
    assert_eq!(done.status, 303, "{}", done.text);
    draft_and_release(site, id).await;
}

async fn draft_and_release(site: &TestSite, id: i64) {
    let at = format!("/co-quan/phan-anh/{id}");
    let mut thuly = site.signed_in("thuly");
    let text = "Đã nạo vét cống sáng nay.\nTổ vệ sinh, gọi 0238 3882 111.";
    let done = thuly.post(&format!("{at}/tra-loi"), &[("tra-loi", text)]).await;
    assert_eq!(done.status, 303, "{}", done.text);
    let mut truong = site.signed_in("truong");
    let page = truong.get(&at).await.text;
    let mark = between(&page, "name=\"ban-duyet\" value=\"", "\"").to_owned();
    let done =
        truong.post(&format!("{at}/duyet"), &[("ban-duyet", &mark), ("viec", "duyet")]).await;
    assert_eq!(done.status, 303, "{}", done.text);
}

on_both_engines! { citizen::routes().and(crate::routes());
    async fn what_is_sent_is_answered_by_two_and_solved_only_when_its_sender_says_so(site) {
        given(&site);
        let mut citizen = site.browser();
        let (code, _) = send(&mut citizen, &[
            ("ho-ten", "Nguyễn Thị Thử"), ("dien-thoai", "0912345678"), ("o-dau", "nhà văn hóa"),
        ]).await;
        assert_eq!(site.text("select status from feedback"), "received");
        answer(&site, 1, "suggestion").await;
        let follow = citizen.get(&format!("/phan-anh/theo-doi/{code}")).await.text;
        assert!(follow.contains("Đã nạo vét cống") && follow.contains("Đã giải quyết chưa?"), "{follow}");
        let none = citizen.post(&format!("/phan-anh/theo-doi/{code}/giai-quyet"), &[]).await;
        assert!(none.status == 422 && none.text.contains("Hãy chọn một mục"), "{}", none.text);
        let no = [("da-giai-quyet", "chua"), ("vi-sao", "Nước vẫn tràn")];
        let done = citizen.post(&format!("/phan-anh/theo-doi/{code}/giai-quyet"), &no).await;
        assert_eq!(done.status, 303, "{}", done.text);
        assert_eq!(site.text("select status from feedback"), "reopened");
        draft_and_release(&site, 1).await;
        let yes = [("da-giai-quyet", "co")];
        for _ in 0..2 {
            let done = citizen.post(&format!("/phan-anh/theo-doi/{code}/giai-quyet"), &yes).await;
            assert_eq!(done.status, 303, "twice is once: {}", done.text);
        }
        assert_eq!(site.text("select status || closing from feedback"), "closedsolved");
        let figures = site.run(|tx| {
            let day = tx.now().civil().date();
            crate::feedback::facts::figures(tx, &[UnitId(COMMUNE)], day, day)
        });
        assert_eq!((figures.received, figures.in_time, figures.closed, figures.solved, figures.reopened), (1, 1, 1, 1, 1));
    }

    async fn whoever_drafted_an_answer_does_not_release_it(site) {
        given(&site);
        send(&mut site.browser(), &[]).await;
        let at = "/co-quan/phan-anh/1";
        let mut truong = site.signed_in("truong");
        let early = truong.post(&format!("{at}/giao"), &[("nguoi-xu-ly", "1")]).await;
        assert_eq!(early.status, 422, "not sorted");
        truong.post(&format!("{at}/phan-loai"), &[("loai", "suggestion")]).await;
        truong.post(&format!("{at}/tra-loi"), &[("tra-loi", "Tôi tự trả lời")]).await;
        let page = truong.get(at).await.text;
        assert!(page.contains("người khác phải duyệt"), "{page}");
        let mark = site::form::mark_of(["Tôi tự trả lời"]);
        let own = truong.post(&format!("{at}/duyet"), &[("ban-duyet", &mark), ("viec", "duyet")]).await;
        assert!(own.status == 422 && own.text.contains("không được tự duyệt"), "{}", own.text);
        let mut ky = site.signed_in("ky");
        let old = ky.post(&format!("{at}/duyet"), &[("ban-duyet", "cu"), ("viec", "duyet")]).await;
        assert_eq!(old.status, 422, "another draft than the one that was read");
        let back = [("ban-duyet", mark.as_str()), ("viec", "tra-lai"), ("ly-do-tra", "Chưa nói rõ")];
        assert_eq!(ky.post(&format!("{at}/duyet"), &back).await.status, 303);
        assert!(truong.get(at).await.text.contains("Bị trả lại: Chưa nói rõ"));
        assert_eq!(site.text("select status from feedback"), "received");
    }

    async fn nobody_sees_who_sent_it_but_two_roles_and_every_look_is_kept(site) {
        given(&site);
        let mut citizen = site.browser();
        let (code, _) = send(&mut citizen, &[("ho-ten", "Nguyễn Thị Thử"), ("dien-thoai", "0912345678"), ("dia-chi", "Xóm 3")]).await;
        for table in ["feedback", "feedback_sender", "feedback_event", "feedback_word", "journal", "journal_words"] {
            let rows = site.run(move |tx| tx.query(&format!("select * from {table}"), &[]));
            let kept = format!("{rows:?}");
            assert!(!kept.contains("0912345678") && !kept.contains("Nguyễn Thị Thử"), "{table}: {kept}");
        }
        let at = "/co-quan/phan-anh/1";
        for login in ["thuly", "truong", "quay", "cchc"] {
            let page = site.signed_in(login).get(at).await;
            assert_eq!(page.status, 200);
            assert!(!page.text.contains("Nguyễn Thị Thử") && !page.text.contains("0912345678"));
            let look = site.signed_in(login).post(&format!("{at}/nguoi-gui"), &[("ly-do-xem", "tò mò")]).await;
            assert!(look.status == 403 || look.status == 404, "{login}: {}", look.status);
        }
        let export = site.signed_in("truong").get("/co-quan/phan-anh/xuat").await;
        assert_eq!(export.status, 200);
        let mut tiepdan = site.signed_in("tiepdan");
        let why = tiepdan.post(&format!("{at}/nguoi-gui"), &[]).await;
        assert_eq!(why.status, 422, "without a reason nobody looks");
        let look = tiepdan.post(&format!("{at}/nguoi-gui"), &[("ly-do-xem", "Gọi lại hỏi chỗ tắc")]).await;
        assert!(look.status == 200 && look.text.contains("Nguyễn Thị Thử") && look.text.contains("0912345678"), "{}", look.text);
        assert_eq!(site.count("select count(*) from feedback_look"), 1);
        assert_eq!(site.count("select count(*) from journal where act = 'feedback_reveal' and subject_id = 1"), 1);
        assert!(citizen.get(&format!("/phan-anh/theo-doi/{code}")).await.text.contains("đã được mở xem 1 lần"));
        assert_eq!(site.signed_in("tiepdan-khac").get(at).await.status, 404, "another unit's");
    }

    async fn sent_twice_it_is_received_once_and_without_its_secret_nobody_follows_it(site) {
        given(&site);
        let mut citizen = site.browser();
        let lan = token();
        let first = citizen.post("/phan-anh/2", &form(&lan, &[])).await;
        let second = citizen.post("/phan-anh/2", &form(&lan, &[])).await;
        assert_eq!((first.status, second.status), (303, 303));
        assert_eq!(first.location, second.location);
        assert_eq!(site.count("select count(*) from feedback"), 1);
        let (code, secret) = codes(&mut citizen, &first).await;
        let mut other = site.browser();
        let away = other.get(&format!("/phan-anh/theo-doi/{code}")).await;
        assert_eq!(away.status, 303, "without the pass");
        for _ in 0..6 {
            let wrong = other.post("/phan-anh/theo-doi", &[("ma", &code), ("ma-bi-mat", "AAAAAAAA")]).await;
            assert_eq!(wrong.status, 422);
        }
        let slowed = other.post("/phan-anh/theo-doi", &[("ma", &code), ("ma-bi-mat", &secret)]).await;
        assert_eq!(slowed.status, 429, "guessing is slowed");
        site.pass_minutes(16);
        let lower = secret.to_lowercase();
        let open = other.post("/phan-anh/theo-doi", &[("ma", &code), ("ma-bi-mat", &lower)]).await;
        assert_eq!(open.status, 303, "{}", open.text);
        assert_eq!(other.get(&format!("/phan-anh/theo-doi/{code}")).await.status, 200);
    }

    async fn the_form_says_what_is_wrong_beside_each_field_and_loses_nothing(site) {
        given(&site);
        let mut citizen = site.browser();
        let lan = token();
        let fields = form(&lan, &[("loai", "complaint"), ("dien-thoai", "12"), ("noi-dung", "ngắn")]);
        let wrong = citizen.post("/phan-anh/2", &fields).await;
        assert_eq!(wrong.status, 422);
        for word in ["ít nhất 10 chữ", "Đơn khiếu nại phải có mục này", "value=\"12\"", "value=\"complaint\" checked"] {
            assert!(wrong.text.contains(word), "{word}: {}", wrong.text);
        }
        let program = form(&lan, &[("trang-web", "http://spam")]);
        assert_eq!(citizen.post("/phan-anh/2", &program).await.status, 303);
        assert_eq!(site.count("select count(*) from feedback"), 0, "a program that fills every field");
        assert_eq!(citizen.get("/phan-anh/99").await.status, 404);
    }

    async fn what_was_said_before_is_shown_first_and_me_too_counts_a_neighbour_once(site) {
        given(&site);
        let mut citizen = site.browser();
        let (code, _) = send(&mut citizen, &[("ho-ten", "Lê Văn Tắc"), ("noi-dung",
            "Tôi là Lê Văn Tắc, 0912345678. Cống trước nhà văn hóa xóm 3 bị tắc, nước bẩn tràn ra đường")]).await;
        let mut neighbour = site.browser().at_address("10.0.0.9");
        let again = "Nước bẩn tràn ra đường vì cống trước nhà văn hóa xóm 3 tắc";
        let unread = neighbour.post("/phan-anh/2", &form(&token(), &[("noi-dung", again), ("loai", "x")])).await;
        assert!(!unread.text.contains(&code), "an official reads it first");
        let sorted = site.signed_in("tiepdan").post("/co-quan/phan-anh/1/phan-loai", &[("loai", "suggestion")]).await;
        assert_eq!(sorted.status, 303, "{}", sorted.text);
        let lan = token();
        let asked = neighbour.post("/phan-anh/2", &form(&lan, &[("noi-dung", again)])).await;
        assert!(asked.status == 422 && asked.text.contains("Có phải việc này không?"), "{}", asked.text);
        assert!(asked.text.contains(&code) && !asked.text.contains("Lê Văn Tắc") && !asked.text.contains("0912345678"));
        for _ in 0..2 {
            let me = neighbour.post(&format!("/phan-anh/toi-cung-vay/{code}"), &[]).await;
            assert_eq!(me.status, 303, "{}", me.text);
        }
        assert_eq!(site.count("select me_too from feedback"), 1);
        let other = neighbour.post("/phan-anh/2", &form(&lan, &[("noi-dung", again), ("da-xem", "1")])).await;
        assert_eq!(other.status, 303, "it is another thing, he says");
    }

    async fn pictures_lose_what_they_know_of_their_owner_and_programs_are_not_taken(site) {
        given(&site);
        let mut citizen = site.browser();
        let mut png = Vec::new();
        let dots = image::RgbImage::from_fn(20, 20, |x, _| image::Rgb([x as u8, 1, 1]));
        image::DynamicImage::from(dots).write_to(&mut std::io::Cursor::new(&mut png), image::ImageFormat::Png).unwrap();
        let lan = token();
        let fields = form(&lan, &[]);
        let bad = citizen.upload("/phan-anh/2", &fields, &[("tep", "a.exe", b"MZ program")]).await;
        assert!(bad.status == 422 && bad.text.contains("a.exe"), "{}", bad.text);
        let sent = citizen.upload("/phan-anh/2", &fields, &[("tep", "cong.png", &png)]).await;
        assert_eq!(sent.status, 303, "{}", sent.text);
        assert_eq!(site.text("select name || media_type from feedback_file"), "cong.jpgimage/jpeg");
        let mut truong = site.signed_in("truong");
        let file = truong.get("/co-quan/phan-anh/1/tep/1").await;
        assert_eq!(file.media_type, "image/jpeg");
        assert_eq!(site.signed_in("tiepdan-khac").get("/co-quan/phan-anh/1/tep/1").await.status, 404);
        let sha = site.text("select sha256 from feedback_file");
        assert!(site.run(|tx| site::files::unnamed(tx, vec![sha])).is_empty(), "it is named");
    }

    async fn silence_closes_after_a_reminder_and_is_never_called_solved(site) {
        given(&site);
        send(&mut site.browser(), &[]).await;
        answer(&site, 1, "suggestion").await;
        site.pass_minutes(5 * 24 * 60 + 1);
        site.run_jobs().await;
        assert_eq!(site.count("select count(*) from feedback where reminded_at is not null"), 1);
        site.pass_minutes(9 * 24 * 60);
        site.run_jobs().await;
        assert_eq!(site.text("select status from feedback"), "answered");
        site.pass_minutes(24 * 60 + 1);
        site.run_jobs().await;
        assert_eq!(site.text("select status || closing from feedback"), "closedsilence");
        let figures = site.signed_in("cchc").get("/co-quan/phan-anh/so-lieu").await;
        assert_eq!(figures.status, 200, "{}", figures.text);
        let counted = site.run(|tx| {
            let (from, until) = (jiff::civil::date(2026, 1, 1), jiff::civil::date(2026, 12, 31));
            crate::feedback::facts::figures(tx, &[UnitId(COMMUNE)], from, until)
        });
        assert_eq!((counted.closed, counted.solved), (1, 0));
        let book = site.signed_in("cchc").get("/co-quan/phan-anh/so-lieu/xuat").await;
        assert!(book.media_type.contains("spreadsheet"));
    }

    async fn what_is_late_goes_to_the_head_once_and_stands_on_his_first_page(site) {
        given(&site);
        send(&mut site.browser(), &[]).await;
        site.pass_minutes(6 * 24 * 60);
        site.run_jobs().await;
        site.run_jobs().await;
        assert_eq!(site.count("select count(*) from feedback_event where act = 'escalate'"), 1);
        let list = site.signed_in("truong").get("/co-quan/phan-anh?qua-han=1").await;
        assert!(list.text.contains("Quá hạn phân loại"), "{}", list.text);
        let found = site.signed_in("truong").get("/co-quan/phan-anh?q=cong%20tac").await;
        assert!(found.text.contains("1 phản ánh"), "folded search: {}", found.text);
        let none = site.signed_in("truong").get("/co-quan/phan-anh?loai=question").await;
        assert!(none.text.contains("Không có phản ánh nào khớp"), "{}", none.text);
    }

    async fn more_is_asked_for_the_clock_stands_and_goes_on_when_it_comes(site) {
        given(&site);
        let mut citizen = site.browser();
        let (code, _) = send(&mut citizen, &[]).await;
        let mut tiepdan = site.signed_in("tiepdan");
        let none = tiepdan.post("/co-quan/phan-anh/1/hoi-them", &[]).await;
        assert!(none.status == 422 && none.text.contains("Chưa nhập nội dung này"), "{}", none.text);
        tiepdan.post("/co-quan/phan-anh/1/hoi-them", &[("hoi-them", "Đoạn cống nào?")]).await;
        assert_eq!(site.count("select count(*) from feedback where due_at is null and status = 'need_info'"), 1);
        let page = citizen.get(&format!("/phan-anh/theo-doi/{code}")).await.text;
        assert!(page.contains("Đoạn cống nào?"), "{page}");
        let more = [("bo-sung", "Đoạn trước cổng")];
        let done = citizen.post(&format!("/phan-anh/theo-doi/{code}/bo-sung"), &more).await;
        assert_eq!(done.status, 303, "{}", done.text);
        assert_eq!(site.count("select count(*) from feedback where due_at is not null and status = 'received'"), 1);
        assert!(tiepdan.get("/co-quan/phan-anh/1").await.text.contains("Đoạn trước cổng"));
    }

    async fn it_is_handed_on_with_a_reason_and_the_new_unit_alone_has_it(site) {
        given(&site);
        send(&mut site.browser(), &[]).await;
        let mut tiepdan = site.signed_in("tiepdan");
        let none = tiepdan.post("/co-quan/phan-anh/1/chuyen", &[("don-vi-nhan", "4")]).await;
        assert_eq!(none.status, 422);
        let done = tiepdan.post("/co-quan/phan-anh/1/chuyen", &[("don-vi-nhan", "4"), ("ly-do-chuyen", "Cống của xã bạn")]).await;
        assert_eq!(done.status, 303, "{}", done.text);
        assert_eq!(tiepdan.get("/co-quan/phan-anh/1").await.status, 404);
        let mut there = site.signed_in("tiepdan-khac");
        assert!(there.get("/co-quan/phan-anh/1").await.text.contains("Cống của xã bạn"));
        let fields = [("co-quan-nhan", "Công ty thoát nước"), ("so-van-ban", "12/CV-UBND"), ("ly-do-ngoai", "Không thuộc xã")];
        assert_eq!(there.post("/co-quan/phan-anh/1/chuyen-ngoai", &fields).await.status, 303);
        assert_eq!(site.text("select status || handed_to from feedback"), "transferredCông ty thoát nước, văn bản số 12/CV-UBND");
    }

    async fn a_mixed_letter_becomes_one_for_each_class_and_its_history_of_classes_stays(site) {
        given(&site);
        let mut citizen = site.browser();
        let (code, _) = send(&mut citizen, &[("ho-ten", "Lê Thị Hai"), ("dien-thoai", "0912345678"), ("dia-chi", "Xóm 1")]).await;
        let mut tiepdan = site.signed_in("tiepdan");
        tiepdan.post("/co-quan/phan-anh/1/phan-loai", &[("loai", "question")]).await;
        site.pass_minutes(60);
        tiepdan.post("/co-quan/phan-anh/1/phan-loai", &[("loai", "rule_report")]).await;
        assert_eq!(site.count("select count(*) from feedback_event where act = 'sort'"), 2);
        assert_eq!(site.text("select min(class) from feedback_event where act = 'sort'"), "question");
        let part = [("loai-tach", "complaint"), ("noi-dung-tach", "Tôi đề nghị xem lại quyết định thu hồi đất")];
        let done = tiepdan.post("/co-quan/phan-anh/1/tach", &part).await;
        assert_eq!(done.status, 303, "{}", done.text);
        assert_eq!(site.count("select count(*) from feedback where parent = 1 and class = 'complaint'"), 1);
        assert_eq!(site.count("select count(*) from petition where kind = 'complaint' and number = 1"), 1);
        assert!(citizen.get(&format!("/phan-anh/theo-doi/{code}")).await.text.contains("Đơn khiếu nại ·"));
        let answer = tiepdan.post("/co-quan/phan-anh/2/tra-loi", &[("tra-loi", "x")]).await;
        assert_eq!(answer.status, 303, "a draft may lie there");
        let register = tiepdan.get("/co-quan/don-khieu-nai/2").await;
        assert!(register.text.contains("Đơn khiếu nại số 1/2026"), "{}", register.text);
        let no = tiepdan.post("/co-quan/don-khieu-nai/2/buoc", &[("buoc", "decline")]).await;
        assert!(no.status == 422 && no.text.contains("phải có số quyết định"), "{}", no.text);
        assert_eq!(tiepdan.post("/co-quan/don-khieu-nai/2/buoc", &[("buoc", "accept")]).await.status, 303);
        assert_eq!(site.text("select stage from petition"), "accepted");
        let again = tiepdan.post("/co-quan/don-khieu-nai/2/buoc", &[("buoc", "accept")]).await;
        assert_eq!(again.status, 422);
    }

    async fn what_is_published_was_read_by_another_and_names_nobody(site) {
        given(&site);
        send(&mut site.browser(), &[("ho-ten", "Lê Văn Tắc"),
            ("noi-dung", "Tôi là Lê Văn Tắc, số 0912345678, cống xóm 3 tắc đã lâu")]).await;
        answer(&site, 1, "suggestion").await;
        let mut truong = site.signed_in("truong");
        let page = truong.get("/co-quan/phan-anh/1").await.text;
        assert!(page.contains("Tôi là [tên đã ẩn], số [số đã ẩn]"), "{page}");
        let fields = [
            ("cong-khai-noi-dung", "Lê Văn Tắc báo cống xóm 3 tắc, 0912345678"),
            ("cong-khai-tra-loi", "Đã nạo vét"),
        ];
        let unread = site.signed_in("thuly").post("/co-quan/phan-anh/1/cong-khai", &fields).await;
        assert!(unread.status == 422 && unread.text.contains("xác nhận đã đọc"), "{}", unread.text);
        let fields = [
            ("cong-khai-noi-dung", "Lê Văn Tắc báo cống xóm 3 tắc"), ("cong-khai-tra-loi", "Đã nạo vét"), ("da-doc", "1"),
        ];
        let done = site.signed_in("thuly").post("/co-quan/phan-anh/1/cong-khai", &fields).await;
        assert_eq!(done.status, 303, "{}", done.text);
        let page = truong.get("/co-quan/phan-anh/1").await.text;
        let mark = between(&page, "name=\"ban-cong-khai\" value=\"", "\"").to_owned();
        let read = [("ban-cong-khai", mark.as_str()), ("da-duyet", "1")];
        let done = truong.post("/co-quan/phan-anh/1/cong-khai/duyet", &read).await;
        assert_eq!(done.status, 303, "{}", done.text);
        let mut anybody = site.browser();
        let public = anybody.get("/phan-anh/tra-loi?q=cong%20tac&loai=suggestion&don-vi=1").await.text;
        assert!(public.contains("[tên đã ẩn] báo cống xóm 3 tắc") && public.contains("Đã nạo vét"), "{public}");
        let english = anybody.get("/phan-anh/tra-loi?lang=en").await.text;
        assert!(english.contains("Published answers"), "{english}");
        assert!(anybody.get("/phan-anh/tra-loi?q=kh%C3%B4ng-c%C3%B3").await.text.contains("No answers yet"));
        truong.post("/co-quan/phan-anh/1/go", &[]).await;
        assert_eq!(site.count("select count(*) from feedback_public"), 0);
    }

    async fn what_is_written_down_by_telephone_at_the_counter_and_from_the_press_is_received_once(site) {
        given(&site);
        site.given("insert into hotline_call (id, unit, called, called_at, kind, seconds, mark, sealed, anonymous, subject,
            officer, promise, account) values (7, 2, '', 0, 'answered', 0, 'm', '', 1, 'x', '', '', 1)", &[]);
        let mut quay = site.signed_in("quay");
        let page = quay.get("/co-quan/phan-anh/moi?cua=quay&nguon=hotline_call:7").await;
        assert!(page.status == 200 && page.text.contains("value=\"quay\" selected"), "{}", page.text);
        let lan = token();
        let fields = [
            ("lan", lan.as_str()), ("don-vi", "2"), ("cua", "quay"), ("nguon", "hotline_call:7"), ("loai", "question"),
            ("noi-dung", "Hỏi lịch làm căn cước"), ("ho-ten", "Trần Văn Hỏi"), ("dien-thoai", "0912345678"),
        ];
        let done = quay.post("/co-quan/phan-anh/moi", &fields).await;
        assert_eq!(done.status, 303, "{}", done.text);
        codes(&mut quay, &done).await;
        let lan = token();
        let mut again = fields;
        again[0] = ("lan", &lan);
        let twice = quay.post("/co-quan/phan-anh/moi", &again).await;
        assert_eq!(twice.status, 404, "it is a feedback already");
        let taken = site.run(|tx| crate::feedback::facts::of_source(tx, "hotline_call", 7)).unwrap();
        assert_eq!(taken.2, "Mới tiếp nhận");
        let many = site.run(|tx| crate::feedback::facts::of_sources(tx, "hotline_call", &[7, 8]));
        assert_eq!(many.len(), 1);
        let far = [("lan", lan.as_str()), ("don-vi", "4"), ("cua", "bao-chi"), ("loai", "question"), ("noi-dung", "Việc của xã khác")];
        assert_eq!(quay.post("/co-quan/phan-anh/moi", &far).await.status, 422, "another unit");
    }

    async fn a_badge_names_its_official_and_he_is_not_given_his_own_case(site) {
        given(&site);
        let staff = site.count("select id from staff where name = 'quay'").to_string();
        let mut citizen = site.browser();
        let page = citizen.get(&format!("/phan-anh/2?can-bo={staff}")).await.text;
        assert!(page.contains("Phản ánh về:") && page.contains("value=\"conduct\" checked"), "{page}");
        send(&mut citizen, &[("can-bo", &staff), ("loai", "conduct"), ("ho-ten", "Lê Thị Hai"), ("noi-dung", "Cán bộ nói to tiếng với người già ở quầy")]).await;
        assert_eq!(site.text("select door from feedback"), "badge");
        let mut tiepdan = site.signed_in("tiepdan");
        tiepdan.post("/co-quan/phan-anh/1/phan-loai", &[("loai", "conduct")]).await;
        let own = tiepdan.post("/co-quan/phan-anh/1/giao", &[("nguoi-xu-ly", &staff)]).await;
        assert!(own.status == 422 && own.text.contains("được nêu tên"), "{}", own.text);
        let reports = site.run(|tx| crate::feedback::facts::conduct_reports(tx, &[UnitId(COMMUNE)], 10));
        assert!(reports.len() == 1 && reports[0].staff.is_some() && reports[0].accused.contains("quay"));
        let inner = site.site.clone();
        let by = domain::ids::AccountId(site.count("select id from account where login = 'thuly'"));
        site.run(move |tx| {
            let done = crate::feedback::facts::close_conduct(&inner, tx, reports[0].id, ("Đã nhắc nhở và xin lỗi", by));
            done.expect("answered");
            Ok(())
        });
        assert_eq!(site.text("select status from feedback"), "answered");
    }

    async fn signs_are_printed_villages_listed_and_a_unit_with_open_feedback_is_not_closed(site) {
        given(&site);
        let mut tiepdan = site.signed_in("tiepdan");
        for path in ["bang-qr?don-vi=2".to_owned(), format!("the-can-bo?don-vi=2&can-bo={}", site.count("select id from staff where name = 'quay'"))] {
            let pdf = tiepdan.get(&format!("/co-quan/phan-anh/thiet-lap/{path}")).await;
            assert_eq!(pdf.media_type, "application/pdf", "{}", pdf.text);
        }
        let add = [("don-vi", "2"), ("ten-xom", "Xóm 10\nXóm 2\n\nBản Hạ Sưu")];
        assert_eq!(tiepdan.post("/co-quan/phan-anh/thiet-lap/xom", &add).await.status, 303);
        let page = site.browser().get("/phan-anh/2").await.text;
        let (two, ten) = (page.find("Xóm 2<").unwrap(), page.find("Xóm 10<").unwrap());
        assert!(two < ten, "as people count");
        let id = site.count("select id from village where name = 'Xóm 2'").to_string();
        let end = [("don-vi", "2"), ("xom", id.as_str())];
        tiepdan.post("/co-quan/phan-anh/thiet-lap/bo-xom", &end).await;
        assert!(!site.browser().get("/phan-anh/2").await.text.contains("Xóm 2<"));
        let far = [("don-vi", "4"), ("ten-xom", "Xóm 1")];
        assert_eq!(tiepdan.post("/co-quan/phan-anh/thiet-lap/xom", &far).await.status, 404);
        send(&mut site.browser(), &[]).await;
        let need = site.run(|tx| crate::feedback::needs(tx, UnitId(COMMUNE), jiff::civil::date(2026, 2, 1)));
        assert_eq!(need.as_deref(), Some("1 phản ánh, đơn chưa xong"));
    }

    async fn what_was_turned_down_is_forgotten_after_its_term_and_senders_after_theirs(site) {
        given(&site);
        send(&mut site.browser(), &[("ho-ten", "Lê Thị Hai")]).await;
        site.signed_in("tiepdan").post("/co-quan/phan-anh/1/khong-thu-ly", &[("ly-do-khong", "Không rõ việc gì")]).await;
        let before = site.now();
        assert_eq!(site.run(move |tx| crate::feedback::facts::forget_unqualified(tx, before)).0, 0);
        site.pass_minutes(1);
        let now = site.now();
        let (rows, _) = site.run(move |tx| crate::feedback::facts::forget_unqualified(tx, now));
        assert_eq!(rows, 1);
        assert_eq!(site.count("select count(*) from feedback where text = '' and is_erased = 1"), 1);
        assert_eq!(site.count("select count(*) from feedback_sender"), 0);
        assert_eq!(site.count("select count(*) from feedback_word"), 0);
    }
}
