//! `POST /reload` and `POST /rollback`: what an operator may order.
//!
//! Never obeys a web page: a browser's request says where it comes from, and is refused.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::Admin;
use crate::reload::reloader::{Outcome, Reloader};

/// What browsers, and nobody else, put on every request that a page can make them send by POST (Fetch, sections 3.1 and
/// 2.5.2 of Fetch Metadata).
const OF_BROWSERS: [&str; 2] = ["origin", "sec-fetch-site"];

pub(super) async fn reload(state: State<Admin>, headers: HeaderMap) -> Response {
    order(state, &headers, Reloader::reload).await
}

pub(super) async fn rollback(state: State<Admin>, headers: HeaderMap) -> Response {
    order(state, &headers, Reloader::rollback).await
}

async fn order(State(admin): State<Admin>, headers: &HeaderMap, work: fn(&Reloader) -> Outcome) -> Response {
    if OF_BROWSERS.iter().any(|name| headers.contains_key(*name)) {
        return answer(StatusCode::FORBIDDEN, &json!({"outcome": "forbidden", "reason": "not for browsers"}));
    }
    let reloader = Arc::clone(&admin.reloader);
    let Ok(outcome) = tokio::task::spawn_blocking(move || work(&reloader)).await else {
        let broken = json!({"outcome": "broken", "reason": "the attempt broke off; the generation in force stays"});
        return answer(StatusCode::INTERNAL_SERVER_ERROR, &broken);
    };
    told(&admin.reloader, &outcome)
}

fn told(reloader: &Reloader, outcome: &Outcome) -> Response {
    let in_force = reloader.current.load().number;
    match outcome {
        Outcome::Accepted(number) => answer(StatusCode::OK, &json!({"outcome": "accepted", "generation": number})),
        Outcome::Unchanged => answer(StatusCode::OK, &json!({"outcome": "unchanged", "generation": in_force})),
        Outcome::Refused => {
            let reason = reloader.ledger.last_refusal().map(|refusal| refusal.reason);
            answer(StatusCode::CONFLICT, &json!({"outcome": "refused", "generation": in_force, "reason": reason}))
        }
        Outcome::NothingBefore => refused(in_force, "there is no generation before the one in force"),
        Outcome::Overtaken => refused(in_force, "another generation came meanwhile"),
    }
}

fn refused(in_force: u64, reason: &str) -> Response {
    answer(StatusCode::CONFLICT, &json!({"outcome": "refused", "generation": in_force, "reason": reason}))
}

fn answer(status: StatusCode, document: &Value) -> Response {
    (status, Json(document)).into_response()
}
