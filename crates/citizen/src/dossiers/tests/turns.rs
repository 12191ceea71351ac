//! A dossier between two people names whose turn it is, by one word, in lists, on its page and in the workbook.

use testkit::{TestSite, on_both_engines};

use super::{ONCE, birth, given_two_communes};

async fn does(site: &TestSite, login: &str, step: &str, fields: &[(&str, &str)]) {
    let path = format!("/co-quan/ho-so/1/{step}");
    let done = site.signed_in(login).post(&path, fields).await;
    assert_eq!(done.status, 303, "{step}: {}", done.text);
}

/// The word stands in the list, on the dossier's page and in the workbook of the register; no dash does.
async fn told(site: &TestSite, word: &str) {
    let mut browser = site.signed_in("truong");
    let list = browser.get("/co-quan/ho-so").await.text;
    assert!(list.contains(&format!("data-label=\"Đang giữ\">{word}")), "{word}: {list}");
    let page = browser.get("/co-quan/ho-so/1").await.text;
    assert!(page.contains(&format!("<dt>Đang giữ</dt><dd>{word}")), "{word}: {page}");
}

async fn found(site: &TestSite, holder: &str) -> bool {
    let path = format!("/co-quan/ho-so?can-bo={holder}");
    site.signed_in("truong").get(&path).await.text.contains("href=\"/co-quan/ho-so/1\"")
}

fn staff(site: &TestSite, name: &str) -> String {
    site.text(&format!("select cast(id as text) from staff where name = '{name}'"))
}

on_both_engines! { crate::routes();
    async fn whoever_must_act_next_holds_it_where_nobody_is_named(site) {
        given_two_communes(&site);
        let receipt = birth("Lê Thị Thử", ONCE);
        assert_eq!(site.signed_in("quay").post("/co-quan/ho-so/moi", &receipt).await.status, 303);
        told(&site, "Bộ phận Một cửa (chờ chuyển)").await;
        assert!(found(&site, "luot-counter").await && !found(&site, "luot-signer").await);
        does(&site, "quay", "chuyen", &[("don-vi", "2")]).await;
        told(&site, "Người phân công (chờ phân công): truong").await;
        // Whose turn it is finds it under his own name too, and nobody else does.
        assert!(found(&site, &staff(&site, "truong")).await);
        assert!(!found(&site, &staff(&site, "ky")).await);
        let officer = staff(&site, "thuly");
        does(&site, "truong", "phan-cong", &[("can-bo", officer.as_str())]).await;
        told(&site, "thuly").await;
        assert!(found(&site, &officer).await && !found(&site, "luot-officer").await);
        does(&site, "thuly", "thu-ly", &[]).await;
        does(&site, "thuly", "trinh-ky", &[]).await;
        told(&site, "Lãnh đạo ký: ky").await;
        assert!(found(&site, &staff(&site, "ky")).await && found(&site, "luot-signer").await);
        assert!(!found(&site, &officer).await);
        does(&site, "ky", "ky", &[]).await;
        told(&site, "Văn thư (chờ vào số): vanthu").await;
        let book = site.signed_in("truong").get("/co-quan/so-theo-doi?dang=xlsx").await;
        let mut book: calamine::Xlsx<_> = calamine::Reader::new(std::io::Cursor::new(book.bytes.to_vec())).unwrap();
        let sheet = calamine::Reader::worksheet_range_at(&mut book, 0).unwrap().unwrap();
        let said = "đang giữ: Văn thư (chờ vào số): vanthu";
        let notes = sheet.rows().flatten().map(ToString::to_string);
        assert!(notes.into_iter().any(|it| it.contains(said)), "{sheet:?}");
        does(&site, "vanthu", "cap-so", &[("so-van-ban", "1/KS")]).await;
        told(&site, "Quầy trả kết quả").await;
        assert!(found(&site, "luot-counter").await);
        // A neighbour sees none of it, whatever he filters by.
        let neighbour = site.signed_in("quay-khac").get("/co-quan/ho-so?can-bo=luot-counter").await;
        assert!(!neighbour.text.contains("href=\"/co-quan/ho-so/1\""), "{}", neighbour.text);
    }
}
