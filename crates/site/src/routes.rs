//! Routes: each with its action, each behind the guard.

use axum::{
    Router,
    extract::{Request, State},
    middleware::{Next, from_fn_with_state},
    response::Response,
    routing::MethodRouter,
};
use domain::{
    access::{Action, Object},
    ids::{DossierId, UnitId},
    time::Instant,
};
use jiff::civil::Date;
use store::{Fault, Tx};

use crate::{
    Failure, Site, Who, Words,
    at_once::Numbers,
    configuration::ConfigPart,
    jobs::{Job, JobFuture, JobWork},
    who::{Knock, Stage},
};

/// A route and what it takes to use it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RouteInfo {
    /// Such as `/ho-so/{id}`.
    pub path: &'static str,
    /// What the route does.
    pub action: Action,
}

/// A line of the office's menu, shown to those who may do its action.
#[derive(Debug, Clone, Copy)]
pub struct MenuEntry {
    /// What people read.
    pub label: &'static str,
    /// Where it leads.
    pub href: &'static str,
    /// What it takes.
    pub action: Action,
}

/// Where a page of the administration stands on its first page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum AdminGroup {
    /// Who we are: units, people, rights.
    Organisation,
    /// What we work with: the catalogue, the calendar.
    Work,
    /// Who did what, and what is no longer known.
    Oversight,
}

impl AdminGroup {
    /// Every group, in their order.
    pub const ALL: [Self; 3] = [Self::Organisation, Self::Work, Self::Oversight];

    /// What people read above it.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Organisation => "Tổ chức và con người",
            Self::Work => "Nghiệp vụ",
            Self::Oversight => "Giám sát và dữ liệu",
        }
    }
}

/// A page of the administration, shown on its first page to those who may do its action.
#[derive(Debug, Clone, Copy)]
pub struct AdminEntry {
    /// Where it stands.
    pub group: AdminGroup,
    /// What people read.
    pub label: &'static str,
    /// Where it leads.
    pub href: &'static str,
    /// What it takes.
    pub action: Action,
    /// What can be done there, in a sentence.
    pub what: &'static str,
}

/// What of a slice still needs a unit after its last day, such as “3 hồ sơ đang giải quyết”;
/// none if nothing does. A unit is not closed while anything needs it.
pub type UnitNeed = fn(&mut Tx<'_>, UnitId, Date) -> Result<Option<String>, Fault>;

/// Something of another slice that hangs on a dossier: shown on its page, and asked for before its
/// people are erased.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tie {
    /// What people read.
    pub label: String,
    /// Where it leads; empty if whoever looks has no way there.
    pub href: String,
    /// Whether it is still to be done.
    pub is_due: bool,
    /// What is missing, in a sentence, when the dossier's result goes out before it is done; nothing if that
    /// needs it not.
    pub owed: Option<String>,
    /// Why it stays when the dossier's people are erased; nothing if it does not.
    pub stays: Option<String>,
    /// The number that stands there and that the dossier's result is to bear; nothing if there is none.
    pub number: Option<String>,
}

/// What of a slice waits for whoever signs in, or what he does most: it stands first on his first page.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Awaiting {
    /// What people read.
    pub label: String,
    /// Where it leads.
    pub href: String,
    /// What the way there is called; a list is opened if nothing else is said.
    pub opens: &'static str,
    /// Its answer is due soon or over.
    pub is_bad: bool,
    /// It is shown as a large button: nothing waits, it is begun.
    pub begins: bool,
    /// What stands above `lately`.
    pub lately_title: &'static str,
    /// What was done with it lately: text, and where it leads; empty if whoever looks has no way there.
    pub lately: Vec<(String, String)>,
}

/// Asks a slice what of it waits for `who`.
pub type Awaits = fn(&Site, &Who, &mut Tx<'_>) -> Result<Vec<Awaiting>, Failure>;

/// Whether a citizen's session with this row is open.
pub type Stands = fn(&mut Tx<'_>, i64) -> Result<bool, Fault>;

/// What became of the session that a citizen's browser shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Session {
    /// It is open, for the citizen with this row.
    Open(i64),
    /// Nobody used it for long.
    Over,
    /// Somebody ended it, or closed the account.
    Ended,
}

/// What became of the session with this hash of its token.
pub type Holders = fn(&mut Tx<'_>, &str) -> Result<Session, Fault>;

/// What of a slice hangs on a dossier, for somebody who sees the dossier.
pub type Ties = fn(&Who, &mut Tx<'_>, DossierId) -> Result<Vec<Tie>, Fault>;

/// What a slice does in the transaction in which somebody receives a dossier at the counter.
pub type Received = fn(&mut Tx<'_>, &Who, DossierId) -> Result<(), Fault>;

/// What the person with this number said last about a purpose of `law/consent.toml`, and when: whether he agrees
/// today. Nothing if he never said anything.
pub type Consents = fn(&mut Tx<'_>, &str, &str) -> Result<Option<(Instant, bool)>, Fault>;

/// What a slice tells a citizen on the page of his dossier, in his language.
pub type Told = fn(Words, &mut Tx<'_>, DossierId) -> Result<Vec<String>, Fault>;

/// What a slice offers on the citizens' first page just now: an address and its words.
pub type Greets = fn(Words, &mut Tx<'_>) -> Result<Option<(&'static str, String)>, Fault>;

/// Wipes what a slice keeps that names anybody of a dossier; the hashes of files that its rows named.
pub type Erases = fn(&mut Tx<'_>, DossierId) -> Result<Vec<String>, Fault>;

/// The routes of a slice. A route cannot be added without naming its action.
#[derive(Default)]
pub struct Routes {
    routes: Vec<(RouteInfo, MethodRouter<Site>)>,
    menu: Vec<MenuEntry>,
    admin: Vec<AdminEntry>,
    unit_needs: Vec<UnitNeed>,
    ties: Vec<Ties>,
    awaits: Vec<Awaits>,
    sessions: Vec<Stands>,
    holders: Option<Holders>,
    received: Vec<Received>,
    numbers: Vec<Numbers>,
    consents: Vec<Consents>,
    told: Vec<Told>,
    greets: Vec<Greets>,
    erases: Vec<Erases>,
    jobs: Vec<Job>,
    configuration: Vec<ConfigPart>,
}

impl Routes {
    /// Adds `handler` at `path` for those who may do `action`.
    #[must_use]
    pub fn on(mut self, path: &'static str, action: Action, handler: MethodRouter<Site>) -> Self {
        self.routes.push((RouteInfo { path, action }, handler));
        self
    }

    /// Adds a line to the office's menu.
    #[must_use]
    pub fn menu(mut self, label: &'static str, href: &'static str, action: Action) -> Self {
        self.menu.push(MenuEntry { label, href, action });
        self
    }

    /// Adds a page to the first page of the administration.
    #[must_use]
    pub fn admin(
        mut self,
        group: AdminGroup,
        (label, href): (&'static str, &'static str),
        action: Action,
        what: &'static str,
    ) -> Self {
        self.admin.push(AdminEntry { group, label, href, action, what });
        self
    }

    /// Has the slice asked before a unit is closed.
    #[must_use]
    pub fn needs_unit(mut self, need: UnitNeed) -> Self {
        self.unit_needs.push(need);
        self
    }

    /// Has the slice asked what of it hangs on a dossier.
    #[must_use]
    pub fn ties(mut self, ties: Ties) -> Self {
        self.ties.push(ties);
        self
    }

    /// Has the slice wipe what names anybody when a dossier's people are erased.
    #[must_use]
    pub fn erases(mut self, erases: Erases) -> Self {
        self.erases.push(erases);
        self
    }

    /// Has the slice asked whether a citizen's session stands.
    #[must_use]
    pub fn sessions(mut self, stands: Stands) -> Self {
        self.sessions.push(stands);
        self
    }

    /// Has the slice asked what of it waits for whoever opens his first page.
    #[must_use]
    pub fn awaits(mut self, awaits: Awaits) -> Self {
        self.awaits.push(awaits);
        self
    }

    /// Adds a part to the archive of the configuration.
    #[must_use]
    pub fn configures(mut self, part: ConfigPart) -> Self {
        self.configuration.push(part);
        self
    }

    /// Has the slice told of each dossier that somebody receives at the counter.
    #[must_use]
    pub fn when_received(mut self, work: Received) -> Self {
        self.received.push(work);
        self
    }

    /// Has the slice's books number what is settled at the counter.
    #[must_use]
    pub fn numbers_at_once(mut self, numbers: Numbers) -> Self {
        self.numbers.push(numbers);
        self
    }

    /// Has the slice say whose session a citizen's browser shows.
    #[must_use]
    pub fn holders(mut self, holders: Holders) -> Self {
        self.holders = Some(holders);
        self
    }

    /// Has the slice asked what a citizen is told of his dossier.
    #[must_use]
    pub fn tells(mut self, told: Told) -> Self {
        self.told.push(told);
        self
    }

    /// Has the slice asked what it offers on the citizens' first page.
    #[must_use]
    pub fn greets(mut self, greets: Greets) -> Self {
        self.greets.push(greets);
        self
    }

    /// Has the slice asked what somebody agreed to.
    #[must_use]
    pub fn consents(mut self, consents: Consents) -> Self {
        self.consents.push(consents);
        self
    }

    /// Adds a job that runs every so many minutes, in one transaction.
    #[must_use]
    pub fn job(
        mut self,
        name: &'static str,
        every_minutes: i64,
        work: fn(&Site, &mut Tx<'_>) -> Result<(), Failure>,
    ) -> Self {
        self.jobs.push(Job { name, every_minutes, work: JobWork::InOne(work) });
        self
    }

    /// Adds a job that speaks to the outside: what it does is its own affair once it is claimed.
    #[must_use]
    pub fn job_apart(
        mut self,
        name: &'static str,
        every_minutes: i64,
        work: fn(Site) -> JobFuture,
    ) -> Self {
        self.jobs.push(Job { name, every_minutes, work: JobWork::Apart(work) });
        self
    }

    /// What runs by itself.
    #[must_use]
    pub fn jobs(&self) -> Vec<Job> {
        self.jobs.clone()
    }

    /// These routes and those.
    #[must_use]
    pub fn and(mut self, more: Self) -> Self {
        self.routes.extend(more.routes);
        self.menu.extend(more.menu);
        self.admin.extend(more.admin);
        self.unit_needs.extend(more.unit_needs);
        self.ties.extend(more.ties);
        self.awaits.extend(more.awaits);
        self.sessions.extend(more.sessions);
        self.holders = self.holders.or(more.holders);
        self.received.extend(more.received);
        self.numbers.extend(more.numbers);
        self.consents.extend(more.consents);
        self.told.extend(more.told);
        self.greets.extend(more.greets);
        self.erases.extend(more.erases);
        self.jobs.extend(more.jobs);
        self.configuration.extend(more.configuration);
        self
    }

    /// What is routed, for the table that tests read and reviewers see.
    #[must_use]
    pub fn list(&self) -> Vec<RouteInfo> {
        self.routes.iter().map(|(info, _)| *info).collect()
    }

    /// The router, each route behind the guard of its action.
    pub(crate) fn guarded(self, site: &mut Site) -> Router<Site> {
        site.menu = self.menu.into();
        site.admin = self.admin.into();
        site.unit_needs = self.unit_needs.into();
        site.ties = self.ties.into();
        site.awaits = self.awaits.into();
        site.sessions = self.sessions.into();
        site.holders = self.holders;
        site.configuration = self.configuration.into();
        site.received = self.received.into();
        site.numbers = self.numbers.into();
        site.consents = self.consents.into();
        site.told = self.told.into();
        site.greets = self.greets.into();
        site.erases = self.erases.into();
        let mut router = Router::new();
        for (info, handler) in self.routes {
            let guarded = from_fn_with_state((site.clone(), info.action), guard);
            router = router.route(info.path, handler.layer(guarded));
        }
        router
    }
}

async fn guard(
    State((site, action)): State<(Site, Action)>,
    mut request: Request,
    next: Next,
) -> Result<Response, Failure> {
    let who = Who::load(&site, Knock::of(&site, &request)).await?;
    if !action.is_public() {
        if who.session.is_none() {
            let path = request.uri().path_and_query().map_or("/", |it| it.as_str()).to_owned();
            // A lost session must not lose what was typed: only a GET is repeated after sign-in.
            let path = if request.method().is_safe() {
                path
            } else {
                crate::who::came_from(&request).unwrap_or_else(|| "/co-quan".to_owned())
            };
            return Err(Failure::SignIn { path });
        }
        if who.stage != Stage::Open {
            return Err(Failure::Elsewhere(axum::response::Redirect::to(who.stage.page())));
        }
        let allowed = matches!(action, Action::OwnAccount | Action::OfficeHome)
            || who.can(action, Object::Anything);
        if !allowed {
            return Err(Failure::Forbidden);
        }
    }
    request.extensions_mut().insert(who);
    Ok(next.run(request).await)
}

impl Site {
    /// What slices offer on the citizens' first page just now: address and words of each.
    ///
    /// # Errors
    /// Any [`Fault`] of the engine.
    pub fn greetings(
        &self,
        words: Words,
        tx: &mut Tx<'_>,
    ) -> Result<Vec<(&'static str, String)>, Fault> {
        let mut all = Vec::new();
        for greets in self.greets.iter() {
            all.extend(greets(words, tx)?);
        }
        Ok(all)
    }
}
