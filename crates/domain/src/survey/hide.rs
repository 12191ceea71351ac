//! Small cells (ô nhỏ): what could point at somebody is not shown, nor what would give it away.

/// Counts below this are not shown.
pub const CELL_MIN: u64 = 5;

/// A row of counts as it may be shown, when its sum is shown beside it: counts from 1 to 4 are hidden; so are the
/// smallest others, until what is hidden is two cells at least and 5 people at least. A row of fewer than 5 people is
/// hidden whole. Noughts are shown unless they are needed to hide another.
#[must_use]
pub fn row(counts: &[u64]) -> Vec<Option<u64>> {
    row_of(counts, 2)
}

/// [`row`] where what is hidden is `cells_min` cells at least, as more than the sum is known of it.
#[must_use]
pub fn row_of(counts: &[u64], cells_min: usize) -> Vec<Option<u64>> {
    let sum: u64 = counts.iter().sum();
    if sum == 0 {
        return counts.iter().map(|it| Some(*it)).collect();
    }
    if sum < CELL_MIN {
        return vec![None; counts.len()];
    }
    let mut shown: Vec<Option<u64>> =
        counts.iter().map(|it| Some(*it).filter(|it| *it == 0 || *it >= CELL_MIN)).collect();
    loop {
        let hidden: Vec<u64> = counts
            .iter()
            .zip(&shown)
            .filter(|(_, shown)| shown.is_none())
            .map(|(count, _)| *count)
            .collect();
        let enough = hidden.len() >= cells_min && hidden.iter().sum::<u64>() >= CELL_MIN;
        if hidden.is_empty() || enough {
            return shown;
        }
        // The smallest that is shown goes too; a nought last, it hides little.
        let next =
            shown.iter().enumerate().filter_map(|(at, it)| it.map(|it| (it == 0, it, at))).min();
        let Some(cell) = next.and_then(|(_, _, at)| shown.get_mut(at)) else { return shown };
        *cell = None;
    }
}

/// Groups of counts as they may be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grouped {
    /// The sum of each group.
    pub sums: Vec<Option<u64>>,
    /// The counts of each group.
    pub cells: Vec<Vec<Option<u64>>>,
}

/// Groups of counts as they may be shown when the sum of each group stands beside it and the sum of all is known: no
/// group hides a single cell whose sum is shown, no single sum is hidden, and what is hidden as a sum cannot be had by
/// adding up its cells.
#[must_use]
pub fn groups(groups: &[Vec<u64>]) -> Grouped {
    let totals: Vec<u64> = groups.iter().map(|it| it.iter().sum()).collect();
    let sums = row(&totals);
    let cells = groups
        .iter()
        .zip(&sums)
        .map(|(counts, sum)| {
            let mut shown = row(counts);
            if sum.is_none() && shown.iter().all(Option::is_some) {
                let next = shown
                    .iter()
                    .enumerate()
                    .filter_map(|(at, it)| it.map(|it| (it == 0, it, at)))
                    .min();
                if let Some(cell) = next.and_then(|(_, _, at)| shown.get_mut(at)) {
                    *cell = None;
                }
            }
            shown
        })
        .collect();
    Grouped { sums, cells }
}

/// The rows of a table as they may be shown when the sums of its columns are known as well: no column hides a single
/// cell either.
#[must_use]
pub fn table(rows: &[Vec<u64>]) -> Vec<Vec<Option<u64>>> {
    let mut shown: Vec<Vec<Option<u64>>> = rows.iter().map(|it| row(it)).collect();
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    for _ in 0..rows.len() + columns {
        let mut changed = false;
        for column in 0..columns {
            let hidden = shown.iter().filter(|it| matches!(it.get(column), Some(None))).count();
            if hidden != 1 || rows.len() < 2 {
                continue;
            }
            let next = shown
                .iter()
                .enumerate()
                .filter_map(|(at, it)| {
                    it.get(column).copied().flatten().map(|it| (it == 0, it, at))
                })
                .min();
            if let Some(cell) =
                next.and_then(|(_, _, at)| shown.get_mut(at)).and_then(|it| it.get_mut(column))
            {
                *cell = None;
                changed = true;
            }
        }
        for cells in &mut shown {
            let hidden = cells.iter().filter(|it| it.is_none()).count();
            if hidden != 1 {
                continue;
            }
            let next = cells
                .iter()
                .enumerate()
                .filter_map(|(at, it)| it.map(|it| (it == 0, it, at)))
                .min();
            if let Some(cell) = next.and_then(|(_, _, at)| cells.get_mut(at)) {
                *cell = None;
                changed = true;
            }
        }
        if !changed {
            break;
        }
    }
    shown
}
