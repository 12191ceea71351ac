//! Two installations on two servers: paired by their administrators, a part goes over while the other stands
//! still, is at the counter, is accepted, is answered.

use jiff::civil::{DateTime, date};

use crate::support::{On, Page, Server};

/// Ten working days, settled by communes.
const WHOLE: &str = "1.010803";
const PARTNERS: &str = "/co-quan/quan-tri/he-thong-khac";

/// Both clocks.
fn at(servers: [&Server; 2], civil: DateTime) {
    for it in servers {
        it.at(civil);
    }
}

/// Adds the partner and makes the key pair; what the administrator sends and what he reads out.
async fn introduced(page: &Page, other: &str, code: &str, own: &str) -> (String, String) {
    page.sign_in("quantri").await;
    page.goto(PARTNERS).await;
    page.press("Tạo cặp khóa").await;
    page.see("Đã tạo cặp khóa.").await;
    page.press("Thêm đối tác").await;
    page.fill("Tên cơ quan, hệ thống", "Hệ thống của cơ quan bạn").await;
    page.fill("Mã đối tác dùng khi ký", code).await;
    page.fill("Mã hệ thống này dùng khi ký", own).await;
    page.fill("Địa chỉ của đối tác", other).await;
    page.sound().await;
    page.press("Thêm đối tác").await;
    page.see("Đã thêm đối tác.").await;
    page.see("Chưa ghép cặp khóa").await;
    (page.text_of("code.key").await, page.text_of("b.fingerprint").await)
}

/// Believes the other's key by the fingerprint that was read out.
async fn paired(page: &Page, (key, fingerprint): &(String, String)) {
    page.fill("Khóa công khai của đối tác", key).await;
    page.fill("Dấu vân tay đối tác đọc cho nghe", "0000 1111").await;
    page.press("Ghép khóa của đối tác").await;
    page.see("không khớp").await;
    page.fill("Dấu vân tay đối tác đọc cho nghe", fingerprint).await;
    page.press("Ghép khóa của đối tác").await;
    page.see("Đã ghép khóa của đối tác.").await;
    page.see(fingerprint).await;
    page.sound().await;
}

async fn two_servers(on: On) {
    let start = date(2026, 3, 2).at(8, 30, 0, 0);
    let Some(lead) = Server::start(on, start).await else { return };
    let Some(mut other) = Server::start(on, start).await else { return };
    let page = Page::open_at(&lead.base, 1366, 768).await;
    let there = Page::open_at(&other.base, 1366, 768).await;

    // The administrators: each adds the other, and compares what he hears with what he pasted.
    let ours = introduced(&page, &other.base, "huyen", "xa").await;
    let theirs = introduced(&there, &lead.base, "xa", "huyen").await;
    assert_ne!(ours.1, theirs.1);
    paired(&page, &theirs).await;
    paired(&there, &ours).await;
    page.resize(390, 844).await;
    page.sound().await;
    page.resize(1366, 768).await;
    page.fill("Tên đơn vị nhận", "UBND xã Nghĩa Đồng (hệ thống bạn)").await;
    let agency = "select agency_code from unit_version where title like '%Nghĩa Đồng%' and agency_code <> ''";
    let agency = other.text(agency).await;
    page.fill("Mã định danh", &agency).await;
    page.press("Thêm nơi nhận").await;
    page.see("Đã thêm nơi nhận.").await;
    page.sign_out().await;
    there.sign_out().await;

    // The commune receives, and asks while the other stands still.
    page.sign_in("motcua-phuson").await;
    page.goto(&format!("/co-quan/ho-so/moi?thu-tuc={WHOLE}")).await;
    page.fill("Họ và tên", "Nguyễn Văn Thử").await;
    page.fill("Điện thoại", "0912 345 678").await;
    page.tick("Đã nhận giấy tờ 1").await;
    page.press("Tiếp nhận và in giấy hẹn").await;
    page.see("Đã tiếp nhận hồ sơ.").await;
    let path = page.path().await;
    page.attach("Thêm bản quét hoặc kết quả", "don.pdf", &testkit::pdf("don")).await;
    page.press("Thêm tệp").await;
    page.see("don.pdf").await;
    page.press("Chuyển bộ phận chuyên môn").await;
    page.press("Chuyển bộ phận chuyên môn").await;
    page.see("Đã ghi nhận: Chuyển bộ phận chuyên môn.").await;
    page.sign_out().await;
    page.sign_in("tuphap-phuson").await;
    page.goto(&path).await;
    page.press("Bắt đầu thụ lý").await;
    page.see("Đã ghi nhận: Bắt đầu thụ lý.").await;
    other.stop().await;
    page.press("Chuyển liên thông đến đơn vị khác").await;
    page.choose("Nơi nhận", "hệ thống bạn").await;
    page.fill("Tìm thủ tục của nơi nhận", "xác nhận tình trạng hôn nhân").await;
    page.press("Xem thủ tục").await;
    page.see("tình trạng hôn nhân").await;
    page.tick("tình trạng hôn nhân").await;
    page.fill("Nội dung đề nghị", "Xác minh và cấp giấy xác nhận").await;
    page.choose("Cách chuyển", "Giấy, cán bộ chuyển").await;
    page.sound().await;
    page.press("Chuyển và lập phiếu bàn giao").await;
    page.see("Chờ gửi sang hệ thống nơi nhận").await;
    lead.run_jobs().await;
    page.goto(&path).await;
    page.see("Không kết nối được đến hệ thống đối tác").await;
    page.sound().await;

    // It comes back: at their counter, and not accepted.
    other.resume().await;
    at([&lead, &other], date(2026, 3, 2).at(9, 0, 0, 0));
    lead.run_jobs().await;
    page.goto(&path).await;
    page.see("Đã đến Một cửa nơi nhận, chưa tiếp nhận").await;
    let child = other.text("select cast(child as text) from dossier_link").await;
    let at_theirs = format!("/co-quan/ho-so/{child}");
    there.sign_in("motcua-nghiadong").await;
    there.goto(&at_theirs).await;
    there.see("don.pdf").await;
    there.press("Xác nhận đã nhận").await;
    there.see("Đã xác nhận bàn giao.").await;
    page.goto(&path).await;
    page.see("Đã đến Một cửa nơi nhận, chưa tiếp nhận").await;
    at([&lead, &other], date(2026, 3, 2).at(9, 10, 0, 0));
    other.run_jobs().await;
    page.goto(&path).await;
    page.see("Nơi nhận đã tiếp nhận").await;
    assert!(!page.text().await.contains("chưa tiếp nhận"), "accepted is another state");

    // They settle it, and their result comes home.
    there.press("Chuyển bộ phận chuyên môn").await;
    there.press("Chuyển bộ phận chuyên môn").await;
    there.see("Đã ghi nhận: Chuyển bộ phận chuyên môn.").await;
    there.sign_out().await;
    for (login, step, done) in [
        ("truongmotcua-nghiadong", "Phân công", "Đã ghi nhận: Phân công."),
        ("vanxa-nghiadong", "Bắt đầu thụ lý", "Đã ghi nhận: Bắt đầu thụ lý."),
        ("vanxa-nghiadong", "Trình ký", "Đã ghi nhận: Trình ký."),
        ("chutich-nghiadong", "Ký", "Đã ghi nhận: Ký."),
        ("vanthu-nghiadong", "Vào số, đóng dấu, phát hành", "Nơi nhận đã có kết quả"),
    ] {
        there.sign_in(login).await;
        there.goto(&at_theirs).await;
        if login.starts_with("vanthu") {
            crate::issue::number(&there, "7/XN-UBND").await;
        } else {
            there.press(step).await;
        }
        if step == "Phân công" {
            there.choose("Công chức thụ lý", "Văn hóa").await;
            there.press(step).await;
        }
        there.see(done).await;
        if !login.starts_with("vanthu") {
            there.sign_out().await;
        }
    }
    there.attach("Thêm bản quét hoặc kết quả", "xac-nhan.pdf", &testkit::pdf("xac nhan")).await;
    there.press("Thêm tệp").await;
    there.see("xac-nhan.pdf").await;
    there.press("Bàn giao kết quả").await;
    there.press("Lập phiếu và bàn giao").await;
    there.see("Kết quả đang chuyển về").await;
    there.sign_out().await;
    at([&lead, &other], date(2026, 3, 2).at(10, 0, 0, 0));
    other.run_jobs().await;
    page.goto(&path).await;
    page.see("Giải quyết, số 7/XN-UBND").await;
    page.press("Xác nhận đã nhận").await;
    page.see("xac-nhan.pdf").await;
    page.press("Trình ký").await;
    page.see("Đã ghi nhận: Trình ký.").await;
    page.sign_out().await;
    at([&lead, &other], date(2026, 3, 2).at(10, 10, 0, 0));
    lead.run_jobs().await;

    // The administrator sees a line that works, paired both ways.
    page.sign_in("quantri").await;
    page.goto(PARTNERS).await;
    page.see("Thông suốt").await;
    page.goto(&format!("{PARTNERS}/1")).await;
    page.see("Đã ghép cặp khóa hai chiều.").await;
    page.sound().await;
    page.close().await;
    there.close().await;
    for server in [&lead, &other] {
        let db = server.db.clone();
        let wrong = tokio::task::spawn_blocking(move || {
            let stamp = store::Stamp::of_program(domain::time::Instant::from_epoch_ms(0), "test");
            db.read_blocking(stamp, citizen::dossiers::facts::unfolded).unwrap()
        });
        assert!(wrong.await.unwrap().is_empty(), "every dossier is where its events say");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_part_goes_to_another_installation_and_comes_back_on_sqlite() {
    two_servers(On::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_part_goes_to_another_installation_and_comes_back_on_postgresql() {
    two_servers(On::Postgresql).await;
}
