//! Somebody with a browser of a sort: one kept connection, cookies, the token of forms.

use std::{collections::BTreeMap, net::SocketAddr};

use axum::http::{HeaderMap, Method, Request, header};
use http_body_util::{BodyExt as _, Full};
use hyper::{
    body::Bytes,
    client::conn::http1::{SendRequest, handshake},
};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

/// Why there was no answer.
#[derive(Debug, thiserror::Error)]
pub enum Unanswered {
    /// The server cannot be reached.
    #[error("connection: {0}")]
    Connection(#[from] std::io::Error),
    /// The connection broke before the answer was whole.
    #[error("answer: {0}")]
    Answer(#[from] hyper::Error),
    /// The request cannot be written: a bug of the caller.
    #[error("request: {0}")]
    Request(#[from] axum::http::Error),
    /// The server answered, but not what was needed to go on.
    #[error("{path} answered {status}")]
    Unexpected {
        /// What was asked for.
        path: String,
        /// What came.
        status: u16,
    },
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    /// Such as 200.
    pub status: u16,
    /// Where a redirect leads.
    pub location: Option<String>,
    /// The page.
    pub body: Bytes,
}

impl Answer {
    /// The page as text.
    #[must_use]
    pub fn text(&self) -> std::borrow::Cow<'_, str> {
        String::from_utf8_lossy(&self.body)
    }
}

/// Somebody at the other end of a connection.
pub struct Visitor {
    address: SocketAddr,
    line: Option<SendRequest<Full<Bytes>>>,
    cookies: BTreeMap<String, String>,
    /// The session's token for forms.
    pub csrf: String,
}

impl Visitor {
    /// Somebody whom nobody knows yet.
    #[must_use]
    pub fn new(address: SocketAddr) -> Self {
        Self { address, line: None, cookies: BTreeMap::new(), csrf: String::new() }
    }

    /// Somebody with the same cookies on a line of its own.
    #[must_use]
    pub fn twin(&self) -> Self {
        Self {
            address: self.address,
            line: None,
            cookies: self.cookies.clone(),
            csrf: self.csrf.clone(),
        }
    }

    /// GETs `path`.
    ///
    /// # Errors
    /// [`Unanswered`] if the connection breaks.
    pub async fn get(&mut self, path: &str) -> Result<Answer, Unanswered> {
        self.send(Method::GET, path, String::new()).await
    }

    /// POSTs a form to `path`; the session's token is added.
    ///
    /// # Errors
    /// [`Unanswered`] if the connection breaks.
    pub async fn post(
        &mut self,
        path: &str,
        fields: &[(&str, &str)],
    ) -> Result<Answer, Unanswered> {
        let mut body = format!("csrf={}", self.csrf);
        for (name, value) in fields {
            body.push('&');
            body.push_str(&site::percent(name));
            body.push('=');
            body.push_str(&site::percent(value));
        }
        self.send(Method::POST, path, body).await
    }

    /// Signs in and learns the token of forms.
    ///
    /// # Errors
    /// [`Unanswered`] if the connection breaks or the password is wrong.
    pub async fn sign_in(&mut self, login: &str, password: &str) -> Result<(), Unanswered> {
        let path = "/co-quan/dang-nhap";
        let answer = self.post(path, &[("dang-nhap", login), ("mat-khau", password)]).await?;
        if answer.status != 303 {
            return Err(Unanswered::Unexpected { path: path.to_owned(), status: answer.status });
        }
        let home = self.get("/co-quan").await?;
        let text = home.text();
        let token =
            text.split_once("name=\"csrf\" value=\"").and_then(|(_, it)| it.split_once('"'));
        match token {
            Some((token, _)) => token.clone_into(&mut self.csrf),
            None => {
                let status = home.status;
                return Err(Unanswered::Unexpected { path: "/co-quan".to_owned(), status });
            }
        }
        Ok(())
    }

    async fn send(
        &mut self,
        method: Method,
        path: &str,
        body: String,
    ) -> Result<Answer, Unanswered> {
        let mut line = match self.line.take().filter(|it| !it.is_closed()) {
            Some(it) => it,
            None => connect(self.address).await?,
        };
        let mut request = Request::builder()
            .method(method.clone())
            .uri(path)
            .header(header::HOST, self.address.to_string());
        if !self.cookies.is_empty() {
            let cookies: Vec<String> =
                self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
            request = request.header(header::COOKIE, cookies.join("; "));
        }
        if method == Method::POST {
            request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        }
        line.ready().await?;
        let answer = line.send_request(request.body(Full::new(Bytes::from(body)))?).await?;
        let (head, body) = answer.into_parts();
        let body = body.collect().await?.to_bytes();
        self.line = Some(line);
        self.remember(&head.headers);
        let location = head.headers.get(header::LOCATION).and_then(|it| it.to_str().ok());
        Ok(Answer { status: head.status.as_u16(), location: location.map(str::to_owned), body })
    }

    fn remember(&mut self, headers: &HeaderMap) {
        for cookie in headers.get_all(header::SET_COOKIE) {
            let pair = cookie.to_str().ok().and_then(|it| it.split(';').next()?.split_once('='));
            match pair {
                Some((name, "")) => {
                    self.cookies.remove(name);
                }
                Some((name, value)) => {
                    self.cookies.insert(name.to_owned(), value.to_owned());
                }
                None => {}
            }
        }
    }
}

async fn connect(address: SocketAddr) -> Result<SendRequest<Full<Bytes>>, Unanswered> {
    let stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    let (line, work) = handshake(TokioIo::new(stream)).await?;
    // Ends with the connection; what breaks it shows in the answer that is waited for.
    tokio::spawn(work);
    Ok(line)
}
