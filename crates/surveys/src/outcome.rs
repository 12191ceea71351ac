//! Results as they are shown: the same views for the office, the public, the workbook and the paper.

use askama::Template;
use domain::{
    access::Action,
    ids::{SurveyId, UnitId},
    survey::{
        estimate::Estimate,
        form::{Form, Kind, Question},
        hide,
        tally::{CallBacks, QuestionResult, Results, StratumResult},
    },
    text,
};
use site::{Asked, Failure, Html, Lang, Path, Shell, Site, State, Who};

use crate::{
    desk,
    manage::seen,
    sql::{self, Survey},
};

/// Free answers that are shown.
const WORDS_SHOWN: usize = 300;

/// What stands where a figure is not shown.
const HIDDEN: &str = "ẩn";
/// Hidden answers of a question at least where the mean of its percents is shown: two counts would follow from their
/// sum and that mean.
const HIDDEN_BY_PERCENT_MIN: usize = 3;

/// Basis points as per cent, all of them: rounding twice would tell another figure. `78,95%` of 7895.
pub fn percent(bp: u64) -> String {
    format!("{},{:02}%", bp / 100, bp % 100)
}

/// A figure with its interval.
#[derive(Debug, Clone, Default)]
pub struct Figure {
    pub is_some: bool,
    /// `83,3%`.
    pub value: String,
    /// `78,1% – 87,6%`.
    pub interval: String,
    /// Thousandths of the width of a bar.
    pub at: u64,
    pub low: u64,
    pub width: u64,
    pub bp: u64,
}

impl Figure {
    /// A figure that would tell too much.
    fn hidden() -> Self {
        Self { value: HIDDEN.to_owned(), interval: "–".to_owned(), ..Self::default() }
    }

    /// The figure with strata weighed.
    pub fn of(it: Option<Estimate>) -> Self {
        let Some(it) = it else {
            return Self { value: "–".to_owned(), interval: "–".to_owned(), ..Self::default() };
        };
        Self {
            is_some: true,
            value: percent(it.weighted_bp),
            interval: format!("{} – {}", percent(it.low_bp), percent(it.high_bp)),
            at: it.weighted_bp / 10,
            low: it.low_bp / 10,
            width: (it.high_bp - it.low_bp) / 10,
            bp: it.weighted_bp,
        }
    }
}

/// An answer of a question.
pub struct OptionLine {
    pub code: String,
    pub text: String,
    /// As it may be shown.
    pub count: String,
    pub share: String,
    pub at: u64,
}

/// A question.
pub struct QuestionLine {
    pub code: String,
    pub text: String,
    pub answered: u64,
    pub blank: u64,
    pub several: bool,
    pub options: Vec<OptionLine>,
    pub index: Figure,
}

/// A factor.
pub struct FactorLine {
    pub name: String,
    pub note: &'static str,
    pub index: Figure,
}

/// A stratum.
pub struct StratumLine {
    pub name: String,
    pub population: u64,
    pub drawn: u64,
    pub answered: String,
    pub valid: String,
    pub weight: String,
}

/// A unit.
pub struct UnitLine {
    pub name: String,
    pub drawn: u64,
    pub answered: String,
    pub valid: String,
    pub index: Figure,
    pub scored: bool,
    /// So few answered that the figure could point at somebody.
    pub hidden: bool,
}

/// All of it.
pub struct View {
    pub rate: String,
    pub drawn: u64,
    pub answered: u64,
    pub valid: u64,
    pub blank: u64,
    pub straight: String,
    pub fast: String,
    pub ways: Vec<(&'static str, String)>,
    pub calls: CallBacks,
    /// Sheets of paper that two had not read alike at the close.
    pub unfinished: u64,
    pub index: Figure,
    pub index_clean: Figure,
    pub counted: String,
    pub measure: &'static str,
    pub factors: Vec<FactorLine>,
    pub questions: Vec<QuestionLine>,
    pub strata: Vec<StratumLine>,
    pub units: Vec<UnitLine>,
    pub scored_min: u64,
    /// Fewer sheets than may be shown at all.
    pub hidden: bool,
}

fn small(it: u64) -> String {
    if (1..hide::CELL_MIN).contains(&it) { "< 5".to_owned() } else { it.to_string() }
}

fn cell(it: Option<u64>) -> String {
    it.map_or_else(|| HIDDEN.to_owned(), |it| it.to_string())
}

/// Counts of strata and their sums by units, as they may be shown beside the whole: nothing hidden can be subtracted.
struct Counts {
    strata: Vec<Option<u64>>,
    units: Vec<Option<u64>>,
}

fn counts(found: &Results, of: fn(&StratumResult) -> u64) -> Counts {
    let by_unit: Vec<Vec<u64>> = found
        .units
        .iter()
        .map(|unit| found.strata.iter().filter(|it| it.of.unit == unit.unit).map(of).collect())
        .collect();
    let shown = hide::groups(&by_unit);
    let mut cells: Vec<_> = shown.cells.into_iter().map(Vec::into_iter).collect();
    let strata = found
        .strata
        .iter()
        .map(|it| {
            let at = found.units.iter().position(|unit| unit.unit == it.of.unit)?;
            cells.get_mut(at)?.next()?
        })
        .collect();
    Counts { strata, units: shown.sums }
}

/// What may be shown of strata: how many answered, how many sheets count.
fn shown_counts(found: &Results) -> (Counts, Counts) {
    (counts(found, |it| it.answered), counts(found, |it| it.valid))
}

/// How many answered of each stratum, as it may be shown once the survey is closed, by its name.
pub fn shown_answers(found: &Results) -> Vec<(&str, Option<u64>)> {
    let shown = counts(found, |it| it.answered).strata;
    found.strata.iter().map(|it| it.of.name.as_str()).zip(shown).collect()
}

/// The strata whose counts are shown: a sheet of another one bears no stratum when it is taken away, or counting its
/// likes would tell what is hidden.
pub fn open_strata(found: &Results) -> Vec<&str> {
    let (answered, valid) = shown_counts(found);
    let both = answered.strata.iter().zip(&valid.strata);
    found
        .strata
        .iter()
        .zip(both)
        .filter(|(_, (answered, valid))| answered.is_some() && valid.is_some())
        .map(|(it, _)| it.of.name.as_str())
        .collect()
}

/// Counts of a question's answers as they may be shown beside its index. The index of levels tells how many chose one
/// of the upper ones, and so how many one of the others: each part hides what it must by itself.
fn answers_shown(form: &Form, question: &Question, it: &QuestionResult) -> Vec<Option<u64>> {
    let choices = form.choices(question);
    let level = |code: &str| choices.iter().find(|it| it.code == code).and_then(|it| it.level);
    let counts: Vec<u64> = it.options.iter().map(|it| it.count).collect();
    if question.kind != Kind::Scale || it.answered < hide::CELL_MIN {
        return hide::row(&counts);
    }
    if choices.iter().all(|it| it.level.is_none()) {
        return hide::row_of(&counts, HIDDEN_BY_PERCENT_MIN);
    }
    let upper: Vec<bool> =
        it.options.iter().map(|it| level(&it.code).is_some_and(|it| it >= 4)).collect();
    let part = |is: bool| {
        let of = counts.iter().zip(&upper).filter(|it| *it.1 == is).map(|it| *it.0);
        hide::row(&of.collect::<Vec<u64>>()).into_iter()
    };
    let (mut above, mut below) = (part(true), part(false));
    upper.iter().map(|is| if *is { above.next() } else { below.next() }.flatten()).collect()
}

/// The figure without the odd sheets; where these are few, it would tell with the other one what they say.
fn clean(found: &Results) -> Figure {
    let most = found.straight + found.fast;
    if most > 0 && found.straight.max(found.fast) < hide::CELL_MIN {
        return Figure::hidden();
    }
    Figure::of(found.index_clean)
}

fn bar(bp: u64) -> u64 {
    bp / 10
}

/// Results as they may be shown: small cells hidden with what would give them away.
pub fn view(who: &Who, form: &Form, found: &Results, lang: Lang) -> View {
    let say = |vi: &str, en: &str| {
        if lang == Lang::En && !en.is_empty() { en.to_owned() } else { vi.to_owned() }
    };
    let by_level =
        form.question.iter().any(|it| form.choices(it).iter().any(|it| it.level.is_some()));
    let hidden = found.valid < hide::CELL_MIN;
    let questions = form
        .question
        .iter()
        .filter_map(|it| Some((it, found.questions.iter().find(|of| of.code == it.code)?)))
        .map(|(question, it)| {
            let shown = answers_shown(form, question, it);
            QuestionLine {
                code: it.code.clone(),
                text: say(&question.vi, &question.en),
                answered: it.answered,
                blank: it.blank,
                several: question.kind == Kind::Several,
                options: it
                    .options
                    .iter()
                    .zip(&shown)
                    .map(|(of, count)| {
                        let choices = form.choices(question);
                        let choice = choices.iter().find(|it| it.code == of.code);
                        OptionLine {
                            code: of.code.clone(),
                            text: choice.map_or_else(String::new, |it| say(&it.vi, &it.en)),
                            count: cell(*count),
                            share: count
                                .map_or_else(|| HIDDEN.to_owned(), |_| percent(of.weighted_bp)),
                            at: count.map_or(0, |_| bar(of.weighted_bp)),
                        }
                    })
                    .collect(),
                index: Figure::of(it.index.filter(|_| !hidden && it.answered >= hide::CELL_MIN)),
            }
        })
        .collect();
    let (answered, valid) = shown_counts(found);
    let ways = hide::row(&found.ways.iter().map(|it| it.1).collect::<Vec<_>>());
    View {
        rate: percent(found.rate_bp()),
        drawn: found.drawn,
        answered: found.answered,
        valid: found.valid,
        blank: found.blank,
        straight: small(found.straight),
        fast: small(found.fast),
        ways: found.ways.iter().zip(ways).map(|(it, shown)| (it.0.label(), cell(shown))).collect(),
        calls: found.call_backs,
        unfinished: found.unfinished,
        counted: found
            .index
            .filter(|_| !hidden)
            .map_or_else(|| "–".to_owned(), |it| percent(it.bp)),
        index: Figure::of(found.index.filter(|_| !hidden)),
        index_clean: if hidden { Figure::of(None) } else { clean(found) },
        measure: if by_level {
            "tỷ lệ mức 4 và 5 (hài lòng, rất hài lòng)"
        } else {
            "trung bình phần trăm của các phương án, không tính “không biết”"
        },
        factors: found
            .factors
            .iter()
            .map(|it| {
                let of = form.factor.iter().find(|of| of.code == it.code);
                FactorLine {
                    name: of.map_or_else(|| it.code.clone(), |it| say(&it.vi, &it.en)),
                    note: if it.scored { "" } else { "không tính vào chỉ số chung" },
                    index: Figure::of(it.index.filter(|_| !hidden)),
                }
            })
            .collect(),
        questions,
        strata: found
            .strata
            .iter()
            .zip(answered.strata.iter().zip(&valid.strata))
            .map(|(it, (answered, valid))| StratumLine {
                name: it.of.name.clone(),
                population: it.of.population,
                drawn: it.of.drawn,
                answered: cell(*answered),
                valid: cell(*valid),
                // It is the population by the sheets: it would tell how many these are.
                weight: it.weight_bp.filter(|_| valid.is_some()).map_or_else(
                    || "–".to_owned(),
                    |it| format!("{},{:02}", it / 10_000, it % 10_000 / 100),
                ),
            })
            .collect(),
        units: found
            .units
            .iter()
            .zip(answered.units.iter().zip(&valid.units))
            .map(|(it, (answered, valid))| {
                // Of one unit more than those with few sheets: its index would follow from the others' and the whole.
                let hidden = valid.is_none() || it.valid < hide::CELL_MIN;
                UnitLine {
                    name: who.tree.title(UnitId(it.unit)).to_owned(),
                    drawn: it.drawn,
                    answered: cell(*answered),
                    valid: cell(*valid),
                    index: if hidden { Figure::hidden() } else { Figure::of(it.index) },
                    scored: it.scored,
                    hidden,
                }
            })
            .collect(),
        scored_min: found.rules.scored_min,
        hidden,
    }
}

#[derive(Template)]
#[template(path = "templates/results.html")]
struct Page {
    shell: Shell,
    it: Survey,
    unit: String,
    form: String,
    v: View,
    words: Vec<String>,
    closed: String,
    called: String,
}

/// The survey, its form and its figures, for whoever may read them at the office.
pub async fn load(
    site: &Site,
    who: &Who,
    id: SurveyId,
) -> Result<(Survey, Form, Results), Failure> {
    let asker = who.clone();
    site.read(who, move |tx| {
        let it = seen(tx, &asker, Action::SurveyRead, id)?;
        let found = desk::results_of(&it)?.ok_or(Failure::NotFound)?;
        let form = desk::form_of(tx, &it)?;
        Ok((it, form, found))
    })
    .await
}

/// GET `/co-quan/khao-sat/{id}/ket-qua`
pub async fn page(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<i64>,
) -> Result<Html<String>, Failure> {
    let id = SurveyId(id);
    let (it, form, found) = load(&site, &who, id).await?;
    let texts: Vec<String> =
        form.question.iter().filter(|it| it.kind == Kind::Text).map(|it| it.code.clone()).collect();
    let (inner, survey) = (site.clone(), it.clone());
    let v = view(&who, &form, &found, Lang::Vi);
    // Where figures are hidden because few answered, so are their words.
    let mut words = if texts.is_empty() || v.hidden {
        Vec::new()
    } else {
        site.read(&who, move |tx| {
            let sheets = desk::closed_sheets(&inner, tx, &survey)?;
            let said = sheets.iter().flat_map(|it| {
                texts.iter().filter_map(|code| it.answers.get(code)?.first().cloned())
            });
            Ok(said.take(WORDS_SHOWN).collect::<Vec<String>>())
        })
        .await?
    };
    // In the order of the alphabet: nobody's words stand where his sheet stood.
    words.sort_by_cached_key(|it| text::sort_key(it));
    site.page(&Page {
        called: crate::export::called(&v.calls),
        v,
        unit: who.tree.title(it.unit).to_owned(),
        form: format!("{} – {}", form.code, form.vi),
        closed: it.closed_on.map_or_else(String::new, text::date),
        words,
        it,
        shell: site.shell(&who),
    })
}

struct Compared {
    survey: SurveyId,
    title: String,
    closed: String,
    line: UnitLine,
}

#[derive(Template)]
#[template(path = "templates/compare.html")]
struct Compare {
    shell: Shell,
    forms: Vec<(String, String)>,
    chosen: String,
    lines: Vec<Compared>,
}

/// GET `/co-quan/khao-sat/so-sanh`: units side by side, by one form, each with its interval.
pub async fn compare(
    State(site): State<Site>,
    who: Who,
    Asked(asked): Asked,
) -> Result<Html<String>, Failure> {
    let asker = who.clone();
    let all = site
        .read(&who, move |tx| {
            let mut all = Vec::new();
            for it in sql::with_results(tx, 200)? {
                if !asker.can_at(Action::SurveyRead, it.unit) {
                    continue;
                }
                let form = desk::form_of(tx, &it)?;
                if let Some(found) = desk::results_of(&it)? {
                    all.push((it, form, found));
                }
            }
            Ok(all)
        })
        .await?;
    let mut forms: Vec<(String, String)> =
        all.iter().map(|it| (it.1.code.clone(), it.1.code.clone())).collect();
    forms.sort();
    forms.dedup();
    let wanted = Some(asked.get("mau")).filter(|it| forms.iter().any(|of| of.0 == *it));
    let chosen = wanted.map(str::to_owned).or_else(|| forms.first().map(|it| it.0.clone()));
    let chosen = chosen.unwrap_or_default();
    let mut lines = Vec::new();
    for (it, form, found) in all.iter().filter(|it| it.1.code == chosen) {
        for line in view(&who, form, found, Lang::Vi).units {
            lines.push(Compared {
                survey: it.id,
                title: it.title.clone(),
                closed: it.closed_on.map_or_else(String::new, text::date),
                line,
            });
        }
    }
    lines.sort_by_key(|it| std::cmp::Reverse(it.line.index.bp));
    site.page(&Compare { shell: site.shell(&who), forms, chosen, lines })
}
