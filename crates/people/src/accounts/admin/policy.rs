//! Which roles demand a second factor.

use askama::Template;
use axum::response::Response;
use domain::{
    access::{Action, Role},
    ids::AccountId,
};
use site::{Failure, Filled, Html, Path, Shell, Site, State, Who, configuration::ConfigPart, told};
use store::{Fault, Tx, journal::Entry};

use super::{POLICY, sql};
use crate::units::facts::Reach;

/// What the journal calls a role; its number is its place in the list of roles.
const SUBJECT: &str = "role";

/// Whether `who` administers every unit where anybody has a role: the policy holds for all.
fn is_whole(tx: &mut Tx<'_>, who: &Who) -> Result<bool, Failure> {
    let reach = Reach::load(tx, who, Action::AccountManage)?;
    Ok(sql::units_in_use(tx)?.into_iter().all(|it| reach.holds(it)))
}

struct Line {
    code: &'static str,
    label: &'static str,
    demands: bool,
    with_factor: usize,
    without: usize,
}

#[derive(Template)]
#[template(path = "accounts/admin/templates/policy.html")]
struct List {
    shell: Shell,
    lines: Vec<Line>,
    may_set: bool,
}

/// The accounts of a role by whether they have a second factor.
fn counted(holders: Option<&Vec<(AccountId, bool)>>) -> (usize, usize) {
    let with = holders.into_iter().flatten().filter(|it| it.1).count();
    (with, holders.map_or(0, Vec::len) - with)
}

/// GET `/co-quan/quan-tri/ma-xac-thuc`
pub async fn list(State(site): State<Site>, who: Who) -> Result<Html<String>, Failure> {
    let asker = who.clone();
    let (demanding, holders, may_set) = site
        .read(&who, move |tx| Ok((sql::demanding(tx)?, sql::holders(tx)?, is_whole(tx, &asker)?)))
        .await?;
    let lines = Role::ALL
        .into_iter()
        .map(|role| {
            let (with_factor, without) = counted(holders.get(&role));
            Line {
                code: role.code(),
                label: role.label(),
                demands: demanding.contains(&role),
                with_factor,
                without,
            }
        })
        .collect();
    site.page(&List { shell: site.shell(&who), lines, may_set })
}

#[derive(Template)]
#[template(path = "accounts/admin/templates/demand.html")]
struct Form {
    shell: Shell,
    code: &'static str,
    label: &'static str,
    demands: bool,
    with_factor: usize,
    without: usize,
    is_own: bool,
}

fn refused() -> Failure {
    Failure::Refused(
        "Quy định này áp dụng cho mọi đơn vị nên chỉ quản trị bao trùm mọi đơn vị được đổi."
            .to_owned(),
    )
}

/// GET `/co-quan/quan-tri/ma-xac-thuc/{step}`: the step is a role's code.
pub async fn form(
    State(site): State<Site>,
    who: Who,
    Path(code): Path<String>,
) -> Result<Html<String>, Failure> {
    let role = Role::from_code(&code).ok_or(Failure::NotFound)?;
    let asker = who.clone();
    let (demanding, holders, may_set) = site
        .read(&who, move |tx| Ok((sql::demanding(tx)?, sql::holders(tx)?, is_whole(tx, &asker)?)))
        .await?;
    if !may_set {
        return Err(refused());
    }
    let of_role = holders.get(&role);
    let (with_factor, without) = counted(of_role);
    site.page(&Form {
        shell: site.shell(&who),
        code: role.code(),
        label: role.label(),
        demands: demanding.contains(&role),
        with_factor,
        without,
        is_own: of_role.into_iter().flatten().any(|it| it.0 == who.account && !it.1),
    })
}

/// Sets the policy of a role; says how many open sessions have to set a second factor up.
fn change(tx: &mut Tx<'_>, role: Role, demands: bool) -> Result<usize, Fault> {
    sql::demand(tx, role, demands)?;
    let holders = sql::holders(tx)?.remove(&role).unwrap_or_default();
    let without: Vec<AccountId> = holders.into_iter().filter(|it| !it.1).map(|it| it.0).collect();
    // Who is signed in without a second factor sets one up before anything else.
    let sent = if demands {
        sql::send_to_enrol(tx, &without)?
    } else {
        sql::excuse(tx, &without)?;
        0
    };
    let act = if demands { "demand_second_factor" } else { "excuse_second_factor" };
    let place = Role::ALL.iter().zip(1..).find(|(it, _)| **it == role);
    let number = place.map_or(0, |(_, number)| number);
    tx.journal(Entry::new(SUBJECT, number, act).details(&role.code()));
    Ok(sent)
}

/// POST `/co-quan/quan-tri/ma-xac-thuc/{step}`
pub async fn set(
    State(site): State<Site>,
    who: Who,
    Path(code): Path<String>,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    let role = Role::from_code(&code).ok_or(Failure::NotFound)?;
    let demands = match typed.get("viec") {
        "bat-buoc" => true,
        "thoi" => false,
        _ => return Err(Failure::NotFound),
    };
    let asker = who.clone();
    let sent = site
        .write(&who, move |tx| {
            if !is_whole(tx, &asker)? {
                return Err(refused());
            }
            Ok(change(tx, role, demands)?)
        })
        .await?;
    let notice = match (demands, sent) {
        (true, 0) => format!("Vai trò “{}” từ nay bắt buộc mã xác thực.", role.label()),
        (true, sent) => format!(
            "Vai trò “{}” từ nay bắt buộc mã xác thực; {sent} phiên đang mở phải cài mã trước khi \
             làm tiếp.",
            role.label()
        ),
        (false, _) => format!("Vai trò “{}” không bắt buộc mã xác thực nữa.", role.label()),
    };
    Ok(told(POLICY, &notice))
}

/// Which roles demand a second factor, as a part of the configuration.
pub(super) const PART: ConfigPart = ConfigPart {
    name: "second-factor",
    label: "Vai trò bắt buộc mã xác thực",
    take_out: |_, tx| {
        let demanding = sql::demanding(tx)?;
        let codes: Vec<&str> =
            Role::ALL.into_iter().filter(|it| demanding.contains(it)).map(Role::code).collect();
        Ok(serde_json::json!(codes))
    },
    bring_in: |_, who, tx, value| {
        let wanted: Vec<String> = serde_json::from_value(value.clone())
            .map_err(|_| Failure::Refused("Danh sách vai trò không đúng dạng.".to_owned()))?;
        if let Some(unknown) = wanted.iter().find(|it| Role::from_code(it).is_none()) {
            return Err(Failure::Refused(format!("Không có vai trò nào là “{unknown}”.")));
        }
        if !is_whole(tx, who)? {
            return Err(refused());
        }
        let demanding = sql::demanding(tx)?;
        let mut lines = Vec::new();
        for role in Role::ALL {
            let (now, then) =
                (demanding.contains(&role), wanted.iter().any(|it| it == role.code()));
            if now != then {
                change(tx, role, then)?;
                let what = if then { "bắt buộc" } else { "thôi bắt buộc" };
                lines.push(format!("{what} mã xác thực với {}", role.label()));
            }
        }
        Ok(lines)
    },
};
