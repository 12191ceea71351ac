//! In which order channels are tried, and when nobody is disturbed: for the whole installation.

use axum::response::Response;
use domain::message::{Channel, Quiet, order_of};
use serde_json::Value;
use site::{Failure, Fields, Filled, Site, State, Who, configuration::ConfigPart, told};
use store::{Fault, Tx, journal::Entry};

use crate::{
    admin, is_whole,
    sql::{self, Policy},
};

/// The policy as a part of the configuration; channels themselves hold secrets and stay.
pub const PART: ConfigPart = ConfigPart {
    name: "message-policy",
    label: "Thứ tự và giờ gửi tin",
    take_out: |_, tx| {
        let it = sql::policy(tx)?;
        let order: Vec<&str> = it.order.iter().map(|it| it.code()).collect();
        Ok(serde_json::json!({
            "order": order, "quiet_from": it.quiet.from, "quiet_until": it.quiet.until,
        }))
    },
    bring_in: |_, _, tx, value: &Value| {
        let wrong = || Failure::Refused("Thứ tự và giờ gửi tin không đúng dạng.".to_owned());
        let minutes = |name: &str| {
            let it = value.get(name).and_then(Value::as_u64).and_then(|it| u16::try_from(it).ok());
            it.filter(|it| *it < 24 * 60).ok_or_else(wrong)
        };
        let codes = value.get("order").and_then(Value::as_array).ok_or_else(wrong)?;
        let codes: Vec<&str> = codes.iter().filter_map(Value::as_str).collect();
        let quiet = Quiet { from: minutes("quiet_from")?, until: minutes("quiet_until")? };
        let mut it = sql::policy(tx)?;
        let order = order_of(&codes.join(" "));
        if it.order == order && it.quiet == quiet {
            return Ok(Vec::new());
        }
        it.order = order;
        it.quiet = quiet;
        keep(tx, &it)?;
        Ok(vec![format!("thứ tự {}; {}", shown(&it.order), hours(quiet))])
    },
};

/// The order as people read it.
pub fn shown(order: &[Channel]) -> String {
    order.iter().map(|it| it.label()).collect::<Vec<_>>().join(" → ")
}

/// The hours of rest as people read them.
pub fn hours(quiet: Quiet) -> String {
    if quiet.from == quiet.until {
        return "gửi cả đêm".to_owned();
    }
    let (from, until) = (Quiet::shown(quiet.from), Quiet::shown(quiet.until));
    format!("không gửi từ {from} đến {until}, trừ mã dùng một lần")
}

fn keep(tx: &mut Tx<'_>, it: &Policy) -> Result<(), Failure> {
    if !sql::keep_policy(tx, it)? {
        return Err(Failure::Refused(
            "Người khác vừa sửa. Hãy mở lại trang để xem thứ tự mới.".to_owned(),
        ));
    }
    let order: Vec<&str> = it.order.iter().map(|it| it.code()).collect();
    let about = serde_json::json!({
        "order": order, "quiet_from": it.quiet.from, "quiet_until": it.quiet.until,
    });
    tx.journal(Entry::new("message_policy", 0, "change").details(&about));
    Ok(())
}

fn time(fields: &mut Fields, name: &str) -> Option<u16> {
    let read = fields.typed().get(name).parse::<jiff::civil::Time>();
    match read {
        Ok(it) => Some(Quiet::minutes(it)),
        Err(_) => {
            fields.wrong(name, "Nhập giờ như 21:00.");
            None
        }
    }
}

/// POST `/co-quan/quan-tri/kenh-tin`
pub async fn save(
    State(site): State<Site>,
    who: Who,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    is_whole(&who)?;
    let edition = typed.get("an-ban").parse().unwrap_or(-1);
    let places = Channel::ALL.len();
    let codes: Vec<String> =
        (1..=places).map(|at| typed.get(&format!("thu-tu-{at}")).to_owned()).collect();
    let mut fields = Fields::of(typed);
    let mut order: Vec<Channel> = Vec::new();
    for (at, code) in codes.iter().enumerate() {
        match Channel::from_code(code) {
            Some(it) if !order.contains(&it) => order.push(it),
            _ => fields.wrong(&format!("thu-tu-{}", at + 1), "Mỗi kênh chọn đúng một lần."),
        }
    }
    let (from, until) = (time(&mut fields, "nghi-tu"), time(&mut fields, "nghi-den"));
    let whole = from.zip(until).map(|(from, until)| Quiet { from, until });
    let quiet = match fields.finish(whole) {
        Ok(it) => it,
        Err(m) => return Err(Failure::Mistaken(admin::home_page(&site, &who, &m).await?)),
    };
    site.write(&who, move |tx| {
        let mut it = sql::policy(tx)?;
        it.order = order;
        it.quiet = quiet;
        it.edition = edition;
        keep(tx, &it)
    })
    .await?;
    Ok(told(admin::PAGE, "Đã lưu thứ tự và giờ gửi tin."))
}

/// POST `/co-quan/quan-tri/kenh-tin/dia-chi-moi`: the addresses that providers call are made anew; the old ones
/// are dead.
pub async fn renew_hook(
    State(site): State<Site>,
    who: Who,
    Filled(_): Filled,
) -> Result<Response, Failure> {
    is_whole(&who)?;
    site.write(&who, |tx| {
        let mut it = sql::policy(tx)?;
        it.hook += 1;
        if !sql::keep_policy(tx, &it)? {
            return Err(Failure::from(Fault::Broken("the policy was changed meanwhile".into())));
        }
        tx.journal(Entry::new("message_policy", 0, "renew_addresses"));
        Ok(())
    })
    .await?;
    Ok(told(admin::PAGE, "Đã đổi địa chỉ. Hãy khai lại địa chỉ mới với nhà cung cấp."))
}
