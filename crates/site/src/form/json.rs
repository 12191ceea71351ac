//! JSON that people upload: what editors put before it, and what the reader says of it, in Vietnamese.

/// The bytes without the byte order mark that some editors write first.
#[must_use]
pub fn without_bom(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes)
}

/// What the reader of JSON found, in words for people: “Dòng 3, cột 7: thiếu mục “minutes”.”. The place
/// is left out where the text itself was not read.
#[must_use]
pub fn json_said(e: &serde_json::Error) -> String {
    let said = e.to_string();
    let name = said.split('`').nth(1).unwrap_or_default();
    let what = if e.is_syntax() || e.is_eof() {
        "không phải JSON đúng dạng".to_owned()
    } else if said.starts_with("missing field") {
        format!("thiếu mục “{name}”")
    } else if said.starts_with("unknown field") {
        format!("có mục lạ “{name}”")
    } else if said.starts_with("unknown variant") {
        format!("giá trị lạ “{name}”")
    } else if said.starts_with("duplicate field") {
        format!("mục “{name}” có hai lần")
    } else if said.starts_with("invalid type") {
        "có mục sai kiểu (chữ, số hoặc danh sách)".to_owned()
    } else if said.starts_with("invalid value") || said.starts_with("number out of range") {
        "có mục mang giá trị ngoài khoảng cho phép".to_owned()
    } else {
        "có mục không đúng dạng".to_owned()
    };
    if e.line() == 0 {
        return format!("{what}.");
    }
    format!("Dòng {}, cột {}: {what}.", e.line(), e.column())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Sample {
        #[serde(rename = "so")]
        _number: u8,
        #[serde(rename = "loai", default)]
        _kind: Option<Kind>,
    }

    #[derive(Debug, serde::Deserialize)]
    enum Kind {
        A,
    }

    #[test]
    fn what_the_reader_says_is_vietnamese_with_its_place() {
        for (text, said) in [
            ("{", "Dòng 1, cột 1: không phải JSON đúng dạng."),
            ("{}", "Dòng 1, cột 2: thiếu mục “so”."),
            ("{\n\"la\":1}", "Dòng 2, cột 4: có mục lạ “la”."),
            ("{\"so\":\"a\"}", "Dòng 1, cột 9: có mục sai kiểu (chữ, số hoặc danh sách)."),
            ("{\"so\":900}", "Dòng 1, cột 9: có mục mang giá trị ngoài khoảng cho phép."),
            ("{\"so\":1,\"so\":2}", "Dòng 1, cột 12: mục “so” có hai lần."),
            ("{\"so\":1,\"loai\":\"B\"}", "Dòng 1, cột 18: giá trị lạ “B”."),
        ] {
            assert_eq!(json_said(&serde_json::from_str::<Sample>(text).unwrap_err()), said);
        }
        let of_value = serde_json::from_value::<Sample>(serde_json::json!({})).unwrap_err();
        assert_eq!(json_said(&of_value), "thiếu mục “so”.");
        let marked = "\u{feff}{\"so\":1,\"loai\":\"A\"}";
        assert!(serde_json::from_slice::<Sample>(without_bom(marked.as_bytes())).is_ok());
    }
}
