//! Two windows on one draft, and what the first step refused.

use super::*;

on_both_engines! { routes();

async fn what_another_window_changed_is_not_overwritten_unseen(site) {
    given_two_communes(&site);
    let mut browser = site.browser();
    let here = begun(&mut browser).await;
    let old = mark(&browser.get(&here).await);
    browser.post(&here, &person(&old)).await;
    let mut fields = person(&old);
    fields.retain(|it| it.0 != "ho-ten");
    fields.push(("ho-ten", "Trần Văn Khác"));
    let answer = browser.post(&here, &fields).await;
    assert_eq!(answer.status, 422);
    assert!(answer.text.contains("Trần Văn Khác") && answer.text.contains("cửa sổ khác"));
    assert!(browser.get(&format!("{here}?buoc=nguoi-nop")).await.text.contains("Minh Họa"));
    assert!(!site.text("select typed from filing").contains("Minh"), "it lies sealed");
    // The same words again are only a second click.
    assert_eq!(browser.post(&here, &person(&old)).await.status, 303);
}

async fn what_was_typed_into_a_declaration_is_shown_again_where_another_window_was_first(site) {
    given_two_communes(&site);
    let mut browser = site.browser();
    let here = begun(&mut browser).await;
    let page = browser.get(&here).await;
    browser.post(&here, &person(&mark(&page))).await;
    let form = format!("{here}?buoc=to-khai&phan=tat-ca");
    let old = mark(&browser.get(&form).await);
    declare(&mut browser, &here, "Lê Thị Minh Họa").await;
    let said = declaration("Lê Thị Minh Họa");
    let mine = said.iter().map(|(name, text)| {
        let text = if text == "Nguyễn Minh An" { "Nguyễn Bảo Bình" } else { text.as_str() };
        (name.clone(), text.to_owned())
    });
    let mine: Vec<(String, String)> = mine.collect();
    let whole = [("buoc", "to-khai"), ("phan", "tat-ca"), ("dau", old.as_str()), ("viec", "tiep")];
    let answer = browser.post(&here, &with(&whole, &mine)).await;
    assert_eq!(answer.status, 422, "{}", answer.text);
    assert!(answer.text.contains("cửa sổ khác") && answer.text.contains("Nguyễn Bảo Bình"), "{}", answer.text);
    assert!(browser.get(&form).await.text.contains("Nguyễn Minh An"), "nothing is overwritten unseen");
    // Looked over, it is kept.
    let new = mark(&answer);
    let whole = [("buoc", "to-khai"), ("phan", "tat-ca"), ("dau", new.as_str()), ("viec", "tiep")];
    assert_eq!(browser.post(&here, &with(&whole, &mine)).await.status, 303);
    assert!(browser.get(&form).await.text.contains("Nguyễn Bảo Bình"));
}

async fn what_the_first_step_refused_is_not_proposed_by_the_declaration(site) {
    given_two_communes(&site);
    let mut browser = site.browser();
    let here = begun(&mut browser).await;
    let page = browser.get(&here).await;
    let mark_now = mark(&page);
    let mut fields = person(&mark_now);
    fields.retain(|it| it.0 != "so-giay-to" && it.0 != "dien-thoai");
    fields.extend([("so-giay-to", "04019"), ("dien-thoai", "0912abc")]);
    let refused = browser.post(&here, &fields).await;
    let refused = led_back(&mut browser, refused).await;
    let mark_now = mark(&refused);
    assert_eq!(browser.post(&here, &person(&mark_now)).await.status, 303);
    let page = browser.get(&format!("{here}?buoc=to-khai&phan=tat-ca")).await.text;
    assert!(!page.contains("value=\"04019\"") && !page.contains("0912abc"), "{page}");
    assert!(page.contains("value=\"040188001234\""), "{page}");
    // A telephone's keypad has no strokes.
    let mut fields = person(&mark_now);
    fields.retain(|it| it.0 != "ngay-sinh");
    fields.push(("ngay-sinh", "05091988"));
    let (browser_two, again) = (&mut site.browser(), begun(&mut site.browser()).await);
    let fresh = mark(&browser_two.get(&again).await);
    fields.retain(|it| it.0 != "dau");
    fields.push(("dau", fresh.as_str()));
    assert_eq!(browser_two.post(&again, &fields).await.status, 303);
}

}
