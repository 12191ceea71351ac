//! What is wrong with a guide, told before anybody is asked by it.

use std::collections::BTreeSet;

use super::{Condition, Guide, OutcomeKind};
use crate::{procedure::RequiredPaper, text};

/// Questions of a guide at most: nobody answers more at a counter either.
pub const QUESTIONS_MAX: usize = 12;
/// Papers and outcomes at most, each.
const LINES_MAX: usize = 40;
/// Characters of a question or an outcome at most.
const CHARS_MAX: usize = 400;

/// Something that is wrong with a guide.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    /// Where: `cau-hoi-1`, `giay-to-2`, `ket-luan-3`, `to-khai-4`; counted from 1.
    pub at: String,
    /// What and what to do, in Vietnamese.
    pub text: String,
    /// Whether the guide cannot be used; else it is a warning.
    pub is_grave: bool,
}

impl Guide {
    /// What is wrong with the guide; the catalogue's papers and codes decide what it may speak of.
    #[must_use]
    pub fn mistakes(
        &self,
        papers: &[RequiredPaper],
        is_procedure: impl Fn(&str) -> bool,
    ) -> Vec<Mistake> {
        let mut found = Vec::new();
        let mut wrong = |at: String, is_grave, text: String| {
            found.push(Mistake { at, text, is_grave });
        };
        if self.questions.is_empty() {
            wrong("cau-hoi-1".into(), true, "Phải có ít nhất một câu hỏi.".into());
        }
        if self.questions.len() > QUESTIONS_MAX {
            let n = self.questions.len();
            let text = format!("Có {n} câu hỏi; tối đa {QUESTIONS_MAX}. Hãy bỏ bớt hoặc gộp lại.");
            wrong("cau-hoi-1".into(), true, text);
        }
        let most = self.papers.len().max(self.outcomes.len()).max(self.fills.len());
        if most > LINES_MAX {
            wrong("giay-to-1".into(), true, format!("Tối đa {LINES_MAX} dòng mỗi phần."));
        }
        let mut ids = BTreeSet::new();
        for (number, it) in (1..).zip(&self.questions) {
            let at = || format!("cau-hoi-{number}");
            if !is_id(&it.id) {
                let text = format!("Mã câu hỏi “{}” chỉ gồm chữ thường, số và dấu -.", it.id);
                wrong(at(), true, text);
            }
            if it.ask.trim().is_empty() {
                wrong(at(), true, "Chưa có câu hỏi.".into());
            }
            if it.ask.chars().count() > CHARS_MAX {
                wrong(at(), true, format!("Câu hỏi dài quá {CHARS_MAX} ký tự."));
            }
            if it.choices.len() == 1 {
                wrong(at(), true, "Một câu hỏi cần ít nhất hai câu trả lời.".into());
            }
            let mut answers = BTreeSet::new();
            for one in &it.choices {
                if !is_id(&one.id) || one.label.trim().is_empty() {
                    wrong(at(), true, format!("Câu trả lời “{}” thiếu lời hoặc mã.", one.label));
                }
                if !answers.insert(&one.id) {
                    wrong(at(), true, format!("Câu trả lời “{}” đứng hai lần.", one.label));
                }
            }
            // Only what was asked before can decide whether this one is asked.
            let before = self.questions.get(..number - 1).unwrap_or_default();
            let known = Self { questions: before.to_vec(), ..Self::default() };
            for text in known.unknown(&it.when) {
                wrong(at(), true, text);
            }
            if !ids.insert(it.id.as_str()) {
                wrong(at(), true, format!("Hai câu hỏi có cùng mã “{}”.", it.id));
            }
        }
        let folded: Vec<String> = papers.iter().map(|it| text::fold(&it.name)).collect();
        for (number, it) in (1..).zip(&self.papers) {
            let at = || format!("giay-to-{number}");
            if it.name.trim().is_empty() {
                wrong(at(), true, "Chưa có tên giấy tờ.".into());
            }
            for text in self.unknown(&it.when) {
                wrong(at(), true, text);
            }
            let lost = it.covers.iter().filter(|phrase| {
                !folded.iter().any(|it| super::speaks_of(std::slice::from_ref(phrase), it))
            });
            for phrase in lost {
                let text = format!("Danh mục không có giấy tờ nào chứa “{phrase}”.");
                wrong(at(), false, text);
            }
        }
        for (number, it) in (1..).zip(&self.outcomes) {
            let at = || format!("ket-luan-{number}");
            if it.say.trim().is_empty() || it.say.chars().count() > CHARS_MAX {
                wrong(at(), true, format!("Lời kết luận cần từ 1 đến {CHARS_MAX} ký tự."));
            }
            if it.kind != OutcomeKind::Note && it.when.is_empty() {
                let text = "Kết luận này không có điều kiện nên ai cũng bị dừng lại.";
                wrong(at(), true, text.into());
            }
            match it.kind {
                OutcomeKind::Elsewhere if it.to.is_empty() => {
                    wrong(at(), true, "Chưa ghi mã thủ tục cần chuyển sang.".into());
                }
                _ if !it.to.is_empty() && !is_procedure(&it.to) => {
                    wrong(at(), true, format!("Danh mục không có thủ tục {}.", it.to));
                }
                _ => {}
            }
            for text in self.unknown(&it.when) {
                wrong(at(), true, text);
            }
        }
        for (number, it) in (1..).zip(&self.fills) {
            let at = || format!("to-khai-{number}");
            if !is_id(&it.field) || it.value.trim().is_empty() {
                wrong(at(), true, "Viết là “Điền tờ khai: mã mục = câu trả lời”.".into());
            }
            if it.when.is_empty() {
                let text = "Dòng này không có điều kiện nên ai cũng được điền như vậy.";
                wrong(at(), true, text.into());
            }
            for text in self.unknown(&it.when) {
                wrong(at(), true, text);
            }
        }
        found
    }

    /// Conditions on questions or answers that the guide does not have.
    fn unknown(&self, when: &[Condition]) -> Vec<String> {
        let mut found = Vec::new();
        for it in when {
            let Some(question) = self.questions.iter().find(|one| one.id == it.question) else {
                found.push(format!(
                    "Điều kiện nói tới câu hỏi “{}” chưa được hỏi trước đó.",
                    it.question
                ));
                continue;
            };
            for answer in it.answers.iter().filter(|one| question.label_of(one).is_none()) {
                let ask = &question.ask;
                found.push(format!("Câu hỏi “{ask}” không có câu trả lời “{answer}”."));
            }
        }
        found
    }
}

fn is_id(text: &str) -> bool {
    let is_letter = |it: u8| it.is_ascii_lowercase() || it.is_ascii_digit() || it == b'-';
    !text.is_empty() && text.len() <= 60 && text.bytes().all(is_letter)
}
