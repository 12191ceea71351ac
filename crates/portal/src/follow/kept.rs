//! What somebody typed and chose for a supplement before he sends it: it lies with the dossier, sealed, so that he may
//! leave the page and come back to it in any browser that knows the secret.

use citizen::dossiers::{Stored, online::Asked};
use domain::{ids::DossierId, time::Instant};
use site::{Failure, Site, Typed, form::mark_of, jobs::JobFuture};
use store::{Fault, Tx};

use super::sql::kept as sql;
use crate::filing::{HELD, IDLE_DAYS, erase};

/// The field that names the window in which somebody writes.
pub(super) const WINDOW: &str = "cua-so";
/// What the key is for of what a browser holds.
const HELD_KEY: &str = "supplement-held";
/// What the seal of it is for.
const SEALED: &str = "supplement";
/// Drafts that one transaction of the sweep erases.
const AT_ONCE: usize = 500;

/// A file, beside the row of the paper that it shows; 0 beside none.
#[derive(Debug, Clone)]
pub(super) struct KeptFile {
    pub id: i64,
    pub paper: i64,
    pub stored: Stored,
}

/// See the module.
pub(super) struct Kept {
    dossier: DossierId,
    asked: Instant,
    /// 0 if nothing was kept yet.
    edition: i64,
    pub typed: Typed,
    pub files: Vec<KeptFile>,
}

fn broken(e: &serde_json::Error) -> Fault {
    Fault::Broken(format!("a supplement: {e}"))
}

impl Kept {
    /// What was kept for this request; nothing of what answered an earlier one.
    pub fn of(
        site: &Site,
        tx: &mut Tx<'_>,
        id: DossierId,
        asked: Option<&Asked>,
    ) -> Result<Self, Fault> {
        let at = asked.map(|it| it.at);
        let none = Self {
            dossier: id,
            asked: at.unwrap_or_else(|| Instant::from_epoch_ms(0)),
            edition: 0,
            typed: Typed::default(),
            files: Vec::new(),
        };
        let Some(row) = sql::find(tx, id)?.filter(|it| Some(it.asked) == at) else {
            return Ok(none);
        };
        let text = site.seal.open(SEALED, &row.typed)?;
        let pairs = serde_json::from_str(&text).map_err(|e| broken(&e))?;
        let mut files = Vec::new();
        for (id, paper, stored) in sql::files(tx, id)? {
            let stored = serde_json::from_str(&stored).map_err(|e| broken(&e))?;
            files.push(KeptFile { id, paper, stored });
        }
        Ok(Self { edition: row.edition, typed: Typed::of(pairs), files, ..none })
    }

    /// A mark of what a page was filled from: another one means that another window changed it.
    pub fn mark(&self) -> String {
        let asked = self.asked.epoch_ms().to_string();
        mark_of([self.dossier.to_string(), asked, self.edition.to_string()])
    }

    /// A key for what a browser holds of it while the network is gone: only a page of this request gives it, and
    /// nobody makes it up from the address.
    pub fn key(&self, site: &Site) -> String {
        site.seal.derived(&format!("{HELD_KEY} {} {}", self.dossier, self.asked.epoch_ms()))
    }

    /// Whether a page sends other words and choices than those that another window kept after it was filled: the
    /// window that kept them itself, and did not hear that they had arrived, goes on.
    pub fn was_changed_elsewhere(&self, page: &Typed, said: &Typed) -> bool {
        let told = |it: &Typed| {
            let mut pairs = it.pairs().to_vec();
            pairs.retain(|it| !it.1.is_empty() && it.0 != WINDOW && it.0 != HELD);
            pairs.sort();
            pairs
        };
        let is_own = page.has(WINDOW) && page.get(WINDOW) == self.typed.get(WINDOW);
        self.is_unseen(page) && !is_own && told(&self.typed) != told(said)
    }

    /// Whether a page was filled from something else than what is kept now.
    pub fn is_unseen(&self, page: &Typed) -> bool {
        page.has("dau") && page.get("dau") != self.mark()
    }

    /// Keeps these fields and files with what there is, without the file `dropped`; the hashes of files that are
    /// waste now. The same file beside the same paper again, because an answer was lost on the way, is one.
    pub fn keep(
        &mut self,
        site: &Site,
        tx: &mut Tx<'_>,
        (typed, files, dropped): (Typed, Vec<(i64, Stored)>, Option<i64>),
    ) -> Result<Vec<String>, Fault> {
        let mut hashes = Vec::new();
        if self.edition == 0 {
            hashes.extend(sql::delete(tx, self.dossier)?);
        }
        let text = serde_json::to_string(typed.pairs()).map_err(|e| broken(&e))?;
        let sealed = site.seal.close(SEALED, &text)?;
        self.edition += 1;
        sql::put(tx, self.dossier, (self.asked, &sealed, self.edition))?;
        self.typed = typed;
        if let Some(id) = dropped {
            hashes.extend(sql::delete_file(tx, self.dossier, id)?);
            self.files.retain(|it| it.id != id);
        }
        for (paper, stored) in files {
            let is_same = |it: &KeptFile| it.paper == paper && it.stored.sha256 == stored.sha256;
            if self.files.iter().any(is_same) {
                continue;
            }
            let text = serde_json::to_string(&stored).map_err(|e| broken(&e))?;
            let file = (stored.sha256.as_str(), stored.size, text.as_str());
            let id = sql::insert_file(tx, self.dossier, paper, file)?;
            self.files.push(KeptFile { id, paper, stored });
        }
        site::files::unnamed(tx, hashes)
    }
}

/// It was sent, or nothing is asked any more: the hashes of files that no row names now.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub(super) fn forget(tx: &mut Tx<'_>, id: DossierId) -> Result<Vec<String>, Fault> {
    let hashes = sql::delete(tx, id)?;
    site::files::unnamed(tx, hashes)
}

/// Job: what nobody touched for [`IDLE_DAYS`], or what answers a question that is not asked any more, is erased.
pub(super) fn sweep(site: Site) -> JobFuture {
    Box::pin(async move {
        loop {
            let (count, waste) = site
                .as_program("supplement", |tx| {
                    let before = tx.now().epoch_ms() - IDLE_DAYS * 86_400_000;
                    let over = sql::over(tx, Instant::from_epoch_ms(before), AT_ONCE)?;
                    let mut waste = Vec::new();
                    for id in &over {
                        waste.extend(forget(tx, *id)?);
                    }
                    Ok((over.len(), waste))
                })
                .await?;
            erase(&site, waste).await?;
            if count < AT_ONCE {
                return Ok::<(), Failure>(());
            }
        }
    })
}
