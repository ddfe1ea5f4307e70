//! Key material of each kind, judged before it may verify anything (RFC 7518 sections 3 and 6, RFC 8037).
//!
//! Never serves two algorithms, and never a kind of key under an algorithm of another kind.

use std::fmt;
use std::sync::Arc;

use aws_lc_rs::signature::{self, ParsedPublicKey};
use jsonwebtoken::DecodingKey;

use crate::algorithm::Algorithm;
use crate::key_fault::KeyFault;
use crate::roca;

/// Smallest RSA modulus, in bits (RFC 7518 section 3.3).
pub const MIN_RSA_BITS: usize = 2048;
/// Largest RSA modulus that the crypto library verifies with, in bits.
pub const MAX_RSA_BITS: usize = 8192;
/// Smallest public exponent. Smaller ones, 3 above all, have a history of forged signatures.
const MIN_RSA_EXPONENT: u64 = 65_537;
/// Largest public exponent that the crypto library takes: 33 bits.
const MAX_RSA_EXPONENT: u64 = (1 << 33) - 1;
/// Longest `kid` that is kept, in bytes.
const MAX_KID_BYTES: usize = 512;

/// A usable key: one key, one algorithm. Clones share the bytes, which are wiped when the last one is dropped.
#[derive(Clone)]
pub(crate) struct Key {
    pub name: KeyName,
    pub algorithm: Algorithm,
    pub verifier: Arc<DecodingKey>,
}

/// What a token may call a key (RFC 7515 section 4.1.4).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum KeyName {
    /// Only this `kid`, or no `kid` where the key is the only one of its algorithm.
    Kid(String),
    /// A JWK without a `kid`: only tokens without one.
    Unnamed,
    /// The one key that the operator gave, without a name: whatever the token calls it, no other can be meant.
    Any,
}

/// The bytes of a key, by kind.
#[derive(Clone, Copy)]
pub(crate) enum Material<'a> {
    /// Big-endian, without leading zero octets.
    Rsa { modulus: &'a [u8], exponent: &'a [u8] },
    /// The uncompressed point of P-256.
    P256(&'a [u8]),
    /// The uncompressed point of P-384.
    P384(&'a [u8]),
    /// The 32 octets of RFC 8032.
    Ed25519(&'a [u8]),
    /// What issuer and verifier share.
    Secret(&'a [u8]),
}

impl Key {
    /// Judges the material under the one algorithm it is to serve.
    pub fn judged(name: KeyName, algorithm: Algorithm, material: Material<'_>) -> Result<Self, KeyFault> {
        if matches!(&name, KeyName::Kid(kid) if kid.is_empty() || kid.len() > MAX_KID_BYTES) {
            return Err(KeyFault::Member("kid"));
        }
        Ok(Self { name, algorithm, verifier: Arc::new(verifier(algorithm, material)?) })
    }

    /// The key's own name, where it has one.
    pub fn kid(&self) -> Option<&str> {
        match &self.name {
            KeyName::Kid(kid) => Some(kid),
            KeyName::Unnamed | KeyName::Any => None,
        }
    }

    /// Whether a token that names this `kid` can mean this key.
    pub fn answers_to(&self, kid: &str) -> bool {
        match &self.name {
            KeyName::Kid(own) => own == kid,
            KeyName::Unnamed => false,
            KeyName::Any => true,
        }
    }
}

/// The library keeps its own copy of the bytes, shows none of them in Debug, and wipes them when it is dropped.
fn verifier(algorithm: Algorithm, material: Material<'_>) -> Result<DecodingKey, KeyFault> {
    use Algorithm::{EdDsa, Es256, Es384, Hs256, Hs384, Hs512, Ps256, Ps384, Ps512, Rs256, Rs384, Rs512};
    match (algorithm, material) {
        (Rs256 | Rs384 | Rs512 | Ps256 | Ps384 | Ps512, Material::Rsa { modulus, exponent }) => rsa(modulus, exponent),
        (Es256, Material::P256(point)) => ec(point, &signature::ECDSA_P256_SHA256_FIXED),
        (Es384, Material::P384(point)) => ec(point, &signature::ECDSA_P384_SHA384_FIXED),
        (EdDsa, Material::Ed25519(octets)) if octets.len() == 32 => Ok(DecodingKey::from_ed_der(octets)),
        (EdDsa, Material::Ed25519(_)) => Err(KeyFault::Encoding),
        (Hs256 | Hs384 | Hs512, Material::Secret(secret)) => hmac(algorithm, secret),
        _ => Err(KeyFault::OtherKind),
    }
}

/// The point is checked here once, so that a bad one is named at load and not at each token.
fn ec(point: &[u8], rules: &'static dyn signature::VerificationAlgorithm) -> Result<DecodingKey, KeyFault> {
    ParsedPublicKey::new(rules, point).map_err(|_| KeyFault::Invalid)?;
    Ok(DecodingKey::from_ec_der(point))
}

fn rsa(modulus: &[u8], exponent: &[u8]) -> Result<DecodingKey, KeyFault> {
    let (Some(first), Some(last)) = (modulus.first(), modulus.last()) else { return Err(KeyFault::Encoding) };
    let bits = modulus.len() * 8 - first.leading_zeros() as usize;
    if !(MIN_RSA_BITS..=MAX_RSA_BITS).contains(&bits) {
        return Err(KeyFault::RsaSize);
    }
    let value = exponent.iter().try_fold(0_u64, |sum, byte| sum.checked_mul(256)?.checked_add(u64::from(*byte)));
    match value {
        Some(e) if e % 2 == 1 && (MIN_RSA_EXPONENT..=MAX_RSA_EXPONENT).contains(&e) => {}
        _ => return Err(KeyFault::RsaExponent),
    }
    if last % 2 == 0 {
        return Err(KeyFault::Invalid);
    }
    if roca::is_marked(modulus) {
        return Err(KeyFault::Roca);
    }
    Ok(DecodingKey::from_rsa_raw_components(modulus, exponent))
}

fn hmac(algorithm: Algorithm, secret: &[u8]) -> Result<DecodingKey, KeyFault> {
    match algorithm.min_secret_bytes() {
        Some(least) if secret.len() >= least => Ok(DecodingKey::from_secret(secret)),
        Some(_) => Err(KeyFault::SecretTooShort),
        None => Err(KeyFault::OtherKind),
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Key").field("name", &self.name).field("algorithm", &self.algorithm).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each kind of material under every algorithm: only its own kind is ever taken.
    #[test]
    fn no_kind_of_key_serves_another_kind_of_algorithm() {
        let modulus = [0xab; 256];
        let octets = [7; 97];
        for algorithm in Algorithm::ALL {
            for (material, own) in [
                (Material::Rsa { modulus: &modulus, exponent: &[1, 0, 1] }, ["RS", "PS"].as_slice()),
                (Material::P256(&octets[..65]), &["ES256"]),
                (Material::P384(&octets), &["ES384"]),
                (Material::Ed25519(&octets[..32]), &["EdDSA"]),
                (Material::Secret(&octets), &["HS"]),
            ] {
                let refused = Key::judged(KeyName::Any, algorithm, material).err() == Some(KeyFault::OtherKind);
                assert_eq!(refused, !own.iter().any(|own| algorithm.name().starts_with(own)), "{algorithm}");
            }
        }
    }

    #[test]
    fn a_secret_is_as_long_as_the_hash() {
        for (algorithm, least) in [(Algorithm::Hs256, 32), (Algorithm::Hs384, 48), (Algorithm::Hs512, 64)] {
            let fault = |bytes: usize| {
                let secret: Vec<u8> = (0..=255).cycle().take(bytes).collect();
                Key::judged(KeyName::Any, algorithm, Material::Secret(&secret)).err()
            };
            assert_eq!(fault(0), Some(KeyFault::SecretTooShort));
            assert_eq!(fault(least - 1), Some(KeyFault::SecretTooShort));
            assert_eq!((fault(least), fault(10 * least)), (None, None));
        }
    }
}
