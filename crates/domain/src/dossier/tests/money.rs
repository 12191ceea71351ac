//! What is owed, paid and given back.

use super::*;

#[test]
fn a_part_of_a_debt_is_no_payment_too_much() {
    let mut dossier = Dossier {
        status: Status::Processing,
        fee_due: Dong(100_000),
        fee_paid: Dong(60_000),
        financial: Financial::Due,
        ..Dossier::default()
    };
    let cashier = counter();
    let refund = |dossier: &Dossier| {
        let what = What::Refund { amount: Dong(60_000) };
        let words = Some("Thu nhầm".to_owned());
        decide(dossier, Command { what, words }, &cashier, NOW)
    };
    assert_eq!(refund(&dossier).unwrap_err(), Refused::DebtLeft);
    dossier.fee_due = Dong::ZERO;
    dossier.financial = Financial::Paid;
    assert!(refund(&dossier).is_ok());
    // Nothing comes of what was withdrawn: what was paid on it goes back.
    dossier.status = Status::Withdrawn;
    dossier.fee_due = Dong(100_000);
    dossier.financial = Financial::Due;
    assert!(refund(&dossier).is_ok());
}
