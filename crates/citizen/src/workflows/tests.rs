//! Workflows through the front door, on both databases.

use domain::access::Role;
use testkit::{Browser, TestSite, on_both_engines};

use super::{configuration, sql};
use crate::dossiers::{
    facts as dossiers,
    tests::{ONCE, birth, given_two_communes, received},
};

mod course;

/// Somebody who looks after workflows, and somebody in the commune's reception.
pub(super) fn given(site: &TestSite) {
    given_two_communes(site);
    with_role(site, "cchc", Role::ReformOfficer, 1, "Cán bộ cải cách hành chính");
}

/// One more account with a role at a unit.
pub(crate) fn with_role(site: &TestSite, login: &str, role: Role, unit: i64, title: &str) {
    site.given_staff(login, role, unit, title);
}

/// The default workflow of communes, which what has none of its own follows.
pub(super) const DEFAULT: &str = "/co-quan/quy-trinh/default-commune";

/// The fields of the editor as the page shows them.
pub(super) fn fields_of(site: &TestSite, code: &str) -> Vec<(String, String)> {
    let draft = site.run(|tx| sql::draft(tx, code)).unwrap();
    super::reading::typed_of(&draft.body, draft.edition).pairs().to_vec()
}

/// Sends the editor's form with some fields in place of what stood there.
pub(super) async fn save(
    browser: &mut Browser<'_>,
    code: &str,
    fields: Vec<(String, String)>,
    new: &[(&str, &str)],
) -> testkit::Answer {
    let mut all: Vec<(&str, &str)> = fields
        .iter()
        .filter(|(name, _)| !new.iter().any(|(it, _)| it == name))
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    all.extend(new);
    browser.post(&format!("/co-quan/quy-trinh/{code}/sua"), &all).await
}

/// Publishes what the default workflow of communes becomes with these fields, from today.
pub(super) async fn publish(site: &TestSite, new: &[(&str, &str)]) {
    publish_of(site, "default-commune", new).await;
}

/// Publishes what a workflow becomes with these fields, from today.
pub(super) async fn publish_of(site: &TestSite, code: &str, new: &[(&str, &str)]) {
    let mut browser = site.signed_in("cchc");
    let at = format!("/co-quan/quy-trinh/{code}");
    browser.post(&format!("{at}/nhap-moi"), &[]).await;
    let saved = save(&mut browser, code, fields_of(site, code), new).await;
    assert_eq!(saved.status, 303, "{}", saved.text);
    let edition = site.text("select cast(edition as text) from workflow_draft");
    let day = site.now().civil().date().strftime("%d/%m/%Y").to_string();
    let fields = [("an-ban", edition.as_str()), ("tu-ngay", day.as_str())];
    let done = browser.post(&format!("{at}/cong-bo"), &fields).await;
    assert_eq!(done.status, 303, "{}", done.text);
}

on_both_engines! { crate::routes();
    async fn a_draft_is_edited_step_by_step_and_published_and_running_dossiers_stay(site) {
        given(&site);
        let mut counter = received(&site).await;
        let old = site.text("select cast(workflow as text) from dossier where id = 1");
        let mut browser = site.signed_in("cchc");
        let list = browser.get("/co-quan/quy-trinh?q=mac%20dinh%20cap%20xa").await;
        assert!(list.text.contains("default-commune") && list.text.contains("1 quy trình."), "{}", list.text);
        assert!(browser.get("/co-quan/quy-trinh?thu-tuc=1.012994").await.text.contains("1 quy trình."));
        let begun = browser.post(&format!("{DEFAULT}/nhap-moi"), &[]).await;
        assert_eq!(begun.location.as_deref(), Some("/co-quan/quy-trinh/default-commune/sua"));
        assert!(browser.get("/co-quan/quy-trinh?trang-thai=ban-nhap").await.text.contains("1 quy trình."));
        // A step after the third, up by one, then filled in.
        let fields = fields_of(&site, "default-commune");
        let added = save(&mut browser, "default-commune", fields, &[("viec", "chen-3")]).await;
        assert_eq!(added.location.as_deref(), Some("/co-quan/quy-trinh/default-commune/sua#buoc-4"), "{}", added.text);
        let page = browser.get(&format!("{DEFAULT}/sua")).await;
        assert!(page.text.contains("Chưa ghi nội dung công việc.") && page.text.contains("<svg"), "{}", page.text);
        let early = browser.get(&format!("{DEFAULT}/cong-bo")).await;
        assert!(early.text.contains("Chưa công bố được"), "{}", early.text);
        let forced = browser.post(&format!("{DEFAULT}/cong-bo"), &[("an-ban", "2"), ("tu-ngay", "08/01/2026")]).await;
        assert_eq!(forced.status, 422);
        assert!(forced.text.contains("lỗi phải sửa"), "{}", forced.text);
        let saved = save(&mut browser, "default-commune", fields_of(&site, "default-commune"), &[
            ("b4-viec", "Thẩm tra dự thảo"), ("b4-vai", "reviewer"), ("b4-gio", "1,5"),
            ("can-cu", "Quyết định 12/QĐ-UBND"),
        ]).await;
        assert_eq!(saved.status, 303, "{}", saved.text);
        let asked = browser.get(&format!("{DEFAULT}/cong-bo")).await;
        assert!(asked.text.contains("Thêm bước 4: Thẩm tra dự thảo") && !asked.text.contains("Chưa công bố được"), "{}", asked.text);
        let past = browser.post(&format!("{DEFAULT}/cong-bo"), &[("an-ban", "3"), ("tu-ngay", "07/01/2026")]).await;
        assert_eq!(past.status, 422);
        let done = browser.post(&format!("{DEFAULT}/cong-bo"), &[("an-ban", "3"), ("tu-ngay", "08/01/2026")]).await;
        assert_eq!(done.location.as_deref(), Some(DEFAULT), "{}", done.text);
        assert_eq!(site.count("select count(*) from workflow_draft"), 0);
        let page = browser.get(DEFAULT).await;
        assert!(page.text.contains("Phiên bản 2") && page.text.contains("đang áp dụng"), "{}", page.text);
        assert_eq!(site.text("select cast(workflow as text) from dossier where id = 1"), old);
        let once = "f".repeat(32);
        counter.post("/co-quan/ho-so/moi", &birth("Trần Văn Mới", &once)).await;
        assert_eq!(site.count(&format!("select count(*) from dossier where id = 2 and workflow <> {old}")), 1);
        for act in ["draft", "change_draft", "publish"] {
            let found = site.count(&format!(
                "select count(*) from journal where act = '{act}' and subject in ('workflow', 'workflow_draft')"
            ));
            assert!(found > 0, "{act}");
        }
    }

    async fn what_somebody_else_changed_is_not_written_over(site) {
        given(&site);
        let mut one = site.signed_in("cchc");
        let mut other = site.signed_in("cchc");
        one.post(&format!("{DEFAULT}/nhap-moi"), &[]).await;
        let fields = fields_of(&site, "default-commune");
        let first = save(&mut one, "default-commune", fields.clone(), &[("b1-gio", "2")]).await;
        assert_eq!(first.status, 303, "{}", first.text);
        let late = save(&mut other, "default-commune", fields, &[("b1-gio", "3")]).await;
        assert_eq!(late.status, 422);
        assert!(late.text.contains("vừa được người khác sửa"), "{}", late.text);
        assert_eq!(other.post(&format!("{DEFAULT}/bo"), &[("an-ban", "1")]).await.status, 422);
        assert!(other.get(&format!("{DEFAULT}/bo")).await.text.contains("Bỏ bản nháp của"));
        let gone = other.post(&format!("{DEFAULT}/bo"), &[("an-ban", "2")]).await;
        assert_eq!(gone.location.as_deref(), Some(DEFAULT));
        assert_eq!(site.count("select count(*) from workflow_draft"), 0);
    }

    async fn what_does_not_read_is_said_beside_its_step_and_nothing_typed_is_lost(site) {
        given(&site);
        let mut browser = site.signed_in("cchc");
        browser.post(&format!("{DEFAULT}/nhap-moi"), &[]).await;
        let fields = fields_of(&site, "default-commune");
        let wrong = save(&mut browser, "default-commune", fields, &[
            ("b2-gio", "hai giờ"), ("b3-viec", "Việc vừa gõ"),
        ]).await;
        assert_eq!(wrong.status, 422);
        assert!(wrong.text.contains("Bước 2: Ghi số giờ") && wrong.text.contains("Việc vừa gõ"), "{}", wrong.text);
        assert_eq!(site.count("select edition from workflow_draft"), 1);
    }

    async fn a_stranger_finds_no_door(site) {
        given(&site);
        for login in ["quay", "thuly", "ky"] {
            let mut browser = site.signed_in(login);
            for path in ["/co-quan/quy-trinh", DEFAULT, "/co-quan/quy-trinh/xuat"] {
                assert_eq!(browser.get(path).await.status, 403, "{login} {path}");
            }
            assert_eq!(browser.post(&format!("{DEFAULT}/nhap-moi"), &[]).await.status, 403);
        }
        let mut browser = site.signed_in("cchc");
        assert_eq!(browser.get("/co-quan/quy-trinh/khong-co").await.status, 404);
        assert_eq!(browser.get(&format!("{DEFAULT}/sua")).await.status, 404, "there is no draft");
    }

    async fn a_procedure_is_bound_to_a_workflow_and_let_go(site) {
        given(&site);
        let mut browser = site.signed_in("cchc");
        let to = "/co-quan/quy-trinh/QT.004/ap-dung";
        let unknown = browser.post(to, &[("thu-tuc", "9.999999"), ("viec", "gan")]).await;
        assert_eq!(unknown.status, 422);
        let empty = browser.post(to, &[("thu-tuc", ""), ("viec", "gan")]).await;
        assert!(empty.status == 422 && empty.text.contains("Chưa nhập"), "{}", empty.text);
        assert_eq!(browser.post(to, &[("thu-tuc", "1.001193"), ("viec", "gan")]).await.status, 303);
        assert!(browser.get("/co-quan/quy-trinh/QT.004").await.text.contains("1.001193"));
        received(&site).await;
        let code = "select w.code from workflow w join dossier d on d.workflow = w.id where d.id = ";
        assert_eq!(site.text(&format!("{code}1")), "QT.004");
        assert_eq!(browser.post(to, &[("thu-tuc", "1.001193"), ("viec", "thoi")]).await.status, 303);
        let once = "e".repeat(32);
        site.signed_in("quay").post("/co-quan/ho-so/moi", &birth("Lê Thị Sau", &once)).await;
        assert_eq!(site.text(&format!("{code}2")), "default-commune");
        assert_eq!(site.count("select count(*) from journal where subject = 'workflow' and act in ('bind', 'unbind')"), 2);
    }

    async fn a_trial_tells_dates_people_and_what_would_keep_it_and_writes_nothing(site) {
        given(&site);
        publish(&site, &[("b3-phi", "1"), ("b3-van-ban", "Tờ trình"), ("can-cu", "QĐ 1")]).await;
        let before = site.count("select count(*) from journal");
        let mut browser = site.signed_in("cchc");
        let page = browser.get(&format!("{DEFAULT}/thu?ngay=09/01/2026&gio=15:00&don-vi=2&thoi-han=40")).await;
        assert_eq!(page.status, 200, "{}", page.text);
        assert!(page.text.contains("15:00, thứ Sáu 09/01/2026"), "{}", page.text);
        assert!(page.text.contains("chưa nộp đủ phí") && page.text.contains("1 bước còn vướng"));
        assert!(page.text.contains("thuly") && page.text.contains("kịp hẹn"));
        let free = browser
            .get(&format!("{DEFAULT}/thu?don-vi=2&da-nop=1&co=T%E1%BB%9D%20tr%C3%ACnh"))
            .await;
        assert!(free.text.contains("không bước nào vướng"), "{}", free.text);
        // Unless a body is asked for, it is one that settles what follows the workflow, and its own people.
        let preset = browser.get(&format!("{DEFAULT}/thu")).await.text;
        assert!(preset.contains("<option value=\"2\" selected"), "{preset}");
        let odd = browser.get(&format!("{DEFAULT}/thu?ngay=31/02/2026&gio=25:00&thoi-han=x")).await;
        assert!(odd.text.contains("Ghi ngày như") && odd.text.contains("Ghi giờ như"), "{}", odd.text);
        assert_eq!(site.count("select count(*) from journal"), before);
    }

    async fn workflows_go_out_as_json_and_come_in_as_drafts_after_a_look(site) {
        given(&site);
        let mut browser = site.signed_in("cchc");
        let out = browser.get("/co-quan/quy-trinh/QT.004/xuat").await;
        assert_eq!(out.media_type, "application/json");
        let same = browser
            .upload("/co-quan/quy-trinh/nhap", &[("viec", "xem")], &[("tep", "a.json", &out.bytes)])
            .await;
        assert!(same.text.contains("1 quy trình không đổi"), "{}", same.text);
        let bad = out.text.replacen("\"part\": \"officer\"", "\"part\": \"king\"", 1);
        let refused = browser
            .upload("/co-quan/quy-trinh/nhap", &[("viec", "xem")], &[("tep", "a.json", bad.as_bytes())])
            .await;
        assert_eq!(refused.status, 422);
        assert!(refused.text.contains("Bước 3") && refused.text.contains("giá trị lạ"), "{}", refused.text);
        // Each mistake by its place and its key, and never in the words of the machine.
        let long = format!("\"name\": \"{}", "a".repeat(1_001));
        for (old, new, told) in [
            ("\"minutes\": 120", "\"minutes\": -1", "mục “minutes” phải là số nguyên từ 0 đến 527040."),
            ("\"minutes\": 120", "\"minutes\": 9223372036854775807", "mục “minutes” phải là số nguyên"),
            ("\"minutes\": 120", "\"minutes\": \"lâu\"", "mục “minutes” phải là số nguyên"),
            ("\"minutes\": 120", "\"minute\": 120", "thiếu mục “minutes”."),
            ("\"minutes\": 120", "\"minute\": 120", "mục “minute” không có trong mẫu."),
            ("\"minutes\": 120", "\"minutes\": 120, \"guards\": [{\"kind\": \"la\"}]", "mục “kind” mang giá trị lạ “la”."),
            ("\"minutes\": 120", "\"minutes\": 120, \"guards\": {}", "mục “guards” phải là danh sách [ ]."),
            ("\"minutes\": 120", "\"minutes\": 120, \"series\": 3", "mục “series” phải là một nhóm mục { }."),
            ("\"steps\": [", "\"steps\": [], \"x\": [", "mục “steps” là danh sách trống"),
            ("\"steps\": [", "\"steps\": 5, \"x\": [", "mục “steps” phải là danh sách [ ]."),
            ("\"name\": \"", "\"name\": \"\\u0007", "mục “name” có ký tự điều khiển"),
            ("\"name\": \"", long.as_str(), "mục “name” tối đa 1000 ký tự"),
            ("{", "{,", "Dòng 1, cột 2: không phải JSON đúng dạng."),
        ] {
            assert!(out.text.contains(old), "{old}: {}", out.text);
            let bad = out.text.replacen(old, new, 1);
            let refused = browser
                .upload("/co-quan/quy-trinh/nhap", &[("viec", "xem")], &[("tep", "a.json", bad.as_bytes())])
                .await;
            assert_eq!(refused.status, 422, "{new}");
            assert!(refused.text.contains(told) && refused.text.contains("Dòng "), "{told}: {}", refused.text);
            for english in ["invalid", "expected", "internally tagged", "unknown", "missing"] {
                assert!(!refused.text.contains(english), "{english}: {}", refused.text);
            }
        }
        let many = format!("[{}]", (0..61).map(|_| "{}").collect::<Vec<_>>().join(","));
        let many = format!("{{\"code\": \"QT.901\", \"steps\": {many}}}");
        let refused = browser
            .upload("/co-quan/quy-trinh/nhap", &[("viec", "xem")], &[("tep", "a.json", many.as_bytes())])
            .await;
        assert!(refused.text.contains("mục “steps” có 61 phần tử, tối đa 60."), "{}", refused.text);
        let marked = [&b"\xef\xbb\xbf"[..], &out.bytes].concat();
        let same = browser
            .upload("/co-quan/quy-trinh/nhap", &[("viec", "xem")], &[("tep", "a.json", &marked)])
            .await;
        assert!(same.text.contains("1 quy trình không đổi"), "{}", same.text);
        assert_eq!(site.count("select count(*) from workflow_draft"), 0);
        let new = out.text.replacen("QT.004", "QT.900", 1);
        let seen = browser
            .upload("/co-quan/quy-trinh/nhap", &[("viec", "xem")], &[("tep", "a.json", new.as_bytes())])
            .await;
        assert!(seen.text.contains("1 quy trình thành bản nháp"), "{}", seen.text);
        assert_eq!(site.count("select count(*) from workflow_draft"), 0, "a look writes nothing");
        let hash = seen.text.split("name=\"tep-da-xem\" value=\"").nth(1).unwrap()[..64].to_owned();
        let taken = browser
            .post("/co-quan/quy-trinh/nhap", &[("viec", "ap-dung"), ("tep-da-xem", &hash)])
            .await;
        assert_eq!(taken.status, 303, "{}", taken.text);
        assert_eq!(site.text("select code from workflow_draft"), "QT.900");
        let twice = browser
            .post("/co-quan/quy-trinh/nhap", &[("viec", "ap-dung"), ("tep-da-xem", &hash)])
            .await;
        assert_eq!(twice.status, 422, "there is a draft already");
        let all = browser.get("/co-quan/quy-trinh/xuat").await;
        assert!(all.text.contains("default-commune") && all.text.contains("1.012994"));
        let book = browser.get("/co-quan/quy-trinh?dang=xlsx").await;
        assert!(book.bytes.starts_with(b"PK"));
    }

    async fn a_new_workflow_is_written_from_a_model_and_is_nobodys_until_it_is_published(site) {
        given(&site);
        let mut browser = site.signed_in("cchc");
        let bad = browser.post("/co-quan/quy-trinh/moi", &[("ma", "Mã lạ/1"), ("ten", "")]).await;
        assert_eq!(bad.status, 422);
        let fields = [("ma", "QT.032"), ("ten", "Quy trình thử"), ("mau", "1.012994")];
        let made = browser.post("/co-quan/quy-trinh/moi", &fields).await;
        assert_eq!(made.location.as_deref(), Some("/co-quan/quy-trinh/QT.032/sua"), "{}", made.text);
        assert_eq!(browser.post("/co-quan/quy-trinh/moi", &fields).await.status, 422, "twice");
        let there = browser.get("/co-quan/quy-trinh/QT.032").await;
        assert_eq!(there.location.as_deref(), Some("/co-quan/quy-trinh/QT.032/sua"));
        assert!(browser.get("/co-quan/quy-trinh?q=QT.032").await.text.contains("chưa công bố"));
    }

    async fn the_configuration_goes_out_and_comes_in_once(site) {
        given(&site);
        publish(&site, &[("b2-gio", "1"), ("can-cu", "QĐ 1")]).await;
        site.signed_in("cchc")
            .post("/co-quan/quy-trinh/QT.004/ap-dung", &[("thu-tuc", "1.001193"), ("viec", "gan")])
            .await;
        let out = site.run(configuration::configuration_export);
        let inner = site.site.clone();
        let again = site.run(|tx| Ok(configuration::configuration_import(&inner, tx, &out).unwrap()));
        assert_eq!(again, Vec::<String>::new(), "what is there already changes nothing");
        // Its hours are held against the limit of what follows it here.
        let mut long = out.clone();
        let all = long["workflows"].as_array_mut().unwrap();
        let it = all.iter_mut().find(|it| it["code"] == "QT.004").unwrap();
        it["steps"][1]["minutes"] = 9_600.into();
        long["bindings"] = serde_json::json!([{ "procedure": "1.010803", "workflow": "QT.004" }]);
        let refused = site.run(|tx| Ok(configuration::configuration_import(&inner, tx, &long)));
        assert!(matches!(refused, Err(site::Failure::Refused(why)) if why.contains("QT.004")));
        let mut other = out.clone();
        other["bindings"] = serde_json::json!([]);
        other["workflows"][0]["steps"][1]["minutes"] = 60.into();
        let lines = site.run(|tx| Ok(configuration::configuration_import(&inner, tx, &other).unwrap()));
        assert_eq!(lines.len(), 2, "{lines:?}");
        assert!(lines[1].contains("thôi theo"), "{lines:?}");
        other["workflows"][0]["steps"][0]["part"] = "king".into();
        let refused = site.run(|tx| Ok(configuration::configuration_import(&inner, tx, &other)));
        assert!(matches!(refused, Err(site::Failure::Refused(why)) if why.contains("bước 1")));
    }

    async fn whatever_was_done_the_rows_are_the_fold_of_their_events(site) {
        given(&site);
        publish(&site, &[("b1-tu-chuyen", "1"), ("can-cu", "QĐ 1")]).await;
        received(&site).await;
        assert_eq!(site.run(dossiers::unfolded), []);
        site.given("update dossier_timer set moves_at = '2030-01-01T08:00:00'", &[]);
        assert_eq!(site.run(dossiers::unfolded).len(), 1, "a timer that says something else is found");
        assert!(ONCE.len() == 32);
    }
}
