//! What was answered before one files comes along: which papers are for this case, first answers of the form.

use super::*;

const ASKED: &str = "/thu-tuc/1.001193/hoi?nuoc-ngoai=khong&da-khai=khong&ket-hon=chua&noi-sinh=co-giay\
    &hoan-canh=thuong&ai-di=cha-me&noi-o=co&cach-nop=qua-mang";

/// Where the page leads who files over the line; empty if it does not.
fn led(page: &Answer) -> String {
    let rest = page.text.split("<a class=\"btn\" href=\"/nop/").nth(1).unwrap_or_default();
    let rest =
        rest.split('"').next().unwrap_or_default().replace("&amp;", "&").replace("&#38;", "&");
    if rest.is_empty() { rest } else { format!("/nop/{rest}") }
}

/// Hidden fields of the page on which a filing begins, but the token.
fn hidden(page: &Answer) -> Vec<(String, String)> {
    let inputs = page.text.split("<input type=\"hidden\" name=\"hoi.").skip(1);
    inputs
        .filter_map(|it| {
            let (name, rest) = it.split_once("\" value=\"")?;
            Some((format!("hoi.{name}"), rest.split('"').next()?.to_owned()))
        })
        .collect()
}

on_both_engines! { routes();

async fn answers_given_beforehand_choose_papers_and_fill_in_the_form(site) {
    given_two_communes(&site);
    let mut browser = site.browser();
    let to = led(&browser.get(&format!("{ASKED}&don-vi=2")).await);
    assert!(to.starts_with("/nop/1.001193?don-vi=2&hoi.nuoc-ngoai=khong"), "{to}");
    let start = browser.get(&to).await;
    assert!(start.text.contains("Các câu đã trả lời được mang theo"), "{}", start.text);
    let carried = hidden(&start);
    assert_eq!(carried.len(), 8, "{carried:?}");
    let shop = SHOP.to_string();
    let begun = browser.post("/nop/1.001193", &with(&[("don-vi", &shop)], &carried)).await;
    let here = begun.location.expect("a draft's address");
    // The form says already what was answered; what was not is left to be said.
    let form = browser.get(&format!("{here}?buoc=to-khai&phan=tat-ca")).await.text;
    let is_chosen = |name: &str, value: &str| {
        form.contains(&format!("name=\"f.{name}\" value=\"{value}\" checked"))
    };
    for (name, value) in [("quan-he", "cha-me"), ("tre-chung-sinh", "giay"), ("cha-co", "no")] {
        assert!(is_chosen(name, value), "{name}: {form}");
    }
    assert!(!is_chosen("tre-gioi", "nam") && !is_chosen("tre-gioi", "nu"));
    // Papers of other cases stand apart and are said not to be his; he may say otherwise.
    let page = browser.get(&format!("{here}?buoc=giay-to")).await;
    let (mine, others) = page.text.split_once("<details><summary>Giấy không thuộc").expect("two parts");
    let fields = |text: &str| text.matches("<fieldset class=\"choices paper").count();
    let all = papers(&site);
    assert!(fields(mine) > 0 && fields(others) > 0, "{}", page.text);
    assert_eq!(others.matches("value=\"khong\" checked").count(), fields(others));
    assert_eq!(mine.matches("value=\"khong\" checked").count(), 0);
    assert!(mine.contains("Giấy chứng sinh") && !others.contains(". Giấy chứng sinh"), "{}", page.text);
    assert!(start.text.contains(&format!("danh sách có {}", fields(mine))), "{}", start.text);
    // What he changes is kept, and the paper stands among his own from then on.
    let spared = others.split("id=\"cach-").nth(1).and_then(|it| it.split('"').next()).expect("a paper");
    let way = format!("cach-{spared}");
    let mark_now = mark(&page);
    let all_ways: Vec<(String, String)> = (1..=all)
        .map(|it| format!("cach-{it}"))
        .map(|it| { let how = if it == way { "ban-giay" } else { "khong" }; (it, how.to_owned()) })
        .collect();
    let fixed = [("buoc", "giay-to"), ("dau", mark_now.as_str()), ("viec", "luu")];
    assert_eq!(browser.post(&here, &with(&fixed, &all_ways)).await.status, 303);
    let page = browser.get(&format!("{here}?buoc=giay-to")).await;
    let (mine, others) = page.text.split_once("<details><summary>Giấy không thuộc").expect("two parts");
    assert!(mine.contains(&format!("id=\"{way}\"")) && !others.contains(&format!("id=\"{way}\"")));
}

async fn an_official_asks_first_and_files_with_the_answers(site) {
    given_two_communes(&site);
    site.given_account("truongxom", Role::Intermediary, 2);
    // A citizen is not led to the page of those who help.
    let own = site.browser().get(&format!("{ASKED}&don-vi=2")).await;
    assert!(!own.text.contains("/co-quan/nop-ho"), "{}", own.text);
    let mut head = site.signed_in("truongxom");
    let chosen = head.get("/co-quan/nop-ho?thu-tuc=1.001193").await;
    assert!(chosen.text.contains("href=\"/thu-tuc/1.001193/hoi\""), "{}", chosen.text);
    let page = head.get(&format!("{ASKED}&don-vi=2")).await;
    let to = page.text.split("href=\"/co-quan/nop-ho?").nth(1).and_then(|it| it.split('"').next());
    let to = to.unwrap_or_else(|| panic!("{}", page.text)).replace("&amp;", "&").replace("&#38;", "&");
    let start = head.get(&format!("/co-quan/nop-ho?{to}")).await;
    assert!(start.text.contains("Các câu người dân đã trả lời được mang theo"), "{}", start.text);
    let shop = SHOP.to_string();
    assert!(start.text.contains(&format!("<option value=\"{shop}\" selected")), "{}", start.text);
    let carried = hidden(&start);
    assert_eq!(carried.len(), 8, "{carried:?}");
    // What is missing is told, and the answers are not lost by it.
    let fields = [("thu-tuc", "1.001193"), ("don-vi", shop.as_str())];
    let again = head.post("/co-quan/nop-ho", &with(&fields, &carried)).await;
    assert!(again.status == 422 && hidden(&again) == carried, "{}", again.text);
    let fields = [fields[0], fields[1], ("dong-y-cach", "witnessed"), ("lam-chung", "Bà Hàng Xóm")];
    let begun = head.post("/co-quan/nop-ho", &with(&fields, &carried)).await;
    let here = begun.location.expect("a draft's address");
    let form = head.get(&format!("{here}?buoc=to-khai&phan=tat-ca")).await.text;
    for (name, value) in [("quan-he", "cha-me"), ("tre-chung-sinh", "giay"), ("cha-co", "no")] {
        assert!(form.contains(&format!("name=\"f.{name}\" value=\"{value}\" checked")), "{name}: {form}");
    }
    let papers = head.get(&format!("{here}?buoc=giay-to")).await;
    assert!(papers.text.contains("<details><summary>Giấy không thuộc"), "{}", papers.text);
    // Half of the answers carry nothing.
    let half = head.get("/co-quan/nop-ho?thu-tuc=1.001193&hoi.nuoc-ngoai=khong").await;
    assert!(half.status == 200 && hidden(&half).is_empty(), "{}", half.text);
}

async fn whoever_may_not_go_on_or_files_at_a_lower_level_is_not_led_to_filing(site) {
    given_two_communes(&site);
    let mut browser = site.browser();
    // Whoever named no unit chooses one where he begins.
    assert!(led(&browser.get(ASKED).await).starts_with("/nop/1.001193?hoi.nuoc-ngoai=khong"));
    let unfinished = ASKED.replace("&ai-di=cha-me", "");
    assert_eq!(led(&browser.get(&unfinished).await), "");
    let foreign = browser.get("/thu-tuc/1.001193/hoi?nuoc-ngoai=co&don-vi=2").await;
    assert_eq!(led(&foreign), "");
    // Half of the answers carry nothing, nor do those of another procedure.
    let half = browser.get("/nop/1.001193?don-vi=2&hoi.nuoc-ngoai=khong&hoi.la-ai=ca-nhan").await;
    assert!(half.status == 200 && hidden(&half).is_empty(), "{}", half.text);
    site.run(|tx| {
        let from = tx.now().civil().date();
        let level = Some(domain::procedure::ServiceLevel::Forms);
        let setting = domain::level::Setting { from, level };
        citizen::levels::facts::set(tx, domain::ids::UnitId(2), BIRTH, &setting, "thử")
    });
    assert_eq!(led(&browser.get(&format!("{ASKED}&don-vi=2")).await), "", "this unit gives forms only");
    let other = browser.get(&format!("{ASKED}&don-vi=4")).await;
    assert!(other.status == 200, "{}", other.status);
}

}
