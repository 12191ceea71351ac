//! What the machine must give: a folder, room, the key, the time, a typesetter.

use std::path::Path;

use domain::time::Instant;
use jiff::civil::date;
use store::{Db, journal};

use super::{Finding, key_reads, read};

/// Bytes that should be free at least: a year of a commune's dossiers with their scans.
const FREE_WARNING: u64 = 5_000_000_000;
/// Bytes below which nothing is safe any more.
const FREE_BROKEN: u64 = 500_000_000;

pub(super) fn folder(home: &Path) -> Finding {
    let shown = home.display();
    let probe = home.join(format!(".motcua-{}", site::random_hex(4)));
    let tried = std::fs::write(&probe, b"motcua").and_then(|()| std::fs::remove_file(&probe));
    match tried {
        Ok(()) => Finding::fine("folder", format!("Ghi được vào thư mục dữ liệu {shown}.")),
        Err(why) => Finding::broken(
            "folder",
            format!("Không ghi được vào thư mục dữ liệu {shown}: {why}"),
            "Tạo thư mục và cấp quyền ghi cho tài khoản chạy motcua.",
        ),
    }
}

/// Free bytes where `folder` is. The standard library does not tell; the system's own tool does.
fn free(folder: &Path) -> Option<u64> {
    let said = std::process::Command::new("df").arg("-Pk").arg(folder).output().ok()?;
    let text = String::from_utf8(said.stdout).ok()?;
    let kilobytes: u64 = text.lines().nth(1)?.split_whitespace().nth(3)?.parse().ok()?;
    Some(kilobytes.saturating_mul(1024))
}

pub(super) fn space(home: &Path) -> Finding {
    let Some(free) = free(home) else {
        return Finding::warning(
            "space",
            "Không xem được dung lượng đĩa còn trống.",
            "Tự kiểm tra bằng lệnh của hệ điều hành.",
        );
    };
    let megabytes = domain::text::number(i64::try_from(free / 1_000_000).unwrap_or(i64::MAX));
    let found = format!("Đĩa còn trống {megabytes} MB.");
    let remedy = "Dọn đĩa hoặc chuyển thư mục dữ liệu sang đĩa lớn hơn.";
    match free {
        FREE_WARNING.. => Finding::fine("space", found),
        FREE_BROKEN.. => Finding::warning("space", found, remedy),
        _ => Finding::broken("space", found, remedy),
    }
}

pub(super) fn key(home: &Path) -> Finding {
    let path = home.join("key");
    if !path.exists() {
        return Finding::broken(
            "key",
            "Chưa có khóa của hệ thống.",
            "Nếu mới cài: chạy motcua serve, khóa được tạo tự động. Nếu đã dùng: lấy tệp key từ bản sao \
             lưu, vì mã xác thực hai lớp chỉ mở được bằng khóa cũ.",
        );
    }
    if let Err(why) = key_reads(home) {
        return Finding::broken(
            "key",
            format!("Khóa của hệ thống không đọc được: {why}"),
            "Lấy lại tệp key từ bản sao lưu.",
        );
    }
    if others_may_read(&path) {
        return Finding::warning(
            "key",
            "Tài khoản khác trên máy đọc được khóa của hệ thống.",
            format!("Chạy: chmod 600 {}", path.display()),
        );
    }
    Finding::fine("key", "Có khóa của hệ thống, chỉ tài khoản chạy motcua đọc được.")
}

#[cfg(unix)]
fn others_may_read(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::metadata(path).is_ok_and(|it| it.permissions().mode() & 0o077 != 0)
}

#[cfg(not(unix))]
fn others_may_read(_: &Path) -> bool {
    false
}

/// A clock that runs behind what was already written would date dossiers wrongly.
pub(super) fn clock(db: &Db, now: Instant) -> Finding {
    let remedy = "Đặt lại giờ máy, bật đồng bộ giờ (NTP) rồi khởi động lại motcua.";
    let today = now.civil();
    let shown = domain::text::date_time(today);
    let last = match read(db, now, "clock", journal::head) {
        Ok(head) => Instant::from_epoch_ms(head.at_ms),
        Err(finding) => return finding,
    };
    if today.date() < date(2026, 1, 1) {
        return Finding::broken("clock", format!("Giờ máy là {shown}, đã quá cũ."), remedy);
    }
    // A minute is how far two machines on one database may differ.
    if last.epoch_ms() > now.epoch_ms() + 60_000 {
        let written = domain::text::date_time(last.civil());
        let found = format!("Giờ máy là {shown}, nhưng nhật ký đã ghi đến {written}.");
        return Finding::broken("clock", found, remedy);
    }
    Finding::fine("clock", format!("Giờ máy là {shown}."))
}

pub(super) fn typesetter(now: Instant) -> Finding {
    let head = prints::LedgerHead {
        day: Some(now.civil().date()),
        taken_at: Some(now.civil()),
        hash: "0".repeat(64),
        ..prints::LedgerHead::default()
    };
    match prints::render_ledger_head(&head) {
        Ok(paper) if paper.starts_with(b"%PDF-") => {
            Finding::fine("typesetter", "In thử được giấy PDF với phông chữ kèm theo.")
        }
        Ok(_) => Finding::broken("typesetter", "Giấy in thử không phải PDF.", "Cài lại motcua."),
        Err(why) => Finding::broken(
            "typesetter",
            format!("Không in thử được: {why}"),
            "Cài lại motcua từ bản phát hành.",
        ),
    }
}
