//! A guide as the reform officers write it: lines in plain words, read back with the line of each
//! mistake.

use std::fmt::Write as _;

use domain::{
    guide::{Choice, Condition, Fill, Guide, GuidePaper, Outcome, OutcomeKind, Question},
    text,
};

/// What begins a part, and what it is.
const INTRO: &str = "Giới thiệu";
const QUESTION: &str = "Câu hỏi";
const PAPER: &str = "Giấy tờ";
const REMARK: &str = "Lời chung";
const HELP: &str = "Giải thích";
const WHEN: &str = "Khi";
const COVERS: &str = "Nhận ra";
const TO: &str = "Sang";
const FILL: &str = "Điền tờ khai";
const ONLY_SHOWN: &str = "Chỉ cho xem";

/// The guide as text.
#[must_use]
pub(super) fn write(guide: &Guide) -> String {
    let mut out = String::new();
    let mut line = |text: String| {
        writeln!(out, "{text}").ok();
    };
    if !guide.intro.is_empty() {
        line(format!("{INTRO}: {}", guide.intro));
    }
    for it in &guide.questions {
        line(String::new());
        line(format!("{QUESTION} {}: {}", it.id, it.ask));
        if !it.help.is_empty() {
            line(format!("  {HELP}: {}", it.help));
        }
        for one in &it.when {
            line(format!("  {WHEN}: {}", String::from(one.clone())));
        }
        for one in &it.choices {
            line(format!("  - {}: {}", one.id, one.label));
        }
    }
    for it in &guide.papers {
        line(String::new());
        line(format!("{PAPER}: {}", it.name));
        if !it.help.is_empty() {
            line(format!("  {HELP}: {}", it.help));
        }
        for one in &it.covers {
            line(format!("  {COVERS}: {one}"));
        }
        if it.only_shown {
            line(format!("  {ONLY_SHOWN}"));
        }
        for one in &it.when {
            line(format!("  {WHEN}: {}", String::from(one.clone())));
        }
    }
    for it in &guide.outcomes {
        line(String::new());
        line(format!("{}: {}", it.kind.label(), it.say));
        if !it.to.is_empty() {
            line(format!("  {TO}: {}", it.to));
        }
        for one in &it.when {
            line(format!("  {WHEN}: {}", String::from(one.clone())));
        }
    }
    for it in &guide.fills {
        line(String::new());
        line(format!("{FILL}: {} = {}", it.field, it.value));
        for one in &it.when {
            line(format!("  {WHEN}: {}", String::from(one.clone())));
        }
    }
    if !guide.remarks.is_empty() {
        line(String::new());
    }
    for it in &guide.remarks {
        line(format!("{REMARK}: {it}"));
    }
    out.trim_start().to_owned()
}

/// What the lines that follow belong to.
enum At {
    Nothing,
    Question,
    Paper,
    Outcome,
    Fill,
}

/// Reads a guide for the procedure `code`.
///
/// # Errors
/// Every line that cannot be read, with its number.
pub(super) fn read(code: &str, typed: &str) -> Result<Guide, Vec<String>> {
    let mut guide = Guide { code: code.to_owned(), ..Guide::default() };
    let mut at = At::Nothing;
    let mut wrong = Vec::new();
    for (number, line) in (1..).zip(typed.lines()) {
        let line = text::tidy(line);
        if line.is_empty() {
            continue;
        }
        if let Err(why) = read_line(&mut guide, &mut at, &line) {
            wrong.push(format!("Dòng {number}: {why}"));
        }
    }
    if wrong.is_empty() { Ok(guide) } else { Err(wrong) }
}

fn read_line(guide: &mut Guide, at: &mut At, line: &str) -> Result<(), String> {
    if let Some(choice) = line.strip_prefix("- ") {
        let (id, label) = choice.split_once(':').ok_or("câu trả lời viết là “- mã: lời”.")?;
        let place = guide.questions.last_mut().filter(|_| matches!(at, At::Question));
        let place = place.ok_or("câu trả lời phải đứng dưới một câu hỏi.")?;
        place.choices.push(Choice { id: id.trim().to_owned(), label: label.trim().to_owned() });
        return Ok(());
    }
    if line == ONLY_SHOWN {
        let paper = guide.papers.last_mut().filter(|_| matches!(at, At::Paper));
        paper.ok_or("“Chỉ cho xem” phải đứng dưới một giấy tờ.")?.only_shown = true;
        return Ok(());
    }
    let (head, rest) = line.split_once(':').ok_or("thiếu dấu hai chấm.")?;
    let (head, rest) = (head.trim(), rest.trim().to_owned());
    if let Some(kind) = OutcomeKind::ALL.into_iter().find(|it| it.label() == head) {
        guide.outcomes.push(Outcome { kind, say: rest, ..Outcome::default() });
        *at = At::Outcome;
        return Ok(());
    }
    if let Some(id) = head.strip_prefix(QUESTION) {
        let id = id.trim().to_owned();
        guide.questions.push(Question { id, ask: rest, ..Question::default() });
        *at = At::Question;
        return Ok(());
    }
    match head {
        INTRO => guide.intro = rest,
        REMARK => guide.remarks.push(rest),
        PAPER => {
            guide.papers.push(GuidePaper { name: rest, ..GuidePaper::default() });
            *at = At::Paper;
        }
        FILL => {
            let (field, value) =
                rest.split_once('=').ok_or("viết là “Điền tờ khai: mã mục = câu trả lời”.")?;
            let (field, value) = (field.trim().to_owned(), value.trim().to_owned());
            guide.fills.push(Fill { field, value, when: Vec::new() });
            *at = At::Fill;
        }
        HELP => match at {
            At::Question => last(&mut guide.questions)?.help = rest,
            At::Paper => last(&mut guide.papers)?.help = rest,
            At::Outcome | At::Fill | At::Nothing => {
                return Err("“Giải thích” phải đứng dưới một câu hỏi hoặc giấy tờ.".to_owned());
            }
        },
        COVERS => match at {
            At::Paper => last(&mut guide.papers)?.covers.push(rest),
            _ => return Err("“Nhận ra” phải đứng dưới một giấy tờ.".to_owned()),
        },
        TO => match at {
            At::Outcome => last(&mut guide.outcomes)?.to = rest,
            _ => return Err("“Sang” phải đứng dưới một kết luận.".to_owned()),
        },
        WHEN => {
            let condition = Condition::try_from(rest)?;
            match at {
                At::Question => last(&mut guide.questions)?.when.push(condition),
                At::Paper => last(&mut guide.papers)?.when.push(condition),
                At::Outcome => last(&mut guide.outcomes)?.when.push(condition),
                At::Fill => last(&mut guide.fills)?.when.push(condition),
                At::Nothing => {
                    return Err(
                        "“Khi” phải đứng dưới câu hỏi, giấy tờ, kết luận, tờ khai.".to_owned()
                    );
                }
            }
        }
        _ => return Err(format!("không hiểu “{head}”.")),
    }
    Ok(())
}

fn last<T>(list: &mut [T]) -> Result<&mut T, String> {
    list.last_mut().ok_or_else(|| "dòng này không thuộc về đâu.".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::find::texts::shipped_guides;

    #[test]
    fn every_shipped_guide_is_written_and_read_back_whole() {
        for guide in shipped_guides().unwrap() {
            let text = write(&guide);
            assert_eq!(read(&guide.code, &text).unwrap(), guide, "{text}");
        }
    }

    #[test]
    fn a_line_that_cannot_be_read_is_told_with_its_number() {
        let wrong = read(
            "1.001193",
            "- co: Có\n\nCâu hỏi a: Gì?\n  Nhận ra: giấy\n  Khi: a\nLinh tinh: x\nXong",
        );
        let wrong = wrong.unwrap_err();
        let lines: Vec<&str> = wrong.iter().filter_map(|it| it.split(':').next()).collect();
        assert_eq!(lines, ["Dòng 1", "Dòng 4", "Dòng 5", "Dòng 6", "Dòng 7"]);
    }
}
