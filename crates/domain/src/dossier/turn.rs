//! Whose turn it is on a dossier that nobody holds by name: it lies between two people.

use super::{Part, Status};

/// Whose turn it is, and what is waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Turn {
    /// Whose part comes next.
    pub part: Part,
    /// Who that is, as people read it.
    pub label: &'static str,
    /// What is waited for; empty where the label says it.
    pub waits: &'static str,
}

/// People who are named beside a turn at most.
const NAMED_MAX: usize = 2;

impl Turn {
    /// The turn in words, with those who may take it: `Lãnh đạo ký: Hồ Văn Chủ`.
    #[must_use]
    pub fn said(&self, people: &[String]) -> String {
        let waits =
            if self.waits.is_empty() { String::new() } else { format!(" ({})", self.waits) };
        let named = people.iter().take(NAMED_MAX).cloned().collect::<Vec<_>>().join(", ");
        let more = match people.len().saturating_sub(NAMED_MAX) {
            0 => String::new(),
            more => format!(" và {more} người khác"),
        };
        match named.is_empty() {
            true => format!("{}{waits}", self.label),
            false => format!("{}{waits}: {named}{more}", self.label),
        }
    }

    /// The statuses in which it is the turn of `part`.
    pub fn statuses(part: Part) -> impl Iterator<Item = Status> {
        Status::ALL.iter().copied().filter(move |it| turn_of(*it).is_some_and(|it| it.part == part))
    }
}

/// The parts whose turn it may be, in the order of a dossier's way.
pub const TURNS: [Part; 6] =
    [Part::Counter, Part::Dispatcher, Part::Officer, Part::Reviewer, Part::Signer, Part::Clerk];

/// Whose turn it is in a status; nobody's once nothing more is to be done.
#[must_use]
pub const fn turn_of(status: Status) -> Option<Turn> {
    match status {
        Status::Draft
        | Status::RefusedIntake
        | Status::Returned
        | Status::Archived
        | Status::Withdrawn
        | Status::ClosedNoSupplement => None,
        Status::Submitted => counter("chờ tiếp nhận"),
        Status::IntakeSupplement => counter("chờ công dân hoàn thiện"),
        Status::Accepted => counter("chờ chuyển"),
        Status::AwaitSupplement => counter("chờ công dân bổ sung"),
        Status::AwaitPayment => counter("chờ nộp phí"),
        Status::WithdrawRequested => counter("chờ rút hồ sơ"),
        Status::ResultAtCounter => {
            Some(Turn { part: Part::Counter, label: "Quầy trả kết quả", waits: "" })
        }
        Status::Transferred => {
            Some(Turn {
                part: Part::Dispatcher, label: "Người phân công", waits: "chờ phân công"
            })
        }
        Status::Assigned | Status::Processing | Status::Verifying | Status::Consulting => {
            Some(Turn { part: Part::Officer, label: "Người thụ lý", waits: "" })
        }
        Status::Correcting => {
            Some(Turn { part: Part::Officer, label: "Người thụ lý", waits: "đính chính" })
        }
        Status::ToReview => {
            Some(Turn { part: Part::Reviewer, label: "Người thẩm tra", waits: "" })
        }
        Status::ToSign => Some(Turn { part: Part::Signer, label: "Lãnh đạo ký", waits: "" }),
        Status::ToNumber => {
            Some(Turn { part: Part::Clerk, label: "Văn thư", waits: "chờ vào số" })
        }
    }
}

const fn counter(waits: &'static str) -> Option<Turn> {
    Some(Turn { part: Part::Counter, label: "Bộ phận Một cửa", waits })
}

/// How a turn is called in a filter, for every status of it.
#[must_use]
pub const fn filter_label(part: Part) -> &'static str {
    match part {
        Part::Counter => "Bộ phận Một cửa",
        Part::Dispatcher => "Người phân công",
        Part::Reviewer => "Người thẩm tra",
        Part::Signer => "Lãnh đạo ký",
        Part::Clerk => "Văn thư",
        _ => "Người thụ lý",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_must_act_next_is_named_and_nobody_once_it_is_done() {
        for status in Status::ALL {
            let turn = turn_of(*status);
            // What is owed an answer lies with somebody; the result, until it is fetched, at the counter.
            if status.is_open() || matches!(status, Status::ResultAtCounter | Status::Submitted) {
                assert!(turn.is_some(), "{status:?}");
            }
            if let Some(it) = turn {
                assert!(TURNS.contains(&it.part), "{status:?} stands in the filter");
                assert!(Turn::statuses(it.part).any(|it| it == *status));
            }
        }
        assert_eq!(turn_of(Status::Returned), None);
    }

    #[test]
    fn a_turn_names_two_people_and_counts_the_others() {
        let names = |all: &[&str]| all.iter().map(|it| (*it).to_owned()).collect::<Vec<_>>();
        let sign = turn_of(Status::ToSign).unwrap();
        assert_eq!(sign.said(&[]), "Lãnh đạo ký");
        assert_eq!(sign.said(&names(&["A"])), "Lãnh đạo ký: A");
        assert_eq!(sign.said(&names(&["A", "B", "C", "D"])), "Lãnh đạo ký: A, B và 2 người khác");
        let number = turn_of(Status::ToNumber).unwrap();
        assert_eq!(number.said(&names(&["C"])), "Văn thư (chờ vào số): C");
        assert_eq!(turn_of(Status::ResultAtCounter).unwrap().said(&[]), "Quầy trả kết quả");
        assert_eq!(turn_of(Status::Accepted).unwrap().said(&[]), "Bộ phận Một cửa (chờ chuyển)");
    }
}
