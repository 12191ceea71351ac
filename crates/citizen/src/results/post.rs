//! Results by post: parcels that wait, the list that the post officer signs, numbers, delivery and
//! return, a report of the post read in.

use askama::Template;
use axum::response::Response;
use domain::{
    dossier::{Collector, Command, Delivery, Part, ReturnChannel, What},
    ids::UnitId,
    results::ParcelState,
    text,
};
use people::sheets;
use site::{
    Asked, Failure, Filled, FilledWithFiles, Html, Mistakes, Path, Shell, Site, State, Who,
    form::{Sending, Sent, once},
    told,
};
use store::{Tx, journal::Entry};

use super::{
    ADDRESS, POST,
    facts::{self, SUBJECT},
    list::{address, options},
    show::{is_anew, page, take, waits_at_counter},
    sql::{self, Parcel},
};
use crate::dossiers::facts::{self as dossiers, Around};

/// Rows of one page.
const ROWS: usize = 50;

/// A number of the post: letters and digits, as on the label.
fn tracking(typed: &str) -> Result<String, Failure> {
    let text: String = typed.chars().filter(|it| !it.is_whitespace()).collect();
    let text = text.to_uppercase();
    let plain = text.bytes().all(|it| it.is_ascii_alphanumeric() || it == b'-');
    if text.len() <= 30 && plain {
        Ok(text)
    } else {
        let why = "Mã bưu gửi chỉ gồm chữ không dấu, số và gạch nối, tối đa 30 ký tự.";
        Err(Failure::Refused(why.to_owned()))
    }
}

/// POST `/co-quan/ket-qua/{id}/gui`: the dossier's own step, with the post's number if it is known.
pub async fn send(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<i64>,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    let number = tracking(typed.get("ma-buu-gui"))?;
    let sending = Sending::of(&who, &typed, "lan-gui");
    let (inner, asker) = (site.clone(), who.clone());
    let done = once(&site, &who, sending, move |tx| {
        let mut taken = take(tx, &inner, &asker, id)?;
        if !taken.is_counter() {
            return Err(Failure::NotFound);
        }
        if is_anew(tx, &taken)? {
            let why =
                "Kết quả cấp lại giao tại quầy, có người nhận ký; không gửi bưu chính từ đây.";
            return Err(Failure::Refused(why.to_owned()));
        }
        waits_at_counter(&taken, false)?;
        let desk = taken.around.desk();
        taken.on_desk.step(tx, desk, &taken.maker, What::SendByPost.into())?;
        facts::set_tracking(tx, taken.kept.dossier, &number)?;
        Ok(Ok::<_, Mistakes>(format!("{ADDRESS}/{id}")))
    })
    .await?;
    match done {
        Sent::Done(location) => {
            Ok(told(&location, "Đã chuyển bưu chính. Lập bảng kê ở trang “Bưu gửi”."))
        }
        Sent::Wrong(m) | Sent::Before(m) => {
            Err(Failure::Mistaken(page(&site, &who, id, &m).await?))
        }
    }
}

struct Line {
    it: Parcel,
    state: &'static str,
    sent: String,
    unit: String,
    open: bool,
    /// It left the counter: something can have become of it.
    has_left: bool,
}

/// Whether a parcel left the counter: it stands on a list, or has the post's number.
fn has_left(it: &Parcel) -> bool {
    it.state == ParcelState::Handed || !it.tracking.is_empty()
}

struct Counter {
    unit: UnitId,
    title: String,
    waiting: usize,
    lists: Vec<(i64, String)>,
}

#[derive(Template)]
#[template(path = "results/templates/post.html")]
struct List {
    shell: Shell,
    q: String,
    state: String,
    states: Vec<(String, String)>,
    counters: Vec<Counter>,
    lines: Vec<Line>,
    may_write: bool,
    is_filtered: bool,
    first: Option<String>,
    next: Option<String>,
}

/// GET `/co-quan/buu-gui`
pub async fn list(
    State(site): State<Site>,
    who: Who,
    Asked(asked): Asked,
) -> Result<Html<String>, Failure> {
    let (inner, asker, wanted) = (site.clone(), who.clone(), asked.clone());
    let (mut found, counters) = site
        .read(&who, move |tx| {
            let around = Around::load(&inner, &asker, tx)?;
            let limit = i64::try_from(ROWS).unwrap_or(50) + 1;
            let state = ParcelState::from_code(wanted.get("trang-thai"));
            let before = wanted.get("sau").parse().ok();
            let seen = dossiers::seen(&asker);
            let found = sql::parcels(tx, &seen, (state, wanted.get("q")), before, limit)?;
            let mut counters = Vec::new();
            for unit in around.counters() {
                let waiting = sql::waiting_at(tx, unit)?.len();
                let lists = sql::manifests(tx, unit)?;
                counters.push((unit, waiting, lists));
            }
            Ok((found, counters))
        })
        .await?;
    let more = found.len() > ROWS;
    found.truncate(ROWS);
    let next = found
        .last()
        .filter(|_| more)
        .map(|it| address(POST, &asked, "sau", Some(&it.id.to_string())));
    let mut states = options(&[("", "Tất cả")]);
    states.extend(ParcelState::ALL.iter().map(|it| (it.code().to_owned(), it.label().to_owned())));
    let may_write = !counters.is_empty();
    site.page(&List {
        shell: site.shell(&who),
        q: asked.get("q").to_owned(),
        state: asked.get("trang-thai").to_owned(),
        states,
        counters: counters
            .into_iter()
            .map(|(unit, waiting, lists)| Counter {
                unit,
                title: who.tree.title(unit).to_owned(),
                waiting,
                lists: lists
                    .into_iter()
                    .map(|it| (it.id, format!("số {} ngày {}", it.number, text::date(it.made_on))))
                    .collect(),
            })
            .collect(),
        lines: found
            .into_iter()
            .map(|it| Line {
                state: it.state.label(),
                sent: text::date(it.sent_on),
                unit: who.tree.title(it.unit).to_owned(),
                open: matches!(it.state, ParcelState::Waiting | ParcelState::Handed),
                has_left: has_left(&it),
                it,
            })
            .collect(),
        may_write,
        is_filtered: !asked.get("q").is_empty() || !asked.get("trang-thai").is_empty(),
        first: asked.has("sau").then(|| address(POST, &asked, "sau", None)),
        next,
    })
}

/// POST `/co-quan/buu-gui/bang-ke`: all that wait at a counter go with the post officer.
pub async fn hand_to_post(
    State(site): State<Site>,
    who: Who,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    let unit = typed.get("don-vi").parse().map(UnitId).map_err(|_| Failure::NotFound)?;
    let postman: String = text::tidy(typed.get("buu-ta")).chars().take(120).collect();
    let (inner, asker) = (site.clone(), who.clone());
    let id = site
        .write(&who, move |tx| {
            let around = Around::load(&inner, &asker, tx)?;
            if !around.counters().contains(&unit) {
                return Err(Failure::NotFound);
            }
            let why = "Không có bưu gửi nào chờ giao ở quầy này.";
            let made = facts::hand_to_post(tx, unit, &postman)?;
            made.ok_or_else(|| Failure::Refused(why.to_owned()))
        })
        .await?;
    Ok(told(POST, &format!("Đã lập bảng kê; in bảng kê ở danh sách bên dưới (mã {id}).")))
}

/// What became of a parcel.
fn come_to(
    tx: &mut Tx<'_>,
    site: &Site,
    who: &Who,
    parcel: &Parcel,
    delivered: bool,
) -> Result<(), Failure> {
    let around = Around::load(site, who, tx)?;
    let mut on_desk = around.take(tx, parcel.dossier)?;
    let maker = around.maker(tx, &on_desk.kept)?;
    if !maker.plays_any(&[Part::Counter, Part::CounterHead, Part::Post]) {
        return Err(Failure::NotFound);
    }
    // Returned otherwise, or not under way any more: the parcel's own end is all there is to say.
    if on_desk.kept.dossier.delivery != Delivery::InPost {
        let end = if delivered { ParcelState::Delivered } else { ParcelState::Returned };
        sql::end_parcels(tx, parcel.dossier, end)?;
        let details = serde_json::json!({"end": end.code()});
        tx.journal(Entry::new("parcel", parcel.id, "end_parcel").details(&details));
        return Ok(());
    }
    let result = sql::standing(tx, parcel.dossier)?;
    let command: Command = if delivered {
        let (channel, collector) = (ReturnChannel::Post, Collector::Applicant);
        What::Return { channel, collector }.into()
    } else {
        let words = format!("Bưu điện chuyển hoàn {}", parcel.tracking);
        Command::saying(What::PostFailed, words.trim())
    };
    on_desk.step(tx, around.desk(), &maker, command)?;
    if let Some(result) = result.filter(|_| delivered) {
        let channel = ReturnChannel::Post.code();
        sql::insert_handover(tx, result, channel, (&parcel.recipient, "", ""))?;
        tx.journal(Entry::new(SUBJECT, result, "hand_over_result"));
    }
    Ok(())
}

/// POST `/co-quan/buu-gui/{id}`: its number, or what became of it.
pub async fn mark(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<i64>,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    let (inner, asker) = (site.clone(), who.clone());
    let said = site
        .write(&who, move |tx| {
            let parcel = sql::parcel(tx, &dossiers::seen(&asker), id)?.ok_or(Failure::NotFound)?;
            let open = matches!(parcel.state, ParcelState::Waiting | ParcelState::Handed);
            if !open {
                let why = format!("Bưu gửi này đã xong: {}.", parcel.state.label().to_lowercase());
                return Err(Failure::Refused(why));
            }
            match typed.get("viec") {
                "phat" if !has_left(&parcel) => Err(Failure::Refused(
                    "Bưu gửi chưa có mã và chưa nằm trong bảng kê nào nên chưa thể đã phát. Hãy nhập mã \
                     bưu gửi hoặc lập bảng kê trước."
                        .to_owned(),
                )),
                "phat" => {
                    come_to(tx, &inner, &asker, &parcel, true)?;
                    Ok("Đã ghi nhận: phát thành công, hồ sơ đã trả kết quả.")
                }
                "hoan" => {
                    come_to(tx, &inner, &asker, &parcel, false)?;
                    Ok("Đã ghi nhận: chuyển hoàn, kết quả về lại quầy.")
                }
                _ => {
                    let around = Around::load(&inner, &asker, tx)?;
                    if !around.counters().contains(&parcel.unit) {
                        return Err(Failure::NotFound);
                    }
                    sql::set_tracking(tx, id, &tracking(typed.get("ma-buu-gui"))?)?;
                    Ok("Đã lưu mã bưu gửi; công dân thấy mã này khi tra cứu.")
                }
            }
        })
        .await?;
    Ok(told(POST, said))
}

/// POST `/co-quan/buu-gui/nhap`: the post's report: a column with the number, one with what became of
/// it. Rows that do not fit are said, the others count.
pub async fn import(
    State(site): State<Site>,
    who: Who,
    FilledWithFiles(_, uploads): FilledWithFiles,
) -> Result<Response, Failure> {
    let upload = uploads.into_iter().next();
    let upload = upload
        .ok_or_else(|| Failure::Refused("Chọn tệp .csv hoặc .xlsx của bưu điện.".to_owned()))?;
    let table = sheets::read(&upload.name, &upload.bytes).map_err(Failure::Refused)?;
    let heads: Vec<String> = table.heads.iter().map(|it| text::fold(it)).collect();
    let place = |names: &[&str]| heads.iter().position(|it| names.contains(&it.as_str()));
    let number = place(&["ma buu gui", "so hieu", "tracking"]);
    let state = place(&["trang thai", "ket qua", "state"]);
    let (Some(number), Some(state)) = (number, state) else {
        let why = "Tệp cần có cột “Mã bưu gửi” và cột “Trạng thái” (phát thành công, chuyển hoàn).";
        return Err(Failure::Refused(why.to_owned()));
    };
    let (inner, asker) = (site.clone(), who.clone());
    let (done, missed) = site
        .write(&who, move |tx| {
            let seen = dossiers::seen(&asker);
            let (mut done, mut missed) = (0, Vec::new());
            for (row, cells) in &table.rows {
                let cell = |at: usize| cells.get(at).map_or("", |it| it.trim());
                let said = text::fold(cell(state));
                let delivered = match said.as_str() {
                    "phat thanh cong" | "da phat" | "delivered" => true,
                    "chuyen hoan" | "hoan" | "returned" => false,
                    _ => {
                        missed.push(row.to_string());
                        continue;
                    }
                };
                let code = cell(number).to_uppercase();
                let parcel =
                    if code.is_empty() { None } else { sql::by_tracking(tx, &seen, &code)? };
                match parcel.filter(|it| it.state == ParcelState::Handed) {
                    Some(parcel) => match come_to(tx, &inner, &asker, &parcel, delivered) {
                        Ok(()) => done += 1,
                        Err(Failure::Fault(fault)) => return Err(Failure::Fault(fault)),
                        Err(_) => missed.push(row.to_string()),
                    },
                    None => missed.push(row.to_string()),
                }
            }
            Ok((done, missed))
        })
        .await?;
    let mut said = format!("Đã ghi nhận {done} bưu gửi.");
    if !missed.is_empty() {
        let some: Vec<String> = missed.iter().take(20).cloned().collect();
        said.push_str(&format!(
            " Không khớp dòng {}: mã không có, chưa giao bưu điện hoặc trạng thái chưa rõ.",
            some.join(", ")
        ));
    }
    Ok(told(POST, &said))
}
