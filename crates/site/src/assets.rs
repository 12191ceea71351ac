//! Static files: embedded, hashed, cached for ever under their hash.

use std::{collections::HashMap, sync::LazyLock};

use axum::{
    extract::{Path, RawQuery},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use bytes::Bytes;
use sha2::{Digest as _, Sha256};
use store::hex;

#[derive(rust_embed::RustEmbed)]
#[folder = "$CARGO_MANIFEST_DIR/static"]
struct Files;

/// A static file as it is sent.
struct Asset {
    body: Bytes,
    /// The first bytes of the SHA-256 of `body`.
    hash: String,
    media_type: String,
}

/// All static files. Style sheets come last: the addresses in them hold the hashes of the others,
/// so that a font which a page preloads is the very one that the style sheet asks for.
static ASSETS: LazyLock<HashMap<String, Asset>> = LazyLock::new(|| {
    let (sheets, others): (Vec<_>, Vec<_>) = Files::iter().partition(|it| it.ends_with(".css"));
    let mut assets = HashMap::new();
    for name in others.into_iter().chain(sheets) {
        let Some(file) = Files::get(&name) else { continue };
        let media_type = match name.rsplit_once('.').map(|(_, ending)| ending) {
            Some("txt") => "text/plain; charset=utf-8".to_owned(),
            Some("css" | "js") => format!("{}; charset=utf-8", file.metadata.mimetype()),
            _ => file.metadata.mimetype().to_owned(),
        };
        let body = if name.ends_with(".css") {
            Bytes::from(with_hashes(&String::from_utf8_lossy(&file.data), &assets))
        } else {
            match file.data {
                std::borrow::Cow::Borrowed(it) => Bytes::from_static(it),
                std::borrow::Cow::Owned(it) => Bytes::from(it),
            }
        };
        let hash = hex(Sha256::digest(&body).get(..4).unwrap_or_default());
        assets.insert(name.into_owned(), Asset { body, hash, media_type });
    }
    assets
});

/// The style sheet, with the hash behind each `url("…")` that is one of ours.
fn with_hashes(sheet: &str, assets: &HashMap<String, Asset>) -> String {
    let mut parts = sheet.split("url(\"");
    let mut hashed = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        hashed.push_str("url(\"");
        match part.split_once('"') {
            Some((path, rest)) => {
                hashed.push_str(path);
                if let Some(asset) = assets.get(path) {
                    hashed.push_str("?v=");
                    hashed.push_str(&asset.hash);
                }
                hashed.push('"');
                hashed.push_str(rest);
            }
            None => hashed.push_str(part),
        }
    }
    hashed
}

/// The address of a static file, with the hash of what is in it.
#[must_use]
pub fn url(path: &str) -> String {
    match ASSETS.get(path) {
        Some(asset) => format!("/static/{path}?v={}", asset.hash),
        None => {
            tracing::error!(path, "there is no such static file");
            format!("/static/{path}")
        }
    }
}

/// A static file of text, as it is embedded.
pub(crate) fn text(path: &str) -> String {
    ASSETS.get(path).map_or_else(String::new, |it| String::from_utf8_lossy(&it.body).into_owned())
}

/// Every static file by its path, and its bytes.
#[must_use]
pub fn sizes() -> Vec<(String, usize)> {
    let mut sizes: Vec<_> = ASSETS.iter().map(|(path, it)| (path.clone(), it.body.len())).collect();
    sizes.sort();
    sizes
}

/// GET `/static/{*path}`
pub async fn serve(
    Path(path): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let Some(asset) = ASSETS.get(&path) else { return StatusCode::NOT_FOUND.into_response() };
    let etag = format!("\"{}\"", asset.hash);
    let current = query.as_deref().and_then(|it| it.strip_prefix("v=")) == Some(&asset.hash);
    let cache = if current { "public, max-age=31536000, immutable" } else { "public, max-age=300" };
    let known = [(header::CACHE_CONTROL, cache.to_owned()), (header::ETAG, etag.clone())];
    // A proxy that compressed the file marks its tag as weak: `W/"…"`.
    let asked = headers.get(header::IF_NONE_MATCH).and_then(|it| it.to_str().ok());
    if asked.is_some_and(|it| it.contains(&etag)) {
        return (StatusCode::NOT_MODIFIED, known).into_response();
    }
    let media_type = [(header::CONTENT_TYPE, asset.media_type.clone())];
    (known, media_type, asset.body.clone()).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_holds_the_hash_of_its_file() {
        let address = url("app.css");
        assert!(address.starts_with("/static/app.css?v=") && address.len() == 26, "{address}");
        assert_eq!(url("khong-co.css"), "/static/khong-co.css");
    }

    #[test]
    fn a_page_preloads_the_very_font_that_the_style_sheet_asks_for() {
        let sheet = String::from_utf8(ASSETS["app.css"].body.to_vec()).unwrap();
        let fonts = sheet.matches("url(\"fonts/").count();
        assert_eq!(fonts, 4);
        assert_eq!(sheet.matches(".woff2?v=").count(), fonts);
        let font = url("fonts/be-vietnam-pro-latin-400-normal.woff2");
        assert!(sheet.contains(font.trim_start_matches("/static/")), "{font}");
    }

    #[test]
    fn what_the_first_page_loads_is_small() {
        let sent = |body: &[u8]| {
            let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
            std::io::Write::write_all(&mut gzip, body).unwrap();
            gzip.finish().unwrap().len()
        };
        let loaded = |is_phone: bool| -> usize {
            ASSETS
                .iter()
                .filter(|(name, _)| {
                    name.ends_with(".woff2") && !(is_phone && name.contains("-600-"))
                        || ["app.css", "app.js", "offline.js"].contains(&name.as_str())
                })
                .map(|(_, asset)| sent(&asset.body))
                .sum()
        };
        // Of the 60 KB that the first page may be, the page itself takes some.
        assert!(loaded(false) < 48_000, "{} bytes as they are sent", loaded(false));
        // A telephone does without the bold letters: of the 40 KB of a procedure's page a fifth is left for the page.
        assert!(loaded(true) < 32_000, "{} bytes as they are sent", loaded(true));
        let sheet = String::from_utf8_lossy(&ASSETS["app.css"].body).into_owned();
        let (before, wide) = sheet.split_once("@media (min-width: 700px)").expect("wide screens");
        assert!(!before.contains("font-weight: 600; font-display") && wide.contains("-600-normal"));
        assert!(ASSETS["app.js"].body.len() < 7_000);
    }

    #[tokio::test]
    async fn a_file_under_its_hash_is_kept_for_ever_and_asked_for_once() {
        let ask = async |path: &str, query: Option<&str>, headers: HeaderMap| {
            serve(Path(path.to_owned()), RawQuery(query.map(str::to_owned)), headers).await
        };
        let hash = &ASSETS["app.css"].hash;
        let answer = ask("app.css", Some(&format!("v={hash}")), HeaderMap::new()).await;
        assert_eq!(answer.status(), 200);
        assert_eq!(answer.headers()["content-type"], "text/css; charset=utf-8");
        assert!(answer.headers()["cache-control"].to_str().unwrap().ends_with("immutable"));
        let stale = ask("app.css", Some("v=00000000"), HeaderMap::new()).await;
        assert_eq!(stale.headers()["cache-control"], "public, max-age=300");
        let mut headers = HeaderMap::new();
        headers.insert(header::IF_NONE_MATCH, format!("W/\"{hash}\"").parse().unwrap());
        assert_eq!(ask("app.css", None, headers).await.status(), 304);
        assert_eq!(ask("../Cargo.toml", None, HeaderMap::new()).await.status(), 404);
        let font = "fonts/be-vietnam-pro-latin-400-normal.woff2";
        assert_eq!(ask(font, None, HeaderMap::new()).await.headers()["content-type"], "font/woff2");
    }
}
