//! The sealed way: whoever is curious finds nothing.

use super::*;

const SECRET: &str = "Chủ tịch nhận tiền của ông Bảy để cấp sổ đỏ";

/// Everything that the database holds, as somebody with a copy of it reads it.
pub(super) fn whole(site: &TestSite) -> String {
    site.run(|tx| {
        let mut all = String::new();
        for table in [
            "feedback",
            "feedback_event",
            "feedback_word",
            "feedback_sender",
            "feedback_file",
            "feedback_answer",
            "feedback_look",
            "petition",
            "petition_step",
            "denunciation",
            "denunciation_identity",
            "denunciation_file",
            "denunciation_reveal",
            "journal",
            "journal_words",
            "outbox",
            "submission",
            "hotline_call",
            "box_slip",
            "reception_entry",
            "reception_promise",
            "reception_booking",
            "conduct_case",
            "conduct_event",
            "conduct_correction",
            "conduct_file",
        ] {
            let Ok(rows) = tx.query(&format!("select * from {table}"), &[]) else {
                panic!("{table}")
            };
            all.push_str(&format!("{rows:?}"));
        }
        Ok(all)
    })
}

pub(super) async fn denounce(site: &TestSite, more: &[(&str, &str)]) -> (String, String) {
    let mut fields = vec![
        ("loai", "denunciation"),
        ("noi-dung", SECRET),
        ("ho-ten", "Phạm Thị Kín"),
        ("dien-thoai", "0987654321"),
        ("dia-chi", "Xóm 9"),
        ("ve-ai", "ông Hoàng Văn Bị"),
    ];
    fields.extend_from_slice(more);
    send(&mut site.browser(), &fields).await
}

on_both_engines! { citizen::routes().and(people::routes()).and(crate::routes());
    async fn a_denunciation_is_sealed_from_the_first_moment_and_only_its_keepers_open_it(site) {
        given(&site);
        let (code, _) = denounce(&site, &[]).await;
        let kept = whole(&site);
        for word in ["tiền", "ông Bảy", "Phạm Thị Kín", "0987654321", "Hoàng Văn Bị", "Xóm 9"] {
            let at = kept.find(word).map(|it| &kept[it.saturating_sub(300)..]);
            assert!(at.is_none(), "{word} lies in the open: {at:?}");
        }
        for login in ["quantri", "thuly", "truong", "quay", "cchc", "tiepdan-khac", "tiepdan-huyen", "ky-huyen"] {
            let mut browser = site.signed_in(login);
            for path in [
                "/co-quan/don-to-cao/1", "/co-quan/phan-anh/1", "/co-quan/phan-anh", "/co-quan/don-to-cao", "/co-quan/don-khieu-nai",
                "/co-quan/phan-anh?q=tien", "/co-quan/nhat-ky", "/co-quan/phan-anh/so-lieu", "/open311/v2/requests.json",
            ] {
                let page = browser.get(path).await;
                assert!(!page.text.contains("ông Bảy") && !page.text.contains("Phạm Thị Kín"), "{login} {path}");
                assert!(!page.text.contains(&code), "{login} {path}");
                assert!(!page.text.contains("#1/2026"), "{login} {path}");
            }
            assert!(matches!(browser.get("/co-quan/don-to-cao/1").await.status, 403 | 404), "{login}");
            assert_ne!(browser.get("/co-quan/phan-anh/1").await.status, 200, "{login}");
        }
        for login in ["tiepdan", "ky"] {
            let page = site.signed_in(login).get("/co-quan/don-to-cao/1").await;
            assert!(page.text.contains(SECRET) && page.text.contains("Người tố cáo #1/2026"), "{}", page.text);
            assert!(!page.text.contains("Phạm Thị Kín"), "who sent it is sealed apart");
        }
        let export = site.signed_in("ky").get("/co-quan/phan-anh/xuat").await;
        assert_eq!(export.status, 200);
    }

    async fn who_denounced_takes_two_to_open_once(site) {
        given(&site);
        denounce(&site, &[]).await;
        let at = "/co-quan/don-to-cao/1";
        let (mut tiepdan, mut ky) = (site.signed_in("tiepdan"), site.signed_in("ky"));
        let none = tiepdan.post(&format!("{at}/mo-danh-tinh"), &[]).await;
        assert_eq!(none.status, 422, "without a reason");
        let alone = tiepdan.post(&format!("{at}/danh-tinh"), &[("de-nghi", "1")]).await;
        assert_eq!(alone.status, 422);
        let asked = tiepdan.post(&format!("{at}/mo-danh-tinh"), &[("ly-do-mo", "Mời làm việc")]).await;
        assert_eq!(asked.status, 303, "{}", asked.text);
        let own = tiepdan.post(&format!("{at}/duyet-mo"), &[("de-nghi", "1"), ("viec", "dong-y")]).await;
        assert_eq!(own.status, 422, "nobody says yes to himself");
        assert_eq!(tiepdan.post(&format!("{at}/danh-tinh"), &[("de-nghi", "1")]).await.status, 422);
        let yes = ky.post(&format!("{at}/duyet-mo"), &[("de-nghi", "1"), ("viec", "dong-y")]).await;
        assert_eq!(yes.status, 303, "{}", yes.text);
        assert_eq!(ky.post(&format!("{at}/danh-tinh"), &[("de-nghi", "1")]).await.status, 422, "who asked looks");
        let look = tiepdan.post(&format!("{at}/danh-tinh"), &[("de-nghi", "1")]).await;
        assert!(look.status == 200 && look.text.contains("Phạm Thị Kín") && look.text.contains("0987654321"), "{}", look.text);
        assert_eq!(tiepdan.post(&format!("{at}/danh-tinh"), &[("de-nghi", "1")]).await.status, 422, "once");
        assert_eq!(site.count("select count(*) from journal where act = 'reveal_denouncer' and subject_id = 2"), 1);
        assert!(!whole(&site).contains("Mời làm việc"));
    }

    async fn about_the_head_it_goes_to_the_level_above(site) {
        given(&site);
        denounce(&site, &[("ve-nguoi-dung-dau", "1")]).await;
        for login in ["ky", "tiepdan"] {
            assert_eq!(site.signed_in(login).get("/co-quan/don-to-cao/1").await.status, 404, "{login}");
        }
        for login in ["ky-huyen", "tiepdan-huyen"] {
            assert_eq!(site.signed_in(login).get("/co-quan/don-to-cao/1").await.status, 200, "{login}");
        }
        // His badge was read: nobody had to say that he leads the unit.
        let head = site.count("select id from staff where name = 'ky'").to_string();
        denounce(&site, &[("can-bo", &head)]).await;
        assert_eq!(site.signed_in("ky").get("/co-quan/don-to-cao/2").await.status, 404);
        assert_eq!(site.signed_in("ky-huyen").get("/co-quan/don-to-cao/2").await.status, 200);
        // Nor does a keeper open what is about himself.
        let keeper = site.count("select id from staff where name = 'tiepdan'").to_string();
        denounce(&site, &[("can-bo", &keeper)]).await;
        assert_eq!(site.signed_in("tiepdan").get("/co-quan/don-to-cao/3").await.status, 404);
        assert_eq!(site.signed_in("ky").get("/co-quan/don-to-cao/3").await.status, 200);
    }

    async fn a_complaint_that_turns_out_to_be_one_is_found_by_its_keepers(site) {
        given(&site);
        let mut citizen = site.browser();
        let lan = token();
        let fields = form(&lan, &[("noi-dung", SECRET), ("ho-ten", "Phạm Thị Kín"), ("dien-thoai", "0987654321")]);
        citizen.post("/phan-anh/2", &fields).await;
        let mut tiepdan = site.signed_in("tiepdan");
        let sorted = tiepdan.post("/co-quan/phan-anh/1/phan-loai", &[("loai", "complaint")]).await;
        assert_eq!(sorted.status, 303, "{}", sorted.text);
        assert_eq!(site.text("select kind from petition"), "complaint");
        site.given(
            "insert into petition_step (feedback, done_at, by_account, step, stage, sealed)
             values (1, 0, 1, 'accept', 'accepted', 'Đã mời ông Bảy lên hỏi')",
            &[],
        );
        let done = tiepdan.post("/co-quan/phan-anh/1/niem-kin", &[("chac-chan", "1")]).await;
        assert_eq!(done.status, 303, "{}", done.text);
        let page = tiepdan.get("/co-quan/don-to-cao/1").await;
        assert_eq!(page.status, 200);
        assert!(page.text.contains(SECRET) && page.text.contains("Đã mời ông Bảy lên hỏi"), "{}", page.text);
        assert!(!whole(&site).contains("ông Bảy"), "the words of its steps too");
        assert_eq!(site.text("select kind from petition"), "denunciation");
    }

    async fn what_is_said_about_somebody_he_does_not_handle_himself(site) {
        given(&site);
        let badge = site.count("select staff from account where login = 'tiepdan'").to_string();
        let mut citizen = site.browser();
        let lan = token();
        let fields = form(&lan, &[("noi-dung", "Nói trống không với người già"), ("loai", "conduct"), ("can-bo", &badge)]);
        let sent = citizen.post("/phan-anh/2", &fields).await;
        assert_eq!(sent.status, 303, "{}", sent.text);
        assert_eq!(site.count("select staff from feedback").to_string(), badge);
        let mut himself = site.signed_in("tiepdan");
        assert_eq!(himself.get("/co-quan/phan-anh/1").await.status, 404);
        assert!(!himself.get("/co-quan/phan-anh").await.text.contains("trống không"));
        assert_eq!(himself.post("/co-quan/phan-anh/1/phan-loai", &[("loai", "question")]).await.status, 404);
    }

    async fn what_turns_out_to_be_one_leaves_the_open_path_at_once_with_files_and_sender(site) {
        given(&site);
        let mut citizen = site.browser();
        let lan = token();
        let fields = form(&lan, &[("noi-dung", SECRET), ("ho-ten", "Phạm Thị Kín"), ("dien-thoai", "0987654321")]);
        let pdf = testkit::pdf("bang-chung");
        let sent = citizen.upload("/phan-anh/2", &fields, &[("tep", "bang-chung.pdf", &pdf)]).await;
        assert_eq!(sent.status, 303, "{}", sent.text);
        let (code, _) = codes(&mut citizen, &sent).await;
        let sha = site.text("select sha256 from feedback_file");
        let mut tiepdan = site.signed_in("tiepdan");
        tiepdan.post("/co-quan/phan-anh/1/hoi-them", &[("hoi-them", "Ông Bảy nào?")]).await;
        let unsure = tiepdan.post("/co-quan/phan-anh/1/niem-kin", &[]).await;
        assert_eq!(unsure.status, 422);
        let done = tiepdan.post("/co-quan/phan-anh/1/niem-kin", &[("chac-chan", "1")]).await;
        assert_eq!(done.status, 303, "{}", done.text);
        let kept = whole(&site);
        for word in ["ông Bảy", "Ông Bảy", "Phạm Thị Kín", "0987654321", "bang-chung"] {
            let at = kept.find(word).map(|it| &kept[it.saturating_sub(300)..]);
            assert!(at.is_none(), "{word} lies in the open: {at:?}");
        }
        assert_eq!(site.count("select count(*) from feedback_sender"), 0);
        assert_eq!(site.count("select count(*) from feedback_file"), 0);
        assert_eq!(tiepdan.get("/co-quan/phan-anh/1").await.status, 404);
        let page = tiepdan.get("/co-quan/don-to-cao/1").await.text;
        assert!(page.contains(SECRET) && page.contains("Ông Bảy nào?") && page.contains("bang-chung.pdf"), "{page}");
        let file = tiepdan.get("/co-quan/don-to-cao/1/tep/1").await;
        assert_eq!((file.media_type.as_str(), &file.bytes[..]), ("application/pdf", &pdf[..]));
        let _ = sha;
        // Its sender sees how far it is, and nothing of it.
        let follow = citizen.get(&format!("/phan-anh/theo-doi/{code}")).await.text;
        assert!(follow.contains("niêm kín") && !follow.contains("ông Bảy"), "{follow}");
        let step = [("buoc", "accept"), ("ghi-chu", "Đủ điều kiện")];
        assert_eq!(tiepdan.post("/co-quan/don-to-cao/1/buoc", &step).await.status, 303);
        assert!(!whole(&site).contains("Đủ điều kiện"));
        let follow = citizen.get(&format!("/phan-anh/theo-doi/{code}")).await.text;
        assert!(follow.contains("Đã thụ lý, đang giải quyết"), "{follow}");
        assert_eq!(site.text("select stage from petition"), "accepted");
    }
}
