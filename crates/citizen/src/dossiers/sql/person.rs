//! SQL of the people of a dossier, and of the words by which they are found.

use std::collections::HashMap;

use domain::{dossier::ReturnChannel, ids::DossierId, lang::Lang};
use store::{Fault, Row, Select, Tx};

use super::{
    Kept,
    party::{self, Member, Organisation, ProxyPaper},
};

/// What names the people of a dossier.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Person {
    /// Full name, or the organisation's.
    pub name: String,
    /// Personal number or another paper's; empty if none was given.
    pub id_number: String,
    /// `YYYY-MM-DD`; empty if unknown.
    pub birth_date: String,
    /// Telephone; empty if none.
    pub phone: String,
    /// E-mail; empty if none.
    pub email: String,
    /// Where the applicant lives.
    pub address: String,
    /// Who came in the applicant's place; empty if nobody.
    pub proxy_name: String,
    /// That person's number.
    pub proxy_id_number: String,
    /// By what he came; nothing if that was not recorded.
    pub proxy_paper: Option<ProxyPaper>,
    /// What an organisation has beside a name; nothing for a natural person.
    pub organisation: Option<Organisation>,
    /// For whom a group dossier is handed in. Written once, at intake, and read by
    /// [`party::members`] only.
    pub members: Vec<Member>,
    /// What is asked for.
    pub request: String,
    /// `domain::dossier::ReturnChannel` code.
    pub return_way: String,
    /// Six digits on the receipt.
    pub secret: String,
    /// The language in which he is told of his dossier.
    pub lang: Lang,
}

impl Person {
    /// How the citizen wants the result, in words for the office; empty if nobody asked him.
    #[must_use]
    pub fn wish(&self) -> &'static str {
        match ReturnChannel::from_code(&self.return_way) {
            Some(ReturnChannel::Counter) => "bản giấy, tại quầy",
            Some(ReturnChannel::Post) => "bản giấy, qua bưu chính",
            Some(ReturnChannel::Online) => "bản điện tử, trực tuyến",
            None => "",
        }
    }
}

pub(super) fn insert_person(tx: &mut Tx<'_>, id: DossierId, it: &Person) -> Result<(), Fault> {
    tx.execute(
        "insert into dossier_person
           (dossier, name, id_number, birth_date, phone, email, address, proxy_name,
            proxy_id_number, request, return_way, secret, lang)
         values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
        &[
            id.into(),
            it.name.as_str().into(),
            it.id_number.as_str().into(),
            it.birth_date.as_str().into(),
            it.phone.as_str().into(),
            it.email.as_str().into(),
            it.address.as_str().into(),
            it.proxy_name.as_str().into(),
            it.proxy_id_number.as_str().into(),
            it.request.as_str().into(),
            it.return_way.as_str().into(),
            it.secret.as_str().into(),
            it.lang.code().into(),
        ],
    )?;
    party::insert(tx, id, it)
}

const PERSON: &str = "p.name, p.id_number, p.birth_date, p.phone, p.email, p.address, p.proxy_name,
    p.proxy_id_number, p.request, p.return_way, p.secret, o.tax_code, o.representative,
    o.representative_title, x.authority, x.powers, x.number, x.signed_on, x.valid_until, p.lang, p.dossier";
const PERSON_FROM: &str = "dossier_person p left join dossier_party o on o.dossier = p.dossier
    left join dossier_proxy x on x.dossier = p.dossier";

/// Its people.
pub fn person(tx: &mut Tx<'_>, id: DossierId) -> Result<Option<Person>, Fault> {
    let sql = format!("select {PERSON} from {PERSON_FROM} where p.dossier = ?1");
    tx.query_one(&sql, &[id.into()])?.as_ref().map(read_person).transpose()
}

/// The people of several dossiers, in one question.
pub fn people_of(tx: &mut Tx<'_>, ids: &[DossierId]) -> Result<HashMap<DossierId, Person>, Fault> {
    let count = i64::try_from(ids.len()).unwrap_or(i64::MAX);
    let select = Select::new(PERSON, PERSON_FROM).and_in("p.dossier", ids.to_vec());
    let rows = select.rows(tx, count)?;
    rows.iter().map(|row| Ok((row.get(20)?, read_person(row)?))).collect()
}

fn read_person(row: &Row) -> Result<Person, Fault> {
    Ok(Person {
        name: row.get(0)?,
        id_number: row.get(1)?,
        birth_date: row.get(2)?,
        phone: row.get(3)?,
        email: row.get(4)?,
        address: row.get(5)?,
        proxy_name: row.get(6)?,
        proxy_id_number: row.get(7)?,
        request: row.get(8)?,
        return_way: row.get(9)?,
        secret: row.get(10)?,
        organisation: party::organisation(row, 11)?,
        proxy_paper: party::proxy_paper(row, 14)?,
        members: Vec::new(),
        lang: row.parse(19, "lang", Lang::from_code)?,
    })
}

/// From now on he is told of his dossier in this language; whether that is new.
pub fn set_lang(tx: &mut Tx<'_>, id: DossierId, lang: Lang) -> Result<bool, Fault> {
    let touched = tx.execute(
        "update dossier_person set lang = ?2 where dossier = ?1 and lang <> ?2",
        &[id.into(), lang.code().into()],
    )?;
    Ok(touched > 0)
}

/// Writes what is right about the people of a dossier. `false`: somebody else was first.
pub fn correct_person(tx: &mut Tx<'_>, kept: &Kept, it: &Person) -> Result<bool, Fault> {
    let touched = tx.execute(
        "update dossier set applicant = ?3, edition = edition + 1 where id = ?1 and edition = ?2",
        &[kept.id.into(), kept.edition.into(), it.name.as_str().into()],
    )?;
    if touched == 0 {
        return Ok(false);
    }
    tx.execute("delete from dossier_person where dossier = ?1", &[kept.id.into()])?;
    party::clear(tx, kept.id)?;
    insert_person(tx, kept.id, it)?;
    tx.execute("delete from dossier_word where dossier = ?1", &[kept.id.into()])?;
    insert_words(tx, kept.id, it)?;
    Ok(true)
}

pub(super) fn insert_words(tx: &mut Tx<'_>, id: DossierId, it: &Person) -> Result<(), Fault> {
    let mut words = domain::text::words(&it.name);
    words.extend(domain::text::words(&it.proxy_name));
    let party = it.organisation.as_ref();
    words.extend(party.map_or_else(Vec::new, |it| domain::text::words(&it.representative)));
    words.extend(it.members.iter().flat_map(|it| domain::text::words(&it.name)));
    words.sort();
    words.dedup();
    let rows: Vec<store::Param> = words.iter().flat_map(|it| [it.into(), id.into()]).collect();
    let head = "insert into dossier_word (word, dossier) values";
    tx.insert_rows(head, "on conflict (word, dossier) do nothing", 2, &rows)
}
