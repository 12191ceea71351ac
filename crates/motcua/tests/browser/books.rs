//! A morning of certification, and the book closed at the end of its year.

use jiff::civil::date;

use crate::support::{On, Page, Server};

async fn a_morning_of_certification(on: On) {
    let Some(server) = Server::start(on, date(2026, 3, 2).at(8, 0, 0, 0)).await else { return };
    let page = Page::open_at(&server.base, 1366, 768).await;
    page.sign_in("motcua-phuson").await;
    page.goto("/co-quan/ho-so").await;
    page.press("Sổ chứng thực, hộ tịch").await;
    page.see("Sổ chứng thực bản sao từ bản chính").await;
    page.sound().await;

    // Five copies.
    for n in 1..=5 {
        page.goto("/co-quan/so/ghi?loai=ban-sao").await;
        page.fill("Họ tên của người yêu cầu chứng thực", &format!("Đặng Thị Ước {n}")).await;
        page.fill("Tên của bản chính giấy tờ, văn bản", "Bằng tốt nghiệp trung học").await;
        page.fill("Số bản sao đã được chứng thực", "2").await;
        page.fill("Số trang của bản chính", "3").await;
        if n == 1 {
            page.sound().await;
            page.resize(390, 844).await;
            page.sound().await;
            page.resize(1366, 768).await;
        }
        page.press("Ghi vào sổ").await;
        page.see("Đã ghi vào sổ.").await;
        page.see(&format!("Số 0{n}")).await;
    }
    page.see("10.000 đ").await;
    page.sound().await;
    // A signature, and a contract.
    page.goto("/co-quan/so/ghi?loai=chu-ky").await;
    page.fill("Họ tên người yêu cầu chứng thực", "Lê Văn Ký").await;
    page.fill("Số giấy tờ tùy thân", "040090123456").await;
    page.choose("Chứng thực", "Chữ ký").await;
    page.fill("Tên giấy tờ, văn bản đã chứng thực chữ ký", "Sơ yếu lý lịch").await;
    page.fill("Số lượng giấy tờ", "1").await;
    page.press("Ghi vào sổ").await;
    page.see("01/2026-SCT/CK,ĐC").await;
    page.goto("/co-quan/so/ghi?loai=giao-dich").await;
    page.fill("Họ tên người yêu cầu (bên A)", "Trần Văn Bán").await;
    page.fill("Số giấy tờ tùy thân (bên A)", "040080123457").await;
    page.fill("Bên còn lại", "Hồ Thị Mua, 040085123458").await;
    page.fill("Tên hợp đồng, giao dịch", "Hợp đồng tặng cho quyền sử dụng đất").await;
    page.press("Ghi vào sổ").await;
    page.see("50.000 đ").await;

    // A name was written wrong, and one entry was made twice: both stay readable.
    page.goto("/co-quan/so/muc?q=uoc+3").await;
    page.press("Đặng Thị Ước 3").await;
    page.press("Đính chính").await;
    page.fill("Họ tên của người yêu cầu chứng thực", "Đặng Thị Ước Ba").await;
    page.fill("Lý do đính chính, căn cứ", "ghi sai tên đệm").await;
    page.sound().await;
    page.press("Lưu đính chính").await;
    page.see("“Đặng Thị Ước 3” thành “Đặng Thị Ước Ba”").await;
    page.goto("/co-quan/so/muc?q=uoc+5").await;
    page.press("Đặng Thị Ước 5").await;
    page.press("Hủy mục").await;
    page.fill("Lý do hủy", "ghi hai lần").await;
    page.sound().await;
    page.press_within("Hủy mục số 05").await;
    page.see("Đã hủy, giữ số").await;
    page.sound().await;
    page.press("← Sổ chứng thực bản sao từ bản chính năm 2026").await;
    page.see("có đính chính, ghi chú").await;
    page.sound().await;
    page.resize(390, 844).await;
    page.sound().await;
    page.resize(1366, 768).await;
    let book = page.path().await;
    let (status, media_type, head) = page.fetch(&format!("{book}/in")).await;
    assert_eq!((status, media_type.as_str(), head.as_str()), (200, "application/pdf", "%PDF-"));
    page.sign_out().await;

    // The last day of the year: the head closes it, and nothing more is written into it.
    server.at(date(2026, 12, 31).at(16, 30, 0, 0));
    page.sign_in("truongmotcua-phuson").await;
    page.goto(&book).await;
    page.press("Khóa sổ").await;
    page.see("Sổ này gồm 5 (năm) trường hợp, từ số 01 đến số 05").await;
    page.see("đã hủy; tổng số bản: 8; tổng số phí: 40.000 đ").await;
    page.sound().await;
    page.fill("Gõ tên sổ để xác nhận", "Sổ chứng thực bản sao từ bản chính năm 2026").await;
    page.press("Khóa sổ").await;
    page.see("Đã khóa sổ.").await;
    page.goto("/co-quan/so/ghi?loai=ban-sao").await;
    page.fill("Họ tên của người yêu cầu chứng thực", "Lê Văn Muộn").await;
    page.fill("Tên của bản chính giấy tờ, văn bản", "Học bạ").await;
    page.fill("Số bản sao đã được chứng thực", "1").await;
    page.fill("Số trang của bản chính", "1").await;
    page.press("Ghi vào sổ").await;
    page.see("đã khóa ngày 31/12/2026 với 5 trường hợp").await;
    server.at(date(2027, 1, 4).at(8, 0, 0, 0));
    page.sign_in("truongmotcua-phuson").await;
    page.goto("/co-quan/so").await;
    page.see("Sổ năm trước chưa khóa").await;
    page.sound().await;
    page.goto("/co-quan/so/ghi?loai=ban-sao").await;
    page.fill("Họ tên của người yêu cầu chứng thực", "Lê Văn Mới").await;
    page.fill("Tên của bản chính giấy tờ, văn bản", "Học bạ").await;
    page.fill("Số bản sao đã được chứng thực", "1").await;
    page.fill("Số trang của bản chính", "1").await;
    page.press("Ghi vào sổ").await;
    page.see("Số 01").await;
    page.see("01/2027-SCT/BS").await;
    // A copy that somebody waits for is one press: received, entered, numbered, paid and handed over.
    page.sign_out().await;
    page.sign_in("motcua-phuson").await;
    page.goto("/co-quan/ho-so/moi?thu-tuc=2.000815").await;
    page.see("số kế tiếp là 02").await;
    page.fill("Họ và tên chủ hồ sơ", "Hồ Thị Chụp").await;
    page.tick("Đã nhận giấy tờ 1").await;
    page.sound().await;
    page.press("Giải quyết và trả ngay").await;
    page.see("Chưa nhập nội dung này.").await;
    page.fill("Tên của bản chính giấy tờ, văn bản", "Học bạ").await;
    page.fill("Số bản sao đã được chứng thực", "1").await;
    page.fill("Số trang của bản chính", "1").await;
    page.press("Giải quyết và trả ngay").await;
    page.see("Đã giải quyết và trả kết quả.").await;
    page.see("Sổ chứng thực bản sao từ bản chính: số 02, năm 2027").await;
    page.see("Kết quả 02").await;
    page.sound().await;
    page.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_morning_of_certification_on_sqlite() {
    a_morning_of_certification(On::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_morning_of_certification_on_postgresql() {
    a_morning_of_certification(On::Postgresql).await;
}
