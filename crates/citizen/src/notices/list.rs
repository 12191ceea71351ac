//! The list of messages: what somebody has to tell, what waits, what went out.

use askama::Template;
use axum::response::Response;
use domain::{
    access::{Action, Object, Scope as Whose},
    lang::Lang,
    message::{Channel, Kind, State as How},
    time::Instant,
};
use jiff::civil::Date;
use people::sheets::{self, Sheet};
use site::{Asked, Failure, Html, Shell, Site, State, Typed, Who};

use super::{
    PAGE, show,
    sql::{self, Filter, Line, Scope},
};
use crate::dossiers::facts as dossiers;

/// Rows of one page.
const ROWS: usize = 50;
/// Rows of a workbook, and counted, at most.
const ROWS_MAX: i64 = 10_000;

/// The views: name in the address, label, states.
const VIEWS: [(&str, &str, &[How]); 6] = [
    ("", "Cần báo trực tiếp", &[How::Failed, How::GivenUp]),
    ("thu", "Chờ in thư", &[How::GivenUp]),
    ("cho-gui", "Chờ gửi", &[How::Waiting]),
    ("da-gui", "Đã gửi bằng máy", &[How::Sent, How::Delivered]),
    ("da-bao", "Đã báo trực tiếp, đã in thư", &[How::Told, How::Printed]),
    ("tat-ca", "Tất cả", &[]),
];

/// Whose messages somebody sees.
pub(super) fn scope_of(who: &Who) -> Scope {
    let units = match who.scope(Action::DossierView) {
        Whose::Everything => None,
        Whose::Units(units) => Some(units),
    };
    Scope { seen: dossiers::seen(who), units }
}

fn day(text: &str) -> Option<Date> {
    site::form::parse_date(text)
}

fn start_of(day: Date) -> Instant {
    Instant::from_civil(day.to_datetime(jiff::civil::Time::midnight()))
}

fn filter_of(asked: &Typed) -> Filter {
    let view = VIEWS.iter().find(|it| it.0 == asked.get("xem")).unwrap_or(&VIEWS[0]);
    let word = asked.get("q").replace(' ', "").to_uppercase();
    let phone = domain::identity::Phone::parse(&word).ok().map(|it| it.reveal().to_owned());
    let word = if word.contains('@') { word.to_lowercase() } else { phone.unwrap_or(word) };
    Filter {
        states: view.2.to_vec(),
        channel: match view.0 {
            "thu" => Some(Channel::Letter),
            _ => Channel::from_code(asked.get("kenh")),
        },
        kind: Kind::from_code(asked.get("loai")),
        word,
        from: day(asked.get("tu")).map(start_of),
        until: day(asked.get("den")).and_then(|it| it.tomorrow().ok()).map(start_of),
    }
}

struct Row {
    id: i64,
    dossier: i64,
    code: String,
    to: String,
    phone: String,
    kind: &'static str,
    /// Whoever tells it reads at once that its receiver reads English.
    english: bool,
    text: String,
    queued: String,
    state: String,
    class: &'static str,
    why: String,
    may_mark: bool,
    is_letter: bool,
}

fn row(site: &Site, it: Line, may_act: bool) -> Row {
    let Line { it, dossier, code } = it;
    Row {
        id: it.id,
        dossier: dossier.0,
        code,
        phone: it.to.phone.clone(),
        to: if it.to.email.is_empty() { it.to.address.clone() } else { it.to.email.clone() },
        kind: it.kind_label(),
        english: it.lang == Lang::En,
        text: it.said(&site.config.base_url),
        queued: domain::text::date_time(it.created.civil()),
        state: show::state_of(&it),
        class: show::class_of(it.state),
        may_mark: may_act && it.state.is_due(),
        is_letter: it.state.is_due() && it.channel == Channel::Letter,
        why: it.why,
    }
}

#[derive(Template)]
#[template(path = "notices/templates/list.html")]
struct List {
    shell: Shell,
    asked: Typed,
    title: &'static str,
    view: String,
    views: Vec<(String, String)>,
    channels: Vec<(String, String)>,
    kinds: Vec<(String, String)>,
    rows: Vec<Row>,
    count: String,
    export: String,
    first: Option<String>,
    next: Option<String>,
    letters: bool,
    narrowed: bool,
}

fn choices<'a>(
    first: &str,
    rest: impl Iterator<Item = (&'a str, &'a str)>,
) -> Vec<(String, String)> {
    let rest = rest.map(|(code, label)| (code.to_owned(), label.to_owned()));
    std::iter::once((String::new(), first.to_owned())).chain(rest).collect()
}

fn address(path: &str, asked: &Typed, beyond: Option<i64>) -> String {
    let mut parts: Vec<String> = asked
        .pairs()
        .iter()
        .filter(|(name, text)| name != "sau" && !text.is_empty())
        .map(|(name, text)| format!("{}={}", site::percent(name), site::percent(text)))
        .collect();
    parts.extend(beyond.map(|it| format!("sau={it}")));
    if parts.is_empty() { path.to_owned() } else { format!("{path}?{}", parts.join("&")) }
}

/// GET `/co-quan/thong-bao`: what somebody has to tell, oldest first; other views newest first.
pub async fn list(
    State(site): State<Site>,
    who: Who,
    Asked(asked): Asked,
) -> Result<Html<String>, Failure> {
    let (scope, filter) = (scope_of(&who), filter_of(&asked));
    let beyond = asked.get("sau").parse().ok();
    let view = VIEWS.iter().find(|it| it.0 == asked.get("xem")).unwrap_or(&VIEWS[0]);
    let oldest_first = matches!(view.0, "" | "thu" | "cho-gui");
    let (mut found, count) = site
        .read(&who, move |tx| {
            let limit = i64::try_from(ROWS).unwrap_or(50) + 1;
            let found = sql::page(tx, &scope, &filter, (oldest_first, beyond), limit)?;
            Ok((found, sql::count(tx, &scope, &filter, ROWS_MAX)?))
        })
        .await?;
    let more = found.len() > ROWS;
    found.truncate(ROWS);
    let last = found.last().filter(|_| more).map(|it| it.it.id);
    let may_act = who.can(Action::DossierReceive, Object::Anything);
    let rows: Vec<Row> = found.into_iter().map(|it| row(&site, it, may_act)).collect();
    let narrowed = asked.pairs().iter().any(|(name, text)| {
        !text.is_empty() && matches!(name.as_str(), "q" | "kenh" | "loai" | "tu" | "den")
    });
    site.page(&List {
        shell: site.shell(&who),
        title: view.1,
        view: view.0.to_owned(),
        views: VIEWS.iter().map(|it| (it.0.to_owned(), it.1.to_owned())).collect(),
        channels: choices("Mọi kênh", Channel::ALL.iter().map(|it| (it.code(), it.label()))),
        kinds: choices("Mọi loại tin", Kind::editable().map(|it| (it.code(), it.label()))),
        count: format!("{} tin", domain::text::number(count)),
        export: address("/co-quan/thong-bao/xuat", &asked, None),
        first: asked.has("sau").then(|| address(PAGE, &asked, None)),
        next: last.map(|it| address(PAGE, &asked, Some(it))),
        letters: may_act && rows.iter().any(|it| it.is_letter),
        rows,
        narrowed,
        asked,
    })
}

/// GET `/co-quan/thong-bao/xuat`: the same list as a workbook.
pub async fn export(
    State(site): State<Site>,
    who: Who,
    Asked(asked): Asked,
) -> Result<Response, Failure> {
    let _turn = site.one_at_a_time().await?;
    let (scope, filter) = (scope_of(&who), filter_of(&asked));
    let found = site
        .read(&who, move |tx| Ok(sql::page(tx, &scope, &filter, (false, None), ROWS_MAX)?))
        .await?;
    let rows = found.into_iter().map(|it| {
        let it = row(&site, it, false);
        vec![it.queued, it.code, it.kind.to_owned(), it.phone, it.to, it.text, it.state, it.why]
    });
    let sheet = Sheet {
        name: "Tin báo",
        heads: &[
            ("Lúc", 26),
            ("Mã hồ sơ", 24),
            ("Loại tin", 28),
            ("Điện thoại", 16),
            ("Thư điện tử, địa chỉ", 30),
            ("Nội dung", 70),
            ("Trạng thái", 36),
            ("Lý do", 40),
        ],
        rows: rows.collect(),
    };
    Ok(sheets::to_save(&[sheet], &format!("tin-bao-{}.xlsx", who.today()))?)
}
