//! The administration of partners: who, by which key, what goes there, how the line is.

use askama::Template;
use axum::response::Response;
use domain::{access::Action, codes::AgencyCode, time::Instant};
use site::{
    Asked, Failure, Fields, Filled, Html, Mistakes, Path, Shell, Site, State, Typed, Who, told,
};
use store::{Tx, journal::Entry};

use super::{
    SUBJECT,
    message::kind_label,
    pairing::{self, OwnLine, TheirLine},
    send,
    sql::{self, Partner, Route},
};

/// Rows of one page of messages.
const ROWS: i64 = 50;
pub(super) const HOME: &str = "/co-quan/quan-tri/he-thong-khac";

/// Partners are of the whole installation: who administers a part of it changes none.
pub(super) fn is_whole(who: &Who) -> Result<(), Failure> {
    let one_stops = who.tree.all().filter(|it| it.kind == "one_stop");
    let all = one_stops.map(|it| it.id).all(|it| who.can_at(Action::RelayManage, it));
    if all { Ok(()) } else { Err(Failure::Forbidden) }
}

fn moment(at: Option<Instant>) -> String {
    at.map_or_else(|| "chưa lần nào".to_owned(), |it| domain::text::date_time(it.civil()))
}

struct Line {
    id: i64,
    name: String,
    code: String,
    state: &'static str,
    state_class: &'static str,
    sent: String,
    received: String,
    waiting: i64,
    dead: i64,
    failure: String,
}

#[derive(Template)]
#[template(path = "relay/templates/list.html")]
struct List<'a> {
    shell: Shell,
    lines: Vec<Line>,
    own: Vec<OwnLine>,
    m: &'a Mistakes,
}

/// Whether messages are believed by keys both ways.
pub(super) fn is_paired(it: &Partner) -> bool {
    it.key_in.is_some() && it.key_out.is_some()
}

/// Paused, failing since its last success, or well.
fn state_of(it: &Partner, dead: i64) -> (&'static str, &'static str) {
    let fails = it.failed.is_some_and(|failed| it.sent.is_none_or(|sent| failed > sent));
    match (it.paused, fails, dead) {
        (true, _, _) => ("Đang dừng", "warn"),
        (_, true, _) => ("Đường truyền lỗi", "bad"),
        (_, _, 1..) => ("Có bản tin hỏng", "bad"),
        _ if !is_paired(it) => ("Chưa ghép cặp khóa", "warn"),
        _ if it.sent.is_none() && it.received.is_none() => ("Chưa dùng", ""),
        _ => ("Thông suốt", "good"),
    }
}

fn line(tx: &mut Tx<'_>, it: Partner) -> Result<Line, store::Fault> {
    let (waiting, dead) = sql::backlog(tx, it.id)?;
    let (state, state_class) = state_of(&it, dead);
    let failed = it.failed.map(|at| domain::text::date_time(at.civil()));
    Ok(Line {
        id: it.id,
        name: it.name,
        code: it.code,
        state,
        state_class,
        sent: moment(it.sent),
        received: moment(it.received),
        waiting,
        dead,
        failure: failed.map_or_else(String::new, |at| format!("{} ({at})", it.failure)),
    })
}

/// GET `/co-quan/quan-tri/he-thong-khac`
pub async fn list(State(site): State<Site>, who: Who) -> Result<Html<String>, Failure> {
    list_page(&site, &who, &Mistakes::none(Typed::default())).await
}

/// The list, with what is wrong in its form.
pub(super) async fn list_page(
    site: &Site,
    who: &Who,
    m: &Mistakes,
) -> Result<Html<String>, Failure> {
    let (lines, own) = site
        .read(who, |tx| {
            let all = sql::partners(tx)?;
            let lines = all.into_iter().map(|it| line(tx, it)).collect::<Result<Vec<_>, _>>()?;
            Ok((lines, pairing::own_lines(tx)?))
        })
        .await?;
    site.page(&List { shell: site.shell(who), lines, own, m })
}

#[derive(Template)]
#[template(path = "relay/templates/new.html")]
struct New<'a> {
    shell: Shell,
    m: &'a Mistakes,
}

/// GET `/co-quan/quan-tri/he-thong-khac/moi`
pub async fn new(State(site): State<Site>, who: Who) -> Result<Html<String>, Failure> {
    is_whole(&who)?;
    let m = Mistakes::none(Typed::default());
    site.page(&New { shell: site.shell(&who), m: &m })
}

/// An address that we may speak to: TLS, or a machine of the same network.
fn base_url(fields: &mut Fields) -> Option<String> {
    let typed = fields.text("dia-chi", 200)?;
    let url = typed.trim_end_matches('/').to_owned();
    let parsed = reqwest::Url::parse(&url).ok();
    let is_plain = parsed.as_ref().is_some_and(|it| {
        it.username().is_empty()
            && it.password().is_none()
            && it.query().is_none()
            && it.fragment().is_none()
            && it.path() == "/"
    });
    let near = |host: &str| {
        host == "localhost"
            || host
                .parse::<std::net::Ipv4Addr>()
                .is_ok_and(|it| it.is_private() || it.is_loopback())
    };
    let is_safe = parsed.as_ref().is_some_and(|it| match it.scheme() {
        "https" => it.host_str().is_some(),
        "http" => it.host_str().is_some_and(near),
        _ => false,
    });
    if is_plain && is_safe {
        return Some(url);
    }
    fields.wrong(
        "dia-chi",
        "Nhập địa chỉ dạng https://tên-máy (chỉ dùng http:// với máy trong mạng nội bộ), không kèm đường dẫn.",
    );
    None
}

fn code(fields: &mut Fields, name: &str) -> Option<String> {
    let typed = fields.text(name, 60)?;
    let is_plain =
        |it: char| it.is_ascii_lowercase() || it.is_ascii_digit() || matches!(it, '-' | '.');
    if typed.chars().all(is_plain) {
        return Some(typed);
    }
    fields.wrong(name, "Chỉ dùng chữ thường không dấu, số, gạch nối, dấu chấm.");
    None
}

/// POST `/co-quan/quan-tri/he-thong-khac/moi`
pub async fn create(
    State(site): State<Site>,
    who: Who,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    is_whole(&who)?;
    let mut fields = Fields::of(typed);
    let name = fields.text("ten", 120);
    let (theirs, ours) = (code(&mut fields, "ma"), code(&mut fields, "ma-minh"));
    if theirs.is_some() && theirs == ours {
        fields.wrong("ma-minh", "Mã của hệ thống này phải khác mã đối tác.");
    }
    let base_url = base_url(&mut fields);
    let again = fields.typed().clone();
    let whole = (|| Some((name?, theirs?, ours?, base_url?)))();
    let page = |m: Mistakes| site.page(&New { shell: site.shell(&who), m: &m });
    let (name, theirs, ours, base_url) = match fields.finish(whole) {
        Ok(it) => it,
        Err(m) => return Err(Failure::Mistaken(page(m)?)),
    };
    let partner = Partner {
        id: 0,
        code: theirs,
        own_code: ours,
        name,
        base_url,
        secret: String::new(),
        paused: false,
        sent: None,
        received: None,
        failed: None,
        failure: String::new(),
        edition: 1,
        key_in: None,
        key_out: None,
    };
    let made = site
        .write(&who, move |tx| {
            let id = sql::insert_partner(tx, &partner)?;
            tx.journal(Entry::new(SUBJECT, id, "create").details(&serde_json::json!({
                "code": partner.code, "address": partner.base_url,
            })));
            Ok(id)
        })
        .await;
    match made {
        Ok(id) => Ok(told(
            &format!("{HOME}/{id}"),
            "Đã thêm đối tác. Việc còn lại: ghép cặp khóa và khai đơn vị nhận.",
        )),
        Err(Failure::Fault(fault)) if fault.is_taken() => {
            let mut m = Mistakes::none(again);
            m.by_field.insert("ma".to_owned(), "Đã có đối tác dùng mã này.".to_owned());
            Err(Failure::Mistaken(page(m)?))
        }
        Err(other) => Err(other),
    }
}

struct MessageLine {
    dossier: i64,
    what: &'static str,
    sequence: i64,
    state: &'static str,
    state_class: &'static str,
    when: String,
    attempts: i64,
    failure: String,
}

#[derive(Template)]
#[template(path = "relay/templates/show.html")]
struct Show<'a> {
    shell: Shell,
    m: &'a Mistakes,
    line: Line,
    paused: bool,
    edition: i64,
    routes: Vec<Route>,
    messages: Vec<MessageLine>,
    states: Vec<(String, String)>,
    state: String,
    next: Option<String>,
    own: Option<OwnLine>,
    theirs: Vec<TheirLine>,
    /// Whether a new key of theirs takes the place of one that is believed.
    replaces: bool,
    pairing: &'static str,
    has_secret: bool,
}

pub(super) async fn show_page(
    site: &Site,
    who: &Who,
    id: i64,
    asked: &Typed,
    m: Option<Mistakes>,
) -> Result<Html<String>, Failure> {
    let state = match asked.get("trang-thai") {
        it @ ("waiting" | "dead" | "acknowledged") => it.to_owned(),
        _ => String::new(),
    };
    let (wanted, before) = (state.clone(), asked.get("truoc").parse().ok());
    let (partner, line, routes, mut found, own, theirs) = site
        .read(who, move |tx| {
            let partner = sql::partner_of(tx, id)?.ok_or(Failure::NotFound)?;
            let line = line(tx, partner.clone())?;
            let routes = sql::routes(tx, Some(id))?;
            let messages = sql::messages(tx, id, &wanted, before, ROWS + 1)?;
            let own = pairing::own_lines(tx)?.into_iter().find(|it| it.signs);
            let theirs = pairing::their_lines(tx, id)?;
            Ok((partner, line, routes, messages, own, theirs))
        })
        .await?;
    let mut m = m.unwrap_or_else(|| Mistakes::none(Typed::default()));
    if m.typed("ten").is_empty() && !m.by_field.contains_key("ten") {
        m.typed.set("ten", partner.name.clone());
        m.typed.set("ma-minh", partner.own_code.clone());
        m.typed.set("dia-chi", partner.base_url.clone());
    }
    let full = usize::try_from(ROWS).unwrap_or(usize::MAX);
    let more = found.len() > full;
    found.truncate(full);
    let last = found.last().filter(|_| more).map(|it| it.0.id);
    let messages = found
        .into_iter()
        .map(|(it, dossier)| {
            let (state, state_class) = match it.state.as_str() {
                "acknowledged" => ("Đã nhận", "good"),
                "dead" => ("Hỏng", "bad"),
                _ => ("Chờ gửi", "warn"),
            };
            MessageLine {
                dossier: dossier.0,
                what: kind_label(&it.kind),
                sequence: it.sequence,
                state,
                state_class,
                when: domain::text::date_time(it.closed.unwrap_or(it.created).civil()),
                attempts: it.attempts,
                failure: if it.state == "waiting" && it.attempts > 0 {
                    let next = domain::text::date_time(it.next.civil());
                    format!("{} Gửi lại lúc {next}.", it.failure).trim().to_owned()
                } else {
                    it.failure
                },
            }
        })
        .collect();
    let pair = |value: &str, text: &str| (value.to_owned(), text.to_owned());
    site.page(&Show {
        shell: site.shell(who),
        m: &m,
        line,
        paused: partner.paused,
        edition: partner.edition,
        routes,
        messages,
        states: vec![
            pair("", "Mọi trạng thái"),
            pair("waiting", "Chờ gửi"),
            pair("dead", "Hỏng"),
            pair("acknowledged", "Đã nhận"),
        ],
        own,
        replaces: theirs.iter().any(|it| it.holds),
        theirs,
        pairing: pairing::said(&partner),
        has_secret: !partner.secret.is_empty(),
        next: last.map(|it| format!("{HOME}/{id}?trang-thai={state}&truoc={it}")),
        state,
    })
}

/// GET `/co-quan/quan-tri/he-thong-khac/{id}`
pub async fn show(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<i64>,
    Asked(asked): Asked,
) -> Result<Html<String>, Failure> {
    show_page(&site, &who, id, &asked, None).await
}

pub(super) fn stale() -> Failure {
    Failure::Refused(
        "Đối tác vừa được người khác sửa. Hãy mở lại trang để xem nội dung mới.".to_owned(),
    )
}

/// POST `/co-quan/quan-tri/he-thong-khac/{id}`
pub async fn change(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<i64>,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    is_whole(&who)?;
    let edition = typed.get("an-ban").parse::<i64>().ok();
    let mut fields = Fields::of(typed);
    let (name, ours) = (fields.text("ten", 120), code(&mut fields, "ma-minh"));
    let base_url = base_url(&mut fields);
    let whole = (|| Some((name?, ours?, base_url?)))();
    let (name, ours, base_url) = match fields.finish(whole) {
        Ok(it) => it,
        Err(m) => {
            let page = show_page(&site, &who, id, &Typed::default(), Some(m)).await?;
            return Err(Failure::Mistaken(page));
        }
    };
    site.write(&who, move |tx| {
        let mut partner = sql::partner_of(tx, id)?.ok_or(Failure::NotFound)?;
        if edition != Some(partner.edition) {
            return Err(stale());
        }
        let changed = serde_json::json!({"address": base_url, "own_code": ours});
        partner.name = name;
        partner.own_code = ours;
        partner.base_url = base_url;
        if !sql::keep_partner(tx, &partner)? {
            return Err(stale());
        }
        tx.journal(Entry::new(SUBJECT, id, "change").details(&changed));
        Ok(())
    })
    .await?;
    Ok(told(&format!("{HOME}/{id}"), "Đã lưu."))
}

/// POST `/co-quan/quan-tri/he-thong-khac/{id}/dung`: stops sending, or goes on.
pub async fn pause(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<i64>,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    is_whole(&who)?;
    let pause = typed.get("dung") == "1";
    site.write(&who, move |tx| {
        let mut partner = sql::partner_of(tx, id)?.ok_or(Failure::NotFound)?;
        partner.paused = pause;
        if !sql::keep_partner(tx, &partner)? {
            return Err(stale());
        }
        let act = if pause { "pause_line" } else { "resume_line" };
        tx.journal(Entry::new(SUBJECT, id, act));
        Ok(())
    })
    .await?;
    let said = if pause {
        "Đã dừng gửi; bản tin vẫn được giữ."
    } else {
        "Đã gửi tiếp."
    };
    Ok(told(&format!("{HOME}/{id}"), said))
}

/// POST `/co-quan/quan-tri/he-thong-khac/{id}/gui-lai`: everything that waits or was given up, now.
pub async fn retry(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<i64>,
    Filled(_): Filled,
) -> Result<Response, Failure> {
    is_whole(&who)?;
    let count = site
        .write(&who, move |tx| {
            sql::partner_of(tx, id)?.ok_or(Failure::NotFound)?;
            let count = sql::revive(tx, id)?;
            tx.journal(
                Entry::new(SUBJECT, id, "retry").details(&serde_json::json!({"messages": count})),
            );
            Ok(count)
        })
        .await?;
    // Nobody waits for a slow partner: how it went stands on the page.
    let inner = site.clone();
    tokio::spawn(async move {
        if let Err(failure) = send::send(inner).await {
            tracing::error!(?failure, "sending again failed");
        }
    });
    Ok(told(
        &format!("{HOME}/{id}"),
        &format!("Đang gửi lại {count} bản tin. Mở lại trang để xem kết quả."),
    ))
}

/// POST `/co-quan/quan-tri/he-thong-khac/{id}/noi-nhan`
pub async fn add_route(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<i64>,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    is_whole(&who)?;
    let mut fields = Fields::of(typed);
    let name = fields.text("ten-noi", 160);
    let agency = fields.text("ma-dinh-danh", 40).and_then(|it| match AgencyCode::parse(&it) {
        Ok(_) => Some(it),
        Err(why) => {
            fields.wrong("ma-dinh-danh", why.to_string());
            None
        }
    });
    let procedures = fields.optional_text("thu-tuc", 2_000).map(|it| {
        it.split(|it: char| it.is_whitespace() || it == ',')
            .filter(|it| !it.is_empty())
            .collect::<Vec<_>>()
            .join(" ")
    });
    let whole = (|| Some((name?, agency?, procedures?)))();
    let (name, agency, procedures) = match fields.finish(whole) {
        Ok(it) => it,
        Err(m) => {
            let why = m.by_field.values().next().cloned().unwrap_or_default();
            return Err(Failure::Refused(why));
        }
    };
    let made = site
        .write(&who, move |tx| {
            sql::partner_of(tx, id)?.ok_or(Failure::NotFound)?;
            let route = Route { id: 0, partner: id, agency, name, procedures };
            sql::insert_route(tx, &route)?;
            let about = serde_json::json!({"agency": route.agency});
            tx.journal(Entry::new(SUBJECT, id, "add_route").details(&about));
            Ok(())
        })
        .await;
    match made {
        Ok(()) => Ok(told(&format!("{HOME}/{id}"), "Đã thêm nơi nhận.")),
        Err(Failure::Fault(fault)) if fault.is_taken() => {
            Err(Failure::Refused("Nơi nhận này đã có.".to_owned()))
        }
        Err(other) => Err(other),
    }
}

/// POST `/co-quan/quan-tri/he-thong-khac/noi-nhan/{id}/xoa`
pub async fn drop_route(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<i64>,
    Filled(_): Filled,
) -> Result<Response, Failure> {
    is_whole(&who)?;
    let partner = site
        .write(&who, move |tx| {
            let route = sql::delete_route(tx, id)?.ok_or(Failure::NotFound)?;
            let about = serde_json::json!({"agency": route.agency});
            tx.journal(Entry::new(SUBJECT, route.partner, "drop_route").details(&about));
            Ok(route.partner)
        })
        .await?;
    Ok(told(&format!("{HOME}/{partner}"), "Đã bỏ nơi nhận."))
}
