//! The declaration of a filing: a form that the office published, filled in part by part within the draft.

use std::collections::BTreeMap;

use citizen::{
    dossiers::{Person, facts as dossiers},
    eforms::{
        facts::{self as eforms, FormVersion},
        fill::{self, Asking},
        papers::{self, Around},
    },
    find::carried,
    levels::facts as levels,
};
use domain::{
    eform::{self, Answer, Answers, Block, Eform, Field, Judgement, Known},
    ids::DossierId,
    text,
    time::Instant,
};
use prints::DeclarationSheet;
use site::{Failure, Lang, Site, Typed, Who, Words, tree::Tree};
use store::{Fault, Tx};

use super::draft::Draft;

/// The field of a draft that names the version of the form that it was begun with.
pub(super) const FORM: &str = "to-khai";
/// The part that is all of them, in addresses and pages.
pub(super) const WHOLE: &str = "tat-ca";
/// What stands before the names of a form's fields.
const FIELDS: &str = "f.";

/// What is declared in a draft so far.
pub(super) struct Declared {
    pub version: FormVersion,
    pub answers: Answers,
    pub judged: Judgement,
}

/// Which part of a declaration a page shows, and how.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Part<'a> {
    /// Its place; none: all parts.
    pub at: Option<usize>,
    /// The one question of it that is shown, by its field; empty: all of them.
    pub question: &'a str,
    /// The table that is to have one more row.
    pub more: &'a str,
    /// Answers made questions appear that were not there before.
    pub news: bool,
    /// Mistakes are said.
    pub told: bool,
}

impl<'a> Part<'a> {
    /// The part that an address or a form names.
    pub fn asked(asked: &'a Typed) -> Self {
        let named = asked.get("phan");
        let at = (named != WHOLE).then(|| named.parse().unwrap_or(0));
        let question = asked.get("cau");
        Self { at, question, more: asked.get("dong"), news: asked.has("moi"), told: false }
    }

    /// The end of the address of what it shows.
    pub fn address(self) -> String {
        if self.question.is_empty() {
            format!("&phan={}", self.code())
        } else {
            format!("&cau={}", site::percent(self.question))
        }
    }

    /// As addresses and forms name it.
    pub fn code(self) -> String {
        self.at.map_or_else(|| WHOLE.to_owned(), |it| it.to_string())
    }
}

/// A part as the page shows it.
pub(super) struct FormView {
    pub section: String,
    /// The question that is shown alone; empty if the part is shown whole.
    pub question: String,
    pub is_whole: bool,
    pub progress: String,
    pub problems: Vec<(String, String)>,
    pub news: bool,
    pub fields: String,
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
        let judged = eform::judge(&version.form, &answers, tx.now().civil().date());
        // Files are handed in with the papers.
        let judged = fill::without_files(&version.form, judged);
        Ok(Some(Self { version, answers, judged }))
    }

    fn form(&self) -> &Eform {
        &self.version.form
    }

    /// The parts that these answers show.
    fn parts(&self) -> Vec<usize> {
        let shows = |at: &usize| {
            let page = self.form().pages.get(*at);
            page.is_some_and(|page| page.fields.iter().any(|it| self.judged.shows(&it.code)))
        };
        (0..self.form().pages.len()).filter(shows).collect()
    }

    /// The part with the first mistake.
    pub fn first_wrong(&self) -> Option<usize> {
        let first = self.judged.mistakes.first()?;
        Some(self.form().page_of(&first.path).unwrap_or(0))
    }

    /// The first question; empty if the form asks nothing.
    pub fn first_question(&self) -> String {
        let all = eform::screens(self.form(), &self.judged);
        all.first().map(|it| it.question.to_owned()).unwrap_or_default()
    }

    /// The first question with a mistake, else the first of all.
    pub fn first_wrong_question(&self) -> String {
        let all = eform::screens(self.form(), &self.judged);
        let code = |path: &str| path.split('.').next().unwrap_or(path).to_owned();
        let wrong = self.judged.mistakes.iter().map(|it| code(&it.path));
        let mut wrong = wrong.filter(|it| all.iter().any(|one| one.question == it));
        wrong.next().unwrap_or_else(|| self.first_question())
    }

    /// The question after this one, or before it.
    fn question_by(&self, question: &str, step: isize) -> Option<String> {
        let all = eform::screens(self.form(), &self.judged);
        let at = all.iter().position(|it| it.question == question)?;
        all.get(at.checked_add_signed(step)?).map(|it| it.question.to_owned())
    }

    /// Where it goes on from what is shown, within the declaration; nothing at its end.
    pub fn onward(&self, part: Part<'_>) -> Option<String> {
        if part.question.is_empty() {
            return self.next(part.at).map(|it| format!("&phan={it}"));
        }
        let next = self.question_by(part.question, 1)?;
        Some(Part { question: &next, ..part }.address())
    }

    /// Where one comes from to what is shown, within the declaration; nothing at its beginning.
    pub fn backward(&self, part: Part<'_>) -> Option<String> {
        if part.question.is_empty() {
            return self.before(part.at).map(|it| format!("&phan={it}"));
        }
        let before = self.question_by(part.question, -1)?;
        Some(Part { question: &before, ..part }.address())
    }

    /// Whether there is a mistake in what is shown.
    pub fn is_wrong(&self, part: Part<'_>) -> bool {
        let here = |path: &str| {
            let code = path.split('.').next().unwrap_or(path);
            let on = self.form().page_of(path);
            if part.question.is_empty() {
                part.at.is_none_or(|at| on.is_none_or(|on| on == at))
            } else {
                code == part.question
            }
        };
        self.judged.mistakes.iter().any(|it| here(&it.path))
    }

    /// The part after this one; none after the last and after all of them.
    fn next(&self, part: Option<usize>) -> Option<usize> {
        let at = part?;
        self.parts().into_iter().find(|it| *it > at)
    }

    /// The part before this one.
    fn before(&self, part: Option<usize>) -> Option<usize> {
        let at = part?;
        self.parts().into_iter().rev().find(|it| *it < at)
    }

    /// Whether answers made questions of the part appear that the page did not show.
    pub fn has_news(&self, part: Part<'_>, sent: &Typed) -> bool {
        part.question.is_empty()
            && part.at.is_some_and(|at| fill::has_news(self.form(), &self.judged, at, sent))
    }

    /// A part, or all of them, to be filled in.
    pub fn view(&self, who: &Who, words: Words, part: Part<'_>) -> Result<FormView, Failure> {
        let units = fill::units(&who.tree);
        let screens = eform::screens(self.form(), &self.judged);
        let alone = screens.iter().position(|it| it.question == part.question);
        let screen = alone.and_then(|at| screens.get(at));
        let part = match screen {
            Some(it) => Part { at: Some(it.page), ..part },
            None => Part { question: "", ..part },
        };
        let asking = Asking {
            form: self.form(),
            answers: &self.answers,
            judged: &self.judged,
            section: part.at,
            only: screen.map_or(&[], |it| it.fields.as_slice()),
            told: part.told,
            more: part.more,
            takes_files: false,
            units: &units,
            today: who.today(),
            words,
        };
        let parts = self.parts();
        let number = parts.iter().position(|it| Some(*it) == part.at).map_or(1, |it| it + 1);
        let counts = [("number", number.to_string()), ("count", parts.len().to_string())];
        let counts = counts.each_ref().map(|(name, text)| (*name, text.as_str()));
        let screens_count = screens.len().to_string();
        let alone = alone.map(|at| (at + 1).to_string());
        let progress = match &alone {
            Some(number) => {
                let counts = [("number", number.as_str()), ("count", screens_count.as_str())];
                words.say_with("eform-question-progress", &counts)
            }
            None => words.say_with("eform-progress", &counts),
        };
        Ok(FormView {
            section: part.code(),
            question: part.question.to_owned(),
            is_whole: part.at.is_none(),
            progress,
            problems: asking.problems(),
            news: part.news,
            fields: fill::html(&asking)?,
        })
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
        return Ok(papers::sheet(it.form(), &it.judged, &around));
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
    tree: &Tree,
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
    if eform::weight(&answers) > eform::WEIGHT_MAX {
        return Err(Failure::TooLarge);
    }
    put(&mut draft.typed, form, &answers);
    Ok(())
}

/// What the first step says of the person, as first answers of a form.
fn known(typed: &Typed) -> Known {
    let said = |name: &str| text::tidy(typed.get(name));
    let born = site::form::parse_date(typed.get("ngay-sinh"));
    eforms::known(&Person {
        name: said("ho-ten"),
        id_number: said("so-giay-to"),
        birth_date: born.map_or_else(String::new, |it| it.to_string()),
        phone: said("dien-thoai"),
        email: said("email"),
        address: said("dia-chi"),
        ..Person::default()
    })
}

/// The declaration says of the person what the first step says, unless something else was declared.
pub(super) fn follow(draft: &mut Draft, before: &Typed) {
    let Some(it) = &draft.declared else { return };
    let form = it.form();
    let was = eform::prefill(form, &known(before));
    let mut answers = it.answers.clone();
    for (code, now) in eform::prefill(form, &known(&draft.typed)) {
        let own = it.judged.answers.get(&code);
        if !answers.contains_key(&code) || own == was.get(&code) {
            answers.insert(code, now);
        }
    }
    put(&mut draft.typed, form, &answers);
}

/// First answers out of what somebody declared before, who agreed to that.
pub(super) fn first(tx: &mut Tx<'_>, typed: &mut Typed, before: &[DossierId]) -> Result<(), Fault> {
    let Some(it) = Declared::of(tx, typed)? else { return Ok(()) };
    let mut earlier = BTreeMap::new();
    for id in before.iter().take(EARLIER_MAX) {
        let Some(old) = eforms::declared(tx, *id)?.into_iter().next() else { continue };
        for (name, answer) in eform::exports(&old.version.form, &old.answers) {
            // The newest says it.
            earlier.entry(name).or_insert(answer);
        }
    }
    let known = Known { account: known(typed).account, earlier };
    put(typed, it.form(), &eform::prefill(it.form(), &known));
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
    put(typed, it.form(), &answers);
    Ok(())
}

/// Earlier dossiers that are looked through for first answers.
const EARLIER_MAX: usize = 20;
