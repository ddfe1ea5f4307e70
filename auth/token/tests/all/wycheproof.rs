//! The JWS and JWK vectors of Project Wycheproof (commit dac1dd47, Apache-2.0).
//!
//! Never skips a vector: what Witgate refuses although it is labelled valid is named here with its reason.

use serde_json::{Value, json};
use witgate_token::{Algorithm, Demands, KeySet, Refusal, Typing, verify};

use crate::mint::{NOW, profile};

const JWS: &str = include_str!("../../vectors/wycheproof/json_web_signature_test.json");
const JWK: &str = include_str!("../../vectors/wycheproof/json_web_key_test.json");

/// Labelled valid, refused here: PS384 under a key for PS256 (346, 350), and ES512 (347, 351).
const REFUSED_JWS: [u64; 4] = [346, 347, 350, 351];

/// A payload of "foo" under a good signature ends in `PayloadJson`, and nothing else does.
fn signature_passes(token: &str, jwks: &Value) -> bool {
    let Ok((keys, _)) = KeySet::from_jwks(jwks.to_string().as_bytes()) else { return false };
    let profile = profile(Typing::JwtCompatible, &Algorithm::ALL);
    match verify(token, &profile, &Demands::default(), &keys, NOW) {
        Ok(_) => panic!("no vector holds claims for our issuer"),
        Err(refusal) => matches!(refusal, Refusal::PayloadJson | Refusal::ClaimMissing(_)),
    }
}

/// A symmetric key is never accepted, so those vectors must all be refused.
fn expected(vector: &Value, jwks: &Value, refused: &[u64]) -> bool {
    let symmetric = jwks["keys"][0]["kty"] == "oct";
    let number = vector["tcId"].as_u64().expect("a number");
    vector["result"] == "valid" && !symmetric && !refused.contains(&number)
}

fn check(file: &str, refused: &[u64], vectors: usize, accepted: usize) {
    let file: Value = serde_json::from_str(file).expect("JSON");
    let mut seen = (0, 0);
    for group in file["testGroups"].as_array().expect("groups") {
        let key = group.get("public").unwrap_or(&group["private"]);
        let jwks = if key.get("keys").is_some() { key.clone() } else { json!({"keys": [key]}) };
        for vector in group["tests"].as_array().expect("tests") {
            let token = vector["jws"].as_str().map_or_else(|| vector["jws"].to_string(), str::to_owned);
            let passes = signature_passes(&token, &jwks);
            assert_eq!(passes, expected(vector, &jwks, refused), "{}: {}", vector["tcId"], vector["comment"]);
            seen = (seen.0 + 1, seen.1 + usize::from(passes));
        }
    }
    assert_eq!(seen, (vectors, accepted));
}

#[test]
fn json_web_signatures() {
    check(JWS, &REFUSED_JWS, 401, 32);
}

#[test]
fn json_web_keys() {
    check(JWK, &[], 26, 1);
}
