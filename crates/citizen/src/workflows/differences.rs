//! What is different in a workflow, line by line, in words for people: a step that was put in between moves the
//! others down and changes none of them.

use domain::{
    text,
    workflow::{Step, Workflow},
};

use super::{changes::short, show};

/// What is different in `new`.
#[must_use]
pub fn between(old: Option<&Workflow>, new: &Workflow) -> Vec<String> {
    let Some(old) = old else {
        return vec![format!("Quy trình mới, {} bước.", new.steps.len())];
    };
    let mut lines = Vec::new();
    if old.name != new.name {
        lines.push(format!("Tên: “{}” thành “{}”.", old.name, new.name));
    }
    if old.source != new.source {
        lines.push(format!("Căn cứ: “{}” thành “{}”.", old.source, new.source));
    }
    if old.minutes() != new.minutes() {
        lines.push(format!(
            "Tổng thời gian: {} thành {}.",
            text::hours(old.minutes()),
            text::hours(new.minutes())
        ));
    }
    for (was, is) in paired(&old.steps, &new.steps) {
        let (a, b) = (was.and_then(|at| old.steps.get(at)), is.and_then(|at| new.steps.get(at)));
        let number = is.or(was).map_or(0, |at| at + 1);
        match (a, b) {
            (Some(a), Some(b)) if a != b => {
                lines.push(format!("Bước {number}: {}.", of_a_step(a, b).join("; ")));
            }
            (None, Some(it)) => {
                lines.push(format!("Thêm bước {number}: {} ({}).", short(&it.task), it.actor));
            }
            (Some(it), None) => {
                lines.push(format!("Bỏ bước {number} cũ: {} ({}).", short(&it.task), it.actor));
            }
            _ => {}
        }
    }
    lines
}

/// Which step of the old is which of the new, by place: those with the same work and the same part stand together,
/// and what lies between two of those is taken in its order.
fn paired(old: &[Step], new: &[Step]) -> Vec<(Option<usize>, Option<usize>)> {
    let mut pairs = Vec::new();
    let (mut was, mut is) = (0, 0);
    let ends = [(old.len(), new.len())];
    for (a, b) in together(old, new).into_iter().chain(ends) {
        while was < a || is < b {
            pairs.push(((was < a).then_some(was), (is < b).then_some(is)));
            (was, is) = ((was + 1).min(a), (is + 1).min(b));
        }
        if a < old.len() && b < new.len() {
            pairs.push((Some(a), Some(b)));
        }
        (was, is) = (a + 1, b + 1);
    }
    pairs
}

/// The longest row of steps that both have in the same order.
fn together(old: &[Step], new: &[Step]) -> Vec<(usize, usize)> {
    let is_same = |a: &Step, b: &Step| a.part == b.part && a.task == b.task;
    // How many are together from here to the end.
    let mut most = vec![vec![0_usize; new.len() + 1]; old.len() + 1];
    let at = |most: &[Vec<usize>], a: usize, b: usize| {
        most.get(a).and_then(|row| row.get(b)).copied().unwrap_or(0)
    };
    for (a, one) in old.iter().enumerate().rev() {
        for (b, other) in new.iter().enumerate().rev() {
            let value = if is_same(one, other) {
                at(&most, a + 1, b + 1) + 1
            } else {
                at(&most, a + 1, b).max(at(&most, a, b + 1))
            };
            if let Some(cell) = most.get_mut(a).and_then(|row| row.get_mut(b)) {
                *cell = value;
            }
        }
    }
    let (mut found, mut a, mut b) = (Vec::new(), 0, 0);
    while let (Some(one), Some(other)) = (old.get(a), new.get(b)) {
        if is_same(one, other) {
            found.push((a, b));
            (a, b) = (a + 1, b + 1);
        } else if at(&most, a + 1, b) >= at(&most, a, b + 1) {
            a += 1;
        } else {
            b += 1;
        }
    }
    found
}

fn of_a_step(a: &Step, b: &Step) -> Vec<String> {
    let mut parts = Vec::new();
    if a.actor != b.actor {
        parts.push(format!("người làm “{}” thành “{}”", a.actor, b.actor));
    }
    if a.part != b.part {
        parts.push(format!("vai “{}” thành “{}”", a.part.label(), b.part.label()));
    }
    if a.task != b.task {
        parts.push(format!("công việc thành “{}”", short(&b.task)));
    }
    if a.minutes != b.minutes {
        parts.push(format!("{} thành {}", text::hours(a.minutes), text::hours(b.minutes)));
    }
    let (was, is) = (show::more(a), show::more(b));
    parts.extend(was.iter().filter(|it| !is.contains(it)).map(|it| format!("bỏ “{it}”")));
    parts.extend(is.iter().filter(|it| !was.contains(it)).map(|it| format!("thêm “{it}”")));
    if parts.is_empty() {
        parts.push("đổi thứ tự hoặc chi tiết".to_owned());
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(tasks: &[(&str, i64)]) -> Workflow {
        let steps: Vec<serde_json::Value> = tasks
            .iter()
            .map(|(task, minutes)| {
                serde_json::json!({"actor": "Công chức", "part": "officer", "task": task, "minutes": minutes})
            })
            .collect();
        let whole = serde_json::json!({
            "code": "QT.1", "name": "Thử", "version": 1, "source": "", "steps": steps,
        });
        serde_json::from_value(whole).unwrap()
    }

    #[test]
    fn a_step_in_between_is_one_line_and_so_is_one_that_goes() {
        let old = of(&[("Nhận", 60), ("Giải quyết", 120), ("Ký", 60)]);
        let new = of(&[("Nhận", 60), ("Thẩm tra", 0), ("Giải quyết", 120), ("Ký", 60)]);
        assert_eq!(between(Some(&old), &new), ["Thêm bước 2: Thẩm tra (Công chức)."]);
        assert_eq!(between(Some(&new), &old), ["Bỏ bước 2 cũ: Thẩm tra (Công chức)."]);
        assert!(between(Some(&old), &old).is_empty());
    }

    #[test]
    fn work_that_is_worded_anew_is_the_same_step_and_what_it_says_is_told_with_both_values() {
        let old = of(&[("Nhận", 60), ("Giải quyết", 120)]);
        let mut new = of(&[("Nhận hồ sơ", 60), ("Giải quyết", 120)]);
        new.steps[1].moves_after = Some(240);
        assert_eq!(
            between(Some(&old), &new),
            [
                "Bước 1: công việc thành “Nhận hồ sơ”.",
                "Bước 2: thêm “Tự chuyển sau 4 giờ làm việc”."
            ]
        );
    }
}
