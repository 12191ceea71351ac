//! How many typing errors lie between two words.

/// Damerau's distance: a letter too many, too few, wrong, or two neighbours exchanged cost one.
///
/// A stretch is edited once only (optimal string alignment), which is how people mistype.
#[must_use]
pub fn distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    let width = other.len() + 1;
    let mut before_last: Vec<usize> = vec![0; width];
    let mut last: Vec<usize> = (0..width).collect();
    let mut previous: Option<char> = None;
    for (row, letter) in one.chars().enumerate() {
        let mut line = Vec::with_capacity(width);
        line.push(row + 1);
        for (column, wanted) in other.iter().enumerate() {
            let at =
                |line: &[usize], column: usize| line.get(column).copied().unwrap_or(usize::MAX);
            let replaced = at(&last, column) + usize::from(letter != *wanted);
            let mut best = replaced.min(at(&last, column + 1) + 1).min(at(&line, column) + 1);
            let exchanged =
                column > 0 && previous == Some(*wanted) && other.get(column - 1) == Some(&letter);
            if exchanged {
                best = best.min(at(&before_last, column - 1) + 1);
            }
            line.push(best);
        }
        previous = Some(letter);
        before_last = std::mem::replace(&mut last, line);
    }
    last.last().copied().unwrap_or_default()
}
