//! Assets.
use axum::response::{IntoResponse, Response};
/// serve
pub async fn serve() -> Response {
    axum::http::StatusCode::NOT_FOUND.into_response()
}
