//! What makes the public's pages an app that reads without a network: the manifest, the service worker, the page
//! that stands in for one that cannot be had, and the mark on pages that a browser may keep.

use askama::Template;
use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, header},
    response::{Html, IntoResponse as _, Response},
};

use crate::{
    Failure, Session, Shell, Site, assets,
    who::{DRAFTS_COOKIE, Knock, LANG_COOKIE, SIZE_COOKIE, Who},
};

/// The header that lets the service worker keep a page: `public`, or `own` for one that shows a citizen's dossier.
pub(crate) const KEEP: &str = "mc-keep";
/// The header that tells the service worker whose session the browser shows; [`NOBODY`] if that was ended. Copies of
/// pages do not outlive that, nor does somebody else find them who signs in.
const WHOSE: &str = "mc-who";
const NOBODY: &str = "-";
/// Cookies that change nothing of who a page is for.
const HARMLESS: [&str; 3] = [LANG_COOKIE, SIZE_COOKIE, "mc_theo_doi"];
/// Static files that a page without a network needs.
const FILES: [&str; 8] = [
    "app.css",
    "app.js",
    "offline.js",
    "favicon.svg",
    "fonts/be-vietnam-pro-latin-400-normal.woff2",
    "fonts/be-vietnam-pro-vietnamese-400-normal.woff2",
    "fonts/be-vietnam-pro-latin-600-normal.woff2",
    "fonts/be-vietnam-pro-vietnamese-600-normal.woff2",
];

/// Whether a browser may keep the page at `path` to read it without a network, and as what. What the office
/// works with is never kept.
fn kept_as(path: &str) -> Option<&'static str> {
    match path {
        "/" | "/thu-tuc" | "/tra-cuu" | "/lich-lam-viec" => Some("public"),
        _ => {
            let under = |folder: &str| {
                path.strip_prefix(folder).is_some_and(|it| !it.is_empty() && !it.contains('/'))
            };
            if under("/thu-tuc/") || under("/su-kien/") || under("/niem-yet/") {
                Some("public")
            } else {
                under("/ho-so/").then_some("own")
            }
        }
    }
}

/// The cookie of a citizen who is signed in.
const CITIZEN_COOKIE: &str = "mc_dan";

/// The mark for the page that answers this request, if it may be kept: not where an official is signed in, and not
/// where a notice stands on it that is shown once. What a citizen reads who is signed in is his own, whatever it is:
/// it goes when he signs out.
pub(crate) fn mark(path: &str, headers: &HeaderMap) -> Option<&'static str> {
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|it| it.to_str().ok());
    let names = cookies.flat_map(|it| it.split(';')).filter_map(|it| it.split('=').next());
    // What a browser began shows on the page of looking up alone.
    let is_harmless =
        |it: &str| HARMLESS.contains(&it) || it == DRAFTS_COOKIE && path != "/tra-cuu";
    let mut is_his = false;
    for name in names.map(str::trim).filter(|it| it.starts_with("mc_")) {
        if name == CITIZEN_COOKIE {
            is_his = true;
        } else if !is_harmless(name) {
            return None;
        }
    }
    kept_as(path).map(|it| if is_his { "own" } else { it })
}

/// Says on a page of a citizen who is signed in whose it is.
pub(crate) async fn say_whose(site: &Site, cookies: &HeaderMap, told: &mut HeaderMap) {
    let token = crate::who::cookie(cookies, CITIZEN_COOKIE);
    let (Some(token), Some(holders)) = (token, site.holders) else { return };
    let hash = crate::token_sha256(token);
    let stamp = store::Stamp::of_program((site.clock)(), "offline");
    let found = site.db.glance(stamp, move |tx| holders(tx, &hash)).await;
    let whose = match found {
        Ok(Session::Open(row)) => crate::form::mark_of([site.seal.derived(WHOSE), row.to_string()]),
        Ok(Session::Ended) => NOBODY.to_owned(),
        Ok(Session::Over) | Err(_) => return,
    };
    if let Ok(whose) = HeaderValue::from_str(&whose) {
        told.insert(header::HeaderName::from_static(WHOSE), whose);
    }
}

/// GET `/sw.js`: the service worker, with the hashes of what it keeps; another hash is another version.
pub(crate) async fn worker() -> Response {
    let mut files: Vec<String> = FILES.iter().map(|it| assets::url(it)).collect();
    files.extend(["/ngoai-tuyen?lang=vi", "/ngoai-tuyen?lang=en"].map(str::to_owned));
    let list = serde_json::to_string(&files).unwrap_or_default();
    let version = crate::form::mark_of(&files);
    let text =
        assets::text("sw.js").replace("\"__FILES__\"", &list).replace("__VERSION__", &version);
    let known = [
        (header::CONTENT_TYPE, "text/javascript; charset=utf-8"),
        (header::CACHE_CONTROL, "no-cache"),
    ];
    (known, text).into_response()
}

/// The frame of a page that is for anybody.
async fn shell(site: &Site, knock: Knock) -> Result<Shell, Failure> {
    let who = Who::load(site, knock).await?;
    Ok(site.shell(&who))
}

/// GET `/manifest.webmanifest`: what makes it installable.
pub(crate) async fn manifest(
    State(site): State<Site>,
    request: Request,
) -> Result<Response, Failure> {
    let shell = shell(&site, Knock::of(&site, &request)).await?;
    let icon = |name: &str, size: &str, purpose: &str| {
        serde_json::json!({
            "src": assets::url(name), "sizes": size, "type": "image/png", "purpose": purpose
        })
    };
    let manifest = serde_json::json!({
        "id": "/", "start_url": "/", "scope": "/", "display": "standalone", "lang": "vi",
        "name": format!("{} {}", shell.words.say("brand"), shell.unit_name).trim(),
        "short_name": shell.words.say("brand"),
        "background_color": "#f5f7f9", "theme_color": "#c8102e",
        "icons": [
            icon("icon-192.png", "192x192", "any"),
            icon("icon-512.png", "512x512", "any"),
            icon("icon-maskable-512.png", "512x512", "maskable"),
        ],
    });
    let kind = HeaderValue::from_static("application/manifest+json; charset=utf-8");
    let short = HeaderValue::from_static("public, max-age=3600");
    let known = [(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, short)];
    Ok((known, manifest.to_string()).into_response())
}

#[derive(Template)]
#[template(path = "offline.html")]
struct Offline {
    shell: Shell,
}

/// GET `/ngoai-tuyen`: what is shown in place of a page that cannot be had.
pub(crate) async fn page(
    State(site): State<Site>,
    request: Request,
) -> Result<Html<String>, Failure> {
    let shell = shell(&site, Knock::of(&site, &request)).await?;
    // It lies in the browser for everybody who uses it.
    let shell = Shell { signed_in: None, csrf: String::new(), notice: None, ..shell };
    site.page(&Offline { shell })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(cookie: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(header::COOKIE, HeaderValue::from_static(cookie))])
    }

    #[test]
    fn the_offices_pages_and_those_of_whoever_is_signed_in_are_never_kept() {
        let nobody = HeaderMap::new();
        for path in ["/", "/thu-tuc", "/thu-tuc/1.001193", "/su-kien/sinh-con"] {
            assert_eq!(mark(path, &nobody), Some("public"), "{path}");
            assert_eq!(mark(path, &headers("mc_lang=en; mc_theo_doi=x")), Some("public"));
            assert_eq!(mark(path, &headers("mc_chu=lon; mc_nhap=x")), Some("public"));
            assert_eq!(mark(path, &headers("mc_lang=en; mc_phien=x")), None);
            assert_eq!(mark(path, &headers("mc_lang=en; mc_dan=x")), Some("own"), "a citizen's");
            assert_eq!(mark(path, &headers("mc_dan=x; mc_tin=x")), None);
            assert_eq!(mark(path, &headers("mc_tin=x")), None, "a notice is shown once");
        }
        assert_eq!(mark("/tra-cuu", &headers("mc_nhap=x")), None, "it says what was begun");
        assert_eq!(mark("/ho-so/H41.99.40-260108-0001", &nobody), Some("own"));
        let never = [
            "/co-quan",
            "/co-quan/ho-so/1",
            "/ho-so/x/bo-sung",
            "/ho-so/x/ket-qua/1",
            "/nop/1.1/abc",
        ];
        for path in never {
            assert_eq!(mark(path, &nobody), None, "{path}");
        }
    }
}
