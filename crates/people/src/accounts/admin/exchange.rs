//! Who may do what, as a part of the configuration: by the name of the account and the unit, without
//! passwords and without people's data. Accounts are never made by it, and no right is taken away.

use domain::{
    access::{Action, Grant, Role},
    ids::AccountId,
    text,
};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use site::{
    Failure,
    configuration::{ConfigPart, unit_name, unit_named},
};
use store::{Fault, journal::Entry};

use super::{grants::overlap, send_to_enrol, sql};
use crate::{
    accounts::{facts::SUBJECT, sql as accounts},
    units::facts::Reach,
};

/// A right as an archive says it.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    /// How the account signs in.
    login: String,
    role: String,
    /// Agency code or title.
    unit: String,
    from: Date,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    until: Option<Date>,
}

/// The rights that hold or begin later, of accounts that can sign in.
pub(super) const PART: ConfigPart = ConfigPart {
    name: "role-grants",
    label: "Quyền của tài khoản theo đơn vị",
    take_out: |tree, tx| {
        let today = tx.now().civil().date();
        let logins = sql::logins(tx)?;
        let ids: Vec<AccountId> = logins.iter().map(|it| it.0).collect();
        let of = |id: AccountId| logins.iter().find(|it| it.0 == id).map(|it| it.1.clone());
        let mut lines: Vec<Line> = sql::granted(tx, &ids)?
            .into_iter()
            .filter(|it| it.grant.until.is_none_or(|until| until >= today))
            .filter_map(|it| {
                let unit = unit_name(tree, it.grant.unit);
                let login = of(it.account)?;
                let Grant { role, from, until, .. } = it.grant;
                (!unit.is_empty()).then(|| Line {
                    login,
                    role: role.code().to_owned(),
                    unit,
                    from,
                    until,
                })
            })
            .collect();
        lines.sort_by(|a, b| {
            (&a.login, &a.role, &a.unit, a.from).cmp(&(&b.login, &b.role, &b.unit, b.from))
        });
        serde_json::to_value(lines).map_err(|e| Fault::Broken(format!("role grants: {e}")))
    },
    bring_in: |_, who, tx, value| {
        let wanted: Vec<Line> = serde_json::from_value(value.clone())
            .map_err(|e| Failure::Refused(format!("Danh sách quyền không đúng dạng: {e}.")))?;
        let today = tx.now().civil().date();
        let reach = Reach::load(tx, who, Action::AccountManage)?;
        let mut lines = Vec::new();
        for it in wanted {
            let role = Role::from_code(&it.role).ok_or_else(|| {
                Failure::Refused(format!("Không có vai trò nào là “{}”.", it.role))
            })?;
            if it.until.is_some_and(|until| until < today || until < it.from) {
                continue;
            }
            let Some(account) = accounts::by_login(tx, &it.login)? else {
                lines.push(format!(
                    "bỏ qua: ở đây không có tài khoản “{}” ({}, {}); lập tài khoản rồi nhập lại",
                    it.login,
                    role.label(),
                    it.unit
                ));
                continue;
            };
            let from = it.from.max(today);
            let unit = unit_named(&who.tree, &it.unit);
            let Some(unit) = unit.filter(|it| reach.may_choose(*it, from)) else {
                lines.push(format!(
                    "bỏ qua: ở đây không có đơn vị “{}” để giao cho “{}”",
                    it.unit, it.login
                ));
                continue;
            };
            let grant = Grant { role, unit, from, until: it.until };
            let held = sql::granted(tx, &[account.id])?;
            if held.iter().any(|it| overlap(&it.grant, &grant)) {
                continue;
            }
            accounts::insert_grant(tx, account.id, role, unit, from, it.until)?;
            send_to_enrol(tx, account.id)?;
            let details = serde_json::json!({
                "role": role.code(),
                "unit": unit.0,
                "from": from.to_string(),
                "until": it.until.map(|it| it.to_string()),
            });
            tx.journal(Entry::new(SUBJECT, account.id.0, "grant").details(&details));
            lines.push(format!(
                "giao “{}” quyền {} tại {}, từ {}",
                it.login,
                role.label(),
                reach.title(unit),
                text::date(from)
            ));
        }
        Ok(lines)
    },
};
