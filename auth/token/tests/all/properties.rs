//! What holds for every token: a changed one never verifies, and nothing panics.
//!
//! Never sleeps or reads a clock; proptest prints the failing input.

use std::sync::LazyLock;

use proptest::prelude::*;
use serde_json::json;
use witgate_token::{Algorithm, Demands, KeySet, Typing, peek, unverified_issuer, verify};

use crate::mint::{NOW, Signer, key_set, profile};

static HONEST: LazyLock<(String, KeySet)> = LazyLock::new(|| {
    let signer = Signer::new(Algorithm::Es256, "k1");
    (signer.good(), key_set(&[signer.jwk()]))
});

fn verifies(token: &str) -> bool {
    let profile = profile(Typing::JwtCompatible, &Algorithm::ALL);
    verify(token, &profile, &Demands::default(), &HONEST.1, NOW).is_ok()
}

#[test]
fn the_honest_token_verifies() {
    assert!(verifies(&HONEST.0));
}

proptest! {
    #[test]
    fn a_changed_byte_never_verifies(at in any::<prop::sample::Index>(), byte in 0_u8..128) {
        let mut token = HONEST.0.clone().into_bytes();
        let at = at.index(token.len());
        prop_assume!(token[at] != byte);
        token[at] = byte;
        prop_assert!(!verifies(&String::from_utf8(token).expect("ASCII")));
    }

    #[test]
    fn a_cut_or_grown_token_never_verifies(at in any::<prop::sample::Index>(), more in "[A-Za-z0-9._=-]{1,8}") {
        let at = at.index(HONEST.0.len());
        prop_assert!(!verifies(&HONEST.0[..at]));
        let grown = format!("{}{more}{}", &HONEST.0[..at], &HONEST.0[at..]);
        prop_assert!(!verifies(&grown));
    }

    #[test]
    fn no_text_panics(text in "\\PC{0,60}(\\.\\PC{0,60}){0,4}") {
        let _ = (peek(&text), unverified_issuer(&text));
        prop_assert!(!verifies(&text));
    }

    #[test]
    fn no_bytes_in_the_parts_panic(
        header in prop::collection::vec(any::<u8>(), 0..80),
        payload in prop::collection::vec(any::<u8>(), 0..80),
        signature in prop::collection::vec(any::<u8>(), 0..80),
    ) {
        let token = [header, payload, signature].map(crate::mint::encode).join(".");
        let _ = (peek(&token), unverified_issuer(&token));
        prop_assert!(!verifies(&token));
    }

    #[test]
    fn no_document_panics(bytes in prop::collection::vec(any::<u8>(), 0..300), x in "[A-Za-z0-9_=-]{0,90}", n in any::<i64>()) {
        let _ = KeySet::from_jwks(&bytes);
        for jwk in [
            json!({"kty": "EC", "crv": "P-256", "x": x, "y": x}),
            json!({"kty": "RSA", "n": x, "e": x}),
            json!({"kty": "OKP", "crv": "Ed25519", "x": x, "kid": n}),
        ] {
            let _ = KeySet::from_jwks(json!({"keys": [jwk]}).to_string().as_bytes());
        }
    }
}
