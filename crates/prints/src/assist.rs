//! Papers of a filing that somebody does for a citizen: the slip by which he agrees, and the note with the code and the
//! secret of his dossier.
//!
//! Law: NĐ 61/2018/NĐ-CP Đ.16 (filing by others), NĐ 13/2023/NĐ-CP Đ.11 (consent, and proof of it).

use jiff::civil::{Date, DateTime};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::{
    Agency, Counter, Person, PrintError,
    clean::clean,
    forms::{merge, qr_or_nothing},
    register::date_parts,
    typeset,
    vi::{long_date, long_time},
};

/// The slip by which a citizen agrees that somebody files for him. What is empty is a dotted line to write on.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct AssistConsentSheet {
    /// The office that the dossier goes to.
    pub agency: Agency,
    /// The citizen.
    pub citizen: Person,
    /// His day of birth, as it was typed.
    pub born: String,
    /// He said that he has no telephone.
    pub no_phone: bool,
    /// Who files for him.
    pub helper: String,
    /// His position and unit.
    pub helper_place: String,
    /// The procedure's code.
    pub code: String,
    /// The procedure's name.
    pub procedure: String,
    /// The one-stop shop.
    pub office: String,
    /// What is asked for; may be empty.
    pub request: String,
    /// How the result comes back, in words.
    pub way: String,
    /// Papers, and how each is handed in.
    pub papers: Vec<(String, String)>,
    /// The ways of agreeing in words, and which it is.
    pub ways: Vec<(String, bool)>,
    /// Whether somebody must have heard it.
    pub has_witness: bool,
    /// Who heard it.
    pub witness: String,
    /// The day.
    pub made_on: Option<Date>,
    /// Marks the paper as made from invented data.
    pub demo: bool,
}

/// The note that goes into the citizen's hand once somebody has filed for him.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct AssistNoteSheet {
    /// The office that the dossier went to.
    pub agency: Agency,
    /// The one-stop shop.
    pub counter: Counter,
    /// The citizen's name.
    pub citizen: String,
    /// The procedure's name.
    pub procedure: String,
    /// The dossier's code.
    pub code: String,
    /// The secret that goes with it.
    pub secret: String,
    /// Where the dossier is followed with both.
    pub track_url: String,
    /// When it was sent.
    pub sent_at: Option<DateTime>,
    /// By when the office answers.
    pub answer_due_at: Option<DateTime>,
    /// Who filed for him.
    pub helper: String,
    /// His position and unit.
    pub helper_place: String,
    /// How the citizen agreed, in words.
    pub consent: String,
    /// Marks the paper as made from invented data.
    pub demo: bool,
}

/// The slip of consent as PDF: A4.
///
/// # Errors
/// When the typesetter fails.
pub fn render_assist_consent(sheet: &AssistConsentSheet) -> Result<Vec<u8>, PrintError> {
    let mut data = serde_json::to_value(sheet)?;
    let blank = || "ngày …… tháng …… năm ………".to_owned();
    merge(
        &mut data,
        json!({
            "title": "PHIẾU ĐỒNG Ý NHỜ NỘP HỒ SƠ TRỰC TUYẾN",
            "form_label": "",
            "paper": "a4",
            "date": sheet.made_on.map(date_parts),
            "date_text": sheet.made_on.map_or_else(blank, long_date),
            "qr": null,
        }),
    );
    clean(&mut data);
    typeset::pdf_on_few_pages(include_str!("../forms/assist-consent.typ"), data)
}

/// The note of code and secret as PDF: A5.
///
/// # Errors
/// When the address does not fit a square code, or the typesetter fails.
pub fn render_assist_note(sheet: &AssistNoteSheet) -> Result<Vec<u8>, PrintError> {
    let mut data = serde_json::to_value(sheet)?;
    let day = sheet.sent_at.map(DateTime::date);
    merge(
        &mut data,
        json!({
            "title": "GIẤY BÁO HỒ SƠ ĐÃ NỘP HỘ",
            "form_label": "",
            "paper": "a5",
            "date": day.map(date_parts),
            "date_text": day.map(long_date),
            "sent_text": sheet.sent_at.map(long_time),
            "answer_text": sheet.answer_due_at.map(long_time),
            "qr": qr_or_nothing(&sheet.track_url)?,
        }),
    );
    clean(&mut data);
    typeset::pdf_on_few_pages(include_str!("../forms/assist-note.typ"), data)
}
