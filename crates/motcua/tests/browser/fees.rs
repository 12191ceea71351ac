//! Money at the counter: cash with an exemption, a transfer matched from the bank's statement, a refund by
//! two people, the day closed.

use jiff::civil::date;
use people::sheets::{Sheet, workbook};

use crate::support::{On, Page, Server};

/// A copy from the civil register: 8.000 đ.
const COPY: &str = "2.000635";

/// Receives so many copies for somebody and gives the dossier's code.
async fn receive(page: &Page, name: &str, count: &str, exemption: Option<&str>) -> String {
    page.goto(&format!("/co-quan/ho-so/moi?thu-tuc={COPY}")).await;
    page.fill("Họ và tên chủ hồ sơ", name).await;
    page.fill("Điện thoại", "0912 345 678").await;
    page.tick("Đã nhận giấy tờ 1").await;
    page.fill("8.000 đ/lần", count).await;
    if let Some(it) = exemption {
        page.choose("Miễn, giảm", it).await;
        page.tick("Đã xem giấy tờ chứng minh").await;
    }
    if page.text().await.contains("Số ngày làm việc hẹn trả") {
        page.fill("Số ngày làm việc hẹn trả", "2").await;
    }
    page.press("Tiếp nhận và in giấy hẹn").await;
    page.see("Đã tiếp nhận hồ sơ.").await;
    let text = page.text().await;
    let code = text.split("Mã hồ sơ ").nth(1).and_then(|it| it.split_whitespace().next());
    code.unwrap().to_owned()
}

async fn a_day_of_money(on: On) {
    let start = date(2026, 3, 2).at(9, 0, 0, 0);
    let Some(server) = Server::start(on, start).await else { return };
    let page = Page::open_at(&server.base, 1366, 768).await;

    // The reform officer grants a reduction for this procedure, with its basis and its paper.
    page.sign_in("cchc").await;
    page.goto("/co-quan/quan-tri/mien-giam").await;
    page.sound().await;
    page.fill("Đối tượng", "Người cao tuổi").await;
    page.fill("Giảm bao nhiêu phần trăm", "50").await;
    page.fill("Chỉ thủ tục mang mã", COPY).await;
    page.fill("Giấy tờ chứng minh", "Căn cước").await;
    page.fill("Căn cứ", "NQ 01/2026/NQ-HĐND").await;
    page.press("Thêm đối tượng").await;
    page.see("Người cao tuổi: giảm 50%").await;
    for path in [
        "/co-quan/quan-tri/bieu-phi",
        "/co-quan/quan-tri/thu-phi",
        "/co-quan/quan-tri/bieu-phi/moi",
    ] {
        page.goto(path).await;
        page.sound().await;
    }
    page.sign_out().await;

    // Cash, with the exemption and change.
    page.sign_in("motcua-phuson").await;
    receive(&page, "Lê Thị Cao", "4", Some("Người cao tuổi")).await;
    page.see("Chờ nộp 16.000 đ").await;
    page.press("Phí, biên lai của hồ sơ").await;
    page.see("− 50% = 16.000 đ").await;
    page.sound().await;
    page.fill("Khách đưa", "20.000").await;
    page.press("Thu tiền và viết biên lai").await;
    page.see("Trả lại khách 4.000 đ.").await;
    page.sound().await;
    let receipt = page.path().await;
    let (status, media_type, head) = page.fetch(&format!("{receipt}/in")).await;
    assert_eq!((status, media_type.as_str(), head.as_str()), (200, "application/pdf", "%PDF-"));

    // Transfers: one exact, one partial, one stranger's; nothing is paid until it is confirmed.
    let exact = receive(&page, "Trần Văn Đủ", "1", None).await;
    let partial = receive(&page, "Phan Thị Thiếu", "2", None).await;
    let said = |code: &str| domain::fees::statement::purpose_of(code);
    let rows = vec![
        vec!["02/03/2026 09:10:00".into(), "8,000".into(), format!("MBVCB {} CT", said(&exact))],
        vec!["02/03/2026 09:12:00".into(), "10,000".into(), said(&partial)],
        vec!["02/03/2026 09:20:00".into(), "300,000".into(), "tien nha thang 3".into()],
    ];
    let heads = &[("Ngày giao dịch", 20), ("Ghi có", 14), ("Nội dung", 50)];
    let bytes = workbook(&[Sheet { name: "Sao kê", heads, rows }]).unwrap();
    let file = std::env::temp_dir().join(format!("sao-ke-{}.xlsx", std::process::id()));
    std::fs::write(&file, bytes).unwrap();
    server.at(date(2026, 3, 2).at(10, 0, 0, 0));
    page.goto("/co-quan/thu-phi/sao-ke/nhap").await;
    page.sound().await;
    page.choose("Tài khoản", "Agribank").await;
    page.attach_file("Tệp sao kê", &file).await;
    page.press("Nhập sao kê").await;
    page.see("3 dòng tiền vào mới").await;
    page.goto("/co-quan/thu-phi/sao-ke").await;
    page.see("Khớp số tiền").await;
    page.see("Nộp thiếu").await;
    page.sound().await;
    assert_eq!(
        server.text("select cast(count(*) as text) from dossier where financial = 'paid'").await,
        "1"
    );
    page.tick(&format!("Khớp với hồ sơ {partial}")).await;
    page.press("Xác nhận các dòng đã đánh dấu").await;
    page.see("Đã khớp 2 dòng").await;
    assert_eq!(
        server.text("select cast(count(*) as text) from dossier where financial = 'paid'").await,
        "2"
    );
    page.goto("/co-quan/thu-phi/sao-ke?so-tien=300000").await;
    page.press("tien nha thang 3").await;
    page.sound().await;
    page.fill("Lý do để riêng", "Tiền thuê nhà, không phải phí hồ sơ").await;
    page.press("Để riêng").await;
    page.see("Đã để riêng.").await;

    // A refund: asked for by one, approved by another, paid.
    page.goto("/co-quan/thu-phi/ho-so/1").await;
    page.press("Đề nghị hoàn trả").await;
    page.sound().await;
    page.fill("Số tiền (đồng)", "4.000").await;
    page.fill("Lý do hoàn trả", "Thu thừa một bản").await;
    page.press("Đề nghị hoàn trả").await;
    page.see("chờ người khác duyệt").await;
    let refund = page.path().await;
    page.sign_out().await;
    page.sign_in("truongmotcua-phuson").await;
    page.goto(&refund).await;
    page.press("Duyệt hoàn trả 4.000 đ").await;
    page.see("Đã duyệt hoàn trả.").await;
    page.sign_out().await;
    page.sign_in("motcua-phuson").await;
    page.goto(&refund).await;
    page.press("Đã chi 4.000 đ").await;
    page.see("Đã chi hoàn trả, phiếu HT-2026-0001.").await;
    page.sound().await;

    // The cash book: handed over, counted, closed.
    page.goto("/co-quan/thu-phi/so-quy").await;
    page.see("12.000 đ").await;
    page.sound().await;
    page.fill("Số tiền nộp", "10.000").await;
    page.fill("Nộp cho ai", "Thủ quỹ xã").await;
    page.press("Ghi nộp quỹ").await;
    page.see("NQ-2026-0001").await;
    page.fill("Tiền mặt đếm được", "2.000").await;
    page.press("Chốt sổ ngày này").await;
    page.see("Đã chốt sổ quỹ ngày 02/03/2026.").await;
    page.resize(390, 844).await;
    for path in [
        "/co-quan/thu-phi/so-quy",
        "/co-quan/thu-phi",
        "/co-quan/thu-phi/sao-ke",
        "/co-quan/thu-phi/bien-lai",
    ] {
        page.goto(path).await;
        page.sound().await;
    }
    page.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_day_of_money_from_the_first_fee_to_the_closed_book_on_sqlite() {
    a_day_of_money(On::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_day_of_money_from_the_first_fee_to_the_closed_book_on_postgresql() {
    a_day_of_money(On::Postgresql).await;
}
