//! What comes in by telephone, on a slip of paper and from somebody who sits opposite goes to its end: written down,
//! handed on, answered by two, and solved when whoever said it says so.

use jiff::civil::date;

use crate::{
    around::COMMUNE,
    feedback::{Office, solved},
    support::{On, Page, Server},
};

/// Makes a feedback of what is written down; the code and the secret that the office reads out to whoever spoke.
async fn handed_on(page: &Page, button: &str) -> (String, String) {
    page.choose("Chuyển thành", "Góp ý khác").await;
    page.press(button).await;
    page.see("Mã bí mật để người dân theo dõi: ").await;
    let text = page.text().await;
    let after = |words: &str| {
        let rest = text.split(words).nth(1).unwrap_or_default();
        rest.split(['.', '\n']).next().unwrap_or_default().trim().to_owned()
    };
    (after("Đã chuyển thành phản ánh "), after("Mã bí mật để người dân theo dõi: "))
}

/// A list of an exchange is brought in, a call written down and handed on.
async fn call(server: &Server, desk: &Page, unit: &str) -> (String, String) {
    desk.goto(&format!("/co-quan/duong-day-nong/{unit}/nhap")).await;
    desk.sound().await;
    let list = "Thời gian,Số gọi đến,Số nhận,Trạng thái\n\
        05/03/2026 08:30,0912345678,02383888999,Gọi nhỡ\n";
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
    desk.fill("Số của người gọi", "0912 345 678").await;
    desk.fill("Nội dung", "Bị hỏi giấy không có trong danh mục").await;
    desk.press("Ghi cuộc gọi").await;
    desk.see("Người gọi").await;
    desk.sound().await;
    let told = handed_on(desk, "Chuyển xử lý").await;
    for path in
        ["/co-quan/duong-day-nong", "/co-quan/duong-day-nong/truc", "/co-quan/duong-day-nong/so"]
    {
        desk.goto(path).await;
        desk.sound().await;
    }
    let phone = Page::open_phone(&server.base).await;
    phone.goto(&format!("/duong-day-nong/{unit}")).await;
    phone.sound().await;
    phone.close().await;
    told
}

/// Two people open a box at two browsers, count, photograph and number; the minutes are printed.
async fn slip(server: &Server, first: &Page) -> (String, String) {
    let second = Page::open_at(&server.base, 1366, 768).await;
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
    second.fill("Họ tên", "Vi Thị Phiếu (minh họa)").await;
    second.fill("Điện thoại", "0912 345 678").await;
    let told = handed_on(&second, "Ghi kết quả của phiếu").await;
    first.goto(&path).await;
    first.see(&told.0).await;
    first.sound().await;
    first.press("Đóng, không sửa nữa").await;
    first.see("Đã đóng lần mở").await;
    first.sound().await;
    let (status, kind, head) = first.fetch(&format!("{path}/bien-ban")).await;
    assert_eq!((status, kind.as_str(), head.as_str()), (200, "application/pdf", "%PDF-"));
    second.close().await;
    told
}

/// Somebody comes by: he is written into the book, something is promised him, what he said is handed on. The entry's
/// page, code and secret.
async fn audience(desk: &Page, unit: &str) -> (String, (String, String)) {
    desk.goto(&format!("/co-quan/tiep-cong-dan/{unit}/so/moi")).await;
    desk.fill("Họ tên", "Hà Văn Đến (minh họa)").await;
    desk.fill("Điện thoại", "0912 345 678").await;
    desk.fill("Tóm tắt nội dung", "Đường vào xóm 5 bị lấn, xe cứu thương không vào được").await;
    desk.pick("Thụ lý: thuộc thẩm quyền").await;
    desk.press("Ghi vào sổ").await;
    desk.see("Lượt tiếp 001/2026").await;
    let path = desk.path().await;
    desk.unfold("Thêm việc đã hứa").await;
    desk.fill("Việc đã hứa", "Cắm lại mốc đường").await;
    desk.fill("Người chịu trách nhiệm", "Địa chính xã").await;
    desk.press("Thêm việc").await;
    desk.see("Đã ghi việc hứa").await;
    let told = handed_on(desk, "Chuyển xử lý").await;
    (path, told)
}

async fn what_is_written_down_ends_solved(on: On) {
    let start = date(2026, 3, 6).at(9, 0, 0, 0);
    let Some(server) = Server::start(on, start).await else { return };
    let unit = server.text(COMMUNE).await;
    let phone = Page::open_at(&server.base, 390, 844).await;
    let office = Office::open(&server).await;
    let desk = &office.reception;

    let (code, secret) = call(&server, desk, &unit).await;
    office.answer(&code, false).await;
    solved(&server, &phone, (&code, &secret), false).await;

    let (code, secret) = slip(&server, desk).await;
    office.answer(&code, false).await;
    solved(&server, &phone, (&code, &secret), false).await;
    desk.goto("/co-quan/hom-thu/lan/1").await;
    desk.see(&format!("{code}: Đã khép")).await;

    let (entry, (code, secret)) = audience(desk, &unit).await;
    office.answer(&code, false).await;
    desk.goto(&entry).await;
    desk.see("Đã trả lời").await;
    desk.sound().await;
    desk.fill("Kết quả", "Đã cắm mốc, lập biên bản").await;
    desk.press_within("Ghi đã làm").await;
    desk.see("Đã ghi việc đã làm").await;
    desk.fill("Nội dung đã trả lời công dân", "Đã trả lời bằng văn bản").await;
    desk.press("Ghi đã trả lời").await;
    desk.see("Đã ghi nội dung trả lời").await;
    solved(&server, &phone, (&code, &secret), false).await;
    desk.goto(&entry).await;
    desk.see("Đã khép").await;
    desk.goto("/co-quan/tiep-cong-dan/viec-hua").await;
    assert!(!desk.text().await.contains("Cắm lại mốc đường"), "the promise is kept");

    let ended = server
        .text(
            "select cast(count(distinct door) as text) from feedback
             where closing = 'solved' and door in ('hotline', 'box', 'reception')",
        )
        .await;
    assert_eq!(ended, "3");
    office.close().await;
    phone.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_written_down_ends_solved_on_sqlite() {
    what_is_written_down_ends_solved(On::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_written_down_ends_solved_on_postgresql() {
    what_is_written_down_ends_solved(On::Postgresql).await;
}
