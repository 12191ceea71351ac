//! Inviting who was drawn: by message to whoever agreed to that, by letter to everybody else.

use axum::response::Response;
use domain::{
    access::Action,
    ids::SurveyId,
    message::Kind as Said,
    survey::form::{Form, Kind},
    text,
};
use messages::Message;
use prints::{SurveyLetter, SurveyQuestion};
use serde_json::json;
use site::{Failure, Filled, Path, Site, State, Who};
use store::{Fault, Tx, journal::Entry};

use crate::{
    desk,
    manage::seen,
    secrets::{self, Contact},
    sql::{self, Survey, people},
};

/// The purpose of `law/consent.toml`.
const PURPOSE: &str = "survey";
/// Letters of one file at most.
const AT_ONCE_MAX: usize = 100;

/// Whether a message may go to somebody: he has a mobile telephone, and his last word on his account is yes. Silence
/// is no (NĐ 13/2023/NĐ-CP Đ.11 k.6): who said nothing gets a letter.
fn may_be_sent(site: &Site, tx: &mut Tx<'_>, it: &Contact) -> Result<bool, Fault> {
    let contact = messages::Contact { phone: it.phone.clone(), ..messages::Contact::default() };
    if contact.mobile().is_none() || it.number.is_empty() {
        return Ok(false);
    }
    Ok(site.consent_of(tx, &it.number, PURPOSE)?.is_some_and(|said| said.1))
}

/// By which ways somebody is still to be told: by message, by letter.
pub fn ways(
    site: &Site,
    tx: &mut Tx<'_>,
    it: &people::Invitation,
) -> Result<(bool, bool), Failure> {
    let contact = secrets::open_contact(site, it.survey, &it.contact)?;
    let Some(contact) = contact else { return Ok((false, false)) };
    let by_message = may_be_sent(site, tx, &contact)?;
    Ok((by_message && !it.sent, !by_message && !it.printed))
}

/// Queues messages: to whoever was not told yet, or once more to whoever was told and has not answered. How many.
pub fn send(site: &Site, tx: &mut Tx<'_>, it: &Survey, reminds: bool) -> Result<usize, Failure> {
    let today = tx.now().civil().date();
    if !desk::is_answered(it, today) {
        return Err(Failure::Refused("Chỉ gửi lời mời khi đang thu phiếu.".to_owned()));
    }
    if reminds && it.reminded_on.is_some() {
        return Err(Failure::Refused(
            "Đã nhắc một lần. Mỗi người chỉ được nhắc một lần.".to_owned(),
        ));
    }
    let tree = site.tree(tx)?;
    let unit = tree.title(it.unit).to_owned();
    let until = text::date(it.closes_on);
    let mut count = 0;
    for invitation in people::invitations(tx, it.id, &["asked"], i64::MAX)? {
        if invitation.sent != reminds {
            continue;
        }
        let contact = secrets::open_contact(site, it.id, &invitation.contact)?;
        let code = desk::code_of(site, &invitation)?;
        let (Some(contact), Some(code)) = (contact, code) else { continue };
        if !may_be_sent(site, tx, &contact)? {
            continue;
        }
        let to = messages::Contact {
            name: contact.name.clone(),
            phone: contact.phone.clone(),
            ..messages::Contact::default()
        };
        let link = format!("/ks/{code}");
        let values =
            [("lien-ket", link.as_str()), ("don-vi", unit.as_str()), ("den-ngay", until.as_str())];
        let key = secrets::message_key(site, it.id, &invitation.frame_id, u8::from(reminds));
        let message = Message {
            key: &key,
            kind: Said::SurveyInvited,
            subject: (desk::SUBJECT, it.id.0),
            to: &to,
            lang: contact.lang(),
            values: &values,
            urgent: false,
            unit: None,
        };
        if messages::send(tx, &message)?.is_some() {
            people::told(tx, &invitation)?;
            count += 1;
        }
    }
    let act = if reminds {
        sql::reminded(tx, it.id)?;
        "remind_invited"
    } else {
        "send_invitations"
    };
    tx.journal(Entry::new(desk::SUBJECT, it.id.0, act).details(&json!({"count": count})));
    Ok(count)
}

/// Puts the next of the stratum in the place of somebody who cannot be asked.
pub fn replace(tx: &mut Tx<'_>, id: SurveyId, whom: &str, why: &str) -> Result<(), Failure> {
    let survey = sql::held(tx, id)?.ok_or(Failure::NotFound)?;
    if !desk::is_answered(&survey, tx.now().civil().date()) {
        return Err(Failure::Refused("Chỉ thay người khi đang thu phiếu.".to_owned()));
    }
    let it = people::held(tx, id, whom)?.ok_or(Failure::NotFound)?;
    if it.state != "asked" {
        return Err(Failure::Refused("Người này đã trả lời hoặc đã được thay.".to_owned()));
    }
    if !people::replace(tx, &it, why)? {
        return Err(Failure::Refused(format!("Tầng “{}” không còn người dự phòng.", it.stratum)));
    }
    sql::answers::leave(tx, id, &it.frame_id)?;
    let details = json!({"stratum": it.stratum, "place": it.place});
    let words = Some(why.to_owned());
    tx.journal(Entry::new(desk::SUBJECT, id.0, "replace_drawn").details(&details).words(words));
    Ok(())
}

/// The sheet to fill in, as it is printed.
pub fn on_paper(form: &Form) -> Vec<SurveyQuestion> {
    form.question
        .iter()
        .zip(1..)
        .map(|(it, number)| SurveyQuestion {
            text: format!("{number}. {}", it.vi),
            choices: form.choices(it).iter().map(|it| format!("{} {}", it.code, it.vi)).collect(),
            hint: if it.kind == Kind::Several { "(chọn một hoặc nhiều)" } else { "" }.to_owned(),
        })
        .collect()
}

/// The letters that are to be printed: of a batch once more, or to who gets no message and was not written to yet; and
/// whom each is for.
fn letters(
    site: &Site,
    tx: &mut Tx<'_>,
    who: &Who,
    (it, again): (&Survey, Option<i64>),
) -> Result<Vec<(String, SurveyLetter)>, Failure> {
    let id = it.id;
    let questions = on_paper(&desk::form_of(tx, it)?);
    let unit = who.tree.unit(it.unit).cloned();
    let above = unit.as_ref().and_then(|it| it.parent);
    let title = unit.as_ref().map_or_else(String::new, |it| it.title.clone());
    let base = &site.config.base_url;
    let mut letters = Vec::new();
    for invitation in people::invitations(tx, id, &["asked"], i64::MAX)? {
        let wanted = match again {
            Some(batch) => invitation.printed && invitation.batch == batch,
            None => letters.len() < AT_ONCE_MAX && ways(site, tx, &invitation)?.1,
        };
        if !wanted {
            continue;
        }
        let contact = secrets::open_contact(site, id, &invitation.contact)?;
        let code = desk::code_of(site, &invitation)?;
        let (Some(contact), Some(code)) = (contact, code) else { continue };
        let letter = SurveyLetter {
            agency: prints::Agency {
                parent: above.map_or_else(String::new, |it| who.tree.title(it).to_owned()),
                name: title.clone(),
                place: unit.as_ref().map_or_else(String::new, |it| it.place.clone()),
            },
            day: Some(who.today()),
            about: it.title.clone(),
            to: contact.name,
            address: contact.address,
            text: format!(
                "{title} mời ông, bà trả lời phiếu khảo sát, khoảng 3 phút, đến hết ngày {}. Ông, bà được \
                 rút thăm ngẫu nhiên; cách rút thăm và kết quả công khai tại {base}/khao-sat/{id}.",
                text::date(it.closes_on)
            ),
            code: secrets::shown(&code),
            place: format!("{base}/ks"),
            link: format!("{base}/ks/{code}"),
            questions: questions.clone(),
            demo: site.config.demo,
        };
        letters.push((invitation.frame_id, letter));
    }
    Ok(letters)
}

fn printing(
    tx: &mut Tx<'_>,
    who: &Who,
    id: SurveyId,
    again: Option<i64>,
) -> Result<Survey, Failure> {
    let it = seen(tx, who, Action::SurveyManage, id)?;
    if !desk::is_answered(&it, tx.now().civil().date()) {
        return Err(Failure::Refused("Chỉ in thư mời khi đang thu phiếu.".to_owned()));
    }
    if let Some(batch) = again
        && !people::batches(tx, id)?.iter().any(|it| it.0 == batch)
    {
        return Err(Failure::Refused("Đợt thư này không còn ai chưa trả lời.".to_owned()));
    }
    Ok(it)
}

/// POST `/co-quan/khao-sat/{id}/in-thu`: letters to who gets no message and was not written to yet, or, with `dot`,
/// those of a batch once more. They count as printed when the paper is there, not before.
pub async fn print(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<i64>,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    let id = SurveyId(id);
    let again: Option<i64> = match typed.get("dot") {
        "" => None,
        batch => Some(batch.parse().map_err(|_| Failure::NotFound)?),
    };
    let _turn = site.one_at_a_time().await?;
    let (inner, asker) = (site.clone(), who.clone());
    let letters = site
        .read(&who, move |tx| {
            let it = printing(tx, &asker, id, again)?;
            letters(&inner, tx, &asker, (&it, again))
        })
        .await?;
    if letters.is_empty() {
        return Ok(site::told(
            &format!("{}/{id}", crate::manage::PAGE),
            "Không còn thư nào chờ in. Thư đã in thì in lại được theo đợt.",
        ));
    }
    let (whom, letters): (Vec<String>, Vec<SurveyLetter>) = letters.into_iter().unzip();
    let made = tokio::task::spawn_blocking(move || prints::render_survey_letters(&letters)).await;
    let bytes = made
        .map_err(|e| Fault::Worker(e.to_string()))?
        .map_err(|e| Fault::Broken(format!("print: {e}")))?;
    let asker = who.clone();
    let batch = site
        .write(&who, move |tx| {
            printing(tx, &asker, id, again)?;
            let batch = match again {
                Some(it) => it,
                None => people::printed(tx, id, &whom)?,
            };
            let details = json!({"count": whom.len(), "batch": batch, "again": again.is_some()});
            tx.journal(Entry::new(desk::SUBJECT, id.0, "print_invitations").details(&details));
            Ok(batch)
        })
        .await?;
    Ok(site::file(
        bytes,
        "application/pdf",
        &format!("thu-moi-khao-sat-{id}-dot-{batch}.pdf"),
        false,
    ))
}
