//! SQL of the figures: tickets of a time, narrowed by lane, desk and hour.

use domain::ids::{DeskId, LaneId, TicketId, UnitId};
use jiff::civil::Date;
use store::{Fault, Select, Tx};

use super::tickets::{COLUMNS, Ticket, ticket};

/// Which tickets.
#[derive(Debug, Clone)]
pub struct Filter {
    pub units: Vec<UnitId>,
    pub from: Date,
    pub until: Date,
    pub lane: Option<LaneId>,
    pub desk: Option<DeskId>,
    /// The hour of the day in which it was taken.
    pub hour: Option<i64>,
    pub status: Option<&'static str>,
}

fn select(filter: &Filter) -> Select {
    Select::new(COLUMNS, "queue_ticket t")
        .and_in("t.unit", filter.units.clone())
        .and("t.day >= ? and t.day <= ?", [filter.from.into(), filter.until.into()])
        .and_if("t.lane = ?", filter.lane)
        .and_if("t.desk = ?", filter.desk)
        .and_if("t.status = ?", filter.status)
        // Viet Nam is seven hours ahead.
        .and_if("((t.taken_ms + 25200000) % 86400000) / 3600000 = ?", filter.hour)
}

/// Tickets of a filter after one, the newest first.
pub fn tickets(
    tx: &mut Tx<'_>,
    filter: &Filter,
    before: Option<TicketId>,
    limit: i64,
) -> Result<Vec<Ticket>, Fault> {
    let select = select(filter).and_if("t.id < ?", before).order_by("t.id desc");
    select.rows(tx, limit)?.iter().map(ticket).collect()
}

/// How many there are, up to a bound.
pub fn count(tx: &mut Tx<'_>, filter: &Filter, most: i64) -> Result<i64, Fault> {
    select(filter).count(tx, most)
}
