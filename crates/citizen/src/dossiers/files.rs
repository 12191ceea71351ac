//! Files of a dossier: sniffed, capped, hashed, kept outside the database.

use axum::response::Response;
use domain::ids::DossierId;
use site::{Failure, FilledWithFiles, Path, Site, State, Upload, Who, told};
use store::{Fault, StoredBlob, Tx};

use super::{intake::scans, sql, view::Around};

/// Types that are taken, by their bytes and never by their names.
const TAKEN: &[(&str, &str)] = &[
    ("application/pdf", "pdf"),
    ("image/jpeg", "jpg"),
    ("image/png", "png"),
    ("image/webp", "webp"),
    ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", "docx"),
    ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx"),
];

/// A file that was put away and waits for its row.
pub(super) struct Stored {
    name: String,
    media_type: &'static str,
    blob: StoredBlob,
}

fn sniff(upload: &Upload) -> Result<&'static str, Failure> {
    let found = infer::get(&upload.bytes).map(|it| it.mime_type());
    let taken = TAKEN.iter().find(|(it, _)| Some(*it) == found);
    taken.map(|(it, _)| *it).ok_or_else(|| {
        Failure::Refused(format!(
            "Tệp “{}” không phải PDF, ảnh JPEG/PNG/WebP, Word hoặc Excel. Hãy quét lại thành PDF hoặc \
             ảnh rồi gửi lại.",
            upload.name
        ))
    })
}

/// Puts uploads away before any row names them.
pub(super) async fn store_all(site: &Site, uploads: Vec<Upload>) -> Result<Vec<Stored>, Failure> {
    let mut stored = Vec::new();
    for upload in scans(uploads) {
        let media_type = sniff(&upload)?;
        let blob = site.blobs.put(upload.bytes).await?;
        stored.push(Stored { name: upload.name, media_type, blob });
    }
    Ok(stored)
}

/// Names stored files as a dossier's.
pub(super) fn attach(
    tx: &mut Tx<'_>,
    id: DossierId,
    kind: &str,
    stored: &[Stored],
) -> Result<(), Fault> {
    for it in stored {
        sql::insert_file(tx, id, None, kind, &it.name, it.media_type, &it.blob)?;
    }
    Ok(())
}

/// POST `/co-quan/ho-so/{id}/tep`
pub async fn add(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<DossierId>,
    FilledWithFiles(_, uploads): FilledWithFiles,
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
    let stored = store_all(&site, uploads).await?;
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
