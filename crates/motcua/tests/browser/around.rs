//! Around the counter: a reception day from plan to report.

use jiff::civil::date;

use crate::support::{On, Page, Server};

/// The number of Phú Sơn in this database.
pub const COMMUNE: &str =
    "select cast(u.id as text) from unit u join unit_version v on v.unit = u.id
    where u.kind = 'commune' and v.title like '%Phú Sơn%'";

async fn reception_day(on: On) {
    let start = date(2026, 3, 2).at(8, 0, 0, 0);
    let Some(server) = Server::start(on, start).await else { return };
    let unit = server.text(COMMUNE).await;
    let desk = Page::open_at(&server.base, 1366, 768).await;
    desk.sign_in("tiepdan-phuson").await;

    // A reception that is no rule's: planned, posted.
    desk.goto(&format!("/co-quan/tiep-cong-dan/{unit}/dot-xuat")).await;
    desk.sound().await;
    desk.choose("Người chủ trì tiếp", "Chủ tịch").await;
    desk.fill("Ngày", "03/03/2026").await;
    desk.fill("Từ giờ", "08:00").await;
    desk.fill("Đến giờ", "10:00").await;
    desk.fill("Lý do", "Nhiều hộ hỏi việc đền bù").await;
    desk.press("Thêm buổi tiếp").await;
    desk.see("Đã thêm buổi tiếp").await;
    desk.sound().await;
    desk.goto(&format!("/co-quan/tiep-cong-dan?don-vi={unit}&thang=2026-03")).await;
    desk.sound().await;
    desk.press("Niêm yết lịch").await;
    desk.see("người dân thấy ngay").await;

    // Somebody books from home.
    let phone = Page::open_phone(&server.base).await;
    phone.goto(&format!("/tiep-cong-dan/{unit}")).await;
    phone.see("Nhiều hộ hỏi việc đền bù").await;
    phone.sound().await;
    phone.press_within("Đặt hẹn").await;
    phone.see("Giờ hẹn").await;
    phone.sound().await;
    phone.click(".slots .pill:first-of-type span").await;
    phone.fill("Họ tên", "Nguyễn Thị Hẹn (minh họa)").await;
    phone.fill("Điện thoại", "0912 345 601").await;
    phone.fill("Nội dung trong một câu", "Hỏi việc đền bù").await;
    phone.click("form.card button.btn").await;
    phone.see("Lịch hẹn tiếp công dân").await;
    phone.sound().await;

    // The day itself: received, promised, kept, reported.
    server.at(date(2026, 3, 3).at(8, 30, 0, 0));
    // The night ended the session.
    desk.sign_in("tiepdan-phuson").await;
    let id = server
        .text("select cast(max(id) as text) from reception where kind = 'extraordinary'")
        .await;
    desk.goto(&format!("/co-quan/tiep-cong-dan/buoi/{id}")).await;
    desk.see("Nguyễn Thị Hẹn").await;
    desk.sound().await;
    desk.press_within("Tiếp, ghi sổ").await;
    desk.see("Ghi lượt tiếp vào sổ").await;
    desk.sound().await;
    desk.pick("Thụ lý: thuộc thẩm quyền").await;
    desk.press("Ghi vào sổ").await;
    desk.see("Lượt tiếp 001/2026").await;
    desk.sound().await;
    desk.unfold("Thêm việc đã hứa").await;
    desk.fill("Việc đã hứa", "Đo lại thửa đất").await;
    desk.fill("Người chịu trách nhiệm", "Địa chính xã").await;
    desk.press("Thêm việc").await;
    desk.see("Đã ghi việc hứa").await;
    desk.fill("Kết quả", "Đã đo, lập biên bản").await;
    desk.press_within("Ghi đã làm").await;
    desk.see("Đã ghi việc đã làm").await;
    desk.fill("Nội dung đã trả lời công dân", "Đã trả lời bằng văn bản").await;
    desk.press("Ghi đã trả lời").await;
    desk.see("Đã ghi nội dung trả lời").await;
    desk.goto(&format!("/co-quan/tiep-cong-dan/buoi/{id}")).await;
    desk.press("Ghi buổi tiếp đã diễn ra").await;
    desk.see("Đã ghi buổi tiếp đã diễn ra").await;
    for path in [
        "/co-quan/tiep-cong-dan/so",
        "/co-quan/tiep-cong-dan/viec-hua?loc=tat-ca",
        "/co-quan/tiep-cong-dan/bao-cao",
    ] {
        desk.goto(path).await;
        desk.sound().await;
    }
    desk.see("Việc hứa làm đúng hạn").await;
    let (status, kind, head) = desk.fetch(&format!("/tiep-cong-dan/{unit}.pdf")).await;
    assert_eq!((status, kind.as_str(), head.as_str()), (200, "application/pdf", "%PDF-"));
    phone.goto("/tiep-cong-dan").await;
    phone.sound().await;
    desk.close().await;
    phone.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reception_day_goes_from_plan_to_report_on_sqlite() {
    reception_day(On::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reception_day_goes_from_plan_to_report_on_postgresql() {
    reception_day(On::Postgresql).await;
}
