//! The declaration on paper.

use std::collections::BTreeMap;

use axum::response::Response;
use domain::{
    eform::{self, Answer, Answers, Eform, Item, Judgement, Kind, Place},
    text,
};
use jiff::civil::Date;
use prints::{DeclarationSheet, DeclaredItem, DeclaredPart, DeclaredSigner};
use site::{Failure, Site, tree::UnitToday};
use store::Fault;

/// What stands for the People's Committee in the words “Kính gửi”.
const UNIT: &str = "{unit}";

/// What surrounds the answers on paper.
#[derive(Debug, Clone, Default)]
pub struct Around {
    /// The dossier's code; empty if there is none yet.
    pub dossier: String,
    /// The title of the body that it is sent to; empty leaves room to write.
    pub to: String,
    /// Where it is signed.
    pub place: String,
    /// When; none leaves room to write.
    pub made_on: Option<Date>,
    /// The names of attached files by what stands in the answers.
    pub files: BTreeMap<String, String>,
    /// How signers confirmed, by their codes.
    pub confirmed: BTreeMap<String, String>,
    /// What the square code leads to; may be empty.
    pub url: String,
    /// Made from invented data.
    pub demo: bool,
}

impl Around {
    /// The body that a declaration goes to.
    #[must_use]
    pub fn to_unit(mut self, unit: Option<&UnitToday>) -> Self {
        if let Some(it) = unit {
            self.to.clone_from(&it.title);
            self.place.clone_from(&it.place);
        }
        self
    }
}

/// “xã Phú Sơn” of “Ủy ban nhân dân xã Phú Sơn”.
pub(super) fn bare(title: &str) -> &str {
    let lead = ["Ủy ban nhân dân ", "UBND "];
    lead.iter().find_map(|it| title.strip_prefix(it)).unwrap_or(title)
}

/// To whom the form is addressed at this body.
fn addressee(form: &Eform, title: &str) -> String {
    let unit = bare(title);
    let unit = if unit.is_empty() { "…………………………………" } else { unit };
    form.to.replace(UNIT, unit)
}

fn item(it: Item) -> DeclaredItem {
    let (heads, rows) = it.table.unwrap_or_default();
    DeclaredItem { label: it.label, text: it.text, heads, rows }
}

/// What was judged, with addresses as they were typed where they do not read: on paper nothing of them is lost.
#[must_use]
pub fn with_places(form: &Eform, answers: &Answers, mut judged: Judgement) -> Judgement {
    let places = form.fields().map(|(_, it)| it).filter(|it| it.kind == Kind::Address);
    for field in places {
        if !judged.shows(&field.code) {
            continue;
        }
        if let (Some(Answer::Place(it)), None) =
            (answers.get(&field.code), judged.answers.get(&field.code))
        {
            let (unit, detail) = (text::tidy(&it.unit), text::tidy(&it.detail));
            let place = Place { unit, detail };
            if place != Place::default() {
                judged.answers.insert(field.code.clone(), Answer::Place(place));
            }
        }
    }
    judged
}

/// The declaration as a sheet.
#[must_use]
pub fn sheet(form: &Eform, judged: &Judgement, around: &Around) -> DeclarationSheet {
    let parts = eform::blocks(form, judged, &around.files, false);
    // What only steers the screen is no statement; files come beside it, and a line for one that did not is none.
    let is_printed = |it: &Item| {
        form.field(&it.code)
            .is_none_or(|field| !(field.screen || field.kind == Kind::File && it.text.is_empty()))
    };
    let parts = parts.into_iter().map(|it| DeclaredPart {
        title: it.title,
        items: it.items.into_iter().filter(is_printed).map(item).collect(),
    });
    let parts = parts.filter(|it: &DeclaredPart| !it.items.is_empty());
    let name = |field: &str| judged.answers.get(field).map_or("", Answer::text).to_owned();
    let mut signers: Vec<DeclaredSigner> = form
        .signers
        .iter()
        .filter(|it| judged.signers.contains(&it.code))
        .map(|it| DeclaredSigner {
            label: it.label.clone(),
            name: name(&it.name),
            confirmed: around.confirmed.get(&it.code).cloned().unwrap_or_default(),
        })
        .collect();
    if signers.is_empty() {
        signers.push(DeclaredSigner {
            label: "Người khai".to_owned(),
            name: eform::applicant(form, &judged.answers).name,
            confirmed: String::new(),
        });
    }
    DeclarationSheet {
        heading: form.heading.clone(),
        to: addressee(form, &around.to),
        parts: parts.collect(),
        oath: form.oath.clone(),
        place: around.place.clone(),
        made_on: around.made_on,
        signers,
        dossier: around.dossier.clone(),
        edition: format!("Biểu mẫu {} bản {}", form.code, form.version),
        url: around.url.clone(),
        demo: around.demo,
    }
}

/// The declaration as PDF.
///
/// # Errors
/// Any fault of the typesetter; too many at once.
pub async fn declaration(site: &Site, sheet: DeclarationSheet) -> Result<Vec<u8>, Failure> {
    let turn = site.one_at_a_time().await?;
    let made = tokio::task::spawn_blocking(move || prints::render_declaration(&sheet)).await;
    drop(turn);
    let made = made.map_err(|e| Fault::Worker(e.to_string()))?;
    Ok(made.map_err(|e| Fault::Broken(format!("print: {e}")))?)
}

/// The declaration as an answer to a browser.
///
/// # Errors
/// As [`declaration`].
pub async fn sent(site: &Site, sheet: DeclarationSheet, name: &str) -> Result<Response, Failure> {
    let bytes = declaration(site, sheet).await?;
    Ok(site::file(bytes, "application/pdf", name, false))
}
