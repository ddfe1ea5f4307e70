//! `POST /login`, `/refresh` and `/logout`. Never lets a cache keep an answer (RFC 6749 section 5.1).

use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use utoipa::ToSchema;

use super::caller::Caller;
use super::json_body::JsonBody;
use super::openapi::{Always, BodyRefused, SignInRefused};
use super::refused::Refused;
use super::token_response::{TokenAnswer, TokenResponse, answer};
use crate::grants::Grants;
use crate::secret::Secret;

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct LoginRequest {
    username: String,
    #[schema(value_type = String, format = Password)]
    password: Secret,
    /// A code of the second factor, where the account has one.
    #[schema(value_type = Option<String>, format = Password)]
    otp: Option<Secret>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RefreshTokenRequest {
    #[schema(value_type = String, format = Password)]
    refresh_token: Secret,
}

/// Sign in with name and password
#[utoipa::path(
    post, path = "/login", tag = "tokens", request_body = LoginRequest,
    responses((status = 200, description = "a pair of tokens", body = TokenResponse), BodyRefused, SignInRefused, Always)
)]
pub(super) async fn login(
    State(grants): State<Grants>,
    Caller(origin): Caller,
    JsonBody(LoginRequest { username, password, otp }): JsonBody<LoginRequest>,
) -> Result<TokenAnswer, Refused> {
    Ok(answer(grants.sign_in(&username, password, otp, origin).await?))
}

/// Spend a refresh token for a new pair
#[utoipa::path(
    post, path = "/refresh", tag = "tokens", request_body = RefreshTokenRequest,
    responses((status = 200, description = "a new pair", body = TokenResponse), BodyRefused, SignInRefused, Always)
)]
pub(super) async fn refresh(
    State(grants): State<Grants>,
    Caller(origin): Caller,
    JsonBody(request): JsonBody<RefreshTokenRequest>,
) -> Result<TokenAnswer, Refused> {
    Ok(answer(grants.refresh(&request.refresh_token, origin).await?))
}

/// End the session of a refresh token
///
/// 204 for any token, known or not (RFC 7009 section 2.2).
#[utoipa::path(
    post, path = "/logout", tag = "tokens", request_body = RefreshTokenRequest,
    responses((status = 204, description = "the session has ended"), BodyRefused, Always)
)]
pub(super) async fn logout(
    State(grants): State<Grants>,
    Caller(origin): Caller,
    JsonBody(request): JsonBody<RefreshTokenRequest>,
) -> Result<StatusCode, Refused> {
    grants.sign_out(&request.refresh_token, origin).await?;
    Ok(StatusCode::NO_CONTENT)
}
