//! Filing for people who cannot: an official at a desk, a village head, somebody of the post, with the citizen's
//! consent and a record of who did it.
//!
//! Law: NĐ 61/2018/NĐ-CP Đ.16 (filing by others), NĐ 13/2023/NĐ-CP Đ.11 (consent, and proof of it).

use askama::Template;
use axum::response::{IntoResponse as _, Response};
use citizen::{levels::facts as levels, procedures::facts as procedures};
use domain::{
    ids::{DossierId, UnitId},
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

/// How somebody agrees that another files for him.
const CONSENTS: [(&str, &str); 3] = [
    ("ky-phieu", "ký phiếu đồng ý"),
    ("doc-cho-nghe", "nghe đọc lại và đồng ý bằng lời, có người làm chứng"),
    ("dien-thoai", "đồng ý qua điện thoại của chính mình"),
];

struct Row {
    procedure: String,
    unit: String,
    at: String,
    consent: String,
    code: String,
    href: String,
}

/// A procedure that was chosen.
struct Chosen {
    code: String,
    name: String,
    units: Vec<(String, String)>,
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

fn consent_said(words: Words, label: &str) -> String {
    match CONSENTS.iter().find(|it| it.1 == label).map(|it| it.0) {
        Some("ky-phieu") => words.say("assist-consent-signed"),
        Some("doc-cho-nghe") => words.say("assist-consent-heard"),
        Some("dien-thoai") => words.say("assist-consent-phone"),
        _ => label.to_owned(),
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
    let Some((by, consent)) = sql::assistant_of(tx, dossier)? else { return Ok(Vec::new()) };
    let name = people::staff::facts::account_name(tx, by)?;
    let consent = consent_said(words, &consent);
    Ok(vec![words.say_with("assist-told", &[("name", &name), ("consent", &consent)])])
}

/// GET `/co-quan/nop-ho`: `q` finds a procedure, `thu-tuc` chooses one.
pub async fn list(
    State(site): State<Site>,
    who: Who,
    Asked(asked): Asked,
) -> Result<Html<String>, Failure> {
    page(&site, &who, Mistakes::none(asked)).await
}

async fn page(site: &Site, who: &Who, m: Mistakes) -> Result<Html<String>, Failure> {
    let (inner, asker) = (site.clone(), who.clone());
    let (q, code) = (m.typed("q").to_owned(), m.typed("thu-tuc").to_owned());
    let wanted = q.clone();
    let (found, chosen, rows) = site
        .read(who, move |tx| {
            let catalogue = procedures::catalogue(&inner, tx)?;
            let found: Vec<(String, String)> = catalogue
                .find(&wanted, FOUND_MAX * 4)
                .into_iter()
                .filter(|it| !wanted.is_empty() && levels::can_be_filed(&it.body))
                .take(FOUND_MAX)
                .map(|it| (it.body.code.clone(), it.body.name.clone()))
                .collect();
            let chosen = match catalogue.get(&code).filter(|it| levels::can_be_filed(&it.body)) {
                Some(_) => {
                    let it = version(tx, &code, &asker)?;
                    let (shops, _) = shops(&inner, &asker, tx, &it)?;
                    let units = shops.into_iter().map(|it| (it.id.to_string(), it.title));
                    Some(Chosen { code, name: it.body.name.clone(), units: units.collect() })
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
                rows.push(Row {
                    procedure: name.map_or_else(|| it.procedure.clone(), |it| it.body.name.clone()),
                    unit: asker.tree.title(it.unit).to_owned(),
                    at: text::date_time(it.created.civil()),
                    consent: it.consent,
                    code: it.code,
                    href,
                });
            }
            Ok((found, chosen, rows))
        })
        .await?;
    let mut consents = vec![(String::new(), "– Chọn –".to_owned())];
    consents.extend(CONSENTS.iter().map(|(code, label)| ((*code).to_owned(), (*label).to_owned())));
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
    let consent = CONSENTS.iter().find(|it| it.0 == m.typed("dong-y-cach")).map(|it| it.1);
    if consent.is_none() {
        m.by_field.insert(
            "dong-y-cach".to_owned(),
            "Chọn cách người dân đã đồng ý. Chưa đồng ý thì không nộp hộ.".to_owned(),
        );
    }
    let (inner, asker, of) = (site.clone(), who.clone(), code.clone());
    let begun = match consent {
        None => None,
        Some(consent) => {
            site.write(&who, move |tx| {
                let it = version(tx, &of, &asker)?;
                let open = it.paused_on(asker.today()).is_none();
                let (shops, _) = shops(&inner, &asker, tx, &it)?;
                let Some(shop) = shops.iter().find(|it| open && Some(it.id) == unit) else {
                    return Ok(None);
                };
                let keeper = Keeper::Assistant(asker.account, consent);
                let typed = beginning(tx, &it, &asker, None)?;
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
