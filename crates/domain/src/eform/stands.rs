//! Which paper of a procedure a declaration that is filled in stands for.

use crate::text;

/// How the names of papers begin that are declarations themselves, folded.
const BEGINNINGS: [&str; 9] = [
    "to khai",
    "ban khai",
    "don ",
    "phieu yeu cau",
    "phieu khai",
    "giay de nghi",
    "van ban de nghi",
    "mau ho tich dien tu",
    "mau dien tu",
];

/// Whether a paper of this name is a declaration: whoever fills in the form of the procedure need not bring it.
#[must_use]
pub fn stands_for(paper: &str) -> bool {
    let name = text::fold(paper);
    BEGINNINGS.iter().any(|it| name.trim_start().starts_with(it))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn declarations_are_told_from_what_is_brought() {
        for yes in [
            "Tờ khai đăng ký kết hôn theo mẫu",
            "Đơn đăng ký biến động đất đai",
            "Bản khai theo Mẫu số 12",
            "Giấy đề nghị đăng ký hộ kinh doanh;",
            "Mẫu hộ tịch điện tử tương tác đăng ký giám hộ",
        ] {
            assert!(stands_for(yes), "{yes}");
        }
        for no in ["Giấy chứng sinh", "Bản gốc Giấy chứng nhận đã cấp", "Hộ chiếu", ""]
        {
            assert!(!stands_for(no), "{no}");
        }
    }
}
