//! The letter of apology: to the citizen, and to the office that leads.

use prints::{DossierSheet, Form, FormSet};

use super::{check_has, paper, samples};

#[test]
fn an_apology_names_both_promises_and_who_was_late() {
    let text = paper(Form::Apology, &samples::birth(FormSet::Circular2018)).concat();
    check_has(
        &text,
        &[
            "Kính gửi: Nguyễn Thị Hồng Nhung",
            "Ngày 10 tháng 02 năm 2026, Ủy ban nhân dân xã Kỳ Sơn tiếp nhận",
            "17 giờ 00 phút, ngày 11 tháng 02 năm 2026",
            "17 giờ 00 phút, ngày 13 tháng 02 năm 2026",
            "Công chức Tư pháp - Hộ tịch xã Kỳ Sơn",
            "xin lỗi Ông (Bà)/tổ chức",
            "Nơi nhận:",
            "KT. CHỦ TỊCH PHÓ CHỦ TỊCH",
            "Phan Thị Minh Nguyệt",
        ],
    );
}

#[test]
fn an_apology_reads_on_the_screen_as_it_is_printed() {
    for set in [FormSet::Circular2018, FormSet::Circular2025] {
        let sheet =
            DossierSheet { document_number: "12/TXL-UBND".to_owned(), ..samples::birth(set) };
        let text = paper(Form::Apology, &sheet).concat();
        let letter = prints::apology_text(&sheet).unwrap();
        check_has(&text, &[letter.title.as_str(), letter.to.as_str(), "Số: 12/TXL-UBND"]);
        assert!(letter.lines.len() >= 8, "{letter:?}");
        for line in &letter.lines {
            check_has(&text, &[line.as_str()]);
        }
    }
}

#[test]
fn who_leads_a_case_is_told_that_a_part_of_it_is_late() {
    for set in [FormSet::Circular2018, FormSet::Circular2025] {
        let sheet = DossierSheet {
            lead: "Ủy ban nhân dân xã Phú Sơn".to_owned(),
            apology_regret: "Lời của cơ quan với công dân.".to_owned(),
            ..samples::birth(set)
        };
        let text = paper(Form::Apology, &sheet).concat();
        let letter = prints::apology_text(&sheet).unwrap();
        check_has(
            &text,
            &["Kính gửi: Ủy ban nhân dân xã Phú Sơn", "người nộp hồ sơ: Nguyễn Thị Hồng Nhung"],
        );
        for line in &letter.lines {
            check_has(&text, &[line.as_str()]);
        }
        // Nobody promised the citizen anything for a part.
        assert!(!text.contains("Ông (Bà)") && !text.contains("với công dân"), "{text}");
    }
}

#[test]
fn an_office_says_sorry_and_notes_in_its_own_words() {
    let own = DossierSheet {
        apology_regret: "Chúng tôi nhận lỗi #về *việc* chậm.".to_owned(),
        apology_closing: "Kính mong bà con lượng thứ.".to_owned(),
        receipt_note: "Mang theo giấy này khi nhận kết quả.".to_owned(),
        ..samples::birth(FormSet::Circular2018)
    };
    let apology = paper(Form::Apology, &own).concat();
    check_has(&apology, &["Chúng tôi nhận lỗi #về *việc* chậm.", "Kính mong bà con lượng thứ."]);
    assert!(!apology.contains("phiền hà") && !apology.contains("Mong nhận được"), "{apology}");
    let receipt = paper(Form::Receipt, &own);
    assert_eq!(receipt.len(), 1);
    check_has(&receipt.concat(), &["Mang theo giấy này khi nhận kết quả."]);
}
