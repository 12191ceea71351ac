//! People served lately, and a dossier from a dossier.

use testkit::on_both_engines;

use crate::dossiers::tests::{ONCE, birth, given_two_communes};

const LOOKS: &str = "select count(*) from journal where act = 'look' and details like '%fill%'";

on_both_engines! { crate::routes();
    async fn whom_the_desk_served_fills_the_next_form_with_one_press_and_is_written_down(site) {
        given_two_communes(&site);
        let mut browser = site.signed_in("quay");
        let mut fields = birth("Nguyễn Thị Thử", ONCE);
        fields.push(("so-giay-to", "040190001234"));
        assert_eq!(browser.post("/co-quan/ho-so/moi", &fields).await.status, 303);
        let page = browser.get("/co-quan/ho-so/moi?thu-tuc=2.000815").await.text;
        assert!(page.contains("value=\"nguoi:1\"") && page.contains("Nguyễn Thị Thử"), "{page}");
        assert!(!page.contains("040190001234"), "the number is masked");
        assert_eq!(site.count(LOOKS), 0);
        let press = [("thu-tuc", "2.000815"), ("kenh", "direct"), ("viec", "nguoi:1")];
        let filled = browser.post("/co-quan/ho-so/moi", &press).await;
        assert_eq!(filled.status, 200);
        assert!(filled.text.contains("value=\"040190001234\""), "{}", filled.text);
        assert_eq!(site.count(LOOKS), 1);
        // Of another desk nothing is shown, and of another commune nothing is filled.
        assert!(!site.signed_in("truong").get("/co-quan/ho-so/moi?thu-tuc=2.000815").await.text.contains("nguoi:1"));
        let stranger = site.signed_in("quay-khac").post("/co-quan/ho-so/moi", &press).await;
        assert_eq!(stranger.status, 404);
        site.pass_minutes(73 * 60);
        let later = site.signed_in("quay").get("/co-quan/ho-so/moi?thu-tuc=2.000815").await.text;
        assert!(!later.contains("nguoi:1"), "three days are lately, more are not");
    }

    async fn a_dossier_begins_a_new_one_of_the_same_person(site) {
        given_two_communes(&site);
        let mut browser = site.signed_in("quay");
        assert_eq!(browser.post("/co-quan/ho-so/moi", &birth("Nguyễn Thị Thử", ONCE)).await.status, 303);
        let page = browser.get("/co-quan/ho-so/1").await.text;
        assert!(page.contains("/co-quan/ho-so/moi?tu=1"), "{page}");
        let choose = browser.get("/co-quan/ho-so/moi?tu=1").await.text;
        assert!(choose.contains("&amp;tu=1"), "{choose}");
        let form = browser.get("/co-quan/ho-so/moi?thu-tuc=1.001193&tu=1").await.text;
        assert!(form.contains("value=\"Nguyễn Thị Thử\"") && !form.contains(ONCE), "{form}");
        assert_eq!(site.count(LOOKS), 1);
        let stranger = site.signed_in("quay-khac").get("/co-quan/ho-so/moi?thu-tuc=1.001193&tu=1").await;
        assert_eq!(stranger.status, 404);
    }

    async fn a_receipt_that_is_scanned_opens_the_dossier_within_ones_scope(site) {
        given_two_communes(&site);
        let mut browser = crate::dossiers::tests::received(&site).await;
        for scanned in ["H41.99.40-260108-0001", "http://motcua.test/ho-so/H41.99.40-260108-0001?ma=1"] {
            let opened = browser.get(&format!("/co-quan/ma?ma={}", site::percent(scanned))).await;
            assert_eq!(opened.location.as_deref(), Some("/co-quan/ho-so/1"), "{}", opened.text);
        }
        assert_eq!(browser.get("/co-quan/ma?ma=H41.99.40-260108-0002").await.status, 422);
        let stranger = site.signed_in("quay-khac").get("/co-quan/ma?ma=H41.99.40-260108-0001").await;
        assert_eq!(stranger.status, 422);
        assert!(!stranger.text.contains("Nguyễn Thị Thử"));
        let keys = browser.get("/co-quan/phim-tat").await;
        assert!(keys.text.contains("Tiếp nhận hồ sơ mới"), "{}", keys.text);
    }
}
