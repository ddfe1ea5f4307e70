//! The signature examples of RFC 7520 section 4.1 and 4.2: real signatures under a real issuer's keys.
//!
//! Never expects claims of them: their payload is a line of Tolkien, so a good signature ends in `PayloadJson`.

use serde_json::{Value, json};
use witgate_token::{Algorithm, Demands, KeySet, Refusal, Typing, verify};

use crate::mint::{NOW, profile};

fn verdict(vector: &str, change: impl FnOnce(&mut String)) -> Option<Refusal> {
    let vector: Value = serde_json::from_str(vector).expect("JSON");
    let algorithm = vector["input"]["alg"].as_str().expect("an alg").parse::<Algorithm>().expect("a known alg");
    let private = &vector["input"]["key"];
    let public =
        json!({"kty": "RSA", "kid": private["kid"], "n": private["n"], "e": private["e"], "alg": algorithm.name()});
    let (keys, dropped) = KeySet::from_jwks(json!({"keys": [public]}).to_string().as_bytes()).expect("a key set");
    assert_eq!(dropped, []);
    let mut token = vector["output"]["compact"].as_str().expect("a compact form").to_owned();
    change(&mut token);
    verify(&token, &profile(Typing::JwtCompatible, &[algorithm]), &Demands::default(), &keys, NOW).err()
}

const RS256: &str = include_str!("../../vectors/rfc7520/4_1.rsa_v15_signature.json");
const PS384: &str = include_str!("../../vectors/rfc7520/4_2.rsa-pss_signature.json");

#[test]
fn the_examples_verify() {
    for vector in [RS256, PS384] {
        assert_eq!(verdict(vector, |_| {}), Some(Refusal::PayloadJson));
    }
}

#[test]
fn a_changed_example_does_not() {
    for vector in [RS256, PS384] {
        let changed = verdict(vector, |token| {
            let at = token.len() - 9;
            let other = if token.as_bytes()[at] == b'A' { "B" } else { "A" };
            token.replace_range(at..=at, other);
        });
        assert_eq!(changed, Some(Refusal::Signature));
    }
}
