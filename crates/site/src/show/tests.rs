//! Every part of a page, and every page of failure, as browsers get it.

use askama::Template;
use jiff::civil::date;

use super::*;
use crate::{Mistakes, Typed, shell::MenuItem, shell::SignedIn};

struct Step {
    state: &'static str,
    title: &'static str,
    detail: &'static str,
}

#[derive(Template)]
#[template(path = "parts/kitchen.html")]
struct Kitchen {
    shell: Shell,
    m: Mistakes,
    none: Mistakes,
    trail: Vec<MenuItem>,
    titles: Vec<&'static str>,
    options: Vec<(String, String)>,
    steps: Vec<Step>,
    working: Working,
    first: Option<String>,
    previous: Option<String>,
    next: Option<String>,
}

fn item(label: &str, href: &str, current: bool) -> MenuItem {
    MenuItem { label: label.to_owned(), href: href.to_owned(), current }
}

fn office_shell() -> Shell {
    let mut shell = Shell::public(Words::new(Lang::Vi), "/co-quan/ho-so");
    shell.unit_name = "xã Phú Sơn".to_owned();
    shell.unit_line = "huyện Tân Kỳ, Nghệ An".to_owned();
    shell.demo = true;
    shell.csrf = "mat-ma".to_owned();
    shell.notice = Some("Đã lưu.".to_owned());
    shell.signed_in = Some(SignedIn {
        name: "Nguyễn Thị <Hoa>".to_owned(),
        position: "Công chức một cửa".to_owned(),
        csrf: "mat-ma".to_owned(),
        menu: vec![item("Việc hôm nay", "/co-quan", false), item("Hồ sơ", "/co-quan/ho-so", true)],
        more: Vec::new(),
    });
    shell
}

fn working() -> Working {
    let rows = [
        (12, "T5", "o", "nhận"),
        (13, "T6", "c", "ngày 1"),
        (14, "T7", "o", "nghỉ"),
        (15, "CN", "o", "nghỉ"),
        (16, "T2", "o", "Tết"),
        (23, "T2", "c", "ngày 2"),
        (24, "T3", "c", "ngày 3"),
        (25, "T4", "c", "ngày 4"),
        (26, "T5", "d", "ngày 5"),
    ];
    let day = |(day, weekday, class, text): (i8, &str, &'static str, &str)| DayView {
        date: format!("{weekday} {}", date(2026, 2, day).strftime("%d/%m")),
        text: text.to_owned(),
        class,
        counted: if class == "o" { "không" } else { "có" },
        reason: format!("{text}, theo lịch"),
        source: "Công văn 9859/VPCP-KGVX ngày 16/10/2025".to_owned(),
    };
    Working {
        days: rows.into_iter().map(day).collect(),
        provisional: true,
        rule: "5 ngày làm việc, kể từ ngày sau ngày tiếp nhận.".to_owned(),
    }
}

fn kitchen() -> String {
    let typed = Typed::of(vec![
        ("ho-ten".to_owned(), "Nguyễn \"Văn\" <Thử>".to_owned()),
        ("kenh".to_owned(), "hai".to_owned()),
    ]);
    let mut m = Mistakes::none(typed);
    for (name, text) in [
        ("ho-ten", "Họ tên chỉ gồm chữ cái."),
        ("cach-tra", "Hãy chọn cách nhận kết quả."),
        ("ngay-sinh", "Hãy ghi ngày sinh như 05/09/1990."),
    ] {
        m.by_field.insert(name.to_owned(), text.to_owned());
    }
    let page = Kitchen {
        shell: office_shell(),
        m,
        none: Mistakes::none(Typed::default()),
        trail: vec![
            item("Hồ sơ", "/co-quan/ho-so", false),
            item("Hồ sơ 0007", "/co-quan/ho-so/7", true),
        ],
        titles: vec!["Thủ tục", "Người nộp", "Giấy tờ", "Hẹn trả"],
        options: [("mot", "Tại bộ phận một cửa"), ("hai", "Qua bưu chính")]
            .map(|(value, text)| (value.to_owned(), text.to_owned()))
            .to_vec(),
        steps: vec![
            Step { state: "done", title: "Tiếp nhận", detail: "08:41, thứ Năm 12/02/2026" },
            Step { state: "now", title: "Thẩm định", detail: "" },
            Step { state: "", title: "Trả kết quả", detail: "17:00, thứ Năm 26/02/2026" },
        ],
        working: working(),
        first: Some("?".to_owned()),
        previous: None,
        next: Some("?sau=7".to_owned()),
    };
    page.render().unwrap()
}

fn public_shell(lang: Lang) -> Shell {
    let mut shell = Shell::public(Words::new(lang), "/thu-tuc");
    shell.unit_name = "Ủy ban nhân dân xã Phú Sơn".to_owned();
    shell
}

fn failures(shell: &Shell) -> Vec<(&'static str, String)> {
    vec![
        ("not_found", not_found(shell.clone())),
        ("forbidden", forbidden(shell.clone())),
        ("stale", stale(shell.clone())),
        ("too_large", too_large(shell.clone())),
        ("too_many", too_many(shell.clone(), 61, domain::time::Instant::from_epoch_ms(0))),
        ("busy", busy(shell.clone(), 30)),
        ("refused", refused(shell.clone(), "Hồ sơ đã được trả.".to_owned())),
        ("fault", fault(shell.clone(), "4f7a01bc".to_owned())),
        ("offline", offline(shell.clone())),
    ]
}

/// What the content security policy would refuse: styles and scripts within the page.
fn inline(page: &str) -> Vec<&str> {
    let marks =
        [" style=", "<style", "javascript:", " onclick=", " onsubmit=", " onchange=", "hx-on"];
    let mut found: Vec<&str> = marks.into_iter().filter(|it| page.contains(it)).collect();
    let scripts = page.split("<script").skip(1);
    found.extend(scripts.filter(|it| !it.trim_start().starts_with("src=\"/static/")));
    found
}

/// Where to look at the pages: `MOTCUA_KITCHEN=/some/folder cargo test -p site kitchen`.
fn keep(name: &str, page: &str) {
    if let Some(folder) = std::env::var_os("MOTCUA_KITCHEN") {
        let path = std::path::PathBuf::from(folder).join(format!("{name}.html"));
        std::fs::write(path, page).unwrap();
    }
}

#[test]
fn every_part_of_the_kitchen_is_drawn_without_inline_style_or_script() {
    let page = kitchen();
    keep("kitchen", &page);
    assert_eq!(inline(&page), Vec::<&str>::new());
    for part in [
        "Có chỗ cần sửa:",
        "aria-describedby=\"ho-ten-hint ho-ten-mistake\"",
        "aria-describedby=\"cach-tra-hint cach-tra-mistake\"",
        "<option value=\"hai\" selected>",
        "aria-sort=\"descending\"",
        "rel=\"next\" href=\"?sau=7\"",
        "<progress value=\"40\" max=\"100\">",
        "Thẩm định</b><span class=\"sr\"> – đang làm</span>",
        "<li class=\"d\"><span>T5 26/02</span><br>ngày 5</li>",
        "aria-current=\"page\">Hồ sơ</a>",
    ] {
        assert!(page.contains(part), "{part}");
    }
    assert!(!page.contains("rel=\"prev\""));
    assert!(!page.contains("<Hoa>") && !page.contains("<Thử>") && !page.contains("\"Văn\""));
}

#[test]
fn each_id_stands_once_and_each_label_and_description_has_its_target() {
    let page = kitchen();
    let values = |name: &str| -> Vec<String> {
        page.split(&format!(" {name}=\""))
            .skip(1)
            .filter_map(|it| it.split_once('"'))
            .flat_map(|(it, _)| it.split(' ').map(str::to_owned).collect::<Vec<_>>())
            .collect()
    };
    let mut ids = values("id");
    let all = ids.len();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), all);
    for name in ["for", "aria-describedby"] {
        for target in values(name) {
            assert!(ids.contains(&target), "{name}={target}");
        }
    }
}

#[test]
fn a_failure_says_what_happened_and_what_to_do_in_the_persons_language() {
    for lang in [Lang::Vi, Lang::En] {
        for (name, page) in failures(&public_shell(lang)) {
            keep(&format!("{name}-{}", lang.code()), &page);
            assert_eq!(inline(&page), Vec::<&str>::new(), "{name}");
            assert!(page.contains(&format!("<html lang=\"{}\">", lang.code())), "{name}");
            assert!(!page.contains("error-"), "{name} in {lang:?} lacks a message");
        }
    }
    let shell = public_shell(Lang::En);
    assert!(fault(shell.clone(), "4f7a01bc".into()).contains("4f7a01bc</b>"));
    assert!(
        too_many(shell.clone(), 61, domain::time::Instant::from_epoch_ms(0))
            .contains("Try again in 2 minutes, from 07:02.")
    );
    assert!(busy(shell.clone(), 61).contains("Open it again in 2 minutes."));
    assert!(refused(shell, "Hồ sơ đã được trả.".into()).contains("Hồ sơ đã được trả."));
}

#[test]
fn the_office_is_told_in_vietnamese_whatever_language_was_chosen_outside() {
    let mut shell = office_shell();
    shell.words = Words::new(Lang::En);
    let page = not_found(shell);
    assert!(page.contains("Không tìm thấy trang") && !page.contains("Page not found"));
    assert!(page.contains("href=\"/co-quan\">Về trang đầu"));
}

#[test]
fn the_menu_shows_what_is_used_all_day_and_keeps_the_rest_behind_a_press() {
    let item =
        |href: &str| MenuItem { label: href.to_owned(), href: href.to_owned(), current: false };
    let all: Vec<MenuItem> = [
        "/lich-lam-viec",
        "/co-quan/thu-tuc",
        "/co-quan/so-lieu",
        "/co-quan/thong-bao",
        "/co-quan/so",
        "/co-quan/thu-phi",
        "/co-quan/canh-bao",
        "/co-quan/hang-cho",
        "/co-quan/ho-so/moi",
        "/co-quan/ho-so",
        "/co-quan",
    ]
    .map(item)
    .to_vec();
    let (front, more) = crate::shell::arranged(all.clone());
    assert_eq!((front.len(), more.len()), (7, 4));
    assert_eq!(front[0].href, "/co-quan");
    assert_eq!(more[3].href, "/lich-lam-viec");
    // One more than fits is shown rather than hidden alone.
    let (front, more) = crate::shell::arranged(all[3..].to_vec());
    assert_eq!((front.len(), more.len()), (8, 0));
}
