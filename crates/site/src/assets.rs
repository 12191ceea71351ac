//! Static files: embedded, hashed, cached for ever under their hash.

use std::{collections::HashMap, sync::LazyLock};

use axum::{
    extract::{Path, RawQuery},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use rust_embed::EmbeddedFile;
use store::hex;

#[derive(rust_embed::RustEmbed)]
#[folder = "$CARGO_MANIFEST_DIR/static"]
struct Files;

static HASHES: LazyLock<HashMap<String, String>> = LazyLock::new(|| {
    let hash = |it: &EmbeddedFile| hex(it.metadata.sha256_hash().get(..4).unwrap_or(&[]));
    Files::iter().filter_map(|name| Some((name.to_string(), hash(&Files::get(&name)?)))).collect()
});

/// The address of a static file, with the hash of what is in it.
#[must_use]
pub fn url(path: &str) -> String {
    match HASHES.get(path) {
        Some(hash) => format!("/static/{path}?v={hash}"),
        None => format!("/static/{path}"),
    }
}

/// GET `/static/{*path}`
pub async fn serve(
    Path(path): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let (Some(file), Some(hash)) = (Files::get(&path), HASHES.get(&path)) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let etag = format!("\"{hash}\"");
    if headers.get(header::IF_NONE_MATCH).is_some_and(|it| it.as_bytes() == etag.as_bytes()) {
        return StatusCode::NOT_MODIFIED.into_response();
    }
    let current = query.as_deref().and_then(|it| it.strip_prefix("v=")) == Some(hash);
    let cache = if current { "public, max-age=31536000, immutable" } else { "public, max-age=300" };
    let media_type = file.metadata.mimetype().to_owned();
    (
        [
            (header::CONTENT_TYPE, media_type),
            (header::CACHE_CONTROL, cache.to_owned()),
            (header::ETAG, etag),
        ],
        file.data.into_owned(),
    )
        .into_response()
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
}
