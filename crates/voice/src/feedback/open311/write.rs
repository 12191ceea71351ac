//! What is written: the same values as JSON or as XML.

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use serde_json::Value;

/// In which form somebody wants his answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    Json,
    Xml,
}

impl Form {
    /// The form at the end of a path, and what stands before it.
    pub(super) fn cut(path: &str) -> Option<(&str, Self)> {
        let (name, ending) = path.rsplit_once('.')?;
        match ending {
            "json" => Some((name, Self::Json)),
            "xml" => Some((name, Self::Xml)),
            _ => None,
        }
    }
}

/// Whether XML 1.0 lets a character stand in a document at all (section 2.2, `Char`).
const fn is_xml(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
}

fn escaped(text: &str, out: &mut String) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            // A reader of XML makes a line's end of a bare one.
            '\r' => out.push_str("&#13;"),
            c if !is_xml(c) => {}
            c => out.push(c),
        }
    }
}

/// `name` around a value; each of a list stands in an element of its own.
fn element(name: &str, value: &Value, out: &mut String) {
    match value {
        Value::Array(all) => {
            out.push_str(&format!("<{name}>"));
            let one = name.strip_suffix('s').unwrap_or("item");
            let one = if name == "service_requests" { "request" } else { one };
            all.iter().for_each(|it| element(one, it, out));
            out.push_str(&format!("</{name}>"));
        }
        Value::Object(all) => {
            out.push_str(&format!("<{name}>"));
            all.iter().for_each(|(name, it)| element(name, it, out));
            out.push_str(&format!("</{name}>"));
        }
        Value::Null => out.push_str(&format!("<{name}/>")),
        Value::String(text) => {
            out.push_str(&format!("<{name}>"));
            escaped(text, out);
            out.push_str(&format!("</{name}>"));
        }
        other => out.push_str(&format!("<{name}>{other}</{name}>")),
    }
}

/// An answer; `root` is what the whole is called in XML.
pub(super) fn answer(form: Form, status: StatusCode, root: &str, value: &Value) -> Response {
    let (media, body) = match form {
        Form::Json => ("application/json; charset=utf-8", value.to_string()),
        Form::Xml => {
            let mut out = "<?xml version=\"1.0\" encoding=\"utf-8\"?>".to_owned();
            element(root, value, &mut out);
            ("text/xml; charset=utf-8", out)
        }
    };
    let mut response = (status, body).into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(media));
    response
}

/// What is wrong, as the standard writes it.
pub(super) fn wrong(form: Form, status: StatusCode, description: &str) -> Response {
    let value = serde_json::json!([{ "code": status.as_u16(), "description": description }]);
    answer(form, status, "errors", &value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_written_as_elements_and_nothing_typed_becomes_markup() {
        let mut out = String::new();
        let value = serde_json::json!([{ "description": "<b>a & \"b\"</b>\u{7}", "lat": null }]);
        element("service_requests", &value, &mut out);
        assert_eq!(
            out,
            "<service_requests><request><description>&lt;b&gt;a &amp; &quot;b&quot;&lt;/b&gt;</description><lat/>\
             </request></service_requests>"
        );
    }

    #[test]
    fn what_xml_forbids_is_left_out_and_nothing_else() {
        let mut out = String::new();
        let all = "a\u{0}\u{8}\u{b}\u{c}\u{1f}\u{fffe}\u{ffff}b\t\n\u{7f}\u{85}\u{d7ff}\u{e000}\u{fffd}\u{1f600}\r";
        escaped(all, &mut out);
        assert_eq!(out, "ab\t\n\u{7f}\u{85}\u{d7ff}\u{e000}\u{fffd}\u{1f600}&#13;");
    }
}
