//! A birth is filed from a phone, in pieces, and received at the counter; then without JavaScript.

use jiff::civil::date;

use crate::support::{On, Page, Server};

const BIRTH: &str = "1.001193";

/// The step with the person.
async fn person(phone: &Page) {
    phone.fill("Họ và tên người yêu cầu", "Lê Thị Minh Họa").await;
    phone.fill("Số căn cước hoặc giấy tờ khác", "040188001234").await;
    phone.fill("Ngày sinh", "05/09/1988").await;
    phone.fill("Điện thoại", "0912 345 678").await;
    phone.fill("Nơi cư trú", "Xóm 1, xã Phú Sơn").await;
}

async fn a_birth_is_filed_from_a_phone(on: On) {
    let start = date(2026, 3, 2).at(9, 0, 0, 0);
    let Some(server) = Server::start(on, start).await else { return };
    let phone = Page::open_at(&server.base, 390, 844).await;
    phone.goto(&format!("/nop/{BIRTH}")).await;
    phone.sound().await;
    phone.press("Bắt đầu").await;
    phone.see("Chọn nơi nộp hồ sơ.").await;
    phone.choose("Nộp đến", "Ủy ban nhân dân xã Phú Sơn").await;
    phone.press("Bắt đầu").await;
    phone.see("Người nộp").await;
    phone.sound().await;
    // A mistake stands beside its field and nothing that was typed is lost.
    phone.fill("Họ và tên người yêu cầu", "Lê Thị Minh Họa").await;
    phone.press("Tiếp tục").await;
    phone.see("Ghi số căn cước 12 chữ số").await;
    phone.holds("Họ và tên người yêu cầu", "Lê Thị Minh Họa").await;
    phone.sound().await;
    person(&phone).await;
    phone.press("Tiếp tục").await;
    phone.see("Với mỗi loại giấy, chọn cách nộp").await;
    phone.sound().await;

    // Somewhere else, with the same address: the draft is there.
    let here = phone.path().await;
    let elsewhere = Page::open_at(&server.base, 1366, 768).await;
    elsewhere.goto(here.split('?').next().unwrap()).await;
    elsewhere.goto(&format!("{}?buoc=nguoi-nop", here.split('?').next().unwrap())).await;
    elsewhere.holds("Họ và tên người yêu cầu", "Lê Thị Minh Họa").await;
    elsewhere.close().await;

    let scan = testkit::pdf("giấy chứng sinh");
    phone.click("#cach-1 input[value=gui]").await;
    phone.choose_file("#tep-1", "giay-chung-sinh.pdf", &scan).await;
    let others = "document.querySelectorAll('input[type=radio][value=khong]').forEach((it, at) => { if (at > 0) it.click() })";
    phone.script(others).await;
    phone.press("Tiếp tục").await;
    phone.see("Đến Bộ phận Một cửa").await;
    phone.sound().await;
    phone.pick("Đến Bộ phận Một cửa").await;
    phone.press("Tiếp tục").await;
    phone.see("giay-chung-sinh.pdf").await;
    phone.sound().await;
    phone.press("Gửi hồ sơ").await;
    phone.see("Đánh dấu cam đoan trước khi gửi.").await;
    phone.tick("Tôi cam đoan").await;
    phone.press("Gửi hồ sơ").await;
    phone.see("Đã gửi hồ sơ").await;
    phone.sound().await;
    phone.press("Theo dõi hồ sơ").await;
    phone.see("Lê T.").await;
    let follow = phone.path().await;

    // The counter has it at once and receives it.
    let counter = Page::open_at(&server.base, 1366, 768).await;
    counter.sign_in("motcua-phuson").await;
    counter.goto("/co-quan/nop-truc-tuyen").await;
    counter.see("Lê Thị Minh Họa").await;
    counter.sound().await;
    let code = follow.rsplit('/').next().unwrap().to_owned();
    counter.press(&code).await;
    counter.see("Nộp trực tuyến lúc").await;
    counter.close().await;
    phone.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_birth_is_filed_from_a_phone_on_sqlite() {
    a_birth_is_filed_from_a_phone(On::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_birth_is_filed_from_a_phone_on_postgresql() {
    a_birth_is_filed_from_a_phone(On::Postgresql).await;
}
