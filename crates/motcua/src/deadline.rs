//! `motcua deadline`: a due date with its working, or a file of them.

use std::{path::PathBuf, process::ExitCode};

use domain::{
    calendar::WorkCalendar,
    deadline::{Term, TimeLimit, effective_reception, explain},
};
use jiff::civil::{DateTime, Time};

use crate::{Outcome, Problem};

/// How a limit is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
#[value(rename_all = "snake_case")]
pub enum Kind {
    /// Ngày làm việc / working days
    WorkingDay,
    /// Ngày / calendar days
    CalendarDay,
    /// Tháng / months
    Month,
    /// Giờ làm việc / working hours
    WorkingHour,
    /// Trong ngày / same day
    SameDay,
    /// Trong ngày, nhận sau 15 giờ thì ngày làm việc tiếp theo / same day until 15:00
    #[value(name = "same_day_15h")]
    SameDay15h,
}

/// Options of the command.
#[derive(Debug, clap::Args)]
pub struct Deadline {
    /// Cách tính / How the limit is counted
    #[arg(long, value_enum, required_unless_present = "batch")]
    kind: Option<Kind>,
    /// Lúc nhận, giờ Việt Nam, ví dụ 2026-02-10T09:30 / Received at
    #[arg(long, required_unless_present = "batch", value_name = "TIME")]
    received: Option<String>,
    /// Thời hạn / How many
    #[arg(long, default_value_t = 0)]
    n: u32,
    /// Tính cả tệp CSV `kind,received_at_local,n` / A whole file
    #[arg(long, value_name = "FILE", conflicts_with_all = ["kind", "received"])]
    batch: Option<PathBuf>,
    /// In dạng JSON / Print JSON
    #[arg(long)]
    json: bool,
}

fn limit(kind: Kind, n: u32) -> TimeLimit {
    match kind {
        Kind::WorkingDay => TimeLimit::WorkingDays(n),
        Kind::CalendarDay => TimeLimit::CalendarDays(n),
        Kind::Month => TimeLimit::Months(n),
        Kind::WorkingHour => TimeLimit::WorkingMinutes(i64::from(n) * 60),
        Kind::SameDay => TimeLimit::SameDay,
        Kind::SameDay15h => TimeLimit::SameDayUntil(Time::constant(15, 0, 0, 0)),
    }
}

fn refused(error: impl std::fmt::Display) -> Problem {
    Problem::Refused(error.to_string())
}

fn received(text: &str) -> Result<DateTime, Problem> {
    text.trim()
        .parse()
        .map_err(|_| refused(format!("“{text}” không phải thời điểm. Viết như 2026-02-10T09:30.")))
}

impl Deadline {
    /// Computes on the calendar that ships.
    ///
    /// # Errors
    /// If a row or the limit cannot be read or counted.
    pub fn run(self) -> Outcome {
        let calendar = people::calendar::facts::shipped_calendar()?;
        if let Some(file) = self.batch {
            return batch(&calendar, &file);
        }
        let kind = self.kind.ok_or_else(|| refused("Thiếu --kind."))?;
        let at = received(self.received.as_deref().unwrap_or(""))?;
        let term = Term::new(limit(kind, self.n), at);
        let explained = explain(&calendar, &term).map_err(refused)?;
        if self.json {
            crate::out!("{}", serde_json::to_string(&explained).map_err(refused)?);
            return Ok(ExitCode::SUCCESS);
        }
        crate::out!("{}", explained.rule);
        for step in &explained.steps {
            let mark = if step.counted { "x" } else { " " };
            let day = step.date.strftime("%d/%m/%Y");
            let source =
                if step.source.is_empty() { String::new() } else { format!(" [{}]", step.source) };
            crate::out!("  [{mark}] {day}  {}{source}", step.reason);
        }
        let due = explained.due.map_or_else(|| "–".to_owned(), domain::text::date_time);
        let note = if explained.provisional { " (tạm tính)" } else { "" };
        crate::out!("Hẹn trả: {due}{note}");
        Ok(ExitCode::SUCCESS)
    }
}

fn batch(calendar: &WorkCalendar, file: &std::path::Path) -> Outcome {
    let shown = file.display();
    let bytes = std::fs::read(file).map_err(|e| refused(format!("Không đọc được {shown}: {e}")))?;
    // The answer has the line ends of the question.
    let crlf = bytes.windows(2).any(|it| it == b"\r\n");
    let ends = if crlf { csv::Terminator::CRLF } else { csv::Terminator::Any(b'\n') };
    let mut reader = csv::Reader::from_reader(bytes.as_slice());
    let mut writer = csv::WriterBuilder::new().terminator(ends).from_writer(std::io::stdout());
    let head = ["kind", "received_at_local", "n", "effective_reception_date", "due_date"];
    writer.write_record(head).map_err(refused)?;
    for (number, row) in reader.records().enumerate() {
        let row = row.map_err(refused)?;
        let cell = |at: usize| row.get(at).unwrap_or("").trim().to_owned();
        let wrong = |what: &str| refused(format!("Dòng {}: {what}", number + 2));
        let kind = <Kind as clap::ValueEnum>::from_str(&cell(0), false)
            .map_err(|_| wrong("cách tính không có"))?;
        let n = cell(2).parse().map_err(|_| wrong("thời hạn không phải số"))?;
        let at = received(&cell(1)).map_err(|_| wrong("thời điểm nhận không đọc được"))?;
        let term = Term::new(limit(kind, n), at);
        let due = term.due(calendar).map_err(|e| wrong(&e.to_string()))?;
        let due = due.at.map_or_else(String::new, |it| it.date().to_string());
        let effective =
            effective_reception(calendar, at).map_err(|e| wrong(&e.to_string()))?.to_string();
        writer.write_record([cell(0), cell(1), cell(2), effective, due]).map_err(refused)?;
    }
    writer.flush().map_err(refused)?;
    Ok(ExitCode::SUCCESS)
}
