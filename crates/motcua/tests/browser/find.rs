//! Finding: by an event of one's life, by typing, by a few questions; by keys alone, without scripts; and
//! what the office sets behind it.

use jiff::civil::{DateTime, date};

use crate::support::{On, Page, Server};

const PDF: &[u8] = include_bytes!("../../../signing/tests/data/plain.pdf");

fn start() -> DateTime {
    date(2026, 3, 2).at(9, 0, 0, 0)
}

/// On a telephone: from the event to the list of one's own papers; and what the office changes is seen at once.
async fn finding(on: On) {
    let Some(server) = Server::start(on, start()).await else { return };
    let page = Page::open_at(&server.base, 390, 844).await;
    page.goto("/").await;
    page.sound().await;
    page.press("Sinh con").await;
    page.see("Trong 60 ngày đầu").await;
    page.sound().await;
    page.press_within("Thủ tục đăng ký khai sinh").await;
    page.see("Cần mang theo những gì?").await;
    page.sound().await;
    page.choose("Ông, bà nộp ở đâu?", "Phú Sơn").await;
    page.see("Nộp bây giờ thì được hẹn trả: 17:00, thứ Hai 02/03/2026").await;
    page.see("Nộp trực tuyến").await;
    page.sound().await;
    // Larger letters stay on the pages that follow.
    page.click("a.size").await;
    assert_eq!(page.script("return document.documentElement.className").await, "large");
    page.sound().await;
    page.press("Tôi có đủ điều kiện, cần giấy gì?").await;
    assert_eq!(page.script("return document.documentElement.className").await, "large");
    page.sound().await;
    page.click("input[name=nuoc-ngoai][value=khong]").await;
    page.press("Tiếp tục").await;
    page.see("đã từng có giấy khai sinh chưa?").await;
    page.click("input[name=da-khai][value=khong]").await;
    page.press("Tiếp tục").await;
    for (name, value) in [
        ("ket-hon", "roi"),
        ("noi-sinh", "nguoi-lam-chung"),
        ("hoan-canh", "thuong"),
        ("ai-di", "cha-me"),
        ("noi-o", "co"),
        ("cach-nop", "den-noi"),
    ] {
        page.click(&format!("input[name={name}][value={value}]")).await;
    }
    page.press("Tiếp tục").await;
    page.see("Ông, bà đủ điều kiện").await;
    page.see("Giấy của người làm chứng xác nhận việc sinh").await;
    page.see("Ông, bà không phải mang").await;
    page.sound().await;
    let address = page.script("return location.pathname + '/in.pdf' + location.search").await;
    let (status, media_type, head) = page.fetch(&address).await;
    assert_eq!((status, media_type.as_str(), head.as_str()), (200, "application/pdf", "%PDF-"));

    // In English, and with suggestions while one types.
    page.goto("/?lang=en&chu=thuong").await;
    page.sound().await;
    page.fill("Search procedures", "birth certif").await;
    for _ in 0..50 {
        if page.script("return document.querySelector('.options li') ? 'yes' : 'no'").await == "yes"
        {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    page.see("Thủ tục đăng ký khai sinh").await;
    page.sound().await;
    page.goto("/su-kien/nguoi-than-mat").await;
    page.see("Funeral costs and allowances").await;
    page.sound().await;
    page.goto("/?lang=vi").await;

    // The office: the level of one procedure, its form, an everyday word, the questions, the hardest texts.
    page.resize(1366, 768).await;
    page.sign_in("cchc").await;
    page.goto("/co-quan/muc-do").await;
    page.see("Mức độ dịch vụ công").await;
    page.sound().await;
    page.choose("Đơn vị", "xã Phú Sơn").await;
    page.fill("Tên hoặc mã thủ tục", "1.001193").await;
    page.press("Lọc").await;
    page.press("Thủ tục đăng ký khai sinh").await;
    page.sound().await;
    page.choose("Mức độ", "Mức độ 4").await;
    page.fill("Lý do, văn bản", "Kế hoạch 15/KH-UBND").await;
    page.press("Ghi mức độ").await;
    page.see("Chưa đặt được mức này").await;
    page.sound().await;
    page.choose("Mức độ", "Mức độ 2").await;
    page.press("Ghi mức độ").await;
    page.see("Đã ghi mức độ.").await;
    page.goto("/co-quan/muc-do/nhieu").await;
    page.choose("Lĩnh vực", "Hộ tịch").await;
    page.fill("Lý do, văn bản", "Kế hoạch 15/KH-UBND").await;
    page.press("Xem trước").await;
    page.see("Sẽ có gì thay đổi").await;
    page.sound().await;
    page.goto("/co-quan/muc-do/su-dung").await;
    page.see("Tổng cộng").await;
    page.sound().await;
    page.goto("/co-quan/thu-tuc/1.001193/mau").await;
    page.fill("Tên mẫu", "Tờ khai đăng ký khai sinh").await;
    page.attach("Tệp", "to-khai.pdf", PDF).await;
    page.press("Gắn mẫu").await;
    page.see("Đã gắn mẫu đơn.").await;
    page.sound().await;
    page.goto("/co-quan/quan-tri/tu-dong-nghia/moi").await;
    page.fill("Dân nói", "báo hỉ").await;
    page.fill("Danh mục gọi", "đăng ký kết hôn").await;
    page.press("Tìm thử").await;
    page.see("1. Thủ tục đăng ký kết hôn").await;
    page.sound().await;
    page.press("Lưu").await;
    page.see("Ô tìm kiếm dùng ngay từ mới.").await;
    page.sound().await;
    for path in [
        "/co-quan/quan-tri/su-kien",
        "/co-quan/quan-tri/su-kien/sinh-con",
        "/co-quan/quan-tri/cau-hoi",
        "/co-quan/quan-tri/cau-hoi/1.001193",
        "/co-quan/quan-tri/do-de-doc",
    ] {
        page.goto(path).await;
        page.sound().await;
        page.resize(390, 844).await;
        page.sound().await;
        page.resize(1366, 768).await;
    }
    page.goto("/thu-tuc?q=bao+hi").await;
    page.see("Thủ tục đăng ký kết hôn").await;
    page.sound().await;
    // At level 2 there are forms and no filing.
    page.goto("/thu-tuc/1.001193").await;
    page.choose("Ông, bà nộp ở đâu?", "xã Phú Sơn").await;
    page.see("Tải mẫu đơn về điền trước").await;
    let shown = page.text().await;
    assert!(
        shown.contains("Tờ khai đăng ký khai sinh") && !shown.contains("Nộp trực tuyến"),
        "{shown}"
    );
    page.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_one_needs_is_found_on_a_telephone_on_sqlite() {
    finding(On::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_one_needs_is_found_on_a_telephone_on_postgresql() {
    finding(On::Postgresql).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_one_needs_is_found_by_keys_alone() {
    let Some(server) = Server::start(On::Sqlite, start()).await else { return };
    let page = Page::open_at(&server.base, 1366, 768).await;
    page.goto("/").await;
    page.key("/").await;
    page.keys("ket hoon").await;
    for _ in 0..50 {
        if page.script("return document.querySelector('.options li') ? 'yes' : 'no'").await == "yes"
        {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    page.keys("\u{e015}\u{e007}").await; // the first suggestion
    page.see("Thủ tục đăng ký kết hôn").await;
    page.tab_to("Tôi có đủ điều kiện").await;
    page.keys("\u{e007}").await;
    page.see("Có ai là người nước ngoài").await;
    page.tab_to("Có").await;
    page.keys("\u{e015}").await; // the arrow chooses the next answer: no
    page.keys("\u{e007}").await;
    page.see("Nam đã đủ 20 tuổi").await;
    page.tab_to("Có").await;
    // The first question's group comes first; the next is one Tab further.
    page.keys("\u{e004}").await;
    page.keys(" ").await;
    page.keys("\u{e015}").await;
    page.keys("\u{e007}").await;
    page.see("chưa làm thủ tục này được").await;
    page.see("Nam phải từ đủ 20 tuổi").await;
    page.tab_to("In danh sách giấy tờ").await;
    page.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_one_needs_is_found_without_scripts() {
    let Some(server) = Server::start(On::Sqlite, start()).await else { return };
    let page = Page::open_at(&server.base, 390, 844).await;
    page.without_scripts().await;
    page.goto("/").await;
    // The search box is a plain one: what makes it a combobox did not come.
    assert_eq!(
        page.script("return String(document.querySelector('[role=combobox]'))").await,
        "null"
    );
    page.fill("Tìm thủ tục", "lam giay ket hon").await;
    page.press("Tìm").await;
    page.press_within("Thủ tục đăng ký kết hôn").await;
    assert!(page.text_of("main").await.contains("Cần mang theo những gì?"));
    page.choose("Ông, bà nộp ở đâu?", "xã Phú Sơn").await;
    page.press("Xem").await;
    page.leads_to("don-vi=").await;
    page.see("Nộp bây giờ thì được hẹn trả").await;
    page.click("a.size").await;
    page.leads_to("chu=lon").await;
    assert!(!page.text_of("html.large main h1").await.is_empty());
    page.press("Tôi có đủ điều kiện, cần giấy gì?").await;
    page.click("input[name=nuoc-ngoai][value=khong]").await;
    page.press("Tiếp tục").await;
    page.click("input[name=du-tuoi][value=co]").await;
    page.press("Tiếp tục").await;
    page.click("input[name=dang-co][value=co]").await;
    page.press("Tiếp tục").await;
    assert!(page.text_of("#ket-qua").await.contains("Người đang có vợ, có chồng"));
    page.close().await;
}
