//! A draft: what was typed in every step, and the files that were put away for it.

use citizen::dossiers::Stored;
use domain::{
    ids::{AccountId, CitizenId, DossierId, UnitId},
    paper::AssistConsent,
    time::Instant,
};
use serde::{Deserialize, Serialize};
use site::{Failure, Lang, Site, Typed, form::mark_of, jobs::JobFuture};
use store::{Fault, Tx, journal::Entry};

use super::{
    IDLE_DAYS,
    declaring::Declared,
    sql::{self, Kept, Outcome},
};

/// Bytes of a draft's files together at most.
pub(crate) const FILES_BYTES_MAX: i64 = 60 << 20;
/// Files of a draft at most.
pub(crate) const FILES_MAX: usize = 40;
/// Bytes of the word in a draft's address.
pub(super) const SECRET_BYTES: usize = 20;
/// What the journal calls a draft.
const SUBJECT: &str = "filing";
/// The field in which a browser names what it holds while the network is gone, and how many of them are remembered.
pub(crate) const HELD: &str = "lan";
const HELD_MAX: usize = 8;
/// What the seal of a draft is for.
const SEALED: &str = "filing";
/// What the seal of an address is for that somebody finds again on a page of his.
pub(super) const KEY: &str = "filing-assisted";

/// Who finds a draft again on a page of his own.
#[derive(Debug, Clone, Copy)]
pub(super) enum Keeper<'a> {
    /// Nobody: the address is all.
    Nobody,
    /// Somebody who files for a citizen, how the citizen agreed, and who heard it; empty if nobody had to.
    Assistant(AccountId, AssistConsent, &'a str),
    /// The citizen who was signed in.
    Citizen(CitizenId),
}

/// Says in the journal that a filing was begun for a citizen who agreed.
pub(super) fn begun_for(tx: &mut Tx<'_>, id: i64, consent: AssistConsent) {
    let details = serde_json::json!({ "consent": consent.code() });
    tx.journal(Entry::new(SUBJECT, id, "begin_assisted").details(&details));
}

/// A file of a draft, beside the paper that it shows.
#[derive(Debug, Clone)]
pub(super) struct DraftFile {
    pub id: i64,
    /// Place of the paper in the procedure's list, from 1.
    pub place: i64,
    pub stored: Stored,
}

/// A draft as it is worked on.
pub(super) struct Draft {
    kept: Kept,
    pub typed: Typed,
    pub files: Vec<DraftFile>,
    /// What is declared by a form, if it was begun with one.
    pub declared: Option<Declared>,
}

impl Draft {
    /// Begins one with what is known beforehand; the word in its address.
    pub fn begin(
        site: &Site,
        tx: &mut Tx<'_>,
        (procedure, unit): (&str, UnitId),
        keeper: Keeper<'_>,
        typed: &Typed,
    ) -> Result<String, Fault> {
        let secret = site::random_hex(SECRET_BYTES);
        let typed = sealed(site, typed)?;
        let key = match keeper {
            Keeper::Nobody => String::new(),
            Keeper::Assistant(..) | Keeper::Citizen(_) => site.seal.close(KEY, &secret)?,
        };
        let hash = site::token_sha256(&secret);
        let id = sql::insert(tx, &hash, (procedure, unit), &typed, (keeper, &key))?;
        if let Keeper::Assistant(_, consent, _) = keeper {
            begun_for(tx, id, consent);
        }
        Ok(secret)
    }

    /// Whether nobody has kept a step of it yet.
    pub const fn is_fresh(&self) -> bool {
        self.kept.edition == 1
    }

    /// The account from which it was begun.
    pub const fn citizen(&self) -> Option<CitizenId> {
        self.kept.citizen
    }

    /// How the citizen agreed that another files for him, in words; empty if nobody does.
    pub fn consent_said(&self) -> String {
        self.assistant().map_or_else(String::new, |_| AssistConsent::said(&self.kept.consent))
    }

    /// The same by its code; nothing if nobody helps, or in an old row.
    pub fn consent(&self) -> Option<AssistConsent> {
        self.assistant().and_then(|_| AssistConsent::from_code(&self.kept.consent))
    }

    /// Who heard him agree; empty if nobody had to.
    pub fn witness(&self) -> &str {
        &self.kept.witness
    }

    /// Who files for the citizen; nobody if he does himself.
    pub const fn assistant(&self) -> Option<AccountId> {
        self.kept.assistant
    }

    /// The language in which its citizen is told of it: that of the page on which he files. Whoever helps reads that
    /// page, not whom he helps: that one is told in Vietnamese, until the counter or he himself says otherwise.
    pub fn told_in(&self, page: Lang) -> Lang {
        if self.assistant().is_some() { Lang::Vi } else { page }
    }

    /// The draft with this word in its address, of this procedure.
    ///
    /// # Errors
    /// [`Failure::NotFound`] if there is none.
    pub fn take(
        site: &Site,
        tx: &mut Tx<'_>,
        procedure: &str,
        secret: &str,
    ) -> Result<Self, Failure> {
        let kept = sql::find(tx, &site::token_sha256(secret))?;
        let kept = kept.filter(|it| it.procedure == procedure).ok_or(Failure::NotFound)?;
        let mut files = Vec::new();
        for (id, place, stored) in sql::files(tx, kept.id)? {
            files.push(DraftFile { id, place, stored: read(&stored)? });
        }
        let typed = match kept.dossier {
            Some(_) => Typed::default(),
            None => Typed::of(read(&site.seal.open(SEALED, &kept.typed)?)?),
        };
        let declared = Declared::of(tx, &typed)?;
        Ok(Self { typed, files, declared, kept })
    }

    /// The one-stop shop.
    pub const fn unit(&self) -> UnitId {
        self.kept.unit
    }

    /// What came of it; nothing while it is a draft.
    pub const fn dossier(&self) -> Option<DossierId> {
        self.kept.dossier
    }

    /// A mark of what a form was filled from: another one means that another window changed it.
    pub fn mark(&self) -> String {
        mark_of([self.kept.id.to_string(), self.kept.edition.to_string()])
    }

    /// What browsers held of it and have sent, by their own names for that.
    pub fn arrived(&self) -> String {
        self.typed.all(HELD).collect::<Vec<_>>().join(" ")
    }

    /// Remembers that what a browser held has arrived: it need not send it once more.
    pub fn has_arrived(&mut self, held: &str) {
        if site::form::is_token(held) {
            let known: Vec<String> = self.typed.all(HELD).map(str::to_owned).collect();
            let kept = known.into_iter().filter(|it| it != held);
            let newest = std::iter::once(held.to_owned()).chain(kept).take(HELD_MAX);
            self.typed.set_all(HELD, newest);
        }
    }

    /// The files of one paper.
    pub fn files_at(&self, place: i64) -> impl Iterator<Item = &DraftFile> {
        self.files.iter().filter(move |it| it.place == place)
    }

    /// Bytes of its files.
    pub fn bytes(&self) -> i64 {
        self.files.iter().map(|it| it.stored.size).sum()
    }

    /// Takes over the fields `names`, in place of what stood there.
    pub fn fill(&mut self, names: &[String], from: &Typed) {
        for name in names {
            let texts: Vec<String> = from.all(name).map(str::to_owned).collect();
            self.typed.set_all(name, texts);
        }
    }

    /// Keeps what was typed.
    ///
    /// # Errors
    /// [`Failure::Refused`] if it was sent or changed in another window.
    pub fn keep(&self, site: &Site, tx: &mut Tx<'_>) -> Result<(), Failure> {
        let typed = sealed(site, &self.typed)?;
        if sql::keep(tx, &self.kept, &typed)? { Ok(()) } else { Err(stale()) }
    }

    /// Adds a file beside the paper at `place`; the same file again, chosen twice or sent because an answer was lost,
    /// is one.
    pub fn add(&mut self, tx: &mut Tx<'_>, place: i64, it: Stored) -> Result<(), Fault> {
        if self.files_at(place).any(|known| known.stored.sha256 == it.sha256) {
            return Ok(());
        }
        let id = sql::insert_file(tx, self.kept.id, place, (&it.sha256, it.size, &written(&it)?))?;
        self.files.push(DraftFile { id, place, stored: it });
        Ok(())
    }

    /// Takes a file out; the hashes of files that are waste now.
    pub fn drop_file(&self, tx: &mut Tx<'_>, id: i64) -> Result<Vec<String>, Fault> {
        let hashes = sql::delete_file(tx, self.kept.id, id)?;
        site::files::unnamed(tx, hashes)
    }

    /// Says what came of it; the hashes of files that went nowhere with it.
    ///
    /// # Errors
    /// [`Failure::Refused`] if it was sent or changed in another window.
    pub fn sent(&self, tx: &mut Tx<'_>, outcome: &Outcome) -> Result<Vec<String>, Failure> {
        let hashes = sql::sent(tx, &self.kept, outcome)?.ok_or_else(stale)?;
        Ok(site::files::unnamed(tx, hashes)?)
    }

    /// From now on it is this account's alone; `key` is its secret, sealed for its holder's pages.
    ///
    /// # Errors
    /// Any [`Fault`] of the engine.
    pub fn give_to(&self, tx: &mut Tx<'_>, citizen: CitizenId, key: &str) -> Result<(), Fault> {
        sql::give(tx, self.kept.id, citizen, key)
    }

    /// Forgets it; the hashes of files that are waste now.
    pub fn discard(&self, tx: &mut Tx<'_>) -> Result<Vec<String>, Fault> {
        if self.assistant().is_some() {
            tx.journal(Entry::new(SUBJECT, self.kept.id, "discard_assisted"));
        }
        let hashes = sql::delete(tx, self.kept.id)?;
        site::files::unnamed(tx, hashes)
    }
}

/// What was typed names people who may never send it: it lies sealed with the installation's key.
fn sealed(site: &Site, typed: &Typed) -> Result<String, Fault> {
    site.seal.close(SEALED, &written(typed.pairs())?)
}

fn stale() -> Failure {
    Failure::Refused(
        "Bản nháp này vừa được thay đổi hoặc đã gửi ở một cửa sổ khác. Hãy mở lại trang để xem bản mới nhất."
            .to_owned(),
    )
}

fn written<T: Serialize + ?Sized>(it: &T) -> Result<String, Fault> {
    serde_json::to_string(it).map_err(|e| Fault::Broken(e.to_string()))
}

fn read<T: for<'a> Deserialize<'a>>(text: &str) -> Result<T, Fault> {
    serde_json::from_str(text).map_err(|e| Fault::Broken(format!("a filing: {e}")))
}

/// Erases files that no row names: rows went first, a file without a row is only waste.
pub(crate) async fn erase(site: &Site, hashes: Vec<String>) -> Result<(), Failure> {
    for sha256 in hashes {
        site.blobs.delete(&sha256).await?;
    }
    Ok(())
}

/// Drafts that one transaction of the sweep erases.
const AT_ONCE: usize = 500;

/// Job: drafts that nobody touched for [`IDLE_DAYS`] are erased with what they hold; some hundreds in one
/// transaction, as many times as it takes.
pub(super) fn sweep(site: Site) -> JobFuture {
    Box::pin(async move {
        loop {
            let (drafts, hashes) = site
                .as_program("filing", |tx| {
                    let before =
                        Instant::from_epoch_ms(tx.now().epoch_ms() - IDLE_DAYS * 86_400_000);
                    let idle = sql::idle(tx, before, AT_ONCE)?;
                    let mut hashes = Vec::new();
                    for id in &idle {
                        hashes.extend(sql::delete(tx, *id)?);
                    }
                    Ok((idle.len(), site::files::unnamed(tx, hashes)?))
                })
                .await?;
            erase(&site, hashes).await?;
            if drafts < AT_ONCE {
                return Ok(());
            }
        }
    })
}
