//! What the pages of a filing show: one step a page, what was said shown back, what came of it.

use askama::Template;
use citizen::{
    dossiers::facts as dossiers,
    eforms::{
        facts as eforms, signing,
        walk::{Part, View as FormView},
    },
    procedures::facts::Version,
};
use domain::{
    dossier::ReturnChannel,
    paper::AssistConsent,
    party::Authority,
    procedure::{PaperRole, papers::paper_name},
};
use site::{Failure, Html, Mistakes, Shell, Site, Who, Words};

use super::{
    at_hand::Filing,
    declaring::Look,
    owner::{self, Asker},
    proof::{self, Proof},
    reading::{Step, Way, file_line, offered, papers, stood_for, store_field},
};
use crate::{account::facts::PurposeText, vault::Offer};

struct StepView {
    code: &'static str,
    label: String,
    state: &'static str,
}

struct PaperView {
    place: i64,
    /// Which it is of those that the page asks for, from 1.
    number: usize,
    name: String,
    group: String,
    way: String,
    files: Vec<(i64, String, String)>,
    /// It is only shown to the official, at the counter.
    shown_only: bool,
    /// What was declared stands for it.
    declared: bool,
    /// What of his store can stand for it.
    offers: Vec<Offer>,
    /// What it is in plain words, and where one gets it, if questions before told; empty if not.
    plain: String,
    help: String,
    /// Answers that were given beforehand say that it is not for his case, and nothing else was said.
    is_spared: bool,
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
    /// The papers for which the declaration stands, and that are not asked for.
    stood: Vec<String>,
    /// Nothing is wrong in what is declared.
    is_declared: bool,
    /// How many of them are not for his case, as he answered beforehand.
    spared: usize,
    /// He answered questions before he began.
    is_carried: bool,
    /// What he is asked to agree to before his store is used.
    store_asks: Option<PurposeText>,
    /// He agreed to that before; empty if he did not or has nothing to use.
    store_agreed: String,
    /// Who signs in could use his store here.
    store_waits: bool,
    ways: Vec<(String, String)>,
    authorities: Vec<(String, String)>,
    said: Vec<Said>,
    fee: String,
    limit: String,
    /// What is wrong, in the order of the page: where, and what.
    wrong: Vec<(String, String)>,
    problems: String,
    idle_days: i64,
    /// What lets the form be kept though its sender is signed out meanwhile.
    pass: String,
    /// What browsers held of it and have sent.
    arrived: String,
    /// The draft is in the account of whoever is signed in.
    is_mine: bool,
    /// How the citizen agreed that another files for him; empty if he files himself.
    consent: String,
    /// He agreed by a code on his own telephone: there is no slip to sign.
    by_own_phone: bool,
}

impl StepPage<'_> {
    /// One question of the declaration stands alone.
    fn asks_alone(&self) -> bool {
        self.form.as_ref().is_some_and(|it| !it.question.is_empty())
    }
}

/// What is wrong in the order in which the page asks; a paper is named.
fn in_order(step: Step, it: &Version, m: &Mistakes) -> Vec<(String, String)> {
    let mut left: Vec<(&str, &str)> =
        m.by_field.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    let mut found = Vec::with_capacity(left.len());
    let mut take = |left: &mut Vec<(&str, &str)>, field: &str, anchor: &str, said: &str| {
        if let Some(at) = left.iter().position(|it| it.0 == field) {
            let (_, text) = left.remove(at);
            let text = if said.is_empty() { text.to_owned() } else { format!("{said}: {text}") };
            found.push((anchor.to_owned(), text));
        }
    };
    match step {
        Step::Papers => {
            take(&mut left, "tep", "tep", "");
            for (place, paper) in papers(&it.body) {
                let anchor = format!("cach-{place}");
                let name = paper_name(&paper.name);
                take(&mut left, &anchor, &anchor, &name);
                take(&mut left, &format!("tep-{place}"), &anchor, &name);
            }
        }
        Step::Person | Step::Receive => {
            for field in step.fields(&it.body) {
                take(&mut left, &field, &field, "");
            }
        }
        Step::Form | Step::Review => {}
    }
    found.extend(left.into_iter().map(|(name, text)| (name.to_owned(), text.to_owned())));
    found
}

#[derive(Template)]
#[template(path = "filing/templates/done.html")]
struct Done {
    shell: Shell,
    name: String,
    unit: String,
    code: String,
    /// The dossier's secret; empty wherever it is not shown.
    secret: String,
    /// The first of those who must sign and have not; empty if nobody must.
    owed_signatures: String,
    sent: String,
    answer_due: String,
    status: String,
    /// Where the declaration is printed; empty if nothing was declared.
    print: String,
    /// It was sent from an account.
    is_own: bool,
    /// Somebody filed it for its citizen.
    is_helped: bool,
    /// Where whoever helped prints code and secret for the citizen; empty where they are not shown.
    note: String,
}

/// How long the dossier's secret is shown after sending.
pub(super) const SECRET_SHOWN_MS: i64 = 15 * 60_000;

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
    whose: &Asker,
    (code, secret): (&str, &str),
    filing: &Filing,
) -> Result<Html<String>, Failure> {
    let who = &whose.who;
    let (it, draft) = (&filing.it, &filing.draft);
    let Some(id) = draft.dossier() else { return Err(Failure::NotFound) };
    let here = format!("/nop/{code}/{secret}");
    let found = site
        .read(who, move |tx| {
            let kept = dossiers::by_id(tx, id)?.ok_or(Failure::NotFound)?;
            let secret = dossiers::secret_of(tx, &kept.code)?.unwrap_or_default();
            let sent = super::sql::of_dossier(tx, id)?.ok_or(Failure::NotFound)?;
            let declares = !eforms::declared(tx, id)?.is_empty();
            let signers = signing::of_dossier(tx, id)?.map(|it| it.1).unwrap_or_default();
            Ok((kept, secret, sent, declares, signers))
        })
        .await?;
    let (kept, dossier_secret, sent, declares, signers) = found;
    let shell = site.shell(who);
    // The secret is for the browser that sent it, right after: from the address nobody learns it.
    let is_nobodys = draft.citizen().is_none() && draft.assistant().is_none();
    let is_here = !is_nobodys || whose.worked_on(secret);
    let is_fresh = who.now.epoch_ms() - sent.at.epoch_ms() < SECRET_SHOWN_MS;
    let dossier_secret = if is_here && is_fresh { dossier_secret } else { String::new() };
    let owed = signers.iter().filter(|it| it.is_owed() && !kept.dossier.status.is_over());
    let owed: Vec<String> = owed.map(|it| it.titled(site.shell(who).words)).collect();
    let status = kept.dossier.status.public().map_or_else(String::new, |it| match who.lang {
        site::Lang::Vi => it.label().to_owned(),
        site::Lang::En => it.english().to_owned(),
    });
    site.page(&Done {
        name: it.body.name.clone(),
        unit: who.tree.title(draft.unit()).to_owned(),
        owed_signatures: owed.join("; "),
        code: kept.code,
        secret: dossier_secret,
        sent: shell.words.moment(sent.at.civil()),
        answer_due: shell.words.moment(sent.answer_due_at),
        status,
        print: if declares && is_here { format!("{here}/to-khai.pdf") } else { String::new() },
        is_own: draft.citizen().is_some(),
        is_helped: draft.assistant().is_some(),
        note: if draft.assistant().is_some() && is_fresh {
            format!("{here}/giay-bao.pdf")
        } else {
            String::new()
        },
        shell,
    })
}

fn way_label(words: Words, way: Way) -> String {
    match way {
        Way::File => words.say("filing-way-file"),
        Way::Paper => words.say("filing-way-paper"),
        Way::Declared => words.say("filing-way-declared"),
        Way::Store => words.say("vault-way"),
        Way::NotMine => words.say("filing-way-not-mine"),
    }
}

pub(super) fn return_label(words: Words, way: ReturnChannel) -> String {
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

/// The papers that are handed in, and how each is.
pub(super) fn handed(words: Words, filing: &Filing) -> Vec<(String, String)> {
    let (draft, typed) = (&filing.draft, &filing.draft.typed);
    let stood = stood_for(draft, &filing.it.body);
    let handed = papers(&filing.it.body).filter_map(|(place, paper)| {
        if stood.contains(&place) {
            let is_first = stood.first() == Some(&place);
            return is_first.then(|| (paper_name(&paper.name), way_label(words, Way::Declared)));
        }
        let way = Way::from_code(typed.get(&format!("cach-{place}")))?;
        if way == Way::NotMine {
            return None;
        }
        let files: Vec<&str> = draft.files_at(place).map(|it| it.stored.name.as_str()).collect();
        let how = way_label(words, way);
        let how = match way {
            Way::File if !files.is_empty() => format!("{how}: {}", files.join(", ")),
            Way::Store => match filing.shelf.chosen(typed, &store_field(place), &paper.name) {
                Some(held) => format!("{how}: {}", held.line()),
                None => how,
            },
            _ => how,
        };
        Some((paper_name(&paper.name), how))
    });
    handed.collect()
}

/// What it costs: what is published, and with it what comes of what is declared.
fn fee_said(words: Words, filing: &Filing) -> String {
    let published = filing.it.body.fee_said(words.lang == site::Lang::En);
    let fee = &filing.fee;
    let lines = &fee.assessment.lines;
    // One case at one rate is what is published.
    if lines.is_empty() || fee.has_own && lines.iter().all(|it| it.copies == 0) {
        return published;
    }
    let line = |it: &domain::fees::Line| match (words.lang, it.copies) {
        (site::Lang::Vi, _) => format!("{}: {}", it.name, it.working),
        (site::Lang::En, 0) => it.due.to_string(),
        (site::Lang::En, copies) => words.say_with(
            "filing-fee-copies",
            &[("copies", &copies.to_string()), ("amount", &it.due.to_string())],
        ),
    };
    let own = (!fee.has_own).then_some(published);
    let mut all: Vec<String> = own.into_iter().chain(lines.iter().map(line)).collect();
    if lines.len() > 1 {
        let sum = fee.assessment.due().to_string();
        all.push(words.say_with("filing-fee-sum", &[("amount", &sum)]));
    }
    if !fee.assessment.exemption.is_empty() {
        all.push(fee.assessment.exemption.clone());
    }
    all.join("; ")
}

/// What was said in every step, for the last look.
fn said(words: Words, filing: &Filing) -> Vec<Said> {
    let typed = &filing.draft.typed;
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
    let way = ReturnChannel::from_code(typed.get("nhan-ket-qua"));
    let mut receive = vec![(
        words.say("filing-return"),
        way.map_or_else(String::new, |it| return_label(words, it)),
    )];
    if way == Some(ReturnChannel::Post) {
        receive.push(line(words.say("filing-post-address"), "dia-chi-nhan"));
    }
    let of = |step: Step, lines| Said { step: step.code(), label: step.label(words), lines };
    vec![
        of(Step::Person, person),
        of(Step::Papers, handed(words, filing)),
        of(Step::Receive, receive),
    ]
}

/// The names of papers by their places, as people read them, each once.
fn citizen_papers(body: &domain::procedure::ProcedureVersion, places: &[i64]) -> Vec<String> {
    let named = papers(body).filter(|it| places.contains(&it.0)).map(|it| paper_name(&it.1.name));
    named.fold(Vec::new(), |mut all, it| {
        if !all.contains(&it) {
            all.push(it);
        }
        all
    })
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
    let carried = filing.carried.as_ref();
    let plain = |name: &str| carried.and_then(|it| it.plain(name));
    let is_spared = |place: i64, name: &str, m: &Mistakes| {
        let way = format!("cach-{place}");
        carried.is_some_and(|it| it.not_mine.iter().any(|one| one == name))
            && m.typed(&way) == Way::NotMine.code()
            && m.at(&way).is_empty()
    };
    let stood = stood_for(draft, &it.body);
    let mut papers = papers(&it.body)
        .filter(|(place, _)| !stood.contains(place))
        .map(|(place, paper)| PaperView {
            place,
            number: 0,
            name: paper_name(&paper.name),
            group: paper.group.clone(),
            way: m.typed(&format!("cach-{place}")).to_owned(),
            files: draft
                .files_at(place)
                .map(|it| (it.id, it.stored.name.clone(), file_line(it)))
                .collect(),
            shown_only: paper.role == PaperRole::Show,
            declared: declares && domain::eform::stands_for(&paper.name),
            offers: filing.shelf.offers(words, &m.typed, &store_field(place), &paper.name),
            plain: plain(&paper.name).map_or_else(String::new, |it| it.name.clone()),
            help: plain(&paper.name).map_or_else(String::new, |it| it.help.clone()),
            is_spared: is_spared(place, &paper.name, m),
        })
        .collect::<Vec<_>>();
    // Those that are not for his case stand below the others.
    papers.sort_by_key(|it| it.is_spared);
    (1..).zip(&mut papers).for_each(|(number, it)| it.number = number);
    let spared = papers.iter().filter(|it| it.is_spared).count();
    let named = citizen_papers(&it.body, &stood);
    let offered_any = papers.iter().any(|it| !it.offers.is_empty());
    let store_asks = filing.shelf.asks(who.lang, who.today()).filter(|_| offered_any);
    let store_agreed =
        filing.shelf.agreed().filter(|_| offered_any).map_or_else(String::new, |at| {
            words.say_with("vault-agreed", &[("when", &words.moment(at.civil()))])
        });
    let declared = draft.declared.as_ref();
    let form = declared.filter(|_| step == Step::Form);
    let before = match form.and_then(|it| it.walk().backward(part)) {
        Some(part) => Some(format!("{}{}", Step::Form.code(), part.address())),
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
        form: form.map(|it| it.walk().view(who, words, part)).transpose()?,
        look: declared.filter(|_| step == Step::Review).map(|it| it.look(words)),
        phone: domain::text::mask_phone(draft.typed.get("dien-thoai")),
        asks_phone: filing.proof.is_missing(),
        asks_code: filing.proof == Proof::Sent,
        is_proved: filing.proof == Proof::Done,
        code_shown: proof::shown(draft),
        store_waits: !filing.shelf.is_open()
            && draft.assistant().is_none()
            && draft.citizen().is_none(),
        store_asks,
        store_agreed,
        ways: offered(filing.level)
            .into_iter()
            .map(|it| (it.code().to_owned(), return_label(words, it)))
            .collect(),
        authorities: authorities(words),
        said: if step == Step::Review { said(words, filing) } else { Vec::new() },
        fee: fee_said(words, filing),
        limit: it.body.limit_said(words.lang == site::Lang::En),
        wrong: in_order(step, it, m),
        problems: words.say("problems"),
        idle_days: super::IDLE_DAYS,
        pass: owner::pass(site, who, secret)?,
        arrived: draft.arrived(),
        is_mine: draft.citizen().is_some(),
        consent: draft.consent_said(),
        by_own_phone: draft.consent() == Some(AssistConsent::OwnPhone),
        is_carried: carried.is_some(),
        steps,
        papers,
        stood: named,
        is_declared: declared.is_some_and(|it| it.judged.mistakes.is_empty()),
        spared,
        step,
        m,
        shell,
    })
}
