//! A report about an official: from a citizen's telephone over screening, the accused's own words in a browser of his own
//! and the conclusion to what was put right and the answer. And an official who reads what people say of him.

use jiff::civil::date;

use crate::support::{On, Page, Server};

const ACCUSED: &str = "select cast(staff as text) from account where login = 'motcua-phuson'";

async fn a_report_is_heard_concluded_and_answered(on: On) {
    let start = date(2026, 2, 10).at(9, 0, 0, 0);
    let Some(server) = Server::start(on, start).await else { return };
    let accused = server.text(ACCUSED).await;
    let named = server.text("select name from account where login = 'motcua-phuson'").await;
    let verifier = server.text("select name from account where login = 'tuphap-phuson'").await;

    // From the square code of the badge: who he is, and a report without a name.
    let phone = Page::open_at(&server.base, 390, 844).await;
    phone.goto(&format!("/can-bo/{accused}")).await;
    phone.see("Đánh giá sự phục vụ").await;
    phone.sound().await;
    phone.press("Gửi phản ánh về thái độ, hành vi").await;
    phone.see("Phản ánh về:").await;
    phone.pick("Phản ánh về cán bộ, công chức").await;
    phone.fill("Nội dung", "Sáng nay ở quầy 1 nói to tiếng với bà Hoa xóm tôi.").await;
    phone.press("Gửi").await;
    phone.see("Đã gửi").await;
    phone.close().await;

    // The office classifies it, and a case is opened from it.
    let office = Page::open_at(&server.base, 1366, 768).await;
    office.sign_in("tiepdan-phuson").await;
    let report = server.text("select cast(id as text) from feedback").await;
    office.goto(&format!("/co-quan/phan-anh/{report}")).await;
    office.press("Phân loại").await;
    office.goto("/co-quan/vu-viec").await;
    office.see("Phản ánh về cán bộ chưa mở vụ việc (1)").await;
    office.sound().await;
    office.press_within("Mở vụ việc từ phản ánh").await;
    office.see("bà Hoa").await;
    office.sound().await;
    office.choose("Cán bộ bị phản ánh", named.trim_end_matches(" (minh họa)")).await;
    office.fill("Nội dung cần xác minh", "Nói to tiếng với người dân ở quầy 1").await;
    office.tick("Đã đọc lại: nội dung không làm lộ người phản ánh").await;
    office.click("form.card button.btn").await;
    office.see("Đã mở vụ việc.").await;
    office.sound().await;
    let case = office.path().await;
    office.press("Thụ lý để xác minh").await;
    office.see("Đã thụ lý vụ việc.").await;

    let head = Page::open_at(&server.base, 1366, 768).await;
    head.sign_in("chutich-phuson").await;
    head.goto(&case).await;
    head.choose("Người xác minh", verifier.trim_end_matches(" (minh họa)")).await;
    head.press("Giao").await;
    head.see("Đã giao người xác minh.").await;
    head.sound().await;

    let looks = Page::open_at(&server.base, 1366, 768).await;
    looks.sign_in("tuphap-phuson").await;
    looks.see("giao ông, bà xác minh").await;
    looks.goto(&case).await;
    looks.press("Bắt đầu, báo cho cán bộ").await;
    looks.see("có quyền giải trình").await;
    looks.fill("Đã hỏi ai, xem gì, thấy gì", "Ba người có mặt xác nhận có nói to.").await;
    looks.press("Ghi báo cáo").await;
    looks.see("Đã ghi báo cáo xác minh.").await;
    looks.sound().await;
    head.goto(&case).await;
    head.see("còn thời hạn giải trình").await;

    // The accused, on a telephone of his own: told what is said, never by whom.
    let himself = Page::open_at(&server.base, 390, 844).await;
    himself.sign_in("motcua-phuson").await;
    himself.see("giải trình trước").await;
    himself.goto("/co-quan/vu-viec-cua-toi").await;
    himself.see("bị phản ánh").await;
    himself.sound().await;
    himself.click("tbody a").await;
    himself.see("Nói to tiếng với người dân ở quầy 1").await;
    assert!(!himself.text().await.contains("bà Hoa"), "nobody is told who reported it");
    himself.sound().await;
    himself
        .fill("Giải trình", "Loa gọi số hỏng nên tôi phải nói to, tôi xin rút kinh nghiệm.")
        .await;
    himself.press("Gửi giải trình").await;
    himself.see("Đã gửi giải trình.").await;

    head.goto(&case).await;
    head.see("Loa gọi số hỏng").await;
    head.choose("Kết luận", "Đúng một phần").await;
    head.fill("Lý do, căn cứ", "Có nói to, không xúc phạm; loa gọi số hỏng từ hôm trước.").await;
    head.click("#ket-luan-vu-viec button").await;
    head.see("Đã kết luận.").await;
    head.choose("Biện pháp", "Xin lỗi").await;
    head.fill("Thay đổi điều gì", "Sửa loa, xin lỗi người dân").await;
    head.fill("Xong trước ngày", "20/02/2026").await;
    head.choose("Ai kiểm tra", "(tôi)").await;
    head.press("Ghi biện pháp").await;
    head.see("Đã ghi biện pháp chấn chỉnh.").await;
    head.sound().await;
    let (status, kind, _) = head.fetch(&format!("{case}/xin-loi/0")).await;
    assert_eq!((status, kind.as_str()), (200, "application/pdf"));

    // One drafts the answer, another one sends it.
    office.goto(&case).await;
    office
        .fill("Nội dung trả lời", "Cơ quan đã xác minh, đúng một phần; xin lỗi và đã sửa loa.")
        .await;
    office.press("Lưu dự thảo").await;
    office.see("Đã lưu dự thảo trả lời").await;
    head.goto(&case).await;
    head.press("Duyệt và gửi trả lời").await;
    head.see("Đã trả lời người phản ánh.").await;
    assert_eq!(server.text("select status from feedback").await, "answered");
    head.fill("Đã làm gì", "Đã xin lỗi, loa đã sửa").await;
    head.press("Đã kiểm tra, đã xong").await;
    head.see("Đã ghi kết quả kiểm tra").await;
    head.press("Kết thúc vụ việc").await;
    head.see("Đã kết thúc vụ việc.").await;
    head.sound().await;
    head.resize(390, 844).await;
    head.goto("/co-quan/vu-viec?xem=tat-ca").await;
    head.see("Đã kết thúc").await;
    head.sound().await;
    head.goto("/co-quan/vu-viec/so-lieu").await;
    head.see("Kết luận: đúng một phần").await;
    head.sound().await;
    for page in [office, head, looks, himself] {
        page.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_is_heard_concluded_and_answered_on_sqlite() {
    a_report_is_heard_concluded_and_answered(On::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_is_heard_concluded_and_answered_on_postgresql() {
    a_report_is_heard_concluded_and_answered(On::Postgresql).await;
}

/// By the receipt's square code and on the tablet at the desk, until the official answers.
async fn an_official_reads_what_people_say_of_him(on: On) {
    let start = date(2026, 2, 10).at(9, 0, 0, 0);
    let Some(server) = Server::start_with(on, start, 300).await else { return };
    let link = "select l.code from rating_link l join dossier d on d.id = l.dossier
        join unit_version v on v.unit = d.unit
        where v.title like '%Phú Sơn%' and d.status = 'returned'
          and not exists (select 1 from rating r where r.dossier = d.id) order by d.id desc";
    let phone = Page::open_at(&server.base, 390, 844).await;
    phone.goto(&format!("/dg/{}", server.text(link).await)).await;
    phone.see("Rất hài lòng").await;
    phone.sound().await;
    phone.click(".face:nth-of-type(1) span").await;
    phone.fill("Ông, bà muốn nói thêm?", "Chỉ rõ từng giấy.").await;
    phone.press("Gửi đánh giá").await;
    phone.see("Cảm ơn ông, bà đã đánh giá.").await;
    phone.close().await;

    // The tablet: marked by the head, signed out, it shows who was just served.
    let shop = server
        .text(
            "select cast(u.id as text) from unit u join unit_version v on v.unit = u.id
             where u.kind = 'one_stop' and v.title like '%Phú Sơn%'",
        )
        .await;
    let desk = server
        .text_of(format!(
            "select cast(id as text) from queue_desk where number = 1 and unit = {shop}"
        ))
        .await;
    let tablet = Page::open_at(&server.base, 1024, 768).await;
    tablet.sign_in("truongmotcua-phuson").await;
    tablet.goto(&format!("/co-quan/quan-tri/hang-cho/{shop}")).await;
    tablet.choose("Máy này đặt ở quầy", "Quầy số 1").await;
    tablet.press("Máy này là máy đánh giá của quầy").await;
    tablet.see("là máy tính bảng đánh giá của quầy số 1").await;
    tablet.sign_out().await;
    tablet.goto(&format!("/danh-gia/{shop}/quay/{desk}")).await;
    tablet.see("năm khuôn mặt").await;
    tablet.sound().await;
    let kiosk = Page::open_at(&server.base, 1080, 1920).await;
    kiosk.goto(&format!("/lay-so/{shop}")).await;
    kiosk.click(".lanes li:nth-child(1) button").await;
    let official = Page::open_at(&server.base, 1366, 768).await;
    official.sign_in("motcua-phuson").await;
    official.goto("/co-quan/hang-cho").await;
    official.press_within("Ngồi").await;
    official.press("Gọi số tiếp theo N").await;
    official.press("Bắt đầu B").await;
    official.press("Xong X").await;
    tablet.goto(&format!("/danh-gia/{shop}/quay/{desk}")).await;
    tablet.see("Vừa phục vụ xong").await;
    tablet.press("Đánh giá").await;
    tablet.see("Rất hài lòng").await;
    tablet.sound().await;
    tablet.click(".face:nth-of-type(2) span").await;
    tablet.press("Gửi đánh giá").await;
    tablet.see("Cảm ơn ông, bà đã đánh giá.").await;
    assert_eq!(
        server.text("select cast(count(*) as text) from rating where door = 'desk'").await,
        "1"
    );

    official.goto("/co-quan/danh-gia-cua-toi").await;
    official.see("lượt đánh giá").await;
    official.see("Không phiền hà").await;
    official.sound().await;
    official.press_within("Trả lời ý kiến").await;
    official.fill("Trả lời", "Cảm ơn ông, bà.").await;
    official.sound().await;
    official.press("Lưu trả lời").await;
    official.see("Đã lưu trả lời").await;
    let head = Page::open_at(&server.base, 1366, 768).await;
    head.sign_in("truongmotcua-phuson").await;
    head.goto("/co-quan/danh-gia/y-kien").await;
    head.see("trả lời:").await;
    head.sound().await;
    head.goto("/co-quan/danh-gia/can-bo").await;
    head.see("khoảng tin cậy 95%").await;
    head.sound().await;
    head.resize(390, 844).await;
    head.goto("/co-quan/danh-gia/can-bo").await;
    head.sound().await;
    for page in [tablet, kiosk, official, head] {
        page.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_official_reads_what_people_say_of_him_on_sqlite() {
    an_official_reads_what_people_say_of_him(On::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_official_reads_what_people_say_of_him_on_postgresql() {
    an_official_reads_what_people_say_of_him(On::Postgresql).await;
}
