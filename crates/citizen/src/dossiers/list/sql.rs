//! SQL of lists and searches.

use domain::ids::{DossierId, StaffId, UnitId, VersionId};
use jiff::civil::DateTime;
use store::{Fault, Row, Select, Tx, prefix_end};

use crate::dossiers::view::Seen;

/// Rows counted at most: an exact number beyond that helps nobody.
pub const COUNT_MAX: i64 = 10_000;
/// The same when somebody searches.
pub const FOUND_MAX: i64 = 200;
/// Words that begin alike and are looked up one by one, at most.
const ALIKE_MAX: usize = 24;
/// Rows of the rarest word that a search starts from, at most.
const WORD_ROWS_MAX: i64 = 2_000;

/// What somebody filters by.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Code, number, telephone or words of a name.
    pub q: String,
    /// Statuses, by code; all if empty.
    pub statuses: Vec<&'static str>,
    /// The holder.
    pub holder: Option<StaffId>,
    /// Offices and statuses in which it is the holder's turn too, though nobody is named.
    pub turns: Vec<(UnitId, Vec<&'static str>)>,
    /// Held by nobody by name, in one of these statuses.
    pub unheld: Vec<&'static str>,
    /// Held by one of these.
    pub held_by: Option<Vec<StaffId>>,
    /// A body or a one-stop shop.
    pub unit: Option<UnitId>,
    /// Open and due before this moment.
    pub due_before: Option<DateTime>,
    /// Open only.
    pub open: bool,
    /// With an appointment only: those whose clock stands still have none.
    pub dated: bool,
    /// Those on which one of these units is asked for its opinion, wherever they are.
    pub consulted: Option<Vec<UnitId>>,
    /// Those on whose step somebody takes part by its workflow: what he is, and his titles.
    pub member: Option<(Vec<String>, Vec<String>)>,
    /// With `member`: but not those that these hold themselves.
    pub not_held_by: Vec<StaffId>,
    /// Received from, as a date.
    pub from: Option<String>,
    /// Received until, as a date.
    pub until: Option<String>,
    /// The procedure's code.
    pub procedure: Option<String>,
}

impl Filter {
    /// Rows counted at most. Words have to be looked for: fewer of them are.
    pub fn count_max(&self) -> i64 {
        if self.q.trim().is_empty() { COUNT_MAX } else { FOUND_MAX }
    }
}

/// One line of a list.
#[derive(Debug, Clone)]
pub struct Line {
    /// The dossier.
    pub id: DossierId,
    /// Its code.
    pub code: String,
    /// The applicant.
    pub applicant: String,
    /// The procedure's name.
    pub procedure: String,
    /// Its status, by code.
    pub status: String,
    /// When it came.
    pub received_at: DateTime,
    /// When it is due.
    pub due_at: Option<DateTime>,
    /// Who holds it.
    pub holder: Option<String>,
    /// The one-stop shop.
    pub unit: UnitId,
    /// Who settles it.
    pub competent: UnitId,
    /// Whether it is still owed an answer.
    pub is_open: bool,
    /// Whether its date lies beyond the calendar that documents have settled.
    pub provisional: bool,
    /// Whether its result waits at the counter and was downloaded: told by whoever tells who holds it.
    pub downloaded: bool,
}

/// What the register says of a dossier beside its line.
pub struct Registered {
    /// The line.
    pub line: Line,
    /// Where the applicant lives; empty if it was erased.
    pub address: String,
    /// The applicant's telephone.
    pub phone: String,
    /// The version that holds for it.
    pub version: VersionId,
    /// How it came.
    pub channel: String,
    /// The law's appointment.
    pub due_original_at: Option<DateTime>,
    /// When the result reached the counter.
    pub finished_at: Option<DateTime>,
    /// When the citizen got it.
    pub returned_at: Option<DateTime>,
}

const COLUMNS: &str = "d.id, d.code, d.applicant, v.name, d.status, d.received_at, d.due_at,
    s.name, d.unit, d.is_open, d.provisional, d.competent";
const FROM: &str = "dossier d join procedure_version v on v.id = d.version
    left join staff s on s.id = d.holder";

fn line(row: &Row) -> Result<Line, Fault> {
    let time = |it: &str| it.parse::<DateTime>().ok();
    Ok(Line {
        id: row.get(0)?,
        code: row.get(1)?,
        applicant: row.get(2)?,
        procedure: row.get(3)?,
        status: row.get(4)?,
        received_at: row.parse(5, "time", time)?,
        due_at: row.parse_opt(6, "time", time)?,
        holder: row.get(7)?,
        unit: row.get(8)?,
        is_open: row.get(9)?,
        provisional: row.get(10)?,
        competent: row.get(11)?,
        downloaded: false,
    })
}

/// Those on whose step somebody takes part, wherever they are.
fn taking_part(select: Select, member: Option<&(Vec<String>, Vec<String>)>) -> Select {
    let Some((keys, titles)) = member.filter(|it| !it.0.is_empty()) else {
        return select.and("1 = 0", []);
    };
    let marks = |count: usize| vec!["?"; count].join(", ");
    let condition = format!(
        "d.id in (select m.dossier from step_member m
           where m.who in ({}) and m.title in ({}))",
        marks(keys.len()),
        marks(titles.len() + 1),
    );
    let titles =
        std::iter::once(store::Param::from("")).chain(titles.iter().map(store::Param::from));
    select.and(&condition, keys.iter().map(store::Param::from).chain(titles))
}

/// Those that somebody holds by name, or on which it is his turn; those on which it is somebody's turn.
fn held(mut select: Select, filter: &Filter) -> Select {
    let marks = |count: usize| vec!["?"; count].join(", ");
    if !filter.unheld.is_empty() {
        let of = filter.unheld.iter().map(|it| store::Param::from(*it));
        let condition =
            format!("d.holder is null and d.status in ({})", marks(filter.unheld.len()));
        select = select.and(&condition, of);
    }
    let Some(holder) = filter.holder else { return select };
    if filter.turns.is_empty() {
        return select.and("d.holder = ?", [holder.into()]);
    }
    let mut ways = Vec::new();
    let mut values = vec![store::Param::from(holder)];
    for (unit, statuses) in &filter.turns {
        ways.push(format!("(d.competent = ? and d.status in ({}))", marks(statuses.len())));
        values.push((*unit).into());
        values.extend(statuses.iter().map(|it| store::Param::from(*it)));
    }
    let condition = format!("d.holder = ? or (d.holder is null and ({}))", ways.join(" or "));
    select.and(&condition, values)
}

fn narrowed(tx: &mut Tx<'_>, seen: &Seen, filter: &Filter, from: &str) -> Result<Select, Fault> {
    let mut select = Select::new(COLUMNS, from);
    select = match &filter.consulted {
        None if filter.member.is_some() => {
            let select = taking_part(select, filter.member.as_ref());
            if filter.not_held_by.is_empty() {
                select
            } else {
                let marks = vec!["?"; filter.not_held_by.len()].join(", ");
                let others = format!("d.holder not in ({marks}) or d.holder is null");
                select.and(&others, filter.not_held_by.iter().map(|it| store::Param::from(*it)))
            }
        }
        None => seen.narrow(select),
        Some(units) if units.is_empty() => select.and("1 = 0", []),
        Some(units) => {
            let marks = vec!["?"; units.len()].join(", ");
            let condition = format!(
                "d.id in (select c.dossier from dossier_consultation c where c.unit in ({marks}))"
            );
            select.and(&condition, units.iter().map(|it| store::Param::from(*it)))
        }
    };
    if filter.dated {
        select = select.and("d.due_at is not null", []);
    }
    if let Some(unit) = filter.unit {
        select = select.and(
            "d.body = ? or d.unit = ? or d.competent = ?",
            [unit.into(), unit.into(), unit.into()],
        );
    }
    if !filter.statuses.is_empty() {
        select = select.and_in("d.status", filter.statuses.clone());
    }
    if filter.open || filter.due_before.is_some() {
        select = select.and("d.is_open = 1", []);
    }
    select = held(select, filter);
    if let Some(holders) = &filter.held_by {
        select = select.and_in("d.holder", holders.clone());
    }
    select = select
        .and_if("d.due_at < ?", filter.due_before)
        .and_if("d.received_at >= ?", filter.from.clone())
        .and_if("d.received_at < ?", filter.until.clone().map(|it| format!("{it}T99")))
        .and_if(
            "d.version in (select v2.id from procedure_version v2
               join procedure p on p.id = v2.procedure where p.code = ?)",
            filter.procedure.clone(),
        );
    searched(tx, select, filter.q.trim())
}

/// Of rows whose `d` is a dossier those that somebody means by `q`: a code or its end, a number of a person, an
/// organisation or a telephone, a procedure's code, words of names. All of them where nothing is asked.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub(in crate::dossiers) fn searched(
    tx: &mut Tx<'_>,
    select: Select,
    q: &str,
) -> Result<Select, Fault> {
    if q.is_empty() {
        return Ok(select);
    }
    let digits: String = q.chars().filter(char::is_ascii_digit).collect();
    let only_digits = q.chars().all(|c| c.is_ascii_digit() || c == ' ' || c == '.' || c == '+');
    // The end of a code, as it is read out over the telephone: its day narrows the search.
    if let Some((day, _)) = q.split_once('-').filter(|(day, _)| day.len() == 6)
        && let Some(day) = code_day(day)
    {
        return Ok(select.and(
            "d.received_at >= ? and d.received_at < ? and d.code like ?",
            [
                day.to_string().into(),
                format!("{day}T99").into(),
                format!("%-{}", q.replace(['%', '_', ' '], "")).into(),
            ],
        ));
    }
    if let Ok(code) = domain::codes::ProcedureCode::parse(q) {
        return Ok(select.and(
            "d.version in (select v2.id from procedure_version v2
               join procedure p on p.id = v2.procedure where p.code = ?)",
            [code.as_str().into()],
        ));
    }
    // An organisation is found by its tax code, with its dependent units.
    if let Ok(code) = domain::identity::TaxCode::parse(q)
        && code.as_str().len() != 12
        && (code.fits() || code.as_str().contains('-'))
    {
        return Ok(select.and(
            "d.id in (select dossier from dossier_party where tax_code >= ? and tax_code < ?)
               or d.id in (select dossier from dossier_person where phone = ?)",
            [code.as_str().into(), prefix_end(code.as_str()).into(), digits.into()],
        ));
    }
    if q.contains('-') && digits.len() >= 6 {
        let code = q.to_uppercase().replace(' ', "");
        return Ok(select
            .and("d.code >= ? and d.code < ?", [code.as_str().into(), prefix_end(&code).into()]));
    }
    if only_digits && (digits.len() == 12 || digits.len() == 9) {
        return Ok(select.and(
            "d.id in (select dossier from dossier_person where id_number = ?)
               or d.id in (select dossier from dossier_party where tax_code = ?)",
            [digits.as_str().into(), digits.as_str().into()],
        ));
    }
    if only_digits && digits.len() >= 4 {
        let phone = digits.strip_prefix("84").map_or(digits.clone(), |it| format!("0{it}"));
        return Ok(select.and(
            "d.id in (select dossier from dossier_person where phone >= ? and phone < ?)",
            [phone.as_str().into(), prefix_end(&phone).into()],
        ));
    }
    by_words(tx, select, q)
}

/// `260210` within a code is 10 February 2026.
fn code_day(digits: &str) -> Option<jiff::civil::Date> {
    let part = |range: std::ops::Range<usize>| digits.get(range)?.parse::<i16>().ok();
    let narrow = |it: i16| i8::try_from(it).ok();
    let (year, month, day) = (part(0..2)?, part(2..4)?, part(4..6)?);
    jiff::civil::Date::new(2000 + year, narrow(month)?, narrow(day)?).ok()
}

/// Starts from the rarest word, so that “Nguyễn” alone does not walk through half the table.
fn by_words(tx: &mut Tx<'_>, select: Select, q: &str) -> Result<Select, Fault> {
    let words = domain::text::words(q);
    if words.is_empty() {
        return Ok(select.and("1 = 0", []));
    }
    let mut ranked = Vec::new();
    for word in words {
        let rows = tx.query_number(
            "select count(*) from (select 1 as one from dossier_word
               where word >= ?1 and word < ?2 limit ?3) as counted",
            &[word.as_str().into(), prefix_end(&word).into(), WORD_ROWS_MAX.into()],
        )?;
        ranked.push((rows, word));
    }
    ranked.sort();
    let mut select = select;
    for (rows, word) in ranked {
        if rows < WORD_ROWS_MAX {
            select = select.and(
                "d.id in (select dossier from dossier_word where word >= ? and word < ?)",
                [word.as_str().into(), prefix_end(&word).into()],
            );
            continue;
        }
        let alike = alike(tx, &word)?;
        if alike.len() <= ALIKE_MAX {
            // Each is one look into the key of (word, dossier).
            let marks = vec!["?"; alike.len()].join(", ");
            let condition = format!(
                "exists (select 1 from dossier_word w
                   where w.word in ({marks}) and w.dossier = d.id)"
            );
            select = select.and(&condition, alike.into_iter().map(Into::into));
        } else {
            select = select.and(
                "exists (select 1 from dossier_word w
                   where w.dossier = d.id and w.word >= ? and w.word < ?)",
                [word.as_str().into(), prefix_end(&word).into()],
            );
        }
    }
    Ok(select)
}

/// The words that begin so, without walking through their rows: one more than
/// [`ALIKE_MAX`] at most.
fn alike(tx: &mut Tx<'_>, word: &str) -> Result<Vec<String>, Fault> {
    let end = prefix_end(word);
    let mut found: Vec<String> = Vec::new();
    let next = |tx: &mut Tx<'_>, sql, from: &str| -> Result<Option<String>, Fault> {
        let row = tx.query_one(sql, &[from.into(), end.as_str().into()])?;
        row.map(|row| row.get(0)).transpose()
    };
    let mut at = next(
        tx,
        "select word from dossier_word where word >= ?1 and word < ?2 order by word limit 1",
        word,
    )?;
    while let Some(it) = at {
        found.push(it.clone());
        if found.len() > ALIKE_MAX {
            break;
        }
        at = next(
            tx,
            "select word from dossier_word where word > ?1 and word < ?2 order by word limit 1",
            &it,
        )?;
    }
    Ok(found)
}

/// A page of a list, newest first: those before `before`.
pub fn page(
    tx: &mut Tx<'_>,
    seen: &Seen,
    filter: &Filter,
    before: Option<i64>,
    limit: i64,
) -> Result<Vec<Line>, Fault> {
    let select = narrowed(tx, seen, filter, FROM)?.and_if("d.id < ?", before).order_by("d.id desc");
    select.rows(tx, limit)?.iter().map(line).collect()
}

/// A page of a list by due time, nearest first: those after `after`.
pub fn page_by_due(
    tx: &mut Tx<'_>,
    seen: &Seen,
    filter: &Filter,
    after: Option<(String, i64)>,
    limit: i64,
) -> Result<Vec<Line>, Fault> {
    let filter = Filter { dated: true, ..filter.clone() };
    let mut select = narrowed(tx, seen, &filter, FROM)?;
    if let Some((due, id)) = after {
        select = select.and("(d.due_at, d.id) > (?, ?)", [due.as_str().into(), id.into()]);
    }
    select.order_by("d.due_at, d.id").rows(tx, limit)?.iter().map(line).collect()
}

/// The newest dossiers with all that the register says, in one question.
pub fn registered(
    tx: &mut Tx<'_>,
    seen: &Seen,
    filter: &Filter,
    limit: i64,
) -> Result<Vec<Registered>, Fault> {
    let select = narrowed(tx, seen, filter, FROM)?
        .of("d.id, d.code, d.applicant, v.name, d.status, d.received_at, d.due_at, s.name, d.unit,
             d.is_open, d.provisional, d.competent, coalesce(p.address, ''), coalesce(p.phone, ''), d.version,
             d.channel, d.due_original_at, d.finished_at, d.returned_at")
        .joined(" left join dossier_person p on p.dossier = d.id")
        .order_by("d.id desc");
    let rows = select.rows(tx, limit)?;
    rows.iter()
        .map(|row| {
            let time = |at| row.parse_opt(at, "time", |it: &str| it.parse::<DateTime>().ok());
            Ok(Registered {
                line: line(row)?,
                address: row.get(12)?,
                phone: row.get(13)?,
                version: row.get(14)?,
                channel: row.get(15)?,
                due_original_at: time(16)?,
                finished_at: time(17)?,
                returned_at: time(18)?,
            })
        })
        .collect()
}

/// How many there are, counted up to [`Filter::count_max`].
pub fn count(tx: &mut Tx<'_>, seen: &Seen, filter: &Filter) -> Result<i64, Fault> {
    // No names are needed to count: indexes alone answer.
    narrowed(tx, seen, filter, "dossier d")?.count(tx, filter.count_max())
}

/// Saved filters of an account, by name.
pub fn saved(tx: &mut Tx<'_>) -> Result<Vec<(i64, String, String)>, Fault> {
    let rows = tx.query(
        "select id, name, query from saved_filter where account = ?1 order by name limit 50",
        &[tx.by().into()],
    )?;
    rows.iter().map(|row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).collect()
}

/// Saves a filter under a name; the same name is overwritten.
pub fn save(tx: &mut Tx<'_>, name: &str, query: &str) -> Result<usize, Fault> {
    tx.execute(
        "insert into saved_filter (account, name, query) values (?1, ?2, ?3)
         on conflict (account, name) do update set query = excluded.query",
        &[tx.by().into(), name.into(), query.into()],
    )
}

/// Forgets a saved filter.
pub fn forget(tx: &mut Tx<'_>, id: i64) -> Result<usize, Fault> {
    tx.execute(
        "delete from saved_filter where id = ?1 and account = ?2",
        &[id.into(), tx.by().into()],
    )
}
