//! The edge: what every request passes, whatever its route.

use axum::{
    Router,
    extract::{DefaultBodyLimit, Request, State},
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    middleware::{Next, from_fn, from_fn_with_state},
    response::{Html, IntoResponse as _, Redirect, Response},
    routing::get,
};
use tower_http::{
    catch_panic::CatchPanicLayer, compression::CompressionLayer, timeout::RequestBodyTimeoutLayer,
};

use crate::{
    Failure, Site, arriving, assets,
    failure::Shown,
    form::{FILE_BYTES_MAX, FILES_MAX},
    offline,
    routes::Routes,
    show,
    who::{Knock, NOTICE_COOKIE, Who},
};

const CSP: &str = "default-src 'self'; img-src 'self' data: blob:; object-src 'none'; \
    base-uri 'none'; worker-src 'self'; form-action 'self'; frame-ancestors 'none'";

/// The whole site: the routes of the slices, static files, health, limits, headers.
pub fn serve(routes: Routes, mut site: Site) -> Router {
    let guarded = routes.guarded(&mut site);
    let body_max = FILE_BYTES_MAX.saturating_mul(FILES_MAX) / 4;
    guarded
        .route("/static/{*path}", get(assets::serve))
        .route("/favicon.ico", get(icon))
        .route("/sw.js", get(offline::worker))
        .route("/manifest.webmanifest", get(offline::manifest))
        .route("/ngoai-tuyen", get(offline::page))
        .route("/healthz", get(|| async { "ok" }))
        .route("/readyz", get(ready))
        .fallback(|| async { Failure::NotFound })
        .layer(DefaultBodyLimit::max(body_max))
        .layer(from_fn(own_forms))
        .layer(from_fn_with_state(site.clone(), pages_of_failures))
        .layer(from_fn_with_state(site.clone(), headers))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(from_fn_with_state(site.clone(), arriving::weighed))
        .layer(RequestBodyTimeoutLayer::new(arriving::QUIET_MAX))
        .layer(CompressionLayer::new())
        .with_state(site)
}

/// Where browsers look for the icon of their own accord.
async fn icon() -> Redirect {
    Redirect::temporary(&assets::url("favicon.svg"))
}

async fn ready(State(site): State<Site>) -> Result<&'static str, Failure> {
    let stamp = store::Stamp::of_program((site.clock)(), "readyz");
    site.db.read(stamp, crate::sql::migrations).await?;
    Ok("ok")
}

#[expect(clippy::needless_pass_by_value, reason = "the layer hands the box over")]
fn panicked(what: Box<dyn std::any::Any + Send>) -> Response {
    let words = what
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| what.downcast_ref::<&str>().copied())
        .unwrap_or("?");
    let incident = crate::random_hex(4);
    tracing::error!(incident, words, "a handler panicked");
    let text = format!("Hệ thống gặp sự cố. Mã sự cố: {incident}. Hãy thử lại sau ít phút.");
    (StatusCode::INTERNAL_SERVER_ERROR, text).into_response()
}

/// A form may only come from our own pages: browsers say where a request comes from.
fn comes_from_elsewhere(headers: &HeaderMap) -> bool {
    if let Some(from) = headers.get("sec-fetch-site") {
        return !matches!(from.as_bytes(), b"same-origin" | b"none");
    }
    let (Some(origin), Some(host)) = (headers.get(header::ORIGIN), headers.get(header::HOST))
    else {
        return false;
    };
    let (Ok(origin), Ok(host)) = (origin.to_str(), host.to_str()) else { return true };
    origin.split_once("://").is_none_or(|(_, it)| it != host)
}

/// What comes from somebody else's page is told so, on a page of ours.
async fn own_forms(request: Request, next: Next) -> Response {
    if !request.method().is_safe() && comes_from_elsewhere(request.headers()) {
        return Failure::Stale.into_response();
    }
    next.run(request).await
}

async fn headers(State(site): State<Site>, request: Request, next: Next) -> Response {
    let method = request.method().clone();
    let is_static = request.uri().path().starts_with("/static/");
    let has_notice = crate::who::cookie(request.headers(), NOTICE_COOKIE).is_some();
    // A browser in a hall is everybody's: it keeps nothing for later.
    let keep = offline::mark(request.uri().path(), request.headers())
        .filter(|_| crate::who::hall(request.headers()).is_none());
    let asked_lang = request
        .uri()
        .query()
        .and_then(|it| it.split('&').find_map(|it| it.strip_prefix("lang=")))
        .and_then(crate::words::Lang::from_code);
    let asked_size = request.uri().query().and_then(|it| {
        it.split('&').find_map(|it| it.strip_prefix("chu=")).map(|it| it == crate::who::LARGE)
    });
    let is_citizens = method == Method::GET
        && !is_static
        && !request.uri().path().starts_with("/co-quan")
        && crate::who::hall(request.headers()).is_none();
    let cookies = is_citizens.then(|| request.headers().clone());
    let mut response = next.run(request).await;
    let status = response.status();
    let headers = response.headers_mut();
    if let Some(cookies) = cookies.filter(|_| status == StatusCode::OK) {
        offline::say_whose(&site, &cookies, headers).await;
    }
    let mut put = |name: header::HeaderName, value: &'static str| {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    };
    put(header::CONTENT_SECURITY_POLICY, CSP);
    put(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    put(header::REFERRER_POLICY, "same-origin");
    put(header::X_FRAME_OPTIONS, "DENY");
    put(
        header::HeaderName::from_static("permissions-policy"),
        "camera=(), microphone=(), geolocation=()",
    );
    if site.config.tls {
        put(header::STRICT_TRANSPORT_SECURITY, "max-age=31536000");
    }
    if method == Method::GET
        && status == StatusCode::OK
        && let Some(keep) = keep
    {
        put(header::HeaderName::from_static(offline::KEEP), keep);
    }
    if !is_static {
        put(header::CACHE_CONTROL, "no-store");
        if has_notice && method == Method::GET && status == StatusCode::OK {
            let gone = format!("{NOTICE_COOKIE}=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax");
            if let Ok(value) = HeaderValue::from_str(&gone) {
                headers.append(header::SET_COOKIE, value);
            }
        }
        if let Some(is_large) = asked_size {
            let name = crate::who::SIZE_COOKIE;
            let (value, age) = if is_large { (crate::who::LARGE, 31_536_000) } else { ("", 0) };
            let cookie = format!("{name}={value}; Path=/; Max-Age={age}; HttpOnly; SameSite=Lax");
            if let Ok(value) = HeaderValue::from_str(&cookie) {
                headers.append(header::SET_COOKIE, value);
            }
        }
        if let Some(lang) = asked_lang {
            let name = crate::who::LANG_COOKIE;
            let cookie =
                format!("{name}={}; Path=/; Max-Age=31536000; HttpOnly; SameSite=Lax", lang.code());
            if let Ok(value) = HeaderValue::from_str(&cookie) {
                headers.append(header::SET_COOKIE, value);
            }
        }
    }
    response
}

/// Makes a page of a failure, in the language and the frame of the person who asked.
async fn pages_of_failures(State(site): State<Site>, request: Request, next: Next) -> Response {
    let knock = Knock::of(&site, &request);
    let before = crate::who::page_before(&request);
    let mut response = next.run(request).await;
    let shown = response.extensions_mut().remove::<Shown>();
    // The address of a form that was sent, opened again: there is no page there.
    let no_page = response.status() == StatusCode::METHOD_NOT_ALLOWED;
    let Some(shown) = shown.or_else(|| no_page.then_some(Shown::NotFound)) else { return response };
    let who = match Who::load(&site, knock).await {
        Ok(who) => who,
        Err(_) => Who::nobody(crate::words::Lang::Vi),
    };
    let mut shell = site.shell(&who);
    shell.before = before;
    let now = who.now;
    let page = match shown {
        Shown::NotFound => show::not_found(shell),
        Shown::Forbidden => show::forbidden(shell),
        Shown::Stale => show::stale(shell),
        Shown::TooMany { wait_s } => show::too_many(shell, wait_s, now),
        Shown::Busy { wait_s } => show::busy(shell, wait_s),
        Shown::TooLarge => show::too_large(shell),
        Shown::Refused(why) => show::refused(shell, why),
        Shown::Fault { incident } => show::fault(shell, incident),
    };
    let mut page = (response.status(), Html(page)).into_response();
    // When to come again, and how the address may be asked: both are for programs to read.
    for name in [header::RETRY_AFTER, header::ALLOW] {
        if let Some(value) = response.headers_mut().remove(&name) {
            page.headers_mut().insert(name, value);
        }
    }
    page
}
