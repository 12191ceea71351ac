//! What can be done to forms, each change with its entry in the journal.

use domain::eform::{Eform, Field, Page};
use jiff::civil::Date;
use store::{Fault, Tx, journal::Entry};

use super::{
    DRAFT, SUBJECT,
    sql::{self, Draft},
};
use crate::procedures::facts as procedures;

/// Why a form is not changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EformChangeError {
    /// Somebody else changed the draft in between.
    #[error("Bản nháp vừa được người khác sửa. Hãy mở lại để xem nội dung mới trước khi sửa tiếp.")]
    Stale,
    /// There is a draft already.
    #[error("Biểu mẫu {code} đang có bản nháp. Hãy sửa tiếp hoặc bỏ bản nháp đó trước.")]
    HasDraft {
        /// Whose.
        code: String,
    },
    /// The code is taken.
    #[error("Mã {code} đã có biểu mẫu.")]
    Taken {
        /// The code.
        code: String,
    },
    /// It has grave mistakes.
    #[error("Biểu mẫu còn {count} lỗi phải sửa trước khi công bố.")]
    Grave {
        /// How many.
        count: usize,
    },
    /// The day is over.
    #[error("Ngày có hiệu lực không thể trước hôm nay.")]
    InThePast,
    /// There is no such procedure.
    #[error("Không có thủ tục mã {code} trong danh mục đang áp dụng.")]
    NoProcedure {
        /// The code.
        code: String,
    },
    /// It has no version yet.
    #[error("Biểu mẫu {code} chưa có phiên bản nào đang áp dụng.")]
    NotInForce {
        /// The code.
        code: String,
    },
}

impl domain::Refusal for EformChangeError {}

/// A change that people may be refused.
pub type Changed<T> = Result<Result<T, EformChangeError>, Fault>;

/// Begins a draft of a form from its newest version, or finds the one that there is.
pub fn begin(tx: &mut Tx<'_>, code: &str) -> Result<Option<Draft>, Fault> {
    if let Some(it) = sql::draft(tx, code)? {
        return Ok(Some(it));
    }
    let Some(newest) = sql::versions(tx, code)?.into_iter().next() else { return Ok(None) };
    insert(tx, &newest.body, Some(newest.id))?;
    sql::draft(tx, code)
}

fn insert(tx: &mut Tx<'_>, body: &Eform, based_on: Option<i64>) -> Result<(), Fault> {
    let id = sql::insert_draft(tx, body, based_on)?;
    let details = serde_json::json!({"code": body.code, "based_on": based_on});
    tx.journal(Entry::new(DRAFT, id, "draft").details(&details));
    Ok(())
}

/// Begins the draft of a form that there is not yet.
pub fn create(tx: &mut Tx<'_>, body: &Eform) -> Changed<()> {
    let code = body.code.clone();
    if sql::draft(tx, &code)?.is_some() {
        return Ok(Err(EformChangeError::HasDraft { code }));
    }
    if sql::last_number(tx, &code)? > 0 {
        return Ok(Err(EformChangeError::Taken { code }));
    }
    insert(tx, body, None)?;
    Ok(Ok(()))
}

/// Begins a draft out of a file.
pub fn bring(tx: &mut Tx<'_>, body: &Eform) -> Changed<()> {
    let code = body.code.clone();
    if sql::draft(tx, &code)?.is_some() {
        return Ok(Err(EformChangeError::HasDraft { code }));
    }
    let newest = sql::versions(tx, &code)?.into_iter().next();
    insert(tx, body, newest.map(|it| it.id))?;
    Ok(Ok(()))
}

/// Keeps what was made of a draft.
pub fn keep(tx: &mut Tx<'_>, draft: &Draft, edition: i64, body: &Eform) -> Changed<()> {
    // Pressing the button without a change is no change.
    if draft.edition == edition && draft.body == *body {
        return Ok(Ok(()));
    }
    if !sql::keep_draft(tx, draft.id, edition, body)? {
        return Ok(Err(EformChangeError::Stale));
    }
    let details = serde_json::json!({"code": body.code, "fields": body.fields().count()});
    tx.journal(Entry::new(DRAFT, draft.id, "change_draft").details(&details));
    Ok(Ok(()))
}

/// Drops a draft.
pub fn discard(tx: &mut Tx<'_>, draft: &Draft, edition: i64) -> Changed<()> {
    if !sql::drop_draft(tx, draft.id, edition)? {
        return Ok(Err(EformChangeError::Stale));
    }
    let details = serde_json::json!({"code": draft.body.code});
    tx.journal(Entry::new(DRAFT, draft.id, "discard_draft").details(&details));
    Ok(Ok(()))
}

/// Makes a version of a draft, in force from `from`. Running dossiers stay on theirs.
pub fn publish(tx: &mut Tx<'_>, draft: &Draft, edition: i64, from: Date) -> Changed<i64> {
    if from < tx.now().civil().date() {
        return Ok(Err(EformChangeError::InThePast));
    }
    let count = draft.body.findings().iter().filter(|it| it.is_grave).count();
    if count > 0 {
        return Ok(Err(EformChangeError::Grave { count }));
    }
    if !sql::drop_draft(tx, draft.id, edition)? {
        return Ok(Err(EformChangeError::Stale));
    }
    Ok(Ok(put_in_force(tx, &draft.body, from)?))
}

/// Adds the next version of a form.
pub fn put_in_force(tx: &mut Tx<'_>, body: &Eform, from: Date) -> Result<i64, Fault> {
    let number = sql::last_number(tx, &body.code)? + 1;
    let version = u32::try_from(number).map_err(|e| Fault::Broken(format!("a version: {e}")))?;
    let body = Eform { version, ..body.clone() };
    let id = sql::insert_version(tx, &body, from)?;
    let details = serde_json::json!({
        "code": body.code, "version": version, "in_force_from": from.to_string(),
    });
    tx.journal(Entry::new(SUBJECT, id, "publish").details(&details));
    Ok(id)
}

/// Has a procedure filed with a form from now on.
pub fn bind(tx: &mut Tx<'_>, procedure: &str, form: &str) -> Changed<()> {
    let today = tx.now().civil().date();
    if procedures::in_force(tx, procedure, today)?.is_none() {
        return Ok(Err(EformChangeError::NoProcedure { code: procedure.to_owned() }));
    }
    let versions = sql::versions(tx, form)?;
    let Some(current) = versions.iter().find(|it| it.from <= today) else {
        return Ok(Err(EformChangeError::NotInForce { code: form.to_owned() }));
    };
    sql::bind(tx, procedure, form)?;
    let details = serde_json::json!({"code": form, "procedure": procedure});
    tx.journal(Entry::new(SUBJECT, current.id, "bind").details(&details));
    Ok(Ok(()))
}

/// Lets a procedure be filed without a form again.
pub fn unbind(tx: &mut Tx<'_>, procedure: &str, form: &str) -> Result<(), Fault> {
    if sql::bound_to(tx, procedure)?.as_deref() == Some(form) && sql::unbind(tx, procedure)? {
        let newest = sql::versions(tx, form)?.first().map_or(0, |it| it.id);
        let details = serde_json::json!({"code": form, "procedure": procedure});
        tx.journal(Entry::new(SUBJECT, newest, "unbind").details(&details));
    }
    Ok(())
}

/// What is different in `new`, line by line, in words for people.
#[must_use]
pub fn differences(old: Option<&Eform>, new: &Eform) -> Vec<String> {
    let Some(old) = old else {
        return vec![format!(
            "Biểu mẫu mới, {} phần, {} mục.",
            new.pages.len(),
            new.fields().count()
        )];
    };
    let mut lines = Vec::new();
    for (what, a, b) in [
        ("Tên", &old.title, &new.title),
        ("Tên tiếng Anh", &old.title_en, &new.title_en),
        ("Tiêu đề in", &old.heading, &new.heading),
        ("Kính gửi", &old.to, &new.to),
        ("Căn cứ", &old.source, &new.source),
        ("Lời cam đoan", &old.oath, &new.oath),
        ("Lời cam đoan tiếng Anh", &old.oath_en, &new.oath_en),
    ] {
        if a != b {
            lines.push(format!("{what}: “{}” thành “{}”.", short(a), short(b)));
        }
    }
    of_pages(old, new, &mut lines);
    of_fields(old, new, &mut lines);
    for (what, a, b) in [
        ("quy tắc", codes(&old.rules, |it| &it.code), codes(&new.rules, |it| &it.code)),
        ("người ký", codes(&old.signers, |it| &it.code), codes(&new.signers, |it| &it.code)),
    ] {
        let gone = a.iter().filter(|it| !b.contains(it)).map(|it| format!("Bỏ {what} {it}."));
        let added = b.iter().filter(|it| !a.contains(it)).map(|it| format!("Thêm {what} {it}."));
        lines.extend(gone.chain(added));
    }
    for it in &new.rules {
        if old.rules.iter().any(|a| a.code == it.code && a != it) {
            lines.push(format!("Sửa quy tắc {}.", it.code));
        }
    }
    for it in &new.signers {
        if old.signers.iter().any(|a| a.code == it.code && a != it) {
            lines.push(format!("Sửa người ký {}.", it.code));
        }
    }
    lines
}

fn codes<T>(of: &[T], code: impl Fn(&T) -> &String) -> Vec<&str>
where
    T: Sized,
{
    of.iter().map(|it| code(it).as_str()).collect()
}

fn of_pages(old: &Eform, new: &Eform, lines: &mut Vec<String>) {
    let has = |of: &Eform, code: &str| of.pages.iter().any(|it| it.code == code);
    for it in old.pages.iter().filter(|it| !has(new, &it.code)) {
        lines.push(format!("Bỏ phần “{}”.", it.title));
    }
    for it in &new.pages {
        let before = old.pages.iter().find(|a| a.code == it.code);
        let head = |it: &Page| Page { fields: Vec::new(), ..it.clone() };
        match before {
            None => lines.push(format!("Thêm phần “{}”.", it.title)),
            Some(a) if head(a) != head(it) => lines.push(format!("Sửa phần “{}”.", it.title)),
            Some(_) => {}
        }
    }
    let order = |of: &Eform, other: &Eform| {
        let all = of.pages.iter().filter(|it| has(other, &it.code));
        all.map(|it| it.code.clone()).collect::<Vec<_>>()
    };
    if order(old, new) != order(new, old) {
        lines.push("Đổi thứ tự các phần.".to_owned());
    }
}

fn of_fields(old: &Eform, new: &Eform, lines: &mut Vec<String>) {
    for (_, it) in old.fields().filter(|(_, it)| new.field(&it.code).is_none()) {
        lines.push(format!("Bỏ mục “{}” ({}).", short(&it.label), it.code));
    }
    for (page, it) in new.fields() {
        let Some((before, a)) = old.fields().find(|(_, a)| a.code == it.code) else {
            lines.push(format!(
                "Thêm mục “{}” ({}, {}).",
                short(&it.label),
                it.code,
                it.kind.label()
            ));
            continue;
        };
        let mut parts = of_a_field(a, it);
        if before.code != page.code {
            parts.push(format!("chuyển sang phần “{}”", page.title));
        }
        if !parts.is_empty() {
            lines.push(format!("Mục “{}” ({}): {}.", short(&it.label), it.code, parts.join("; ")));
        }
    }
    let order = |of: &Eform, other: &Eform| {
        let all = of.fields().filter(|(_, it)| other.field(&it.code).is_some());
        all.map(|(_, it)| it.code.clone()).collect::<Vec<_>>()
    };
    if order(old, new) != order(new, old) {
        lines.push("Đổi thứ tự các mục.".to_owned());
    }
}

fn of_a_field(a: &Field, b: &Field) -> Vec<String> {
    let mut parts = Vec::new();
    if a.label != b.label {
        parts.push(format!("“{}” thành “{}”", short(&a.label), short(&b.label)));
    }
    if a.kind != b.kind {
        parts.push(format!("kiểu “{}” thành “{}”", a.kind.label(), b.kind.label()));
    }
    if a.required != b.required {
        parts.push(if b.required { "nay bắt buộc" } else { "không còn bắt buộc" }.to_owned());
    }
    let changed = [
        (a.label_en != b.label_en || a.hint_en != b.hint_en, "đổi lời tiếng Anh"),
        (a.hint != b.hint, "đổi lời hướng dẫn"),
        (a.when != b.when, "đổi điều kiện hiện"),
        (a.min != b.min || a.max != b.max || a.bound != b.bound, "đổi giới hạn"),
        (a.options != b.options, "đổi lựa chọn"),
        (a.columns != b.columns, "đổi cột"),
        (a.formula != b.formula || a.money != b.money, "đổi công thức"),
        (a.born != b.born || a.sex != b.sex, "đổi mục đối chiếu"),
        (a.screen != b.screen, "đổi việc có in ra hay không"),
        (a.prefill != b.prefill, "đổi chỗ lấy sẵn"),
        (a.follow != b.follow, "đổi trả lời đề nghị sẵn"),
        (a.fee != b.fee, "đổi số bản tính phí"),
    ];
    parts.extend(changed.iter().filter(|it| it.0).map(|it| it.1.to_owned()));
    parts
}

/// The beginning of a long text.
#[must_use]
pub fn short(long: &str) -> String {
    let mut text: String = long.chars().take(80).collect();
    if text.len() < long.len() {
        text.push('…');
    }
    text
}
