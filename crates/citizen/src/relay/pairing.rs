//! Pairing: our key pairs, the partner's keys, and the fingerprint that two people compare.

use askama::Template;
use axum::response::Response;
use domain::time::Instant;
use jiff::{ToSpan as _, civil::Date};
use site::{Failure, Fields, Filled, Html, Path, Shell, Site, State, Typed, Who, told};
use store::{Fault, Tx, journal::Entry};

use super::{
    SUBJECT, keys,
    pages::{HOME, is_whole, list_page, show_page},
    sql::{self, OwnKey, Partner},
};

/// The longest that a replaced key is still believed, days.
const OLD_DAYS_MAX: i64 = 90;
/// The longest ahead that a new key of ours may begin, days.
const AHEAD_DAYS_MAX: i64 = 90;

/// A key pair of ours, as people see it.
pub struct OwnLine {
    pub fingerprint: String,
    pub public: String,
    pub state: String,
    /// Whether it signs now.
    pub signs: bool,
}

/// A key of a partner's, as people see it.
pub struct TheirLine {
    pub id: i64,
    pub fingerprint: String,
    pub added: String,
    pub state: String,
    pub holds: bool,
}

fn shown(at: Instant) -> String {
    domain::text::date_time(at.civil())
}

/// Our keys, the latest first.
pub fn own_lines(tx: &mut Tx<'_>) -> Result<Vec<OwnLine>, Fault> {
    let now = tx.now();
    let signing = sql::signing_key(tx)?.map(|it| it.id);
    let of = |it: OwnKey| {
        let signs = Some(it.id) == signing;
        let state = match (signs, it.from > now) {
            (true, _) => format!("Đang ký, từ {}", shown(it.from)),
            (_, true) => format!("Sẽ ký từ {}", shown(it.from)),
            _ => "Đã thay".to_owned(),
        };
        let (fingerprint, public) = (keys::fingerprint(&it.public), keys::shown(&it.public));
        OwnLine { fingerprint, public, state, signs }
    };
    Ok(sql::own_keys(tx)?.into_iter().map(of).collect())
}

/// A partner's keys, the newest first.
pub fn their_lines(tx: &mut Tx<'_>, partner: i64) -> Result<Vec<TheirLine>, Fault> {
    let now = tx.now();
    let of = |it: sql::TheirKey| TheirLine {
        id: it.id,
        fingerprint: keys::fingerprint(&it.public),
        added: shown(it.added),
        holds: it.holds(now),
        state: match it.until {
            None => "Đang tin".to_owned(),
            Some(until) if now < until => format!("Đang tin, đến {}", shown(until)),
            Some(until) => format!("Hết hiệu lực từ {}", shown(until)),
        },
    };
    Ok(sql::their_keys(tx, partner)?.into_iter().map(of).collect())
}

/// How far a partner is paired, in words.
pub fn said(it: &Partner) -> &'static str {
    match (it.key_in.is_some(), it.key_out.is_some(), it.secret.is_empty()) {
        (true, true, _) => "Đã ghép cặp khóa hai chiều.",
        (true, false, _) => {
            "Đã nhận bản tin ký bằng khóa của đối tác; đối tác chưa xác nhận khóa của hệ thống này."
        }
        (false, true, _) => {
            "Đối tác đã tin khóa của hệ thống này; chưa nhận bản tin nào ký bằng khóa của đối tác."
        }
        (false, false, true) => "Chưa trao đổi bản tin nào bằng cặp khóa.",
        (false, false, false) => {
            "Đang dùng khóa bí mật chung của bản trước. Hãy ghép cặp khóa; khóa chung tự hủy khi hai chiều đã ghép."
        }
    }
}

/// A day within bounds from today.
fn day(fields: &mut Fields, name: &str, today: Date, days_max: i64) -> Option<Date> {
    let day = fields.date(name)?;
    let last = today.checked_add(days_max.days()).unwrap_or(today);
    if (today..=last).contains(&day) {
        return Some(day);
    }
    let last = domain::text::date(last);
    fields.wrong(name, format!("Chọn một ngày từ hôm nay đến {last}."));
    None
}

/// POST `/co-quan/quan-tri/he-thong-khac/khoa`: a new pair of ours.
pub async fn make(
    State(site): State<Site>,
    who: Who,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    is_whole(&who)?;
    let today = who.now.civil().date();
    let first = site.read(&who, |tx| Ok(sql::own_keys(tx)?.is_empty())).await?;
    let mut fields = Fields::of(typed);
    let from = if first { Some(today) } else { day(&mut fields, "ky-tu", today, AHEAD_DAYS_MAX) };
    let from = match fields.finish(from) {
        Ok(it) => it,
        Err(m) => return Err(Failure::Mistaken(list_page(&site, &who, &m).await?)),
    };
    let from = Instant::from_civil(from.at(0, 0, 0, 0)).max(who.now);
    let (public, private) = keys::generate()?;
    let sealed = site.seal.close(keys::SEALED_FOR, &private)?;
    site.write(&who, move |tx| {
        let before = sql::own_keys(tx)?;
        // A second click, or somebody else a moment ago.
        if first && !before.is_empty() {
            return Ok(());
        }
        if before.iter().any(|it| it.from > tx.now()) {
            return Err(Failure::Refused(
                "Đã có một khóa mới chờ đến ngày. Mỗi lần chỉ đổi một khóa.".to_owned(),
            ));
        }
        let made = OwnKey { id: 0, public, sealed, created: tx.now(), from };
        let id = sql::insert_own_key(tx, &made)?;
        let about = serde_json::json!({
            "fingerprint": keys::fingerprint(&made.public), "from": shown(made.from),
        });
        tx.journal(Entry::new("relay_key", id, "create").details(&about));
        Ok(())
    })
    .await?;
    Ok(told(
        HOME,
        "Đã tạo cặp khóa. Gửi khóa công khai cho đối tác và đọc dấu vân tay qua điện thoại.",
    ))
}

/// POST `/co-quan/quan-tri/he-thong-khac/{id}/khoa`: believes a key of the partner's from now on.
pub async fn add(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<i64>,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    is_whole(&who)?;
    let today = who.now.civil().date();
    let now = who.now;
    let (before, own) = site
        .read(&who, move |tx| {
            sql::partner_of(tx, id)?.ok_or(Failure::NotFound)?;
            Ok((sql::their_keys(tx, id)?, sql::own_keys(tx)?))
        })
        .await?;
    let mut fields = Fields::of(typed);
    let public = fields.text("khoa-cong-khai", 200).and_then(|it| {
        let read = keys::read(&it);
        let mistake = match &read {
            None => "Dán nguyên dòng khóa công khai, bắt đầu bằng motcua-ed25519:",
            Some(it) if own.iter().any(|own| own.public == *it) => {
                "Đây là khóa của chính hệ thống này. Hãy lấy khóa ở trang của đối tác."
            }
            Some(it) if before.iter().any(|old| old.public == *it) => "Khóa này đã khai rồi.",
            Some(_) => return read,
        };
        fields.wrong("khoa-cong-khai", mistake);
        None
    });
    let print = fields.text("dau-van-tay", 80);
    let print = print.zip(public.as_ref()).and_then(|(typed, public)| {
        if keys::is_fingerprint(&typed, public) {
            return Some(());
        }
        fields.wrong(
            "dau-van-tay",
            "Dấu vân tay không khớp với khóa đã dán: đừng ghép, hãy gọi lại cho đối tác.",
        );
        None
    });
    let until = if before.iter().any(|it| it.holds(now)) {
        day(&mut fields, "khoa-cu-den", today, OLD_DAYS_MAX)
    } else {
        Some(today)
    };
    let whole = (|| {
        print?;
        Some((public?, until?))
    })();
    let (public, until) = match fields.finish(whole) {
        Ok(it) => it,
        Err(m) => {
            let page = show_page(&site, &who, id, &Typed::default(), Some(m)).await?;
            return Err(Failure::Mistaken(page));
        }
    };
    // To the end of that day.
    let end = until.checked_add(1.day()).unwrap_or(until);
    let until = Instant::from_civil(end.at(0, 0, 0, 0));
    site.write(&who, move |tx| {
        sql::partner_of(tx, id)?.ok_or(Failure::NotFound)?;
        sql::insert_their_key(tx, id, &public, until)?;
        let about = serde_json::json!({"fingerprint": keys::fingerprint(&public)});
        tx.journal(Entry::new(SUBJECT, id, "add_key").details(&about));
        Ok(())
    })
    .await?;
    Ok(told(&format!("{HOME}/{id}"), "Đã ghép khóa của đối tác."))
}

#[derive(Template)]
#[template(path = "relay/templates/revoke.html")]
struct Revoke {
    shell: Shell,
    id: i64,
    partner: i64,
    name: String,
    fingerprint: String,
}

/// GET `/co-quan/quan-tri/he-thong-khac/khoa/{id}/thu-hoi`
pub async fn ask(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<i64>,
) -> Result<Html<String>, Failure> {
    is_whole(&who)?;
    let (key, partner) = site
        .read(&who, move |tx| {
            let key = sql::their_key_of(tx, id)?.ok_or(Failure::NotFound)?;
            let partner = sql::partner_of(tx, key.partner)?.ok_or(Failure::NotFound)?;
            Ok((key, partner))
        })
        .await?;
    site.page(&Revoke {
        shell: site.shell(&who),
        id,
        partner: partner.id,
        name: partner.name,
        fingerprint: keys::fingerprint(&key.public),
    })
}

/// POST `/co-quan/quan-tri/he-thong-khac/khoa/{id}/thu-hoi`
pub async fn revoke(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<i64>,
    Filled(_): Filled,
) -> Result<Response, Failure> {
    is_whole(&who)?;
    let partner = site
        .write(&who, move |tx| {
            let key = sql::their_key_of(tx, id)?.ok_or(Failure::NotFound)?;
            sql::end_their_key(tx, id)?;
            let about = serde_json::json!({"fingerprint": keys::fingerprint(&key.public)});
            tx.journal(Entry::new(SUBJECT, key.partner, "revoke_key").details(&about));
            Ok(key.partner)
        })
        .await?;
    Ok(told(
        &format!("{HOME}/{partner}"),
        "Đã thu hồi khóa: bản tin ký bằng khóa này không còn được nhận.",
    ))
}
