//! What the tests of several slices start from.

use domain::{
    access::Role,
    ids::{StaffId, UnitId},
};
use people::{
    accounts::facts::{self as accounts, NewAccount},
    staff::facts as staff,
};
use testkit::TestSite;

/// The commune's one-stop shop.
pub const SHOP: i64 = 3;
/// The neighbour's.
pub const OTHER: i64 = 5;

/// Two communes of one district, each with a one-stop shop; people of the first.
pub fn given_two_communes(site: &TestSite) {
    site.given(
        "insert into unit (id, kind) values
           (1, 'district'), (2, 'commune'), (3, 'one_stop'), (4, 'commune'), (5, 'one_stop')",
        &[],
    );
    site.given(
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
    site.run(|tx| {
        people::calendar::facts::seed(tx)?;
        citizen::procedures::facts::seed(tx, jiff::civil::date(2019, 1, 1))
    });
    for (login, role, unit) in [
        ("quay", Role::CounterOfficial, 2),
        ("quay2", Role::CounterOfficial, 2),
        ("truong", Role::UnitHead, 2),
        ("thuly", Role::Specialist, 2),
        ("ky", Role::Leader, 2),
        ("vanthu", Role::Clerk, 2),
        ("quay-khac", Role::CounterOfficial, 4),
        ("truong-khac", Role::UnitHead, 4),
        ("cchc", Role::ReformOfficer, 1),
    ] {
        given_account(site, login, role, unit);
    }
}

/// Somebody with an account of one role.
pub fn given_account(site: &TestSite, login: &'static str, role: Role, unit: i64) -> StaffId {
    let today = site.now().civil().date();
    site.run(move |tx| {
        let position = staff::create_position(tx, UnitId(unit), role.label(), 1, false)?;
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
