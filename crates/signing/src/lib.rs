//! Files that come in and signatures on them: bytes in, values out.
//!
//! It opens what somebody sends ([`open`]), verifies the signatures of a PDF ([`verify`]), reads the
//! certificates and the seal of an office, and adds a signature behind the last byte of a PDF
//! ([`sign`]). It also checks what others sign of people: tokens of identity providers ([`jws`]) and passkeys
//! ([`passkey`]). It reads no clock, file, socket or database; whatever it is given is bounded, and
//! nothing in it may panic.

mod cbor;
mod cms;
mod compare;
mod der;
pub mod jws;
mod keys;
pub mod open;
pub mod passkey;
mod pdf;
mod pfx;
mod pss;
mod sign;
mod verify;
mod x509;

#[cfg(test)]
mod tests;

pub use keys::fingerprint;
pub use pfx::{BadPfx, PFX_BYTES_MAX, Seal};
pub use sign::{Request, Unsigned, sign};
pub use verify::{Problem, Signer, Verdict, verify};
pub use x509::{BadPem, Certificate, certificates};
