//! What is typed and chosen for a supplement waits for whoever comes back, and for nobody else.

use super::*;

/// What a page says that it was filled from.
fn mark(page: &Answer) -> String {
    let rest = page.text.split("id=\"dau\" value=\"").nth(1).expect("a mark");
    rest.split('"').next().expect("a value").to_owned()
}

async fn is_there(site: &TestSite, sha256: &str) -> bool {
    site.site.blobs.get(sha256).await.expect("a store").is_some()
}

on_both_engines! { routes();

async fn whoever_leaves_and_comes_back_finds_words_and_files(site) {
    let mut browser = site.browser();
    let at = format!("{}/bo-sung", followed(&site, &mut browser).await);
    asked_at_intake(&site).await;
    let field = format!("tep-{}", missing_row(&site));
    let scan = testkit::pdf("bản rõ");
    let keep = [("ghi-chu", "Xin gửi bản rõ"), ("viec", "luu")];
    for _ in 0..2 {
        let kept = browser.upload(&at, &keep, &[(&field, "ban-ro.pdf", &scan)]).await;
        assert_eq!(kept.location.as_deref(), Some(at.as_str()), "{}", kept.text);
    }
    assert_eq!(site.count("select count(*) from supplement_file"), 1, "sent twice it is one");
    assert_eq!((site.count("select count(*) from citizen_act"), status(&site)), (0, "intake_supplement".to_owned()));
    // It lies sealed: nobody reads it in the database.
    assert!(!site.text("select typed from supplement_draft").contains("bản rõ"));
    // Another browser that shows the secret goes on with it; a stranger does not come to it.
    let (code, secret) = (site.text("select code from dossier"), site.text("select secret from dossier_person"));
    let mut elsewhere = site.browser();
    assert!(elsewhere.get(&at).await.location.is_some_and(|it| it.starts_with("/tra-cuu")));
    elsewhere.get(&format!("/ho-so/{code}?ma={secret}")).await;
    let page = elsewhere.get(&at).await;
    assert!(page.text.contains("Xin gửi bản rõ") && page.text.contains("ban-ro.pdf"), "{}", page.text);
    // A field is wrong: nothing is lost, also what came with that form.
    let more = testkit::pdf("tờ thứ hai");
    let wrong = [("ghi-chu", "Đủ rồi"), ("viec", "gui"), ("dau", &*mark(&page))];
    let told = elsewhere.upload(&at, &wrong, &[("tep-0", "them.pdf", &more), (&field, "hong.exe", b"none")]).await;
    assert!(told.status == 422 && told.text.contains("dong-y-mistake"), "{}", told.text);
    assert!(told.text.contains(&format!("{field}-mistake")) && told.text.contains("ban-ro.pdf"), "{}", told.text);
    let page = browser.get(&at).await;
    for kept in ["Đủ rồi", "ban-ro.pdf", "them.pdf"] {
        assert!(page.text.contains(kept), "{kept}: {}", page.text);
    }
    // A file is taken out, and goes from the store of files once nothing holds it.
    let (id, sha) = (
        site.count("select id from supplement_file where paper = 0"),
        site.text("select sha256 from supplement_file where paper = 0"),
    );
    site.given("update file_held set until_ms = 0", &[]);
    let stranger = site.browser().post(&at, &[("viec", &*format!("bo-tep-{id}"))]).await;
    assert!(stranger.location.is_some_and(|it| it.starts_with("/tra-cuu")));
    assert!(is_there(&site, &sha).await);
    let drop = format!("bo-tep-{id}");
    let dropped = browser.post(&at, &[("viec", drop.as_str()), ("ghi-chu", "Đủ rồi")]).await;
    assert_eq!(dropped.status, 303, "{}", dropped.text);
    assert!(!is_there(&site, &sha).await && !browser.get(&at).await.text.contains("them.pdf"));
    // What another window added is looked over before it is sent.
    let (seen, third) = (mark(&browser.get(&at).await), testkit::pdf("tờ thứ ba"));
    elsewhere.upload(&at, &[("ghi-chu", "Đủ rồi"), ("viec", "luu")], &[("tep-0", "ba.pdf", &third)]).await;
    let send = |mark: &str| {
        let fields = [("ghi-chu", "Đủ rồi"), ("dong-y", "1"), ("viec", "gui"), ("dau", mark)];
        fields.map(|(name, text)| (name, text.to_owned()))
    };
    let old = send(&seen);
    let stale = browser.post(&at, &old.each_ref().map(|it| (it.0, it.1.as_str()))).await;
    assert!(stale.status == 422 && stale.text.contains("ba.pdf"), "{}", stale.text);
    assert!(stale.text.contains("vừa được sửa ở một cửa sổ khác"), "{}", stale.text);
    let new = send(&mark(&stale));
    let sent = browser.post(&at, &new.each_ref().map(|it| (it.0, it.1.as_str()))).await;
    assert_eq!(sent.status, 303, "{}", sent.text);
    assert_eq!(status(&site), "submitted");
    assert_eq!(site.count("select count(*) from dossier_file where name in ('ban-ro.pdf', 'ba.pdf')"), 2);
    for table in ["supplement_draft", "supplement_file"] {
        assert_eq!(site.count(&format!("select count(*) from {table}")), 0, "{table}");
    }
    site.given("update file_held set until_ms = 0", &[]);
    site.run_jobs().await;
    assert!(is_there(&site, &site.text("select sha256 from dossier_file where name = 'ba.pdf'")).await);
}

async fn words_of_another_window_are_not_written_over_unseen(site) {
    let mut browser = site.browser();
    let at = format!("{}/bo-sung", followed(&site, &mut browser).await);
    asked_at_intake(&site).await;
    let window = |page: &Answer| {
        let rest = page.text.split("name=\"cua-so\" value=\"").nth(1).expect("a window");
        rest.split('"').next().expect("a value").to_owned()
    };
    let first = browser.get(&at).await;
    let (seen, mine) = (mark(&first), window(&first));
    let other = browser.get(&at).await;
    assert_ne!(window(&other), mine);
    let kept = [("ghi-chu", "Lời của cửa sổ kia"), ("viec", "luu"), ("dau", &*seen), ("cua-so", &*window(&other))];
    assert_eq!(browser.post(&at, &kept).await.status, 303);
    // This window saw nothing of it: its words wait, its file is taken, what the other one wrote stays.
    let scan = testkit::pdf("bản rõ");
    let late = [("ghi-chu", "Lời của cửa sổ này"), ("viec", "luu"), ("dau", &*seen), ("cua-so", &*mine)];
    for _ in 0..2 {
        let told = browser.upload(&at, &late, &[("tep-0", "ro.pdf", &scan)]).await;
        assert!(told.status == 422 && told.text.contains("data-stale=\"Nội dung này vừa được sửa"), "{}", told.text);
        assert!(told.text.contains("Lời của cửa sổ này") && told.text.contains("ro.pdf"), "{}", told.text);
        let page = browser.get(&at).await;
        assert!(page.text.contains("Lời của cửa sổ kia") && page.text.contains("ro.pdf"), "{}", page.text);
    }
    let send = [("ghi-chu", "Lời của cửa sổ này"), ("dong-y", "1"), ("viec", "gui"), ("dau", &*seen), ("cua-so", &*mine)];
    assert_eq!(browser.post(&at, &send).await.status, 422, "nor is it sent");
    // Looked over, they take its place.
    let now = mark(&browser.get(&at).await);
    let again = [late[0], late[1], ("dau", &*now), late[3]];
    assert_eq!(browser.post(&at, &again).await.status, 303);
    assert!(browser.get(&at).await.text.contains("Lời của cửa sổ này"));
    // Whose answer was lost on the way goes on: it was he himself who changed it.
    let more = [("ghi-chu", "Lời của cửa sổ này, thêm"), ("viec", "luu"), ("dau", &*now), late[3]];
    assert_eq!(browser.post(&at, &more).await.status, 303);
}

async fn what_answers_another_request_or_lies_too_long_is_gone(site) {
    let mut browser = site.browser();
    let at = format!("{}/bo-sung", followed(&site, &mut browser).await);
    asked_later(&site).await;
    let scan = testkit::pdf("bản rõ");
    let keep = [("ghi-chu", "Câu trả lời cũ"), ("viec", "luu")];
    let file: &[(&str, &str, &[u8])] = &[("tep-0", "cu.pdf", &scan)];
    assert_eq!(browser.upload(&at, &keep, file).await.status, 303);
    let sha = site.text("select sha256 from supplement_file");
    // An answer to an earlier request is not shown for this one, and makes way for what is kept now.
    site.given("update supplement_draft set asked_ms = asked_ms - 1", &[]);
    let page = browser.get(&at).await;
    assert!(page.status == 200 && !page.text.contains("Câu trả lời cũ") && !page.text.contains("cu.pdf"), "{}", page.text);
    browser.post(&at, &[("ghi-chu", "Câu mới"), ("viec", "luu")]).await;
    assert_eq!(site.count("select count(*) from supplement_file"), 0);
    assert!(browser.get(&at).await.text.contains("Câu mới"));
    // Nobody came back to it: it goes with its file, and not a day too early.
    let day = 24 * 60;
    browser.upload(&at, &keep, file).await;
    site.run_jobs().await;
    assert_eq!(site.count("select count(*) from supplement_draft"), 1);
    let long = (crate::filing::IDLE_DAYS * day + 1) * 60_000;
    site.given("update supplement_draft set changed_ms = changed_ms - ?1", &[long.into()]);
    site.given("update file_held set until_ms = 0", &[]);
    site.pass_minutes(day + 5);
    site.run_jobs().await;
    assert_eq!(site.count("select count(*) from supplement_draft"), 0);
    assert!(!is_there(&site, &sha).await, "its file went with it");
    // He brings it to the counter after all: nothing is asked any more, and what he had typed goes.
    let secret = site.text("select secret from dossier_person");
    browser.get(&format!("{}?ma={secret}", at.trim_end_matches("/bo-sung"))).await;
    assert_eq!(browser.upload(&at, &keep, file).await.status, 303);
    let row = missing_row(&site);
    let (came, mark) = (format!("du-{row}"), format!("muc-{row}"));
    take(&site, "quay", "bo-sung", &[(&came, "1"), (&mark, "copy")]).await;
    let late = browser.get(&at).await;
    assert_eq!(late.location.as_deref(), Some(at.trim_end_matches("/bo-sung")));
    assert_eq!(site.count("select count(*) from supplement_draft"), 1);
    site.pass_minutes(day + 5);
    site.run_jobs().await;
    assert_eq!(site.count("select count(*) from supplement_draft"), 0);
}

async fn what_was_never_sent_is_erased_with_the_people(site) {
    let mut browser = site.browser();
    let at = format!("{}/bo-sung", followed(&site, &mut browser).await);
    asked_at_intake(&site).await;
    let scan = testkit::pdf("bản rõ");
    let keep = [("ghi-chu", "Lời riêng"), ("viec", "luu")];
    browser.upload(&at, &keep, &[("tep-0", "rieng.pdf", &scan)]).await;
    let id = domain::ids::DossierId(site.count("select id from dossier"));
    assert_eq!(site.count("select count(*) from supplement_file"), 1);
    let mut counter = site.signed_in("quay");
    let path = format!("/co-quan/ho-so/{}/tu-choi-tiep-nhan", id.0);
    let page = counter.get(&path).await.text;
    let ground = page.split("<option value=\"").nth(1).and_then(|it| it.split('"').next()).expect("a ground");
    let refused = counter.post(&path, &[("loi", "Không thuộc thẩm quyền"), ("can-cu", ground)]).await;
    assert_eq!(refused.status, 303, "{}", refused.text);
    site.given_account("xoa", domain::access::Role::Administrator, 1);
    let code = site.text("select code from dossier");
    let wish = [("ma-ho-so", code.as_str()), ("ly-do", "Theo yêu cầu"), ("chac-chan", "1")];
    site.given("update filing set witness = 'Người Làm Chứng'", &[]);
    let answer = site.signed_in("xoa").post("/co-quan/quan-tri/xoa-du-lieu", &wish).await;
    assert_eq!(answer.status, 303, "{} {}", id.0, answer.text);
    for table in ["supplement_draft", "supplement_file"] {
        assert_eq!(site.count(&format!("select count(*) from {table}")), 0, "{table}");
    }
    assert_eq!(site.text("select witness from filing"), "", "whoever heard him is a person too");
}

}
