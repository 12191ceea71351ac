//! What is done to a result: its term and file, issuing anew, revoking.

use askama::Template;
use axum::response::Response;
use domain::{dossier::Refused, results::ResultState, text};
use site::{
    Failure, Fields, Filled, FilledWithFiles, Html, Mistakes, Path, Shell, Site, State, Typed, Who,
    form::{SAVED, Sending, Sent, new_token, once},
    told,
};
use store::{Tx, journal::Entry};

use super::{
    ADDRESS,
    facts::SUBJECT,
    numbers::Numbering,
    show::{self, Taken, take},
    sql::{self, New},
};
use crate::dossiers::{facts as dossiers, files};

/// Somebody else changed it in the meantime.
const STALE: &str = "Kết quả vừa được người khác sửa. Hãy mở lại để xem trước khi làm tiếp.";
/// It stands no more.
const ENDED: &str = "Kết quả đã thu hồi hoặc đã thay thế, không làm tiếp được.";

fn counter(tx: &mut Tx<'_>, site: &Site, who: &Who, id: i64) -> Result<Taken, Failure> {
    let taken = take(tx, site, who, id)?;
    if !taken.is_counter() {
        return Err(Failure::NotFound);
    }
    if taken.kept.state != ResultState::Issued {
        return Err(Failure::Refused(ENDED.to_owned()));
    }
    Ok(taken)
}

/// POST `/co-quan/ket-qua/{id}/thong-tin`: what it is called and until when it holds.
pub async fn describe(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<i64>,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    let mut fields = Fields::of(typed);
    let kind = fields.text("ten", 240);
    let holder = fields.optional_text("cap-cho", 200);
    let until = fields.optional_date("het-han");
    let basis = fields.optional_text("can-cu", 200);
    let edition = fields.number("an-ban", 1..=i64::MAX);
    let read = (|| Some((kind?, holder?, until?, basis?, edition?)))();
    let (kind, holder, until, basis, edition) = match fields.finish(read) {
        Ok(it) => it,
        Err(m) => return Err(Failure::Mistaken(show::page(&site, &who, id, &m).await?)),
    };
    let (inner, asker) = (site.clone(), who.clone());
    site.write(&who, move |tx| {
        let taken = counter(tx, &inner, &asker, id)?;
        if until.is_some_and(|it| it < taken.kept.issued_on) {
            let text = "Thời hạn không thể trước ngày ban hành.";
            return Err(Failure::Refused(text.to_owned()));
        }
        if !sql::describe(tx, id, edition, (&kind, &holder, until, &basis))? {
            return Err(Failure::Refused(STALE.to_owned()));
        }
        let details = serde_json::json!({ "expires_on": until.map(|it| it.to_string()) });
        tx.journal(Entry::new(SUBJECT, id, "change").details(&details));
        Ok(())
    })
    .await?;
    Ok(told(&format!("{ADDRESS}/{id}"), "Đã lưu."))
}

/// POST `/co-quan/ket-qua/{id}/tep`: the result as a file; its hash is kept.
pub async fn attach(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<i64>,
    FilledWithFiles(_, uploads): FilledWithFiles,
) -> Result<Response, Failure> {
    let no_pdf = || Failure::Refused("Chọn tệp PDF của kết quả, tối đa 20 MB.".to_owned());
    let upload = uploads.into_iter().next().ok_or_else(no_pdf)?;
    if !upload.bytes.starts_with(b"%PDF-") {
        return Err(no_pdf());
    }
    let (inner, asker) = (site.clone(), who.clone());
    site.read(&who, move |tx| counter(tx, &inner, &asker, id).map(|_| ())).await?;
    // What people download is looked through like what they send: whole, without a password, without malware.
    let mut looked = files::put_away(&site, &who, vec![upload]).await?;
    let stored = looked.pop().ok_or_else(no_pdf)?.map_err(Failure::Refused)?;
    let (inner, asker) = (site.clone(), who.clone());
    site.write(&who, move |tx| {
        let taken = counter(tx, &inner, &asker, id)?;
        let file = dossiers::attach_result(tx, taken.kept.dossier, &stored)?;
        sql::set_file(tx, id, file, &stored.sha256)?;
        let details = serde_json::json!({ "file": file });
        tx.journal(Entry::new(SUBJECT, id, "add_file").details(&details));
        Ok(())
    })
    .await?;
    Ok(told(&format!("{ADDRESS}/{id}"), "Đã thêm tệp kết quả."))
}

#[derive(Template)]
#[template(path = "results/templates/end.html")]
struct End<'a> {
    shell: Shell,
    m: &'a Mistakes,
    id: i64,
    name: String,
    holder: String,
    is_revoke: bool,
}

async fn end_page(
    site: &Site,
    who: &Who,
    id: i64,
    is_revoke: bool,
    m: &Mistakes,
) -> Result<Html<String>, Failure> {
    let (inner, asker) = (site.clone(), who.clone());
    let kept = site
        .read(who, move |tx| {
            let taken = take(tx, &inner, &asker, id)?;
            if !taken.is_signer() {
                return Err(Failure::NotFound);
            }
            let why = if is_revoke { None } else { taken.why_not_anew(tx, &inner, &asker)? };
            match why {
                Some(why) => Err(Failure::Refused(why.to_owned())),
                None => Ok(taken.kept),
            }
        })
        .await?;
    if kept.state != ResultState::Issued {
        return Err(Failure::Refused(ENDED.to_owned()));
    }
    site.page(&End {
        shell: site.shell(who),
        m,
        id,
        name: format!("{} số {}", kept.kind, kept.number),
        holder: kept.holder,
        is_revoke,
    })
}

fn fresh() -> Mistakes {
    let mut typed = Typed::default();
    typed.set("lan-gui", new_token());
    Mistakes::none(typed)
}

/// GET `/co-quan/ket-qua/{id}/thu-hoi`
pub async fn revoke_form(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<i64>,
) -> Result<Html<String>, Failure> {
    end_page(&site, &who, id, true, &fresh()).await
}

/// GET `/co-quan/ket-qua/{id}/cap-lai`
pub async fn reissue_form(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<i64>,
) -> Result<Html<String>, Failure> {
    end_page(&site, &who, id, false, &fresh()).await
}

/// POST `/co-quan/ket-qua/{id}/thu-hoi`: by a decision, with its number and the reason.
pub async fn revoke(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<i64>,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    let mut fields = Fields::of(typed);
    let decision = fields.text("quyet-dinh", 100);
    let reason = fields.text("ly-do", 500);
    let (decision, reason) = match fields.finish(decision.zip(reason)) {
        Ok(it) => it,
        Err(m) => return Err(Failure::Mistaken(end_page(&site, &who, id, true, &m).await?)),
    };
    let (inner, asker) = (site.clone(), who.clone());
    site.write(&who, move |tx| {
        let taken = signer(tx, &inner, &asker, id)?;
        sql::end(tx, id, ResultState::Revoked, asker.today(), &decision, &reason)?;
        let details = serde_json::json!({ "decision": decision });
        let said = Entry::new(SUBJECT, id, "revoke_result").details(&details);
        tx.journal(said.words(Some(reason.clone())));
        let of_dossier = serde_json::json!({ "number": taken.kept.number, "decision": decision });
        dossiers::tell_aside(tx, taken.kept.dossier, "revoke_result", &of_dossier, Some(reason));
        Ok(())
    })
    .await?;
    let said = "Đã thu hồi kết quả. Ai quét mã trên kết quả đều thấy đã thu hồi.";
    Ok(told(&format!("{ADDRESS}/{id}"), said))
}

/// A result that stands, for whoever signs for its office.
fn signer(tx: &mut Tx<'_>, site: &Site, who: &Who, id: i64) -> Result<Taken, Failure> {
    let taken = take(tx, site, who, id)?;
    if !taken.is_signer() {
        return Err(Failure::NotFound);
    }
    if taken.kept.state != ResultState::Issued {
        return Err(Failure::Refused(ENDED.to_owned()));
    }
    Ok(taken)
}

/// POST `/co-quan/ket-qua/{id}/cap-lai`: lost or damaged; a new number, the old one marked.
pub async fn reissue(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<i64>,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    let (sending, as_typed) = (Sending::of(&who, &typed, "lan-gui"), typed.clone());
    let mut fields = Fields::of(typed);
    let number = fields.text("so-moi", 60);
    let reason = fields.text("ly-do", 500);
    let (number, reason) = match fields.finish(number.zip(reason)) {
        Ok(it) => it,
        Err(m) => return Err(Failure::Mistaken(end_page(&site, &who, id, false, &m).await?)),
    };
    let (inner, asker) = (site.clone(), who.clone());
    let done = once(&site, &who, sending, move |tx| {
        let taken = signer(tx, &inner, &asker, id)?;
        if asker.staff.is_some_and(|it| taken.on_desk.kept.dossier.has_worked(it)) {
            return Err(Failure::Refused(Refused::SignerIsOfficer.to_string()));
        }
        if let Some(why) = taken.why_not_anew(tx, &inner, &asker)? {
            return Err(Failure::Refused(why.to_owned()));
        }
        let old = &taken.kept;
        if text::fold(&old.number) == text::fold(&number) {
            return Ok(Err("Số mới phải khác số cũ.".to_owned()));
        }
        let numbering = Numbering {
            body: old.body,
            procedure: taken.on_desk.version.procedure,
            year: asker.today().year(),
            own: None,
        };
        numbering.give(tx, &number)?;
        if let Some(code) = numbering.holder(tx, &number)? {
            let next = numbering.next_like(tx, &number)?;
            let next = next.map_or_else(String::new, |it| format!(" Số kế tiếp còn trống: {it}."));
            return Ok(Err(format!("Số {number} đã cấp cho hồ sơ {code} trong năm.{next}")));
        }
        let new = sql::insert(
            tx,
            &New {
                dossier: old.dossier,
                kind: &old.kind,
                number: &number,
                issued_on: asker.today(),
                issued_at: tx.now(),
                expires_on: old.expires_on,
                expiry_basis: &old.expiry_basis,
                outcome: &old.outcome,
                signer: asker.staff,
                replaces: Some(id),
            },
        )?;
        sql::end(tx, id, ResultState::Replaced, asker.today(), "", &reason)?;
        let details = serde_json::json!({ "old": id, "number": number });
        let said = Entry::new(SUBJECT, new, "reissue").details(&details);
        tx.journal(said.words(Some(reason.clone())));
        let of_dossier = serde_json::json!({ "number": number, "instead_of": old.number });
        dossiers::tell_aside(tx, old.dossier, "reissue", &of_dossier, Some(reason.clone()));
        Ok(Ok(format!("{ADDRESS}/{new}")))
    })
    .await?;
    match done {
        Sent::Done(location) => Ok(told(&location, "Đã cấp lại; kết quả cũ không còn hiệu lực.")),
        // It ends the old result: whatever else was typed, there is nothing left to issue anew.
        Sent::Before(m) => {
            Ok(told(m.at(SAVED), "Đã cấp lại từ lần bấm trước, với nội dung khác; xem ở đây."))
        }
        Sent::Wrong(text) => {
            let m = Mistakes::one(as_typed, "so-moi", text);
            Err(Failure::Mistaken(end_page(&site, &who, id, false, &m).await?))
        }
    }
}
