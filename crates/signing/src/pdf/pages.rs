//! Pages and fields: the trees that a file holds.

use std::collections::BTreeSet;

use super::{Dict, File, Object};

/// Pages at most.
const PAGES_MAX: usize = 20_000;
/// Fields of a form at most.
const FIELDS_MAX: usize = 5_000;
const DEPTH_MAX: usize = 48;

/// A field that holds, or may hold, a signature.
#[derive(Debug, Clone)]
pub(crate) struct SignatureField {
    pub name: String,
    pub value: Option<Dict>,
}

impl File<'_> {
    /// The numbers of the pages, in order; `None` if the tree does not hold together.
    pub fn pages(&self) -> Option<Vec<u32>> {
        let root = self.root()?;
        let top = root.get("Pages")?.reference()?;
        let mut pages = Vec::new();
        let mut seen = BTreeSet::new();
        self.page_tree(top, DEPTH_MAX, &mut seen, &mut pages)?;
        Some(pages)
    }

    fn page_tree(
        &self,
        number: u32,
        depth: usize,
        seen: &mut BTreeSet<u32>,
        pages: &mut Vec<u32>,
    ) -> Option<()> {
        let depth = depth.checked_sub(1)?;
        if !seen.insert(number) || seen.len() > PAGES_MAX * 2 {
            return None;
        }
        let object = self.object(number)?;
        let dict = object.dict()?;
        let Some(kids) = dict.get("Kids") else {
            pages.push(number);
            return Some(());
        };
        for kid in self.resolve(kids)?.array()? {
            self.page_tree(kid.reference()?, depth, seen, pages)?;
        }
        Some(())
    }

    /// The fields of signatures, signed or not.
    pub fn signature_fields(&self) -> Option<Vec<SignatureField>> {
        let mut found = Vec::new();
        let Some(form) = self.root()?.get("AcroForm").cloned() else { return Some(found) };
        let form = self.resolve(&form)?;
        let Some(form) = form.dict() else { return Some(found) };
        let Some(fields) = form.get("Fields") else { return Some(found) };
        let mut left = FIELDS_MAX;
        for field in self.resolve(fields)?.array()? {
            self.field_tree(field, ("", false), DEPTH_MAX, &mut left, &mut found)?;
        }
        Some(found)
    }

    fn field_tree(
        &self,
        field: &Object,
        (above, signs): (&str, bool),
        depth: usize,
        left: &mut usize,
        found: &mut Vec<SignatureField>,
    ) -> Option<()> {
        let depth = depth.checked_sub(1)?;
        *left = left.checked_sub(1)?;
        let object = self.resolve(field)?;
        let Some(dict) = object.dict() else { return Some(()) };
        let own = match self.at(dict, "T") {
            Some(Object::Text(it)) => text(&it),
            _ => String::new(),
        };
        let name = match (above.is_empty(), own.is_empty()) {
            (true, _) => own,
            (false, true) => above.to_owned(),
            (false, false) => format!("{above}.{own}"),
        };
        let signs = dict.name("FT").map_or(signs, |it| it == b"Sig");
        if signs && (dict.get("V").is_some() || dict.get("Kids").is_none()) {
            let value = match self.at(dict, "V") {
                Some(Object::Dict(it)) => Some(it),
                Some(Object::Null) | None => None,
                Some(_) => return None,
            };
            found.push(SignatureField { name, value });
            return Some(());
        }
        if let Some(kids) = dict.get("Kids") {
            for kid in self.resolve(kids)?.array()? {
                self.field_tree(kid, (&name, signs), depth, left, found)?;
            }
        }
        Some(())
    }
}

/// A text string: UTF-16 with a mark, or one byte a letter.
pub(crate) fn text(bytes: &[u8]) -> String {
    let text = match bytes {
        [0xfe, 0xff, rest @ ..] => {
            let units: Vec<u16> = rest
                .chunks_exact(2)
                .map(|it| it.iter().fold(0, |sum, byte| (sum << 8) | u16::from(*byte)))
                .collect();
            String::from_utf16_lossy(&units)
        }
        [0xef, 0xbb, 0xbf, rest @ ..] => String::from_utf8_lossy(rest).into_owned(),
        other => other.iter().map(|it| char::from(*it)).collect(),
    };
    text.chars().filter(|it| !it.is_control()).take(200).collect()
}
