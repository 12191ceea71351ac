//! The editor's fields for what a form proposes and for what a number counts that is paid for.

use domain::eform::{Account, Condition, FeeCount, Follow, Source};
use site::{Fields, Typed};

/// The choices of where a proposal comes from, and what people read.
pub(super) fn sources() -> Vec<(String, String)> {
    let mut all = vec![
        (String::new(), "Không".to_owned()),
        ("text".to_owned(), "Chữ cố định ghi bên".to_owned()),
        ("field".to_owned(), "Trả lời của mục ghi mã bên".to_owned()),
    ];
    all.extend(
        Account::ALL
            .iter()
            .map(|it| (format!("account.{}", it.code()), format!("Người nộp: {}", it.label()))),
    );
    all
}

/// What a number counts that is paid for: for a field, or for a column.
pub(super) fn counts(in_table: bool) -> Vec<(String, String)> {
    let fits = |it: &&FeeCount| match it {
        FeeCount::Copies => true,
        FeeCount::Pages => in_table,
        FeeCount::Beside => !in_table,
    };
    let found = FeeCount::ALL.iter().filter(fits);
    let all = found.map(|it| (it.code().to_owned(), it.label().to_owned()));
    std::iter::once((String::new(), "Không tính phí".to_owned())).chain(all).collect()
}

/// A proposal as fields.
pub(super) fn pairs(it: Option<&Follow>) -> Vec<(&'static str, String)> {
    let Some(it) = it else { return Vec::new() };
    let (from, what) = match &it.from {
        Source::Text(text) => ("text".to_owned(), text.clone()),
        Source::Field(code) => ("field".to_owned(), code.clone()),
        Source::Account(what) => (format!("account.{}", what.code()), String::new()),
    };
    let mut all = vec![("dn-tu", from), ("dn-gia", what)];
    match &it.when {
        None => {}
        Some(Condition::Is(field, value)) => {
            all.extend([("dn-muc", field.clone()), ("dn-la", value.clone())]);
        }
        Some(other) => {
            all.push(("dn-json", serde_json::to_string_pretty(other).unwrap_or_default()));
        }
    }
    all
}

/// What the fields of a proposal say; nothing if something in them does not read, which is told beside it.
pub(super) fn read(fields: &mut Fields) -> Option<Option<Follow>> {
    let typed = fields.typed();
    let said = |typed: &Typed, name: &str| typed.get(name).trim().to_owned();
    let (from, what) = (said(typed, "dn-tu"), said(typed, "dn-gia"));
    let (field, value, json) =
        (said(typed, "dn-muc"), said(typed, "dn-la"), said(typed, "dn-json"));
    let from = match from.split_once('.') {
        _ if from.is_empty() => return Some(None),
        Some(("account", what)) => Account::from_code(what).map(Source::Account),
        _ if what.is_empty() => None,
        _ if from == "field" => Some(Source::Field(what)),
        _ => Some(Source::Text(what)),
    };
    let Some(from) = from else {
        fields.wrong("dn-gia", "Ghi chữ đề nghị, hoặc mã của mục đứng trước.");
        return None;
    };
    let when = if !json.is_empty() {
        match serde_json::from_str(&json) {
            Ok(it) => Some(it),
            Err(e) => {
                let (line, column) = (e.line(), e.column());
                let text = format!("Điều kiện JSON không đọc được (dòng {line}, cột {column}).");
                fields.wrong("dn-json", text);
                return None;
            }
        }
    } else if field.is_empty() {
        None
    } else {
        Some(Condition::Is(field, value))
    };
    Some(Some(Follow { from, when }))
}
