//! The draw (rút mẫu): a frame that is published, a seed that comes after it, a sample that follows from both.
//!
//! Anybody repeats it with `sha256sum` and `sort`: see `docs/survey-draw.md`, whose rules these are.

use std::collections::BTreeMap;

use serde::Serialize;
use sha2::{Digest as _, Sha256};
use thiserror::Error;

use super::estimate::largest_remainder;
use crate::Refusal;

/// Lines of a frame at most.
pub const LINES_MAX: usize = 200_000;
/// Letters of a stratum's name at most.
const STRATUM_CHARS_MAX: usize = 200;
/// Letters of a seed at most.
const SEED_CHARS_MAX: usize = 200;

/// Why a frame or a seed cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum DrawError {
    /// There is nobody.
    #[error("Danh sách không có ai.")]
    Empty,
    /// Too many.
    #[error("Danh sách dài quá {LINES_MAX} dòng.")]
    TooLong,
    /// A line that is none.
    #[error("Dòng {line}: phải là “tầng<TAB>mã”, mã gồm chữ không dấu, số, dấu chấm, gạch.")]
    Line {
        /// Which, from 1.
        line: usize,
    },
    /// The same number twice.
    #[error("Mã {id} có hai lần trong danh sách.")]
    Twice {
        /// Which.
        id: String,
    },
    /// No seed.
    #[error("Hạt giống phải có từ 1 đến {SEED_CHARS_MAX} ký tự, trên một dòng.")]
    Seed,
    /// More than there are.
    #[error("Cỡ mẫu {size} lớn hơn danh sách ({population}).")]
    Size {
        /// What was wanted.
        size: u64,
        /// How many there are.
        population: u64,
    },
    /// The frame is another one.
    #[error(
        "Mã băm của danh sách là {found}, không phải {wanted}: đây không phải danh sách đã công bố."
    )]
    OtherFrame {
        /// The hash of this one.
        found: String,
        /// The hash that was asked for.
        wanted: String,
    },
}

impl Refusal for DrawError {}

/// How many to ask of `population`: n = N ÷ (1 + N·e²), rounded up, with `error_bp` for e in basis points (500 is
/// 5 %); at least `floor`, at most everybody.
///
/// Law: SIPAS, phương pháp điều tra xã hội học.
#[must_use]
pub fn sample_size(population: u64, error_bp: u64, floor: u64) -> u64 {
    const WHOLE: u128 = 100_000_000;
    let (people, error) = (u128::from(population), u128::from(error_bp.min(10_000)));
    let size = (people * WHOLE).div_ceil(WHOLE + people * error * error);
    u64::try_from(size).unwrap_or(population).max(floor).min(population)
}

/// Somebody who may be drawn: the stratum (tầng) and a number that says nothing of him.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Line {
    /// The stratum.
    pub stratum: String,
    /// The number.
    pub id: String,
}

/// Everybody who may be drawn (khung mẫu), in the one order in which it is published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    lines: Vec<Line>,
}

fn is_id(text: &str) -> bool {
    let right = |it: u8| it.is_ascii_alphanumeric() || matches!(it, b'-' | b'_' | b'.');
    !text.is_empty() && text.len() <= 64 && text.bytes().all(right)
}

fn is_stratum(text: &str) -> bool {
    let chars = text.chars().count();
    (1..=STRATUM_CHARS_MAX).contains(&chars) && !text.chars().any(char::is_control)
}

impl Frame {
    /// A frame of these lines, in whatever order they come.
    ///
    /// # Errors
    /// [`DrawError`] if there is none, a line is none, or a number stands twice.
    pub fn of(mut lines: Vec<Line>) -> Result<Self, DrawError> {
        if lines.is_empty() {
            return Err(DrawError::Empty);
        }
        if lines.len() > LINES_MAX {
            return Err(DrawError::TooLong);
        }
        if let Some(at) = lines.iter().position(|it| !is_id(&it.id) || !is_stratum(&it.stratum)) {
            return Err(DrawError::Line { line: at + 1 });
        }
        let mut ids: Vec<&str> = lines.iter().map(|it| it.id.as_str()).collect();
        ids.sort_unstable();
        let twice = ids.windows(2).find(|pair| pair.first() == pair.last());
        if let Some(id) = twice.and_then(|it| it.first()) {
            return Err(DrawError::Twice { id: (*id).to_owned() });
        }
        lines.sort_by_cached_key(written);
        Ok(Self { lines })
    }

    /// Reads a frame: a line each, the stratum, a tabulator, the number. Blank lines, a mark of byte order and the
    /// ends of lines of other systems are passed over.
    ///
    /// # Errors
    /// See [`Frame::of`].
    pub fn parse(text: &str) -> Result<Self, DrawError> {
        let mut lines = Vec::new();
        for (at, line) in text.trim_start_matches('\u{feff}').lines().enumerate() {
            if line.trim().is_empty() {
                continue;
            }
            let parts = line.rsplit_once('\t').ok_or(DrawError::Line { line: at + 1 })?;
            let (stratum, id) = (parts.0.to_owned(), parts.1.to_owned());
            if !is_id(&id) || !is_stratum(&stratum) {
                return Err(DrawError::Line { line: at + 1 });
            }
            lines.push(Line { stratum, id });
        }
        Self::of(lines)
    }

    /// The text that is published: `stratum TAB number LF`, lines in the order of their bytes.
    #[must_use]
    pub fn text(&self) -> String {
        self.lines.iter().map(written).collect()
    }

    /// SHA-256 of [`Frame::text`], in hexadecimal.
    #[must_use]
    pub fn hash(&self) -> String {
        sha256_hex(self.text().as_bytes())
    }

    /// Everybody, in order.
    #[must_use]
    pub fn lines(&self) -> &[Line] {
        &self.lines
    }

    /// Whether it is the frame with this hash.
    ///
    /// # Errors
    /// [`DrawError::OtherFrame`] if not.
    pub fn demand(&self, hash: &str) -> Result<(), DrawError> {
        let (found, wanted) = (self.hash(), hash.trim().to_lowercase());
        if found == wanted { Ok(()) } else { Err(DrawError::OtherFrame { found, wanted }) }
    }

    /// How many there are of each stratum, by the names' bytes.
    #[must_use]
    pub fn strata(&self) -> Vec<(&str, u64)> {
        let mut count: BTreeMap<&str, u64> = BTreeMap::new();
        for it in &self.lines {
            *count.entry(it.stratum.as_str()).or_default() += 1;
        }
        count.into_iter().collect()
    }
}

fn written(it: &Line) -> String {
    format!("{}\t{}\n", it.stratum, it.id)
}

/// SHA-256 in hexadecimal.
#[must_use]
pub fn sha256_hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|it| format!("{it:02x}")).collect()
}

/// What ranks somebody within his stratum: SHA-256 of the seed, the byte 0x1f and his number, in hexadecimal.
#[must_use]
pub fn rank_key(seed: &str, id: &str) -> String {
    sha256_hex(format!("{seed}\u{1f}{id}").as_bytes())
}

/// How many of a stratum are asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Share {
    /// The stratum.
    pub stratum: String,
    /// How many there are.
    pub population: u64,
    /// How many are asked.
    pub size: u64,
}

/// Somebody who was drawn.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Drawn {
    /// The stratum.
    pub stratum: String,
    /// The number.
    pub id: String,
    /// The place within the stratum, from 1.
    pub place: u64,
}

/// A sample and those who stand ready.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Draw {
    /// The strata.
    pub strata: Vec<Share>,
    /// Those who are asked, in the order of the published lines.
    pub sample: Vec<Drawn>,
    /// Those who replace somebody of their stratum, by stratum and place.
    pub reserve: Vec<Drawn>,
}

/// Draws `size` of the frame: to each stratum its part by largest remainder (ties to the name whose bytes come
/// first), within a stratum the lowest [`rank_key`]s. The next `reserve` of each stratum stand ready.
///
/// # Errors
/// [`DrawError::Seed`] if there is no seed, [`DrawError::Size`] if so many are not there.
pub fn draw(frame: &Frame, seed: &str, size: u64, reserve: u64) -> Result<Draw, DrawError> {
    let chars = seed.chars().count();
    if !(1..=SEED_CHARS_MAX).contains(&chars) || seed.chars().any(char::is_control) {
        return Err(DrawError::Seed);
    }
    let strata = frame.strata();
    let population = strata.iter().map(|it| it.1).sum();
    if size > population {
        return Err(DrawError::Size { size, population });
    }
    let parts: Vec<u128> = strata.iter().map(|it| u128::from(it.1)).collect();
    let sizes = largest_remainder(&parts, size);
    let strata: Vec<Share> = strata
        .iter()
        .zip(sizes)
        .map(|((stratum, population), size)| Share {
            stratum: (*stratum).to_owned(),
            population: *population,
            size,
        })
        .collect();
    let mut ranked: BTreeMap<&str, Vec<(String, &str)>> = BTreeMap::new();
    for it in &frame.lines {
        let key = rank_key(seed, &it.id);
        ranked.entry(it.stratum.as_str()).or_default().push((key, it.id.as_str()));
    }
    let (mut sample, mut ready) = (Vec::new(), Vec::new());
    for share in &strata {
        let Some(all) = ranked.get_mut(share.stratum.as_str()) else { continue };
        all.sort_unstable();
        for ((_, id), place) in all.iter().zip(1_u64..) {
            let drawn = Drawn { stratum: share.stratum.clone(), id: (*id).to_owned(), place };
            if place <= share.size {
                sample.push(drawn);
            } else if place <= share.size + reserve {
                ready.push(drawn);
            } else {
                break;
            }
        }
    }
    sample.sort_by_cached_key(|it| format!("{}\t{}\n", it.stratum, it.id));
    Ok(Draw { strata, sample, reserve: ready })
}

impl Draw {
    /// The sample as it is published: lines like the frame's.
    #[must_use]
    pub fn text(&self) -> String {
        self.sample.iter().map(|it| format!("{}\t{}\n", it.stratum, it.id)).collect()
    }
}

/// The numbers of which one in ten, rounded up, is called back (phúc tra): the lowest [`rank_key`]s with the word
/// `phuc-tra` before `secret`, which is not the public seed: an interviewer who knew whom nobody calls back could make
/// up his sheet.
#[must_use]
pub fn call_backs<'a>(secret: &str, ids: &[&'a str]) -> Vec<&'a str> {
    let mut all: Vec<(String, &str)> =
        ids.iter().map(|it| (rank_key(&format!("phuc-tra\u{1f}{secret}"), it), *it)).collect();
    all.sort_unstable();
    all.into_iter().take(ids.len().div_ceil(10)).map(|it| it.1).collect()
}
