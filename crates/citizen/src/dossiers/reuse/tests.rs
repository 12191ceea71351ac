//! Papers used again, through the front door.

use testkit::{Browser, TestSite, on_both_engines};

use crate::dossiers::{
    checklist::tests::scanned,
    tests::{ONCE, birth, given_two_communes},
};

const NUMBER: &str = "040190001234";

/// A dossier with a scanned paper that holds until then, of the person with [`NUMBER`].
async fn filed<'a>(site: &'a TestSite, until: &str) -> Browser<'a> {
    given_two_communes(site);
    let mut browser = site.signed_in("quay");
    let mut fields = birth("Nguyễn Thị Thử", ONCE);
    fields.push(("so-giay-to", NUMBER));
    assert_eq!(browser.post("/co-quan/ho-so/moi", &fields).await.status, 303);
    let row = site.count("select min(id) from dossier_paper");
    scanned(&mut browser, 1, row, "original", until).await;
    browser
}

/// The next form of the same person; `more` beside it.
fn next<'a>(once: &'a str, more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let mut fields = birth("Nguyễn Thị Thử", once);
    fields.retain(|(name, _)| !matches!(*name, "co-1" | "so-1"));
    fields.push(("so-giay-to", NUMBER));
    fields.push(("van-nhan", "1"));
    for (name, value) in more {
        fields.retain(|(it, _)| it != name);
        fields.push((name, value));
    }
    fields
}

const LOOKS: &str = "select count(*) from journal where act = 'look' and subject_id = 1";

on_both_engines! { crate::routes();
    async fn a_paper_filed_before_is_used_again_with_consent_and_the_receipt_says_so(site) {
        let mut browser = filed(&site, "").await;
        let other = "e".repeat(32);
        let search = next(&other, &[("viec", "tim-giay")]);
        let unasked = browser.post("/co-quan/ho-so/moi", &search).await.text;
        assert!(unasked.contains("Hỏi người nộp có đồng ý"), "{unasked}");
        assert!(!unasked.contains("name=\"dung-lai\""), "nothing is shown before he agreed");
        assert_eq!(site.count(LOOKS), 0);
        let search = next(&other, &[("viec", "tim-giay"), ("dong-y", "on_receipt")]);
        let offered = browser.post("/co-quan/ho-so/moi", &search).await.text;
        let row = site.count("select min(id) from dossier_paper");
        assert!(offered.contains(&format!("name=\"dung-lai\" value=\"{row}\"")), "{offered}");
        assert_eq!(site.count(LOOKS), 1, "who was offered what is written down");
        let (source, place) = (row.to_string(), format!("thay-{row}"));
        let wanted = [("da-tim", "1"), ("dung-lai", source.as_str()), (place.as_str(), "1")];
        let without = browser.post("/co-quan/ho-so/moi", &next(&other, &wanted)).await;
        assert_eq!(without.status, 422, "no paper without consent");
        let agreed = [wanted[0], wanted[1], wanted[2], ("dong-y", "on_receipt")];
        let done = browser.post("/co-quan/ho-so/moi", &next(&other, &agreed)).await;
        assert_eq!(done.location.as_deref(), Some("/co-quan/ho-so/2?moi=1"), "{}", done.text);
        assert_eq!(site.text("select form from dossier_paper where dossier = 2"), "reused");
        assert_eq!(site.count("select count(*) from dossier_file where dossier = 2"), 1);
        assert_eq!(site.text("select way from paper_consent"), "on_receipt");
        assert_eq!(site.count("select count(*) from journal where act = 'reuse_paper' and subject_id = 2"), 1);
        let page = browser.get("/co-quan/ho-so/2").await.text;
        assert!(page.contains("từ hồ sơ H41.99.40-260108-0001"), "{page}");
        let lines = site.run(|tx| crate::dossiers::reuse::receipt_lines(tx, domain::ids::DossierId(2)));
        assert!(lines[0].contains("ký trên giấy tiếp nhận"), "{lines:?}");
        assert_eq!(browser.get("/co-quan/ho-so/2/in/giay-hen").await.status, 200);
        let file = site.count("select min(id) from dossier_file");
        let before = site.count(LOOKS);
        assert_eq!(browser.get(&format!("/co-quan/ho-so/giay-da-nop/{file}")).await.status, 200);
        assert_eq!(site.count(LOOKS), before + 1, "each look is written down");
    }

    async fn a_withdrawn_consent_stops_further_use_until_he_agrees_again(site) {
        let mut browser = filed(&site, "").await;
        let row = site.count("select min(id) from dossier_paper").to_string();
        let place = format!("thay-{row}");
        let agreed = [("dung-lai", row.as_str()), (place.as_str(), "1"), ("dong-y", "on_receipt")];
        let (second, third) = ("e".repeat(32), "d".repeat(32));
        assert_eq!(browser.post("/co-quan/ho-so/moi", &next(&second, &agreed)).await.status, 303);
        let withdrawn = browser.post("/co-quan/ho-so/2/rut-dong-y", &[]).await;
        assert_eq!(withdrawn.status, 303, "{}", withdrawn.text);
        let search = next(&third, &[("viec", "tim-giay"), ("dong-y", "on_receipt")]);
        let offered = browser.post("/co-quan/ho-so/moi", &search).await.text;
        assert!(offered.contains("đã rút đồng ý") && !offered.contains("name=\"dung-lai\""), "{offered}");
        let forced = browser.post("/co-quan/ho-so/moi", &next(&third, &agreed)).await;
        assert_eq!(forced.status, 422, "not even by hand");
        assert_eq!(site.count("select count(*) from dossier"), 2, "nothing is half written");
        assert_eq!(browser.post("/co-quan/ho-so/2/dong-y-lai", &[]).await.status, 303);
        assert_eq!(browser.post("/co-quan/ho-so/moi", &next(&third, &agreed)).await.status, 303);
        assert_eq!(site.signed_in("quay-khac").post("/co-quan/ho-so/2/rut-dong-y", &[]).await.status, 404);
    }

    async fn neither_what_has_run_out_nor_another_persons_nor_another_offices_is_used(site) {
        let mut browser = filed(&site, "07/01/2026").await;
        let row = site.count("select min(id) from dossier_paper").to_string();
        let place = format!("thay-{row}");
        let agreed = [("dung-lai", row.as_str()), (place.as_str(), "1"), ("dong-y", "in_writing")];
        let other = "e".repeat(32);
        let old = browser.post("/co-quan/ho-so/moi", &next(&other, &agreed)).await;
        assert_eq!(old.status, 422);
        assert!(old.text.contains("hết giá trị sử dụng từ sau ngày 07/01/2026"), "{}", old.text);
        site.given("update dossier_paper set valid_until = null", &[]);
        let mut fields = next(&other, &agreed);
        fields.retain(|(name, _)| *name != "so-giay-to");
        fields.push(("so-giay-to", "040190009999"));
        let stranger = browser.post("/co-quan/ho-so/moi", &fields).await;
        assert!(stranger.text.contains("không phải của người nộp này"), "{}", stranger.text);
        let mut elsewhere = site.signed_in("quay-khac");
        let refused = elsewhere.post("/co-quan/ho-so/moi", &next(&other, &agreed)).await;
        assert_eq!(refused.status, 422);
        let file = site.count("select min(id) from dossier_file");
        assert_eq!(elsewhere.get(&format!("/co-quan/ho-so/giay-da-nop/{file}")).await.status, 404);
        // A mark alone makes nothing used again.
        let marked = [("co-1", "1"), ("so-1", "1"), ("dang-1", "reused")];
        let alone = browser.post("/co-quan/ho-so/moi", &next(&other, &marked)).await;
        assert_eq!(alone.status, 422);
        assert_eq!(site.count("select count(*) from dossier"), 1);
    }
}
