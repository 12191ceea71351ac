//! Workflows as JSON: out, and in again as drafts after a look at what they would change.

use askama::Template;
use axum::response::{IntoResponse as _, Response};
use domain::workflow::{Step, Workflow, WorkflowCode};
use serde_json::Value;
use site::{
    Failure, FilledWithFiles, Html, Mistakes, OrRefuse as _, Path, Shell, Site, State, Who,
    form::one_file, told,
};
use store::Fault;

use super::{
    changes, differences, sql,
    strict::{self, Key},
};
use crate::procedures::facts as procedures;

/// Workflows of one file at most.
const WORKFLOWS_MAX: usize = 1_000;
/// Mistakes that are told of one file at most.
const WRONG_MAX: usize = 200;
/// Bytes of a file at most.
const BYTES_MAX: usize = 8 << 20;

/// Something wrong in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wrong {
    /// The workflow's code, or which it is in the file.
    pub workflow: String,
    /// The step, from 1; 0 if it is about the whole.
    pub step: usize,
    /// Where in the file: line and column, from 1.
    pub at: Option<(usize, usize)>,
    /// What, in words for people.
    pub text: String,
}

impl Wrong {
    fn place(&self) -> String {
        if self.step == 0 { "–".to_owned() } else { format!("Bước {}", self.step) }
    }

    fn told(&self) -> String {
        match self.at {
            Some((line, column)) => format!("Dòng {line}, cột {column}: {}", self.text),
            None => self.text.clone(),
        }
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
#[template(path = "workflows/templates/import.html")]
struct Import<'a> {
    shell: Shell,
    m: &'a Mistakes,
    preview: Option<Preview>,
    wrong: Vec<Wrong>,
}

/// The workflows of a file: one, or a list, or a list under `workflows`. Every mistake is told,
/// by workflow and step.
///
/// # Errors
/// Everything that is wrong with the file.
pub fn read(bytes: &[u8]) -> Result<Vec<Workflow>, Vec<Wrong>> {
    let bytes = site::form::without_bom(bytes);
    let whole = |text: &str| {
        let (workflow, text) = ("Tệp".to_owned(), text.to_owned());
        vec![Wrong { workflow, step: 0, at: None, text }]
    };
    if bytes.len() > BYTES_MAX {
        return Err(whole("Tệp lớn hơn 8 MB."));
    }
    let value: Value =
        serde_json::from_slice(bytes).map_err(|e| whole(&site::form::json_said(&e)))?;
    let (list, base) = match value {
        Value::Array(list) => (list, Vec::new()),
        Value::Object(mut it) => match it.remove("workflows") {
            Some(Value::Array(list)) => {
                if let Some(name) = it.keys().find(|it| *it != "bindings") {
                    return Err(whole(&format!("Mục “{name}” không có trong mẫu.")));
                }
                (list, vec![Key::Name("workflows".to_owned())])
            }
            Some(_) => return Err(whole("Mục “workflows” phải là danh sách [ ].")),
            None => return of_list(bytes, vec![(Vec::new(), Value::Object(it))]),
        },
        _ => return Err(whole("Tệp phải là một quy trình hoặc danh sách quy trình.")),
    };
    if list.is_empty() || list.len() > WORKFLOWS_MAX {
        return Err(whole("Tệp không có quy trình nào, hoặc có quá nhiều."));
    }
    let placed = list.into_iter().enumerate().map(|(at, value)| {
        let mut path = base.clone();
        path.push(Key::At(at));
        (path, value)
    });
    of_list(bytes, placed.collect())
}

/// Every workflow of a list with its way in the file.
fn of_list(bytes: &[u8], list: Vec<(Vec<Key>, Value)>) -> Result<Vec<Workflow>, Vec<Wrong>> {
    let mut wrong = Vec::new();
    let mut found: Vec<Workflow> = Vec::new();
    for (number, (path, value)) in (1..).zip(list) {
        let before = wrong.len();
        let it = one(bytes, (number, path), &value, &mut wrong);
        if wrong.len() > WRONG_MAX {
            wrong.truncate(WRONG_MAX);
            let text = "Còn nhiều chỗ khác; sửa những chỗ trên rồi xem trước lại.".to_owned();
            wrong.push(Wrong { workflow: "Tệp".to_owned(), step: 0, at: None, text });
            break;
        }
        let Some(it) = it.filter(|_| wrong.len() == before) else { continue };
        if found.iter().any(|other| other.code == it.code) {
            let text = "Mã này có hai lần trong tệp.".to_owned();
            wrong.push(Wrong { workflow: it.code, step: 0, at: None, text });
            continue;
        }
        found.push(it);
    }
    if wrong.is_empty() { Ok(found) } else { Err(wrong) }
}

fn one(
    bytes: &[u8],
    (number, path): (usize, Vec<Key>),
    value: &Value,
    wrong: &mut Vec<Wrong>,
) -> Option<Workflow> {
    let written = value.get("code").and_then(Value::as_str);
    let code = written.unwrap_or_default().to_owned();
    let named = if code.is_empty() { format!("Quy trình thứ {number}") } else { code.clone() };
    let depth = path.len();
    let mut odd = strict::odd(value, path.clone());
    if let Some(Err(refusal)) = written.map(WorkflowCode::parse) {
        odd.push((path.clone(), refusal.to_string()));
    }
    if odd.is_empty() {
        // What passed the look reads; were it not so, the file would be at fault for the program.
        let steps = value.get("steps").cloned().unwrap_or_default();
        match serde_json::from_value::<Vec<Step>>(steps) {
            Ok(steps) => {
                let text = |name: &str| {
                    value.get(name).and_then(Value::as_str).unwrap_or_default().to_owned()
                };
                let (name, source) = (text("name"), text("source"));
                return Some(Workflow { name, source, code, version: 0, steps });
            }
            Err(e) => odd.push((path, site::form::json_said(&e))),
        }
    }
    for (path, text) in odd.into_iter().take(WRONG_MAX + 1) {
        let step = match (path.get(depth), path.get(depth + 1)) {
            (Some(Key::Name(it)), Some(Key::At(at))) if it == "steps" => at + 1,
            _ => 0,
        };
        let at = strict::place(bytes, &path);
        wrong.push(Wrong { workflow: named.clone(), step, at, text });
    }
    None
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

/// GET `/co-quan/quy-trinh/nhap`
pub async fn form(State(site): State<Site>, who: Who) -> Result<Html<String>, Failure> {
    page(&site, &who, &Mistakes::default(), None, Vec::new())
}

/// POST `/co-quan/quy-trinh/nhap`: look at a file, or take the one that was looked at.
pub async fn import(
    State(site): State<Site>,
    who: Who,
    FilledWithFiles(typed, files): FilledWithFiles,
) -> Result<Response, Failure> {
    let hash = typed.get("tep-da-xem").to_owned();
    let takes = typed.get("viec") == "ap-dung";
    let is_hash = hash.len() == 64 && hash.bytes().all(|it| it.is_ascii_hexdigit());
    let kept = if takes && is_hash { site.blobs.get(&hash).await? } else { None };
    let upload = one_file(&typed, files, "tep", "Chọn một tệp .json.");
    let (bytes, name) = match (kept, upload) {
        (Some(bytes), _) => (bytes, String::new()),
        (None, Ok(it)) => (it.bytes, it.name),
        (None, Err(why)) => {
            let m = Mistakes::one(typed, "tep", why);
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
            format!("Đã đưa vào bản nháp ({count} quy trình trong tệp). Hãy xem lại rồi công bố.");
        return Ok(told("/co-quan/quy-trinh?trang-thai=ban-nhap", &said));
    }
    let inner = site.clone();
    let (lines, unchanged, wrong) = site
        .read(&who, move |tx| {
            let (catalogue, bindings) = (procedures::catalogue(&inner, tx)?, sql::bindings(tx)?);
            let (mut lines, mut unchanged, mut wrong) = (Vec::new(), 0, Vec::new());
            for it in list {
                let newest = sql::versions(tx, &it.code)?.into_iter().next();
                if newest.as_ref().is_some_and(|old| is_same(&old.body, &it)) {
                    unchanged += 1;
                    continue;
                }
                if sql::draft(tx, &it.code)?.is_some() {
                    let text =
                        "Đang có bản nháp. Hãy công bố hoặc bỏ bản nháp đó trước.".to_owned();
                    wrong.push(Wrong { workflow: it.code.clone(), step: 0, at: None, text });
                }
                // What would keep it from being published is told here, the limit of its procedures included.
                let found = changes::findings(&catalogue, &bindings, &it);
                let grave = found.into_iter().filter(|it| it.is_grave);
                let told = grave.map(|f| match f.step {
                    Some(at) => format!("Cần sửa ở bước {}: {}", at + 1, f.text),
                    None => format!("Cần sửa: {}", f.text),
                });
                let mut changes = differences::between(newest.as_ref().map(|it| &it.body), &it);
                changes.extend(told);
                lines.push(Line {
                    what: if newest.is_some() { "sửa" } else { "thêm" },
                    code: it.code,
                    name: it.name,
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

/// Whether two workflows say the same, whatever their numbers.
pub fn is_same(a: &Workflow, b: &Workflow) -> bool {
    Workflow { version: 0, ..a.clone() } == Workflow { version: 0, ..b.clone() }
}

fn saved(list: &impl serde::Serialize, name: &str) -> Result<Response, Failure> {
    let text = serde_json::to_vec_pretty(list).map_err(|e| Fault::Broken(e.to_string()))?;
    Ok(site::file(text, "application/json", name, true))
}

/// GET `/co-quan/quy-trinh/{code}/xuat`: the newest version, or the draft with `?ban=nhap`.
pub async fn export(
    State(site): State<Site>,
    who: Who,
    Path(code): Path<String>,
    site::Asked(asked): site::Asked,
) -> Result<Response, Failure> {
    let which = asked.get("ban").to_owned();
    let name = format!("quy-trinh-{code}.json");
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

/// GET `/co-quan/quy-trinh/xuat`: the newest version of every workflow.
pub async fn export_all(State(site): State<Site>, who: Who) -> Result<Response, Failure> {
    let all = site.read(&who, |tx| Ok(sql::all(tx)?)).await?;
    let newest = all.chunk_by(|a, b| a.body.code == b.body.code).filter_map(|it| it.first());
    let list: Vec<&Workflow> = newest.map(|it| &it.body).collect();
    saved(&list, &format!("quy-trinh-noi-bo-{}.json", who.today()))
}
