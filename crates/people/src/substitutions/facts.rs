//! Substitutions for other slices.

use domain::{ids::StaffId, substitution::Substitution, text};
use jiff::civil::Date;
use store::{Fault, Tx, journal::Entry};

use super::sql;
pub use super::sql::Kept;
use crate::staff::facts::SUBJECT;

/// A substitution as pages show it.
#[derive(Debug, Clone)]
pub struct View {
    /// Its number.
    pub id: i64,
    /// Who is away.
    pub absent: String,
    /// Who stands in.
    pub substitute: String,
    /// The first day.
    pub from: String,
    /// The last day.
    pub until: String,
    /// Why.
    pub reason: String,
    /// “đang thay”, “sắp tới”, “đã qua”.
    pub state: &'static str,
    /// Whether it can still be changed.
    pub is_open: bool,
}

impl View {
    /// As it looks on `today`.
    #[must_use]
    pub fn of(it: Kept, today: Date) -> Self {
        let is_open = it.rule.until >= today;
        Self {
            id: it.id,
            absent: it.absent,
            substitute: it.substitute,
            from: text::date(it.rule.from),
            until: text::date(it.rule.until),
            reason: it.reason,
            state: match (is_open, it.rule.from > today) {
                (false, _) => "đã qua",
                (true, true) => "sắp tới",
                (true, false) => "đang thay",
            },
            is_open,
        }
    }
}

/// All in which somebody is away or stands in, the latest first.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn of(tx: &mut Tx<'_>, id: StaffId) -> Result<Vec<Kept>, Fault> {
    sql::of(tx, &[id])
}

/// What somebody should know on `today`: who stands in for him, and for whom he does.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn lines(tx: &mut Tx<'_>, id: StaffId, today: Date) -> Result<Vec<String>, Fault> {
    let open = sql::of(tx, &[id])?.into_iter().filter(|it| it.rule.until >= today);
    let mut lines: Vec<(Date, String)> = open
        .map(|it| {
            let days =
                format!("từ {} đến hết {}", text::date(it.rule.from), text::date(it.rule.until));
            let line = if it.rule.absent == id {
                format!("{} thay ông, bà {days}.", it.substitute)
            } else {
                format!("Ông, bà thay {} {days}.", it.absent)
            };
            (it.rule.from, line)
        })
        .collect();
    lines.sort();
    Ok(lines.into_iter().map(|it| it.1).collect())
}

/// Somebody stands in for somebody who is away. The caller has asked the rules.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn substitute(
    tx: &mut Tx<'_>,
    absent: StaffId,
    substitute: StaffId,
    from: Date,
    until: Date,
    reason: &str,
) -> Result<(), Fault> {
    let id = sql::insert(tx, &Substitution { absent, substitute, from, until }, reason)?;
    let details = serde_json::json!({
        "id": id,
        "by": substitute.0,
        "from": from.to_string(),
        "until": until.to_string(),
    });
    let words = Some(reason.to_owned());
    tx.journal(Entry::new(SUBJECT, absent.0, "substitute").details(&details).words(words));
    Ok(())
}

/// For whom somebody stands in on `day`.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn stood_in_for(tx: &mut Tx<'_>, id: StaffId, day: Date) -> Result<Vec<StaffId>, Fault> {
    sql::stood_in_for(tx, id, day)
}
