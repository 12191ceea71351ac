//! A dossier about to be opened: its version, its office, its number.

use std::sync::Arc;

use domain::{
    codes::{AgencyCode, CodeRegime, DossierCode, DossierCodeError},
    dossier::{Command, Dossier, Event, Maker, Status, What, decide_all},
    ids::{DossierId, UnitId},
    law::{CodeShape, RulePack},
    workflow::Workflow,
};
use jiff::civil::{Date, DateTime};
use site::{Failure, OrRefuse};
use store::Tx;

use super::{
    Desk, DeskError, Intake, Office, Received,
    course::{follow, intake_hop, series_at_once},
    no, promise,
};
use crate::{
    dossiers::sql::{self, New},
    procedures::facts::{self as procedures, Version},
    results::facts::Numbering,
};

/// Digits of the secret on the receipt.
const SECRET_DIGITS: usize = 6;

/// A dossier about to be opened.
pub(super) struct Opened {
    pub version: Version,
    office: Office,
    pack: String,
    workflow: i64,
    course: Arc<Workflow>,
    code: String,
    provisional: bool,
    due_at: Option<DateTime>,
    counter: String,
}

/// A number taken from a series for a dossier that is not kept yet.
pub(super) struct Counted {
    pub written: String,
    body: UnitId,
    series: String,
    year: i64,
    number: i64,
}

impl Counted {
    /// Ties it to the dossier.
    pub fn keep(&self, tx: &mut Tx<'_>, id: DossierId) -> Result<(), Failure> {
        let (series, year) = (self.series.as_str(), self.year);
        Ok(sql::keep_series_number(tx, self.body, series, year, self.number, id)?)
    }
}

impl Opened {
    /// The number of what is settled at the desk, if its workflow names a series.
    pub fn number_at_once(
        &self,
        tx: &mut Tx<'_>,
        numbering: Numbering,
    ) -> Result<Option<Counted>, Failure> {
        let Some(series) = series_at_once(&self.course) else { return Ok(None) };
        let (body, year) = (numbering.body, numbering.year);
        let next = |tx: &mut Tx<'_>| sql::series_taken(tx, body, &series.name, year.into());
        let (number, written) = numbering.of_series(tx, series, next)?;
        Ok(Some(Counted { written, body, series: series.name.clone(), year: year.into(), number }))
    }

    /// Where its result is numbered.
    pub fn numbering(&self, year: i16) -> Numbering {
        Numbering { body: self.office.body, procedure: self.version.procedure, year, own: None }
    }

    /// With a promise.
    pub fn accepted(tx: &mut Tx<'_>, desk: Desk<'_>, intake: &Intake) -> Result<Self, Failure> {
        let way = (intake.channel, intake.agreed_days);
        let promise = promise(tx, desk, &intake.procedure, intake.unit, way, intake.received_at)?;
        let due_at = promise.explanation.due.ok_or_else(|| no(&DeskError::NoLimit))?;
        let provisional = promise.explanation.provisional;
        let opened = Self::of(tx, desk, intake, promise.version)?;
        Ok(Self { provisional, due_at: Some(due_at), ..opened })
    }

    /// Handed in, but not accepted: no promise.
    pub fn at_counter(tx: &mut Tx<'_>, desk: Desk<'_>, intake: &Intake) -> Result<Self, Failure> {
        let day = intake.received_at.date();
        let version = procedures::in_force(tx, &intake.procedure, day)?
            .ok_or_else(|| no(&DeskError::NoProcedure { code: intake.procedure.clone() }))?;
        Self::of(tx, desk, intake, version)
    }

    fn of(
        tx: &mut Tx<'_>,
        desk: Desk<'_>,
        intake: &Intake,
        version: Version,
    ) -> Result<Self, Failure> {
        let day = intake.received_at.date();
        let office = desk.office(intake.unit).ok_or_else(|| no(&DeskError::NotHere))?;
        if version.body.body != "ubnd"
            || !version.body.settled_by(office.tier, desk.tree.has_districts())
        {
            return Err(no(&DeskError::NotHere));
        }
        let pack = desk.calendars.pack_on(day).ok_or_else(|| no(&DeskError::NoRules))?;
        let (workflow, course) = procedures::workflow_for(tx, &version.body, office.tier, day)?;
        let code = next_code(tx, desk, pack, office.body, day)?;
        let pack = pack.id.clone();
        let counter = desk.tree.title(intake.unit).to_owned();
        let provisional = false;
        Ok(Self {
            version,
            office,
            pack,
            workflow,
            course,
            code,
            provisional,
            due_at: None,
            counter,
        })
    }

    pub fn submit(&self, intake: &Intake) -> Command {
        What::Submit {
            channel: intake.channel,
            unit: intake.unit,
            submitted_at: intake.received_at,
        }
        .into()
    }

    pub fn accept(&self, desk: Desk<'_>, intake: &Intake) -> Result<Command, Failure> {
        let due_at = self.due_at.ok_or_else(|| no(&DeskError::NoLimit))?;
        let calendar = desk.calendar(intake.unit);
        let received = (intake.received_at, due_at);
        let limit = super::limit_of(&self.version.body, intake.channel, intake.agreed_days)?
            .office_minutes(calendar, received);
        Ok(What::Accept {
            code: self.code.clone(),
            received_at: intake.received_at,
            due_at,
            fee: intake.fee,
            agreed_days: intake.agreed_days,
            hop: intake_hop(&self.course, calendar, intake.received_at, limit),
        }
        .into())
    }

    pub fn keep(
        self,
        tx: &mut Tx<'_>,
        intake: &Intake,
        after: &Dossier,
        events: &[Event],
    ) -> Result<Received, Failure> {
        let mut person = intake.person.clone();
        person.secret = secret()?;
        let new = New {
            code: &self.code,
            body: self.office.body,
            unit: intake.unit,
            competent: self.office.body,
            version: self.version.id,
            workflow: self.workflow,
            rules: &self.pack,
            channel: intake.channel.code(),
            received_at: intake.received_at,
            provisional: self.provisional,
            person: &person,
        };
        let id = sql::insert(tx, &new, after, events)?;
        sql::insert_papers(tx, id, &intake.papers)?;
        super::beside::opened(tx, id, intake, events)?;
        let mut state = Dossier::default();
        for event in events {
            state.apply(event);
            crate::results::facts::follow(tx, id, &self.version.body, &state, event)?;
        }
        if let Some(kept) = sql::find(tx, id)?.filter(|_| after.status.is_open()) {
            follow(tx, None, &kept, &self.course)?;
            for event in events {
                crate::notices::follow(tx, &self.counter, (Status::Draft, &kept), event)?;
            }
        }
        Ok(Received { id, code: self.code, due_at: self.due_at })
    }
}

/// Lays on a counter what another office hands over: it is there and not accepted, and has no promise.
///
/// # Errors
/// [`Failure::Refused`] if the procedure is not received there.
pub fn hand_in(
    tx: &mut Tx<'_>,
    desk: Desk<'_>,
    maker: &Maker,
    intake: &Intake,
) -> Result<Received, Failure> {
    let opened = Opened::at_counter(tx, desk, intake)?;
    let submit = opened.submit(intake);
    let (after, events) = decide_all(&Dossier::default(), [submit], maker, tx.now()).or_refuse()?;
    opened.keep(tx, intake, &after, &events)
}

/// The next code of the body's day. The sequence row is the lock.
fn next_code(
    tx: &mut Tx<'_>,
    desk: Desk<'_>,
    pack: &RulePack,
    body: UnitId,
    day: Date,
) -> Result<String, Failure> {
    let agency = desk.tree.unit(body).map_or("", |it| it.agency_code.as_str());
    let agency = AgencyCode::parse(agency).map_err(|_| no(&DeskError::NoAgencyCode))?;
    let regime = match pack.code {
        CodeShape::RightToLeft if agency.right_to_left().is_ok() => CodeRegime::Agency2018,
        CodeShape::RightToLeft | CodeShape::LeftToRight => CodeRegime::Agency2025,
    };
    let name = format!("dossier:{agency}:{day}");
    let serial = sql::next_number(tx, &name)?;
    let serial = u32::try_from(serial)
        .map_err(|_| DossierCodeError::SerialRange { max: regime.serial_max() })
        .or_refuse()?;
    Ok(DossierCode::new(regime, &agency, day, serial).or_refuse()?.to_string())
}

fn secret() -> Result<String, Failure> {
    let digits = site::random_hex(8);
    let number = u64::from_str_radix(&digits, 16)
        .map_err(|e| store::Fault::Broken(format!("a random number: {e}")))?;
    Ok(format!("{:0width$}", number % 1_000_000, width = SECRET_DIGITS))
}
