//! Text messages through a gateway in the shape of eSMS.
//!
//! `RequestId` is our key: the same at every try, so that a try that was taken after all is told as such
//! (`CodeResult` 124) and not sent twice. Taken is not delivered: that comes back over [`crate::hooks`].

use domain::identity::Phone;
use serde_json::json;

use crate::{
    channels::{Secrets, Sms},
    web::{self, Body, Ended, text},
};

/// A text message.
pub struct Text<'a> {
    /// To whom.
    pub phone: &'a Phone,
    /// Unaccented.
    pub content: &'a str,
    /// Our key.
    pub key: &'a str,
    /// Where the gateway says that it arrived.
    pub callback: &'a str,
}

/// Sends it.
pub async fn send(setup: &Sms, secrets: &Secrets, it: &Text<'_>) -> Ended {
    let secret = |name: &str| secrets.get(name).cloned().unwrap_or_default();
    let body = json!({
        "ApiKey": secret("api_key"),
        "SecretKey": secret("secret_key"),
        "Phone": it.phone.reveal(),
        "Content": it.content,
        "Brandname": setup.brandname,
        "SmsType": "2",
        "IsUnicode": "0",
        "RequestId": it.key,
        "CallbackUrl": it.callback,
        "Sandbox": if setup.sandbox { "1" } else { "0" },
    });
    let answer = match web::post(&setup.url, &[], Body::Json(body)).await {
        Ok(it) => it,
        Err(ended) => return ended,
    };
    let (code, reference) = (text(&answer, "CodeResult"), text(&answer, "SMSID"));
    let refused = |why: &str| Ended::refused(code.clone(), why);
    match code.as_str() {
        "100" | "124" => Ended::Accepted { code, reference },
        "101" => refused("Sai khóa API hoặc khóa bí mật."),
        "102" => refused("Tài khoản nhà cung cấp bị khóa."),
        "103" => refused("Tài khoản nhà cung cấp hết tiền."),
        "104" => refused("Brandname chưa được duyệt."),
        "99" | "" => Ended::unclear(code, "Nhà cung cấp báo lỗi không xác định."),
        _ => refused("Nhà cung cấp không nhận tin này."),
    }
}
