//! A private key of a mint: it signs any bytes. Never checks what it signs.

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der, PublicKeyX509Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair, RSA_PKCS1_SHA256, RSA_PSS_SHA256, RsaEncoding, RsaKeyPair,
};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::part;

/// Characters of one line of a PEM document (RFC 7468 section 2).
const PEM_LINE: usize = 64;

/// A key and its one algorithm.
pub enum SigningKey {
    /// P-256.
    Es256(EcdsaKeyPair),
    /// 2048 bits.
    Rs256(RsaKeyPair),
}

impl SigningKey {
    /// A new P-256 key.
    pub fn es256() -> SigningKey {
        SigningKey::Es256(EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).expect("a key"))
    }

    /// A new RSA key.
    pub fn rs256() -> SigningKey {
        SigningKey::Rs256(RsaKeyPair::generate(KeySize::Rsa2048).expect("a key"))
    }

    /// A new key of the same kind.
    pub fn another(&self) -> SigningKey {
        match self {
            SigningKey::Es256(_) => SigningKey::es256(),
            SigningKey::Rs256(_) => SigningKey::rs256(),
        }
    }

    /// The JOSE name of what [`SigningKey::sign`] makes.
    pub fn algorithm(&self) -> &'static str {
        match self {
            SigningKey::Es256(_) => "ES256",
            SigningKey::Rs256(_) => "RS256",
        }
    }

    /// A signature as JWS wants it (RFC 7518 sections 3.3 and 3.4).
    pub fn sign(&self, message: &[u8]) -> Vec<u8> {
        match self {
            SigningKey::Es256(key) => key.sign(&SystemRandom::new(), message).expect("a signature").as_ref().to_vec(),
            SigningKey::Rs256(key) => rsa_signature(key, &RSA_PKCS1_SHA256, message),
        }
    }

    /// A PS256 signature by an RSA key that is published for RS256. Panics with another key.
    pub fn sign_pss(&self, message: &[u8]) -> Vec<u8> {
        let SigningKey::Rs256(key) = self else { panic!("only an RSA key makes a PSS signature") };
        rsa_signature(key, &RSA_PSS_SHA256, message)
    }

    /// The public half as a JWK (RFC 7517).
    pub fn jwk(&self, kid: &str) -> Value {
        let alg = self.algorithm();
        match self {
            SigningKey::Es256(key) => {
                let point = key.public_key().as_ref();
                let (x, y) = (part(&point[1..33]), part(&point[33..65]));
                json!({"kty": "EC", "crv": "P-256", "use": "sig", "alg": alg, "kid": kid, "x": x, "y": y})
            }
            SigningKey::Rs256(key) => {
                let public = key.public_key();
                let n = part(public.modulus().big_endian_without_leading_zero());
                let e = part(public.exponent().big_endian_without_leading_zero());
                json!({"kty": "RSA", "use": "sig", "alg": alg, "kid": kid, "n": n, "e": e})
            }
        }
    }

    /// The public half as it is: an uncompressed point, or an RSAPublicKey (RFC 8017 appendix A.1.1).
    pub fn public_bytes(&self) -> Vec<u8> {
        match self {
            SigningKey::Es256(key) => key.public_key().as_ref().to_vec(),
            SigningKey::Rs256(key) => key.public_key().as_ref().to_vec(),
        }
    }

    /// The public half as a SubjectPublicKeyInfo.
    pub fn public_der(&self) -> Vec<u8> {
        let der: PublicKeyX509Der<'_> = match self {
            SigningKey::Es256(key) => key.public_key().as_der().expect("DER"),
            SigningKey::Rs256(key) => key.public_key().as_der().expect("DER"),
        };
        der.as_ref().to_vec()
    }

    /// The same as PEM: what most servers have in a file.
    pub fn public_pem(&self) -> String {
        pem("PUBLIC KEY", &self.public_der())
    }

    /// The private half as PEM (RFC 5958), for a client that signs by itself.
    pub fn private_pem(&self) -> String {
        let der = match self {
            SigningKey::Es256(key) => key.to_pkcs8v1().expect("DER").as_ref().to_vec(),
            SigningKey::Rs256(key) => AsDer::<Pkcs8V1Der<'_>>::as_der(key).expect("DER").as_ref().to_vec(),
        };
        pem("PRIVATE KEY", &der)
    }
}

fn pem(label: &str, der: &[u8]) -> String {
    let text = STANDARD.encode(der);
    let lines: Vec<&str> = text.as_bytes().chunks(PEM_LINE).map(|line| str::from_utf8(line).expect("ASCII")).collect();
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", lines.join("\n"))
}

fn rsa_signature(key: &RsaKeyPair, padding: &'static dyn RsaEncoding, message: &[u8]) -> Vec<u8> {
    let mut signature = vec![0; key.public_modulus_len()];
    key.sign(padding, &SystemRandom::new(), message, &mut signature).expect("a signature");
    signature
}
