//! The list of mistakes above a form: a sentence that would fit any field is told with its field's label.

/// How sentences begin that name no field.
const NAMELESS: [&str; 5] = [
    "Chưa nhập nội dung này.",
    "Hãy chọn một mục trong danh sách.",
    "Nhập một số từ ",
    "Nhập ngày theo dạng ",
    "Nhập giờ và ngày, ",
];

/// The list of mistakes, as `parts/forms.html` begins it.
const LIST: &str = "<div class=\"problem\" role=\"alert\"";
const ITEM: &str = "<li><a href=\"#";

/// The page with the labels of its fields in its list of mistakes.
pub(crate) fn named(page: String) -> String {
    let Some((before, list)) = page.split_once(LIST) else { return page };
    let Some((list, after)) = list.split_once("</ul>") else { return page };
    let mut items = list.split(ITEM);
    let mut told = items.next().unwrap_or_default().to_owned();
    for item in items {
        told.push_str(ITEM);
        match item.split_once("\">") {
            Some((name, text)) if NAMELESS.iter().any(|it| text.starts_with(it)) => {
                told.push_str(&format!("{name}\">"));
                if let Some(label) = label_of(after, name) {
                    told.push_str(&format!("{label}: "));
                }
                told.push_str(text);
            }
            _ => told.push_str(item),
        }
    }
    format!("{before}{LIST}{told}</ul>{after}")
}

/// What stands beside a field, or above its choices; it is markup, and stays so.
fn label_of<'a>(page: &'a str, name: &str) -> Option<&'a str> {
    let within = |mark: &str, tag: &str| {
        let (_, rest) = page.split_once(mark)?;
        let (_, rest) = rest.split_once(tag)?;
        let (text, _) = rest.split_once('<')?;
        Some(text.trim()).filter(|it| !it.is_empty())
    };
    within(&format!("for=\"{name}\""), ">")
        .or_else(|| within(&format!("id=\"{name}\" tabindex"), "<legend>"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(text: &str, field: &str) -> String {
        format!(
            "<h1>a</h1>{LIST} tabindex=\"-1\"><b>!</b><ul><li><a href=\"#ten\">{text}</a></li></ul></div>{field}"
        )
    }

    #[test]
    fn a_sentence_that_fits_any_field_is_told_with_its_label() {
        let field = "<label for=\"ten\">Họ &amp; tên <span>*</span></label><input id=\"ten\">";
        let told = named(page("Chưa nhập nội dung này.", field));
        assert_eq!(told, page("Họ &amp; tên: Chưa nhập nội dung này.", field));
        let choices =
            "<fieldset class=\"choices\" id=\"ten\" tabindex=\"-1\"><legend>Cách trả</legend>";
        let told = named(page("Hãy chọn một mục trong danh sách.", choices));
        assert!(told.contains(">Cách trả: Hãy chọn một mục"), "{told}");
    }

    #[test]
    fn what_names_its_field_or_has_no_label_stays_as_it_is() {
        let field = "<label for=\"ten\">Họ tên</label><input id=\"ten\">";
        for (text, field) in [
            ("Chưa nhập họ tên.", field),
            ("Chưa nhập nội dung này.", "<input id=\"ten\">"),
            ("Chưa nhập nội dung này.", "<label for=\"ten-khac\">Tên khác</label>"),
        ] {
            assert_eq!(named(page(text, field)), page(text, field));
        }
        assert_eq!(named("<p>a</p>".to_owned()), "<p>a</p>");
    }
}
