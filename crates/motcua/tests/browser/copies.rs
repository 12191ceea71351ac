//! A paper on the scanner: certified from its original, asked about by anybody, taken back and certified anew;
//! and its letters, once the operator has named a command that reads them.

use std::path::{Path, PathBuf};

use jiff::civil::date;

use crate::support::{On, Page, Server};

const CARD: &str =
    "040090123456|182345678|Nguyễn Văn Thử|01011990|Nam|Xóm 1, Phú Sơn, Tân Kỳ, Nghệ An|15042021";

/// A folder of this test's own.
fn folder(on: On) -> PathBuf {
    let name = if on == On::Sqlite { "a" } else { "b" };
    let folder = std::env::temp_dir().join(format!("motcua-scans-{}-{name}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

/// A command that reads a scan on its standard input, as any reader of letters does: it says how long the scan is.
fn reader(folder: &Path) -> String {
    let path = folder.join("doc-chu.sh");
    let script =
        "dai=$(wc -c | tr -d ' ')\nprintf 'GIẤY CHỨNG SINH\\nBản quét dài %s byte\\n' \"$dai\"\n";
    std::fs::write(&path, script).unwrap();
    path.to_string_lossy().into_owned()
}

/// Receives a dossier with its paper and puts this scan beside it; the dossier's path.
async fn received_and_scanned(page: &Page, scan: &[u8]) -> String {
    page.sign_in("motcua-phuson").await;
    page.goto("/co-quan/ho-so/moi?thu-tuc=1.001193").await;
    page.scan("Đặt con trỏ vào đây", CARD).await;
    page.see("Tiếp nhận và in giấy hẹn").await;
    page.tick("Đã nhận giấy tờ 1").await;
    page.press("Tiếp nhận và in giấy hẹn").await;
    page.see("Đã tiếp nhận hồ sơ.").await;
    let path = page.path().await;
    page.press("Đánh dấu giấy tờ, gắn bản quét").await;
    page.choose_file("input[type=file]", "giay-chung-sinh.png", scan).await;
    page.press("Ghi lại").await;
    page.see("thay đổi về giấy tờ").await;
    path
}

/// Holds the original against the scan and certifies it.
async fn certified(page: &Page) {
    page.press("Chứng thực bản sao").await;
    page.see("Mã băm SHA-256").await;
    page.fill("Giấy tờ này là", "Giấy chứng sinh").await;
    page.click("input[name=da-doi-chieu]").await;
    page.press("Chứng thực").await;
    page.see("Đã chứng thực bản sao điện tử, mã ").await;
}

async fn a_copy_and_its_letters(on: On) {
    let Some(mut server) = Server::start(on, date(2026, 3, 2).at(9, 0, 0, 0)).await else { return };
    let folder = folder(on);
    let page = Page::open_at(&server.base, 1366, 768).await;
    // A picture as good as any that a scanner makes.
    page.goto("/tra-cuu").await;
    let file = folder.join("quet.png");
    page.screenshot(&file).await;
    let scan = std::fs::read(&file).unwrap();
    let path = received_and_scanned(&page, &scan).await;
    // Nobody named a command: no letters are read, and nothing on the page says that they could be.
    assert!(!page.text().await.contains("Đọc chữ"));

    // Nobody certifies what he did not hold against its original.
    page.press("Chứng thực bản sao").await;
    page.sound().await;
    page.press("Chứng thực").await;
    page.see("Chưa đánh dấu đã đối chiếu với bản chính.").await;
    page.sound().await;
    page.fill("Giấy tờ này là", "Giấy chứng sinh").await;
    page.click("input[name=da-doi-chieu]").await;
    page.press("Chứng thực").await;
    page.see("Đã chứng thực bản sao điện tử, mã ").await;
    page.sound().await;
    let code = server.text("select code from electronic_copy").await;
    let (status, media_type, head) = page.fetch(&format!("{path}/ban-sao/{code}")).await;
    assert_eq!((status, media_type.as_str(), head.as_str()), (200, "application/pdf", "%PDF-"));

    // Whoever gets the copy types its code as it comes, and holds his own file against it.
    let phone = Page::open_at(&server.base, 390, 844).await;
    phone.goto("/ban-sao").await;
    phone.sound().await;
    phone.fill("Mã bản sao", &code.to_lowercase().replace('-', " ")).await;
    phone.press("Kiểm tra").await;
    phone.see("Bản sao này là thật").await;
    phone.see("Ủy ban nhân dân xã Phú Sơn").await;
    phone.sound().await;
    for secret in ["Nguyễn Văn Thử", "260302-0001", "giay-chung-sinh"] {
        assert!(!phone.text().await.contains(secret), "{secret}");
    }
    phone.choose_file("#tep", "ban-sao.png", &scan).await;
    phone.press("So với bản đã chứng thực").await;
    phone.see("Đúng: tệp này là bản quét đã được chứng thực").await;
    phone.sound().await;
    phone.choose_file("#tep", "khac.pdf", &testkit::pdf("bản khác")).await;
    phone.press("So với bản đã chứng thực").await;
    phone.see("Không phải: tệp này khác bản quét").await;
    phone.sound().await;
    phone.goto(&format!("/ban-sao/{code}?lang=en")).await;
    phone.see("This copy is genuine").await;
    phone.goto(&format!("/ban-sao/{code}?lang=vi")).await;

    // Taken back it is genuine no more; certified anew it has another code.
    page.press("Thu hồi").await;
    page.leads_to("/thu-hoi").await;
    page.sound().await;
    page.fill("Lý do", "Quét thiếu trang").await;
    page.press("Thu hồi bản sao").await;
    page.see("Đã thu hồi bản sao điện tử.").await;
    page.see(&format!("bản sao {code} đã thu hồi")).await;
    phone.goto(&format!("/ban-sao/{code}")).await;
    phone.see("đã bị thu hồi").await;
    phone.sound().await;
    certified(&page).await;
    let anew = server.text("select code from electronic_copy where revoked_ms is null").await;
    assert_ne!(anew, code);
    phone.goto(&format!("/ban-sao/{anew}")).await;
    phone.see("Bản sao này là thật").await;
    phone.close().await;

    // The operator names a command and starts anew: the button is there, and reads this very scan.
    server.reads_letters_by(&["sh", &reader(&folder)]).await;
    page.goto(&path).await;
    page.press("Đọc chữ").await;
    page.see("Máy đọc có thể sai").await;
    page.holds("Nội dung", &format!("GIẤY CHỨNG SINH\nBản quét dài {} byte", scan.len())).await;
    page.sound().await;
    page.resize(390, 844).await;
    page.sound().await;
    page.resize(1366, 768).await;
    // One that fails says so, and nothing else of the dossier is in its way.
    server.reads_letters_by(&["false"]).await;
    page.goto(&path).await;
    page.press("Đọc chữ").await;
    page.see("Không đọc được chữ trong bản quét này.").await;
    page.sound().await;
    std::fs::remove_dir_all(&folder).ok();
    page.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_scan_is_certified_taken_back_and_its_letters_read_on_sqlite() {
    a_copy_and_its_letters(On::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_scan_is_certified_taken_back_and_its_letters_read_on_postgresql() {
    a_copy_and_its_letters(On::Postgresql).await;
}
