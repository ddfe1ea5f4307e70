//! The cache by itself: bounds, what stays and what goes. Never verifies more than one token.

use std::time::{SystemTime, UNIX_EPOCH};

use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{EncodingKey, Header};
use serde_json::json;
use witgate_token::{Algorithm, KeySet, Profile, Typing, verify_profile};

use super::*;
use crate::cached::{Entry, Part};

const KEYS: Under = Under { issuer: 1, keys: 2 };
const NOW: u64 = 1_700_000_000;
const ENDS: u64 = NOW + 600;

fn verified() -> Verified {
    let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).expect("a key");
    let (x, y) = pair.public_key().as_ref()[1..].split_at(32);
    let encode = |bytes| URL_SAFE_NO_PAD.encode(bytes);
    let jwks = json!({"keys": [{"kty": "EC", "crv": "P-256", "x": encode(x), "y": encode(y)}]}).to_string();
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").as_secs();
    // no other test has it, so no two tokens share it
    let scope = encode(x).repeat(10);
    let claims = json!({"iss": "i", "aud": "a", "sub": "s", "iat": now, "exp": now + 600, "scope": scope});
    let key = EncodingKey::from_ec_der(pair.to_pkcs8v1().expect("a document").as_ref());
    let token = jsonwebtoken::encode(&Header::new(jsonwebtoken::Algorithm::ES256), &claims, &key).expect("signs");
    let profile = Profile {
        name: "main".into(),
        issuer: "i".into(),
        audiences: vec!["a".into()],
        algorithms: vec![Algorithm::Es256],
        typ: Typing::JwtCompatible,
        leeway_seconds: 0,
        max_lifetime_seconds: 3600,
    };
    let (keys, _) = KeySet::from_jwks(jwks.as_bytes()).expect("a key set");
    verify_profile(&token, &profile, &keys, now).expect("a good token")
}

fn named(number: usize) -> Digest {
    Digest::of(&number.to_string())
}

#[test]
fn a_flood_of_tokens_stays_within_the_bytes_and_leaves_what_is_in_use() {
    // ten times what there is room for: who goes is chosen at random, and the first one must have gone
    const FLOOD: usize = 400_000;
    let (cache, verified) = (Cache::new(DEFAULT_CACHE_BYTES), verified());
    let in_use = Digest::of("in use");
    cache.insert(in_use, KEYS, &verified, ENDS, NOW);
    for number in 0..FLOOD {
        cache.insert(named(number), KEYS, &verified, ENDS, NOW);
        assert!(cache.get(&in_use, KEYS).is_some(), "pushed out by {number}");
        if number % 1000 == 0 {
            assert!(cache.report().bytes <= DEFAULT_CACHE_BYTES);
        }
    }
    let report = cache.report();
    assert!(report.bytes <= DEFAULT_CACHE_BYTES && report.bytes > DEFAULT_CACHE_BYTES / 4, "{report:?}");
    assert!(report.entries < FLOOD, "{report:?}");
    let weights = cache.shards.iter().map(|shard| shard.part().weighed());
    assert_eq!(weights.sum::<usize>(), report.bytes, "the books are right");
    assert!(cache.get(&named(FLOOD - 1), KEYS).is_some());
    assert!(cache.get(&named(0), KEYS).is_none());
}

#[test]
fn what_is_asked_for_outlives_what_is_not() {
    let (cache, verified) = (Cache::new(1024 * 1024), verified());
    let mut kept = 0;
    for number in 0..10_000 {
        cache.insert(named(number), KEYS, &verified, ENDS, NOW);
        kept += usize::from(cache.get(&named(number % 10), KEYS).is_some());
    }
    assert!(kept > 9_900, "{kept}: the same ten tokens were in use all the time");
}

#[test]
fn an_entry_of_another_issuer_or_key_set_is_dropped() {
    let (cache, verified) = (Cache::new(DEFAULT_CACHE_BYTES), verified());
    for under in [Under { issuer: 9, ..KEYS }, Under { keys: 9, ..KEYS }] {
        cache.insert(named(1), KEYS, &verified, ENDS, NOW);
        assert_eq!(cache.recall(&named(1)).map(|(_, was)| was), Some(KEYS));
        assert!(cache.get(&named(1), under).is_none());
        assert!(cache.get(&named(1), KEYS).is_none());
        assert_eq!((cache.report().entries, cache.report().bytes), (0, 0));
    }
}

#[test]
fn the_expired_and_the_replaced_go_first() {
    let verified = verified();
    let entry = |number, under, ends| Entry::new(named(number), under, verified.clone(), ends);
    let (other_issuer, old_keys) = (Under { issuer: 9, ..KEYS }, Under { keys: 1, ..KEYS });
    let mut part = Part::default();
    let most = 4 * entry(1, KEYS, ENDS).bytes();
    for (number, under, ends) in [(1, KEYS, ENDS), (2, KEYS, NOW), (3, old_keys, ENDS), (4, other_issuer, ENDS)] {
        assert!(part.insert(entry(number, under, ends), most, NOW).is_empty(), "there is room");
    }
    assert_eq!(part.insert(entry(5, KEYS, ENDS), most, NOW).len(), 2);
    let living = [1, 2, 3, 4, 5].map(|number| part.find(&named(number)).is_some());
    assert_eq!(living, [true, false, false, true, true]);
    assert_eq!((part.len(), part.bytes(), part.weighed()), (3, most / 4 * 3, most / 4 * 3));
}

/// A queue would lose each token just before it comes again. Parts fill unevenly, so a few are lost before all are full.
#[test]
fn tokens_that_come_round_and_round_are_met_again() {
    const BYTES: usize = 1024 * 1024;
    let verified = verified();
    let room = BYTES / Entry::new(named(0), KEYS, verified.clone(), ENDS).bytes();
    for (tokens, least_percent) in [(room * 9 / 10, 90), (room * 5 / 4, 40), (room * 3 / 2, 20)] {
        let cache = Cache::new(BYTES);
        let mut hits = 0;
        for number in (0..tokens).cycle().take(20 * tokens) {
            match cache.get(&named(number), KEYS) {
                Some(_) => hits += 1,
                None => cache.insert(named(number), KEYS, &verified, ENDS, NOW),
            }
        }
        let percent = hits * 100 / (19 * tokens);
        assert!(percent >= least_percent, "{percent} % of {tokens} tokens, room for {room}");
    }
}

#[test]
fn what_is_kept_can_be_found_while_others_come_and_go() {
    let verified = verified();
    let mut part = Part::default();
    let most = 50 * Entry::new(named(0), KEYS, verified.clone(), ENDS).bytes();
    for number in 0..2_000 {
        part.insert(Entry::new(named(number % 130), KEYS, verified.clone(), ENDS), most, NOW);
        part.remove(&named(number % 7));
        let found = (0..130).filter(|number| part.find(&named(*number)).is_some()).count();
        assert_eq!((found, part.weighed()), (part.len(), part.bytes()), "after {number}");
        assert!(part.bytes() <= most);
    }
}

#[test]
fn what_is_too_large_or_forgotten_is_not_there() {
    let verified = verified();
    let none = Cache::new(0);
    none.insert(named(1), KEYS, &verified, ENDS, NOW);
    assert!(none.get(&named(1), KEYS).is_none());
    let cache = Cache::new(DEFAULT_CACHE_BYTES);
    cache.insert(named(1), KEYS, &verified, ENDS, NOW);
    cache.insert(named(1), KEYS, &verified, ENDS, NOW);
    assert_eq!(cache.report().entries, 1, "two workers that met");
    cache.remove(&named(1));
    assert_eq!((cache.report().entries, cache.report().bytes), (0, 0));
}
