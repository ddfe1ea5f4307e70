//! The examples of RFC 7520, RFC 8037 and RFC 7797: real tokens of a real issuer, in every form that JOSE knows.
//!
//! Never expects claims of them: their payload is a line of Tolkien, so a good signature ends in `PayloadJson`.

use serde_json::{Value, json};
use witgate_token::{Algorithm, Demands, KeySet, Profile, Refusal, Typing, verify};

use crate::mint::{NOW, decode, profile};

macro_rules! vector {
    ($path:literal) => {
        serde_json::from_str::<Value>(include_str!(concat!("../../vectors/rfc7520/", $path))).expect("JSON")
    };
}

/// The key set of a verifier that was given the public half, or the secret.
fn keys(jwk: &Value, algorithm: &str) -> KeySet {
    if jwk["kty"] == "oct" {
        let secret = decode(jwk["k"].as_str().expect("a secret"));
        let kid = jwk["kid"].as_str().map(str::to_owned);
        return KeySet::from_secret(&secret, algorithm.parse().expect("an HMAC"), kid).expect("a secret");
    }
    let mut public = json!({"alg": algorithm});
    for name in ["kty", "kid", "crv", "n", "e", "x", "y"].into_iter().filter(|name| jwk.get(*name).is_some()) {
        public[name] = jwk[name].clone();
    }
    KeySet::from_jwks(json!({"keys": [public]}).to_string().as_bytes()).expect("a document").0
}

fn refusal(token: &str, keys: &KeySet) -> Option<Refusal> {
    verify(token, &profile(Typing::JwtCompatible, &Algorithm::ALL), &Demands::default(), keys, NOW).err()
}

fn compact(vector: &Value) -> &str {
    vector["output"]["compact"].as_str().expect("a compact form")
}

/// RFC 7520 4.1, 4.2 and 4.4, RFC 8037: the compact forms under algorithms that Witgate knows.
#[test]
fn compact_forms_verify_and_a_changed_one_does_not() {
    for vector in [
        vector!("jws/4_1.rsa_v15_signature.json"),
        vector!("jws/4_2.rsa-pss_signature.json"),
        vector!("jws/4_4.hmac-sha2_integrity_protection.json"),
        vector!("curve25519/jws.json"),
    ] {
        let keys = keys(&vector["input"]["key"], vector["input"]["alg"].as_str().expect("an alg"));
        let token = compact(&vector);
        assert_eq!(refusal(token, &keys), Some(Refusal::PayloadJson), "{}", vector["title"]);
        let mut changed = token.to_owned();
        let at = token.len() - 9;
        changed.replace_range(at..=at, if token.as_bytes()[at] == b'A' { "B" } else { "A" });
        assert_eq!(refusal(&changed, &keys), Some(Refusal::Signature), "{}", vector["title"]);
    }
}

/// RFC 7520 4.3 is ES512, which the crypto library does not verify: the key is dropped, the token refused.
#[test]
fn es512_is_refused() {
    let vector = vector!("jws/4_3.ecdsa_signature.json");
    let keys = keys(&vector["input"]["key"], "ES512");
    assert!(keys.is_empty());
    assert_eq!(refusal(compact(&vector), &keys), Some(Refusal::AlgorithmNotAllowed));
}

/// RFC 7520 4.5: the payload is elsewhere, so what was signed is not what is there.
#[test]
fn detached_content_is_refused() {
    let vector = vector!("jws/4_5.signature_with_detached_content.json");
    let keys = keys(&vector["input"]["key"], "HS256");
    assert_eq!(refusal(compact(&vector), &keys), Some(Refusal::Signature));
}

/// RFC 7520 4.6 and 4.8: the parts of the JSON form that have their `alg` under the signature, put together.
#[test]
fn signatures_of_the_json_form_verify_when_they_protect_their_algorithm() {
    let flat = vector!("jws/4_6.protecting_specific_header_fields.json");
    let several = vector!("jws/4_8.multiple_signatures.json");
    let signatures = &several["output"]["json"]["signatures"];
    let payload = several["output"]["json"]["payload"].as_str().expect("a payload");
    for (part, key, algorithm) in [
        (&flat["output"]["json_flat"], &flat["input"]["key"], "HS256"),
        (&signatures[0], &several["input"]["key"][0], "RS256"),
        (&signatures[2], &several["input"]["key"][2], "HS256"),
    ] {
        let text = |name: &str| part[name].as_str().expect("text");
        let token = format!("{}.{payload}.{}", text("protected"), text("signature"));
        assert_eq!(refusal(&token, &keys(key, algorithm)), Some(Refusal::PayloadJson), "{algorithm}");
    }
}

/// Every JSON form of RFC 7520 section 4, RFC 8037 and RFC 7797, the general and the flattened one.
#[test]
fn json_forms_are_refused() {
    let mut seen = 0;
    for vector in [
        vector!("jws/4_1.rsa_v15_signature.json"),
        vector!("jws/4_2.rsa-pss_signature.json"),
        vector!("jws/4_3.ecdsa_signature.json"),
        vector!("jws/4_4.hmac-sha2_integrity_protection.json"),
        vector!("jws/4_5.signature_with_detached_content.json"),
        vector!("jws/4_6.protecting_specific_header_fields.json"),
        vector!("jws/4_7.protecting_content_only.json"),
        vector!("jws/4_8.multiple_signatures.json"),
        vector!("curve25519/jws.json"),
        vector!("rfc7797/4.2.hmac-sha2_b64_false.json"),
        vector!("rfc7797/hmac-sha2_b64_false.json"),
    ] {
        let several = vector["input"]["key"].is_array();
        let key = if several { &vector["input"]["key"][0] } else { &vector["input"]["key"] };
        let algorithm = if several { "RS256" } else { vector["input"]["alg"].as_str().expect("an alg") };
        for form in ["json", "json_flat"].iter().filter_map(|name| vector["output"].get(name)) {
            let verdict = refusal(&form.to_string(), &keys(key, algorithm));
            assert_eq!(verdict, Some(Refusal::Malformed), "{}", vector["title"]);
            seen += 1;
        }
    }
    assert_eq!(seen, 21, "ten vectors with both forms, and 4.8 with one");
}

/// RFC 7797: the payload is not encoded. Refused by its form, and where that is well-formed by the header.
#[test]
fn unencoded_payloads_are_refused() {
    let vector = vector!("rfc7797/hmac-sha2_b64_false.json");
    let keys = keys(&vector["input"]["key"], "HS256");
    assert_eq!(refusal(compact(&vector), &keys), Some(Refusal::Malformed));
    let header = compact(&vector).split_once('.').expect("parts").0;
    assert_eq!(refusal(&format!("{header}.Zm9v.AA"), &keys), Some(Refusal::HeaderMember("crit")));
}

/// RFC 7520 section 6: a signed token inside an encrypted one. The inner one is a token without an audience.
#[test]
fn a_nested_token_is_refused_and_its_inside_is_judged_as_any_other() {
    let vector = vector!("6.nesting_signatures_and_encryption.json");
    let keys = keys(&vector["sign"]["input"]["key"], "PS256");
    let outside = compact(&vector["encrypt"]);
    assert_eq!(outside.split('.').count(), 5);
    assert_eq!(refusal(outside, &keys), Some(Refusal::Malformed));
    let inside = compact(&vector["sign"]);
    assert_eq!(refusal(inside, &keys), Some(Refusal::Issuer));
    let own = Profile { issuer: "hobbiton.example".into(), ..profile(Typing::JwtCompatible, &[Algorithm::Ps256]) };
    let verdict = verify(inside, &own, &Demands::default(), &keys, 1_300_819_000);
    assert_eq!(verdict.err(), Some(Refusal::ClaimMissing("aud")));
}

/// RFC 7520 section 5: encrypted tokens, compact (five parts) and JSON.
#[test]
fn encrypted_tokens_are_refused() {
    let mut seen = 0;
    for vector in [
        vector!("jwe/5_1.key_encryption_using_rsa_v15_and_aes-hmac-sha2.json"),
        vector!("jwe/5_2.key_encryption_using_rsa-oaep_with_aes-gcm.json"),
        vector!("jwe/5_3.key_wrap_using_pbes2-aes-keywrap_with-aes-cbc-hmac-sha2.json"),
        vector!("jwe/5_4.key_agreement_with_key_wrapping_using_ecdh-es_and_aes-keywrap_with_aes-gcm.json"),
        vector!("jwe/5_5.key_agreement_using_ecdh-es_with_aes-cbc-hmac-sha2.json"),
        vector!("jwe/5_6.direct_encryption_using_aes-gcm.json"),
        vector!("jwe/5_7.key_wrap_using_aes-gcm_keywrap_with_aes-cbc-hmac-sha2.json"),
        vector!("jwe/5_8.key_wrap_using_aes-keywrap_with_aes-gcm.json"),
        vector!("jwe/5_9.compressed_content.json"),
        vector!("jwe/5_10.including_additional_authentication_data.json"),
        vector!("jwe/5_11.protecting_specific_header_fields.json"),
        vector!("jwe/5_12.protecting_content_only.json"),
        vector!("jwe/5_13.encrypting_to_multiple_recipients.json"),
    ] {
        for (form, token) in vector["output"].as_object().expect("forms") {
            let token = token.as_str().map_or_else(|| token.to_string(), str::to_owned);
            assert_eq!(refusal(&token, &KeySet::default()), Some(Refusal::Malformed), "{} {form}", vector["title"]);
            seen += 1;
        }
    }
    assert!(seen >= 26, "{seen}");
}
