//! Books of receipts: opened with their numbers, closed for good.

use axum::response::{IntoResponse as _, Response};
use domain::{access::Action, fees::till::BookSymbol};
use people::staff::facts as staff;
use site::{
    Failure, Fields, Filled, Path, Site, State, Who, demand,
    form::{Sending, Sent, once},
    show::Ask,
    told,
};
use store::journal::Entry;

use super::{
    accounts::{ADDRESS, page},
    facts,
    sql::receipts::{self, Book},
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
    let sending = Sending::of(&who, &typed, "lan-gui");
    let mut fields = Fields::of(typed);
    let unit = fields.choice("don-vi-quyen", unit_of);
    let prefix = fields.read("ky-hieu", BookSymbol::parse);
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
    let done = once(&site, &who, sending, move |tx| {
        if let (Some(unit), Some(prefix), Some(first), Some(last)) = (unit, &prefix, first, last)
            && receipts::overlaps(tx, unit, prefix.as_str(), first, last)?
        {
            fields.wrong("tu-so", "Đã có quyển mang ký hiệu này chứa số trong khoảng đó.");
        }
        let whole = (|| Some((unit?, prefix?, first?, last?)))();
        let (unit, prefix, first, last) = match fields.finish(whole) {
            Ok(it) => it,
            Err(m) => return Ok(Err(m)),
        };
        facts::open_book(tx, unit, prefix.as_str(), first, last)?;
        Ok(Ok(ADDRESS.to_owned()))
    })
    .await?;
    match done {
        Sent::Done(location) => Ok(told(&location, "Đã mở quyển biên lai.")),
        Sent::Wrong(m) | Sent::Before(m) => Err(Failure::Mistaken(page(&site, &who, &m).await?)),
    }
}

async fn find(site: &Site, who: &Who, id: i64) -> Result<(Book, String), Failure> {
    let asker = who.clone();
    site.read(who, move |tx| {
        let it = receipts::book(tx, id)?.ok_or(Failure::NotFound)?;
        demand(&asker, Action::FeeManage, it.unit)?;
        let by = match it.closed_by {
            Some(by) => staff::account_name(tx, by)?,
            None => String::new(),
        };
        Ok((it, by))
    })
    .await
}

/// What is said of a book that was closed before.
fn closed_already(it: &Book, by: &str) -> Option<Response> {
    let at = domain::text::date_time(it.closed?.civil());
    let by = if by.is_empty() { String::new() } else { format!(", người đóng: {by}") };
    let text = format!(
        "Quyển {} đã đóng từ trước, lúc {at}{by}; lần này không có gì thay đổi.",
        it.prefix
    );
    Some(told(ADDRESS, &text))
}

fn question(who: &Who, it: &Book) -> Ask {
    Ask {
        name: it.prefix.clone(),
        heading: format!("Đóng quyển biên lai {}?", it.prefix),
        what: format!(
            "Quyển của {}, từ số {:07} đến {:07}. Còn {} số sẽ không dùng nữa; đóng rồi không mở lại được.",
            who.tree.title(it.unit),
            it.first,
            it.last,
            it.last + 1 - it.next
        ),
        button: format!("Đóng quyển {}", it.prefix),
        action: format!("{ADDRESS}/quyen/{}/dong", it.id),
        back: ADDRESS,
        back_label: "Tài khoản thu và quyển biên lai",
    }
}

/// GET `/co-quan/quan-tri/thu-phi/quyen/{id}/dong`
pub async fn ask_close(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<i64>,
) -> Result<Response, Failure> {
    let (it, by) = find(&site, &who, id).await?;
    match closed_already(&it, &by) {
        Some(told) => Ok(told),
        None => Ok(question(&who, &it).page(&site, &who)?.into_response()),
    }
}

/// POST `/co-quan/quan-tri/thu-phi/quyen/{id}/dong`
pub async fn close(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<i64>,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    let (it, by) = find(&site, &who, id).await?;
    if let Some(told) = closed_already(&it, &by) {
        return Ok(told);
    }
    question(&who, &it).demand(&site, &who, &typed)?;
    let closed = site
        .write(&who, move |tx| {
            let closed = receipts::close_book(tx, id)?;
            if closed {
                let it = receipts::book(tx, id)?.ok_or(Failure::NotFound)?;
                let details = serde_json::json!({"next": it.next, "last": it.last});
                tx.journal(Entry::new("fee_book", id, "close").details(&details));
            }
            Ok(closed)
        })
        .await?;
    if !closed {
        let (it, by) = find(&site, &who, id).await?;
        return closed_already(&it, &by).ok_or(Failure::NotFound);
    }
    let text = format!("Đã đóng quyển biên lai {}; các số còn lại không dùng nữa.", it.prefix);
    Ok(told(ADDRESS, &text))
}
