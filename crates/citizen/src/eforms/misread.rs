//! What in the JSON of a form does not read: every place of it, by its way through the form, with what to do.
//!
//! [`domain::eform::Eform`] is what is read in the end; this says beforehand and in words for people why it would not.

use domain::eform::{Account, Bound, FeeCount, Kind};
use serde_json::{Map, Value};

/// Places that are told at most.
const TOLD_MAX: usize = 60;
/// Characters of what stands in the file that are said back.
const SAID_MAX: usize = 40;
/// Letters in which a word may differ from the one that was meant.
const FAR: usize = 3;

/// Something that does not read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Misread {
    /// Where: `phần 3 (me) › mục 2 (me-ten) › kind`; empty: the form itself.
    pub at: String,
    /// What, and what to do.
    pub text: String,
}

/// What can stand at a place.
#[derive(Clone, Copy)]
enum Shape {
    Text,
    Flag,
    /// A whole number.
    Whole,
    /// The number of an edition.
    Count,
    /// One of some words.
    Word(fn() -> Vec<&'static str>),
    /// A list; what one of its lines is called.
    List(&'static Self, &'static str),
    Entry(&'static [Key]),
    Condition,
    Term,
    Prefill,
    Source,
}

/// A name of an entry: what it means, whether it must be there, whether it may be `null`.
struct Key(&'static str, &'static str, bool, bool, Shape);

const MUST: bool = true;
const MAY: bool = false;
const NULL: bool = true;
const NOT: bool = false;

fn kinds() -> Vec<&'static str> {
    Kind::ALL.iter().map(|it| it.code()).collect()
}

fn bounds() -> Vec<&'static str> {
    Bound::ALL.iter().map(|it| it.code()).collect()
}

fn counts() -> Vec<&'static str> {
    FeeCount::ALL.iter().map(|it| it.code()).collect()
}

fn accounts() -> Vec<&'static str> {
    Account::ALL.iter().map(|it| it.code()).collect()
}

const CHOICE: Shape = Shape::Entry(&[
    Key("code", "mã", MUST, NOT, Shape::Text),
    Key("label", "chữ hiện ra", MUST, NOT, Shape::Text),
    Key("label_en", "chữ tiếng Anh", MAY, NOT, Shape::Text),
]);

const FOLLOW: Shape = Shape::Entry(&[
    Key("from", "lấy từ đâu", MUST, NOT, Shape::Source),
    Key("when", "điều kiện", MAY, NULL, Shape::Condition),
]);

static FIELD: Shape = Shape::Entry(&[
    Key("code", "mã", MUST, NOT, Shape::Text),
    Key("kind", "kiểu trả lời", MUST, NOT, Shape::Word(kinds)),
    Key("label", "câu hỏi", MUST, NOT, Shape::Text),
    Key("label_en", "câu hỏi tiếng Anh", MAY, NOT, Shape::Text),
    Key("hint", "lời hướng dẫn", MAY, NOT, Shape::Text),
    Key("hint_en", "lời hướng dẫn tiếng Anh", MAY, NOT, Shape::Text),
    Key("required", "bắt buộc", MAY, NOT, Shape::Flag),
    Key("when", "điều kiện hiện", MAY, NULL, Shape::Condition),
    Key("min", "nhỏ nhất", MAY, NULL, Shape::Whole),
    Key("max", "lớn nhất", MAY, NULL, Shape::Whole),
    Key("bound", "ngày phải trước, sau hôm nay", MAY, NULL, Shape::Word(bounds)),
    Key("options", "các lựa chọn", MAY, NOT, Shape::List(&CHOICE, "lựa chọn")),
    Key("columns", "các cột", MAY, NOT, Shape::List(&FIELD, "cột")),
    Key("formula", "công thức", MAY, NULL, Shape::Term),
    Key("money", "là số tiền", MAY, NOT, Shape::Flag),
    Key("screen", "không in ra", MAY, NOT, Shape::Flag),
    Key("born", "mục ngày sinh để đối chiếu", MAY, NOT, Shape::Text),
    Key("sex", "mục giới tính để đối chiếu", MAY, NOT, Shape::Text),
    Key("prefill", "lấy sẵn từ", MAY, NULL, Shape::Prefill),
    Key("follow", "đề nghị sẵn", MAY, NULL, FOLLOW),
    Key("fee", "số bản tính phí", MAY, NULL, Shape::Word(counts)),
]);

static PAGE: Shape = Shape::Entry(&[
    Key("code", "mã", MUST, NOT, Shape::Text),
    Key("title", "tên phần", MUST, NOT, Shape::Text),
    Key("title_en", "tên tiếng Anh", MAY, NOT, Shape::Text),
    Key("when", "điều kiện hiện", MAY, NULL, Shape::Condition),
    Key("fields", "các mục", MUST, NOT, Shape::List(&FIELD, "mục")),
]);

const RULE: Shape = Shape::Entry(&[
    Key("code", "mã", MUST, NOT, Shape::Text),
    Key("at", "báo cạnh mục", MUST, NOT, Shape::Text),
    Key("must", "điều phải đúng", MUST, NOT, Shape::Condition),
    Key("say", "lời báo", MUST, NOT, Shape::Text),
    Key("say_en", "lời báo tiếng Anh", MAY, NOT, Shape::Text),
]);

const SIGNER: Shape = Shape::Entry(&[
    Key("code", "mã", MUST, NOT, Shape::Text),
    Key("label", "tư cách", MUST, NOT, Shape::Text),
    Key("label_en", "tư cách tiếng Anh", MAY, NOT, Shape::Text),
    Key("name", "mục họ tên", MUST, NOT, Shape::Text),
    Key("when", "điều kiện", MAY, NULL, Shape::Condition),
]);

static FORM: Shape = Shape::Entry(&[
    Key("code", "mã biểu mẫu", MUST, NOT, Shape::Text),
    Key("version", "số phiên bản", MAY, NOT, Shape::Count),
    Key("title", "tên biểu mẫu", MUST, NOT, Shape::Text),
    Key("title_en", "tên tiếng Anh", MAY, NOT, Shape::Text),
    Key("heading", "tiêu đề in trên tờ khai", MUST, NOT, Shape::Text),
    Key("to", "nơi kính gửi", MUST, NOT, Shape::Text),
    Key("source", "căn cứ pháp lý", MUST, NOT, Shape::Text),
    Key("oath", "lời cam đoan", MAY, NOT, Shape::Text),
    Key("oath_en", "lời cam đoan tiếng Anh", MAY, NOT, Shape::Text),
    Key("procedures", "mã các thủ tục", MAY, NOT, Shape::List(&Shape::Text, "thủ tục")),
    Key("pages", "các phần", MUST, NOT, Shape::List(&PAGE, "phần")),
    Key("rules", "các quy tắc", MAY, NOT, Shape::List(&RULE, "quy tắc")),
    Key("signers", "những người ký", MAY, NOT, Shape::List(&SIGNER, "người ký")),
]);

/// How a condition or a formula is written, each with what stands after it.
const CONDITIONS: [(&str, Inner); 12] = [
    ("is", Inner::FieldAndText),
    ("in", Inner::FieldAndTexts),
    ("filled", Inner::Text),
    ("lt", Inner::TwoTerms),
    ("le", Inner::TwoTerms),
    ("gt", Inner::TwoTerms),
    ("ge", Inner::TwoTerms),
    ("same", Inner::TwoTerms),
    ("differs", Inner::TwoTerms),
    ("all", Inner::Conditions),
    ("any", Inner::Conditions),
    ("not", Inner::Condition),
];
const TERMS: [(&str, Inner); 14] = [
    ("field", Inner::Text),
    ("number", Inner::Whole),
    ("text", Inner::Text),
    ("date", Inner::Date),
    ("today", Inner::Nothing),
    ("year", Inner::Term),
    ("age", Inner::TwoTerms),
    ("days", Inner::TwoTerms),
    ("add", Inner::Terms),
    ("subtract", Inner::TwoTerms),
    ("multiply", Inner::TwoTerms),
    ("sum", Inner::FieldAndText),
    ("count", Inner::Text),
    ("join", Inner::Join),
];
const PREFILLS: [(&str, Inner); 2] = [("account", Inner::Account), ("earlier", Inner::Text)];
const SOURCES: [(&str, Inner); 3] =
    [("text", Inner::Text), ("field", Inner::Text), ("account", Inner::Account)];
const JOIN: Shape = Shape::Entry(&[
    Key("terms", "các thành phần", MUST, NOT, Shape::List(&Shape::Term, "thành phần")),
    Key("between", "chữ ở giữa", MUST, NOT, Shape::Text),
]);

#[derive(Clone, Copy)]
enum Inner {
    Nothing,
    Text,
    Whole,
    Date,
    Account,
    FieldAndText,
    FieldAndTexts,
    Term,
    TwoTerms,
    Terms,
    Condition,
    Conditions,
    Join,
}

/// Everything in the JSON of a form that does not read; nothing if it is a form.
#[must_use]
pub fn misread(form: &Value) -> Vec<Misread> {
    let mut it = Reader { found: Vec::new(), way: Vec::new() };
    it.check(form, FORM);
    it.found
}

struct Reader {
    found: Vec<Misread>,
    way: Vec<String>,
}

/// What stands there, for people.
fn said(value: &Value) -> String {
    let short = |text: &str| {
        let mut all: String = text.chars().take(SAID_MAX).collect();
        if all.len() < text.len() {
            all.push('…');
        }
        all
    };
    match value {
        Value::Null => "trống (null)".to_owned(),
        Value::Bool(it) => format!("{it}"),
        Value::Number(it) => format!("số {it}"),
        Value::String(it) => format!("chữ “{}”", short(it)),
        Value::Array(it) => format!("danh sách {} dòng", it.len()),
        Value::Object(it) => {
            let names: Vec<String> = it.keys().take(3).map(|it| short(it)).collect();
            format!("nhóm {{{}}}", names.join(", "))
        }
    }
}

/// How many letters must change to make one word of the other.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut next = vec![i + 1];
        for ((j, y), up) in b.iter().enumerate().zip(row.iter().skip(1)) {
            let left = next.last().copied().unwrap_or(0);
            let across = row.get(j).copied().unwrap_or(0) + usize::from(x != *y);
            next.push((left + 1).min(up + 1).min(across));
        }
        row = next;
    }
    row.last().copied().unwrap_or(0)
}

/// “Có phải “label” không? ” where a word is near.
fn nearest(typed: &str, words: &[&str]) -> String {
    let typed = typed.to_lowercase().replace('-', "_");
    let near = words.iter().map(|it| (distance(&typed, it), *it)).min();
    match near.filter(|it| it.0 <= FAR && it.0 < it.1.len()) {
        Some((_, word)) => format!("Có phải “{word}” không? "),
        None => String::new(),
    }
}

impl Reader {
    fn tell(&mut self, text: String) {
        if self.found.len() < TOLD_MAX {
            self.found.push(Misread { at: self.way.join(" › "), text });
        }
    }

    fn within(&mut self, step: impl Into<String>, check: impl FnOnce(&mut Self)) {
        self.way.push(step.into());
        check(self);
        self.way.pop();
    }

    fn wants(&mut self, what: &str, value: &Value) {
        self.tell(format!("Cần {what}, đang là {}.", said(value)));
    }

    fn check(&mut self, value: &Value, shape: Shape) {
        match shape {
            Shape::Text if !value.is_string() => self.wants("chữ trong dấu nháy", value),
            Shape::Flag if !value.is_boolean() => {
                self.wants("true (có) hoặc false (không), không có dấu nháy", value);
            }
            Shape::Whole if !value.is_i64() => {
                self.wants("số nguyên, không có dấu nháy và dấu phẩy", value);
            }
            Shape::Count if value.as_u64().is_none_or(|it| u32::try_from(it).is_err()) => {
                self.wants("số nguyên từ 0", value);
            }
            Shape::Text | Shape::Flag | Shape::Whole | Shape::Count => {}
            Shape::Word(words) => self.word(value, &words()),
            Shape::List(of, called) => self.list(value, *of, called),
            Shape::Entry(keys) => match value {
                Value::Object(it) => self.entry(it, keys),
                other => self.wants("một nhóm trong ngoặc nhọn { }", other),
            },
            Shape::Condition => self.tree(value, "điều kiện", &CONDITIONS),
            Shape::Term => self.tree(value, "công thức", &TERMS),
            Shape::Prefill => self.tree(value, "chỗ lấy sẵn", &PREFILLS),
            Shape::Source => self.tree(value, "chỗ lấy đề nghị", &SOURCES),
        }
    }

    fn word(&mut self, value: &Value, words: &[&str]) {
        let Some(typed) = value.as_str() else {
            return self.wants(&format!("một trong các chữ: {}", words.join(", ")), value);
        };
        if !words.contains(&typed) {
            let near = nearest(typed, words);
            self.tell(format!("Không có {}. {near}Dùng được: {}.", said(value), words.join(", ")));
        }
    }

    fn list(&mut self, value: &Value, of: Shape, called: &str) {
        let Some(lines) = value.as_array() else {
            return self.wants("danh sách trong ngoặc vuông [ ]", value);
        };
        for (number, line) in (1..).zip(lines) {
            let code = line.get("code").and_then(Value::as_str).unwrap_or_default();
            let code: String = code.chars().take(SAID_MAX).collect();
            let step = if code.is_empty() {
                format!("{called} {number}")
            } else {
                format!("{called} {number} ({code})")
            };
            self.within(step, |it| it.check(line, of));
        }
    }

    fn entry(&mut self, entry: &Map<String, Value>, keys: &[Key]) {
        let names: Vec<&str> = keys.iter().map(|it| it.0).collect();
        for name in entry.keys().filter(|it| !names.contains(&it.as_str())) {
            let near = nearest(name, &names);
            let name: String = name.chars().take(SAID_MAX).collect();
            self.tell(format!(
                "Không có tên “{name}”: sửa tên hoặc bỏ dòng này. {near}Tên dùng được: {}.",
                names.join(", ")
            ));
        }
        for Key(name, what, must, null, shape) in keys {
            match entry.get(*name) {
                None if *must => self.tell(format!("Thiếu “{name}” ({what}): ghi thêm vào đây.")),
                None => {}
                Some(Value::Null) if *null => {}
                // A line of a list says itself what it is.
                Some(value @ Value::Array(_)) if matches!(shape, Shape::List(..)) => {
                    self.check(value, *shape);
                }
                Some(value) => self.within(*name, |it| it.check(value, *shape)),
            }
        }
    }

    /// What is written as one word with what stands after it: `{"is": ["muc", "yes"]}`.
    fn tree(&mut self, value: &Value, what: &str, words: &[(&'static str, Inner)]) {
        let names: Vec<&str> = words.iter().map(|it| it.0).collect();
        let (word, inner) = match value {
            Value::String(it) => (it.as_str(), None),
            Value::Object(it) if it.len() == 1 => match it.iter().next() {
                Some((word, inner)) => (word.as_str(), Some(inner)),
                None => return,
            },
            other => {
                let text =
                    format!("{what} dạng {{\"tên\": …}} với một tên trong: {}", names.join(", "));
                return self.wants(&text, other);
            }
        };
        let Some((name, shape)) = words.iter().find(|it| it.0 == word) else {
            let near = nearest(word, &names);
            let word: String = word.chars().take(SAID_MAX).collect();
            return self
                .tell(format!("Không có {what} “{word}”. {near}Dùng được: {}.", names.join(", ")));
        };
        match (shape, inner) {
            (Inner::Nothing, None | Some(Value::Null)) => {}
            (Inner::Nothing, Some(_)) => {
                self.tell(format!("Ghi “{name}” thôi, sau đó không có gì."));
            }
            (_, None) => self.tell(format!("Sau “{name}” còn thiếu, như {{\"{name}\": …}}.")),
            (_, Some(inner)) => self.within(*name, |it| it.inner(inner, *shape)),
        }
    }

    fn inner(&mut self, value: &Value, shape: Inner) {
        match shape {
            Inner::Nothing => {}
            Inner::Text => self.check(value, Shape::Text),
            Inner::Whole => self.check(value, Shape::Whole),
            Inner::Date => {
                let day = value.as_str().and_then(|it| it.parse::<jiff::civil::Date>().ok());
                if day.is_none() {
                    self.wants("một ngày dạng \"2026-01-31\"", value);
                }
            }
            Inner::Account => self.word(value, &accounts()),
            Inner::FieldAndText => self.two(value, "[\"mã mục\", \"chữ\"]", [Shape::Text; 2]),
            Inner::FieldAndTexts => {
                let texts = Shape::List(&Shape::Text, "chữ");
                self.two(value, "[\"mã mục\", [\"chữ\", …]]", [Shape::Text, texts]);
            }
            Inner::Term => self.check(value, Shape::Term),
            Inner::TwoTerms => self.two(value, "hai thành phần trong [ ]", [Shape::Term; 2]),
            Inner::Terms => self.list(value, Shape::Term, "thành phần"),
            Inner::Condition => self.check(value, Shape::Condition),
            Inner::Conditions => self.list(value, Shape::Condition, "điều kiện"),
            Inner::Join => self.check(value, JOIN),
        }
    }

    fn two(&mut self, value: &Value, what: &str, shapes: [Shape; 2]) {
        match value.as_array().map(Vec::as_slice) {
            Some(both @ [_, _]) => {
                for ((number, it), shape) in (1..).zip(both).zip(shapes) {
                    self.within(format!("thứ {number}"), |reader| reader.check(it, shape));
                }
            }
            _ => self.wants(what, value),
        }
    }
}

#[cfg(test)]
mod tests {
    use domain::eform::Eform;
    use serde_json::json;

    use super::*;
    use crate::eforms::shipped;

    /// Every place in a value, as pointers.
    fn places(value: &Value, here: &str, all: &mut Vec<String>) {
        all.push(here.to_owned());
        match value {
            Value::Array(list) => {
                for (at, it) in list.iter().enumerate() {
                    places(it, &format!("{here}/{at}"), all);
                }
            }
            Value::Object(map) => {
                for (name, it) in map {
                    places(it, &format!("{here}/{name}"), all);
                }
            }
            _ => {}
        }
    }

    #[test]
    fn what_is_told_is_just_what_would_not_read() {
        let (mut sound, mut broken) = (0, 0);
        for form in shipped::all().unwrap() {
            let whole = serde_json::to_value(&form).unwrap();
            assert_eq!(misread(&whole), [], "{}", form.code);
            // Two of them have every kind of place; all of them would take a minute.
            if !["khai-sinh", "ho-ngheo"].contains(&form.code.as_str()) {
                continue;
            }
            let mut all = Vec::new();
            places(&whole, "", &mut all);
            for place in all {
                let others = [
                    json!(null),
                    json!(7),
                    json!("là"),
                    json!(true),
                    json!([]),
                    json!({}),
                    json!({"lạ": 1}),
                ];
                for other in others {
                    let mut changed = whole.clone();
                    *changed.pointer_mut(&place).unwrap() = other;
                    let told = misread(&changed);
                    let reads = serde_json::from_value::<Eform>(changed.clone()).is_ok();
                    assert!(
                        reads || !told.is_empty(),
                        "{}{place}: {}",
                        form.code,
                        changed.pointer(&place).unwrap()
                    );
                    // A group may be written as a list of its values; nobody does, and it is refused.
                    let is_list = changed.pointer(&place).is_some_and(Value::is_array);
                    assert!(told.is_empty() || !reads || is_list, "{}{place}: {told:?}", form.code);
                    if reads { sound += 1 } else { broken += 1 }
                }
                // One name too many, one too few.
                let mut changed = whole.clone();
                let names = match changed.pointer_mut(&place).unwrap() {
                    Value::Object(map) => map.keys().cloned().collect::<Vec<_>>(),
                    _ => continue,
                };
                for name in names {
                    let mut changed = whole.clone();
                    let Value::Object(map) = changed.pointer_mut(&place).unwrap() else { continue };
                    let it = map.remove(&name).unwrap();
                    assert_eq!(
                        misread(&Value::clone(&changed)).is_empty(),
                        serde_json::from_value::<Eform>(changed.clone()).is_ok(),
                        "{}{place} without {name}",
                        form.code
                    );
                    let Value::Object(map) = changed.pointer_mut(&place).unwrap() else { continue };
                    map.insert(format!("{name}x"), it);
                    assert!(!misread(&changed).is_empty(), "{}{place}: {name}x", form.code);
                }
            }
        }
        assert!(sound > 100 && broken > 1_000, "{sound} {broken}");
    }

    #[test]
    fn each_is_told_at_its_place_in_vietnamese_with_what_to_do() {
        let form = shipped::all().unwrap().into_iter().find(|it| it.code == "khai-sinh").unwrap();
        let whole = serde_json::to_value(&form).unwrap();
        let told = |change: &dyn Fn(&mut Value)| {
            let mut changed = whole.clone();
            change(&mut changed);
            misread(&changed)
                .into_iter()
                .map(|it| format!("{} | {}", it.at, it.text))
                .collect::<Vec<_>>()
        };
        let said = told(&|it| it["pages"][2]["fields"][1]["kind"] = json!("person-name"));
        assert_eq!(said.len(), 1);
        let wanted = "phần 3 (me) › mục 2 (me-ten) › kind | Không có chữ “person-name”. \
            Có phải “person_name” không? Dùng được: text,";
        assert!(said[0].starts_with(wanted), "{said:?}");
        let said = told(&|it| it["pages"][0]["fields"][0]["lable"] = json!("x"));
        let wanted = "mục 1 (yc-ten) | Không có tên “lable”: sửa tên hoặc bỏ dòng này. \
            Có phải “label” không?";
        assert!(said[0].contains(wanted), "{said:?}");
        let said = told(&|it| drop(it.as_object_mut().unwrap().remove("heading")));
        assert_eq!(said, [" | Thiếu “heading” (tiêu đề in trên tờ khai): ghi thêm vào đây."]);
        let said = told(&|it| it["pages"][0]["fields"][0]["required"] = json!("yes"));
        assert!(
            said[0].ends_with(
                "Cần true (có) hoặc false (không), không có dấu nháy, đang là chữ “yes”."
            ),
            "{said:?}"
        );
        let said = told(&|it| it["rules"][0]["must"] = json!({"any": [{"iss": ["a", "b"]}]}));
        let wanted = "quy tắc 1 (mot-nguoi) › must › any › điều kiện 1 | Không có điều kiện “iss”. \
            Có phải “is” không?";
        assert!(said[0].starts_with(wanted), "{said:?}");
        let said = told(&|it| it["rules"][0]["must"] = json!({"is": ["a"]}));
        assert!(
            said[0].contains("› is | Cần [\"mã mục\", \"chữ\"], đang là danh sách 1 dòng."),
            "{said:?}"
        );
        // More than one at once, and no English of the reader of JSON.
        let said = told(&|it| {
            it["to"] = json!(3);
            it["pages"][0]["fields"] = json!("x");
        });
        assert_eq!(said.len(), 2, "{said:?}");
        for it in said {
            assert!(!it.contains("expected") && !it.contains("invalid"), "{it}");
        }
    }
}
