//! Reading a form: all mistakes at once, each beside its field, nothing typed lost.

use std::{collections::BTreeMap, sync::Arc};

use axum::{
    body::Bytes,
    extract::{FromRequest, Multipart, Request},
    http::StatusCode,
};
use bytes::BytesMut;
use domain::Refusal;
use jiff::civil::{Date, DateTime};

use crate::{
    Failure, Site, Who,
    arriving::{self, Weight},
};

mod json;
mod once;

pub use json::{json_said, without_bom};
pub use once::{Before, SAVED, Sending, Sent, mark, once, sweep, take_mark};

/// Bytes of a form without files at most.
pub const FORM_BYTES_MAX: usize = 512 << 10;
/// Bytes of one uploaded file at most.
pub const FILE_BYTES_MAX: usize = 20 << 20;
/// Files in one form at most.
pub const FILES_MAX: usize = 20;
/// Fields in one form at most.
const FIELDS_MAX: usize = 2_000;

/// A form as it was typed: names and texts, in order; a name may stand more than once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Typed(Vec<(String, String)>);

impl Typed {
    /// A form with these fields.
    #[must_use]
    pub fn of(fields: Vec<(String, String)>) -> Self {
        Self(fields)
    }

    /// The first text under `name`, without spaces around it; empty if there is none.
    #[must_use]
    pub fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(it, _)| it == name).map_or("", |(_, text)| text.trim())
    }

    /// Every text under `name`.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(it, _)| it == name).map(|(_, text)| text.as_str())
    }

    /// Whether `name` stands in the form at all: a ticked box.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(it, _)| it == name)
    }

    /// Puts `text` under `name`, in place of what stood there.
    pub fn set(&mut self, name: &str, text: impl Into<String>) {
        self.0.retain(|(it, _)| it != name);
        self.0.push((name.to_owned(), text.into()));
    }

    /// Puts these texts under `name`, in place of what stood there.
    pub fn set_all(&mut self, name: &str, texts: impl IntoIterator<Item = String>) {
        self.0.retain(|(it, _)| it != name);
        self.0.extend(texts.into_iter().map(|text| (name.to_owned(), text)));
    }

    /// Names and texts, in order.
    #[must_use]
    pub fn pairs(&self) -> &[(String, String)] {
        &self.0
    }
}

/// What is wrong, by field; shown again beside what was typed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Mistakes {
    /// Field name to Vietnamese text.
    pub by_field: BTreeMap<String, String>,
    /// What the person typed, so that nothing has to be typed again.
    pub typed: Typed,
}

impl Mistakes {
    /// No mistakes, and these texts in the fields: a form shown for the first time.
    #[must_use]
    pub fn none(typed: Typed) -> Self {
        Self { by_field: BTreeMap::new(), typed }
    }

    /// One mistake beside its field.
    #[must_use]
    pub fn one(typed: Typed, field: &str, text: impl Into<String>) -> Self {
        let mut m = Self::none(typed);
        m.by_field.insert(field.to_owned(), text.into());
        m
    }

    /// What is wrong with `name`; empty if nothing is.
    #[must_use]
    pub fn at(&self, name: &str) -> &str {
        self.by_field.get(name).map_or("", String::as_str)
    }

    /// What was typed into `name`.
    #[must_use]
    pub fn typed(&self, name: &str) -> &str {
        self.typed.get(name)
    }

    /// Whether there is any mistake.
    #[must_use]
    pub fn any(&self) -> bool {
        !self.by_field.is_empty()
    }
}

/// Reads fields one by one and remembers every mistake.
pub struct Fields {
    typed: Typed,
    by_field: BTreeMap<String, String>,
}

impl Fields {
    /// Starts to read `typed`.
    #[must_use]
    pub fn of(typed: Typed) -> Self {
        Self { typed, by_field: BTreeMap::new() }
    }

    /// What was typed.
    #[must_use]
    pub fn typed(&self) -> &Typed {
        &self.typed
    }

    /// Puts a proposal into a field, for the form that is shown again.
    pub fn fill(&mut self, name: &str, value: String) {
        self.typed.set(name, value);
    }

    /// Remembers a mistake that needs more than one field to see.
    pub fn wrong(&mut self, name: &str, mistake: impl Into<String>) {
        self.by_field.entry(name.to_owned()).or_insert_with(|| mistake.into());
    }

    /// The field read by `parse`, or `None` and a mistake in the refusal's own words.
    pub fn read<T, E: Refusal>(
        &mut self,
        name: &str,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Option<T> {
        match parse(self.typed.get(name)) {
            Ok(value) => Some(value),
            Err(refusal) => {
                self.wrong(name, refusal.to_string());
                None
            }
        }
    }

    /// Like [`Fields::read`], but an empty field is `Some(None)`.
    pub fn read_optional<T, E: Refusal>(
        &mut self,
        name: &str,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Option<Option<T>> {
        if self.typed.get(name).is_empty() { Some(None) } else { self.read(name, parse).map(Some) }
    }

    /// The field as text of 1 to `chars_max` characters.
    pub fn text(&mut self, name: &str, chars_max: usize) -> Option<String> {
        let text = self.optional_text(name, chars_max)?;
        if text.is_empty() {
            self.wrong(name, "Chưa nhập nội dung này.");
            return None;
        }
        Some(text)
    }

    /// The field as text of at most `chars_max` characters; may be empty.
    pub fn optional_text(&mut self, name: &str, chars_max: usize) -> Option<String> {
        let typed = self.typed.get(name);
        let text: String = typed.chars().filter(|it| !is_unseen(*it)).collect();
        let text = text.trim();
        let chars = text.chars().count();
        if chars > chars_max {
            self.wrong(
                name,
                format!("Tối đa {chars_max} ký tự, đang có {chars}. Hãy viết ngắn lại."),
            );
            return None;
        }
        if text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) {
            self.wrong(name, "Có ký tự không đọc được. Hãy xóa và nhập lại.");
            return None;
        }
        Some(text.to_owned())
    }

    /// A whole number within bounds.
    pub fn number(&mut self, name: &str, bounds: std::ops::RangeInclusive<i64>) -> Option<i64> {
        match whole_number(self.typed.get(name)).ok_or(()) {
            Ok(number) if bounds.contains(&number) => Some(number),
            _ => {
                let (low, high) = (bounds.start(), bounds.end());
                self.wrong(name, format!("Nhập một số từ {low} đến {high}."));
                None
            }
        }
    }

    /// A date: `31/12/2026` as people write it, or `2026-12-31` as a date field sends it.
    pub fn date(&mut self, name: &str) -> Option<Date> {
        let date = parse_date(self.typed.get(name));
        if date.is_none() {
            self.wrong(name, "Nhập ngày theo dạng ngày/tháng/năm, ví dụ 31/12/2026.");
        }
        date
    }

    /// Like [`Fields::date`], but an empty field is `Some(None)`.
    pub fn optional_date(&mut self, name: &str) -> Option<Option<Date>> {
        if self.typed.get(name).is_empty() { Some(None) } else { self.date(name).map(Some) }
    }

    /// A date and time, as `2026-12-31T08:30`, `08:30 31/12/2026` or `31/12/2026 08:30`.
    pub fn date_time(&mut self, name: &str) -> Option<DateTime> {
        let text = self.typed.get(name);
        let read = text.parse().ok().or_else(|| {
            let (one, other) = text.split_once([' ', ','])?;
            let (one, other) = (one.trim(), other.trim_matches([' ', ',']));
            let read = |time: &str, date| Some(parse_date(date)?.to_datetime(time.parse().ok()?));
            read(one, other).or_else(|| read(other, one))
        });
        if read.is_none() {
            self.wrong(name, "Nhập giờ và ngày, ví dụ 08:30 31/12/2026.");
        }
        read
    }

    /// One of the choices that `parse` knows.
    pub fn choice<T>(&mut self, name: &str, parse: impl FnOnce(&str) -> Option<T>) -> Option<T> {
        let chosen = parse(self.typed.get(name));
        if chosen.is_none() {
            self.wrong(name, "Hãy chọn một mục trong danh sách.");
        }
        chosen
    }

    /// The whole, or every mistake.
    ///
    /// # Errors
    /// The mistakes, if there is any or `whole` is `None`.
    pub fn finish<T>(self, whole: Option<T>) -> Result<T, Mistakes> {
        match whole {
            Some(whole) if self.by_field.is_empty() => Ok(whole),
            _ => Err(Mistakes { by_field: self.by_field, typed: self.typed }),
        }
    }
}

/// A whole number as people write it: `1500`, `1 500`, or with a dot before each three digits.
fn whole_number(text: &str) -> Option<i64> {
    let text: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let mut groups = text.split('.');
    let first = groups.next()?;
    let rest: Vec<&str> = groups.collect();
    let grouped = rest.iter().all(|it| it.len() == 3) && (rest.is_empty() || first.len() <= 4);
    grouped.then(|| format!("{first}{}", rest.concat()))?.parse().ok()
}

/// Reads a date as people write it (`31/12/2026`, `31-12-2026`; `31122026`, as the keypad of a telephone has no
/// strokes) or as a date field sends it.
#[must_use]
pub fn parse_date(text: &str) -> Option<Date> {
    read_date(text).filter(|it| YEARS.contains(&it.year()))
}

/// `31122026`.
fn bare_date(text: &str) -> Option<Date> {
    if text.len() != 8 || !text.bytes().all(|it| it.is_ascii_digit()) {
        return None;
    }
    let (day, month, year) = (text.get(0..2)?, text.get(2..4)?, text.get(4..8)?);
    let date = Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok();
    date.filter(|it| YEARS.contains(&it.year()))
}

/// Nobody who comes to an office was born before, and no decision holds beyond.
const YEARS: std::ops::RangeInclusive<i16> = 1850..=2199;

/// Letters that nobody sees: they turn the writing round, or make two names look alike.
#[must_use]
pub const fn is_unseen(it: char) -> bool {
    matches!(it, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// What was typed, without the marks that turn the writing round: a name or a number that reads
/// another way than it is kept is nobody's wish, in whatever field.
fn unturned(text: &str) -> String {
    let turns = |it: &char| matches!(it, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    text.chars().filter(|it| !turns(it)).collect()
}

fn read_date(text: &str) -> Option<Date> {
    if let Some(date) = bare_date(text) {
        return Some(date);
    }
    if let Ok(date) = text.parse() {
        return Some(date);
    }
    let mut parts = text.split(['/', '-', '.']);
    let (day, month, year) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() || year.len() != 4 {
        return None;
    }
    Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok()
}

/// A form that was sent. For somebody who is signed in, it also proves that it came from
/// one of our pages: the session's token is checked before a handler sees a field.
pub struct Filled(pub Typed);

impl FromRequest<Site> for Filled {
    type Rejection = Failure;

    async fn from_request(request: Request, site: &Site) -> Result<Self, Failure> {
        let who = Who::of(&request);
        let bytes = read_body(request, site, FORM_BYTES_MAX).await?;
        let typed = Typed(decode(&bytes));
        if typed.0.len() > FIELDS_MAX {
            return Err(Failure::TooLarge);
        }
        who.check_token(typed.get("csrf"))?;
        Ok(Self(typed))
    }
}

async fn read_body(request: Request, site: &Site, bytes_max: usize) -> Result<Bytes, Failure> {
    let _ = site;
    axum::body::to_bytes(request.into_body(), bytes_max).await.map_err(|_| Failure::TooLarge)
}

/// Reads `application/x-www-form-urlencoded`, in order.
fn decode(bytes: &[u8]) -> Vec<(String, String)> {
    let text = String::from_utf8_lossy(bytes);
    text.split('&')
        .filter(|it| !it.is_empty())
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (crate::unpercent(name), unturned(&crate::unpercent(value)))
        })
        .collect()
}

/// The field that names files which were too large to be taken.
pub const TOO_LARGE: &str = "tep-qua-lon";

/// One uploaded file, in memory.
#[derive(Debug, Clone)]
pub struct Upload {
    /// The field's name.
    pub field: String,
    /// The file's name as the browser says it. Never a path on our disk.
    pub name: String,
    /// Its bytes.
    pub bytes: Bytes,
}

/// The one file that a form asks for under `field`.
///
/// # Errors
/// Words to show beside the field: larger than is taken, or `none` if nothing was chosen.
pub fn one_file(
    typed: &Typed,
    files: Vec<Upload>,
    field: &str,
    none: &str,
) -> Result<Upload, String> {
    if typed.has(TOO_LARGE) {
        let (name, most) = (typed.get(TOO_LARGE), FILE_BYTES_MAX >> 20);
        return Err(format!("Tệp “{name}” lớn hơn {most} MB. Hãy chia nhỏ hoặc chọn tệp khác."));
    }
    files.into_iter().find(|it| it.field == field).ok_or_else(|| none.to_owned())
}

/// A file's name as it was before a browser wrote it into a form in parts: there it escapes three characters, and no
/// other.
fn unescaped(name: &str) -> String {
    name.replace("%22", "\"").replace("%0D", "\r").replace("%0A", "\n")
}

/// A form with files. Checked like [`Filled`]; every file and their number are bounded.
pub struct FilledWithFiles(pub Typed, pub Vec<Upload>);

impl FromRequest<Site> for FilledWithFiles {
    type Rejection = Failure;

    async fn from_request(request: Request, site: &Site) -> Result<Self, Failure> {
        if !arriving::is_in_parts(&request) {
            let Filled(typed) = Filled::from_request(request, site).await?;
            return Ok(Self(typed, Vec::new()));
        }
        let who = Who::of(&request);
        let weight = request.extensions().get::<Arc<Weight>>().cloned();
        let broken = |error: &dyn std::fmt::Display| {
            tracing::warn!(%error, "a form in parts cannot be read");
            Failure::Refused(
                "Biểu mẫu gửi lên bị đứt quãng nên không đọc được. Hãy kiểm tra mạng rồi gửi lại."
                    .to_owned(),
            )
        };
        let mut form = Multipart::from_request(request, site).await.map_err(|e| broken(&e))?;
        let mut fields = Vec::new();
        let mut files = Vec::new();
        while let Some(mut part) = form.next_field().await.map_err(|e| broken(&e))? {
            let name = part.name().unwrap_or("").to_owned();
            let file_name = part.file_name().map(str::to_owned);
            let mut bytes = BytesMut::new();
            // Counted as it comes: a form that says nothing more still lies in memory.
            while let Some(chunk) = part.chunk().await.map_err(|e| match e.status() {
                StatusCode::PAYLOAD_TOO_LARGE => Failure::TooLarge,
                _ => broken(&e),
            })? {
                weight.as_ref().map_or(Ok(()), |it| it.more(chunk.len()))?;
                bytes.extend_from_slice(&chunk);
            }
            let bytes = bytes.freeze();
            match file_name {
                // A field without a file comes as a file without a name.
                Some(file_name) if !bytes.is_empty() || !file_name.is_empty() => {
                    if files.len() >= FILES_MAX {
                        return Err(Failure::TooLarge);
                    }
                    let file_name = unescaped(&file_name);
                    let last = file_name.rsplit(['/', '\\']).next().unwrap_or("");
                    let shown: String = last
                        .chars()
                        .filter(|c| !c.is_control() && !is_unseen(*c))
                        .take(120)
                        .collect();
                    // The form is not lost for one file: who reads it says so beside the field.
                    if bytes.len() > FILE_BYTES_MAX {
                        fields.push((TOO_LARGE.to_owned(), shown));
                        continue;
                    }
                    files.push(Upload { field: name, name: shown, bytes });
                }
                Some(_) => {}
                None => {
                    if fields.len() >= FIELDS_MAX || bytes.len() > FORM_BYTES_MAX {
                        return Err(Failure::TooLarge);
                    }
                    fields.push((name, unturned(&String::from_utf8_lossy(&bytes))));
                }
            }
        }
        let typed = Typed(fields);
        who.check_token(typed.get("csrf"))?;
        Ok(Self(typed, files))
    }
}

/// The query of an address, as a form: filters of lists.
pub struct Asked(pub Typed);

impl<S: Send + Sync> axum::extract::FromRequestParts<S> for Asked {
    type Rejection = Failure;

    async fn from_request_parts(
        parts: &mut axum::http::request::Parts,
        _: &S,
    ) -> Result<Self, Failure> {
        Ok(Self(Typed(decode(parts.uri.query().unwrap_or("").as_bytes()))))
    }
}

/// A new token for a form that must not be done twice.
#[must_use]
pub fn new_token() -> String {
    crate::random_hex(16)
}

/// Whether `text` is made like [`new_token`]: a form without one is an old one, or none of ours.
#[must_use]
pub fn is_token(text: &str) -> bool {
    text.len() == 32 && text.bytes().all(|it| it.is_ascii_hexdigit())
}

/// A short mark of what a form was filled from: another mark at the time of writing means that
/// somebody changed it in between.
#[must_use]
pub fn mark_of<T: AsRef<str>>(parts: impl IntoIterator<Item = T>) -> String {
    let mut all = String::new();
    for part in parts {
        all.push_str(part.as_ref());
        all.push('\u{1f}');
    }
    let mut mark = crate::token_sha256(&all);
    mark.truncate(16);
    mark
}
