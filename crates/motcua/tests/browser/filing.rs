//! A birth is filed from a phone, in pieces, declared by the form of the office, and received at the counter.

use jiff::civil::date;

use crate::support::{On, Page, Server};

const BIRTH: &str = "1.001193";

/// The step with the person.
pub(super) async fn person(phone: &Page) {
    phone.fill("Họ và tên người yêu cầu", "Lê Thị Minh Họa").await;
    phone.fill("Số căn cước hoặc giấy tờ khác", "040188001234").await;
    phone.fill("Ngày sinh", "05/09/1988").await;
    phone.fill("Điện thoại", "0912 345 678").await;
    phone.fill("Nơi cư trú", "Xóm 1, xã Phú Sơn").await;
}

/// The headings of a page's cards, from top to bottom; what is not shown is left out.
const CARDS: &str =
    "const shown = [...document.querySelectorAll('.card > h2')].filter((it) => it.offsetParent);
    const placed = shown.map((it) => [it.getBoundingClientRect().top, it.innerText]);
    return placed.sort((a, b) => a[0] - b[0]).map((it) => it[1]).join('|')";

/// On the page of a procedure what to bring comes first; the square code is for another telephone than this one.
pub(super) async fn brought_first(phone: &Page) {
    let cards = phone.script(CARDS).await;
    assert!(cards.starts_with("Cần mang theo những gì?|") && !cards.contains("QR"), "{cards}");
}

/// What is printed below the address of this page is a paper.
pub(super) async fn printed(page: &Page, below: &str) {
    let path = format!("{}{below}", page.path().await);
    let (status, media_type, head) = page.fetch(&path).await;
    assert_eq!((status, media_type.as_str(), head.as_str()), (200, "application/pdf", "%PDF-"));
}

/// The form of the office, part by part: what the page asks is taken from the sample that ships.
pub(super) async fn declared(phone: &Page) {
    let form = citizen::eforms::shipped::all().unwrap();
    let form = form.into_iter().find(|it| it.code == "khai-sinh").unwrap();
    let mut sample = citizen::eforms::shipped::sample("khai-sinh").unwrap().unwrap();
    // She is the mother: her part takes what she said of herself, and nobody types it again.
    sample.insert("ban-la".into(), domain::eform::Answer::Text("me".into()));
    sample.retain(|code, _| code == "me-co" || !code.starts_with("me-"));
    let said = serde_json::json!(citizen::eforms::fill::carried(&form, &sample, |_| false));
    let script = format!(
        "for (const [name, value] of {said}) {{
           for (const it of document.getElementsByName(name)) {{
             if (it.type === 'radio') {{ if (it.value === value) it.click(); }}
             else if (!it.value || it.name === 'f.ban-sao') {{
               it.value = value;
               it.dispatchEvent(new Event('input', {{ bubbles: true }}));
             }}
           }}
         }}"
    );
    phone.see("Phần 1 / ").await;
    // What the first step said of the person stands there already.
    phone.holds("Họ, chữ đệm, tên người yêu cầu", "Lê Thị Minh Họa").await;
    phone.press("Tiếp tục").await;
    phone.see("Có chỗ cần sửa").await;
    phone.sound().await;
    let mark = "const it = document.getElementById('dau'); return it ? it.value : ''";
    let mother = "const it = document.getElementsByName('f.me-ten')[0]; return it ? it.value : ''";
    let mut mothers: Vec<String> = Vec::new();
    for _ in 0..12 {
        mothers.push(phone.script(mother).await);
        phone.script(&script).await;
        let before = phone.script(mark).await;
        phone.press("Tiếp tục").await;
        for _ in 0..100 {
            let now = phone.script(mark).await;
            if !now.is_empty() && now != before {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
        phone.sound().await;
        if phone.script("return location.search").await.contains("buoc=giay-to") {
            assert!(mothers.iter().any(|it| it == "Lê Thị Minh Họa"), "{mothers:?}");
            return;
        }
    }
    panic!("the declaration does not end");
}

/// The telephone answers: in a demo the code is shown.
pub(super) async fn proven(phone: &Page) {
    phone.press("Gửi mã").await;
    phone.see("Mã đã gửi đến").await;
    phone.sound().await;
    let code = phone.script("return document.querySelector('.notice .mono').textContent").await;
    phone.fill("Mã vừa nhận", code.trim()).await;
    phone.press("Xác nhận số này").await;
    phone.see("đã được xác nhận").await;
}

async fn a_birth_is_filed_from_a_phone(on: On) {
    let start = date(2026, 3, 2).at(9, 0, 0, 0);
    let Some(server) = Server::start(on, start).await else { return };
    let phone = Page::open_at(&server.base, 390, 844).await;
    phone.goto(&format!("/nop/{BIRTH}")).await;
    phone.sound().await;
    phone.press("Bắt đầu").await;
    phone.see("Chọn nơi nộp hồ sơ.").await;
    phone.choose("Nộp đến", "Ủy ban nhân dân xã Phú Sơn").await;
    phone.press("Bắt đầu").await;
    phone.see("Người nộp").await;
    phone.sound().await;
    // A mistake stands beside its field and nothing that was typed is lost.
    phone.fill("Họ và tên người yêu cầu", "Lê Thị Minh Họa").await;
    phone.press("Tiếp tục").await;
    phone.see("Ghi số căn cước 12 chữ số").await;
    phone.holds("Họ và tên người yêu cầu", "Lê Thị Minh Họa").await;
    phone.sound().await;
    person(&phone).await;
    phone.press("Tiếp tục").await;
    declared(&phone).await;
    phone.see("Với mỗi loại giấy, chọn cách nộp").await;
    phone.sound().await;

    // Somewhere else, with the same address: the draft is there.
    let here = phone.path().await;
    let elsewhere = Page::open_at(&server.base, 1366, 768).await;
    elsewhere.goto(here.split('?').next().unwrap()).await;
    elsewhere.goto(&format!("{}?buoc=nguoi-nop", here.split('?').next().unwrap())).await;
    elsewhere.holds("Họ và tên người yêu cầu", "Lê Thị Minh Họa").await;
    elsewhere.close().await;

    // Of a wedding the declaration is filled in here: neither it nor its twin of the portal is asked for as a paper.
    let wedding = Page::open_at(&server.base, 390, 844).await;
    wedding.goto("/nop/1.000894").await;
    wedding.choose("Nộp đến", "Ủy ban nhân dân xã Phú Sơn").await;
    wedding.press("Bắt đầu").await;
    wedding.see("Người nộp").await;
    let draft = wedding.path().await.split('?').next().unwrap().to_owned();
    wedding.goto(&format!("{draft}?buoc=giay-to")).await;
    wedding.see("Điền xong tờ khai là đủ, không phải nộp riêng:").await;
    wedding.see("Tờ khai đăng ký kết hôn theo mẫu").await;
    let asked =
        "return [...document.querySelectorAll('legend')].map((it) => it.innerText).join('|')";
    let asked = wedding.script(asked).await;
    assert!(asked.starts_with("1. ") && !asked.contains("Tờ khai đăng ký kết hôn"), "{asked}");
    wedding.sound().await;
    wedding.close().await;

    let scan = testkit::pdf("giấy chứng sinh");
    phone.click("#cach-5 input[value=gui]").await;
    phone.choose_file("#tep-5", "giay-chung-sinh.pdf", &scan).await;
    let others = "document.querySelectorAll('input[type=radio][value=khong]').forEach((it, at) => { if (at > 0) it.click() })";
    phone.script(others).await;
    phone.press("Tiếp tục").await;
    phone.see("Đến Bộ phận Một cửa").await;
    phone.sound().await;
    phone.pick("Đến Bộ phận Một cửa").await;
    phone.press("Tiếp tục").await;
    phone.see("giay-chung-sinh.pdf").await;
    phone.sound().await;
    phone.see("Nguyễn Minh An").await;
    let draft = phone.path().await.split('?').next().unwrap().to_owned();
    let (status, media_type, head) = phone.fetch(&format!("{draft}/to-khai.pdf")).await;
    assert_eq!((status, media_type.as_str(), head.as_str()), (200, "application/pdf", "%PDF-"));
    phone.press("Gửi hồ sơ").await;
    phone.see("Đánh dấu cam đoan trước khi gửi.").await;
    phone.see("Xác nhận số điện thoại trước khi gửi.").await;
    phone.sound().await;
    proven(&phone).await;
    phone.pick("Tôi cam đoan").await;
    phone.press("Gửi hồ sơ").await;
    phone.see("Đã gửi hồ sơ").await;
    phone.sound().await;
    phone.press("Theo dõi hồ sơ").await;
    phone.see("L* Th* M*** H**").await;
    let follow = phone.path().await;

    // The counter has it at once and receives it.
    let counter = Page::open_at(&server.base, 1366, 768).await;
    counter.sign_in("motcua-phuson").await;
    counter.goto("/co-quan/nop-truc-tuyen").await;
    counter.see("Lê Thị Minh Họa").await;
    counter.sound().await;
    let code = follow.rsplit('/').next().unwrap().to_owned();
    counter.press(&code).await;
    counter.see("đã xác nhận điện thoại").await;
    counter.press("Tờ khai đăng ký khai sinh").await;
    counter.see("Nguyễn Minh An").await;
    counter.sound().await;
    counter.close().await;
    phone.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_birth_is_filed_from_a_phone_on_sqlite() {
    a_birth_is_filed_from_a_phone(On::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_birth_is_filed_from_a_phone_on_postgresql() {
    a_birth_is_filed_from_a_phone(On::Postgresql).await;
}
