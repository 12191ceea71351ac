//! One step of a workflow: who, what, how long, and what it demands.

use serde::{Deserialize, Serialize};

use crate::{
    access::Role,
    dossier::{Part, codes::codes},
    org::UnitKind,
    text,
};

codes! {
    /// How somebody takes part in a step beside its main handler.
    pub enum Way {
        /// Works on the dossier while the main handler owns the step.
        CoHandler = "co_handler", "Phối hợp";
        /// Sees and reads it.
        Follower = "follower", "Theo dõi";
    }
}

codes! {
    /// Where the people of a member's role are.
    pub enum Place {
        /// The unit that settles the dossier.
        Office = "office", "Đơn vị giải quyết";
        /// The one-stop shop that received it.
        Counter = "counter", "Bộ phận Một cửa";
        /// Anywhere in the commune, district or province.
        Body = "body", "Cả cơ quan";
    }
}

codes! {
    /// What a file of a dossier is.
    pub enum FileKind {
        /// A scan of what was handed in.
        Scan = "scan", "Bản quét giấy tờ";
        /// A document that the office made.
        Result = "result", "Văn bản do cơ quan lập";
    }
}

/// People who take part in a step beside its main handler.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// What they do.
    pub way: Way,
    /// What they are in the office.
    #[serde(with = "role_code")]
    pub role: Role,
    /// Where.
    pub place: Place,
    /// The title of their position (chức danh), if only they are meant; empty for all.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub title: String,
}

mod role_code {
    //! Roles by their codes.

    use serde::{Deserialize as _, Deserializer, Serializer, de::Error as _};

    use crate::access::Role;

    pub fn serialize<S: Serializer>(role: &Role, out: S) -> Result<S::Ok, S::Error> {
        out.serialize_str(role.code())
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Role, D::Error> {
        let code = String::deserialize(from)?;
        Role::from_code(&code).ok_or_else(|| D::Error::custom(format!("vai trò lạ: {code}")))
    }
}

/// What must be so before a dossier leaves a step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Guard {
    /// Fees and charges are paid.
    FeePaid,
    /// A paper with this name is among those handed in, or attached as a document.
    Paper {
        /// What it is called.
        name: String,
    },
    /// A file of this kind is attached.
    File {
        /// Which kind.
        of: FileKind,
    },
    /// Everybody who was asked has answered or was given up.
    ConsultationsBack,
}

impl Guard {
    /// What people read.
    #[must_use]
    pub fn label(&self) -> String {
        match self {
            Self::FeePaid => "Đã nộp đủ phí, lệ phí".to_owned(),
            Self::Paper { name } => format!("Có giấy tờ: {name}"),
            Self::File { of } => format!("Có tệp: {}", of.label().to_lowercase()),
            Self::ConsultationsBack => "Đã có đủ ý kiến".to_owned(),
        }
    }
}

/// A series of numbers (sổ lấy số): without gaps, per commune or district and year.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Series {
    /// Its name.
    pub name: String,
    /// How a number is written, with `{so}` for the number and `{nam}` for the year.
    pub pattern: String,
}

impl Series {
    /// The number as it stands on paper.
    #[must_use]
    pub fn written(&self, year: i16, number: i64) -> String {
        self.pattern.replace("{so}", &number.to_string()).replace("{nam}", &year.to_string())
    }
}

/// Units that a step asks for their opinion, all at once, while the main clock runs on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Question {
    /// Which kind of unit, by `UnitKind::code`.
    pub kind: String,
    /// Words of its name, if only some of that kind are meant; empty for all.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// Minutes of office time in which they answer.
    pub minutes: i64,
}

impl Question {
    /// Whether a unit of this kind and name is meant.
    #[must_use]
    pub fn means(&self, kind: &str, name: &str) -> bool {
        let name = text::fold(name);
        self.kind == kind && text::words(&self.name).iter().all(|word| name.contains(word.as_str()))
    }

    /// What people read.
    #[must_use]
    pub fn label(&self) -> String {
        let kind = UnitKind::of(&self.kind).map_or("Đơn vị", |it| it.label());
        if self.name.is_empty() { kind.to_owned() } else { format!("{kind}: {}", self.name) }
    }
}

/// One step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// Who does it, as the decision says.
    pub actor: String,
    /// Whose part that is.
    pub part: Part,
    /// What is done.
    pub task: String,
    /// Minutes of office time; none if the decision does not count it.
    pub minutes: i64,
    /// Who takes part beside the main handler.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub members: Vec<Member>,
    /// What must be so before it is left.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub guards: Vec<Guard>,
    /// Documents that must have been made before it is left, by name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub documents: Vec<String>,
    /// Where the number of the result comes from; typed by the clerk if nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub series: Option<Series>,
    /// Minutes of office time after which the dossier moves on by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub moves_after: Option<i64>,
    /// Who is asked for an opinion, all at once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub questions: Vec<Question>,
}

impl Step {
    /// A step that demands nothing but its time.
    #[must_use]
    pub fn new(actor: &str, part: Part, task: &str, minutes: i64) -> Self {
        Self {
            actor: actor.to_owned(),
            part,
            task: task.to_owned(),
            minutes,
            members: Vec::new(),
            guards: Vec::new(),
            documents: Vec::new(),
            series: None,
            moves_after: None,
            questions: Vec::new(),
        }
    }

    /// Every text of the step that people write.
    pub(super) fn texts(&self) -> impl Iterator<Item = &str> {
        let papers = self.guards.iter().filter_map(|it| match it {
            Guard::Paper { name } => Some(name),
            _ => None,
        });
        let series = self.series.iter().flat_map(|it| [&it.name, &it.pattern]);
        let all = [&self.actor, &self.task].into_iter().chain(&self.documents).chain(papers);
        let all = all.chain(series).chain(self.members.iter().map(|it| &it.title));
        all.chain(self.questions.iter().map(|it| &it.name)).map(String::as_str)
    }
}
