//! Ratings through the front door, on both databases.

use testkit::{TestSite, on_both_engines};

use crate::tests::{SHOP, given_two_communes};

mod officials;

/// A birth received at the desk of Phú Sơn; its result is at the counter.
pub(crate) async fn given_a_result(site: &TestSite) {
    given_two_communes(site);
    let birth = [
        ("thu-tuc", "1.001193"),
        ("lan", "0123456789abcdef0123456789abcdef"),
        ("viec", "nhan"),
        ("ho-ten", "Nguyễn Thị Thử"),
        ("dien-thoai", "0912345678"),
        ("kenh", "direct"),
        ("nhan-ket-qua", "counter"),
        ("co-1", "1"),
        ("so-1", "1"),
    ];
    let done = site.signed_in("quay").post("/co-quan/ho-so/moi", &birth).await;
    assert_eq!(done.status, 303, "{}", done.text);
}

/// Puts the dossier where its result was returned in time, behind the desk's back.
pub(crate) fn given_returned(site: &TestSite) {
    site.run(|tx| {
        let kept = citizen::dossiers::facts::by_id(tx, domain::ids::DossierId(1))?.unwrap();
        let mut it = kept.dossier;
        it.status = domain::dossier::Status::Returned;
        it.finished_at = it.received_at;
        it.returned_at = it.received_at;
        let state = serde_json::to_string(&it).unwrap();
        tx.execute(
            "update dossier set status = 'returned', is_open = 0, finished_at = received_at, state = ?1
             where id = 1",
            &[state.into()],
        )
    });
}

/// The token of the page with the faces.
pub(super) fn token(page: &str) -> String {
    let from = page.split("name=\"the\" value=\"").nth(1).unwrap_or_default();
    from.split('"').next().unwrap_or_default().to_owned()
}

/// Opens the faces with the receipt.
async fn open(site: &TestSite) -> testkit::Answer {
    let (code, secret) =
        (site.text("select code from dossier"), site.text("select secret from dossier_person"));
    let fields = [("ma-ho-so", code.as_str()), ("ma-bi-mat", secret.as_str())];
    site.browser().post(&format!("/danh-gia/{SHOP}"), &fields).await
}

/// Rates the dossier of [`given_returned`]; the answer's status and text.
pub(crate) async fn rate(site: &TestSite, face: &str, attitude: &str) -> (u16, String) {
    let page = open(site).await;
    let token = token(&page.text);
    let fields = [
        ("the", token.as_str()),
        ("mat", face),
        ("muc-attitude", attitude),
        ("muc-contacts", "none"),
        ("muc-agencies", "one_stop"),
        ("muc-bad", "none"),
        ("loi", "Cảm ơn cô ở quầy 1"),
    ];
    let done = site.browser().post(&format!("/danh-gia/{SHOP}"), &fields).await;
    (done.status, done.text)
}

on_both_engines! { citizen::routes().and(voice::routes()).and(crate::routes());
    async fn a_dossier_is_rated_once_by_who_holds_the_receipt(site) {
        given_a_result(&site).await;
        let early = open(&site).await;
        assert_eq!(early.status, 422);
        assert!(early.text.contains("chưa có kết quả"), "{}", early.text);
        given_returned(&site);
        let page = open(&site).await;
        assert!(page.text.contains("Rất hài lòng") && page.text.contains("Thái độ"), "{}", page.text);
        assert!(!page.text.contains("Nguyễn Thị Thử"));
        let unsure = site.browser().post(&format!("/danh-gia/{SHOP}"), &[("the", token(&page.text).as_str())]).await;
        assert!(unsure.text.contains("Hãy chọn một khuôn mặt"), "{}", unsure.text);
        assert_eq!(rate(&site, "5", "good").await.0, 303);
        assert_eq!(site.count("select count(*) from rating where face = 5 and dossier = 1"), 1);
        assert_eq!(site.count("select count(*) from rating_answer"), 3, "what is not asked is not kept");
        // The page that was open before cannot be used again, nor can the receipt.
        let again = [("the", token(&page.text)), ("mat", "1".to_owned())];
        let again: Vec<(&str, &str)> = again.iter().map(|(a, b)| (*a, b.as_str())).collect();
        assert_eq!(site.browser().post(&format!("/danh-gia/{SHOP}"), &again).await.status, 422);
        assert!(open(&site).await.text.contains("đã được đánh giá"));
        assert_eq!(site.count("select count(*) from rating"), 1);
        // What he wrote beside his faces may name anybody and goes with his name; the faces are the office's and stay.
        let words = "select words from rating where face = 5";
        assert_eq!(site.text(words), "Cảm ơn cô ở quầy 1");
        site.given_account("xoa", domain::access::Role::Administrator, 1);
        let code = site.text("select code from dossier");
        let wish = [("ma-ho-so", code.as_str()), ("ly-do", "Theo yêu cầu"), ("chac-chan", "1")];
        let erased = site.signed_in("xoa").post("/co-quan/quan-tri/xoa-du-lieu", &wish).await;
        assert_eq!(erased.status, 303, "{}", erased.text);
        assert_eq!(site.text(words), "");
        // The journal tells neither which dossier it was nor from where.
        assert_eq!(site.count("select count(*) from journal where act = 'rate' and origin <> ''"), 0);
        assert_eq!(site.count("select count(*) from journal where subject = 'rating' and subject_id = 3 and details = ''"), 1);
    }

    async fn whoever_follows_his_dossier_rates_it_without_typing_the_secret_again(site) {
        given_a_result(&site).await;
        given_returned(&site);
        let code = site.text("select code from dossier");
        let secret = site.text("select secret from dossier_person");
        let mut browser = site.browser();
        browser.post("/tra-cuu", &[("ma-ho-so", code.as_str()), ("ma-bi-mat", &secret)]).await;
        let follow = browser.get(&format!("/ho-so/{code}")).await.text;
        let link = follow.split("href=\"/danh-gia/").nth(1).and_then(|it| it.split('"').next()).unwrap();
        let link = format!("/danh-gia/{}", link.replace("&#38;", "&"));
        let faces = browser.get(&link).await.text;
        assert!(faces.contains("Rất hài lòng") && !faces.contains("ma-bi-mat"), "{faces}");
        let fields = [("the", token(&faces)), ("mat", "4".to_owned())];
        let fields: Vec<(&str, &str)> = fields.iter().map(|(a, b)| (*a, b.as_str())).collect();
        assert_eq!(browser.post(&format!("/danh-gia/{SHOP}"), &fields).await.status, 303);
        assert_eq!(site.count("select count(*) from rating where face = 4 and door = 'tracking'"), 1);
        let again = browser.get(&link).await.text;
        assert!(again.contains("đã được đánh giá") && !again.contains("Rất hài lòng"), "{again}");
        // Too old, or broken on its way: said, and the code need not be typed again.
        site.pass_minutes(21);
        for link in [link.clone(), link.replace("the=", "the=x")] {
            let over = browser.get(&link).await.text;
            assert!(over.contains("mở quá lâu") && over.contains("ma-bi-mat"), "{over}");
            assert!(over.contains(&format!("value=\"{code}\"")), "{over}");
        }
    }

    async fn without_the_secret_nothing_is_rated_and_guessing_is_slowed(site) {
        given_a_result(&site).await;
        given_returned(&site);
        let code = site.text("select code from dossier");
        site.given("update dossier_person set secret = '123456'", &[]);
        let mut browser = site.browser();
        for guess in 0..6 {
            let secret = format!("{guess:06}");
            let fields = [("ma-ho-so", code.as_str()), ("ma-bi-mat", secret.as_str())];
            assert_eq!(browser.post(&format!("/danh-gia/{SHOP}"), &fields).await.status, 422);
        }
        assert_eq!(open(&site).await.status, 429);
        let forged = [("the", "abcdef"), ("mat", "1")];
        assert_eq!(browser.post(&format!("/danh-gia/{SHOP}"), &forged).await.status, 422);
        assert_eq!(browser.get("/danh-gia/2").await.status, 404, "no one-stop shop");
        assert_eq!(site.count("select count(*) from rating"), 0);
        site.pass_minutes(16);
        let page = open(&site).await;
        let old = token(&page.text);
        site.pass_minutes(21);
        let late = [("the", old.as_str()), ("mat", "5"), ("ma-ho-so", code.as_str())];
        let late = browser.post(&format!("/danh-gia/{SHOP}"), &late).await;
        assert!(late.text.contains("mở quá lâu"), "{}", late.text);
        assert!(late.text.contains(&format!("value=\"{code}\"")), "{}", late.text);
    }
}
