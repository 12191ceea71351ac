//! Zalo: its templates and its tokens, through a double.

use super::*;

on_both_engines! { crate::routes();
    async fn zalo_is_tried_with_a_template_that_it_approved(site) {
        let providers = Providers::start().await;
        given(&site);
        let mut admin = site.signed_in("quantri");
        zalo_on(&mut admin, &providers).await;
        let tried = admin.post(&format!("{ADMIN}/zalo/gui-thu"), &[("gui-den", "0912345678")]).await;
        assert_eq!(tried.status, 303, "{}", tried.text);
        let page = admin.get(&format!("{ADMIN}/zalo")).await.text;
        assert!(page.contains("Nhà cung cấp đã nhận tin gửi thử"), "{page}");
        let heard = providers.heard_at("/message/template");
        assert!(heard.len() == 1 && heard[0].body.contains("271458"), "{heard:?}");
        // Without any template nothing is sent, and the channel is not called broken.
        site.given("update message_channel set settings = replace(settings, '271458', '') where channel = 'zalo'", &[]);
        let none = admin.post(&format!("{ADMIN}/zalo/gui-thu"), &[("gui-den", "0912345678")]).await;
        assert!(none.status == 422 && none.text.contains("Chưa nhập mã mẫu nào"), "{}", none.text);
        assert!(!admin.get(ADMIN).await.text.contains("Đang lỗi"));
    }

    async fn whoever_comes_late_to_a_renewal_finds_what_the_first_one_got(site) {
        let providers = Providers::start().await;
        given(&site);
        let mut admin = site.signed_in("quantri");
        zalo_on(&mut admin, &providers).await;
        let channel = || site.run(|tx| crate::sql::channel(tx, Channel::Zalo)).expect("set up");
        let before = channel();
        queued(&site, Kind::Supplement, "a", &somebody()).unwrap();
        site.run_jobs().await;
        let renewals = || providers.heard().iter().filter(|it| it.body.contains("refresh_token=")).count();
        assert_eq!(renewals(), 1);
        // This one was looked at before the tokens came: its own refresh token is spent.
        let phone = domain::identity::Phone::parse("0912345678").unwrap();
        let (kind, lang) = (Kind::Supplement, domain::lang::Lang::Vi);
        let late = crate::zns::ByTemplate { phone: &phone, kind, values: &[], key: "b", lang };
        let ended = crate::zns::send(&site.site, &before, &late).await.unwrap();
        assert!(matches!(ended, crate::web::Ended::Accepted { .. }), "{ended:?}");
        assert_eq!(renewals(), 1);
        // What an administrator types meanwhile is not written over by tokens of before.
        let kept = site.run(|tx| {
            let turn = crate::sql::begin_renewal(tx, site.now())?.expect("a turn");
            tx.execute("update message_channel set edition = edition + 1 where channel = 'zalo'", &[])?;
            crate::sql::end_renewal(tx, Some(("cu", 1, turn.edition)))?;
            crate::sql::channel(tx, Channel::Zalo)
        });
        assert_ne!(kept.expect("set up").lent, "cu");
    }

    async fn a_token_of_zalo_is_renewed_once_and_kept_before_it_is_used(site) {
        given(&site);
        let providers = Providers::start().await;
        let mut admin = site.signed_in("quantri");
        zalo_on(&mut admin, &providers).await;
        let first = queued(&site, Kind::Supplement, "a", &somebody()).unwrap();
        site.run_jobs().await;
        assert_eq!(state(&site, first), "sent zalo");
        // Zalo forgets the token before its time: it is renewed with the successor, and the message goes out.
        providers.expire();
        let second = queued(&site, Kind::Supplement, "b", &somebody()).unwrap();
        site.pass_minutes(1);
        site.run_jobs().await;
        assert_eq!(state(&site, second), "waiting zalo");
        site.pass_minutes(2);
        site.run_jobs().await;
        assert_eq!(state(&site, second), "sent zalo");
        let asked = providers.heard_at("/access_token");
        let with = |at: usize, token: &str| asked[at].body.contains(&format!("refresh_token={token}&"));
        assert!(asked.len() == 2 && with(0, "lam-moi-0") && with(1, "lam-moi-1"), "{asked:?}");
        // An answer without tokens: the old one is not tried again and again, and the channel says so.
        providers.expire();
        site.given("update message_channel set lent_until_ms = 0", &[]);
        providers.next(200, "{\"error\": -14014}");
        let third = queued(&site, Kind::Supplement, "c", &somebody()).unwrap();
        site.pass_minutes(1);
        site.run_jobs().await;
        assert_eq!(state(&site, third), "given_up counter");
        let page = admin.get(ADMIN).await.text;
        assert!(page.contains("Đang lỗi") && page.contains("mã làm mới khác"), "{page}");
        // Zalo's own word that a message arrived, with its signature and without.
        let key = site.text(&format!("select token from outbox where id = {second}"));
        let body = format!(
            "{{\"event_name\":\"user_received_message\",\"timestamp\":\"17\",\"message\":{{\"tracking_id\":\"{key}z\"}}}}"
        );
        let hook = site.run(|tx| crate::facts::hook_secret(&site.site, tx));
        let mac = zalo_mac(APP_ID, &body, "17", "oa-bi-mat");
        let send = |mac: String| {
            let (body, path) = (body.clone(), format!("/tin/{hook}/zalo"));
            let listening = site.listen();
            async move {
                let url = format!("{}{path}", listening.await);
                let client = reqwest::Client::new();
                let sent = client.post(url).header("X-ZEvent-Signature", format!("mac={mac}")).body(body);
                sent.send().await.unwrap().status().as_u16()
            }
        };
        assert_eq!(send("0".repeat(64)).await, 401);
        assert_eq!(state(&site, second), "sent zalo");
        assert_eq!(send(mac).await, 200);
        assert_eq!(state(&site, second), "delivered zalo");
    }
}
