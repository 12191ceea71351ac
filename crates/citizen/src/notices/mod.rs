//! Messages about dossiers: what each step lets the citizen know, what could not be sent and is told by whoever
//! is at the counter, and the look-up by text message.

use domain::{
    access::Action,
    dossier::{CommandKind, Event, Status, What},
    lang::Lang,
    message::Kind,
    money::Dong,
    procedure::ChannelKind,
};
use jiff::civil::DateTime;
use messages::{Contact, Message, facts as kept_messages};
use site::{AdminGroup, Routes, Tie, Who, Words, get, post, tree::Tree};
use store::{Fault, Tx};

use crate::{
    dossiers::facts::{self as dossiers, Kept},
    tracking::ready::Way,
};

mod letters;
mod list;
mod lookup;
mod show;
mod sql;
#[cfg(test)]
mod tests;

/// Where the list is.
const PAGE: &str = "/co-quan/thong-bao";
/// What a message about a dossier is about.
const SUBJECT: &str = "dossier";
/// Messages of one dossier that its page shows.
const TIES_MAX: i64 = 12;

/// The routes of this slice.
#[must_use]
pub fn routes() -> Routes {
    let (see, act) = (Action::DossierView, Action::DossierReceive);
    Routes::default()
        .menu("Cần báo cho dân", PAGE, see)
        .admin(
            AdminGroup::Work,
            ("Cần báo cho dân", PAGE),
            see,
            "Tin báo cho dân: đã gửi, chờ gửi, cần báo trực tiếp, chờ in thư.",
        )
        .ties(ties)
        .on(PAGE, see, get(list::list))
        .on("/co-quan/thong-bao/xuat", see, get(list::export))
        .on("/co-quan/thong-bao/in-thu", act, post(letters::print))
        .on("/co-quan/thong-bao/{id}", act, post(show::mark))
        .on("/co-quan/thong-bao/tin/{id}", see, get(show::show))
        .on("/co-quan/thong-bao/tin/{id}/gui-lai", act, post(show::again))
        .on("/co-quan/thong-bao/tin/{id}/chuyen", act, post(show::hand_to))
        .on("/co-quan/thong-bao/tin/{id}/thu", act, get(letters::again))
        .on("/tin/{secret}/den", Action::RelayReceive, get(lookup::hear).post(lookup::hear))
}

/// The applicant, as he is reached, and the language that he reads.
fn contact_of(tx: &mut Tx<'_>, kept: &Kept) -> Result<(Contact, Lang), Fault> {
    let person = dossiers::person_of(tx, kept.id)?.unwrap_or_default();
    let contact = Contact {
        name: person.name,
        phone: person.phone,
        email: person.email,
        address: person.address,
    };
    Ok((contact, person.lang))
}

/// What stands in a place, as the reader's language writes it.
enum Value<'a> {
    /// A name, or what the office wrote in its own words: the same in every language.
    Words(&'a str),
    /// A moment, civil time in Viet Nam; nothing if none is set.
    At(Option<DateTime>),
    /// An amount.
    Money(Dong),
    /// How a result is had that waits at this counter.
    Ready(Way, &'a str),
    /// How what is asked for is handed in at this counter, by whoever filed over the line or not.
    HandIn(bool, &'a str),
}

impl Value<'_> {
    fn said(&self, lang: Lang) -> String {
        match self {
            Self::Words(it) => (*it).to_owned(),
            Self::At(at) => at.map_or_else(String::new, |it| domain::text::date_time_in(it, lang)),
            Self::Money(it) => domain::text::money_in(it.0, lang),
            Self::Ready(way, unit) => way.told(Words::new(lang), unit),
            Self::HandIn(true, unit) => {
                Words::new(lang).say_with("tell-hand-in-online", &[("unit", unit)])
            }
            Self::HandIn(false, unit) => {
                Words::new(lang).say_with("tell-hand-in", &[("unit", unit)])
            }
        }
    }
}

/// Queues a message about a dossier. A part of a case that another unit leads says nothing to the citizen: the
/// whole does.
fn queue(
    tx: &mut Tx<'_>,
    counter: &str,
    kept: &Kept,
    kind: Kind,
    values: &[(&str, Value<'_>)],
) -> Result<(), Fault> {
    if !kind.is_owed() && !messages::is_any_on(tx)? {
        return Ok(());
    }
    if kept.applicant == dossiers::ERASED || crate::dossiers::links::facts::is_child(tx, kept.id)? {
        return Ok(());
    }
    let (to, lang) = contact_of(tx, kept)?;
    let key = format!("{}:{}:{}", kind.code(), kept.id, kept.edition);
    let link = match kind {
        Kind::Paid => format!("/ho-so/{}#bien-lai", kept.code),
        Kind::RateAsked => match crate::tracking::rating_link(tx, kept.id)? {
            Some(link) => link,
            // Received before there were links.
            None => return Ok(()),
        },
        _ => format!("/tra-cuu?ma-ho-so={}", site::percent(&kept.code)),
    };
    let mut all =
        vec![("ma-ho-so", kept.code.as_str()), ("don-vi", counter), ("lien-ket", link.as_str())];
    let said: Vec<(&str, String)> = values.iter().map(|it| (it.0, it.1.said(lang))).collect();
    all.extend(said.iter().map(|it| (it.0, it.1.as_str())));
    let message = Message {
        key: &key,
        kind,
        subject: (SUBJECT, kept.id.0),
        to: &to,
        lang,
        values: &all,
        urgent: kind.is_urgent(),
        unit: Some(kept.unit),
    };
    messages::send(tx, &message).map(|_| ())
}

fn replace(tx: &mut Tx<'_>, kept: &Kept, kinds: &[Kind], why: &str) -> Result<(), Fault> {
    kept_messages::replace(tx, (SUBJECT, kept.id.0), kinds, why)
}

/// Queues the notice of a date that the calendar moved. Each change of a dossier is said once; a
/// date that comes back is said again.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn new_date(
    tx: &mut Tx<'_>,
    tree: &Tree,
    kept: &Kept,
    due: DateTime,
    why: &str,
) -> Result<(), Fault> {
    // Whoever was not told yet is told the newest only.
    replace(tx, kept, &[Kind::NewDate, Kind::Extended], "Đã có ngày hẹn mới hơn.")?;
    let values = [("ngay-hen", Value::At(Some(due))), ("ly-do", Value::Words(why))];
    queue(tx, tree.title(kept.unit), kept, Kind::NewDate, &values)
}

/// Queues the notice of a new appointment that was made with an apology (NĐ 61/2018 Đ.19 k.9).
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn extended(tx: &mut Tx<'_>, tree: &Tree, kept: &Kept) -> Result<(), Fault> {
    let Some(due) = kept.dossier.due_at else { return Ok(()) };
    replace(tx, kept, &[Kind::NewDate, Kind::Extended], "Đã có ngày hẹn mới hơn.")?;
    let values = [("ngay-hen", Value::At(Some(due)))];
    queue(tx, tree.title(kept.unit), kept, Kind::Extended, &values)
}

/// Queues the word to a citizen for whom somebody filed: whoever did not ask for it hears of it at once
/// (NĐ 13/2023/NĐ-CP Đ.13). Whoever cannot be reached has the note in his hand, and hears when it is received.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn filed_for(tx: &mut Tx<'_>, tree: &Tree, kept: &Kept, helper: &str) -> Result<(), Fault> {
    let values = [("nguoi-nop-ho", Value::Words(helper))];
    queue(tx, tree.title(kept.unit), kept, Kind::FiledForYou, &values)
}

/// What was said about a dossier that is settled need not be told any more.
const OF_OPEN: [Kind; 6] = [
    Kind::NewDate,
    Kind::Extended,
    Kind::Supplement,
    Kind::PayAsked,
    Kind::Received,
    Kind::FilingAccepted,
];

/// Follows a step that was just written: `was` is the status before it, `kept` the dossier after it.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub(crate) fn follow(
    tx: &mut Tx<'_>,
    counter: &str,
    (was, kept): (Status, &Kept),
    event: &Event,
) -> Result<(), Fault> {
    let dossier = &kept.dossier;
    let is_online = dossier.channel == Some(ChannelKind::Online);
    match &event.what {
        What::Accept { .. } => {
            crate::tracking::make_rating_link(tx, kept.id)?;
            // Whoever filed over the line has no paper in his hand: he is owed an answer (NĐ 45/2020/NĐ-CP Đ.11).
            let answers = was == Status::Submitted && is_online;
            let kind = if answers { Kind::FilingAccepted } else { Kind::Received };
            queue(tx, counter, kept, kind, &[("ngay-hen", Value::At(dossier.due_at))])?;
        }
        What::RefuseIntake { .. } if is_online => {
            let why = event.words.clone().unwrap_or_default();
            queue(tx, counter, kept, Kind::FilingRefused, &[("ly-do", Value::Words(&why))])?;
        }
        What::RequestSupplement { until } => {
            let words = event.words.clone().unwrap_or_default();
            let values = [
                ("noi-dung", Value::Words(&words)),
                ("ngay-hen", Value::At(Some(*until))),
                ("cach-nop", Value::HandIn(is_online, counter)),
            ];
            queue(tx, counter, kept, Kind::Supplement, &values)?;
        }
        // Whoever stands at the counter has the paper in his hand.
        What::RequestIntakeSupplement if is_online => {
            let words = event.words.clone().unwrap_or_default();
            let values = [
                ("noi-dung", Value::Words(&words)),
                ("ngay-hen", Value::At(None)),
                ("cach-nop", Value::HandIn(is_online, counter)),
            ];
            queue(tx, counter, kept, Kind::Supplement, &values)?;
        }
        What::RequestPayment { amount, .. } => {
            queue(tx, counter, kept, Kind::PayAsked, &[("so-tien", Value::Money(*amount))])?;
        }
        // Whoever filed over the line learns by this alone what he is to pay now.
        What::AdjustFee { amount, .. } if is_online => {
            replace(tx, kept, &[Kind::PayAsked], "Số phải nộp đã được tính lại.")?;
            let left = Dong(amount.0.saturating_sub(dossier.fee_paid.0));
            if left > Dong::ZERO && !dossier.status.is_over() {
                queue(tx, counter, kept, Kind::PayAsked, &[("so-tien", Value::Money(left))])?;
            }
        }
        What::MarkPaid { amount, paid_at, .. } => {
            if dossier.fee_paid >= dossier.fee_due {
                replace(tx, kept, &[Kind::PayAsked], "Đã nộp tiền.")?;
            }
            // Over the counter he has the receipt in his hand.
            if paid_at.is_some() {
                queue(tx, counter, kept, Kind::Paid, &[("so-tien", Value::Money(*amount))])?;
            }
        }
        What::Return { .. } => queue(tx, counter, kept, Kind::RateAsked, &[])?,
        What::Undo => {
            // What earlier steps had to say is owed as before.
            let events = dossiers::events(tx, kept.id)?;
            let undone = events.iter().rev().find(|it| it.what.kind() != CommandKind::Undo);
            if let Some(undone) = undone {
                let why = "Bước này đã được hoàn tác.";
                kept_messages::take_back(tx, (SUBJECT, kept.id.0), undone.at, why)?;
            }
        }
        _ => {}
    }
    if matches!(event.what.kind(), CommandKind::Supplement | CommandKind::Resubmit) {
        replace(tx, kept, &[Kind::Supplement], "Đã nhận bổ sung.")?;
    }
    if was != Status::ResultAtCounter && dossier.status == Status::ResultAtCounter {
        replace(tx, kept, &OF_OPEN, "Hồ sơ đã có kết quả.")?;
        let way = Value::Ready(Way::now(tx, kept)?, counter);
        queue(tx, counter, kept, Kind::ResultReady, &[("cach-nhan", way)])?;
    } else if dossier.status.is_over() {
        let mut kinds = OF_OPEN.to_vec();
        kinds.push(Kind::ResultReady);
        replace(tx, kept, &kinds, "Hồ sơ đã kết thúc.")?;
    }
    Ok(())
}

/// How many messages wait for somebody to tell them, and since when the oldest does.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn waiting(tx: &mut Tx<'_>) -> Result<(i64, Option<domain::time::Instant>), Fault> {
    sql::backlog(tx)
}

/// What was said about a dossier, on its page.
fn ties(_: &Who, tx: &mut Tx<'_>, id: domain::ids::DossierId) -> Result<Vec<Tie>, Fault> {
    let found = sql::of_dossier(tx, id, TIES_MAX)?;
    Ok(found
        .into_iter()
        .map(|it| Tie {
            label: format!("Tin báo “{}”: {}", it.kind_label(), show::state_of(&it)),
            href: format!("{PAGE}/tin/{}", it.id),
            is_due: it.state.is_due(),
            owed: None,
            number: None,
            stays: None,
        })
        .collect())
}
