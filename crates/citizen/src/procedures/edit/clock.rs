//! The part of the form that says how the procedure's clock differs.

use domain::{dossier::SuspensionKind, law::AfterSupplement, procedure::ClockRules};
use site::Fields;

/// The fields of a form that says what `rules` say.
pub(super) fn put(rules: &ClockRules, pairs: &mut Vec<(String, String)>) {
    let mut add = |name: &str, value: String| pairs.push((name.to_owned(), value));
    rules.pauses.iter().for_each(|it| add("dong-ho-dung", it.code().to_owned()));
    add("dong-ho-sau", rules.after_supplement.map_or("", AfterSupplement::code).to_owned());
    let days = |it: Option<u16>| it.map(|it| it.to_string()).unwrap_or_default();
    add("dong-ho-cho", days(rules.supplement_wait_days));
    add("dong-ho-yeu-cau", days(rules.supplement_within_days));
    add("dong-ho-can-cu", rules.source.clone());
}

/// What happens to the limit when missing papers come, as choices.
pub(super) fn after_options() -> Vec<(String, String)> {
    let own = AfterSupplement::ALL.iter().map(|it| (it.code().to_owned(), it.label().to_owned()));
    std::iter::once((String::new(), "Theo quy tắc chung".to_owned())).chain(own).collect()
}

/// What was typed; what is wrong stands beside its field. A form without this part leaves the
/// rules as they were.
pub(super) fn read(fields: &mut Fields, before: &ClockRules) -> Option<ClockRules> {
    if !fields.typed().has("dong-ho-can-cu") {
        return Some(before.clone());
    }
    let ticked: Vec<SuspensionKind> =
        fields.typed().all("dong-ho-dung").filter_map(SuspensionKind::from_code).collect();
    // In the order of the list, so that the same ticks are the same rules.
    let pauses = ClockRules::PAUSES.into_iter().filter(|it| ticked.contains(it)).collect();
    let after_supplement = AfterSupplement::from_code(fields.typed().get("dong-ho-sau"));
    let mut days = |name: &str| match fields.typed().get(name) {
        "" => Some(None),
        _ => fields.number(name, 1..=365).map(|it| u16::try_from(it).ok()),
    };
    let supplement_wait_days = days("dong-ho-cho");
    let supplement_within_days = days("dong-ho-yeu-cau");
    let source = fields.optional_text("dong-ho-can-cu", 500)?;
    Some(ClockRules {
        after_supplement,
        supplement_wait_days: supplement_wait_days?,
        supplement_within_days: supplement_within_days?,
        pauses,
        source,
    })
}
