//! A dossier that is left lying: warnings, the letter that writes itself, the new appointment,
//! escalation, and the figures that keep the first promise.

use jiff::civil::{DateTime, date};

use crate::support::{On, Page, Server};

const CARD: &str =
    "040090123456|182345678|Nguyễn Văn Thử|01011990|Nam|Xóm 1, Phú Sơn, Tân Kỳ, Nghệ An|15042021";

/// A procedure of ten working days that communes settle.
const TEN_DAYS: &str = "1.010803";

fn at(month: i8, day: i8, hour: i8) -> DateTime {
    date(2026, month, day).at(hour, 30, 0, 0)
}

async fn left_lying(on: On) {
    let Some(server) = Server::start(on, at(3, 2, 8)).await else { return };
    let page = Page::open_at(&server.base, 1366, 768).await;
    page.sign_in("motcua-phuson").await;
    page.goto(&format!("/co-quan/ho-so/moi?thu-tuc={TEN_DAYS}")).await;
    page.scan("Đặt con trỏ vào đây", CARD).await;
    page.see("Tiếp nhận và in giấy hẹn").await;
    page.tick("Đã nhận giấy tờ 1").await;
    page.fill("Điện thoại", "0912 345 678").await;
    page.press("Tiếp nhận và in giấy hẹn").await;
    page.see("Đã tiếp nhận hồ sơ.").await;
    page.see("17:00, thứ Hai 16/03/2026").await;
    let path = page.path().await;
    page.press("Chuyển bộ phận chuyên môn").await;
    page.press("Chuyển bộ phận chuyên môn").await;
    page.see("Đã ghi nhận: Chuyển bộ phận chuyên môn.").await;
    page.sign_out().await;

    // Nobody assigns it. The head is told, and says that he knows.
    server.at(at(3, 5, 9));
    server.run_jobs().await;
    page.sign_in("truongmotcua-phuson").await;
    page.see("cảnh báo dành cho ông, bà chưa ghi nhận").await;
    page.sound().await;
    page.press("Xem cảnh báo").await;
    page.see("Không có ai xử lý").await;
    page.sound().await;
    page.resize(390, 844).await;
    page.sound().await;
    page.resize(1366, 768).await;
    page.goto("/co-quan/canh-bao?loai=still").await;
    page.press_within("Tôi đã biết").await;
    page.see("Đã ghi nhận: ông, bà đã biết cảnh báo này.").await;
    page.sign_out().await;

    // The day before it is due the letter lies ready: reason and new day are proposed.
    server.at(at(3, 13, 8));
    server.run_jobs().await;
    page.sign_in("chutich-phuson").await;
    page.goto("/co-quan/canh-bao").await;
    page.see("phiếu xin lỗi đã soạn sẵn").await;
    page.press("Xem và gửi").await;
    page.see("Chậm phân công người thụ lý").await;
    page.sound().await;
    page.press_within("Xem và gửi").await;
    // The letter is read before it goes out: as drafted, and with other words.
    page.see("VĂN BẢN XIN LỖI").await;
    page.see("- Chậm phân công người thụ lý").await;
    page.sound().await;
    page.fill("Lý do", "Chờ kết quả đo đạc thực địa").await;
    page.press("Xem thư").await;
    page.see("- Chờ kết quả đo đạc thực địa").await;
    page.resize(390, 844).await;
    page.sound().await;
    page.resize(1366, 768).await;
    page.press("Xin lỗi và hẹn lại").await;
    page.see("Đã ghi nhận: Xin lỗi và hẹn lại.").await;
    page.see("/TXL-UBND").await;
    page.see("hẹn ban đầu 17:00, thứ Hai 16/03/2026").await;
    let (status, _, head) = page.fetch(&format!("{path}/in/xin-loi")).await;
    assert_eq!((status, head.as_str()), (200, "%PDF-"), "the apology is printed");
    // A second letter is against the law: the step is not open any more.
    page.goto(&format!("{path}/gia-han")).await;
    page.see("đã hẹn lại một lần").await;
    page.sign_out().await;

    // The new day passes too: those above hear of it, and it stands in the list of what is late.
    server.at(at(4, 20, 9));
    server.run_jobs().await;
    page.sign_in("chutich-huyen").await;
    page.goto("/co-quan/canh-bao").await;
    page.see("Quá cả ngày đã hẹn lại").await;
    page.goto("/co-quan/qua-han").await;
    page.see("ngày làm việc").await;
    page.sound().await;
    // The figures count against the first promise, and each opens its dossiers.
    page.goto("/co-quan/so-lieu?tu=01/03/2026&den=31/03/2026").await;
    page.see("Tổng tiếp nhận = ").await;
    page.sound().await;
    page.resize(390, 844).await;
    page.sound().await;
    page.resize(1366, 768).await;
    page.goto("/co-quan/so-lieu/ho-so?tu=01/03/2026&den=31/03/2026&o=pending_late").await;
    page.see("16/03/2026").await;
    page.see("Đang giải quyết quá hạn").await;
    page.sound().await;
    page.sign_out().await;
    page.sign_in("cchc").await;
    page.goto("/co-quan/quan-tri/nhac-han").await;
    page.sound().await;
    page.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_late_dossier_is_apologised_for_once_and_then_escalates_on_sqlite() {
    left_lying(On::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_late_dossier_is_apologised_for_once_and_then_escalates_on_postgresql() {
    left_lying(On::Postgresql).await;
}
