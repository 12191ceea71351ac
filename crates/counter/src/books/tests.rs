//! Books, through the front door, on both databases.

use domain::{access::Role, books::Values, ids::UnitId};
use jiff::civil::date;
use site::Failure;
use store::{Fault, Stamp};
use testkit::{Browser, TestSite, on_both_engines};

use super::keep::{self, Draft};

mod at_once;
mod declared;

/// Two communes of one district, each with a one-stop shop.
pub(crate) fn given_two_communes(site: &TestSite) {
    site.given_two_communes();
    site.run(|tx| {
        citizen::procedures::facts::seed(tx, date(2019, 1, 1))?;
        citizen::fees::facts::open_book(tx, UnitId(3), "PS/26P", 1, 9_999)
    });
    site.given_people(&[
        ("thuly", Role::Specialist, 2),
        ("vanthu", Role::Clerk, 2),
        ("quay", Role::CounterOfficial, 3),
        ("truong", Role::UnitHead, 2),
        ("ky", Role::Leader, 2),
        ("kiemtra", Role::Auditor, 1),
        ("quay-khac", Role::CounterOfficial, 4),
        ("lanhdao-huyen", Role::Leader, 1),
        ("quantri", Role::Administrator, 1),
    ]);
}

/// A token as forms carry it.
const TOKEN: &str = "0123456789abcdef0123456789abcdef";

/// A copy that was certified: 3 pages, twice.
fn copy<'a>(name: &'a str, token: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![
        ("loai", "ban-sao"),
        ("don-vi", "2"),
        ("lan-gui", token),
        ("ngay-ghi", "8/1/2026"),
        ("c-nguoi-yeu-cau", name),
        ("c-giay-to", "Bằng tốt nghiệp đại học"),
        ("c-nguoi-ky", "Hồ Văn Chủ, Chủ tịch UBND xã"),
        ("c-so-ban", "2"),
        ("c-so-trang", "3"),
    ]
}

/// The token that a form which is shown again carries.
pub(crate) fn token_of(page: &str) -> String {
    let at = page.split("name=\"lan-gui\" value=\"").nth(1).expect("a token");
    at.split('"').next().expect("its end").to_owned()
}

fn without<'a>(fields: &[(&'a str, &'a str)], name: &str) -> Vec<(&'a str, &'a str)> {
    fields.iter().copied().filter(|(it, _)| *it != name).collect()
}

async fn entered(browser: &mut Browser<'_>, name: &str) {
    let done = browser.post("/co-quan/so/ghi", &copy(name, &site::form::new_token())).await;
    assert_eq!(done.status, 303, "{}", done.text);
}

fn draft(name: &str) -> Draft {
    let values: Values = [
        ("nguoi-yeu-cau", name),
        ("giay-to", "Căn cước công dân"),
        ("nguoi-ky", "Hồ Văn Chủ"),
        ("so-ban", "1"),
        ("so-trang", "1"),
    ]
    .map(|(key, text)| (key.to_owned(), text.to_owned()))
    .into();
    Draft {
        body: UnitId(2),
        kind: "ban-sao".into(),
        on: date(2026, 1, 8),
        why_late: String::new(),
        values,
        dossier: None,
    }
}

on_both_engines! { citizen::routes().and(crate::routes());
    async fn a_form_sent_again_with_other_words_is_not_taken_for_the_first(site) {
        given_two_communes(&site);
        let mut quay = site.signed_in("quay");
        let first = quay.post("/co-quan/so/ghi", &copy("Nguyễn Thị Trước", TOKEN)).await;
        let first = first.location.unwrap();
        let twice = quay.post("/co-quan/so/ghi", &copy("Nguyễn Thị Trước", TOKEN)).await;
        assert_eq!(twice.location.as_deref(), Some(first.as_str()));
        let other = quay.post("/co-quan/so/ghi", &copy("Trần Văn Sau", TOKEN)).await;
        assert_eq!(other.status, 422);
        assert!(other.text.contains("value=\"Trần Văn Sau\"") && other.text.contains("đã lưu một lần"));
        assert!(other.text.contains(&format!("href=\"{first}\"")), "{}", other.text);
        assert_eq!(site.count("select count(*) from book_entry"), 1);
        let token = token_of(&other.text);
        assert_ne!(token, TOKEN);
        let second = quay.post("/co-quan/so/ghi", &copy("Trần Văn Sau", &token)).await;
        assert_eq!(second.status, 303, "{}", second.text);
        assert_ne!(second.location.unwrap(), first);
        assert_eq!(site.count("select count(*) from book_entry"), 2);
        // The token is this account's and this form's: with another one it says nothing.
        let mut head = site.signed_in("truong");
        let theirs = head.post("/co-quan/so/ghi", &copy("Nguyễn Thị Trước", TOKEN)).await;
        assert_ne!(theirs.location.as_deref(), Some(first.as_str()));
    }

    async fn an_entry_is_numbered_priced_found_and_printed(site) {
        given_two_communes(&site);
        let mut quay = site.signed_in("quay");
        let form = quay.get("/co-quan/so/ghi?loai=ban-sao&don-vi=2").await;
        assert_eq!(form.status, 200, "{}", form.text);
        assert!(form.text.contains("Họ tên của người yêu cầu chứng thực"));
        let token = "f".repeat(32);
        for _ in 0..2 {
            let done = quay.post("/co-quan/so/ghi", &copy("Đặng Thị Ước", &token)).await;
            assert_eq!(done.location.as_deref(), Some("/co-quan/so/muc/1?moi=1"), "{}", done.text);
        }
        assert_eq!(site.count("select count(*) from book_entry"), 1, "a second click");
        // 3 pages: 2 × 2.000 + 1.000; two copies.
        assert_eq!(site.count("select fee from book_entry"), 10_000);
        entered(&mut quay, "Lê Văn Khác").await;
        assert_eq!(site.count("select number from book_entry where person = 'Lê Văn Khác'"), 2);
        let page = quay.get("/co-quan/so/1").await.text;
        assert!(page.contains("01/2026-SCT/BS") && page.contains("10.000 đ"), "{page}");
        for q in ["dang uoc", "Ước", "1", "bang tot nghiep"] {
            let found = quay.get(&format!("/co-quan/so/1?q={}", site::percent(q))).await.text;
            assert!(found.contains("Đặng Thị Ước"), "{q}: {found}");
        }
        let found = quay.get("/co-quan/so/muc?q=uoc&loai=ban-sao&nam=2026").await.text;
        assert!(found.contains("Đặng Thị Ước") && !found.contains("Lê Văn Khác"));
        assert!(quay.get("/co-quan/so/1?tu=9/1/2026").await.text.contains("Không có mục nào khớp"));
        let paper = quay.get("/co-quan/so/1/in").await;
        assert_eq!((paper.status, paper.media_type.as_str()), (200, "application/pdf"));
        assert!(quay.get("/co-quan/so/muc/1/trich-luc").await.bytes.starts_with(b"%PDF-"));
        for path in ["/co-quan/so/xuat?so=1&q=uoc", "/co-quan/so/xuat?q=uoc"] {
            let book = quay.get(path).await;
            assert!(book.status == 200 && book.bytes.starts_with(b"PK"), "{path}: {}", book.text);
        }
        let printed = site.count("select count(*) from journal where act = 'print'");
        assert_eq!(printed, 3, "what left the program is written down");
        assert_eq!(site.count("select count(*) from journal where details like '%Ước%'"), 0);
        assert!(site.run(crate::books::facts::unsound).is_empty());
    }

    async fn what_is_wrong_is_said_beside_its_field_and_takes_no_number(site) {
        given_two_communes(&site);
        let mut quay = site.signed_in("quay");
        for (name, value, what) in [
            ("c-nguoi-yeu-cau", "", "Chưa nhập nội dung này."),
            ("c-so-ban", "0", "Nhập một số từ 1 đến 9999."),
            ("c-le-phi", "năm nghìn", "Nhập số tiền từ 0"),
            ("ngay-ghi", "9/1/2026", "không sau hôm nay"),
            ("ngay-ghi", "31/12/2025", "phải thuộc năm 2026"),
            ("ngay-ghi", "mai", "Nhập ngày theo dạng"),
        ] {
            let mut fields = without(&copy("Nguyễn Thị Thử", TOKEN), name);
            fields.push((name, value));
            let answer = quay.post("/co-quan/so/ghi", &fields).await;
            assert_eq!(answer.status, 422, "{name}");
            assert!(answer.text.contains(what), "{name}: {}", answer.text);
            assert!(answer.text.contains("Bằng tốt nghiệp đại học"), "what was typed is kept");
        }
        entered(&mut quay, "Nguyễn Thị Thử").await;
        assert_eq!(site.count("select number from book_entry"), 1, "no number was lost");
        // Numbers follow the days: what comes late needs a reason, which stands in the margin.
        site.set_clock(date(2026, 1, 9).at(9, 0, 0, 0));
        let mut quay = site.signed_in("quay");
        let mut late = without(&copy("Nguyễn Thị Thử", TOKEN), "ngay-ghi");
        late.push(("ngay-ghi", "7/1/2026"));
        let refused = quay.post("/co-quan/so/ghi", &late).await;
        assert!(refused.status == 422 && refused.text.contains("Sổ đã có mục ngày 08/01/2026"));
        late.push(("ly-do-muon", "mất điện"));
        assert_eq!(quay.post("/co-quan/so/ghi", &late).await.status, 303);
        assert!(quay.get("/co-quan/so/muc/2").await.text.contains("Ghi bổ sung: mất điện"));
    }

    async fn nothing_is_overwritten_and_no_number_is_used_again(site) {
        given_two_communes(&site);
        let mut quay = site.signed_in("quay");
        entered(&mut quay, "Nguyễn Thị Thừ").await;
        let mut fields = without(&copy("Nguyễn Thị Thử", TOKEN), "c-so-ban");
        fields.extend([("c-so-ban", "3"), ("c-le-phi", "15.000"), ("an-ban", "1")]);
        let path = "/co-quan/so/muc/1/dinh-chinh";
        assert!(quay.get(path).await.text.contains("value=\"Nguyễn Thị Thừ\""));
        assert_eq!(quay.post(path, &fields).await.status, 422, "without a reason");
        fields.push(("ly-do", "ghi sai dấu tên"));
        assert_eq!(quay.post(path, &fields).await.status, 303);
        let stale = quay.post(path, &fields).await;
        assert_eq!(stale.status, 422, "an older screen");
        let page = quay.get("/co-quan/so/muc/1").await.text;
        assert!(page.contains("“Nguyễn Thị Thừ” thành “Nguyễn Thị Thử”; Số bản"), "{page}");
        assert!(site.text("select original from book_entry").contains("Thừ"));
        // Found by what stands and by what stood.
        for q in ["Thử", "Thừ"] {
            let found = quay.get(&format!("/co-quan/so/muc?q={}", site::percent(q))).await.text;
            assert!(found.contains("Nguyễn Thị Thử"));
        }
        assert_eq!(quay.post("/co-quan/so/muc/1/huy", &[("an-ban", "2")]).await.status, 422);
        let gone = [("an-ban", "2"), ("ly-do", "in nhầm")];
        assert_eq!(quay.post("/co-quan/so/muc/1/huy", &gone).await.status, 303);
        assert_eq!(quay.get(path).await.status, 200);
        let mut again = without(&fields, "an-ban");
        again.extend([("an-ban", "3"), ("c-giay-to", "Khác")]);
        assert_eq!(quay.post(path, &without(&again, "c-so-trang")).await.status, 422);
        let note = [("an-ban", "3"), ("ly-do", "Đã báo người yêu cầu")];
        assert_eq!(quay.post("/co-quan/so/muc/1/ghi-chu", &note).await.status, 303);
        entered(&mut quay, "Lê Văn Sau").await;
        assert_eq!(site.count("select number from book_entry where id = 2"), 2);
        let list = quay.get("/co-quan/so/1?trang-thai=huy").await.text;
        assert!(list.contains("đã hủy") && !list.contains("Lê Văn Sau"), "{list}");
        assert!(site.run(crate::books::facts::unsound).is_empty());
        // Whoever edits a row behind the program's back is found.
        site.given("update book_entry set fields = original where id = 1", &[]);
        site.given("delete from book_word where entry = 2", &[]);
        site.given("delete from book_entry where id = 2", &[]);
        assert_eq!(site.run(crate::books::facts::unsound).len(), 2);
    }

    async fn a_book_is_closed_at_the_end_of_its_year_and_the_next_opens_by_itself(site) {
        given_two_communes(&site);
        let mut quay = site.signed_in("quay");
        entered(&mut quay, "Nguyễn Thị Thử").await;
        entered(&mut quay, "Trần Văn Thử").await;
        quay.post("/co-quan/so/muc/2/huy", &[("an-ban", "1"), ("ly-do", "trùng")]).await;
        assert_eq!(quay.get("/co-quan/so/1/khoa").await.status, 403, "a counter official");
        let mut head = site.signed_in("truong");
        assert!(head.get("/co-quan/so/1/khoa").await.text.contains("chỉ khóa từ ngày 31/12/2026"));
        let name = [("ten-so", "Sổ chứng thực bản sao từ bản chính năm 2026")];
        assert_eq!(head.post("/co-quan/so/1/khoa", &name).await.status, 422, "too early");
        site.set_clock(date(2026, 12, 31).at(16, 30, 0, 0));
        let mut head = site.signed_in("truong");
        let page = head.get("/co-quan/so/1/khoa").await.text;
        assert!(page.contains("Sổ này gồm 2 (hai) trường hợp, từ số 01 đến số 02, trong đó có 1 trường hợp đã hủy; tổng số bản: 2; tổng số phí: 10.000 đ"), "{page}");
        let wrong = head.post("/co-quan/so/1/khoa", &[("ten-so", "Sổ chữ ký")]).await;
        assert!(wrong.status == 422 && wrong.text.contains("Gõ đúng tên sổ"));
        assert_eq!(head.post("/co-quan/so/1/khoa", &name).await.status, 303);
        assert_eq!(head.post("/co-quan/so/1/khoa", &name).await.status, 422, "once");
        assert_eq!(head.get("/co-quan/so/1/in").await.status, 200);
        let mut quay = site.signed_in("quay");
        let mut late = without(&copy("Lê Văn Muộn", TOKEN), "ngay-ghi");
        late.push(("ngay-ghi", "31/12/2026"));
        let refused = quay.post("/co-quan/so/ghi", &late).await;
        assert_eq!(refused.status, 422);
        assert!(refused.text.contains("đã khóa ngày 31/12/2026 với 2 trường hợp"), "{}", refused.text);
        // What came later is still written into the margin; the sums stand.
        let note = [("an-ban", "1"), ("ly-do", "Bản sao bị thu hồi theo QĐ 5")];
        assert_eq!(quay.post("/co-quan/so/muc/1/ghi-chu", &note).await.status, 303);
        let gone = [("an-ban", "2"), ("ly-do", "nhầm")];
        assert_eq!(quay.post("/co-quan/so/muc/1/huy", &gone).await.status, 422);
        site.set_clock(date(2027, 1, 4).at(8, 0, 0, 0));
        let mut quay = site.signed_in("quay");
        let mut new = without(&copy("Lê Văn Mới", TOKEN), "ngay-ghi");
        new.push(("ngay-ghi", "4/1/2027"));
        assert_eq!(quay.post("/co-quan/so/ghi", &new).await.status, 303);
        assert_eq!(site.count("select number from book_entry where person = 'Lê Văn Mới'"), 1);
        assert_eq!(site.text("select closed_on from book where year = 2026"), "2026-12-31");
    }

    async fn a_full_volume_is_followed_by_the_next_and_numbers_go_on(site) {
        given_two_communes(&site);
        let mut quay = site.signed_in("quay");
        let path = "/co-quan/so/1/quyen-moi";
        let fields = [("lan-gui", TOKEN), ("quyen", "2")];
        site.signed_in("truong").post("/co-quan/so/mo", &[("loai", "ban-sao"), ("don-vi", "2")]).await;
        let empty = quay.get(path).await.text;
        assert!(empty.contains("chưa có mục nào") && !empty.contains("name=\"lan-gui\""), "{empty}");
        let empty = quay.post(path, &fields).await;
        assert!(empty.status == 422 && empty.text.contains("chưa có mục nào"), "{}", empty.text);
        entered(&mut quay, "Nguyễn Thị Thử").await;
        for old in [vec![], vec![("quyen", "2")], vec![("lan-gui", "x"), ("quyen", "2")], vec![("lan-gui", TOKEN)]] {
            let told = quay.post(path, &old).await;
            assert!(told.status == 422 && told.text.contains("Biểu mẫu đã cũ"), "{}", told.text);
        }
        assert_eq!(site.count("select volume from book"), 1);
        let page = quay.get(path).await.text;
        assert!(page.contains("Sổ chứng thực bản sao từ bản chính năm 2026: sang quyển số 02/2026-SCT/BS?"), "{page}");
        let token = token_of(&page);
        let fields = [("lan-gui", token.as_str()), ("quyen", "2")];
        for _ in 0..2 {
            let next = quay.post(path, &fields).await;
            assert_eq!((next.status, next.location.as_deref()), (303, Some("/co-quan/so/1")), "{}", next.text);
        }
        assert_eq!(site.count("select volume from book"), 2, "a second click");
        assert_eq!(quay.post(path, &[("lan-gui", TOKEN), ("quyen", "2")]).await.status, 422, "an older screen");
        assert_eq!(quay.post(path, &[("lan-gui", TOKEN), ("quyen", "3")]).await.status, 422, "nothing in it yet");
        assert_eq!(site.count("select count(*) from journal where act = 'new_volume'"), 1);
        entered(&mut quay, "Trần Văn Thử").await;
        assert_eq!(site.count("select number * 100 + volume from book_entry where id = 2"), 202);
        assert!(quay.get("/co-quan/so/muc/2").await.text.contains("02/2026-SCT/BS"));
    }

    async fn a_form_without_its_token_or_for_no_book_of_his_writes_nothing(site) {
        given_two_communes(&site);
        let mut quay = site.signed_in("quay");
        for token in ["", "t1", "0123456789abcdef0123456789abcdeg"] {
            let old = quay.post("/co-quan/so/ghi", &copy("Nguyễn Thị Thử", token)).await;
            assert!(old.status == 422 && old.text.contains("Biểu mẫu đã cũ"), "{token}: {}", old.text);
            assert!(old.text.contains("Bằng tốt nghiệp đại học"), "what was typed is kept");
            assert_eq!(token_of(&old.text).len(), 32, "the form that is shown again is a fresh one");
        }
        let old = quay.post("/co-quan/so/ghi", &without(&copy("Nguyễn Thị Thử", ""), "lan-gui")).await;
        assert!(old.status == 422 && old.text.contains("Biểu mẫu đã cũ"), "{}", old.text);
        for unit in ["9e18", "9000000000000000000", "99999999999999999999", "-1", "Phú Sơn", "4", "1", "999", ""] {
            let mut fields = without(&copy("Nguyễn Thị Thử", TOKEN), "don-vi");
            fields.push(("don-vi", unit));
            assert_eq!(quay.post("/co-quan/so/ghi", &fields).await.status, 404, "{unit}");
            if !unit.is_empty() {
                let form = format!("/co-quan/so/ghi?loai=ban-sao&don-vi={}", site::percent(unit));
                assert_eq!(quay.get(&form).await.status, 404, "{unit}");
            }
        }
        let mut fields = copy("Nguyễn Thị Thử", TOKEN);
        fields.push(("ho-so", "x"));
        assert_eq!(quay.post("/co-quan/so/ghi", &fields).await.status, 404);
        assert_eq!(site.count("select count(*) from book_entry"), 0);
    }

    async fn an_entry_is_struck_by_who_wrote_it_or_answers_for_the_book(site) {
        given_two_communes(&site);
        site.given_staff("quay2", Role::CounterOfficial, 3, "Công chức");
        let mut quay = site.signed_in("quay");
        for name in ["Người Một", "Người Hai", "Người Ba"] {
            entered(&mut quay, name).await;
        }
        let gone = [("an-ban", "1"), ("ly-do", "in nhầm")];
        let (form, door) = ("/co-quan/so/muc/1/huy", "href=\"/co-quan/so/muc/1/huy\"");
        for (login, status) in [("quay2", 403), ("kiemtra", 403), ("lanhdao-huyen", 403), ("quay-khac", 404)] {
            let mut other = site.signed_in(login);
            assert!(!other.get("/co-quan/so/muc/1").await.text.contains(door), "{login}");
            assert_eq!(other.get(form).await.status, status, "{login}");
            assert_eq!(other.post(form, &gone).await.status, status, "{login}");
        }
        assert_eq!(site.count("select count(*) from book_entry where state = 'cancelled'"), 0);
        for (login, id) in [("quay", 1), ("truong", 2), ("ky", 3)] {
            let mut his = site.signed_in(login);
            let path = format!("/co-quan/so/muc/{id}/huy");
            let page = his.get(&format!("/co-quan/so/muc/{id}")).await.text;
            assert!(page.contains(&format!("href=\"{path}\"")), "{login}: {page}");
            assert_eq!(his.get(&path).await.status, 200, "{login}");
            for old in [vec![("ly-do", "in nhầm")], vec![("ly-do", "in nhầm"), ("an-ban", "x")]] {
                let told = his.post(&path, &old).await;
                assert!(told.status == 422 && told.text.contains("Hãy mở lại trang rồi làm lại."), "{}", told.text);
                assert!(!told.text.contains("Nhập một số"), "{}", told.text);
            }
            assert_eq!(his.post(&path, &gone).await.status, 303, "{login}");
        }
        assert_eq!(site.count("select count(*) from book_entry where state = 'cancelled'"), 3);
    }

    async fn writers_at_once_get_numbers_without_gaps(site) {
        given_two_communes(&site);
        let db = site.db.clone();
        let now = site.now();
        let write = move |name: String, fails: bool| {
            let db = db.clone();
            tokio::task::spawn_blocking(move || {
                db.write_blocking(Stamp::of_program(now, "test"), |tx| {
                    keep::enter(tx, &draft(&name))?.unwrap();
                    // Whoever turns back after his number was taken leaves no gap.
                    if fails { Err(Failure::Fault(Fault::Broken("turned back".into()))) } else { Ok(()) }
                })
            })
        };
        let tasks: Vec<_> = (0..24).map(|n| write(format!("Người {n}"), n % 4 == 3)).collect();
        let mut kept = 0;
        for task in tasks {
            kept += i64::from(task.await.unwrap().is_ok());
        }
        assert_eq!(kept, 18);
        assert_eq!(site.count("select count(*) from book"), 1);
        assert_eq!(site.count("select count(distinct number) from book_entry"), 18);
        assert_eq!(site.count("select max(number) from book_entry"), 18);
        assert!(site.run(crate::books::facts::unsound).is_empty());
    }

    async fn strangers_find_nothing_and_those_above_see_but_do_not_write(site) {
        given_two_communes(&site);
        let mut quay = site.signed_in("quay");
        entered(&mut quay, "Nguyễn Thị Thử").await;
        let mut other = site.signed_in("quay-khac");
        for path in ["/co-quan/so/1", "/co-quan/so/1/in", "/co-quan/so/muc/1",
            "/co-quan/so/muc/1/trich-luc", "/co-quan/so/muc/1/dinh-chinh",
            "/co-quan/so/ghi?loai=ban-sao&don-vi=2", "/co-quan/so/ghi?loai=nothing"] {
            assert_eq!(other.get(path).await.status, 404, "{path}");
        }
        assert!(!other.get("/co-quan/so/muc?q=thu").await.text.contains("Nguyễn Thị Thử"));
        assert!(!other.get("/co-quan/so/xuat").await.text.contains("Nguyễn Thị Thử"));
        assert_eq!(other.post("/co-quan/so/ghi", &copy("Kẻ Lạ", TOKEN)).await.status, 404);
        let reason = [("an-ban", "1"), ("ly-do", "x")];
        for path in ["/co-quan/so/muc/1/huy", "/co-quan/so/muc/1/ghi-chu"] {
            assert_eq!(other.post(path, &reason).await.status, 404, "{path}");
        }
        assert_eq!(other.post("/co-quan/so/1/quyen-moi", &[]).await.status, 404);
        let mut above = site.signed_in("lanhdao-huyen");
        assert_eq!(above.get("/co-quan/so/1").await.status, 200);
        assert_eq!(above.get("/co-quan/so/1/khoa").await.status, 404, "not his own book");
        let open = [("loai", "chu-ky"), ("don-vi", "2")];
        assert_eq!(above.post("/co-quan/so/mo", &open).await.status, 404);
        assert_eq!(site.signed_in("truong").post("/co-quan/so/mo", &open).await.status, 303);
        assert_eq!(site.count("select count(*) from book"), 2);
    }

    async fn looks_into_peoples_lives_are_written_down(site) {
        given_two_communes(&site);
        let mut quay = site.signed_in("quay");
        let birth = [
            ("loai", "khai-sinh"), ("don-vi", "2"), ("ngay-ghi", "8/1/2026"),
            ("c-ho-ten", "Nguyễn An Bình"), ("c-gioi-tinh", "Nam"), ("c-ngay-sinh", "1/1/2026"),
            ("c-noi-sinh", "Trạm y tế xã"), ("c-dan-toc", "Kinh"), ("c-quoc-tich", "Việt Nam"),
            ("c-nguoi-di-khai", "Nguyễn Văn Cha"), ("c-loai", "Đăng ký đúng hạn"),
            ("c-nguoi-ky", "Hồ Văn Chủ"), ("lan-gui", TOKEN),
        ];
        let done = quay.post("/co-quan/so/ghi", &birth).await;
        assert_eq!(done.status, 303, "{}", done.text);
        quay.get("/co-quan/so/muc/1").await;
        let looks = || site.count("select count(*) from journal where act = 'look'");
        assert_eq!(looks(), 0, "his own");
        let mut auditor = site.signed_in("kiemtra");
        assert!(auditor.get("/co-quan/so/muc/1").await.text.contains("01/01/2026"));
        auditor.get("/co-quan/so/1").await;
        auditor.get("/co-quan/so/muc?q=binh").await;
        assert_eq!(looks(), 3);
        assert_eq!(auditor.get("/co-quan/so/muc/1/huy").await.status, 403);
    }

    async fn a_birth_is_not_numbered_before_its_entry_unless_somebody_says_so(site) {
        given_two_communes(&site);
        let fields = [
            ("thu-tuc", "1.001193"), ("lan", TOKEN), ("viec", "nhan"), ("ho-ten", "Nguyễn Thị Thử"),
            ("dien-thoai", "0912345678"), ("kenh", "direct"), ("nhan-ket-qua", "counter"),
            ("co-1", "1"), ("so-1", "1"),
        ];
        let mut quay = site.signed_in("quay");
        let done = quay.post("/co-quan/ho-so/moi", &fields).await;
        assert_eq!(done.status, 303, "{}", done.text);
        assert!(!quay.get("/co-quan/ho-so/1").await.text.contains("Chưa ghi vào sổ"), "not signed yet");
        for (login, step, fields) in [
            ("quay", "chuyen", vec![("don-vi", "2")]),
            ("thuly", "thu-ly", vec![]),
            ("thuly", "trinh-ky", vec![]),
        ] {
            let done = site.signed_in(login).post(&format!("/co-quan/ho-so/1/{step}"), &fields).await;
            assert_eq!(done.status, 303, "{step}: {}", done.text);
        }
        // Whoever signs sees that nothing is there, and the officer has the way to do it.
        let page = site.signed_in("ky").get("/co-quan/ho-so/1").await.text;
        assert!(page.contains("Chưa ghi vào sổ đăng ký khai sinh."), "{page}");
        assert!(page.contains("chưa có tệp dự thảo hoặc kết quả nào"), "{page}");
        let page = site.signed_in("thuly").get("/co-quan/ho-so/1").await.text;
        assert!(page.contains("<a href=\"/co-quan/so/ghi?ho-so=1\">Ghi sổ</a>"), "{page}");
        assert_eq!(site.signed_in("ky").post("/co-quan/ho-so/1/ky", &[]).await.status, 303);
        let mut clerk = site.signed_in("vanthu");
        let path = "/co-quan/ho-so/1/cap-so";
        let form = clerk.get(path).await.text;
        assert!(form.contains("Chưa ghi vào sổ") && form.contains("name=\"van-ban-hanh\""), "{form}");
        let refused = clerk.post(path, &[("so-van-ban", "01/2026")]).await;
        assert_eq!(refused.status, 422);
        assert!(refused.text.contains("id=\"van-ban-hanh-mistake\"") && refused.text.contains("01/2026"), "{}", refused.text);
        assert_eq!(site.text("select status from dossier"), "to_number");
        let all_the_same = [("so-van-ban", "01/2026"), ("van-ban-hanh", "1")];
        assert_eq!(clerk.post(path, &all_the_same).await.status, 303);
        assert!(clerk.get("/co-quan/ho-so/1").await.text.contains("Vẫn cấp số khi chưa ghi sổ."), "it leaves a trace");
        // It went out, and is missed until it is entered.
        assert!(quay.get("/co-quan/ho-so/1").await.text.contains("Chưa ghi vào sổ"));
        assert_eq!(clerk.post("/co-quan/ho-so/1/hoan-tac", &[]).await.status, 303);
        let entry = [
            ("loai", "khai-sinh"), ("ho-so", "1"), ("lan-gui", TOKEN), ("ngay-ghi", "8/1/2026"),
            ("c-ho-ten", "Nguyễn Văn Bé"), ("c-gioi-tinh", "Nam"), ("c-ngay-sinh", "2/1/2026"),
            ("c-noi-sinh", "Trạm y tế xã Phú Sơn"), ("c-dan-toc", "Kinh"), ("c-quoc-tich", "Việt Nam"),
            ("c-nguoi-di-khai", "Nguyễn Thị Thử"), ("c-loai", "Đăng ký đúng hạn"),
            ("c-nguoi-ky", "Hồ Văn Chủ, Chủ tịch UBND xã"),
        ];
        let entered = site.signed_in("thuly").post("/co-quan/so/ghi", &entry).await;
        assert_eq!(entered.status, 303, "{}", entered.text);
        assert!(!quay.get("/co-quan/ho-so/1").await.text.contains("Chưa ghi vào sổ"));
        // The entry's number is the paper's.
        assert!(clerk.get(path).await.text.contains("value=\"01/2026\""));
        assert_eq!(clerk.post(path, &[("so-van-ban", "01/2026")]).await.status, 303);
    }

    async fn what_the_fee_was_counted_by_stands_in_the_book_and_its_number_on_the_paper(site) {
        given_two_communes(&site);
        let rate = site.run(|tx| {
            let rate = domain::fees::Rate {
                name: "Phí chứng thực".into(),
                kind: domain::fees::FeeKind::Charge,
                channel: None,
                amount: domain::money::Dong(2_000),
                unit: "trang".into(),
                beyond: Some(domain::fees::Beyond { after: 2, amount: domain::money::Dong(1_000) }),
                cap: Some(domain::money::Dong(200_000)),
                basis: String::new(),
            };
            citizen::fees::facts::add_rate(tx, "2.000815", &rate, jiff::civil::date(2019, 1, 1))
        });
        let (pages, copies) = (format!("phi-{rate}"), format!("phi-ban-{rate}"));
        let mut quay = site.signed_in("quay");
        let fields = [
            ("thu-tuc", "2.000815"), ("lan", TOKEN), ("viec", "nhan"), ("ho-ten", "Lê Thị Thử"),
            ("dien-thoai", "0912345678"), ("kenh", "direct"), ("nhan-ket-qua", "counter"),
            ("co-1", "1"), ("so-1", "1"), (pages.as_str(), "5"), (copies.as_str(), "3"),
        ];
        let done = quay.post("/co-quan/ho-so/moi", &fields).await;
        assert_eq!(done.status, 303, "{}", done.text);
        let form = quay.get("/co-quan/so/ghi?ho-so=1").await.text;
        let shows = |name: &str, value: &str| {
            let field = form.split(&format!("name=\"c-{name}\"")).nth(1).unwrap();
            field.split('>').next().unwrap().contains(&format!("value=\"{value}\""))
        };
        assert!(shows("so-ban", "3") && shows("so-trang", "5"), "{form}");
        assert!(shows("le-phi", "21.000"), "{form}");
        let mut entry = without(&copy("Lê Thị Thử", TOKEN), "don-vi");
        entry.push(("ho-so", "1"));
        let at_once = quay.get("/co-quan/ho-so/1/giai-quyet-ngay").await.text;
        assert!(!at_once.contains("name=\"so-van-ban\"") && at_once.contains("<b>01</b>"), "{at_once}");
        assert!(at_once.contains("name=\"c-so-trang\" type=\"text\" value=\"5\""), "{at_once}");
        assert_eq!(quay.post("/co-quan/so/ghi", &entry).await.status, 303);
        // What was written by hand before is the entry: nothing is asked for and no second one is made.
        let at_once = quay.get("/co-quan/ho-so/1/giai-quyet-ngay").await.text;
        assert!(at_once.contains("<b>01</b>") && !at_once.contains("c-so-trang"), "{at_once}");
        let signer = site.text("select cast(id as text) from staff where name = 'ky'");
        let done = quay.post("/co-quan/ho-so/1/giai-quyet-ngay", &[("can-bo", signer.as_str())]).await;
        assert_eq!(done.status, 303, "{}", done.text);
        assert_eq!(site.text("select number from result"), "01");
        assert_eq!(site.count("select count(*) from book_entry"), 1);
    }

    async fn a_registration_made_again_is_proposed_as_what_it_is(site) {
        given_two_communes(&site);
        let mut quay = site.signed_in("quay");
        for (id, procedure, said) in [(1, "1.001193", "Đăng ký đúng hạn"), (2, "1.004884", "Đăng ký lại")] {
            let token = format!("{id:032}");
            let days = if id == 1 { "" } else { "5" };
            let fields = [
                ("thu-tuc", procedure), ("lan", &*token), ("viec", "nhan"), ("ho-ten", "Nguyễn Thị Thử"),
                ("dien-thoai", "0912345678"), ("kenh", "direct"), ("nhan-ket-qua", "counter"), ("so-ngay", days),
                ("co-1", "1"), ("so-1", "1"), ("co-2", "1"), ("so-2", "1"), ("co-3", "1"), ("so-3", "1"),
                ("khong-thu", "1"), ("ly-do-phi", "HĐND tỉnh chưa quy định mức thu"),
            ];
            let done = quay.post("/co-quan/ho-so/moi", &fields).await;
            assert_eq!(done.status, 303, "{}", done.text);
            let form = quay.get(&format!("/co-quan/so/ghi?ho-so={id}")).await.text;
            let field = form.split("name=\"c-loai\"").nth(1).unwrap().split('>').next().unwrap();
            assert!(field.contains(&format!("value=\"{said}\"")), "{procedure}: {field}");
        }
    }

    async fn a_dossier_leads_to_its_entry_and_keeps_it_when_its_people_are_erased(site) {
        given_two_communes(&site);
        let signer = site.text("select cast(id as text) from staff where name = 'ky'");
        let mut quay = site.signed_in("quay");
        let fields = [
            ("thu-tuc", "2.000815"), ("lan", "0123456789abcdef0123456789abcdef"), ("viec", "ngay"),
            ("ho-ten", "Lê Thị Thử"), ("dien-thoai", "0912345678"), ("kenh", "direct"),
            ("nhan-ket-qua", "counter"), ("co-1", "1"), ("so-1", "3"), ("nguoi-ky", signer.as_str()),
            ("so-van-ban", "15"), ("le-phi", "6.000"), ("ly-do-phi", "3 bản sao"),
        ];
        let mut with_book = fields.to_vec();
        with_book.extend([("c-giay-to", "Học bạ"), ("c-so-ban", "3"), ("c-so-trang", "2")]);
        let done = quay.post("/co-quan/ho-so/moi", &with_book).await;
        assert_eq!(done.status, 303, "{}", done.text);
        // As one that was settled before books gave the numbers.
        site.run(|tx| {
            tx.execute("delete from book_entry", &[])?;
            tx.execute("update book set last_number = 0, last_on = null", &[])
        });
        let page = quay.get("/co-quan/ho-so/1").await.text;
        assert!(page.contains("/co-quan/so/ghi?ho-so=1"), "{page}");
        assert!(page.contains("Chưa ghi vào sổ chứng thực bản sao từ bản chính."), "{page}");
        let form = quay.get("/co-quan/so/ghi?ho-so=1").await.text;
        assert!(form.contains("value=\"Lê Thị Thử\"") && form.contains("value=\"6.000\""), "{form}");
        assert!(form.contains("value=\"3\"") && form.contains("ky, Lãnh đạo ký duyệt"), "{form}");
        let mut entry = without(&copy("Lê Thị Thử", TOKEN), "don-vi");
        entry.push(("ho-so", "1"));
        assert_eq!(quay.post("/co-quan/so/ghi", &entry).await.status, 303);
        assert_eq!(site.count("select dossier from book_entry"), 1);
        let page = quay.get("/co-quan/ho-so/1").await.text;
        assert!(page.contains("Sổ chứng thực bản sao từ bản chính: số 01, năm 2026"), "{page}");
        assert!(quay.get("/co-quan/so/ghi?ho-so=1").await.text.contains("Hồ sơ này đã ghi"));
        let code = site.text("select code from dossier");
        let mut admin = site.signed_in("quantri");
        let wish = [("ma-ho-so", code.as_str()), ("ly-do", "Luật 91/2025")];
        let asked = admin.post("/co-quan/quan-tri/xoa-du-lieu", &wish).await;
        assert!(asked.text.contains("Vẫn lưu theo luật") && asked.text.contains("Lưu trữ vĩnh viễn"), "{}", asked.text);
        assert_eq!(site.signed_in("quay-khac").get("/co-quan/so/ghi?ho-so=1").await.status, 404);
    }
}
