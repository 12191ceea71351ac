//! The statistician's check: the draw favours nobody, the interval holds what it promises.

use super::*;

/// A plain generator, so that what a test finds it finds each time.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        // SplitMix64.
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut it = self.0;
        it = (it ^ (it >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        it = (it ^ (it >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        it ^ (it >> 31)
    }

    fn below(&mut self, most: u64) -> u64 {
        self.next() % most
    }
}

/// Over 2,000 seeds everybody of a stratum is drawn about as often: chi-square of the counts, corrected for drawing
/// without putting back, stays below its 99.9th percentile.
#[test]
fn everybody_of_a_stratum_is_drawn_equally_often() {
    const SEEDS: u64 = 2_000;
    let strata = [("Chứng thực", 40_u64), ("Hộ tịch", 25), ("Đất đai", 15)];
    let frame =
        frame(&strata.iter().map(|it| (it.0, usize::try_from(it.1).unwrap())).collect::<Vec<_>>());
    let mut drawn: BTreeMap<String, u64> = BTreeMap::new();
    let mut sizes = BTreeMap::new();
    for seed in 0..SEEDS {
        let it = draw(&frame, &format!("XSMB {seed:05}"), 24, 0).unwrap();
        for it in &it.strata {
            sizes.insert(it.stratum.clone(), it.size);
        }
        for it in it.sample {
            *drawn.entry(it.id).or_default() += 1;
        }
    }
    for (name, people) in strata {
        let size = sizes[name];
        let share = size as f64 / people as f64;
        let expected = SEEDS as f64 * share;
        let of_stratum = frame.lines().iter().filter(|it| it.stratum == name);
        let sum: f64 = of_stratum
            .map(|it| {
                (drawn.get(&it.id).copied().unwrap_or(0) as f64 - expected).powi(2) / expected
            })
            .sum();
        // Each count varies by share·(1−share); the sum has people−1 degrees of freedom.
        let degrees = people as f64 - 1.0;
        let chi_square = sum / (1.0 - share) * degrees / people as f64;
        // Wilson and Hilferty's cube for the 99.9th percentile.
        let cube = |z: f64| {
            let part = 2.0 / (9.0 * degrees);
            degrees * (1.0 - part + z * part.sqrt()).powi(3)
        };
        assert!(chi_square < cube(3.09), "{name}: {chi_square}");
        assert!(chi_square > cube(-3.09), "{name}: too even to be chance: {chi_square}");
    }
}

/// Two people of one stratum are drawn together as often as chance has it.
#[test]
fn nobody_draws_his_neighbour_along() {
    let frame = frame(&[("A", 20)]);
    let mut together = 0;
    for seed in 0..4_000 {
        let it = draw(&frame, &seed.to_string(), 10, 0).unwrap();
        let has = |id: &str| it.sample.iter().any(|it| it.id == id);
        together += u32::from(has("0-0") && has("0-1"));
    }
    // 10·9 of 20·19 is 23.7 %, of 4,000 seeds 947 ± 27.
    assert!((840..=1_055).contains(&together), "{together}");
}

/// Populations made up, samples drawn by the product's own draw, figures by its own tally: how often the interval of
/// 95 % holds the truth.
fn coverage(strata: &[(&str, u64, u64)], size: u64, rounds: u64) -> f64 {
    let form = satisfaction(2);
    let mut held = 0_u64;
    let mut random = Random(7);
    for round in 0..rounds {
        let mut satisfied = BTreeMap::new();
        let (mut truth, mut people) = (0_u64, 0_u64);
        let mut lines = Vec::new();
        for (name, count, percent) in strata {
            for n in 0..*count {
                let id = format!("{name}{n}");
                let is = random.below(100) < *percent;
                truth += u64::from(is);
                people += 1;
                satisfied.insert(id.clone(), is);
                lines.push(line(name, &id));
            }
        }
        let frame = Frame::of(lines).unwrap();
        let drawn = draw(&frame, &format!("hạt {round}"), size, 0).unwrap();
        let sheets: Vec<Sheet> = drawn
            .sample
            .iter()
            .map(|it| sheet(&it.stratum, &[("Q1", if satisfied[&it.id] { "5" } else { "2" })]))
            .collect();
        let known: Vec<Stratum> = drawn
            .strata
            .iter()
            .map(|it| Stratum {
                name: it.stratum.clone(),
                unit: 1,
                population: it.population,
                drawn: it.size,
            })
            .collect();
        let answered = drawn.strata.iter().map(|it| (it.stratum.clone(), it.size)).collect();
        let rules = Rules { blank_max_bp: 10_000, ..Rules::default() };
        let index = results(&form, &known, &answered, &sheets, rules).index.unwrap();
        let exact = truth * 10_000 / people;
        held += u64::from(index.low_bp <= exact + 1 && exact <= index.high_bp);
    }
    held as f64 / rounds as f64
}

#[test]
fn the_interval_of_95_per_cent_holds_the_truth_95_times_in_100() {
    type Strata = &'static [(&'static str, u64, u64)];
    let cases: [(Strata, u64); 4] = [
        (&[("A", 300, 80)], 120),
        (&[("A", 150, 85), ("B", 100, 75)], 90),
        (&[("A", 200, 90)], 100),
        (&[("A", 500, 60)], 60),
    ];
    for (strata, size) in cases {
        let share = coverage(strata, size, 800);
        assert!((0.93..=0.98).contains(&share), "{strata:?} {size}: {share}");
    }
}
