//! “Kho giấy tờ của tôi”: the results that an account's citizen was given, as the register has them now, and their use
//! in place of papers when he files and when he answers.
//!
//! Law: NĐ 45/2020/NĐ-CP Đ.16; NĐ 107/2021/NĐ-CP Đ.1. What a citizen sees here are the results of the dossiers that
//! he sees among his own (`account/facts::dossiers_of`); what he may use bears his own number.

use citizen::vault::{self, Held};
use domain::{
    access::Action,
    assurance::Deed,
    paper::{ConsentWay, Fit},
    time::Instant,
};
use site::{Failure, Routes, Typed, Words, get};
use store::{Fault, Tx};

use crate::account::facts::{self as accounts, Citizen};

mod pages;

/// Where it is.
pub(crate) const PAGE: &str = "/tai-khoan/kho";
/// The field in which somebody agrees to the use of his store.
pub(crate) const AGREE: &str = "dong-y-kho";

/// The routes of this slice.
#[must_use]
pub fn routes() -> Routes {
    let mine = Action::CitizenAccount;
    Routes::default()
        .on(PAGE, mine, get(pages::list))
        .on("/tai-khoan/kho/{id}", mine, get(pages::show))
        .on("/tai-khoan/kho/{id}/tep", mine, get(pages::file))
}

/// What this citizen sees in his store with this session, the newest first: nothing with a telephone alone, where
/// somebody vouched for more.
pub(crate) fn mine(tx: &mut Tx<'_>, me: &Citizen) -> Result<Vec<Held>, Fault> {
    if !me.is_whole || me.may(Deed::SeeResults).is_err() {
        return Ok(Vec::new());
    }
    let of = accounts::dossiers_of(tx, me)?;
    vault::held(tx, &of)
}

/// What of somebody's store can stand for papers of a dossier that bears his number.
#[derive(Debug, Clone, Default)]
pub(crate) struct Shelf {
    all: Vec<Held>,
    /// When he agreed to that on his account; nothing if he does not.
    agreed: Option<Instant>,
    /// The dossier is his own, and we know that it is he.
    is_open: bool,
}

impl Shelf {
    /// The shelf of whoever is signed in, for a dossier of whoever has this number.
    pub fn of(tx: &mut Tx<'_>, sender: Option<&Citizen>, number: &str) -> Result<Self, Fault> {
        let own = |it: &&Citizen| {
            it.may(Deed::Store).is_ok() && !it.id_number.is_empty() && it.id_number == number
        };
        let Some(me) = sender.filter(own) else { return Ok(Self::default()) };
        let said = accounts::word(tx, me.id, vault::PURPOSE)?;
        Ok(Self {
            all: vault::usable(tx, number, tx.now().civil().date())?,
            agreed: said.filter(|it| it.1).map(|it| it.0),
            is_open: true,
        })
    }

    /// Whether whoever is signed in may use a store here.
    pub const fn is_open(&self) -> bool {
        self.is_open
    }

    /// When he agreed on his account.
    pub const fn agreed(&self) -> Option<Instant> {
        self.agreed
    }

    /// What fits the paper of this name, and why.
    pub fn fitting(&self, name: &str) -> Vec<(&Held, Fit)> {
        vault::fitting(&self.all, name)
    }

    /// What was chosen for the paper of this name in `field`, if it still fits.
    pub fn chosen(&self, typed: &Typed, field: &str, name: &str) -> Option<&Held> {
        let row: i64 = typed.get(field).parse().ok()?;
        self.fitting(name).into_iter().map(|it| it.0).find(|it| it.id == row)
    }

    /// What can be chosen for the paper of this name.
    pub fn offers(&self, words: Words, typed: &Typed, field: &str, name: &str) -> Vec<Offer> {
        let wanted = typed.get(field);
        let offer = |(it, fit): (&Held, Fit)| Offer {
            is_chosen: wanted == it.id.to_string(),
            id: it.id,
            line: words.say_with(
                "vault-offer",
                &[
                    ("what", &it.line()),
                    ("holder", &it.holder),
                    ("day", &domain::text::date(it.issued_on)),
                ],
            ),
            why: match fit {
                Fit::Kind => words.say("vault-fits-kind"),
                Fit::Procedure => {
                    words.say_with("vault-fits-procedure", &[("name", &it.procedure)])
                }
            },
        };
        self.fitting(name).into_iter().map(offer).collect()
    }

    /// How he agrees to the use of it: on his account before, or in what he just sends; kept for its purpose.
    ///
    /// # Errors
    /// [`Failure::Refused`] if he did neither.
    pub fn agree(
        &self,
        tx: &mut Tx<'_>,
        me: &Citizen,
        typed: &Typed,
        words: Words,
    ) -> Result<vault::Agreed, Failure> {
        let at = match self.agreed {
            Some(at) => at,
            None if typed.get(AGREE) == "1" => {
                accounts::say(tx, me.id, vault::PURPOSE, true, words.lang)?;
                tx.now()
            }
            None => return Err(Failure::Refused(words.say("vault-agree-owed"))),
        };
        Ok(vault::Agreed { way: ConsentWay::Electronic, at })
    }

    /// What he is asked to agree to; nothing if he did, or has nothing to use.
    pub fn asks(&self, lang: site::Lang, day: jiff::civil::Date) -> Option<accounts::PurposeText> {
        if self.agreed.is_some() || self.all.is_empty() {
            return None;
        }
        accounts::purpose_text(vault::PURPOSE, day, lang)
    }
}

/// A result that can stand for a paper, as a form offers it.
#[derive(Debug, Clone)]
pub(crate) struct Offer {
    /// Its row in the register.
    pub id: i64,
    /// What it is.
    pub line: String,
    /// Why it fits.
    pub why: String,
    pub is_chosen: bool,
}
