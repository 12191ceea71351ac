//! Around the counter: a reception day from plan to report, a list of calls and a call, a box opened by two browsers.

use jiff::civil::date;

use crate::support::{On, Page, Server};

const COMMUNE: &str = "select cast(u.id as text) from unit u join unit_version v on v.unit = u.id
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

async fn calls(on: On) {
    let start = date(2026, 3, 3).at(9, 0, 0, 0);
    let Some(server) = Server::start(on, start).await else { return };
    let unit = server.text(COMMUNE).await;
    let desk = Page::open_at(&server.base, 1366, 768).await;
    desk.sign_in("tiepdan-phuson").await;
    desk.goto(&format!("/co-quan/duong-day-nong/{unit}/nhap")).await;
    desk.sound().await;
    let list = "Thời gian,Số gọi đến,Số nhận,Trạng thái\n02/03/2026 08:30,0912345678,02383888999,Gọi nhỡ\n";
    desk.attach("Danh sách cuộc gọi", "goi.csv", list.as_bytes()).await;
    desk.press("Xem trước").await;
    desk.see("1 cuộc gọi đọc được").await;
    desk.sound().await;
    desk.press("Nhập 1 cuộc gọi").await;
    desk.see("Đã nhập danh sách").await;
    desk.sound().await;
    desk.goto("/co-quan").await;
    desk.see("cuộc gọi đường dây nóng phải gọi lại").await;
    desk.goto(&format!("/co-quan/duong-day-nong/{unit}/ghi")).await;
    desk.sound().await;
    desk.fill("Họ tên người gọi", "Lê Văn Gọi (minh họa)").await;
    desk.fill("Số của người gọi", "0912 345 679").await;
    desk.fill("Nội dung", "Bị hỏi giấy không có trong danh mục").await;
    desk.press("Ghi cuộc gọi").await;
    desk.see("Người gọi").await;
    desk.sound().await;
    desk.choose("Chuyển thành", "Góp ý khác").await;
    desk.press("Chuyển xử lý").await;
    desk.see("PA-").await;
    for path in
        ["/co-quan/duong-day-nong", "/co-quan/duong-day-nong/truc", "/co-quan/duong-day-nong/so"]
    {
        desk.goto(path).await;
        desk.sound().await;
    }
    let phone = Page::open_phone(&server.base).await;
    phone.goto(&format!("/duong-day-nong/{unit}")).await;
    phone.sound().await;
    desk.close().await;
    phone.close().await;
}

async fn box_of_two(on: On) {
    let start = date(2026, 3, 6).at(15, 0, 0, 0);
    let Some(server) = Server::start(on, start).await else { return };
    let first = Page::open_at(&server.base, 1366, 768).await;
    let second = Page::open_at(&server.base, 1366, 768).await;
    first.sign_in("tiepdan-phuson").await;
    second.sign_in("vanthu-phuson").await;
    first.goto("/co-quan/hom-thu").await;
    first.sound().await;
    first.press_within("Mở hòm").await;
    first.see("Cần người thứ hai").await;
    first.sound().await;
    let code = first.text_of(".mono.big").await;
    let path = first.path().await;
    second.goto(&path).await;
    second.sound().await;
    second.fill("Mã trên màn hình của người thứ nhất", &code).await;
    second.press("Xác nhận cùng mở hòm").await;
    second.see("Đã đủ hai người").await;
    first.goto(&path).await;
    first.fill("Số phiếu hai người cùng đếm", "1").await;
    first.press("Ghi số phiếu").await;
    first.see("Đã ghi số phiếu").await;
    let slip = prints::qr_png("phieu gop y").unwrap();
    second.goto(&path).await;
    second.attach("Ảnh phiếu", "phieu.png", &slip).await;
    second.press("Đánh số phiếu này").await;
    second.see("Phiếu 001/2026").await;
    second.sound().await;
    second.fill("Chép lại nội dung phiếu", "Xin mở cửa sớm hơn vào thứ Hai").await;
    second.choose("Chuyển thành", "Góp ý khác").await;
    second.press("Ghi kết quả của phiếu").await;
    second.see("PA-").await;
    first.goto(&path).await;
    first.sound().await;
    first.press("Đóng, không sửa nữa").await;
    first.see("Đã đóng lần mở").await;
    first.sound().await;
    let (status, kind, head) = first.fetch(&format!("{path}/bien-ban")).await;
    assert_eq!((status, kind.as_str(), head.as_str()), (200, "application/pdf", "%PDF-"));
    first.close().await;
    second.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reception_day_goes_from_plan_to_report_on_sqlite() {
    reception_day(On::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reception_day_goes_from_plan_to_report_on_postgresql() {
    reception_day(On::Postgresql).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_are_brought_in_written_down_and_handed_on() {
    calls(On::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_box_is_opened_in_two_browsers() {
    box_of_two(On::Sqlite).await;
}
