//! What signed-in users do with their own account: `/sessions`, `/logout/all`, `/password`. Never shows a token or
//! another user's session.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::json_body::JsonBody;
use super::openapi::{Always, BearerRefused, BodyRefused, OwnClientNeeded, SignInRefused, Unknown};
use super::path_id::PathId;
use super::refused::Refused;
use super::signed_in::SignedIn;
use crate::clock::UnixSeconds;
use crate::grants::Grants;
use crate::secret::Secret;
use crate::store::Session;

/// One session, as its user sees it. Times are Unix seconds.
#[derive(Serialize, ToSchema)]
pub(super) struct SessionView {
    sid: String,
    client_id: String,
    created_at: UnixSeconds,
    last_used_at: UnixSeconds,
    source: Option<String>,
    amr: Vec<String>,
    /// Whether it is the one that asks.
    current: bool,
}

#[derive(Serialize, ToSchema)]
pub(super) struct SessionList {
    sessions: Vec<SessionView>,
}

/// How many sessions ended.
#[derive(Serialize, ToSchema)]
pub(super) struct Ended {
    pub(super) ended: usize,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PasswordChange {
    #[schema(value_type = String, format = Password)]
    old_password: Secret,
    #[schema(value_type = String, format = Password)]
    new_password: Secret,
}

/// `GET /sessions`: 200 with the user's open sessions.
#[utoipa::path(
    get, path = "/sessions", tag = "account", operation_id = "list_sessions", security(("bearer" = [])),
    responses((status = 200, description = "the user's open sessions", body = SessionList), BearerRefused, OwnClientNeeded, Always)
)]
pub(super) async fn sessions(State(grants): State<Grants>, user: SignedIn) -> Result<Json<SessionList>, Refused> {
    let SignedIn { session: current, origin } = user;
    let sessions = grants.sessions_of(&current.user.id, &origin).await?;
    Ok(Json(SessionList { sessions: sessions.into_iter().map(|session| view(session, &current.sid)).collect() }))
}

/// `DELETE /sessions/{sid}`: 204, and the session's access tokens are revoked; 404 when it is none of the user's.
#[utoipa::path(
    delete, path = "/sessions/{sid}", tag = "account", operation_id = "end_session",
    params(("sid" = String, Path, description = "the session's id")), security(("bearer" = [])),
    responses((status = 204, description = "ended"), BearerRefused, OwnClientNeeded, Unknown, Always)
)]
pub(super) async fn end_session(
    State(grants): State<Grants>,
    PathId(sid): PathId,
    user: SignedIn,
) -> Result<StatusCode, Refused> {
    grants.end_session(&user.session.user.id, sid, user.origin).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `POST /logout/all`: 200 with the number of sessions ended, this one among them.
#[utoipa::path(
    post, path = "/logout/all", tag = "account", operation_id = "sign_out_everywhere", security(("bearer" = [])),
    responses((status = 200, description = "all sessions ended", body = Ended), BearerRefused, OwnClientNeeded, Always)
)]
pub(super) async fn sign_out_everywhere(State(grants): State<Grants>, user: SignedIn) -> Result<Json<Ended>, Refused> {
    let ended = grants.sign_out_everywhere(&user.session.user.id, user.origin).await?;
    Ok(Json(Ended { ended }))
}

/// `POST /password` `{"old_password","new_password"}`: 200 with the number of other sessions, which ended.
#[utoipa::path(
    post, path = "/password", tag = "account", operation_id = "change_password", request_body = PasswordChange,
    security(("bearer" = [])),
    responses(
        (status = 200, description = "changed, and the other sessions ended", body = Ended),
        BodyRefused, SignInRefused, OwnClientNeeded, Always
    )
)]
pub(super) async fn change_password(
    State(grants): State<Grants>,
    user: SignedIn,
    JsonBody(change): JsonBody<PasswordChange>,
) -> Result<Json<Ended>, Refused> {
    let PasswordChange { old_password, new_password } = change;
    let ended = grants.change_password(&user.session, old_password, new_password, user.origin).await?;
    Ok(Json(Ended { ended }))
}

fn view(session: Session, current: &str) -> SessionView {
    SessionView {
        current: session.sid == current,
        sid: session.sid,
        client_id: session.client_id,
        created_at: session.created_at,
        last_used_at: session.last_used_at,
        source: session.source,
        amr: session.amr,
    }
}
