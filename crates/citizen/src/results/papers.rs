//! Papers about results: the slip with its code, the receipt that is signed, the list for the post.

use axum::response::Response;
use domain::ids::UnitId;
use people::staff::facts as staff;
use prints::{Agency, Collected, ManifestSheet, ParcelRow, ResultSlip, Signer};
use site::{Failure, Path, Site, State, Who};
use store::Fault;

use super::{
    list::state_of,
    show::{name, picture, take, url},
    sql,
};
use domain::results::ResultState;

/// The lines at the top of a unit's papers.
pub(super) fn agency(who: &Who, body: UnitId) -> Agency {
    let tree = &who.tree;
    let above = tree.known(body).and_then(|it| it.parent);
    Agency {
        parent: above.map_or_else(String::new, |it| tree.title(it).to_owned()),
        name: tree.title(body).to_owned(),
        place: tree.known(body).map_or_else(String::new, |it| it.place.clone()),
    }
}

/// A paper is made on a thread that may take its time.
pub(super) async fn made(
    make: impl FnOnce() -> Result<Vec<u8>, prints::PrintError> + Send + 'static,
) -> Result<Vec<u8>, Failure> {
    let made = tokio::task::spawn_blocking(make).await;
    made.map_err(|e| Fault::Worker(e.to_string()))?.map_err(|error| match error {
        prints::PrintError::QrTooLong => Failure::Refused(error.to_string()),
        other => Failure::Fault(Fault::Broken(format!("print: {other}"))),
    })
}

async fn sheet(site: &Site, who: &Who, id: i64, to_sign: bool) -> Result<Response, Failure> {
    let (inner, asker) = (site.clone(), who.clone());
    let slip = site
        .read(who, move |tx| {
            let taken = take(tx, &inner, &asker, id)?;
            // The code opens the result's page to anybody: who only looks does not print it.
            if taken.maker.parts.is_empty() {
                return Err(Failure::Forbidden);
            }
            let it = &taken.kept;
            let last = sql::handovers(tx, id)?.into_iter().find(|it| it.channel == "counter");
            let collector = to_sign.then(|| match last {
                Some(it) => Collected {
                    signature: Some(picture(&it.signature)).filter(|it| !it.is_empty()),
                    at: Some(it.at.civil()),
                    name: it.collector,
                    number: it.number,
                },
                None => Collected::default(),
            });
            Ok(ResultSlip {
                agency: agency(&asker, it.body),
                kind: it.kind.clone(),
                number: it.number.clone(),
                holder: it.holder.clone(),
                code: it.dossier_code.clone(),
                issued_on: Some(it.issued_on),
                expires_on: it.expires_on,
                state: match it.state {
                    ResultState::Issued => String::new(),
                    _ => state_of(it, asker.today()).0.to_owned(),
                },
                signer: name(tx, it.signer, &asker)?,
                url: url(&inner, it),
                sha256: it.sha256.clone(),
                made_on: Some(asker.today()),
                collector,
                official: asker.name.to_string(),
                demo: inner.config.demo,
            })
        })
        .await?;
    let bytes = made(move || prints::render_result_slip(&slip)).await?;
    let name = if to_sign { "bien-nhan" } else { "phieu-xac-thuc" };
    Ok(site::file(bytes, "application/pdf", &format!("{name}-{id}.pdf"), false))
}

/// GET `/co-quan/ket-qua/{id}/phieu`
pub async fn slip(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<i64>,
) -> Result<Response, Failure> {
    sheet(&site, &who, id, false).await
}

/// GET `/co-quan/ket-qua/{id}/bien-nhan`
pub async fn receipt(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<i64>,
) -> Result<Response, Failure> {
    sheet(&site, &who, id, true).await
}

/// GET `/co-quan/buu-gui/bang-ke/{id}`
pub async fn manifest(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<i64>,
) -> Result<Response, Failure> {
    let (inner, asker) = (site.clone(), who.clone());
    let sheet = site
        .read(&who, move |tx| {
            let it = sql::manifest(tx, id)?.ok_or(Failure::NotFound)?;
            if !asker.can_at(domain::access::Action::ResultRegister, it.unit) {
                return Err(Failure::NotFound);
            }
            let rows = sql::of_manifest(tx, id)?.into_iter().map(|it| ParcelRow {
                code: it.code,
                tracking: it.tracking,
                recipient: it.recipient,
                phone: it.phone,
                address: it.address,
            });
            Ok(ManifestSheet {
                agency: agency(&asker, it.unit),
                number: it.number,
                made_on: Some(it.made_on),
                postman: it.postman,
                official: Signer { name: staff::account_name(tx, it.by)?, ..Signer::default() },
                rows: rows.collect(),
                demo: inner.config.demo,
            })
        })
        .await?;
    let bytes = made(move || prints::render_manifest(&sheet)).await?;
    Ok(site::file(bytes, "application/pdf", &format!("bang-ke-{id}.pdf"), false))
}
