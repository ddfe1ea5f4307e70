//! The public documents: the key set and the issuer's metadata. Never publishes a private part, and never names an
//! endpoint or a flow that this service does not have.

use axum::Json;
use axum::extract::State;
use axum::http::HeaderName;
use axum::http::header::CACHE_CONTROL;
use jsonwebtoken::jwk::JwkSet;
use serde_json::{Value, json};
use witgate_token::Algorithm;

use super::openapi::Always;
use crate::client_assertion;
use crate::config::Roles;
use crate::grant_type::GrantType;
use crate::grants::Grants;
use crate::scope;

/// How long a client may keep these documents. Shorter than a new key is published before it signs.
const CACHED: [(HeaderName, &str); 1] = [(CACHE_CONTROL, "public, max-age=300")];

/// What an ID token or `/userinfo` may say.
const CLAIMS: [&str; 14] = [
    "iss",
    "sub",
    "aud",
    "exp",
    "iat",
    "auth_time",
    "nonce",
    "amr",
    "sid",
    "at_hash",
    "name",
    "preferred_username",
    "email",
    "email_verified",
];

/// The key set (RFC 7517 section 5)
#[utoipa::path(
    get, path = "/.well-known/jwks.json", tag = "documents", operation_id = "jwks",
    responses((status = 200, description = "public keys", body = Object, content_type = "application/json"), Always)
)]
pub(super) async fn jwks(State(grants): State<Grants>) -> ([(HeaderName, &'static str); 1], Json<JwkSet>) {
    (CACHED, Json(JwkSet { keys: grants.issuer().keys().ring().published() }))
}

/// The issuer's metadata (OpenID Connect Discovery section 4)
#[utoipa::path(
    get, path = "/.well-known/openid-configuration", tag = "documents", operation_id = "openid_configuration",
    responses((status = 200, description = "the metadata", body = Object, content_type = "application/json"), Always)
)]
pub(super) async fn openid_configuration(state: State<Grants>) -> ([(HeaderName, &'static str); 1], Json<Value>) {
    metadata(state).await
}

/// The issuer's metadata (RFC 8414 section 2), the same under the OpenID Connect name
#[utoipa::path(
    get, path = "/.well-known/oauth-authorization-server", tag = "documents", operation_id = "oauth_metadata",
    responses((status = 200, description = "the metadata", body = Object, content_type = "application/json"), Always)
)]
pub(super) async fn metadata(State(grants): State<Grants>) -> ([(HeaderName, &'static str); 1], Json<Value>) {
    let issuer = grants.issuer().issuer();
    let algorithm = grants.issuer().keys().algorithm().name();
    let mut document = json!({
        "issuer": issuer,
        "jwks_uri": format!("{issuer}/.well-known/jwks.json"),
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": [algorithm],
        "access_token_signing_alg_values_supported": [algorithm],
        "scopes_supported": scopes(grants.issuer().roles()),
        "claims_supported": CLAIMS,
    });
    merge(&mut document, &endpoints(issuer));
    merge(&mut document, &abilities());
    (CACHED, Json(document))
}

fn endpoints(issuer: &str) -> Value {
    json!({
        "authorization_endpoint": format!("{issuer}/oauth/authorize"),
        "token_endpoint": format!("{issuer}/oauth/token"),
        "userinfo_endpoint": format!("{issuer}/userinfo"),
        "introspection_endpoint": format!("{issuer}/oauth/introspect"),
        "revocation_endpoint": format!("{issuer}/oauth/revoke"),
        "end_session_endpoint": format!("{issuer}/oauth/logout"),
    })
}

/// What does not depend on the configuration. What OpenID Connect Discovery takes for granted is denied in words.
fn abilities() -> Value {
    let (proofs, signed): (_, Vec<&str>) =
        (["client_secret_basic", "client_secret_post", "private_key_jwt", "none"], signing_names());
    json!({
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": GrantType::ALL.map(GrantType::as_str),
        "code_challenge_methods_supported": ["S256"],
        "prompt_values_supported": ["none", "login", "consent", "select_account"],
        "token_endpoint_auth_methods_supported": proofs,
        "token_endpoint_auth_signing_alg_values_supported": signed,
        "revocation_endpoint_auth_methods_supported": proofs,
        "revocation_endpoint_auth_signing_alg_values_supported": signed,
        "introspection_endpoint_auth_methods_supported": &proofs[..3],
        "introspection_endpoint_auth_signing_alg_values_supported": signed,
        "authorization_response_iss_parameter_supported": true,
        "request_parameter_supported": false,
        "request_uri_parameter_supported": false,
        "claims_parameter_supported": false,
    })
}

fn signing_names() -> Vec<&'static str> {
    client_assertion::algorithms().into_iter().map(Algorithm::name).collect()
}

fn scopes(roles: &Roles) -> Vec<&str> {
    let given = roles.all_scopes().into_iter().filter(|given| !scope::OIDC.contains(given));
    scope::OIDC.into_iter().chain(given).collect()
}

fn merge(document: &mut Value, more: &Value) {
    for (name, value) in more.as_object().into_iter().flatten() {
        document[name] = value.clone();
    }
}
