//! Through the front door: codes, sessions, the counter, one's own page.

use site::Routes;
use testkit::{Browser, TestSite, on_both_engines};

use crate::tests::given_two_communes;

mod filing;
mod language;
mod oidc;
mod own;
mod privacy;
mod vault;

fn routes() -> Routes {
    crate::routes().and(citizen::routes()).and(people::routes())
}

/// Somebody carries messages to telephones.
fn given_a_carrier(site: &TestSite) {
    // Somebody who never answers: what is sent waits there, and can be read here.
    let silent = Box::leak(Box::new(std::net::TcpListener::bind("127.0.0.1:0").unwrap()));
    let url = format!("http://{}/", silent.local_addr().unwrap());
    let settings = serde_json::json!({ "url": url }).to_string();
    site.given(
        "insert into message_channel
           (channel, settings, secret, is_on, edition, failure, lent, lent_until_ms)
         values ('sms', ?1, '', 1, 1, '', '', 0)",
        &[settings.into()],
    );
}

/// The code in the newest message.
fn sent_code(site: &TestSite) -> String {
    let text =
        site.text("select data from outbox where kind = 'one_time_code' order by id desc limit 1");
    let digits: String = text
        .split(|it: char| !it.is_ascii_digit())
        .find(|it| it.len() == 6)
        .unwrap_or_default()
        .to_owned();
    assert_eq!(digits.len(), 6, "{text}");
    digits
}

/// Signs in by telephone, opening an account if there is none.
async fn sign_in(site: &TestSite, browser: &mut Browser<'_>, phone: &str) {
    let sent = browser.post("/dang-nhap", &[("dien-thoai", phone)]).await;
    assert_eq!(sent.location.as_deref(), Some("/dang-nhap/nhap-ma"), "{}", sent.text);
    let code = sent_code(site);
    let done = browser.post("/dang-nhap/nhap-ma", &[("ma", &code)]).await;
    assert_eq!(done.status, 303, "{}", done.text);
    if done.location.as_deref() == Some("/dang-nhap/mo-tai-khoan") {
        let page = browser.get("/dang-nhap/mo-tai-khoan").await;
        assert!(page.text.contains("Giữ tài khoản trên cổng"), "{}", page.text);
        let made = browser.post("/dang-nhap/mo-tai-khoan", &[("dong-y", "1")]).await;
        assert_eq!(made.status, 303, "{}", made.text);
    }
}

const CARD: &str =
    "040090123456|182345678|Nguyễn Văn Thử|01011990|Nam|Xóm 1, Phú Sơn, Tân Kỳ, Nghệ An|15042021";

/// A dossier of whoever has this number, received at the counter; its code.
async fn given_a_dossier(site: &TestSite, number: &str, phone: &str) -> String {
    let mut counter = site.signed_in("quay");
    let once = site::form::new_token();
    let fields = [
        ("thu-tuc", "1.001193"),
        ("lan", once.as_str()),
        ("viec", "nhan"),
        ("ho-ten", "Nguyễn Văn Thử"),
        ("so-giay-to", number),
        ("dien-thoai", phone),
        ("kenh", "direct"),
        ("nhan-ket-qua", "counter"),
        ("co-1", "1"),
        ("so-1", "1"),
    ];
    let done = counter.post("/co-quan/ho-so/moi", &fields).await;
    assert_eq!(done.status, 303, "{}", done.text);
    site.text("select code from dossier order by id desc limit 1")
}

on_both_engines! { routes();
    async fn nobody_is_promised_a_code_that_cannot_be_sent(site) {
        given_two_communes(&site);
        let mut browser = site.browser();
        let page = browser.get("/dang-nhap").await;
        assert!(page.text.contains("chưa gửi được tin nhắn") && !page.text.contains("Gửi mã cho tôi"));
        let refused = browser.post("/dang-nhap", &[("dien-thoai", "0912 345 678")]).await;
        assert_eq!(refused.status, 422, "{}", refused.text);
        assert_eq!(site.count("select count(*) from citizen_code"), 0);
        let english = browser.get("/dang-nhap?lang=en").await;
        assert!(english.text.contains("cannot send messages yet"), "{}", english.text);
    }

    async fn a_code_opens_an_account_after_consent_and_later_finds_it_again(site) {
        given_two_communes(&site);
        given_a_carrier(&site);
        let mut browser = site.browser();
        let closed = browser.get("/tai-khoan").await;
        assert_eq!(closed.location.as_deref(), Some("/dang-nhap?tiep=/tai-khoan"));
        let sent = browser.post("/dang-nhap", &[("dien-thoai", "0912 345 678")]).await;
        assert_eq!(sent.status, 303, "{}", sent.text);
        let page = browser.get("/dang-nhap/nhap-ma").await;
        assert!(page.text.contains("091 ••• 678"), "{}", page.text);
        let code = sent_code(&site);
        assert!(!page.text.contains(&code), "the page does not say what only the telephone knows");
        assert_eq!(site.count("select count(*) from citizen_code where length(code_sha256) = 64"), 1);
        let done = browser.post("/dang-nhap/nhap-ma", &[("ma", &code)]).await;
        assert_eq!(done.location.as_deref(), Some("/dang-nhap/mo-tai-khoan"), "{}", done.text);
        assert_eq!(site.count("select count(*) from citizen"), 0, "nobody agreed yet");
        let refused = browser.post("/dang-nhap/mo-tai-khoan", &[]).await;
        assert_eq!(refused.status, 422);
        assert_eq!(site.count("select count(*) from citizen"), 0);
        let made = browser.post("/dang-nhap/mo-tai-khoan", &[("dong-y", "1")]).await;
        assert_eq!(made.location.as_deref(), Some("/tai-khoan"), "{}", made.text);
        let page = browser.get("/tai-khoan").await;
        assert!(page.text.contains("Đã xác nhận số điện thoại"), "{}", page.text);
        assert_eq!(site.text("select purpose from citizen_consent"), "account");
        // Used once, it opens nothing any more.
        let again = browser.post("/dang-nhap/nhap-ma", &[("ma", &code)]).await;
        assert_eq!(again.location.as_deref(), Some("/dang-nhap"));
        let out = browser.post("/dang-xuat", &[]).await;
        assert_eq!(out.status, 303);
        assert_eq!(browser.get("/tai-khoan").await.status, 303);
        sign_in(&site, &mut browser, "+84912345678").await;
        assert_eq!(site.count("select count(*) from citizen"), 1, "the same account");
        assert_eq!(browser.get("/tai-khoan").await.status, 200);
    }

    async fn a_code_is_good_for_five_tries_five_minutes_and_one_browser(site) {
        given_two_communes(&site);
        given_a_carrier(&site);
        let mut browser = site.browser();
        browser.post("/dang-nhap", &[("dien-thoai", "0912345678")]).await;
        let code = sent_code(&site);
        let wrong = if code == "111111" { "222222" } else { "111111" };
        // What cannot be a code is no try.
        for typed in ["", "12345", "1234567"] {
            let page = browser.post("/dang-nhap/nhap-ma", &[("ma", typed)]).await;
            assert!(page.status == 422 && page.text.contains("Mã có 6 chữ số"), "{typed}: {}", page.text);
        }
        for left in [4, 3, 2, 1] {
            let page = browser.post("/dang-nhap/nhap-ma", &[("ma", wrong)]).await;
            assert_eq!(page.status, 422);
            assert!(page.text.contains(&format!("Còn {left} lần thử")), "{}", page.text);
        }
        browser.post("/dang-nhap/nhap-ma", &[("ma", wrong)]).await;
        let page = browser.post("/dang-nhap/nhap-ma", &[("ma", &code)]).await;
        assert_eq!(page.status, 422, "the right one comes too late");
        assert!(page.text.contains("không còn dùng được"), "{}", page.text);

        browser.post("/dang-nhap", &[("dien-thoai", "0912345678")]).await;
        let code = sent_code(&site);
        let mut other = site.browser();
        let page = other.post("/dang-nhap/nhap-ma", &[("ma", &code)]).await;
        assert_eq!(page.location.as_deref(), Some("/dang-nhap"), "another browser awaits no code");
        site.pass_minutes(5);
        let page = browser.post("/dang-nhap/nhap-ma", &[("ma", &code)]).await;
        assert!(page.text.contains("không còn dùng được"), "{}", page.text);

        // A new code voids the one before.
        browser.post("/dang-nhap", &[("dien-thoai", "0912345678")]).await;
        let first = sent_code(&site);
        let mut second = site.browser();
        second.post("/dang-nhap", &[("dien-thoai", "0912345678")]).await;
        let page = browser.post("/dang-nhap/nhap-ma", &[("ma", &first)]).await;
        assert_eq!(page.status, 422, "{}", page.text);
        // Five an hour for one telephone.
        second.post("/dang-nhap", &[("dien-thoai", "0912345678")]).await;
        let page = second.post("/dang-nhap", &[("dien-thoai", "0912345678")]).await;
        assert!(page.text.contains("Đã gửi nhiều mã"), "{}", page.text);
        assert_eq!(site.count("select count(*) from citizen_code"), 5);
        // The newest of them still opens, and the page leads to where it is typed.
        assert!(page.text.contains("name=\"ma\"") && page.text.contains("vẫn dùng được"), "{}", page.text);
        let done = second.post("/dang-nhap/nhap-ma", &[("ma", &sent_code(&site))]).await;
        assert_eq!(done.status, 303, "{}", done.text);
    }

    async fn nobody_locks_a_citizen_out_by_asking_for_his_codes(site) {
        given_two_communes(&site);
        given_a_carrier(&site);
        let from_elsewhere = || site.given("update citizen_code set asker = 'khac' || id", &[]);
        let mut citizen = site.browser();
        sign_in(&site, &mut citizen, "0912345678").await;
        citizen.post("/dang-xuat", &[]).await;
        from_elsewhere();
        // A stranger elsewhere asks for five; the citizen's own hour is not used up.
        let mut stranger = site.browser();
        for _ in 0..5 {
            assert_eq!(stranger.post("/dang-nhap", &[("dien-thoai", "0912345678")]).await.status, 303);
        }
        from_elsewhere();
        let mut fresh = site.browser();
        assert_eq!(fresh.post("/dang-nhap", &[("dien-thoai", "0912345678")]).await.status, 303);
        // A code that the citizen has is not made void by a stranger's question.
        let code = sent_code(&site);
        from_elsewhere();
        assert_eq!(stranger.post("/dang-nhap", &[("dien-thoai", "0912345678")]).await.status, 303);
        assert_eq!(fresh.post("/dang-nhap/nhap-ma", &[("ma", &code)]).await.status, 303);
        // Strangers everywhere used up what the telephone takes: a browser that it knows is served.
        for _ in 0..8 {
            from_elsewhere();
            stranger.post("/dang-nhap", &[("dien-thoai", "0912345678")]).await;
        }
        from_elsewhere();
        let refused = site.browser().post("/dang-nhap", &[("dien-thoai", "0912345678")]).await;
        assert!(refused.status == 422 && refused.text.contains("Đã gửi nhiều mã"), "{}", refused.text);
        sign_in(&site, &mut citizen, "0912345678").await;
        assert_eq!(citizen.get("/tai-khoan").await.status, 200);
        // Nor does the mark of one telephone serve another.
        let others = site.count("select count(*) from citizen_code where phone = '0987654321'");
        assert_eq!(others, 0);
    }

    async fn a_whole_village_signs_in_through_one_access_point(site) {
        given_two_communes(&site);
        given_a_carrier(&site);
        for at in 0..70 {
            let mut browser = site.browser();
            sign_in(&site, &mut browser, &format!("09123456{at:02}")).await;
        }
        // What nobody answers is counted.
        let mut last = 303;
        for at in 0..61 {
            let phone = format!("09133456{at:02}");
            last = site.browser().post("/dang-nhap", &[("dien-thoai", &phone)]).await.status;
        }
        assert_eq!(last, 429);
    }

    async fn sessions_are_listed_ended_and_end_by_themselves(site) {
        given_two_communes(&site);
        given_a_carrier(&site);
        let (mut here, mut there) = (site.browser(), site.browser());
        sign_in(&site, &mut here, "0912345678").await;
        sign_in(&site, &mut there, "0912345678").await;
        let token = here.cookie("mc_dan").unwrap().to_owned();
        assert_eq!(site.count(&format!("select count(*) from citizen_session where token_sha256 = '{token}'")), 0);
        let page = here.get("/tai-khoan").await;
        assert!(page.text.contains("Kết thúc phiên"), "{}", page.text);
        // A stranger's session is not ended by its number.
        let mut stranger = site.browser();
        sign_in(&site, &mut stranger, "0987654321").await;
        stranger.post("/tai-khoan/phien/1/ket-thuc", &[]).await;
        assert_eq!(here.get("/tai-khoan").await.status, 200);
        // What the other device opened from the account is closed with its session.
        let code = given_a_dossier(&site, "040090123456", "0912345678").await;
        site.given(
            "insert into citizen_dossier (citizen, dossier, at_ms) select 1, id, 0 from dossier",
            &[],
        );
        for browser in [&mut here, &mut there] {
            browser.post(&format!("/tai-khoan/ho-so/{code}"), &[]).await;
            assert_eq!(browser.get(&format!("/ho-so/{code}")).await.status, 200);
        }
        here.post("/tai-khoan/ket-thuc-het", &[]).await;
        assert_eq!(here.get("/tai-khoan").await.status, 200);
        assert_eq!(here.get(&format!("/ho-so/{code}")).await.status, 200);
        assert_eq!(there.get("/tai-khoan").await.status, 303);
        assert_eq!(there.get(&format!("/ho-so/{code}")).await.status, 303);
        assert_eq!(stranger.get("/tai-khoan").await.status, 200);
        for _ in 0..3 {
            site.pass_minutes(50);
            assert_eq!(here.get("/tai-khoan").await.status, 200, "in use");
        }
        site.pass_minutes(61);
        assert_eq!(here.get("/tai-khoan").await.status, 303, "idle");
        sign_in(&site, &mut here, "0912345678").await;
        for _ in 0..14 {
            site.pass_minutes(50);
            here.get("/tai-khoan").await;
        }
        site.pass_minutes(30);
        assert_eq!(here.get("/tai-khoan").await.status, 303, "twelve hours are the end");
        // An official's cookie opens nothing here, a citizen's nothing there.
        let mut official = site.signed_in("quay");
        assert_eq!(official.get("/tai-khoan").await.status, 303);
        sign_in(&site, &mut here, "0912345678").await;
        assert_eq!(here.get("/co-quan").await.status, 303);
    }

    async fn an_official_confirms_the_number_of_whoever_stands_before_him(site) {
        given_two_communes(&site);
        given_a_carrier(&site);
        let code = given_a_dossier(&site, "040090123456", "0911111111").await;
        let mut browser = site.browser();
        sign_in(&site, &mut browser, "0912345678").await;
        let page = browser.get("/tai-khoan").await;
        assert!(!page.text.contains(&code), "a number that nobody confirmed opens nothing");
        let denied = browser.post(&format!("/tai-khoan/ho-so/{code}"), &[]).await;
        assert_eq!(denied.status, 404);
        browser.post("/tai-khoan/ma-tai-quay", &[]).await;
        let page = browser.get("/tai-khoan").await;
        let at = page.text.find("class=\"big mono\"").unwrap();
        let shown: String = page.text[at..].chars().skip_while(|it| *it != '>').skip(1).take(9).collect();
        let mut counter = site.signed_in("quay");
        let path = "/co-quan/xac-nhan-cong-dan";
        // He finds it where he begins his day and where he receives, and comes back to where he receives.
        let door = format!("href=\"{path}\"");
        for page in ["/co-quan", "/co-quan/ho-so/moi"] {
            let page = counter.get(page).await.text;
            assert!(page.contains(&door), "{page}");
        }
        let page = counter.get(path).await.text;
        assert!(page.contains("class=\"crumbs\"><a href=\"/co-quan/ho-so/moi\""), "{page}");
        assert!(!site.signed_in("thuly").get("/co-quan").await.text.contains(&door), "no door for who may not");
        let wrong = counter.post(path, &[("ma", "00000000"), ("quet", CARD)]).await;
        assert_eq!(wrong.status, 422, "{}", wrong.text);
        let wrong = counter.post(path, &[("ma", &shown), ("quet", "không phải thẻ")]).await;
        assert_eq!(wrong.status, 422);
        let seen = counter.post(path, &[("ma", &shown), ("quet", CARD)]).await;
        assert_eq!(seen.status, 200, "{}", seen.text);
        assert!(seen.text.contains("Nguyễn Văn Thử") && seen.text.contains("091 ••• 678"));
        assert_eq!(site.count("select count(*) from citizen where id_number is not null"), 0);
        let sure = [("ma", shown.as_str()), ("quet", CARD), ("chac-chan", "1")];
        let done = counter.post(path, &sure).await;
        assert_eq!(done.status, 303, "{}", done.text);
        let again = counter.post(path, &sure).await;
        assert_eq!(again.status, 422, "the code is good once");
        assert_eq!(browser.get("/tai-khoan").await.status, 303, "he signs in anew");
        sign_in(&site, &mut browser, "0912345678").await;
        let page = browser.get("/tai-khoan").await;
        assert!(page.text.contains("Đã xác thực danh tính") && page.text.contains(&code), "{}", page.text);
        let open = browser.post(&format!("/tai-khoan/ho-so/{code}"), &[]).await;
        assert_eq!(open.location, Some(format!("/ho-so/{code}")), "{}", open.text);
        assert_eq!(browser.get(&format!("/ho-so/{code}")).await.status, 200);
        // Another telephone is another proof: the counter saw the first one.
        browser.post("/tai-khoan/dien-thoai", &[("dien-thoai", "0977777777")]).await;
        let code = sent_code(&site);
        let done = browser.post("/tai-khoan/dien-thoai", &[("viec", "ma"), ("ma", &code)]).await;
        assert_eq!(done.status, 303, "{}", done.text);
        let mut later = site.browser();
        sign_in(&site, &mut later, "0977777777").await;
        let page = later.get("/tai-khoan").await;
        assert!(page.text.contains("Đã xác nhận số điện thoại") && !page.text.contains("040 0"), "{}", page.text);
        assert!(!page.text.contains("Nguyễn Văn Thử"), "what was verified is hidden");
    }

    async fn ones_own_words_are_kept_and_a_stale_form_is_refused(site) {
        given_two_communes(&site);
        given_a_carrier(&site);
        let mut browser = site.browser();
        sign_in(&site, &mut browser, "0912345678").await;
        let edition = site.text("select cast(edition as text) from citizen");
        let said = [("an-ban", edition.as_str()), ("ho-ten", "Trần Thị Thử"), ("thu-dien-tu", "a@b.vn"), ("dia-chi", "Xóm 2")];
        let wrong = browser.post("/tai-khoan/lien-he", &[("an-ban", &edition), ("thu-dien-tu", "không phải thư")]).await;
        assert_eq!(wrong.status, 422);
        assert_eq!(browser.post("/tai-khoan/lien-he", &said).await.status, 303);
        assert_eq!(site.text("select name from citizen"), "Trần Thị Thử");
        let stale = browser.post("/tai-khoan/lien-he", &said).await;
        assert_eq!(stale.status, 422, "{}", stale.text);
        let liked = browser.post("/tai-khoan/hien-thi", &[("ngon-ngu", "en"), ("chu-lon", "1")]).await;
        assert_eq!(liked.status, 303);
        let page = browser.get("/tai-khoan").await;
        assert!(page.text.contains("<html lang=\"en\" class=\"large\">"), "{}", page.text);
        // In another browser too, as soon as he is known there.
        let mut other = site.browser();
        sign_in(&site, &mut other, "0912345678").await;
        assert!(other.get("/tai-khoan").await.text.contains("<html lang=\"en\" class=\"large\">"));
    }
}

/// A telephone of another account is not taken over by confirming it.
#[tokio::test]
async fn a_telephone_has_one_account() {
    let site = TestSite::on_sqlite(routes());
    given_two_communes(&site);
    given_a_carrier(&site);
    let (mut one, mut two) = (site.browser(), site.browser());
    sign_in(&site, &mut one, "0912345678").await;
    sign_in(&site, &mut two, "0987654321").await;
    two.post("/tai-khoan/dien-thoai", &[("dien-thoai", "0912345678")]).await;
    let code = sent_code(&site);
    let refused = two.post("/tai-khoan/dien-thoai", &[("viec", "ma"), ("ma", &code)]).await;
    assert_eq!(refused.status, 422, "{}", refused.text);
    assert!(refused.text.contains("của một tài khoản khác"));
    assert_eq!(site.count("select count(*) from citizen where phone = '0912345678'"), 1);
}
