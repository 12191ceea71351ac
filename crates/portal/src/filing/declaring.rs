//! The declaration of a filing: a form that the office published, filled in part by part within the draft.

use std::collections::BTreeMap;

use citizen::{
    dossiers::{Person, facts as dossiers},
    eforms::{
        facts::{self as eforms, FormVersion},
        fill,
        papers::{self, Around},
        walk::{Part, Walk},
    },
    find::carried,
    levels::facts as levels,
};
use domain::{
    eform::{self, Answer, Answers, Block, Eform, Field, Judgement, Known},
    identity::{Email, IdPaper, Phone},
    ids::DossierId,
    text,
    time::Instant,
};
use jiff::civil::Date;
use prints::DeclarationSheet;
use site::{Failure, Lang, Site, Typed, Who, Words, tree::Tree};
use store::{Fault, Tx};

use super::draft::Draft;
use crate::account::facts::Citizen;

/// The field of a draft that names the version of the form that it was begun with.
pub(super) const FORM: &str = "to-khai";
/// The field of a draft that says that who is helped has no telephone.
pub(super) const NO_PHONE: &str = "khong-dien-thoai";
/// What stands before the names of a form's fields.
const FIELDS: &str = "f.";

/// What is declared in a draft so far.
pub(super) struct Declared {
    pub version: FormVersion,
    pub answers: Answers,
    pub judged: Judgement,
}

/// The whole declaration as it is looked over.
pub(super) struct Look {
    pub title: String,
    pub blocks: Vec<(usize, Block)>,
    pub warnings: Vec<String>,
    pub oath: String,
    pub signers: Vec<(String, String)>,
}

fn said(words: Words, vi: &str, en: &str) -> String {
    if words.lang == Lang::En && !en.is_empty() { en.to_owned() } else { vi.to_owned() }
}

impl Declared {
    /// What was typed into the form that a draft was begun with; nothing if it was begun without.
    pub fn of(tx: &mut Tx<'_>, typed: &Typed) -> Result<Option<Self>, Fault> {
        let Ok(row) = typed.get(FORM).parse() else { return Ok(None) };
        let Some(version) = eforms::version(tx, row)? else { return Ok(None) };
        let answers = fill::read(&version.form, typed);
        let (account, today) = (known(typed, &[]).account, tx.now().civil().date());
        let judged = eform::judge_of(&version.form, &answers, &account, today);
        // Files are handed in with the papers.
        let mut judged = fill::without_files(&version.form, judged);
        if typed.get(NO_PHONE) == "1" {
            judged = fill::without_phones(&version.form, &answers, judged);
        }
        Ok(Some(Self { version, answers, judged }))
    }

    fn form(&self) -> &Eform {
        &self.version.form
    }

    /// The way through it.
    pub const fn walk(&self) -> Walk<'_> {
        Walk { form: &self.version.form, answers: &self.answers, judged: &self.judged }
    }

    /// The whole, to be looked over before it is sent.
    pub fn look(&self, words: Words) -> Look {
        let form = self.form();
        let english = words.lang == Lang::En;
        let place = |code: &str| form.pages.iter().position(|it| it.code == code).unwrap_or(0);
        let name = |field: &str| self.judged.answers.get(field).map_or("", Answer::text).to_owned();
        let mut blocks = eform::blocks(form, &self.judged, &BTreeMap::new(), english);
        // Files are handed in with the papers, the next step but this page's own.
        let items = blocks.iter_mut().flat_map(|it| it.items.iter_mut());
        let is_file = |code: &str| form.field(code).is_some_and(|it| it.kind == eform::Kind::File);
        for it in items.filter(|it| it.text.is_empty() && is_file(&it.code)) {
            it.text = words.say("filing-file-with-papers");
        }
        let signers = form.signers.iter().filter(|it| self.judged.signers.contains(&it.code));
        let warnings = self.judged.warnings.iter();
        Look {
            title: said(words, &form.title, &form.title_en),
            blocks: blocks.into_iter().map(|it| (place(&it.code), it)).collect(),
            warnings: warnings.map(|it| said(words, &it.say.vi, &it.say.en)).collect(),
            oath: said(words, &form.oath, &form.oath_en),
            signers: signers
                .map(|it| (said(words, &it.label, &it.label_en), name(&it.name)))
                .collect(),
        }
    }
}

/// The declaration of a draft on paper: as it stands, or as it was sent.
///
/// # Errors
/// [`Failure::NotFound`] if nothing is declared.
pub(super) fn sheet(
    site: &Site,
    who: &Who,
    tx: &mut Tx<'_>,
    draft: &Draft,
) -> Result<DeclarationSheet, Failure> {
    let around = Around { demo: site.config.demo, ..Around::default() };
    let body = levels::body_of(&who.tree, draft.unit());
    let around = around.to_unit(who.tree.known(body));
    let Some(id) = draft.dossier() else {
        let it = draft.declared.as_ref().ok_or(Failure::NotFound)?;
        let around = Around { made_on: Some(who.today()), ..around };
        let judged = papers::with_places(it.form(), &it.answers, it.judged.clone());
        return Ok(papers::sheet(it.form(), &judged, &around));
    };
    sent_sheet(tx, id, around)
}

/// The declaration of a dossier on paper, as it was sent.
///
/// # Errors
/// [`Failure::NotFound`] if nothing was declared.
pub(super) fn sheet_of(
    site: &Site,
    who: &Who,
    tx: &mut Tx<'_>,
    (id, unit): (DossierId, domain::ids::UnitId),
) -> Result<DeclarationSheet, Failure> {
    let around = Around { demo: site.config.demo, ..Around::default() };
    let around = around.to_unit(who.tree.known(levels::body_of(&who.tree, unit)));
    sent_sheet(tx, id, around)
}

fn sent_sheet(tx: &mut Tx<'_>, id: DossierId, around: Around) -> Result<DeclarationSheet, Failure> {
    let sent = eforms::declared(tx, id)?.pop().ok_or(Failure::NotFound)?;
    let kept = dossiers::by_id(tx, id)?.ok_or(Failure::NotFound)?;
    let around = Around {
        dossier: kept.code,
        made_on: Some(Instant::from_epoch_ms(sent.kept_ms).civil().date()),
        ..around
    };
    Ok(papers::sheet(&sent.version.form, &sent.judged(), &around))
}

/// Puts answers in the place of those that stood in a draft.
fn put(typed: &mut Typed, form: &Eform, answers: &Answers) {
    let others = typed.pairs().iter().filter(|(name, _)| !name.starts_with(FIELDS)).cloned();
    let mut pairs: Vec<(String, String)> = others.collect();
    pairs.extend(fill::carried(form, answers, |_| false));
    *typed = Typed::of(pairs);
}

/// Takes over what was sent of a part. What other parts said stays.
///
/// # Errors
/// [`Failure::TooLarge`] if it is more than a form may hold.
pub(super) fn take(
    draft: &mut Draft,
    (tree, today): (&Tree, Date),
    part: Part<'_>,
    sent: &Typed,
) -> Result<(), Failure> {
    let Some(it) = &draft.declared else { return Ok(()) };
    let form = it.form();
    let here = |field: &Field| {
        if part.question.is_empty() {
            part.at.is_none() || form.page_of(&field.code) == part.at
        } else {
            field.code == part.question
        }
    };
    let mut now = fill::read_here(form, sent, tree);
    let mut answers = it.answers.clone();
    for (_, field) in form.fields().filter(|(_, it)| here(it)) {
        match now.remove(&field.code) {
            Some(answer) => answers.insert(field.code.clone(), answer),
            None => answers.remove(&field.code),
        };
    }
    let account = known(&draft.typed, &fill::units(tree)).account;
    eform::take_over(form, &it.judged.follows, &mut answers, &account, today);
    if eform::weight(&answers) > eform::WEIGHT_MAX {
        return Err(Failure::TooLarge);
    }
    put(&mut draft.typed, form, &answers);
    Ok(())
}

/// What the first step says of the person, as first answers of a form: what is refused there is nobody's answer.
fn known(typed: &Typed, units: &[String]) -> Known {
    let said = |name: &str| text::tidy(typed.get(name));
    let right = |name: &str, is_right: fn(&str) -> bool| {
        Some(said(name)).filter(|it| is_right(it)).unwrap_or_default()
    };
    let born = site::form::parse_date(typed.get("ngay-sinh"));
    let person = Person {
        name: said("ho-ten"),
        id_number: right("so-giay-to", |it| IdPaper::parse(it).is_ok()),
        birth_date: born.map_or_else(String::new, |it| it.to_string()),
        phone: right("dien-thoai", |it| Phone::parse(it).is_ok()),
        email: right("email", |it| Email::parse(it).is_ok()),
        address: said("dia-chi"),
        ..Person::default()
    };
    eforms::known(&person, units)
}

/// The declaration says of the person what the first step says, unless something else was declared.
pub(super) fn follow(draft: &mut Draft, before: &Typed, (tree, today): (&Tree, Date)) {
    let Some(it) = &draft.declared else { return };
    let (form, units) = (it.form(), fill::units(tree));
    let was = eform::prefill(form, &known(before, &units));
    let now = known(&draft.typed, &units);
    let mut answers = it.answers.clone();
    for (code, now) in eform::prefill(form, &now) {
        let typed = answers.get(&code);
        let own = it.judged.answers.get(&code).or(typed);
        if typed.is_none() || own == was.get(&code) {
            answers.insert(code, now);
        }
    }
    let follows = eform::judge_of(form, &it.answers, &known(before, &units).account, today).follows;
    eform::take_over(form, &follows, &mut answers, &now.account, today);
    put(&mut draft.typed, form, &answers);
}

/// First answers out of what somebody declared before, who agreed to that.
pub(super) fn first(
    tx: &mut Tx<'_>,
    typed: &mut Typed,
    tree: &Tree,
    before: &[DossierId],
) -> Result<(), Fault> {
    let Some(it) = Declared::of(tx, typed)? else { return Ok(()) };
    let mut earlier = BTreeMap::new();
    for id in before.iter().take(EARLIER_MAX) {
        let Some(old) = eforms::declared(tx, *id)?.into_iter().next() else { continue };
        for (name, answer) in eform::exports(&old.version.form, &old.answers) {
            // The newest says it.
            earlier.entry(name).or_insert(answer);
        }
    }
    let known = Known { account: known(typed, &fill::units(tree)).account, earlier };
    let mut answers = eform::prefill(it.form(), &known);
    let today = tx.now().civil().date();
    eform::take_over(it.form(), &Answers::new(), &mut answers, &known.account, today);
    put(typed, it.form(), &answers);
    Ok(())
}

/// First answers out of what was answered before one began: those that the form of the draft takes.
pub(super) fn carry(
    tx: &mut Tx<'_>,
    typed: &mut Typed,
    fills: &[(String, String)],
) -> Result<(), Fault> {
    let Some(it) = Declared::of(tx, typed)? else { return Ok(()) };
    let mut answers = it.answers.clone();
    for (field, value) in fills {
        if carried::takes(it.form(), (field, value)) {
            answers.insert(field.clone(), Answer::Text(value.clone()));
        }
    }
    let (account, today) = (known(typed, &[]).account, tx.now().civil().date());
    eform::take_over(it.form(), &it.judged.follows, &mut answers, &account, today);
    put(typed, it.form(), &answers);
    Ok(())
}

/// Earlier dossiers that are looked through for first answers.
const EARLIER_MAX: usize = 20;

/// What somebody said of himself in earlier dossiers of his account, the newest first: in those that bear the
/// account's telephone and were not handed in for another. Whoever is called otherwise than in the newest, or has
/// another number, is somebody else.
pub(super) fn said_before(
    tx: &mut Tx<'_>,
    me: &Citizen,
    before: &[DossierId],
) -> Result<Person, Fault> {
    let mut found = Person { name: me.name.clone(), ..Person::default() };
    found.id_number.clone_from(&me.id_number);
    for id in before.iter().take(EARLIER_MAX) {
        let Some(it) = dossiers::person_of(tx, *id)? else { continue };
        let same = |known: &str, said: &str| {
            known.is_empty() || said.is_empty() || text::fold(known) == text::fold(said)
        };
        let is_me = it.organisation.is_none()
            && it.proxy_name.is_empty()
            && !me.phone.is_empty()
            && it.phone == me.phone
            && it.name != dossiers::ERASED
            && same(&found.name, &it.name)
            && same(&found.id_number, &it.id_number);
        if !is_me {
            continue;
        }
        for (kept, said) in [
            (&mut found.name, it.name),
            (&mut found.id_number, it.id_number),
            (&mut found.birth_date, it.birth_date),
            (&mut found.email, it.email),
            (&mut found.address, it.address),
        ] {
            if kept.is_empty() {
                *kept = said;
            }
        }
    }
    Ok(found)
}
