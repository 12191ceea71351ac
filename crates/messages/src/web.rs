//! Speaking to providers over HTTP: bounded, never redirected, and every answer told apart from none.

use std::{sync::LazyLock, time::Duration};

use serde_json::Value;

/// How long one try may take.
const TRY_MAX: Duration = Duration::from_secs(20);
/// Bytes of an answer at most.
const ANSWER_BYTES_MAX: usize = 64 << 10;

static CLIENT: LazyLock<Result<reqwest::Client, String>> = LazyLock::new(|| {
    // One provider for the whole program; whoever comes second finds it there.
    rustls::crypto::ring::default_provider().install_default().ok();
    reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .timeout(TRY_MAX)
        .connect_timeout(Duration::from_secs(8))
        .no_proxy()
        .build()
        .map_err(|e| e.to_string())
});

/// How a try ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ended {
    /// The provider took it.
    Accepted {
        /// What it answered.
        code: String,
        /// How it calls the message.
        reference: String,
    },
    /// The provider will not take it.
    Refused {
        /// What it answered.
        code: String,
        /// Why, in Vietnamese and without anybody's data.
        why: String,
    },
    /// It was surely not taken, and may be later.
    Later {
        /// What it answered; empty if nothing.
        code: String,
        /// Why.
        why: String,
    },
    /// Nobody can say whether it was taken.
    Unclear {
        /// What it answered; empty if nothing.
        code: String,
        /// Why.
        why: String,
    },
}

impl Ended {
    /// Shorthand.
    pub fn later(why: impl Into<String>) -> Self {
        Self::Later { code: String::new(), why: why.into() }
    }

    /// Shorthand.
    pub fn refused(code: impl Into<String>, why: impl Into<String>) -> Self {
        Self::Refused { code: code.into(), why: why.into() }
    }

    /// Shorthand.
    pub fn unclear(code: impl Into<String>, why: impl Into<String>) -> Self {
        Self::Unclear { code: code.into(), why: why.into() }
    }
}

/// What is posted.
pub enum Body {
    /// JSON.
    Json(Value),
    /// A form.
    Form(Vec<(&'static str, String)>),
}

/// Posts something and gives the answer's JSON.
///
/// # Errors
/// [`Ended::Later`] if nobody heard it, [`Ended::Unclear`] if nobody can say what was heard.
pub async fn post(url: &str, heads: &[(&'static str, &str)], body: Body) -> Result<Value, Ended> {
    let client = CLIENT.as_ref().map_err(Ended::later)?;
    let (kind, bytes) = match body {
        Body::Json(it) => ("application/json", it.to_string()),
        Body::Form(fields) => {
            let pairs = fields.iter().map(|(name, value)| {
                format!("{}={}", site::percent(name), site::percent(value).replace('/', "%2F"))
            });
            ("application/x-www-form-urlencoded", pairs.collect::<Vec<_>>().join("&"))
        }
    };
    let mut request = client.post(url).header("content-type", kind).body(bytes);
    for (name, value) in heads {
        request = request.header(*name, *value);
    }
    let mut response = answered(request).await?;
    let status = response.status().as_u16();
    let mut bytes = Vec::new();
    loop {
        match response.chunk().await {
            Ok(Some(chunk)) if bytes.len() + chunk.len() <= ANSWER_BYTES_MAX => {
                bytes.extend_from_slice(&chunk);
            }
            Ok(None) => break,
            Ok(Some(_)) => return Err(Ended::unclear(status.to_string(), "Trả lời quá dài.")),
            Err(_) => {
                return Err(Ended::unclear(status.to_string(), "Trả lời bị ngắt giữa chừng."));
            }
        }
    }
    match status {
        429 => Err(Ended::Later {
            code: "429".to_owned(),
            why: "Nhà cung cấp đang quá tải.".to_owned(),
        }),
        500.. => Err(Ended::unclear(
            status.to_string(),
            "Nhà cung cấp gặp lỗi, không rõ đã nhận hay chưa.",
        )),
        _ => match serde_json::from_slice::<Value>(&bytes) {
            Ok(it) if it.is_object() => Ok(it),
            _ if (400..500).contains(&status) => {
                Err(Ended::refused(status.to_string(), "Nhà cung cấp từ chối yêu cầu."))
            }
            _ => {
                Err(Ended::unclear(status.to_string(), "Không đọc được trả lời của nhà cung cấp."))
            }
        },
    }
}

/// Posts bytes and gives the status that was answered; nothing more of the answer is read.
///
/// # Errors
/// [`Ended::Later`] if nobody heard it, [`Ended::Unclear`] if nobody can say what was heard.
pub async fn post_bytes(
    url: &str,
    heads: &[(&'static str, String)],
    bytes: Vec<u8>,
) -> Result<u16, Ended> {
    let client = CLIENT.as_ref().map_err(Ended::later)?;
    let mut request = client.post(url).body(bytes);
    for (name, value) in heads {
        request = request.header(*name, value);
    }
    Ok(answered(request).await?.status().as_u16())
}

async fn answered(request: reqwest::RequestBuilder) -> Result<reqwest::Response, Ended> {
    request.send().await.map_err(|error| {
        if error.is_builder() {
            Ended::later("Địa chỉ nhà cung cấp không dùng được.")
        } else if error.is_connect() {
            Ended::later("Không kết nối được đến nhà cung cấp.")
        } else if error.is_timeout() {
            Ended::unclear("", "Nhà cung cấp không trả lời kịp.")
        } else {
            Ended::unclear("", "Đường truyền bị ngắt giữa chừng.")
        }
    })
}

/// A field of an answer as text, whether it was written as a text or as a number; bounded.
pub fn text(value: &Value, name: &str) -> String {
    let it = value.get(name).unwrap_or(&Value::Null);
    let text = match it {
        Value::String(it) => it.clone(),
        Value::Number(it) => it.to_string(),
        _ => String::new(),
    };
    text.chars().filter(|it| !it.is_control()).take(80).collect()
}

/// The machine of an address.
pub fn host(url: &str) -> String {
    let parsed = reqwest::Url::parse(url).ok();
    parsed.and_then(|it| it.host_str().map(str::to_owned)).unwrap_or_default()
}
