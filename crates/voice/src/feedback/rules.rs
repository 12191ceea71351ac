//! The rules of `law/feedback.toml`, read once.

use std::sync::LazyLock;

use domain::feedback::{Class, Limits, LimitsFile, PetitionLimits, limits::Rules, read};
use jiff::civil::Date;
use store::Fault;

static RULES: LazyLock<Result<Rules, String>> = LazyLock::new(|| {
    let file: Result<LimitsFile, _> = toml::from_str(include_str!("../../../../law/feedback.toml"));
    file.map(read).map_err(|error| error.to_string())
});

fn rules() -> Result<&'static Rules, Fault> {
    RULES.as_ref().map_err(|error| Fault::Broken(format!("law/feedback.toml: {error}")))
}

fn none(day: Date) -> Fault {
    Fault::Broken(format!("law/feedback.toml says nothing of {day}"))
}

/// What holds on a day.
pub(crate) fn on(day: Date) -> Result<&'static Limits, Fault> {
    rules()?.limits.on(day).ok_or_else(|| none(day))
}

/// The law's limits of a complaint or a denunciation that came in on a day.
pub(super) fn petition_on(class: Class, day: Date) -> Result<&'static PetitionLimits, Fault> {
    let rules = rules()?;
    let versions = match class {
        Class::Denunciation => &rules.denunciation,
        _ => &rules.complaint,
    };
    versions.on(day).ok_or_else(|| none(day))
}
