//! Public keys as JWKs (RFC 7517) and their names. Made from public parts only: never sees a private key.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::jwk::{
    AlgorithmParameters, CommonParameters, EllipticCurve, EllipticCurveKeyParameters, EllipticCurveKeyType, Jwk,
    KeyAlgorithm, OctetKeyPairParameters, OctetKeyPairType, PublicKeyUse, RSAKeyParameters, RSAKeyType, ThumbprintHash,
};

/// Length of an uncompressed P-256 point, in bytes: 4, x, y (SEC 1 section 2.3.3).
const POINT_BYTES: usize = 65;

/// An ES256 key from its uncompressed point; `None` when it has another form.
pub(super) fn p256(point: &[u8]) -> Option<Jwk> {
    let (4, coordinates) = point.split_first()? else { return None };
    if point.len() != POINT_BYTES {
        return None;
    }
    let (x, y) = coordinates.split_at(coordinates.len() / 2);
    let parameters = EllipticCurveKeyParameters {
        key_type: EllipticCurveKeyType::EC,
        curve: EllipticCurve::P256,
        x: encode(x),
        y: encode(y),
    };
    named(KeyAlgorithm::ES256, AlgorithmParameters::EllipticCurve(parameters))
}

/// An EdDSA key from its 32 bytes (RFC 8037 section 2).
pub(super) fn ed25519(public: &[u8]) -> Option<Jwk> {
    let parameters = OctetKeyPairParameters {
        key_type: OctetKeyPairType::OctetKeyPair,
        curve: EllipticCurve::Ed25519,
        x: encode(public),
    };
    named(KeyAlgorithm::EdDSA, AlgorithmParameters::OctetKeyPair(parameters))
}

/// An RS256 key from modulus and exponent, big-endian without leading zeros (RFC 7518 section 6.3.1).
pub(super) fn rsa(modulus: &[u8], exponent: &[u8]) -> Option<Jwk> {
    let parameters = RSAKeyParameters { key_type: RSAKeyType::RSA, n: encode(modulus), e: encode(exponent) };
    named(KeyAlgorithm::RS256, AlgorithmParameters::RSA(parameters))
}

/// The RFC 7638 SHA-256 thumbprint, base64url; `None` for a key that has none.
pub(super) fn thumbprint(jwk: &Jwk) -> Option<String> {
    jwk.thumbprint(ThumbprintHash::SHA256).ok()
}

fn named(algorithm: KeyAlgorithm, parameters: AlgorithmParameters) -> Option<Jwk> {
    let common = CommonParameters {
        key_algorithm: Some(algorithm),
        public_key_use: Some(PublicKeyUse::Signature),
        ..CommonParameters::default()
    };
    let mut jwk = Jwk { common, algorithm: parameters };
    jwk.common.key_id = Some(thumbprint(&jwk)?);
    Some(jwk)
}

fn encode(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 7638 section 3.1.
    #[test]
    fn the_name_of_an_rsa_key_is_that_of_rfc_7638() {
        const MODULUS: &str = concat!(
            "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiF",
            "V4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9",
            "c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1",
            "jF44-csFCur-kEgU8awapJzKnqDKgw"
        );
        let jwk = rsa(&URL_SAFE_NO_PAD.decode(MODULUS).unwrap(), &[1, 0, 1]).unwrap();
        assert_eq!(jwk.common.key_id.as_deref(), Some("NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"));
    }

    /// RFC 8037 appendix A.3.
    #[test]
    fn the_name_of_an_ed25519_key_is_that_of_rfc_8037() {
        let public = URL_SAFE_NO_PAD.decode("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo").unwrap();
        let jwk = ed25519(&public).unwrap();
        assert_eq!(jwk.common.key_id.as_deref(), Some("kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"));
    }

    #[test]
    fn a_point_of_another_form_is_no_key() {
        let mut point = [7; POINT_BYTES];
        point[0] = 4;
        assert!(p256(&point).is_some());
        assert!(p256(&point[..64]).is_none());
        point[0] = 2;
        assert!(p256(&point).is_none() && p256(&[]).is_none());
    }
}
