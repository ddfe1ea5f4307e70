//! Refresh tokens. The first one of a session is random; each next one is derived from the one that was presented, so
//! that the same answer can be given again when it got lost, although the store keeps hashes only. Never logged, never
//! compared as text.
//!
//! successor = "wgr_" + base64url(HMAC-SHA256(refresh subkey, length of label || label || salt || presented text))
//!
//! Three things are needed, and they lie in three places: the presented token at the client, the salt in the store, the
//! subkey with the master key. A copy of the database gives no token: it lacks the subkey, and has the hash of the
//! presented token only. An old token gives none: it lacks the subkey and the salt. An old token and a copy of the
//! database give none either. The salt is new for each rotation, so that the chain of a session cannot be computed
//! ahead, not even by who has the subkey.

use std::fmt;

use aws_lc_rs::hmac::{Context, HMAC_SHA256, Key};

use crate::opaque::{self, Kind};
use crate::secret::Secret;
use crate::vault::{MasterKey, Purpose};

pub use crate::opaque::TokenHash;

/// Length of a rotation's salt, in bytes.
pub const SALT_BYTES: usize = 16;
/// Says what is derived. Its length stands before it, in one byte; never change it.
const LABEL: &[u8; 17] = b"witgate refresh 1";

/// A new random token and its hash. Fails only when the system has no randomness.
pub fn generate() -> Result<(Secret, TokenHash), getrandom::Error> {
    opaque::generate(Kind::Refresh)
}

/// The hash of a token that a client presents; `None` when the text cannot be one of ours.
pub fn presented(token: &Secret) -> Option<TokenHash> {
    opaque::presented(Kind::Refresh, token)
}

/// The salt of one rotation: the store keeps it beside the spent token. Fails only when the system has no randomness.
pub fn new_salt() -> Result<[u8; SALT_BYTES], getrandom::Error> {
    let mut salt = [0_u8; SALT_BYTES];
    getrandom::fill(&mut salt)?;
    Ok(salt)
}

/// Derives successors. Clones share the key; `Debug` does not show it.
#[derive(Clone)]
pub struct Deriver {
    key: Key,
}

impl Deriver {
    /// A deriver with the `refresh` subkey of this master key. After a change of the master key, an answer that got
    /// lost just before cannot be given again: the derived hash is not the stored one.
    pub fn new(master: &MasterKey) -> Deriver {
        Deriver { key: Key::new(HMAC_SHA256, master.subkey(Purpose::Refresh).expose()) }
    }

    /// The token that follows the presented one in the rotation with this salt, and its hash. Always the same for the
    /// same arguments. The presented token must be one that [`presented`] takes.
    pub fn successor(&self, presented: &Secret, salt: &[u8; SALT_BYTES]) -> (Secret, TokenHash) {
        let mut context = Context::with_key(&self.key);
        context.update(&[LABEL.len() as u8]);
        context.update(LABEL);
        context.update(salt);
        context.update(presented.expose().as_bytes());
        let tag = context.sign();
        let bytes = tag.as_ref().try_into().expect("HMAC-SHA256 gives 32 bytes");
        opaque::from_bytes(Kind::Refresh, bytes)
    }
}

impl fmt::Debug for Deriver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Deriver(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::Engine;
    use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

    const SALT: [u8; SALT_BYTES] = [9; SALT_BYTES];

    fn master(byte: u8) -> MasterKey {
        MasterKey::from_base64(&STANDARD.encode([byte; 32])).unwrap()
    }

    #[test]
    fn a_successor_is_a_refresh_token_and_always_the_same() {
        let (token, _) = generate().unwrap();
        let (first, hash) = Deriver::new(&master(1)).successor(&token, &SALT);
        let (again, _) = Deriver::new(&master(1)).successor(&token, &SALT);
        assert_eq!(first.expose(), again.expose(), "also after a restart");
        assert_eq!(presented(&first), Some(hash));
        assert_ne!(first.expose(), token.expose());
    }

    /// Each of the three parts counts: whoever lacks one gets another token.
    #[test]
    fn another_key_salt_or_token_has_another_successor() {
        let (token, _) = generate().unwrap();
        let (other, _) = generate().unwrap();
        let deriver = Deriver::new(&master(1));
        let (_, right) = deriver.successor(&token, &SALT);
        assert_ne!(deriver.successor(&token, &new_salt().unwrap()).1, right, "salt");
        assert_ne!(deriver.successor(&other, &SALT).1, right, "token");
        assert_ne!(Deriver::new(&master(2)).successor(&token, &SALT).1, right, "key");
    }

    /// Against a second implementation. A change here would end every session within its grace.
    #[test]
    fn the_derivation_never_changes() {
        use hmac::{Hmac, KeyInit, Mac};
        let (token, _) = opaque::from_bytes(Kind::Refresh, &[3; 32]);
        let subkey = master(1).subkey(Purpose::Refresh);
        let mut mac = Hmac::<sha2::Sha256>::new_from_slice(subkey.expose()).unwrap();
        mac.update(b"\x11witgate refresh 1");
        mac.update(&SALT);
        mac.update(token.expose().as_bytes());
        let expected = format!("wgr_{}", URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes()));
        assert_eq!(Deriver::new(&master(1)).successor(&token, &SALT).0.expose(), expected);
    }

    #[test]
    fn salts_differ_and_debug_shows_no_key() {
        assert_ne!(new_salt().unwrap(), new_salt().unwrap());
        assert_eq!(format!("{:?}", Deriver::new(&master(1))), "Deriver(..)");
    }
}
