//! People around a dossier: an organisation with a proxy, a group from pasted rows to results that
//! are collected one by one, three procedures in one visit.

use jiff::civil::{DateTime, date};

use crate::support::{On, Page, Server};

fn at(day: i8, hour: i8) -> DateTime {
    date(2026, 3, day).at(hour, 30, 0, 0)
}

/// From the counter to the officer.
async fn to_the_officer(page: &Page, path: &str) {
    page.goto(path).await;
    page.press("Chuyển bộ phận chuyên môn").await;
    page.press("Chuyển bộ phận chuyên môn").await;
    page.see("Đã ghi nhận: Chuyển bộ phận chuyên môn.").await;
    page.sign_out().await;
    page.sign_in("truongmotcua-phuson").await;
    page.goto(path).await;
    page.press("Phân công").await;
    page.choose("Công chức thụ lý", "Tư pháp").await;
    page.press("Phân công").await;
    page.see("Đã ghi nhận: Phân công.").await;
    page.sign_out().await;
    page.sign_in("tuphap-phuson").await;
    page.goto(path).await;
    page.press("Bắt đầu thụ lý").await;
    page.see("Đã ghi nhận: Bắt đầu thụ lý.").await;
}

/// From the draft to the clerk.
async fn to_the_clerk(page: &Page, path: &str) {
    page.goto(path).await;
    page.press("Trình ký").await;
    page.see("Đã ghi nhận: Trình ký.").await;
    page.sign_out().await;
    page.sign_in("chutich-phuson").await;
    page.goto(path).await;
    page.press("Ký").await;
    page.see("Đã ghi nhận: Ký.").await;
    page.sign_out().await;
    page.sign_in("vanthu-phuson").await;
    page.goto(path).await;
}

async fn number(page: &Page, path: &str, number: &str) {
    page.goto(path).await;
    crate::issue::number(page, number).await;
    page.see("Có kết quả tại Một cửa").await;
    page.sign_out().await;
}

async fn is_paper(page: &Page, path: &str) {
    let (status, media_type, head) = page.fetch(path).await;
    assert_eq!(
        (status, media_type.as_str(), head.as_str()),
        (200, "application/pdf", "%PDF-"),
        "{path}"
    );
}

/// A school hands in for its pupils through somebody who may only hand in.
async fn a_group_of_an_organisation(on: On) {
    let Some(server) = Server::start(on, at(10, 8)).await else { return };
    let page = Page::open_at(&server.base, 1366, 900).await;
    page.sign_in("motcua-phuson").await;
    page.goto("/co-quan/ho-so/moi?thu-tuc=1.004873").await;
    page.fill("Họ và tên chủ hồ sơ", "Trường Tiểu học Phú Sơn Thử").await;
    page.fill("Điện thoại", "0912 345 678").await;
    page.tick("Đã nhận giấy tờ 1").await;
    page.unfold("Chủ hồ sơ là tổ chức, doanh nghiệp").await;
    page.pick("Chủ hồ sơ là tổ chức: ô").await;
    page.fill("Mã số thuế", "0100109107").await;
    page.fill("Người đại diện theo pháp luật", "Trần Thị Trưởng").await;
    page.unfold("Có người đến nộp thay").await;
    page.fill("Người đến nộp thay", "Lê Văn Thay").await;
    page.fill("Số giấy tờ của người nộp thay", "040090123456").await;
    page.choose("Nộp thay theo", "giấy giới thiệu").await;
    page.choose("Được làm", "Chỉ nộp hồ sơ").await;
    page.fill("Số giấy ủy quyền", "07/GGT").await;
    page.unfold("Hồ sơ nhóm").await;
    page.paste(
        "Danh sách thành viên",
        "Trẻ Thử Một\t\tlớp 5A\nTrẻ Thử Hai\t12\tlớp 5A\nTrẻ Thử Ba\t\tlớp 5B",
    )
    .await;
    page.tick("Không thu").await;
    page.fill("Lý do, căn cứ khi nhập tay", "HĐND tỉnh chưa quy định mức thu").await;
    page.sound().await;
    page.press("Tiếp nhận và in giấy hẹn").await;
    page.see("Dòng 2:").await;
    page.see("không khớp chữ số kiểm tra").await;
    page.sound().await;
    page.fill("Mã số thuế", "0100109106").await;
    page.paste(
        "Danh sách thành viên",
        "Trẻ Thử Một\t\tlớp 5A\nTrẻ Thử Hai\t040090123457\tlớp 5A\nTrẻ Thử Ba\t\tlớp 5B",
    )
    .await;
    page.press("Tiếp nhận và in giấy hẹn").await;
    page.see("Đã tiếp nhận hồ sơ.").await;
    page.see("0100109106").await;
    page.see("1 lượt").await;
    page.sound().await;
    page.resize(390, 844).await;
    page.sound().await;
    page.resize(1366, 900).await;
    let path = page.path().await;
    is_paper(&page, &format!("{path}/in/giay-hen")).await;
    page.goto("/co-quan/ho-so?q=0100109106").await;
    page.see("Trường Tiểu học Phú Sơn Thử").await;

    server.at(at(10, 9));
    to_the_officer(&page, &path).await;
    server.at(at(10, 10));
    page.goto(&format!("{path}/thanh-vien")).await;
    page.sound().await;
    page.choose("Kết quả của thành viên 3", "Từ chối").await;
    page.fill("Lý do từ chối thành viên 3", "Không học trường này").await;
    page.pick("Đồng ý cho mọi thành viên chưa có kết quả").await;
    page.press("Ghi kết quả").await;
    page.see("Đã ghi kết quả của 3 thành viên.").await;
    to_the_clerk(&page, &path).await;
    page.goto(&format!("{path}/thanh-vien")).await;
    page.fill("Đánh số liên tiếp", "15/XN").await;
    page.press("Ghi kết quả").await;
    page.see("Đã ghi kết quả của 2 thành viên.").await;
    number(&page, &path, "15/XN").await;

    // One comes for himself; then the proxy, who may not, until he brings another letter.
    server.at(at(11, 9));
    page.sign_in("motcua-phuson").await;
    page.goto(&format!("{path}/thanh-vien")).await;
    page.sound().await;
    page.tick("Trả cho thành viên 2").await;
    page.press("Thành viên tự nhận").await;
    page.see("Hồ sơ còn kết quả chờ trả.").await;
    server.at(at(11, 10));
    page.tick("Trả cho thành viên 1").await;
    page.tick("Trả cho thành viên 3").await;
    page.choose("Người nhận", "ủy quyền").await;
    page.fill("Họ tên người nhận", "Lê Văn Thay").await;
    page.fill("Số giấy tờ người nhận", "040090123456").await;
    page.press("Trả cho người nhận này").await;
    page.see("chỉ cho nộp hồ sơ, không cho nhận kết quả").await;
    page.sound().await;
    page.choose("Giấy ủy quyền mới xuất trình", "công chứng").await;
    page.fill("Số, ngày của giấy ủy quyền mới", "21, ngày 11/3/2026").await;
    page.press("Trả cho người nhận này").await;
    page.see("mọi thành viên đã nhận, hồ sơ hoàn thành").await;
    page.see("Lê Văn Thay, số giấy tờ 040090123456; Văn bản ủy quyền công chứng").await;
    is_paper(&page, &format!("{path}/bien-nhan-tra")).await;
    page.sign_out().await;

    // The reform officer reads how often people came; the public sees the school's whole name.
    page.sign_in("cchc").await;
    page.goto("/co-quan/luot-di").await;
    page.see("Lượt đi của người dân").await;
    page.see("2,00").await;
    page.sound().await;
    page.resize(390, 844).await;
    page.sound().await;
    page.resize(1366, 900).await;
    page.sign_out().await;
    let code = server.text("select code from dossier").await;
    let secret = server.text("select secret from dossier_person").await;
    page.goto(&format!("/ho-so/{code}?ma={secret}")).await;
    page.see("Trường Tiểu học Phú Sơn Thử").await;
    page.see("2 lượt").await;
    page.sound().await;
    page.close().await;
}

/// Three procedures of a package: one form, three dossiers, one receipt, one trip.
async fn a_visit_with_three_procedures(on: On) {
    let Some(server) = Server::start(on, at(10, 8)).await else { return };
    let page = Page::open_at(&server.base, 1366, 900).await;
    page.sign_in("cchc").await;
    page.goto("/co-quan/quan-tri/goi-thu-tuc").await;
    page.fill("Tên gói", "Thử: giấy tờ cho con").await;
    page.paste("Mã thủ tục", "1.001193\n1.004873").await;
    page.press("Ghi").await;
    page.see("Đã ghi gói thủ tục.").await;
    page.sound().await;
    page.sign_out().await;
    page.sign_in("motcua-phuson").await;
    page.goto("/co-quan/ho-so/moi").await;
    page.press("Nhiều thủ tục trong một lần đến").await;
    page.press("Thử: giấy tờ cho con").await;
    page.see("Đã chọn 2 thủ tục").await;
    page.fill("Tìm thủ tục để thêm", "1.000656").await;
    page.press("Tìm").await;
    page.sound().await;
    page.press("Thêm").await;
    page.see("Đã chọn 3 thủ tục").await;
    page.press("Nhập hồ sơ").await;
    page.see("Tiếp nhận 3 thủ tục trong một lần đến").await;
    page.fill("Họ và tên chủ hồ sơ", "Nguyễn Văn Thử").await;
    page.fill("Số định danh", "040090123456").await;
    page.sound().await;
    page.press("Tiếp nhận cả 3 hồ sơ").await;
    page.see("Chưa đánh dấu giấy tờ nào").await;
    page.see("Thủ tục 2: Chưa tính được lệ phí").await;
    page.tick_all("Đã nhận giấy tờ").await;
    for place in [2, 3] {
        let script = format!(
            "document.getElementById('khong-thu-{place}').checked = true; \
             document.getElementById('ly-do-phi-{place}').value = 'Chưa quy định mức thu'; return ''"
        );
        page.script(&script).await;
    }
    page.press("Tiếp nhận cả 3 hồ sơ").await;
    page.see("Đã tiếp nhận các hồ sơ.").await;
    page.see("cùng lượt với 2 hồ sơ khác").await;
    page.sound().await;
    let path = page.path().await;
    is_paper(&page, &format!("{path}/giay-hen-chung")).await;

    // He comes to ask, in vain: that is another trip, written down with its reason.
    page.sign_out().await;
    server.at(at(12, 9));
    page.sign_in("motcua-phuson").await;
    page.goto(&path).await;
    page.press("Khách đến hỏi, đến mà chưa có kết quả").await;
    page.sound().await;
    page.pick("Đến đúng hẹn mà chưa có kết quả").await;
    page.press("Ghi lượt đến").await;
    page.see("Đã ghi nhận lượt khách đến.").await;
    page.see("2 lượt").await;
    page.see("mất công").await;
    page.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_group_of_an_organisation_is_collected_one_by_one_on_sqlite() {
    a_group_of_an_organisation(On::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_group_of_an_organisation_is_collected_one_by_one_on_postgresql() {
    a_group_of_an_organisation(On::Postgresql).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn three_procedures_are_one_visit_on_sqlite() {
    a_visit_with_three_procedures(On::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn three_procedures_are_one_visit_on_postgresql() {
    a_visit_with_three_procedures(On::Postgresql).await;
}
