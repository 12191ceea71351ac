//! SQL of ratings: what is given, whom it is about, what was answered to it.

use std::collections::HashMap;

use domain::ids::{AccountId, DossierId, StaffId, TicketId, UnitId};
use jiff::civil::Date;
use store::{Fault, Row, Select, Tx};

/// Ratings read at once at most.
const MOST: i64 = 200_000;

/// What is rated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Of {
    /// What came of a dossier.
    Dossier(DossierId),
    /// A visit that brought no dossier: the number that was served.
    Ticket(TicketId),
}

impl Of {
    const fn dossier(self) -> Option<DossierId> {
        match self {
            Self::Dossier(id) => Some(id),
            Self::Ticket(_) => None,
        }
    }

    const fn ticket(self) -> Option<TicketId> {
        match self {
            Self::Ticket(id) => Some(id),
            Self::Dossier(_) => None,
        }
    }
}

/// What somebody says.
pub(super) struct New<'a> {
    pub of: Of,
    pub unit: UnitId,
    pub face: i64,
    pub words: &'a str,
    pub door: &'a str,
    /// Item, answer, points.
    pub answers: Vec<(String, String, i64)>,
    /// Whom it is about, and what each did.
    pub officials: Vec<(StaffId, String)>,
}

/// Keeps a rating; fails on the key if there is one already.
pub(super) fn insert(tx: &mut Tx<'_>, it: &New<'_>) -> Result<i64, Fault> {
    let day = tx.now().civil().date();
    let id: i64 = tx.insert(
        "insert into rating (dossier, ticket, unit, day, face, words, door)
         values (?1, ?2, ?3, ?4, ?5, ?6, ?7) returning id",
        &[
            it.of.dossier().into(),
            it.of.ticket().into(),
            it.unit.into(),
            day.into(),
            it.face.into(),
            it.words.into(),
            it.door.into(),
        ],
    )?;
    for (item, answer, points) in &it.answers {
        tx.execute(
            "insert into rating_answer (rating, item, answer, points) values (?1, ?2, ?3, ?4)",
            &[id.into(), item.into(), answer.into(), (*points).into()],
        )?;
    }
    for (staff, parts) in &it.officials {
        tx.execute(
            "insert into rating_official (rating, staff, parts) values (?1, ?2, ?3)",
            &[id.into(), (*staff).into(), parts.as_str().into()],
        )?;
    }
    Ok(id)
}

/// Whether it was rated.
pub(super) fn is_rated(tx: &mut Tx<'_>, of: Of) -> Result<bool, Fault> {
    let count = tx.query_number(
        "select count(*) from rating where dossier = ?1 or ticket = ?2",
        &[of.dossier().into(), of.ticket().into()],
    )?;
    Ok(count > 0)
}

/// A rating as figures see it.
#[derive(Debug, Clone, Default)]
pub struct Given {
    /// Its number.
    pub id: i64,
    /// 1 to 5.
    pub face: i64,
    /// Points by item.
    pub points: HashMap<String, i64>,
}

/// The ratings of dossiers of one-stop shops since a day, by dossier.
pub(super) fn since(
    tx: &mut Tx<'_>,
    units: &[UnitId],
    from: Date,
) -> Result<HashMap<DossierId, Given>, Fault> {
    let select = |columns, from_table: &str| {
        Select::new(columns, from_table)
            .and_in("r.unit", units.to_vec())
            .and("r.day >= ?", [from.into()])
            .and("r.dossier is not null", [])
    };
    let mut given: HashMap<DossierId, Given> = HashMap::new();
    for row in select("r.dossier, r.face, r.id", "rating r").rows(tx, MOST)? {
        let it = given.entry(row.get(0)?).or_default();
        (it.face, it.id) = (row.get(1)?, row.get(2)?);
    }
    let answers =
        select("r.dossier, a.item, a.points", "rating r join rating_answer a on a.rating = r.id");
    for row in answers.rows(tx, MOST)? {
        given.entry(row.get(0)?).or_default().points.insert(row.get(1)?, row.get(2)?);
    }
    Ok(given)
}

/// Of the visits without a dossier that were rated on these days: how many, and how many of these at least `glad`.
pub(super) fn visits(
    tx: &mut Tx<'_>,
    units: &[UnitId],
    (from, until): (Date, Date),
    glad: i64,
) -> Result<(i64, i64), Fault> {
    let select = |least: i64| {
        Select::new("r.id", "rating r")
            .and_in("r.unit", units.to_vec())
            .and("r.ticket is not null", [])
            .and("r.day >= ?", [from.into()])
            .and("r.day <= ?", [until.into()])
            .and("r.face >= ?", [least.into()])
    };
    Ok((select(1).count(tx, MOST)?, select(glad).count(tx, MOST)?))
}

/// An answer about an official.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct About {
    pub rating: i64,
    pub day: Date,
    pub face: i64,
    pub words: String,
    pub is_folded: bool,
    pub points: HashMap<String, i64>,
}

/// All answers ever given about these officials, each one's in the order in which they came.
pub(super) fn about(
    tx: &mut Tx<'_>,
    staff: &[StaffId],
) -> Result<HashMap<StaffId, Vec<About>>, Fault> {
    let mut all: HashMap<StaffId, Vec<About>> = HashMap::new();
    let rows = Select::new(
        "o.staff, r.id, r.day, r.face, r.words, f.rating",
        "rating_official o join rating r on r.id = o.rating left join rating_fold f on f.rating = r.id",
    )
    .and_in("o.staff", staff.to_vec())
    .order_by("r.id")
    .rows(tx, MOST)?;
    for row in rows {
        all.entry(row.get(0)?).or_default().push(About {
            rating: row.get(1)?,
            day: row.parse(2, "date", |it| it.parse().ok())?,
            face: row.get(3)?,
            words: row.get(4)?,
            is_folded: row.get::<Option<i64>>(5)?.is_some(),
            points: HashMap::new(),
        });
    }
    let rows = Select::new(
        "o.staff, a.rating, a.item, a.points",
        "rating_official o join rating_answer a on a.rating = o.rating",
    )
    .and_in("o.staff", staff.to_vec())
    .order_by("a.rating")
    .rows(tx, MOST)?;
    for row in rows {
        let (staff, rating): (StaffId, i64) = (row.get(0)?, row.get(1)?);
        let Some(list) = all.get_mut(&staff) else { continue };
        if let Ok(at) = list.binary_search_by_key(&rating, |it| it.rating)
            && let Some(it) = list.get_mut(at)
        {
            it.points.insert(row.get(2)?, row.get(3)?);
        }
    }
    Ok(all)
}

/// What was said with a rating; of which dossier it is not told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// Its number.
    pub id: i64,
    /// The day.
    pub day: Date,
    /// The one-stop shop.
    pub unit: UnitId,
    /// 1 to 5.
    pub face: i64,
    /// The words; may be empty.
    pub words: String,
    /// Whether it came without a dossier.
    pub is_visit: bool,
    /// Whether it says that behaviour was not as it should be.
    pub is_bad: bool,
    /// Why it was folded; nothing if it was not.
    pub folded: Option<String>,
}

const SAID: &str = "r.id, r.day, r.unit, r.face, r.words, r.ticket, a.points, f.reason";
const SAID_FROM: &str = "rating r
    left join rating_answer a on a.rating = r.id and a.item = 'attitude'
    left join rating_fold f on f.rating = r.id";

fn said_of(row: &Row) -> Result<Said, Fault> {
    Ok(Said {
        id: row.get(0)?,
        day: row.parse(1, "date", |it| it.parse().ok())?,
        unit: row.get(2)?,
        face: row.get(3)?,
        words: row.get(4)?,
        is_visit: row.get::<Option<i64>>(5)?.is_some(),
        is_bad: row.get::<Option<i64>>(6)? == Some(0),
        folded: row.get(7)?,
    })
}

/// What is wanted of what was said.
#[derive(Debug, Clone, Default)]
pub(super) struct Wanted {
    pub units: Vec<UnitId>,
    pub face: Option<i64>,
    /// Those of at least this day.
    pub from: Option<Date>,
    /// Before this number.
    pub before: Option<i64>,
    /// Not those about him.
    pub not_about: Option<StaffId>,
}

/// What was said, the newest first: with words, or low, or with a complaint.
pub(super) fn said(tx: &mut Tx<'_>, wanted: &Wanted, limit: i64) -> Result<Vec<Said>, Fault> {
    let select = Select::new(SAID, SAID_FROM)
        .and_in("r.unit", wanted.units.clone())
        .and("(r.words <> '' or r.face <= 2 or a.points = 0)", [])
        .and_if("r.face = ?", wanted.face)
        .and_if("r.day >= ?", wanted.from)
        .and_if("r.id < ?", wanted.before)
        .and_if(
            "not exists (select 1 from rating_official o where o.rating = r.id and o.staff = ?)",
            wanted.not_about,
        )
        .order_by("r.id desc");
    select.rows(tx, limit)?.iter().map(said_of).collect()
}

/// One rating as [`said`] tells it.
pub(super) fn one(tx: &mut Tx<'_>, id: i64) -> Result<Option<Said>, Fault> {
    let select = Select::new(SAID, SAID_FROM).and("r.id = ?", [id.into()]);
    select.rows(tx, 1)?.first().map(said_of).transpose()
}

/// Whom a rating is about.
pub(super) fn officials_of(tx: &mut Tx<'_>, id: i64) -> Result<Vec<(StaffId, String)>, Fault> {
    let rows = tx.query(
        "select staff, parts from rating_official where rating = ?1 order by staff",
        &[id.into()],
    )?;
    rows.iter().map(|row| Ok((row.get(0)?, row.get(1)?))).collect()
}

pub(super) fn fold(
    tx: &mut Tx<'_>,
    id: i64,
    reason: &str,
    account: AccountId,
) -> Result<(), Fault> {
    tx.execute(
        "insert into rating_fold (rating, reason, account, at_ms) values (?1, ?2, ?3, ?4)
         on conflict (rating) do nothing",
        &[id.into(), reason.into(), account.into(), tx.now().into()],
    )?;
    Ok(())
}

pub(super) fn unfold(tx: &mut Tx<'_>, id: i64) -> Result<(), Fault> {
    tx.execute("delete from rating_fold where rating = ?1", &[id.into()])?;
    Ok(())
}

/// An official's answer to what was said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// The rating.
    pub rating: i64,
    /// Whose answer.
    pub staff: StaffId,
    /// What he says.
    pub words: String,
    /// Whether he wishes it to be published.
    pub wants_public: bool,
    /// What was said, as it is published; empty if it is not.
    pub public_said: String,
    /// His answer, as it is published.
    pub public_reply: String,
    /// When it was.
    pub published_on: Option<Date>,
}

const REPLY: &str = "p.rating, p.staff, p.words, p.wants_public, p.public_said, p.public_reply,
    p.published_on";

fn reply_of(row: &Row) -> Result<Reply, Fault> {
    Ok(Reply {
        rating: row.get(0)?,
        staff: row.get(1)?,
        words: row.get(2)?,
        wants_public: row.get(3)?,
        public_said: row.get(4)?,
        public_reply: row.get(5)?,
        published_on: row.parse_opt(6, "date", |it| it.parse().ok())?,
    })
}

/// What was answered to these ratings.
pub(super) fn replies(tx: &mut Tx<'_>, ratings: &[i64]) -> Result<Vec<Reply>, Fault> {
    if ratings.is_empty() {
        return Ok(Vec::new());
    }
    let select = Select::new(REPLY, "rating_reply p").and_in("p.rating", ratings.to_vec());
    select.order_by("p.rating, p.staff").rows(tx, MOST)?.iter().map(reply_of).collect()
}

/// What of an official is public, the newest first.
pub(super) fn published(tx: &mut Tx<'_>, staff: StaffId, limit: i64) -> Result<Vec<Reply>, Fault> {
    let select = Select::new(REPLY, "rating_reply p")
        .and("p.staff = ?", [staff.into()])
        .and("p.published_on is not null", []);
    select
        .order_by("p.published_on desc, p.rating desc")
        .rows(tx, limit)?
        .iter()
        .map(reply_of)
        .collect()
}

/// Keeps an answer; what was published of an earlier one is public no more.
pub(super) fn keep_reply(
    tx: &mut Tx<'_>,
    rating: i64,
    staff: StaffId,
    words: &str,
    wants_public: bool,
) -> Result<(), Fault> {
    tx.execute(
        "insert into rating_reply (rating, staff, words, replied_ms, wants_public, public_said, public_reply)
         values (?1, ?2, ?3, ?4, ?5, '', '')
         on conflict (rating, staff) do update set words = ?3, replied_ms = ?4, wants_public = ?5,
            public_said = '', public_reply = '', published_by = null, published_on = null",
        &[rating.into(), staff.into(), words.into(), tx.now().into(), wants_public.into()],
    )?;
    Ok(())
}

/// Publishes an answer with what it answers, as a second pair of eyes left them; `None` takes them off.
pub(super) fn publish(
    tx: &mut Tx<'_>,
    rating: i64,
    staff: StaffId,
    public: Option<(&str, &str, AccountId)>,
) -> Result<(), Fault> {
    let day = tx.now().civil().date();
    let (said, reply, by) = public.map_or(("", "", None), |it| (it.0, it.1, Some(it.2)));
    tx.execute(
        "update rating_reply set public_said = ?3, public_reply = ?4, published_by = ?5, published_on = ?6
         where rating = ?1 and staff = ?2",
        &[
            rating.into(),
            staff.into(),
            said.into(),
            reply.into(),
            by.into(),
            by.map(|_| day).into(),
        ],
    )?;
    Ok(())
}

/// What somebody wrote of himself beside his faces goes, and what was answered to it; the faces stay, they name
/// nobody.
pub(super) fn erase(tx: &mut Tx<'_>, dossier: DossierId) -> Result<Vec<String>, Fault> {
    tx.execute("update rating set words = '' where dossier = ?1", &[dossier.into()])?;
    tx.execute(
        "update rating_reply set words = '', public_said = '', public_reply = '', published_on = null
         where rating in (select id from rating where dossier = ?1)",
        &[dossier.into()],
    )?;
    Ok(Vec::new())
}
