//! Messages and money from outside: a channel set up and tried, a step's message sent, what one channel refuses
//! sent by the next, what none can send told by the counter; a bank's call that pays while the citizen looks on.

use std::process::Command;

use jiff::civil::{DateTime, date};
use testkit::double::{API_KEY, MailServer, Mood, Providers, SECRET_KEY};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::support::{On, Page, Server};

/// A copy from the civil register: 8.000 đ.
const COPY: &str = "2.000635";
const BANK_KEY: &str = "khoa-bi-mat-cua-ngan-hang";

fn at(hour: i8, minute: i8) -> DateTime {
    date(2026, 3, 2).at(hour, minute, 0, 0)
}

/// Sets both channels up and tries one.
async fn channels(page: &Page, providers: &Providers, mail: &MailServer) {
    page.sign_in("quantri").await;
    page.goto("/co-quan/quan-tri/kenh-tin").await;
    page.see("Chưa cấu hình").await;
    page.sound().await;
    page.press("Tin nhắn SMS").await;
    page.see("Gửi thử").await;
    page.sound().await;
    let url = format!("{}/MainService.svc/json/SendMultipleMessage_V4_post_json/", providers.base);
    page.fill("Địa chỉ của nhà cung cấp", &url).await;
    page.fill("Tên hiển thị (brandname)", "MOTCUA").await;
    page.fill("Khóa API", API_KEY).await;
    page.fill("Khóa bí mật", "sai").await;
    page.press("Lưu và bật").await;
    page.see("Đã lưu và bật kênh").await;
    page.fill("Gửi đến số", "0912 345 678").await;
    page.press("Gửi thử").await;
    page.see("Sai khóa API hoặc khóa bí mật.").await;
    page.fill("Khóa bí mật", SECRET_KEY).await;
    page.press("Lưu và bật").await;
    page.see("Đã lưu và bật kênh").await;
    page.fill("Gửi đến số", "0912 345 678").await;
    page.press("Gửi thử").await;
    page.see("Nhà cung cấp đã nhận tin gửi thử (mã 100).").await;
    page.goto("/co-quan/quan-tri/kenh-tin/email").await;
    page.fill("Máy chủ thư", "127.0.0.1").await;
    page.fill("Cổng", &mail.port.to_string()).await;
    page.choose("Bảo vệ đường truyền", "Không mã hóa").await;
    page.fill("Gửi từ địa chỉ", "motcua@example.vn").await;
    page.press("Lưu và bật").await;
    page.see("Đã lưu và bật kênh").await;
    page.sound().await;
    for path in [
        "/co-quan/quan-tri/kenh-tin",
        "/co-quan/quan-tri/mau-tin",
        "/co-quan/quan-tri/kenh-tin/zalo",
    ] {
        page.goto(path).await;
        page.sound().await;
    }
    page.sign_out().await;
}

/// A second provider of text messages, which stands in for the first.
async fn second_provider(page: &Page, reserve: &Providers) {
    page.sign_in("quantri").await;
    page.goto("/co-quan/quan-tri/kenh-tin").await;
    page.press("Tin nhắn SMS (nhà cung cấp dự phòng)").await;
    page.see("khi nhà cung cấp thứ nhất từ chối hoặc không gửi được").await;
    page.sound().await;
    let url = format!("{}/MainService.svc/json/SendMultipleMessage_V4_post_json/", reserve.base);
    page.fill("Địa chỉ của nhà cung cấp", &url).await;
    page.fill("Tên hiển thị (brandname)", "MOTCUA").await;
    page.fill("Khóa API", API_KEY).await;
    page.fill("Khóa bí mật", SECRET_KEY).await;
    page.press("Lưu và bật").await;
    page.see("Đã lưu và bật kênh").await;
    page.sign_out().await;
}

/// Opens a message again until it shows this.
async fn comes_to(page: &Page, path: &str, wanted: &str) {
    for _ in 0..60 {
        page.goto(path).await;
        if page.text().await.contains(wanted) {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    }
    panic!("“{wanted}” is not shown:\n{}", page.text().await);
}

async fn messages(on: On) {
    let Some(server) = Server::start(on, at(8, 0)).await else { return };
    let (providers, mail) = (Providers::start().await, MailServer::start().await);
    let page = Page::open_at(&server.base, 1366, 768).await;
    channels(&page, &providers, &mail).await;

    // A dossier's step: the specialist asks for papers, the citizen hears of it.
    page.sign_in("motcua-phuson").await;
    page.goto("/co-quan/ho-so/moi?thu-tuc=1.004873").await;
    page.fill("Họ và tên chủ hồ sơ", "Nguyễn Văn Thử").await;
    page.tick("Đã nhận giấy tờ 1").await;
    page.fill("Điện thoại", "0912 345 678").await;
    page.fill("Thư điện tử", "thu@example.vn").await;
    page.tick("Không thu").await;
    page.fill("Lý do, căn cứ khi nhập tay", "HĐND tỉnh chưa quy định mức thu").await;
    page.press("Tiếp nhận và in giấy hẹn").await;
    page.see("Đã tiếp nhận hồ sơ.").await;
    let path = page.path().await;
    page.press("Chuyển bộ phận chuyên môn").await;
    page.press("Chuyển bộ phận chuyên môn").await;
    page.see("Đã ghi nhận").await;
    page.sign_out().await;
    page.sign_in("tuphap-phuson").await;
    page.goto(&path).await;
    page.press("Bắt đầu thụ lý").await;
    page.see("Đã ghi nhận").await;
    page.press("Yêu cầu bổ sung").await;
    page.paste("Giấy tờ cần bổ sung", "Văn bản ủy quyền có chứng thực").await;
    page.press("Yêu cầu bổ sung").await;
    page.see("Đã ghi nhận").await;
    page.sign_out().await;
    server.run_jobs().await;
    let heard = providers.heard();
    let said = heard.last().unwrap().json();
    assert!(said["Content"].as_str().unwrap().contains("can bo sung: Van ban uy quyen"), "{said}");
    page.sign_in("motcua-phuson").await;
    page.goto(&path).await;
    page.see("Tin báo “Đề nghị bổ sung hồ sơ”: Đã gửi bằng Tin nhắn SMS").await;
    page.press_within("Tin báo “Đề nghị bổ sung hồ sơ”").await;
    page.see("Nhà cung cấp đã nhận").await;
    page.sound().await;
    let message = page.path().await;

    // The gateway has no money: mail.
    server.at(at(9, 0));
    page.sign_out().await;
    page.sign_in("motcua-phuson").await;
    providers.next(200, "{\"CodeResult\": \"103\"}");
    page.goto(&message).await;
    page.press("Gửi lại").await;
    page.see("Đang gửi lại.").await;
    comes_to(&page, &message, "Đã gửi bằng Thư điện tử").await;
    page.see("Bị từ chối").await;
    assert!(mail.mails().last().unwrap().contains("To: thu@example.vn"));
    // With a second provider the same refusal costs nobody a word: it stands in before any mail goes out.
    page.sign_out().await;
    let reserve = Providers::start().await;
    second_provider(&page, &reserve).await;
    page.sign_in("motcua-phuson").await;
    server.at(at(9, 15));
    providers.next(200, "{\"CodeResult\": \"103\"}");
    let (tried, mails) = (providers.heard().len(), mail.mails().len());
    page.goto(&message).await;
    page.press("Gửi lại").await;
    page.see("Đang gửi lại.").await;
    comes_to(&page, &message, "Đã gửi bằng Tin nhắn SMS (nhà cung cấp dự phòng)").await;
    page.sound().await;
    assert_eq!((providers.heard().len(), mail.mails().len()), (tried + 1, mails));
    let said = reserve.heard().last().unwrap().json();
    assert!(said["Content"].as_str().unwrap().contains("can bo sung"), "{said}");
    // Nobody takes it.
    server.at(at(9, 30));
    for it in [&providers, &reserve] {
        it.next(200, "{\"CodeResult\": \"103\"}");
    }
    mail.is(Mood::NoSuchUser);
    page.press("Gửi lại").await;
    page.see("Đang gửi lại.").await;
    comes_to(&page, &message, "Cần báo trực tiếp").await;
    page.goto("/co-quan/thong-bao").await;
    page.see("0912345678").await;
    page.see("đề nghị bổ sung Văn bản ủy quyền").await;
    page.sound().await;
    page.resize(390, 844).await;
    page.sound().await;
    page.resize(1366, 768).await;
    let (status, media_type, head) = page.fetch(&format!("{message}/thu")).await;
    assert_eq!((status, media_type.as_str(), head.as_str()), (200, "application/pdf", "%PDF-"));
    page.press("Đã báo").await;
    page.see("Đã ghi nhận: đã báo cho công dân.").await;
    page.see("Không có thông báo nào.").await;
    page.goto("/co-quan/thong-bao?xem=tat-ca").await;
    page.see("Đã báo trực tiếp").await;
    page.sound().await;
    page.sign_out().await;
    mail.is(Mood::Kind);
    money(&server, &page, &providers).await;
    page.close().await;
}

/// What others read in the square code on the citizen's page.
async fn code_is_read(server: &Server, page: &Page, code: &str) {
    let outside = std::env::var("TEST_OUTSIDE").ok();
    let file = std::env::temp_dir().join(format!("vietqr-{}.png", std::process::id()));
    page.screenshot(&file).await;
    let read = match Command::new("zbarimg").args(["-q", "--raw"]).arg(&file).output() {
        Ok(it) => String::from_utf8_lossy(&it.stdout).trim().to_owned(),
        Err(error) => {
            assert!(outside.is_none(), "zbarimg: {error}; ./test installs it");
            return;
        }
    };
    let account = server.text("select number from fee_account order by id limit 1").await;
    let purpose = domain::fees::statement::purpose_of(code);
    let told = domain::fees::vietqr::read(&read).unwrap();
    assert_eq!(
        (told.amount, told.purpose.as_str()),
        (Some(domain::money::Dong(8_000)), purpose.as_str())
    );
    assert!(told.account.starts_with(&account[..8]), "{read}");
    let Some(python) = outside else { return };
    let script = "import sys, vietnam_qr_pay as v\nq = v.QRPay(sys.argv[1])\n\
        print(q.is_valid, q.consumer.bank_bin, q.consumer.bank_number, q.amount, q.additional_data.purpose)";
    let other = Command::new(python).args(["-c", script, &read]).output().unwrap();
    let other = String::from_utf8_lossy(&other.stdout).trim().to_owned();
    assert_eq!(other, format!("True {} {} 8000 {purpose}", told.bank, told.account));
}

/// The citizen looks at his page; the bank tells that the money came.
async fn money(server: &Server, page: &Page, providers: &Providers) {
    page.sign_in("cchc").await;
    page.goto("/co-quan/quan-tri/bao-co").await;
    page.sound().await;
    page.fill("Tên ngân hàng, hệ thống", "Agribank").await;
    page.choose("Tài khoản thu", "Phú Sơn").await;
    page.fill("Khóa bí mật", BANK_KEY).await;
    page.press("Thêm").await;
    page.see("Đã thêm. Hãy khai địa chỉ").await;
    page.see("Bản tin mẫu").await;
    page.sound().await;
    page.sign_out().await;
    page.sign_in("motcua-phuson").await;
    page.goto(&format!("/co-quan/ho-so/moi?thu-tuc={COPY}")).await;
    page.fill("Họ và tên chủ hồ sơ", "Trần Văn Nộp").await;
    page.fill("Điện thoại", "0912 345 678").await;
    page.tick("Đã nhận giấy tờ 1").await;
    if page.text().await.contains("Số ngày làm việc hẹn trả") {
        page.fill("Số ngày làm việc hẹn trả", "2").await;
    }
    page.press("Tiếp nhận và in giấy hẹn").await;
    page.see("Đã tiếp nhận hồ sơ.").await;
    page.sign_out().await;
    let code = server.text("select code from dossier order by id desc limit 1").await;
    let secret =
        server.text("select secret from dossier_person order by dossier desc limit 1").await;
    page.goto(&format!("/ho-so/{code}?ma={secret}")).await;
    page.see("Tôi đã chuyển tiền, kiểm tra giúp tôi").await;
    page.sound().await;
    page.script("document.getElementById('nop-phi').scrollIntoView(); return ''").await;
    code_is_read(server, page, &code).await;
    page.press("Tôi đã chuyển tiền, kiểm tra giúp tôi").await;
    page.see("Đang chờ ngân hàng báo tiền đến.").await;
    page.sound().await;

    let path = format!("/thu-phi/bao-co/{}", server.text("select code from fee_caller").await);
    let body = format!(
        "{{\"reference\":\"FT26061-1\",\"amount\":8000,\"paid_at\":\"{}\",\"content\":\"MBVCB {} CT\"}}",
        server.now().civil().strftime("%Y-%m-%dT%H:%M:%S"),
        domain::fees::statement::purpose_of(&code)
    );
    let wrong = bank_calls(&server.base, &path, "1", &body, "sai").await;
    assert!(wrong.starts_with("HTTP/1.1 401"), "{wrong}");
    let timestamp = (server.now().epoch_ms() / 1000).to_string();
    let signature = citizen::fees::facts::bank_signature(BANK_KEY, &timestamp, body.as_bytes());
    let heard = bank_calls(&server.base, &path, &timestamp, &body, &signature).await;
    assert!(heard.starts_with("HTTP/1.1 200") && heard.contains("\"paid\""), "{heard}");
    // The page notices by itself.
    page.see("Đã nộp đủ").await;
    page.sound().await;
    let (status, media_type, head) = page.fetch(&format!("/ho-so/{code}/bien-lai/1")).await;
    assert_eq!((status, media_type.as_str(), head.as_str()), (200, "application/pdf", "%PDF-"));
    server.at(at(9, 40));
    server.run_jobs().await;
    let said = providers.heard().last().unwrap().json();
    let said = said["Content"].as_str().unwrap().to_owned();
    assert!(said.starts_with("Da nhan 8.000 d cua ho so") && said.contains("#bien-lai"), "{said}");
    page.resize(390, 844).await;
    page.goto(&format!("/ho-so/{code}")).await;
    page.sound().await;
    page.resize(1366, 768).await;
}

/// What a bank's program sends, and what it hears.
async fn bank_calls(
    base: &str,
    path: &str,
    timestamp: &str,
    body: &str,
    signature: &str,
) -> String {
    let host = base.trim_start_matches("http://");
    let mut stream = tokio::net::TcpStream::connect(host).await.unwrap();
    let request = format!(
        "POST {path} HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\nX-Timestamp: {timestamp}\r\n\
         X-Signature: sha256={signature}\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

#[tokio::test(flavor = "multi_thread")]
async fn messages_go_out_and_money_comes_in_on_sqlite() {
    messages(On::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn messages_go_out_and_money_comes_in_on_postgresql() {
    messages(On::Postgresql).await;
}
