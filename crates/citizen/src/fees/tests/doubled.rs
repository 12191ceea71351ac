//! What is pressed twice is done once, and what is there is not added again.

use testkit::on_both_engines;

use super::{COPY, given, statement};

on_both_engines! { crate::routes();
    async fn a_fee_pressed_twice_is_one_and_the_same_one_is_not_added_again(site) {
        given(&site);
        let mut reform = site.signed_in("cchc");
        let path = "/co-quan/quan-tri/bieu-phi/moi";
        assert!(reform.get(path).await.text.contains("name=\"lan-gui\" value=\""));
        let before = site.count("select count(*) from fee_rate");
        let fee = |once: &'static str, name: &'static str| {
            [("thu-tuc", COPY), ("ten", name), ("loai", "duty"), ("muc", "4.000"), ("don-vi-tinh", "bản"),
             ("can-cu", "NQ 12"), ("tu-ngay", "08/01/2026"), ("lan-gui", once)]
        };
        for _ in 0..2 {
            let done = reform.post(path, &fee("t1", "Bản sao gấp")).await;
            assert_eq!(done.status, 303, "{}", done.text);
        }
        for name in ["Bản sao gấp", "bản sao GẤP"] {
            let same = reform.post(path, &fee("t2", name)).await;
            assert!(same.status == 422 && same.text.contains("Mức thu này đã có, áp dụng từ"), "{}", same.text);
        }
        assert_eq!(site.count("select count(*) from fee_rate"), before + 1);
        assert_eq!(reform.post(path, &fee("t3", "Bản sao thường")).await.status, 303, "another one is another");
    }

    async fn an_account_pressed_twice_is_one_and_the_same_one_is_not_added_again(site) {
        given(&site);
        let mut reform = site.signed_in("cchc");
        let path = "/co-quan/quan-tri/thu-phi";
        let account = |once: &'static str| {
            [("don-vi", "2"), ("ma-ngan-hang", "970405"), ("ngan-hang", "Agribank"), ("so-tai-khoan", "12345"),
             ("chu-tai-khoan", "UBND XA PHU SON"), ("lan-gui", once)]
        };
        for _ in 0..2 {
            let done = reform.post(path, &account("t1")).await;
            assert_eq!(done.status, 303, "{}", done.text);
        }
        let same = reform.post(path, &account("t2")).await;
        assert!(same.status == 422 && same.text.contains("Tài khoản 12345 của đơn vị này đang thu rồi"), "{}", same.text);
        assert_eq!(site.count("select count(*) from fee_account where number = '12345'"), 1);
        let id = site.text("select cast(id as text) from fee_account where number = '12345'");
        let end = format!("{path}/{id}/ngung");
        assert_eq!(reform.post(&end, &[("dong-y", "12345")]).await.status, 303);
        assert_eq!(reform.post(path, &account("t3")).await.status, 303, "ended, it may be opened again");
    }

    async fn a_line_that_is_being_given_back_is_not_put_aside(site) {
        given(&site);
        let mut browser = site.signed_in("quay");
        let bytes = statement(&[("08/01/2026 10:00", "500.000", "chuyen nham")]);
        let read = browser
            .upload("/co-quan/thu-phi/sao-ke/nhap", &[("tai-khoan", "1")], &[("tep", "sao-ke.xlsx", &bytes)])
            .await;
        assert_eq!(read.status, 303, "{}", read.text);
        let line = site.text("select cast(id as text) from fee_statement_line");
        let ask = [("dong", line.as_str()), ("nguoi-nhan", "Nguyễn Văn A"), ("so-tien", "500.000"),
            ("cach-tra", "transfer"), ("ly-do", "Chuyển nhầm"), ("lan-gui", "")];
        let path = "/co-quan/thu-phi/hoan-tra/moi";
        let done = browser.post(path, &ask).await;
        assert_eq!(done.status, 303, "{}", done.text);
        let aside = format!("/co-quan/thu-phi/sao-ke/{line}/de-rieng");
        let no = browser.post(&aside, &[("ly-do", "Để sau")]).await;
        assert!(no.status == 422 && no.text.contains("đề nghị hoàn trả số 1 chưa xong"), "{}", no.text);
        assert_eq!(site.count("select count(*) from fee_statement_line where aside <> ''"), 0);
        // Refused, it is in nobody's way; put aside, nobody asks for it.
        site.given("update fee_refund set state = 'refused'", &[]);
        assert_eq!(browser.post(&aside, &[("ly-do", "Để sau")]).await.status, 303);
        let no = browser.post(path, &ask).await;
        assert!(no.status == 422 && no.text.contains("đang để riêng"), "{}", no.text);
    }
}
