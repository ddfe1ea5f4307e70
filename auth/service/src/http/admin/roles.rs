//! `/admin/v1/roles`: the table of the configuration. Never changes it: that is `auth.toml`.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use super::super::openapi::{Always, OperatorRefused};
use super::operator::Operator;
use crate::grants::Grants;

/// A role and the scopes that it gives.
#[derive(Serialize, ToSchema)]
pub(super) struct RoleView {
    name: String,
    scopes: Vec<String>,
}

#[derive(Serialize, ToSchema)]
pub(super) struct RoleList {
    roles: Vec<RoleView>,
}

/// List the roles of the configuration
#[utoipa::path(
    get, path = "/admin/v1/roles", tag = "roles", operation_id = "list_roles", security(("bearer" = [])),
    responses((status = 200, description = "all roles, by name", body = RoleList), OperatorRefused, Always)
)]
pub(super) async fn list(State(grants): State<Grants>, _: Operator) -> Json<RoleList> {
    let view = |(name, scopes): (&str, &[String])| RoleView { name: name.to_owned(), scopes: scopes.to_vec() };
    Json(RoleList { roles: grants.issuer().roles().iter().map(view).collect() })
}
