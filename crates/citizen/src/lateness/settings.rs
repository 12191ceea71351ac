//! When dossiers ring: set by the office, for the whole installation.

use askama::Template;
use axum::response::{IntoResponse as _, Response};
use domain::lateness::{Thresholds, ThresholdsError};
use site::{Failure, Fields, Filled, Html, Mistakes, Shell, Site, State, Typed, Who, told};
use store::journal::Entry;

use super::{THRESHOLDS, sql};

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
    site.write(&who, move |tx| {
        let text = serde_json::to_string(&wanted)
            .map_err(|e| store::Fault::Broken(format!("thresholds: {e}")))?;
        sql::set(tx, THRESHOLDS, &text)?;
        tx.journal(Entry::new("setting", 0, THRESHOLDS).details(&wanted));
        Ok(())
    })
    .await?;
    Ok(told(PAGE, "Đã lưu. Lần rà soát tới sẽ nhắc theo mức mới."))
}
