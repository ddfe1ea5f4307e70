//! The compact serialization of a JWS: three base64url parts and two dots (RFC 7515 section 7.1).
//!
//! Never looks into the parts: it splits and decodes, strictly.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::refusal::Refusal;

/// Longest token that is read, in bytes.
pub const MAX_TOKEN_BYTES: usize = 8 * 1024;

/// A token, split but not decoded. The parts are base64url characters only.
#[derive(Clone, Copy)]
pub(crate) struct Compact<'a> {
    pub header: &'a str,
    pub payload: &'a str,
    pub signature: &'a str,
    /// What is signed: header, dot, payload.
    pub signed: &'a str,
}

impl<'a> Compact<'a> {
    /// Splits a token after its size, its characters and its dots were checked.
    pub fn split(token: &'a str) -> Result<Self, Refusal> {
        if token.is_empty() {
            return Err(Refusal::Missing);
        }
        if token.len() > MAX_TOKEN_BYTES {
            return Err(Refusal::TooLarge);
        }
        let (signed, signature) = token.rsplit_once('.').ok_or(Refusal::Malformed)?;
        let (header, payload) = signed.split_once('.').ok_or(Refusal::Malformed)?;
        // An empty payload is a well-formed JWS; as claims it is refused later.
        let filled = !header.is_empty() && !signature.is_empty();
        if filled && [header, payload, signature].into_iter().all(is_base64url) {
            return Ok(Self { header, payload, signature, signed });
        }
        Err(Refusal::Malformed)
    }
}

/// Decodes one part. Refuses padding, trailing bits and impossible lengths.
pub(crate) fn decode(part: &str) -> Result<Vec<u8>, Refusal> {
    URL_SAFE_NO_PAD.decode(part).map_err(|_| Refusal::Encoding)
}

/// A third dot is no base64url character, so this also proves that there are exactly two.
fn is_base64url(part: &str) -> bool {
    part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(token: &str) -> Refusal {
        Compact::split(token).err().expect("must be refused")
    }

    #[test]
    fn three_parts_and_nothing_else() {
        for token in
            ["a", "a.b", "a.b.", ".b.c", "a.b.c.d", "a.b.c.", "..", " a.b.c", "a.b.c\n", "a.b.c=", "a.b+.c", "a.b.ç"]
        {
            assert_eq!(refused(token), Refusal::Malformed, "{token:?}");
        }
        let parts = Compact::split("ab.c-_.d0").expect("well-formed");
        assert_eq!((parts.header, parts.payload, parts.signature, parts.signed), ("ab", "c-_", "d0", "ab.c-_"));
    }

    #[test]
    fn size_is_capped_before_anything_else() {
        assert_eq!(refused(&"a".repeat(MAX_TOKEN_BYTES + 1)), Refusal::TooLarge);
        assert_eq!(refused(&"a".repeat(MAX_TOKEN_BYTES)), Refusal::Malformed);
        assert_eq!(refused(""), Refusal::Missing);
    }

    #[test]
    fn base64url_is_canonical() {
        assert_eq!(decode("Zm9v"), Ok(b"foo".to_vec()));
        // "Zg" is "f"; "Zh" has trailing bits set; "Z" is no length; "Zg==" is padded; '+' and '/' are another alphabet.
        for part in ["Zh", "Z", "Zg==", "Zm9v\n", "Zm+v", "Zm/v"] {
            assert_eq!(decode(part), Err(Refusal::Encoding), "{part:?}");
        }
    }
}
