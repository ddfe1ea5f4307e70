//! Fresh keys, their JWKs, and tokens signed with them: well-formed ones and forged ones.
//!
//! Never checks anything: it makes what the other tests judge.

use aws_lc_rs::encoding::{AsDer as _, PublicKeyX509Der};
use aws_lc_rs::hmac;
use aws_lc_rs::rand::{self, SystemRandom};
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{self, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _, RsaKeyPair};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use witgate_token::{Algorithm, KeySet, Profile, Typing};

/// The time at which every test judges, in seconds since 1970-01-01 UTC.
pub const NOW: u64 = 1_800_000_000;
pub const ISSUER: &str = "https://id.example.com";

enum Pair {
    Ec(EcdsaKeyPair),
    Ed(Ed25519KeyPair),
    Rsa(RsaKeyPair, &'static dyn signature::RsaEncoding),
    Secret([u8; 64]),
}

fn secret() -> Pair {
    let mut bytes = [0; 64];
    rand::fill(&mut bytes).expect("random bytes");
    Pair::Secret(bytes)
}

/// A private key with its place in a key set.
pub struct Signer {
    pair: Pair,
    pub algorithm: Algorithm,
    pub kid: String,
}

impl Signer {
    pub fn new(algorithm: Algorithm, kid: &str) -> Self {
        let rsa = |encoding| Pair::Rsa(RsaKeyPair::generate(KeySize::Rsa2048).expect("a key"), encoding);
        let pair = match algorithm {
            Algorithm::Es256 => {
                Pair::Ec(EcdsaKeyPair::generate(&signature::ECDSA_P256_SHA256_FIXED_SIGNING).expect("a key"))
            }
            Algorithm::Es384 => {
                Pair::Ec(EcdsaKeyPair::generate(&signature::ECDSA_P384_SHA384_FIXED_SIGNING).expect("a key"))
            }
            Algorithm::EdDsa => Pair::Ed(Ed25519KeyPair::generate().expect("a key")),
            Algorithm::Rs256 => rsa(&signature::RSA_PKCS1_SHA256),
            Algorithm::Rs384 => rsa(&signature::RSA_PKCS1_SHA384),
            Algorithm::Rs512 => rsa(&signature::RSA_PKCS1_SHA512),
            Algorithm::Ps256 => rsa(&signature::RSA_PSS_SHA256),
            Algorithm::Ps384 => rsa(&signature::RSA_PSS_SHA384),
            Algorithm::Ps512 => rsa(&signature::RSA_PSS_SHA512),
            Algorithm::Hs256 | Algorithm::Hs384 | Algorithm::Hs512 => secret(),
        };
        Self { pair, algorithm, kid: kid.to_owned() }
    }

    /// The key set of a verifier that knows this issuer.
    pub fn keys(&self) -> KeySet {
        match &self.pair {
            Pair::Secret(secret) => {
                KeySet::from_secret(secret, self.algorithm, Some(self.kid.clone())).expect("a secret")
            }
            _ => key_set(&[self.jwk()]),
        }
    }

    /// The public key as SubjectPublicKeyInfo in DER.
    pub fn spki(&self) -> Vec<u8> {
        let der: PublicKeyX509Der<'_> = match &self.pair {
            Pair::Ec(pair) => pair.public_key().as_der().expect("DER"),
            Pair::Ed(pair) => pair.public_key().as_der().expect("DER"),
            Pair::Rsa(pair, _) => pair.public_key().as_der().expect("DER"),
            Pair::Secret(_) => panic!("a secret has no public half"),
        };
        der.as_ref().to_vec()
    }

    /// The public key as a PEM file.
    pub fn pem(&self) -> String {
        pem("PUBLIC KEY", &self.spki())
    }

    /// The public key, as it would be published.
    pub fn jwk(&self) -> Value {
        let mut jwk = match &self.pair {
            Pair::Ec(pair) => {
                let (x, y) = pair.public_key().as_ref()[1..].split_at(pair.public_key().as_ref().len() / 2);
                let crv = if self.algorithm == Algorithm::Es256 { "P-256" } else { "P-384" };
                json!({"kty": "EC", "crv": crv, "x": encode(x), "y": encode(y)})
            }
            Pair::Ed(pair) => json!({"kty": "OKP", "crv": "Ed25519", "x": encode(pair.public_key().as_ref())}),
            Pair::Rsa(pair, _) => {
                let n = pair.public_key().modulus();
                let e = pair.public_key().exponent();
                let (n, e) = (n.big_endian_without_leading_zero(), e.big_endian_without_leading_zero());
                json!({"kty": "RSA", "n": encode(n), "e": encode(e)})
            }
            Pair::Secret(secret) => json!({"kty": "oct", "k": encode(secret)}),
        };
        jwk["kid"] = json!(self.kid);
        jwk["alg"] = json!(self.algorithm.name());
        jwk
    }

    /// The header of a good access token.
    pub fn header(&self) -> Value {
        json!({"alg": self.algorithm.name(), "kid": self.kid, "typ": "at+jwt"})
    }

    /// A good access token.
    pub fn good(&self) -> String {
        self.token(&self.header().to_string(), &claims().to_string())
    }

    /// A token with this very text as header and payload, truly signed.
    pub fn token(&self, header: &str, payload: &str) -> String {
        let signed = format!("{}.{}", encode(header), encode(payload));
        let signature = encode(self.sign(signed.as_bytes()));
        format!("{signed}.{signature}")
    }

    pub fn sign(&self, message: &[u8]) -> Vec<u8> {
        let random = SystemRandom::new();
        match &self.pair {
            Pair::Ec(pair) => pair.sign(&random, message).expect("signs").as_ref().to_vec(),
            Pair::Ed(pair) => pair.sign(message).as_ref().to_vec(),
            Pair::Rsa(pair, encoding) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(*encoding, &random, message, &mut signature).expect("signs");
                signature
            }
            Pair::Secret(secret) => {
                let algorithm = match self.algorithm {
                    Algorithm::Hs256 => hmac::HMAC_SHA256,
                    Algorithm::Hs384 => hmac::HMAC_SHA384,
                    _ => hmac::HMAC_SHA512,
                };
                hmac::sign(&hmac::Key::new(algorithm, secret), message).as_ref().to_vec()
            }
        }
    }
}

/// A PEM file of one block.
pub fn pem(label: &str, der: &[u8]) -> String {
    let base64 = base64::engine::general_purpose::STANDARD.encode(der);
    let lines: Vec<&str> = base64.as_bytes().chunks(64).map(|line| str::from_utf8(line).expect("ASCII")).collect();
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", lines.join("\n"))
}

/// The claims of a good access token.
pub fn claims() -> Value {
    json!({"iss": ISSUER, "aud": "api", "sub": "u1", "iat": NOW - 10, "exp": NOW + 600, "jti": "t1"})
}

pub fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

pub fn decode(text: &str) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(text).expect("base64url")
}

pub fn key_set(jwks: &[Value]) -> KeySet {
    let (keys, dropped) = KeySet::from_jwks(json!({"keys": jwks}).to_string().as_bytes()).expect("a key set");
    assert_eq!(dropped, []);
    keys
}

pub fn profile(typ: Typing, algorithms: &[Algorithm]) -> Profile {
    Profile {
        name: "main".into(),
        issuer: ISSUER.into(),
        audiences: vec!["api".into()],
        algorithms: algorithms.to_vec(),
        typ,
        leeway_seconds: 30,
        max_lifetime_seconds: 3600,
    }
}
