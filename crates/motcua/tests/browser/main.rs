//! Journeys in Chromium: what people do from start to end, on both databases.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a broken set-up stops the test")]
#![expect(clippy::panic, clippy::indexing_slicing, reason = "this is a test")]

mod account;
mod administration;
mod afterwards;
mod around;
mod backward;
mod board;
mod books;
mod conduct;
mod copies;
mod desk;
mod doors;
mod eforms;
mod evaluation;
mod exchange;
mod feedback;
mod fees;
mod filing;
mod find;
mod held;
mod issue;
mod lateness;
mod line;
mod linked;
mod malware;
mod messages;
mod offline;
mod one_by_one;
mod people;
mod portal;
mod push;
mod queue;
mod ratings;
mod relayed;
mod results;
mod signing;
mod support;
mod surveys;
mod workflows;

use jiff::civil::date;
use support::{On, Page, Server};

/// A made-up card, as its QR code reads.
const CARD: &str =
    "040090123456|182345678|Nguyễn Văn Thử|01011990|Nam|Xóm 1, Phú Sơn, Tân Kỳ, Nghệ An|15042021";

/// One dossier from the scan to the result in the citizen's hand.
async fn one_dossier(on: On, code: &str, due: &str, days: [i8; 4]) {
    let day = |n: i8, hour: i8| {
        let month = if n > 9 { 2 } else { 3 };
        date(2026, month, n).at(hour, 30, 0, 0)
    };
    let Some(server) = Server::start(on, day(10, 9)).await else { return };
    let page = Page::open_at(&server.base, 1366, 768).await;

    // The counter: scan, tick, see the date, receive.
    page.sign_in("motcua-phuson").await;
    page.goto(&format!("/co-quan/ho-so/moi?thu-tuc={code}")).await;
    page.scan("Đặt con trỏ vào đây", CARD).await;
    page.see("Tiếp nhận và in giấy hẹn").await;
    page.sound().await;
    page.tick("Đã nhận giấy tờ 1").await;
    page.fill("Điện thoại", "0912 345 678").await;
    page.see(due).await;
    page.press("Tiếp nhận và in giấy hẹn").await;
    page.see("Đã tiếp nhận hồ sơ.").await;
    page.see("Nguyễn Văn Thử").await;
    page.see(due).await;
    page.sound().await;
    page.resize(390, 844).await;
    page.sound().await;
    page.resize(1366, 768).await;
    let path = page.path().await;
    let (status, media_type, head) = page.fetch(&format!("{path}/in/giay-hen")).await;
    assert_eq!((status, media_type.as_str(), head.as_str()), (200, "application/pdf", "%PDF-"));
    page.press("Chuyển bộ phận chuyên môn").await;
    page.sound().await;
    page.press("Chuyển bộ phận chuyên môn").await;
    page.see("Đã ghi nhận: Chuyển bộ phận chuyên môn.").await;
    page.sign_out().await;

    // The head assigns.
    server.at(day(days[0], 10));
    page.sign_in("truongmotcua-phuson").await;
    page.goto(&path).await;
    page.press("Phân công").await;
    page.choose("Công chức thụ lý", "Tư pháp").await;
    page.press("Phân công").await;
    page.see("Đã ghi nhận: Phân công.").await;
    page.sign_out().await;

    // The specialist settles, takes a step back once, and puts it up.
    server.at(day(days[1], 14));
    page.sign_in("tuphap-phuson").await;
    page.see("Nguyễn Văn Thử").await;
    page.sound().await;
    page.goto(&path).await;
    page.press("Bắt đầu thụ lý").await;
    page.see("Đã ghi nhận: Bắt đầu thụ lý.").await;
    page.press("Hoàn tác: Bắt đầu thụ lý").await;
    page.see("Đã ghi nhận: Hoàn tác.").await;
    page.press("Bắt đầu thụ lý").await;
    page.see("Đã ghi nhận: Bắt đầu thụ lý.").await;
    page.press("Trình ký").await;
    page.see("Đã ghi nhận: Trình ký.").await;
    page.sign_out().await;

    // The leader signs, the clerk numbers.
    server.at(day(days[2], 15));
    page.sign_in("chutich-phuson").await;
    page.goto(&path).await;
    page.press("Ký").await;
    page.see("Đã ghi nhận: Ký.").await;
    page.sign_out().await;
    page.sign_in("vanthu-phuson").await;
    page.goto(&path).await;
    crate::issue::number(&page, "12/UBND").await;
    page.see("Có kết quả tại Một cửa").await;
    page.sign_out().await;

    // The counter returns it.
    server.at(day(days[3], 16));
    page.sign_in("motcua-phuson").await;
    page.goto(&path).await;
    page.press("Trả kết quả").await;
    page.press("Trả kết quả").await;
    page.see("Đã trả kết quả").await;
    let (status, _, head) = page.fetch(&format!("{path}/in/phieu-kiem-soat")).await;
    assert_eq!((status, head.as_str()), (200, "%PDF-"));
    page.sign_out().await;

    // The citizen looks, on a phone: nothing without the secret, everything with it.
    let code = server.text("select code from dossier").await;
    let secret = server.text("select secret from dossier_person").await;
    let phone = Page::open_at(&server.base, 390, 844).await;
    phone.goto("/tra-cuu").await;
    phone.sound().await;
    phone.fill("Mã hồ sơ", &code).await;
    phone.fill("Mã bí mật", "000000").await;
    phone.press("Xem hồ sơ").await;
    if secret != "000000" {
        phone.see("không khớp").await;
    }
    phone.fill("Mã bí mật", &secret).await;
    phone.press("Xem hồ sơ").await;
    phone.see("Đã trả kết quả").await;
    phone.see("Vì sao là ngày này?").await;
    assert!(!phone.text().await.contains("Nguyễn Văn Thử"), "the name is masked");
    phone.sound().await;

    let report = {
        let db = server.db.clone();
        tokio::task::spawn_blocking(move || {
            let stamp = store::Stamp::of_program(domain::time::Instant::from_epoch_ms(0), "test");
            db.read_blocking(stamp, |tx| {
                let unfolded = citizen::dossiers::facts::unfolded(tx)?;
                let verdict = store::journal::verify(tx, None)?;
                Ok::<_, store::Fault>((unfolded, verdict))
            })
            .unwrap()
        })
        .await
        .unwrap()
    };
    assert!(report.0.is_empty(), "a row is not the fold of its events");
    assert!(matches!(report.1, store::journal::Verdict::Whole { .. }), "{:?}", report.1);
    page.close().await;
    phone.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn birth_registration_is_done_on_its_day_on_sqlite() {
    one_dossier(On::Sqlite, "1.001193", "17:00, thứ Ba 10/02/2026", [10, 10, 10, 10]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn birth_registration_is_done_on_its_day_on_postgresql() {
    one_dossier(On::Postgresql, "1.001193", "17:00, thứ Ba 10/02/2026", [10, 10, 10, 10]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_working_days_go_over_tet_on_sqlite() {
    one_dossier(On::Sqlite, TEN_DAYS, "17:00, thứ Ba 03/03/2026", [11, 24, 26, 27]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_working_days_go_over_tet_on_postgresql() {
    one_dossier(On::Postgresql, TEN_DAYS, "17:00, thứ Ba 03/03/2026", [11, 24, 26, 27]).await;
}

/// A procedure of ten working days that communes settle.
const TEN_DAYS: &str = "1.010803";

#[tokio::test(flavor = "multi_thread")]
async fn the_publics_pages_are_sound_on_a_laptop_and_on_a_phone() {
    let start = date(2026, 2, 10).at(9, 0, 0, 0);
    let server = Server::start(On::Sqlite, start).await.unwrap();
    for (width, height) in [(1366, 768), (390, 844)] {
        let page = Page::open_at(&server.base, width, height).await;
        for path in [
            "/",
            "/?lang=en",
            "/thu-tuc?lang=vi",
            "/thu-tuc?q=khai%20sihn",
            "/thu-tuc?q=zzzzqqq",
            "/thu-tuc/1.001193",
            "/niem-yet/3",
            "/lich-lam-viec",
            "/tra-cuu",
            "/khong-co-trang-nay",
            "/co-quan/dang-nhap",
        ] {
            page.goto(path).await;
            page.sound().await;
        }
        page.goto("/thu-tuc?q=khai%20sihn").await;
        page.see("Thủ tục đăng ký khai sinh").await;
        page.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_offices_pages_are_sound() {
    let start = date(2026, 2, 10).at(9, 0, 0, 0);
    let server = Server::start(On::Sqlite, start).await.unwrap();
    for (width, height) in [(1366, 768), (390, 844)] {
        let page = Page::open_at(&server.base, width, height).await;
        page.sign_in("motcua-phuson").await;
        for path in [
            "/co-quan",
            "/co-quan/ho-so",
            "/co-quan/ho-so?nhom=qua-han&xep=hen-tra",
            "/co-quan/ho-so/moi",
            "/co-quan/ho-so/moi?q=chung%20thuc",
            "/co-quan/ho-so/moi?thu-tuc=2.000815",
            "/co-quan/tai-khoan",
            "/co-quan/tai-khoan/mat-khau",
            "/co-quan/tai-khoan/ma-xac-thuc",
        ] {
            page.goto(path).await;
            page.sound().await;
        }
        page.sign_out().await;
        page.sign_in("cchc").await;
        for path in [
            "/co-quan/thu-tuc?q=khai%20sinh",
            "/co-quan/thu-tuc/1.001193",
            "/co-quan/thu-tuc/1.001193/sua",
            "/co-quan/thu-tuc/nhap",
            "/co-quan/niem-yet",
            "/co-quan/nhap-bu",
            "/co-quan/so-lieu",
        ] {
            page.goto(path).await;
            page.sound().await;
        }
        page.sign_out().await;
        page.sign_in("quantri").await;
        for path in [
            "/co-quan/quan-tri",
            "/co-quan/quan-tri/lich?nam=2026",
            "/co-quan/quan-tri/xoa-du-lieu",
            "/co-quan/quan-tri/cau-hinh",
            "/co-quan/quan-tri/mau-tin",
            "/co-quan/quan-tri/nhap-bu",
            "/co-quan/quan-tri/loi-giay-to",
        ] {
            page.goto(path).await;
            page.sound().await;
        }
        for path in administration::PAGES {
            page.goto(path).await;
            page.sound().await;
        }
        page.sign_out().await;
        page.sign_in("kiemtra").await;
        for path in ["/co-quan/nhat-ky", "/co-quan/nhat-ky/kiem-tra", "/co-quan/thong-bao"] {
            page.goto(path).await;
            page.sound().await;
        }
        page.close().await;
    }
}

/// The pictures of the README. Does nothing unless it is told where to put them:
/// `docs/screenshots.sh` does.
#[tokio::test(flavor = "multi_thread")]
async fn pictures_for_the_readme() {
    // Taken each time, so that the script that keeps them does not break unnoticed.
    let wanted = std::env::var_os("MOTCUA_SCREENSHOTS").map(std::path::PathBuf::from);
    let folder = wanted.unwrap_or_else(|| std::env::temp_dir().join("motcua-pictures"));
    std::fs::create_dir_all(&folder).unwrap();
    let start = date(2026, 2, 12).at(9, 20, 0, 0);
    let server = Server::start_with(On::Sqlite, start, 600).await.unwrap();
    for (width, height, suffix) in [(1366, 900, ""), (390, 844, "-390")] {
        let page = Page::open_at(&server.base, width, height).await;
        let shot = |name: &str| folder.join(format!("{name}{suffix}.png"));
        page.goto("/?lang=vi").await;
        page.screenshot(&shot("home")).await;
        page.goto("/thu-tuc/1.001193").await;
        page.screenshot(&shot("procedure")).await;
        page.goto("/lich-lam-viec").await;
        page.screenshot(&shot("calendar")).await;
        page.sign_in("tuphap-phuson").await;
        page.screenshot(&shot("today")).await;
        page.sign_out().await;
        page.sign_in("motcua-phuson").await;
        page.goto("/co-quan/ho-so").await;
        page.screenshot(&shot("list")).await;
        page.goto("/co-quan/ho-so/moi?thu-tuc=1.010803").await;
        page.screenshot(&shot("intake")).await;
        page.fill("Họ và tên", "Nguyễn Văn Thử").await;
        page.fill("Điện thoại", "0912 345 678").await;
        page.tick("Đã nhận giấy tờ 1").await;
        page.press("Tiếp nhận và in giấy hẹn").await;
        page.see("Đã tiếp nhận").await;
        page.screenshot(&shot("dossier")).await;
        page.close().await;
    }
}
