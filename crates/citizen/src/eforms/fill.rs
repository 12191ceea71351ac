//! A form as people fill it in: fields of a page and back, in every kind, with what is wrong
//! beside each. Any page can put it in: [`html`] draws, [`read`] reads what was sent.

use std::collections::BTreeMap;

use askama::Template;
use domain::eform::{
    Account, Answer, Answers, Cells, Choice, Eform, Field, Judgement, Kind, MESSAGES, Place,
    Prefill, ROWS_MAX, judge, settle_place, shown_date, take_over,
};
use domain::text;
use jiff::civil::Date;
use serde_json::json;
use site::{Failure, Lang, Typed, Words};
use store::Fault;

/// What stands before a path in the name of a field: `f.noi-o.unit`, `f.bang.2.ten`.
const NAME: &str = "f.";
/// The field that names what was shown when the page was sent.
pub const SHOWN: &str = "f-shown";
/// Choices that stand as buttons; more of them are a list.
const RADIOS_MAX: usize = 7;

/// What was sent, as answers under the codes of the form; not yet judged.
#[must_use]
pub fn read(form: &Eform, typed: &Typed) -> Answers {
    let mut answers = Answers::new();
    for (_, field) in form.fields().filter(|(_, it)| it.is_asked()) {
        let name = format!("{NAME}{}", field.code);
        let answer = match field.kind {
            Kind::Address => {
                let part = |part: &str| typed.get(&format!("{name}.{part}")).to_owned();
                let place = Place { unit: part("unit"), detail: part("detail") };
                (place != Place::default()).then_some(Answer::Place(place))
            }
            Kind::MultipleChoice | Kind::File => {
                let many: Vec<String> =
                    typed.all(&name).filter(|it| !it.is_empty()).map(str::to_owned).collect();
                (!many.is_empty()).then_some(Answer::Many(many))
            }
            Kind::Table => rows(field, &name, typed),
            _ => {
                let text = typed.get(&name);
                (!text.is_empty()).then(|| Answer::Text(text.to_owned()))
            }
        };
        if let Some(it) = answer {
            answers.insert(field.code.clone(), it);
        }
    }
    answers
}

fn rows(field: &Field, name: &str, typed: &Typed) -> Option<Answer> {
    let begin = format!("{name}.");
    let numbers = typed.pairs().iter().filter_map(|(it, _)| {
        let number = it.strip_prefix(begin.as_str())?.split('.').next()?;
        number.parse::<i64>().ok()
    });
    let last = numbers.max().unwrap_or(0).clamp(0, ROWS_MAX);
    let mut rows: Vec<Cells> = Vec::new();
    for number in 1..=last {
        let cells = field.columns.iter().filter_map(|it| {
            let text = typed.get(&format!("{begin}{number}.{}", it.code));
            (!text.is_empty()).then(|| (it.code.clone(), text.to_owned()))
        });
        rows.push(cells.collect());
    }
    while rows.last().is_some_and(BTreeMap::is_empty) {
        rows.pop();
    }
    (!rows.is_empty()).then_some(Answer::Rows(rows))
}

/// Answers as fields of a page that carries them along: the reverse of [`read`].
#[must_use]
pub fn carried(
    form: &Eform,
    answers: &Answers,
    but: impl Fn(&Field) -> bool,
) -> Vec<(String, String)> {
    let mut pairs = Vec::new();
    for (_, field) in form.fields().filter(|(_, it)| !but(it)) {
        let name = format!("{NAME}{}", field.code);
        match answers.get(&field.code) {
            Some(Answer::Text(it)) => pairs.push((name, it.clone())),
            Some(Answer::Many(many)) => {
                pairs.extend(many.iter().map(|it| (name.clone(), it.clone())));
            }
            Some(Answer::Place(it)) => {
                pairs.push((format!("{name}.unit"), it.unit.clone()));
                pairs.push((format!("{name}.detail"), it.detail.clone()));
            }
            Some(Answer::Rows(rows)) => {
                for (number, row) in (1..).zip(rows) {
                    let cells = row.iter();
                    pairs.extend(
                        cells.map(|(it, text)| (format!("{name}.{number}.{it}"), text.clone())),
                    );
                }
            }
            None => {}
        }
    }
    pairs
}

/// A choice as a page shows it.
pub(super) struct OptionView {
    code: String,
    label: String,
    chosen: bool,
}

/// A field, or a cell of a table, as a page shows it.
#[derive(Default)]
pub(super) struct FieldView {
    code: String,
    /// Name and anchor: `f.` and the path.
    name: String,
    kind: &'static str,
    label: String,
    hint: String,
    required: bool,
    hidden: bool,
    value: String,
    detail: String,
    options: Vec<OptionView>,
    as_list: bool,
    rows: Vec<RowView>,
    mistake: String,
    detail_mistake: String,
    warning: String,
    auto: &'static str,
    mode: &'static str,
    files: Vec<String>,
}

/// A row of a table as a page shows it.
pub(super) struct RowView {
    label: String,
    cells: Vec<FieldView>,
}

/// A part as a page shows it.
pub(super) struct SectionView {
    code: String,
    title: String,
    hidden: bool,
    fields: Vec<FieldView>,
}

#[derive(Template)]
#[template(path = "eforms/templates/fill.html")]
struct Fill<'a> {
    words: Words,
    sections: Vec<SectionView>,
    evaluator: String,
    units: &'a [String],
    takes_files: bool,
}

/// What is to be drawn.
pub struct Asking<'a> {
    /// The form.
    pub form: &'a Eform,
    /// The answers as they were typed.
    pub answers: &'a Answers,
    /// What was judged of them.
    pub judged: &'a Judgement,
    /// Which part; none: all of them.
    pub section: Option<usize>,
    /// Which fields of it; none: all of them.
    pub only: &'a [&'a str],
    /// Whether mistakes are said.
    pub told: bool,
    /// The table that is to have one more row; may be empty.
    pub more: &'a str,
    /// Whether files can be sent with this page.
    pub takes_files: bool,
    /// Units that an address proposes.
    pub units: &'a [String],
    /// Today.
    pub today: Date,
    /// The words of the page.
    pub words: Words,
}

impl Asking<'_> {
    fn english(&self) -> bool {
        self.words.lang == Lang::En
    }

    fn said<'b>(&self, vi: &'b str, en: &'b str) -> &'b str {
        if self.english() && !en.is_empty() { en } else { vi }
    }

    fn wrong(&self, path: &str) -> String {
        if !self.told {
            return String::new();
        }
        self.judged
            .at(path)
            .map_or_else(String::new, |it| self.said(&it.say.vi, &it.say.en).to_owned())
    }

    /// What is wrong in what is drawn: anchors and texts, for the list above the form.
    #[must_use]
    pub fn problems(&self) -> Vec<(String, String)> {
        if !self.told {
            return Vec::new();
        }
        let here = |path: &str| {
            let page = self.form.page_of(path);
            let code = path.split('.').next().unwrap_or(path);
            (self.section.is_none() || page == self.section)
                && (self.only.is_empty() || self.only.contains(&code))
        };
        let told = self.judged.mistakes.iter().filter(|it| here(&it.path));
        told.map(|it| {
            let code = it.path.split('.').next().unwrap_or_default();
            let field = self.form.field(code);
            let label = field.map_or("", |it| self.said(&it.label, &it.label_en));
            let text = self.said(&it.say.vi, &it.say.en);
            (format!("{NAME}{}", it.path), format!("{label}: {text}"))
        })
        .collect()
    }

    /// Whether the part shows anything for these answers.
    #[must_use]
    pub fn is_shown(&self, section: usize) -> bool {
        let page = self.form.pages.get(section);
        page.is_some_and(|it| it.fields.iter().any(|it| self.judged.shows(&it.code)))
    }

    fn options(&self, field: &Field, chosen: impl Fn(&str) -> bool) -> Vec<OptionView> {
        let of = |it: &Choice| OptionView {
            code: it.code.clone(),
            label: self.said(&it.label, &it.label_en).to_owned(),
            chosen: chosen(&it.code),
        };
        let yes_no = |code: &str, label: String| OptionView {
            code: code.to_owned(),
            label,
            chosen: chosen(code),
        };
        match field.kind {
            Kind::YesNo => vec![
                yes_no("yes", self.words.say("eform-yes")),
                yes_no("no", self.words.say("eform-no")),
            ],
            _ => field.options.iter().map(of).collect(),
        }
    }

    /// What is shown where this was typed or kept: dates and amounts as people write them.
    fn value(field: &Field, typed: &str) -> String {
        match field.kind {
            Kind::Date | Kind::PartialDate => {
                let digits = typed.bytes().all(|it| it.is_ascii_digit() || it == b'-');
                if digits && typed.len() != 4 && typed.find('-') == Some(4) {
                    shown_date(typed)
                } else {
                    typed.to_owned()
                }
            }
            Kind::Money => typed.parse().map_or_else(|_| typed.to_owned(), text::number),
            _ => typed.to_owned(),
        }
    }

    fn hint(&self, field: &Field) -> String {
        let own = self.said(&field.hint, &field.hint_en);
        match field.kind {
            _ if !own.is_empty() => own.to_owned(),
            Kind::Date => self.words.say("eform-date-hint"),
            Kind::PartialDate => self.words.say("eform-partial-hint"),
            Kind::PersonalId => self.words.say("eform-id-hint"),
            Kind::MultipleChoice => self.words.say("eform-several-hint"),
            _ => String::new(),
        }
    }

    /// What a field and a cell have in common.
    fn plain(&self, field: &Field, path: &str, typed: &str) -> FieldView {
        let (auto, mode) = attributes(field);
        FieldView {
            code: field.code.clone(),
            name: format!("{NAME}{path}"),
            kind: field.kind.code(),
            label: self.said(&field.label, &field.label_en).to_owned(),
            hint: self.hint(field),
            required: field.required,
            value: Self::value(field, typed),
            options: self.options(field, |it| it == typed),
            as_list: field.options.len() > RADIOS_MAX,
            mistake: self.wrong(path),
            auto,
            mode,
            ..FieldView::default()
        }
    }

    fn field(&self, field: &Field) -> FieldView {
        let answer = self.answers.get(&field.code);
        let mut it = self.plain(field, &field.code, answer.map_or("", Answer::text));
        it.hidden = !self.judged.shows(&field.code);
        let warned = self.judged.warnings.iter().find(|it| it.path == field.code);
        it.warning =
            warned.map_or_else(String::new, |it| self.said(&it.say.vi, &it.say.en).to_owned());
        match (field.kind, answer) {
            (Kind::Address, _) => {
                if let Some(Answer::Place(place)) = answer {
                    it.value.clone_from(&place.unit);
                    it.detail.clone_from(&place.detail);
                }
                it.mistake = self.wrong(&format!("{}.unit", field.code));
                it.detail_mistake = self.wrong(&format!("{}.detail", field.code));
            }
            (Kind::MultipleChoice, Some(Answer::Many(many))) => {
                it.options = self.options(field, |code| many.iter().any(|it| it == code));
            }
            (Kind::File, Some(Answer::Many(many))) => it.files.clone_from(many),
            (Kind::Table, _) => it.rows = self.table(field, answer),
            (Kind::Computed, _) => {
                it.value = self
                    .judged
                    .computed
                    .get(&field.code)
                    .map_or_else(String::new, |value| computed_text(field, value));
            }
            _ => {}
        }
        it
    }

    fn table(&self, field: &Field, answer: Option<&Answer>) -> Vec<RowView> {
        let none = Vec::new();
        let typed = match answer {
            Some(Answer::Rows(rows)) => rows,
            _ => &none,
        };
        let least = usize::try_from(field.min.unwrap_or(1).clamp(1, 5)).unwrap_or(1);
        let most = usize::try_from(field.max.unwrap_or(ROWS_MAX)).unwrap_or(1);
        let more = usize::from(self.more == field.code);
        let count = (typed.len() + more).max(least).min(most.max(typed.len()));
        (0..count)
            .map(|at| {
                let row = typed.get(at);
                let cell = |column: &Field| {
                    let text = row.and_then(|it| it.get(&column.code)).map_or("", String::as_str);
                    self.plain(column, &format!("{}.{}.{}", field.code, at + 1, column.code), text)
                };
                let number = (at + 1).to_string();
                RowView {
                    label: self.words.say_with("eform-row", &[("number", &number)]),
                    cells: field.columns.iter().map(cell).collect(),
                }
            })
            .collect()
    }
}

const fn attributes(field: &Field) -> (&'static str, &'static str) {
    let auto = match &field.prefill {
        Some(Prefill::Account(Account::Name)) => "name",
        Some(Prefill::Account(Account::Phone)) => "tel",
        Some(Prefill::Account(Account::Email)) => "email",
        _ => "off",
    };
    let mode = match field.kind {
        Kind::Date | Kind::PartialDate | Kind::PersonalId | Kind::Integer | Kind::Money => {
            "numeric"
        }
        Kind::Phone => "tel",
        Kind::Email => "email",
        _ => "text",
    };
    (auto, mode)
}

fn computed_text(field: &Field, value: &str) -> String {
    match value.parse::<i64>() {
        Ok(it) if field.money => format!("{} đồng", text::number(it)),
        Ok(it) => text::number(it),
        Err(_) if value.len() == 10 => shown_date(value),
        Err(_) => value.to_owned(),
    }
}

/// What the browser's evaluator needs: the bones of the form, the answers that are not on this
/// page, the messages of its language.
fn evaluator(it: &Asking<'_>) -> Result<String, Fault> {
    let mut form = it.form.clone();
    let bare = |field: &mut Field| {
        field.hint.clear();
        field.hint_en.clear();
        field.label_en.clear();
        field.prefill = None;
        field.fee = None;
        for option in &mut field.options {
            option.label_en.clear();
        }
    };
    for page in &mut form.pages {
        page.title.clear();
        page.title_en.clear();
        for field in &mut page.fields {
            bare(field);
            field.columns.iter_mut().for_each(bare);
        }
    }
    let said: BTreeMap<&str, &str> =
        MESSAGES.iter().map(|(code, vi, en)| (*code, it.said(vi, en))).collect();
    let rules: BTreeMap<String, String> = form
        .rules
        .iter()
        .map(|rule| (rule.code.clone(), it.said(&rule.say, &rule.say_en).to_owned()))
        .collect();
    for rule in &mut form.rules {
        rule.say.clear();
        rule.say_en.clear();
    }
    let bones = json!({
        "form": {"pages": form.pages, "rules": form.rules},
        "answers": it.judged.answers,
        "today": it.today.to_string(),
        "messages": said,
        "rules": rules,
    });
    serde_json::to_string(&bones).map_err(|e| Fault::Broken(e.to_string()))
}

/// The fields of a part, or of all parts, ready to stand within a `<form>`. The page loads
/// `eform-judge.js` and `eform.js`; without them it works by the server alone.
///
/// # Errors
/// Any fault of the template.
pub fn html(it: &Asking<'_>) -> Result<String, Failure> {
    let wanted = |at: &usize| it.section.is_none_or(|wanted| wanted == *at);
    let pages = it.form.pages.iter().enumerate().filter(|(at, _)| wanted(at));
    let sections = pages
        .map(|(at, page)| SectionView {
            code: page.code.clone(),
            title: it.said(&page.title, &page.title_en).to_owned(),
            hidden: !it.is_shown(at),
            fields: page
                .fields
                .iter()
                .filter(|field| it.only.is_empty() || it.only.contains(&field.code.as_str()))
                .map(|field| it.field(field))
                .collect(),
        })
        .collect();
    let fill = Fill {
        words: it.words,
        sections,
        evaluator: evaluator(it)?,
        units: it.units,
        takes_files: it.takes_files,
    };
    Ok(fill.render()?)
}

/// What is judged where files cannot be sent along: they are no mistake there.
#[must_use]
pub fn without_files(form: &Eform, mut judged: Judgement) -> Judgement {
    let is_file = |code: &str| form.field(code).is_some_and(|it| it.kind == Kind::File);
    judged.mistakes.retain(|it| !is_file(&it.path));
    judged
}

/// Fills what was sent with what the form proposes, and judges it. What stood on the page was proposed there: if it
/// was emptied it stays empty, unless it must be answered.
pub fn proposed(form: &Eform, typed: &Typed, answers: &mut Answers, today: Date) -> Judgement {
    let shown: Vec<&str> = typed.all(SHOWN).collect();
    let mut was = judge(form, answers, today).follows;
    was.retain(|code, _| shown.contains(&code.as_str()));
    take_over(form, &was, answers, &BTreeMap::new(), today)
}

/// What was judged without the telephones that were left empty: who is helped may have none.
#[must_use]
pub fn without_phones(form: &Eform, answers: &Answers, mut judged: Judgement) -> Judgement {
    let is_none = |code: &str| {
        form.field(code).is_some_and(|it| it.kind == Kind::Phone) && !answers.contains_key(code)
    };
    judged.mistakes.retain(|it| !is_none(&it.path));
    judged
}

/// Whether answers made questions of a part appear that the page did not show when it was sent.
#[must_use]
pub fn has_news(form: &Eform, judged: &Judgement, section: usize, typed: &Typed) -> bool {
    let Some(page) = form.pages.get(section) else { return false };
    let shown: Vec<&str> = typed.all(SHOWN).collect();
    let asked = page.fields.iter().filter(|it| it.is_asked() && judged.shows(&it.code));
    let news = asked.filter(|it| !shown.contains(&it.code.as_str())).count();
    news > 0
}

/// The form with nothing in it and everything shown: for paper, and for whoever looks at it.
#[must_use]
pub fn blank(form: &Eform, today: Date) -> Judgement {
    let mut judged = judge(form, &Answers::new(), today);
    judged.visible = form.fields().map(|(_, it)| it.code.clone()).collect();
    judged.signers = form.signers.iter().map(|it| it.code.clone()).collect();
    judged
}

/// What was sent, with places set right to the names of today that they can mean: “phu son” is “xã Phú Sơn, …”.
#[must_use]
pub fn read_here(form: &Eform, typed: &Typed, tree: &site::tree::Tree) -> Answers {
    let mut answers = read(form, typed);
    let mut names: Option<Vec<String>> = None;
    for answer in answers.values_mut() {
        if let Answer::Place(it) = answer
            && !it.unit.is_empty()
        {
            let names = names.get_or_insert_with(|| units(tree));
            it.unit = settle_place(&it.unit, names);
        }
    }
    answers
}

/// The names of the communes of today with what stands above them, for addresses.
#[must_use]
pub fn units(tree: &site::tree::Tree) -> Vec<String> {
    let of_people = |kind: &str| matches!(kind, "commune" | "district" | "province");
    let communes = tree.all().filter(|it| it.kind == "commune");
    communes
        .map(|it| {
            let line = tree.line(it.id).into_iter().filter_map(|id| tree.unit(id));
            let names =
                line.filter(|it| of_people(&it.kind)).map(|it| super::papers::bare(&it.title));
            names.collect::<Vec<_>>().join(", ")
        })
        .collect()
}
