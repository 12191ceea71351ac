//! Electronic copies (bản sao điện tử): an official who holds the original certifies its scan. The copy
//! bears a code, the scan's hash, who and when; anybody can ask whether it is genuine and learns no more.
//!
//! Law: NĐ 45/2020/NĐ-CP Đ.10 (electronic copies from originals), Luật 20/2023/QH15 Đ.19.

use askama::Template;
use axum::response::{IntoResponse as _, Response};
use domain::{dossier::Part, ids::DossierId, paper::may_certify};
use people::staff::facts as staff;
use site::{
    Asked, Failure, Fields, Filled, FilledWithFiles, Html, Mistakes, OrRefuse as _, Path, Redirect,
    Shell, Site, State, Typed, Upload, Who, told,
};
use store::{Fault, Tx, journal::Entry};

use super::{
    checklist,
    desk::OnDesk,
    papers,
    sql::{self as dossiers, SUBJECT},
    view::Around,
};

mod sql;
#[cfg(test)]
mod tests;

/// Questions from one address within [`WINDOW_S`] at most.
const ASKED_MAX: u32 = 60;
const WINDOW_S: i64 = 15 * 60;

/// Letters of codes: none that is taken for another.
const LETTERS: &[u8; 32] = b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789";

/// A copy as the dossier's page shows it.
#[derive(Debug, Clone)]
pub(super) struct Line {
    pub file: i64,
    pub code: String,
    pub when: String,
    pub revoked: bool,
}

/// Copies that were certified from the files of a dossier.
pub(super) fn of(tx: &mut Tx<'_>, id: DossierId) -> Result<Vec<Line>, Fault> {
    let all = sql::of(tx, id)?;
    let line = |it: sql::Copy| Line {
        file: it.file,
        code: it.code,
        when: domain::text::date_time(it.certified.civil()),
        revoked: it.revoked.is_some(),
    };
    Ok(all.into_iter().map(line).collect())
}

/// A code that nobody guesses: 16 letters of 32, in groups of four.
fn new_code() -> String {
    let random = site::random_hex(16);
    let mut code = String::new();
    for (at, two) in random.as_bytes().chunks(2).enumerate() {
        if at > 0 && at.is_multiple_of(4) {
            code.push('-');
        }
        let number =
            std::str::from_utf8(two).ok().and_then(|it| usize::from_str_radix(it, 16).ok());
        let letter = LETTERS.get(number.unwrap_or(0) % LETTERS.len());
        code.push(letter.map_or('A', |it| char::from(*it)));
    }
    code
}

/// The code as people type it: without spaces, in capitals, parted by fours.
fn tidy(typed: &str) -> String {
    let letters: Vec<char> =
        typed.to_uppercase().chars().filter(char::is_ascii_alphanumeric).take(16).collect();
    letters.chunks(4).map(|it| it.iter().collect::<String>()).collect::<Vec<_>>().join("-")
}

/// The dossier, if this person is at its counter; else it does not exist.
fn take(tx: &mut Tx<'_>, around: &Around, id: DossierId) -> Result<OnDesk, Failure> {
    let on_desk = around.take(tx, id)?;
    let maker = around.maker(tx, &on_desk.kept)?;
    let counter = maker.plays_any(&[Part::Counter, Part::CounterHead]);
    if !counter || on_desk.kept.applicant == dossiers::ERASED {
        return Err(Failure::NotFound);
    }
    Ok(on_desk)
}

#[derive(Template)]
#[template(path = "dossiers/templates/certify.html")]
struct Confirm<'a> {
    shell: Shell,
    m: &'a Mistakes,
    id: DossierId,
    file: i64,
    code: String,
    paper: String,
    name: String,
    sha256: String,
}

/// Letters of what a paper is called at most.
const NAME_MAX: usize = 160;
/// As many digits in a row are somebody's number, which whoever asks about the copy must not read.
const DIGITS_MAX: usize = 8;

/// Whether a name holds somebody's number, however it is parted.
fn tells_a_number(name: &str) -> bool {
    let joined: String =
        name.chars().filter(|it| !matches!(it, ' ' | '.' | '-' | ',' | '/')).collect();
    joined.split(|it: char| !it.is_ascii_digit()).any(|it| it.len() > DIGITS_MAX)
}

/// What an entry of the journal is about: the code of the copy and what the paper is.
pub(super) fn about(tx: &mut Tx<'_>, id: DossierId, details: &str) -> Result<String, Fault> {
    let details: serde_json::Value = serde_json::from_str(details).unwrap_or_default();
    let row = details.get("copy").and_then(serde_json::Value::as_i64);
    let found = sql::of(tx, id)?.into_iter().find(|it| Some(it.id) == row);
    Ok(found.map_or_else(String::new, |it| format!("{}, mã {}", it.paper, it.code)))
}

/// The scan and the paper that it shows, if it may be certified.
fn certifiable(
    tx: &mut Tx<'_>,
    id: DossierId,
    file: i64,
) -> Result<(dossiers::File, checklist::Listed), Failure> {
    let file = dossiers::files(tx, id)?.into_iter().find(|it| it.id == file);
    let file = file.ok_or(Failure::NotFound)?;
    let all = checklist::listed(tx, id)?;
    let paper = all.into_iter().find(|it| Some(it.id) == file.paper).ok_or_else(|| {
        Failure::Refused(
            "Tệp này chưa gắn với giấy tờ nào. Gắn bản quét với giấy tờ ở trang “Đánh dấu giấy tờ”."
                .to_owned(),
        )
    })?;
    may_certify(paper.mark, &file.media_type).or_refuse()?;
    Ok((file, paper))
}

/// GET `/co-quan/ho-so/{id}/tep/{file}/ban-sao`
pub async fn form(
    State(site): State<Site>,
    who: Who,
    Path((id, file)): Path<(DossierId, i64)>,
) -> Result<Html<String>, Failure> {
    confirm(&site, &who, id, file, &Mistakes::default()).await
}

async fn confirm(
    site: &Site,
    who: &Who,
    id: DossierId,
    file: i64,
    m: &Mistakes,
) -> Result<Html<String>, Failure> {
    let (inner, asker) = (site.clone(), who.clone());
    let (code, scan, paper) = site
        .read(who, move |tx| {
            let around = Around::load(&inner, &asker, tx)?;
            let on_desk = take(tx, &around, id)?;
            let (scan, paper) = certifiable(tx, id, file)?;
            Ok((on_desk.kept.code, scan, paper))
        })
        .await?;
    site.page(&Confirm {
        shell: site.shell(who),
        m,
        id,
        file,
        code,
        paper: paper.name,
        name: scan.name,
        sha256: scan.sha256,
    })
}

/// POST `/co-quan/ho-so/{id}/tep/{file}/ban-sao`: the official held the original against the scan.
pub async fn certify(
    State(site): State<Site>,
    who: Who,
    Path((id, file)): Path<(DossierId, i64)>,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    let mut fields = Fields::of(typed);
    if fields.typed().get("da-doi-chieu") != "1" {
        fields.wrong("da-doi-chieu", "Chưa đánh dấu đã đối chiếu với bản chính.");
    }
    // What the certified paper is: anybody who asks about the copy reads it.
    let named = fields.text("ten-giay", NAME_MAX);
    if named.as_deref().is_some_and(tells_a_number) {
        let why = "Không ghi số giấy tờ, số điện thoại ở đây: ai quét mã cũng đọc được.";
        fields.wrong("ten-giay", why);
    }
    let named = match fields.finish(named) {
        Ok(it) => it,
        Err(m) => return Err(Failure::Mistaken(confirm(&site, &who, id, file, &m).await?)),
    };
    let (inner, asker) = (site.clone(), who.clone());
    let code = site
        .write(&who, move |tx| {
            let around = Around::load(&inner, &asker, tx)?;
            let on_desk = take(tx, &around, id)?;
            let (scan, _) = certifiable(tx, id, file)?;
            // Two presses make one copy.
            let known =
                sql::of(tx, id)?.into_iter().find(|it| it.file == file && it.revoked.is_none());
            if let Some(known) = known {
                if known.paper == named {
                    return Ok(known.code);
                }
                return Err(Failure::Refused(format!(
                    "Bản quét này đã chứng thực từ trước là “{}”, mã {}. Muốn ghi tên khác: thu hồi bản sao đó, rồi \
                     chứng thực lại.",
                    known.paper, known.code
                )));
            }
            let title = match asker.staff {
                Some(staff) => staff::person(tx, staff, asker.today())?.map(|it| it.title),
                None => None,
            };
            let copy = sql::Copy {
                id: 0,
                code: new_code(),
                dossier: id,
                file,
                paper: named,
                sha256: scan.sha256,
                body: on_desk.kept.body,
                certifier: match title.filter(|it| !it.is_empty()) {
                    Some(title) => format!("{} ({title})", asker.name),
                    None => asker.name.to_string(),
                },
                certified: tx.now(),
                revoked: None,
            };
            let row = sql::insert(tx, &copy, asker.account)?;
            let details = serde_json::json!({ "copy": row, "file": file });
            tx.journal(Entry::new(SUBJECT, id.0, "certify_copy").details(&details));
            Ok(copy.code)
        })
        .await?;
    let notice =
        format!("Đã chứng thực bản sao điện tử, mã {code}. In tờ chứng thực kèm bản quét.");
    Ok(told(&format!("/co-quan/ho-so/{id}"), &notice))
}

/// The copy with this code, if it is of this dossier.
fn of_dossier(tx: &mut Tx<'_>, id: DossierId, code: &str) -> Result<sql::Copy, Failure> {
    sql::find(tx, code)?.filter(|it| it.dossier == id).ok_or(Failure::NotFound)
}

/// GET `/co-quan/ho-so/{id}/ban-sao/{code}`: the sheet that goes before the scan.
pub async fn sheet(
    State(site): State<Site>,
    who: Who,
    Path((id, code)): Path<(DossierId, String)>,
) -> Result<Response, Failure> {
    let (inner, asker) = (site.clone(), who.clone());
    let sheet = site
        .read(&who, move |tx| {
            let around = Around::load(&inner, &asker, tx)?;
            let on_desk = take(tx, &around, id)?;
            let it = of_dossier(tx, id, &code)?;
            if it.revoked.is_some() || it.sha256.is_empty() {
                return Err(Failure::Refused(
                    "Bản sao này đã bị thu hồi, không in nữa.".to_owned(),
                ));
            }
            let files = dossiers::files(tx, id)?;
            let scan =
                files.into_iter().find(|file| file.id == it.file).ok_or(Failure::NotFound)?;
            let at = it.certified.civil();
            Ok(prints::CopySheet {
                agency: papers::agency(&asker, it.body),
                url: format!("{}/ban-sao/{}", inner.config.base_url, it.code),
                code: it.code,
                paper: it.paper,
                dossier: on_desk.kept.code,
                file: scan.name,
                sha256: it.sha256,
                certifier: it.certifier,
                certified_at: Some(at),
                demo: inner.config.demo,
            })
        })
        .await?;
    let name = format!("ban-sao-{}.pdf", sheet.code);
    let made = tokio::task::spawn_blocking(move || prints::render_copy(&sheet)).await;
    let bytes = made.map_err(|e| Fault::Worker(e.to_string()))?.map_err(papers::print_fault)?;
    Ok(site::file(bytes, "application/pdf", &name, false))
}

#[derive(Template)]
#[template(path = "dossiers/templates/revoke_copy.html")]
struct Revoke<'a> {
    shell: Shell,
    m: &'a Mistakes,
    id: DossierId,
    dossier: String,
    code: String,
    paper: String,
    when: String,
}

async fn revoke_page(
    site: &Site,
    who: &Who,
    (id, code): (DossierId, &str),
    m: &Mistakes,
) -> Result<Html<String>, Failure> {
    let (inner, asker, code) = (site.clone(), who.clone(), code.to_owned());
    let (dossier, it) = site
        .read(who, move |tx| {
            let around = Around::load(&inner, &asker, tx)?;
            let on_desk = take(tx, &around, id)?;
            let it = of_dossier(tx, id, &code)?;
            if it.revoked.is_some() {
                return Err(Failure::Refused("Bản sao này đã bị thu hồi từ trước.".to_owned()));
            }
            Ok((on_desk.kept.code, it))
        })
        .await?;
    site.page(&Revoke {
        shell: site.shell(who),
        m,
        id,
        dossier,
        code: it.code,
        paper: it.paper,
        when: domain::text::date_time(it.certified.civil()),
    })
}

/// GET `/co-quan/ho-so/{id}/ban-sao/{code}/thu-hoi`
pub async fn revoke_form(
    State(site): State<Site>,
    who: Who,
    Path((id, code)): Path<(DossierId, String)>,
) -> Result<Html<String>, Failure> {
    revoke_page(&site, &who, (id, &code), &Mistakes::default()).await
}

/// POST `/co-quan/ho-so/{id}/ban-sao/{code}/thu-hoi`: with the reason, which the journal keeps.
pub async fn revoke(
    State(site): State<Site>,
    who: Who,
    Path((id, code)): Path<(DossierId, String)>,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    let mut fields = Fields::of(typed);
    let reason = fields.text("ly-do", 500);
    let reason = match fields.finish(reason) {
        Ok(it) => it,
        Err(m) => {
            return Err(Failure::Mistaken(revoke_page(&site, &who, (id, &code), &m).await?));
        }
    };
    let (inner, asker) = (site.clone(), who.clone());
    site.write(&who, move |tx| {
        let around = Around::load(&inner, &asker, tx)?;
        take(tx, &around, id)?;
        let it = of_dossier(tx, id, &code)?;
        if sql::revoke(tx, it.id)? {
            let details = serde_json::json!({ "copy": it.id });
            let said = Entry::new(SUBJECT, id.0, "revoke_copy").details(&details);
            tx.journal(said.words(Some(reason)));
        }
        Ok(())
    })
    .await?;
    Ok(told(&format!("/co-quan/ho-so/{id}"), "Đã thu hồi bản sao điện tử."))
}

/// What anybody learns of a copy.
struct Genuine {
    code: String,
    paper: String,
    office: String,
    when: String,
    revoked: bool,
}

#[derive(Template)]
#[template(path = "dossiers/templates/genuine.html")]
struct Check {
    shell: Shell,
    asked: String,
    found: Option<Genuine>,
    /// What came of the file that was held against it; empty if none was.
    told: String,
    is_same: bool,
}

/// What comes of a file that somebody holds against a copy, and whether it is the scan.
fn held_against(
    words: site::Words,
    sha256: &str,
    (typed, uploads): &(Typed, Vec<Upload>),
) -> (String, bool) {
    match uploads.iter().find(|it| it.field == "tep" && !it.bytes.is_empty()) {
        Some(it) if signing::fingerprint(&it.bytes) == sha256 => (words.say("copy-same"), true),
        None if !typed.has(site::form::TOO_LARGE) => (words.say("copy-no-file"), false),
        // What is larger than we take never was a scan of ours.
        _ => (words.say("copy-other"), false),
    }
}

/// GET `/ban-sao?ma=…`: leads to the copy with this code.
pub async fn ask(
    State(site): State<Site>,
    who: Who,
    Asked(asked): Asked,
) -> Result<Response, Failure> {
    let code = tidy(asked.get("ma"));
    if code.is_empty() {
        let page = Check {
            shell: site.shell(&who),
            asked: String::new(),
            found: None,
            told: String::new(),
            is_same: false,
        };
        return Ok(site.page(&page)?.into_response());
    }
    Ok(Redirect::to(&format!("/ban-sao/{code}")).into_response())
}

/// GET `/ban-sao/{code}`: whether a copy is genuine, and nothing that is in it.
pub async fn check(
    State(site): State<Site>,
    who: Who,
    Path(code): Path<String>,
) -> Result<Response, Failure> {
    answer(&site, &who, &code, None).await
}

/// POST `/ban-sao/{code}`: whether a file is the scan that was certified. It is kept nowhere.
pub async fn hold_against(
    State(site): State<Site>,
    who: Who,
    Path(code): Path<String>,
    FilledWithFiles(typed, uploads): FilledWithFiles,
) -> Result<Response, Failure> {
    answer(&site, &who, &code, Some((typed, uploads))).await
}

async fn answer(
    site: &Site,
    who: &Who,
    code: &str,
    held: Option<(Typed, Vec<Upload>)>,
) -> Result<Response, Failure> {
    let from = format!("copy-from:{}", who.origin);
    let too_many = |wait_s| Failure::TooMany { wait_s };
    site.limiter.take(&from, ASKED_MAX, WINDOW_S, who.now).map_err(too_many)?;
    let asked = tidy(code);
    let wanted = asked.clone();
    let it = site.read(who, move |tx| Ok(sql::find(tx, &wanted)?)).await?;
    let words = site::Words::new(who.lang);
    let (told, is_same) = match (&it, &held) {
        (Some(it), Some(held)) => held_against(words, &it.sha256, held),
        _ => (String::new(), false),
    };
    let found = it.map(|it| Genuine {
        office: who.tree.title(it.body).to_owned(),
        when: words.moment(it.certified.civil()),
        revoked: it.revoked.is_some() || it.sha256.is_empty(),
        code: it.code,
        paper: it.paper,
    });
    let status = if found.is_some() {
        axum::http::StatusCode::OK
    } else {
        axum::http::StatusCode::NOT_FOUND
    };
    let page = site.page(&Check { shell: site.shell(who), asked, found, told, is_same })?;
    Ok((status, page).into_response())
}
