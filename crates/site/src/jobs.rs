//! Work that the program does by itself, again and again: reminders, timers, sending.
//!
//! Whichever process comes first when a job is due claims it in the database; the others pass by.

use std::{pin::Pin, time::Duration};

use store::{Fault, Stamp, Tx};

use crate::{Failure, Site};

/// How often somebody looks whether a job is due.
const LOOK_EVERY: Duration = Duration::from_secs(20);

/// A job's work beyond one transaction.
pub type JobFuture = Pin<Box<dyn Future<Output = Result<(), Failure>> + Send>>;

/// What a job does.
#[derive(Clone, Copy)]
pub enum JobWork {
    /// All in one transaction, claim included: a failure leaves the job due.
    InOne(fn(&Site, &mut Tx<'_>) -> Result<(), Failure>),
    /// On its own, once the claim is kept: for whatever speaks to the outside.
    Apart(fn(Site) -> JobFuture),
}

/// One job.
#[derive(Clone, Copy)]
pub struct Job {
    /// Its stable name in the database.
    pub name: &'static str,
    /// Minutes from one run to the next.
    pub every_minutes: i64,
    /// What it does.
    pub work: JobWork,
}

/// Runs the jobs that are due now; says how many ran. One that fails is logged, comes again and
/// keeps none of the others from running.
pub async fn run_due(site: &Site, jobs: &[Job]) -> usize {
    let mut ran = 0;
    for job in jobs {
        // On a task of its own: one that panics takes none of the others along.
        match tokio::spawn(run(site.clone(), *job)).await {
            Ok(Ok(true)) => ran += 1,
            Ok(Ok(false)) => {}
            Ok(Err(failure)) => tracing::error!(job = job.name, ?failure, "a job failed"),
            Err(broken) => tracing::error!(job = job.name, %broken, "a job broke off"),
        }
    }
    ran
}

/// Jobs are looked at every [`LOOK_EVERY`] and the most frequent is due each minute: when none has run for so long,
/// nobody runs them.
const STANDS_STILL_MS: i64 = 15 * 60_000;

/// Since when no job has run, if that is longer than it may be; nothing where none ever ran.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn stand_still_since(tx: &mut Tx<'_>) -> Result<Option<domain::time::Instant>, Fault> {
    let last = crate::sql::last_job(tx)?;
    Ok(last.filter(|it| tx.now().epoch_ms() - it.epoch_ms() > STANDS_STILL_MS))
}

async fn run(site: Site, job: Job) -> Result<bool, Failure> {
    let inner = site.clone();
    let claimed = site
        .as_program("job", move |tx| {
            let due = crate::sql::claim_job(tx, job.name, job.every_minutes * 60_000)?;
            if let (true, JobWork::InOne(work)) = (due, job.work) {
                work(&inner, tx)?;
            }
            Ok(due)
        })
        .await?;
    if let (true, JobWork::Apart(work)) = (claimed, job.work) {
        work(site).await?;
    }
    Ok(claimed)
}

/// Looks after the jobs for ever.
pub async fn keep_running(site: Site, jobs: Vec<Job>) {
    loop {
        run_due(&site, &jobs).await;
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

impl Site {
    /// Runs `work` in one writing transaction of the program's own, such as a job's.
    ///
    /// # Errors
    /// What `work` returns; then nothing was written.
    pub async fn as_program<T: Send + 'static>(
        &self,
        origin: &str,
        work: impl FnOnce(&mut Tx<'_>) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, Failure> {
        self.db.write(Stamp::of_program((self.clock)(), origin), work).await
    }
}
