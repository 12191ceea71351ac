//! The counter: find the procedure, scan the card, tick the papers, see the date, receive.

use askama::Template;
use axum::response::{IntoResponse as _, Response};
use domain::{
    dossier::ReturnChannel,
    ids::UnitId,
    procedure::{ChannelKind, PaperRole, ProcedureVersion, papers::PaperKind},
};
use site::{
    Asked, Failure, Fields, FilledWithFiles, Html, Mistakes, Shell, Site, State, Typed, Who,
    at_once::BookAsks,
    form::{Before, Sending, Sent, once},
    show::Working,
    told,
};

use super::{
    checklist, desk, drafts, files,
    party::{self, PartyView},
    printing, recent, reuse,
    view::Around,
};
use crate::{
    fees::{self, Choices, choices},
    hand_entries::{self, HandEntry},
    procedures::facts::{self as procedures, Version},
};

mod book;
pub(super) mod reading;
pub(super) mod twins;

use reading::{Ending, Read, Then, Wanted, read_form, scan, wanted};

struct Choice {
    /// Nothing is received for now, and until when.
    paused: String,
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
    keeper: drafts::Keeper,
    /// The dossier whose people go into the new one; empty if none.
    from: String,
}

struct PaperRow {
    place: usize,
    name: String,
    group: String,
    shown_only: bool,
    /// Brought in some cases only.
    case: bool,
    ticked: bool,
    form: String,
    count: String,
    /// Why it is not asked for.
    replaced: String,
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
    /// Nobody knows here what it costs: the counter says it, or that nothing is charged.
    asks_fee: bool,
    fees: Choices,
    warnings: Vec<String>,
    promised: Option<Promised>,
    refused: Option<String>,
    on_the_spot: bool,
    /// The book that gives the number, and what it asks for.
    book: Option<BookAsks>,
    grounds: Vec<(String, String)>,
    /// No limit is published: the counter names one.
    asks_days: bool,
    /// Nothing is received for now.
    paused: bool,
    /// A card was just read: the next field is the telephone.
    scanned: bool,
    /// Files that are put away already: what the form carries, name, kilobytes,
    /// what was found about it.
    kept: Vec<(String, String, i64, String)>,
    /// The code of an open dossier of the same person on the same procedure.
    twin: String,
    party: PartyView,
    tools: Tools,
}

impl Form<'_> {
    /// Whether the row stands there to which a mistake about all papers leads.
    fn has_first(&self) -> bool {
        self.papers.iter().any(|it| it.place == 1)
    }
}

/// What makes the form quick: drafts, people served lately, papers filed before.
struct Tools {
    keeper: drafts::Keeper,
    recent: Vec<recent::Line>,
    reuse: reuse::Offers,
    ways: Vec<(&'static str, &'static str)>,
    /// Papers that a database replaces and that the list does not name.
    replaced: Vec<(String, String)>,
    may_lack_data: bool,
}

impl Tools {
    fn load(
        tx: &mut store::Tx<'_>,
        site: &Site,
        around: &Around,
        unit: UnitId,
        typed: &Typed,
        body: &ProcedureVersion,
    ) -> Result<Self, Failure> {
        let rows = procedures::shipped::replaced(&body.code);
        let named = |it: &&domain::names_replaced::ReplacedPaper| {
            !body.papers_to_bring().any(|paper| it.covers(&paper.name))
        };
        Ok(Self {
            keeper: drafts::Keeper::load(tx, site, &around.who, typed.get("lan"))?,
            recent: recent::lines(tx, around)?,
            reuse: reuse::offers(tx, site, (around, unit), typed, body)?,
            ways: reuse::ways(),
            replaced: rows.iter().filter(named).map(|it| (it.paper.clone(), it.reason())).collect(),
            may_lack_data: !rows.is_empty(),
        })
    }
}

/// GET `/co-quan/ho-so/moi`
pub async fn new(
    State(site): State<Site>,
    who: Who,
    Asked(asked): Asked,
) -> Result<Html<String>, Failure> {
    let code = asked.get("thu-tuc").to_owned();
    if let Ok(id) = asked.get("nhap").parse() {
        let typed = drafts::resume(&site, &who, id).await?;
        return form_page(&site, &who, Mistakes::none(typed), Vec::new()).await;
    }
    let from = asked.get("tu").parse().ok().map(domain::ids::DossierId);
    if !code.is_empty() {
        let mut typed = Typed::default();
        typed.set("thu-tuc", code);
        typed.set("kenh", ChannelKind::Direct.code());
        if let Some(id) = from {
            recent::fill(&site, &who, id, &mut typed).await?;
        }
        return form_page(&site, &who, Mistakes::none(typed), Vec::new()).await;
    }
    let q = asked.get("q").to_owned();
    let catalogue = {
        let site = site.clone();
        let inner = site.clone();
        site.read(&who, move |tx| Ok(procedures::catalogue(&inner, tx)?)).await?
    };
    let (site_ref, around_who) = (site.clone(), who.clone());
    let (tier, keeper) = site
        .read(&who, move |tx| {
            let around = Around::load(&site_ref, &around_who, tx)?;
            let first = around.counters().first().copied();
            let tier = first.and_then(|it| around.desk().office(it)).map(|it| it.tier);
            Ok((tier, drafts::Keeper::load(tx, &site_ref, &around_who, "")?))
        })
        .await?;
    let tier = tier.ok_or(Failure::Forbidden)?;
    let (today, with_districts) = (who.today(), who.tree.has_districts());
    let ours = |it: &Version| it.body.body == "ubnd" && it.body.settled_by(tier, with_districts);
    let mut found: Vec<_> = if q.is_empty() {
        catalogue.all().iter().filter(|it| ours(it) && it.body.on_the_spot).cloned().collect()
    } else {
        catalogue.find(&q, 80).into_iter().filter(|it| ours(it)).collect()
    };
    if q.is_empty() {
        // What has a published limit needs nothing agreed on: it stands first.
        found.sort_by_key(|it| it.body.limits.is_empty());
    }
    found.truncate(20);
    let did_you_mean = if found.is_empty() { catalogue.did_you_mean(&q) } else { None };
    let found = found
        .into_iter()
        .map(|it| Choice {
            paused: it.paused_on(today).map_or_else(String::new, |it| match it.until {
                Some(until) => format!("tạm dừng đến hết {}", domain::text::date(until)),
                None => "tạm dừng tiếp nhận".to_owned(),
            }),
            code: it.body.code.clone(),
            name: it.body.name.clone(),
            sector: it.body.sector.clone(),
            limit: it.body.limit_text(),
        })
        .collect();
    let from = from.map_or_else(String::new, |it| it.to_string());
    site.page(&Choose { shell: site.shell(&who), q, found, did_you_mean, keeper, from })
}

pub(super) fn counter_of(around: &Around, typed: &Typed) -> Result<UnitId, Failure> {
    let mine = around.counters();
    let asked = typed.get("bo-phan").parse().ok().map(UnitId);
    asked.filter(|it| mine.contains(it)).or_else(|| mine.first().copied()).ok_or(Failure::Forbidden)
}

/// The version in force on the day of receipt; that of today where none was, and the desk says no.
fn version_of(
    tx: &mut store::Tx<'_>,
    typed: &Typed,
    day: jiff::civil::Date,
) -> Result<Version, Failure> {
    let (code, today) = (typed.get("thu-tuc"), tx.now().civil().date());
    let found = procedures::in_force(tx, code, day)?;
    match found {
        Some(it) => Ok(it),
        None => procedures::in_force(tx, code, today)?.ok_or(Failure::NotFound),
    }
}

/// Working days that the counter names where no limit is published.
fn agreed_days(typed: &Typed) -> Option<u16> {
    typed.get("so-ngay").trim().parse().ok().filter(|it| (1..=365).contains(it))
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
    if m.typed("lan").is_empty() {
        m.typed.set("lan", site::random_hex(16));
    }
    let (inner, asker, typed) = (site.clone(), who.clone(), m.typed.clone());
    let (version, counters, signers, promise, (tools, tariff, book_asks, declaration)) = site
        .read(who, move |tx| {
            let around = Around::load(&inner, &asker, tx)?;
            let unit = counter_of(&around, &typed)?;
            let office = around.desk().office(unit).ok_or(Failure::Forbidden)?;
            // What was received on paper is received by the rules of that day.
            let now = hand_entries::moment(&typed, tx.now().civil());
            let today = now.date();
            let version = version_of(tx, &typed, today)?;
            let counters: Vec<(String, String)> = around
                .counters()
                .into_iter()
                .map(|it| (it.to_string(), asker.tree.title(it).to_owned()))
                .collect();
            let signers =
                around.people(tx, domain::access::Role::Leader, office.body, office.body)?;
            let code = typed.get("thu-tuc").to_owned();
            // Days that the counter names count only where none are published.
            let published = version.body.limit(channel_of(&typed)).and_then(|it| it.time_limit());
            let days = if published.is_some() { None } else { agreed_days(&typed) };
            let way = (channel_of(&typed), days);
            let promise = desk::promise(tx, around.desk(), &code, unit, way, now);
            let tools = Tools::load(tx, &inner, &around, unit, &typed, &version.body)?;
            let tariff = fees::facts::tariff(tx, &version.body, today)?;
            let book_asks = book::asks(tx, &around, unit, &version, &tariff)?;
            let declaration = reading::declaration(tx, &version.body, today)?;
            Ok((version, counters, signers, promise, (tools, tariff, book_asks, declaration)))
        })
        .await?;
    book::propose(book_asks.as_ref(), &mut m.typed);
    reuse::looked(site, who, &tools.reuse).await?;
    let paused = version.paused_on(who.today());
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
    let limit = body.limit(channel_of(&m.typed)).and_then(|it| it.time_limit());
    // The field beside the date says the same.
    let unnamed = desk::DeskError::NoLimit.to_string();
    let refused = refused.filter(|it| limit.is_some() || *it != unnamed);
    let codes = |it: ChannelKind| (it.code().to_owned(), it.label().to_owned());
    let channels = if body.channels.is_empty() {
        ChannelKind::ALL.iter().copied().map(codes).collect()
    } else {
        body.channels.iter().copied().map(codes).collect()
    };
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
        papers: paper_rows(body, declaration.as_deref(), &m.typed),
        notes: body.paper_notes().map(|it| it.name.clone()).collect(),
        fee_hint: body.fee_text(),
        asks_fee: fees::is_unknown(&tariff, body),
        fees: choices(&tariff, &m, channel_of(&m.typed)),
        warnings,
        promised,
        refused,
        on_the_spot: body.on_the_spot,
        book: book_asks,
        grounds: super::steps::grounds(),
        asks_days: limit.is_none(),
        paused: paused.is_some(),
        scanned: m.typed("da-quet") == "1",
        kept: files::kept(site, &m.typed)
            .into_iter()
            .zip(m.typed.all(files::KEPT))
            .map(|(it, sealed)| {
                let told = it.told();
                (sealed.to_owned(), it.name, it.size / 1024 + 1, told)
            })
            .collect(),
        twin: m.typed("trung").to_owned(),
        party: PartyView::of(&m, true, true),
        tools,
        m: &m,
    };
    site.page(&page)
}

fn paper_rows(body: &ProcedureVersion, declaration: Option<&str>, typed: &Typed) -> Vec<PaperRow> {
    let fresh = !typed.has("lan");
    wanted(body, declaration)
        .into_iter()
        .map(|Wanted { place, kind, paper: it }| {
            let count = typed.get(&format!("so-{place}"));
            PaperRow {
                place,
                name: it.name.clone(),
                group: it.group.clone(),
                replaced: checklist::replaced_by(&body.code, &it.name)
                    .map(|it| it.reason())
                    .unwrap_or_default(),
                shown_only: it.role == PaperRole::Show,
                case: kind == PaperKind::Case,
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
    FilledWithFiles(mut typed, mut uploads): FilledWithFiles,
) -> Result<Response, Failure> {
    if let Err(why) = party::take_uploads(&mut typed, &mut uploads) {
        let (_, _) = files::carry(&site, &who, &mut typed, uploads).await?;
        let mut m = Mistakes::none(typed);
        m.by_field.insert("thanh-vien".to_owned(), why);
        return Err(Failure::Mistaken(form_page(&site, &who, m, Vec::new()).await?));
    }
    let (stored, wrong_file) = files::carry(&site, &who, &mut typed, uploads).await?;
    match typed.get("viec") {
        // Enter at the end of a line: a scanner's, or somebody's who looks at the date.
        "quet" | "xem" if typed.get("viec") == "quet" || !typed.get("quet").is_empty() => {
            let (mistakes, warnings) = scan(&mut typed);
            typed.set("da-quet", if mistakes.is_empty() { "1" } else { "" });
            let m = Mistakes { by_field: mistakes, typed };
            return Ok(form_page(&site, &who, m, warnings).await?.into_response());
        }
        "xem" => {
            let page = form_page(&site, &who, Mistakes::none(typed), Vec::new()).await?;
            return Ok(page.into_response());
        }
        "nhap" => {
            return match drafts::sent_before(&site, &who, &typed).await? {
                None => drafts::put_aside(&site, &who, typed).await,
                Some(Before::Same(location)) => {
                    Ok(told(&location, "Biểu mẫu này đã gửi thành hồ sơ, không còn nháp."))
                }
                Some(Before::Other(location)) => {
                    let m = Sending::of(&who, &typed, "lan").again(location);
                    Err(Failure::Mistaken(form_page(&site, &who, m, Vec::new()).await?))
                }
            };
        }
        "tim-giay" => {
            let by_field = reuse::ask(&site, &who, &mut typed).await?;
            let m = Mistakes { by_field, typed };
            return Ok(form_page(&site, &who, m, Vec::new()).await?.into_response());
        }
        other => {
            if let Some(id) = other.strip_prefix("nguoi:").and_then(|it| it.parse().ok()) {
                recent::fill(&site, &who, domain::ids::DossierId(id), &mut typed).await?;
                let page = form_page(&site, &who, Mistakes::none(typed), Vec::new()).await?;
                return Ok(page.into_response());
            }
        }
    }
    let wanted = reuse::mark(&mut typed);
    let then = Then::of(typed.get("viec"));
    // Sent twice in a row, a form leads to what it made; with other words in it, it is another
    // person's, who must not vanish behind the first.
    let sending = Sending::of(&who, &typed, "lan");
    let looked = sending.clone();
    match site.glance(&who, move |tx| Ok(looked.before(tx)?)).await? {
        Some(Before::Same(location)) => {
            return Ok(told(&format!("{location}?moi=1"), then.done()));
        }
        Some(Before::Other(location)) => {
            let m = sending.again(location);
            return Err(Failure::Mistaken(form_page(&site, &who, m, Vec::new()).await?));
        }
        None => {}
    }
    let all = typed.clone();
    let mut read = read(&site, &who, typed, then, &wanted).await?;
    if let Some(why) = wrong_file {
        // The other mistakes of the form are told with it.
        let mut m = read.err().unwrap_or_else(|| Mistakes::none(all.clone()));
        m.by_field.insert("tep".to_owned(), why);
        read = Err(m);
    }
    let ((intake, _, ending, chosen), on_paper) = match read {
        Ok(it) => it,
        Err(m) => {
            return Err(Failure::Mistaken(form_page(&site, &who, m, Vec::new()).await?));
        }
    };
    let (inner, asker) = (site.clone(), who.clone());
    let work = move |tx: &mut store::Tx<'_>| {
        let around = Around::load(&inner, &asker, tx)?;
        let maker = around.maker_at(intake.unit);
        let desk = around.desk();
        // Another counter may have received the same meanwhile: whoever writes looks again.
        if then != Then::Refuse {
            let version = version_of(tx, &all, intake.received_at.date())?;
            let twins = twins::find(tx, &around, intake.unit, &all, &[version.procedure])?;
            if !twins.is_empty() {
                return Ok(Err(twins::asked(all.clone(), &twins)));
            }
        }
        let received = match &ending {
            Ending::Accept => desk::receive(tx, desk, &maker, &intake)?,
            Ending::AtOnce(signer, number) => {
                let version = version_of(tx, &all, intake.received_at.date())?;
                let tariff = fees::facts::tariff(tx, &version.body, intake.received_at.date())?;
                let (chosen, number) = ((&intake, &chosen), (*signer, number.clone()));
                let around = (&around, &maker, &all);
                match book::settle(tx, around, (&version, &tariff), chosen, number)? {
                    Ok(it) => it,
                    Err(m) => return Ok(Err(m)),
                }
            }
            Ending::HoldBack(why, words) => {
                desk::hold_back(tx, desk, &maker, &intake, (why.clone(), words.clone()))?
            }
        };
        if chosen.any && matches!(ending, Ending::Accept) {
            let why = (chosen.by_hand, chosen.reason.as_str(), true);
            fees::facts::record(tx, received.id, &chosen.assessment, why)?;
        }
        if let Some(it) = &on_paper {
            hand_entries::record(tx, &asker, intake.unit, received.id, it)?;
        }
        files::attach(tx, received.id, "scan", &stored)?;
        inner.tell_received(tx, &asker, received.id)?;
        after(tx, (&inner, &around), received.id, &all, &wanted, &ending)?;
        Ok(Ok(format!("/co-quan/ho-so/{}", received.id)))
    };
    match once(&site, &who, sending, work).await? {
        Sent::Done(location) => Ok(told(&format!("{location}?moi=1"), then.done())),
        Sent::Wrong(m) | Sent::Before(m) => {
            Err(Failure::Mistaken(form_page(&site, &who, m, Vec::new()).await?))
        }
    }
}

/// What else is done with a dossier that was just written: papers used again, what is missing, the
/// paper that waits for the printer; its draft is none any more.
fn after(
    tx: &mut store::Tx<'_>,
    (site, around): (&Site, &Around),
    id: domain::ids::DossierId,
    typed: &Typed,
    wanted: &[reuse::Wanted],
    ending: &Ending,
) -> Result<(), Failure> {
    reuse::apply(tx, (site, around), id, typed, wanted)?;
    if let Ending::HoldBack(desk::NotAccepted::Complete, words) = ending {
        let on_desk = desk::take(tx, id)?;
        checklist::asked(tx, id, &on_desk.version.body, words)?;
    }
    if typed.has("in-sau") {
        let paper = match ending {
            Ending::Accept | Ending::AtOnce(..) => "giay-hen",
            Ending::HoldBack(desk::NotAccepted::Complete, _) => "yeu-cau-bo-sung",
            Ending::HoldBack(desk::NotAccepted::Refuse(_), _) => "tu-choi",
        };
        printing::put(tx, id, paper)?;
    }
    recent::served(tx, id)?;
    Ok(drafts::forget(tx, around.who.account, typed.get("lan"))?)
}

async fn read(
    site: &Site,
    who: &Who,
    typed: Typed,
    then: Then,
    wanted: &[reuse::Wanted],
) -> Result<Result<(Read, Option<HandEntry>), Mistakes>, Failure> {
    let (inner, asker, asked) = (site.clone(), who.clone(), typed.clone());
    let again = typed.clone();
    let (unit, version, (tariff, by_book, declaration), (now, at), twins, (on_paper, agreed)) =
        site.glance(who, move |tx| {
            let around = Around::load(&inner, &asker, tx)?;
            let unit = counter_of(&around, &asked)?;
            let now = tx.now().civil();
            let at = hand_entries::moment(&asked, now);
            let version = version_of(tx, &asked, at.date())?;
            let receipt = hand_entries::receipt_of(&asked);
            let calendar = around.desk().calendar(unit);
            let on_paper = hand_entries::Around {
                days_max: hand_entries::days_max(tx)?,
                passed: calendar.working_days_between(at.date(), now.date()).into(),
                was_open: calendar.is_open_at(at),
                used: hand_entries::receipt_used(tx, unit, at.date(), &receipt)?,
            };
            let twins = twins::find(tx, &around, unit, &asked, &[version.procedure])?;
            let tariff = fees::facts::tariff(tx, &version.body, at.date())?;
            let by_book = book::asks(tx, &around, unit, &version, &tariff)?.is_some();
            let declaration = reading::declaration(tx, &version.body, at.date())?;
            let agreed = reuse::is_agreed(tx, &inner, &asked)?;
            let read = (tariff, by_book, declaration);
            Ok((unit, version, read, (now, at), twins, (on_paper, agreed)))
        })
        .await?;
    let mut owed = Mistakes::none(again.clone());
    reuse::mistakes(wanted, agreed, &mut owed);
    let mut fields = Fields::of(again.clone());
    let entry = hand_entries::read(&mut fields, then == Then::Accept, now, &on_paper);
    if let Err(m) = fields.finish(entry.clone()) {
        owed.by_field.extend(m.by_field);
    }
    let entry = entry.flatten();
    let asked = reading::Asked { by_book, declaration: declaration.as_deref() };
    let read = match read_form(typed, then, unit, (&version, &tariff, asked), at) {
        Ok(_) if owed.any() => Err(owed),
        Err(mut m) => {
            m.by_field.extend(owed.by_field);
            Err(m)
        }
        right => right,
    };
    Ok(match read {
        Ok(_) if !twins.is_empty() && then != Then::Refuse => Err(twins::asked(again, &twins)),
        read => read.map(|it| (it, entry)),
    })
}
