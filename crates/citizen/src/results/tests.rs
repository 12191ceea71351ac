//! Results, through the front door, on both databases.

use testkit::{Browser, TestSite, on_both_engines};

use crate::dossiers::tests::{birth, given_two_communes};

mod numbers;

/// A confirmation of marital status: holds six months.
const SINGLE: &str = "1.004873";

async fn take(browser: &mut Browser<'_>, step: &str, fields: &[(&str, &str)]) {
    let path = match step.strip_prefix("../") {
        Some(other) => format!("/co-quan/ho-so/{other}"),
        None => format!("/co-quan/ho-so/1/{step}"),
    };
    let done = browser.post(&path, fields).await;
    assert_eq!(done.status, 303, "{step}: {}", done.text);
}

/// Dossier 1 with its result at the counter, number 15/UBND.
async fn issued(site: &TestSite) {
    given_two_communes(site);
    signed_single(site, 1, "Nguyễn Thị Thử").await;
    // Letters that turn the writing round are no part of a number.
    let number = "\u{202e}15/\u{2066}UBND\u{2069}";
    take(&mut site.signed_in("vanthu"), "cap-so", &[("so-van-ban", number)]).await;
    assert_eq!(site.text("select number from result"), "15/UBND");
}

/// The dossier of this number, signed and waiting for its number.
async fn signed_single(site: &TestSite, id: i64, name: &str) {
    let mut counter = site.signed_in("quay");
    let once = format!("{id:032}");
    let mut fields = birth(name, &once);
    fields.retain(|(name, _)| !matches!(*name, "thu-tuc" | "nhan-ket-qua"));
    fields.extend([("khong-thu", "1"), ("ly-do-phi", "HĐND tỉnh chưa quy định mức thu")]);
    fields.extend([("thu-tuc", SINGLE), ("dia-chi", "Xóm 1, Phú Sơn"), ("nhan-ket-qua", "post")]);
    if id == 1 {
        fields.push(("so-giay-to", "040190001234"));
    }
    let done = counter.post("/co-quan/ho-so/moi", &fields).await;
    assert_eq!(done.status, 303, "{}", done.text);
    let at = |step: &str| format!("../{id}/{step}");
    take(&mut counter, &at("chuyen"), &[("don-vi", "2")]).await;
    let mut specialist = site.signed_in("thuly");
    take(&mut specialist, &at("thu-ly"), &[]).await;
    take(&mut specialist, &at("trinh-ky"), &[]).await;
    take(&mut site.signed_in("ky"), &at("ky"), &[]).await;
}

fn code(site: &TestSite, id: i64) -> String {
    site.text(&format!("select code from result where id = {id}"))
}

async fn verified(site: &TestSite, id: i64) -> String {
    let path = format!("/kiem-tra/{}", code(site, id));
    let page = site.browser().get(&path).await;
    assert_eq!(page.status, 200, "{}", page.text);
    page.text
}

const SIGNED: [(&str, &str); 4] = [
    ("nguoi-nhan", "applicant"),
    ("ten-nhan", "Nguyễn Thị Thử"),
    ("so-nhan", "040190001234"),
    ("chu-ky", "10,20 30,40 50,60;70,80 90,100"),
];

on_both_engines! { crate::routes();
    async fn a_numbered_result_stands_in_the_register_with_its_term_and_can_be_checked(site) {
        issued(&site).await;
        assert_eq!(site.text("select expires_on from result"), "2026-07-08", "six months");
        let mut counter = site.signed_in("quay");
        for q in ["", "q=15", "q=thu+nguyen", "trang-thai=cho", "tu=8/1/2026&den=8/1/2026"] {
            let list = counter.get(&format!("/co-quan/ket-qua?{q}")).await.text;
            assert!(list.contains("15/UBND") && list.contains("Chờ giao"), "{q}: {list}");
        }
        for q in ["q=16", "q=khongai", "trang-thai=da-giao", "trang-thai=sap", "tu=9/1/2026"] {
            let list = counter.get(&format!("/co-quan/ket-qua?{q}")).await.text;
            assert!(list.contains("Không có kết quả nào khớp"), "{q}");
        }
        site.set_clock(jiff::civil::date(2026, 6, 20).at(8, 0, 0, 0));
        let mut late = site.signed_in("quay");
        let list = late.get("/co-quan/ket-qua?trang-thai=sap").await.text;
        assert!(list.contains("Sắp hết thời hạn") && list.contains("15/UBND"), "{list}");
        assert!(late.get("/co-quan/ket-qua/xuat?q=15").await.bytes.starts_with(b"PK"));
        assert!(late.get("/co-quan/ket-qua/in").await.bytes.starts_with(b"%PDF-"));
        for paper in ["phieu", "bien-nhan"] {
            let paper = late.get(&format!("/co-quan/ket-qua/1/{paper}")).await;
            assert!(paper.bytes.starts_with(b"%PDF-"), "{}", paper.text);
        }
        let page = verified(&site, 1).await;
        assert!(page.contains("Còn hiệu lực") && page.contains("UBND xã Phú Sơn"), "{page}");
        assert!(!page.contains("Nguyễn Thị Thử") && !page.contains("0401900"), "masked: {page}");
        let english = site.browser().get(&format!("/kiem-tra/{}?lang=en", code(&site, 1))).await.text;
        assert!(english.contains("Valid") && english.contains("Issuing office"), "{english}");
        let typed = site.browser().get("/kiem-tra?so=15%2Fubnd&ngay=8/1/2026").await.text;
        assert!(typed.contains("Còn hiệu lực"), "{typed}");
        // Zeros before a number change nothing.
        let typed = site.browser().get("/kiem-tra?so=015%2Fubnd&ngay=8/1/2026").await.text;
        assert!(typed.contains("Còn hiệu lực"), "{typed}");
        for none in ["/kiem-tra/0123456789", "/kiem-tra?so=15/UBND&ngay=9/1/2026"] {
            assert!(site.browser().get(none).await.text.contains("Không có kết quả nào khớp"));
        }
        assert_eq!(site.browser().get("/kiem-tra?so=15&ngay=mai").await.status, 422);
        site.set_clock(jiff::civil::date(2026, 7, 9).at(8, 0, 0, 0));
        assert!(verified(&site, 1).await.contains("Hết thời hạn"));
    }

    async fn what_was_issued_anew_is_handed_over_by_itself_and_is_not_undone_with_another_step(site) {
        issued(&site).await;
        let anew = [("so-moi", "16/UBND"), ("ly-do", "Mất bản chính")];
        // Who settled it does not sign for it, whatever else he is.
        site.given(
            "insert into role_grant (account, unit, role, valid_from)
             select id, 2, 'leader', '2020-01-01' from account where login = 'thuly'",
            &[],
        );
        let own = site.signed_in("thuly").post("/co-quan/ket-qua/1/cap-lai", &anew).await;
        assert!(own.status == 422 && own.text.contains("không được tự ký"), "{}", own.text);
        let mut signer = site.signed_in("ky");
        assert_eq!(signer.post("/co-quan/ket-qua/1/cap-lai", &anew).await.status, 303);
        // The counter hands the new one over and takes it back: the lost one stays what it is.
        let mut counter = site.signed_in("quay");
        assert_eq!(counter.post("/co-quan/ket-qua/2/giao", &SIGNED).await.status, 303);
        let edition = site.text("select cast(edition as text) from dossier");
        let undo = [("an-ban", edition.as_str())];
        take(&mut counter, "hoan-tac", &undo).await;
        let states = "select string_agg(number || ' ' || state, ', ' order by id) from result";
        assert_eq!(site.text(states), "15/UBND replaced, 16/UBND issued");
        assert!(verified(&site, 2).await.contains("Còn hiệu lực"));
        // What was taken back stays in its list, and says so.
        assert!(counter.get("/co-quan/ket-qua/2").await.text.contains("Đã hoàn tác "));
        assert!(!counter.get("/co-quan").await.text.contains("cấp lại chờ giao"), "its dossier waits itself");
        // Home with it; lost again: the dossier is over, the new paper is handed over all the same.
        assert_eq!(counter.post("/co-quan/ket-qua/2/giao", &SIGNED).await.status, 303);
        let again = [("so-moi", "17/UBND"), ("ly-do", "Mất lần nữa")];
        assert_eq!(signer.post("/co-quan/ket-qua/2/cap-lai", &again).await.status, 303);
        assert!(counter.get("/co-quan/ket-qua/3").await.text.contains("/co-quan/ket-qua/3/giao"));
        // Nothing else shows it to the counter: it stands in today's work, there and nowhere else.
        assert!(counter.get("/co-quan").await.text.contains("1 kết quả cấp lại chờ giao"));
        assert!(!site.signed_in("quay-khac").get("/co-quan").await.text.contains("cấp lại chờ giao"));
        let list = counter.get("/co-quan/ket-qua?trang-thai=cap-lai").await.text;
        assert!(list.contains("17/UBND") && !list.contains("16/UBND"), "{list}");
        let edition = site.text("select cast(edition as text) from dossier");
        let given = counter.post("/co-quan/ket-qua/3/giao", &SIGNED).await;
        assert_eq!(given.status, 303, "{}", given.text);
        let now = site.text("select cast(edition as text) from dossier");
        assert_eq!(now, edition, "no step of a dossier that is over");
        assert!(!counter.get("/co-quan").await.text.contains("cấp lại chờ giao"));
        let page = counter.get("/co-quan/ho-so/1").await.text;
        assert!(page.contains("<dt>Số văn bản</dt><dd>17/UBND"), "what was handed over: {page}");
        for said in ["Cấp lại kết quả", "Số 17/UBND, thay số 16/UBND", "Mất lần nữa", "Giao kết quả cấp lại"] {
            assert!(page.contains(said), "{said}: {page}");
        }
        assert_eq!(site.count("select count(*) from result_handover where result = 3"), 1);
        let list = counter.get("/co-quan/ket-qua?trang-thai=cho").await.text;
        assert!(list.contains("Không có kết quả nào khớp"), "{list}");
        assert_eq!(counter.post("/co-quan/ket-qua/3/giao", &SIGNED).await.status, 422, "once");
        // What was taken back was taken home by nobody, whatever became of it since.
        let end = [("quyet-dinh", "QĐ 1"), ("ly-do", "sai")];
        assert_eq!(signer.post("/co-quan/ket-qua/3/thu-hoi", &end).await.status, 303);
        let edition = site.text("select cast(edition as text) from dossier");
        take(&mut counter, "hoan-tac", &[("an-ban", edition.as_str())]).await;
        assert_eq!(site.count("select count(*) from result where collected_ms is not null"), 0);
        // And nothing that stands is left to hand out.
        let by_hand = [("nguoi-nhan", "applicant"), ("cach-tra", "counter")];
        let out = counter.post("/co-quan/ho-so/1/tra-ket-qua", &by_hand).await;
        assert!(out.status == 422 && out.text.contains("không còn bản nào để trả"), "{}", out.text);
        assert!(site.run(crate::dossiers::facts::unfolded).is_empty());
    }

    async fn a_number_that_is_taken_back_takes_what_was_issued_anew_along(site) {
        issued(&site).await;
        let anew = [("so-moi", "16/UBND"), ("ly-do", "Mất bản chính")];
        assert_eq!(site.signed_in("ky").post("/co-quan/ket-qua/1/cap-lai", &anew).await.status, 303);
        take(&mut site.signed_in("vanthu"), "hoan-tac", &[("an-ban", &site.text("select cast(edition as text) from dossier"))]).await;
        let states = "select string_agg(number || ' ' || state, ', ' order by id) from result";
        assert_eq!(site.text(states), "15/UBND undone, 16/UBND undone");
    }

    async fn guessing_is_slowed_down(site) {
        issued(&site).await;
        let mut browser = site.browser();
        let mut last = 200;
        for n in 0..60 {
            last = browser.get(&format!("/kiem-tra/{n:020}")).await.status;
        }
        assert_eq!(last, 429);
        site.pass_minutes(16);
        assert_eq!(browser.get("/kiem-tra/00").await.status, 404);
    }

    async fn a_result_is_collected_with_a_signature_and_only_once(site) {
        issued(&site).await;
        let mut counter = site.signed_in("quay");
        let path = "/co-quan/ket-qua/1/giao";
        let form = counter.get(path).await.text;
        assert!(form.contains("value=\"040190001234\""), "{form}");
        for (name, value, what) in [
            ("chu-ky", "", "Người nhận ký vào ô này"),
            ("chu-ky", "\"><script>", "không đọc được"),
            ("so-nhan", "12", "Số"),
            ("ten-nhan", "Trần Văn Tứ", "Người nộp hồ sơ là Nguyễn Thị Thử"),
            ("nguoi-nhan", "lead", "nguoi-nhan-mistake"),
            ("nguoi-nhan", "proxy", "ủy quyền"),
        ] {
            let mut fields: Vec<_> = SIGNED.iter().copied().filter(|(it, _)| *it != name).collect();
            fields.push((name, value));
            let answer = counter.post(path, &fields).await;
            assert_eq!(answer.status, 422, "{name}");
            assert!(answer.text.contains(what), "{name}: {}", answer.text);
        }
        assert!(form.contains("name=\"lan-gui\""), "{form}");
        let mut signed = SIGNED.to_vec();
        signed.push(("lan-gui", "t1"));
        for _ in 0..2 {
            let done = counter.post(path, &signed).await;
            assert_eq!((done.status, done.location.as_deref()), (303, Some("/co-quan/ket-qua/1")));
        }
        let other = counter.post(path, &SIGNED).await;
        assert!(other.status == 422 && other.text.contains("đã giao từ trước"), "{}", other.text);
        assert_eq!(site.count("select count(*) from result_handover"), 1);
        assert_eq!(site.text("select signature from result_handover"), "M10 20L30 40L50 60M70 80L90 100");
        assert_eq!(site.text("select status from dossier"), "returned");
        let page = counter.get("/co-quan/ket-qua/1").await.text;
        assert!(page.contains("Đã giao") && page.contains("đã ký trên màn hình"), "{page}");
        assert!(counter.get("/co-quan/ket-qua/1/bien-nhan").await.bytes.starts_with(b"%PDF-"));
        assert!(site.run(crate::dossiers::facts::unfolded).is_empty());
    }

    async fn strangers_neither_see_nor_hand_over_and_only_its_office_ends_it(site) {
        issued(&site).await;
        let mut other = site.signed_in("quay-khac");
        for path in ["", "/phieu", "/bien-nhan", "/giao"] {
            assert_eq!(other.get(&format!("/co-quan/ket-qua/1{path}")).await.status, 404, "{path}");
        }
        assert!(!other.get("/co-quan/ket-qua").await.text.contains("15/UBND"));
        assert_eq!(other.post("/co-quan/ket-qua/1/giao", &SIGNED).await.status, 404);
        assert_eq!(other.post("/co-quan/ket-qua/1/gui", &[]).await.status, 404);
        assert_eq!(other.post("/co-quan/ket-qua/1/thong-tin", &[("ten", "X"), ("an-ban", "1")]).await.status, 404);
        let end = [("quyet-dinh", "QĐ 1"), ("ly-do", "x"), ("so-moi", "16")];
        let mut above = site.signed_in("lanhdao-huyen");
        for path in ["thu-hoi", "cap-lai"] {
            let path = format!("/co-quan/ket-qua/1/{path}");
            assert_eq!(above.post(&path, &end).await.status, 404, "the district's leader: {path}");
            assert_eq!(site.signed_in("quay").post(&path, &end).await.status, 403);
        }
        assert_eq!(above.get("/co-quan/ket-qua/1/phieu").await.status, 403, "he only looks");
        let looks = "select count(*) from journal where act = 'look'";
        above.get("/co-quan/ket-qua/1").await;
        assert_eq!(site.count(looks), 1);
    }

    async fn a_result_is_issued_to_whom_it_names_and_who_is_erased_is_gone_from_it(site) {
        issued(&site).await;
        let mut counter = site.signed_in("quay");
        let child = [("ten", "Giấy khai sinh"), ("cap-cho", "Lê Minh An"), ("an-ban", "1")];
        let done = counter.post("/co-quan/ket-qua/1/thong-tin", &child).await;
        assert_eq!(done.status, 303, "{}", done.text);
        let page = verified(&site, 1).await;
        assert!(page.contains("L*** M*** A*") || page.contains("M*** A"), "{page}");
        let again = [("so-moi", "16/UBND"), ("ly-do", "mất"), ("lan-gui", "t1")];
        site.signed_in("ky").post("/co-quan/ket-qua/1/cap-lai", &again).await;
        let page = counter.get("/co-quan/ket-qua/2").await.text;
        assert!(page.contains("<dt>Cấp cho</dt><dd>Lê Minh An</dd>"), "{page}");
        // The applicant's own name is not written twice: it follows what is put right about him.
        let applicant = site.text("select applicant from dossier");
        let own = [("ten", "Giấy khai sinh"), ("cap-cho", applicant.as_str()), ("an-ban", "1")];
        counter.post("/co-quan/ket-qua/2/thong-tin", &own).await;
        assert_eq!(site.count("select count(*) from result where holder = ''"), 1);
        site.run(|tx| crate::erasure::erase_for_test(tx, domain::ids::DossierId(1)));
        assert_eq!(site.count("select count(*) from result where holder <> ''"), 0);
    }

    async fn a_lost_result_is_issued_anew_and_a_wrong_one_revoked_and_nothing_is_deleted(site) {
        issued(&site).await;
        let mut leader = site.signed_in("ky");
        let path = "/co-quan/ket-qua/1/cap-lai";
        assert_eq!(leader.get(path).await.status, 200);
        let same = leader.post(path, &[("so-moi", "15/ubnd"), ("ly-do", "mất")]).await;
        assert!(same.status == 422 && same.text.contains("Số mới phải khác số cũ"));
        let fields = [("so-moi", "16/UBND"), ("ly-do", "công dân làm mất"), ("lan-gui", "t1")];
        for _ in 0..2 {
            let done = leader.post(path, &fields).await;
            assert_eq!(done.location.as_deref(), Some("/co-quan/ket-qua/2"), "{}", done.text);
        }
        assert_eq!(site.count("select count(*) from result"), 2);
        assert!(verified(&site, 1).await.contains("Đã thay thế, không còn hiệu lực"));
        assert!(verified(&site, 2).await.contains("Còn hiệu lực"));
        assert_eq!(leader.post(path, &[("so-moi", "17"), ("ly-do", "x")]).await.status, 422, "ended");
        let path = "/co-quan/ket-qua/2/thu-hoi";
        assert_eq!(leader.post(path, &[("ly-do", "sai")]).await.status, 422, "no decision");
        let fields = [("quyet-dinh", "Quyết định 12/QĐ-UBND"), ("ly-do", "khai gian")];
        assert_eq!(leader.post(path, &fields).await.status, 303);
        let page = verified(&site, 2).await;
        assert!(page.contains("Đã thu hồi") && !page.contains("khai gian"), "{page}");
        let page = leader.get("/co-quan/ho-so/1").await.text;
        assert!(page.contains("Số 16/UBND, theo Quyết định 12/QĐ-UBND") && page.contains("khai gian"), "{page}");
        assert!(leader.get("/co-quan/ket-qua/2").await.text.contains("theo Quyết định 12/QĐ-UBND: khai gian"));
        assert_eq!(site.signed_in("quay").post("/co-quan/ket-qua/2/thong-tin", &[("ten", "X"), ("an-ban", "2")]).await.status, 422);
        assert_eq!(site.count("select count(*) from journal where details like '%gian%'"), 0);
    }

    async fn a_number_is_given_once_in_a_year_and_the_next_free_one_is_proposed(site) {
        issued(&site).await;
        let next = |site: &TestSite, id: i64| {
            let (id, code) = (id, site.text(&format!("select code from dossier where id = {id}")));
            (format!("/co-quan/ho-so/{id}/cap-so"), code)
        };
        let (_, first) = next(&site, 1);
        for (id, name) in [(2, "Trần Thị Hai"), (3, "Lê Thị Ba")] {
            signed_single(&site, id, name).await;
        }
        let mut clerk = site.signed_in("vanthu");
        let (path, _) = next(&site, 2);
        let form = clerk.get(&path).await.text;
        assert!(form.contains("value=\"16/UBND\"") && form.contains("trong năm: 16/UBND"), "{form}");
        for same in ["15/UBND", "15/ubnd", "015/UBND"] {
            let refused = clerk.post(&path, &[("so-van-ban", same)]).await;
            assert_eq!(refused.status, 422);
            let said = format!("đã cấp cho hồ sơ {first} trong năm. Số kế tiếp còn trống: ");
            assert!(refused.text.contains(&said) && refused.text.contains("id=\"so-van-ban\""), "{}", refused.text);
        }
        assert_eq!(site.count("select count(*) from result"), 1);
        assert_eq!(clerk.post(&path, &[("so-van-ban", "99/UBND")]).await.status, 303);
        let (third, _) = next(&site, 3);
        assert!(clerk.get(&third).await.text.contains("value=\"100/UBND\""));
        // What was typed in error and taken back was never issued.
        take(&mut clerk, "../2/hoan-tac", &[]).await;
        assert!(clerk.get(&third).await.text.contains("value=\"16/UBND\""));
        assert_eq!(clerk.post(&path, &[("so-van-ban", "16/UBND")]).await.status, 303);
        assert_eq!(clerk.post(&third, &[("so-van-ban", "17/UBND")]).await.status, 303);
        // The register stands by the day of issue, whatever was written into it last.
        site.given("update result set issued_on = '2026-01-09' where number = '15/UBND'", &[]);
        let list = clerk.get("/co-quan/ket-qua").await.text;
        assert!(list.find("15/UBND") < list.find("17/UBND"), "{list}");
        let rest = clerk.get("/co-quan/ket-qua?sau=2026-01-09_1").await.text;
        assert!(!rest.contains("15/UBND") && rest.contains("16/UBND") && rest.contains("17/UBND"), "{rest}");
        site.given("update result set issued_on = '2026-01-08' where number = '15/UBND'", &[]);
        // Issued anew, it needs a number of its own too.
        let mut leader = site.signed_in("ky");
        let anew = |number| [("so-moi", number), ("ly-do", "mất")];
        let refused = leader.post("/co-quan/ket-qua/1/cap-lai", &anew("17/UBND")).await;
        assert!(refused.status == 422 && refused.text.contains("còn trống: 18/UBND"), "{}", refused.text);
        assert_eq!(leader.post("/co-quan/ket-qua/1/cap-lai", &anew("18/UBND")).await.status, 303);
        // A new year begins at 1 and knows nothing of the old numbers.
        site.set_clock(jiff::civil::date(2027, 1, 5).at(8, 0, 0, 0));
        signed_single(&site, 4, "Võ Thị Tư").await;
        let (path, _) = next(&site, 4);
        let mut clerk = site.signed_in("vanthu");
        assert!(clerk.get(&path).await.text.contains("value=\"01/UBND\""));
        assert_eq!(clerk.post(&path, &[("so-van-ban", "15/UBND")]).await.status, 303);
    }

    async fn the_link_to_a_result_says_what_became_of_it(site) {
        issued(&site).await;
        let mut counter = site.signed_in("quay");
        let page = counter.get("/co-quan/ho-so/1").await.text;
        assert!(page.contains("Kết quả 15/UBND: Chờ giao"), "{page}");
        assert_eq!(counter.post("/co-quan/ket-qua/1/giao", &SIGNED).await.status, 303);
        let page = counter.get("/co-quan/ho-so/1").await.text;
        assert!(page.contains("Kết quả 15/UBND: Đã giao"), "{page}");
    }

    async fn a_step_taken_back_takes_its_result_back(site) {
        issued(&site).await;
        take(&mut site.signed_in("vanthu"), "hoan-tac", &[]).await;
        assert_eq!(site.text("select state from result"), "undone");
        let page = site.browser().get(&format!("/kiem-tra/{}", code(&site, 1))).await.text;
        assert!(page.contains("Không có kết quả nào khớp"));
        take(&mut site.signed_in("vanthu"), "cap-so", &[("so-van-ban", "18/UBND")]).await;
        assert_eq!(site.count("select count(*) from result where state = 'issued'"), 1);
        let mut counter = site.signed_in("quay");
        assert_eq!(counter.post("/co-quan/ket-qua/2/giao", &SIGNED).await.status, 303);
        take(&mut counter, "hoan-tac", &[]).await;
        assert_eq!(site.count("select count(*) from result where collected_ms is not null"), 0);
        assert!(site.run(crate::dossiers::facts::unfolded).is_empty());
    }

    async fn what_went_by_post_is_not_handed_over_and_no_parcel_is_stuck(site) {
        issued(&site).await;
        let mut counter = site.signed_in("quay");
        let sent = [("ma-buu-gui", "RA7VN"), ("lan-gui", "t1")];
        for _ in 0..2 {
            let done = counter.post("/co-quan/ket-qua/1/gui", &sent).await;
            assert_eq!(done.status, 303, "pressed twice it is sent once: {}", done.text);
        }
        assert_eq!(site.count("select count(*) from parcel"), 1);
        let again = counter.post("/co-quan/ket-qua/1/gui", &[("lan-gui", "t2")]).await;
        assert!(again.status == 422 && again.text.contains("đã gửi qua bưu chính"), "{}", again.text);
        // The page that still showed it at the counter.
        let late = counter.post("/co-quan/ket-qua/1/giao", &SIGNED).await;
        assert!(late.status == 422 && late.text.contains("đã gửi qua bưu chính"), "{}", late.text);
        let fields = [("nguoi-nhan", "applicant"), ("cach-tra", "counter")];
        let late = counter.post("/co-quan/ho-so/1/tra-ket-qua", &fields).await;
        assert!(late.status == 422 && late.text.contains("đã gửi qua bưu chính"), "{}", late.text);
        assert_eq!(site.count("select count(*) from result_handover"), 0);
        // One that was handed over before anybody looked: its parcel still comes to its end.
        let by_post = [("nguoi-nhan", "applicant"), ("cach-tra", "post")];
        counter.post("/co-quan/ho-so/1/tra-ket-qua", &by_post).await;
        assert_eq!(site.text("select state from parcel"), "delivered");
        // Said of the wrong dossier: it is under way again, and comes to its end once more.
        take(&mut counter, "hoan-tac", &[]).await;
        assert_eq!(site.text("select state from parcel"), "waiting");
        counter.post("/co-quan/ho-so/1/tra-ket-qua", &by_post).await;
        assert_eq!(site.text("select state from parcel"), "delivered");
        site.given("update parcel set state = 'handed'", &[]);
        let done = counter.post("/co-quan/buu-gui/1", &[("viec", "hoan")]).await;
        assert_eq!(done.status, 303, "{}", done.text);
        assert_eq!(site.text("select state from parcel"), "returned");
        assert_eq!(site.text("select status from dossier"), "returned");
        site.given("update parcel set state = 'handed'", &[]);
        assert_eq!(counter.post("/co-quan/buu-gui/1", &[("viec", "phat")]).await.status, 303);
        assert_eq!(site.text("select state from parcel"), "delivered");
        assert!(site.run(crate::dossiers::facts::unfolded).is_empty());
    }

    async fn parcels_go_with_a_list_and_come_to_an_end(site) {
        issued(&site).await;
        let mut counter = site.signed_in("quay");
        let wrong = counter.post("/co-quan/ket-qua/1/gui", &[("ma-buu-gui", "mã số")]).await;
        assert_eq!(wrong.status, 422);
        // What never left the counter cannot have been delivered.
        assert_eq!(counter.post("/co-quan/ket-qua/1/gui", &[("ma-buu-gui", "")]).await.status, 303);
        assert!(!counter.get("/co-quan/buu-gui").await.text.contains("value=\"phat\""));
        let early = counter.post("/co-quan/buu-gui/1", &[("viec", "phat")]).await;
        assert!(early.status == 422 && early.text.contains("chưa thể đã phát"), "{}", early.text);
        let sent = counter.post("/co-quan/buu-gui/1", &[("ma-buu-gui", "ra 123456789 vn")]).await;
        assert_eq!(sent.status, 303, "{}", sent.text);
        assert_eq!(site.text("select tracking from parcel"), "RA123456789VN");
        assert_eq!(site.text("select delivery from dossier"), "in_post");
        let list = counter.get("/co-quan/buu-gui").await.text;
        assert!(list.contains("Lập bảng kê 1 bưu gửi") && list.contains("Xóm 1, Phú Sơn"), "{list}");
        let fields = [("don-vi", "3"), ("buu-ta", "Trần Văn Bưu")];
        assert_eq!(site.signed_in("quay-khac").post("/co-quan/buu-gui/bang-ke", &fields).await.status, 404);
        assert_eq!(counter.post("/co-quan/buu-gui/bang-ke", &fields).await.status, 303);
        assert_eq!(counter.post("/co-quan/buu-gui/bang-ke", &fields).await.status, 422, "none waits");
        assert!(counter.get("/co-quan/buu-gui/bang-ke/1").await.bytes.starts_with(b"%PDF-"));
        assert_eq!(site.signed_in("quay-khac").get("/co-quan/buu-gui/bang-ke/1").await.status, 404);
        // The citizen sees the number.
        let secret = site.text("select secret from dossier_person");
        let dossier = site.text("select code from dossier");
        let mut citizen = site.browser();
        citizen.get(&format!("/ho-so/{dossier}?ma={secret}")).await;
        let page = citizen.get(&format!("/ho-so/{dossier}")).await.text;
        assert!(page.contains("RA123456789VN"), "{page}");
        // It comes back, is sent again, and is delivered: by the post's own report.
        assert_eq!(counter.post("/co-quan/buu-gui/1", &[("viec", "hoan")]).await.status, 303);
        assert_eq!(site.text("select delivery from dossier"), "waiting");
        assert_eq!(counter.post("/co-quan/buu-gui/1", &[("viec", "phat")]).await.status, 422);
        counter.post("/co-quan/ket-qua/1/gui", &[("ma-buu-gui", "RA5VN")]).await;
        counter.post("/co-quan/buu-gui/bang-ke", &fields).await;
        assert_eq!(site.text("select cast(max(number) as text) from manifest"), "2");
        let report = "Mã bưu gửi,Trạng thái\nRA5VN,Phát thành công\nRA6VN,Phát thành công\nRA5VN,?\n";
        let read = counter
            .upload("/co-quan/buu-gui/nhap", &[], &[("tep", "bao-phat.csv", report.as_bytes())])
            .await;
        assert_eq!(read.status, 303, "{}", read.text);
        let told = counter.get("/co-quan/buu-gui").await.text;
        assert!(told.contains("Đã ghi nhận 1 bưu gửi. Không khớp dòng 3, 4"), "{told}");
        assert_eq!(site.text("select status from dossier"), "returned");
        assert_eq!(site.text("select channel from result_handover"), "post");
        assert!(site.run(crate::dossiers::facts::unfolded).is_empty());
    }

    async fn an_electronic_result_is_downloaded_with_the_secret_once_the_fee_is_paid(site) {
        issued(&site).await;
        let mut counter = site.signed_in("quay");
        let path = "/co-quan/ket-qua/1/tep";
        let locked = include_bytes!("../../../signing/tests/data/encrypted.pdf");
        let whole = testkit::pdf("thu");
        for bad in [b"<html>".as_slice(), locked, &whole[..whole.len() / 2]] {
            assert_eq!(counter.upload(path, &[], &[("tep", "a.pdf", bad)]).await.status, 422);
        }
        let yes = counter.upload(path, &[], &[("tep", "ket-qua.pdf", &testkit::pdf("thu"))]).await;
        assert_eq!(yes.status, 303, "{}", yes.text);
        assert_eq!(site.text("select sha256 from result").len(), 64);
        let secret = site.text("select secret from dossier_person");
        let dossier = site.text("select code from dossier");
        let file = format!("/ho-so/{dossier}/ket-qua/1");
        assert_eq!(site.browser().get(&file).await.status, 404, "without the secret");
        let mut citizen = site.browser();
        citizen.get(&format!("/ho-so/{dossier}?ma={secret}")).await;
        assert!(citizen.get(&format!("/ho-so/{dossier}")).await.text.contains(&file));
        let got = citizen.get(&file).await;
        assert_eq!((got.status, got.media_type.as_str()), (200, "application/pdf"));
        assert_eq!(site.text("select channel from result_handover"), "online");
        // Whoever hands results over reads it on the dossier, in its history, on his first page and in the register.
        let page = counter.get("/co-quan/ho-so/1").await.text;
        assert!(page.contains("Người dân đã tải bản điện tử lúc"), "{page}");
        assert!(page.contains("Tải bản điện tử</") && page.contains("Người nộp, qua cổng"), "{page}");
        for list in ["/co-quan", "/co-quan/ho-so?nhom=co-ket-qua", "/co-quan/ket-qua?trang-thai=cho"] {
            let page = counter.get(list).await.text;
            assert!(page.contains("đã tải bản điện tử"), "{list}: {page}");
        }
        // Closing it takes no word of his own.
        let step = counter.get("/co-quan/ho-so/1/tra-ket-qua").await.text;
        assert!(step.contains("value=\"online\" selected") && step.contains(">Đã nhận bản điện tử</textarea>"), "{step}");
        // What nobody has looked through yet is not downloaded.
        site.given("update dossier_file set scan = 'waiting'", &[]);
        assert_eq!(citizen.get(&file).await.status, 404, "not looked through");
        site.given("update dossier_file set scan = 'clean'", &[]);
        site.given("update dossier set state = replace(state, '\"financial\":\"not_required\"', '\"financial\":\"due\"')", &[]);
        assert_eq!(citizen.get(&file).await.status, 404, "the fee is owed");
    }

    async fn results_from_before_the_register_are_filled_in(site) {
        issued(&site).await;
        take(&mut site.signed_in("quay"), "tra-ket-qua", &[("nguoi-nhan", "applicant"), ("cach-tra", "counter")]).await;
        site.given("delete from result", &[]);
        assert!(site.run_jobs().await > 0);
        assert_eq!(site.text("select number from result"), "15/UBND");
        assert_eq!(site.text("select issued_on from result"), "2026-01-08");
        assert_eq!(site.count("select count(*) from result where collected_ms is not null"), 1);
    }

    async fn who_took_a_result_is_erased_with_the_people_of_its_dossier(site) {
        issued(&site).await;
        site.signed_in("quay").post("/co-quan/ket-qua/1/giao", &SIGNED).await;
        site.run(|tx| crate::results::facts::erase(tx, domain::ids::DossierId(1)));
        assert_eq!(site.count("select count(*) from result_handover where signature = ''"), 1);
        assert_eq!(site.text("select collector from result_handover"), "(đã xóa)");
        assert_eq!(site.count("select count(*) from result"), 1);
    }
}
