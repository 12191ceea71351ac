//! What changed in a file after it was signed, and whether that is a further signature or more.
//!
//! Only what is known to be harmless is allowed: a new field of a signature, its mark on a page,
//! the certificates that come with it. Everything else changes the document.

use std::collections::BTreeSet;

use crate::pdf::{Dict, File, Object};

/// Objects that a further signature may touch at most.
const CHANGES_MAX: usize = 20_000;
/// Objects of a file whose references are read at most.
const OBJECTS_MAX: usize = 200_000;

/// Whether the later state differs from the earlier by signatures alone.
pub(crate) fn is_signature_only(old: &File<'_>, new: &File<'_>) -> bool {
    compare(old, new).is_some()
}

fn compare(old: &File<'_>, new: &File<'_>) -> Option<()> {
    if old.trailer.get("Root") != new.trailer.get("Root")
        || old.is_encrypted() != new.is_encrypted()
    {
        return None;
    }
    let changed: Vec<u32> = new
        .entries
        .iter()
        .filter(|(number, entry)| old.entries.get(number) != Some(entry))
        .map(|(number, _)| *number)
        .chain(old.entries.keys().filter(|it| !new.entries.contains_key(it)).copied())
        .collect();
    if changed.len() > CHANGES_MAX {
        return None;
    }
    let root = old.trailer.get("Root")?.reference()?;
    let info = new.trailer.get("Info").and_then(Object::reference);
    let mut added = BTreeSet::new();
    for number in changed {
        let (before, after) = (old.object(number)?, new.object(number)?);
        if before == Object::Null {
            if after != Object::Null {
                added.insert(number);
            }
            continue;
        }
        if Some(number) == info && before.dict().is_some() && after.dict().is_some() {
            continue;
        }
        if number == root {
            catalogue(old, new, before.dict()?, after.dict()?)?;
        } else {
            object(old, new, &before, &after)?;
        }
    }
    // Nothing that was signed may have been waiting for what came later.
    if old.entries.len() > OBJECTS_MAX {
        return None;
    }
    let mut wanted = Vec::new();
    for number in old.entries.keys() {
        // An object that nobody can read shows nothing to anybody.
        if let Some(it) = old.object(*number) {
            it.references(&mut wanted);
        }
    }
    wanted.iter().all(|it| !added.contains(it)).then_some(())
}

/// The same but for these names.
fn same_but(before: &Dict, after: &Dict, but: &[&str]) -> Option<()> {
    let rest = |dict: &Dict| {
        let mut rest: Vec<(Vec<u8>, Object)> = dict
            .0
            .iter()
            .filter(|(name, _)| !but.iter().any(|it| it.as_bytes() == name.as_slice()))
            .cloned()
            .collect();
        rest.sort_by(|a, b| a.0.cmp(&b.0));
        rest
    };
    (!after.is_ambiguous() && rest(before) == rest(after)).then_some(())
}

fn catalogue(old: &File<'_>, new: &File<'_>, before: &Dict, after: &Dict) -> Option<()> {
    same_but(before, after, &["AcroForm", "DSS", "Extensions", "Version", "Metadata"])?;
    let form = |file: &File<'_>, dict: &Dict| match file.at(dict, "AcroForm") {
        Some(Object::Dict(it)) => it,
        _ => Dict::default(),
    };
    form_dict(old, new, &form(old, before), &form(new, after))
}

fn form_dict(old: &File<'_>, new: &File<'_>, before: &Dict, after: &Dict) -> Option<()> {
    // What a first form brings along is how fields without a look of their own are drawn: none of
    // these is one.
    let first = before.0.is_empty();
    let but: &[&str] =
        if first { &["Fields", "SigFlags", "DA", "DR"] } else { &["Fields", "SigFlags"] };
    same_but(before, after, but)?;
    let fields = |file: &File<'_>, dict: &Dict| match dict.get("Fields") {
        Some(it) => file.resolve(it)?.array().map(<[Object]>::to_vec),
        None => Some(Vec::new()),
    };
    grown(new, &fields(old, before)?, &fields(new, after)?)
}

/// A list that has only grown, and only by fields of signatures.
fn grown(new: &File<'_>, before: &[Object], after: &[Object]) -> Option<()> {
    if after.get(..before.len())? != before {
        return None;
    }
    after.get(before.len()..)?.iter().all(|it| is_signature(new, it)).then_some(())
}

fn is_signature(file: &File<'_>, object: &Object) -> bool {
    let dict = file.resolve(object);
    dict.as_ref().and_then(Object::dict).is_some_and(|it| it.is("FT", "Sig"))
}

fn object(old: &File<'_>, new: &File<'_>, before: &Object, after: &Object) -> Option<()> {
    match (before, after) {
        (Object::Stream(was, from), Object::Stream(is, to)) => {
            let metadata = was.is("Type", "Metadata") && is.is("Type", "Metadata");
            let same = || Some(old.stream_bytes(was, *from)? == new.stream_bytes(is, *to)?);
            (metadata || (was == is && same()?)).then_some(())
        }
        (before, after) if before == after => Some(()),
        (Object::Array(was), Object::Array(is)) => grown(new, was, is),
        (Object::Dict(was), Object::Dict(is)) => {
            if was.is("Type", "Page") {
                same_but(was, is, &["Annots"])?;
                let notes = |file: &File<'_>, dict: &Dict| match dict.get("Annots") {
                    Some(it) => file.resolve(it)?.array().map(<[Object]>::to_vec),
                    None => Some(Vec::new()),
                };
                grown(new, &notes(old, was)?, &notes(new, is)?)
            } else if was.is("FT", "Sig") && was.get("V").is_none() {
                // A field that waited for its signature has it now.
                same_but(was, is, &["V", "AP", "M"])
            } else if was.get("Fields").is_some() && was.get("FT").is_none() {
                form_dict(old, new, was, is)
            } else if was.get("Certs").is_some() || was.get("VRI").is_some() {
                // The store of certificates that lets a signature be checked later.
                same_but(was, is, &["Certs", "VRI", "CRLs", "OCSPs"])
            } else {
                None
            }
        }
        _ => None,
    }
}
