//! SQL of results: the register, who took them; parcels and numbers beside it.

use domain::{
    ids::{DossierId, StaffId, UnitId},
    results::ResultState,
    text,
    time::Instant,
};
use jiff::civil::Date;
use store::{Fault, Param, Row, Select, Tx, prefix_end};

use crate::dossiers::facts::{ERASED, Seen};

pub mod numbers;
mod parcels;

pub use parcels::*;

/// A result as it is kept.
#[derive(Debug, Clone)]
pub struct Kept {
    pub id: i64,
    pub dossier: DossierId,
    pub code: String,
    pub kind: String,
    pub number: String,
    pub issued_on: Date,
    pub expires_on: Option<Date>,
    pub expiry_basis: String,
    pub outcome: String,
    pub signer: Option<StaffId>,
    pub file: Option<i64>,
    pub sha256: String,
    pub state: ResultState,
    pub decision: String,
    pub reason: String,
    pub ended_on: Option<Date>,
    pub collected_at: Option<Instant>,
    pub edition: i64,
    pub dossier_code: String,
    pub holder: String,
    pub body: UnitId,
}

const COLUMNS: &str = "r.id, r.dossier, r.code, r.kind, r.number, r.issued_on, r.expires_on,
    r.expiry_basis, r.outcome, r.signer, r.file, r.sha256, r.state, r.decision, r.reason,
    r.ended_on, r.collected_ms, r.edition, d.code,
    coalesce(nullif(r.holder, ''), d.applicant), d.body";
const FROM: &str = "result r join dossier d on d.id = r.dossier";

fn date(row: &Row, at: usize) -> Result<Option<Date>, Fault> {
    row.parse_opt(at, "date", |it: &str| it.parse().ok())
}

fn kept(row: &Row) -> Result<Kept, Fault> {
    Ok(Kept {
        id: row.get(0)?,
        dossier: row.get(1)?,
        code: row.get(2)?,
        kind: row.get(3)?,
        number: row.get(4)?,
        issued_on: date(row, 5)?.ok_or_else(|| Fault::Broken("a result without a day".into()))?,
        expires_on: date(row, 6)?,
        expiry_basis: row.get(7)?,
        outcome: row.get(8)?,
        signer: row.get(9)?,
        file: row.get(10)?,
        sha256: row.get(11)?,
        state: row.parse(12, "state of a result", ResultState::from_code)?,
        decision: row.get(13)?,
        reason: row.get(14)?,
        ended_on: date(row, 15)?,
        collected_at: row.get::<Option<i64>>(16)?.map(Instant::from_epoch_ms),
        edition: row.get(17)?,
        dossier_code: row.get(18)?,
        holder: row.get(19)?,
        body: row.get(20)?,
    })
}

/// A result that is about to be issued.
pub struct New<'a> {
    pub dossier: DossierId,
    pub kind: &'a str,
    pub number: &'a str,
    pub issued_on: Date,
    pub issued_at: Instant,
    pub expires_on: Option<Date>,
    pub expiry_basis: &'a str,
    pub outcome: &'a str,
    pub signer: Option<StaffId>,
    pub replaces: Option<i64>,
}

/// Issues a result under a code that nobody can guess.
pub fn insert(tx: &mut Tx<'_>, it: &New<'_>) -> Result<i64, Fault> {
    tx.insert(
        "insert into result
           (dossier, code, kind, number, number_key, issued_on, expires_on, expiry_basis, outcome,
            signer, file, sha256, state, replaces, decision, reason, ended_on, collected_ms,
            issued_ms, edition, holder)
         values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, null, '', 'issued', ?11, '', '', null,
                 null, ?12, 1, coalesce((select holder from result where id = ?11), ''))
         returning id",
        &[
            it.dossier.into(),
            site::random_hex(CODE_BYTES).into(),
            it.kind.into(),
            it.number.into(),
            text::fold(it.number).into(),
            it.issued_on.into(),
            it.expires_on.into(),
            it.expiry_basis.into(),
            it.outcome.into(),
            it.signer.into(),
            it.replaces.into(),
            it.issued_at.into(),
        ],
    )
}

/// Random bytes of the code on a slip.
const CODE_BYTES: usize = 10;

/// Ends a result: revoked, replaced, undone.
pub fn end(
    tx: &mut Tx<'_>,
    id: i64,
    state: ResultState,
    on: Date,
    decision: &str,
    reason: &str,
) -> Result<(), Fault> {
    tx.execute(
        "update result set state = ?2, ended_on = ?3, decision = ?4, reason = ?5,
           edition = edition + 1
         where id = ?1",
        &[id.into(), state.code().into(), on.into(), decision.into(), reason.into()],
    )?;
    Ok(())
}

/// What took its place was taken back: it stands again.
pub fn reinstate(tx: &mut Tx<'_>, id: i64) -> Result<(), Fault> {
    tx.execute(
        "update result set state = 'issued', ended_on = null, decision = '', reason = '',
           edition = edition + 1
         where id = ?1 and state = 'replaced'",
        &[id.into()],
    )?;
    Ok(())
}

/// The result of a dossier that stands.
pub fn standing(tx: &mut Tx<'_>, id: DossierId) -> Result<Option<i64>, Fault> {
    let row = tx.query_one(
        "select id from result where dossier = ?1 and state = 'issued' order by id desc limit 1",
        &[id.into()],
    )?;
    row.map(|row| row.get(0)).transpose()
}

/// The number of the result of a dossier that stands.
pub fn standing_number(tx: &mut Tx<'_>, id: DossierId) -> Result<Option<String>, Fault> {
    let row = tx.query_one(
        "select number from result where dossier = ?1 and state = 'issued' order by id desc limit 1",
        &[id.into()],
    )?;
    row.map(|row| row.get(0)).transpose()
}

/// Where a result comes from: its number, what it replaces, and whether it was issued anew for a lost one
/// rather than by a step of its dossier.
pub fn origin(tx: &mut Tx<'_>, id: i64) -> Result<(String, Option<i64>, bool), Fault> {
    let row = tx.query_one(
        "select r.number, r.replaces,
                case when exists (select 1 from journal j where j.subject = 'result'
                                  and j.subject_id = r.id and j.act = 'reissue') then 1 else 0 end
         from result r where r.id = ?1",
        &[id.into()],
    )?;
    let row = row.ok_or_else(|| Fault::Broken(format!("result {id} is gone")))?;
    Ok((row.get(0)?, row.get(1)?, row.get::<i64>(2)? == 1))
}

/// One result was taken home, without a step of its dossier: that one was over before.
pub fn collected_alone(tx: &mut Tx<'_>, id: i64) -> Result<(), Fault> {
    let now = tx.now();
    tx.execute("update result set collected_ms = ?2 where id = ?1", &[id.into(), now.into()])?;
    Ok(())
}

/// Marks the standing results of a dossier as taken home.
pub fn collected(tx: &mut Tx<'_>, id: DossierId, at: Instant) -> Result<(), Fault> {
    tx.execute(
        "update result set collected_ms = ?2 where dossier = ?1 and state = 'issued'",
        &[id.into(), at.into()],
    )?;
    Ok(())
}

/// Marks the results of a dossier as not taken home after all, whatever became of them since, and their handing-over
/// in person or by post as taken back: what was downloaded was downloaded.
pub fn not_collected(tx: &mut Tx<'_>, id: DossierId) -> Result<(), Fault> {
    let now = tx.now();
    tx.execute(
        "update result_handover set undone_ms = ?2
         where undone_ms is null and channel <> 'online'
           and result in (select id from result where dossier = ?1)",
        &[id.into(), now.into()],
    )?;
    tx.execute("update result set collected_ms = null where dossier = ?1", &[id.into()])?;
    Ok(())
}

/// Dossiers with a result and no row for it, oldest first.
pub fn without_result(tx: &mut Tx<'_>, limit: i64) -> Result<Vec<DossierId>, Fault> {
    let rows = tx.query(
        "select d.id from dossier d
         where d.finished_at is not null
           and not exists (select 1 from result r where r.dossier = d.id)
         order by d.id limit ?1",
        &[limit.into()],
    )?;
    rows.iter().map(|row| row.get(0)).collect()
}

/// The results of a dossier, oldest first, those that were undone left out.
pub fn of_dossier(tx: &mut Tx<'_>, id: DossierId) -> Result<Vec<Kept>, Fault> {
    let select = Select::new(COLUMNS, FROM)
        .and("r.dossier = ? and r.state <> 'undone'", [id.into()])
        .order_by("r.id");
    select.rows(tx, 50)?.iter().map(kept).collect()
}

/// A result.
pub fn find(tx: &mut Tx<'_>, id: i64) -> Result<Option<Kept>, Fault> {
    let select = Select::new(COLUMNS, FROM).and("r.id = ?", [id.into()]);
    select.rows(tx, 1)?.first().map(kept).transpose()
}

/// The result with this code on its slip.
pub fn by_code(tx: &mut Tx<'_>, code: &str) -> Result<Option<Kept>, Fault> {
    let select =
        Select::new(COLUMNS, FROM).and("r.code = ? and r.state <> 'undone'", [code.into()]);
    select.rows(tx, 1)?.first().map(kept).transpose()
}

/// Results with this number and day, in any of the ways of writing it.
pub fn by_number(tx: &mut Tx<'_>, ways: &[String], on: Date) -> Result<Vec<Kept>, Fault> {
    let select = Select::new(COLUMNS, FROM)
        .and_in("r.number_key", ways.iter().map(String::as_str).map(text::fold).collect::<Vec<_>>())
        .and("r.issued_on = ? and r.state <> 'undone'", [on.into()])
        .order_by("r.id");
    select.rows(tx, 5)?.iter().map(kept).collect()
}

/// Results of group dossiers of which a member has this number, on this day.
pub fn by_member_number(tx: &mut Tx<'_>, ways: &[String], on: Date) -> Result<Vec<Kept>, Fault> {
    let marks = vec!["?"; ways.len()].join(", ");
    let condition = format!(
        "r.dossier in (select m.dossier from dossier_member m
           where m.outcome = 'granted' and m.number in ({marks}))"
    );
    let select = Select::new(COLUMNS, FROM)
        .and(&condition, ways.iter().map(|it| Param::from(it.as_str())))
        .and("r.issued_on = ? and r.state <> 'undone'", [on.into()])
        .order_by("r.id");
    select.rows(tx, 5)?.iter().map(kept).collect()
}

/// What is known of a result beside its number.
pub fn describe(
    tx: &mut Tx<'_>,
    id: i64,
    edition: i64,
    (kind, holder, expires_on, basis): (&str, &str, Option<Date>, &str),
) -> Result<bool, Fault> {
    // Whose name is the applicant's follows him when he is put right.
    let changed = tx.execute(
        "update result set kind = ?3, expires_on = ?4, expiry_basis = ?5, edition = edition + 1,
           holder = case when (select applicant from dossier where id = result.dossier) = ?6
                         then '' else ?6 end
         where id = ?1 and edition = ?2",
        &[id.into(), edition.into(), kind.into(), expires_on.into(), basis.into(), holder.into()],
    )?;
    Ok(changed > 0)
}

/// Whom the results of a dossier are for, as its book says: those that are there and name nobody, and those to come.
pub fn name_holder(tx: &mut Tx<'_>, dossier: DossierId, name: &str) -> Result<(), Fault> {
    tx.execute(
        "insert into dossier_holder (dossier, name) values (?1, ?2)
         on conflict (dossier) do update set name = ?2",
        &[dossier.into(), name.into()],
    )?;
    tx.execute(
        "update result set edition = edition + 1,
           holder = case when (select applicant from dossier where id = result.dossier) = ?2
                         then '' else ?2 end
         where dossier = ?1 and state = 'issued' and holder = ''",
        &[dossier.into(), name.into()],
    )?;
    Ok(())
}

/// Whom one result is for.
pub fn name_holder_of(tx: &mut Tx<'_>, id: i64, name: &str) -> Result<(), Fault> {
    // Whose name is the applicant's follows him when he is put right.
    tx.execute(
        "update result set holder = case when (select applicant from dossier where id = result.dossier) = ?2
                                         then '' else ?2 end
         where id = ?1",
        &[id.into(), name.into()],
    )?;
    Ok(())
}

/// Whom the results of a dossier are for, as its book says; empty if it does not.
pub fn named_holder(tx: &mut Tx<'_>, dossier: DossierId) -> Result<String, Fault> {
    let row =
        tx.query_one("select name from dossier_holder where dossier = ?1", &[dossier.into()])?;
    row.map_or(Ok(String::new()), |row| row.get(0))
}

/// Its file.
pub fn set_file(tx: &mut Tx<'_>, id: i64, file: i64, sha256: &str) -> Result<(), Fault> {
    tx.execute(
        "update result set file = ?2, sha256 = ?3, edition = edition + 1 where id = ?1",
        &[id.into(), file.into(), sha256.into()],
    )?;
    Ok(())
}

/// Whether a file belongs to no other result: what was issued, corrected or issued anew has a file of its own. What
/// was undone and got the same number again has the same.
pub fn is_free(tx: &mut Tx<'_>, id: i64, file: i64) -> Result<bool, Fault> {
    let taken = tx.query_number(
        "select count(*) from result o join result r on r.id = ?1
         where o.file = ?2 and o.id <> r.id and not (o.state = 'undone' and o.number = r.number)",
        &[id.into(), file.into()],
    )?;
    Ok(taken == 0)
}

/// What somebody filters by.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    pub q: String,
    pub state: String,
    pub today: Option<Date>,
    pub near: Option<Date>,
    pub from: Option<Date>,
    pub until: Option<Date>,
    /// Of this body only.
    pub body: Option<UnitId>,
}

impl Filter {
    fn select(&self, seen: &Seen) -> Select {
        let mut select = seen.narrow(Select::new(COLUMNS, FROM));
        let q = self.q.trim();
        if q.chars().any(|it| it.is_ascii_digit()) {
            let key = text::fold(q);
            select = select.and(
                // The numbers of a group's members are found too.
                "(r.number_key >= ? and r.number_key < ?) or d.code = ? or d.id in
                   (select m.dossier from dossier_member m
                     where m.outcome = 'granted' and m.number >= ? and m.number < ?)",
                [
                    key.as_str().into(),
                    prefix_end(&key).into(),
                    q.to_uppercase().into(),
                    q.into(),
                    prefix_end(q).into(),
                ],
            );
        } else {
            for word in text::words(q).into_iter().take(8) {
                select = select.and(
                    "d.id in (select dossier from dossier_word where word >= ? and word < ?)",
                    [word.as_str().into(), prefix_end(&word).into()],
                );
            }
        }
        select = match self.state.as_str() {
            "cho" => select.and("r.state = 'issued' and r.collected_ms is null", []),
            // Its dossier is over: no pile of dossiers shows it.
            "cap-lai" => select.and(
                "r.state = 'issued' and r.collected_ms is null and r.replaces is not null
                   and d.delivery = 'delivered'
                   and not exists (select 1 from dossier_link l where l.child = d.id)",
                [],
            ),
            "da-giao" => select.and("r.state = 'issued' and r.collected_ms is not null", []),
            "sap" => select
                .and("r.state = 'issued'", [])
                .and_if("r.expires_on >= ?", self.today)
                .and_if("r.expires_on <= ?", self.near),
            "het" => select.and("r.state = 'issued'", []).and_if("r.expires_on < ?", self.today),
            "thu-hoi" => select.and("r.state = 'revoked'", []),
            "thay" => select.and("r.state = 'replaced'", []),
            "hoan-tac" => select.and("r.state = 'undone'", []),
            _ => select.and("r.state <> 'undone'", []),
        };
        select
            .and_if("r.issued_on >= ?", self.from)
            .and_if("r.issued_on <= ?", self.until)
            .and_if("d.body = ?", self.body)
    }
}

/// A page of results by the day of issue, newest first, from below the day and row `before` on.
pub fn page(
    tx: &mut Tx<'_>,
    seen: &Seen,
    filter: &Filter,
    before: Option<(Date, i64)>,
    limit: i64,
) -> Result<Vec<Kept>, Fault> {
    let mut select = filter.select(seen);
    if let Some((day, id)) = before {
        select = select.and(
            "r.issued_on < ? or (r.issued_on = ? and r.id < ?)",
            [day.into(), day.into(), id.into()],
        );
    }
    let select = select.order_by("r.issued_on desc, r.id desc");
    select.rows(tx, limit)?.iter().map(kept).collect()
}

/// How many results there are, counted up to `count_max`.
pub fn count(tx: &mut Tx<'_>, seen: &Seen, filter: &Filter, count_max: i64) -> Result<i64, Fault> {
    filter.select(seen).count(tx, count_max)
}

/// A hand-over.
#[derive(Debug, Clone)]
pub struct Handover {
    pub channel: String,
    pub collector: String,
    pub number: String,
    pub signature: String,
    pub at: Instant,
    pub by: domain::ids::AccountId,
    /// When it was taken back; nothing if it stands.
    pub undone_at: Option<Instant>,
}

/// Writes down that a result changed hands.
pub fn insert_handover(
    tx: &mut Tx<'_>,
    result: i64,
    channel: &str,
    (collector, number, signature): (&str, &str, &str),
) -> Result<(), Fault> {
    tx.execute(
        "insert into result_handover
           (result, channel, collector, collector_number, signature, made_ms, made_by)
         values (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        &[
            result.into(),
            channel.into(),
            collector.into(),
            number.into(),
            signature.into(),
            tx.now().into(),
            tx.by().into(),
        ],
    )?;
    Ok(())
}

/// Downloads of the results of a dossier, oldest first: which number, when.
pub fn downloads(tx: &mut Tx<'_>, id: DossierId) -> Result<Vec<(String, Instant)>, Fault> {
    let select =
        Select::new("r.number, h.made_ms", "result_handover h join result r on r.id = h.result");
    let select = select
        .and("r.dossier = ? and h.channel = 'online' and r.state <> 'undone'", [id.into()])
        .order_by("h.id desc");
    let mut rows = select.rows(tx, DOWNLOADS_MAX)?;
    rows.reverse();
    rows.iter().map(|row| Ok((row.get(0)?, Instant::from_epoch_ms(row.get(1)?)))).collect()
}

/// Those of these dossiers whose result was downloaded.
pub fn downloaded(tx: &mut Tx<'_>, ids: Vec<DossierId>) -> Result<Vec<DossierId>, Fault> {
    let select =
        Select::new("distinct r.dossier", "result_handover h join result r on r.id = h.result");
    let select = select.and("h.channel = 'online' and r.state <> 'undone'", []);
    let most = i64::try_from(ids.len()).unwrap_or(i64::MAX);
    select.and_in("r.dossier", ids).rows(tx, most)?.iter().map(|row| row.get(0)).collect()
}

/// Downloads that one question brings at most.
const DOWNLOADS_MAX: i64 = 100;

/// How a result changed hands, newest first.
pub fn handovers(tx: &mut Tx<'_>, result: i64) -> Result<Vec<Handover>, Fault> {
    let rows = tx.query(
        "select channel, collector, collector_number, signature, made_ms, made_by, undone_ms
         from result_handover where result = ?1 order by id desc limit 50",
        &[result.into()],
    )?;
    rows.iter()
        .map(|row| {
            Ok(Handover {
                channel: row.get(0)?,
                collector: row.get(1)?,
                number: row.get(2)?,
                signature: row.get(3)?,
                at: Instant::from_epoch_ms(row.get(4)?),
                by: row.get(5)?,
                undone_at: row.get::<Option<i64>>(6)?.map(Instant::from_epoch_ms),
            })
        })
        .collect()
}

/// Erases who took the results of a dossier and where they were sent.
pub fn erase(tx: &mut Tx<'_>, id: DossierId) -> Result<(), Fault> {
    tx.execute("delete from dossier_holder where dossier = ?1", &[id.into()])?;
    tx.execute(
        "update result_handover set collector = ?2, collector_number = '', signature = ''
         where result in (select id from result where dossier = ?1)",
        &[id.into(), ERASED.into()],
    )?;
    tx.execute(
        "update parcel set recipient = ?2, phone = '', address = '' where dossier = ?1",
        &[id.into(), ERASED.into()],
    )?;
    tx.execute("update result set file = null where dossier = ?1", &[id.into()])?;
    Ok(())
}
