//! Evidence of a case: judged on its way in, shown to those who see the case; the accused sees what is his.

use axum::response::Response;
use domain::ids::ConductCaseId;
use site::{Failure, Path, Site, State, Typed, Upload, Who, form::FilledWithFiles, told};
use store::{Fault, Tx, journal::Entry};

use super::{
    ADDRESS, SUBJECT, desk,
    sql::{self, File},
};
use crate::feedback::files;

/// Files of one case at most.
const FILES_MAX: usize = 60;

/// The files of a form, put away; what is wrong with them, for their field.
pub(super) async fn taken(
    site: &Site,
    who: &Who,
    (typed, uploads): (&Typed, Vec<Upload>),
    side: &'static str,
) -> Result<Result<Vec<File>, String>, Failure> {
    let found = match files::take(site, who, (typed, uploads), false).await? {
        Ok(it) => it,
        Err(wrong) => return Ok(Err(wrong)),
    };
    let files = found.into_iter().map(|it| File {
        id: 0,
        side: side.to_owned(),
        name: it.name,
        kind: it.media_type,
        size: it.size,
        sha256: it.sha256,
        by: who.account,
        at: who.now,
    });
    Ok(Ok(files.collect()))
}

/// Keeps files of a case.
pub(super) fn keep(tx: &mut Tx<'_>, case: ConductCaseId, all: &[File]) -> Result<(), Failure> {
    if all.is_empty() {
        return Ok(());
    }
    if sql::files(tx, case)?.len() + all.len() > FILES_MAX {
        return Err(Failure::Refused(format!("Một vụ việc có nhiều nhất {FILES_MAX} tệp.")));
    }
    for it in all {
        sql::add_file(tx, case, it)?;
    }
    tx.journal(Entry::new(SUBJECT, case.0, "add_evidence").details(&all.len()));
    Ok(())
}

/// POST `/co-quan/vu-viec/{id}/tai-lieu`
pub async fn add(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<ConductCaseId>,
    FilledWithFiles(typed, uploads): FilledWithFiles,
) -> Result<Response, Failure> {
    let asker = who.clone();
    site.read(&who, move |tx| desk::find(tx, &asker, id)).await?;
    let files = taken(&site, &who, (&typed, uploads), "evidence").await?;
    let files = files.map_err(Failure::Refused)?;
    if files.is_empty() {
        return Err(Failure::Refused("Hãy chọn tệp: ảnh hoặc PDF.".to_owned()));
    }
    let asker = who.clone();
    site.write(&who, move |tx| {
        let kept = desk::find(tx, &asker, id)?;
        if !kept.case.status.is_open() {
            return Err(Failure::Refused(
                "Vụ việc đã kết thúc nên không thêm tài liệu.".to_owned(),
            ));
        }
        keep(tx, id, &files)
    })
    .await?;
    Ok(told(&format!("{ADDRESS}/{id}#tai-lieu"), "Đã thêm tài liệu."))
}

/// GET `/co-quan/vu-viec/{id}/tai-lieu/{file}`
pub async fn open(
    State(site): State<Site>,
    who: Who,
    Path((id, file)): Path<(ConductCaseId, i64)>,
) -> Result<Response, Failure> {
    let asker = who.clone();
    let found = site
        .write(&who, move |tx| {
            let kept = sql::find(tx, id)?.ok_or(Failure::NotFound)?;
            let found = sql::files(tx, id)?.into_iter().find(|it| it.id == file);
            let found = found.ok_or(Failure::NotFound)?;
            let is_accused = asker.staff == Some(kept.case.accused);
            let his = is_accused && found.side == "explanation";
            if !his && !desk::sees(&asker, &kept) {
                return Err(Failure::NotFound);
            }
            tx.journal(Entry::new(SUBJECT, id.0, "look_conduct").details(&file));
            Ok(found)
        })
        .await?;
    let bytes = site.blobs.get(&found.sha256).await?;
    let bytes = bytes.ok_or_else(|| Fault::Files(format!("{} is gone", found.sha256)))?;
    Ok(site::file(bytes, &found.kind, &found.name, false))
}
