//! Out and in again, and what is wrong with what people send.

use super::*;
use crate::procedures::facts::shipped;

#[test]
fn all_procedures_come_back_unchanged_from_every_kind_of_file() {
    let shipped: Vec<_> = shipped::procedures().unwrap().into_iter().map(tidied).collect();
    let all: Vec<&ProcedureVersion> = shipped.iter().collect();
    for kind in Kind::ALL {
        let bytes = write(kind, &all).unwrap();
        let back = read(kind, &bytes).unwrap();
        assert_eq!(back.len(), 541, "{kind:?}");
        for (before, after) in shipped.iter().zip(&back) {
            assert_eq!(before, after, "{kind:?}");
        }
    }
}

#[test]
fn bars_lines_and_formulas_in_texts_survive() {
    let mut it = tidied(shipped::procedures().unwrap().swap_remove(0));
    it.name = "=HYPERLINK(\"x\")".to_owned();
    it.conditions = "- một\n- hai; ba, \"bốn\"".to_owned();
    it.results = vec!["a | b \\ c\nd".to_owned()];
    for kind in Kind::ALL {
        let bytes = write(kind, &[&it]).unwrap();
        assert_eq!(read(kind, &bytes).unwrap(), vec![it.clone()], "{kind:?}");
    }
    let csv = String::from_utf8(write_csv(&[&it]).unwrap()).unwrap();
    assert!(csv.starts_with('\u{feff}'));
    assert!(csv.contains("'=HYPERLINK"), "Excel must not run it");
}

#[test]
fn clock_rules_come_back_from_every_kind_of_file() {
    let mut it = tidied(shipped::procedures().unwrap().swap_remove(0));
    it.clock = domain::procedure::ClockRules {
        after_supplement: Some(domain::law::AfterSupplement::Resume),
        supplement_wait_days: Some(30),
        supplement_within_days: Some(5),
        pauses: vec![domain::dossier::SuspensionKind::Verification],
        source: "Luật | Đất đai \\ 2024".to_owned(),
    };
    for kind in Kind::ALL {
        let bytes = write(kind, &[&it]).unwrap();
        assert_eq!(read(kind, &bytes).unwrap(), vec![it.clone()], "{kind:?}");
    }
}

#[test]
fn clock_rules_without_a_document_or_of_an_unknown_kind_are_mistakes() {
    let head = "Mã thủ tục;Tên thủ tục;Lĩnh vực;Cấp giải quyết;Cách tính thời hạn riêng\n";
    for (cell, told) in [
        ("Sau khi bổ sung | Tính tiếp phần còn lại", "Ghi văn bản"),
        ("Nghỉ hè | 10", "“Nghỉ hè” không có trong danh sách"),
        ("Ngày làm việc để bổ sung | mười", "không phải là số ngày"),
    ] {
        let csv = format!("{head}1.001193;Khai sinh;Hộ tịch;Cấp xã;{cell}\n");
        let errors = read_csv(csv.as_bytes()).unwrap_err();
        assert!(
            errors.iter().any(|it| it.field == "clock" && it.message.contains(told)),
            "{errors:?}"
        );
    }
}

#[test]
fn every_mistake_is_told_with_its_row() {
    let csv = "Mã thủ tục;Tên thủ tục;Lĩnh vực;Cấp giải quyết;Thời hạn\n\
        1.001193;Khai sinh;Hộ tịch;Cấp xã;|1|trong ngày làm việc\n\
        1001193;;Hộ tịch;Cấp làng;\n\
        1.001193;Khai sinh;Hộ tịch;Cấp xã;Trực tiếp | mười | ngày\n";
    let errors = read_csv(csv.as_bytes()).unwrap_err();
    let told: Vec<(usize, &str)> = errors.iter().map(|it| (it.row, it.field)).collect();
    assert_eq!(
        told,
        [(2, "tiers"), (2, "code"), (2, "name"), (2, "tiers"), (3, "limits"), (3, "code")]
    );
    assert!(errors.iter().any(|it| it.message.contains("Cấp làng")));
    assert!(errors.iter().any(|it| it.message.contains("đã có ở dòng 1")));
}

#[test]
fn what_is_no_catalogue_is_told_so() {
    for (kind, bytes) in [
        (Kind::Xlsx, &b"PK not a workbook"[..]),
        (Kind::Csv, &[0xff, 0xfe, 0x00][..]),
        (Kind::Csv, b"a,b\n1,2\n"),
        (Kind::Csv, b""),
        (Kind::Json, b"{"),
        (Kind::Json, b"[]"),
        (Kind::Json, b"[{\"code\": 1}]"),
    ] {
        assert!(!read(kind, bytes).unwrap_err().is_empty(), "{kind:?}");
    }
}

#[test]
fn a_code_that_excel_took_for_a_number_keeps_its_zeros() {
    assert_eq!(cell_text(&DataRef::Float(1.00119)), "1.001190");
    assert_eq!(cell_text(&DataRef::Float(10.0)), "10");
}
