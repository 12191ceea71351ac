//! Channels as an administrator sets them: what is set up, how it goes, a trial.

use std::collections::BTreeMap;

use askama::Template;
use axum::response::Response;
use domain::{
    identity::Email,
    message::{Channel, Kind, Quiet, State as How, places},
    time::Instant,
};
use site::{Failure, Fields, Filled, Html, Mistakes, Path, Shell, Site, State, Typed, Who, told};
use store::journal::Entry;

pub mod trial;

use crate::{
    channels::{ESMS, Guard, Lent, Mail, Push, Secrets, Setup, Sms, ZALO_OAUTH, ZNS, Zalo, sealed},
    facts, is_safe_url, is_whole, policy, push, sql,
};

/// Where channels are.
pub const PAGE: &str = "/co-quan/quan-tri/kenh-tin";
/// Messages are counted over so many days.
const DAYS: i64 = 30;
/// People who want no messages, shown at most.
const OPTED_OUT_MAX: i64 = 100;

struct Line {
    code: &'static str,
    label: &'static str,
    state: &'static str,
    class: &'static str,
    worked: String,
    failed: String,
    sent: i64,
    failures: i64,
}

struct Gone {
    channel: &'static str,
    tail: String,
    way: &'static str,
    since: String,
}

#[derive(Template)]
#[template(path = "templates/channels.html")]
struct Home<'a> {
    shell: Shell,
    m: &'a Mistakes,
    edition: i64,
    lines: Vec<Line>,
    order: String,
    hours: String,
    choices: Vec<(String, String)>,
    places: Vec<(String, String)>,
    gone: Vec<Gone>,
    waiting: i64,
    due: i64,
    hooks: Vec<(&'static str, String)>,
}

fn state_of(setup: Option<&Setup>) -> (&'static str, &'static str) {
    match setup {
        None => ("Chưa cấu hình", ""),
        Some(it) if !it.is_on => ("Đang tắt", "warn"),
        Some(it) if it.failed.is_some_and(|bad| it.worked.is_none_or(|good| bad > good)) => {
            ("Đang lỗi", "bad")
        }
        Some(it) if it.worked.is_none() => ("Đã cấu hình, chưa gửi tin nào", "warn"),
        Some(_) => ("Đang hoạt động", "good"),
    }
}

fn moment(at: Option<Instant>) -> String {
    at.map_or_else(|| "chưa lần nào".to_owned(), |it| domain::text::date_time(it.civil()))
}

/// What the first page shows.
pub async fn home_page(site: &Site, who: &Who, m: &Mistakes) -> Result<Html<String>, Failure> {
    let inner = site.clone();
    let (policy, setups, counts, gone, secret) = site
        .read(who, move |tx| {
            let since = Instant::from_epoch_ms(tx.now().epoch_ms() - DAYS * 86_400_000);
            let mut setups = Vec::new();
            for it in Channel::SENT {
                setups.push((it, sql::channel(tx, it)?));
            }
            let gone = sql::opted_out(tx, OPTED_OUT_MAX)?;
            let secret = facts::hook_secret(&inner, tx)?;
            Ok((sql::policy(tx)?, setups, sql::counts(tx, since)?, gone, secret))
        })
        .await?;
    let counted = |channel: Option<Channel>, states: &[How]| -> i64 {
        counts
            .iter()
            .filter(|it| channel.is_none_or(|of| of == it.0) && states.contains(&it.1))
            .map(|it| it.2)
            .sum()
    };
    let mut m = m.clone();
    // Another form of the page that is shown again has not emptied this one.
    if !m.typed.has("nghi-tu") {
        m.typed.set("nghi-tu", Quiet::shown(policy.quiet.from));
        m.typed.set("nghi-den", Quiet::shown(policy.quiet.until));
        for (at, it) in policy.order.iter().enumerate() {
            m.typed.set(&format!("thu-tu-{}", at + 1), it.code());
        }
    }
    let base = &site.config.base_url;
    site.page(&Home {
        shell: site.shell(who),
        m: &m,
        edition: policy.edition,
        lines: setups
            .into_iter()
            .map(|(channel, setup)| {
                let (state, class) = state_of(setup.as_ref());
                let failed = setup.as_ref().filter(|it| !it.failure.is_empty());
                Line {
                    code: channel.code(),
                    label: channel.label(),
                    state,
                    class,
                    worked: moment(setup.as_ref().and_then(|it| it.worked)),
                    failed: failed.map_or_else(String::new, |it| {
                        format!("{} ({})", it.failure, moment(it.failed))
                    }),
                    sent: counted(Some(channel), &[How::Sent, How::Delivered]),
                    failures: counted(Some(channel), &[How::Failed]),
                }
            })
            .collect(),
        order: policy::shown(&policy.order),
        hours: policy::hours(policy.quiet),
        choices: Channel::ALL.iter().map(|it| (it.code().into(), it.label().into())).collect(),
        places: (1..=Channel::ALL.len())
            .map(|at| (format!("thu-tu-{at}"), format!("Kênh thứ {at}")))
            .collect(),
        gone: gone
            .into_iter()
            .map(|(channel, tail, way, since)| Gone {
                channel: channel.label(),
                tail,
                way: match way.as_str() {
                    "sms" => "nhắn TU CHOI",
                    "link" => "bấm trong thư",
                    "account" => "thôi đồng ý trên tài khoản",
                    _ => "báo với cơ quan",
                },
                since: domain::text::date_time(since.civil()),
            })
            .collect(),
        waiting: counted(None, &[How::Waiting]),
        due: counted(None, &[How::Failed, How::GivenUp]),
        hooks: vec![
            ("Tin nhắn đến (tra cứu, từ chối)", format!("{base}/tin/{secret}/den")),
            ("Báo tin nhắn đã đến máy (eSMS)", format!("{base}/tin/{secret}/sms")),
            ("Sự kiện Zalo", format!("{base}/tin/{secret}/zalo")),
        ],
    })
}

/// GET `/co-quan/quan-tri/kenh-tin`
pub async fn home(State(site): State<Site>, who: Who) -> Result<Html<String>, Failure> {
    is_whole(&who)?;
    home_page(&site, &who, &Mistakes::default()).await
}

#[derive(Template)]
#[template(path = "templates/channel.html")]
struct Form<'a> {
    shell: Shell,
    m: &'a Mistakes,
    code: &'static str,
    label: &'static str,
    state: &'static str,
    class: &'static str,
    worked: String,
    failed: String,
    edition: i64,
    is_on: bool,
    kept: Vec<&'static str>,
    guards: Vec<(String, String)>,
    /// Of each kind the fields of its template, Vietnamese and English, its name and what the template is given.
    kinds: Vec<(String, String, &'static str, String)>,
    /// The key that browsers are asked with, for notices.
    push_key: Option<String>,
}

fn of_code(code: &str) -> Result<Channel, Failure> {
    Channel::from_code(code).filter(|it| it.is_sent()).ok_or(Failure::NotFound)
}

/// What stands in the form: what is kept, but no secret.
fn typed_of(channel: Channel, setup: &Setup) -> Typed {
    let mut typed = Typed::default();
    match channel {
        Channel::Email => {
            let it: Mail = setup.read();
            let guard = match it.guard {
                Guard::Tls => "tls",
                Guard::Starttls => "starttls",
                Guard::None => "none",
            };
            let port = if it.port == 0 { 465 } else { it.port };
            typed.set("may", it.host);
            typed.set("cong", port.to_string());
            typed.set("bao-ve", guard);
            typed.set("tai-khoan", it.user);
            typed.set("tu", it.from);
            typed.set("ten", it.from_name);
        }
        Channel::Sms | Channel::SmsReserve => {
            let it: Sms = setup.read();
            typed.set("dia-chi", if it.url.is_empty() { ESMS.to_owned() } else { it.url });
            typed.set("brandname", it.brandname);
            if it.sandbox {
                typed.set("thu-nghiem", "1");
            }
        }
        Channel::Push => {
            let it: Push = setup.read();
            typed.set("lien-he", it.contact.trim_start_matches("mailto:").to_owned());
            typed.set("may-khac", it.hosts.join(" "));
        }
        _ => {
            let it: Zalo = setup.read();
            typed.set("dia-chi", if it.url.is_empty() { ZNS.to_owned() } else { it.url });
            let oauth = if it.oauth_url.is_empty() { ZALO_OAUTH.to_owned() } else { it.oauth_url };
            typed.set("dia-chi-ma", oauth);
            typed.set("ung-dung", it.app_id);
            for (ending, templates) in [("", it.templates), ("-en", it.templates_en)] {
                for (kind, template) in templates {
                    typed.set(&format!("mau-{kind}{ending}"), template);
                }
            }
        }
    }
    typed
}

/// Names of what is sealed, by channel: field, name in the seal, label.
const fn secret_fields(channel: Channel) -> &'static [(&'static str, &'static str, &'static str)] {
    match channel {
        Channel::Push => &[],
        Channel::Email => &[("mat-khau", "password", "mật khẩu")],
        Channel::Sms | Channel::SmsReserve => {
            &[("khoa-api", "api_key", "khóa API"), ("khoa-bi-mat", "secret_key", "khóa bí mật")]
        }
        _ => {
            &[("khoa-ung-dung", "app_secret", "khóa ứng dụng"), ("khoa-oa", "oa_secret", "khóa OA")]
        }
    }
}

async fn form_page(
    site: &Site,
    who: &Who,
    channel: Channel,
    m: Option<Mistakes>,
) -> Result<Html<String>, Failure> {
    let inner = site.clone();
    let (kept, push_key) = site
        .read(who, move |tx| Ok((sql::channel(tx, channel)?, push::offered(&inner, tx)?)))
        .await?;
    let (state, class) = state_of(kept.as_ref());
    let setup = kept.unwrap_or_default();
    let secrets = setup.secrets(site, channel);
    let mut sealed: Vec<&'static str> = secret_fields(channel)
        .iter()
        .filter(|it| secrets.get(it.1).is_some_and(|it| !it.is_empty()))
        .map(|it| it.2)
        .collect();
    if !setup.lent(site).refresh.is_empty() {
        sealed.push("mã làm mới");
    }
    let m = m.unwrap_or_else(|| Mistakes::none(typed_of(channel, &setup)));
    let pair = |value: &str, text: &str| (value.to_owned(), text.to_owned());
    site.page(&Form {
        shell: site.shell(who),
        m: &m,
        code: channel.code(),
        label: channel.label(),
        state,
        class,
        worked: moment(setup.worked),
        failed: if setup.failure.is_empty() {
            String::new()
        } else {
            format!("{} ({})", setup.failure, moment(setup.failed))
        },
        edition: setup.edition,
        is_on: setup.is_on,
        kept: sealed,
        guards: vec![
            pair("tls", "TLS ngay từ đầu (cổng 465)"),
            pair("starttls", "STARTTLS (cổng 587)"),
            pair("none", "Không mã hóa (chỉ máy chủ trong mạng nội bộ)"),
        ],
        push_key: push_key.filter(|_| channel == Channel::Push),
        kinds: Kind::editable()
            .map(|it| {
                let names = places(it).iter().map(|it| it.0.replace('-', "_"));
                let hint = format!("Tham số: {}", names.collect::<Vec<_>>().join(", "));
                let name = format!("mau-{}", it.code());
                (name.clone(), format!("{name}-en"), it.label(), hint)
            })
            .collect(),
    })
}

/// GET `/co-quan/quan-tri/kenh-tin/{code}`
pub async fn form(
    State(site): State<Site>,
    who: Who,
    Path(code): Path<String>,
) -> Result<Html<String>, Failure> {
    is_whole(&who)?;
    form_page(&site, &who, of_code(&code)?, None).await
}

fn url(fields: &mut Fields, name: &str) -> Option<String> {
    let typed = fields.text(name, 200)?;
    if is_safe_url(&typed) {
        return Some(typed);
    }
    fields.wrong(name, "Nhập địa chỉ https://… (http:// chỉ dùng với máy trong mạng nội bộ).");
    None
}

fn mail(fields: &mut Fields) -> Option<String> {
    let host = fields.text("may", 120);
    let port = fields.number("cong", 1..=65_535);
    let guard = fields.choice("bao-ve", |it| match it {
        "tls" => Some(Guard::Tls),
        "starttls" => Some(Guard::Starttls),
        "none" => Some(Guard::None),
        _ => None,
    });
    let user = fields.optional_text("tai-khoan", 120);
    let from = fields.read("tu", Email::parse);
    let from_name = fields.optional_text("ten", 120);
    for (name, said) in [("may", &host), ("tai-khoan", &user), ("ten", &from_name)] {
        if said.as_deref().is_some_and(|it| it.contains(char::is_control)) {
            fields.wrong(name, "Chỉ một dòng, không có ký tự xuống dòng.");
        }
    }
    let bare = host.as_deref().is_some_and(|it| !is_safe_url(&format!("http://{it}")));
    if guard == Some(Guard::None) && bare {
        fields.wrong("bao-ve", "Máy chủ ngoài mạng nội bộ phải dùng TLS hoặc STARTTLS.");
    }
    let it = Mail {
        host: host?,
        port: u16::try_from(port?).ok()?,
        guard: guard?,
        user: user?,
        from: from?.reveal().to_owned(),
        from_name: from_name?,
    };
    serde_json::to_string(&it).ok()
}

fn gateway(fields: &mut Fields) -> Option<String> {
    let sandbox = fields.typed().has("thu-nghiem");
    let (url, brandname) = (url(fields, "dia-chi"), fields.text("brandname", 40));
    serde_json::to_string(&Sms { url: url?, brandname: brandname?, sandbox }).ok()
}

fn zalo(fields: &mut Fields) -> Option<String> {
    let (address, oauth) = (url(fields, "dia-chi"), url(fields, "dia-chi-ma"));
    let app_id = fields.text("ung-dung", 60);
    let mut named = |ending: &str| {
        let mut templates = BTreeMap::new();
        for kind in Kind::editable() {
            let name = format!("mau-{}{ending}", kind.code());
            let template = fields.optional_text(&name, 30)?;
            if !template.is_empty() {
                templates.insert(kind.code().to_owned(), template);
            }
        }
        Some(templates)
    };
    let (templates, templates_en) = (named("")?, named("-en")?);
    let it = Zalo { url: address?, oauth_url: oauth?, app_id: app_id?, templates, templates_en };
    serde_json::to_string(&it).ok()
}

/// Notices: whom a service writes to, and machines that may be called beside the known services.
fn notices(fields: &mut Fields) -> Option<String> {
    let contact = fields.text("lien-he", 120);
    let contact = contact.and_then(|it| {
        if Email::parse(&it).is_ok() {
            return Some(format!("mailto:{it}"));
        }
        if it.strip_prefix("mailto:").is_some_and(|it| Email::parse(it).is_ok())
            || it.starts_with("https://")
        {
            return Some(it);
        }
        fields.wrong("lien-he", "Nhập thư điện tử của cơ quan, như motcua@tanky.nghean.gov.vn.");
        None
    });
    let hosts = fields.optional_text("may-khac", 400)?;
    let hosts: Vec<String> =
        hosts.split([' ', ',', ';']).filter(|it| !it.is_empty()).map(str::to_lowercase).collect();
    let is_host = |it: &String| it.chars().all(|c| c.is_ascii_alphanumeric() || ".-".contains(c));
    if let Some(bad) = hosts.iter().find(|it| !is_host(it)) {
        fields.wrong("may-khac", format!("“{bad}” không phải tên máy, như push.example.vn."));
        return None;
    }
    serde_json::to_string(&Push { contact: contact?, hosts }).ok()
}

fn stale() -> Failure {
    Failure::Refused(
        "Người khác vừa sửa kênh này. Hãy mở lại trang để xem nội dung mới.".to_owned(),
    )
}

/// POST `/co-quan/quan-tri/kenh-tin/{code}`: what is set up is turned on with it.
pub async fn save(
    State(site): State<Site>,
    who: Who,
    Path(code): Path<String>,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    is_whole(&who)?;
    let channel = of_code(&code)?;
    let edition: i64 = typed.get("an-ban").parse().unwrap_or(-1);
    let before =
        site.read(&who, move |tx| Ok(sql::channel(tx, channel)?)).await?.unwrap_or_default();
    let mut secrets: Secrets = before.secrets(&site, channel);
    let mut fields = Fields::of(typed);
    let settings = match channel {
        Channel::Email => mail(&mut fields),
        Channel::Sms | Channel::SmsReserve => gateway(&mut fields),
        Channel::Push => notices(&mut fields),
        _ => zalo(&mut fields),
    };
    for (field, name, label) in secret_fields(channel) {
        if let Some(text) = fields.optional_text(field, 400)
            && !text.is_empty()
        {
            secrets.insert((*name).to_owned(), text);
        }
        let needed = match channel {
            Channel::Email => !fields.typed().get("tai-khoan").is_empty(),
            Channel::Sms | Channel::SmsReserve => true,
            _ => *name == "app_secret",
        };
        if needed && secrets.get(*name).is_none_or(String::is_empty) {
            fields.wrong(field, format!("Chưa nhập {label}."));
        }
    }
    let mut lent = (before.lent.clone(), before.lent_until);
    if channel == Channel::Zalo {
        let refresh = fields.optional_text("ma-lam-moi", 2_000).unwrap_or_default();
        if !refresh.is_empty() {
            let new = Lent { access: String::new(), refresh };
            lent = (sealed(&site, Channel::Zalo, &new)?, 0);
        } else if before.lent(&site).refresh.is_empty() {
            fields.wrong("ma-lam-moi", "Chưa nhập mã làm mới (refresh token) của Zalo.");
        }
    }
    let settings = match fields.finish(settings) {
        Ok(it) => it,
        Err(m) => {
            return Err(Failure::Mistaken(form_page(&site, &who, channel, Some(m)).await?));
        }
    };
    let setup = Setup {
        settings,
        secret: sealed(&site, channel, &secrets)?,
        is_on: true,
        edition,
        lent: lent.0,
        lent_until: lent.1,
        ..Setup::default()
    };
    site.write(&who, move |tx| {
        if !sql::keep_channel(tx, channel, &setup)? {
            return Err(stale());
        }
        let about = serde_json::json!({"channel": channel.code()});
        tx.journal(Entry::new("message_channel", 0, "change").details(&about));
        Ok(())
    })
    .await?;
    Ok(told(&format!("{PAGE}/{code}"), "Đã lưu và bật kênh. Hãy gửi thử một tin."))
}

/// POST `/co-quan/quan-tri/kenh-tin/{code}/tat`: turns it off, or on again.
pub async fn turn_off(
    State(site): State<Site>,
    who: Who,
    Path(code): Path<String>,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    is_whole(&who)?;
    let channel = of_code(&code)?;
    let on = typed.get("bat") == "1";
    site.write(&who, move |tx| {
        let mut setup = sql::channel(tx, channel)?.ok_or(Failure::NotFound)?;
        setup.is_on = on;
        if !sql::keep_channel(tx, channel, &setup)? {
            return Err(stale());
        }
        let act = if on { "turn_on" } else { "turn_off" };
        let about = serde_json::json!({"channel": channel.code()});
        tx.journal(Entry::new("message_channel", 0, act).details(&about));
        Ok(())
    })
    .await?;
    let said = if on {
        "Đã bật kênh."
    } else {
        "Đã tắt kênh: tin đi bằng kênh tiếp theo."
    };
    Ok(told(&format!("{PAGE}/{code}"), said))
}
