//! Drafts through the front door.

use testkit::on_both_engines;

use crate::dossiers::tests::{ONCE, birth, given_two_communes};

on_both_engines! { crate::routes();
    async fn what_was_typed_is_kept_sealed_gone_on_with_and_gone_once_it_is_sent(site) {
        given_two_communes(&site);
        let mut browser = site.signed_in("quay");
        let mut fields = birth("Nguyễn Thị Thử", ONCE);
        fields.extend([("dia-chi", "Xóm 7"), ("quet", "040190001234|…")]);
        let saved = browser.post("/co-quan/nhap", &fields).await;
        assert_eq!((saved.status, saved.media_type.as_str()), (200, "application/json"));
        assert!(saved.text.contains("\"luc\":\"08:00\""), "{}", saved.text);
        // The same form again is the same draft, and nobody reads it in the database.
        browser.post("/co-quan/nhap", &fields).await;
        assert_eq!(site.count("select count(*) from intake_draft"), 1);
        assert!(!site.text("select sealed from intake_draft").contains("Xóm"));
        let list = browser.get("/co-quan/nhap").await.text;
        assert!(list.contains("Nguyễn Thị Thử") && list.contains("khai sinh"), "{list}");
        let id = site.count("select id from intake_draft");
        let page = browser.get(&format!("/co-quan/ho-so/moi?nhap={id}")).await.text;
        assert!(page.contains("value=\"Xóm 7\"") && page.contains(ONCE), "{page}");
        assert!(!page.contains("040190001234"), "what was scanned is not kept");
        // It is nobody else's.
        let mut other = site.signed_in("truong");
        assert_eq!(other.get(&format!("/co-quan/ho-so/moi?nhap={id}")).await.status, 404);
        assert!(!other.get("/co-quan/nhap").await.text.contains("Nguyễn Thị Thử"));
        assert_eq!(other.post(&format!("/co-quan/nhap/{id}/bo"), &[]).await.status, 404);
        // Sent, it is no draft; what comes late from the network makes none.
        assert_eq!(browser.post("/co-quan/ho-so/moi", &fields).await.status, 303);
        assert_eq!(site.count("select count(*) from intake_draft"), 0);
        let late = browser.post("/co-quan/nhap", &fields).await;
        assert!(late.text.contains("\"so\":null"), "{}", late.text);
        assert_eq!(site.count("select count(*) from intake_draft"), 0);
    }

    async fn a_session_that_ends_leaves_the_draft_and_a_form_without_a_name_is_none(site) {
        given_two_communes(&site);
        let mut browser = site.signed_in("quay");
        browser.post("/co-quan/nhap", &birth("Nguyễn Thị Thử", ONCE)).await;
        site.given("update session set expires_ms = 0", &[]);
        let over = browser.post("/co-quan/nhap", &birth("Nguyễn Thị Thử", ONCE)).await;
        assert_eq!(over.status, 303, "led to the sign-in");
        let mut again = site.signed_in("quay");
        assert!(again.get("/co-quan/ho-so/moi").await.text.contains("1 bản nháp chưa gửi"));
        let alive = again.get("/co-quan/nhap/song").await;
        assert!(alive.text.contains(&again.csrf), "{}", alive.text);
        let short = again.post("/co-quan/nhap", &[("ho-ten", "Không có số")]).await;
        assert!(short.text.contains("\"so\":null"), "{}", short.text);
        assert_eq!(site.count("select count(*) from intake_draft"), 1);
    }

    async fn a_draft_under_a_token_that_was_sent_is_not_lost_behind_the_dossier(site) {
        given_two_communes(&site);
        let mut browser = site.signed_in("quay");
        let first = browser.post("/co-quan/ho-so/moi", &birth("Nguyễn Thị Thử", ONCE)).await;
        assert_eq!(first.status, 303, "{}", first.text);
        let aside = |name: &'static str, token: &str| {
            let mut fields: Vec<(&str, String)> = birth(name, ONCE)
                .into_iter()
                .map(|(name, text)| (name, text.to_owned()))
                .collect();
            for (name, text) in &mut fields {
                match *name {
                    "viec" => "nhap".clone_into(text),
                    "lan" => token.clone_into(text),
                    _ => {}
                }
            }
            fields
        };
        let sent = aside("Nguyễn Thị Thử", ONCE);
        let sent: Vec<_> = sent.iter().map(|(name, text)| (*name, text.as_str())).collect();
        let same = browser.post("/co-quan/ho-so/moi", &sent).await;
        assert_eq!(same.location.as_deref(), Some("/co-quan/ho-so/1"), "{}", same.text);
        let sent = aside("Lê Văn Khác", ONCE);
        let sent: Vec<_> = sent.iter().map(|(name, text)| (*name, text.as_str())).collect();
        let other = browser.post("/co-quan/ho-so/moi", &sent).await;
        assert_eq!(other.status, 422);
        assert!(other.text.contains("value=\"Lê Văn Khác\"") && other.text.contains("href=\"/co-quan/ho-so/1\""));
        assert_eq!(site.count("select count(*) from intake_draft"), 0);
        let token = other.text.split("name=\"lan\" value=\"").nth(1).unwrap().split('"').next().unwrap();
        assert_ne!(token, ONCE);
        let sent = aside("Lê Văn Khác", token);
        let sent: Vec<_> = sent.iter().map(|(name, text)| (*name, text.as_str())).collect();
        let kept = browser.post("/co-quan/ho-so/moi", &sent).await;
        assert_eq!(kept.location.as_deref(), Some("/co-quan/nhap"), "{}", kept.text);
        assert_eq!(site.count("select count(*) from intake_draft"), 1);
    }

    async fn drafts_are_put_aside_discarded_swept_and_bounded(site) {
        given_two_communes(&site);
        let mut browser = site.signed_in("quay");
        let mut fields = birth("Nguyễn Thị Thử", ONCE);
        fields.retain(|(name, _)| *name != "viec");
        fields.push(("viec", "nhap"));
        let aside = browser.post("/co-quan/ho-so/moi", &fields).await;
        assert_eq!(aside.location.as_deref(), Some("/co-quan/nhap"), "{}", aside.text);
        assert_eq!(site.count("select count(*) from dossier"), 0);
        let id = site.count("select id from intake_draft");
        assert_eq!(browser.post(&format!("/co-quan/nhap/{id}/bo"), &[]).await.status, 303);
        assert_eq!(site.count("select count(*) from intake_draft"), 0);
        for nth in 0..23 {
            site.pass_minutes(1);
            let token = format!("{nth:032}");
            browser.post("/co-quan/nhap", &birth("Nguyễn Thị Thử", &token)).await;
        }
        assert_eq!(site.count("select count(*) from intake_draft"), 20, "the oldest make room");
        // What the rule of keeping does, whose term is law's (`law/retention.toml`).
        let sweep = || {
            site.run(|tx| {
                let now_ms = tx.now().epoch_ms();
                crate::dossiers::drafts::sweep(tx, domain::time::Instant::from_epoch_ms(now_ms - 14 * 86_400_000))
            })
        };
        site.pass_minutes(13 * 24 * 60);
        sweep();
        assert_eq!(site.count("select count(*) from intake_draft"), 20);
        site.pass_minutes(2 * 24 * 60);
        sweep();
        assert_eq!(site.count("select count(*) from intake_draft"), 0);
    }
}
