//! Results: one collected with a signature, one by post with its list, one issued anew and one revoked,
//! and what anybody sees on a telephone.

use jiff::civil::{DateTime, date};

use crate::support::{On, Page, Server};

const CARD: &str =
    "040090123456|182345678|Nguyễn Văn Thử|01011990|Nam|Xóm 1, Phú Sơn, Tân Kỳ, Nghệ An|15042021";

const OTHER: &str =
    "040190123457||Lê Thị Khác|02021990|Nữ|Xóm 2, Phú Sơn, Tân Kỳ, Nghệ An|15042021";

fn at(day: i8, hour: i8) -> DateTime {
    date(2026, 3, day).at(hour, 0, 0, 0)
}

/// A dossier that has gone the whole way to the counter.
async fn settled(page: &Page, card: &str, number: &str) -> String {
    page.sign_in("motcua-phuson").await;
    page.goto("/co-quan/ho-so/moi?thu-tuc=1.004873").await;
    page.scan("Đặt con trỏ vào đây", card).await;
    page.see("Tiếp nhận và in giấy hẹn").await;
    page.tick("Đã nhận giấy tờ 1").await;
    page.fill("Điện thoại", "0912 345 678").await;
    page.tick("Không thu").await;
    page.fill("Lý do, căn cứ khi nhập tay", "HĐND tỉnh chưa quy định mức thu").await;
    page.press("Tiếp nhận và in giấy hẹn").await;
    page.see("Đã tiếp nhận hồ sơ.").await;
    let path = page.path().await;
    page.press("Chuyển bộ phận chuyên môn").await;
    page.press("Chuyển bộ phận chuyên môn").await;
    page.sign_out().await;
    page.sign_in("tuphap-phuson").await;
    page.goto(&path).await;
    page.press("Bắt đầu thụ lý").await;
    page.see("Đã ghi nhận").await;
    page.press("Trình ký").await;
    page.see("Đã ghi nhận").await;
    page.sign_out().await;
    page.sign_in("chutich-phuson").await;
    page.goto(&path).await;
    page.press("Ký").await;
    page.see("Đã ghi nhận").await;
    page.sign_out().await;
    page.sign_in("vanthu-phuson").await;
    page.goto(&path).await;
    crate::issue::number(page, number).await;
    page.see("Đã ghi nhận").await;
    page.sign_out().await;
    path
}

async fn results(on: On) {
    let Some(server) = Server::start(on, at(2, 8)).await else { return };
    let page = Page::open_at(&server.base, 1366, 768).await;
    settled(&page, CARD, "101/UBND").await;
    settled(&page, OTHER, "102/UBND").await;

    // One is collected: the citizen signs on the screen.
    page.sign_in("motcua-phuson").await;
    page.goto("/co-quan/ket-qua").await;
    page.see("102/UBND").await;
    page.sound().await;
    page.resize(390, 844).await;
    page.sound().await;
    page.resize(1366, 768).await;
    page.press("101/UBND").await;
    page.see("Nghị định 123/2015/NĐ-CP Điều 23").await;
    page.sound().await;
    let first = page.path().await;
    page.press("Giao kết quả, ký nhận").await;
    page.see("Chữ ký của người nhận").await;
    page.sound().await;
    page.press("Giao kết quả").await;
    page.see("Người nhận ký vào ô này").await;
    page.draw("canvas.sign").await;
    page.press("Giao kết quả").await;
    page.see("Đã giao kết quả.").await;
    page.see("đã ký trên màn hình").await;
    let (status, media_type, _) = page.fetch(&format!("{first}/bien-nhan")).await;
    assert_eq!((status, media_type.as_str()), (200, "application/pdf"));

    // One goes by post.
    page.press("← Sổ kết quả").await;
    page.press("102/UBND").await;
    let second = page.path().await;
    page.fill("Mã bưu gửi", "RA 123 456 789 VN").await;
    page.press("Gửi qua bưu chính").await;
    page.see("RA123456789VN").await;
    page.press("Mở bưu gửi").await;
    page.sound().await;
    page.fill("Nhân viên bưu chính", "Trần Văn Bưu").await;
    page.press("Lập bảng kê 1 bưu gửi").await;
    page.see("Đã giao bưu điện").await;
    page.sound().await;
    page.resize(390, 844).await;
    page.sound().await;
    page.resize(1366, 768).await;
    let (status, media_type, _) = page.fetch("/co-quan/buu-gui/bang-ke/1").await;
    assert_eq!((status, media_type.as_str()), (200, "application/pdf"));
    page.press("Đã phát").await;
    page.see("phát thành công, hồ sơ đã trả kết quả").await;
    page.sign_out().await;

    // The first is lost and issued anew; the second is revoked.
    page.sign_in("chutich-phuson").await;
    page.goto(&first).await;
    page.press("Cấp lại").await;
    page.fill("Số mới", "103/UBND").await;
    page.fill("Lý do", "công dân làm mất").await;
    page.sound().await;
    page.press("Cấp lại kết quả").await;
    page.see("Đã cấp lại; kết quả cũ không còn hiệu lực.").await;
    page.goto(&second).await;
    page.press("Thu hồi").await;
    page.fill("Số, ngày quyết định thu hồi", "Quyết định 12/QĐ-UBND").await;
    page.fill("Lý do", "khai không đúng sự thật").await;
    page.sound().await;
    page.press("Thu hồi kết quả").await;
    page.see("Đã thu hồi kết quả.").await;
    page.sound().await;
    page.close().await;

    // Anybody, on a telephone.
    let phone = Page::open_at(&server.base, 390, 844).await;
    let sql = |number: &str| format!("select code from result where number = '{number}'");
    for (number, said) in [
        ("101/UBND", "Đã thay thế, không còn hiệu lực"),
        ("102/UBND", "Đã thu hồi"),
        ("103/UBND", "Còn hiệu lực"),
    ] {
        let code = server.text_of(sql(number)).await;
        phone.goto(&format!("/kiem-tra/{code}")).await;
        phone.see(said).await;
        phone.sound().await;
        assert!(!phone.text().await.contains("Nguyễn Văn Thử"), "the name is masked");
    }
    phone.goto("/kiem-tra").await;
    phone.fill("Số", "103/UBND").await;
    phone.fill("Ngày ban hành", "2/3/2026").await;
    phone.press("Kiểm tra").await;
    phone.see("Còn hiệu lực").await;
    phone.goto("/kiem-tra?lang=en").await;
    phone.see("Check a result").await;
    phone.sound().await;
    phone.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn results_are_collected_posted_issued_anew_revoked_and_checked_on_sqlite() {
    results(On::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn results_are_collected_posted_issued_anew_revoked_and_checked_on_postgresql() {
    results(On::Postgresql).await;
}
