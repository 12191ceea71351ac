//! The browser's own button that goes back leads to the step before, whatever was wrong on the way.

use jiff::civil::date;

use crate::{
    filing::person,
    support::{On, Page, Server},
};

const BIRTH: &str = "1.001193";
const NAME: &str = "Họ và tên người yêu cầu";

/// A draft at its first step.
async fn begun(page: &Page) {
    page.goto(&format!("/nop/{BIRTH}")).await;
    page.press("Bắt đầu").await;
    page.see("Chọn nơi nộp hồ sơ.").await;
    page.choose("Nộp đến", "Ủy ban nhân dân xã Phú Sơn").await;
    page.press("Bắt đầu").await;
    page.see(NAME).await;
}

/// Goes on with a mistake, corrects it, goes on, and back.
async fn there_and_back(page: &Page, has_scripts: bool) {
    page.fill(NAME, "Lê Thị Minh Họa").await;
    page.press("Tiếp tục").await;
    page.see("Ghi số căn cước 12 chữ số").await;
    person(page).await;
    page.press("Tiếp tục").await;
    page.leads_to("buoc=to-khai").await;
    page.back().await;
    page.leads_to("buoc=nguoi-nop").await;
    page.holds("Nơi cư trú", "Xóm 1, xã Phú Sơn").await;
    assert!(!page.text().await.contains("Không có mạng"), "{}", page.text().await);
    // What was corrected is not told as wrong, also where the browser had put the page by.
    if has_scripts {
        page.comes_to_lack("Ghi số căn cước 12 chữ số").await;
        page.fill("Nơi cư trú", "Xóm 2, xã Phú Sơn").await;
    }
    page.press("Tiếp tục").await;
    page.leads_to("buoc=to-khai").await;
}

async fn back_after_a_mistake_is_the_step_before(on: On) {
    let start = date(2026, 3, 2).at(9, 0, 0, 0);
    let Some(server) = Server::start(on, start).await else { return };
    let ready = "const done = arguments[1]; navigator.serviceWorker.ready.then(() => \
         (function look() { navigator.serviceWorker.controller ? done('ready') : setTimeout(look, 50) })())";
    for (width, height) in [(390, 844), (1366, 768)] {
        let page = Page::open_at(&server.base, width, height).await;
        page.goto("/?lang=vi").await;
        assert_eq!(page.run(ready, "").await, "ready");
        begun(&page).await;
        // The page that answered with a mistake lies between: it is asked for as a page.
        let draft = page.path().await;
        page.back().await;
        page.see("Nộp đến").await;
        assert!(!page.text().await.contains("Không có mạng"), "{}", page.text().await);
        page.goto(&draft).await;
        there_and_back(&page, true).await;
        // A file that is not taken is said by the answer itself, and one goes back to its step too.
        page.goto(&format!("{draft}?buoc=giay-to")).await;
        page.choose_file("#tep-1", "hong.pdf", b"none").await;
        page.press("Tiếp tục").await;
        page.see("hong.pdf").await;
        page.goto("/thu-tuc").await;
        page.back().await;
        page.leads_to("buoc=giay-to").await;
        page.see("Với mỗi loại giấy, chọn cách nộp").await;
        // The same where no script runs: the worker has what is needed.
        page.without_scripts().await;
        page.goto("/dang-nhap").await;
        page.fill("Số điện thoại", "0238 384 1234").await;
        page.press("Gửi mã cho tôi").await;
        page.see("Hãy nhập số di động").await;
        page.goto("/thu-tuc").await;
        page.back().await;
        page.see("Gửi mã cho tôi").await;
        assert!(!page.text().await.contains("Không có mạng"), "{}", page.text().await);
        page.close().await;
    }
    // Neither worker nor script.
    let plain = Page::open_at(&server.base, 1366, 768).await;
    plain.without_scripts().await;
    begun(&plain).await;
    there_and_back(&plain, false).await;
    plain.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn back_after_a_mistake_is_the_step_before_on_sqlite() {
    back_after_a_mistake_is_the_step_before(On::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn back_after_a_mistake_is_the_step_before_on_postgresql() {
    back_after_a_mistake_is_the_step_before(On::Postgresql).await;
}
