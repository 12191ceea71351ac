//! Lists of dossiers: search, filters in the address, keyset paging, saved filters.

use askama::Template;
use axum::response::Response;
use domain::{
    access::{Action, Role},
    dossier::{
        Aggregate, Command, CommandKind, Part, Status, What,
        turn::{TURNS, Turn, filter_label},
    },
    ids::{DossierId, StaffId, UnitId},
};
use jiff::ToSpan as _;
use site::{Asked, Failure, Filled, Html, Path, Shell, Site, State, Typed, Who, told};
use store::{Fault, Tx};

use super::{
    turns::Turns,
    view::{Around, Seen},
};

pub(super) mod sql;

use sql::{Filter, Line};

/// Rows of one page, unless more are asked for.
const ROWS: i64 = 50;
/// Rows of one page at most.
const ROWS_MAX: i64 = 100;
/// Dossiers assigned in one go at most.
const BULK_MAX: usize = 200;

/// One line as a page shows it.
pub(super) struct LineView {
    pub id: DossierId,
    pub code: String,
    pub applicant: String,
    pub procedure: String,
    pub status: &'static str,
    pub status_class: &'static str,
    pub received: String,
    pub due: String,
    pub due_class: &'static str,
    pub provisional: bool,
    /// The citizen has the electronic result already.
    pub downloaded: bool,
    pub holder: String,
    pub unit: String,
    /// Whether whoever looks may give it to an officer.
    pub pick: bool,
}

/// The commune or district of a one-stop shop, as people say it: “xã Phú Sơn”.
fn body_title(who: &Who, unit: UnitId) -> String {
    let parent = who.tree.unit(unit).and_then(|it| it.parent).unwrap_or(unit);
    let title = who.tree.title(parent);
    title.strip_prefix("Ủy ban nhân dân ").unwrap_or(title).to_owned()
}

/// The commune, district or province where somebody works.
fn home_of(who: &Who) -> Option<UnitId> {
    let kinds = ["commune", "district", "province"];
    let line = who.tree.line(who.home()?);
    line.into_iter().find(|it| who.tree.unit(*it).is_some_and(|it| kinds.contains(&&*it.kind)))
}

/// The colour beside the word: done, waiting for the citizen, ended without a result.
const fn status_class(status: Status) -> &'static str {
    match status {
        Status::Returned | Status::Archived | Status::ResultAtCounter => "good",
        Status::IntakeSupplement | Status::AwaitSupplement | Status::AwaitPayment => "warn",
        Status::RefusedIntake | Status::Withdrawn | Status::ClosedNoSupplement => "bad",
        _ => "",
    }
}

pub(super) fn line_view(line: Line, who: &Who) -> LineView {
    let now = who.now.civil();
    let soon = now.date().checked_add(2.days()).unwrap_or(now.date());
    let due_class = match line.due_at {
        // By the day, as the law compares; a limit in hours is told by the moment on its own page.
        Some(due) if line.is_open && due.date() < now.date() => "late",
        Some(due) if line.is_open && due.date() <= soon => "soon",
        _ => "",
    };
    let status = Status::from_code(&line.status);
    let late = if due_class == "late" { " (quá hạn)" } else { "" };
    LineView {
        id: line.id,
        code: line.code,
        applicant: line.applicant,
        procedure: line.procedure,
        status: status.map_or("", Status::label),
        status_class: status.map_or("", status_class),
        received: domain::text::date(line.received_at.date()),
        due: line.due_at.map_or_else(|| "–".to_owned(), |it| domain::text::date(it.date()) + late),
        due_class,
        provisional: line.provisional && line.is_open,
        downloaded: line.downloaded,
        holder: line.holder.unwrap_or_else(|| "–".to_owned()),
        unit: body_title(who, line.unit),
        pick: matches!(
            status,
            Some(
                Status::Transferred
                    | Status::Assigned
                    | Status::Processing
                    | Status::Verifying
                    | Status::Consulting
            )
        ) && home_of(who).is_some_and(|home| who.tree.line(line.unit).contains(&home)),
    }
}

/// Groups that people filter by.
const GROUPS: &[(&str, &str)] = &[
    ("", "Mọi trạng thái"),
    ("dang-xu-ly", "Đang xử lý"),
    ("cho-toi", "Đang chờ tôi"),
    ("cho-y-kien", "Chờ cho ý kiến"),
    ("cho-tiep-nhan", "Mới nộp, chờ tiếp nhận"),
    ("cho-chuyen", "Chờ chuyển chuyên môn"),
    ("cho-phan-cong", "Chờ phân công"),
    ("phoi-hop", "Tôi phối hợp, theo dõi"),
    ("cho-tham-tra", "Chờ thẩm tra"),
    ("cho-ky", "Chờ ký"),
    ("cho-vao-so", "Chờ vào số"),
    ("tam-dung", "Chờ công dân"),
    ("co-ket-qua", "Có kết quả, chờ trả"),
    ("qua-han", "Quá hạn"),
    ("da-tra", "Đã trả kết quả"),
    ("dung", "Dừng, từ chối"),
];

fn statuses(aggregate: Aggregate) -> Vec<&'static str> {
    Status::ALL.iter().filter(|it| it.counted_in(aggregate)).map(|it| it.code()).collect()
}

/// The beginning of today: what was due before is overdue.
pub(super) fn midnight(who: &Who) -> jiff::civil::DateTime {
    who.today().at(0, 0, 0, 0)
}

/// Those that somebody in the office works on.
pub(super) fn in_process() -> Filter {
    Filter { statuses: statuses(Aggregate::InProcess), ..Filter::default() }
}

/// Those that wait for papers or money of the citizen.
pub(super) fn waiting_for_citizen() -> Filter {
    let of = [Status::IntakeSupplement, Status::AwaitSupplement, Status::AwaitPayment];
    Filter { statuses: of.map(Status::code).to_vec(), ..Filter::default() }
}

/// Before the code of a part whose turn it is, in the filter by holder.
pub(crate) const TURN: &str = "luot-";

/// What was asked for. Whose dossiers are one's own, and on which one is asked, the database knows.
pub(super) fn read_filter(
    tx: &mut Tx<'_>,
    asked: &Typed,
    around: &Around,
) -> Result<Filter, Fault> {
    let who = &around.who;
    let holder = asked.get("can-bo").parse().ok().map(StaffId);
    let turns = match (holder, who.home()) {
        (Some(it), Some(home)) => {
            Turns::default().of_person(tx, around, around.body_of(home), it)?
        }
        _ => Vec::new(),
    };
    let part = asked.get("can-bo").strip_prefix(TURN).and_then(Part::from_code);
    let unheld = part.map_or_else(Vec::new, |it| Turn::statuses(it).map(Status::code).collect());
    let mut filter = Filter {
        q: asked.get("q").chars().take(100).collect(),
        unit: asked.get("don-vi").parse().ok().map(UnitId),
        holder,
        unheld,
        turns,
        from: site::form::parse_date(asked.get("tu")).map(|it| it.to_string()),
        until: site::form::parse_date(asked.get("den")).map(|it| it.to_string()),
        procedure: Some(asked.get("thu-tuc").to_owned()).filter(|it| !it.is_empty()),
        ..Filter::default()
    };
    match asked.get("nhom") {
        "dang-xu-ly" => filter.statuses = in_process().statuses,
        "cho-toi" => {
            filter.open = true;
            filter.held_by = Some(around.own_and_stood_in_for(tx)?);
        }
        "cho-y-kien" => filter.consulted = Some(around.answers_for()),
        "cho-tiep-nhan" => filter.statuses = vec![Status::Submitted.code()],
        "cho-chuyen" => filter.statuses = vec![Status::Accepted.code()],
        "cho-phan-cong" => filter.statuses = vec![Status::Transferred.code()],
        "phoi-hop" => {
            filter.member = Some(around.member_keys(tx)?);
            filter.not_held_by = around.own_and_stood_in_for(tx)?;
        }
        "cho-tham-tra" => filter.statuses = vec![Status::ToReview.code()],
        "cho-ky" => filter.statuses = vec![Status::ToSign.code()],
        "cho-vao-so" => filter.statuses = vec![Status::ToNumber.code()],
        "tam-dung" => filter.statuses = waiting_for_citizen().statuses,
        "co-ket-qua" => filter.statuses = vec![Status::ResultAtCounter.code()],
        "qua-han" => filter.due_before = Some(midnight(who)),
        "da-tra" => filter.statuses = vec![Status::Returned.code(), Status::Archived.code()],
        "dung" => {
            filter.statuses = vec![
                Status::Withdrawn.code(),
                Status::ClosedNoSupplement.code(),
                Status::RefusedIntake.code(),
            ];
        }
        _ => {}
    }
    Ok(filter)
}

#[derive(Template)]
#[template(path = "dossiers/templates/list.html")]
struct List {
    shell: Shell,
    asked: Asking,
    groups: Vec<(String, String)>,
    units: Vec<(String, String)>,
    lines: Vec<LineView>,
    count: String,
    next: Option<String>,
    first: Option<String>,
    saved: Vec<(i64, String, String)>,
    query: String,
    officers: Vec<(String, String)>,
    holders: Vec<(String, String)>,
    sorts: Vec<(String, String)>,
    wrong_date: Option<&'static str>,
    may_print: bool,
    may_receive: bool,
}

/// What was asked for, to fill the filter bar again.
struct Asking {
    q: String,
    group: String,
    unit: String,
    holder: String,
    from: String,
    until: String,
    sort: String,
}

/// The address of the same list from another place on.
fn address(asked: &Typed, from: Option<&str>) -> String {
    let mut pairs: Vec<String> = asked
        .pairs()
        .iter()
        .filter(|(name, value)| !matches!(name.as_str(), "truoc" | "lang") && !value.is_empty())
        .map(|(name, value)| format!("{}={}", site::percent(name), site::percent(value)))
        .collect();
    if let Some(from) = from {
        pairs.push(format!("truoc={}", site::percent(from)));
    }
    pairs.join("&")
}

/// GET `/co-quan/ho-so`
pub async fn list(
    State(site): State<Site>,
    who: Who,
    Asked(asked): Asked,
) -> Result<Html<String>, Failure> {
    let seen = Seen::of(&who);
    let by_due = asked.get("xep") == "hen-tra";
    let wanted = asked.clone();
    let place = asked.get("truoc").to_owned();
    let rows = asked.get("dong").parse().unwrap_or(ROWS).clamp(1, ROWS_MAX);
    let (inner, asker) = (site.clone(), who.clone());
    let (mut lines, count, count_max, saved, officers, holders) = site
        .read(&who, move |tx| {
            let around = Around::load(&inner, &asker, tx)?;
            let mut filter = read_filter(tx, &wanted, &around)?;
            // Only what waits for its appointment has a next one.
            filter.dated = by_due;
            filter.open |= by_due && filter.statuses.is_empty();
            let mut lines = if by_due {
                let after = place
                    .split_once('_')
                    .and_then(|(due, id)| Some((due.to_owned(), id.parse().ok()?)));
                sql::page_by_due(tx, &seen, &filter, after, rows + 1)?
            } else {
                sql::page(tx, &seen, &filter, place.parse().ok(), rows + 1)?
            };
            Turns::default().tell(tx, &around, &mut lines)?;
            let count = sql::count(tx, &seen, &filter)?;
            let mut officers = Vec::new();
            if asker.can(Action::DossierAssign, domain::access::Object::Anything)
                && let Some(home) = asker.home()
            {
                let body = around.desk().office(home).map_or(home, |it| it.body);
                officers = around.people(tx, Role::Specialist, home, body)?;
            }
            let holders = match asker.home() {
                Some(home) => {
                    let body = around.desk().office(home).map_or(home, |it| it.body);
                    around.workers(tx, body)?
                }
                None => Vec::new(),
            };
            Ok((lines, count, filter.count_max(), sql::saved(tx)?, officers, holders))
        })
        .await?;
    let full = usize::try_from(rows).unwrap_or(usize::MAX);
    let more = lines.len() > full;
    lines.truncate(full);
    let next = lines.last().filter(|_| more).map(|it| {
        let place = match (by_due, it.due_at) {
            (true, Some(due)) => format!("{due}_{}", it.id),
            _ => it.id.to_string(),
        };
        format!("/co-quan/ho-so?{}", address(&asked, Some(&place)))
    });
    let first = asked.has("truoc").then(|| format!("/co-quan/ho-so?{}", address(&asked, None)));
    let mut units = vec![(String::new(), "Mọi đơn vị".to_owned())];
    units.extend(
        who.tree
            .all()
            .filter(|it| matches!(it.kind.as_str(), "commune" | "district" | "province"))
            .filter(|it| who.can_at(Action::DossierView, it.id))
            .map(|it| (it.id.to_string(), it.title.clone())),
    );
    site.page(&List {
        shell: site.shell(&who),
        query: address(&asked, None),
        asked: Asking {
            q: asked.get("q").to_owned(),
            group: asked.get("nhom").to_owned(),
            unit: asked.get("don-vi").to_owned(),
            holder: asked.get("can-bo").to_owned(),
            from: asked.get("tu").to_owned(),
            until: asked.get("den").to_owned(),
            sort: asked.get("xep").to_owned(),
        },
        groups: GROUPS.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect(),
        units,
        lines: lines.into_iter().map(|it| line_view(it, &who)).collect(),
        count: if count >= count_max {
            format!("từ {} hồ sơ trở lên", domain::text::number(count_max))
        } else {
            format!("{} hồ sơ", domain::text::number(count))
        },
        holders: std::iter::once((String::new(), "Mọi người".to_owned()))
            .chain(TURNS.iter().map(|it| {
                (format!("{TURN}{}", it.code()), format!("Chưa ai nhận: {}", filter_label(*it)))
            }))
            .chain(holders.into_iter().map(|it| (it.id.to_string(), it.name)))
            .collect(),
        sorts: vec![
            (String::new(), "Mới nhận trước".to_owned()),
            ("hen-tra".to_owned(), "Sắp đến hạn trước".to_owned()),
        ],
        wrong_date: ["tu", "den"]
            .iter()
            .any(|it| !asked.get(it).is_empty() && site::form::parse_date(asked.get(it)).is_none())
            .then_some("Ngày chưa đọc được nên không lọc theo ngày. Ghi như 31/12/2026."),
        may_print: who.can(Action::RegisterPrint, domain::access::Object::Anything),
        may_receive: who.can(Action::DossierReceive, domain::access::Object::Anything),
        next,
        first,
        saved,
        officers: officers
            .into_iter()
            .map(|it| (it.id.to_string(), format!("{} – {}", it.name, it.title)))
            .collect(),
    })
}

/// POST `/co-quan/ho-so/loc`
pub async fn save_filter(
    State(site): State<Site>,
    who: Who,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    let name: String = typed.get("ten").chars().take(60).collect();
    let query: String = typed.get("loc").chars().take(500).collect();
    let back = format!("/co-quan/ho-so?{query}");
    if name.is_empty() {
        return Err(Failure::Refused("Chưa đặt tên cho bộ lọc.".to_owned()));
    }
    site.write(&who, move |tx| Ok(sql::save(tx, &name, &query)?)).await?;
    Ok(told(&back, "Đã lưu bộ lọc."))
}

/// POST `/co-quan/ho-so/loc/{id}/xoa`
pub async fn forget_filter(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<i64>,
    Filled(_): Filled,
) -> Result<Response, Failure> {
    site.write(&who, move |tx| Ok(sql::forget(tx, id)?)).await?;
    Ok(told("/co-quan/ho-so", "Đã xóa bộ lọc."))
}

/// POST `/co-quan/ho-so/phan-cong`: many dossiers to one officer, all or none.
pub async fn assign_many(
    State(site): State<Site>,
    who: Who,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    let back = format!("/co-quan/ho-so?{}", typed.get("loc").replace(['\r', '\n'], ""));
    let Ok(officer) = typed.get("nguoi-nhan").parse().map(StaffId) else {
        return Ok(told(&back, "Chưa phân công: chọn công chức thụ lý ở cuối danh sách."));
    };
    let mut ids: Vec<DossierId> =
        typed.all("chon").filter_map(|it| it.parse().ok()).take(BULK_MAX).collect();
    // In one order everywhere, so that two who write many do not wait for each other.
    ids.sort_unstable();
    ids.dedup();
    if ids.is_empty() {
        return Ok(told(&back, "Chưa phân công: đánh dấu những hồ sơ cần giao."));
    }
    let count = ids.len();
    let (inner, asker) = (site.clone(), who.clone());
    site.write(&who, move |tx| {
        let around = Around::load(&inner, &asker, tx)?;
        let now = tx.now().civil();
        for id in ids {
            let mut on_desk = around.take(tx, id)?;
            let maker = around.maker(tx, &on_desk.kept)?;
            let kept = &on_desk.kept;
            let officers = around.people(tx, Role::Specialist, kept.competent, kept.body)?;
            if !officers.iter().any(|it| it.id == officer) {
                return Err(Failure::Refused(format!(
                    "Người được chọn không thụ lý hồ sơ {} của đơn vị khác.",
                    kept.code
                )));
            }
            let hop = on_desk.hop(around.desk(), Part::Officer, Some(officer), now);
            let what = if kept.dossier.may_try(CommandKind::Assign, &maker, now) {
                What::Assign { officer, hop }
            } else {
                What::Reassign { officer, hop }
            };
            let command = Command::saying(what, "Phân công theo lô");
            on_desk.step(tx, around.desk(), &maker, command)?;
        }
        Ok(())
    })
    .await?;
    Ok(told(&back, &format!("Đã phân công {count} hồ sơ.")))
}
