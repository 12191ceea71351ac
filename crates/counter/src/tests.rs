//! What the tests of several slices start from.

use domain::access::Role;
use testkit::TestSite;

/// The commune's one-stop shop.
pub const SHOP: i64 = 3;
/// The neighbour's.
pub const OTHER: i64 = 5;

/// Two communes of one district, each with a one-stop shop; people of the first.
pub fn given_two_communes(site: &TestSite) {
    site.given_two_communes();
    site.run(|tx| citizen::procedures::facts::seed(tx, jiff::civil::date(2019, 1, 1)));
    site.given_people(&[
        ("quay", Role::CounterOfficial, 2),
        ("quay2", Role::CounterOfficial, 2),
        ("truong", Role::UnitHead, 2),
        ("thuly", Role::Specialist, 2),
        ("ky", Role::Leader, 2),
        ("vanthu", Role::Clerk, 2),
        ("quay-khac", Role::CounterOfficial, 4),
        ("truong-khac", Role::UnitHead, 4),
        ("cchc", Role::ReformOfficer, 1),
    ]);
}
