//! What was promised at receptions, kept or late; the answer that is owed; an entry handed on as feedback.

use askama::Template;
use axum::response::Response;
use domain::{
    access::Action,
    feedback::{Class, Door},
    ids::UnitId,
    reception::Matter,
    text,
};
use people::sheets::{self, Sheet};
use site::{Asked, Failure, Fields, Filled, Mistakes, Path, Shell, Site, State, Who, demand, told};
use store::{Tx, journal::Entry};

use super::{
    ENTRY, book, calendar_of, facts,
    sql::{
        self,
        book::{Entry as Written, Promise},
    },
    units,
};
use crate::{
    feedback::facts::{self as feedback, Received, Sender},
    onward::{self, Onward, hand_on},
};

/// Where they are listed.
pub(super) const PAGE: &str = "/co-quan/tiep-cong-dan/viec-hua";

struct Line {
    id: i64,
    entry: i64,
    unit: String,
    what: String,
    responsible: String,
    due: String,
    state: &'static str,
    bad: bool,
    good: bool,
    result: String,
}

#[derive(Template)]
#[template(path = "reception/templates/promises.html")]
struct List {
    shell: Shell,
    states: Vec<(String, String)>,
    state: String,
    units: Vec<(String, String)>,
    unit: String,
    lines: Vec<Line>,
    count: String,
    query: String,
}

/// GET `/co-quan/tiep-cong-dan/viec-hua?loc=&don-vi=`, with `xuat=1` as a workbook.
pub(super) async fn list(
    State(site): State<Site>,
    who: Who,
    Asked(asked): Asked,
) -> Result<Response, Failure> {
    let mine = units(&who, &[Action::ReceptionKeep]);
    let mut ids: Vec<UnitId> = mine.iter().map(|it| it.0).collect();
    if let Ok(unit) = asked.get("don-vi").parse().map(UnitId) {
        ids.retain(|it| *it == unit);
    }
    let state = if asked.has("loc") { asked.get("loc") } else { "mo" }.to_owned();
    let open = state != "tat-ca";
    let mut found =
        site.read(&who, move |tx| Ok(sql::book::promises(tx, ids, open, None)?)).await?;
    let now = who.now.civil();
    if state == "qua-han" {
        found.retain(|it| it.due < now);
    }
    let state_of = |it: &Promise| match it.kept {
        Some(at) if at.civil() <= it.due => "đã làm đúng hạn",
        Some(_) => "đã làm, trễ",
        None if it.due < now => "quá hạn",
        None => "đang làm",
    };
    if asked.has("xuat") {
        let rows = found.iter().map(|it| {
            vec![
                who.tree.title(it.unit).to_owned(),
                it.what.clone(),
                it.responsible.clone(),
                text::date_time(it.due),
                state_of(it).to_owned(),
                it.result.clone(),
            ]
        });
        let sheet = Sheet {
            name: "Việc đã hứa",
            heads: &[
                ("Đơn vị", 28),
                ("Việc", 50),
                ("Người chịu trách nhiệm", 30),
                ("Hạn", 20),
                ("Tình trạng", 16),
                ("Kết quả", 40),
            ],
            rows: rows.collect(),
        };
        return Ok(sheets::to_save(&[sheet], &format!("viec-da-hua-{}.xlsx", who.today()))?);
    }
    let mut all_units = vec![(String::new(), "Mọi đơn vị".to_owned())];
    all_units.extend(mine.into_iter().map(|(id, title)| (id.to_string(), title)));
    let page = site.page(&List {
        shell: site.shell(&who),
        states: crate::typed::options(&[
            ("mo", "Chưa xong"),
            ("qua-han", "Quá hạn"),
            ("tat-ca", "Tất cả"),
        ]),
        query: format!(
            "?loc={}&don-vi={}&xuat=1",
            site::percent(&state),
            site::percent(asked.get("don-vi"))
        ),
        state,
        units: all_units,
        unit: asked.get("don-vi").to_owned(),
        count: format!("{} việc", found.len()),
        lines: found
            .into_iter()
            .map(|it| Line {
                id: it.id,
                entry: it.entry,
                unit: who.tree.title(it.unit).to_owned(),
                due: text::date_time(it.due),
                state: state_of(&it),
                bad: it.kept.is_none() && it.due < now,
                good: it.kept.is_some(),
                what: it.what,
                responsible: it.responsible,
                result: it.result,
            })
            .collect(),
    })?;
    Ok(axum::response::IntoResponse::into_response(page))
}

async fn again(site: &Site, who: &Who, id: i64, m: Mistakes) -> Result<Failure, Failure> {
    let (inner, asker) = (site.clone(), who.clone());
    let loaded = site.write(who, move |tx| book::load(&inner, &asker, tx, id)).await?;
    Ok(Failure::Mistaken(book::page(site, who, loaded, &m)?))
}

/// Nothing is written into an entry whose matter is sealed.
fn open_still(it: &sql::book::Entry) -> Result<(), Failure> {
    if it.is_sealed() {
        return Err(Failure::Refused(
            "Nội dung lượt tiếp này đã niêm kín. Người giữ đơn ghi tiếp ở đơn tố cáo, không ghi vào sổ tiếp."
                .to_owned(),
        ));
    }
    Ok(())
}

/// POST `/co-quan/tiep-cong-dan/so/{id}/tra-loi`
pub(super) async fn answer(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<i64>,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    let mut fields = Fields::of(typed);
    let words = fields.text("tra-loi", 2_000);
    let words = match fields.finish(words) {
        Ok(it) => it,
        Err(m) => return Err(again(&site, &who, id, m).await?),
    };
    let asker = who.clone();
    site.write(&who, move |tx| {
        let it = sql::book::find(tx, id)?.ok_or(Failure::NotFound)?;
        demand(&asker, Action::ReceptionKeep, it.unit)?;
        open_still(&it)?;
        facts::answer(tx, id, &words)?;
        Ok(())
    })
    .await?;
    Ok(told(&format!("{}/{id}", book::PAGE), "Đã ghi nội dung trả lời."))
}

/// POST `/co-quan/tiep-cong-dan/so/{id}/hua`
pub(super) async fn add(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<i64>,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    let mut fields = Fields::of(typed);
    let what = fields.text("viec", 500);
    let responsible = fields.text("nguoi-lam", 200);
    let days = fields.number("ngay-lam-viec", 1..=250);
    let whole = (|| Some((what?, responsible?, u32::try_from(days?).ok()?)))();
    let (what, responsible, days) = match fields.finish(whole) {
        Ok(it) => it,
        Err(m) => return Err(again(&site, &who, id, m).await?),
    };
    let (inner, asker) = (site.clone(), who.clone());
    site.write(&who, move |tx| {
        let it = sql::book::find(tx, id)?.ok_or(Failure::NotFound)?;
        demand(&asker, Action::ReceptionKeep, it.unit)?;
        open_still(&it)?;
        let calendar = calendar_of(&inner, &asker, tx, it.unit)?;
        facts::promise(tx, &calendar, id, (&what, &responsible, days))?;
        Ok(())
    })
    .await?;
    Ok(told(&format!("{}/{id}", book::PAGE), "Đã ghi việc hứa vào danh sách theo dõi."))
}

/// POST `/co-quan/tiep-cong-dan/viec-hua/{id}/xong`
pub(super) async fn done(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<i64>,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    let result: String = typed.get("ket-qua").chars().take(1_000).collect();
    if result.is_empty() {
        return Err(Failure::Refused("Ghi kết quả của việc đã làm rồi bấm lại.".to_owned()));
    }
    let asker = who.clone();
    let entry = site
        .write(&who, move |tx| {
            let it = sql::book::find_promise(tx, id)?.ok_or(Failure::NotFound)?;
            demand(&asker, Action::ReceptionKeep, it.unit)?;
            facts::keep_promise(tx, id, &result)?;
            Ok(it.entry)
        })
        .await?;
    Ok(told(&format!("{}/{entry}", book::PAGE), "Đã ghi việc đã làm."))
}

/// Makes a feedback of an entry.
pub(super) fn handed_on(
    site: &Site,
    tx: &mut Tx<'_>,
    it: &Written,
    (class, accused): (Class, &(String, bool)),
) -> Result<Received, Failure> {
    // Whoever keeps the book and no denunciations does not read its words: another class would put them into the open.
    if it.matter == Matter::Denunciation && !class.is_sealed() {
        return Err(Failure::Refused(
            "Sổ ghi nội dung này là tố cáo, nên chỉ chuyển được theo đường tố cáo. Hãy chọn loại “Tố cáo”.".to_owned(),
        ));
    }
    let visitor = super::entry::opened(site, it)?;
    let said = if visitor.said.is_empty() { it.summary.clone() } else { visitor.said.clone() };
    let words = if it.request.is_empty() { said } else { format!("{said}\n{}", it.request) };
    let received = hand_on(
        site,
        tx,
        Onward {
            unit: it.unit,
            door: Door::Reception,
            source: (book::SOURCE, it.id),
            class,
            text: &words,
            accused: &accused.0,
            about_head: accused.1,
            sender: Some(Sender {
                name: visitor.name,
                phone: visitor.phone,
                address: visitor.address,
                id_number: visitor.id_number,
                ..Sender::default()
            }),
            file: None,
            at: it.received,
        },
    )?;
    // What is sealed has emptied the entry; the journal does not tell which one it was.
    if !class.is_sealed() {
        sql::book::tie(tx, it.id, received.id.0)?;
        tx.journal(Entry::new(ENTRY, it.id, "to_feedback"));
    }
    Ok(received)
}

/// POST `/co-quan/tiep-cong-dan/so/{id}/phan-anh`
pub(super) async fn to_feedback(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<i64>,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    let class = Class::from_code(typed.get("loai-phan-anh"))
        .ok_or_else(|| Failure::Refused("Chọn loại phản ánh trong danh sách.".to_owned()))?;
    let (inner, asker) = (site.clone(), who.clone());
    let accused = onward::accused(&typed);
    let (notice, waste) = site
        .write(&who, move |tx| {
            let it = sql::book::find(tx, id)?.ok_or(Failure::NotFound)?;
            demand(&asker, Action::ReceptionKeep, it.unit)?;
            if it.feedback.is_some() {
                return Ok(("Lượt tiếp này đã được chuyển xử lý.".to_owned(), Vec::new()));
            }
            let received = handed_on(&inner, tx, &it, (class, &accused))?;
            Ok((onward::notice(&received), received.waste))
        })
        .await?;
    feedback::erase(&site, waste).await?;
    Ok(told(&format!("{}/{id}", book::PAGE), &notice))
}
