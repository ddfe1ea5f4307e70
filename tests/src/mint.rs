//! A second issuer under the tests' control: it serves its key set and signs whatever a test asks for. Never weaker
//! than a real one where a test does not say so: each forged token differs from a good one in one thing.

use std::time::{SystemTime, UNIX_EPOCH};

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

use crate::configs::AUDIENCE;

/// The issuer in the mint's tokens.
pub const ISSUER: &str = "https://mint.witgate.test";

/// The name of its only key.
const KEY_ID: &str = "mint-key-1";

/// Seconds that a good token lives.
const LIFETIME_SECONDS: u64 = 600;

/// The issuer; its key set is served until it is dropped.
pub struct Mint {
    key: Vec<u8>,
    jwks_url: String,
    server: JoinHandle<()>,
}

impl Mint {
    /// Makes a key and serves the key set on loopback.
    pub async fn serve() -> Mint {
        let (key, public) = key_pair();
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let jwks_url = format!("http://{}/jwks.json", listener.local_addr().expect("an address"));
        let server = tokio::spawn(serve_document(listener, jwks(&public)));
        Mint { key, jwks_url, server }
    }

    /// Where the key set is.
    pub fn jwks_url(&self) -> &str {
        &self.jwks_url
    }

    /// The claims of a good access token of a customer.
    pub fn claims(&self) -> Value {
        let now = now();
        json!({
            "iss": ISSUER, "aud": AUDIENCE, "sub": "user-of-the-mint", "client_id": "tests", "jti": format!("jti-{now}"),
            "iat": now, "exp": now + LIFETIME_SECONDS, "sid": "session-of-the-mint", "tenant": "acme",
            "preferred_username": "minted", "roles": ["customer"],
            "scope": "catalogue:read orders:read orders:write",
        })
    }

    /// The good claims with one member changed; `null` removes it.
    pub fn claims_with(&self, name: &str, value: Value) -> Value {
        let mut claims = self.claims();
        let members = claims.as_object_mut().expect("claims are an object");
        match value {
            Value::Null => members.remove(name),
            value => members.insert(name.to_owned(), value),
        };
        claims
    }

    /// Signs with the served key.
    pub fn sign(&self, claims: &Value) -> String {
        sign(&self.key, claims)
    }

    /// Signs with a key that nobody serves, under the served key's name.
    pub fn forge(&self, claims: &Value) -> String {
        sign(&key_pair().0, claims)
    }

    /// A token that says `alg: none` and has no signature.
    pub fn unsigned(&self, claims: &Value) -> String {
        let header = json!({"alg": "none", "typ": "at+jwt", "kid": KEY_ID});
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        format!("{}.{}.", part(&header), part(claims))
    }
}

impl Drop for Mint {
    fn drop(&mut self) {
        self.server.abort();
    }
}

/// Seconds since 1970.
pub fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).expect("a clock after 1970").as_secs()
}

fn sign(key: &[u8], claims: &Value) -> String {
    let mut header = Header::new(Algorithm::ES256);
    header.typ = Some("at+jwt".to_owned());
    header.kid = Some(KEY_ID.to_owned());
    jsonwebtoken::encode(&header, claims, &EncodingKey::from_ec_der(key)).expect("a signed token")
}

/// PKCS#8 of the private key, and the uncompressed public point.
fn key_pair() -> (Vec<u8>, Vec<u8>) {
    let random = SystemRandom::new();
    let document = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).expect("a key");
    let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, document.as_ref()).expect("a key pair");
    (document.as_ref().to_vec(), pair.public_key().as_ref().to_vec())
}

fn jwks(public: &[u8]) -> String {
    let coordinate = |range| URL_SAFE_NO_PAD.encode(&public[range]);
    let key = json!({
        "kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256", "kid": KEY_ID,
        "x": coordinate(1..33), "y": coordinate(33..65),
    });
    json!({ "keys": [key] }).to_string()
}

async fn serve_document(listener: TcpListener, document: String) {
    while let Ok((stream, _)) = listener.accept().await {
        let _client_left = answer(stream, &document).await;
    }
}

async fn answer(mut stream: TcpStream, document: &str) -> std::io::Result<()> {
    let mut request = Vec::new();
    while !request.ends_with(b"\r\n\r\n") {
        if stream.read_buf(&mut request).await? == 0 {
            return Ok(());
        }
    }
    let length = document.len();
    let head = format!("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n");
    stream.write_all(format!("{head}connection: close\r\n\r\n{document}").as_bytes()).await
}
