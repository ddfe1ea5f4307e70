//! An issuer whose tokens a chain of policies takes: one key, many subjects. Never a key that outlives the run.

use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use aws_lc_rs::encoding::AsDer as _;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

/// Seconds that a token lives.
const LIFETIME_SECONDS: u64 = 3600;

/// Signs with RS256.
pub struct Issuer(KeyPair);

impl Issuer {
    /// With a new key, whose public half is written to a PEM file.
    pub fn create(public: &Path) -> Self {
        let key = KeyPair::generate(KeySize::Rsa2048).expect("a key");
        let der = key.public_key().as_der().expect("a public key");
        let pem = format!("-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n", STANDARD.encode(der.as_ref()));
        std::fs::write(public, pem).expect("a written key");
        Self(key)
    }

    /// What an `Authorization` header says for so many different customers.
    pub fn credentials(&self, count: usize) -> Vec<String> {
        (0..count).map(|number| format!("Bearer {}", self.token(number))).collect()
    }

    fn token(&self, number: usize) -> String {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").as_secs();
        let claims = serde_json::json!({
            "iss": "https://issuer.bench", "aud": "bench", "sub": format!("user-{number:05}"),
            "jti": format!("token-{number}"), "iat": now, "exp": now + LIFETIME_SECONDS, "tenant": "acme",
            "roles": ["customer"], "scope": "catalogue:read orders:read",
        });
        let part = |text: &str| URL_SAFE_NO_PAD.encode(text);
        let signed = format!("{}.{}", part(r#"{"alg":"RS256","typ":"JWT","kid":"rs"}"#), part(&claims.to_string()));
        let mut signature = vec![0; self.0.public_modulus_len()];
        self.0.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), signed.as_bytes(), &mut signature).expect("signs");
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
    }
}
