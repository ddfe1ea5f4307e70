//! The public documents: the key set and the issuer's metadata. Never publishes a private part, and never names an
//! endpoint or a flow that this service does not have.

use axum::Json;
use axum::extract::State;
use axum::http::HeaderName;
use axum::http::header::CACHE_CONTROL;
use jsonwebtoken::jwk::JwkSet;
use serde_json::{Value, json};

use crate::grants::Grants;

/// How long a client may keep these documents. Shorter than a new key is published before it signs.
const CACHED: [(HeaderName, &str); 1] = [(CACHE_CONTROL, "public, max-age=300")];

/// The key set (RFC 7517 section 5).
pub(super) async fn jwks(State(grants): State<Grants>) -> ([(HeaderName, &'static str); 1], Json<JwkSet>) {
    (CACHED, Json(JwkSet { keys: grants.issuer().keys().ring().published() }))
}

/// The issuer's metadata (RFC 8414 section 2), the same under the OpenID Connect name. There is no authorization
/// endpoint and no OAuth grant yet, so `response_types_supported`, which is required, is empty.
pub(super) async fn metadata(State(grants): State<Grants>) -> ([(HeaderName, &'static str); 1], Json<Value>) {
    let issuer = grants.issuer().issuer();
    let algorithm = grants.issuer().keys().algorithm().name();
    let document = json!({
        "issuer": issuer,
        "jwks_uri": format!("{issuer}/.well-known/jwks.json"),
        "response_types_supported": [],
        "grant_types_supported": [],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": [algorithm],
        "access_token_signing_alg_values_supported": [algorithm],
        "scopes_supported": grants.issuer().roles().all_scopes(),
    });
    (CACHED, Json(document))
}
