//! Messages as letters, for those who have neither telephone nor mail.

use axum::response::Response;
use domain::{
    lang::Lang,
    message::{Channel, State as How},
};
use messages::facts::{self, Kept};
use prints::{LetterSheet, render_letters};
use site::{Failure, Filled, Path, Site, State, Who, told};
use store::{Fault, Tx};

use super::{
    PAGE,
    list::scope_of,
    show::{held, journalled},
    sql::{self, Filter, Line},
};
use crate::dossiers::facts as dossiers;

/// Letters of one file at most.
const AT_ONCE_MAX: i64 = 100;

fn sheet(tx: &mut Tx<'_>, site: &Site, who: &Who, line: &Line) -> Result<LetterSheet, Fault> {
    let Line { it, dossier, code } = line;
    let kept = dossiers::by_id(tx, *dossier)?;
    let unit = kept.as_ref().map(|it| it.unit);
    let (procedure, secret) = match &kept {
        Some(kept) => {
            let version = crate::procedures::facts::version(tx, kept.version)?;
            let name = version.map_or_else(String::new, |it| it.body.name.clone());
            let person = dossiers::person_of(tx, kept.id)?.unwrap_or_default();
            (name, person.secret)
        }
        None => (String::new(), String::new()),
    };
    let counter = unit.and_then(|it| who.tree.unit(it));
    Ok(LetterSheet {
        agency: unit.map_or_else(prints::Agency::default, |it| dossiers::agency_of(who, it)),
        day: Some(who.today()),
        english: it.lang == Lang::En,
        title: it.title().to_uppercase(),
        to: it.to.name.clone(),
        address: it.to.address.clone(),
        phone: it.to.phone.clone(),
        code: code.clone(),
        procedure,
        text: it.said(&site.config.base_url),
        counter: counter.map_or_else(String::new, |it| it.title.clone()),
        counter_phone: counter.map_or_else(String::new, |it| it.phone.clone()),
        counter_address: counter.map_or_else(String::new, |it| it.address.clone()),
        track_url: if code.is_empty() {
            String::new()
        } else {
            format!("{}/ho-so/{code}?ma={secret}", site.config.base_url)
        },
        demo: site.config.demo,
    })
}

async fn file(sheets: Vec<LetterSheet>) -> Result<Response, Failure> {
    let made = tokio::task::spawn_blocking(move || render_letters(&sheets)).await;
    let bytes = made
        .map_err(|e| Fault::Worker(e.to_string()))?
        .map_err(|e| Fault::Broken(format!("print: {e}")))?;
    Ok(site::file(bytes, "application/pdf", "thu-bao.pdf", false))
}

/// POST `/co-quan/thong-bao/in-thu`: the chosen letters as one file, all that wait if none is chosen.
pub async fn print(
    State(site): State<Site>,
    who: Who,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    let chosen: Vec<i64> = typed.all("chon").filter_map(|it| it.parse().ok()).collect();
    let _turn = site.one_at_a_time().await?;
    let (inner, asker, scope) = (site.clone(), who.clone(), scope_of(&who));
    let filter = Filter {
        states: vec![How::GivenUp, How::Failed],
        channel: Some(Channel::Letter),
        ..Filter::default()
    };
    let (ids, sheets) = site
        .read(&who, move |tx| {
            let (mut ids, mut sheets) = (Vec::new(), Vec::new());
            for line in sql::page(tx, &scope, &filter, (true, None), AT_ONCE_MAX)? {
                if chosen.is_empty() || chosen.contains(&line.it.id) {
                    sheets.push(sheet(tx, &inner, &asker, &line)?);
                    ids.push(line.it.id);
                }
            }
            Ok((ids, sheets))
        })
        .await?;
    if sheets.is_empty() {
        return Ok(told(&format!("{PAGE}?xem=thu"), "Không có thư nào chờ in."));
    }
    // Typeset first, and mark what there is a file of.
    let file = file(sheets).await?;
    let asker = who.clone();
    site.write(&who, move |tx| {
        for id in ids {
            let it = held(tx, &asker, id)?;
            if it.state.is_due() {
                facts::tell(tx, &it, Channel::Letter)?;
                journalled(tx, &it, "print_notice");
            }
        }
        Ok(())
    })
    .await?;
    Ok(file)
}

/// GET `/co-quan/thong-bao/tin/{id}/thu`: one letter to look at or to print again; nothing is marked.
pub async fn again(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<i64>,
) -> Result<Response, Failure> {
    let (inner, asker, scope) = (site.clone(), who.clone(), scope_of(&who));
    let sheet = site
        .read(&who, move |tx| {
            let line = sql::one(tx, &scope, id)?.ok_or(Failure::NotFound)?;
            if is_gone(&line.it) {
                return Err(Failure::Refused("Nội dung tin này không còn để in.".to_owned()));
            }
            Ok(sheet(tx, &inner, &asker, &line)?)
        })
        .await?;
    file(vec![sheet]).await
}

const fn is_gone(it: &Kept) -> bool {
    it.text.is_empty()
}
