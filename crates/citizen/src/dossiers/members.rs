//! A group dossier: one receipt, and for each member its own result, number and collection.

use askama::Template;
use axum::response::Response;
use domain::{
    access::Action,
    dossier::{
        Collector, Command, CommandKind, Financial, Maker, Part, ReturnChannel, Status, What,
    },
    ids::DossierId,
};
use site::{
    Failure, Fields, Filled, Html, Mistakes, OrRefuse as _, Path, Routes, Shell, Site, State, Who,
    form::{Sending, Sent, is_token, new_token, once},
    get, post, told,
};
use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};
use store::{Tx, journal::Entry};

use super::{
    collect,
    desk::{DeskError, OnDesk},
    party as people,
    sql::{self, Collection, Member, MemberOutcome, party, visits},
    view::Around,
};

/// The token of the forms: pressed twice they find what they made.
const TOKEN: &str = "lan-gui";

/// Where the members of a dossier are.
const MEMBERS: &str = "/thanh-vien";

/// Routes of groups.
pub(super) fn routes() -> Routes {
    Routes::default()
        .on("/co-quan/ho-so/{id}/thanh-vien", Action::DossierView, get(list))
        .on("/co-quan/ho-so/{id}/thanh-vien/ket-qua", Action::DossierStep, post(decide))
        .on("/co-quan/ho-so/{id}/thanh-vien/tra", Action::DossierReturn, post(hand_over))
}

struct Row {
    place: i64,
    name: String,
    id_number: String,
    detail: String,
    outcome: MemberOutcome,
    number: String,
    reason: String,
    result: String,
    collected: String,
    picked: bool,
}

/// What the form of the collection asks, in the names of its common part.
struct Ask {
    authorities: Vec<(String, String)>,
    recorded: String,
}

#[derive(Template)]
#[template(path = "dossiers/templates/members.html")]
struct Page<'a> {
    shell: Shell,
    m: &'a Mistakes,
    id: DossierId,
    edition: i64,
    once: String,
    code: String,
    procedure: String,
    rows: Vec<Row>,
    outcomes: Vec<(String, String)>,
    /// Outcomes can be written.
    may_decide: bool,
    /// Numbers can be written.
    may_number: bool,
    may_return: bool,
    waiting: usize,
    collectors: Vec<(String, String)>,
    ask: Ask,
    owes: bool,
}

/// Whether `maker` says what becomes of the members now: the officer, before it is put up.
fn may_decide(on_desk: &OnDesk, maker: &Maker) -> bool {
    let before_signature = matches!(
        on_desk.kept.dossier.status,
        Status::Assigned | Status::Processing | Status::Verifying | Status::Consulting
    );
    before_signature && maker.plays_any(&[Part::Officer])
}

/// Whether he writes numbers: the officer with his draft, the clerk when it is signed.
fn may_number(on_desk: &OnDesk, maker: &Maker) -> bool {
    may_decide(on_desk, maker)
        || (on_desk.kept.dossier.status == Status::ToNumber && maker.plays_any(&[Part::Clerk]))
}

fn may_return(on_desk: &OnDesk, maker: &Maker, now: jiff::civil::DateTime) -> bool {
    on_desk.kept.dossier.may_try(CommandKind::Return, maker, now)
}

async fn page(
    site: &Site,
    who: &Who,
    id: DossierId,
    mut m: Mistakes,
) -> Result<Html<String>, Failure> {
    let (inner, asker) = (site.clone(), who.clone());
    let (on_desk, members, person, rights) = site
        .read(who, move |tx| {
            let around = Around::load(&inner, &asker, tx)?;
            let on_desk = around.take(tx, id)?;
            let maker = around.maker(tx, &on_desk.kept)?;
            let now = tx.now().civil();
            let rights = (
                may_decide(&on_desk, &maker),
                may_number(&on_desk, &maker),
                may_return(&on_desk, &maker, now),
            );
            let person = sql::person(tx, id)?.unwrap_or_default();
            Ok((on_desk, party::members(tx, id)?, person, rights))
        })
        .await?;
    if members.is_empty() {
        return Err(Failure::NotFound);
    }
    collect::propose(&person, &mut m.typed);
    let picked: Vec<i64> = m.typed.all("chon").filter_map(|it| it.parse().ok()).collect();
    let dossier = &on_desk.kept.dossier;
    let rows: Vec<Row> = members.iter().map(|it| row(it, &m, &picked)).collect();
    site.page(&Page {
        shell: site.shell(who),
        id,
        edition: on_desk.kept.edition,
        once: match m.typed(TOKEN) {
            it if is_token(it) => it.to_owned(),
            _ => new_token(),
        },
        code: on_desk.kept.code.clone(),
        procedure: on_desk.version.body.name.clone(),
        waiting: members.iter().filter(|it| it.collected_at.is_none()).count(),
        rows,
        outcomes: MemberOutcome::ALL
            .iter()
            .map(|it| (it.code().to_owned(), it.label().to_owned()))
            .collect(),
        may_decide: rights.0,
        may_number: rights.1,
        may_return: rights.2,
        collectors: Collector::ALL
            .iter()
            .map(|it| (it.code().to_owned(), it.label().to_owned()))
            .collect(),
        ask: Ask { authorities: people::authorities(), recorded: collect::recorded(&person) },
        owes: dossier.financial == Financial::Due,
        m: &m,
    })
}

fn row(it: &Member, m: &Mistakes, picked: &[i64]) -> Row {
    let place = it.place;
    let typed = |name: &str, kept: &str| {
        let name = format!("{name}-{place}");
        if m.typed.has(&name) { m.typed.get(&name).to_owned() } else { kept.to_owned() }
    };
    Row {
        place,
        name: it.name.clone(),
        id_number: it.id_number.clone(),
        detail: it.detail.clone(),
        outcome: MemberOutcome::from_code(&typed("kq", it.outcome.code())).unwrap_or(it.outcome),
        number: typed("so", &it.number),
        reason: typed("ly-do", &it.reason),
        result: match it.outcome {
            MemberOutcome::Pending => it.outcome.label().to_owned(),
            _ => super::slips::result_of(it),
        },
        collected: it.collected_at.map_or_else(String::new, domain::text::date_time),
        picked: picked.contains(&place),
    }
}

/// GET `/co-quan/ho-so/{id}/thanh-vien`
pub async fn list(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<DossierId>,
) -> Result<Html<String>, Failure> {
    page(&site, &who, id, Mistakes::default()).await
}

/// The number after `number`: its leading digits grow by one, the rest stays: `15/TL` to `16/TL`.
pub(super) fn next_number(number: &str) -> String {
    let digits: String = number.chars().take_while(char::is_ascii_digit).collect();
    let rest = number.get(digits.len()..).unwrap_or_default();
    let next = digits.parse::<u64>().map_or(0, |it| it.saturating_add(1));
    format!("{next:0width$}{rest}", width = digits.len())
}

/// Reads what becomes of each member. `outcomes`: whether more than numbers can be written.
fn read(fields: &mut Fields, members: &[Member], outcomes: bool) -> Option<Vec<Member>> {
    let all = fields.typed().get("tat-ca") == "1";
    let mut next = fields.typed().get("so-tu").to_owned();
    if !next.is_empty() && !next.starts_with(|it: char| it.is_ascii_digit()) {
        fields.wrong("so-tu", "Số đầu tiên bắt đầu bằng chữ số, ví dụ 15/TL.");
        return None;
    }
    let mut after = Vec::with_capacity(members.len());
    let mut right = true;
    for it in members {
        let place = it.place;
        let mut new = it.clone();
        if outcomes {
            let field = format!("kq-{place}");
            new.outcome = match fields.typed().get(&field) {
                "" => it.outcome,
                typed => MemberOutcome::from_code(typed).unwrap_or(it.outcome),
            };
            if all && new.outcome == MemberOutcome::Pending {
                new.outcome = MemberOutcome::Granted;
            }
            match fields.optional_text(&format!("ly-do-{place}"), 500) {
                Some(reason) => new.reason = reason,
                None => right = false,
            }
            if new.outcome == MemberOutcome::Refused && new.reason.is_empty() {
                fields
                    .wrong(&format!("ly-do-{place}"), format!("Dòng {place}: ghi lý do từ chối."));
                right = false;
            }
            if new.outcome != MemberOutcome::Refused {
                new.reason.clear();
            }
        }
        match fields.optional_text(&format!("so-{place}"), 60) {
            Some(number) => new.number = number,
            None => right = false,
        }
        if new.outcome == MemberOutcome::Granted && new.number.is_empty() && !next.is_empty() {
            new.number.clone_from(&next);
            next = next_number(&next);
        }
        if new.outcome != MemberOutcome::Granted {
            new.number.clear();
        }
        let same = after.iter().find(|other: &&Member| {
            !new.number.is_empty() && other.number.eq_ignore_ascii_case(&new.number)
        });
        if let Some(other) = same {
            fields.wrong(
                &format!("so-{place}"),
                format!("Dòng {place}: số {} đã ghi cho dòng {}.", new.number, other.place),
            );
            right = false;
        }
        after.push(new);
    }
    right.then_some(after)
}

/// POST `/co-quan/ho-so/{id}/thanh-vien/ket-qua`
pub async fn decide(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<DossierId>,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    let (inner, asker) = (site.clone(), who.clone());
    let sending = Sending::of(&who, &typed, TOKEN);
    let location = format!("/co-quan/ho-so/{id}/thanh-vien");
    let (written, leads_to) = (Arc::new(AtomicUsize::new(0)), location.clone());
    let count = written.clone();
    let done = once(&site, &who, sending, move |tx| {
        let around = Around::load(&inner, &asker, tx)?;
        let on_desk = around.take(tx, id)?;
        let maker = around.maker(tx, &on_desk.kept)?;
        if !may_number(&on_desk, &maker) {
            return Err(Failure::Refused(
                "Lúc này ông, bà không ghi được kết quả cho thành viên của hồ sơ.".to_owned(),
            ));
        }
        stale(&typed, &on_desk)?;
        let before = party::members(tx, id)?;
        let mut fields = Fields::of(typed);
        let after = read(&mut fields, &before, may_decide(&on_desk, &maker));
        let after = match fields.finish(after) {
            Ok(it) => it,
            Err(m) => return Ok(Err(m)),
        };
        let changed: Vec<&Member> =
            before.iter().zip(&after).filter(|(a, b)| a != b).map(|(_, b)| b).collect();
        for it in &changed {
            party::decide_member(tx, it)?;
        }
        if !changed.is_empty() {
            let said: Vec<_> = changed
                .iter()
                .map(|it| serde_json::json!({"place": it.place, "outcome": it.outcome.code()}))
                .collect();
            let words: Vec<String> = changed
                .iter()
                .map(|it| format!("{}. {}: {}", it.place, it.name, super::slips::result_of(it)))
                .collect();
            tx.journal(
                Entry::new(sql::SUBJECT, id.0, "decide_members")
                    .details(&serde_json::json!({ "members": said }))
                    .words(Some(words.join("\n"))),
            );
        }
        count.store(changed.len(), Ordering::Relaxed);
        Ok(Ok(leads_to))
    })
    .await?;
    match done {
        Sent::Done(location) => Ok(told(
            &location,
            &match written.load(Ordering::Relaxed) {
                0 => "Kết quả của các thành viên đã ghi như vậy.".to_owned(),
                count => format!("Đã ghi kết quả của {count} thành viên."),
            },
        )),
        Sent::Wrong(m) | Sent::Before(m) => Err(Failure::Mistaken(page(&site, &who, id, m).await?)),
    }
}

/// A page that shows an older state must not act on a newer one.
fn stale(typed: &site::Typed, on_desk: &OnDesk) -> Result<(), Failure> {
    let asked = typed.get("an-ban").parse::<i64>().ok();
    if asked == Some(on_desk.kept.edition) { Ok(()) } else { Err(DeskError::Stale).or_refuse() }
}

struct Handed {
    collection: Collection,
    places: Vec<i64>,
}

fn read_hand_over(
    tx: &mut Tx<'_>,
    typed: site::Typed,
    id: DossierId,
) -> Result<Result<Handed, Mistakes>, Failure> {
    let members = party::members(tx, id)?;
    let picked: Vec<i64> = typed.all("chon").filter_map(|it| it.parse().ok()).collect();
    let places: Vec<i64> = members
        .iter()
        .filter(|it| it.collected_at.is_none() && picked.contains(&it.place))
        .map(|it| it.place)
        .collect();
    let person = sql::person(tx, id)?.unwrap_or_default();
    let day = tx.now().civil().date();
    let mut fields = Fields::of(typed);
    if places.is_empty() {
        fields.wrong("chon", "Đánh dấu những thành viên nhận kết quả lần này.");
    }
    let collection = match (fields.typed().get("nguoi-nhan"), places.as_slice()) {
        // One who comes for himself.
        ("member", [place]) => members.iter().find(|it| it.place == *place).map(|it| Collection {
            collector: Collector::Applicant.code().to_owned(),
            name: it.name.clone(),
            id_number: it.id_number.clone(),
            ..Collection::default()
        }),
        ("member", _) => {
            fields.wrong(
                "nguoi-nhan",
                "Thành viên tự nhận thì đánh dấu đúng một người; nhận cho nhiều người thì ghi người nhận.",
            );
            None
        }
        _ => collect::read(&mut fields, &person, day),
    };
    Ok(fields.finish(collection.map(|collection| Handed { collection, places })))
}

/// POST `/co-quan/ho-so/{id}/thanh-vien/tra`: hands over to some; with the last of them the
/// dossier itself is returned.
pub async fn hand_over(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<DossierId>,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    let (inner, asker) = (site.clone(), who.clone());
    let sending = Sending::of(&who, &typed, TOKEN);
    let handed_out = Arc::new(AtomicUsize::new(0));
    let handed_now = handed_out.clone();
    let done = once(&site, &who, sending, move |tx| {
        let around = Around::load(&inner, &asker, tx)?;
        let mut on_desk = around.take(tx, id)?;
        let maker = around.maker(tx, &on_desk.kept)?;
        let now = tx.now().civil();
        if !may_return(&on_desk, &maker, now) {
            return Err(Failure::Refused(
                "Kết quả chưa có ở Bộ phận Một cửa, hoặc ông, bà không trả kết quả của hồ sơ này."
                    .to_owned(),
            ));
        }
        stale(&typed, &on_desk)?;
        if on_desk.kept.dossier.financial == Financial::Due {
            return Err(Failure::Refused(
                "Chưa nộp đủ phí, lệ phí. Ghi nhận nộp tiền trước khi trả kết quả.".to_owned(),
            ));
        }
        let handed = match read_hand_over(tx, typed, id)? {
            Ok(it) => it,
            Err(m) => return Ok(Err(m)),
        };
        let places = handed.places;
        party::collect_members(tx, id, &places, now)?;
        let collection =
            Collection { members: places.clone(), collected_at: Some(now), ..handed.collection };
        party::insert_collection(tx, id, &collection)?;
        let count = places.len();
        let left = party::members(tx, id)?.iter().any(|it| it.collected_at.is_none());
        if left {
            let came = visits::of(tx, id)?;
            if !came.iter().any(|it| it.cause == domain::visit::Cause::Collection) {
                let cause = domain::visit::Cause::Collection;
                visits::came(tx, id, on_desk.kept.unit, cause, None)?;
            }
            let details = serde_json::json!({ "members": places });
            tx.journal(
                Entry::new(sql::SUBJECT, id.0, "collect_members")
                    .details(&details)
                    .words(Some(collection.words())),
            );
        } else {
            let collector =
                Collector::from_code(&collection.collector).unwrap_or(Collector::Applicant);
            let what = What::Return { channel: ReturnChannel::Counter, collector };
            let command = Command::saying(what, collection.words());
            on_desk.step(tx, around.desk(), &maker, command)?;
        }
        handed_now.store(count, Ordering::Relaxed);
        let dossier = format!("/co-quan/ho-so/{id}");
        Ok(Ok(if left { format!("{dossier}{MEMBERS}") } else { dossier }))
    })
    .await?;
    match done {
        Sent::Done(location) => {
            let left = location.ends_with(MEMBERS);
            let said = match (handed_out.load(Ordering::Relaxed), left) {
                (0, _) => "Đã trả kết quả ở lần bấm trước.".to_owned(),
                (count, true) => format!("Đã trả {count} kết quả. Hồ sơ còn kết quả chờ trả."),
                (count, false) => {
                    format!("Đã trả {count} kết quả; mọi thành viên đã nhận, hồ sơ hoàn thành.")
                }
            };
            Ok(told(&location, &said))
        }
        Sent::Wrong(m) | Sent::Before(m) => Err(Failure::Mistaken(page(&site, &who, id, m).await?)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_go_on_from_the_first() {
        assert_eq!(next_number("15/TL"), "16/TL");
        assert_eq!(next_number("099"), "100");
        assert_eq!(next_number("009-A"), "010-A");
    }
}
