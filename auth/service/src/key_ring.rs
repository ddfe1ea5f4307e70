//! The signing keys in force, opened: which one signs at a time, which are published, and when the next one is due.
//! Pure rules. Never makes a key, and never lets one sign before it could be known to all who verify.

use std::ops::Range;

use jsonwebtoken::jwk::Jwk;
use serde_json::json;
use witgate_token::{KeySet, MAX_KEYS};

use crate::clock::UnixSeconds;
use crate::config::{KeysConfig, MAX_ACCESS_TOKEN_SECONDS};
use crate::signing::{SigningAlgorithm, SigningError, SigningKey};
use crate::store::{MAX_KEYS_IN_USE, StoredKey};
use crate::vault::Sealer;

/// How long a key stays published after its successor began to sign, in seconds: as long as any token that it signed
/// may live, and the greatest leeway of those who verify.
pub const OVERLAP_SECONDS: UnixSeconds = MAX_ACCESS_TOKEN_SECONDS as UnixSeconds + 300;
const DAY_SECONDS: UnixSeconds = 86_400;

/// One key.
#[derive(Debug, Clone)]
pub struct RingKey {
    /// The key pair.
    pub key: SigningKey,
    /// From when it may sign.
    pub signs_from: UnixSeconds,
    /// Its successor has begun to sign.
    pub succeeded: bool,
}

/// All keys that were not retired, the one that signs first coming first.
#[derive(Debug, Clone, Default)]
pub struct KeyRing {
    keys: Vec<RingKey>,
    /// Which of them are published: all, unless there are more than anybody who fetches them takes.
    published: Range<usize>,
    /// The public parts of those, ready to verify with.
    verifying: KeySet,
}

/// The name under which a private key is sealed.
pub fn sealed_name(kid: &str) -> String {
    format!("signing-key:{kid}")
}

impl KeyRing {
    /// Opens stored keys, which come in the order in which they were made: of those that sign from the same second, the
    /// last one signs. However many there are: who has too many must be able to retire some.
    ///
    /// # Errors
    /// When one cannot be opened: it was sealed under another key, or is damaged.
    pub fn open(stored: &[StoredKey], sealer: &Sealer, now: UnixSeconds) -> Result<KeyRing, SigningError> {
        KeyRing::of(stored.iter().map(|key| open(key, sealer)).collect::<Result<_, _>>()?, now)
    }

    fn of(mut keys: Vec<RingKey>, now: UnixSeconds) -> Result<KeyRing, SigningError> {
        keys.sort_by_key(|key| key.signs_from);
        let mut ring = KeyRing { keys, ..KeyRing::default() };
        ring.published = ring.worth_publishing(now);
        ring.verifying = verifying(&ring.keys[ring.published.clone()])?;
        Ok(ring)
    }

    /// Of more keys than [`MAX_KEYS`]: the one that signs, those that sign next, and those that signed last.
    fn worth_publishing(&self, now: UnixSeconds) -> Range<usize> {
        let signing = self.signing(now).map_or(0, |(index, _)| index);
        let next = (signing + 1 + MAX_KEYS_IN_USE).min(self.keys.len());
        let start = next.saturating_sub(MAX_KEYS);
        start..(start + MAX_KEYS).min(self.keys.len())
    }

    /// The key that signs: the latest whose time has come. One that was succeeded never signs again, whatever the clock
    /// says; a clock that was set back must not leave the service without a key, either.
    pub fn signer(&self, now: UnixSeconds) -> Option<&SigningKey> {
        self.signing(now).map(|(_, key)| &key.key)
    }

    /// The names of the keys before the one that signs, as far as nobody has noted that they were succeeded.
    pub fn newly_succeeded(&self, now: UnixSeconds) -> Vec<String> {
        let before = self.signing(now).map_or(0, |(index, _)| index);
        let unnoted = self.keys[..before].iter().filter(|key| !key.succeeded);
        unnoted.map(|key| key.key.kid().to_owned()).collect()
    }

    fn signing(&self, now: UnixSeconds) -> Option<(usize, &RingKey)> {
        let able = || self.keys.iter().enumerate().filter(|(_, key)| !key.succeeded);
        able().rfind(|(_, key)| key.signs_from <= now).or_else(|| able().next())
    }

    /// The public parts of the keys, of those that will sign later too; [`MAX_KEYS`] at most.
    pub fn published(&self) -> Vec<Jwk> {
        self.keys[self.published.clone()].iter().map(|key| key.key.public_jwk().clone()).collect()
    }

    /// The same, ready to verify with.
    pub fn verifying(&self) -> &KeySet {
        &self.verifying
    }

    /// The names of all keys, and whether each was succeeded: what a ring is made of.
    pub fn states(&self) -> Vec<(&str, bool)> {
        self.keys.iter().map(|key| (key.key.kid(), key.succeeded)).collect()
    }

    /// The names of all keys.
    pub fn kids(&self) -> Vec<String> {
        self.keys.iter().map(|key| key.key.kid().to_owned()).collect()
    }

    /// Whether no further key may be added.
    pub fn is_full(&self) -> bool {
        self.keys.len() >= MAX_KEYS_IN_USE
    }

    /// From when a new key shall sign, if one must be made now.
    ///
    /// Nodes whose configurations name different algorithms, as while one after the other gets a new one, must not answer
    /// each other's keys with keys: so one of an algorithm is made only while there is none, not even an outgoing one.
    pub fn next_due(&self, config: &KeysConfig, now: UnixSeconds) -> Option<UnixSeconds> {
        let Some(latest) = self.keys.last().filter(|key| !key.succeeded) else { return Some(now) };
        if self.is_full() {
            return None;
        }
        let ahead = UnixSeconds::from(config.publish_ahead_seconds);
        let life = UnixSeconds::from(config.rotate_after_days) * DAY_SECONDS;
        let is_old = life > 0 && latest.signs_from.saturating_add(life) <= now.saturating_add(ahead);
        let has_algorithm = self.keys.iter().any(|key| key.key.algorithm() == config.algorithm);
        (is_old || !has_algorithm).then(|| now.saturating_add(ahead))
    }

    /// The names of the keys that nothing needs any more: all tokens that they signed have expired.
    pub fn over(&self, now: UnixSeconds) -> Vec<String> {
        let successors = self.keys.iter().skip(1).map(|key| key.signs_from);
        let over = self.keys.iter().zip(successors).filter(|(_, from)| from.saturating_add(OVERLAP_SECONDS) <= now);
        over.map(|(key, _)| key.key.kid().to_owned()).collect()
    }
}

fn verifying(keys: &[RingKey]) -> Result<KeySet, SigningError> {
    let jwks = json!({ "keys": keys.iter().map(|key| key.key.public_jwk()).collect::<Vec<_>>() }).to_string();
    let read = KeySet::from_jwks(jwks.as_bytes());
    Ok(read.map_err(|cause| SigningError::Sign(cause.to_string()))?.0)
}

fn open(stored: &StoredKey, sealer: &Sealer) -> Result<RingKey, SigningError> {
    let unreadable = || SigningError::Unreadable { kid: stored.kid.clone() };
    let algorithm: SigningAlgorithm = stored.alg.parse().map_err(|_| unreadable())?;
    let opened = sealer.open(&sealed_name(&stored.kid), &stored.sealed_pkcs8);
    let der = opened.map_err(|cause| SigningError::Sealed { kid: stored.kid.clone(), cause: cause.to_string() })?;
    let succeeded = stored.succeeded_at.is_some();
    Ok(RingKey { key: SigningKey::from_pkcs8(algorithm, &stored.kid, &der)?, signs_from: stored.signs_from, succeeded })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::EncryptionKeySource;
    use proptest::prelude::*;

    fn config(days: u32, ahead: u32) -> KeysConfig {
        let encryption_key = EncryptionKeySource::Env("X".into());
        let algorithm = SigningAlgorithm::Es256;
        KeysConfig { algorithm, rotate_after_days: days, publish_ahead_seconds: ahead, encryption_key }
    }

    fn key(algorithm: SigningAlgorithm, signs_from: UnixSeconds) -> RingKey {
        let (kid, der) = SigningKey::generate(algorithm).unwrap();
        RingKey { key: SigningKey::from_pkcs8(algorithm, &kid, &der).unwrap(), signs_from, succeeded: false }
    }

    fn ring(times: &[UnixSeconds]) -> KeyRing {
        KeyRing::of(times.iter().map(|from| key(SigningAlgorithm::Es256, *from)).collect(), 0).unwrap()
    }

    #[test]
    fn the_first_key_signs_at_once_and_the_next_ones_later() {
        let rules = config(90, 600);
        assert_eq!(ring(&[]).next_due(&rules, 50), Some(50));
        let one = ring(&[0]);
        assert_eq!(one.next_due(&rules, 90 * DAY_SECONDS - 601), None);
        assert_eq!(one.next_due(&rules, 90 * DAY_SECONDS - 600), Some(90 * DAY_SECONDS));
        assert_eq!(one.next_due(&config(0, 600), 9_000 * DAY_SECONDS), None, "never by itself");
        assert_eq!(ring(&[0, 90 * DAY_SECONDS]).next_due(&rules, 90 * DAY_SECONDS - 300), None, "it was made already");
    }

    #[test]
    fn another_algorithm_in_the_configuration_asks_for_a_key() {
        let rules = KeysConfig { algorithm: SigningAlgorithm::EdDsa, ..config(0, 600) };
        assert_eq!(ring(&[0]).next_due(&rules, 1000), Some(1600));
        let both = [key(SigningAlgorithm::EdDsa, 0), key(SigningAlgorithm::Es256, 100)];
        let both = KeyRing::of(both.into(), 1000).unwrap();
        assert_eq!(
            both.next_due(&rules, 1000),
            None,
            "another node may want the other one: not while this one is there"
        );
    }

    #[test]
    fn a_full_ring_waits_until_a_key_has_left() {
        let full = ring(&[0; MAX_KEYS_IN_USE]);
        assert!(full.is_full());
        assert_eq!(full.next_due(&config(90, 600), 91 * DAY_SECONDS), None);
        let room = ring(&[0; MAX_KEYS_IN_USE - 1]);
        assert!(room.next_due(&config(90, 600), 91 * DAY_SECONDS).is_some());
    }

    #[test]
    fn of_too_many_keys_the_ones_around_the_signer_are_published() {
        let times: Vec<UnixSeconds> = (0..150).collect();
        let keys: Vec<RingKey> = times.iter().map(|from| key(SigningAlgorithm::Es256, *from)).collect();
        for now in [-1, 0, 60, 99, 120, 149, 1000] {
            let ring = KeyRing::of(keys.clone(), now).unwrap();
            assert_eq!((ring.published().len(), ring.verifying().len(), ring.kids().len()), (MAX_KEYS, MAX_KEYS, 150));
            let signer = usize::try_from(now.clamp(0, 149)).unwrap();
            assert_eq!(ring.signer(now).unwrap().kid(), keys[signer].key.kid());
            for known in &keys[signer.saturating_sub(MAX_KEYS / 2)..(signer + MAX_KEYS_IN_USE).min(150)] {
                assert!(ring.verifying().contains(Some(known.key.kid())), "{now}: {}", known.signs_from);
            }
        }
    }

    #[test]
    fn a_key_of_the_future_is_published_and_does_not_sign() {
        let two = ring(&[0, 100]);
        let kids = two.kids();
        assert_eq!(two.published().len(), 2);
        assert_eq!(two.signer(99).unwrap().kid(), kids[0]);
        assert_eq!(two.signer(100).unwrap().kid(), kids[1]);
        assert_eq!(two.signer(-5).unwrap().kid(), kids[0], "a clock that was set back");
    }

    #[test]
    fn a_key_that_was_succeeded_never_signs_again() {
        let mut two = ring(&[0, 100]);
        let kids = two.kids();
        assert_eq!(two.newly_succeeded(99), Vec::<String>::new());
        assert_eq!(two.newly_succeeded(100), kids[..1]);
        two.keys[0].succeeded = true;
        assert_eq!(two.newly_succeeded(100), Vec::<String>::new(), "noted");
        assert_eq!(two.signer(50).unwrap().kid(), kids[1], "a clock that was set back");
        two.keys.pop();
        assert!(two.signer(200).is_none(), "its successor was taken away");
        assert_eq!(two.next_due(&config(90, 600), 200), Some(200), "another one signs at once");
    }

    proptest! {
        #[test]
        fn a_key_is_over_only_when_no_token_of_it_can_live(gap in 0_i64..10_000, now in 0_i64..30_000) {
            let two = ring(&[0, gap]);
            let over = two.over(now);
            let last_token_lives_until = gap + OVERLAP_SECONDS;
            prop_assert_eq!(!over.is_empty(), now >= last_token_lives_until);
            prop_assert!(!over.contains(&two.kids()[1]), "the last key is never over");
        }
    }
}
