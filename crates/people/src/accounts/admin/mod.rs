//! Accounts as an administrator keeps them: within the subtree of his grants.

use domain::{
    access::{Action, Grant, Role},
    ids::{AccountId, UnitId},
};
use site::{AdminGroup, Failure, Routes, Who, get};
use store::{Fault, Tx};

use crate::units::facts::{Reach, plain};

mod exchange;
mod grants;
mod list;
mod new;
mod policy;
mod show;
mod sql;
mod steps;

#[cfg(test)]
mod tests;

/// Where the pages of accounts are.
const ADDRESS: &str = "/co-quan/quan-tri/tai-khoan";
/// Where the policy of the second factor is.
const POLICY: &str = "/co-quan/quan-tri/ma-xac-thuc";
/// The setting whose row serialises what takes administrators away, so that two of them cannot
/// take away each other in one moment.
const ADMINISTRATORS: &str = "administrators_edition";

/// The routes of this part.
pub(super) fn routes() -> Routes {
    let manage = Action::AccountManage;
    Routes::default()
        .configures(policy::PART)
        .configures(exchange::PART)
        .admin(
            AdminGroup::Organisation,
            ("Tài khoản và quyền", ADDRESS),
            manage,
            "Lập tài khoản, giao quyền, cấp lại mật khẩu, khóa, mở.",
        )
        .admin(
            AdminGroup::Organisation,
            ("Mã xác thực", POLICY),
            manage,
            "Vai trò nào bắt buộc mã xác thực khi đăng nhập.",
        )
        .on(ADDRESS, manage, get(list::list))
        .on("/co-quan/quan-tri/tai-khoan/xuat", manage, get(list::export))
        .on("/co-quan/quan-tri/tai-khoan/moi", manage, get(new::form).post(new::create))
        .on("/co-quan/quan-tri/tai-khoan/{id}", manage, get(show::show))
        .on("/co-quan/quan-tri/tai-khoan/{id}/quyen", manage, get(grants::form).post(grants::grant))
        .on("/co-quan/quan-tri/tai-khoan/{id}/{step}", manage, get(steps::form).post(steps::take))
        .on("/co-quan/quan-tri/quyen/{id}", manage, get(grants::end_form).post(grants::end))
        .on(POLICY, manage, get(policy::list))
        .on("/co-quan/quan-tri/ma-xac-thuc/{step}", manage, get(policy::form).post(policy::set))
}

/// An account within reach, and what it was granted.
struct Around {
    reach: Reach,
    kept: sql::Kept,
    grants: Vec<sql::Granted>,
}

impl Around {
    /// # Errors
    /// [`Failure::NotFound`] if neither its person nor any of its grants is within reach.
    fn load(tx: &mut Tx<'_>, who: &Who, id: AccountId) -> Result<Self, Failure> {
        let reach = Reach::load(tx, who, Action::AccountManage)?;
        let kept = sql::find(tx, id, reach.narrow().as_deref())?.ok_or(Failure::NotFound)?;
        let grants = sql::granted(tx, &[id])?;
        Ok(Self { reach, kept, grants })
    }

    /// Whether all that the account may do, or will, lies within reach. Whoever could take over
    /// an account that reaches further would have rights that nobody gave him.
    ///
    /// # Errors
    /// [`Failure::Refused`] with the unit that lies outside.
    fn demand_whole(&self) -> Result<(), Failure> {
        let today = self.reach.today();
        let open = self.grants.iter().filter(|it| it.grant.until.is_none_or(|it| it >= today));
        match open.map(|it| it.grant.unit).find(|it| !self.reach.holds(*it)) {
            None => Ok(()),
            Some(unit) => Err(Failure::Refused(format!(
                "Tài khoản này còn có quyền ở {}, ngoài phạm vi quản trị của ông, bà. Hãy đề nghị \
                 quản trị cấp trên.",
                plain(self.reach.title(unit))
            ))),
        }
    }
}

/// Refuses what would leave a unit without an administrator: `lost` are the grants that go,
/// the other administrators must hold theirs on `day`.
///
/// # Errors
/// [`Failure::Refused`] with the unit.
fn demand_another(
    tx: &mut Tx<'_>,
    reach: &Reach,
    lost: &[sql::Granted],
    day: jiff::civil::Date,
) -> Result<(), Failure> {
    let lost: Vec<&sql::Granted> =
        lost.iter().filter(|it| it.grant.role == Role::Administrator).collect();
    if lost.is_empty() {
        return Ok(());
    }
    site::outdate(tx, ADMINISTRATORS)?;
    let others: Vec<Grant> = sql::administrators(tx)?
        .into_iter()
        .filter(|it| !lost.iter().any(|gone| gone.id == it.id))
        .map(|it| it.grant)
        .filter(|it| it.holds_on(day))
        .collect();
    let covered = |unit: UnitId| {
        let line = reach.line(unit);
        others.iter().any(|it| line.contains(&it.unit))
    };
    match lost.iter().find(|it| !covered(it.grant.unit)) {
        None => Ok(()),
        Some(it) => Err(Failure::Refused(format!(
            "Đây là quyền quản trị cuối cùng của {}. Hãy giao quyền quản trị cho người khác trước.",
            plain(reach.title(it.grant.unit))
        ))),
    }
}

/// Sends the open sessions of an account to the set-up of a second factor, if a role that it
/// holds today demands one and it has none.
fn send_to_enrol(tx: &mut Tx<'_>, id: AccountId) -> Result<(), Fault> {
    let today = tx.now().civil().date();
    let account = super::sql::find(tx, id)?;
    let has_none = account.is_some_and(|it| it.totp_secret.is_none());
    if has_none && super::sql::demands_second_factor(tx, id, today)? {
        sql::send_to_enrol(tx, &[id])?;
    }
    Ok(())
}
