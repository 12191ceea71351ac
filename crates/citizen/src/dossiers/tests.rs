//! Dossiers through the front door, on both databases.

use domain::{access::Role, ids::UnitId};
use testkit::{Browser, TestSite, on_both_engines};

mod clock;
mod closing;
mod counter;
mod paper_list;
mod party;
mod signed;
mod turns;

/// Two communes of one district, each with a one-stop shop; people of the first.
pub(crate) fn given_two_communes(site: &TestSite) {
    site.given_two_communes();
    site.run(|tx| {
        crate::procedures::facts::seed(tx, jiff::civil::date(2019, 1, 1))?;
        crate::fees::facts::fill_from_catalogue(tx, jiff::civil::date(2019, 1, 1))?;
        crate::fees::facts::open_book(tx, UnitId(3), "PS/26P", 1, 9_999)?;
        crate::fees::facts::open_book(tx, UnitId(5), "TH/26P", 1, 9_999)
    });
    site.given_people(&[
        ("quay", Role::CounterOfficial, 2),
        ("truong", Role::UnitHead, 2),
        ("thuly", Role::Specialist, 2),
        ("ky", Role::Leader, 2),
        ("vanthu", Role::Clerk, 2),
        ("quay-khac", Role::CounterOfficial, 4),
        ("lanhdao-huyen", Role::Leader, 1),
    ]);
}

/// Its limit is not published in the catalogue.
const WITHOUT_LIMIT: &str = "2.002307";

/// A PDF that reads from end to end.
pub(crate) const PDF: &[u8] = include_bytes!("../../../signing/tests/data/plain.pdf");

pub(crate) const ONCE: &str = "0123456789abcdef0123456789abcdef";

pub(crate) fn birth<'a>(name: &'a str, once: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![
        ("thu-tuc", "1.001193"),
        ("lan", once),
        ("viec", "nhan"),
        ("ho-ten", name),
        ("dien-thoai", "0912345678"),
        ("kenh", "direct"),
        ("nhan-ket-qua", "counter"),
        ("co-1", "1"),
        ("so-1", "1"),
    ]
}

pub(crate) async fn received(site: &TestSite) -> Browser<'_> {
    let mut browser = site.signed_in("quay");
    let answer = browser.post("/co-quan/ho-so/moi", &birth("Nguyễn Thị Thử", ONCE)).await;
    assert_eq!(answer.location.as_deref(), Some("/co-quan/ho-so/1?moi=1"), "{}", answer.text);
    browser
}

on_both_engines! { crate::routes();
    async fn a_dossier_is_received_with_its_code_its_date_and_its_journal(site) {
        given_two_communes(&site);
        let mut browser = received(&site).await;
        let home = browser.get("/co-quan").await.text;
        assert!(home.contains("Nguyễn Thị Thử") && !home.contains("Xem tất cả"), "all of it is there: {home}");
        let page = browser.get("/co-quan/ho-so/1").await;
        assert_eq!(page.status, 200, "{}", page.text);
        assert!(page.text.contains("17:00, thứ Năm 08/01/2026"), "{}", page.text);
        assert_eq!(site.text("select code from dossier"), "H41.99.40-260108-0001");
        assert_eq!(site.count("select count(*) from journal where subject = 'dossier' and act <> 'read'"), 2);
        // Nothing that names anybody stands in the chain itself.
        assert_eq!(site.count("select count(*) from journal where details like '%Thử%'"), 0);
        let secret = site.text("select secret from dossier_person");
        assert!(secret.len() == 6 && secret.bytes().all(|it| it.is_ascii_digit()));
    }

    async fn what_was_typed_is_not_lost_when_something_is_missing(site) {
        given_two_communes(&site);
        let mut browser = site.signed_in("quay");
        let mut fields = birth("", ONCE);
        fields.extend([("dia-chi", "Xóm 1"), ("so-giay-to", "12345")]);
        let answer = browser.post("/co-quan/ho-so/moi", &fields).await;
        assert_eq!(answer.status, 422);
        assert!(answer.text.contains("Chưa nhập nội dung này."));
        assert!(answer.text.contains("value=\"Xóm 1\"") && answer.text.contains("value=\"12345\""));
        assert_eq!(site.count("select count(*) from dossier"), 0);
    }

    async fn what_is_missing_is_asked_for_before_acceptance_and_the_clock_starts_with_it(site) {
        given_two_communes(&site);
        let mut browser = site.signed_in("quay");
        let fields = |viec, why| {
            let mut fields = birth("Nguyễn Thị Thử", ONCE);
            fields.retain(|(name, _)| *name != "viec");
            fields.extend([("viec", viec), ("ly-do", why)]);
            fields
        };
        // Asked for nothing by name: what was not ticked is proposed, nothing is kept.
        let asked = browser.post("/co-quan/ho-so/moi", &fields("bo-sung", "")).await;
        assert_eq!(asked.status, 422);
        assert!(asked.text.contains("đã được điền sẵn"), "{}", asked.text);
        assert_eq!(site.count("select count(*) from dossier"), 0);
        let asked = browser.post("/co-quan/ho-so/moi", &fields("bo-sung", "Giấy chứng sinh")).await;
        assert_eq!(asked.location.as_deref(), Some("/co-quan/ho-so/1?moi=1"), "{}", asked.text);
        assert_eq!(site.text("select status from dossier"), "intake_supplement");
        assert_eq!(site.count("select count(*) from dossier where due_at is null"), 1);
        let paper = browser.get("/co-quan/ho-so/1/in/yeu-cau-bo-sung").await;
        assert_eq!(paper.status, 200);
        assert_eq!(browser.get("/co-quan/ho-so/1/in/giay-hen").await.status, 422);
        // The citizen comes back the next morning.
        site.set_clock(jiff::civil::date(2026, 1, 9).at(8, 30, 0, 0));
        let mut browser = site.signed_in("quay");
        assert_eq!(browser.post("/co-quan/ho-so/1/nop-lai", &[("an-ban", "1")]).await.status, 303);
        // It waits for somebody to receive it, where he begins his day.
        let home = browser.get("/co-quan").await.text;
        assert!(home.contains("Hồ sơ mới nộp, chờ tiếp nhận") && home.contains("href=\"/co-quan/ho-so/1\""), "{home}");
        let list = browser.get("/co-quan/ho-so?nhom=cho-tiep-nhan").await.text;
        assert!(list.contains("/co-quan/ho-so/1\""), "{list}");
        // The law lets ask once.
        let twice = [("an-ban", "2"), ("loi", "Thêm nữa")];
        assert_eq!(browser.post("/co-quan/ho-so/1/yeu-cau-hoan-thien", &twice).await.status, 422);
        let accepted =
            browser.post("/co-quan/ho-so/1/tiep-nhan", &[("an-ban", "2"), ("so-tien", "")]).await;
        assert_eq!(accepted.status, 303, "{}", accepted.text);
        assert_eq!(site.text("select status from dossier"), "accepted");
        assert_eq!(site.text("select due_at from dossier"), "2026-01-09T17:00:00");
        assert!(site.text("select received_at from dossier").starts_with("2026-01-09T08:30"));
        assert_eq!(browser.get("/co-quan/ho-so/1/in/giay-hen").await.status, 200);
        let wrong = site.run(crate::dossiers::facts::unfolded);
        assert!(wrong.is_empty(), "the row is the fold of its events");
    }

    async fn a_dossier_is_turned_away_with_a_reason_and_a_paper(site) {
        given_two_communes(&site);
        let mut browser = site.signed_in("quay");
        let mut fields = birth("Nguyễn Thị Thử", ONCE);
        fields.retain(|(name, _)| *name != "viec");
        fields.extend([("viec", "tu-choi"), ("can-cu", "duplicate")]);
        assert_eq!(browser.post("/co-quan/ho-so/moi", &fields).await.status, 422);
        fields.push(("ly-do", "Trẻ đã đăng ký khai sinh ngày 2/1"));
        let turned = browser.post("/co-quan/ho-so/moi", &fields).await;
        assert_eq!(turned.location.as_deref(), Some("/co-quan/ho-so/1?moi=1"), "{}", turned.text);
        assert_eq!(site.text("select status from dossier"), "refused_intake");
        assert_eq!(site.count("select count(*) from dossier where is_open = 1"), 0);
        assert_eq!(browser.get("/co-quan/ho-so/1/in/tu-choi").await.status, 200);
    }

    async fn where_no_limit_is_published_the_counter_names_one(site) {
        given_two_communes(&site);
        let mut browser = site.signed_in("quay");
        let mut fields = birth("Nguyễn Thị Thử", ONCE);
        fields.retain(|(name, _)| !matches!(*name, "thu-tuc" | "so-1" | "co-1"));
        fields.push(("thu-tuc", WITHOUT_LIMIT));
        let page = browser.get(&format!("/co-quan/ho-so/moi?thu-tuc={WITHOUT_LIMIT}")).await;
        assert!(page.text.contains("Số ngày làm việc hẹn trả"), "{}", page.text);
        let refused = browser.post("/co-quan/ho-so/moi", &fields).await;
        assert_eq!(refused.status, 422);
        fields.push(("so-ngay", "3"));
        let received = browser.post("/co-quan/ho-so/moi", &fields).await;
        assert_eq!(received.status, 303, "{}", received.text);
        assert_eq!(site.text("select due_at from dossier"), "2026-01-12T17:00:00");
        let page = browser.get("/co-quan/ho-so/1").await;
        assert!(page.text.contains("id=\"cach-tinh\""), "{}", page.text);
    }

    async fn a_second_click_makes_no_second_dossier(site) {
        given_two_communes(&site);
        let mut browser = received(&site).await;
        let again = browser.post("/co-quan/ho-so/moi", &birth("Nguyễn Thị Thử", ONCE)).await;
        assert_eq!(again.location.as_deref(), Some("/co-quan/ho-so/1?moi=1"));
        assert_eq!(site.count("select count(*) from dossier"), 1);
    }

    async fn numbers_go_on_and_are_never_given_twice(site) {
        given_two_communes(&site);
        let mut browser = site.signed_in("quay");
        for n in 1..=3 {
            let once = format!("{n:032}");
            browser.post("/co-quan/ho-so/moi", &birth("Trần Văn Thử", &once)).await;
        }
        assert_eq!(site.count("select count(distinct code) from dossier"), 3);
        assert_eq!(site.text("select max(code) from dossier"), "H41.99.40-260108-0003");
    }

    async fn a_neighbours_official_finds_nothing_and_the_district_sees_but_does_not_act(site) {
        given_two_communes(&site);
        received(&site).await;
        let mut neighbour = site.signed_in("quay-khac");
        for path in ["/co-quan/ho-so/1", "/co-quan/ho-so/1/chuyen", "/co-quan/ho-so/1/in/giay-hen"] {
            assert_eq!(neighbour.get(path).await.status, 404, "{path}");
        }
        assert_eq!(neighbour.post("/co-quan/ho-so/1/chuyen", &[("don-vi", "2")]).await.status, 404);
        assert!(!neighbour.get("/co-quan/ho-so").await.text.contains("Nguyễn Thị Thử"));
        let mut above = site.signed_in("lanhdao-huyen");
        assert!(above.get("/co-quan/ho-so").await.text.contains("Nguyễn Thị Thử"));
        let page = above.get("/co-quan/ho-so/1").await;
        assert!(page.text.contains("Hồ sơ không chờ ông, bà làm gì."), "{}", page.text);
    }

    async fn a_stale_screen_does_not_act_on_a_newer_state(site) {
        given_two_communes(&site);
        let mut browser = received(&site).await;
        let fields = [("don-vi", "2"), ("an-ban", "1")];
        let first = browser.post("/co-quan/ho-so/1/chuyen", &fields).await;
        assert_eq!(first.location.as_deref(), Some("/co-quan/ho-so/1"), "{}", first.text);
        let mut other = site.signed_in("quay");
        let late = other.post("/co-quan/ho-so/1/yeu-cau-rut", &[("an-ban", "1")]).await;
        assert_eq!(late.status, 422);
        assert!(late.text.contains("vừa được người khác xử lý"), "{}", late.text);
    }

    async fn a_refusal_without_a_reason_is_refused_and_its_paper_is_printed_with_one(site) {
        given_two_communes(&site);
        let mut counter = received(&site).await;
        counter.post("/co-quan/ho-so/1/chuyen", &[("don-vi", "2")]).await;
        let mut head = site.signed_in("truong");
        let officer = site.text("select cast(id as text) from staff where name = 'thuly'");
        let assigned = head.post("/co-quan/ho-so/1/phan-cong", &[("can-bo", &officer)]).await;
        assert_eq!(assigned.status, 303, "{}", assigned.text);
        let mut specialist = site.signed_in("thuly");
        specialist.post("/co-quan/ho-so/1/thu-ly", &[]).await;
        let empty = specialist.post("/co-quan/ho-so/1/tu-choi", &[("loi", " ")]).await;
        assert_eq!(empty.status, 422);
        assert!(empty.text.contains("Chưa nhập nội dung này."));
        let refused =
            specialist.post("/co-quan/ho-so/1/tu-choi", &[("loi", "Không thuộc thẩm quyền")]).await;
        assert_eq!(refused.status, 303, "{}", refused.text);
        let paper = specialist.get("/co-quan/ho-so/1/in/tu-choi").await;
        assert_eq!((paper.status, paper.media_type.as_str()), (200, "application/pdf"));
        assert!(paper.bytes.starts_with(b"%PDF-"));
    }

    async fn missing_papers_stop_the_clock_and_start_it_anew(site) {
        given_two_communes(&site);
        let mut counter = received(&site).await;
        counter.post("/co-quan/ho-so/1/chuyen", &[("don-vi", "2")]).await;
        let mut specialist = site.signed_in("thuly");
        specialist.post("/co-quan/ho-so/1/thu-ly", &[]).await;
        let asked = specialist
            .post("/co-quan/ho-so/1/yeu-cau-bo-sung", &[("loi", "Giấy chứng sinh: bản nộp bị mờ")])
            .await;
        assert_eq!(asked.status, 303, "{}", asked.text);
        assert_eq!(site.count("select count(*) from dossier where due_at is null"), 1);
        site.set_clock(jiff::civil::date(2026, 1, 13).at(9, 0, 0, 0));
        let given = counter.post("/co-quan/ho-so/1/bo-sung", &[]).await;
        assert_eq!(given.status, 303, "{}", given.text);
        assert_eq!(site.text("select due_at from dossier"), "2026-01-13T17:00:00");
        let twice = specialist.get("/co-quan/ho-so/1/yeu-cau-bo-sung").await;
        assert_eq!(twice.status, 422, "only once");
    }

    async fn simple_procedures_are_done_on_the_spot(site) {
        given_two_communes(&site);
        let signer = site.text("select cast(id as text) from staff where name = 'ky'");
        let mut browser = site.signed_in("quay");
        let mut fields = birth("Lê Thị Thử", ONCE);
        fields.retain(|(name, _)| !matches!(*name, "thu-tuc" | "viec"));
        fields.extend([
            ("thu-tuc", "2.000815"), ("viec", "ngay"), ("nguoi-ky", signer.as_str()),
            ("so-van-ban", "15"),
        ]);
        // Nothing is taken without saying for what.
        assert_eq!(browser.post("/co-quan/ho-so/moi", &fields).await.status, 422);
        let rate = site.text("select 'phi-' || id from fee_rate where procedure = '2.000815'");
        fields.push((rate.as_str(), "2"));
        let done = browser.post("/co-quan/ho-so/moi", &fields).await;
        assert_eq!(done.status, 303, "{}", done.text);
        assert_eq!(site.text("select status from dossier"), "returned");
        assert_eq!(site.text("select financial from dossier"), "paid");
        assert_eq!(site.count("select amount from fee_receipt where number = 1"), 4_000);
    }

    async fn what_was_accepted_first_is_still_settled_at_the_desk_and_then_returned(site) {
        given_two_communes(&site);
        let mut browser = site.signed_in("quay");
        let mut fields = birth("Lê Thị Thử", ONCE);
        fields.retain(|(name, _)| *name != "thu-tuc");
        let rate = site.text("select 'phi-' || id from fee_rate where procedure = '2.000815'");
        fields.extend([("thu-tuc", "2.000815"), (rate.as_str(), "2")]);
        assert_eq!(browser.post("/co-quan/ho-so/moi", &fields).await.status, 303);
        let page = browser.get("/co-quan/ho-so/1").await.text;
        let main = page.split("class=\"btn\" href=\"/co-quan/ho-so/1/").nth(1).unwrap_or_default();
        assert!(main.starts_with("giai-quyet-ngay\">"), "{main}");
        let step = "/co-quan/ho-so/1/giai-quyet-ngay";
        let form = browser.get(step).await.text;
        assert!(form.contains("Người ký"), "{form}");
        assert_eq!(browser.post(step, &[]).await.status, 422, "somebody signs");
        assert_eq!(site.signed_in("thuly").post(step, &[]).await.status, 422, "not the officer's");
        let signer = site.text("select cast(id as text) from staff where name = 'ky'");
        let done = browser.post(step, &[("can-bo", &signer), ("so-van-ban", "15")]).await;
        assert_eq!(done.status, 303, "{}", done.text);
        assert_eq!(site.text("select status from dossier"), "result_at_counter");
        // Birth is not settled at the desk: the step is not there.
        browser.post("/co-quan/ho-so/moi", &birth("Trần Thị Hai", &"d".repeat(32))).await;
        let page = browser.get("/co-quan/ho-so/2").await.text;
        assert!(!page.contains("giai-quyet-ngay"), "{page}");
        let never = browser.post("/co-quan/ho-so/2/giai-quyet-ngay", &[("can-bo", &signer)]).await;
        assert_eq!(never.status, 422, "{}", never.text);
        assert_eq!(site.run(crate::dossiers::facts::unfolded), []);
    }

    async fn names_numbers_telephones_and_codes_are_found_without_diacritics(site) {
        given_two_communes(&site);
        let mut browser = site.signed_in("quay");
        let mut fields = birth("Đặng Thị Ước", ONCE);
        fields.push(("so-giay-to", "040190001234"));
        browser.post("/co-quan/ho-so/moi", &fields).await;
        let other = "f".repeat(32);
        browser.post("/co-quan/ho-so/moi", &birth("Lê Văn Khác", &other)).await;
        for q in ["dang uoc", "Ước", "dan", "040190001234", "H41.99.40-260108-0001"] {
            let page = browser.get(&format!("/co-quan/ho-so?q={}", site::percent(q))).await.text;
            assert!(page.contains("Đặng Thị Ước"), "{q}");
            assert!(!page.contains("Lê Văn Khác"), "{q}");
        }
        let none = browser.get("/co-quan/ho-so?q=khongai").await.text;
        assert!(none.contains("Không có hồ sơ nào khớp bộ lọc."));
    }

    async fn a_file_is_taken_by_its_bytes_and_not_by_its_name(site) {
        given_two_communes(&site);
        let mut browser = received(&site).await;
        let bad = browser
            .upload("/co-quan/ho-so/1/tep", &[], &[("tep", "anh.pdf", b"<script>alert(1)</script>")])
            .await;
        assert_eq!(bad.status, 422);
        // Told beside the field on the dossier's own page, with everything else of it.
        assert!(bad.text.contains("id=\"tep-mistake\"") && bad.text.contains("href=\"#tep\""), "{}", bad.text);
        assert!(bad.text.contains("Việc có thể làm") && bad.text.contains("H41.99.40-260108-0001"));
        let none = browser.upload("/co-quan/ho-so/1/tep", &[], &[]).await;
        assert!(none.status == 422 && none.text.contains("Chưa chọn tệp nào") && none.text.contains("id=\"tep-mistake\""));
        let good = browser
            .upload("/co-quan/ho-so/1/tep", &[], &[("tep", "../../quet.pdf", PDF)])
            .await;
        assert_eq!(good.status, 303, "{}", good.text);
        assert_eq!(site.text("select name from dossier_file"), "quet.pdf");
        // What was added stands in what was done; its name goes with the file.
        let done = |page: &str| {
            let row = page.split("data-label=\"Việc\">Thêm tệp<").nth(1).unwrap_or("");
            row.split("</tr>").next().unwrap_or("").to_owned()
        };
        let page = browser.get("/co-quan/ho-so/1").await.text;
        assert!(done(&page).contains("quet.pdf"), "{page}");
        assert_eq!(site.count("select count(*) from journal where details like '%quet.pdf%'"), 0);
        // Pressed again, or sent under another name: the same bytes are there already.
        for name in ["quet.pdf", "khac.pdf"] {
            let again = browser.upload("/co-quan/ho-so/1/tep", &[], &[("tep", name, PDF)]).await;
            assert_eq!(again.status, 303, "{}", again.text);
            let told = browser.get("/co-quan/ho-so/1").await.text;
            assert!(told.contains("đã có trong hồ sơ, không thêm lần nữa"), "{told}");
        }
        assert_eq!(site.count("select count(*) from dossier_file"), 1);
        // Letters that turn the writing round are in no name.
        let other = testkit::pdf("khac");
        let turned = [("tep", "giay\u{202e}fdp\u{2066}.pdf", other.as_slice())];
        assert_eq!(browser.upload("/co-quan/ho-so/1/tep", &[], &turned).await.status, 303);
        assert_eq!(site.text("select name from dossier_file where id = 2"), "giayfdp.pdf");
        let file = browser.get("/co-quan/ho-so/1/tep/1").await;
        assert_eq!((file.status, file.media_type.as_str()), (200, "application/pdf"));
        assert_eq!(site.signed_in("quay-khac").get("/co-quan/ho-so/1/tep/1").await.status, 404);
    }

    async fn whichever_statement_fails_nothing_is_half_written(site) {
        given_two_communes(&site);
        let mut browser = site.signed_in("quay");
        browser.get("/co-quan/ho-so/moi?thu-tuc=1.001193").await;
        let mut failed = 0;
        for statements in 0..60 {
            site.db.fail_after(statements);
            let answer = browser.post("/co-quan/ho-so/moi", &birth("Nguyễn Thị Thử", ONCE)).await;
            site.db.fail_no_more();
            if answer.status == 303 {
                break;
            }
            failed += 1;
            for table in ["dossier", "dossier_person", "dossier_word", "dossier_paper", "submission"] {
                let rows = site.run(|tx| {
                    tx.query_number(&format!("select count(*) from {table}"), &[])
                });
                assert_eq!(rows, 0, "{table} after {statements} statements");
            }
        }
        assert!((10..60).contains(&failed), "{failed} statements were made to fail");
        assert_eq!(site.count("select count(*) from dossier"), 1);
    }

    async fn the_register_is_a_workbook_of_what_the_list_shows(site) {
        given_two_communes(&site);
        let mut browser = received(&site).await;
        for form in ["", "?dang=", "?dang=abc", "?dang=-1", "?dang=PDF"] {
            let no = browser.get(&format!("/co-quan/so-theo-doi{form}")).await;
            assert_eq!(no.status, 404, "{form}");
        }
        let book = browser.get("/co-quan/so-theo-doi?dang=xlsx").await;
        assert_eq!(book.status, 200, "{}", book.text);
        let mut found = calamine::Xlsx::new(std::io::Cursor::new(book.bytes.to_vec())).unwrap();
        use calamine::Reader as _;
        let sheet = found.worksheet_range_at(0).unwrap().unwrap();
        let cells: Vec<String> = sheet.cells().map(|(_, _, it)| it.to_string()).collect();
        assert!(cells.iter().any(|it| it == "Nguyễn Thị Thử"));
        assert!(cells.iter().any(|it| it == "H41.99.40-260108-0001"));
    }

    /// Printed with what they are, so that whoever makes it more sees what it costs.
    async fn a_dossiers_page_asks_the_database_no_more_than_it_must(site) {
        given_two_communes(&site);
        received(&site).await;
        let mut officer = site.signed_in("thuly");
        let of = |login: &'static str, step: &'static str| (login, step);
        site.signed_in("quay").post("/co-quan/ho-so/1/chuyen", &[("don-vi", "2")]).await;
        for (login, step) in [of("thuly", "thu-ly"), of("thuly", "trinh-ky"), of("ky", "ky")] {
            let done = site.signed_in(login).post(&format!("/co-quan/ho-so/1/{step}"), &[]).await;
            assert_eq!(done.status, 303, "{}", done.text);
        }
        officer.get("/co-quan/ho-so/1").await;
        site.db.record();
        assert_eq!(officer.get("/co-quan/ho-so/1").await.status, 200);
        let asked = site.db.recorded();
        let all: Vec<&str> = asked.iter().map(|it| it.sql.as_str()).collect();
        // One of them asks who may take the turn, since nobody is named; one, what came from a store; one, whether he opened it
        // today already; one, what was declared; one, whose signatures the result's file has.
        assert!(asked.len() <= 38, "{} statements:\n{}", asked.len(), all.join("\n"));
    }
}
