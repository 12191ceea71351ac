//! Several procedures in one visit: the person and the shared papers once, for each procedure its
//! own dossier, code and date, and one receipt for all.

use askama::Template;
use axum::response::{IntoResponse as _, Response};
use domain::{access::Action, dossier::ReturnChannel, ids::UnitId, procedure::ChannelKind, text};
use site::{
    Asked, Failure, FilledWithFiles, Html, Mistakes, Routes, Shell, Site, State, Typed, Who,
    form::{self, Before, Sending, Sent, once},
    get, told,
};

use super::{
    desk::{self, Intake},
    files,
    intake::{
        counter_of,
        reading::{Asked as AskedOf, PAPERS_MAX, Then, read_form, scan},
        twins,
    },
    party::{self, PartyView},
    sql::visits,
    view::Around,
};
use crate::{
    fees::facts::Tariff,
    procedures::facts::{self as procedures, Version},
};

/// Procedures of one visit at most.
pub(super) const PROCEDURES_MAX: usize = 8;
const ADDRESS: &str = "/co-quan/ho-so/nhieu";

/// Routes of visits with several procedures.
pub(super) fn routes() -> Routes {
    Routes::default().on(ADDRESS, Action::DossierReceive, get(new).post(receive))
}

struct Choice {
    code: String,
    name: String,
    limit: String,
    /// The address with it added, or without it.
    href: String,
}

#[derive(Template)]
#[template(path = "dossiers/templates/many_choose.html")]
struct Choose {
    shell: Shell,
    q: String,
    chosen: Vec<Choice>,
    found: Vec<Choice>,
    packages: Vec<(String, String, String)>,
    full: bool,
}

struct Part {
    place: usize,
    code: String,
    name: String,
    due: String,
    limit: String,
    fee_hint: String,
    /// Nobody knows here what it costs.
    asks_fee: bool,
    asks_days: bool,
    refused: String,
}

struct SharedPaper {
    place: usize,
    name: String,
    /// Which of the procedures ask for it: “1, 3”.
    of: String,
    ticked: bool,
    form: String,
    count: String,
}

#[derive(Template)]
#[template(path = "dossiers/templates/many.html")]
struct Form<'a> {
    shell: Shell,
    m: &'a Mistakes,
    once: String,
    parts: Vec<Part>,
    papers: Vec<SharedPaper>,
    ways: Vec<(String, String)>,
    counters: Vec<(String, String)>,
    warnings: Vec<String>,
    kept: Vec<(String, String, i64)>,
    party: PartyView,
    again: String,
}

/// The codes that were chosen, each once.
fn codes(typed: &Typed) -> Vec<String> {
    let mut codes: Vec<String> = Vec::new();
    for code in typed.all("thu-tuc").map(str::trim).filter(|it| !it.is_empty()) {
        if !codes.iter().any(|it| it == code) {
            codes.push(code.to_owned());
        }
    }
    codes.truncate(PROCEDURES_MAX);
    codes
}

fn address(codes: &[String], more: &str) -> String {
    let codes: Vec<String> =
        codes.iter().map(|it| format!("thu-tuc={}", site::percent(it))).collect();
    format!("{ADDRESS}?{}{more}", codes.join("&"))
}

/// GET `/co-quan/ho-so/nhieu`
pub async fn new(
    State(site): State<Site>,
    who: Who,
    Asked(asked): Asked,
) -> Result<Html<String>, Failure> {
    let mut codes = codes(&asked);
    if asked.get("buoc") == "nhap" && codes.len() > 1 {
        let mut typed = Typed::default();
        typed.set_all("thu-tuc", codes);
        return form_page(&site, &who, Mistakes::none(typed), Vec::new()).await;
    }
    let inner = site.clone();
    let asker = who.clone();
    let (catalogue, packages, tier) = site
        .read(&who, move |tx| {
            let around = Around::load(&inner, &asker, tx)?;
            let first = around.counters().first().copied().ok_or(Failure::Forbidden)?;
            let tier = around.desk().office(first).map(|it| it.tier).ok_or(Failure::Forbidden)?;
            Ok((procedures::catalogue(&inner, tx)?, visits::packages(tx)?, tier))
        })
        .await?;
    let ours = |it: &&std::sync::Arc<Version>| {
        it.body.body == "ubnd" && it.body.settled_by(tier, who.tree.has_districts())
    };
    let by_code = |code: &str| catalogue.all().iter().find(|it| it.body.code == code);
    if let Some(package) =
        asked.get("goi").parse::<i64>().ok().and_then(|id| packages.iter().find(|it| it.id == id))
    {
        codes = package.procedures.iter().filter(|it| by_code(it).is_some()).cloned().collect();
    }
    codes.retain(|code| by_code(code).is_some());
    let q = asked.get("q").to_owned();
    let found = if q.is_empty() { Vec::new() } else { catalogue.find(&q, 40) };
    let line = |it: &Version, codes: &[String]| Choice {
        code: it.body.code.clone(),
        name: it.body.name.clone(),
        limit: it.body.limit_text(),
        href: address(codes, ""),
    };
    let chosen = codes
        .iter()
        .filter_map(|code| by_code(code))
        .map(|it| {
            let rest: Vec<String> = codes.iter().filter(|c| **c != it.body.code).cloned().collect();
            line(it, &rest)
        })
        .collect();
    let found = found
        .iter()
        .filter(ours)
        .filter(|it| !codes.contains(&it.body.code))
        .take(15)
        .map(|it| {
            let mut more = codes.clone();
            more.push(it.body.code.clone());
            line(it, &more)
        })
        .collect();
    site.page(&Choose {
        shell: site.shell(&who),
        full: codes.len() >= PROCEDURES_MAX,
        q,
        chosen,
        found,
        packages: packages
            .into_iter()
            .map(|it| (format!("{ADDRESS}?goi={}", it.id), it.name, it.hint))
            .collect(),
    })
}

/// The papers of all procedures, each once, with the places that it has in each.
fn shared(versions: &[Version]) -> Vec<(String, Vec<(usize, usize)>)> {
    let mut shared: Vec<(String, Vec<(usize, usize)>)> = Vec::new();
    for (at, version) in versions.iter().enumerate() {
        for it in version.body.papers_placed().into_iter().take(PAPERS_MAX) {
            let (place, paper) = (it.place, it.paper);
            let folded = text::fold(&paper.name);
            match shared.iter_mut().find(|(name, _)| text::fold(name) == folded) {
                Some((_, places)) => places.push((at, place)),
                None => shared.push((paper.name.clone(), vec![(at, place)])),
            }
        }
    }
    shared.truncate(PAPERS_MAX);
    shared
}

struct Stage {
    versions: Vec<Version>,
    parts: Vec<Part>,
    counters: Vec<(String, String)>,
}

async fn stage(site: &Site, who: &Who, typed: &Typed) -> Result<Stage, Failure> {
    let (inner, asker, typed) = (site.clone(), who.clone(), typed.clone());
    site.read(who, move |tx| {
        let around = Around::load(&inner, &asker, tx)?;
        let unit = counter_of(&around, &typed)?;
        let now = tx.now().civil();
        let mut versions = Vec::new();
        let mut parts = Vec::new();
        for (at, code) in codes(&typed).into_iter().enumerate() {
            let place = at + 1;
            let version =
                procedures::in_force(tx, &code, asker.today())?.ok_or(Failure::NotFound)?;
            let days = typed.get(&format!("so-ngay-{place}")).parse().ok();
            let way = (ChannelKind::Direct, days);
            let limit = version.body.limit(ChannelKind::Direct).and_then(|it| it.time_limit());
            let (due, limit_text, refused) =
                match desk::promise(tx, around.desk(), &code, unit, way, now) {
                    Ok(it) => {
                        let due = it.explanation.due.map_or_else(String::new, text::date_time);
                        (due, it.limit_text, String::new())
                    }
                    Err(Failure::Refused(_)) if limit.is_none() => Default::default(),
                    Err(Failure::Refused(why)) => (String::new(), String::new(), why),
                    Err(other) => return Err(other),
                };
            parts.push(Part {
                place,
                code,
                name: version.body.name.clone(),
                due,
                limit: limit_text,
                fee_hint: version.body.fee_text(),
                asks_fee: crate::fees::is_unknown(&Tariff::default(), &version.body),
                asks_days: limit.is_none(),
                refused,
            });
            versions.push(version);
        }
        let counters = around.counters();
        let counters = counters
            .into_iter()
            .map(|it: UnitId| (it.to_string(), asker.tree.title(it).to_owned()))
            .collect();
        Ok(Stage { versions, parts, counters })
    })
    .await
}

async fn form_page(
    site: &Site,
    who: &Who,
    mut m: Mistakes,
    warnings: Vec<String>,
) -> Result<Html<String>, Failure> {
    let stage = stage(site, who, &m.typed).await?;
    let fresh = m.typed("lan").is_empty();
    if fresh {
        m.typed.set("lan", form::new_token());
    }
    let papers = shared(&stage.versions)
        .into_iter()
        .enumerate()
        .map(|(at, (name, places))| {
            let place = at + 1;
            let mut of: Vec<String> = places.iter().map(|it| (it.0 + 1).to_string()).collect();
            of.dedup();
            let count = m.typed(&format!("so-{place}"));
            SharedPaper {
                place,
                name,
                of: of.join(", "),
                ticked: m.typed.has(&format!("co-{place}")),
                form: m.typed(&format!("dang-{place}")).to_owned(),
                count: if count.is_empty() { "1".to_owned() } else { count.to_owned() },
            }
        })
        .collect();
    let again = address(&codes(&m.typed), "");
    site.page(&Form {
        shell: site.shell(who),
        once: m.typed("lan").to_owned(),
        parts: stage.parts,
        papers,
        ways: ReturnChannel::ALL
            .iter()
            .map(|it| (it.code().to_owned(), it.label().to_owned()))
            .collect(),
        counters: stage.counters,
        warnings,
        kept: files::kept(site, &m.typed)
            .into_iter()
            .zip(m.typed.all(files::KEPT))
            .map(|(it, sealed)| (sealed.to_owned(), it.name, it.size / 1024 + 1))
            .collect(),
        party: PartyView::of(&m, false, true),
        again,
        m: &m,
    })
}

/// The form of one procedure out of the form of all.
fn part_of(
    typed: &Typed,
    at: usize,
    version: &Version,
    papers: &[(String, Vec<(usize, usize)>)],
) -> Typed {
    let own = |name: &str| {
        let dashed = name.rsplit_once('-').filter(|it| it.1.parse::<usize>().is_ok());
        dashed.is_some_and(|it| {
            matches!(it.0, "co" | "so" | "dang" | "le-phi" | "khong-thu" | "ly-do-phi" | "so-ngay")
        })
    };
    let pairs = typed.pairs().iter().filter(|(name, _)| {
        !own(name) && !matches!(name.as_str(), "thu-tuc" | "kenh" | "thanh-vien")
    });
    let mut part = Typed::of(pairs.cloned().collect());
    part.set("thu-tuc", version.body.code.clone());
    part.set("kenh", ChannelKind::Direct.code());
    for name in ["le-phi", "khong-thu", "ly-do-phi", "so-ngay"] {
        part.set(name, typed.get(&format!("{name}-{}", at + 1)));
    }
    for (union, (_, places)) in papers.iter().enumerate() {
        for (_, place) in places.iter().filter(|it| it.0 == at) {
            for name in ["co", "dang", "so"] {
                let from = format!("{name}-{}", union + 1);
                if typed.has(&from) {
                    part.set(&format!("{name}-{place}"), typed.get(&from));
                }
            }
        }
    }
    part
}

/// Where a mistake of one procedure stands in the form of all.
fn in_all(field: &str, at: usize, papers: &[(String, Vec<(usize, usize)>)]) -> String {
    if matches!(field, "le-phi" | "khong-thu" | "ly-do-phi" | "so-ngay") {
        return format!("{field}-{}", at + 1);
    }
    if let Some((name @ ("co" | "so"), place)) = field.rsplit_once('-')
        && let Ok(place) = place.parse::<usize>()
        && let Some(union) = papers.iter().position(|it| it.1.contains(&(at, place)))
    {
        return format!("{name}-{}", union + 1);
    }
    field.to_owned()
}

/// What was read: the intakes, their fees, their procedures, in the same order.
type Read = (Vec<Intake>, Vec<crate::fees::Chosen>, Vec<domain::ids::ProcedureId>);

async fn read(site: &Site, who: &Who, typed: Typed) -> Result<Result<Read, Mistakes>, Failure> {
    let stage = stage(site, who, &typed).await?;
    let papers = shared(&stage.versions);
    let (inner, asker, asked) = (site.clone(), who.clone(), typed.clone());
    let procedures: Vec<_> = stage.versions.iter().map(|it| it.procedure).collect();
    let (unit, twins, procedures) = site
        .glance(who, move |tx| {
            let around = Around::load(&inner, &asker, tx)?;
            let unit = counter_of(&around, &asked)?;
            let twins = twins::find(tx, &around, unit, &asked, &procedures)?;
            Ok((unit, twins, procedures))
        })
        .await?;
    let now = who.now.civil();
    let mut m = Mistakes::none(typed.clone());
    let mut intakes = Vec::new();
    let mut fees = Vec::new();
    if stage.versions.len() < 2 {
        m.by_field.insert("ho-ten".to_owned(), "Chọn từ hai thủ tục trở lên.".to_owned());
    }
    for (at, version) in stage.versions.iter().enumerate() {
        // Rates are counted on a procedure's own form; here an amount is typed, with why.
        let tariff = Tariff::default();
        let part = part_of(&typed, at, version, &papers);
        match read_form(part, Then::Accept, unit, (version, &tariff, AskedOf::default()), now) {
            Ok((intake, _, _, fee)) => {
                fees.push(fee);
                intakes.push(intake);
            }
            Err(wrong) => {
                for (field, why) in wrong.by_field {
                    let why = match field.as_str() {
                        "le-phi" | "khong-thu" | "ly-do-phi" | "so-ngay" | "co-1" => {
                            format!("Thủ tục {}: {why}", at + 1)
                        }
                        _ => why,
                    };
                    m.by_field.entry(in_all(&field, at, &papers)).or_insert(why);
                }
            }
        }
    }
    if m.by_field.is_empty() && !twins.is_empty() {
        m = twins::asked(typed, &twins);
    }
    Ok(if m.any() { Err(m) } else { Ok((intakes, fees, procedures)) })
}

/// POST `/co-quan/ho-so/nhieu`
pub async fn receive(
    State(site): State<Site>,
    who: Who,
    FilledWithFiles(mut typed, mut uploads): FilledWithFiles,
) -> Result<Response, Failure> {
    if let Err(why) = party::take_uploads(&mut typed, &mut uploads) {
        files::carry(&site, &who, &mut typed, uploads).await?;
        let m = Mistakes::one(typed, "tep", why);
        return Err(Failure::Mistaken(form_page(&site, &who, m, Vec::new()).await?));
    }
    let (stored, wrong_file) = files::carry(&site, &who, &mut typed, uploads).await?;
    let pressed = typed.get("viec").to_owned();
    if pressed == "quet" || (pressed == "xem" && !typed.get("quet").is_empty()) {
        let (mistakes, warnings) = scan(&mut typed);
        let m = Mistakes { by_field: mistakes, typed };
        return Ok(form_page(&site, &who, m, warnings).await?.into_response());
    }
    if pressed == "xem" {
        let page = form_page(&site, &who, Mistakes::none(typed), Vec::new()).await?;
        return Ok(page.into_response());
    }
    let sending = Sending::of(&who, &typed, "lan");
    let looked = sending.clone();
    match site.glance(&who, move |tx| Ok(looked.before(tx)?)).await? {
        Some(Before::Same(location)) => return Ok(told(&format!("{location}?moi=1"), DONE)),
        Some(Before::Other(location)) => {
            let m = sending.again(location);
            return Err(Failure::Mistaken(form_page(&site, &who, m, Vec::new()).await?));
        }
        None => {}
    }
    let as_typed = typed.clone();
    let mut read = read(&site, &who, typed).await?;
    if let Some(why) = wrong_file {
        let mut m = read.err().unwrap_or_else(|| Mistakes::none(as_typed.clone()));
        m.by_field.insert("tep".to_owned(), why);
        read = Err(m);
    }
    let (intakes, fees, procedures) = match read {
        Ok(it) => it,
        Err(m) => return Err(Failure::Mistaken(form_page(&site, &who, m, Vec::new()).await?)),
    };
    let (inner, asker) = (site.clone(), who.clone());
    let work = move |tx: &mut store::Tx<'_>| {
        let around = Around::load(&inner, &asker, tx)?;
        // Another counter may have received the same meanwhile: whoever writes looks again.
        let unit = intakes.first().map(|it| it.unit).ok_or(Failure::NotFound)?;
        let twins = twins::find(tx, &around, unit, &as_typed, &procedures)?;
        if !twins.is_empty() {
            return Ok(Err(twins::asked(as_typed.clone(), &twins)));
        }
        let ids = desk_many(tx, &around, &intakes)?;
        let first = *ids.first().ok_or(Failure::NotFound)?;
        for (id, fee) in ids.iter().zip(&fees).filter(|it| it.1.any) {
            let why = (fee.by_hand, fee.reason.as_str(), true);
            crate::fees::facts::record(tx, *id, &fee.assessment, why)?;
        }
        for id in ids {
            files::attach(tx, id, "scan", &stored)?;
            inner.tell_received(tx, &asker, id)?;
        }
        Ok(Ok(format!("/co-quan/ho-so/{first}")))
    };
    match once(&site, &who, sending, work).await? {
        Sent::Done(location) => Ok(told(&format!("{location}?moi=1"), DONE)),
        Sent::Wrong(m) | Sent::Before(m) => {
            Err(Failure::Mistaken(form_page(&site, &who, m, Vec::new()).await?))
        }
    }
}

const DONE: &str = "Đã tiếp nhận các hồ sơ. Hãy in giấy hẹn chung.";

fn desk_many(
    tx: &mut store::Tx<'_>,
    around: &Around,
    intakes: &[Intake],
) -> Result<Vec<domain::ids::DossierId>, Failure> {
    let unit = intakes.first().map(|it| it.unit).ok_or(Failure::NotFound)?;
    let maker = around.maker_at(unit);
    desk::receive_together(tx, around.desk(), &maker, intakes)
}
