//! Sending: every step is judged again, then the dossier lies on the counter, all in one transaction.

use citizen::{
    dossiers::{
        attach_to,
        desk::{self, Desk, Intake},
        facts as dossiers, online,
    },
    procedures::facts::Version,
};
use domain::{
    deadline::{Term, TimeLimit, explain},
    ids::DossierId,
    money::Dong,
    procedure::ChannelKind,
};
use jiff::civil::DateTime;
use people::calendar::facts::calendars;
use site::{Failure, OrRefuse as _, Site, Who, Words};
use store::{Fault, Tx, journal::Entry};

use super::{
    draft::Draft,
    reading::{Judged, Step},
};

/// When the one-stop shop must have answered what is sent now: the working hours of the day's rule pack
/// (NĐ 45/2020/NĐ-CP Đ.11).
///
/// # Errors
/// [`Failure::Refused`] if the calendar does not reach so far.
pub(super) fn answer_due(
    desk: Desk<'_>,
    unit: domain::ids::UnitId,
    now: DateTime,
) -> Result<DateTime, Failure> {
    let pack = desk.calendars.pack_on(now.date());
    let pack = pack.ok_or(desk::DeskError::NoRules).or_refuse()?;
    let limit = TimeLimit::WorkingMinutes(i64::from(pack.online_answer_hours) * 60);
    let found = explain(desk.calendar(unit), &Term::new(limit, now)).or_refuse()?;
    found.due.ok_or_else(|| Failure::Fault(Fault::Broken("a term without an end".to_owned())))
}

/// What is wrong with any step, and the first step that it is in.
pub(super) fn judge(
    draft: &Draft,
    version: &Version,
    words: Words,
    today: jiff::civil::Date,
) -> Option<(Step, Judged)> {
    for step in [Step::Person, Step::Papers, Step::Receive] {
        let mut judged = Judged::new(words);
        match step {
            Step::Person => drop(judged.person(&draft.typed, today)),
            Step::Papers => drop(judged.papers(draft, &version.body)),
            Step::Receive => drop(judged.receive(&draft.typed, version.body.level)),
            Step::Review => {}
        }
        if !judged.by_field.is_empty() {
            return Some((step, judged));
        }
    }
    None
}

/// Lays the dossier on the counter. Nothing is wrong with any step.
///
/// # Errors
/// [`Failure::Refused`] if the procedure is not received there, or the draft was sent in another window.
pub(super) fn send(
    site: &Site,
    who: &Who,
    tx: &mut Tx<'_>,
    draft: &Draft,
    version: &Version,
) -> Result<DossierId, Failure> {
    let now = tx.now().civil();
    let mut judged = Judged::new(Words::new(who.lang));
    let mut person = judged.person(&draft.typed, now.date());
    let papers = judged.papers(draft, &version.body);
    let (way, post_address) = judged.receive(&draft.typed, version.body.level);
    if person.request.is_empty() {
        person.request.clone_from(&version.body.name);
    }
    if !post_address.is_empty() {
        person.request = format!("{}. Gửi kết quả đến: {post_address}", person.request);
    }
    way.code().clone_into(&mut person.return_way);
    let calendars = calendars(site, tx)?;
    let desk = Desk { tree: &who.tree, calendars: &calendars };
    let intake = Intake {
        procedure: version.body.code.clone(),
        unit: draft.unit(),
        channel: ChannelKind::Online,
        received_at: now,
        person,
        papers,
        fee: Dong::ZERO,
        agreed_days: None,
    };
    let received = desk::hand_in(tx, desk, &online::citizen(), &intake)?;
    let kept = dossiers::papers(tx, received.id)?;
    for file in &draft.files {
        let paper = kept.iter().find(|it| it.place == file.place);
        // A file beside a paper that was then said not to be his is not his dossier's.
        if let Some(paper) = paper.filter(|it| it.form == "copy") {
            attach_to(tx, received.id, "scan", Some(paper.id), &file.stored)?;
        }
    }
    draft.sent(tx, received.id, answer_due(desk, draft.unit(), now)?)?;
    let details = serde_json::json!({
        "files": draft.files.len(), "assistant": draft.assistant().map(|it| it.0),
    });
    tx.journal(Entry::new("dossier", received.id.0, "file_online").details(&details));
    Ok(received.id)
}
