//! What is declared says what is to be paid: the citizen reads it at review, the counter finds it proposed.

use super::*;

on_both_engines! { routes();

async fn copies_that_are_asked_for_are_paid_for_without_anything_typed(site) {
    given_two_communes(&site);
    site.run(|tx| citizen::fees::facts::fill_from_catalogue(tx, jiff::civil::date(2019, 1, 1)).map(|_| ()));
    let mut browser = site.browser();
    let here = begun(&mut browser).await;
    filled(&site, &mut browser, &here).await;
    let said = "Bản sao trích lục: 2 bản × 8.000 đ/bản = 16.000 đ";
    let review = browser.get(&format!("{here}?buoc=xem-lai")).await;
    assert!(review.text.contains("Không thu; ") && review.text.contains(said), "{}", review.text);
    let english = browser.get(&format!("{here}?buoc=xem-lai&lang=en")).await.text;
    assert!(english.contains("2 copies: 16.000 đ"), "{english}");
    browser.get(&format!("{here}?buoc=xem-lai&lang=vi")).await;
    // A file that the form asks for goes with the papers, and the review says so.
    assert!(review.text.contains("gửi kèm ở bước Giấy tờ"), "{}", review.text);
    let send = [("buoc", "xem-lai"), ("dau", &*mark(&review)), ("dong-y", "1"), ("viec", "gui")];
    assert_eq!(browser.post(&here, &send).await.status, 303);
    // What only steers the screen, and a file that came beside it, are not printed.
    let print = testkit::text_of_pdf(&browser.get(&format!("{here}/to-khai.pdf")).await.bytes);
    assert!(print.contains("Trần Thị Lan"), "{print}");
    assert!(!print.contains("Khai thông tin người") && !print.contains("Ảnh chụp"), "{print}");

    let mut counter = site.signed_in("quay");
    let page = counter.get("/co-quan/ho-so/1/tiep-nhan").await.text;
    assert!(page.contains("value=\"16000\"") && page.contains(said), "{page}");
    assert!(page.contains("Tiếp nhận bây giờ thì hẹn trả 17:00, thứ Năm 08/01/2026"), "{page}");
    assert!(page.contains("Lý do, căn cứ khi sửa số tiền"), "{page}");
    // Another amount without a reason is asked for it beside the field that says so.
    let path = "/co-quan/ho-so/1/tiep-nhan";
    let wrong = counter.post(path, &[("an-ban", "1"), ("so-tien", "8000")]).await;
    assert_eq!(wrong.status, 422);
    assert!(wrong.text.contains("Số tiền khác mức tính sẵn (16.000 đ)"), "{}", wrong.text);
    assert_eq!(site.text("select status from dossier"), "submitted");
    // Left as it is, also by a page that was not filled in at all, it is what was proposed.
    let done = counter.post(path, &[("an-ban", "1")]).await;
    assert_eq!(done.status, 303, "{}", done.text);
    assert_eq!(site.count("select fee from dossier"), 16_000);
    assert_eq!(site.count("select by_hand from fee_assessment"), 0);
    assert!(site.text("select working from fee_assessment").contains("2 bản × 8.000 đ/bản"));
}

async fn the_clerk_may_charge_something_else_with_a_reason(site) {
    given_two_communes(&site);
    site.run(|tx| citizen::fees::facts::fill_from_catalogue(tx, jiff::civil::date(2019, 1, 1)).map(|_| ()));
    let mut browser = site.browser();
    let here = begun(&mut browser).await;
    filled(&site, &mut browser, &here).await;
    let review = browser.get(&format!("{here}?buoc=xem-lai")).await;
    let send = [("buoc", "xem-lai"), ("dau", &*mark(&review)), ("dong-y", "1"), ("viec", "gui")];
    assert_eq!(browser.post(&here, &send).await.status, 303);
    let fields = [("an-ban", "1"), ("so-tien", "0"), ("ly-do-phi", "Hộ nghèo")];
    let done = site.signed_in("quay").post("/co-quan/ho-so/1/tiep-nhan", &fields).await;
    assert_eq!(done.status, 303, "{}", done.text);
    assert_eq!(site.count("select fee from dossier"), 0);
}

async fn three_copies_of_an_extract_cost_three_times_the_rate(site) {
    given_two_communes(&site);
    let day = jiff::civil::date(2026, 1, 8);
    let proposal = site.run(|tx| {
        citizen::fees::facts::fill_from_catalogue(tx, jiff::civil::date(2019, 1, 1))?;
        let version = citizen::procedures::facts::in_force(tx, "2.000635", day)?.expect("it is published");
        let form = citizen::eforms::shipped::all()?;
        let form = form.into_iter().find(|it| it.code == "trich-luc-ho-tich").expect("it ships");
        let mut answers = citizen::eforms::shipped::sample("trich-luc-ho-tich")?.expect("a sample");
        answers.insert("ban-sao".into(), domain::eform::Answer::from("3"));
        let channel = domain::procedure::ChannelKind::Online;
        citizen::fees::facts::proposed(tx, &version.body, channel, Some((&form, &answers)), day)
    });
    assert_eq!(proposal.assessment.due(), domain::money::Dong(24_000), "{proposal:?}");
    assert!(proposal.is_whole);
}
}
