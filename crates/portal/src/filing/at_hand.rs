//! A draft with what surrounds it: the procedure of today, the level at which its unit offers it, its telephone.

use std::collections::BTreeMap;

use citizen::{
    fees::facts as fees,
    find::carried::{self, Carried},
    levels::facts as levels,
    procedures::facts::Version,
};
use domain::{
    fees::proposal::Proposal,
    identity::IdPaper,
    procedure::{ChannelKind, ServiceLevel},
};
use jiff::civil::Date;
use site::{Failure, Site, Who, Words};
use store::Tx;

use super::{
    draft::Draft,
    proof::{self, Proof},
    reading::{Judged, Step},
    steps::version,
};
use crate::{account::facts::Citizen, vault::Shelf};

/// See the module.
pub(super) struct Filing {
    pub it: Version,
    pub draft: Draft,
    /// What its unit offers today.
    pub level: ServiceLevel,
    pub proof: Proof,
    /// What of the store of whoever is signed in can stand for its papers.
    pub shelf: Shelf,
    /// What was answered before it was begun.
    pub carried: Option<Carried>,
    /// What it would be to pay by what is declared.
    pub fee: Proposal,
}

impl Filing {
    /// The draft with this word in its address, of this procedure.
    ///
    /// # Errors
    /// [`Failure::NotFound`] if there is none.
    pub fn take(
        site: &Site,
        who: &Who,
        tx: &mut Tx<'_>,
        (code, secret): (&str, &str),
        sender: Option<&Citizen>,
    ) -> Result<Self, Failure> {
        let it = version(tx, code, who)?;
        let draft = Draft::take(site, tx, code, secret)?;
        let held = levels::level_of(tx, &who.tree, &it.body, draft.unit(), who.today())?;
        let proof = Proof::of(site, tx, &draft)?;
        // Who is helped has his store on his own account, not on that of whoever helps.
        let own = sender.filter(|_| draft.assistant().is_none() && draft.dossier().is_none());
        let number = IdPaper::parse(draft.typed.get("so-giay-to"));
        let number = number.as_ref().map_or("", |it| it.reveal());
        let shelf = Shelf::of(tx, own, number)?;
        let carried = carried::read(site, tx, &it.body, &draft.typed)?;
        let declared = draft.declared.as_ref();
        let declared = declared.map(|it| (&it.version.form, &it.judged.answers));
        let fee = fees::proposed(tx, &it.body, ChannelKind::Online, declared, who.today())?;
        Ok(Self { it, draft, level: held.level, proof, shelf, carried, fee })
    }

    /// Whether its unit takes it over the line today.
    pub fn is_open(&self, today: Date) -> bool {
        self.level.offers_filing() && self.it.paused_on(today).is_none()
    }

    /// Whether something is declared by a form.
    pub const fn declares(&self) -> bool {
        self.draft.declared.is_some()
    }

    /// What is wrong with one step.
    pub fn judge_step(&self, step: Step, words: Words, today: Date) -> Judged {
        let mut judged = Judged::new(words);
        match step {
            Step::Person => drop(judged.person(&self.draft, today)),
            Step::Form => judged.declaration(&self.draft),
            Step::Papers => drop(judged.papers(&self.draft, &self.it.body, &self.shelf)),
            Step::Receive => drop(judged.receive(&self.draft.typed, self.level)),
            Step::Review => {}
        }
        judged
    }

    /// What stands in the way of sending it once every step is right.
    pub fn owed(&self, words: Words, today: Date) -> BTreeMap<String, String> {
        let mut wrong = BTreeMap::new();
        if !self.is_open(today) {
            wrong.insert("dau".to_owned(), words.say("filing-closed-now"));
        }
        if self.proof.is_missing() {
            wrong.insert(proof::FIELD.to_owned(), words.say("filing-proof-owed"));
        }
        if self.draft.typed.get("dong-y") != "1" {
            wrong.insert("dong-y".to_owned(), words.say("filing-agree-owed"));
        }
        wrong
    }

    /// What the draft itself tells of a step that could not be left.
    pub fn told_at(&self, step: Step, words: Words, today: Date) -> BTreeMap<String, String> {
        match step {
            Step::Review => self.owed(words, today),
            _ => self.judge_step(step, words, today).by_field,
        }
    }

    /// What is wrong with any step, and the first step that it is in.
    pub fn judge(&self, words: Words, today: Date) -> Option<(Step, Judged)> {
        Step::all(self.declares())
            .map(|step| (step, self.judge_step(step, words, today)))
            .find(|(_, judged)| !judged.by_field.is_empty())
    }
}
