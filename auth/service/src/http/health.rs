//! `/healthz`: the process answers. `/readyz`: the store works too. Never tells more than that.

use axum::Json;
use axum::extract::State;
use serde_json::{Value, json};

use super::refused::Refused;
use crate::grants::Grants;

pub(super) async fn alive() -> Json<Value> {
    Json(json!({ "status": "ok" }))
}

pub(super) async fn ready(State(grants): State<Grants>) -> Result<Json<Value>, Refused> {
    match grants.ready().await {
        Ok(()) => Ok(Json(json!({ "status": "ready" }))),
        Err(cause) => {
            tracing::error!(%cause, "not ready");
            Err(Refused::for_now("not_ready", "the token store does not answer"))
        }
    }
}
