//! What messages say: words that the office may put in its own, with places for what changes.

use std::collections::BTreeMap;

use askama::Template;
use axum::{
    http::StatusCode,
    response::{IntoResponse as _, Response},
};
use domain::message::{Form, Kind, check, filled, fitting, places, shipped};
use serde_json::Value;
use site::{
    Failure, Fields, Filled, Html, Mistakes, Shell, Site, State, Typed, Who,
    configuration::ConfigPart, told,
};
use store::{Fault, Tx, journal::Entry};

use crate::sql;

/// Where words are.
pub const PAGE: &str = "/co-quan/quan-tri/mau-tin";
/// Characters of a field at most; a longer text is told by the rule itself.
const CHARS_MAX: usize = 1_000;

/// The words in use: in full and as a text message.
pub fn in_use(tx: &mut Tx<'_>, kind: Kind) -> Result<(String, String), Fault> {
    Ok((sql::text(tx, kind, Form::Full)?, sql::text(tx, kind, Form::Short)?))
}

/// What a field or a part of the configuration is called: the full words by their kind alone.
fn name_of(kind: Kind, form: Form) -> String {
    match form {
        Form::Full => kind.code().to_owned(),
        Form::Short => format!("{}-sms", kind.code()),
    }
}

/// What the tick is called by which the office does without a kind.
fn off_name(kind: Kind) -> String {
    format!("{}-tat", kind.code())
}

fn turn(tx: &mut Tx<'_>, kind: Kind, off: bool) -> Result<(), Fault> {
    sql::keep_off(tx, kind, off)?;
    let details = serde_json::json!({"kind": kind.code(), "off": off});
    tx.journal(Entry::new("notice_text", 0, "turn").details(&details));
    Ok(())
}

fn all() -> impl Iterator<Item = (Kind, Form)> {
    Kind::editable().flat_map(|kind| Form::ALL.into_iter().map(move |form| (kind, form)))
}

fn keep(tx: &mut Tx<'_>, of: (Kind, Form), text: &str) -> Result<(), Fault> {
    let own = Some(text).filter(|it| *it != shipped(of.0, of.1));
    sql::keep_text(tx, of, own)?;
    let details = serde_json::json!({"kind": of.0.code(), "form": of.1.code(), "text": text});
    tx.journal(Entry::new("notice_text", 0, "change").details(&details));
    Ok(())
}

/// The words as a part of the configuration.
pub const PART: ConfigPart = ConfigPart {
    name: "notice-texts",
    label: "Mẫu tin báo cho dân",
    take_out: |_, tx| {
        let mut texts = BTreeMap::new();
        for (kind, form) in all() {
            texts.insert(name_of(kind, form), sql::text(tx, kind, form)?);
        }
        for kind in Kind::editable().filter(|it| it.may_be_off()) {
            let off = if sql::is_off(tx, kind)? { "1" } else { "" };
            texts.insert(off_name(kind), off.to_owned());
        }
        Ok(serde_json::json!(texts))
    },
    bring_in: |_, _, tx, value: &Value| {
        let wanted: BTreeMap<String, String> = serde_json::from_value(value.clone())
            .map_err(|_| Failure::Refused("Mẫu tin không đúng dạng.".to_owned()))?;
        let mut lines = Vec::new();
        for (kind, form) in all() {
            let Some(text) = wanted.get(&name_of(kind, form)) else { continue };
            if let Err(mistake) = check(kind, form, text) {
                return Err(Failure::Refused(format!("{}: {mistake}", kind.label())));
            }
            if sql::text(tx, kind, form)? != *text {
                keep(tx, (kind, form), text)?;
                lines.push(format!("{}: “{text}”", kind.label()));
            }
        }
        for kind in Kind::editable().filter(|it| it.may_be_off()) {
            let Some(off) = wanted.get(&off_name(kind)).map(|it| !it.is_empty()) else { continue };
            if sql::is_off(tx, kind)? != off {
                turn(tx, kind, off)?;
                let said = if off { "không gửi" } else { "gửi" };
                lines.push(format!("{}: {said}", kind.label()));
            }
        }
        Ok(lines)
    },
};

struct TextView {
    full: String,
    short: String,
    label: &'static str,
    places: String,
    sample: String,
    sms: String,
    chars: usize,
    /// The name of the tick by which the office does without it; empty if it may not.
    off: String,
}

#[derive(Template)]
#[template(path = "templates/texts.html")]
struct Texts<'a> {
    shell: Shell,
    m: &'a Mistakes,
    texts: Vec<TextView>,
}

fn page(site: &Site, who: &Who, m: &Mistakes) -> Result<Html<String>, Failure> {
    let texts = Kind::editable()
        .map(|kind| {
            let (full, short) = (name_of(kind, Form::Full), name_of(kind, Form::Short));
            let named: Vec<String> =
                places(kind).iter().map(|it| format!("{{{}}}", it.0)).collect();
            let sample = filled(m.typed(&full), places(kind));
            let values: Vec<(String, String)> =
                places(kind).iter().map(|it| (it.0.to_owned(), it.1.to_owned())).collect();
            let sms = fitting(m.typed(&short), &values);
            TextView {
                full,
                short,
                label: kind.label(),
                places: format!("Chỗ điền: {}.", named.join(", ")),
                sample,
                chars: sms.chars().count(),
                sms,
                off: if kind.may_be_off() { off_name(kind) } else { String::new() },
            }
        })
        .collect();
    site.page(&Texts { shell: site.shell(who), m, texts })
}

/// GET `/co-quan/quan-tri/mau-tin`
pub async fn form(State(site): State<Site>, who: Who) -> Result<Html<String>, Failure> {
    let typed = site
        .read(&who, |tx| {
            let mut typed = Typed::default();
            for (kind, form) in all() {
                typed.set(&name_of(kind, form), sql::text(tx, kind, form)?);
            }
            for kind in Kind::editable().filter(|it| it.may_be_off()) {
                if sql::is_off(tx, kind)? {
                    typed.set(&off_name(kind), "1");
                }
            }
            Ok(typed)
        })
        .await?;
    page(&site, &who, &Mistakes::none(typed))
}

/// POST `/co-quan/quan-tri/mau-tin`
pub async fn save(
    State(site): State<Site>,
    who: Who,
    Filled(mut typed): Filled,
) -> Result<Response, Failure> {
    // Emptied, a text is the shipped one again.
    for (kind, form) in all() {
        let name = name_of(kind, form);
        if typed.get(&name).is_empty() {
            typed.set(&name, shipped(kind, form));
        }
    }
    let off: Vec<(Kind, bool)> = Kind::editable()
        .filter(|it| it.may_be_off())
        .map(|it| (it, typed.has(&off_name(it))))
        .collect();
    let mut fields = Fields::of(typed);
    let mut texts = Vec::new();
    for (kind, form) in all() {
        let name = name_of(kind, form);
        if let Some(text) = fields.text(&name, CHARS_MAX) {
            match check(kind, form, &text) {
                Err(mistake) => fields.wrong(&name, mistake.to_string()),
                Ok(()) => texts.push(((kind, form), text)),
            }
        }
    }
    let whole = (texts.len() == all().count()).then_some(texts);
    let texts = match fields.finish(whole) {
        Ok(it) => it,
        Err(m) => {
            let page = page(&site, &who, &m)?;
            return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
        }
    };
    site.write(&who, move |tx| {
        for ((kind, form), text) in &texts {
            if sql::text(tx, *kind, *form)? != *text {
                keep(tx, (*kind, *form), text)?;
            }
        }
        for (kind, off) in off {
            if sql::is_off(tx, kind)? != off {
                turn(tx, kind, off)?;
            }
        }
        Ok(())
    })
    .await?;
    Ok(told(PAGE, "Đã lưu mẫu tin. Tin đã soạn từ trước giữ nguyên lời cũ."))
}
