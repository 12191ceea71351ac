//! A declaration question by question, as a telephone opens it; it works without scripts.

use super::*;

/// The names of the fields that a page asks for in a declaration.
fn asked(page: &str) -> Vec<String> {
    let names = page.split("name=\"f-shown\" value=\"").skip(1);
    names.filter_map(|it| it.split('"').next().map(str::to_owned)).collect()
}

on_both_engines! { routes();

async fn a_telephone_asks_one_question_a_screen_and_goes_on_by_each(site) {
    given_two_communes(&site);
    let mut browser = site.browser();
    browser.agent = "Mozilla/5.0 (Linux; Android 14) Chrome/140 Mobile Safari/537.36".to_owned();
    let here = begun(&mut browser).await;
    let first = mark(&browser.get(&here).await);
    let to = browser.post(&here, &person(&first)).await.location;
    let mut at = to.expect("the declaration");
    let said = declaration("Lê Thị Minh Họa");
    let form = citizen::eforms::shipped::all().unwrap();
    let form = form.into_iter().find(|it| it.code == "khai-sinh").expect("it ships");
    let (mut seen, mut backward) = (Vec::new(), 0);
    for _ in 0..80 {
        if !at.contains("buoc=to-khai") {
            break;
        }
        let page = browser.get(&at).await;
        let question = page.text.split("name=\"cau\" value=\"").nth(1).and_then(|it| it.split('"').next());
        let question = question.unwrap_or_else(|| panic!("one question: {}", page.text)).to_owned();
        let asks = |code: &&String| {
            let field = form.field(code).expect("a field");
            field.is_asked() && field.kind != domain::eform::Kind::File
        };
        assert_eq!(asked(&page.text).iter().filter(asks).count(), 1, "{at}");
        backward += usize::from(page.text.contains("?buoc=to-khai&amp;cau=") || page.text.contains("?buoc=to-khai&#38;cau="));
        let mark_now = mark(&page);
        let fixed = [("buoc", "to-khai"), ("cau", question.as_str()), ("dau", mark_now.as_str()), ("viec", "tiep")];
        // Nothing answered to what must be: it stays at this question and says so, of this one alone.
        let field = form.field(&question).expect("a field");
        let own: Vec<(String, String)> = said
            .iter()
            .filter(|(name, _)| *name == format!("f.{question}") || name.starts_with(&format!("f.{question}.")))
            .cloned()
            .collect();
        if field.required && seen.len() < 3 && question != "yc-ten" && question != "yc-giay-to" && question != "yc-dt" {
            let empty = browser.post(&here, &fixed).await;
            let empty = led_back(&mut browser, empty).await;
            assert!(empty.text.contains(&format!("href=\"#f.{question}")), "{question}: {}", empty.text);
            assert_eq!(empty.text.matches("href=\"#f.").count(), 1, "{}", empty.text);
        }
        let mark_now = mark(&browser.get(&at).await);
        let fixed = [("buoc", "to-khai"), ("cau", question.as_str()), ("dau", mark_now.as_str()), ("viec", "tiep")];
        let next = browser.post(&here, &with(&fixed, &own)).await;
        assert_eq!(next.status, 303, "{question}: {}", next.text);
        at = next.location.expect("the next question");
        seen.push(question);
    }
    assert!(at.ends_with("buoc=giay-to"), "{at} after {seen:?}");
    assert!(seen.len() > 15 && backward + 1 >= seen.len(), "{seen:?}");
    let mut once = seen.clone();
    once.sort();
    once.dedup();
    assert_eq!(once.len(), seen.len(), "each is asked once: {seen:?}");
    // All of it is kept, and a part can be seen whole all the same; a desk begins with parts.
    let whole = browser.get(&format!("{here}?buoc=to-khai&phan=tat-ca")).await;
    assert!(!whole.text.contains("name=\"cau\"") && asked(&whole.text).len() > seen.len(), "{}", whole.text);
    browser.agent = "Mozilla/5.0 (X11; Linux x86_64) Chrome/140 Safari/537.36".to_owned();
    let desk = browser.get(&format!("{here}?buoc=to-khai")).await;
    assert!(desk.text.contains("Phần 1 / ") && desk.text.contains("Từng câu một"), "{}", desk.text);
    let one = browser.get(&format!("{here}?buoc=to-khai&cau=dau")).await;
    assert!(one.text.contains("Câu 1 / "), "{}", one.text);
    let lost = browser.get(&format!("{here}?buoc=to-khai&cau=khong-co")).await;
    assert!(lost.status == 200 && lost.text.contains("Phần 1 / "), "{}", lost.text);
}

}
