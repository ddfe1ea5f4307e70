//! The cache of verified tokens: what it spares, and all that must end an entry or be asked again on each hit.
//!
//! Never reads the clock: each call says what time it is.

use http::HeaderValue;
use serde_json::json;
use tokio::runtime::Handle;
use witgate_keyring::{IssuerConfig, KeySource, Keyring, Scrutiny};
use witgate_token::{Algorithm, Claims, Demands, Profile, Refusal, Revocation};

use crate::issuer::{ISSUER, Server, Signer, eventually, keyring, keyring_from, now, profile, quick};

/// A keyring that has the signer's key already.
fn holding(signer: &Signer) -> (Keyring, tempfile::TempDir) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("keys.json");
    std::fs::write(&path, signer.jwks()).expect("written");
    (keyring_from(KeySource::JwksFile(path), &quick()), folder)
}

fn verified_at(keyring: &Keyring, token: &str, now: u64) -> Result<Claims, Refusal> {
    keyring.verify_now("main", token, &Demands::default(), now, &Scrutiny::usual())
}

fn verdict(keyring: &Keyring, token: &str) -> Option<Refusal> {
    verified_at(keyring, token, now()).err()
}

#[tokio::test]
async fn a_known_token_is_not_verified_again() {
    let signer = Signer::new("k1");
    let (keyring, _folder) = holding(&signer);
    let token = signer.token();
    for hits in 0..3 {
        assert_eq!(verified_at(&keyring, &token, now()).expect("good").subject(), "u1");
        let report = keyring.cache_report();
        assert_eq!((report.entries, report.hits, report.misses), (1, hits, 1));
    }
}

#[tokio::test]
async fn only_the_very_same_text_is_known() {
    let signer = Signer::new("k1");
    let (keyring, _folder) = holding(&signer);
    let token = signer.token();
    assert_eq!(verdict(&keyring, &token), None);
    let (signed, signature) = token.rsplit_once('.').expect("a token");
    let other = if signature.starts_with('A') { 'B' } else { 'A' };
    let forged = format!("{signed}.{other}{}", &signature[1..]);
    assert_eq!(verdict(&keyring, &forged), Some(Refusal::Signature));
    assert_eq!(verdict(&keyring, &format!("{token} ")), Some(Refusal::Malformed));
    assert_eq!(keyring.cache_report().hits, 0);
}

#[tokio::test]
async fn a_refusal_is_not_kept() {
    let signer = Signer::new("k1");
    let (keyring, _folder) = holding(&signer);
    let bad =
        [Signer::new("k1").token(), signer.token_with(&json!({"aud": "other"})), "a.b.c".into(), "x".repeat(9000)];
    for token in &bad {
        assert!(verdict(&keyring, token).is_some());
        assert!(verdict(&keyring, token).is_some());
    }
    assert_eq!((keyring.cache_report().entries, keyring.cache_report().bytes), (0, 0));
}

#[tokio::test]
async fn a_changed_key_set_ends_every_entry() {
    let (old, new) = (Signer::new("k1"), Signer::new("k1"));
    let server = Server::publishing(old.jwks()).await;
    let keyring = keyring(&server, &quick());
    let token = old.token();
    assert!(keyring.authenticate(&token).await.is_ok());
    assert!(keyring.authenticate(&token).await.is_ok());
    assert_eq!(keyring.cache_report().hits, 1, "the control");
    let both = json!({"keys": [new.jwk(), Signer::new("k2").jwk()]}).to_string();
    server.now_publishes(both);
    let unknown = Signer::new("k3").token();
    let refetched = async || {
        let _ = keyring.authenticate(&unknown).await;
        keyring.generation("main") == 2
    };
    eventually("the new key set", refetched).await;
    assert_eq!(verdict(&keyring, &token), Some(Refusal::Signature), "another key has the name now");
    assert_eq!(keyring.authenticate(&token).await.err(), Some(Refusal::Signature));
}

/// The scrutiny of a request remembers the look-up, not the verdict; also where it shares the text with a header.
#[tokio::test]
async fn what_changes_after_prepare_counts_all_the_same() {
    for is_in_header in [false, true] {
        changed_after_prepare(is_in_header).await;
    }
}

async fn changed_after_prepare(is_in_header: bool) {
    let signer = Signer::new("k1");
    let (keyring, _folder) = holding(&signer);
    let (token, other) = (signer.token_with(&json!({"jti": "t1"})), signer.token_with(&json!({"jti": "t2"})));
    assert_eq!(verdict(&keyring, &token), None);
    let mut scrutiny = Scrutiny::usual();
    let value = HeaderValue::from_str(&format!("Bearer {token}")).expect("a header's value");
    let in_header = &value.to_str().expect("a text")["Bearer ".len()..];
    match is_in_header {
        true => keyring.prepare_in(&value, in_header, &mut scrutiny).await,
        false => keyring.prepare(&token, &mut scrutiny).await,
    }
    assert!(scrutiny.knows(&token) && scrutiny.knows(in_header) && !scrutiny.knows(&other));
    assert!(!scrutiny.knows(&in_header[..in_header.len() - 1]), "a part of it");
    let at = |token: &str, time| keyring.verify_now("main", token, &Demands::default(), time, &scrutiny).err();
    assert_eq!((at(&token, now()), keyring.cache_report().hits), (None, 1));
    assert_eq!(keyring.profile_of(&token, &scrutiny).map(|profile| profile.name.as_str()), Some("main"));
    let forged = format!("{}{}", &token[..token.len() - 4], "AAAA");
    assert_eq!(at(&forged, now()), Some(Refusal::Signature), "the scrutiny was of another text");
    assert_eq!(at(&other, now()), None, "and so is this, which is good");
    keyring.revoke("main", [Revocation::Token { jti: "t1".into(), until: now() + 600 }]).expect("room");
    assert_eq!(at(&token, now()), Some(Refusal::Revoked));
    assert_eq!(at(&other, now() + 7200), Some(Refusal::Expired));
}

#[tokio::test]
async fn keys_that_change_after_prepare_count_at_once() {
    let (old, new) = (Signer::new("k1"), Signer::new("k1"));
    let server = Server::publishing(old.jwks()).await;
    let keyring = keyring(&server, &quick());
    let token = old.token();
    assert!(keyring.authenticate(&token).await.is_ok());
    let mut scrutiny = Scrutiny::usual();
    keyring.prepare(&token, &mut scrutiny).await;
    assert!(scrutiny.knows(&token));
    server.now_publishes(new.jwks());
    let unknown = Signer::new("k3").token();
    let refetched = async || {
        let _ = keyring.authenticate(&unknown).await;
        keyring.generation("main") == 2
    };
    eventually("the new key set", refetched).await;
    let verdict = keyring.verify_now("main", &token, &Demands::default(), now(), &scrutiny).err();
    assert_eq!(verdict, Some(Refusal::Signature), "another key has the name now");
}

#[tokio::test]
async fn time_is_judged_on_each_hit_and_expiry_ends_the_entry() {
    let signer = Signer::new("k1");
    let (keyring, _folder) = holding(&signer);
    let start = now();
    let token = signer.token_with(&json!({"iat": start, "nbf": start, "exp": start + 600}));
    let at = |time| verified_at(&keyring, &token, time).err();
    assert_eq!(at(start), None);
    assert_eq!(at(start + 600 + 29), None, "within the leeway");
    assert_eq!(at(start - 31), Some(Refusal::NotYetValid));
    assert_eq!(keyring.cache_report().entries, 1, "a clock that went back ends nothing");
    assert_eq!(at(start + 600 + 30), Some(Refusal::Expired));
    assert_eq!(keyring.cache_report().entries, 0);
    assert_eq!(at(start + 600 + 30), Some(Refusal::Expired), "not known any more, and refused all the same");
}

#[tokio::test]
async fn demands_are_judged_on_each_hit() {
    let signer = Signer::new("k1");
    let (keyring, _folder) = holding(&signer);
    let start = now();
    let token = signer.token_with(&json!({"iat": start, "exp": start + 600, "tenant": "acme"}));
    let demanded =
        |demands: Demands, time| keyring.verify_now("main", &token, &demands, time, &Scrutiny::usual()).err();
    assert_eq!(demanded(Demands::default(), start), None);
    let claims = |name: &str| Demands { required_claims: vec![name.into()], ..Demands::default() };
    let audiences = |name: &str| Demands { audiences: vec![name.into()], ..Demands::default() };
    let aged = || Demands { max_age_seconds: Some(60), ..Demands::default() };
    let algorithms = |one| Demands { algorithms: vec![one], ..Demands::default() };
    for (demands, time, expected) in [
        (claims("tenant"), start, None),
        (claims("/tenant/0"), start, Some(Refusal::RequiredClaim("/tenant/0".into()))),
        (audiences("api"), start, None),
        (audiences("other"), start, Some(Refusal::Audience)),
        (aged(), start + 60, None),
        (aged(), start + 91, Some(Refusal::TooOld)),
        (algorithms(Algorithm::Es256), start, None),
        (algorithms(Algorithm::Rs256), start, Some(Refusal::AlgorithmNotAllowed)),
        (Demands::default(), start, None),
    ] {
        assert_eq!(demanded(demands.clone(), time), expected, "{demands:?}");
    }
    assert_eq!((keyring.cache_report().misses, keyring.cache_report().entries), (1, 1), "each was judged on a hit");
}

#[tokio::test]
async fn a_demand_that_fails_first_is_judged_again_later() {
    let signer = Signer::new("k1");
    let (keyring, _folder) = holding(&signer);
    let token = signer.token();
    let demands = Demands { required_claims: vec!["tenant".into()], ..Demands::default() };
    for _ in 0..2 {
        let refusal = keyring.verify_now("main", &token, &demands, now(), &Scrutiny::usual()).err();
        assert_eq!(refusal, Some(Refusal::RequiredClaim("tenant".into())));
    }
    assert_eq!(verdict(&keyring, &token), None);
}

#[tokio::test]
async fn another_profile_cannot_use_an_entry() {
    let signer = Signer::new("k1");
    let server = Server::publishing(signer.jwks()).await;
    let config = |profile| IssuerConfig::new(profile, KeySource::JwksUrl(server.address.clone()));
    let other = Profile { name: "other".into(), issuer: "https://other.example.com".into(), ..profile() };
    let configs = vec![config(profile()), config(other)];
    let keyring = Keyring::with_timing(configs, Handle::current(), &quick()).expect("a keyring");
    let (ours, theirs) = (signer.token(), signer.token_with(&json!({"iss": "https://other.example.com"})));
    for token in [&ours, &theirs] {
        assert!(keyring.authenticate(token).await.is_ok());
    }
    let at = |profile: &str, token: &str| {
        keyring.verify_now(profile, token, &Demands::default(), now(), &Scrutiny::usual()).err()
    };
    assert_eq!(at("other", &ours), Some(Refusal::Issuer));
    assert_eq!(at("main", &theirs), Some(Refusal::Issuer));
    assert_eq!(at("nobody", &ours), Some(Refusal::UnknownProfile));
    assert_eq!((at("main", &ours), at("other", &theirs)), (None, None));
    assert_eq!(keyring.profile_for_token(&ours).map(|profile| &*profile.issuer), Some(ISSUER));
}

#[tokio::test]
async fn a_changed_profile_uses_no_entry_of_the_old_one() {
    let signer = Signer::new("k1");
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("keys.json");
    std::fs::write(&path, signer.jwks()).expect("written");
    let config = |profile| IssuerConfig::new(profile, KeySource::JwksFile(path.clone()));
    let before = Keyring::new(vec![config(profile())], Handle::current()).expect("a keyring");
    let token = signer.token();
    assert_eq!(verdict(&before, &token), None);
    let same = before.renewed(vec![config(profile())], &Handle::current()).expect("a keyring");
    assert_eq!((verdict(&same, &token), same.cache_report().hits), (None, 1), "an unchanged issuer keeps its entries");
    let narrow = Profile { max_lifetime_seconds: 60, ..profile() };
    let after = before.renewed(vec![config(narrow)], &Handle::current()).expect("a keyring");
    assert_eq!(verdict(&after, &token), Some(Refusal::LifetimeTooLong));
    assert_eq!(verdict(&before, &token), None, "requests under way end under the old one");
}

#[tokio::test]
async fn the_cache_stays_within_its_bytes() {
    const BYTES: usize = 256 * 1024;
    let signer = Signer::new("k1");
    let (keyring, _folder) = holding(&signer);
    let (small, none) = (keyring.clone().with_cache_bytes(BYTES), keyring.with_cache_bytes(0));
    for number in 0..300 {
        let token = signer.token_with(&json!({"jti": format!("t{number}"), "padding": format!("{number:0>1000}")}));
        assert_eq!((verdict(&small, &token), verdict(&none, &token)), (None, None));
        assert!(small.cache_report().bytes <= BYTES, "{:?}", small.cache_report());
    }
    assert!((10..250).contains(&small.cache_report().entries), "{:?}", small.cache_report());
    assert_eq!((none.cache_report().entries, none.cache_report().hits), (0, 0));
}
