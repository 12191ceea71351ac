//! What a procedure asks for, in groups, as its page lists it.

use domain::{
    names_replaced::ReplacedPaper,
    procedure::{
        PaperRole, ProcedureVersion, RequiredPaper,
        papers::{PaperKind, Placed},
    },
};
use site::Words;

use super::facts::shipped;

pub(super) struct PaperGroup {
    pub title: String,
    /// Whether the title is the catalogue's own, which is Vietnamese in every language.
    pub is_named: bool,
    pub papers: Vec<PaperView>,
}

pub(super) struct PaperView {
    pub name: String,
    pub detail: String,
    /// Why it need not be brought; empty if it must.
    pub replaced: String,
}

fn copies(it: &RequiredPaper, words: Words) -> String {
    let many = |number: Option<u32>| number.filter(|it| *it > 0).map(|it| it.to_string());
    let originals =
        many(it.originals).map(|it| words.say_with("paper-originals", &[("count", &it)]));
    let copies = many(it.copies).map(|it| words.say_with("paper-copies", &[("count", &it)]));
    originals.into_iter().chain(copies).collect::<Vec<_>>().join(", ")
}

/// The papers of a procedure under the headings of its catalogue; what has none stands under what is to be done
/// with it.
pub(super) fn groups(body: &ProcedureVersion, words: Words) -> Vec<PaperGroup> {
    let mut groups: Vec<PaperGroup> = Vec::new();
    for Placed { paper: it, kind, .. } in body.papers_placed() {
        let is_named = !it.group.is_empty();
        let title = match (it.role, is_named) {
            (_, true) => it.group.clone(),
            _ if kind == PaperKind::Case => words.say("papers-in-cases"),
            (PaperRole::Show, _) => words.say("papers-shown"),
            _ => words.say("papers-handed-in"),
        };
        let covers = shipped::replaced(&body.code).iter().find(|row| row.covers(&it.name));
        let replaced = covers.map(ReplacedPaper::reason).unwrap_or_default();
        let paper = PaperView { name: it.name.clone(), detail: copies(it, words), replaced };
        match groups.iter_mut().find(|it| it.title == title) {
            Some(group) => group.papers.push(paper),
            None => groups.push(PaperGroup { title, is_named, papers: vec![paper] }),
        }
    }
    groups
}
