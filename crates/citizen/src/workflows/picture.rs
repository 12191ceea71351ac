//! A workflow drawn: one box a step, from top to bottom, as an SVG that needs nothing else.

use domain::workflow::{Step, Workflow};

use super::reading::hours_text;

/// Width of the drawing: that of a column beside a table, so that its letters stay readable.
const WIDTH: usize = 340;
/// Width of a step's box.
const BOX: usize = 336;
/// Letters of a line within a box.
const LETTERS: usize = 40;
/// Height of a line.
const LINE: usize = 19;
/// Lines of a step's task at most.
const LINES_MAX: usize = 3;
/// Between two boxes.
const GAP: usize = 30;

fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            c if c.is_control() => safe.push(' '),
            c => safe.push(c),
        }
    }
    safe
}

/// A text in lines of at most `letters`, the last with an ellipsis if there is more.
fn wrapped(text: &str, letters: usize, lines_max: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        let length = word.chars().count();
        let is_full = lines.len() == lines_max;
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + length <= letters => {
                line.push(' ');
                line.push_str(word);
            }
            _ if is_full => {
                lines.last_mut().into_iter().for_each(|it| it.push('…'));
                return lines;
            }
            _ => lines.push(word.chars().take(letters).collect()),
        }
    }
    lines
}

/// What stands below a step: who else, what it demands, when it goes by itself.
fn below(step: &Step) -> Vec<(&'static str, String)> {
    let mut marks = Vec::new();
    if let Some(minutes) = step.moves_after {
        marks.push(("wf-timer", format!("Tự chuyển sau {} giờ", hours_text(minutes))));
    }
    for it in &step.questions {
        let text = format!("Hỏi song song: {}, {} giờ", it.label(), hours_text(it.minutes));
        marks.push(("wf-ask", text));
    }
    let counted = [
        (step.guards.len(), "điều kiện"),
        (step.documents.len(), "văn bản phải lập"),
        (step.members.len(), "vai cùng tham gia"),
    ];
    let counted = counted.iter().filter(|it| it.0 > 0);
    let counted: Vec<String> = counted.map(|(count, what)| format!("{count} {what}")).collect();
    if !counted.is_empty() {
        marks.push(("wf-guard", counted.join(", ")));
    }
    if let Some(series) = &step.series {
        marks.push(("wf-guard", format!("Lấy số: {}", series.name)));
    }
    marks
}

fn line(svg: &mut String, (x, y): (usize, usize), class: &str, text: &str) {
    svg.push_str(&format!("<text x=\"{x}\" y=\"{y}\" class=\"{class}\">{}</text>", escaped(text)));
}

/// The drawing. `grave` are the steps, from 0, that have mistakes. Everything in it is escaped.
#[must_use]
pub fn draw(workflow: &Workflow, grave: &[usize]) -> String {
    let mut body = String::new();
    let mut y = 10;
    for (at, step) in workflow.steps.iter().enumerate() {
        let task = wrapped(&step.task, LETTERS, LINES_MAX);
        let actor = wrapped(&step.actor, LETTERS - 4, 1);
        let marks: Vec<(&str, String)> = below(step)
            .into_iter()
            .flat_map(|(class, text)| {
                wrapped(&text, LETTERS, 2).into_iter().map(move |it| (class, it))
            })
            .collect();
        let rows = task.len() + 2 + marks.len();
        let height = rows * LINE + 18;
        if at > 0 {
            let (from, middle) = (y - GAP, WIDTH / 2);
            body.push_str(&format!(
                "<path class=\"wf-arrow\" d=\"M{middle} {from} V{} m-6 -8 l6 8 l6 -8\"/>",
                y - 2
            ));
        }
        let class = if grave.contains(&at) { "wf-box wf-wrong" } else { "wf-box" };
        body.push_str(&format!(
            "<rect class=\"{class}\" x=\"2\" y=\"{y}\" width=\"{BOX}\" height=\"{height}\" rx=\"8\"/>"
        ));
        let mut row = y + 8 + LINE - 4;
        let head = format!("{}. {}", at + 1, actor.first().map_or("", String::as_str));
        line(&mut body, (14, row), "wf-who", &head);
        for it in &task {
            row += LINE;
            line(&mut body, (14, row), "wf-task", it);
        }
        row += LINE;
        let foot = format!("{} · {} giờ", step.part.label(), hours_text(step.minutes.max(0)));
        line(&mut body, (14, row), "wf-time", &foot);
        for (class, text) in &marks {
            row += LINE;
            line(&mut body, (14, row), class, text);
        }
        y += height + GAP;
    }
    let height = (y + 10).saturating_sub(GAP);
    let title = format!("Sơ đồ quy trình {}", workflow.code);
    let said = format!(
        "{} bước nối tiếp từ trên xuống; nội dung đầy đủ ở bảng các bước.",
        workflow.steps.len()
    );
    format!(
        "<svg class=\"workflow\" xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" \
         width=\"{WIDTH}\" height=\"{height}\" role=\"img\" aria-labelledby=\"so-do-ten so-do-loi\">\
         <title id=\"so-do-ten\">{}</title><desc id=\"so-do-loi\">{}</desc>{body}</svg>",
        escaped(&title),
        escaped(&said)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_is_typed_stays_text_and_every_step_has_its_box() {
        let mut it = domain::workflow::default_for("x\"<b>", "x", 5);
        it.steps[1].task = "</text><script>alert(1)</script> & \"'".repeat(9);
        it.steps[2].documents = vec!["Biên bản".into()];
        let svg = draw(&it, &[1]);
        assert!(!svg.contains("<script") && !svg.contains("<b>"), "{svg}");
        assert_eq!(svg.matches("<rect").count(), it.steps.len());
        assert_eq!(svg.matches("wf-wrong").count(), 1);
        assert!(svg.contains("1 văn bản") && svg.contains("…"));
        assert_eq!(svg.matches("<text").count(), svg.matches("</text>").count());
    }

    #[test]
    fn a_workflow_without_steps_is_an_empty_drawing() {
        let mut it = domain::workflow::default_for("x", "x", 5);
        it.steps.clear();
        assert!(draw(&it, &[]).contains("height=\"0\"") || draw(&it, &[]).contains("viewBox"));
    }
}
