//! One issuer: how its tokens must look, its keys, and what it revoked.
//!
//! Never fetches anything itself, and never shares more with a former one than what its configuration leaves as it was.

use std::sync::Arc;

use witgate_token::{Profile, Refusal, Verified, unverified_issuer};

use crate::config::IssuerConfig;
use crate::digest::Digest;
use crate::introspection::Introspection;
use crate::keys::{Keys, next_id};
use crate::revocation::RevocationList;
use crate::scrutiny::Scrutiny;

/// One issuer. Shared by all clones of the keyring.
pub(crate) struct Issuer {
    pub profile: Profile,
    /// Unlike that of any other issuer object of this process, also of one with the same name.
    pub id: u64,
    pub keys: Arc<Keys>,
    pub revoked: RevocationList,
    /// Where it says of one token whether it is active.
    pub introspection: Option<Arc<Introspection>>,
}

impl Issuer {
    pub fn new(
        profile: Profile,
        keys: Arc<Keys>,
        revoked: RevocationList,
        introspection: Option<Arc<Introspection>>,
    ) -> Self {
        Self { profile, id: next_id(), keys, revoked, introspection }
    }

    /// Whether it is exactly what this configuration says.
    pub fn is_of(&self, config: &IssuerConfig) -> bool {
        let same_introspection =
            self.introspection.as_ref().map_or(config.introspection.is_none(), |asked| asked.is_of(config));
        let same_rules = self.profile == config.profile && self.keys.are_of(config);
        same_rules && self.revoked.is_from(config) && same_introspection
    }

    /// Whether it can ever tell that a token was revoked before it expires.
    pub fn tells_revocations(&self) -> bool {
        self.revoked.is_fed() || self.introspection.is_some()
    }

    /// Judges a verified token by what is revoked, as sure as the request must be. Never waits.
    pub fn judge(&self, token: &Verified, digest: &Digest, scrutiny: &Scrutiny) -> Result<(), Refusal> {
        // In this order: a young word is the one that judges, or an earlier one than that.
        let is_young = scrutiny.is_sensitive() && self.revoked.is_young();
        self.revoked.judge(token)?;
        scrutiny.judge(self.id, digest, is_young)
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
            self.keys.look_again(|| unverified_issuer(token).is_some_and(|iss| *iss == *self.profile.issuer));
        }
        if is_missing && self.keys.are_in_doubt() { KeysUnavailable } else { refusal }
    }
}
