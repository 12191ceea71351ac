//! A reform officer writes a workflow, tries it and publishes it; a dossier then follows it.

use jiff::civil::date;

use crate::support::{On, Page, Server};

/// Pages of workflows in the demo.
pub const PAGES: &[&str] = &[
    "/co-quan/quy-trinh",
    "/co-quan/quy-trinh?q=khong-co-gi",
    "/co-quan/quy-trinh/moi",
    "/co-quan/quy-trinh/nhap",
    "/co-quan/quy-trinh/1.001662",
    "/co-quan/quy-trinh/1.001662/thu",
    "/co-quan/quy-trinh/QT.004/sua",
    "/co-quan/quy-trinh/QT.004/cong-bo",
    "/co-quan/quy-trinh/QT.004/bo",
];

/// Writes the workflow of the procedure that the counter then receives, tries and publishes it.
async fn write_and_publish(page: &Page) {
    page.goto("/co-quan/quan-tri").await;
    page.press("Quy trình nội bộ").await;
    page.press("Thêm quy trình").await;
    page.fill("Mã quy trình", "1.010803").await;
    page.fill("Tên quy trình", "Trợ cấp thờ cúng có thẩm tra").await;
    page.press("Lập bản nháp").await;
    page.see("Chưa ghi quyết định phê duyệt quy trình.").await;
    page.fill("Quyết định phê duyệt", "Quyết định 15/QĐ-UBND").await;
    page.press("Chèn bước sau bước 3").await;
    page.see("Chưa ghi nội dung công việc.").await;
    page.sound().await;
    page.fill("Công việc bước 4", "Thẩm tra dự thảo").await;
    page.choose("Vai chính bước 4", "Người thẩm tra").await;
    page.fill("Số giờ bước 4", "nửa ngày").await;
    page.press("Ghi bản nháp").await;
    page.see("Bước 4: Ghi số giờ làm việc như 4 hoặc 4,5 hoặc 4:20.").await;
    page.sound().await;
    page.fill("Số giờ bước 4", "4").await;
    page.press("Ghi bản nháp").await;
    page.see("dài hơn thời hạn giải quyết").await;
    page.fill("Số giờ bước 3", "56").await;
    page.press("Ghi và thử").await;
    page.see("không ghi gì cả").await;
    page.see("không bước nào vướng").await;
    page.see("kịp hẹn").await;
    page.press("← Sửa bản nháp").await;
    page.press("Ghi và công bố…").await;
    page.see("Quy trình mới, 7 bước.").await;
    page.press("Công bố").await;
    page.see("Đã công bố: hồ sơ mới theo phiên bản này từ bây giờ.").await;
    page.see("đang áp dụng").await;
    page.sound().await;
}

async fn a_workflow(on: On) {
    let start = date(2026, 2, 10).at(9, 0, 0, 0);
    let Some(server) = Server::start(on, start).await else { return };
    let page = Page::open_at(&server.base, 1366, 768).await;
    page.sign_in("cchc").await;
    for path in PAGES {
        page.goto(path).await;
        page.sound().await;
    }
    write_and_publish(&page).await;
    page.resize(390, 844).await;
    for path in PAGES {
        page.goto(path).await;
        page.sound().await;
    }
    page.resize(1366, 768).await;
    page.sign_out().await;

    // A dossier follows it: nobody signs before it was reviewed.
    page.sign_in("motcua-phuson").await;
    page.goto("/co-quan/ho-so/moi?thu-tuc=1.010803").await;
    page.fill("Họ và tên", "Nguyễn Văn Thử").await;
    page.fill("Điện thoại", "0912 345 678").await;
    page.tick("Đã nhận giấy tờ 1").await;
    page.tick("Đã nhận giấy tờ 2").await;
    page.press("Tiếp nhận và in giấy hẹn").await;
    page.see("Đã ghi hồ sơ").await;
    page.press("Chuyển bộ phận chuyên môn").await;
    page.choose("Chuyển đến", "Phú Sơn").await;
    page.press("Chuyển bộ phận chuyên môn").await;
    page.see("Đã ghi nhận: Chuyển bộ phận chuyên môn.").await;
    page.sign_out().await;
    page.sign_in("vanxa-phuson").await;
    page.goto("/co-quan/ho-so/1").await;
    page.press("Bắt đầu thụ lý").await;
    page.press("Trình ký").await;
    page.see("Chờ thẩm tra").await;
    page.sound().await;
    page.sign_out().await;
    page.sign_in("truongmotcua-phuson").await;
    page.see("Bản trình chờ thẩm tra").await;
    page.goto("/co-quan/ho-so/1").await;
    page.press("Thẩm tra đạt, trình ký").await;
    page.see("Đã ghi nhận: Thẩm tra đạt, trình ký.").await;
    page.sign_out().await;
    page.sign_in("chutich-phuson").await;
    page.goto("/co-quan/ho-so/1").await;
    page.press("Ký").await;
    page.see("Chờ vào số, đóng dấu").await;
    page.close().await;
    assert_eq!(server.text("select status from dossier").await, "to_number");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_workflow_is_written_tried_published_and_followed_on_sqlite() {
    a_workflow(On::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_workflow_is_written_tried_published_and_followed_on_postgresql() {
    a_workflow(On::Postgresql).await;
}
