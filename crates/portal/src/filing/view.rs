//! What the pages of a filing show: one step a page, what was said shown back, what came of it.

use askama::Template;
use citizen::{dossiers::facts as dossiers, eforms::facts as eforms, procedures::facts::Version};
use domain::{dossier::ReturnChannel, party::Authority, procedure::PaperRole};
use site::{Failure, Html, Mistakes, Shell, Site, Who, Words};

use super::{
    at_hand::Filing,
    declaring::{FormView, Look, Part},
    draft::Draft,
    proof::{self, Proof},
    reading::{Step, Way, file_line, offered, papers},
};
struct StepView {
    code: &'static str,
    label: String,
    state: &'static str,
}

struct PaperView {
    place: i64,
    name: String,
    group: String,
    way: String,
    files: Vec<(i64, String, String)>,
    /// It is only shown to the official, at the counter.
    shown_only: bool,
    /// What was declared stands for it.
    declared: bool,
}

/// A line of what was said, and the step that it was said in.
struct Said {
    step: &'static str,
    label: String,
    lines: Vec<(String, String)>,
}

#[derive(Template)]
#[template(path = "filing/templates/step.html")]
struct StepPage<'a> {
    shell: Shell,
    m: &'a Mistakes,
    code: String,
    secret: String,
    name: String,
    unit: String,
    mark: String,
    step: Step,
    label: String,
    steps: Vec<StepView>,
    before: Option<String>,
    form: Option<FormView>,
    look: Option<Look>,
    /// The telephone, masked.
    phone: String,
    /// It has to answer a code before the dossier is sent.
    asks_phone: bool,
    /// A code is on its way to it.
    asks_code: bool,
    is_proved: bool,
    code_shown: String,
    papers: Vec<PaperView>,
    ways: Vec<(String, String)>,
    authorities: Vec<(String, String)>,
    said: Vec<Said>,
    fee: String,
    limit: String,
    problems: String,
    idle_days: i64,
    /// How the citizen agreed that another files for him; empty if he files himself.
    consent: String,
}

#[derive(Template)]
#[template(path = "filing/templates/done.html")]
struct Done {
    shell: Shell,
    name: String,
    unit: String,
    code: String,
    secret: String,
    sent: String,
    answer_due: String,
    status: String,
    /// Where the declaration is printed; empty if nothing was declared.
    print: String,
    /// It was sent from an account.
    is_own: bool,
}

/// Which page of a draft.
pub(super) struct Here<'a> {
    /// The procedure's code and the word in the draft's address.
    pub address: (&'a str, &'a str),
    pub step: Step,
    pub part: Part<'a>,
}

/// What came of a draft.
pub(super) async fn done(
    site: &Site,
    who: &Who,
    (code, secret): (&str, &str),
    filing: &Filing,
) -> Result<Html<String>, Failure> {
    let (it, draft) = (&filing.it, &filing.draft);
    let Some(id) = draft.dossier() else { return Err(Failure::NotFound) };
    let here = format!("/nop/{code}/{secret}");
    let found = site
        .read(who, move |tx| {
            let kept = dossiers::by_id(tx, id)?.ok_or(Failure::NotFound)?;
            let secret = dossiers::secret_of(tx, &kept.code)?.unwrap_or_default();
            let sent = super::sql::of_dossier(tx, id)?.ok_or(Failure::NotFound)?;
            let declares = !eforms::declared(tx, id)?.is_empty();
            Ok((kept, secret, sent, declares))
        })
        .await?;
    let (kept, secret, sent, declares) = found;
    let shell = site.shell(who);
    let status = kept.dossier.status.public().map_or_else(String::new, |it| match who.lang {
        site::Lang::Vi => it.label().to_owned(),
        site::Lang::En => it.english().to_owned(),
    });
    site.page(&Done {
        name: it.body.name.clone(),
        unit: who.tree.title(draft.unit()).to_owned(),
        code: kept.code,
        secret,
        sent: shell.words.moment(sent.at.civil()),
        answer_due: shell.words.moment(sent.answer_due_at),
        status,
        print: if declares { format!("{here}/to-khai.pdf") } else { String::new() },
        is_own: draft.citizen().is_some(),
        shell,
    })
}

fn way_label(words: Words, way: Way) -> String {
    match way {
        Way::File => words.say("filing-way-file"),
        Way::Paper => words.say("filing-way-paper"),
        Way::Declared => words.say("filing-way-declared"),
        Way::NotMine => words.say("filing-way-not-mine"),
    }
}

fn return_label(words: Words, way: ReturnChannel) -> String {
    match way {
        ReturnChannel::Counter => words.say("filing-return-counter"),
        ReturnChannel::Post => words.say("filing-return-post"),
        ReturnChannel::Online => words.say("filing-return-online"),
    }
}

fn authorities(words: Words) -> Vec<(String, String)> {
    let of = |it: Authority| it.code().to_owned();
    vec![
        (String::new(), words.say("filing-authority-choose")),
        (of(Authority::Guardian), words.say("filing-authority-guardian")),
        (of(Authority::Certified), words.say("filing-authority-certified")),
        (of(Authority::Letter), words.say("filing-authority-letter")),
        (of(Authority::ByLaw), words.say("filing-authority-by-law")),
    ]
}

/// What was said in every step, for the last look.
fn said(words: Words, it: &Version, draft: &Draft) -> Vec<Said> {
    let typed = &draft.typed;
    let line = |label: String, name: &str| (label, typed.get(name).to_owned());
    let mut person = vec![
        line(words.say("filing-name"), "ho-ten"),
        line(words.say("filing-number"), "so-giay-to"),
        line(words.say("filing-birth"), "ngay-sinh"),
        line(words.say("filing-phone"), "dien-thoai"),
        line(words.say("filing-email"), "email"),
        line(words.say("filing-address"), "dia-chi"),
        line(words.say("filing-request"), "noi-dung"),
    ];
    if typed.get("nop-thay") == "1" {
        person.push(line(words.say("filing-proxy-name"), "nguoi-nop"));
        person.push(line(words.say("filing-proxy-number"), "so-nguoi-nop"));
    }
    person.retain(|it| !it.1.is_empty());
    let handed = papers(&it.body).filter_map(|(place, paper)| {
        let way = Way::from_code(typed.get(&format!("cach-{place}")))?;
        if way == Way::NotMine {
            return None;
        }
        let files: Vec<&str> = draft.files_at(place).map(|it| it.stored.name.as_str()).collect();
        let how = way_label(words, way);
        let how = match way {
            Way::File if !files.is_empty() => format!("{how}: {}", files.join(", ")),
            _ => how,
        };
        Some((paper.name.clone(), how))
    });
    let way = ReturnChannel::from_code(typed.get("nhan-ket-qua"));
    let mut receive = vec![(
        words.say("filing-return"),
        way.map_or_else(String::new, |it| return_label(words, it)),
    )];
    if way == Some(ReturnChannel::Post) {
        receive.push(line(words.say("filing-post-address"), "dia-chi-nhan"));
    }
    let of = |step: Step, lines| Said { step: step.code(), label: step.label(words), lines };
    vec![of(Step::Person, person), of(Step::Papers, handed.collect()), of(Step::Receive, receive)]
}

/// A step of a draft.
pub(super) fn page(
    site: &Site,
    who: &Who,
    filing: &Filing,
    here: &Here<'_>,
    m: &Mistakes,
) -> Result<Html<String>, Failure> {
    let (it, draft, declares) = (&filing.it, &filing.draft, filing.declares());
    let (step, part, (code, secret)) = (here.step, here.part, here.address);
    let shell = site.shell(who);
    let words = shell.words;
    let first_wrong = filing.judge(words, who.today()).map(|it| it.0);
    let place = |step: Step| Step::all(declares).position(|it| it == step).unwrap_or(0);
    let steps = Step::all(declares)
        .map(|it| StepView {
            code: it.code(),
            label: it.label(words),
            state: if it == step {
                "now"
            } else if first_wrong.is_none_or(|wrong| place(it) < place(wrong)) {
                "done"
            } else {
                ""
            },
        })
        .collect();
    let papers = papers(&it.body)
        .map(|(place, paper)| PaperView {
            place,
            name: paper.name.clone(),
            group: paper.group.clone(),
            way: m.typed(&format!("cach-{place}")).to_owned(),
            files: draft
                .files_at(place)
                .map(|it| (it.id, it.stored.name.clone(), file_line(it)))
                .collect(),
            shown_only: paper.role == PaperRole::Show,
            declared: declares && domain::eform::stands_for(&paper.name),
        })
        .collect();
    let declared = draft.declared.as_ref();
    let form = declared.filter(|_| step == Step::Form);
    let before = match form.and_then(|it| it.before(part.at)) {
        Some(part) => Some(format!("{}&phan={part}", Step::Form.code())),
        None => step.before(declares).map(|it| it.code().to_owned()),
    };
    site.page(&StepPage {
        code: code.to_owned(),
        secret: secret.to_owned(),
        name: it.body.name.clone(),
        unit: who.tree.title(draft.unit()).to_owned(),
        mark: draft.mark(),
        label: step.label(words),
        before,
        form: form.map(|it| it.view(who, words, part)).transpose()?,
        look: declared.filter(|_| step == Step::Review).map(|it| it.look(words)),
        phone: domain::text::mask_phone(draft.typed.get("dien-thoai")),
        asks_phone: filing.proof.is_missing(),
        asks_code: filing.proof == Proof::Sent,
        is_proved: filing.proof == Proof::Done,
        code_shown: proof::shown(draft),
        ways: offered(filing.level)
            .into_iter()
            .map(|it| (it.code().to_owned(), return_label(words, it)))
            .collect(),
        authorities: authorities(words),
        said: if step == Step::Review { said(words, it, draft) } else { Vec::new() },
        fee: it.body.fee_said(words.lang == site::Lang::En),
        limit: it.body.limit_said(words.lang == site::Lang::En),
        problems: words.say("problems"),
        idle_days: super::IDLE_DAYS,
        consent: draft.consent_said(),
        steps,
        papers,
        step,
        m,
        shell,
    })
}
