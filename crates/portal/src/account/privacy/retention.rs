//! Terms of keeping: a job that erases what is over, and the page that shows what it did and what comes.

use std::sync::LazyLock;

use askama::Template;
use domain::{
    retention::{Kept, RetentionFile, Rule, on},
    time::Instant,
};
use jiff::civil::Date;
use site::{Failure, Html, Shell, Site, State, Who, jobs::JobFuture};
use store::{Fault, Tx, journal::Entry};

use super::erase::close_account;
use crate::account::{sending, sql::privacy as sql};

pub(super) const ADDRESS: &str = "/co-quan/quan-tri/thoi-han-luu";
pub(super) const JOB: &str = "retention";

static FILE: LazyLock<RetentionFile> = LazyLock::new(|| {
    let file = toml::from_str(include_str!("../../../../../law/retention.toml"));
    file.unwrap_or_else(|error| {
        tracing::error!(%error, "law/retention.toml does not read");
        RetentionFile { rule: Vec::new() }
    })
});

/// Erases what is over by each rule of today: each rule in a transaction of its own, so that nobody waits
/// for all of them and one that fails keeps none of the others from running.
pub(super) fn run(site: Site) -> JobFuture {
    Box::pin(async move {
        let mut failed = None;
        for kept in Kept::ALL {
            while match of_rule_with_files(&site, *kept).await {
                Ok(more) => more,
                Err(failure) => {
                    tracing::error!(kept = kept.code(), ?failure, "a term of keeping failed");
                    failed = Some(failure);
                    false
                }
            } {}
        }
        failed.map_or(Ok(()), Err)
    })
}

/// One turn of a rule, and the files of what it erased.
async fn of_rule_with_files(site: &Site, kept: Kept) -> Result<bool, Failure> {
    let inner = site.clone();
    let (more, waste) = site.as_program(JOB, move |tx| of_rule(&inner, tx, kept)).await?;
    crate::filing::facts::erase(site, waste).await?;
    Ok(more)
}

/// Erases what is over by the rule of today; whether there is more of it, and the hashes of files that are waste now.
fn of_rule(site: &Site, tx: &mut Tx<'_>, kept: Kept) -> Result<(bool, Vec<String>), Failure> {
    let today = tx.now().civil().date();
    let mut waste = Vec::new();
    let Some(rule) = on(&FILE, kept, today) else { return Ok((false, waste)) };
    let until = rule.over_until(today);
    let erased = erase(site, tx, (&rule, until), &mut waste)?;
    if erased > 0 {
        sql::ran(tx, kept, until, erased)?;
        let details = serde_json::json!({ "kept": kept.code(), "until": until, "rows": erased });
        tx.journal(Entry::new("retention", 0, "retain").details(&details));
    }
    Ok((kept == Kept::UnusedAccounts && erased >= sql::AT_ONCE, waste))
}

/// The moment of this time of day on the day `until`: what is older is over.
fn moment(now: Instant, until: Date) -> Instant {
    Instant::from_civil(until.to_datetime(now.civil().time()))
}

fn erase(
    site: &Site,
    tx: &mut Tx<'_>,
    (rule, until): (&Rule, Date),
    waste: &mut Vec<String>,
) -> Result<usize, Fault> {
    let before = moment(tx.now(), until);
    match rule.kept {
        Kept::Codes => Ok(sql::sweep_codes(tx, before)? + sending::sweep(tx, before)?),
        Kept::Sessions => sql::sweep_sessions(tx, before),
        Kept::SignIns => sql::sweep_sign_ins(tx, before),
        Kept::UnusedAccounts => {
            let unused = sql::unused(tx, before)?;
            for citizen in &unused {
                waste.extend(close_account(tx, *citizen, site::Lang::Vi)?);
            }
            Ok(unused.len())
        }
        Kept::ClosedAccounts => sql::sweep_closed(tx, before),
        Kept::IntakeDrafts => citizen::dossiers::facts::sweep_drafts(tx, before),
        Kept::StatementContents => citizen::fees::facts::forget_statement_contents(tx, until),
        Kept::Proxies => citizen::dossiers::facts::forget_proxies(tx, until),
        Kept::FeedbackSenders => voice::feedback::facts::forget_senders(tx, before),
        Kept::ReceptionVisitors => voice::reception::facts::forget_visitors(site, tx, until),
        Kept::UnqualifiedLetters => {
            let (rows, hashes) = voice::feedback::facts::forget_unqualified(tx, before)?;
            waste.extend(hashes);
            Ok(rows)
        }
    }
}

/// A rule as people read it.
pub(super) struct TermLine {
    pub what: &'static str,
    pub term: String,
    pub since: String,
    pub erases: String,
    pub source: String,
}

/// The rules of a day.
pub(super) fn terms(day: Date, english: bool) -> Vec<TermLine> {
    let rules = Kept::ALL.iter().filter_map(|it| on(&FILE, *it, day));
    rules
        .map(|it| TermLine {
            what: if english { it.kept.english() } else { it.kept.label() },
            term: if english { it.term_english() } else { it.term() },
            since: if english && !it.since_en.is_empty() { it.since_en } else { it.since },
            erases: if english && !it.erases_en.is_empty() { it.erases_en } else { it.erases },
            source: it.source,
        })
        .collect()
}

struct Line {
    rule: TermLine,
    /// Everything up to this day is over.
    until: String,
    /// When it erased something last, and how much; empty if it never did.
    last: String,
    whole: i64,
}

#[derive(Template)]
#[template(path = "account/templates/retention.html")]
struct Page {
    shell: Shell,
    lines: Vec<Line>,
    ran: String,
    next: String,
}

/// GET `/co-quan/quan-tri/thoi-han-luu`
pub async fn show(State(site): State<Site>, who: Who) -> Result<Html<String>, Failure> {
    let today = who.today();
    let (lines, ran) = site
        .read(&who, move |tx| {
            let mut lines = Vec::new();
            for kept in Kept::ALL {
                let Some(rule) = on(&FILE, *kept, today) else { continue };
                let (run, whole) = sql::last_run(tx, *kept)?;
                let last = run.map_or_else(String::new, |it| {
                    format!("{}: {} dòng", domain::text::date_time(it.at.civil()), it.erased)
                });
                lines.push(Line {
                    until: domain::text::date(rule.over_until(today)),
                    rule: TermLine {
                        what: kept.label(),
                        term: rule.term(),
                        since: rule.since,
                        erases: rule.erases,
                        source: rule.source,
                    },
                    last,
                    whole,
                });
            }
            Ok((lines, sql::job_ran(tx, JOB)?))
        })
        .await?;
    const DAY_MS: i64 = 24 * 3600 * 1000;
    let said = |at: Instant| domain::text::date_time(at.civil());
    site.page(&Page {
        shell: site.shell(&who),
        lines,
        ran: ran.map_or_else(|| "chưa lần nào".to_owned(), said),
        next: ran.map_or_else(
            || "trong vài phút tới".to_owned(),
            |it| said(Instant::from_epoch_ms(it.epoch_ms() + DAY_MS)),
        ),
    })
}
