//! On a telephone that says so: the questions before one files, then the declaration one question a screen, there and
//! back; the same by an official who helps, and on the public page of a form.

use domain::eform::{self, Answer, Answers, Eform, Kind};
use jiff::civil::{Date, DateTime, date};

use crate::{
    filing::{person, printed, proven},
    support::{On, Page, Server},
};

const BIRTH: &str = "1.001193";
/// Questions before a birth is filed, as the page asks them, and the answers of a mother who brings the child alone.
const ASKED: [(&str, &str); 8] = [
    ("nuoc-ngoai", "khong"),
    ("da-khai", "khong"),
    ("ket-hon", "chua"),
    ("noi-sinh", "co-giay"),
    ("hoan-canh", "thuong"),
    ("ai-di", "cha-me"),
    ("noi-o", "co"),
    ("cach-nop", "qua-mang"),
];
const ON_PAPER: &str =
    "document.querySelectorAll('input[type=radio][value=ban-giay]').forEach((it) => it.click())";
/// The question that the page asks alone.
const QUESTION: &str = "const it = document.querySelector('[name=cau]'); return it ? it.value : ''";
/// The fields that the page asks for.
const DRAWN: &str = "return [...document.querySelectorAll('.eform [data-f]')]
    .filter((it) => it.querySelector('input:not([type=hidden]), select, textarea'))
    .map((it) => it.dataset.f).join(' ')";

fn start() -> DateTime {
    date(2026, 3, 2).at(9, 0, 0, 0)
}

/// A form that ships, and its sample as fields of a page.
fn shipped(code: &str) -> (Eform, Answers) {
    let form = citizen::eforms::shipped::all().unwrap();
    let form = form.into_iter().find(|it| it.code == code).unwrap();
    (form, citizen::eforms::shipped::sample(code).unwrap().unwrap())
}

/// The questions that these answers ask, in their order.
fn screens(form: &Eform, said: &Answers, today: Date) -> Vec<String> {
    let judged = eform::judge(form, said, today);
    eform::screens(form, &judged).into_iter().map(|it| it.question.to_owned()).collect()
}

/// Answers what the page asks and has no answer yet, as the sample does.
async fn answered(phone: &Page, form: &Eform, said: &Answers) {
    let pairs = serde_json::json!(citizen::eforms::fill::carried(form, said, |_| false));
    let script = format!(
        "for (const [name, value] of {pairs}) {{
           for (const it of document.querySelectorAll('.eform [name=\"' + name + '\"]')) {{
             if (it.type === 'radio' || it.type === 'checkbox') {{ if (it.value === value && !it.checked) it.click(); }}
             else if (it.type !== 'hidden' && !it.value) {{
               it.value = value;
               it.dispatchEvent(new Event('input', {{ bubbles: true }}));
             }}
           }}
         }}"
    );
    phone.script(&script).await;
}

/// Waits for the screen of the question with this number, from 1, and holds that it asks this one alone.
async fn asks(phone: &Page, number: usize, wanted: &str) {
    phone.see(&format!("Câu {number} / ")).await;
    phone.leads_to("/").await;
    assert_eq!(phone.script(QUESTION).await, wanted, "question {number}");
    assert_eq!(phone.script(DRAWN).await, wanted, "it stands alone");
}

/// Says the questions before one files, until the page knows what this person needs.
async fn asked_before(phone: &Page) {
    phone.goto(&format!("/thu-tuc/{BIRTH}/hoi")).await;
    for (name, value) in &ASKED[..2] {
        phone.click(&format!("input[name={name}][value={value}]")).await;
        phone.press("Tiếp tục").await;
        phone.leads_to(&format!("{name}={value}")).await;
    }
    for (name, value) in &ASKED[2..] {
        phone.click(&format!("input[name={name}][value={value}]")).await;
    }
    phone.press("Tiếp tục").await;
    phone.leads_to("cach-nop=qua-mang").await;
    phone.see("Ông, bà đủ điều kiện").await;
    phone.sound().await;
}

/// The declaration, one question a screen, each kind of field looked at once; the screens that were passed.
async fn gone_through(phone: &Page, form: &Eform, said: &Answers) -> Vec<String> {
    let (mut passed, mut kinds): (Vec<String>, Vec<Kind>) = (Vec::new(), Vec::new());
    let all = screens(form, said, start().date());
    for (at, question) in all.iter().enumerate() {
        asks(phone, at + 1, question).await;
        let kind = form.field(question).unwrap().kind;
        if !kinds.contains(&kind) {
            kinds.push(kind);
            phone.sound().await;
        }
        match question.as_str() {
            // What must be answered is told on its screen and nothing else is.
            "tre-ten" => {
                phone.press("Tiếp tục").await;
                phone.see("Có chỗ cần sửa").await;
                asks(phone, at + 1, question).await;
                phone.see("Chưa trả lời mục này.").await;
                assert_eq!(phone.script(PROBLEMS).await, "1");
                phone.sound().await;
            }
            // What is wrong is told and stays as it was typed.
            "tre-sinh" => {
                phone.fill("Ngày, tháng, năm sinh", "20/01/2030").await;
                phone.press("Tiếp tục").await;
                phone.see("Có chỗ cần sửa").await;
                asks(phone, at + 1, question).await;
                phone.holds("Ngày, tháng, năm sinh", "20/01/2030").await;
                phone.see("Ngày này không thể sau hôm nay.").await;
                phone.fill("Ngày, tháng, năm sinh", "20/01/2026").await;
            }
            // One screen back what was said stands there; and on again.
            "tre-dan-toc" => {
                phone.click(".crumbs a").await;
                asks(phone, at, &all[at - 1]).await;
                assert_eq!(
                    phone.script("return document.querySelector('input:checked').value").await,
                    "nu"
                );
                phone.press("Tiếp tục").await;
                asks(phone, at + 1, question).await;
            }
            // It was answered beforehand; said otherwise, a question comes, and goes again.
            "cha-co" => {
                let chosen = "return document.querySelector('input:checked').value";
                assert_eq!(phone.script(chosen).await, "no");
                phone.click("input[value=yes]").await;
                phone.press("Tiếp tục").await;
                asks(phone, at + 2, "cha-ten").await;
                phone.click(".crumbs a").await;
                asks(phone, at + 1, question).await;
                phone.click("input[value=no]").await;
            }
            _ => {}
        }
        answered(phone, form, said).await;
        phone.press("Tiếp tục").await;
        passed.push(question.clone());
    }
    assert!(kinds.len() >= 6, "{kinds:?}");
    passed
}

const PROBLEMS: &str = "return String(document.querySelectorAll('.problem li').length)";

async fn a_birth_question_by_question(on: On) {
    let Some(server) = Server::start(on, start()).await else { return };
    let phone = Page::open_phone(&server.base).await;
    asked_before(&phone).await;
    assert!(!phone.text().await.contains("Nộp hộ"), "that is for officials");
    phone.click(&format!("a.btn[href^='/nop/{BIRTH}']")).await;
    phone.leads_to(&format!("/nop/{BIRTH}?hoi.")).await;
    phone.see("Các câu đã trả lời được mang theo").await;
    phone.sound().await;
    phone.choose("Nộp đến", "Ủy ban nhân dân xã Phú Sơn").await;
    phone.press("Bắt đầu").await;
    phone.leads_to(&format!("/nop/{BIRTH}/")).await;
    person(&phone).await;
    phone.press("Tiếp tục").await;
    phone.leads_to("buoc=to-khai").await;

    let (form, mut said) = shipped("khai-sinh");
    said.insert("cha-co".to_owned(), Answer::Text("no".to_owned()));
    said.retain(|code, _| !code.starts_with("cha-") || code == "cha-co");
    // The first step says who asks; the answers beforehand said the rest.
    said.insert("yc-thu".to_owned(), Answer::Text("hoa@example.vn".to_owned()));
    let passed = gone_through(&phone, &form, &said).await;
    assert!(passed.contains(&"me-ten".to_owned()) && !passed.contains(&"cha-ten".to_owned()));
    assert!(!passed.contains(&"quan-he-khac".to_owned()), "{passed:?}");

    phone.leads_to("buoc=giay-to").await;
    phone.see("Giấy không thuộc").await;
    phone.sound().await;
    phone.script(ON_PAPER).await;
    phone.press("Tiếp tục").await;
    phone.leads_to("buoc=nhan-ket-qua").await;
    phone.pick("Đến Bộ phận Một cửa").await;
    phone.press("Tiếp tục").await;
    phone.leads_to("buoc=xem-lai").await;
    // All of it is shown back; a part is opened from there by its own question and nothing is lost.
    for shown in
        ["Lê Thị Minh Họa", "Nguyễn Minh An", "20/01/2026", "Trần Thị Lan", "hoa@example.vn"]
    {
        phone.see(shown).await;
    }
    assert!(!phone.text().await.contains("Nguyễn Văn Hùng"), "the father was not declared");
    phone.sound().await;
    printed(&phone, "/to-khai.pdf").await;
    proven(&phone).await;
    phone.pick("Tôi cam đoan").await;
    phone.press("Gửi hồ sơ").await;
    phone.see("Đã gửi hồ sơ").await;
    phone.sound().await;
    phone.close().await;
    let declared = server.text("select answers from eform_answer").await;
    assert!(declared.contains("Nguyễn Minh An") && !declared.contains("cha-ten"), "{declared}");
    helped(&server).await;
}

/// An official asks the same questions and files with the answers; he sits at a desk and has the form by parts.
async fn helped(server: &Server) {
    let desk = Page::open_at(&server.base, 1366, 768).await;
    desk.sign_in("motcua-phuson").await;
    asked_before(&desk).await;
    desk.press("Nộp hộ với các câu trả lời này").await;
    desk.leads_to("/co-quan/nop-ho?thu-tuc=").await;
    desk.see("Các câu người dân đã trả lời được mang theo").await;
    desk.sound().await;
    desk.choose("Nộp đến", "Ủy ban nhân dân xã Phú Sơn").await;
    desk.choose("Người dân đã đồng ý bằng cách", "nghe đọc lại và đồng ý bằng lời").await;
    desk.fill("Người làm chứng", "Vi Thị Làm Chứng").await;
    desk.press("Bắt đầu nộp hộ").await;
    desk.leads_to(&format!("/nop/{BIRTH}/")).await;
    person(&desk).await;
    desk.press("Tiếp tục").await;
    desk.leads_to("buoc=to-khai").await;
    desk.see("Phần 1 / ").await;
    let chosen =
        "return document.querySelector('input[name=\"f.quan-he\"]:checked').value".to_owned();
    assert_eq!(desk.script(&chosen).await, "cha-me");
    let draft = desk.path().await;
    desk.goto(&format!("{draft}?buoc=giay-to")).await;
    desk.see("Giấy không thuộc").await;
    desk.sound().await;
    desk.close().await;
}

/// A form that is only filled in and printed asks a telephone in the same way.
async fn a_public_form_question_by_question(on: On) {
    let Some(server) = Server::start(on, start()).await else { return };
    let phone = Page::open_phone(&server.base).await;
    let (form, mut said) = shipped("huu-tri-xa-hoi");
    for (code, answer) in [("huong-bhxh", "no"), ("cach-nhan", "tien-mat")] {
        said.insert(code.to_owned(), Answer::Text(answer.to_owned()));
    }
    let all = screens(&form, &said, start().date());
    phone.goto("/to-khai/huu-tri-xa-hoi").await;
    for (at, question) in all.iter().enumerate() {
        asks(&phone, at + 1, question).await;
        phone.sound().await;
        match question.as_str() {
            "yc-ten" => {
                phone.press("Tiếp tục").await;
                phone.see("Có chỗ cần sửa").await;
                asks(&phone, at + 1, question).await;
                assert_eq!(phone.script(PROBLEMS).await, "1");
            }
            "gioi" => {
                phone.press("Quay lại").await;
                asks(&phone, at, &all[at - 1]).await;
                answered(&phone, &form, &said).await;
                phone.press("Tiếp tục").await;
                asks(&phone, at + 1, question).await;
            }
            // The browser's own way back leads to the question before, with its answer, and on from there.
            "yc-giay-to" => {
                phone.back().await;
                asks(&phone, at, &all[at - 1]).await;
                let held = "return [...document.querySelectorAll('.eform [data-f] input:not([type=hidden])')]
                    .map((it) => it.value).join('')";
                assert!(!phone.script(held).await.is_empty(), "the answer is there");
                phone.back().await;
                asks(&phone, at - 1, &all[at - 2]).await;
                for back in [2, 1] {
                    phone.press("Tiếp tục").await;
                    asks(&phone, at + 2 - back, &all[at + 1 - back]).await;
                }
            }
            // An answer brings a question, and takes it away again.
            "huong-bhxh" => {
                phone.pick("Có").await;
                phone.press("Tiếp tục").await;
                asks(&phone, at + 2, "bhxh-muc").await;
                phone.press("Quay lại").await;
                asks(&phone, at + 1, question).await;
                phone.pick("Không").await;
            }
            _ => {}
        }
        answered(&phone, &form, &said).await;
        let last = at + 1 == all.len();
        phone.press(if last { "Xem lại tờ khai" } else { "Tiếp tục" }).await;
    }
    phone.see("Xem lại trước khi in").await;
    phone.leads_to("/to-khai/").await;
    let Some(Answer::Text(name)) = said.get("yc-ten") else { panic!("a name") };
    phone.see(name).await;
    phone.sound().await;
    // Into a part from there, by its first question; whoever likes parts better has them.
    phone.click("button[value='sua.1']").await;
    let number = all.iter().position(|it| it == "huong-bhxh").unwrap() + 1;
    asks(&phone, number, "huong-bhxh").await;
    // Asked for once more in the same window it is where one was; begun from the list it is empty.
    phone.goto("/to-khai/huu-tri-xa-hoi").await;
    asks(&phone, number, "huong-bhxh").await;
    phone.goto("/to-khai").await;
    phone.goto("/to-khai/huu-tri-xa-hoi").await;
    asks(&phone, 1, &all[0]).await;
    phone.press("Điền từng phần").await;
    phone.leads_to("phan=0").await;
    phone.see("Phần 1 / 3").await;
    phone.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_birth_question_by_question_on_sqlite() {
    a_birth_question_by_question(On::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_birth_question_by_question_on_postgresql() {
    a_birth_question_by_question(On::Postgresql).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_public_form_question_by_question_on_sqlite() {
    a_public_form_question_by_question(On::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_public_form_question_by_question_on_postgresql() {
    a_public_form_question_by_question(On::Postgresql).await;
}
