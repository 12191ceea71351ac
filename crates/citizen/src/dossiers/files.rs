//! Files of a dossier: sniffed, capped, hashed, kept outside the database.

use axum::response::Response;
use domain::ids::DossierId;
use serde::{Deserialize, Serialize};
use site::{Failure, FilledWithFiles, Path, Site, State, Typed, Upload, Who, told};
use store::{Fault, StoredBlob, Tx};

use super::{sql, view::Around};

/// Types that are taken, by their bytes and never by their names.
const TAKEN: &[(&str, &str)] = &[
    ("application/pdf", "pdf"),
    ("image/jpeg", "jpg"),
    ("image/png", "png"),
    ("image/webp", "webp"),
    ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", "docx"),
    ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx"),
];

/// The field that carries files which were put away from one showing of a form to the next.
pub(super) const KEPT: &str = "tep-luu";

/// A file that was put away and waits for its row.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Stored {
    pub name: String,
    pub media_type: String,
    pub sha256: String,
    pub size: i64,
}

fn sniff(upload: &Upload) -> Result<&'static str, String> {
    let found = infer::get(&upload.bytes).map(|it| it.mime_type());
    let taken = TAKEN.iter().find(|(it, _)| Some(*it) == found);
    taken.map(|(it, _)| *it).ok_or_else(|| {
        format!(
            "Tệp “{}” không phải PDF, ảnh JPEG/PNG/WebP, Word hoặc Excel. Hãy quét lại thành PDF hoặc \
             ảnh rồi gửi lại.",
            upload.name
        )
    })
}

/// The name with the ending of what the file is: a picture called `a.html` stays a picture on the
/// disk of whoever saves it.
fn named(name: String, media_type: &str) -> String {
    let ending = TAKEN.iter().find(|it| it.0 == media_type).map_or("", |it| it.1);
    let name = if name.trim().is_empty() { "tep".to_owned() } else { name };
    let lower = name.to_lowercase();
    let fits = lower.ends_with(&format!(".{ending}"))
        || (ending == "jpg" && (lower.ends_with(".jpeg") || lower.ends_with(".jfif")));
    if fits { name } else { format!("{name}.{ending}") }
}

/// Puts uploads away before any row names them. What cannot be taken is told, and costs nothing
/// of the rest.
async fn store_all(
    site: &Site,
    typed: &Typed,
    uploads: Vec<Upload>,
) -> Result<(Vec<Stored>, Vec<String>), Failure> {
    let mut stored = Vec::new();
    let mut wrong: Vec<String> = typed
        .all(site::form::TOO_LARGE)
        .map(|name| {
            format!("Tệp “{name}” lớn hơn 20 MB. Hãy quét với độ nét thấp hơn hoặc chia nhỏ.")
        })
        .collect();
    for upload in uploads.into_iter().filter(|it| it.field == "tep") {
        match sniff(&upload) {
            Ok(media_type) => {
                let blob = site.blobs.put(upload.bytes).await?;
                stored.push(Stored {
                    name: named(upload.name, media_type),
                    media_type: media_type.to_owned(),
                    sha256: blob.sha256,
                    size: blob.size,
                });
            }
            Err(why) => wrong.push(why),
        }
    }
    Ok((stored, wrong))
}

/// Puts new uploads away beside those of the form before, and carries all of them in the form:
/// whatever is shown again, no file is lost. What cannot be taken stands beside the field.
pub(super) async fn carry(
    site: &Site,
    typed: &mut Typed,
    uploads: Vec<Upload>,
) -> Result<(Vec<Stored>, Option<String>), Failure> {
    let (new, wrong) = store_all(site, typed, uploads).await?;
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
pub(super) fn attach(
    tx: &mut Tx<'_>,
    id: DossierId,
    kind: &str,
    stored: &[Stored],
) -> Result<(), Fault> {
    for it in stored {
        let blob = StoredBlob { sha256: it.sha256.clone(), size: it.size };
        sql::insert_file(tx, id, None, kind, &it.name, &it.media_type, &blob)?;
    }
    Ok(())
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
    let (stored, wrong) = store_all(&site, &typed, uploads).await?;
    if !wrong.is_empty() {
        return Err(Failure::Refused(wrong.join(" ")));
    }
    let location = format!("/co-quan/ho-so/{id}");
    if stored.is_empty() {
        return Err(Failure::Refused("Chưa chọn tệp nào. Hãy chọn tệp rồi gửi lại.".to_owned()));
    }
    let count = stored.len();
    site.write(&who, move |tx| Ok(attach(tx, id, "scan", &stored)?)).await?;
    Ok(told(&location, &format!("Đã thêm {count} tệp.")))
}

/// GET `/co-quan/ho-so/{id}/tep/{file}`
pub async fn show(
    State(site): State<Site>,
    who: Who,
    Path((id, file)): Path<(DossierId, i64)>,
) -> Result<Response, Failure> {
    let (inner, asker) = (site.clone(), who.clone());
    let found = site
        .read(&who, move |tx| {
            let around = Around::load(&inner, &asker, tx)?;
            around.take(tx, id)?;
            let files = sql::files(tx, id)?;
            files.into_iter().find(|it| it.id == file).ok_or(Failure::NotFound)
        })
        .await?;
    let bytes = site.blobs.get(&found.sha256).await?.ok_or(Failure::NotFound)?;
    // Only pictures and PDF are shown in the browser; everything else is saved.
    let inline = found.media_type == "application/pdf" || found.media_type.starts_with("image/");
    Ok(site::file(bytes, &found.media_type, &found.name, !inline))
}
