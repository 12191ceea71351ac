//! An opening: begun by one, confirmed by another with his own account and the code that the first one's page shows,
//! counted by both, closed once every slip has its answer or its reason.

use std::collections::HashMap;

use askama::Template;
use axum::response::Response;
use domain::{access::Action, ids::BoxOpeningId, text};
use site::{Failure, Fields, Filled, Html, Mistakes, Path, Shell, Site, State, Who, demand, told};
use store::{Tx, journal::Entry};
use subtle::ConstantTimeEq as _;

use super::{
    ADDRESS, OPENING, SOURCE, facts, setup,
    sql::{self, Opening, Slip},
};
use crate::feedback::facts as feedback;

/// Wrong codes after which an opening is given up.
const TRIES_MAX: i64 = 5;
/// Slips of one opening at most.
const SLIPS_MAX: i64 = 500;

/// What the second one types, six digits: the first one's page shows it, nobody else's.
pub(super) fn code_of(site: &Site, id: BoxOpeningId) -> String {
    let hex = site.seal.derived(&format!("box_opening:{id}"));
    let digits: u64 = hex.get(..15).and_then(|it| u64::from_str_radix(it, 16).ok()).unwrap_or(0);
    format!("{:06}", digits % 1_000_000)
}

/// POST `/co-quan/hom-thu/hom/{id}/mo`
pub(super) async fn begin(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<i64>,
    Filled(_): Filled,
) -> Result<Response, Failure> {
    let (inner, asker) = (site.clone(), who.clone());
    let opening = site
        .write(&who, move |tx| {
            let it = sql::find_box(tx, id)?.ok_or(Failure::NotFound)?;
            demand(&asker, Action::BoxOpen, it.unit)?;
            // A second click, or somebody else's: there is one opening at a time.
            if let Some(running) = sql::running(tx, id)? {
                return Ok(running.id);
            }
            Ok(facts::begin_kept(&inner, tx, &it, &asker.name)?)
        })
        .await?;
    Ok(told(
        &format!("{ADDRESS}/lan/{opening}"),
        "Đã bắt đầu. Mời người thứ hai đăng nhập ở máy khác và nhập mã.",
    ))
}

struct SlipView {
    id: i64,
    number: String,
    state: String,
    done: bool,
    words: String,
    has_picture: bool,
    feedback: Option<(i64, String)>,
}

#[derive(Template)]
#[template(path = "boxes/templates/opening.html")]
struct Page<'a> {
    shell: Shell,
    m: &'a Mistakes,
    id: BoxOpeningId,
    unit: String,
    place: String,
    day: String,
    state: &'static str,
    waiting: bool,
    closed: bool,
    first: bool,
    takes_part: bool,
    may_confirm: bool,
    code: String,
    people: String,
    declared: String,
    slips: Vec<SlipView>,
    mismatch: bool,
    undone: usize,
    why: String,
    notes: Vec<(String, String, String)>,
    may_note: bool,
    closed_at: String,
    once: String,
}

/// `012/2026`.
pub(super) fn number(it: &Slip) -> String {
    format!("{:03}/{}", it.number, it.year)
}

/// Why a slip is no feedback.
pub(super) fn aside_said(code: &str) -> &'static str {
    match code {
        "illegible" => "Không đọc được",
        "empty" => "Phiếu trống",
        "information" => "Thông tin tham khảo (không ghi người gửi)",
        _ => "Lý do khác",
    }
}

/// What became of a slip, as it is read.
pub(super) fn slip_state(it: &Slip, known: &HashMap<i64, feedback::Taken>) -> String {
    match it.state.as_str() {
        "feedback" => match known.get(&it.id) {
            Some((_, code, state)) => format!("{code}: {state}"),
            None => "Đã chuyển vào đường niêm phong".to_owned(),
        },
        "aside" => {
            let kind = aside_said(&it.aside);
            if it.reason.is_empty() { kind.to_owned() } else { format!("{kind}: {}", it.reason) }
        }
        _ => "Chưa xử lý".to_owned(),
    }
}

/// Whether this person opened it.
pub(super) fn takes_part(who: &Who, it: &Opening) -> bool {
    it.state == "open" && (it.first == who.account || it.second == Some(who.account))
}

/// The opening that somebody who took part may change.
pub(super) fn held(who: &Who, tx: &mut Tx<'_>, id: BoxOpeningId) -> Result<Opening, Failure> {
    let it = sql::find(tx, id, true)?.ok_or(Failure::NotFound)?;
    demand(who, Action::BoxOpen, it.unit)?;
    match it.state.as_str() {
        "closed" => Err(Failure::Refused(
            "Lần mở này đã đóng, không sửa được nữa. Điều cần đính chính thì thêm ghi chú."
                .to_owned(),
        )),
        "open" if takes_part(who, &it) => Ok(it),
        "open" => Err(Failure::Refused(
            "Chỉ hai người đã xác nhận mở hòm mới ghi được ở lần mở này.".to_owned(),
        )),
        _ => Err(Failure::Refused("Chưa có người thứ hai xác nhận nên chưa ghi được.".to_owned())),
    }
}

async fn page(
    site: &Site,
    who: &Who,
    id: BoxOpeningId,
    m: &Mistakes,
) -> Result<Html<String>, Failure> {
    let asker = who.clone();
    let (it, place, slips, known, notes) = site
        .read(who, move |tx| {
            let it = sql::find(tx, id, false)?.ok_or(Failure::NotFound)?;
            demand(&asker, Action::FeedbackView, it.unit)?;
            let place = sql::any_box(tx, it.kept)?.map(|it| it.place).unwrap_or_default();
            let slips = sql::slips(tx, id)?;
            let ids: Vec<i64> = slips.iter().map(|it| it.id).collect();
            let known = feedback::of_sources(tx, SOURCE, &ids)?;
            Ok((it, place, slips, known, sql::notes(tx, id)?))
        })
        .await?;
    let first = it.first == who.account;
    let waiting = it.state == "waiting";
    let may_open = who.can_at(Action::BoxOpen, it.unit);
    let count = i64::try_from(slips.len()).unwrap_or(i64::MAX);
    site.page(&Page {
        shell: site.shell(who),
        m,
        id,
        unit: who.tree.title(it.unit).to_owned(),
        place,
        day: text::date(it.day),
        state: setup::state_said(&it.state),
        waiting,
        closed: it.state == "closed",
        first,
        takes_part: takes_part(who, &it),
        may_confirm: waiting && !first && may_open,
        code: if waiting && first { code_of(site, id) } else { String::new() },
        people: if it.second_name.is_empty() {
            it.first_name.clone()
        } else {
            format!("{} và {}", it.first_name, it.second_name)
        },
        declared: it.declared.map_or_else(String::new, |it| it.to_string()),
        mismatch: it.declared.is_some_and(|declared| declared != count),
        undone: slips.iter().filter(|it| it.state == "new").count(),
        slips: slips
            .iter()
            .map(|it| SlipView {
                id: it.id,
                number: number(it),
                state: slip_state(it, &known),
                done: it.state != "new",
                words: it.words.chars().take(200).collect(),
                has_picture: !it.sha256.is_empty(),
                feedback: known.get(&it.id).map(|(id, code, _)| (id.0, code.clone())),
            })
            .collect(),
        why: it.why.clone(),
        notes: notes
            .into_iter()
            .map(|(at, name, words)| (text::date_time(at.civil()), name, words))
            .collect(),
        may_note: it.state == "closed" && may_open,
        once: site::form::new_token(),
        closed_at: it.closed.map_or_else(String::new, |at| text::date_time(at.civil())),
    })
}

/// GET `/co-quan/hom-thu/lan/{id}`: from box to answer.
pub(super) async fn show(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<BoxOpeningId>,
) -> Result<Html<String>, Failure> {
    page(&site, &who, id, &Mistakes::default()).await
}

/// The page again, with a mistake of one of its forms.
pub(super) async fn again(
    site: &Site,
    who: &Who,
    id: BoxOpeningId,
    m: Mistakes,
) -> Result<Failure, Failure> {
    Ok(Failure::Mistaken(page(site, who, id, &m).await?))
}

/// POST `/co-quan/hom-thu/lan/{id}/xac-nhan`: the second one types the code.
pub(super) async fn confirm(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<BoxOpeningId>,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    let asker = who.clone();
    let code: String = typed.get("ma").chars().filter(char::is_ascii_digit).collect();
    let wrong = site
        .write(&who, move |tx| {
            let it = sql::find(tx, id, true)?.ok_or(Failure::NotFound)?;
            demand(&asker, Action::BoxOpen, it.unit)?;
            if it.state == "open" && it.second == Some(asker.account) {
                return Ok(None);
            }
            if it.state != "waiting" {
                return Err(Failure::Refused("Lần mở này không còn chờ xác nhận.".to_owned()));
            }
            if it.first == asker.account {
                return Ok(Some("Người thứ hai phải là người khác, đăng nhập bằng tài khoản của mình."));
            }
            let said = site::token_sha256(&code);
            if !bool::from(said.as_bytes().ct_eq(it.code_sha256.as_bytes())) {
                sql::wrong_code(tx, id, TRIES_MAX)?;
                tx.journal(Entry::new(OPENING, id.0, "wrong_opening_code"));
                return Ok(Some("Mã chưa đúng. Nhìn lại màn hình của người thứ nhất; sai 5 lần thì phải bắt đầu lại."));
            }
            facts::confirm(tx, id, &asker.name)?;
            Ok(None)
        })
        .await?;
    match wrong {
        Some(text) => Err(again(&site, &who, id, Mistakes::one(typed, "ma", text)).await?),
        None => Ok(told(
            &format!("{ADDRESS}/lan/{id}"),
            "Đã đủ hai người. Mở hòm, đếm phiếu rồi ghi số phiếu.",
        )),
    }
}

/// POST `/co-quan/hom-thu/lan/{id}/thoi`
pub(super) async fn give_up(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<BoxOpeningId>,
    Filled(_): Filled,
) -> Result<Response, Failure> {
    let asker = who.clone();
    site.write(&who, move |tx| {
        let it = sql::find(tx, id, true)?.ok_or(Failure::NotFound)?;
        demand(&asker, Action::BoxOpen, it.unit)?;
        if it.state == "waiting" {
            sql::give_up(tx, id)?;
            tx.journal(Entry::new(OPENING, id.0, "give_up_opening"));
        }
        Ok(())
    })
    .await?;
    Ok(told(ADDRESS, "Đã thôi. Bắt đầu lại khi đủ hai người."))
}

/// POST `/co-quan/hom-thu/lan/{id}/so-phieu`
pub(super) async fn declare(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<BoxOpeningId>,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    let mut fields = Fields::of(typed);
    let slips = fields.number("so-phieu", 0..=SLIPS_MAX);
    let slips = match fields.finish(slips) {
        Ok(it) => it,
        Err(m) => return Err(again(&site, &who, id, m).await?),
    };
    let asker = who.clone();
    site.write(&who, move |tx| {
        let it = held(&asker, tx, id)?;
        if it.declared != Some(slips) {
            facts::declare(tx, id, (it.declared, slips))?;
        }
        Ok(())
    })
    .await?;
    Ok(told(&format!("{ADDRESS}/lan/{id}"), "Đã ghi số phiếu. Chụp từng phiếu để đánh số."))
}

/// POST `/co-quan/hom-thu/lan/{id}/dong`
pub(super) async fn close(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<BoxOpeningId>,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    let mut fields = Fields::of(typed.clone());
    let why = fields.optional_text("ly-do-lech", 500).unwrap_or_default();
    let asker = who.clone();
    let wrong = site
        .write(&who, move |tx| {
            let before = sql::find(tx, id, true)?.ok_or(Failure::NotFound)?;
            if before.state == "closed" {
                demand(&asker, Action::BoxOpen, before.unit)?;
                return Ok(None);
            }
            let it = held(&asker, tx, id)?;
            let Some(declared) = it.declared else {
                return Ok(Some(("so-phieu", "Ghi số phiếu đã đếm trước khi đóng.".to_owned())));
            };
            let slips = sql::slips(tx, id)?;
            let undone: Vec<String> =
                slips.iter().filter(|it| it.state == "new").map(number).collect();
            if !undone.is_empty() {
                let text = format!("Còn phiếu chưa xử lý: {}. Mỗi phiếu thành phản ánh hoặc có lý do.", undone.join(", "));
                return Ok(Some(("ly-do-lech", text)));
            }
            let count = i64::try_from(slips.len()).unwrap_or(i64::MAX);
            if count != declared && why.is_empty() {
                let text = format!("Đã đếm {declared} phiếu nhưng chụp {count}. Chụp nốt, sửa số đếm, hoặc ghi lý do.");
                return Ok(Some(("ly-do-lech", text)));
            }
            facts::close(tx, id, (declared, count, &why))?;
            Ok(None)
        })
        .await?;
    match wrong {
        Some((field, text)) => {
            Err(again(&site, &who, id, Mistakes::one(typed, field, text)).await?)
        }
        None => {
            Ok(told(&format!("{ADDRESS}/lan/{id}"), "Đã đóng lần mở. In biên bản để hai người ký."))
        }
    }
}

/// POST `/co-quan/hom-thu/lan/{id}/ghi-chu`
pub(super) async fn note(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<BoxOpeningId>,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    let mut fields = Fields::of(typed);
    let words = fields.text("ghi-chu", 1_000);
    let words = match fields.finish(words) {
        Ok(it) => it,
        Err(m) => return Err(again(&site, &who, id, m).await?),
    };
    let asker = who.clone();
    site.write(&who, move |tx| {
        let it = sql::find(tx, id, true)?.ok_or(Failure::NotFound)?;
        demand(&asker, Action::BoxOpen, it.unit)?;
        if it.state != "closed" {
            return Err(Failure::Refused("Chỉ thêm ghi chú sau khi đã đóng lần mở.".to_owned()));
        }
        let known = sql::notes(tx, id)?;
        if !known.iter().any(|(_, name, old)| **name == *asker.name && *old == words) {
            sql::insert_note(tx, id, &asker.name, &words)?;
            tx.journal(Entry::new(OPENING, id.0, "note_opening"));
        }
        Ok(())
    })
    .await?;
    Ok(told(&format!("{ADDRESS}/lan/{id}"), "Đã thêm ghi chú."))
}
