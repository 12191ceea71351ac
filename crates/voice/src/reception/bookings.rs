//! Times that the office books for somebody who calls or stands at the counter.

use axum::response::Response;
use domain::{access::Action, identity::Phone, ids::ReceptionId};
use site::{Failure, Fields, Filled, Mistakes, Path, Site, State, Typed, Who, demand, told};
use store::journal::Entry;

use super::{
    ADDRESS, SUBJECT, change,
    service::{self, Booker, Wish},
    sql::{self, bookings},
};

/// Letters of a name, of a subject.
pub(super) const NAME_MAX: usize = 80;
pub(super) const SUBJECT_MAX: usize = 300;

/// What somebody wishes for.
pub(super) fn read(typed: Typed, channel: &'static str) -> Result<Wish, Mistakes> {
    let mut fields = Fields::of(typed);
    let slot = fields.choice("gio", |it| sql::time(it).map(sql::hm));
    let name = fields.text("ten", NAME_MAX);
    let phone = fields.read_optional("dien-thoai", Phone::parse);
    let subject = fields.text("viec", SUBJECT_MAX);
    let people = fields.number("so-nguoi", 1..=1000);
    let tell = fields.typed().has("bao-tin");
    if tell && phone.as_ref().is_some_and(Option::is_none) {
        fields.wrong("dien-thoai", "Ghi số điện thoại để nhận tin.");
    }
    let whole = (|| {
        Some(Wish {
            slot: slot?,
            booker: Booker {
                name: name?,
                phone: phone?.map(|it| it.reveal().to_owned()).unwrap_or_default(),
                subject: subject?,
            },
            people: people?,
            tell,
            channel,
        })
    })();
    fields.finish(whole)
}

/// POST `/co-quan/tiep-cong-dan/buoi/{id}/dat-hen`
pub(super) async fn book(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<ReceptionId>,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    let channel = if typed.get("kenh") == "counter" { "counter" } else { "phone" };
    let wish = match read(typed.clone(), channel) {
        Ok(it) => it,
        Err(m) => return Err(change::again(&site, &who, id, m).await?),
    };
    let (inner, asker) = (site.clone(), who.clone());
    let done = site
        .write(&who, move |tx| {
            let day = sql::find(tx, id, true)?.ok_or(Failure::NotFound)?;
            demand(&asker, Action::ReceptionKeep, day.unit)?;
            Ok(service::book(&inner, tx, &day, &wish)?)
        })
        .await?;
    match done {
        Some(code) => {
            let notice = format!(
                "Đã đặt hẹn. Trang lịch hẹn của người dân: {}/tiep-cong-dan/hen/{code}",
                site.config.base_url
            );
            Ok(told(&format!("{ADDRESS}/buoi/{id}"), &notice))
        }
        None => {
            let m = Mistakes::one(
                typed,
                "gio",
                "Giờ này không còn, hoặc buổi tiếp chưa niêm yết. Chọn giờ khác.",
            );
            Err(change::again(&site, &who, id, m).await?)
        }
    }
}

/// POST `/co-quan/tiep-cong-dan/hen/{id}/huy`
pub(super) async fn cancel(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<i64>,
    Filled(_): Filled,
) -> Result<Response, Failure> {
    let asker = who.clone();
    let reception = site
        .write(&who, move |tx| {
            let it = bookings::find(tx, id)?.ok_or(Failure::NotFound)?;
            let day = sql::find(tx, it.reception, true)?.ok_or(Failure::NotFound)?;
            demand(&asker, Action::ReceptionKeep, day.unit)?;
            if bookings::end(tx, id, "cancelled", "cơ quan hủy theo yêu cầu")? {
                tx.journal(Entry::new(SUBJECT, day.id.0, "cancel_booking"));
            }
            Ok(day.id)
        })
        .await?;
    Ok(told(&format!("{ADDRESS}/buoi/{reception}"), "Đã hủy lịch hẹn; giờ đó lại trống."))
}
