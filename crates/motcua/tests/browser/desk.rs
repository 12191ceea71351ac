//! What makes the desk quick: drafts that survive, papers used again, keys, receipts that are scanned,
//! the print queue.

use jiff::civil::date;

use crate::support::{On, Page, Server};

const CARD: &str =
    "040090123456|182345678|Nguyễn Văn Thử|01011990|Nam|Xóm 1, Phú Sơn, Tân Kỳ, Nghệ An|15042021";
const FORM: &str = "/co-quan/ho-so/moi?thu-tuc=1.001193";

/// Waits until the database says so.
async fn wait_for(server: &Server, sql: &'static str, wanted: &str) {
    for _ in 0..100 {
        if server.text(sql).await == wanted {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    panic!("{sql} is not {wanted} but {}", server.text(sql).await);
}

const DRAFTS: &str = "select cast(count(*) as text) from intake_draft";
const DOSSIERS: &str = "select cast(count(*) as text) from dossier";

/// A page that is killed, a network that drops, a session that ends: nothing is lost, nothing doubled.
async fn drafts_survive(on: On) {
    let Some(server) = Server::start(on, date(2026, 2, 10).at(9, 30, 0, 0)).await else { return };
    let page = Page::open_at(&server.base, 1366, 768).await;
    page.sign_in("motcua-phuson").await;
    page.goto(FORM).await;
    page.fill("Họ và tên", "Nguyễn Văn Nháp").await;
    page.see("Đã lưu nháp 09:30.").await;
    // The page is killed as a browser is that crashes.
    page.kill_page().await;
    page.goto("/co-quan/ho-so/moi").await;
    page.press("Có 1 bản nháp chưa gửi").await;
    page.see("Nguyễn Văn Nháp").await;
    page.sound().await;
    page.press("Tiếp tục").await;
    page.see("Người nộp hồ sơ").await;
    page.holds("Họ và tên", "Nguyễn Văn Nháp").await;

    // The network drops: what is typed is held here, a press waits, and is sent once.
    page.network(false).await;
    page.fill("Địa chỉ", "Xóm mất mạng").await;
    page.see("Mất mạng: đang giữ trong máy này").await;
    page.tick("Đã nhận giấy tờ 1").await;
    page.press("Tiếp nhận và in giấy hẹn").await;
    page.see("sẽ gửi khi có mạng").await;
    assert_eq!(server.text(DOSSIERS).await, "0");
    page.network(true).await;
    page.see("Đã tiếp nhận hồ sơ.").await;
    page.see("Xóm mất mạng").await;
    assert_eq!(server.text(DOSSIERS).await, "1");
    wait_for(&server, DRAFTS, "0").await;

    // Offline and then killed: the copy in this browser becomes a draft.
    page.goto(FORM).await;
    page.network(false).await;
    page.fill("Họ và tên", "Lê Thị Ngoại Tuyến").await;
    page.see("Mất mạng: đang giữ trong máy này").await;
    let held = page.script("return Object.values(localStorage).join()").await;
    assert!(!held.contains("Ngoại Tuyến"), "held in clear: {held}");
    page.kill_page().await;
    page.network(true).await;
    page.goto("/co-quan/ho-so/moi").await;
    page.see("Máy này còn giữ một biểu mẫu lúc mất mạng").await;
    wait_for(&server, DRAFTS, "1").await;

    // The session ends in the middle of a form: signed in again elsewhere, the same form goes on.
    page.goto("/co-quan/nhap").await;
    page.press("Tiếp tục").await;
    page.see("Người nộp hồ sơ").await;
    server.run("update session set expires_ms = 0").await;
    page.tick("Đã nhận giấy tờ 1").await;
    page.press("Tiếp nhận và in giấy hẹn").await;
    page.see("Phiên làm việc đã hết").await;
    page.holds("Họ và tên", "Lê Thị Ngoại Tuyến").await;
    page.sign_in("motcua-phuson").await;
    page.goto("/co-quan/nhap").await;
    page.press("Tiếp tục").await;
    page.see("Người nộp hồ sơ").await;
    page.holds("Họ và tên", "Lê Thị Ngoại Tuyến").await;
    page.sign_out().await;
    let left = page.script("return String(Object.keys(localStorage).filter((it) => it.startsWith('mc-nhap')).length)").await;
    assert_eq!(left, "0", "who signs out leaves nothing here");
    page.close().await;
}

/// A morning at the counter by keyboard and scanner alone.
async fn a_quick_desk(on: On) {
    let Some(server) = Server::start(on, date(2026, 2, 10).at(9, 30, 0, 0)).await else { return };
    let page = Page::open_at(&server.base, 1366, 768).await;
    page.sign_in("motcua-phuson").await;

    // The map of keys, by key and as a page.
    page.keys("?").await;
    page.see("Hàng đợi in của bàn này").await;
    page.sound().await;
    page.keys("\u{e00c}").await;
    page.goto("/co-quan/phim-tat").await;
    page.sound().await;

    // Keyboard only: new dossier, the procedure, the card, the papers, receive.
    page.held("n").await;
    page.see("Hay làm ngay tại quầy").await;
    page.keys("1.001193\u{e007}").await;
    page.see("thủ tục phù hợp").await;
    page.goto(FORM).await;
    page.scan("Đặt con trỏ vào đây", CARD).await;
    page.see("Tiếp nhận và in giấy hẹn").await;
    page.holds("Họ và tên", "Nguyễn Văn Thử").await;
    // The declaration first, then what everybody brings.
    page.held("g").await;
    page.keys("\u{e004}\u{e004}\u{e004} ").await;
    page.held("j").await;
    page.control_enter().await;
    page.see("Đã tiếp nhận hồ sơ.").await;
    page.see("Giấy chứng sinh").await;
    let path = page.path().await;
    page.sound().await;

    // The paper is scanned and marked; the dossier's page says by whom and when.
    page.press("Đánh dấu giấy tờ, gắn bản quét").await;
    page.see("Giấy tờ của hồ sơ").await;
    page.sound().await;
    page.choose_file("input[type=file]", "quet.pdf", &testkit::pdf("ban quet thu")).await;
    page.press("Ghi lại").await;
    page.see("thay đổi về giấy tờ").await;
    page.press("Chứng thực bản sao").await;
    page.sound().await;
    page.fill("Giấy tờ này là", "Giấy chứng sinh").await;
    page.click("input[name=da-doi-chieu]").await;
    page.press("Chứng thực").await;
    page.see("Đã chứng thực bản sao điện tử").await;
    let code = server.text("select code from electronic_copy").await;
    page.goto(&format!("/ban-sao/{code}")).await;
    page.see("Bản sao này là thật").await;
    page.sound().await;

    // The same citizen comes again: his paper is used again as he agrees.
    page.goto(FORM).await;
    page.click("[data-recent] summary").await;
    page.click("[data-recent] button").await;
    page.see("Tiếp nhận và in giấy hẹn").await;
    page.holds("Số định danh", "040090123456").await;
    page.click("details:has(#dong-y) summary").await;
    page.choose("Người nộp đồng ý bằng cách", "ký trên giấy tiếp nhận").await;
    page.press("Tìm giấy đã nộp").await;
    page.see("xem bản quét").await;
    page.sound().await;
    page.click("input[name=dung-lai]").await;
    page.click("input[name=in-sau]").await;
    page.press("Tiếp nhận và in giấy hẹn").await;
    page.see("cùng thủ tục, chưa trả kết quả").await;
    page.click("input[name=van-nhan]").await;
    page.press("Tiếp nhận và in giấy hẹn").await;
    page.see("Đã tiếp nhận hồ sơ.").await;
    page.see("dùng lại giấy đã nộp").await;

    // The print queue.
    page.held("i").await;
    page.see("1 giấy chờ in").await;
    page.sound().await;
    page.resize(390, 844).await;
    page.sound().await;
    page.resize(1366, 768).await;
    page.press("In một lượt").await;
    wait_for(&server, "select cast(count(*) as text) from print_job where times = 1", "1").await;
    page.goto("/co-quan/hang-in").await;
    page.see("Đã in trong 24 giờ qua").await;

    // A receipt is scanned on any page, with the cursor in a field.
    let code = server.text("select code from dossier order by id").await;
    page.goto("/co-quan/ho-so").await;
    page.scanner(&code).await;
    page.see("Việc có thể làm").await;
    assert_eq!(page.path().await, path);
    page.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn drafts_survive_on_sqlite() {
    drafts_survive(On::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn drafts_survive_on_postgresql() {
    drafts_survive(On::Postgresql).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_quick_desk_on_sqlite() {
    a_quick_desk(On::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_quick_desk_on_postgresql() {
    a_quick_desk(On::Postgresql).await;
}
