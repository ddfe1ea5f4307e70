//! One issuer: how its tokens must look, its keys, and what it revoked.
//!
//! Never fetches anything itself, and never shares more with a former one than what its configuration leaves as it was.

use std::sync::Arc;

use witgate_token::{Profile, Refusal, unverified_issuer};

use crate::config::IssuerConfig;
use crate::keys::{Keys, next_id};
use crate::revocation::RevocationList;

/// One issuer. Shared by all clones of the keyring.
pub(crate) struct Issuer {
    pub profile: Profile,
    /// Unlike that of any other issuer object of this process, also of one with the same name.
    pub id: u64,
    pub keys: Arc<Keys>,
    pub revoked: RevocationList,
}

impl Issuer {
    pub fn new(profile: Profile, keys: Arc<Keys>, revoked: RevocationList) -> Self {
        Self { profile, id: next_id(), keys, revoked }
    }

    /// Whether it is exactly what this configuration says.
    pub fn is_of(&self, config: &IssuerConfig) -> bool {
        self.profile == config.profile && self.keys.are_of(config) && self.revoked.is_from(config)
    }

    /// What a token is told that these keys refused: it may be good under keys that could not be had.
    ///
    /// A new key may have no `kid`, or one that was there before. So what such a token would meet causes a fetch in the
    /// background, for the next one, as often as the cooldown allows.
    pub fn refused(&self, token: &str, refusal: Refusal) -> Refusal {
        use Refusal::{KeyAlgorithm, KeyAmbiguous, KeysUnavailable, Signature, UnknownKey};
        let is_missing = matches!(refusal, UnknownKey | KeyAmbiguous);
        if is_missing || matches!(refusal, Signature | KeyAlgorithm) {
            // The header is judged by now; the payload is not.
            self.keys.look_again(|| unverified_issuer(token).is_some_and(|iss| iss == self.profile.issuer));
        }
        if is_missing && self.keys.are_in_doubt() { KeysUnavailable } else { refusal }
    }
}
