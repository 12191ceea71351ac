//! Accounts on the portal: some of those who handed something in have one, as they would open it themselves.

use citizen::dossiers::facts as dossiers;
use domain::{
    identity::{PersonalId, Phone, PhoneKind},
    ids::DossierId,
    time::Instant,
};
use portal::account::facts as accounts;
use site::Lang;
use store::{Db, Fault, Stamp};

/// Accounts of the demo.
const ACCOUNTS: usize = 12;
/// Which of them reads English.
const ENGLISH: usize = 5;
/// Dossiers that are looked through for people at most, from the newest.
const LOOKED_THROUGH: i64 = 200;

/// Opens the accounts: every other one was confirmed at a counter.
pub(super) fn play(db: &Db, now: Instant) -> Result<(), Fault> {
    db.write_blocking(Stamp::of_program(now, "demo"), |tx| {
        let newest = dossiers::newest(tx)?;
        let mut opened = 0;
        for id in (1..=newest).rev().take(usize::try_from(LOOKED_THROUGH).unwrap_or(0)) {
            if opened == ACCOUNTS {
                break;
            }
            let Some(person) = dossiers::applicant(tx, DossierId(id))? else { continue };
            let (Ok(phone), Ok(number)) =
                (Phone::parse(&person.phone), PersonalId::parse(&person.id_number))
            else {
                continue;
            };
            let is_known = phone.kind() != PhoneKind::Mobile
                || person.organisation.is_some()
                || accounts::by_phone(tx, &phone)?.is_some()
                || accounts::by_number(tx, &number)?.is_some();
            if is_known {
                continue;
            }
            // One of them reads English, and is told so of what is his.
            let lang = if opened == ENGLISH { Lang::En } else { Lang::Vi };
            let citizen = accounts::create_by_phone(tx, &phone, lang)?;
            dossiers::told_in(tx, DossierId(id), lang)?;
            if opened % 2 == 0 {
                let said = (person.name.as_str(), person.birth_date.as_str());
                accounts::confirm_number(tx, citizen, &number, said)?;
            }
            for purpose in ["notify", "prefill", "reuse_papers"].iter().skip(opened % 3) {
                accounts::say(tx, citizen, purpose, true, lang)?;
            }
            if opened % 4 == 3 {
                accounts::say(tx, citizen, "reuse_papers", false, lang)?;
            }
            opened += 1;
        }
        Ok(())
    })
}
