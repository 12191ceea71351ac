//! The catalogue for other slices, and its first filling.

use std::{collections::HashMap, sync::Arc};

use domain::{
    ids::{UnitId, VersionId},
    org::UnitKind,
    procedure::{ProcedureVersion, RowError, Tier},
    search::{Document, Index, Synonyms},
    workflow::{self, Workflow},
};
use jiff::civil::Date;
use site::Site;
use store::{Fault, Tx, journal::Entry};

pub use super::changes::Plan;
pub use super::sql::{Hung, Paused, Version};
use super::{changes, sql};
pub use crate::levels::facts::level_at;

/// The setting that grows with every change of the catalogue.
pub const EDITION: &str = "procedures_edition";
/// The workflow of communes for procedures that have none.
pub const DEFAULT_COMMUNE: &str = "default-commune";
/// The same for districts and provinces.
pub const DEFAULT_ABOVE: &str = "default-above";
/// The place of a posting that counts: the board itself.
const BOARD: &str = "board";
/// Working days for which the defaults are written; a step's share follows the limit.
const DEFAULT_DAYS: u32 = 10;

/// What ships in `data/`.
pub mod shipped {
    use std::sync::LazyLock;

    use domain::names_replaced::{ReplacedPaper, ReplacedPapers};

    use super::{Fault, ProcedureVersion, Synonyms, Workflow};

    fn read<T: serde::de::DeserializeOwned>(name: &str, text: &str) -> Result<T, Fault> {
        serde_json::from_str(text).map_err(|e| Fault::Broken(format!("data/{name}: {e}")))
    }

    /// The 541 procedures.
    ///
    /// # Errors
    /// If the file does not read.
    pub fn procedures() -> Result<Vec<ProcedureVersion>, Fault> {
        read("procedures.json", include_str!("../../../../data/procedures.json"))
    }

    /// The 31 workflows.
    ///
    /// # Errors
    /// If the file does not read.
    pub fn workflows() -> Result<Vec<Workflow>, Fault> {
        read("workflows.json", include_str!("../../../../data/workflows.json"))
    }

    /// Papers that a state database replaces (Nghị quyết 66.7/2025/NQ-CP), read once.
    #[must_use]
    pub fn replaced(code: &str) -> &'static [ReplacedPaper] {
        static PAPERS: LazyLock<ReplacedPapers> = LazyLock::new(|| {
            let text = include_str!("../../../../data/replaced-papers.csv");
            let rows = csv::Reader::from_reader(text.as_bytes())
                .into_deserialize::<ReplacedPaper>()
                .filter_map(Result::ok);
            ReplacedPapers::new(rows.collect::<Vec<_>>())
        });
        PAPERS.of(code)
    }

    /// Everyday words.
    ///
    /// # Errors
    /// If the file does not read.
    pub fn synonyms() -> Result<Synonyms, Fault> {
        read("synonyms.json", include_str!("../../../../data/synonyms.json"))
    }
}

/// Fills an empty catalogue with what ships, in force from `from`.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn seed(tx: &mut Tx<'_>, from: Date) -> Result<(), Fault> {
    for body in shipped::procedures()? {
        sql::insert_version(tx, &body, from)?;
    }
    for it in shipped::workflows()? {
        sql::insert_workflow(tx, &it, from)?;
    }
    let default = |code, name| workflow::default_for(code, name, DEFAULT_DAYS);
    sql::insert_workflow(tx, &default(DEFAULT_COMMUNE, "Quy trình mặc định cấp xã"), from)?;
    sql::insert_workflow(
        tx,
        &default(DEFAULT_ABOVE, "Quy trình mặc định cấp huyện, cấp tỉnh"),
        from,
    )?;
    sql::insert_workflow(tx, &workflow::on_the_spot(), from)?;
    crate::eforms::facts::seed(tx, from)?;
    site::outdate(tx, EDITION)
}

/// Takes a list of procedures into the catalogue: new ones, and new versions of those that
/// differ. All of it, or nothing. What the command line and the office's import end in.
///
/// # Errors
/// Any [`Fault`] of the engine; every row that cannot be kept within.
pub fn import_all(
    tx: &mut Tx<'_>,
    list: &[ProcedureVersion],
    from: Date,
) -> Result<Result<Plan, Vec<RowError>>, Fault> {
    changes::import(tx, list, from)
}

/// The version of `code` that is published and in force on `day`.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn in_force(tx: &mut Tx<'_>, code: &str, day: Date) -> Result<Option<Version>, Fault> {
    Ok(sql::in_force(tx, code, day)?.filter(|it| it.state == "published"))
}

/// The version `id`, whatever its date.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn version(tx: &mut Tx<'_>, id: VersionId) -> Result<Option<Version>, Fault> {
    sql::find(tx, id)
}

/// Every procedure that is published and in force today.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn all(tx: &mut Tx<'_>) -> Result<Vec<Version>, Fault> {
    let today = tx.now().civil().date();
    sql::all_in_force(tx, today)
}

/// The versions that hang anywhere at a unit since a day or longer.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn posted(
    tx: &mut Tx<'_>,
    unit: UnitId,
    until: Date,
) -> Result<std::collections::HashSet<VersionId>, Fault> {
    let mut all = std::collections::HashSet::new();
    for place in ["board", "kiosk", "qr"] {
        let hanging = sql::postings(tx, unit, place)?;
        all.extend(hanging.into_iter().filter(|it| it.posted_on <= until).map(|it| it.version));
    }
    Ok(all)
}

/// Every procedure that was published and in force on `day`.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn all_on(tx: &mut Tx<'_>, day: Date) -> Result<Vec<Version>, Fault> {
    sql::all_in_force(tx, day)
}

/// What hung on the board of `unit` at the end of `day`, by code.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn posted_on(tx: &mut Tx<'_>, unit: UnitId, day: Date) -> Result<Vec<Hung>, Fault> {
    sql::hung_on(tx, unit, BOARD, day)
}

/// Hangs a version on the board of `unit` from today on, in place of an older one; false if it hung there already.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn post(tx: &mut Tx<'_>, unit: UnitId, it: &Version) -> Result<bool, Fault> {
    let today = tx.now().civil().date();
    if sql::hung_on(tx, unit, BOARD, today)?.iter().any(|hung| hung.version == it.id) {
        return Ok(false);
    }
    sql::unpost(tx, unit, BOARD, it.procedure)?;
    sql::insert_posting(tx, unit, BOARD, it.id, today)?;
    let details = serde_json::json!({"unit": unit.0, "place": BOARD, "version": it.id.0});
    tx.journal(Entry::new(sql::SUBJECT, it.procedure.0, "post").details(&details));
    Ok(true)
}

/// Adds an edition of a workflow, in force from `from`.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn insert_workflow(tx: &mut Tx<'_>, it: &Workflow, from: Date) -> Result<i64, Fault> {
    sql::insert_workflow(tx, it, from)
}

/// The workflow of a procedure on `day`: the one that it is bound to, its own, else that of the desk for what is settled
/// at once, else the default of the tier.
///
/// # Errors
/// Any [`Fault`] of the engine; a catalogue without defaults is broken.
pub fn workflow_for(
    tx: &mut Tx<'_>,
    body: &ProcedureVersion,
    tier: Tier,
    day: Date,
) -> Result<(i64, Arc<Workflow>), Fault> {
    if let Some(bound) = sql::bound_workflow(tx, &body.code)?
        && let Some(it) = sql::workflow_in_force(tx, &bound, day)?
    {
        return Ok(it);
    }
    if let Some(own) = sql::workflow_in_force(tx, &body.code, day)? {
        return Ok(own);
    }
    let code = if body.on_the_spot {
        "on-the-spot"
    } else if tier == Tier::Commune {
        DEFAULT_COMMUNE
    } else {
        DEFAULT_ABOVE
    };
    sql::workflow_in_force(tx, code, day)?
        .ok_or_else(|| Fault::Broken(format!("there is no workflow {code} on {day}")))
}

/// The workflow in the row `id`.
///
/// # Errors
/// Any [`Fault`] of the engine, also if there is no such row.
pub fn workflow(tx: &mut Tx<'_>, id: i64) -> Result<Arc<Workflow>, Fault> {
    sql::workflow(tx, id)?.ok_or_else(|| Fault::Broken(format!("there is no workflow row {id}")))
}

/// The published procedures of a day, in memory, with their search.
pub struct Catalogue {
    versions: Vec<Arc<Version>>,
    by_code: HashMap<String, usize>,
    index: Index,
    sectors: Vec<String>,
}

impl Catalogue {
    fn of(versions: Vec<Version>, synonyms: Synonyms) -> Self {
        let versions: Vec<Arc<Version>> = versions.into_iter().map(Arc::new).collect();
        let documents = versions.iter().zip(0_i64..).map(|(it, id)| Document {
            id,
            code: &it.body.code,
            title: &it.body.name,
            extra: &it.body.sector,
        });
        let index = Index::build(documents, synonyms);
        let by_code =
            versions.iter().enumerate().map(|(at, it)| (it.body.code.clone(), at)).collect();
        let mut sectors: Vec<String> = versions.iter().map(|it| it.body.sector.clone()).collect();
        sectors.sort_by_key(|it| domain::text::sort_key(it));
        sectors.dedup();
        Self { versions, by_code, index, sectors }
    }

    /// The same procedures, found by other everyday words: for a trial.
    #[must_use]
    pub fn with_synonyms(&self, synonyms: Synonyms) -> Self {
        Self::of(self.versions.iter().map(|it| Version::clone(it)).collect(), synonyms)
    }

    /// The procedure with this code.
    #[must_use]
    pub fn get(&self, code: &str) -> Option<&Arc<Version>> {
        self.by_code.get(code).and_then(|at| self.versions.get(*at))
    }

    /// Every procedure, by code.
    #[must_use]
    pub fn all(&self) -> &[Arc<Version>] {
        &self.versions
    }

    /// Sectors, in the order of the Vietnamese alphabet.
    #[must_use]
    pub fn sectors(&self) -> &[String] {
        &self.sectors
    }

    /// Procedures that a citizen may mean by `query`, best first.
    #[must_use]
    pub fn find(&self, query: &str, limit: usize) -> Vec<Arc<Version>> {
        let hits = self.index.find(query, limit);
        let place = |id| usize::try_from(id).ok().and_then(|at| self.versions.get(at));
        hits.into_iter().filter_map(|it| place(it.id)).cloned().collect()
    }

    /// What was probably meant, if nothing or little was found.
    #[must_use]
    pub fn did_you_mean(&self, query: &str) -> Option<String> {
        self.index.did_you_mean(query)
    }

    /// Procedures that People's Committees of `tier` settle, with districts above communes or not.
    pub fn of_tier(&self, tier: Tier, with_districts: bool) -> impl Iterator<Item = &Arc<Version>> {
        self.versions
            .iter()
            .filter(move |it| it.body.body == "ubnd" && it.body.settled_by(tier, with_districts))
    }
}

/// The tier of a unit of this kind; none for what is part of a body.
#[must_use]
pub fn tier_of(kind: &str) -> Option<Tier> {
    Some(match UnitKind::of(kind)? {
        UnitKind::Province => Tier::Province,
        UnitKind::District => Tier::District,
        UnitKind::Commune => Tier::Commune,
        UnitKind::Division | UnitKind::OneStop => return None,
    })
}

/// Today's catalogue, read anew when it or the day has changed.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn catalogue(site: &Site, tx: &mut Tx<'_>) -> Result<Arc<Catalogue>, Fault> {
    let today = tx.now().civil().date();
    let edition = site::edition(tx, EDITION)? * 1_000_000
        + i64::from(domain::calendar::ordinal(today)) % 1_000_000;
    site.cached(edition, || {
        Ok(Catalogue::of(sql::all_in_force(tx, today)?, crate::find::facts::synonyms(tx)?))
    })
}
