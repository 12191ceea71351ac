//! The print queue through the front door.

use testkit::on_both_engines;

use crate::dossiers::tests::{birth, given_two_communes, received};

on_both_engines! { crate::routes();
    async fn papers_wait_are_printed_as_one_file_and_printed_again_with_a_reason(site) {
        given_two_communes(&site);
        let mut browser = received(&site).await;
        let other = "e".repeat(32);
        let mut fields = birth("Lê Văn Hai", &other);
        fields.push(("in-sau", "1"));
        let received = browser.post("/co-quan/ho-so/moi", &fields).await;
        assert_eq!(received.status, 303);
        let page = browser.get(received.location.as_deref().unwrap()).await.text;
        assert!(page.contains("hàng đợi in</a>.</p>") && !page.contains("Đưa vào hàng đợi in"), "{page}");
        let add = [("giay", "giay-hen")];
        assert_eq!(browser.post("/co-quan/ho-so/1/hang-in", &add).await.status, 303);
        browser.post("/co-quan/ho-so/1/hang-in", &add).await;
        assert_eq!(site.count("select count(*) from print_job"), 2, "a paper waits once");
        let early = browser.post("/co-quan/ho-so/1/hang-in", &[("giay", "xin-loi")]).await;
        assert_eq!(early.status, 422, "no paper about what did not happen");
        let page = browser.get("/co-quan/hang-in").await.text;
        assert!(page.contains("2 giấy chờ in"), "{page}");
        let printed = browser.post("/co-quan/hang-in", &[]).await;
        assert_eq!((printed.status, printed.media_type.as_str()), (200, "application/pdf"));
        assert!(printed.bytes.starts_with(b"%PDF-"));
        assert_eq!(site.count("select count(*) from print_job where times = 1 and printed_ms is not null"), 2);
        assert_eq!(site.count("select count(*) from journal where act = 'print_paper'"), 2);
        let none = browser.post("/co-quan/hang-in", &[]).await;
        assert_eq!(none.location.as_deref(), Some("/co-quan/hang-in"), "nothing waits any more");
        let job = site.count("select id from print_job where dossier = 1");
        let again = format!("/co-quan/hang-in/{job}/in-lai");
        assert_eq!(browser.post(&again, &[]).await.status, 422, "a reason is owed");
        let reason = [("ly-do", "Máy in kẹt giấy")];
        assert_eq!(browser.post(&again, &reason).await.status, 200);
        let page = browser.get("/co-quan/hang-in").await.text;
        assert!(page.contains("Máy in kẹt giấy") && page.contains(">2<"), "{page}");
        let gone = browser.post(&format!("/co-quan/hang-in/{job}/bo"), &[]).await;
        assert_eq!(gone.status, 422, "what was printed stays");
        // Nobody else's desk, nobody else's dossier.
        let mut stranger = site.signed_in("quay-khac");
        assert_eq!(stranger.post(&again, &reason).await.status, 404);
        assert_eq!(stranger.post("/co-quan/ho-so/1/hang-in", &add).await.status, 404);
        // Neither a colleague without a part at the counter nor who oversees it prints its papers.
        for login in ["thuly", "ky", "lanhdao-huyen"] {
            let mut other = site.signed_in(login);
            let tried = other.post("/co-quan/ho-so/1/hang-in", &add).await.status;
            assert!(matches!(tried, 403 | 404), "{login}: {tried}");
            let paper = other.get("/co-quan/ho-so/1/bien-nhan-tra").await.status;
            assert!(matches!(paper, 403 | 404 | 422), "{login}: {paper}");
        }
        assert_eq!(stranger.get("/co-quan/ho-so/1/bien-nhan-tra").await.status, 404);
        assert_eq!(stranger.get("/co-quan/ho-so/1/giay-hen-chung").await.status, 404);
        assert_eq!(site.signed_in("lanhdao-huyen").get("/co-quan/ho-so/1/bien-nhan-tra").await.status, 404);
        assert_eq!(site.count("select count(*) from print_job"), 2);
        assert!(!stranger.get("/co-quan/hang-in").await.text.contains("Nguyễn Thị Thử"));
    }
}
