//! What a token is known by: the SHA-256 of its whole text.
//!
//! Never the text itself, and never a part of it: only the same text has the same digest.

use sha2::{Digest as _, Sha256};

/// Length of a SHA-256, in bytes.
const DIGEST_BYTES: usize = 32;

/// The SHA-256 of a whole token, signature included. Only the same text has the same one.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Digest([u8; DIGEST_BYTES]);

impl Digest {
    pub fn of(token: &str) -> Self {
        Self(Sha256::digest(token.as_bytes()).into())
    }

    /// One of so many, by the last byte.
    pub fn choose(&self, many: usize) -> usize {
        usize::from(self.0[DIGEST_BYTES - 1]) % many
    }

    /// The first bytes, which do as a hash: a digest is as good as random already.
    pub fn hash(&self) -> u64 {
        let [a, b, c, d, e, f, g, h, ..] = self.0;
        u64::from_le_bytes([a, b, c, d, e, f, g, h])
    }
}
