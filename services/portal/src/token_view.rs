//! `GET /portal/token`: the caller's own access token, verified and decoded.
//! Never shows a token that does not verify, and never the signature or the token itself.

use axum::Json;
use serde::Serialize;
use serde_json::Value;
use witgate_keyring::resource_server::Authenticated;

/// A verified token in its two readable parts.
#[derive(Serialize)]
pub struct TokenView {
    header: HeaderView,
    claims: Value,
}

#[derive(Serialize)]
struct HeaderView {
    alg: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    kid: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    typ: Option<String>,
}

/// 200 `{"header": {"alg", "kid", "typ"}, "claims": {…}}`; 401 without a valid token (by the extractor).
pub async fn show(Authenticated { claims, token }: Authenticated) -> Json<TokenView> {
    let header = witgate_token::peek(token.as_str()).expect("the extractor has verified this very token");
    let header = HeaderView { alg: header.alg, kid: header.kid, typ: header.typ };
    Json(TokenView { header, claims: claims.to_json() })
}
