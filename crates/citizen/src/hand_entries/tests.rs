//! Papers of a power cut, entered afterwards.

use jiff::civil::date;
use testkit::{TestSite, on_both_engines};

use super::Late;
use crate::dossiers::tests::{birth, given_two_communes};

const NEW: &str = "/co-quan/ho-so/moi";

/// The counter's form with what the paper says.
fn on_paper<'a>(
    once: &'a str,
    at: &'a str,
    number: &'a str,
    why: &'a str,
) -> Vec<(&'a str, &'a str)> {
    let mut fields = birth("Nguyễn Thị Thử", once);
    fields.extend([("giay-luc", at), ("giay-so", number), ("giay-ly-do", why), ("van-nhan", "1")]);
    fields
}

const A: &str = "a123456789abcdef0123456789abcdef";
const B: &str = "b123456789abcdef0123456789abcdef";
const C: &str = "c123456789abcdef0123456789abcdef";
const CUT: &str = "Mất điện cả ngày";

/// Thursday 8 January 2026 without power; it is Monday 12 January now.
fn given_a_power_cut(site: &TestSite) {
    given_two_communes(site);
    site.set_clock(date(2026, 1, 12).at(9, 0, 0, 0));
}

#[test]
fn what_comes_into_a_period_that_is_over_is_told() {
    let january = (date(2026, 1, 1), date(2026, 1, 31));
    let mut late = Late::default();
    assert_eq!(late.said(), "");
    late.count(date(2026, 1, 8), date(2026, 1, 12), january);
    assert!(!late.said().contains("đã kết thúc"), "{}", late.said());
    late.count(date(2026, 1, 30), date(2026, 2, 2), january);
    late.count(date(2025, 12, 31), date(2026, 1, 2), january);
    late.count(date(2025, 12, 30), date(2025, 12, 31), january);
    assert_eq!(late, Late { all: 4, after_end: 1, from_before: 1 });
    let said = late.said();
    assert!(said.contains("4 hồ sơ nhập bù") && said.contains("1 nhập sau khi kỳ này"), "{said}");
    assert!(said.contains("1 thuộc kỳ trước"), "{said}");
}

on_both_engines! { crate::routes();
    async fn a_paper_is_entered_from_its_true_moment_and_marked_and_confirmed(site) {
        given_a_power_cut(&site);
        let mut counter = site.signed_in("quay");
        let fields = on_paper(A, "09:30 08/01/2026", " P-017 ", CUT);
        let made = counter.post(NEW, &fields).await;
        assert_eq!(made.status, 303, "{}", made.text);
        // Its code, its clock and its date are those of that day.
        assert_eq!(site.text("select code from dossier"), "H41.99.40-260108-0001");
        assert_eq!(site.text("select received_at from dossier"), "2026-01-08T09:30:00");
        assert_eq!(site.text("select due_original_at from dossier"), "2026-01-08T17:00:00");
        assert_eq!(site.text("select receipt from hand_entry"), "P-017");
        let journal = "select count(*) from journal where subject = 'dossier' and act = 'enter_afterwards'";
        assert_eq!(site.count(journal), 1);
        assert_eq!(site.count("select count(*) from journal where details like '%Mất điện%'"), 0);
        let page = counter.get("/co-quan/ho-so/1").await.text;
        assert!(page.contains("Hồ sơ nhập bù") && page.contains("phiếu số P-017"), "{page}");
        assert!(page.contains(CUT) && page.contains("Chờ trưởng bộ phận xác nhận"), "{page}");
        assert!(!page.contains("Xác nhận nhập bù</button>"), "not by who entered it");
        // The same form and the same receipt make no second one.
        let again = counter.post(NEW, &fields).await;
        assert!(again.location.is_some_and(|it| it.starts_with("/co-quan/ho-so/1")));
        let twin = counter.post(NEW, &on_paper(B, "10:00 08/01/2026", "p-017", CUT)).await;
        assert!(twin.status == 422 && twin.text.contains("đã nhập ở hồ sơ H41.99.40-260108-0001"), "{}", twin.text);
        assert_eq!(site.count("select count(*) from dossier"), 1);
        // Confirmed by the head of that counter, once; by no clerk and by nobody elsewhere.
        let yes = [("dong-y", "1")];
        const DECIDE: &str = "/co-quan/nhap-bu/1/xac-nhan";
        assert_eq!(counter.post(DECIDE, &yes).await.status, 403);
        assert_eq!(site.signed_in("quay-khac").post(DECIDE, &yes).await.status, 403);
        assert_eq!(site.signed_in("lanhdao-huyen").post(DECIDE, &yes).await.status, 404, "not in their place");
        let mut head = site.signed_in("truong");
        assert!(head.get("/co-quan/ho-so/1").await.text.contains("Xác nhận nhập bù</button>"));
        let mute = head.post(DECIDE, &[("dong-y", "0"), ("loi", " ")]).await;
        assert_eq!(mute.status, 422);
        assert!(mute.text.contains("khong-nhap-bu-mistake\">Ghi lý do") && mute.text.contains("P-017"), "{}", mute.text);
        assert_eq!(head.post(DECIDE, &yes).await.status, 303);
        assert_eq!(head.post(DECIDE, &yes).await.status, 422, "it is decided");
        assert!(head.get("/co-quan/ho-so/1").await.text.contains("Đã xác nhận (truong"));
        // The list and its neighbour, who sees nothing.
        for (asked, is_there) in [("trang-thai=co", true), ("trang-thai=cho", false), ("q=P-017", true), ("q=P-018", false)] {
            let list = counter.get(&format!("/co-quan/nhap-bu?{asked}")).await.text;
            assert_eq!(list.contains("H41.99.40-260108-0001"), is_there, "{asked}: {list}");
        }
        let book = counter.get("/co-quan/nhap-bu?dang=xlsx").await;
        assert!(book.bytes.starts_with(b"PK"));
        let other = site.signed_in("quay-khac").get("/co-quan/nhap-bu").await;
        assert!(other.text.contains("Không có hồ sơ nhập bù nào"), "{}", other.text);
        assert!(site.run(crate::dossiers::facts::unfolded).is_empty());
    }

    async fn what_is_not_in_order_is_not_entered(site) {
        given_a_power_cut(&site);
        let mut counter = site.signed_in("quay");
        for (at, number, why, said) in [
            ("", "P-1", CUT, "Nhập giờ và ngày"),
            ("hôm kia", "P-1", CUT, "Nhập giờ và ngày"),
            ("09:30 13/01/2026", "P-1", CUT, "phải trước lúc này"),
            ("09:00 12/01/2026", "P-1", CUT, "phải trước lúc này"),
            ("12/01/2026 09:00", "P-1", CUT, "phải trước lúc này"),
            ("12/01/2026", "P-1", CUT, "Nhập giờ và ngày"),
            ("09:30 02/01/2026", "P-1", CUT, "Đã quá 5 ngày làm việc"),
            ("09:30 08/01/1990", "P-1", CUT, "Đã quá 5 ngày làm việc"),
            ("02:00 09/01/2026", "P-1", CUT, "không mở cửa"),
            ("09:30 11/01/2026", "P-1", CUT, "không mở cửa"),
            ("09:30 08/01/2026", "", CUT, "Chưa nhập nội dung này"),
            ("09:30 08/01/2026", "P-1", "", "Chưa nhập nội dung này"),
        ] {
            let no = counter.post(NEW, &on_paper(A, at, number, why)).await;
            assert!(no.status == 422 && no.text.contains(said), "{at} {number} {why}: {}", no.text);
        }
        let mut at_once = on_paper(A, "09:30 08/01/2026", "P-1", CUT);
        at_once.retain(|it| it.0 != "viec");
        at_once.extend([("viec", "bo-sung"), ("ly-do", "Giấy chứng sinh")]);
        let no = counter.post(NEW, &at_once).await;
        assert!(no.status == 422 && no.text.contains("chỉ dùng khi tiếp nhận"), "{}", no.text);
        assert_eq!(site.count("select count(*) from dossier"), 0);
        // The office shuts it, or opens it wider: who may set that does.
        const SET: &str = "/co-quan/quan-tri/nhap-bu";
        assert_eq!(counter.get(SET).await.status, 403);
        assert_eq!(counter.post(SET, &[("so-ngay", "9")]).await.status, 403);
        crate::hand_entries::tests::given_reform(&site);
        let mut reform = site.signed_in("cchc");
        assert!(reform.get(SET).await.text.contains("value=\"5\""));
        assert_eq!(reform.post(SET, &[("so-ngay", "31")]).await.status, 422);
        assert_eq!(reform.post(SET, &[("so-ngay", "0")]).await.status, 303);
        let no = counter.post(NEW, &on_paper(A, "09:30 08/01/2026", "P-1", CUT)).await;
        assert!(no.status == 422 && no.text.contains("không cho nhập bù"), "{}", no.text);
        assert_eq!(reform.post(SET, &[("so-ngay", "10")]).await.status, 303);
        let yes = counter.post(NEW, &on_paper(A, "09:30 05/01/2026", "P-1", CUT)).await;
        assert_eq!(yes.status, 303, "{}", yes.text);
    }

    async fn who_heads_the_counter_confirms_by_entering_and_the_figures_tell(site) {
        given_two_communes(&site);
        site.set_clock(date(2026, 2, 2).at(9, 0, 0, 0));
        let mut head = site.signed_in("truong");
        let made = head.post(NEW, &on_paper(C, "15:00 30/01/2026", "P-9", CUT)).await;
        assert_eq!(made.status, 303, "{}", made.text);
        assert_eq!(site.count("select confirmed from hand_entry"), 1);
        // January is over: its figures say that this came later, and show it.
        let page = head.get("/co-quan/so-lieu?tu=01/01/2026&den=31/01/2026").await.text;
        assert!(page.contains("1 hồ sơ nhập bù") && page.contains("1 nhập sau khi kỳ này đã kết thúc"), "{page}");
        assert!(page.contains("/co-quan/nhap-bu?tu=2026-01-01&#38;den=2026-01-31"), "{page}");
        let behind = head.get("/co-quan/nhap-bu?tu=2026-01-01&den=2026-01-31").await.text;
        assert!(behind.contains("P-9"), "{behind}");
        assert!(!head.get("/co-quan/nhap-bu?tu=2026-02-01&den=2026-02-28").await.text.contains("P-9"));
        // February carries it over, and says so too.
        let page = head.get("/co-quan/so-lieu?tu=01/02/2026&den=02/02/2026").await.text;
        assert!(page.contains("1 thuộc kỳ trước nhưng nhập sau"), "{page}");
        // Not confirmed stays for all to see.
        let mut counter = site.signed_in("quay");
        assert_eq!(counter.post(NEW, &on_paper(A, "16:00 30/01/2026", "P-10", CUT)).await.status, 303);
        let no = [("dong-y", "0"), ("loi", "Hôm đó có điện")];
        assert_eq!(head.post("/co-quan/nhap-bu/2/xac-nhan", &no).await.status, 303);
        let page = counter.get("/co-quan/ho-so/2").await.text;
        assert!(page.contains("Không xác nhận (truong") && page.contains("Hôm đó có điện"), "{page}");
    }
}

/// Who may set the limit.
fn given_reform(site: &TestSite) {
    use domain::{access::Role, ids::UnitId};
    let from = site.now().civil().date();
    site.run(|tx| {
        people::accounts::facts::create(
            tx,
            &people::accounts::facts::NewAccount {
                login: "cchc",
                name: "cchc",
                staff: None,
                password_hash: "",
                must_change: false,
                roles: &[(Role::ReformOfficer, UnitId(1))],
                from,
            },
        )
    });
}
