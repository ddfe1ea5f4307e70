//! `POST /reload` and `POST /rollback`: what an operator may order.
//!
//! Never obeys a web page: a browser's request says where it comes from, and is refused.

use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use tokio::time::timeout;

use super::Admin;
use crate::reload::orders::NotDone;
use crate::reload::reloader::{Outcome, Reloader};

/// What browsers, and nobody else, put on every request that a page can make them send by POST (Fetch, sections 3.1 and
/// 2.5.2 of Fetch Metadata).
const OF_BROWSERS: [&str; 2] = ["origin", "sec-fetch-site"];

/// How long an order is waited for: it may stand behind others, and components may be compiled. Below the patience of
/// `witgate reload`, so that the operator reads what became of it.
const ANSWER_WITHIN: Duration = Duration::from_secs(110);

pub(super) async fn reload(State(admin): State<Admin>, headers: HeaderMap) -> Response {
    order(&admin, &headers, admin.orders.reload()).await
}

pub(super) async fn rollback(State(admin): State<Admin>, headers: HeaderMap) -> Response {
    order(&admin, &headers, admin.orders.rollback()).await
}

/// An order is given only when it is waited for, so a forbidden one is none.
async fn order(admin: &Admin, headers: &HeaderMap, given: impl Future<Output = Result<Outcome, NotDone>>) -> Response {
    if OF_BROWSERS.iter().any(|name| headers.contains_key(*name)) {
        return answer(StatusCode::FORBIDDEN, &json!({"outcome": "forbidden", "reason": "not for browsers"}));
    }
    match timeout(ANSWER_WITHIN, given).await {
        Ok(Ok(outcome)) => told(&admin.reloader, &outcome),
        Ok(Err(not_done)) => undone(admin.reloader.current.load().number, not_done),
        Err(_) => {
            let reason =
                "not done in time; withdrawn if it had not begun, else GET /generations shows what becomes of it";
            let in_force = admin.reloader.current.load().number;
            let document = json!({"outcome": "late", "generation": in_force, "reason": reason});
            answer(StatusCode::SERVICE_UNAVAILABLE, &document)
        }
    }
}

fn undone(in_force: u64, not_done: NotDone) -> Response {
    let (status, outcome) = match not_done {
        NotDone::BrokeOff => (StatusCode::INTERNAL_SERVER_ERROR, "broken"),
        NotDone::Full => (StatusCode::SERVICE_UNAVAILABLE, "full"),
        NotDone::Ending => (StatusCode::SERVICE_UNAVAILABLE, "ending"),
    };
    answer(status, &json!({"outcome": outcome, "generation": in_force, "reason": not_done.to_string()}))
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
