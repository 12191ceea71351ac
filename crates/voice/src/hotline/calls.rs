//! Calls: their list and figures, one of them with who called, calling back, handing on.

use askama::Template;
use axum::response::Response;
use domain::{
    access::Action,
    feedback::{Class, Door},
    hotline::{BackResult, CallKind},
    ids::{HotlineCallId, UnitId},
    text,
    time::Instant,
};
use jiff::ToSpan as _;
use people::sheets::{self, Sheet};
use site::{
    Asked, Failure, Fields, Filled, Html, Mistakes, Path, Shell, Site, State, Typed, Who, demand,
    told,
};
use store::{Tx, journal::Entry};

use super::{
    ADDRESS, CALL, SOURCE, choices, chosen, facts,
    log::{self, Caller},
    sql::{self, Call, Counted, Filter},
    units, with_shops,
};
use crate::{
    feedback::facts::{self as feedback, Sender},
    onward::{self, Onward, hand_on},
};

/// Rows of one page, of an export.
const ROWS: usize = 50;
const EXPORT_MAX: i64 = 20_000;

struct Line {
    id: HotlineCallId,
    at: String,
    called: String,
    kind: &'static str,
    missed: bool,
    subject: String,
    officer: String,
    state: String,
    late: bool,
    good: bool,
}

/// What is counted of calls.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Figures {
    pub answered: i64,
    pub missed: i64,
    pub back_in_time: i64,
    pub back_late: i64,
    pub owed: i64,
    pub handed_on: i64,
    pub anonymous: i64,
}

impl Figures {
    /// Counts these calls by what is known at a moment.
    pub fn of(calls: impl IntoIterator<Item = Counted>, now: Instant) -> Self {
        let mut it = Self::default();
        for call in calls {
            match call.kind {
                CallKind::Answered => it.answered += 1,
                CallKind::Missed => it.missed += 1,
            }
            it.anonymous += i64::from(call.anonymous);
            // A call of nobody is acted upon and counted apart: it is no feedback that is owed an answer.
            it.handed_on += i64::from(call.is_handed_on && !call.anonymous);
            match (call.due, call.back_at) {
                (Some(due), Some(at)) if at.civil() <= due => it.back_in_time += 1,
                (Some(_), Some(_)) => it.back_late += 1,
                (Some(due), None) if due < now.civil() => it.back_late += 1,
                (Some(_), None) => it.owed += 1,
                (None, _) => {}
            }
        }
        it
    }

    fn lines(&self) -> Vec<(&'static str, i64)> {
        vec![
            ("Đã nghe", self.answered),
            ("Gọi nhỡ", self.missed),
            ("Gọi lại đúng hẹn", self.back_in_time),
            ("Gọi lại trễ, quá hẹn", self.back_late),
            ("Chờ gọi lại, còn hạn", self.owed),
            ("Chuyển thành phản ánh có người gửi", self.handed_on),
            ("Không rõ người gọi", self.anonymous),
        ]
    }
}

#[derive(Template)]
#[template(path = "hotline/templates/list.html")]
struct List {
    shell: Shell,
    unit: UnitId,
    here: String,
    title: String,
    units: Vec<(String, String)>,
    kinds: Vec<(String, String)>,
    kind: String,
    owed: String,
    owed_choices: Vec<(String, String)>,
    from: String,
    until: String,
    wrong_date: bool,
    figures: Vec<(&'static str, i64)>,
    lines: Vec<Line>,
    count: String,
    query: String,
    is_filtered: bool,
    first: Option<String>,
    next: Option<String>,
    manages: bool,
}

fn read(asked: &Typed, units: Vec<UnitId>) -> (Filter, bool) {
    let date = |name| site::form::parse_date(asked.get(name));
    let wrong = ["tu", "den"].iter().any(|it| !asked.get(it).is_empty() && date(it).is_none());
    let at = |it: jiff::civil::Date| Instant::from_civil(it.at(0, 0, 0, 0));
    let filter = Filter {
        units,
        kind: CallKind::from_code(asked.get("loai")),
        owed: asked.get("cho") == "1",
        from: date("tu").map(at),
        until: date("den").map(|it| at(it.saturating_add(1.day()))),
    };
    (filter, wrong)
}

fn state(it: &Call, now: Instant) -> (String, bool, bool) {
    match (it.due, it.back) {
        (_, Some(back)) => (back.label().to_owned(), false, true),
        (Some(due), None) => {
            let late = due < now.civil();
            (format!("Gọi lại trước {}", text::date_time(due)), late, false)
        }
        (None, None) if it.feedback.is_some() => ("Đã chuyển phản ánh".to_owned(), false, true),
        (None, None) => (String::new(), false, false),
    }
}

fn address(asked: &Typed, more: Option<String>) -> String {
    let kept = asked.pairs().iter().filter(|(name, value)| name != "sau" && !value.is_empty());
    let mut pairs: Vec<String> = kept
        .map(|(name, value)| format!("{}={}", site::percent(name), site::percent(value)))
        .collect();
    pairs.extend(more.map(|it| format!("sau={it}")));
    format!("?{}", pairs.join("&"))
}

/// GET `/co-quan/duong-day-nong?don-vi=&loai=&cho=1&tu=&den=`
pub(super) async fn list(
    State(site): State<Site>,
    who: Who,
    Asked(asked): Asked,
) -> Result<Html<String>, Failure> {
    let unit = chosen(&who, Action::HotlineKeep, asked.get("don-vi")).ok_or(Failure::NotFound)?;
    let (filter, wrong_date) = read(&asked, with_shops(&who, unit));
    let before = asked.get("sau").split_once('-');
    let before = before.and_then(|(at, id)| Some((at.parse().ok()?, id.parse().ok()?)));
    let (mut found, count, all) = site
        .read(&who, move |tx| {
            let limit = i64::try_from(ROWS).unwrap_or(50) + 1;
            let found = sql::page(tx, &filter, before, limit)?;
            let all = sql::counted(tx, &filter, EXPORT_MAX)?;
            Ok((found, sql::count(tx, &filter)?, all))
        })
        .await?;
    let more = found.len() > ROWS;
    found.truncate(ROWS);
    let next = found
        .last()
        .filter(|_| more)
        .map(|it| address(&asked, Some(format!("{}-{}", it.at.epoch_ms(), it.id))));
    let mut kinds = vec![(String::new(), "Mọi cuộc gọi".to_owned())];
    kinds.extend(CallKind::ALL.iter().map(|it| (it.code().to_owned(), it.label().to_owned())));
    site.page(&List {
        shell: site.shell(&who),
        unit,
        here: unit.to_string(),
        title: who.tree.title(unit).to_owned(),
        units: choices(&units(&who, Action::HotlineKeep)),
        kinds,
        kind: asked.get("loai").to_owned(),
        owed: asked.get("cho").to_owned(),
        owed_choices: crate::typed::options(&[("", "Tất cả"), ("1", "Chờ gọi lại")]),
        from: asked.get("tu").to_owned(),
        until: asked.get("den").to_owned(),
        wrong_date,
        figures: Figures::of(all, who.now).lines(),
        count: format!("{} cuộc gọi", text::number(count)),
        query: address(&asked, None),
        is_filtered: ["loai", "cho", "tu", "den"].iter().any(|it| !asked.get(it).is_empty()),
        lines: found
            .into_iter()
            .map(|it| {
                let (state, late, good) = state(&it, who.now);
                Line {
                    id: it.id,
                    at: text::date_time(it.at.civil()),
                    called: it.called,
                    kind: it.kind.label(),
                    missed: it.kind == CallKind::Missed,
                    subject: it.subject.chars().take(160).collect(),
                    officer: it.officer,
                    state,
                    late,
                    good,
                }
            })
            .collect(),
        first: asked.has("sau").then(|| address(&asked, None)),
        next,
        manages: who.can_at(Action::VoiceManage, unit),
    })
}

/// GET `/co-quan/duong-day-nong/xuat`: without who called.
pub(super) async fn export(
    State(site): State<Site>,
    who: Who,
    Asked(asked): Asked,
) -> Result<Response, Failure> {
    let unit = chosen(&who, Action::HotlineKeep, asked.get("don-vi")).ok_or(Failure::NotFound)?;
    let _turn = site.one_at_a_time().await?;
    let (filter, _) = read(&asked, with_shops(&who, unit));
    let found = site.read(&who, move |tx| Ok(sql::page(tx, &filter, None, EXPORT_MAX)?)).await?;
    let rows = found.iter().map(|it| {
        vec![
            text::date_time(it.at.civil()),
            it.called.clone(),
            it.kind.label().to_owned(),
            it.seconds.to_string(),
            it.subject.clone(),
            it.officer.clone(),
            it.promise.clone(),
            state(it, who.now).0,
            it.back_note.clone(),
        ]
    });
    let calls = Sheet {
        name: "Cuộc gọi",
        heads: &[
            ("Lúc", 22),
            ("Số được gọi", 16),
            ("Loại", 12),
            ("Giây", 8),
            ("Nội dung", 60),
            ("Người ghi", 24),
            ("Đã hẹn", 30),
            ("Gọi lại", 28),
            ("Kết quả gọi lại", 40),
        ],
        rows: rows.collect(),
    };
    let figures = Sheet {
        name: "Số liệu",
        heads: &[("Chỉ tiêu", 40), ("Số lượng", 12)],
        rows: Figures::of(found.iter().map(Counted::from), who.now)
            .lines()
            .into_iter()
            .map(|(label, it)| vec![label.to_owned(), it.to_string()])
            .collect(),
    };
    Ok(sheets::to_save(&[figures, calls], &format!("duong-day-nong-{}.xlsx", who.today()))?)
}

#[derive(Template)]
#[template(path = "hotline/templates/call.html")]
struct Show<'a> {
    shell: Shell,
    m: &'a Mistakes,
    id: HotlineCallId,
    unit: UnitId,
    unit_title: String,
    at: String,
    called: String,
    kind: &'static str,
    length: String,
    caller: Caller,
    anonymous: bool,
    subject: String,
    officer: String,
    promise: String,
    due: String,
    late: bool,
    owed: bool,
    back: String,
    back_note: String,
    results: Vec<(String, String)>,
    feedback: Option<(i64, String, String)>,
    classes: Vec<(String, String)>,
}

struct Loaded {
    call: Call,
    caller: Caller,
    feedback: Option<(i64, String, String)>,
}

/// Everything of one call; whoever sees who called is written down.
fn load(site: &Site, who: &Who, tx: &mut Tx<'_>, id: HotlineCallId) -> Result<Loaded, Failure> {
    let call = sql::find_call(tx, id, false)?.ok_or(Failure::NotFound)?;
    demand(who, Action::HotlineKeep, call.unit)?;
    let caller = log::opened(site, &call)?;
    if !call.sealed.is_empty() {
        let details = serde_json::json!({ "what": "caller" });
        tx.journal(Entry::new(CALL, id.0, "look").details(&details));
    }
    let known = feedback::of_source(tx, SOURCE, id.0)?;
    let feedback = known
        .map(|(id, code, state)| (id.0, code, state.to_owned()))
        .or_else(|| call.feedback.map(|id| (id, String::new(), String::new())));
    Ok(Loaded { call, caller, feedback })
}

async fn page(
    site: &Site,
    who: &Who,
    id: HotlineCallId,
    m: &Mistakes,
) -> Result<Html<String>, Failure> {
    let (inner, asker) = (site.clone(), who.clone());
    let loaded = site.write(who, move |tx| load(&inner, &asker, tx, id)).await?;
    let it = loaded.call;
    site.page(&Show {
        shell: site.shell(who),
        m,
        id,
        unit: it.unit,
        unit_title: who.tree.title(it.unit).to_owned(),
        at: text::date_time(it.at.civil()),
        kind: it.kind.label(),
        length: if it.seconds > 0 { format!("{} giây", it.seconds) } else { String::new() },
        caller: loaded.caller,
        anonymous: it.anonymous,
        due: it.due.map_or_else(String::new, text::date_time),
        late: it.back.is_none() && it.due.is_some_and(|due| due < who.now.civil()),
        owed: it.back.is_none() && it.due.is_some(),
        back: match (it.back, it.back_at) {
            (Some(back), Some(at)) => format!("{}, {}", back.label(), text::date_time(at.civil())),
            _ => String::new(),
        },
        results: BackResult::ALL
            .iter()
            .map(|it| (it.code().to_owned(), it.label().to_owned()))
            .collect(),
        feedback: loaded.feedback,
        classes: onward::classes(),
        called: it.called,
        subject: it.subject,
        officer: it.officer,
        promise: it.promise,
        back_note: it.back_note,
    })
}

/// GET `/co-quan/duong-day-nong/goi/{id}`
pub(super) async fn show(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<HotlineCallId>,
) -> Result<Html<String>, Failure> {
    page(&site, &who, id, &Mistakes::default()).await
}

/// POST `/co-quan/duong-day-nong/goi/{id}/goi-lai`
pub(super) async fn back(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<HotlineCallId>,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    let mut fields = Fields::of(typed);
    let result = fields.choice("ket-qua", BackResult::from_code);
    let note = fields.text("noi-dung-lai", 2_000);
    let (result, note) = match fields.finish(result.zip(note)) {
        Ok(it) => it,
        Err(m) => return Err(Failure::Mistaken(page(&site, &who, id, &m).await?)),
    };
    let asker = who.clone();
    site.write(&who, move |tx| {
        let it = sql::find_call(tx, id, true)?.ok_or(Failure::NotFound)?;
        demand(&asker, Action::HotlineKeep, it.unit)?;
        if it.due.is_none() {
            return Err(Failure::Refused("Cuộc gọi này không phải gọi lại.".to_owned()));
        }
        facts::call_back(tx, id, (result, &note))?;
        Ok(())
    })
    .await?;
    Ok(told(&format!("{ADDRESS}/goi/{id}"), "Đã ghi kết quả gọi lại."))
}

/// Makes a feedback of a call; of one whose caller is unknown nobody is owed an answer.
pub(super) fn handed_on(
    site: &Site,
    tx: &mut Tx<'_>,
    it: &Call,
    (class, accused): (Class, &(String, bool)),
) -> Result<feedback::Received, Failure> {
    let caller = log::opened(site, it)?;
    let sender = (!it.anonymous).then(|| Sender {
        name: caller.name,
        phone: caller.phone,
        ..Sender::default()
    });
    let received = hand_on(
        site,
        tx,
        Onward {
            unit: it.unit,
            door: Door::Hotline,
            source: (SOURCE, it.id.0),
            class,
            text: &it.subject,
            accused: &accused.0,
            about_head: accused.1,
            sender,
            file: None,
            at: it.at,
        },
    )?;
    // What is sealed has emptied the call; the journal does not tell which one it was.
    if !class.is_sealed() {
        sql::tie(tx, it.id, received.id.0)?;
        tx.journal(Entry::new(CALL, it.id.0, "to_feedback"));
    }
    Ok(received)
}

/// POST `/co-quan/duong-day-nong/goi/{id}/phan-anh`
pub(super) async fn to_feedback(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<HotlineCallId>,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    let class = Class::from_code(typed.get("loai-phan-anh"))
        .ok_or_else(|| Failure::Refused("Chọn loại phản ánh trong danh sách.".to_owned()))?;
    let (inner, asker) = (site.clone(), who.clone());
    let accused = onward::accused(&typed);
    let (notice, waste) = site
        .write(&who, move |tx| {
            let it = sql::find_call(tx, id, true)?.ok_or(Failure::NotFound)?;
            demand(&asker, Action::HotlineKeep, it.unit)?;
            if it.feedback.is_some() {
                return Ok(("Cuộc gọi này đã được chuyển xử lý.".to_owned(), Vec::new()));
            }
            if it.subject.is_empty() {
                return Err(Failure::Refused(
                    "Cuộc gọi này chưa ghi nội dung nên chưa chuyển được.".to_owned(),
                ));
            }
            let received = handed_on(&inner, tx, &it, (class, &accused))?;
            let notice = if it.anonymous {
                format!(
                    "Đã chuyển thành phản ánh {}. Người gọi không xưng danh: dùng làm thông tin.",
                    received.code
                )
            } else {
                onward::notice(&received)
            };
            Ok((notice, received.waste))
        })
        .await?;
    feedback::erase(&site, waste).await?;
    Ok(told(&format!("{ADDRESS}/goi/{id}"), &notice))
}
