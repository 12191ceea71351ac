//! What the product made of its forms since: offered with one click where the office changed nothing, else as a draft.

use super::*;

/// The first edition of a form that ships otherwise now.
const OLD: &str = include_str!("chung-thuc-chu-ky-1.json");
const CODE: &str = "chung-thuc-chu-ky";
const LIST: &str = "/co-quan/bieu-mau";
const AT: &str = "/co-quan/bieu-mau/chung-thuc-chu-ky/ban-moi";

/// An office that took the first edition, and changed it if it did.
fn given_old(site: &TestSite, changed: Option<&str>) {
    given(site);
    site.given("update eform set body = ?2 where code = ?1", &[CODE.into(), OLD.into()]);
    if let Some(body) = changed {
        site.given(
            "insert into eform (code, version, in_force_from, body)
             select code, 2, in_force_from, ?2 from eform where code = ?1",
            &[CODE.into(), body.into()],
        );
    }
}

fn mark(text: &str) -> String {
    let rest = text.split("name=\"dau\" value=\"").nth(1).expect("a mark");
    rest.split('"').next().expect("a value").to_owned()
}

fn newest(site: &TestSite) -> domain::eform::Eform {
    site.run(|tx| sql::versions(tx, CODE)).remove(0).body
}

on_both_engines! { crate::routes();
    async fn what_the_office_did_not_change_is_taken_over_with_one_click(site) {
        given_old(&site, None);
        let mut browser = site.signed_in("cchc");
        let list = browser.get(LIST).await.text;
        assert!(list.contains("Có bản mẫu mới của phần mềm cho 1 biểu mẫu."), "{list}");
        assert!(list.contains("Nhận 1 biểu mẫu đơn vị chưa sửa") && list.contains(&format!("href=\"{AT}\"")), "{list}");
        let only = browser.get(&format!("{LIST}?trang-thai=ban-moi")).await.text;
        assert!(only.contains("1 biểu mẫu.") && only.contains("Phiếu yêu cầu chứng thực chữ ký"), "{only}");
        let page = browser.get(AT).await.text;
        assert!(page.contains("Đơn vị chưa sửa biểu mẫu này") && page.contains("đổi số bản tính phí"), "{page}");
        assert!(browser.get(&format!("{LIST}/{CODE}")).await.text.contains("Phần mềm có bản mẫu mới"));
        // Nobody but who keeps the forms.
        let mut clerk = site.signed_in("quay");
        for path in [AT, "/co-quan/bieu-mau/ban-moi"] {
            assert!(matches!(clerk.post(path, &[("viec", "nhan")]).await.status, 403 | 404), "{path}");
        }
        let stale = browser.post(AT, &[("viec", "nhan"), ("dau", "x")]).await;
        assert!(stale.status != 303 && newest(&site).version == 1, "{}", stale.text);
        let taken = browser.post(AT, &[("viec", "nhan"), ("dau", &mark(&page))]).await;
        assert_eq!(taken.location.as_deref(), Some("/co-quan/bieu-mau/chung-thuc-chu-ky"), "{}", taken.text);
        let now = newest(&site);
        assert_eq!(now.version, 2);
        assert_eq!(now.field("so-ban").unwrap().fee, Some(domain::eform::FeeCount::Copies));
        let day = site.now().civil().date();
        assert_eq!(site.run(|tx| facts::in_force(tx, CODE, day)).unwrap().form.version, 2);
        assert!(!browser.get(LIST).await.text.contains("phần mềm cho"));
        // Pressed again it finds nothing to do.
        assert_eq!(browser.post(AT, &[("viec", "nhan"), ("dau", &mark(&page))]).await.status, 303);
        assert_eq!(browser.get(AT).await.status, 303);
        assert_eq!(site.count("select count(*) from eform where code = 'chung-thuc-chu-ky'"), 2);
    }

    async fn all_that_is_unchanged_comes_at_once_and_what_has_a_draft_does_not(site) {
        given_old(&site, None);
        let mut browser = site.signed_in("cchc");
        browser.post("/co-quan/bieu-mau/chung-thuc-chu-ky/nhap-moi", &[]).await;
        let page = browser.get(AT).await.text;
        assert!(page.contains("Đang có bản nháp.") && !page.contains("value=\"nhan\""), "{page}");
        browser.post("/co-quan/bieu-mau/ban-moi", &[]).await;
        assert_eq!(newest(&site).version, 1, "somebody is at work on it");
        let refused = browser.post(AT, &[("viec", "nhap"), ("dau", &mark(&page))]).await;
        assert!(refused.status == 422 && refused.text.contains("đang có bản nháp"), "{}", refused.text);
        browser.post("/co-quan/bieu-mau/chung-thuc-chu-ky/bo", &[("an-ban", "1")]).await;
        let taken = browser.post("/co-quan/bieu-mau/ban-moi", &[]).await;
        assert_eq!(taken.location.as_deref(), Some(LIST), "{}", taken.text);
        assert_eq!(newest(&site).version, 2);
    }

    async fn what_the_office_changed_becomes_a_draft_with_both_changes_or_is_passed_over(site) {
        let own = OLD.replace("Ủy ban nhân dân {unit}", "Phòng Tư pháp {unit}");
        assert_ne!(own, OLD);
        given_old(&site, Some(&own));
        let mut browser = site.signed_in("cchc");
        let list = browser.get(LIST).await.text;
        assert!(list.contains("cho 1 biểu mẫu.") && !list.contains("đơn vị chưa sửa"), "{list}");
        let page = browser.get(AT).await.text;
        assert!(page.contains("Đơn vị đã sửa biểu mẫu này.") && page.contains("Phòng Tư pháp"), "{page}");
        assert!(page.contains("đổi số bản tính phí") && !page.contains("Hai bên cùng sửa"), "{page}");
        let once = browser.post(AT, &[("viec", "nhan"), ("dau", &mark(&page))]).await;
        assert!(once.status == 422 && once.text.contains("nhận bản mới vào bản nháp"), "{}", once.text);
        // Passed over: it is not told again, and stands in the journal.
        let kept = browser.post(AT, &[("viec", "giu"), ("dau", &mark(&page))]).await;
        assert_eq!(kept.status, 303, "{}", kept.text);
        assert!(!browser.get(LIST).await.text.contains("phần mềm cho"));
        assert_eq!(site.count("select count(*) from journal where subject = 'eform' and act = 'pass_shipped'"), 1);
        site.given("delete from setting where name = 'eform_passed:chung-thuc-chu-ky'", &[]);
        let draft = browser.post(AT, &[("viec", "nhap"), ("dau", &mark(&page))]).await;
        assert_eq!(draft.location.as_deref(), Some("/co-quan/bieu-mau/chung-thuc-chu-ky/sua"), "{}", draft.text);
        let body = site.run(|tx| sql::draft(tx, CODE)).unwrap().body;
        assert_eq!(body.to, "Phòng Tư pháp {unit}");
        assert_eq!(body.field("so-ban").unwrap().fee, Some(domain::eform::FeeCount::Copies));
        assert!(body.is_sound());
        let rows = "select count(*) from eform where code = 'chung-thuc-chu-ky'";
        assert_eq!(site.count(rows), 2, "nothing is in force before it is published");
    }
}
