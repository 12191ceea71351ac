//! SQL of whoever may be asked and of invitations.

use domain::{
    ids::{DossierId, SurveyId, UnitId},
    survey::{
        draw::{Drawn, Line},
        tally::{CallBacks, Stratum},
    },
};
use store::{Fault, Param, Row, Select, Tx};

/// Somebody of the frame who is about to be written down.
pub struct NewMember {
    pub line: Line,
    pub unit: UnitId,
    pub dossier: Option<DossierId>,
    /// Sealed.
    pub contact: String,
}

/// Writes the frame down.
pub fn insert_members(tx: &mut Tx<'_>, survey: SurveyId, all: &[NewMember]) -> Result<(), Fault> {
    let mut params: Vec<Param> = Vec::with_capacity(all.len() * 6);
    for it in all {
        params.extend::<[Param; 6]>([
            survey.0.into(),
            it.line.id.as_str().into(),
            it.line.stratum.as_str().into(),
            it.unit.into(),
            it.dossier.map(|it| it.0).into(),
            it.contact.as_str().into(),
        ]);
    }
    let head =
        "insert into survey_member (survey, frame_id, stratum, unit, dossier, contact) values";
    tx.insert_rows(head, "", 6, &params)
}

/// The lines of the frame.
pub fn lines(tx: &mut Tx<'_>, survey: SurveyId) -> Result<Vec<Line>, Fault> {
    let rows = tx.query(
        "select stratum, frame_id from survey_member where survey = ?1",
        &[survey.0.into()],
    )?;
    rows.iter().map(|it| Ok(Line { stratum: it.get(0)?, id: it.get(1)? })).collect()
}

/// The strata with how many there are and how many were asked.
pub fn strata(tx: &mut Tx<'_>, survey: SurveyId) -> Result<Vec<Stratum>, Fault> {
    let rows = tx.query(
        "select m.stratum, min(m.unit), count(*),
           cast(coalesce(sum(case when i.state in ('asked', 'used', 'dropped') then 1 else 0 end), 0) as bigint)
         from survey_member m left join survey_invitation i on i.survey = m.survey and i.frame_id = m.frame_id
         where m.survey = ?1 group by m.stratum order by m.stratum",
        &[survey.0.into()],
    )?;
    let count = |it: i64| u64::try_from(it).unwrap_or(0);
    rows.iter()
        .map(|row| {
            Ok(Stratum {
                name: row.get(0)?,
                unit: row.get(1)?,
                population: count(row.get(2)?),
                drawn: count(row.get(3)?),
            })
        })
        .collect()
}

/// Forgets who the people are that nobody asks: `all` when the survey is over.
pub fn forget_contacts(tx: &mut Tx<'_>, survey: SurveyId, all: bool) -> Result<(), Fault> {
    let sql = if all {
        "update survey_member set contact = '', dossier = null where survey = ?1"
    } else {
        "update survey_member set contact = '', dossier = null where survey = ?1 and not exists
           (select 1 from survey_invitation i where i.survey = survey_member.survey
              and i.frame_id = survey_member.frame_id)"
    };
    tx.execute(sql, &[survey.0.into()])?;
    if all {
        tx.execute(
            "update survey_invitation set code = '', receipt = '' where survey = ?1",
            &[survey.0.into()],
        )?;
        tx.execute("delete from survey_entry where survey = ?1", &[survey.0.into()])?;
    }
    Ok(())
}

/// Who somebody of a dossier is goes with his other data; the number that says nothing stays.
pub fn erase(tx: &mut Tx<'_>, dossier: DossierId) -> Result<Vec<String>, Fault> {
    tx.execute(
        "update survey_member set contact = '', dossier = null where dossier = ?1",
        &[dossier.into()],
    )?;
    Ok(Vec::new())
}

/// An invitation that is about to be made.
pub struct NewInvitation {
    pub drawn: Drawn,
    pub is_reserve: bool,
    pub code_hash: String,
    /// Sealed.
    pub code: String,
}

/// Makes invitations.
pub fn insert_invitations(
    tx: &mut Tx<'_>,
    survey: SurveyId,
    all: &[NewInvitation],
) -> Result<(), Fault> {
    let mut params: Vec<Param> = Vec::with_capacity(all.len() * 8);
    for it in all {
        params.extend::<[Param; 15]>([
            survey.0.into(),
            it.drawn.id.as_str().into(),
            it.drawn.stratum.as_str().into(),
            i64::try_from(it.drawn.place).unwrap_or(i64::MAX).into(),
            it.is_reserve.into(),
            if it.is_reserve { "ready" } else { "asked" }.into(),
            it.code_hash.as_str().into(),
            it.code.as_str().into(),
            "".into(),
            "".into(),
            false.into(),
            false.into(),
            "".into(),
            Param::from(None::<i64>),
            "".into(),
        ]);
    }
    let head = "insert into survey_invitation (survey, frame_id, stratum, place, is_reserve, state, code_hash, code,
        way, receipt, sent, printed, dropped_why, entered_by, callback) values";
    tx.insert_rows(head, "", 15, &params)
}

/// An invitation.
#[derive(Debug, Clone)]
pub struct Invitation {
    pub survey: SurveyId,
    pub frame_id: String,
    pub stratum: String,
    pub place: i64,
    pub state: String,
    /// Sealed.
    pub code: String,
    pub receipt: String,
    pub sent: bool,
    pub printed: bool,
    /// Which printing its letter is of; 0: none that is known.
    pub batch: i64,
    pub entered_by: Option<i64>,
    pub callback: String,
    /// Whom it is about.
    pub unit: UnitId,
    /// Sealed.
    pub contact: String,
}

const COLUMNS: &str = "i.survey, i.frame_id, i.stratum, i.place, i.state, i.code, i.receipt,
    i.sent, i.printed, i.entered_by, i.callback, m.unit, m.contact, i.batch";
const FROM: &str =
    "survey_invitation i join survey_member m on m.survey = i.survey and m.frame_id = i.frame_id";

fn invitation(row: &Row) -> Result<Invitation, Fault> {
    Ok(Invitation {
        survey: SurveyId(row.get(0)?),
        frame_id: row.get(1)?,
        stratum: row.get(2)?,
        place: row.get(3)?,
        state: row.get(4)?,
        code: row.get(5)?,
        receipt: row.get(6)?,
        sent: row.get(7)?,
        printed: row.get(8)?,
        entered_by: row.get(9)?,
        callback: row.get(10)?,
        unit: row.get(11)?,
        contact: row.get(12)?,
        batch: row.get(13)?,
    })
}

/// The survey of the invitation with this hash of its code.
pub fn survey_of(tx: &mut Tx<'_>, hash: &str) -> Result<Option<SurveyId>, Fault> {
    let row =
        tx.query_one("select survey from survey_invitation where code_hash = ?1", &[hash.into()])?;
    row.map(|it| it.get(0).map(SurveyId)).transpose()
}

/// The invitation with this hash of its code.
pub fn by_code(tx: &mut Tx<'_>, hash: &str) -> Result<Option<Invitation>, Fault> {
    // Held by itself: of two sendings in one moment the second one waits and finds it used.
    if !tx.for_update().is_empty() {
        let sql =
            format!("select place from survey_invitation where code_hash = ?1{}", tx.for_update());
        tx.query(&sql, &[hash.into()])?;
    }
    let sql = format!("select {COLUMNS} from {FROM} where i.code_hash = ?1");
    tx.query_one(&sql, &[hash.into()])?.as_ref().map(invitation).transpose()
}

/// The invitation of somebody of the frame, held.
pub fn held(
    tx: &mut Tx<'_>,
    survey: SurveyId,
    frame_id: &str,
) -> Result<Option<Invitation>, Fault> {
    if !tx.for_update().is_empty() {
        let sql = format!(
            "select place from survey_invitation where survey = ?1 and frame_id = ?2{}",
            tx.for_update()
        );
        tx.query(&sql, &[survey.0.into(), frame_id.into()])?;
    }
    let sql = format!("select {COLUMNS} from {FROM} where i.survey = ?1 and i.frame_id = ?2");
    tx.query_one(&sql, &[survey.0.into(), frame_id.into()])?.as_ref().map(invitation).transpose()
}

/// Invitations of a survey in these states, by stratum and place.
pub fn invitations(
    tx: &mut Tx<'_>,
    survey: SurveyId,
    states: &[&str],
    limit: i64,
) -> Result<Vec<Invitation>, Fault> {
    let select = Select::new(COLUMNS, FROM)
        .and("i.survey = ?", [survey.0.into()])
        .and_in("i.state", states.to_vec())
        .order_by("i.stratum, i.place");
    select.rows(tx, limit)?.iter().map(invitation).collect()
}

/// How many of each stratum were asked, and answered: never what.
pub fn answered(tx: &mut Tx<'_>, survey: SurveyId) -> Result<Vec<(String, i64, i64)>, Fault> {
    let rows = tx.query(
        "select stratum, cast(sum(case when state <> 'ready' then 1 else 0 end) as bigint),
           cast(sum(case when state = 'used' then 1 else 0 end) as bigint)
         from survey_invitation where survey = ?1 group by stratum order by stratum",
        &[survey.0.into()],
    )?;
    rows.iter().map(|it| Ok((it.get(0)?, it.get(1)?, it.get(2)?))).collect()
}

/// The link is used up.
pub fn used(
    tx: &mut Tx<'_>,
    it: &Invitation,
    (way, receipt, by): (&str, &str, Option<i64>),
) -> Result<(), Fault> {
    tx.execute(
        "update survey_invitation set state = 'used', way = ?3, receipt = ?4, entered_by = ?5, code = ''
         where survey = ?1 and frame_id = ?2",
        &[
            it.survey.0.into(),
            it.frame_id.as_str().into(),
            way.into(),
            receipt.into(),
            by.into(),
        ],
    )?;
    Ok(())
}

/// A message was queued.
pub fn told(tx: &mut Tx<'_>, it: &Invitation) -> Result<(), Fault> {
    tx.execute(
        "update survey_invitation set sent = 1 where survey = ?1 and frame_id = ?2",
        &[it.survey.0.into(), it.frame_id.as_str().into()],
    )?;
    Ok(())
}

/// Letters were printed, for the first time: they are a batch. Its number.
pub fn printed(tx: &mut Tx<'_>, survey: SurveyId, whom: &[String]) -> Result<i64, Fault> {
    let last = tx.query_number(
        "select cast(coalesce(max(batch), 0) as bigint) from survey_invitation where survey = ?1",
        &[survey.0.into()],
    )?;
    for frame_id in whom {
        tx.execute(
            "update survey_invitation set printed = 1, batch = ?3
             where survey = ?1 and frame_id = ?2 and printed = 0",
            &[survey.0.into(), frame_id.as_str().into(), (last + 1).into()],
        )?;
    }
    Ok(last + 1)
}

/// The batches of letters, with how many of each have not answered.
pub fn batches(tx: &mut Tx<'_>, survey: SurveyId) -> Result<Vec<(i64, i64)>, Fault> {
    let rows = tx.query(
        "select batch, count(*) from survey_invitation where survey = ?1 and printed = 1 and state = 'asked'
         group by batch order by batch",
        &[survey.0.into()],
    )?;
    rows.iter().map(|it| Ok((it.get(0)?, it.get(1)?))).collect()
}

/// Somebody cannot be asked; the next of his stratum is, if there is one: whether there was.
pub fn replace(tx: &mut Tx<'_>, it: &Invitation, why: &str) -> Result<bool, Fault> {
    let next = tx.query_one(
        "select frame_id from survey_invitation where survey = ?1 and stratum = ?2 and state = 'ready'
         order by place limit 1",
        &[it.survey.0.into(), it.stratum.as_str().into()],
    )?;
    let Some(next) = next else { return Ok(false) };
    let next: String = next.get(0)?;
    tx.execute(
        "update survey_invitation set state = 'dropped', dropped_why = ?3, code = '' where survey = ?1 and frame_id = ?2",
        &[it.survey.0.into(), it.frame_id.as_str().into(), why.into()],
    )?;
    tx.execute(
        "update survey_invitation set state = 'asked' where survey = ?1 and frame_id = ?2",
        &[it.survey.0.into(), next.into()],
    )?;
    Ok(true)
}

/// What came of calling somebody back.
pub fn call_back(tx: &mut Tx<'_>, it: &Invitation, outcome: &str) -> Result<(), Fault> {
    tx.execute(
        "update survey_invitation set callback = ?3 where survey = ?1 and frame_id = ?2",
        &[it.survey.0.into(), it.frame_id.as_str().into(), outcome.into()],
    )?;
    Ok(())
}

/// What came of calling back: counts, and nobody's number.
pub fn call_backs(tx: &mut Tx<'_>, survey: SurveyId) -> Result<CallBacks, Fault> {
    let rows = tx.query(
        "select callback, count(*) from survey_invitation where survey = ?1 and entered_by is not null
         group by callback order by callback",
        &[survey.0.into()],
    )?;
    let mut found = CallBacks::default();
    let mut entered = 0;
    for row in &rows {
        let count = u64::try_from(row.get::<i64>(1)?).unwrap_or(0);
        entered += count;
        match row.get::<String>(0)?.as_str() {
            "confirmed" => found.confirmed = count,
            "denied" => found.denied = count,
            "unreachable" => found.unreachable = count,
            _ => {}
        }
    }
    found.wanted = entered.div_ceil(10).max(found.called());
    Ok(found)
}
