//! Judged again when the roots change: seals, and files of which nothing was wrong but an issuer whom nobody trusted
//! then.

use site::{Failure, Site};
use store::{Fault, journal::Entry};

use super::{facts, incoming::Verdict, sql};

/// The edition of the roots by which everything was judged last.
const JUDGED: &str = "judged_roots";
/// Files that are looked at in one transaction.
const BATCH: i64 = 200;

/// Judges the seals of units by the roots of now.
///
/// # Errors
/// Any [`Failure`] of the engine.
pub(super) async fn judge_seals(site: &Site) -> Result<(), Failure> {
    let inner = site.clone();
    let (closed, roots) = site
        .as_program("job", move |tx| Ok((sql::closed_seals(tx)?, facts::roots(&inner, tx)?)))
        .await?;
    let now = (site.clock)().epoch_ms() / 1000;
    let inner = site.clone();
    let judged = tokio::task::spawn_blocking(move || {
        let judge = |(unit, closed): (_, String)| {
            // What the installation's key does not open cannot be sealed with either, and is told there.
            let seal = facts::opened(&inner, unit, &closed).ok()?;
            Some((unit, !seal.is_trusted(&roots.0, now)))
        };
        closed.into_iter().filter_map(judge).collect::<Vec<_>>()
    });
    let judged = judged.await.map_err(|e| Fault::Broken(e.to_string()))?;
    site.as_program("job", move |tx| {
        for (unit, untrusted) in judged {
            sql::set_untrusted(tx, unit, untrusted)?;
        }
        Ok(())
    })
    .await
}

/// Judges again the files after `from` that bear the signature of somebody whose issuer was not trusted; the last
/// one that was looked at, nothing if none is left.
///
/// # Errors
/// Any [`Failure`] of the engine.
pub(super) async fn judge_files(site: &Site, from: i64) -> Result<Option<i64>, Failure> {
    let inner = site.clone();
    let (files, roots) = site
        .as_program("job", move |tx| {
            Ok((sql::untrusted_files(tx, from, BATCH)?, facts::roots(&inner, tx)?))
        })
        .await?;
    let last = files.last().map(|it| it.id);
    for file in files {
        let Some(bytes) = site.blobs.get(&file.sha256).await? else { continue };
        let roots = roots.clone();
        // As of the moment when it came in, as the first time.
        let verdict = tokio::task::spawn_blocking(move || {
            Verdict::of(&signing::verify(&bytes, &roots.0, file.added_ms / 1000))
        });
        let verdict = verdict.await.map_err(|e| Fault::Broken(e.to_string()))?;
        if !verdict.valid {
            continue;
        }
        let stored = serde_json::to_string(&verdict).map_err(|e| Fault::Broken(e.to_string()))?;
        site.as_program("job", move |tx| {
            sql::set_verdict(tx, file.id, &stored)?;
            let details = serde_json::json!({ "file": file.id });
            tx.journal(Entry::new("dossier", file.dossier, "judge_file").details(&details));
            Ok(())
        })
        .await?;
    }
    Ok(last)
}

/// The job: everything once after each change of the roots.
pub(super) fn judge_again(site: Site) -> site::jobs::JobFuture {
    Box::pin(async move {
        let (edition, judged) = site
            .as_program("job", |tx| {
                Ok((site::edition(tx, facts::EDITION)?.to_string(), sql::setting(tx, JUDGED)?))
            })
            .await?;
        if judged == edition {
            return Ok(());
        }
        judge_seals(&site).await?;
        let mut from = 0;
        while let Some(last) = judge_files(&site, from).await? {
            from = last;
        }
        site.as_program("job", move |tx| Ok(sql::set(tx, JUDGED, &edition)?)).await
    })
}
