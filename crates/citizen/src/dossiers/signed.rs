//! The electronic result: put up, signed by the leader through the agent on his own machine, sealed by
//! the clerk. What is there stays there: each signature is an update behind the last byte.
//!
//! Law: NĐ 30/2020/NĐ-CP Đ.12, Đ.13; Luật GDĐT 20/2023 Đ.19, Đ.22.

use askama::Template;
use axum::{
    http::{HeaderValue, Method, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use domain::{
    dossier::{Maker, Part, Status},
    ids::DossierId,
};
use signing::Request;
use site::{Failure, Filled, FilledWithFiles, Path, Shell, Site, State, Who, form, told};
use store::{Fault, Tx, journal::Entry};

use super::{
    desk::OnDesk,
    files,
    sql::{self, File, NewFile, tickets},
    view::Around,
};
use crate::{
    results::facts as results,
    signatures::{facts as signatures, incoming::Verdict},
};

/// What a result is in the list of a dossier's files.
const RESULT: &str = "result";
/// How long the agent has, in milliseconds.
const TICKET_MS: i64 = 10 * 60 * 1000;

/// The newest version of the result, and whether the person may sign or seal it now.
struct Place {
    newest: Option<File>,
    may_put: bool,
    may_sign: bool,
    may_seal: bool,
    /// The newest version bears a seal of its office.
    is_sealed: bool,
}

/// `seals`: the fingerprints of those that may be put on it.
fn place(on_desk: &OnDesk, maker: &Maker, files: &[File], seals: &[String]) -> Place {
    let dossier = &on_desk.kept.dossier;
    let newest = files.iter().rev().find(|it| it.kind == RESULT).cloned();
    let there = newest.as_ref().is_some_and(|it| !it.is_held());
    let before_number = dossier.number.is_none();
    let verdict = newest.as_ref().and_then(|it| Verdict::read(&it.verdict)).unwrap_or_default();
    let is_sealed = verdict.by.iter().any(|it| seals.contains(it));
    Place {
        may_put: before_number
            && dossier.finished_at.is_none()
            && maker.plays_any(&[Part::Officer, Part::Reviewer, Part::Signer, Part::Clerk]),
        may_sign: there
            && maker.staff.is_some()
            // Signed by a valid signature and passed on, it is not signed once more.
            && (dossier.status == Status::ToSign
                || dossier.status == Status::ToNumber && !verdict.valid)
            && maker.plays_any(&[Part::Signer]),
        may_seal: there && !before_number && !is_sealed && maker.plays_any(&[Part::Clerk]),
        is_sealed,
        newest,
    }
}

struct Version {
    id: i64,
    name: String,
    when: String,
    told: String,
    class: &'static str,
    is_held: bool,
}

#[derive(Template)]
#[template(path = "dossiers/templates/signed.html")]
struct Page {
    shell: Shell,
    id: DossierId,
    code: String,
    procedure: String,
    versions: Vec<Version>,
    may_put: bool,
    may_sign: bool,
    may_seal: bool,
    number: String,
    mistake: String,
}

async fn show(site: &Site, who: &Who, id: DossierId, mistake: String) -> Result<Response, Failure> {
    let (inner, asker) = (site.clone(), who.clone());
    let (page, agent) = site
        .read(who, move |tx| {
            let around = Around::load(&inner, &asker, tx)?;
            let on_desk = around.take(tx, id)?;
            let maker = around.maker(tx, &on_desk.kept)?;
            if maker.parts.is_empty() {
                return Err(Failure::Forbidden);
            }
            let files = sql::files(tx, id)?;
            let seals = seals(tx, &on_desk)?;
            let place = place(&on_desk, &maker, &files, &seals);
            let versions = files.iter().rev().filter(|it| it.kind == RESULT).map(|it| {
                let verdict = Verdict::read(&it.verdict);
                Version {
                    id: it.id,
                    name: it.name.clone(),
                    when: domain::text::date_time(
                        domain::time::Instant::from_epoch_ms(it.added_ms).civil(),
                    ),
                    class: match &verdict {
                        _ if it.is_held() => "warn",
                        None => "",
                        Some(it) if it.valid => "good",
                        Some(_) => "bad",
                    },
                    told: match it.told() {
                        told if told.is_empty() => "chưa ký số".to_owned(),
                        told => told,
                    },
                    is_held: it.is_held(),
                }
            });
            let page = Page {
                shell: inner.shell(&asker),
                id,
                code: on_desk.kept.code.clone(),
                procedure: on_desk.version.body.name.clone(),
                versions: versions.collect(),
                may_put: place.may_put,
                may_sign: place.may_sign,
                may_seal: place.may_seal,
                number: on_desk.kept.dossier.number.clone().unwrap_or_default(),
                mistake,
            };
            Ok((page, signatures::policy(tx)?.agent))
        })
        .await?;
    let mut response = site.page(&page)?.into_response();
    if !page.mistake.is_empty() {
        *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    }
    // This page alone speaks to the agent, which listens on the signer's own machine.
    let policy = format!(
        "default-src 'self'; connect-src 'self' {agent}; img-src 'self' data: blob:; object-src 'none'; \
         base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    );
    if let Ok(value) = HeaderValue::from_str(&policy) {
        response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, value);
    }
    Ok(response)
}

/// GET `/co-quan/ho-so/{id}/ket-qua-so`
pub async fn page(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<DossierId>,
) -> Result<Response, Failure> {
    show(&site, &who, id, String::new()).await
}

/// Loads the dossier and what may be done with its result.
fn load(
    site: &Site,
    who: &Who,
    tx: &mut Tx<'_>,
    id: DossierId,
) -> Result<(OnDesk, Maker, Place), Failure> {
    let around = Around::load(site, who, tx)?;
    let on_desk = around.take(tx, id)?;
    let maker = around.maker(tx, &on_desk.kept)?;
    // Who may look at it and has no part in it finds no result to sign or to put up.
    if maker.parts.is_empty() {
        return Err(Failure::NotFound);
    }
    let files = sql::files(tx, id)?;
    let seals = seals(tx, &on_desk)?;
    let place = place(&on_desk, &maker, &files, &seals);
    Ok((on_desk, maker, place))
}

/// The fingerprints of the seals that may be put on a dossier's result.
fn seals(tx: &mut Tx<'_>, on_desk: &OnDesk) -> Result<Vec<String>, Fault> {
    signatures::seal_prints(tx, &[on_desk.kept.body, on_desk.kept.competent])
}

fn refused(why: &str) -> Failure {
    Failure::Refused(why.to_owned())
}

/// POST `/co-quan/ho-so/{id}/ket-qua-so`: a first or a new version of the result.
pub async fn put(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<DossierId>,
    FilledWithFiles(typed, uploads): FilledWithFiles,
) -> Result<Response, Failure> {
    let (inner, asker) = (site.clone(), who.clone());
    let may = site.read(&who, move |tx| Ok(load(&inner, &asker, tx, id)?.2.may_put)).await?;
    if !may {
        return Err(refused(
            "Kết quả đã vào số hoặc ông, bà không xử lý hồ sơ này nên không thay tệp được.",
        ));
    }
    let (stored, mut wrong) = files::store_all(&site, &who, &typed, uploads).await?;
    if stored.len() != 1 && wrong.is_empty() {
        wrong.push("Chọn đúng một tệp PDF.".to_owned());
    }
    if let Some(it) = stored.iter().find(|it| it.media_type != "application/pdf") {
        wrong.push(format!("“{}”: kết quả điện tử phải là tệp PDF.", it.name));
    }
    if !wrong.is_empty() {
        return show(&site, &who, id, wrong.join(" ")).await;
    }
    site.write(&who, move |tx| Ok(files::attach(tx, id, RESULT, &stored)?)).await?;
    Ok(told(&format!("/co-quan/ho-so/{id}/ket-qua-so"), "Đã đưa tệp kết quả lên."))
}

/// POST `/co-quan/ho-so/{id}/ky-so`: what the page's script hands to the agent.
pub async fn begin(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<DossierId>,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    let (inner, asker) = (site.clone(), who.clone());
    site.read(&who, move |tx| load(&inner, &asker, tx, id).map(|_| ())).await?;
    if typed.get("js") != "1" {
        return Err(refused(
            "Ký số cần trình duyệt chạy được mã trang và phần mềm ký số VGCA trên máy này. Có thể in ra ký giấy.",
        ));
    }
    let (inner, asker) = (site.clone(), who.clone());
    let (fetch, put) = (site::random_hex(24), site::random_hex(24));
    let hashes = (site::token_sha256(&fetch), site::token_sha256(&put));
    let agent = site
        .write(&who, move |tx| {
            let (_, maker, place) = load(&inner, &asker, tx, id)?;
            let (Some(file), Some(staff), true) = (place.newest, maker.staff, place.may_sign)
            else {
                return Err(refused("Hồ sơ không ở bước ký, hoặc ông, bà không phải người ký."));
            };
            let ticket = tickets::Ticket {
                dossier: id,
                file: file.id,
                account: asker.account,
                staff,
                expires_ms: tx.now().epoch_ms() + TICKET_MS,
            };
            tickets::insert(tx, &ticket, (&hashes.0, &hashes.1))?;
            Ok(signatures::policy(tx)?.agent)
        })
        .await?;
    let base = &site.config.base_url;
    let message = serde_json::json!({
        "FileUploadHandler": format!("{base}/ky-so/{put}"),
        "SessionId": "",
        "JWTToken": "",
        "FileName": format!("{base}/ky-so/{fetch}/van-ban.pdf"),
        "MetaData": [],
    });
    let answer = serde_json::json!({
        "socket": format!("{agent}/SignApproved"),
        "message": message.to_string(),
    });
    Ok(axum::Json(answer).into_response())
}

/// GET `/ky-so/{code}/van-ban.pdf`: the file, once, for who has the token.
pub async fn fetch(
    State(site): State<Site>,
    method: Method,
    Path(token): Path<String>,
) -> Result<Response, Failure> {
    let hash = site::token_sha256(&token);
    let keeps = method == Method::HEAD;
    let file = site
        .as_program("agent", move |tx| {
            let ticket = tickets::by_fetch(tx, &hash, keeps)?.ok_or(Failure::NotFound)?;
            newest(tx, ticket.dossier)?.filter(|it| it.id == ticket.file).ok_or(Failure::NotFound)
        })
        .await?;
    let bytes = site.blobs.get(&file.sha256).await?.ok_or(Failure::NotFound)?;
    Ok(site::file(bytes, "application/pdf", &file.name, true))
}

fn newest(tx: &mut Tx<'_>, id: DossierId) -> Result<Option<File>, Fault> {
    Ok(sql::files(tx, id)?.into_iter().rev().find(|it| it.kind == RESULT))
}

/// POST `/ky-so/{code}`: the agent hands the signed file back. What is wrong with it is said in the
/// answer, which the agent shows.
pub async fn hand_back(
    State(site): State<Site>,
    Path(token): Path<String>,
    FilledWithFiles(_, uploads): FilledWithFiles,
) -> Result<Response, Failure> {
    let said = match uploads.into_iter().next() {
        Some(upload) => keep_signed(&site, &token, upload.bytes).await,
        None => Err(refused("Không có tệp nào được gửi về.")),
    };
    let (ok, message) = match said {
        Ok(name) => (true, name),
        Err(Failure::Refused(why)) => (false, why),
        Err(Failure::NotFound) => {
            (false, "Phiếu ký đã dùng hoặc đã quá 10 phút. Hãy bấm ký lại.".to_owned())
        }
        Err(other) => return Err(other),
    };
    let answer = serde_json::json!({
        "Status": ok,
        "Message": if ok { "" } else { message.as_str() },
        "FileName": if ok { message.as_str() } else { "" },
        "FileServer": "",
    });
    Ok(axum::Json(answer).into_response())
}

async fn keep_signed(site: &Site, token: &str, bytes: bytes::Bytes) -> Result<String, Failure> {
    let hash = site::token_sha256(token);
    let (inner, asked) = (site.clone(), hash.clone());
    let (ticket, file, roots) = site
        .as_program("agent", move |tx| {
            let ticket = tickets::by_put(tx, &asked)?.ok_or(Failure::NotFound)?;
            let file = newest(tx, ticket.dossier)?.filter(|it| it.id == ticket.file);
            let file = file
                .ok_or_else(|| refused("Tệp kết quả đã được thay. Hãy tải lại trang và ký lại."))?;
            Ok((ticket, file, signatures::roots(&inner, tx)?))
        })
        .await?;
    let served = site.blobs.get(&file.sha256).await?.ok_or(Failure::NotFound)?;
    let now = (site.clock)().epoch_ms() / 1000;
    let signed = bytes.clone();
    let judged = tokio::task::spawn_blocking(move || added(&served, &signed, &roots.0, now));
    let (verdict, certificate) =
        judged.await.map_err(|e| Fault::Broken(e.to_string()))?.map_err(refused)?;
    let blob = site.put_file(bytes).await?;
    site.as_program("agent", move |tx| {
        if !signatures::is_signers(tx, ticket.staff, &certificate)? {
            return Err(refused(
                "Chứng thư đã ký không phải của người đang ký. Hãy cắm đúng thiết bị, hoặc đề nghị quản trị ghi chứng thư.",
            ));
        }
        // Whoever comes second with the same token finds it used.
        if !tickets::used(tx, &hash)? {
            return Err(Failure::NotFound);
        }
        let id = keep(tx, &ticket.dossier, &file, &blob, &verdict)?;
        let details = serde_json::json!({
            "file": id, "from": file.id, "account": ticket.account.0,
            "certificate": certificate.fingerprint(),
        });
        tx.journal(Entry::new("dossier", ticket.dossier.0, "sign_file").details(&details));
        Ok(file.name.clone())
    })
    .await
}

fn keep(
    tx: &mut Tx<'_>,
    id: &DossierId,
    before: &File,
    blob: &store::StoredBlob,
    verdict: &Verdict,
) -> Result<i64, Fault> {
    let verdict = serde_json::to_string(verdict).map_err(|e| Fault::Broken(e.to_string()))?;
    let new = NewFile {
        paper: before.paper,
        kind: RESULT,
        name: &before.name,
        media_type: &before.media_type,
        stored: blob,
        verdict: &verdict,
        scan: &before.scan,
    };
    let new = sql::insert_file(tx, *id, &new)?;
    results::signed_again(tx, *id, before.id, (new, &blob.sha256))?;
    Ok(new)
}

/// The current copy of the result, if it bears signatures that hold: what goes out with its number. A draft that
/// nobody signed is no result.
pub(super) fn signed_copy(tx: &mut Tx<'_>, id: DossierId) -> Result<Option<(i64, String)>, Fault> {
    let is_signed =
        |it: &File| !it.is_held() && Verdict::read(&it.verdict).is_some_and(|it| it.is_usable());
    Ok(newest(tx, id)?.filter(is_signed).map(|it| (it.id, it.sha256)))
}

/// Whether `signed` is what was served and one signature more that holds and covers all of it; whose.
fn added(
    served: &[u8],
    signed: &[u8],
    roots: &[signing::Certificate],
    now: i64,
) -> Result<(Verdict, signing::Certificate), &'static str> {
    if !signed.starts_with(served) || signed.len() == served.len() {
        return Err(
            "Tệp gửi về không phải tệp đã giao ký, hoặc chưa được ký. Hãy ký lại từ trang này.",
        );
    }
    let before = signing::verify(served, roots, now);
    let after = signing::verify(signed, roots, now);
    if after.signers.len() != before.signers.len() + 1 {
        return Err("Tệp gửi về phải có thêm đúng một chữ ký số.");
    }
    if !after.covers_whole_file {
        return Err("Chữ ký số không bao trùm toàn bộ tệp. Hãy ký lại.");
    }
    let last = after.signers.last().and_then(|it| it.certificate.clone());
    match (after.problem, last) {
        (None, Some(certificate)) => Ok((Verdict::of(&after), certificate)),
        (Some(signing::Problem::Issuer), _) => Err(
            "Chứng thư của người ký do tổ chức chưa được tin cậy cấp. Hãy báo quản trị hệ thống.",
        ),
        (Some(signing::Problem::Expired | signing::Problem::NotYet), _) => {
            Err("Chứng thư của người ký không có hiệu lực vào lúc ký.")
        }
        (Some(signing::Problem::Future), _) => Err(
            "Thời điểm ký ghi trong chữ ký số ở sau giờ hiện tại. Hãy chỉnh đồng hồ máy ký rồi ký lại.",
        ),
        _ => Err("Chữ ký số trên tệp gửi về không hợp lệ. Hãy ký lại."),
    }
}

/// POST `/co-quan/ho-so/{id}/dong-dau-so`
pub async fn seal(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<DossierId>,
    Filled(_): Filled,
) -> Result<Response, Failure> {
    let but = seal_now(&site, &who, id).await?;
    Ok(told(&format!("/co-quan/ho-so/{id}/ket-qua-so"), &format!("Đã đóng dấu số.{but}")))
}

/// Seals the newest result with the unit's own key; number and date stand in what is signed. What is to be told of
/// the seal beside that; empty if it holds.
///
/// # Errors
/// [`Failure::Refused`] if there is nothing to seal, nothing to seal with, or it is sealed already.
pub(super) async fn seal_now(site: &Site, who: &Who, id: DossierId) -> Result<String, Failure> {
    let (inner, asker) = (site.clone(), who.clone());
    let (file, seal, roots, reason, unit) = site
        .read(who, move |tx| {
            let (on_desk, _, place) = load(&inner, &asker, tx, id)?;
            if place.is_sealed {
                return Err(refused("Kết quả đã được đóng dấu số."));
            }
            let (Some(file), true) = (place.newest, place.may_seal) else {
                return Err(refused(
                    "Chưa đóng dấu số được: cần có tệp kết quả, đã vào số, và ông, bà là văn thư.",
                ));
            };
            let kept = &on_desk.kept;
            let body = signatures::seal_of(&inner, tx, kept.body)?;
            let seal = match body {
                Some(it) => it,
                None => signatures::seal_of(&inner, tx, kept.competent)?.ok_or_else(|| {
                    refused("Đơn vị chưa có con dấu số. Hãy đề nghị quản trị tải lên, hoặc đóng dấu giấy.")
                })?,
            };
            let number = kept.dossier.number.clone().unwrap_or_default();
            let day = domain::text::date(tx.now().civil().date());
            let reason = format!("Ban hành văn bản số {number}, ngày {day}");
            let unit = asker.tree.title(kept.body).to_owned();
            Ok((file, seal, signatures::roots(&inner, tx)?, reason, unit))
        })
        .await?;
    let bytes = site.blobs.get(&file.sha256).await?.ok_or(Failure::NotFound)?;
    let now = (site.clock)().epoch_ms() / 1000;
    let made = tokio::task::spawn_blocking(move || {
        let print = seal.certificate().map(signing::Certificate::fingerprint);
        let before = signing::verify(&bytes, &roots.0, now);
        let sealed = before
            .signers
            .iter()
            .any(|it| it.certificate.as_ref().map(signing::Certificate::fingerprint) == print);
        if sealed {
            return Err("Kết quả đã được đóng dấu số.".to_owned());
        }
        // An issuer who is not trusted is told; what was signed is still what was signed.
        let broken = before
            .problem
            .filter(|it| !matches!(it, signing::Problem::Unsigned | signing::Problem::Issuer));
        if let Some(why) = broken {
            return Err(format!("Không đóng dấu lên tệp có chữ ký số không dùng được: {why}"));
        }
        let request = Request { at: now, reason, place: unit };
        let signed = signing::sign(&bytes, &seal, &request).map_err(|e| e.to_string())?;
        let verdict = signing::verify(&signed, &roots.0, now);
        Ok((signed, Verdict::of(&verdict), print.unwrap_or_default()))
    });
    let made = made.await.map_err(|e| Fault::Broken(e.to_string()))?;
    let (signed, verdict, print) = made.map_err(Failure::Refused)?;
    let blob = site.put_file(signed.into()).await?;
    let but = match verdict.valid {
        true => String::new(),
        false => format!(" Lưu ý: {}. {ASK_FOR_ROOT}", verdict.words()),
    };
    site.write(who, move |tx| {
        // Pressed twice, it is sealed once.
        if newest(tx, id)?.is_none_or(|it| it.id != file.id) {
            return Err(refused("Tệp kết quả vừa được thay hoặc đóng dấu. Hãy tải lại trang."));
        }
        form::take_mark(tx, &format!("seal:{}", file.id), "")?;
        let new = keep(tx, &id, &file, &blob, &verdict)?;
        let details = serde_json::json!({"file": new, "from": file.id, "certificate": print});
        tx.journal(Entry::new("dossier", id.0, "seal_file").details(&details));
        Ok(())
    })
    .await?;
    Ok(but)
}

/// What is done about an issuer whom nobody trusts.
pub(super) const ASK_FOR_ROOT: &str = "Ai kiểm tra tệp cũng sẽ thấy chưa hợp lệ: đề nghị quản trị tin cậy chứng thư gốc của \
                                       tổ chức cấp (trang “Chứng thư và con dấu số”), tệp được kiểm tra lại ngay.";

/// What is wrong with the signatures of a result's current copy, before it goes out; empty if nothing is.
pub(super) fn doubt_of(files: &[File]) -> String {
    let newest = files.iter().rev().find(|it| it.kind == RESULT);
    let verdict = newest.and_then(|it| Verdict::read(&it.verdict));
    match verdict.filter(|it| !it.valid) {
        Some(it) if it.is_untrusted() => format!("Tệp kết quả: {}. {ASK_FOR_ROOT}", it.words()),
        Some(it) => format!("Tệp kết quả: {}. Hãy thay bằng tệp ký đúng.", it.words()),
        None => String::new(),
    }
}

/// Seals the result that was just numbered, where there is one and the unit has a seal; what is to be
/// told of it. The number stands either way.
pub(super) async fn seal_if_it_waits(
    site: &Site,
    who: &Who,
    id: DossierId,
) -> Result<String, Failure> {
    let waits = site.read(who, move |tx| Ok(newest(tx, id)?.is_some())).await?;
    if !waits {
        return Ok(String::new());
    }
    match seal_now(site, who, id).await {
        Ok(but) => Ok(format!(" Kết quả điện tử đã được đóng dấu số.{but}")),
        Err(Failure::Refused(why)) => Ok(format!(" Kết quả điện tử chưa đóng dấu số: {why}")),
        Err(other) => Err(other),
    }
}
