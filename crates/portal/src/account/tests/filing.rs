//! Filing as somebody: from an account, and without one with a telephone that answers.

use testkit::on_both_engines;

use super::{privacy::given_identified, *};
use crate::filing::tests::led_back;
use crate::tests::{SHOP, declare};

const BIRTH: &str = "1.001193";

pub(super) async fn begun(browser: &mut Browser<'_>) -> String {
    let answer = browser.post(&format!("/nop/{BIRTH}"), &[("don-vi", &SHOP.to_string())]).await;
    answer.location.unwrap_or_else(|| panic!("{}", answer.text))
}

fn mark(text: &str) -> String {
    let rest = text.split("id=\"dau\" value=\"").nth(1).expect("a mark");
    rest.split('"').next().expect("a value").to_owned()
}

/// Every step up to the last look; the papers all come to the counter.
pub(super) async fn filled(browser: &mut Browser<'_>, here: &str, number: &str) {
    let mark_now = mark(&browser.get(here).await.text);
    let fields = [
        ("buoc", "nguoi-nop"),
        ("dau", mark_now.as_str()),
        ("ho-ten", "Nguyễn Văn Thử"),
        ("so-giay-to", number),
        ("ngay-sinh", "01/01/1990"),
        ("dien-thoai", "0912345678"),
        ("dia-chi", "Xóm 1, xã Phú Sơn"),
        ("viec", "tiep"),
    ];
    assert_eq!(browser.post(here, &fields).await.status, 303);
    declare(browser, here, "Nguyễn Văn Thử").await;
    let page = browser.get(&format!("{here}?buoc=giay-to")).await.text;
    let mark_now = mark(&page);
    let ways: Vec<String> = (1..=60)
        .map(|it| format!("cach-{it}"))
        .filter(|it| page.contains(&format!("name=\"{it}\"")))
        .collect();
    let mut fields = vec![("buoc", "giay-to"), ("dau", mark_now.as_str()), ("viec", "tiep")];
    fields.extend(ways.iter().map(|it| (it.as_str(), "ban-giay")));
    let answer = browser.upload(here, &fields, &[]).await;
    assert_eq!(answer.status, 303, "{}", answer.text);
    let mark_now = mark(&browser.get(&format!("{here}?buoc=nhan-ket-qua")).await.text);
    let fields = [
        ("buoc", "nhan-ket-qua"),
        ("dau", mark_now.as_str()),
        ("nhan-ket-qua", "counter"),
        ("viec", "tiep"),
    ];
    assert_eq!(browser.post(here, &fields).await.status, 303);
}

pub(super) const SEND: [(&str, &str); 3] = [("buoc", "xem-lai"), ("dong-y", "1"), ("viec", "gui")];

on_both_engines! { routes();
    async fn whoever_is_signed_in_files_as_himself_and_finds_it_again(site) {
        given_two_communes(&site);
        given_a_carrier(&site);
        let mut browser = given_identified(&site).await;
        // Without his word nothing is filled in beforehand.
        let empty = begun(&mut browser).await;
        assert!(!browser.get(&empty).await.text.contains("value=\"Nguyễn Văn Thử\""));
        browser.post("/tai-khoan/dong-y/prefill", &[("dong-y", "1")]).await;
        let here = begun(&mut browser).await;
        let page = browser.get(&here).await;
        for known in ["Nguyễn Văn Thử", "040090123456", "01/01/1990", "0912345678"] {
            assert!(page.text.contains(&format!("value=\"{known}\"")), "{known}: {}", page.text);
        }
        let home = browser.get("/tai-khoan").await;
        assert!(home.text.contains(&here) && home.text.contains("Làm tiếp"), "{}", home.text);
        let mut other = site.browser();
        sign_in(&site, &mut other, "0987654321").await;
        assert!(!other.get("/tai-khoan").await.text.contains(&here), "nobody else's");
        filled(&mut browser, &here, "040090123456").await;
        // The account's telephone answered once: it is not asked again.
        let sent = browser.post(&here, &SEND).await;
        assert_eq!(sent.location.as_deref(), Some(here.as_str()), "{}", sent.text);
        assert_eq!(site.text("select proof from filing where dossier is not null"), "identified");
        assert!(browser.get(&here).await.text.contains("Xem trong tài khoản"));
        let code = site.text("select code from dossier");
        let home = browser.get("/tai-khoan").await;
        assert!(home.text.contains(&code) && !home.text.contains(&here), "{}", home.text);
        // What he did himself is his own on the list of who looked, and the copy holds what he gave.
        let looks = browser.get("/tai-khoan/ai-da-xem").await;
        assert!(looks.text.contains("Ông, bà</td>"), "{}", looks.text);
        assert!(!looks.text.contains("Hệ thống tự làm"), "{}", looks.text);
        let shown = site.signed_in("quay").get("/co-quan/ho-so/1").await;
        assert!(shown.text.contains("từ tài khoản đã xác thực danh tính"), "{}", shown.text);
        // The account is closed: nothing names it beside what was filed, and its drafts go.
        browser.post("/tai-khoan/dong", &[("xac-nhan", "nguyễn văn thử")]).await;
        let named = "select count(*) from filing f join citizen c on c.id = f.citizen
             where c.name <> '' or c.phone <> '' or c.id_number is not null";
        assert_eq!(site.count(named), 0);
        site.run_jobs().await;
        assert_eq!(site.count("select count(*) from filing where dossier is null"), 0);
    }

    async fn whoever_is_known_by_his_telephone_finds_again_what_he_said_before(site) {
        given_two_communes(&site);
        given_a_carrier(&site);
        let mut browser = site.browser();
        sign_in(&site, &mut browser, "0912345678").await;
        let here = begun(&mut browser).await;
        filled(&mut browser, &here, "040090123456").await;
        let sent = browser.post(&here, &SEND).await;
        assert_eq!(sent.location.as_deref(), Some(here.as_str()), "{}", sent.text);
        let knows = |text: &str| {
            ["Nguyễn Văn Thử", "040090123456", "01/01/1990", "Xóm 1, xã Phú Sơn"]
                .map(|it| text.contains(&format!("value=\"{it}\"")))
        };
        // Without his word nothing of it.
        let here = begun(&mut browser).await;
        assert_eq!(knows(&browser.get(&here).await.text), [false; 4]);
        browser.post("/tai-khoan/dong-y/prefill", &[("dong-y", "1")]).await;
        let here = begun(&mut browser).await;
        let page = browser.get(&here).await.text;
        assert_eq!(knows(&page), [true; 4], "{page}");
        // Its form says it too, the address in its parts, and what was declared of the parents.
        let form = browser.get(&format!("{here}?buoc=to-khai&phan=tat-ca")).await.text;
        for (name, value) in [("yc-ten", "Nguyễn Văn Thử"), ("yc-noi-o.detail", "Xóm 1"), ("me-ten", "Trần Thị Lan")] {
            assert!(form.contains(&format!("name=\"f.{name}\" value=\"{value}\"")), "{name}: {form}");
        }
        // Somebody else's dossier that he handed in says nothing of him, nor does another telephone's account.
        site.given("update dossier_person set proxy_name = 'Trần Người Nộp' where proxy_name = ''", &[]);
        let here = begun(&mut browser).await;
        assert_eq!(knows(&browser.get(&here).await.text), [false; 4]);
        let mut other = site.browser();
        sign_in(&site, &mut other, "0987654321").await;
        other.post("/tai-khoan/dong-y/prefill", &[("dong-y", "1")]).await;
        let here = begun(&mut other).await;
        assert_eq!(knows(&other.get(&here).await.text), [false; 4]);
    }

    async fn without_an_account_the_telephone_answers_before_anything_is_sent(site) {
        given_two_communes(&site);
        given_a_carrier(&site);
        let mut browser = site.browser();
        let here = begun(&mut browser).await;
        filled(&mut browser, &here, "040090123456").await;
        let review = browser.get(&here).await;
        assert!(review.text.contains("Gửi mã"), "{}", review.text);
        let refused = browser.post(&here, &SEND).await;
        let refused = led_back(&mut browser, refused).await;
        assert!(refused.text.contains("Xác nhận số điện thoại trước khi gửi."), "{}", refused.text);
        let asked = browser.post(&here, &[("buoc", "xem-lai"), ("viec", "ma")]).await;
        assert_eq!(asked.status, 303, "{}", asked.text);
        let code = sent_code(&site);
        let wrong = if code == "000000" { "000001" } else { "000000" };
        let typed = |code| [("buoc", "xem-lai"), ("viec", "xac-nhan"), ("ma-dien-thoai", code)];
        let told = browser.post(&here, &typed(wrong)).await;
        assert_eq!(told.status, 422);
        assert!(told.text.contains("ma-dien-thoai-mistake"), "{}", told.text);
        let early = browser.post(&here, &SEND).await;
        led_back(&mut browser, early).await;
        assert_eq!(browser.post(&here, &typed(&code)).await.status, 303);
        assert!(browser.get(&here).await.text.contains("đã được xác nhận"));
        let sent = browser.post(&here, &SEND).await;
        assert_eq!(sent.location.as_deref(), Some(here.as_str()), "{}", sent.text);
        assert_eq!(site.text("select proof from filing"), "phone");
        assert_eq!(site.count("select count(*) from citizen"), 0, "no account came of it");
    }

    async fn a_copy_holds_what_was_sent_from_the_account(site) {
        given_two_communes(&site);
        given_a_carrier(&site);
        let mut browser = site.browser();
        sign_in(&site, &mut browser, "0912345678").await;
        let here = begun(&mut browser).await;
        let mark_now = mark(&browser.get(&format!("{here}?buoc=giay-to")).await.text);
        let scan = testkit::pdf("giấy chứng sinh");
        let fields = [("buoc", "giay-to"), ("dau", mark_now.as_str()), ("cach-1", "gui"), ("viec", "luu")];
        browser.upload(&here, &fields, &[("tep-1", "../giay chung sinh.pdf", &scan)]).await;
        filled(&mut browser, &here, "040090123456").await;
        let page = browser.get(&format!("{here}?buoc=giay-to")).await.text;
        let mark_now = mark(&page);
        let ways: Vec<String> = (1..=60)
            .map(|it| format!("cach-{it}"))
            .filter(|it| page.contains(&format!("name=\"{it}\"")))
            .collect();
        let mut fields = vec![("buoc", "giay-to"), ("dau", mark_now.as_str()), ("viec", "tiep")];
        fields.extend(ways.iter().map(|it| (it.as_str(), if it == "cach-1" { "gui" } else { "ban-giay" })));
        assert_eq!(browser.upload(&here, &fields, &[]).await.status, 303);
        let sent = browser.post(&here, &SEND).await;
        assert_eq!(sent.location.as_deref(), Some(here.as_str()), "{}", sent.text);
        let out = browser.post("/tai-khoan/xuat", &[]).await;
        assert_eq!(out.status, 200, "{}", out.text);
        let mut zip = zip::ZipArchive::new(std::io::Cursor::new(out.bytes.to_vec())).unwrap();
        let mut read = |name: &str| {
            let mut bytes = Vec::new();
            std::io::Read::read_to_end(&mut zip.by_name(name).unwrap(), &mut bytes).unwrap();
            bytes
        };
        let data: serde_json::Value = serde_json::from_slice(&read("du-lieu.json")).unwrap();
        let mine = &data["dossiers"][0];
        for (field, wanted) in [("applicant", "Nguyễn Văn Thử"), ("personal_number", "040090123456"),
            ("birth_date", "01/01/1990"), ("address", "Xóm 1, xã Phú Sơn")] {
            assert_eq!(mine[field], wanted, "{mine}");
        }
        assert!(!mine["declarations"][0]["answers"].as_array().unwrap().is_empty(), "{mine}");
        let path = mine["files"][0]["path"].as_str().unwrap();
        assert!(!path.contains(".."), "{path}");
        assert_eq!(read(path), scan, "the file itself");
        let page = String::from_utf8(read("doc-du-lieu.html")).unwrap();
        assert!(page.contains(path) && page.contains("Nguyễn Văn Thử"), "{page}");
        assert!(!page.contains("2026-01-"), "moments are written as people write them: {page}");
        // What no search for malware let through yet is named and left out.
        site.given("update dossier_file set scan = 'waiting'", &[]);
        let out = browser.post("/tai-khoan/xuat", &[]).await;
        let zip = zip::ZipArchive::new(std::io::Cursor::new(out.bytes.to_vec())).unwrap();
        assert_eq!(zip.len(), 2, "{:?}", zip.file_names().collect::<Vec<_>>());
    }

    async fn another_telephone_answers_anew(site) {
        given_two_communes(&site);
        given_a_carrier(&site);
        let mut browser = site.browser();
        let here = begun(&mut browser).await;
        filled(&mut browser, &here, "040090123456").await;
        browser.post(&here, &[("buoc", "xem-lai"), ("viec", "ma")]).await;
        let code = sent_code(&site);
        browser.post(&here, &[("buoc", "xem-lai"), ("viec", "xac-nhan"), ("ma-dien-thoai", &code)]).await;
        let mark_now = mark(&browser.get(&format!("{here}?buoc=nguoi-nop")).await.text);
        let fields = [
            ("buoc", "nguoi-nop"), ("dau", mark_now.as_str()), ("ho-ten", "Nguyễn Văn Thử"),
            ("so-giay-to", "040090123456"), ("ngay-sinh", "01/01/1990"), ("dien-thoai", "0987654321"),
            ("dia-chi", "Xóm 1, xã Phú Sơn"), ("viec", "tiep"),
        ];
        assert_eq!(browser.post(&here, &fields).await.status, 303);
        let early = browser.post(&here, &SEND).await;
        led_back(&mut browser, early).await;
        assert_eq!(site.count("select count(*) from dossier"), 0);
    }

    async fn a_draft_of_an_account_opens_in_that_account_alone(site) {
        given_two_communes(&site);
        given_a_carrier(&site);
        let mut owner = given_identified(&site).await;
        let here = begun(&mut owner).await;
        let pass_of = |text: &str| {
            let rest = text.split("name=\"phien\" value=\"").nth(1).expect("a pass");
            rest.split('"').next().expect("a value").to_owned()
        };
        let page = owner.get(&here).await;
        assert!(page.text.contains("Bản nháp ở trong tài khoản"), "{}", page.text);
        let (pass, mark_now) = (pass_of(&page.text), mark(&page.text));
        let mut stranger = site.browser();
        for (path, way) in [("", "tiep="), ("/to-khai.pdf", "tiep=")] {
            let to = stranger.get(&format!("{here}{path}")).await.location.expect("the page of signing in");
            assert!(to.starts_with("/dang-nhap?") && to.contains(way), "{to}");
        }
        let fields = [("buoc", "nguoi-nop"), ("dau", mark_now.as_str()), ("ho-ten", "Kẻ lạ"), ("viec", "luu")];
        assert!(stranger.post(&here, &fields).await.location.expect("away").starts_with("/dang-nhap"));
        assert!(stranger.post(&format!("{here}/bo"), &[]).await.location.expect("away").starts_with("/dang-nhap"));
        let mut other = site.browser();
        sign_in(&site, &mut other, "0987654321").await;
        assert!(other.get(&here).await.location.expect("away").starts_with("/dang-nhap?them=1&tiep="));
        // Signed out meanwhile: what was typed in the open form is kept, and seen by whoever signs in again.
        owner.post("/dang-xuat", &[]).await;
        let fields = [
            ("buoc", "nguoi-nop"), ("dau", mark_now.as_str()), ("phien", pass.as_str()),
            ("ho-ten", "Nguyễn Văn Thử"), ("viec", "tiep"),
        ];
        let kept = owner.post(&here, &fields).await;
        assert!(kept.location.expect("away").starts_with("/dang-nhap?tiep=/nop"));
        sign_in(&site, &mut owner, "0912345678").await;
        assert!(owner.get(&here).await.text.contains("value=\"Nguyễn Văn Thử\""));
        // The number went to another holder: he is known by the telephone alone.
        site.given("update citizen set counter_phone = '' where id = 1", &[]);
        let mut holder = site.browser();
        sign_in(&site, &mut holder, "0912345678").await;
        assert!(holder.get(&here).await.location.expect("away").starts_with("/dang-nhap?them=1"));
        let home = holder.get("/tai-khoan").await.text;
        assert!(!home.contains(&here) && !home.contains("ket-thuc-het") && !home.contains("ma-tai-quay"), "{home}");
        for (path, fields) in [
            ("/tai-khoan/ma-tai-quay", &[][..]), ("/tai-khoan/ket-thuc-het", &[]), ("/tai-khoan/phien/1/ket-thuc", &[]),
            ("/tai-khoan/dong-y/prefill", &[("dong-y", "1")]),
        ] {
            let refused = holder.post(path, fields).await;
            assert!(refused.status == 422 || refused.status == 409, "{path} {} {}", refused.status, refused.text);
        }
        let mine = begun(&mut holder).await;
        assert_eq!(site.count("select count(*) from filing where citizen is null"), 1, "it is nobody's");
        assert!(!holder.get(&mine).await.text.contains("040090123456"));
        assert_eq!(owner.get("/tai-khoan?tu=18446744073709551615").await.status, 200);
    }

    async fn the_secret_is_shown_to_the_browser_that_sent_and_not_for_long(site) {
        given_two_communes(&site);
        given_a_carrier(&site);
        let mut browser = site.browser();
        let here = begun(&mut browser).await;
        filled(&mut browser, &here, "040090123456").await;
        // The box of the code is led to, the tick stays, and one press confirms and sends.
        let ticked = [("buoc", "xem-lai"), ("dong-y", "1"), ("viec", "ma")];
        let asked = browser.post(&here, &ticked).await;
        assert!(asked.location.expect("a page").ends_with("?buoc=xem-lai#xac-nhan"));
        let tick = |text: &str| {
            let at = text.split("name=\"dong-y\"").nth(1).expect("a tick").split('>').next().unwrap_or("").to_owned();
            at.contains("checked")
        };
        assert!(tick(&browser.get(&here).await.text));
        let code = sent_code(&site);
        let wrong = if code == "000000" { "000001" } else { "000000" };
        let send = |code| [("buoc", "xem-lai"), ("dong-y", "1"), ("ma-dien-thoai", code), ("viec", "gui")];
        let told = browser.post(&here, &send(wrong)).await;
        assert_eq!(told.status, 422);
        assert!(tick(&told.text) && told.text.contains(&format!("value=\"{wrong}\"")), "{}", told.text);
        assert!(!told.text.contains("Xác nhận số điện thoại trước khi gửi."), "{}", told.text);
        let sent = browser.post(&here, &send(&code)).await;
        assert_eq!(sent.location.as_deref(), Some(here.as_str()), "{}", sent.text);
        let code_now = site.text("select code from dossier");
        let secret = site.run(|tx| citizen::dossiers::facts::secret_of(tx, &code_now)).expect("a secret");
        // Who has sent it follows it, whoever tried secrets from his address meanwhile; nobody else does.
        assert_eq!(browser.get(&format!("/ho-so/{code_now}")).await.status, 200);
        let led = browser.get(&format!("/ho-so/{code_now}?ma={secret}&den=cung-ky")).await;
        assert_eq!(led.location, Some(format!("/ho-so/{code_now}/cung-ky")));
        assert_eq!(site.browser().get(&format!("/ho-so/{code_now}")).await.status, 303);
        let done = browser.get(&here).await;
        assert!(done.text.contains(&secret) && done.text.contains("to-khai.pdf"), "{}", done.text);
        let elsewhere = site.browser().get(&here).await;
        assert!(elsewhere.text.contains("Đã gửi hồ sơ") && !elsewhere.text.contains(&secret), "{}", elsewhere.text);
        assert!(site.browser().get(&format!("{here}/to-khai.pdf")).await.location.is_some());
        site.pass_minutes(16);
        let later = browser.get(&here).await;
        assert!(!later.text.contains(&secret) && later.text.contains("chỉ hiện một lần"), "{}", later.text);
    }

    async fn what_was_begun_without_an_account_is_found_again_and_taken_into_one(site) {
        given_two_communes(&site);
        given_a_carrier(&site);
        let mut browser = site.browser();
        assert!(!browser.get("/tra-cuu").await.text.contains("href=\"/nop\""));
        let here = begun(&mut browser).await;
        assert!(browser.get("/tra-cuu").await.text.contains("href=\"/nop\""));
        let list = browser.get("/nop").await;
        assert!(list.text.contains(&here) && !list.text.contains("vao-tai-khoan"), "{}", list.text);
        assert!(browser.get(&format!("/nop/{BIRTH}")).await.text.contains(&here));
        assert!(!site.browser().get("/nop").await.text.contains(&here), "of this browser alone");
        let second = begun(&mut browser).await;
        let taken = browser.post(&format!("{here}/vao-tai-khoan"), &[]).await;
        assert_eq!(taken.status, 404, "nobody is signed in");
        sign_in(&site, &mut browser, "0912345678").await;
        assert!(browser.get("/tai-khoan").await.text.contains("href=\"/nop\""));
        let taken = browser.post(&format!("{here}/vao-tai-khoan"), &[]).await;
        assert_eq!(taken.status, 303, "{}", taken.text);
        assert!(browser.get("/tai-khoan").await.text.contains(&here));
        let list = browser.get("/nop").await.text;
        assert!(!list.contains(&here) && list.contains(&second), "{list}");
        assert!(site.browser().get(&here).await.location.expect("away").starts_with("/dang-nhap"));
        assert_eq!(browser.post(&format!("{second}/bo"), &[]).await.status, 303);
        assert!(!browser.get("/nop").await.text.contains(&second));
        let third = {
            browser.post("/dang-xuat", &[]).await;
            begun(&mut browser).await
        };
        sign_in(&site, &mut browser, "0912345678").await;
        browser.post("/dang-xuat", &[]).await;
        assert!(!browser.get("/nop").await.text.contains(&third), "who signs out leaves no trace");
    }

    async fn a_closed_account_takes_its_drafts_and_their_files_along(site) {
        given_two_communes(&site);
        given_a_carrier(&site);
        let mut browser = given_identified(&site).await;
        let here = begun(&mut browser).await;
        let mark_now = mark(&browser.get(&format!("{here}?buoc=giay-to")).await.text);
        let fields = [("buoc", "giay-to"), ("dau", mark_now.as_str()), ("viec", "luu")];
        let scan = testkit::pdf("giấy chứng sinh");
        browser.upload(&here, &fields, &[("tep-1", "giay.pdf", &scan)]).await;
        let sha = site.text("select sha256 from filing_file");
        assert!(site.site.blobs.get(&sha).await.expect("a store").is_some());
        // No form that was open when it came can bring it any more.
        site.given("update file_held set until_ms = 0", &[]);
        browser.post("/tai-khoan/dong", &[("xac-nhan", "nguyễn văn thử")]).await;
        assert_eq!(site.count("select count(*) from filing"), 0);
        assert!(site.site.blobs.get(&sha).await.expect("a store").is_none());
        assert_eq!(browser.get(&here).await.status, 404);
    }
}
