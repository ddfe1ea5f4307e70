//! One JSON Web Key, judged alone before it may verify anything (RFC 7517 section 4, RFC 7518 section 6, RFC 8037).
//!
//! Never holds a private or symmetric key, and never serves two algorithms.

use aws_lc_rs::signature::{self, ParsedPublicKey};
use jsonwebtoken::DecodingKey;
use serde_json::{Map, Value};

use crate::algorithm::Algorithm;
use crate::compact;
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
/// Members that only a private or symmetric key has (RFC 7518 sections 6.2.2, 6.3.2 and 6.4.1).
const PRIVATE_MEMBERS: [&str; 8] = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

/// A usable public key: one key, one algorithm.
#[derive(Clone)]
pub(crate) struct Key {
    pub kid: Option<String>,
    pub algorithm: Algorithm,
    pub verifier: DecodingKey,
}

/// Why a JWK was left out of the set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyFault {
    /// No JSON object, or a member of the wrong type. Holds the member's name.
    #[error("'{0}' is missing or of the wrong type")]
    Member(&'static str),
    /// `kty` is none of EC, RSA and OKP. A symmetric key has no place in a public document.
    #[error("'kty' is not EC, RSA or OKP")]
    Kty,
    /// A private member is there: the private key is public knowledge.
    #[error("the key carries its private half; replace it at the issuer")]
    Private,
    /// `use` is not `sig`.
    #[error("'use' is not 'sig'")]
    Use,
    /// `key_ops` does not list `verify`.
    #[error("'key_ops' does not list 'verify'")]
    KeyOps,
    /// `alg` is none that Witgate verifies.
    #[error("'alg' is not supported")]
    Algorithm,
    /// `crv` is not supported, or not the curve of `alg`; or `alg` is not of this `kty`.
    #[error("'kty', 'crv' and 'alg' do not belong together")]
    Curve,
    /// A coordinate, modulus or exponent is no canonical base64url of the right length.
    #[error("the key material is badly encoded")]
    Encoding,
    /// The RSA modulus is not 2048 to 8192 bits.
    #[error("the RSA modulus is not 2048 to 8192 bits long")]
    RsaSize,
    /// The RSA exponent is even, below 65537 or too large.
    #[error("the RSA exponent is even, below 65537, or too large")]
    RsaExponent,
    /// The modulus has the mark of CVE-2017-15361 (ROCA): its private key can be computed.
    #[error("the RSA key is of the kind that CVE-2017-15361 breaks; replace it at the issuer")]
    Roca,
    /// The crypto library refuses the key, for instance a point that is not on the curve.
    #[error("the key is not valid")]
    Invalid,
    /// Another key in the document has the same `kid` and algorithm.
    #[error("another key has the same 'kid' and algorithm")]
    Duplicate,
}

impl Key {
    /// Judges one JWK.
    ///
    /// Without `alg`, an EC or OKP key takes the one algorithm of its curve, and an RSA key takes RS256.
    pub fn read(jwk: &Value) -> Result<Self, KeyFault> {
        let jwk = jwk.as_object().ok_or(KeyFault::Member("keys"))?;
        let kty = text(jwk, "kty")?.ok_or(KeyFault::Member("kty"))?;
        if !["EC", "RSA", "OKP"].contains(&kty) {
            return Err(KeyFault::Kty);
        }
        refuse_private(jwk)?;
        refuse_other_uses(jwk)?;
        let kid = text(jwk, "kid")?;
        if kid.is_some_and(|kid| kid.is_empty() || kid.len() > MAX_KID_BYTES) {
            return Err(KeyFault::Member("kid"));
        }
        let algorithm = algorithm_of(jwk, kty)?;
        let verifier = verifier_of(jwk, algorithm)?;
        Ok(Self { kid: kid.map(str::to_owned), algorithm, verifier })
    }
}

fn refuse_private(jwk: &Map<String, Value>) -> Result<(), KeyFault> {
    match PRIVATE_MEMBERS.into_iter().any(|name| jwk.contains_key(name)) {
        true => Err(KeyFault::Private),
        false => Ok(()),
    }
}

fn refuse_other_uses(jwk: &Map<String, Value>) -> Result<(), KeyFault> {
    if text(jwk, "use")?.is_some_and(|usage| usage != "sig") {
        return Err(KeyFault::Use);
    }
    match jwk.get("key_ops") {
        None => Ok(()),
        Some(Value::Array(operations)) if operations.iter().any(|one| one == "verify") => Ok(()),
        Some(_) => Err(KeyFault::KeyOps),
    }
}

fn algorithm_of(jwk: &Map<String, Value>, kty: &str) -> Result<Algorithm, KeyFault> {
    let named = match text(jwk, "alg")? {
        Some(name) => Some(name.parse().map_err(|_| KeyFault::Algorithm)?),
        None => None,
    };
    if kty == "RSA" {
        let algorithm = named.unwrap_or(Algorithm::Rs256);
        return if is_rsa(algorithm) { Ok(algorithm) } else { Err(KeyFault::Curve) };
    }
    let of_curve = match (kty, text(jwk, "crv")?.ok_or(KeyFault::Member("crv"))?) {
        ("EC", "P-256") => Algorithm::Es256,
        ("EC", "P-384") => Algorithm::Es384,
        ("OKP", "Ed25519") => Algorithm::EdDsa,
        _ => return Err(KeyFault::Curve),
    };
    if named.is_some_and(|named| named != of_curve) { Err(KeyFault::Curve) } else { Ok(of_curve) }
}

fn is_rsa(algorithm: Algorithm) -> bool {
    !matches!(algorithm, Algorithm::Es256 | Algorithm::Es384 | Algorithm::EdDsa)
}

fn verifier_of(jwk: &Map<String, Value>, algorithm: Algorithm) -> Result<DecodingKey, KeyFault> {
    match algorithm {
        Algorithm::Es256 => ec_verifier(jwk, 32, &signature::ECDSA_P256_SHA256_FIXED),
        Algorithm::Es384 => ec_verifier(jwk, 48, &signature::ECDSA_P384_SHA384_FIXED),
        Algorithm::EdDsa => ed_verifier(jwk),
        _ => rsa_verifier(jwk),
    }
}

/// The uncompressed point is checked here once, so that a bad one is named at load and not at each token.
fn ec_verifier(
    jwk: &Map<String, Value>,
    coordinate_bytes: usize,
    rules: &'static dyn signature::VerificationAlgorithm,
) -> Result<DecodingKey, KeyFault> {
    let (x, y) = (material(jwk, "x")?, material(jwk, "y")?);
    if x.len() != coordinate_bytes || y.len() != coordinate_bytes {
        return Err(KeyFault::Encoding);
    }
    let point = [&[4], x.as_slice(), y.as_slice()].concat();
    ParsedPublicKey::new(rules, &point).map_err(|_| KeyFault::Invalid)?;
    Ok(DecodingKey::from_ec_der(&point))
}

fn ed_verifier(jwk: &Map<String, Value>) -> Result<DecodingKey, KeyFault> {
    let x = material(jwk, "x")?;
    if x.len() != 32 {
        return Err(KeyFault::Encoding);
    }
    Ok(DecodingKey::from_ed_der(&x))
}

fn rsa_verifier(jwk: &Map<String, Value>) -> Result<DecodingKey, KeyFault> {
    let (n, e) = (unsigned(jwk, "n")?, unsigned(jwk, "e")?);
    let bits = n.len() * 8 - n[0].leading_zeros() as usize;
    if !(MIN_RSA_BITS..=MAX_RSA_BITS).contains(&bits) {
        return Err(KeyFault::RsaSize);
    }
    let exponent = e.iter().try_fold(0_u64, |sum, byte| sum.checked_mul(256)?.checked_add(u64::from(*byte)));
    match exponent {
        Some(e) if e % 2 == 1 && (MIN_RSA_EXPONENT..=MAX_RSA_EXPONENT).contains(&e) => {}
        _ => return Err(KeyFault::RsaExponent),
    }
    if n.last().is_none_or(|last| last % 2 == 0) {
        return Err(KeyFault::Invalid);
    }
    if roca::is_marked(&n) {
        return Err(KeyFault::Roca);
    }
    Ok(DecodingKey::from_rsa_raw_components(&n, &e))
}

/// A Base64urlUInt (RFC 7518 section 2): at least one octet and no leading zero octets.
fn unsigned(jwk: &Map<String, Value>, name: &'static str) -> Result<Vec<u8>, KeyFault> {
    let bytes = material(jwk, name)?;
    match bytes.first() {
        None | Some(0) => Err(KeyFault::Encoding),
        Some(_) => Ok(bytes),
    }
}

fn material(jwk: &Map<String, Value>, name: &'static str) -> Result<Vec<u8>, KeyFault> {
    let text = text(jwk, name)?.ok_or(KeyFault::Member(name))?;
    compact::decode(text).map_err(|_| KeyFault::Encoding)
}

/// A member that must be a string where it is present.
fn text<'a>(jwk: &'a Map<String, Value>, name: &'static str) -> Result<Option<&'a str>, KeyFault> {
    match jwk.get(name) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(KeyFault::Member(name)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// The key of RFC 7517 appendix A.1.
    fn ec() -> Value {
        json!({"kty": "EC", "crv": "P-256", "kid": "1",
            "x": "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4", "y": "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM"})
    }

    /// The key of RFC 8037 appendix A.2.
    fn okp() -> Value {
        json!({"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"})
    }

    /// Bytes that look like a modulus of that many bits: odd, and not ROCA.
    fn rsa(bits: usize) -> Value {
        use base64::Engine as _;
        let n = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(vec![0xab; bits / 8]);
        json!({"kty": "RSA", "n": n, "e": "AQAB"})
    }

    /// The fault after one member was set, or taken away where the value is null.
    fn fault_with(mut jwk: Value, name: &str, value: Value) -> Option<KeyFault> {
        let members = jwk.as_object_mut().expect("an object");
        if value.is_null() {
            members.remove(name)
        } else {
            members.insert(name.to_owned(), value)
        };
        Key::read(&jwk).err()
    }

    #[test]
    fn a_key_has_one_algorithm() {
        for (jwk, algorithm) in [(ec(), Algorithm::Es256), (okp(), Algorithm::EdDsa), (rsa(2048), Algorithm::Rs256)] {
            assert_eq!(Key::read(&jwk).map(|key| key.algorithm).ok(), Some(algorithm));
        }
        for (jwk, alg, fault) in [
            (rsa(2048), "PS512", None),
            (rsa(2048), "ES256", Some(KeyFault::Curve)),
            (rsa(2048), "HS256", Some(KeyFault::Algorithm)),
            (rsa(2048), "RSA-OAEP", Some(KeyFault::Algorithm)),
            (ec(), "ES256", None),
            (ec(), "ES384", Some(KeyFault::Curve)),
            (ec(), "RS256", Some(KeyFault::Curve)),
            (ec(), "none", Some(KeyFault::Algorithm)),
            (okp(), "EdDSA", None),
            (okp(), "Ed25519", None),
            (okp(), "Ed448", Some(KeyFault::Algorithm)),
        ] {
            assert_eq!(fault_with(jwk, "alg", json!(alg)), fault, "{alg}");
        }
    }

    #[test]
    fn each_member_is_judged() {
        let off_curve = json!("4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyA");
        for (name, value, fault) in [
            ("kty", json!("oct"), KeyFault::Kty),
            ("kty", json!("OKP"), KeyFault::Curve),
            ("kty", json!(1), KeyFault::Member("kty")),
            ("crv", json!("P-384"), KeyFault::Encoding),
            ("crv", json!("P-521"), KeyFault::Curve),
            ("crv", json!("secp256k1"), KeyFault::Curve),
            ("crv", Value::Null, KeyFault::Member("crv")),
            ("use", json!("enc"), KeyFault::Use),
            ("use", json!(["sig"]), KeyFault::Member("use")),
            ("key_ops", json!(["sign"]), KeyFault::KeyOps),
            ("key_ops", json!("verify"), KeyFault::KeyOps),
            ("kid", json!(7), KeyFault::Member("kid")),
            ("kid", json!(""), KeyFault::Member("kid")),
            ("d", json!("AA"), KeyFault::Private),
            ("k", json!("AA"), KeyFault::Private),
            ("x", Value::Null, KeyFault::Member("x")),
            ("x", json!("AA"), KeyFault::Encoding),
            ("y", json!("not base64!"), KeyFault::Encoding),
            ("y", off_curve, KeyFault::Invalid),
        ] {
            assert_eq!(fault_with(ec(), name, value.clone()), Some(fault), "{name}: {value}");
        }
        assert_eq!(fault_with(ec(), "use", json!("sig")), None);
        assert_eq!(fault_with(ec(), "key_ops", json!(["verify"])), None);
    }

    #[test]
    fn rsa_size_and_exponent_are_bounded() {
        for (bits, fault) in [(1024, Some(KeyFault::RsaSize)), (2040, Some(KeyFault::RsaSize)), (2048, None)] {
            assert_eq!(Key::read(&rsa(bits)).err(), fault, "{bits}");
        }
        assert_eq!(Key::read(&rsa(8200)).err(), Some(KeyFault::RsaSize));
        // 1, 3, 17, 65536 and one of 9 bytes; then 65537 with a leading zero octet, and nothing at all.
        for e in ["AQ", "Aw", "EQ", "AQAA", "AQAAAAAAAAAB"] {
            assert_eq!(fault_with(rsa(2048), "e", json!(e)), Some(KeyFault::RsaExponent), "{e}");
        }
        for e in ["AAEAAQ", "", "AAAA"] {
            assert_eq!(fault_with(rsa(2048), "e", json!(e)), Some(KeyFault::Encoding), "{e}");
        }
    }

    #[test]
    fn an_even_modulus_is_no_key() {
        use base64::Engine as _;
        let even = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode([0xaa; 256]);
        assert_eq!(fault_with(rsa(2048), "n", json!(even)), Some(KeyFault::Invalid));
    }

    #[test]
    fn a_key_is_an_object() {
        for jwk in [json!(null), json!([]), json!("key"), json!(1)] {
            assert_eq!(Key::read(&jwk).err(), Some(KeyFault::Member("keys")), "{jwk}");
        }
    }
}
