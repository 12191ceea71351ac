//! A case across three units: the commune receives, a division of the district and another commune each do
//! a part, and the results come back.

use jiff::civil::date;

use crate::support::{On, Page, Server};

/// Ten working days, settled by communes.
const WHOLE: &str = "1.010803";

/// Signs in as somebody for one thing.
async fn as_one(page: &Page, login: &str, path: &str) {
    page.sign_in(login).await;
    page.goto(path).await;
}

/// From the papers on a counter to the numbered result, sent back with a scan.
async fn a_part(
    server: &Server,
    page: &Page,
    place: &str,
    unit: Option<&str>,
    number: &str,
    code: &str,
) {
    let path = format!("/co-quan/ho-so/{}", server.text_of(code).await);
    as_one(page, &format!("motcua-{place}"), &path).await;
    page.see("Hồ sơ chính").await;
    page.see("don.pdf").await;
    page.sound().await;
    page.press("Xác nhận đã nhận").await;
    page.see("Đã xác nhận bàn giao.").await;
    page.press("Chuyển bộ phận chuyên môn").await;
    if let Some(unit) = unit {
        page.choose("Chuyển đến", unit).await;
    }
    page.press("Chuyển bộ phận chuyên môn").await;
    page.see("Đã ghi nhận: Chuyển bộ phận chuyên môn.").await;
    page.sign_out().await;
    as_one(page, &format!("truongmotcua-{place}"), &path).await;
    page.press("Phân công").await;
    page.choose("Công chức thụ lý", "Văn hóa").await;
    page.press("Phân công").await;
    page.see("Đã ghi nhận: Phân công.").await;
    page.sign_out().await;
    as_one(page, &format!("vanxa-{place}"), &path).await;
    page.press("Bắt đầu thụ lý").await;
    page.see("Đã ghi nhận: Bắt đầu thụ lý.").await;
    page.press("Trình ký").await;
    page.see("Đã ghi nhận: Trình ký.").await;
    page.sign_out().await;
    as_one(page, &format!("chutich-{place}"), &path).await;
    page.press("Ký").await;
    page.see("Đã ghi nhận: Ký.").await;
    page.sign_out().await;
    as_one(page, &format!("vanthu-{place}"), &path).await;
    crate::issue::number(page, number).await;
    page.see("Nơi nhận đã có kết quả").await;
    page.attach("Thêm bản quét hoặc kết quả", "xac-nhan.pdf", &testkit::pdf("xac nhan")).await;
    page.press("Thêm tệp").await;
    page.see("xac-nhan.pdf").await;
    page.press("Bàn giao kết quả").await;
    page.sound().await;
    page.press("Lập phiếu và bàn giao").await;
    page.see("Kết quả đang chuyển về").await;
    page.sign_out().await;
}

async fn three_units(on: On) {
    let start = date(2026, 3, 2).at(8, 30, 0, 0);
    let Some(server) = Server::start(on, start).await else { return };
    let page = Page::open_at(&server.base, 1366, 768).await;
    // The commune receives.
    as_one(&page, "motcua-phuson", &format!("/co-quan/ho-so/moi?thu-tuc={WHOLE}")).await;
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
    // Its officer asks the district, then another commune.
    as_one(&page, "tuphap-phuson", &path).await;
    page.press("Bắt đầu thụ lý").await;
    page.see("Đã ghi nhận: Bắt đầu thụ lý.").await;
    for (place, q, name) in [
        ("huyện Tân Kỳ", "mai táng", "Hỗ trợ chi phí mai táng cho đối tượng"),
        ("xã Nghĩa Đồng", "xác nhận tình trạng hôn nhân", "tình trạng hôn nhân"),
    ] {
        page.press("Chuyển liên thông đến đơn vị khác").await;
        page.choose("Nơi nhận", place).await;
        page.fill("Tìm thủ tục của nơi nhận", q).await;
        page.press("Xem thủ tục").await;
        page.see(name).await;
        page.tick(name).await;
        page.fill("Nội dung đề nghị", "Xác minh và cấp giấy xác nhận").await;
        page.choose("Cách chuyển", "Giấy, cán bộ chuyển").await;
        page.sound().await;
        page.press("Chuyển và lập phiếu bàn giao").await;
        page.see("Đã chuyển hồ sơ liên thông.").await;
    }
    page.see("Còn 2 hồ sơ liên thông chưa xong.").await;
    page.resize(390, 844).await;
    page.sound().await;
    page.resize(1366, 768).await;
    let slip = "/co-quan/lien-thong/ban-giao/1/in";
    let (status, media_type, head) = page.fetch(slip).await;
    assert_eq!((status, media_type.as_str(), head.as_str()), (200, "application/pdf", "%PDF-"));
    page.goto("/co-quan/lien-thong").await;
    page.see("2 phiếu bàn giao").await;
    page.sound().await;
    page.sign_out().await;

    server.at(date(2026, 3, 2).at(10, 0, 0, 0));
    let child = "select cast(child as text) from dossier_link where place = 1";
    a_part(&server, &page, "huyen", Some("Phòng"), "21/XN-LĐ", child).await;
    server.at(date(2026, 3, 3).at(9, 0, 0, 0));
    let child = "select cast(child as text) from dossier_link where place = 2";
    a_part(&server, &page, "nghiadong", None, "7/XN-UBND", child).await;

    // Both results come back, and the whole goes on.
    as_one(&page, "tuphap-phuson", &path).await;
    page.press("Xác nhận đã nhận").await;
    page.see("Còn 1 hồ sơ liên thông chưa xong.").await;
    page.press("Xác nhận đã nhận").await;
    page.see("Giải quyết, số 21/XN-LĐ").await;
    page.see("Giải quyết, số 7/XN-UBND").await;
    page.press("Trình ký").await;
    page.see("Đã ghi nhận: Trình ký.").await;
    page.sign_out().await;
    as_one(&page, "chutich-phuson", &path).await;
    page.press("Ký").await;
    page.see("Đã ghi nhận: Ký.").await;
    page.sign_out().await;
    as_one(&page, "vanthu-phuson", &path).await;
    crate::issue::number(&page, "12/QĐ-UBND").await;
    page.see("Có kết quả tại Một cửa").await;
    page.sign_out().await;
    as_one(&page, "motcua-phuson", &path).await;
    page.press("Trả kết quả").await;
    page.press("Trả kết quả").await;
    page.see("Đã trả kết quả").await;
    page.close().await;

    // The citizen reads the whole way with the one code that he has, on a phone.
    let code = server
        .text("select d.code from dossier d join dossier_link l on l.parent = d.id limit 1")
        .await;
    let secret = server
        .text("select p.secret from dossier_person p join dossier_link l on l.parent = p.dossier limit 1")
        .await;
    let phone = Page::open_at(&server.base, 390, 844).await;
    phone.goto(&format!("/ho-so/{code}?ma={secret}")).await;
    phone.see("Các cơ quan phối hợp").await;
    phone.see("đã xong, kết quả đã về").await;
    phone.sound().await;
    phone.close().await;
    let db = server.db.clone();
    let wrong = tokio::task::spawn_blocking(move || {
        let stamp = store::Stamp::of_program(domain::time::Instant::from_epoch_ms(0), "test");
        db.read_blocking(stamp, citizen::dossiers::facts::unfolded).unwrap()
    });
    assert!(wrong.await.unwrap().is_empty(), "every dossier is where its events and links say");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_case_goes_across_three_units_on_sqlite() {
    three_units(On::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_case_goes_across_three_units_on_postgresql() {
    three_units(On::Postgresql).await;
}
