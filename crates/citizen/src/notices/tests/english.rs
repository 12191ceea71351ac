//! Messages about the dossiers of whoever reads English: chosen at the counter, told, printed, asked for by telephone.

use super::*;

const ENGLISH: (&str, &str) = ("tieng-anh", "1");

/// What the newest message says, in full and as a text message.
fn newest(site: &TestSite) -> String {
    let id = site.count("select max(id) from outbox");
    site.run(|tx| {
        let it = messages::facts::held(tx, id)?.unwrap();
        Ok(format!("{} | {}", it.said(""), it.said_short("")))
    })
}

/// The calendar moves the dossier's date; what its citizen is told.
fn moved(site: &TestSite) -> String {
    let tree = site::Who::nobody(site::Lang::Vi).tree;
    let due = jiff::civil::date(2026, 1, 9).at(17, 0, 0, 0);
    site.run(|tx| {
        let kept = crate::dossiers::facts::by_id(tx, domain::ids::DossierId(1))?.unwrap();
        crate::notices::new_date(tx, &tree, &kept, due, "nghỉ bù")
    });
    newest(site)
}

on_both_engines! { routes();
    async fn each_step_is_told_in_the_language_that_the_counter_chose(site) {
        given(&site);
        let providers = Providers::start().await;
        sms_on(&site, &providers).await;
        let mut counter = site.signed_in("quay");
        let form = counter.get("/co-quan/ho-so/moi?thu-tuc=1.001193").await.text;
        assert!(form.contains("Báo tin bằng tiếng Anh"), "{form}");
        let mut specialist = under_way(&site, &[("dien-thoai", "0912345678"), ENGLISH]).await;
        assert_eq!(
            newest(&site),
            "Một cửa xã Phú Sơn has received your dossier H41.99.40-260108-0001. Your result is due at 17:00, \
             Thursday 8 January 2026. Follow it at /tra-cuu?ma-ho-so=H41.99.40-260108-0001 | \
             Dossier H41.99.40-260108-0001 received, result due 17:00, Thursday 8 January 2026. Mot cua xa Phu Son"
        );
        let page = counter.get("/co-quan/ho-so/1").await.text;
        assert!(page.contains("<dt>Tin báo</dt><dd>Tiếng Anh</dd>"), "{page}");
        specialist.post("/co-quan/ho-so/1/yeu-cau-bo-sung", SUPPLEMENT).await;
        let said = newest(&site);
        assert!(said.starts_with("Dossier H41.99.40-260108-0001: please add Giấy chứng sinh bản chính."), "{said}");
        // The telephone cannot be reached: whoever tells it reads what it says in Vietnamese too.
        for _ in ["received", "supplement"] {
            providers.next(200, "{\"CodeResult\": \"103\"}");
        }
        site.run_jobs().await;
        assert_eq!(states(&site), ["received replaced sms", "supplement given_up counter"]);
        let page = counter.get("/co-quan/thong-bao").await.text;
        assert!(page.contains("người nhận đọc tiếng Anh") && page.contains("please add"), "{page}");
        let id = site.count("select max(id) from outbox");
        let page = counter.get(&format!("/co-quan/thong-bao/tin/{id}")).await.text;
        assert!(page.contains("Người nhận đọc tiếng Anh"), "{page}");
        assert!(page.contains("đề nghị bổ sung Giấy chứng sinh bản chính") && page.contains("please add"), "{page}");
        let letter = counter.get(&format!("/co-quan/thong-bao/tin/{id}/thu")).await;
        let text = testkit::text_of_pdf(&letter.bytes);
        for wanted in ["NOTICE", "PAPERS NEEDED", "Procedure:", "please add", "8 January 2026", "For questions"] {
            assert!(text.contains(wanted), "{wanted}: {text}");
        }
        assert!(!text.contains("Kính gửi") && !text.contains("Quét mã"), "{text}");
        let said = moved(&site);
        assert!(said.contains("your result is now due at 17:00, Friday 9 January 2026, because"), "{said}");
        // The clerk puts it right: from now on he is told in Vietnamese. The journal says what changed.
        let edition = site.text("select cast(edition as text) from dossier");
        let form = counter.get("/co-quan/ho-so/1/sua-nguoi-nop").await.text;
        assert!(form.contains("name=\"tieng-anh\" value=\"1\" checked"), "{form}");
        let fields = [
            ("ho-ten", "Nguyễn Thị Thử"), ("dien-thoai", "0912345678"), ("ly-do", "Người nộp đọc tiếng Việt"),
            ("an-ban", edition.as_str()),
        ];
        let done = counter.post("/co-quan/ho-so/1/sua-nguoi-nop", &fields).await;
        assert_eq!(done.status, 303, "{}", done.text);
        assert_eq!(site.text("select lang from dossier_person"), "vi");
        let page = counter.get("/co-quan/ho-so/1").await.text;
        assert!(page.contains("Tin báo: Tiếng Anh → Tiếng Việt"), "{page}");
        let said = moved(&site);
        assert!(said.contains("ngày hẹn trả kết quả là 17:00, thứ Sáu 09/01/2026 vì lịch"), "{said}");
    }

    async fn an_english_word_is_answered_in_english(site) {
        given(&site);
        under_way(&site, &[("dien-thoai", "0912345678")]).await;
        let secret = site.text("select secret from dossier_person");
        let hook = site.run(|tx| messages::facts::hook_secret(&site.site, tx));
        let mut gateway = site.browser();
        let path = format!("/tin/{hook}/den");
        let mut ask = async |text: &str| {
            let got = gateway.post(&path, &[("phone", "0912345678"), ("content", text)]).await;
            assert!(got.status == 200 && got.text.is_ascii() && got.text.len() <= 160, "{}", got.text);
            got.text
        };
        assert_eq!(
            ask(&format!("status H41.99.40-260108-0001 {secret}")).await,
            "Dossier H41.99.40-260108-0001: In process. Due 17:00 8 January 2026. Mot cua xa Phu Son"
        );
        let wrong = "STATUS H41.99.40-260108-0001 000000";
        let not_found = "No dossier has this code and secret. Please check your receipt.";
        assert_eq!(ask(wrong).await, not_found);
        assert!(ask("help").await.starts_with("Send: STATUS"));
        assert!(ask("STATUS").await.starts_with("Send: STATUS"));
        assert!(ask("xin chao").await.ends_with("English: HELP"));
        assert!(ask("Stop").await.starts_with("Noted: no more messages"));
        assert_eq!(site.count("select count(*) from message_opt_out"), 2, "SMS and Zalo");
        assert!(ask("START").await.starts_with("Noted: this number gets messages again"));
        assert_eq!(site.count("select count(*) from message_opt_out"), 0);
        for _ in 0..3 {
            assert_eq!(ask("STATUS x y").await, not_found);
        }
        assert!(ask("STATUS x y").await.starts_with("You have asked too often"));
        assert!(ask("TC x y").await.starts_with("Da hoi qua nhieu"));
    }
}
