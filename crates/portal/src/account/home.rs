//! The page of one's own account: who one is here, one's dossiers, how one is reached, where one is signed in.

use askama::Template;
use axum::{http::HeaderMap, response::Response};
use citizen::dossiers::facts as dossiers;
use domain::{
    assurance::{Assurance, Deed, SignInWay},
    identity::{Email, Phone},
};
use site::{
    Asked, Failure, Fields, Filled, Html, Lang, Mistakes, Path, Shell, Site, State, Typed, Who,
    Words, told,
};
use store::{Fault, Tx, journal::Entry};

use super::{
    SUBJECT, codes, devices,
    facts::{self, Citizen},
    own,
    session::{self, SignedIn},
    sql,
};
use crate::filing::facts as filings;

/// The cookie that shows the code for the counter again, for as long as it is good.
pub(super) const COUNTER_COOKIE: &str = "mc_quay";
const COUNTER_GOOD_S: i64 = 15 * 60;
/// Dossiers of one page.
const ROWS: usize = 20;

struct DossierLine {
    code: String,
    procedure: String,
    status: String,
    due: String,
    /// What he is told of it: who filed it for him.
    told: Vec<String>,
    /// It can be opened with this session.
    opens: bool,
}

struct DraftLine {
    procedure: String,
    unit: String,
    changed: String,
    href: String,
}

struct SessionLine {
    id: i64,
    agent: String,
    origin: String,
    way: String,
    created: String,
    is_this: bool,
    is_open: bool,
}

struct DeedLine {
    title: String,
    why_not: String,
}

#[derive(Template)]
#[template(path = "account/templates/home.html")]
struct Page {
    shell: Shell,
    me: Citizen,
    name: String,
    birth_date: String,
    number: String,
    phone: String,
    assurance: String,
    identified: bool,
    is_whole: bool,
    providers: Vec<String>,
    deeds: Vec<DeedLine>,
    dossiers: Vec<DossierLine>,
    /// What somebody filed with his number without proof.
    doubtful: Vec<DossierLine>,
    drafts: Vec<DraftLine>,
    count: String,
    next: Option<String>,
    /// How many results are in his store.
    store: String,
    sessions: Vec<SessionLine>,
    counter_code: Option<String>,
    is_vietnamese: bool,
    /// This browser began something without the account.
    has_begun: bool,
    /// How this browser is asked to show notices: the key, and which hear already.
    devices: Option<(String, String)>,
}

/// What the portal calls an assurance in the reader's language.
fn assurance_said(words: Words, it: Assurance) -> String {
    match it {
        Assurance::Nothing => words.say("account-assurance-none"),
        Assurance::Phone => words.say("account-assurance-phone"),
        Assurance::Identified => words.say("account-assurance-identified"),
    }
}

fn deed_said(words: Words, it: Deed) -> String {
    match it {
        Deed::File => words.say("account-deed-file"),
        Deed::Pay => words.say("account-deed-pay"),
        Deed::SeeResults => words.say("account-deed-results"),
        Deed::Store => words.say("account-deed-store"),
        Deed::SeeOthers => words.say("account-deed-others"),
    }
}

/// A browser as its owner knows it: `Chrome trên Android`; what it says of itself if we know neither.
fn browser_said(words: Words, agent: &str) -> String {
    let named = |marks: &[(&str, &'static str)]| {
        marks.iter().find(|(mark, _)| agent.contains(mark)).map(|(_, name)| *name)
    };
    // Those that call themselves Chrome or Safari as well come first.
    let browser = named(&[
        ("coc_coc", "Cốc Cốc"),
        ("SamsungBrowser", "Samsung Internet"),
        ("Zalo", "Zalo"),
        ("Edg", "Edge"),
        ("OPR", "Opera"),
        ("Firefox", "Firefox"),
        ("Chrome", "Chrome"),
        ("CriOS", "Chrome"),
        ("Safari", "Safari"),
    ]);
    let system = named(&[
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Windows", "Windows"),
        ("Mac OS", "macOS"),
        ("Linux", "Linux"),
    ]);
    match (browser, system) {
        (Some(browser), Some(system)) => {
            words.say_with("account-browser", &[("browser", browser), ("system", system)])
        }
        _ => agent.to_owned(),
    }
}

/// The dossiers of one page, with their states in the reader's language.
fn lines(
    site: &Site,
    tx: &mut Tx<'_>,
    words: Words,
    ids: &[domain::ids::DossierId],
    opens: impl Fn(domain::ids::DossierId) -> bool,
) -> Result<Vec<DossierLine>, Fault> {
    let mut lines = Vec::with_capacity(ids.len());
    for id in ids {
        let Some(kept) = dossiers::by_id(tx, *id)? else { continue };
        let version = citizen::procedures::facts::version(tx, kept.version)?;
        let dossier = &kept.dossier;
        lines.push(DossierLine {
            procedure: version.map(|it| it.body.name.clone()).unwrap_or_default(),
            status: dossier.status.public().map_or_else(String::new, |it| match words.lang {
                Lang::Vi => it.label().to_owned(),
                Lang::En => it.english().to_owned(),
            }),
            due: dossier
                .due_at
                .filter(|_| dossier.finished_at.is_none())
                .map_or_else(String::new, |it| words.moment(it)),
            told: site.told_of(words, tx, kept.id)?,
            opens: opens(*id),
            code: kept.code,
        });
    }
    Ok(lines)
}

/// What was begun from the account and not sent.
fn drafts(
    site: &Site,
    who: &Who,
    tx: &mut Tx<'_>,
    words: Words,
    citizen: domain::ids::CitizenId,
) -> Result<Vec<DraftLine>, Fault> {
    let found = filings::drafts_of(site, tx, citizen)?;
    if found.is_empty() {
        return Ok(Vec::new());
    }
    let catalogue = citizen::procedures::facts::catalogue(site, tx)?;
    let line = |it: filings::Draft| DraftLine {
        procedure: catalogue.get(&it.procedure).map_or(it.procedure, |it| it.body.name.clone()),
        unit: who.tree.title(it.unit).to_owned(),
        changed: words.moment(it.changed.civil()),
        href: it.href,
    };
    Ok(found.into_iter().map(line).collect())
}

/// GET `/tai-khoan`
pub async fn show(
    State(site): State<Site>,
    who: Who,
    headers: HeaderMap,
    it: SignedIn,
    Asked(asked): Asked,
) -> Result<Html<String>, Failure> {
    let shell = site.shell(&who);
    let words = shell.words;
    let is_whole = it.is_whole();
    let SignedIn { citizen: me, account, session: this } = it;
    let from: usize = asked.get("tu").parse().unwrap_or(0);
    let asker = me.clone();
    let (inner, viewer, sent) = (site.clone(), who.clone(), headers.clone());
    let (all, dossiers, (doubtful, drafts, has_begun), (providers, store), (sessions, devices)) =
        site.read(&who, move |tx| {
            // What is in a draft is more than a telephone alone opens.
            let drafts =
                if is_whole { drafts(&inner, &viewer, tx, words, asker.id)? } else { Vec::new() };
            let ids = facts::dossiers_of(tx, &asker)?;
            let part: Vec<_> = ids.iter().skip(from).take(ROWS).copied().collect();
            let lines = lines(&inner, tx, words, &part, |_| true)?;
            let providers = sql::providers::names_of(tx, asker.id)?;
            let doubtful = if is_whole { own::doubtful(tx, &asker)? } else { Vec::new() };
            let doubtful: Vec<_> = doubtful.into_iter().take(ROWS).collect();
            let doubtful = self::lines(&inner, tx, words, &doubtful, |_| false)?;
            let store = crate::vault::mine(tx, &asker)?.len();
            let sessions = (sql::sessions(tx, asker.id)?, devices::asking(&inner, tx, &asker)?);
            let has_begun = filings::has_begun(&inner, tx, &sent)?;
            let begun = (doubtful, drafts, has_begun);
            Ok((ids.len(), lines, begun, (providers, store), sessions))
        })
        .await?;
    let deeds = Deed::ALL.iter().map(|deed| DeedLine {
        title: deed_said(words, *deed),
        why_not: me.may(*deed).err().map_or_else(String::new, |why| facts::not_sure(words, why)),
    });
    let sessions = sessions.into_iter().map(|it| SessionLine {
        way: match it.way {
            SignInWay::Provider => words.say("account-way-provider"),
            SignInWay::Phone => words.say("account-way-phone"),
        },
        created: words.moment(it.created.civil()),
        is_this: it.id == this,
        id: it.id,
        agent: browser_said(words, &it.agent),
        origin: it.origin,
        is_open: it.is_open,
    });
    let next = from.saturating_add(ROWS);
    let born: Option<jiff::civil::Date> = me.birth_date.parse().ok();
    site.page(&Page {
        name: me.name.clone(),
        birth_date: born.map_or_else(String::new, domain::text::date),
        number: if me.id_number.is_empty() {
            String::new()
        } else {
            domain::text::mask_id(&me.id_number)
        },
        phone: Phone::parse(&me.phone).map_or_else(|_| String::new(), |it| it.grouped()),
        assurance: assurance_said(words, me.assurance),
        identified: me.assurance == Assurance::Identified,
        is_whole,
        providers,
        deeds: deeds.collect(),
        count: words.say_with("account-dossier-count", &[("count", &all.to_string())]),
        next: (all > next).then(|| format!("/tai-khoan?tu={next}")),
        store: words.say_with("vault-mine", &[("count", &store.to_string())]),
        dossiers,
        doubtful,
        drafts,
        sessions: sessions.collect(),
        counter_code: counter_code_of(&site, &who, &headers, account.id.0),
        is_vietnamese: account.lang == Lang::Vi,
        devices,
        has_begun,
        me,
        shell,
    })
}

fn counter_code_of(site: &Site, who: &Who, headers: &HeaderMap, citizen: i64) -> Option<String> {
    let sealed = site::who::cookie(headers, COUNTER_COOKIE)?;
    let text = site.seal.open(&format!("citizen-counter:{citizen}"), sealed).ok()?;
    let (until, code) = text.split_once(' ')?;
    let is_good = until.parse::<i64>().is_ok_and(|it| who.now.epoch_ms() < it);
    is_good.then(|| format!("{} {}", code.get(..4).unwrap_or(""), code.get(4..).unwrap_or("")))
}

/// POST `/tai-khoan/ma-tai-quay`: a code to show at a counter.
pub async fn counter_code(
    State(site): State<Site>,
    who: Who,
    it: SignedIn,
    Filled(_): Filled,
) -> Result<Response, Failure> {
    demand_whole(&site, &who, &it)?;
    codes::may_ask(&site, &who).map_err(|wait_s| Failure::TooMany { wait_s })?;
    let (inner, citizen) = (site.clone(), it.citizen.id);
    let code = site.write(&who, move |tx| Ok(codes::for_counter(&inner, tx, citizen)?)).await?;
    let until = who.now.epoch_ms() + COUNTER_GOOD_S * 1000;
    let about = format!("citizen-counter:{citizen}");
    let sealed = site.seal.close(&about, &format!("{until} {code}"))?;
    let mut response =
        axum::response::IntoResponse::into_response(site::Redirect::to("/tai-khoan#ma-tai-quay"));
    session::put(&mut response, &site, COUNTER_COOKIE, &sealed, "/tai-khoan", COUNTER_GOOD_S);
    Ok(response)
}

#[derive(Template)]
#[template(path = "account/templates/contact.html")]
struct Contact<'a> {
    shell: Shell,
    m: &'a Mistakes,
    edition: i64,
    /// The name is known from a provider or a card: it is not typed.
    name_is_known: bool,
}

fn contact_page(
    site: &Site,
    who: &Who,
    m: &Mistakes,
    account: &sql::Account,
) -> Result<Html<String>, Failure> {
    site.page(&Contact {
        shell: site.shell(who),
        m,
        edition: account.edition,
        name_is_known: account.id_number.is_some(),
    })
}

/// Whoever is known by his telephone alone does not change what a provider vouched for.
pub(super) fn demand_whole(site: &Site, who: &Who, it: &SignedIn) -> Result<(), Failure> {
    if it.is_whole() {
        return Ok(());
    }
    Err(Failure::Refused(site.shell(who).words.say("account-needs-identity")))
}

/// GET `/tai-khoan/lien-he`
pub async fn contact_form(
    State(site): State<Site>,
    who: Who,
    it: SignedIn,
) -> Result<Html<String>, Failure> {
    demand_whole(&site, &who, &it)?;
    let mut typed = Typed::default();
    for (name, value) in [
        ("ho-ten", &it.account.name),
        ("thu-dien-tu", &it.account.email),
        ("dia-chi", &it.account.address),
    ] {
        typed.set(name, value.clone());
    }
    contact_page(&site, &who, &Mistakes::none(typed), &it.account)
}

/// A mistake in the reader's language: what the forms say is Vietnamese.
fn mistakes_said(words: Words, mut m: Mistakes) -> Mistakes {
    if words.lang == Lang::En {
        for text in m.by_field.values_mut() {
            *text = words.say("account-field-wrong");
        }
    }
    m
}

/// POST `/tai-khoan/lien-he`
pub async fn contact(
    State(site): State<Site>,
    who: Who,
    it: SignedIn,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    demand_whole(&site, &who, &it)?;
    let words = site.shell(&who).words;
    let mut fields = Fields::of(typed);
    let name = fields.optional_text("ho-ten", 120);
    let email = fields.read_optional("thu-dien-tu", Email::parse);
    let address = fields.optional_text("dia-chi", 240);
    let edition = fields.typed().get("an-ban").parse().unwrap_or(0);
    let whole = (|| Some((name?, email?, address?)))();
    let (name, email, address) = match fields.finish(whole) {
        Ok(it) => it,
        Err(m) => {
            let m = mistakes_said(words, m);
            return Err(Failure::Mistaken(contact_page(&site, &who, &m, &it.account)?));
        }
    };
    let citizen = it.citizen.id;
    let stale = words.say("account-changed-meanwhile");
    site.write(&who, move |tx| {
        let email = email.map_or_else(String::new, |it| it.reveal().to_owned());
        if !sql::set_contact(tx, citizen, edition, (&domain::text::tidy(&name), &email, &address))?
        {
            return Err(Failure::Refused(stale));
        }
        tx.journal(Entry::new(SUBJECT, citizen.0, "change"));
        Ok(())
    })
    .await?;
    Ok(told("/tai-khoan", &words.say("account-saved")))
}

/// POST `/tai-khoan/hien-thi`: language, of pages and of what is sent, and size of type.
pub async fn taste(
    State(site): State<Site>,
    who: Who,
    it: SignedIn,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    let lang = Lang::from_code(typed.get("ngon-ngu")).unwrap_or(Lang::Vi);
    let large = typed.get("chu-lon") == "1";
    let (me, before) = (it.citizen, it.account.lang);
    site.write(&who, move |tx| {
        sql::set_taste(tx, me.id, lang, large)?;
        // He is told of what runs already in the language that he has just chosen; what he filed on a page in
        // another one stays as it is while he chooses none.
        if lang != before {
            for id in super::own::of(tx, &me)? {
                dossiers::told_in(tx, id, lang)?;
            }
        }
        tx.journal(Entry::new(SUBJECT, me.id.0, "set_taste"));
        Ok(())
    })
    .await?;
    let mut response = told("/tai-khoan", &Words::new(lang).say("account-saved"));
    session::taste(&mut response, lang, large);
    Ok(response)
}

/// POST `/tai-khoan/phien/{id}/ket-thuc`
pub async fn end_session(
    State(site): State<Site>,
    who: Who,
    it: SignedIn,
    Path(session): Path<i64>,
    Filled(_): Filled,
) -> Result<Response, Failure> {
    // His own he may end however he came.
    if session != it.session {
        demand_whole(&site, &who, &it)?;
    }
    let citizen = it.citizen.id;
    site.write(&who, move |tx| {
        session::close(tx, citizen, session)?;
        tx.journal(Entry::new(SUBJECT, citizen.0, "end_sessions"));
        Ok(())
    })
    .await?;
    Ok(told("/tai-khoan", &site.shell(&who).words.say("account-session-ended")))
}

/// POST `/tai-khoan/ket-thuc-het`: everywhere but here.
pub async fn end_all(
    State(site): State<Site>,
    who: Who,
    it: SignedIn,
    Filled(_): Filled,
) -> Result<Response, Failure> {
    demand_whole(&site, &who, &it)?;
    let (citizen, this) = (it.citizen.id, it.session);
    site.write(&who, move |tx| {
        session::close_all(tx, citizen, this)?;
        tx.journal(Entry::new(SUBJECT, citizen.0, "sign_out_everywhere"));
        Ok(())
    })
    .await?;
    Ok(told("/tai-khoan", &site.shell(&who).words.say("account-session-ended")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn browsers_are_called_what_their_owners_call_them() {
        let vi = Words::new(Lang::Vi);
        let said = |agent| browser_said(vi, agent);
        let phone = "Mozilla/5.0 (Linux; Android 14; SM-A155F) AppleWebKit/537.36 Chrome/126.0 Mobile Safari/537.36";
        assert_eq!(said(phone), "Chrome trên Android");
        let old = "Mozilla/5.0 (Windows NT 6.1) AppleWebKit/537.36 coc_coc_browser/93.0 Chrome/87.0 Safari/537.36";
        assert_eq!(said(old), "Cốc Cốc trên Windows");
        let apple = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605 Version/17.0 Safari/604.1";
        assert_eq!(said(apple), "Safari trên iPhone");
        assert_eq!(said("curl/8"), "curl/8");
    }
}
