//! `/admin/v1/sessions`: open sessions of a user or of all. Never shows a token.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::super::openapi::{Always, BadQuery, OperatorRefused, Unknown};
use super::super::path_id::PathId;
use super::super::query::QueryOf;
use super::super::refused::Refused;
use super::operator::Operator;
use super::paging::Page;
use super::refusals::{not_found, of_store};
use crate::clock::UnixSeconds;
use crate::grants::Grants;
use crate::store::{EndReason, Session};

/// An open session. Times are Unix seconds.
#[derive(Serialize, ToSchema)]
pub(super) struct OpenSession {
    sid: String,
    user_id: String,
    user_name: String,
    client_id: String,
    created_at: UnixSeconds,
    last_used_at: UnixSeconds,
    /// When the user proved who they are
    auth_time: UnixSeconds,
    /// How (RFC 8176)
    amr: Vec<String>,
    /// What the client may, separated by spaces; null: all that the user's roles give
    scope: Option<String>,
    /// The address that it was opened from
    source: Option<String>,
}

#[derive(Serialize, ToSchema)]
pub(super) struct OpenSessionList {
    sessions: Vec<OpenSession>,
    /// Where the next page begins; null: this is the last one
    next: Option<String>,
}

/// Whose sessions, and which page.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct SessionQuery {
    /// The id of a user; nothing: of all
    user: Option<String>,
    /// The `next` of the page before; nothing: the first page
    after: Option<String>,
    /// Most entries of the page; 100 where nothing is said
    #[param(minimum = 1, maximum = 500)]
    limit: Option<usize>,
}

/// List open sessions by sid
#[utoipa::path(
    get, path = "/admin/v1/sessions", tag = "sessions", operation_id = "list_open_sessions", params(SessionQuery),
    security(("bearer" = [])),
    responses((status = 200, description = "a page", body = OpenSessionList), BadQuery, OperatorRefused, Always)
)]
pub(super) async fn list(
    State(grants): State<Grants>,
    Operator(origin): Operator,
    QueryOf(query): QueryOf<SessionQuery>,
) -> Result<Json<OpenSessionList>, Refused> {
    let page = Page::new(query.after, query.limit)?;
    let rows = grants.store().sessions_after(query.user, page.after.clone(), page.rows(), origin.at).await;
    let (sessions, next) = page.cut(rows.map_err(of_store)?, |session| session.sid.clone());
    Ok(Json(OpenSessionList { sessions: sessions.into_iter().map(view).collect(), next }))
}

/// End a session and revoke its access tokens
#[utoipa::path(
    delete, path = "/admin/v1/sessions/{sid}", tag = "sessions", operation_id = "end_open_session",
    params(("sid" = String, Path, description = "the session's id")), security(("bearer" = [])),
    responses((status = 204, description = "ended"), OperatorRefused, Unknown, Always)
)]
pub(super) async fn end(
    State(grants): State<Grants>,
    Operator(origin): Operator,
    PathId(sid): PathId,
) -> Result<StatusCode, Refused> {
    let ended = grants.store().end_session(sid, None, EndReason::Revoked, origin).await.map_err(of_store)?;
    let session = ended.ok_or_else(|| not_found("there is no open session of this id"))?;
    tracing::info!(event = "session_ended", user = session.user.id, sid = session.sid);
    Ok(StatusCode::NO_CONTENT)
}

fn view(session: Session) -> OpenSession {
    let Session { sid, created_at, last_used_at, auth_time, amr, client_id, scope, source, user, .. } = session;
    let (user_id, user_name) = (user.id, user.name);
    OpenSession { sid, user_id, user_name, client_id, created_at, last_used_at, auth_time, amr, scope, source }
}
