//! Sends what waits: signed, in order, again and again until it is acknowledged or refused for good.

use std::{sync::LazyLock, time::Duration};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use domain::{
    dossier::{Maker, Status, Sync, What},
    link::{HandOverState, LinkAct, LinkState},
    time::Instant,
};
use people::calendar::facts::calendars;
use site::{Failure, Site, jobs::JobFuture};
use store::{Fault, Tx};

use super::{
    keys,
    message::{Answer, BY_KEY, Message, clean},
    sign::{self, Head},
    sql::{self, Outgoing, OwnKey, Partner, TheirKey},
};
use crate::dossiers::{
    desk::{self, Desk},
    links::{acts, sql as links},
};

/// Messages of one run at most: the job comes again in a minute.
const MESSAGES_MAX: usize = 200;
/// How long one try may take.
const TRY_MAX: Duration = Duration::from_secs(45);
/// No other process sends a claimed message for so long.
const LEASE_MS: i64 = 120_000;
/// Bytes of an answer at most.
const ANSWER_BYTES_MAX: usize = 64 << 10;
/// The wait after a failure: doubled each time, from a minute to an hour.
const WAIT_MS: i64 = 60_000;
/// See [`WAIT_MS`].
const WAIT_MAX_MS: i64 = 3_600_000;
/// A message that cannot be delivered for so long is given up, and shown.
const GIVEN_UP_MS: i64 = 7 * 24 * 3_600_000;

static CLIENT: LazyLock<Result<reqwest::Client, String>> = LazyLock::new(|| {
    // One provider for the whole program; whoever comes second finds it there.
    rustls::crypto::ring::default_provider().install_default().ok();
    reqwest::Client::builder()
        // Only whom an administrator named is spoken to, wherever he points.
        .redirect(reqwest::redirect::Policy::none())
        .timeout(TRY_MAX)
        .connect_timeout(Duration::from_secs(10))
        .no_proxy()
        .build()
        .map_err(|e| e.to_string())
});

/// A partner, and what both sides sign with.
struct Line {
    partner: Partner,
    own: Option<OwnKey>,
    theirs: Vec<TheirKey>,
}

/// How a try ended.
enum Ended {
    /// It was carried out.
    Acknowledged(Answer),
    /// It never will be.
    Refused(String),
    /// It may be later.
    Later(String),
}

/// The job.
pub fn send(site: Site) -> JobFuture {
    Box::pin(async move {
        for _ in 0..MESSAGES_MAX {
            let claimed = site
                .as_program("relay", |tx| {
                    let lease = Instant::from_epoch_ms(tx.now().epoch_ms() + LEASE_MS);
                    let Some(message) = sql::claim(tx, lease)? else { return Ok(None) };
                    let Some(partner) = sql::partner_of(tx, message.partner)? else {
                        return Ok(None);
                    };
                    let (own, theirs) =
                        (sql::signing_key(tx)?, sql::their_keys(tx, message.partner)?);
                    Ok(Some((message, Line { partner, own, theirs })))
                })
                .await?;
            let Some((message, line)) = claimed else { break };
            let ended = one(&site, &message, &line).await?;
            let inner = site.clone();
            site.as_program("relay", move |tx| finish(&inner, tx, &message, ended)).await?;
        }
        Ok(())
    })
}

/// The body with the bytes of its files.
async fn whole_body(site: &Site, message: &Outgoing) -> Result<Result<Vec<u8>, String>, Failure> {
    let mut whole: Message = serde_json::from_str(&message.body)
        .map_err(|e| Fault::Broken(format!("relay message {}: {e}", message.id)))?;
    for file in whole.said.files_mut() {
        match site.blobs.get(&file.sha256).await? {
            Some(bytes) => file.data = STANDARD.encode(&bytes),
            None => return Ok(Err(format!("Tệp “{}” không còn trong kho.", file.name))),
        }
    }
    let bytes = serde_json::to_vec(&whole).map_err(|e| Fault::Broken(e.to_string()))?;
    Ok(Ok(bytes))
}

/// The signatures of a message: by our key, if we have one, and under the secret of before while one is kept.
fn signatures(
    site: &Site,
    line: &Line,
    head: &Head,
    body: &[u8],
) -> Result<Vec<(&'static str, String)>, &'static str> {
    let Line { partner, own, .. } = line;
    let unopened = "Khóa ký không mở được bằng khóa của hệ thống này.";
    let mut signed = Vec::new();
    if let Some(own) = own {
        let private = site.seal.open(keys::SEALED_FOR, &own.sealed).map_err(|_| unopened)?;
        let signer = keys::Signer::of(&private).ok_or(unopened)?;
        let text = keys::message_text(head, &partner.code, body);
        signed.push((sign::KEY_SIGNATURE, signer.sign(&text)));
    }
    if !partner.secret.is_empty() {
        let secret = site.seal.open(super::SECRET, &partner.secret).map_err(|_| unopened)?;
        signed.push((sign::SIGNATURE, sign::sign(&secret, head, body)));
    }
    if signed.is_empty() {
        return Err(
            "Hệ thống này chưa có cặp khóa để ký. Hãy tạo ở trang Liên thông với hệ thống khác.",
        );
    }
    Ok(signed)
}

async fn one(site: &Site, message: &Outgoing, line: &Line) -> Result<Ended, Failure> {
    let body = match whole_body(site, message).await? {
        Ok(it) => it,
        Err(why) => return Ok(Ended::Refused(why)),
    };
    let partner = &line.partner;
    let now = (site.clock)();
    let head =
        Head { from: partner.own_code.clone(), key: message.key.clone(), at_ms: now.epoch_ms() };
    let signed = match signatures(site, line, &head, &body) {
        Ok(it) => it,
        Err(why) => return Ok(Ended::Later(why.to_owned())),
    };
    let client = match &*CLIENT {
        Ok(it) => it,
        Err(why) => return Ok(Ended::Later(why.clone())),
    };
    let mut request = client
        .post(format!("{}{}", partner.base_url, sign::PATH))
        .header("content-type", "application/json")
        .header(sign::FROM, &head.from)
        .header(sign::KEY, &head.key)
        .header(sign::TIME, head.at_ms.to_string());
    for (name, signature) in signed {
        request = request.header(name, signature);
    }
    let mut response = match request.body(body).send().await {
        Ok(it) => it,
        Err(error) if error.is_timeout() => {
            return Ok(Ended::Later("Hệ thống đối tác không trả lời kịp.".to_owned()));
        }
        Err(error) if error.is_connect() => {
            return Ok(Ended::Later("Không kết nối được đến hệ thống đối tác.".to_owned()));
        }
        Err(_) => return Ok(Ended::Later("Đường truyền bị ngắt giữa chừng.".to_owned())),
    };
    let status = response.status().as_u16();
    let header = response.headers().get(sign::KEY_SIGNATURE);
    let signature = header.and_then(|it| it.to_str().ok()).unwrap_or_default().to_owned();
    let mut bytes = Vec::new();
    while let Ok(Some(chunk)) = response.chunk().await {
        bytes.extend_from_slice(&chunk);
        if bytes.len() > ANSWER_BYTES_MAX {
            return Ok(Ended::Later("Trả lời của hệ thống đối tác quá dài.".to_owned()));
        }
    }
    let mut answer: Answer = serde_json::from_slice(&bytes).unwrap_or_default();
    let said = clean(&answer.problem, 500);
    let is_final = matches!(status, 200 | 400 | 413 | 422);
    if line.theirs.is_empty() {
        // Nobody vouches for what an answer without a key says of keys.
        answer.by.clear();
    } else if is_final {
        let text = keys::answer_text(&head, &partner.code, status, &bytes);
        let valid = line.theirs.iter().filter(|it| it.holds(now)).map(|it| it.public.as_str());
        if !keys::is_signed(&text, &signature, valid) {
            let why = "Trả lời không được ký bằng khóa đã ghép của đối tác.";
            return Ok(Ended::Later(why.to_owned()));
        }
    }
    Ok(match status {
        200 if answer.key == message.key => Ended::Acknowledged(answer),
        200 => Ended::Later("Hệ thống đối tác trả lời không đúng khuôn dạng.".to_owned()),
        400 | 413 | 422 if !said.is_empty() => Ended::Refused(said),
        _ if said.is_empty() => Ended::Later(format!("Hệ thống đối tác trả lời mã {status}.")),
        _ => Ended::Later(said),
    })
}

/// When a message is tried again after so many failures.
fn next_try(now: Instant, attempts: i64) -> Instant {
    let doubled = WAIT_MS << attempts.saturating_sub(1).clamp(0, 10);
    Instant::from_epoch_ms(now.epoch_ms() + doubled.min(WAIT_MAX_MS))
}

fn finish(site: &Site, tx: &mut Tx<'_>, message: &Outgoing, ended: Ended) -> Result<(), Failure> {
    match ended {
        Ended::Acknowledged(answer) => {
            sql::acknowledge(tx, message.id)?;
            sql::line_works(tx, message.partner)?;
            if answer.by == BY_KEY {
                sql::believed_by_key(tx, message.partner)?;
            }
            if message.kind == "open" {
                arrived(tx, message, &clean(&answer.code, 60))?;
            }
            if sql::unsent(tx, message.link)?.0 == 0 {
                synchronised(site, tx, message.link, Sync::Synced)?;
            }
        }
        Ended::Refused(why) => {
            sql::failed(tx, message.id, None, &why)?;
            sql::line_works(tx, message.partner)?;
            if message.kind == "open" {
                refused(tx, message, &why)?;
            }
            synchronised(site, tx, message.link, Sync::Failed)?;
        }
        Ended::Later(why) => {
            let now = tx.now();
            let given_up = now.epoch_ms() - message.created.epoch_ms() > GIVEN_UP_MS;
            let next = (!given_up).then(|| next_try(now, message.attempts));
            sql::failed(tx, message.id, next, &why)?;
            sql::line_fails(tx, message.partner, &why)?;
            if given_up {
                synchronised(site, tx, message.link, Sync::Failed)?;
            }
        }
    }
    Ok(())
}

/// The partner's counter has it: that is not yet accepted.
fn arrived(tx: &mut Tx<'_>, message: &Outgoing, code: &str) -> Result<(), Failure> {
    if let Some(mut case) = sql::case_of(tx, message.link)?
        && case.code.is_empty()
    {
        code.clone_into(&mut case.code);
        sql::keep_case(tx, &case)?;
    }
    let Some(mut link) = links::find(tx, message.link)? else { return Ok(()) };
    if link.state == LinkState::Queued {
        acts::move_on(tx, &mut link, LinkAct::Arrive, None)?;
    }
    Ok(())
}

/// The partner's program would not take it at all.
fn refused(tx: &mut Tx<'_>, message: &Outgoing, why: &str) -> Result<(), Failure> {
    let Some(mut link) = links::find(tx, message.link)? else { return Ok(()) };
    if link.state == LinkState::Queued {
        acts::move_on(tx, &mut link, LinkAct::Refuse, Some(why.to_owned()))?;
        acts::close_waiting(tx, link.id, HandOverState::Refused, why)?;
    }
    Ok(())
}

/// Says on a part that is settled here whether its lead elsewhere knows the latest.
pub(super) fn synchronised(
    site: &Site,
    tx: &mut Tx<'_>,
    link: i64,
    sync: Sync,
) -> Result<(), Failure> {
    let Some(link) = links::find(tx, link)? else { return Ok(()) };
    let (None, Some(child)) = (link.parent, link.child) else { return Ok(()) };
    let mut child = desk::take(tx, child)?;
    if child.kept.dossier.sync == sync || child.kept.dossier.status == Status::Draft {
        return Ok(());
    }
    let (tree, calendars) = (site.tree(tx)?, calendars(site, tx)?);
    let desk = Desk { tree: &tree, calendars: &calendars };
    child.step(tx, desk, &Maker::system(), What::Synchronise { sync }.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tries_are_further_and_further_apart_and_never_more_than_an_hour() {
        let now = Instant::from_epoch_ms(0);
        let minutes = |n| next_try(now, n).epoch_ms() / 60_000;
        assert_eq!([1, 2, 3, 4, 7, 8, 90].map(minutes), [1, 2, 4, 8, 60, 60, 60]);
    }
}
