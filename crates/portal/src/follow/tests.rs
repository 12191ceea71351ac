//! Answering over the line: once, with the files beside their papers, and the office sees it.

use citizen::eforms::facts as eforms;
use testkit::{Answer, Browser, TestSite, on_both_engines};

use crate::{
    filing::tests::{begun, filled},
    tests::given_two_communes,
};

fn routes() -> site::Routes {
    crate::routes().and(citizen::routes())
}

/// Nobody has worked out what the copies cost that are asked for with it.
const FREE: [(&str, &str); 2] =
    [("khong-thu", "1"), ("ly-do-phi", "HĐND tỉnh chưa quy định mức thu")];

const WORDS: &str = "Giấy chứng sinh: bản gửi bị mờ";

mod kept;

/// A birth that was filed over the line, in a browser that has shown its secret; where it is followed.
async fn followed(site: &TestSite, browser: &mut Browser<'_>) -> String {
    given_two_communes(site);
    let here = begun(browser).await;
    filled(site, browser, &here).await;
    let fields = [("buoc", "xem-lai"), ("dong-y", "1"), ("viec", "gui")];
    browser.post(&here, &fields).await;
    let code = site.text("select code from dossier");
    let secret = site.text("select secret from dossier_person");
    browser.get(&format!("/ho-so/{code}?ma={secret}")).await;
    format!("/ho-so/{code}")
}

async fn take(site: &TestSite, login: &str, step: &str, fields: &[(&str, &str)]) {
    let id = site.count("select id from dossier");
    let answer = site.signed_in(login).post(&format!("/co-quan/ho-so/{id}/{step}"), fields).await;
    assert_eq!(answer.status, 303, "{step}: {}", answer.text);
}

async fn asked_at_intake(site: &TestSite) {
    take(site, "quay", "yeu-cau-hoan-thien", &[("loi", WORDS)]).await;
}

async fn asked_later(site: &TestSite) {
    take(site, "quay", "tiep-nhan", &FREE).await;
    take(site, "quay", "chuyen", &[("don-vi", "2")]).await;
    take(site, "thuly", "thu-ly", &[]).await;
    take(site, "thuly", "yeu-cau-bo-sung", &[("loi", WORDS)]).await;
}

fn status(site: &TestSite) -> String {
    site.text("select status from dossier")
}

fn missing_row(site: &TestSite) -> i64 {
    site.count("select min(id) from dossier_paper where form = 'missing'")
}

/// Sends a scan beside the missing paper.
async fn answer(site: &TestSite, browser: &mut Browser<'_>, at: &str) -> Answer {
    let field = format!("tep-{}", missing_row(site));
    let scan = testkit::pdf("bản rõ");
    let fields = [("ghi-chu", "Xin gửi bản rõ"), ("dong-y", "1"), ("viec", "gui")];
    browser.upload(&format!("{at}/bo-sung"), &fields, &[(&field, "ban-ro.pdf", &scan)]).await
}

/// Where a form with mistakes leads: a page of its own, to which one goes back.
fn led_back(answer: &Answer) -> String {
    assert_eq!(answer.status, 303, "{}", answer.text);
    let to = answer.location.clone().unwrap_or_default();
    assert!(to.contains("/bo-sung?sai=1"), "{to}");
    to
}

on_both_engines! { routes();

async fn what_the_counter_asks_for_is_sent_once_and_lies_on_the_counter_again(site) {
    let mut browser = site.browser();
    let at = followed(&site, &mut browser).await;
    let early = browser.get(&format!("{at}/bo-sung")).await;
    assert_eq!(early.location.as_deref(), Some(at.as_str()), "nothing is asked");
    asked_at_intake(&site).await;
    let page = browser.get(&at).await;
    assert!(page.text.contains(WORDS) && page.text.contains(&format!("{at}/bo-sung")), "{}", page.text);
    let form = browser.get(&format!("{at}/bo-sung")).await;
    let field = format!("name=\"tep-{}\"", missing_row(&site));
    assert!(form.text.contains(WORDS) && form.text.contains(&field), "{}", form.text);
    // Nothing is sent without a file or a word, and without the declaration.
    let nothing = browser.post(&format!("{at}/bo-sung"), &[("viec", "gui")]).await;
    let nothing = browser.get(&led_back(&nothing)).await;
    assert!(nothing.text.contains("ghi-chu-mistake") && nothing.text.contains("dong-y-mistake"));
    assert_eq!(status(&site), "intake_supplement");
    // A file that is no document is told beside its paper; nothing is sent.
    let row = missing_row(&site);
    let bad = [("dong-y", "1"), ("ghi-chu", "x"), ("viec", "gui")];
    let name = format!("tep-{row}");
    let told = browser.upload(&format!("{at}/bo-sung"), &bad, &[(&name, "a.pdf", b"none")]).await;
    // The one file that could not be taken is told, not a note that is owed for want of it.
    let only = [("dong-y", "1"), ("viec", "gui")];
    let alone = browser.upload(&format!("{at}/bo-sung"), &only, &[(&name, "a.exe", b"none")]).await;
    assert!(alone.status == 422 && alone.text.contains(&format!("{name}-mistake")), "{}", alone.text);
    assert!(!alone.text.contains("ghi-chu-mistake"), "{}", alone.text);
    assert!(told.status == 422 && told.text.contains(&format!("{name}-mistake")), "{}", told.text);

    let sent = answer(&site, &mut browser, &at).await;
    assert_eq!(sent.location.as_deref(), Some(at.as_str()), "{}", sent.text);
    let again = browser.post(&format!("{at}/bo-sung"), &[("viec", "gui"), ("dong-y", "1")]).await;
    assert_eq!(again.location.as_deref(), Some(at.as_str()), "a second click is no second answer");
    assert_eq!(status(&site), "submitted");
    assert_eq!(site.count("select count(*) from citizen_act"), 1);
    let scans = format!("select count(*) from dossier_file where paper = {row} and name = 'ban-ro.pdf'");
    assert_eq!(site.count(&scans), 1);
    assert_eq!(site.text(&format!("select form from dossier_paper where id = {row}")), "copy");
    let followed = browser.get(&at).await;
    for said in ["Ông, bà đã gửi bổ sung qua cổng.", "Xin gửi bản rõ", WORDS] {
        assert!(followed.text.contains(said), "{said}: {}", followed.text);
    }
    let english = browser.get(&format!("{at}?lang=en")).await;
    assert!(english.text.contains("You sent what was asked for, online."));

    // The counter sees it, and may still say that it is not complete.
    let mut counter = site.signed_in("quay");
    let list = counter.get("/co-quan/nop-truc-tuyen/bo-sung").await;
    assert!(list.text.contains("Lê Thị Minh Họa") && list.text.contains("vừa gửi"), "{}", list.text);
    assert!(counter.get("/co-quan/nop-truc-tuyen").await.text.contains("người nộp vừa gửi"));
    let id = site.count("select id from dossier");
    let shown = counter.get(&format!("/co-quan/ho-so/{id}")).await;
    assert!(shown.text.contains("Người nộp vừa làm: Nộp lại"), "{}", shown.text);
    // Also the file that came with it is his, not the program's.
    assert!(shown.text.contains("Người nộp, qua cổng"));
    assert!(!shown.text.contains("data-label=\"Người làm\">Hệ thống"), "{}", shown.text);
    let stranger = site.signed_in("quay-khac").get("/co-quan/nop-truc-tuyen/bo-sung").await;
    assert!(!stranger.text.contains("Minh Họa"));
    assert_eq!(counter.get("/co-quan/nop-truc-tuyen/bo-sung/xuat").await.status, 200);
    let refused = [("loi", "Vẫn thiếu giấy chứng sinh"), ("can-cu", "incomplete")];
    let path = format!("/co-quan/ho-so/{id}/tu-choi-tiep-nhan");
    let grounds = counter.get(&path).await.text;
    let first = grounds.split("<option value=\"").nth(1).and_then(|it| it.split('"').next());
    let refused = [refused[0], ("can-cu", first.expect("a ground"))];
    assert_eq!(counter.post(&path, &refused).await.status, 303);
    // The mark is gone: somebody has acted.
    let list = counter.get("/co-quan/nop-truc-tuyen/bo-sung").await;
    assert!(!list.text.contains("Lê Thị Minh Họa"));
    let all = counter.get("/co-quan/nop-truc-tuyen/bo-sung?xem=tat-ca&viec=resubmit").await;
    assert!(all.text.contains("Lê Thị Minh Họa"));
    assert!(site.run(citizen::dossiers::facts::unfolded).is_empty());
}

async fn what_the_officer_asks_for_is_sent_and_the_clock_goes_on_without_a_trip(site) {
    let mut browser = site.browser();
    let at = followed(&site, &mut browser).await;
    asked_later(&site).await;
    assert_eq!(site.text("select coalesce(due_at, 'none') from dossier"), "none", "it stands still");
    let form = browser.get(&format!("{at}/bo-sung")).await;
    assert!(form.text.contains("Bổ sung trước"), "{}", form.text);
    site.pass_minutes(60);
    // The cookie's half hour is over; the form that was open is not lost.
    let pass = form.text.split("name=\"phien\" value=\"").nth(1).and_then(|it| it.split('"').next());
    let fields = [("phien", pass.expect("a pass")), ("ghi-chu", "Bản chính nộp sau"), ("dong-y", "1"), ("viec", "gui")];
    let bare = browser.post(&format!("{at}/bo-sung"), &fields[1..]).await;
    assert!(bare.location.is_some_and(|it| it.starts_with("/tra-cuu")));
    let sent = browser.post(&format!("{at}/bo-sung"), &fields).await;
    assert_eq!(sent.location.as_deref(), Some(at.as_str()), "{}", sent.text);
    assert_eq!(status(&site), "processing");
    assert_ne!(site.text("select coalesce(due_at, 'none') from dossier"), "none");
    assert_eq!(site.count("select count(*) from dossier_visit where cause = 'supplement'"), 0);
    // What has no file is still missing on the list.
    assert_eq!(site.count("select count(*) from dossier_paper where form = 'missing'"), 1);
    assert!(site.run(citizen::dossiers::facts::unfolded).is_empty());
}

async fn two_clicks_in_one_moment_are_one_answer(site) {
    let mut browser = site.browser();
    let at = followed(&site, &mut browser).await;
    asked_later(&site).await;
    let form = browser.get(&format!("{at}/bo-sung")).await;
    let pass = form.text.split("name=\"phien\" value=\"").nth(1).and_then(|it| it.split('"').next());
    let fields = [("phien", pass.expect("a pass")), ("ghi-chu", "Nộp sau"), ("dong-y", "1"), ("viec", "gui")];
    let path = format!("{at}/bo-sung");
    let (mut one, mut two) = (site.browser(), site.browser());
    let (first, second) = tokio::join!(one.post(&path, &fields), two.post(&path, &fields));
    assert_eq!((first.status, second.status), (303, 303), "{} {}", first.text, second.text);
    assert_eq!(site.count("select count(*) from citizen_act"), 1);
}

async fn a_dossier_is_asked_back_with_a_page_that_says_what_it_means(site) {
    let mut browser = site.browser();
    let at = followed(&site, &mut browser).await;
    let form = browser.get(&format!("{at}/rut")).await;
    assert!(form.text.contains("hồ sơ dừng lại và không có kết quả"), "{}", form.text);
    let unsure = browser.post(&format!("{at}/rut"), &[("ly-do", "Đổi ý")]).await;
    assert!(unsure.status == 422 && unsure.text.contains("Đổi ý"));
    assert_eq!(status(&site), "submitted");
    for _ in 0..2 {
        let fields = [("ly-do", "Đổi ý"), ("chac-chan", "1")];
        let answer = browser.post(&format!("{at}/rut"), &fields).await;
        assert_eq!(answer.location.as_deref(), Some(at.as_str()), "{}", answer.text);
    }
    assert_eq!(status(&site), "withdraw_requested");
    assert_eq!(site.count("select count(*) from citizen_act"), 1);
    // He thinks again while nobody has decided, as often as he presses.
    assert!(browser.get(&at).await.text.contains(&format!("{at}/khong-rut")));
    let stranger = site.browser().post(&format!("{at}/khong-rut"), &[]).await;
    assert!(stranger.location.is_some_and(|it| it.starts_with("/tra-cuu")));
    for _ in 0..2 {
        let answer = browser.post(&format!("{at}/khong-rut"), &[]).await;
        assert_eq!(answer.location.as_deref(), Some(at.as_str()), "{}", answer.text);
    }
    assert_eq!(status(&site), "submitted");
    assert_eq!(site.count("select count(*) from citizen_act"), 2);
    let page = browser.get(&at).await;
    assert!(page.text.contains("không xin rút hồ sơ nữa") && !page.text.contains("không đồng ý cho rút"), "{}", page.text);
    assert!(site.run(citizen::dossiers::facts::unfolded).is_empty());
    let fields = [("ly-do", "Đổi ý"), ("chac-chan", "1")];
    browser.post(&format!("{at}/rut"), &fields).await;
    let list = site.signed_in("quay").get("/co-quan/nop-truc-tuyen/bo-sung").await;
    assert!(list.text.contains("Xin rút hồ sơ"), "{}", list.text);
    take(&site, "quay", "khong-cho-rut", &[("loi", "Đã có kết quả")]).await;
    assert_eq!(status(&site), "submitted");
    assert!(browser.get(&at).await.text.contains("Cơ quan không đồng ý cho rút hồ sơ:"));
}

async fn the_applicant_asks_others_to_sign_and_the_counter_sees_who_did(site) {
    let mut browser = site.browser();
    let at = followed(&site, &mut browser).await;
    let page = format!("{at}/cung-ky");
    assert_eq!(browser.get(&page).await.location.as_deref(), Some(at.as_str()), "nobody must");
    assert!(!browser.get(&at).await.text.contains("cung-ky"));
    // A marriage is declared by two.
    let id = domain::ids::DossierId(site.count("select id from dossier"));
    let day = site.now().civil().date();
    site.run(|tx| {
        let form = eforms::in_force(tx, "ket-hon", day)?.expect("the form that ships");
        let answers = citizen::eforms::shipped::sample("ket-hon")?.expect("its sample");
        let judged = domain::eform::judge(&form.form, &answers, day);
        eforms::declare(tx, id, &form, &judged).expect("sound answers");
        Ok(())
    });
    let shown = browser.get(&at).await.text;
    assert!(shown.contains("Bên nữ: Phạm Thị Hoa") && shown.contains(&page), "{shown}");
    assert!(shown.contains("Chưa có đường dẫn ký"), "{shown}");
    let office = site.signed_in("quay").get(&format!("/co-quan/ho-so/{}", id.0)).await;
    assert!(office.text.contains("Còn thiếu chữ ký trên tờ khai:"), "{}", office.text);
    // The page of what was sent leads straight there.
    let secret = site.text("select secret from dossier_person");
    let led = site.browser().get(&format!("{at}?ma={secret}&den=cung-ky")).await;
    assert_eq!(led.location.as_deref(), Some(page.as_str()));
    let asked = browser.post(&page, &[("nguoi", "nu")]).await;
    assert!(asked.status == 200 && asked.text.contains("class=\"qr\""), "{}", asked.text);
    let link = |text: &str| {
        let at = text.split("/ky/").nth(1).expect("a link");
        format!("/ky/{}", at.chars().take_while(char::is_ascii_hexdigit).collect::<String>())
    };
    let hers = link(&asked.text);
    assert!(asked.text.contains("sms:?&#38;body=") || asked.text.contains("sms:?&amp;body="));
    // Somebody that the form does not know gets none, nor does a stranger make one.
    let none = browser.post(&page, &[("nguoi", "la")]).await;
    assert!(none.status == 200 && !none.text.contains("/ky/"), "{}", none.text);
    let stranger = site.browser().post(&page, &[("nguoi", "nu"), ("phien", "made-up")]).await;
    assert!(stranger.location.is_some_and(|it| it.starts_with("/tra-cuu")));
    let mut phone = site.browser();
    let signs = [("ho-ten", "Phạm Thị Hoa"), ("dong-y", "1"), ("viec", "ky")];
    assert!(phone.get(&hers).await.text.contains("class=\"facts\""), "she reads what she signs");
    assert_eq!(phone.post(&hers, &signs).await.status, 303);
    assert!(phone.get(&hers).await.text.contains("class=\"facts\""), "and what she signed, for a day");
    assert!(browser.get(&at).await.text.contains("Đã ký lúc"));
    assert!(browser.get(&format!("{at}?lang=en")).await.text.contains("The woman: Phạm Thị Hoa"));
    let office = site.signed_in("quay").get(&format!("/co-quan/ho-so/{}/to-khai", id.0)).await;
    assert!(office.text.contains("bằng đường dẫn người nộp tạo"), "{}", office.text);
    // Asked again, she has answered: no new link, the old answer stands.
    let again = browser.post(&page, &[("nguoi", "nu")]).await;
    assert!(again.status == 200 && !again.text.contains("/ky/"), "{}", again.text);
    assert_eq!(site.count("select count(*) from journal where act = 'ask_co_sign'"), 1);
    // A link that lies about shows nobody's data.
    site.pass_minutes(25 * 60);
    let later = phone.get(&hers).await;
    assert!(later.status == 200 && !later.text.contains("class=\"facts\""), "{}", later.text);
}

async fn what_was_sent_is_read_back_and_no_time_is_made_up_before_it_is_accepted(site) {
    let mut browser = site.browser();
    let at = followed(&site, &mut browser).await;
    let page = browser.get(&at).await.text;
    assert!(page.contains("Cơ quan trả lời trước") && page.contains("08:00, thứ Sáu 09/01/2026"), "{page}");
    assert!(page.contains(&format!("{at}/da-gui")), "{page}");
    let steps = |page: &str| {
        let from = page.split("<ol class=\"steps\"").nth(1).expect("the way of the dossier");
        from.split("</ol>").next().unwrap_or_default().to_owned()
    };
    assert!(!steps(&page).contains(" giờ"), "{page}");
    let read = browser.get(&format!("{at}/da-gui")).await.text;
    for said in ["Lê Thị Minh Họa", "040188001234", "Nguyễn Minh An", "giay-chung-sinh.pdf", "05/09/1988"] {
        assert!(read.contains(said), "{said}: {read}");
    }
    let file = site.count("select id from dossier_file");
    let got = browser.get(&format!("{at}/da-gui/{file}")).await;
    assert_eq!((got.status, got.media_type.as_str()), (200, "application/pdf"));
    assert_eq!(browser.get(&format!("{at}/da-gui/{}", file + 1)).await.status, 404);
    assert_eq!(browser.get(&format!("{at}/to-khai.pdf")).await.media_type, "application/pdf");
    for path in ["da-gui", "da-gui/1", "to-khai.pdf"] {
        let stranger = site.browser().get(&format!("{at}/{path}")).await;
        assert!(stranger.location.is_some_and(|it| it.starts_with("/tra-cuu")), "{path}");
    }
    take(&site, "quay", "tiep-nhan", &FREE).await;
    let page = browser.get(&at).await.text;
    assert!(!page.contains("Cơ quan trả lời trước") && steps(&page).contains(" giờ"), "{page}");
}

async fn without_the_secret_nobody_answers(site) {
    let mut browser = site.browser();
    let at = followed(&site, &mut browser).await;
    asked_at_intake(&site).await;
    // What a page that was open before carries opens no other.
    let form = browser.get(&format!("{at}/bo-sung")).await.text;
    let pass = form.split("name=\"phien\" value=\"").nth(1).and_then(|it| it.split('"').next()).expect("a pass");
    for path in ["rut", "cung-ky", "khong-rut"] {
        let fields = [("phien", pass), ("nguoi", "nu"), ("ly-do", "x"), ("chac-chan", "1")];
        let answer = site.browser().post(&format!("{at}/{path}"), &fields).await;
        assert!(answer.location.is_some_and(|it| it.starts_with("/tra-cuu")), "{path}");
    }
    for path in ["bo-sung", "rut", "cung-ky"] {
        let mut stranger = site.browser();
        let page = stranger.get(&format!("{at}/{path}")).await;
        assert!(page.location.is_some_and(|it| it.starts_with("/tra-cuu")));
        let fields = [("phien", "made-up"), ("dong-y", "1"), ("chac-chan", "1"), ("ghi-chu", "x")];
        let answer = stranger.post(&format!("{at}/{path}"), &fields).await;
        assert!(answer.location.is_some_and(|it| it.starts_with("/tra-cuu")));
    }
    assert_eq!(browser.get("/ho-so/x/bo-sung").await.status, 404);
    assert_eq!(status(&site), "intake_supplement");
}

}

#[test]
fn nobody_is_put_on_one_side_of_a_marriage() {
    use domain::eform::{Account, Known, prefill};
    let all = citizen::eforms::shipped::all().unwrap();
    let of = |code: &str| all.iter().find(|it| it.code == code).unwrap();
    let account = [
        (Account::Name, "Phạm Thị Hoa".into()),
        (Account::Id, "040190001234".into()),
        (Account::Phone, "0912345678".into()),
    ];
    let known = Known { account: account.into(), ..Known::default() };
    let first = prefill(of("ket-hon"), &known);
    assert!(!first.contains_key("nam-ten") && !first.contains_key("nam-giay-to"), "{first:?}");
    assert!(first.values().any(|it| *it == "0912345678".into()), "how to reach her is known");
    for one in ["khai-sinh", "cu-tru", "dat-dai-lan-dau"] {
        assert!(prefill(of(one), &known).contains_key("yc-ten"), "{one}: whoever asks is known");
    }
}
