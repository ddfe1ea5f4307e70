//! An issuer for tests: a fresh P-256 key, its JWKS file, and tokens of any shape.
//! Never used outside tests, and never the same key twice.

use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};

/// The `iss` of good tokens.
pub const ISSUER: &str = "http://127.0.0.1:9000";

/// The `aud` of good tokens.
pub const AUDIENCE: &str = "witgate";

/// What a customer may do.
pub const CUSTOMER_SCOPE: &str = "catalogue:read orders:read orders:write";

const KID: &str = "k1";

/// Signs tokens with a key of its own.
pub struct Issuer {
    pkcs8: Vec<u8>,
    point: Vec<u8>,
}

impl Default for Issuer {
    fn default() -> Issuer {
        Issuer::new()
    }
}

impl Issuer {
    /// Makes the key.
    pub fn new() -> Issuer {
        let random = SystemRandom::new();
        let pkcs8 = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).unwrap();
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8.as_ref()).unwrap();
        Issuer { point: pair.public_key().as_ref().to_vec(), pkcs8: pkcs8.as_ref().to_vec() }
    }

    /// Writes the JWKS document.
    pub fn write_jwks(&self, path: &Path) {
        std::fs::write(path, self.jwks().to_string()).unwrap();
    }

    /// The JWKS document. The point is 0x04, then x and y of 32 bytes each.
    pub fn jwks(&self) -> Value {
        let (x, y) = (URL_SAFE_NO_PAD.encode(&self.point[1..33]), URL_SAFE_NO_PAD.encode(&self.point[33..65]));
        let key = json!({"kty": "EC", "crv": "P-256", "kid": KID, "alg": "ES256", "use": "sig", "x": x, "y": y});
        json!({ "keys": [key] })
    }

    /// A good token of this subject, with these scopes and roles.
    pub fn token(&self, subject: &str, scope: &str, roles: &[&str]) -> String {
        self.sign(&claims(subject, scope, roles))
    }

    /// A good token of a customer.
    pub fn customer(&self, subject: &str) -> String {
        self.token(subject, CUSTOMER_SCOPE, &["customer"])
    }

    /// A good token of somebody of the staff.
    pub fn staff(&self, subject: &str) -> String {
        let scope = format!("{CUSTOMER_SCOPE} orders:read:all stock:write");
        self.token(subject, &scope, &["staff"])
    }

    /// Signs whatever the claims are, as an access token.
    pub fn sign(&self, claims: &Value) -> String {
        self.sign_as("at+jwt", claims)
    }

    /// Signs whatever the claims are, as this type of token.
    pub fn sign_as(&self, typ: &str, claims: &Value) -> String {
        let mut header = Header::new(Algorithm::ES256);
        header.typ = Some(typ.to_owned());
        header.kid = Some(KID.to_owned());
        jsonwebtoken::encode(&header, claims, &EncodingKey::from_ec_der(&self.pkcs8)).unwrap()
    }
}

/// The claims of a good token; tests spoil one.
pub fn claims(subject: &str, scope: &str, roles: &[&str]) -> Value {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    json!({
        "iss": ISSUER, "aud": AUDIENCE, "sub": subject, "scope": scope, "roles": roles,
        "iat": now, "exp": now + 600, "jti": "t-1", "client_id": "test",
    })
}
