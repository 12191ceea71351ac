//! What is printed for whoever is helped to file: his consent, and how he follows it.

use super::{check_has, pages, samples};

#[test]
fn a_slip_of_consent_has_room_for_who_agrees_who_heard_and_who_helps() {
    let mut sheet = prints::AssistConsentSheet {
        agency: samples::procedure().agency,
        citizen: prints::Person {
            name: "Vi Thị Minh Họa #1".into(), ..prints::Person::default()
        },
        helper: "Lê Văn Giúp".into(),
        helper_place: "Trưởng xóm, Xóm 1".into(),
        code: "1.001193".into(),
        procedure: "Thủ tục đăng ký khai sinh".into(),
        papers: vec![("Giấy chứng sinh".into(), "Gửi tệp hoặc ảnh chụp".into()); 9],
        ways: vec![("ký phiếu đồng ý".into(), true), ("nghe đọc lại".into(), false)],
        witness: "Bà Hàng Xóm".into(),
        ..prints::AssistConsentSheet::default()
    };
    let wanted = [
        "Vi Thị Minh Họa #1",
        "Trưởng xóm, Xóm 1",
        "Giấy chứng sinh",
        "1. Người dân",
        "4. Tôi đã nghe và đồng ý",
        "NGƯỜI DÂN",
        "NGƯỜI NỘP HỘ",
        "……",
    ];
    let signed = pages(&prints::render_assist_consent(&sheet).unwrap());
    assert_eq!(signed.len(), 1);
    check_has(&signed[0], &wanted);
    assert!(!signed[0].contains("NGƯỜI LÀM CHỨNG"), "nobody had to hear it");
    sheet.has_witness = true;
    let heard = pages(&prints::render_assist_consent(&sheet).unwrap());
    check_has(&heard.join(" "), &["NGƯỜI LÀM CHỨNG", "Bà Hàng Xóm"]);
}

#[test]
fn a_note_for_whoever_was_helped_shows_code_and_secret() {
    let sheet = prints::AssistNoteSheet {
        agency: samples::procedure().agency,
        counter: prints::Counter {
            name: "Một cửa xã Phú Sơn".into(),
            phone: "0238 3882 001".into(),
            website: "https://motcua.example".into(),
            ..prints::Counter::default()
        },
        citizen: "Vi Thị Minh Họa".into(),
        procedure: "Thủ tục đăng ký khai sinh".into(),
        code: "H41.99.40-260108-0001".into(),
        secret: "KBTR-2946".into(),
        track_url: "https://motcua.example/ho-so/H41.99.40-260108-0001?ma=KBTR-2946".into(),
        sent_at: Some(jiff::civil::date(2026, 1, 8).at(9, 5, 0, 0)),
        helper: "Lê Văn Giúp".into(),
        consent: "ký phiếu đồng ý".into(),
        ..prints::AssistNoteSheet::default()
    };
    let all = pages(&prints::render_assist_note(&sheet).unwrap());
    assert_eq!(all.len(), 1);
    let wanted = [
        "H41.99.40-260108-0001",
        "KBTR-2946",
        "09 giờ 05 phút",
        "https://motcua.example/tra-cuu",
        "0238 3882 001",
        "Lê Văn Giúp",
    ];
    check_has(&all[0], &wanted);
}
