//! The installation's key: seals what must not be read from a copied database.

use std::path::Path;

use chacha20poly1305::{
    ChaCha20Poly1305, Key, KeyInit as _, Nonce,
    aead::{Aead as _, Payload},
};
use store::{Fault, hex};

/// Bytes of a nonce.
const NONCE_BYTES: usize = 12;

/// A key of 32 bytes, kept beside the database and not in it.
#[derive(Clone)]
pub struct Seal(Key);

impl Seal {
    /// The key in `folder`, made if it is not there; only its owner can read the file.
    ///
    /// # Errors
    /// [`Fault::Files`] if it cannot be read or written, or is no key.
    pub fn in_folder(folder: &Path) -> Result<Self, Fault> {
        let files = |e: std::io::Error| Fault::Files(format!("installation key: {e}"));
        let path = folder.join("key");
        if !path.exists() {
            std::fs::create_dir_all(folder).map_err(files)?;
            let mut options = std::fs::OpenOptions::new();
            options.write(true).create_new(true);
            #[cfg(unix)]
            std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
            let mut file = options.open(&path).map_err(files)?;
            std::io::Write::write_all(&mut file, crate::random_hex(32).as_bytes())
                .map_err(files)?;
            file.sync_all().map_err(files)?;
        }
        let text = std::fs::read_to_string(&path).map_err(files)?;
        let bytes = unhex(text.trim())
            .filter(|it| it.len() == 32)
            .ok_or_else(|| Fault::Files("installation key: not 64 hexadecimal digits".into()))?;
        Ok(Self(*Key::from_slice(&bytes)))
    }

    /// A key that is forgotten with the process. For tests.
    #[must_use]
    pub fn passing() -> Self {
        let bytes = unhex(&crate::random_hex(32)).unwrap_or_else(|| vec![0; 32]);
        Self(*Key::from_slice(&bytes))
    }

    /// A key of its own for `about`, 64 hexadecimal digits: always the same, and it tells nothing of the
    /// installation's key.
    #[must_use]
    pub fn derived(&self, about: &str) -> String {
        use sha2::{Digest as _, Sha256};
        let inner = Sha256::new().chain_update(self.0).chain_update(about.as_bytes()).finalize();
        hex(&Sha256::new().chain_update(self.0).chain_update(inner).finalize())
    }

    /// Seals `text`; it opens only with the same `about`.
    ///
    /// # Errors
    /// [`Fault::Broken`] if there is no randomness.
    pub fn close(&self, about: &str, text: &str) -> Result<String, Fault> {
        let mut nonce = [0; NONCE_BYTES];
        getrandom::fill(&mut nonce).map_err(|e| Fault::Broken(format!("no randomness: {e}")))?;
        let payload = Payload { msg: text.as_bytes(), aad: about.as_bytes() };
        let sealed = ChaCha20Poly1305::new(&self.0)
            .encrypt(Nonce::from_slice(&nonce), payload)
            .map_err(|_| Fault::Broken("a text could not be sealed".into()))?;
        Ok(hex(&nonce) + &hex(&sealed))
    }

    /// Opens what [`Seal::close`] sealed.
    ///
    /// # Errors
    /// [`Fault::Broken`] if it was sealed with another key or for another thing.
    pub fn open(&self, about: &str, sealed: &str) -> Result<String, Fault> {
        let broken = || Fault::Broken("a sealed text does not open with this key".into());
        let bytes = unhex(sealed).ok_or_else(broken)?;
        let (nonce, sealed) = bytes.split_at_checked(NONCE_BYTES).ok_or_else(broken)?;
        let payload = Payload { msg: sealed, aad: about.as_bytes() };
        let open = ChaCha20Poly1305::new(&self.0)
            .decrypt(Nonce::from_slice(nonce), payload)
            .map_err(|_| broken())?;
        String::from_utf8(open).map_err(|_| broken())
    }
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    if !text.len().is_multiple_of(2) || !text.is_ascii() {
        return None;
    }
    let digits = |at: usize| text.get(at..at + 2).and_then(|it| u8::from_str_radix(it, 16).ok());
    (0..text.len()).step_by(2).map(digits).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_derived_key_is_the_same_again_and_another_for_another_thing() {
        let seal = Seal::passing();
        assert_eq!(seal.derived("copy:1"), seal.derived("copy:1"));
        assert_ne!(seal.derived("copy:1"), seal.derived("copy:2"));
        assert_ne!(seal.derived("copy:1"), Seal::passing().derived("copy:1"));
        assert_eq!(seal.derived("copy:1").len(), 64);
    }

    #[test]
    fn what_was_sealed_opens_for_the_same_thing_and_the_same_key_only() {
        let seal = Seal::passing();
        let sealed = seal.close("account:1", "bí mật").unwrap();
        assert_eq!(seal.open("account:1", &sealed).unwrap(), "bí mật");
        assert!(seal.open("account:2", &sealed).is_err());
        assert!(Seal::passing().open("account:1", &sealed).is_err());
        assert!(seal.open("account:1", "zz").is_err());
    }
}
