//! What was filed over the line on the last working day: births, declared by the form of the office. One of each
//! counter was sent from an account, one by the village head for somebody who agreed; all wait for the counter's answer.

use citizen::{
    dossiers::{
        Paper, Person,
        desk::{Desk, Intake},
    },
    eforms::{
        facts::{self as eforms, FormVersion},
        fill, shipped,
    },
    procedures::facts as procedures,
};
use domain::{
    assurance::Assurance,
    dossier::ReturnChannel,
    eform::{self, Answer, Judgement},
    ids::AccountId,
    money::Dong,
    names::Ages,
    paper::AssistConsent,
    procedure::ChannelKind,
    time::Instant,
};
use jiff::{ToSpan as _, civil::Date};
use people::calendar::facts as calendar;
use portal::{
    account::facts as accounts,
    filing::facts::{self as filings, Filed, Helped},
};
use site::Lang;
use store::{Db, Fault, Stamp};

use super::{Play, links, missing, office::Office, random::Random, year::played};

/// Birth registration.
const PROCEDURE: &str = "1.001193";
/// When they came: hour and minute.
const TIMES: [(i8, i8); 3] = [(8, 20), (10, 5), (14, 40)];

/// The sample of the form under the applicant's own name and numbers, for a child of last week.
fn declared(
    form: &FormVersion,
    (person, tree): (&Person, &site::tree::Tree),
    day: Date,
) -> Result<Option<Judgement>, Fault> {
    let Some(mut answers) = shipped::sample(&form.form.code)? else { return Ok(None) };
    answers.extend(eform::prefill(&form.form, &eforms::known(person, &fill::units(tree))));
    let born = day.checked_sub(6.days()).unwrap_or(day);
    answers.insert("tre-sinh".to_owned(), Answer::Text(born.to_string()));
    let judged = eform::judge(&form.form, &answers, day);
    let judged = fill::without_files(&form.form, judged);
    Ok(judged.mistakes.is_empty().then_some(judged))
}

/// Plays it.
pub(super) fn play(db: &Db, now: Instant, play: &Play, office: &Office) -> Result<(), Fault> {
    if play.dossiers < links::FROM_DOSSIERS {
        return Ok(());
    }
    db.write_blocking(Stamp::of_program(now, "demo"), |tx| {
        let tree = site::tree_of(tx)?;
        let calendars = calendar::load(tx)?;
        let mut random = Random::new(play.seed.wrapping_add(13));
        let yesterday = now.civil().date().checked_sub(1.days()).ok();
        let day = yesterday.and_then(|it| calendars.general().working_until(it));
        let day = day.ok_or_else(|| missing("day"))?;
        let Some(version) = procedures::in_force(tx, PROCEDURE, day)? else { return Ok(()) };
        let form = eforms::form_for(tx, PROCEDURE, day)?;
        let papers = version.body.papers_placed();
        let mut papers = papers.iter().map(|it| (i64::try_from(it.place).unwrap_or(0), it.paper));
        let promised = papers.find(|(_, it)| it.name.contains("chứng sinh"));
        for (body, consent) in office.shown().zip([AssistConsent::Slip, AssistConsent::Witnessed]) {
            let place = format!("{}, huyện Tân Kỳ, tỉnh Nghệ An", body.place);
            for (number, (hour, minute)) in TIMES.into_iter().enumerate() {
                let mut stream = || random.next();
                let found = office.names.person(&mut stream, day, Ages::ADULT, &place);
                let found = found.ok_or_else(|| missing("names"))?;
                let person = Person {
                    name: found.name,
                    id_number: found.number.reveal().to_owned(),
                    birth_date: found.born_on.to_string(),
                    phone: found.phone.reveal().to_owned(),
                    address: found.address,
                    request: version.body.name.clone(),
                    return_way: ReturnChannel::Counter.code().to_owned(),
                    ..Person::default()
                };
                let received_at = day.at(hour, minute, 0, 0);
                // The last of the day comes by the village head.
                let helper = body.village_head.filter(|_| number + 1 == TIMES.len());
                let (now, by) = (Instant::from_civil(received_at), helper.unwrap_or(AccountId(0)));
                tx.restamp(Stamp { now, by, origin: "demo".into() });
                let own = number == 0 && accounts::by_phone(tx, &found.phone)?.is_none();
                let citizen = if own {
                    let id = accounts::create_by_phone(tx, &found.phone, Lang::Vi)?;
                    let said = (person.name.as_str(), person.birth_date.as_str());
                    accounts::confirm_number(tx, id, &found.number, said)?;
                    Some(id)
                } else {
                    None
                };
                let judged = match &form {
                    Some(it) => declared(it, (&person, &tree), day)?,
                    None => None,
                };
                let papers = promised.iter().map(|(place, paper)| Paper {
                    id: 0,
                    place: *place,
                    name: paper.name.clone(),
                    form: "original".to_owned(),
                    count: 1,
                    sufficient: false,
                    note: "Người nộp hẹn nộp bản giấy tại quầy".to_owned(),
                });
                let intake = Intake {
                    procedure: PROCEDURE.to_owned(),
                    unit: body.counter,
                    channel: ChannelKind::Online,
                    received_at,
                    person,
                    papers: papers.collect(),
                    fee: Dong::ZERO,
                    agreed_days: None,
                };
                let filed = Filed {
                    intake: &intake,
                    declared: form.as_ref().zip(judged.as_ref()),
                    proof: match (own, helper) {
                        (true, _) => Assurance::Identified,
                        (false, None) => Assurance::Phone,
                        (false, Some(_)) => Assurance::Nothing,
                    },
                    citizen,
                };
                let desk = Desk { tree: &tree, calendars: &calendars };
                let Some(by) = helper else {
                    filings::file(tx, desk, &filed).map_err(played)?;
                    continue;
                };
                let heard = consent == AssistConsent::Witnessed;
                let mut stream = || random.next();
                let witness = office.names.person(&mut stream, day, Ages::ADULT, &place);
                let witness = witness.filter(|_| heard).map(|it| it.name).unwrap_or_default();
                let helped = Helped { by, consent, witness: &witness };
                filings::file_for(tx, desk, &filed, helped).map_err(played)?;
            }
        }
        Ok(())
    })
}
