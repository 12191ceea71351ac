//! Forms as JSON: out, and in again as drafts after a look at what they would change.

use askama::Template;
use axum::response::{IntoResponse as _, Response};
use domain::eform::{self, Eform};
use serde_json::Value;
use site::{
    Failure, FilledWithFiles, Html, Mistakes, OrRefuse as _, Path, Shell, Site, State, Who, told,
};
use store::Fault;

use super::{changes, misread, sql};

/// Eforms of one file at most.
const FORMS_MAX: usize = 1_000;
/// Bytes of a file at most.
const BYTES_MAX: usize = 8 << 20;

/// Words of our own addresses: no form is called so.
pub(super) const RESERVED: [&str; 5] = ["moi", "nhap", "xuat", "co-san", "ban-moi"];

/// Something wrong in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wrong {
    /// The form's code, or which it is in the file.
    pub form: String,
    /// Where in it; empty: all of it.
    pub at: String,
    /// What, in words for people.
    pub text: String,
}

impl Wrong {
    fn of(form: &str, text: &str) -> Self {
        Self { form: form.to_owned(), at: String::new(), text: text.to_owned() }
    }
}

struct Line {
    code: String,
    name: String,
    what: &'static str,
    changes: Vec<String>,
}

struct Preview {
    sha256: String,
    file: String,
    lines: Vec<Line>,
    unchanged: usize,
}

#[derive(Template)]
#[template(path = "eforms/templates/import.html")]
struct Import<'a> {
    shell: Shell,
    m: &'a Mistakes,
    preview: Option<Preview>,
    wrong: Vec<Wrong>,
}

/// The forms of a file: one, or a list, or a list under `eforms`. Every mistake is told,
/// by form.
///
/// # Errors
/// Everything that is wrong with the file.
pub fn read(bytes: &[u8]) -> Result<Vec<Eform>, Vec<Wrong>> {
    let whole = |text: &str| vec![Wrong::of("Tệp", text)];
    if bytes.len() > BYTES_MAX {
        return Err(whole("Tệp lớn hơn 8 MB."));
    }
    let value: Value = serde_json::from_slice(site::form::without_bom(bytes))
        .map_err(|e| {
            whole(&format!(
                "Không phải JSON: hỏng ở dòng {}, cột {}. Xem dấu phẩy, ngoặc và dấu nháy quanh chỗ đó, hoặc xuất lại tệp.",
                e.line(),
                e.column()
            ))
        })?;
    let list = match value {
        Value::Array(list) => list,
        Value::Object(mut it) => match it.remove("eforms") {
            Some(Value::Array(list)) => list,
            _ => vec![Value::Object(it)],
        },
        _ => return Err(whole("Tệp phải là một biểu mẫu hoặc danh sách biểu mẫu.")),
    };
    if list.is_empty() || list.len() > FORMS_MAX {
        return Err(whole("Tệp không có biểu mẫu nào, hoặc có quá nhiều."));
    }
    let mut wrong = Vec::new();
    let mut found: Vec<Eform> = Vec::new();
    for (number, value) in (1..).zip(list) {
        let before = wrong.len();
        let it = one(number, value, &mut wrong);
        let Some(it) = it.filter(|_| wrong.len() == before) else { continue };
        if found.iter().any(|other| other.code == it.code) {
            wrong.push(Wrong::of(&it.code, "Mã này có hai lần trong tệp: bỏ bớt một biểu mẫu."));
            continue;
        }
        found.push(it);
    }
    if wrong.is_empty() { Ok(found) } else { Err(wrong) }
}

fn one(number: usize, value: Value, wrong: &mut Vec<Wrong>) -> Option<Eform> {
    let code = value.get("code").and_then(Value::as_str).unwrap_or_default().to_owned();
    let named = if code.is_empty() { format!("Biểu mẫu thứ {number}") } else { code.clone() };
    let mut tell = |at: &str, text: String| {
        wrong.push(Wrong { at: at.to_owned(), ..Wrong::of(&named, &text) });
    };
    if !eform::is_code(&code) || RESERVED.contains(&code.as_str()) {
        let text = "Thiếu mã, hoặc mã dùng chữ khác chữ thường không dấu, số và gạch nối, như don-xin-phep.";
        tell("code", text.to_owned());
        return None;
    }
    let pages = value.get("pages").and_then(Value::as_array);
    let fields = pages.into_iter().flatten().filter_map(|it| it.get("fields")?.as_array());
    if fields.flatten().count() > eform::FIELDS_MAX {
        tell("pages", format!("Có nhiều hơn {} mục: tách thành hai biểu mẫu.", eform::FIELDS_MAX));
        return None;
    }
    let misread = misread::misread(&value);
    if !misread.is_empty() {
        misread.into_iter().for_each(|it| tell(&it.at, it.text));
        return None;
    }
    match serde_json::from_value::<Eform>(value) {
        Ok(it) => Some(Eform { version: 0, ..it }),
        Err(_) => {
            tell(
                "",
                "Không đọc được: hãy xuất một biểu mẫu từ phần mềm và ghi theo đúng dạng đó."
                    .to_owned(),
            );
            None
        }
    }
}

fn page(
    site: &Site,
    who: &Who,
    m: &Mistakes,
    preview: Option<Preview>,
    wrong: Vec<Wrong>,
) -> Result<Html<String>, Failure> {
    site.page(&Import { shell: site.shell(who), m, preview, wrong })
}

/// GET `/co-quan/bieu-mau/nhap`
pub async fn form(State(site): State<Site>, who: Who) -> Result<Html<String>, Failure> {
    page(&site, &who, &Mistakes::default(), None, Vec::new())
}

/// POST `/co-quan/bieu-mau/nhap`: look at a file, or take the one that was looked at.
pub async fn import(
    State(site): State<Site>,
    who: Who,
    FilledWithFiles(typed, files): FilledWithFiles,
) -> Result<Response, Failure> {
    let hash = typed.get("tep-da-xem").to_owned();
    let takes = typed.get("viec") == "ap-dung";
    let is_hash = hash.len() == 64 && hash.bytes().all(|it| it.is_ascii_hexdigit());
    let kept = if takes && is_hash { site.blobs.get(&hash).await? } else { None };
    let upload = files.into_iter().find(|it| it.field == "tep");
    let (bytes, name) = match (kept, upload) {
        (Some(bytes), _) => (bytes, String::new()),
        (None, Some(it)) => (it.bytes, it.name),
        (None, None) => {
            let mut m = Mistakes::default();
            m.by_field.insert("tep".to_owned(), "Chọn một tệp .json.".to_owned());
            return Err(Failure::Mistaken(page(&site, &who, &m, None, Vec::new())?));
        }
    };
    let list = match read(&bytes) {
        Ok(it) => it,
        Err(wrong) => {
            let again = page(&site, &who, &Mistakes::default(), None, wrong)?;
            return Err(Failure::Mistaken(again));
        }
    };
    if takes {
        let count = list.len();
        site.write(&who, move |tx| {
            for it in &list {
                let newest = sql::versions(tx, &it.code)?.into_iter().next();
                if newest.is_some_and(|old| is_same(&old.body, it)) {
                    continue;
                }
                changes::bring(tx, it)?.or_refuse()?;
            }
            Ok(())
        })
        .await?;
        let said =
            format!("Đã đưa vào bản nháp ({count} biểu mẫu trong tệp). Hãy xem lại rồi công bố.");
        return Ok(told("/co-quan/bieu-mau?trang-thai=ban-nhap", &said));
    }
    let (lines, unchanged, wrong) = site
        .read(&who, move |tx| {
            let (mut lines, mut unchanged, mut wrong) = (Vec::new(), 0, Vec::new());
            for it in list {
                let newest = sql::versions(tx, &it.code)?.into_iter().next();
                if newest.as_ref().is_some_and(|old| is_same(&old.body, &it)) {
                    unchanged += 1;
                    continue;
                }
                if sql::draft(tx, &it.code)?.is_some() {
                    let text = "Đang có bản nháp. Hãy công bố hoặc bỏ bản nháp đó trước.";
                    wrong.push(Wrong::of(&it.code, text));
                }
                let grave = it.findings().into_iter().filter(|it| it.is_grave);
                let told = grave.map(|f| match f.at.as_str() {
                    "" => format!("Cần sửa: {}", f.text),
                    at => format!("Cần sửa ở {at}: {}", f.text),
                });
                let mut changes = changes::differences(newest.as_ref().map(|it| &it.body), &it);
                changes.extend(told);
                lines.push(Line {
                    what: if newest.is_some() { "sửa" } else { "thêm" },
                    code: it.code,
                    name: it.title,
                    changes,
                });
            }
            Ok((lines, unchanged, wrong))
        })
        .await?;
    if !wrong.is_empty() {
        let again = page(&site, &who, &Mistakes::default(), None, wrong)?;
        return Err(Failure::Mistaken(again));
    }
    let kept = site.put_file(bytes).await?;
    let preview = Preview { sha256: kept.sha256, file: name, lines, unchanged };
    Ok(page(&site, &who, &Mistakes::default(), Some(preview), Vec::new())?.into_response())
}

/// Whether two forms say the same, whatever their numbers.
pub fn is_same(a: &Eform, b: &Eform) -> bool {
    Eform { version: 0, ..a.clone() } == Eform { version: 0, ..b.clone() }
}

fn saved(list: &impl serde::Serialize, name: &str) -> Result<Response, Failure> {
    let text = serde_json::to_vec_pretty(list).map_err(|e| Fault::Broken(e.to_string()))?;
    Ok(site::file(text, "application/json", name, true))
}

/// GET `/co-quan/bieu-mau/{code}/xuat`: the newest version, or the draft with `?ban=nhap`.
pub async fn export(
    State(site): State<Site>,
    who: Who,
    Path(code): Path<String>,
    site::Asked(asked): site::Asked,
) -> Result<Response, Failure> {
    let which = asked.get("ban").to_owned();
    let name = format!("bieu-mau-{code}.json");
    let body = site
        .read(&who, move |tx| {
            let draft = if which == "nhap" { sql::draft(tx, &code)? } else { None };
            if let Some(it) = draft {
                return Ok(it.body);
            }
            let versions = sql::versions(tx, &code)?;
            let wanted = versions.iter().find(|it| it.id.to_string() == which);
            Ok(wanted.or_else(|| versions.first()).ok_or(Failure::NotFound)?.body.clone())
        })
        .await?;
    saved(&body, &name)
}

/// GET `/co-quan/bieu-mau/xuat`: the newest version of every form.
pub async fn export_all(State(site): State<Site>, who: Who) -> Result<Response, Failure> {
    let all = site.read(&who, |tx| Ok(sql::all(tx)?)).await?;
    let newest = all.chunk_by(|a, b| a.body.code == b.body.code).filter_map(|it| it.first());
    let list: Vec<&Eform> = newest.map(|it| &it.body).collect();
    saved(&list, &format!("bieu-mau-noi-bo-{}.json", who.today()))
}
