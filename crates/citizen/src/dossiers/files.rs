//! Files of a dossier: sniffed, capped, hashed, kept outside the database.

use axum::response::Response;
use domain::ids::DossierId;
use serde::{Deserialize, Serialize};
use signing::open::TAKEN;
use site::{Failure, FilledWithFiles, Mistakes, Path, Site, State, Typed, Upload, Who, told};
use store::{Fault, StoredBlob, Tx};

use crate::signatures::incoming::{self, Verdict};

use super::{sql, view::Around};

/// The field that carries files which were put away from one showing of a form to the next.
pub(super) const KEPT: &str = "tep-luu";

/// A file that was put away and waits for its row.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Stored {
    /// Its name, with the ending of what it is.
    pub name: String,
    /// Its type, as sniffed from its bytes.
    pub media_type: String,
    /// Its name in the store of files.
    pub sha256: String,
    /// Bytes.
    pub size: i64,
    /// What its signatures came to; nothing if it carries none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) verdict: Option<Verdict>,
    /// How the search for malware stands: off, clean or waiting.
    #[serde(default)]
    pub(crate) scan: String,
}

impl Stored {
    /// What is to be said about it; empty if nothing is.
    #[must_use]
    pub fn told(&self) -> String {
        let mut told = Vec::new();
        told.extend(self.verdict.as_ref().map(Verdict::words));
        if self.scan == incoming::WAITING {
            told.push("đang chờ quét mã độc nên chưa mở được".to_owned());
        }
        told.join("; ")
    }
}

impl sql::File {
    /// Whether nobody may open it: it waits to be looked through, or malware is in it.
    pub fn is_held(&self) -> bool {
        matches!(self.scan.as_str(), incoming::WAITING | incoming::INFECTED)
    }

    /// What is to be said about it; empty for a file without signatures that anybody may open.
    pub fn told(&self) -> String {
        let held = match self.scan.as_str() {
            incoming::WAITING => Some("đang chờ quét mã độc, chưa mở được".to_owned()),
            incoming::INFECTED => {
                Some("có mã độc, đã giữ riêng; đề nghị người nộp gửi tệp khác".to_owned())
            }
            _ => None,
        };
        let verdict = Verdict::read(&self.verdict).map(|it| it.words());
        verdict.into_iter().chain(held).collect::<Vec<_>>().join("; ")
    }

    /// Whether there is something to be careful about.
    pub fn is_doubtful(&self) -> bool {
        self.is_held() || Verdict::read(&self.verdict).is_some_and(|it| !it.valid)
    }
}

/// The name with the ending of what the file is: a picture called `a.html` stays a picture on the
/// disk of whoever saves it.
pub(crate) fn named(name: String, media_type: &str) -> String {
    let ending = TAKEN.iter().find(|it| it.0 == media_type).map_or("", |it| it.1);
    let name = if name.trim().is_empty() { "tep".to_owned() } else { name };
    let lower = name.to_lowercase();
    let fits = lower.ends_with(&format!(".{ending}"))
        || (ending == "jpg" && (lower.ends_with(".jpeg") || lower.ends_with(".jfif")));
    if fits { name } else { format!("{name}.{ending}") }
}

/// Puts uploads away before any row names them. What cannot be taken is told, and costs nothing
/// of the rest.
pub(crate) async fn store_all(
    site: &Site,
    who: &Who,
    typed: &Typed,
    uploads: Vec<Upload>,
) -> Result<(Vec<Stored>, Vec<String>), Failure> {
    let mut stored = Vec::new();
    let mut wrong: Vec<String> = typed
        .all(site::form::TOO_LARGE)
        .map(|name| format!("“{name}”: lớn hơn 20 MB. Hãy quét với độ nét thấp hơn hoặc chia nhỏ."))
        .collect();
    let mine = uploads.into_iter().filter(|it| it.field == "tep").collect();
    for looked in put_away(site, who, mine).await? {
        match looked {
            Ok(it) => stored.push(it),
            Err(why) => wrong.push(why),
        }
    }
    Ok((stored, wrong))
}

/// Opens each file, looks through it and puts it away, in the order in which they came; what cannot be
/// taken is told in a sentence that names the file.
///
/// # Errors
/// [`Failure::Fault`] if the store of files fails.
pub async fn put_away(
    site: &Site,
    who: &Who,
    uploads: Vec<Upload>,
) -> Result<Vec<Result<Stored, String>>, Failure> {
    let mut all = Vec::new();
    for looked in incoming::look(site, who, uploads).await? {
        all.push(match looked {
            Ok(it) => {
                let blob = site.put_file(it.upload.bytes).await?;
                Ok(Stored {
                    name: named(it.upload.name, it.media_type),
                    media_type: it.media_type.to_owned(),
                    sha256: blob.sha256,
                    size: blob.size,
                    verdict: it.verdict,
                    scan: it.scan.to_owned(),
                })
            }
            Err(why) => Err(why),
        });
    }
    Ok(all)
}

/// Puts new uploads away beside those of the form before, and carries all of them in the form:
/// whatever is shown again, no file is lost. What cannot be taken stands beside the field.
pub(super) async fn carry(
    site: &Site,
    who: &Who,
    typed: &mut Typed,
    uploads: Vec<Upload>,
) -> Result<(Vec<Stored>, Option<String>), Failure> {
    let (new, wrong) = store_all(site, who, typed, uploads).await?;
    let mut files = kept(site, typed);
    files.extend(new);
    let mut sealed = Vec::with_capacity(files.len());
    for it in &files {
        let text = serde_json::to_string(it).map_err(|e| Fault::Broken(e.to_string()))?;
        sealed.push(site.seal.close(KEPT, &text)?);
    }
    typed.set_all(KEPT, sealed);
    typed.set_all(site::form::TOO_LARGE, Vec::new());
    Ok((files, (!wrong.is_empty()).then(|| wrong.join(" "))))
}

/// The files that a form carries. Sealed by us: nobody names a file that he did not send.
pub(super) fn kept(site: &Site, typed: &Typed) -> Vec<Stored> {
    let opened = typed.all(KEPT).filter_map(|it| site.seal.open(KEPT, it).ok());
    opened.filter_map(|it| serde_json::from_str(&it).ok()).collect()
}

/// Names stored files as a dossier's.
pub(crate) fn attach(
    tx: &mut Tx<'_>,
    id: DossierId,
    kind: &str,
    stored: &[Stored],
) -> Result<(), Fault> {
    stored.iter().try_for_each(|it| attach_to(tx, id, kind, None, it).map(|_| ()))
}

/// Names a stored file as a dossier's, beside the paper that it shows; its row.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn attach_to(
    tx: &mut Tx<'_>,
    id: DossierId,
    kind: &str,
    paper: Option<i64>,
    it: &Stored,
) -> Result<i64, Fault> {
    // The same bytes beside the same paper are one file, however often they are sent.
    if let Some(there) = sql::same_file(tx, id, (kind, paper), &it.sha256)? {
        return Ok(there);
    }
    insert(tx, id, (kind, paper), it)
}

fn insert(
    tx: &mut Tx<'_>,
    id: DossierId,
    (kind, paper): (&str, Option<i64>),
    it: &Stored,
) -> Result<i64, Fault> {
    let blob = StoredBlob { sha256: it.sha256.clone(), size: it.size };
    let verdict = match &it.verdict {
        Some(it) => serde_json::to_string(it).map_err(|e| Fault::Broken(e.to_string()))?,
        None => String::new(),
    };
    let scan = if it.scan.is_empty() { "off" } else { &it.scan };
    let new = sql::NewFile {
        paper,
        kind,
        name: &it.name,
        media_type: &it.media_type,
        stored: &blob,
        verdict: &verdict,
        scan,
    };
    sql::insert_file(tx, id, &new)
}

/// POST `/co-quan/ho-so/{id}/tep`
pub async fn add(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<DossierId>,
    FilledWithFiles(typed, uploads): FilledWithFiles,
) -> Result<Response, Failure> {
    let (inner, asker) = (site.clone(), who.clone());
    site.read(&who, move |tx| {
        let around = Around::load(&inner, &asker, tx)?;
        let on_desk = around.take(tx, id)?;
        if around.maker(tx, &on_desk.kept)?.parts.is_empty() {
            return Err(Failure::Forbidden);
        }
        Ok(())
    })
    .await?;
    let (stored, wrong) = store_all(&site, &who, &typed, uploads).await?;
    let location = format!("/co-quan/ho-so/{id}");
    let as_typed = typed.clone();
    if stored.is_empty() && wrong.is_empty() {
        let m = Mistakes::one(as_typed, "tep", "Chưa chọn tệp nào. Hãy chọn tệp rồi gửi lại.");
        return Err(super::show::again(&site, &who, id, m).await?);
    }
    let mut told_of: Vec<String> = stored
        .iter()
        .filter(|it| !it.told().is_empty())
        .map(|it| format!("“{}”: {}.", it.name, it.told()))
        .collect();
    if !stored.is_empty() {
        let all = stored.len();
        let document = domain::text::tidy(typed.get("van-ban"));
        let there = site
            .write(&who, move |tx| {
                if document.is_empty() {
                    let mut there = Vec::new();
                    for it in &stored {
                        there.extend(
                            sql::same_file(tx, id, ("scan", None), &it.sha256)?
                                .map(|_| it.name.clone()),
                        );
                        attach_to(tx, id, "scan", None, it)?;
                    }
                    return Ok(Some(there));
                }
                let mut named = sql::documents(tx, id)?;
                named.retain(|it| it.1 == document);
                let files = sql::files(tx, id)?;
                let is_there = |it: &&Stored| {
                    let same = |file: &sql::File| {
                        file.sha256 == it.sha256 && named.iter().any(|(row, _)| *row == file.id)
                    };
                    files.iter().any(same)
                };
                let (there, new): (Vec<_>, Vec<_>) = stored.iter().partition(is_there);
                let owed = super::desk::take(tx, id)?.demanded(tx)?.documents;
                if !new.is_empty() && !owed.contains(&document) {
                    return Ok(None);
                }
                for it in new {
                    let file = insert(tx, id, ("result", None), it)?;
                    sql::insert_document(tx, id, file, &document)?;
                }
                Ok(Some(there.into_iter().map(|it| it.name.clone()).collect()))
            })
            .await?;
        if let Some(there) = &there {
            if all > there.len() {
                told_of.insert(0, format!("Đã thêm {} tệp.", all - there.len()));
            }
            if !there.is_empty() {
                let names = there.join("”, “");
                told_of.push(format!("“{names}” đã có trong hồ sơ, không thêm lần nữa."));
            }
        } else {
            let gone = "Bước này không còn phải lập văn bản đó. Hãy chọn lại rồi thêm tệp.";
            let m = Mistakes::one(as_typed, "tep", gone);
            return Err(super::show::again(&site, &who, id, m).await?);
        }
    }
    // What is good is kept; what is not is said beside the field, with what to do.
    if !wrong.is_empty() {
        let kept = told_of.join(" ");
        let why = format!("{kept} Không nhận: {}", wrong.join(" "));
        let m = Mistakes::one(as_typed, "tep", why.trim());
        return Err(super::show::again(&site, &who, id, m).await?);
    }
    Ok(told(&location, &told_of.join(" ")))
}

/// GET `/co-quan/ho-so/{id}/tep/{file}`
pub async fn show(
    State(site): State<Site>,
    who: Who,
    Path((id, file)): Path<(DossierId, i64)>,
) -> Result<Response, Failure> {
    let (inner, asker) = (site.clone(), who.clone());
    let (found, is_own) = site
        .read(&who, move |tx| {
            let around = Around::load(&inner, &asker, tx)?;
            let on_desk = around.take(tx, id)?;
            let is_own = !around.maker(tx, &on_desk.kept)?.parts.is_empty();
            let files = sql::files(tx, id)?;
            let found = files.into_iter().find(|it| it.id == file).ok_or(Failure::NotFound)?;
            Ok((found, is_own))
        })
        .await?;
    match found.scan.as_str() {
        incoming::WAITING => {
            return Err(Failure::Refused(
                "Tệp đang chờ quét mã độc nên chưa mở được. Hãy thử lại sau ít phút.".to_owned(),
            ));
        }
        incoming::INFECTED => {
            return Err(Failure::Refused(
                "Tệp có mã độc, đã bị giữ riêng và không mở được. Hãy đề nghị người nộp gửi tệp khác."
                    .to_owned(),
            ));
        }
        _ => {}
    }
    super::openings::opened(&site, &who, id, is_own, "file").await?;
    let bytes = site.blobs.get(&found.sha256).await?.ok_or(Failure::NotFound)?;
    // Only pictures and PDF are shown in the browser; everything else is saved.
    let inline = found.media_type == "application/pdf" || found.media_type.starts_with("image/");
    Ok(site::file(bytes, &found.media_type, &found.name, !inline))
}
