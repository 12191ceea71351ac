//! What others said of the same: shown before somebody sends it once more.

use std::collections::HashMap;

use axum::response::Response;
use domain::{feedback::redacted, ids::UnitId, text};
use site::{Failure, Filled, Path, Site, State, Who};
use store::{Fault, Tx, journal::Entry};

use super::super::{SUBJECT, facts::nowhere, sender, sql::core as rows, sql::list};

/// How many are shown.
const SHOWN: usize = 3;
/// Words that have to be the same, of a hundred.
const ALIKE_PERCENT: usize = 45;
/// Characters of each that are shown.
const CHARS: usize = 140;

/// One that may be the same.
pub(super) struct Similar {
    pub code: String,
    pub said: String,
    pub day: String,
    pub me_too: i64,
}

/// Open feedback of the unit, of a class that anybody may read of, that says much the same. What names its sender is
/// taken out before anybody sees it.
pub(super) fn find(
    site: &Site,
    tx: &mut Tx<'_>,
    unit: UnitId,
    said: &str,
) -> Result<Vec<Similar>, Fault> {
    let mut words: Vec<String> = text::words(said).into_iter().filter(|it| it.len() > 2).collect();
    words.sort();
    words.dedup();
    words.truncate(60);
    if words.len() < 3 {
        return Ok(Vec::new());
    }
    let need = (words.len() * ALIKE_PERCENT).div_ceil(100).max(3);
    let mut hits: HashMap<i64, usize> = HashMap::new();
    for id in list::with_words(tx, unit, &words)? {
        *hits.entry(id).or_default() += 1;
    }
    let mut best: Vec<(usize, i64)> =
        hits.into_iter().filter(|it| it.1 >= need).map(|(id, count)| (count, id)).collect();
    best.sort_unstable_by(|a, b| b.cmp(a));
    let mut all = Vec::new();
    for (_, id) in best.into_iter().take(SHOWN) {
        let Some(it) = rows::find(tx, domain::ids::FeedbackId(id))? else { continue };
        let who = sender::open(site, tx, it.id)?.unwrap_or_default();
        let shown: String = redacted(&it.text, &[&who.name]).chars().take(CHARS).collect();
        all.push(Similar {
            code: it.code,
            said: shown,
            day: text::date(it.state.received_at.date()),
            me_too: it.me_too,
        });
    }
    Ok(all)
}

/// POST `/phan-anh/toi-cung-vay/{code}`: one more whom it concerns. Nothing is kept of who he is.
pub(super) async fn me_too(
    State(site): State<Site>,
    who: Who,
    Path(code): Path<String>,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    super::limit(&site, &who, "feedback-me-too", super::PER_ADDRESS_MAX)?;
    // One address counts once a day for one feedback.
    let key = format!("feedback-me-too:{code}:{}", who.origin);
    let first = site.limiter.take(&key, 1, 24 * 3600, who.now).is_ok();
    let words = site.shell(&who).words;
    let unit = site
        .write(&nowhere(&who), move |tx| {
            let it = rows::by_code(tx, &code)?.ok_or(Failure::NotFound)?;
            if !it.state.class.is_open() || it.state.status.is_over() {
                return Err(Failure::NotFound);
            }
            if first {
                rows::count_me_too(tx, it.id)?;
                tx.journal(Entry::new(SUBJECT, it.id.0, "feedback_me_too"));
            }
            Ok(it.state.unit)
        })
        .await?;
    let _ = typed;
    Ok(site::told(&format!("/phan-anh/{unit}?cam-on=1"), &words.say("fb-me-too-done")))
}
