//! What the office must have told the program: codes, a calendar, limits; and what waits.

use domain::{org::UnitKind, procedure::ChannelKind, time::Instant};
use store::Db;

use super::{Finding, read};

/// Days ahead for which the calendar should be settled.
const CALENDAR_DAYS: i32 = 60;
/// Notices that may wait.
const NOTICES_MAX: i64 = 50;
/// And how long the oldest.
const NOTICE_AGE_MS: i64 = 3 * 24 * 3600 * 1000;
/// Names shown of many.
const SHOWN: usize = 5;

fn some(names: &[String]) -> String {
    let shown: Vec<&str> = names.iter().take(SHOWN).map(String::as_str).collect();
    let more = names.len().saturating_sub(SHOWN);
    if more > 0 { format!("{} và {more} nữa", shown.join(", ")) } else { shown.join(", ") }
}

pub(super) fn examine(db: &Db, now: Instant) -> Vec<Finding> {
    let found =
        [calendar(db, now), agency_codes(db, now), limits(db, now), outbox(db, now), jobs(db, now)];
    found.into_iter().map(|it| it.unwrap_or_else(|failed| failed)).collect()
}

fn calendar(db: &Db, now: Instant) -> Result<Finding, Finding> {
    let calendars = read(db, now, "calendar", people::calendar::facts::load).map_err(|it| {
        Finding {
            remedy: "Chạy motcua serve lần đầu để nạp lịch làm việc.".to_owned(), ..it
        }
    })?;
    let through = calendars.general().confirmed_through;
    let today = now.civil().date();
    let left = domain::calendar::ordinal(through) - domain::calendar::ordinal(today);
    let found = format!("Lịch làm việc đã có văn bản đến {}.", domain::text::date(through));
    let remedy =
        "Nhập lịch nghỉ năm tới ngay khi có văn bản; ngày hẹn sau ngày đó chỉ là tạm tính.";
    Ok(match left {
        CALENDAR_DAYS.. => Finding::fine("calendar", found),
        _ => Finding::warning("calendar", found, remedy),
    })
}

fn jobs(db: &Db, now: Instant) -> Result<Finding, Finding> {
    let since = read(db, now, "jobs", site::jobs::stand_still_since)?;
    Ok(match since {
        None => Finding::fine("jobs", "Việc tự động (nhắc hạn, gửi tin, dọn dẹp) chạy đều."),
        Some(at) => Finding::warning(
            "jobs",
            format!("Không việc tự động nào chạy từ {}.", domain::text::date_time(at.civil())),
            "Nếu máy chủ vẫn đang chạy: đọc nhật ký máy chủ, rồi khởi động lại motcua serve.",
        ),
    })
}

fn agency_codes(db: &Db, now: Instant) -> Result<Finding, Finding> {
    let tree = read(db, now, "agency_codes", site::tree_of)?;
    let receives = |it: &&site::tree::UnitToday| {
        matches!(
            UnitKind::of(&it.kind),
            Some(UnitKind::Commune | UnitKind::District | UnitKind::Province)
        )
    };
    let without: Vec<String> = tree
        .all()
        .filter(receives)
        .filter(|it| domain::codes::AgencyCode::parse(&it.agency_code).is_err())
        .map(|it| it.name.clone())
        .collect();
    Ok(if without.is_empty() {
        Finding::fine("agency_codes", "Mọi đơn vị tiếp nhận đều có mã định danh.")
    } else {
        Finding::warning(
            "agency_codes",
            format!("{} đơn vị chưa có mã định danh: {}.", without.len(), some(&without)),
            "Khai báo mã định danh; chưa có thì đơn vị đó không tiếp nhận được hồ sơ.",
        )
    })
}

fn limits(db: &Db, now: Instant) -> Result<Finding, Finding> {
    let all = read(db, now, "limits", citizen::procedures::facts::all)?;
    let without: Vec<String> = all
        .iter()
        .filter(|it| it.body.body == "ubnd")
        .filter(|it| {
            it.body.limit(ChannelKind::Direct).is_none_or(|limit| limit.time_limit().is_none())
        })
        .map(|it| it.body.code.clone())
        .collect();
    let count = all.len();
    Ok(if count == 0 {
        Finding::broken(
            "limits",
            "Danh mục thủ tục trống.",
            "Nạp danh mục: motcua import procedures TỆP.",
        )
    } else if without.is_empty() {
        Finding::fine("limits", format!("Danh mục có {count} thủ tục, đều có thời hạn."))
    } else {
        Finding::warning(
            "limits",
            format!(
                "Danh mục có {count} thủ tục; {} thủ tục chưa có thời hạn: {}.",
                without.len(),
                some(&without)
            ),
            "Bổ sung thời hạn trong danh mục; chưa có thì nơi tiếp nhận phải tự hẹn số ngày.",
        )
    })
}

fn outbox(db: &Db, now: Instant) -> Result<Finding, Finding> {
    let (waiting, oldest) = read(db, now, "outbox", citizen::notices::waiting)?;
    let found = format!("{} thông báo cho công dân đang chờ.", domain::text::number(waiting));
    let old = oldest.is_some_and(|it| now.epoch_ms() - it.epoch_ms() > NOTICE_AGE_MS);
    Ok(if waiting > NOTICES_MAX || old {
        Finding::warning(
            "outbox",
            found,
            "Vào mục “Cần báo cho dân” để báo và đánh dấu những thông báo đã quá lâu.",
        )
    } else {
        Finding::fine("outbox", found)
    })
}
