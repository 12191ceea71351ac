//! The table of deeds, as a person reviews it.

use super::*;

#[test]
fn what_each_deed_takes() {
    let mut table = String::new();
    for deed in Deed::ALL {
        let open: Vec<&str> = Assurance::ALL
            .iter()
            .filter(|it| may(**it, *deed).is_ok())
            .map(|it| it.code())
            .collect();
        table.push_str(&format!("{}: {}\n", deed.code(), open.join(" ")));
    }
    assert_eq!(
        table,
        "file: phone identified\n\
         pay: phone identified\n\
         see_results: phone identified\n\
         store: identified\n\
         see_others: identified\n"
    );
}

#[test]
fn a_refusal_says_what_to_do() {
    let said = may(Assurance::Nothing, Deed::File).unwrap_err().to_string();
    assert!(said.contains("số điện thoại"), "{said}");
    let said = may(Assurance::Phone, Deed::SeeOthers).unwrap_err().to_string();
    assert!(said.contains("căn cước"), "{said}");
}

#[test]
fn a_session_knows_no_more_than_the_way_it_was_opened() {
    let nothing = Known::default();
    let phone = Known { phone_confirmed: true, ..nothing };
    let shown = Known { shown_at_counter: true, ..phone };
    let vouched = Known { provider_vouches: true, ..nothing };
    assert_eq!(of_session(SignInWay::Provider, vouched), Assurance::Identified);
    assert_eq!(of_session(SignInWay::Provider, nothing), Assurance::Nothing);
    assert_eq!(of_session(SignInWay::Provider, phone), Assurance::Phone);
    assert_eq!(of_session(SignInWay::Phone, phone), Assurance::Phone);
    assert_eq!(of_session(SignInWay::Phone, shown), Assurance::Identified);
    // The provider vouched once, long ago: a code to the telephone does not repeat that.
    assert_eq!(of_session(SignInWay::Phone, vouched), Assurance::Phone);
}

proptest::proptest! {
    #[test]
    fn knowing_more_never_closes_a_door(deed in 0..Deed::ALL.len(), low in 0..3_usize, high in 0..3_usize) {
        let (low, high) = (low.min(high), low.max(high));
        let open = |at: usize| may(Assurance::ALL[at], Deed::ALL[deed]).is_ok();
        proptest::prop_assert!(!open(low) || open(high));
    }
}
