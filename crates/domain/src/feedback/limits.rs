//! The limits and rules of each class, as dated data (`law/feedback.toml`).

use jiff::civil::Date;
use serde::Deserialize;

use super::Class;
use crate::{deadline::TimeLimit, dossier::codes::codes, law::Versions};

codes! {
    /// Whether somebody must say who he is.
    pub enum Identity {
        /// Whoever wants an answer by law gives his name and how he is reached.
        Named = "named", "Cần họ tên, địa chỉ, điện thoại nếu muốn được trả lời theo quy định";
        /// He may.
        Optional = "optional", "Không bắt buộc xưng tên";
        /// Without it nothing is taken up.
        Mandatory = "mandatory", "Bắt buộc họ tên, địa chỉ và chữ ký";
        /// Needed, and kept secret by law.
        Secret = "secret", "Cần họ tên, địa chỉ; được giữ bí mật theo luật";
    }
}

/// What holds for one class.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClassLaw {
    /// The class.
    pub class: Class,
    /// How it is told from the others, in a sentence.
    pub test: String,
    /// By which law.
    pub law: String,
    /// Who is competent.
    pub competent: String,
    /// Whether its sender must say who he is.
    pub identity: Identity,
    /// Within what it is answered.
    pub answer: TimeLimit,
    /// Where that limit stands.
    pub source: String,
}

/// The rules in force from a day.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// First day in force.
    pub in_force_from: Date,
    /// Within what it is classified.
    pub sort: TimeLimit,
    /// Where that stands.
    pub sort_source: String,
    /// Within what it is handed to whoever is competent.
    pub transfer: TimeLimit,
    /// Where that stands.
    pub transfer_source: String,
    /// Working days before the answer is due at which whoever has it is reminded.
    pub remind_before_days: u32,
    /// Days after an answer at which its sender is asked again whether it is solved.
    pub ask_again_days: u32,
    /// Days of silence after that which close it.
    pub silence_days: u32,
    /// Where that stands.
    pub silence_source: String,
    /// Each class.
    pub class: Vec<ClassLaw>,
}

impl Limits {
    /// What holds for a class.
    #[must_use]
    pub fn of(&self, class: Class) -> Option<&ClassLaw> {
        self.class.iter().find(|it| it.class == class)
    }
}

/// The limits of complaints or of denunciations in force from a day.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PetitionLimits {
    /// First day in force.
    pub in_force_from: Date,
    /// Check and decide on acceptance.
    pub accept: TimeLimit,
    /// The same where things have to be checked in several places.
    pub accept_several: TimeLimit,
    /// Settle, from acceptance.
    pub settle: TimeLimit,
    /// Settle a complex one.
    pub settle_complex: TimeLimit,
    /// Settle a very complex one.
    pub settle_very_complex: Option<TimeLimit>,
    /// Settle in a remote area.
    pub settle_remote: Option<TimeLimit>,
    /// Settle a complex one in a remote area.
    pub settle_remote_complex: Option<TimeLimit>,
    /// How often the limit may be extended.
    pub extensions_max: u8,
    /// Tell of acceptance.
    pub notify: TimeLimit,
    /// Hand on what others are competent for.
    pub refer: TimeLimit,
    /// Send decision or conclusion.
    pub send: TimeLimit,
    /// Publish it.
    pub publish: TimeLimit,
    /// The articles.
    pub source: String,
}

/// `law/feedback.toml`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LimitsFile {
    version: Vec<Limits>,
    complaint: Vec<PetitionLimits>,
    denunciation: Vec<PetitionLimits>,
}

/// The rules by date.
#[derive(Debug, Clone)]
pub struct Rules {
    /// Of everything.
    pub limits: Versions<Limits>,
    /// Of complaints.
    pub complaint: Versions<PetitionLimits>,
    /// Of denunciations.
    pub denunciation: Versions<PetitionLimits>,
}

/// The file by date.
#[must_use]
pub fn read(file: LimitsFile) -> Rules {
    let petition = |all: Vec<PetitionLimits>| {
        Versions::new(all.into_iter().map(|it| (it.in_force_from, it)).collect())
    };
    Rules {
        limits: Versions::new(file.version.into_iter().map(|it| (it.in_force_from, it)).collect()),
        complaint: petition(file.complaint),
        denunciation: petition(file.denunciation),
    }
}
