//! People whom this desk served lately, and a new dossier from an old one: a form filled with one press.
//! Only from dossiers of one's own counters; each filling is a look and is written down.

use domain::{dossier::Part, ids::DossierId, time::Instant};
use site::{Failure, Site, Typed, Who};
use store::{Fault, Tx, journal::Entry};

use super::{
    sql::{self as dossiers, Person},
    view::Around,
};

mod sql;
#[cfg(test)]
mod tests;

pub(super) use sql::served;

/// People that the list shows.
const SHOWN: usize = 8;
/// For how long somebody was served lately.
const HOURS: i64 = 72;

/// Somebody who was served lately.
#[derive(Debug, Clone)]
pub(super) struct Line {
    pub dossier: DossierId,
    pub name: String,
    pub id_number: String,
    pub when: String,
}

/// Whom this account served lately, the last first, each person once.
pub(super) fn lines(tx: &mut Tx<'_>, around: &Around) -> Result<Vec<Line>, Fault> {
    let since = Instant::from_epoch_ms(tx.now().epoch_ms() - HOURS * 3_600_000);
    let counters = around.counters();
    let mut lines: Vec<Line> = Vec::new();
    for it in sql::lately(tx, around.who.account, since)? {
        let masked = domain::text::mask_id(&it.id_number);
        let known = lines.iter().any(|line| line.name == it.name && line.id_number == masked);
        if known || !counters.contains(&it.unit) || it.name == dossiers::ERASED {
            continue;
        }
        lines.push(Line {
            dossier: it.dossier,
            name: it.name,
            id_number: masked,
            when: domain::text::time_of_day(it.at.civil().time()),
        });
        if lines.len() == SHOWN {
            break;
        }
    }
    Ok(lines)
}

/// Puts the people of an older dossier into a form, and writes down that they were looked at.
///
/// # Errors
/// [`Failure::NotFound`] if it is not of one's own counter or its people were erased.
pub(super) async fn fill(
    site: &Site,
    who: &Who,
    id: DossierId,
    typed: &mut Typed,
) -> Result<(), Failure> {
    let (inner, asker) = (site.clone(), who.clone());
    let (person, procedure) = site
        .write(who, move |tx| {
            let around = Around::load(&inner, &asker, tx)?;
            let on_desk = around.take(tx, id)?;
            let maker = around.maker(tx, &on_desk.kept)?;
            let own = maker.plays_any(&[Part::Counter, Part::CounterHead]);
            if !own || on_desk.kept.applicant == dossiers::ERASED {
                return Err(Failure::NotFound);
            }
            let person = dossiers::person(tx, id)?.ok_or(Failure::NotFound)?;
            let details = serde_json::json!({ "what": "fill" });
            tx.journal(Entry::new(dossiers::SUBJECT, id.0, "look").details(&details));
            Ok((person, on_desk.version.body.code.clone()))
        })
        .await?;
    put(typed, &person);
    if typed.get("thu-tuc").is_empty() {
        typed.set("thu-tuc", procedure);
    }
    Ok(())
}

fn put(typed: &mut Typed, it: &Person) {
    let born = site::form::parse_date(&it.birth_date).map_or_else(String::new, domain::text::date);
    let pairs = [
        ("ho-ten", &it.name),
        ("so-giay-to", &it.id_number),
        ("ngay-sinh", &born),
        ("dien-thoai", &it.phone),
        ("email", &it.email),
        ("dia-chi", &it.address),
    ];
    for (name, text) in pairs {
        typed.set(name, text.as_str());
    }
}
