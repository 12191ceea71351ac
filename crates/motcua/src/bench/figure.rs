//! Figures: what was measured, against what, and whether it is enough.

use serde::Serialize;

/// What is asked of a figure.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "snake_case", tag = "of", content = "bound")]
pub enum Budget {
    /// The value is at least this.
    ValueAtLeast(f64),
    /// The value is at most this.
    ValueAtMost(f64),
    /// The ratio is at least this.
    RatioAtLeast(f64),
    /// The ratio is at most this.
    RatioAtMost(f64),
}

/// One figure.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Figure {
    /// Its stable name.
    pub name: String,
    /// What people read.
    pub label: String,
    /// The measured value; nothing where the machine does not tell.
    pub value: Option<f64>,
    /// What it counts.
    pub unit: &'static str,
    /// What it is compared with, measured in the same run.
    pub reference: Option<f64>,
    /// What the reference is.
    pub reference_label: String,
    /// How the two compare.
    pub ratio: Option<f64>,
    /// What is asked for.
    pub budget: Option<Budget>,
    /// Whether it is enough; nothing if it could not be told.
    pub holds: Option<bool>,
}

impl Figure {
    /// A value by itself.
    #[must_use]
    pub fn new(name: &str, label: &str, value: Option<f64>, unit: &'static str) -> Self {
        Self {
            name: name.to_owned(),
            label: label.to_owned(),
            value,
            unit,
            reference: None,
            reference_label: String::new(),
            ratio: None,
            budget: None,
            holds: None,
        }
    }

    /// Compared with `reference`: the ratio is the value by the reference.
    #[must_use]
    pub fn against(mut self, label: &str, reference: Option<f64>) -> Self {
        label.clone_into(&mut self.reference_label);
        self.reference = reference;
        self.ratio = self.value.zip(reference).filter(|(_, it)| *it > 0.0).map(|(a, b)| a / b);
        self
    }

    /// The same the other way round: the ratio is the reference by the value, for costs that
    /// are to be compared like rates.
    #[must_use]
    pub fn cost_against(mut self, label: &str, reference: Option<f64>) -> Self {
        self = self.against(label, reference);
        self.ratio = self.ratio.filter(|it| *it > 0.0).map(f64::recip);
        self
    }

    /// With what is asked for.
    #[must_use]
    pub fn budget(mut self, budget: Budget) -> Self {
        self.budget = Some(budget);
        self.holds = match budget {
            Budget::ValueAtLeast(bound) => self.value.map(|it| it >= bound),
            Budget::ValueAtMost(bound) => self.value.map(|it| it <= bound),
            Budget::RatioAtLeast(bound) => self.ratio.map(|it| it >= bound),
            Budget::RatioAtMost(bound) => self.ratio.map(|it| it <= bound),
        };
        self
    }

    fn cells(&self) -> [String; 6] {
        let measured = |it: Option<f64>| match it {
            Some(it) => format!("{} {}", number(it), self.unit),
            None => "không đo được".to_owned(),
        };
        [
            self.label.clone(),
            measured(self.value),
            if self.reference_label.is_empty() {
                String::new()
            } else {
                format!("{} ({})", measured(self.reference), self.reference_label)
            },
            self.ratio.map(|it| format!("{} ×", number(it))).unwrap_or_default(),
            match self.budget {
                Some(Budget::ValueAtLeast(it)) => format!("≥ {} {}", number(it), self.unit),
                Some(Budget::ValueAtMost(it)) => format!("≤ {} {}", number(it), self.unit),
                Some(Budget::RatioAtLeast(it)) => format!("≥ {} ×", number(it)),
                Some(Budget::RatioAtMost(it)) => format!("≤ {} ×", number(it)),
                None => String::new(),
            },
            match (self.budget, self.holds) {
                (None, _) => "",
                (_, Some(true)) => "đạt",
                (_, Some(false)) => "không đạt",
                (_, None) => "không đo được",
            }
            .to_owned(),
        ]
    }
}

/// A number as Vietnamese read it, with as many decimals as its size deserves.
fn number(it: f64) -> String {
    let decimals = match it.abs() {
        it if it >= 100.0 => 0,
        it if it >= 10.0 => 1,
        it if it >= 0.1 => 2,
        _ => 4,
    };
    let text = format!("{it:.decimals$}");
    let (whole, rest) = text.split_once('.').unwrap_or((&text, ""));
    let whole = whole.parse::<i64>().map_or_else(|_| whole.to_owned(), domain::text::number);
    if rest.is_empty() { whole } else { format!("{whole},{rest}") }
}

/// The figures as a table that also reads as Markdown.
#[must_use]
pub fn table(figures: &[Figure]) -> String {
    const HEAD: [&str; 6] =
        ["Việc", "Đo được", "Đối chiếu cùng lượt", "Tỷ lệ", "Mức cần", "Kết quả"];
    let mut rows = vec![HEAD.map(str::to_owned)];
    rows.extend(figures.iter().map(Figure::cells));
    let mut widths = [0; 6];
    for row in &rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = cell.chars().count().max(*width);
        }
    }
    let mut out = String::new();
    for (at, row) in rows.iter().enumerate() {
        for (cell, width) in row.iter().zip(widths) {
            out.push_str("| ");
            out.push_str(cell);
            out.extend(std::iter::repeat_n(' ', width - cell.chars().count() + 1));
        }
        out.push_str("|\n");
        if at == 0 {
            for width in widths {
                out.push_str("| ");
                out.extend(std::iter::repeat_n('-', width));
                out.push(' ');
            }
            out.push_str("|\n");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_figure_holds_by_its_value_or_by_its_ratio() {
        let it = Figure::new("a", "A", Some(50.0), "ms").budget(Budget::ValueAtMost(40.0));
        assert_eq!(it.holds, Some(false));
        let it = Figure::new("a", "A", Some(60.0), "/s").against("B", Some(100.0));
        assert_eq!(it.budget(Budget::RatioAtLeast(0.5)).holds, Some(true));
        let it = Figure::new("a", "A", Some(200.0), "µs").cost_against("B", Some(80.0));
        assert_eq!(it.budget(Budget::RatioAtLeast(0.5)).holds, Some(false));
        let it = Figure::new("a", "A", None, "ms").budget(Budget::ValueAtMost(40.0));
        assert_eq!(it.holds, None);
        let text = table(&[it]);
        assert!(text.lines().count() == 3 && text.contains("không đo được"), "{text}");
        assert_eq!((number(1234.5), number(0.5)), ("1.234".into(), "0,50".into()));
    }
}
