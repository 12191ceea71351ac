//! The store of a citizen: what is in it and for whom, and its use when he files, when he answers, at the counter.

use testkit::on_both_engines;

use super::{privacy::given_identified, *};
use crate::filing::tests::led_back;
use crate::tests::SHOP;

const NUMBER: &str = "040090123456";
/// Asks for the birth certificate of a child as its second paper; no form of the office belongs to it.
const CARE: &str = "2.000286";
const SCAN: &str = "select sha256 from dossier_file where dossier = 2";

async fn step(site: &TestSite, login: &str, path: &str, fields: &[(&str, &str)]) {
    let done = site.signed_in(login).post(&format!("/co-quan/ho-so/{path}"), fields).await;
    assert_eq!(done.status, 303, "{path}: {}", done.text);
}

/// Dossier 1, a birth that somebody with this number had registered: its result has a file.
async fn given_a_birth(site: &TestSite, number: &str) {
    given_two_communes(site);
    given_a_carrier(site);
    given_a_dossier(site, number, "").await;
    step(site, "quay", "1/chuyen", &[("don-vi", "2")]).await;
    step(site, "thuly", "1/thu-ly", &[]).await;
    step(site, "thuly", "1/trinh-ky", &[]).await;
    step(site, "ky", "1/ky", &[]).await;
    step(site, "vanthu", "1/cap-so", &[("so-van-ban", "15/2026")]).await;
    let file = testkit::pdf("giấy khai sinh");
    let path = "/co-quan/ket-qua/1/tep";
    let done = site.signed_in("quay").upload(path, &[], &[("tep", "khai-sinh.pdf", &file)]).await;
    assert_eq!(done.status, 303, "{}", done.text);
    assert_eq!(site.text("select kind from result"), "Giấy khai sinh");
}

async fn revoked(site: &TestSite) {
    let why = [("quyet-dinh", "09/QĐ-UBND"), ("ly-do", "Cấp nhầm")];
    let done = site.signed_in("ky").post("/co-quan/ket-qua/1/thu-hoi", &why).await;
    assert_eq!(done.status, 303, "{}", done.text);
}

fn mark(text: &str) -> String {
    let rest = text.split("id=\"dau\" value=\"").nth(1).expect("a mark");
    rest.split('"').next().expect("a value").to_owned()
}

/// A draft of [`CARE`] whose person is known.
async fn begun(browser: &mut Browser<'_>, number: &str) -> String {
    let answer = browser.post(&format!("/nop/{CARE}"), &[("don-vi", &SHOP.to_string())]).await;
    let here = answer.location.unwrap_or_else(|| panic!("{}", answer.text));
    let dau = mark(&browser.get(&here).await.text);
    let fields = [
        ("buoc", "nguoi-nop"),
        ("dau", dau.as_str()),
        ("ho-ten", "Nguyễn Văn Thử"),
        ("so-giay-to", number),
        ("ngay-sinh", "01/01/1990"),
        ("dien-thoai", "0912345678"),
        ("dia-chi", "Xóm 1, xã Phú Sơn"),
        ("viec", "tiep"),
    ];
    let answer = browser.post(&here, &fields).await;
    assert_eq!(answer.status, 303, "{}", answer.text);
    here
}

/// Sends the step of papers: the second comes in this way, with these fields; the others on paper.
async fn papers(
    browser: &mut Browser<'_>,
    here: &str,
    second: &str,
    more: &[(&str, &str)],
) -> testkit::Answer {
    let page = browser.get(&format!("{here}?buoc=giay-to")).await.text;
    let dau = mark(&page);
    let ways: Vec<String> = (1..=20)
        .map(|it| format!("cach-{it}"))
        .filter(|it| page.contains(&format!("name=\"{it}\"")))
        .collect();
    let mut fields = vec![("buoc", "giay-to"), ("dau", dau.as_str()), ("viec", "tiep")];
    for way in &ways {
        fields.push((way, if way == "cach-2" { second } else { "ban-giay" }));
    }
    fields.extend(more);
    browser.upload(here, &fields, &[]).await
}

async fn sent(browser: &mut Browser<'_>, here: &str) -> testkit::Answer {
    let dau = mark(&browser.get(&format!("{here}?buoc=nhan-ket-qua")).await.text);
    let fields = [
        ("buoc", "nhan-ket-qua"),
        ("dau", dau.as_str()),
        ("nhan-ket-qua", "counter"),
        ("viec", "tiep"),
    ];
    assert_eq!(browser.post(here, &fields).await.status, 303);
    browser.post(here, &[("buoc", "xem-lai"), ("dong-y", "1"), ("viec", "gui")]).await
}

on_both_engines! { routes();
    async fn what_was_issued_is_in_the_store_of_its_citizen_as_the_register_has_it_and_in_nobody_elses(site) {
        given_a_birth(&site, NUMBER).await;
        let mut browser = given_identified(&site).await;
        assert!(browser.get("/tai-khoan").await.text.contains("1 giấy đã được cấp."));
        let page = browser.get("/tai-khoan/kho").await.text;
        for said in ["Giấy khai sinh", "15/2026", "UBND xã Phú Sơn", "Còn hiệu lực", "08/01/2026", "1 giấy"] {
            assert!(page.contains(said), "{said}: {page}");
        }
        for (query, found) in [("q=giay+khai", true), ("q=15", true), ("q=phu+son", true), ("q=ket+hon", false),
            ("trang-thai=het", false), ("trang-thai=dung", true), ("tu=20", false)] {
            let page = browser.get(&format!("/tai-khoan/kho?{query}")).await.text;
            assert_eq!(page.contains("href=\"/tai-khoan/kho/1\""), found, "{query}: {page}");
        }
        let one = browser.get("/tai-khoan/kho/1").await.text;
        let code = site.text("select code from result");
        assert!(one.contains(&format!("/kiem-tra/{code}")) && one.contains("<svg"), "{one}");
        let file = browser.get("/tai-khoan/kho/1/tep").await;
        assert_eq!((file.status, file.media_type.as_str()), (200, "application/pdf"), "{}", file.text);
        assert_eq!(site.count("select count(*) from journal where act = 'download_result'"), 1);
        assert_eq!(site.count("select count(*) from result_handover where channel = 'online'"), 1);
        assert!(browser.get("/tai-khoan/kho?lang=en").await.text.contains("My documents"));
        browser.get("/tai-khoan/kho?lang=vi").await;
        // Somebody else finds nothing, a stranger is asked who he is.
        let mut other = site.browser();
        sign_in(&site, &mut other, "0987654321").await;
        let empty = other.get("/tai-khoan/kho").await.text;
        assert!(empty.contains("Kho chưa có giấy nào") && empty.contains("Cần xác thực danh tính"), "{empty}");
        for path in ["/tai-khoan/kho/1", "/tai-khoan/kho/1/tep", "/tai-khoan/kho/99"] {
            assert_eq!(other.get(path).await.status, 404, "{path}");
            assert_eq!(site.browser().get(path).await.status, 303, "{path}");
        }
        // What is revoked is revoked here too, and its file goes.
        revoked(&site).await;
        let page = browser.get("/tai-khoan/kho").await.text;
        assert!(page.contains("Đã thu hồi") && !page.contains("/tai-khoan/kho/1/tep"), "{page}");
        assert_eq!(browser.get("/tai-khoan/kho/1/tep").await.status, 404);
        assert!(browser.get("/tai-khoan/kho/1").await.text.contains("09/QĐ-UBND"));
    }

    async fn a_telephone_alone_shows_what_was_filed_with_it_and_uses_nothing(site) {
        given_a_birth(&site, NUMBER).await;
        let mut browser = site.browser();
        sign_in(&site, &mut browser, "0912345678").await;
        assert!(browser.get("/tai-khoan/kho").await.text.contains("Kho chưa có giấy nào"));
        site.run(|tx| crate::account::facts::filed(tx, domain::ids::CitizenId(1), domain::ids::DossierId(1)));
        assert!(browser.get("/tai-khoan/kho").await.text.contains("15/2026"));
        assert_eq!(browser.get("/tai-khoan/kho/1/tep").await.status, 200);
        // The account is somebody's by a provider's word now: the telephone alone opens no store of it.
        let known = "update citizen set id_number = '040090999999', identified_by = ?1 where id = 1";
        site.given(known, &["provider".into()]);
        assert!(!browser.get("/tai-khoan/kho").await.text.contains("15/2026"));
        for path in ["/tai-khoan/kho/1", "/tai-khoan/kho/1/tep"] {
            assert_eq!(browser.get(path).await.status, 404, "{path}");
        }
        site.given("update citizen set id_number = null, identified_by = ''", &[]);
        let here = begun(&mut browser, NUMBER).await;
        let page = browser.get(&format!("{here}?buoc=giay-to")).await.text;
        assert!(!page.contains("name=\"kho-2\""), "a number that he typed opens no store: {page}");
        let forced = papers(&mut browser, &here, "kho", &[("kho-2", "1"), ("dong-y-kho", "1")]).await;
        led_back(&mut browser, forced).await;
    }

    async fn a_fee_that_is_owed_keeps_the_file_closed(site) {
        given_a_birth(&site, NUMBER).await;
        let mut browser = given_identified(&site).await;
        site.given("update dossier set financial = 'due'", &[]);
        assert!(!browser.get("/tai-khoan/kho").await.text.contains("15/2026"), "it waits at the counter");
        site.given("update result set collected_ms = issued_ms", &[]);
        let page = browser.get("/tai-khoan/kho").await.text;
        assert!(page.contains("sau khi nộp phí") && !page.contains("/1/tep"), "{page}");
        assert_eq!(browser.get("/tai-khoan/kho/1/tep").await.status, 404);
    }

    async fn a_result_stands_for_a_paper_once_its_owner_agrees_and_the_official_sees_it_live(site) {
        given_a_birth(&site, NUMBER).await;
        let mut browser = given_identified(&site).await;
        let here = begun(&mut browser, NUMBER).await;
        let page = browser.get(&format!("{here}?buoc=giay-to")).await.text;
        assert!(page.contains("Dùng giấy đã có trong kho") && page.contains("Cùng tên với giấy được yêu cầu"), "{page}");
        assert_eq!(page.matches("value=\"kho\"").count(), 1, "beside the paper that it fits alone: {page}");
        let unsaid = papers(&mut browser, &here, "kho", &[("kho-2", "1")]).await;
        let unsaid = led_back(&mut browser, unsaid).await;
        assert!(unsaid.text.contains("dong-y-kho-mistake"), "{}", unsaid.text);
        let strange = papers(&mut browser, &here, "kho", &[("kho-2", "77"), ("dong-y-kho", "1")]).await;
        led_back(&mut browser, strange).await;
        let said = papers(&mut browser, &here, "kho", &[("kho-2", "1"), ("dong-y-kho", "1")]).await;
        assert_eq!(said.status, 303, "{}", said.text);
        assert!(browser.get(&format!("{here}?buoc=xem-lai")).await.text.contains("Giấy khai sinh số 15/2026"));
        let done = sent(&mut browser, &here).await;
        assert_eq!(done.location.as_deref(), Some(here.as_str()), "{}", done.text);
        // No second copy: the same file under the same hash, and the row says whence.
        assert_eq!(site.text(SCAN), site.text("select sha256 from result"));
        assert_eq!(site.text("select form from dossier_paper where dossier = 2 and place = 2"), "from_store");
        assert_eq!(site.text("select way from paper_result"), "electronic");
        assert_eq!(site.count("select count(*) from citizen_consent where purpose = 'reuse_papers' and agreed = 1"), 1);
        assert_eq!(site.count("select count(*) from journal where act = 'use_store' and subject_id = 2"), 1);
        assert_eq!(site.count("select count(*) from journal where act = 'stand_for' and subject = 'result'"), 1);
        let mut counter = site.signed_in("quay");
        let page = counter.get("/co-quan/ho-so/2").await.text;
        for said in ["từ kho dữ liệu của công dân", "đã kiểm với sổ kết quả", "còn hiệu lực"] {
            assert!(page.contains(said), "{said}: {page}");
        }
        step(&site, "quay", "2/tiep-nhan", &[("khong-thu", "1"), ("ly-do-phi", "HĐND tỉnh chưa quy định mức thu")]).await;
        assert_eq!(counter.get("/co-quan/ho-so/2/in/giay-hen").await.status, 200);
        assert!(browser.get("/tai-khoan/kho/1").await.text.contains(&site.text("select code from dossier where id = 2")));
        // A copy of his data says what is in the store and where it was used.
        let out = browser.post("/tai-khoan/xuat", &[]).await;
        let mut zip = zip::ZipArchive::new(std::io::Cursor::new(out.bytes.to_vec())).unwrap();
        let data: serde_json::Value = serde_json::from_reader(zip.by_name("du-lieu.json").unwrap()).unwrap();
        assert_eq!(data["documents"][0]["number"], "15/2026");
        assert_eq!(data["documents"][0]["used_in"][0], site.text("select code from dossier where id = 2").as_str());
        // Revoked afterwards: whoever handles the dossier sees it.
        revoked(&site).await;
        let page = counter.get("/co-quan/ho-so/2").await.text;
        assert!(page.contains("không còn dùng được") && page.contains("đã thu hồi"), "{page}");
        let here = begun(&mut browser, NUMBER).await;
        let page = browser.get(&format!("{here}?buoc=giay-to")).await.text;
        assert!(!page.contains("value=\"kho\""), "it is offered no more: {page}");
        assert!(site.run(citizen::dossiers::facts::unfolded).is_empty());
    }

    async fn what_is_revoked_between_two_presses_stands_for_nothing(site) {
        given_a_birth(&site, NUMBER).await;
        let mut browser = given_identified(&site).await;
        let here = begun(&mut browser, NUMBER).await;
        let said = papers(&mut browser, &here, "kho", &[("kho-2", "1"), ("dong-y-kho", "1")]).await;
        assert_eq!(said.status, 303, "{}", said.text);
        revoked(&site).await;
        let done = sent(&mut browser, &here).await;
        let done = led_back(&mut browser, done).await;
        assert!(done.text.contains("không còn hiệu lực"), "{}", done.text);
        assert_eq!(site.count("select count(*) from dossier"), 1);
        // Nor does somebody else's, whatever he types.
        site.given("update result set state = 'issued'", &[]);
        let here = begun(&mut browser, "040090777777").await;
        let forced = papers(&mut browser, &here, "kho", &[("kho-2", "1"), ("dong-y-kho", "1")]).await;
        led_back(&mut browser, forced).await;
    }

    async fn what_is_asked_for_later_comes_from_the_store(site) {
        given_a_birth(&site, NUMBER).await;
        let mut browser = given_identified(&site).await;
        let here = begun(&mut browser, NUMBER).await;
        assert_eq!(papers(&mut browser, &here, "khong", &[]).await.status, 303);
        sent(&mut browser, &here).await;
        step(&site, "quay", "2/yeu-cau-hoan-thien", &[("loi", "Bản sao giấy khai sinh đối với trẻ em"), ("csdl-thieu", "1")]).await;
        let code = site.text("select code from dossier where id = 2");
        browser.post(&format!("/tai-khoan/ho-so/{code}"), &[]).await;
        let at = format!("/ho-so/{code}/bo-sung");
        let row = site.count("select id from dossier_paper where dossier = 2 and form = 'missing'");
        let field = format!("kho-{row}");
        let page = browser.get(&at).await.text;
        assert!(page.contains(&format!("name=\"{field}\"")), "{page}");
        let fields = [(field.as_str(), "1"), ("dong-y", "1"), ("viec", "gui")];
        let unsaid = browser.post(&at, &fields).await;
        let unsaid = led_back(&mut browser, unsaid).await;
        assert!(unsaid.text.contains("dong-y-kho-mistake"), "{}", unsaid.text);
        let said = [fields[0], fields[1], fields[2], ("dong-y-kho", "1")];
        let done = browser.post(&at, &said).await;
        assert_eq!(done.status, 303, "{}", done.text);
        let form = format!("select form from dossier_paper where id = {row}");
        assert_eq!(site.text(&form), "from_store");
        assert_eq!(site.count("select count(*) from paper_result"), 1);
        assert!(site.signed_in("quay").get("/co-quan/ho-so/2").await.text.contains("đã kiểm với sổ kết quả"));
    }

    async fn the_counter_takes_from_the_store_what_its_owner_agreed_to_on_his_account(site) {
        given_a_birth(&site, NUMBER).await;
        let mut browser = given_identified(&site).await;
        let mut counter = site.signed_in("quay");
        let once = "e".repeat(32);
        let form = [
            ("thu-tuc", CARE), ("lan", once.as_str()), ("ho-ten", "Nguyễn Văn Thử"), ("so-giay-to", NUMBER),
            ("kenh", "direct"), ("nhan-ket-qua", "counter"), ("van-nhan", "1"), ("co-1", "1"), ("so-1", "1"),
        ];
        let look = |viec: &'static str| [&form[..], &[("viec", viec)]].concat();
        let silent = counter.post("/co-quan/ho-so/moi", &look("xem")).await.text;
        assert!(!silent.contains("name=\"dung-kho\""), "nobody agreed: {silent}");
        let asked = counter.post("/co-quan/ho-so/moi", &look("tim-giay")).await.text;
        assert!(asked.contains("Hỏi người nộp có đồng ý"), "{asked}");
        browser.post("/tai-khoan/dong-y/reuse_papers", &[("dong-y", "1")]).await;
        let offered = counter.post("/co-quan/ho-so/moi", &look("xem")).await.text;
        assert!(offered.contains("đã đồng ý trên tài khoản"), "{offered}");
        assert!(offered.contains("name=\"dung-kho\" value=\"2:1\""), "{offered}");
        assert!(site.count("select count(*) from journal where act = 'look' and subject_id = 1") > 0);
        let take = [&form[..], &[("viec", "nhan"), ("dung-kho", "2:1")]].concat();
        let done = counter.post("/co-quan/ho-so/moi", &take).await;
        assert_eq!(done.location.as_deref(), Some("/co-quan/ho-so/2?moi=1"), "{}", done.text);
        assert_eq!(site.text("select form from dossier_paper where dossier = 2 and place = 2"), "from_store");
        assert_eq!(site.text("select way from paper_result"), "electronic");
        let lines = site.run(|tx| citizen::vault::receipt_lines(tx, domain::ids::DossierId(2)));
        assert!(lines[0].contains("Giấy khai sinh số 15/2026"), "{lines:?}");
        // He takes it back on his account: nothing is offered from then on, and nothing taken by hand.
        site.pass_minutes(5);
        browser.post("/tai-khoan/dong-y/reuse_papers", &[("dong-y", "0")]).await;
        let other = "d".repeat(32);
        let mut again = [&form[..], &[("viec", "nhan"), ("dung-kho", "2:1"), ("dong-y", "on_receipt")]].concat();
        again.retain(|it| it.0 != "lan");
        again.push(("lan", &other));
        let refused = counter.post("/co-quan/ho-so/moi", &again).await;
        assert_eq!(refused.status, 422, "{}", refused.text);
        assert_eq!(site.count("select count(*) from dossier"), 2);
        let elsewhere = site.signed_in("quay-khac").post("/co-quan/ho-so/moi", &look("xem")).await.text;
        assert!(!elsewhere.contains("name=\"dung-kho\""), "{elsewhere}");
    }

    async fn said_at_the_counter_it_is_enough_as_well_and_another_number_finds_nothing(site) {
        given_a_birth(&site, NUMBER).await;
        let mut counter = site.signed_in("quay-khac");
        let once = "e".repeat(32);
        let form = [
            ("thu-tuc", CARE), ("lan", once.as_str()), ("ho-ten", "Nguyễn Văn Thử"),
            ("kenh", "direct"), ("nhan-ket-qua", "counter"), ("co-1", "1"), ("so-1", "1"), ("dong-y", "on_receipt"),
        ];
        let other = [&form[..], &[("so-giay-to", "040090777777"), ("viec", "tim-giay")]].concat();
        let nothing = counter.post("/co-quan/ho-so/moi", &other).await.text;
        assert!(!nothing.contains("name=\"dung-kho\""), "{nothing}");
        let forced = [&form[..], &[("so-giay-to", "040090777777"), ("viec", "nhan"), ("dung-kho", "2:1")]].concat();
        assert_eq!(counter.post("/co-quan/ho-so/moi", &forced).await.status, 422);
        // Another commune issued it: its own paper holds everywhere.
        let mine = [&form[..], &[("so-giay-to", NUMBER), ("viec", "tim-giay")]].concat();
        let offered = counter.post("/co-quan/ho-so/moi", &mine).await.text;
        assert!(offered.contains("name=\"dung-kho\" value=\"2:1\""), "{offered}");
        let take = [&form[..], &[("so-giay-to", NUMBER), ("viec", "nhan"), ("dung-kho", "2:1")]].concat();
        let done = counter.post("/co-quan/ho-so/moi", &take).await;
        assert_eq!(done.status, 303, "{}", done.text);
        assert_eq!(site.text("select way from paper_result"), "on_receipt");
        assert_eq!(site.text("select way from paper_consent"), "on_receipt");
    }

    async fn erased_people_leave_no_word_of_whose_results_were_used(site) {
        given_a_birth(&site, NUMBER).await;
        let mut browser = given_identified(&site).await;
        let here = begun(&mut browser, NUMBER).await;
        papers(&mut browser, &here, "kho", &[("kho-2", "1"), ("dong-y-kho", "1")]).await;
        sent(&mut browser, &here).await;
        assert_eq!(site.count("select count(*) from paper_result"), 1);
        site.run(|tx| citizen::vault::erase(tx, domain::ids::DossierId(2)));
        assert_eq!(site.count("select count(*) from paper_result"), 0);
        assert_eq!(site.signed_in("quay").get("/co-quan/ho-so/2").await.status, 200);
    }
}
