//! The evaluation of a counter as its reader reads it: nine indicators that add up, down to the dossiers, on paper
//! and as a workbook; for one official too.

use jiff::civil::date;

use crate::support::{On, Page, Server};

/// Tenths of a point, as the page writes them; nothing where it writes none.
fn tenths(text: &str) -> Option<i64> {
    let (whole, rest) = text.trim().split_once(',').unwrap_or((text.trim(), "0"));
    Some(whole.parse::<i64>().ok()? * 10 + rest.parse::<i64>().ok()?)
}

/// The points of each row, as they stand on the page.
async fn points(page: &Page) -> Vec<String> {
    let script = "return [...document.querySelectorAll('[id^=chi-so-] td:nth-child(2)')] \
        .map((it) => it.textContent).join('|')";
    page.script(script).await.split('|').map(str::to_owned).collect()
}

async fn a_reader_of_the_evaluation(on: On) {
    let start = date(2026, 2, 10).at(9, 0, 0, 0);
    let Some(server) = Server::start_with(on, start, 150).await else { return };
    let page = Page::open_at(&server.base, 1366, 768).await;
    page.sign_in("cchc").await;
    page.press("Đánh giá").await;
    page.choose("Đơn vị", "Phú Sơn").await;
    page.choose("Kỳ", "năm 2025").await;
    page.press("Xem").await;
    page.leads_to("ky=2025").await;
    page.see("Hài lòng và rất hài lòng").await;
    page.sound().await;

    // What stands in the rows is what stands above them.
    let rows = points(&page).await;
    assert_eq!(rows.len(), 9, "{rows:?}");
    let sum: i64 = rows.iter().filter_map(|it| tenths(it)).sum();
    let total = page.text_of("#tong-diem").await;
    let total = total.split('/').next().unwrap();
    assert_eq!(tenths(total), Some(sum), "{rows:?}");
    assert!(sum > 0, "a year of dossiers is worth something");

    // A figure opens its dossiers, each says why it has its points, and one opens further.
    page.click("[id^=chi-so-] td:nth-child(3) a").await;
    page.see("So với hẹn").await;
    page.sound().await;
    let behind = page.path().await;
    let lines = page.script("return document.querySelectorAll('tbody tr').length").await;
    let lines: usize = lines.parse().unwrap();
    page.see(&format!("{lines} hồ sơ")).await;
    page.click("tbody tr:first-child a").await;
    page.leads_to("/co-quan/ho-so/").await;
    page.see("Mã hồ sơ").await;
    assert_ne!(page.path().await, behind);
    page.goto("/co-quan/danh-gia").await;
    page.choose("Đơn vị", "Phú Sơn").await;
    page.choose("Kỳ", "năm 2025").await;
    page.press("Xem").await;
    page.leads_to("ky=2025").await;
    page.see("Hài lòng và rất hài lòng").await;

    // On paper and as a workbook.
    let query = page.script("return location.search").await;
    let (status, kind, head) = page.fetch(&format!("/co-quan/danh-gia/in{query}")).await;
    assert_eq!((status, kind.as_str(), head.as_str()), (200, "application/pdf", "%PDF-"));
    let (status, kind, head) = page.fetch(&format!("/co-quan/danh-gia/xuat{query}")).await;
    assert!(status == 200 && kind.contains("spreadsheet") && head.starts_with("PK"), "{kind}");

    // For one official, who has fewer indicators and no class that is the counter's.
    let others = "return String(document.querySelectorAll('#can-bo option').length)";
    let offered = page.script(others).await;
    page.choose("Cán bộ thụ lý", "(minh họa)").await;
    page.press("Xem").await;
    page.see("(minh họa), năm 2025").await;
    page.sound().await;
    assert!(
        points(&page).await.len() < 9,
        "what the whole counter is measured by is not an official's"
    );
    assert_eq!(page.script(others).await, offered, "from one to the next");
    page.resize(390, 844).await;
    page.sound().await;
    page.goto(&format!("/co-quan/danh-gia{query}")).await;
    page.sound().await;
    page.resize(1366, 768).await;
    page.sign_out().await;

    // Who heads a commune reads his own counter and cannot ask for another's.
    page.sign_in("chutich-phuson").await;
    page.goto("/co-quan/danh-gia?ky=2025").await;
    page.see("Phú Sơn").await;
    page.sound().await;
    page.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_evaluation_adds_up_and_opens_its_dossiers_on_sqlite() {
    a_reader_of_the_evaluation(On::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_evaluation_adds_up_and_opens_its_dossiers_on_postgresql() {
    a_reader_of_the_evaluation(On::Postgresql).await;
}
