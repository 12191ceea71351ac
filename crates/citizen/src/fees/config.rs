//! Rates, exemptions and accounts for an archive of the whole configuration.

use domain::{
    fees::{Exemption, Moment, Rate},
    text,
};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use site::{Failure, configuration::ConfigPart};
use store::{Fault, Tx, journal::Entry};

use super::sql::table::{self, Filter, KeptAccount};

#[derive(Serialize, Deserialize)]
struct Dated<T> {
    #[serde(flatten)]
    it: T,
    from: Date,
    #[serde(default)]
    until: Option<Date>,
}

#[derive(Serialize, Deserialize)]
struct OfProcedure {
    procedure: String,
    rate: Rate,
}

/// The part of the archive.
pub(super) const PART: ConfigPart = ConfigPart {
    name: "fees",
    label: "Biểu phí, miễn giảm, tài khoản thu",
    take_out: |_, tx| configuration_export(tx),
    bring_in: |_, _, tx, value| configuration_import(tx, value),
};

/// An account by the agency code or title of its unit: numbers differ between installations.
#[derive(Serialize, Deserialize)]
struct OfUnit {
    unit: String,
    bank: String,
    bank_name: String,
    number: String,
    holder: String,
}

#[derive(Serialize, Deserialize)]
struct Archive {
    rates: Vec<Dated<OfProcedure>>,
    exemptions: Vec<Dated<Exemption>>,
    moments: Vec<(String, Moment)>,
    accounts: Vec<Dated<OfUnit>>,
}

fn name_of(tree: &site::tree::Tree, unit: domain::ids::UnitId) -> String {
    tree.known(unit).map_or_else(String::new, |it| {
        if it.agency_code.is_empty() { it.title.clone() } else { it.agency_code.clone() }
    })
}

/// Every rate, exemption and account, as JSON.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn configuration_export(tx: &mut Tx<'_>) -> Result<Value, Fault> {
    let tree = site::tree_of(tx)?;
    let rates = table::rates(tx, &Filter::default(), i64::MAX)?;
    let archive = Archive {
        rates: rates
            .into_iter()
            .map(|it| Dated {
                it: OfProcedure { procedure: it.procedure, rate: it.rate },
                from: it.from,
                until: it.until,
            })
            .collect(),
        exemptions: table::exemptions(tx, None)?
            .into_iter()
            .map(|it| Dated { it: it.exemption, from: it.from, until: it.until })
            .collect(),
        moments: table::moments(tx)?,
        accounts: table::accounts(tx)?
            .into_iter()
            .map(|it| Dated {
                it: OfUnit {
                    unit: name_of(&tree, it.unit),
                    bank: it.bank,
                    bank_name: it.bank_name,
                    number: it.number,
                    holder: it.holder,
                },
                from: it.from,
                until: it.until,
            })
            .collect(),
    };
    serde_json::to_value(archive).map_err(|e| Fault::Broken(format!("fees: {e}")))
}

/// Brings in what [`configuration_export`] wrote and says, line by line, what it changed. What is there
/// already is left alone, and nothing is taken away: a rate of this installation that the archive does not
/// know goes on.
///
/// # Errors
/// [`Failure::Refused`] if the archive does not read or names a unit that is not here.
pub fn configuration_import(tx: &mut Tx<'_>, value: &Value) -> Result<Vec<String>, Failure> {
    let archive: Archive = serde_json::from_value(value.clone()).map_err(|e| {
        let said = site::form::json_said(&e);
        Failure::Refused(format!("Phần biểu phí trong tệp cấu hình không đọc được: {said}"))
    })?;
    let tree = site::tree_of(tx)?;
    let mut changes = Vec::new();
    let known = table::rates(tx, &Filter::default(), i64::MAX)?;
    for Dated { it, from, until } in archive.rates {
        let is_here = known.iter().any(|have| {
            have.procedure == it.procedure
                && have.rate == it.rate
                && have.from == from
                && have.until == until
        });
        if is_here {
            continue;
        }
        let line = known.iter().find(|have| {
            have.procedure == it.procedure
                && have.rate.name == it.rate.name
                && have.rate.channel == it.rate.channel
                && have.until.is_none_or(|last| last >= from)
        });
        if let Some(have) = line {
            match from.yesterday().ok().filter(|last| *last >= have.from) {
                Some(last) => table::end_rate(tx, have.id, last)?,
                None => table::delete_rate(tx, have.id)?,
            }
        }
        table::insert_rate(tx, line.map(|it| it.series), &it.procedure, &it.rate, from, until)?;
        changes.push(format!(
            "Mức thu {}: {} {} từ {}",
            it.procedure,
            it.rate.name,
            it.rate.text(),
            text::date(from)
        ));
    }
    let known = table::exemptions(tx, None)?;
    for Dated { it, from, until } in archive.exemptions {
        if known.iter().any(|have| have.exemption == it && have.from == from) {
            continue;
        }
        table::insert_exemption(tx, None, &it, from, until)?;
        changes.push(format!("Miễn, giảm: {}", it.text()));
    }
    let known = table::moments(tx)?;
    for (procedure, moment) in archive.moments {
        if known.contains(&(procedure.clone(), moment)) {
            continue;
        }
        table::set_moment(tx, &procedure, moment)?;
        changes.push(format!("Thủ tục {procedure}: {}", moment.label().to_lowercase()));
    }
    let known = table::accounts(tx)?;
    for Dated { it, from, until } in archive.accounts {
        let unit = tree
            .all()
            .find(|unit| name_of(&tree, unit.id) == it.unit)
            .map(|unit| unit.id)
            .ok_or_else(|| {
            Failure::Refused(format!(
                "Tài khoản thu {} thuộc đơn vị “{}”, đơn vị này không có ở đây.",
                it.number, it.unit
            ))
        })?;
        if known
            .iter()
            .any(|have| have.unit == unit && have.bank == it.bank && have.number == it.number)
        {
            continue;
        }
        changes.push(format!("Tài khoản thu {} {} của {}", it.bank_name, it.number, it.unit));
        table::insert_account(
            tx,
            &KeptAccount {
                id: 0,
                unit,
                bank: it.bank,
                bank_name: it.bank_name,
                number: it.number,
                holder: it.holder,
                mapping: String::new(),
                from,
                until,
            },
        )?;
    }
    if !changes.is_empty() {
        let details = serde_json::json!({"changes": changes.len()});
        tx.journal(Entry::new("fee_rate", 0, "import").details(&details));
    }
    Ok(changes)
}
