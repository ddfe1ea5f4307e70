//! `/healthz`: the process answers. `/readyz`: the store works too. Never tells more than that.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use super::openapi::Always;
use super::refused::Refused;
use crate::grants::Grants;

#[derive(Serialize, ToSchema)]
pub(super) struct Health {
    status: &'static str,
}

/// Whether the process answers
#[utoipa::path(
    get, path = "/healthz", tag = "service", operation_id = "alive",
    responses((status = 200, description = "it does", body = Health), Always)
)]
pub(super) async fn alive() -> Json<Health> {
    Json(Health { status: "ok" })
}

/// Whether the store works too
#[utoipa::path(
    get, path = "/readyz", tag = "service", operation_id = "ready",
    responses((status = 200, description = "it does", body = Health), Always)
)]
pub(super) async fn ready(State(grants): State<Grants>) -> Result<Json<Health>, Refused> {
    match grants.ready().await {
        Ok(()) => Ok(Json(Health { status: "ready" })),
        Err(cause) => {
            tracing::error!(%cause, "not ready");
            Err(Refused::for_now("not_ready", "the token store does not answer"))
        }
    }
}
