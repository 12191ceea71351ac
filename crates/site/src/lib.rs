//! What every page is made with: state, people, failures, forms, routes, rendering.

use std::{
    any::{Any, TypeId},
    collections::HashMap,
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
};

use askama::Template;
use axum::{
    http::{HeaderValue, header},
    response::{IntoResponse as _, Response},
};
use domain::{
    access::{Action, Object},
    time::Instant,
};
use sha2::{Digest as _, Sha256};
use store::{Blobs, Db, Fault, Tx, hex};

mod address;
mod arriving;
pub mod assets;
pub mod at_once;
pub mod configuration;
mod edge;
mod failure;
pub mod files;
pub mod form;
pub mod jobs;
pub mod limit;
mod naming;
mod offline;
mod printed;
mod routes;
pub mod seal;
pub mod settings;
pub mod shell;
pub mod show;
mod sql;
pub mod tree;
pub mod who;
pub mod words;

pub use address::Path;
pub use axum::{
    extract::State,
    response::{Html, Redirect},
    routing::{get, post},
};
pub use edge::serve;
pub use failure::{Failure, OrRefuse, OrShowAgain};
pub use form::{Asked, Fields, Filled, FilledWithFiles, Mistakes, Typed, Upload};
pub use routes::{
    AdminEntry, AdminGroup, Awaiting, Awaits, Consents, Greets, MenuEntry, Received, RouteInfo,
    Routes, Session, Tie, Ties, Told, UnitNeed,
};
pub use shell::Shell;
pub use who::Who;
pub use words::{Lang, Words};

/// [`Config::tries_per_address`] unless the operator says otherwise.
pub const TRIES_PER_ADDRESS: u32 = 300;

/// What the operator decides.
#[derive(Debug, Clone)]
pub struct Config {
    /// The address that people use, without a slash at the end, such as `http://127.0.0.1:8080`.
    pub base_url: String,
    /// Whether that address is reached over TLS: cookies are then `Secure`.
    pub tls: bool,
    /// Whether a reverse proxy that we trust says where requests come from.
    pub behind_proxy: bool,
    /// Whether the data are made up: every page says so.
    pub demo: bool,
    /// Where files are kept.
    pub data_dir: PathBuf,
    /// Wrong sign-ins, and wrong secrets, from one address within a quarter of an hour: a whole office
    /// may stand behind one address.
    pub tries_per_address: u32,
    /// The command that reads letters from a scan, which it gets on its standard input; none if empty.
    pub ocr: Vec<String>,
}

/// What a handler can reach.
#[derive(Clone)]
pub struct Site {
    /// The database.
    pub db: Db,
    /// Uploaded and printed files.
    pub blobs: Blobs,
    /// The clock: the only one in the program.
    pub clock: Arc<dyn Fn() -> Instant + Send + Sync>,
    /// What the operator decided.
    pub config: Arc<Config>,
    /// The installation's key.
    pub seal: seal::Seal,
    /// Tries that can be counted against somebody.
    pub limiter: Arc<limit::Limiter>,
    heavy: Arc<tokio::sync::Semaphore>,
    arriving: Arc<arriving::Arriving>,
    printed: printed::Printed,
    menu: Arc<[MenuEntry]>,
    admin: Arc<[AdminEntry]>,
    unit_needs: Arc<[UnitNeed]>,
    ties: Arc<[Ties]>,
    awaits: Arc<[Awaits]>,
    sessions: Arc<[routes::Stands]>,
    holders: Option<routes::Holders>,
    configuration: Arc<[configuration::ConfigPart]>,
    received: Arc<[Received]>,
    numbers: Arc<[at_once::Numbers]>,
    consents: Arc<[Consents]>,
    told: Arc<[Told]>,
    greets: Arc<[Greets]>,
    erases: Arc<[routes::Erases]>,
    cache: Arc<Mutex<Cache>>,
}

/// Long works at once, and how long one waits for its turn.
const HEAVY_AT_ONCE: usize = 2;
const HEAVY_WAIT: std::time::Duration = std::time::Duration::from_secs(20);

type Cache = HashMap<TypeId, (i64, Arc<dyn Any + Send + Sync>)>;

impl Site {
    /// A site over this database and these files.
    #[must_use]
    pub fn new(
        db: Db,
        blobs: Blobs,
        clock: Arc<dyn Fn() -> Instant + Send + Sync>,
        config: Config,
        seal: seal::Seal,
    ) -> Self {
        Self {
            db,
            blobs,
            clock,
            config: Arc::new(config),
            seal,
            limiter: Arc::default(),
            heavy: Arc::new(tokio::sync::Semaphore::new(HEAVY_AT_ONCE)),
            arriving: Arc::default(),
            printed: printed::Printed::default(),
            menu: Arc::new([]),
            admin: Arc::new([]),
            unit_needs: Arc::new([]),
            ties: Arc::new([]),
            awaits: Arc::new([]),
            sessions: Arc::new([]),
            holders: None,
            configuration: Arc::new([]),
            received: Arc::new([]),
            numbers: Arc::new([]),
            consents: Arc::new([]),
            told: Arc::new([]),
            greets: Arc::new([]),
            erases: Arc::new([]),
            cache: Arc::default(),
        }
    }

    /// Runs `work` in one writing transaction on behalf of `who`.
    ///
    /// # Errors
    /// What `work` returns; then nothing was written.
    pub async fn write<T: Send + 'static>(
        &self,
        who: &Who,
        work: impl FnOnce(&mut Tx<'_>) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, Failure> {
        self.db.write(who.stamp(), work).await
    }

    /// Runs `work` in one transaction that cannot write, on behalf of `who`.
    ///
    /// # Errors
    /// What `work` returns.
    pub async fn read<T: Send + 'static>(
        &self,
        who: &Who,
        work: impl FnOnce(&mut Tx<'_>) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, Failure> {
        self.db.read(who.stamp(), work).await
    }

    /// A turn for long work (an export, a board to print, a walk along the journal), so that it does
    /// not take every reader and every core from the pages. Keep it until the work is done.
    ///
    /// # Errors
    /// [`Failure::Busy`] if the turn does not come within a while.
    pub async fn one_at_a_time(&self) -> Result<tokio::sync::OwnedSemaphorePermit, Failure> {
        let turn = tokio::time::timeout(HEAVY_WAIT, self.heavy.clone().acquire_owned()).await;
        turn.ok().and_then(Result::ok).ok_or(Failure::Busy { wait_s: 60 })
    }

    /// [`Site::read`] for a few rows by their keys: see [`Db::glance`].
    ///
    /// # Errors
    /// What `work` returns.
    pub async fn glance<T: Send + 'static>(
        &self,
        who: &Who,
        work: impl FnOnce(&mut Tx<'_>) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, Failure> {
        self.db.glance(who.stamp(), work).await
    }

    /// The frame of a page for `who`.
    #[must_use]
    pub fn shell(&self, who: &Who) -> Shell {
        let unit = who.home().and_then(|it| who.tree.unit(it));
        let top = who.tree.seat();
        let mut shell = Shell::public(Words::new(who.lang), &who.path);
        shell.unit_name = top.map_or_else(|| "Một Cửa".to_owned(), |it| it.title.clone());
        shell.query = who.query.to_string();
        shell.large = who.large;
        shell.hall = who.hall.map_or_else(String::new, |it| format!("/kiosk/{it}"));
        shell.demo = self.config.demo;
        shell.csrf = who.csrf.to_string();
        shell.notice = who.notice.as_ref().map(ToString::to_string);
        if who.session.is_some() && who.stage == who::Stage::Open {
            if let Some(unit) = unit {
                shell.unit_name.clone_from(&unit.title);
            }
            let leads_here = |href: &str| {
                href == &*who.path
                    || who
                        .path
                        .strip_prefix(href)
                        .is_some_and(|rest| rest.starts_with('/') && href.len() > "/co-quan".len())
            };
            // Of two lines that lead here, the longer one is this page's.
            let current = self
                .menu
                .iter()
                .map(|it| it.href)
                .filter(|it| leads_here(it))
                .max_by_key(|it| it.len());
            let mut menu: Vec<_> = self
                .menu
                .iter()
                .filter(|it| who.can(it.action, Object::Anything))
                .map(|it| shell::MenuItem {
                    label: it.label.to_owned(),
                    href: it.href.to_owned(),
                    current: current == Some(it.href),
                })
                .collect();
            // A line may be there for several actions: it is shown once.
            menu.dedup_by(|a, b| a.href == b.href);
            let (menu, more) = shell::arranged(menu);
            shell.signed_in = Some(shell::SignedIn {
                name: who.name.to_string(),
                position: who
                    .grants
                    .iter()
                    .find(|it| it.holds_on(who.today()))
                    .map_or_else(String::new, |it| it.role.label().to_owned()),
                csrf: who.csrf.to_string(),
                menu,
                more,
            });
        }
        shell
    }

    /// Renders a page.
    ///
    /// # Errors
    /// [`Failure::Fault`] if the template fails.
    pub fn page(&self, template: &impl Template) -> Result<Html<String>, Failure> {
        Ok(Html(naming::named(template.render()?)))
    }

    /// The pages of the administration that `who` may open.
    pub fn admin_pages<'a>(&'a self, who: &'a Who) -> impl Iterator<Item = &'a AdminEntry> {
        self.admin.iter().filter(|it| who.can(it.action, Object::Anything))
    }

    /// The parts of the configuration, in the order in which they are brought in.
    #[must_use]
    pub fn configuration(&self) -> &[configuration::ConfigPart] {
        &self.configuration
    }

    /// What still needs `unit` after the day `last`, in the words of each slice.
    ///
    /// # Errors
    /// Any [`Fault`] of the engine.
    pub fn needs_of(
        &self,
        tx: &mut Tx<'_>,
        unit: domain::ids::UnitId,
        last: jiff::civil::Date,
    ) -> Result<Vec<String>, Fault> {
        let mut needs = Vec::new();
        for need in self.unit_needs.iter() {
            needs.extend(need(tx, unit, last)?);
        }
        Ok(needs)
    }

    /// What hangs on a dossier that `who` sees, slice by slice.
    ///
    /// # Errors
    /// Any [`Fault`] of the engine.
    pub fn ties_of(
        &self,
        who: &Who,
        tx: &mut Tx<'_>,
        dossier: domain::ids::DossierId,
    ) -> Result<Vec<Tie>, Fault> {
        let mut all = Vec::new();
        for ties in self.ties.iter() {
            all.extend(ties(who, tx, dossier)?);
        }
        Ok(all)
    }

    /// Wipes what slices keep that names anybody of a dossier; the hashes of files that their rows named.
    ///
    /// # Errors
    /// Any [`Fault`] of the engine.
    pub fn erase_of(
        &self,
        tx: &mut Tx<'_>,
        dossier: domain::ids::DossierId,
    ) -> Result<Vec<String>, Fault> {
        let mut hashes = Vec::new();
        for erases in self.erases.iter() {
            hashes.extend(erases(tx, dossier)?);
        }
        Ok(hashes)
    }

    /// Whether a citizen's session stands: what was let in by one that is over is let in no more.
    ///
    /// # Errors
    /// Any [`Fault`] of the engine.
    pub fn session_stands(&self, tx: &mut Tx<'_>, session: i64) -> Result<bool, Fault> {
        for stands in self.sessions.iter() {
            if stands(tx, session)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// What waits for `who`, slice by slice.
    ///
    /// # Errors
    /// Any [`Failure`] of a slice.
    pub fn awaiting(&self, who: &Who, tx: &mut Tx<'_>) -> Result<Vec<Awaiting>, Failure> {
        let mut all = Vec::new();
        for awaits in self.awaits.iter() {
            all.extend(awaits(self, who, tx)?);
        }
        Ok(all)
    }

    /// Tells every slice that asked for it that `who` received a dossier at the counter.
    ///
    /// # Errors
    /// Any [`Fault`] of the engine.
    pub fn tell_received(
        &self,
        tx: &mut Tx<'_>,
        who: &Who,
        dossier: domain::ids::DossierId,
    ) -> Result<(), Fault> {
        self.received.iter().try_for_each(|work| work(tx, who, dossier))
    }

    /// What the citizen of a dossier is told of it, slice by slice.
    ///
    /// # Errors
    /// Any [`Fault`] of the engine.
    pub fn told_of(
        &self,
        words: Words,
        tx: &mut Tx<'_>,
        dossier: domain::ids::DossierId,
    ) -> Result<Vec<String>, Fault> {
        let mut all = Vec::new();
        for told in self.told.iter() {
            all.extend(told(words, tx, dossier)?);
        }
        Ok(all)
    }

    /// What the person with this number said last about a purpose of `law/consent.toml` wherever he says so himself,
    /// and when; nothing if he never did.
    ///
    /// # Errors
    /// Any [`Fault`] of the engine.
    pub fn consent_of(
        &self,
        tx: &mut Tx<'_>,
        number: &str,
        purpose: &str,
    ) -> Result<Option<(Instant, bool)>, Fault> {
        let mut all = Vec::new();
        for consents in self.consents.iter() {
            all.extend(consents(tx, number, purpose)?);
        }
        Ok(all.into_iter().max_by_key(|it| it.0))
    }

    /// The units of today, read anew when a unit or the day has changed.
    ///
    /// # Errors
    /// Any [`Fault`] of the engine.
    pub fn tree(&self, tx: &mut Tx<'_>) -> Result<Arc<tree::Tree>, Fault> {
        let day = domain::calendar::ordinal(tx.now().civil().date());
        let edition = sql::setting_number(tx, UNITS_EDITION)? * 10_000_000 + i64::from(day);
        self.cached(edition, || sql::tree(tx))
    }

    /// What `build` makes, kept until `edition` changes.
    ///
    /// # Errors
    /// What `build` fails with.
    pub fn cached<T: Any + Send + Sync, E>(
        &self,
        edition: i64,
        build: impl FnOnce() -> Result<T, E>,
    ) -> Result<Arc<T>, E> {
        let key = TypeId::of::<T>();
        let found = {
            let cache = self.cache.lock().unwrap_or_else(PoisonError::into_inner);
            cache.get(&key).filter(|(it, _)| *it == edition).map(|(_, it)| it.clone())
        };
        if let Some(found) = found.and_then(|it| it.downcast::<T>().ok()) {
            return Ok(found);
        }
        let built = Arc::new(build()?);
        let mut cache = self.cache.lock().unwrap_or_else(PoisonError::into_inner);
        cache.insert(key, (edition, built.clone()));
        Ok(built)
    }
}

/// The setting that grows with every change of a unit.
pub const UNITS_EDITION: &str = "units_edition";

/// The number under `name` in the settings; 0 if it was never grown.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn edition(tx: &mut Tx<'_>, name: &str) -> Result<i64, Fault> {
    sql::setting_number(tx, name)
}

/// [`edition`], held until a writing transaction is done: a change waits for whoever writes by what
/// he read, and he for a change.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn edition_held(tx: &mut Tx<'_>, name: &str) -> Result<i64, Fault> {
    sql::setting_number_held(tx, name)
}

/// Says that what is cached under the setting `name` is out of date.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn outdate(tx: &mut Tx<'_>, name: &str) -> Result<(), Fault> {
    sql::grow_setting(tx, name)
}

/// Says for good that what is in this database is made up.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn mark_demo(tx: &mut Tx<'_>) -> Result<(), Fault> {
    sql::grow_setting(tx, "demo")
}

/// Whether what is in this database is made up: every page says so, however it was started.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn is_demo(tx: &mut Tx<'_>) -> Result<bool, Fault> {
    Ok(sql::setting_number(tx, "demo")? > 0)
}

/// The units of today, without a site: for commands.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn tree_of(tx: &mut Tx<'_>) -> Result<tree::Tree, Fault> {
    sql::tree(tx)
}

/// Whether the action is one that `who` may do to something of `unit`; else it does not exist
/// for that person.
///
/// # Errors
/// [`Failure::NotFound`], so that nobody learns what there is elsewhere.
pub fn demand(who: &Who, action: Action, unit: domain::ids::UnitId) -> Result<(), Failure> {
    if who.can_at(action, unit) { Ok(()) } else { Err(Failure::NotFound) }
}

/// Characters of an address at most: what is longer was not made by one of our pages.
const ADDRESS_MAX: usize = 2_000;

/// What somebody sent back as an address, as a header can hold it: no control characters, everything that is no
/// plain letter or sign of an address in per cent, and not without end.
fn as_address(location: &str) -> String {
    let mut out = String::new();
    for it in location.chars().filter(|it| !it.is_control()).take(ADDRESS_MAX) {
        if it.is_ascii_graphic() && !"\"<>\\^`{|}".contains(it) {
            out.push(it);
        } else {
            out.push_str(&percent(it.encode_utf8(&mut [0; 4])));
        }
    }
    out
}

/// A redirect (303) to `location` with a short notice on the page that follows.
#[must_use]
pub fn told(location: &str, notice: &str) -> Response {
    let mut response = Redirect::to(&as_address(location)).into_response();
    let cookie = format!(
        "{}={}; Path=/; Max-Age=60; HttpOnly; SameSite=Lax",
        who::NOTICE_COOKIE,
        percent(notice)
    );
    if let Ok(value) = HeaderValue::from_str(&cookie) {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
    response
}

/// A file to save or to show, with a name that may hold Vietnamese letters.
#[must_use]
pub fn file(bytes: impl Into<bytes::Bytes>, media_type: &str, name: &str, save: bool) -> Response {
    let how = if save { "attachment" } else { "inline" };
    let mut response = axum::body::Body::from(bytes.into()).into_response();
    let headers = response.headers_mut();
    if let Ok(value) = HeaderValue::from_str(media_type) {
        headers.insert(header::CONTENT_TYPE, value);
    }
    if let Ok(value) = HeaderValue::from_str(&format!("{how}; filename*=UTF-8''{}", percent(name)))
    {
        headers.insert(header::CONTENT_DISPOSITION, value);
    }
    response
}

/// `text` as it may stand in an address or a cookie.
#[must_use]
pub fn percent(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~' | b'/') {
            out.push(char::from(byte));
        } else {
            out.push('%');
            out.push_str(&hex(&[byte]).to_uppercase());
        }
    }
    out
}

/// Undoes [`percent`], and reads `+` as a space, as forms write it.
#[must_use]
pub fn unpercent(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let read = (*byte == b'%')
            .then(|| text.get(at + 1..at + 3).and_then(|it| u8::from_str_radix(it, 16).ok()))
            .flatten();
        match (byte, read) {
            (_, Some(read)) => {
                out.push(read);
                at += 3;
            }
            (b'+', None) => {
                out.push(b' ');
                at += 1;
            }
            (byte, None) => {
                out.push(*byte);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// So many random bytes, in hexadecimal.
///
/// A machine without randomness must not sign anybody in: the program stops.
#[must_use]
pub fn random_hex(bytes: usize) -> String {
    let mut random = vec![0; bytes];
    match getrandom::fill(&mut random) {
        Ok(()) => hex(&random),
        Err(error) => {
            tracing::error!(%error, "no randomness");
            std::process::abort()
        }
    }
}

/// What is kept of a session's token.
#[must_use]
pub fn token_sha256(token: &str) -> String {
    hex(&Sha256::digest(token.as_bytes()))
}
