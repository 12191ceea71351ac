//! Which papers of a procedure a declaration that is filled in stands for.

use crate::{procedure::papers::paper_name, text};

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
/// How those begin that are filled in on a portal and nowhere else.
const ELECTRONIC: [&str; 2] = ["mau ho tich dien tu", "mau dien tu"];

fn begins(paper: &str, with: &[&str]) -> bool {
    let name = text::fold(&paper_name(paper));
    with.iter().any(|it| name.trim_start().starts_with(it))
}

/// Whether a paper of this name is a declaration: whoever fills in the form of the procedure need not bring it.
#[must_use]
pub fn stands_for(paper: &str) -> bool {
    begins(paper, &BEGINNINGS)
}

/// Each word of a text with the one after it, folded.
fn pairs(of: &str) -> Vec<(String, String)> {
    let words = text::words(of);
    words.iter().zip(words.iter().skip(1)).map(|(a, b)| (a.clone(), b.clone())).collect()
}

/// The papers among `papers`, by their places, that a declaration of this title is itself: those that only a portal
/// has, and those that are about the same matter, more than half of it word by word. Where there is none the first
/// that is a declaration, and whatever is called just like it.
pub fn stood_for<'a>(title: &str, papers: impl Iterator<Item = (i64, &'a str)>) -> Vec<i64> {
    let declared: Vec<(i64, &str)> = papers.filter(|it| stands_for(it.1)).collect();
    let wanted = pairs(title);
    let is_it = |name: &str| {
        let said = pairs(name);
        let same = wanted.iter().filter(|it| said.contains(it)).count();
        begins(name, &ELECTRONIC) || same * 2 > wanted.len()
    };
    let found: Vec<i64> = declared.iter().filter(|it| is_it(it.1)).map(|it| it.0).collect();
    if !found.is_empty() {
        return found;
    }
    let first = declared.first().map(|it| text::fold(&paper_name(it.1)));
    let alike = declared.iter().filter(|it| Some(text::fold(&paper_name(it.1))) == first);
    alike.map(|it| it.0).collect()
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
            "- Thành phần hồ sơ 1: Đơn đề nghị của thân nhân",
            "(2) Giấy đề nghị đăng ký thay đổi nội dung;",
        ] {
            assert!(stands_for(yes), "{yes}");
        }
        for no in ["Giấy chứng sinh", "Bản gốc Giấy chứng nhận đã cấp", "Hộ chiếu", ""]
        {
            assert!(!stands_for(no), "{no}");
        }
    }

    fn of(title: &str, papers: &[&str]) -> Vec<i64> {
        stood_for(title, (1..).zip(papers.iter().copied()))
    }

    #[test]
    fn the_declaration_on_paper_is_the_one_that_was_filled_in_and_another_matter_is_not() {
        let wed = [
            "Giấy xác nhận tình trạng hôn nhân",
            "Mẫu hộ tịch điện tử tương tác đăng ký kết hôn (nếu nộp trực tuyến)",
            "Tờ khai đăng ký kết hôn theo mẫu, có đủ thông tin của hai bên (nếu nộp trực tiếp);",
        ];
        assert_eq!(of("Tờ khai đăng ký kết hôn", &wed), [2, 3]);
        let lives = [
            "Văn bản đề nghị của người đứng đầu cơ sở trợ giúp xã hội",
            "(1) Tờ khai thay đổi thông tin cư trú (mẫu CT01)",
        ];
        assert_eq!(of("Tờ khai thay đổi thông tin cư trú (CT01)", &lives), [2]);
        // Its name says little: the first is meant, and another declaration is asked for.
        let helped =
            ["Tờ khai của đối tượng (Mẫu 1a)", "Tờ khai nhận chăm sóc, nuôi dưỡng (Mẫu 2b)"];
        assert_eq!(of("Tờ khai đề nghị trợ giúp xã hội", &helped), [1]);
        let land = ["Đơn đăng ký đất đai", "Trích đo", "a) Đơn đăng ký đất đai;"];
        assert_eq!(of("Đơn đăng ký đất đai, cấp Giấy chứng nhận lần đầu", &land), [1, 3]);
        assert_eq!(of("Phiếu yêu cầu chứng thực", &["Bản chính giấy tờ"]), [0; 0]);
    }
}
