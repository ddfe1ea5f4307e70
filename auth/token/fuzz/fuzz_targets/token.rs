//! Whole tokens. The first byte chooses: the rest is a token as it came, or a header and a payload, with a zero byte
//! between them, that the issuer really signed.
//!
//! Never lets one pass that a second, naive reading of the rules refuses.

#![no_main]

use libfuzzer_sys::fuzz_target;
use serde_json::{Map, Value};
use witgate_token::{Claims, Demands, Typing, peek, unverified_issuer, verify, verify_profile};
use witgate_token_fuzz::{GOOD, ISSUER, NOW, PUBLIC, SHARED, hmac_token, profile};

fuzz_target!(|data: &[u8]| {
    let Some((choice, data)) = data.split_first() else { return };
    match choice % 2 {
        0 => as_it_came(data),
        _ => really_signed(data),
    }
});

/// Nobody can sign for this issuer, so only its own tokens pass, byte by byte.
fn as_it_came(data: &[u8]) {
    let Ok(token) = str::from_utf8(data) else { return };
    let _ = (peek(token), unverified_issuer(token));
    for typing in [Typing::AccessToken, Typing::JwtCompatible] {
        let profile = profile(typing);
        let whole = verify(token, &profile, &Demands::default(), &PUBLIC, NOW);
        let parts = verify_profile(token, &profile, &PUBLIC, NOW);
        assert_eq!(whole.as_ref().err(), parts.as_ref().err());
        assert!(whole.is_err() || GOOD.iter().any(|good| good == token), "accepted: {token}");
        assert!(verify(token, &profile, &Demands::default(), &SHARED, NOW).is_err(), "accepted: {token}");
    }
}

fn really_signed(data: &[u8]) {
    let Some(at) = data.iter().position(|byte| *byte == 0) else { return };
    let (header, payload) = (&data[..at], &data[at + 1..]);
    let token = hmac_token(header, payload);
    for typing in [Typing::AccessToken, Typing::JwtCompatible] {
        let profile = profile(typing);
        assert!(verify(&token, &profile, &Demands::default(), &PUBLIC, NOW).is_err(), "no public key is a secret");
        if let Ok(verified) = verify_profile(&token, &profile, &SHARED, NOW) {
            header_may_pass(header, typing);
            claims_may_pass(payload, verified.claims());
            assert_eq!(verified.meets(&profile, &Demands::default(), NOW), Ok(()));
            assert!(verified.meets(&profile, &Demands::default(), NOW + 4000).is_err(), "nothing lives that long");
        }
    }
}

fn header_may_pass(header: &[u8], typing: Typing) {
    let header: Map<String, Value> = serde_json::from_slice(header).expect("an object");
    assert_eq!(header["alg"], "HS256");
    for refused in ["crit", "b64", "jku", "x5u", "jwk", "x5c", "cty", "enc", "zip"] {
        assert!(!header.contains_key(refused), "{refused}");
    }
    if typing == Typing::AccessToken {
        let typ = header["typ"].as_str().expect("a typ").to_lowercase();
        assert!(["at+jwt", "application/at+jwt"].contains(&typ.as_str()), "{typ}");
    }
}

fn claims_may_pass(payload: &[u8], claims: &Claims) {
    let payload: Map<String, Value> = serde_json::from_slice(payload).expect("an object");
    assert_eq!(claims.to_json(), Value::Object(payload.clone()));
    assert_eq!(payload["iss"], ISSUER);
    let named = |audience: &Value| audience == "api";
    assert!(named(&payload["aud"]) || payload["aud"].as_array().is_some_and(|list| list.iter().any(named)));
    assert!(payload["sub"].as_str().is_some_and(|subject| subject == claims.subject() && !subject.is_empty()));
    let expires_at = payload["exp"].as_u64().expect("a date");
    assert!(expires_at + 30 > NOW && expires_at <= NOW + 30 + 3600 + 30);
    for start in ["nbf", "iat"].iter().filter_map(|name| payload.get(*name)) {
        assert!(start.as_u64().is_some_and(|start| start <= NOW + 30));
    }
}
