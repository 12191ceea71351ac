//! Consent, a copy, erasure, who looked, and what goes by itself.

use std::io::Read as _;

use super::*;

/// Somebody whose number an official confirmed; he is signed in.
pub(super) async fn given_identified<'a>(site: &'a TestSite) -> Browser<'a> {
    let mut browser = site.browser();
    sign_in(site, &mut browser, "0912345678").await;
    site.given(
        "update citizen set id_number = '040090123456', name = 'Nguyễn Văn Thử',
           birth_date = '1990-01-01', identified_by = 'counter', counter_phone = phone",
        &[],
    );
    sign_in(site, &mut browser, "0912345678").await;
    browser
}

on_both_engines! { routes();
    async fn consent_is_given_and_taken_back_by_purpose_and_both_are_kept(site) {
        given_two_communes(&site);
        given_a_carrier(&site);
        let mut browser = site.browser();
        sign_in(&site, &mut browser, "0912345678").await;
        let agrees = || site.run(|tx| crate::account::facts::agrees(tx, domain::ids::CitizenId(1), "notify"));
        assert!(!agrees(), "silence is no");
        let page = browser.get("/tai-khoan/dong-y").await;
        assert!(page.text.contains("Nhận tin về hồ sơ") && page.text.contains("Khi rút đồng ý"), "{}", page.text);
        for _ in 0..2 {
            assert_eq!(browser.post("/tai-khoan/dong-y/notify", &[("dong-y", "1")]).await.status, 303);
        }
        assert!(agrees());
        assert_eq!(site.count("select count(*) from citizen_consent where purpose = 'notify'"), 1);
        site.pass_minutes(5);
        let refused = "select coalesce(string_agg(channel || ' ' || way, ', ' order by channel), '') from message_opt_out";
        assert_eq!(site.text(refused), "");
        browser.post("/tai-khoan/dong-y/notify", &[("dong-y", "0")]).await;
        assert!(!agrees());
        // No is heeded where messages are sent, and a yes takes it back.
        assert_eq!(site.text(refused), "sms account, zalo account");
        browser.post("/tai-khoan/dong-y/notify", &[("dong-y", "1")]).await;
        assert_eq!(site.text(refused), "");
        browser.post("/tai-khoan/dong-y/notify", &[("dong-y", "0")]).await;
        assert_eq!(site.count("select count(*) from citizen_consent where purpose = 'notify'"), 4, "both are kept");
        assert_eq!(browser.post("/tai-khoan/dong-y/khong-co", &[("dong-y", "1")]).await.status, 404);
        assert_eq!(browser.post("/tai-khoan/dong-y/account", &[("dong-y", "0")]).await.status, 404);
        assert_eq!(site.browser().post("/tai-khoan/dong-y/notify", &[("dong-y", "1")]).await.status, 303);
        let english = browser.get("/tai-khoan/dong-y?lang=en").await;
        assert!(english.text.contains("Messages about your dossiers"), "{}", english.text);
    }

    async fn a_new_browser_is_told_of_to_whoever_wants_to_be_told(site) {
        given_two_communes(&site);
        given_a_carrier(&site);
        let mut browser = site.browser();
        sign_in(&site, &mut browser, "0912345678").await;
        let told = || site.count("select count(*) from outbox where kind = 'signed_in'");
        site.given("update citizen_session set agent = 'cũ'", &[]);
        sign_in(&site, &mut site.browser(), "0912345678").await;
        assert_eq!(told(), 0, "he did not ask for it");
        browser.post("/tai-khoan/dong-y/notify", &[("dong-y", "1")]).await;
        site.given("update citizen_session set agent = 'cũ'", &[]);
        sign_in(&site, &mut site.browser(), "0912345678").await;
        assert_eq!(told(), 1);
        sign_in(&site, &mut site.browser(), "0912345678").await;
        assert_eq!(told(), 1, "a browser that is known");
    }

    async fn a_citizen_reads_who_looked_and_nobody_elses(site) {
        given_two_communes(&site);
        given_a_carrier(&site);
        let code = given_a_dossier(&site, "040090123456", "").await;
        let other = given_a_dossier(&site, "040090777777", "").await;
        // Somebody of the district without a part in it looks.
        assert_eq!(site.signed_in("cchc").get("/co-quan/ho-so/1").await.status, 200);
        let mut browser = given_identified(&site).await;
        let page = browser.get("/tai-khoan/ai-da-xem").await;
        assert!(page.text.contains(&code) && !page.text.contains(&other), "{}", page.text);
        assert!(page.text.contains("Xem, không được giao việc"), "{}", page.text);
        assert!(page.text.contains("UBND huyện Tân Kỳ") && !page.text.contains(">cchc<"), "{}", page.text);
        // Whoever has the work on his desk opens it too: once for each day, however often.
        let opened = || site.count("select count(*) from journal where act = 'read' and subject_id = 1");
        assert!(!page.text.contains("Mở xem hồ sơ"), "{}", page.text);
        let mut counter = site.signed_in("quay");
        for _ in 0..3 {
            assert_eq!(counter.get("/co-quan/ho-so/1").await.status, 200);
        }
        assert_eq!(opened(), 1);
        site.pass_minutes(24 * 60);
        let mut counter = site.signed_in("quay");
        assert_eq!(counter.get("/co-quan/ho-so/1/in/giay-hen").await.status, 200);
        counter.get("/co-quan/ho-so/1").await;
        assert_eq!(opened(), 2);
        let mut browser = given_identified(&site).await;
        let page = browser.get("/tai-khoan/ai-da-xem").await;
        assert!(page.text.contains("Mở xem hồ sơ") && !page.text.contains(">quay<"), "{}", page.text);
        assert_eq!(site.browser().get("/tai-khoan/ai-da-xem").await.status, 303);
    }

    async fn a_copy_holds_all_of_mine_and_nothing_of_others(site) {
        given_two_communes(&site);
        given_a_carrier(&site);
        let code = given_a_dossier(&site, "040090123456", "").await;
        let other = given_a_dossier(&site, "040090777777", "").await;
        let mut browser = given_identified(&site).await;
        // A dossier that he sent for somebody else: he knows of it, not that one's data.
        site.run(|tx| crate::account::facts::filed(tx, domain::ids::CitizenId(1), domain::ids::DossierId(2)));
        let out = browser.post("/tai-khoan/xuat", &[]).await;
        assert_eq!((out.status, out.media_type.as_str()), (200, "application/zip"), "{}", out.text);
        let mut zip = zip::ZipArchive::new(std::io::Cursor::new(out.bytes.to_vec())).unwrap();
        let mut read = |name: &str| {
            let mut text = String::new();
            zip.by_name(name).unwrap().read_to_string(&mut text).unwrap();
            text
        };
        let data: serde_json::Value = serde_json::from_str(&read("du-lieu.json")).unwrap();
        assert_eq!(data["account"]["personal_number"], "040090123456");
        assert_eq!(data["consents"][0]["purpose"], "account");
        let dossiers = data["dossiers"].as_array().unwrap();
        assert_eq!(dossiers.len(), 2);
        assert_eq!(dossiers[1]["code"], code.as_str());
        assert_eq!(dossiers[1]["personal_number"], "040090123456");
        assert_eq!(dossiers[0]["code"], other.as_str());
        assert_eq!(dossiers[0]["personal_number"], "");
        assert!(!data.to_string().contains("040090777777"));
        assert!(read("doc-du-lieu.html").contains(&code));
        assert_eq!(site.count("select count(*) from journal where act = 'export_own'"), 1);
    }

    async fn a_closed_account_names_nobody_and_what_stays_is_said(site) {
        given_two_communes(&site);
        given_a_carrier(&site);
        let code = given_a_dossier(&site, "040090123456", "").await;
        let mut browser = given_identified(&site).await;
        let page = browser.get("/tai-khoan/dong").await;
        assert!(page.text.contains("1 hồ sơ đã nộp") && page.text.contains("Luật Kế toán"), "{}", page.text);
        let wrong = browser.post("/tai-khoan/dong", &[("xac-nhan", "Ai khác")]).await;
        assert_eq!(wrong.status, 422);
        assert_eq!(browser.post("/tai-khoan/dong", &[("xac-nhan", "")]).await.status, 422);
        let before = site.run(store::journal::head).head;
        browser.post(&format!("/tai-khoan/ho-so/{code}"), &[]).await;
        assert_eq!(browser.get(&format!("/ho-so/{code}")).await.status, 200);
        let done = browser.post("/tai-khoan/dong", &[("xac-nhan", "nguyễn văn thử")]).await;
        assert_eq!(done.location.as_deref(), Some("/rieng-tu"), "{}", done.text);
        assert_eq!(browser.get("/tai-khoan").await.status, 303);
        assert_eq!(browser.cookie("mc_theo_doi"), None, "and leaves nothing on the device");
        assert_eq!(browser.get(&format!("/ho-so/{code}")).await.status, 303);
        let left = "select name || coalesce(id_number, '') || birth_date || phone || email || address from citizen";
        assert_eq!(site.text(left), "");
        for table in ["citizen_session", "citizen_link", "citizen_code"] {
            assert_eq!(site.count(&format!("select count(*) from {table}")), 0, "{table}");
        }
        assert_eq!(site.count("select count(*) from outbox where recipient = '0912345678'"), 0);
        assert_eq!(site.text("select cast(agreed as text) from citizen_consent order by id desc limit 1"), "0");
        assert_eq!(site.text("select code from dossier"), code, "the dossier stays");
        let verdict = site.run(|tx| store::journal::verify(tx, Some(&before)));
        assert!(matches!(verdict, store::journal::Verdict::Whole { .. }), "{verdict:?}");
        // The telephone is free: a new account knows nothing of the old one.
        sign_in(&site, &mut browser, "0912345678").await;
        let page = browser.get("/tai-khoan").await;
        assert!(!page.text.contains(&code) && !page.text.contains("Nguyễn"), "{}", page.text);
    }

    async fn what_is_over_goes_by_itself_and_is_told(site) {
        given_two_communes(&site);
        given_a_carrier(&site);
        let mut browser = site.browser();
        sign_in(&site, &mut browser, "0912345678").await;
        site.run_jobs().await;
        assert_eq!(site.count("select count(*) from citizen_code"), 1, "not yet");
        site.pass_minutes(25 * 60);
        site.run_jobs().await;
        assert_eq!(site.count("select count(*) from citizen_code"), 0);
        assert_eq!(site.count("select count(*) from outbox"), 0, "nor the message with the code");
        assert_eq!(site.count("select count(*) from citizen_session"), 1, "sessions stay a month");
        site.pass_minutes(31 * 24 * 60);
        site.run_jobs().await;
        assert_eq!(site.count("select count(*) from citizen_session"), 0);
        site.pass_minutes(700 * 24 * 60);
        site.run_jobs().await;
        assert_eq!(site.text("select phone from citizen"), "", "nobody used it for two years");
        assert_eq!(site.count("select count(*) from citizen_consent"), 2);
        site.pass_minutes(3 * 366 * 24 * 60);
        site.run_jobs().await;
        assert_eq!(site.count("select count(*) from citizen_consent"), 0);
        assert!(site.count("select count(*) from journal where act = 'retain'") >= 4);
        site.run(|tx| {
            people::accounts::facts::create(tx, &people::accounts::facts::NewAccount {
                login: "quantri", name: "quantri", staff: None, password_hash: "", must_change: false,
                roles: &[(domain::access::Role::Administrator, domain::ids::UnitId(1))],
                from: tx.now().civil().date(),
            })
        });
        let page = site.signed_in("quantri").get("/co-quan/quan-tri/thoi-han-luu").await;
        assert!(page.text.contains("Mã xác nhận đã gửi") && page.text.contains("24 tháng"), "{}", page.text);
        assert_eq!(site.signed_in("quay").get("/co-quan/quan-tri/thoi-han-luu").await.status, 403);
    }

    async fn proxies_and_payers_go_when_their_term_is_over_and_not_before(site) {
        given_two_communes(&site);
        given_a_dossier(&site, "040090123456", "").await;
        site.given("update dossier_person set proxy_name = 'Người nộp thay', proxy_id_number = '1'", &[]);
        site.set_clock(jiff::civil::date(2029, 1, 8).at(8, 0, 0, 0));
        site.run_jobs().await;
        assert_eq!(site.text("select proxy_name from dossier_person"), "Người nộp thay", "it is still open");
        site.given("update dossier set is_open = 0, finished_at = '2027-01-09T10:00:00'", &[]);
        site.pass_minutes(23 * 60);
        site.run_jobs().await;
        assert_eq!(site.text("select proxy_name from dossier_person"), "Người nộp thay", "a day early");
        site.pass_minutes(25 * 60);
        site.run_jobs().await;
        assert_eq!(site.text("select proxy_name from dossier_person"), "");
        assert_eq!(site.text("select name from dossier_person"), "Nguyễn Văn Thử", "the applicant stays");
    }

    async fn who_came_to_a_reception_goes_after_five_years_and_the_entry_stays(site) {
        given_two_communes(&site);
        site.given(
            "insert into reception_entry (unit, year, number, received_at, day, receiver, sealed, people, matter, summary,
               settled_by, request, outcome, refusal, document, papers, answer_due, account)
             values (2, 2026, 1, 0, '2026-01-08', 'Chủ tịch', 'niêm phong', 2, 'petition', 'Lối đi', '', '', 'taken_up', '',
               '', '', '2026-01-22T17:00:00', 1)",
            &[],
        );
        site.set_clock(jiff::civil::date(2031, 1, 7).at(8, 0, 0, 0));
        site.run_jobs().await;
        assert_eq!(site.text("select sealed from reception_entry"), "niêm phong", "a day early");
        site.pass_minutes(25 * 60);
        site.run_jobs().await;
        assert_eq!(site.text("select sealed from reception_entry"), "");
        assert_eq!(site.text("select summary from reception_entry"), "Lối đi", "the entry stays");
    }

    async fn the_notice_is_read_by_anybody_in_both_languages(site) {
        given_two_communes(&site);
        let page = site.browser().get("/rieng-tu").await;
        assert!(page.text.contains("Quyền của ông, bà") && page.text.contains("UBND huyện Tân Kỳ"), "{}", page.text);
        let page = site.browser().get("/rieng-tu?lang=en").await;
        assert!(page.text.contains("Your rights") && page.text.contains("Keeping an account"), "{}", page.text);
    }
}
