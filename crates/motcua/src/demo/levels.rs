//! Levels of the demo: what the commune that is shown offers differently from the catalogue, and why.

use citizen::levels::facts;
use domain::{level::Setting, procedure::ServiceLevel, time::Instant};
use jiff::ToSpan as _;
use store::{Db, Fault, Stamp};

use super::office::Office;

/// Procedure, level, days before today from which it holds, reason.
const SET: [(&str, ServiceLevel, i64, &str); 5] = [
    ("2.000815", ServiceLevel::Forms, 120, "Phải đối chiếu bản chính tại quầy (minh họa)"),
    ("1.012812", ServiceLevel::Forms, 120, "Có mẫu đơn để tải về (minh họa)"),
    ("1.011607", ServiceLevel::Forms, 90, "Có mẫu đơn để tải về (minh họa)"),
    ("1.004873", ServiceLevel::Forms, 200, "Chờ tập huấn tiếp nhận qua mạng (minh họa)"),
    ("1.004873", ServiceLevel::Partial, 30, "Kế hoạch dịch vụ công trực tuyến (minh họa)"),
];

/// Sets them.
pub(super) fn set(db: &Db, now: Instant, office: &Office) -> Result<(), Fault> {
    let shown = office.bodies.iter().find(|it| it.place.contains("Phú Sơn"));
    let Some(body) = shown else { return Ok(()) };
    let stamp = Stamp { now, by: body.official.account, origin: "demo".into() };
    let unit = body.body;
    db.write_blocking(stamp, |tx| {
        for (code, level, days, reason) in SET {
            let today = now.civil().date();
            let from = today.checked_sub(days.days()).unwrap_or(today);
            facts::set(tx, unit, code, &Setting { from, level: Some(level) }, reason)?;
        }
        Ok(())
    })
}
