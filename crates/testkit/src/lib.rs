//! A whole site in memory: a clock that stands still, people, and a browser of a sort.

#![expect(clippy::expect_used, reason = "a broken test set-up should stop the test")]

use std::{
    collections::BTreeMap,
    path::PathBuf,
    sync::{
        Arc, LazyLock,
        atomic::{AtomicI64, Ordering},
    },
};

use axum::{
    Router,
    body::{Body, Bytes, to_bytes},
    http::{Request, header},
};
use domain::time::Instant;
use jiff::civil::DateTime;
use site::{Config, Routes, Site, seal::Seal};
use store::{Blobs, Db, Fault, Param, Stamp, Tx};
use tower::ServiceExt as _;

pub mod double;
mod offices;
pub mod pdf;
pub mod pg;

/// Runs `async fn name(site: TestSite)` tests once on SQLite and once on PostgreSQL.
/// The first line names the function that makes the routes.
#[macro_export]
macro_rules! on_both_engines {
    ($routes:expr; $($(#[$meta:meta])* async fn $name:ident($site:ident) $body:block)*) => {$(
        mod $name {
            use super::*;

            async fn check($site: $crate::TestSite) $body

            #[tokio::test]
            $(#[$meta])*
            async fn on_sqlite() {
                check($crate::TestSite::on_sqlite($routes)).await;
            }

            #[tokio::test]
            $(#[$meta])*
            async fn on_postgresql() {
                if let Some(site) = $crate::TestSite::on_postgresql($routes) {
                    check(site).await;
                }
            }
        }
    )*};
}

/// A small PDF that opens, told apart from others by `mark`.
#[must_use]
pub fn pdf(mark: &str) -> Vec<u8> {
    let mut bytes = include_bytes!("../../signing/tests/data/plain.pdf").to_vec();
    bytes.extend_from_slice(format!("% {mark}\n").as_bytes());
    bytes
}

/// A site for one test.
pub struct TestSite {
    /// The site itself.
    pub site: Site,
    /// Its database.
    pub db: Db,
    router: Router,
    jobs: Vec<site::jobs::Job>,
    now_ms: Arc<AtomicI64>,
    _temp: Option<pg::TempDatabase>,
    _folder: Option<Folder>,
}

/// A folder that goes with its test.
struct Folder(PathBuf);

impl Drop for Folder {
    fn drop(&mut self) {
        std::fs::remove_dir_all(&self.0).ok();
    }
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    /// Such as 200.
    pub status: u16,
    /// Where a redirect leads.
    pub location: Option<String>,
    /// After how many seconds to ask again, if it says so.
    pub retry_after: Option<String>,
    /// How the address may be asked, if it says so.
    pub allow: Option<String>,
    /// Whether the line ends with it: what was sent was not heard to its end.
    pub ends_line: bool,
    /// The type of what came back.
    pub media_type: String,
    /// The page.
    pub text: String,
    /// The same as bytes.
    pub bytes: Bytes,
}

/// When the tests' clocks start: 08:00 on Thursday 8 January 2026.
#[must_use]
pub fn start() -> DateTime {
    jiff::civil::date(2026, 1, 8).at(8, 0, 0, 0)
}

impl TestSite {
    /// A site with `routes` on a SQLite database in memory.
    #[must_use]
    pub fn on_sqlite(routes: Routes) -> Self {
        static EMPTY: LazyLock<Db> = LazyLock::new(|| {
            Db::open(":memory:", Instant::from_civil(start())).expect("a database")
        });
        Self::on(routes, EMPTY.copy_in_memory().expect("a database"), None)
    }

    /// A site with `routes` on a PostgreSQL database of its own; `None` where there is no cluster.
    #[must_use]
    pub fn on_postgresql(routes: Routes) -> Option<Self> {
        let schema: String = store::SCHEMA.iter().map(|it| it.sql).collect();
        let name = format!("schema_{}", site::token_sha256(&schema).get(..16)?);
        let template = pg::Template::made(&name, |url| {
            Db::open(url, Instant::from_civil(start())).expect("a database");
        });
        let temp = template?.copy();
        let url = temp.url().to_owned();
        Some(Self::new(routes, &url, Some(temp)))
    }

    /// Two processes over one SQLite database in a file, each with its own connections.
    ///
    /// # Panics
    /// If there is no place for the file.
    #[must_use]
    pub fn two_on_sqlite(routes: fn() -> Routes) -> (Self, Self) {
        let folder = std::env::temp_dir().join(format!("motcua-test-{}", site::random_hex(8)));
        std::fs::create_dir_all(&folder).expect("a folder");
        let url = folder.join("motcua.db").to_string_lossy().into_owned();
        let mut first = Self::new(routes(), &url, None);
        first._folder = Some(Folder(folder));
        (first, Self::new(routes(), &url, None))
    }

    /// Two processes over one PostgreSQL database; `None` where there is no cluster.
    #[must_use]
    pub fn two_on_postgresql(routes: fn() -> Routes) -> Option<(Self, Self)> {
        let first = Self::on_postgresql(routes())?;
        let url = first._temp.as_ref()?.url().to_owned();
        Some((first, Self::new(routes(), &url, None)))
    }

    fn new(routes: Routes, url: &str, temp: Option<pg::TempDatabase>) -> Self {
        let now = Instant::from_civil(start());
        Self::on(routes, off_the_runtime(|| Db::open(url, now).expect("a database")), temp)
    }

    fn on(routes: Routes, db: Db, temp: Option<pg::TempDatabase>) -> Self {
        let now_ms = Arc::new(AtomicI64::new(Instant::from_civil(start()).epoch_ms()));
        let clock = {
            let now_ms = now_ms.clone();
            move || Instant::from_epoch_ms(now_ms.load(Ordering::Relaxed))
        };
        let config = Config {
            base_url: "http://motcua.test".to_owned(),
            tls: false,
            behind_proxy: false,
            tries_per_address: site::TRIES_PER_ADDRESS,
            demo: false,
            data_dir: PathBuf::from("/nonexistent"),
            ocr: Vec::new(),
        };
        let site =
            Site::new(db.clone(), Blobs::in_memory(), Arc::new(clock), config, Seal::passing());
        let jobs = routes.jobs();
        let router = site::serve(routes, site.clone());
        Self { site, db, router, jobs, now_ms, _temp: temp, _folder: None }
    }

    /// Has the site listen on a port of this machine, for tests in which somebody speaks to it from outside;
    /// its address.
    ///
    /// # Panics
    /// If no port is to be had.
    pub async fn listen(&self) -> String {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let router = self.router.clone();
        tokio::spawn(async move { axum::serve(listener, router).await });
        format!("http://{address}")
    }

    /// The moment that the site's clock shows.
    #[must_use]
    pub fn now(&self) -> Instant {
        Instant::from_epoch_ms(self.now_ms.load(Ordering::Relaxed))
    }

    /// Sets the clock to a civil time in Viet Nam.
    pub fn set_clock(&self, civil: DateTime) {
        self.now_ms.store(Instant::from_civil(civil).epoch_ms(), Ordering::Relaxed);
    }

    /// Moves the clock.
    pub fn pass_minutes(&self, minutes: i64) {
        self.now_ms.fetch_add(minutes * 60_000, Ordering::Relaxed);
    }

    /// Runs the jobs that are due by the site's clock; says how many ran.
    pub async fn run_jobs(&self) -> usize {
        site::jobs::run_due(&self.site, &self.jobs).await
    }

    /// Runs `work` as the program itself would now, in one writing transaction.
    ///
    /// # Panics
    /// If it fails.
    pub fn run<T: Send>(&self, work: impl FnOnce(&mut Tx<'_>) -> Result<T, Fault> + Send) -> T {
        let stamp = Stamp::of_program(self.now(), "test");
        off_the_runtime(|| self.db.write_blocking(stamp, work).expect("work"))
    }

    /// Runs one statement.
    ///
    /// # Panics
    /// If it is wrong.
    pub fn given(&self, sql: &str, params: &[Param]) {
        self.run(|tx| tx.execute(sql, params));
    }

    /// One number from the database.
    ///
    /// # Panics
    /// If the query is wrong.
    #[must_use]
    pub fn count(&self, sql: &str) -> i64 {
        self.run(|tx| tx.query_number(sql, &[]))
    }

    /// One text from the database.
    ///
    /// # Panics
    /// If the query is wrong or finds nothing.
    #[must_use]
    pub fn text(&self, sql: &str) -> String {
        self.run(|tx| tx.query_one(sql, &[])?.expect("a row").get(0))
    }

    /// A browser that nobody has signed in with.
    #[must_use]
    pub fn browser(&self) -> Browser<'_> {
        Browser {
            site: self,
            cookies: BTreeMap::new(),
            csrf: String::new(),
            address: None,
            agent: String::new(),
        }
    }

    /// A browser that is signed in as the account `login`, which must exist.
    ///
    /// # Panics
    /// If it does not.
    #[must_use]
    pub fn signed_in(&self, login: &str) -> Browser<'_> {
        let token = site::random_hex(32);
        let csrf = site::random_hex(16);
        let (hash, for_tx) = (site::token_sha256(&token), csrf.clone());
        let login = login.to_owned();
        let known = self.run(move |tx| {
            let expires = Instant::from_epoch_ms(tx.now().epoch_ms() + 1000 * 3600 * 24 * 400);
            tx.execute(
                "insert into session
                   (token_sha256, account, stage, csrf, agent, origin, created_ms, seen_ms,
                    expires_ms)
                 select ?1, id, 'open', ?2, 'test', 'test', ?3, ?4, ?5 from account where login = ?6",
                &[
                    hash.into(),
                    for_tx.into(),
                    tx.now().into(),
                    expires.into(),
                    expires.into(),
                    login.into(),
                ],
            )
        });
        assert_eq!(known, 1, "no such account");
        let mut browser = self.browser();
        browser.cookies.insert(site::who::SESSION_COOKIE.to_owned(), token);
        browser.csrf = csrf;
        browser
    }
}

/// Runs `work` on a thread of its own: the PostgreSQL driver has a runtime inside and must not
/// be used within another.
fn off_the_runtime<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    std::thread::scope(|scope| scope.spawn(work).join()).expect("a thread")
}

/// The address of a browser that has none of its own.
pub const ORIGIN: &str = "local";

/// Somebody's browser: it keeps cookies and puts the session's token into forms.
pub struct Browser<'a> {
    site: &'a TestSite,
    cookies: BTreeMap<String, String>,
    /// The session's token for forms.
    pub csrf: String,
    address: Option<std::net::IpAddr>,
    /// What the browser says that it is; empty: nothing.
    pub agent: String,
}

impl Browser<'_> {
    /// The same browser at another address of the net.
    ///
    /// # Panics
    /// If it is no address.
    #[must_use]
    pub fn at_address(mut self, address: &str) -> Self {
        self.address = Some(address.parse().expect("an address"));
        self
    }

    /// GETs `path`.
    pub async fn get(&mut self, path: &str) -> Answer {
        self.send(Request::get(path), Body::empty()).await
    }

    /// POSTs a form to `path`; the session's token is added.
    pub async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let mut body = format!("csrf={}", self.csrf);
        for (name, value) in fields {
            body.push_str(&format!("&{}={}", encode(name), encode(value)));
        }
        self.post_raw(path, "application/x-www-form-urlencoded", body.into_bytes()).await
    }

    /// POSTs a form with files: `(field, file name, bytes)`.
    pub async fn upload(
        &mut self,
        path: &str,
        fields: &[(&str, &str)],
        files: &[(&str, &str, &[u8])],
    ) -> Answer {
        let edge = "------------------------motcua";
        let mut body = Vec::new();
        let csrf = self.csrf.clone();
        for (name, value) in [("csrf", csrf.as_str())].iter().chain(fields) {
            body.extend(
                format!(
                    "--{edge}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"
                )
                .into_bytes(),
            );
        }
        for (name, file, bytes) in files {
            body.extend(
                format!(
                    "--{edge}\r\nContent-Disposition: form-data; name=\"{name}\"; \
                     filename=\"{file}\"\r\nContent-Type: application/octet-stream\r\n\r\n"
                )
                .into_bytes(),
            );
            body.extend_from_slice(bytes);
            body.extend(b"\r\n");
        }
        body.extend(format!("--{edge}--\r\n").into_bytes());
        self.post_raw(path, &format!("multipart/form-data; boundary={edge}"), body).await
    }

    /// POSTs any body.
    pub async fn post_raw(&mut self, path: &str, media_type: &str, body: Vec<u8>) -> Answer {
        let request = Request::post(path).header(header::CONTENT_TYPE, media_type);
        self.send(request, Body::from(body)).await
    }

    /// POSTs any body with more headers, as another program does.
    pub async fn post_with(
        &mut self,
        path: &str,
        media_type: &str,
        heads: &[(&str, &str)],
        body: Vec<u8>,
    ) -> Answer {
        let mut request = Request::post(path).header(header::CONTENT_TYPE, media_type);
        for (name, value) in heads {
            request = request.header(*name, *value);
        }
        self.send(request, Body::from(body)).await
    }

    async fn send(&mut self, request: axum::http::request::Builder, body: Body) -> Answer {
        let cookies: Vec<String> =
            self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let mut request = request.header(header::COOKIE, cookies.join("; "));
        if !self.agent.is_empty() {
            request = request.header(header::USER_AGENT, &self.agent);
        }
        if let Some(address) = self.address {
            let info = axum::extract::ConnectInfo(std::net::SocketAddr::new(address, 1));
            request = request.extension(info);
        }
        let request = request.body(body);
        let router = self.site.router.clone();
        let answer = router.oneshot(request.expect("a request")).await.expect("infallible");
        for cookie in answer.headers().get_all(header::SET_COOKIE) {
            let pair = cookie.to_str().expect("ascii").split(';').next().unwrap_or("");
            let (name, value) = pair.split_once('=').expect("a cookie");
            if value.is_empty() {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        let header =
            |name| answer.headers().get(name).and_then(|it| it.to_str().ok()).map(str::to_owned);
        let (location, media_type) = (header(header::LOCATION), header(header::CONTENT_TYPE));
        let retry_after = header(header::RETRY_AFTER);
        let allow = header(header::ALLOW);
        let ends_line = header(header::CONNECTION).is_some_and(|it| it == "close");
        let status = answer.status().as_u16();
        let bytes = to_bytes(answer.into_body(), 64 << 20).await.expect("a body");
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let media_type = media_type.unwrap_or_default();
        Answer { status, location, retry_after, allow, ends_line, media_type, text, bytes }
    }

    /// Puts a cookie into the browser, such as one that was copied from another.
    pub fn set_cookie(&mut self, name: &str, value: &str) {
        self.cookies.insert(name.to_owned(), value.to_owned());
    }

    /// The value of a cookie.
    #[must_use]
    pub fn cookie(&self, name: &str) -> Option<&str> {
        self.cookies.get(name).map(String::as_str)
    }
}

fn encode(text: &str) -> String {
    site::percent(text)
}

/// What a person reads on a print.
///
/// # Panics
/// If `pdftotext` is not installed or does not end.
#[must_use]
pub fn text_of_pdf(pdf: &[u8]) -> String {
    use std::io::Write as _;
    let mut reader = std::process::Command::new("pdftotext")
        .args(["-layout", "-", "-"])
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .expect("pdftotext must be installed (Debian package poppler-utils)");
    let mut input = reader.stdin.take().expect("a pipe");
    input.write_all(pdf).expect("the file goes in");
    drop(input);
    String::from_utf8(reader.wait_with_output().expect("it ends").stdout).expect("text")
}
