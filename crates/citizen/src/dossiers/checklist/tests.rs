//! Marks on papers through the front door.

use testkit::{Browser, TestSite, on_both_engines};

use crate::dossiers::tests::{ONCE, birth, given_two_communes, received};

/// Attaches a scan to the paper with this row, and marks it.
pub(in crate::dossiers) async fn scanned(
    browser: &mut Browser<'_>,
    dossier: i64,
    row: i64,
    mark: &str,
    until: &str,
) {
    let path = format!("/co-quan/ho-so/{dossier}/giay-to");
    let page = browser.get(&path).await.text;
    let seen = page.split("name=\"da-thay\" value=\"").nth(1).unwrap().split('"').next().unwrap();
    let (muc, so, den, tep) =
        (format!("muc-{row}"), format!("so-{row}"), format!("den-{row}"), format!("tep-{row}"));
    let fields = [("da-thay", seen), (&muc, mark), (&so, "1"), (&den, until)];
    let done = browser.upload(&path, &fields, &[(&tep, "quet.pdf", &testkit::pdf("thu"))]).await;
    assert_eq!(done.status, 303, "{}", done.text);
}

fn row(site: &TestSite) -> i64 {
    site.count("select min(id) from dossier_paper")
}

/// The identity of people who come for it is in a database.
const BIRTH_IN_DATABASE: &str = "1.001193";

on_both_engines! { crate::routes();
    async fn a_paper_is_marked_anew_with_who_and_when_and_its_scan(site) {
        given_two_communes(&site);
        let mut browser = received(&site).await;
        let row = row(&site);
        site.pass_minutes(30);
        scanned(&mut browser, 1, row, "certified", "").await;
        assert_eq!(site.text("select form from dossier_paper"), "certified");
        assert_eq!(site.text("select was || '>' || became || ' ' || cause from paper_mark"), "original>certified change");
        assert_eq!(site.count("select paper from dossier_file"), row);
        let page = browser.get("/co-quan/ho-so/1").await.text;
        assert!(page.contains("bản sao chứng thực") && page.contains("quay, 08:30"), "{page}");
        assert!(page.contains("Đánh dấu lại giấy tờ"), "{page}");
        assert_eq!(site.count("select count(*) from journal where act = 'mark_papers'"), 1);
        // An older page changes nothing, a number that cannot be is said beside its field.
        let (muc, so) = (format!("muc-{row}"), format!("so-{row}"));
        let path = "/co-quan/ho-so/1/giay-to";
        let stale = browser.post(path, &[("da-thay", "x"), (&muc, "missing"), (&so, "1")]).await;
        assert_eq!(stale.status, 422);
        let wrong = browser.post(path, &[("da-thay", "x"), (&muc, "copy"), (&so, "0")]).await;
        assert!(wrong.text.contains("số bản ít nhất là 1"), "{}", wrong.text);
        assert_eq!(site.text("select form from dossier_paper"), "certified");
        assert_eq!(site.signed_in("quay-khac").get(path).await.status, 404);
        assert_eq!(site.signed_in("lanhdao-huyen").get(path).await.status, 404, "who looks marks nothing");
    }

    async fn what_is_asked_for_is_missing_and_ticked_off_one_by_one(site) {
        given_two_communes(&site);
        let mut counter = received(&site).await;
        counter.post("/co-quan/ho-so/1/chuyen", &[("don-vi", "2")]).await;
        let mut officer = site.signed_in("thuly");
        officer.post("/co-quan/ho-so/1/thu-ly", &[]).await;
        let words = "Giấy chứng sinh: bản nộp bị mờ\nVăn bản ủy quyền";
        let asked = officer.post("/co-quan/ho-so/1/yeu-cau-bo-sung", &[("loi", words)]).await;
        assert_eq!(asked.status, 303, "{}", asked.text);
        let missing = "select count(*) from dossier_paper where form = 'missing' and sufficient = 0";
        assert_eq!(site.count(missing), 2);
        assert!(counter.get("/co-quan/ho-so/1").await.text.contains("còn thiếu 2"));
        let form = counter.get("/co-quan/ho-so/1/bo-sung").await.text;
        assert_eq!(form.matches("name=\"du-").count(), 2, "{form}");
        let first = site.count("select min(id) from dossier_paper where form = 'missing'");
        let (du, muc) = (format!("du-{first}"), format!("muc-{first}"));
        let half = [("co-giay", "1"), (du.as_str(), "1"), (muc.as_str(), "certified")];
        let refused = counter.post("/co-quan/ho-so/1/bo-sung", &half).await;
        assert_eq!(refused.status, 422);
        assert!(refused.text.contains("Còn 1 giấy chưa đánh dấu"), "{}", refused.text);
        assert_eq!(site.count(missing), 2, "nothing is half written");
        let with_reason = [half[0], half[1], half[2], ("loi", "Văn bản ủy quyền không cần nữa")];
        let done = counter.post("/co-quan/ho-so/1/bo-sung", &with_reason).await;
        assert_eq!(done.status, 303, "{}", done.text);
        assert_eq!(site.count(missing), 1);
        let how = site.text(&format!("select form from dossier_paper where id = {first}"));
        assert_eq!(how, "certified");
        let causes = "select count(*) from paper_mark where cause = 'supplement'";
        assert_eq!(site.count(causes), 1);
        assert!(site.run(crate::dossiers::facts::unfolded).is_empty());
    }

    async fn a_request_that_is_taken_back_leaves_the_list_as_it_was(site) {
        given_two_communes(&site);
        let mut counter = received(&site).await;
        counter.post("/co-quan/ho-so/1/chuyen", &[("don-vi", "2")]).await;
        let mut officer = site.signed_in("thuly");
        officer.post("/co-quan/ho-so/1/thu-ly", &[]).await;
        let name = site.text("select name from dossier_paper");
        let words = format!("{name}: thiếu chữ ký");
        officer.post("/co-quan/ho-so/1/yeu-cau-bo-sung", &[("loi", words.as_str())]).await;
        assert_eq!(site.text("select form from dossier_paper"), "missing");
        let undone = officer.post("/co-quan/ho-so/1/hoan-tac", &[]).await;
        assert_eq!(undone.status, 303, "{}", undone.text);
        assert_eq!(site.text("select form from dossier_paper"), "original");
    }

    async fn what_a_database_holds_is_not_asked_for_unless_it_has_nothing(site) {
        given_two_communes(&site);
        let mut browser = site.signed_in("quay");
        let page = browser.get(&format!("/co-quan/ho-so/moi?thu-tuc={BIRTH_IN_DATABASE}")).await.text;
        assert!(page.contains("Không yêu cầu nộp") && page.contains("Nghị quyết 66.7/2025/NQ-CP"), "{page}");
        let mut fields = birth("Nguyễn Thị Thử", ONCE);
        fields.retain(|(name, _)| !matches!(*name, "thu-tuc" | "viec" | "co-1" | "so-1"));
        fields.extend([("thu-tuc", BIRTH_IN_DATABASE), ("viec", "bo-sung"), ("ly-do", "Căn cước công dân của mẹ")]);
        let refused = browser.post("/co-quan/ho-so/moi", &fields).await;
        assert_eq!(refused.status, 422);
        assert!(refused.text.contains("không được yêu cầu nộp"), "{}", refused.text);
        fields.push(("csdl-thieu", "1"));
        let asked = browser.post("/co-quan/ho-so/moi", &fields).await;
        assert_eq!(asked.status, 303, "{}", asked.text);
        let note = site.text("select note from dossier_paper where form = 'missing'");
        assert!(note.contains("chưa có dữ liệu, cơ quan cập nhật"), "{note}");
        // The citizen reads it too.
        let public = site.browser().get(&format!("/thu-tuc/{BIRTH_IN_DATABASE}")).await.text;
        assert!(public.contains("thay cho giấy tờ tại"), "{public}");
    }
}
