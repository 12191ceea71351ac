//! Papers of a case: its summary, and the letter that says sorry.

use axum::response::Response;
use domain::{
    conduct::{Conclusion, Measure},
    ids::{ConductCaseId, UnitId},
    text::{date, date_time},
};
use people::staff::facts as staff;
use site::{Failure, Path, Site, State, Who};
use store::Fault;

use super::{desk, show, sql};

fn agency(who: &Who, unit: UnitId) -> prints::Agency {
    let known = who.tree.known(unit);
    prints::Agency {
        parent: known
            .and_then(|it| it.parent)
            .map_or_else(String::new, |it| who.tree.title(it).to_owned()),
        name: who.tree.title(unit).to_owned(),
        place: known.map_or_else(String::new, |it| it.place.clone()),
    }
}

async fn set(
    name: String,
    work: impl FnOnce() -> Result<Vec<u8>, prints::PrintError> + Send + 'static,
) -> Result<Response, Failure> {
    let made = tokio::task::spawn_blocking(work).await;
    let bytes = made
        .map_err(|e| Fault::Worker(e.to_string()))?
        .map_err(|e| Fault::Broken(format!("print: {e}")))?;
    Ok(site::file(bytes, "application/pdf", &name, false))
}

/// GET `/co-quan/vu-viec/{id}/in`
pub async fn summary(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<ConductCaseId>,
) -> Result<Response, Failure> {
    let (asker, demo) = (who.clone(), site.config.demo);
    let sheet = site
        .read(&who, move |tx| {
            let kept = desk::find(tx, &asker, id)?;
            let accused = staff::person(tx, kept.case.accused, asker.today())?;
            let accused = accused.map_or_else(String::new, |it| {
                format!("{}, {}, {}", it.name, it.title, asker.tree.title(kept.accused_unit))
            });
            let mut corrections = Vec::new();
            for it in sql::corrections(tx, &[id])? {
                let checker = staff::person(tx, it.checker, asker.today())?;
                let checker = checker.map_or_else(String::new, |it| it.name);
                corrections.push([
                    it.measure.label().to_owned(),
                    it.what,
                    format!("{}; {checker}", date(it.due_on)),
                    it.done_on.map_or_else(
                        || "chưa xong".to_owned(),
                        |day| format!("xong {}: {}", date(day), it.found),
                    ),
                ]);
            }
            let events = sql::events(tx, id)?;
            let steps = show::timeline(tx, &events)?.into_iter().map(|it| prints::ConductStep {
                at: it.at,
                what: if it.by.is_empty() { it.what } else { format!("{} ({})", it.what, it.by) },
                words: it.words,
            });
            Ok(prints::ConductSheet {
                agency: agency(&asker, kept.unit),
                code: kept.code.clone(),
                accused,
                source: if kept.origin.is_empty() {
                    kept.source.label().to_owned()
                } else {
                    format!("{}: {}", kept.source.label(), kept.origin)
                },
                summary: kept.summary.clone(),
                status: match kept.case.due_at {
                    Some(due) => format!("{}, hạn {}", kept.case.status.label(), date_time(due)),
                    None => kept.case.status.label().to_owned(),
                },
                conclusion: kept.case.conclusion.map_or("", Conclusion::label).to_owned(),
                corrections,
                steps: steps.collect(),
                made_on: Some(asker.today()),
                demo,
            })
        })
        .await?;
    let name = format!("{}.pdf", sheet.code);
    set(name, move || prints::render_conduct(&sheet)).await
}

/// GET `/co-quan/vu-viec/{id}/xin-loi/{place}`: the letter, once an apology was laid down.
pub async fn apology(
    State(site): State<Site>,
    who: Who,
    Path((id, place)): Path<(ConductCaseId, i64)>,
) -> Result<Response, Failure> {
    let (asker, demo) = (who.clone(), site.config.demo);
    let sheet = site
        .read(&who, move |tx| {
            let kept = desk::find(tx, &asker, id)?;
            let all = sql::corrections(tx, &[id])?;
            let correction = all
                .into_iter()
                .find(|it| it.place == place && it.measure == Measure::Apology)
                .ok_or(Failure::NotFound)?;
            let found = sql::events(tx, id)?.into_iter().rev().find(|it| it.step == "conclude");
            Ok(prints::ConductApology {
                agency: agency(&asker, kept.unit),
                happened: kept.happened_on.map_or_else(String::new, date),
                found: found.map_or_else(String::new, |it| it.words),
                change: correction.what,
                code: kept.code,
                made_on: Some(asker.today()),
                demo,
            })
        })
        .await?;
    let name = format!("xin-loi-{}.pdf", sheet.code);
    set(name, move || prints::render_conduct_apology(&sheet)).await
}
