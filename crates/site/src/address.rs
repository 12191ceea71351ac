//! What stands in an address: one that does not read is the address of nothing.

use axum::{
    extract::{FromRequestParts, path},
    http::request::Parts,
};
use serde::de::DeserializeOwned;

use crate::Failure;

/// The variable parts of an address; [`Failure::NotFound`] if they are none of ours.
#[derive(Debug)]
pub struct Path<T>(pub T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for Path<T> {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        let found = axum::extract::Path::<T>::from_request_parts(parts, state).await;
        found.map(|path::Path(it)| Self(it)).map_err(|_| Failure::NotFound)
    }
}
