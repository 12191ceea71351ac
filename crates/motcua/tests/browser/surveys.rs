//! A survey from the draw to its results: the office, people with a telephone, an interviewer, the public.

use jiff::civil::date;

use crate::support::{On, Page, Server};

/// A roll of made-up people of two groups.
fn roll() -> String {
    (0..20)
        .map(|at| {
            let group = if at % 2 == 0 { "Đại biểu HĐND xã" } else { "Trưởng xóm" };
            format!("{group}; Người Thử {at}; 09123456{at:02}; Xóm {at}\n")
        })
        .collect()
}

async fn codes(server: &Server) -> Vec<String> {
    server.within(|site, tx| surveys::facts::codes(site, tx, domain::ids::SurveyId(1))).await
}

async fn a_survey_from_the_draw_to_its_results(on: On) {
    let Some(server) = Server::start(on, date(2026, 3, 10).at(9, 0, 0, 0)).await else { return };
    server.within(|_, tx| surveys::facts::seed(tx)).await;
    let office = Page::open_at(&server.base, 1366, 768).await;
    office.sign_in("cchc").await;
    office.goto("/co-quan/khao-sat").await;
    office.see("Chưa có cuộc khảo sát nào").await;
    office.sound().await;
    office.press("Mẫu phiếu, ngân hàng câu hỏi").await;
    office.see("SIPAS-X").await;
    office.sound().await;
    office.goto("/co-quan/khao-sat/moi").await;
    office.sound().await;
    office.fill("Tên cuộc khảo sát", "Khảo sát đại biểu xã Phú Sơn").await;
    office.choose("Mẫu phiếu", "KS-CB").await;
    office.choose("Đơn vị được khảo sát", "Phú Sơn").await;
    office.pick("Danh sách nhập vào").await;
    office.paste("Danh sách dán vào", &roll()).await;
    office.press("Lưu và xem trước danh sách").await;
    office.see("20 người trong danh sách").await;
    office.sound().await;
    office.fill("Nguồn", "Giải đặc biệt xổ số miền Bắc").await;
    office.fill("Kết quả của ngày", "11/03/2026").await;
    office.press("Chốt danh sách").await;
    office.see("Đã chốt danh sách và công bố mã băm").await;
    server.at(date(2026, 3, 11).at(19, 0, 0, 0));
    office.sign_in("cchc").await;
    office.goto("/co-quan/khao-sat/1").await;
    office.fill("Hạt giống", "48213").await;
    office.press("Ghi hạt giống").await;
    office.see("Đã rút mẫu").await;
    office.sound().await;
    office.press("Mở thu phiếu").await;
    office.see("Đang thu phiếu").await;
    office.sound().await;

    // Anybody sees how it was drawn.
    let phone = Page::open_at(&server.base, 390, 844).await;
    phone.goto("/khao-sat/1").await;
    phone.see("48213").await;
    phone.see("motcua survey draw").await;
    phone.sound().await;

    // On a telephone, with the code of a letter.
    let codes = codes(&server).await;
    phone.goto("/ks").await;
    phone.sound().await;
    phone.fill("Mã trên thư mời", &codes[0]).await;
    phone.press("Tiếp tục").await;
    phone.see("Phiếu không ghi tên").await;
    phone.sound().await;
    let click = "document.querySelectorAll('fieldset input[value=A]').forEach((it) => it.click()); return ''";
    phone.script(click).await;
    phone.press("Gửi phiếu").await;
    phone.see("Đã nhận phiếu").await;
    phone.sound().await;
    phone.goto(&format!("/ks/{}", codes[0])).await;
    phone.see("Đường dẫn này đã dùng").await;
    for (at, code) in codes.iter().enumerate().skip(1).take(8) {
        phone.goto(&format!("/ks/{code}")).await;
        let click = click.replace("=A", ["=A", "=B", "=C"][at % 3]);
        phone.script(&click).await;
        phone.press("Gửi phiếu").await;
        phone.see("Đã nhận phiếu").await;
    }

    // An interviewer rings somebody up.
    let interviewer = Page::open_at(&server.base, 1366, 768).await;
    interviewer.sign_in("dieutra").await;
    interviewer.goto("/co-quan/nhap-phieu").await;
    interviewer.sound().await;
    interviewer.press("Khảo sát đại biểu xã Phú Sơn").await;
    interviewer.see("Người chưa trả lời").await;
    interviewer.sound().await;
    interviewer.press_within("Xem liên hệ").await;
    interviewer.see("Người Thử").await;
    interviewer.sound().await;
    interviewer.press("Nhập phiếu").await;
    interviewer.sound().await;
    interviewer.pick("Hỏi qua điện thoại").await;
    interviewer.script(click).await;
    interviewer.press("Lưu phiếu").await;
    interviewer.see("Đã nhận phiếu trả lời qua điện thoại").await;

    // Sealed until it closes; then the figures, for the office and for everybody.
    office.goto("/co-quan/khao-sat/1").await;
    office.see("Đã trả lời 10").await;
    office.fill("Lý do đóng sớm", "Đã đủ phiếu").await;
    office.press("Đóng và chốt kết quả").await;
    office.see("Đã đóng khảo sát").await;
    office.press("Công bố kết quả").await;
    office.see("Đã công bố kết quả").await;
    office.press("Kết quả").await;
    office.see("Chỉ số theo nhóm").await;
    office.sound().await;
    office.resize(390, 844).await;
    office.sound().await;
    let (status, kind, _) = office.fetch("/co-quan/khao-sat/1/xuat/bao-cao.pdf").await;
    assert_eq!((status, kind.as_str()), (200, "application/pdf"));
    phone.goto("/khao-sat/1").await;
    phone.see("Chỉ số chung").await;
    phone.sound().await;
    phone.goto("/khao-sat/1?lang=en").await;
    phone.see("Overall index").await;
    phone.sound().await;
    for page in [office, phone, interviewer] {
        page.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_survey_from_the_draw_to_its_results_on_sqlite() {
    a_survey_from_the_draw_to_its_results(On::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_survey_from_the_draw_to_its_results_on_postgresql() {
    a_survey_from_the_draw_to_its_results(On::Postgresql).await;
}
