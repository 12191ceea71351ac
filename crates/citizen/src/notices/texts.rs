//! What notices say: texts that the office may put in its own words, with places for what changes.

use std::collections::BTreeMap;

use askama::Template;
use axum::response::{IntoResponse as _, Response};
use serde_json::Value;
use site::{
    Failure, Fields, Filled, Html, Mistakes, Shell, Site, State, Typed, Who,
    configuration::ConfigPart, settings, told,
};
use store::{Fault, Tx, journal::Entry};

/// Characters of a text at most: three messages of a telephone.
const CHARS_MAX: usize = 400;
const PAGE: &str = "/co-quan/quan-tri/mau-tin";

/// A kind of notice and its text.
pub(super) struct NoticeText {
    /// Its stable name.
    pub kind: &'static str,
    label: &'static str,
    /// What it says until the office says something else.
    shipped: &'static str,
    /// The places that may stand in it; the first must.
    places: &'static [(&'static str, &'static str)],
}

const CODE: (&str, &str) = ("ma-ho-so", "H41.99.40-260302-0001");
const DUE: (&str, &str) = ("ngay-hen", "17:00, thứ Hai 16/03/2026");

/// The calendar moved the appointment.
pub(super) const NEW_DATE: NoticeText = NoticeText {
    kind: "new_date",
    label: "Ngày hẹn đổi vì lịch làm việc đổi",
    shipped: "Hồ sơ {ma-ho-so}: ngày hẹn trả kết quả là {ngay-hen} vì lịch làm việc thay đổi ({ly-do}).",
    places: &[CODE, DUE, ("ly-do", "nghỉ bù Quốc khánh")],
};

/// A new appointment was made with an apology.
pub(super) const EXTENDED: NoticeText = NoticeText {
    kind: "extended",
    label: "Xin lỗi và hẹn lại",
    shipped: "Hồ sơ {ma-ho-so}: cơ quan xin lỗi vì trả kết quả chậm và hẹn lại {ngay-hen}. \
              Phiếu xin lỗi gửi kèm.",
    places: &[CODE, DUE],
};

const ALL: [&NoticeText; 2] = [&NEW_DATE, &EXTENDED];

/// Puts values into a text. What stands in a value is never read as a place.
pub(super) fn filled(text: &str, values: &[(&str, &str)]) -> String {
    let mut out = String::with_capacity(text.len() + 40);
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        out.push_str(before);
        match after.split_once('}') {
            Some((name, then)) => {
                let value = values.iter().find(|it| it.0 == name).map_or("", |it| it.1);
                out.push_str(value);
                rest = then;
            }
            None => {
                out.push('{');
                rest = after;
            }
        }
    }
    out.push_str(rest);
    out
}

impl NoticeText {
    fn setting(&self) -> String {
        format!("notice_text:{}", self.kind)
    }

    fn in_use(&self, tx: &mut Tx<'_>) -> Result<String, Fault> {
        Ok(settings::get(tx, &self.setting())?.unwrap_or_else(|| self.shipped.to_owned()))
    }

    /// The text with these values in their places.
    pub(super) fn fill(&self, tx: &mut Tx<'_>, values: &[(&str, &str)]) -> Result<String, Fault> {
        Ok(filled(&self.in_use(tx)?, values))
    }

    /// What is wrong with a text, in Vietnamese.
    fn mistake(&self, text: &str) -> Option<String> {
        if text.chars().count() > CHARS_MAX {
            return Some(format!("Tin dài quá {CHARS_MAX} ký tự. Hãy viết ngắn lại."));
        }
        for part in text.split('{').skip(1) {
            let name = part.split_once('}').map(|it| it.0);
            match name {
                Some(name) if self.places.iter().any(|it| it.0 == name) => {}
                Some(name) => {
                    return Some(format!("Không có chỗ điền {{{name}}} trong loại tin này."));
                }
                None => return Some("Có dấu { mà thiếu dấu }.".to_owned()),
            }
        }
        let (owed, _) = self.places.first()?;
        let missing = !text.contains(&format!("{{{owed}}}"));
        missing.then(|| format!("Tin phải có {{{owed}}} để người dân biết là hồ sơ nào."))
    }

    fn keep(&self, tx: &mut Tx<'_>, text: &str) -> Result<(), Fault> {
        if text == self.shipped {
            settings::forget(tx, &self.setting())?;
        } else {
            settings::set(tx, &self.setting(), text)?;
        }
        let details = serde_json::json!({"kind": self.kind, "text": text});
        tx.journal(Entry::new("notice_text", 0, "change").details(&details));
        Ok(())
    }
}

/// The texts as a part of the configuration.
pub(super) const PART: ConfigPart = ConfigPart {
    name: "notice-texts",
    label: "Mẫu tin báo cho dân",
    take_out: |_, tx| {
        let mut texts = BTreeMap::new();
        for it in ALL {
            texts.insert(it.kind, it.in_use(tx)?);
        }
        Ok(serde_json::json!(texts))
    },
    bring_in: |_, _, tx, value: &Value| {
        let wanted: BTreeMap<String, String> = serde_json::from_value(value.clone())
            .map_err(|_| Failure::Refused("Mẫu tin không đúng dạng.".to_owned()))?;
        let mut lines = Vec::new();
        for it in ALL {
            let Some(text) = wanted.get(it.kind) else { continue };
            if let Some(mistake) = it.mistake(text) {
                return Err(Failure::Refused(format!("{}: {mistake}", it.label)));
            }
            if it.in_use(tx)? != *text {
                it.keep(tx, text)?;
                lines.push(format!("{}: “{text}”", it.label));
            }
        }
        Ok(lines)
    },
};

struct TextView {
    name: String,
    label: &'static str,
    places: String,
    sample: String,
}

#[derive(Template)]
#[template(path = "notices/templates/texts.html")]
struct Texts<'a> {
    shell: Shell,
    m: &'a Mistakes,
    texts: Vec<TextView>,
}

fn page(site: &Site, who: &Who, m: &Mistakes) -> Result<Html<String>, Failure> {
    let texts = ALL
        .iter()
        .map(|it| {
            let places: Vec<String> = it.places.iter().map(|it| format!("{{{}}}", it.0)).collect();
            TextView {
                name: it.kind.to_owned(),
                label: it.label,
                places: format!("Chỗ điền: {}.", places.join(", ")),
                sample: filled(m.typed(it.kind), it.places),
            }
        })
        .collect();
    site.page(&Texts { shell: site.shell(who), m, texts })
}

/// GET `/co-quan/quan-tri/mau-tin`
pub(super) async fn form(State(site): State<Site>, who: Who) -> Result<Html<String>, Failure> {
    let typed = site
        .read(&who, |tx| {
            let mut typed = Typed::default();
            for it in ALL {
                typed.set(it.kind, it.in_use(tx)?);
            }
            Ok(typed)
        })
        .await?;
    page(&site, &who, &Mistakes::none(typed))
}

/// POST `/co-quan/quan-tri/mau-tin`
pub(super) async fn save(
    State(site): State<Site>,
    who: Who,
    Filled(mut typed): Filled,
) -> Result<Response, Failure> {
    // Emptied, a text is the shipped one again.
    for it in ALL {
        if typed.get(it.kind).trim().is_empty() {
            typed.set(it.kind, it.shipped);
        }
    }
    let mut fields = Fields::of(typed);
    let mut texts = Vec::new();
    for it in ALL {
        // One longer than is taken is told in words of its own.
        if let Some(text) = fields.text(it.kind, CHARS_MAX) {
            match it.mistake(&text) {
                Some(mistake) => fields.wrong(it.kind, mistake),
                None => texts.push(text),
            }
        }
    }
    let texts = match fields.finish((texts.len() == ALL.len()).then_some(texts)) {
        Ok(it) => it,
        Err(m) => {
            let page = page(&site, &who, &m)?;
            return Ok((axum::http::StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
        }
    };
    site.write(&who, move |tx| {
        for (it, text) in ALL.iter().zip(&texts) {
            if it.in_use(tx)? != *text {
                it.keep(tx, text)?;
            }
        }
        Ok(())
    })
    .await?;
    Ok(told(PAGE, "Đã lưu mẫu tin. Tin đã soạn từ trước giữ nguyên lời cũ."))
}
