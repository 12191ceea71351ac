//! Pages of failures, and small views that pages of several slices share.

use askama::Template;
use domain::deadline::Explanation;

use crate::{Lang, Shell, Words};

mod confirm;

pub use confirm::Ask;

/// What a page of failure says.
#[derive(Debug, Clone)]
struct Said {
    title: String,
    what: String,
    todo: String,
    /// The number under which the log holds the cause.
    incident: Option<String>,
}

impl Said {
    fn new(title: String, what: String, todo: String) -> Self {
        Self { title, what, todo, incident: None }
    }
}

#[derive(Template)]
#[template(path = "errors/error.html")]
struct PublicError {
    shell: Shell,
    title: String,
    what: String,
    todo: String,
    incident: Option<String>,
    incident_label: String,
    back: &'static str,
    back_label: String,
    before: Option<String>,
    before_label: String,
}

#[derive(Template)]
#[template(path = "errors/office_error.html")]
struct OfficeError {
    shell: Shell,
    title: String,
    what: String,
    todo: String,
    incident: Option<String>,
    incident_label: String,
    back: &'static str,
    back_label: String,
    before: Option<String>,
    before_label: String,
}

/// The page of a failure. The office's pages are Vietnamese, whatever language somebody chose
/// on the public's.
fn page(mut shell: Shell, say: impl FnOnce(Words) -> Said) -> String {
    let office = shell.signed_in.is_some();
    if office {
        shell.words = Words::new(Lang::Vi);
    }
    let words = shell.words;
    let Said { title, what, todo, incident } = say(words);
    let plain = format!("{title}. {what} {}{todo}", incident.as_deref().unwrap_or_default());
    let incident_label = words.say("error-incident");
    let back_label = words.say("back-home");
    let before_label = words.say("back-before");
    let before = shell.before.take();
    let rendered = if office {
        OfficeError {
            shell,
            title,
            what,
            todo,
            incident,
            incident_label,
            back: "/co-quan",
            back_label,
            before,
            before_label,
        }
        .render()
    } else {
        PublicError {
            shell,
            title,
            what,
            todo,
            incident,
            incident_label,
            back: "/",
            back_label,
            before,
            before_label,
        }
        .render()
    };
    rendered.unwrap_or(plain)
}

/// There is no such page.
#[must_use]
pub fn not_found(shell: Shell) -> String {
    page(shell, |words| {
        Said::new(
            words.say("error-not-found-title"),
            words.say("error-not-found-what"),
            words.say("error-not-found-todo"),
        )
    })
}

/// The role does not allow it.
#[must_use]
pub fn forbidden(shell: Shell) -> String {
    page(shell, |words| {
        Said::new(
            words.say("error-forbidden-title"),
            words.say("error-forbidden-what"),
            words.say("error-forbidden-todo"),
        )
    })
}

/// The form came from elsewhere or from before.
#[must_use]
pub fn stale(shell: Shell) -> String {
    page(shell, |words| {
        Said::new(
            words.say("error-stale-title"),
            words.say("error-stale-what"),
            words.say("error-stale-todo"),
        )
    })
}

/// More bytes than are taken.
#[must_use]
pub fn too_large(shell: Shell) -> String {
    page(shell, |words| {
        Said::new(
            words.say("error-too-large-title"),
            words.say("error-too-large-what"),
            words.say("error-too-large-todo"),
        )
    })
}

/// Too many tries, `now`; in so many seconds it may be tried again.
#[must_use]
pub fn too_many(shell: Shell, wait_s: i64, now: domain::time::Instant) -> String {
    let minutes = ((wait_s + 59) / 60).max(1);
    let at = domain::time::Instant::from_epoch_ms(now.epoch_ms() + minutes * 60_000).civil();
    let (minutes, at) = (minutes.to_string(), domain::text::time_of_day(at.time()));
    page(shell, |words| {
        Said::new(
            words.say("error-too-many-title"),
            words.say("error-too-many-what"),
            words.say_with("error-too-many-todo", &[("minutes", &minutes), ("time", &at)]),
        )
    })
}

/// Too much work at once; nothing is wrong and nothing was done.
#[must_use]
pub fn busy(shell: Shell, wait_s: i64) -> String {
    let minutes = ((wait_s + 59) / 60).max(1).to_string();
    page(shell, |words| {
        Said::new(
            words.say("error-busy-title"),
            words.say("error-busy-what"),
            words.say_with("error-busy-todo", &[("minutes", &minutes)]),
        )
    })
}

/// The law or the state says no.
#[must_use]
pub fn refused(shell: Shell, why: String) -> String {
    page(shell, |words| {
        Said::new(words.say("error-refused-title"), why, words.say("error-refused-todo"))
    })
}

/// A bug or an outage.
#[must_use]
pub fn fault(shell: Shell, incident: String) -> String {
    page(shell, |words| Said {
        incident: Some(incident),
        ..Said::new(
            words.say("error-fault-title"),
            words.say("error-fault-what"),
            words.say("error-fault-todo"),
        )
    })
}

/// The database or the whole service is away for a while: 503, nothing was recorded.
#[must_use]
pub fn offline(shell: Shell) -> String {
    page(shell, |words| {
        Said::new(
            words.say("error-offline-title"),
            words.say("error-offline-what"),
            words.say("error-offline-todo"),
        )
    })
}

/// One day of a due date's working, as a page shows it.
#[derive(Debug, Clone)]
pub struct DayView {
    /// “T5 12/02”.
    pub date: String,
    /// “ngày 1”, “nghỉ”.
    pub text: String,
    /// `c` counted, `o` not, `d` the last day.
    pub class: &'static str,
    /// “có”, “không”.
    pub counted: &'static str,
    /// Why.
    pub reason: String,
    /// By which document.
    pub source: String,
}

/// A due date's working, as a page shows it.
#[derive(Debug, Clone, Default)]
pub struct Working {
    /// Day by day.
    pub days: Vec<DayView>,
    /// Whether the date may still move.
    pub provisional: bool,
    /// The rule in one sentence.
    pub rule: String,
}

impl Working {
    /// The working of `explanation`.
    #[must_use]
    pub fn of(explanation: &Explanation) -> Self {
        let due = explanation.due.map(jiff::civil::DateTime::date);
        let days = explanation
            .steps
            .iter()
            .map(|it| {
                let weekday = match it.date.weekday().to_monday_one_offset() {
                    7 => "CN".to_owned(),
                    day => format!("T{}", day + 1),
                };
                let is_due = due == Some(it.date);
                let short: String = it.reason.split(['(', ',']).next().unwrap_or("").trim().into();
                DayView {
                    date: format!("{weekday} {}", it.date.strftime("%d/%m")),
                    text: if is_due { format!("{short} · hẹn trả") } else { short },
                    class: match (is_due, it.counted) {
                        (true, _) => "d",
                        (false, true) => "c",
                        (false, false) => "o",
                    },
                    counted: if it.counted { "có" } else { "không" },
                    reason: it.reason.clone(),
                    source: it.source.clone(),
                }
            })
            .collect();
        Self { days, provisional: explanation.provisional, rule: explanation.rule.clone() }
    }
}

#[cfg(test)]
mod tests;
