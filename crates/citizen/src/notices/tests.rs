//! Messages of a dossier's steps, the list of what somebody has to tell, letters, and the look-up by text message.

use domain::{access::Role, ids::UnitId};
use people::accounts::facts::{self as accounts, NewAccount};
use testkit::{
    Browser, TestSite,
    double::{API_KEY, Providers, SECRET_KEY},
    on_both_engines,
};

use crate::dossiers::tests::{ONCE, birth, given_two_communes};

mod english;

fn routes() -> site::Routes {
    crate::routes().and(messages::routes())
}

fn given(site: &TestSite) {
    given_two_communes(site);
    let from = site.now().civil().date();
    site.run(|tx| {
        accounts::create(
            tx,
            &NewAccount {
                login: "quantri",
                name: "quantri",
                staff: None,
                password_hash: "",
                must_change: false,
                roles: &[(Role::Administrator, UnitId(1))],
                from,
            },
        )
    });
}

async fn sms_on(site: &TestSite, providers: &Providers) {
    let url = format!("{}/MainService.svc/json/SendMultipleMessage_V4_post_json/", providers.base);
    let fields = [
        ("dia-chi", url.as_str()),
        ("brandname", "MOTCUA"),
        ("khoa-api", API_KEY),
        ("khoa-bi-mat", SECRET_KEY),
        ("an-ban", "0"),
    ];
    let mut admin = site.signed_in("quantri");
    let done = admin.post("/co-quan/quan-tri/kenh-tin/sms", &fields).await;
    assert_eq!(done.status, 303, "{}", done.text);
}

/// Received with these contacts, and in the hands of its specialist.
async fn under_way<'a>(site: &'a TestSite, contacts: &[(&'a str, &'a str)]) -> Browser<'a> {
    let mut counter = site.signed_in("quay");
    let mut fields = birth("Nguyễn Thị Thử", ONCE);
    fields.retain(|it| it.0 != "dien-thoai");
    fields.extend(contacts);
    let answer = counter.post("/co-quan/ho-so/moi", &fields).await;
    assert_eq!(answer.status, 303, "{}", answer.text);
    counter.post("/co-quan/ho-so/1/chuyen", &[("don-vi", "2")]).await;
    let mut specialist = site.signed_in("thuly");
    assert_eq!(specialist.post("/co-quan/ho-so/1/thu-ly", &[]).await.status, 303);
    specialist
}

fn states(site: &TestSite) -> Vec<String> {
    site.run(|tx| {
        let rows =
            tx.query("select kind || ' ' || state || ' ' || channel from outbox order by id", &[])?;
        rows.iter().map(|row| row.get(0)).collect()
    })
}

const SUPPLEMENT: &[(&str, &str)] = &[("loi", "Giấy chứng sinh bản chính")];

on_both_engines! { routes();
    async fn what_cannot_be_sent_is_read_out_and_no_longer_once_its_cause_is_gone(site) {
        given(&site);
        let mut specialist = under_way(&site, &[("dien-thoai", "0912345678")]).await;
        assert!(states(&site).is_empty(), "nobody is told what he has in his hand: {:?}", states(&site));
        let asked = specialist.post("/co-quan/ho-so/1/yeu-cau-bo-sung", SUPPLEMENT).await;
        assert_eq!(asked.status, 303, "{}", asked.text);
        assert_eq!(states(&site), ["supplement given_up counter"]);
        let mut counter = site.signed_in("quay");
        let page = counter.get("/co-quan/thong-bao").await.text;
        assert!(page.contains("đề nghị bổ sung Giấy chứng sinh bản chính. Nộp tại Một cửa xã Phú Sơn."), "{page}");
        assert!(page.contains("Chưa cấu hình kênh gửi tin nào.") && page.contains("1 tin"), "{page}");
        let page = counter.get("/co-quan/ho-so/1").await.text;
        assert!(page.contains("Tin báo “Đề nghị bổ sung hồ sơ”: Cần báo trực tiếp"), "{page}");
        // It cannot be sent again while nothing is set up; a stranger sees nothing of it.
        let again = counter.post("/co-quan/thong-bao/tin/1/gui-lai", &[]).await;
        assert!(again.status == 422 && again.text.contains("Chưa có kênh gửi tin nào"), "{}", again.text);
        let mut stranger = site.signed_in("quay-khac");
        for path in ["/co-quan/thong-bao/tin/1", "/co-quan/thong-bao/tin/1/thu"] {
            assert_eq!(stranger.get(path).await.status, 404, "{path}");
        }
        for path in ["/co-quan/thong-bao/1", "/co-quan/thong-bao/tin/1/gui-lai", "/co-quan/thong-bao/tin/1/chuyen"] {
            assert_eq!(stranger.post(path, &[("cach", "thu")]).await.status, 404, "{path}");
        }
        assert!(stranger.get("/co-quan/thong-bao?xem=tat-ca").await.text.contains("0 tin"));
        // The papers came: nobody needs to be told any more.
        assert_eq!(counter.post("/co-quan/ho-so/1/bo-sung", &[]).await.status, 303);
        assert_eq!(states(&site), ["supplement replaced counter"]);
        assert!(counter.get("/co-quan/thong-bao").await.text.contains("Không có thông báo nào"));
    }

    async fn a_step_sends_its_message_and_its_page_tells_how_far_it_is(site) {
        given(&site);
        let providers = Providers::start().await;
        sms_on(&site, &providers).await;
        let mut specialist = under_way(&site, &[("dien-thoai", "0912345678")]).await;
        assert_eq!(states(&site), ["received waiting sms"]);
        specialist.post("/co-quan/ho-so/1/yeu-cau-bo-sung", SUPPLEMENT).await;
        providers.next(200, "{\"CodeResult\": \"103\"}");
        site.run_jobs().await;
        assert_eq!(states(&site), ["received replaced sms", "supplement sent sms"]);
        let mut counter = site.signed_in("quay");
        let page = counter.get("/co-quan/ho-so/1").await.text;
        assert!(page.contains("Tin báo “Đề nghị bổ sung hồ sơ”: Đã gửi bằng Tin nhắn SMS, 08:00"), "{page}");
        let page = counter.get("/co-quan/thong-bao/tin/1").await.text;
        assert!(page.contains("Bị từ chối") && page.contains("103"), "{page}");
        // A telephone, a code, a kind, a channel, a day: the list finds it; a workbook holds the same.
        for query in [
            "q=0912+345+678", "q=h41.99.40-260108-0001", "loai=supplement", "kenh=sms", "tu=08/01/2026&den=08/01/2026",
        ] {
            let page = counter.get(&format!("/co-quan/thong-bao?xem=da-gui&{query}")).await.text;
            assert!(page.contains("1 tin") && page.contains("Giấy chứng sinh"), "{query}: {page}");
        }
        for query in ["q=0912345679", "loai=paid", "kenh=zalo", "tu=09/01/2026", "den=07/01/2026"] {
            let page = counter.get(&format!("/co-quan/thong-bao?xem=da-gui&{query}")).await.text;
            assert!(page.contains("Không có tin nào như vậy"), "{query}: {page}");
        }
        let book = counter.get("/co-quan/thong-bao/xuat?xem=da-gui").await;
        let table = people::sheets::read("a.xlsx", &book.bytes).unwrap();
        assert_eq!((table.rows.len(), table.rows[0].1[1].as_str()), (1, "H41.99.40-260108-0001"));
        // Sent again by hand: the same words to the same person once more.
        site.pass_minutes(10);
        let mut counter = site.signed_in("quay");
        assert_eq!(counter.post("/co-quan/thong-bao/tin/2/gui-lai", &[]).await.status, 303);
        for _ in 0..100 {
            if states(&site)[1] == "supplement sent sms" {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        assert_eq!(site.count("select count(*) from message_attempt where message = 2"), 2);
        assert_eq!(site.count("select count(*) from journal where act = 'send_again'"), 1);
        // The step is taken back: what was not sent yet is not sent.
        let wrong = site.run(crate::dossiers::facts::unfolded);
        assert!(wrong.is_empty(), "{wrong:?}");
    }

    async fn what_a_step_had_to_say_goes_with_it_and_nothing_earlier_does(site) {
        given(&site);
        let providers = Providers::start().await;
        sms_on(&site, &providers).await;
        let mut specialist = under_way(&site, &[("dien-thoai", "0912345678")]).await;
        assert_eq!(states(&site), ["received waiting sms"]);
        site.pass_minutes(1);
        specialist.post("/co-quan/ho-so/1/yeu-cau-bo-sung", SUPPLEMENT).await;
        assert_eq!(states(&site)[1], "supplement waiting sms");
        let undone = specialist.post("/co-quan/ho-so/1/hoan-tac", &[]).await;
        assert_eq!(undone.status, 303, "{}", undone.text);
        assert_eq!(states(&site), ["received waiting sms", "supplement replaced sms"]);
    }

    async fn who_has_nothing_gets_a_letter_that_is_printed_and_marked(site) {
        given(&site);
        let mut specialist = under_way(&site, &[("dia-chi", "Xóm 1, xã Phú Sơn")]).await;
        specialist.post("/co-quan/ho-so/1/yeu-cau-bo-sung", SUPPLEMENT).await;
        assert_eq!(states(&site), ["supplement given_up letter"]);
        let mut counter = site.signed_in("quay");
        let page = counter.get("/co-quan/thong-bao?xem=thu").await.text;
        assert!(page.contains("In thư đang chờ") && page.contains("Xóm 1, xã Phú Sơn"), "{page}");
        // To look at it marks nothing.
        let look = counter.get("/co-quan/thong-bao/tin/1/thu").await;
        assert_eq!((look.status, look.media_type.as_str()), (200, "application/pdf"));
        assert_eq!(states(&site), ["supplement given_up letter"]);
        assert_eq!(site.signed_in("quay-khac").post("/co-quan/thong-bao/in-thu", &[]).await.status, 303);
        assert_eq!(states(&site), ["supplement given_up letter"], "a stranger prints nothing");
        let printed = counter.post("/co-quan/thong-bao/in-thu", &[("chon", "1")]).await;
        assert_eq!((printed.status, printed.media_type.as_str()), (200, "application/pdf"));
        assert_eq!(states(&site), ["supplement printed letter"]);
        assert_eq!(counter.post("/co-quan/thong-bao/in-thu", &[]).await.status, 303, "none is left");
        assert!(counter.get("/co-quan/thong-bao?xem=da-bao").await.text.contains("Đã in thư"));
        assert_eq!(site.count("select count(*) from journal where act = 'print_notice'"), 1);
        // From the telephone to the letter and back.
        site.given("update outbox set state = 'given_up', channel = 'counter', sent_ms = null", &[]);
        let to = |way| [("cach", way)];
        assert_eq!(counter.post("/co-quan/thong-bao/tin/1/chuyen", &to("thu")).await.status, 303);
        assert_eq!(states(&site), ["supplement given_up letter"]);
        assert_eq!(counter.post("/co-quan/thong-bao/tin/1/chuyen", &to("goi")).await.status, 303);
        assert_eq!(states(&site), ["supplement given_up counter"]);
        assert_eq!(counter.post("/co-quan/thong-bao/1", &[]).await.status, 303);
        assert_eq!(states(&site), ["supplement told counter"]);
    }

    async fn a_telephone_without_internet_asks_where_its_dossier_is(site) {
        given(&site);
        under_way(&site, &[("dien-thoai", "0912345678")]).await;
        let secret = site.text("select secret from dossier_person");
        let hook = site.run(|tx| messages::facts::hook_secret(&site.site, tx));
        let mut gateway = site.browser();
        let path = format!("/tin/{hook}/den");
        let good = format!("tc h41.99.40-260108-0001 {secret}");
        let wrong = [("phone", "0912345678"), ("content", good.as_str())];
        assert_eq!(gateway.post(&format!("/tin/{}/den", "0".repeat(32)), &wrong).await.status, 401);
        let ask = async |gateway: &mut Browser<'_>, text: &str| {
            let got = gateway.post(&path, &[("phone", "84912345678"), ("content", text)]).await;
            assert_eq!(got.status, 200, "{}", got.text);
            assert!(got.text.is_ascii() && got.text.len() <= 160, "{}", got.text);
            got.text
        };
        let said = ask(&mut gateway, &good).await;
        assert_eq!(
            said,
            "Ho so H41.99.40-260108-0001: Dang xu ly. Hen tra 17:00 08/01/2026. Mot cua xa Phu Son"
        );
        // Keypads hardly have dots and dashes, and a message may end like a sentence.
        for typed in ["H4199402601080001", "h41 99 40 260108 0001", "H41.99.40 260108 0001"] {
            let code = "H41.99.40-260108-0001";
            let content = format!("{}.", good.replace(code, typed));
            let fields = [("phone", "0987650001"), ("content", content.as_str())];
            assert_eq!(gateway.post(&path, &fields).await.text, said, "{typed}");
        }
        let said = ask(&mut gateway, "TC H41.99.40-260108-0001 000000").await;
        assert!(said.starts_with("Khong tim thay"), "{said}");
        assert!(ask(&mut gateway, "xin chao").await.starts_with("Soan: TC"));
        assert!(ask(&mut gateway, "Từ chối").await.starts_with("Da ghi nhan: khong gui"));
        assert_eq!(site.count("select count(*) from message_opt_out"), 2, "SMS and Zalo");
        assert!(ask(&mut gateway, "NHAN TIN").await.starts_with("Da ghi nhan: so nay nhan"));
        assert_eq!(site.count("select count(*) from message_opt_out"), 0);
        // Guessing is slowed: by telephone, and by dossier from whichever telephone.
        for _ in 0..5 {
            ask(&mut gateway, "TC H41.99.40-260108-0001 111111").await;
        }
        assert!(ask(&mut gateway, &good).await.starts_with("Da hoi qua nhieu"));
        for _ in 0..3 {
            let other = [("phone", "0987654321"), ("content", "TC H41.99.40-260108-0001 222222")];
            gateway.post(&path, &other).await;
        }
        // One telephone's guesses do not keep another from asking, though one gateway speaks for both.
        let other = gateway.post(&path, &[("phone", "0987654322"), ("content", &good)]).await;
        assert!(other.text.starts_with("Ho so H41"), "{}", other.text);
        // Guesses from ever new telephones are slowed by dossier.
        for at in 0..31 {
            let phone = format!("09876540{at:02}");
            let content = "TC H41.99.40-260108-0001 222222";
            gateway.post(&path, &[("phone", phone.as_str()), ("content", content)]).await;
        }
        let other = gateway.post(&path, &[("phone", "0987654323"), ("content", &good)]).await;
        assert!(other.text.starts_with("Da hoi qua nhieu"), "{}", other.text);
        assert_eq!(gateway.post(&path, &[("phone", "abc"), ("content", "TC")]).await.status, 422);
    }

    async fn what_was_said_is_erased_with_the_person(site) {
        given(&site);
        let providers = Providers::start().await;
        sms_on(&site, &providers).await;
        under_way(&site, &[("dien-thoai", "0912345678")]).await;
        site.run_jobs().await;
        assert_eq!(site.count("select count(*) from message_attempt"), 1);
        site.run(|tx| messages::facts::forget(tx, "dossier", 1));
        assert_eq!(site.count("select count(*) from message_attempt"), 0);
        assert_eq!(site.count("select count(*) from outbox"), 0);
    }
}
