//! Filing over the line: a draft that waits, what is wrong beside its field, one dossier for two clicks.

use domain::access::Role;
use testkit::{Answer, Browser, TestSite, on_both_engines};

use super::IDLE_DAYS;
use crate::tests::{OTHER, SHOP, declaration, declare, given_two_communes, with};

mod assist;
mod carried;
mod fee;
mod held;
mod one_by_one;
mod stood;
mod unproven;
mod waiting;
mod windows;

/// Birth registration: partial, at communes.
pub(crate) const BIRTH: &str = "1.001193";

fn routes() -> site::Routes {
    crate::routes().and(citizen::routes())
}

pub(crate) async fn begun(browser: &mut Browser<'_>) -> String {
    let answer = browser.post(&format!("/nop/{BIRTH}"), &[("don-vi", &SHOP.to_string())]).await;
    assert_eq!(answer.status, 303, "{}", answer.text);
    answer.location.expect("a draft's address")
}

/// The page that a form with mistakes leads to: a page of its own, to which one goes back.
pub(crate) async fn led_back(browser: &mut Browser<'_>, answer: Answer) -> Answer {
    assert_eq!(answer.status, 303, "{}", answer.text);
    let to = answer.location.unwrap_or_default();
    assert!(to.contains("?sai=1") || to.contains("&sai=1"), "{to}");
    let page = browser.get(&to).await;
    assert_eq!(page.status, 200, "{}", page.text);
    page
}

fn mark(answer: &Answer) -> String {
    let rest = answer.text.split("id=\"dau\" value=\"").nth(1).expect("a mark");
    rest.split('"').next().expect("a value").to_owned()
}

fn person(mark: &str) -> Vec<(&str, &str)> {
    vec![
        ("buoc", "nguoi-nop"),
        ("dau", mark),
        ("ho-ten", "Lê Thị Minh Họa"),
        ("so-giay-to", "040188001234"),
        ("ngay-sinh", "05/09/1988"),
        ("dien-thoai", "0912345678"),
        ("dia-chi", "Xóm 1, xã Phú Sơn"),
        ("viec", "tiep"),
    ]
}

fn papers(site: &TestSite) -> usize {
    let body = site
        .run(|tx| citizen::procedures::facts::in_force(tx, BIRTH, jiff::civil::date(2026, 1, 8)));
    body.expect("a version").body.papers.len()
}

/// Takes a draft through the steps until it can be sent.
pub(crate) async fn filled(site: &TestSite, browser: &mut Browser<'_>, here: &str) {
    let page = browser.get(here).await;
    let answer = browser.post(here, &person(&mark(&page))).await;
    assert_eq!(
        answer.location.as_deref(),
        Some(&*format!("{here}?buoc=to-khai")),
        "{}",
        answer.text
    );
    declare(browser, here, "Lê Thị Minh Họa").await;
    filled_from_papers(site, browser, here).await;
}

/// The steps after the person and what he declares.
async fn filled_from_papers(site: &TestSite, browser: &mut Browser<'_>, here: &str) {
    let page = browser.get(&format!("{here}?buoc=giay-to")).await;
    let mark_now = mark(&page);
    let ways: Vec<String> = (1..=papers(site)).map(|it| format!("cach-{it}")).collect();
    let mut fields = vec![("buoc", "giay-to"), ("dau", mark_now.as_str()), ("viec", "tiep")];
    for (at, way) in ways.iter().enumerate() {
        fields.push((way, if at == 1 { "ban-giay" } else { "khong" }));
    }
    let scan = testkit::pdf("giấy chứng sinh");
    let answer = browser.upload(here, &fields, &[("tep-1", "giay-chung-sinh.pdf", &scan)]).await;
    assert_eq!(
        answer.location.as_deref(),
        Some(&*format!("{here}?buoc=nhan-ket-qua")),
        "{}",
        answer.text
    );
    let page = browser.get(&format!("{here}?buoc=nhan-ket-qua")).await;
    let fields = [
        ("buoc", "nhan-ket-qua"),
        ("dau", &*mark(&page)),
        ("nhan-ket-qua", "counter"),
        ("viec", "tiep"),
    ];
    let answer = browser.post(here, &fields).await;
    assert_eq!(answer.location.as_deref(), Some(&*format!("{here}?buoc=xem-lai")));
}

on_both_engines! { routes();

async fn a_place_typed_without_marks_is_kept_by_its_name(site) {
    given_two_communes(&site);
    let mut browser = site.browser();
    let here = begun(&mut browser).await;
    let first = mark(&browser.get(&here).await);
    browser.post(&here, &person(&first)).await;
    let mark_now = mark(&browser.get(&format!("{here}?buoc=to-khai&phan=tat-ca")).await);
    let mut said = declaration("Lê Thị Minh Họa");
    for (_, text) in said.iter_mut().filter(|it| it.0 == "f.yc-noi-o.unit") {
        "phu son".clone_into(text);
    }
    let whole = [("buoc", "to-khai"), ("phan", "tat-ca"), ("dau", mark_now.as_str()), ("viec", "tiep")];
    let done = browser.post(&here, &with(&whole, &said)).await;
    assert_eq!(done.status, 303, "{}", done.text);
    let page = browser.get(&format!("{here}?buoc=to-khai&phan=tat-ca")).await;
    assert!(page.text.contains("value=\"xã Phú Sơn, huyện Tân Kỳ"), "{}", page.text);
}

async fn a_name_is_written_as_names_are(site) {
    given_two_communes(&site);
    let mut browser = site.browser();
    let here = begun(&mut browser).await;
    for wrong in ["12345", "=HYPERLINK(\"x\")", "<b>Lê</b>", "Lê 😀", "Lê \u{fffe}An"] {
        let now = mark(&browser.get(&here).await);
        let mut fields = person(&now);
        fields.retain(|it| it.0 != "ho-ten");
        fields.push(("ho-ten", wrong));
        let sent = browser.post(&here, &fields).await;
        let told = led_back(&mut browser, sent).await;
        assert!(told.text.contains("Họ tên chỉ gồm chữ cái"), "{wrong}: {}", told.text);
    }
}

async fn what_another_window_changed_is_looked_over_before_it_is_sent(site) {
    given_two_communes(&site);
    let mut browser = site.browser();
    let here = begun(&mut browser).await;
    filled(&site, &mut browser, &here).await;
    let seen = mark(&browser.get(&format!("{here}?buoc=xem-lai")).await);
    let other = mark(&browser.get(&format!("{here}?buoc=nguoi-nop")).await);
    let mut fields = person(&other);
    fields.retain(|it| it.0 != "dia-chi");
    fields.push(("dia-chi", "Xóm 9, xã Phú Sơn"));
    assert_eq!(browser.post(&here, &fields).await.status, 303);
    let send = |mark: &str| {
        let mark = mark.to_owned();
        [("buoc", "xem-lai".to_owned()), ("dau", mark), ("dong-y", "1".to_owned()), ("viec", "gui".to_owned())]
    };
    let old = send(&seen);
    let old = old.each_ref().map(|(name, text)| (*name, text.as_str()));
    let answer = browser.post(&here, &old).await;
    assert_eq!(answer.status, 422, "{}", answer.text);
    assert!(answer.text.contains("xem lại nội dung dưới đây") && answer.text.contains("Xóm 9"), "{}", answer.text);
    assert_eq!(site.count("select count(*) from dossier"), 0);
    let new = send(&mark(&answer));
    let new = new.each_ref().map(|(name, text)| (*name, text.as_str()));
    assert_eq!(browser.post(&here, &new).await.status, 303);
    assert_eq!(site.count("select count(*) from dossier"), 1);
}

async fn a_file_goes_with_its_last_row_and_not_before(site) {
    given_two_communes(&site);
    let mut browser = site.browser();
    let here = begun(&mut browser).await;
    let kept = |sha: String| {
        let blobs = site.site.blobs.clone();
        async move { blobs.get(&sha).await.expect("a store").is_some() }
    };
    // Beside a paper that the procedure does not have: nothing of it stays.
    let page = browser.get(&format!("{here}?buoc=giay-to")).await;
    let mark_now = mark(&page);
    let fields = [("buoc", "giay-to"), ("dau", mark_now.as_str()), ("viec", "luu")];
    let scan = testkit::pdf("lạ");
    browser.upload(&here, &fields, &[("tep-9999", "la.pdf", &scan)]).await;
    assert_eq!(site.count("select count(*) from filing_file"), 0);
    // A blank of the office that somebody fills a draft with stays the office's.
    let mark_now = mark(&browser.get(&format!("{here}?buoc=giay-to")).await);
    let fields = [("buoc", "giay-to"), ("dau", mark_now.as_str()), ("viec", "luu")];
    let blank = testkit::pdf("mẫu đơn");
    browser.upload(&here, &fields, &[("tep-1", "mau.pdf", &blank)]).await;
    let sha = site.text("select sha256 from filing_file");
    site.given(
        "insert into blank_form (procedure, form, file_name, media_type, bytes, sha256, scan, edition, added_by, added_ms)
         values ('', 'Tờ khai', 'mau.pdf', 'application/pdf', 1, ?1, 'off', 1, 1, 0)",
        &[sha.as_str().into()],
    );
    assert_eq!(browser.post(&format!("{here}/bo"), &[]).await.status, 303);
    assert!(kept(sha.clone()).await, "somebody else's row names it");
    site.given("update file_held set until_ms = 0", &[]);
    // And with its last row it is gone: said not to be his, it went nowhere with the dossier.
    site.given("delete from blank_form", &[]);
    let here = begun(&mut browser).await;
    filled(&site, &mut browser, &here).await;
    let mark_now = mark(&browser.get(&format!("{here}?buoc=giay-to")).await);
    let ways: Vec<String> = (1..=papers(&site)).map(|it| format!("cach-{it}")).collect();
    let mut fields = vec![("buoc", "giay-to"), ("dau", mark_now.as_str()), ("viec", "tiep")];
    for (at, way) in ways.iter().enumerate() {
        fields.push((way, if at == 1 { "ban-giay" } else { "khong" }));
    }
    assert_eq!(browser.post(&here, &fields).await.status, 303);
    let sha = site.text("select sha256 from filing_file");
    assert!(kept(sha.clone()).await);
    site.given("update file_held set until_ms = 0", &[]);
    let fields = [("buoc", "xem-lai"), ("dong-y", "1"), ("viec", "gui")];
    let sent = browser.post(&here, &fields).await;
    assert_eq!(sent.status, 303, "{}", sent.text);
    assert_eq!(site.count("select count(*) from dossier_file"), 0);
    assert!(!kept(sha).await, "nobody names it any more");
}

async fn a_file_that_is_sent_again_because_the_answer_was_lost_is_one(site) {
    given_two_communes(&site);
    let mut browser = site.browser();
    let here = begun(&mut browser).await;
    let page = browser.get(&format!("{here}?buoc=giay-to")).await;
    let before = mark(&page);
    let scan = testkit::pdf("giấy chứng sinh");
    let fields = [("buoc", "giay-to"), ("dau", before.as_str()), ("cach-1", "gui"), ("viec", "luu")];
    for _ in 0..2 {
        let answer = browser.upload(&here, &fields, &[("tep-1", "giay.pdf", &scan)]).await;
        assert_eq!(answer.status, 303, "{}", answer.text);
    }
    assert_eq!(site.count("select count(*) from filing_file"), 1);
}

async fn why_a_file_is_not_taken_is_said_and_not_only_that_there_is_none(site) {
    given_two_communes(&site);
    let mut browser = site.browser();
    let here = begun(&mut browser).await;
    let before = mark(&browser.get(&format!("{here}?buoc=giay-to")).await);
    let fields = [("buoc", "giay-to"), ("dau", before.as_str()), ("cach-1", "gui"), ("viec", "tiep")];
    let answer = browser.upload(&here, &fields, &[("tep-1", "rong.pdf", b"")]).await;
    assert_eq!(answer.status, 422);
    assert!(answer.text.contains("“rong.pdf”: Tệp rỗng"), "{}", answer.text);
}

async fn a_form_of_the_office_is_filled_in_on_the_way_shown_back_printed_and_kept(site) {
    given_two_communes(&site);
    let mut browser = site.browser();
    let here = begun(&mut browser).await;
    let page = browser.get(&here).await;
    assert!(page.text.contains("<span>Tờ khai</span></a>"), "a step of its own: {}", page.text);
    let answer = browser.post(&here, &person(&mark(&page))).await;
    let form = format!("{here}?buoc=to-khai");
    assert_eq!(answer.location.as_deref(), Some(form.as_str()), "{}", answer.text);
    // What the first step said of the person is there.
    let page = browser.get(&form).await;
    assert!(page.text.contains("value=\"Lê Thị Minh Họa\""), "{}", page.text);
    assert!(page.text.contains("Phần 1 / "), "{}", page.text);
    let all = format!("{here}?buoc=to-khai&phan=tat-ca");
    let mark_now = mark(&browser.get(&all).await);
    let whole = [("buoc", "to-khai"), ("phan", "tat-ca"), ("dau", mark_now.as_str()), ("viec", "tiep")];
    let sent = browser.post(&here, &whole).await;
    let told = led_back(&mut browser, sent).await;
    assert!(told.text.contains("f.tre-ten-mistake"), "{}", told.text);
    declare(&mut browser, &here, "Lê Thị Minh Họa").await;
    // Another telephone in the first step is the declaration's too; what else was declared stays.
    let page = browser.get(&format!("{here}?buoc=nguoi-nop")).await;
    let mark_now = mark(&page);
    let mut again = person(&mark_now);
    again.retain(|it| it.0 != "ho-ten");
    again.push(("ho-ten", "Lê Thị Minh Hoạ Mới"));
    browser.post(&here, &again).await;
    let page = browser.get(&all).await;
    assert!(page.text.contains("Lê Thị Minh Hoạ Mới") && page.text.contains("Nguyễn Minh An"), "{}", page.text);
    filled_from_papers(&site, &mut browser, &here).await;
    let review = browser.get(&here).await;
    for said in ["Nguyễn Minh An", "Trần Thị Lan", "buoc=to-khai&amp;phan=1", "to-khai.pdf"] {
        assert!(review.text.contains(said), "{said}: {}", review.text);
    }
    assert_eq!(browser.get(&format!("{here}/to-khai.pdf")).await.media_type, "application/pdf");
    let sent = browser.post(&here, &[("buoc", "xem-lai"), ("dong-y", "1"), ("viec", "gui")]).await;
    assert_eq!(sent.location.as_deref(), Some(here.as_str()), "{}", sent.text);
    assert_eq!(site.count("select count(*) from eform_answer where kept_by = 0"), 1);
    assert!(browser.get(&here).await.text.contains("to-khai.pdf"));
    assert_eq!(browser.get(&format!("{here}/to-khai.pdf")).await.media_type, "application/pdf");
    let id = site.count("select id from dossier");
    let counter = site.signed_in("quay").get(&format!("/co-quan/ho-so/{id}/to-khai")).await;
    assert!(counter.text.contains("Nguyễn Minh An") && counter.text.contains("qua mạng"), "{}", counter.text);
    let strange = format!("/nop/{BIRTH}/{}/to-khai.pdf", "0".repeat(40));
    assert_eq!(browser.get(&strange).await.status, 404);
}

async fn a_part_at_a_time_is_kept_and_gone_on_from_when_it_is_right(site) {
    given_two_communes(&site);
    let mut browser = site.browser();
    let here = begun(&mut browser).await;
    let page = browser.get(&here).await;
    browser.post(&here, &person(&mark(&page))).await;
    let all = declaration("Lê Thị Minh Họa");
    let mut part = 0;
    let mut seen = Vec::new();
    loop {
        let at = part.to_string();
        let page = browser.get(&format!("{here}?buoc=to-khai&phan={at}")).await;
        let mark_now = mark(&page);
        let mut shown: Vec<(String, String)> = all
            .iter()
            .filter(|(name, _)| page.text.contains(&format!("name=\"{name}\"")))
            .cloned()
            .collect();
        // What the page showed is said by the page.
        for rest in page.text.split("name=\"f-shown\" value=\"").skip(1) {
            if let Some((code, rest)) = rest.split_once('"')
                && !rest.split('>').next().unwrap_or("").contains("disabled")
            {
                shown.push(("f-shown".to_owned(), code.to_owned()));
            }
        }
        let fields = [("buoc", "to-khai"), ("phan", at.as_str()), ("dau", mark_now.as_str()), ("viec", "tiep")];
        let answer = browser.post(&here, &with(&fields, &shown)).await;
        let location = answer.location.unwrap_or_else(|| panic!("{}", answer.text));
        seen.push(location.clone());
        assert!(seen.len() < 20, "{seen:?}");
        match location.split("phan=").nth(1) {
            Some(next) if next.ends_with("&moi=1") => {
                assert!(browser.get(&location).await.text.contains("role=\"status\""));
            }
            Some(next) => part = next.parse().unwrap(),
            None => break,
        }
    }
    assert_eq!(seen.last().map(String::as_str), Some(&*format!("{here}?buoc=giay-to")));
    assert!(seen.len() > 3, "{seen:?}");
    // A place that is not there, a code of a table that is not: the page all the same.
    for odd in ["phan=99", "phan=x", "phan=0&dong=khong-co"] {
        assert_eq!(browser.get(&format!("{here}?buoc=to-khai&{odd}")).await.status, 200, "{odd}");
    }
}

async fn a_unit_that_does_not_offer_it_takes_nothing_over_the_line(site) {
    given_two_communes(&site);
    let mut browser = site.browser();
    let here = begun(&mut browser).await;
    filled(&site, &mut browser, &here).await;
    let tree = site.run(site::tree_of);
    let body = citizen::levels::facts::body_of(&tree, domain::ids::UnitId(SHOP));
    let forms = domain::level::Setting {
        from: jiff::civil::date(2026, 1, 1),
        level: Some(domain::procedure::ServiceLevel::Forms),
    };
    site.run(|tx| citizen::levels::facts::set(tx, body, BIRTH, &forms, "thử"));
    let page = browser.get(&format!("/nop/{BIRTH}")).await;
    assert!(!page.text.contains(&format!("value=\"{SHOP}\"")), "{}", page.text);
    let refused = browser.post(&format!("/nop/{BIRTH}"), &[("don-vi", &SHOP.to_string())]).await;
    assert_eq!(refused.status, 422);
    let other = browser.post(&format!("/nop/{BIRTH}"), &[("don-vi", &OTHER.to_string())]).await;
    assert_eq!(other.status, 303, "the neighbour does");
    // What was begun before is kept and not sent.
    let sent = browser.post(&here, &[("buoc", "xem-lai"), ("dong-y", "1"), ("viec", "gui")]).await;
    let sent = led_back(&mut browser, sent).await;
    assert!(sent.text.contains("ngừng nhận"), "{}", sent.text);
    assert_eq!(site.count("select count(*) from dossier"), 0);
}

async fn a_birth_is_filed_and_lies_on_the_counter_with_its_files(site) {
    given_two_communes(&site);
    let mut browser = site.browser();
    let here = begun(&mut browser).await;
    filled(&site, &mut browser, &here).await;
    let review = browser.get(&here).await;
    for said in ["Lê Thị Minh Họa", "giay-chung-sinh.pdf", "Sẽ nộp bản giấy tại quầy"] {
        assert!(review.text.contains(said), "{said} is shown back");
    }
    let not_agreed = browser.post(&here, &[("buoc", "xem-lai"), ("viec", "gui")]).await;
    led_back(&mut browser, not_agreed).await;
    let sent = browser.post(&here, &[("buoc", "xem-lai"), ("dong-y", "1"), ("viec", "gui")]).await;
    assert_eq!(sent.location.as_deref(), Some(here.as_str()), "{}", sent.text);
    let done = browser.get(&here).await;
    assert!(done.text.contains("Đã gửi hồ sơ"));
    // A day has eight working hours from 07:30 on; half an hour of this one was over.
    assert!(done.text.contains("08:00, thứ Sáu 09/01/2026"), "{}", done.text);
    assert_eq!(site.count("select count(*) from dossier where status = 'submitted' and channel = 'online'"), 1);
    assert_eq!(site.count("select count(*) from dossier_file where paper is not null"), 1);
    assert_eq!(site.count("select count(*) from filing_file"), 0);
    assert_eq!(site.text("select typed from filing"), "");
    // The counter has it at once, and accepts it as any other.
    let mut counter = site.signed_in("quay");
    let list = counter.get("/co-quan/nop-truc-tuyen").await;
    assert!(list.text.contains("Lê Thị Minh Họa"), "{}", list.text);
    assert!(!site.signed_in("quay-khac").get("/co-quan/nop-truc-tuyen").await.text.contains("Minh Họa"));
    // It stands first on the counter's first page, red when its hour is near; on nobody else's.
    let first = counter.get("/co-quan").await;
    assert!(first.text.contains("1 hồ sơ trực tuyến chờ tiếp nhận, sớm nhất trả lời trước 08:00"), "{}", first.text);
    assert!(!first.text.contains("class=\"problem\""), "{}", first.text);
    let other = site.signed_in("quay-khac").get("/co-quan").await.text;
    assert!(!other.contains("trực tuyến chờ tiếp nhận"), "{other}");
    site.given("update filing set answer_due_at = '2026-01-08T09:00:00'", &[]);
    let near = counter.get("/co-quan").await;
    assert!(near.text.contains("class=\"problem\""), "{}", near.text);
    site.given("update filing set answer_due_at = '2026-01-07T09:00:00'", &[]);
    assert!(counter.get("/co-quan").await.text.contains("đã quá giờ"));
    let id = site.count("select id from dossier");
    let shown = counter.get(&format!("/co-quan/ho-so/{id}")).await;
    assert!(shown.text.contains("Nộp trực tuyến lúc"), "{}", shown.text);
    let workbook = counter.get("/co-quan/nop-truc-tuyen/xuat").await;
    assert_eq!(workbook.status, 200);
}

async fn two_clicks_send_one_dossier_and_a_sent_draft_takes_nothing_more(site) {
    given_two_communes(&site);
    let mut browser = site.browser();
    let here = begun(&mut browser).await;
    filled(&site, &mut browser, &here).await;
    let fields = [("buoc", "xem-lai"), ("dong-y", "1"), ("viec", "gui")];
    let (mut one, mut two) = (site.browser(), site.browser());
    let (first, second) = tokio::join!(one.post(&here, &fields), two.post(&here, &fields));
    assert!([first.status, second.status].contains(&303));
    assert_eq!(site.count("select count(*) from dossier"), 1);
    let more = browser.post(&here, &person("x")).await;
    assert_eq!(more.location.as_deref(), Some(here.as_str()));
    assert_eq!(browser.post(&format!("{here}/bo"), &[]).await.status, 404);
    assert_eq!(site.count("select count(*) from dossier"), 1);
}

async fn mistakes_stand_beside_their_fields_and_nothing_is_lost(site) {
    given_two_communes(&site);
    let mut browser = site.browser();
    let here = begun(&mut browser).await;
    let page = browser.get(&here).await;
    let mark_now = mark(&page);
    let mut fields = person(&mark_now);
    fields.retain(|it| it.0 != "so-giay-to" && it.0 != "dien-thoai");
    fields.extend([("so-giay-to", "12"), ("dien-thoai", "abc")]);
    let answer = browser.post(&here, &fields).await;
    let answer = led_back(&mut browser, answer).await;
    for told in ["so-giay-to-mistake", "dien-thoai-mistake", "Lê Thị Minh Họa", "value=\"abc\""] {
        assert!(answer.text.contains(told), "{told}");
    }
    // In the order of the page, not of the alphabet.
    let list = answer.text.split("class=\"problem\"").nth(1).expect("a list");
    let list = list.split("</ul>").next().expect("its end");
    assert!(list.find("#so-giay-to") < list.find("#dien-thoai"), "{list}");
    // It was kept all the same: another device goes on with it.
    let elsewhere = site.browser().get(&here).await;
    assert!(elsewhere.text.contains("Lê Thị Minh Họa"));
    // A letter that nobody sees is not kept in a name; one that no paper can hold is told.
    let mark_now = mark(&browser.get(&format!("{here}?buoc=nguoi-nop")).await);
    let mut odd = person(&mark_now);
    odd.retain(|it| it.0 != "ho-ten");
    odd.push(("ho-ten", "Lê \u{7}Thị"));
    let answer = browser.post(&here, &odd).await;
    let answer = led_back(&mut browser, answer).await;
    assert!(answer.text.contains("Có ký tự không đọc được"), "{}", answer.text);
    // A file that is no document is told beside its paper.
    let page = browser.get(&format!("{here}?buoc=giay-to")).await;
    let fields = [("buoc", "giay-to"), ("dau", &*mark(&page)), ("viec", "tiep")];
    let answer = browser.upload(&here, &fields, &[("tep-2", "a.pdf", b"no document")]).await;
    assert_eq!(answer.status, 422);
    assert!(answer.text.contains("tep-2-mistake"), "{}", answer.text);
    // A paper is named where it is told of, and led to.
    let line = answer.text.split("<a href=\"#cach-").nth(1).and_then(|it| it.split(['>', '<']).nth(1));
    let line = line.expect("a line of the list");
    assert!(line.len() > 40 && line.ends_with(": Chọn cách nộp giấy này."), "{line}");
    // In English the mistakes are English.
    let mark_now = mark(&browser.get(&here).await);
    let fields = [("buoc", "nguoi-nop"), ("dau", &*mark_now), ("viec", "tiep")];
    let answer = browser.post(&format!("{here}?lang=en"), &fields).await;
    let answer = led_back(&mut browser, answer).await;
    assert!(answer.text.contains("Enter the full name."), "{}", answer.text);
}

async fn an_idle_draft_is_erased_with_its_files_and_a_strange_address_finds_nothing(site) {
    given_two_communes(&site);
    let mut browser = site.browser();
    let here = begun(&mut browser).await;
    filled(&site, &mut browser, &here).await;
    assert_eq!(site.count("select count(*) from filing_file"), 1);
    let strange = format!("/nop/{BIRTH}/{}", "0".repeat(40));
    assert_eq!(browser.get(&strange).await.status, 404);
    assert_eq!(browser.get(&here.replace(BIRTH, "2.000635")).await.status, 404);
    site.pass_minutes((IDLE_DAYS + 1) * 24 * 60);
    site.run_jobs().await;
    assert_eq!(browser.get(&here).await.status, 404);
    assert_eq!(site.count("select count(*) from filing_file"), 0);
}

async fn what_is_not_filed_online_cannot_be_begun(site) {
    given_two_communes(&site);
    let code = site.text(
        "select p.code from procedure p join procedure_version v on v.procedure = p.id
         where v.service_level = 'unknown' order by p.code limit 1",
    );
    let mut browser = site.browser();
    let page = browser.get(&format!("/nop/{code}")).await;
    assert!(page.text.contains("chưa nộp trực tuyến"), "{}", page.text);
    let answer = browser.post(&format!("/nop/{code}"), &[("don-vi", &SHOP.to_string())]).await;
    assert_eq!(answer.status, 422);
    assert_eq!(site.count("select count(*) from filing"), 0);
    // A unit that is no one-stop shop, and one that does not exist.
    for unit in ["2", "99", "x"] {
        assert_eq!(browser.post(&format!("/nop/{BIRTH}"), &[("don-vi", unit)]).await.status, 422);
    }
    // The neighbour's is one of two.
    let other = OTHER.to_string();
    assert_eq!(browser.post(&format!("/nop/{BIRTH}"), &[("don-vi", &other)]).await.status, 303);
}

async fn a_village_head_files_for_a_citizen_who_agreed_and_sees_nothing_else(site) {
    given_two_communes(&site);
    site.given_account("truongxom", Role::Intermediary, 2);
    let mut head = site.signed_in("truongxom");
    let first = head.get("/co-quan").await;
    assert!(first.text.contains("href=\"/co-quan/nop-ho\">Nộp hộ người dân"), "{}", first.text);
    assert!(!first.text.contains("Chọn một mục ở trên"), "{}", first.text);
    let found = head.get("/co-quan/nop-ho?q=khai+sinh").await;
    assert!(found.text.contains(&format!("/co-quan/nop-ho?thu-tuc={BIRTH}")), "{}", found.text);
    let shop = SHOP.to_string();
    let fields = [("thu-tuc", BIRTH), ("don-vi", shop.as_str())];
    let without = head.post("/co-quan/nop-ho", &fields).await;
    assert_eq!(without.status, 422);
    assert!(without.text.contains("Chưa đồng ý thì không nộp hộ."));
    assert_eq!(site.count("select count(*) from filing"), 0);
    let begun = head
        .post("/co-quan/nop-ho", &[fields[0], fields[1], ("dong-y-cach", "slip")])
        .await;
    let here = begun.location.expect("a draft's address");
    // Most people are helped where they live; who heard a word must be named.
    let chosen = head.get(&format!("/co-quan/nop-ho?thu-tuc={BIRTH}")).await;
    assert!(chosen.text.contains(&format!("value=\"{shop}\" selected")), "{}", chosen.text);
    let unheard = head.post("/co-quan/nop-ho", &[fields[0], fields[1], ("dong-y-cach", "witnessed")]).await;
    assert!(unheard.status == 422 && unheard.text.contains("người làm chứng"), "{}", unheard.text);
    let heard = [fields[0], fields[1], ("dong-y-cach", "witnessed"), ("lam-chung", "Bà Hàng Xóm")];
    let other = head.post("/co-quan/nop-ho", &heard).await.location.expect("another draft");
    assert_eq!(site.text("select witness from filing order by id desc limit 1"), "Bà Hàng Xóm");
    assert_eq!(head.post(&format!("{other}/bo"), &[]).await.status, 303);
    let said = "select count(*) from journal where subject = 'filing' and act in ('begin_assisted', 'discard_assisted')";
    assert_eq!(site.count(said), 3);
    // The page says for whom, and a telephone is not demanded of who has none.
    let page = head.get(&here).await;
    assert!(page.text.contains("Nộp hộ người dân</b>") && !page.text.contains("name=\"nop-thay\""), "{}", page.text);
    let mark_now = mark(&page);
    let mut fields_now = person(&mark_now);
    fields_now.retain(|it| it.0 != "dien-thoai");
    let none = head.post(&here, &fields_now).await;
    let none = led_back(&mut head, none).await;
    assert!(none.text.contains("dien-thoai-mistake"), "none is said, nor that there is none");
    let mark_now = mark(&head.get(&here).await);
    let mut fields_now = person(&mark_now);
    fields_now.retain(|it| it.0 != "dien-thoai");
    fields_now.push(("khong-dien-thoai", "1"));
    assert_eq!(head.post(&here, &fields_now).await.status, 303);
    let list = head.get("/co-quan/nop-ho").await;
    assert!(list.text.contains(&here), "he goes on with it: {}", list.text);
    filled(&site, &mut head, &here).await;
    head.post(&here, &[("buoc", "xem-lai"), ("dong-y", "1"), ("viec", "gui")]).await;
    let list = head.get("/co-quan/nop-ho").await;
    assert!(list.text.contains("H41.99.40") && !list.text.contains(&here), "{}", list.text);
    let first = head.get("/co-quan").await;
    assert!(first.text.contains("Vừa nộp hộ") && first.text.contains("H41.99.40"), "{}", first.text);
    // Whose hands it went through stands on the dossier.
    let id = site.count("select id from dossier");
    let shown = site.signed_in("quay").get(&format!("/co-quan/ho-so/{id}")).await;
    assert!(shown.text.contains("Nộp hộ: truongxom; người dân đồng ý: ký phiếu đồng ý"));
    // The citizen reads who filed for him.
    let (code, secret) = (site.text("select code from dossier"), site.text("select secret from dossier_person"));
    let mut citizen = site.browser();
    citizen.get(&format!("/ho-so/{code}?ma={secret}")).await;
    let followed = citizen.get(&format!("/ho-so/{code}")).await;
    assert!(followed.text.contains("truongxom nộp hộ ông, bà; ông, bà đồng ý bằng cách ký phiếu đồng ý"), "{}", followed.text);
    // A row from before there were codes reads as it was written.
    site.given("update filing set consent = 'ký phiếu' where dossier is not null", &[]);
    assert!(head.get("/co-quan/nop-ho").await.text.contains(">ký phiếu<"));
    // He sees no dossier and no list; another assistant does not see his.
    for closed in [format!("/co-quan/ho-so/{id}"), "/co-quan/ho-so".into(), "/co-quan/nop-truc-tuyen".into()] {
        assert_eq!(head.get(&closed).await.status, 403, "{closed}");
    }
    assert!(!site.signed_in("quay").get("/co-quan/nop-ho").await.text.contains("H41.99.40"));
}

async fn a_commune_that_takes_it_on_paper_alone_says_so_and_leads_to_its_form(site) {
    given_two_communes(&site);
    let today = site.now().civil().date();
    let level = Some(domain::procedure::ServiceLevel::Forms);
    let setting = domain::level::Setting { from: today, level };
    site.run(move |tx| citizen::levels::facts::set(tx, domain::ids::UnitId(2), BIRTH, &setting, "Thử"));
    for named in ["2", &SHOP.to_string()] {
        let page = site.browser().get(&format!("/nop/{BIRTH}?don-vi={named}")).await.text;
        assert!(page.contains("xã Phú Sơn chưa nhận qua mạng thủ tục này"), "{named}: {page}");
        assert!(page.contains(&format!("href=\"/thu-tuc/{BIRTH}?don-vi=2#mau-don\"")), "{page}");
        let english = site.browser().get(&format!("/nop/{BIRTH}?don-vi={named}&lang=en")).await.text;
        assert!(english.contains("does not take this procedure online yet"), "{english}");
    }
    let other = site.browser().get(&format!("/nop/{BIRTH}?don-vi=4")).await.text;
    assert!(!other.contains("chưa nhận qua mạng thủ tục này"), "{other}");
}

}
