//! Alice's tokens as the auth service would issue them. Never keeps a key: each stub makes its own.

use chassis::testing::issuer::{Issuer, claims};
use serde_json::{Value, json};

/// The client that signs people in.
pub const CLIENT: &str = "witgate-portal";

/// A good token of alice by the issuer `iss`, with `changes` made to its claims.
pub fn alices_token(issuer: &Issuer, iss: &str, changes: &Value) -> String {
    let mut claims = claims("user-alice", "catalogue:read", &["customer"]);
    let own = json!({"iss": iss, "client_id": CLIENT, "preferred_username": "alice"});
    for (name, value) in [&own, changes].into_iter().flat_map(|some| some.as_object().unwrap()) {
        claims[name] = value.clone();
    }
    issuer.sign(&claims)
}

/// A good id token of alice for the portal, with `changes` made to its claims.
pub fn alices_id_token(issuer: &Issuer, iss: &str, nonce: &str, changes: &Value) -> String {
    let all = claims("user-alice", "", &[]);
    let mut own = json!({"iss": iss, "aud": CLIENT, "sub": "user-alice", "nonce": nonce, "at_hash": "x", "sid": "s"});
    for name in ["iat", "exp"] {
        own[name] = all[name].clone();
    }
    for (name, value) in changes.as_object().unwrap() {
        own[name] = value.clone();
    }
    let typ = if changes.get("scope").is_some() { "at+jwt" } else { "JWT" };
    issuer.sign_as(typ, &own)
}
