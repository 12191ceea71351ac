//! Interviewers (điều tra viên): what people said on the telephone, sheets of paper typed in by two, calls back.
//!
//! Nobody of the surveyed unit enters anything, and nobody enters for himself. Who is to be called is seen one by one,
//! each look journalled; a name never stands beside an answer.

use askama::Template;
use axum::response::{IntoResponse as _, Response};
use domain::{
    access::{Action, Role},
    ids::{SurveyId, UnitId},
    survey::{
        draw::call_backs,
        form::{Answers, Form, TEXT_CHARS_MAX},
        quality::Way,
        tally::CallBacks,
    },
    text,
};
use serde_json::json;
use site::{Asked, Failure, Filled, Html, Lang, Path, Redirect, Shell, Site, State, Who, told};
use store::{Tx, journal::Entry};

use crate::{
    answer::{self, QuestionView},
    desk, secrets,
    sql::{self, Survey, answers, people},
};

/// Where interviewers work.
pub const PAGE: &str = "/co-quan/nhap-phieu";
/// Invitations that are shown at a time.
const SHOWN: usize = 200;

/// Whether somebody works for the unit that is asked about, or below it: whoever holds any role there but that of an
/// interviewer, or has a position.
fn is_of(who: &Who, unit: UnitId) -> bool {
    let today = who.today();
    let of = |it: UnitId| who.tree.line(it).contains(&unit);
    who.grants
        .iter()
        .filter(|it| it.holds_on(today) && of(it.unit))
        .any(|it| it.role != Role::Interviewer || who.staff.is_some())
}

/// Whether `who` may enter what whoever is behind `it` said.
fn demand(site: &Site, who: &Who, survey: &Survey, it: &people::Invitation) -> Result<(), Failure> {
    site::demand(who, Action::SurveyEnter, survey.unit)?;
    if is_of(who, it.unit) {
        return Err(Failure::Refused(
            "Người của đơn vị được khảo sát không nhập phiếu. Hãy giao điều tra viên khác."
                .to_owned(),
        ));
    }
    let contact = secrets::open_contact(site, survey.id, &it.contact)?;
    if contact.is_some_and(|it| text::fold(&it.name) == text::fold(&who.name)) {
        return Err(Failure::Refused("Không ai nhập phiếu của chính mình.".to_owned()));
    }
    Ok(())
}

struct SurveyLine {
    id: SurveyId,
    title: String,
    unit: String,
    until: String,
    asked: i64,
    answered: i64,
}

#[derive(Template)]
#[template(path = "templates/enter_list.html")]
struct List {
    shell: Shell,
    lines: Vec<SurveyLine>,
    wrong: String,
}

/// GET `/co-quan/nhap-phieu`: surveys that people answer; `ma` leads to the sheet with this code.
pub async fn list(
    State(site): State<Site>,
    who: Who,
    Asked(asked): Asked,
) -> Result<Response, Failure> {
    let typed = asked.get("ma").to_owned();
    let mut wrong = String::new();
    if !typed.is_empty() {
        if let Some(code) = secrets::read_code(&site, &typed) {
            let inner = site.clone();
            let found = site.read(&who, move |tx| desk::behind(&inner, tx, &code)).await?;
            if let Some((survey, it)) = found
                && who.can_at(Action::SurveyEnter, survey.unit)
            {
                let to = format!("{PAGE}/{}/phieu/{}", survey.id, it.frame_id);
                return Ok(Redirect::to(&to).into_response());
            }
        }
        wrong = "Không có phiếu nào mang mã này. Xem lại từng chữ trên phiếu.".to_owned();
    }
    let asker = who.clone();
    let lines = site
        .read(&who, move |tx| {
            let mut lines = Vec::new();
            for it in sql::open_ones(tx)? {
                let open = desk::is_answered(&it, asker.today());
                if !open || !asker.can_at(Action::SurveyEnter, it.unit) {
                    continue;
                }
                let came = people::answered(tx, it.id)?;
                lines.push(SurveyLine {
                    id: it.id,
                    unit: asker.tree.title(it.unit).to_owned(),
                    until: text::date(it.closes_on),
                    asked: came.iter().map(|it| it.1).sum(),
                    answered: came.iter().map(|it| it.2).sum(),
                    title: it.title,
                });
            }
            Ok(lines)
        })
        .await?;
    Ok(site.page(&List { shell: site.shell(&who), lines, wrong })?.into_response())
}

struct PersonLine {
    id: String,
    stratum: String,
    place: i64,
    state: &'static str,
}

#[derive(Template)]
#[template(path = "templates/enter_survey.html")]
struct People {
    shell: Shell,
    id: SurveyId,
    title: String,
    lines: Vec<PersonLine>,
    more: usize,
    call_backs: Vec<PersonLine>,
    came: CallBacks,
}

fn open_survey(tx: &mut Tx<'_>, who: &Who, id: SurveyId) -> Result<Survey, Failure> {
    let it = sql::shared(tx, id)?.ok_or(Failure::NotFound)?;
    site::demand(who, Action::SurveyEnter, it.unit)?;
    if !desk::is_answered(&it, who.today()) {
        return Err(Failure::Refused("Cuộc khảo sát không còn thu phiếu.".to_owned()));
    }
    Ok(it)
}

/// The invitations of which a call back is wanted: one in ten of those that interviewers entered, by a secret that no
/// interviewer can compute.
fn wanted_back(
    site: &Site,
    tx: &mut Tx<'_>,
    it: &Survey,
) -> Result<Vec<people::Invitation>, Failure> {
    let used = people::invitations(tx, it.id, &["used"], i64::MAX)?;
    let entered: Vec<people::Invitation> =
        used.into_iter().filter(|it| it.entered_by.is_some()).collect();
    let ids: Vec<&str> = entered.iter().map(|it| it.frame_id.as_str()).collect();
    let secret = secrets::call_back_secret(site, it.id);
    let chosen: Vec<String> = call_backs(&secret, &ids).into_iter().map(str::to_owned).collect();
    Ok(entered.into_iter().filter(|it| chosen.contains(&it.frame_id)).collect())
}

/// GET `/co-quan/nhap-phieu/{id}`: whom to ask, without names.
pub async fn survey(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<i64>,
) -> Result<Html<String>, Failure> {
    let (inner, asker, id) = (site.clone(), who.clone(), SurveyId(id));
    let page = site
        .read(&who, move |tx| {
            let it = open_survey(tx, &asker, id)?;
            let entries = answers::entries(tx, id)?;
            let state = |frame_id: &str| {
                let entry = entries.iter().find(|it| it.frame_id == frame_id);
                match stage(&asker, entry.map(|it| it.by)) {
                    "first" => "chưa trả lời",
                    "second" => "chờ nhập lần hai",
                    "waiting" => "bạn đã nhập, chờ người thứ hai",
                    "third" => "hai lần nhập lệch nhau, chờ người thứ ba",
                    _ => "hai lần nhập lệch nhau, chờ người khác xem lại",
                }
            };
            let line = |it: &people::Invitation, state| PersonLine {
                id: it.frame_id.clone(),
                stratum: it.stratum.clone(),
                place: it.place,
                state,
            };
            let asked = people::invitations(tx, id, &["asked"], i64::MAX)?;
            let asked: Vec<_> = asked.into_iter().filter(|it| !is_of(&asker, it.unit)).collect();
            let back = wanted_back(&inner, tx, &it)?;
            Ok(People {
                shell: Shell::public(site::Words::new(Lang::Vi), ""),
                id,
                title: it.title.clone(),
                lines: asked.iter().take(SHOWN).map(|it| line(it, state(&it.frame_id))).collect(),
                more: asked.len().saturating_sub(SHOWN),
                came: people::call_backs(tx, id)?,
                call_backs: back
                    .iter()
                    .filter(|it| it.callback.is_empty() && it.entered_by != Some(asker.account.0))
                    .map(|it| line(it, "cần gọi lại"))
                    .collect(),
            })
        })
        .await?;
    site.page(&People { shell: site.shell(&who), ..page })
}

#[derive(Template)]
#[template(path = "templates/enter_contact.html")]
struct ContactPage {
    shell: Shell,
    id: SurveyId,
    person: String,
    stratum: String,
    place: i64,
    name: String,
    phone: String,
    address: String,
    back: bool,
}

/// GET `/co-quan/nhap-phieu/{id}/lien-he/{secret}`: how somebody who was drawn is reached; each look is journalled.
pub async fn contact(
    State(site): State<Site>,
    who: Who,
    Path((id, frame_id)): Path<(i64, String)>,
) -> Result<Html<String>, Failure> {
    let (inner, asker, id) = (site.clone(), who.clone(), SurveyId(id));
    let (it, contact) = site
        .write(&who, move |tx| {
            let survey = open_survey(tx, &asker, id)?;
            let it = people::held(tx, id, &frame_id)?.ok_or(Failure::NotFound)?;
            demand(&inner, &asker, &survey, &it)?;
            let back = it.state == "used"
                && wanted_back(&inner, tx, &survey)?.iter().any(|of| of.frame_id == it.frame_id)
                && it.callback.is_empty();
            if it.state != "asked" && !back {
                return Err(Failure::NotFound);
            }
            let contact = secrets::open_contact(&inner, id, &it.contact)?;
            let details = json!({"stratum": it.stratum, "place": it.place, "back": back});
            tx.journal(Entry::new(desk::SUBJECT, id.0, "reveal_drawn").details(&details));
            Ok((it, contact.unwrap_or_default()))
        })
        .await?;
    site.page(&ContactPage {
        shell: site.shell(&who),
        id,
        back: it.state == "used",
        person: it.frame_id,
        stratum: it.stratum,
        place: it.place,
        name: contact.name,
        phone: contact.phone,
        address: contact.address,
    })
}

#[derive(Template)]
#[template(path = "templates/enter_sheet.html")]
struct SheetPage {
    shell: Shell,
    id: SurveyId,
    person: String,
    title: String,
    stratum: String,
    place: i64,
    questions: Vec<QuestionView>,
    wrong: bool,
    nothing: bool,
    stage: &'static str,
    text_max: usize,
    way: String,
}

struct Entering {
    survey: Survey,
    form: Form,
    it: people::Invitation,
    entry: Option<answers::Entry>,
}

fn entering(
    site: &Site,
    tx: &mut Tx<'_>,
    who: &Who,
    (id, frame_id): (SurveyId, &str),
) -> Result<Entering, Failure> {
    let survey = open_survey(tx, who, id)?;
    let it = people::held(tx, id, frame_id)?.ok_or(Failure::NotFound)?;
    demand(site, who, &survey, &it)?;
    match it.state.as_str() {
        "asked" => {}
        "used" => {
            return Err(Failure::Refused(
                "Mã này đã có câu trả lời. Mỗi mã chỉ nhận một phiếu.".to_owned(),
            ));
        }
        _ => return Err(Failure::NotFound),
    }
    let form = desk::form_of(tx, &survey)?;
    let entry = answers::entry(tx, id, frame_id)?;
    Ok(Entering { survey, form, it, entry })
}

/// At which reading a sheet is for `who`, of which these have read it: first, waiting for the second, second; where two
/// read it in two ways: third for somebody else, read for those two.
fn stage(who: &Who, by: Option<(i64, Option<i64>)>) -> &'static str {
    let me = who.account.0;
    match by {
        None => "first",
        Some((first, None)) if first == me => "waiting",
        Some((_, None)) => "second",
        Some((first, second)) if first == me || second == Some(me) => "read",
        Some(_) => "third",
    }
}

fn sheet_page(
    site: &Site,
    who: &Who,
    of: &Entering,
    (given, checked, way): (&Answers, bool, &str),
) -> Result<Html<String>, Failure> {
    let stage = stage(who, of.entry.as_ref().map(|it| it.by));
    let mut questions = answer::questions(&of.form, Lang::Vi, given, checked);
    if stage == "third" {
        // Only what was read in two ways is looked at a third time; nobody sees the rest.
        let (first, second) = readings(site, of)?;
        let differing = of.form.differing(&first, &second);
        questions.retain(|it| differing.contains(&it.code.as_str()));
    }
    site.page(&SheetPage {
        id: of.survey.id,
        person: of.it.frame_id.clone(),
        title: of.survey.title.clone(),
        stratum: of.it.stratum.clone(),
        place: of.it.place,
        questions,
        wrong: checked,
        nothing: checked && given.is_empty(),
        stage,
        text_max: TEXT_CHARS_MAX,
        way: way.to_owned(),
        shell: site.shell(who),
    })
}

/// The two readings of a sheet.
fn readings(site: &Site, of: &Entering) -> Result<(Answers, Answers), Failure> {
    let Some(entry) = &of.entry else { return Ok((Answers::new(), Answers::new())) };
    let first = secrets::open_entry(site, of.survey.id, &entry.first)?;
    let second = secrets::open_entry(site, of.survey.id, &entry.second)?;
    Ok((first, second))
}

/// GET `/co-quan/nhap-phieu/{id}/phieu/{secret}`
pub async fn sheet(
    State(site): State<Site>,
    who: Who,
    Path((id, frame_id)): Path<(i64, String)>,
) -> Result<Html<String>, Failure> {
    let (inner, asker, id) = (site.clone(), who.clone(), SurveyId(id));
    let of = site.read(&who, move |tx| entering(&inner, tx, &asker, (id, &frame_id))).await?;
    sheet_page(&site, &who, &of, (&Answers::new(), false, ""))
}

/// POST `/co-quan/nhap-phieu/{id}/phieu/{secret}`: a talk is entered once and may be called back; paper is entered by
/// two, and what they read differently is looked at by a third.
pub async fn enter(
    State(site): State<Site>,
    who: Who,
    Path((id, frame_id)): Path<(i64, String)>,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    let (inner, asker, id) = (site.clone(), who.clone(), SurveyId(id));
    let back = format!("{PAGE}/{id}");
    let way = typed.get("cach").to_owned();
    let sent = typed.clone();
    let done = site
        .write(&who, move |tx| {
            let of = entering(&inner, tx, &asker, (id, &frame_id))?;
            let given = answer::read(&of.form, &sent);
            let stage = stage(&asker, of.entry.as_ref().map(|it| it.by));
            // Whoever has read it has had his say, whatever he sends.
            let had = match stage {
                "waiting" => "Bạn đã nhập phiếu này. Lần thứ hai phải do người khác nhập.",
                "read" => "Bạn đã nhập phiếu này. Câu lệch phải do người thứ ba xem lại.",
                _ => "",
            };
            if !had.is_empty() {
                return Err(Failure::Refused(had.to_owned()));
            }
            let way = match (stage, sent.get("cach")) {
                ("first", "phone") => Some(Way::Phone),
                ("first", "paper") | ("second" | "third", _) => Some(Way::Paper),
                _ => None,
            };
            let missing = stage != "third" && !of.form.missing(&given).is_empty();
            let Some(way) = way.filter(|_| !missing && !given.is_empty()) else {
                return Ok(Err((of, given)));
            };
            let journal = |tx: &mut Tx<'_>, act: &'static str| {
                let details = json!({"way": way.code(), "stage": stage});
                tx.journal(Entry::new(desk::SUBJECT, id.0, act).details(&details));
            };
            match stage {
                "first" if way == Way::Phone => {
                    desk::take_entered(&inner, tx, &of.it, (way, &given))?;
                    journal(tx, "enter_sheet");
                    Ok(Ok("Đã nhận phiếu trả lời qua điện thoại."))
                }
                "first" => {
                    let sealed = secrets::close_entry(&inner, id, &given)?;
                    answers::enter_first(tx, id, &frame_id, &sealed)?;
                    journal(tx, "enter_sheet");
                    Ok(Ok("Đã nhập lần một. Phiếu được nhận khi người thứ hai nhập trùng."))
                }
                "second" => {
                    let first = match &of.entry {
                        Some(entry) => secrets::open_entry(&inner, id, &entry.first)?,
                        None => Answers::new(),
                    };
                    journal(tx, "enter_sheet");
                    if of.form.differing(&first, &given).is_empty() {
                        desk::take_entered(&inner, tx, &of.it, (way, &given))?;
                        return Ok(Ok("Hai lần nhập trùng nhau. Đã nhận phiếu."));
                    }
                    let sealed = secrets::close_entry(&inner, id, &given)?;
                    answers::enter_second(tx, id, &frame_id, &sealed)?;
                    Ok(Ok(
                        "Hai lần nhập lệch nhau. Người thứ ba, chưa nhập phiếu này, xem lại các câu lệch.",
                    ))
                }
                _ => {
                    let (first, second) = readings(&inner, &of)?;
                    let mut agreed = second.clone();
                    for code in of.form.differing(&first, &second) {
                        match given.get(code) {
                            Some(it) => agreed.insert(code.to_owned(), it.clone()),
                            None => agreed.remove(code),
                        };
                    }
                    desk::take_entered(&inner, tx, &of.it, (way, &agreed))?;
                    journal(tx, "resolve_sheet");
                    Ok(Ok("Đã chốt các câu lệch và nhận phiếu."))
                }
            }
        })
        .await?;
    match done {
        Ok(words) => Ok(told(&back, words)),
        Err((of, given)) => {
            Err(Failure::Mistaken(sheet_page(&site, &who, &of, (&given, true, &way))?))
        }
    }
}

/// POST `/co-quan/nhap-phieu/{id}/goi-lai/{secret}`: what came of calling somebody back.
pub async fn call_back(
    State(site): State<Site>,
    who: Who,
    Path((id, frame_id)): Path<(i64, String)>,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    let (inner, asker, id) = (site.clone(), who.clone(), SurveyId(id));
    let outcome =
        ["confirmed", "denied", "unreachable"].into_iter().find(|it| *it == typed.get("ket-qua"));
    let outcome = outcome.ok_or_else(|| Failure::Refused("Chọn kết quả gọi lại.".to_owned()))?;
    site.write(&who, move |tx| {
        let survey = open_survey(tx, &asker, id)?;
        let it = people::held(tx, id, &frame_id)?.ok_or(Failure::NotFound)?;
        demand(&inner, &asker, &survey, &it)?;
        let is_wanted =
            wanted_back(&inner, tx, &survey)?.iter().any(|of| of.frame_id == it.frame_id);
        if !is_wanted || !it.callback.is_empty() {
            return Err(Failure::NotFound);
        }
        if it.entered_by == Some(asker.account.0) {
            return Err(Failure::Refused(
                "Phúc tra phải do người khác với người đã nhập phiếu.".to_owned(),
            ));
        }
        people::call_back(tx, &it, outcome)?;
        let details = json!({"outcome": outcome});
        tx.journal(Entry::new(desk::SUBJECT, id.0, "call_back").details(&details));
        Ok(())
    })
    .await?;
    Ok(told(&format!("{PAGE}/{id}"), "Đã ghi kết quả phúc tra."))
}
