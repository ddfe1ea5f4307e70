//! The master key and its subkeys. Each purpose has a subkey of its own (HKDF-SHA256, RFC 5869), so that what one use
//! gives away says nothing about the others. Never prints a key: there is no `Debug`, no `Clone` and no way to read
//! the master key.

use std::path::Path;

use aws_lc_rs::hkdf::{HKDF_SHA256, KeyType, Salt};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use super::error::VaultError;

/// Length of the master key and of every subkey, in bytes.
pub const KEY_BYTES: usize = 32;
/// The HKDF salt. A constant: the master key is uniformly random already, and every process must come to the same.
const SALT: &[u8] = b"witgate auth 1";

/// What a subkey is for. The names are part of the derivation: never change one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Sealing what the store keeps.
    Seal,
    /// Deriving the successors of refresh tokens.
    Refresh,
    /// Hiding the names and addresses that the throttle counts.
    Throttle,
}

impl Purpose {
    fn label(self) -> &'static [u8] {
        match self {
            Purpose::Seal => b"seal",
            Purpose::Refresh => b"refresh",
            Purpose::Throttle => b"throttle",
        }
    }
}

/// 32 bytes from which everything else is derived. Wiped when dropped.
pub struct MasterKey(Zeroizing<[u8; KEY_BYTES]>);

/// A key for one purpose. Wiped when dropped.
pub struct Subkey(Zeroizing<[u8; KEY_BYTES]>);

impl MasterKey {
    /// Reads the environment variable, which holds 32 bytes in base64.
    pub fn from_environment(name: &str) -> Result<MasterKey, VaultError> {
        MasterKey::from_variable(name, std::env::var(name).ok().map(Zeroizing::new))
    }

    /// Reads a file that holds 32 bytes in base64 and that nobody else can read.
    pub fn from_file(path: &Path) -> Result<MasterKey, VaultError> {
        super::key_file::read(path)
    }

    /// Reads the file, or makes it with a new key and mode 0600 when there is none. Processes that start at once agree
    /// on one key. Use it only where losing the file cannot go unnoticed: a new key opens nothing that was sealed.
    pub fn find_or_make(path: &Path) -> Result<MasterKey, VaultError> {
        super::key_file::find_or_make(path)
    }

    /// The subkey for a purpose: always the same for the same master key.
    pub fn subkey(&self, purpose: Purpose) -> Subkey {
        let mut bytes = Zeroizing::new([0_u8; KEY_BYTES]);
        Salt::new(HKDF_SHA256, SALT)
            .extract(self.0.as_ref())
            .expand(&[purpose.label()], SubkeyLength)
            .and_then(|derived| derived.fill(bytes.as_mut()))
            .expect("32 bytes are within the limit of HKDF-SHA256");
        Subkey(bytes)
    }

    /// A new key. Fails only when the system has no randomness.
    pub(super) fn generate() -> Result<MasterKey, getrandom::Error> {
        let mut bytes = Zeroizing::new([0_u8; KEY_BYTES]);
        getrandom::fill(bytes.as_mut())?;
        Ok(MasterKey(bytes))
    }

    /// `None` when the text, without the white space around it, is not 32 bytes in base64.
    pub(crate) fn from_base64(text: &str) -> Option<MasterKey> {
        let decoded = Zeroizing::new(STANDARD.decode(text.trim_ascii()).ok()?);
        let mut bytes = Zeroizing::new([0_u8; KEY_BYTES]);
        if decoded.len() != bytes.len() {
            return None;
        }
        bytes.copy_from_slice(&decoded);
        Some(MasterKey(bytes))
    }

    /// The text of a key file.
    pub(super) fn to_base64(&self) -> Zeroizing<String> {
        Zeroizing::new(STANDARD.encode(self.0.as_ref()))
    }

    fn from_variable(name: &str, value: Option<Zeroizing<String>>) -> Result<MasterKey, VaultError> {
        let text = value.ok_or_else(|| VaultError::NoVariable { name: name.to_owned() })?;
        MasterKey::from_base64(&text)
            .ok_or_else(|| VaultError::Malformed { place: format!("the environment variable {name}") })
    }
}

impl Subkey {
    /// The bytes. Callers must not log or store them.
    pub fn expose(&self) -> &[u8; KEY_BYTES] {
        &self.0
    }
}

struct SubkeyLength;

impl KeyType for SubkeyLength {
    fn len(&self) -> usize {
        KEY_BYTES
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(byte: u8) -> MasterKey {
        MasterKey::from_base64(&STANDARD.encode([byte; KEY_BYTES])).unwrap()
    }

    /// Against a second implementation: HMAC written out as RFC 5869 says. A change here would orphan every database.
    #[test]
    fn subkeys_are_hkdf_sha256_and_never_change() {
        use hmac::{Hmac, KeyInit, Mac};
        let mac = |key: &[u8], data: &[&[u8]]| {
            let mut mac = Hmac::<sha2::Sha256>::new_from_slice(key).unwrap();
            data.iter().for_each(|part| mac.update(part));
            <[u8; 32]>::from(mac.finalize().into_bytes())
        };
        let extracted = mac(b"witgate auth 1", &[&[7; 32]]);
        for (purpose, label) in
            [(Purpose::Seal, &b"seal"[..]), (Purpose::Refresh, b"refresh"), (Purpose::Throttle, b"throttle")]
        {
            assert_eq!(key(7).subkey(purpose).expose(), &mac(&extracted, &[label, &[1]]), "{purpose:?}");
        }
    }

    #[test]
    fn another_master_key_has_other_subkeys() {
        assert_ne!(key(7).subkey(Purpose::Seal).expose(), key(8).subkey(Purpose::Seal).expose());
    }

    #[test]
    fn a_variable_must_hold_a_key() {
        let read = |value: Option<&str>| MasterKey::from_variable("KEY", value.map(|text| text.to_owned().into()));
        assert!(read(Some(&STANDARD.encode([1; 32]))).is_ok());
        assert!(matches!(read(None), Err(VaultError::NoVariable { .. })));
        for wrong in ["", "secret-text", &STANDARD.encode([1; 31]), &STANDARD.encode([1; 33])] {
            let error = read(Some(wrong)).err().expect("no key").to_string();
            assert!(error.contains("KEY") && error.contains("openssl rand"), "{error}");
            assert!(wrong.is_empty() || !error.contains(wrong), "the content is not told: {error}");
        }
    }
}
