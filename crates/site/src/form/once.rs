//! A form that must not be done twice. Its token is bound to the form, to whoever sends it and to
//! what was typed: the same words lead to what the first sending made; other words are somebody
//! else's matter, which must not vanish behind the first.

use store::Fault;

use super::{Mistakes, Typed};
use crate::{Failure, Site, Who, sql};

/// The name under which [`Mistakes`] carry the address of what the first sending made.
pub const SAVED: &str = "da-luu";

/// Fields that say nothing of the matter: another session, another seal on the same file.
const ASIDE: [&str; 3] = ["csrf", "van-nhan", "tep-luu"];

/// One sending of such a form.
#[derive(Debug, Clone)]
pub struct Sending {
    key: String,
    said: String,
    field: &'static str,
    typed: Typed,
}

/// What an earlier sending with the same token led to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Before {
    /// The same words: this is where the first one led.
    Same(String),
    /// Other words: the first one led there.
    Other(String),
}

/// What came of a sending.
#[derive(Debug)]
pub enum Sent<E> {
    /// Where it led, now or the first time.
    Done(String),
    /// What the work found wrong; nothing was written.
    Wrong(E),
    /// The form was saved before with other words: it is shown again, with a fresh token.
    Before(Mistakes),
}

impl Sending {
    /// The form at the path that `who` asked for, with its token in `field`.
    #[must_use]
    pub fn of(who: &Who, typed: &Typed, field: &'static str) -> Self {
        Self::at(who, &who.path, typed, field)
    }

    /// The form at `path`.
    #[must_use]
    pub fn at(who: &Who, path: &str, typed: &Typed, field: &'static str) -> Self {
        let token = typed.get(field);
        let key = if token.is_empty() {
            String::new()
        } else {
            crate::token_sha256(&format!("{path}\u{1f}{}\u{1f}{token}", who.account))
        };
        let mut said: Vec<_> = typed
            .pairs()
            .iter()
            .filter(|(name, _)| name != field && !ASIDE.contains(&name.as_str()))
            .collect();
        said.sort();
        let said: String =
            said.iter().map(|(name, text)| format!("{name}\u{1f}{text}\u{1e}")).collect();
        let mut said = crate::token_sha256(&said);
        said.truncate(32);
        Self { key, said, field, typed: typed.clone() }
    }

    /// Where the first sending led, if there was one.
    ///
    /// # Errors
    /// Any [`Fault`] of the engine.
    pub fn before(&self, tx: &mut store::Tx<'_>) -> Result<Option<Before>, Fault> {
        if self.key.is_empty() {
            return Ok(None);
        }
        Ok(sql::submission(tx, &self.key)?.map(|kept| match kept.rsplit_once(' ') {
            Some((location, said)) if said == self.said => Before::Same(location.to_owned()),
            Some((location, _)) => Before::Other(location.to_owned()),
            None => Before::Other(kept),
        }))
    }

    /// Remembers where it led. A second one in the same moment fails on the key and is then found
    /// by [`Sending::before`].
    ///
    /// # Errors
    /// Any [`Fault`] of the engine.
    pub fn remember(&self, tx: &mut store::Tx<'_>, location: &str) -> Result<(), Fault> {
        if self.key.is_empty() {
            return Ok(());
        }
        sql::remember_submission(tx, &self.key, &format!("{location} {}", self.said))
    }

    /// The form as it was typed, with a fresh token and the way to what the first sending made.
    #[must_use]
    pub fn again(&self, location: String) -> Mistakes {
        let mut m = Mistakes::none(self.typed.clone());
        m.typed.set(self.field, super::new_token());
        m.by_field.insert(SAVED.to_owned(), location);
        m
    }

    fn sent<E>(&self, before: Before) -> Sent<E> {
        match before {
            Before::Same(location) => Sent::Done(location),
            Before::Other(location) => Sent::Before(self.again(location)),
        }
    }
}

/// Does `work` in one writing transaction, once for a form's token, however often it is sent.
/// Mistakes that `work` finds leave the token unused.
///
/// # Errors
/// What `work` fails with; then nothing was written.
pub async fn once<E: Send + 'static>(
    site: &Site,
    who: &Who,
    sending: Sending,
    work: impl FnOnce(&mut store::Tx<'_>) -> Result<Result<String, E>, Failure> + Send + 'static,
) -> Result<Sent<E>, Failure> {
    let inner = sending.clone();
    let done = site
        .write(who, move |tx| {
            if let Some(before) = inner.before(tx)? {
                return Ok(inner.sent(before));
            }
            Ok(match work(tx)? {
                Ok(location) => {
                    inner.remember(tx, &location)?;
                    Sent::Done(location)
                }
                Err(wrong) => Sent::Wrong(wrong),
            })
        })
        .await;
    match done {
        // Two clicks in one moment: the second finds what the first one made.
        Err(Failure::Fault(fault)) if fault.is_taken() => {
            let found = site
                .read(who, move |tx| Ok(sending.before(tx)?.map(|it| sending.sent(it))))
                .await?;
            found.ok_or(Failure::Fault(fault))
        }
        // The first click changed what the second one wanted to change: nothing is wrong with either.
        Err(refused @ (Failure::Refused(_) | Failure::Mistaken(_))) => {
            match made_before(site, who, &sending).await? {
                Some(location) => Ok(Sent::Done(location)),
                None => Err(refused),
            }
        }
        Ok(Sent::Wrong(wrong)) => Ok(match made_before(site, who, &sending).await? {
            Some(location) => Sent::Done(location),
            None => Sent::Wrong(wrong),
        }),
        other => other,
    }
}

/// Where the same words led, if another click was quicker.
async fn made_before(site: &Site, who: &Who, sending: &Sending) -> Result<Option<String>, Failure> {
    let sending = sending.clone();
    let before = site.read(who, move |tx| Ok(sending.before(tx)?)).await?;
    Ok(before.and_then(|it| match it {
        Before::Same(location) => Some(location),
        Before::Other(_) => None,
    }))
}

/// Takes `mark` for what is done at most once, whoever does it, with a word about it; the second fails
/// on the key.
///
/// # Errors
/// [`Fault`] of a taken key ([`Fault::is_taken`]), or any other of the engine.
pub fn take_mark(tx: &mut store::Tx<'_>, mark: &str, word: &str) -> Result<(), Fault> {
    sql::remember_submission(tx, mark, word)
}

/// How long it is known where a form led: longer than a page stays open, a session lasts, or an
/// office has no network. 90 days, in milliseconds.
const KNOWN_FOR_MS: i64 = 90 * 24 * 60 * 60 * 1000;

/// Forgets where forms led that were sent long ago; marks stay. As many as one transaction bears:
/// the rest waits for the next run.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn sweep(tx: &mut store::Tx<'_>) -> Result<usize, Fault> {
    let before = tx.now().epoch_ms() - KNOWN_FOR_MS;
    sql::forget_submissions(tx, before, 20_000)
}

/// The word that was left when `mark` was taken, if it was.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn mark(tx: &mut store::Tx<'_>, mark: &str) -> Result<Option<String>, Fault> {
    sql::submission(tx, mark)
}
