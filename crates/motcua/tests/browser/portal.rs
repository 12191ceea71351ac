//! The portal from end to end: from the search to the result in one's store on a slow line, with the fee paid by a
//! bank's signed call; filed by somebody who helps; asked back; and by keys alone.

use std::{
    io::{Read as _, Write as _},
    process::{Command, Stdio},
};

use jiff::civil::{DateTime, date};

use crate::{
    filing::{brought_first, declared, person, printed, proven},
    support::{On, Page, Server},
};

const BIRTH: &str = "1.001193";
/// Care for people in need: five papers, no form of the office; the second paper is a birth certificate.
const CARE: &str = "2.000286";
/// The made-up card of whoever files here, as its QR code reads.
const CARD: &str =
    "040188001234||Lê Thị Minh Họa|05091988|Nữ|Xóm 1, Phú Sơn, Tân Kỳ, Nghệ An|15042021";
const KEY: &str = "khoa-bi-mat-cua-ngan-hang";
const ON_PAPER: &str =
    "document.querySelectorAll('input[type=radio][value=ban-giay]').forEach((it) => it.click())";
const NOT_MINE: &str = "document.querySelectorAll('input[type=radio][value=khong]').forEach((it, at) => { if (at > 0) it.click() })";

fn start() -> DateTime {
    date(2026, 3, 2).at(9, 0, 0, 0)
}

/// What `openssl` makes of a bank's message: a signature that none of our code wrote.
fn signature(message: &str) -> String {
    let mut openssl = Command::new("openssl")
        .args(["dgst", "-sha256", "-hmac", KEY])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("openssl");
    openssl.stdin.take().unwrap().write_all(message.as_bytes()).unwrap();
    let out = openssl.wait_with_output().unwrap();
    let line = String::from_utf8(out.stdout).unwrap();
    line.trim().rsplit(' ').next().unwrap().to_owned()
}

/// A bank tells that money came, as its program would; the first line of the answer and what it says.
async fn bank_calls(server: &Server, path: String, amount: i64, content: &str) -> String {
    let now = server.now();
    let at = now.civil().strftime("%Y-%m-%dT%H:%M:%S").to_string();
    let body = serde_json::json!({
        "reference": "FT26061-1", "amount": amount, "paid_at": at, "content": content,
    })
    .to_string();
    let time = (now.epoch_ms() / 1000).to_string();
    let signed = signature(&format!("{time}.{body}"));
    let address = server.base.trim_start_matches("http://").to_owned();
    tokio::task::spawn_blocking(move || {
        let mut line = std::net::TcpStream::connect(&address).unwrap();
        write!(
            line,
            "POST {path} HTTP/1.1\r\nHost: {address}\r\nContent-Type: application/json\r\n\
             X-Timestamp: {time}\r\nX-Signature: {signed}\r\nConnection: close\r\n\
             Content-Length: {}\r\n\r\n{body}",
            body.len()
        )
        .unwrap();
        let mut answer = String::new();
        line.read_to_string(&mut answer).unwrap();
        answer
    })
    .await
    .unwrap()
}

/// Signs in by telephone and opens an account; in a demo the code is shown.
pub(super) async fn with_an_account(phone: &Page, number: &str) {
    phone.goto("/dang-nhap").await;
    phone.fill("Số điện thoại", number).await;
    phone.press("Gửi mã cho tôi").await;
    phone.see("Minh họa, không phải tin nhắn thật.").await;
    let code = phone.text_of(".notice b").await;
    phone.fill("Mã 6 số", &code).await;
    phone.press("Tiếp tục").await;
    phone.pick("Tôi đã đọc và đồng ý").await;
    phone.press("Đồng ý và mở tài khoản").await;
    phone.see("Đã xác nhận số điện thoại").await;
}

/// The counter accepts what came over the line; its page.
pub(super) async fn accepted(counter: &Page, code: &str) -> String {
    counter.sign_in("motcua-phuson").await;
    counter.goto("/co-quan/nop-truc-tuyen").await;
    counter.press(code).await;
    counter.see("Nộp trực tuyến lúc").await;
    let path = counter.path().await;
    counter.goto(&format!("{path}/tiep-nhan")).await;
    // The menu has a line of the same name.
    counter.click("main form[action$='/tiep-nhan'] .btn").await;
    counter.see("Đã ghi nhận: Tiếp nhận.").await;
    path
}

/// From the officer to the clerk: the result bears its number.
async fn settled(office: &Page, path: &str, number: &str) {
    office.goto(path).await;
    office.press("Chuyển bộ phận chuyên môn").await;
    office.press("Chuyển bộ phận chuyên môn").await;
    office.see("Đã ghi nhận").await;
    office.sign_out().await;
    office.sign_in("tuphap-phuson").await;
    office.goto(path).await;
    office.press("Bắt đầu thụ lý").await;
    office.see("Đã ghi nhận").await;
    office.press("Trình ký").await;
    office.see("Đã ghi nhận: Trình ký.").await;
    office.sign_out().await;
    office.sign_in("chutich-phuson").await;
    office.goto(path).await;
    office.press("Ký").await;
    office.see("Đã ghi nhận").await;
    office.sign_out().await;
    office.sign_in("vanthu-phuson").await;
    office.goto(path).await;
    crate::issue::number(office, number).await;
    office.see("Đã ghi nhận").await;
    office.sign_out().await;
}

/// On a telephone on a slow line: found, judged, filed from an account, paid by transfer, settled, in the store.
async fn a_birth_from_the_search_to_the_store(on: On) {
    let Some(server) = Server::start(on, start()).await else { return };
    let reform = Page::open_at(&server.base, 1366, 768).await;
    reform.sign_in("cchc").await;
    reform.goto("/co-quan/quan-tri/bao-co").await;
    reform.fill("Tên ngân hàng, hệ thống", "Agribank Tân Kỳ").await;
    reform.choose("Dạng bản tin", "HMAC-SHA256").await;
    reform.choose("Tài khoản thu", "Phú Sơn").await;
    reform.fill("Khóa bí mật", KEY).await;
    reform.press("Thêm").await;
    reform.see("Agribank Tân Kỳ").await;
    reform.close().await;

    let phone = Page::open_at(&server.base, 390, 844).await;
    phone.slow().await;
    phone.goto("/").await;
    // When the last of what the page is made of had come.
    let waited =
        "return Math.round(Math.max(...performance.getEntries().map(it => it.responseEnd || 0)))";
    let waited: u32 = phone.script(waited).await.parse().unwrap();
    assert!(waited >= 400, "the line is slow: {waited} ms");
    phone.sound().await;
    phone.fill("Tìm thủ tục", "lam giay khai sihn cho con").await;
    phone.press("Tìm").await;
    phone.press_within("Thủ tục đăng ký khai sinh").await;
    phone.see("Cần mang theo những gì?").await;
    phone.sound().await;
    phone.press("Tôi có đủ điều kiện, cần giấy gì?").await;
    phone.click("input[name=nuoc-ngoai][value=khong]").await;
    phone.press("Tiếp tục").await;
    phone.click("input[name=da-khai][value=khong]").await;
    phone.press("Tiếp tục").await;
    for (name, value) in [
        ("ket-hon", "roi"),
        ("noi-sinh", "co-giay"),
        ("hoan-canh", "thuong"),
        ("ai-di", "cha-me"),
        ("noi-o", "co"),
        ("cach-nop", "qua-mang"),
    ] {
        phone.click(&format!("input[name={name}][value={value}]")).await;
    }
    phone.press("Tiếp tục").await;
    phone.see("Ông, bà đủ điều kiện").await;
    phone.sound().await;
    let answered = phone.script("return location.pathname + location.search").await;
    with_an_account(&phone, "0912 345 678").await;
    phone.sound().await;
    phone.goto("/tai-khoan/kho").await;
    phone.see("Kho chưa có giấy nào.").await;
    phone.sound().await;

    phone.goto(&format!("/thu-tuc/{BIRTH}")).await;
    brought_first(&phone).await;
    phone.choose("Ông, bà nộp ở đâu?", "Phú Sơn").await;
    phone.see("Nộp bây giờ thì được hẹn trả").await;
    // What was answered beforehand comes along.
    phone.goto(&answered).await;
    phone.press("Nộp trực tuyến").await;
    phone.see("Các câu đã trả lời được mang theo").await;
    phone.choose("Nộp đến", "Ủy ban nhân dân xã Phú Sơn").await;
    phone.sound().await;
    phone.press("Bắt đầu").await;
    phone.see("Họ và tên người yêu cầu").await;
    phone.sound().await;
    person(&phone).await;
    phone.press("Tiếp tục").await;
    declared(&phone).await;
    phone.see("Với mỗi loại giấy, chọn cách nộp").await;
    phone.see("Giấy không thuộc trường hợp của ông, bà").await;
    phone.sound().await;
    phone.click("#cach-5 input[value=gui]").await;
    phone.choose_file("#tep-5", "giay-chung-sinh.pdf", &testkit::pdf("giấy chứng sinh")).await;
    phone.script(NOT_MINE).await;
    phone.press("Tiếp tục").await;
    phone.see("Đến Bộ phận Một cửa").await;
    phone.pick("Đến Bộ phận Một cửa").await;
    phone.press("Tiếp tục").await;
    phone.see("giay-chung-sinh.pdf").await;
    phone.sound().await;
    // The account's telephone answered once: it is not asked again.
    phone.tick("Tôi cam đoan").await;
    phone.press("Gửi hồ sơ").await;
    phone.see("Đã gửi hồ sơ").await;
    phone.sound().await;
    phone.press("Theo dõi hồ sơ").await;
    phone.see("Trao đổi về hồ sơ").await;
    let follow = phone.path().await;
    let code = follow.rsplit('/').next().unwrap().to_owned();

    // Accepted, and charged by what was declared: copies of the extract are asked for, at their rate.
    let office = Page::open_at(&server.base, 1366, 768).await;
    let path = accepted(&office, &code).await;
    office.goto(&path).await;
    office.see("Chờ nộp 8.000 đ").await;
    phone.goto(&follow).await;
    phone.see("Chờ nộp 8.000 đ").await;
    phone.sound().await;
    phone.press("Tôi đã chuyển tiền, kiểm tra giúp tôi").await;
    phone.see("Chờ nộp 8.000 đ").await;
    let purpose = "return document.querySelectorAll('#nop-phi dd .mono')[1].textContent";
    let purpose = phone.script(purpose).await;
    let caller = server.text("select code from fee_caller").await;
    let caller = format!("/thu-phi/bao-co/{caller}");
    let refused = bank_calls(&server, format!("{caller}x"), 8_000, &purpose).await;
    assert!(refused.starts_with("HTTP/1.1 401"), "{refused}");
    let told = bank_calls(&server, caller, 8_000, &format!("MBVCB {purpose} CT")).await;
    assert!(told.starts_with("HTTP/1.1 200") && told.contains("paid"), "{told}");
    // The page that waits sees it by itself.
    phone.see("Đã nộp đủ").await;
    phone.sound().await;

    settled(&office, &path, "15/2026").await;
    office.sign_in("motcua-phuson").await;
    office.goto("/co-quan/ket-qua").await;
    office.press("15/2026").await;
    office.attach("Tệp PDF của kết quả", "khai-sinh.pdf", &testkit::pdf("giấy khai sinh")).await;
    office.press("Thêm tệp").await;
    office.see("Đã thêm tệp kết quả.").await;

    phone.goto("/tai-khoan/kho").await;
    phone.see("15/2026").await;
    phone.see("Còn hiệu lực").await;
    phone.sound().await;
    phone.press("Giấy khai sinh").await;
    phone.see("Đưa người khác kiểm tra").await;
    phone.sound().await;
    let result = phone.path().await;
    let (status, media_type, head) = phone.fetch(&format!("{result}/tep")).await;
    assert_eq!((status, media_type.as_str(), head.as_str()), (200, "application/pdf", "%PDF-"));
    phone.press("Mở trang kiểm tra").await;
    phone.see("Còn hiệu lực").await;
    phone.sound().await;
    phone.close().await;

    // Whoever is not he finds nothing.
    let stranger = Page::open_at(&server.base, 390, 844).await;
    with_an_account(&stranger, "0987 654 321").await;
    let (status, ..) = stranger.fetch(&format!("{result}/tep")).await;
    assert_eq!(status, 404);
    stranger.goto(&result).await;
    stranger.sound().await;
    stranger.close().await;

    // Known by his card at the counter, he uses it the next time; the official sees how it stands.
    let phone = Page::open_at(&server.base, 390, 844).await;
    phone.slow().await;
    signed_in(&phone, "0912 345 678", "Đã xác nhận số điện thoại").await;
    known_by_card(&phone, &office).await;
    begun(&phone).await;
    person(&phone).await;
    phone.press("Tiếp tục").await;
    phone.see("Với mỗi loại giấy, chọn cách nộp").await;
    phone.script(ON_PAPER).await;
    phone.pick("Dùng giấy đã có trong kho").await;
    phone.see("Cùng tên với giấy được yêu cầu.").await;
    phone.sound().await;
    phone.press("Tiếp tục").await;
    phone.see("Muốn dùng giấy trong kho thì cần đánh dấu đồng ý.").await;
    phone.sound().await;
    phone.tick("Tôi đồng ý để cơ quan dùng giấy trong kho").await;
    phone.press("Tiếp tục").await;
    phone.pick("Đến Bộ phận Một cửa").await;
    phone.press("Tiếp tục").await;
    phone.see("Giấy khai sinh số 15/2026").await;
    phone.sound().await;
    phone.tick("Tôi cam đoan").await;
    phone.press("Gửi hồ sơ").await;
    phone.see("Đã gửi hồ sơ").await;
    assert_eq!(server.text("select way from paper_result").await, "electronic");
    let second = server.text("select cast(max(id) as text) from dossier").await;
    office.goto(&format!("/co-quan/ho-so/{second}")).await;
    office.see("từ kho dữ liệu của công dân").await;
    office.see("đã kiểm với sổ kết quả").await;
    office.sound().await;
    office.resize(390, 844).await;
    office.sound().await;
    office.close().await;
    phone.goto(&result).await;
    phone.see("Đã dùng trong hồ sơ").await;
    phone.close().await;
}

/// An official scans the card of whoever holds the telephone; he signs in anew and is known.
async fn known_by_card(phone: &Page, counter: &Page) {
    phone.goto("/tai-khoan").await;
    phone.press("Lấy mã cho cán bộ").await;
    phone.see("Mã dùng được trong 15 phút.").await;
    let shown = phone.text_of("#ma-tai-quay .mono").await;
    counter.goto("/co-quan/xac-nhan-cong-dan").await;
    counter.fill("Mã 8 số", &shown).await;
    counter.scan("Mã QR của căn cước", CARD).await;
    counter.see("Người đang đứng trước quầy").await;
    counter.press_within("Xác nhận ").await;
    counter.see("Đã xác nhận số định danh của tài khoản.").await;
    signed_in(phone, "0912 345 678", "Đã xác thực danh tính").await;
}

/// Signs in by telephone where an account is known; what its page says then.
async fn signed_in(phone: &Page, number: &str, known: &str) {
    phone.goto("/dang-nhap").await;
    phone.fill("Số điện thoại", number).await;
    phone.press("Gửi mã cho tôi").await;
    phone.see("Minh họa, không phải tin nhắn thật.").await;
    let code = phone.text_of(".notice b").await;
    phone.fill("Mã 6 số", &code).await;
    phone.press("Tiếp tục").await;
    phone.see(known).await;
}

/// A draft of [`CARE`] at Phú Sơn.
pub(super) async fn begun(phone: &Page) {
    phone.goto(&format!("/nop/{CARE}")).await;
    phone.choose("Nộp đến", "Ủy ban nhân dân xã Phú Sơn").await;
    phone.press("Bắt đầu").await;
    phone.see("Họ và tên người yêu cầu").await;
}

/// From the step of papers to the last look; every paper comes to the counter.
pub(super) async fn to_the_last_look(page: &Page) {
    page.see("Với mỗi loại giấy, chọn cách nộp").await;
    page.script(ON_PAPER).await;
    page.press("Tiếp tục").await;
    page.see("Đến Bộ phận Một cửa").await;
    page.pick("Đến Bộ phận Một cửa").await;
    page.press("Tiếp tục").await;
    page.see("Gửi hồ sơ").await;
}

/// An official files for somebody who cannot; that one reads who did it and how he agreed.
async fn filed_by_somebody_who_helps(on: On) {
    let Some(server) = Server::start(on, start()).await else { return };
    let helper = Page::open_at(&server.base, 1366, 768).await;
    helper.sign_in("motcua-phuson").await;
    helper.goto("/co-quan/nop-ho").await;
    helper.see("Chưa nộp hộ hồ sơ nào.").await;
    helper.sound().await;
    helper.fill("Tìm thủ tục nộp được trực tuyến", "bảo trợ xã hội có hoàn cảnh đặc biệt").await;
    helper.press("Tìm").await;
    helper.click(&format!("a[href='/co-quan/nop-ho?thu-tuc={CARE}']")).await;
    helper.choose("Nộp đến", "Ủy ban nhân dân xã Phú Sơn").await;
    // Nobody is helped who did not agree.
    helper.press("Bắt đầu nộp hộ").await;
    helper.see("Chưa đồng ý thì không nộp hộ.").await;
    helper.sound().await;
    helper.choose("Người dân đã đồng ý bằng cách", "nghe đọc lại và đồng ý bằng lời").await;
    helper.fill("Người làm chứng", "Vi Thị Làm Chứng").await;
    helper.press("Bắt đầu nộp hộ").await;
    helper.see("Họ và tên người yêu cầu").await;
    helper.sound().await;
    person(&helper).await;
    helper.press("Tiếp tục").await;
    to_the_last_look(&helper).await;
    helper.see("đọc cho người dân nghe, để người dân ký hai bản").await;
    helper.sound().await;
    printed(&helper, "/phieu-dong-y.pdf").await;
    helper.tick("Tôi cam đoan").await;
    helper.press("Gửi hồ sơ").await;
    helper.see("Đã gửi hồ sơ").await;
    helper.see("Giao giấy báo cho người dân ngay").await;
    helper.sound().await;
    printed(&helper, "/giay-bao.pdf").await;
    helper.goto("/co-quan/nop-ho").await;
    let code = server.text("select code from dossier").await;
    helper.see(&code).await;
    helper.see("nghe đọc lại và đồng ý bằng lời, có người làm chứng").await;
    helper.sound().await;
    helper.resize(390, 844).await;
    helper.sound().await;
    helper.resize(1366, 768).await;
    helper.goto("/co-quan/ho-so/1").await;
    helper.see("Nộp hộ: ").await;

    // With what is on his slip the citizen sees it, and who sent it for him.
    let secret = server.text("select secret from dossier_person").await;
    let phone = Page::open_at(&server.base, 390, 844).await;
    phone.goto("/tra-cuu").await;
    phone.fill("Mã hồ sơ", &code).await;
    phone.fill("Mã bí mật", &secret).await;
    phone.press("Xem hồ sơ").await;
    phone.see("nộp hộ; ông, bà đã đồng ý: nghe đọc lại và đồng ý bằng lời").await;
    phone.sound().await;
    phone.goto(&format!("/ho-so/{code}?lang=en")).await;
    phone.see("filed this dossier for you; you agreed: by word").await;
    phone.goto("/?lang=vi").await;
    // On his account as well, once he is known by his number; whoever helped has it not among his own.
    with_an_account(&phone, "0912 345 678").await;
    known_by_card(&phone, &helper).await;
    helper.close().await;
    phone.see(&code).await;
    phone.see("nộp hộ; ông, bà đã đồng ý").await;
    phone.sound().await;
    assert_eq!(server.text("select cast(count(*) as text) from citizen_dossier").await, "0");
    phone.close().await;
}

/// Asked back over the line and let go by the office: to its end on both sides.
async fn asked_back_to_its_end(on: On) {
    let Some(server) = Server::start(on, start()).await else { return };
    let phone = Page::open_at(&server.base, 390, 844).await;
    begun(&phone).await;
    person(&phone).await;
    phone.press("Tiếp tục").await;
    to_the_last_look(&phone).await;
    proven(&phone).await;
    phone.tick("Tôi cam đoan").await;
    phone.press("Gửi hồ sơ").await;
    phone.see("Đã gửi hồ sơ").await;
    phone.press("Theo dõi hồ sơ").await;
    phone.see("Trao đổi về hồ sơ").await;
    let follow = phone.path().await;
    phone.press("Xin rút hồ sơ").await;
    phone.see("hồ sơ dừng lại và không có kết quả").await;
    phone.sound().await;
    phone.fill("Lý do", "Đã làm ở nơi khác").await;
    phone.press("Gửi yêu cầu rút hồ sơ").await;
    phone.see("Đánh dấu là ông, bà chắc chắn muốn rút.").await;
    phone.holds("Lý do", "Đã làm ở nơi khác").await;
    phone.sound().await;
    phone.tick("Tôi chắc chắn muốn rút").await;
    phone.press("Gửi yêu cầu rút hồ sơ").await;
    phone.see("Đã gửi yêu cầu rút hồ sơ đến cơ quan.").await;
    phone.see("Ông, bà xin rút hồ sơ.").await;
    assert!(!phone.text().await.contains("Gửi yêu cầu rút"), "it is asked once");
    phone.sound().await;
    assert_eq!(server.text("select status from dossier").await, "withdraw_requested");

    // The counter finds it, reads why, and lets it go; what that means is confirmed.
    let counter = Page::open_at(&server.base, 1366, 768).await;
    counter.sign_in("motcua-phuson").await;
    counter.goto("/co-quan/nop-truc-tuyen/bo-sung").await;
    counter.see("Xin rút hồ sơ").await;
    counter.sound().await;
    let code = follow.rsplit('/').next().unwrap().to_owned();
    counter.press(&code).await;
    counter.see("Đã làm ở nơi khác").await;
    counter.sound().await;
    let path = counter.path().await;
    counter.goto(&format!("{path}/rut")).await;
    counter.sound().await;
    counter.press("Cho rút hồ sơ").await;
    counter.see("Đã ghi nhận: Cho rút hồ sơ.").await;
    counter.goto("/co-quan/nop-truc-tuyen/bo-sung").await;
    counter.see("Không có việc nào.").await;
    counter.close().await;
    assert_eq!(server.text("select status from dossier").await, "withdrawn");

    // He reads that it is over: no date, nothing more to do, no second asking.
    phone.goto(&follow).await;
    phone.see_any(&["Đã rút", "Dừng xử lý", "Đã dừng"]).await;
    phone.sound().await;
    assert!(!phone.text().await.contains("Xin rút hồ sơ\n"), "{}", phone.text().await);
    phone.goto(&format!("{follow}/rut")).await;
    phone.see("Trao đổi về hồ sơ").await;
    phone.close().await;
}

/// Chooses the second of the choices that have the focus, as the arrow keys do.
const DOWN: &str = "\u{e015}";
const ENTER: &str = "\u{e007}";
const SPACE: &str = " ";

/// From the procedure's page to the page where it is followed, without a mouse.
async fn filed_by_keys_alone(on: On) {
    let Some(server) = Server::start(on, start()).await else { return };
    let page = Page::open_at(&server.base, 1366, 768).await;
    page.goto(&format!("/thu-tuc/{CARE}")).await;
    page.sound().await;
    // The first Tab leads over the head of the page.
    page.tab_to("Đến nội dung chính").await;
    page.keys(ENTER).await;
    page.tab_to("Ông, bà nộp ở đâu?").await;
    page.keys("Ủy ban nhân dân xã Phú Sơn").await;
    // While one walks along the list nothing is sent: Enter does it.
    page.keys(ENTER).await;
    page.see("Nộp bây giờ thì được hẹn trả").await;
    page.tab_to("Nộp trực tuyến").await;
    page.keys(ENTER).await;
    page.see("Nộp đến").await;
    page.sound().await;
    let chosen = "return document.querySelector('#don-vi').selectedOptions[0].textContent";
    assert_eq!(page.script(chosen).await, "Ủy ban nhân dân xã Phú Sơn");
    page.tab_to("Bắt đầu").await;
    page.keys(ENTER).await;
    page.see("Họ và tên người yêu cầu").await;
    // Enter in a field goes on; what is owed is told, and the list of it has the focus.
    page.tab_to("Họ và tên người yêu cầu").await;
    page.keys("Lê Thị Minh Họa").await;
    page.keys(ENTER).await;
    page.see("Ghi số căn cước 12 chữ số").await;
    page.sound().await;
    for (label, said) in [
        ("Số căn cước hoặc giấy tờ khác", "040188001234"),
        ("Ngày sinh", "05/09/1988"),
        ("Điện thoại", "0912 345 678"),
        ("Nơi cư trú", "Xóm 1, xã Phú Sơn"),
    ] {
        page.tab_to(label).await;
        page.keys(said).await;
    }
    page.tab_to("Tiếp tục").await;
    page.keys(ENTER).await;
    page.see("Với mỗi loại giấy, chọn cách nộp").await;
    let papers = page.script("return document.querySelectorAll('fieldset.paper').length").await;
    for _ in 0..papers.parse::<usize>().unwrap() {
        page.tab_to("Gửi tệp hoặc ảnh chụp").await;
        page.keys(DOWN).await;
    }
    page.sound().await;
    let chosen = "return document.querySelectorAll('[value=ban-giay]:checked').length";
    assert_eq!(page.script(chosen).await, papers);
    page.tab_to("Tiếp tục").await;
    page.keys(ENTER).await;
    page.see("Đến Bộ phận Một cửa").await;
    page.tab_to("Đến Bộ phận Một cửa").await;
    page.keys(SPACE).await;
    page.tab_to("Tiếp tục").await;
    page.keys(ENTER).await;
    page.see("Gửi hồ sơ").await;
    page.tab_to("Gửi mã").await;
    page.keys(ENTER).await;
    page.see("Mã đã gửi đến").await;
    let code = page.script("return document.querySelector('.notice .mono').textContent").await;
    page.tab_to("Mã vừa nhận").await;
    page.keys(code.trim()).await;
    page.tab_to("Xác nhận số này").await;
    page.keys(ENTER).await;
    page.see("đã được xác nhận").await;
    page.tab_to("Tôi cam đoan").await;
    page.keys(SPACE).await;
    page.tab_to("Gửi hồ sơ").await;
    page.keys(ENTER).await;
    page.see("Đã gửi hồ sơ").await;
    page.sound().await;
    page.tab_to("Theo dõi hồ sơ").await;
    page.keys(ENTER).await;
    page.see("Trao đổi về hồ sơ").await;
    page.sound().await;
    // Following: why this date is told, and the way out is within reach.
    page.tab_to("Xin rút hồ sơ").await;
    page.keys(ENTER).await;
    page.see("hồ sơ dừng lại và không có kết quả").await;
    page.tab_to("Không rút").await;
    page.keys(ENTER).await;
    page.see("Trao đổi về hồ sơ").await;
    assert_eq!(server.text("select status from dossier").await, "submitted");
    page.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_birth_from_the_search_to_the_store_on_sqlite() {
    a_birth_from_the_search_to_the_store(On::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_birth_from_the_search_to_the_store_on_postgresql() {
    a_birth_from_the_search_to_the_store(On::Postgresql).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_who_helps_files_and_the_citizen_reads_it_on_sqlite() {
    filed_by_somebody_who_helps(On::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_who_helps_files_and_the_citizen_reads_it_on_postgresql() {
    filed_by_somebody_who_helps(On::Postgresql).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dossier_is_asked_back_to_its_end_on_sqlite() {
    asked_back_to_its_end(On::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dossier_is_asked_back_to_its_end_on_postgresql() {
    asked_back_to_its_end(On::Postgresql).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dossier_is_filed_by_keys_alone_on_sqlite() {
    filed_by_keys_alone(On::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dossier_is_filed_by_keys_alone_on_postgresql() {
    filed_by_keys_alone(On::Postgresql).await;
}
