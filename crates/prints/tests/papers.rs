//! Every paper is printed and read back as a person's viewer reads it: with `pdftotext`.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test stops at the first surprise")]

use std::{
    collections::BTreeSet,
    io::{Cursor, Write as _},
    process::{Command, Stdio},
};

use calamine::{Data, Reader as _, Xlsx};
use prints::{
    DossierSheet, Form, FormSet, HandOverSheet, HandedPaper, Hop, MissingPaper, Paper, PrintError,
    RegisterSheet, qr_svg, register_xlsx, render, render_hand_over, render_ledger_head,
    render_notice_board, render_procedure, render_register,
};

#[path = "papers/apology.rs"]
mod apology;
#[path = "papers/helped.rs"]
mod helped;
#[path = "papers/money.rs"]
mod money;
mod samples;

/// The text of each page in the order of the file, runs of white space as one space.
fn pages(pdf: &[u8]) -> Vec<String> {
    let mut reader = Command::new("pdftotext")
        .args(["-raw", "-enc", "UTF-8", "-", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("pdftotext must be installed (Debian package poppler-utils; ./test installs it)");
    let mut stdin = reader.stdin.take().unwrap();
    let pdf = pdf.to_vec();
    let writer = std::thread::spawn(move || stdin.write_all(&pdf));
    let read = reader.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    assert!(read.status.success(), "pdftotext cannot read the file");
    let text = String::from_utf8(read.stdout).unwrap();
    let mut pages: Vec<String> = text
        .split('\u{c}')
        .map(|page| page.split_whitespace().collect::<Vec<_>>().join(" "))
        .collect();
    assert_eq!(pages.pop().as_deref(), Some(""), "every page ends with a form feed");
    pages
}

fn paper(form: Form, sheet: &DossierSheet) -> Vec<String> {
    pages(&render(form, sheet).unwrap())
}

#[track_caller]
fn check_has(text: &str, wanted: &[&str]) {
    for one in wanted {
        assert!(text.contains(one), "“{one}” is not in:\n{text}");
    }
}

#[test]
fn the_receipt_is_one_page_and_says_everything() {
    for set in [FormSet::Circular2018, FormSet::Circular2025] {
        let pages = paper(Form::Receipt, &samples::birth(set));
        assert_eq!(pages.len(), 1);
        check_has(
            &pages[0],
            &[
                "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
                "Độc lập - Tự do - Hạnh phúc",
                "ỦY BAN NHÂN DÂN HUYỆN TÂN KỲ",
                "ỦY BAN NHÂN DÂN XÃ KỲ SƠN",
                "Mã hồ sơ: 000.27.40.H41-260210-0007",
                "Kỳ Sơn, ngày 10 tháng 02 năm 2026",
                "GIẤY TIẾP NHẬN HỒ SƠ VÀ HẸN TRẢ KẾT QUẢ",
                "Bộ phận Tiếp nhận và Trả kết quả xã Kỳ Sơn",
                "Nguyễn Thị Hồng Nhung",
                "040192000123",
                "Xóm Tân Thọ, xã Kỳ Sơn, huyện Tân Kỳ, tỉnh Nghệ An",
                "0900 000 127",
                "nhung@example.vn",
                "Trần Đức Thắng",
                "Đăng ký khai sinh cho con là Trần Nguyễn Bảo Ngọc",
                "Thủ tục đăng ký khai sinh (mã 1.001193)",
                "Tờ khai đăng ký khai sinh",
                "Văn bản ủy quyền (được chứng thực) theo quy định của pháp luật",
                "Số lượng hồ sơ: 1 (bộ)",
                "01 ngày làm việc",
                "08 giờ 30 phút, ngày 10 tháng 02 năm 2026",
                "17 giờ 00 phút, ngày 11 tháng 02 năm 2026",
                "8.000 đ (Tám nghìn đồng)",
                "Quyển số: 01; Số thứ tự: 0127",
                "K7TM-93QX",
                "Vì sao là ngày này?",
                "Ngày làm việc thứ 1: thứ Tư 11/02/2026.",
                "Lê Văn Quý",
                "DỮ LIỆU MINH HỌA",
            ],
        );
    }
}

#[test]
fn forms_carry_the_number_of_their_own_set() {
    let old = samples::birth(FormSet::Circular2018);
    let new = samples::birth(FormSet::Circular2025);
    let slip = |sheet| paper(Form::ControlSlip, sheet).concat();
    check_has(&slip(&old), &["Mẫu số 05 (Thông tư số 01/2018/TT-VPCP)"]);
    check_has(&slip(&new), &["Mẫu số 06 (Thông tư số 03/2025/TT-VPCP)"]);
    check_has(&paper(Form::Stop, &new)[0], &["Mẫu số 05", "THÔNG BÁO DỪNG GIẢI QUYẾT HỒ SƠ"]);
    assert!(matches!(render(Form::Stop, &old), Err(PrintError::NotInSet)));
    check_has(&paper(Form::Apology, &old)[0], &["PHIẾU XIN LỖI VÀ HẸN LẠI NGÀY TRẢ KẾT QUẢ"]);
    check_has(&paper(Form::Apology, &new)[0], &["ĐỀ NGHỊ GIA HẠN THỜI GIAN GIẢI QUYẾT"]);
}

#[test]
fn every_form_of_a_usual_dossier_is_one_page() {
    for set in [FormSet::Circular2018, FormSet::Circular2025] {
        for form in Form::ALL.into_iter().filter(|form| form.named(set).is_some()) {
            assert_eq!(paper(form, &samples::birth(set)).len(), 1, "{form:?} {set:?}");
        }
    }
}

#[test]
fn a_supplement_request_gives_reason_and_ground_of_each_paper() {
    let text = paper(Form::Supplement, &samples::birth(FormSet::Circular2025)).concat();
    check_has(
        &text,
        &[
            "PHIẾU YÊU CẦU BỔ SUNG, HOÀN THIỆN HỒ SƠ",
            "Số: 15/UBND-MC",
            "Bản đã nộp không có dấu",
            "Luật Hộ tịch 2014, Điều 16",
            "15 ngày làm việc kể từ ngày nhận phiếu này",
            "0238 3882 000",
            "NGƯỜI HƯỚNG DẪN",
        ],
    );
}

#[test]
fn a_refusal_gives_its_reasons() {
    let text = paper(Form::Refusal, &samples::birth(FormSet::Circular2018)).concat();
    check_has(
        &text,
        &[
            "PHIẾU TỪ CHỐI TIẾP NHẬN GIẢI QUYẾT HỒ SƠ",
            "không có chữ ký và dấu của cơ sở y tế",
            "quyền khiếu nại",
        ],
    );
}

#[test]
fn a_refusal_after_appraisal_bears_its_number_and_the_leaders_name() {
    let at_counter = samples::birth(FormSet::Circular2018);
    let after = DossierSheet {
        after_appraisal: true,
        document_number: "167/UBND".to_owned(),
        ..samples::birth(FormSet::Circular2018)
    };
    let (first, second) =
        (paper(Form::Refusal, &at_counter).concat(), paper(Form::Refusal, &after).concat());
    check_has(&first, &["không tiếp nhận, giải quyết", "NGƯỜI TIẾP NHẬN HỒ SƠ"]);
    assert!(!first.contains("Nơi nhận"), "{first}");
    check_has(&second, &["Số: 167/UBND", "thông báo không giải quyết", "Nơi nhận"]);
    check_has(&second, &[&after.leader.name]);
    assert!(!after.leader.name.is_empty() && !second.contains("NGƯỜI TIẾP NHẬN HỒ SƠ"), "{second}");
}

#[test]
fn the_control_slip_shows_every_hand_over_and_flows_on() {
    let mut sheet = samples::birth(FormSet::Circular2025);
    check_has(
        &paper(Form::ControlSlip, &sheet)[0],
        &[
            "Hồ Thị Lam",
            "10 giờ 05 phút",
            "Trước hạn",
            "Kèm dự thảo Giấy khai sinh",
            "Công an xã Kỳ Sơn",
        ],
    );
    sheet.hops =
        (1..=25).map(|at| Hop { from_unit: format!("Phòng số {at}."), ..Hop::default() }).collect();
    let pages = paper(Form::ControlSlip, &sheet);
    assert!(pages.len() > 2);
    assert!(pages.iter().all(|page| page.contains("GHI CHÚ")), "heads on every page");
    check_has(&pages.concat(), &["Phòng số 1.", "Phòng số 25."]);
}

#[test]
fn sixty_papers_flow_to_another_page() {
    let mut sheet = samples::birth(FormSet::Circular2018);
    sheet.papers = (1..=60)
        .map(|at| Paper {
            name: format!("Giấy tờ thứ {at}."), originals: 1, ..Paper::default()
        })
        .collect();
    let pages = paper(Form::Receipt, &sheet);
    assert!(pages.len() > 1);
    let text = pages.concat();
    for at in 1..=60 {
        check_has(&text, &[&format!("Giấy tờ thứ {at}.")]);
    }
    check_has(&text, &["NGƯỜI TIẾP NHẬN HỒ SƠ"]);
}

#[test]
fn a_dozen_papers_stay_on_one_page_in_smaller_letters() {
    for set in [FormSet::Circular2018, FormSet::Circular2025] {
        let mut sheet = samples::birth(set);
        sheet.papers = (1..=12)
            .map(|at| Paper {
                name: format!("Giấy tờ thứ {at}."), copies: 2, ..Paper::default()
            })
            .collect();
        assert_eq!(paper(Form::Receipt, &sheet).len(), 1, "{set:?}");
    }
}

/// A group of three who owe money: what is paid and signed stands with the rest.
fn group_that_owes(set: FormSet) -> DossierSheet {
    let member = |name: &str, number: &str| prints::Member {
        name: name.into(),
        id_number: number.into(),
        detail: "Cấp giấy cho từng người".into(),
        ..prints::Member::default()
    };
    DossierSheet {
        members: vec![
            member("Trần Thị Một", "040192000001"),
            member("Trần Thị Hai", "040192000002"),
            member("Trần Thị Ba", "040192000003"),
        ],
        fees: vec![prints::FeeLine { name: "Phí, lệ phí".into(), dong: 10_000 }],
        pay_qr: "00020101021238540010A00000072701240006970405".into(),
        pay_text:
            "Quét bằng ứng dụng ngân hàng: 10.000 đ, vào tài khoản 3601205000001 Agribank, UBND XA \
                   KY SON, nội dung HS 0002740H412602100007. Hoặc nộp tại quầy."
                .into(),
        ..samples::birth(set)
    }
}

#[test]
fn what_is_paid_and_signed_never_stands_alone_on_a_page() {
    for set in [FormSet::Circular2018, FormSet::Circular2025] {
        let sheet = group_that_owes(set);
        let group = paper(Form::Receipt, &sheet);
        // A sheet of A4 takes it whole; half a sheet takes all that stands above the boxes.
        let most = if set == FormSet::Circular2025 { 1 } else { 2 };
        assert!(group.len() <= most, "{set:?}: {group:?}");
        check_has(&group[0], &["Trần Thị Ba", "Phí, lệ phí: 10.000 đ"]);
        assert!(!group[0].contains("Phí, lệ phí: Phí, lệ phí"), "{}", group[0]);
        // However many papers there are: wherever the page ends, the boxes stay with the signatures.
        for count in [4, 8, 11, 14, 17, 20, 23] {
            let papers = (1..=count).map(|at| Paper {
                name: format!("Giấy tờ thứ {at}."),
                copies: 2,
                ..Paper::default()
            });
            let sheet = DossierSheet { papers: papers.collect(), ..sheet.clone() };
            let pages = paper(Form::Receipt, &sheet);
            let signed = pages.iter().find(|it| it.contains("NGƯỜI TIẾP NHẬN HỒ SƠ")).unwrap();
            check_has(signed, &["Nộp phí, lệ phí.", "Tra cứu hồ sơ:"]);
        }
    }
}

#[test]
fn an_empty_sheet_prints_as_an_empty_form() {
    for form in Form::ALL {
        let pages = paper(form, &DossierSheet::default());
        assert_eq!(pages.len(), 1, "{form:?}");
        check_has(&pages[0], &["CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "……"]);
        assert!(!pages[0].contains("none") && !pages[0].contains("MINH HỌA"), "{}", pages[0]);
    }
}

#[test]
fn what_people_type_is_printed_as_it_stands() {
    let hostile = [
        "#let x = 1",
        "$ a^2 $",
        "*đậm* _nghiêng_",
        "<script>alert(1)</script>",
        "= Tiêu đề",
        "- mục",
        "@nhãn",
        "\\ \" ' ` ~ --- ...",
        "https://example.vn/?a=b&c=d",
        "#read(\"/etc/passwd\")",
        "// chú thích",
        "[ngoặc] {nhọn}",
    ]
    .join(" ");
    let mut sheet = samples::birth(FormSet::Circular2025);
    sheet.applicant.name.clone_from(&hostile);
    sheet.request.clone_from(&hostile);
    sheet.reasons = vec![hostile.clone()];
    sheet.agency.place = "Kỳ\u{202e} Sơn".into();
    sheet.papers = vec![Paper { name: hostile.clone(), ..Paper::default() }];
    sheet.missing = vec![MissingPaper { reason: hostile.clone(), ..MissingPaper::default() }];
    sheet.hops = vec![Hop { note: hostile.clone(), ..Hop::default() }];
    // The reader drops a hyphen at the end of a line, and lines end anywhere.
    let squeezed = |text: &str| -> String {
        text.chars().filter(|c| !c.is_whitespace() && *c != '-').collect()
    };
    for form in Form::ALL {
        let text = paper(form, &sheet).concat();
        assert!(squeezed(&text).contains(&squeezed(&hostile)), "{form:?}: {text}");
        assert!(!text.contains('\u{202e}'));
    }
    assert!(paper(Form::Receipt, &sheet).concat().contains("Kỳ Sơn, ngày 10"));
}

#[test]
fn letters_that_no_font_has_do_not_stop_a_receipt() {
    let mut sheet = samples::birth(FormSet::Circular2025);
    sheet.applicant.name = "李小龙 🙂 Nguye\u{302}\u{303}n\u{0}".into();
    check_has(&paper(Form::Receipt, &sheet)[0], &["□□□ □ Nguyễn"]);
}

#[test]
fn words_without_end_stay_on_the_page() {
    let mut sheet = samples::birth(FormSet::Circular2018);
    sheet.applicant.name = "Ằ".repeat(400);
    sheet.applicant.email = "x".repeat(300);
    sheet.papers = vec![Paper { name: "W".repeat(500), ..Paper::default() }];
    let text = paper(Form::Receipt, &sheet).concat();
    // What ran over the edge would still be in the text layer, so look where the letters stand.
    let boxes = boxes(&render(Form::Receipt, &sheet).unwrap());
    assert!(boxes.len() > 20);
    for (left, right, width) in boxes {
        assert!(left >= 0.0 && right <= width, "letters from {left} to {right} of {width}");
    }
    assert_eq!(text.matches('W').count(), 500);
}

/// Left edge, right edge and page width of each word.
fn boxes(pdf: &[u8]) -> Vec<(f64, f64, f64)> {
    let folder = std::env::temp_dir().join(format!("prints-boxes-{}", std::process::id()));
    std::fs::write(&folder, pdf).unwrap();
    let read = Command::new("pdftotext").arg("-bbox").arg(&folder).arg("-").output().unwrap();
    std::fs::remove_file(&folder).unwrap();
    let text = String::from_utf8(read.stdout).unwrap();
    let number = |line: &str, name: &str| -> f64 {
        let rest = line.split_once(&format!("{name}=\"")).unwrap().1;
        rest.split_once('"').unwrap().0.parse().unwrap()
    };
    let mut width = 0.0;
    let mut found = Vec::new();
    for line in text.lines() {
        if line.contains("<page ") {
            width = number(line, "width");
        } else if line.contains("<word ") {
            found.push((number(line, "xMin"), number(line, "xMax"), width));
        }
    }
    found
}

#[test]
fn papers_are_archival_tagged_and_dated_by_their_data() {
    let pdf = render(Form::Receipt, &samples::birth(FormSet::Circular2025)).unwrap();
    let again = render(Form::Receipt, &samples::birth(FormSet::Circular2025)).unwrap();
    assert_eq!(pdf, again, "the same data gives the same bytes");
    let text = String::from_utf8_lossy(&pdf);
    for mark in ["pdfaid:part>2<", "pdfaid:conformance>A<", "2026-02-10", "/Marked true", "(vi-VN)"]
    {
        assert!(text.contains(mark), "{mark}");
    }
}

#[test]
fn a_register_repeats_its_heads_and_numbers_its_pages() {
    let pages = pages(&render_register(&samples::register(60)).unwrap());
    assert!(pages.len() > 2);
    for (at, page) in pages.iter().enumerate() {
        // The signatures may stand alone on the last page.
        if page.contains("260210-") {
            check_has(page, &["Mã hồ sơ", "Cơ quan chủ trì giải quyết"]);
        }
        check_has(page, &[&format!("Trang {}/{}", at + 1, pages.len())]);
    }
    check_has(&pages[0], &["SỔ THEO DÕI HỒ SƠ", "Quyển số: 01", "Mẫu số 07"]);
    check_has(&pages.concat(), &["Cộng: 60 hồ sơ.", "NGƯỜI GHI SỔ", "0900 000 127", "17:00"]);
}

#[test]
fn a_long_register_loses_no_row_where_its_pieces_meet() {
    let mut sheet = samples::register(640);
    // Rows of uneven height around the joints.
    for row in &mut sheet.rows {
        row.note = "ghi chú ".repeat(usize::try_from(row.number % 7).unwrap() * 3);
    }
    sheet.rows[310].note = "dài ".repeat(2_000);
    let pages = pages(&render_register(&sheet).unwrap());
    let mut seen = Vec::new();
    for (at, page) in pages.iter().enumerate() {
        check_has(page, &[&format!("Trang {}", at + 1)]);
        assert_eq!(page.contains("260210-"), page.contains("Mã hồ sơ"));
        seen.extend(page.split("260210-").skip(1).map(|rest| rest[..4].to_owned()));
    }
    assert_eq!(seen.len(), 640);
    assert_eq!(seen.iter().collect::<BTreeSet<_>>().len(), 640);
    assert_eq!(pages.concat().matches("SỔ THEO DÕI HỒ SƠ").count(), 1);
    assert_eq!(pages.concat().matches("Cộng: 640 hồ sơ.").count(), 1);
}

#[test]
fn an_empty_register_still_prints() {
    check_has(&pages(&render_register(&RegisterSheet::default()).unwrap())[0], &["Cộng: 0 hồ sơ."]);
    assert!(!register_xlsx(&RegisterSheet::default()).unwrap().is_empty());
}

#[test]
fn a_workbook_of_twelve_thousand_rows_reads_back() {
    let mut sheet = samples::register(12_000);
    sheet.rows[1].applicant = "=HYPERLINK(\"http://example\")".into();
    sheet.rows[2].note = "ư".repeat(40_000);
    let bytes = register_xlsx(&sheet).unwrap();
    assert_eq!(bytes, register_xlsx(&sheet).unwrap(), "no clock in the file");
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).unwrap();
    let page = book.worksheet_range("Sổ theo dõi hồ sơ").unwrap();
    let rows: Vec<&[Data]> = page.rows().collect();
    assert_eq!(rows.len(), 6 + 12_000);
    assert_eq!(rows[5][1], Data::String("Mã hồ sơ".into()));
    assert_eq!(rows[6][0], Data::Float(1.0));
    assert_eq!(rows[6][4], Data::String("Nguyễn Thị Hồng Nhung".into()));
    let Data::DateTime(at) = &rows[6][8] else { panic!("{:?} is no time", rows[6][8]) };
    assert_eq!(at.to_ymd_hms_milli(), (2026, 2, 10, 8, 30, 0, 0));
    assert_eq!(rows[6][10], Data::Empty);
    assert_eq!(rows[7][4], Data::String("=HYPERLINK(\"http://example\")".into()));
    assert_eq!(rows[7][13], Data::String("Đúng hạn".into()));
    assert_eq!(rows[12_005][1], Data::String("000.27.40.H41-260210-12000".into()));
}

#[test]
fn the_notice_board_lists_every_procedure_by_sector() {
    for large in [false, true] {
        let text = pages(&render_notice_board(&samples::board(large)).unwrap()).concat();
        check_has(
            &text,
            &[
                "DANH MỤC THỦ TỤC HÀNH CHÍNH NIÊM YẾT CÔNG KHAI",
                "Lĩnh vực: Hộ tịch (3)",
                "1.001193",
                "03 ngày làm việc",
                "15.000 đ",
                "Toàn trình",
                "Cộng: 18 thủ tục hành chính.",
                "Sở Tư pháp tỉnh Nghệ An",
            ],
        );
    }
}

#[test]
fn the_list_of_ones_own_papers_says_what_to_bring_where_and_why() {
    let paper = |name: &str, only_shown| prints::ChecklistPaper {
        name: name.into(),
        help: "Xem xong trả lại #ngay".into(),
        only_shown,
        official: "Theo danh mục".into(),
    };
    let mut sheet = prints::ChecklistSheet {
        agency: samples::procedure().agency,
        code: "1.001193".into(),
        name: "Thủ tục đăng ký khai sinh".into(),
        answers: vec![("Ai đi đăng ký?".into(), "Cha hoặc mẹ".into())],
        notes: vec!["Đăng ký trong 60 ngày.".into()],
        papers: vec![paper("Giấy chứng sinh", false), paper("Thẻ căn cước", true)],
        spared: vec!["Giấy ủy quyền".into()],
        office: "Một cửa xã Phú Sơn".into(),
        due: "17:00, thứ Năm 08/01/2026".into(),
        url: "https://motcua.example/thu-tuc/1.001193/hoi?ai=me".into(),
        ..prints::ChecklistSheet::default()
    };
    let pages = pages(&prints::render_checklist(&sheet).unwrap());
    assert_eq!(pages.len(), 1);
    let wanted = [
        "Giấy tờ tôi cần mang",
        "Giấy chứng sinh",
        "(chỉ cho xem)",
        "Ông bà không phải mang",
        "Giấy ủy quyền",
        "Một cửa xã Phú Sơn",
        "17:00, thứ Năm 08/01/2026",
        "Ai đi đăng ký?",
        "trả lại #ngay",
    ];
    check_has(&pages[0], &wanted);
    // Whoever is not eligible gets the reason and no list; an address too long for a code costs nothing else.
    sheet.stops = vec!["Chưa đủ tuổi.".into()];
    sheet.url = "x".repeat(5_000);
    sheet.large = true;
    let stopped = self::pages(&prints::render_checklist(&sheet).unwrap()).join(" ");
    check_has(&stopped, &["chưa nộp thủ tục này được", "Chưa đủ tuổi."]);
    assert!(!stopped.contains("Giấy chứng sinh"), "{stopped}");
}

#[test]
fn a_procedure_to_take_home_lists_papers_by_case() {
    let pages = pages(&render_procedure(&samples::procedure()).unwrap());
    assert_eq!(pages.len(), 1);
    check_has(
        &pages[0],
        &[
            "Thủ tục đăng ký khai sinh",
            "1.001193",
            "Giấy tờ phải nộp",
            "Giấy tờ phải xuất trình",
            "Biểu mẫu: Mẫu tờ khai đăng ký khai sinh",
            "Luật Hộ tịch số 60/2014/QH13",
        ],
    );
}

#[test]
fn the_ledger_head_can_be_read_and_copied() {
    let pages = pages(&render_ledger_head(&samples::ledger()).unwrap());
    assert_eq!(pages.len(), 1);
    let hash = samples::ledger().hash;
    check_has(&pages[0], &["9f86 d081 884c 7d65", &hash, "18.342", "motcua ledger verify"]);
}

#[test]
fn a_square_code_is_one_scalable_path_and_too_much_is_refused() {
    let svg = qr_svg("https://motcua.tanky.example/tra-cuu/1").unwrap();
    assert!(svg.starts_with("<svg ") && svg.ends_with("</svg>"));
    assert_eq!(svg.matches("<path").count(), 2);
    assert!(matches!(qr_svg(&"ư".repeat(3_000)), Err(PrintError::QrTooLong)));
}

#[test]
fn a_letter_names_its_receiver_what_it_says_and_whom_to_ask() {
    let sheet = prints::LetterSheet {
        agency: samples::birth(FormSet::Circular2025).agency,
        day: Some(jiff::civil::date(2026, 3, 2)),
        title: "ĐỀ NGHỊ BỔ SUNG HỒ SƠ".into(),
        to: "Nguyễn Thị Thử".into(),
        address: "Xóm 1, xã Phú Sơn".into(),
        code: "H41.99.40-260302-0001".into(),
        procedure: "Đăng ký khai sinh".into(),
        text: "Hồ sơ H41.99.40-260302-0001: đề nghị bổ sung #strong[giấy] *chứng sinh*.".into(),
        counter: "Một cửa xã Phú Sơn".into(),
        counter_phone: "0238 384 1234".into(),
        track_url: "http://motcua.test/ho-so/H41.99.40-260302-0001".into(),
        ..prints::LetterSheet::default()
    };
    let pages = pages(&prints::render_letters(&[sheet.clone(), sheet]).unwrap());
    assert_eq!(pages.len(), 2, "each letter on a page of its own");
    for page in &pages {
        check_has(
            page,
            &[
                "Kính gửi: Nguyễn Thị Thử",
                "Xóm 1, xã Phú Sơn",
                "THÔNG BÁO",
                "ĐỀ NGHỊ BỔ SUNG HỒ SƠ",
                "Mã hồ sơ: H41.99.40-260302-0001",
                "đề nghị bổ sung #strong[giấy] *chứng sinh*.",
                "Một cửa xã Phú Sơn",
                "0238 384 1234",
                "ngày 02 tháng 3 năm 2026",
            ],
        );
    }
}

#[test]
fn a_letter_to_whoever_reads_english_keeps_the_heading_of_the_law_and_names_alone_in_vietnamese() {
    let sheet = prints::LetterSheet {
        agency: samples::birth(FormSet::Circular2025).agency,
        day: Some(jiff::civil::date(2026, 3, 2)),
        title: "PAPERS NEEDED".into(),
        to: "John Smith".into(),
        phone: "0912345678".into(),
        code: "H41.99.40-260302-0001".into(),
        procedure: "Đăng ký khai sinh".into(),
        text: "Dossier H41.99.40-260302-0001: please add your passport.".into(),
        counter: "Một cửa xã Phú Sơn".into(),
        counter_phone: "0238 384 1234".into(),
        track_url: "http://motcua.test/ho-so/H41.99.40-260302-0001".into(),
        english: true,
        ..prints::LetterSheet::default()
    };
    let pages = pages(&prints::render_letters(&[sheet]).unwrap());
    check_has(
        &pages[0],
        &[
            "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
            "To: John Smith",
            "Telephone: 0912345678",
            "NOTICE",
            "Dossier: H41.99.40-260302-0001",
            "Procedure: Đăng ký khai sinh",
            "please add your passport.",
            "For questions, please contact Một cửa xã Phú Sơn",
            "2 March 2026",
            "Scan the code",
            "FOR THE OFFICE",
        ],
    );
    for left in
        ["Kính gửi", "Mã hồ sơ", "THÔNG BÁO", "Quét mã", "ngày 02", "NGƯỜI BÁO TIN", "liên hệ"]
    {
        assert!(!pages[0].contains(left), "{left}: {}", pages[0]);
    }
}
