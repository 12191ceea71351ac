//! Conditions and formulas as rows of a page, and back: what is too deep for rows is JSON.

use domain::eform::{Condition, Term};
use jiff::civil::Date;

/// How a row compares, and what people read.
pub const WAYS: [(&str, &str); 14] = [
    ("is", "là"),
    ("not-is", "không là"),
    ("in", "là một trong (ngăn bằng dấu phẩy)"),
    ("filled", "có trả lời"),
    ("not-filled", "không trả lời"),
    ("age-ge", "tính đến hôm nay từ đủ (tuổi)"),
    ("age-lt", "tính đến hôm nay chưa đủ (tuổi)"),
    ("lt", "nhỏ hơn, trước"),
    ("le", "nhỏ hơn hoặc bằng"),
    ("gt", "lớn hơn, sau"),
    ("ge", "lớn hơn hoặc bằng"),
    ("same", "giống mục, số, ngày"),
    ("differs", "khác mục, số, ngày"),
    ("count-ge", "có ít nhất (dòng, lựa chọn)"),
];

/// How rows are joined.
pub const JOINS: [(&str, &str); 4] = [
    ("", "Luôn hiện (không điều kiện)"),
    ("all", "Khi tất cả các dòng đúng"),
    ("any", "Khi có một dòng đúng"),
    ("json", "Điều kiện phức tạp (JSON bên dưới)"),
];

/// A row: which field, how it is compared, with what.
pub type Row = [String; 3];

/// What stands in the fields of a condition.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Shown {
    /// One of [`JOINS`].
    pub join: String,
    /// Its rows.
    pub rows: Vec<Row>,
    /// The whole of it, if rows cannot say it.
    pub json: String,
}

fn field(term: &Term) -> Option<&str> {
    match term {
        Term::Field(it) => Some(it),
        _ => None,
    }
}

/// What stands where something is compared with: a number, a day, `hôm nay`, a field.
fn operand_text(term: &Term) -> Option<String> {
    Some(match term {
        Term::Field(it) => it.clone(),
        Term::Number(it) => it.to_string(),
        Term::Date(it) => domain::text::date(*it),
        Term::Today => "hôm nay".to_owned(),
        // A text in quotes is told from a field.
        Term::Text(it) if !it.contains('"') => format!("\"{it}\""),
        _ => return None,
    })
}

fn operand(typed: &str) -> Term {
    let typed = typed.trim();
    if domain::text::fold(typed) == "hom nay" {
        return Term::Today;
    }
    if let Some(text) = typed.strip_prefix('"').and_then(|it| it.strip_suffix('"')) {
        return Term::Text(text.to_owned());
    }
    if let Ok(number) = typed.parse::<i64>() {
        return Term::Number(number);
    }
    match day(typed) {
        Some(day) => Term::Date(day),
        None => Term::Field(typed.to_owned()),
    }
}

fn day(typed: &str) -> Option<Date> {
    typed.contains('/').then(|| site::form::parse_date(typed)).flatten()
}

fn row(it: &Condition) -> Option<Row> {
    let say =
        |field: &str, way: &str, value: String| Some([field.to_owned(), way.to_owned(), value]);
    let compared = |a: &Term, way: &str, b: &Term| say(field(a)?, way, operand_text(b)?);
    let aged = |term: &Term| match term {
        Term::Age(from, to) if **to == Term::Today => field(from).map(str::to_owned),
        _ => None,
    };
    match it {
        Condition::Is(at, value) => say(at, "is", value.clone()),
        Condition::Filled(at) => say(at, "filled", String::new()),
        Condition::In(at, many) if many.len() > 1 && !many.iter().any(|it| it.contains(',')) => {
            say(at, "in", many.join(", "))
        }
        Condition::Ge(Term::Count(at), Term::Number(number)) => {
            say(at, "count-ge", number.to_string())
        }
        Condition::Ge(a, Term::Number(years)) if aged(a).is_some() => {
            say(&aged(a)?, "age-ge", years.to_string())
        }
        Condition::Lt(a, Term::Number(years)) if aged(a).is_some() => {
            say(&aged(a)?, "age-lt", years.to_string())
        }
        Condition::Lt(a, b) => compared(a, "lt", b),
        Condition::Le(a, b) => compared(a, "le", b),
        Condition::Gt(a, b) => compared(a, "gt", b),
        Condition::Ge(a, b) => compared(a, "ge", b),
        Condition::Same(a, b) => compared(a, "same", b),
        Condition::Differs(a, b) => compared(a, "differs", b),
        Condition::Not(it) => match it.as_ref() {
            Condition::Is(at, value) => say(at, "not-is", value.clone()),
            Condition::Filled(at) => say(at, "not-filled", String::new()),
            _ => None,
        },
        _ => None,
    }
}

fn condition([at, way, value]: &Row) -> Result<Condition, String> {
    let (at, value) = (at.trim().to_owned(), value.trim());
    let number = || {
        value.parse::<i64>().map_err(|_| format!("Điều kiện của mục “{at}”: cần một số, như 18."))
    };
    if value.is_empty() && !matches!(way.as_str(), "filled" | "not-filled") {
        return Err(format!("Điều kiện của mục “{at}”: chưa ghi so với gì."));
    }
    let a = || Term::Field(at.clone());
    let age = || Term::Age(Box::new(Term::Field(at.clone())), Box::new(Term::Today));
    Ok(match way.as_str() {
        "is" => Condition::Is(at, value.to_owned()),
        "not-is" => Condition::Not(Box::new(Condition::Is(at, value.to_owned()))),
        "in" => {
            let many = value.split(',').map(str::trim).filter(|it| !it.is_empty());
            Condition::In(at, many.map(str::to_owned).collect())
        }
        "filled" => Condition::Filled(at),
        "not-filled" => Condition::Not(Box::new(Condition::Filled(at))),
        "age-ge" => Condition::Ge(age(), Term::Number(number()?)),
        "age-lt" => Condition::Lt(age(), Term::Number(number()?)),
        "count-ge" => Condition::Ge(Term::Count(at.clone()), Term::Number(number()?)),
        "lt" => Condition::Lt(a(), operand(value)),
        "le" => Condition::Le(a(), operand(value)),
        "gt" => Condition::Gt(a(), operand(value)),
        "ge" => Condition::Ge(a(), operand(value)),
        "same" => Condition::Same(a(), operand(value)),
        "differs" => Condition::Differs(a(), operand(value)),
        _ => return Err(format!("Điều kiện của mục “{at}”: chưa chọn cách so.")),
    })
}

/// A condition as rows, or as JSON where rows would say something else.
#[must_use]
pub fn shown(it: Option<&Condition>) -> Shown {
    let Some(it) = it else { return Shown::default() };
    let rows = |many: &[Condition]| many.iter().map(row).collect::<Option<Vec<Row>>>();
    let found = match it {
        Condition::All(many) if many.len() > 1 => rows(many).map(|it| ("all", it)),
        Condition::Any(many) if many.len() > 1 => rows(many).map(|it| ("any", it)),
        one => row(one).map(|it| ("all", vec![it])),
    };
    let said = found.map(|(join, rows)| Shown { join: join.to_owned(), rows, json: String::new() });
    // Only what comes back as it was is shown in rows.
    match said {
        Some(said) if read(&said).as_ref() == Ok(&Some(it.clone())) => said,
        _ => Shown {
            join: "json".to_owned(),
            rows: Vec::new(),
            json: serde_json::to_string_pretty(it).unwrap_or_default(),
        },
    }
}

/// What the fields of a condition say.
///
/// # Errors
/// What does not read, in words for people.
pub fn read(it: &Shown) -> Result<Option<Condition>, String> {
    match it.join.as_str() {
        "json" => serde_json::from_str(&it.json).map(Some).map_err(|e| {
            format!("Điều kiện JSON không đọc được (dòng {}, cột {}).", e.line(), e.column())
        }),
        "all" | "any" => {
            let rows = it.rows.iter().filter(|[at, ..]| !at.trim().is_empty());
            let mut many = rows.map(condition).collect::<Result<Vec<_>, _>>()?;
            Ok(match (many.len(), it.join.as_str()) {
                (0, _) => return Err("Chưa ghi dòng điều kiện nào.".to_owned()),
                (1, _) => many.pop(),
                (_, "any") => Some(Condition::Any(many)),
                _ => Some(Condition::All(many)),
            })
        }
        _ => Ok(None),
    }
}

/// How a formula works, and what people read.
pub const FORMULAS: [(&str, &str); 11] = [
    ("", "–"),
    ("value", "Giá trị của một mục"),
    ("sum", "Tổng một cột (bảng, cột)"),
    ("count", "Số dòng, số lựa chọn (mục)"),
    ("year", "Năm của một ngày (mục)"),
    ("age", "Tuổi (ngày sinh, đến ngày)"),
    ("days", "Số ngày (từ, đến)"),
    ("add", "Cộng các mục"),
    ("subtract", "Trừ (số bị trừ, số trừ)"),
    ("multiply", "Nhân (hai mục)"),
    ("join", "Nối chữ các mục"),
];

/// A formula as a page shows it: how, its operands line by line, what stands between joined texts,
/// or JSON.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FormulaShown {
    /// One of [`FORMULAS`], or `json`.
    pub how: String,
    /// One operand a line.
    pub operands: String,
    /// Between joined texts.
    pub between: String,
    /// The whole of it, if it cannot be said so.
    pub json: String,
}

/// A formula as fields.
#[must_use]
pub fn formula_shown(it: Option<&Term>) -> FormulaShown {
    let Some(it) = it else { return FormulaShown::default() };
    let lines = |terms: &[&Term]| {
        terms.iter().map(|it| operand_text(it)).collect::<Option<Vec<_>>>().map(|it| it.join("\n"))
    };
    let of = |how: &str, operands: Option<String>, between: &str| {
        Some(FormulaShown {
            how: how.to_owned(),
            operands: operands?,
            between: between.to_owned(),
            json: String::new(),
        })
    };
    let said = match it {
        Term::Sum(table, column) => of("sum", Some(format!("{table}\n{column}")), ""),
        Term::Count(at) => of("count", Some(at.clone()), ""),
        Term::Year(at) => of("year", lines(&[at]), ""),
        Term::Age(a, b) => of("age", lines(&[a, b]), ""),
        Term::Days(a, b) => of("days", lines(&[a, b]), ""),
        Term::Subtract(a, b) => of("subtract", lines(&[a, b]), ""),
        Term::Multiply(a, b) => of("multiply", lines(&[a, b]), ""),
        Term::Add(many) => of("add", lines(&many.iter().collect::<Vec<_>>()), ""),
        Term::Join { terms, between } => {
            of("join", lines(&terms.iter().collect::<Vec<_>>()), between)
        }
        other => of("value", operand_text(other), ""),
    };
    match said {
        Some(said) if formula(&said).as_ref() == Ok(&Some(it.clone())) => said,
        _ => FormulaShown {
            how: "json".to_owned(),
            json: serde_json::to_string_pretty(it).unwrap_or_default(),
            ..FormulaShown::default()
        },
    }
}

/// What the fields of a formula say.
///
/// # Errors
/// What does not read, in words for people.
pub fn formula(it: &FormulaShown) -> Result<Option<Term>, String> {
    let lines: Vec<&str> = it.operands.lines().map(str::trim).filter(|it| !it.is_empty()).collect();
    let two = || match lines.as_slice() {
        [a, b] => Ok((Box::new(operand(a)), Box::new(operand(b)))),
        _ => Err("Công thức này cần đúng hai dòng.".to_owned()),
    };
    let terms = || -> Vec<Term> { lines.iter().map(|it| operand(it)).collect() };
    Ok(Some(match it.how.as_str() {
        "" => return Ok(None),
        "json" => serde_json::from_str(&it.json).map_err(|e| {
            format!("Công thức JSON không đọc được (dòng {}, cột {}).", e.line(), e.column())
        })?,
        "sum" => match lines.as_slice() {
            [table, column] => Term::Sum((*table).to_owned(), (*column).to_owned()),
            _ => return Err("Tổng một cột: dòng một là bảng, dòng hai là cột.".to_owned()),
        },
        "count" | "value" | "year" => match (lines.as_slice(), it.how.as_str()) {
            ([at], "count") => Term::Count((*at).to_owned()),
            ([at], "year") => Term::Year(Box::new(operand(at))),
            ([at], _) => operand(at),
            _ => return Err("Công thức này cần đúng một dòng.".to_owned()),
        },
        "age" => two().map(|(a, b)| Term::Age(a, b))?,
        "days" => two().map(|(a, b)| Term::Days(a, b))?,
        "subtract" => two().map(|(a, b)| Term::Subtract(a, b))?,
        "multiply" => two().map(|(a, b)| Term::Multiply(a, b))?,
        "add" => Term::Add(terms()),
        "join" => Term::Join { terms: terms(), between: it.between.clone() },
        _ => return Err("Chưa chọn công thức.".to_owned()),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::eforms::shipped;

    #[test]
    fn every_condition_and_formula_that_ships_comes_back_as_it_was() {
        let (mut rows, mut json) = (0, 0);
        for form in shipped::all().unwrap() {
            let fields = || form.fields().map(|(_, it)| it);
            let conditions = fields().filter_map(|it| it.when.as_ref());
            let rules = form.rules.iter().map(|it| &it.must);
            for it in
                conditions.chain(rules).chain(form.signers.iter().filter_map(|it| it.when.as_ref()))
            {
                let said = shown(Some(it));
                if said.join == "json" {
                    json += 1
                } else {
                    rows += 1
                }
                assert_eq!(read(&said).unwrap().as_ref(), Some(it), "{said:?}");
            }
            for it in fields().filter_map(|it| it.formula.as_ref()) {
                let said = formula_shown(Some(it));
                assert_eq!(formula(&said).unwrap().as_ref(), Some(it), "{said:?}");
            }
        }
        assert!(rows > 5 * json, "most of them are rows: {rows} to {json}");
    }

    #[test]
    fn what_does_not_read_is_told() {
        let one = |way: &str, value: &str| {
            let rows = vec![["x".to_owned(), way.to_owned(), value.to_owned()]];
            read(&Shown { join: "all".into(), rows, json: String::new() })
        };
        assert!(one("age-ge", "mười").unwrap_err().contains("cần một số"));
        assert!(one("is", "").unwrap_err().contains("chưa ghi"));
        assert!(one("", "a").unwrap_err().contains("chưa chọn cách so"));
        assert!(read(&Shown { join: "all".into(), ..Shown::default() }).is_err());
        let broken = Shown { join: "json".into(), json: "{".into(), rows: Vec::new() };
        assert!(read(&broken).unwrap_err().contains("dòng 1"));
        let two =
            FormulaShown { how: "age".into(), operands: "a".into(), ..FormulaShown::default() };
        assert!(formula(&two).is_err());
        assert_eq!(operand("hôm nay"), Term::Today);
        assert_eq!(operand("01/01/2016"), Term::Date(jiff::civil::date(2016, 1, 1)));
        assert_eq!(operand("\"chữ\""), Term::Text("chữ".into()));
    }
}
