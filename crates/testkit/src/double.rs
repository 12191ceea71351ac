//! The outside's doubles: a gateway of text messages and Zalo's service in their published shapes, and a server of
//! mail that can be made to break.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::{Arc, Mutex},
};

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode, Uri},
    response::{IntoResponse as _, Response},
};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};

/// What a double was told.
#[derive(Debug, Clone)]
pub struct Heard {
    /// Where.
    pub path: String,
    /// Headers, by small names.
    pub headers: BTreeMap<String, String>,
    /// The body.
    pub body: String,
    /// The body, byte by byte.
    pub bytes: Vec<u8>,
}

impl Heard {
    /// The body as JSON.
    ///
    /// # Panics
    /// If it is none.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).expect("JSON")
    }
}

#[derive(Default)]
struct Inner {
    heard: Vec<Heard>,
    script: VecDeque<(u16, String)>,
    taken: Vec<String>,
    refresh: String,
    access: String,
    lent: u32,
}

/// eSMS and Zalo on one port.
#[derive(Clone)]
pub struct Providers {
    /// `http://127.0.0.1:…`
    pub base: String,
    inner: Arc<Mutex<Inner>>,
}

/// The keys that the doubles know.
pub const API_KEY: &str = "khoa-api-thu";
/// See [`API_KEY`].
pub const SECRET_KEY: &str = "khoa-bi-mat-thu";
/// See [`API_KEY`].
pub const APP_ID: &str = "1234567890";
/// See [`API_KEY`].
pub const APP_SECRET: &str = "khoa-ung-dung-thu";
/// The first refresh token; good once.
pub const REFRESH: &str = "lam-moi-0";

impl Providers {
    /// Starts them.
    ///
    /// # Panics
    /// If no port is to be had.
    pub async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let base = format!("http://{}", listener.local_addr().expect("an address"));
        let inner = Inner { refresh: REFRESH.to_owned(), ..Inner::default() };
        let it = Self { base, inner: Arc::new(Mutex::new(inner)) };
        let router = Router::new().fallback(answer).with_state(it.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        it
    }

    fn with<T>(&self, work: impl FnOnce(&mut Inner) -> T) -> T {
        work(&mut self.inner.lock().expect("a lock"))
    }

    /// What they were told so far.
    #[must_use]
    pub fn heard(&self) -> Vec<Heard> {
        self.with(|it| it.heard.clone())
    }

    /// What they were told at this path.
    #[must_use]
    pub fn heard_at(&self, path: &str) -> Vec<Heard> {
        self.heard().into_iter().filter(|it| it.path.contains(path)).collect()
    }

    /// The next answer is this one, whatever is asked.
    pub fn next(&self, status: u16, body: &str) {
        self.with(|it| it.script.push_back((status, body.to_owned())));
    }

    /// The access token that was lent is good no more.
    pub fn expire(&self) {
        self.with(|it| it.access = String::new());
    }
}

async fn answer(
    State(it): State<Providers>,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let headers: BTreeMap<String, String> = headers
        .iter()
        .map(|(name, value)| (name.to_string(), value.to_str().unwrap_or("").to_owned()))
        .collect();
    let bytes = body.to_vec();
    let body = String::from_utf8_lossy(&bytes).into_owned();
    let heard = Heard { path: uri.path().to_owned(), headers, body, bytes };
    let scripted = it.with(|inner| {
        inner.heard.push(heard.clone());
        inner.script.pop_front()
    });
    let (status, body) = match scripted {
        Some(it) => it,
        None if heard.path.ends_with("/SendMultipleMessage_V4_post_json/") => {
            (200, it.esms(&heard))
        }
        None if heard.path == "/v4/oa/access_token" => (200, it.token(&heard)),
        None if heard.path == "/message/template" => (200, it.zns(&heard)),
        None if heard.path.starts_with("/push/") => (201, String::new()),
        None => (404, String::new()),
    };
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::OK);
    (status, [("content-type", "application/json")], body).into_response()
}

impl Providers {
    /// As eSMS documents it: 100 taken, 101 wrong keys, 104 unknown name, 124 a known `RequestId`.
    fn esms(&self, heard: &Heard) -> String {
        let said: Value = serde_json::from_str(&heard.body).unwrap_or_default();
        let text = |name: &str| said.get(name).and_then(Value::as_str).unwrap_or("").to_owned();
        let key = text("RequestId");
        let code = if text("ApiKey") != API_KEY || text("SecretKey") != SECRET_KEY {
            "101"
        } else if text("Brandname").is_empty() || text("SmsType") != "2" {
            "104"
        } else if !text("Content").is_ascii() || text("Content").len() > 160 {
            "146"
        } else if !text("Phone").starts_with("09") {
            "99"
        } else if self.with(|it| it.taken.contains(&key)) {
            "124"
        } else {
            self.with(|it| it.taken.push(key.clone()));
            "100"
        };
        json!({"CodeResult": code, "CountRegenerate": 0, "SMSID": format!("sms-{key}")}).to_string()
    }

    /// As Zalo documents it: each refresh token is good once.
    fn token(&self, heard: &Heard) -> String {
        let form = &heard.body;
        let secret = heard.headers.get("secret_key").map_or("", String::as_str);
        self.with(|it| {
            let right = form.contains(&format!("refresh_token={}", it.refresh))
                && form.contains(&format!("app_id={APP_ID}"))
                && form.contains("grant_type=refresh_token")
                && secret == APP_SECRET;
            if !right {
                return json!({"error": -14014, "error_name": "Invalid refresh token"}).to_string();
            }
            it.lent += 1;
            it.refresh = format!("lam-moi-{}", it.lent);
            it.access = format!("truy-cap-{}", it.lent);
            json!({"access_token": it.access, "refresh_token": it.refresh, "expires_in": "90000"})
                .to_string()
        })
    }

    /// As Zalo documents it: `error` 0 and a number, -124 without a good token, -118 for who is not on Zalo.
    fn zns(&self, heard: &Heard) -> String {
        let said: Value = serde_json::from_str(&heard.body).unwrap_or_default();
        let text = |name: &str| said.get(name).and_then(Value::as_str).unwrap_or("").to_owned();
        let access = heard.headers.get("access_token").map_or("", String::as_str);
        let good = self.with(|it| !it.access.is_empty() && it.access == access);
        if !good {
            return json!({"error": -124, "message": "Access token invalid"}).to_string();
        }
        if !text("phone").starts_with("849") || text("template_id").is_empty() {
            return json!({"error": -118, "message": "Zalo account not existed"}).to_string();
        }
        json!({"error": 0, "message": "Success",
               "data": {"msg_id": format!("zns-{}", text("tracking_id")), "sent_time": "1"}})
        .to_string()
    }
}

/// How the server of mail behaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mood {
    /// Takes every mail.
    Kind,
    /// Has no such mailbox (550).
    NoSuchUser,
    /// Has no time (451).
    Busy,
    /// Hears the whole mail and hangs up.
    HangsUp,
}

/// A server of mail that can be made to break.
#[derive(Clone)]
pub struct MailServer {
    /// Where it listens.
    pub port: u16,
    mood: Arc<Mutex<Mood>>,
    mails: Arc<Mutex<Vec<String>>>,
}

impl MailServer {
    /// Starts it.
    ///
    /// # Panics
    /// If no port is to be had.
    pub async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let it = Self { port, mood: Arc::new(Mutex::new(Mood::Kind)), mails: Arc::default() };
        let own = it.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let own = own.clone();
                tokio::spawn(async move { own.serve(stream).await.ok() });
            }
        });
        it
    }

    /// From now on it behaves so.
    ///
    /// # Panics
    /// Never but in a broken test.
    pub fn is(&self, mood: Mood) {
        *self.mood.lock().expect("a lock") = mood;
    }

    /// What it heard, whole.
    ///
    /// # Panics
    /// Never but in a broken test.
    #[must_use]
    pub fn mails(&self) -> Vec<String> {
        self.mails.lock().expect("a lock").clone()
    }

    async fn serve(&self, stream: tokio::net::TcpStream) -> std::io::Result<()> {
        let mood = *self.mood.lock().expect("a lock");
        let (read, mut write) = stream.into_split();
        let mut lines = BufReader::new(read).lines();
        write.write_all(b"220 thu.example ESMTP\r\n").await?;
        while let Some(line) = lines.next_line().await? {
            let word = line.split([' ', ':']).next().unwrap_or("").to_uppercase();
            let answer: &[u8] = match word.as_str() {
                "EHLO" => b"250-thu.example\r\n250-8BITMIME\r\n250 SMTPUTF8\r\n",
                "RCPT" if mood == Mood::NoSuchUser => b"550 5.1.1 no such user\r\n",
                "RCPT" if mood == Mood::Busy => b"451 4.3.0 try later\r\n",
                "DATA" => {
                    write.write_all(b"354 go on\r\n").await?;
                    let mut mail = String::new();
                    while let Some(line) = lines.next_line().await? {
                        if line == "." {
                            break;
                        }
                        mail.push_str(&line);
                        mail.push('\n');
                    }
                    self.mails.lock().expect("a lock").push(mail);
                    if mood == Mood::HangsUp {
                        return Ok(());
                    }
                    b"250 2.0.0 queued\r\n"
                }
                "QUIT" => {
                    write.write_all(b"221 bye\r\n").await?;
                    return Ok(());
                }
                _ => b"250 ok\r\n",
            };
            write.write_all(answer).await?;
        }
        Ok(())
    }
}
