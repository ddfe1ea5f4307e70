//! Tokens of every algorithm as `witgate-token` judges them, and what the published keys hold. Never reads a clock.

use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use witgate_token::{Demands, KeySet, Profile, Refusal, Typing, verify};

use super::*;

const NOW: u64 = 1_800_000_000;

fn key(algorithm: SigningAlgorithm) -> SigningKey {
    let (kid, der) = SigningKey::generate(algorithm).unwrap();
    SigningKey::from_pkcs8(algorithm, &kid, &der).unwrap()
}

fn published(keys: &[&SigningKey]) -> KeySet {
    let jwks: Vec<_> = keys.iter().map(|key| key.public_jwk()).collect();
    let (set, dropped) = KeySet::from_jwks(json!({ "keys": jwks }).to_string().as_bytes()).unwrap();
    assert!(dropped.is_empty(), "every published key is usable");
    set
}

fn judge(token: &str, algorithm: SigningAlgorithm, keys: &KeySet) -> Result<(), Refusal> {
    let profile = Profile {
        name: "main".into(),
        issuer: "https://id.example".into(),
        audiences: vec!["api".into()],
        algorithms: vec![algorithm.name().parse().unwrap()],
        typ: Typing::AccessToken,
        leeway_seconds: 0,
        max_lifetime_seconds: 600,
    };
    verify(token, &profile, &Demands::default(), keys, NOW).map(drop)
}

fn claims() -> Value {
    json!({ "iss": "https://id.example", "aud": "api", "sub": "u", "client_id": "c", "jti": "j",
            "iat": NOW, "exp": NOW + 600 })
}

#[test]
fn tokens_of_every_algorithm_verify_with_the_published_key() {
    for algorithm in SigningAlgorithm::ALL {
        let (signing, other) = (key(algorithm), key(SigningAlgorithm::Es256));
        let token = signing.sign(ACCESS_TOKEN_TYPE, &claims()).unwrap();
        assert_eq!(judge(&token, algorithm, &published(&[&other, &signing])), Ok(()), "{algorithm}");
        assert!(judge(&token, algorithm, &published(&[&other])).is_err(), "{algorithm}: another key");
    }
}

#[test]
fn a_changed_token_verifies_with_no_algorithm() {
    for algorithm in SigningAlgorithm::ALL {
        let signing = key(algorithm);
        let token = signing.sign(ACCESS_TOKEN_TYPE, &claims()).unwrap();
        let (start, _) = token.rsplit_once('.').unwrap();
        let (_, foreign) = signing.sign(ACCESS_TOKEN_TYPE, &json!({})).unwrap().rsplit_once('.').map(owned).unwrap();
        let swapped = format!("{start}.{foreign}");
        assert!(matches!(judge(&swapped, algorithm, &published(&[&signing])), Err(Refusal::Signature)), "{algorithm}");
    }
}

fn owned((start, end): (&str, &str)) -> (String, String) {
    (start.to_owned(), end.to_owned())
}

#[test]
fn an_id_token_is_no_access_token() {
    for algorithm in SigningAlgorithm::ALL {
        let signing = key(algorithm);
        let token = signing.sign(ID_TOKEN_TYPE, &claims()).unwrap();
        assert!(judge(&token, algorithm, &published(&[&signing])).is_err(), "{algorithm}");
    }
}

#[test]
fn the_header_says_type_algorithm_and_key_and_nothing_else() {
    for algorithm in SigningAlgorithm::ALL {
        let signing = key(algorithm);
        let token = signing.sign(ACCESS_TOKEN_TYPE, &claims()).unwrap();
        let (header, _) = token.split_once('.').unwrap();
        let header: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(header).unwrap()).unwrap();
        assert_eq!(header, json!({ "typ": "at+jwt", "alg": algorithm.name(), "kid": signing.kid() }));
    }
}

/// The members that RFC 7638 demands, in its order, written out: nothing of the library that makes the name.
#[test]
fn the_kid_is_the_rfc_7638_thumbprint() {
    for algorithm in SigningAlgorithm::ALL {
        let signing = key(algorithm);
        let jwk = serde_json::to_value(signing.public_jwk()).unwrap();
        let members = match algorithm {
            SigningAlgorithm::Es256 => format!(r#"{{"crv":"P-256","kty":"EC","x":{},"y":{}}}"#, jwk["x"], jwk["y"]),
            SigningAlgorithm::EdDsa => format!(r#"{{"crv":"Ed25519","kty":"OKP","x":{}}}"#, jwk["x"]),
            SigningAlgorithm::Rs256 => format!(r#"{{"e":{},"kty":"RSA","n":{}}}"#, jwk["e"], jwk["n"]),
        };
        assert_eq!(signing.kid(), URL_SAFE_NO_PAD.encode(Sha256::digest(members)), "{algorithm}");
    }
}

#[test]
fn a_published_key_has_no_private_part() {
    for algorithm in SigningAlgorithm::ALL {
        let jwk = serde_json::to_value(key(algorithm).public_jwk()).unwrap();
        let mut members: Vec<&str> = jwk.as_object().unwrap().keys().map(String::as_str).collect();
        members.sort_unstable();
        let expected: &[&str] = match algorithm {
            SigningAlgorithm::Es256 => &["alg", "crv", "kid", "kty", "use", "x", "y"],
            SigningAlgorithm::EdDsa => &["alg", "crv", "kid", "kty", "use", "x"],
            SigningAlgorithm::Rs256 => &["alg", "e", "kid", "kty", "n", "use"],
        };
        assert_eq!(members, expected);
        assert_eq!((jwk["alg"].as_str(), jwk["use"].as_str()), (Some(algorithm.name()), Some("sig")));
    }
}

#[test]
fn a_key_under_another_name_of_another_algorithm_or_damaged_is_refused() {
    for algorithm in SigningAlgorithm::ALL {
        let (kid, mut der) = SigningKey::generate(algorithm).unwrap();
        let read = |algorithm, kid: &str, der: &[u8]| SigningKey::from_pkcs8(algorithm, kid, der);
        assert!(matches!(read(algorithm, "other", &der), Err(SigningError::WrongName { .. })), "{algorithm}");
        for other in SigningAlgorithm::ALL.into_iter().filter(|other| *other != algorithm) {
            assert!(matches!(read(other, &kid, &der), Err(SigningError::Unreadable { .. })), "{algorithm} as {other}");
        }
        der.truncate(40);
        assert!(matches!(read(algorithm, &kid, &der), Err(SigningError::Unreadable { .. })), "{algorithm}");
    }
}

#[test]
fn debug_shows_the_name_only() {
    for algorithm in SigningAlgorithm::ALL {
        let signing = key(algorithm);
        assert_eq!(format!("{signing:?}"), format!("SigningKey {{ kid: {:?}, .. }}", signing.kid()));
    }
}
