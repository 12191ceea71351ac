//! What the square code of a badge opens: who somebody is at the office, and what a citizen can do about it.

use askama::Template;
use citizen::levels::facts::body_of;
use domain::{
    access::Role,
    ids::{StaffId, UnitId},
};
use people::{accounts::facts as accounts, staff::facts as staff};
use site::{Failure, Html, Path, Shell, Site, State, Who};
use store::Tx;

use super::sql;

/// Answers that are shown.
const SHOWN: i64 = 20;

struct Public {
    month: String,
    said: String,
    reply: String,
}

#[derive(Template)]
#[template(path = "ratings/templates/badge.html")]
struct Badge {
    shell: Shell,
    id: StaffId,
    name: String,
    title: String,
    unit: String,
    /// The authority to which a report about him goes.
    body: UnitId,
    /// Where whoever holds a receipt rates; empty if the unit has no one-stop shop.
    rates: String,
    public: Vec<Public>,
}

/// Name, title and unit of an official of today.
pub(super) fn official(
    tx: &mut Tx<'_>,
    who: &Who,
    id: StaffId,
) -> Result<Option<(staff::Person, UnitId)>, Failure> {
    let today = who.today();
    let Some(person) = staff::person(tx, id, today)?.filter(|it| !it.title.is_empty()) else {
        return Ok(None);
    };
    let grants = staff::grants_of(tx, &[id])?;
    let mut held = grants.iter().filter(|it| it.holds_on(today)).peekable();
    // Whoever files for others, or asks people's opinion, serves at no office.
    let outside = |role| matches!(role, Role::Intermediary | Role::Interviewer);
    if held.peek().is_none() || held.all(|it| outside(it.role)) {
        return Ok(None);
    }
    for (account, ..) in accounts::of_staff(tx, id)? {
        if let Some((unit, _)) = staff::place_of_account(tx, account, today)? {
            return Ok(Some((person, unit)));
        }
    }
    Ok(None)
}

/// The one-stop shop where what somebody of a unit did is rated: his own, or that of the body.
fn shop_of(who: &Who, unit: UnitId) -> Option<UnitId> {
    let is_shop = |it: &UnitId| who.tree.unit(*it).is_some_and(|it| it.kind == "one_stop");
    let line = who.tree.line(unit);
    line.iter()
        .flat_map(|it| std::iter::once(*it).chain(who.tree.children(*it).iter().copied()))
        .find(is_shop)
}

/// GET `/can-bo/{staff}`
pub async fn show(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<StaffId>,
) -> Result<Html<String>, Failure> {
    super::super::queue::limit(&site, &who, "badge", 240, super::WINDOW_S)?;
    let asker = who.clone();
    let (person, unit, public) = site
        .read(&who, move |tx| {
            let (person, unit) = official(tx, &asker, id)?.ok_or(Failure::NotFound)?;
            Ok((person, unit, sql::published(tx, id, SHOWN)?))
        })
        .await?;
    let rates = shop_of(&who, unit).map_or_else(String::new, |it| format!("/danh-gia/{it}"));
    site.page(&Badge {
        shell: site.shell(&who),
        id,
        name: person.name,
        title: person.title,
        unit: who.tree.title(unit).to_owned(),
        body: body_of(&who.tree, unit),
        rates,
        public: public
            .into_iter()
            .map(|it| Public {
                month: it
                    .published_on
                    .map_or_else(String::new, |it| it.strftime("%m/%Y").to_string()),
                said: it.public_said,
                reply: it.public_reply,
            })
            .collect(),
    })
}
