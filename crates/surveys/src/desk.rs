//! What happens to a survey: every page, job and the demo come through here.
//!
//! The order is sealed: the frame is frozen and its hash public before the seed can be known; the sample follows from
//! both; nobody sees an answer before the survey closes; the figures are computed once.

use std::collections::BTreeMap;

use domain::{
    ids::{AccountId, SurveyId},
    survey::{
        Step, after,
        draw::{Draw, Frame, draw},
        form::{Answers, Form},
        quality::{Rules, Sheet, Way},
        tally::{Results, results},
    },
    text,
};
use jiff::civil::Date;
use serde_json::json;
use site::{Failure, OrRefuse as _, Site};
use store::{Fault, Tx, journal::Entry};
use subtle::ConstantTimeEq as _;

use crate::{
    frame, secrets,
    sql::{self, Survey, answers, forms, people},
};

/// What the journal calls it.
pub const SUBJECT: &str = "survey";

/// Where the seed will come from, said before anybody can know it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SeedPlan {
    /// A public number, such as a lottery's, and the first day on which it is known.
    Source {
        /// Which.
        source: String,
        /// When.
        on: Date,
    },
    /// Two people, each of whom says a number that the other does not see.
    Two,
}

fn no(why: impl Into<String>) -> Failure {
    Failure::Refused(why.into())
}

/// The survey, held, if `step` may be taken.
fn held(tx: &mut Tx<'_>, id: SurveyId, step: Step) -> Result<Survey, Failure> {
    let it = sql::held(tx, id)?.ok_or(Failure::NotFound)?;
    after(it.status, step).or_refuse()?;
    Ok(it)
}

/// The form of a survey.
pub fn form_of(tx: &mut Tx<'_>, it: &Survey) -> Result<Form, Failure> {
    Ok(forms::find(tx, it.form)?.ok_or(Failure::NotFound)?.form)
}

/// Freezes the frame and publishes its hash.
pub fn freeze(site: &Site, tx: &mut Tx<'_>, id: SurveyId, plan: &SeedPlan) -> Result<(), Failure> {
    let it = held(tx, id, Step::Freeze)?;
    let today = tx.now().civil().date();
    if it.closes_on <= today {
        return Err(no("Ngày cuối thu phiếu đã qua. Hãy sửa lại trước khi chốt danh sách."));
    }
    let (way, source, on) = match plan {
        SeedPlan::Source { source, on } if *on <= today => {
            let day = text::date(*on);
            return Err(no(format!(
                "Nguồn hạt giống “{source}” có từ ngày {day}. Hạt giống phải đến sau khi chốt danh sách: \
                 chọn nguồn của một ngày sau hôm nay."
            )));
        }
        SeedPlan::Source { source, on } => ("source", source.as_str(), Some(*on)),
        SeedPlan::Two => {
            ("two", "Hai người cùng ghi, người sau không thấy số của người trước", None)
        }
    };
    let form = form_of(tx, &it)?;
    if let Some((code, wrong)) = form.mistakes().into_iter().next() {
        return Err(no(format!("Mẫu phiếu chưa dùng được: {code} {wrong}")));
    }
    let tree = site.tree(tx)?;
    let gathered = frame::gather(site, tx, &tree, &it)?;
    people::insert_members(tx, id, &gathered.members)?;
    let hash = gathered.frame.hash();
    sql::freeze(tx, id, (&hash, gathered.size), (way, source, on))?;
    if forms::freeze(tx, it.form)? {
        tx.journal(Entry::new("survey_form", it.form, "freeze_form"));
    }
    let details = json!({
        "hash": hash, "people": gathered.members.len(), "size": gathered.size,
        "way": way, "source": source, "on": on.map(|it| it.to_string()),
    });
    tx.journal(Entry::new(SUBJECT, id.0, "freeze_frame").details(&details));
    Ok(())
}

/// The frame that was frozen.
pub fn frame_of(tx: &mut Tx<'_>, it: &Survey) -> Result<Frame, Failure> {
    let frame = Frame::of(people::lines(tx, it.id)?).or_refuse()?;
    frame.demand(&it.frame_hash).or_refuse()?;
    Ok(frame)
}

/// The sample of a survey whose seed is known, drawn again.
pub fn drawn(tx: &mut Tx<'_>, it: &Survey) -> Result<Draw, Failure> {
    draw(&frame_of(tx, it)?, &it.seed, it.size, it.reserve).or_refuse()
}

/// Says the seed of a public source, or one half of two people's; the sample is drawn with it. Whether the seed is whole.
pub fn seed(site: &Site, tx: &mut Tx<'_>, id: SurveyId, said: &str) -> Result<bool, Failure> {
    let it = held(tx, id, Step::Seed)?;
    let today = tx.now().civil().date();
    let seed = if it.seed_way == "two" {
        let Some(first_by) = sql::half_by(&it) else {
            let sealed = site.seal.close(&format!("survey-seed:{id}"), said)?;
            sql::seed_half(tx, id, &sealed)?;
            // What he said is told when both have: the commitment binds him now.
            let bound = domain::survey::draw::sha256_hex(format!("{id}\u{1f}{sealed}").as_bytes());
            tx.journal(Entry::new(SUBJECT, id.0, "seed_half").details(&json!({"bound": bound})));
            return Ok(false);
        };
        if first_by == tx.by() {
            return Err(no("Nửa còn lại của hạt giống phải do người khác ghi."));
        }
        let first = site.seal.open(&format!("survey-seed:{id}"), &it.seed_half)?;
        format!("{first}-{said}")
    } else {
        if it.seed_on.is_none_or(|on| today < on) {
            let day = it.seed_on.map_or_else(String::new, text::date);
            return Err(no(format!(
                "Nguồn đã công bố chỉ có kết quả từ ngày {day}. Chưa ghi được hạt giống."
            )));
        }
        said.to_owned()
    };
    let drawn = draw(&frame_of(tx, &it)?, &seed, it.size, it.reserve).or_refuse()?;
    let all = drawn
        .sample
        .into_iter()
        .map(|it| (it, false))
        .chain(drawn.reserve.into_iter().map(|it| (it, true)));
    let mut invitations = Vec::new();
    for (drawn, is_reserve) in all {
        let code = secrets::new_code(site);
        invitations.push(people::NewInvitation {
            drawn,
            is_reserve,
            code_hash: secrets::code_hash(site, &code),
            code: site.seal.close(&format!("survey-code:{id}"), &code)?,
        });
    }
    people::insert_invitations(tx, id, &invitations)?;
    people::forget_contacts(tx, id, false)?;
    sql::seed(tx, id, &seed)?;
    let details = json!({"seed": seed, "hash": it.frame_hash, "size": it.size});
    tx.journal(Entry::new(SUBJECT, id.0, "draw_sample").details(&details));
    Ok(true)
}

/// The code of an invitation; nothing once it is used.
pub fn code_of(site: &Site, it: &people::Invitation) -> Result<Option<String>, Fault> {
    if it.code.is_empty() {
        return Ok(None);
    }
    site.seal.open(&format!("survey-code:{}", it.survey), &it.code).map(Some)
}

/// Lets people answer.
pub fn open(tx: &mut Tx<'_>, id: SurveyId) -> Result<(), Failure> {
    let it = held(tx, id, Step::Open)?;
    if it.closes_on < tx.now().civil().date() {
        return Err(no("Ngày cuối thu phiếu đã qua. Hủy cuộc khảo sát này rồi lập cuộc mới."));
    }
    sql::open(tx, id)?;
    tx.journal(Entry::new(SUBJECT, id.0, "open_survey"));
    Ok(())
}

/// Lets nobody answer any more, computes the figures and freezes them; forgets who was asked.
pub fn close(site: &Site, tx: &mut Tx<'_>, id: SurveyId, reason: &str) -> Result<(), Failure> {
    let it = held(tx, id, Step::Close)?;
    let is_early = tx.now().civil().date() <= it.closes_on;
    if is_early && reason.trim().is_empty() {
        return Err(no("Đóng trước ngày đã công bố thì phải ghi lý do."));
    }
    let form = form_of(tx, &it)?;
    let mut found = tally(site, tx, &it, &form)?;
    found.call_backs = people::call_backs(tx, id)?;
    // What two have not read alike is nobody's answer: it goes below, and how many there were is told.
    found.unfinished = u64::try_from(answers::entries(tx, id)?.len()).unwrap_or(0);
    let json =
        serde_json::to_string(&found).map_err(|e| Fault::Broken(format!("survey results: {e}")))?;
    let hash = Results::hash_of(&json);
    answers::mix(site, tx, id)?;
    people::forget_contacts(tx, id, true)?;
    messages::facts::forget(tx, SUBJECT, id.0)?;
    sql::close(tx, id, reason, (&json, &hash))?;
    let details = json!({
        "results": hash, "answered": found.answered, "early": is_early,
        "unfinished": found.unfinished, "denied": found.call_backs.denied,
    });
    let words = Some(reason.to_owned());
    tx.journal(Entry::new(SUBJECT, id.0, "close_survey").details(&details).words(words));
    Ok(())
}

/// Opens every sheet and counts. Only [`close`] calls it, and nothing of it is kept but the figures.
fn tally(site: &Site, tx: &mut Tx<'_>, it: &Survey, form: &Form) -> Result<Results, Failure> {
    let strata = people::strata(tx, it.id)?;
    let answered: BTreeMap<String, u64> = people::answered(tx, it.id)?
        .into_iter()
        .map(|(stratum, _, used)| (stratum, u64::try_from(used).unwrap_or(0)))
        .collect();
    let sheets = sheets(site, tx, it.id)?;
    Ok(results(form, &strata, &answered, &sheets, Rules::default()))
}

/// The sheets of a survey in the order of random numbers. For a survey that is closed, and for closing it.
fn sheets(site: &Site, tx: &mut Tx<'_>, id: SurveyId) -> Result<Vec<Sheet>, Failure> {
    let mut sheets = Vec::new();
    for sealed in answers::sealed(tx, id)? {
        sheets.push(secrets::open_sheet(site, id, &sealed)?);
    }
    Ok(sheets)
}

/// The sheets of a closed survey, for its export; of one that is not, nobody gets any.
pub fn closed_sheets(site: &Site, tx: &mut Tx<'_>, it: &Survey) -> Result<Vec<Sheet>, Failure> {
    if !it.status.has_results() {
        return Err(Failure::NotFound);
    }
    sheets(site, tx, it.id)
}

/// The frozen figures of a closed survey.
pub fn results_of(it: &Survey) -> Result<Option<Results>, Fault> {
    if !it.status.has_results() {
        return Ok(None);
    }
    serde_json::from_str(&it.results)
        .map(Some)
        .map_err(|e| Fault::Broken(format!("survey results of {}: {e}", it.id)))
}

/// Shows the figures to everybody.
pub fn publish(tx: &mut Tx<'_>, id: SurveyId) -> Result<(), Failure> {
    let it = held(tx, id, Step::Publish)?;
    sql::publish(tx, id)?;
    let details = json!({"results": it.results_hash});
    tx.journal(Entry::new(SUBJECT, id.0, "publish_survey").details(&details));
    Ok(())
}

/// Gives a survey up; why stays public, who was asked and what was said is gone.
pub fn void(tx: &mut Tx<'_>, id: SurveyId, reason: &str) -> Result<(), Failure> {
    let it = held(tx, id, Step::Void)?;
    answers::forget(tx, id)?;
    people::forget_contacts(tx, id, true)?;
    messages::facts::forget(tx, SUBJECT, id.0)?;
    sql::void(tx, id, reason)?;
    let details = json!({"was": it.status.code(), "hash": it.frame_hash, "seed": it.seed});
    let words = Some(reason.to_owned());
    tx.journal(Entry::new(SUBJECT, id.0, "void_survey").details(&details).words(words));
    Ok(())
}

/// What came of sending a sheet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    /// It was taken.
    Thanks,
    /// The very same had been taken before: thanks again.
    Again,
    /// The link was used for another sheet.
    Used,
    /// The survey is over, or not yet begun.
    NotOpen,
    /// There is no such link.
    Unknown,
}

/// A sheet that somebody sends by his own link.
pub struct Sent<'a> {
    /// As [`secrets::read_code`] gives it.
    pub code: &'a str,
    /// The browser's own secret; it is not kept.
    pub token: &'a str,
    pub answers: &'a Answers,
    /// Since the questions were opened; nought if nobody knows.
    pub seconds: u32,
}

/// The survey and the invitation behind a link.
pub fn behind(
    site: &Site,
    tx: &mut Tx<'_>,
    code: &str,
) -> Result<Option<(Survey, people::Invitation)>, Failure> {
    let hash = secrets::code_hash(site, code);
    // The survey first, then the invitation: in the order in which the close holds them.
    let Some(id) = people::survey_of(tx, &hash)? else { return Ok(None) };
    let Some(survey) = sql::shared(tx, id)? else { return Ok(None) };
    let it = people::by_code(tx, &hash)?;
    let it = it.filter(|it| !matches!(it.state.as_str(), "ready" | "dropped"));
    Ok(it.map(|it| (survey, it)))
}

/// Whether people answer a survey today.
pub fn is_answered(it: &Survey, today: Date) -> bool {
    it.status == domain::survey::Status::Open && today <= it.closes_on
}

/// Takes a sheet: the link is used up and the sealed sheet put in, in one transaction; nothing of the one points to the
/// other. No entry of the journal tells of it: that would say when, and from which address.
pub fn take(site: &Site, tx: &mut Tx<'_>, sent: &Sent<'_>) -> Result<Taken, Failure> {
    let Some((survey, it)) = behind(site, tx, sent.code)? else { return Ok(Taken::Unknown) };
    let said = Form::canonical(sent.answers);
    let receipt = secrets::receipt(site, survey.id, sent.token, &said);
    if it.state == "used" {
        let same = bool::from(it.receipt.as_bytes().ct_eq(receipt.as_bytes()));
        return Ok(if same && !it.receipt.is_empty() { Taken::Again } else { Taken::Used });
    }
    if !is_answered(&survey, tx.now().civil().date()) {
        return Ok(Taken::NotOpen);
    }
    let sheet = Sheet {
        stratum: it.stratum.clone(),
        way: Way::Web,
        seconds: Some(sent.seconds),
        answers: sent.answers.clone(),
    };
    keep(site, tx, &it, &sheet, (&receipt, None))?;
    Ok(Taken::Thanks)
}

/// Uses the link up and puts the sheet in; what an interviewer has read of the same one is over.
fn keep(
    site: &Site,
    tx: &mut Tx<'_>,
    it: &people::Invitation,
    sheet: &Sheet,
    (receipt, by): (&str, Option<AccountId>),
) -> Result<(), Failure> {
    people::used(tx, it, (sheet.way.code(), receipt, by.map(|it| it.0)))?;
    let sealed = secrets::close_sheet(site, it.survey, sheet)?;
    answers::insert(tx, it.survey, &sealed)?;
    answers::leave(tx, it.survey, &it.frame_id)?;
    Ok(())
}

/// Puts in what an interviewer heard, or what two read on paper.
pub fn take_entered(
    site: &Site,
    tx: &mut Tx<'_>,
    it: &people::Invitation,
    (way, answers): (Way, &Answers),
) -> Result<(), Failure> {
    let by = tx.by();
    let sheet = Sheet { stratum: it.stratum.clone(), way, seconds: None, answers: answers.clone() };
    keep(site, tx, it, &sheet, ("", Some(by)))
}
