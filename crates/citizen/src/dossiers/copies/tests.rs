//! Electronic copies through the front door, and letters that are read from scans.

use testkit::on_both_engines;

use crate::dossiers::{
    checklist::tests::scanned,
    tests::{given_two_communes, received},
};

on_both_engines! { crate::routes();
    async fn a_scan_is_certified_from_the_original_and_anybody_learns_that_it_is_genuine(site) {
        given_two_communes(&site);
        let mut browser = received(&site).await;
        let row = site.count("select min(id) from dossier_paper");
        scanned(&mut browser, 1, row, "copy", "").await;
        let file = site.count("select min(id) from dossier_file");
        let path = format!("/co-quan/ho-so/1/tep/{file}/ban-sao");
        let refused = browser.get(&path).await;
        assert_eq!(refused.status, 422);
        assert!(refused.text.contains("từ bản chính"), "{}", refused.text);
        site.given("update dossier_paper set form = 'original'", &[]);
        assert_eq!(browser.get(&path).await.status, 200);
        let unsure = browser.post(&path, &[]).await;
        assert_eq!(unsure.status, 422, "the original is held against it first");
        assert!(unsure.text.contains("da-doi-chieu-mistake") && unsure.text.contains("ten-giay-mistake"));
        // What anybody reads names the paper, not a person's number.
        let parted = [("da-doi-chieu", "1"), ("ten-giay", "Căn cước 040 190.001-234")];
        assert_eq!(browser.post(&path, &parted).await.status, 422, "however it is parted");
        let telling = [("da-doi-chieu", "1"), ("ten-giay", "Giấy chứng sinh 040190001234")];
        let telling = browser.post(&path, &telling).await;
        assert!(telling.status == 422 && telling.text.contains("Không ghi số giấy tờ"), "{}", telling.text);
        assert!(telling.text.contains("name=\"da-doi-chieu\" value=\"1\" checked"), "{}", telling.text);
        let sure = [("da-doi-chieu", "1"), ("ten-giay", "  Giấy chứng sinh ")];
        assert_eq!(browser.post(&path, &sure).await.status, 303);
        browser.post(&path, &sure).await;
        assert_eq!(site.count("select count(*) from electronic_copy"), 1, "two presses, one copy");
        let other = browser.post(&path, &[("da-doi-chieu", "1"), ("ten-giay", "Bằng lái xe")]).await;
        assert!(other.status == 422 && other.text.contains("đã chứng thực từ trước là “Giấy chứng sinh”"), "{}", other.text);
        let code = site.text("select code from electronic_copy");
        assert_eq!(code.len(), 19);
        let hash = site.text("select sha256 from dossier_file");
        let sheet = browser.get(&format!("/co-quan/ho-so/1/ban-sao/{code}")).await;
        assert_eq!((sheet.status, sheet.media_type.as_str()), (200, "application/pdf"));
        // Code, kind, office, time: no name, no number, no dossier, no hash.
        let public = site.browser().get(&format!("/ban-sao/{}", code.to_lowercase())).await;
        assert_eq!(public.status, 200);
        assert!(public.text.contains("Bản sao này là thật"), "{}", public.text);
        assert!(public.text.contains("Giấy chứng sinh"), "{}", public.text);
        assert!(public.text.contains("UBND xã Phú Sơn") && public.text.contains("08/01/2026"));
        for secret in ["Nguyễn Thị Thử", "quay", "260108-0001", hash.as_str()] {
            assert!(!public.text.contains(secret), "{secret}");
        }
        let asked = site.browser().get(&format!("/ban-sao?ma={}", code.replace('-', ""))).await;
        assert_eq!(asked.location, Some(format!("/ban-sao/{code}")));
        assert_eq!(site.browser().get("/ban-sao/AAAA-BBBB-CCCC-DDDD").await.status, 404);
        // Anybody holds the file that he got against it; it is kept nowhere.
        let public = format!("/ban-sao/{code}");
        let blobs = "select count(*) from file_held";
        let before = site.count(blobs);
        let scan = testkit::pdf("thu");
        for (bytes, said) in [
            (scan.as_slice(), "Đúng: tệp này là bản quét"),
            (&scan[1..], "Không phải: tệp này khác"),
            (&[], "Chưa chọn tệp nào"),
        ] {
            let told = site.browser().upload(&public, &[], &[("tep", "a.pdf", bytes)]).await;
            assert!(told.status == 200 && told.text.contains(said), "{said}: {}", told.text);
        }
        assert_eq!(site.count(blobs), before);
        // Taken back, it is genuine no more; a stranger does neither.
        let revoke = format!("/co-quan/ho-so/1/ban-sao/{code}/thu-hoi");
        let mut stranger = site.signed_in("quay-khac");
        let why = [("ly-do", "Quét thiếu trang 2")];
        assert_eq!(stranger.post(&revoke, &why).await.status, 404);
        assert_eq!(stranger.get(&revoke).await.status, 404);
        assert_eq!(stranger.post(&path, &sure).await.status, 404);
        assert_eq!(browser.get(&revoke).await.status, 200);
        let bare = browser.post(&revoke, &[]).await;
        assert!(bare.status == 422 && bare.text.contains("ly-do-mistake"), "a reason is owed: {}", bare.text);
        assert_eq!(browser.post(&revoke, &why).await.status, 303);
        assert_eq!(browser.get(&revoke).await.status, 422, "once");
        let page = browser.get("/co-quan/ho-so/1").await.text;
        assert!(page.contains("Quét thiếu trang 2") && page.contains(&format!("Giấy chứng sinh, mã {code}")), "{page}");
        let public = site.browser().get(&format!("/ban-sao/{code}")).await.text;
        assert!(public.contains("đã bị thu hồi") && !public.contains("là thật"), "{public}");
        assert_eq!(browser.get(&format!("/co-quan/ho-so/1/ban-sao/{code}")).await.status, 422);
        // What was taken back by mistake is certified anew, and taken back whatever the paper became since.
        let page = browser.get("/co-quan/ho-so/1").await.text;
        assert!(page.contains(&path) && !page.contains("/thu-hoi"), "{page}");
        assert_eq!(browser.post(&path, &sure).await.status, 303);
        assert_eq!(site.count("select count(*) from electronic_copy"), 2);
        site.given("update dossier_paper set form = 'copy'", &[]);
        let page = browser.get("/co-quan/ho-so/1").await.text;
        assert!(page.contains("/thu-hoi") && !page.contains(&path), "{page}");
    }

    async fn without_a_command_no_letters_are_read_and_no_button_says_so(site) {
        given_two_communes(&site);
        let mut browser = received(&site).await;
        let row = site.count("select min(id) from dossier_paper");
        scanned(&mut browser, 1, row, "original", "").await;
        let file = site.count("select min(id) from dossier_file");
        assert!(!browser.get("/co-quan/ho-so/1").await.text.contains("Đọc chữ"));
        let read = browser.post(&format!("/co-quan/ho-so/1/tep/{file}/doc-chu"), &[]).await;
        assert_eq!(read.status, 404);
    }
}
