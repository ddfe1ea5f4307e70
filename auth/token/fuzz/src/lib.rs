//! One fixed issuer for every fuzz target: its keys, its profile and its good tokens.
//!
//! Never random: a finding must be found again. The private keys are published ones, of no use to anybody.

use std::sync::LazyLock;

use aws_lc_rs::hmac;
use aws_lc_rs::signature::Ed25519KeyPair;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use witgate_token::{Algorithm, KeySet, Profile, Typing};

/// The time of every judgement, in seconds since 1970-01-01 UTC.
pub const NOW: u64 = 1_800_000_000;
/// The `iss` of every good token.
pub const ISSUER: &str = "https://id.example.com";
/// What the HMAC issuer shares with the verifier.
pub const SECRET: [u8; 32] = *b"a secret that is of no use to us";
/// The private key of RFC 8037 appendix A.1.
const ED_SEED: &str = "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A";
/// The public keys of Wycheproof's groups for RS256 and ES256, beside the one of RFC 8037.
const WYCHEPROOF: &str = include_str!("../../vectors/wycheproof/json_web_crypto_test.json");

/// The public keys: one each for EdDSA, ES256 and RS256.
pub static PUBLIC: LazyLock<KeySet> = LazyLock::new(|| KeySet::from_jwks(document().as_bytes()).expect("a set").0);
/// The secret, for HS256.
pub static SHARED: LazyLock<KeySet> =
    LazyLock::new(|| KeySet::from_secret(&SECRET, Algorithm::Hs256, None).expect("a secret"));
/// The only tokens that may ever pass under [`PUBLIC`]: their signatures are deterministic.
pub static GOOD: LazyLock<Vec<String>> = LazyLock::new(|| {
    ["at+jwt", "JWT"].map(|typ| ed_token(&json!({"alg": "EdDSA", "kid": "ed", "typ": typ}).to_string())).to_vec()
});

/// The document that [`PUBLIC`] is read from.
pub fn document() -> String {
    let file: Value = serde_json::from_str(WYCHEPROOF).expect("JSON");
    let okp = json!({"kty": "OKP", "crv": "Ed25519", "kid": "ed", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"});
    json!({"keys": [okp, file["testGroups"][1]["public"], file["testGroups"][2]["public"]]}).to_string()
}

/// A profile that allows every algorithm: what is refused under it is refused by something else.
pub fn profile(typ: Typing) -> Profile {
    Profile {
        name: "fuzz".into(),
        issuer: ISSUER.into(),
        audiences: vec!["api".into()],
        algorithms: Algorithm::ALL.to_vec(),
        typ,
        leeway_seconds: 30,
        max_lifetime_seconds: 3600,
    }
}

/// The claims of a good token.
pub fn claims() -> Value {
    json!({"iss": ISSUER, "aud": "api", "sub": "u1", "iat": NOW - 10, "exp": NOW + 600, "jti": "t1"})
}

/// A token with this header and this payload under the shared secret.
pub fn hmac_token(header: &[u8], payload: &[u8]) -> String {
    let signed = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(payload));
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &SECRET), signed.as_bytes());
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(tag))
}

fn ed_token(header: &str) -> String {
    let pair =
        Ed25519KeyPair::from_seed_unchecked(&URL_SAFE_NO_PAD.decode(ED_SEED).expect("base64url")).expect("a key");
    let signed = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims().to_string()));
    let signature = pair.sign(signed.as_bytes());
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
}
