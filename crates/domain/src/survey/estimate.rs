//! Figures of a sample: shares in whole basis points that add up, intervals, weights.

use serde::{Deserialize, Serialize};

/// Basis points of a whole.
pub const WHOLE_BP: u64 = 10_000;
/// Millionths: the scale of what is computed on the way.
const SCALE: u128 = 1_000_000;
/// The 97.5th percentile of the normal distribution, in millionths.
const Z: u128 = 1_959_964;

/// Shares `total` out in proportion to `parts`: each gets the whole part of its share, what is left goes to the
/// largest remainders, ties to the part that comes first. The shares add up to `total`; of nothing everybody gets
/// nothing.
#[must_use]
pub fn largest_remainder(parts: &[u128], total: u64) -> Vec<u64> {
    let whole: u128 = parts.iter().sum();
    if whole == 0 {
        return vec![0; parts.len()];
    }
    let wanted = u128::from(total);
    let mut shares: Vec<u64> = Vec::with_capacity(parts.len());
    let mut rests: Vec<(u128, usize)> = Vec::with_capacity(parts.len());
    for (at, part) in parts.iter().enumerate() {
        shares.push(u64::try_from(part * wanted / whole).unwrap_or(u64::MAX));
        rests.push((part * wanted % whole, at));
    }
    let given: u64 = shares.iter().sum();
    rests.sort_by(|one, other| other.0.cmp(&one.0).then(one.1.cmp(&other.1)));
    let left = usize::try_from(total.saturating_sub(given)).unwrap_or(0);
    for (_, at) in rests.into_iter().take(left) {
        if let Some(share) = shares.get_mut(at) {
            *share += 1;
        }
    }
    shares
}

/// `part` of `whole` in basis points, rounded half up; nought of nothing.
#[must_use]
pub fn share_bp(part: u64, whole: u64) -> u64 {
    if whole == 0 {
        return 0;
    }
    let (part, whole) = (u128::from(part), u128::from(whole));
    let share = (part * u128::from(WHOLE_BP) + whole / 2) / whole;
    u64::try_from(share).unwrap_or(WHOLE_BP)
}

/// The greatest whole number whose square is at most `it`.
#[must_use]
pub fn root(it: u128) -> u128 {
    it.isqrt()
}

/// A figure of a sample with its interval, in basis points.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Estimate {
    /// The figure as it was counted.
    pub bp: u64,
    /// The figure with each stratum weighed as it stands in the frame.
    pub weighted_bp: u64,
    /// Lower end of the interval of 95 % around the weighted figure.
    pub low_bp: u64,
    /// Upper end.
    pub high_bp: u64,
    /// From how many sheets.
    pub sheets: u64,
}

/// The interval of 95 % (Wilson) of a share, in basis points, rounded outwards.
///
/// `share_ppm` is the share in millionths. `sheets` people answered of `population`: the fewer are left, the
/// narrower the interval (finite population: n is taken as n·(N−1)/(N−n)); who asked everybody knows it exactly.
/// Several questions of one person count as one person. No sheets: everything is possible.
#[must_use]
pub fn wilson(share_ppm: u64, sheets: u64, population: u64) -> (u64, u64) {
    let share = u128::from(share_ppm).min(SCALE);
    let bp = |ppm: u128| u64::try_from(ppm / 100).unwrap_or(WHOLE_BP);
    let bp_up = |ppm: u128| u64::try_from(ppm.div_ceil(100)).unwrap_or(WHOLE_BP).min(WHOLE_BP);
    if sheets == 0 {
        return (0, WHOLE_BP);
    }
    if population != 0 && sheets >= population {
        return (bp(share), bp_up(share));
    }
    // Effective sheets in thousandths.
    let (n, all) = (u128::from(sheets), u128::from(population));
    let effective = if all == 0 { n * 1000 } else { (n * (all - 1) * 1000 / (all - n)).max(1) };
    let z2 = Z * Z / SCALE;
    let over_n = z2 * 1000 / effective;
    let variance = share * (SCALE - share) * 1000 / effective
        + z2 * SCALE * 1_000_000 / (4 * effective * effective);
    let half = Z * root(variance);
    let whole = SCALE + over_n;
    let middle = (share + over_n / 2) * SCALE;
    let low = middle.saturating_sub(half) / whole;
    let high = (middle + half).div_ceil(whole).min(SCALE);
    (bp(low), bp_up(high))
}

/// A stratum's count for a weighted figure: how many there are, how much was reached of how much.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counted {
    /// How many people there are.
    pub population: u64,
    /// What was reached, such as satisfied answers.
    pub part: u64,
    /// Of how much.
    pub whole: u64,
}

/// The share in millionths with each stratum weighed by its people; strata in which nothing was counted are left out.
#[must_use]
pub fn weighted_ppm(strata: &[Counted]) -> u64 {
    let heard = strata.iter().filter(|it| it.whole > 0);
    let (mut part, mut whole) = (0_u128, 0_u128);
    for it in heard {
        let people = u128::from(it.population);
        part += people * u128::from(it.part) * SCALE * 1000 / u128::from(it.whole);
        whole += people;
    }
    if whole == 0 {
        return 0;
    }
    u64::try_from((part / whole + 500) / 1000).unwrap_or(0)
}

/// A figure from the counts of strata.
#[must_use]
pub fn estimate(strata: &[Counted], sheets: u64, population: u64) -> Option<Estimate> {
    let (part, whole) = strata.iter().fold((0, 0), |sum, it| (sum.0 + it.part, sum.1 + it.whole));
    if whole == 0 {
        return None;
    }
    let ppm = weighted_ppm(strata);
    let (low_bp, high_bp) = wilson(ppm, sheets, population);
    Some(Estimate {
        bp: share_bp(part, whole),
        weighted_bp: (ppm + 50) / 100,
        low_bp,
        high_bp,
        sheets,
    })
}

/// What one sheet of a stratum stands for, in basis points of the mean sheet: (N_h / N) ÷ (n_h / n). Nothing where
/// nobody answered.
#[must_use]
pub fn weight_bp(population: u64, sheets: u64, all_people: u64, all_sheets: u64) -> Option<u64> {
    if sheets == 0 || all_people == 0 {
        return None;
    }
    let part = u128::from(population) * u128::from(all_sheets) * u128::from(WHOLE_BP);
    let whole = u128::from(all_people) * u128::from(sheets);
    u64::try_from((part + whole / 2) / whole).ok()
}
