//! What one office set up, taken to another: a workflow with a timer and a series of numbers as JSON, the whole
//! configuration as an archive; what would change is shown before anything does.

use jiff::civil::{DateTime, date};

use crate::support::{On, Page, Server};

const CARD: &str =
    "040090123456|182345678|Nguyễn Văn Thử|01011990|Nam|Xóm 1, Phú Sơn, Tân Kỳ, Nghệ An|15042021";
/// A procedure of ten working days that communes settle.
const TEN_DAYS: &str = "1.010803";

fn at(day: i8, hour: i8) -> DateTime {
    date(2026, 3, day).at(hour, 0, 0, 0)
}

/// Writes a workflow with a timer on its first step and a series where the clerk numbers; it is published.
async fn written(page: &Page) {
    page.goto("/co-quan/quy-trinh/moi").await;
    page.fill("Mã quy trình", TEN_DAYS).await;
    page.fill("Tên quy trình", "Trợ cấp thờ cúng").await;
    page.press("Lập bản nháp").await;
    page.fill("Quyết định phê duyệt", "Quyết định 15/QĐ-UBND").await;
    page.click("#buoc-1 .fold > details > summary").await;
    page.fill("Tự chuyển sau (giờ làm việc) bước 1", "2").await;
    page.click("#buoc-5 .fold > details > summary").await;
    page.fill("Sổ lấy số bước 5", "Quyết định trợ cấp").await;
    page.fill("Mẫu số, như {so}/QĐ-UBND bước 5", "so/QĐ-UBND").await;
    page.press("Ghi bản nháp").await;
    // A pattern without a place for the number numbers nothing.
    page.see("{so}").await;
    page.see("phải sửa trước khi công bố").await;
    page.sound().await;
    page.fill("Mẫu số, như {so}/QĐ-UBND bước 5", "{so}/QĐ-UBND").await;
    page.press("Ghi và công bố…").await;
    page.press("Công bố").await;
    page.see("Đã công bố: hồ sơ mới theo phiên bản này từ bây giờ.").await;
    page.see("Tự chuyển sau 2 giờ làm việc").await;
    page.see("Lấy số từ sổ Quyết định trợ cấp: {so}/QĐ-UBND").await;
    page.sound().await;
}

/// The file of the workflow goes out, is changed by another hand and comes back.
async fn sent_out_and_in(page: &Page) {
    let file = page.save("Xuất JSON").await;
    let text = std::fs::read_to_string(&file).unwrap();
    let mut it: serde_json::Value = serde_json::from_str(&text).unwrap();
    it["steps"][0]["moves_after"] = 60.into();
    it["steps"][4]["series"]["pattern"] = "{so}/{nam}/QĐ-UBND".into();
    let mut review = it["steps"][2].clone();
    review["task"] = "Đối chiếu danh sách đang hưởng".into();
    review["minutes"] = 60.into();
    it["steps"].as_array_mut().unwrap().insert(3, review);
    // A file that says something unknown is told by line, and changes nothing.
    page.press("← Quy trình nội bộ").await;
    page.press("Nhập JSON").await;
    let odd = text.replace("\"moves_after\"", "\"tu_chuyen\"");
    page.choose_file("#tep", "quy-trinh.json", odd.as_bytes()).await;
    page.press("Xem trước").await;
    page.see("chưa có gì được ghi").await;
    page.see("tu_chuyen").await;
    page.see("Dòng ").await;
    page.sound().await;
    // An hour more than the law gives: it is told at once what would keep it from being published.
    let long = serde_json::to_vec(&it).unwrap();
    page.choose_file("#tep", "quy-trinh.json", &long).await;
    page.press("Xem trước").await;
    page.see("Cần sửa: Tổng thời gian các bước (81 giờ) dài hơn thời hạn giải quyết (80 giờ)")
        .await;
    page.sound().await;
    it["steps"][2]["minutes"] = (it["steps"][2]["minutes"].as_i64().unwrap() - 60).into();
    let changed = serde_json::to_vec_pretty(&it).unwrap();
    page.choose_file("#tep", "quy-trinh.json", &changed).await;
    page.press("Xem trước").await;
    page.see("1 quy trình thành bản nháp").await;
    page.see("Thêm bước 4: Đối chiếu danh sách đang hưởng").await;
    page.see("bỏ “Tự chuyển sau 2 giờ làm việc”; thêm “Tự chuyển sau 1 giờ làm việc”").await;
    page.see("thêm “Lấy số từ sổ Quyết định trợ cấp: {so}/{nam}/QĐ-UBND”").await;
    assert!(!page.text().await.contains("Bước 5:"), "a step that only moved down is not told");
    page.sound().await;
    page.resize(390, 844).await;
    page.sound().await;
    page.resize(1366, 768).await;
    page.press("Đưa vào bản nháp").await;
    page.see("Đã đưa vào bản nháp").await;
    page.press("Trợ cấp thờ cúng").await;
    page.press("Mở bản nháp").await;
    page.press("Ghi và công bố…").await;
    page.see("Thêm bước 4: Đối chiếu danh sách đang hưởng").await;
    page.press("Công bố").await;
    page.see("Đã công bố").await;
}

async fn a_workflow_out_and_in(on: On) {
    let Some(server) = Server::start(on, at(2, 8)).await else { return };
    let page = Page::open_at(&server.base, 1366, 768).await;
    page.sign_in("cchc").await;
    written(&page).await;
    sent_out_and_in(&page).await;
    page.sign_out().await;

    // A dossier that the counter forgets goes on by itself, and bears the next number of the series.
    page.sign_in("motcua-phuson").await;
    page.goto(&format!("/co-quan/ho-so/moi?thu-tuc={TEN_DAYS}")).await;
    page.scan("Đặt con trỏ vào đây", CARD).await;
    page.see("Tiếp nhận và in giấy hẹn").await;
    page.tick("Đã nhận giấy tờ 1").await;
    page.fill("Điện thoại", "0912 345 678").await;
    page.press("Tiếp nhận và in giấy hẹn").await;
    page.see("Đã tiếp nhận hồ sơ.").await;
    let path = page.path().await;
    server.at(date(2026, 3, 2).at(9, 5, 0, 0));
    server.run_jobs().await;
    page.goto(&path).await;
    page.see("Tự chuyển bước").await;
    page.sound().await;
    page.sign_out().await;
    page.sign_in("vanxa-phuson").await;
    page.goto(&path).await;
    page.press("Bắt đầu thụ lý").await;
    page.see("Đã ghi nhận").await;
    page.press("Trình ký").await;
    page.see("Đã ghi nhận: Trình ký.").await;
    page.sign_out().await;
    page.sign_in("chutich-phuson").await;
    page.goto(&path).await;
    page.press("Ký").await;
    page.see("Đã ghi nhận").await;
    page.sign_out().await;
    page.sign_in("vanthu-phuson").await;
    page.goto(&path).await;
    page.press("Vào số, đóng dấu, phát hành").await;
    page.see("1/2026/QĐ-UBND").await;
    page.sound().await;
    page.press("Vào số, đóng dấu, phát hành").await;
    page.see("Đã ghi nhận").await;
    page.see("1/2026/QĐ-UBND").await;
    assert_eq!(server.text("select number from result").await, "1/2026/QĐ-UBND");
    page.close().await;
}

/// What one office sets up that another has not.
async fn set_up(page: &Page) {
    page.sign_in("cchc").await;
    page.goto("/co-quan/quan-tri/nhap-bu").await;
    page.fill("Số ngày làm việc còn được nhập", "7").await;
    page.press("Lưu").await;
    page.see("Đã lưu.").await;
    page.goto("/co-quan/quan-tri/mien-giam").await;
    page.fill("Đối tượng", "Người cao tuổi").await;
    page.fill("Giảm bao nhiêu phần trăm", "50").await;
    page.fill("Giấy tờ chứng minh", "Căn cước").await;
    page.fill("Căn cứ", "NQ 01/2026/NQ-HĐND").await;
    page.press("Thêm đối tượng").await;
    page.see("Người cao tuổi: giảm 50%").await;
    page.goto("/co-quan/quy-trinh/QT.004").await;
    page.fill("Gắn thêm thủ tục", TEN_DAYS).await;
    page.press("Gắn thủ tục").await;
    page.see("Thôi gắn").await;
    page.sign_out().await;
}

async fn a_configuration_goes_to_another(on: On) {
    let Some(here) = Server::start(on, at(2, 8)).await else { return };
    let page = Page::open_at(&here.base, 1366, 768).await;
    set_up(&page).await;
    page.sign_in("quantri").await;
    page.goto("/co-quan/quan-tri/cau-hinh").await;
    page.sound().await;
    let archive = page.save("Xuất cấu hình").await;
    assert!(archive.to_string_lossy().ends_with("motcua-cau-hinh-2026-03-02.zip"), "{archive:?}");
    let bytes = std::fs::read(&archive).unwrap();
    page.close().await;

    let there = Server::start(on, at(3, 8)).await.unwrap();
    let page = Page::open_at(&there.base, 1366, 768).await;
    page.sign_in("quantri").await;
    page.goto("/co-quan/quan-tri/cau-hinh").await;
    page.choose_file("#tep", "anh.zip", &testkit::pdf("không phải")).await;
    page.press("Xem trước").await;
    page.see("Chưa nhập được").await;
    page.sound().await;
    page.choose_file("#tep", "cau-hinh.zip", &bytes).await;
    page.press("Xem trước").await;
    page.see("nhập bù hồ sơ giấy trong 7 ngày làm việc").await;
    page.see("Người cao tuổi").await;
    page.see("Thủ tục 1.010803 theo quy trình QT.004.").await;
    page.see("Chưa có gì được ghi").await;
    page.sound().await;
    page.resize(390, 844).await;
    page.sound().await;
    page.resize(1366, 768).await;
    let days = "select cast(count(*) as text) from setting where name = 'hand_entry_days'";
    assert_eq!(there.text(days).await, "0", "a look changes nothing");

    // Nothing chosen: the look is not lost. Then all but the workflows.
    let all =
        "document.querySelectorAll('input[name=phan]').forEach((it) => { it.checked = false })";
    page.script(all).await;
    page.press("Nhập các phần đã chọn").await;
    page.see("Chưa chọn phần nào để nhập.").await;
    page.see("nhập bù hồ sơ giấy trong 7 ngày làm việc").await;
    page.sound().await;
    page.click("input[name=phan][value=workflows]").await;
    page.press("Nhập các phần đã chọn").await;
    page.see("Đã nhập cấu hình: ").await;
    page.sound().await;
    page.choose_file("#tep", "cau-hinh.zip", &bytes).await;
    page.press("Xem trước").await;
    page.see("nhập bù hồ sơ giấy trong 7 ngày làm việc").await;
    page.press("Nhập các phần đã chọn").await;
    page.see("Đã nhập cấu hình: ").await;
    page.choose_file("#tep", "cau-hinh.zip", &bytes).await;
    page.press("Xem trước").await;
    page.see("Không có chỗ nào khác với cấu hình đang dùng.").await;
    page.sound().await;
    page.sign_out().await;
    page.sign_in("cchc").await;
    page.goto("/co-quan/quan-tri/nhap-bu").await;
    page.holds("Số ngày làm việc còn được nhập", "7").await;
    page.goto("/co-quan/quy-trinh/QT.004").await;
    page.see(TEN_DAYS).await;
    page.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_workflow_goes_out_and_comes_back_changed_on_sqlite() {
    a_workflow_out_and_in(On::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_workflow_goes_out_and_comes_back_changed_on_postgresql() {
    a_workflow_out_and_in(On::Postgresql).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_configuration_goes_to_another_installation_on_sqlite() {
    a_configuration_goes_to_another(On::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_configuration_goes_to_another_installation_on_postgresql() {
    a_configuration_goes_to_another(On::Postgresql).await;
}
