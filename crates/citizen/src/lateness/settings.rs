//! When dossiers ring: set by the office, for the whole installation.

use askama::Template;
use axum::response::{IntoResponse as _, Response};
use domain::lateness::{Thresholds, ThresholdsError};
use site::{
    Failure, Fields, Filled, Html, Mistakes, OrRefuse as _, Shell, Site, State, Typed, Who,
    configuration::ConfigPart, told,
};
use store::{Fault, Tx, journal::Entry};

use super::THRESHOLDS;

/// The thresholds as a part of the configuration.
pub(super) const PART: ConfigPart = ConfigPart {
    name: "thresholds",
    label: "Mức nhắc hạn và cảnh báo",
    take_out: |_, tx| {
        serde_json::to_value(super::thresholds(tx)?)
            .map_err(|e| Fault::Broken(format!("thresholds: {e}")))
    },
    bring_in: |_, _, tx, value| {
        let wanted: Thresholds = serde_json::from_value(value.clone())
            .map_err(|e| Failure::Refused(format!("Mức nhắc hạn không đúng dạng: {e}.")))?;
        let percent = 10..=99;
        if !percent.contains(&wanted.holder_percent) || !percent.contains(&wanted.head_percent) {
            return Err(Failure::Refused("Mức nhắc hạn phải từ 10 đến 99%.".to_owned()));
        }
        wanted.check().or_refuse()?;
        if super::thresholds(tx)? == wanted {
            return Ok(Vec::new());
        }
        keep(tx, &wanted)?;
        Ok(vec![format!(
            "nhắc người giữ khi dùng {}% thời hạn, báo người đứng đầu khi dùng {}%; nhắc sau {} giờ, \
             báo sau {} giờ không ai xử lý",
            wanted.holder_percent, wanted.head_percent, wanted.still_hours, wanted.still_long_hours
        )])
    },
};

const PAGE: &str = "/co-quan/quan-tri/nhac-han";

#[derive(Template)]
#[template(path = "lateness/templates/settings.html")]
struct Form<'a> {
    shell: Shell,
    m: &'a Mistakes,
}

fn page(site: &Site, who: &Who, m: &Mistakes) -> Result<Html<String>, Failure> {
    site.page(&Form { shell: site.shell(who), m })
}

fn keep(tx: &mut Tx<'_>, wanted: &Thresholds) -> Result<(), Fault> {
    let text =
        serde_json::to_string(wanted).map_err(|e| Fault::Broken(format!("thresholds: {e}")))?;
    site::settings::set(tx, THRESHOLDS, &text)?;
    tx.journal(Entry::new("setting", 0, THRESHOLDS).details(wanted));
    Ok(())
}

/// GET `/co-quan/quan-tri/nhac-han`
pub async fn form(State(site): State<Site>, who: Who) -> Result<Html<String>, Failure> {
    let now = site.read(&who, |tx| Ok(super::thresholds(tx)?)).await?;
    let mut typed = Typed::default();
    typed.set("nguoi-giu", now.holder_percent.to_string());
    typed.set("dung-dau", now.head_percent.to_string());
    typed.set("im-lang", now.still_hours.to_string());
    typed.set("im-lang-lau", now.still_long_hours.to_string());
    page(&site, &who, &Mistakes::none(typed))
}

/// POST `/co-quan/quan-tri/nhac-han`
pub async fn save(
    State(site): State<Site>,
    who: Who,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    let mut fields = Fields::of(typed);
    let small = |it: i64| u8::try_from(it).ok();
    let hours = |it: i64| u16::try_from(it).ok();
    let holder = fields.number("nguoi-giu", 10..=98).and_then(small);
    let head = fields.number("dung-dau", 11..=99).and_then(small);
    let still = fields.number("im-lang", 1..=400).and_then(hours);
    let long = fields.number("im-lang-lau", 2..=800).and_then(hours);
    let wanted = holder.zip(head).zip(still.zip(long)).map(
        |((holder_percent, head_percent), (still_hours, still_long_hours))| Thresholds {
            holder_percent,
            head_percent,
            still_hours,
            still_long_hours,
        },
    );
    if let Some(Err(why)) = wanted.map(|it| it.check()) {
        let field = match why {
            ThresholdsError::PercentOrder => "dung-dau",
            ThresholdsError::HoursOrder => "im-lang-lau",
        };
        fields.wrong(field, why.to_string());
    }
    let wanted = match fields.finish(wanted) {
        Ok(it) => it,
        Err(m) => {
            let page = page(&site, &who, &m)?;
            return Ok((axum::http::StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
        }
    };
    site.write(&who, move |tx| Ok(keep(tx, &wanted)?)).await?;
    Ok(told(PAGE, "Đã lưu. Lần rà soát tới sẽ nhắc theo mức mới."))
}
