//! The SHA-256 of a component, which is its name everywhere: in the cache, in a pin, and on the admin listener.
//!
//! Never computed of anything but the whole file.

use std::fmt;

use sha2::{Digest as _, Sha256};

use crate::config::Pin;

/// The SHA-256 of a component file.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Digest([u8; 32]);

impl Digest {
    /// The digest of some bytes.
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }

    /// Whether these are the bytes that the operator pinned.
    pub fn meets(self, pin: Pin) -> bool {
        pin.0 == self.0
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
