//! What the papers for citizens say beyond the words of the law: the apology's regret and its last sentence,
//! the note at the foot of the receipt; in each office's own words.

use std::collections::BTreeMap;

use askama::Template;
use axum::response::Response;
use domain::{access::Action, ids::UnitId};
use serde_json::Value;
use site::{
    AdminGroup, Asked, Failure, Fields, Filled, Html, Mistakes, Routes, Shell, Site, State, Typed,
    Who,
    configuration::{ConfigPart, unit_name, unit_named},
    demand, form, get, told,
};
use store::{Fault, Tx, journal::Entry};

mod sql;
#[cfg(test)]
mod tests;

const PAGE: &str = "/co-quan/quan-tri/loi-giay-to";
/// What the journal calls such a text.
const SUBJECT: &str = "paper_text";

/// The routes of this slice.
#[must_use]
pub fn routes() -> Routes {
    Routes::default()
        .admin(
            AdminGroup::Work,
            ("Lời trên giấy tờ", PAGE),
            Action::WorkflowManage,
            "Lời xin lỗi, lời kết của phiếu xin lỗi và ghi chú cuối giấy hẹn, theo từng cơ quan.",
        )
        .configures(PART)
        .on(PAGE, Action::WorkflowManage, get(show).post(save))
}

/// A text and where it stands.
struct PaperText {
    /// Its stable name.
    kind: &'static str,
    label: &'static str,
    hint: &'static str,
    chars_max: usize,
}

const ALL: [PaperText; 3] = [
    PaperText {
        kind: "apology_regret",
        label: "Phiếu xin lỗi: câu nhận lỗi",
        hint: "Có sẵn: Sự chậm trễ này đã gây phiền hà, tốn kém chi phí, công sức của Ông (Bà)/tổ chức.",
        chars_max: 400,
    },
    PaperText {
        kind: "apology_closing",
        label: "Phiếu xin lỗi: lời kết",
        hint: "Có sẵn: Mong nhận được sự thông cảm của Ông (Bà)/tổ chức vì sự chậm trễ này./.",
        chars_max: 400,
    },
    PaperText {
        kind: "receipt_note",
        label: "Giấy hẹn: ghi chú ở cuối",
        hint: "Có sẵn: không có ghi chú. Ví dụ: Mang theo giấy này và căn cước khi nhận kết quả.",
        chars_max: 200,
    },
];

/// The own words of an office; an empty one is the shipped one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct PaperTexts {
    pub apology_regret: String,
    pub apology_closing: String,
    pub receipt_note: String,
}

/// What the papers of a body say in its own words.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub(crate) fn of(tx: &mut Tx<'_>, body: UnitId) -> Result<PaperTexts, Fault> {
    let mut all = sql::of_unit(tx, body)?;
    let mut take = |kind| all.remove(kind).unwrap_or_default();
    Ok(PaperTexts {
        apology_regret: take("apology_regret"),
        apology_closing: take("apology_closing"),
        receipt_note: take("receipt_note"),
    })
}

fn keep(tx: &mut Tx<'_>, unit: UnitId, kind: &str, text: &str) -> Result<(), Fault> {
    sql::set(tx, unit, kind, text)?;
    let details = serde_json::json!({"kind": kind, "text": text});
    tx.journal(Entry::new(SUBJECT, unit.0, "change").details(&details));
    Ok(())
}

fn bodies(who: &Who) -> impl Iterator<Item = UnitId> {
    let is_body = |kind: &str| matches!(kind, "commune" | "district" | "province");
    let all = who.tree.all().filter(move |it| is_body(&it.kind)).map(|it| it.id);
    all.filter(move |it| who.can_at(Action::WorkflowManage, *it))
}

#[derive(Template)]
#[template(path = "paper_texts/templates/form.html")]
struct Form<'a> {
    shell: Shell,
    m: &'a Mistakes,
    units: Vec<(String, String)>,
    unit: String,
    texts: &'static [PaperText],
}

fn page(site: &Site, who: &Who, unit: UnitId, m: &Mistakes) -> Result<Html<String>, Failure> {
    site.page(&Form {
        shell: site.shell(who),
        m,
        units: bodies(who).map(|it| (it.to_string(), who.tree.title(it).to_owned())).collect(),
        unit: unit.to_string(),
        texts: &ALL,
    })
}

fn unit_asked(who: &Who, typed: &Typed) -> Result<UnitId, Failure> {
    let asked = typed.get("don-vi");
    if asked.is_empty() {
        return bodies(who).next().ok_or(Failure::NotFound);
    }
    let unit = asked.parse().ok().map(UnitId);
    unit.filter(|unit| bodies(who).any(|it| it == *unit)).ok_or(Failure::NotFound)
}

/// What the form was filled from.
fn mark(all: &BTreeMap<String, String>) -> String {
    form::mark_of(ALL.iter().map(|it| all.get(it.kind).map_or("", String::as_str)))
}

/// GET `/co-quan/quan-tri/loi-giay-to`
async fn show(
    State(site): State<Site>,
    who: Who,
    Asked(asked): Asked,
) -> Result<Html<String>, Failure> {
    let unit = unit_asked(&who, &asked)?;
    let all = site.read(&who, move |tx| Ok(sql::of_unit(tx, unit)?)).await?;
    let mut typed = Typed::default();
    typed.set("an-ban", mark(&all));
    for (kind, text) in all {
        typed.set(&kind, text);
    }
    page(&site, &who, unit, &Mistakes::none(typed))
}

/// POST `/co-quan/quan-tri/loi-giay-to`
async fn save(
    State(site): State<Site>,
    who: Who,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    let unit = unit_asked(&who, &typed)?;
    demand(&who, Action::WorkflowManage, unit)?;
    let edition = typed.get("an-ban").to_owned();
    let mut fields = Fields::of(typed);
    let texts: Vec<Option<String>> =
        ALL.iter().map(|it| fields.optional_text(it.kind, it.chars_max)).collect();
    let texts: Option<Vec<String>> = texts.into_iter().collect();
    let texts = match fields.finish(texts) {
        Ok(it) => it,
        Err(m) => return Err(Failure::Mistaken(page(&site, &who, unit, &m)?)),
    };
    site.write(&who, move |tx| {
        let before = sql::of_unit(tx, unit)?;
        if mark(&before) != edition {
            return Err(Failure::Refused(
                "Lời trên giấy tờ vừa được người khác sửa. Hãy mở lại trang để xem lời mới."
                    .to_owned(),
            ));
        }
        for (it, text) in ALL.iter().zip(&texts) {
            let text = domain::text::tidy(text);
            if before.get(it.kind).map_or("", String::as_str) != text {
                keep(tx, unit, it.kind, &text)?;
            }
        }
        Ok(())
    })
    .await?;
    Ok(told(&format!("{PAGE}?don-vi={unit}"), "Đã lưu. Giấy in từ lúc này mang lời mới."))
}

/// The texts as a part of the configuration: by unit.
const PART: ConfigPart = ConfigPart {
    name: "paper-texts",
    label: "Lời trên giấy tờ: phiếu xin lỗi, giấy hẹn",
    take_out: |tree, tx| {
        let mut all: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
        for unit in tree.all() {
            let texts = sql::of_unit(tx, unit.id)?;
            if !texts.is_empty() {
                all.insert(unit_name(tree, unit.id), texts);
            }
        }
        Ok(serde_json::json!(all))
    },
    bring_in: |_, who, tx, value: &Value| {
        let wanted: BTreeMap<String, BTreeMap<String, String>> =
            serde_json::from_value(value.clone())
                .map_err(|_| Failure::Refused("Lời trên giấy tờ không đúng dạng.".to_owned()))?;
        let mut lines = Vec::new();
        for (name, texts) in wanted {
            let Some(unit) = unit_named(&who.tree, &name) else {
                return Err(Failure::Refused(format!("Không có đơn vị nào là “{name}”.")));
            };
            let before = sql::of_unit(tx, unit)?;
            for it in &ALL {
                let Some(text) = texts.get(it.kind) else { continue };
                if text.chars().count() > it.chars_max {
                    return Err(Failure::Refused(format!(
                        "{}: dài tối đa {} ký tự.",
                        it.label, it.chars_max
                    )));
                }
                let text = domain::text::tidy(text);
                if before.get(it.kind).map_or("", String::as_str) != text {
                    keep(tx, unit, it.kind, &text)?;
                    lines.push(format!("{}, {}: “{text}”", who.tree.title(unit), it.label));
                }
            }
        }
        Ok(lines)
    },
};
