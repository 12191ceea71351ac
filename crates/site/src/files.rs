//! Files from outside on their way to a row. A file is held from before it is put away until a row has had time
//! to name it: whoever lets go of the same bytes meanwhile does not take them from under a form that carries
//! them. What nobody came to name is erased when the holding is over.

use bytes::Bytes;
use store::{Fault, StoredBlob, Tx};

use crate::{Failure, Site, jobs::JobFuture, sql};

/// How long a file is held: longer than any form that carries it can be sent. Two days, in milliseconds.
const HELD_MS: i64 = 2 * 24 * 60 * 60 * 1000;
/// Holdings that one transaction of the sweep ends.
const AT_ONCE: usize = 500;

impl Site {
    /// Puts a file away and holds it for two days, in which a row may come to name it.
    ///
    /// # Errors
    /// [`Failure::Fault`] of the database or of the store of files.
    pub async fn put_file(&self, bytes: Bytes) -> Result<StoredBlob, Failure> {
        let sha256 = store::Blobs::name_of(&bytes);
        self.as_program("files", move |tx| {
            let until = tx.now().epoch_ms() + HELD_MS;
            Ok(sql::hold_file(tx, &sha256, until)?)
        })
        .await?;
        Ok(self.blobs.put(bytes).await?)
    }
}

/// Those of these files that no row names any more and no form may still carry: what may be erased.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn unnamed(tx: &mut Tx<'_>, mut hashes: Vec<String>) -> Result<Vec<String>, Fault> {
    hashes.sort();
    hashes.dedup();
    let mut left = Vec::new();
    for sha256 in hashes {
        if !sql::is_file_named(tx, &sha256)? {
            left.push(sha256);
        }
    }
    Ok(left)
}

/// Job: ends the holdings that are over, and erases the files that nobody named.
pub fn sweep(site: Site) -> JobFuture {
    Box::pin(async move {
        loop {
            let (ended, waste) = site
                .as_program("files", |tx| {
                    let ended = sql::end_holdings(tx, AT_ONCE)?;
                    Ok((ended.len(), unnamed(tx, ended)?))
                })
                .await?;
            for sha256 in waste {
                site.blobs.delete(&sha256).await?;
            }
            if ended < AT_ONCE {
                return Ok(());
            }
        }
    })
}
