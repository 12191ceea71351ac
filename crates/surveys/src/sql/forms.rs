//! SQL of forms.

use domain::{access::Scope, ids::UnitId, survey::form::Form};
use store::{Fault, Row, Select, Tx};

/// A form as it is kept.
#[derive(Debug, Clone)]
pub struct KeptForm {
    pub id: i64,
    /// Nobody: it ships.
    pub unit: Option<UnitId>,
    pub version: i64,
    pub form: Form,
    pub frozen: bool,
    pub edition: i64,
}

const COLUMNS: &str = "f.id, f.unit, f.version, f.body, f.frozen, f.edition";

fn form(row: &Row) -> Result<KeptForm, Fault> {
    Ok(KeptForm {
        id: row.get(0)?,
        unit: row.get::<Option<i64>>(1)?.map(UnitId),
        version: row.get(2)?,
        form: row.parse(3, "survey form", |it| serde_json::from_str(it).ok())?,
        frozen: row.get(4)?,
        edition: row.get(5)?,
    })
}

fn json(it: &Form) -> Result<String, Fault> {
    serde_json::to_string(it).map_err(|e| Fault::Broken(format!("survey form: {e}")))
}

/// The form with this row.
pub fn find(tx: &mut Tx<'_>, id: i64) -> Result<Option<KeptForm>, Fault> {
    let sql = format!("select {COLUMNS} from survey_form f where f.id = ?1");
    tx.query_one(&sql, &[id.into()])?.as_ref().map(form).transpose()
}

/// Forms that somebody may use: those that ship and those of units in his reach, by code and version.
pub fn list(tx: &mut Tx<'_>, scope: &Scope) -> Result<Vec<KeptForm>, Fault> {
    let select = Select::new(COLUMNS, "survey_form f").order_by("f.code, f.version desc, f.id");
    let mut found = Vec::new();
    for row in select.rows(tx, 500)? {
        let it = form(&row)?;
        if it.unit.is_none_or(|unit| scope.holds(unit)) {
            found.push(it);
        }
    }
    Ok(found)
}

/// A new form.
pub fn insert(
    tx: &mut Tx<'_>,
    unit: Option<UnitId>,
    version: i64,
    it: &Form,
    frozen: bool,
) -> Result<i64, Fault> {
    let now = tx.now();
    tx.insert(
        "insert into survey_form (unit, code, version, title, search, body, frozen, created_at, edition)
         values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 1) returning id",
        &[
            unit.into(),
            it.code.as_str().into(),
            version.into(),
            it.vi.as_str().into(),
            domain::text::fold(&format!("{} {}", it.code, it.vi)).into(),
            json(it)?.into(),
            frozen.into(),
            now.into(),
        ],
    )
}

/// Keeps what somebody made of a form; whether it was still that edition and free to be changed.
pub fn change(tx: &mut Tx<'_>, id: i64, edition: i64, it: &Form) -> Result<bool, Fault> {
    let changed = tx.execute(
        "update survey_form set code = ?3, title = ?4, search = ?5, body = ?6, edition = edition + 1
         where id = ?1 and edition = ?2 and frozen = 0",
        &[
            id.into(),
            edition.into(),
            it.code.as_str().into(),
            it.vi.as_str().into(),
            domain::text::fold(&format!("{} {}", it.code, it.vi)).into(),
            json(it)?.into(),
        ],
    )?;
    Ok(changed > 0)
}

/// From now on the form is never changed.
pub fn freeze(tx: &mut Tx<'_>, id: i64) -> Result<bool, Fault> {
    let done =
        tx.execute("update survey_form set frozen = 1 where id = ?1 and frozen = 0", &[id.into()])?;
    Ok(done > 0)
}

/// The newest version of a unit's form with this code; 0 if there is none.
pub fn newest(tx: &mut Tx<'_>, unit: Option<UnitId>, code: &str) -> Result<i64, Fault> {
    tx.query_number(
        "select coalesce(max(version), 0) from survey_form where code = ?2 and coalesce(unit, 0) = coalesce(?1, 0)",
        &[unit.map_or(0, |it| it.0).into(), code.into()],
    )
}

/// The shipped form with this code, the newest version.
pub fn shipped(tx: &mut Tx<'_>, code: &str) -> Result<Option<KeptForm>, Fault> {
    let sql = format!(
        "select {COLUMNS} from survey_form f where f.unit is null and f.code = ?1 order by f.version desc limit 1"
    );
    tx.query_one(&sql, &[code.into()])?.as_ref().map(form).transpose()
}
