//! Forms that the office builds: the browser judges answers as the server does.

use domain::eform::{Answer, Answers, Cells, Eform, Judgement, Kind, Mistake, Place, judge};
use jiff::civil::{Date, date};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::support::{On, Page, Server};

const EVALUATOR: &str = include_str!("../../../site/static/eform-judge.js");
/// Places as they are typed, and the names that they mean: the server is held to the same.
const PLACES: &str = include_str!("../../../domain/tests/data/eform-places.json");
const VECTORS: &str = include_str!("../../../domain/tests/data/eform-vectors.json");

#[derive(Deserialize)]
struct Vectors {
    forms: Vec<Eform>,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    name: String,
    form: String,
    today: Date,
    answers: Value,
    expected: Value,
}

/// What the browser makes of many cases of one form: `[[answers, day], …]`.
async fn judged_there(page: &Page, form: &Eform, cases: &[(Value, Date)]) -> Vec<Value> {
    let script = format!(
        "{EVALUATOR}
        const [form, cases] = JSON.parse(arguments[0]);
        const short = (list) => list.map((it) => [it.path, it.code, it.number]);
        const all = cases.map(([answers, day]) => {{
            const it = eformJudge(form, answers, day);
            return {{ ...it, mistakes: short(it.mistakes), warnings: short(it.warnings) }};
        }});
        arguments[arguments.length - 1](JSON.stringify(all));"
    );
    let text = page.run(&script, &json!([form, cases]).to_string()).await;
    serde_json::from_str(&text).unwrap_or_else(|e| panic!("{e}: {text}"))
}

/// What the server makes of them, in the same words.
fn here(it: &Judgement) -> Value {
    let short = |many: &[Mistake]| {
        many.iter().map(|it| json!([it.path, it.code, it.number])).collect::<Vec<_>>()
    };
    json!({
        "mistakes": short(&it.mistakes),
        "warnings": short(&it.warnings),
        "visible": it.visible,
        "computed": it.computed,
        "answers": it.answers,
        "signers": it.signers,
        "follows": it.follows,
    })
}

/// Words that people type, right and wrong.
const TYPED: [&str; 24] = [
    "",
    "yes",
    "no",
    "nam",
    "nu",
    "khac",
    "1",
    "2",
    "75",
    "1.500.000",
    "-3",
    "1950",
    "05/1988",
    "29/02/2008",
    "2008-02-29",
    "31/12/2030",
    "040090123456",
    "040190123456",
    "C1234567",
    "0912 345 678",
    "an@example.vn",
    "Nguye\u{302}\u{303}n  Văn A",
    "xã A, huyện B",
    "\u{200b}x\ty",
];

/// A stream of numbers that is the same every time.
struct Stream(u64);

impl Stream {
    fn next(&mut self, below: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % u64::try_from(below.max(1)).unwrap()).unwrap()
    }

    fn text(&mut self, options: &[domain::eform::Choice]) -> String {
        if !options.is_empty() && self.next(4) > 0 {
            return options[self.next(options.len())].code.clone();
        }
        TYPED[self.next(TYPED.len())].to_owned()
    }
}

/// A sample with some of its answers changed.
fn disturbed(form: &Eform, sample: &Answers, stream: &mut Stream) -> Answers {
    let mut answers = sample.clone();
    for (_, field) in form.fields().filter(|(_, it)| it.is_asked()) {
        if stream.next(5) > 0 {
            continue;
        }
        let answer = match field.kind {
            Kind::Table => Answer::Rows(
                (0..stream.next(4))
                    .map(|_| {
                        let cell = |it: &domain::eform::Field, stream: &mut Stream| {
                            (it.code.clone(), stream.text(&it.options))
                        };
                        field.columns.iter().map(|it| cell(it, stream)).collect::<Cells>()
                    })
                    .collect(),
            ),
            Kind::MultipleChoice | Kind::File => {
                Answer::Many((0..stream.next(4)).map(|_| stream.text(&field.options)).collect())
            }
            Kind::Address => {
                Answer::Place(Place { unit: stream.text(&[]), detail: stream.text(&[]) })
            }
            _ => Answer::Text(stream.text(&field.options)),
        };
        answers.insert(field.code.clone(), answer);
    }
    answers
}

#[tokio::test(flavor = "multi_thread")]
async fn the_browser_judges_answers_as_the_server_does() {
    let page = Page::open_at("", 800, 600).await;
    let places = format!(
        "{EVALUATOR}
        const {{ units, cases }} = JSON.parse(arguments[0]);
        const wrong = cases.filter((it) => eformPlace(it.typed, units) !== it.meant);
        arguments[arguments.length - 1](JSON.stringify(wrong.map((it) => [it.typed, eformPlace(it.typed, units)])));"
    );
    assert_eq!(page.run(&places, PLACES).await, "[]");
    let vectors: Vectors = serde_json::from_str(VECTORS).unwrap();
    for form in &vectors.forms {
        let cases: Vec<&Case> = vectors.cases.iter().filter(|it| it.form == form.code).collect();
        let asked: Vec<_> = cases.iter().map(|it| (it.answers.clone(), it.today)).collect();
        let there = judged_there(&page, form, &asked).await;
        assert_eq!(there.len(), cases.len());
        for (case, there) in cases.iter().zip(there) {
            let mut expected = case.expected.clone();
            if expected.get("follows").is_none() {
                expected["follows"] = json!({});
            }
            assert_eq!(there, expected, "{}", case.name);
        }
    }
    // And far from the vectors: every form that ships, its sample disturbed again and again.
    let today = date(2026, 2, 1);
    let mut stream = Stream(20_260_201);
    let mut told = 0;
    for form in citizen::eforms::shipped::all().unwrap() {
        let sample = citizen::eforms::shipped::sample(&form.code).unwrap().unwrap();
        let all: Vec<Answers> = (0..60).map(|_| disturbed(&form, &sample, &mut stream)).collect();
        let asked: Vec<_> = all.iter().map(|it| (json!(it), today)).collect();
        for (answers, there) in all.iter().zip(judged_there(&page, &form, &asked).await) {
            let judged = judge(&form, answers, today);
            told += judged.mistakes.len();
            assert_eq!(there, here(&judged), "{}: {}", form.code, json!(answers));
        }
    }
    assert!(told > 2_000, "the disturbance disturbs: {told} mistakes");
}

/// Pages of forms for the office.
const OFFICE: &[&str] = &[
    "/co-quan/bieu-mau",
    "/co-quan/bieu-mau?q=khong-co-gi",
    "/co-quan/bieu-mau/moi",
    "/co-quan/bieu-mau/nhap",
    "/co-quan/bieu-mau/ket-hon",
    "/co-quan/bieu-mau/ket-hon/thu?mau=1",
    "/co-quan/bieu-mau/ho-ngheo/thu?kieu=dien-thoai",
];

/// A citizen on a telephone: a part at a time, what is wrong beside it, the last look.
async fn a_citizen_fills_in(page: &Page) {
    page.goto("/thu-tuc/1.014027").await;
    page.press("Điền tờ khai").await;
    page.see("Phần 1 / 3").await;
    page.sound().await;
    page.press("Tiếp tục").await;
    page.see("Có chỗ cần sửa").await;
    page.sound().await;
    page.fill("Họ, chữ đệm, tên", "Hoàng Văn Sơn").await;
    page.fill("Ngày, tháng, năm sinh", "02/03/1950").await;
    // Said in the browser as soon as the field is left, taken back when it is put right.
    page.fill("Số định danh cá nhân", "04005012345").await;
    page.key("Tab").await;
    page.see("gồm 12 chữ số; đã nhập 11 chữ số").await;
    page.fill("Số định danh cá nhân", "040050123456").await;
    page.see("Tuổi: 75").await;
    page.pick("Nam").await;
    page.fill("Dân tộc", "Kinh").await;
    page.fill("Số nhà, đường, thôn, xóm", "Xóm 3").await;
    page.fill("Xã, phường; huyện; tỉnh", "xã Phú Sơn, huyện Tân Kỳ, tỉnh Nghệ An").await;
    page.press("Tiếp tục").await;
    page.see("Phần 2 / 3").await;
    // A question comes with its answer, and goes.
    page.pick("Có").await;
    page.see("Mức đang hưởng một tháng").await;
    page.sound().await;
    page.pick("Không").await;
    page.pick("Không thuộc hộ nghèo, cận nghèo").await;
    page.press("Tiếp tục").await;
    page.see("Phần 3 / 3").await;
    page.pick("Tiền mặt").await;
    page.press("Xem lại tờ khai").await;
    page.see("Xem lại trước khi in").await;
    page.see("040050123456").await;
    page.see("02/03/1950").await;
    page.sound().await;
}

/// An office that took a form as it shipped first, and never changed it.
const OLD: &str = concat!(
    "update eform set body = '",
    include_str!("../../../citizen/src/eforms/tests/chung-thuc-chu-ky-1.json"),
    "' where code = 'chung-thuc-chu-ky'"
);

/// What the product made of a form since is taken over; what a field proposes is edited; a file says what is wrong in it.
async fn the_office_keeps_its_forms(server: &Server, page: &Page) {
    server.run(OLD).await;
    page.goto("/co-quan/bieu-mau").await;
    page.see("Có bản mẫu mới của phần mềm cho 1 biểu mẫu.").await;
    page.sound().await;
    page.goto("/co-quan/bieu-mau/chung-thuc-chu-ky").await;
    page.sound().await;
    page.press("So sánh và nhận bản mới").await;
    page.see("Đơn vị chưa sửa biểu mẫu này").await;
    page.see("đổi số bản tính phí").await;
    page.sound().await;
    page.press("Nhận bản mới, áp dụng từ hôm nay").await;
    page.see("Đã nhận bản mới của phần mềm.").await;
    page.goto("/co-quan/bieu-mau").await;
    assert!(!page.text().await.contains("Có bản mẫu mới của phần mềm cho"));

    page.goto("/co-quan/bieu-mau/khai-sinh").await;
    page.press("Sửa").await;
    page.see("bản nháp").await;
    page.goto("/co-quan/bieu-mau/khai-sinh/sua/muc?loai=muc&ma=me-ten").await;
    page.holds("Chữ, hoặc mã mục đứng trước", "yc-ten").await;
    page.sound().await;
    page.goto("/co-quan/bieu-mau/khai-sinh/sua/muc?loai=muc&ma=ban-sao").await;
    page.fill("Chữ, hoặc mã mục đứng trước", "một").await;
    page.press("Ghi và ở lại").await;
    page.see("Trả lời đề nghị sẵn không hợp với kiểu của mục này.").await;

    page.goto("/co-quan/bieu-mau/nhap").await;
    page.attach(
        "Tệp biểu mẫu",
        "mau.json",
        r#"{"code": "thu", "titel": "Thử", "pages": []}"#.as_bytes(),
    )
    .await;
    page.press("Xem trước").await;
    page.see("Có phải “title” không?").await;
    page.see("Thiếu “heading” (tiêu đề in trên tờ khai): ghi thêm vào đây.").await;
    page.sound().await;
}

async fn forms_of_the_office(on: On) {
    let start = date(2026, 2, 10).at(9, 0, 0, 0);
    let Some(server) = Server::start(on, start).await else { return };
    let page = Page::open_at(&server.base, 390, 844).await;
    page.goto("/to-khai").await;
    page.sound().await;
    a_citizen_fills_in(&page).await;
    let (status, media_type, head) = page.fetch("/to-khai/huu-tri-xa-hoi/in.pdf").await;
    assert_eq!((status, media_type.as_str(), head.as_str()), (200, "application/pdf", "%PDF-"));
    page.goto("/to-khai/khai-sinh?phan=tat-ca&lang=en").await;
    page.see("Full name").await;
    page.sound().await;
    page.goto("/to-khai?lang=vi").await;

    // The reform officer adds a question, tries it and publishes it.
    page.resize(1366, 768).await;
    page.sign_in("cchc").await;
    for path in OFFICE {
        page.goto(path).await;
        page.sound().await;
    }
    page.goto("/co-quan/bieu-mau/huu-tri-xa-hoi").await;
    page.press("Sửa").await;
    page.see("bản nháp").await;
    page.sound().await;
    page.press("Thêm mục vào phần Nhận tiền").await;
    page.sound().await;
    page.fill("Câu hỏi", "Người nhận thay").await;
    page.fill("Câu hỏi tiếng Anh", "Who collects").await;
    page.choose("Kiểu trả lời", "Họ tên người").await;
    page.choose("Điều kiện", "Khi tất cả các dòng đúng").await;
    page.choose("Mục dòng 1", "Nhận trợ cấp qua (cach-nhan)").await;
    page.choose("So dòng 1", "là").await;
    page.fill("Với dòng 1", "tien-mat").await;
    page.press("Ghi và về danh sách").await;
    page.see("Người nhận thay").await;
    page.press("Ghi và điền thử").await;
    page.see("không ghi gì cả").await;
    page.pick("Tiền mặt").await;
    page.see("Người nhận thay").await;
    page.goto("/co-quan/bieu-mau/huu-tri-xa-hoi/cong-bo").await;
    page.see("Thêm mục “Người nhận thay”").await;
    page.sound().await;
    page.press("Công bố").await;
    page.see("Đã công bố: tờ khai mới điền theo phiên bản này từ bây giờ.").await;
    page.resize(390, 844).await;
    for path in OFFICE {
        page.goto(path).await;
        page.sound().await;
    }
    page.resize(1366, 768).await;
    the_office_keeps_its_forms(&server, &page).await;
    page.sign_out().await;

    // The counter fills it in with whoever came; it stays beside the dossier and is printed.
    page.sign_in("motcua-phuson").await;
    page.goto("/co-quan/ho-so/moi?thu-tuc=1.014027").await;
    page.fill("Họ và tên", "Hoàng Văn Sơn").await;
    page.fill("Điện thoại", "0912 345 678").await;
    page.tick("Đã nhận giấy tờ 1").await;
    page.press("Tiếp nhận và in giấy hẹn").await;
    page.see("Đã tiếp nhận hồ sơ.").await;
    page.press("Điền văn bản đề nghị hưởng trợ cấp hưu trí xã hội tại quầy").await;
    page.holds("Họ, chữ đệm, tên", "Hoàng Văn Sơn").await;
    page.press("Lưu tờ khai vào hồ sơ").await;
    page.see("chỗ cần sửa").await;
    page.sound().await;
    page.fill("Ngày, tháng, năm sinh", "02/03/1950").await;
    page.pick("Nam").await;
    page.fill("Dân tộc", "Kinh").await;
    page.fill("Số định danh cá nhân", "040050123456").await;
    page.fill("Số nhà, đường, thôn, xóm", "Xóm 3").await;
    page.fill("Xã, phường; huyện; tỉnh", "xã Phú Sơn, huyện Tân Kỳ, tỉnh Nghệ An").await;
    page.pick("Không").await;
    page.pick("Không thuộc hộ nghèo, cận nghèo").await;
    page.pick("Tiền mặt").await;
    page.press("Lưu tờ khai vào hồ sơ").await;
    page.see("Đã lưu tờ khai.").await;
    page.see("Biểu mẫu huu-tri-xa-hoi bản 2").await;
    page.sound().await;
    let path = page.path().await;
    let (status, media_type, head) = page.fetch(&format!("{path}/in.pdf")).await;
    assert_eq!((status, media_type.as_str(), head.as_str()), (200, "application/pdf", "%PDF-"));
    page.close().await;
    assert_eq!(server.text("select cast(count(*) as text) from eform_answer").await, "1");
}

#[tokio::test(flavor = "multi_thread")]
async fn forms_of_the_office_on_sqlite() {
    forms_of_the_office(On::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn forms_of_the_office_on_postgresql() {
    forms_of_the_office(On::Postgresql).await;
}
