//! What a statement brings that is more than is owed.

use testkit::on_both_engines;

use super::{copies, given, sound, statement};

on_both_engines! { crate::routes();
    async fn what_was_ticked_and_not_matched_is_told_and_what_is_too_much_leads_to_its_refund(site) {
        given(&site);
        let mut browser = site.signed_in("quay");
        assert_eq!(copies(&site, &mut browser, 'a', "2", &[]).await.status, 303);
        let code = "H41.99.40-260108-0001";
        let file = statement(&[
            ("08/01/2026 09:00:00", "6,000", "HS H4199402601080001 nop"),
            ("08/01/2026 10:00:00", "26,000", "HS H4199402601080001 nop them"),
            ("08/01/2026 11:00:00", "4,000", "HS H4199402601080001 nop lan ba"),
        ]);
        let up = [("tep", "a.xlsx", file.as_slice())];
        let got = browser.upload("/co-quan/thu-phi/sao-ke/nhap", &[("tai-khoan", "1")], &up).await;
        assert_eq!(got.status, 303, "{}", got.text);
        // As they stand on the page: the newest first. Ticked twice is ticked once.
        let ticked = [("khop", "3"), ("khop", "2"), ("khop", "1"), ("khop", "3")];
        let got = browser.post("/co-quan/thu-phi/sao-ke/khop", &ticked).await;
        assert_eq!(got.status, 303, "{}", got.text);
        let list = browser.get("/co-quan/thu-phi/sao-ke").await.text;
        for said in [
            "Đã khớp 2 dòng",
            &format!("Nộp thừa: hồ sơ {code} đã nộp đủ, thừa 16.000 đ"),
            "1 dòng đã đánh dấu mà không khớp: dòng 4.000 đ lúc 11:00",
            &format!("hồ sơ {code} đã nộp đủ, thừa 4.000 đ"),
        ] {
            assert!(list.contains(said), "{said}: {list}");
        }
        // What came first paid first, and nothing more than was owed.
        let matched = |id: i64| site.count(&format!("select matched from fee_statement_line where id = {id}"));
        assert_eq!((matched(1), matched(2), matched(3)), (6_000, 10_000, 0));
        assert_eq!(site.text("select financial from dossier"), "paid");
        // Afterwards each line names the dossier and leads to giving back what is left.
        assert!(!list.contains("không thấy mã hồ sơ"), "{list}");
        for (line, left) in [("2", "16.000 đ"), ("3", "4.000 đ")] {
            let refund = format!("/co-quan/thu-phi/hoan-tra/moi?dong={line}");
            assert!(list.contains(&refund) && list.contains(&format!("Thừa {left}")), "{list}");
            let page = browser.get(&format!("/co-quan/thu-phi/sao-ke/{line}")).await.text;
            assert!(page.contains(code) && page.contains("đã nộp đủ, thừa") && page.contains(&refund), "{page}");
            assert!(browser.get(&refund).await.text.contains(left));
        }
        // Confirmed again: nothing happens, and that is said.
        let got = browser.post("/co-quan/thu-phi/sao-ke/khop", &[("khop", "1"), ("khop", "3")]).await;
        assert_eq!(got.status, 303);
        let list = browser.get("/co-quan/thu-phi/sao-ke").await.text;
        assert!(list.contains("Không khớp được dòng nào") && list.contains("đã khớp đủ từ trước"), "{list}");
        assert_eq!(site.count("select count(*) from fee_match"), 2);
        sound(&site);
    }
}
