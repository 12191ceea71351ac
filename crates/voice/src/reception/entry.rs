//! An entry of the book: from a booking or from whoever comes by; its number is taken with it.

use askama::Template;
use axum::response::{IntoResponse as _, Response};
use domain::{
    access::Action,
    deadline::{TimeLimit, due_at},
    identity::PersonalId,
    ids::{ReceptionId, UnitId},
    reception::{Matter, Outcome, RefusalGround, representatives_max},
    text,
};
use people::staff::facts as staff;
use serde::{Deserialize, Serialize};
use site::{
    Asked, Failure, Fields, Filled, Html, Mistakes, Path, Redirect, Shell, Site, State, Typed, Who,
    demand,
    form::{Sending, Sent, new_token, once},
};
use store::{Fault, Tx, journal};

use super::{
    ENTRY, book, calendar_of, rules_on, service,
    sql::{self, book::Entry, bookings},
};

/// Letters of what is written into one column.
const LONG_MAX: usize = 2_000;
const SHORT_MAX: usize = 300;

/// Who came: kept sealed, opened for the book alone.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Visitor {
    pub name: String,
    pub address: String,
    pub id_number: String,
    pub phone: String,
    /// What was said, if it is a denunciation: it stands nowhere else.
    #[serde(default)]
    pub said: String,
}

fn about(unit: UnitId, year: i64, number: i64) -> String {
    format!("reception_entry:{unit}:{year}:{number}")
}

/// Opens who came; nobody once that is forgotten, or sealed elsewhere.
pub(super) fn opened(site: &Site, it: &Entry) -> Result<Visitor, Fault> {
    if it.sealed.is_empty() {
        return Ok(Visitor::default());
    }
    let text = site.seal.open(&about(it.unit, it.year, it.number), &it.sealed)?;
    serde_json::from_str(&text).map_err(|e| Fault::Broken(format!("an entry: {e}")))
}

fn sealed(
    site: &Site,
    (unit, year, number): (UnitId, i64, i64),
    it: &Visitor,
) -> Result<String, Fault> {
    let text = serde_json::to_string(it).map_err(|e| Fault::Broken(format!("an entry: {e}")))?;
    site.seal.close(&about(unit, year, number), &text)
}

/// Forgets who came up to a day: name, address, papers, telephone; how many entries. What a denunciation says stays
/// where it is, sealed; everything that is counted stays.
pub(super) fn forget(
    site: &Site,
    tx: &mut Tx<'_>,
    until: jiff::civil::Date,
    most: i64,
) -> Result<usize, Fault> {
    let over = sql::book::to_forget(tx, until, most)?;
    for it in &over {
        let said = match it.matter {
            Matter::Denunciation => opened(site, it)?.said,
            _ => String::new(),
        };
        let left = if said.is_empty() {
            String::new()
        } else {
            let nobody = Visitor { said, ..Visitor::default() };
            sealed(site, (it.unit, it.year, it.number), &nobody)?
        };
        sql::book::forget(tx, it.id, &left)?;
    }
    Ok(over.len())
}

#[derive(Template)]
#[template(path = "reception/templates/entry_form.html")]
struct Form<'a> {
    shell: Shell,
    m: &'a Mistakes,
    unit: UnitId,
    title: String,
    form_name: String,
    reception: String,
    booking: String,
    when: String,
    matters: Vec<(String, String)>,
    outcomes: Vec<(String, String)>,
    grounds: Vec<(String, String)>,
    representatives: String,
    answer_days: u32,
}

fn labels<T: Copy>(all: &[T], of: fn(T) -> (&'static str, &'static str)) -> Vec<(String, String)> {
    all.iter().map(|it| of(*it)).map(|(code, label)| (code.to_owned(), label.to_owned())).collect()
}

fn page(
    site: &Site,
    who: &Who,
    unit: UnitId,
    (when, m): (String, &Mistakes),
) -> Result<Html<String>, Failure> {
    let rules = rules_on(who.today())?;
    let most = m.typed("so-nguoi").parse().ok().and_then(representatives_max);
    let mut grounds = vec![(String::new(), "– Không từ chối –".to_owned())];
    grounds.extend(labels(RefusalGround::ALL, |it| (it.code(), it.label())));
    site.page(&Form {
        shell: site.shell(who),
        unit,
        title: who.tree.title(unit).to_owned(),
        form_name: rules.book_form.clone(),
        reception: m.typed("buoi").to_owned(),
        booking: m.typed("hen").to_owned(),
        when,
        matters: labels(Matter::ALL, |it| (it.code(), it.label())),
        outcomes: labels(Outcome::ALL, |it| (it.code(), it.label())),
        grounds,
        representatives: most.map_or_else(String::new, |it| {
            format!("Đoàn đông người: chỉ mời tối đa {it} người đại diện.")
        }),
        answer_days: rules.answer_days,
        m,
    })
}

/// The reception that the entry is written for, and what a booking proposes.
fn propose(
    site: &Site,
    who: &Who,
    tx: &mut Tx<'_>,
    (unit, typed): (UnitId, &mut Typed),
) -> Result<String, Failure> {
    let mut when = String::new();
    let reception: Option<ReceptionId> = typed.get("buoi").parse().ok();
    if let Some(id) = reception {
        let day =
            sql::find(tx, id, false)?.filter(|it| it.unit == unit).ok_or(Failure::NotFound)?;
        when = format!("{} {}, {}", text::date(day.day), day.hours(), day.receiver());
        typed.set("nguoi-tiep", day.receiver());
    } else if let Some((_, title)) = staff::place_of_account(tx, who.account, who.today())? {
        typed.set("nguoi-tiep", format!("{} – {title}", who.name));
    }
    if let Ok(id) = typed.get("hen").parse::<i64>() {
        let it = bookings::find(tx, id)?.filter(|it| Some(it.reception) == reception);
        let it = it.ok_or(Failure::NotFound)?;
        let booker = service::opened(site, &it)?;
        typed.set("ten", booker.name);
        typed.set("dien-thoai", booker.phone);
        typed.set("tom-tat", booker.subject);
        typed.set("so-nguoi", it.people.to_string());
    }
    Ok(when)
}

/// GET `/co-quan/tiep-cong-dan/{unit}/so/moi?buoi=&hen=`
pub(super) async fn form(
    State(site): State<Site>,
    who: Who,
    Path(unit): Path<UnitId>,
    Asked(asked): Asked,
) -> Result<Html<String>, Failure> {
    demand(&who, Action::ReceptionKeep, unit)?;
    let mut typed = Typed::default();
    for name in ["buoi", "hen"] {
        typed.set(name, asked.get(name));
    }
    for (name, value) in [("so-nguoi", "1"), ("loai", "petition"), ("xu-ly", "explained")] {
        typed.set(name, value);
    }
    typed.set("lan", new_token());
    let (inner, asker) = (site.clone(), who.clone());
    let (when, typed) = site
        .write(&who, move |tx| {
            let when = propose(&inner, &asker, tx, (unit, &mut typed))?;
            if !typed.get("hen").is_empty() {
                let details = serde_json::json!({ "what": "booking" });
                let id = typed.get("buoi").parse().unwrap_or(0);
                tx.journal(journal::Entry::new(super::SUBJECT, id, "look").details(&details));
            }
            Ok((when, typed))
        })
        .await?;
    page(&site, &who, unit, (when, &Mistakes::none(typed)))
}

/// What was typed.
#[derive(Clone)]
pub(super) struct Written {
    pub visitor: Visitor,
    pub receiver: String,
    pub reception: Option<ReceptionId>,
    pub booking: Option<i64>,
    pub people: i64,
    pub matter: Matter,
    pub summary: String,
    pub settled_by: String,
    pub request: String,
    pub outcome: Outcome,
    pub refusal: Option<RefusalGround>,
    pub document: String,
    pub papers: String,
    pub answer: String,
}

fn read(typed: Typed) -> Result<Written, Mistakes> {
    let mut fields = Fields::of(typed);
    let name = fields.text("ten", 120);
    let address = fields.optional_text("dia-chi", SHORT_MAX);
    let id_number = fields.optional_text("giay-to", 40);
    if let Some(number) =
        id_number.as_ref().filter(|it| it.len() == 12 && it.bytes().all(|b| b.is_ascii_digit()))
        && let Err(refusal) = PersonalId::parse(number)
    {
        fields.wrong("giay-to", refusal.to_string());
    }
    let phone = fields.read_optional("dien-thoai", domain::identity::Phone::parse);
    let receiver = fields.text("nguoi-tiep", SHORT_MAX);
    let people = fields.number("so-nguoi", 1..=10_000);
    let matter = fields.choice("loai", Matter::from_code);
    let summary = fields.text("tom-tat", LONG_MAX);
    let settled_by = fields.optional_text("da-giai-quyet", SHORT_MAX);
    let request = fields.optional_text("yeu-cau", LONG_MAX);
    let outcome = fields.choice("xu-ly", Outcome::from_code);
    let refusal = match fields.typed().get("can-cu") {
        "" => Some(None),
        _ => fields.choice("can-cu", RefusalGround::from_code).map(Some),
    };
    if outcome == Some(Outcome::Refused) && refusal == Some(None) {
        fields.wrong("can-cu", "Từ chối tiếp phải có căn cứ của Điều 9: hãy chọn một căn cứ.");
    }
    if outcome.is_some_and(|it| it != Outcome::Refused) && matches!(refusal, Some(Some(_))) {
        fields.wrong("can-cu", "Chỉ chọn căn cứ khi từ chối tiếp.");
    }
    let document = fields.optional_text("van-ban", SHORT_MAX);
    if matches!(outcome, Some(Outcome::Guided | Outcome::HandedOn))
        && document.as_ref().is_some_and(String::is_empty)
    {
        fields
            .wrong("van-ban", "Ghi cơ quan được hướng dẫn hoặc chuyển đến (và số văn bản nếu có).");
    }
    let papers = fields.optional_text("tai-lieu", LONG_MAX);
    let answer = fields.optional_text("tra-loi", LONG_MAX);
    if outcome == Some(Outcome::Explained) && answer.as_ref().is_some_and(String::is_empty) {
        fields.wrong("tra-loi", "Đã trả lời tại chỗ thì ghi nội dung trả lời.");
    }
    let reception = fields.typed().get("buoi").parse().ok();
    let booking = fields.typed().get("hen").parse().ok();
    let whole = (|| {
        Some(Written {
            visitor: Visitor {
                name: name?,
                address: address?,
                id_number: id_number?,
                phone: phone?.map(|it| it.reveal().to_owned()).unwrap_or_default(),
                said: String::new(),
            },
            receiver: receiver?,
            reception,
            booking,
            people: people?,
            matter: matter?,
            summary: summary?,
            settled_by: settled_by?,
            request: request?,
            outcome: outcome?,
            refusal: refusal?,
            document: document?,
            papers: papers?,
            answer: answer?,
        })
    })();
    fields.finish(whole)
}

/// Writes an entry under the next number of its book.
pub(super) fn write(
    site: &Site,
    who: &Who,
    tx: &mut Tx<'_>,
    (unit, mut it): (UnitId, Written),
) -> Result<i64, Failure> {
    let now = tx.now();
    let day = now.civil().date();
    let rules = rules_on(day)?;
    let calendar = calendar_of(site, who, tx, unit)?;
    let limit = if it.outcome == Outcome::Refused && rules.refusal_days > 0 {
        rules.refusal_days
    } else {
        rules.answer_days
    };
    let answer_due = due_at(&calendar, now.civil(), TimeLimit::WorkingDays(limit))
        .map_err(|refusal| Failure::Refused(refusal.to_string()))?;
    let year = i64::from(day.year());
    let number = sql::book::next_number(tx, unit, year)?;
    // A denunciation is read by nobody who only keeps the book's columns.
    if it.matter == Matter::Denunciation {
        it.visitor.said = std::mem::take(&mut it.summary);
        let request = std::mem::take(&mut it.request);
        if !request.is_empty() {
            it.visitor.said = format!("{}\nYêu cầu: {request}", it.visitor.said);
        }
    }
    let answered = it.outcome == Outcome::Explained;
    let entry = Entry {
        id: 0,
        unit,
        year,
        number,
        reception: it.reception,
        booking: it.booking,
        received: now,
        day,
        receiver: it.receiver,
        sealed: sealed(site, (unit, year, number), &it.visitor)?,
        people: it.people,
        matter: it.matter,
        summary: it.summary,
        settled_by: it.settled_by,
        request: it.request,
        outcome: it.outcome,
        refusal: it.refusal,
        document: it.document,
        papers: it.papers,
        answer_due,
        answered: answered.then_some(now),
        answer: it.answer,
        feedback: None,
    };
    let id = sql::book::insert(tx, &entry)?;
    if let Some(booking) = it.booking {
        bookings::end(tx, booking, "arrived", "")?;
    }
    let details =
        serde_json::json!({ "number": number, "year": year, "outcome": entry.outcome.code() });
    tx.journal(journal::Entry::new(ENTRY, id, "receive_citizen").details(&details));
    Ok(id)
}

/// POST `/co-quan/tiep-cong-dan/{unit}/so/moi`
pub(super) async fn keep(
    State(site): State<Site>,
    who: Who,
    Path(unit): Path<UnitId>,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    demand(&who, Action::ReceptionKeep, unit)?;
    let sending = Sending::of(&who, &typed, "lan");
    let again = |m: Mistakes| page(&site, &who, unit, (String::new(), &m));
    let written = match read(typed) {
        Ok(it) => it,
        Err(m) => return Err(Failure::Mistaken(again(m)?)),
    };
    let (inner, asker) = (site.clone(), who.clone());
    let sent = once(&site, &who, sending, move |tx| {
        if let Some(id) = written.reception {
            sql::find(tx, id, true)?.filter(|it| it.unit == unit).ok_or(Failure::NotFound)?;
        }
        if let Some(id) = written.booking {
            let it = bookings::find(tx, id)?.filter(|it| Some(it.reception) == written.reception);
            let it = it.ok_or(Failure::NotFound)?;
            if it.state != "booked" {
                let text = "Lịch hẹn này đã được ghi sổ hoặc đã hủy.".to_owned();
                return Ok(Err(text));
            }
        }
        let id = write(&inner, &asker, tx, (unit, written))?;
        Ok(Ok(format!("{}/{id}", book::PAGE)))
    })
    .await?;
    match sent {
        Sent::Done(at) => Ok(Redirect::to(&at).into_response()),
        Sent::Wrong(text) => Err(Failure::Refused(text)),
        Sent::Before(m) => Err(Failure::Mistaken(again(m)?)),
    }
}
