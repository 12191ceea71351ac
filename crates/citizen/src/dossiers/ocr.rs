//! Letters read from a scan (nhận dạng chữ): by a command that the operator names, else not at all. What
//! it reads is proposed to the official and kept nowhere.

use std::{
    io::{Read as _, Write as _},
    process::{Child, Command, Stdio},
    sync::mpsc,
    time::Duration,
};

use askama::Template;
use domain::{dossier::Part, ids::DossierId};
use site::{Failure, Filled, Html, Path, Shell, Site, State, Who};
use store::{Fault, journal::Entry};

use super::{
    sql::{self as dossiers, SUBJECT},
    view::Around,
};

/// A command that takes longer is ended.
const WAIT: Duration = Duration::from_secs(30);
/// Bytes of a scan that is read at most.
const SCAN_BYTES_MAX: i64 = 12 << 20;
/// Bytes of text that are taken at most.
const TEXT_BYTES_MAX: u64 = 200_000;

/// Whether scans of this type are read here at all.
pub(super) fn reads(site: &Site, media_type: &str) -> bool {
    !site.config.ocr.is_empty() && media_type.starts_with("image/")
}

#[derive(Template)]
#[template(path = "dossiers/templates/ocr.html")]
struct Read {
    shell: Shell,
    id: DossierId,
    code: String,
    name: String,
    text: String,
}

/// POST `/co-quan/ho-so/{id}/tep/{file}/doc-chu`
pub async fn read(
    State(site): State<Site>,
    who: Who,
    Path((id, file)): Path<(DossierId, i64)>,
    Filled(_): Filled,
) -> Result<Html<String>, Failure> {
    if site.config.ocr.is_empty() {
        return Err(Failure::NotFound);
    }
    let (inner, asker) = (site.clone(), who.clone());
    let (code, scan) = site
        .write(&who, move |tx| {
            let around = Around::load(&inner, &asker, tx)?;
            let on_desk = around.take(tx, id)?;
            let maker = around.maker(tx, &on_desk.kept)?;
            if !maker.plays_any(&[Part::Counter, Part::CounterHead]) {
                return Err(Failure::NotFound);
            }
            let file = dossiers::files(tx, id)?.into_iter().find(|it| it.id == file);
            let file = file.filter(|it| reads(&inner, &it.media_type)).ok_or(Failure::NotFound)?;
            if file.size > SCAN_BYTES_MAX {
                return Err(Failure::Refused(
                    "Bản quét lớn hơn 12 MB nên không đọc chữ. Quét lại với độ nét thấp hơn."
                        .to_owned(),
                ));
            }
            let details = serde_json::json!({ "what": "ocr", "file": file.id });
            tx.journal(Entry::new(SUBJECT, id.0, "look").details(&details));
            Ok((on_desk.kept.code, file))
        })
        .await?;
    let bytes = site.blobs.get(&scan.sha256).await?.ok_or(Failure::NotFound)?;
    // One scan at a time: a reader of letters takes a whole core.
    let _turn = site.one_at_a_time().await?;
    let text = run(&site.config.ocr, bytes, WAIT).await?;
    site.page(&Read { shell: site.shell(&who), id, code, name: scan.name, text })
}

fn gave_up() -> Failure {
    Failure::Refused(
        "Không đọc được chữ trong bản quét này. Nhập tay, hoặc báo quản trị hệ thống kiểm tra lệnh đọc chữ."
            .to_owned(),
    )
}

/// What the command writes when it is given the scan; it is ended when it takes too long, and what is
/// beyond the bound is left off.
async fn run(command: &[String], scan: bytes::Bytes, wait: Duration) -> Result<String, Failure> {
    let command = command.to_vec();
    let worked = tokio::task::spawn_blocking(move || run_within(&command, scan, wait)).await;
    worked.map_err(|e| Fault::Worker(e.to_string()))??.ok_or_else(gave_up)
}

/// Ends what still runs.
fn end(mut child: Child) {
    child.kill().ok();
    child.wait().ok();
}

/// Whether the command ended well within so many looks.
fn ended_well(mut child: Child, looks: u32) -> bool {
    for _ in 0..looks {
        if let Ok(Some(status)) = child.try_wait() {
            return status.success();
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    end(child);
    false
}

fn run_within(
    command: &[String],
    scan: bytes::Bytes,
    wait: Duration,
) -> Result<Option<String>, Fault> {
    let Some((program, arguments)) = command.split_first() else { return Ok(None) };
    let broken = |e: std::io::Error| Fault::Broken(format!("ocr command {program}: {e}"));
    let mut child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(broken)?;
    let (Some(mut stdin), Some(stdout)) = (child.stdin.take(), child.stdout.take()) else {
        end(child);
        return Ok(None);
    };
    // A command that has seen enough closes its end: no fault of ours.
    std::thread::spawn(move || stdin.write_all(&scan).ok());
    let (done, read) = mpsc::channel();
    std::thread::spawn(move || {
        let mut text = Vec::new();
        let whole = stdout.take(TEXT_BYTES_MAX).read_to_end(&mut text);
        done.send(whole.map(|_| text)).ok();
    });
    let Ok(text) = read.recv_timeout(wait) else {
        end(child);
        return Ok(None);
    };
    let text = text.map_err(broken)?;
    let bounded = u64::try_from(text.len()).unwrap_or(u64::MAX) >= TEXT_BYTES_MAX;
    let well = if bounded {
        end(child);
        true
    } else {
        ended_well(child, 100)
    };
    let text = String::from_utf8_lossy(&text).trim().to_owned();
    Ok((well && !text.is_empty()).then_some(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn command(parts: &[&str]) -> Vec<String> {
        parts.iter().map(|it| (*it).to_owned()).collect()
    }

    #[tokio::test]
    async fn what_the_command_writes_is_read_and_nothing_beyond_the_bound() {
        let read = run(&command(&["tr", "a-z", "A-Z"]), "giay khai sinh".into(), WAIT).await;
        assert_eq!(read.unwrap(), "GIAY KHAI SINH");
        let much = run(&command(&["yes", "chu"]), "".into(), WAIT).await.unwrap();
        assert!(much.len() <= 200_000, "{}", much.len());
    }

    #[tokio::test]
    async fn a_command_that_hangs_fails_or_is_not_there_is_no_answer() {
        let hangs = run(&command(&["sleep", "30"]), "".into(), Duration::from_millis(200)).await;
        assert!(matches!(hangs, Err(Failure::Refused(_))));
        assert!(matches!(
            run(&command(&["false"]), "x".into(), WAIT).await,
            Err(Failure::Refused(_))
        ));
        let none = run(&command(&["khong-co-lenh-nay"]), "x".into(), WAIT).await;
        assert!(matches!(none, Err(Failure::Fault(_))));
    }
}
