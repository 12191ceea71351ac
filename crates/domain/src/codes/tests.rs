//! Tests of codes.

use jiff::civil::date;
use proptest::prelude::*;

use super::*;

#[track_caller]
fn read(typed: &str) -> DossierCode {
    DossierCode::parse(typed).unwrap()
}

#[test]
fn each_rule_writes_its_own_form() {
    let tan_ky = AgencyCode::parse("000.24.18.H41").unwrap();
    let code = |regime, agency: &AgencyCode, day, serial| {
        DossierCode::new(regime, agency, day, serial).map(|code| code.to_string())
    };
    assert_eq!(
        code(CodeRegime::Agency2018, &tan_ky, date(2020, 10, 26), 7).as_deref(),
        Ok("000.24.18.H41-201026-0007")
    );
    assert_eq!(
        code(CodeRegime::Agency2025, &tan_ky, date(2025, 9, 20), 7).as_deref(),
        Ok("H41.18.24-250920-0007")
    );
    let commune = AgencyCode::parse("H41.907").unwrap();
    assert_eq!(
        code(CodeRegime::Agency2025, &commune, date(2025, 9, 20), 12).as_deref(),
        Ok("H41.907.00-250920-0012")
    );
    assert_eq!(
        code(CodeRegime::Agency2018, &commune, date(2025, 9, 20), 12),
        Err(DossierCodeError::Agency)
    );
    let central = |owner, serial| {
        DossierCode::central(&commune, date(2026, 1, 26), owner, serial)
            .map(|code| code.to_string())
    };
    assert_eq!(central(1, 7).as_deref(), Ok("H41.907.00-260126-010007"));
    assert_eq!(central(1, 123_456).as_deref(), Ok("H41.907.00-260126-01123456"));
    assert_eq!(central(100, 7), Err(DossierCodeError::Owner));
}

#[test]
fn a_day_has_at_most_9999_serials_and_they_start_at_one() {
    let agency = AgencyCode::parse("000.24.18.H41").unwrap();
    for serial in [0, 10_000] {
        let refused = DossierCode::new(CodeRegime::Agency2018, &agency, date(2020, 1, 2), serial);
        assert_eq!(refused, Err(DossierCodeError::SerialRange { max: 9_999 }));
    }
    assert_eq!(
        DossierCode::new(CodeRegime::Agency2018, &agency, date(1999, 1, 2), 1),
        Err(DossierCodeError::Year)
    );
}

#[test]
fn the_rule_changes_on_its_day() {
    assert_eq!(CodeRegime::on(date(2018, 1, 1)), CodeRegime::Agency2018);
    assert_eq!(CodeRegime::on(date(2025, 9, 14)), CodeRegime::Agency2018);
    assert_eq!(CodeRegime::on(date(2025, 9, 15)), CodeRegime::Agency2025);
    assert_eq!(CodeRegime::on(date(2026, 11, 24)), CodeRegime::Agency2025);
}

#[test]
fn what_citizens_type_is_put_right() {
    let code = read(" 000.24.18.h41 – 201026 – 0007 ");
    assert_eq!(code.to_string(), "000.24.18.H41-201026-0007");
    assert_eq!((code.regime(), code.serial()), (CodeRegime::Agency2018, 7));
    assert_eq!((code.agency(), code.day()), ("000.24.18.H41", date(2020, 10, 26)));
    assert_eq!(read("000.00.53.H48-220921-0099").serial(), 99);
    let central = read("h41.24.18-260126-010007");
    assert_eq!(
        (central.regime(), central.owner(), central.serial()),
        (CodeRegime::Central2026, Some(1), 7)
    );
    assert_eq!(read("H41.18.24-250920-0007").regime(), CodeRegime::Agency2025);
}

#[test]
fn a_code_that_lost_its_dots_is_read_with_the_agencies_at_hand() {
    let agencies =
        || ["H41.24.18", "H41.24.40", "000.24.18.H41"].map(|it| AgencyCode::parse(it).unwrap());
    let read = |typed: &str| DossierCode::by_letters(typed, agencies().into_iter());
    for typed in [
        "H412418-250920-0007",
        "h4124182509200007",
        "H41 24 18 250920 0007",
        "H41.24.18-250920-0007",
    ] {
        assert_eq!(
            read(typed).map(|it| it.to_string()).as_deref(),
            Some("H41.24.18-250920-0007"),
            "{typed}"
        );
    }
    let old = read("0002418H412010260007").map(|it| it.to_string());
    assert_eq!(old.as_deref(), Some("000.24.18.H41-201026-0007"));
    for typed in [
        "",
        "H41",
        "H4199182509200007",
        "H41241825092",
        "H4124182513200007",
        "H41241825092000071234567",
    ] {
        assert_eq!(read(typed), None, "{typed}");
    }
}

#[test]
fn wrong_codes_are_refused_with_a_hint() {
    use DossierCodeError as E;
    let refused = |typed: &str| DossierCode::parse(typed).unwrap_err();
    assert_eq!(refused("  "), E::Empty);
    assert_eq!(refused("0002418H41-201026-0007"), E::MissingDots);
    assert!(refused("0002418H412010260007").to_string().contains("thiếu dấu chấm"));
    assert_eq!(refused("000.24.18.H41"), E::MissingDashes);
    assert_eq!(refused("000.24.18.H412010260007"), E::MissingDashes);
    assert_eq!(refused("000.24.18.Z41-201026-0007"), E::Agency);
    assert_eq!(refused("000.2.18.H41-201026-0007"), E::Agency);
    assert_eq!(refused("000.24.18.H41-201326-0007"), E::Day);
    assert_eq!(refused("000.24.18.H41-200230-0007"), E::Day);
    assert_eq!(refused("000.24.18.H41-201026-007"), E::Serial);
    assert_eq!(refused("000.24.18.H41-201026-00007"), E::Serial);
    assert_eq!(refused("000.24.18.H41-201026-0000"), E::SerialRange { max: 9_999 });
    assert_eq!(refused("H41.24.18-260126-00007"), E::Serial);
    assert_eq!(refused("H41.24.18-260126-0100007"), E::Serial);
    assert_eq!(refused("000.24.18.H41-201026-٠٠٠٧"), E::Serial);
}

#[test]
fn an_agency_is_turned_round() {
    let turned = |typed: &str| AgencyCode::parse(typed).map(|code| code.left_to_right());
    assert_eq!(turned("000.12.34.H41").as_deref(), Ok("H41.34.12"));
    assert_eq!(turned("000.00.00.h41").as_deref(), Ok("H41"));
    assert_eq!(turned("000.00.34.H41").as_deref(), Ok("H41.34"));
    assert_eq!(turned("007.12.34.H41").as_deref(), Ok("H41.34.12.007"));
    assert_eq!(turned("H41.34.12").as_deref(), Ok("H41.34.12"));
    let back = |typed: &str| AgencyCode::parse(typed).and_then(|code| code.right_to_left());
    assert_eq!(back("H41.34.12").as_deref(), Ok("000.12.34.H41"));
    assert_eq!(back("H41").as_deref(), Ok("000.00.00.H41"));
    assert_eq!(back("H41.907"), Err(AgencyCodeError::NoOldForm));
    assert_eq!(back("H41.AB"), Err(AgencyCodeError::NoOldForm));
    assert_eq!(back(""), Err(AgencyCodeError::Empty));
    assert_eq!(back("Z41.12"), Err(AgencyCodeError::Shape));
    assert_eq!(back("H4.12"), Err(AgencyCodeError::Shape));
    assert_eq!(back(&"H41.12".repeat(8)), Err(AgencyCodeError::TooLong));
    assert_eq!(AgencyCode::parse("000.12.34.H41").unwrap().top(), "H41");
    assert_eq!(AgencyCode::parse("H41.34").unwrap().top(), "H41");
}

#[test]
fn a_procedure_code_is_checked() {
    let read = |typed: &str| ProcedureCode::parse(typed).map(|code| code.to_string());
    assert_eq!(read(" 1.001193 ").as_deref(), Ok("1.001193"));
    assert_eq!(read("1001193").as_deref(), Ok("1.001193"));
    assert_eq!(read("1,001193").as_deref(), Ok("1.001193"));
    assert_eq!(read("1.012790.000.00.00.h41").as_deref(), Ok("1.012790.000.00.00.H41"));
    assert_eq!(read("1.000948.H38").as_deref(), Ok("1.000948.H38"));
    assert_eq!(ProcedureCode::parse("1.012790.000.00.00.H41").unwrap().national(), "1.012790");
    for typed in ["4.001193", "1.01193", "1.0011933", "1.001193.H4", "1.001193.00", "khai sinh"] {
        assert_eq!(read(typed), Err(ProcedureCodeError::Shape), "{typed}");
    }
    assert_eq!(read(""), Err(ProcedureCodeError::Empty));
}

proptest! {
    #[test]
    fn a_code_reads_back_as_it_was_written(
        groups in (prop_oneof![Just(0u16), 0..1000u16], 0..100u8, 0..100u8, 0..100u8),
        day in 0..36_000i32,
        serial in 1..=9_999u32,
        wide in 1..=99_999_999u32,
        owner in 0..100u8,
    ) {
        let (fourth, third, second, top) = groups;
        let agency = format!("{fourth:03}.{third:02}.{second:02}.H{top:02}");
        let agency = AgencyCode::parse(&agency).unwrap();
        let day = date(2000, 1, 1).checked_add(jiff::Span::new().days(day)).unwrap();
        let own = |regime| DossierCode::new(regime, &agency, day, serial).unwrap();
        let mut codes = vec![own(CodeRegime::Agency2018)];
        if fourth == 0 {
            codes.push(own(CodeRegime::Agency2025));
            codes.push(DossierCode::central(&agency, day, owner, wide).unwrap());
        }
        for code in codes {
            prop_assert_eq!(DossierCode::parse(&code.to_string()), Ok(code.clone()));
            prop_assert_eq!(DossierCode::parse(&code.to_string().to_lowercase()), Ok(code));
        }
    }

    #[test]
    fn no_typing_breaks_a_code(text in "[0-9A-Zh. –-]{0,30}|\\PC{0,30}") {
        let _ = DossierCode::parse(&text);
        if let Ok(code) = AgencyCode::parse(&text) {
            prop_assert_eq!(AgencyCode::parse(code.as_str()), Ok(code));
        }
        if let Ok(code) = ProcedureCode::parse(&text) {
            prop_assert_eq!(ProcedureCode::parse(code.as_str()), Ok(code));
        }
    }
}
