//! What the law and the workflow say about a step, for who is about to take it.

use domain::{
    dossier::{CommandKind, SuspensionKind},
    ids::DossierId,
    procedure::ChannelKind,
};
use jiff::civil::DateTime;
use site::Failure;
use store::{Fault, Tx};

use crate::dossiers::{
    desk::{self, OnDesk},
    links, sql,
    view::Around,
};
use crate::results::facts as results;

/// What is noted of a result that the citizen took home by himself.
pub(super) const TAKEN: &str = "Đã nhận bản điện tử";

/// What is said above the form of a step.
pub(super) fn of(
    around: &Around,
    on_desk: &OnDesk,
    tx: &mut Tx<'_>,
    kind: CommandKind,
    (proposed, by_book): (Option<&str>, bool),
) -> Result<String, Fault> {
    let now = tx.now().civil();
    let series = match kind {
        CommandKind::Number => on_desk.series(),
        CommandKind::OnTheSpot if !by_book => on_desk.series_at_once(),
        _ => None,
    };
    if let Some(series) = series {
        let next = on_desk.next_of_series(tx, series, now)?;
        return Ok(format!("Số lấy tự động từ sổ “{}”. Số kế tiếp: {next}.", series.name));
    }
    if let Some(next) = proposed.filter(|_| !by_book) {
        return Ok(format!("Số kế tiếp còn trống trong năm: {next}."));
    }
    if kind == CommandKind::Accept && !on_desk.needs_agreed_days() {
        return promised(around, on_desk, tx, now);
    }
    if kind == CommandKind::Return {
        let wish = sql::person(tx, on_desk.kept.id)?.map_or("", |it| it.wish());
        if let Some((_, at)) = results::downloads(tx, on_desk.kept.id)?.pop() {
            let at = domain::text::date_time(at.civil());
            return Ok(format!(
                "Người dân đã tải bản điện tử lúc {at}. Không lấy bản giấy nữa thì giữ cách trả “Trực \
                 tuyến” và ghi chú “{TAKEN}” rồi bấm trả để kết thúc hồ sơ."
            ));
        }
        return Ok(match wish {
            "" => String::new(),
            wish => format!("Người nộp muốn nhận {wish}."),
        });
    }
    let asked = match kind {
        CommandKind::Answer => last_question(tx, on_desk.kept.id)?,
        _ => None,
    };
    let said = hint(around, on_desk, kind, asked, now);
    // A part of another office's case: nobody promised the citizen anything for it.
    let lead = match kind {
        CommandKind::Extend => links::facts::lead(tx, &around.who, on_desk.kept.id)?,
        _ => None,
    };
    Ok(match lead {
        Some(it) => format!("{said} Phiếu gửi {it}, nơi chủ trì hồ sơ."),
        None => said,
    })
}

/// The appointment that is made by accepting it now.
fn promised(
    around: &Around,
    on_desk: &OnDesk,
    tx: &mut Tx<'_>,
    now: DateTime,
) -> Result<String, Fault> {
    let (code, unit) = (&on_desk.version.body.code, on_desk.kept.unit);
    let channel = on_desk.kept.dossier.channel.unwrap_or(ChannelKind::Direct);
    let made = desk::promise(tx, around.desk(), code, unit, (channel, None), now);
    Ok(match made {
        Ok(it) => it.explanation.due.map_or_else(String::new, |due| {
            format!(
                "Tiếp nhận bây giờ thì hẹn trả {} ({}).",
                domain::text::date_time(due),
                it.limit_text
            )
        }),
        // Why it cannot be received is said when somebody tries.
        Err(Failure::Fault(fault)) => return Err(fault),
        Err(_) => String::new(),
    })
}

/// What was asked last of another office.
fn last_question(tx: &mut Tx<'_>, id: DossierId) -> Result<Option<String>, Fault> {
    let events = sql::events(tx, id)?;
    let asks = |it: &CommandKind| matches!(it, CommandKind::Consult | CommandKind::ConsultMany);
    let asked = events.into_iter().rev().find(|it| asks(&it.what.kind()));
    Ok(asked.and_then(|it| it.words))
}

/// What the law says about the step, for who is about to take it.
fn hint(
    around: &Around,
    on_desk: &OnDesk,
    kind: CommandKind,
    asked: Option<String>,
    now: DateTime,
) -> String {
    let pack = around.calendars.pack(&on_desk.kept.rules);
    let calendar = around.desk().calendar(on_desk.kept.unit);
    let clock = &on_desk.version.body.clock;
    let stands_still = |kind| {
        let source = &clock.source;
        if clock.pauses_for(kind) {
            format!("Thời gian này không tính vào thời hạn giải quyết ({source}).")
        } else {
            String::new()
        }
    };
    match (kind, pack) {
        (CommandKind::Consult, _) => stands_still(SuspensionKind::Consultation),
        (CommandKind::ConsultMany, _) => {
            "Hỏi nhiều đơn vị cùng lúc; thời hạn giải quyết của hồ sơ vẫn tính.".to_owned()
        }
        (CommandKind::Answer, _) => {
            let open = on_desk.kept.dossier.open_consultations();
            open.map(|it| {
                format!(
                    "{} trả lời trước {}.",
                    around.who.tree.title(it.unit),
                    domain::text::date_time(it.due_at)
                )
            })
            .chain(asked.map(|it| format!("Nội dung hỏi: {it}")))
            .collect::<Vec<_>>()
            .join(" ")
        }
        (CommandKind::Verify, _) => stands_still(SuspensionKind::Verification),
        (CommandKind::RequestSupplement, Some(pack)) => {
            let within =
                on_desk.kept.dossier.received_at.and_then(|it| {
                    calendar.nth_after(it.date(), u32::from(clock.within_days(pack)))
                });
            let late = within.is_some_and(|it| now.date() > it);
            let notice = if late {
                " Đã quá thời hạn thông báo bổ sung kể từ ngày tiếp nhận; cần nêu rõ lý do."
            } else {
                ""
            };
            let then = if clock.restarts(Some(pack)) {
                "thời hạn tính lại từ đầu"
            } else {
                "thời hạn tính tiếp phần còn lại"
            };
            format!(
                "Chỉ được yêu cầu một lần và phải nêu đủ mọi giấy tờ. Người nộp có {} ngày làm việc để \
                 bổ sung; khi nhận đủ, {then}.{notice}",
                clock.wait_days(pack)
            )
        }
        (CommandKind::Extend, Some(pack)) => {
            let dossier = &on_desk.kept.dossier;
            let (Some(due), Some(received)) = (dossier.due_at, dossier.received_at) else {
                return String::new();
            };
            let days = pack.apology_days_before;
            let latest = domain::deadline::apology_day(calendar, received.date(), due.date(), days);
            match latest {
                None if now > due => {
                    "Đã quá giờ hẹn: gửi phiếu xin lỗi ngay. Chỉ hẹn lại một lần.".to_owned()
                }
                None => format!(
                    "Thời hạn của hồ sơ ngắn, không còn ngày nào để báo trước: gửi phiếu xin lỗi ngay, trước giờ \
                     hẹn {}. Chỉ hẹn lại một lần.",
                    domain::text::date_time(due)
                ),
                Some(day) if now.date() > day => format!(
                    "Phiếu xin lỗi lẽ ra phải gửi chậm nhất ngày {}; vẫn gửi ngay. Chỉ hẹn lại một lần.",
                    domain::text::date(day)
                ),
                Some(day) => format!(
                    "Phiếu xin lỗi phải gửi chậm nhất ngày {}. Chỉ hẹn lại một lần.",
                    domain::text::date(day)
                ),
            }
        }
        (CommandKind::Transfer, Some(pack)) => {
            let received = on_desk.kept.dossier.received_at;
            if received.is_some_and(|it| it.time() > pack.transfer_cutoff) {
                format!(
                    "Hồ sơ nhận sau {} giờ: chuyển chậm nhất đầu giờ ngày làm việc tiếp theo.",
                    pack.transfer_cutoff.hour()
                )
            } else {
                "Hồ sơ phải được chuyển ngay trong ngày làm việc đã nhận.".to_owned()
            }
        }
        _ => String::new(),
    }
}
