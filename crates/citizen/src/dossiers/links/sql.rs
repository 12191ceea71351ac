//! SQL of links and of papers that change hands.

use domain::{
    dossier::Outcome,
    ids::{AccountId, DossierId, UnitId},
    link::{Arrangement, Carriage, Direction, HandOverState, LinkKind, LinkState},
    time::Instant,
};
use jiff::civil::{Date, DateTime};
use store::{Fault, Row, Select, Tx};

/// A parent and a child, as they are kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// Its row.
    pub id: i64,
    /// The parent; nothing if it is another installation's.
    pub parent: Option<DossierId>,
    /// The child; nothing if it is planned, or another installation's.
    pub child: Option<DossierId>,
    /// Order among those of the same parent, from 1.
    pub place: i64,
    /// Whether it waits for those before it.
    pub arrangement: Arrangement,
    /// How far it is.
    pub state: LinkState,
    /// Who gives; nothing: another installation.
    pub from_unit: Option<UnitId>,
    /// The one-stop shop that receives; nothing: another installation's.
    pub to_unit: Option<UnitId>,
    /// Code of the procedure.
    pub procedure: String,
    /// How the papers travel.
    pub carriage: Carriage,
    /// Working days that were agreed on.
    pub agreed_days: Option<u16>,
    /// What is asked.
    pub request: String,
    /// What the child's result says.
    pub outcome: Option<Outcome>,
    /// The number of that document; empty while there is none.
    pub number: String,
    /// Who opened it.
    pub opened_by: AccountId,
    /// When.
    pub opened: Instant,
    /// Grows with every change.
    pub edition: i64,
}

/// Papers that change hands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HandOver {
    /// Its row.
    pub id: i64,
    /// The link that they belong to.
    pub link: i64,
    /// Which way.
    pub direction: Direction,
    /// Who gives; nothing: another installation.
    pub from_unit: Option<UnitId>,
    /// Who receives; nothing: another installation.
    pub to_unit: Option<UnitId>,
    /// The day of the number.
    pub day: Date,
    /// The number of the giving unit's day.
    pub number: i64,
    /// Whether they were taken.
    pub state: HandOverState,
    /// Who gave them.
    pub given_by: AccountId,
    /// When.
    pub given: Instant,
    /// By when they are to be confirmed, civil time in Viet Nam.
    pub due_at: DateTime,
    /// Who took them or did not.
    pub closed_by: Option<AccountId>,
    /// When.
    pub closed: Option<Instant>,
    /// Why they were not taken; empty otherwise.
    pub reason: String,
}

/// One paper or file in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Handed {
    /// What it is.
    pub name: String,
    /// As `dossier_paper.form`; `file` for an electronic file.
    pub form: String,
    /// How many.
    pub count: i64,
    /// The giver's file.
    pub file: Option<i64>,
}

const COLUMNS: &str = "l.id, l.parent, l.child, l.place, l.arrangement, l.state, l.from_unit,
    l.to_unit, l.procedure, l.carriage, l.agreed_days, l.request, l.outcome, l.number, l.opened_by,
    l.opened_ms, l.edition";

fn link(row: &Row) -> Result<Link, Fault> {
    Ok(Link {
        id: row.get(0)?,
        parent: row.get(1)?,
        child: row.get(2)?,
        place: row.get(3)?,
        arrangement: row.parse(4, "arrangement", Arrangement::from_code)?,
        state: row.parse(5, "link state", LinkState::from_code)?,
        from_unit: row.get(6)?,
        to_unit: row.get(7)?,
        procedure: row.get(8)?,
        carriage: row.parse(9, "carriage", Carriage::from_code)?,
        agreed_days: row.get::<Option<i64>>(10)?.and_then(|it| u16::try_from(it).ok()),
        request: row.get(11)?,
        outcome: row.parse_opt(12, "outcome", Outcome::from_code)?,
        number: row.get(13)?,
        opened_by: row.get(14)?,
        opened: Instant::from_epoch_ms(row.get(15)?),
        edition: row.get(16)?,
    })
}

/// Its children, in order.
pub fn children(tx: &mut Tx<'_>, parent: DossierId) -> Result<Vec<Link>, Fault> {
    let sql = format!(
        "select {COLUMNS} from dossier_link l
         where l.parent = ?1 and l.kind = 'child' order by l.place, l.id"
    );
    tx.query(&sql, &[parent.into()])?.iter().map(link).collect()
}

/// The parts of cases whose result came on one of these days: the case, the part.
pub fn parts_of_period(
    tx: &mut Tx<'_>,
    from: Date,
    until: Date,
) -> Result<Vec<(DossierId, DossierId)>, Fault> {
    let rows = tx.query(
        "select l.parent, l.child from dossier_link l join dossier d on d.id = l.parent
         where l.kind = 'child' and l.child is not null
           and d.finished_at >= ?1 and d.finished_at < ?2 order by l.parent, l.place, l.id",
        &[from.to_string().into(), format!("{until}T99").into()],
    )?;
    rows.iter().map(|row| Ok((row.get(0)?, row.get(1)?))).collect()
}

/// What it is a child of.
pub fn above(tx: &mut Tx<'_>, child: DossierId) -> Result<Option<Link>, Fault> {
    let sql =
        format!("select {COLUMNS} from dossier_link l where l.child = ?1 and l.kind = 'child'");
    tx.query_one(&sql, &[child.into()])?.as_ref().map(link).transpose()
}

/// The link in this row.
pub fn find(tx: &mut Tx<'_>, id: i64) -> Result<Option<Link>, Fault> {
    let sql = format!("select {COLUMNS} from dossier_link l where l.id = ?1 and l.kind = 'child'");
    tx.query_one(&sql, &[id.into()])?.as_ref().map(link).transpose()
}

/// Writes a new link.
pub fn insert(tx: &mut Tx<'_>, it: &Link) -> Result<i64, Fault> {
    tx.insert(
        "insert into dossier_link
           (kind, parent, child, place, arrangement, state, from_unit, to_unit, procedure, carriage,
            agreed_days, request, outcome, number, opened_by, opened_ms, closed_ms, edition)
         values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, null, '', ?13, ?14, null, 1)
         returning id",
        &[
            LinkKind::Child.code().into(),
            it.parent.into(),
            it.child.into(),
            it.place.into(),
            it.arrangement.code().into(),
            it.state.code().into(),
            it.from_unit.into(),
            it.to_unit.into(),
            it.procedure.as_str().into(),
            it.carriage.code().into(),
            it.agreed_days.map(i64::from).into(),
            it.request.as_str().into(),
            it.opened_by.0.into(),
            it.opened.into(),
        ],
    )
}

/// Writes what became of it. `false`: somebody else was first, and nothing was written.
pub fn keep(tx: &mut Tx<'_>, it: &Link) -> Result<bool, Fault> {
    let closed = if it.state.is_open() { None } else { Some(tx.now()) };
    let touched = tx.execute(
        "update dossier_link
         set child = ?3, state = ?4, outcome = ?5, number = ?6, closed_ms = ?7, edition = edition + 1
         where id = ?1 and edition = ?2",
        &[
            it.id.into(),
            it.edition.into(),
            it.child.into(),
            it.state.code().into(),
            it.outcome.map(Outcome::code).into(),
            it.number.as_str().into(),
            closed.into(),
        ],
    )?;
    Ok(touched > 0)
}

const SLIP: &str = "h.id, h.link, h.direction, h.from_unit, h.to_unit, h.day, h.number, h.state,
    h.given_by, h.given_ms, h.due_at, h.closed_by, h.closed_ms, h.reason";

fn slip(row: &Row) -> Result<HandOver, Fault> {
    Ok(HandOver {
        id: row.get(0)?,
        link: row.get(1)?,
        direction: row.parse(2, "direction", Direction::from_code)?,
        from_unit: row.get(3)?,
        to_unit: row.get(4)?,
        day: row.parse(5, "date", |it| it.parse().ok())?,
        number: row.get(6)?,
        state: row.parse(7, "hand-over state", HandOverState::from_code)?,
        given_by: row.get(8)?,
        given: Instant::from_epoch_ms(row.get(9)?),
        due_at: row.parse(10, "time", |it| it.parse().ok())?,
        closed_by: row.get(11)?,
        closed: row.get::<Option<i64>>(12)?.map(Instant::from_epoch_ms),
        reason: row.get(13)?,
    })
}

/// Writes a new hand-over with its papers.
pub fn insert_slip(tx: &mut Tx<'_>, it: &HandOver, papers: &[Handed]) -> Result<i64, Fault> {
    let id: i64 = tx.insert(
        "insert into hand_over
           (link, direction, from_unit, to_unit, day, number, state, given_by, given_ms, due_at,
            closed_by, closed_ms, reason, rung_ms)
         values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, null, null, '', null) returning id",
        &[
            it.link.into(),
            it.direction.code().into(),
            it.from_unit.into(),
            it.to_unit.into(),
            it.day.into(),
            it.number.into(),
            it.state.code().into(),
            it.given_by.0.into(),
            it.given.into(),
            it.due_at.into(),
        ],
    )?;
    let rows: Vec<store::Param> = papers
        .iter()
        .zip(1_i64..)
        .flat_map(|(it, place)| {
            [
                id.into(),
                place.into(),
                it.name.as_str().into(),
                it.form.as_str().into(),
                it.count.into(),
                it.file.into(),
            ]
        })
        .collect();
    let head = "insert into hand_over_paper (hand_over, place, name, form, count, file) values";
    tx.insert_rows(head, "", 6, &rows)?;
    Ok(id)
}

/// Closes a hand-over that waits. `false`: somebody else was first.
pub fn close_slip(
    tx: &mut Tx<'_>,
    id: i64,
    state: HandOverState,
    reason: &str,
) -> Result<bool, Fault> {
    let touched = tx.execute(
        "update hand_over set state = ?2, closed_by = ?3, closed_ms = ?4, reason = ?5
         where id = ?1 and state = 'waiting'",
        &[id.into(), state.code().into(), tx.by().0.into(), tx.now().into(), reason.into()],
    )?;
    Ok(touched > 0)
}

/// The hand-overs of a link, oldest first.
pub fn slips(tx: &mut Tx<'_>, link: i64) -> Result<Vec<HandOver>, Fault> {
    let sql = format!("select {SLIP} from hand_over h where h.link = ?1 order by h.id");
    tx.query(&sql, &[link.into()])?.iter().map(slip).collect()
}

/// The hand-over in this row.
pub fn slip_of(tx: &mut Tx<'_>, id: i64) -> Result<Option<HandOver>, Fault> {
    let sql = format!("select {SLIP} from hand_over h where h.id = ?1");
    tx.query_one(&sql, &[id.into()])?.as_ref().map(slip).transpose()
}

/// What lies in it.
pub fn handed(tx: &mut Tx<'_>, id: i64) -> Result<Vec<Handed>, Fault> {
    let rows = tx.query(
        "select name, form, count, file from hand_over_paper where hand_over = ?1 order by place",
        &[id.into()],
    )?;
    rows.iter()
        .map(|row| {
            Ok(Handed {
                name: row.get(0)?,
                form: row.get(1)?,
                count: row.get(2)?,
                file: row.get(3)?,
            })
        })
        .collect()
}

/// Hand-overs that are late and of which nobody was told; they are told now.
pub fn ring(tx: &mut Tx<'_>, now: DateTime) -> Result<Vec<HandOver>, Fault> {
    let sql = format!(
        "select {SLIP} from hand_over h
         where h.state = 'waiting' and h.due_at < ?1 and h.rung_ms is null order by h.id limit 500"
    );
    let late: Vec<HandOver> =
        tx.query(&sql, &[now.into()])?.iter().map(slip).collect::<Result<_, Fault>>()?;
    for it in &late {
        let at = tx.now();
        tx.execute("update hand_over set rung_ms = ?2 where id = ?1", &[it.id.into(), at.into()])?;
    }
    Ok(late)
}

/// Which hand-overs a list shows.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// Of these units' only, as giver or receiver; all if nothing.
    pub units: Option<Vec<UnitId>>,
    /// The asker's own units.
    pub own: Vec<UnitId>,
    /// `in`: to his own; `out`: from his own; `khac`: neither; else all.
    pub way: String,
    /// In this state.
    pub state: Option<HandOverState>,
    /// Due before this moment.
    pub due_before: Option<DateTime>,
    /// Before this day, number and row: the next page.
    pub before: Option<(String, i64, i64)>,
}

/// One line of the list.
pub struct SlipLine {
    /// The hand-over.
    pub slip: HandOver,
    /// The parent, as this installation knows it.
    pub parent: Option<(DossierId, String)>,
    /// The child, as this installation knows it.
    pub child: Option<(DossierId, String)>,
}

fn wanted(it: &Wanted) -> Select {
    let columns = "h.id, h.link, h.direction, h.from_unit, h.to_unit, h.day, h.number, h.state,
        h.given_by, h.given_ms, h.due_at, h.closed_by, h.closed_ms, h.reason, p.id, p.code, c.id, c.code";
    let from = "hand_over h join dossier_link l on l.id = h.link
        left join dossier p on p.id = l.parent left join dossier c on c.id = l.child";
    let mut select = Select::new(columns, from);
    // Nobody's units are no unit.
    let of = |column: &str, units: &[UnitId]| {
        let marks =
            if units.is_empty() { "0".to_owned() } else { vec!["?"; units.len()].join(", ") };
        format!("{column} in ({marks})")
    };
    let values =
        |units: &[UnitId]| -> Vec<store::Param> { units.iter().map(|it| (*it).into()).collect() };
    let twice = |units: &[UnitId]| values(units).into_iter().chain(values(units));
    if let Some(units) = &it.units {
        let either = format!("{} or {}", of("h.to_unit", units), of("h.from_unit", units));
        select = select.and(&either, twice(units));
    }
    select = match it.way.as_str() {
        "in" => select.and(&of("h.to_unit", &it.own), values(&it.own)),
        "out" => select.and(&of("h.from_unit", &it.own), values(&it.own)),
        // An end in another installation is nobody's here.
        "khac" => {
            let own = |column: &str| of(&format!("coalesce({column}, -1)"), &it.own);
            let neither = format!("not ({} or {})", own("h.to_unit"), own("h.from_unit"));
            select.and(&neither, twice(&it.own))
        }
        _ => select,
    };
    if let Some((day, number, id)) = &it.before {
        let values = [store::Param::from(day.as_str()), (*number).into(), (*id).into()];
        select = select.and("(h.day, h.number, h.id) < (?, ?, ?)", values);
    }
    select
        .and_if("h.state = ?", it.state.map(HandOverState::code))
        .and_if("h.due_at < ?", it.due_before)
        .order_by("h.day desc, h.number desc, h.id desc")
}

/// A page of hand-overs: the newest day first, and on a day the highest number.
pub fn page(tx: &mut Tx<'_>, it: &Wanted, limit: i64) -> Result<Vec<SlipLine>, Fault> {
    let rows = wanted(it).rows(tx, limit)?;
    rows.iter()
        .map(|row| {
            let of = |id: usize| -> Result<Option<(DossierId, String)>, Fault> {
                match row.get::<Option<DossierId>>(id)? {
                    Some(it) => Ok(Some((it, row.get(id + 1)?))),
                    None => Ok(None),
                }
            };
            Ok(SlipLine { slip: slip(row)?, parent: of(14)?, child: of(16)? })
        })
        .collect()
}

/// How many there are.
pub fn count(tx: &mut Tx<'_>, it: &Wanted) -> Result<i64, Fault> {
    wanted(&Wanted { before: None, ..it.clone() }).count(tx, 10_000)
}

/// Dossiers received by a body within a time, and how many of them are children (one-stop.md 8.1).
pub fn received(
    tx: &mut Tx<'_>,
    body: Option<UnitId>,
    from: Date,
    until: Date,
) -> Result<(i64, i64), Fault> {
    let until = until.tomorrow().unwrap_or(until).to_string();
    let row = tx.query_one(
        "select count(*), cast(coalesce(sum(case when exists
             (select 1 from dossier_link l where l.child = d.id and l.kind = 'child')
             then 1 else 0 end), 0) as bigint)
         from dossier d
         where (d.body = ?1 or ?1 is null) and d.received_at >= ?2 and d.received_at < ?3
           and d.due_original_at is not null",
        &[body.into(), from.to_string().into(), until.into()],
    )?;
    row.map_or(Ok((0, 0)), |row| Ok((row.get(0)?, row.get(1)?)))
}

/// Dossiers that are not where their link says. None in a sound database.
pub fn torn(tx: &mut Tx<'_>) -> Result<Vec<DossierId>, Fault> {
    let rows = tx.query(
        "select coalesce(l.child, l.parent) from dossier_link l left join dossier d on d.id = l.child
         where l.kind = 'child' and l.to_unit is not null and (
           (l.state = 'planned' and l.child is not null)
           or (l.state <> 'planned' and l.state <> 'withdrawn' and d.id is null)
           or (l.state = 'at_counter' and d.status <> 'submitted')
           or (l.state = 'accepted' and d.is_open = 0)
           or (l.state in ('finished', 'sent_back')
               and d.status not in ('result_at_counter', 'correcting'))
           or (l.state = 'done' and d.returned_at is null)
           or (l.state = 'refused' and d.status not in ('refused_intake', 'archived')))
         order by l.id",
        &[],
    )?;
    rows.iter().map(|row| row.get(0)).collect()
}

/// Erases what people wrote on the links of a dossier.
pub fn erase(tx: &mut Tx<'_>, id: DossierId) -> Result<(), Fault> {
    tx.execute(
        "update hand_over_paper set file = null, name = case when form = 'file' then '' else name end
         where hand_over in (select h.id from hand_over h join dossier_link l on l.id = h.link
           where l.parent = ?1 or l.child = ?1)",
        &[id.into()],
    )?;
    tx.execute(
        "update hand_over set reason = ''
         where link in (select id from dossier_link where parent = ?1 or child = ?1)",
        &[id.into()],
    )?;
    tx.execute(
        "update dossier_link set request = '' where parent = ?1 or child = ?1",
        &[id.into()],
    )?;
    Ok(())
}
