//! The papers of a filing that somebody does for a citizen: the slip by which he agrees, and, once it is sent, the note
//! with the code and the secret, which goes into his own hand.
//!
//! Law: NĐ 61/2018/NĐ-CP Đ.16 (filing by others), NĐ 13/2023/NĐ-CP Đ.11 (consent, and proof of it).

use axum::response::Response;
use citizen::{dossiers::facts as dossiers, levels::facts as levels};
use domain::{
    access::{Action, Grant, may},
    dossier::ReturnChannel,
    ids::{AccountId, UnitId},
    paper::AssistConsent,
    text,
};
use people::staff::facts as staff;
use prints::{
    Agency, AssistConsentSheet, AssistNoteSheet, Counter, Person, PrintError,
    render_assist_consent, render_assist_note,
};
use site::{Failure, Lang, Path, Redirect, Site, State, Who, Words};
use store::{Fault, Tx, journal::Entry};

use super::{
    at_hand::Filing,
    owner::Asker,
    sql,
    view::{SECRET_SHOWN_MS, handed, return_label},
};

/// Papers that one person may have printed within [`WINDOW_S`].
const PRINTS_MAX: u32 = 40;
const WINDOW_S: i64 = 15 * 60;

/// The body behind a one-stop shop, as its papers begin.
fn agency(who: &Who, unit: UnitId) -> Agency {
    let body = levels::body_of(&who.tree, unit);
    let it = who.tree.known(body);
    let above = it.and_then(|it| it.parent);
    Agency {
        parent: above.map_or_else(String::new, |it| who.tree.title(it).to_owned()),
        name: who.tree.title(body).to_owned(),
        place: it.map_or_else(String::new, |it| it.place.clone()),
    }
}

/// Who helps: his name, and his position and unit in one line. Who holds no position helps by what his account may
/// do, and for the unit where.
fn helper(who: &Who, tx: &mut Tx<'_>, account: AccountId) -> Result<(String, String), Fault> {
    let name = staff::account_name(tx, account)?;
    let place = staff::place_of_account(tx, account, who.today())?;
    let place = match place {
        Some((unit, position)) if position.is_empty() => who.tree.title(unit).to_owned(),
        Some((unit, position)) => format!("{position}, {}", who.tree.title(unit)),
        None if account == who.account => {
            let helps =
                |it: &&Grant| it.holds_on(who.today()) && may(it.role, Action::FilingAssist);
            let grant = who.grants.iter().find(helps);
            grant.map_or_else(String::new, |it| {
                format!("{}, {}", it.role.label(), who.tree.title(it.unit))
            })
        }
        None => String::new(),
    };
    Ok((name, place))
}

/// The slip of a draft as far as it is filled in; what is not typed yet is written by hand.
fn consent_sheet(
    site: &Site,
    who: &Who,
    tx: &mut Tx<'_>,
    filing: &Filing,
) -> Result<AssistConsentSheet, Failure> {
    let (it, draft) = (&filing.it, &filing.draft);
    let by = draft.assistant().filter(|_| draft.dossier().is_none()).ok_or(Failure::NotFound)?;
    let (helper, helper_place) = helper(who, tx, by)?;
    // What an office files and keeps is Vietnamese, whatever language its page was read in.
    let words = Words::new(Lang::Vi);
    let said = |name: &str| text::tidy(draft.typed.get(name));
    let way = ReturnChannel::from_code(draft.typed.get("nhan-ket-qua"));
    let post = said("dia-chi-nhan");
    let way = match way {
        Some(ReturnChannel::Post) if !post.is_empty() => {
            format!("{}: {post}", return_label(words, ReturnChannel::Post))
        }
        it => it.map_or_else(String::new, |it| return_label(words, it)),
    };
    let agreed = draft.consent();
    Ok(AssistConsentSheet {
        agency: agency(who, draft.unit()),
        citizen: Person {
            name: said("ho-ten"),
            id_number: said("so-giay-to"),
            address: said("dia-chi"),
            phone: said("dien-thoai"),
            ..Person::default()
        },
        born: said("ngay-sinh"),
        no_phone: draft.typed.get("khong-dien-thoai") == "1" && said("dien-thoai").is_empty(),
        helper,
        helper_place,
        code: it.body.code.clone(),
        procedure: it.body.name.clone(),
        office: who.tree.title(draft.unit()).to_owned(),
        request: said("noi-dung"),
        way,
        papers: handed(words, filing),
        ways: AssistConsent::ALL
            .iter()
            .map(|it| (it.label().to_owned(), Some(*it) == agreed))
            .collect(),
        has_witness: agreed == Some(AssistConsent::Witnessed),
        witness: draft.witness().to_owned(),
        made_on: Some(who.today()),
        demo: site.config.demo,
    })
}

/// One paper as an answer to a browser.
async fn printed<S: Send + 'static>(
    site: &Site,
    sheet: S,
    render: fn(&S) -> Result<Vec<u8>, PrintError>,
    name: &str,
) -> Result<Response, Failure> {
    let turn = site.one_at_a_time().await?;
    let made = tokio::task::spawn_blocking(move || render(&sheet)).await;
    drop(turn);
    let bytes = made
        .map_err(|e| Fault::Worker(e.to_string()))?
        .map_err(|e| Fault::Broken(format!("print: {e}")))?;
    Ok(site::file(bytes, "application/pdf", name, false))
}

fn may_print(site: &Site, who: &Who) -> Result<(), Failure> {
    let key = format!("assist-print:{}", who.origin);
    let too_many = |wait_s| Failure::TooMany { wait_s };
    site.limiter.take(&key, PRINTS_MAX, WINDOW_S, who.now).map_err(too_many)
}

/// GET `/nop/{code}/{secret}/phieu-dong-y.pdf`: for the citizen to sign before it is sent.
pub(super) async fn consent(
    State(site): State<Site>,
    whose: Asker,
    Path((code, secret)): Path<(String, String)>,
) -> Result<Response, Failure> {
    let who = whose.who.clone();
    may_print(&site, &who)?;
    let (inner, asker, name) = (site.clone(), who.clone(), format!("phieu-dong-y-{code}.pdf"));
    let sheet = site
        .read(&who, move |tx| {
            let filing = Filing::take(&inner, &asker, tx, (&code, &secret), None)?;
            whose.opens(&filing.draft, &format!("/nop/{code}/{secret}"))?;
            consent_sheet(&inner, &asker, tx, &filing)
        })
        .await?;
    printed(&site, sheet, render_assist_consent, &name).await
}

/// GET `/nop/{code}/{secret}/giay-bao.pdf`: code and secret for the citizen, as long as the page shows them.
pub(super) async fn note(
    State(site): State<Site>,
    whose: Asker,
    Path((code, secret)): Path<(String, String)>,
) -> Result<Response, Failure> {
    let who = whose.who.clone();
    may_print(&site, &who)?;
    let (inner, asker) = (site.clone(), who.clone());
    let sheet = site
        .write(&who, move |tx| {
            let here = format!("/nop/{code}/{secret}");
            let filing = Filing::take(&inner, &asker, tx, (&code, &secret), None)?;
            whose.opens(&filing.draft, &here)?;
            let draft = &filing.draft;
            let (Some(by), Some(id)) = (draft.assistant(), draft.dossier()) else {
                return Err(Failure::NotFound);
            };
            let sent = sql::of_dossier(tx, id)?.ok_or(Failure::NotFound)?;
            if asker.now.epoch_ms() - sent.at.epoch_ms() >= SECRET_SHOWN_MS {
                return Err(Failure::Elsewhere(Redirect::to(&here)));
            }
            let kept = dossiers::by_id(tx, id)?.ok_or(Failure::NotFound)?;
            let secret = dossiers::secret_of(tx, &kept.code)?.ok_or(Failure::NotFound)?;
            let (helper, helper_place) = helper(&asker, tx, by)?;
            let unit = asker.tree.known(draft.unit());
            tx.journal(Entry::new("dossier", id.0, "print_filing_note"));
            Ok(AssistNoteSheet {
                agency: agency(&asker, draft.unit()),
                counter: Counter {
                    name: asker.tree.title(draft.unit()).to_owned(),
                    phone: unit.map_or_else(String::new, |it| it.phone.clone()),
                    address: unit.map_or_else(String::new, |it| it.address.clone()),
                    website: inner.config.base_url.clone(),
                },
                citizen: kept.applicant.clone(),
                procedure: filing.it.body.name.clone(),
                track_url: format!("{}/ho-so/{}?ma={secret}", inner.config.base_url, kept.code),
                code: kept.code,
                secret,
                sent_at: Some(sent.at.civil()),
                answer_due_at: Some(sent.answer_due_at),
                helper,
                helper_place,
                consent: draft.consent_said(),
                demo: inner.config.demo,
            })
        })
        .await?;
    let name = format!("giay-bao-{}.pdf", sheet.code);
    printed(&site, sheet, render_assist_note, &name).await
}
