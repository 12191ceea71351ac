//! People around a dossier: the organisation, the proxy's paper, the members, who collected.

use domain::{
    ids::DossierId,
    party::{Authorisation, Authority, Powers},
};
use jiff::civil::{Date, DateTime};
use store::{Fault, Param, Row, Tx};

use super::Person;

/// An organisation as applicant; its name, address and contact stand in [`Person`].
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Organisation {
    /// Tax code or enterprise number; empty if it has none.
    pub tax_code: String,
    /// Who represents it by law.
    pub representative: String,
    /// As what.
    pub representative_title: String,
}

/// The paper by which somebody came in the applicant's place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProxyPaper {
    /// By what.
    pub authority: Authority,
    /// For what.
    pub powers: Powers,
    /// Its number; empty if it has none.
    pub number: String,
    /// Its date.
    pub signed_on: Option<Date>,
    /// Its last day.
    pub valid_until: Option<Date>,
}

impl ProxyPaper {
    /// What the rules look at.
    #[must_use]
    pub const fn authorisation(&self) -> Authorisation {
        Authorisation {
            authority: self.authority,
            powers: self.powers,
            valid_until: self.valid_until,
        }
    }

    /// As a line: “Giấy ủy quyền, giấy giới thiệu, số 12, ngày 02/03/2026”.
    #[must_use]
    pub fn line(&self) -> String {
        let number = Some(&self.number).filter(|it| !it.is_empty());
        let number = number.map_or(String::new(), |it| format!(", số {it}"));
        let day = self.signed_on.map(domain::text::date);
        let day = day.map_or(String::new(), |it| format!(", ngày {it}"));
        format!("{}{number}{day}", self.authority.label())
    }
}

/// What became of a member.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum MemberOutcome {
    /// Nothing yet.
    #[default]
    Pending,
    /// Granted.
    Granted,
    /// Refused.
    Refused,
}

impl MemberOutcome {
    /// Every outcome.
    pub const ALL: [Self; 3] = [Self::Pending, Self::Granted, Self::Refused];

    /// The stable name in the database.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Granted => "granted",
            Self::Refused => "refused",
        }
    }

    /// What people call it.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Pending => "Chưa có kết quả",
            Self::Granted => "Đồng ý",
            Self::Refused => "Từ chối",
        }
    }

    /// The outcome with this code.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.code() == code)
    }
}

/// One of those for whom a group dossier was handed in: a person, a plot of land, a copy.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Member {
    /// Its row; 0 before it is kept.
    pub id: i64,
    /// Order, from 1.
    pub place: i64,
    /// Who or what.
    pub name: String,
    /// The number of his paper; may be empty.
    pub id_number: String,
    /// What is asked for him; may be empty.
    pub detail: String,
    /// What became of it.
    pub outcome: MemberOutcome,
    /// The number of the result.
    pub number: String,
    /// Why it is refused.
    pub reason: String,
    /// When it was collected, civil time in Viet Nam.
    pub collected_at: Option<DateTime>,
}

/// Who collected, and by what.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Collection {
    /// Places of the members; empty for the whole dossier.
    pub members: Vec<i64>,
    /// When, civil time in Viet Nam.
    pub collected_at: Option<DateTime>,
    /// `domain::dossier::Collector` code.
    pub collector: String,
    /// His name.
    pub name: String,
    /// The number of his paper.
    pub id_number: String,
    /// By what; nothing for the applicant himself.
    pub authority: Option<Authority>,
    /// Number and date of the authority's paper.
    pub number: String,
}

/// Writes what stands beside the person.
pub(super) fn insert(tx: &mut Tx<'_>, id: DossierId, it: &Person) -> Result<(), Fault> {
    if let Some(party) = &it.organisation {
        tx.execute(
            "insert into dossier_party (dossier, tax_code, representative, representative_title)
             values (?1, ?2, ?3, ?4)",
            &[
                id.into(),
                party.tax_code.as_str().into(),
                party.representative.as_str().into(),
                party.representative_title.as_str().into(),
            ],
        )?;
    }
    if let Some(paper) = &it.proxy_paper {
        tx.execute(
            "insert into dossier_proxy (dossier, authority, powers, number, signed_on, valid_until)
             values (?1, ?2, ?3, ?4, ?5, ?6)",
            &[
                id.into(),
                paper.authority.code().into(),
                paper.powers.code().into(),
                paper.number.as_str().into(),
                paper.signed_on.into(),
                paper.valid_until.into(),
            ],
        )?;
    }
    Ok(())
}

/// Takes away what stands beside the person, for what is right.
pub(super) fn clear(tx: &mut Tx<'_>, id: DossierId) -> Result<(), Fault> {
    tx.execute("delete from dossier_party where dossier = ?1", &[id.into()])?;
    tx.execute("delete from dossier_proxy where dossier = ?1", &[id.into()])?;
    Ok(())
}

/// The organisation, from columns `at`, `at + 1`, `at + 2`.
pub(super) fn organisation(row: &Row, at: usize) -> Result<Option<Organisation>, Fault> {
    let Some(tax_code) = row.get::<Option<String>>(at)? else { return Ok(None) };
    let rest = Organisation {
        tax_code,
        representative: row.get(at + 1)?,
        representative_title: row.get(at + 2)?,
    };
    Ok(Some(rest))
}

/// The proxy's paper, from five columns.
pub(super) fn proxy_paper(row: &Row, at: usize) -> Result<Option<ProxyPaper>, Fault> {
    let Some(authority) = row.parse_opt(at, "authority", Authority::from_code)? else {
        return Ok(None);
    };
    let day = |it: &str| it.parse::<Date>().ok();
    Ok(Some(ProxyPaper {
        authority,
        powers: row.parse(at + 1, "powers", Powers::from_code)?,
        number: row.get(at + 2)?,
        signed_on: row.parse_opt(at + 3, "date", day)?,
        valid_until: row.parse_opt(at + 4, "date", day)?,
    }))
}

/// Writes the members of a dossier that is received.
pub(super) fn insert_members(
    tx: &mut Tx<'_>,
    id: DossierId,
    members: &[Member],
) -> Result<(), Fault> {
    let rows: Vec<Param> = members
        .iter()
        .flat_map(|it| {
            [
                id.into(),
                it.place.into(),
                it.name.as_str().into(),
                it.id_number.as_str().into(),
                it.detail.as_str().into(),
                it.outcome.code().into(),
                it.number.as_str().into(),
                it.reason.as_str().into(),
                it.collected_at.into(),
            ]
        })
        .collect();
    let head = "insert into dossier_member
       (dossier, place, name, id_number, detail, outcome, number, reason, collected_at) values";
    tx.insert_rows(head, "", 9, &rows)
}

/// The members of a dossier, in order; none if it is no group.
pub fn members(tx: &mut Tx<'_>, id: DossierId) -> Result<Vec<Member>, Fault> {
    let rows = tx.query(
        "select id, place, name, id_number, detail, outcome, number, reason, collected_at
         from dossier_member where dossier = ?1 order by place",
        &[id.into()],
    )?;
    rows.iter()
        .map(|row| {
            Ok(Member {
                id: row.get(0)?,
                place: row.get(1)?,
                name: row.get(2)?,
                id_number: row.get(3)?,
                detail: row.get(4)?,
                outcome: row.parse(5, "outcome", MemberOutcome::from_code)?,
                number: row.get(6)?,
                reason: row.get(7)?,
                collected_at: row.parse_opt(8, "time", |it| it.parse().ok())?,
            })
        })
        .collect()
}

/// Members of many dossiers: how many results each has.
pub fn member_counts(
    tx: &mut Tx<'_>,
    ids: &[DossierId],
) -> Result<std::collections::HashMap<DossierId, i64>, Fault> {
    let mut found = std::collections::HashMap::new();
    for some in ids.chunks(500) {
        let marks: Vec<String> = (1..=some.len()).map(|it| format!("?{it}")).collect();
        let sql = format!(
            "select dossier, count(*) from dossier_member where dossier in ({}) group by dossier",
            marks.join(", ")
        );
        let params: Vec<Param> = some.iter().map(|it| (*it).into()).collect();
        for row in tx.query(&sql, &params)? {
            found.insert(row.get(0)?, row.get(1)?);
        }
    }
    Ok(found)
}

/// Members of many dossiers to whom it was granted, in order: name and number of each.
pub fn granted(
    tx: &mut Tx<'_>,
    ids: &[DossierId],
) -> Result<std::collections::HashMap<DossierId, Vec<(String, String)>>, Fault> {
    let mut found = std::collections::HashMap::<_, Vec<_>>::new();
    for some in ids.chunks(500) {
        let marks: Vec<String> = (1..=some.len()).map(|it| format!("?{it}")).collect();
        let sql = format!(
            "select dossier, name, number from dossier_member
             where outcome = 'granted' and dossier in ({}) order by dossier, place",
            marks.join(", ")
        );
        let params: Vec<Param> = some.iter().map(|it| (*it).into()).collect();
        for row in tx.query(&sql, &params)? {
            found.entry(row.get(0)?).or_default().push((row.get(1)?, row.get(2)?));
        }
    }
    Ok(found)
}

/// Writes what became of a member.
pub fn decide_member(tx: &mut Tx<'_>, it: &Member) -> Result<(), Fault> {
    tx.execute(
        "update dossier_member set outcome = ?2, number = ?3, reason = ?4 where id = ?1",
        &[
            it.id.into(),
            it.outcome.code().into(),
            it.number.as_str().into(),
            it.reason.as_str().into(),
        ],
    )?;
    Ok(())
}

/// Writes that these members were collected.
pub fn collect_members(
    tx: &mut Tx<'_>,
    id: DossierId,
    places: &[i64],
    at: DateTime,
) -> Result<(), Fault> {
    for place in places {
        tx.execute(
            "update dossier_member set collected_at = ?3
             where dossier = ?1 and place = ?2 and collected_at is null",
            &[id.into(), (*place).into(), at.into()],
        )?;
    }
    Ok(())
}

/// Takes back what was collected at `at`, with the step that said so.
pub fn uncollect(tx: &mut Tx<'_>, id: DossierId, at: DateTime) -> Result<(), Fault> {
    tx.execute(
        "update dossier_member set collected_at = null where dossier = ?1 and collected_at = ?2",
        &[id.into(), at.into()],
    )?;
    tx.execute(
        "delete from dossier_collection where dossier = ?1 and collected_at = ?2",
        &[id.into(), at.into()],
    )?;
    Ok(())
}

/// Writes who collected.
pub fn insert_collection(tx: &mut Tx<'_>, id: DossierId, it: &Collection) -> Result<(), Fault> {
    let members = serde_json::to_string(&it.members)
        .map_err(|e| Fault::Broken(format!("members of a collection: {e}")))?;
    tx.execute(
        "insert into dossier_collection
           (dossier, members, collected_at, collector, name, id_number, authority, number)
         values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        &[
            id.into(),
            members.into(),
            it.collected_at.into(),
            it.collector.as_str().into(),
            it.name.as_str().into(),
            it.id_number.as_str().into(),
            it.authority.map_or("", Authority::code).into(),
            it.number.as_str().into(),
        ],
    )?;
    Ok(())
}

const COLLECTION: &str = "select members, collected_at, collector, name, id_number, authority,
    number, dossier from dossier_collection";

fn collection(row: &Row) -> Result<Collection, Fault> {
    Ok(Collection {
        members: row.parse(0, "members", |it| serde_json::from_str(it).ok())?,
        collected_at: row.parse_opt(1, "time", |it| it.parse().ok())?,
        collector: row.get(2)?,
        name: row.get(3)?,
        id_number: row.get(4)?,
        authority: Authority::from_code(&row.get::<String>(5)?),
        number: row.get(6)?,
    })
}

/// Who collected, the first first.
pub fn collections(tx: &mut Tx<'_>, id: DossierId) -> Result<Vec<Collection>, Fault> {
    let rows = tx.query(&format!("{COLLECTION} where dossier = ?1 order by id"), &[id.into()])?;
    rows.iter().map(collection).collect()
}

/// Who collected last, of many dossiers.
pub fn last_collectors(
    tx: &mut Tx<'_>,
    ids: &[DossierId],
) -> Result<std::collections::HashMap<DossierId, Collection>, Fault> {
    let mut found = std::collections::HashMap::new();
    for some in ids.chunks(500) {
        let marks: Vec<String> = (1..=some.len()).map(|it| format!("?{it}")).collect();
        let sql = format!("{COLLECTION} where dossier in ({}) order by id", marks.join(", "));
        let params: Vec<Param> = some.iter().map(|it| (*it).into()).collect();
        for row in tx.query(&sql, &params)? {
            found.insert(row.get(7)?, collection(&row)?);
        }
    }
    Ok(found)
}

/// How many members have no outcome yet, and how many granted ones no number.
pub fn unanswered(tx: &mut Tx<'_>, id: DossierId) -> Result<(i64, i64), Fault> {
    let row = tx.query_one(
        "select cast(coalesce(sum(case when outcome = 'pending' then 1 else 0 end), 0) as bigint),
                cast(coalesce(sum(case when outcome = 'granted' and number = '' then 1 else 0 end), 0)
                  as bigint)
         from dossier_member where dossier = ?1",
        &[id.into()],
    )?;
    row.map_or(Ok((0, 0)), |row| Ok((row.get(0)?, row.get(1)?)))
}

/// Refuses every member that has no outcome yet: the dossier as a whole is refused.
pub fn refuse_pending(tx: &mut Tx<'_>, id: DossierId, reason: &str) -> Result<(), Fault> {
    tx.execute(
        "update dossier_member set outcome = 'refused', reason = ?2
         where dossier = ?1 and outcome = 'pending'",
        &[id.into(), reason.into()],
    )?;
    Ok(())
}

/// Erases who came in an applicant's place from dossiers that were over by a day.
pub fn forget_proxies(tx: &mut Tx<'_>, until: jiff::civil::Date) -> Result<usize, Fault> {
    // Civil times are compared as text: the day after is later than any time of the day itself.
    let after = until.saturating_add(jiff::Span::new().days(1)).to_string();
    const OVER: &str = "select id from dossier where is_open = 0
        and coalesce(returned_at, finished_at, received_at) < ?1";
    let people = tx.execute(
        &format!(
            "update dossier_person set proxy_name = '', proxy_id_number = ''
             where (proxy_name <> '' or proxy_id_number <> '') and dossier in ({OVER})"
        ),
        &[after.as_str().into()],
    )?;
    let papers = tx.execute(
        &format!("update dossier_proxy set number = '' where number <> '' and dossier in ({OVER})"),
        &[after.as_str().into()],
    )?;
    Ok(people + papers)
}
