//! The language that somebody reads: of his codes, of the notices about what he filed, chosen on his own page.

use domain::message::Kind;
use testkit::on_both_engines;

use super::{
    filing::{SEND, begun, filled},
    *,
};

/// A fee that nobody named is waived with why.
const WAIVED: [(&str, &str); 2] =
    [("khong-thu", "1"), ("ly-do-phi", "HĐND tỉnh chưa quy định mức thu")];

/// The newest message of a kind: its language, and what it says.
fn told(site: &TestSite, kind: Kind) -> (String, String) {
    let id = site.count(&format!("select max(id) from outbox where kind = '{}'", kind.code()));
    site.run(|tx| {
        let it = messages::facts::held(tx, id)?.unwrap();
        Ok((it.lang.code().to_owned(), it.said("")))
    })
}

fn code_told(site: &TestSite) -> String {
    told(site, Kind::OneTimeCode).1
}

/// A browser that reads English.
async fn english_browser(site: &TestSite) -> Browser<'_> {
    let mut browser = site.browser();
    assert_eq!(browser.get("/dang-nhap?lang=en").await.status, 200);
    browser
}

/// Files a birth without an account, with a telephone that answers.
async fn file(site: &TestSite, browser: &mut Browser<'_>, number: &str) {
    let here = begun(browser).await;
    filled(browser, &here, number).await;
    let asked = browser.post(&here, &[("buoc", "xem-lai"), ("viec", "ma")]).await;
    assert_eq!(asked.status, 303, "{}", asked.text);
    let code = sent_code(site);
    let fields = [SEND[0], SEND[1], ("ma-dien-thoai", code.as_str()), SEND[2]];
    let sent = browser.post(&here, &fields).await;
    assert_eq!(sent.status, 303, "{}", sent.text);
}

fn of(site: &TestSite, dossier: i64) -> String {
    site.text(&format!("select lang from dossier_person where dossier = {dossier}"))
}

on_both_engines! { routes();
    async fn a_code_is_in_the_language_of_whoever_waits_for_it(site) {
        given_two_communes(&site);
        given_a_carrier(&site);
        let phone = [("dien-thoai", "0912345678")];
        let mut browser = site.browser();
        browser.post("/dang-nhap", &phone).await;
        assert!(code_told(&site).starts_with("Mã xác nhận của bạn là"), "{}", code_told(&site));
        // Asked for on an English page it is English, and the account that is opened with it reads English.
        let mut english = english_browser(&site).await;
        english.post("/dang-nhap", &phone).await;
        assert!(code_told(&site).starts_with("Your code is "), "{}", code_told(&site));
        english.post("/dang-nhap/nhap-ma", &[("ma", &sent_code(&site))]).await;
        let made = english.post("/dang-nhap/mo-tai-khoan", &[("dong-y", "1")]).await;
        assert_eq!(made.status, 303, "{}", made.text);
        assert_eq!(site.text("select lang from citizen"), "en");
        // Another browser begins with a Vietnamese page: the account's language holds.
        let mut other = site.browser();
        other.post("/dang-nhap", &phone).await;
        assert!(code_told(&site).starts_with("Your code is "), "{}", code_told(&site));
        let done = other.post("/dang-nhap/nhap-ma", &[("ma", &sent_code(&site))]).await;
        assert_eq!(done.location.as_deref(), Some("/tai-khoan"));
        assert!(other.get("/tai-khoan").await.text.contains("Language and display"));
        // A number without an account on a Vietnamese page: Vietnamese.
        site.browser().post("/dang-nhap", &[("dien-thoai", "0987654321")]).await;
        assert!(code_told(&site).starts_with("Mã xác nhận"), "{}", code_told(&site));
        // He is told of new devices in his language, and the day cannot be read the wrong way round.
        let agreed = english.post("/tai-khoan/dong-y/notify", &[("dong-y", "1")]).await;
        assert_eq!(agreed.status, 303, "{}", agreed.text);
        site.given("update citizen_session set agent = 'khac'", &[]);
        sign_in(&site, &mut site.browser(), "0912345678").await;
        let (lang, said) = told(&site, Kind::SignedIn);
        let wanted = "was signed in on a new device at 08:00, Thursday 8 January 2026";
        assert!(lang == "en" && said.contains(wanted), "{said}");
        // He chooses Vietnamese on his page: the next code is Vietnamese.
        let done = english.post("/tai-khoan/hien-thi", &[("ngon-ngu", "vi")]).await;
        assert_eq!(done.status, 303, "{}", done.text);
        site.pass_minutes(61);
        site.browser().post("/dang-nhap", &phone).await;
        assert!(code_told(&site).starts_with("Mã xác nhận"), "{}", code_told(&site));
    }

    async fn what_is_filed_on_english_pages_is_told_in_english(site) {
        given_two_communes(&site);
        given_a_carrier(&site);
        file(&site, &mut english_browser(&site).await, "040090123456").await;
        assert!(code_told(&site).starts_with("Your code is "), "{}", code_told(&site));
        file(&site, &mut site.browser(), "040090123457").await;
        assert!(code_told(&site).starts_with("Mã xác nhận"), "{}", code_told(&site));
        assert_eq!((of(&site, 1), of(&site, 2)), ("en".to_owned(), "vi".to_owned()));
        // The counter answers both in Vietnamese; each citizen reads his own language.
        let mut counter = site.signed_in("quay");
        for (id, begins, day) in [
            (1, "Your online dossier {} was received. Your result is due at 17:00, ", " January 2026. Follow it at /"),
            (2, "Hồ sơ nộp trực tuyến {} đã được tiếp nhận, hẹn trả 17:00, ", "/01/2026. Theo dõi tại /"),
        ] {
            let done = counter.post(&format!("/co-quan/ho-so/{id}/tiep-nhan"), &WAIVED).await;
            assert_eq!(done.status, 303, "{}", done.text);
            let code = site.text(&format!("select code from dossier where id = {id}"));
            let (lang, said) = told(&site, Kind::FilingAccepted);
            assert_eq!(lang, of(&site, id));
            assert!(said.starts_with(&begins.replace("{}", &code)) && said.contains(day), "{said}");
        }
    }

    async fn an_accounts_language_holds_for_what_runs_already(site) {
        given_two_communes(&site);
        given_a_carrier(&site);
        let mut browser = site.browser();
        sign_in(&site, &mut browser, "0912345678").await;
        let here = begun(&mut browser).await;
        filled(&mut browser, &here, "040090123456").await;
        let sent = browser.post(&here, &SEND).await;
        assert_eq!(sent.status, 303, "{}", sent.text);
        let mut other = site.browser();
        sign_in(&site, &mut other, "0987654321").await;
        // Larger letters change no language; another account's choice changes nothing of his.
        browser.post("/tai-khoan/hien-thi", &[("ngon-ngu", "vi"), ("chu-lon", "1")]).await;
        other.post("/tai-khoan/hien-thi", &[("ngon-ngu", "en")]).await;
        assert_eq!(of(&site, 1), "vi");
        let page = browser.get("/tai-khoan").await.text;
        assert!(page.contains("Của trang này, của mã và tin báo về hồ sơ."), "{page}");
        browser.post("/tai-khoan/hien-thi", &[("ngon-ngu", "en")]).await;
        assert_eq!(of(&site, 1), "en");
        let page = browser.get("/tai-khoan").await.text;
        assert!(page.contains("of your codes and of the notices"), "{page}");
        let mut counter = site.signed_in("quay");
        assert_eq!(counter.post("/co-quan/ho-so/1/tiep-nhan", &WAIVED).await.status, 303);
        assert_eq!(told(&site, Kind::FilingAccepted).0, "en");
        // What he files on a Vietnamese page afterwards is Vietnamese, until he chooses anew.
        assert_eq!(browser.get("/?lang=vi").await.status, 200);
        let here = begun(&mut browser).await;
        filled(&mut browser, &here, "040090123456").await;
        assert_eq!(browser.post(&here, &SEND).await.status, 303);
        assert_eq!((of(&site, 1), of(&site, 2)), ("en".to_owned(), "vi".to_owned()));
        browser.post("/tai-khoan/hien-thi", &[("ngon-ngu", "en"), ("chu-lon", "1")]).await;
        assert_eq!(of(&site, 2), "vi", "the account read English before: nothing new was chosen");
    }
}
