//! Blank forms through the front door.

use testkit::on_both_engines;

use crate::{dossiers::tests::PDF, levels::tests::given};

on_both_engines! { crate::routes();
    async fn a_form_is_attached_replaced_downloaded_and_taken_away(site) {
        given(&site);
        let path = "/co-quan/thu-tuc/1.001193/mau";
        let mut officer = site.signed_in("cchc");
        assert_eq!(officer.get(path).await.status, 200);
        let none = officer.upload(path, &[("mau", "Tờ khai khai sinh"), ("pham-vi", "nay")], &[]).await;
        assert_eq!(none.status, 422);
        assert!(none.text.contains("Chưa chọn tệp mẫu đơn"), "{}", none.text);
        let fields = [("mau", "Tờ khai khai sinh"), ("pham-vi", "nay")];
        let picture = officer.upload(path, &fields, &[("tep", "mau.pdf", b"not a pdf at all")]).await;
        assert_eq!(picture.status, 422, "{}", picture.text);
        let done = officer.upload(path, &fields, &[("tep", "mau-khai-sinh.pdf", PDF)]).await;
        assert_eq!(done.location.as_deref(), Some(path), "{}", done.text);

        let mut citizen = site.browser();
        let page = citizen.get("/thu-tuc/1.001193?don-vi=2").await;
        assert!(page.text.contains("Mẫu đơn để tải về") && page.text.contains("PDF, "), "{}", page.text);
        let file = citizen.get("/thu-tuc/1.001193/mau/1").await;
        assert_eq!((file.status, file.media_type.as_str()), (200, "application/pdf"));
        assert_eq!(&file.bytes[..], PDF);
        // Another procedure does not offer it.
        assert_eq!(citizen.get("/thu-tuc/1.000894/mau/1").await.status, 404);

        // A newer file takes the place of the one before.
        let newer = testkit::pdf("mới");
        let done = officer.upload(path, &fields, &[("tep", "mau-moi.pdf", &newer)]).await;
        assert_eq!(done.status, 303, "{}", done.text);
        assert_eq!(citizen.get("/thu-tuc/1.001193/mau/1").await.status, 404);
        assert_eq!(&citizen.get("/thu-tuc/1.001193/mau/2").await.bytes[..], &newer[..]);
        assert_eq!(site.count("select max(edition) from blank_form"), 2);

        assert_eq!(site.signed_in("quay").upload(path, &fields, &[("tep", "a.pdf", PDF)]).await.status, 403);
        officer.post(path, &[("thoi", "2")]).await;
        assert_eq!(citizen.get("/thu-tuc/1.001193/mau/2").await.status, 404);
        assert!(!citizen.get("/thu-tuc/1.001193").await.text.contains("Mẫu đơn để tải về"));
        assert_eq!(site.count("select count(*) from journal where subject = 'blank_form'"), 3);
        // Its bytes stay for whoever looks at the history, also when a dossier with the same file goes.
        let hash = site.text("select sha256 from blank_form where id = 1");
        assert!(site.run(move |tx| site::files::unnamed(tx, vec![hash])).is_empty());
    }

    async fn one_form_serves_every_procedure_that_asks_for_it(site) {
        given(&site);
        let mut officer = site.signed_in("cchc");
        let everywhere = [("mau", "Giấy đề nghị đăng ký hộ kinh doanh"), ("pham-vi", "moi")];
        // A name that no paper of this procedure bears helps nobody.
        let wrong = officer
            .upload("/co-quan/thu-tuc/1.001193/mau", &everywhere, &[("tep", "a.pdf", PDF)])
            .await;
        assert_eq!(wrong.status, 422, "{}", wrong.text);
        let done = officer
            .upload("/co-quan/thu-tuc/1.001612/mau", &everywhere, &[("tep", "a.pdf", PDF)])
            .await;
        assert_eq!(done.status, 303, "{}", done.text);
        let mut citizen = site.browser();
        assert_eq!(citizen.get("/thu-tuc/1.001612/mau/1").await.status, 200);
        assert_eq!(citizen.get("/thu-tuc/1.001193/mau/1").await.status, 404);
    }

    async fn below_level_two_no_form_is_offered(site) {
        given(&site);
        let mut officer = site.signed_in("cchc");
        let fields = [("mau", "Tờ khai"), ("pham-vi", "nay")];
        officer.upload("/co-quan/thu-tuc/1.001193/mau", &fields, &[("tep", "a.pdf", PDF)]).await;
        let set = [("muc", "information"), ("tu-ngay", "08/01/2026"), ("ly-do", "Thử")];
        officer.post("/co-quan/muc-do/2/1.001193", &set).await;
        let mut citizen = site.browser();
        assert!(!citizen.get("/thu-tuc/1.001193?don-vi=2").await.text.contains("Mẫu đơn để tải về"));
        assert!(citizen.get("/thu-tuc/1.001193?don-vi=4").await.text.contains("Mẫu đơn để tải về"));
    }
}
