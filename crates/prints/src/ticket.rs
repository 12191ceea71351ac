//! The slip of a queue: a number for a roll of paper 80 mm wide.

use serde::{Deserialize, Serialize};

use crate::{
    PrintError,
    clean::clean,
    forms::{merge, qr_or_nothing},
    typeset::{self, Profile},
};

/// A number to print. It names nobody.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct TicketSlip {
    /// The one-stop shop.
    pub unit: String,
    /// What stands above the number.
    pub heading: String,
    /// The number, such as `A012`.
    pub label: String,
    /// What the person came for.
    pub lane: String,
    /// The priority, in words; may be empty.
    pub priority: String,
    /// How many are before, in words.
    pub ahead: String,
    /// How long that takes, in words.
    pub wait: String,
    /// When it was taken, in words.
    pub taken: String,
    /// What the square code is for.
    pub follow: String,
    /// Where the number can be followed; may be empty.
    pub url: String,
    /// Marks the paper as made from invented data.
    pub demo: bool,
}

/// The slip as PDF, 80 mm wide and as long as it needs.
///
/// # Errors
/// When the address does not fit a square code, or the typesetter fails.
pub fn render_ticket(slip: &TicketSlip) -> Result<Vec<u8>, PrintError> {
    let mut data = serde_json::to_value(slip)?;
    merge(&mut data, serde_json::json!({ "qr": qr_or_nothing(&slip.url)? }));
    clean(&mut data);
    typeset::pdf(include_str!("../forms/ticket.typ"), &data, Profile::Plain)
}
