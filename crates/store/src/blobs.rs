//! Uploaded and printed files, kept outside the database under the hash of their bytes.
//!
//! A file is written before the row that names it, and erased after the last one that did: a file that
//! no row names is harmless waste. The same bytes are kept once.

use std::{path::Path, sync::Arc};

use bytes::Bytes;
use futures_util::StreamExt as _;
use object_store::{
    ObjectStore, ObjectStoreExt as _, PutMode, PutOptions, PutPayload, aws::AmazonS3Builder,
    local::LocalFileSystem, memory::InMemory, prefix::PrefixStore,
};
use sha2::{Digest as _, Sha256};

use crate::{Fault, hex};

/// The store of files: a local folder, or any other that `object_store` knows.
#[derive(Clone)]
pub struct Blobs {
    store: Arc<dyn ObjectStore>,
}

/// A file that was put away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredBlob {
    /// SHA-256 of the bytes, in hexadecimal; also its name.
    pub sha256: String,
    /// Bytes.
    pub size: i64,
}

fn fault(error: &object_store::Error) -> Fault {
    Fault::Files(error.to_string())
}

impl Blobs {
    /// Files in `folder`, which is made if it is not there. Written through to the disk.
    ///
    /// # Errors
    /// [`Fault::Files`] if the folder cannot be made or used.
    pub fn in_folder(folder: &Path) -> Result<Self, Fault> {
        std::fs::create_dir_all(folder).map_err(|e| Fault::Files(e.to_string()))?;
        let local = LocalFileSystem::new_with_prefix(folder).map_err(|e| fault(&e))?;
        Ok(Self { store: Arc::new(local.with_fsync(true)) })
    }

    /// Files where the operator wants them: `s3://bucket/prefix`, or `folder` if nothing is said.
    /// S3 is reached with the usual `AWS_…` variables (`AWS_ACCESS_KEY_ID`,
    /// `AWS_SECRET_ACCESS_KEY`, `AWS_REGION`, `AWS_ENDPOINT` for a server of one's own).
    ///
    /// # Errors
    /// [`Fault::Files`] if the address is of a kind that is not known, or S3 is not told how it is
    /// reached.
    pub fn open(url: Option<&str>, folder: &Path) -> Result<Self, Fault> {
        match url {
            None | Some("") => Self::in_folder(folder),
            Some(url) => match url.strip_prefix("s3://") {
                Some(place) => Self::in_s3(place),
                None => Err(Fault::Files(format!(
                    "{url} is no place for files: use s3://bucket/folder"
                ))),
            },
        }
    }

    fn in_s3(place: &str) -> Result<Self, Fault> {
        // One provider for the whole program; whoever comes second finds it there.
        rustls::crypto::ring::default_provider().install_default().ok();
        let (bucket, prefix) = place.split_once('/').unwrap_or((place, ""));
        let s3 =
            AmazonS3Builder::from_env().with_bucket_name(bucket).build().map_err(|e| fault(&e))?;
        Ok(Self { store: Arc::new(PrefixStore::new(s3, prefix.trim_matches('/'))) })
    }

    /// Copies every file into `folder`, wherever they are kept; how many there are. For backups.
    ///
    /// # Errors
    /// [`Fault::Files`] if one cannot be read or written.
    pub async fn copy_into(&self, folder: &Path) -> Result<usize, Fault> {
        self.copy_to(&Self::in_folder(folder)?).await
    }

    /// Copies every file into another store; says how many there were. One that is there already
    /// is the same.
    ///
    /// # Errors
    /// [`Fault::Files`] if one cannot be read or written.
    pub async fn copy_to(&self, into: &Self) -> Result<usize, Fault> {
        let mut names = self.store.list(None);
        let mut copied = 0;
        while let Some(found) = names.next().await {
            let path = found.map_err(|e| fault(&e))?.location;
            let name = path.filename().unwrap_or("").to_owned();
            if let Some(bytes) = self.get(&name).await? {
                into.put(bytes).await?;
                copied += 1;
            }
        }
        Ok(copied)
    }

    /// Files in memory. For tests.
    #[must_use]
    pub fn in_memory() -> Self {
        Self { store: Arc::new(InMemory::new()) }
    }

    fn path(sha256: &str) -> object_store::path::Path {
        let folder = sha256.get(..2).unwrap_or("00");
        object_store::path::Path::from(format!("{folder}/{sha256}"))
    }

    /// The name that bytes are kept under: their SHA-256, in hexadecimal.
    #[must_use]
    pub fn name_of(bytes: &[u8]) -> String {
        hex(&Sha256::digest(bytes))
    }

    /// Puts bytes away.
    ///
    /// # Errors
    /// [`Fault::Files`] if they cannot be written.
    pub async fn put(&self, bytes: Bytes) -> Result<StoredBlob, Fault> {
        let sha256 = Self::name_of(&bytes);
        let size = i64::try_from(bytes.len()).unwrap_or(i64::MAX);
        let options = PutOptions::from(PutMode::Create);
        match self.store.put_opts(&Self::path(&sha256), PutPayload::from(bytes), options).await {
            Ok(_) | Err(object_store::Error::AlreadyExists { .. }) => {
                Ok(StoredBlob { sha256, size })
            }
            Err(error) => Err(fault(&error)),
        }
    }

    /// Takes a file away for good. One that is not there is no mistake.
    ///
    /// # Errors
    /// [`Fault::Files`] if it cannot be taken away.
    pub async fn delete(&self, sha256: &str) -> Result<(), Fault> {
        match self.store.delete(&Self::path(sha256)).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(fault(&error)),
        }
    }

    /// The bytes under a hash; `None` if they are not there.
    ///
    /// # Errors
    /// [`Fault::Files`] if they cannot be read, or are not what their name says.
    pub async fn get(&self, sha256: &str) -> Result<Option<Bytes>, Fault> {
        let found = match self.store.get(&Self::path(sha256)).await {
            Ok(it) => it.bytes().await.map_err(|e| fault(&e))?,
            Err(object_store::Error::NotFound { .. }) => return Ok(None),
            Err(error) => return Err(fault(&error)),
        };
        if Self::name_of(&found) != sha256 {
            return Err(Fault::Files(format!("the file {sha256} is not what its name says")));
        }
        Ok(Some(found))
    }
}
