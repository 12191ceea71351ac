//! The offices' own words, on the form, on the papers and in the archive.

use domain::{access::Role, ids::UnitId};
use testkit::{TestSite, on_both_engines};

use super::{PaperTexts, of};
use crate::dossiers::tests::{given_two_communes, received};

const PAGE: &str = "/co-quan/quan-tri/loi-giay-to";

fn given_reform(site: &TestSite, login: &str, unit: i64) {
    let from = site.now().civil().date();
    site.run(|tx| {
        let account = people::accounts::facts::NewAccount {
            login,
            name: login,
            staff: None,
            password_hash: "",
            must_change: false,
            roles: &[(Role::ReformOfficer, UnitId(unit))],
            from,
        };
        people::accounts::facts::create(tx, &account)
    });
}

fn edition(page: &str) -> String {
    let after = page.split("name=\"an-ban\" value=\"").nth(1).unwrap();
    after.split('"').next().unwrap().to_owned()
}

on_both_engines! { crate::routes();
    async fn an_office_says_it_in_its_own_words_and_its_neighbour_does_not(site) {
        given_two_communes(&site);
        let mut counter = received(&site).await;
        given_reform(&site, "cchc-xa", 2);
        assert_eq!(counter.get(PAGE).await.status, 403);
        let mut reform = site.signed_in("cchc-xa");
        let page = reform.get(PAGE).await;
        assert_eq!(page.status, 200, "{}", page.text);
        let mark = edition(&page.text);
        let long = "a".repeat(201);
        let fields = |note| vec![("don-vi", "2"), ("an-ban", mark.as_str()), ("receipt_note", note), ("apology_closing", "Xin lỗi bà con.")];
        assert_eq!(reform.post(PAGE, &fields(&long)).await.status, 422);
        let elsewhere = [("don-vi", "4"), ("an-ban", mark.as_str()), ("receipt_note", "x")];
        assert_eq!(reform.post(PAGE, &elsewhere).await.status, 404, "not another office's");
        assert_eq!(reform.get(&format!("{PAGE}?don-vi=4")).await.status, 404);
        let saved = reform.post(PAGE, &fields("Mang #theo *giấy* này")).await;
        assert_eq!(saved.status, 303, "{}", saved.text);
        assert_eq!(reform.post(PAGE, &fields("Khác")).await.status, 422, "somebody was first");
        let own = site.run(|tx| of(tx, UnitId(2)));
        assert_eq!(own.receipt_note, "Mang #theo *giấy* này");
        assert_eq!(own.apology_closing, "Xin lỗi bà con.");
        assert_eq!(site.run(|tx| of(tx, UnitId(4))), PaperTexts::default());
        assert_eq!(site.count("select count(*) from journal where subject = 'paper_text'"), 2);
        // It prints as words, whatever marks stand in it.
        let paper = counter.get("/co-quan/ho-so/1/in/giay-hen").await;
        assert!(paper.bytes.starts_with(b"%PDF-"), "{}", paper.text);
        // Emptied, it is the shipped one again.
        let mark = edition(&reform.get(PAGE).await.text);
        assert_eq!(reform.post(PAGE, &[("don-vi", "2"), ("an-ban", &mark)]).await.status, 303);
        assert_eq!(site.run(|tx| of(tx, UnitId(2))), PaperTexts::default());
    }
}
