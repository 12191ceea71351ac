//! The keys of the office (bản đồ phím): one table, for the page and for the dialog that `?` opens.

use askama::Template;
use site::{Failure, Html, Shell, Site, State, Who};

/// A key and what it does.
struct Key {
    /// As it is printed on the keyboard, parts apart: `Alt N`.
    keys: &'static str,
    /// What it does.
    does: &'static str,
    /// What the page must hold for the key to do anything; empty: every page.
    needs: &'static str,
}

/// Keys of one kind of page.
struct Group {
    title: &'static str,
    keys: &'static [Key],
}

const fn key(keys: &'static str, does: &'static str, needs: &'static str) -> Key {
    Key { keys, does, needs }
}

const GROUPS: &[Group] = &[
    Group {
        title: "Mọi trang",
        keys: &[
            key("?", "Mở bảng phím này", ""),
            key("/", "Tìm", ""),
            key("Alt N", "Tiếp nhận hồ sơ mới", ""),
            key("Alt H", "Việc hôm nay", ""),
            key("Alt L", "Danh sách hồ sơ", ""),
            key("Alt I", "Hàng đợi in của bàn này", ""),
            key("Alt B", "Bản nháp", ""),
            key(
                "Alt Q",
                "Hàng chờ, gọi số thứ tự",
                "[data-queue], nav a[href='/co-quan/hang-cho']",
            ),
            key("Quét", "Quét mã trên giấy hẹn ở bất cứ trang nào: mở hồ sơ", ""),
        ],
    },
    Group {
        title: "Danh sách",
        keys: &[
            key("J", "Dòng sau", "main table a[href]"),
            key("K", "Dòng trước", "main table a[href]"),
            key("Enter", "Mở dòng đang chọn", "main table a[href]"),
        ],
    },
    Group {
        title: "Biểu mẫu",
        keys: &[
            key("Alt J", "Nhóm ô sau", "form fieldset"),
            key("Alt K", "Nhóm ô trước", "form fieldset"),
            key("Ctrl Enter", "Tiếp nhận, gửi biểu mẫu", "[data-main]"),
            key("Alt R", "Người vừa phục vụ", "[data-recent]"),
            key("Alt G", "Giấy tờ đã nhận", "[data-papers]"),
            key("Quét", "Quét thẻ căn cước ở bất cứ ô nào: điền người nộp", "[data-scan]"),
        ],
    },
    Group {
        title: "Trang hồ sơ",
        keys: &[
            key("Alt P", "In giấy đang chờ", "[data-print-first]"),
            key("Alt W", "Đưa giấy hẹn vào hàng đợi in", "[data-queue-print]"),
        ],
    },
];

#[derive(Template)]
#[template(path = "dossiers/templates/keys.html")]
struct Page {
    shell: Shell,
    groups: &'static [Group],
}

/// GET `/co-quan/phim-tat`
pub async fn page(State(site): State<Site>, who: Who) -> Result<Html<String>, Failure> {
    site.page(&Page { shell: site.shell(&who), groups: GROUPS })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_that_is_promised_is_known_to_the_pages_program() {
        let program = concat!(
            include_str!("../../../site/static/keys.js"),
            include_str!("../../../site/static/app.js")
        );
        for it in GROUPS.iter().flat_map(|it| it.keys) {
            let last = it.keys.rsplit(' ').next().unwrap();
            let held = match it.keys.split_once(' ') {
                Some(("Alt", letter)) => format!("Key{letter}"),
                _ if last == "Quét" => "scan".to_owned(),
                _ if last == "?" || last == "/" || last == "Enter" => format!("\"{last}\""),
                _ => format!("\"{}\"", last.to_lowercase()),
            };
            assert!(program.contains(&held), "{}: {held}", it.keys);
        }
    }
}
