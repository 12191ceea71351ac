//! What somebody who helps hands to the citizen: the slip that he signs, the note with his code, the word to his
//! telephone.

use super::*;

/// A channel that reaches telephones; nothing is sent by it here.
fn given_sms(site: &TestSite) {
    site.given(
        "insert into message_channel
           (channel, settings, secret, is_on, edition, failure, lent, lent_until_ms)
         values ('sms', '{}', '', 1, 1, '', '', 0)",
        &[],
    );
}

async fn helped<'a>(site: &'a TestSite, consent: &[(&str, &str)]) -> (Browser<'a>, String) {
    let mut head = site.signed_in("truongxom");
    let shop = SHOP.to_string();
    let mut fields = vec![("thu-tuc", BIRTH), ("don-vi", shop.as_str())];
    fields.extend(consent);
    let begun = head.post("/co-quan/nop-ho", &fields).await;
    (head, begun.location.expect("a draft's address"))
}

const HEARD: [(&str, &str); 2] = [("dong-y-cach", "witnessed"), ("lam-chung", "Bà Hàng Xóm")];

on_both_engines! { routes();

async fn the_slip_of_consent_says_what_is_filed_for_whom_and_who_signs(site) {
    given_two_communes(&site);
    site.given_account("truongxom", Role::Intermediary, 2);
    let (mut head, here) = helped(&site, &HEARD).await;
    let slip = format!("{here}/phieu-dong-y.pdf");
    // Before anything is typed it is a form to fill in by hand.
    let empty = testkit::text_of_pdf(&head.get(&slip).await.bytes);
    assert!(empty.contains("PHIẾU ĐỒNG Ý") && !empty.contains("Minh Họa"), "{empty}");
    filled(&site, &mut head, &here).await;
    let page = head.get(&format!("{here}?buoc=xem-lai")).await;
    assert!(page.text.contains(&format!("href=\"{slip}\"")), "{}", page.text);
    assert!(head.get("/co-quan/nop-ho").await.text.contains(&slip));
    let text = testkit::text_of_pdf(&head.get(&slip).await.bytes);
    for wanted in [
        "Lê Thị Minh Họa", "040188001234", "05/09/1988", "0912345678", "truongxom", "(mã 1.001193)",
        "Sẽ nộp bản giấy tại quầy", "giay-chung-", "Đến Bộ phận Một cửa", "NGƯỜI DÂN", "NGƯỜI LÀM CHỨNG",
        "Bà Hàng Xóm", "NGƯỜI NỘP HỘ",
    ] {
        assert!(text.contains(wanted), "{wanted}: {text}");
    }
    // Nobody else prints it: not another helper, not a citizen, not whoever has the address alone.
    site.given_account("truongxom2", Role::Intermediary, 2);
    assert_eq!(site.signed_in("truongxom2").get(&slip).await.status, 404);
    let stranger = site.browser().get(&slip).await;
    assert!(stranger.status == 303 && stranger.bytes.is_empty(), "{}", stranger.status);
    // Whoever files for himself agrees by sending: there is no slip of his draft, and no note before it is sent.
    let mut own = site.browser();
    let mine = begun(&mut own).await;
    assert_eq!(own.get(&format!("{mine}/phieu-dong-y.pdf")).await.status, 404);
    assert_eq!(own.get(&format!("{mine}/giay-bao.pdf")).await.status, 404);
    assert_eq!(head.get(&format!("{here}/giay-bao.pdf")).await.status, 404);
}

async fn who_has_no_telephone_is_filed_for_and_nobody_invents_one(site) {
    given_two_communes(&site);
    site.given_account("truongxom", Role::Intermediary, 2);
    let (mut head, here) = helped(&site, &HEARD).await;
    let now = mark(&head.get(&here).await);
    let mut fields = person(&now);
    fields.retain(|it| it.0 != "dien-thoai");
    fields.extend([("dien-thoai", ""), ("khong-dien-thoai", "1")]);
    let done = head.post(&here, &fields).await;
    assert_eq!(done.status, 303, "{}", done.text);
    let now = mark(&head.get(&format!("{here}?buoc=to-khai&phan=tat-ca")).await);
    let mut said = declaration("Lê Thị Minh Họa");
    said.retain(|it| it.0 != "f.yc-dt");
    let whole = [("buoc", "to-khai"), ("phan", "tat-ca"), ("dau", now.as_str()), ("viec", "tiep")];
    let done = head.post(&here, &with(&whole, &said)).await;
    assert_eq!(done.status, 303, "{}", done.text);
    filled_from_papers(&site, &mut head, &here).await;
    let sent = head.post(&here, &[("buoc", "xem-lai"), ("dong-y", "1"), ("viec", "gui")]).await;
    assert_eq!(sent.location.as_deref(), Some(here.as_str()), "{}", sent.text);
    assert_eq!(site.text("select phone from dossier_person"), "");
}

async fn the_citizen_gets_code_and_secret_on_paper_and_a_word_on_his_telephone(site) {
    given_two_communes(&site);
    given_sms(&site);
    site.given_account("truongxom", Role::Intermediary, 2);
    let (mut head, here) = helped(&site, &HEARD).await;
    filled(&site, &mut head, &here).await;
    assert_eq!(site.count("select count(*) from outbox"), 0, "nothing is said of what is not sent");
    // Whoever helps may read English himself: the citizen is told in Vietnamese.
    assert!(head.get(&format!("{here}?lang=en")).await.text.contains("lang=\"en\""));
    head.post(&here, &[("buoc", "xem-lai"), ("dong-y", "1"), ("viec", "gui")]).await;
    let (code, secret) = (site.text("select code from dossier"), site.text("select secret from dossier_person"));
    let note = format!("{here}/giay-bao.pdf");
    assert_eq!(site.text("select o.lang || p.lang from outbox o, dossier_person p"), "vivi");
    let done = head.get(&format!("{here}?lang=vi")).await;
    assert!(done.text.contains(&format!("href=\"{note}\"")) && done.text.contains("trong 15 phút"), "{}", done.text);
    let text = testkit::text_of_pdf(&head.get(&note).await.bytes);
    for wanted in [code.as_str(), secret.as_str(), "Lê Thị Minh Họa", "truongxom", "nghe đọc lại", "/tra-cuu"] {
        assert!(text.contains(wanted), "{wanted}: {text}");
    }
    assert_eq!(site.count("select count(*) from journal where act = 'print_filing_note'"), 1);
    // The slip is for what is not sent yet.
    assert_eq!(head.get(&format!("{here}/phieu-dong-y.pdf")).await.status, 404);
    // He is told by whom, and that he should say so if he did not ask for it; never the secret.
    assert_eq!(site.text("select kind || ' ' || state || ' ' || channel || ' ' || recipient from outbox"),
        "filed_for_you waiting sms 0912345678");
    let said = site.text("select data from outbox");
    assert!(said.contains(&code) && said.contains("truongxom") && !said.contains(&secret), "{said}");
    let shown = site.signed_in("quay").get("/co-quan/ho-so/1").await;
    assert!(shown.text.contains("Tin báo “Có người nộp hộ hồ sơ”"), "{}", shown.text);
    // Nobody but whoever helped prints it, and he does as long as the page shows the secret.
    assert_eq!(site.browser().get(&note).await.status, 303);
    site.pass_minutes(16);
    let late = head.get(&note).await;
    assert_eq!((late.status, late.location.as_deref()), (303, Some(here.as_str())));
    let done = head.get(&here).await;
    assert!(!done.text.contains(&note) && !done.text.contains(&secret), "{}", done.text);
    assert!(done.text.contains("Đã quá 15 phút"), "{}", done.text);
    assert_eq!(site.count("select count(*) from journal where act = 'print_filing_note'"), 1);
}

async fn whoever_files_for_himself_is_not_told_that_somebody_did(site) {
    given_two_communes(&site);
    given_sms(&site);
    let mut browser = site.browser();
    let here = begun(&mut browser).await;
    filled(&site, &mut browser, &here).await;
    site.given("update message_channel set is_on = 0", &[]);
    browser.post(&here, &[("buoc", "xem-lai"), ("dong-y", "1"), ("viec", "gui")]).await;
    assert_eq!(site.count("select count(*) from dossier"), 1);
    assert_eq!(site.count("select count(*) from outbox where kind = 'filed_for_you'"), 0);
    let done = browser.get(&here).await;
    assert!(!done.text.contains("giay-bao.pdf") && !done.text.contains("Đã quá 15 phút"), "{}", done.text);
}

async fn a_consent_that_is_easily_forged_is_refused_or_told_to_the_counter(site) {
    given_two_communes(&site);
    site.given_account("truongxom", Role::Intermediary, 2);
    let shop = SHOP.to_string();
    // Nobody witnesses for himself: not whoever helps, not whoever is helped.
    let mut head = site.signed_in("truongxom");
    let own = [("thu-tuc", BIRTH), ("don-vi", shop.as_str()), ("dong-y-cach", "witnessed"), ("lam-chung", "TRUONGXOM")];
    let wrong = head.post("/co-quan/nop-ho", &own).await;
    assert!(wrong.status == 422 && wrong.text.contains("không tự làm chứng cho mình"), "{}", wrong.text);
    let (mut head, here) = helped(&site, &[("dong-y-cach", "witnessed"), ("lam-chung", "le thi minh hoa")]).await;
    let now = mark(&head.get(&here).await);
    let wrong = head.post(&here, &person(&now)).await;
    let wrong = led_back(&mut head, wrong).await;
    assert!(wrong.text.contains("người dân không tự làm chứng"), "{}", wrong.text);
    // His place on the slip is that of his account.
    let text = testkit::text_of_pdf(&head.get(&format!("{here}/phieu-dong-y.pdf")).await.bytes);
    assert!(text.contains("Người hỗ trợ nộp hồ sơ"), "{text}");
    // Who agrees by his own telephone signs no slip.
    for (number, waits_for_slip) in [("040188001234", true), ("040188001235", false), ("040188001236", false)] {
        let way = if waits_for_slip { "slip" } else { "own_phone" };
        let (mut head, here) = helped(&site, &[("dong-y-cach", way)]).await;
        let now = mark(&head.get(&here).await);
        let mut fields = person(&now);
        fields.retain(|it| it.0 != "so-giay-to");
        fields.push(("so-giay-to", number));
        assert_eq!(head.post(&here, &fields).await.status, 303);
        declare(&mut head, &here, "Lê Thị Minh Họa").await;
        filled_from_papers(&site, &mut head, &here).await;
        let review = head.get(&format!("{here}?buoc=xem-lai")).await;
        assert_eq!(review.text.contains("để người dân ký hai bản"), waits_for_slip, "{}", review.text);
        assert_eq!(review.text.contains("không phải ký phiếu"), !waits_for_slip, "{}", review.text);
        let sent = head.post(&here, &[("buoc", "xem-lai"), ("dong-y", "1"), ("viec", "gui")]).await;
        assert_eq!(sent.status, 303, "{}", sent.text);
    }
    let mut counter = site.signed_in("quay");
    // One telephone that agreed for two people is told on the dossiers of both, and on no other.
    for (dossier, is_told) in [(1, false), (2, true), (3, true)] {
        let page = counter.get(&format!("/co-quan/ho-so/{dossier}")).await.text;
        assert_eq!(page.contains("đã đồng ý nộp hộ cho 2 số định danh khác nhau"), is_told, "{page}");
    }
    let page = counter.get("/co-quan/ho-so/1").await.text;
    assert!(page.contains("Chưa có bản quét phiếu đồng ý"), "{page}");
    let scan = testkit::pdf("phiếu");
    let done = counter.upload("/co-quan/ho-so/1/tep", &[], &[("tep", "Phiếu đồng ý.pdf", &scan)]).await;
    assert_eq!(done.status, 303, "{}", done.text);
    let page = counter.get("/co-quan/ho-so/1").await.text;
    assert!(!page.contains("Chưa có bản quét phiếu đồng ý"), "{page}");
}

}
