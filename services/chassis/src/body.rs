//! The JSON body of a request, read within a size and a time.
//! Never answers a bad body with anything but a problem document.

use std::time::Duration;

use axum::Json;
use axum::extract::rejection::JsonRejection;
use axum::extract::{FromRequest, Request};
use axum::http::StatusCode;
use serde::de::DeserializeOwned;
use witgate_keyring::resource_server::Problem;

/// Largest accepted request body, in bytes.
pub const MAX_BODY_BYTES: usize = 64 * 1024;

/// Longest time that a body may take to arrive.
const BODY_DEADLINE: Duration = Duration::from_secs(10);

/// A body that was valid JSON of the wanted shape.
#[derive(Debug)]
pub struct JsonBody<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for JsonBody<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let reading = Json::<T>::from_request(request, state);
        let slow = |_| Problem::new(StatusCode::REQUEST_TIMEOUT, "body_timeout", "the body took too long to arrive");
        let Json(value) = tokio::time::timeout(BODY_DEADLINE, reading)
            .await
            .map_err(slow)?
            .map_err(|rejection| refused(&rejection))?;
        Ok(JsonBody(value))
    }
}

fn refused(rejection: &JsonRejection) -> Problem {
    let code = match rejection.status() {
        StatusCode::UNSUPPORTED_MEDIA_TYPE => "unsupported_media_type",
        StatusCode::PAYLOAD_TOO_LARGE => "body_too_large",
        _ => "invalid_body",
    };
    Problem::new(rejection.status(), code, rejection.body_text())
}
