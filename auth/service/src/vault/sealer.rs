//! Sealing: AES-256-GCM under the `seal` subkey, bound to the name of what is sealed, so that a sealed text cannot be
//! put in another's place. A sealed text is a version byte, the nonce (96 random bits), the ciphertext and the tag.
//! Never returns a part of a text that does not verify.

use std::fmt;

use aws_lc_rs::aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey};
use zeroize::Zeroizing;

use super::error::VaultError;
use super::master_key::{MasterKey, Purpose};

/// The version byte of the form above.
const VERSION: u8 = 1;
/// Length of an AES-GCM tag, in bytes.
const TAG_BYTES: usize = 16;
/// What stands before the name in the additional data: says whose text it is.
const LABEL: &[u8] = b"witgate seal ";

/// Seals under one master key, and opens what was sealed under it or under a former one.
pub struct Sealer {
    current: RandomizedNonceKey,
    former: Option<RandomizedNonceKey>,
}

impl Sealer {
    /// A sealer for this master key.
    pub fn new(master: &MasterKey) -> Sealer {
        Sealer { current: sealing_key(master), former: None }
    }

    /// The same, which also opens what was sealed under the key before.
    #[must_use]
    pub fn with_former(self, former: &MasterKey) -> Sealer {
        Sealer { former: Some(sealing_key(former)), ..self }
    }

    /// Seals the text under its name, such as `signing-key:KID`. Two calls never give the same bytes.
    pub fn seal(&self, name: &str, plain: &[u8]) -> Result<Vec<u8>, VaultError> {
        // Encrypted in place: nothing but ciphertext is left in the buffer, and room for the tag is there already.
        let mut body = Zeroizing::new(Vec::with_capacity(plain.len() + TAG_BYTES));
        body.extend_from_slice(plain);
        let nonce = self
            .current
            .seal_in_place_append_tag(Aad::from(additional_data(name)), &mut *body)
            .map_err(|_| VaultError::Seal { name: name.to_owned() })?;
        Ok([&[VERSION], nonce.as_ref().as_slice(), &body].concat())
    }

    /// Opens what was sealed under this name.
    pub fn open(&self, name: &str, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, VaultError> {
        let parts = Parts::of(name, sealed)?;
        let former = || self.former.as_ref().and_then(|key| parts.open(key, name));
        parts.open(&self.current, name).or_else(former).ok_or_else(|| VaultError::Open { name: name.to_owned() })
    }

    /// After a change of the master key: the text sealed under the current key, or `None` when it is already.
    pub fn reseal(&self, name: &str, sealed: &[u8]) -> Result<Option<Vec<u8>>, VaultError> {
        if Parts::of(name, sealed)?.open(&self.current, name).is_some() {
            return Ok(None);
        }
        self.seal(name, &self.open(name, sealed)?).map(Some)
    }
}

impl fmt::Debug for Sealer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sealer").field("former", &self.former.is_some()).finish_non_exhaustive()
    }
}

fn sealing_key(master: &MasterKey) -> RandomizedNonceKey {
    RandomizedNonceKey::new(&AES_256_GCM, master.subkey(Purpose::Seal).expose()).expect("a subkey has 32 bytes")
}

/// The name stands last: nothing else in here has a length of its own.
fn additional_data(name: &str) -> Vec<u8> {
    [LABEL, &[VERSION], name.as_bytes()].concat()
}

struct Parts<'a> {
    nonce: [u8; NONCE_LEN],
    body: &'a [u8],
}

impl<'a> Parts<'a> {
    fn of(name: &str, sealed: &'a [u8]) -> Result<Parts<'a>, VaultError> {
        let unknown = || VaultError::Form { name: name.to_owned() };
        let (version, rest) = sealed.split_first().ok_or_else(unknown)?;
        let (nonce, body) = rest.split_first_chunk().ok_or_else(unknown)?;
        if *version != VERSION || body.len() < TAG_BYTES {
            return Err(unknown());
        }
        Ok(Parts { nonce: *nonce, body })
    }

    fn open(&self, key: &RandomizedNonceKey, name: &str) -> Option<Zeroizing<Vec<u8>>> {
        let mut text = Zeroizing::new(self.body.to_vec());
        let nonce = Nonce::assume_unique_for_key(self.nonce);
        let length = key.open_in_place(nonce, Aad::from(additional_data(name)), &mut text).ok()?.len();
        text.truncate(length);
        Some(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const NAME: &str = "signing-key:k1";

    fn sealer() -> (MasterKey, Sealer) {
        let master = MasterKey::generate().unwrap();
        let sealer = Sealer::new(&master);
        (master, sealer)
    }

    #[test]
    fn a_sealed_text_opens_under_its_name_only() {
        let (_, sealer) = sealer();
        let sealed = sealer.seal(NAME, b"private").unwrap();
        assert_eq!(sealer.open(NAME, &sealed).unwrap().as_slice(), b"private");
        for other in ["signing-key:k2", "signing-key:k", "", "signing-key:k1 "] {
            assert!(matches!(sealer.open(other, &sealed), Err(VaultError::Open { .. })), "{other}");
        }
    }

    #[test]
    fn the_same_text_never_looks_the_same() {
        let (_, sealer) = sealer();
        let (first, second) = (sealer.seal(NAME, b"private").unwrap(), sealer.seal(NAME, b"private").unwrap());
        assert_ne!(first[1..13], second[1..13], "nonces");
        assert_ne!(first[13..], second[13..], "ciphertexts");
    }

    #[test]
    fn another_key_is_an_error_that_names_the_remedy() {
        let sealed = sealer().1.seal(NAME, b"private").unwrap();
        let error = sealer().1.open(NAME, &sealed).unwrap_err().to_string();
        assert!(error.contains(NAME) && error.contains("former key") && error.contains("backup"), "{error}");
        assert!(!error.contains("private"), "{error}");
    }

    #[test]
    fn a_new_master_key_opens_what_the_former_sealed_and_seals_it_again() {
        let (old_master, old) = sealer();
        let (new_master, new) = sealer();
        let sealed = old.seal(NAME, b"private").unwrap();
        let changing = Sealer::new(&new_master).with_former(&old_master);
        assert_eq!(changing.open(NAME, &sealed).unwrap().as_slice(), b"private");
        let again = changing.reseal(NAME, &sealed).unwrap().expect("it was under the former key");
        assert_eq!(new.open(NAME, &again).unwrap().as_slice(), b"private", "without the former key");
        assert!(old.open(NAME, &again).is_err());
        assert_eq!(changing.reseal(NAME, &again).unwrap(), None, "once is enough");
        assert!(changing.reseal("other", &sealed).is_err());
    }

    #[test]
    fn what_was_never_sealed_is_refused() {
        let (_, sealer) = sealer();
        let mut newer = sealer.seal(NAME, b"private").unwrap();
        newer[0] = 2;
        for foreign in [&b""[..], &[VERSION], &[VERSION; 28], &newer] {
            assert!(matches!(sealer.open(NAME, foreign), Err(VaultError::Form { .. })), "{}", foreign.len());
        }
    }

    #[test]
    fn debug_shows_no_key() {
        assert_eq!(format!("{:?}", sealer().1), "Sealer { former: false, .. }");
    }

    proptest! {
        #[test]
        fn every_text_comes_back_and_no_changed_one(
            plain in prop::collection::vec(any::<u8>(), 0..200),
            at in any::<prop::sample::Index>(),
            bit in 0_u8..8,
            cut in any::<prop::sample::Index>(),
        ) {
            let (_, sealer) = sealer();
            let mut sealed = sealer.seal(NAME, &plain).unwrap();
            let opened = sealer.open(NAME, &sealed).unwrap();
            prop_assert_eq!(opened.as_slice(), plain.as_slice());
            prop_assert!(sealer.open(NAME, &sealed[..cut.index(sealed.len())]).is_err());
            let at = at.index(sealed.len());
            sealed[at] ^= 1 << bit;
            prop_assert!(sealer.open(NAME, &sealed).is_err());
        }
    }
}
