//! The line to a provider: discovery, keys, tokens, userinfo. Everything is bounded, nothing is followed.

use std::{sync::LazyLock, time::Duration};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::Value;
use signing::jws::Keys;
use thiserror::Error;

use crate::account::sql::providers::Provider;

/// How long one question may take.
const ASK_MAX: Duration = Duration::from_secs(15);
/// Bytes of an answer at most.
const ANSWER_BYTES_MAX: usize = 256 << 10;

static CLIENT: LazyLock<Result<reqwest::Client, String>> = LazyLock::new(|| {
    // One provider of ciphers for the whole program; whoever comes second finds it there.
    rustls::crypto::ring::default_provider().install_default().ok();
    reqwest::Client::builder()
        // Only whom an administrator named is spoken to, wherever he points.
        .redirect(reqwest::redirect::Policy::none())
        .timeout(ASK_MAX)
        .connect_timeout(Duration::from_secs(8))
        .no_proxy()
        .build()
        .map_err(|e| e.to_string())
});

/// Why there is no answer; Vietnamese, for the administrator.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum LineError {
    /// Nobody answers.
    #[error("Không kết nối được đến {0}.")]
    Silent(String),
    /// It says no.
    #[error("{url} trả lời mã {status}{said}.")]
    Refused {
        /// The address that was asked.
        url: String,
        /// Such as 400.
        status: u16,
        /// The error that it names, with a space and brackets around; may be empty.
        said: String,
    },
    /// It does not read.
    #[error("{0} trả lời không đúng khuôn dạng.")]
    Shape(String),
    /// It names itself otherwise than it was asked.
    #[error("Nhà cung cấp tự xưng là “{0}”, khác địa chỉ đã khai.")]
    OtherIssuer(String),
    /// An address that we do not speak to.
    #[error(
        "Địa chỉ {0} không an toàn: chỉ dùng https:// (http:// chỉ với máy trong mạng nội bộ)."
    )]
    Unsafe(String),
    /// Nobody said where it is.
    #[error("Chưa khai {0}.")]
    Missing(&'static str),
}

impl LineError {
    /// Whether the provider answered, and said no to what it was asked.
    pub fn is_refusal(&self) -> bool {
        matches!(self, Self::Refused { status: 400..=403, .. })
    }
}

/// Whether we may speak to an address: TLS, or a machine of the same network.
pub fn is_safe(url: &str) -> bool {
    let Ok(it) = reqwest::Url::parse(url) else { return false };
    let near = |host: &str| {
        host == "localhost"
            || host
                .parse::<std::net::Ipv4Addr>()
                .is_ok_and(|it| it.is_private() || it.is_loopback())
    };
    let plain = it.username().is_empty() && it.password().is_none() && it.fragment().is_none();
    plain
        && match it.scheme() {
            "https" => it.host_str().is_some(),
            "http" => it.host_str().is_some_and(near),
            _ => false,
        }
}

/// Fields as a form or an address writes them.
pub fn form(fields: &[(&str, &str)]) -> String {
    let written = fields.iter().map(|(name, value)| format!("{name}={}", site::percent(value)));
    written.collect::<Vec<_>>().join("&")
}

async fn asked(url: &str, request: reqwest::RequestBuilder) -> Result<Value, LineError> {
    let sent = request.header("accept", "application/json").send().await;
    let mut response = sent.map_err(|_| LineError::Silent(url.to_owned()))?;
    let status = response.status().as_u16();
    let mut bytes = Vec::new();
    while let Ok(Some(chunk)) = response.chunk().await {
        bytes.extend_from_slice(&chunk);
        if bytes.len() > ANSWER_BYTES_MAX {
            return Err(LineError::Shape(url.to_owned()));
        }
    }
    let answer: Option<Value> = serde_json::from_slice(&bytes).ok();
    if status != 200 {
        let error = answer.as_ref().and_then(|it| it.get("error")).and_then(Value::as_str);
        let plain = |it: &str| -> String {
            it.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '_').take(60).collect()
        };
        let said = error.map_or_else(String::new, |it| format!(" ({})", plain(it)));
        return Err(LineError::Refused { url: url.to_owned(), status, said });
    }
    answer.ok_or_else(|| LineError::Shape(url.to_owned()))
}

fn client(url: &str) -> Result<&'static reqwest::Client, LineError> {
    if !is_safe(url) {
        return Err(LineError::Unsafe(url.to_owned()));
    }
    CLIENT.as_ref().map_err(|_| LineError::Silent(url.to_owned()))
}

/// Asks the issuer for its addresses and puts them into `provider` (OpenID Connect Discovery 1.0).
pub async fn discover(provider: &mut Provider) -> Result<(), LineError> {
    let url = format!("{}/.well-known/openid-configuration", provider.issuer.trim_end_matches('/'));
    let said = asked(&url, client(&url)?.get(&url)).await?;
    let text = |name: &str| said.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    // Whoever names another issuer would have us believe tokens that are not his.
    if text("issuer") != provider.issuer {
        return Err(LineError::OtherIssuer(text("issuer").chars().take(200).collect()));
    }
    let found = [
        ("authorization_endpoint", &mut provider.authorize_url),
        ("token_endpoint", &mut provider.token_url),
        ("userinfo_endpoint", &mut provider.userinfo_url),
        ("jwks_uri", &mut provider.keys_url),
    ];
    for (name, place) in found {
        let address = text(name);
        let is_owed = name != "userinfo_endpoint";
        if (is_owed || !address.is_empty()) && !is_safe(&address) {
            return Err(LineError::Unsafe(format!("{name} “{address}”")));
        }
        *place = address;
    }
    Ok(())
}

/// The keys with which the provider signs.
pub async fn keys(provider: &Provider) -> Result<Keys, LineError> {
    let url = &provider.keys_url;
    if url.is_empty() {
        return Err(LineError::Missing("địa chỉ khóa công khai (JWKS)"));
    }
    let said = asked(url, client(url)?.get(url)).await?;
    Keys::read(&said).map_err(|_| LineError::Shape(url.clone()))
}

/// What a code was changed for.
pub struct Tokens {
    /// The signed word on who it is, if the provider gives one.
    pub id_token: Option<String>,
    /// With which userinfo is asked.
    pub access_token: String,
}

/// Changes a code for tokens (RFC 6749, 4.1.3).
pub async fn tokens(
    provider: &Provider,
    secret: &str,
    code: &str,
    verifier: Option<&str>,
    back: &str,
) -> Result<Tokens, LineError> {
    let url = &provider.token_url;
    let mut fields =
        vec![("grant_type", "authorization_code"), ("code", code), ("redirect_uri", back)];
    if let Some(it) = verifier {
        fields.push(("code_verifier", it));
    }
    let mut request = client(url)?.post(url).header("content-type", FORM);
    match provider.secret_way.as_str() {
        // Both are written as a form writes them before they are joined (RFC 6749, 2.3.1).
        "basic" => {
            let (id, secret) = (site::percent(&provider.client_id), site::percent(secret));
            let pair = STANDARD.encode(format!("{id}:{secret}"));
            request = request.header("authorization", format!("Basic {pair}"));
        }
        "post" => {
            fields.push(("client_id", provider.client_id.as_str()));
            fields.push(("client_secret", secret));
        }
        _ => fields.push(("client_id", provider.client_id.as_str())),
    }
    let said = asked(url, request.body(form(&fields))).await?;
    let text = |name: &str| said.get(name).and_then(Value::as_str).map(str::to_owned);
    match text("access_token") {
        Some(access_token) => Ok(Tokens { id_token: text("id_token"), access_token }),
        None => Err(LineError::Shape(url.clone())),
    }
}

const FORM: &str = "application/x-www-form-urlencoded";

/// What the provider says of whoever the token is about.
pub async fn userinfo(provider: &Provider, access: &str) -> Result<Value, LineError> {
    let url = &provider.userinfo_url;
    let request = client(url)?.get(url).header("authorization", format!("Bearer {access}"));
    asked(url, request).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_safe_addresses_are_spoken_to() {
        for url in [
            "https://sso.example.gov.vn/oauth2/token",
            "http://127.0.0.1:8080/x",
            "http://10.1.2.3/",
        ] {
            assert!(is_safe(url), "{url}");
        }
        for url in [
            "http://sso.example.gov.vn/token",
            "https://user:pass@sso.example.gov.vn/",
            "https://sso.example.gov.vn/#x",
            "ftp://10.1.2.3/",
            "javascript:alert(1)",
            "/token",
            "",
        ] {
            assert!(!is_safe(url), "{url}");
        }
    }

    #[test]
    fn fields_are_written_so_that_nothing_leaks_out_of_them() {
        assert_eq!(form(&[("a", "x&y=z"), ("b", "á b")]), "a=x%26y%3Dz&b=%C3%A1%20b");
    }
}
