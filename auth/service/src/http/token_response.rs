//! The answer with tokens (RFC 6749 section 5.1). Never lets a cache keep it.

use axum::Json;
use axum::http::HeaderName;
use axum::http::header::CACHE_CONTROL;
use serde::Serialize;
use utoipa::ToSchema;

use crate::grants::{Grant, TokenSet};

/// For every answer that holds a token or says something of one.
pub(super) const NO_STORE: [(HeaderName, &str); 1] = [(CACHE_CONTROL, "no-store")];

/// A whole answer.
pub(super) type TokenAnswer = ([(HeaderName, &'static str); 1], Json<TokenResponse>);

/// Its body.
#[derive(Serialize, ToSchema)]
pub(super) struct TokenResponse {
    access_token: String,
    token_type: &'static str,
    expires_in: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_token: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    id_token: Option<String>,
    scope: String,
}

impl From<Grant> for TokenResponse {
    fn from(grant: Grant) -> TokenResponse {
        let Grant { access_token, expires_in, refresh_token, scope } = grant;
        TokenSet { access_token, expires_in, scope, refresh_token: Some(refresh_token), id_token: None }.into()
    }
}

impl From<TokenSet> for TokenResponse {
    fn from(set: TokenSet) -> TokenResponse {
        TokenResponse {
            access_token: set.access_token,
            token_type: "Bearer",
            expires_in: set.expires_in,
            refresh_token: set.refresh_token.map(|token| token.expose().to_owned()),
            id_token: set.id_token,
            scope: set.scope,
        }
    }
}

/// The answer that gives these tokens.
pub(super) fn answer(tokens: impl Into<TokenResponse>) -> TokenAnswer {
    (NO_STORE, Json(tokens.into()))
}
