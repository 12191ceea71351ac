//! Square codes of the pages of procedures.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use site::Failure;
use store::Fault;

/// Square codes of addresses, drawn once: they are always the same, and drawing one takes longer
/// than the rest of the page.
pub(super) fn qr(text: &str) -> Result<Arc<str>, Failure> {
    static DRAWN: Mutex<BTreeMap<String, Arc<str>>> = Mutex::new(BTreeMap::new());
    const DRAWN_MAX: usize = 2_000;
    let found = DRAWN.lock().unwrap_or_else(PoisonError::into_inner).get(text).cloned();
    if let Some(found) = found {
        return Ok(found);
    }
    let drawn: Arc<str> =
        prints::qr_svg(text).map_err(|e| Failure::Fault(Fault::Broken(format!("qr: {e}"))))?.into();
    let mut all = DRAWN.lock().unwrap_or_else(PoisonError::into_inner);
    if all.len() >= DRAWN_MAX {
        all.clear();
    }
    all.insert(text.to_owned(), drawn.clone());
    Ok(drawn)
}
