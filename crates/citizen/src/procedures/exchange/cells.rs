//! A procedure as the cells of one row, and back.
//!
//! A cell that holds a list has one item a line; the parts of an item stand between bars:
//! `Trực tiếp | 10 | ngày làm việc`. A bar, a backslash or a new line within a part is
//! written with a backslash before it.

use super::clock;
use domain::{
    money::Dong,
    procedure::{
        ChannelKind, ChannelLimit, ClockRules, Fee, LimitUnit, PaperRole, ProcedureVersion,
        RequiredPaper, ServiceLevel, Tier,
    },
    text,
};

/// What the limit column says for “whatever the channel”.
const ANY_CHANNEL: &str = "Mọi cách nộp";

/// Which bodies answer for a procedure, as stored and as people read it.
pub const BODIES: [(&str, &str); 3] =
    [("ubnd", "Ủy ban nhân dân"), ("police", "Công an"), ("military", "Quân đội")];

type Read = Result<(), String>;

/// A column of the table.
pub(super) struct Column {
    /// What stands above it; what follows ` (` is a help to people.
    pub(super) head: &'static str,
    /// Which field it fills.
    pub(super) field: &'static str,
    pub(super) write: fn(&ProcedureVersion) -> String,
    pub(super) read: fn(&mut ProcedureVersion, &str) -> Read,
}

/// The columns, in order.
pub(super) const COLUMNS: [Column; 21] = [
    Column {
        head: "Mã thủ tục",
        field: "code",
        write: |it| it.code.clone(),
        read: |it, cell| set(&mut it.code, cell),
    },
    Column {
        head: "Tên thủ tục",
        field: "name",
        write: |it| it.name.clone(),
        read: |it, cell| set(&mut it.name, cell),
    },
    Column {
        head: "Lĩnh vực",
        field: "sector",
        write: |it| it.sector.clone(),
        read: |it, cell| set(&mut it.sector, cell),
    },
    Column {
        head: "Bộ, ngành",
        field: "ministry",
        write: |it| it.ministry.clone(),
        read: |it, cell| set(&mut it.ministry, cell),
    },
    Column {
        head: "Cấp giải quyết",
        field: "tiers",
        write: |it| labels(&it.tiers),
        read: |it, cell| assign(&mut it.tiers, tiers(cell)),
    },
    Column {
        head: "Cấp giải quyết khi còn cấp huyện",
        field: "tiers_before",
        write: |it| labels(&it.tiers_before),
        read: |it, cell| assign(&mut it.tiers_before, tiers(cell)),
    },
    Column {
        head: "Hệ thống cơ quan",
        field: "body",
        write: |it| body_label(&it.body).to_owned(),
        read: |it, cell| assign(&mut it.body, body(cell)),
    },
    Column {
        head: "Thời hạn (cách nộp | số | đơn vị)",
        field: "limits",
        write: |it| lines(it.limits.iter().map(write_limit)),
        read: |it, cell| assign(&mut it.limits, items(cell, read_limit)),
    },
    Column {
        head: "Cách nộp",
        field: "channels",
        write: |it| it.channels.iter().map(|it| it.label()).collect::<Vec<_>>().join("; "),
        read: |it, cell| assign(&mut it.channels, some_of(cell, channel)),
    },
    Column {
        head: "Phí, lệ phí (cách nộp | đồng | ghi chú)",
        field: "fees",
        write: |it| lines(it.fees.iter().map(write_fee)),
        read: |it, cell| assign(&mut it.fees, items(cell, read_fee)),
    },
    Column {
        head: "Thành phần hồ sơ (tên | trường hợp | loại | bản chính | bản sao | mẫu)",
        field: "papers",
        write: |it| lines(it.papers.iter().map(write_paper)),
        read: |it, cell| assign(&mut it.papers, items(cell, read_paper)),
    },
    Column {
        head: "Kết quả",
        field: "results",
        write: |it| lines(it.results.iter().map(|it| escape(it))),
        read: |it, cell| assign(&mut it.results, texts(cell)),
    },
    Column {
        head: "Yêu cầu, điều kiện",
        field: "conditions",
        write: |it| it.conditions.clone(),
        read: |it, cell| set(&mut it.conditions, cell),
    },
    Column {
        head: "Căn cứ pháp lý",
        field: "legal_basis",
        write: |it| lines(it.legal_basis.iter().map(|it| escape(it))),
        read: |it, cell| assign(&mut it.legal_basis, texts(cell)),
    },
    Column {
        head: "Đối tượng thực hiện",
        field: "applicants",
        write: |it| it.applicants.clone(),
        read: |it, cell| set(&mut it.applicants, cell),
    },
    Column {
        head: "Mức độ trực tuyến",
        field: "level",
        write: |it| it.level.label().to_owned(),
        read: |it, cell| assign(&mut it.level, level(cell)),
    },
    Column {
        head: "Cơ quan thực hiện",
        field: "agency",
        write: |it| it.agency.clone(),
        read: |it, cell| set(&mut it.agency, cell),
    },
    Column {
        head: "Quyết định công bố",
        field: "decision",
        write: |it| it.decision.clone(),
        read: |it, cell| set(&mut it.decision, cell),
    },
    Column {
        head: "Nguồn",
        field: "sources",
        write: |it| lines(it.sources.iter().map(|it| escape(it))),
        read: |it, cell| assign(&mut it.sources, texts(cell)),
    },
    Column {
        head: "Giải quyết ngay (Có hoặc Không)",
        field: "on_the_spot",
        write: |it| if it.on_the_spot { "Có" } else { "Không" }.to_owned(),
        read: |it, cell| assign(&mut it.on_the_spot, yes_or_no(cell)),
    },
    Column {
        head: "Cách tính thời hạn riêng (quy tắc | giá trị)",
        field: "clock",
        write: |it| clock::write(&it.clock),
        read: |it, cell| assign(&mut it.clock, clock::read(cell)),
    },
];

/// A procedure of which nothing is known.
#[must_use]
pub fn blank() -> ProcedureVersion {
    ProcedureVersion {
        code: String::new(),
        name: String::new(),
        sector: String::new(),
        ministry: String::new(),
        tiers: Vec::new(),
        tiers_before: Vec::new(),
        body: "ubnd".to_owned(),
        limits: Vec::new(),
        channels: Vec::new(),
        fees: Vec::new(),
        papers: Vec::new(),
        results: Vec::new(),
        conditions: String::new(),
        legal_basis: Vec::new(),
        applicants: String::new(),
        level: ServiceLevel::Unknown,
        agency: String::new(),
        decision: String::new(),
        sources: Vec::new(),
        on_the_spot: false,
        clock: ClockRules::default(),
    }
}

/// The same with every text in composed letters and without stray spaces: sources and phones
/// send `e` + `ˆ` where a page expects `ê`.
#[must_use]
pub fn tidied(mut it: ProcedureVersion) -> ProcedureVersion {
    let line = |it: &mut String| *it = text::tidy(it);
    let lines = |it: &mut String| {
        let tidy: Vec<String> = it.lines().map(text::tidy).collect();
        tidy.join("\n").trim().clone_into(it);
    };
    for text in [&mut it.code, &mut it.name, &mut it.sector, &mut it.ministry, &mut it.body] {
        line(text);
    }
    for text in [&mut it.conditions, &mut it.applicants, &mut it.agency, &mut it.decision] {
        lines(text);
    }
    for list in [&mut it.results, &mut it.legal_basis, &mut it.sources] {
        list.iter_mut().for_each(lines);
        list.retain(|it| !it.is_empty());
    }
    for fee in &mut it.fees {
        line(&mut fee.channels);
        line(&mut fee.note);
    }
    for paper in &mut it.papers {
        for text in [&mut paper.name, &mut paper.group, &mut paper.form] {
            line(text);
        }
    }
    it
}

/// What people call a body.
#[must_use]
pub fn body_label(code: &str) -> &str {
    BODIES.iter().find(|(it, _)| *it == code).map_or(code, |(_, label)| *label)
}

fn set(field: &mut String, cell: &str) -> Read {
    cell.clone_into(field);
    Ok(())
}

fn assign<T>(field: &mut T, read: Result<T, String>) -> Read {
    *field = read?;
    Ok(())
}

pub(super) fn escape(part: &str) -> String {
    let mut out = String::with_capacity(part.len());
    for c in part.trim().chars() {
        match c {
            '\\' | '|' => {
                out.push('\\');
                out.push(c);
            }
            '\n' => out.push_str("\\n"),
            '\r' => {}
            c => out.push(c),
        }
    }
    out
}

fn lines(items: impl Iterator<Item = String>) -> String {
    items.collect::<Vec<_>>().join("\n")
}

/// The parts of a line between bars.
pub(super) fn parts(line: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut escaped = false;
    for c in line.chars() {
        if !escaped && c == '|' {
            parts.push(String::new());
            continue;
        }
        if let Some(part) = parts.last_mut() {
            match (escaped, c) {
                (false, '\\') => {}
                (true, 'n') => part.push('\n'),
                (_, c) => part.push(c),
            }
        }
        escaped = !escaped && c == '\\';
    }
    parts.iter().map(|it| it.trim().to_owned()).collect()
}

fn items<T>(cell: &str, read: fn(&[String]) -> Result<T, String>) -> Result<Vec<T>, String> {
    cell.lines()
        .filter(|it| !it.trim().is_empty())
        .zip(1..)
        .map(|(line, number)| read(&parts(line)).map_err(|why| format!("Dòng {number}: {why}")))
        .collect()
}

fn texts(cell: &str) -> Result<Vec<String>, String> {
    items(cell, |parts| Ok(parts.join("|")))
}

fn some_of<T>(cell: &str, read: fn(&str) -> Result<T, String>) -> Result<Vec<T>, String> {
    cell.split([';', '\n']).map(str::trim).filter(|it| !it.is_empty()).map(read).collect()
}

pub(super) fn same(a: &str, b: &str) -> bool {
    text::fold(a) == text::fold(b)
}

/// The value that people call `cell`, or whose code it is.
pub(super) fn named<T: Copy>(
    all: &[T],
    code: fn(T) -> &'static str,
    label: fn(T) -> &'static str,
    cell: &str,
) -> Result<T, String> {
    let found = all.iter().copied().find(|it| code(*it) == cell || same(label(*it), cell));
    found.ok_or_else(|| {
        let known: Vec<&str> = all.iter().map(|it| label(*it)).collect();
        format!("“{cell}” không có trong danh sách: {}.", known.join("; "))
    })
}

fn labels(tiers: &[Tier]) -> String {
    tiers.iter().map(|it| it.label()).collect::<Vec<_>>().join("; ")
}

fn tiers(cell: &str) -> Result<Vec<Tier>, String> {
    some_of(cell, |it| named(Tier::ALL, Tier::code, Tier::label, it))
}

fn channel(cell: &str) -> Result<ChannelKind, String> {
    named(ChannelKind::ALL, ChannelKind::code, ChannelKind::label, cell)
}

fn level(cell: &str) -> Result<ServiceLevel, String> {
    if cell.trim().is_empty() {
        return Ok(ServiceLevel::Unknown);
    }
    named(ServiceLevel::ALL, ServiceLevel::code, ServiceLevel::label, cell.trim())
}

fn body(cell: &str) -> Result<String, String> {
    let cell = cell.trim();
    if cell.is_empty() {
        return Ok("ubnd".to_owned());
    }
    let found = BODIES.iter().find(|(code, label)| *code == cell || same(label, cell));
    let known = || BODIES.map(|(_, label)| label).join("; ");
    found
        .map(|(code, _)| (*code).to_owned())
        .ok_or_else(|| format!("“{cell}” không có trong danh sách: {}.", known()))
}

fn yes_or_no(cell: &str) -> Result<bool, String> {
    match text::fold(cell).as_str() {
        "" | "khong" | "0" | "false" => Ok(false),
        "co" | "1" | "true" | "x" => Ok(true),
        _ => Err(format!("“{cell}”: ghi Có hoặc Không.")),
    }
}

pub(super) fn part(parts: &[String], at: usize) -> &str {
    parts.get(at).map_or("", String::as_str)
}

/// A line with more bars than a part has room for is not guessed at.
pub(super) fn at_most(parts: &[String], most: usize) -> Read {
    if parts.len() > most {
        return Err(format!(
            "có {} phần, tối đa {most}; dấu | trong nội dung ghi là \\|.",
            parts.len()
        ));
    }
    Ok(())
}

fn write_limit(it: &ChannelLimit) -> String {
    let channel = it.channel.map_or(ANY_CHANNEL, ChannelKind::label);
    format!("{channel} | {} | {}", it.value, it.unit.label())
}

fn read_limit(parts: &[String]) -> Result<ChannelLimit, String> {
    at_most(parts, 3)?;
    let of = part(parts, 0);
    let channel = if of.is_empty() || same(of, ANY_CHANNEL) { None } else { Some(channel(of)?) };
    let number = part(parts, 1);
    let value = number.parse().map_err(|_| format!("“{number}” không phải là số: ghi như 10."))?;
    let unit = named(LimitUnit::ALL, LimitUnit::code, LimitUnit::label, part(parts, 2))?;
    Ok(ChannelLimit { channel, value, unit })
}

fn write_fee(it: &Fee) -> String {
    let amount = it.amount.map(|it| it.0.to_string()).unwrap_or_default();
    format!("{} | {amount} | {}", escape(&it.channels), escape(&it.note))
}

fn read_fee(parts: &[String]) -> Result<Fee, String> {
    at_most(parts, 3)?;
    let typed = part(parts, 1);
    let amount = if typed.is_empty() {
        None
    } else {
        Some(Dong::parse(typed).map_err(|refusal| refusal.to_string())?)
    };
    Ok(Fee { channels: part(parts, 0).to_owned(), amount, note: part(parts, 2).to_owned() })
}

fn write_paper(it: &RequiredPaper) -> String {
    let count = |it: Option<u32>| it.map(|it| it.to_string()).unwrap_or_default();
    format!(
        "{} | {} | {} | {} | {} | {}",
        escape(&it.name),
        escape(&it.group),
        it.role.label(),
        count(it.originals),
        count(it.copies),
        escape(&it.form)
    )
}

fn read_paper(parts: &[String]) -> Result<RequiredPaper, String> {
    at_most(parts, 6)?;
    let count = |at| match part(parts, at) {
        "" => Ok(None),
        typed => typed.parse().map(Some).map_err(|_| format!("“{typed}” không phải là số bản.")),
    };
    let name = part(parts, 0).to_owned();
    // Sources hold papers that have only the name of their form.
    if parts.iter().all(|it| it.is_empty()) || (name.is_empty() && parts.len() < 3) {
        return Err("chưa có tên giấy tờ.".to_owned());
    }
    let role = match part(parts, 2) {
        "" => PaperRole::Submit,
        typed => named(PaperRole::ALL, PaperRole::code, PaperRole::label, typed)?,
    };
    Ok(RequiredPaper {
        name,
        group: part(parts, 1).to_owned(),
        role,
        originals: count(3)?,
        copies: count(4)?,
        form: part(parts, 5).to_owned(),
    })
}
