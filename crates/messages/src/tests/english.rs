//! Messages to whoever reads English: by every channel, in the office's own English words, and what Zalo cannot say.

use domain::message::{Form, shipped};

use super::*;

/// The Vietnamese words of a kind, which must not stand in an English message.
fn vietnamese_of(kind: Kind) -> Vec<&'static str> {
    Form::ALL
        .into_iter()
        .flat_map(|form| shipped(kind, form, Lang::Vi).split(' '))
        .filter(|it| !it.contains('{') && it.len() > 2)
        .collect()
}

/// `words` without the names that stay Vietnamese in every language.
fn without_names(words: &str) -> String {
    words.replace("Một cửa xã Phú Sơn", "").replace("Mot cua xa Phu Son", "")
}

on_both_engines! { crate::routes();
    async fn every_kind_is_english_for_whoever_reads_english(site) {
        given(&site);
        let providers = Providers::start().await;
        let mail = MailServer::start().await;
        let mut admin = site.signed_in("quantri");
        sms_on(&mut admin, &providers).await;
        for kind in Kind::editable() {
            let id = queued_in(Lang::En, &site, kind, kind.code(), &somebody()).unwrap();
            site.pass_minutes(1);
            site.run_jobs().await;
            assert_eq!(state(&site, id), "sent sms", "{kind:?}");
            let said = providers.heard().last().unwrap().json();
            let said = without_names(said["Content"].as_str().unwrap());
            // What the test gives for every kind is the office's word, not the template's.
            let said = said.replace("Giay chung sinh (ban chinh)", "");
            let left: Vec<&str> =
                vietnamese_of(kind).into_iter().filter(|it| said.split(' ').any(|w| w == *it)).collect();
            assert!(left.is_empty(), "{kind:?}: {left:?} in {said}");
        }
        // In full, with its subject and the line below it.
        mail_on(&mut admin, mail.port).await;
        site.given("update message_channel set is_on = 0 where channel = 'sms'", &[]);
        let id = queued_in(Lang::En, &site, Kind::PayAsked, "mail", &somebody()).unwrap();
        site.pass_minutes(1);
        site.run_jobs().await;
        assert_eq!(state(&site, id), "sent email");
        let heard = mail.mails()[0].replace("=\n", "").replace("=\r\n", "");
        assert!(heard.contains("Subject: Payment needed: H41.99.40-260108-0001"), "{heard}");
        assert!(heard.contains("please pay") && heard.contains("To get no more of them: "), "{heard}");
        assert!(heard.contains("lang=3Den") || heard.contains("?lang=en"), "the page behind the link: {heard}");
        // What is read to him at the counter, and what its Vietnamese words are.
        let (said, vietnamese) = site.run(|tx| {
            let it = crate::facts::held(tx, id)?.unwrap();
            Ok((it.said("http://motcua.test"), crate::facts::in_vietnamese(tx, &it, "http://motcua.test")?))
        });
        assert!(said.contains("please pay"), "{said}");
        assert!(vietnamese.unwrap().contains("cần nộp"));
    }

    async fn zalo_says_only_what_it_approved_so_an_english_reader_hears_by_another_channel_first(site) {
        given(&site);
        let providers = Providers::start().await;
        let mut admin = site.signed_in("quantri");
        zalo_on(&mut admin, &providers).await;
        sms_on(&mut admin, &providers).await;
        // No English template: the text message comes before the Vietnamese one.
        let id = queued_in(Lang::En, &site, Kind::Supplement, "a", &somebody()).unwrap();
        site.run_jobs().await;
        assert_eq!(state(&site, id), "sent sms");
        assert!(providers.heard_at("/message/template").is_empty());
        let said = providers.heard().last().unwrap().json();
        assert!(said["Content"].as_str().unwrap().contains("please add"), "{said}");
        // A reader of Vietnamese hears by Zalo as before.
        let id = queued(&site, Kind::Supplement, "b", &somebody()).unwrap();
        site.pass_minutes(1);
        site.run_jobs().await;
        assert_eq!(state(&site, id), "sent zalo");
        // Nothing else is left: Vietnamese words are better than none.
        providers.next(200, "{\"CodeResult\": \"103\"}");
        let id = queued_in(Lang::En, &site, Kind::Supplement, "c", &somebody()).unwrap();
        site.pass_minutes(1);
        site.run_jobs().await;
        assert_eq!(state(&site, id), "sent zalo");
        let last = || providers.heard_at("/message/template").last().unwrap().json();
        assert_eq!(last()["template_id"], "271458");
        // With an English template of its own it goes by Zalo at once.
        let edition = edition(&mut admin, "zalo").await;
        let page = admin.get(&format!("{ADMIN}/zalo")).await.text;
        assert!(page.contains("mẫu tiếng Anh") && page.contains("mau-supplement-en"), "{page}");
        let url = format!("{}/message/template", providers.base);
        let oauth = format!("{}/v4/oa/access_token", providers.base);
        let fields = [
            ("dia-chi", url.as_str()), ("dia-chi-ma", oauth.as_str()), ("ung-dung", APP_ID),
            ("mau-supplement", "271458"), ("mau-supplement-en", "271459"), ("an-ban", &edition),
        ];
        let done = admin.post(&format!("{ADMIN}/zalo"), &fields).await;
        assert_eq!(done.status, 303, "{}", done.text);
        assert!(admin.get(&format!("{ADMIN}/zalo")).await.text.contains("271459"));
        let id = queued_in(Lang::En, &site, Kind::Supplement, "d", &somebody()).unwrap();
        site.pass_minutes(1);
        site.run_jobs().await;
        assert_eq!(state(&site, id), "sent zalo");
        assert_eq!(last()["template_id"], "271459");
        // A code with Zalo alone and a Vietnamese template: its figures are the same in every language.
        site.given("update message_channel set is_on = 0 where channel = 'sms'", &[]);
        let id = queued_in(Lang::En, &site, Kind::PayAsked, "e", &somebody()).unwrap();
        site.pass_minutes(1);
        site.run_jobs().await;
        assert_eq!(state(&site, id), "given_up counter", "no template in any language");
    }

    async fn the_office_writes_english_words_under_the_same_rules(site) {
        given(&site);
        let mut reform = site.signed_in("cchc");
        let path = "/co-quan/quan-tri/mau-tin";
        let page = reform.get(path).await.text;
        assert!(page.contains("Tiếng Anh") && page.contains("17:00, Wednesday 16 September 2026"), "{page}");
        assert!(page.contains("Your result is now due") || page.contains("It is now due"), "{page}");
        for (text, words) in [
            ("Sorry.", "Tin phải có {ma-ho-so}"),
            ("{ma-ho-so} {name}", "Không có chỗ điền {name}"),
            ("{ma-ho-so} {ngay", "thiếu dấu }"),
        ] {
            let answer = reform.post(path, &[("extended-en", text)]).await;
            assert!(answer.status == 422 && answer.text.contains(words), "{words}: {}", answer.text);
        }
        let long = format!("{{ma-ho-so}} {{ngay-hen}} {}", "x".repeat(104));
        let answer = reform.post(path, &[("extended-en-sms", &long)]).await;
        assert!(answer.status == 422 && answer.text.contains("quá 160"), "{}", answer.text);
        // The same length is one message in Vietnamese, whose day is shorter.
        assert_eq!(reform.post(path, &[("extended-sms", &long)]).await.status, 303);
        assert_eq!(reform.post(path, &[]).await.status, 303);
        assert_eq!(site.count("select count(*) from message_text"), 0);
        let own = "Dossier {ma-ho-so}: we are late, sorry. New day: {ngay-hen}.";
        assert_eq!(reform.post(path, &[("extended-en", own)]).await.status, 303);
        assert_eq!(site.text("select form from message_text"), "full_en");
        let english = queued_in(Lang::En, &site, Kind::Extended, "a", &somebody()).unwrap();
        let vietnamese = queued(&site, Kind::Extended, "b", &somebody()).unwrap();
        let said = |id: i64| site.text(&format!("select lang || ' ' || text from outbox where id = {id}"));
        assert_eq!(said(english), format!("en {own}"));
        assert_eq!(said(vietnamese), format!("vi {}", shipped(Kind::Extended, Form::Full, Lang::Vi)));
        // Emptied, it is the shipped one again.
        assert_eq!(reform.post(path, &[("extended-en", "")]).await.status, 303);
        assert_eq!(site.count("select count(*) from message_text"), 0);
        // As a part of the configuration it goes with the others; one that has no English leaves what there is.
        assert_eq!(reform.post(path, &[("extended-en", own)]).await.status, 303);
        let part = crate::texts::PART;
        let nobody = site::Who::nobody(Lang::Vi);
        let mut value = site.run(|tx| (part.take_out)(&nobody.tree, tx));
        assert_eq!(value["extended-en"], own);
        assert_eq!(value.as_object().unwrap().len(), 16 * 4 + 7);
        value.as_object_mut().unwrap().remove("extended-en");
        let lines = site.run(|tx| Ok((part.bring_in)(&site.site, &nobody, tx, &value).unwrap()));
        assert!(lines.is_empty(), "{lines:?}");
        assert_eq!(site.count("select count(*) from message_text"), 1);
    }
}
