//! `GET /revocations`: the feed of revocations as a snapshot, a long poll or a stream of server-sent events. Never
//! answers who is not a registered client with the scope for it, and never leaves a number out.

use std::time::Duration;

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::header::{ACCEPT, CACHE_CONTROL};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use utoipa::IntoParams;

use super::client_auth::BasicClient;
use super::event_stream::{self, Resume};
use super::feed_document::document;
use super::openapi::{Always, BadQuery, ClientRefusals};
use super::refused::Refused;
use crate::feed::{Feed, FeedError};
use crate::grants::GrantError;
use crate::service_scope::ServiceScope;
use crate::store::FeedHead;

/// Longest wait of a poll, in seconds.
const MAX_WAIT_SECONDS: u64 = 30;

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct FeedQuery {
    /// Which history the number belongs to; with `after`
    epoch: Option<String>,
    /// The last number that the caller knows; nothing: a snapshot is asked for
    after: Option<u64>,
    /// How long to wait for something new, in seconds
    #[param(maximum = 30)]
    wait: Option<u64>,
}

/// Follow what was revoked
///
/// 200 with a snapshot or what came after a point; with `Accept: text/event-stream` a stream of both.
#[utoipa::path(
    get, path = "/revocations", tag = "feed", operation_id = "revocations", params(FeedQuery), security(("client" = [])),
    responses(
        (status = 200, description = "a snapshot, a delta, or a stream of both", content(
            (Object = "application/json"), (String = "text/event-stream")
        )),
        BadQuery, ClientRefusals, Always
    )
)]
pub(super) async fn revocations(
    State(feed): State<Feed>,
    client: BasicClient,
    headers: HeaderMap,
    query: Result<Query<FeedQuery>, QueryRejection>,
) -> Result<Response, Refused> {
    let client = client.with(ServiceScope::RevocationsRead)?;
    let Query(query) = query.map_err(|_| bad("the parameters are epoch, after and wait, each at most once"))?;
    let (point, wait) = asked(query)?;
    if wants_events(&headers) {
        let resume = Resume { point: resumed(&headers).or(point), client_id: client.client.client_id };
        return Ok(event_stream::respond(feed.place()?, feed, resume));
    }
    let page = match point {
        None => feed.snapshot().await?,
        Some(point) if wait.is_zero() => feed.after(&point, wait).await?,
        Some(point) => {
            let _place = feed.place()?;
            feed.after(&point, wait).await?
        }
    };
    Ok(([(CACHE_CONTROL, "no-store")], Json(document(&page))).into_response())
}

/// The point that the client knows, and how long it waits for more.
fn asked(query: FeedQuery) -> Result<(Option<FeedHead>, Duration), Refused> {
    let wait = query.wait.unwrap_or(0);
    if wait > MAX_WAIT_SECONDS {
        return Err(bad("wait is 0 to 30 seconds"));
    }
    let point = match (query.epoch, query.after) {
        (None, None) => None,
        (Some(epoch), Some(after)) => {
            let seq = i64::try_from(after).map_err(|_| bad("after is a number that this service gave"))?;
            Some(FeedHead { epoch, seq })
        }
        _ => return Err(bad("epoch and after belong together")),
    };
    Ok((point, Duration::from_secs(wait)))
}

fn bad(detail: &str) -> Refused {
    Refused::new(StatusCode::BAD_REQUEST, "invalid_request", detail)
}

fn wants_events(headers: &HeaderMap) -> bool {
    let values = headers.get_all(ACCEPT).iter().filter_map(|value| value.to_str().ok());
    let mut types = values.flat_map(|value| value.split(',')).filter_map(|range| range.split(';').next());
    types.any(|essence| essence.trim().eq_ignore_ascii_case("text/event-stream"))
}

/// The point of `Last-Event-ID`, `EPOCH:NUMBER`. What cannot be read counts as none, and a snapshot follows.
fn resumed(headers: &HeaderMap) -> Option<FeedHead> {
    let (epoch, seq) = headers.get("last-event-id")?.to_str().ok()?.rsplit_once(':')?;
    let seq = seq.parse().ok().filter(|seq| *seq >= 0)?;
    Some(FeedHead { epoch: epoch.to_owned(), seq })
}

impl From<FeedError> for Refused {
    fn from(error: FeedError) -> Refused {
        match error {
            FeedError::Busy => Refused::for_now("busy", error.to_string()),
            FeedError::Store(cause) => GrantError::from(cause).into(),
            FeedError::Stopped => GrantError::Broken(error.to_string()).into(),
        }
    }
}
