//! What is in a signed token, read as a client reads it: with the published keys. Never trusts a token whose signature
//! does not verify.

use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use serde_json::Value;

use crate::service::Service;

/// Header type and claims of a token for this audience.
pub async fn read(service: &Service, token: &str, audience: &str) -> (String, Value) {
    let keys: JwkSet = serde_json::from_value(service.get("/.well-known/jwks.json").await.json()).unwrap();
    let header = decode_header(token).unwrap();
    let key = keys.find(header.kid.as_deref().unwrap()).expect("a published key");
    let mut rules = Validation::new(Algorithm::ES256);
    rules.set_audience(&[audience]);
    rules.set_issuer(&["http://127.0.0.1:9000"]);
    let claims = decode::<Value>(token, &DecodingKey::from_jwk(key).unwrap(), &rules).expect("a good token").claims;
    (header.typ.unwrap(), claims)
}
