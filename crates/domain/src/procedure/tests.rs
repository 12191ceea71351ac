//! The catalogue that ships, and rows that cannot be kept.

use super::*;

fn shipped() -> Vec<ProcedureVersion> {
    serde_json::from_str(include_str!("../../../../data/procedures.json")).unwrap()
}

#[test]
fn every_procedure_that_ships_can_be_kept_and_has_its_own_code() {
    let all = shipped();
    assert_eq!(all.len(), 541);
    let mut codes: Vec<&str> = all.iter().map(|it| it.code.as_str()).collect();
    codes.sort_unstable();
    codes.dedup();
    assert_eq!(codes.len(), 541);
    for (row, it) in all.iter().enumerate() {
        assert_eq!(it.errors(row + 1), [], "{}", it.name);
    }
    assert_eq!(all.iter().filter(|it| it.body == "ubnd").count(), 420);
    let by_districts = all.iter().filter(|it| it.settled_by(Tier::District, true)).count();
    assert!(by_districts > 200, "{by_districts}");
    assert_eq!(all.iter().filter(|it| it.settled_by(Tier::District, false)).count(), 0);
}

#[test]
fn birth_registration_reads_as_announced() {
    let all = shipped();
    let birth = all.iter().find(|it| it.code == "1.001193").unwrap();
    assert_eq!(birth.limit_text(), "Trong ngày; nhận sau 15 giờ thì trả ngày làm việc tiếp theo");
    assert_eq!(birth.fee_text(), "Không thu");
    assert!(birth.settled_by(Tier::Commune, true) && birth.settled_by(Tier::Commune, false));
    assert!(birth.papers.iter().any(|it| it.role == PaperRole::Note));
    assert!(birth.papers_to_bring().all(|it| it.role != PaperRole::Note));
}

#[test]
fn what_the_source_does_not_say_is_not_made_up() {
    let all = shipped();
    let unknown = all.iter().find(|it| it.limits.is_empty()).unwrap();
    assert_eq!(unknown.limit_text(), "Chưa công bố");
    assert!(all.iter().any(|it| it.fees.is_empty() && it.fee_text() == "Chưa công bố"));
}

#[test]
fn a_row_that_cannot_be_kept_says_which_field_and_what_to_do() {
    let mut row = shipped().remove(0);
    row.code = "abc".into();
    row.name = String::new();
    row.limits = vec![ChannelLimit { channel: None, value: 0, unit: LimitUnit::WorkingDay }];
    let fields: Vec<&str> = row.errors(7).iter().map(|it| it.field).collect();
    assert_eq!(fields, ["code", "name", "limits"]);
}

#[test]
fn a_clock_of_its_own_says_so_in_sentences_and_owes_its_document() {
    use crate::{dossier::SuspensionKind, law::AfterSupplement};
    let general = ClockRules::default();
    assert!(general.is_general() && general.sentences().is_empty() && general.errors().is_empty());
    assert!(general.pauses_for(SuspensionKind::Supplement));
    assert!(general.pauses_for(SuspensionKind::Payment));
    assert!(!general.pauses_for(SuspensionKind::Verification));
    assert!(general.restarts(None));
    let own = ClockRules {
        pauses: vec![SuspensionKind::Verification, SuspensionKind::Consultation],
        after_supplement: Some(AfterSupplement::Resume),
        supplement_wait_days: Some(0),
        ..ClockRules::default()
    };
    assert_eq!(
        own.sentences().first().map(String::as_str),
        Some("Thời hạn không gồm thời gian xác minh, lấy ý kiến cơ quan khác.")
    );
    assert!(!own.restarts(None));
    assert_eq!(own.errors().len(), 2, "nought days, and no document");
}

#[test]
fn a_version_kept_before_clocks_had_rules_reads_as_general() {
    let it: ClockRules = serde_json::from_str("{}").unwrap();
    assert!(it.is_general());
}
