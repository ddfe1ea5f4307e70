//! `/admin/v1/users`: users, their roles, passwords and sessions. Never shows a password's hash.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;

use super::super::account::Ended;
use super::super::json_body::JsonBody;
use super::super::openapi::{Always, BadQuery, BodyRefused, Conflict, OperatorRefused, Unknown};
use super::super::path_id::PathId;
use super::super::query::QueryOf;
use super::super::refused::Refused;
use super::operator::Operator;
use super::paging::PageQuery;
use super::refusals::of_store;
use crate::accounts::{Accounts, DEFAULT_TENANT, NewAccount};
use crate::clock::UnixSeconds;
use crate::grants::Grants;
use crate::secret::Secret;
use crate::store::{User, UserChange};

/// A user. Times are Unix seconds.
#[derive(Serialize, ToSchema)]
pub(super) struct UserView {
    /// The `sub` of the user's tokens
    id: String,
    /// In lower case
    name: String,
    email: Option<String>,
    roles: Vec<String>,
    tenant: String,
    created_at: UnixSeconds,
    password_changed_at: UnixSeconds,
    /// Since when the user may not sign in; null: the user may
    disabled_at: Option<UnixSeconds>,
}

impl From<User> for UserView {
    fn from(user: User) -> UserView {
        let User { id, name, email, roles, tenant, disabled_at, created_at, password_changed_at } = user;
        UserView { id, name, email, roles, tenant, created_at, password_changed_at, disabled_at }
    }
}

#[derive(Serialize, ToSchema)]
pub(super) struct UserList {
    users: Vec<UserView>,
    /// Where the next page begins; null: this is the last one
    next: Option<String>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewUserBody {
    /// Letters, digits and . _ - @; the case does not matter
    name: String,
    email: Option<String>,
    roles: Vec<String>,
    /// `main` where nothing is said
    tenant: Option<String>,
    #[schema(value_type = String, format = Password)]
    password: Secret,
}

/// What is not named stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct UserChangeBody {
    roles: Option<Vec<String>>,
    tenant: Option<String>,
    /// null takes the address away
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>)]
    email: Option<Option<String>>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PasswordBody {
    #[schema(value_type = String, format = Password)]
    password: Secret,
}

/// A member that is there, null or not.
fn present<'de, D: Deserializer<'de>>(value: D) -> Result<Option<Option<String>>, D::Error> {
    Option::deserialize(value).map(Some)
}

/// List users by name
#[utoipa::path(
    get, path = "/admin/v1/users", tag = "users", operation_id = "list_users", params(PageQuery),
    security(("bearer" = [])),
    responses((status = 200, description = "a page", body = UserList), BadQuery, OperatorRefused, Always)
)]
pub(super) async fn list(
    State(grants): State<Grants>,
    _: Operator,
    QueryOf(query): QueryOf<PageQuery>,
) -> Result<Json<UserList>, Refused> {
    let page = query.page()?;
    let rows = grants.store().list_users(page.after.clone(), page.rows()).await.map_err(of_store)?;
    let (users, next) = page.cut(rows, |user| user.name.clone());
    Ok(Json(UserList { users: users.into_iter().map(UserView::from).collect(), next }))
}

/// Add a user
#[utoipa::path(
    post, path = "/admin/v1/users", tag = "users", operation_id = "add_user", request_body = NewUserBody,
    security(("bearer" = [])),
    responses((status = 201, description = "added", body = UserView), BodyRefused, OperatorRefused, Conflict, Always)
)]
pub(super) async fn add(
    State(accounts): State<Accounts>,
    State(grants): State<Grants>,
    Operator(origin): Operator,
    JsonBody(body): JsonBody<NewUserBody>,
) -> Result<(StatusCode, Json<UserView>), Refused> {
    let NewUserBody { name, email, roles, tenant, password } = body;
    let tenant = tenant.unwrap_or_else(|| DEFAULT_TENANT.to_owned());
    let checked = NewAccount { name, email, roles, tenant }.checked(grants.issuer().roles())?;
    let user = accounts.add(checked, password, origin).await?;
    tracing::info!(event = "user_added", user = user.id);
    Ok((StatusCode::CREATED, Json(user.into())))
}

/// Show a user
#[utoipa::path(
    get, path = "/admin/v1/users/{id}", tag = "users", operation_id = "show_user",
    params(("id" = String, Path, description = "the user's id")), security(("bearer" = [])),
    responses((status = 200, description = "the user", body = UserView), OperatorRefused, Unknown, Always)
)]
pub(super) async fn show(
    State(accounts): State<Accounts>,
    _: Operator,
    PathId(id): PathId,
) -> Result<Json<UserView>, Refused> {
    Ok(Json(accounts.user(id).await?.into()))
}

/// Change a user's roles, tenant or e-mail address
///
/// Tokens that are out keep the old roles until they expire or are refreshed.
#[utoipa::path(
    patch, path = "/admin/v1/users/{id}", tag = "users", operation_id = "change_user", request_body = UserChangeBody,
    params(("id" = String, Path, description = "the user's id")), security(("bearer" = [])),
    responses(
        (status = 200, description = "the user as it is now", body = UserView),
        BodyRefused, OperatorRefused, Unknown, Conflict, Always
    )
)]
pub(super) async fn change(
    State(accounts): State<Accounts>,
    Operator(origin): Operator,
    PathId(id): PathId,
    JsonBody(body): JsonBody<UserChangeBody>,
) -> Result<Json<UserView>, Refused> {
    let UserChangeBody { roles, tenant, email } = body;
    let user = accounts.change(id, UserChange { roles, tenant, email }, origin).await?;
    tracing::info!(event = "user_changed", user = user.id);
    Ok(Json(user.into()))
}

/// Refuse a user and end the user's sessions
///
/// Their access tokens are in the revocation feed at once.
#[utoipa::path(
    post, path = "/admin/v1/users/{id}/disable", tag = "users", operation_id = "disable_user",
    params(("id" = String, Path, description = "the user's id")), security(("bearer" = [])),
    responses((status = 200, description = "disabled", body = Ended), OperatorRefused, Unknown, Conflict, Always)
)]
pub(super) async fn disable(
    State(accounts): State<Accounts>,
    Operator(origin): Operator,
    PathId(id): PathId,
) -> Result<Json<Ended>, Refused> {
    let ended = accounts.disable(id.clone(), origin).await?;
    tracing::info!(event = "user_disabled", user = id, ended);
    Ok(Json(Ended { ended }))
}

/// Let a disabled user sign in again
#[utoipa::path(
    post, path = "/admin/v1/users/{id}/enable", tag = "users", operation_id = "enable_user",
    params(("id" = String, Path, description = "the user's id")), security(("bearer" = [])),
    responses((status = 204, description = "enabled"), OperatorRefused, Unknown, Always)
)]
pub(super) async fn enable(
    State(accounts): State<Accounts>,
    Operator(origin): Operator,
    PathId(id): PathId,
) -> Result<StatusCode, Refused> {
    accounts.enable(id.clone(), origin).await?;
    tracing::info!(event = "user_enabled", user = id);
    Ok(StatusCode::NO_CONTENT)
}

/// Set a new password and end the user's sessions
#[utoipa::path(
    put, path = "/admin/v1/users/{id}/password", tag = "users", operation_id = "set_password",
    request_body = PasswordBody,
    params(("id" = String, Path, description = "the user's id")), security(("bearer" = [])),
    responses((status = 200, description = "set", body = Ended), BodyRefused, OperatorRefused, Unknown, Always)
)]
pub(super) async fn set_password(
    State(accounts): State<Accounts>,
    Operator(origin): Operator,
    PathId(id): PathId,
    JsonBody(PasswordBody { password }): JsonBody<PasswordBody>,
) -> Result<Json<Ended>, Refused> {
    let ended = accounts.set_password(id.clone(), password, origin).await?;
    tracing::info!(event = "password_changed", user = id, ended);
    Ok(Json(Ended { ended }))
}

/// End all sessions of a user
#[utoipa::path(
    delete, path = "/admin/v1/users/{id}/sessions", tag = "users", operation_id = "end_sessions_of_user",
    params(("id" = String, Path, description = "the user's id")), security(("bearer" = [])),
    responses((status = 200, description = "ended", body = Ended), OperatorRefused, Unknown, Always)
)]
pub(super) async fn end_sessions(
    State(accounts): State<Accounts>,
    Operator(origin): Operator,
    PathId(id): PathId,
) -> Result<Json<Ended>, Refused> {
    let ended = accounts.end_sessions(id.clone(), origin).await?;
    tracing::info!(event = "sessions_ended", user = id, ended);
    Ok(Json(Ended { ended }))
}
