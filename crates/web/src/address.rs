//! What an address says: the parameters in its path and in its query, read strictly, refused in our own words.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use serde::de::DeserializeOwned;

use crate::State;
use crate::error::Failure;

/// The parameters in the path. What cannot be read names nothing, so nothing is there.
pub(crate) struct Path<T>(pub(crate) T);

/// The parameters in the query. One that comes twice, or is of the wrong kind, is refused.
pub(crate) struct Query<T>(pub(crate) T);

impl<T: DeserializeOwned + Send> FromRequestParts<State> for Path<T> {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &State) -> Result<Self, Failure> {
        match axum::extract::Path::from_request_parts(parts, state).await {
            Ok(axum::extract::Path(parameters)) => Ok(Self(parameters)),
            Err(_) => Err(Failure::not_found()),
        }
    }
}

impl<T: DeserializeOwned> FromRequestParts<State> for Query<T> {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &State) -> Result<Self, Failure> {
        match axum::extract::Query::from_request_parts(parts, state).await {
            Ok(axum::extract::Query(parameters)) => Ok(Self(parameters)),
            Err(_) => Err(Failure::invalid_field(
                "query",
                "The part of the address after the question mark could not be read.",
            )),
        }
    }
}
