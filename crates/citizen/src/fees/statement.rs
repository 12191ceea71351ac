//! A bank's statement as a table of text: which column says what, and the money that came.

use domain::{money::Dong, text::fold};
use jiff::civil::DateTime;
use people::sheets::Table;
use serde::{Deserialize, Serialize};

/// Rows above the headings at most: a bank's name, the account, the period.
const ABOVE_MAX: usize = 40;
/// Letters of a content that are kept.
const CONTENT_MAX: usize = 500;

/// The headings of the columns that are read; kept for each account.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mapping {
    /// When it was booked.
    pub booked: String,
    /// What came in.
    pub amount: String,
    /// What the payer wrote.
    pub content: String,
    /// The bank's reference; empty if there is none.
    #[serde(default)]
    pub reference: String,
}

/// Money that came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Came {
    /// When, civil time; midnight if the bank names the day alone.
    pub booked_at: DateTime,
    /// How much.
    pub amount: Dong,
    /// What the payer wrote.
    pub content: String,
    /// The bank's reference.
    pub reference: String,
    /// Tells it from every other line; the same in every import of the same statement.
    pub mark: String,
}

/// What was read: money that came, and how many rows were of money that went.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Statement {
    /// Money that came.
    pub came: Vec<Came>,
    /// Rows without money that came.
    pub skipped: usize,
    /// The columns that were read.
    pub mapping: Mapping,
}

/// Headings that banks use, folded; the more telling ones first.
const AMOUNT: [&str; 7] =
    ["ghi co", "so tien co", "phat sinh co", "tien vao", "credit", "co", "so tien"];
const BOOKED: [&str; 6] = [
    "ngay hach toan",
    "ngay giao dich",
    "thoi gian giao dich",
    "transaction date",
    "ngay hieu luc",
    "ngay",
];
const CONTENT: [&str; 5] = ["noi dung", "dien giai", "mo ta", "description", "remark"];
const REFERENCE: [&str; 6] =
    ["so but toan", "ma giao dich", "so giao dich", "so tham chieu", "reference", "so ct"];

/// The first heading of a row that is, or else begins with, or else holds one of `names`.
fn named(heads: &[String], names: &[&str]) -> Option<String> {
    let folded: Vec<String> = heads.iter().map(|it| fold(it)).collect();
    names.iter().find_map(|name| {
        let holds = |it: &&String| name.len() > 2 && it.contains(name);
        let found = folded
            .iter()
            .position(|it| it == name)
            .or_else(|| folded.iter().position(|it| name.len() > 2 && it.starts_with(name)))
            .or_else(|| folded.iter().position(|it| holds(&it)))?;
        heads.get(found).cloned()
    })
}

/// The columns by their usual headings.
fn guess(heads: &[String]) -> Option<Mapping> {
    Some(Mapping {
        booked: named(heads, &BOOKED)?,
        amount: named(heads, &AMOUNT)?,
        content: named(heads, &CONTENT)?,
        reference: named(heads, &REFERENCE).unwrap_or_default(),
    })
}

fn column(heads: &[String], name: &str) -> Option<usize> {
    let name = fold(name);
    if name.is_empty() { None } else { heads.iter().position(|it| fold(it) == name) }
}

/// The row of the headings: the first in which the wanted ones, or the usual ones, all stand.
fn headings<'a>(
    rows: &'a [Vec<String>],
    wanted: Option<&Mapping>,
) -> Option<(usize, &'a [String], Mapping)> {
    rows.iter().take(ABOVE_MAX).enumerate().find_map(|(at, heads)| {
        let mapping = match wanted {
            Some(it) => {
                let all = [&it.booked, &it.amount, &it.content];
                let stand = all.iter().all(|name| column(heads, name).is_some());
                stand.then(|| it.clone())?
            }
            None => guess(heads)?,
        };
        Some((at, heads.as_slice(), mapping))
    })
}

/// An amount as banks write it: `50,000`, `50.000,00`, `+50000 VND`. Nothing for none or for one that went.
///
/// # Errors
/// The text, if it is no amount.
pub fn amount(text: &str) -> Result<Option<Dong>, String> {
    let wrong = || format!("“{text}” không phải là số tiền.");
    let kept: String = text.chars().filter(|it| !it.is_whitespace()).collect();
    let upper = kept.to_uppercase();
    let kept = upper.trim_end_matches("VND").trim_end_matches('Đ').trim_start_matches('+');
    if kept.is_empty() || kept == "-" {
        return Ok(None);
    }
    let (sign, digits) = match kept.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, kept),
    };
    let groups: Vec<&str> = digits.split(['.', ',']).collect();
    let separators: Vec<char> = digits.chars().filter(|it| matches!(it, '.' | ',')).collect();
    let (whole, fraction) = match (groups.split_last(), separators.split_last()) {
        (Some((last, before)), Some((mark, earlier)))
            if last.len() != 3
                || earlier.iter().any(|it| it != mark) && !earlier.contains(mark) =>
        {
            (before.to_vec(), *last)
        }
        _ => (groups, ""),
    };
    let grouped = whole.len() == 1 || whole.iter().skip(1).all(|it| it.len() == 3);
    let even = fraction.len() <= 2 && fraction.chars().all(|it| it == '0');
    if !grouped || !even || whole.concat().is_empty() {
        return Err(wrong());
    }
    let number: i64 = whole.concat().parse().map_err(|_| wrong())?;
    let amount = Dong(number * sign);
    if number > 100_000_000_000_000 {
        return Err(wrong());
    }
    Ok(Some(amount).filter(|it| *it > Dong::ZERO))
}

/// A moment as banks write it: a day, with a time before or after it or without.
#[must_use]
pub fn moment(text: &str) -> Option<DateTime> {
    if let Ok(at) = text.trim().parse::<DateTime>() {
        return Some(at);
    }
    let parts: Vec<&str> = text.split([' ', 'T', '\n']).filter(|it| !it.is_empty()).collect();
    let date = parts.iter().find_map(|it| site::form::parse_date(it))?;
    let time = parts.iter().filter(|it| it.contains(':')).find_map(|it| it.parse().ok());
    Some(date.to_datetime(time.unwrap_or(jiff::civil::Time::midnight())))
}

/// Reads a statement; by the given headings, or else by the usual ones.
///
/// # Errors
/// What is wrong with it, in Vietnamese.
pub fn read(table: Table, wanted: Option<&Mapping>) -> Result<Statement, String> {
    let numbers: Vec<usize> = std::iter::once(1).chain(table.rows.iter().map(|it| it.0)).collect();
    let rows: Vec<Vec<String>> =
        std::iter::once(table.heads).chain(table.rows.into_iter().map(|it| it.1)).collect();
    let Some((at, heads, mapping)) = headings(&rows, wanted) else {
        let shown: Vec<&str> = rows
            .iter()
            .take(ABOVE_MAX)
            .max_by_key(|row| row.iter().filter(|it| !it.is_empty()).count())
            .map(|row| row.iter().map(String::as_str).filter(|it| !it.is_empty()).collect())
            .unwrap_or_default();
        return Err(format!(
            "Không nhận ra các cột ngày, số tiền ghi có và nội dung. Ghi đúng tên cột của tệp vào các ô bên \
             dưới rồi gửi lại. Các cột trong tệp: {}.",
            shown.join(", ")
        ));
    };
    let of = |name: &str| column(heads, name);
    let (Some(booked), Some(credit), Some(content)) =
        (of(&mapping.booked), of(&mapping.amount), of(&mapping.content))
    else {
        return Err("Thiếu cột trong tệp sao kê.".to_owned());
    };
    let reference = of(&mapping.reference);
    let mut statement = Statement { mapping: mapping.clone(), ..Statement::default() };
    let mut seen: std::collections::HashMap<String, usize> = std::collections::HashMap::new();
    for (row, number) in rows.iter().zip(&numbers).skip(at + 1) {
        let cell = |at: usize| row.get(at).map_or("", String::as_str);
        let came = match (moment(cell(booked)), amount(cell(credit))) {
            (_, Ok(None)) => None,
            (Some(at), Ok(Some(amount))) => Some((at, amount)),
            // A line of sums below the rows.
            (None, _) if cell(booked).is_empty() || cell(content).is_empty() => None,
            (None, _) => {
                return Err(format!("Dòng {number}: “{}” không phải là ngày.", cell(booked)));
            }
            (_, Err(wrong)) => return Err(format!("Dòng {number}: {wrong}")),
        };
        let Some((booked_at, amount)) = came else {
            statement.skipped += 1;
            continue;
        };
        let text: String = cell(content).chars().take(CONTENT_MAX).collect();
        let reference: String = reference.map_or("", cell).chars().take(80).collect();
        let said = format!("{booked_at}|{}|{text}|{reference}", amount.0);
        let place = seen.entry(said.clone()).or_default();
        *place += 1;
        let mark = site::token_sha256(&format!("{said}|{place}"));
        statement.came.push(Came { booked_at, amount, content: text, reference, mark });
    }
    if statement.came.is_empty() {
        return Err("Tệp không có dòng nào ghi có (tiền vào).".to_owned());
    }
    Ok(statement)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(rows: &[&[&str]]) -> Table {
        let row = |it: &&[&str]| it.iter().map(|it| (*it).to_owned()).collect::<Vec<_>>();
        Table {
            heads: row(&rows[0]),
            rows: rows.iter().skip(1).map(row).zip(2..).map(|(it, at)| (at, it)).collect(),
        }
    }

    #[test]
    fn amounts_are_read_as_banks_write_them() {
        for (text, dong) in [
            ("50,000", 50_000),
            ("50.000", 50_000),
            ("50000", 50_000),
            ("+1,250,000.00 VND", 1_250_000),
            ("1.250.000,00", 1_250_000),
            ("8000.0", 8_000),
            ("20 000 đ", 20_000),
        ] {
            assert_eq!(amount(text), Ok(Some(Dong(dong))), "{text}");
        }
        for text in ["", "-", "0", "-5,000", "0.00"] {
            assert_eq!(amount(text), Ok(None), "{text}");
        }
        for text in ["abc", "1.5", "12,34,5", "5.000.00.1", "1e9"] {
            assert!(amount(text).is_err(), "{text}: {:?}", amount(text));
        }
    }

    #[test]
    fn a_statement_is_read_below_its_head_and_knows_its_lines_again() {
        let rows: &[&[&str]] = &[
            &["NGÂN HÀNG THỬ"],
            &["Số tài khoản", "123"],
            &["STT", "Ngày giao dịch", "Số bút toán", "Ghi nợ", "Ghi có", "Nội dung"],
            &["1", "02/03/2026 09:15:30", "FT1", "", "8,000", "HS H4199402603020001"],
            &["2", "02/03/2026", "FT2", "5,000", "", "Phí dịch vụ"],
            &["3", "03/03/2026", "", "", "8,000", "cam on"],
            &["4", "03/03/2026", "", "", "8,000", "cam on"],
            &["", "", "", "5,000", "24,000", ""],
        ];
        let read_once = read(table(rows), None).unwrap();
        assert_eq!((read_once.came.len(), read_once.skipped), (3, 2));
        assert_eq!(read_once.mapping.amount, "Ghi có");
        assert_eq!(read_once.came[0].booked_at.to_string(), "2026-03-02T09:15:30");
        assert_ne!(read_once.came[1].mark, read_once.came[2].mark, "two equal lines are two");
        assert_eq!(read(table(rows), Some(&read_once.mapping)).unwrap(), read_once);
        let other = Mapping { amount: "Tiền".into(), ..read_once.mapping };
        assert!(read(table(rows), Some(&other)).unwrap_err().contains("Ghi có"));
        let broken: &[&[&str]] = &[&["Ngày", "Số tiền", "Nội dung"], &["32/13/2026", "8,000", "x"]];
        assert!(read(table(broken), None).unwrap_err().contains("Dòng 2"));
    }
}
