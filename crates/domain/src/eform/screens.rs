//! A form question by question: what stands on one screen of a telephone.

use super::{Eform, Judgement, Kind};

/// One question, with the notes and computed values around it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Screen<'a> {
    /// The question: a field's code.
    pub question: &'a str,
    /// The part that it stands in.
    pub page: usize,
    /// What the screen shows, in the form's order; the question is one of them.
    pub fields: Vec<&'a str>,
}

/// The questions that these answers show, one to a screen. What asks nothing stands with the question before it, or
/// with the first of its part; a part without a question has no screen. Files are handed in with the papers.
#[must_use]
pub fn screens<'a>(form: &'a Eform, judged: &Judgement) -> Vec<Screen<'a>> {
    let mut found: Vec<Screen<'a>> = Vec::new();
    for (page, of) in form.pages.iter().enumerate() {
        let mut before: Vec<&'a str> = Vec::new();
        for field in of.fields.iter().filter(|it| judged.shows(&it.code)) {
            let code = field.code.as_str();
            let asks = field.is_asked() && field.kind != Kind::File;
            match found.last_mut().filter(|it| it.page == page) {
                _ if asks => {
                    before.push(code);
                    let fields = std::mem::take(&mut before);
                    found.push(Screen { question: code, page, fields });
                }
                Some(last) => last.fields.push(code),
                None => before.push(code),
            }
        }
    }
    found
}
