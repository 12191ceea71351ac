//! Who looked at my dossiers: every opening by an official once a day, every look without a part, every step; with
//! unit and position.
//!
//! The names of officials are not shown: what an office does, it does as an office. Who looked without having a
//! part in it is told apart, because that is what one has to answer for.

use std::collections::HashMap;

use askama::Template;
use citizen::dossiers::facts as dossiers;
use domain::{
    assurance::Deed,
    ids::{AccountId, DossierId},
};
use people::{journal::act_label, staff::facts as staff};
use serde::Serialize;
use site::{Failure, Html, Redirect, Shell, Site, State, Who, Words, tree::Tree};
use store::{Fault, Tx, journal};

use crate::account::{
    facts::{self, Citizen},
    session::SignedIn,
};

/// Dossiers that are walked at most.
const DOSSIERS_MAX: usize = 100;
/// Lines at most: the newest.
const LINES_MAX: i64 = 400;

/// One time that somebody of the office had a dossier before him.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Seen {
    /// Civil time in Viet Nam.
    pub at: String,
    /// The dossier's code.
    pub dossier: String,
    /// Who: the unit.
    pub unit: String,
    /// Who: the position.
    pub position: String,
    /// What was done, in Vietnamese.
    pub act: String,
    /// He had no part in it.
    pub without_part: bool,
}

/// What a citizen does himself with his dossier over the line: by nobody of the office.
const HIS: &[&str] = &[
    "resubmit",
    "supplement",
    "request_withdraw",
    "file_online",
    "add_file",
    "declare",
    "ask_co_sign",
    "co_sign",
    "refuse_co_sign",
    "rate",
    "download_result",
];

/// Whether nobody of the office did it but whoever the dossier is of.
fn is_his(it: &journal::Kept) -> bool {
    // What the program does at the clock's bidding comes from no address.
    if it.by != AccountId(0) || it.origin == "job" {
        return false;
    }
    HIS.contains(&it.act.as_str()) || (it.act == "submit" && it.details.contains("\"online\""))
}

/// Where somebody stood when he did it; looked up once a day and account.
#[derive(Default)]
struct Places(HashMap<(AccountId, jiff::civil::Date), (String, String)>);

impl Places {
    fn of(
        &mut self,
        tx: &mut Tx<'_>,
        tree: &Tree,
        words: Words,
        it: &journal::Kept,
    ) -> Result<(String, String), Fault> {
        if is_his(it) {
            return Ok((words.say("looks-himself"), String::new()));
        }
        let key = (it.by, it.at.civil().date());
        if let Some(found) = self.0.get(&key) {
            return Ok(found.clone());
        }
        let place = if it.by == AccountId(0) {
            (words.say("looks-program"), String::new())
        } else {
            match staff::place_of_account(tx, it.by, key.1)? {
                Some((unit, title)) => (tree.title(unit).to_owned(), title),
                None => (words.say("looks-office"), String::new()),
            }
        };
        self.0.insert(key, place.clone());
        Ok(place)
    }
}

/// What the journal knows of these dossiers, the newest first.
pub(super) fn of(
    tx: &mut Tx<'_>,
    tree: &Tree,
    words: Words,
    ids: &[DossierId],
) -> Result<Vec<Seen>, Fault> {
    let ids: Vec<DossierId> = ids.iter().copied().take(DOSSIERS_MAX).collect();
    let codes: HashMap<DossierId, String> = dossiers::codes_of(tx, &ids)?.into_iter().collect();
    let numbers: Vec<i64> = ids.iter().map(|it| it.0).collect();
    let mut places = Places::default();
    let mut all = Vec::new();
    for it in journal::of_several(tx, dossiers::SUBJECT, &numbers, LINES_MAX)? {
        let Some(code) = codes.get(&DossierId(it.subject_id)) else { continue };
        let (unit, position) = places.of(tx, tree, words, &it)?;
        all.push(Seen {
            at: domain::text::date_time(it.at.civil()),
            dossier: code.clone(),
            unit,
            position,
            act: act_label(&it.act).to_owned(),
            without_part: it.act == "look",
        });
    }
    Ok(all)
}

/// Whose looks somebody may see: those at dossiers that are his by his number, or that he sent.
pub(super) fn dossiers_of(tx: &mut Tx<'_>, me: &Citizen) -> Result<Vec<DossierId>, Fault> {
    if me.may(Deed::SeeResults).is_err() {
        return Ok(Vec::new());
    }
    facts::dossiers_of(tx, me)
}

#[derive(Template)]
#[template(path = "account/templates/looks.html")]
struct Page {
    shell: Shell,
    lines: Vec<Seen>,
    count: String,
}

/// GET `/tai-khoan/ai-da-xem`
pub async fn show(
    State(site): State<Site>,
    who: Who,
    it: SignedIn,
) -> Result<Html<String>, Failure> {
    if !it.is_whole() {
        return Err(Failure::Elsewhere(Redirect::to("/tai-khoan")));
    }
    let shell = site.shell(&who);
    let (words, tree, me) = (shell.words, who.tree.clone(), it.citizen);
    let lines = site
        .read(&who, move |tx| {
            let ids = dossiers_of(tx, &me)?;
            Ok(of(tx, &tree, words, &ids)?)
        })
        .await?;
    let without = lines.iter().filter(|it| it.without_part).count().to_string();
    let count = words
        .say_with("looks-count", &[("count", &lines.len().to_string()), ("without", &without)]);
    site.page(&Page { shell, lines, count })
}
