//! The counter's list of what came over the line, a page at a time and searched.

use domain::ids::UnitId;

use super::*;
use crate::filing::sql::{self, Filter};

on_both_engines! { routes();

async fn a_long_list_goes_on_where_its_page_ended_and_is_searched(site) {
    given_two_communes(&site);
    for _ in 0..3 {
        let mut browser = site.browser();
        let here = begun(&mut browser).await;
        filled(&site, &mut browser, &here).await;
        browser.post(&here, &[("buoc", "xem-lai"), ("dong-y", "1"), ("viec", "gui")]).await;
    }
    // Two are to be answered at the same minute, the first sent is the last to be answered.
    site.given("update filing set answer_due_at = '2026-01-09T09:00:00'", &[]);
    let ids: Vec<i64> = (0..3)
        .map(|at| site.count(&format!("select id from dossier order by id limit 1 offset {at}")))
        .collect();
    let [first, second, third] = ids[..] else { panic!("three dossiers: {ids:?}") };
    site.given(
        "update filing set answer_due_at = '2026-01-09T10:00:00' where dossier = ?1",
        &[first.into()],
    );
    let page = |after: Option<i64>| {
        let filter =
            Filter { units: vec![UnitId(SHOP)], waiting: true, after, ..Filter::default() };
        let lines = site.run(|tx| sql::list(tx, &filter, 2));
        lines.into_iter().map(|it| it.dossier.0).collect::<Vec<_>>()
    };
    assert_eq!(page(None), [second, third]);
    assert_eq!(page(Some(second)), [third, first], "also within the same minute");
    assert_eq!(page(Some(third)), [first]);
    assert_eq!(page(Some(first)), Vec::<i64>::new());

    let mut counter = site.signed_in("quay");
    let list = "/co-quan/nop-truc-tuyen";
    let rest = counter.get(&format!("{list}?sau={third}")).await.text;
    assert_eq!(rest.matches("data-label=\"Mã hồ sơ\"").count(), 1, "{rest}");
    assert!(rest.contains("Trang đầu"), "{rest}");
    let code = site.text(&format!("select code from dossier where id = {second}"));
    let found = counter.get(&format!("{list}?q={code}")).await.text;
    assert_eq!(found.matches("data-label=\"Mã hồ sơ\"").count(), 1, "{found}");
    assert!(found.contains(&code));
    let by_name = counter.get(&format!("{list}?q=minh+hoa")).await.text;
    assert_eq!(by_name.matches("data-label=\"Mã hồ sơ\"").count(), 3, "{by_name}");
    let nobody = counter.get(&format!("{list}?q=khong+co+ai")).await.text;
    assert!(nobody.contains("Không có hồ sơ nào.") && nobody.contains("Bỏ bớt điều kiện lọc"), "{nobody}");
}

}
