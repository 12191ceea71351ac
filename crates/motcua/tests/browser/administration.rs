//! The administrator's work: somebody new, an account, a policy; and what the new one meets.

use jiff::civil::date;
use totp_rs::{Algorithm, Builder, Secret};

use crate::support::{On, Page, Server};

/// Every page of the administration of the organisation, in the demo.
pub const PAGES: &[&str] = &[
    "/co-quan/quan-tri/don-vi",
    "/co-quan/quan-tri/don-vi?q=phu%20son&ngay=01/03/2026",
    "/co-quan/quan-tri/don-vi/moi?cap-tren=2",
    "/co-quan/quan-tri/don-vi/20",
    "/co-quan/quan-tri/don-vi/20/sua",
    "/co-quan/quan-tri/don-vi/20/ket-thuc",
    "/co-quan/quan-tri/don-vi/20/chuc-danh",
    "/co-quan/quan-tri/chuc-danh/5",
    "/co-quan/quan-tri/can-bo",
    "/co-quan/quan-tri/can-bo?q=khong-co-ai",
    "/co-quan/quan-tri/can-bo/moi",
    "/co-quan/quan-tri/can-bo/moi?don-vi=20",
    "/co-quan/quan-tri/can-bo/nhap",
    "/co-quan/quan-tri/can-bo/5",
    "/co-quan/quan-tri/can-bo/5/sua",
    "/co-quan/quan-tri/can-bo/5/chuc-vu?don-vi=20",
    "/co-quan/quan-tri/chuc-vu/5",
    "/co-quan/quan-tri/thay-the",
    "/co-quan/quan-tri/thay-the/moi",
    "/co-quan/quan-tri/thay-the/moi?nguoi=5",
    "/co-quan/quan-tri/tai-khoan",
    "/co-quan/quan-tri/tai-khoan?tinh-trang=khoa",
    "/co-quan/quan-tri/tai-khoan/moi",
    "/co-quan/quan-tri/tai-khoan/moi?nguoi=5",
    "/co-quan/quan-tri/tai-khoan/5",
    "/co-quan/quan-tri/tai-khoan/5/quyen",
    "/co-quan/quan-tri/tai-khoan/5/khoa",
    "/co-quan/quan-tri/tai-khoan/5/cap-lai-mat-khau",
    "/co-quan/quan-tri/quyen/5",
    "/co-quan/quan-tri/ma-xac-thuc",
    "/co-quan/quan-tri/ma-xac-thuc/clerk",
];

/// The code that an authenticator shows at the moment of the server's clock.
fn code(server: &Server, secret: &str, login: &str) -> String {
    let totp = Builder::new()
        .with_algorithm(Algorithm::SHA1)
        .with_digits(6)
        .with_skew(1)
        .with_step_duration(30)
        .with_secret(Secret::try_from_base32(secret).unwrap())
        .with_account_name(login)
        .with_issuer(Some("Mot Cua"))
        .build()
        .unwrap();
    totp.generate(u64::try_from(server.now().epoch_ms() / 1000).unwrap()).to_string()
}

/// From nobody to the first page of the office: person, account, first password, second factor.
async fn somebody_new(on: On) {
    let start = date(2026, 2, 10).at(9, 0, 0, 0);
    let Some(server) = Server::start(on, start).await else { return };
    let page = Page::open_at(&server.base, 1366, 768).await;
    page.sign_in("quantri").await;
    page.goto("/co-quan/quan-tri").await;
    page.press("Đơn vị").await;
    page.fill("Tìm theo tên, mã", "phu son").await;
    page.press("Xem").await;
    page.press("Ủy ban nhân dân xã Phú Sơn").await;
    page.press("Chức danh và người giữ").await;
    page.press("Thêm cán bộ vào đơn vị").await;
    page.fill("Họ và tên", "Trần Thị Mới").await;
    page.fill("Điện thoại", "12").await;
    page.fill("Chức danh mới", "Công chức Một cửa số 2").await;
    page.press("Thêm cán bộ").await;
    page.see("Có chỗ cần sửa").await;
    page.sound().await;
    page.fill("Điện thoại", "0912 345 678").await;
    page.press("Thêm cán bộ").await;
    page.see("Đã thêm cán bộ.").await;
    page.see("Trần Thị Mới (minh họa)").await;

    page.press("Lập tài khoản").await;
    page.choose("Vai trò", "Công chức một cửa").await;
    page.press("Lập tài khoản").await;
    page.see("Đã lập tài khoản").await;
    page.sound().await;
    let password = page.text_of(".secret").await;
    page.press("Xong, mở tài khoản").await;
    page.see("chưa đổi mật khẩu").await;
    page.see("moitt").await;

    page.goto("/co-quan/quan-tri/ma-xac-thuc").await;
    page.press("Bắt buộc với Công chức một cửa").await;
    page.press("Bắt buộc với “Công chức một cửa”").await;
    page.see("từ nay bắt buộc mã xác thực").await;
    page.sign_out().await;

    page.fill("Tên đăng nhập", "moitt").await;
    page.fill("Mật khẩu", &password).await;
    page.press("Đăng nhập").await;
    page.see("Đây là lần đăng nhập đầu").await;
    page.sound().await;
    for label in ["Mật khẩu mới", "Nhập lại mật khẩu mới"] {
        page.fill(label, "con trâu đi trước").await;
    }
    page.press("Đổi mật khẩu").await;
    page.see("Cài mã xác thực khi đăng nhập").await;
    page.sound().await;
    let secret = page.text_of(".mono").await;
    page.fill("Mã 6 số", &code(&server, &secret, "moitt")).await;
    page.press("Bật mã xác thực").await;
    page.see("Việc hôm nay của Trần Thị Mới").await;
    page.see("Tiếp nhận hồ sơ").await;
    page.sign_out().await;

    // A head says who stands in; both read it on the first page.
    page.sign_in("truongmotcua-phuson").await;
    page.goto("/co-quan/quan-tri").await;
    page.sound().await;
    page.press("Thay thế khi vắng mặt").await;
    page.press("Cử người thay").await;
    page.press("Trần Thị Mới (minh họa)").await;
    page.choose("Người thay", "Tư pháp").await;
    page.fill("Từ ngày", "10/02/2026").await;
    page.fill("Đến hết ngày", "13/02/2026").await;
    page.fill("Lý do vắng mặt", "nghỉ phép").await;
    page.press("Cử người thay").await;
    page.see("Đã cử người thay.").await;
    page.resize(390, 844).await;
    page.sound().await;
    page.resize(1366, 768).await;
    page.sign_out().await;
    page.sign_in("tuphap-phuson").await;
    page.see("Ông, bà thay Trần Thị Mới (minh họa) từ 10/02/2026 đến hết 13/02/2026.").await;
    page.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_new_is_led_to_the_first_page_on_sqlite() {
    somebody_new(On::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_new_is_led_to_the_first_page_on_postgresql() {
    somebody_new(On::Postgresql).await;
}
