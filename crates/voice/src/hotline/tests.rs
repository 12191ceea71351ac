//! The hotline through the front door, on both databases.

use testkit::{TestSite, on_both_engines, text_of_pdf};

use crate::reception::tests::{given_offices, position};

const CALL: [(&str, &str); 4] = [
    ("luc", "07:30 08/01/2026"),
    ("so", "02383888999"),
    ("loai", "answered"),
    ("noi-dung", "Cán bộ bảo nộp thêm giấy không có trong danh mục"),
];

async fn log(site: &TestSite, more: &[(&str, &str)]) -> testkit::Answer {
    let fields: Vec<_> = CALL
        .iter()
        .filter(|(name, _)| !more.iter().any(|(other, _)| other == name))
        .chain(more)
        .copied()
        .collect();
    site.signed_in("tiepdan").post("/co-quan/duong-day-nong/2/ghi", &fields).await
}

const LIST: &str = "Thời gian;Số gọi đến;Số nhận;Trạng thái;Thời lượng\n\
    06/01/2026 08:30;0912345678;02383888999;Đã nghe;75\n\
    06/01/2026 09:00;0912345679;02383888999;Gọi nhỡ;0\n\
    06/01/2026 09:30;;02383888999;Gọi nhỡ;0\n\
    không rõ;0912345679;02383888999;Gọi nhỡ;0\n";

fn columns(list: &str) -> Vec<(&str, &str)> {
    vec![
        ("danh-sach", list),
        ("ten-tep", "goi.csv"),
        ("cot-luc", "0"),
        ("cot-nguoi-goi", "1"),
        ("cot-so", "2"),
        ("cot-loai", "3"),
        ("cot-giay", "4"),
    ]
}

on_both_engines! { crate::routes();
    async fn the_board_shows_the_number_of_whoever_holds_the_position(site) {
        given_offices(&site);
        site.given("update staff set phone = '0912000111' where name = 'chutich'", &[]);
        let leader = position(&site, "chutich");
        let mut desk = site.signed_in("tiepdan");
        let number = [("nguoi", leader.as_str()), ("gio-truc", "Giờ hành chính")];
        for _ in 0..2 {
            assert_eq!(desk.post("/co-quan/duong-day-nong/2/so", &number).await.status, 303);
        }
        let own = [("nguoi", ""), ("ten", "Đường dây nóng UBND xã"), ("so", "02383 888 999"), ("gio-truc", "24/7")];
        let done = desk.post("/co-quan/duong-day-nong/2/so", &own).await;
        assert_eq!(done.status, 303, "{}", done.text);
        assert_eq!(site.count("select count(*) from hotline_number"), 2, "a second click adds nothing");
        assert_eq!(site.text("select phone from hotline_number where id = 1"), "", "a holder's number stands with him");
        let public = site.browser().get("/duong-day-nong/2").await;
        assert!(public.text.contains("0912000111") && public.text.contains("Đường dây nóng UBND xã"), "{}", public.text);
        site.given("update staff set phone = '0912000222' where name = 'chutich'", &[]);
        assert!(site.browser().get("/duong-day-nong").await.text.contains("0912000222"));
        for size in ["", "?kho=a3"] {
            let paper = site.browser().get(&format!("/duong-day-nong/2.pdf{size}")).await;
            assert!(text_of_pdf(&paper.bytes).contains("ĐƯỜNG DÂY NÓNG"));
        }
        assert_eq!(desk.post("/co-quan/duong-day-nong/so/1/goi-thu", &[("ket-qua", "silent")]).await.status, 303);
        assert!(desk.get("/co-quan/duong-day-nong/so?don-vi=2").await.text.contains("Không ai nghe"));
        assert_eq!(site.signed_in("khac").post("/co-quan/duong-day-nong/so/1/go", &[]).await.status, 404);
        assert_eq!(desk.post("/co-quan/duong-day-nong/so/1/go", &[]).await.status, 303);
        assert!(!site.browser().get("/duong-day-nong/2").await.text.contains("0912000222"));
    }

    async fn whoever_works_at_the_one_stop_alone_keeps_its_calls_and_its_body_sees_them(site) {
        given_offices(&site);
        site.given_people(&[("mot-cua", domain::access::Role::CounterOfficial, 3)]);
        let mut shop = site.signed_in("mot-cua");
        let list = shop.get("/co-quan/duong-day-nong").await;
        assert_eq!(list.status, 200, "the menu leads there");
        for path in ["/co-quan/duong-day-nong/truc", "/co-quan/duong-day-nong/3/ghi", "/co-quan/duong-day-nong/xuat"] {
            assert_eq!(shop.get(path).await.status, 200, "{path}");
        }
        assert_eq!(shop.get("/co-quan/duong-day-nong/2/ghi").await.status, 404);
        let call = [("luc", "07:30 08/01/2026"), ("so", ""), ("loai", "missed"), ("noi-dung", "Hỏi hồ sơ đất"), ("dien-thoai", "0912345678")];
        assert_eq!(shop.post("/co-quan/duong-day-nong/3/ghi", &call).await.status, 303);
        let body = site.signed_in("tiepdan").get("/co-quan/duong-day-nong").await.text;
        assert!(body.contains("Hỏi hồ sơ đất") && !body.contains("value=\"3\""), "{body}");
        assert!(!site.signed_in("khac").get("/co-quan/duong-day-nong").await.text.contains("Hỏi hồ sơ đất"));
        let need = |unit| site.run(move |tx| crate::hotline::facts::needs_unit(tx, domain::ids::UnitId(unit), jiff::civil::date(2026, 2, 1)));
        assert_eq!(need(3).as_deref(), Some("1 cuộc gọi đường dây nóng phải gọi lại"));
        assert_eq!(need(4), None);
    }

    async fn a_week_of_duty_tells_the_hours_without_anybody(site) {
        given_offices(&site);
        let (leader, desk_position) = (position(&site, "chutich"), position(&site, "quay"));
        let mut desk = site.signed_in("tiepdan");
        let empty = desk.get("/co-quan/duong-day-nong/truc?don-vi=2").await;
        assert!(empty.text.contains("chưa có ai trực") || empty.text.contains("Chưa có ai trực"), "{}", empty.text);
        let duty = [("nguoi", leader.as_str()), ("ngay", "08/01/2026"), ("tu-gio", "06:00"), ("den-gio", "18:00"), ("ca-tuan", "1")];
        assert_eq!(desk.post("/co-quan/duong-day-nong/2/truc", &duty).await.status, 303);
        // Monday to Friday and Saturday 10 January, which is worked in exchange for the 2nd.
        assert_eq!(site.count("select count(*) from hotline_shift"), 6);
        let full = desk.get("/co-quan/duong-day-nong/truc?don-vi=2").await;
        assert!(!full.text.contains("khoảng giờ làm việc chưa có ai trực"), "{}", full.text);
        let day = site.count("select id from hotline_shift where day = '2026-01-08'");
        assert_eq!(desk.post(&format!("/co-quan/duong-day-nong/truc/{day}/thay"), &[("nguoi", &desk_position)]).await.status, 303);
        assert!(desk.get("/co-quan/duong-day-nong/truc?don-vi=2").await.text.contains("trực thay chutich"));
        assert_eq!(desk.post(&format!("/co-quan/duong-day-nong/truc/{day}/xoa"), &[]).await.status, 303);
        assert!(desk.get("/co-quan/duong-day-nong/truc?don-vi=2").await.text.contains("khoảng giờ làm việc chưa có ai trực"));
        assert_eq!(site.signed_in("khac").post("/co-quan/duong-day-nong/truc/2/xoa", &[]).await.status, 404);
    }

    async fn a_call_is_written_down_called_back_and_handed_on_once(site) {
        given_offices(&site);
        let bare = log(&site, &[("hua", "Trả lời"), ("han", "2")]).await;
        assert!(bare.status == 422 && bare.text.contains("phải có số điện thoại"), "{}", bare.text);
        let known = [("ten", "Lê Thị Gọi"), ("dien-thoai", "0912345678"), ("hua", "Hỏi lại bộ phận một cửa"), ("han", "2")];
        let done = log(&site, &known).await;
        assert_eq!(done.status, 303, "{}", done.text);
        assert_eq!(site.text("select due_at from hotline_call").get(..10), Some("2026-01-10"), "the 10th is worked");
        let again = log(&site, &known).await;
        assert!(again.status == 422 && again.text.contains("đã được ghi"), "{}", again.text);
        let mut desk = site.signed_in("tiepdan");
        let list = desk.get("/co-quan/duong-day-nong?don-vi=2").await;
        assert!(list.text.contains("nộp thêm giấy") && !list.text.contains("Lê Thị Gọi") && !list.text.contains("0912345678"), "{}", list.text);
        assert!(!site.text("select sealed from hotline_call").contains("Lê"));
        let call = desk.get("/co-quan/duong-day-nong/goi/1").await;
        assert!(call.text.contains("Lê Thị Gọi"), "{}", call.text);
        assert_eq!(site.count("select count(*) from journal where subject = 'hotline_call' and act = 'look'"), 1);
        assert_eq!(site.signed_in("khac").get("/co-quan/duong-day-nong/goi/1").await.status, 404);
        let back = [("ket-qua", "reached"), ("noi-dung-lai", "Đã trả lời chị")];
        assert_eq!(desk.post("/co-quan/duong-day-nong/goi/1/goi-lai", &back).await.status, 303);
        for _ in 0..2 {
            let done = desk.post("/co-quan/duong-day-nong/goi/1/phan-anh", &[("loai-phan-anh", "suggestion")]).await;
            assert_eq!(done.status, 303, "{}", done.text);
        }
        assert_eq!(site.count("select count(*) from feedback where source_kind = 'hotline_call'"), 1);
        let sheet = desk.get("/co-quan/duong-day-nong/xuat?don-vi=2").await;
        assert!(sheet.status == 200 && sheet.bytes.len() > 500);
    }

    async fn a_call_of_nobody_is_handed_on_without_a_sender_and_counted_apart(site) {
        given_offices(&site);
        assert_eq!(log(&site, &[]).await.status, 303);
        let mut desk = site.signed_in("tiepdan");
        let done = desk.post("/co-quan/duong-day-nong/goi/1/phan-anh", &[("loai-phan-anh", "suggestion")]).await;
        assert_eq!(done.status, 303, "{}", done.text);
        assert_eq!(site.count("select count(*) from hotline_call where anonymous = 1 and due_at is null"), 1);
        let list = desk.get("/co-quan/duong-day-nong?don-vi=2").await;
        assert!(list.text.contains("<dt>Chuyển thành phản ánh có người gửi</dt><dd>0</dd>"), "{}", list.text);
        assert!(list.text.contains("<dt>Không rõ người gọi</dt><dd>1</dd>"), "{}", list.text);
    }

    async fn a_missed_call_is_owed_an_answer_and_told_when_it_is_late(site) {
        given_offices(&site);
        let done = log(&site, &[("loai", "missed"), ("noi-dung", ""), ("dien-thoai", "0912345678")]).await;
        assert_eq!(done.status, 303, "{}", done.text);
        assert_eq!(site.text("select due_at from hotline_call").get(..10), Some("2026-01-09"));
        let owed = site.signed_in("tiepdan").get("/co-quan/duong-day-nong?don-vi=2&cho=1").await;
        assert!(owed.text.contains("Gọi lại trước"), "{}", owed.text);
        site.pass_minutes(60 * 24 * 4);
        let late = site.signed_in("tiepdan").get("/co-quan/duong-day-nong?don-vi=2").await;
        assert!(late.text.contains("<dt>Gọi lại trễ, quá hẹn</dt><dd>1</dd>"), "{}", late.text);
    }

    async fn a_list_of_an_exchange_is_looked_at_kept_once_and_taken_back(site) {
        given_offices(&site);
        let mut desk = site.signed_in("tiepdan");
        let wide: Vec<u8> = [0xff, 0xfe].into_iter().chain(LIST.encode_utf16().flat_map(u16::to_le_bytes)).collect();
        let seen = desk.upload("/co-quan/duong-day-nong/2/nhap", &[], &[("tep", "goi.csv", &wide)]).await;
        assert_eq!(seen.status, 200, "{}", seen.text);
        assert!(seen.text.contains("3 cuộc gọi đọc được, 0 dòng trùng trong tệp, 1 dòng lỗi"), "{}", seen.text);
        assert!(seen.text.contains("Dòng 5:"), "{}", seen.text);
        let none = desk.upload("/co-quan/duong-day-nong/2/nhap", &[], &[("tep", "goi.csv", b"a;b\n")]).await;
        assert_eq!(none.status, 422);
        let mut fields = columns(LIST);
        fields.push(("lan", "0123456789abcdef0123456789abcdef"));
        for _ in 0..2 {
            let done = desk.upload("/co-quan/duong-day-nong/2/nhap/ghi", &fields, &[]).await;
            assert_eq!(done.status, 303, "{}", done.text);
        }
        assert_eq!(site.count("select count(*) from hotline_call"), 3);
        assert_eq!(site.count("select count(*) from hotline_call where due_at is not null"), 1, "a hidden number cannot be called");
        // The same list again brings nothing new.
        let mut again = columns(LIST);
        again.push(("lan", "fedcba9876543210fedcba9876543210"));
        assert_eq!(desk.upload("/co-quan/duong-day-nong/2/nhap/ghi", &again, &[]).await.status, 303);
        assert_eq!(site.count("select count(*) from hotline_call"), 3);
        assert_eq!(site.count("select twice from hotline_import where id = 2"), 3);
        let owed = site.count("select id from hotline_call where due_at is not null");
        let back = [("ket-qua", "reached"), ("noi-dung-lai", "Đã gọi")];
        assert_eq!(desk.post(&format!("/co-quan/duong-day-nong/goi/{owed}/goi-lai"), &back).await.status, 303);
        assert_eq!(site.signed_in("khac").post("/co-quan/duong-day-nong/nhap/1/hoan-tac", &[]).await.status, 404);
        assert_eq!(desk.post("/co-quan/duong-day-nong/nhap/1/hoan-tac", &[]).await.status, 303);
        assert_eq!(site.count("select count(*) from hotline_call"), 1, "what somebody worked on stays");
    }
}
