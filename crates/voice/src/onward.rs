//! What was said by telephone, on a slip or at a reception becomes a feedback, once, in the same transaction.

use domain::{
    feedback::{Class, Door},
    ids::UnitId,
    time::Instant,
};
use site::{Failure, Site, Typed};
use store::Tx;

use crate::feedback::facts::{NewFeedback, NewFile, Received, Sender, receive};

/// What is handed on.
pub(crate) struct Onward<'a> {
    /// To which unit.
    pub unit: UnitId,
    /// Through which door.
    pub door: Door,
    /// From what: nothing is handed on twice.
    pub source: (&'static str, i64),
    /// What whoever hands it on calls it.
    pub class: Class,
    /// What was said.
    pub text: &'a str,
    /// Whom it names, as it was said.
    pub accused: &'a str,
    /// Whether it is about the head of the unit: a denunciation then goes to the unit above.
    pub about_head: bool,
    /// Who said it; nobody: anonymous.
    pub sender: Option<Sender>,
    /// Its picture.
    pub file: Option<NewFile>,
    /// When it was said.
    pub at: Instant,
}

/// Hands it on; its code and secret are for whoever said it.
///
/// # Errors
/// [`Failure::Refused`] if it was handed on before; any fault of the engine.
pub(crate) fn hand_on(site: &Site, tx: &mut Tx<'_>, it: Onward<'_>) -> Result<Received, Failure> {
    let mut new = NewFeedback::of(it.unit, it.door, it.class, it.text);
    new.source = Some(it.source);
    new.empties_source = true;
    new.accused = it.accused.to_owned();
    new.about_head = it.about_head;
    new.sender = it.sender;
    new.files = it.file.into_iter().collect();
    new.received_at = Some(it.at);
    receive(site, tx, &new)
}

/// The classes as choices of a list.
pub(crate) fn classes() -> Vec<(String, String)> {
    Class::ALL.iter().map(|it| (it.code().to_owned(), it.label().to_owned())).collect()
}

/// Whom it names and whether that is the head of the unit, as a form of the office says.
pub(crate) fn accused(typed: &Typed) -> (String, bool) {
    let typed_name: String = typed.get("ve-ai").chars().take(200).collect();
    (typed_name, typed.has("ve-nguoi-dung-dau"))
}

/// What is told to the office after it was handed on: the code and the secret are for whoever said it.
pub(crate) fn notice(it: &Received) -> String {
    format!("Đã chuyển thành phản ánh {}. Mã bí mật để người dân theo dõi: {}.", it.code, it.secret)
}
