//! The results (kết quả khảo sát): computed once when a survey closes, then frozen.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{
    estimate::{Counted, Estimate, WHOLE_BP, estimate, largest_remainder, share_bp, weight_bp},
    form::{Choice, Form, Kind, Question},
    quality::{Rules, Sheet, Way, judge},
};

/// What is known of a stratum before anybody answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stratum {
    /// Its name.
    pub name: String,
    /// The row of the unit that it is about.
    pub unit: i64,
    /// How many there are.
    pub population: u64,
    /// How many were asked.
    pub drawn: u64,
}

/// A stratum with what came.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StratumResult {
    /// What was known before.
    pub of: Stratum,
    /// How many answered.
    pub answered: u64,
    /// How many sheets count.
    pub valid: u64,
    /// The weight of one sheet, in basis points of the mean one; nothing where no sheet counts.
    pub weight_bp: Option<u64>,
}

/// An answer of a question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OptionResult {
    /// Its code.
    pub code: String,
    /// How often it was given.
    pub count: u64,
    /// Its share in basis points, rounded so that the answers of a question add up to 10,000; of a question with
    /// several answers, the share of those who answered it, which does not add up.
    pub share_bp: u64,
    /// The same with strata weighed.
    pub weighted_bp: u64,
}

/// A question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuestionResult {
    /// Its code.
    pub code: String,
    /// How many sheets answer it.
    pub answered: u64,
    /// How many that count do not.
    pub blank: u64,
    /// Its answers, in their order.
    pub options: Vec<OptionResult>,
    /// Its index, if it is a scale that anybody answered.
    pub index: Option<Estimate>,
}

/// A factor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FactorResult {
    /// Its code.
    pub code: String,
    /// Whether it counts in the whole.
    pub scored: bool,
    /// Its index.
    pub index: Option<Estimate>,
}

/// A unit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnitResult {
    /// Its row.
    pub unit: i64,
    /// How many may have been asked.
    pub population: u64,
    /// How many were.
    pub drawn: u64,
    /// How many answered.
    pub answered: u64,
    /// How many sheets count.
    pub valid: u64,
    /// Its index.
    pub index: Option<Estimate>,
    /// Whether there are sheets enough for it to be scored.
    pub scored: bool,
}

/// What came of calling people back whose sheets interviewers entered (phúc tra).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallBacks {
    /// How many were to be called.
    pub wanted: u64,
    /// Who said that he had answered.
    pub confirmed: u64,
    /// Who said that nobody had asked him.
    pub denied: u64,
    /// Who was not reached.
    pub unreachable: u64,
}

impl CallBacks {
    /// How many were called.
    #[must_use]
    pub const fn called(&self) -> u64 {
        self.confirmed + self.denied + self.unreachable
    }
}

/// The results of a survey.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Results {
    /// The rules that were applied.
    pub rules: Rules,
    /// How many were asked, strata together.
    pub drawn: u64,
    /// How many answered.
    pub answered: u64,
    /// Sheets that do not count.
    pub blank: u64,
    /// Sheets that count.
    pub valid: u64,
    /// Those of them with the same answer everywhere.
    pub straight: u64,
    /// Those answered faster than anybody reads.
    pub fast: u64,
    /// Sheets by how they came.
    pub ways: Vec<(Way, u64)>,
    /// The strata.
    pub strata: Vec<StratumResult>,
    /// The questions, those in free words left out.
    pub questions: Vec<QuestionResult>,
    /// The factors.
    pub factors: Vec<FactorResult>,
    /// The index of the whole.
    pub index: Option<Estimate>,
    /// The same without the odd sheets.
    pub index_clean: Option<Estimate>,
    /// The units.
    pub units: Vec<UnitResult>,
    /// What came of calling back; whoever closes the survey sets it.
    #[serde(default)]
    pub call_backs: CallBacks,
    /// Sheets of paper that two had not read alike when the survey closed; whoever closes it sets it.
    #[serde(default)]
    pub unfinished: u64,
}

/// What an answer counts: reached and of how much. Nothing for one that is not scored.
fn points(choices: &[Choice], code: &str) -> Option<(u64, u64)> {
    let it = choices.iter().find(|it| it.code == code)?;
    match (it.level, it.percent) {
        (Some(level), _) => Some((if level >= 4 { 100 } else { 0 }, 100)),
        (None, Some(percent)) => Some((u64::from(percent), 100)),
        (None, None) => None,
    }
}

struct Counting<'a> {
    form: &'a Form,
    strata: &'a [Stratum],
}

impl Counting<'_> {
    /// The figure of these questions over sheets of the strata that `of` lets pass.
    fn index(
        &self,
        sheets: &[&Sheet],
        questions: &[&Question],
        of: impl Fn(&Stratum) -> bool,
    ) -> Option<Estimate> {
        let mut counted = Vec::new();
        let (mut voices, mut population) = (0, 0);
        for stratum in self.strata.iter().filter(|it| of(it)) {
            population += stratum.population;
            let (mut part, mut whole) = (0, 0);
            for sheet in sheets.iter().filter(|it| it.stratum == stratum.name) {
                let mut spoke = false;
                for question in questions {
                    let code = sheet.answers.get(&question.code).and_then(|it| it.first());
                    let choices = self.form.choices(question);
                    if let Some((reached, most)) = code.and_then(|it| points(choices, it)) {
                        part += reached;
                        whole += most;
                        spoke = true;
                    }
                }
                voices += u64::from(spoke);
            }
            counted.push(Counted { population: stratum.population, part, whole });
        }
        estimate(&counted, voices, population)
    }

    fn question(&self, sheets: &[&Sheet], question: &Question) -> QuestionResult {
        let choices = self.form.choices(question);
        let given = |it: &&&Sheet| it.answers.contains_key(&question.code);
        let answered = sheets.iter().filter(given).count();
        let chose = |sheet: &Sheet, code: &str| {
            sheet.answers.get(&question.code).is_some_and(|it| it.iter().any(|it| it == code))
        };
        let counts: Vec<u64> = choices
            .iter()
            .map(|it| count(sheets.iter().filter(|sheet| chose(sheet, &it.code)).count()))
            .collect();
        // Billionths of the people of strata that were heard.
        let mut weighed = vec![0_u128; choices.len()];
        let mut heard = 0_u128;
        for stratum in self.strata {
            let of: Vec<_> =
                sheets.iter().filter(|it| it.stratum == stratum.name).filter(given).collect();
            if of.is_empty() {
                continue;
            }
            let people = u128::from(stratum.population);
            heard += people * 1_000_000_000;
            for (sum, choice) in weighed.iter_mut().zip(choices) {
                let part = of.iter().filter(|it| chose(it, &choice.code)).count();
                *sum +=
                    people * 1_000_000_000 * u128::from(count(part)) / u128::from(count(of.len()));
            }
        }
        let (shares, weighted) = if question.kind == Kind::Several {
            let of = |part: u128| u64::try_from(part * u128::from(WHOLE_BP) / heard.max(1));
            (
                counts.iter().map(|it| share_bp(*it, count(answered))).collect(),
                weighed.iter().map(|it| of(*it).unwrap_or(0)).collect(),
            )
        } else {
            let parts: Vec<u128> = counts.iter().map(|it| u128::from(*it)).collect();
            (largest_remainder(&parts, WHOLE_BP), largest_remainder(&weighed, WHOLE_BP))
        };
        let (shares, weighted): (Vec<u64>, Vec<u64>) = (shares, weighted);
        QuestionResult {
            code: question.code.clone(),
            answered: count(answered),
            blank: count(sheets.len() - answered),
            options: choices
                .iter()
                .zip(counts)
                .zip(shares.into_iter().zip(weighted))
                .map(|((choice, count), (share_bp, weighted_bp))| OptionResult {
                    code: choice.code.clone(),
                    count,
                    share_bp,
                    weighted_bp,
                })
                .collect(),
            index: if question.kind == Kind::Scale {
                self.index(sheets, &[question], |_| true)
            } else {
                None
            },
        }
    }
}

fn count(it: usize) -> u64 {
    u64::try_from(it).unwrap_or(u64::MAX)
}

impl Form {
    /// The scales of a factor, or of all that are scored.
    fn scales(&self, factor: Option<&str>) -> Vec<&Question> {
        let counts = |it: &&Question| match factor {
            Some(code) => it.factor == code,
            None => {
                let of = self.factor.iter().find(|of| of.code == it.factor);
                of.is_none_or(|of| of.scored)
            }
        };
        self.question.iter().filter(|it| it.kind == Kind::Scale).filter(counts).collect()
    }
}

/// Computes the results. `answered` says how many links were used of each stratum, by its name. A sheet of paper that
/// two have not read alike used none: it is no answer, and is counted apart as [`Results::unfinished`].
#[must_use]
pub fn results(
    form: &Form,
    strata: &[Stratum],
    answered: &BTreeMap<String, u64>,
    sheets: &[Sheet],
    rules: Rules,
) -> Results {
    let judged: Vec<_> = sheets.iter().map(|it| (it, judge(form, it, &rules))).collect();
    let valid: Vec<&Sheet> = judged.iter().filter(|it| !it.1.is_blank).map(|it| it.0).collect();
    let clean: Vec<&Sheet> = judged.iter().filter(|it| it.1.is_clean()).map(|it| it.0).collect();
    let counts = |is: &dyn Fn(&super::quality::Judged) -> bool| {
        count(judged.iter().filter(|it| !it.1.is_blank && is(&it.1)).count())
    };
    let counting = Counting { form, strata };
    let all_people: u64 = strata.iter().map(|it| it.population).sum();
    let came = |it: &Stratum| answered.get(&it.name).copied().unwrap_or(0);
    let valid_of =
        |it: &Stratum| count(valid.iter().filter(|sheet| sheet.stratum == it.name).count());
    let mut units: Vec<i64> = strata.iter().map(|it| it.unit).collect();
    units.sort_unstable();
    units.dedup();
    let scored = form.scales(None);
    Results {
        rules,
        drawn: strata.iter().map(|it| it.drawn).sum(),
        answered: strata.iter().map(came).sum(),
        blank: count(sheets.len() - valid.len()),
        valid: count(valid.len()),
        straight: counts(&|it| it.is_straight),
        fast: counts(&|it| it.is_fast),
        ways: Way::ALL
            .iter()
            .map(|way| (*way, count(sheets.iter().filter(|it| it.way == *way).count())))
            .collect(),
        strata: strata
            .iter()
            .map(|it| StratumResult {
                of: it.clone(),
                answered: came(it),
                valid: valid_of(it),
                weight_bp: weight_bp(it.population, valid_of(it), all_people, count(valid.len())),
            })
            .collect(),
        questions: form
            .question
            .iter()
            .filter(|it| it.kind != Kind::Text)
            .map(|it| counting.question(&valid, it))
            .collect(),
        factors: form
            .factor
            .iter()
            .map(|it| FactorResult {
                code: it.code.clone(),
                scored: it.scored,
                index: counting.index(&valid, &form.scales(Some(&it.code)), |_| true),
            })
            .collect(),
        index: counting.index(&valid, &scored, |_| true),
        index_clean: counting.index(&clean, &scored, |_| true),
        units: units
            .into_iter()
            .map(|unit| {
                let of: Vec<&Stratum> = strata.iter().filter(|it| it.unit == unit).collect();
                let valid_here = of.iter().map(|it| valid_of(it)).sum();
                UnitResult {
                    unit,
                    population: of.iter().map(|it| it.population).sum(),
                    drawn: of.iter().map(|it| it.drawn).sum(),
                    answered: of.iter().map(|it| came(it)).sum(),
                    valid: valid_here,
                    index: counting.index(&valid, &scored, |it| it.unit == unit),
                    scored: valid_here >= rules.scored_min,
                }
            })
            .collect(),
        call_backs: CallBacks::default(),
        unfinished: 0,
    }
}

impl Results {
    /// The hash under which they are frozen: SHA-256 of their JSON.
    ///
    /// `json` is what [`serde_json`](https://docs.rs/serde_json) makes of them, which this crate does not.
    #[must_use]
    pub fn hash_of(json: &str) -> String {
        super::draw::sha256_hex(json.as_bytes())
    }

    /// What share of those who were asked answered, in basis points.
    #[must_use]
    pub fn rate_bp(&self) -> u64 {
        share_bp(self.answered, self.drawn)
    }
}
