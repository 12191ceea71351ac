//! A paper that the same citizen filed before is used again (dùng lại giấy tờ): same number, within one's
//! own commune or district, still valid, and only as he agrees; how and when stands on his receipt. Each
//! look at an older paper is written down; what he takes back holds from then on.
//!
//! Law: NĐ 107/2021/NĐ-CP Đ.1; Luật 91/2025/QH15 (consent is asked, never supposed).

use std::collections::BTreeMap;

use axum::response::Response;
use domain::{
    dossier::Part,
    identity::IdPaper,
    ids::{DossierId, UnitId},
    paper::{ConsentWay, LastWord, PaperMark, may_reuse},
    procedure::ProcedureVersion,
};
use site::{Failure, Filled, Mistakes, OrRefuse as _, Path, Site, State, Typed, Who, told};
use store::{Fault, Tx, journal::Entry};

use crate::vault;

use super::{
    checklist,
    sql::{self as dossiers, Kept, SUBJECT},
    view::Around,
};

mod sql;
mod store_offers;
#[cfg(test)]
mod tests;

/// Papers of a form that are used again at most.
const WANTED_MAX: usize = 20;

/// A paper that can be used again, as the counter's form shows it.
pub(super) struct Offer {
    pub paper: i64,
    pub dossier: DossierId,
    pub name: String,
    pub code: String,
    pub filed: String,
    pub file: i64,
    pub chosen: bool,
    /// For which paper of this procedure; empty for one more.
    pub stands_for: String,
}

/// What the counter's form shows about papers that were filed before.
#[derive(Default)]
pub(super) struct Offers {
    pub offers: Vec<Offer>,
    /// Looked for, and why nothing is offered.
    pub nothing: String,
    /// Papers of this procedure, to choose what an older one stands for.
    pub papers: Vec<(String, String)>,
    /// Results in the citizen's store that fit papers of this procedure.
    pub store: Vec<store_offers::Offer>,
    /// When he agreed on his own account; empty if he did not.
    pub on_account: String,
}

/// Ways to agree, for a choice.
pub(super) fn ways() -> Vec<(&'static str, &'static str)> {
    ConsentWay::ALL.iter().map(|it| (it.code(), it.label())).collect()
}

/// Whether somebody asked what may be used again, and how the citizen agreed.
fn agreed(typed: &Typed) -> Option<ConsentWay> {
    ConsentWay::from_code(typed.get("dong-y"))
}

/// What the person in the form said on his own account about his papers; nothing if he has none or never did.
fn on_account(tx: &mut Tx<'_>, site: &Site, number: &str) -> Result<Option<LastWord>, Fault> {
    let said = site.consent_of(tx, number, vault::PURPOSE)?;
    Ok(said.map(|(at, agreed)| LastWord { at, agreed }))
}

/// Whether whoever is in the form agreed, at the counter or on his account.
pub(super) fn is_agreed(tx: &mut Tx<'_>, site: &Site, typed: &Typed) -> Result<bool, Fault> {
    if agreed(typed).is_some() {
        return Ok(true);
    }
    let Ok(number) = IdPaper::parse(typed.get("so-giay-to")) else { return Ok(false) };
    Ok(on_account(tx, site, number.reveal())?.is_some_and(|it| it.agreed))
}

/// A person's last word about his papers in a body: said at its counter or on his own account, whichever is newer.
fn last_word(
    tx: &mut Tx<'_>,
    site: &Site,
    number: &str,
    body: UnitId,
) -> Result<(Option<LastWord>, Option<LastWord>), Fault> {
    let own = on_account(tx, site, number)?;
    let here = sql::last_word(tx, number, body)?;
    Ok(([here, own].into_iter().flatten().max_by_key(|it| it.at), own))
}

/// What of the older papers of the person in the form may be used again, and what of his store. Nothing is looked up
/// before he agreed, now or on his account; who is offered what is written down by [`looked`].
pub(super) fn offers(
    tx: &mut Tx<'_>,
    site: &Site,
    (around, unit): (&Around, UnitId),
    typed: &Typed,
    body: &ProcedureVersion,
) -> Result<Offers, Fault> {
    let Ok(number) = IdPaper::parse(typed.get("so-giay-to")) else { return Ok(Offers::default()) };
    let (at, today) = (around.body_of(unit), around.who.today());
    let (last, own) = last_word(tx, site, number.reveal(), at)?;
    let is_asked = agreed(typed).is_some() && typed.get("da-tim") == "1";
    let own = own.filter(|it| it.agreed && last.is_some_and(|last| last.agreed));
    if !is_asked && own.is_none() {
        return Ok(Offers::default());
    }
    if last.is_some_and(|it| !it.agreed) {
        let nothing = domain::paper::NoReuse::Withdrawn.to_string();
        return Ok(Offers { nothing, ..Offers::default() });
    }
    let store = store_offers::of(tx, number.reveal(), typed, body, &around.who)?;
    let placed = body.papers_placed();
    let wanted: Vec<&str> = placed.iter().map(|it| it.paper.name.as_str()).collect();
    let place = |at: usize| placed.get(at).map_or_else(String::new, |it| it.place.to_string());
    let mut offers: Vec<Offer> = Vec::new();
    for it in sql::filed(tx, number.reveal(), at)? {
        let twice = offers.iter().any(|known| known.name == it.name);
        if twice || may_reuse(&it.older, last, today).is_err() {
            continue;
        }
        let chosen = typed.all("dung-lai").any(|id| id == it.paper.to_string());
        let stands_for = match typed.get(&format!("thay-{}", it.paper)) {
            "" => domain::paper::named_in(&it.name, &wanted).map_or_else(String::new, place),
            "khac" => String::new(),
            place => place.to_owned(),
        };
        offers.push(Offer {
            paper: it.paper,
            dossier: it.dossier,
            name: it.name,
            code: it.code,
            filed: domain::text::date(it.received_at.date()),
            file: it.file,
            chosen,
            stands_for,
        });
    }
    let nothing = if offers.is_empty() && store.is_empty() {
        "Người này chưa nộp giấy nào còn giá trị và có bản quét tại đơn vị.".to_owned()
    } else {
        String::new()
    };
    let papers = wanted
        .iter()
        .enumerate()
        .map(|(at, name)| (place(at), name.chars().take(70).collect()))
        .collect();
    let on_account = own.map_or_else(String::new, |it| domain::text::date_time(it.at.civil()));
    Ok(Offers { offers, nothing, papers, store, on_account })
}

/// Writes down that the older papers of somebody were looked through, in each dossier that was shown.
pub(super) async fn looked(site: &Site, who: &Who, offers: &Offers) -> Result<(), Failure> {
    let mut shown: Vec<DossierId> = offers.offers.iter().map(|it| it.dossier).collect();
    shown.extend(offers.store.iter().map(|it| it.dossier));
    shown.sort_unstable();
    shown.dedup();
    if shown.is_empty() {
        return Ok(());
    }
    site.write(who, move |tx| {
        for id in shown {
            look(tx, id, "older_papers");
        }
        Ok(())
    })
    .await
}

fn look(tx: &mut Tx<'_>, id: DossierId, what: &str) {
    let details = serde_json::json!({ "what": what });
    tx.journal(Entry::new(SUBJECT, id.0, "look").details(&details));
}

/// The press of “Tìm giấy đã nộp”: first the citizen is asked, unless he said so on his account.
pub(super) async fn ask(
    site: &Site,
    who: &Who,
    typed: &mut Typed,
) -> Result<BTreeMap<String, String>, Failure> {
    let (inner, asked) = (site.clone(), typed.clone());
    let is_agreed = site.glance(who, move |tx| Ok(is_agreed(tx, &inner, &asked)?)).await?;
    let mut mistakes = BTreeMap::new();
    if !is_agreed {
        mistakes.insert(
            "dong-y".to_owned(),
            "Hỏi người nộp có đồng ý dùng lại giấy tờ đã nộp không, rồi ghi cách đồng ý trước khi tìm."
                .to_owned(),
        );
    }
    if IdPaper::parse(typed.get("so-giay-to")).is_err() {
        mistakes.insert(
            "so-giay-to".to_owned(),
            "Quét thẻ hoặc nhập số giấy tờ của người nộp trước khi tìm.".to_owned(),
        );
    }
    typed.set("da-tim", if mistakes.is_empty() { "1" } else { "" });
    Ok(mistakes)
}

/// Where what is used again comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Source {
    /// A paper that was filed before, by its row.
    Paper(i64),
    /// A result in the citizen's store, by its row in the register.
    Result(i64),
}

/// An older paper or a result and what it stands for: the place of a paper of the procedure, or one more paper.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Wanted {
    source: Source,
    place: Option<usize>,
}

impl Wanted {
    /// How the paper is marked that it stands for.
    const fn mark(self) -> PaperMark {
        match self.source {
            Source::Paper(_) => PaperMark::Reused,
            Source::Result(_) => PaperMark::FromStore,
        }
    }
}

/// Reads which older papers are used again, and ticks the papers for which they stand.
pub(super) fn mark(typed: &mut Typed) -> Vec<Wanted> {
    let chosen: Vec<i64> =
        typed.all("dung-lai").filter_map(|it| it.parse().ok()).take(WANTED_MAX).collect();
    let mut wanted: Vec<Wanted> = chosen
        .into_iter()
        .map(|row| Wanted {
            source: Source::Paper(row),
            place: typed.get(&format!("thay-{row}")).parse().ok(),
        })
        .collect();
    let mut places = Vec::new();
    for (place, row) in typed.all(store_offers::FIELD).filter_map(store_offers::read) {
        // One result stands for one paper.
        if !places.contains(&place) && places.len() < WANTED_MAX {
            places.push(place);
            wanted.push(Wanted { source: Source::Result(row), place: Some(place) });
        }
    }
    let by_choice = [PaperMark::Reused.code(), PaperMark::FromStore.code()];
    let marked: Vec<String> = typed
        .pairs()
        .iter()
        .filter(|(name, value)| name.starts_with("dang-") && by_choice.contains(&value.as_str()))
        .map(|(name, _)| name.clone())
        .collect();
    // A paper is used again as long as it is chosen.
    for name in marked {
        typed.set(&name, "");
        typed.set_all(&name.replace("dang-", "co-"), Vec::new());
    }
    for it in &wanted {
        let Some(place) = it.place else { continue };
        typed.set(&format!("co-{place}"), "1");
        typed.set(&format!("dang-{place}"), it.mark().code());
        typed.set(&format!("so-{place}"), "1");
    }
    wanted
}

/// What the form owes for what it wants used again.
pub(super) fn mistakes(wanted: &[Wanted], is_agreed: bool, m: &mut Mistakes) {
    if !wanted.is_empty() && !is_agreed {
        m.by_field.insert(
            "dong-y".to_owned(),
            "Ghi cách người nộp đồng ý dùng lại giấy tờ, hoặc bỏ chọn các giấy dùng lại."
                .to_owned(),
        );
    }
}

/// Uses the wanted papers in a dossier that was just received: with the consent, the sources and a look
/// at each of them.
///
/// # Errors
/// [`Failure::Refused`] if a paper may not be used again, or is somebody else's.
pub(super) fn apply(
    tx: &mut Tx<'_>,
    (site, around): (&Site, &Around),
    id: DossierId,
    typed: &Typed,
    wanted: &[Wanted],
) -> Result<(), Failure> {
    let mut waiting = sql::waiting(tx, id)?;
    if !wanted.is_empty() {
        let kept = dossiers::find(tx, id)?.ok_or(Failure::NotFound)?;
        let person = dossiers::person(tx, id)?.ok_or(Failure::NotFound)?;
        let (last, own) = last_word(tx, site, &person.id_number, kept.body)?;
        let own = own.filter(|it| it.agreed);
        // What he says now comes before what he said on his account.
        let way =
            agreed(typed).or_else(|| own.map(|_| ConsentWay::Electronic)).ok_or_else(|| {
                Failure::Refused("Chưa ghi cách người nộp đồng ý dùng lại giấy tờ.".to_owned())
            })?;
        let said_now = agreed(typed).is_some();
        let said = own.filter(|_| !said_now).map_or_else(|| tx.now(), |it| it.at);
        let today = around.who.today();
        if last.is_some_and(|it| !it.agreed) {
            return Err(domain::paper::NoReuse::Withdrawn).or_refuse();
        }
        let filed = sql::filed(tx, &person.id_number, kept.body)?;
        let consent = sql::say(tx, (kept.body, id), &person.id_number, true, way.code())?;
        for it in wanted {
            let Source::Paper(wanted_row) = it.source else {
                store_offers::stand(tx, id, it, vault::Agreed { way, at: said })?;
                continue;
            };
            // Another person's paper, or another office's, is none.
            let source = filed.iter().find(|filed| filed.paper == wanted_row);
            let source = source.filter(|it| it.dossier != id).ok_or_else(|| {
                Failure::Refused(
                    "Có giấy dùng lại không phải của người nộp này. Bấm “Tìm giấy đã nộp” lại."
                        .to_owned(),
                )
            })?;
            may_reuse(&source.older, last, today).or_refuse()?;
            let place = it.place.and_then(|it| i64::try_from(it).ok());
            let row = match place.and_then(|place| waiting.remove(&place)) {
                Some(row) => row,
                None => one_more(tx, id, source)?,
            };
            sql::reuse(tx, (id, row), source, consent)?;
            look(tx, source.dossier, "reuse");
            let details = serde_json::json!({
                "paper": row, "source": source.paper, "source_dossier": source.dossier,
                "consent": consent, "way": way,
            });
            tx.journal(Entry::new(SUBJECT, id.0, "reuse_paper").details(&details));
        }
    }
    vault::demand_whole(tx, id)?;
    if waiting.is_empty() {
        return Ok(());
    }
    Err(Failure::Refused("Có giấy đánh dấu dùng lại mà chưa chọn giấy đã nộp nào.".to_owned()))
}

fn one_more(tx: &mut Tx<'_>, id: DossierId, source: &sql::Filed) -> Result<i64, Fault> {
    let all = checklist::listed(tx, id)?;
    let last = all.iter().map(|it| it.place).max().unwrap_or(0);
    checklist::sql::add(
        tx,
        id,
        &checklist::Listed {
            id: 0,
            place: last + 1,
            name: source.name.clone(),
            mark: PaperMark::Reused,
            count: 1,
            note: String::new(),
            valid_until: source.older.valid_until,
        },
    )
}

/// What the receipt says about papers used again: which, from where, and how their owner agreed.
pub(super) fn receipt_lines(tx: &mut Tx<'_>, id: DossierId) -> Result<Vec<String>, Fault> {
    let all = sql::of(tx, id)?;
    Ok(all
        .into_iter()
        .map(|it| {
            let way = ConsentWay::from_code(&it.way).map_or("", ConsentWay::label);
            format!(
                "Dùng lại “{}” đã nộp trong hồ sơ {}; người nộp đồng ý lúc {} ({way}), có thể rút đồng ý tại \
                 nơi tiếp nhận.",
                it.name.chars().take(90).collect::<String>(),
                it.source_code,
                domain::text::date_time(it.at.civil()),
            )
        })
        .collect())
}

/// From which dossier each paper of this one is used again.
pub(super) fn sources(tx: &mut Tx<'_>, id: DossierId) -> Result<BTreeMap<i64, String>, Fault> {
    Ok(sql::of(tx, id)?.into_iter().map(|it| (it.paper, it.source_code)).collect())
}

/// What a person said last about his papers.
pub(super) struct Said {
    pub agreed: bool,
    pub when: String,
}

/// The last word of the applicant of a dossier; nothing if he was never asked.
pub(super) fn said(tx: &mut Tx<'_>, kept: &Kept) -> Result<Option<Said>, Fault> {
    let person = dossiers::person(tx, kept.id)?.unwrap_or_default();
    let last = sql::last_word(tx, &person.id_number, kept.body)?;
    Ok(last.map(|it| Said { agreed: it.agreed, when: domain::text::date_time(it.at.civil()) }))
}

/// Keeps a new last word of the applicant.
async fn word(site: &Site, who: &Who, id: DossierId, agreed: bool) -> Result<(), Failure> {
    let (inner, asker) = (site.clone(), who.clone());
    site.write(who, move |tx| {
        let around = Around::load(&inner, &asker, tx)?;
        let kept = around.take(tx, id)?.kept;
        if !around.maker(tx, &kept)?.plays_any(&[Part::Counter, Part::CounterHead]) {
            return Err(Failure::NotFound);
        }
        let person = dossiers::person(tx, id)?.unwrap_or_default();
        if person.id_number.is_empty() {
            return Err(Failure::Refused(
                "Hồ sơ không ghi số giấy tờ của người nộp nên không dùng lại giấy tờ nào."
                    .to_owned(),
            ));
        }
        let way = if agreed { ConsentWay::InWriting.code() } else { "" };
        let row = sql::say(tx, (kept.body, id), &person.id_number, agreed, way)?;
        let act = if agreed { "agree_reuse" } else { "withdraw_reuse" };
        tx.journal(Entry::new(SUBJECT, id.0, act).details(&serde_json::json!({ "consent": row })));
        Ok(())
    })
    .await
}

/// POST `/co-quan/ho-so/{id}/rut-dong-y`: the citizen does not want his papers used again.
pub async fn withdraw(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<DossierId>,
    Filled(_): Filled,
) -> Result<Response, Failure> {
    word(&site, &who, id, false).await?;
    Ok(told(
        &format!("/co-quan/ho-so/{id}"),
        "Đã ghi người nộp rút đồng ý: giấy tờ đã nộp không được dùng lại nữa.",
    ))
}

/// POST `/co-quan/ho-so/{id}/dong-y-lai`: he agrees again, in writing.
pub async fn agree(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<DossierId>,
    Filled(_): Filled,
) -> Result<Response, Failure> {
    word(&site, &who, id, true).await?;
    Ok(told(
        &format!("/co-quan/ho-so/{id}"),
        "Đã ghi người nộp đồng ý dùng lại giấy tờ bằng văn bản.",
    ))
}

/// GET `/co-quan/ho-so/giay-da-nop/{file}`: an older paper. Every look is written down.
pub async fn show(
    State(site): State<Site>,
    who: Who,
    Path(file): Path<i64>,
) -> Result<Response, Failure> {
    let (inner, asker) = (site.clone(), who.clone());
    let (media_type, name, sha256) = site
        .write(&who, move |tx| {
            let around = Around::load(&inner, &asker, tx)?;
            let (id, media_type, name, sha256) = sql::file(tx, file)?.ok_or(Failure::NotFound)?;
            let kept = around.take(tx, id)?.kept;
            if !around.maker(tx, &kept)?.plays_any(&[Part::Counter, Part::CounterHead]) {
                return Err(Failure::NotFound);
            }
            look(tx, id, "older_paper");
            Ok((media_type, name, sha256))
        })
        .await?;
    let bytes = site.blobs.get(&sha256).await?.ok_or(Failure::NotFound)?;
    let inline = media_type == "application/pdf" || media_type.starts_with("image/");
    Ok(site::file(bytes, &media_type, &name, !inline))
}
