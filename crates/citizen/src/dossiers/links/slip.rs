//! The slip on paper.

use axum::response::Response;
use domain::link::Direction;
use prints::{HandOverSheet, HandedPaper, render_hand_over};
use site::{Failure, Path, Site, State, Who};
use store::{Fault, Tx};

use super::sql;
use crate::{
    dossiers::{
        papers::agency,
        sql::{self as dossiers, Kept},
        view::Around,
    },
    procedures::facts as procedures,
};

/// Whether somebody prints the slips between these dossiers: he has a part in one of them.
pub(super) fn may_print<'a>(
    tx: &mut Tx<'_>,
    around: &Around,
    dossiers: impl Iterator<Item = &'a Kept>,
) -> Result<bool, Fault> {
    for it in dossiers.filter(|it| around.sees(it)) {
        if !around.maker(tx, it)?.parts.is_empty() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// GET `/co-quan/lien-thong/ban-giao/{id}/in`: for whoever has a part in one of the two dossiers. Who
/// only oversees them reads the dossier, where each look is written down.
pub async fn print(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<i64>,
) -> Result<Response, Failure> {
    let (inner, asker) = (site.clone(), who.clone());
    let sheet = site
        .read(&who, move |tx| {
            let around = Around::load(&inner, &asker, tx)?;
            let slip = sql::slip_of(tx, id)?.ok_or(Failure::NotFound)?;
            let link = sql::find(tx, slip.link)?.ok_or(Failure::NotFound)?;
            let mut both = Vec::new();
            for id in [link.child, link.parent].into_iter().flatten() {
                both.extend(dossiers::find(tx, id)?);
            }
            if !may_print(tx, &around, both.iter())? {
                return Err(Failure::NotFound);
            }
            let child = both.iter().find(|it| Some(it.id) == link.child);
            let parent = both.iter().find(|it| Some(it.id) == link.parent);
            let any = both.first().ok_or(Failure::NotFound)?;
            let elsewhere = super::elsewhere(tx, Some(&link))?;
            let unit = |it: Option<domain::ids::UnitId>| {
                it.map_or_else(|| elsewhere.clone(), |it| asker.tree.title(it).to_owned())
            };
            let name = |tx: &mut store::Tx<'_>, id| people::staff::facts::account_name(tx, id);
            let day = slip.day;
            let version = procedures::in_force(tx, &link.procedure, day)?;
            let giver = slip.from_unit.map_or(any.body, |it| around.body_of(it));
            Ok(HandOverSheet {
                agency: agency(&asker, giver),
                is_result: slip.direction == Direction::Back,
                number: slip.number,
                day: Some(slip.day),
                code: child.unwrap_or(any).code.clone(),
                parent_code: parent
                    .filter(|_| child.is_some())
                    .map_or_else(String::new, |it| it.code.clone()),
                from: unit(slip.from_unit),
                to: unit(slip.to_unit),
                given_by: name(tx, slip.given_by)?,
                given_at: Some(slip.given.civil()),
                due_at: Some(slip.due_at),
                procedure: version
                    .map_or_else(|| link.procedure.clone(), |it| it.body.name.clone()),
                applicant: any.applicant.clone(),
                request: link.request.clone(),
                carriage: link.carriage.label().to_owned(),
                child_due_at: child.and_then(|it| it.dossier.due_at),
                parent_due_at: parent.and_then(|it| it.dossier.due_at),
                papers: sql::handed(tx, id)?
                    .into_iter()
                    .map(|it| HandedPaper {
                        form: match it.form.as_str() {
                            "file" => "tệp".to_owned(),
                            form => super::form_label(form).to_owned(),
                        },
                        name: it.name,
                        count: it.count,
                    })
                    .collect(),
                state: slip.state.label().to_owned(),
                closed_by: match slip.closed_by {
                    Some(it) => name(tx, it)?,
                    None => String::new(),
                },
                closed_at: slip.closed.map(|it| it.civil()),
                reason: slip.reason.clone(),
                demo: inner.config.demo,
            })
        })
        .await?;
    let file = format!("phieu-ban-giao-{}-{:03}.pdf", sheet.code, sheet.number);
    let made = tokio::task::spawn_blocking(move || render_hand_over(&sheet)).await;
    let bytes = made
        .map_err(|e| Fault::Worker(e.to_string()))?
        .map_err(|e| Fault::Broken(format!("print: {e}")))?;
    Ok(site::file(bytes, "application/pdf", &file, false))
}
