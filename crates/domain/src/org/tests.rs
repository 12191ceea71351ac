//! Tests of the dated organisation and of the shipped profiles.

use jiff::civil::date;

use super::*;

const DISTRICT: &str = include_str!("../../../../data/units-2020-district.json");
const TWO_TIER: &str = include_str!("../../../../data/units-2025-two-tier.json");
const POSITIONS: &str = include_str!("../../../../data/positions.json");

fn profile(text: &str) -> Profile {
    serde_json::from_str(text).unwrap()
}

fn communes(org: &Org<String>) -> Vec<(String, String)> {
    let communes = org.nodes().filter(|node| node.kind == UnitKind::Commune);
    let mut found: Vec<_> = communes
        .map(|node| (node.version.gso_code.clone().unwrap(), node.version.name.clone()))
        .collect();
    found.sort();
    found
}

fn text_of(pairs: &[(String, String)]) -> Vec<String> {
    pairs.iter().map(|(code, name)| format!("{code} {name}")).collect()
}

#[test]
fn tan_ky_of_2020_has_22_communes_and_12_divisions() {
    let profile = profile(DISTRICT);
    assert_eq!(check(&profile.units), []);
    let org = profile.org();
    let found = text_of(&communes(&org));
    assert_eq!(found.len(), 22);
    assert_eq!(found[0], "17266 thị trấn Tân Kỳ");
    assert!(found.contains(&"17323 xã Phú Sơn".to_owned()));
    assert_eq!(found[21], "17326 xã Nghĩa Hành");
    assert_eq!(org.tier_count(), 3);
    let district = "tk".to_owned();
    let below = |kind| org.children(&district).filter(|node| node.kind == kind).count();
    assert_eq!(
        (below(UnitKind::Division), below(UnitKind::OneStop), below(UnitKind::Commune)),
        (12, 1, 22)
    );
    for commune in org.children(&district).filter(|node| node.kind == UnitKind::Commune) {
        assert!(org.one_stop_of(&commune.id).is_some(), "{}", commune.id);
    }
    assert_eq!(org.subtree(&district).len(), 1 + 12 + 1 + 22 * 2);
    assert_eq!(org.subtree(&"na".to_owned()).len(), org.nodes().count());
}

#[test]
fn the_mergers_of_december_2024_leave_20() {
    let profile = profile(DISTRICT);
    assert_eq!(communes(&Org::on(&profile.units, date(2024, 11, 30))).len(), 22);
    let after = Org::on(&profile.units, date(2024, 12, 1));
    assert_eq!(communes(&after).len(), 20);
    assert_eq!(after.successors(&"tk.nghia-hop".to_owned()), ["tk.binh-hop"]);
    assert_eq!(after.successors(&"tk.phu-son".to_owned()), ["tk.phu-son"]);
}

#[test]
fn the_two_tiers_of_2025_have_7_successor_communes() {
    let profile = profile(TWO_TIER);
    assert_eq!(check(&profile.units), []);
    let org = profile.org();
    assert_eq!(
        text_of(&communes(&org)),
        [
            "17266 xã Tân Kỳ",
            "17272 xã Tân Phú",
            "17278 xã Giai Xuân",
            "17284 xã Nghĩa Đồng",
            "17287 xã Tiên Đồng",
            "17305 xã Tân An",
            "17326 xã Nghĩa Hành",
        ]
    );
    assert_eq!(org.tier_count(), 2);
    assert_eq!(communes(&Org::on(&profile.units, date(2020, 10, 1))).len(), 22);
    let below = org.children(&"na.nghia-hanh".to_owned()).map(|node| node.version.name.as_str());
    assert_eq!(
        below.collect::<Vec<_>>(),
        [
            "Phòng Kinh tế",
            "Phòng Văn hóa - Xã hội",
            "Văn phòng HĐND và UBND",
            "Trung tâm Phục vụ hành chính công xã Nghĩa Hành",
        ]
    );
    assert_eq!(org.successors(&"tk.phu-son".to_owned()), ["na.nghia-hanh"]);
    assert_eq!(org.successors(&"tk.nghia-hop".to_owned()), ["na.nghia-dong"]);
    let old = org.predecessors(&"na.nghia-dong".to_owned());
    assert_eq!(old.len(), 4);
    assert!(old.contains(&"tk.nghia-hop".to_owned()));
    let all_old = communes(&Org::on(&profile.units, date(2020, 10, 1))).len();
    let heirs = org.nodes().filter(|node| node.kind == UnitKind::Commune);
    let inherited: usize = heirs
        .map(|node| {
            let old = org.predecessors(&node.id);
            old.iter()
                .filter(|id| {
                    profile
                        .units
                        .iter()
                        .any(|unit| unit.id == **id && unit.on(date(2020, 10, 1)).is_some())
                })
                .count()
        })
        .sum();
    assert_eq!(inherited, all_old);
}

#[test]
fn names_of_the_day_are_written_out() {
    let org = profile(DISTRICT).org();
    let full = |id: &str| org.full_name(&id.to_owned());
    assert_eq!(full("tk.phu-son"), "UBND xã Phú Sơn, huyện Tân Kỳ, tỉnh Nghệ An");
    assert_eq!(full("tk"), "UBND huyện Tân Kỳ, tỉnh Nghệ An");
    assert_eq!(
        full("tk.phu-son.mot-cua"),
        "Bộ phận Tiếp nhận và Trả kết quả xã Phú Sơn, huyện Tân Kỳ, tỉnh Nghệ An"
    );
    assert_eq!(full("tk.noi-vu"), "Phòng Nội vụ, huyện Tân Kỳ, tỉnh Nghệ An");
    assert_eq!(full("nobody"), "");
    assert_eq!(org.path(&"tk.phu-son".to_owned()), "tỉnh Nghệ An › huyện Tân Kỳ › xã Phú Sơn");
    let two = profile(TWO_TIER).org();
    assert_eq!(two.full_name(&"na.tan-ky".to_owned()), "UBND xã Tân Kỳ, tỉnh Nghệ An");
    let one_stop = two.one_stop_of(&"na.tan-ky.kinh-te".to_owned()).unwrap();
    assert_eq!(one_stop.id, "na.tan-ky.mot-cua");
    assert!(two.is_within(&"na.tan-ky.kinh-te".to_owned(), &"na.tan-ky".to_owned()));
    assert!(!two.is_within(&"na.tan-ky.kinh-te".to_owned(), &"na.tan-an".to_owned()));
}

#[test]
fn codes_of_units_are_codes() {
    for text in [DISTRICT, TWO_TIER] {
        for unit in profile(text).units {
            for version in unit.versions {
                if let Some(code) = version.agency_code {
                    assert!(crate::codes::AgencyCode::parse(&code).is_ok(), "{code}");
                    assert_eq!(version.agency_code_placeholder, unit.kind != UnitKind::Province);
                }
            }
        }
    }
}

#[test]
fn a_profile_can_be_held_open_for_a_demo() {
    let profile = profile(DISTRICT);
    let held = profile.held_open(date(2019, 1, 1));
    assert_eq!(check(&held), []);
    assert_eq!(communes(&Org::on(&held, date(2026, 11, 24))), communes(&profile.org()));
}

#[test]
fn every_unit_has_its_positions() {
    let positions: Positions = serde_json::from_str(POSITIONS).unwrap();
    for text in [DISTRICT, TWO_TIER] {
        let profile = profile(text);
        let org = profile.org();
        for node in org.nodes().filter(|node| node.kind != UnitKind::Province) {
            let seat = Seat::of(node.kind, org.committee_of(&node.id).unwrap().kind).unwrap();
            let held: Vec<_> = positions.of(&profile.profile, seat, &node.id).collect();
            let has = |role| held.iter().any(|p| p.posts > 0 && p.roles.contains(&role));
            let wanted = match node.kind {
                UnitKind::Division => Role::UnitHead,
                UnitKind::OneStop => Role::CounterOfficial,
                _ => Role::Leader,
            };
            assert!(has(wanted), "{} lacks {wanted:?}", node.id);
        }
        for role in Role::ALL {
            let somebody = positions
                .positions
                .iter()
                .any(|p| p.profile == profile.profile && p.posts > 0 && p.roles.contains(&role));
            assert!(somebody, "{} in {}", role.code(), profile.profile);
            assert_eq!(Role::of(role.code()), Some(role));
        }
    }
    let mut codes: Vec<&str> = positions.positions.iter().map(|p| p.code.as_str()).collect();
    codes.sort_unstable();
    codes.dedup();
    assert_eq!(codes.len(), positions.positions.len());
}

fn unit(id: i64, parent: Option<i64>, spans: &[(i16, Option<i16>)]) -> Unit<i64> {
    let versions = spans
        .iter()
        .map(|(from, to)| Version {
            name: format!("đơn vị {id}"),
            parent,
            gso_code: None,
            agency_code: None,
            agency_code_placeholder: false,
            valid_from: date(*from, 1, 1),
            valid_to: to.map(|year| date(year, 12, 31)),
        })
        .collect();
    Unit { id, kind: UnitKind::Division, predecessors: vec![], versions }
}

#[test]
fn what_cannot_be_is_refused_in_vietnamese() {
    let wrong =
        |units: &[Unit<i64>]| check(units).iter().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(wrong(&[unit(1, None, &[(2020, Some(2021)), (2022, None)])]), [""; 0]);
    assert_eq!(
        wrong(&[unit(1, None, &[(2020, Some(2021)), (2021, None)])]),
        ["Đơn vị “đơn vị 1” có hai thời kỳ chồng nhau từ ngày 01/01/2021."]
    );
    assert_eq!(
        wrong(&[unit(1, None, &[(2020, None), (2021, None)])]),
        ["Đơn vị “đơn vị 1” có hai thời kỳ chồng nhau từ ngày 01/01/2021."]
    );
    assert_eq!(
        wrong(&[unit(1, None, &[(2020, Some(2020)), (2022, None)])]),
        ["Đơn vị “đơn vị 1” bị hổng thời gian sau ngày 31/12/2020."]
    );
    assert_eq!(
        wrong(&[unit(1, None, &[(2020, Some(2021))]), unit(2, Some(1), &[(2020, None)])]),
        ["Đơn vị “đơn vị 2” không có đơn vị cấp trên vào ngày 01/01/2022."]
    );
    assert_eq!(
        wrong(&[unit(1, Some(2), &[(2020, None)]), unit(2, Some(1), &[(2020, None)])]),
        [
            "Đơn vị “đơn vị 1” thuộc về chính mình qua các cấp trên vào ngày 01/01/2020.",
            "Đơn vị “đơn vị 2” thuộc về chính mình qua các cấp trên vào ngày 01/01/2020.",
        ]
    );
    assert_eq!(
        wrong(&[unit(1, None, &[(2021, Some(2020))])]),
        ["Đơn vị “đơn vị 1” có ngày kết thúc trước ngày bắt đầu 01/01/2021."]
    );
    assert_eq!(wrong(&[unit(1, None, &[])]), ["Đơn vị “1” chưa có tên và thời gian hoạt động."]);
    let twice = [unit(1, None, &[(2020, None)]), unit(1, None, &[(2020, None)])];
    assert_eq!(wrong(&twice), ["Mã đơn vị “1” bị trùng."]);
    let mut heir = unit(1, None, &[(2020, None)]);
    heir.predecessors = vec![9];
    assert_eq!(wrong(&[heir]), ["Đơn vị “đơn vị 1” kế thừa một đơn vị không có trong danh sách."]);
}

#[test]
fn a_ring_does_not_hang_the_tree() {
    let units = [unit(1, Some(2), &[(2020, None)]), unit(2, Some(1), &[(2020, None)])];
    let org = Org::on(&units, date(2021, 1, 1));
    assert_eq!(org.ancestors(&1).len(), 1);
    assert_eq!(org.subtree(&1), [1, 2]);
}

#[test]
fn kinds_read_back() {
    for kind in UnitKind::ALL {
        assert_eq!(UnitKind::of(kind.code()), Some(kind));
    }
    assert_eq!(UnitKind::of("x"), None);
}

fn version(name: &str, parent: Option<&str>, from: Date, to: Option<Date>) -> Version<String> {
    Version {
        name: name.to_owned(),
        parent: parent.map(str::to_owned),
        gso_code: None,
        agency_code: None,
        agency_code_placeholder: false,
        valid_from: from,
        valid_to: to,
    }
}

fn two_units() -> Vec<Unit<String>> {
    let unit = |id: &str, kind, versions| Unit {
        id: id.to_owned(),
        kind,
        predecessors: Vec::new(),
        versions,
    };
    let from = date(2020, 1, 1);
    vec![
        unit("tk", UnitKind::District, vec![version("huyện Tân Kỳ", None, from, None)]),
        unit("ps", UnitKind::Commune, vec![version("xã Phú Sơn", Some("tk"), from, None)]),
    ]
}

#[test]
fn a_new_version_ends_the_one_before_and_keeps_its_end() {
    let units = two_units();
    let renamed = version("phường Phú Sơn", Some("tk"), date(2026, 3, 1), None);
    let once = units[1].changed(renamed).unwrap();
    assert_eq!(once.versions[0].valid_to, Some(date(2026, 2, 28)));
    assert_eq!(once.on(date(2026, 3, 1)).unwrap().name, "phường Phú Sơn");
    assert_eq!(check_change(&units, &once), Ok(()));
    // Between the two, and on the first day of one: the rest of its time is kept.
    let between = version("xã Phú Sơn 2", Some("tk"), date(2025, 1, 1), None);
    let twice = once.changed(between).unwrap();
    assert_eq!(twice.versions.len(), 3);
    assert_eq!(twice.versions[1].valid_to, Some(date(2026, 2, 28)));
    let corrected = version("xã Phú Sơn II", Some("tk"), date(2025, 1, 1), None);
    let thrice = twice.changed(corrected).unwrap();
    assert_eq!(thrice.versions.len(), 3);
    assert_eq!(thrice.on(date(2025, 6, 1)).unwrap().name, "xã Phú Sơn II");
    let early = version("xã", Some("tk"), date(2019, 1, 1), None);
    assert_eq!(
        units[1].changed(early),
        Err(ChangeError::BeforeFounding { founded: date(2020, 1, 1) })
    );
}

#[test]
fn a_unit_ends_after_its_last_version_has_begun_and_can_be_reopened() {
    let units = two_units();
    let renamed = version("phường Phú Sơn", Some("tk"), date(2026, 3, 1), None);
    let unit = units[1].changed(renamed).unwrap();
    assert_eq!(
        unit.ended(date(2026, 2, 1)),
        Err(ChangeError::LaterVersion { from: date(2026, 3, 1) })
    );
    let ended = unit.ended(date(2026, 6, 30)).unwrap();
    assert_eq!(ended.last_day(), Some(date(2026, 6, 30)));
    assert_eq!(ended.near(date(2027, 1, 1)).unwrap().name, "phường Phú Sơn");
    assert_eq!(
        ended.ended(date(2026, 7, 1)),
        Err(ChangeError::AfterEnd { last: date(2026, 6, 30) })
    );
    assert_eq!(ended.reopened().unwrap(), unit);
    assert_eq!(unit.reopened(), Err(ChangeError::NotEnded));
}

#[test]
fn a_change_may_leave_nobody_without_a_parent_and_make_no_ring() {
    let units = two_units();
    let ended = units[0].ended(date(2025, 6, 30)).unwrap();
    assert_eq!(
        check_change(&units, &ended),
        Err(OrgError::Orphan { unit: "xã Phú Sơn".into(), on: date(2025, 7, 1) })
    );
    let below = version("huyện Tân Kỳ", Some("ps"), date(2026, 1, 1), None);
    let ring = units[0].changed(below).unwrap();
    assert!(matches!(check_change(&units, &ring), Err(OrgError::Cycle { .. })));
    let mut early = units[1].clone();
    early.id = "moi".into();
    early.versions[0].valid_from = date(2019, 1, 1);
    assert!(matches!(check_change(&units, &early), Err(OrgError::Orphan { .. })));
}

#[test]
fn a_tier_belongs_to_a_higher_tier() {
    use UnitKind::{Commune, District, Division, OneStop, Province};
    for (kind, parent, wanted) in [
        (Commune, District, true),
        (Commune, Province, true),
        (District, Commune, false),
        (Commune, Commune, false),
        (Commune, Division, false),
        (Division, Commune, true),
        (OneStop, Division, true),
        (Division, OneStop, false),
    ] {
        assert_eq!(kind.may_belong_to(parent), wanted, "{kind:?} {parent:?}");
    }
}
