//! Papers about a result: the slip by which it is checked, the slip that its collector signs, the
//! list of parcels that the post officer signs.

use jiff::civil::{Date, DateTime};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::{
    Agency, PrintError, Signer,
    bars::bars_svg,
    clean::clean,
    forms::{merge, qr_or_nothing},
    register::date_parts,
    typeset::{self, Profile},
    vi::{long_date, long_time},
};

/// A result, for its slip.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ResultSlip {
    /// The office that issued it.
    pub agency: Agency,
    /// What it is.
    pub kind: String,
    /// Its number.
    pub number: String,
    /// Whose it is.
    pub holder: String,
    /// The dossier's code.
    pub code: String,
    /// When it was issued.
    pub issued_on: Option<Date>,
    /// Until when it holds.
    pub expires_on: Option<Date>,
    /// What became of it, if it does not hold any more.
    pub state: String,
    /// Who signed.
    pub signer: String,
    /// The address where it is checked.
    pub url: String,
    /// SHA-256 of its file; may be empty.
    pub sha256: String,
    /// The day of printing.
    pub made_on: Option<Date>,
    /// For the collector to sign: his name, number and drawn signature. Nothing on the slip that
    /// goes with the result.
    pub collector: Option<Collected>,
    /// Who hands it over.
    pub official: String,
    /// Marks the paper as made from invented data.
    pub demo: bool,
}

/// Who takes a result.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Collected {
    /// His name; a dotted line if empty.
    pub name: String,
    /// The number of his paper.
    pub number: String,
    /// The picture of his signature.
    pub signature: Option<String>,
    /// When.
    pub at: Option<DateTime>,
}

/// The slip of a result as PDF: A5.
///
/// # Errors
/// When the address does not fit a square code, or the typesetter fails.
pub fn render_result_slip(sheet: &ResultSlip) -> Result<Vec<u8>, PrintError> {
    let title = if sheet.collector.is_some() {
        "GIẤY BIÊN NHẬN TRẢ KẾT QUẢ"
    } else {
        "PHIẾU XÁC THỰC KẾT QUẢ"
    };
    let mut data = serde_json::to_value(sheet)?;
    merge(
        &mut data,
        json!({
            "kind_of_paper": "ket-qua",
            "title": title,
            "form_label": "",
            "paper": "a5",
            "date": sheet.made_on.map(date_parts),
            "date_text": sheet.made_on.map(long_date),
            "issued_text": sheet.issued_on.map(long_date),
            "expires_text": sheet.expires_on.map(long_date),
            "collected_text": sheet.collector.as_ref().and_then(|it| it.at).map(long_time),
            "qr": qr_or_nothing(&sheet.url)?,
        }),
    );
    clean(&mut data);
    typeset::pdf(include_str!("../forms/result-slip.typ"), &data, Profile::Tagged)
}

/// A parcel on a list.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ParcelRow {
    /// The dossier's code.
    pub code: String,
    /// The post's number; may be empty.
    pub tracking: String,
    /// To whom.
    pub recipient: String,
    /// His telephone.
    pub phone: String,
    /// Where he lives.
    pub address: String,
}

/// The parcels of one hand-over to the post.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ManifestSheet {
    /// The office.
    pub agency: Agency,
    /// Its number in the year.
    pub number: String,
    /// The day.
    pub made_on: Option<Date>,
    /// Who took them; a dotted line if empty.
    pub postman: String,
    /// Who hands them over.
    pub official: Signer,
    /// The parcels.
    pub rows: Vec<ParcelRow>,
    /// Marks the paper as made from invented data.
    pub demo: bool,
}

/// The list of parcels as PDF, with a bar code each.
///
/// # Errors
/// When a number fits no bar code, or the typesetter fails.
pub fn render_manifest(sheet: &ManifestSheet) -> Result<Vec<u8>, PrintError> {
    let mut data = serde_json::to_value(sheet)?;
    let mut bars = Vec::new();
    for row in &sheet.rows {
        let shown = if row.tracking.is_empty() { &row.code } else { &row.tracking };
        bars.push(json!({ "qr": bars_svg(shown).ok_or(PrintError::QrTooLong)?, "text": shown }));
    }
    merge(
        &mut data,
        json!({
            "kind": "bang-ke",
            "title": "BẢNG KÊ GIAO BƯU GỬI TRẢ KẾT QUẢ",
            "form_label": "",
            "paper": "a4",
            "date": sheet.made_on.map(date_parts),
            "date_text": sheet.made_on.map(long_date),
            "bars": bars,
        }),
    );
    clean(&mut data);
    typeset::pdf(include_str!("../forms/manifest.typ"), &data, Profile::Tagged)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn slips_and_lists_are_set() {
        let mut slip = ResultSlip {
            kind: "Giấy xác nhận".into(),
            number: "15/UBND".into(),
            url: "http://motcua.test/kiem-tra/abc".into(),
            made_on: Some(date(2026, 3, 2)),
            ..ResultSlip::default()
        };
        assert!(render_result_slip(&slip).unwrap().starts_with(b"%PDF-"));
        let signature = domain::results::signature_svg("M1 2L30 40");
        slip.collector = Some(Collected { signature: Some(signature), ..Collected::default() });
        assert!(render_result_slip(&slip).unwrap().starts_with(b"%PDF-"));
        let row = ParcelRow { tracking: "RA123456789VN".into(), ..ParcelRow::default() };
        let code = ParcelRow { code: "H41.99.40-260302-0001".into(), ..ParcelRow::default() };
        let sheet = ManifestSheet {
            rows: vec![row, code],
            made_on: Some(date(2026, 3, 2)),
            ..ManifestSheet::default()
        };
        assert!(render_manifest(&sheet).unwrap().starts_with(b"%PDF-"));
    }
}
