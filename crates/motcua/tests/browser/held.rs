//! What a browser holds of somebody: words that another device does not take away, copies that nobody finds after him,
//! nothing at all in a hall.

use jiff::civil::date;

use crate::{
    filing::person,
    line::Line,
    support::{On, Page, Server},
};

const BIRTH: &str = "1.001193";
const COMMUNE: &str = "select cast(u.id as text) from unit u join unit_version v on v.unit = u.id
    where u.kind = 'commune' and v.title like '%Phú Sơn%'";
/// How many steps of filings this browser holds.
const HELD: &str = "const done = arguments[1]; indexedDB.databases().then((all) => {
    if (!all.some((it) => it.name === 'mc-nop')) { done('0'); return; }
    const asked = indexedDB.open('mc-nop');
    asked.onsuccess = () => {
      const db = asked.result;
      if (!db.objectStoreNames.contains('buoc')) { db.close(); done('0'); return; }
      const count = db.transaction('buoc').objectStore('buoc').count();
      count.onsuccess = () => { db.close(); done(String(count.result)); };
    };
  })";
/// Whether this browser keeps a copy of a page.
const COPY: &str =
    "const [path, done] = arguments; caches.open('mc-rieng').then((it) => it.match(path))
    .then((it) => done(it ? 'kept' : 'gone'))";

/// Waits until a script in the page says so.
async fn until(page: &Page, script: &str, argument: &str, wanted: &str) {
    let mut said = String::new();
    for _ in 0..100 {
        said = page.run(script, argument).await;
        if said == wanted {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    panic!("{said} and not {wanted}: {script}");
}

async fn begun(page: &Page) -> String {
    page.goto(&format!("/nop/{BIRTH}")).await;
    page.choose("Nộp đến", "Ủy ban nhân dân xã Phú Sơn").await;
    page.press("Bắt đầu").await;
    page.see("Họ và tên người yêu cầu").await;
    page.path().await
}

async fn another_device_takes_no_held_words_away(on: On) {
    let start = date(2026, 3, 2).at(9, 0, 0, 0);
    let Some(server) = Server::start(on, start).await else { return };
    let line = Line::to(&server.base).await;
    let phone = Page::open_at(&line.base, 390, 844).await;
    phone.goto("/?lang=vi").await;
    let ready =
        "const done = arguments[1]; navigator.serviceWorker.ready.then(() => done('ready'))";
    assert_eq!(phone.run(ready, "").await, "ready");
    let draft = begun(&phone).await;
    person(&phone).await;
    line.cut();
    phone.press("Tiếp tục").await;
    phone.see("Mất mạng: nội dung đang giữ trong máy này").await;
    // It is said where the finger is.
    let is_seen = "const it = [...document.querySelectorAll('form [role=status]')]
          .find((it) => it.textContent.startsWith('Mất mạng'));
        const box = it.getBoundingClientRect(); return String(box.top >= 0 && box.bottom <= innerHeight)";
    assert_eq!(phone.script(is_seen).await, "true");
    phone.goto(&draft).await;
    phone.see("Không có mạng").await;

    // Meanwhile somebody goes on with the same draft at a desk.
    let desk = Page::open_at(&server.base, 1366, 768).await;
    desk.goto(&draft).await;
    person(&desk).await;
    desk.fill("Nơi cư trú", "Xóm 9, xã Phú Sơn").await;
    desk.press("Tiếp tục").await;
    desk.leads_to("buoc=to-khai").await;
    desk.close().await;

    line.mend();
    phone.leads_to("buoc=nguoi-nop").await;
    phone.see("bản nháp đã được sửa ở nơi khác").await;
    phone.holds("Nơi cư trú", "Xóm 1, xã Phú Sơn").await;
    phone.sound().await;
    phone.press("Tiếp tục").await;
    phone.see("vừa được sửa ở một cửa sổ khác").await;
    phone.holds("Nơi cư trú", "Xóm 1, xã Phú Sơn").await;
    phone.press("Tiếp tục").await;
    phone.leads_to("buoc=to-khai").await;
    until(&phone, HELD, "", "0").await;
    phone.goto(&format!("{draft}?buoc=nguoi-nop")).await;
    phone.holds("Nơi cư trú", "Xóm 1, xã Phú Sơn").await;
    phone.close().await;
}

/// Signs a telephone in, with an account that is made if there is none.
async fn signed_in(page: &Page, number: &str) {
    page.goto("/dang-nhap").await;
    page.fill("Số điện thoại", number).await;
    page.press("Gửi mã cho tôi").await;
    page.see("Minh họa, không phải tin nhắn thật.").await;
    let code = page.text_of(".notice b").await;
    page.fill("Mã 6 số", &code).await;
    page.press("Tiếp tục").await;
    page.see_any(&["Tôi đã đọc và đồng ý", "Đã xác nhận số điện thoại"]).await;
    if page.text().await.contains("Tôi đã đọc và đồng ý") {
        page.pick("Tôi đã đọc và đồng ý").await;
        page.press("Đồng ý và mở tài khoản").await;
        page.see("Đã xác nhận số điện thoại").await;
    }
}

async fn copies_of_a_dossier_do_not_outlive_whose_they_are(on: On) {
    let start = date(2026, 3, 2).at(9, 0, 0, 0);
    let Some(server) = Server::start_with(on, start, 20).await else { return };
    let of = "from dossier d join dossier_person p on p.dossier = d.id where p.secret <> '' order by d.id desc limit 1";
    let code = server.text_of(format!("select d.code {of}")).await;
    let secret = server.text_of(format!("select p.secret {of}")).await;
    let (follow, open) = (format!("/ho-so/{code}"), format!("/ho-so/{code}?ma={secret}"));
    let browser = Page::open_at(&server.base, 390, 844).await;
    browser.goto("/?lang=vi").await;
    let ready =
        "const done = arguments[1]; navigator.serviceWorker.ready.then(() => done('ready'))";
    assert_eq!(browser.run(ready, "").await, "ready");
    let keep = async || {
        browser.goto(&open).await;
        browser.goto(&follow).await;
        until(&browser, COPY, &follow, "kept").await;
    };

    // Its session is ended from elsewhere: the next page that the browser reads says so.
    signed_in(&browser, "0912 345 671").await;
    keep().await;
    server.run("update citizen_session set ended_ms = 1 where ended_ms is null").await;
    browser.goto("/thu-tuc").await;
    until(&browser, COPY, &follow, "gone").await;

    // The same person finds his copies again; somebody else who signs in finds none.
    signed_in(&browser, "0912 345 671").await;
    keep().await;
    browser.lose_cookie("mc_dan").await;
    signed_in(&browser, "0912 345 671").await;
    browser.goto("/thu-tuc").await;
    tokio::time::sleep(std::time::Duration::from_millis(500)).await;
    until(&browser, COPY, &follow, "kept").await;
    browser.lose_cookie("mc_dan").await;
    signed_in(&browser, "0912 345 672").await;
    browser.goto("/thu-tuc").await;
    until(&browser, COPY, &follow, "gone").await;

    // Whoever may not read it any more is led away, and its copy goes.
    keep().await;
    browser.lose_cookies().await;
    browser.goto(&follow).await;
    browser.leads_to("/tra-cuu").await;
    until(&browser, COPY, &follow, "gone").await;
    browser.close().await;
}

async fn a_hall_holds_nothing(on: On) {
    let start = date(2026, 3, 2).at(9, 0, 0, 0);
    let Some(server) = Server::start(on, start).await else { return };
    let commune = server.text(COMMUNE).await;
    let hall = Page::open_at(&server.base, 1080, 1920).await;
    // A browser of its own holds what is typed; the hall's first page drops it.
    let draft = begun(&hall).await;
    hall.fill("Họ và tên người yêu cầu", "Lê Thị Minh Họa").await;
    until(&hall, HELD, "", "1").await;
    hall.goto(&format!("/kiosk/{commune}")).await;
    hall.see("Ông, bà cần tìm gì?").await;
    until(&hall, HELD, "", "0").await;
    // What is typed in the hall is held at no time, though the page is the same.
    let mine = begun(&hall).await;
    assert_ne!(mine, draft);
    hall.fill("Họ và tên người yêu cầu", "Vi Văn Người Sau").await;
    tokio::time::sleep(std::time::Duration::from_millis(1500)).await;
    assert_eq!(hall.run(HELD, "").await, "0");
    hall.sound().await;
    hall.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_device_takes_no_held_words_away_on_sqlite() {
    another_device_takes_no_held_words_away(On::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_device_takes_no_held_words_away_on_postgresql() {
    another_device_takes_no_held_words_away(On::Postgresql).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn copies_of_a_dossier_do_not_outlive_whose_they_are_on_sqlite() {
    copies_of_a_dossier_do_not_outlive_whose_they_are(On::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn copies_of_a_dossier_do_not_outlive_whose_they_are_on_postgresql() {
    copies_of_a_dossier_do_not_outlive_whose_they_are(On::Postgresql).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hall_holds_nothing_on_sqlite() {
    a_hall_holds_nothing(On::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hall_holds_nothing_on_postgresql() {
    a_hall_holds_nothing(On::Postgresql).await;
}
