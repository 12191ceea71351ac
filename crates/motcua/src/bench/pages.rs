//! Pages: lists, one dossier, the public's procedure page, the receipt.

use std::time::Duration;

use domain::time::Instant;

use super::{
    child::Server,
    figure::{Budget, Figure},
    ground::{Set, signed_in},
    machine,
    visitor::{Unanswered, Visitor},
};
use crate::Problem;

/// Who sees every dossier.
const SEES_ALL: &str = "cchc";
/// Who has a part in the dossiers that are opened: a look by somebody else is written down.
const OFFICIAL: &str = "motcua-phuson";
/// Places of the table from which dossiers are taken.
const PARTS: i64 = 10;
/// A procedure that most communes settle.
const PROCEDURE: &str = "/thu-tuc/1.001193";
/// Pages are asked for at least so often.
const TIMES_MIN: u32 = 20;
/// Visitors at once where the rate is measured.
const AT_ONCE: u32 = 4;

/// What one page cost.
#[derive(Debug, Clone, Copy)]
struct Cost {
    cpu_ms: Option<f64>,
    median_ms: f64,
    bytes: usize,
}

/// Asks for pages one after another, and what each costs the server.
async fn cost(
    server: &Server,
    visitor: &mut Visitor,
    least: Duration,
    mut path: impl FnMut(u32) -> String,
) -> Result<Cost, Problem> {
    let mut bytes = 0;
    for at in 0..5 {
        bytes = whole(visitor, &path(at)).await?;
    }
    let (begin, cpu) = (std::time::Instant::now(), machine::cpu(server.pid()));
    let mut took = Vec::new();
    while took.len() < TIMES_MIN as usize || begin.elapsed() < least {
        let each = std::time::Instant::now();
        whole(visitor, &path(u32::try_from(took.len()).unwrap_or(0))).await?;
        took.push(each.elapsed().as_secs_f64() * 1e3);
    }
    let cpu = machine::cpu(server.pid()).zip(cpu);
    #[expect(clippy::cast_precision_loss, reason = "a few thousand")]
    let times = took.len() as f64;
    let cpu_ms =
        cpu.map(|(after, before)| after.saturating_sub(before).as_secs_f64() * 1e3 / times);
    took.sort_by(f64::total_cmp);
    let median_ms = took.get(took.len() / 2).copied().unwrap_or(0.0);
    Ok(Cost { cpu_ms, median_ms, bytes })
}

async fn whole(visitor: &mut Visitor, path: &str) -> Result<usize, Problem> {
    let answer = visitor.get(path).await?;
    if answer.status != 200 {
        return Err(Unanswered::Unexpected { path: path.to_owned(), status: answer.status }.into());
    }
    Ok(answer.body.len())
}

/// Every dossier that somebody sees, and those that have an appointment on paper for sure.
const ALL: &str = "";
const RETURNED: &str = "&nhom=da-tra";

/// Somebody at work in a commune, and dossiers of that commune and of this group from all over the table.
async fn at_work(
    server: &Server,
    newest: i64,
    group: &str,
) -> Result<(Visitor, Vec<String>), Problem> {
    let mut official = signed_in(server, OFFICIAL).await?;
    let mut paths: Vec<String> = Vec::new();
    for part in 1..=PARTS {
        let before = newest * part / PARTS + 1;
        let page = official.get(&format!("/co-quan/ho-so?dong=100&truoc={before}{group}")).await?;
        let text = page.text();
        let links = text.split("href=\"/co-quan/ho-so/").skip(1);
        let ids = links.filter_map(|it| it.split('"').next()?.parse::<i64>().ok());
        paths.extend(ids.map(|it| format!("/co-quan/ho-so/{it}")));
    }
    paths.sort();
    paths.dedup();
    if paths.is_empty() {
        return Err(Problem::Refused(format!("{OFFICIAL} không thấy hồ sơ nào để đo.")));
    }
    Ok((official, paths))
}

/// One of them, never the same twice in a row.
fn scattered(paths: &[String], at: u32) -> &str {
    let place = (at as usize).wrapping_mul(7_919) % paths.len().max(1);
    paths.get(place).map_or("", String::as_str)
}

/// A list of a hundred among few dossiers.
///
/// # Errors
/// If a page does not come.
pub async fn short_list(set: &Set, dossiers: u32, least: Duration) -> Result<Vec<Figure>, Problem> {
    let server = set.serve().await?;
    let mut visitor = signed_in(&server, SEES_ALL).await?;
    let list = cost(&server, &mut visitor, least, |_| "/co-quan/ho-so?dong=100".to_owned()).await?;
    let label = format!("Danh sách 100 trong {} hồ sơ", domain::text::number(dossiers.into()));
    Ok(vec![
        Figure::new("list.short.cpu", &label, list.cpu_ms, "ms bộ xử lý")
            .budget(Budget::ValueAtMost(1.5)),
    ])
}

/// The same among many: the first page, and one from the middle.
///
/// # Errors
/// If a page does not come.
pub async fn long_list(set: &Set, newest: i64, least: Duration) -> Result<Vec<Figure>, Problem> {
    let server = set.serve().await?;
    let mut visitor = signed_in(&server, SEES_ALL).await?;
    let first =
        cost(&server, &mut visitor, least, |_| "/co-quan/ho-so?dong=100".to_owned()).await?;
    let middle = newest / 2;
    let deep = cost(&server, &mut visitor, least, |at| {
        format!("/co-quan/ho-so?dong=100&truoc={}", middle - i64::from(at % 10) * 100)
    })
    .await?;
    let all = domain::text::number(newest);
    let page = domain::text::number((newest - middle) / 100);
    Ok(vec![
        Figure::new(
            "list.long.first.cpu",
            &format!("Danh sách 100 trong {all} hồ sơ, trang đầu"),
            first.cpu_ms,
            "ms bộ xử lý",
        ),
        Figure::new(
            "list.long.deep.cpu",
            &format!("Cũng vậy, trang {page}"),
            deep.cpu_ms,
            "ms bộ xử lý",
        )
        .against("trang đầu", first.cpu_ms)
        .budget(Budget::RatioAtMost(2.0)),
    ])
}

/// One dossier's page.
///
/// # Errors
/// If a page does not come.
pub async fn dossier(set: &Set, newest: i64, least: Duration) -> Result<Vec<Figure>, Problem> {
    let server = set.serve().await?;
    let (mut visitor, paths) = at_work(&server, newest, ALL).await?;
    let page = cost(&server, &mut visitor, least, |at| scattered(&paths, at).to_owned()).await?;
    Ok(vec![
        Figure::new("dossier.cpu", "Trang một hồ sơ", page.cpu_ms, "ms bộ xử lý")
            .budget(Budget::ValueAtMost(0.7)),
    ])
}

/// The receipt as PDF.
///
/// # Errors
/// If a paper does not come.
pub async fn receipt(set: &Set, newest: i64, least: Duration) -> Result<Vec<Figure>, Problem> {
    let server = set.serve().await?;
    let (mut visitor, paths) = at_work(&server, newest, RETURNED).await?;
    let paper =
        cost(&server, &mut visitor, least, |at| format!("{}/in/giay-hen", scattered(&paths, at)))
            .await?;
    Ok(vec![
        Figure::new("pdf.receipt.median", "Giấy hẹn PDF, sau lần đầu", Some(paper.median_ms), "ms")
            .budget(Budget::ValueAtMost(8.0)),
        Figure::new("pdf.receipt.cpu", "Giấy hẹn PDF: bộ xử lý", paper.cpu_ms, "ms bộ xử lý"),
    ])
}

/// Pages in a second with a few visitors at once.
async fn rate(server: &Server, path: &str, least: Duration) -> Result<f64, Problem> {
    let begin = std::time::Instant::now();
    let mut work = tokio::task::JoinSet::new();
    for _ in 0..AT_ONCE {
        let (mut visitor, path) = (Visitor::new(server.address), path.to_owned());
        work.spawn(async move {
            let mut times = 0_u32;
            while begin.elapsed() < least {
                whole(&mut visitor, &path).await?;
                times += 1;
            }
            Ok::<_, Problem>(times)
        });
    }
    let mut times = 0;
    while let Some(done) = work.join_next().await {
        times += done.map_err(|e| Problem::Refused(e.to_string()))??;
    }
    Ok(f64::from(times) / begin.elapsed().as_secs_f64())
}

/// A procedure's page against a static file as long.
///
/// # Errors
/// If a page does not come.
pub async fn public(set: &Set, least: Duration) -> Result<Vec<Figure>, Problem> {
    let server = set.serve().await?;
    let mut visitor = Visitor::new(server.address);
    let page = cost(&server, &mut visitor, least, |_| PROCEDURE.to_owned()).await?;
    let nearest = site::assets::sizes().into_iter().min_by_key(|(_, it)| it.abs_diff(page.bytes));
    let (file, _) = nearest.ok_or_else(|| Problem::Refused("Không có tệp tĩnh nào.".to_owned()))?;
    let file = format!("/static/{file}");
    let fixed = cost(&server, &mut visitor, least, |_| file.clone()).await?;
    // In turns, so that what else the machine does falls on both.
    let (mut pages, mut files) = (Vec::new(), Vec::new());
    for _ in 0..3 {
        pages.push(rate(&server, PROCEDURE, least).await?);
        files.push(rate(&server, &file, least).await?);
    }
    let middle = |mut them: Vec<f64>| {
        them.sort_by(f64::total_cmp);
        them.get(them.len() / 2).copied()
    };
    let label = format!("Trang thủ tục công khai ({} byte)", page.bytes);
    let reference = format!("tệp tĩnh {} byte", fixed.bytes);
    Ok(vec![
        Figure::new("public.rate", &label, middle(pages), "trang/giây")
            .against(&reference, middle(files))
            .budget(Budget::RatioAtLeast(0.5)),
        Figure::new("public.cpu", "Trang thủ tục: bộ xử lý", page.cpu_ms, "ms bộ xử lý")
            .cost_against(&reference, fixed.cpu_ms),
    ])
}

/// Memory at rest and while printing, and how long a start takes.
///
/// # Errors
/// If the server does not answer.
pub async fn memory(set: &Set, newest: i64, now: Instant) -> Result<Vec<Figure>, Problem> {
    let mut starts = Vec::new();
    for _ in 0..5 {
        starts.push(set.serve().await?.started_in.as_secs_f64());
    }
    starts.sort_by(f64::total_cmp);
    let server = set.serve().await?;
    let (mut visitor, paths) = at_work(&server, newest, RETURNED).await?;
    for path in ["/", "/thu-tuc?q=khai+sinh", PROCEDURE, "/co-quan", "/co-quan/ho-so"] {
        whole(&mut visitor, path).await?;
    }
    let rest = machine::memory(server.pid()).map(|it| it.0);
    for at in 0..100 {
        whole(&mut visitor, &format!("{}/in/giay-hen", scattered(&paths, at))).await?;
    }
    let today = now.civil().date();
    let from = today.checked_sub(jiff::ToSpan::days(30)).unwrap_or(today);
    // A whole register, which is what takes most; refused if it is too long for one paper.
    let register = format!("/co-quan/so-theo-doi?dang=pdf&tu={from}&den={today}");
    visitor.get(&register).await?;
    let most = machine::memory(server.pid()).map(|it| it.1);
    Ok(vec![
        Figure::new("memory.rest", "Bộ nhớ khi nghỉ", rest, "MB")
            .budget(Budget::ValueAtMost(100.0)),
        Figure::new("memory.printing", "Bộ nhớ nhiều nhất khi in", most, "MB")
            .budget(Budget::ValueAtMost(300.0)),
        Figure::new(
            "start",
            "Từ khi khởi động đến trả lời đầu tiên",
            starts.get(starts.len() / 2).copied(),
            "giây",
        )
        .budget(Budget::ValueAtMost(0.3)),
    ])
}
