//! A file at the moment when it comes in: opened, its signatures verified, looked through for malware.

use domain::text;
use serde::{Deserialize, Serialize};
use site::{Failure, Site, Upload, Who};
use store::journal::Entry;

use super::{
    clamd::{self, Scan},
    facts, sql,
};

/// How a file's search for malware stands; stored as it is.
pub(crate) const WAITING: &str = "waiting";
/// Malware was found in it.
pub(crate) const INFECTED: &str = "infected";
/// Files that one run of the job looks through at most.
const BATCH: i64 = 200;

/// What the signatures of a file came to when it came in; kept with it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Verdict {
    /// Whether every one held.
    pub valid: bool,
    /// Whether the last speaks for every byte.
    pub covers: bool,
    /// How many there are.
    pub count: usize,
    /// Who signed and when; or what is wrong.
    pub told: String,
    /// Whose certificates signed: their fingerprints. Not written down before there was anything to ask of it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub by: Vec<String>,
}

impl Verdict {
    pub fn of(verdict: &signing::Verdict) -> Self {
        let told = verdict.problem.map_or_else(|| verdict.told(), |it| it.to_string());
        let covers = verdict.covers_whole_file;
        let certificates = verdict.signers.iter().filter_map(|it| it.certificate.as_ref());
        let by = certificates.map(signing::Certificate::fingerprint).collect();
        Self { valid: verdict.valid, covers, count: verdict.signers.len(), told, by }
    }

    /// Whether the file is what was signed: nothing is wrong with its signatures but that an issuer of theirs is
    /// not trusted.
    pub fn is_usable(&self) -> bool {
        self.valid || self.is_untrusted()
    }

    /// Whether all that is wrong is an issuer who is not trusted, or not yet.
    pub fn is_untrusted(&self) -> bool {
        !self.valid && self.told == signing::Problem::Issuer.to_string()
    }

    /// In a sentence.
    pub fn words(&self) -> String {
        // What it is put into has a full stop of its own.
        let told = self.told.trim_end_matches('.');
        if self.valid {
            format!("chữ ký số hợp lệ: {told}")
        } else {
            format!("chữ ký số không dùng được: {told}")
        }
    }

    /// As it is stored; nothing is stored of a file without signatures.
    pub fn read(stored: &str) -> Option<Self> {
        serde_json::from_str(stored).ok()
    }
}

/// A file that is taken.
#[derive(Debug, Clone)]
pub(crate) struct Taken {
    pub upload: Upload,
    pub media_type: &'static str,
    pub verdict: Option<Verdict>,
    pub scan: &'static str,
}

/// Looks at each file; what cannot be taken is told in a sentence that names it.
pub(crate) async fn look(
    site: &Site,
    who: &Who,
    uploads: Vec<Upload>,
) -> Result<Vec<Result<Taken, String>>, Failure> {
    if uploads.is_empty() {
        return Ok(Vec::new());
    }
    let inner = site.clone();
    let (policy, roots) =
        site.read(who, move |tx| Ok((facts::policy(tx)?, facts::roots(&inner, tx)?))).await?;
    let now = (site.clock)().epoch_ms() / 1000;
    let mut looked = Vec::new();
    for upload in uploads {
        let (trusted, bytes, name) = (roots.clone(), upload.bytes.clone(), upload.name.clone());
        let opened = tokio::task::spawn_blocking(move || {
            signing::open::open(&name, &bytes, &trusted.0, now)
        });
        let opened = opened.await.map_err(|e| store::Fault::Broken(e.to_string()))?;
        let opened = match opened {
            Ok(it) => it,
            Err(why) => {
                looked.push(Err(format!("“{}”: {why}", upload.name)));
                continue;
            }
        };
        let verdict = opened.signatures.as_ref().map(Verdict::of);
        let problem = opened.signatures.as_ref().and_then(|it| it.problem);
        // Whom we do not know yet may still be somebody: that alone is no ground to send it back.
        let broken = problem.filter(|it| *it != signing::Problem::Issuer);
        if let Some(why) = broken.filter(|_| policy.refuses_broken) {
            let ask =
                "Hãy đề nghị người ký ký lại và gửi đúng tệp đã ký, không mở ra sửa hay lưu lại.";
            looked.push(Err(format!("“{}”: {why} {ask}", upload.name)));
            continue;
        }
        let scan = if policy.clamd.is_empty() {
            "off"
        } else {
            match clamd::scan(&policy.clamd, &upload.bytes).await {
                Scan::Clean => "clean",
                Scan::Infected(what) => {
                    note_infected(site, who, &upload, &what).await?;
                    looked.push(Err(format!(
                        "“{}”: có mã độc ({what}) nên không nhận. Hãy quét máy của người gửi rồi xuất lại tệp.",
                        upload.name
                    )));
                    continue;
                }
                Scan::Unreachable(why) => {
                    tracing::warn!(why, "clamd cannot be asked; the file waits");
                    WAITING
                }
            }
        };
        looked.push(Ok(Taken { upload, media_type: opened.media_type, verdict, scan }));
    }
    Ok(looked)
}

async fn note_infected(site: &Site, who: &Who, upload: &Upload, what: &str) -> Result<(), Failure> {
    let details = serde_json::json!({"sha256": signing::fingerprint(&upload.bytes), "found": what});
    site.write(who, move |tx| {
        tx.journal(Entry::new("upload", 0, "refuse_infected").details(&details));
        Ok(())
    })
    .await
}

/// Looks through what waits. A clamd that does not answer leaves all of it waiting.
pub(super) fn scan_waiting(site: Site) -> site::jobs::JobFuture {
    Box::pin(async move {
        let (policy, files) =
            site.as_program("job", |tx| Ok((facts::policy(tx)?, sql::waiting(tx, BATCH)?))).await?;
        if files.is_empty() || policy.clamd.is_empty() {
            return Ok(());
        }
        for (file, dossier, sha256) in files {
            let Some(bytes) = site.blobs.get(&sha256).await? else { continue };
            let (state, found) = match clamd::scan(&policy.clamd, &bytes).await {
                Scan::Clean => ("clean", String::new()),
                Scan::Infected(what) => (INFECTED, what),
                Scan::Unreachable(why) => {
                    tracing::warn!(why, "clamd cannot be asked; files wait");
                    return Ok(());
                }
            };
            site.as_program("job", move |tx| {
                sql::set_scan(tx, file, state)?;
                if state == INFECTED {
                    let details = serde_json::json!({"file": file, "found": found});
                    tx.journal(Entry::new("dossier", dossier, "infected_file").details(&details));
                }
                Ok(())
            })
            .await?;
        }
        Ok(())
    })
}

/// When something was, for a page.
pub(super) fn when(ms: i64) -> String {
    text::date_time(domain::time::Instant::from_epoch_ms(ms).civil())
}
