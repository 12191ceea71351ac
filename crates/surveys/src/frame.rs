//! The frame (khung mẫu): who may be drawn, one person once, in strata that are published.

use std::collections::{BTreeMap, HashMap, HashSet};

use citizen::{
    dossiers::facts as dossiers, levels::facts::body_of, procedures::facts as procedures,
};
use domain::{
    dossier::Status,
    ids::{DossierId, UnitId},
    lang::Lang,
    survey::draw::{Frame, Line, sample_size},
    text,
};
use people::sheets;
use site::{Failure, OrRefuse as _, Site, tree::Tree};
use store::Tx;

use crate::{
    secrets::{self, Contact},
    sql::{Source, Survey, people::NewMember},
};

/// Letters of a group's name at most.
const GROUP_CHARS_MAX: usize = 80;

/// Everybody who may be drawn, and how many are to be.
pub struct Gathered {
    pub members: Vec<NewMember>,
    pub frame: Frame,
    pub size: u64,
}

/// What a stratum's name may hold: the published lines are told apart by tabulators and ends of lines.
fn stratum(parts: &[&str]) -> String {
    let plain: Vec<String> = parts.iter().map(|it| text::tidy(it)).collect();
    plain.join(" | ").chars().filter(|it| !it.is_control()).take(200).collect()
}

/// Dossiers of the unit's subtree that came to a result within the period; of one applicant's the first.
fn of_dossiers(
    site: &Site,
    tx: &mut Tx<'_>,
    tree: &Tree,
    it: &Survey,
) -> Result<Vec<NewMember>, Failure> {
    let Some(period) = it.period else { return Ok(Vec::new()) };
    let shops: Vec<UnitId> = tree
        .subtree(it.unit)
        .into_iter()
        .filter(|unit| tree.known(*unit).is_some_and(|it| it.kind == "one_stop"))
        .collect();
    let mut sectors: HashMap<_, String> = HashMap::new();
    let mut seen: HashSet<String> = HashSet::new();
    let mut members = Vec::new();
    for shop in shops {
        let mut after = DossierId(0);
        loop {
            let found = dossiers::of_period(tx, shop, after, period)?;
            let Some(last) = found.last() else { break };
            after = last.id;
            let ids: Vec<DossierId> = found.iter().map(|it| it.id).collect();
            let mut people = dossiers::people_of(tx, &ids)?;
            for kept in found {
                let finished = kept.dossier.finished_at.map(|it| it.date());
                let is_in = finished.is_some_and(|day| period.0 <= day && day <= period.1);
                let is_over = matches!(
                    kept.dossier.status,
                    Status::ResultAtCounter | Status::Returned | Status::Archived
                );
                if kept.unit != shop || !is_in || !is_over || kept.applicant == dossiers::ERASED {
                    continue;
                }
                let Some(person) = people.remove(&kept.id) else { continue };
                // One person is asked once, however many dossiers he had.
                let who = if person.id_number.is_empty() {
                    format!("{}\u{1f}{}", text::fold(&person.name), person.phone)
                } else {
                    person.id_number.clone()
                };
                if !seen.insert(who) {
                    continue;
                }
                let sector = match sectors.get(&kept.version) {
                    Some(it) => it.clone(),
                    None => {
                        let version = procedures::version(tx, kept.version)?;
                        let name = version.map_or_else(String::new, |it| it.body.sector.clone());
                        let name = if name.trim().is_empty() {
                            "Lĩnh vực khác".to_owned()
                        } else {
                            name
                        };
                        sectors.insert(kept.version, name.clone());
                        name
                    }
                };
                let contact = Contact {
                    name: person.name,
                    phone: person.phone,
                    address: person.address,
                    number: person.id_number,
                    english: person.lang == Lang::En,
                };
                let body = body_of(tree, kept.unit);
                let name = tree.known(body).map_or("–", |it| it.name.as_str());
                members.push(NewMember {
                    line: Line {
                        stratum: stratum(&[name, &sector]),
                        id: secrets::frame_id(site, it.id, &kept.code),
                    },
                    unit: body,
                    dossier: Some(kept.id),
                    contact: secrets::close_contact(site, it.id, &contact)?,
                });
            }
        }
    }
    Ok(members)
}

/// A line of a roll.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    pub group: String,
    pub contact: Contact,
}

/// Reads a roll that somebody pasted or sent: group, name, telephone, address; the first line may name the columns.
///
/// # Errors
/// What is wrong with it, in Vietnamese, with the line.
pub fn read_roll(rows: &[(usize, Vec<String>)]) -> Result<Vec<Listed>, String> {
    let mut listed: Vec<Listed> = Vec::new();
    let mut seen: HashMap<String, usize> = HashMap::new();
    for (at, row) in rows {
        let cell = |column: usize| row.get(column).map_or_else(String::new, |it| text::tidy(it));
        let (group, name, phone, address) = (cell(0), cell(1), cell(2), cell(3));
        if listed.is_empty() && text::fold(&group) == "nhom" {
            continue;
        }
        if group.is_empty() || name.is_empty() {
            return Err(format!("Dòng {at}: cần nhóm và họ tên."));
        }
        if group.chars().count() > GROUP_CHARS_MAX || name.chars().count() > 120 {
            return Err(format!("Dòng {at}: tên nhóm hoặc họ tên dài quá."));
        }
        let key = format!("{}\u{1f}{}\u{1f}{phone}", text::fold(&group), text::fold(&name));
        if let Some(first) = seen.insert(key, *at) {
            return Err(format!("Dòng {at} trùng với dòng {first}."));
        }
        let contact = Contact { name, phone, address, ..Contact::default() };
        listed.push(Listed { group, contact });
    }
    if listed.is_empty() {
        return Err("Danh sách chưa có ai.".to_owned());
    }
    if listed.len() > sheets::ROWS_MAX {
        return Err(format!("Danh sách dài quá {} dòng.", sheets::ROWS_MAX));
    }
    Ok(listed)
}

/// Pasted lines as rows: cells apart by tabulators, semicolons or commas.
pub fn pasted(text: &str) -> Vec<(usize, Vec<String>)> {
    let apart = [';', '\t', ','].into_iter().find(|it| text.contains(*it)).unwrap_or(';');
    text.lines()
        .zip(1..)
        .filter(|(line, _)| !line.trim().is_empty())
        .map(|(line, at)| (at, line.split(apart).map(|it| it.trim().to_owned()).collect()))
        .collect()
}

/// A roll as it is kept until the frame is frozen.
pub fn close_roll(site: &Site, listed: &[Listed]) -> Result<String, Failure> {
    let lines: Vec<_> = listed.iter().map(|it| (&it.group, &it.contact)).collect();
    let text = serde_json::to_string(&lines)
        .map_err(|e| store::Fault::Broken(format!("survey roll: {e}")))?;
    Ok(site.seal.close("survey-roll", &text)?)
}

/// A kept roll.
pub fn open_roll(site: &Site, sealed: &str) -> Result<Vec<Listed>, Failure> {
    if sealed.is_empty() {
        return Ok(Vec::new());
    }
    let text = site.seal.open("survey-roll", sealed)?;
    let lines: Vec<(String, Contact)> = serde_json::from_str(&text)
        .map_err(|e| store::Fault::Broken(format!("survey roll: {e}")))?;
    Ok(lines.into_iter().map(|(group, contact)| Listed { group, contact }).collect())
}

fn of_roll(site: &Site, it: &Survey) -> Result<Vec<NewMember>, Failure> {
    let mut members = Vec::new();
    for (at, listed) in open_roll(site, &it.roll)?.into_iter().enumerate() {
        let contact = &listed.contact;
        let key =
            format!("{at}\u{1f}{}\u{1f}{}\u{1f}{}", listed.group, contact.name, contact.phone);
        members.push(NewMember {
            line: Line {
                stratum: stratum(&[&listed.group]),
                id: secrets::frame_id(site, it.id, &key),
            },
            unit: it.unit,
            dossier: None,
            contact: secrets::close_contact(site, it.id, contact)?,
        });
    }
    Ok(members)
}

/// Everybody who may be drawn by what stands in the books now.
///
/// # Errors
/// [`Failure::Refused`] if there is nobody.
pub fn gather(site: &Site, tx: &mut Tx<'_>, tree: &Tree, it: &Survey) -> Result<Gathered, Failure> {
    let members = match it.source {
        Source::Dossiers => of_dossiers(site, tx, tree, it)?,
        Source::Roll => of_roll(site, it)?,
    };
    let lines = members.iter().map(|it| it.line.clone()).collect();
    let frame = Frame::of(lines).or_refuse()?;
    let mut units: BTreeMap<UnitId, u64> = BTreeMap::new();
    for it in &members {
        *units.entry(it.unit).or_default() += 1;
    }
    let size = units.values().map(|people| sample_size(*people, it.error_bp, it.floor)).sum();
    Ok(Gathered { members, frame, size })
}
