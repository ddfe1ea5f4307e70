//! The JWS, JWK and JSON web crypto vectors of Project Wycheproof (commit dac1dd47, Apache-2.0).
//!
//! Never skips a vector: where Witgate's verdict is not the published one, the vector is named here with its reason.

use serde_json::{Value, json};
use witgate_token::{Algorithm, Demands, KeySet, Refusal, Typing, verify};

use crate::mint::{NOW, decode, profile};

const JWS: &str = include_str!("../../vectors/wycheproof/json_web_signature_test.json");
const JWK: &str = include_str!("../../vectors/wycheproof/json_web_key_test.json");
const CRYPTO: &str = include_str!("../../vectors/wycheproof/json_web_crypto_test.json");

/// Labelled valid, refused here.
const REFUSED_JWS: [(u64, &str); 6] = [
    (346, "PS384 under a JWK whose alg is PS256: one key, one algorithm (RFC 8725 section 3.1)"),
    (350, "the same as 346, the JWK with key_ops"),
    (347, "ES512, which the crypto library does not verify"),
    (351, "the same as 347, the JWK with key_ops"),
    (372, "a '?' in the header: no base64url character (RFC 7515 section 2)"),
    (373, "a '?' in the payload: no base64url character (RFC 7515 section 2)"),
];

/// Labelled invalid, accepted here.
const ACCEPTED_JWS: [(u64, &str); 2] = [
    (367, "its padding was lost when it was published: byte for byte the valid 357"),
    (370, "its padding was lost when it was published: byte for byte the valid 357"),
];

/// A payload of "foo" under a good signature ends in `PayloadJson` or `ClaimMissing`, and nothing else does.
fn signature_passes(token: &str, keys: &KeySet) -> bool {
    match verify(token, &profile(Typing::JwtCompatible, &Algorithm::ALL), &Demands::default(), keys, NOW) {
        Ok(_) => panic!("no vector holds claims for our issuer"),
        Err(refusal) => matches!(refusal, Refusal::PayloadJson | Refusal::ClaimMissing(_)),
    }
}

/// The key sets of a group. Symmetric keys are what an operator would configure: one secret, one set. A `kid` that two
/// secrets share cannot be configured, and a symmetric key among public ones goes the way of every document.
fn key_sets(group: &Value) -> Vec<KeySet> {
    let key = group.get("public").unwrap_or(&group["private"]);
    let listed = key["keys"].as_array().cloned().unwrap_or_else(|| vec![key.clone()]);
    if !listed.iter().all(|jwk| jwk["kty"] == "oct") {
        let document = json!({"keys": listed}).to_string();
        return vec![KeySet::from_jwks(document.as_bytes()).expect("a document").0];
    }
    let is_alone = |jwk: &&Value| listed.iter().filter(|other| other["kid"] == jwk["kid"]).count() == 1;
    listed.iter().filter(is_alone).filter_map(secret).collect()
}

/// Nothing where the key's `alg` is no HMAC, and where the secret is too short.
fn secret(jwk: &Value) -> Option<KeySet> {
    let text = |name: &str| jwk[name].as_str().expect("text");
    KeySet::from_secret(&decode(text("k")), text("alg").parse().ok()?, Some(text("kid").to_owned())).ok()
}

struct Tally {
    vectors: usize,
    accepted: usize,
    named: Vec<u64>,
}

/// Runs the vectors that have a JWS; a verdict that differs from the published one must be named.
fn run(file: &str, named: &[(u64, &str)]) -> Tally {
    let file: Value = serde_json::from_str(file).expect("JSON");
    let mut tally = Tally { vectors: 0, accepted: 0, named: Vec::new() };
    for group in file["testGroups"].as_array().expect("groups") {
        let key_sets = key_sets(group);
        for vector in group["tests"].as_array().expect("tests").iter().filter(|vector| vector.get("jws").is_some()) {
            let token = vector["jws"].as_str().map_or_else(|| vector["jws"].to_string(), str::to_owned);
            let passes = key_sets.iter().any(|keys| signature_passes(&token, keys));
            let number = vector["tcId"].as_u64().expect("a number");
            let differs = passes != (vector["result"] == "valid");
            let is_named = named.iter().any(|(name, _)| *name == number);
            assert_eq!(differs, is_named, "{number}: {} passes: {passes}", vector["comment"]);
            tally.vectors += 1;
            tally.accepted += usize::from(passes);
            tally.named.extend(differs.then_some(number));
        }
    }
    tally
}

#[test]
fn json_web_signatures() {
    let named: Vec<_> = REFUSED_JWS.into_iter().chain(ACCEPTED_JWS).collect();
    let tally = run(JWS, &named);
    assert_eq!((tally.vectors, tally.named.len()), (401, 8));
    assert_eq!(tally.accepted, 40 + ACCEPTED_JWS.len(), "40 as published");
    assert!(ACCEPTED_JWS.iter().all(|(number, _)| tally.named.contains(number)));
}

#[test]
fn the_two_accepted_ones_are_the_valid_one() {
    let file: Value = serde_json::from_str(JWS).expect("JSON");
    let vectors: Vec<&Value> =
        file["testGroups"].as_array().expect("groups").iter().map(|group| &group["tests"]).collect();
    let find = |number: u64| {
        let mut all = vectors.iter().flat_map(|tests| tests.as_array().expect("tests"));
        all.find(|vector| vector["tcId"] == number).expect("a vector")
    };
    assert_eq!(find(357)["result"], "valid");
    for (number, reason) in ACCEPTED_JWS {
        assert_eq!(find(number)["jws"], find(357)["jws"], "{number}: {reason}");
    }
}

#[test]
fn json_web_keys() {
    let tally = run(JWK, &[]);
    assert_eq!((tally.vectors, tally.accepted, tally.named.len()), (26, 5, 0));
}

#[test]
fn json_web_crypto() {
    let tally = run(CRYPTO, &[]);
    assert_eq!((tally.vectors, tally.accepted, tally.named.len()), (49, 4, 0));
}

/// The other 34 are encrypted: refused by their form, whatever the key.
#[test]
fn json_web_crypto_has_encrypted_tokens_that_are_all_refused() {
    let file: Value = serde_json::from_str(CRYPTO).expect("JSON");
    let mut seen = 0;
    for group in file["testGroups"].as_array().expect("groups") {
        let key_sets = key_sets(group);
        for vector in group["tests"].as_array().expect("tests").iter().filter(|vector| vector.get("jwe").is_some()) {
            let token = vector["jwe"].as_str().map_or_else(|| vector["jwe"].to_string(), str::to_owned);
            assert!(!key_sets.iter().any(|keys| signature_passes(&token, keys)), "{}", vector["tcId"]);
            seen += 1;
        }
    }
    assert_eq!(seen, 34);
}
