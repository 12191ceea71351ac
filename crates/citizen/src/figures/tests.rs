//! Figures through the front door: what they count, what stands behind them, for whom.

use jiff::civil::date;
use testkit::{TestSite, on_both_engines};

use crate::dossiers::{
    links::tests::{AT_DISTRICT, given_parent, opened},
    tests::{birth, given_two_communes},
};

/// Three received on 8 January 2026: one settled by its day, one withdrawn, one left lying.
async fn given_three(site: &TestSite) {
    given_two_communes(site);
    let mut counter = site.signed_in("quay");
    let names = [
        ("Nguyễn Thị Một", "1123456789abcdef0123456789abcdef"),
        ("Nguyễn Thị Hai", "2123456789abcdef0123456789abcdef"),
        ("Nguyễn Thị Ba", "3123456789abcdef0123456789abcdef"),
    ];
    for (name, once) in names {
        let answer = counter.post("/co-quan/ho-so/moi", &birth(name, once)).await;
        assert_eq!(answer.status, 303, "{}", answer.text);
    }
    for (step, edition) in [("yeu-cau-rut", "1"), ("rut", "2")] {
        let path = format!("/co-quan/ho-so/2/{step}");
        let fields = [("an-ban", edition), ("loi", "")];
        assert_eq!(counter.post(&path, &fields).await.status, 303);
    }
    let fields = [("don-vi", "2"), ("an-ban", "1")];
    assert_eq!(counter.post("/co-quan/ho-so/1/chuyen", &fields).await.status, 303);
    let mut officer = site.signed_in("thuly");
    let officer_step = |step: &str| format!("/co-quan/ho-so/1/{step}");
    assert_eq!(officer.post(&officer_step("thu-ly"), &[("an-ban", "2")]).await.status, 303);
    let put_up = [("an-ban", "3"), ("loi", "")];
    assert_eq!(officer.post(&officer_step("trinh-ky"), &put_up).await.status, 303);
    let mut leader = site.signed_in("ky");
    assert_eq!(leader.post(&officer_step("ky"), &[("an-ban", "4")]).await.status, 303);
    let mut clerk = site.signed_in("vanthu");
    let number = [("an-ban", "5"), ("so-van-ban", "1/UBND")];
    assert_eq!(clerk.post(&officer_step("cap-so"), &number).await.status, 303);
}

on_both_engines! { crate::routes();
    async fn figures_are_counted_from_dossiers_and_each_opens_its_own(site) {
        given_three(&site).await;
        site.set_clock(date(2026, 1, 12).at(9, 0, 0, 0));
        let mut head = site.signed_in("truong");
        let page = head.get("/co-quan/so-lieu").await;
        assert_eq!(page.status, 200, "{}", page.text);
        let figure = |code: &str, number: &str, label: &str| {
            page.text.contains(&format!("&#38;o={code}\">{number}<span class=\"sr\"> {label}"))
        };
        assert!(figure("tong", "3", "Tổng số tiếp nhận"), "{}", page.text);
        assert!(figure("on_time", "1", "Giải quyết đúng hạn"), "{}", page.text);
        assert!(figure("stopped", "1", "Rút, dừng giải quyết"), "{}", page.text);
        assert!(figure("pending_late", "1", "Đang giải quyết quá hạn"), "{}", page.text);
        let behind = head.get("/co-quan/so-lieu/ho-so?tu=01/01/2026&den=12/01/2026&o=stopped").await;
        assert!(behind.text.contains("/co-quan/ho-so/2\""), "{}", behind.text);
        assert!(!behind.text.contains("/co-quan/ho-so/1\""));
        // A later period: only what was left lying is carried over.
        let later = head.get("/co-quan/so-lieu?tu=10/01/2026&den=12/01/2026").await;
        assert!(later.text.contains("o=carried\">1<"), "{}", later.text);
        assert!(!later.text.contains("o=direct\">"), "{}", later.text);
        let book = head.get("/co-quan/so-lieu?dang=xlsx").await;
        assert!(book.media_type.contains("spreadsheet") && book.bytes.starts_with(b"PK"));
        // The neighbour counts his own only.
        let mut neighbour = site.signed_in("quay-khac");
        let page = neighbour.get("/co-quan/so-lieu").await;
        assert!(page.text.contains("Không có hồ sơ nào trong kỳ"), "{}", page.text);
        assert_eq!(site.signed_in("thuly").get("/co-quan/so-lieu").await.status, 403);
    }

    async fn a_case_with_a_part_at_another_unit_counts_once_above_and_at_each_unit_in_its_own_table(site) {
        // The case lies at the first commune; its part goes to the district.
        let mut officer = given_parent(&site).await;
        let sent = opened(&mut officer, "6", AT_DISTRICT, &[]).await;
        assert_eq!(sent.status, 303, "{}", sent.text);
        let all = |page: &str| {
            let (_, from) = page.rsplit_once("&#38;o=tong\"><b>").unwrap_or(("", "0<"));
            from.split('<').next().unwrap_or_default().to_owned()
        };
        let mut above = site.signed_in("lanhdao-huyen");
        // Handed over and not yet accepted it is nobody's figure.
        let at_district = "/co-quan/so-lieu?don-vi=1";
        assert_eq!(all(&above.get(at_district).await.text), "0");
        let accepted = site.signed_in("quay-huyen").post("/co-quan/ho-so/2/tiep-nhan", &[]).await;
        assert_eq!(accepted.status, 303, "{}", accepted.text);
        assert_eq!(all(&above.get("/co-quan/so-lieu").await.text), "1", "over several units: the case");
        assert_eq!(all(&above.get(at_district).await.text), "1", "the district's own: its part");
        assert_eq!(all(&above.get("/co-quan/so-lieu?don-vi=2").await.text), "1");
        assert_eq!(all(&site.signed_in("truong").get("/co-quan/so-lieu").await.text), "1");
        let behind = |unit: &str| format!("/co-quan/so-lieu/ho-so?don-vi={unit}&o=tong");
        let of = |page: String| [page.contains("/co-quan/ho-so/1\""), page.contains("/co-quan/ho-so/2\"")];
        assert_eq!(of(above.get(&behind("")).await.text), [true, false]);
        assert_eq!(of(above.get(&behind("1")).await.text), [false, true]);
        assert_eq!(of(above.get(&behind("2")).await.text), [true, false]);
    }

    async fn a_period_that_cannot_be_is_told_and_nothing_is_lost(site) {
        given_three(&site).await;
        let mut head = site.signed_in("truong");
        let page = head.get("/co-quan/so-lieu?tu=31/02/2026&den=01/03/2026").await;
        assert!(page.text.contains("dạng ngày/tháng/năm"), "{}", page.text);
        let page = head.get("/co-quan/so-lieu?tu=01/03/2026&den=01/02/2026").await;
        assert!(page.text.contains("Ngày đầu kỳ phải trước"), "{}", page.text);
        assert_eq!(head.get("/co-quan/so-lieu/ho-so?o=nothing").await.status, 404);
    }
}
