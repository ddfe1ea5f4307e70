//! The SHA-256 of a key, and whether two are equal.
//!
//! Never a key: it is hashed where it is read. Never slower or faster for a near miss: digests are compared in
//! constant time.
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq;

/// Bytes of a SHA-256.
const BYTES: usize = 32;

/// A key's digest.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Digest([u8; BYTES]);

impl Digest {
    /// Reads 64 hex digits.
    pub fn parse(hex: &str) -> Option<Self> {
        let mut bytes = [0; BYTES];
        if hex.len() != 2 * BYTES || !hex.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return None;
        }
        for (index, byte) in bytes.iter_mut().enumerate() {
            *byte = u8::from_str_radix(&hex[2 * index..2 * index + 2], 16).ok()?;
        }
        Some(Self(bytes))
    }

    /// Of a key's text.
    pub fn of(key: &str) -> Self {
        Self(Sha256::digest(key.as_bytes()).into())
    }

    /// Whether they are equal, in a time that does not tell where they differ.
    pub fn matches(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_is_64_hex_digits() {
        // `printf abc | sha256sum`, FIPS 180-2 appendix B.1
        let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert!(Digest::parse(abc).unwrap().matches(&Digest::of("abc")));
        assert!(Digest::parse(&abc.to_uppercase()).unwrap().matches(&Digest::of("abc")));
        assert!(!Digest::parse(abc).unwrap().matches(&Digest::of("abd")));
        for bad in ["", "abc", &abc[1..], &format!("{abc}0"), &abc.replace('b', "g"), &abc.replacen("ba", "+a", 1)] {
            assert_eq!(Digest::parse(bad), None, "{bad}");
        }
        assert_eq!(Digest::parse(&"é".repeat(32)), None);
    }
}
