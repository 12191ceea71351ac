//! The counter: find the procedure, scan the card, tick the papers, see the date, receive.

use askama::Template;
use axum::response::{IntoResponse as _, Response};
use domain::{
    dossier::ReturnChannel,
    identity::{CardQr, Email, IdPaper, Phone},
    ids::{StaffId, UnitId},
    money::Dong,
    procedure::{ChannelKind, PaperRole, ProcedureVersion},
};
use jiff::civil::DateTime;
use site::{
    Asked, Failure, Fields, FilledWithFiles, Html, Mistakes, Shell, Site, State, Typed, Upload,
    Who, form, show::Working, told,
};

use super::{
    desk::{self, Intake},
    files,
    sql::{Paper, Person},
    view::Around,
};
use crate::procedures::facts::{self as procedures, Version};

/// Papers of one dossier at most.
const PAPERS_MAX: usize = 120;

struct Choice {
    code: String,
    name: String,
    sector: String,
    limit: String,
}

#[derive(Template)]
#[template(path = "dossiers/templates/choose.html")]
struct Choose {
    shell: Shell,
    q: String,
    found: Vec<Choice>,
    did_you_mean: Option<String>,
}

struct PaperRow {
    place: usize,
    name: String,
    group: String,
    shown_only: bool,
    ticked: bool,
    form: String,
    count: String,
}

struct Promised {
    due: String,
    limit: String,
    working: Working,
}

#[derive(Template)]
#[template(path = "dossiers/templates/intake.html")]
struct Form<'a> {
    shell: Shell,
    m: &'a Mistakes,
    code: String,
    name: String,
    once: String,
    counters: Vec<(String, String)>,
    channels: Vec<(String, String)>,
    ways: Vec<(String, String)>,
    signers: Vec<(String, String)>,
    papers: Vec<PaperRow>,
    notes: Vec<String>,
    fee_hint: String,
    warnings: Vec<String>,
    promised: Option<Promised>,
    refused: Option<String>,
    on_the_spot: bool,
}

/// GET `/co-quan/ho-so/moi`
pub async fn new(
    State(site): State<Site>,
    who: Who,
    Asked(asked): Asked,
) -> Result<Html<String>, Failure> {
    let code = asked.get("thu-tuc").to_owned();
    if !code.is_empty() {
        let mut typed = Typed::default();
        typed.set("thu-tuc", code);
        typed.set("kenh", ChannelKind::Direct.code());
        return form_page(&site, &who, Mistakes::none(typed), Vec::new()).await;
    }
    let q = asked.get("q").to_owned();
    let catalogue = {
        let site = site.clone();
        let inner = site.clone();
        site.read(&who, move |tx| Ok(procedures::catalogue(&inner, tx)?)).await?
    };
    let (site_ref, around_who) = (site.clone(), who.clone());
    let tier = site
        .read(&who, move |tx| {
            let around = Around::load(&site_ref, &around_who, tx)?;
            let first = around.counters().first().copied();
            Ok(first.and_then(|it| around.desk().office(it)).map(|it| it.tier))
        })
        .await?
        .ok_or(Failure::Forbidden)?;
    let today = who.today();
    let ours = |it: &Version| it.body.body == "ubnd" && it.body.settled_by(tier, today);
    let mut found: Vec<_> = if q.is_empty() {
        catalogue.all().iter().filter(|it| ours(it) && it.body.on_the_spot).cloned().collect()
    } else {
        catalogue.find(&q, 80).into_iter().filter(|it| ours(it)).collect()
    };
    found.truncate(20);
    let did_you_mean = if found.is_empty() { catalogue.did_you_mean(&q) } else { None };
    let found = found
        .into_iter()
        .map(|it| Choice {
            code: it.body.code.clone(),
            name: it.body.name.clone(),
            sector: it.body.sector.clone(),
            limit: it.body.limit_text(),
        })
        .collect();
    site.page(&Choose { shell: site.shell(&who), q, found, did_you_mean })
}

fn counter_of(around: &Around, typed: &Typed) -> Result<UnitId, Failure> {
    let mine = around.counters();
    let asked = typed.get("bo-phan").parse().ok().map(UnitId);
    asked.filter(|it| mine.contains(it)).or_else(|| mine.first().copied()).ok_or(Failure::Forbidden)
}

fn channel_of(typed: &Typed) -> ChannelKind {
    ChannelKind::from_code(typed.get("kenh")).unwrap_or(ChannelKind::Direct)
}

async fn form_page(
    site: &Site,
    who: &Who,
    mut m: Mistakes,
    warnings: Vec<String>,
) -> Result<Html<String>, Failure> {
    let (inner, asker, typed) = (site.clone(), who.clone(), m.typed.clone());
    let (version, counters, signers, promise) = site
        .read(who, move |tx| {
            let around = Around::load(&inner, &asker, tx)?;
            let unit = counter_of(&around, &typed)?;
            let office = around.desk().office(unit).ok_or(Failure::Forbidden)?;
            let today = asker.today();
            let version =
                procedures::in_force(tx, typed.get("thu-tuc"), today)?.ok_or(Failure::NotFound)?;
            let counters: Vec<(String, String)> = around
                .counters()
                .into_iter()
                .map(|it| (it.to_string(), asker.tree.title(it).to_owned()))
                .collect();
            let signers =
                around.people(tx, domain::access::Role::Leader, office.body, office.body)?;
            let now = tx.now().civil();
            let code = typed.get("thu-tuc").to_owned();
            let promise = desk::promise(tx, around.desk(), &code, unit, channel_of(&typed), now);
            Ok((version, counters, signers, promise))
        })
        .await?;
    let (promised, refused) = match promise {
        Ok(it) => {
            let due = it.explanation.due.map_or_else(String::new, domain::text::date_time);
            let working = Working::of(&it.explanation);
            (Some(Promised { due, limit: it.limit_text, working }), None)
        }
        Err(Failure::Refused(why)) => (None, Some(why)),
        Err(other) => return Err(other),
    };
    let body = &version.body;
    if m.typed("lan").is_empty() {
        m.typed.set("lan", site::random_hex(16));
    }
    let codes = |it: ChannelKind| (it.code().to_owned(), it.label().to_owned());
    let channels = if body.channels.is_empty() {
        ChannelKind::ALL.iter().copied().map(codes).collect()
    } else {
        body.channels.iter().copied().map(codes).collect()
    };
    let notes = body.papers.iter().filter(|it| it.role == PaperRole::Note);
    let page = Form {
        shell: site.shell(who),
        code: body.code.clone(),
        name: body.name.clone(),
        once: m.typed("lan").to_owned(),
        counters,
        channels,
        ways: ReturnChannel::ALL
            .iter()
            .map(|it| (it.code().to_owned(), it.label().to_owned()))
            .collect(),
        signers: signers
            .into_iter()
            .map(|it| (it.id.to_string(), format!("{} – {}", it.name, it.title)))
            .collect(),
        papers: paper_rows(body, &m.typed),
        notes: notes.map(|it| it.name.clone()).collect(),
        fee_hint: body.fee_text(),
        warnings,
        promised,
        refused,
        on_the_spot: body.on_the_spot,
        m: &m,
    };
    site.page(&page)
}

fn paper_rows(body: &ProcedureVersion, typed: &Typed) -> Vec<PaperRow> {
    let fresh = !typed.has("lan");
    body.papers_to_bring()
        .take(PAPERS_MAX)
        .enumerate()
        .map(|(at, it)| {
            let place = at + 1;
            let count = typed.get(&format!("so-{place}"));
            PaperRow {
                place,
                name: it.name.clone(),
                group: it.group.clone(),
                shown_only: it.role == PaperRole::Show,
                ticked: !fresh && typed.has(&format!("co-{place}")),
                form: typed.get(&format!("dang-{place}")).to_owned(),
                count: if count.is_empty() {
                    it.originals.or(it.copies).unwrap_or(1).to_string()
                } else {
                    count.to_owned()
                },
            }
        })
        .collect()
}

/// POST `/co-quan/ho-so/moi`
pub async fn receive(
    State(site): State<Site>,
    who: Who,
    FilledWithFiles(mut typed, uploads): FilledWithFiles,
) -> Result<Response, Failure> {
    match typed.get("viec") {
        "quet" => {
            let (mistakes, warnings) = scan(&mut typed);
            let m = Mistakes { by_field: mistakes, typed };
            return Ok(form_page(&site, &who, m, warnings).await?.into_response());
        }
        "xem" => {
            let page = form_page(&site, &who, Mistakes::none(typed), Vec::new()).await?;
            return Ok(page.into_response());
        }
        _ => {}
    }
    let at_once = typed.get("viec") == "ngay";
    let read = read(&site, &who, typed, at_once).await?;
    let (intake, once, signing) = match read {
        Ok(it) => it,
        Err(m) => {
            return Err(Failure::Mistaken(form_page(&site, &who, m, Vec::new()).await?));
        }
    };
    let stored = files::store_all(&site, uploads).await?;
    let (inner, asker, token) = (site.clone(), who.clone(), once.clone());
    let work = move |tx: &mut store::Tx<'_>| {
        if let Some(location) = form::submitted_before(tx, &token)? {
            return Ok(location);
        }
        let around = Around::load(&inner, &asker, tx)?;
        let maker = around.maker_at(intake.unit);
        let received = match &signing {
            Some((signer, number)) => {
                let number = number.clone();
                desk::settle_on_the_spot(tx, around.desk(), &maker, &intake, *signer, number)?
            }
            None => desk::receive(tx, around.desk(), &maker, &intake)?,
        };
        files::attach(tx, received.id, "scan", &stored)?;
        let location = format!("/co-quan/ho-so/{}", received.id);
        form::remember_submission(tx, &token, &location)?;
        Ok(location)
    };
    let location = match site.write(&who, work).await {
        // Two clicks in one moment: the second finds what the first one made.
        Err(Failure::Fault(fault)) if fault.is_taken() => {
            let found = site.read(&who, move |tx| Ok(form::submitted_before(tx, &once)?)).await?;
            found.ok_or(Failure::Fault(fault))?
        }
        other => other?,
    };
    let notice = if at_once {
        "Đã giải quyết và trả kết quả."
    } else {
        "Đã tiếp nhận hồ sơ."
    };
    Ok(told(&location, notice))
}

/// Puts what the card says into the form.
fn scan(typed: &mut Typed) -> (std::collections::BTreeMap<String, String>, Vec<String>) {
    let mut mistakes = std::collections::BTreeMap::new();
    let mut warnings = Vec::new();
    match CardQr::read(typed.get("quet")) {
        Ok(card) => {
            warnings.extend(card.warnings.iter().map(ToString::to_string));
            typed.set("ho-ten", card.name.clone());
            typed.set("so-giay-to", card.number.reveal());
            if let Some(day) = card.born_on {
                typed.set("ngay-sinh", domain::text::date(day));
            }
            typed.set("dia-chi", card.residence.clone());
        }
        Err(error) => {
            mistakes.insert("quet".to_owned(), error.to_string());
        }
    }
    // What was scanned is personal and was read: it does not go back into the page.
    typed.set("quet", "");
    (mistakes, warnings)
}

type Read = (Intake, String, Option<(StaffId, Option<String>)>);

async fn read(
    site: &Site,
    who: &Who,
    typed: Typed,
    at_once: bool,
) -> Result<Result<Read, Mistakes>, Failure> {
    let (inner, asker, asked) = (site.clone(), who.clone(), typed.clone());
    let (unit, version, now) = site
        .read(who, move |tx| {
            let around = Around::load(&inner, &asker, tx)?;
            let unit = counter_of(&around, &asked)?;
            let version = procedures::in_force(tx, asked.get("thu-tuc"), asker.today())?
                .ok_or(Failure::NotFound)?;
            Ok((unit, version, tx.now().civil()))
        })
        .await?;
    Ok(read_form(typed, at_once, unit, &version, now))
}

fn read_form(
    typed: Typed,
    at_once: bool,
    unit: UnitId,
    version: &Version,
    now: DateTime,
) -> Result<Read, Mistakes> {
    let mut fields = Fields::of(typed);
    let name = fields.text("ho-ten", 120);
    let id_number = fields.read_optional("so-giay-to", IdPaper::parse);
    let birth_date = fields.optional_date("ngay-sinh");
    let phone = fields.read_optional("dien-thoai", Phone::parse);
    let email = fields.read_optional("email", Email::parse);
    let address = fields.optional_text("dia-chi", 300);
    let proxy_name = fields.optional_text("nguoi-nop", 120);
    let request = fields.optional_text("noi-dung", 1_000);
    let way = fields.choice("nhan-ket-qua", ReturnChannel::from_code);
    let fee = fields.read_optional("le-phi", Dong::parse);
    let channel = fields.choice("kenh", ChannelKind::from_code);
    let once = fields.typed().get("lan").to_owned();
    let papers = read_papers(&mut fields, &version.body);
    let signing = if at_once {
        let signer = fields.choice("nguoi-ky", |it| it.parse().ok().map(StaffId));
        let number = fields.optional_text("so-van-ban", 60);
        signer
            .zip(number)
            .map(|(signer, number)| Some((signer, Some(number).filter(|it| !it.is_empty()))))
    } else {
        Some(None)
    };
    let today = now.date();
    if birth_date.flatten().is_some_and(|it| it > today) {
        fields.wrong("ngay-sinh", "Ngày sinh không thể sau hôm nay.");
    }
    if once.len() != 32 {
        fields.wrong("ho-ten", "Biểu mẫu đã cũ. Hãy mở lại trang tiếp nhận.");
    }
    let whole = (|| {
        let person = Person {
            name: domain::text::tidy(&name?),
            id_number: id_number?.map_or_else(String::new, |it| it.reveal().to_owned()),
            birth_date: birth_date?.map_or_else(String::new, |it| it.to_string()),
            phone: phone?.map_or_else(String::new, |it| it.reveal().to_owned()),
            email: email?.map_or_else(String::new, |it| it.reveal().to_owned()),
            address: domain::text::tidy(&address?),
            proxy_name: domain::text::tidy(&proxy_name?),
            proxy_id_number: String::new(),
            request: match request? {
                it if it.is_empty() => version.body.name.clone(),
                it => it,
            },
            return_way: way?.code().to_owned(),
            secret: String::new(),
        };
        let intake = Intake {
            procedure: version.body.code.clone(),
            unit,
            channel: channel?,
            received_at: now,
            person,
            papers: papers?,
            fee: fee?.unwrap_or(Dong::ZERO),
        };
        Some((intake, once, signing?))
    })();
    fields.finish(whole)
}

fn read_papers(fields: &mut Fields, body: &ProcedureVersion) -> Option<Vec<Paper>> {
    let mut papers = Vec::new();
    let mut right = true;
    for (at, it) in body.papers_to_bring().take(PAPERS_MAX).enumerate() {
        let place = at + 1;
        if !fields.typed().has(&format!("co-{place}")) {
            continue;
        }
        let form = match fields.typed().get(&format!("dang-{place}")) {
            form @ ("original" | "certified" | "copy" | "shown" | "in_database") => form.to_owned(),
            _ if it.role == PaperRole::Show => "shown".to_owned(),
            _ => "original".to_owned(),
        };
        let Some(count) = fields.number(&format!("so-{place}"), 0..=99) else {
            right = false;
            continue;
        };
        papers.push(Paper {
            id: 0,
            place: i64::try_from(place).unwrap_or(0),
            name: it.name.clone(),
            form,
            count,
            sufficient: true,
            note: String::new(),
        });
    }
    right.then_some(papers)
}

/// What the rest of the slice needs of uploads.
pub(super) fn scans(uploads: Vec<Upload>) -> Vec<Upload> {
    uploads.into_iter().filter(|it| it.field == "tep").collect()
}
