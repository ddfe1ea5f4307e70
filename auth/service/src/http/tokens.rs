//! `POST /login`, `/refresh` and `/logout`. Never lets a cache keep an answer (RFC 6749 section 5.1).

use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;

use super::caller::Caller;
use super::json_body::JsonBody;
use super::refused::Refused;
use super::token_response::{TokenAnswer, answer};
use crate::grants::Grants;
use crate::secret::Secret;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LoginRequest {
    username: String,
    password: Secret,
    /// A code of the second factor, where the account has one.
    otp: Option<Secret>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RefreshTokenRequest {
    refresh_token: Secret,
}

pub(super) async fn login(
    State(grants): State<Grants>,
    Caller(origin): Caller,
    JsonBody(LoginRequest { username, password, otp }): JsonBody<LoginRequest>,
) -> Result<TokenAnswer, Refused> {
    Ok(answer(grants.sign_in(&username, password, otp, origin).await?))
}

pub(super) async fn refresh(
    State(grants): State<Grants>,
    Caller(origin): Caller,
    JsonBody(request): JsonBody<RefreshTokenRequest>,
) -> Result<TokenAnswer, Refused> {
    Ok(answer(grants.refresh(&request.refresh_token, origin).await?))
}

/// 204 for any token, known or not (RFC 7009 section 2.2).
pub(super) async fn logout(
    State(grants): State<Grants>,
    Caller(origin): Caller,
    JsonBody(request): JsonBody<RefreshTokenRequest>,
) -> Result<StatusCode, Refused> {
    grants.sign_out(&request.refresh_token, origin).await?;
    Ok(StatusCode::NO_CONTENT)
}
