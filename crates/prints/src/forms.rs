//! The papers about one dossier: which template, which number, which title.

use serde_json::{Value, json};

use crate::{
    DossierSheet, FormSet, PrintError,
    bars::bars_svg,
    clean::clean,
    qr::qr_svg,
    typeset,
    vi::{long_date, long_time, money, money_in_words},
};

/// A paper about one dossier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Form {
    /// Giấy tiếp nhận hồ sơ và hẹn trả kết quả.
    Receipt,
    /// Phiếu yêu cầu bổ sung, hoàn thiện hồ sơ.
    Supplement,
    /// Phiếu từ chối tiếp nhận giải quyết hồ sơ.
    Refusal,
    /// Phiếu xin lỗi và hẹn lại ngày trả kết quả.
    Apology,
    /// Thông báo dừng giải quyết hồ sơ.
    Stop,
    /// Phiếu kiểm soát quá trình giải quyết hồ sơ.
    ControlSlip,
}

impl Form {
    /// Every form, in the order of the 2025 set.
    pub const ALL: [Self; 6] = [
        Self::Receipt,
        Self::Supplement,
        Self::Refusal,
        Self::Apology,
        Self::Stop,
        Self::ControlSlip,
    ];

    /// Its word in addresses, for example `/in/giay-tiep-nhan`.
    #[must_use]
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Receipt => "giay-tiep-nhan",
            Self::Supplement => "yeu-cau-bo-sung",
            Self::Refusal => "tu-choi",
            Self::Apology => "xin-loi",
            Self::Stop => "dung-giai-quyet",
            Self::ControlSlip => "phieu-kiem-soat",
        }
    }

    /// The form with that word.
    #[must_use]
    pub fn from_slug(slug: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|form| form.slug() == slug)
    }

    /// Its number and title in a set; nothing when the set has no such form.
    #[must_use]
    pub const fn named(self, set: FormSet) -> Option<(&'static str, &'static str)> {
        use FormSet::{Circular2018 as Old, Circular2025 as New};
        Some(match (set, self) {
            (_, Self::Receipt) => ("01", "GIẤY TIẾP NHẬN HỒ SƠ VÀ HẸN TRẢ KẾT QUẢ"),
            (_, Self::Supplement) => ("02", "PHIẾU YÊU CẦU BỔ SUNG, HOÀN THIỆN HỒ SƠ"),
            (_, Self::Refusal) => ("03", "PHIẾU TỪ CHỐI TIẾP NHẬN GIẢI QUYẾT HỒ SƠ"),
            (Old, Self::Apology) => ("04", "PHIẾU XIN LỖI VÀ HẸN LẠI NGÀY TRẢ KẾT QUẢ"),
            (New, Self::Apology) => {
                ("04", "VĂN BẢN XIN LỖI VÀ ĐỀ NGHỊ GIA HẠN THỜI GIAN GIẢI QUYẾT")
            }
            (Old, Self::Stop) => return None,
            (New, Self::Stop) => ("05", "THÔNG BÁO DỪNG GIẢI QUYẾT HỒ SƠ"),
            (Old, Self::ControlSlip) => ("05", "PHIẾU KIỂM SOÁT QUÁ TRÌNH GIẢI QUYẾT HỒ SƠ"),
            (New, Self::ControlSlip) => ("06", "PHIẾU KIỂM SOÁT QUÁ TRÌNH GIẢI QUYẾT HỒ SƠ"),
        })
    }

    const fn template(self) -> &'static str {
        match self {
            Self::Receipt => include_str!("../forms/receipt.typ"),
            Self::Supplement => include_str!("../forms/supplement.typ"),
            Self::Refusal => include_str!("../forms/refusal.typ"),
            Self::Apology => include_str!("../forms/apology.typ"),
            Self::Stop => include_str!("../forms/stop.typ"),
            Self::ControlSlip => include_str!("../forms/control-slip.typ"),
        }
    }

    /// The 2018 set is A5 except what must hold a table of hand-overs.
    const fn paper(self, set: FormSet) -> &'static str {
        match (set, self) {
            (_, Self::ControlSlip) | (FormSet::Circular2025, _) => "a4",
            (FormSet::Circular2018, _) => "a5",
        }
    }
}

/// The circular that a set of forms comes from, as papers cite it.
pub(crate) const fn circular(set: FormSet) -> &'static str {
    match set {
        FormSet::Circular2018 => "Thông tư số 01/2018/TT-VPCP",
        FormSet::Circular2025 => "Thông tư số 03/2025/TT-VPCP",
    }
}

/// Prints a paper about a dossier as PDF.
///
/// # Errors
/// When the dossier's set has no such form, or the typesetter fails.
pub fn render(form: Form, sheet: &DossierSheet) -> Result<Vec<u8>, PrintError> {
    typeset::pdf_on_few_pages(form.template(), form_data(form, sheet)?)
}

/// Prints several papers, each with its dossier, into one PDF.
///
/// # Errors
/// When the set of a dossier has no such form, or the typesetter fails.
pub fn render_many(papers: &[(Form, DossierSheet)]) -> Result<Vec<u8>, PrintError> {
    let data = papers.iter().map(|(form, sheet)| Ok((form.template(), form_data(*form, sheet)?)));
    typeset::joined_pdf(data.collect::<Result<_, PrintError>>()?)
}

/// What the template of `form` sees of `sheet`.
pub(crate) fn form_data(form: Form, sheet: &DossierSheet) -> Result<Value, PrintError> {
    let (number, title) = form.named(sheet.forms).ok_or(PrintError::NotInSet)?;
    let mut data = serde_json::to_value(sheet)?;
    let date = sheet.document_date.or_else(|| sheet.received_at.map(jiff::civil::DateTime::date));
    let time = |at: Option<jiff::civil::DateTime>| at.map(long_time);
    let total: i64 = sheet.fees.iter().map(|fee| fee.dong).fold(0, i64::saturating_add);
    let request = if sheet.request.is_empty() { &sheet.procedure_name } else { &sheet.request };
    merge(
        &mut data,
        json!({
            "kind": form.slug(),
            "title": title,
            "form_label": format!("Mẫu số {number} ({})", circular(sheet.forms)),
            "paper": form.paper(sheet.forms),
            "date": date.map(|d| [i64::from(d.year()), i64::from(d.month()), i64::from(d.day())]),
            "date_text": date.map(long_date),
            "request": request,
            "received_text": time(sheet.received_at),
            "received_day": sheet.received_at.map(|at| long_date(at.date())),
            "due_text": time(sheet.due_at),
            "second_received_text": time(sheet.second_received_at),
            "second_due_text": time(sheet.second_due_at),
            "original_due_text": time(sheet.original_due_at),
            "new_due_text": time(sheet.new_due_at),
            "stop_requested_text": time(sheet.stop_requested_at),
            "hop_times": sheet.hops.iter().map(|hop| time(hop.at)).collect::<Vec<_>>(),
            "fee_texts": sheet.fees.iter().map(|fee| money(fee.dong)).collect::<Vec<_>>(),
            "fee_total": money(total),
            "fee_words": money_in_words(total),
            "qr": qr_or_nothing(&sheet.track_url)?,
            "rate_qr": qr_or_nothing(&sheet.rate_url)?,
            "bars": if form == Form::Receipt { bars_svg(&sheet.code) } else { None },
            "pay_qr": qr_or_nothing(&sheet.pay_qr)?,
        }),
    );
    clean(&mut data);
    Ok(data)
}

/// The square code of an address, if there is one.
pub(crate) fn qr_or_nothing(url: &str) -> Result<Option<String>, PrintError> {
    if url.is_empty() { Ok(None) } else { qr_svg(url).map(Some) }
}

/// Adds the fields of `more` to the object `data`.
pub(crate) fn merge(data: &mut Value, more: Value) {
    if let (Value::Object(data), Value::Object(more)) = (data, more) {
        data.extend(more);
    }
}
