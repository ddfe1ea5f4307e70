//! An issuer for the tests: a fresh key, tokens signed with it, and a loopback server that publishes what a test says.
//!
//! Never answers before the test lets it: the gate and the counter are the synchronisation.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use aws_lc_rs::encoding::AsDer as _;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{EncodingKey, Header};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::runtime::Handle;
use tokio::sync::watch;
use witgate_keyring::{IssuerConfig, KeySource, Keyring, Timing};
use witgate_token::{Algorithm, Profile, Typing};

/// Nothing in these tests takes this long unless it is broken.
pub const PATIENCE: Duration = Duration::from_secs(20);
pub const ISSUER: &str = "https://id.example.com";

/// A signing key.
pub struct Signer {
    kid: Option<String>,
    pair: EcdsaKeyPair,
}

impl Signer {
    pub fn new(kid: &str) -> Self {
        Self { kid: Some(kid.to_owned()), ..Self::nameless() }
    }

    /// Neither its key nor its tokens have a `kid`.
    pub fn nameless() -> Self {
        let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).expect("a key");
        Self { kid: None, pair }
    }

    pub fn jwk(&self) -> Value {
        let (x, y) = self.pair.public_key().as_ref()[1..].split_at(32);
        let encode = |bytes| URL_SAFE_NO_PAD.encode(bytes);
        let mut jwk = json!({"kty": "EC", "crv": "P-256", "x": encode(x), "y": encode(y)});
        if let Some(kid) = &self.kid {
            jwk["kid"] = json!(kid);
        }
        jwk
    }

    pub fn jwks(&self) -> String {
        json!({"keys": [self.jwk()]}).to_string()
    }

    /// The public key as a PEM file.
    pub fn pem(&self) -> String {
        let der = self.pair.public_key().as_der().expect("a document");
        let lines = base64::engine::general_purpose::STANDARD.encode(der.as_ref());
        format!("-----BEGIN PUBLIC KEY-----\n{lines}\n-----END PUBLIC KEY-----\n")
    }

    /// A good token with more claims.
    pub fn token_with(&self, more: &Value) -> String {
        let mut claims = json!({"iss": ISSUER, "aud": "api", "sub": "u1", "iat": now() - 1, "exp": now() + 600});
        for (name, value) in more.as_object().expect("claims") {
            claims[name] = value.clone();
        }
        let mut header = Header::new(jsonwebtoken::Algorithm::ES256);
        header.typ = Some("at+jwt".into());
        header.kid.clone_from(&self.kid);
        let pkcs8 = self.pair.to_pkcs8v1().expect("a document");
        jsonwebtoken::encode(&header, &claims, &EncodingKey::from_ec_der(pkcs8.as_ref())).expect("signs")
    }

    pub fn token(&self) -> String {
        self.token_with(&json!({}))
    }
}

pub fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").as_secs()
}

pub type Answer = Arc<dyn Fn(&str) -> Response + Send + Sync>;

/// A server whose answers a test sets, holds back and counts.
#[derive(Clone)]
pub struct Server {
    answer: Arc<Mutex<Answer>>,
    open: Arc<watch::Sender<bool>>,
    requests: Arc<AtomicUsize>,
    pub address: url::Url,
}

impl Server {
    /// Serves the key set at every path.
    pub async fn publishing(jwks: String) -> Self {
        Self::answering(move |_| jwks.clone().into_response()).await
    }

    pub async fn answering(answer: impl Fn(&str) -> Response + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = format!("http://{}", listener.local_addr().expect("bound")).parse().expect("a URL");
        let answer: Answer = Arc::new(answer);
        let (open, requests) = (Arc::new(watch::Sender::new(true)), Arc::default());
        let server = Self { answer: Arc::new(Mutex::new(answer)), open, requests, address };
        let app = Router::new().fallback(respond).with_state(server.clone());
        tokio::spawn(async move { axum::serve(listener, app).await });
        server
    }

    pub fn now_answers(&self, answer: impl Fn(&str) -> Response + Send + Sync + 'static) {
        *self.answer.lock().expect("unpoisoned") = Arc::new(answer);
    }

    pub fn now_publishes(&self, jwks: String) {
        self.now_answers(move |_| jwks.clone().into_response());
    }

    /// Holds every answer back while closed.
    pub fn set_open(&self, open: bool) {
        self.open.send_replace(open);
    }

    /// How many requests have arrived.
    pub fn requests(&self) -> usize {
        self.requests.load(Ordering::SeqCst)
    }
}

async fn respond(State(server): State<Server>, request: axum::extract::Request) -> Response {
    server.requests.fetch_add(1, Ordering::SeqCst);
    let mut open = server.open.subscribe();
    let _ = open.wait_for(|open| *open).await;
    let answer = Arc::clone(&server.answer.lock().expect("unpoisoned"));
    answer(request.uri().path())
}

pub fn profile() -> Profile {
    Profile {
        name: "main".into(),
        issuer: ISSUER.into(),
        audiences: vec!["api".into()],
        algorithms: vec![Algorithm::Es256],
        typ: Typing::AccessToken,
        leeway_seconds: 30,
        max_lifetime_seconds: 3600,
    }
}

/// Cooldowns so short that a test need not wait, deadlines that a busy machine meets, and a long freshness so that nothing
/// happens by itself.
pub fn quick() -> Timing {
    let cooldown = Duration::from_millis(50);
    Timing {
        cooldown,
        first_cooldown: cooldown,
        fetch_deadline: PATIENCE,
        wait_deadline: PATIENCE,
        ..Timing::default()
    }
}

pub fn keyring_from(source: KeySource, timing: &Timing) -> Keyring {
    let config = IssuerConfig::new(profile(), source);
    Keyring::with_timing(vec![config], Handle::current(), timing).expect("a keyring")
}

pub fn keyring(server: &Server, timing: &Timing) -> Keyring {
    keyring_from(KeySource::JwksUrl(server.address.clone()), timing)
}

/// Asks again and again until it is so; panics after [`PATIENCE`].
pub async fn eventually(what: &str, mut so: impl AsyncFnMut() -> bool) {
    let mut tick = tokio::time::interval(Duration::from_millis(5));
    let asking = async {
        while !so().await {
            tick.tick().await;
        }
    };
    tokio::time::timeout(PATIENCE, asking).await.unwrap_or_else(|_| panic!("never so: {what}"));
}
