//! The list of accounts.

use std::collections::HashMap;

use askama::Template;
use axum::response::Response;
use domain::{
    access::{Action, Role},
    ids::{AccountId, UnitId},
    text,
    time::Instant,
};
use site::{Asked, Failure, Html, Shell, Site, State, Typed, Who};
use store::{Fault, Tx, journal};

use super::{
    super::facts::SUBJECT,
    ADDRESS,
    sql::{self, Filter, Granted, Kept, Order, State as Is},
};
use crate::{
    sheets::{self, Sheet},
    staff::facts::{address, options},
    units::facts::{Reach, plain},
};

/// Rows of one page.
const ROWS: usize = 50;
/// Counted, and written into one workbook, at most.
const COUNT_MAX: i64 = 20_000;

fn read(asked: &Typed, reach: &Reach) -> Filter {
    Filter {
        words: text::words(asked.get("q")).into_iter().take(8).collect(),
        role: Role::from_code(asked.get("vai-tro")),
        units: asked.get("don-vi").parse().ok().map(|it| reach.subtree(UnitId(it))),
        state: match asked.get("tinh-trang") {
            "dung" => Some(Is::InUse),
            "khoa" => Some(Is::Disabled),
            "tam-khoa" => Some(Is::Locked),
            "chua-doi" => Some(Is::MustChange),
            "co-ma" => Some(Is::WithFactor),
            "khong-ma" => Some(Is::WithoutFactor),
            _ => None,
        },
    }
}

fn order(asked: &Typed) -> Order {
    match asked.get("xep") {
        "dang-nhap" => Order::Login,
        "moi" => Order::Newest,
        _ => Order::Name,
    }
}

/// The states of an account in words, with their tones.
pub(super) fn states(it: &Kept, now: Instant) -> Vec<(&'static str, &'static str)> {
    let mut states = vec![match (it.disabled, it.is_locked(now)) {
        (true, _) => ("đã khóa", "bad"),
        (false, true) => ("tạm khóa", "warn"),
        (false, false) => ("đang dùng", "good"),
    }];
    if it.must_change {
        states.push(("chưa đổi mật khẩu", "warn"));
    }
    states
}

struct Line {
    id: AccountId,
    login: String,
    name: String,
    roles: Vec<String>,
    states: Vec<(&'static str, &'static str)>,
    has_totp: bool,
    last: String,
}

fn lines(tx: &mut Tx<'_>, found: Vec<Kept>, reach: &Reach) -> Result<Vec<Line>, Fault> {
    let (today, now) = (reach.today(), tx.now());
    let ids: Vec<AccountId> = found.iter().map(|it| it.id).collect();
    let mut granted: HashMap<AccountId, Vec<Granted>> = HashMap::new();
    for it in sql::granted(tx, &ids)? {
        granted.entry(it.account).or_default().push(it);
    }
    let mut lines = Vec::with_capacity(found.len());
    for it in found {
        let last = journal::latest(tx, SUBJECT, it.id.0, "sign_in")?;
        let held = granted.remove(&it.id).unwrap_or_default();
        let held = held.iter().filter(|it| it.grant.holds_on(today));
        lines.push(Line {
            roles: held
                .map(|it| {
                    format!("{} – {}", it.grant.role.label(), plain(reach.title(it.grant.unit)))
                })
                .collect(),
            states: states(&it, now),
            last: last.map_or_else(|| "chưa".to_owned(), |it| text::date(it.civil().date())),
            id: it.id,
            login: it.login,
            name: it.name,
            has_totp: it.has_totp,
        });
    }
    Ok(lines)
}

#[derive(Template)]
#[template(path = "accounts/admin/templates/list.html")]
struct List {
    shell: Shell,
    q: String,
    role: String,
    roles: Vec<(String, String)>,
    unit: String,
    units: Vec<(String, String)>,
    state: String,
    states: Vec<(String, String)>,
    sort: String,
    sorts: Vec<(String, String)>,
    query: String,
    count: String,
    lines: Vec<Line>,
    first: Option<String>,
    next: Option<String>,
}

/// GET `/co-quan/quan-tri/tai-khoan`
pub async fn list(
    State(site): State<Site>,
    who: Who,
    Asked(asked): Asked,
) -> Result<Html<String>, Failure> {
    let (asker, wanted) = (who.clone(), asked.clone());
    let by = order(&asked);
    let (reach, lines, count, place) = site
        .read(&who, move |tx| {
            let reach = Reach::load(tx, &asker, Action::AccountManage)?;
            let filter = read(&wanted, &reach);
            let narrow = reach.narrow();
            let after = wanted
                .get("sau")
                .rsplit_once('_')
                .and_then(|(key, id)| Some((key.to_owned(), id.parse().ok()?)));
            let limit = i64::try_from(ROWS).unwrap_or(50) + 1;
            let mut found = sql::page(tx, narrow.as_deref(), &filter, by, after, limit)?;
            let count = sql::count(tx, narrow.as_deref(), &filter, COUNT_MAX)?;
            let more = found.len() > ROWS;
            found.truncate(ROWS);
            let place = found.last().filter(|_| more).map(|it| match by {
                Order::Login => format!("{}_{}", it.login, it.id),
                Order::Name | Order::Newest => format!("{}_{}", it.name_key, it.id),
            });
            let lines = lines(tx, found, &reach)?;
            Ok((reach, lines, count, place))
        })
        .await?;
    let mut units = options(&[("", "Mọi đơn vị")]);
    units.extend(reach.options(who.today()));
    let roles = Role::ALL.iter().map(|it| (it.code().to_owned(), it.label().to_owned()));
    site.page(&List {
        shell: site.shell(&who),
        q: asked.get("q").to_owned(),
        role: asked.get("vai-tro").to_owned(),
        roles: options(&[("", "Mọi vai trò")]).into_iter().chain(roles).collect(),
        unit: asked.get("don-vi").to_owned(),
        units,
        state: asked.get("tinh-trang").to_owned(),
        states: options(&[
            ("", "Mọi tình trạng"),
            ("dung", "Đang dùng"),
            ("khoa", "Đã khóa"),
            ("tam-khoa", "Tạm khóa vì nhập sai"),
            ("chua-doi", "Chưa đổi mật khẩu"),
            ("co-ma", "Có mã xác thực"),
            ("khong-ma", "Không có mã xác thực"),
        ]),
        sort: asked.get("xep").to_owned(),
        sorts: options(&[
            ("", "Theo tên người"),
            ("dang-nhap", "Theo tên đăng nhập"),
            ("moi", "Mới lập trước"),
        ]),
        query: address("", &asked, "sau", None),
        count: format!("{} tài khoản", text::number(count)),
        lines,
        first: asked.has("sau").then(|| address(ADDRESS, &asked, "sau", None)),
        next: place.map(|it| address(ADDRESS, &asked, "sau", Some(&it))),
    })
}

/// GET `/co-quan/quan-tri/tai-khoan/xuat`
pub async fn export(
    State(site): State<Site>,
    who: Who,
    Asked(asked): Asked,
) -> Result<Response, Failure> {
    let asker = who.clone();
    let lines = site
        .read(&who, move |tx| {
            let reach = Reach::load(tx, &asker, Action::AccountManage)?;
            let filter = read(&asked, &reach);
            let narrow = reach.narrow();
            let found = sql::page(tx, narrow.as_deref(), &filter, order(&asked), None, COUNT_MAX)?;
            Ok(lines(tx, found, &reach)?)
        })
        .await?;
    let rows = lines.into_iter().map(|it| {
        let states: Vec<&str> = it.states.iter().map(|(text, _)| *text).collect();
        let factor = if it.has_totp { "có" } else { "không" };
        vec![it.login, it.name, it.roles.join("\n"), states.join(", "), factor.to_owned(), it.last]
    });
    let sheet = Sheet {
        name: "Tài khoản",
        heads: &[
            ("Tên đăng nhập", 20),
            ("Người dùng", 32),
            ("Quyền hôm nay", 60),
            ("Tình trạng", 26),
            ("Mã xác thực", 12),
            ("Đăng nhập gần nhất", 18),
        ],
        rows: rows.collect(),
    };
    Ok(sheets::to_save(&[sheet], &format!("tai-khoan-{}.xlsx", who.today()))?)
}
