//! The offices and people that most tests start from.

use domain::{
    access::Role,
    ids::{StaffId, UnitId},
};
use people::{
    accounts::facts::{self as accounts, NewAccount},
    staff::facts as staff,
};

use crate::TestSite;

impl TestSite {
    /// A district (1) with two communes (2, 4), each with a one-stop shop (3, 5), and the calendar.
    pub fn given_two_communes(&self) {
        self.given(
            "insert into unit (id, kind) values
               (1, 'district'), (2, 'commune'), (3, 'one_stop'), (4, 'commune'), (5, 'one_stop')",
            &[],
        );
        self.given(
            "insert into unit_version
               (unit, valid_from, parent, name, title, code, agency_code, address, phone, place)
             values
               (1, '2020-01-01', null, 'Tân Kỳ', 'UBND huyện Tân Kỳ', '', '000.00.99.H41', '', '', ''),
               (2, '2020-01-01', 1, 'Phú Sơn', 'UBND xã Phú Sơn', '', '000.40.99.H41', '', '', ''),
               (3, '2020-01-01', 2, 'Một cửa', 'Một cửa xã Phú Sơn', '', '', '', '', ''),
               (4, '2020-01-01', 1, 'Tân Hợp', 'UBND xã Tân Hợp', '', '000.41.99.H41', '', '', ''),
               (5, '2020-01-01', 4, 'Một cửa', 'Một cửa xã Tân Hợp', '', '', '', '', '')",
            &[],
        );
        self.run(people::calendar::facts::seed);
    }

    /// Somebody with a position of that title and an account of one role; nobody signs in with a
    /// password.
    pub fn given_staff(&self, login: &str, role: Role, unit: i64, title: &str) -> StaffId {
        let today = self.now().civil().date();
        self.run(|tx| {
            let position = staff::create_position(tx, UnitId(unit), title, 1, false)?;
            let id = staff::create(tx, login, "", true, position, today)?;
            accounts::create(
                tx,
                &NewAccount {
                    login,
                    name: login,
                    staff: Some(id),
                    password_hash: "",
                    must_change: false,
                    roles: &[(role, UnitId(unit))],
                    from: today,
                },
            )?;
            Ok(id)
        })
    }

    /// [`Self::given_staff`] for each, the title being the role's name.
    pub fn given_people(&self, people: &[(&str, Role, i64)]) {
        for (login, role, unit) in people {
            self.given_staff(login, *role, *unit, role.label());
        }
    }

    /// An account of one role without a member of staff.
    pub fn given_account(&self, login: &str, role: Role, unit: i64) {
        let from = self.now().civil().date();
        self.run(|tx| {
            let roles = [(role, UnitId(unit))];
            let account = NewAccount {
                login,
                name: login,
                staff: None,
                password_hash: "",
                must_change: false,
                roles: &roles,
                from,
            };
            accounts::create(tx, &account)
        });
    }
}
