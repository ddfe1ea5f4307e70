//! What a token costs: known, unknown and contended, with and without revocations.
//!
//! Never a test: it judges nothing. `cargo bench -p witgate-keyring`.

use std::time::{SystemTime, UNIX_EPOCH};

use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use divan::{Bencher, black_box};
use jsonwebtoken::{EncodingKey, Header};
use serde_json::json;
use sha2::{Digest as _, Sha256};
use tokio::runtime::Runtime;
use witgate_keyring::{IssuerConfig, KeySource, Keyring, Scrutiny};
use witgate_token::{Algorithm, Claims, Demands, Profile, Refusal, Revocation, Typing, peek};

/// Length of the tokens, in bytes: about what an issuer with roles and a tenant writes.
const TOKEN_BYTES: usize = 800;
/// Tokens in turn, so that no look-up finds all of its memory in the nearest cache.
const TOKENS: usize = 64;

/// Calls between two looks at the clock, for what takes less than a microsecond.
const SAMPLE: u32 = 1000;

fn main() {
    divan::main();
}

/// A keyring that has the keys of its issuer, and tokens of it.
struct Stage {
    keyring: Keyring,
    tokens: Vec<String>,
    now: u64,
    /// For the keyring's tasks.
    _runtime: Runtime,
}

impl Stage {
    fn new(cache_bytes: usize) -> Self {
        let runtime = Runtime::new().expect("a runtime");
        let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).expect("a key");
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("keys.json");
        std::fs::write(&path, jwks(&pair)).expect("written");
        let issuers = vec![IssuerConfig::new(profile(), KeySource::JwksFile(path))];
        let keyring = Keyring::new(issuers, runtime.handle().clone()).expect("a keyring");
        let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").as_secs();
        let tokens = (0..TOKENS).map(|number| token(&pair, number, now)).collect();
        Self { keyring: keyring.with_cache_bytes(cache_bytes), tokens, now, _runtime: runtime }
    }

    fn with_cache() -> Self {
        Self::new(witgate_keyring::DEFAULT_CACHE_BYTES)
    }

    fn verified(&self, token: &str) -> Result<Claims, Refusal> {
        self.keyring.verify_now("main", token, &Demands::default(), self.now, &Scrutiny::usual())
    }

    /// All tokens are known.
    fn warm(self) -> Self {
        for token in &self.tokens {
            self.verified(token).expect("a good token");
        }
        self
    }
}

fn jwks(pair: &EcdsaKeyPair) -> String {
    let (x, y) = pair.public_key().as_ref()[1..].split_at(32);
    let encode = |bytes| URL_SAFE_NO_PAD.encode(bytes);
    json!({"keys": [{"kty": "EC", "crv": "P-256", "kid": "k1", "x": encode(x), "y": encode(y)}]}).to_string()
}

fn token(pair: &EcdsaKeyPair, number: usize, now: u64) -> String {
    let signed = |padding: usize| {
        let claims = json!({
            "iss": "https://id.example.com", "aud": "api", "sub": format!("user-{number}"), "iat": now, "exp": now + 3000,
            "jti": format!("token-{number}"), "sid": format!("session-{number}"), "client_id": "web",
            "scope": "catalogue:read orders:read orders:write", "roles": ["customer"], "tenant": "x".repeat(padding),
        });
        let mut header = Header::new(jsonwebtoken::Algorithm::ES256);
        (header.typ, header.kid) = (Some("at+jwt".into()), Some("k1".into()));
        let pkcs8 = pair.to_pkcs8v1().expect("a document");
        jsonwebtoken::encode(&header, &claims, &EncodingKey::from_ec_der(pkcs8.as_ref())).expect("signs")
    };
    let short = signed(0).len();
    signed((TOKEN_BYTES - short) * 3 / 4)
}

fn profile() -> Profile {
    Profile {
        name: "main".into(),
        issuer: "https://id.example.com".into(),
        audiences: vec!["api".into()],
        algorithms: vec![Algorithm::Es256],
        typ: Typing::AccessToken,
        leeway_seconds: 30,
        max_lifetime_seconds: 3600,
    }
}

/// One after the other, for ever.
fn in_turn<'a>(tokens: &'a [String]) -> impl FnMut() -> &'a str {
    let mut next = 0;
    move || {
        next = (next + 1) % tokens.len();
        &tokens[next]
    }
}

/// A known token; the argument is how many revocations are in force.
#[divan::bench(args = [0, 1_000, 100_000], sample_size = SAMPLE)]
fn hit(bencher: Bencher, revocations: usize) {
    let stage = Stage::with_cache().warm();
    let of = |number| Revocation::Token { jti: format!("revoked-{number}"), until: u64::MAX };
    // Of each kind one at least, so that each kind is looked up.
    let others = [
        Revocation::Session { sid: "s".into(), until: u64::MAX },
        Revocation::Subject { sub: "s".into(), before: 1 },
        Revocation::Client { client_id: "c".into(), before: 1 },
        Revocation::Key { kid: "k".into() },
    ];
    let all = (0..revocations.saturating_sub(others.len())).map(of).chain(others).take(revocations);
    stage.keyring.revoke("main", all).expect("room");
    let mut next = in_turn(&stage.tokens);
    bencher.bench_local(|| stage.verified(black_box(next())));
}

/// A known token on as many threads as the argument says; divan shows the time of one.
#[divan::bench(threads = [1, 2], sample_size = SAMPLE)]
fn hit_contended(bencher: Bencher) {
    let stage = Stage::with_cache().warm();
    bencher.bench(|| stage.verified(black_box(&stage.tokens[0])));
}

/// The part of a hit that is the SHA-256.
#[divan::bench(sample_size = SAMPLE)]
fn hit_digest_alone(bencher: Bencher) {
    let stage = Stage::new(0);
    let mut next = in_turn(&stage.tokens);
    bencher.bench_local(|| Sha256::digest(black_box(next()).as_bytes()));
}

/// What the gateway asks the keyring about one request with a known token: prepare, header, profile, verdict.
#[divan::bench(sample_size = SAMPLE)]
fn whole_request_known(bencher: Bencher) {
    let stage = Stage::with_cache().warm();
    let mut next = in_turn(&stage.tokens);
    bencher.bench_local(|| whole_request(&stage, black_box(next())));
}

/// The same with a cache that holds nothing.
#[divan::bench]
fn whole_request_unknown(bencher: Bencher) {
    let stage = Stage::new(0);
    let mut next = in_turn(&stage.tokens);
    bencher.bench_local(|| whole_request(&stage, black_box(next())));
}

fn whole_request(stage: &Stage, token: &str) -> Result<Claims, Refusal> {
    let mut scrutiny = Scrutiny::usual();
    let mut prepared = std::pin::pin!(stage.keyring.prepare(token, &mut scrutiny));
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    assert!(prepared.as_mut().poll(&mut context).is_ready(), "the keys are there");
    peek(token)?;
    let profile = stage.keyring.profile_for_token(token).ok_or(Refusal::UnknownIssuer)?;
    stage.keyring.verify_now(&profile.name, token, &Demands::default(), stage.now, &Scrutiny::usual())
}

/// The signature and all rules, with nothing kept.
#[divan::bench]
fn uncached_es256(bencher: Bencher) {
    let stage = Stage::new(0);
    let mut next = in_turn(&stage.tokens);
    bencher.bench_local(|| stage.verified(black_box(next())));
}

/// The same, and the token is kept: each has a cache of its own that is empty still.
#[divan::bench]
fn miss_and_insert(bencher: Bencher) {
    let stage = Stage::new(0);
    let empty = || stage.keyring.clone().with_cache_bytes(witgate_keyring::DEFAULT_CACHE_BYTES);
    bencher.with_inputs(empty).bench_local_values(|keyring| {
        let verdict =
            keyring.verify_now("main", black_box(&stage.tokens[0]), &Demands::default(), stage.now, &Scrutiny::usual());
        (keyring, verdict)
    });
}
