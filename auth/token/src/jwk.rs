//! One JSON Web Key, judged alone before it may verify anything (RFC 7517 section 4, RFC 7518 section 6, RFC 8037).
//!
//! Never takes a private or symmetric key, and never guesses which of two algorithms a key is for.

use serde_json::{Map, Value};

use crate::algorithm::Algorithm;
use crate::compact;
use crate::key::{Key, KeyName, Material};
use crate::key_fault::KeyFault;

/// Members that only a private or symmetric key has (RFC 7518 sections 6.2.2, 6.3.2 and 6.4.1).
const PRIVATE_MEMBERS: [&str; 8] = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

/// Judges one JWK.
///
/// Without `alg`, an EC or OKP key takes the one algorithm of its curve, and an RSA key takes RS256.
pub(crate) fn read(jwk: &Value) -> Result<Key, KeyFault> {
    let jwk = jwk.as_object().ok_or(KeyFault::Member("keys"))?;
    let kty = text(jwk, "kty")?.ok_or(KeyFault::Member("kty"))?;
    if !["EC", "RSA", "OKP"].contains(&kty) {
        return Err(KeyFault::Kty);
    }
    refuse_private(jwk)?;
    refuse_other_uses(jwk)?;
    let name = text(jwk, "kid")?.map_or(KeyName::Unnamed, |kid| KeyName::Kid(kid.to_owned()));
    match algorithm_of(jwk, kty)? {
        Algorithm::Es256 => Key::judged(name, Algorithm::Es256, Material::P256(&point(jwk, 32)?)),
        Algorithm::Es384 => Key::judged(name, Algorithm::Es384, Material::P384(&point(jwk, 48)?)),
        Algorithm::EdDsa => Key::judged(name, Algorithm::EdDsa, Material::Ed25519(&material(jwk, "x")?)),
        other => {
            let (modulus, exponent) = (unsigned(jwk, "n")?, unsigned(jwk, "e")?);
            Key::judged(name, other, Material::Rsa { modulus: &modulus, exponent: &exponent })
        }
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
    let named = text(jwk, "alg")?.map(public_algorithm).transpose()?;
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

/// The name of a public key's algorithm. An HMAC has no place here, whatever the key.
fn public_algorithm(name: &str) -> Result<Algorithm, KeyFault> {
    name.parse().ok().filter(|algorithm: &Algorithm| !algorithm.is_symmetric()).ok_or(KeyFault::Algorithm)
}

fn is_rsa(algorithm: Algorithm) -> bool {
    !algorithm.is_symmetric() && !matches!(algorithm, Algorithm::Es256 | Algorithm::Es384 | Algorithm::EdDsa)
}

/// The uncompressed point, of coordinates that have their full length.
fn point(jwk: &Map<String, Value>, coordinate_bytes: usize) -> Result<Vec<u8>, KeyFault> {
    let (x, y) = (material(jwk, "x")?, material(jwk, "y")?);
    if x.len() != coordinate_bytes || y.len() != coordinate_bytes {
        return Err(KeyFault::Encoding);
    }
    Ok([&[4], x.as_slice(), y.as_slice()].concat())
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
        read(&jwk).err()
    }

    #[test]
    fn a_key_has_one_algorithm() {
        for (jwk, algorithm) in [(ec(), Algorithm::Es256), (okp(), Algorithm::EdDsa), (rsa(2048), Algorithm::Rs256)] {
            assert_eq!(read(&jwk).map(|key| key.algorithm).ok(), Some(algorithm));
        }
        for (jwk, alg, fault) in [
            (rsa(2048), "PS512", None),
            (rsa(2048), "ES256", Some(KeyFault::Curve)),
            (rsa(2048), "HS256", Some(KeyFault::Algorithm)),
            (ec(), "HS256", Some(KeyFault::Algorithm)),
            (okp(), "HS512", Some(KeyFault::Algorithm)),
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
            assert_eq!(read(&rsa(bits)).err(), fault, "{bits}");
        }
        assert_eq!(read(&rsa(8200)).err(), Some(KeyFault::RsaSize));
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
            assert_eq!(read(&jwk).err(), Some(KeyFault::Member("keys")), "{jwk}");
        }
    }
}
