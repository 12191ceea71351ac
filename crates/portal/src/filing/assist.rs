//! Filing for people who cannot: an official at a desk, a village head, somebody of the post, with the citizen's
//! consent and a record of who did it.
//!
//! Law: NĐ 61/2018/NĐ-CP Đ.16 (filing by others), NĐ 13/2023/NĐ-CP Đ.11 (consent, and proof of it).

use askama::Template;
use axum::response::{IntoResponse as _, Response};
use citizen::{
    dossiers::facts as dossiers,
    find::{carried, facts as find},
    levels::facts as levels,
    procedures::facts as procedures,
};
use domain::{
    access::{Action, Object},
    dossier::Status,
    ids::{DossierId, UnitId},
    paper::AssistConsent,
    text,
};
use site::{Asked, Failure, Filled, Html, Mistakes, Redirect, Shell, Site, State, Who, Words};
use store::{Fault, Tx};

use super::{
    draft::{Draft, KEY, Keeper},
    sql,
    start::{beginning, shops},
    steps::version,
};

/// The assistant's page.
pub(super) const PAGE: &str = "/co-quan/nop-ho";
/// Filings shown.
const ROWS: i64 = 100;
/// Procedures found at most.
const FOUND_MAX: usize = 20;
/// Characters of a witness's name at most.
const WITNESS_CHARS_MAX: usize = 120;

struct Row {
    procedure: String,
    unit: String,
    at: String,
    consent: String,
    code: String,
    /// Where it stands; empty while it is a draft.
    status: &'static str,
    href: String,
    /// The dossier's page, for whoever may open it; empty if not.
    page: String,
}

/// A procedure that was chosen.
struct Chosen {
    code: String,
    name: String,
    units: Vec<(String, String)>,
    /// What was asked and answered before, as fields.
    carried: Vec<(String, String)>,
    /// There are questions that can be asked before.
    asks: bool,
}

#[derive(Template)]
#[template(path = "filing/templates/assist.html")]
struct Assist<'a> {
    shell: Shell,
    m: &'a Mistakes,
    q: String,
    found: Vec<(String, String)>,
    /// The procedure that was chosen: its name and the one-stop shops that receive it.
    chosen: Option<Chosen>,
    consents: Vec<(String, String)>,
    rows: Vec<Row>,
}

/// Whether two names are written for the same person: by their words, whatever their marks and capitals.
pub(super) fn is_same_person(one: &str, other: &str) -> bool {
    let one = text::words(one);
    !one.is_empty() && one == text::words(other)
}

/// What a paper or a file is called that proves the consent.
const SLIP: &str = "phieu dong y";

/// What the counter should look at before it believes a consent: one telephone that agreed for several people, a
/// slip of which nothing was sent.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub(super) fn doubts(
    tx: &mut Tx<'_>,
    dossier: DossierId,
    consent: &str,
) -> Result<Vec<String>, Fault> {
    let mut doubts = Vec::new();
    match AssistConsent::from_code(consent) {
        Some(AssistConsent::OwnPhone) => {
            let phone = dossiers::person_of(tx, dossier)?.map_or_else(String::new, |it| it.phone);
            let people = sql::agreed_by_phone(tx, &phone)?;
            if people > 1 {
                doubts.push(format!(
                    "Số {} đã đồng ý nộp hộ cho {people} số định danh khác nhau: gọi lại, hỏi đúng người dân",
                    text::mask_phone(&phone)
                ));
            }
        }
        Some(AssistConsent::Slip) if !dossiers::has_file_called(tx, dossier, SLIP)? => {
            doubts.push(
                "Chưa có bản quét phiếu đồng ý: hỏi người nộp hộ, thêm tệp và đặt tên “Phiếu đồng ý”"
                    .to_owned(),
            );
        }
        _ => {}
    }
    Ok(doubts)
}

/// How he agreed, in the reader's words; rows of before there were codes say it in their own.
fn consent_said(words: Words, row: &str) -> String {
    match AssistConsent::from_code(row) {
        Some(AssistConsent::Slip) => words.say("assist-consent-signed"),
        Some(AssistConsent::Witnessed) => words.say("assist-consent-heard"),
        Some(AssistConsent::OwnPhone) => words.say("assist-consent-phone"),
        None => row.to_owned(),
    }
}

/// Who filed a dossier for its citizen and how he agreed: he reads it on its page (NĐ 13/2023/NĐ-CP Đ.11).
///
/// # Errors
/// Any [`Fault`] of the engine.
pub(super) fn told(
    words: Words,
    tx: &mut Tx<'_>,
    dossier: DossierId,
) -> Result<Vec<String>, Fault> {
    let Some((by, consent, _)) = sql::assistant_of(tx, dossier)? else { return Ok(Vec::new()) };
    let name = people::staff::facts::account_name(tx, by)?;
    let consent = consent_said(words, &consent);
    Ok(vec![words.say_with("assist-told", &[("name", &name), ("consent", &consent)])])
}

/// GET `/co-quan/nop-ho`: `q` finds a procedure, `thu-tuc` chooses one, with what was answered beforehand.
pub async fn list(
    State(site): State<Site>,
    who: Who,
    Asked(asked): Asked,
) -> Result<Html<String>, Failure> {
    let mut m = Mistakes::none(asked);
    // Most people are helped where they live.
    let own = who.home().and_then(|home| {
        let line = who.tree.line(home);
        let is_shop = |it: &UnitId| who.tree.unit(*it).is_some_and(|it| it.kind == "one_stop");
        let near = line.iter().flat_map(|it| who.tree.children(*it).iter().chain([it]));
        near.copied().find(is_shop)
    });
    if let Some(own) = own.filter(|_| m.typed("don-vi").is_empty()) {
        m.typed.set("don-vi", own.to_string());
    }
    page(&site, &who, m).await
}

async fn page(site: &Site, who: &Who, mut m: Mistakes) -> Result<Html<String>, Failure> {
    let (inner, asker) = (site.clone(), who.clone());
    let (q, code) = (m.typed("q").to_owned(), m.typed("thu-tuc").to_owned());
    let wanted = q.clone();
    let answered = m.typed.clone();
    let named = m.typed("don-vi").parse().ok().map(UnitId);
    let (found, chosen, at, rows) = site
        .read(who, move |tx| {
            let catalogue = procedures::catalogue(&inner, tx)?;
            let found: Vec<(String, String)> = catalogue
                .find(&wanted, FOUND_MAX * 4)
                .into_iter()
                .filter(|it| !wanted.is_empty() && levels::can_be_filed(&it.body))
                .take(FOUND_MAX)
                .map(|it| (it.body.code.clone(), it.body.name.clone()))
                .collect();
            let mut at = None;
            let chosen = match catalogue.get(&code).filter(|it| levels::can_be_filed(&it.body)) {
                Some(_) => {
                    let it = version(tx, &code, &asker)?;
                    let (shops, _) = shops(&inner, &asker, tx, &it)?;
                    let carried = carried::read(&inner, tx, &it.body, &answered)?;
                    // Whoever comes from the questions of a commune named the commune.
                    at = shops.iter().find(|it| Some(it.body) == named).map(|it| it.id);
                    let units = shops.into_iter().map(|it| (it.id.to_string(), it.title));
                    Some(Chosen {
                        name: it.body.name.clone(),
                        units: units.collect(),
                        carried: carried.iter().flat_map(carried::Carried::fields).collect(),
                        asks: find::finder(&inner, tx)?.guide(&code).is_some(),
                        code,
                    })
                }
                None => None,
            };
            let mut rows = Vec::new();
            for it in sql::assisted(tx, asker.account, ROWS)? {
                let name = catalogue.get(&it.procedure);
                let href = if it.key.is_empty() {
                    String::new()
                } else {
                    format!("/nop/{}/{}", it.procedure, inner.seal.open(KEY, &it.key)?)
                };
                let sees = asker.can(Action::DossierView, Object::Anything) && it.dossier.0 > 0;
                let status = Status::from_code(&it.status).and_then(Status::public);
                rows.push(Row {
                    status: status.map_or("", |it| it.label()),
                    page: if sees {
                        format!("/co-quan/ho-so/{}", it.dossier)
                    } else {
                        String::new()
                    },
                    procedure: name.map_or_else(|| it.procedure.clone(), |it| it.body.name.clone()),
                    unit: asker.tree.title(it.unit).to_owned(),
                    at: text::date_time(it.created.civil()),
                    consent: AssistConsent::said(&it.consent),
                    code: it.code,
                    href,
                });
            }
            Ok((found, chosen, at, rows))
        })
        .await?;
    if let Some(shop) = at {
        m.typed.set("don-vi", shop.to_string());
    }
    let mut consents = vec![(String::new(), "– Chọn –".to_owned())];
    let ways = AssistConsent::ALL.iter();
    consents.extend(ways.map(|it| (it.code().to_owned(), it.label().to_owned())));
    site.page(&Assist { shell: site.shell(who), q, found, chosen, consents, rows, m: &m })
}

/// POST `/co-quan/nop-ho`: begins a draft for a citizen who agreed.
pub async fn begin(
    State(site): State<Site>,
    who: Who,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    let mut m = Mistakes::none(typed);
    let code = m.typed("thu-tuc").to_owned();
    let unit = m.typed("don-vi").parse().ok().map(UnitId);
    let consent = AssistConsent::from_code(m.typed("dong-y-cach"));
    let heard = consent == Some(AssistConsent::Witnessed);
    let witness: String = match text::tidy(m.typed("lam-chung")) {
        it if heard => it.chars().take(WITNESS_CHARS_MAX).collect(),
        _ => String::new(),
    };
    if consent.is_none() {
        m.by_field.insert(
            "dong-y-cach".to_owned(),
            "Chọn cách người dân đã đồng ý. Chưa đồng ý thì không nộp hộ.".to_owned(),
        );
    }
    if heard && witness.is_empty() {
        let owed = "Ghi họ tên người làm chứng đã nghe người dân đồng ý.";
        m.by_field.insert("lam-chung".to_owned(), owed.to_owned());
    }
    if is_same_person(&witness, &who.name) {
        let wrong = "Người nộp hộ không tự làm chứng cho mình. Ghi họ tên người khác đã cùng nghe.";
        m.by_field.insert("lam-chung".to_owned(), wrong.to_owned());
    }
    let (inner, asker, of) = (site.clone(), who.clone(), code.clone());
    let answered = m.typed.clone();
    let begun = match consent.filter(|_| m.by_field.is_empty()) {
        None => None,
        Some(consent) => {
            site.write(&who, move |tx| {
                let it = version(tx, &of, &asker)?;
                let open = it.paused_on(asker.today()).is_none();
                let (shops, _) = shops(&inner, &asker, tx, &it)?;
                let Some(shop) = shops.iter().find(|it| open && Some(it.id) == unit) else {
                    return Ok(None);
                };
                let keeper = Keeper::Assistant(asker.account, consent, &witness);
                let carried = carried::read(&inner, tx, &it.body, &answered)?;
                let typed = beginning(tx, &it, &asker, None, carried.as_ref())?;
                Ok(Some(Draft::begin(&inner, tx, (&of, shop.id), keeper, &typed)?))
            })
            .await?
        }
    };
    match begun {
        Some(secret) => Ok(Redirect::to(&format!("/nop/{code}/{secret}")).into_response()),
        None => {
            if m.by_field.is_empty() {
                m.by_field.insert("don-vi".to_owned(), "Chọn nơi nộp hồ sơ.".to_owned());
            }
            Err(Failure::Mistaken(page(&site, &who, m).await?))
        }
    }
}
