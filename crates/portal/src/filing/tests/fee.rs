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
async fn a_fee_that_nobody_can_work_out_is_named_or_said_not_to_be_charged(site) {
    given_two_communes(&site);
    // The province sets it: the catalogue names a fee and no amount.
    let set = r#"update procedure_version set body = replace(body, '"amount":0', '"amount":null')"#;
    site.given(set, &[]);
    let mut browser = site.browser();
    for _ in 0..2 {
        let here = begun(&mut browser).await;
        filled(&site, &mut browser, &here).await;
        let review = browser.get(&format!("{here}?buoc=xem-lai")).await;
        let send = [("buoc", "xem-lai"), ("dau", &*mark(&review)), ("dong-y", "1"), ("viec", "gui")];
        assert_eq!(browser.post(&here, &send).await.status, 303);
    }
    let mut counter = site.signed_in("quay");
    let path = "/co-quan/ho-so/1/tiep-nhan";
    let page = counter.get(path).await.text;
    assert!(page.contains("Chưa tính được lệ phí") && page.contains("name=\"khong-thu\""), "{page}");
    for (fields, field, text) in [
        (vec![("so-tien", "")], "so-tien", "Chưa tính được lệ phí: nhập số tiền"),
        (vec![("so-tien", "0")], "ly-do-phi", "nghĩa là không thu"),
        (vec![("so-tien", "50000")], "ly-do-phi", "căn cứ thu"),
        (vec![("khong-thu", "1")], "ly-do-phi", "Ghi vì sao không thu"),
        (vec![("khong-thu", "1"), ("so-tien", "5000"), ("ly-do-phi", "a")], "khong-thu", "bỏ dấu"),
    ] {
        let fields: Vec<_> = [("an-ban", "1")].into_iter().chain(fields).collect();
        let wrong = counter.post(path, &fields).await;
        assert_eq!(wrong.status, 422, "{fields:?}");
        let beside = format!("id=\"{field}-mistake\">");
        let told = wrong.text.split(&beside).nth(1).unwrap_or_default().split('<').next().unwrap_or_default();
        assert!(told.contains(text), "{fields:?}: {told} {}", wrong.text);
    }
    assert_eq!(site.count("select count(*) from dossier where status = 'submitted'"), 2);
    // Said not to be charged, with why: kept.
    let fields = [("an-ban", "1"), ("khong-thu", "1"), ("ly-do-phi", "HĐND tỉnh miễn")];
    let done = counter.post(path, &fields).await;
    assert_eq!(done.status, 303, "{}", done.text);
    assert_eq!(site.text("select reason from fee_assessment where dossier = 1"), "HĐND tỉnh miễn");
    // An amount with its basis is what is to be paid.
    let fields = [("an-ban", "1"), ("so-tien", "50000"), ("ly-do-phi", "NQ của HĐND tỉnh")];
    let done = counter.post("/co-quan/ho-so/2/tiep-nhan", &fields).await;
    assert_eq!(done.status, 303, "{}", done.text);
    assert_eq!(site.count("select fee from dossier where id = 2"), 50_000);
    assert_eq!(site.count("select by_hand from fee_assessment where dossier = 2"), 1);
    // Worked out anew, the citizen is asked for what is left by a message of its own; once, with the last amount.
    for amount in ["70000", "60000"] {
        let fields = [("le-phi", amount), ("ly-do-phi", "Tính lại")];
        let done = counter.post("/co-quan/thu-phi/ho-so/1/tinh", &fields).await;
        assert_eq!(done.status, 303, "{}", done.text);
    }
    let asked = "from outbox where kind = 'pay_asked' and subject_id = 1";
    assert_eq!(site.count(&format!("select count(*) {asked}")), 2);
    let waiting = format!("select data {asked} and state <> 'replaced'");
    assert!(site.text(&waiting).contains("60.000"), "{}", site.text(&waiting));
}
}
