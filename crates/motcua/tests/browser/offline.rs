//! A phone on a slow line that breaks: what was read is read again, a filing is resumed and sent once, what the
//! office asks for is answered from the tracking page.

use jiff::civil::date;

use crate::{
    filing::{declared, proven},
    line::Line,
    support::{On, Page, Server},
};

const BIRTH: &str = "1.001193";
const OTHERS: &str = "document.querySelectorAll('input[type=radio][value=khong]').forEach((it, at) => { if (at > 0) it.click() })";

/// Waits until the service worker answers for the page and has kept `path`.
async fn kept(phone: &Page, path: &str) {
    let script = "const [path, done] = arguments; const look = () => caches.match(path).then((it) => \
         navigator.serviceWorker.controller && it ? done('kept') : setTimeout(look, 100)); look();";
    assert_eq!(phone.run(script, path).await, "kept");
}

async fn a_phone_reads_without_a_network(on: On) {
    let start = date(2026, 3, 2).at(9, 0, 0, 0);
    let Some(server) = Server::start(on, start).await else { return };
    let line = Line::to(&server.base).await;
    line.slow();
    let phone = Page::open_at(&line.base, 390, 844).await;
    phone.goto("/?lang=vi").await;
    phone.see("cần làm việc gì hôm nay").await;
    let ready =
        "const done = arguments[1]; navigator.serviceWorker.ready.then(() => done('ready'))";
    assert_eq!(phone.run(ready, "").await, "ready");
    let procedure = format!("/thu-tuc/{BIRTH}");
    for path in ["/", procedure.as_str(), "/thu-tuc?q=khai+sinh"] {
        phone.goto(path).await;
        kept(&phone, path).await;
    }
    // It can be installed.
    let (status, kind, _) = phone.fetch("/manifest.webmanifest").await;
    assert_eq!((status, kind.as_str()), (200, "application/manifest+json; charset=utf-8"));

    line.cut();
    for (path, said) in [
        ("/", "cần làm việc gì hôm nay"),
        (procedure.as_str(), "đăng ký khai sinh"),
        ("/thu-tuc?q=khai+sinh", "khai sinh"),
    ] {
        phone.goto(path).await;
        phone.see("đang xem bản lưu lúc").await;
        phone.see(said).await;
        phone.sound().await;
    }
    // What was never read says so, and what can be read.
    phone.goto("/lich-lam-viec").await;
    phone.see("Không có mạng").await;
    phone.see("Các trang xem được ngay").await;
    phone.sound().await;
    // The office is not kept, whoever asks.
    let office = phone.run("const done = arguments[1]; caches.keys().then(async (names) => { \
         const all = (await Promise.all(names.map(async (it) => (await (await caches.open(it)).keys())))).flat(); \
         done(all.some((it) => new URL(it.url).pathname.startsWith('/co-quan')) ? 'kept' : 'never') })", "").await;
    assert_eq!(office, "never");
    line.mend();
    phone.see("Lịch làm việc").await;
    phone.close().await;
}

/// A file is kept as it is chosen and a word as it is typed: whoever leaves finds both again, and nothing was sent.
async fn left_and_found_again(server: &Server, phone: &Page, follow: &str, line: &Line) {
    phone.choose_file("input[type=file]", "ban-ro.pdf", &testkit::pdf("bản rõ")).await;
    phone.see("ban-ro.pdf").await;
    phone.see("Đã tự lưu, chưa gửi.").await;
    phone.sound().await;
    phone.goto(follow).await;
    phone.press("Bổ sung ngay trên cổng").await;
    phone.leads_to("/bo-sung").await;
    phone.see("ban-ro.pdf").await;
    line.cut();
    phone.fill("Ghi chú cho cơ quan", "Bản chính tôi mang đến sau").await;
    phone.see("Chưa lưu được").await;
    line.mend();
    phone.press("Lưu, làm tiếp sau").await;
    phone.see("Đã lưu, chưa gửi.").await;
    phone.holds("Ghi chú cho cơ quan", "Bản chính tôi mang đến sau").await;
    // Left in the middle of a word: it arrives all the same.
    let edition = "select cast(edition as text) from supplement_draft";
    let before = server.text(edition).await;
    phone.fill("Ghi chú cho cơ quan", "Bản chính tôi mang đến thứ Hai").await;
    phone.goto(follow).await;
    for _ in 0..50 {
        if server.text(edition).await != before {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    phone.press("Bổ sung ngay trên cổng").await;
    phone.leads_to("/bo-sung").await;
    phone.holds("Ghi chú cho cơ quan", "Bản chính tôi mang đến thứ Hai").await;
    assert_eq!(server.text("select status from dossier").await, "intake_supplement");
    // Another device wrote meanwhile: that is not written over by what saves itself, but by whoever looked.
    let secret = server.text("select secret from dossier_person").await;
    let desk = Page::open_at(&server.base, 1366, 768).await;
    desk.goto(&format!("{follow}?ma={secret}")).await;
    desk.press("Bổ sung ngay trên cổng").await;
    desk.fill("Ghi chú cho cơ quan", "Lời ở máy khác").await;
    desk.see("Đã tự lưu, chưa gửi.").await;
    phone.fill("Ghi chú cho cơ quan", "Bản chính tôi mang đến thứ Ba").await;
    phone.see("vừa được sửa ở một cửa sổ khác").await;
    phone.fill("Ghi chú cho cơ quan", "Bản chính tôi mang đến thứ Tư").await;
    phone.press("Lưu, làm tiếp sau").await;
    // The page that the server answers with, not what stands beside the field already.
    phone.see("Có chỗ cần sửa").await;
    phone.see("vừa được sửa ở một cửa sổ khác").await;
    phone.sound().await;
    desk.goto(&format!("{follow}/bo-sung")).await;
    desk.holds("Ghi chú cho cơ quan", "Lời ở máy khác").await;
    desk.close().await;
    phone.press("Lưu, làm tiếp sau").await;
    phone.see("Đã lưu, chưa gửi.").await;
    phone.holds("Ghi chú cho cơ quan", "Bản chính tôi mang đến thứ Tư").await;
}

/// It is sent while the network is gone: all of it stays, also when the page is lost, and goes off once.
async fn sent_when_the_network_is_back(server: &Server, phone: &Page, follow: &str, line: &Line) {
    line.cut();
    phone.choose_file("#tep-0", "them.pdf", &testkit::pdf("thêm")).await;
    phone.see("Chưa lưu được").await;
    phone.press("Gửi bổ sung").await;
    phone.see("Mất mạng: nội dung đang giữ trong máy này").await;
    phone.holds("Ghi chú cho cơ quan", "Bản chính tôi mang đến thứ Tư").await;
    let chosen = "return String(document.querySelector('#tep-0').files.length)";
    assert_eq!(phone.script(chosen).await, "1");
    phone.sound().await;
    line.mend();
    phone.see("Đánh dấu cam đoan trước khi gửi.").await;
    for file in ["ban-ro.pdf", "them.pdf"] {
        phone.see(file).await;
    }
    phone.sound().await;
    phone.tick("Tôi đã kiểm tra").await;
    line.cut();
    phone.press("Gửi bổ sung").await;
    phone.see("Mất mạng: nội dung đang giữ trong máy này").await;
    phone.goto(follow).await;
    phone.see("đang xem bản lưu lúc").await;
    assert_eq!(server.text("select cast(count(*) as text) from citizen_act").await, "0");
    line.mend();
    phone.see("Trao đổi về hồ sơ").await;
    phone.press("Bổ sung ngay trên cổng").await;
    phone.see("Đã gửi bổ sung. Cơ quan thấy ngay").await;
    phone.see("Ông, bà đã gửi bổ sung qua cổng.").await;
    assert_eq!(server.text("select cast(count(*) as text) from citizen_act").await, "1");
    let files =
        "select cast(count(*) as text) from dossier_file where name in ('ban-ro.pdf', 'them.pdf')";
    assert_eq!(server.text(files).await, "2");
    // What was held for this request is not for the next one, nor sent again by opening the page.
    phone.goto(&format!("{follow}/bo-sung")).await;
    phone.see("Trao đổi về hồ sơ").await;
    assert_eq!(server.text("select cast(count(*) as text) from citizen_act").await, "1");
}

async fn an_interrupted_filing_is_sent_once_and_answered(on: On) {
    let start = date(2026, 3, 2).at(9, 0, 0, 0);
    let Some(server) = Server::start(on, start).await else { return };
    let line = Line::to(&server.base).await;
    line.slow();
    let phone = Page::open_at(&line.base, 390, 844).await;
    phone.goto(&format!("/nop/{BIRTH}")).await;
    phone.choose("Nộp đến", "Ủy ban nhân dân xã Phú Sơn").await;
    phone.press("Bắt đầu").await;
    phone.see("Họ và tên người yêu cầu").await;
    phone.fill("Họ và tên người yêu cầu", "Lê Thị Minh Họa").await;
    phone.fill("Số căn cước hoặc giấy tờ khác", "040188001234").await;
    phone.fill("Ngày sinh", "05/09/1988").await;
    phone.fill("Điện thoại", "0912 345 678").await;
    phone.fill("Nơi cư trú", "Xóm 1, xã Phú Sơn").await;

    // The line breaks while a step is left: held here, sent by itself, once.
    line.cut();
    phone.press("Tiếp tục").await;
    phone.see("Mất mạng: nội dung đang giữ trong máy này").await;
    phone.sound().await;
    assert_eq!(server.text("select cast(max(edition) as text) from filing").await, "1");
    line.mend();
    phone.see("Phần 1 / ").await;
    assert_eq!(server.text("select cast(max(edition) as text) from filing").await, "2");
    declared(&phone).await;
    phone.see("Với mỗi loại giấy, chọn cách nộp").await;

    // It breaks with a file chosen, and the page is lost: put back with the file when it is opened again.
    let here = phone.path().await;
    let scan = testkit::pdf("giấy chứng sinh");
    phone.click("#cach-5 input[value=gui]").await;
    phone.choose_file("#tep-5", "giay-chung-sinh.pdf", &scan).await;
    phone.script(OTHERS).await;
    line.cut();
    phone.press("Tiếp tục").await;
    phone.see("Mất mạng: nội dung đang giữ trong máy này").await;
    phone.goto(&here).await;
    phone.see("Không có mạng").await;
    line.mend();
    phone.see("Đến Bộ phận Một cửa").await;
    assert_eq!(server.text("select cast(count(*) as text) from filing_file").await, "1");
    phone.pick("Đến Bộ phận Một cửa").await;
    phone.press("Tiếp tục").await;
    phone.see("giay-chung-sinh.pdf").await;
    proven(&phone).await;
    phone.tick("Tôi cam đoan").await;
    line.cut();
    phone.press("Gửi hồ sơ").await;
    phone.see("Mất mạng: nội dung đang giữ trong máy này").await;
    line.mend();
    phone.see("Đã gửi hồ sơ").await;
    assert_eq!(server.text("select cast(count(*) as text) from dossier").await, "1");
    phone.press("Theo dõi hồ sơ").await;
    phone.see("Trao đổi về hồ sơ").await;
    phone.sound().await;
    let follow = phone.path().await;
    kept(&phone, &follow).await;

    // The counter asks for more; the citizen answers from the tracking page.
    let counter = Page::open_at(&server.base, 1366, 768).await;
    counter.sign_in("motcua-phuson").await;
    let id = server.text("select cast(id as text) from dossier").await;
    counter.goto(&format!("/co-quan/ho-so/{id}/yeu-cau-hoan-thien")).await;
    counter.fill("Giấy tờ cần bổ sung", "Giấy chứng sinh: bản gửi bị mờ").await;
    counter.press("Yêu cầu hoàn thiện trước tiếp nhận").await;
    counter.see("Đã ghi nhận").await;
    phone.goto(&follow).await;
    phone.see("Giấy chứng sinh: bản gửi bị mờ").await;
    phone.sound().await;
    phone.press("Bổ sung ngay trên cổng").await;
    phone.see("Cơ quan yêu cầu").await;
    phone.sound().await;
    left_and_found_again(&server, &phone, &follow, &line).await;
    sent_when_the_network_is_back(&server, &phone, &follow, &line).await;
    assert_eq!(server.text("select status from dossier").await, "submitted");
    counter.goto("/co-quan/nop-truc-tuyen/bo-sung").await;
    counter.see("Nộp lại theo yêu cầu bổ sung").await;
    counter.sound().await;
    counter.resize(390, 844).await;
    counter.sound().await;
    counter.close().await;

    // His own page is read without a network, and gone when he says so.
    phone.goto(&follow).await;
    kept(&phone, &follow).await;
    line.cut();
    phone.goto(&follow).await;
    phone.see("đang xem bản lưu lúc").await;
    phone.see("L* Th* M*** H**").await;
    line.mend();
    phone.see("Giữ 30 ngày trên máy này").await;
    phone.press("Xóa bản lưu trên máy này").await;
    phone.see("Đã xóa mọi trang và bản nháp lưu trên máy này.").await;
    line.cut();
    phone.goto(&follow).await;
    phone.see("Không có mạng").await;
    line.mend();
    // Asking for it back says what it means.
    phone.goto(&format!("{follow}/rut")).await;
    phone.see("hồ sơ dừng lại và không có kết quả").await;
    phone.sound().await;
    phone.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_reads_without_a_network_on_sqlite() {
    a_phone_reads_without_a_network(On::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_reads_without_a_network_on_postgresql() {
    a_phone_reads_without_a_network(On::Postgresql).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_interrupted_filing_is_sent_once_and_answered_on_sqlite() {
    an_interrupted_filing_is_sent_once_and_answered(On::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_interrupted_filing_is_sent_once_and_answered_on_postgresql() {
    an_interrupted_filing_is_sent_once_and_answered(On::Postgresql).await;
}
