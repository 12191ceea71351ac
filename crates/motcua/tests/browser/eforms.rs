//! Forms that the office builds: the browser judges answers as the server does.

use domain::eform::{Answer, Answers, Cells, Eform, Judgement, Kind, Mistake, Place, judge};
use jiff::civil::{Date, date};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::support::Page;

const EVALUATOR: &str = include_str!("../../../site/static/eform-judge.js");
const VECTORS: &str = include_str!("../../../domain/tests/data/eform-vectors.json");

#[derive(Deserialize)]
struct Vectors {
    forms: Vec<Eform>,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    name: String,
    form: String,
    today: Date,
    answers: Value,
    expected: Value,
}

/// What the browser makes of many cases of one form: `[[answers, day], …]`.
async fn judged_there(page: &Page, form: &Eform, cases: &[(Value, Date)]) -> Vec<Value> {
    let script = format!(
        "{EVALUATOR}
        const [form, cases] = JSON.parse(arguments[0]);
        const short = (list) => list.map((it) => [it.path, it.code, it.number]);
        const all = cases.map(([answers, day]) => {{
            const it = eformJudge(form, answers, day);
            return {{ ...it, mistakes: short(it.mistakes), warnings: short(it.warnings) }};
        }});
        arguments[arguments.length - 1](JSON.stringify(all));"
    );
    let text = page.run(&script, &json!([form, cases]).to_string()).await;
    serde_json::from_str(&text).unwrap_or_else(|e| panic!("{e}: {text}"))
}

/// What the server makes of them, in the same words.
fn here(it: &Judgement) -> Value {
    let short = |many: &[Mistake]| {
        many.iter().map(|it| json!([it.path, it.code, it.number])).collect::<Vec<_>>()
    };
    json!({
        "mistakes": short(&it.mistakes),
        "warnings": short(&it.warnings),
        "visible": it.visible,
        "computed": it.computed,
        "answers": it.answers,
        "signers": it.signers,
    })
}

/// Words that people type, right and wrong.
const TYPED: [&str; 24] = [
    "",
    "yes",
    "no",
    "nam",
    "nu",
    "khac",
    "1",
    "2",
    "75",
    "1.500.000",
    "-3",
    "1950",
    "05/1988",
    "29/02/2008",
    "2008-02-29",
    "31/12/2030",
    "040090123456",
    "040190123456",
    "C1234567",
    "0912 345 678",
    "an@example.vn",
    "Nguye\u{302}\u{303}n  Văn A",
    "xã A, huyện B",
    "\u{200b}x\ty",
];

/// A stream of numbers that is the same every time.
struct Stream(u64);

impl Stream {
    fn next(&mut self, below: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % u64::try_from(below.max(1)).unwrap()).unwrap()
    }

    fn text(&mut self, options: &[domain::eform::Choice]) -> String {
        if !options.is_empty() && self.next(4) > 0 {
            return options[self.next(options.len())].code.clone();
        }
        TYPED[self.next(TYPED.len())].to_owned()
    }
}

/// A sample with some of its answers changed.
fn disturbed(form: &Eform, sample: &Answers, stream: &mut Stream) -> Answers {
    let mut answers = sample.clone();
    for (_, field) in form.fields().filter(|(_, it)| it.is_asked()) {
        if stream.next(5) > 0 {
            continue;
        }
        let answer = match field.kind {
            Kind::Table => Answer::Rows(
                (0..stream.next(4))
                    .map(|_| {
                        let cell = |it: &domain::eform::Field, stream: &mut Stream| {
                            (it.code.clone(), stream.text(&it.options))
                        };
                        field.columns.iter().map(|it| cell(it, stream)).collect::<Cells>()
                    })
                    .collect(),
            ),
            Kind::MultipleChoice | Kind::File => {
                Answer::Many((0..stream.next(4)).map(|_| stream.text(&field.options)).collect())
            }
            Kind::Address => {
                Answer::Place(Place { unit: stream.text(&[]), detail: stream.text(&[]) })
            }
            _ => Answer::Text(stream.text(&field.options)),
        };
        answers.insert(field.code.clone(), answer);
    }
    answers
}

#[tokio::test(flavor = "multi_thread")]
async fn the_browser_judges_answers_as_the_server_does() {
    let page = Page::open_at("", 800, 600).await;
    let vectors: Vectors = serde_json::from_str(VECTORS).unwrap();
    for form in &vectors.forms {
        let cases: Vec<&Case> = vectors.cases.iter().filter(|it| it.form == form.code).collect();
        let asked: Vec<_> = cases.iter().map(|it| (it.answers.clone(), it.today)).collect();
        let there = judged_there(&page, form, &asked).await;
        assert_eq!(there.len(), cases.len());
        for (case, there) in cases.iter().zip(there) {
            assert_eq!(there, case.expected, "{}", case.name);
        }
    }
    // And far from the vectors: every form that ships, its sample disturbed again and again.
    let today = date(2026, 2, 1);
    let mut stream = Stream(20_260_201);
    let mut told = 0;
    for form in citizen::eforms::shipped::all().unwrap() {
        let sample = citizen::eforms::shipped::sample(&form.code).unwrap().unwrap();
        let all: Vec<Answers> = (0..60).map(|_| disturbed(&form, &sample, &mut stream)).collect();
        let asked: Vec<_> = all.iter().map(|it| (json!(it), today)).collect();
        for (answers, there) in all.iter().zip(judged_there(&page, &form, &asked).await) {
            let judged = judge(&form, answers, today);
            told += judged.mistakes.len();
            assert_eq!(there, here(&judged), "{}: {}", form.code, json!(answers));
        }
    }
    assert!(told > 2_000, "the disturbance disturbs: {told} mistakes");
}
