//! Mail through the office's own server.

use std::time::{Duration, UNIX_EPOCH};

use domain::time::Instant;
use lettre::{
    Address, Message,
    message::{Mailbox, header::ContentType},
    transport::smtp::{
        Error,
        authentication::{Credentials, Mechanism},
        client::{AsyncSmtpConnection, TlsParameters},
        extension::ClientId,
    },
};

use crate::{
    channels::{Guard, Mail, Secrets},
    web::Ended,
};

/// How long the server may take for each word.
const WORD_MAX: Duration = Duration::from_secs(15);
/// How long the whole may take.
const TRY_MAX: Duration = Duration::from_secs(45);

/// A mail.
pub struct Letter<'a> {
    /// To whom.
    pub to: &'a str,
    /// The line of subject.
    pub subject: &'a str,
    /// What it says.
    pub text: &'a str,
    /// Our key: its message id, the same at every try.
    pub key: &'a str,
    /// When it is written.
    pub at: Instant,
}

/// What a server answered, in digits.
fn code_of(error: &Error) -> String {
    error.status().map_or_else(String::new, |it| it.to_string())
}

fn why(error: &Error, done: &str) -> String {
    let what =
        match (error.is_permanent(), error.is_transient(), error.is_timeout(), error.is_tls()) {
            (true, ..) => "máy chủ thư từ chối",
            (_, true, ..) => "máy chủ thư tạm thời không nhận",
            (_, _, true, _) => "máy chủ thư không trả lời kịp",
            (.., true) => "không lập được kênh TLS",
            _ => "đường truyền bị ngắt",
        };
    format!("{done}: {what}.")
}

/// A line to the server on which mail can be sent.
async fn line(setup: &Mail, secrets: &Secrets) -> Result<AsyncSmtpConnection, Ended> {
    let at = (setup.host.as_str(), setup.port);
    let hello = ClientId::default();
    let later =
        |error: &Error, done: &str| Ended::Later { code: code_of(error), why: why(error, done) };
    let tls = match setup.guard {
        Guard::None => None,
        Guard::Tls | Guard::Starttls => {
            // One provider for the whole program; whoever comes second finds it there.
            rustls::crypto::ring::default_provider().install_default().ok();
            let made = TlsParameters::new_rustls(setup.host.clone());
            Some(made.map_err(|error| later(&error, "Chuẩn bị TLS"))?)
        }
    };
    let (at_once, by_word) = match setup.guard {
        Guard::Tls => (tls, None),
        Guard::Starttls => (None, tls),
        Guard::None => (None, None),
    };
    let opened =
        AsyncSmtpConnection::connect_tokio1(at, Some(WORD_MAX), &hello, at_once, None).await;
    let mut line = opened.map_err(|error| later(&error, "Kết nối"))?;
    if let Some(tls) = by_word {
        line.starttls(tls, &hello).await.map_err(|error| later(&error, "Chuyển sang TLS"))?;
    }
    if !setup.user.is_empty() {
        let password = secrets.get("password").cloned().unwrap_or_default();
        let credentials = Credentials::new(setup.user.clone(), password);
        let ways = [Mechanism::Plain, Mechanism::Login];
        if let Err(error) = line.auth(&ways, &credentials).await {
            line.abort().await;
            return Err(if error.is_permanent() || error.is_client() {
                Ended::refused(code_of(&error), why(&error, "Đăng nhập"))
            } else {
                later(&error, "Đăng nhập")
            });
        }
    }
    Ok(line)
}

fn built(setup: &Mail, it: &Letter<'_>) -> Option<Message> {
    let from: Address = setup.from.parse().ok()?;
    let to: Address = it.to.trim().parse().ok()?;
    let domain = from.domain().to_owned();
    let ms = u64::try_from(it.at.epoch_ms()).ok()?;
    // A header is one line: what would begin another is not written, whoever kept it.
    let line = |text: &str| text.chars().filter(|it| !it.is_control()).collect::<String>();
    let name = Some(line(&setup.from_name)).filter(|it| !it.is_empty());
    Message::builder()
        .from(Mailbox::new(name, from))
        .to(Mailbox::new(None, to))
        .subject(line(it.subject))
        .date(UNIX_EPOCH + Duration::from_millis(ms))
        .message_id(Some(format!("<{}@{domain}>", it.key)))
        .header(ContentType::TEXT_PLAIN)
        .body(it.text.to_owned())
        .ok()
}

/// Sends it.
pub async fn send(setup: &Mail, secrets: &Secrets, it: &Letter<'_>) -> Ended {
    let Some(mail) = built(setup, it) else {
        return Ended::refused("", "Địa chỉ thư không dùng được.");
    };
    let mut line = match tokio::time::timeout(TRY_MAX, line(setup, secrets)).await {
        Ok(Ok(it)) => it,
        Ok(Err(ended)) => return ended,
        Err(_) => return Ended::later("Máy chủ thư không trả lời kịp."),
    };
    let bytes = mail.formatted();
    let sending = line.send(mail.envelope(), &bytes);
    let ended = match sending_within(sending).await {
        Some(Ok(answer)) => {
            let reference = answer.first_word().unwrap_or_default().chars().take(80).collect();
            Ended::Accepted { code: answer.code().to_string(), reference }
        }
        Some(Err(error)) if error.is_permanent() => {
            Ended::refused(code_of(&error), why(&error, "Gửi thư"))
        }
        Some(Err(error)) if error.is_transient() => {
            Ended::Later { code: code_of(&error), why: why(&error, "Gửi thư") }
        }
        Some(Err(error)) if error.is_client() => {
            Ended::refused(code_of(&error), why(&error, "Gửi thư"))
        }
        // The line broke after it was opened: whether the server has the mail nobody can say.
        Some(Err(error)) => Ended::unclear(code_of(&error), why(&error, "Gửi thư")),
        None => Ended::unclear("", "Máy chủ thư không trả lời kịp."),
    };
    line.abort().await;
    ended
}

async fn sending_within<T>(sending: impl Future<Output = T>) -> Option<T> {
    tokio::time::timeout(TRY_MAX, sending).await.ok()
}
