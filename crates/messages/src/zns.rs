//! Zalo's notification service: messages by approved templates, under tokens that Zalo lends.
//!
//! A refresh token is good once. Who asks for new tokens takes the turn in the database first, and what comes is
//! kept before it is used: a power cut between the two costs a token at worst, never a message sent twice.

use domain::{
    identity::Phone,
    lang::Lang,
    message::{Channel, Kind},
    time::Instant,
};
use serde_json::{Value, json};
use site::{Failure, Site};

use crate::{
    channels::{Lent, Setup, Zalo, sealed},
    sql,
    web::{self, Body, Ended, text},
};

/// An access token is renewed so long before it ends.
const EARLY_MS: i64 = 10 * 60_000;
/// Nobody else asks for tokens for so long.
const TURN_MS: i64 = 60_000;

/// A message by a template.
pub struct ByTemplate<'a> {
    /// To whom.
    pub phone: &'a Phone,
    /// What it says.
    pub kind: Kind,
    /// The language that its receiver reads.
    pub lang: Lang,
    /// What stands in the template's places.
    pub values: &'a [(String, String)],
    /// Our key.
    pub key: &'a str,
}

/// Sends it.
///
/// # Errors
/// Any [`Failure`] of the database while tokens are renewed.
pub async fn send(site: &Site, setup: &Setup, it: &ByTemplate<'_>) -> Result<Ended, Failure> {
    let zalo: Zalo = setup.read();
    // Where Zalo approved none in the reader's language, the Vietnamese one is the last that was left.
    let own = zalo.template(it.kind, it.lang);
    let Some(template) = own.or_else(|| zalo.template(it.kind, Lang::Vi)) else {
        return Ok(Ended::refused("", "Loại tin này chưa có mẫu Zalo được duyệt."));
    };
    let access = match access(site, setup, &zalo).await? {
        Ok(it) => it,
        Err(ended) => return Ok(ended),
    };
    // Zalo's places have no hyphens, and none of them may be empty or too long.
    let data: serde_json::Map<String, Value> = it
        .values
        .iter()
        .map(|(name, value)| {
            let value: String = value.chars().take(100).collect();
            (
                name.replace('-', "_"),
                Value::String(if value.is_empty() { "-".into() } else { value }),
            )
        })
        .collect();
    let body = json!({
        "phone": it.phone.e164().trim_start_matches('+'),
        "template_id": template,
        "template_data": data,
        "tracking_id": it.key,
    });
    let answer = match web::post(&zalo.url, &[("access_token", &access)], Body::Json(body)).await {
        Ok(it) => it,
        Err(ended) => return Ok(ended),
    };
    let code = text(&answer, "error");
    Ok(match code.as_str() {
        "0" => {
            let reference = answer.get("data").map_or_else(String::new, |it| text(it, "msg_id"));
            Ended::Accepted { code, reference }
        }
        // The token is good no more: it surely was not sent.
        "-124" | "-216" => {
            site.as_program("messages", |tx| Ok(sql::expire_access(tx)?)).await?;
            Ended::Later {
                code, why: "Mã truy cập Zalo hết hiệu lực, đang lấy mã mới.".to_owned()
            }
        }
        "-32" => Ended::Later { code, why: "Zalo đang giới hạn số tin.".to_owned() },
        "" => Ended::unclear(code, "Không đọc được trả lời của Zalo."),
        "-118" | "-119" | "-114" => {
            Ended::refused(code, "Số này không dùng Zalo hoặc không nhận được tin.")
        }
        "-115" | "-144" | "-147" => Ended::refused(code, "Hết số tin Zalo được gửi hoặc hết tiền."),
        _ => Ended::refused(code, "Zalo không nhận tin này."),
    })
}

/// An access token that is good for a while.
async fn access(site: &Site, setup: &Setup, zalo: &Zalo) -> Result<Result<String, Ended>, Failure> {
    let now = (site.clock)();
    let lent = setup.lent(site);
    if !lent.access.is_empty() && setup.lent_until > now.epoch_ms() + EARLY_MS {
        return Ok(Ok(lent.access));
    }
    if lent.refresh.is_empty() {
        return Ok(Err(Ended::refused(
            "",
            "Chưa có mã làm mới của Zalo; hãy lấy mã mới và nhập lại.",
        )));
    }
    let since = Instant::from_epoch_ms(now.epoch_ms() - TURN_MS);
    let turn = site.as_program("messages", move |tx| Ok(sql::begin_renewal(tx, since)?)).await?;
    let Some(setup) = turn else {
        return Ok(Err(Ended::later("Đang lấy mã truy cập Zalo mới.")));
    };
    // Whoever had the turn before may have renewed them since this message was looked at: a refresh token is good once.
    let lent = setup.lent(site);
    if !lent.access.is_empty() && setup.lent_until > now.epoch_ms() + EARLY_MS {
        site.as_program("messages", |tx| Ok(sql::end_renewal(tx, None)?)).await?;
        return Ok(Ok(lent.access));
    }
    let edition = setup.edition;
    let secret = setup.secrets(site, Channel::Zalo).get("app_secret").cloned().unwrap_or_default();
    let form = vec![
        ("refresh_token", lent.refresh),
        ("app_id", zalo.app_id.clone()),
        ("grant_type", "refresh_token".to_owned()),
    ];
    let answer = web::post(&zalo.oauth_url, &[("secret_key", &secret)], Body::Form(form)).await;
    let answer = match answer {
        Ok(it) => it,
        Err(ended) => {
            site.as_program("messages", |tx| Ok(sql::end_renewal(tx, None)?)).await?;
            // No message was sent meanwhile, whatever became of the token.
            return Ok(Err(match ended {
                Ended::Unclear { code, why } => Ended::Later { code, why },
                other => other,
            }));
        }
    };
    let new =
        Lent { access: whole(&answer, "access_token"), refresh: whole(&answer, "refresh_token") };
    if new.access.is_empty() || new.refresh.is_empty() {
        let code = text(&answer, "error");
        site.as_program("messages", |tx| Ok(sql::end_renewal(tx, None)?)).await?;
        let why = "Zalo không cấp mã truy cập mới; hãy lấy mã làm mới khác và nhập lại.";
        return Ok(Err(Ended::refused(code, why)));
    }
    let lasts_s: i64 = text(&answer, "expires_in").parse().unwrap_or(3600);
    let until = now.epoch_ms() + lasts_s.clamp(60, 400_000) * 1000;
    let kept = sealed(site, Channel::Zalo, &new)?;
    site.as_program("messages", move |tx| Ok(sql::end_renewal(tx, Some((&kept, until, edition)))?))
        .await?;
    Ok(Ok(new.access))
}

fn whole(answer: &Value, name: &str) -> String {
    answer.get(name).and_then(Value::as_str).unwrap_or_default().chars().take(4_000).collect()
}
