//! Alice's tokens as the auth service would issue them. Never keeps a key: each stub makes its own.

use chassis::testing::issuer::{Issuer, claims};
use serde_json::{Value, json};

/// A good token of alice by the issuer `iss`, with `changes` made to its claims.
pub fn alices_token(issuer: &Issuer, iss: &str, changes: &Value) -> String {
    let mut claims = claims("user-alice", "catalogue:read", &["customer"]);
    let own = json!({"iss": iss, "client_id": "witgate-portal", "preferred_username": "alice"});
    for (name, value) in [&own, changes].into_iter().flat_map(|some| some.as_object().unwrap()) {
        claims[name] = value.clone();
    }
    issuer.sign(&claims)
}
