//! What was declared for a dossier, on the office's side: shown, printed, filled in at the counter
//! with whoever came.

use std::collections::BTreeMap;

use askama::Template;
use axum::response::{IntoResponse as _, Response};
use domain::{
    dossier::Part,
    eform::{self, Answers, Block, Known},
    ids::DossierId,
    text,
    time::Instant,
};
use people::staff::facts as staff;
use site::{Asked, Failure, Filled, Html, Path, Shell, Site, State, Tie, Who, told};
use store::{Fault, Tx};

use super::{
    facts::{self, Declaration, FormVersion},
    fill::{self, Asking},
    papers::{self, Around as Paper},
    signing::{self, Due, Stage},
};
use crate::dossiers::facts::{self as dossiers, Around, ERASED, OnDesk};

fn page_of(id: DossierId) -> String {
    format!("/co-quan/ho-so/{id}/to-khai")
}

/// What of forms hangs on a dossier: what was declared, or that it can be.
pub(super) fn ties(_: &Who, tx: &mut Tx<'_>, id: DossierId) -> Result<Vec<Tie>, Fault> {
    let today = tx.now().civil().date();
    let label = super::sql::beside(tx, id, (today, ERASED))?.map(|(is_declared, title)| {
        if is_declared { title } else { format!("Điền {} tại quầy", lower_first(&title)) }
    });
    Ok(label
        .into_iter()
        .map(|label| Tie {
            label,
            href: page_of(id),
            is_due: false,
            owed: None,
            number: None,
            stays: None,
        })
        .collect())
}

fn lower_first(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |it| it.to_lowercase().chain(letters).collect())
}

/// The form with which the dossier's procedure is filed today.
fn form_of(tx: &mut Tx<'_>, id: DossierId) -> Result<Option<FormVersion>, Fault> {
    let Some(kept) = dossiers::by_id(tx, id)? else { return Ok(None) };
    let Some(version) = crate::procedures::facts::version(tx, kept.version)? else {
        return Ok(None);
    };
    if kept.applicant == ERASED {
        return Ok(None);
    }
    let today = tx.now().civil().date();
    facts::form_for(tx, &version.body.code, today)
}

struct Loaded {
    on_desk: OnDesk,
    declared: Vec<Declaration>,
    names: Vec<String>,
    /// The form to fill in: that of what was declared, else today's.
    form: Option<FormVersion>,
    first: Answers,
    /// Who must sign the newest.
    due: Vec<Due>,
    may: bool,
    is_own: bool,
}

fn load(site: &Site, who: &Who, tx: &mut Tx<'_>, id: DossierId) -> Result<Loaded, Failure> {
    let around = Around::load(site, who, tx)?;
    let on_desk = around.take(tx, id)?;
    let maker = around.maker(tx, &on_desk.kept)?;
    let declared = facts::declared(tx, id)?;
    let form = match declared.first() {
        Some(it) => Some(it.version.clone()),
        None => form_of(tx, id)?,
    };
    if form.is_none() {
        return Err(Failure::NotFound);
    }
    let mut names = Vec::new();
    for it in &declared {
        names.push(if it.kept_by.0 == 0 {
            "người nộp, qua mạng".to_owned()
        } else {
            staff::account_name(tx, it.kept_by)?
        });
    }
    let first = match (declared.first(), &form) {
        (Some(it), _) => it.answers.clone(),
        (None, Some(it)) => {
            let known = known(who, tx, id)?;
            let mut first = eform::prefill(&it.form, &known);
            let today = who.today();
            eform::take_over(&it.form, &Answers::new(), &mut first, &known.account, today);
            first
        }
        (None, None) => Answers::new(),
    };
    let due = match declared.first() {
        Some(it) => signing::due(tx, it)?,
        None => Vec::new(),
    };
    let status = on_desk.kept.dossier.status;
    let may = maker.plays_any(&[Part::Counter, Part::CounterHead])
        && !status.is_over()
        && on_desk.kept.applicant != ERASED;
    let is_own = !maker.parts.is_empty();
    Ok(Loaded { on_desk, declared, names, form, first, due, may, is_own })
}

/// What the dossier knows of its applicant, for the first answers.
fn known(who: &Who, tx: &mut Tx<'_>, id: DossierId) -> Result<Known, Fault> {
    let person = dossiers::person_of(tx, id)?.unwrap_or_default();
    Ok(facts::known(&person, &fill::units(&who.tree)))
}

struct Edition {
    row: i64,
    text: String,
    is_shown: bool,
}

/// Somebody who must sign, as the page shows him.
struct SignerLine {
    code: String,
    text: String,
    state: String,
    can_ask: bool,
}

fn signer_line(it: &Due, may: bool) -> SignerLine {
    let at = |ms: i64| text::date_time(Instant::from_epoch_ms(ms).civil());
    let state = match it.stage {
        Stage::Unasked => "chưa gửi đường dẫn ký".to_owned(),
        Stage::Waiting if it.by_applicant => "người nộp đã tạo đường dẫn, chờ ký".to_owned(),
        Stage::Waiting => "đã có đường dẫn, chờ ký".to_owned(),
        Stage::Over => "đường dẫn hết hạn, chưa ký".to_owned(),
        Stage::Signed(ms) if it.by_applicant => {
            format!("đã ký qua mạng lúc {}, bằng đường dẫn người nộp tạo", at(ms))
        }
        Stage::Signed(ms) => format!("đã ký qua mạng lúc {}", at(ms)),
        Stage::Refused(ms) => format!("không ký, trả lời lúc {}", at(ms)),
    };
    SignerLine {
        code: it.signer.code.clone(),
        text: format!("{}: {}", it.signer.label, it.name),
        state,
        can_ask: may && it.is_owed(),
    }
}

#[derive(Template)]
#[template(path = "eforms/templates/declared.html")]
struct Show {
    shell: Shell,
    id: DossierId,
    code: String,
    title: String,
    about: String,
    row: i64,
    blocks: Vec<Block>,
    warnings: Vec<String>,
    signers: Vec<SignerLine>,
    editions: Vec<Edition>,
    may: bool,
    is_erased: bool,
}

#[derive(Template)]
#[template(path = "eforms/templates/declare.html")]
struct Fill {
    shell: Shell,
    id: DossierId,
    code: String,
    title: String,
    version: i64,
    latest: i64,
    problems: Vec<(String, String)>,
    fields: String,
}

fn filled(
    site: &Site,
    who: &Who,
    it: &Loaded,
    answers: &Answers,
    (told, more): (bool, &str),
) -> Result<Html<String>, Failure> {
    let form = it.form.as_ref().ok_or(Failure::NotFound)?;
    let judged = fill::without_files(&form.form, eform::judge(&form.form, answers, who.today()));
    let shell = site.shell(who);
    let units = fill::units(&who.tree);
    let asking = Asking {
        form: &form.form,
        answers,
        judged: &judged,
        section: None,
        only: &[],
        told,
        more,
        takes_files: false,
        units: &units,
        today: who.today(),
        words: shell.words,
    };
    site.page(&Fill {
        id: it.on_desk.kept.id,
        code: it.on_desk.kept.code.clone(),
        title: form.form.title.clone(),
        version: form.id,
        latest: it.declared.first().map_or(0, |it| it.id),
        problems: asking.problems(),
        fields: fill::html(&asking)?,
        shell,
    })
}

/// GET `/co-quan/ho-so/{id}/to-khai`; `?ban=` another declaration, `?sua=1` to fill it in.
pub async fn show(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<DossierId>,
    Asked(asked): Asked,
) -> Result<Html<String>, Failure> {
    let (inner, asker) = (site.clone(), who.clone());
    let it = site.read(&who, move |tx| load(&inner, &asker, tx, id)).await?;
    dossiers::opened(&site, &who, id, it.is_own, "declaration").await?;
    let wanted = it.declared.iter().find(|d| d.id.to_string() == asked.get("ban"));
    let Some(shown) = wanted.or_else(|| it.declared.first()).filter(|_| !asked.has("sua")) else {
        if !it.may {
            return Err(Failure::NotFound);
        }
        return filled(&site, &who, &it, &it.first, (false, ""));
    };
    let (form, judged) = (&shown.version.form, shown.judged());
    let when = |ms: i64| text::date_time(Instant::from_epoch_ms(ms).civil());
    let is_newest = it.declared.first().is_some_and(|newest| newest.id == shown.id);
    let signers = it.due.iter().filter(|_| is_newest).map(|due| signer_line(due, it.may));
    site.page(&Show {
        shell: site.shell(&who),
        id,
        code: it.on_desk.kept.code.clone(),
        title: form.title.clone(),
        about: format!("Biểu mẫu {} bản {}", form.code, form.version),
        row: shown.id,
        blocks: eform::blocks(form, &judged, &BTreeMap::new(), false),
        warnings: judged.warnings.iter().map(|it| it.say.vi.clone()).collect(),
        signers: signers.collect(),
        editions: it
            .declared
            .iter()
            .zip(&it.names)
            .map(|(d, by)| Edition {
                row: d.id,
                text: format!("{}, {by}", when(d.kept_ms)),
                is_shown: d.id == shown.id,
            })
            .collect(),
        may: it.may,
        is_erased: shown.answers.is_empty(),
    })
}

/// POST `/co-quan/ho-so/{id}/to-khai`: keeps what was filled in at the counter.
pub async fn fill(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<DossierId>,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    let (inner, asker) = (site.clone(), who.clone());
    let it = site.read(&who, move |tx| load(&inner, &asker, tx, id)).await?;
    let form = it.form.clone().filter(|_| it.may).ok_or(Failure::NotFound)?;
    let mut answers = fill::read_here(&form.form, &typed, &who.tree);
    let judged = fill::proposed(&form.form, &typed, &mut answers, who.today());
    if eform::weight(&answers) > eform::WEIGHT_MAX {
        return Err(Failure::TooLarge);
    }
    if let Some(table) = typed.get("viec").strip_prefix("dong.") {
        return Ok(filled(&site, &who, &it, &answers, (false, table))?.into_response());
    }
    let judged = fill::without_files(&form.form, judged);
    if !judged.mistakes.is_empty() {
        return Err(Failure::Mistaken(filled(&site, &who, &it, &answers, (true, ""))?));
    }
    let (begun, latest) = (typed.get("ban").parse(), typed.get("sau").parse::<i64>().ok());
    let (inner, asker) = (site.clone(), who.clone());
    site.write(&who, move |tx| {
        let now = load(&inner, &asker, tx, id)?;
        let form = now.form.filter(|it| now.may && begun == Ok(it.id)).ok_or_else(stale)?;
        if latest != Some(now.declared.first().map_or(0, |it| it.id)) {
            return Err(stale());
        }
        facts::declare(tx, id, &form, &judged)
    })
    .await?;
    Ok(told(&page_of(id), "Đã lưu tờ khai."))
}

fn stale() -> Failure {
    Failure::Refused(
        "Tờ khai hoặc biểu mẫu vừa được người khác thay đổi. Hãy mở lại trước khi sửa tiếp."
            .to_owned(),
    )
}

/// GET `/co-quan/ho-so/{id}/to-khai/in.pdf`; `?ban=` another declaration.
pub async fn print(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<DossierId>,
    Asked(asked): Asked,
) -> Result<Response, Failure> {
    let (inner, asker) = (site.clone(), who.clone());
    let wanted = asked.get("ban").to_owned();
    let (it, confirmed) = site
        .read(&who, move |tx| {
            let it = load(&inner, &asker, tx, id)?;
            let asked = it.declared.iter().find(|d| d.id.to_string() == wanted);
            let confirmed = match asked.or_else(|| it.declared.first()) {
                Some(shown) => signing::confirmed(tx, shown)?,
                None => BTreeMap::new(),
            };
            Ok((it, confirmed))
        })
        .await?;
    dossiers::opened(&site, &who, id, it.is_own, "declaration").await?;
    let wanted = it.declared.iter().find(|d| d.id.to_string() == asked.get("ban"));
    let shown = wanted.or_else(|| it.declared.first()).ok_or(Failure::NotFound)?;
    let kept = &it.on_desk.kept;
    let paper = Paper {
        dossier: kept.code.clone(),
        made_on: Some(Instant::from_epoch_ms(shown.kept_ms).civil().date()),
        demo: site.config.demo,
        confirmed,
        ..Paper::default()
    };
    let paper = paper.to_unit(who.tree.known(kept.body));
    let sheet = papers::sheet(&shown.version.form, &shown.judged(), &paper);
    papers::sent(&site, sheet, &format!("to-khai-{}.pdf", kept.code)).await
}
