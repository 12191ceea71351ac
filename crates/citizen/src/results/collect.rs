//! A result handed over in person: who takes it and by what authority, his number, his signature on
//! the screen or on the printed slip.

use askama::Template;
use axum::response::Response;
use domain::{
    dossier::{Collector, Command, ReturnChannel, What},
    party::Authority,
};
use site::{
    Failure, Fields, Filled, Html, Mistakes, Path, Shell, Site, State, Typed, Who,
    form::{Sending, Sent, new_token, once},
    told,
};
use store::journal::Entry;

use super::{
    ADDRESS,
    facts::SUBJECT,
    show::{drawn, is_anew, take, waits_at_counter},
    sql,
};
use crate::dossiers::{Person, collect, facts as dossiers};

#[derive(Template)]
#[template(path = "results/templates/collect.html")]
struct Form<'a> {
    shell: Shell,
    m: &'a Mistakes,
    once: String,
    id: i64,
    name: String,
    holder: String,
    recorded: String,
    collectors: Vec<(String, String)>,
    authorities: Vec<(String, String)>,
}

async fn people(site: &Site, who: &Who, id: i64) -> Result<(sql::Kept, Person), Failure> {
    let (inner, asker) = (site.clone(), who.clone());
    site.read(who, move |tx| {
        let taken = take(tx, &inner, &asker, id)?;
        if !taken.is_counter() {
            return Err(Failure::NotFound);
        }
        let person = dossiers::person_of(tx, taken.kept.dossier)?;
        Ok((taken.kept, person.unwrap_or_default()))
    })
    .await
}

fn page(
    site: &Site,
    who: &Who,
    (kept, person): (sql::Kept, &Person),
    m: &Mistakes,
) -> Result<Html<String>, Failure> {
    let none = (String::new(), "– không –".to_owned());
    let authorities = Authority::ALL.iter().map(|it| (it.code().to_owned(), it.label().to_owned()));
    let once = m.typed("lan-gui");
    site.page(&Form {
        shell: site.shell(who),
        m,
        once: if once.is_empty() { new_token() } else { once.to_owned() },
        id: kept.id,
        name: format!("{} số {}", kept.kind, kept.number),
        holder: kept.holder,
        recorded: collect::recorded(person),
        collectors: Collector::ALL
            .iter()
            .filter(|it| **it != Collector::Lead)
            .map(|it| (it.code().to_owned(), it.label().to_owned()))
            .collect(),
        authorities: std::iter::once(none).chain(authorities).collect(),
    })
}

/// GET `/co-quan/ket-qua/{id}/giao`
pub async fn form(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<i64>,
) -> Result<Html<String>, Failure> {
    let (kept, person) = people(&site, &who, id).await?;
    let mut typed = Typed::default();
    collect::propose(&person, &mut typed);
    if typed.get("ten-nhan").is_empty() {
        typed.set("nguoi-nhan", Collector::Applicant.code());
        typed.set("ten-nhan", person.name.clone());
        typed.set("so-nhan", person.id_number.clone());
    }
    page(&site, &who, (kept, &person), &Mistakes::none(typed))
}

/// POST `/co-quan/ket-qua/{id}/giao`: the dossier's own step, and who took it.
pub async fn hand_over(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<i64>,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    let (kept, person) = people(&site, &who, id).await?;
    let sending = Sending::of(&who, &typed, "lan-gui");
    let mut fields = Fields::of(typed);
    let collection = collect::read(&mut fields, &person, who.today());
    if collection.as_ref().is_some_and(|it| it.id_number.is_empty()) {
        fields.wrong("so-nhan", "Ghi số giấy tờ của người nhận.");
    }
    let signature = fields.read("chu-ky", drawn);
    let on_paper = fields.typed().has("ky-giay");
    if signature.as_ref().is_some_and(String::is_empty) && !on_paper {
        let why = "Người nhận ký vào ô này, hoặc in phiếu để ký trên giấy và đánh dấu bên dưới.";
        fields.wrong("chu-ky", why);
    }
    let (collection, signature) = match fields.finish(collection.zip(signature)) {
        Ok(it) => it,
        Err(m) => return Err(Failure::Mistaken(page(&site, &who, (kept, &person), &m)?)),
    };
    let (inner, asker) = (site.clone(), who.clone());
    let done = once(&site, &who, sending, move |tx| {
        let mut taken = take(tx, &inner, &asker, id)?;
        if !taken.is_counter() {
            return Err(Failure::NotFound);
        }
        let anew = is_anew(tx, &taken)?;
        waits_at_counter(&taken, anew)?;
        let collector = Collector::from_code(&collection.collector).ok_or(Failure::NotFound)?;
        let what = What::Return { channel: ReturnChannel::Counter, collector };
        let words = Some(collection.words());
        let (name, number) = (collection.name.clone(), collection.id_number.clone());
        if anew {
            sql::collected_alone(tx, id)?;
            // No step of a dossier that is over; its page tells of it all the same.
            let of_dossier = serde_json::json!({
                "number": taken.kept.number, "collector": collector.code(),
            });
            dossiers::tell_aside(tx, taken.kept.dossier, "hand_over_result", &of_dossier, words);
        } else {
            dossiers::record_collection(tx, taken.kept.dossier, collection)?;
            let desk = taken.around.desk();
            taken.on_desk.step(tx, desk, &taken.maker, Command { what, words })?;
        }
        let channel = ReturnChannel::Counter.code();
        sql::insert_handover(tx, id, channel, (&name, &number, &signature))?;
        let details = serde_json::json!({
            "collector": collector.code(), "drawn": !signature.is_empty(),
        });
        tx.journal(Entry::new(SUBJECT, id, "hand_over_result").details(&details));
        Ok(Ok::<_, Mistakes>(format!("{ADDRESS}/{id}")))
    })
    .await?;
    match done {
        Sent::Done(location) => Ok(told(&location, "Đã giao kết quả.")),
        Sent::Wrong(m) | Sent::Before(m) => {
            Err(Failure::Mistaken(page(&site, &who, (kept, &person), &m)?))
        }
    }
}
