//! Answers of other portals: a list of codes that are published there, looked at, taken in whole or not at all, taken back.

use std::collections::{HashMap, HashSet};

use askama::Template;
use axum::response::{IntoResponse as _, Response};
use citizen::procedures::facts::{self as procedures, Catalogue};
use domain::{access::Action, ids::UnitId, procedure::is_code, publication::Portal, text};
use jiff::civil::Date;
use people::sheets;
use serde::{
    Deserialize, Deserializer,
    de::{Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor},
};
use site::{
    Failure, Fields, Filled, FilledWithFiles, Html, Mistakes, OrShowAgain as _, Path, Shell, Site,
    State, Who, demand,
    form::{Sending, Sent, new_token, once},
    told,
};
use store::{Fault, Tx, journal::Entry};

use super::{
    count::{SUBJECT, answer, record_all},
    national,
    sql::{self, Answer},
};

/// The exchange's first page.
pub(super) const PAGE: &str = "/co-quan/cong-quoc-gia";
/// Answers that are listed.
const ANSWERS: i64 = 100;
/// Mistakes and names that are shown.
const SHOWN: usize = 100;
/// Codes of one answer at most.
const CODES_MAX: usize = 5_000;
/// Bytes of its file at most: the portal sends the whole catalogue along with the codes.
const FILE_BYTES_MAX: usize = 8 << 20;

/// Bodies whose answers somebody may bring in.
fn bodies(who: &Who) -> Vec<(UnitId, String)> {
    let has_board = |kind: &str| procedures::tier_of(kind).is_some();
    let all = who.tree.all().filter(|it| has_board(&it.kind));
    all.filter(|it| who.can_at(Action::ProcedureManage, it.id))
        .map(|it| (it.id, it.title.clone()))
        .collect()
}

struct AnswerView {
    id: i64,
    unit: String,
    portal: &'static str,
    as_of: String,
    source: String,
    codes: i64,
    undone: bool,
}

fn view(who: &Who, it: Answer) -> AnswerView {
    AnswerView {
        id: it.id,
        unit: who.tree.title(it.unit).to_owned(),
        portal: it.portal.label(),
        as_of: text::date(it.as_of),
        source: it.source,
        codes: it.codes,
        undone: it.undone,
    }
}

#[derive(Template)]
#[template(path = "meter/templates/exchange.html")]
struct Exchange {
    shell: Shell,
    sound: usize,
    unsound: Vec<(String, String, String)>,
    count: usize,
    answers: Vec<AnswerView>,
}

/// GET `/co-quan/cong-quoc-gia`
pub async fn list(State(site): State<Site>, who: Who) -> Result<Html<String>, Failure> {
    let (inner, asker) = (site.clone(), who.clone());
    let units: Vec<UnitId> = bodies(&who).into_iter().map(|(it, _)| it).collect();
    let page = site
        .read(&who, move |tx| {
            let catalogue = procedures::catalogue(&inner, tx)?;
            let checked = national::checked(tx, &catalogue)?;
            let unsound: Vec<_> = checked
                .iter()
                .filter(|it| !it.lacks.is_empty())
                .map(|it| (it.code.clone(), it.name.clone(), it.lacks.join(", ")))
                .collect();
            let answers = sql::answers(tx, units, ANSWERS)?;
            Ok(Exchange {
                sound: checked.len() - unsound.len(),
                count: checked.len(),
                unsound,
                answers: answers.into_iter().map(|it| view(&asker, it)).collect(),
                shell: inner.shell(&asker),
            })
        })
        .await?;
    site.page(&page)
}

struct Preview {
    sha256: String,
    file: String,
    token: String,
    count: usize,
    known: usize,
    strange: Vec<String>,
    before: Option<(String, usize)>,
    added: Vec<(String, String)>,
    gone: Vec<(String, String)>,
}

#[derive(Template)]
#[template(path = "meter/templates/answer.html")]
struct Form {
    shell: Shell,
    m: Mistakes,
    units: Vec<(String, String)>,
    portals: Vec<(String, String)>,
    mistakes: Vec<(usize, String)>,
    preview: Option<Preview>,
}

fn page(
    site: &Site,
    who: &Who,
    m: Mistakes,
    mistakes: Vec<(usize, String)>,
    preview: Option<Preview>,
) -> Result<Html<String>, Failure> {
    let units = bodies(who).into_iter().map(|(id, title)| (id.to_string(), title)).collect();
    let portals =
        Portal::ALL.iter().map(|it| (it.code().to_owned(), it.label().to_owned())).collect();
    site.page(&Form { shell: site.shell(who), m, units, portals, mistakes, preview })
}

/// GET `/co-quan/cong-quoc-gia/tra-loi`
pub async fn form(State(site): State<Site>, who: Who) -> Result<Html<String>, Failure> {
    let mut m = Mistakes::default();
    m.typed.set("ngay", text::date(who.today()));
    page(&site, &who, m, Vec::new(), None)
}

/// The codes of a file with their rows, or what is wrong with the whole of it.
fn read(name: &str, bytes: &[u8]) -> Result<Vec<(usize, String)>, String> {
    if bytes.len() > FILE_BYTES_MAX {
        let most = FILE_BYTES_MAX >> 20;
        return Err(format!("Tệp lớn hơn {most} MB, là mức lớn nhất của một câu trả lời."));
    }
    let is_json = name.to_lowercase().ends_with(".json");
    let codes = if is_json { from_json(bytes)? } else { from_table(name, bytes)? };
    match codes.len() {
        0 => Err("Tệp không có mã thủ tục nào.".to_owned()),
        n if n > CODES_MAX => Err(format!("Tệp có {n} mã; nhiều nhất là {CODES_MAX}.")),
        _ => Ok(codes),
    }
}

/// Codes of a JSON file, read one by one: nothing else of it is kept in memory.
struct Codes(Vec<String>);

/// One of them: a text, or an object that names it.
struct Code(String);

/// What an object's field is called that holds the code, the surest first.
const CODE_NAMES: [&str; 4] = ["MATTHC", "MaTTHC", "maTTHC", "ma"];

impl<'de> Deserialize<'de> for Code {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct One;
        impl<'de> Visitor<'de> for One {
            type Value = Code;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("mã thủ tục")
            }
            fn visit_str<E>(self, it: &str) -> Result<Code, E> {
                Ok(Code(it.trim().to_owned()))
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Code, A::Error> {
                let mut found: Option<(usize, String)> = None;
                while let Some(key) = map.next_key::<String>()? {
                    let place = CODE_NAMES.iter().position(|it| *it == key);
                    match place.filter(|at| found.as_ref().is_none_or(|(best, _)| at < best)) {
                        Some(at) => found = Some((at, map.next_value::<Code>()?.0)),
                        None => {
                            map.next_value::<IgnoredAny>()?;
                        }
                    }
                }
                Ok(Code(found.unwrap_or_default().1))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Code, A::Error> {
                while seq.next_element::<IgnoredAny>()?.is_some() {}
                Ok(Code(String::new()))
            }
            fn visit_unit<E>(self) -> Result<Code, E> {
                Ok(Code(String::new()))
            }
            fn visit_bool<E>(self, _: bool) -> Result<Code, E> {
                Ok(Code(String::new()))
            }
            fn visit_i64<E>(self, _: i64) -> Result<Code, E> {
                Ok(Code(String::new()))
            }
            fn visit_u64<E>(self, _: u64) -> Result<Code, E> {
                Ok(Code(String::new()))
            }
            fn visit_f64<E>(self, _: f64) -> Result<Code, E> {
                Ok(Code(String::new()))
            }
        }
        from.deserialize_any(One)
    }
}

impl<'de> Deserialize<'de> for Codes {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct All;
        impl<'de> Visitor<'de> for All {
            type Value = Codes;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("một danh sách, hoặc một danh sách trong “data”")
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Codes, A::Error> {
                let mut codes = Vec::new();
                while let Some(Code(it)) = seq.next_element()? {
                    if codes.len() >= CODES_MAX {
                        let why = format!("có hơn {CODES_MAX} mã, là số nhiều nhất của một tệp");
                        return Err(A::Error::custom(why));
                    }
                    codes.push(it);
                }
                Ok(Codes(codes))
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Codes, A::Error> {
                let mut found = None;
                while let Some(key) = map.next_key::<String>()? {
                    if key == "data" {
                        found = Some(map.next_value::<Codes>()?);
                    } else {
                        map.next_value::<IgnoredAny>()?;
                    }
                }
                found.ok_or_else(|| A::Error::custom("không có danh sách trong “data”"))
            }
        }
        from.deserialize_any(All)
    }
}

fn from_json(bytes: &[u8]) -> Result<Vec<(usize, String)>, String> {
    let codes: Codes = serde_json::from_slice(site::form::without_bom(bytes)).map_err(|e| {
        match (e.classify(), e.line()) {
            // What does not fit says why itself, in words of ours.
            (serde_json::error::Category::Data, _) => format!("Tệp không dùng được: {e}."),
            (_, line) => format!(
                "Tệp không phải JSON đọc được (dòng {line}). Tải lại tệp từ cổng rồi chọn lại."
            ),
        }
    })?;
    Ok((1..).zip(codes.0).collect())
}

fn from_table(name: &str, bytes: &[u8]) -> Result<Vec<(usize, String)>, String> {
    let table = sheets::read(name, bytes)?;
    let known = ["ma", "ma tthc", "ma thu tuc", "matthc", "ma thu tuc hanh chinh"];
    let column = table.heads.iter().position(|it| known.contains(&text::fold(it).trim()));
    let Some(column) = column else {
        return Err("Dòng đầu phải có cột “Mã thủ tục”.".to_owned());
    };
    let cell =
        |row: Vec<String>| row.get(column).map_or_else(String::new, |it| it.trim().to_owned());
    Ok(table.rows.into_iter().map(|(at, row)| (at, cell(row))).collect())
}

/// What is wrong with rows; nothing if all of them can be kept.
fn mistakes(codes: &[(usize, String)]) -> Vec<(usize, String)> {
    let mut seen: HashMap<&str, usize> = HashMap::new();
    let mut wrong = Vec::new();
    for (row, code) in codes {
        if !is_code(code) {
            let shown: String = code.chars().take(40).collect();
            wrong.push((*row, format!("“{shown}” không phải mã thủ tục, ví dụ 1.001193.")));
        } else if let Some(first) = seen.insert(code, *row) {
            wrong.push((*row, format!("Mã {code} đã có ở dòng {first}.")));
        }
    }
    wrong
}

fn preview(
    tx: &mut Tx<'_>,
    who: &Who,
    catalogue: &Catalogue,
    (unit, portal, as_of): (UnitId, Portal, Date),
    codes: &[String],
) -> Result<Preview, Fault> {
    let named = |code: &String| {
        let it = catalogue.get(code);
        (code.clone(), it.map_or_else(String::new, |it| it.body.name.clone()))
    };
    let strange: Vec<String> =
        codes.iter().filter(|it| catalogue.get(it).is_none()).cloned().collect();
    let before = sql::answer_on(tx, who.tree.line(unit), portal, as_of)?;
    let now: HashSet<&String> = codes.iter().collect();
    let mut gone: Vec<_> = before
        .iter()
        .flat_map(|(_, codes)| codes.iter())
        .filter(|it| !now.contains(it))
        .map(named)
        .collect();
    gone.sort();
    let is_new = |it: &&String| before.as_ref().is_some_and(|(_, codes)| !codes.contains(*it));
    let added = codes.iter().filter(is_new).map(named).collect();
    Ok(Preview {
        sha256: String::new(),
        file: String::new(),
        token: new_token(),
        count: codes.len(),
        known: codes.len() - strange.len(),
        strange,
        before: before.map(|(day, codes)| (text::date(day), codes.len())),
        added,
        gone,
    })
}

/// POST `/co-quan/cong-quoc-gia/tra-loi`: look at a file, or take in the one that was looked at.
pub async fn import(
    State(site): State<Site>,
    who: Who,
    FilledWithFiles(typed, files): FilledWithFiles,
) -> Result<Response, Failure> {
    let confirmed = typed.get("viec") == "ghi";
    let hash = typed.get("tep-da-xem").to_owned();
    let is_hash = hash.len() == 64 && hash.bytes().all(|it| it.is_ascii_hexdigit());
    let kept = if confirmed && is_hash { site.blobs.get(&hash).await? } else { None };
    let upload = files.into_iter().find(|it| it.field == "tep");
    let name_before = typed.get("ten-tep").to_owned();
    let sending = Sending::of(&who, &typed, "lan-gui");
    let may = bodies(&who);
    let mut fields = Fields::of(typed);
    let unit = fields.choice("don-vi", |it| {
        let id: UnitId = it.parse().ok()?;
        may.iter().any(|(may, _)| *may == id).then_some(id)
    });
    let portal = fields.choice("cong", Portal::from_code);
    let as_of = fields.date("ngay");
    if as_of.is_some_and(|it| it > who.today()) {
        fields.wrong("ngay", "Ngày trả lời không thể sau hôm nay.");
    }
    let source = fields.text("nguon", 300);
    let confirmed = confirmed && kept.is_some();
    let file = match (kept, upload) {
        (Some(bytes), _) => Some((bytes, name_before)),
        (None, Some(upload)) => Some((upload.bytes, upload.name)),
        (None, None) => None,
    };
    if file.is_none() {
        fields.wrong("tep", "Chọn một tệp .json, .csv hoặc .xlsx.");
    }
    let again = fields.typed().clone();
    let whole = unit.zip(portal).zip(as_of).zip(source).zip(file);
    let ((((unit, portal), as_of), source), (bytes, name)) =
        fields.finish(whole).or_show_again(|m| page(&site, &who, m, Vec::new(), None))?;
    let (read_name, to_read) = (name.clone(), bytes.clone());
    let rows = tokio::task::spawn_blocking(move || read(&read_name, &to_read)).await;
    let rows = match rows.map_err(|e| Fault::Worker(e.to_string()))? {
        Ok(rows) => rows,
        Err(text) => {
            let mut m = Mistakes::none(again);
            m.by_field.insert("tep".to_owned(), text);
            return Err(Failure::Mistaken(page(&site, &who, m, Vec::new(), None)?));
        }
    };
    let wrong = mistakes(&rows);
    if !wrong.is_empty() {
        let m = Mistakes::none(again);
        return Err(Failure::Mistaken(page(&site, &who, m, wrong, None)?));
    }
    let codes: Vec<String> = rows.into_iter().map(|(_, code)| code).collect();
    let asker = who.clone();
    let named = (unit, portal, as_of);
    if confirmed {
        let count = codes.len();
        let done = once::<()>(&site, &who, sending, move |tx| {
            demand(&asker, Action::ProcedureManage, unit)?;
            answer(tx, named, &source, &codes)?;
            record_all(tx, &asker.tree, asker.today())?;
            Ok(Ok(PAGE.to_owned()))
        })
        .await?;
        return match done {
            Sent::Done(location) => {
                Ok(told(&location, &format!("Đã ghi trả lời với {count} mã thủ tục.")))
            }
            Sent::Wrong(()) => Err(Failure::NotFound),
            Sent::Before(m) => Err(Failure::Mistaken(page(&site, &who, m, Vec::new(), None)?)),
        };
    }
    let inner = site.clone();
    let found = site
        .read(&who, move |tx| {
            let catalogue = procedures::catalogue(&inner, tx)?;
            Ok(preview(tx, &asker, &catalogue, named, &codes)?)
        })
        .await?;
    let kept = site.put_file(bytes).await?;
    let shown = Preview { sha256: kept.sha256, file: name, ..found };
    Ok(page(&site, &who, Mistakes::none(again), Vec::new(), Some(shown))?.into_response())
}

#[derive(Template)]
#[template(path = "meter/templates/undo.html")]
struct Undo {
    shell: Shell,
    it: AnswerView,
}

fn find(who: &Who, tx: &mut Tx<'_>, id: i64) -> Result<Answer, Failure> {
    let it = sql::find_answer(tx, id)?.ok_or(Failure::NotFound)?;
    demand(who, Action::ProcedureManage, it.unit)?;
    Ok(it)
}

/// GET `/co-quan/cong-quoc-gia/tra-loi/{id}/bo`
pub async fn ask(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<i64>,
) -> Result<Html<String>, Failure> {
    let asker = who.clone();
    let it = site.read(&who, move |tx| find(&asker, tx, id)).await?;
    site.page(&Undo { shell: site.shell(&who), it: view(&who, it) })
}

/// POST `/co-quan/cong-quoc-gia/tra-loi/{id}/bo`: the answer counts no longer; it stays on the list as taken back.
pub async fn undo(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<i64>,
    Filled(_): Filled,
) -> Result<Response, Failure> {
    let asker = who.clone();
    let done = site
        .write(&who, move |tx| {
            let it = find(&asker, tx, id)?;
            let done = sql::undo_answer(tx, it.id)?;
            if done {
                tx.journal(Entry::new(SUBJECT, it.id, "undo_answer"));
                record_all(tx, &asker.tree, asker.today())?;
            }
            Ok(done)
        })
        .await?;
    let said = if done {
        "Đã bỏ trả lời này; số liệu trở lại như trước khi nhập."
    } else {
        "Trả lời này đã bỏ từ trước."
    };
    Ok(told(PAGE, said))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_read_out_of_a_list_bare_or_named_and_nothing_else() {
        let read = |text: &str| {
            from_json(text.as_bytes()).map(|all| all.into_iter().map(|it| it.1).collect::<Vec<_>>())
        };
        assert_eq!(read(r#"[" 1.001193 ", "2.000635"]"#).unwrap(), ["1.001193", "2.000635"]);
        let named = r#"{"service": {"x": [1, {}]}, "data": [
            {"ma": "a", "MATTHC": "1.1", "O": [1]}, {"ma": "b"}, 7, null, [1], {}]}"#;
        assert_eq!(read(named).unwrap(), ["1.1", "b", "", "", "", ""]);
        assert!(read(r#"{"x": 1}"#).unwrap_err().contains("data"));
        assert!(read("[").unwrap_err().contains("Tệp không phải JSON đọc được (dòng 1)"));
    }

    #[test]
    fn what_is_too_much_is_refused_before_it_is_held_in_memory() {
        let many = format!("[{}0]", "0,".repeat(CODES_MAX));
        assert!(from_json(many.as_bytes()).unwrap_err().contains("5000 mã"));
        let large = vec![b' '; FILE_BYTES_MAX + 1];
        assert!(read("a.json", &large).unwrap_err().contains("8 MB"));
        assert!(read("a.csv", &large).unwrap_err().contains("8 MB"));
    }
}
