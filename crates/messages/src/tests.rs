//! Messages through doubles of the outside, on both databases.

use domain::{
    access::Role,
    ids::UnitId,
    lang::Lang,
    message::{Channel, Kind},
};
use jiff::civil::date;
use people::accounts::facts::{self as accounts, NewAccount};
use testkit::{
    Browser, TestSite,
    double::{API_KEY, APP_ID, APP_SECRET, MailServer, Mood, Providers, REFRESH, SECRET_KEY},
    on_both_engines,
};

use crate::{Contact, Message, hooks::zalo_mac, opt_out, send};

mod english;
mod headers;
mod push;
mod zalo;

const ADMIN: &str = "/co-quan/quan-tri/kenh-tin";

fn given(site: &TestSite) {
    site.given("insert into unit (id, kind) values (1, 'commune'), (2, 'one_stop')", &[]);
    site.given(
        "insert into unit_version
           (unit, valid_from, parent, name, title, code, agency_code, address, phone, place)
         values (1, '2020-01-01', null, 'Phú Sơn', 'UBND xã Phú Sơn', '', '', '', '', ''),
                (2, '2020-01-01', 1, 'Một cửa', 'Một cửa xã Phú Sơn', '', '', '', '', '')",
        &[],
    );
    let from = site.now().civil().date();
    site.run(|tx| {
        for (login, role) in [("quantri", Role::Administrator), ("cchc", Role::ReformOfficer)] {
            accounts::create(
                tx,
                &NewAccount {
                    login,
                    name: login,
                    staff: None,
                    password_hash: "",
                    must_change: false,
                    roles: &[(role, UnitId(1))],
                    from,
                },
            )?;
        }
        Ok(())
    });
}

fn somebody() -> Contact {
    Contact {
        name: "Nguyễn Thị Thử".to_owned(),
        phone: "0912 345 678".to_owned(),
        email: "thu@example.vn".to_owned(),
        address: "Xóm 1, xã Phú Sơn".to_owned(),
    }
}

/// Queues a message about dossier 7; its row.
fn queued(site: &TestSite, kind: Kind, key: &str, to: &Contact) -> Option<i64> {
    queued_in(Lang::Vi, site, kind, key, to)
}

/// The same for whoever reads this language.
fn queued_in(lang: Lang, site: &TestSite, kind: Kind, key: &str, to: &Contact) -> Option<i64> {
    let hand_in = match lang {
        Lang::Vi => "Nộp tại Một cửa xã Phú Sơn.",
        Lang::En => "Hand it in at Một cửa xã Phú Sơn.",
    };
    let values = [
        ("ma-ho-so", "H41.99.40-260108-0001"),
        ("noi-dung", "Giấy chứng sinh (bản chính)"),
        ("ma", "481920"),
        ("don-vi", "Một cửa xã Phú Sơn"),
        ("cach-nop", hand_in),
        ("lien-ket", "/tra-cuu?ma-ho-so=H41.99.40-260108-0001"),
    ];
    let urgent = kind.is_urgent();
    let unit = Some(UnitId(2));
    site.run(|tx| {
        let subject = ("filing", 7);
        let it = Message { key, kind, subject, to, lang, values: &values, urgent, unit };
        send(tx, &it)
    })
}

async fn sms_on(browser: &mut Browser<'_>, providers: &Providers) {
    sms_of(browser, "sms", providers).await;
}

async fn sms_of(browser: &mut Browser<'_>, code: &str, providers: &Providers) {
    let url = format!("{}/MainService.svc/json/SendMultipleMessage_V4_post_json/", providers.base);
    let edition = edition(browser, code).await;
    let fields = [
        ("dia-chi", url.as_str()),
        ("brandname", "MOTCUA"),
        ("khoa-api", API_KEY),
        ("khoa-bi-mat", SECRET_KEY),
        ("an-ban", &edition),
    ];
    let done = browser.post(&format!("{ADMIN}/{code}"), &fields).await;
    assert_eq!(done.status, 303, "{}", done.text);
}

async fn zalo_on(browser: &mut Browser<'_>, providers: &Providers) {
    let (url, oauth) = (
        format!("{}/message/template", providers.base),
        format!("{}/v4/oa/access_token", providers.base),
    );
    let edition = edition(browser, "zalo").await;
    let fields = [
        ("dia-chi", url.as_str()),
        ("dia-chi-ma", oauth.as_str()),
        ("ung-dung", APP_ID),
        ("khoa-ung-dung", APP_SECRET),
        ("khoa-oa", "oa-bi-mat"),
        ("ma-lam-moi", REFRESH),
        ("mau-supplement", "271458"),
        ("an-ban", &edition),
    ];
    let done = browser.post(&format!("{ADMIN}/zalo"), &fields).await;
    assert_eq!(done.status, 303, "{}", done.text);
}

async fn mail_on(browser: &mut Browser<'_>, port: u16) {
    let (port, edition) = (port.to_string(), edition(browser, "email").await);
    let fields = [
        ("may", "127.0.0.1"),
        ("cong", port.as_str()),
        ("bao-ve", "none"),
        ("tu", "motcua@example.vn"),
        ("ten", "Một cửa xã Phú Sơn"),
        ("an-ban", &edition),
    ];
    let done = browser.post(&format!("{ADMIN}/email"), &fields).await;
    assert_eq!(done.status, 303, "{}", done.text);
}

async fn edition(browser: &mut Browser<'_>, code: &str) -> String {
    let page = browser.get(&format!("{ADMIN}/{code}")).await.text;
    let from = page.split("name=\"an-ban\" value=\"").nth(1).unwrap_or_default();
    from.split('"').next().unwrap_or_default().to_owned()
}

fn state(site: &TestSite, id: i64) -> String {
    site.text(&format!("select state || ' ' || channel from outbox where id = {id}"))
}

fn outcomes(site: &TestSite) -> Vec<String> {
    site.run(|tx| {
        let rows = tx.query(
            "select channel || ' ' || outcome || ' ' || code from message_attempt order by id",
            &[],
        )?;
        rows.iter().map(|row| row.get(0)).collect()
    })
}

on_both_engines! { crate::routes();
    async fn a_kind_that_nobody_knows_is_told_to_nobody(site) {
        given(&site);
        let providers = Providers::start().await;
        let mut admin = site.signed_in("quantri");
        sms_on(&mut admin, &providers).await;
        queued(&site, Kind::NewDate, "k1", &somebody()).unwrap();
        site.given("update outbox set kind = 'of_the_future'", &[]);
        site.run_jobs().await;
        assert_eq!(site.text("select state from outbox"), "failed");
        assert!(site.text("select why from outbox").contains("không biết"));
        assert_eq!(site.count("select count(*) from message_attempt"), 0);
    }

    async fn where_nothing_is_set_up_what_is_owed_waits_for_somebody_and_nothing_else_is_queued(site) {
        given(&site);
        assert_eq!(queued(&site, Kind::Received, "a", &somebody()), None);
        let id = queued(&site, Kind::Supplement, "b", &somebody()).unwrap();
        assert_eq!(queued(&site, Kind::Supplement, "b", &somebody()), None, "once");
        assert_eq!(state(&site, id), "given_up counter");
        let nobody = Contact { phone: String::new(), ..somebody() };
        let id = queued(&site, Kind::Supplement, "c", &nobody).unwrap();
        assert_eq!(state(&site, id), "given_up letter");
        assert!(!site.run(|tx| crate::can_reach(tx, Channel::Sms)));
        assert!(!site.run(crate::can_reach_phones));
        site.run_jobs().await;
        assert_eq!(site.count("select count(*) from message_attempt"), 0);
        let mut admin = site.signed_in("quantri");
        let page = admin.get(ADMIN).await;
        assert_eq!(page.text.matches("Chưa cấu hình").count(), 5, "{}", page.text);
        assert_eq!(site.signed_in("cchc").get(ADMIN).await.status, 403);
    }

    async fn a_text_message_goes_out_once_with_our_key_and_its_report_says_that_it_arrived(site) {
        given(&site);
        let providers = Providers::start().await;
        let mut admin = site.signed_in("quantri");
        sms_on(&mut admin, &providers).await;
        assert!(site.run(crate::can_reach_phones));
        // Keys are sealed and never shown again.
        assert_eq!(site.count("select count(*) from message_channel where secret like '%khoa%'"), 0);
        assert!(!admin.get(&format!("{ADMIN}/sms")).await.text.contains(SECRET_KEY));
        let id = queued(&site, Kind::Supplement, "a", &somebody()).unwrap();
        site.run_jobs().await;
        assert_eq!(state(&site, id), "sent sms");
        let heard = providers.heard();
        assert_eq!(heard.len(), 1);
        let said = heard[0].json();
        assert_eq!(said["Phone"], "0912345678");
        assert_eq!(
            said["Content"],
            "Ho so H41.99.40-260108-0001 can bo sung: Giay chung sinh (ban chinh). Nop tai Mot cua xa Phu Son."
        );
        assert_eq!((said["IsUnicode"].as_str(), said["SmsType"].as_str()), (Some("0"), Some("2")));
        site.pass_minutes(2);
        site.run_jobs().await;
        assert_eq!(providers.heard().len(), 1, "what was taken is not sent again");
        // The report of the gateway.
        let callback = said["CallbackUrl"].as_str().unwrap().strip_prefix("http://motcua.test").unwrap().to_owned();
        let key = said["RequestId"].as_str().unwrap();
        let mut gateway = site.browser();
        let wrong = format!("/tin/{}/sms?RequestId={key}&SendStatus=5", "0".repeat(32));
        assert_eq!(gateway.get(&wrong).await.status, 401);
        assert_eq!(state(&site, id), "sent sms");
        let report = format!("{callback}?RequestId={key}&SendStatus=5&SMSID=1");
        assert_eq!(gateway.get(&report).await.status, 200);
        assert_eq!(state(&site, id), "delivered sms");
        assert_eq!(outcomes(&site), ["sms delivered 100"]);
        assert_eq!(gateway.get(&format!("{callback}?RequestId=khac&SendStatus=5")).await.status, 404);
        // No telephone stands in a try or in the journal.
        assert_eq!(site.count("select count(*) from journal where details like '%0912%'"), 0);
    }

    async fn a_second_provider_of_text_messages_stands_in_for_the_first(site) {
        given(&site);
        let (first, second) = (Providers::start().await, Providers::start().await);
        let mut admin = site.signed_in("quantri");
        sms_on(&mut admin, &first).await;
        sms_of(&mut admin, "reserve_sms", &second).await;
        first.next(200, "{\"CodeResult\": \"103\"}");
        let id = queued(&site, Kind::Supplement, "a", &somebody()).unwrap();
        site.run_jobs().await;
        assert_eq!(state(&site, id), "sent reserve_sms");
        let heard = second.heard().last().unwrap().json();
        let key = heard["RequestId"].as_str().unwrap().to_owned();
        assert!(key.ends_with('r'), "each provider has a key of its own: {key}");
        // Its report is of its own try.
        let secret = site.run({
            let inner = site.site.clone();
            move |tx| crate::facts::hook_secret(&inner, tx)
        });
        let report = format!("/tin/{secret}/sms?RequestId={key}&SendStatus=5");
        assert_eq!(site.browser().get(&report).await.status, 200);
        assert_eq!(state(&site, id), "delivered reserve_sms");
        // Whoever wants no text messages wants none of either.
        let inner = site.site.clone();
        site.run(move |tx| {
            let to = Contact { phone: somebody().phone, ..Contact::default() };
            crate::facts::opt_out(&inner, tx, &to, (true, "sms"))
        });
        let to = Contact { email: String::new(), ..somebody() };
        let id = queued(&site, Kind::Supplement, "b", &to).unwrap();
        site.pass_minutes(1);
        site.run_jobs().await;
        assert_eq!(state(&site, id), "given_up counter");
        // A code goes by the second one where there is no first.
        site.given("update message_channel set is_on = 0 where channel = 'sms'", &[]);
        assert!(site.run(crate::can_reach_phones));
        let id = queued(&site, Kind::OneTimeCode, "c", &somebody()).unwrap();
        site.pass_minutes(1);
        site.run_jobs().await;
        assert_eq!(state(&site, id), "sent reserve_sms");
    }

    async fn what_one_channel_refuses_the_next_one_sends(site) {
        given(&site);
        let providers = Providers::start().await;
        let mail = MailServer::start().await;
        let mut admin = site.signed_in("quantri");
        zalo_on(&mut admin, &providers).await;
        sms_on(&mut admin, &providers).await;
        mail_on(&mut admin, mail.port).await;
        // Zalo, with a token that was lent and whose successor is kept.
        let id = queued(&site, Kind::Supplement, "a", &somebody()).unwrap();
        site.run_jobs().await;
        assert_eq!(state(&site, id), "sent zalo");
        let said = providers.heard_at("/message/template")[0].json();
        assert_eq!((said["phone"].as_str(), said["template_id"].as_str()), (Some("84912345678"), Some("271458")));
        assert_eq!(said["template_data"]["ma_ho_so"], "H41.99.40-260108-0001");
        assert_eq!(providers.heard_at("/access_token").len(), 1);
        // Zalo does not know the number, the gateway has no money: mail.
        providers.next(200, "{\"error\": -118, \"message\": \"Zalo account not existed\"}");
        providers.next(200, "{\"CodeResult\": \"103\"}");
        let id = queued(&site, Kind::Supplement, "b", &somebody()).unwrap();
        site.pass_minutes(1);
        site.run_jobs().await;
        assert_eq!(state(&site, id), "sent email");
        assert_eq!(outcomes(&site)[1..], ["zalo refused -118", "sms refused 103", "email accepted 250"]);
        assert_eq!(providers.heard_at("/access_token").len(), 1, "the token is still good");
        let heard = mail.mails()[0].replace("=\n", "");
        assert!(heard.contains("To: thu@example.vn") && heard.contains("/tu-choi-tin/"), "{heard}");
        assert!(heard.contains("Date: Thu, 08 Jan 2026 01:01:00 +0000"), "the site's clock: {heard}");
        // None is left: somebody has to tell it.
        mail.is(Mood::NoSuchUser);
        providers.next(200, "{\"error\": -118}");
        providers.next(200, "{\"CodeResult\": \"103\"}");
        let id = queued(&site, Kind::Supplement, "c", &somebody()).unwrap();
        site.pass_minutes(1);
        site.run_jobs().await;
        assert_eq!(state(&site, id), "given_up counter");
        // A kind without a template does not go by Zalo; another order is kept to.
        let order = [
            ("thu-tu-1", "email"), ("thu-tu-2", "sms"), ("thu-tu-3", "zalo"), ("thu-tu-4", "letter"),
            ("thu-tu-5", "counter"), ("thu-tu-6", "push"),
            ("thu-tu-7", "reserve_sms"), ("nghi-tu", "21:00"), ("nghi-den", "07:00"), ("an-ban", "1"),
        ];
        let mut twice = order.to_vec();
        twice[1] = ("thu-tu-2", "email");
        let edition = site.run(crate::sql::policy).edition.to_string();
        for fields in [&mut twice, &mut order.to_vec()] {
            fields[9].1 = &edition;
            let done = admin.post(ADMIN, fields).await;
            assert_eq!(done.status == 303, fields[1].1 == "sms", "{}", done.text);
        }
        mail.is(Mood::Kind);
        let id = queued(&site, Kind::PayAsked, "d", &somebody()).unwrap();
        site.pass_minutes(1);
        site.run_jobs().await;
        assert_eq!(state(&site, id), "sent email");
        let page = admin.get(ADMIN).await.text;
        assert!(page.contains("Thư điện tử → Tin nhắn SMS → Zalo → Thư giấy → Báo trực tiếp"), "{page}");
    }

    async fn an_answer_that_nobody_can_read_is_never_sent_again_by_itself(site) {
        given(&site);
        let providers = Providers::start().await;
        let mut admin = site.signed_in("quantri");
        sms_on(&mut admin, &providers).await;
        for (at, (status, body)) in [(502, "<html>"), (200, "<html>"), (200, "{\"CodeResult\":\"99\"}")].iter().enumerate() {
            providers.next(*status, body);
            let id = queued(&site, Kind::Supplement, &format!("k{at}"), &somebody()).unwrap();
            site.pass_minutes(1);
            site.run_jobs().await;
            assert_eq!(state(&site, id), "failed sms", "{status} {body}");
            site.pass_minutes(100);
            site.run_jobs().await;
            assert_eq!(providers.heard().len(), at + 1, "not sent again: {body}");
        }
        // Somebody sends it again: with the same key, which tells the gateway that it has it.
        let id = site.count("select max(id) from outbox");
        let before = providers.heard().last().unwrap().json();
        site.run(|tx| crate::facts::again(tx, id));
        site.pass_minutes(1);
        site.run_jobs().await;
        assert_eq!(providers.heard().last().unwrap().json()["RequestId"], before["RequestId"]);
        assert_eq!(state(&site, id), "sent sms");
        // A try that was cut off by a power cut: nobody knows.
        let id = queued(&site, Kind::Supplement, "cut", &somebody()).unwrap();
        site.run(|tx| crate::sql::begin(tx, id, Channel::Sms, "x"));
        site.pass_minutes(5);
        site.run_jobs().await;
        assert_eq!(state(&site, id), "failed sms");
        assert_eq!(providers.heard().len(), 4);
    }

    async fn a_provider_that_is_down_is_tried_again_further_and_further_apart_and_then_the_next(site) {
        given(&site);
        let mail = MailServer::start().await;
        let mut admin = site.signed_in("quantri");
        mail_on(&mut admin, mail.port).await;
        mail.is(Mood::Busy);
        let id = queued(&site, Kind::Supplement, "a", &somebody()).unwrap();
        let tries = || site.count("select count(*) from message_attempt");
        for (minutes, wanted) in [(0, 1), (1, 2), (1, 2), (1, 3), (3, 3), (1, 4), (7, 4), (1, 5), (1, 5)] {
            site.pass_minutes(minutes);
            site.run_jobs().await;
            assert_eq!(tries(), wanted, "after {minutes} more minutes");
        }
        assert_eq!(state(&site, id), "given_up counter");
        assert!(outcomes(&site).iter().all(|it| it == "email later 451"), "{:?}", outcomes(&site));
        // A mail that was heard whole and not answered may be there: it is not sent again.
        mail.is(Mood::HangsUp);
        let id = queued(&site, Kind::Supplement, "b", &somebody()).unwrap();
        site.pass_minutes(1);
        site.run_jobs().await;
        site.pass_minutes(100);
        site.run_jobs().await;
        assert_eq!((state(&site, id).as_str(), mail.mails().len()), ("failed email", 1));
        // Nobody listens at all: surely not sent.
        mail_on(&mut admin, 1).await;
        let id = queued(&site, Kind::Supplement, "c", &somebody()).unwrap();
        site.pass_minutes(1);
        site.run_jobs().await;
        assert_eq!(state(&site, id), "waiting email");
    }

    async fn nobody_is_disturbed_at_night_but_for_a_code_which_is_wiped_once_it_was_sent(site) {
        given(&site);
        let providers = Providers::start().await;
        let mut admin = site.signed_in("quantri");
        sms_on(&mut admin, &providers).await;
        site.set_clock(date(2026, 1, 8).at(22, 0, 0, 0));
        let notice = queued(&site, Kind::Supplement, "a", &somebody()).unwrap();
        let code = queued(&site, Kind::OneTimeCode, "b", &somebody()).unwrap();
        site.run_jobs().await;
        assert_eq!((state(&site, notice).as_str(), state(&site, code).as_str()), ("waiting sms", "sent sms"));
        let said = providers.heard()[0].json();
        assert!(said["Content"].as_str().unwrap().contains("481920"), "{said}");
        assert_eq!(site.count("select count(*) from outbox where data like '%481920%'"), 1, "the notice's alone");
        assert_eq!(site.text(&format!("select text || short || data from outbox where id = {code}")), "");
        site.set_clock(date(2026, 1, 9).at(6, 59, 0, 0));
        site.run_jobs().await;
        assert_eq!(state(&site, notice), "waiting sms");
        site.set_clock(date(2026, 1, 9).at(7, 0, 0, 0));
        site.run_jobs().await;
        assert_eq!(state(&site, notice), "sent sms");
        // A code that could not be sent in time is sent no more, and told to nobody.
        let late = queued(&site, Kind::OneTimeCode, "c", &somebody()).unwrap();
        site.pass_minutes(6);
        site.run_jobs().await;
        assert_eq!(state(&site, late), "replaced sms");
        assert_eq!(site.count("select count(*) from outbox where kind = 'one_time_code' and data <> ''"), 0);
        // Where no telephone can be reached, no code is queued at all.
        let off = [("bat", "0")];
        assert_eq!(admin.post(&format!("{ADMIN}/sms/tat"), &off).await.status, 303);
        assert_eq!(queued(&site, Kind::OneTimeCode, "d", &somebody()), None);
    }

    async fn who_wants_no_messages_gets_none_and_the_office_tells_him(site) {
        given(&site);
        let providers = Providers::start().await;
        let mail = MailServer::start().await;
        let mut admin = site.signed_in("quantri");
        sms_on(&mut admin, &providers).await;
        mail_on(&mut admin, mail.port).await;
        site.run(|tx| {
            let to = Contact { phone: "+84912345678".to_owned(), ..Contact::default() };
            crate::facts::opt_out(&site.site, tx, &to, (true, "sms"))
        });
        assert_eq!(site.count("select count(*) from message_opt_out where who like '%912345678%'"), 0);
        let first = queued(&site, Kind::Supplement, "a", &somebody()).unwrap();
        let code = queued(&site, Kind::OneTimeCode, "b", &somebody()).unwrap();
        site.run_jobs().await;
        assert_eq!(state(&site, first), "sent email", "one channel alone is shut");
        assert_eq!(state(&site, code), "sent sms", "he has asked for the code himself");
        // The link of the mail: looking changes nothing.
        let path = opt_out::link(&site.site, first).unwrap();
        let mut reader = site.browser();
        let page = reader.get(&path).await;
        assert!(page.text.contains("….vn") && !page.text.contains("thu@example"), "{}", page.text);
        assert_eq!(site.count("select count(*) from message_opt_out where channel = 'email'"), 0);
        let done = reader.post(&path, &[]).await;
        assert_eq!(done.status, 200, "{}", done.text);
        assert_eq!(reader.get("/tu-choi-tin/00").await.status, 404);
        let second = queued(&site, Kind::Supplement, "c", &somebody()).unwrap();
        site.pass_minutes(1);
        site.run_jobs().await;
        assert_eq!(state(&site, second), "given_up counter");
        assert_eq!(site.text(&format!("select why from outbox where id = {second}")), "Người này từ chối nhận tin.");
        let page = admin.get(ADMIN).await.text;
        assert!(page.contains("…678") && page.contains("bấm trong thư"), "{page}");
        // He tells the office that he wants them again.
        for address in ["0912345678", "thu@example.vn"] {
            let wish = [("dia-chi-nhan", address), ("viec", "nhan-lai")];
            assert_eq!(admin.post(&format!("{ADMIN}/nhan-lai"), &wish).await.status, 303);
        }
        assert_eq!(site.count("select count(*) from message_opt_out"), 0);
        // What is neither is told beside its field, and stands there to be put right; nothing else of the page is lost.
        let wrong = admin.post(&format!("{ADMIN}/nhan-lai"), &[("dia-chi-nhan", "12345"), ("viec", "tu-choi")]).await;
        assert_eq!(wrong.status, 422);
        assert!(wrong.text.contains("id=\"dia-chi-nhan-mistake\"") && wrong.text.contains("value=\"12345\""), "{}", wrong.text);
        assert!(!wrong.text.contains("name=\"nghi-tu\" value=\"\""), "{}", wrong.text);
        assert!(wrong.text.contains("<code>msisdn</code>"), "{}", wrong.text);
    }

    async fn a_trial_tells_what_the_provider_said(site) {
        given(&site);
        let providers = Providers::start().await;
        let mut admin = site.signed_in("quantri");
        let path = format!("{ADMIN}/sms/gui-thu");
        let to = [("gui-den", "0912345678")];
        let none = admin.post(&path, &to).await;
        assert!(none.status == 422 && none.text.contains("chưa cấu hình"), "{}", none.text);
        sms_on(&mut admin, &providers).await;
        assert_eq!(admin.post(&path, &[("gui-den", "123")]).await.status, 422);
        assert_eq!(admin.post(&path, &to).await.status, 303);
        let page = admin.get(&format!("{ADMIN}/sms")).await.text;
        assert!(page.contains("Nhà cung cấp đã nhận tin gửi thử (mã 100).") && page.contains("Đang hoạt động"), "{page}");
        providers.next(200, "{\"CodeResult\": \"101\"}");
        assert_eq!(admin.post(&path, &to).await.status, 303);
        let page = admin.get(&format!("{ADMIN}/sms")).await.text;
        assert!(page.contains("Sai khóa API hoặc khóa bí mật.") && page.contains("mã 101"), "{page}");
        site.pass_minutes(5);
        site.run_jobs().await;
        assert_eq!(providers.heard().len(), 2, "a trial is not repeated");
        // What an administrator may not set.
        for (name, value) in [("dia-chi", "http://example.vn/x"), ("brandname", "")] {
            let mut fields = vec![("dia-chi", "https://rest.esms.vn/x"), ("brandname", "MOTCUA"), ("an-ban", "1")];
            fields.retain(|it| it.0 != name);
            fields.push((name, value));
            assert_eq!(admin.post(&format!("{ADMIN}/sms"), &fields).await.status, 422, "{name}");
        }
        let stale = [("dia-chi", "https://rest.esms.vn/x"), ("brandname", "MOTCUA"), ("an-ban", "0")];
        let answer = admin.post(&format!("{ADMIN}/sms"), &stale).await;
        assert!(answer.text.contains("Người khác vừa sửa"), "{}", answer.text);
    }

    async fn a_text_is_put_in_the_offices_own_words_and_keeps_its_places(site) {
        given(&site);
        let mut reform = site.signed_in("cchc");
        let path = "/co-quan/quan-tri/mau-tin";
        let page = reform.get(path).await;
        assert!(page.text.contains("H41.99.40-260302-0001"), "a sample is shown: {}", page.text);
        let own = "Kính gửi ông, bà: hồ sơ {ma-ho-so} hẹn lại {ngay-hen}. Xin lỗi ông, bà.";
        for (text, words) in [
            ("Xin lỗi ông, bà.", "Tin phải có {ma-ho-so}"),
            ("{ma-ho-so} {ho-ten}", "Không có chỗ điền {ho-ten}"),
            ("{ma-ho-so} {ngay", "thiếu dấu }"),
        ] {
            let answer = reform.post(path, &[("extended", text)]).await;
            assert_eq!(answer.status, 422);
            assert!(answer.text.contains(words), "{words}: {}", answer.text);
        }
        let long = format!("{{ma-ho-so}} {}", "x".repeat(150));
        let answer = reform.post(path, &[("extended-sms", &long)]).await;
        assert!(answer.status == 422 && answer.text.contains("quá 160"), "{}", answer.text);
        assert_eq!(reform.post(path, &[("extended", own)]).await.status, 303);
        assert!(reform.get(path).await.text.contains("Kính gửi ông, bà"));
        let id = queued(&site, Kind::Extended, "a", &somebody()).unwrap();
        assert_eq!(site.text(&format!("select text from outbox where id = {id}")), own);
        // Emptied, it is the shipped one again; what was written before stays as it was.
        assert_eq!(reform.post(path, &[("extended", "")]).await.status, 303);
        assert!(!reform.get(path).await.text.contains("Kính gửi ông, bà"));
        assert_eq!(site.count("select count(*) from message_text"), 0);
        assert_eq!(site.text(&format!("select text from outbox where id = {id}")), own);
        assert_eq!(site.signed_in("quantri").get(path).await.status, 200);
        // What nobody is owed the office may do without.
        let providers = Providers::start().await;
        sms_on(&mut site.signed_in("quantri"), &providers).await;
        assert_eq!(reform.post(path, &[("received-tat", "1")]).await.status, 303);
        assert_eq!(queued(&site, Kind::Received, "off", &somebody()), None);
        assert!(queued(&site, Kind::ResultReady, "on", &somebody()).is_some());
        assert_eq!(reform.post(path, &[]).await.status, 303);
        assert!(queued(&site, Kind::Received, "off", &somebody()).is_some());
    }
}

#[tokio::test]
async fn a_real_server_of_mail_takes_our_mails() {
    // aiosmtpd, where ./test has installed it; it prints what it hears.
    let Ok(python) = std::env::var("TEST_OUTSIDE") else { return };
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let mut server = std::process::Command::new(python)
        .args(["-u", "-m", "aiosmtpd", "-n", "-l", &format!("127.0.0.1:{port}")])
        .args(["-c", "aiosmtpd.handlers.Debugging", "stdout"])
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let site = TestSite::on_sqlite(crate::routes());
    given(&site);
    let mut admin = site.signed_in("quantri");
    mail_on(&mut admin, port).await;
    for _ in 0..100 {
        if tokio::net::TcpStream::connect(("127.0.0.1", port)).await.is_ok() {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    let id = queued(&site, Kind::Supplement, "a", &somebody()).unwrap();
    site.run_jobs().await;
    let sent = state(&site, id);
    server.kill().unwrap();
    let heard = String::from_utf8_lossy(&server.wait_with_output().unwrap().stdout).into_owned();
    assert_eq!(sent, "sent email", "{heard}");
    assert!(heard.contains("X-Peer") && heard.contains("To: thu@example.vn"), "{heard}");
    assert!(heard.contains("charset=utf-8"), "{heard}");
}
