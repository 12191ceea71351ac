//! The words of an apology as `forms/apology.typ` sets them, for whoever reads it before it goes out. A test
//! holds the two against each other.

use crate::{
    DossierSheet, Form, FormSet, PrintError,
    vi::{long_date, long_time},
};

/// The words of a letter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApologyText {
    /// What stands above it.
    pub title: String,
    /// To whom it goes.
    pub to: String,
    /// Its paragraphs.
    pub lines: Vec<String>,
}

fn or_blank(text: &str) -> &str {
    if text.is_empty() { "………………" } else { text }
}

/// The words of the apology about a dossier.
///
/// # Errors
/// [`PrintError::NotInSet`] if its set of forms has none.
pub fn apology_text(sheet: &DossierSheet) -> Result<ApologyText, PrintError> {
    let (_, title) = Form::Apology.named(sheet.forms).ok_or(PrintError::NotInSet)?;
    let agency = or_blank(&sheet.agency.name);
    let day = sheet.received_at.map_or_else(String::new, |at| long_date(at.date()));
    let mut letters = or_blank(&day).chars();
    let day: String =
        letters.next().map_or_else(String::new, |it| it.to_uppercase().chain(letters).collect());
    let request = if sheet.request.is_empty() { &sheet.procedure_name } else { &sheet.request };
    let time = |at: Option<jiff::civil::DateTime>| at.map_or_else(String::new, long_time);
    let (original, new) = (time(sheet.original_due_at), time(sheet.new_due_at));
    let to_lead = !sheet.lead.is_empty();
    let (you, whose) = if to_lead {
        ("Quý cơ quan", "phần việc liên thông do Quý cơ quan chủ trì")
    } else {
        ("Ông (Bà)/tổ chức", "hồ sơ đề nghị giải quyết")
    };
    let applicant = match to_lead {
        true => format!("; người nộp hồ sơ: {}", or_blank(&sheet.applicant.name)),
        false => String::new(),
    };
    let mut lines = vec![
        format!(
            "{day}, {agency} tiếp nhận {whose}: {}{applicant}; mã hồ sơ: {}.",
            or_blank(request),
            or_blank(&sheet.code)
        ),
        format!("Thời gian hẹn trả kết quả giải quyết hồ sơ: {}.", or_blank(&original)),
        format!(
            "Tuy nhiên, {agency} chưa trả kết quả giải quyết hồ sơ của {you} đúng thời hạn quy định. Lý do:"
        ),
    ];
    lines.extend(sheet.reasons.iter().map(|it| format!("- {it}")));
    if !sheet.delayed_by.is_empty() {
        lines.push(format!("Cơ quan, đơn vị gây chậm trễ: {}.", sheet.delayed_by));
    }
    let regret = if to_lead {
        "Sự chậm trễ này ảnh hưởng đến thời hạn của cả hồ sơ và gây phiền hà cho người nộp."
    } else if sheet.apology_regret.is_empty() {
        "Sự chậm trễ này đã gây phiền hà, tốn kém chi phí, công sức của Ông (Bà)/tổ chức."
    } else {
        &sheet.apology_regret
    };
    let asks = match sheet.forms {
        FormSet::Circular2025 => " và đề nghị gia hạn thời gian giải quyết hồ sơ",
        FormSet::Circular2018 => "",
    };
    lines.push(format!("{regret} {agency} xin lỗi {you}{asks}."));
    lines.push(format!(
        "Kết quả giải quyết hồ sơ sẽ được trả cho {you} vào lúc {}.",
        or_blank(&new)
    ));
    lines.push(if to_lead {
        "Đề nghị Quý cơ quan báo người nộp nếu ngày hẹn của cả hồ sơ phải thay đổi./.".to_owned()
    } else if sheet.apology_closing.is_empty() {
        "Mong nhận được sự thông cảm của Ông (Bà)/tổ chức vì sự chậm trễ này./.".to_owned()
    } else {
        sheet.apology_closing.clone()
    });
    Ok(ApologyText {
        title: title.to_owned(),
        to: or_blank(if to_lead { &sheet.lead } else { &sheet.applicant.name }).to_owned(),
        lines,
    })
}
