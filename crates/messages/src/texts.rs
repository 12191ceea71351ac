//! What messages say: words that the office may put in its own, with places for what changes.

use std::collections::BTreeMap;

use askama::Template;
use axum::{
    http::StatusCode,
    response::{IntoResponse as _, Response},
};
use domain::{
    lang::Lang,
    message::{Form, Kind, check, examples, filled, fitting, places, shipped},
};
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

/// Which words: of a kind, in full or as a text message, in a language.
type Of = (Kind, Form, Lang);

/// The words in use in a language: in full and as a text message.
pub fn in_use(tx: &mut Tx<'_>, kind: Kind, lang: Lang) -> Result<(String, String), Fault> {
    Ok((sql::text(tx, kind, Form::Full, lang)?, sql::text(tx, kind, Form::Short, lang)?))
}

/// What a field or a part of the configuration is called: the full Vietnamese words by their kind alone.
fn name_of((kind, form, lang): Of) -> String {
    let lang = if lang == Lang::En { "-en" } else { "" };
    match form {
        Form::Full => format!("{}{lang}", kind.code()),
        Form::Short => format!("{}{lang}-sms", kind.code()),
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

fn all() -> impl Iterator<Item = Of> {
    let forms = || Lang::ALL.into_iter().flat_map(|lang| Form::ALL.map(|form| (form, lang)));
    Kind::editable().flat_map(move |kind| forms().map(move |(form, lang)| (kind, form, lang)))
}

fn kept(tx: &mut Tx<'_>, (kind, form, lang): Of) -> Result<String, Fault> {
    sql::text(tx, kind, form, lang)
}

fn keep(tx: &mut Tx<'_>, of: Of, text: &str) -> Result<(), Fault> {
    let (kind, form, lang) = of;
    let own = Some(text).filter(|it| *it != shipped(kind, form, lang));
    sql::keep_text(tx, of, own)?;
    let details = serde_json::json!({"kind": kind.code(), "form": form.code(lang), "text": text});
    tx.journal(Entry::new("notice_text", 0, "change").details(&details));
    Ok(())
}

/// The words as a part of the configuration.
pub const PART: ConfigPart = ConfigPart {
    name: "notice-texts",
    label: "Mẫu tin báo cho dân",
    take_out: |_, tx| {
        let mut texts = BTreeMap::new();
        for of in all() {
            texts.insert(name_of(of), kept(tx, of)?);
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
        for of in all() {
            let (kind, form, lang) = of;
            // A part that was taken out by an edition without English has none: what there is stays.
            let Some(text) = wanted.get(&name_of(of)) else { continue };
            if let Err(mistake) = check(kind, form, lang, text) {
                return Err(Failure::Refused(format!("{}: {mistake}", kind.label())));
            }
            if kept(tx, of)? != *text {
                keep(tx, of, text)?;
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

/// The words of a kind in one language, with what they come to.
struct Said {
    lang: Lang,
    full: String,
    short: String,
    /// What the two fields are called.
    full_label: String,
    short_label: String,
    sample: String,
    sms: String,
    chars: usize,
}

struct TextView {
    label: &'static str,
    places: String,
    said: Vec<Said>,
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

fn said(m: &Mistakes, kind: Kind, lang: Lang) -> Said {
    let (full, short) = (name_of((kind, Form::Full, lang)), name_of((kind, Form::Short, lang)));
    let examples = examples(kind, lang);
    let values: Vec<(String, String)> =
        examples.iter().map(|it| (it.0.to_owned(), it.1.to_owned())).collect();
    let sms = fitting(m.typed(&short), &values);
    let of = match lang {
        Lang::Vi => kind.label().to_owned(),
        Lang::En => format!("{} (tiếng Anh)", kind.label()),
    };
    Said {
        lang,
        sample: filled(m.typed(&full), &examples),
        full_label: format!("{of}: lời đầy đủ"),
        short_label: format!("{of}: tin nhắn"),
        chars: sms.chars().count(),
        full,
        short,
        sms,
    }
}

fn page(site: &Site, who: &Who, m: &Mistakes) -> Result<Html<String>, Failure> {
    let texts = Kind::editable()
        .map(|kind| {
            let named: Vec<String> =
                places(kind).iter().map(|it| format!("{{{}}}", it.0)).collect();
            TextView {
                label: kind.label(),
                places: format!("Chỗ điền: {}.", named.join(", ")),
                said: Lang::ALL.map(|lang| said(m, kind, lang)).into(),
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
            for of in all() {
                typed.set(&name_of(of), kept(tx, of)?);
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
    for (kind, form, lang) in all() {
        let name = name_of((kind, form, lang));
        if typed.get(&name).is_empty() {
            typed.set(&name, shipped(kind, form, lang));
        }
    }
    let off: Vec<(Kind, bool)> = Kind::editable()
        .filter(|it| it.may_be_off())
        .map(|it| (it, typed.has(&off_name(it))))
        .collect();
    let mut fields = Fields::of(typed);
    let mut texts = Vec::new();
    for of in all() {
        let (kind, form, lang) = of;
        let name = name_of(of);
        if let Some(text) = fields.text(&name, CHARS_MAX) {
            match check(kind, form, lang, &text) {
                Err(mistake) => fields.wrong(&name, mistake.to_string()),
                Ok(()) => texts.push((of, text)),
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
        for (of, text) in &texts {
            if kept(tx, *of)? != *text {
                keep(tx, *of, text)?;
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
