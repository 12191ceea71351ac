//! What is settled at the counter in one go and bears the number of a book that another slice keeps: the
//! slice says what its book asks for and gives the number; the desk settles under it.

use domain::{
    ids::{DossierId, UnitId},
    money::Dong,
};
use store::{Fault, Tx};

use crate::{Failure, Site, Typed, Who};

/// What is about to be settled, as far as a book asks for it. Texts are empty where nothing is known yet.
#[derive(Debug, Clone)]
pub struct AtOnce {
    /// The body that settles.
    pub body: UnitId,
    /// The procedure's code.
    pub procedure: String,
    /// The dossier, if it was received before.
    pub dossier: Option<DossierId>,
    /// Whose matter it is.
    pub applicant: String,
    /// The number of his paper.
    pub id_number: String,
    /// When he was born, `YYYY-MM-DD`.
    pub birth_date: String,
    /// Where he lives.
    pub address: String,
    /// What he asks for in his own words.
    pub request: String,
    /// What is to be paid, in đồng; nothing if that is not known.
    pub fee: Option<Dong>,
    /// Copies that the fee was counted by; 0 if it was counted by none.
    pub copies: u32,
    /// Pages of each; 0 if none were counted.
    pub pages: u32,
    /// Whether the form counts copies and pages for the fee, so that they need not be typed twice.
    pub is_counted: bool,
    /// Who signs, with his title.
    pub signer: String,
    /// What the form asks for itself: the name of what a column is copied from, and the form's own field.
    pub own: &'static [(&'static str, &'static str)],
}

impl AtOnce {
    /// The form's own field for what a column is copied from.
    #[must_use]
    pub fn own_field(&self, from: &str) -> Option<&'static str> {
        self.own.iter().find(|it| it.0 == from).map(|it| it.1)
    }
}

/// A field that a book asks for beside those of the form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BookField {
    /// Its name in the form.
    pub name: String,
    /// What people read beside it.
    pub label: String,
    /// What stands under the label.
    pub hint: String,
    /// Whether it takes a whole number.
    pub is_number: bool,
    /// What may be chosen, value and label; empty if it is typed.
    pub options: Vec<(String, String)>,
    /// What stands in it at first.
    pub preset: String,
    /// Whether it must be filled in.
    pub required: bool,
}

/// What a book asks for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BookAsks {
    /// The book's title.
    pub title: String,
    /// The number that it gives next.
    pub next: String,
    /// What it asks for.
    pub fields: Vec<BookField>,
    /// Why it gives none today and what to do; nothing if it does.
    pub refused: Option<String>,
}

/// Where a mistake stands that belongs to the book and to no field.
pub const BOOK_FIELD: &str = "so-sach";

/// Writes the entry whose number was given, for the dossier that it belongs to.
pub type Keep = Box<dyn FnOnce(&mut Tx<'_>, DossierId) -> Result<(), Fault> + Send>;

/// A number that a book gives; the transaction that asked for it writes the entry or is undone.
pub struct BookNumber {
    /// As it stands in the book.
    pub written: String,
    /// With the mark of its volume: for a body that gave the plain number by hand before.
    pub full: String,
    /// Writes the entry.
    pub keep: Keep,
}

/// What is wrong, by field.
pub type WrongFields = Vec<(String, String)>;

/// A number, or what has to be filled in first.
pub type Given = Result<BookNumber, WrongFields>;

/// Says what a book asks for.
pub type Asks = fn(&Who, &mut Tx<'_>, &AtOnce) -> Result<Option<BookAsks>, Failure>;
/// Gives the number of a book.
pub type Gives = fn(&Who, &mut Tx<'_>, &AtOnce, &Typed) -> Result<Option<Given>, Failure>;

/// A slice that keeps books in which results are numbered.
#[derive(Clone, Copy)]
pub struct Numbers {
    /// What the book asks for; nothing if the procedure has none or `who` does not keep it.
    pub asks: Asks,
    /// The next number of the book; nothing where there is none to ask.
    pub gives: Gives,
}

impl Site {
    /// What a book asks of somebody who settles at the counter; nothing if no book numbers it.
    ///
    /// # Errors
    /// Any [`Failure`] of the slice that keeps the book.
    pub fn book_asks(
        &self,
        who: &Who,
        tx: &mut Tx<'_>,
        case: &AtOnce,
    ) -> Result<Option<BookAsks>, Failure> {
        for it in self.numbers.iter() {
            if let Some(asks) = (it.asks)(who, tx, case)? {
                return Ok(Some(asks));
            }
        }
        Ok(None)
    }

    /// The number that a book gives for what is settled at the counter; nothing if no book numbers it.
    ///
    /// # Errors
    /// Any [`Failure`] of the slice that keeps the book. Mistakes in fields are a value.
    pub fn book_number(
        &self,
        who: &Who,
        tx: &mut Tx<'_>,
        case: &AtOnce,
        typed: &Typed,
    ) -> Result<Result<Option<BookNumber>, WrongFields>, Failure> {
        for it in self.numbers.iter() {
            match (it.gives)(who, tx, case, typed)? {
                Some(Ok(number)) => return Ok(Ok(Some(number))),
                Some(Err(wrong)) => return Ok(Err(wrong)),
                None => {}
            }
        }
        Ok(Ok(None))
    }
}
