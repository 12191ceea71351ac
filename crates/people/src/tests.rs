//! What the tests of several slices start from.

use domain::{
    access::Role,
    ids::{AccountId, StaffId, UnitId},
};
use testkit::{Browser, TestSite};

use crate::accounts::facts::{self as accounts, NewAccount};

/// A district with two communes; `quantri` administers the district, `quantrixa` the commune 2.
pub fn given_a_district(site: &TestSite) {
    site.given(
        "insert into unit (id, kind) values (101, 'district'), (102, 'commune'), (103, 'commune'),
           (104, 'one_stop'), (100, 'province')",
        &[],
    );
    site.given(
        "insert into unit_version
           (unit, valid_from, parent, name, title, code, agency_code, address, phone, place)
         values (100, '2020-01-01', null, 'Nghệ An', 'Ủy ban nhân dân tỉnh Nghệ An', '40', '', '', '', ''),
                (101, '2020-01-01', 100, 'Tân Kỳ', 'Ủy ban nhân dân huyện Tân Kỳ', '', '', '', '', 'Tân Kỳ'),
                (102, '2020-01-01', 101, 'Phú Sơn', 'Ủy ban nhân dân xã Phú Sơn', '17323', '000.23.99.H41', '', '', 'Phú Sơn'),
                (103, '2020-01-01', 101, 'Tân An', 'Ủy ban nhân dân xã Tân An', '', '', '', '', 'Tân An'),
                (104, '2020-01-01', 102, 'Một cửa', 'Bộ phận Một cửa xã Phú Sơn', '', '', '', '', 'Phú Sơn')",
        &[],
    );
    let today = site.now().civil().date();
    site.run(|tx| {
        for (login, unit) in [("quantri", 101), ("quantrixa", 102)] {
            accounts::create(
                tx,
                &NewAccount {
                    login,
                    name: login,
                    staff: None,
                    password_hash: "",
                    must_change: false,
                    roles: &[(Role::Administrator, UnitId(unit))],
                    from: today,
                },
            )?;
        }
        Ok(())
    });
    if site.db.engine() == store::Engine::Postgresql {
        site.given("select setval(pg_get_serial_sequence('unit', 'id'), 200)", &[]);
    }
}

/// The value of a hidden field of a page.
pub async fn hidden(browser: &mut Browser<'_>, path: &str, name: &str) -> String {
    let page = browser.get(path).await.text;
    let from = page.split(&format!("name=\"{name}\" value=\"")).nth(1).unwrap_or_default();
    from.split('"').next().unwrap_or_default().to_owned()
}

/// Somebody in a new position of a unit since the start of 2025.
pub fn given_person(site: &TestSite, name: &str, title: &str, unit: i64) -> StaffId {
    let (name, title) = (name.to_owned(), title.to_owned());
    site.run(move |tx| {
        let signs = title.starts_with("Chủ tịch");
        let position = crate::staff::facts::create_position(tx, UnitId(unit), &title, 10, signs)?;
        let from = jiff::civil::date(2025, 1, 1);
        crate::staff::facts::create(tx, &name, "", false, position, from)
    })
}

/// An account with one role; nobody can sign in with a password.
pub fn given_account(
    site: &TestSite,
    login: &str,
    staff: Option<StaffId>,
    role: Role,
    unit: i64,
) -> AccountId {
    let (login, today) = (login.to_owned(), site.now().civil().date());
    site.run(move |tx| {
        let account = NewAccount {
            login: &login,
            name: &login,
            staff,
            password_hash: "",
            must_change: false,
            roles: &[(role, UnitId(unit))],
            from: today,
        };
        accounts::create(tx, &account)
    })
}
