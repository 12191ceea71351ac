//! Who may call: kept by whoever manages fees, with a trial of the signature.

use askama::Template;
use axum::response::Response;
use domain::{
    access::Action,
    fees::calls::{SIGNED, Shape, platform_text},
};
use site::{
    Asked, Failure, Fields, Filled, Html, Mistakes, Path, Shell, Site, State, Typed, Who, demand,
    told,
};
use store::{Tx, journal::Entry};

use super::{
    PATH, SECRET, SIGNATURE, TIME, bank_signature, disbelief, fields_of, platform_signature,
    sql::{self, Caller},
};
use crate::fees::sql::table;

/// Where they are.
pub const ADDRESS: &str = "/co-quan/quan-tri/bao-co";
/// What the journal calls one.
const SUBJECT: &str = "fee_caller";
/// Characters of a secret at least.
const SECRET_CHARS_MIN: usize = 16;
/// Calls of one page.
const ROWS: i64 = 50;

struct Line {
    id: i64,
    name: String,
    shape: &'static str,
    account: String,
    state: &'static str,
    class: &'static str,
    heard: String,
    failure: String,
}

fn line(it: &Caller) -> Line {
    let fails = it.failed.is_some_and(|bad| it.heard.is_none_or(|good| bad >= good));
    let (state, class) = match (it.is_on, fails) {
        (false, _) => ("Đang dừng", "warn"),
        (_, true) => ("Có lỗi", "bad"),
        _ if it.heard.is_none() => ("Chưa nhận lần nào", "warn"),
        _ => ("Đang hoạt động", "good"),
    };
    let at = |at: domain::time::Instant| domain::text::date_time(at.civil());
    Line {
        id: it.id,
        name: it.name.clone(),
        shape: it.shape.label(),
        account: format!("{} {}", it.bank, it.number),
        state,
        class,
        heard: it.heard.map_or_else(|| "chưa lần nào".to_owned(), at),
        failure: it
            .failed
            .map_or_else(String::new, |when| format!("{} ({})", it.failure, at(when))),
    }
}

/// The caller, if it is of an account that the asker manages.
fn find(tx: &mut Tx<'_>, who: &Who, id: i64) -> Result<Caller, Failure> {
    let it = sql::caller(tx, id)?.ok_or(Failure::NotFound)?;
    demand(who, Action::FeeManage, it.unit)?;
    Ok(it)
}

#[derive(Template)]
#[template(path = "fees/templates/callers.html")]
struct List<'a> {
    shell: Shell,
    m: &'a Mistakes,
    lines: Vec<Line>,
    accounts: Vec<(String, String)>,
    shapes: Vec<(String, String)>,
}

async fn list_page(site: &Site, who: &Who, m: &Mistakes) -> Result<Html<String>, Failure> {
    let asker = who.clone();
    let (callers, accounts) = site
        .read(who, move |tx| {
            let sees = |unit| asker.can_at(Action::FeeManage, unit);
            let mut callers = sql::callers(tx)?;
            callers.retain(|it| sees(it.unit));
            let mut accounts = table::accounts(tx)?;
            accounts.retain(|it| sees(it.unit) && it.until.is_none());
            Ok((callers, accounts))
        })
        .await?;
    let accounts = accounts
        .into_iter()
        .map(|it| {
            (
                it.id.to_string(),
                format!("{} {} – {}", it.bank_name, it.number, who.tree.title(it.unit)),
            )
        })
        .collect();
    site.page(&List {
        shell: site.shell(who),
        m,
        lines: callers.iter().map(line).collect(),
        accounts,
        shapes: Shape::ALL.iter().map(|it| (it.code().into(), it.label().into())).collect(),
    })
}

fn fresh(site: &Site) -> Mistakes {
    let _ = site;
    let mut typed = Typed::default();
    typed.set("khoa", site::random_hex(32));
    Mistakes::none(typed)
}

/// GET `/co-quan/quan-tri/bao-co`
pub async fn list(State(site): State<Site>, who: Who) -> Result<Html<String>, Failure> {
    list_page(&site, &who, &fresh(&site)).await
}

fn secret(fields: &mut Fields, owed: bool) -> Option<String> {
    let typed = fields.optional_text("khoa", 200)?;
    if (typed.is_empty() && !owed) || typed.chars().count() >= SECRET_CHARS_MIN {
        return Some(typed);
    }
    fields.wrong("khoa", format!("Khóa bí mật dài ít nhất {SECRET_CHARS_MIN} ký tự."));
    None
}

/// POST `/co-quan/quan-tri/bao-co`: somebody more may call.
pub async fn add(
    State(site): State<Site>,
    who: Who,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    let mut fields = Fields::of(typed);
    let account = fields.choice("tai-khoan", |it| it.parse::<i64>().ok());
    let shape = fields.choice("dang", Shape::from_code);
    let (name, partner) = (fields.text("ten", 120), fields.optional_text("ma-doi-tac", 60));
    let secret = secret(&mut fields, true);
    if shape == Some(Shape::Platform) && partner.as_deref() == Some("") {
        fields.wrong("ma-doi-tac", "Nhập mã đối tác mà Nền tảng cấp.");
    }
    let whole = (|| Some((account?, shape?, name?, partner?, secret?)))();
    let (account, shape, name, partner, secret) = match fields.finish(whole) {
        Ok(it) => it,
        Err(m) => return Err(Failure::Mistaken(list_page(&site, &who, &m).await?)),
    };
    let sealed = site.seal.close(SECRET, &secret)?;
    let asker = who.clone();
    let id = site
        .write(&who, move |tx| {
            let of = table::account(tx, account)?.ok_or(Failure::NotFound)?;
            demand(&asker, Action::FeeManage, of.unit)?;
            let caller = Caller {
                id: 0,
                account,
                unit: of.unit,
                bank: String::new(),
                number: String::new(),
                shape,
                name,
                code: site::random_hex(12),
                partner,
                secret: sealed,
                is_on: true,
                edition: 1,
                heard: None,
                failed: None,
                failure: String::new(),
            };
            let id = sql::insert_caller(tx, &caller)?;
            let about = serde_json::json!({"account": account, "shape": shape.code()});
            tx.journal(Entry::new(SUBJECT, id, "create").details(&about));
            Ok(id)
        })
        .await?;
    Ok(told(&format!("{ADDRESS}/{id}"), "Đã thêm. Hãy khai địa chỉ và khóa với bên gọi."))
}

struct Row {
    when: String,
    reference: String,
    amount: String,
    line: Option<i64>,
    outcome: &'static str,
    class: &'static str,
    why: String,
    repeats: i64,
}

#[derive(Template)]
#[template(path = "fees/templates/caller.html")]
struct Show<'a> {
    shell: Shell,
    m: &'a Mistakes,
    it: Line,
    is_bank: bool,
    is_on: bool,
    edition: i64,
    url: String,
    sample: String,
    rule: Rule,
    heads: Vec<(&'static str, String)>,
    rows: Vec<Row>,
    next: Option<String>,
    /// What the trial of a signature came to.
    tried: Option<Result<(), String>>,
}

/// A message that anybody can sign and compare: key, time, body.
const EXAMPLE: (&str, &str, &str) = (
    "khoa-vi-du-khong-dung-that",
    "1767837600",
    r#"{"reference":"FT26008-1","amount":8000,"paid_at":"2026-01-08T09:00:00","content":"HS H4199402601080001"}"#,
);

/// How a call is signed, with an example that comes out the same everywhere.
struct Rule {
    key: &'static str,
    timestamp: &'static str,
    body: String,
    /// What is hashed, as one text.
    hashed: String,
    signature: String,
    /// Names of the values in the order in which they are hashed; of the platform alone.
    order: String,
}

fn rule(shape: Shape) -> Rule {
    let (key, timestamp, body) = EXAMPLE;
    match shape {
        Shape::Bank => Rule {
            key,
            timestamp,
            hashed: format!("{timestamp}.{body}"),
            signature: bank_signature(key, timestamp, body.as_bytes()),
            body: body.to_owned(),
            order: String::new(),
        },
        Shape::Platform => {
            let fields = platform_fields("UBNDVIDU", "20260108090000");
            let value = |name: &str| fields.get(name).map_or("", String::as_str);
            Rule {
                key,
                timestamp: "",
                hashed: platform_text(value, key),
                signature: platform_signature(&fields, key),
                body: serde_json::to_string(&fields).unwrap_or_default(),
                order: SIGNED.join("|"),
            }
        }
    }
}

fn platform_fields(partner: &str, time: &str) -> super::FieldsOfCall {
    let fields = [
        ("LoaiBanTin", "210"),
        ("MaLoi", "00"),
        ("MaDoiTac", partner),
        ("MaThamChieu", "HS H4199402603020001"),
        ("SoTien", "8000"),
        ("MaTienTe", "VND"),
        ("MaGiaoDich", "GD-THU-1"),
        ("MaNganHang", "970405"),
        ("ThoiGianGD", time),
        ("ThongTinGiaoDich", "nop phi"),
        ("TrangThaiGD", "1"),
    ];
    fields.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

/// A message as this caller would send it now, signed.
fn sample(
    it: &Caller,
    secret: &str,
    now: domain::time::Instant,
) -> (String, Vec<(&'static str, String)>) {
    let at = now.civil();
    match it.shape {
        Shape::Bank => {
            let body = format!(
                "{{\"reference\":\"FT-THU-1\",\"amount\":8000,\"paid_at\":\"{}\",\"content\":\"HS H4199402603020001\"}}",
                at.strftime("%Y-%m-%dT%H:%M:%S")
            );
            let timestamp = (now.epoch_ms() / 1000).to_string();
            let signature =
                format!("sha256={}", bank_signature(secret, &timestamp, body.as_bytes()));
            (body, vec![(TIME, timestamp), (SIGNATURE, signature)])
        }
        Shape::Platform => {
            let time = at.strftime("%Y%m%d%H%M%S").to_string();
            let mut fields = platform_fields(&it.partner, &time);
            let signature = platform_signature(&fields, secret);
            fields.insert("MaXacThuc".to_owned(), signature);
            (serde_json::to_string(&fields).unwrap_or_default(), Vec::new())
        }
    }
}

async fn show_page(
    site: &Site,
    who: &Who,
    id: i64,
    before: Option<i64>,
    (m, tried): (Option<Mistakes>, Option<Result<(), String>>),
) -> Result<Html<String>, Failure> {
    let asker = who.clone();
    let (caller, mut found) = site
        .read(who, move |tx| {
            let it = find(tx, &asker, id)?;
            Ok((it, sql::told(tx, id, before, ROWS + 1)?))
        })
        .await?;
    let full = usize::try_from(ROWS).unwrap_or(50);
    let more = found.len() > full;
    found.truncate(full);
    let next = found.last().filter(|_| more).map(|it| format!("{ADDRESS}/{id}?truoc={}", it.id));
    let secret = site.seal.open(SECRET, &caller.secret).unwrap_or_default();
    let (sample, heads) = sample(&caller, &secret, who.now);
    let m = m.unwrap_or_else(|| {
        let mut typed = Typed::default();
        typed.set("ten", caller.name.clone());
        typed.set("ma-doi-tac", caller.partner.clone());
        Mistakes::none(typed)
    });
    site.page(&Show {
        shell: site.shell(who),
        m: &m,
        is_bank: caller.shape == Shape::Bank,
        is_on: caller.is_on,
        edition: caller.edition,
        url: format!("{}{PATH}{}", site.config.base_url, caller.code),
        it: line(&caller),
        sample,
        rule: rule(caller.shape),
        heads,
        rows: found
            .into_iter()
            .map(|it| {
                let (outcome, class) = match it.outcome.as_str() {
                    "paid" => ("Đã ghi đã nộp", "good"),
                    _ => ("Chờ người khớp", "warn"),
                };
                Row {
                    when: domain::text::date_time(it.at.civil()),
                    reference: it.reference,
                    amount: it.amount.to_string(),
                    line: it.line,
                    outcome,
                    class,
                    why: it.why,
                    repeats: it.repeats,
                }
            })
            .collect(),
        next,
        tried,
    })
}

/// GET `/co-quan/quan-tri/bao-co/{id}`
pub async fn show(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<i64>,
    Asked(asked): Asked,
) -> Result<Html<String>, Failure> {
    show_page(&site, &who, id, asked.get("truoc").parse().ok(), (None, None)).await
}

fn stale() -> Failure {
    Failure::Refused("Người khác vừa sửa. Hãy mở lại trang để xem nội dung mới.".to_owned())
}

/// POST `/co-quan/quan-tri/bao-co/{id}`
pub async fn change(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<i64>,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    let edition = typed.get("an-ban").parse().unwrap_or(-1);
    let mut fields = Fields::of(typed);
    let (name, partner) = (fields.text("ten", 120), fields.optional_text("ma-doi-tac", 60));
    let secret = secret(&mut fields, false);
    let whole = (|| Some((name?, partner?, secret?)))();
    let (name, partner, secret) = match fields.finish(whole) {
        Ok(it) => it,
        Err(m) => {
            return Err(Failure::Mistaken(
                show_page(&site, &who, id, None, (Some(m), None)).await?,
            ));
        }
    };
    let sealed = if secret.is_empty() { None } else { Some(site.seal.close(SECRET, &secret)?) };
    let asker = who.clone();
    site.write(&who, move |tx| {
        let mut it = find(tx, &asker, id)?;
        let about = serde_json::json!({"key": sealed.is_some()});
        it.name = name;
        it.partner = partner;
        it.secret = sealed.unwrap_or(it.secret);
        it.edition = edition;
        if !sql::keep_caller(tx, &it)? {
            return Err(stale());
        }
        tx.journal(Entry::new(SUBJECT, id, "change").details(&about));
        Ok(())
    })
    .await?;
    Ok(told(&format!("{ADDRESS}/{id}"), "Đã lưu."))
}

/// POST `/co-quan/quan-tri/bao-co/{id}/dung`: it is believed no more, or again.
pub async fn pause(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<i64>,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    let on = typed.get("bat") == "1";
    let asker = who.clone();
    site.write(&who, move |tx| {
        let mut it = find(tx, &asker, id)?;
        it.is_on = on;
        if !sql::keep_caller(tx, &it)? {
            return Err(stale());
        }
        tx.journal(Entry::new(SUBJECT, id, if on { "turn_on" } else { "turn_off" }));
        Ok(())
    })
    .await?;
    let said = if on {
        "Đã nhận lại báo có."
    } else {
        "Đã dừng nhận báo có từ bên này."
    };
    Ok(told(&format!("{ADDRESS}/{id}"), said))
}

/// POST `/co-quan/quan-tri/bao-co/{id}/thu-chu-ky`: whether a message that somebody brings would be believed.
/// Nothing is written.
pub async fn try_out(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<i64>,
    Filled(typed): Filled,
) -> Result<Html<String>, Failure> {
    let asker = who.clone();
    let caller = site.read(&who, move |tx| find(tx, &asker, id)).await?;
    let secret = site.seal.open(SECRET, &caller.secret).unwrap_or_default();
    let body = typed.get("ban-tin").to_owned();
    let (timestamp, signature) =
        (typed.get("thoi-diem").to_owned(), typed.get("chu-ky").to_owned());
    let now_s = who.now.epoch_ms() / 1000;
    let tried = match fields_of(body.as_bytes()) {
        None => Err("Bản tin không phải JSON một tầng.".to_owned()),
        Some(fields) => {
            let heads = (timestamp.as_str(), signature.as_str());
            match disbelief(&caller, &secret, heads, (body.as_bytes(), &fields), now_s) {
                Some(why) => Err(why.to_owned()),
                None => Ok(()),
            }
        }
    };
    let mut again = Typed::default();
    again.set("ten", caller.name.clone());
    again.set("ma-doi-tac", caller.partner.clone());
    for (name, text) in [("ban-tin", body), ("thoi-diem", timestamp), ("chu-ky", signature)] {
        again.set(name, text);
    }
    show_page(&site, &who, id, None, (Some(Mistakes::none(again)), Some(tried))).await
}
