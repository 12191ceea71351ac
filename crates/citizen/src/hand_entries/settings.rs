//! How long a paper may be entered afterwards: set by the office.

use askama::Template;
use axum::response::Response;
use site::{
    Failure, Fields, Filled, Html, Mistakes, Shell, Site, State, Typed, Who,
    configuration::ConfigPart, told,
};
use store::{Fault, Tx, journal::Entry};

use super::{DAYS, DAYS_MAX, days_max};

const PAGE: &str = "/co-quan/quan-tri/nhap-bu";

/// The limit as a part of the configuration.
pub(super) const PART: ConfigPart = ConfigPart {
    name: "hand_entries",
    label: "Thời gian được nhập bù hồ sơ giấy",
    take_out: |_, tx| Ok(serde_json::json!({"working_days": days_max(tx)?})),
    bring_in: |_, _, tx, value| {
        let wanted = value.get("working_days").and_then(serde_json::Value::as_i64);
        let wanted = wanted.filter(|it| (0..=DAYS_MAX).contains(it)).ok_or_else(|| {
            Failure::Refused(format!("Số ngày được nhập bù phải từ 0 đến {DAYS_MAX}."))
        })?;
        if days_max(tx)? == wanted {
            return Ok(Vec::new());
        }
        keep(tx, wanted)?;
        Ok(vec![format!("nhập bù hồ sơ giấy trong {wanted} ngày làm việc")])
    },
};

#[derive(Template)]
#[template(path = "hand_entries/templates/settings.html")]
struct Form<'a> {
    shell: Shell,
    m: &'a Mistakes,
}

fn keep(tx: &mut Tx<'_>, days: i64) -> Result<(), Fault> {
    site::settings::set(tx, DAYS, &days.to_string())?;
    tx.journal(Entry::new("setting", 0, DAYS).details(&serde_json::json!({"working_days": days})));
    Ok(())
}

/// GET `/co-quan/quan-tri/nhap-bu`
pub async fn form(State(site): State<Site>, who: Who) -> Result<Html<String>, Failure> {
    let days = site.read(&who, |tx| Ok(days_max(tx)?)).await?;
    let mut typed = Typed::default();
    typed.set("so-ngay", days.to_string());
    site.page(&Form { shell: site.shell(&who), m: &Mistakes::none(typed) })
}

/// POST `/co-quan/quan-tri/nhap-bu`
pub async fn save(
    State(site): State<Site>,
    who: Who,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    let mut fields = Fields::of(typed);
    let days = fields.number("so-ngay", 0..=DAYS_MAX);
    let days = match fields.finish(days) {
        Ok(it) => it,
        Err(m) => {
            let page = site.page(&Form { shell: site.shell(&who), m: &m })?;
            return Err(Failure::Mistaken(page));
        }
    };
    site.write(&who, move |tx| Ok(keep(tx, days)?)).await?;
    Ok(told(PAGE, "Đã lưu."))
}
