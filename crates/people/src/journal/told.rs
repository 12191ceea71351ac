//! The details of an entry as words: what is a code, a key or a number of a row becomes what the office
//! calls it. What has no words stays in the raw entry, which the page shows behind a press.

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    access::Role,
    dossier::{Collector, Ground, ReturnChannel, Status},
    ids::{StaffId, UnitId},
    money::Dong,
    procedure::ChannelKind,
    text,
};
use jiff::civil::{Date, DateTime};
use serde_json::{Map, Value};
use site::tree::Tree;

/// What a value is.
#[derive(Clone, Copy)]
enum Is {
    Unit,
    Staff,
    Money,
    Day,
    Plain,
    Status,
    Channel,
    Collector,
    Ground,
    Word(&'static [(&'static str, &'static str)]),
}

/// Words of small sets of codes that stand in details.
const METHODS: &[(&str, &str)] =
    &[("cash", "tiền mặt"), ("transfer", "chuyển khoản"), ("online", "trực tuyến")];
const LOOKED: &[(&str, &str)] = &[
    ("page", "mở trang"),
    ("print", "in"),
    ("xlsx", "xuất Excel"),
    ("extract", "trích sao"),
    ("fill", "điền từ hồ sơ cũ"),
    ("ocr", "đọc chữ từ bản quét"),
    ("result", "xem kết quả"),
    ("file", "mở tệp"),
    ("paper", "mở giấy tờ"),
];
const PLACES: &[(&str, &str)] =
    &[("board", "bảng niêm yết"), ("kiosk", "máy tra cứu"), ("qr", "mã QR tại quầy")];

/// The keys of details, in the order in which they are told.
const KEYS: &[(&str, &str, Is)] = &[
    ("status", "Sau đó", Is::Status),
    ("code", "Mã", Is::Plain),
    ("number", "Số", Is::Plain),
    ("label", "Số thứ tự", Is::Plain),
    ("desk", "Quầy", Is::Plain),
    ("name", "Tên", Is::Plain),
    ("title", "Chức danh", Is::Plain),
    ("text", "Mẫu", Is::Plain),
    ("unit", "Đơn vị", Is::Unit),
    ("officer", "Người thụ lý", Is::Staff),
    ("reviewer", "Người soát", Is::Staff),
    ("signer", "Người ký", Is::Staff),
    ("dossier", "Hồ sơ số", Is::Plain),
    ("procedure", "Thủ tục", Is::Plain),
    ("procedures", "Thủ tục", Is::Plain),
    ("amount", "Số tiền", Is::Money),
    ("fee", "Phí, lệ phí", Is::Money),
    ("was", "Trước là", Is::Money),
    ("is", "Nay là", Is::Money),
    ("closing", "Tồn quỹ theo sổ", Is::Money),
    ("counted", "Tiền đếm được", Is::Money),
    ("percent", "Giảm (%)", Is::Plain),
    ("method", "Cách nộp tiền", Is::Word(METHODS)),
    ("channel", "Cách", Is::Channel),
    ("collector", "Người nhận", Is::Collector),
    ("ground", "Căn cứ", Is::Ground),
    ("what", "Cách xem", Is::Word(LOOKED)),
    ("place", "Nơi", Is::Word(PLACES)),
    ("submitted_at", "Nộp lúc", Is::Day),
    ("received_at", "Tiếp nhận lúc", Is::Day),
    ("due_at", "Hẹn trả", Is::Day),
    ("notice_by", "Báo trước", Is::Day),
    ("slot_at", "Giờ hẹn", Is::Day),
    ("in_force_from", "Hiệu lực từ", Is::Day),
    ("from", "Từ", Is::Day),
    ("until", "Đến", Is::Day),
    ("through", "Đến hết", Is::Day),
    ("expires_on", "Có giá trị đến", Is::Day),
    ("day", "Ngày", Is::Day),
    ("on", "Ngày", Is::Day),
    ("version", "Phiên bản", Is::Plain),
    ("year", "Năm", Is::Plain),
    ("volume", "Quyển", Is::Plain),
    ("prefix", "Ký hiệu", Is::Plain),
    ("first", "Từ số", Is::Plain),
    ("last", "Đến số", Is::Plain),
    ("count", "Số lượng", Is::Plain),
    ("copies", "Số bản", Is::Plain),
    ("cancelled", "Số đã hủy", Is::Plain),
    ("new", "Dòng mới", Is::Plain),
    ("known", "Dòng đã có", Is::Plain),
    ("steps", "Số bước", Is::Plain),
    ("changes", "Số thay đổi", Is::Plain),
    ("document", "Văn bản", Is::Plain),
    ("source", "Căn cứ", Is::Plain),
    ("decision", "Quyết định", Is::Plain),
    ("agency", "Cơ quan", Is::Plain),
    ("copy", "Bản in lần", Is::Plain),
];

/// The details of an entry; nothing if they are no object.
fn object(details: &str) -> Map<String, Value> {
    let Ok(Value::Object(mut it)) = serde_json::from_str::<Value>(details) else {
        return Map::new();
    };
    // What was done to a dossier lies one deeper.
    if let Some(Value::Object(inner)) = it.remove("what").map(|what| match what {
        Value::Object(inner) => Value::Object(inner),
        plain => Value::Object(Map::from_iter([("what".to_owned(), plain)])),
    }) {
        for (key, value) in inner {
            it.entry(key).or_insert(value);
        }
    }
    it
}

/// Whom the details name, to look their names up.
pub(super) fn people(details: &str) -> BTreeSet<StaffId> {
    let it = object(details);
    let named = KEYS.iter().filter(|(_, _, is)| matches!(is, Is::Staff));
    named.filter_map(|(key, ..)| it.get(*key)?.as_i64()).map(StaffId).collect()
}

/// What an entry says, as “Đơn vị: … · Số tiền: …”; empty if there is nothing to say.
pub(super) fn told(details: &str, tree: &Tree, names: &BTreeMap<StaffId, String>) -> String {
    if let Ok(Value::Array(grants)) = serde_json::from_str::<Value>(details) {
        return grants.iter().filter_map(|it| grant(it, tree)).collect::<Vec<_>>().join(" · ");
    }
    let it = object(details);
    let said = KEYS.iter().filter_map(|(key, label, is)| {
        let value = words(it.get(*key)?, *is, tree, names)?;
        Some(format!("{label}: {value}"))
    });
    said.collect::<Vec<_>>().join(" · ")
}

/// “Văn thư, Ủy ban nhân dân xã …” of a role and the unit where it is held.
fn grant(it: &Value, tree: &Tree) -> Option<String> {
    let role = Role::from_code(it.get(0)?.as_str()?)?;
    let unit = UnitId(it.get(1)?.as_i64()?);
    Some(format!("{}, {}", role.label(), tree.title(unit)))
}

fn words(value: &Value, is: Is, tree: &Tree, names: &BTreeMap<StaffId, String>) -> Option<String> {
    let said = match (is, value) {
        (Is::Unit, Value::Number(it)) => tree.title(UnitId(it.as_i64()?)).to_owned(),
        (Is::Staff, Value::Number(it)) => names.get(&StaffId(it.as_i64()?))?.clone(),
        (Is::Money, Value::Number(it)) => Dong(it.as_i64()?).to_string(),
        (Is::Day, Value::String(it)) => match (it.parse::<DateTime>(), it.parse::<Date>()) {
            _ if !it.contains('-') => it.clone(),
            (Ok(at), _) if it.contains('T') => text::date_time(at),
            (_, Ok(day)) => text::date(day),
            _ => it.clone(),
        },
        (Is::Status, Value::String(it)) => Status::from_code(it)?.label().to_owned(),
        (Is::Channel, Value::String(it)) => ChannelKind::from_code(it)
            .map(ChannelKind::label)
            .or_else(|| ReturnChannel::from_code(it).map(ReturnChannel::label))?
            .to_owned(),
        (Is::Collector, Value::String(it)) => Collector::from_code(it)?.label().to_owned(),
        (Is::Ground, Value::String(it)) => Ground::from_code(it)?.label().to_owned(),
        (Is::Word(known), Value::String(it)) => {
            known.iter().find(|(code, _)| code == it).map(|(_, label)| (*label).to_owned())?
        }
        (Is::Plain, Value::String(it)) => it.clone(),
        (Is::Plain, Value::Number(it)) => it.to_string(),
        (Is::Plain, Value::Array(all)) => {
            let parts: Vec<&str> = all.iter().filter_map(Value::as_str).collect();
            parts.join(", ")
        }
        _ => String::new(),
    };
    Some(said).filter(|it| !it.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(details: &str) -> String {
        let names = BTreeMap::from([(StaffId(7), "Trần Thị Thử".to_owned())]);
        told(details, &Tree::default(), &names)
    }

    #[test]
    fn codes_and_keys_become_words_and_what_has_none_is_left_out() {
        let accepted = r#"{"status":"accepted","what":{"kind":"accept","code":"H41-1",
            "received_at":"2025-12-03T08:26:00","due_at":"2025-12-03T17:00:00","fee":20000}}"#;
        let it = said(accepted);
        for part in ["Mã: H41-1", "Phí, lệ phí: 20.000", "Hẹn trả: 17:00", "03/12/2025"] {
            assert!(it.contains(part), "{part}: {it}");
        }
        for raw in ["accepted", "kind", "due_at", "{", "2025-12"] {
            assert!(!it.contains(raw), "{raw}: {it}");
        }
        assert_eq!(
            said(r#"{"status":"x","what":{"kind":"begin","officer":7}}"#),
            "Người thụ lý: Trần Thị Thử"
        );
        assert_eq!(said(r#"{"what":"page"}"#), "Cách xem: mở trang");
        assert_eq!(said(r#"{"in_force_from":"2026-11-26"}"#), "Hiệu lực từ: 26/11/2026");
        assert_eq!(said(""), "");
        assert_eq!(said("164"), "");
        assert_eq!(people(r#"{"what":{"signer":4,"officer":7}}"#).len(), 2);
    }
}
