//! Whose dossiers: by the telephone that answered, and what somebody filed with another's number.

use testkit::on_both_engines;

use super::{
    filing::{SEND, begun, filled},
    privacy::given_identified,
    *,
};

/// Files without an account with a telephone that answers; the dossier's code.
async fn sent(site: &TestSite, number: &str) -> String {
    sent_from(site, &mut site.browser(), number).await
}

/// The same from this browser.
async fn sent_from(site: &TestSite, browser: &mut Browser<'_>, number: &str) -> String {
    let here = begun(browser).await;
    filled(browser, &here, number).await;
    browser.post(&here, &[("buoc", "xem-lai"), ("viec", "ma")]).await;
    let code = sent_code(site);
    let fields = [SEND[0], SEND[1], ("ma-dien-thoai", code.as_str()), SEND[2]];
    let done = browser.post(&here, &fields).await;
    assert_eq!(done.status, 303, "{}", done.text);
    site.text("select code from dossier order by id desc limit 1")
}

on_both_engines! { routes();
    async fn what_answered_by_telephone_is_the_accounts_that_has_the_number(site) {
        given_two_communes(&site);
        given_a_carrier(&site);
        let mut me = site.browser();
        let code = sent_from(&site, &mut me, "040090123456").await;
        let (at, open) = (format!("/ho-so/{code}"), format!("/tai-khoan/ho-so/{code}"));
        let mut other = site.browser();
        sign_in(&site, &mut other, "0987654321").await;
        assert!(!other.get("/tai-khoan").await.text.contains(&code));
        assert_eq!(other.post(&open, &[]).await.status, 404);
        sign_in(&site, &mut me, "0912345678").await;
        let home = me.get("/tai-khoan").await.text;
        assert!(home.contains(&code) && !home.contains("đang điền dở trên máy này"), "{home}");
        assert_eq!(me.post(&open, &[]).await.location.as_deref(), Some(at.as_str()));
        let page = me.get(&at).await;
        assert!(page.status == 200 && !page.text.contains("Nguyễn Văn Thử"), "{}", page.text);
        let read = me.get(&format!("{at}/da-gui")).await;
        assert!(read.text.contains("Nguyễn Văn Thử") && read.text.contains("Nguyễn Minh An"), "{}", read.text);
        // The account is somebody's by now, and the telephone alone proves less: it follows and reads nothing.
        site.given(
            "update citizen set id_number = '040090999999', name = 'Người Khác', identified_by = 'provider'
             where phone = '0912345678'",
            &[],
        );
        let mut holder = site.browser();
        sign_in(&site, &mut holder, "0912345678").await;
        assert!(holder.get("/tai-khoan").await.text.contains(&format!("action=\"{open}\"")));
        assert_eq!(holder.post(&open, &[]).await.location.as_deref(), Some(at.as_str()));
        assert_eq!(holder.get(&at).await.status, 200);
        for path in ["da-gui", "to-khai.pdf", "ket-qua/1", "bien-lai/1"] {
            assert_eq!(holder.get(&format!("{at}/{path}")).await.status, 404, "{path}");
        }
        // Nor does it act: each of these asks for the secret.
        for path in ["bo-sung", "rut", "cung-ky", "khong-rut"] {
            let away = holder.post(&format!("{at}/{path}"), &[("phien", "x")]).await;
            let to = away.location.unwrap_or_default();
            assert!(away.status == 404 || to.starts_with("/tra-cuu"), "{path}: {}", away.text);
            if path == "khong-rut" {
                continue;
            }
            let seen = holder.get(&format!("{at}/{path}")).await;
            let to = seen.location.unwrap_or_default();
            assert!(to.starts_with("/tra-cuu"), "{path}: {}", seen.text);
        }
        let followed = holder.get(&at).await.text;
        assert!(followed.contains("chỉ cho biết hồ sơ đến đâu"), "{followed}");
        assert!(!followed.contains("id=\"tin\"") && !followed.contains("/rut\""), "{followed}");
        // Signed out, the device follows nothing more.
        holder.post("/dang-xuat", &[]).await;
        assert!(holder.get(&at).await.location.expect("away").starts_with("/tra-cuu"));
    }

    async fn a_device_of_the_account_hears_of_what_it_follows_and_of_what_it_sends(site) {
        given_two_communes(&site);
        given_a_carrier(&site);
        let code = sent(&site, "040090123456").await;
        let mut me = site.browser();
        sign_in(&site, &mut me, "0912345678").await;
        assert!(!me.get("/tai-khoan").await.text.contains("data-push"));
        let key = "BFFZC3pRUUDS14TIVghmj9_vjIL9H1vlJCFVSg3D0DPt4MF9qJBKcn2K4b82v4p5Jg0BLwDU2AiI0dC7RP2hbaQ";
        let given = serde_json::json!({
            "endpoint": "https://fcm.googleapis.com/fcm/send/a",
            "keys": {"p256dh": key, "auth": "BwcHBwcHBwcHBwcHBwcHBw"},
        })
        .to_string();
        let ask = [("dang-ky", given.as_str())];
        assert_eq!(me.post("/tai-khoan/bao-may", &ask).await.status, 422);
        site.given(
            "insert into message_channel
               (channel, settings, secret, is_on, edition, failure, lent, lent_until_ms)
             values ('push', '{\"contact\": \"mailto:a@example.vn\"}', '', 1, 1, '', '', 0)",
            &[],
        );
        assert!(me.get("/tai-khoan").await.text.contains("data-push"));
        let about = "select coalesce(string_agg(subject, ' ' order by subject), '') from push_device";
        let done = me.post("/tai-khoan/bao-may", &ask).await;
        assert_eq!(done.location.as_deref(), Some("/tai-khoan"), "{}", done.text);
        assert_eq!(site.text(about), "citizen dossier");
        let mark = site.text("select device from push_device limit 1");
        assert!(me.get("/tai-khoan").await.text.contains(&mark));
        // Whoever does not follow the dossier asks for nothing about it.
        let mut other = site.browser();
        let away = other.post(&format!("/ho-so/{code}/bao-may"), &ask).await;
        assert!(away.location.expect("away").starts_with("/tra-cuu"));
        me.post("/tai-khoan/bao-may", &[("thoi", &mark)]).await;
        assert_eq!(site.text(about), "");
        // Signed in again on the same device it goes on to hear; a session that is ended from elsewhere hears no more.
        me.post("/tai-khoan/bao-may", &ask).await;
        sign_in(&site, &mut me, "0912345678").await;
        assert_eq!(site.text(about), "citizen dossier");
        let mut other = site.browser();
        sign_in(&site, &mut other, "0912345678").await;
        assert_eq!(other.post("/tai-khoan/ket-thuc-het", &[]).await.status, 303);
        assert_eq!(site.text(about), "");
        assert_eq!(me.get("/tai-khoan").await.status, 303);
        // Nor does a device whose owner signs out, wants no messages, or has no account any more.
        for way in ["/dang-xuat", "/tai-khoan/dong-y/notify", "/tai-khoan/dong"] {
            sign_in(&site, &mut me, "0912345678").await;
            me.post("/tai-khoan/dong-y/notify", &[("dong-y", "1")]).await;
            me.post("/tai-khoan/bao-may", &ask).await;
            assert_eq!(site.text(about), "citizen dossier", "{way}");
            let done = me.post(way, &[("dong-y", "0"), ("xac-nhan", "0912345678")]).await;
            assert_eq!(done.status, 303, "{way}: {}", done.text);
            assert_eq!(site.text(about), "", "{way}");
        }
    }

    async fn what_an_account_sent_is_not_handed_to_whoever_has_its_telephone_next(site) {
        given_two_communes(&site);
        given_a_carrier(&site);
        let mut me = site.browser();
        sign_in(&site, &mut me, "0912345678").await;
        let here = begun(&mut me).await;
        filled(&mut me, &here, "040090123456").await;
        let done = me.post(&here, &SEND).await;
        assert_eq!(done.status, 303, "{}", done.text);
        let code = site.text("select code from dossier");
        assert!(me.get("/tai-khoan").await.text.contains(&code));
        // What was begun and not sent goes with the account, and he is told before.
        begun(&mut me).await;
        let page = me.get("/tai-khoan/dong").await.text;
        assert!(page.contains("1 hồ sơ đang điền dở, chưa gửi cũng bị xóa"), "{page}");
        assert_eq!(me.post("/tai-khoan/dong", &[("xac-nhan", "0912345678")]).await.status, 303);
        let mut next = site.browser();
        sign_in(&site, &mut next, "0912345678").await;
        assert!(!next.get("/tai-khoan").await.text.contains(&code));
        assert_eq!(next.post(&format!("/tai-khoan/ho-so/{code}"), &[]).await.status, 404);
    }

    async fn what_somebody_filed_with_my_number_stands_apart_and_is_denied(site) {
        given_two_communes(&site);
        given_a_carrier(&site);
        let (first, second) = (sent(&site, "040090123456").await, sent(&site, "040090123456").await);
        // Another's telephone answered.
        site.given("update dossier_person set phone = '0987654321'", &[]);
        let mut me = given_identified(&site).await;
        let home = me.get("/tai-khoan").await.text;
        assert!(home.contains("Có người nộp bằng số định danh của ông, bà"), "{home}");
        for code in [&first, &second] {
            assert!(home.contains(&format!("/tai-khoan/ho-so/{code}/khong-phai-toi")), "{home}");
            assert!(!home.contains(&format!("action=\"/tai-khoan/ho-so/{code}\"")), "{home}");
            assert_eq!(me.post(&format!("/tai-khoan/ho-so/{code}"), &[]).await.status, 404);
        }
        let out = me.post("/tai-khoan/xuat", &[]).await;
        let mut zip = zip::ZipArchive::new(std::io::Cursor::new(out.bytes.to_vec())).unwrap();
        let mut text = String::new();
        std::io::Read::read_to_string(&mut zip.by_name("du-lieu.json").unwrap(), &mut text).unwrap();
        assert!(!text.contains(&first), "{text}");
        for _ in 0..2 {
            let said = me.post(&format!("/tai-khoan/ho-so/{first}/khong-phai-toi"), &[]).await;
            assert_eq!(said.status, 303, "{}", said.text);
        }
        assert_eq!(site.count("select count(*) from journal where act = 'deny_filing'"), 1);
        let id = site.count(&format!("select id from dossier where code = '{first}'"));
        let office = site.signed_in("quay").get(&format!("/co-quan/ho-so/{id}")).await;
        assert!(office.text.contains("không phải mình nộp hồ sơ này"), "{}", office.text);
        assert!(!me.get("/tai-khoan").await.text.contains(&first));
        me.post(&format!("/tai-khoan/ho-so/{second}/cua-toi"), &[]).await;
        let home = me.get("/tai-khoan").await.text;
        assert!(home.contains(&format!("action=\"/tai-khoan/ho-so/{second}\"")), "{home}");
        me.post(&format!("/tai-khoan/ho-so/{second}"), &[]).await;
        assert!(me.get(&format!("/ho-so/{second}")).await.text.contains("Nguyễn Văn Thử"), "his own name");
        // Whoever does not hold the number says nothing of it.
        let mut other = site.browser();
        sign_in(&site, &mut other, "0987654321").await;
        let mut stranger = site.browser();
        sign_in(&site, &mut stranger, "0977000111").await;
        other.post(&format!("/tai-khoan/ho-so/{second}/khong-phai-toi"), &[]).await;
        for act in ["khong-phai-toi", "cua-toi"] {
            let said = stranger.post(&format!("/tai-khoan/ho-so/{second}/{act}"), &[]).await;
            assert_eq!(said.status, 404, "{act}");
        }
        assert_eq!(site.count("select count(*) from filing_denial"), 1);
    }
}
