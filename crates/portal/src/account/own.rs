//! Whose dossiers: what stands among somebody's own, and what somebody filed with his number without proof.

use axum::response::Response;
use citizen::{
    dossiers::facts as dossiers,
    tracking::{self, Sight},
};
use domain::{
    assurance::{Assurance, Deed},
    ids::DossierId,
};
use site::{Failure, Filled, Path, Site, State, Who, told};
use store::{Fault, Tx, journal::Entry};

use super::{
    facts::{self, Citizen},
    home::demand_whole,
    session::SignedIn,
    sql,
};
use crate::filing::facts as filings;

/// The dossiers that a citizen sees as his own with this session: those that were sent from his account, those
/// whose telephone answered a code and is his, and those that bear his number if we know him by it; of the last not
/// what somebody sent over the line without proof. A telephone alone, where somebody vouched for more, sees what
/// answered to it. The newest first.
pub(super) fn of(tx: &mut Tx<'_>, me: &Citizen) -> Result<Vec<DossierId>, Fault> {
    if !me.is_whole {
        return by_phone(tx, me);
    }
    let mut all = sql::sent_from(tx, me.id)?;
    all.extend(by_phone(tx, me)?);
    if let Some(number) = number_of(me) {
        let unproved = filings::unproved(tx, number)?;
        let bearing = dossiers::of_number(tx, number)?;
        all.extend(bearing.into_iter().filter(|it| !unproved.contains(it)));
    }
    all.sort_by_key(|it| std::cmp::Reverse(it.0));
    all.dedup();
    Ok(all)
}

/// Filed by whoever held the telephone that is this account's, without an account or from this one.
pub(super) fn by_phone(tx: &mut Tx<'_>, me: &Citizen) -> Result<Vec<DossierId>, Fault> {
    if me.phone_confirmed && me.may(Deed::SeeResults).is_ok() {
        filings::of_phone(tx, &me.phone, me.id)
    } else {
        Ok(Vec::new())
    }
}

fn number_of(me: &Citizen) -> Option<&str> {
    let known = me.may(Deed::SeeOthers).is_ok() && !me.id_number.is_empty();
    known.then_some(me.id_number.as_str())
}

/// What bears his number, was sent over the line without proof, and is neither known to be his nor denied.
pub(super) fn doubtful(tx: &mut Tx<'_>, me: &Citizen) -> Result<Vec<DossierId>, Fault> {
    let Some(number) = number_of(me) else { return Ok(Vec::new()) };
    let (mine, denied) = (of(tx, me)?, filings::denied(tx, me.id)?);
    let mut found = filings::unproved(tx, number)?;
    found.retain(|it| !mine.contains(it) && !denied.contains(it));
    found.sort_by_key(|it| std::cmp::Reverse(it.0));
    Ok(found)
}

/// POST `/tai-khoan/ho-so/{code}`: to the page of a dossier of one's own.
pub async fn open(
    State(site): State<Site>,
    who: Who,
    it: SignedIn,
    Path(code): Path<String>,
    Filled(_): Filled,
) -> Result<Response, Failure> {
    let (is_whole, session) = (it.is_whole(), it.session);
    let (me, asked) = (it.citizen, code.clone());
    let sight = site
        .read(&who, move |tx| {
            let id = dossiers::id_of(tx, &asked)?.ok_or(Failure::NotFound)?;
            if me.may(Deed::SeeResults).is_err() || !facts::dossiers_of(tx, &me)?.contains(&id) {
                return Err(Failure::NotFound);
            }
            // A telephone that answered then and now follows, and reads nothing of what a provider vouched for.
            if !is_whole {
                return Ok(Sight::Follows);
            }
            let said = dossiers::applicant(tx, id)?.unwrap_or_default();
            let is_own = me.assurance == Assurance::Identified && said.id_number == me.id_number;
            Ok(if is_own { Sight::Own } else { Sight::Reads })
        })
        .await?;
    tracking::let_in(&site, &who, &code, (sight, session))
}

/// POST `/tai-khoan/ho-so/{code}/cua-toi`: he sent it himself.
pub async fn claim(
    State(site): State<Site>,
    who: Who,
    it: SignedIn,
    Path(code): Path<String>,
    Filled(_): Filled,
) -> Result<Response, Failure> {
    say(&site, &who, it, code, true).await
}

/// POST `/tai-khoan/ho-so/{code}/khong-phai-toi`: somebody else sent it. The counter sees that he says so.
pub async fn deny(
    State(site): State<Site>,
    who: Who,
    it: SignedIn,
    Path(code): Path<String>,
    Filled(_): Filled,
) -> Result<Response, Failure> {
    say(&site, &who, it, code, false).await
}

async fn say(
    site: &Site,
    who: &Who,
    it: SignedIn,
    code: String,
    is_mine: bool,
) -> Result<Response, Failure> {
    demand_whole(site, who, &it)?;
    let me = it.citizen;
    site.write(who, move |tx| {
        let id = dossiers::id_of(tx, &code)?.ok_or(Failure::NotFound)?;
        // A second click finds that it was said.
        if !doubtful(tx, &me)?.contains(&id) {
            let was_said = of(tx, &me)?.contains(&id) || filings::denied(tx, me.id)?.contains(&id);
            return if was_said { Ok(()) } else { Err(Failure::NotFound) };
        }
        let act = if is_mine {
            facts::filed(tx, me.id, id)?;
            "claim_filing"
        } else {
            filings::deny(tx, id, me.id)?;
            "deny_filing"
        };
        tx.journal(Entry::new(dossiers::SUBJECT, id.0, act));
        Ok(())
    })
    .await?;
    let words = site.shell(who).words;
    let said =
        if is_mine { words.say("doubt-mine-said") } else { words.say("doubt-not-mine-said") };
    Ok(told("/tai-khoan#ho-so", &said))
}
