//! The step of papers asks for no declaration that was filled in, shows clean names, and an address is not lost.

use super::*;

const WEDDING: &str = "1.000894";

/// Papers that a page asks for: what stands in their legends.
fn legends(text: &str) -> Vec<String> {
    let all = text.split("<legend><span lang=\"vi\">").skip(1);
    all.map(|it| it.split("</span>").next().unwrap_or_default().to_owned()).collect()
}

on_both_engines! { routes();

async fn the_declaration_that_was_filled_in_is_shown_as_done_and_asked_nowhere(site) {
    given_two_communes(&site);
    let mut browser = site.browser();
    let start = browser.get(&format!("/nop/{WEDDING}")).await.text;
    let begun = browser.post(&format!("/nop/{WEDDING}"), &[("don-vi", &SHOP.to_string())]).await;
    let here = begun.location.expect("a draft");
    let mark_now = mark(&browser.get(&here).await);
    assert_eq!(browser.post(&here, &person(&mark_now)).await.status, 303);
    let form = citizen::eforms::shipped::all().unwrap().into_iter().find(|it| it.code == "ket-hon").unwrap();
    let mut answers = citizen::eforms::shipped::sample("ket-hon").unwrap().unwrap();
    answers.insert("ban-sao".into(), "0".into());
    let said = citizen::eforms::fill::carried(&form, &answers, |_| false);
    let mark_now = mark(&browser.get(&format!("{here}?buoc=to-khai&phan=tat-ca")).await);
    let whole = [("buoc", "to-khai"), ("phan", "tat-ca"), ("dau", mark_now.as_str()), ("viec", "tiep")];
    let done = browser.post(&here, &with(&whole, &said)).await;
    assert_eq!(done.location.as_deref(), Some(&*format!("{here}?buoc=giay-to")), "{}", done.text);
    let page = browser.get(&format!("{here}?buoc=giay-to")).await;
    let (_, rest) = page.text.split_once("id=\"da-khai\"").expect("what is done");
    let (done, asked) = rest.split_once("</div>").expect("its end");
    assert!(done.contains("Đã xong, không phải nộp lại:"), "{done}");
    assert!(done.contains("Mẫu hộ tịch điện tử tương tác") && done.contains("Tờ khai đăng ký kết hôn theo mẫu"), "{done}");
    assert!(!done.contains(";</li>"), "a name without what ended its line: {done}");
    assert!(!asked.contains("Tờ khai đăng ký kết hôn theo mẫu") && !asked.contains("Mẫu hộ tịch điện tử"), "{asked}");
    // What is asked is numbered by itself, and as many as one was told at the beginning.
    let names = legends(asked);
    for (number, name) in (1..).zip(&names) {
        assert!(name.starts_with(&format!("{number}. ")), "{names:?}");
    }
    assert!(start.contains(&format!("danh sách có {} loại", names.len())), "{start}");
    // Nobody has to say anything of it; the counter has it once.
    let ways: Vec<String> = (1..=60).map(|it| format!("cach-{it}")).filter(|it| asked.contains(&format!("name=\"{it}\""))).collect();
    let mark_now = mark(&page);
    let mut fields = vec![("buoc", "giay-to"), ("dau", mark_now.as_str()), ("viec", "tiep")];
    fields.extend(ways.iter().map(|it| (it.as_str(), "khong")));
    let kept = browser.post(&here, &fields).await;
    assert_eq!(kept.location.as_deref(), Some(&*format!("{here}?buoc=nhan-ket-qua")), "{}", kept.text);
    let mark_now = mark(&browser.get(&format!("{here}?buoc=nhan-ket-qua")).await);
    browser.post(&here, &[("buoc", "nhan-ket-qua"), ("dau", &mark_now), ("nhan-ket-qua", "counter"), ("viec", "tiep")]).await;
    let review = browser.get(&format!("{here}?buoc=xem-lai")).await;
    assert_eq!(review.text.matches("Tờ khai vừa điền thay giấy này").count(), 1, "{}", review.text);
    let send = [("buoc", "xem-lai"), ("dau", &*mark(&review)), ("dong-y", "1"), ("viec", "gui")];
    assert_eq!(browser.post(&here, &send).await.status, 303);
    assert_eq!(site.count("select count(*) from dossier_paper where note = 'Tờ khai điện tử kèm hồ sơ này'"), 1);
}

async fn an_address_in_one_line_is_taken_apart_or_asked_and_never_lost(site) {
    given_two_communes(&site);
    let mut browser = site.browser();
    let here = begun(&mut browser).await;
    let mark_now = mark(&browser.get(&here).await);
    browser.post(&here, &person(&mark_now)).await;
    let form = browser.get(&format!("{here}?buoc=to-khai&phan=0")).await.text;
    let shows = |text: &str, name: &str, value: &str| text.contains(&format!("name=\"f.{name}\" value=\"{value}\""));
    assert!(shows(&form, "yc-noi-o.detail", "Xóm 1"), "{form}");
    assert!(form.contains("name=\"f.yc-noi-o.unit\" value=\"xã Phú Sơn, "), "{form}");
    // A place that nobody knows stays as it was typed, is asked for, and stands on the paper of the draft.
    let mark_now = mark(&browser.get(&here).await);
    let mut fields = person(&mark_now);
    fields.iter_mut().filter(|it| it.0 == "dia-chi").for_each(|it| it.1 = "12 Lê Lợi, Vinh");
    browser.post(&here, &fields).await;
    let form = browser.get(&format!("{here}?buoc=to-khai&phan=0")).await.text;
    assert!(shows(&form, "yc-noi-o.detail", "12 Lê Lợi, Vinh") && shows(&form, "yc-noi-o.unit", ""), "{form}");
    let print = testkit::text_of_pdf(&browser.get(&format!("{here}/to-khai.pdf")).await.bytes);
    assert!(print.contains("12 Lê Lợi, Vinh"), "{print}");
    let mark_now = mark(&browser.get(&format!("{here}?buoc=to-khai&phan=0")).await);
    let part = [
        ("buoc", "to-khai"), ("phan", "0"), ("dau", mark_now.as_str()), ("viec", "tiep"),
        ("f.yc-noi-o.detail", "12 Lê Lợi, Vinh"), ("f.yc-noi-o.unit", ""),
    ];
    let asked = browser.post(&here, &part).await;
    let asked = led_back(&mut browser, asked).await;
    assert!(asked.text.contains("id=\"f.yc-noi-o.unit-mistake\""), "{}", asked.text);
    assert!(shows(&asked.text, "yc-noi-o.detail", "12 Lê Lợi, Vinh"), "{}", asked.text);
}

}
