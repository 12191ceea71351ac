//! Intakes over HTTP against the same rows by the raw driver.

use std::{
    collections::BTreeMap,
    sync::{
        LazyLock,
        atomic::{AtomicU32, Ordering},
    },
};

use domain::time::Instant;
use store::{Engine, Param};
use tokio::{net::TcpListener, task::JoinSet};

use super::{
    Options,
    figure::{Budget, Figure},
    ground::{Set, signed_in},
    machine,
    raw::{self, Done, Feed, Recorded, Rows},
    sql,
    visitor::{Answer, Unanswered, Visitor},
};
use crate::{Problem, demo::PASSWORD, listen, serve};

/// Officials at once, in the second half.
const AT_ONCE: u32 = 8;
/// Intakes before the measuring begins.
const WARM_UP: u32 = 20;
/// Who receives.
const OFFICIAL: &str = "motcua-phuson";

/// A citizen's number that nobody else has: a second dossier of one person on the same matter
/// is asked about.
fn id_number() -> String {
    static NEXT: LazyLock<AtomicU32> = LazyLock::new(|| {
        AtomicU32::new(u32::from_str_radix(&site::random_hex(4), 16).unwrap_or(0) % 40_000_000)
    });
    let serial = NEXT.fetch_add(1, Ordering::Relaxed);
    // Born in Nghệ An in the second half of the last century.
    format!("0400{:02}{:06}", 50 + serial / 1_000_000, serial % 1_000_000)
}

/// Hands in one dossier, as the form of the counter does.
///
/// # Errors
/// If there is no answer.
pub async fn hand_in(
    official: &mut Visitor,
    name: &str,
    token: &str,
) -> Result<Answer, Unanswered> {
    let fields = [
        ("thu-tuc", "1.001193"),
        ("lan", token),
        ("viec", "nhan"),
        ("ho-ten", name),
        ("so-giay-to", &id_number()),
        ("dien-thoai", "0912345678"),
        ("dia-chi", "Xóm 1, xã Phú Sơn, huyện Tân Kỳ, tỉnh Nghệ An"),
        ("kenh", "direct"),
        ("nhan-ket-qua", "counter"),
        ("co-1", "1"),
        ("so-1", "1"),
        ("co-2", "1"),
        ("so-2", "1"),
    ];
    official.post("/co-quan/ho-so/moi", &fields).await
}

async fn received(official: &mut Visitor, name: &str, token: &str) -> Result<i64, Problem> {
    let answer = hand_in(official, name, token).await?;
    let path = answer.location.as_deref().and_then(|it| it.split('?').next());
    let id = path.and_then(|it| it.rsplit_once('/')?.1.parse().ok());
    match id {
        Some(id) if answer.status == 303 => Ok(id),
        _ => Err(Problem::Refused(format!(
            "Lần tiếp nhận thử không được nhận ({}): {}",
            answer.status,
            answer.text().chars().take(300).collect::<String>()
        ))),
    }
}

/// Learns what one intake writes, from the product itself.
async fn recorded(set: &Set, now: Instant) -> Result<Recorded, Problem> {
    let db = off_the_runtime(|| set.open(now))?;
    let config = site::Config {
        base_url: "http://127.0.0.1".to_owned(),
        tls: false,
        behind_proxy: false,
        tries_per_address: site::TRIES_PER_ADDRESS,
        demo: true,
        data_dir: set.folder.clone(),
        ocr: Vec::new(),
    };
    let site = serve::open_site(db.clone(), config, None)?;
    // What the clock would do is done before anything is counted: it is no part of an intake.
    site::jobs::run_due(&site, &crate::routes().jobs()).await;
    let router = site::serve(crate::routes(), site);
    let listener = TcpListener::bind("127.0.0.1:0").await.map_err(Unanswered::from)?;
    let address = listener.local_addr().map_err(Unanswered::from)?;
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let server = tokio::spawn(listen::serve(listener, router, async move {
        stopped.await.ok();
    }));
    let mut official = Visitor::new(address);
    official.sign_in(OFFICIAL, PASSWORD).await?;
    received(&mut official, "Nguyễn Thị Mẫu Một", &site::random_hex(16)).await?;
    db.record();
    let id = received(&mut official, "Nguyễn Thị Mẫu Hai", &site::random_hex(16)).await?;
    let statements: Vec<_> = db.recorded().into_iter().filter(store::Statement::writes).collect();
    drop(official);
    stop.send(()).ok();
    server.await.ok();
    let text_of = |table: &str, at: usize| {
        statements.iter().find_map(|it| match it.params.get(at) {
            Some(Param::Text(Some(text))) if it.sql.contains(table) => Some(text.clone()),
            _ => None,
        })
    };
    let none = || Problem::Refused("Lần tiếp nhận mẫu không ghi hồ sơ.".to_owned());
    let code = text_of("insert into dossier\n", 0).ok_or_else(none)?;
    // What is kept of a form's token is bound to the form and to who sent it.
    let token = text_of("into submission", 0).ok_or_else(none)?;
    let link = text_of("into rating_link", 1).ok_or_else(none)?;
    Ok(Recorded { statements, id, code, token, link })
}

/// The PostgreSQL driver has a runtime inside and must not be used within another.
fn off_the_runtime<T: Send>(
    work: impl FnOnce() -> Result<T, Problem> + Send,
) -> Result<T, Problem> {
    let done = std::thread::scope(|scope| scope.spawn(work).join());
    done.unwrap_or_else(|_| Err(Problem::Refused("Một luồng đo đã hỏng.".to_owned())))
}

fn grown(before: &Rows, after: &Rows) -> Rows {
    let change = |(table, rows): (&String, &i64)| {
        (table.clone(), rows - before.get(table).copied().unwrap_or(0))
    };
    after.iter().map(change).collect::<BTreeMap<_, _>>()
}

async fn by_http(set: &Set, intakes: u32, at_once: u32) -> Result<Done, Problem> {
    let server = set.serve().await?;
    let mut officials = Vec::new();
    for _ in 0..at_once {
        let mut official = signed_in(&server, OFFICIAL).await?;
        for at in 0..WARM_UP.div_ceil(at_once) {
            let name = format!("Nguyễn Thị Đo {at}");
            received(&mut official, &name, &site::random_hex(16)).await?;
        }
        officials.push(official);
    }
    let each = intakes / at_once;
    let (begin, cpu) = (std::time::Instant::now(), machine::cpu(server.pid()));
    let mut work = JoinSet::new();
    for (at, mut official) in officials.into_iter().enumerate() {
        work.spawn(async move {
            for number in 0..each {
                let name = format!("Nguyễn Thị Đo {at}{number:05}");
                received(&mut official, &name, &site::random_hex(16)).await?;
            }
            Ok::<_, Problem>(())
        });
    }
    while let Some(done) = work.join_next().await {
        done.map_err(|e| Problem::Refused(e.to_string()))??;
    }
    let wall_s = begin.elapsed().as_secs_f64();
    let cpu = machine::cpu(server.pid()).zip(cpu);
    let cpu_s = cpu.map(|(after, before)| after.saturating_sub(before).as_secs_f64());
    Ok(Done { intakes: (each * at_once).into(), wall_s, cpu_s })
}

/// Measures intakes.
///
/// # Errors
/// If a dossier is not received, or the two ways write other rows.
pub async fn measure(set: &Set, now: Instant, options: &Options) -> Result<Vec<Figure>, Problem> {
    let intakes = options.intakes;
    let recorded = recorded(set, now).await?;
    let engine = off_the_runtime(|| Ok(set.open(now)?.engine()))?;
    let rows = || off_the_runtime(|| Ok(sql::rows(&set.open(now)?, now)?));
    let before = rows()?;
    let one = by_http(set, intakes, 1).await?;
    let after = rows()?;
    let http_rows = grown(&before, &after);
    let many = by_http(set, intakes, AT_ONCE).await?;

    let (raw_one, raw_many, raw_rows) = off_the_runtime(|| {
        let feed_after =
            |entries: &Rows| Feed::new(&recorded, entries.get("journal").copied().unwrap_or(0));
        match engine {
            Engine::Sqlite => {
                let path = set.folder.join("raw.db");
                let path = path.to_string_lossy();
                let db = set.open(now)?;
                std::fs::remove_file(&*path).ok();
                db.copy_to(&path)?;
                drop(db);
                let url = format!("sqlite:{path}");
                let count = || sql::rows(&store::Db::open(&url, now)?, now);
                let before = count()?;
                let done = raw::on_sqlite(&path, &feed_after(&before)?, intakes)?;
                Ok((done, done, grown(&before, &count()?)))
            }
            Engine::Postgresql => {
                let db = set.open(now)?;
                let before = sql::rows(&db, now)?;
                let feed = feed_after(&before)?;
                let one = raw::on_postgresql(&set.url, &feed, intakes, 1)?;
                let rows = grown(&before, &sql::rows(&db, now)?);
                let many = raw::on_postgresql(&set.url, &feed, intakes, AT_ONCE)?;
                // The last to write the head need not have written the last entry; the program,
                // which holds the head while it writes, goes on from it.
                sql::end_at_last_entry(&db, now)?;
                Ok((one, many, rows))
            }
        }
    })?;
    let warm = f64::from(WARM_UP);
    raw::same_rows(&http_rows, &raw_rows, (one.intakes + warm, raw_one.intakes))?;

    let raw_label = "trình điều khiển thô";
    let mut figures = Vec::new();
    for (at_once, http, raw) in [(1, one, raw_one), (AT_ONCE, many, raw_many)] {
        let name = |what: &str| format!("intake.{at_once}.{what}");
        let label = format!("Tiếp nhận qua HTTP, {at_once} kết nối");
        figures.push(
            Figure::new(&name("rate"), &label, Some(http.rate()), "hồ sơ/giây")
                .against(raw_label, Some(raw.rate()))
                .budget(Budget::RatioAtLeast(0.5)),
        );
        let label = format!("{label}: bộ xử lý mỗi hồ sơ");
        figures.push(
            Figure::new(&name("cpu"), &label, http.cpu_us(), "µs")
                .cost_against(raw_label, raw.cpu_us())
                .budget(Budget::RatioAtLeast(0.5)),
        );
    }
    Ok(figures)
}
