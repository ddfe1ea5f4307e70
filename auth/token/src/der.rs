//! The few DER shapes of a public key file: SubjectPublicKeyInfo (RFC 5280 section 4.1) and what it wraps.
//!
//! Never reads BER: lengths are definite and minimal, and nothing may follow. Never checks the key itself.

use crate::key::Material;

/// 1.2.840.113549.1.1.1, rsaEncryption (RFC 8017 appendix A.1).
const RSA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];
/// 1.2.840.10045.2.1, id-ecPublicKey (RFC 5480 section 2.1.1).
const EC: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01];
/// 1.2.840.10045.3.1.7, secp256r1.
const P256: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07];
/// 1.3.132.0.34, secp384r1.
const P384: &[u8] = &[0x2b, 0x81, 0x04, 0x00, 0x22];
/// 1.3.101.112, id-Ed25519 (RFC 8410 section 3).
const ED25519: &[u8] = &[0x2b, 0x65, 0x70];

const INTEGER: u8 = 0x02;
const BIT_STRING: u8 = 0x03;
const OCTET_STRING: u8 = 0x04;
const NULL: u8 = 0x05;
const OBJECT_IDENTIFIER: u8 = 0x06;
const SEQUENCE: u8 = 0x30;
/// The optional parts of a private key (RFC 5958 section 2, RFC 5915 section 3): attributes or a curve, and a public key.
const PRIVATE_PARTS: [u8; 3] = [0x81, 0xa0, 0xa1];
/// Shortest DER of a key that [`is_like_a_key`] knows: an EC private key of 32 octets and nothing else (RFC 5915).
const MIN_KEY_BYTES: usize = 39;
/// The first octet of an uncompressed point (SEC 1 section 2.3.3).
const UNCOMPRESSED: u8 = 0x04;

/// The key in a SubjectPublicKeyInfo, or nothing where it is none of the kinds that Witgate verifies with.
pub(crate) fn public_key_info(der: &[u8]) -> Option<Material<'_>> {
    let mut outer = Reader(der);
    let mut info = outer.sequence()?;
    let mut algorithm = info.sequence()?;
    let kind = algorithm.take(OBJECT_IDENTIFIER)?;
    let key = info.take(BIT_STRING)?.strip_prefix(&[0])?;
    outer.end()?;
    info.end()?;
    let material = match kind {
        RSA => {
            algorithm.take(NULL)?.is_empty().then_some(())?;
            rsa_public_key(key)?
        }
        EC => point(algorithm.take(OBJECT_IDENTIFIER)?, key)?,
        ED25519 => Material::Ed25519(key),
        _ => return None,
    };
    algorithm.end()?;
    Some(material)
}

/// An RSAPublicKey (RFC 8017 appendix A.1.1).
pub(crate) fn rsa_public_key(der: &[u8]) -> Option<Material<'_>> {
    let mut outer = Reader(der);
    let mut key = outer.sequence()?;
    let (modulus, exponent) = (key.positive()?, key.positive()?);
    key.end()?;
    outer.end()?;
    Some(Material::Rsa { modulus, exponent })
}

/// Whether some bytes have the outline that every DER of a key or certificate has, public or private: one SEQUENCE and
/// nothing else, in it at least two elements of a few kinds, and a SEQUENCE or an INTEGER first.
pub(crate) fn is_like_a_key(der: &[u8]) -> bool {
    der.len() >= MIN_KEY_BYTES && elements_of_a_key(der).is_some()
}

/// How long a SEQUENCE is, its own tag and length counted. Only its beginning is needed.
pub(crate) fn length_with_header(start: &[u8]) -> Option<usize> {
    let rest = start.strip_prefix(&[SEQUENCE])?;
    let (content, rest) = length(rest)?;
    Some(start.len() - rest.len() + content)
}

fn elements_of_a_key(der: &[u8]) -> Option<()> {
    let mut outer = Reader(der);
    let mut key = outer.sequence()?;
    outer.end()?;
    matches!(key.tag()?, SEQUENCE | INTEGER).then_some(())?;
    key.element()?;
    key.element()?;
    while key.end().is_none() {
        key.element()?;
    }
    Some(())
}

fn point<'a>(curve: &[u8], point: &'a [u8]) -> Option<Material<'a>> {
    match (curve, point.len(), *point.first()?) {
        (P256, 65, UNCOMPRESSED) => Some(Material::P256(point)),
        (P384, 97, UNCOMPRESSED) => Some(Material::P384(point)),
        _ => None,
    }
}

/// What is left of some DER.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    /// The content of the next element, which must have this tag.
    fn take(&mut self, tag: u8) -> Option<&'a [u8]> {
        let rest = self.0.strip_prefix(&[tag])?;
        let (length, rest) = length(rest)?;
        let (content, rest) = rest.split_at_checked(length)?;
        self.0 = rest;
        Some(content)
    }

    fn tag(&self) -> Option<u8> {
        self.0.first().copied()
    }

    /// Passes over one element of the kinds that a key or a certificate is made of.
    fn element(&mut self) -> Option<()> {
        let tag = self.tag()?;
        let is_known = matches!(tag, INTEGER | BIT_STRING | OCTET_STRING | SEQUENCE) || PRIVATE_PARTS.contains(&tag);
        is_known.then_some(())?;
        self.take(tag).map(drop)
    }

    fn sequence(&mut self) -> Option<Reader<'a>> {
        self.take(SEQUENCE).map(Reader)
    }

    /// An integer above zero, without the octet that keeps its sign.
    fn positive(&mut self) -> Option<&'a [u8]> {
        match self.take(INTEGER)? {
            [0, magnitude @ ..] if magnitude.first().is_some_and(|first| *first >= 0x80) => Some(magnitude),
            magnitude @ [1..=0x7f, ..] => Some(magnitude),
            _ => None,
        }
    }

    fn end(&self) -> Option<()> {
        self.0.is_empty().then_some(())
    }
}

/// A definite, minimal length below 65536, and what follows it.
fn length(bytes: &[u8]) -> Option<(usize, &[u8])> {
    match bytes {
        [short @ 0..=0x7f, rest @ ..] => Some((usize::from(*short), rest)),
        [0x81, long @ 0x80..=0xff, rest @ ..] => Some((usize::from(*long), rest)),
        [0x82, high @ 1..=0xff, low, rest @ ..] => Some((usize::from(*high) << 8 | usize::from(*low), rest)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn element(tag: u8, content: &[u8]) -> Vec<u8> {
        [&[tag, u8::try_from(content.len()).expect("short")], content].concat()
    }

    fn ed25519() -> Vec<u8> {
        let algorithm = element(SEQUENCE, &element(OBJECT_IDENTIFIER, ED25519));
        let key = element(BIT_STRING, &[&[0][..], &[7; 32]].concat());
        element(SEQUENCE, &[algorithm, key].concat())
    }

    #[test]
    fn a_key_is_read_and_nothing_may_follow() {
        let der = ed25519();
        assert!(matches!(public_key_info(&der), Some(Material::Ed25519(octets)) if octets == [7; 32]));
        assert!(public_key_info(&[der.as_slice(), &[0]].concat()).is_none());
        for cut in 0..der.len() {
            assert!(public_key_info(&der[..cut]).is_none(), "{cut}");
        }
    }

    #[test]
    fn the_outline_of_a_key_spans_everything() {
        let der = ed25519();
        assert!(is_like_a_key(&der));
        assert!(!is_like_a_key(&[der.as_slice(), &[0]].concat()));
        for cut in 0..der.len() {
            assert!(!is_like_a_key(&der[..cut]), "{cut}");
        }
        assert_eq!(length_with_header(&der[..6]), Some(der.len()));
        assert_eq!(length_with_header(&[SEQUENCE, 0x82, 1, 0, 7, 7]), Some(260));
        let (integer, octets) = (element(INTEGER, &[1]), element(OCTET_STRING, &[7; 32]));
        assert!(is_like_a_key(&element(SEQUENCE, &[integer.clone(), octets.clone()].concat())));
        for content in [
            [octets.clone(), integer.clone()].concat(),
            [integer.clone(), element(OCTET_STRING, &[7; 31])].concat(),
            [integer.clone(), element(NULL, &[]), octets.clone()].concat(),
            [integer, octets, vec![OCTET_STRING]].concat(),
            element(INTEGER, &[7; 60]),
        ] {
            assert!(!is_like_a_key(&element(SEQUENCE, &content)), "{content:?}");
        }
    }

    #[test]
    fn lengths_are_minimal() {
        assert_eq!(length(&[0x7f]), Some((127, &[][..])));
        assert_eq!(length(&[0x81, 0x80]), Some((128, &[][..])));
        assert_eq!(length(&[0x82, 0x01, 0x00]), Some((256, &[][..])));
        for bytes in [&[][..], &[0x80], &[0x81, 0x7f], &[0x82, 0x00, 0xff], &[0x83, 0x01, 0x00, 0x00], &[0xff]] {
            assert_eq!(length(bytes), None, "{bytes:?}");
        }
    }

    #[test]
    fn integers_are_positive_and_minimal() {
        let read = |content: &[u8]| Reader(&element(INTEGER, content)).positive().map(<[u8]>::to_vec);
        assert_eq!(read(&[0x01]), Some(vec![1]));
        assert_eq!(read(&[0x00, 0x80]), Some(vec![0x80]));
        for content in [&[][..], &[0], &[0, 1], &[0x80], &[0, 0, 0x80]] {
            assert_eq!(read(content), None, "{content:?}");
        }
    }
}
