//! Books of receipts: opened with their numbers, closed for good.

use axum::response::Response;
use domain::access::Action;
use site::{Failure, Fields, Filled, Path, Site, State, Who, demand, told};
use store::journal::Entry;

use super::{
    accounts::{ADDRESS, page},
    facts,
    sql::receipts,
    unit_of,
};

/// The last number of a book: seven digits are printed.
const NUMBER_MAX: i64 = 9_999_999;

/// POST `/co-quan/quan-tri/thu-phi/quyen`
pub async fn open(
    State(site): State<Site>,
    who: Who,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    let mut fields = Fields::of(typed);
    let unit = fields.choice("don-vi-quyen", unit_of);
    let prefix = fields.text("ky-hieu", 20);
    let first = fields.number("tu-so", 1..=NUMBER_MAX);
    let last = fields.number("den-so", 1..=NUMBER_MAX);
    if let (Some(first), Some(last)) = (first, last)
        && last < first
    {
        fields.wrong("den-so", "Số cuối phải từ số đầu trở lên.");
    }
    if let Some(unit) = unit {
        demand(&who, Action::FeeManage, unit)?;
    }
    let done = site
        .write(&who, move |tx| {
            if let (Some(unit), Some(prefix), Some(first), Some(last)) =
                (unit, &prefix, first, last)
                && receipts::overlaps(tx, unit, prefix, first, last)?
            {
                fields.wrong("tu-so", "Đã có quyển mang ký hiệu này chứa số trong khoảng đó.");
            }
            let whole = (|| Some((unit?, prefix?, first?, last?)))();
            let (unit, prefix, first, last) = match fields.finish(whole) {
                Ok(it) => it,
                Err(m) => return Ok(Err(m)),
            };
            facts::open_book(tx, unit, &prefix, first, last)?;
            Ok(Ok(()))
        })
        .await?;
    match done {
        Ok(()) => Ok(told(ADDRESS, "Đã mở quyển biên lai.")),
        Err(m) => Err(Failure::Mistaken(page(&site, &who, &m).await?)),
    }
}

/// POST `/co-quan/quan-tri/thu-phi/quyen/{id}/dong`
pub async fn close(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<i64>,
    Filled(_): Filled,
) -> Result<Response, Failure> {
    let asker = who.clone();
    site.write(&who, move |tx| {
        let it = receipts::book(tx, id)?.ok_or(Failure::NotFound)?;
        demand(&asker, Action::FeeManage, it.unit)?;
        if !receipts::close_book(tx, id)? {
            return Err(Failure::Refused("Quyển biên lai này đã đóng.".to_owned()));
        }
        let details = serde_json::json!({"next": it.next, "last": it.last});
        tx.journal(Entry::new("fee_book", id, "close").details(&details));
        Ok(())
    })
    .await?;
    Ok(told(ADDRESS, "Đã đóng quyển biên lai; các số còn lại không dùng nữa."))
}
