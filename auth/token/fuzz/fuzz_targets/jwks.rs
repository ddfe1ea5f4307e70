//! Key files: any bytes as a JWKS document, as a PEM file and as a secret.
//!
//! Never lets a document give a symmetric key, lose count of its keys, or verify what its keys did not sign.

#![no_main]

use libfuzzer_sys::fuzz_target;
use serde_json::Value;
use witgate_token::{Algorithm, Demands, KeySet, MAX_KEYS, Typing, verify};
use witgate_token_fuzz::{GOOD, NOW, claims, hmac_token, profile};

/// The `x` of the key that signed the good tokens.
const GOOD_KEY: &str = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";

fuzz_target!(|data: &[u8]| {
    if let Ok((keys, dropped)) = KeySet::from_jwks(data) {
        let document: Value = serde_json::from_slice(data).expect("the strict reading is inside the loose one");
        let listed = document["keys"].as_array().expect("a list");
        assert_eq!(keys.len() + dropped.len(), listed.len());
        assert!(listed.len() <= MAX_KEYS && dropped.iter().all(|one| one.index < listed.len()));
        if !keys.is_empty() {
            judge(&keys, listed);
        }
    }
    for algorithm in [Algorithm::Rs256, Algorithm::Es256, Algorithm::Es384, Algorithm::EdDsa] {
        if let Ok(keys) = KeySet::from_pem(data, algorithm, None) {
            assert_eq!(keys.len(), 1);
            assert!(KeySet::from_secret(data, Algorithm::Hs256, None).is_err(), "a public key is no secret");
        }
    }
    for (algorithm, least) in [(Algorithm::Hs256, 32), (Algorithm::Hs384, 48), (Algorithm::Hs512, 64)] {
        assert!(KeySet::from_secret(data, algorithm, None).is_err() || data.len() >= least);
    }
});

fn judge(keys: &KeySet, listed: &[Value]) {
    let profile = profile(Typing::JwtCompatible);
    let passes = |token: &str| verify(token, &profile, &Demands::default(), keys, NOW).is_ok();
    for header in [r#"{"alg":"HS256"}"#, r#"{"alg":"HS256","kid":"ed"}"#] {
        assert!(!passes(&hmac_token(header.as_bytes(), claims().to_string().as_bytes())), "a symmetric key");
    }
    let is_listed = listed.iter().any(|jwk| jwk["x"] == GOOD_KEY);
    assert!(!passes(&GOOD[0]) || is_listed, "verified by a key that did not sign");
}
