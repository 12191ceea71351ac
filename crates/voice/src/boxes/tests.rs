//! Boxes through the front door, on both databases: two people, two browsers.

use std::io::Cursor;

use domain::access::Role;
use image::{ImageFormat, RgbImage};
use testkit::{TestSite, on_both_engines, text_of_pdf};

use crate::reception::tests::{given_offices, position};

/// A picture of a slip; `shade` tells it from others.
fn picture(shade: u8) -> Vec<u8> {
    let mut out = Vec::new();
    let dots = RgbImage::from_pixel(40, 30, image::Rgb([shade, 200, 10]));
    dots.write_to(&mut Cursor::new(&mut out), ImageFormat::Png).unwrap();
    out
}

async fn given_box(site: &TestSite) {
    given_offices(site);
    site.given_people(&[("vanthu", Role::Clerk, 2)]);
    let (first, second) = (position(site, "tiepdan"), position(site, "vanthu"));
    let kept = [
        ("noi", "Sảnh Một cửa"),
        ("nguoi-1", first.as_str()),
        ("nguoi-2", second.as_str()),
        ("nhip", "w"),
        ("thu", "5"),
    ];
    let done = site.signed_in("tiepdan").post("/co-quan/hom-thu/2/moi", &kept).await;
    assert_eq!(done.status, 303, "{}", done.text);
}

/// What stands on the first one's page for the second one.
fn code(page: &str) -> String {
    let rest = page.split("<p class=\"mono big\"><b>").nth(1).unwrap_or_default();
    rest.split('<').next().unwrap_or_default().to_owned()
}

async fn given_open(site: &TestSite) {
    given_box(site).await;
    let mut first = site.signed_in("tiepdan");
    assert_eq!(first.post("/co-quan/hom-thu/hom/1/mo", &[]).await.status, 303);
    let code = code(&first.get("/co-quan/hom-thu/lan/1").await.text);
    let done =
        site.signed_in("vanthu").post("/co-quan/hom-thu/lan/1/xac-nhan", &[("ma", &code)]).await;
    assert_eq!(done.status, 303, "{}", done.text);
}

async fn add_slip(site: &TestSite, login: &str, shade: u8) -> testkit::Answer {
    let token = site::form::new_token();
    let bytes = picture(shade);
    site.signed_in(login)
        .upload(
            "/co-quan/hom-thu/lan/1/phieu",
            &[("lan", token.as_str())],
            &[("anh", "phieu.png", &bytes)],
        )
        .await
}

on_both_engines! { crate::routes();
    async fn a_box_on_the_wall_keeps_its_unit_open(site) {
        given_box(&site).await;
        let need = || site.run(|tx| crate::boxes::facts::needs_unit(tx, domain::ids::UnitId(2), jiff::civil::date(2026, 2, 1)));
        assert_eq!(need().as_deref(), Some("1 hòm thư góp ý chưa mở lần cuối và gỡ xuống"));
        assert_eq!(site.signed_in("tiepdan").post("/co-quan/hom-thu/hom/1/mo", &[]).await.status, 303);
        assert!(need().is_some_and(|it| it.contains("1 lần mở hòm thư chưa đóng")));
        site.given("update box_opening set state = 'closed'", &[]);
        site.given("update suggestion_box set removed_at = 1", &[]);
        assert_eq!(need(), None);
    }

    async fn a_box_is_opened_by_two_and_each_slip_ends_as_an_answer_or_a_reason(site) {
        given_open(&site).await;
        let mut first = site.signed_in("tiepdan");
        assert_eq!(first.post("/co-quan/hom-thu/lan/1/so-phieu", &[("so-phieu", "3")]).await.status, 303);
        for (login, shade) in [("tiepdan", 1), ("vanthu", 2)] {
            let done = add_slip(&site, login, shade).await;
            assert_eq!(done.status, 303, "{}", done.text);
        }
        assert_eq!(site.count("select max(number) from box_slip"), 2);
        let kept = first.get("/co-quan/hom-thu/phieu/1/anh").await;
        assert!(kept.media_type == "image/jpeg" && kept.bytes.starts_with(b"\xff\xd8"), "drawn anew");
        let early = first.post("/co-quan/hom-thu/lan/1/dong", &[]).await;
        assert!(early.status == 422 && early.text.contains("001/2026, 002/2026"), "{}", early.text);
        let said = [("loi", "Sổ hộ khẩu cũ vẫn bị hỏi"), ("loai", "rule_report"), ("ten", "Người Viết"), ("dien-thoai", "0912345678")];
        for _ in 0..2 {
            let done = first.post("/co-quan/hom-thu/phieu/1", &said).await;
            assert_eq!(done.status, 303, "{}", done.text);
        }
        assert_eq!(site.count("select count(*) from feedback where source_kind = 'box_slip' and source_id = 1"), 1);
        assert_eq!(first.post("/co-quan/hom-thu/phieu/2", &[("loai", ""), ("ly-do-loai", "")]).await.status, 422);
        let aside = [("loai", ""), ("ly-do-loai", "illegible")];
        assert_eq!(site.signed_in("vanthu").post("/co-quan/hom-thu/phieu/2", &aside).await.status, 303);
        let differs = first.post("/co-quan/hom-thu/lan/1/dong", &[]).await;
        assert!(differs.status == 422 && differs.text.contains("Đã đếm 3 phiếu nhưng chụp 2"), "{}", differs.text);
        let why = [("ly-do-lech", "Hai tờ dính nhau, đếm nhầm")];
        assert_eq!(first.post("/co-quan/hom-thu/lan/1/dong", &why).await.status, 303);
        let page = first.get("/co-quan/hom-thu/lan/1").await;
        assert!(page.text.contains("PA-") && page.text.contains("Không đọc được") && page.text.contains("đếm nhầm"), "{}", page.text);
        assert!(!page.text.contains("Người Viết"));
        let minutes = first.get("/co-quan/hom-thu/lan/1/bien-ban").await;
        let words = text_of_pdf(&minutes.bytes);
        assert!(words.contains("Mở hòm thư góp ý") && words.contains("tiepdan") && words.contains("vanthu"), "{words}");
        assert!(words.contains("002/2026") && words.contains("đếm nhầm"), "{words}");
        // Closed is closed; what is to be said is added.
        assert_eq!(add_slip(&site, "tiepdan", 9).await.status, 422);
        assert_eq!(first.post("/co-quan/hom-thu/phieu/2", &aside).await.status, 422);
        assert_eq!(first.post("/co-quan/hom-thu/lan/1/so-phieu", &[("so-phieu", "2")]).await.status, 422);
        assert_eq!(first.post("/co-quan/hom-thu/lan/1/ghi-chu", &[("ghi-chu", "Phiếu 2 đọc được một phần")]).await.status, 303);
        assert!(first.get("/co-quan/hom-thu/lan/1").await.text.contains("đọc được một phần"));
        assert_eq!(site.count("select count(*) from box_slip where state = 'aside'"), 1);
    }

    async fn nobody_opens_a_box_alone_or_with_a_guess(site) {
        given_box(&site).await;
        let mut first = site.signed_in("tiepdan");
        assert_eq!(first.post("/co-quan/hom-thu/hom/1/mo", &[]).await.status, 303);
        assert_eq!(first.post("/co-quan/hom-thu/hom/1/mo", &[]).await.status, 303);
        assert_eq!(site.count("select count(*) from box_opening"), 1, "one at a time");
        let code = code(&first.get("/co-quan/hom-thu/lan/1").await.text);
        assert_eq!(code.len(), 6);
        let alone = first.post("/co-quan/hom-thu/lan/1/xac-nhan", &[("ma", &code)]).await;
        assert!(alone.status == 422 && alone.text.contains("người khác"), "{}", alone.text);
        assert_eq!(add_slip(&site, "tiepdan", 1).await.status, 422, "not yet open");
        let mut second = site.signed_in("vanthu");
        assert!(!second.get("/co-quan/hom-thu/lan/1").await.text.contains(&code), "the code stands on the first page alone");
        assert_eq!(site.signed_in("khac").post("/co-quan/hom-thu/lan/1/xac-nhan", &[("ma", &code)]).await.status, 404);
        let guess = if code == "000000" { "000001" } else { "000000" };
        for _ in 0..5 {
            assert_eq!(second.post("/co-quan/hom-thu/lan/1/xac-nhan", &[("ma", guess)]).await.status, 422);
        }
        let late = second.post("/co-quan/hom-thu/lan/1/xac-nhan", &[("ma", &code)]).await;
        assert!(late.status == 422 && late.text.contains("không còn chờ"), "{}", late.text);
        assert_eq!(site.text("select state from box_opening"), "given_up");
    }

    async fn a_third_one_writes_nothing_and_what_was_written_survives(site) {
        given_open(&site).await;
        assert_eq!(add_slip(&site, "vanthu", 1).await.status, 303);
        let third = add_slip(&site, "quay", 2).await;
        assert!(third.status == 422 && third.text.contains("Chỉ hai người"), "{}", third.text);
        let text = site.signed_in("tiepdan").upload("/co-quan/hom-thu/lan/1/phieu", &[("lan", "x")], &[("anh", "a.png", b"no picture")]).await;
        assert!(text.status == 422 && text.text.contains("không đọc được"), "{}", text.text);
        // A statement fails in the middle: neither a number nor a slip is left over.
        let before = site.count("select last from box_series");
        assert_eq!((before, site.count("select count(*) from box_slip")), (1, 1));
        assert_eq!(site.signed_in("kiemtra").get("/co-quan/hom-thu/phieu/1").await.status, 403);
        assert_eq!(site.signed_in("kiemtra").get("/co-quan/hom-thu/lan/1").await.status, 200);
        assert_eq!(site.signed_in("khac").get("/co-quan/hom-thu/lan/1").await.status, 404);
    }

    async fn a_denunciation_on_a_slip_leaves_neither_words_nor_picture_behind(site) {
        given_open(&site).await;
        assert_eq!(add_slip(&site, "vanthu", 1).await.status, 303);
        let said = [("loi", "Ông X nhận tiền"), ("loai", "denunciation"), ("ten", "Người Tố"), ("dia-chi", "Xóm 1")];
        let done = site.signed_in("tiepdan").post("/co-quan/hom-thu/phieu/1", &said).await;
        assert_eq!(done.status, 303, "{}", done.text);
        assert_eq!(site.count("select count(*) from box_slip where words = '' and sha256 = ''"), 1);
        assert!(!site.signed_in("tiepdan").get("/co-quan/hom-thu/lan/1").await.text.contains("nhận tiền"));
    }

    async fn a_box_that_was_not_opened_on_its_day_is_told(site) {
        given_box(&site).await;
        // Friday the 9th goes by.
        site.pass_minutes(60 * 24 * 3);
        let list = site.signed_in("tiepdan").get("/co-quan/hom-thu").await;
        assert!(list.text.contains("lỡ ngày 09/01/2026"), "{}", list.text);
        let same = [("noi", "Kho"), ("nguoi-1", "1"), ("nguoi-2", "1"), ("nhip", "w"), ("thu", "5")];
        assert_eq!(site.signed_in("tiepdan").post("/co-quan/hom-thu/2/moi", &same).await.status, 422);
        assert_eq!(site.signed_in("tiepdan").post("/co-quan/hom-thu/hom/1/go", &[]).await.status, 303);
        assert!(!site.signed_in("tiepdan").get("/co-quan/hom-thu").await.text.contains("lỡ ngày"));
    }
}
