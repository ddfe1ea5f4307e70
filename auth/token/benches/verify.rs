//! What one token costs, by algorithm: uncached, and what is asked again of a kept one.
//!
//! Never uses fixed keys, and never the network: keys and tokens are made in the set-up. `cargo bench -p witgate-token`.

#[expect(dead_code, reason = "the tests make more of it")]
#[path = "../tests/all/mint.rs"]
mod mint;

use divan::{Bencher, black_box};
use witgate_token::{Algorithm, Demands, Revocation, Revocations, Typing, verify, verify_profile};

use crate::mint::{NOW, Signer, profile};

fn main() {
    divan::main();
}

/// A whole token, from text to claims.
#[divan::bench(args = Algorithm::ALL)]
fn uncached(bencher: Bencher<'_, '_>, algorithm: Algorithm) {
    let signer = Signer::new(algorithm, "k1");
    let (token, keys) = (signer.good(), signer.keys());
    let (profile, demands) = (profile(Typing::AccessToken, &[algorithm]), Demands::default());
    bencher.bench_local(|| verify(black_box(&token), &profile, &demands, &keys, NOW).expect("a good token"));
}

/// A forged token: all of the work up to the signature, which fails.
#[divan::bench(args = [Algorithm::Rs256, Algorithm::Es256, Algorithm::EdDsa, Algorithm::Hs256])]
fn forged(bencher: Bencher<'_, '_>, algorithm: Algorithm) {
    let (token, keys) = (Signer::new(algorithm, "k1").good(), Signer::new(algorithm, "k1").keys());
    let (profile, demands) = (profile(Typing::AccessToken, &[algorithm]), Demands::default());
    bencher.bench_local(|| verify(black_box(&token), &profile, &demands, &keys, NOW).expect_err("a forgery"));
}

/// What a cache asks of a kept token on each request: time, demands, and so many revocations.
#[divan::bench(args = [0, 1, 100_000])]
fn kept(bencher: Bencher<'_, '_>, revocations: usize) {
    let signer = Signer::new(Algorithm::Es256, "k1");
    let profile = profile(Typing::AccessToken, &[Algorithm::Es256]);
    let verified = verify_profile(&signer.good(), &profile, &signer.keys(), NOW).expect("a good token");
    let demands = Demands {
        audiences: vec!["api".into()],
        required_claims: vec!["jti".into(), "/sub".into()],
        max_age_seconds: Some(60),
        ..Demands::default()
    };
    let mut revoked = Revocations::default();
    for number in 0..revocations {
        revoked.insert(Revocation::Token { jti: format!("other-{number}"), until: NOW + 600 }).expect("room");
    }
    bencher.bench_local(|| {
        black_box(&verified).meets(&profile, &demands, NOW).expect("met");
        revoked.judge(black_box(&verified)).expect("not revoked");
    });
}
