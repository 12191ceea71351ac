//! Uploads and signatures: broken files are told of beside their field, a result is signed by its leader's
//! agent and sealed when it is numbered.

use std::sync::{Arc, Mutex};

use ::signing::{Request, Seal};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use jiff::civil::{DateTime, date};
use serde_json::{Value, json};
use sha1::{Digest as _, Sha1};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};

use crate::support::{On, Page, Server};

const CARD: &str =
    "040090123456|182345678|Nguyễn Văn Thử|01011990|Nam|Xóm 1, Phú Sơn, Tân Kỳ, Nghệ An|15042021";
const ADMIN: &str = "/co-quan/quan-tri/chung-thu";
/// Of the keys that are made for tests.
const PASSWORD: &str = "mat-khau-thu";

fn at(day: i8, hour: i8) -> DateTime {
    date(2026, 3, day).at(hour, 0, 0, 0)
}

fn vector(name: &str) -> Vec<u8> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../signing/tests/data");
    std::fs::read(folder.join(name)).unwrap()
}

/// The file of this path, as it came over HTTP.
async fn asked(address: &str, request: &[u8]) -> Vec<u8> {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(request).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    let head = answer.windows(4).position(|it| it == b"\r\n\r\n").unwrap();
    assert!(answer.starts_with(b"HTTP/1.0 200"), "{}", String::from_utf8_lossy(&answer[..head]));
    answer.split_off(head + 4)
}

/// Fetches what it is told to, signs it with `pfx` and hands it back: what the server says of it.
async fn signs(order: &Value, pfx: &str, at: i64) -> Value {
    let split = |name: &str| {
        let url = order[name].as_str().unwrap().strip_prefix("http://").unwrap().to_owned();
        let (host, path) = url.split_once('/').unwrap();
        (host.to_owned(), format!("/{path}"))
    };
    let (host, path) = split("FileName");
    let pdf = asked(&host, format!("GET {path} HTTP/1.0\r\nHost: {host}\r\n\r\n").as_bytes()).await;
    let seal = Seal::open(&vector(pfx), PASSWORD).unwrap();
    let signed = ::signing::sign(&pdf, &seal, &Request { at, ..Request::default() }).unwrap();
    let mut body =
        b"--x\r\nContent-Disposition: form-data; name=\"uploadfile\"; filename=\"a.pdf\"\r\n\
        Content-Type: application/pdf\r\n\r\n"
            .to_vec();
    body.extend(signed);
    body.extend(b"\r\n--x--\r\n");
    let (host, path) = split("FileUploadHandler");
    let mut request = format!(
        "POST {path} HTTP/1.0\r\nHost: {host}\r\nContent-Type: multipart/form-data; boundary=x\r\n\
         Content-Length: {}\r\n\r\n",
        body.len()
    )
    .into_bytes();
    request.extend(body);
    serde_json::from_slice(&asked(&host, &request).await).unwrap()
}

/// The agent on the signer's machine, with the key that is plugged in at the moment; its address.
async fn an_agent(server: &Server, key: Arc<Mutex<&'static str>>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("ws://{}", listener.local_addr().unwrap());
    let now = server.now().epoch_ms() / 1000;
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut head = Vec::new();
            while !head.ends_with(b"\r\n\r\n") {
                head.push(stream.read_u8().await.unwrap());
            }
            let head = String::from_utf8(head).unwrap();
            assert!(head.starts_with("GET /SignApproved "), "{head}");
            let greeting = head.lines().find_map(|it| {
                let (name, value) = it.split_once(": ")?;
                name.eq_ignore_ascii_case("sec-websocket-key").then(|| value.trim().to_owned())
            });
            let accept = format!("{}258EAFA5-E914-47DA-95CA-C5AB0DC85B11", greeting.unwrap());
            let accept = STANDARD.encode(Sha1::digest(accept.as_bytes()));
            let answer = format!(
                "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
                 Sec-WebSocket-Accept: {accept}\r\n\r\n"
            );
            stream.write_all(answer.as_bytes()).await.unwrap();
            // One masked frame of text comes in, one goes out (RFC 6455, 5.2).
            assert_eq!(stream.read_u8().await.unwrap(), 0x81);
            let size = match stream.read_u8().await.unwrap() & 0x7f {
                126 => usize::from(stream.read_u16().await.unwrap()),
                short => usize::from(short),
            };
            let mut mask = [0; 4];
            stream.read_exact(&mut mask).await.unwrap();
            let mut text = vec![0; size];
            stream.read_exact(&mut text).await.unwrap();
            text.iter_mut().zip(mask.iter().cycle()).for_each(|(it, mask)| *it ^= mask);
            let order: Value = serde_json::from_slice(&text).unwrap();
            let pfx = *key.lock().unwrap();
            let said = signs(&order, pfx, now).await;
            let status = i32::from(said["Status"] != true);
            let told =
                json!({"Status": status, "Message": said["Message"], "FileName": said["FileName"]});
            let told = told.to_string().into_bytes();
            let size = u16::try_from(told.len()).unwrap();
            let mut frame = vec![0x81];
            match u8::try_from(size) {
                Ok(short) if short < 126 => frame.push(short),
                _ => {
                    frame.push(126);
                    frame.extend(size.to_be_bytes());
                }
            }
            frame.extend(told);
            stream.write_all(&frame).await.unwrap();
            // Until the page closes.
            stream.read_u8().await.ok();
        }
    });
    address
}

/// Sound on a laptop and on a telephone.
async fn sound_on_both(page: &Page) {
    page.sound().await;
    page.resize(390, 844).await;
    page.sound().await;
    page.resize(1366, 768).await;
}

/// What stands in the control with this id.
async fn typed(page: &Page, id: &str) -> String {
    page.run("const [id, done] = arguments; done(document.getElementById(id).value)", id).await
}

/// The administrator trusts a root, keeps the commune's seal and the leader's certificate.
async fn set_up(server: &Server, page: &Page, of: &str, agent: &str) {
    page.sign_in("quantri").await;
    page.goto(ADMIN).await;
    page.see("Chưa tin cậy tổ chức nào").await;
    sound_on_both(page).await;
    page.attach("Thêm chứng thư gốc", &format!("{of}-leader.pem"), &vector("leader.pem")).await;
    page.press("Tin cậy").await;
    page.see("không phải của tổ chức cấp chứng thư").await;
    page.attach("Thêm chứng thư gốc", &format!("{of}-root.pem"), &vector("root.pem")).await;
    page.press("Tin cậy").await;
    page.see("Đã thêm 1 chứng thư gốc được tin cậy.").await;
    for (password, said) in [("sai", "Mật khẩu không mở được"), (PASSWORD, "Đã lưu con dấu số của")]
    {
        page.choose("Đơn vị", "xã Phú Sơn").await;
        page.attach("Tệp PKCS#12", &format!("{of}-seal.p12"), &vector("seal.p12")).await;
        page.fill("Mật khẩu của tệp", password).await;
        page.press("Lưu con dấu").await;
        page.see(said).await;
    }
    let leader = "select name from account where login = 'chutich-phuson'";
    page.choose("Lãnh đạo", &server.text(leader).await).await;
    let leader = vector("leader.pem");
    page.attach("Chứng thư (không có khóa riêng)", &format!("{of}-leader.pem"), &leader).await;
    page.press("Ghi chứng thư").await;
    page.see("Đã ghi chứng thư của người ký.").await;
    page.fill("Phần mềm ký số VGCA", "wss://127.0.0.1:8987; script-src *").await;
    page.press("Lưu thiết đặt").await;
    page.see("Phần mềm ký chạy trên chính máy người ký").await;
    page.fill("Phần mềm ký số VGCA", agent).await;
    page.pick("Nhận, kèm cảnh báo cho người gửi và người xử lý").await;
    page.press("Lưu thiết đặt").await;
    page.see("Đã lưu thiết đặt.").await;
    sound_on_both(page).await;
    page.sign_out().await;
}

/// The counter is told of each broken file and loses nothing; the path of the dossier.
async fn taken_in(page: &Page, of: &str) -> String {
    let named = |name: &str| format!("{of}-{name}");
    page.sign_in("motcua-phuson").await;
    page.goto("/co-quan/ho-so/moi?thu-tuc=1.004873").await;
    page.scan("Đặt con trỏ vào đây", CARD).await;
    page.see("Tiếp nhận và in giấy hẹn").await;
    page.tick("Đã nhận giấy tờ 1").await;
    page.fill("Điện thoại", "0912 345 678").await;
    page.fill("Địa chỉ", "Xóm 7").await;
    page.tick("Không thu").await;
    page.fill("Lý do, căn cứ khi nhập tay", "HĐND tỉnh chưa quy định mức thu").await;
    // A doubtful signature is taken with a warning, as this office has set it.
    page.attach("Bản quét kèm theo", &named("them.pdf"), &vector("changed_after.pdf")).await;
    page.press("Xem lại ngày hẹn").await;
    page.see("chữ ký số không dùng được: Tệp bị thêm hoặc sửa nội dung sau khi ký").await;
    sound_on_both(page).await;
    let whole = vector("one.pdf");
    for (name, bytes, why) in [
        ("cut.pdf", whole[..4000].to_vec(), "bị cắt cụt"),
        ("rong.pdf", Vec::new(), "Tệp rỗng"),
        ("khoa.pdf", vector("encrypted.pdf"), "có đặt mật khẩu"),
        ("anh.png", whole.clone(), "nội dung là PDF"),
    ] {
        let name = named(name);
        page.attach("Bản quét kèm theo", &name, &bytes).await;
        page.press("Tiếp nhận và in giấy hẹn").await;
        page.see(&format!("“{name}”: ")).await;
        let beside = page.text_of("#tep-mistake").await;
        assert!(beside.contains(why), "{name}: {beside}");
        assert_eq!(typed(page, "dia-chi").await, "Xóm 7", "{name}");
        assert_eq!(typed(page, "dien-thoai").await, "0912 345 678", "{name}");
    }
    sound_on_both(page).await;
    let leader = Seal::open(&vector("leader.p12"), PASSWORD).unwrap();
    let at = domain::time::Instant::from_civil(at(2, 7)).epoch_ms() / 1000;
    let good = Request { at, ..Request::default() };
    let good = ::signing::sign(&vector("plain.pdf"), &leader, &good).unwrap();
    page.attach("Bản quét kèm theo", &named("don.pdf"), &good).await;
    page.press("Tiếp nhận và in giấy hẹn").await;
    page.see("Đã tiếp nhận hồ sơ.").await;
    page.see("chữ ký số hợp lệ: Nguyễn Thị Ký Thử").await;
    page.see("chữ ký số không dùng được").await;
    sound_on_both(page).await;
    let path = page.path().await;
    page.press("Chuyển bộ phận chuyên môn").await;
    page.press("Chuyển bộ phận chuyên môn").await;
    page.see("Đã ghi nhận").await;
    page.sign_out().await;
    path
}

/// Where broken signatures are refused, they are told of beside the field like every broken file.
async fn refused(page: &Page, of: &str) {
    page.sign_in("quantri").await;
    page.goto(ADMIN).await;
    page.pick("Không nhận, nói rõ lý do").await;
    page.press("Lưu thiết đặt").await;
    page.see("Đã lưu thiết đặt.").await;
    page.sign_out().await;
    page.sign_in("motcua-phuson").await;
    page.goto("/co-quan/ho-so/moi?thu-tuc=1.004873").await;
    page.fill("Họ và tên chủ hồ sơ", "Lê Thị Khác").await;
    let mut tampered = vector("one.pdf");
    let size = tampered.windows(3).position(|it| it == b"842").unwrap();
    tampered[size + 2] = b'3';
    for (name, bytes, why) in [
        ("sua.pdf", tampered, "đã bị sửa sau khi ký"),
        ("sau.pdf", vector("changed_after.pdf"), "bị thêm hoặc sửa nội dung sau khi ký"),
        ("giua.pdf", vector("changed_between.pdf"), "bị sửa giữa hai lần ký"),
    ] {
        let name = format!("{of}-{name}");
        page.attach("Bản quét kèm theo", &name, &bytes).await;
        page.press("Tiếp nhận và in giấy hẹn").await;
        page.see(&format!("“{name}”: ")).await;
        let beside = page.text_of("#tep-mistake").await;
        assert!(beside.contains(why) && beside.contains("ký lại"), "{name}: {beside}");
        assert_eq!(typed(page, "ho-ten").await, "Lê Thị Khác", "{name}");
    }
    page.sign_out().await;
}

async fn signed_and_sealed(on: On) {
    let Some(server) = Server::start(on, at(2, 8)).await else { return };
    let of = if on == On::Sqlite { "sqlite" } else { "postgresql" };
    let key = Arc::new(Mutex::new("seal.p12"));
    let agent = an_agent(&server, key.clone()).await;
    let page = Page::open_at(&server.base, 1366, 768).await;
    set_up(&server, &page, of, &agent).await;
    let path = taken_in(&page, of).await;
    refused(&page, of).await;

    // The officer puts the result up.
    let result = format!("{path}/ket-qua-so");
    page.sign_in("tuphap-phuson").await;
    page.goto(&path).await;
    page.press("Bắt đầu thụ lý").await;
    page.see("Đã ghi nhận").await;
    page.press("Kết quả điện tử: ký số, đóng dấu số").await;
    page.see("Chưa có tệp kết quả.").await;
    sound_on_both(&page).await;
    page.attach("Tệp PDF", &format!("{of}-rong.pdf"), b"").await;
    page.press("Đưa lên").await;
    page.see("Tệp rỗng").await;
    assert!(page.text_of("#tep-mistake").await.contains("Tệp rỗng"));
    page.sound().await;
    page.attach("Tệp PDF", &format!("{of}-gxn.pdf"), &vector("plain.pdf")).await;
    page.press("Đưa lên").await;
    page.see("Đã đưa tệp kết quả lên.").await;
    page.goto(&path).await;
    page.press("Trình ký").await;
    page.see("Đã ghi nhận").await;
    page.sign_out().await;

    // The leader signs: with a key that is not his, then with his own.
    page.sign_in("chutich-phuson").await;
    page.goto(&result).await;
    page.see("Ký số bản hiện hành").await;
    sound_on_both(&page).await;
    page.press("Ký số bản hiện hành").await;
    page.see("Chứng thư đã ký không phải của người đang ký").await;
    page.sound().await;
    *key.lock().unwrap() = "leader.p12";
    page.press("Ký số bản hiện hành").await;
    page.see("chữ ký số hợp lệ: Nguyễn Thị Ký Thử").await;
    sound_on_both(&page).await;
    page.goto(&path).await;
    page.press("Ký").await;
    page.see("Đã ghi nhận").await;
    page.sign_out().await;

    // The clerk numbers it, and it is sealed.
    page.sign_in("vanthu-phuson").await;
    page.goto(&path).await;
    crate::issue::number(&page, "201/UBND").await;
    page.see("Kết quả điện tử đã được đóng dấu số.").await;
    sound_on_both(&page).await;
    page.goto(&result).await;
    page.see("UBND xã Phú Sơn, ký lúc").await;
    sound_on_both(&page).await;
    // Sealed once, it is not sealed again: nothing on the page leads there.
    let again = "return String([...document.querySelectorAll('button')] \
        .some((it) => it.textContent.trim() === 'Đóng dấu số'))";
    assert_eq!(page.script(again).await, "false");
    let newest = server.text("select cast(max(id) as text) from dossier_file").await;
    let script = "const [path, done] = arguments; fetch(path).then(async (r) => { \
         const bytes = new Uint8Array(await r.arrayBuffer()); let text = ''; \
         bytes.forEach((it) => { text += String.fromCharCode(it); }); done(btoa(text)); })";
    let sealed = page.run(script, &format!("{path}/tep/{newest}")).await;
    let sealed = STANDARD.decode(sealed).unwrap();
    assert!(sealed.starts_with(&vector("plain.pdf")), "nothing of the result is touched");
    let roots = ::signing::certificates(&vector("root.pem")).unwrap();
    let verdict = ::signing::verify(&sealed, &roots, server.now().epoch_ms() / 1000);
    assert!(verdict.valid && verdict.covers_whole_file, "{verdict:?}");
    assert_eq!(verdict.signers.len(), 2);
    assert_eq!(verdict.signers[1].reason, "Ban hành văn bản số 201/UBND, ngày 02/03/2026");
    page.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn broken_files_are_told_of_and_a_result_is_signed_and_sealed_on_sqlite() {
    signed_and_sealed(On::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn broken_files_are_told_of_and_a_result_is_signed_and_sealed_on_postgresql() {
    signed_and_sealed(On::Postgresql).await;
}
