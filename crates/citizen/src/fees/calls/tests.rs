//! Calls of banks through the front door, on both databases.

use serde_json::json;
use testkit::{Browser, TestSite, on_both_engines};

use super::{SIGNATURE, TIME, bank_signature, fields_of, platform_signature};
use crate::fees::tests::{copies, given, sound};

const ADMIN: &str = "/co-quan/quan-tri/bao-co";
const KEY: &str = "khoa-bi-mat-cua-ngan-hang";

/// Lets somebody call; the path.
async fn caller(site: &TestSite, shape: &str) -> String {
    let mut reform = site.signed_in("cchc");
    let fields = [
        ("ten", "Ngân hàng thử"),
        ("dang", shape),
        ("tai-khoan", "1"),
        ("ma-doi-tac", "UBNDPS"),
        ("khoa", KEY),
    ];
    let added = reform.post(ADMIN, &fields).await;
    assert_eq!(added.status, 303, "{}", added.text);
    let code = site.text("select code from fee_caller order by id desc limit 1");
    format!("/thu-phi/bao-co/{code}")
}

fn purpose(site: &TestSite, dossier: i64) -> String {
    let code = site.text(&format!("select code from dossier where id = {dossier}"));
    domain::fees::statement::purpose_of(&code)
}

/// A bank's message with its headers, as it would come now.
fn signed(
    site: &TestSite,
    reference: &str,
    amount: i64,
    content: &str,
) -> (String, String, String) {
    let at = site.now().civil().strftime("%Y-%m-%dT%H:%M:%S").to_string();
    let body = json!({"reference": reference, "amount": amount, "paid_at": at, "content": content})
        .to_string();
    let timestamp = (site.now().epoch_ms() / 1000).to_string();
    let signature = bank_signature(KEY, &timestamp, body.as_bytes());
    (body, timestamp, signature)
}

async fn call(bank: &mut Browser<'_>, path: &str, it: &(String, String, String)) -> (u16, String) {
    let heads = [(TIME, it.1.as_str()), (SIGNATURE, it.2.as_str())];
    let got = bank.post_with(path, "application/json", &heads, it.0.clone().into_bytes()).await;
    (got.status, got.text)
}

on_both_engines! { crate::routes();
    async fn a_signed_call_pays_with_a_receipt_and_a_repeat_does_nothing(site) {
        given(&site);
        let mut browser = site.signed_in("quay");
        assert_eq!(copies(&site, &mut browser, 'a', "1", &[]).await.status, 303);
        // Who collects reads whether the bank tells of the money by itself.
        let by_hand = "chỉ ghi nhận khi tiền có trên sao kê";
        assert!(browser.get("/co-quan/thu-phi/ho-so/1").await.text.contains(by_hand));
        let path = caller(&site, "bank").await;
        let page = browser.get("/co-quan/thu-phi/ho-so/1").await.text;
        assert!(page.contains("ngân hàng báo có cho tài khoản này") && !page.contains(by_hand), "{page}");
        site.pass_minutes(30);
        let message = signed(&site, "FT26008-1", 8_000, &format!("MBVCB {} chuyen tien", purpose(&site, 1)));
        let mut bank = site.browser();
        let (status, said) = call(&mut bank, &path, &message).await;
        assert!(status == 200 && said.contains("\"paid\""), "{status} {said}");
        assert_eq!(site.text("select financial from dossier"), "paid");
        assert_eq!(site.text("select paid_at from fee_receipt where number = 1"), "2026-01-08T08:30:00");
        for _ in 0..3 {
            let (status, said) = call(&mut bank, &path, &message).await;
            assert!(status == 200 && said.contains("repeat"), "{status} {said}");
        }
        // The same reference with another amount is nobody's money.
        let other = signed(&site, "FT26008-1", 9_000, "x");
        assert_eq!(call(&mut bank, &path, &other).await.0, 409);
        assert_eq!(site.count("select count(*) from fee_receipt"), 1);
        assert_eq!(site.count("select count(*) from fee_statement_line"), 1);
        assert_eq!(site.count("select repeats from fee_call"), 3);
        // The bank's statement brings the same money: it is known.
        let rows = vec![vec!["08/01/2026 08:30:00".into(), "8,000".into(), "x".into(), "FT26008-1".into()]];
        let heads = &[("Ngày giao dịch", 20), ("Ghi có", 20), ("Nội dung", 60), ("Số bút toán", 20)];
        let book = people::sheets::workbook(&[people::sheets::Sheet { name: "a", heads, rows }]).unwrap();
        let mut browser = site.signed_in("quay");
        let fields = [("tai-khoan", "1")];
        let done = browser.upload("/co-quan/thu-phi/sao-ke/nhap", &fields, &[("tep", "a.xlsx", &book)]).await;
        assert_eq!(done.status, 303, "{}", done.text);
        assert_eq!(site.count("select count(*) from fee_statement_line"), 1);
        let page = browser.get("/co-quan/thu-phi/bien-lai/1").await.text;
        assert!(page.contains("Tự động theo báo có của ngân hàng"), "{page}");
        sound(&site);
    }

    async fn what_was_kept_and_broken_off_is_paid_on_the_repeat_or_by_the_job_once(site) {
        given(&site);
        let path = caller(&site, "bank").await;
        let mut browser = site.signed_in("quay");
        let mut bank = site.browser();
        let open = "select count(*) from fee_call where outcome = 'open'";
        for (place, by_job) in [(1, false), (2, true)] {
            // The job ran long enough ago to run again.
            site.pass_minutes(6);
            let copied = copies(&site, &mut browser, if by_job { 'b' } else { 'a' }, "1", &[]).await;
            assert_eq!(copied.status, 303, "{}", copied.text);
            let message = signed(&site, &format!("FT-{place}"), 8_000, &purpose(&site, place));
            // The fault strikes later and later until the call is kept and what it pays for is not.
            for statements in 0..200 {
                site.db.fail_after(statements);
                let (status, _) = call(&mut bank, &path, &message).await;
                site.db.fail_no_more();
                assert_ne!(status, 200, "it was paid before the fault came between");
                if site.count(open) == 1 {
                    break;
                }
            }
            assert_eq!(site.count(open), 1, "kept, and broken off");
            let paid = format!("select financial from dossier where id = {place}");
            assert_eq!(site.text(&paid), "due");
            if by_job {
                site.run_jobs().await;
            } else {
                let (status, said) = call(&mut bank, &path, &message).await;
                assert!(status == 200 && said.contains("\"paid\"") && said.contains("repeat"), "{status} {said}");
            }
            assert_eq!((site.text(&paid).as_str(), site.count(open)), ("paid", 0));
            let (status, said) = call(&mut bank, &path, &message).await;
            assert!(status == 200 && said.contains("\"paid\"") && said.contains("repeat"), "{status} {said}");
            site.pass_minutes(6);
            site.run_jobs().await;
            assert_eq!(site.count("select count(*) from fee_receipt"), place);
        }
        // Money that names nothing stays with people, however often it is told.
        let message = signed(&site, "FT-3", 8_000, "tien nha");
        for _ in 0..2 {
            let (status, said) = call(&mut bank, &path, &message).await;
            assert!(status == 200 && said.contains("\"open\""), "{status} {said}");
        }
        assert_eq!(site.count("select count(*) from fee_statement_line where matched = 0"), 1);
        sound(&site);
    }

    async fn what_is_not_signed_or_not_of_now_is_refused_and_written_down(site) {
        given(&site);
        let path = caller(&site, "bank").await;
        let mut browser = site.signed_in("quay");
        copies(&site, &mut browser, 'a', "1", &[]).await;
        let good = signed(&site, "FT1", 8_000, &purpose(&site, 1));
        let mut bank = site.browser();
        let mut wrong = vec![good.clone(), good.clone(), good.clone(), good.clone()];
        wrong[0].0 = good.0.replace("8000", "8001");
        wrong[1].1 = (good.1.parse::<i64>().unwrap() + 1).to_string();
        wrong[2].2 = String::new();
        wrong[3].1 = String::new();
        for it in &wrong {
            assert_eq!(call(&mut bank, &path, it).await.0, 401, "{it:?}");
        }
        assert_eq!(site.count("select count(*) from journal where act = 'disbelieve'"), 4);
        assert_eq!(call(&mut bank, "/thu-phi/bao-co/khong-co", &good).await.0, 401);
        // Rightly signed, but of six minutes ago: somebody replays it.
        site.pass_minutes(6);
        assert_eq!(call(&mut bank, &path, &good).await.0, 401);
        assert_eq!(site.count("select count(*) from fee_statement_line"), 0);
        let mut reform = site.signed_in("cchc");
        let page = reform.get(&format!("{ADMIN}/1")).await.text;
        assert!(page.contains("lệch quá 5 phút") && !page.contains(KEY), "{page}");
        assert_eq!(site.count("select count(*) from fee_caller where secret like '%khoa%'"), 0);
        // Shut out, even rightly signed.
        assert_eq!(reform.post(&format!("{ADMIN}/1/dung"), &[("bat", "0")]).await.status, 303);
        let good = signed(&site, "FT2", 8_000, &purpose(&site, 1));
        assert_eq!(call(&mut bank, &path, &good).await.0, 401);
        assert_eq!(site.text("select financial from dossier"), "due");
        assert_eq!(site.signed_in("quay").get(ADMIN).await.status, 403);
    }

    async fn what_does_not_fit_goes_to_the_list_that_people_match(site) {
        given(&site);
        let path = caller(&site, "bank").await;
        let mut browser = site.signed_in("quay");
        copies(&site, &mut browser, 'a', "1", &[]).await;
        let mut bank = site.browser();
        let of = purpose(&site, 1);
        for (reference, amount, content, why) in [
            ("A1", 7_000, of.as_str(), "ít hơn"),
            ("A2", 9_000, of.as_str(), "nhiều hơn"),
            ("A3", 8_000, "tien nha", "không có mã"),
        ] {
            let (status, said) = call(&mut bank, &path, &signed(&site, reference, amount, content)).await;
            assert!(status == 200 && said.contains("\"open\""), "{status} {said}");
            let kept = site.text(&format!("select why from fee_call where reference = '{reference}'"));
            assert!(kept.contains(why), "{kept}");
        }
        assert_eq!(site.text("select financial from dossier"), "due");
        let page = browser.get("/co-quan/thu-phi/sao-ke").await.text;
        assert!(page.contains("3 dòng") && page.contains("Nộp thiếu") && page.contains("Nộp thừa"), "{page}");
        // No book of receipts is open: the money is kept all the same, and paid for once somebody matches it.
        let mut reform = site.signed_in("cchc");
        assert_eq!(reform.post("/co-quan/quan-tri/thu-phi/quyen/1/dong", &[("dong-y", "PS/26P")]).await.status, 303);
        let (status, said) = call(&mut bank, &path, &signed(&site, "A4", 8_000, &of)).await;
        assert!(status == 200 && said.contains("\"open\""), "{status} {said}");
        assert!(site.text("select why from fee_call where reference = 'A4'").contains("quyển biên lai"));
        assert_eq!(site.count("select matched from fee_statement_line where reference = 'A4'"), 0);
        for body in ["[1]", "{\"reference\":\"\",\"amount\":1,\"paid_at\":\"2026-01-08T08:00:00\"}", "x"] {
            let timestamp = (site.now().epoch_ms() / 1000).to_string();
            let signature = bank_signature(KEY, &timestamp, body.as_bytes());
            let it = (body.to_owned(), timestamp, signature);
            assert_eq!(call(&mut bank, &path, &it).await.0, 400, "{body}");
        }
        sound(&site);
    }

    async fn the_platforms_hash_over_its_values_is_believed_and_no_other(site) {
        given(&site);
        let path = caller(&site, "platform").await;
        let mut browser = site.signed_in("quay");
        copies(&site, &mut browser, 'a', "1", &[]).await;
        let mut bank = site.browser();
        let message = |changes: &[(&str, &str)], resign: bool| {
            let time = site.now().civil().strftime("%Y%m%d%H%M%S").to_string();
            let mut all = json!({
                "LoaiBanTin": "210", "MaLoi": "00", "MaDoiTac": "UBNDPS", "MaThamChieu": purpose(&site, 1),
                "SoTien": 8000, "MaTienTe": "VND", "MaGiaoDich": "GD1", "MaNganHang": "970405",
                "ThoiGianGD": time, "ThongTinGiaoDich": "nop phi", "TrangThaiGD": "1",
            });
            let sign = |all: &mut serde_json::Value| {
                let fields = fields_of(all.to_string().as_bytes()).unwrap();
                all["MaXacThuc"] = platform_signature(&fields, KEY).into();
            };
            sign(&mut all);
            for (name, value) in changes {
                all[*name] = (*value).into();
            }
            if resign {
                sign(&mut all);
            }
            (all.to_string(), String::new(), String::new())
        };
        for (changes, resign, wanted) in [
            (vec![("SoTien", "9000")], false, 401),
            (vec![("MaDoiTac", "KHAC")], true, 401),
            (vec![("MaXacThuc", "")], false, 401),
            (vec![("MaTienTe", "USD")], true, 400),
        ] {
            let it = message(&changes, resign);
            assert_eq!(call(&mut bank, &path, &it).await.0, wanted, "{changes:?}");
        }
        // Under way or failed: heard, and no money.
        for (name, value) in [("TrangThaiGD", "3"), ("TrangThaiGD", "4"), ("MaLoi", "05")] {
            let (status, said) = call(&mut bank, &path, &message(&[(name, value)], true)).await;
            assert!(status == 200 && said.contains("ignored"), "{status} {said}");
        }
        assert_eq!(site.count("select count(*) from fee_statement_line"), 0);
        let (status, said) = call(&mut bank, &path, &message(&[], true)).await;
        assert!(status == 200 && said.contains("\"MaLoi\":\"00\"") && said.contains("paid"), "{status} {said}");
        assert_eq!(site.text("select financial from dossier"), "paid");
        sound(&site);
    }

    async fn a_signature_can_be_tried_before_a_bank_calls(site) {
        given(&site);
        caller(&site, "bank").await;
        let mut reform = site.signed_in("cchc");
        let (body, timestamp, signature) = signed(&site, "FT1", 8_000, "x");
        let path = format!("{ADMIN}/1/thu-chu-ky");
        // How to sign is written there, with an example; its signatures were worked out by another program.
        let page = reform.get(&format!("{ADMIN}/1")).await.text;
        for said in [
            "HMAC-SHA256", "X-Timestamp", "X-Signature", "timestamp.body", "khoa-vi-du-khong-dung-that",
            "2e5122be09b17df723bfa33ce786dc6a7cf452e25e91ab2c4046f0c8ad713f41",
        ] {
            assert!(page.contains(said), "{said}: {page}");
        }
        let example = page.split("<dt>Thân bản tin</dt><dd class=\"mono break\">").nth(1).unwrap_or_default();
        let example = example.split("</dd>").next().unwrap_or_default().replace("&#34;", "\"");
        let shown = bank_signature("khoa-vi-du-khong-dung-that", "1767837600", example.as_bytes());
        assert!(shown.starts_with("2e5122be"), "{example}");
        caller(&site, "platform").await;
        let page = reform.get(&format!("{ADMIN}/2")).await.text;
        for said in ["SHA-256", "LoaiBanTin|MaLoi|MaDoiTac", "1363f33f4ae619a1323968823dbda41ad90a0029263d53f6eb1a66a30d207267"] {
            assert!(page.contains(said), "{said}: {page}");
        }
        let mut fields = [
            ("ban-tin", body.as_str()), ("thoi-diem", timestamp.as_str()), ("chu-ky", signature.as_str()),
        ];
        let page = reform.post(&path, &fields).await.text;
        assert!(page.contains("Chữ ký đúng"), "{page}");
        fields[2].1 = "sai";
        let page = reform.post(&path, &fields).await.text;
        assert!(page.contains("Chữ ký chưa đúng: Chữ ký (X-Signature) không đúng."), "{page}");
        fields[0].1 = "x";
        assert!(reform.post(&path, &fields).await.text.contains("không phải JSON"));
        assert_eq!(site.count("select count(*) from fee_call"), 0);
        // What the form refuses; what somebody else changed.
        let short = [("ten", "A"), ("dang", "bank"), ("tai-khoan", "1"), ("khoa", "ngan")];
        assert_eq!(reform.post(ADMIN, &short).await.status, 422);
        let without = [("ten", "A"), ("dang", "platform"), ("tai-khoan", "1"), ("khoa", KEY)];
        assert_eq!(reform.post(ADMIN, &without).await.status, 422);
        let change = [("ten", "Tên khác"), ("an-ban", "1")];
        assert_eq!(reform.post(&format!("{ADMIN}/1"), &change).await.status, 303);
        assert_eq!(reform.post(&format!("{ADMIN}/1"), &change).await.status, 422, "stale");
    }

    async fn who_follows_his_dossier_sees_that_it_is_paid_and_takes_the_receipt(site) {
        given(&site);
        let path = caller(&site, "bank").await;
        let mut browser = site.signed_in("quay");
        copies(&site, &mut browser, 'a', "1", &[]).await;
        let (code, secret) = (site.text("select code from dossier"), site.text("select secret from dossier_person"));
        let mut citizen = site.browser();
        let asked = [("ma-ho-so", code.as_str()), ("ma-bi-mat", secret.as_str())];
        assert_eq!(citizen.post("/tra-cuu", &asked).await.status, 303);
        let own = format!("/ho-so/{code}");
        let page = citizen.get(&own).await.text;
        assert!(page.contains("data-again") && page.contains("?cho=1#tien") && !page.contains("http-equiv"), "{page}");
        let page = citizen.get(&format!("{own}?cho=1")).await.text;
        assert!(page.contains("<noscript><meta http-equiv=\"refresh\""), "{page}");
        let message = signed(&site, "FT1", 8_000, &purpose(&site, 1));
        call(&mut site.browser(), &path, &message).await;
        let page = citizen.get(&format!("{own}?cho=1")).await.text;
        assert!(page.contains("Đã nộp đủ") && page.contains("PS/26P 0000001, 8.000 đ"), "{page}");
        assert!(!page.contains("data-again") && !page.contains("http-equiv"), "nothing to wait for: {page}");
        let receipt = citizen.get(&format!("{own}/bien-lai/1")).await;
        assert_eq!((receipt.status, receipt.media_type.as_str()), (200, "application/pdf"));
        assert_eq!(site.browser().get(&format!("{own}/bien-lai/1")).await.status, 404, "a stranger");
        assert_eq!(site.count("select prints from fee_receipt"), 0, "the office's original is still to be printed");
    }
}
