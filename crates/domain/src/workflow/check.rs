//! What is wrong with a workflow, step by step, before it is published.

use super::{Guard, Step, Workflow};
use crate::{dossier::Part, org::UnitKind, text};

/// Steps of a workflow at most.
pub const STEPS_MAX: usize = 60;
/// Minutes of a step, of its timer or of an answer at most: a year of days and nights.
pub const MINUTES_MAX: i64 = 60 * 24 * 366;
/// Characters of a workflow's name at most: it often is that of its procedure, and those are long.
pub const NAME_CHARS_MAX: usize = 1_000;
/// What stands for the number in the pattern of a series.
pub const SERIAL: &str = "{so}";
/// Characters of a text within a step at most.
pub const TEXT_CHARS_MAX: usize = 2_000;

/// Something about a workflow that its author should know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// At which step, from 0; nothing if it is about the whole.
    pub step: Option<usize>,
    /// What, in words for people.
    pub text: String,
    /// Whether it cannot be published so.
    pub is_grave: bool,
}

fn grave(step: Option<usize>, text: impl Into<String>) -> Finding {
    Finding { step, text: text.into(), is_grave: true }
}

fn light(step: Option<usize>, text: impl Into<String>) -> Finding {
    Finding { step, text: text.into(), is_grave: false }
}

impl Workflow {
    /// Everything that is wrong or strange, the whole first, then step by step.
    /// `limit_minutes` is the shortest limit of the procedures that it is for, if known.
    #[must_use]
    pub fn findings(&self, limit_minutes: Option<i64>) -> Vec<Finding> {
        let mut found = self.of_the_whole(limit_minutes);
        for (at, step) in self.steps.iter().enumerate() {
            self.of_a_step(at, step, &mut found);
        }
        found
    }

    fn of_the_whole(&self, limit_minutes: Option<i64>) -> Vec<Finding> {
        let mut found = Vec::new();
        if self.code.trim().is_empty() {
            found.push(grave(None, "Quy trình chưa có mã."));
        }
        if self.name.trim().is_empty() {
            found.push(grave(None, "Quy trình chưa có tên."));
        }
        if self.name.chars().count() > NAME_CHARS_MAX {
            found.push(grave(None, format!("Tên quy trình dài quá {NAME_CHARS_MAX} ký tự.")));
        }
        if !is_readable(&self.name, false) || !is_readable(&self.source, false) {
            found.push(grave(None, "Tên hoặc căn cứ có ký tự không đọc được."));
        }
        if self.source.trim().is_empty() {
            found.push(grave(None, "Chưa ghi quyết định phê duyệt quy trình."));
        }
        if self.steps.is_empty() {
            found.push(grave(None, "Quy trình chưa có bước nào."));
            return found;
        }
        if self.steps.len() > STEPS_MAX {
            found.push(grave(None, format!("Quy trình có nhiều hơn {STEPS_MAX} bước.")));
        }
        let total = self.steps.iter().fold(0_i64, |sum, it| sum.saturating_add(it.minutes.max(0)));
        match limit_minutes {
            Some(limit) if total > limit => found.push(grave(
                None,
                format!(
                    "Tổng thời gian các bước ({}) dài hơn thời hạn giải quyết ({}).",
                    text::hours(total),
                    text::hours(limit)
                ),
            )),
            Some(limit) if total < limit => found.push(light(
                None,
                format!(
                    "Tổng thời gian các bước ({}) ngắn hơn thời hạn giải quyết ({}).",
                    text::hours(total),
                    text::hours(limit)
                ),
            )),
            _ => {}
        }
        if self.steps.len() > 1 {
            for (part, what) in [
                (Part::Officer, "bước thụ lý"),
                (Part::Signer, "bước ký"),
                (Part::Clerk, "bước vào số, đóng dấu"),
            ] {
                if !self.steps.iter().any(|it| it.part == part) {
                    found.push(light(None, format!("Quy trình không có {what}.")));
                }
            }
            if !self.steps.last().is_some_and(|it| is_counter(it.part)) {
                found.push(light(None, "Bước cuối không phải là trả kết quả tại Một cửa."));
            }
        }
        found
    }

    fn of_a_step(&self, at: usize, step: &Step, found: &mut Vec<Finding>) {
        let here = Some(at);
        if at == 0 && !is_counter(step.part) {
            found.push(grave(here, "Bước đầu phải là tiếp nhận tại Bộ phận Một cửa."));
        }
        if matches!(step.part, Part::Citizen | Part::System | Part::CoHandler) {
            found.push(grave(here, "Vai chính của bước phải là người của cơ quan."));
        }
        for (text, what) in [(&step.actor, "người thực hiện"), (&step.task, "nội dung công việc")]
        {
            if text.trim().is_empty() {
                found.push(grave(here, format!("Chưa ghi {what}.")));
            } else if text.chars().count() > TEXT_CHARS_MAX {
                found.push(grave(here, format!("Phần {what} dài quá {TEXT_CHARS_MAX} ký tự.")));
            }
        }
        if !step.texts().all(|it| is_readable(it, true)) {
            found.push(grave(here, "Có ký tự không đọc được."));
        }
        if step.minutes < 0 {
            found.push(grave(here, "Thời gian của bước không thể âm."));
        }
        let asked = step.questions.iter().map(|it| it.minutes);
        if asked.chain([step.minutes, step.moves_after.unwrap_or(0)]).any(|it| it > MINUTES_MAX) {
            let hours = MINUTES_MAX / 60;
            found.push(grave(here, format!("Thời gian của một bước tối đa {hours} giờ.")));
        }
        if step.minutes == 0 {
            found.push(light(here, "Bước này chưa có thời gian."));
        }
        if let Some(minutes) = step.moves_after {
            if minutes <= 0 {
                found.push(grave(here, "Số giờ tự chuyển phải lớn hơn 0."));
            }
            if !self.may_move_on(at) {
                found.push(grave(
                    here,
                    "Bước này không tự chuyển được: chỉ tự chuyển từ tiếp nhận, phân công, giữa hai bước \
                     thụ lý, hoặc từ thẩm tra sang ký.",
                ));
            }
        }
        if let Some(series) = &step.series {
            // What is settled at the desk in one go is numbered there.
            let at_once = self.steps.len() == 1 && is_counter(step.part);
            if step.part != Part::Clerk && !at_once {
                found.push(grave(here, "Chỉ bước của văn thư mới lấy số tự động."));
            }
            if series.name.trim().is_empty() {
                found.push(grave(here, "Chưa ghi tên sổ lấy số."));
            }
            if series.pattern.matches(SERIAL).count() != 1 {
                found.push(grave(here, format!("Mẫu số phải có đúng một chỗ {SERIAL}.")));
            }
        }
        let blank = |it: &String| it.trim().is_empty();
        let papers =
            step.guards.iter().any(|it| matches!(it, Guard::Paper { name } if blank(name)));
        if papers || step.documents.iter().any(blank) {
            found.push(grave(here, "Có giấy tờ hoặc văn bản chưa ghi tên."));
        }
        of_questions(here, step, found);
    }
}

fn of_questions(here: Option<usize>, step: &Step, found: &mut Vec<Finding>) {
    if step.questions.is_empty() {
        return;
    }
    if step.part != Part::Officer {
        found.push(grave(here, "Chỉ bước thụ lý mới lấy ý kiến song song."));
    }
    for it in &step.questions {
        if UnitKind::of(&it.kind).is_none_or(|it| it == UnitKind::OneStop) {
            found.push(grave(here, "Chưa chọn loại đơn vị được lấy ý kiến."));
        }
        if it.minutes <= 0 {
            found.push(grave(here, "Thời gian trả lời ý kiến phải lớn hơn 0."));
        } else if step.minutes > 0 && it.minutes > step.minutes {
            found.push(grave(
                here,
                "Thời gian trả lời ý kiến dài hơn thời gian của bước; đồng hồ chính vẫn chạy.",
            ));
        }
    }
}

/// Whether people can read a text: no control characters, nothing that turns the writing round; line
/// ends and tabs only where it may have several lines.
#[must_use]
pub fn is_readable(text: &str, has_lines: bool) -> bool {
    text.chars().all(|it| match it {
        '\n' | '\r' | '\t' => has_lines,
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => false,
        _ => !it.is_control(),
    })
}

const fn is_counter(part: Part) -> bool {
    matches!(part, Part::Counter | Part::CounterHead)
}
