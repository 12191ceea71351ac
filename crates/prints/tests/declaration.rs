//! The declaration is printed and read back as a person's viewer reads it.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test stops at the first surprise")]

use std::{
    io::Write as _,
    process::{Command, Stdio},
};

use prints::{DeclarationSheet, DeclaredItem, DeclaredPart, DeclaredSigner, render_declaration};

/// The text of each page, runs of white space as one space.
fn pages(pdf: Vec<u8>) -> Vec<String> {
    let mut reader = Command::new("pdftotext")
        .args(["-raw", "-enc", "UTF-8", "-", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("pdftotext must be installed (Debian package poppler-utils; ./test installs it)");
    let mut stdin = reader.stdin.take().unwrap();
    let writer = std::thread::spawn(move || stdin.write_all(&pdf));
    let read = reader.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    let text = String::from_utf8(read.stdout).unwrap();
    let tidied = text.split('\u{c}').map(|it| it.split_whitespace().collect::<Vec<_>>().join(" "));
    tidied.filter(|it| !it.is_empty()).collect()
}

#[test]
fn a_declaration_numbers_its_questions_and_leaves_room_to_sign() {
    let item = |label: &str, text: &str| DeclaredItem {
        label: label.into(),
        text: text.into(),
        ..DeclaredItem::default()
    };
    let mut sheet = DeclarationSheet {
        heading: "TỜ KHAI ĐĂNG KÝ KẾT HÔN".into(),
        to: "Ủy ban nhân dân xã Phú Sơn".into(),
        parts: vec![
            DeclaredPart {
                title: "Bên nam".into(),
                items: vec![item("Họ, chữ đệm, tên", "Lê #quang *Minh*"), item("Dân tộc", "")],
            },
            DeclaredPart {
                title: "Người làm chứng".into(),
                items: vec![DeclaredItem {
                    label: "Danh sách".into(),
                    heads: vec!["Họ tên".into(), "Nơi ở".into()],
                    rows: vec![vec!["Phạm Văn Tám".into(), "Xóm 1".into()]],
                    ..DeclaredItem::default()
                }],
            },
        ],
        oath: "Chúng tôi cam đoan lời khai là đúng.".into(),
        place: "Tân Kỳ".into(),
        made_on: Some(jiff::civil::date(2026, 2, 10)),
        signers: vec![
            DeclaredSigner {
                label: "Bên nam".into(),
                name: "Lê Quang Minh".into(),
                confirmed: "Đã xác nhận qua mạng lúc 08:30".into(),
            },
            DeclaredSigner {
                label: "Bên nữ".into(),
                name: "Phạm Thị Hoa".into(),
                ..DeclaredSigner::default()
            },
        ],
        edition: "Biểu mẫu ket-hon, bản 1".into(),
        ..DeclarationSheet::default()
    };
    let printed = pages(render_declaration(&sheet).unwrap());
    assert_eq!(printed.len(), 1);
    let page = printed.first().unwrap();
    for one in [
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "Kính gửi: Ủy ban nhân dân xã Phú Sơn",
        "I. Bên nam",
        "1. Họ, chữ đệm, tên: Lê #quang *Minh*",
        "2. Dân tộc:",
        "II. Người làm chứng",
        "3. Danh sách:",
        "Phạm Văn Tám",
        "Tân Kỳ, ngày 10 tháng 02 năm 2026",
        "Đã xác nhận qua mạng lúc 08:30",
        "(Ký, ghi rõ họ, chữ đệm, tên)",
        "Phạm Thị Hoa",
    ] {
        assert!(page.contains(one), "“{one}” is not in:\n{page}");
    }
    // A blank one, for who writes by hand, and a long one over several pages.
    let blank = DeclaredItem { heads: vec!["Họ tên".into()], ..item("Danh sách", "") };
    sheet.parts = vec![DeclaredPart { title: "Phần".into(), items: vec![blank; 60] }];
    sheet.signers.clear();
    assert!(pages(render_declaration(&sheet).unwrap()).len() > 3);
}
