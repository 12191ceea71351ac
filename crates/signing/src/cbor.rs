//! As much of CBOR (RFC 8949) as authenticators write: definite lengths, bounded depth, no floats.

/// Containers within containers at most.
const DEPTH_MAX: usize = 6;
/// Items of one container at most.
const ITEMS_MAX: u64 = 64;

/// A value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Value {
    /// A whole number.
    Int(i64),
    /// Bytes.
    Bytes(Vec<u8>),
    /// Text.
    Text(String),
    /// A list.
    List(Vec<Value>),
    /// Pairs, in order.
    Map(Vec<(Value, Value)>),
    /// true, false, null.
    Simple(u8),
}

impl Value {
    /// What a map holds under `key`.
    pub fn at(&self, key: &Self) -> Option<&Self> {
        let Self::Map(pairs) = self else { return None };
        pairs.iter().find(|(it, _)| it == key).map(|(_, value)| value)
    }

    pub fn text_key(&self, key: &str) -> Option<&Self> {
        self.at(&Self::Text(key.to_owned()))
    }

    pub fn int(&self) -> Option<i64> {
        if let Self::Int(it) = self { Some(*it) } else { None }
    }

    pub fn bytes(&self) -> Option<&[u8]> {
        if let Self::Bytes(it) = self { Some(it) } else { None }
    }
}

/// The value at the head of `bytes`, and what follows it; nothing if it is none that we read.
pub(crate) fn read(bytes: &[u8]) -> Option<(Value, &[u8])> {
    value(bytes, DEPTH_MAX)
}

fn value(bytes: &[u8], depth: usize) -> Option<(Value, &[u8])> {
    let (&first, rest) = bytes.split_first()?;
    let (major, info) = (first >> 5, first & 0x1f);
    let (count, rest) = count(info, rest)?;
    Some(match major {
        0 => (Value::Int(i64::try_from(count).ok()?), rest),
        1 => (Value::Int(-1 - i64::try_from(count).ok()?), rest),
        2 => {
            let (body, rest) = rest.split_at_checked(usize::try_from(count).ok()?)?;
            (Value::Bytes(body.to_vec()), rest)
        }
        3 => {
            let (body, rest) = rest.split_at_checked(usize::try_from(count).ok()?)?;
            (Value::Text(String::from_utf8(body.to_vec()).ok()?), rest)
        }
        4 => items(count, rest, depth)?,
        5 => pairs(count, rest, depth)?,
        7 if info < 24 => (Value::Simple(info), rest),
        _ => return None,
    })
}

fn items(count: u64, mut rest: &[u8], depth: usize) -> Option<(Value, &[u8])> {
    if count > ITEMS_MAX {
        return None;
    }
    let depth = depth.checked_sub(1)?;
    let mut all = Vec::new();
    for _ in 0..count {
        let (it, after) = value(rest, depth)?;
        all.push(it);
        rest = after;
    }
    Some((Value::List(all), rest))
}

fn pairs(count: u64, mut rest: &[u8], depth: usize) -> Option<(Value, &[u8])> {
    if count > ITEMS_MAX {
        return None;
    }
    let depth = depth.checked_sub(1)?;
    let mut all: Vec<(Value, Value)> = Vec::new();
    for _ in 0..count {
        let (key, after) = value(rest, depth)?;
        let (it, after) = value(after, depth)?;
        // A key that stands twice means whatever a reader likes: it is refused.
        if all.iter().any(|(other, _)| *other == key) {
            return None;
        }
        all.push((key, it));
        rest = after;
    }
    Some((Value::Map(all), rest))
}

/// The number that follows the first byte.
fn count(info: u8, rest: &[u8]) -> Option<(u64, &[u8])> {
    let width = match info {
        0..24 => return Some((u64::from(info), rest)),
        24 => 1,
        25 => 2,
        26 => 4,
        27 => 8,
        _ => return None,
    };
    let (number, rest) = rest.split_at_checked(width)?;
    Some((number.iter().fold(0, |sum, it| (sum << 8) | u64::from(*it)), rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_authenticators_write_is_read() {
        // {1: 2, 3: -7, -1: 1, "fmt": "none", "x": h'0102', "l": [true, null]}
        let bytes = [
            0xa6, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x63, b'f', b'm', b't', 0x64, b'n', b'o',
            b'n', b'e', 0x61, b'x', 0x42, 0x01, 0x02, 0x61, b'l', 0x82, 0xf5, 0xf6, 0x99,
        ];
        let (map, rest) = read(&bytes).unwrap();
        assert_eq!(rest, [0x99]);
        assert_eq!(map.at(&Value::Int(3)).unwrap().int(), Some(-7));
        assert_eq!(map.text_key("fmt"), Some(&Value::Text("none".to_owned())));
        assert_eq!(map.text_key("x").unwrap().bytes(), Some(&[1, 2][..]));
    }

    #[test]
    fn a_double_key_a_cut_and_a_bomb_are_refused() {
        assert!(read(&[0xa2, 0x01, 0x02, 0x01, 0x03]).is_none());
        assert!(read(&[0x42, 0x01]).is_none());
        assert!(read(&[0x9b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]).is_none());
        assert!(read(&[0x81; 40]).is_none(), "too deep");
        assert!(read(&[0x5f, 0x41, 0x01, 0xff]).is_none(), "no definite length");
        assert!(read(&[]).is_none());
    }

    proptest::proptest! {
        #[test]
        fn nothing_makes_it_panic(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..200)) {
            let _ = read(&bytes);
        }
    }
}
