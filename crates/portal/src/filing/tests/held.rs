//! What a browser holds and sends once more: files and words that came before.

use super::*;

on_both_engines! { routes();

async fn a_file_chosen_twice_in_one_form_is_one_and_its_name_is_what_it_was(site) {
    given_two_communes(&site);
    let mut browser = site.browser();
    let here = begun(&mut browser).await;
    let before = mark(&browser.get(&format!("{here}?buoc=giay-to")).await);
    let fields = [("buoc", "giay-to"), ("dau", before.as_str()), ("viec", "luu")];
    let scan = testkit::pdf("giấy chứng sinh");
    // As browsers write a name with quotes and a break of the line in it.
    let name = "giấy %22gốc%22%0D%0A 50%.pdf";
    let answer = browser.upload(&here, &fields, &[("tep-1", name, &scan), ("tep-1", name, &scan)]).await;
    assert_eq!(answer.status, 303, "{}", answer.text);
    assert_eq!(site.count("select count(*) from filing_file"), 1);
    let page = browser.get(&format!("{here}?buoc=giay-to")).await;
    assert!(page.text.contains("giấy &#34;gốc&#34; 50%.pdf"), "{}", page.text);
}

async fn what_a_browser_held_and_sent_is_known_to_have_arrived(site) {
    given_two_communes(&site);
    let mut browser = site.browser();
    let here = begun(&mut browser).await;
    let mut now = mark(&browser.get(&here).await);
    for at in 0..10 {
        let held = format!("{at:032x}");
        let mut fields = person(&now);
        fields.push(("lan", &held));
        assert_eq!(browser.post(&here, &fields).await.status, 303);
        let page = browser.get(&format!("{here}?buoc=nguoi-nop")).await;
        assert!(page.text.contains(&format!("data-arrived=\"{held}")), "{}", page.text);
        now = mark(&page);
    }
    // The newest few are remembered; what was refused because another window changed it did not arrive.
    let page = browser.get(&format!("{here}?buoc=nguoi-nop")).await.text;
    assert!(page.contains(&format!("{:032x}", 2)) && !page.contains(&format!("{:032x}", 1)), "{page}");
    let stale = [("buoc", "nguoi-nop"), ("dau", "x"), ("ho-ten", "Trần Văn Khác"), ("lan", &"f".repeat(32))];
    let told = browser.post(&here, &stale).await;
    assert!(told.status == 422 && !told.text.contains(&"f".repeat(32)), "{}", told.text);
}

}
