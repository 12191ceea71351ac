//! The level of an online service (mức độ dịch vụ công trực tuyến) as a unit offers it.
//!
//! The catalogue names a level for everybody; a unit sets its own from a day on. Neither is
//! offered above what is possible where one files: a page must not promise what does not work.
//!
//! Law: NĐ 43/2011/NĐ-CP Đ.3 k.4–7 (the four levels), NĐ 42/2022/NĐ-CP Đ.2, Đ.6 (end-to-end and
//! partial), NĐ 45/2020/NĐ-CP Đ.4–5 (what filing and answering online take).

use jiff::civil::Date;

use crate::{
    dossier::codes::codes,
    procedure::{ChannelKind, ProcedureVersion, ServiceLevel},
};

#[cfg(test)]
mod tests;

codes! {
    /// What keeps a procedure from a level.
    pub enum Obstacle {
        /// It is not handed in online.
        NoOnline = "no_online",
            "danh mục chưa công bố cách nộp trực tuyến cho thủ tục này";
        /// Its fee cannot be paid online.
        NoPayment = "no_payment",
            "thủ tục có thu phí mà đơn vị chưa có tài khoản nhận tiền";
        /// Its result cannot be given electronically.
        NoResult = "no_result",
            "đơn vị chưa có con dấu số nên chưa trả được kết quả điện tử";
        /// Its result can be sealed, but whoever checks the seal finds it invalid.
        UntrustedSeal = "untrusted_seal",
            "con dấu số của đơn vị do tổ chức chưa được tin cậy cấp nên kết quả điện tử sẽ bị coi là chưa hợp lệ";
    }
}

/// The seal with which a unit's electronic results are sealed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SealState {
    /// It has none.
    #[default]
    None,
    /// It has one that nobody whom we trust issued.
    Untrusted,
    /// It has one that holds.
    Trusted,
}

/// What there is at a unit for one procedure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Means {
    /// It may be handed in online.
    pub online: bool,
    /// There is nothing to pay, or an account to pay it to.
    pub payment: bool,
    /// With what the unit seals results electronically.
    pub seal: SealState,
}

impl Means {
    /// What a procedure and a unit bring together: whether the unit has an account for fees, and
    /// what seal for electronic results.
    #[must_use]
    pub fn of(body: &ProcedureVersion, has_account: bool, seal: SealState) -> Self {
        let free = body.fees.iter().all(|it| it.amount.is_some_and(|it| it.0 == 0));
        Self {
            // The catalogue that says “level 3” and forgets to name the channel means it.
            online: body.channels.contains(&ChannelKind::Online)
                || body.level.number().is_some_and(|it| it >= 3),
            payment: has_account || free,
            seal,
        }
    }

    /// What stands in the way of a level.
    #[must_use]
    pub fn obstacles(self, level: ServiceLevel) -> Vec<Obstacle> {
        let number = level.number().unwrap_or(1);
        let needs = [
            (3, self.online, Obstacle::NoOnline),
            (4, self.payment, Obstacle::NoPayment),
            (4, self.seal != SealState::None, Obstacle::NoResult),
            (4, self.seal != SealState::Untrusted, Obstacle::UntrustedSeal),
        ];
        let missing = needs.into_iter().filter(|(from, there, _)| number >= *from && !there);
        missing.map(|(_, _, why)| why).collect()
    }

    /// The highest level of all that is possible.
    #[must_use]
    pub fn highest(self) -> ServiceLevel {
        let mut levels = LEVELS.into_iter().rev();
        levels.find(|it| self.obstacles(*it).is_empty()).unwrap_or(ServiceLevel::Information)
    }
}

/// The levels that a unit can offer, lowest first.
pub const LEVELS: [ServiceLevel; 4] =
    [ServiceLevel::Information, ServiceLevel::Forms, ServiceLevel::Partial, ServiceLevel::EndToEnd];

/// What a unit set from a day on; without a level it goes by the catalogue again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Setting {
    /// First day.
    pub from: Date,
    /// The level; none for the catalogue's.
    pub level: Option<ServiceLevel>,
}

/// Where the level that holds comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// The unit set it.
    Unit,
    /// The catalogue names it.
    Catalogue,
    /// Nobody names one: information is what is always given.
    Nobody,
}

/// The level that holds, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// What is offered.
    pub level: ServiceLevel,
    /// Who says so.
    pub origin: Origin,
    /// What was said before it was cut to what is possible.
    pub wanted: ServiceLevel,
    /// Why it was cut; empty if it was not.
    pub obstacles: Vec<Obstacle>,
}

/// The level that holds on `day`: the newest setting that has begun, else the catalogue's; never
/// above what is possible. Settings may come in any order; of two of one day the later in the list
/// counts.
#[must_use]
pub fn held_on(settings: &[Setting], catalogue: ServiceLevel, means: Means, day: Date) -> Held {
    let set = settings.iter().filter(|it| it.from <= day).max_by_key(|it| it.from);
    let (wanted, origin) = match (set.and_then(|it| it.level), catalogue) {
        (Some(level), _) => (level, Origin::Unit),
        (None, ServiceLevel::Unknown) => (ServiceLevel::Information, Origin::Nobody),
        (None, level) => (level, Origin::Catalogue),
    };
    let obstacles = means.obstacles(wanted);
    let level = if obstacles.is_empty() { wanted } else { means.highest().min_of(wanted) };
    Held { level, origin, wanted, obstacles }
}

impl ServiceLevel {
    /// The lower of the two.
    #[must_use]
    pub fn min_of(self, other: Self) -> Self {
        if self.number().unwrap_or(1) <= other.number().unwrap_or(1) { self } else { other }
    }

    /// Whether blank forms are offered to download: from level 2.
    #[must_use]
    pub fn offers_forms(self) -> bool {
        self.number().is_some_and(|it| it >= 2)
    }

    /// Whether one files online: from level 3.
    #[must_use]
    pub fn offers_filing(self) -> bool {
        self.number().is_some_and(|it| it >= 3)
    }

    /// Whether one also pays and receives online: level 4.
    #[must_use]
    pub fn offers_all(self) -> bool {
        self.number() == Some(4)
    }
}

/// How a level is used in a period: dossiers received, and how many of them online.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Use {
    /// Procedures at this level.
    pub procedures: u64,
    /// Procedures at this level with at least one dossier that came online.
    pub used: u64,
    /// Dossiers received.
    pub received: u64,
    /// Of them online.
    pub online: u64,
}

impl Use {
    /// Both together.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self {
            procedures: self.procedures + other.procedures,
            used: self.used + other.used,
            received: self.received + other.received,
            online: self.online + other.online,
        }
    }

    /// The share that came online: `"12,5%"`, or a dash.
    #[must_use]
    pub fn share(self) -> String {
        crate::text::percent_of(self.online, self.received)
    }
}
