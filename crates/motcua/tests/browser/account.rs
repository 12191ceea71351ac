//! Citizens' accounts in Chromium: a real provider of identity, a code to a telephone, consent and erasure; and
//! officials with passkeys.

use std::{
    net::{TcpListener, TcpStream},
    process::{Child, Command, Stdio},
    time::Duration,
};

use jiff::civil::{DateTime, date};
use motcua::demo;

use crate::support::{On, Page, Server};

/// npm `oidc-provider`, ended with the test.
struct Provider {
    process: Child,
    issuer: String,
}

impl Drop for Provider {
    fn drop(&mut self) {
        self.process.kill().ok();
        self.process.wait().ok();
    }
}

impl Provider {
    /// Starts it, where `./test` has installed it.
    fn start(server: &Server, number: &str) -> Option<Self> {
        std::env::var_os("TEST_OIDC")?;
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let issuer = format!("http://localhost:{port}");
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/browser/provider.mjs");
        let process = Command::new("node")
            .args([script, &issuer, &format!("{}/dang-nhap/ve/1", server.base), number])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("node; ./test installs it");
        let provider = Self { process, issuer };
        for _ in 0..200 {
            if TcpStream::connect(("127.0.0.1", port)).is_ok() {
                return Some(provider);
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        panic!("the provider does not start");
    }
}

/// Now by the machine's clock: the provider's tokens bear it.
fn now() -> DateTime {
    motcua::clock::now().civil()
}

/// The administrator sets a provider up; a citizen signs in with it and finds his dossiers.
async fn by_a_real_provider(on: On) {
    let Some(server) = Server::start_with(on, now(), 60).await else { return };
    let dossier = "select d.code from dossier d join dossier_person p on p.dossier = d.id
        where length(p.id_number) = 12 and d.due_at is not null and p.id_number not in
          (select id_number from citizen where id_number is not null) order by d.id desc limit 1";
    let number = dossier.replace("d.code", "p.id_number");
    let (code, number) = (server.text(dossier).await, server.text_of(number).await);
    let Some(provider) = Provider::start(&server, &number) else { return };

    let admin = Page::open_at(&server.base, 1366, 768).await;
    admin.sign_in("quantri").await;
    admin.goto("/co-quan/quan-tri/dinh-danh").await;
    admin.see("Chưa có nhà cung cấp định danh nào.").await;
    admin.sound().await;
    admin.press("Thêm nhà cung cấp").await;
    admin.fill("Tên trên nút đăng nhập", "Đăng nhập bằng tài khoản tỉnh").await;
    admin.fill("Nơi phát hành", &provider.issuer).await;
    admin.fill("Mã khách", "motcua").await;
    admin.fill("Khóa bí mật", "mot-bi-mat-rat-dai-cho-phep-thu").await;
    admin.fill("Phạm vi xin", "openid profile phone cccd").await;
    admin.pick("vẫn tin số định danh").await;
    admin.fill("Số định danh 12 chữ số", "so_cccd").await;
    admin.pick("Cho người dân dùng").await;
    admin.sound().await;
    admin.press("Lưu và thử kết nối").await;
    admin.see("kết nối thử thành công").await;
    admin.see(&format!("{}/token", provider.issuer)).await;
    admin.sound().await;
    admin.close().await;

    let phone = Page::open_at(&server.base, 390, 844).await;
    phone.goto("/tai-khoan").await;
    phone.see("Bằng tài khoản định danh điện tử").await;
    phone.sound().await;
    phone.press("Đăng nhập bằng tài khoản tỉnh").await;
    phone.see("Sign-in").await;
    phone.script("document.querySelector('[name=login]').value = 'nguoi-thu'").await;
    phone.script("document.querySelector('[name=password]').value = 'x'").await;
    phone.click("button[type=submit]").await;
    phone.see("Authorize").await;
    phone.click("button[type=submit]").await;
    phone.see("Ông, bà chưa có tài khoản ở đây.").await;
    phone.sound().await;
    phone.press("Đồng ý và mở tài khoản").await;
    phone.see("Muốn mở tài khoản thì cần đánh dấu đồng ý.").await;
    phone.pick("Tôi đã đọc và đồng ý").await;
    phone.press("Đồng ý và mở tài khoản").await;
    phone.see("Đã xác thực danh tính").await;
    phone.see("Nguyễn Thị Định Danh").await;
    phone.see(&code).await;
    phone.sound().await;
    phone.press_within("Xem hồ sơ").await;
    phone.see("Vì sao là ngày này?").await;

    // Once more, and the provider's own session lets him through.
    phone.goto("/tai-khoan").await;
    phone.press("Đăng xuất").await;
    phone.see("Đã đăng xuất.").await;
    phone.press("Đăng nhập bằng tài khoản tỉnh").await;
    phone.see_any(&["Đã xác thực danh tính", "Authorize"]).await;
    if phone.text().await.contains("Authorize") {
        phone.click("button[type=submit]").await;
    }
    phone.see("Đã xác thực danh tính").await;
    assert_eq!(server.text("select cast(count(*) as text) from citizen_link").await, "1");
    phone.close().await;
}

/// Somebody with a telephone alone: code, consent, who looked, a copy, the end of the account.
async fn by_telephone(on: On) {
    let start = date(2026, 2, 10).at(9, 0, 0, 0);
    let Some(server) = Server::start_with(on, start, 40).await else { return };
    let phone = Page::open_at(&server.base, 390, 844).await;
    phone.goto("/dang-nhap").await;
    phone.sound().await;
    phone.fill("Số điện thoại", "0238 384 1234").await;
    phone.press("Gửi mã cho tôi").await;
    phone.see("Hãy nhập số di động").await;
    phone.fill("Số điện thoại", "0912 345 670").await;
    phone.press("Gửi mã cho tôi").await;
    phone.see("Minh họa, không phải tin nhắn thật.").await;
    phone.sound().await;
    let code = phone.text_of(".notice b").await;
    phone.fill("Mã 6 số", &code).await;
    phone.press("Tiếp tục").await;
    phone.pick("Tôi đã đọc và đồng ý").await;
    phone.press("Đồng ý và mở tài khoản").await;
    phone.see("Đã xác nhận số điện thoại").await;
    phone.see("Chưa có hồ sơ nào ở đây.").await;
    phone.sound().await;

    // At the counter: the citizen shows his code, the official scans the card.
    phone.press("Lấy mã cho cán bộ").await;
    phone.see("Mã dùng được trong 15 phút.").await;
    let shown = phone.text_of("#ma-tai-quay .mono").await;
    let card = server
        .text(
            "select p.id_number || '||' || p.name || '|01011990|Nam|Xóm 1, Phú Sơn, Tân Kỳ, Nghệ An|15042021'
             from dossier_person p join dossier d on d.id = p.dossier
             where length(p.id_number) = 12 and d.due_at is not null and p.id_number not in
               (select id_number from citizen where id_number is not null)
             order by d.id desc limit 1",
        )
        .await;
    let counter = Page::open_at(&server.base, 1366, 768).await;
    counter.sign_in("motcua-phuson").await;
    counter.goto("/co-quan/xac-nhan-cong-dan").await;
    counter.sound().await;
    counter.fill("Mã 8 số", &shown).await;
    counter.scan("Mã QR của căn cước", &card).await;
    counter.see("Người đang đứng trước quầy").await;
    counter.sound().await;
    counter.press_within("Xác nhận ").await;
    counter.see("Đã xác nhận số định danh của tài khoản.").await;
    counter.close().await;

    phone.goto("/dang-nhap").await;
    phone.fill("Số điện thoại", "0912 345 670").await;
    phone.press("Gửi mã cho tôi").await;
    phone.see("Minh họa").await;
    let code = phone.text_of(".notice b").await;
    phone.fill("Mã 6 số", &code).await;
    phone.press("Tiếp tục").await;
    phone.see("Đã xác thực danh tính").await;
    // He reads English: from now on his pages, his codes and what he is told of his dossiers are in it.
    phone.see("Của trang này, của mã và tin báo về hồ sơ.").await;
    phone.choose("Ngôn ngữ", "English").await;
    phone.click("form[action='/tai-khoan/hien-thi'] button").await;
    phone.see("of your codes and of the notices about your dossiers").await;
    phone.sound().await;
    let told =
        "select c.lang || p.lang from citizen c join dossier_person p on p.id_number = c.id_number
        where c.phone = '0912345670' order by p.dossier desc limit 1";
    assert_eq!(server.text(told).await, "enen");
    let reading = Page::open_at(&server.base, 1366, 768).await;
    reading.sign_in("cchc").await;
    let of = "select cast(p.dossier as text) from citizen c join dossier_person p on p.id_number = c.id_number
        where c.phone = '0912345670' order by p.dossier desc limit 1";
    reading.goto(&format!("/co-quan/ho-so/{}", server.text(of).await)).await;
    reading.see("Tiếng Anh").await;
    reading.sound().await;
    reading.close().await;
    phone.choose("Language", "Tiếng Việt").await;
    phone.click("form[action='/tai-khoan/hien-thi'] button").await;
    phone.see("Ngôn ngữ và hiển thị").await;
    assert_eq!(server.text(told).await, "vivi");
    phone.press("Ai đã xem hồ sơ của tôi").await;
    phone.see("Tiếp nhận").await;
    phone.sound().await;
    phone.goto("/tai-khoan/dong-y").await;
    phone.sound().await;
    phone.click("form[action='/tai-khoan/dong-y/notify'] button").await;
    phone.see("Đã ghi nhận đồng ý.").await;
    phone.click("form[action='/tai-khoan/dong-y/notify'] button").await;
    phone.see("Đã rút đồng ý.").await;
    for path in [
        "/tai-khoan/lien-he",
        "/tai-khoan/dien-thoai",
        "/rieng-tu",
        "/rieng-tu?lang=en",
        "/tai-khoan?lang=vi",
    ] {
        phone.goto(path).await;
        phone.sound().await;
    }
    phone.goto("/tai-khoan/dong").await;
    phone.sound().await;
    let name = server.text("select name from citizen where phone = '0912345670'").await;
    phone.fill("Để xác nhận, gõ lại", &name).await;
    phone.press("Đóng tài khoản của tôi").await;
    phone.see("Đã đóng tài khoản và xóa dữ liệu của tài khoản.").await;
    let left = "select cast(count(*) as text) from citizen where phone = '0912345670'";
    assert_eq!(server.text(left).await, "0");

    // What is over goes by itself, and the administrator sees it.
    server.at(date(2026, 2, 12).at(9, 0, 0, 0));
    server.run_jobs().await;
    let admin = Page::open_at(&server.base, 1366, 768).await;
    admin.sign_in("quantri").await;
    admin.goto("/co-quan/quan-tri/thoi-han-luu").await;
    admin.see("Mã xác nhận đã gửi").await;
    admin.sound().await;
    admin.resize(390, 844).await;
    admin.sound().await;
    admin.close().await;
    phone.close().await;
}

/// An official registers a key and signs in with it, with and without his password.
async fn with_passkeys(on: On) {
    let start = date(2026, 2, 10).at(9, 0, 0, 0);
    let Some(server) = Server::start_named(on, start, 0, "localhost").await else { return };
    let page = Page::open_at(&server.base, 1366, 768).await;
    page.with_authenticator().await;
    page.sign_in("motcua-phuson").await;
    page.goto("/co-quan/tai-khoan").await;
    page.press("Khóa đăng nhập (passkey)").await;
    page.see("Chưa có khóa nào.").await;
    page.sound().await;
    page.fill("Tên khóa", "Máy tính ở quầy 1").await;
    page.fill("Mật khẩu hiện tại", demo::PASSWORD).await;
    page.press("Đăng ký khóa").await;
    page.see("Đã đăng ký khóa.").await;
    page.see("Máy tính ở quầy 1").await;
    page.sound().await;
    // The same device is told that it is known.
    page.fill("Tên khóa", "Lần nữa").await;
    page.fill("Mật khẩu hiện tại", demo::PASSWORD).await;
    page.press("Đăng ký khóa").await;
    page.see("Thiết bị này đã đăng ký rồi.").await;
    page.sign_out().await;

    page.sound().await;
    page.press("Đăng nhập bằng khóa (passkey)").await;
    page.see("Việc hôm nay").await;
    page.sign_out().await;
    page.fill("Tên đăng nhập", "motcua-phuson").await;
    page.fill("Mật khẩu", demo::PASSWORD).await;
    page.press("Đăng nhập").await;
    page.see("Dùng khóa đăng nhập").await;
    page.sound().await;
    page.press("Đăng nhập bằng khóa (passkey)").await;
    page.see("Việc hôm nay").await;
    page.goto("/co-quan/tai-khoan/khoa").await;
    page.unfold("Đổi tên hoặc xóa").await;
    page.fill("Tên mới", "Máy tính ở quầy 1 (mới)").await;
    page.press("Đổi tên").await;
    page.see("Đã đổi tên khóa.").await;
    page.see("Máy tính ở quầy 1 (mới)").await;
    page.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_real_provider_signs_a_citizen_in_on_sqlite() {
    by_a_real_provider(On::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_real_provider_signs_a_citizen_in_on_postgresql() {
    by_a_real_provider(On::Postgresql).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_telephone_opens_an_account_that_is_closed_again_on_sqlite() {
    by_telephone(On::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_telephone_opens_an_account_that_is_closed_again_on_postgresql() {
    by_telephone(On::Postgresql).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn officials_sign_in_with_passkeys_on_sqlite() {
    with_passkeys(On::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn officials_sign_in_with_passkeys_on_postgresql() {
    with_passkeys(On::Postgresql).await;
}
