//! The issuer's keys: one for each algorithm. All RSA algorithms share one modulus under six names, so that nothing but
//! the binding of a key to its algorithm keeps them apart. Never the same keys in two runs.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{self, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _, RsaEncoding, RsaKeyPair};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

/// How a key signs.
enum Pair {
    Ec(EcdsaKeyPair),
    Ed(Ed25519KeyPair),
    Rsa(&'static dyn RsaEncoding),
}

/// A private key under its name.
pub struct Signer {
    pub alg: &'static str,
    pub kid: String,
    pair: Pair,
    jwk: Value,
}

/// All keys of the issuer, and a stranger's of each kind.
pub struct Keys {
    pub signers: Vec<Signer>,
    pub strangers: Vec<Signer>,
    rsa: RsaKeyPair,
    strange_rsa: RsaKeyPair,
}

/// The RSA algorithms.
const RSA: [(&str, &dyn RsaEncoding); 6] = [
    ("RS256", &signature::RSA_PKCS1_SHA256),
    ("RS384", &signature::RSA_PKCS1_SHA384),
    ("RS512", &signature::RSA_PKCS1_SHA512),
    ("PS256", &signature::RSA_PSS_SHA256),
    ("PS384", &signature::RSA_PSS_SHA384),
    ("PS512", &signature::RSA_PSS_SHA512),
];

impl Keys {
    /// Fresh keys.
    pub fn generate() -> Keys {
        let rsa = || RsaKeyPair::generate(KeySize::Rsa2048).expect("an RSA key");
        let (rsa, strange_rsa) = (rsa(), rsa());
        Keys { signers: signers(&rsa), strangers: signers(&strange_rsa), rsa, strange_rsa }
    }

    /// The key set, as it would be published.
    pub fn jwks(&self) -> Value {
        json!({"keys": self.signers.iter().map(|signer| &signer.jwk).collect::<Vec<_>>()})
    }

    /// The names of all algorithms.
    pub fn algorithms(&self) -> Vec<&'static str> {
        self.signers.iter().map(|signer| signer.alg).collect()
    }

    /// Signs with the issuer's key of this place.
    pub fn sign(&self, signer: usize, message: &[u8]) -> Vec<u8> {
        sign(&self.signers[signer].pair, &self.rsa, message)
    }

    /// Signs with a key that is not in the key set.
    pub fn sign_as_stranger(&self, signer: usize, message: &[u8]) -> Vec<u8> {
        sign(&self.strangers[signer].pair, &self.strange_rsa, message)
    }
}

impl Signer {
    /// The public key, as it would be published.
    pub fn jwk(&self) -> &Value {
        &self.jwk
    }
}

pub fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

fn signers(rsa: &RsaKeyPair) -> Vec<Signer> {
    let mut signers: Vec<Signer> = RSA.into_iter().map(|(alg, encoding)| rsa_signer(alg, encoding, rsa)).collect();
    signers.push(ec_signer("ES256", "P-256", &signature::ECDSA_P256_SHA256_FIXED_SIGNING));
    signers.push(ec_signer("ES384", "P-384", &signature::ECDSA_P384_SHA384_FIXED_SIGNING));
    let pair = Ed25519KeyPair::generate().expect("an Ed25519 key");
    // without `alg`: both names of the algorithm may use it
    let jwk = json!({"kty": "OKP", "crv": "Ed25519", "kid": "key-EdDSA", "x": encode(pair.public_key().as_ref())});
    signers.push(Signer { alg: "EdDSA", kid: "key-EdDSA".into(), pair: Pair::Ed(pair), jwk });
    signers
}

fn rsa_signer(alg: &'static str, encoding: &'static dyn RsaEncoding, rsa: &RsaKeyPair) -> Signer {
    let (n, e) = (rsa.public_key().modulus(), rsa.public_key().exponent());
    let (n, e) = (encode(n.big_endian_without_leading_zero()), encode(e.big_endian_without_leading_zero()));
    let kid = format!("key-{alg}");
    let jwk = json!({"kty": "RSA", "use": "sig", "alg": alg, "kid": kid, "n": n, "e": e});
    Signer { alg, kid, pair: Pair::Rsa(encoding), jwk }
}

fn ec_signer(alg: &'static str, crv: &str, rules: &'static signature::EcdsaSigningAlgorithm) -> Signer {
    let pair = EcdsaKeyPair::generate(rules).expect("an EC key");
    let point = pair.public_key().as_ref();
    let (x, y) = point[1..].split_at(point.len() / 2);
    let kid = format!("key-{alg}");
    let jwk = json!({"kty": "EC", "crv": crv, "alg": alg, "kid": kid, "x": encode(x), "y": encode(y)});
    Signer { alg, kid, pair: Pair::Ec(pair), jwk }
}

fn sign(pair: &Pair, rsa: &RsaKeyPair, message: &[u8]) -> Vec<u8> {
    let random = SystemRandom::new();
    match pair {
        Pair::Ec(pair) => pair.sign(&random, message).expect("a signature").as_ref().to_vec(),
        Pair::Ed(pair) => pair.sign(message).as_ref().to_vec(),
        Pair::Rsa(encoding) => {
            let mut signature = vec![0; rsa.public_modulus_len()];
            rsa.sign(*encoding, &random, message, &mut signature).expect("a signature");
            signature
        }
    }
}
