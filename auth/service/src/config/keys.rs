//! How signing keys are made, changed and kept. Never holds a key.

use std::path::PathBuf;

/// What `[keys]` says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeysConfig {
    /// What new keys sign with.
    pub algorithm: SigningAlgorithm,
    /// Days after which a new key takes over; 0: never by itself.
    pub rotate_after_days: u32,
    /// Seconds for which a new key is published before it signs.
    pub publish_ahead_seconds: u32,
    /// Where the key is that encrypts the signing keys.
    pub encryption_key: EncryptionKeySource,
}

/// Where the key is that encrypts the signing keys: 32 bytes in base64.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EncryptionKeySource {
    /// A file that must be there.
    File(PathBuf),
    /// An environment variable.
    Env(String),
    /// A file beside the SQLite database, which may be made at the first start.
    Beside(PathBuf),
}

/// A signature algorithm.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SigningAlgorithm {
    /// ECDSA on P-256 with SHA-256.
    Es256,
    /// EdDSA on Ed25519.
    EdDsa,
    /// RSA PKCS#1 v1.5 with SHA-256.
    Rs256,
}

impl SigningAlgorithm {
    /// Every algorithm.
    pub const ALL: [SigningAlgorithm; 3] = [SigningAlgorithm::Es256, SigningAlgorithm::EdDsa, SigningAlgorithm::Rs256];

    /// The JOSE name.
    pub fn name(self) -> &'static str {
        match self {
            SigningAlgorithm::Es256 => "ES256",
            SigningAlgorithm::EdDsa => "EdDSA",
            SigningAlgorithm::Rs256 => "RS256",
        }
    }

    /// The algorithm with this JOSE name.
    pub fn named(name: &str) -> Option<SigningAlgorithm> {
        SigningAlgorithm::ALL.into_iter().find(|algorithm| algorithm.name() == name)
    }
}
