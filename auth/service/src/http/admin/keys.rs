//! `/admin/v1/keys`: the signing keys. Never shows a private part, sealed or not.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::super::json_body::JsonBody;
use super::super::openapi::{Always, BodyRefused, KeysFull, OperatorRefused, Unknown};
use super::super::path_id::PathId;
use super::super::refused::Refused;
use super::operator::Operator;
use super::refusals::of_store;
use crate::clock::UnixSeconds;
use crate::grants::Grants;
use crate::key_list::{KeyState, listed};

/// A signing key. Times are Unix seconds.
#[derive(Serialize, ToSchema)]
pub(super) struct KeyView {
    /// RFC 7638 thumbprint
    kid: String,
    /// JOSE algorithm name
    alg: String,
    state: KeyState,
    created_at: UnixSeconds,
    signs_from: UnixSeconds,
    retired_at: Option<UnixSeconds>,
}

#[derive(Serialize, ToSchema)]
pub(super) struct KeyList {
    keys: Vec<KeyView>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RotateBody {
    /// Sign with it at once, before resource servers know it
    #[serde(default)]
    now: bool,
}

#[derive(Serialize, ToSchema)]
pub(super) struct NewKey {
    kid: String,
}

/// List all keys that there ever were
#[utoipa::path(
    get, path = "/admin/v1/keys", tag = "keys", operation_id = "list_keys", security(("bearer" = [])),
    responses((status = 200, description = "all keys, the oldest first", body = KeyList), OperatorRefused, Always)
)]
pub(super) async fn list(State(grants): State<Grants>, Operator(origin): Operator) -> Result<Json<KeyList>, Refused> {
    let keys = listed(grants.store(), grants.issuer().keys(), origin.at).await.map_err(of_store)?;
    let view = |(key, state): (crate::store::StoredKey, KeyState)| KeyView {
        kid: key.kid,
        alg: key.alg,
        state,
        created_at: key.created_at,
        signs_from: key.signs_from,
        retired_at: key.retired_at,
    };
    Ok(Json(KeyList { keys: keys.into_iter().map(view).collect() }))
}

/// Make a new key
///
/// It signs when it was published long enough.
#[utoipa::path(
    post, path = "/admin/v1/keys", tag = "keys", operation_id = "rotate_key", request_body = RotateBody,
    security(("bearer" = [])),
    responses((status = 201, description = "made", body = NewKey), BodyRefused, OperatorRefused, KeysFull, Always)
)]
pub(super) async fn rotate(
    State(grants): State<Grants>,
    Operator(origin): Operator,
    JsonBody(body): JsonBody<RotateBody>,
) -> Result<(StatusCode, Json<NewKey>), Refused> {
    let kid = grants.issuer().keys().rotate(body.now, &origin).await?;
    tracing::info!(event = "key_added", kid);
    Ok((StatusCode::CREATED, Json(NewKey { kid })))
}

/// Take a key out of use at once and revoke all that it signed
#[utoipa::path(
    post, path = "/admin/v1/keys/{kid}/retire", tag = "keys", operation_id = "retire_key",
    params(("kid" = String, Path, description = "the key's name")), security(("bearer" = [])),
    responses((status = 204, description = "retired"), OperatorRefused, Unknown, Always)
)]
pub(super) async fn retire(
    State(grants): State<Grants>,
    Operator(origin): Operator,
    PathId(kid): PathId,
) -> Result<StatusCode, Refused> {
    grants.issuer().keys().retire(&kid, &origin).await?;
    tracing::warn!(event = "key_retired", kid);
    Ok(StatusCode::NO_CONTENT)
}
