//! What public pages show of a person: enough to recognise oneself, too little to use.

/// At most this many stars a word, so that the length of a name says nothing.
const STARS_MAX: usize = 3;

/// Opening consonants that count as one letter.
const PAIRS: [&str; 11] = ["ch", "gh", "gi", "kh", "ng", "nh", "ph", "qu", "th", "tr", "dr"];

/// A name with each word cut to its first consonant: `"Nguyễn Thị Hoa"` gives `"Ng*** Th* H**"`.
#[must_use]
pub fn mask_name(name: &str) -> String {
    let masked = |word: &str| {
        let length = word.chars().count();
        let head: String = word.chars().take(2).collect();
        let kept = if length > 2 && PAIRS.contains(&head.to_lowercase().as_str()) { 2 } else { 1 };
        let stars = (length.saturating_sub(kept)).clamp(1, STARS_MAX);
        word.chars().take(kept).chain(std::iter::repeat_n('*', stars)).collect::<String>()
    };
    name.split_whitespace().map(masked).collect::<Vec<_>>().join(" ")
}

/// A phone number with its middle hidden: `"0981234456"` gives `"098 ••• 456"`.
#[must_use]
pub fn mask_phone(digits: &str) -> String {
    let found: Vec<char> = digits.chars().filter(char::is_ascii_digit).collect();
    if found.len() < 9 {
        return "•••".to_owned();
    }
    let head: String = found.iter().take(3).collect();
    let tail: String = found.iter().skip(found.len() - 3).collect();
    format!("{head} ••• {tail}")
}

/// A number of a paper with its middle hidden: twelve digits give `"040 1•• ••• 123"`.
///
/// Any other number shows its first and its last two characters.
#[must_use]
pub fn mask_id(number: &str) -> String {
    let found: Vec<char> = number.chars().filter(char::is_ascii_alphanumeric).collect();
    let part = |from: usize, count: usize| found.iter().skip(from).take(count).collect::<String>();
    match found.len() {
        0 => String::new(),
        12 => format!("{} {}•• ••• {}", part(0, 3), part(3, 1), part(9, 3)),
        6.. => format!("{}{}{}", part(0, 1), "•".repeat(found.len() - 3), part(found.len() - 2, 2)),
        _ => "•••".to_owned(),
    }
}
