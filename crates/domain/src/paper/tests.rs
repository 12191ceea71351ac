//! Tests of what may be used again and what may be certified.

use jiff::civil::date;
use proptest::prelude::*;

use super::*;

fn older(mark: PaperMark) -> Older {
    Older { mark, scanned: true, valid_until: None }
}

const fn word(agreed: bool) -> Option<LastWord> {
    Some(LastWord { at: Instant::from_epoch_ms(5), agreed })
}

#[test]
fn a_withdrawn_consent_stops_every_paper_and_a_new_one_opens_them() {
    let today = date(2026, 1, 8);
    for mark in PaperMark::ALL {
        assert_eq!(may_reuse(&older(*mark), word(false), today), Err(NoReuse::Withdrawn));
    }
    assert_eq!(may_reuse(&older(PaperMark::Original), word(true), today), Ok(()));
    assert_eq!(may_reuse(&older(PaperMark::Original), None, today), Ok(()));
}

#[test]
fn what_was_only_shown_or_never_there_is_not_used_again() {
    let today = date(2026, 1, 8);
    for mark in [PaperMark::Shown, PaperMark::InDatabase, PaperMark::Missing] {
        assert_eq!(may_reuse(&older(mark), None, today), Err(NoReuse::NothingKept), "{mark:?}");
    }
    let unscanned = Older { scanned: false, ..older(PaperMark::Original) };
    assert_eq!(may_reuse(&unscanned, None, today), Err(NoReuse::NothingKept));
}

#[test]
fn only_scans_of_originals_are_certified() {
    assert_eq!(may_certify(PaperMark::Original, "application/pdf"), Ok(()));
    assert_eq!(may_certify(PaperMark::Shown, "image/png"), Ok(()));
    for mark in [PaperMark::Copy, PaperMark::Certified, PaperMark::Reused, PaperMark::Missing] {
        assert_eq!(may_certify(mark, "application/pdf"), Err(NoCopy::NotFromOriginal(mark)));
    }
    assert_eq!(may_certify(PaperMark::Original, "application/msword"), Err(NoCopy::NotAScan));
}

#[test]
fn a_line_of_a_request_finds_the_paper_that_it_names() {
    let names = ["Tờ khai đăng ký khai sinh theo mẫu", "Giấy chứng sinh", ""];
    assert_eq!(named_in("giấy chứng sinh: bản nộp bị mờ", &names), Some(1));
    assert_eq!(named_in("Tờ khai đăng ký khai sinh", &names), Some(0));
    assert_eq!(named_in("Giấy cam đoan", &names), None);
    assert_eq!(named_in("Tờ khai", &names), None, "two words name no paper");
    assert_eq!(named_in(": lý do", &names), None);
}

#[test]
fn a_result_stands_for_the_paper_that_is_called_like_it_and_for_no_request_about_it() {
    let birth = "Giấy khai sinh";
    for paper in [
        "Giấy khai sinh",
        "- Bản sao giấy khai sinh đối với trẻ em",
        "Bản sao Giấy khai sinh do cơ quan có thẩm quyền của Việt Nam cấp hợp lệ (bản sao được chứng thực)",
        "Giấy chứng sinh hoặc giấy khai sinh của trẻ",
        "01 bản chụp Giấy khai sinh;",
    ] {
        assert_eq!(fits(paper, birth, ""), Some(Fit::Kind), "{paper}");
    }
    for paper in [
        "Đơn đề nghị cấp lại Giấy khai sinh",
        "Tờ khai cấp bản sao Giấy khai sinh",
        "Giấy chứng sinh",
        "Giấy khai tử",
        "",
    ] {
        assert_eq!(fits(paper, birth, ""), None, "{paper}");
    }
    let single = "Giấy xác nhận tình trạng hôn nhân";
    let paper = "Giấy xác nhận tình trạng hôn nhân do UBND cấp xã nơi thường trú cấp";
    assert_eq!(fits(paper, "Giấy xác nhận độc thân", single), Some(Fit::Procedure));
    let land = "Giấy chứng nhận quyền sử dụng đất, quyền sở hữu tài sản gắn liền với đất.";
    let asked =
        "Bản gốc Giấy chứng nhận quyền sử dụng đất, quyền sở hữu tài sản gắn liền với đất đã cấp";
    assert_eq!(fits(asked, land, ""), Some(Fit::Kind), "a name with a comma in it");
    // What every other paper is called too names none.
    let copy = "Bản sao được chứng thực từ bản chính";
    assert_eq!(fits("Giấy khai sinh (bản sao được chứng thực từ bản chính)", copy, ""), None);
    for kind in ["Giấy chứng nhận", "Quyết định hành chính", "Thẻ", ""] {
        assert_eq!(fits("Giấy chứng nhận căn cước", kind, kind), None, "{kind}");
        assert_eq!(fits("Quyết định hành chính thuế", kind, ""), None, "{kind}");
    }
}

proptest! {
    #[test]
    fn no_paper_that_begins_as_a_request_is_taken_for_a_result(rest in "[a-zà-ỹ ]{0,40}") {
        for head in ["Đơn xin", "Tờ khai cấp", "Dự thảo", "Văn bản đề nghị"] {
            prop_assert_eq!(fits(&format!("{head} trích lục khai tử {rest}"), "Trích lục khai tử", ""), None);
        }
        let named = format!("Bản sao trích lục khai tử {rest}");
        prop_assert_eq!(fits(&named, "Trích lục khai tử", ""), Some(Fit::Kind));
    }

    #[test]
    fn a_paper_is_used_again_until_its_last_day_and_not_after(last in 0_i32..2_000, asked in 0_i32..2_000) {
        let day = |n: i32| date(2024, 1, 1).checked_add(jiff::Span::new().days(n)).unwrap();
        let paper = Older { valid_until: Some(day(last)), ..older(PaperMark::Certified) };
        prop_assert_eq!(may_reuse(&paper, None, day(asked)).is_ok(), asked <= last);
    }
}
