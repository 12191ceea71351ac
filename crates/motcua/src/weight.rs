//! What the public's pages weigh on the line, measured on a real server with what browsers accept: budgets that a
//! page must not pass. Printed by `cargo test -p motcua weight -- --nocapture`.

use std::collections::BTreeSet;

use testkit::TestSite;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

/// Everything that comes back for one request, head and body: bytes, and the body where it came as it is.
async fn ask(address: &str, path: &str, encoding: &str) -> (usize, String) {
    let mut stream = tokio::net::TcpStream::connect(address).await.expect("the server");
    let request = format!(
        "GET {path} HTTP/1.1\r\nHost: {address}\r\nAccept-Encoding: {encoding}\r\nConnection: close\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).await.expect("a request");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.expect("an answer");
    let text = String::from_utf8_lossy(&answer).into_owned();
    assert!(text.starts_with("HTTP/1.1 200"), "{path}: {}", text.lines().next().unwrap_or(""));
    (answer.len(), text)
}

/// What a page names that a browser loads with it: style sheets, scripts, fonts, its icon and manifest.
fn named(html: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for tag in html.split('<').filter(|it| it.starts_with("link ") || it.starts_with("script ")) {
        let loads = ["rel=\"stylesheet\"", "rel=\"preload\"", "rel=\"icon\"", "rel=\"manifest\""];
        let is_loaded = tag.starts_with("script ") || loads.iter().any(|it| tag.contains(it));
        let at = tag.split(" href=\"").nth(1).or_else(|| tag.split(" src=\"").nth(1));
        if let Some(at) = at.and_then(|it| it.split('"').next()).filter(|_| is_loaded) {
            found.insert(at.to_owned());
        }
    }
    found
}

/// The fonts of headings: named by the style sheet, loaded by every page.
const BOLD: [&str; 2] = [
    "fonts/be-vietnam-pro-latin-600-normal.woff2",
    "fonts/be-vietnam-pro-vietnamese-600-normal.woff2",
];

async fn all(address: &str, paths: &BTreeSet<String>) -> usize {
    let mut bytes = 0;
    for path in paths {
        bytes += ask(address, path, "br, gzip").await.0;
    }
    bytes
}

#[tokio::test]
async fn the_first_page_and_a_procedure_stay_within_their_weight() {
    let site = TestSite::on_sqlite(crate::routes());
    let (db, now) = (site.db.clone(), site.now());
    let play = crate::demo::Play { dossiers: 0, ..crate::demo::Play::default() };
    tokio::task::spawn_blocking(move || crate::demo::fill(&db, now, &play).expect("the demo"))
        .await
        .expect("the demo ends");
    let base = site.listen().await;
    let address = base.trim_start_matches("http://");

    let (home, _) = ask(address, "/", "br, gzip").await;
    let mut assets = named(&ask(address, "/", "identity").await.1);
    assets.extend(BOLD.map(site::assets::url));
    let with_home = all(address, &assets).await;
    // Once the first page stands, the service worker comes with what it keeps; the rest it has from the cache.
    let mut later = 0;
    for path in ["/sw.js", "/ngoai-tuyen?lang=vi", "/ngoai-tuyen?lang=en"] {
        later += ask(address, path, "br, gzip").await.0;
    }
    let procedure = "/thu-tuc/1.001193";
    let (page, _) = ask(address, procedure, "br, gzip").await;
    let own = named(&ask(address, procedure, "identity").await.1);
    let cold_assets: BTreeSet<String> =
        own.iter().cloned().chain(BOLD.map(site::assets::url)).collect();
    let warm = page + all(address, &own.difference(&assets).cloned().collect()).await;
    let cold = page + all(address, &cold_assets).await;
    eprintln!(
        "home: {home} B, with all that it loads {} B; then in the background {later} B; procedure: {page} B, \
         after the home page {warm} B, as the very first page {cold} B",
        home + with_home
    );
    assert!(assets.len() >= 8, "what the page loads was read: {assets:?}");
    assert!(home + with_home < 60_000, "the home page weighs {}", home + with_home);
    assert!(warm < 40_000, "a procedure weighs {warm} when the first page was seen");
    assert!(cold < 60_000, "a procedure as the very first page weighs {cold}");
}
