//! Reports of citizens that become cases: opened, joined, answered.

use domain::{
    feedback::{Class, Door},
    ids::UnitId,
};
use testkit::{TestSite, on_both_engines};

use super::{given_an_office, staff, step, taken};
use crate::feedback::facts::{self as feedback, NewFeedback};

/// A report about `quay` that the office sorted as one.
fn given_a_report(site: &TestSite, text: &str) -> i64 {
    let inner = site.site.clone();
    let id = site.run(|tx| {
        let mut new = NewFeedback::of(UnitId(2), Door::Web, Class::Conduct, text);
        new.accused = "cô ở quầy 1".to_owned();
        feedback::receive(&inner, tx, &new).map_err(|_| store::Fault::Broken("received".to_owned()))
    });
    site.given("update feedback set is_sorted = 1, class = 'conduct'", &[]);
    id.id.0
}

on_both_engines! { crate::routes();
    async fn two_reports_of_one_event_are_one_case_and_both_senders_are_answered(site) {
        given_an_office(&site);
        let first = given_a_report(&site, "Cô Lan ở quầy 1 nói to với bà Hoa hàng xóm tôi.");
        let second = given_a_report(&site, "Hôm qua quầy 1 quát dân.");
        let list = site.signed_in("tiepdan").get("/co-quan/vu-viec").await.text;
        assert!(list.contains("chưa mở vụ việc (2)") && list.contains("cô ở quầy 1"), "{list}");
        assert!(!site.signed_in("truong-khac").get("/co-quan/vu-viec").await.text.contains("chưa mở vụ việc"));
        let form = site.signed_in("tiepdan").get(&format!("/co-quan/vu-viec/moi?phan-anh={first}")).await.text;
        assert!(form.contains("bà Hoa hàng xóm"), "{form}");
        let (accused, once, report) = (staff(&site, "quay"), site::form::new_token(), first.to_string());
        let fields = [
            ("phan-anh", report.as_str()), ("can-bo", accused.as_str()), ("noi-dung", "Nói to tiếng với người dân"),
            ("khong-lo", "1"), ("lan-gui", once.as_str()),
        ];
        let done = site.signed_in("tiepdan").post("/co-quan/vu-viec/moi", &fields).await;
        assert_eq!(done.status, 303, "{}", done.text);
        let case = done.location.unwrap();
        let id = case.rsplit('/').next().unwrap().to_owned();
        let other = second.to_string();
        let joined = site.signed_in("tiepdan").post("/co-quan/vu-viec/nhap", &[("phan-anh", &other), ("vu-viec", &id)]).await;
        assert_eq!(joined.status, 303, "{}", joined.text);
        let again = site.signed_in("tiepdan").post("/co-quan/vu-viec/nhap", &[("phan-anh", &other), ("vu-viec", &id)]).await;
        assert_eq!(again.status, 404, "it has its case");
        // Its sender was asked for more and says nothing: the case does not forget him.
        let ask = [("hoi-them", "Mấy giờ?")];
        let asked = site.signed_in("tiepdan").post(&format!("/co-quan/phan-anh/{second}/hoi-them"), &ask).await;
        assert_eq!(asked.status, 303, "{}", asked.text);
        taken(&site, "tiepdan", (&case, "thu-ly"), &[]).await;
        let verifier = staff(&site, "thuly");
        taken(&site, "truong", (&case, "giao"), &[("nguoi-xac-minh", &verifier)]).await;
        taken(&site, "thuly", (&case, "bat-dau"), &[]).await;
        // Neither the verifier nor the accused reads the reports themselves.
        let seen = site.signed_in("thuly").get(&case).await.text;
        assert!(seen.contains("Nói to tiếng") && !seen.contains("bà Hoa"), "{seen}");
        let own = case.replace("/vu-viec/", "/vu-viec-cua-toi/");
        let told = site.signed_in("quay").get(&own).await.text;
        assert!(told.contains("Nói to tiếng") && !told.contains("bà Hoa") && !told.contains("PA-"), "{told}");
        assert_eq!(site.signed_in("quay").post(&own, &[("giai-trinh", "Không có việc này.")]).await.status, 303);
        taken(&site, "thuly", (&case, "bao-cao"), &[("ket-qua", "Không ai xác nhận.")]).await;
        let fields = [("ket-luan", "unproven"), ("can-cu", "Không ai xác nhận.")];
        taken(&site, "chutich", (&case, "ket-luan"), &fields).await;
        // One drafts, another one releases.
        let undrafted = step(&site, &mut site.signed_in("truong"), (&case, "tra-loi"), &[]).await;
        assert!(undrafted.0 == 422 && undrafted.1.contains("Chưa có dự thảo"), "{}", undrafted.1);
        let draft = [("tra-loi", "Cơ quan đã xác minh, chưa đủ cơ sở kết luận.")];
        taken(&site, "tiepdan", (&case, "soan-tra-loi"), &draft).await;
        let own_draft = step(&site, &mut site.signed_in("tiepdan"), (&case, "tra-loi"), &[]).await;
        assert!(own_draft.0 == 422 && own_draft.1.contains("không tự duyệt"), "{}", own_draft.1);
        taken(&site, "chutich", (&case, "tra-loi"), &[]).await;
        assert_eq!(site.count("select count(*) from feedback where status = 'answered'"), 2);
        taken(&site, "truong", (&case, "ket-thuc"), &[]).await;
    }

    async fn a_case_that_is_a_denunciation_seals_its_reports_in_the_same_step(site) {
        given_an_office(&site);
        let (first, second) = (given_a_report(&site, "Cô Lan nhận tiền của bà Hoa."), given_a_report(&site, "Quầy 1 đòi tiền."));
        let (accused, once) = (staff(&site, "quay"), site::form::new_token());
        let report = first.to_string();
        let fields = [
            ("phan-anh", report.as_str()), ("can-bo", accused.as_str()), ("noi-dung", "Nhận tiền của người dân"),
            ("khong-lo", "1"), ("lan-gui", once.as_str()),
        ];
        let case = site.signed_in("tiepdan").post("/co-quan/vu-viec/moi", &fields).await.location.unwrap();
        let id = case.rsplit('/').next().unwrap().to_owned();
        let other = second.to_string();
        site.signed_in("tiepdan").post("/co-quan/vu-viec/nhap", &[("phan-anh", &other), ("vu-viec", &id)]).await;
        taken(&site, "tiepdan", (&case, "to-cao"), &[("ly-do-to-cao", "Là tố cáo nhận hối lộ")]).await;
        assert_eq!(site.count("select count(*) from feedback where status = 'sealed' and text = ''"), 2);
        assert_eq!(site.count("select count(*) from denunciation"), 2, "no third one");
        assert_eq!(site.count("select count(*) from conduct_case where summary = '' and status = 'sealed'"), 1);
        assert_eq!(site.count("select count(*) from conduct_report"), 0);
        for (id, said) in [(first, "bà Hoa"), (second, "đòi tiền")] {
            let page = site.signed_in("chutich").get(&format!("/co-quan/don-to-cao/{id}")).await.text;
            assert!(page.contains(said) && page.contains("Là tố cáo nhận hối lộ") && page.contains("Nhận tiền của người dân"), "{page}");
            assert_eq!(site.signed_in("quay").get(&format!("/co-quan/don-to-cao/{id}")).await.status, 403);
        }
    }
}
