//! What citizens say, through each door, to its end: answered by two, and solved when its sender says so. A denunciation
//! that a curious administrator does not find.

use jiff::civil::date;

use crate::support::{On, Page, Server};

/// The number of Phú Sơn in this database.
const PHU_SON: &str =
    "select cast(max(v.unit) as text) from unit_version v join unit u on u.id = v.unit
    where v.title like '%xã Phú Sơn' and u.kind = 'commune'";

/// Sends something in the form at `path` as a citizen on a telephone; the page that shows code and secret.
async fn send(phone: &Page, path: &str, (class, said): (&str, &str)) -> (String, String) {
    phone.goto(path).await;
    phone.see("Ông, bà muốn nói điều gì?").await;
    phone.sound().await;
    phone.pick(class).await;
    phone.fill("Nội dung", said).await;
    phone.fill("Họ và tên", "Nguyễn Văn Thử").await;
    phone.fill("Điện thoại", "0912345678").await;
    phone.press("Gửi").await;
    phone.see("mã bí mật chỉ hiện một lần").await;
    phone.sound().await;
    (phone.text_of("#ma").await, phone.text_of("#ma-bi-mat").await)
}

/// The people of Phú Sơn who answer, each at his own browser.
pub struct Office {
    pub reception: Page,
    desk: Page,
    head: Page,
    specialist: String,
}

impl Office {
    pub async fn open(server: &Server) -> Self {
        let at = async |login| {
            let page = Page::open_at(&server.base, 1366, 768).await;
            page.sign_in(login).await;
            page
        };
        let specialist = "select s.name from account a join staff s on s.id = a.staff
            where a.login = 'diachinh-phuson'";
        Self {
            reception: at("tiepdan-phuson").await,
            desk: at("diachinh-phuson").await,
            head: at("chutich-phuson").await,
            specialist: server.text(specialist).await,
        }
    }

    /// From receipt to the answer: one sorts and hands it to a specialist, who drafts; the head releases.
    pub async fn answer(&self, code: &str, looks: bool) {
        let Self { reception, desk, head, specialist } = self;
        reception.goto(&format!("/co-quan/phan-anh?q={code}")).await;
        looked(reception, looks).await;
        reception.press(code).await;
        reception.see("Nội dung này là gì?").await;
        looked(reception, looks).await;
        assert!(!reception.text().await.contains("0912345678"), "who sent it is sealed");
        reception.press("Phân loại").await;
        reception.see("Đã phân loại.").await;
        let path = reception.path().await;
        reception.choose("Người xử lý", specialist).await;
        reception.press("Giao").await;
        reception.see("Đã giao.").await;

        desk.goto(&path).await;
        desk.fill("Nội dung trả lời", "Đã xử lý sáng nay, mời kiểm tra.").await;
        desk.press("Lưu bản soạn").await;
        desk.see("chờ người khác duyệt").await;

        head.goto(&path).await;
        looked(head, looks).await;
        head.press("Duyệt và gửi trả lời").await;
        head.see("Đã gửi trả lời.").await;
        if looks {
            head.resize(390, 844).await;
            head.sound().await;
            head.resize(1366, 768).await;
        }
    }

    pub async fn close(self) {
        for page in [self.reception, self.desk, self.head] {
            page.close().await;
        }
    }
}

/// The same pages come again behind each door: each is looked at once.
async fn looked(page: &Page, looks: bool) {
    if looks {
        page.sound().await;
    }
}

/// Its sender finds it again with code and secret and says that it is solved.
pub async fn solved(server: &Server, phone: &Page, (code, secret): (&str, &str), looks: bool) {
    phone.goto(&format!("/phan-anh/theo-doi?ma={code}")).await;
    looked(phone, looks).await;
    phone.fill("Mã bí mật", secret).await;
    phone.press("Xem đến đâu").await;
    phone.see("Đã xử lý sáng nay").await;
    looked(phone, looks).await;
    phone.pick("Đã giải quyết").await;
    phone.press("Gửi ý kiến").await;
    phone.see("Ông, bà đã xác nhận việc này được giải quyết.").await;
    let status = server
        .text_of(format!("select status || ' ' || closing from feedback where code = '{code}'"))
        .await;
    assert_eq!(status, "closed solved");
}

async fn every_door_leads_to_solved(on: On) {
    let Some(server) = Server::start(on, date(2026, 3, 3).at(9, 0, 0, 0)).await else { return };
    let unit = server.text(PHU_SON).await;
    let phone = Page::open_at(&server.base, 390, 844).await;
    let badge =
        server.text("select cast(staff as text) from account where login = 'motcua-phuson'").await;
    let doors = [
        (format!("/phan-anh/{unit}"), "Góp ý khác", "Cống trước nhà văn hóa xóm 3 bị tắc"),
        (
            format!("/phan-anh/{unit}?cua=qr"),
            "Hỏi đáp, đề nghị hướng dẫn",
            "Làm lại giấy khai sinh cần những gì",
        ),
        (format!("/phan-anh/{unit}?cua=kiosk"), "Góp ý khác", "Máy lấy số ở sảnh hay hết giấy"),
        (
            format!("/phan-anh/{unit}?can-bo={badge}"),
            "Phản ánh về cán bộ, công chức",
            "Cán bộ nói trống không với người già",
        ),
    ];
    let office = Office::open(&server).await;
    for (at, (path, class, said)) in doors.iter().enumerate() {
        let (code, secret) = send(&phone, path, (class, said)).await;
        office.answer(&code, at == 0).await;
        solved(&server, &phone, (&code, &secret), at == 0).await;
    }

    // What is said by telephone, at the counter, in the press is written down by the office.
    let counter = Page::open_at(&server.base, 1366, 768).await;
    counter.sign_in("motcua-phuson").await;
    for (door, said) in [
        ("dien-thoai", "Loa xóm 1 phát quá sớm"),
        ("quay", "Hỏi lịch trả kết quả thứ Bảy"),
        ("bao-chi", "Báo viết về đường liên xã nhiều ổ gà"),
    ] {
        counter.goto(&format!("/co-quan/phan-anh/moi?cua={door}")).await;
        counter.see("Ghi đúng lời người nói").await;
        counter.sound().await;
        counter.choose("Gửi đến đơn vị", "Ủy ban nhân dân xã Phú Sơn").await;
        counter.choose("Loại, theo lời người nói", "Góp ý khác").await;
        counter.fill("Nội dung", said).await;
        counter.press("Lưu").await;
        counter.see("mã bí mật chỉ hiện ở trang này").await;
        counter.sound().await;
        let (code, secret) = (counter.text_of("#ma").await, counter.text_of("#ma-bi-mat").await);
        office.answer(&code, false).await;
        solved(&server, &phone, (&code, &secret), false).await;
    }
    office.close().await;
    phone.close().await;
    let doors = server
        .text("select cast(count(distinct door) as text) from feedback where closing = 'solved'")
        .await;
    assert_eq!(doors, "7");

    // Figures, what is set up, the public page.
    let head = Page::open_at(&server.base, 1366, 768).await;
    head.sign_in("truongmotcua-phuson").await;
    for path in
        ["/co-quan/phan-anh/so-lieu", "/co-quan/phan-anh/thiet-lap", "/co-quan/don-khieu-nai"]
    {
        head.goto(path).await;
        head.sound().await;
        head.resize(390, 844).await;
        head.sound().await;
        head.resize(1366, 768).await;
    }
    let poster = head.fetch(&format!("/co-quan/phan-anh/thiet-lap/bang-qr?don-vi={unit}")).await;
    assert_eq!((poster.0, poster.1.as_str()), (200, "application/pdf"));
    head.goto("/phan-anh/tra-loi?lang=en").await;
    head.sound().await;
}

async fn a_denunciation_is_found_by_its_keepers_alone(on: On) {
    let Some(server) = Server::start(on, date(2026, 3, 3).at(9, 0, 0, 0)).await else { return };
    let unit = server.text(PHU_SON).await;
    let phone = Page::open_at(&server.base, 390, 844).await;
    let said = "Cán bộ nhận tiền ngoài biên lai khi đo đất của nhà ông Bảy";
    let (code, secret) = send(&phone, &format!("/phan-anh/{unit}"), ("Đơn tố cáo", said)).await;
    let number = server
        .text_of(format!("select cast(id as text) from feedback where code = '{code}'"))
        .await;

    let curious = Page::open_at(&server.base, 1366, 768).await;
    curious.sign_in("quantri").await;
    for path in [
        "/co-quan".to_owned(),
        "/co-quan/nhat-ky".to_owned(),
        "/co-quan/phan-anh".to_owned(),
        format!("/co-quan/phan-anh/{number}"),
        format!("/co-quan/don-to-cao/{number}"),
        "/co-quan/don-to-cao".to_owned(),
        "/open311/v2/requests.json".to_owned(),
    ] {
        curious.goto(&path).await;
        let page = curious.text().await;
        for word in ["ông Bảy", "Nguyễn Văn Thử", "0912345678", code.as_str()] {
            assert!(!page.contains(word), "{path} shows {word}");
        }
    }
    curious.close().await;

    let keeper = Page::open_at(&server.base, 1366, 768).await;
    keeper.sign_in("tiepdan-phuson").await;
    keeper.goto("/co-quan/don-to-cao").await;
    keeper.sound().await;
    keeper.press("#1/2026").await;
    keeper.see(said).await;
    keeper.sound().await;
    assert!(!keeper.text().await.contains("Nguyễn Văn Thử"));
    keeper.unfold("Đề nghị mở").await;
    keeper.fill("Vì sao cần biết", "Mời làm việc").await;
    keeper.press("Đề nghị").await;
    keeper.see("chờ người thứ hai").await;
    let path = keeper.path().await;
    let second = Page::open_at(&server.base, 1366, 768).await;
    second.sign_in("chutich-phuson").await;
    second.goto(&path).await;
    second.press("Đồng ý").await;
    second.see("đã đồng ý, chưa xem").await;
    second.close().await;
    keeper.goto(&path).await;
    keeper.press("Xem danh tính").await;
    keeper.see("Nguyễn Văn Thử").await;
    keeper.sound().await;
    keeper.goto(&path).await;
    assert!(!keeper.text().await.contains("Nguyễn Văn Thử"), "once");

    phone.goto(&format!("/phan-anh/theo-doi?ma={code}")).await;
    phone.fill("Mã bí mật", &secret).await;
    phone.press("Xem đến đâu").await;
    phone.see("Đang kiểm tra điều kiện thụ lý").await;
    phone.sound().await;
    assert!(!phone.text().await.contains("ông Bảy"));
}

#[tokio::test(flavor = "multi_thread")]
async fn every_door_leads_to_solved_on_sqlite() {
    every_door_leads_to_solved(On::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_door_leads_to_solved_on_postgresql() {
    every_door_leads_to_solved(On::Postgresql).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_denunciation_is_found_by_its_keepers_alone_on_sqlite() {
    a_denunciation_is_found_by_its_keepers_alone(On::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_denunciation_is_found_by_its_keepers_alone_on_postgresql() {
    a_denunciation_is_found_by_its_keepers_alone(On::Postgresql).await;
}
