//! The article's figure grows by posting; a screen turns, is set up, loses the network and says so; a finger finds a procedure.

use jiff::civil::date;

use crate::support::{On, Page, Server};

const COMMUNE: &str = "select cast(u.id as text) from unit u join unit_version v on v.unit = u.id
    where u.kind = 'commune' and v.title like '%Phú Sơn%'";
const DISTRICT: &str = "select cast(min(id) as text) from unit where kind = 'district'";
const BASE: &str = "select cast(min(id) as text) from publication_base";

/// Waits until a script says so.
async fn until(page: &Page, script: &str) {
    for _ in 0..80 {
        if page.script(script).await == "true" {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(250)).await;
    }
    panic!("never: {script}\n{}", page.text().await);
}

async fn the_articles_figure_grows_and_a_screen_hangs_in_the_hall(on: On) {
    let start = date(2026, 3, 2).at(9, 0, 0, 0);
    let Some(server) = Server::start(on, start).await else { return };
    let (commune, district) = (server.text(COMMUNE).await, server.text(DISTRICT).await);
    let base = server.text(BASE).await;

    // The reform officer sees the figure of the article, what is missing, and it grows by one that he posts.
    let office = Page::open_at(&server.base, 1366, 768).await;
    office.sign_in("cchc").await;
    office.goto("/co-quan/muc-niem-yet").await;
    office.see("282/375 (75,2%)").await;
    office.sound().await;
    office.goto(&format!("/co-quan/muc-niem-yet/{district}?bo={base}")).await;
    for said in ["282 trên 375 thủ tục", "75,2%", "còn thiếu 93"] {
        office.see(said).await;
    }
    office.sound().await;
    office.click("#con-thieu tbody tr:first-child input[type=checkbox]").await;
    office.press("Ghi là đã niêm yết hôm nay").await;
    office.see("Đã ghi 1 thủ tục đang niêm yết.").await;
    office.see("283 trên 375 thủ tục").await;
    office.goto("/co-quan/cong-quoc-gia").await;
    office.see("đủ các trường bắt buộc").await;
    office.sound().await;
    office.goto("/co-quan/cong-quoc-gia/tra-loi").await;
    office.sound().await;
    office.sign_out().await;

    // The head of the one-stop shop sets up the screen.
    office.sign_in("truongmotcua-phuson").await;
    office.goto(&format!("/co-quan/bang-tin/{commune}")).await;
    office.see("Nội quy Bộ phận Một cửa").await;
    office.sound().await;
    office.fill("Số giây: Thủ tục theo lĩnh vực", "2").await;
    office.press("Ghi bảng tin").await;
    office.see("số giây là một số từ 5 đến 300.").await;
    office.sound().await;
    office.fill("Số giây: Thủ tục theo lĩnh vực", "5").await;
    office.press("Ghi bảng tin").await;
    office.see("Đã ghi bảng tin").await;
    office.close().await;

    // The screen turns by itself, pauses, goes by hand.
    let wall = Page::open_at(&server.base, 1920, 1080).await;
    wall.goto(&format!("/bang-tin/{commune}")).await;
    wall.sound().await;
    assert_eq!(
        wall.script("return String(document.documentElement.scrollHeight <= innerHeight)").await,
        "true"
    );
    until(
        &wall,
        "return String(document.querySelector('[data-where]').textContent.startsWith('2/'))",
    )
    .await;
    wall.press("Tạm dừng").await;
    let where_now = wall.text_of("[data-where]").await;
    tokio::time::sleep(std::time::Duration::from_secs(6)).await;
    assert_eq!(wall.text_of("[data-where]").await, where_now, "it stands still");
    let slides: usize = wall
        .script("return String(document.querySelectorAll('[data-slide]').length)")
        .await
        .parse()
        .unwrap();
    for _ in 0..slides {
        wall.click("[data-step='1']").await;
        let fits = "return String(document.documentElement.scrollHeight <= innerHeight && document.documentElement.scrollWidth <= innerWidth)";
        assert_eq!(wall.script(fits).await, "true", "no slide is cut off: {}", wall.text().await);
    }
    wall.sound().await;
    // The network goes: the slide stays and says since when it is old; it comes back by itself.
    let before = wall.text_of("[data-slides] section:not([hidden]) h2").await;
    wall.network(false).await;
    wall.see("Mất kết nối: số liệu từ lúc").await;
    // By the office's clock, as it stands above, wherever the browser thinks it is.
    let clock = wall.text_of("[data-clock]").await;
    assert!(
        clock.contains("09:00") && wall.text_of("[data-age]").await.contains("09:00"),
        "{clock}"
    );
    assert_eq!(wall.text_of("[data-slides] section:not([hidden]) h2").await, before);
    wall.network(true).await;
    until(&wall, "return String(document.querySelector('[data-age]').textContent === '')").await;
    wall.close().await;

    // A finger, and a telephone.
    for (width, height) in [(1080, 1920), (390, 844)] {
        let touch = Page::open_at(&server.base, width, height).await;
        touch.goto(&format!("/kiosk/{commune}")).await;
        touch.sound().await;
        touch.press("Thủ tục theo lĩnh vực").await;
        touch.see("thủ tục").await;
        touch.sound().await;
        touch.click(".lines a").await;
        touch.click(".lines a").await;
        touch.see("Quét để mang thủ tục này về điện thoại").await;
        touch.sound().await;
        touch.press("Trang đầu").await;
        touch.see("Ông, bà cần tìm gì?").await;
        touch.goto("/muc-cong-khai").await;
        touch.sound().await;
        touch.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_articles_figure_grows_and_a_screen_hangs_in_the_hall_on_sqlite() {
    the_articles_figure_grows_and_a_screen_hangs_in_the_hall(On::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_articles_figure_grows_and_a_screen_hangs_in_the_hall_on_postgresql() {
    the_articles_figure_grows_and_a_screen_hangs_in_the_hall(On::Postgresql).await;
}
