//! The way through a form: a question, a part or all of it at a time; what comes before and after with these answers,
//! and what is drawn of it. Whoever asks by a form goes this way, whether the answers are kept or travel along.

use axum::http::{HeaderMap, header};
use domain::eform::{self, Answers, Eform, Field, Judgement};
use site::{Failure, Typed, Who, Words};

use super::fill::{self, Asking};

/// The part that is all of them, in addresses and pages.
pub const WHOLE: &str = "tat-ca";
/// The first question, whichever it is, in an address.
pub const FIRST: &str = "dau";

/// Whether a browser says that it is a telephone's: every one of those says so by this word, and no other does.
#[must_use]
pub fn is_phone(headers: &HeaderMap) -> bool {
    let agent = headers.get(header::USER_AGENT).and_then(|it| it.to_str().ok());
    agent.is_some_and(|it| it.contains("Mobi"))
}

/// What of a form a page shows, and how.
#[derive(Debug, Clone, Copy, Default)]
pub struct Part<'a> {
    /// The part's place; none: all parts.
    pub at: Option<usize>,
    /// The one question of it that is shown, by its field; empty: all of them.
    pub question: &'a str,
    /// The table that is to have one more row.
    pub more: &'a str,
    /// Answers made questions appear that were not there before.
    pub news: bool,
    /// Mistakes are said.
    pub told: bool,
}

impl<'a> Part<'a> {
    /// The part that an address or a form names.
    #[must_use]
    pub fn asked(asked: &'a Typed) -> Self {
        let named = asked.get("phan");
        let at = (named != WHOLE).then(|| named.parse().unwrap_or(0));
        let question = asked.get("cau");
        Self { at, question, more: asked.get("dong"), news: asked.has("moi"), told: false }
    }

    /// The end of the address of what it shows.
    #[must_use]
    pub fn address(self) -> String {
        if self.question.is_empty() {
            format!("&phan={}", self.code())
        } else {
            format!("&cau={}", site::percent(self.question))
        }
    }

    /// As addresses and forms name it.
    #[must_use]
    pub fn code(self) -> String {
        self.at.map_or_else(|| WHOLE.to_owned(), |it| it.to_string())
    }
}

/// What is shown, ready for a page.
#[derive(Debug)]
pub struct View {
    /// The part's place; none: all parts.
    pub at: Option<usize>,
    /// The same as forms name it.
    pub section: String,
    /// The question that is shown alone; empty if the part is shown whole.
    pub question: String,
    /// How far one is.
    pub progress: String,
    /// What is wrong in it: anchors and texts.
    pub problems: Vec<(String, String)>,
    /// Answers made questions appear that were not there before.
    pub news: bool,
    /// The fields, to stand within a form.
    pub fields: String,
    /// The answers that are not drawn, for a page that carries them along.
    pub carried: Vec<(String, String)>,
}

impl View {
    /// All parts are shown.
    #[must_use]
    pub const fn is_whole(&self) -> bool {
        self.at.is_none()
    }
}

/// A form with its answers, on the way.
#[derive(Debug, Clone, Copy)]
pub struct Walk<'a> {
    /// The form.
    pub form: &'a Eform,
    /// The answers as they were typed.
    pub answers: &'a Answers,
    /// What was judged of them.
    pub judged: &'a Judgement,
}

/// The field that a path begins with.
fn code_of(path: &str) -> &str {
    path.split('.').next().unwrap_or(path)
}

impl<'a> Walk<'a> {
    /// The parts that these answers show.
    #[must_use]
    pub fn parts(&self) -> Vec<usize> {
        let shows = |at: &usize| {
            let page = self.form.pages.get(*at);
            page.is_some_and(|page| page.fields.iter().any(|it| self.judged.shows(&it.code)))
        };
        (0..self.form.pages.len()).filter(shows).collect()
    }

    /// The part with the first mistake.
    #[must_use]
    pub fn first_wrong(&self) -> Option<usize> {
        let first = self.judged.mistakes.first()?;
        Some(self.form.page_of(&first.path).unwrap_or(0))
    }

    /// The first question; empty if the form asks nothing.
    #[must_use]
    pub fn first_question(&self) -> &'a str {
        eform::screens(self.form, self.judged).first().map_or("", |it| it.question)
    }

    /// The first question with a mistake, else the first of all.
    #[must_use]
    pub fn first_wrong_question(&self) -> &'a str {
        let all = eform::screens(self.form, self.judged);
        let question = |path: &str| {
            let asks = all.iter().find(|it| it.question == code_of(path));
            asks.map(|it| it.question)
        };
        let mut wrong = self.judged.mistakes.iter().filter_map(|it| question(&it.path));
        wrong.next().unwrap_or_else(|| self.first_question())
    }

    /// The first thing that is wrong, shown as `like` shows: alone, its part, or all; mistakes are said.
    #[must_use]
    pub fn to_wrong(&self, like: Part<'_>) -> Part<'a> {
        let question = if like.question.is_empty() { "" } else { self.first_wrong_question() };
        let at = like.at.and_then(|_| self.first_wrong());
        Part { at, question, told: true, ..Part::default() }
    }

    /// A part, shown as `like` shows: by its first question, or itself.
    #[must_use]
    pub fn to_part(&self, at: usize, like: Part<'_>) -> Part<'a> {
        let all = eform::screens(self.form, self.judged);
        let of = all.iter().find(|it| it.page == at && !like.question.is_empty());
        let question = of.map_or("", |it| it.question);
        Part { at: Some(at), question, ..Part::default() }
    }

    /// The question after this one, or before it.
    fn question_by(&self, question: &str, step: isize) -> Option<Part<'a>> {
        let all = eform::screens(self.form, self.judged);
        let at = all.iter().position(|it| it.question == question)?;
        let it = all.get(at.checked_add_signed(step)?)?;
        Some(Part { at: Some(it.page), question: it.question, ..Part::default() })
    }

    /// Where it goes on from what is shown; nothing at the end.
    #[must_use]
    pub fn onward(&self, part: Part<'_>) -> Option<Part<'a>> {
        if !part.question.is_empty() {
            return self.question_by(part.question, 1);
        }
        let now = part.at?;
        let next = self.parts().into_iter().find(|it| *it > now)?;
        Some(Part { at: Some(next), ..Part::default() })
    }

    /// Where one comes from to what is shown; nothing at the beginning.
    #[must_use]
    pub fn backward(&self, part: Part<'_>) -> Option<Part<'a>> {
        if !part.question.is_empty() {
            return self.question_by(part.question, -1);
        }
        let now = part.at?;
        let before = self.parts().into_iter().rev().find(|it| *it < now)?;
        Some(Part { at: Some(before), ..Part::default() })
    }

    /// Whether there is a mistake in what is shown.
    #[must_use]
    pub fn is_wrong(&self, part: Part<'_>) -> bool {
        let here = |path: &str| {
            let on = self.form.page_of(path);
            if part.question.is_empty() {
                part.at.is_none_or(|at| on.is_none_or(|on| on == at))
            } else {
                code_of(path) == part.question
            }
        };
        self.judged.mistakes.iter().any(|it| here(&it.path))
    }

    /// Whether answers made questions of the part appear that the page did not show.
    #[must_use]
    pub fn has_news(&self, part: Part<'_>, sent: &Typed) -> bool {
        part.question.is_empty()
            && part.at.is_some_and(|at| fill::has_news(self.form, self.judged, at, sent))
    }

    /// A question, a part, or all of it, to be filled in. A question that these answers do not ask is its part.
    ///
    /// # Errors
    /// Any fault of the template.
    pub fn view(&self, who: &Who, words: Words, part: Part<'_>) -> Result<View, Failure> {
        let form = self.form;
        let units = fill::units(&who.tree);
        let screens = eform::screens(form, self.judged);
        let alone = screens.iter().position(|it| it.question == part.question);
        let screen = alone.and_then(|at| screens.get(at));
        let part = match screen {
            Some(it) => Part { at: Some(it.page), ..part },
            None => Part { question: "", ..part },
        };
        let only = screen.map_or(&[] as &[&str], |it| it.fields.as_slice());
        let asking = Asking {
            form,
            answers: self.answers,
            judged: self.judged,
            section: part.at,
            only,
            told: part.told,
            more: part.more,
            takes_files: false,
            units: &units,
            today: who.today(),
            words,
        };
        let parts = self.parts();
        let (number, count) = match alone {
            Some(at) => (at, screens.len()),
            None => (parts.iter().position(|it| Some(*it) == part.at).unwrap_or(0), parts.len()),
        };
        let (number, count) = ((number + 1).to_string(), count.to_string());
        let counts = [("number", number.as_str()), ("count", count.as_str())];
        let progress = match alone {
            Some(_) => words.say_with("eform-question-progress", &counts),
            None => words.say_with("eform-progress", &counts),
        };
        let is_drawn = |field: &Field| {
            let here = part.at.is_none() || form.page_of(&field.code) == part.at;
            here && (only.is_empty() || only.contains(&field.code.as_str()))
        };
        Ok(View {
            at: part.at,
            section: part.code(),
            question: part.question.to_owned(),
            progress,
            problems: asking.problems(),
            news: part.news,
            fields: fill::html(&asking)?,
            carried: fill::carried(form, self.answers, is_drawn),
        })
    }
}
