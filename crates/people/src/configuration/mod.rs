//! The whole configuration as one archive: taken out, compared, brought in, all or nothing.

use askama::Template;
use axum::response::Response;
use domain::access::Action;
use serde::{Deserialize, Serialize};
use site::{
    AdminGroup, Failure, Filled, FilledWithFiles, Html, Routes, Shell, Site, State, Typed, Who,
    configuration::ConfigPart, get, post, told,
};
use store::{Fault, Tx, journal::Entry};

mod archive;
#[cfg(test)]
mod tests;

use archive::Archive;

const PAGE: &str = "/co-quan/quan-tri/cau-hinh";
/// The field that carries an archive from its preview to its use; sealed by us.
const KEPT: &str = "tep-luu";
/// Lines of one part that a preview shows.
const SHOWN_MAX: usize = 60;

/// The routes of this slice.
#[must_use]
pub fn routes() -> Routes {
    Routes::default()
        .admin(
            AdminGroup::Work,
            ("Xuất, nhập cấu hình", PAGE),
            Action::ConfigExchange,
            "Quy trình, phí, lịch, hàng chờ, mẫu tin… trong một tệp; xem trước chỗ khác rồi mới nhập.",
        )
        .on(PAGE, Action::ConfigExchange, get(home))
        .on("/co-quan/quan-tri/cau-hinh/xuat", Action::ConfigExchange, get(take_out))
        .on("/co-quan/quan-tri/cau-hinh/xem-truoc", Action::ConfigExchange, post(preview))
        .on("/co-quan/quan-tri/cau-hinh/nhap", Action::ConfigExchange, post(bring_in))
}

/// The configuration is everybody's: only who administers every unit takes it out or brings it in.
fn demand_whole(who: &Who) -> Result<(), Failure> {
    // Bodies above that receive nothing themselves do not count: their administrators are elsewhere.
    let mut counters = who.tree.all().filter(|it| it.kind == "one_stop");
    if counters.all(|it| who.can_at(Action::ConfigExchange, it.id)) {
        return Ok(());
    }
    Err(Failure::Refused(
        "Cấu hình áp dụng cho mọi đơn vị nên chỉ quản trị bao trùm mọi đơn vị được xuất, nhập."
            .to_owned(),
    ))
}

#[derive(Template)]
#[template(path = "configuration/templates/home.html")]
struct Home {
    shell: Shell,
    parts: Vec<&'static str>,
    wrong: Option<String>,
}

fn home_page(site: &Site, who: &Who, wrong: Option<String>) -> Result<Html<String>, Failure> {
    let parts = site.configuration().iter().map(|it| it.label).collect();
    site.page(&Home { shell: site.shell(who), parts, wrong })
}

/// GET `/co-quan/quan-tri/cau-hinh`
async fn home(State(site): State<Site>, who: Who) -> Result<Html<String>, Failure> {
    demand_whole(&who)?;
    home_page(&site, &who, None)
}

/// GET `/co-quan/quan-tri/cau-hinh/xuat`
async fn take_out(State(site): State<Site>, who: Who) -> Result<Response, Failure> {
    demand_whole(&who)?;
    let turn = site.one_at_a_time().await?;
    let (inner, asker) = (site.clone(), who.clone());
    let (parts, at) = site
        .read(&who, move |tx| {
            let parts = inner
                .configuration()
                .iter()
                .map(|it| Ok((*it, (it.take_out)(&asker.tree, tx)?)))
                .collect::<Result<Vec<_>, Fault>>()?;
            Ok((parts, tx.now()))
        })
        .await?;
    let office = site.shell(&who).unit_name;
    let bytes = archive::write(&office, at, &parts)?;
    drop(turn);
    let name = format!("motcua-cau-hinh-{}.zip", who.today());
    Ok(site::file(bytes, "application/zip", &name, true))
}

/// What a part of an archive would change.
struct PartView {
    name: &'static str,
    label: &'static str,
    lines: Vec<String>,
    more: usize,
    /// Why it cannot be brought in.
    refused: Option<String>,
}

#[derive(Template)]
#[template(path = "configuration/templates/preview.html")]
struct Preview {
    shell: Shell,
    office: String,
    at: String,
    kept: String,
    parts: Vec<PartView>,
    unknown: Vec<String>,
    changes: usize,
    /// Parts that cannot be brought in.
    refused: usize,
    /// What is wrong with the answer; empty if nothing is.
    wrong: &'static str,
}

/// An archive that was put away and waits for its use.
#[derive(Serialize, Deserialize)]
struct Stored {
    sha256: String,
}

/// What each part did, in order: its lines, or why not.
type Tried = Vec<(ConfigPart, Result<Vec<String>, String>)>;

/// How a try ends: never by keeping anything.
enum Dry {
    Done(Tried),
    Failed(Failure),
}

impl From<Fault> for Dry {
    fn from(fault: Fault) -> Self {
        Self::Failed(Failure::Fault(fault))
    }
}

fn try_all(site: &Site, who: &Who, tx: &mut Tx<'_>, archive: &Archive) -> Result<Tried, Failure> {
    let mut tried = Vec::new();
    for part in site.configuration() {
        let Some(value) = archive.parts.get(part.name) else { continue };
        match (part.bring_in)(site, who, tx, value) {
            Ok(lines) => tried.push((*part, Ok(lines))),
            Err(Failure::Refused(why)) => tried.push((*part, Err(why))),
            Err(other) => return Err(other),
        }
    }
    Ok(tried)
}

/// POST `/co-quan/quan-tri/cau-hinh/xem-truoc`: what would change; nothing is kept.
async fn preview(
    State(site): State<Site>,
    who: Who,
    FilledWithFiles(typed, uploads): FilledWithFiles,
) -> Result<Html<String>, Failure> {
    demand_whole(&who)?;
    let wrong = |why: String| -> Result<Html<String>, Failure> {
        Err(Failure::Mistaken(home_page(&site, &who, Some(why))?))
    };
    if typed.has(site::form::TOO_LARGE) {
        return wrong("Tệp lớn hơn 20 MB: không phải tệp cấu hình.".to_owned());
    }
    let Some(upload) = uploads.into_iter().find(|it| it.field == "tep" && !it.bytes.is_empty())
    else {
        return wrong("Chưa chọn tệp. Hãy chọn tệp .zip đã xuất từ Một Cửa.".to_owned());
    };
    let archive = match archive::read(&upload.bytes) {
        Ok(it) => it,
        Err(why) => return wrong(why),
    };
    let blob = site.put_file(upload.bytes).await?;
    look(&site, &who, archive, blob.sha256, "").await
}

/// The page of what an archive would change, with what is wrong with how it was answered.
async fn look(
    site: &Site,
    who: &Who,
    archive: Archive,
    sha256: String,
    wrong: &'static str,
) -> Result<Html<String>, Failure> {
    let stored = serde_json::to_string(&Stored { sha256 })
        .map_err(|e| Fault::Broken(format!("archive: {e}")))?;
    let kept = site.seal.close(KEPT, &stored)?;
    let turn = site.one_at_a_time().await?;
    let known: Vec<&str> = site.configuration().iter().map(|it| it.name).collect();
    let unknown =
        archive.parts.keys().filter(|it| !known.contains(&it.as_str())).cloned().collect();
    let (office, at) = (archive.office.clone(), archive.at.clone());
    let (inner, asker) = (site.clone(), who.clone());
    let ended = site
        .db
        .write(who.stamp(), move |tx| -> Result<(), Dry> {
            Err(match try_all(&inner, &asker, tx, &archive) {
                Ok(tried) => Dry::Done(tried),
                Err(failure) => Dry::Failed(failure),
            })
        })
        .await;
    drop(turn);
    let tried = match ended {
        Err(Dry::Done(tried)) => tried,
        Err(Dry::Failed(failure)) => return Err(failure),
        Ok(()) => Vec::new(),
    };
    let parts: Vec<PartView> = tried
        .into_iter()
        .map(|(part, tried)| {
            let (mut lines, refused) = match tried {
                Ok(lines) => (lines, None),
                Err(why) => (Vec::new(), Some(why)),
            };
            let more = lines.len().saturating_sub(SHOWN_MAX);
            lines.truncate(SHOWN_MAX);
            PartView { name: part.name, label: part.label, lines, more, refused }
        })
        .collect();
    let changes = parts.iter().map(|it| it.lines.len() + it.more).sum();
    let refused = parts.iter().filter(|it| it.refused.is_some()).count();
    let shell = site.shell(who);
    site.page(&Preview { shell, office, at, kept, parts, unknown, changes, refused, wrong })
}

fn chosen(typed: &Typed, part: &ConfigPart) -> bool {
    typed.all("phan").any(|it| it == part.name)
}

/// POST `/co-quan/quan-tri/cau-hinh/nhap`: the parts that were chosen, in one transaction.
async fn bring_in(
    State(site): State<Site>,
    who: Who,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    demand_whole(&who)?;
    let gone = || {
        Failure::Refused(
            "Tệp đã xem trước không còn. Hãy chọn lại tệp và xem trước lại.".to_owned(),
        )
    };
    let stored = site.seal.open(KEPT, typed.get(KEPT)).map_err(|_| gone())?;
    let stored: Stored = serde_json::from_str(&stored).map_err(|_| gone())?;
    let bytes = site.blobs.get(&stored.sha256).await?.ok_or_else(gone)?;
    let archive = archive::read(&bytes).map_err(Failure::Refused)?;
    let wanted: Vec<ConfigPart> =
        site.configuration().iter().filter(|it| chosen(&typed, it)).copied().collect();
    if wanted.is_empty() {
        let why = "Chưa chọn phần nào để nhập. Đánh dấu phần cần nhập, hoặc bấm Thôi.";
        return Err(Failure::Mistaken(look(&site, &who, archive, stored.sha256, why).await?));
    }
    let turn = site.one_at_a_time().await?;
    let (inner, asker) = (site.clone(), who.clone());
    let count = site
        .write(&who, move |tx| {
            let (mut count, mut parts) = (0, Vec::new());
            for part in wanted {
                let Some(value) = archive.parts.get(part.name) else { continue };
                let lines = (part.bring_in)(&inner, &asker, tx, value).map_err(|e| match e {
                    Failure::Refused(why) => Failure::Refused(format!("{}: {why}", part.label)),
                    other => other,
                })?;
                count += lines.len();
                parts.push(part.name);
            }
            let details = serde_json::json!({"parts": parts, "changes": count});
            tx.journal(Entry::new("configuration", 0, "import").details(&details));
            Ok(count)
        })
        .await?;
    drop(turn);
    let notice = match count {
        0 => "Không có chỗ nào khác; cấu hình giữ nguyên.".to_owned(),
        _ => format!("Đã nhập cấu hình: {count} thay đổi."),
    };
    Ok(told(PAGE, &notice))
}
