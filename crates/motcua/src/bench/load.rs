//! Many at once over the main pages: rates, how long people wait, errors.

use std::{collections::BTreeMap, time::Duration};

use super::{
    Options,
    figure::Figure,
    ground::{Set, signed_in},
    intake,
    visitor::Visitor,
};
use crate::Problem;

/// One kind of visit, and how many of a hundred are of it.
const VISITS: &[(&str, u32)] = &[
    ("home", 10),
    ("search", 15),
    ("procedure", 20),
    ("list", 15),
    ("find", 10),
    ("dossier", 20),
    ("intake", 10),
];

fn label(visit: &str) -> &'static str {
    match visit {
        "home" => "trang đầu",
        "search" => "tìm thủ tục",
        "procedure" => "trang thủ tục",
        "list" => "danh sách hồ sơ",
        "find" => "tìm hồ sơ theo tên",
        "dossier" => "trang hồ sơ",
        _ => "tiếp nhận",
    }
}

/// The kind of the `at`-th visit: in turns that look mixed, the same in every run.
fn visit(at: u32) -> &'static str {
    let mut left = at.wrapping_mul(37) % 100;
    for (name, share) in VISITS {
        if left < *share {
            return name;
        }
        left -= share;
    }
    "home"
}

/// What one visitor saw: milliseconds by kind, and errors.
#[derive(Default)]
struct Seen {
    took: BTreeMap<&'static str, Vec<f64>>,
    errors: u32,
}

async fn wander(mut visitor: Visitor, number: u32, newest: i64, long: Duration) -> Seen {
    const QUESTIONS: [&str; 4] = ["khai+sinh", "ket+hon", "dat+dai", "chung+thuc"];
    let mut seen = Seen::default();
    let begin = std::time::Instant::now();
    let mut at = number.wrapping_mul(13);
    while begin.elapsed() < long {
        at = at.wrapping_add(1);
        let kind = visit(at);
        let question = QUESTIONS.get(at as usize % QUESTIONS.len()).unwrap_or(&"khai+sinh");
        let each = std::time::Instant::now();
        let answer = match kind {
            "search" => visitor.get(&format!("/thu-tuc?q={question}")).await,
            "procedure" => visitor.get("/thu-tuc/1.001193").await,
            "list" => visitor.get("/co-quan/ho-so").await,
            "find" => visitor.get("/co-quan/ho-so?q=tran+van").await,
            "dossier" => {
                let id = 1 + (i64::from(at) * 7_919) % newest.max(1);
                visitor.get(&format!("/co-quan/ho-so/{id}")).await
            }
            "intake" => {
                let name = format!("Nguyễn Thị Tải {number} {at}");
                intake::hand_in(&mut visitor, &name, &site::random_hex(16)).await
            }
            _ => visitor.get("/").await,
        };
        seen.took.entry(kind).or_default().push(each.elapsed().as_secs_f64() * 1e3);
        // A dossier of another commune does not exist for this one's official: that is right.
        let right = answer.is_ok_and(|it| {
            matches!(it.status, 200 | 303) || (kind == "dossier" && it.status == 404)
        });
        seen.errors += u32::from(!right);
    }
    seen
}

fn percentile(sorted: &[f64], of: usize) -> Option<f64> {
    sorted.get(sorted.len() * of / 100).or(sorted.last()).copied()
}

/// Measures it.
///
/// # Errors
/// If the server does not start.
pub async fn measure(set: &Set, newest: i64, options: &Options) -> Result<Vec<Figure>, Problem> {
    let server = set.serve().await?;
    let official = signed_in(&server, "motcua-phuson").await?;
    let long = Duration::from_secs(options.seconds.into());
    let begin = std::time::Instant::now();
    let mut work = tokio::task::JoinSet::new();
    for number in 0..options.users {
        work.spawn(wander(official.twin(), number, newest, long));
    }
    let mut took: BTreeMap<&'static str, Vec<f64>> = BTreeMap::new();
    let mut errors = 0;
    while let Some(seen) = work.join_next().await {
        let seen = seen.map_err(|e| Problem::Refused(e.to_string()))?;
        errors += seen.errors;
        for (kind, them) in seen.took {
            took.entry(kind).or_default().extend(them);
        }
    }
    let wall_s = begin.elapsed().as_secs_f64();
    let all: usize = took.values().map(Vec::len).sum();
    #[expect(clippy::cast_precision_loss, reason = "visits of a minute")]
    let rate = all as f64 / wall_s;
    let who = format!("{} người cùng lúc trong {} giây", options.users, options.seconds);
    let mut figures = vec![
        Figure::new("load.rate", &format!("Tải: {who}"), Some(rate), "trang/giây"),
        Figure::new("load.errors", "Tải: lỗi", Some(errors.into()), "lỗi")
            .budget(super::figure::Budget::ValueAtMost(0.0)),
    ];
    for (kind, mut them) in took {
        them.sort_by(f64::total_cmp);
        for of in [50, 95, 99] {
            figures.push(Figure::new(
                &format!("load.{kind}.p{of}"),
                &format!("Tải, {}: {of} % nhanh hơn", label(kind)),
                percentile(&them, of),
                "ms",
            ));
        }
    }
    Ok(figures)
}
