//! A workflow as a form, and a form as a workflow.

use domain::{
    access::Role,
    dossier::Part,
    org::UnitKind,
    text,
    workflow::{
        FileKind, Finding, Guard, Member, NAME_CHARS_MAX, Place, Question, STEPS_MAX, Series, Step,
        Way, Workflow,
    },
};
use site::{Fields, Mistakes, Typed};

/// Parts that can own a step.
pub const PARTS: [Part; 8] = [
    Part::Counter,
    Part::CounterHead,
    Part::Dispatcher,
    Part::Officer,
    Part::Reviewer,
    Part::Signer,
    Part::Clerk,
    Part::Cashier,
];

/// Kinds of units that can be asked.
pub const KINDS: [UnitKind; 4] =
    [UnitKind::Division, UnitKind::Commune, UnitKind::District, UnitKind::Province];

/// Roles that can take part in a step.
pub const ROLES: [Role; 5] =
    [Role::Specialist, Role::UnitHead, Role::CounterOfficial, Role::Clerk, Role::Leader];

/// Minutes of office time as they stand in a field: `4`, `4,5`, `4:20`.
#[must_use]
pub fn hours_text(minutes: i64) -> String {
    let (hours, rest) = (minutes / 60, minutes % 60);
    match rest {
        0 => hours.to_string(),
        15 => format!("{hours},25"),
        30 => format!("{hours},5"),
        45 => format!("{hours},75"),
        _ => format!("{hours}:{rest:02}"),
    }
}

/// Reads [`hours_text`]; at most 10,000 hours.
#[must_use]
pub fn hours_of(typed: &str) -> Option<i64> {
    let typed = typed.trim();
    let digits = |it: &str, max: usize| {
        let fits = !it.is_empty() && it.len() <= max && it.bytes().all(|it| it.is_ascii_digit());
        fits.then(|| it.parse::<i64>().ok()).flatten()
    };
    if let Some((hours, minutes)) = typed.split_once(':') {
        let minutes = digits(minutes, 2).filter(|it| *it < 60)?;
        return Some(digits(hours, 4)? * 60 + minutes);
    }
    let Some((hours, part)) = typed.split_once([',', '.']) else {
        return Some(digits(typed, 4)? * 60);
    };
    let hundredths = digits(part, 2)? * if part.len() == 1 { 10 } else { 1 };
    Some(digits(hours, 4)? * 60 + hundredths * 60 / 100)
}

/// The name of a field of the step with this number, from 1.
fn field(number: usize, name: &str) -> String {
    format!("b{number}-{name}")
}

/// The form of a workflow.
#[must_use]
pub fn typed_of(it: &Workflow, edition: i64) -> Typed {
    let mut fields = vec![
        ("an-ban".to_owned(), edition.to_string()),
        ("ten".to_owned(), it.name.clone()),
        ("can-cu".to_owned(), it.source.clone()),
        ("so-buoc".to_owned(), it.steps.len().to_string()),
    ];
    for (number, step) in (1..).zip(&it.steps) {
        let mut put = |name: &str, value: String| fields.push((field(number, name), value));
        put("nguoi", step.actor.clone());
        put("vai", step.part.code().to_owned());
        put("viec", step.task.clone());
        put("gio", hours_text(step.minutes));
        if let Some(minutes) = step.moves_after {
            put("tu-chuyen", hours_text(minutes));
        }
        if let Some(series) = &step.series {
            put("so", series.name.clone());
            put("mau", series.pattern.clone());
        }
        let mut papers = Vec::new();
        for guard in &step.guards {
            match guard {
                Guard::FeePaid => put("phi", "1".to_owned()),
                Guard::ConsultationsBack => put("y-kien", "1".to_owned()),
                Guard::File { of } => put(&format!("tep-{}", of.code()), "1".to_owned()),
                Guard::Paper { name } => papers.push(name.clone()),
            }
        }
        put("giay", papers.join("\n"));
        put("van-ban", step.documents.join("\n"));
        for it in &step.members {
            put("tg-cach", it.way.code().to_owned());
            put("tg-vai", it.role.code().to_owned());
            put("tg-noi", it.place.code().to_owned());
            put("tg-chuc", it.title.clone());
        }
        for it in &step.questions {
            put("hoi-loai", it.kind.clone());
            put("hoi-ten", it.name.clone());
            put("hoi-gio", hours_text(it.minutes));
        }
    }
    Typed::of(fields)
}

fn lines(text: &str) -> Vec<String> {
    text.lines().map(text::tidy).filter(|it| !it.is_empty()).collect()
}

/// Rows of fields that stand more than once under the same names.
fn rows<const N: usize>(typed: &Typed, number: usize, names: [&str; N]) -> Vec<[String; N]> {
    let columns =
        names.map(|name| typed.all(&field(number, name)).map(str::to_owned).collect::<Vec<_>>());
    let count = columns.iter().map(Vec::len).max().unwrap_or(0);
    (0..count)
        .map(|at| {
            std::array::from_fn(|n| {
                columns
                    .get(n)
                    .and_then(|it| it.get(at))
                    .map_or_else(String::new, |it| text::tidy(it))
            })
        })
        .collect()
}

const MEMBER: [&str; 4] = ["tg-cach", "tg-vai", "tg-noi", "tg-chuc"];
const QUESTION: [&str; 3] = ["hoi-loai", "hoi-ten", "hoi-gio"];

/// What was typed, on top of the workflow before. Only what does not read at all is a mistake:
/// a draft may be wrong, its findings stand beside it.
pub fn read(typed: Typed, before: &Workflow) -> Result<Workflow, Mistakes> {
    let mut fields = Fields::of(typed);
    let name = fields.optional_text("ten", NAME_CHARS_MAX).map(|it| text::tidy(&it));
    let source = fields.optional_text("can-cu", 500).map(|it| text::tidy(&it));
    let count = fields.typed().get("so-buoc").parse::<usize>().unwrap_or(0).min(STEPS_MAX + 1);
    let steps: Vec<Option<Step>> = (1..=count).map(|number| step(&mut fields, number)).collect();
    let steps = steps.into_iter().collect::<Option<Vec<Step>>>();
    let whole = (|| {
        Some(Workflow {
            code: before.code.clone(),
            version: before.version,
            name: name?,
            source: source?,
            steps: steps?,
        })
    })();
    fields.finish(whole)
}

const NO_HOURS: &str = "Ghi số giờ làm việc như 4 hoặc 4,5 hoặc 4:20.";

fn step(fields: &mut Fields, number: usize) -> Option<Step> {
    let at = |name: &str| field(number, name);
    let actor = fields.optional_text(&at("nguoi"), 500);
    let task = fields.optional_text(&at("viec"), 2_000);
    let part = fields.choice(&at("vai"), |it| PARTS.into_iter().find(|part| part.code() == it));
    let mut hours = |name: &str, empty: Option<i64>| {
        let typed = fields.typed().get(&at(name)).to_owned();
        if typed.is_empty() {
            return empty;
        }
        let read = hours_of(&typed);
        if read.is_none() {
            fields.wrong(&at(name), format!("Bước {number}: {NO_HOURS}"));
        }
        read
    };
    let minutes = hours("gio", Some(0));
    let moves_after = hours("tu-chuyen", Some(-1)).map(|it| Some(it).filter(|it| *it >= 0));
    let name = fields.optional_text(&at("so"), 100).map(|it| text::tidy(&it));
    let pattern = fields.optional_text(&at("mau"), 60).map(|it| text::tidy(&it));
    let series = name.zip(pattern).map(|(name, pattern)| {
        (!name.is_empty() || !pattern.is_empty()).then_some(Series { name, pattern })
    });
    let papers = fields.optional_text(&at("giay"), 4_000);
    let documents = fields.optional_text(&at("van-ban"), 4_000);
    let mut guards = Vec::new();
    if fields.typed().has(&at("phi")) {
        guards.push(Guard::FeePaid);
    }
    guards.extend(lines(&papers?).into_iter().map(|name| Guard::Paper { name }));
    for of in FileKind::ALL {
        if fields.typed().has(&at(&format!("tep-{}", of.code()))) {
            guards.push(Guard::File { of: *of });
        }
    }
    if fields.typed().has(&at("y-kien")) {
        guards.push(Guard::ConsultationsBack);
    }
    let members = rows(fields.typed(), number, MEMBER);
    let members = members.into_iter().filter_map(|[way, role, place, title]| {
        Some(Member {
            way: Way::from_code(&way)?,
            role: ROLES.into_iter().find(|it| it.code() == role)?,
            place: Place::from_code(&place)?,
            title: title.chars().take(200).collect(),
        })
    });
    let members = members.collect();
    let mut questions = Vec::new();
    for [kind, name, hours] in rows(fields.typed(), number, QUESTION) {
        if kind.is_empty() {
            continue;
        }
        match hours_of(&hours) {
            Some(minutes) => {
                let name = name.chars().take(200).collect();
                questions.push(Question { kind, name, minutes });
            }
            None => {
                fields.wrong(&at("hoi-gio"), format!("Bước {number}, lấy ý kiến: {NO_HOURS}"));
            }
        }
    }
    Some(Step {
        actor: text::tidy(&actor?),
        part: part?,
        task: task?.replace("\r\n", "\n").trim().to_owned(),
        minutes: minutes?,
        members,
        guards,
        documents: lines(&documents?),
        series: series?,
        moves_after: moves_after?,
        questions,
    })
}

/// What a press of a button does to the steps besides keeping them; where to look afterwards.
pub fn rearrange(steps: &mut Vec<Step>, wish: &str) -> usize {
    let (what, number) = wish.split_once('-').unwrap_or((wish, ""));
    let at = number.parse::<usize>().ok().and_then(|it| it.checked_sub(1));
    let fits = at.filter(|it| *it < steps.len());
    let new = || Step::new("Công chức chuyên môn", Part::Officer, "", 0);
    match (what, fits) {
        ("them", None) => {
            steps.push(new());
            steps.len()
        }
        ("chen", Some(at)) => {
            steps.insert(at + 1, new());
            at + 2
        }
        ("xoa", Some(at)) => {
            steps.remove(at);
            at.max(1).min(steps.len())
        }
        ("len", Some(at)) if at > 0 => {
            steps.swap(at - 1, at);
            at
        }
        ("xuong", Some(at)) if at + 1 < steps.len() => {
            steps.swap(at, at + 1);
            at + 2
        }
        (_, Some(at)) => at + 1,
        _ => 0,
    }
}

/// A step as the editor shows it.
pub struct StepForm {
    /// From 1.
    pub number: usize,
    /// How the names of its fields begin.
    pub p: String,
    pub actor: String,
    pub part: String,
    pub task: String,
    pub hours: String,
    pub timer: String,
    pub series: String,
    pub pattern: String,
    pub fee: bool,
    pub back: bool,
    pub scan: bool,
    pub result: bool,
    pub papers: String,
    pub documents: String,
    pub members: Vec<[String; 4]>,
    pub questions: Vec<[String; 3]>,
    /// What does not read.
    pub mistakes: Vec<(String, String)>,
    /// Findings that keep it from being published.
    pub grave: Vec<String>,
    /// Other findings.
    pub light: Vec<String>,
    /// Whether it demands more than its time: then all of it is shown.
    pub is_rich: bool,
    pub is_last: bool,
}

/// The steps of a form, each with what is to be said beside it.
#[must_use]
pub fn forms(m: &Mistakes, findings: &[Finding]) -> Vec<StepForm> {
    let typed = &m.typed;
    let count = typed.get("so-buoc").parse::<usize>().unwrap_or(0).min(STEPS_MAX + 1);
    (1..=count)
        .map(|number| {
            let text = |name: &str| typed.get(&field(number, name)).to_owned();
            let has = |name: &str| typed.has(&field(number, name));
            let mut members = rows(typed, number, MEMBER);
            members.retain(|[way, ..]| !way.is_empty());
            let mut questions = rows(typed, number, QUESTION);
            questions.retain(|[kind, ..]| !kind.is_empty());
            let prefix = format!("b{number}-");
            let here = |is_grave: bool| {
                let at = Some(number - 1);
                let found = findings.iter().filter(|it| it.step == at && it.is_grave == is_grave);
                found.map(|it| it.text.clone()).collect::<Vec<_>>()
            };
            let is_rich = !members.is_empty()
                || !questions.is_empty()
                || ["phi", "y-kien", "tep-scan", "tep-result"].iter().any(|it| has(it))
                || ["tu-chuyen", "so", "mau", "giay", "van-ban"]
                    .iter()
                    .any(|it| !text(it).is_empty());
            // One more row of each, to be filled in.
            members.push(Default::default());
            questions.push(Default::default());
            StepForm {
                number,
                actor: text("nguoi"),
                part: text("vai"),
                task: text("viec"),
                hours: text("gio"),
                timer: text("tu-chuyen"),
                series: text("so"),
                pattern: text("mau"),
                fee: has("phi"),
                back: has("y-kien"),
                scan: has("tep-scan"),
                result: has("tep-result"),
                papers: text("giay"),
                documents: text("van-ban"),
                members,
                questions,
                mistakes: m
                    .by_field
                    .iter()
                    .filter(|(name, _)| name.starts_with(&prefix))
                    .map(|(name, text)| (name.clone(), text.clone()))
                    .collect(),
                grave: here(true),
                light: here(false),
                is_rich,
                is_last: number == count,
                p: prefix,
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn hours_read_as_people_write_them() {
        for (typed, minutes) in
            [("4", 240), ("4,5", 270), ("0.25", 15), ("4:20", 260), ("0", 0), (" 12 ", 720)]
        {
            assert_eq!(hours_of(typed), Some(minutes), "{typed}");
        }
        for typed in ["", "-1", "4h", "4:60", "1,234", "99999", "4,", ",5", "+4"] {
            assert_eq!(hours_of(typed), None, "{typed}");
        }
    }

    fn sample() -> Workflow {
        let mut it = domain::workflow::default_for("QT.1", "Thử", 10);
        it.steps[2] = Step {
            members: vec![Member {
                way: Way::Follower,
                role: Role::Leader,
                place: Place::Body,
                title: "Phó Chủ tịch".into(),
            }],
            guards: vec![
                Guard::FeePaid,
                Guard::Paper { name: "Giấy chứng sinh".into() },
                Guard::File { of: FileKind::Scan },
                Guard::ConsultationsBack,
            ],
            documents: vec!["Biên bản".into(), "Tờ trình".into()],
            moves_after: Some(90),
            questions: vec![Question {
                kind: "division".into(),
                name: "Công an".into(),
                minutes: 480,
            }],
            ..Step::new("Công chức", Part::Officer, "Thẩm định", 260)
        };
        it.steps[4].series =
            Some(Series { name: "Sổ QĐ".into(), pattern: "{so}/QĐ-UBND".into() });
        it
    }

    #[test]
    fn a_workflow_comes_back_from_its_form_as_it_was() {
        let it = sample();
        assert_eq!(read(typed_of(&it, 1), &it).unwrap(), it);
    }

    #[test]
    fn what_does_not_read_is_said_beside_its_step_and_the_rest_is_kept() {
        let it = sample();
        let mut typed = typed_of(&it, 1);
        typed.set("b3-gio", "hai giờ");
        let m = read(typed, &it).unwrap_err();
        let forms = forms(&m, &[]);
        assert_eq!(forms[2].mistakes.len(), 1);
        assert_eq!((forms[2].hours.as_str(), forms[2].documents.lines().count()), ("hai giờ", 2));
    }

    proptest! {
        #[test]
        fn every_number_of_minutes_reads_back(minutes in 0_i64..500_000) {
            prop_assert_eq!(hours_of(&hours_text(minutes)), Some(minutes));
        }

        #[test]
        fn rearranging_loses_no_step_but_the_one_that_is_taken_out(
            wishes in proptest::collection::vec(
                ("(chen|xoa|len|xuong|them)", 0_usize..9).prop_map(|(what, n)| {
                    if what == "them" { what } else { format!("{what}-{n}") }
                }), 0..20),
        ) {
            let mut steps = sample().steps;
            for wish in wishes {
                let before = steps.len();
                let at = rearrange(&mut steps, &wish);
                prop_assert!(steps.len().abs_diff(before) <= 1);
                prop_assert!(at <= steps.len());
            }
        }
    }
}
