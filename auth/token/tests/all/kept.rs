//! A verified token that is kept: what each later call asks of it, and which revocations still reach it.
//!
//! Never keeps a token itself: the cache is in `witgate-keyring`.

use aws_lc_rs::hmac;
use proptest::prelude::*;
use serde_json::json;
use witgate_token::{
    Algorithm, Demands, KeySet, Profile, Refusal, Revocation, Revocations, Typing, Verified, verify, verify_profile,
};

use crate::mint::{NOW, Signer, claims, decode, encode, key_set, profile};

fn kept(signer: &Signer) -> (Verified, Profile) {
    let profile = profile(Typing::AccessToken, &[signer.algorithm]);
    (verify_profile(&signer.good(), &profile, &signer.keys(), NOW).expect("the honest token"), profile)
}

fn demanding() -> Demands {
    Demands {
        algorithms: vec![Algorithm::Es256],
        audiences: vec!["other".into(), "api".into()],
        required_claims: vec!["jti".into(), "/sub".into(), "/a~1b/0".into()],
        max_age_seconds: Some(60),
    }
}

#[test]
fn it_tells_its_claims_its_key_and_its_weight() {
    let (verified, _) = kept(&Signer::new(Algorithm::Es256, "k1"));
    assert_eq!((verified.claims().subject(), verified.algorithm()), ("u1", Algorithm::Es256));
    assert_eq!((verified.key_id(), verified.clone().key_id()), (Some("k1"), Some("k1")));
    assert!(verified.bytes() > claims().to_string().len(), "{}", verified.bytes());
    assert!(verified.bytes() < 8 * 1024, "{}", verified.bytes());
    assert!(!format!("{verified:?}").contains("u1"));
}

#[test]
fn the_key_has_its_own_name_also_where_the_token_names_none() {
    let signer = Signer::new(Algorithm::Es256, "k1");
    let profile = profile(Typing::AccessToken, &[Algorithm::Es256]);
    let bare = signer.token(&json!({"alg": "ES256", "typ": "at+jwt"}).to_string(), &claims().to_string());
    let key_id = |token: &str, keys: &KeySet| {
        verify_profile(token, &profile, keys, NOW).expect("good").key_id().map(str::to_owned)
    };
    assert_eq!(key_id(&bare, &signer.keys()).as_deref(), Some("k1"));
    let pinned = KeySet::from_pem(signer.pem().as_bytes(), Algorithm::Es256, None).expect("a key");
    assert_eq!(key_id(&bare, &pinned), None);
    assert_eq!(key_id(&signer.good(), &pinned), None, "what the token calls the key is not its name");
}

fn key_revoked(kid: &str, token: &str, keys: &KeySet) -> bool {
    let profile = profile(Typing::AccessToken, &[Algorithm::Es256, Algorithm::Hs256]);
    let verified = verify_profile(token, &profile, keys, NOW).expect("good");
    let mut revocations = Revocations::default();
    assert_eq!(revocations.judge(&verified), Ok(()));
    revocations.insert(Revocation::Key { kid: kid.into() }).expect("room");
    revocations.judge(&verified) == Err(Refusal::Revoked)
}

/// Whoever stole the key signs under any `kid` or none.
#[test]
fn a_thief_cannot_rename_a_revoked_key_that_has_no_name_of_its_own() {
    let signer = Signer::new(Algorithm::Es256, "k1");
    let mut unnamed = signer.jwk();
    unnamed.as_object_mut().expect("an object").remove("kid");
    let secret = [0x5a, 3].repeat(16);
    let pem = KeySet::from_pem(signer.pem().as_bytes(), Algorithm::Es256, None).expect("a key");
    let shared = KeySet::from_secret(&secret, Algorithm::Hs256, None).expect("a set");
    for header in [json!({"kid": "k1"}), json!({"kid": "another"}), json!({})] {
        let token = under(&header, "ES256", |signed| signer.sign(signed));
        assert!(key_revoked("k1", &token, &pem), "PEM, {header}");
        let key = hmac::Key::new(hmac::HMAC_SHA256, &secret);
        let token = under(&header, "HS256", |signed| hmac::sign(&key, signed).as_ref().to_vec());
        assert!(key_revoked("k1", &token, &shared), "secret, {header}");
    }
    let bare = under(&json!({}), "ES256", |signed| signer.sign(signed));
    assert!(key_revoked("k1", &bare, &key_set(&[unnamed])), "JWK");
}

#[test]
fn a_named_key_is_revoked_by_its_own_name_only() {
    let signer = Signer::new(Algorithm::Es256, "k1");
    let pem = KeySet::from_pem(signer.pem().as_bytes(), Algorithm::Es256, Some("k1".into())).expect("a key");
    for keys in [signer.keys(), pem] {
        for header in [json!({"kid": "k1"}), json!({})] {
            let token = under(&header, "ES256", |signed| signer.sign(signed));
            assert!(key_revoked("k1", &token, &keys), "{header}");
            assert!(!key_revoked("k2", &token, &keys), "{header}");
        }
    }
}

/// A good token under this header, whoever signs it.
fn under(header: &serde_json::Value, algorithm: &str, sign: impl Fn(&[u8]) -> Vec<u8>) -> String {
    let mut header = header.clone();
    header["alg"] = json!(algorithm);
    header["typ"] = json!("at+jwt");
    let signed = format!("{}.{}", encode(header.to_string()), encode(claims().to_string()));
    let signature = encode(sign(signed.as_bytes()));
    format!("{signed}.{signature}")
}

#[test]
fn each_call_asks_for_its_own_time_and_demands() {
    let (verified, profile) = kept(&Signer::new(Algorithm::Es256, "k1"));
    let at = |now| verified.meets(&profile, &Demands::default(), now).err();
    assert_eq!((at(NOW), at(NOW + 629)), (None, None));
    assert_eq!((at(NOW + 630), at(NOW - 41)), (Some(Refusal::Expired), Some(Refusal::IssuedInFuture)));
    let with = |demands: Demands| verified.meets(&profile, &demands, NOW).err();
    assert_eq!(with(demanding()), Some(Refusal::RequiredClaim("/a~1b/0".into())));
    let algorithms = vec![Algorithm::Rs256];
    assert_eq!(with(Demands { algorithms, ..Demands::default() }), Some(Refusal::AlgorithmNotAllowed));
    let audiences = vec!["other".into()];
    assert_eq!(with(Demands { audiences, ..Demands::default() }), Some(Refusal::Audience));
}

#[test]
fn it_answers_for_no_other_issuer_and_no_other_algorithm() {
    let (verified, profile) = kept(&Signer::new(Algorithm::Es256, "k1"));
    let under = |profile: Profile| verified.meets(&profile, &Demands::default(), NOW).err();
    let issuer = "https://other.example.com".into();
    assert_eq!(under(Profile { issuer, ..profile.clone() }), Some(Refusal::Issuer));
    let algorithms = vec![Algorithm::Rs256];
    assert_eq!(under(Profile { algorithms, ..profile }), Some(Refusal::AlgorithmNotAllowed));
}

#[test]
fn a_later_call_allocates_nothing() {
    let signer = Signer::new(Algorithm::Es256, "k1");
    let profile = profile(Typing::AccessToken, &[Algorithm::Es256]);
    let mut all = claims();
    all["a/b"] = json!(["x"]);
    let token = signer.token(&signer.header().to_string(), &all.to_string());
    let verified = verify_profile(&token, &profile, &signer.keys(), NOW).expect("good");
    let (demands, mut revoked) = (demanding(), Revocations::default());
    let none = Revocations::default();
    revoked.insert(Revocation::Token { jti: "t2".into(), until: NOW + 600 }).expect("room");
    revoked.insert(Revocation::Subject { sub: "u1".into(), before: 5 }).expect("room");
    let seen = allocation_counter::measure(|| {
        assert_eq!(verified.meets(&profile, &demands, NOW), Ok(()));
        assert_eq!((none.judge(&verified), revoked.judge(&verified)), (Ok(()), Ok(())));
        assert_eq!(verified.clone().claims().subject(), "u1");
    });
    assert_eq!(seen.count_total, 0);
    let counted = allocation_counter::measure(|| drop(verified.claims().to_json()));
    assert!(counted.count_total > 0, "the counter counts");
}

/// A signature (r, s) of P-256 has the twin (r, n - s): another text of the same token, and it verifies too.
#[test]
fn a_revoked_token_has_no_living_twin() {
    let signer = Signer::new(Algorithm::Es256, "k1");
    let profile = profile(Typing::AccessToken, &[Algorithm::Es256]);
    let token = signer.good();
    let (signed, signature) = token.rsplit_once('.').expect("a token");
    let signature = decode(signature);
    let (r, s) = signature.split_at(32);
    let twin = format!("{signed}.{}", encode([r, &negated(s)].concat()));
    assert_ne!(token, twin);
    let mut revocations = Revocations::default();
    let verdict = |token: &str, revocations: &Revocations| {
        let verified = verify_profile(token, &profile, &signer.keys(), NOW).expect("both verify");
        revocations.judge(&verified)
    };
    assert_eq!((verdict(&token, &revocations), verdict(&twin, &revocations)), (Ok(()), Ok(())));
    revocations.insert(Revocation::Token { jti: "t1".into(), until: NOW + 600 }).expect("room");
    let revoked = Err(Refusal::Revoked);
    assert_eq!((verdict(&token, &revocations), verdict(&twin, &revocations)), (revoked.clone(), revoked));
}

/// The order of P-256 minus a number below it (FIPS 186-5, SP 800-186 section 3.2.1.3).
fn negated(s: &[u8]) -> Vec<u8> {
    const ORDER: [u8; 32] = [
        0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xbc, 0xe6,
        0xfa, 0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51,
    ];
    let mut rest = ORDER;
    let mut borrow = 0;
    for at in (0..32).rev() {
        let less = i16::from(ORDER[at]) - i16::from(s[at]) - borrow;
        borrow = i16::from(less < 0);
        rest[at] = u8::try_from(less.rem_euclid(256)).expect("a byte");
    }
    rest.to_vec()
}

proptest! {
    /// `verify` is exactly `verify_profile` and `meets`, but for which of two broken rules is told.
    #[test]
    fn verify_is_the_sum_of_its_parts(
        now in NOW - 100..NOW + 700,
        max_age in prop::option::of(0_u32..700),
        audience in "(api|other|)",
        claim in "(jti|/jti|tenant)",
        algorithm in prop::sample::select(vec![Algorithm::EdDsa, Algorithm::Es256]),
    ) {
        let signer = Signer::new(Algorithm::EdDsa, "k1");
        let profile = profile(Typing::AccessToken, &[Algorithm::EdDsa]);
        let demands = Demands {
            algorithms: vec![algorithm],
            audiences: if audience.is_empty() { vec![] } else { vec![audience] },
            required_claims: vec![claim],
            max_age_seconds: max_age,
        };
        let (token, keys) = (signer.good(), signer.keys());
        let whole = verify(&token, &profile, &demands, &keys, now).is_ok();
        let parts = verify_profile(&token, &profile, &keys, now);
        prop_assert_eq!(whole, parts.is_ok_and(|verified| verified.meets(&profile, &demands, now).is_ok()));
    }
}
