//! `POST /login`, `/refresh` and `/logout`. Never lets a cache keep an answer (RFC 6749 section 5.1).

use axum::Json;
use axum::extract::State;
use axum::http::header::CACHE_CONTROL;
use axum::http::{HeaderName, StatusCode};
use serde::{Deserialize, Serialize};

use super::caller::Caller;
use super::json_body::JsonBody;
use super::refused::Refused;
use crate::grants::{Grant, Grants};
use crate::secret::Secret;

/// Nobody keeps an answer with a token or a secret.
pub(super) const NO_STORE: [(HeaderName, &str); 1] = [(CACHE_CONTROL, "no-store")];

type TokenAnswer = ([(HeaderName, &'static str); 1], Json<TokenResponse>);

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

/// RFC 6749 section 5.1.
#[derive(Serialize)]
pub(super) struct TokenResponse {
    access_token: String,
    token_type: &'static str,
    expires_in: u32,
    refresh_token: String,
    scope: String,
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

fn answer(grant: Grant) -> TokenAnswer {
    let body = TokenResponse {
        access_token: grant.access_token,
        token_type: "Bearer",
        expires_in: grant.expires_in,
        refresh_token: grant.refresh_token.expose().to_owned(),
        scope: grant.scope,
    };
    (NO_STORE, Json(body))
}
