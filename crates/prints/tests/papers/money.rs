//! What is paid and what is handed over, on paper.

use super::*;

#[test]
fn a_fee_receipt_says_its_lines_its_sum_in_words_and_whether_it_is_a_copy() {
    let sheet = prints::MoneySheet {
        agency: prints::Agency { name: "UBND xã Phú Sơn".into(), ..prints::Agency::default() },
        title: "BIÊN LAI THU PHÍ, LỆ PHÍ".into(),
        number: "PS/26P 0000012".into(),
        mark: "BẢN SAO (in lại lần 1)".into(),
        at: Some(jiff::civil::date(2026, 3, 2).at(9, 5, 0, 0)),
        facts: vec![("Người nộp".into(), "Nguyễn Văn Thử".into())],
        lines: vec![
            prints::ChargeLine {
                name: "Lệ phí".into(),
                working: "2 bản × 8.000 đ".into(),
                dong: 16_000,
            },
            prints::ChargeLine { name: "Phí #[x]".into(), working: String::new(), dong: 4_000 },
        ],
        dong: 20_000,
        signs: vec![
            ("Người nộp tiền".into(), String::new()),
            ("Người thu tiền".into(), "Lê Thị Thu".into()),
        ],
        demo: true,
    };
    let pages = pages(&prints::render_money(&sheet).unwrap());
    assert_eq!(pages.len(), 1);
    check_has(
        &pages[0],
        &[
            "PS/26P 0000012",
            "BẢN SAO",
            "Nguyễn Văn Thử",
            "16.000",
            "Phí #[x]",
            "20.000",
            "Hai mươi nghìn đồng",
            "Lê Thị Thu",
        ],
    );
}

#[test]
fn a_cash_book_shows_each_entry_and_its_sums() {
    let row = prints::CashRow {
        day: Some(jiff::civil::date(2026, 3, 2)),
        paper: "PS/26P 0000012".into(),
        about: "Thu theo biên lai".into(),
        came_in: 20_000,
        left: 25_000,
        ..prints::CashRow::default()
    };
    let sheet = prints::CashSheet {
        counter: "Một cửa xã Phú Sơn".into(),
        collector: "Lê Thị Thu".into(),
        from: Some(jiff::civil::date(2026, 3, 2)),
        until: Some(jiff::civil::date(2026, 3, 2)),
        rows: vec![row; 60],
        sums: vec![("Tồn đầu".into(), 5_000), ("Tồn cuối".into(), 25_000)],
        ..prints::CashSheet::default()
    };
    let pages = pages(&prints::render_cash(&sheet).unwrap());
    assert!(pages.len() > 1);
    check_has(&pages[0], &["SỔ QUỸ", "PS/26P 0000012", "20.000", "02/03/2026"]);
    check_has(pages.last().unwrap(), &["Tồn cuối", "25.000", "THỦ QUỸ"]);
}

#[test]
fn a_slip_names_both_sides_and_every_paper() {
    let sheet = HandOverSheet {
        number: 7,
        day: Some(jiff::civil::date(2026, 1, 8)),
        code: "H41.99.00-260108-0001".to_owned(),
        parent_code: "H41.99.40-260108-0003".to_owned(),
        from: "Ủy ban nhân dân xã Phú Sơn".to_owned(),
        to: "Bộ phận Một cửa huyện Tân Kỳ".to_owned(),
        given_by: "Trần Thị Thử".to_owned(),
        given_at: Some(jiff::civil::date(2026, 1, 8).at(15, 20, 0, 0)),
        due_at: Some(jiff::civil::date(2026, 1, 9).at(8, 30, 0, 0)),
        // Typed text is data, never markup.
        request: "#strong[Xác minh] *hồ sơ*".to_owned(),
        papers: (1..=40)
            .map(|n| HandedPaper {
                name: format!("Giấy thứ {n}"),
                form: "bản chụp".to_owned(),
                count: n,
            })
            .collect(),
        state: "Không nhận".to_owned(),
        reason: "Thiếu bản chính".to_owned(),
        ..HandOverSheet::default()
    };
    let text = pages(&render_hand_over(&sheet).unwrap()).join(" ");
    check_has(
        &text,
        &[
            "PHIẾU BÀN GIAO HỒ SƠ LIÊN THÔNG",
            "Số: 007",
            "H41.99.00-260108-0001",
            "H41.99.40-260108-0003",
            "Bộ phận Một cửa huyện Tân Kỳ",
            "Trần Thị Thử",
            "15 giờ 20 phút",
            "#strong[Xác minh] *hồ sơ*",
            "Giấy thứ 40",
            "Thiếu bản chính",
            "NGƯỜI NHẬN",
        ],
    );
    let result = HandOverSheet { is_result: true, ..sheet };
    let text = pages(&render_hand_over(&result).unwrap()).join(" ");
    check_has(&text, &["PHIẾU BÀN GIAO KẾT QUẢ LIÊN THÔNG"]);
}
