//! Blank forms for other slices.

use domain::{procedure::ProcedureVersion, text};
use store::{Fault, StoredBlob, Tx, journal::Entry};

use super::sql;
pub use super::sql::Blank;

/// What the journal calls a blank form.
pub const SUBJECT: &str = "blank_form";

/// A form as a page offers it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Download {
    /// Which form.
    pub name: String,
    /// Where it is.
    pub href: String,
    /// What kind of file: Word, PDF.
    pub kind: &'static str,
    /// How large, in words.
    pub size: String,
}

/// What people call a type of file.
pub(super) fn kind_of(media_type: &str) -> &'static str {
    let known = signing::open::TAKEN.iter().find(|it| it.0 == media_type);
    known.map_or("tệp", |it| it.2)
}

/// A number of bytes in words: `"38 KB"`, `"1,2 MB"`.
pub(super) fn size_of(bytes: i64) -> String {
    if bytes < 1_000_000 {
        format!("{} KB", (bytes / 1_000).max(1))
    } else {
        format!("{} MB", text::decimal(bytes / 100_000, 1))
    }
}

/// Whether a procedure asks for a form: a paper is called so, or names it.
pub(super) fn asks_for(procedure: &ProcedureVersion, form: &str) -> bool {
    let form = text::fold(form);
    procedure.papers.iter().any(|it| {
        text::fold(&it.form) == form
            || format!(" {} ", text::fold(&it.name)).contains(&format!(" {form} "))
    })
}

/// The forms that a procedure offers: its own, and those of every procedure that it asks for; of two of one
/// name its own.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn offered(tx: &mut Tx<'_>, procedure: &ProcedureVersion) -> Result<Vec<Download>, Fault> {
    let all = sql::of(tx, &procedure.code)?;
    let offered: Vec<&Blank> = all.iter().filter(|it| it.ended.is_none()).collect();
    let own = |form: &str| offered.iter().any(|it| it.form == form && !it.procedure.is_empty());
    let fits = |it: &&&Blank| {
        !it.procedure.is_empty() || (!own(&it.form) && asks_for(procedure, &it.form))
    };
    let downloads = offered.iter().filter(fits).map(|it| Download {
        name: it.form.clone(),
        href: format!("/thu-tuc/{}/mau/{}", procedure.code, it.id),
        kind: kind_of(&it.media_type),
        size: size_of(it.bytes),
    });
    Ok(downloads.collect())
}

/// Adds a form whose file is stored and was looked through; what was offered under its name before ends.
/// Without a procedure it is for every one that names the form.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn add(
    tx: &mut Tx<'_>,
    (procedure, form): (&str, &str),
    (file_name, media_type): (&str, &str),
    file: &StoredBlob,
) -> Result<i64, Fault> {
    let id = sql::insert(
        tx,
        &Blank {
            id: 0,
            procedure: procedure.to_owned(),
            form: form.to_owned(),
            file_name: file_name.to_owned(),
            media_type: media_type.to_owned(),
            bytes: file.size,
            sha256: file.sha256.clone(),
            edition: 0,
            by: tx.by(),
            at: tx.now(),
            ended: None,
        },
    )?;
    let details = serde_json::json!({"procedure": procedure, "form": form, "sha256": file.sha256});
    tx.journal(Entry::new(SUBJECT, id, "add").details(&details));
    Ok(id)
}
